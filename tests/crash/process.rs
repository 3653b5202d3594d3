//! The real `tandem serve` as a child, ended and started again.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tandem::sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::plan::Death;

const SIGABRT: i32 = 6;

/// What the process is started with.
#[derive(Clone)]
pub struct Place {
    pub sandbox: Sandbox,
    pub folder: PathBuf,
    /// Postgres; SQLite in the folder without it.
    pub database_url: Option<String>,
}

impl Place {
    pub fn sqlite_file(&self) -> PathBuf {
        self.folder.join("tandem.db")
    }
}

/// What the lives of the process came to.
#[derive(Debug, Default)]
pub struct Lives {
    /// The places at which it ended.
    pub points: Vec<&'static str>,
    /// How often it was killed at some moment.
    pub kills: usize,
    /// Ends that nobody had planned.
    pub surprises: Vec<String>,
    /// What it logged.
    pub log: String,
}

impl Lives {
    pub fn deaths(&self) -> usize {
        self.points.len() + self.kills
    }
}

/// The program as it is under test; another build of it when the environment names one.
fn program() -> OsString {
    std::env::var_os("CARGO_BIN_EXE_tandem").unwrap_or_else(|| env!("CARGO_BIN_EXE_tandem").into())
}

/// One process.
pub struct Life {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Life {
    /// Starts it; once it is ready, the workspace sends to it.
    pub fn start(place: &Place, death: Option<&Death>) -> Self {
        let mut command = Command::new(program());
        command
            .arg("serve")
            .current_dir(&place.folder)
            .env_clear()
            .env("TANDEM_LISTEN", "127.0.0.1:0")
            .env("TANDEM_DATA_DIR", &place.folder)
            .env("TANDEM_LOG__FORMAT", "json")
            .env("TANDEM_SQLITE__SYNCHRONOUS", "normal")
            .env("TANDEM_SLACK__API_URL", place.sandbox.api_url())
            .env("TANDEM_SLACK__BOT_TOKEN", "xoxb-sandbox")
            .env("TANDEM_SLACK__SIGNING_SECRET", "sandbox-signing-secret")
            .env("TANDEM_SLACK__TIMEOUT_SECONDS", "1")
            .env("TANDEM_SLACK__MESSAGE_INTERVAL_MS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(url) = &place.database_url {
            command.env("DATABASE_URL", url).env("TANDEM_DELIVERY__LEASE_SECONDS", "1");
        }
        if let Some(Death::At(point, hit)) = death {
            command.env("FAILPOINT", format!("{point}:{hit}"));
        }
        let mut child = command.spawn().expect("the program starts");
        let log = Arc::<Mutex<String>>::default();
        let lines = BufReader::new(child.stderr.take().expect("its errors are piped")).lines();
        tokio::spawn(listen(lines, log.clone(), place.sandbox.clone()));
        Self { child, log }
    }

    /// Resolves when it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.expect("it can be waited for")
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }
}

async fn listen(
    mut lines: tokio::io::Lines<BufReader<tokio::process::ChildStderr>>,
    log: Arc<Mutex<String>>,
    sandbox: Sandbox,
) {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(entry) = serde_json::from_str::<Value>(&line)
            && entry["message"] == "Tandem is ready"
            && let Some(address) = entry["address"].as_str()
        {
            sandbox.connect_http(&format!("http://{address}"));
        }
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}

/// Starts the process again each time that it ends, until `stop`.
pub async fn supervise(place: Place, deaths: Vec<Death>, stop: CancellationToken) -> Lives {
    let mut lives = Lives::default();
    let mut deaths = deaths.into_iter();
    while !stop.is_cancelled() {
        let death = deaths.next();
        let mut life = Life::start(&place, death.as_ref());
        let moment = async {
            match death {
                Some(Death::After(moment)) => tokio::time::sleep(moment).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            status = life.ended() => match (status.signal(), &death) {
                (Some(SIGABRT), Some(Death::At(point, _))) => lives.points.push(point),
                _ => lives.surprises.push(status.to_string()),
            },
            () = moment => {
                life.kill().await;
                lives.kills += 1;
            }
            () = stop.cancelled() => life.kill().await,
        }
        lives.log.push_str(&life.log.lock().unwrap());
        lives.log.push_str(&format!("-- ended, planned: {death:?}\n"));
        if lives.surprises.len() > 5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    lives
}

/// Copies a SQLite file that nobody has open.
pub fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("the database is copied");
}
