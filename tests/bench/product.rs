//! The program under measurement: its settings, its start and stop, its memory.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::http::Connection as HttpConnection;
use crate::memory;

/// What the requests are signed with.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// Where the envelopes are kept.
const INBOX_TABLE: &str = "inbox";

/// `tandem serve` with a data folder of its own.
pub struct Product {
    /// Where it listens.
    pub address: SocketAddr,
    binary: PathBuf,
    settings: Vec<(&'static str, String)>,
    data: TempDir,
    child: Option<Child>,
}

impl Product {
    /// Settles the settings; nothing runs yet.
    pub fn prepare(binary: Option<&Path>, slack: SocketAddr, synchronous: &str) -> Result<Self, Failure> {
        let binary =
            binary.map(Path::to_owned).or_else(|| option_env!("CARGO_BIN_EXE_tandem").map(PathBuf::from));
        let binary = binary.ok_or("no program to measure: name it with --binary")?;
        let data = tempfile::tempdir()?;
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let settings = vec![
            ("TANDEM_DATA_DIR", data.path().display().to_string()),
            ("TANDEM_LISTEN", address.to_string()),
            ("TANDEM_SLACK__SIGNING_SECRET", SIGNING_SECRET.to_owned()),
            ("TANDEM_SLACK__BOT_TOKEN", "xoxb-ingest".to_owned()),
            ("TANDEM_SLACK__API_URL", format!("http://{slack}/api")),
            ("TANDEM_SQLITE__SYNCHRONOUS", synchronous.to_owned()),
            ("RUST_LOG", "warn".to_owned()),
        ];
        Ok(Self { address, binary, settings, data, child: None })
    }

    /// Starts it; answers how long it took until `/ready` said 200.
    pub async fn start(&mut self) -> Result<Duration, Failure> {
        let started = Instant::now();
        let child = Command::new(&self.binary)
            .arg("serve")
            .current_dir(self.data.path())
            .env_remove("DATABASE_URL")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        self.child = Some(child);
        timeout(Duration::from_secs(30), self.ready()).await.map_err(|_| "not ready after 30 s")??;
        Ok(started.elapsed())
    }

    async fn ready(&mut self) -> Result<(), Failure> {
        let request = format!("GET /ready HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        loop {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                return Err(format!("the program ended before it was ready: {status}").into());
            }
            if let Ok(mut connection) = HttpConnection::open(self.address).await
                && connection.exchange(request.as_bytes()).await.is_ok_and(|status| status == 200)
            {
                return Ok(());
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(&mut self) -> Result<(), Failure> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let id = child.id().ok_or("the program has ended by itself")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        let status = timeout(Duration::from_secs(30), child.wait()).await.map_err(|_| "does not stop")??;
        if !status.success() {
            return Err(format!("the program stopped with {status}").into());
        }
        Ok(())
    }

    /// A field of `/proc/<pid>/status` that is in kB, in MB: `VmRSS` now, `VmHWM` at its highest.
    pub fn memory(&self, field: &str) -> Result<f64, Failure> {
        let id = self.child.as_ref().and_then(Child::id).ok_or("the program does not run")?;
        Ok(memory::megabytes(id, field)?)
    }

    /// How many envelopes the database holds; none when it has no such table.
    pub async fn stored_envelopes(&self) -> Result<Option<i64>, Failure> {
        for entry in fs::read_dir(self.data.path())? {
            let path = entry?.path();
            if !is_sqlite(&path)? {
                continue;
            }
            let url = format!("sqlite://{}?mode=ro", path.display());
            let mut connection = SqliteConnection::connect(&url).await?;
            let count = format!("SELECT count(*) FROM {INBOX_TABLE}");
            let counted = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut connection).await;
            connection.close().await?;
            if let Ok(stored) = counted {
                return Ok(Some(stored));
            }
        }
        Ok(None)
    }
}

fn is_sqlite(path: &Path) -> io::Result<bool> {
    Ok(path.is_file() && fs::read(path)?.starts_with(b"SQLite format 3\0"))
}
