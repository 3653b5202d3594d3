//! Several replicas on one Postgres; on SQLite the same story with the one process that it takes.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tandem::delivery::backlog;
use tandem::delivery::envelope::{Envelope, Kind};
use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::kernel::blocks::Message;
use tandem::sandbox::Fault;
use tandem::sql_value;
use tandem::store::{Db, millis};

use super::drafts;
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, Replica, SHARED, Stage};

crate::flows!(what_is_due_comes_once, fifty_clicks_make_one_decision, a_limited_method_is_left_alone);

/// What a process that has nothing to do asks of Postgres: `cargo test --test main idle -- --ignored --nocapture`.
mod idle {
    use crate::support::stage::{Backend, play};

    #[test]
    #[ignore = "a measurement of a minute"]
    fn a_minute_of_it() {
        play(Backend::Postgres, super::measure);
    }
}

async fn measure(stage: Stage) {
    let Db::Postgres(pool) = &stage.db else { return };
    let count = async || {
        sqlx::query_scalar::<_, i64>(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()",
        )
        .fetch_one(pool)
        .await
        .unwrap()
    };
    // Statistics arrive with some delay.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let before = count().await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    eprintln!("{} transactions in an idle minute", count().await - before);
    stage.end().await;
}

async fn replicas(stage: &Stage, n: usize) -> Vec<Replica> {
    let mut all = Vec::new();
    for _ in 0..n {
        all.extend(stage.replica().await);
    }
    all
}

/// Moves the clock and has every replica look at it at once.
pub async fn everybody_looks(stage: &Stage, others: &[Replica], at: &str) {
    assert!(stage.clock.advance_to(at.parse().unwrap()), "time goes forward");
    let bots: Vec<_> = others.iter().map(|r| r.bot.clone()).chain([stage.bot.clone()]).collect();
    for outcome in join_all(bots.iter().map(|bot| bot.rounds())).await {
        outcome.unwrap();
    }
    stage.settle().await;
}

async fn what_is_due_comes_once(stage: Stage) {
    let others = replicas(&stage, 3).await;
    for n in 0..4 {
        let said = format!("Company{n} Inc with Northwind: our open opp $120k, their customer");
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
    }
    stage.settle().await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner commit add \"send the slides\" to northwind by 10 march").await.unwrap();
    stage.settle().await;
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    let told = stage.direct(OMAR).len();
    everybody_looks(&stage, &others, "2026-03-09T08:00:00Z").await;
    everybody_looks(&stage, &others, "2026-03-09T08:01:00Z").await;
    let digests = stage.texts(OPS).into_iter().filter(|t| t.starts_with("*Partner triage")).count();
    assert_eq!(digests, 1);
    let after = stage.direct(OMAR).len();
    assert_eq!(after, told + 1, "one reminder: {:?}", stage.direct(OMAR));
    // A week in which nobody ran: one digest, at most one reminder.
    everybody_looks(&stage, &others, "2026-03-18T12:00:00Z").await;
    everybody_looks(&stage, &others, "2026-03-18T12:01:00Z").await;
    let digests = stage.texts(OPS).into_iter().filter(|t| t.starts_with("*Partner triage")).count();
    assert_eq!(digests, 2);
    let reminded = stage.direct(OMAR).len();
    assert!(reminded <= after + 1, "no flood: {:?}", stage.direct(OMAR));
    for replica in others {
        replica.end().await;
    }
    stage.end().await;
}

/// Each click in a lane of its own, so that nothing but the compare-and-set decides.
async fn fifty_clicks_make_one_decision(stage: Stage) {
    let others = replicas(&stage, 1).await;
    drafts::ground(&stage).await;
    let ts = drafts::propose(&stage, json!({})).await;
    let card = stage.sandbox.message(OPS, &ts).unwrap();
    let value = card["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default())
        .find(|e| e["action_id"] == "draft.approve")
        .unwrap()["value"]
        .clone();
    let inboxes: Vec<_> =
        others.iter().map(|r| r.bot.inbox.clone()).chain([stage.bot.inbox.clone()]).collect();
    let clicks = (0..50).map(|n| {
        let payload = json!({
            "type": "block_actions", "team": {"id": stage.bot.identity.team_id},
            "user": {"id": MAYA, "team_id": stage.bot.identity.team_id},
            "channel": {"id": OPS}, "message": {"ts": ts}, "trigger_id": format!("t{n}"),
            "actions": [{"action_id": "draft.approve", "type": "button", "value": value}],
        });
        inboxes[n % inboxes.len()].accept(Envelope {
            key: format!("click:{n}"),
            kind: Kind::BlockActions,
            name: "draft.approve".into(),
            lane: format!("lane:{n}"),
            payload: payload.to_string(),
            retry: None,
        })
    });
    for committed in join_all(clicks).await {
        committed.unwrap();
    }
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1, "{:?}", stage.texts(SHARED));
    let mut tx = stage.db.read().await.unwrap();
    let decided = sql_value!(
        &mut tx,
        i64,
        "SELECT COUNT(*) FROM audit WHERE action = 'draft.approve' AND outcome = 'done'"
    )
    .unwrap();
    assert_eq!(decided, 1);
    let left = backlog::read(&mut tx, 0).await.unwrap();
    assert_eq!((left.messages, left.unconfirmed, left.failed), (0, 0, 0));
    tx.rollback().await.unwrap();
    let second = stage.private(MAYA);
    assert_eq!(second.len(), 49, "everybody else is told");
    for replica in others {
        replica.end().await;
    }
    stage.end().await;
}

/// After a 429 nobody calls the method before its time, whatever waits in other channels; then everything goes.
async fn a_limited_method_is_left_alone(stage: Stage) {
    stage.sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 2 }, 1);
    let calls = || stage.sandbox.calls_of("chat.postMessage").len();
    let before = calls();
    let send = async |key: &str, to: &str| {
        let mut tx = stage.db.begin().await.unwrap();
        let out = Outgoing::post(key, Destination::Channel(to.into()), Message::text(key));
        outbox::enqueue(&mut tx, millis(stage.clock.now()), &out).await.unwrap();
        tx.commit().await.unwrap();
        stage.bot.bell.ring();
    };
    send("first", OPS).await;
    while calls() == before {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let limited = tokio::time::Instant::now();
    for n in 0..10 {
        send(&format!("more {n}"), if n % 2 == 0 { INTAKE } else { OPS }).await;
    }
    tokio::time::sleep(Duration::from_millis(1_500).saturating_sub(limited.elapsed())).await;
    assert_eq!(calls(), before + 1, "nobody calls again before its time");
    stage.settle().await;
    assert_eq!(calls(), before + 12, "and then each once");
    stage.end().await;
}
