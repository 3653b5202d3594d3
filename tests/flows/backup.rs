//! A backup is one moment of the database, and a restored one sends nothing blindly.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use tandem::app::{self, App};
use tandem::delivery::backlog;
use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::delivery::restored::{self, Unfinished};
use tandem::kernel::blocks::Message;
use tandem::kernel::calendar::Calendars;
use tandem::kernel::clock::Clock;
use tandem::sandbox::Fault;
use tandem::store::{self, Db, Synchronous, audit};
use tandem::sustain::draft::{Draft, Stage as Far};
use tandem::sustain::flow;
use tandem::sustain::store as sustain;
use tandem::{sql_exec, sql_value};
use tokio::net::TcpListener;

use super::drafts::{card, edit, ground, propose};
use crate::support::command::tandem;
use crate::support::stage::{ALEX, Backend, INTAKE, MAYA, OPS, SHARED, Stage, play};

crate::flows!(
    everything_unfinished_is_doubted,
    who_looks_changes_no_schema,
    a_database_in_use_is_not_marked,
    every_note_that_waits_is_marked_and_expires,
);

const NOTE: &str = "Hi Sam, Acme Corp is on your prospect list and we know them well. I can introduce you to Dana Reyes, \
                    their head of operations, this week.";

#[test]
fn a_note_that_was_sent_after_the_backup_is_not_sent_again() {
    play(Backend::Sqlite, async |stage| {
        let (file, _) = backup_with_a_note_on_its_way(&stage, 1).await;
        stage.settle().await;
        assert_eq!(stage.texts(SHARED), [NOTE]);
        let (db, _app) = restored(&stage, &file).await;
        let draft = until_decided(&db).await;
        assert!(matches!(draft.stage, Far::Sent { .. }), "{:?}", draft.stage);
        assert_eq!(stage.texts(SHARED), [NOTE], "found in the channel, and not sent again");
    });
}

#[test]
fn a_held_note_that_was_sent_after_the_backup_is_not_sent_again() {
    play(Backend::Sqlite, async |stage| {
        ground(&stage).await;
        let ts = propose(&stage, json!({})).await;
        edit(&stage, &ts, NOTE).await;
        stage.sandbox.archive_channel(SHARED, MAYA).await;
        stage.settle().await;
        stage.press(MAYA, &(OPS.to_owned(), ts), "draft.approve").await;
        let file = backup(&stage);
        stage.sandbox.unarchive_channel(SHARED, MAYA).await;
        stage.settle().await;
        assert_eq!(stage.texts(SHARED), [NOTE]);
        let (db, app) = restored(&stage, &file).await;
        // The backup knows the channel as archived; the scheduler looks again.
        stage.clock.advance_to("2026-03-04T09:05:00Z".parse().unwrap());
        app.bot.rounds().await.unwrap();
        let draft = until_decided(&db).await;
        assert!(matches!(draft.stage, Far::Sent { .. }), "{:?}", draft.stage);
        assert_eq!(stage.texts(SHARED), [NOTE], "found in the channel, and not sent again");
    });
}

#[test]
fn what_was_reminded_of_after_the_backup_is_not_repeated() {
    play(Backend::Sqlite, async |stage| {
        let said = "/partner commit add \"send the case study\" to northwind by friday";
        assert_eq!(stage.say(ALEX, INTAKE, said).await, "");
        stage.submit(ALEX, json!({})).await;
        let file = backup(&stage);
        stage.advance_to("2026-03-05T08:00:00Z").await;
        let reminded = stage.direct(ALEX);
        assert_eq!(reminded.len(), 1, "{reminded:?}");
        let (db, app) = restored(&stage, &file).await;
        app.bot.rounds().await.unwrap();
        until(async || {
            let mut tx = db.read().await.unwrap();
            backlog::read(&mut tx, 0).await.unwrap().messages == 0
        })
        .await;
        assert_eq!(stage.direct(ALEX), reminded);
    });
}

#[test]
fn a_note_of_unknown_fate_waits_for_a_person_after_a_restore() {
    play(Backend::Sqlite, async |stage| {
        let (file, ts) = backup_with_a_note_on_its_way(&stage, 1000).await;
        let (db, _app) = restored(&stage, &file).await;
        let draft = until_decided(&db).await;
        assert!(matches!(draft.stage, Far::Unconfirmed { .. }), "{:?}", draft.stage);
        assert!(stage.texts(SHARED).is_empty());
        until(async || card(&stage, &ts).contains("Not confirmed")).await;
    });
}

#[test]
fn a_note_that_waited_for_a_decision_says_that_it_may_have_gone() {
    play(Backend::Sqlite, async |stage| {
        ground(&stage).await;
        let ts = propose(&stage, json!({})).await;
        let file = stage.folder.path().join("copy.db");
        let (well, said) = tandem(stage.folder.path(), &[], &["backup", file.to_str().unwrap()]);
        assert!(well && said.contains("Its audit log is whole,"), "{said}");
        let (_db, _app) = restored(&stage, &file).await;
        until(async || card(&stage, &ts).contains("this note may have been sent since")).await;
        let card = card(&stage, &ts);
        assert!(card.contains("It came back: Tandem was restored from a backup of "), "{card}");
    });
}

#[test]
fn an_old_click_is_shown_and_not_carried_out() {
    play(Backend::Sqlite, async |stage| {
        let file = stage.folder.path().join("copy.db");
        let (well, said) = tandem(stage.folder.path(), &[], &["backup", file.to_str().unwrap()]);
        assert!(well, "{said}");
        let copy = Db::open_sqlite(&file, Synchronous::Normal).await.unwrap();
        let mut tx = copy.begin().await.unwrap();
        sql_exec!(
            &mut tx,
            "INSERT INTO inbox (key, kind, name, lane, urgent, payload, received_at) VALUES ('k', 'block_actions', 'draft.approve', 'C1', 1, '{}', 0)"
        )
        .unwrap();
        tx.commit().await.unwrap();
        copy.close().await;
        let target = stage.folder.path().join("second");
        std::fs::create_dir(&target).unwrap();
        let (well, said) = tandem(&target, &[], &["restore", file.to_str().unwrap()]);
        assert!(well && said.contains("Clicks and commands that were not carried out: 1."), "{said}");
        let (well, said) = tandem(&target, &[], &["doctor"]);
        assert!(well && said.contains("block_actions draft.approve: restored from a backup"), "{said}");
        let (well, said) = tandem(&target, &[], &["audit", "verify"]);
        assert!(well && said.contains("every one is as it was written"), "{said}");
        stage.end().await;
    });
}

#[test]
fn nothing_is_overwritten() {
    play(Backend::Sqlite, async |stage| {
        let data = stage.folder.path();
        let file = data.join("copy.db");
        let name = file.to_str().unwrap();
        assert!(tandem(data, &[], &["backup", name]).0);
        let (well, said) = tandem(data, &[], &["backup", name]);
        assert!(!well && said.contains("is there already"), "{said}");
        let (well, said) = tandem(data, &[], &["restore", name]);
        assert!(!well && said.contains("in use by another Tandem process"), "{said}");
        let target = data.join("second");
        std::fs::create_dir(&target).unwrap();
        assert!(tandem(&target, &[], &["restore", name]).0);
        let (well, said) = tandem(&target, &[], &["restore", name]);
        assert!(!well && said.contains("Move it away first; nothing was changed"), "{said}");
        std::fs::write(data.join("no.db"), "not a database").unwrap();
        let third = data.join("third");
        std::fs::create_dir(&third).unwrap();
        let (well, said) = tandem(&third, &[], &["restore", data.join("no.db").to_str().unwrap()]);
        assert!(!well && !third.join("tandem.db").exists(), "{said}");
        stage.end().await;
    });
}

#[test]
fn a_backup_put_in_place_by_hand_is_not_served() {
    play(Backend::Sqlite, async |stage| {
        let file = backup(&stage);
        let target = stage.folder.path().join("second");
        std::fs::create_dir(&target).unwrap();
        std::fs::copy(&file, target.join("tandem.db")).unwrap();
        let slack = [("TANDEM_SLACK__BOT_TOKEN", "xoxb-1"), ("TANDEM_SLACK__SIGNING_SECRET", "s")];
        let (well, said) = tandem(&target, &slack, &["serve"]);
        assert!(!well && said.contains("is a backup of "), "{said}");
        assert!(said.contains("Run `tandem restore --loaded` once"), "{said}");
        let (well, said) = tandem(&target, &[], &["restore", "--loaded"]);
        assert!(well, "{said}");
        let db = Db::open_sqlite(&target.join("tandem.db"), Synchronous::Normal).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(store::backup::is_of(&mut tx).await.unwrap(), None);
        tx.rollback().await.unwrap();
        stage.end().await;
    });
}

#[test]
fn postgres_is_copied_with_its_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let url = [("DATABASE_URL", "postgres://tandem:canary@localhost/tandem")];
    for (arguments, tool) in [(["backup", "x.dump"], "pg_dump"), (["restore", "x.dump"], "pg_restore")] {
        let (well, said) = tandem(folder.path(), &url, &arguments);
        assert!(!well && said.contains(tool) && !said.contains("canary"), "{said}");
    }
}

async fn everything_unfinished_is_doubted(stage: Stage) {
    let now = stage.clock.now().as_millisecond();
    let mut tx = stage.db.begin().await.unwrap();
    let said = |key: &str| {
        Outgoing::post(key, Destination::Channel(SHARED.into()), Message::text("x"))
            .to_partner("p-northwind".into())
    };
    outbox::enqueue(&mut tx, now, &said("one")).await.unwrap();
    outbox::enqueue(&mut tx, now, &said("two")).await.unwrap();
    outbox::enqueue(&mut tx, now, &Outgoing::respond("https://hooks.slack.com/x", Message::text("x")))
        .await
        .unwrap();
    let found = restored::doubt(&mut tx).await.unwrap();
    assert_eq!(found, Unfinished { sends: 2, acts: 0 });
    let doubted =
        sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND uncertain = 1");
    assert_eq!(doubted.unwrap(), 2);
    tx.rollback().await.unwrap();
    stage.end().await;
}

/// Postgres has no lock that says so; on SQLite the file's own does.
async fn a_database_in_use_is_not_marked(stage: Stage) {
    let Some(url) = stage.database_url() else { return stage.end().await };
    let beat = async |at: i64| {
        let mut tx = stage.db.begin().await.unwrap();
        // In one statement: the stage's own process looks after the row, too.
        let sql = "INSERT INTO heartbeat (only_row, at) VALUES (1, $1) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at";
        sql_exec!(&mut tx, sql, at).unwrap();
        tx.commit().await.unwrap();
    };
    let now = Clock::system().now().as_millisecond();
    let restore = || tandem(stage.folder.path(), &[("DATABASE_URL", &url)], &["restore", "--loaded"]);
    beat(now).await;
    let (well, said) = restore();
    assert!(!well && said.contains("Stop every replica, wait two minutes"), "{said}");
    let mut tx = stage.db.read().await.unwrap();
    let log = audit::newest(&mut tx, 1).await.unwrap();
    assert!(log.iter().all(|e| e.action != "backup.restore"), "{log:?}");
    tx.rollback().await.unwrap();
    beat(now - 3 * 60_000).await;
    let (well, said) = restore();
    assert!(well && said.contains("Restored."), "{said}");
    stage.end().await;
}

async fn every_note_that_waits_is_marked_and_expires(stage: Stage) {
    ground(&stage).await;
    propose(&stage, json!({})).await;
    let mut tx = stage.db.begin().await.unwrap();
    let columns = "partner_id, contact_id, account_id, purpose, gift, template, sender, route, destination, text, facts, \
                   verdict, state, version, approver, created_by, created_at, waiting_since";
    let copies = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100) \
         INSERT INTO drafts (id, {columns}) SELECT 'copy' || i, {columns} FROM drafts CROSS JOIN n"
    );
    sql_exec!(&mut tx, sqlx::AssertSqlSafe(copies.clone())).unwrap();
    let now = stage.clock.now();
    assert_eq!(flow::restored(&mut tx, now, "a backup").await.unwrap(), 1101);
    flow::round(&mut tx, now + jiff::SignedDuration::from_hours(8 * 24), &Calendars::default())
        .await
        .unwrap();
    let waiting = "SELECT COUNT(*) FROM drafts WHERE state = 'proposed'";
    assert_eq!(sql_value!(&mut tx, i64, waiting).unwrap(), 0);
    tx.rollback().await.unwrap();
    stage.end().await;
}

/// A look at a database of another version says so, and leaves it as it is.
async fn who_looks_changes_no_schema(stage: Stage) {
    let mut config = stage.config.clone();
    config.database_url = stage.database_url().map(Into::into);
    app::inspect(&config).await.unwrap().close().await;
    let newest = "SELECT MAX(version) FROM _sqlx_migrations";
    for (change, said) in [
        (
            "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
            "of a newer Tandem",
        ),
        (
            "DELETE FROM _sqlx_migrations WHERE version >= (SELECT MAX(version) FROM _sqlx_migrations WHERE version < 9999)",
            "of an older Tandem",
        ),
        (
            "UPDATE _sqlx_migrations SET checksum = (SELECT m.checksum FROM _sqlx_migrations m WHERE m.version = 1)",
            "of another build",
        ),
        ("DROP TABLE _sqlx_migrations", "the database is empty"),
    ] {
        let mut tx = stage.db.begin().await.unwrap();
        sql_exec!(&mut tx, change).unwrap();
        tx.commit().await.unwrap();
        let version = async || {
            let mut tx = stage.db.read().await.unwrap();
            sql_value!(&mut tx, i64, newest).ok()
        };
        let before = version().await;
        for error in [app::inspect(&config).await.unwrap_err(), app::visit(&config).await.unwrap_err()] {
            assert!(error.to_string().contains(said), "{error}");
        }
        assert_eq!(version().await, before);
    }
    stage.end().await;
}

/// Approves a note that Slack does not take at once, copies the database then, and gives the copy and the card's `ts`.
async fn backup_with_a_note_on_its_way(stage: &Stage, refusals: u32) -> (PathBuf, String) {
    ground(stage).await;
    let ts = propose(stage, json!({})).await;
    edit(stage, &ts, NOTE).await;
    stage.sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 2 }, refusals);
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    until(async || {
        let mut tx = stage.db.read().await.unwrap();
        let partner =
            "SELECT COUNT(*) FROM outbox WHERE audience = 'partner' AND state = 'waiting' AND attempts > 0";
        sql_value!(&mut tx, i64, partner).unwrap() == 1
    })
    .await;
    (backup(stage), ts)
}

fn backup(stage: &Stage) -> PathBuf {
    let file = stage.folder.path().join("copy.db");
    let (well, said) = tandem(stage.folder.path(), &[], &["backup", file.to_str().unwrap()]);
    assert!(well, "{said}");
    file
}

/// Restores the copy into a folder of its own and runs it in the place of the stage's app.
async fn restored(stage: &Stage, file: &Path) -> (Db, App) {
    let data = stage.folder.path().join("second");
    std::fs::create_dir(&data).unwrap();
    let (well, said) = tandem(&data, &[], &["restore", file.to_str().unwrap()]);
    assert!(well, "{said}");
    let db = Db::open_sqlite(&data.join("tandem.db"), Synchronous::Normal).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let newest = audit::newest(&mut tx, 1).await.unwrap().remove(0);
    assert_eq!(newest.action, "backup.restore");
    tx.rollback().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = stage.config.clone();
    config.data_dir = data;
    let app = App::start_with(&config, stage.clock.clone(), db.clone(), listener).await.unwrap();
    stage.sandbox.connect_http(&format!("http://{}", app.address));
    (db, app)
}

async fn until_decided(db: &Db) -> Draft {
    let found = std::cell::RefCell::new(None);
    until(async || {
        let mut tx = db.read().await.unwrap();
        let id = sql_value!(&mut tx, String, "SELECT id FROM drafts").unwrap();
        let draft = sustain::find(&mut tx, &id.as_str().into()).await.unwrap().unwrap();
        let decided = !matches!(draft.stage, Far::Sending(_));
        *found.borrow_mut() = Some(draft);
        decided
    })
    .await;
    found.into_inner().unwrap()
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(tokio::time::Instant::now() < end, "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
