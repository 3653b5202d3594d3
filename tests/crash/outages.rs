//! The database stalls, is full, is read-only, is restarted. What was acknowledged is handled, what could not be kept is
//! not acknowledged, the process says what is wrong, and where it can it goes on by itself.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tandem::kernel::clock::Clock;
use tandem::sandbox::signature;
use tandem::sql_all;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::ground::furnish;
use super::process::{Life, Place, command, command_in};
use super::promises;
use super::runs::{Template, folder, open, until_quiet, workspace};
use crate::support::postgres::{CONNECTIONS, Cluster, TestDatabase};
use crate::support::stage::{ALEX, INTAKE};

/// How long an outage lasts.
const OUTAGE: Duration = Duration::from_secs(5);
/// Slack's own limit.
const SLACK_WAITS: Duration = Duration::from_secs(3);

/// A process with its workspace and its database.
struct Scene {
    place: Place,
    life: Life,
    address: SocketAddr,
    _folder: TempDir,
    _database: Option<TestDatabase>,
}

impl Scene {
    async fn of(template: &Template, line: Option<&str>) -> Self {
        let mut scene_place = bare().await;
        let database = template.copy_to(&mut scene_place.1).await;
        Self::start(scene_place, database, line).await
    }

    async fn start(
        (folder, place): (TempDir, Place),
        database: Option<TestDatabase>,
        line: Option<&str>,
    ) -> Self {
        let command = line.map_or_else(|| command(&place), |line| command_in(line, &place));
        let mut life = Life::start(&place, command);
        let Some(address) = life.ready().await else { panic!("it did not start:\n{}", life.log()) };
        until_quiet(&place).await;
        Self { place, life, address, _folder: folder, _database: database }
    }

    /// Events and a message while something is wrong; `healed` resolves when it no longer is.
    async fn live_through(&mut self, healed: impl Future<Output = ()>) {
        assert_eq!(deliver(self.address, "before").await, Some(200));
        let sandbox = self.place.sandbox.clone();
        let said = tokio::spawn(async move {
            let said = "New overlap with Northwind: Outage Inc, our customer, their prospect";
            sandbox.person(ALEX).post(INTAKE, said).await.unwrap();
        });
        let mut under_way = JoinSet::new();
        let mut healed = std::pin::pin!(healed);
        let mut probe = tokio::time::interval(Duration::from_millis(250));
        let mut serial = 0;
        loop {
            tokio::select! {
                () = &mut healed => break,
                _ = probe.tick() => {
                    let (address, id) = (self.address, format!("during-{serial}"));
                    serial += 1;
                    under_way.spawn(async move { (deliver(address, &id).await, id) });
                }
            }
        }
        let answers = under_way.join_all().await;
        let refused: Vec<_> = answers.iter().filter(|(status, _)| *status != Some(200)).collect();
        assert!(!refused.is_empty(), "nothing was wrong: {answers:?}");
        // Slack sends again what was not acknowledged.
        let end = Instant::now() + Duration::from_secs(30);
        for (_, id) in &refused {
            while deliver(self.address, id).await != Some(200) {
                assert!(Instant::now() < end, "it does not recover:\n{}", self.life.log());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        said.await.unwrap();
        until_quiet(&self.place).await;
        self.check(serial).await;
    }

    /// Everything was acknowledged in the end, so all of it is handled.
    async fn check(&mut self, probes: i32) {
        assert!(self.life.lives(), "it ended:\n{}", self.life.log());
        let db = open(&self.place).await;
        let mut tx = db.read().await.unwrap();
        let handled = sql_all!(&mut tx, (String,), "SELECT key FROM inbox WHERE state = 2").unwrap();
        for id in (0..probes).map(|n| format!("during-{n}")).chain(["before".to_owned()]) {
            assert!(handled.iter().any(|(key,)| *key == id), "{id} was acknowledged and is not handled");
        }
        let mut broken = Vec::new();
        promises::of_words(&mut tx, &["Outage".to_owned()], &[], &mut broken).await;
        assert!(broken.is_empty(), "{broken:?}");
        tx.rollback().await.unwrap();
        db.close().await;
    }

    fn says(&self, words: &str) {
        let log = self.life.log();
        assert!(log.contains(words), "the log does not say {words:?}:\n{log}");
    }
}

async fn bare() -> (TempDir, Place) {
    let folder = folder();
    let sandbox = workspace().await;
    let place =
        Place { sandbox, folder: folder.path().to_owned(), database_url: None, lease: 30, doors: None };
    (folder, place)
}

/// Sends one signed event as Slack does; the status, or `None` for no answer in time.
async fn deliver(address: SocketAddr, id: &str) -> Option<u16> {
    let now = Clock::system().now();
    let stamp = now.as_second();
    let ts = format!("{stamp}.000100");
    let event = json!({"type": "message", "channel": "C0GENERAL", "channel_type": "channel", "user": ALEX,
        "text": "Lunch?", "ts": ts, "event_ts": ts});
    let body =
        json!({"type": "event_callback", "team_id": "T0MERIDIAN", "api_app_id": "A0TANDEM", "event_id": id,
        "event_time": stamp, "event": event})
        .to_string();
    let signed = signature("sandbox-signing-secret", stamp, body.as_bytes());
    let request = format!(
        "POST /slack/events HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {signed}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    };
    tokio::time::timeout(SLACK_WAITS, exchange).await.ok().flatten()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_sqlite_is_waited_for() {
    let mut scene = Scene::of(&Template::sqlite().await, None).await;
    let url = format!("sqlite://{}", scene.place.sqlite_file().display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    scene
        .live_through(async {
            other.execute("BEGIN IMMEDIATE").await.unwrap();
            tokio::time::sleep(OUTAGE).await;
            other.execute("ROLLBACK").await.unwrap();
        })
        .await;
    scene.says("not committed in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_postgres_is_waited_for() {
    let Some(template) = Template::postgres().await else { return };
    let mut scene = Scene::of(&template, None).await;
    let mut other = PgConnection::connect(scene.place.database_url.as_deref().unwrap()).await.unwrap();
    scene
        .live_through(async {
            let mut lock = other.begin().await.unwrap();
            lock.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE").await.unwrap();
            tokio::time::sleep(OUTAGE).await;
            lock.rollback().await.unwrap();
        })
        .await;
    scene.says("not committed in time");
}

/// A limit on the size of its files stands for the full disk: they cannot grow, and then they can again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_outlived() {
    let mut scene = Scene::of(&Template::sqlite().await, Some(r#"trap '' XFSZ; exec "$0" serve"#)).await;
    let wal = scene.place.sqlite_file().with_extension("db-wal");
    let (process, size) = (scene.life.id(), fs::metadata(wal).unwrap().len());
    let limit = move |bytes: &str| {
        let limited = Command::new("prlimit")
            .args(["--pid", &process.to_string(), &format!("--fsize={bytes}:")])
            .status()
            .expect("prlimit is part of util-linux");
        assert!(limited.success());
    };
    scene
        .live_through(async {
            limit(&size.to_string());
            tokio::time::sleep(OUTAGE).await;
            limit("unlimited");
        })
        .await;
    scene.says("inbox commit failed; not acknowledged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_file_is_named_at_the_start() {
    let (folder, mut place) = bare().await;
    Template::sqlite().await.copy_to(&mut place).await;
    let file = place.sqlite_file();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let mut command = command(&place);
    if fs::metadata(&file).unwrap().uid() == 0 {
        // Root may write everything; nobody may not.
        command.uid(65_534).gid(65_534);
    }
    let mut life = Life::start(&place, command);
    assert!(life.ready().await.is_none(), "it started");
    assert_eq!(life.ended().await.code(), Some(1));
    let log = life.log();
    assert!(log.contains(&*file.to_string_lossy()) && log.contains("read-only"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_postgres_is_found_again() {
    let Some(cluster) = Cluster::start() else { return };
    let database = cluster.database().await;
    let db = tandem::store::Db::open_postgres(&database.url, CONNECTIONS).await.unwrap();
    furnish(&db, Clock::system().now()).await;
    db.close().await;
    let (folder, mut place) = bare().await;
    place.database_url = Some(database.url.clone());
    let mut scene = Scene::start((folder, place), Some(database), None).await;
    scene
        .live_through(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let cluster = cluster.clone();
            tokio::task::spawn_blocking(move || cluster.crash_and_restart(Duration::from_secs(3)))
                .await
                .unwrap();
        })
        .await;
    scene.says("inbox commit failed; not acknowledged");
}
