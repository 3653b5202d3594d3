//! What is seen from outside: `/health`, `/ready`, `/metrics`, and a part that stands still.

use std::collections::BTreeSet;
use std::time::Duration;

use regex::Regex;
use serde_json::{Value, json};
use tandem::config::Config;
use tandem::sandbox::Fault;
use tandem::sql_exec;
use tandem::store::Tx;
use tokio::time::{Instant, sleep, timeout};

use crate::support::install::get;
use crate::support::stage::{ALEX, Backend, INTAKE, MAYA, OPS, Stage, WayIn, play_on};

const SAID: &str =
    "New overlap with Northwind: Acme Corp (acme.com), our customer, their prospect, owner <@U0ALEX>";

macro_rules! on_both {
    ($($name:ident: $stage:ident),+ $(,)?) => {
        mod sqlite {
            use super::*;
            $(#[test]
            fn $name() {
                play_on($stage(Backend::Sqlite), super::$name);
            })+
        }
        mod postgres {
            use super::*;
            $(#[test]
            fn $name() {
                play_on($stage(Backend::Postgres), super::$name);
            })+
        }
    };
}

on_both!(
    what_comes_and_goes_is_counted: over_a_socket,
    a_part_that_stands_still_is_told_of_and_started_anew: impatient,
    a_send_that_hangs_is_looked_up_and_not_repeated: hasty,
    a_database_that_does_not_answer_is_said: over_http,
    a_scheduler_that_hangs_is_said_to_be_late: over_http,
);

async fn over_a_socket(backend: Backend) -> Option<Stage> {
    Stage::on(backend, WayIn::Socket).await
}

async fn over_http(backend: Backend) -> Option<Stage> {
    Stage::on(backend, WayIn::Http).await
}

async fn impatient(backend: Backend) -> Option<Stage> {
    let settings = |config: &mut Config| {
        config.delivery.stuck_seconds = 2;
        // Those that stand still leave one for whoever asks how it goes.
        config.postgres.connections = 10;
    };
    Stage::with(backend, WayIn::Http, settings).await
}

async fn hasty(backend: Backend) -> Option<Stage> {
    let settings = |config: &mut Config| {
        config.slack.timeout_seconds = 60;
        config.delivery.stuck_seconds = 2;
        config.postgres.connections = 10;
        config.delivery.lease_seconds = 3;
    };
    Stage::with(backend, WayIn::Http, settings).await
}

async fn metrics(stage: &Stage) -> String {
    let answer = get(&format!("{}/metrics", stage.url), "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The number behind a name with its labels; none where it is not there.
fn number(metrics: &str, name: &str) -> Option<f64> {
    metrics.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

async fn ready(stage: &Stage) -> (u16, Value) {
    let answer = get(&format!("{}/ready", stage.url), "").await;
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

/// Returns what `/ready` says as soon as it answers with this status.
async fn until(stage: &Stage, status: u16) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let (now, said) = ready(stage).await;
        if now == status {
            return said;
        }
        assert!(Instant::now() < end, "{now}: {said}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn names(said: &Value) -> Vec<&str> {
    said["stuck"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

async fn what_comes_and_goes_is_counted(stage: Stage) {
    let before = metrics(&stage).await;
    assert_eq!(number(&before, "tandem_socket_connections"), Some(1.0));
    stage.sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 1 }, 1);
    stage.person(ALEX).post(INTAKE, SAID).await.unwrap();
    stage.person(MAYA).command(OPS, "/partner status").await.unwrap();
    stage.settle().await;
    let after = metrics(&stage).await;
    let sends = |method, outcome| {
        let labels = format!("audience=\"internal\",method=\"{method}\",outcome=\"{outcome}\"");
        number(&after, &format!("tandem_sends_total{{{labels}}}"))
    };
    assert_eq!(sends("chat.postMessage", "later"), Some(1.0), "{after}");
    assert!(sends("chat.postMessage", "arrived") >= Some(1.0), "{after}");
    assert!(sends("response_url", "arrived") >= Some(1.0), "{after}");
    let limited = "tandem_slack_errors_total{method=\"chat.postMessage\",code=\"ratelimited\"}";
    assert_eq!(number(&after, limited), Some(1.0), "{after}");
    let acknowledged = |text: &str| number(text, "tandem_acknowledgement_seconds_count").unwrap();
    assert!(acknowledged(&after) >= acknowledged(&before) + 2.0, "{after}");
    for (name, value) in
        [("tandem_database_up", 1.0), ("tandem_inbox_open", 0.0), ("tandem_outbox_oldest_seconds", 0.0)]
    {
        assert_eq!(number(&after, name), Some(value), "{after}");
    }
    labels_are_words_of_ours(&after);
    what_is_watched_is_there(&after);
    assert_eq!(ready(&stage).await, (200, json!({"ready": true, "stuck": []})));
    stage.end().await;
}

/// No id, no name and no text of anybody's: every label's value is a word of ours, or a method or code of Slack's. Only a
/// list's age names its partner, and nothing else.
fn labels_are_words_of_ours(metrics: &str) {
    let ages: Vec<&str> = metrics.lines().filter(|l| l.starts_with("tandem_list_age_seconds")).collect();
    let of = |age: &&str| age.split(' ').next().unwrap_or_default().to_owned();
    assert_eq!(
        ages.iter().map(of).collect::<BTreeSet<_>>(),
        ["globex", "northwind"].map(|name| format!("tandem_list_age_seconds{{partner=\"{name}\"}}")).into()
    );
    let others: Vec<&str> = metrics.lines().filter(|l| !l.starts_with("tandem_list_age_seconds")).collect();
    let metrics = others.join("\n");
    let metrics = metrics.as_str();
    let label = Regex::new(r#"(\w+)="([^"]*)""#).unwrap();
    let word = Regex::new(r"^[a-z_]+(?:[ .][a-zA-Z]+)?$").unwrap();
    let mut seen = 0;
    for found in label.captures_iter(metrics) {
        let (name, value) = (&found[1], &found[2]);
        let known = name == "le"
            || (word.is_match(value) && ["audience", "method", "outcome", "code", "part"].contains(&name));
        assert!(known, "{name}={value}");
        seen += 1;
    }
    assert!(seen > 20, "{metrics}");
    for hint in ["U0", "C0", "T0", "xox", "xapp", "Acme", "acme", "orthwind", "127.0.0.1", "/data"] {
        assert!(!metrics.contains(hint), "{hint} is in\n{metrics}");
    }
}

/// The alerts and the dashboard look at what is there.
fn what_is_watched_is_there(metrics: &str) {
    let alerts: Value = serde_saphyr::from_str(include_str!("../../deploy/alerts.yml")).unwrap();
    let dashboard: Value = serde_json::from_str(include_str!("../../deploy/grafana-dashboard.json")).unwrap();
    let mut expressions = Vec::new();
    for file in [&alerts, &dashboard] {
        let before = expressions.len();
        collect(file, &mut expressions);
        assert!(expressions.len() > before + 5, "{expressions:?}");
    }
    let name = Regex::new(r"\btandem_\w+").unwrap();
    let watched: BTreeSet<&str> =
        expressions.iter().flat_map(|e| name.find_iter(e)).map(|found| found.as_str()).collect();
    let shown: BTreeSet<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    assert!(watched.len() > 10, "{watched:?}");
    assert_eq!(watched.difference(&shown).collect::<Vec<_>>(), Vec::<&&str>::new());
}

fn collect<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get("expr").and_then(Value::as_str));
            fields.values().for_each(|field| collect(field, into));
        }
        Value::Array(all) => all.iter().for_each(|one| collect(one, into)),
        _ => {}
    }
}

/// Somebody else writes to the inbox and does not end: on Postgres its table is taken, on SQLite the one writer.
async fn hold(stage: &Stage) -> Tx {
    let mut tx = stage.db.begin().await.unwrap();
    if tx.is_postgres() {
        sql_exec!(&mut tx, "LOCK TABLE inbox IN EXCLUSIVE MODE").unwrap();
    }
    tx
}

async fn a_part_that_stands_still_is_told_of_and_started_anew(stage: Stage) {
    assert_eq!(ready(&stage).await.0, 200);
    let held = hold(&stage).await;
    stage.bot.inbox.wake();
    let mut said = until(&stage, 503).await;
    let end = Instant::now() + Duration::from_secs(10);
    // Whoever else came by the same door may stand still before it, and have got on.
    while !names(&said).iter().any(|name| name.ends_with("worker")) {
        assert!(Instant::now() < end, "{said}");
        sleep(Duration::from_millis(20)).await;
        said = ready(&stage).await.1;
    }
    let why = said["stuck"][0]["why"].as_str().unwrap();
    assert!(why.starts_with("stood still for ") && why.ends_with(" seconds"), "{why}");
    let counted = ["worker", "urgent worker"].map(|part| format!("tandem_stuck_total{{part=\"{part}\"}}"));
    let end = Instant::now() + Duration::from_secs(10);
    while !counted.iter().any(|name| is_counted(&stage, name)) {
        assert!(Instant::now() < end, "the watchdog is asleep");
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ready(&stage).await.0, 503, "started anew, it stands still before the same door");
    held.rollback().await.unwrap();
    until(&stage, 200).await;
    // It works, and nothing is lost.
    stage.person(ALEX).post(INTAKE, SAID).await.unwrap();
    let told = told(&stage).await;
    assert!(
        told.starts_with("*Part of me stood still*\n") && told.contains("I started that part again."),
        "{told}"
    );
    stage.settle().await;
    assert!(stage.texts(INTAKE).len() > 1, "{:?}", stage.texts(INTAKE));
    assert_eq!(stage.direct(ALEX), Vec::<String>::new(), "only admins are told");
    stage.end().await;
}

/// Slack has it, and its answer does not come.
async fn a_send_that_hangs_is_looked_up_and_not_repeated(stage: Stage) {
    stage.sandbox.script("chat.postMessage", Fault::Slow(Duration::from_secs(50)), 1);
    stage.person(ALEX).post(INTAKE, SAID).await.unwrap();
    // Started anew, it gets on at once: `/ready` may say so for a moment only, the counter keeps it.
    let end = Instant::now() + Duration::from_secs(30);
    while !is_counted(&stage, "tandem_stuck_total{part=\"outbox\"}") {
        assert!(Instant::now() < end, "nobody noticed");
        sleep(Duration::from_millis(20)).await;
    }
    until(&stage, 200).await;
    stage.settle().await;
    let texts = stage.texts(INTAKE);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(told(&stage).await.contains("• What I send, for "));
    stage.end().await;
}

fn is_counted(stage: &Stage, name: &str) -> bool {
    number(&stage.bot.client.meters().show(None), name) >= Some(1.0)
}

/// What the admin is told, as soon as it is there.
async fn told(stage: &Stage) -> String {
    let end = Instant::now() + Duration::from_secs(15);
    loop {
        stage.settle().await;
        if let Some(told) = stage.direct(MAYA).pop() {
            return told;
        }
        assert!(Instant::now() < end, "the admin is not told");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Every connection is taken.
async fn a_database_that_does_not_answer_is_said(stage: Stage) {
    assert_eq!(until(&stage, 200).await, json!({"ready": true, "stuck": []}));
    let mut taken = Vec::new();
    while let Ok(tx) = timeout(Duration::from_millis(500), stage.db.read()).await {
        taken.push(tx.unwrap());
    }
    let said = until(&stage, 503).await;
    assert_eq!(said["stuck"], json!([{"name": "database", "why": "does not answer"}]));
    assert_eq!(number(&metrics(&stage).await, "tandem_database_up"), Some(0.0));
    let health = get(&format!("{}/health", stage.url), "").await;
    assert_eq!((health.status, health.body.as_str()), (200, "{\"alive\":true}"), "the process lives");
    drop(taken);
    until(&stage, 200).await;
    stage.end().await;
}

/// Its round waits for somebody who does not end.
async fn a_scheduler_that_hangs_is_said_to_be_late(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    tandem::delivery::schedule::one_at_a_time(&mut tx).await.unwrap();
    let end = Instant::now() + Duration::from_secs(15);
    while number(&metrics(&stage).await, "tandem_schedule_lateness_seconds").unwrap() < 300.0 {
        assert!(Instant::now() < end, "it is not seen");
        assert!(stage.clock.advance_to(stage.clock.now() + Duration::from_secs(600)));
        sleep(Duration::from_millis(100)).await;
    }
    tx.rollback().await.unwrap();
    stage.end().await;
}
