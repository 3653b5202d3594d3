//! The weekly digest, and what is decided on its rows.

use std::time::Duration;

use serde_json::{Value, json};
use tandem::map::account_map::decision::{Choice, Intent};
use tandem::pull::digest::Decision;
use tandem::pull::flow;
use tandem::sandbox::Surface;
use tandem::sql_value;
use tandem::store::{Tx, people};

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, Stage, text};

crate::flows!(
    the_digest_comes_on_time_and_is_decided_on,
    of_two_who_decide_one_wins,
    two_decisions_at_once_are_both_shown,
    a_rep_does_not_decide,
    the_preview_is_private_and_the_settings_move_the_digest,
);

/// Nine o'clock in Stockholm.
const MONDAY: &str = "2026-03-09T08:00:00Z";

/// Seven overlaps with Northwind; the digest is posted and its `ts` returned.
async fn monday(stage: &Stage) -> String {
    for name in ["Acme", "Bolt", "Corvid", "Dynamo", "Ember", "Fathom", "Garnet"] {
        let said = format!("{name} Inc with Northwind: our open opp $120k, their customer");
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
        stage.settle().await;
    }
    stage.advance_to(MONDAY).await;
    stage.sandbox.messages(OPS)[0]["ts"].as_str().unwrap().to_owned()
}

fn shown(stage: &Stage, ts: &str) -> String {
    text(&stage.sandbox.message(OPS, ts).unwrap())
}

/// Chooses `verb` in the `⋯` of the first row of a message that offers it.
pub async fn menu(stage: &Stage, by: &str, ts: &str, verb: &str) {
    let message = stage.sandbox.message(OPS, ts).unwrap();
    let wanted = format!("{verb}:");
    let (block_id, option) = message["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|block| {
            let elements = block["elements"].as_array().cloned().unwrap_or_default();
            elements.iter().chain([&block["accessory"]]).find_map(|e| {
                let option = e["options"]
                    .as_array()?
                    .iter()
                    .find(|o| o["value"].as_str().is_some_and(|v| v.starts_with(&wanted)))?;
                Some((block["block_id"].clone(), option.clone()))
            })
        })
        .unwrap_or_else(|| panic!("no row offers {verb}: {message:#}"));
    let action = json!({"action_id": "overlap.menu", "block_id": block_id, "type": "overflow", "selected_option": option});
    let surface = Surface::Message { channel: OPS.to_owned(), ts: ts.to_owned() };
    stage.person(by).block_action(&surface, action, &Value::Null).await.unwrap();
    stage.settle().await;
}

async fn submit(stage: &Stage, by: &str, values: Value) {
    stage.person(by).submit(values).await.unwrap();
    stage.settle().await;
}

async fn the_digest_comes_on_time_and_is_decided_on(stage: Stage) {
    let ts = monday(&stage).await;
    let first = shown(&stage, &ts);
    assert!(first.starts_with("*Partner triage, week of 9 March*\n7 new overlaps\n"), "{first}");
    assert_eq!(first.matches("An ask: Northwind can open doors for our deal").count(), 5, "{first}");
    let replies = stage.sandbox.thread(OPS, &ts);
    assert_eq!(replies.len(), 1, "one partner, one reply");
    let reply = replies[0]["ts"].as_str().unwrap().to_owned();

    stage.person(OMAR).click(OPS, &ts, "overlap.plan").await.unwrap();
    stage.settle().await;
    submit(&stage, OMAR, json!({"plan": "agenda"})).await;
    menu(&stage, MAYA, &ts, "snooze").await;
    submit(&stage, MAYA, json!({"until": "2026-03-16", "why": "they decide after the fair"})).await;
    menu(&stage, MAYA, &ts, "dismiss").await;
    submit(&stage, MAYA, json!({"reason": "no_fit", "why": "too small"})).await;
    menu(&stage, MAYA, &ts, "assign").await;
    submit(&stage, MAYA, json!({"who": ALEX})).await;
    menu(&stage, OMAR, &reply, "plan").await;
    submit(&stage, OMAR, json!({"plan": "session", "by": "2026-03-20"})).await;
    let now = shown(&stage, &ts);
    for line in [
        "on the next agenda with Northwind_",
        "_Snoozed until 16 March by ",
        ": they decide after the fair_",
        ": No fit: too small_",
        "_Given to ",
    ] {
        assert!(now.contains(line), "{line}: {now}");
    }
    assert!(!now.contains("<@"), "nobody is mentioned: {now}");
    assert!(
        shown(&stage, &reply).contains("a session with Northwind by 20 March_"),
        "{}",
        shown(&stage, &reply)
    );
    let told = stage.direct(ALEX);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("gave you *") && told[0].contains("to look after"), "{told:?}");

    menu(&stage, OMAR, &ts, "reopen").await;
    assert!(!shown(&stage, &ts).contains("on the next agenda"), "{}", shown(&stage, &ts));
    // A week later the snoozed one is back; what was dismissed and planned is not.
    stage.advance_to("2026-03-16T08:00:00Z").await;
    let all = stage.texts(OPS);
    let next = all.iter().find(|t| t.contains("week of 16 March")).unwrap();
    assert!(next.contains("Back from its snooze") && !next.contains("too small"), "{next}");
    stage.end().await;
}

async fn of_two_who_decide_one_wins(stage: Stage) {
    let ts = monday(&stage).await;
    for who in [MAYA, OMAR] {
        stage.person(who).click(OPS, &ts, "overlap.plan").await.unwrap();
        stage.settle().await;
    }
    submit(&stage, MAYA, json!({"plan": "agenda"})).await;
    submit(&stage, OMAR, json!({"plan": "session", "by": "2026-03-20"})).await;
    let told = stage.last_private(OMAR);
    assert!(told.contains("was changed at 09:00, before you."), "{told}");
    assert!(told.contains("on the next agenda with Northwind"), "{told}");
    let now = shown(&stage, &ts);
    assert!(now.contains("on the next agenda") && !now.contains("a session with"), "{now}");
    stage.end().await;
}

/// Two transactions decide on two rows of one digest; the second does not see what the first has not committed.
async fn two_decisions_at_once_are_both_shown(stage: Stage) {
    let ts = monday(&stage).await;
    let now = stage.clock.now();
    let mut tx = stage.db.begin().await.unwrap();
    let digest = sql_value!(&mut tx, String, "SELECT overlap_ids FROM digests").unwrap();
    let shown_first: Vec<String> = serde_json::from_str(&digest).unwrap();
    let (omar, _) = people::find(&mut tx, &OMAR.into()).await.unwrap().unwrap_or_else(|| (omar(), 0));
    let actor = omar.actor(&mut tx).await.unwrap();
    let decide = async |tx: &mut Tx, nth: usize| {
        let id = shown_first[nth].as_str().into();
        let seen = flow::find(tx, &id).await.unwrap().version;
        let choice = Choice {
            partner: None,
            reaches_out: OMAR.into(),
            introducer: None,
            stays_out: Vec::new(),
            intent: Intent::default(),
            hold: None,
        };
        flow::decide(tx, now, &actor, &id, seen, Decision::Agenda, Some(&choice)).await.unwrap();
    };
    decide(&mut tx, 0).await;
    let second = async {
        let mut tx = stage.db.begin().await.unwrap();
        decide(&mut tx, 1).await;
        tx.commit().await.unwrap();
    };
    let mut second = Box::pin(second);
    // Either it waits for the first or it is done before; then the first ends.
    let early = tokio::time::timeout(Duration::from_millis(500), &mut second).await;
    tx.commit().await.unwrap();
    if early.is_err() {
        (&mut second).await;
    }
    drop(second);
    stage.bot.bell.ring();
    stage.settle().await;
    let shown = shown(&stage, &ts);
    assert_eq!(shown.matches("on the next agenda with Northwind_").count(), 2, "{shown}");
    stage.end().await;
}

fn omar() -> people::Person {
    let name = "Omar Haddad".to_owned();
    people::Person { id: OMAR.into(), team_id: None, name, email: None, zone: None, outside: None }
}

async fn a_rep_does_not_decide(stage: Stage) {
    let ts = monday(&stage).await;
    let before = shown(&stage, &ts);
    stage.person(ALEX).click(OPS, &ts, "overlap.plan").await.unwrap();
    stage.settle().await;
    assert!(stage.sandbox.modal(ALEX).is_none());
    assert!(stage.last_private(ALEX).starts_with("Only partner managers"), "{}", stage.last_private(ALEX));
    assert_eq!(shown(&stage, &ts), before);
    stage.end().await;
}

async fn the_preview_is_private_and_the_settings_move_the_digest(stage: Stage) {
    let (maya, omar) = (stage.person(MAYA), stage.person(OMAR));
    omar.command(OPS, "/partner digest preview").await.unwrap();
    stage.settle().await;
    let preview = stage.last_private(OMAR);
    let next = "Only you see this preview. The next digest comes Monday 9 March at 09:00, Europe/Stockholm";
    assert!(preview.starts_with(next), "{preview}");
    assert!(preview.contains("nothing waits for a decision"), "{preview}");
    omar.command(OPS, "/partner digest settings").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(OMAR).starts_with("Only an admin"), "{}", stage.last_private(OMAR));
    maya.command(OPS, "/partner digest settings").await.unwrap();
    stage.settle().await;
    let values = json!({"weekday": "Tue", "time": "08:30", "zone": "america/new_york"});
    submit(&stage, MAYA, values).await;
    let saved = stage.last_private(MAYA);
    assert!(saved.contains("Tuesday 10 March at 08:30, America/New_York"), "{saved}");
    assert!(stage.texts(OPS).is_empty());
    stage.advance_to(MONDAY).await;
    assert!(stage.texts(OPS).is_empty(), "Monday is no longer the day");
    stage.advance_to("2026-03-10T12:30:00Z").await;
    assert_eq!(stage.texts(OPS).len(), 1);
    stage.end().await;
}
