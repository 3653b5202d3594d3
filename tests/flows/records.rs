//! The record of a session: asked for when it is over, told account by account, summed up in one card, chased twice.

use serde_json::{Value, json};
use tandem::map::account_map::store as maps;
use tandem::map::find::find_account;
use tandem::plan::candidate::Deed;
use tandem::plan::store;

use super::agendas::{ground, newest, session, set_up};
use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SHARED, Stage, fields, with_buttons};

crate::flows!(
    a_session_is_logged_account_by_account,
    a_session_that_nobody_logs_is_chased_twice_and_shown_to_operations,
    what_is_missing_is_asked_for_at_its_field,
    what_was_entered_for_one_account_is_not_taken_over_for_the_next,
    of_two_who_log_one_account_one_is_told,
    a_session_that_did_not_take_place_is_not_logged,
    who_was_not_there_logs_nothing,
    of_several_sessions_one_is_chosen,
);

/// The session is over: it began at ten and took half an hour.
const OVER: &str = "2026-03-12T09:30:00Z";

/// The last direct message of somebody.
fn asked(stage: &Stage, user: &str) -> ((String, String), Value) {
    newest(stage, &stage.sandbox.im(user))
}

/// A session about Acme and Hooli that is over by now.
async fn over(stage: &Stage) -> tandem::kernel::ids::SessionId {
    ground(stage).await;
    let id = set_up(stage, "p-northwind", &["Acme Corp", "Hooli"], 30).await;
    stage.advance_to(OVER).await;
    id
}

/// What came of Acme: an introduction, with a hold, a commitment and pipeline.
fn acme() -> Value {
    json!({
        "outcome": "introduction", "reaches_out": ALEX, "stays_out": [EVE],
        "why_partner": "Sam has known Dana for years", "why_now": "she signs in April", "why_person": "Dana decides",
        "hold": "No executive outreach", "whom": "Dana Reyes, VP Sales", "direction": "received",
        "contact": "Sam Whitfield", "meet_by": "2026-03-20",
        "promise": "send Sam the returns brief", "promise_owner": ALEX, "promise_due": "2026-03-16",
        "amount": "$120k", "stage": "Negotiation",
    })
}

async fn a_session_is_logged_account_by_account(stage: Stage) {
    let id = over(&stage).await;
    let (at, message) = asked(&stage, MAYA);
    insta::assert_snapshot!(with_buttons(&message), @r"
    *Account planning: Acme Corp, Hooli with Northwind*
    It is over: Thu 12 Mar, 10:00 to 10:30. What came of it?
    [Log session] [It did not take place]
    ");
    stage.press(MAYA, &at, "record.log").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Acme Corp* with Northwind · 1 of 2
    What came of it: -
    What it waits for: -
    Who reaches out: -
    Who introduces: -
    Who stays out of the way: -
    Why this partner: Northwind has them as a customer
    Why now: an ask, and soon: Northwind knows them and our deal is nearly decided
    Why this person: nobody at Acme Corp is on the map yet: finding who matters comes first
    Hold: -
    Hold until: -

    *Introduction*, if you agreed on one. It is for whoever reaches out.
    To whom at the account: -
    Who introduces whom: Northwind introduces us
    Who at Northwind: -
    Introduction due by: 2026-03-19

    *Commitment*, if somebody made one. You can log more from the summary afterwards.
    What is promised: -
    Who does it: -
    Or who at Northwind does it: -
    Due: 2026-03-19

    Amount: -
    Stage: -
    ");
    stage.submit(MAYA, acme()).await;
    assert_eq!(session(&stage, &id).await.stage.as_str(), "held");
    let form = stage.form(MAYA);
    assert!(form.starts_with("*Hooli* with Northwind · 2 of 2"), "{form}");
    stage.submit(MAYA, json!({"outcome": "not_reached"})).await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Account planning: Acme Corp, Hooli with Northwind*
    *Acme Corp*: an introduction was agreed
    *Hooli*: we did not get to it
    Recording: -
    What else is worth keeping: -
    Next session: 2026-04-13
    ");
    let recording =
        json!({"recording": "https://meet.example/rec/1", "said": "They move in June", "next": "2026-03-26"});
    stage.submit(MAYA, recording).await;
    assert_eq!(session(&stage, &id).await.stage.as_str(), "closed");
    insta::assert_snapshot!(with_buttons(&newest(&stage, OPS).1), @r"
    *Logged: account planning with Northwind*
    Thu 12 Mar, 10:00 to 10:30 · logged by Maya Lindholm
    *Acme Corp* · an introduction was agreed · $120k, negotiation
    Alex Rivera reaches out, Evelyn Osei stays out of the way; on hold: No executive outreach
    *Introduction:* Sam Whitfield at Northwind introduces Alex Rivera to Dana Reyes, VP Sales, by Fri 20 Mar
    *Promised:* Alex Rivera: send Sam the returns brief, by Mon 16 Mar
    Not reached: Hooli. It comes back on the next agenda.
    They move in June
    Recording: https://meet.example/rec/1
    Next session: Thu 26 Mar, to be set up.
    [Log commitment]
    ");
    insta::assert_snapshot!(with_buttons(stage.sandbox.ephemerals(MAYA).last().unwrap()), @r"
    Logged: Account planning: Acme Corp, Hooli with Northwind.
    [Set up next session] [Show log]
    ");
    let answered = with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap());
    insta::assert_snapshot!(answered, @r"
    *Account planning: Acme Corp, Hooli with Northwind*
    Thu 12 Mar, 10:00 to 10:30 · logged by <@U0MAYA>.
    [Show log]
    ");
    let offered = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    let place = (offered["channel"].as_str().unwrap().to_owned(), offered["ts"].as_str().unwrap().to_owned());
    stage.press(MAYA, &place, "session.schedule").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    With *Northwind*
    Accounts: Hooli: ask
    Day: 2026-03-26
    Begins at: -
    Length: 30 minutes
    From us: -
    From them: -
    Where: https://meet.example/northwind
    Who meets whom: Manager with manager
    ");
    // What was agreed stands where it belongs.
    let mut tx = stage.db.read().await.unwrap();
    let acme = find_account(&mut tx, "acme").await.unwrap();
    let map = maps::load(&mut tx, &acme.id).await.unwrap().unwrap();
    assert_eq!(map.decisions[0].intent.now, "she signs in April");
    assert_eq!(map.open_holds().count(), 1);
    let introductions = store::introductions_to(&mut tx, &acme.id).await.unwrap();
    assert_eq!(introductions.len(), 1);
    assert_eq!(
        (introductions[0].session.as_ref(), introductions[0].whom.as_str()),
        (Some(&id), "Dana Reyes, VP Sales")
    );
    let deeds = store::deeds(&mut tx, &"p-northwind".into()).await.unwrap();
    assert!(matches!(deeds[&acme.id][..], [Deed::Worked(_)]), "{deeds:?}");
    let hooli = find_account(&mut tx, "hooli").await.unwrap();
    assert!(!deeds.contains_key(&hooli.id), "nobody got to it: {deeds:?}");
    let promised = store::commitments_on(&mut tx, &acme.id).await.unwrap();
    assert_eq!(promised.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["send Sam the returns brief"]);
    tx.rollback().await.unwrap();
    assert!(stage.inbox(ALEX).contains("logged a commitment for you"), "whoever does it is told");
    assert!(!stage.texts(SHARED).iter().any(|t| t.contains("Dana")), "Northwind's people read nothing of it");
    // Nobody is asked again.
    let before = stage.direct(MAYA).len();
    stage.advance_to("2026-03-16T09:00:00Z").await;
    assert!(!stage.direct(MAYA)[before..].iter().any(|t| t.contains("nothing is logged")));
    stage.end().await;
}

async fn a_session_that_nobody_logs_is_chased_twice_and_shown_to_operations(stage: Stage) {
    over(&stage).await;
    let mut told = Vec::new();
    for at in ["2026-03-13T08:00:00Z", "2026-03-16T08:00:00Z"] {
        stage.advance_to(at).await;
        let mut chased =
            stage.direct(MAYA).into_iter().filter(|t| t.contains("Acme Corp, Hooli with Northwind"));
        told.push(chased.next_back().unwrap());
    }
    insta::assert_snapshot!(told.join("\n---\n"), @r"
    *Account planning: Acme Corp, Hooli with Northwind*
    It was Thu 12 Mar, 10:00 to 10:30, and nothing is logged yet. What came of it?
    ---
    *Account planning: Acme Corp, Hooli with Northwind*
    It was Thu 12 Mar, 10:00 to 10:30, and nothing is logged. This is the last time I ask: on the next working day I show it to operations.
    ");
    stage.advance_to("2026-03-17T07:59:00Z").await;
    assert!(!stage.texts(OPS).iter().any(|t| t.contains("Not logged")));
    stage.advance_to("2026-03-17T08:00:00Z").await;
    let (at, message) = newest(&stage, OPS);
    insta::assert_snapshot!(with_buttons(&message), @r"
    *Not logged: Account planning: Acme Corp, Hooli with Northwind*
    Thu 12 Mar, 10:00 to 10:30. <@U0MAYA> was asked three times.
    [Log session]
    ");
    stage.advance_to("2026-03-20T08:00:00Z").await;
    assert_eq!(stage.texts(OPS).iter().filter(|t| t.contains("Not logged")).count(), 1);
    // Only the newest question has its buttons.
    let im = stage.sandbox.im(MAYA);
    let with_log =
        stage.sandbox.messages(&im).iter().filter(|m| with_buttons(m).contains("[Log session]")).count();
    assert_eq!(with_log, 1);
    // Operations can log it in their place.
    stage.press(OMAR, &at, "record.log").await;
    assert!(stage.form(OMAR).starts_with("*Acme Corp* with Northwind"));
    stage.end().await;
}

async fn what_is_missing_is_asked_for_at_its_field(stage: Stage) {
    over(&stage).await;
    stage.press(MAYA, &asked(&stage, MAYA).0, "record.log").await;
    let maya = stage.person(MAYA);
    let mut all = Vec::new();
    for wrong in [
        json!({"outcome": "stalled"}),
        json!({"outcome": "next_step"}),
        json!({"outcome": "introduction", "amount": "a lot"}),
        json!({"outcome": "introduction", "whom": "Dana", "amount": "", "meet_by": null}),
        json!({"outcome": "introduction", "whom": "Dana", "meet_by": "2026-03-20", "promise": "send it", "promise_due": "2026-03-02"}),
    ] {
        all.push(fields(&maya.submit(wrong).await.unwrap_err()));
    }
    insta::assert_snapshot!(all.join("---\n"), @r#"
    stall: Say what it waits for.
    ---
    promise: Say what is done next, or choose another outcome.
    ---
    whom: Say to whom, or choose another outcome.
    amount: I can't read "a lot" as an amount. Try $120k, €1.2M or 120,000 USD.
    ---
    meet_by: Choose the day by which it is made.
    ---
    promise_owner: Choose who does it.
    promise_due: That day is over. Choose today or later.
    "#);
    stage.submit(MAYA, json!({"outcome": "not_reached"})).await;
    stage.submit(MAYA, json!({"outcome": "not_reached"})).await;
    let refused = maya.submit(json!({"recording": "ask Omar", "next": "2026-03-12"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    recording~2: That is no link. Paste the address of the recording, such as https://…, or leave it empty.
    next~2: That day is over or is today. Choose a later one.
    ");
    stage.end().await;
}

/// Slack keeps what was entered in a field while the form around it changes.
async fn what_was_entered_for_one_account_is_not_taken_over_for_the_next(stage: Stage) {
    over(&stage).await;
    stage.press(MAYA, &asked(&stage, MAYA).0, "record.log").await;
    stage.submit(MAYA, acme()).await;
    let refused = stage.person(MAYA).submit(json!({"outcome": "stalled"})).await.unwrap_err();
    assert!(fields(&refused).contains("Say what it waits for."), "{}", fields(&refused));
    stage.submit(MAYA, json!({"outcome": "nothing"})).await;
    stage.submit(MAYA, json!({})).await;
    let card = with_buttons(&newest(&stage, OPS).1);
    for once in ["*Introduction:*", "*Promised:*", "on hold", "$120k"] {
        assert_eq!(card.matches(once).count(), 1, "{once}: {card}");
    }
    stage.end().await;
}

async fn of_two_who_log_one_account_one_is_told(stage: Stage) {
    over(&stage).await;
    stage.press(MAYA, &asked(&stage, MAYA).0, "record.log").await;
    stage.say(ALEX, INTAKE, "/partner session log").await;
    stage.submit(MAYA, acme()).await;
    stage.submit(ALEX, acme()).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"<@U0MAYA> logged *Acme Corp* already (an introduction was agreed), so yours was not saved.");
    stage.end().await;
}

async fn a_session_that_did_not_take_place_is_not_logged(stage: Stage) {
    let id = over(&stage).await;
    let (at, _) = asked(&stage, MAYA);
    stage.press(MAYA, &at, "record.missed").await;
    assert!(stage.person(MAYA).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(MAYA, json!({"reason": "Nobody of theirs came"})).await;
    assert_eq!(session(&stage, &id).await.stage.as_str(), "cancelled");
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Account planning: Acme Corp, Hooli with Northwind*
    It did not take place, says <@U0MAYA>: Nobody of theirs came. It would have been Thu 12 Mar, 10:00 to 10:30.
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner session log").await, @"No session of yours waits for its log. One can be logged once it has begun.");
    stage.end().await;
}

async fn who_was_not_there_logs_nothing(stage: Stage) {
    over(&stage).await;
    let value = session(&stage, &{
        let mut tx = stage.db.read().await.unwrap();
        let id = store::unlogged(&mut tx, stage.clock.now(), 1).await.unwrap().remove(0);
        tx.rollback().await.unwrap();
        id
    })
    .await
    .id;
    let forged = stage.forged(INTAKE, "record.log", value.as_str()).await;
    stage.press(EVE, &forged, "record.log").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"Only who was in the session with Northwind can log it, or somebody who looks after the partner. Nothing was saved.");
    insta::assert_snapshot!(stage.say(EVE, INTAKE, "/partner session log").await, @"No session of yours waits for its log. One can be logged once it has begun.");
    stage.end().await;
}

async fn of_several_sessions_one_is_chosen(stage: Stage) {
    ground(&stage).await;
    set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    set_up(&stage, "p-globex", &["Hooli"], 15).await;
    assert!(
        stage.say(MAYA, INTAKE, "/partner session log").await.starts_with("No session of yours waits"),
        "both are ahead"
    );
    stage.advance_to(OVER).await;
    let agenda = stage.say(MAYA, INTAKE, "/partner session agenda").await;
    assert!(agenda.starts_with("No session is ahead."), "both are over: {agenda}");
    assert_eq!(stage.say(MAYA, INTAKE, "/partner session log").await, "");
    let modal = stage.sandbox.modal(MAYA).unwrap();
    let options: Vec<String> = modal["blocks"][0]["element"]["options"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|o| o["text"]["text"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(options.len(), 2, "{options:?}");
    let hooli = options.iter().find(|o| o.contains("Hooli")).unwrap();
    stage.submit(MAYA, json!({"session": hooli})).await;
    assert!(stage.form(MAYA).starts_with("*Hooli* with Globex"));
    assert_eq!(stage.say(MAYA, INTAKE, "/partner session log acme").await, "");
    assert!(stage.form(MAYA).starts_with("*Acme Corp* with Northwind"));
    stage.end().await;
}
