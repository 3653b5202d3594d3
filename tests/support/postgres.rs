//! A Postgres database for each test that asks for one, and nothing left behind.
//!
//! With `TEST_DATABASE_URL` set, the databases are made on that server (`none` leaves Postgres out). Otherwise each test process
//! starts one throw-away cluster on a Unix socket as soon as a test needs it. A small shell script
//! (`postgres_cluster.sh`) owns the cluster and waits on a pipe that this process holds open: however
//! the process ends, the kernel closes the pipe, and the script stops the cluster and removes its folder.
//!
//! Where there is neither, [`database`] answers `None` and names the test that did not run;
//! `TEST_REQUIRE_POSTGRES=1` makes that a failure.

use std::fmt::Display;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tandem::store::Db;
use url::Url;

/// As few as the configuration allows: each is a process that has every statement to learn.
pub const CONNECTIONS: u32 = 4;

/// A fresh database; dropped together with its remaining connections when this value is.
#[derive(Debug)]
pub struct TestDatabase {
    /// As `DATABASE_URL` takes it.
    pub url: String,
    name: String,
    server: Url,
}

/// Makes a database for the calling test, or answers `None` where this machine has no Postgres. On a cluster of the
/// tests' own it has the present schema; on somebody else's server, where no template may stay behind, it is empty.
///
/// `None` is reported on standard error with the test's name, past libtest's capture.
///
/// # Panics
/// When the server refuses, and instead of `None` when `TEST_REQUIRE_POSTGRES=1`.
#[track_caller]
pub fn database() -> impl Future<Output = Option<TestDatabase>> {
    made(Server::template)
}

/// The same without a schema.
///
/// # Panics
/// As [`database`].
#[track_caller]
pub fn empty() -> impl Future<Output = Option<TestDatabase>> {
    made(|_| EMPTY)
}

#[track_caller]
fn made(template: fn(&Server) -> &'static str) -> impl Future<Output = Option<TestDatabase>> {
    let test = test_name(Location::caller());
    async move {
        match server() {
            Ok(server) => Some(TestDatabase::made_from(&server.url, template(server)).await),
            Err(reason) => {
                assert!(!required(), "{test} needs Postgres: {reason}");
                let _ = writeln!(io::stderr(), "not run on Postgres: {test} ({reason})");
                None
            }
        }
    }
}

impl TestDatabase {
    async fn made_from(server: &Url, template: &str) -> Self {
        let name = format!("t_{:016x}", rand::random::<u64>());
        run(server, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
            .await
            .expect("a fresh database");
        let mut url = server.clone();
        url.set_path(&name);
        Self { url: url.into(), name, server: server.clone() }
    }

    /// A copy of it, as it is now; nobody may be connected to it.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn copy(&self) -> Self {
        Self::made_from(&self.server, &self.name).await
    }
}

impl Drop for TestDatabase {
    /// On a thread of its own, because a test's runtime may be shutting down. A failure is only told:
    /// a panic here would hide the one that may be under way.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = apart(async move { run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await });
        if let Err(reason) = dropped.and_then(|dropped| dropped.map_err(text)) {
            let _ = writeln!(io::stderr(), "database {} stays behind: {reason}", self.name);
        }
    }
}

async fn run(server: &Url, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server.as_str()).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}

/// Runs to its end on a thread of its own, whatever runtime the caller is in.
fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, String> {
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
        Ok(runtime.block_on(work))
    });
    thread.join().map_err(|_| "it panicked".to_owned())?
}

/// The server that every test of this process shares, started on first use.
fn server() -> Result<&'static Server, &'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(Server::find).as_ref().map_err(String::as_str)
}

/// A cluster of its own, for a test that stops it.
#[derive(Clone)]
pub struct Cluster {
    server: Arc<Server>,
    programs: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    /// Starts one, or answers `None` where this machine has no Postgres of its own; reported as [`database`] does.
    ///
    /// # Panics
    /// When `TEST_REQUIRE_POSTGRES=1` and there is none.
    #[track_caller]
    pub fn start() -> Option<Self> {
        let test = test_name(Location::caller());
        let started = programs().and_then(|programs| {
            let server = Arc::new(Server::start(&programs)?);
            let folder = server.url.query_pairs().find(|(name, _)| name == "host");
            let folder = folder.map(|(_, folder)| PathBuf::from(folder.into_owned())).ok_or("no folder")?;
            Ok(Self { server, programs, folder })
        });
        match started {
            Ok(cluster) => Some(cluster),
            Err(reason) => {
                assert!(!required(), "{test} needs Postgres: {reason}");
                let _ = writeln!(io::stderr(), "not run on Postgres: {test} ({reason})");
                None
            }
        }
    }

    /// A database in which a commit survives a crash of the server.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn database(&self) -> TestDatabase {
        let database = TestDatabase::made_from(&self.server.url, EMPTY).await;
        let durable = format!("ALTER DATABASE {} SET synchronous_commit = on", database.name);
        run(&self.server.url, &durable).await.expect("a durable database");
        database
    }

    /// Ends the server without a farewell and starts it again `later`.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn crash_and_restart(&self, later: std::time::Duration) {
        self.control(&["-m", "immediate", "-w", "stop"]);
        std::thread::sleep(later);
        self.control(&["-w", "-t", "60", "start"]);
    }

    fn control(&self, what: &[&str]) {
        let mut command = Command::new(self.programs.join("pg_ctl"));
        command.arg("-D").arg(self.folder.join("data")).arg("-l").arg(self.folder.join("log"));
        command.args(what).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        if what.contains(&"start") {
            command.args(["-o", &format!("-k '{}' -c listen_addresses=''", self.folder.display())]);
        }
        if is_root() {
            let (uid, gid) = unprivileged_user().expect("a user for Postgres");
            command.uid(uid).gid(gid);
        }
        assert!(command.status().expect("pg_ctl runs").success(), "pg_ctl {what:?}");
    }
}

const EMPTY: &str = "template0";

struct Server {
    url: Url,
    /// Holds the pipe, which is closed by the end of the process; none on somebody else's server.
    keeper: Option<Child>,
    /// A database with the present schema: a copy is made in a third of the time that the migrations take.
    migrated: OnceLock<&'static str>,
}

impl Server {
    fn template(&self) -> &'static str {
        self.migrated.get_or_init(|| {
            if self.keeper.is_none() {
                return EMPTY;
            }
            let server = self.url.clone();
            apart(async move {
                run(&server, "CREATE DATABASE migrated TEMPLATE template0").await.expect("a template");
                let mut url = server;
                url.set_path("migrated");
                let db =
                    Db::open_postgres(url.as_str(), CONNECTIONS).await.expect("a template with the schema");
                db.close().await;
            })
            .expect("a template");
            "migrated"
        })
    }

    fn find() -> Result<Self, String> {
        if let Some(url) = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            if url == "none" {
                return Err("TEST_DATABASE_URL=none".to_owned());
            }
            let url = Url::parse(&url).map_err(|e| format!("TEST_DATABASE_URL: {e}"))?;
            return Ok(Self { url, keeper: None, migrated: OnceLock::new() });
        }
        Self::start(&programs()?)
    }

    fn start(programs: &Path) -> Result<Self, String> {
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("postgres_cluster.sh"), "postgres_cluster"])
            .arg(programs)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Out of reach of the terminal's Ctrl-C, so that it lives to tidy up.
            .process_group(0);
        if is_root() {
            let (uid, gid) = unprivileged_user()?;
            command.uid(uid).gid(gid);
        }
        let mut keeper = command.spawn().map_err(|e| format!("cannot start sh: {e}"))?;
        let mut answer = String::new();
        let stdout = keeper.stdout.take().ok_or("the script has no output")?;
        BufReader::new(stdout).read_line(&mut answer).map_err(text)?;
        let socket_folder =
            answer.trim().strip_prefix("ready ").ok_or_else(|| format!("no cluster: {}", answer.trim()))?;
        let mut url = Url::parse("postgres://postgres@localhost/postgres").map_err(text)?;
        url.query_pairs_mut().append_pair("host", socket_folder);
        Ok(Self { url, keeper: Some(keeper), migrated: OnceLock::new() })
    }
}

/// The folder that holds `initdb`, `pg_ctl` and `postgres`: on `PATH`, else Debian's, newest version first.
fn programs() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    debian.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    std::env::split_paths(&path)
        .chain(debian.into_iter().map(|(_, folder)| folder))
        .find(|folder| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file()))
        .ok_or_else(|| "no TEST_DATABASE_URL and no initdb: install postgresql".to_owned())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Postgres refuses to run as root: the ids of `postgres`, else of `nobody`.
fn unprivileged_user() -> Result<(u32, u32), String> {
    let passwd = fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd: {e}"))?;
    let ids = |user: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(user))?;
        let mut ids = line.split(':').skip(2).map(|id| id.parse().ok());
        Some((ids.next()??, ids.next()??))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .ok_or_else(|| "Postgres does not run as root, and there is no user postgres or nobody".to_owned())
}

fn required() -> bool {
    std::env::var("TEST_REQUIRE_POSTGRES").is_ok_and(|value| value == "1")
}

/// libtest runs each test on a thread of its name, except with `--test-threads=1`.
fn test_name(caller: &Location<'_>) -> String {
    match std::thread::current().name() {
        Some(name) if name != "main" => name.to_owned(),
        _ => format!("the test at {}:{}", caller.file(), caller.line()),
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}
