//! A session is asked for, and both sides see how it stands until it is closed.

use serde_json::{Value, json};
use tandem::kernel::actor::Role;
use tandem::map::partner::Partner;
use tandem::map::store as map;
use tandem::sandbox::Surface;
use tandem::store::people;

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, SAM, SHARED, Stage, fields, with_buttons};

crate::flows!(
    a_request_is_accepted,
    another_day_is_taken,
    the_first_day_is_insisted_on,
    a_request_is_declined_with_a_reason,
    a_request_is_withdrawn,
    of_two_managers_one_decides,
    who_was_not_asked_is_refused,
    what_was_typed_is_checked,
    a_session_is_planned_from_the_digest,
    a_session_is_asked_for_once,
    of_two_who_ask_in_the_same_instant_one_asks,
    the_manager_is_reminded_until_an_answer,
    a_reminder_that_counts_as_given_is_not_repeated,
    who_proposed_a_day_ends_it_where_the_requester_has_left,
);

/// Hooli stands in the map.
async fn ground(stage: &Stage) {
    let said = "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
}

/// Alex asks; gives the newest card of Maya.
async fn ask(stage: &Stage) -> (String, String) {
    ground(stage).await;
    let answer = stage.say(ALEX, INTAKE, "/partner session request hooli with northwind by friday").await;
    assert_eq!(answer, "");
    stage.submit(ALEX, json!({})).await;
    newest(stage, MAYA)
}

fn newest(stage: &Stage, user: &str) -> (String, String) {
    let im = stage.sandbox.im(user);
    let message = stage.sandbox.messages(&im).pop().expect("a direct message");
    (im, message["ts"].as_str().unwrap().to_owned())
}

/// The first direct message: the card that is edited.
fn first(stage: &Stage, user: &str) -> (String, String) {
    let im = stage.sandbox.im(user);
    let ts = stage.sandbox.messages(&im)[0]["ts"].as_str().unwrap().to_owned();
    (im, ts)
}

fn shown(stage: &Stage, at: &(String, String)) -> Value {
    stage.sandbox.message(&at.0, &at.1).unwrap()
}

/// What the button on a card carries.
fn value(message: &Value) -> String {
    let actions = message["blocks"].as_array().unwrap().iter().find(|b| b["type"] == "actions").unwrap();
    actions["elements"][0]["value"].as_str().unwrap().to_owned()
}

async fn a_request_is_accepted(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner session request hooli with northwind by friday").await;
    let modal = stage.sandbox.modal(ALEX).expect("the form opens, filled in");
    assert!(modal.to_string().contains("2026-03-06"), "the date is shown back before it is saved: {modal:#}");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0ALEX> asks <@U0MAYA> for a session by Fri 6 Mar.
    [Accept] [Propose another day] [Decline]
    ");
    stage.press(MAYA, &newest(&stage, MAYA), "request.accept").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    [Schedule]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ---
    Hooli (hooli.com) with Northwind · Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner session list").await, @r"
    *Sessions asked for*
    *Hooli (hooli.com)* with Northwind · Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ");
    stage.end().await;
}

async fn another_day_is_taken(stage: Stage) {
    let card = ask(&stage).await;
    stage.press(MAYA, &card, "request.propose").await;
    let maya = stage.person(MAYA);
    let refused = maya.submit(json!({"date": "2026-03-02"})).await.unwrap_err();
    let same = maya.submit(json!({"date": "2026-03-06"})).await.unwrap_err();
    insta::assert_snapshot!(same.fields()["date"].as_str().unwrap(), @"That is the day that was asked for. Choose another, or close this and accept.");
    insta::assert_snapshot!(refused.fields()["date"].as_str().unwrap(), @"Mon 2 Mar is in the past. Choose today or later.");
    stage.submit(MAYA, json!({"date": "2026-03-10"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0MAYA> proposes Tue 10 Mar instead of Fri 6 Mar. <@U0ALEX> decides.
    [Take Tue 10 Mar] [Keep Fri 6 Mar] [Withdraw]
    ---
    Hooli (hooli.com) with Northwind · <@U0MAYA> proposes Tue 10 Mar instead of Fri 6 Mar. <@U0ALEX> decides.
    ");
    stage.press(ALEX, &first(&stage, ALEX), "request.take").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Agreed by <@U0ALEX>: a session on Tue 10 Mar.
    [Schedule]
    ---
    Hooli (hooli.com) with Northwind · Agreed by <@U0ALEX>: a session on Tue 10 Mar.
    ");
    insta::assert_snapshot!(with_buttons(&shown(&stage, &first(&stage, ALEX))), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Agreed by <@U0ALEX>: a session on Tue 10 Mar.
    ");
    stage.end().await;
}

async fn the_first_day_is_insisted_on(stage: Stage) {
    let card = ask(&stage).await;
    stage.press(MAYA, &card, "request.propose").await;
    stage.submit(MAYA, json!({"date": "2026-03-10"})).await;
    stage.press(ALEX, &first(&stage, ALEX), "request.insist").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0ALEX> still needs it by Fri 6 Mar and asks <@U0MAYA> again.
    [Accept] [Propose another day] [Decline]
    ---
    Hooli (hooli.com) with Northwind · <@U0ALEX> still needs it by Fri 6 Mar and asks <@U0MAYA> again.
    ");
    stage.press(MAYA, &card, "request.accept").await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &first(&stage, ALEX))), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ");
    stage.end().await;
}

async fn a_request_is_declined_with_a_reason(stage: Stage) {
    let card = ask(&stage).await;
    stage.press(MAYA, &card, "request.decline").await;
    assert!(stage.person(MAYA).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(MAYA, json!({"reason": "Their team is <b>on holiday</b> until May"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Declined by <@U0MAYA>: Their team is &lt;b&gt;on holiday&lt;/b&gt; until May
    ---
    Hooli (hooli.com) with Northwind · Declined by <@U0MAYA>: Their team is &lt;b&gt;on holiday&lt;/b&gt; until May
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner session").await, @r"
    *Sessions asked for*
    *Hooli (hooli.com)* with Northwind · Declined by <@U0MAYA>: Their team is &lt;b&gt;on holiday&lt;/b&gt; until May
    ");
    stage.end().await;
}

async fn a_request_is_withdrawn(stage: Stage) {
    let card = ask(&stage).await;
    let before = shown(&stage, &card);
    stage.press(ALEX, &first(&stage, ALEX), "request.withdraw").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Withdrawn by <@U0ALEX>.
    ---
    Hooli (hooli.com) with Northwind · Withdrawn by <@U0ALEX>.
    ");
    // Maya's window was behind.
    stage.press_late(MAYA, &card, &before, "request.accept").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Hooli (hooli.com) with Northwind · Withdrawn by <@U0ALEX>.");
    stage.end().await;
}

/// Nobody manages Globex, so every partner manager is asked.
async fn of_two_managers_one_decides(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let now = stage.clock.now();
    people::set_holders(&mut tx, now, &MAYA.into(), Role::PartnerManager, &[MAYA.into(), EVE.into()])
        .await
        .unwrap();
    let globex = map::partner(&mut tx, &"p-globex".into()).await.unwrap().unwrap();
    map::save_partner(&mut tx, now, &Partner { manager: None, ..globex }).await.unwrap();
    tx.commit().await.unwrap();
    let said = "New overlap with Globex: Hooli (hooli.com), our open opp $80k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.say(ALEX, INTAKE, "/partner session request hooli with globex by 12 march for the renewal").await;
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.inbox(EVE), @r"
    *Session on Hooli (hooli.com) with Globex*
    <@U0ALEX> asks <@U0EVE> and <@U0MAYA> for a session by Thu 12 Mar.
    For: the renewal
    [Accept] [Propose another day] [Decline]
    ");
    let (mayas, eves) = (newest(&stage, MAYA), newest(&stage, EVE));
    let before = shown(&stage, &eves);
    // Eve has the form open while Maya accepts, and presses a button of the old card besides.
    stage.press(EVE, &eves, "request.decline").await;
    stage.press(MAYA, &mayas, "request.accept").await;
    stage.submit(EVE, json!({"reason": "no time"})).await;
    insta::assert_snapshot!(stage.last_private(EVE), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Hooli (hooli.com) with Globex · Accepted by <@U0MAYA>: a session by Thu 12 Mar.");
    stage.press_late(EVE, &eves, &before, "request.accept").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Hooli (hooli.com) with Globex · Accepted by <@U0MAYA>: a session by Thu 12 Mar.");
    insta::assert_snapshot!(stage.inbox(EVE), @r"
    *Session on Hooli (hooli.com) with Globex*
    Accepted by <@U0MAYA>: a session by Thu 12 Mar.
    For: the renewal
    [Schedule]
    ---
    Hooli (hooli.com) with Globex · Accepted by <@U0MAYA>: a session by Thu 12 Mar.
    ");
    stage.end().await;
}

async fn who_was_not_asked_is_refused(stage: Stage) {
    let card = ask(&stage).await;
    let value = value(&shown(&stage, &card));
    let forged = stage.forged(SHARED, "request.accept", &value).await;
    for who in [OMAR, ALEX, SAM] {
        stage.press(who, &forged, "request.accept").await;
    }
    insta::assert_snapshot!(stage.last_private(OMAR), @"Only <@U0MAYA> can answer this request. Nothing was changed.");
    insta::assert_snapshot!(stage.last_private(ALEX), @"Only <@U0MAYA> can answer this request. Nothing was changed.");
    insta::assert_snapshot!(stage.last_private(SAM), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    let withdraw = stage.forged(SHARED, "request.withdraw", &value).await;
    stage.press(MAYA, &withdraw, "request.withdraw").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Only <@U0ALEX>, who asked, can do that. Nothing was changed.");
    let nonsense = stage.forged(SHARED, "request.accept", "no such request:1").await;
    stage.press(MAYA, &nonsense, "request.accept").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That request is gone: its account or partner was removed.");
    assert!(with_buttons(&shown(&stage, &card)).contains("[Accept]"), "nothing was changed");
    let mut tx = stage.db.read().await.unwrap();
    let refused = tandem::sql_all!(
        &mut tx,
        (String,),
        "SELECT actor FROM audit WHERE outcome = 'refused' ORDER BY seq"
    )
    .unwrap();
    tx.rollback().await.unwrap();
    let refused: Vec<&str> = refused.iter().map(|(who,)| who.as_str()).collect();
    assert_eq!(refused, [OMAR, ALEX, SAM, MAYA]);
    stage.end().await;
}

async fn what_was_typed_is_checked(stage: Stage) {
    ground(&stage).await;
    let ask = async |typed: &str| stage.say(ALEX, INTAKE, &format!("/partner session request {typed}")).await;
    insta::assert_snapshot!(ask("hooli with northwind by 1 jan 2020").await, @r"
    Wed 1 Jan 2020 is in the past. Choose today or later.
    [Go on in a form]
    ");
    insta::assert_snapshot!(ask("hooly with nortwind by 3/4").await, @r#"
    "3/4" can be read in two ways. Write `3 Apr` or `4 Mar`.
    I don't know a partner "nortwind". Did you mean Northwind?
    I don't know an account "hooly". Did you mean Hooli?
    [Go on in a form]
    "#);
    // The button leads to the form with the rest filled in.
    let answer = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let at = (answer["channel"].as_str().unwrap().to_owned(), answer["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &at, "request.ask").await;
    insta::assert_snapshot!(stage.form(ALEX), @r#"
    I don't know a partner "nortwind". Did you mean Northwind?
    I don't know an account "hooly". Did you mean Hooli?
    Account: hooly
    Partner: -
    Needed by: -
    What for: -
    "#);
    let refused =
        stage.person(ALEX).submit(json!({"partner": "p-northwind", "date": "2026-03-01"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"
    account: I don't know an account "hooly". Did you mean Hooli?
    date: Sun 1 Mar is in the past. Choose today or later.
    "#);
    stage.submit(ALEX, json!({"account": "hooli", "date": "2026-03-12"})).await;
    assert!(stage.inbox(MAYA).contains("for a session by Thu 12 Mar"), "{}", stage.inbox(MAYA));
    // Nothing but the verb: an empty form.
    assert_eq!(ask("").await, "");
    insta::assert_snapshot!(stage.form(ALEX), @r"
    Account: -
    Partner: -
    Needed by: -
    What for: -
    ");
    let refused = stage
        .person(ALEX)
        .submit(json!({"account": "pied piper", "partner": "p-globex", "date": "2026-03-12"}))
        .await
        .unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"account: I don't know an account "pied piper". /partner overlaps add adds one with its partner."#);
    stage.end().await;
}

async fn a_session_is_planned_from_the_digest(stage: Stage) {
    ground(&stage).await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let ts = stage.sandbox.messages("C0PARTNEROPS")[0]["ts"].as_str().unwrap().to_owned();
    let digest = ("C0PARTNEROPS".to_owned(), ts);
    stage.press(OMAR, &digest, "overlap.plan").await;
    let refused =
        stage.person(OMAR).submit(json!({"plan": "session", "by": "2026-03-06"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"by: That day is over or is today. Choose a later one.");
    stage.submit(OMAR, json!({"plan": "session", "by": "2026-03-13"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar.
    For: their customer, our open deal ($80k)
    [Accept] [Propose another day] [Decline]
    ");
    insta::assert_snapshot!(stage.inbox(OMAR), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar.
    For: their customer, our open deal ($80k)
    [Withdraw]
    ");
    stage.press(MAYA, &newest(&stage, MAYA), "request.accept").await;
    insta::assert_snapshot!(stage.inbox(OMAR), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 13 Mar.
    For: their customer, our open deal ($80k)
    ---
    Hooli (hooli.com) with Northwind · Accepted by <@U0MAYA>: a session by Fri 13 Mar.
    ");
    stage.end().await;
}

async fn a_session_is_asked_for_once(stage: Stage) {
    ground(&stage).await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let ts = stage.sandbox.messages("C0PARTNEROPS")[0]["ts"].as_str().unwrap().to_owned();
    let digest = ("C0PARTNEROPS".to_owned(), ts);
    for _ in 0..2 {
        stage.press(OMAR, &digest, "overlap.plan").await;
        stage.submit(OMAR, json!({"plan": "session", "by": "2026-03-13"})).await;
        let message = stage.sandbox.message(&digest.0, &digest.1).unwrap();
        let blocks = message["blocks"].as_array().unwrap();
        let row = blocks.iter().find(|b| b["accessory"]["type"] == "overflow").unwrap();
        let menu = &row["accessory"];
        let choice = json!({"action_id": menu["action_id"], "block_id": row["block_id"], "type": "overflow",
            "selected_option": menu["options"][0]});
        let surface = Surface::Message { channel: digest.0.clone(), ts: digest.1.clone() };
        stage.person(OMAR).block_action(&surface, choice, &Value::Null).await.unwrap();
        stage.settle().await;
    }
    insta::assert_snapshot!(stage.private(OMAR).join("\n---\n"), @r"
    The session on Hooli (hooli.com) with Northwind stays asked for: <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar. <@U0OMAR> can withdraw it on its card.
    ---
    A session on Hooli (hooli.com) with Northwind is asked for already, so nobody was asked again: <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar.
    ---
    The session on Hooli (hooli.com) with Northwind stays asked for: <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar. <@U0OMAR> can withdraw it on its card.
    ");
    assert_eq!(stage.direct(MAYA).len(), 1, "{:?}", stage.direct(MAYA));
    stage.say(ALEX, INTAKE, "/partner session request hooli with northwind by friday").await;
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"A session on Hooli (hooli.com) with Northwind is asked for already, so nobody was asked again: <@U0OMAR> asks <@U0MAYA> for a session by Fri 13 Mar.");
    assert_eq!(stage.direct(MAYA).len(), 1, "{:?}", stage.direct(MAYA));
    stage.end().await;
}

async fn of_two_who_ask_in_the_same_instant_one_asks(stage: Stage) {
    ground(&stage).await;
    for user in [ALEX, OMAR] {
        stage.say(user, INTAKE, "/partner session request hooli with northwind by friday").await;
    }
    let (alex, omar) = (stage.person(ALEX), stage.person(OMAR));
    let (one, two) = tokio::join!(alex.submit(json!({})), omar.submit(json!({})));
    one.unwrap();
    two.unwrap();
    stage.settle().await;
    assert_eq!(stage.direct(MAYA).len(), 1, "{:?}", stage.direct(MAYA));
    let told = [stage.private(ALEX), stage.private(OMAR)].concat();
    let late: Vec<&String> = told.iter().filter(|t| t.contains("asked for already")).collect();
    assert_eq!(late.len(), 1, "{told:?}");
    stage.end().await;
}

/// From Wednesday evening to Wednesday evening, looked at every hour.
async fn the_manager_is_reminded_until_an_answer(stage: Stage) {
    let card = ask(&stage).await;
    let mut seen = Vec::new();
    let start = stage.clock.now();
    let zone = jiff::tz::TimeZone::get("Europe/Stockholm").unwrap();
    let hours =
        (1..=6 * 24).map(|hour| (start + jiff::SignedDuration::from_hours(hour)).to_zoned(zone.clone()));
    // What came at another hour would be seen at six in the morning.
    for local in hours.filter(|local| (6..=12).contains(&local.hour())) {
        let before = stage.sandbox.thread(&card.0, &card.1).len();
        stage.advance_to(&local.timestamp().to_string()).await;
        for message in &stage.sandbox.thread(&card.0, &card.1)[before..] {
            seen.push(format!("{} {}", local.strftime("%a %-d %H:%M"), with_buttons(message)));
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    Fri 6 09:00 Hooli (hooli.com) with Northwind · <@U0ALEX> has waited 2 working days for your answer. Above you can accept, propose another day or decline.
    Mon 9 09:00 Hooli (hooli.com) with Northwind · <@U0ALEX> has waited 3 working days for your answer. Above you can propose another day or decline: Fri 6 Mar is over.
    Tue 10 09:00 Hooli (hooli.com) with Northwind · <@U0ALEX> has waited 4 working days for your answer. Above you can propose another day or decline: Fri 6 Mar is over.
    ");
    stage.press(MAYA, &card, "request.accept").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Fri 6 Mar is over. Propose another day, or decline.");
    stage.press(MAYA, &card, "request.propose").await;
    stage.submit(MAYA, json!({"date": "2026-03-11"})).await;
    stage.press(ALEX, &first(&stage, ALEX), "request.insist").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Fri 6 Mar is over. Withdraw the request and ask again with a new day.");
    stage.press(ALEX, &first(&stage, ALEX), "request.take").await;
    let before = stage.sandbox.messages(&card.0).len();
    stage.advance_to("2026-03-12T09:00:00Z").await;
    assert_eq!(stage.sandbox.messages(&card.0).len(), before, "an answer ends it");
    stage.end().await;
}

/// As after a restore: whoever ran until then reminded of it.
async fn a_reminder_that_counts_as_given_is_not_repeated(stage: Stage) {
    let card = ask(&stage).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send the case study\" to northwind by monday").await;
    stage.submit(ALEX, json!({})).await;
    let counts = || (stage.sandbox.thread(&card.0, &card.1).len(), stage.direct(ALEX).len());
    let before = counts();
    // Friday at ten in Stockholm: both came at nine.
    let friday = "2026-03-06T09:00:00Z";
    let mut tx = stage.db.begin().await.unwrap();
    tandem::plan::flow::reminders_given(&mut tx, friday.parse().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to(friday).await;
    assert_eq!(counts(), before);
    stage.advance_to("2026-03-09T08:00:00Z").await;
    assert_eq!(counts(), (before.0 + 1, before.1 + 1), "those of Monday come");
    stage.end().await;
}

async fn who_proposed_a_day_ends_it_where_the_requester_has_left(stage: Stage) {
    let card = ask(&stage).await;
    stage.press(MAYA, &card, "request.propose").await;
    stage.submit(MAYA, json!({"date": "2026-03-11"})).await;
    super::asks::leaves(&stage, ALEX).await;
    let alexs = first(&stage, ALEX);
    let before = stage.sandbox.thread(&alexs.0, &alexs.1).len();
    stage.advance_to("2026-03-06T08:00:00Z").await;
    assert_eq!(stage.sandbox.thread(&alexs.0, &alexs.1).len(), before, "nobody is reminded who is not there");
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card)), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0MAYA> proposes Wed 11 Mar instead of Fri 6 Mar. <@U0ALEX> decides.
    [Decline]
    ");
    let lines = stage.thread(&card.0, &card.1);
    insta::assert_snapshot!(lines.join("\n---\n"), @"Hooli (hooli.com) with Northwind · the day was proposed 2 working days ago. <@U0ALEX>, who asked, is a deactivated account now. Above you can decline.");
    stage.press(MAYA, &card, "request.decline").await;
    stage.submit(MAYA, json!({"reason": "Alex has left"})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card)), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Declined by <@U0MAYA>: Alex has left
    ");
    stage.advance_to("2026-03-09T08:00:00Z").await;
    assert_eq!(stage.thread(&card.0, &card.1), lines, "it is over");
    stage.end().await;
}
