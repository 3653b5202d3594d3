//! Commitments: logged, reminded of, closed.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, SAM, SHARED, Stage, fields, with_buttons};

crate::flows!(
    a_commitment_is_logged_and_done,
    a_commitment_is_snoozed_and_dropped,
    others_close_it_and_the_owner_is_told,
    who_may_not_is_refused,
    what_was_typed_is_checked,
    a_message_becomes_a_commitment,
    reminders_come_once_across_days,
    reminders_keep_to_the_owners_zone,
    a_downtime_is_followed_by_one_reminder,
);

async fn log(stage: &Stage, by: &str, tail: &str) {
    let answer = stage.say(by, INTAKE, &format!("/partner commit add {tail}")).await;
    assert_eq!(answer, "", "the form opens");
    stage.submit(by, json!({})).await;
}

fn private(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let message = stage.sandbox.ephemerals(user).pop().expect("a private message");
    let at = (message["channel"].as_str().unwrap().to_owned(), message["ts"].as_str().unwrap().to_owned());
    (message, at)
}

fn direct(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let im = stage.sandbox.im(user);
    let message = stage.sandbox.messages(&im).pop().expect("a direct message");
    let ts = message["ts"].as_str().unwrap().to_owned();
    (message, (im, ts))
}

async fn a_commitment_is_logged_and_done(stage: Stage) {
    log(&stage, ALEX, "\"send the case study\" to northwind by friday").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Logged: *send the case study*, for Northwind, due Fri 6 Mar, in 2 days. I remind you the working day before and on the day, at 09:00.");
    log(&stage, MAYA, "introduce <@U0ALEX|alex> to their VP to globex by 12 march <@U0ALEX|alex>").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Logged: *introduce @alex to their VP*, for Globex, due Thu 12 Mar, in 8 days. I remind <@U0ALEX> the working day before and on the day, at 09:00.");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    <@U0MAYA> logged a commitment for you.
    *introduce @alex to their VP*
    For Globex · due Thu 12 Mar, in 8 days
    [Mark done] [Snooze] [Drop]
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit").await, @r"
    *Open commitments*
    *send the case study* for Northwind · due Fri 6 Mar, in 2 days · <@U0ALEX>
    *introduce @alex to their VP* for Globex · due Thu 12 Mar, in 8 days · <@U0ALEX>
    [Mark done] [Mark done]
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner commit mine").await, @"You have no open commitments.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit late").await, @"No commitment is late.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit list soon").await, @r#"I can list `mine` or `late`, not "soon". `/partner commit list` shows all open ones."#);
    stage.advance_to("2026-03-09T07:00:00Z").await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit late").await, @r"
    *Late commitments*
    *send the case study* for Northwind · 3 days late, was due Fri 6 Mar · <@U0ALEX>
    [Mark done]
    ");
    // The list loses the row that was closed.
    let (_, at) = private(&stage, ALEX);
    stage.press(ALEX, &at, "commitment.done").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @"No commitment is late.");
    // The card on which Maya's was assigned is closed where it stands, and Maya is told.
    let im = stage.sandbox.im(ALEX);
    let cards = stage.sandbox.messages(&im);
    let card = cards.iter().find(|m| with_buttons(m).contains("[Mark done]")).unwrap();
    let at = (im, card["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &at, "commitment.done").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *introduce @alex to their VP*
    For Globex · done, says <@U0ALEX>
    ");
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0ALEX> closed a commitment.
    *introduce @alex to their VP*
    For Globex · done, says <@U0ALEX>
    ");
    stage.end().await;
}

async fn a_commitment_is_snoozed_and_dropped(stage: Stage) {
    log(&stage, ALEX, "\"send the case study\" to northwind by friday").await;
    stage.advance_to("2026-03-05T08:00:00Z").await;
    let (card, at) = direct(&stage, ALEX);
    insta::assert_snapshot!(with_buttons(&card), @r"
    This is due soon.
    *send the case study*
    For Northwind · due tomorrow, Fri 6 Mar
    [Mark done] [Snooze] [Drop]
    ");
    stage.press(ALEX, &at, "commitment.snooze").await;
    let refused = stage.person(ALEX).submit(json!({"date": "2026-03-04"})).await.unwrap_err();
    insta::assert_snapshot!(refused.fields()["date"].as_str().unwrap(), @"Wed 4 Mar is in the past. Choose today or later.");
    stage.submit(ALEX, json!({"date": "2026-03-10"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *send the case study*
    For Northwind · due tomorrow, Fri 6 Mar, snoozed until Tue 10 Mar
    [Mark done] [Snooze] [Drop]
    ");
    stage.advance_to("2026-03-09T08:00:00Z").await;
    assert_eq!(direct(&stage, ALEX).1, at, "quiet until its day");
    stage.advance_to("2026-03-10T08:00:00Z").await;
    let (card, at) = direct(&stage, ALEX);
    insta::assert_snapshot!(with_buttons(&card), @r"
    This is late. Mark it done, snooze it, or drop it.
    *send the case study*
    For Northwind · 4 days late, was due Fri 6 Mar
    [Mark done] [Snooze] [Drop]
    ");
    stage.press(ALEX, &at, "commitment.drop").await;
    assert!(stage.person(ALEX).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(ALEX, json!({"reason": "the deal is lost"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *send the case study*
    For Northwind · 4 days late, was due Fri 6 Mar
    ---
    *send the case study*
    For Northwind · dropped by <@U0ALEX>: the deal is lost
    ");
    // A click in a window that was behind.
    stage.press_late(ALEX, &at, &card, "commitment.done").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"That changed before you pressed the button (Tue 10 Mar, 09:00). *send the case study*: dropped by <@U0ALEX>: the deal is lost.");
    stage.end().await;
}

async fn others_close_it_and_the_owner_is_told(stage: Stage) {
    log(&stage, ALEX, "\"send the case study\" to northwind by friday").await;
    log(&stage, MAYA, "\"book the room\" to northwind by friday <@U0ALEX|alex>").await;
    // Omar looks after every partner.
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner commit list").await, @r"
    *Open commitments*
    *send the case study* for Northwind · due Fri 6 Mar, in 2 days · <@U0ALEX>
    *book the room* for Northwind · due Fri 6 Mar, in 2 days · <@U0ALEX>
    [Mark done] [Mark done]
    ");
    let (_, at) = private(&stage, OMAR);
    stage.press(OMAR, &at, "commitment.done").await;
    stage.press(OMAR, &at, "commitment.done").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r#"No open commitments. `/partner commit add "send the case study" to northwind by friday` logs one."#);
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *book the room*
    For Northwind · done, says <@U0OMAR>
    ---
    <@U0OMAR> closed a commitment.
    *send the case study*
    For Northwind · done, says <@U0OMAR>
    ---
    <@U0OMAR> closed a commitment.
    *book the room*
    For Northwind · done, says <@U0OMAR>
    ");
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0OMAR> closed a commitment.
    *book the room*
    For Northwind · done, says <@U0OMAR>
    ");
    stage.end().await;
}

async fn who_may_not_is_refused(stage: Stage) {
    log(&stage, MAYA, "\"send the case study\" to northwind by friday <@U0ALEX|alex>").await;
    let (card, _) = direct(&stage, ALEX);
    let value = card["blocks"][1]["elements"][0]["value"].as_str().unwrap().to_owned();
    for action in ["commitment.done", "commitment.snooze", "commitment.drop"] {
        let forged = stage.forged(SHARED, action, &value).await;
        stage.press(EVE, &forged, action).await;
        stage.press(SAM, &forged, action).await;
        assert!(stage.sandbox.modal(EVE).is_none() && stage.sandbox.modal(SAM).is_none());
    }
    insta::assert_snapshot!(stage.last_private(EVE), @"Only <@U0ALEX> or <@U0MAYA> can close or move this commitment, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    insta::assert_snapshot!(stage.last_private(SAM), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    assert_eq!(with_buttons(&direct(&stage, ALEX).0), with_buttons(&card), "nothing was changed");
    // Somebody outside cannot be reminded.
    stage
        .say(MAYA, INTAKE, "/partner commit add \"send the deck\" to northwind by friday <@U0SAM|sam>")
        .await;
    let refused = stage.person(MAYA).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(refused.fields()["owner"].as_str().unwrap(), @"Sam Whitfield is another company's account. Choose a member of this workspace.");
    stage.end().await;
}

async fn what_was_typed_is_checked(stage: Stage) {
    let add = async |tail: &str| stage.say(ALEX, INTAKE, &format!("/partner commit add {tail}")).await;
    insta::assert_snapshot!(add("\"send the deck\" to Pied Piper by 1 jan 2020").await, @r#"
    Wed 1 Jan 2020 is in the past. Choose today or later.
    I don't know a partner "Pied Piper". The partners here are Globex, Northwind.
    [Go on in a form]
    "#);
    insta::assert_snapshot!(add("\"send the deck\" to Pied Piper by fryday @bob").await, @r#"
    I can't read "fryday" as a date. Try `friday`, `12 dec` or `2026-12-12`.
    I don't know a partner "Pied Piper". The partners here are Globex, Northwind.
    I can't tell who @bob is. Choose the person in the form.
    [Go on in a form]
    "#);
    let (_, at) = private(&stage, ALEX);
    stage.press(ALEX, &at, "commitment.add").await;
    insta::assert_snapshot!(stage.form(ALEX), @r#"
    I don't know a partner "Pied Piper". The partners here are Globex, Northwind.
    I can't tell who @bob is. Choose the person in the form.
    What is promised: send the deck
    Partner: -
    Account: -
    Due: -
    Who does it: -
    "#);
    let refused = stage
        .person(ALEX)
        .submit(json!({"partner": "p-globex", "account": "hooli", "date": "2026-02-01", "owner": ALEX}))
        .await
        .unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"
    account: I don't know an account "hooli". /partner overlaps add adds one with its partner.
    date: Sun 1 Feb is in the past. Choose today or later.
    "#);
    assert_eq!(add("").await, "");
    insta::assert_snapshot!(stage.form(ALEX), @r"
    What is promised: -
    Partner: -
    Account: -
    Due: -
    Who does it: -
    ");
    stage.end().await;
}

async fn a_message_becomes_a_commitment(stage: Stage) {
    let said = "Northwind asked again: we send them the *security* paper by 12 march &amp; no later";
    let ts = stage.person(MAYA).post(SHARED, said).await.unwrap();
    stage.settle().await;
    stage.person(ALEX).shortcut("commitment.add", SHARED, &ts).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(ALEX), @r"
    What is promised: Northwind asked again: we send them the security paper by 12 march & no later
    Partner: Northwind
    Account: -
    Due: 2026-03-12
    Who does it: -
    ");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Logged: *Northwind asked again: we send them the security paper by 12 march &amp; no later*, for Northwind, due Thu 12 Mar, in 8 days. I remind you the working day before and on the day, at 09:00.");
    assert_eq!(stage.texts(SHARED).len(), 1, "nothing is said where the partner reads");
    stage.end().await;
}

/// Looks every hour, and gives when and what the app wrote to `user`.
async fn watch(stage: &Stage, user: &str, zone: &str, hours: i64) -> String {
    let (im, zone) = (stage.sandbox.im(user), TimeZone::get(zone).unwrap());
    let start = stage.clock.now();
    let mut seen = Vec::new();
    // What came at another hour would be seen at six in the morning.
    let awake = |now: &jiff::Timestamp| (6..=12).contains(&now.to_zoned(zone.clone()).hour());
    for now in (1..=hours).map(|hour| start + SignedDuration::from_hours(hour)).filter(awake) {
        let before = stage.sandbox.messages(&im).len();
        stage.advance_to(&now.to_string()).await;
        for message in &stage.sandbox.messages(&im)[before..] {
            let text = with_buttons(message).replace('\n', " / ");
            seen.push(format!("{} {text}", now.to_zoned(zone.clone()).strftime("%a %-d %H:%M")));
        }
    }
    seen.join("\n")
}

async fn reminders_come_once_across_days(stage: Stage) {
    log(&stage, ALEX, "\"send the case study\" to northwind by monday").await;
    insta::assert_snapshot!(watch(&stage, ALEX, "Europe/Stockholm", 9 * 24).await, @r"
    Fri 6 09:00 This is due soon. / *send the case study* / For Northwind · due Mon 9 Mar, in 3 days / [Mark done] [Snooze] [Drop]
    Mon 9 09:00 This is for today. / *send the case study* / For Northwind · due today, Mon 9 Mar / [Mark done] [Snooze] [Drop]
    Thu 12 09:00 This is late. Mark it done, snooze it, or drop it. / *send the case study* / For Northwind · 3 days late, was due Mon 9 Mar / [Mark done] [Snooze] [Drop]
    ");
    let (newest, _) = direct(&stage, ALEX);
    let with = |m: &Value| with_buttons(m).contains("[Mark done]");
    let im = stage.sandbox.im(ALEX);
    assert_eq!(
        stage.sandbox.messages(&im).iter().filter(|m| with(m)).count(),
        1,
        "only the newest has controls"
    );
    assert!(with(&newest));
    stage.end().await;
}

async fn reminders_keep_to_the_owners_zone(stage: Stage) {
    stage.sandbox.set_zone(EVE, "America/Los_Angeles");
    log(&stage, MAYA, "\"call their CEO\" to northwind by friday <@U0EVE|evelyn>").await;
    insta::assert_snapshot!(watch(&stage, EVE, "America/Los_Angeles", 72).await, @r"
    Thu 5 09:00 This is due soon. / *call their CEO* / For Northwind · due tomorrow, Fri 6 Mar / [Mark done] [Snooze] [Drop]
    Fri 6 09:00 This is for today. / *call their CEO* / For Northwind · due today, Fri 6 Mar / [Mark done] [Snooze] [Drop]
    ");
    stage.end().await;
}

async fn a_downtime_is_followed_by_one_reminder(stage: Stage) {
    log(&stage, ALEX, "\"send the case study\" to northwind by friday").await;
    stage.advance_to("2026-03-20T12:00:00Z").await;
    stage.advance_to("2026-03-20T13:00:00Z").await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    This is late. Mark it done, snooze it, or drop it.
    *send the case study*
    For Northwind · 14 days late, was due Fri 6 Mar
    [Mark done] [Snooze] [Drop]
    ");
    stage.end().await;
}
