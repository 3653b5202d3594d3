//! No secret in a log, a database, an error's text, a report or a panic.
//!
//! A test target of its own: it listens to everything that the process logs, at the most talkative level.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use sqlx::AssertSqlSafe;
use tandem::config::ListSource;
use tandem::map::sources::hook;
use tandem::sandbox::Fault;
use tandem::store::Db;
use tandem::store::keys::{self, Keyring};
use tracing_subscriber::fmt::MakeWriter;

use support::command::tandem;
use support::install::{get, through_slacks_pages, to_slack_and_back};
use support::list_server::{Answer, Asked, ListServer};
use support::stage::{ALEX, Backend, INTAKE, MAYA, OPS, Stage, WayIn, play_on};

const SAID: &str =
    "New overlap with Northwind: Acme Corp (acme.com), our customer, their prospect, owner <@U0ALEX>";

/// Everything that was logged or panicked.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Heard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What must appear nowhere: the beginnings of all of Slack's tokens, and the secrets by name.
const SECRETS: [&str; 8] = [
    "xoxb-",
    "xoxe",
    "xapp-",
    "sandbox-signing-secret",
    "sandbox-client-secret",
    "canary-password",
    "canary-key",
    "canary-list",
];

/// Comes with everything that Slack sends, so that the most talkative log of the socket's library shows it; kept it is not.
const VERIFICATION_TOKEN: &str = "sandbox-verification-token";

fn assert_clean(what: &str, text: &str, keys: &str) {
    let key = keys.trim().split(':').nth(1).unwrap_or("no key");
    for secret in SECRETS.iter().copied().chain([key]) {
        if let Some(at) = text.find(secret) {
            let from = text[..at].char_indices().rev().nth(300).map_or(0, |(i, _)| i);
            let to = text[at..].char_indices().nth(80).map_or(text.len(), |(i, _)| at + i);
            panic!("{what} holds {secret:?}: …{}…", &text[from..to]);
        }
    }
}

async fn assert_database_clean(stage: &Stage, keys: &str) {
    let all = match &stage.db {
        Db::Sqlite { .. } => files(stage.folder.path()),
        Db::Postgres(pool) => rows(pool).await,
    };
    assert_clean("the database", &all, keys);
    assert!(!all.contains(VERIFICATION_TOKEN));
}

/// Every row of every table, as text.
async fn rows(pool: &sqlx::PgPool) -> String {
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.unwrap();
    let mut all = String::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM \"{table}\" t");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        all.extend(rows);
    }
    assert!(all.contains("Acme Corp"), "the rows were read");
    all
}

fn files(folder: &Path) -> String {
    let mut all = Vec::new();
    for name in ["tandem.db", "tandem.db-wal", "copy.db"] {
        all.extend(std::fs::read(folder.join(name)).unwrap_or_default());
    }
    assert!(all.len() > 4096);
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn no_secret_is_told_to_anybody() {
    let heard = Heard::default();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    lines.with_writer(heard.clone()).init();
    let panics = heard.clone();
    std::panic::set_hook(Box::new(move |panic| {
        use std::io::Write;
        let _ = writeln!(panics.clone(), "{panic}");
    }));
    // Most of it is waiting for what does not answer.
    std::thread::scope(|plays| {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let (one, other) = (heard.clone(), heard.clone());
            plays.spawn(move || {
                play_on(Stage::installed(backend, true), async move |stage| installed(stage, &one).await)
            });
            plays.spawn(move || play_configured(backend, other));
        }
        plays.spawn(reports);
    });
    let _ = std::panic::take_hook();
    let _ = std::panic::take_hook();
}

fn play_configured(backend: Backend, heard: Heard) {
    let server = ListServer::bound(lists);
    let served = server.clone();
    let stage = async move {
        served.serve();
        Stage::with(backend, WayIn::Socket, |config| {
            keys::create(&config.key_file()).unwrap();
            let sources = SOURCES.replace("URL", &served.url);
            config.sources = toml::from_str::<Sources>(&sources).unwrap().sources;
        })
        .await
    };
    play_on(stage, async move |stage| {
        from_sources(&stage, &server).await;
        configured(stage, &heard).await;
    });
}

#[derive(serde::Deserialize)]
struct Sources {
    sources: Vec<ListSource>,
}

const SOURCES: &str = r#"
[[sources]]
name = "address"
kind = "url"
partner = "Northwind"
url = "URL/list.csv?key=canary-list-address"
token = "canary-list-token"
private_addresses = true
[[sources]]
name = "crossbeam"
kind = "crossbeam"
list = "addition"
url = "URL"
token_url = "URL/oauth/token"
client_id = "id"
client_secret = "canary-list-client"
refresh_token = "canary-list-refresh"
organization = "0-1"
private_addresses = true
[[sources]]
name = "partnertap"
kind = "partnertap"
partner = "Globex"
url = "URL"
api_key = "canary-list-api-key"
private_addresses = true
[[sources]]
name = "hook"
kind = "webhook"
secret = "canary-list-hook-secret"
"#;

/// Everything that goes well and everything that fails has a secret in it.
fn lists(asked: &Asked) -> Answer {
    match asked.line.as_str() {
        line if line.starts_with("POST /oauth/token") => {
            Answer::ok(r#"{"access_token": "canary-list-access", "refresh_token": "canary-list-rotated"}"#)
        }
        line if line.starts_with("POST") => Answer::ok(r#"{"canary-list-answer": true}"#),
        line if line.starts_with("GET /list.csv") => {
            Answer::status(302).with("location", "/moved.csv?key=canary-list-moved")
        }
        line if line.starts_with("GET /moved.csv") => Answer::ok("account,domain\nInitrode,initrode.com\n"),
        _ => Answer::status(401),
    }
}

async fn from_sources(stage: &Stage, server: &ListServer) {
    stage.sources().await;
    let asked = server.asked();
    assert!(
        asked.iter().any(|a| a.header("authorization") == "Bearer canary-list-token"),
        "the canary lives"
    );
    assert!(asked.iter().any(|a| a.body.contains("canary-list-refresh")), "and so do the others");
    let (now, body) = (stage.clock.now().as_second(), r#"{"overlaps": [{"acount": "Acme"}]}"#);
    let signature = hook::sign(&"canary-list-hook-secret".into(), now, body.as_bytes());
    for signature in [signature.as_str(), "canary-list-hook-secret"] {
        let request = reqwest::Client::new()
            .post(format!("{}/hooks/overlaps", stage.url))
            .header("x-tandem-timestamp", now)
            .header("x-tandem-signature-256", signature);
        request.body(body).send().await.unwrap();
    }
    stage.say(MAYA, OPS, "/partner status").await;
    let shown = format!("{:?} {:?}", stage.config, stage.bot);
    let _ = tokio::spawn(async move { panic!("a bug: {shown}") }).await;
    for channel in [INTAKE, OPS] {
        assert_clean("a channel", &stage.texts(channel).join("\n"), "");
    }
    assert_clean("the status", &stage.last_private(MAYA), "");
}

/// The app is installed, used, uninstalled, installed again; its tokens are renewed; some of it fails.
async fn installed(stage: Stage, heard: &Heard) {
    let keys = std::fs::read_to_string(stage.config.key_file()).unwrap();
    work(&stage).await;
    stage.sandbox.script("oauth.v2.access", Fault::DropReplyAfterAcceptance, 1);
    assert!(stage.clock.advance_to(stage.clock.now() + SignedDuration::from_hours(11)));
    stage.settle().await;
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    get(&back.replace("code=", "code=0"), &cookie).await;
    stage.sandbox.uninstall().await;
    assert_eq!(through_slacks_pages(&stage.url).await.status, 200);
    stage.settle().await;
    stage.sandbox.script("users.info", Fault::Error("invalid_auth".into()), 1);
    let _ = stage.person(ALEX).command(INTAKE, "/partner status").await;
    stage.settle().await;
    let ring = Keyring::load(stage.config.keys()).unwrap().unwrap();
    let mut tx = stage.db.read().await.unwrap();
    let installation = tandem::store::installation::load(&mut tx).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    let tokens = installation.tokens(&ring).unwrap().unwrap();
    assert!(tokens.bot.expose_secret().starts_with("xoxe.xoxb-"), "the canary lives");
    // What a panic prints of the values at hand.
    let shown = format!("{:?} {:?} {:?} {:?} {:?}", stage.config, stage.bot, installation, tokens, ring);
    let _ = tokio::spawn(async move { panic!("a bug: {shown}") }).await;
    let data = stage.folder.path();
    let copy = data.join("copy.db");
    let mut reports = vec![vec!["doctor"], vec!["audit", "export", "--format", "jsonl"]];
    let variables: Vec<(&str, &str)> =
        stage.postgres_url().map(|url| ("DATABASE_URL", url)).into_iter().collect();
    if variables.is_empty() {
        reports.push(vec!["backup", copy.to_str().unwrap()]);
    }
    for arguments in reports {
        let (well, said) = tandem(data, &variables, &arguments);
        assert!(well, "{said}");
        assert_clean(arguments[0], &said, &keys);
    }
    for page in ["health", "ready", "metrics"] {
        let said = get(&format!("{}/{page}", stage.url), "").await;
        assert_eq!(said.status, 200, "{}", said.body);
        assert_clean(page, &said.body, &keys);
    }
    assert_database_clean(&stage, &keys).await;
    let log = heard.text();
    assert!(log.contains("TRACE") && log.contains("a bug: Config"), "the log was listened to");
    assert_clean("the log", &log, &keys);
}

/// The tokens come from the configuration, and Slack over a socket.
async fn configured(stage: Stage, heard: &Heard) {
    work(&stage).await;
    stage.sandbox.revoke_token().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_database_clean(&stage, "").await;
    assert_clean("the log", &heard.text(), "");
}

async fn work(stage: &Stage) {
    stage.person(ALEX).post(INTAKE, SAID).await.unwrap();
    stage.person(MAYA).command(OPS, "/partner digest preview").await.unwrap();
    stage.person(MAYA).open_home().await.unwrap();
    let list = "Account Name,Website\nAcme,acme.com\n";
    stage.person(ALEX).upload(INTAKE, "northwind.csv", list).await.unwrap();
    stage.imports().await;
}

/// Wrong settings and a database that is not there.
fn reports() {
    let folder = tempfile::tempdir().unwrap();
    let wrong: [&[(&str, &str)]; 5] = [
        &[("DATABASE_URL", "postgres://tandem:canary-password@127.0.0.1:1/tandem")],
        &[("TANDEM_SLACK", "xoxb-canary-password")],
        &[("TANDEM_SLACK__MODE", "xoxb-canary-password")],
        &[("TANDEM_SLACK__TIMEOUT_SECONDS", "xoxb-canary-password")],
        &[
            ("TANDEM_KEYS__RING", "canary-key"),
            ("TANDEM_SLACK__CLIENT_ID", "1.2"),
            ("TANDEM_SLACK__CLIENT_SECRET", "canary-password"),
            ("TANDEM_SLACK__SIGNING_SECRET", "canary-password"),
            ("TANDEM_LISTEN", "127.0.0.1:0"),
        ],
    ];
    for variables in wrong {
        for command in ["serve", "doctor"] {
            let (_, said) = tandem(folder.path(), variables, &[command]);
            assert!(!said.is_empty() && !said.contains("canary-"), "{command} {variables:?}: {said}");
        }
    }
    std::fs::write(folder.path().join("tandem.toml"), "[slack]\nbot_token = \"xoxb-canary-password").unwrap();
    let (well, said) = tandem(folder.path(), &[], &["serve"]);
    assert!(!well && said.contains("line 2") && !said.contains("canary-"), "{said}");
}
