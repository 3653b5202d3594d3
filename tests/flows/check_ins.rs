//! Check-ins with partners: due by their rhythm, recorded, and used.

use serde_json::{Value, json};

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage, fields, with_buttons};

crate::flows!(
    the_manager_is_reminded_and_records,
    what_they_focus_on_stands_in_the_next_note_until_its_season_is_over,
    another_partners_name_reaches_nobody,
    a_reminder_is_put_off,
    who_may_not_is_refused,
    two_record_at_once,
    who_has_recorded_one_is_left_alone_for_the_day,
    nobody_is_reminded_on_a_holiday,
);

fn direct(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let im = stage.sandbox.im(user);
    let message = stage.sandbox.messages(&im).pop().expect("a direct message");
    let ts = message["ts"].as_str().unwrap().to_owned();
    (message, (im, ts))
}

/// The direct messages about check-ins.
fn about_check_ins(stage: &Stage, user: &str) -> Vec<String> {
    stage.direct(user).into_iter().filter(|text| text.contains("heck-in with")).collect()
}

async fn record(stage: &Stage, by: &str, values: Value) {
    assert_eq!(stage.say(by, INTAKE, "/partner partner check-in northwind").await, "", "the form opens");
    stage.submit(by, values).await;
}

async fn the_manager_is_reminded_and_records(stage: Stage) {
    stage.advance_to("2026-04-01T06:59:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA), Vec::<String>::new(), "before nine");
    stage.advance_to("2026-04-01T07:00:00Z").await;
    stage.advance_to("2026-04-01T12:00:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA).len(), 1, "one a day, and once");
    stage.advance_to("2026-04-02T08:00:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA).len(), 2, "the other partner's on the next day");
    let (card, at) = direct(&stage, MAYA);
    insta::assert_snapshot!(with_buttons(&card), @r"
    A check-in with *Northwind* is due. There was none so far.
    Ask what they focus on this season, what changed there, and what they need from us. I keep the answer for the next notes to them.
    [Record check-in] [Remind me later]
    ");
    stage.press(MAYA, &at, "check_in.record").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Northwind* · There was none so far.
    What they focus on this season: -
    It counts until: 2026-06-30
    Who said so: -
    On: 2026-04-02
    What else: -
    The next ones: Every four weeks
    ");
    let refused = stage
        .person(MAYA)
        .submit(json!({"focus": "x", "until": "2026-03-31", "date": "2026-04-03"}))
        .await
        .unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    date: Fri 3 Apr is still to come. Choose a day that is over.
    until: That day is over, so it would count nowhere. Choose a later one.
    ");
    let said = json!({
        "focus": "Returns <b>in retail</b>,\nthe Nordics first.", "said_by": "Sam Whitfield", "until": "2026-06-30",
        "date": "2026-04-02", "notes": "They hire two SDRs in May", "rhythm": "14",
    });
    stage.submit(MAYA, said).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    Check-in with *Northwind* recorded on Thu 2 Apr: Returns &lt;b&gt;in retail&lt;/b&gt;, the Nordics first. Next on Thu 16 Apr.
    ");
    insta::assert_snapshot!(stage.last_private(MAYA), @r"
    Noted: *Northwind* focuses on Returns &lt;b&gt;in retail&lt;/b&gt;, the Nordics first. Sam Whitfield, 2 April.
    It counts until Tue 30 Jun: notes to them can build on it. The next check-in is due Thu 16 Apr.
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner partner show northwind").await, @r"
    *Northwind*
    Manager: <@U0MAYA>
    Channel: <#C0NORTHWIND>
    Open overlaps: 0
    List: 29 days old; refreshed every 45 days
    Focus list: none yet
    Give and ask: nothing in a year
    This season: Returns &lt;b&gt;in retail&lt;/b&gt;, the Nordics first (Sam Whitfield, 2 April) · next on Thu 16 Apr
    Instructions: none yet, so no session is proposed
    They may see: overlaps with account, domain, what it is to us
    [Show focus list] [Show gives and asks] [Edit instructions] [Show fit]
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner status audit").await.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    *Thursday 2 April 2026*
    Maya Lindholm recorded the check-in with Northwind: Returns &lt;b&gt;in retail&lt;/b&gt;, the Nordics first (Sam Whitfield, 2 April) · 10:00
    ");
    // The next one comes by the rhythm that was chosen, with what was said last.
    stage.advance_to("2026-04-16T08:00:00Z").await;
    stage.advance_to("2026-04-17T08:00:00Z").await;
    let of_northwind: Vec<String> =
        about_check_ins(&stage, MAYA).into_iter().filter(|t| t.contains("Northwind")).collect();
    insta::assert_snapshot!(of_northwind.last().unwrap(), @r"
    A check-in with *Northwind* is due. The last was 15 days ago, on Thu 2 Apr. They focused on: Returns &lt;b&gt;in retail&lt;/b&gt;, the Nordics first
    Ask what they focus on this season, what changed there, and what they need from us. I keep the answer for the next notes to them.
    ");
    stage.end().await;
}

/// An overlap with Northwind, a contact there, and the form of a note about it.
async fn note(stage: &Stage) -> String {
    stage.say(MAYA, INTAKE, "/partner draft new hooli").await;
    let form = stage.form(MAYA);
    stage.person(MAYA).close_view().await.unwrap();
    form
}

async fn what_they_focus_on_stands_in_the_next_note_until_its_season_is_over(stage: Stage) {
    let said = "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    assert!(!note(&stage).await.contains("season"));
    record(
        &stage,
        OMAR,
        json!({"focus": "returns in retail", "said_by": "Sam Whitfield", "until": "2026-03-31"}),
    )
    .await;
    insta::assert_snapshot!(note(&stage).await, @r"
    *Hooli (hooli.com)* with Northwind · their customer, our open deal ($80k) · seen 4 March

    Name at Northwind: -
    Role: sales rep
    Purpose: Prospecting
    Gift: A plain offer of help
    Text: An offer on what they focus on this season
    Route: In the partner's channel
    Sender: -
    ");
    stage.say(MAYA, INTAKE, "/partner draft new hooli").await;
    stage.person(MAYA).choose_in_view("draft.gift", "offer_of_help").await.unwrap();
    stage.settle().await;
    stage.submit(MAYA, json!({"contact_name": "Sam Whitfield", "route": "by_hand"})).await;
    let cards = stage.sandbox.messages(OPS);
    insta::assert_snapshot!(with_buttons(cards.last().expect("a card")), @r"
    *Note to Sam Whitfield at Northwind* · by hand of <@U0MAYA> · *External: Sam Whitfield will see this*
    From <@U0MAYA> · prospecting · Hooli
    > As I understand it, Sam, your focus this season is returns in retail. You already work with Hooli, and we are talking to them. Anything I can do for you there this week? I can take a question to their team, join a call or answer a technical point. No is a fine answer.
    Relevance: passes 23 of 23 · Hooli, seen 0 days ago · Gives an offer of help · Note 1 of 4 in 30 days
    Stands on: Hooli, overlap seen 4 March · this season: returns in retail (Sam Whitfield, 4 March) · Template: An offer on what they focus on this season, as shipped
    Version 1, drafted by <@U0MAYA>, who decides.
    [Approve and hand over] [Edit] [Reject]
    ");
    // The season is over: what was said then is not said any more.
    stage.advance_to("2026-04-01T09:00:00Z").await;
    assert!(!note(&stage).await.contains("season"));
    stage.end().await;
}

async fn another_partners_name_reaches_nobody(stage: Stage) {
    assert_eq!(stage.say(MAYA, INTAKE, "/partner partner check-in northwind").await, "");
    let said = json!({"focus": "beating Globex in retail", "until": "2026-03-31"});
    let refused = stage.person(MAYA).submit(said).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"focus: It names Globex, another partner, and notes to Northwind build on it. Leave that out.");
    stage.end().await;
}

async fn a_reminder_is_put_off(stage: Stage) {
    stage.advance_to("2026-04-01T09:00:00Z").await;
    stage.person(MAYA).open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(MAYA).unwrap().to_string();
    assert!(
        home.contains("*Check-in with Globex*\\ndue today") && home.contains("Record check-in"),
        "{home}"
    );
    let (_, at) = direct(&stage, MAYA);
    stage.press(MAYA, &at, "check_in.later").await;
    let refused = stage.person(MAYA).submit(json!({"date": "2026-04-01"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: Choose a day after today.");
    stage.submit(MAYA, json!({"date": "2026-04-10"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @"Check-in with *Globex*: I remind you again on Fri 10 Apr.");
    let of_globex = || about_check_ins(&stage, MAYA).iter().filter(|text| text.contains("Globex")).count();
    stage.advance_to("2026-04-09T09:00:00Z").await;
    assert_eq!(of_globex(), 1);
    stage.advance_to("2026-04-10T09:00:00Z").await;
    assert_eq!(of_globex(), 2);
    stage.end().await;
}

async fn who_may_not_is_refused(stage: Stage) {
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner partner check-in northwind").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner partner check-in nortwind").await, @r#"I don't know a partner "nortwind". Did you mean Northwind?"#);
    for action in ["check_in.record", "check_in.later"] {
        let forged = stage.forged(SHARED, action, "p-northwind").await;
        stage.press(EVE, &forged, action).await;
        stage.press(SAM, &forged, action).await;
        assert!(stage.sandbox.modal(EVE).is_none() && stage.sandbox.modal(SAM).is_none());
    }
    stage.end().await;
}

async fn two_record_at_once(stage: Stage) {
    for user in [MAYA, OMAR] {
        assert_eq!(stage.say(user, INTAKE, "/partner partner check-in northwind").await, "");
    }
    stage.submit(OMAR, json!({"focus": "returns in retail"})).await;
    stage.submit(MAYA, json!({"focus": "the fair in May"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Somebody else recorded or moved the check-in with Northwind while your form was open, so yours was not saved. `/partner partner show northwind` shows how it stands.");
    insta::assert_snapshot!(stage.last_private(OMAR), @r"
    Noted: *Northwind* focuses on returns in retail. Check-in of 4 March.
    It counts until Tue 31 Mar: notes to them can build on it. The next check-in is due Wed 1 Apr.
    ");
    stage.end().await;
}

async fn who_has_recorded_one_is_left_alone_for_the_day(stage: Stage) {
    stage.advance_to("2026-04-01T09:00:00Z").await;
    let (card, at) = direct(&stage, MAYA);
    assert!(with_buttons(&card).contains("*Globex*"), "{card}");
    stage.press(MAYA, &at, "check_in.record").await;
    stage.submit(MAYA, json!({"focus": "the fair in May"})).await;
    stage.advance_to("2026-04-01T12:00:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA).len(), 1, "one a day: {}", stage.inbox(MAYA));
    stage.advance_to("2026-04-02T08:00:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA).len(), 2, "the other partner's on the next day");
    stage.end().await;
}

/// In Stockholm Good Friday was 3 April, and Easter Monday the 6th.
async fn nobody_is_reminded_on_a_holiday(stage: Stage) {
    stage.advance_to("2026-03-06T08:00:00Z").await;
    record(&stage, MAYA, json!({"focus": "returns in retail", "until": "2026-06-30"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA).lines().last().unwrap(), @"It counts until Tue 30 Jun: notes to them can build on it. The next check-in is due Tue 7 Apr.");
    for day in ["2026-04-03", "2026-04-06"] {
        stage.advance_to(&format!("{day}T09:00:00Z")).await;
        assert_eq!(about_check_ins(&stage, MAYA), Vec::<String>::new(), "{day}");
    }
    stage.advance_to("2026-04-07T09:00:00Z").await;
    assert_eq!(about_check_ins(&stage, MAYA).len(), 1, "{}", stage.inbox(MAYA));
    stage.end().await;
}
