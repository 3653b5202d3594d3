//! The real `tandem serve` as a child, ended and started again.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tandem::sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::doors::Doors;
use super::plan::Death;

const SIGABRT: i32 = 6;

/// What the process is started with.
#[derive(Clone)]
pub struct Place {
    pub sandbox: Sandbox,
    pub folder: PathBuf,
    /// Postgres; SQLite in the folder without it.
    pub database_url: Option<String>,
    /// How long claims outlive their process where there are several, in seconds.
    pub lease: u64,
    /// Where the workspace finds several processes; a single one is found directly.
    pub doors: Option<Doors>,
}

impl Place {
    pub fn sqlite_file(&self) -> PathBuf {
        self.folder.join("tandem.db")
    }
}

/// What the lives of a process came to.
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

/// `tandem serve`, as it is started here.
pub fn command(place: &Place) -> Command {
    let mut command = Command::new(program());
    command.arg("serve");
    furnish(&mut command, place);
    command
}

/// The same below a shell line that ends in `exec "$0" serve`.
pub fn command_in(line: &str, place: &Place) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).arg(program());
    furnish(&mut command, place);
    command
}

fn furnish(command: &mut Command, place: &Place) {
    command
        .current_dir(&place.folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TANDEM_LISTEN", "127.0.0.1:0")
        .env("TANDEM_DATA_DIR", &place.folder)
        .env("TANDEM_LOG__FORMAT", "json")
        .env("TANDEM_SQLITE__SYNCHRONOUS", "normal")
        .env("TANDEM_SLACK__API_URL", place.sandbox.api_url())
        .env("TANDEM_SLACK__BOT_TOKEN", "xoxb-sandbox")
        .env("TANDEM_SLACK__SIGNING_SECRET", "sandbox-signing-secret")
        .env("TANDEM_SLACK__TIMEOUT_SECONDS", "3")
        .env("TANDEM_SLACK__MESSAGE_INTERVAL_MS", "0")
        .env("TANDEM_DELIVERY__DOUBT_SECONDS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(url) = &place.database_url {
        command.env("DATABASE_URL", url).env("TANDEM_DELIVERY__LEASE_SECONDS", place.lease.to_string());
    }
}

/// One process.
pub struct Life {
    child: Child,
    log: Arc<Mutex<String>>,
    address: watch::Receiver<Option<SocketAddr>>,
}

impl Life {
    /// Starts it; once it is ready, the workspace sends to it.
    pub fn start(place: &Place, mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let log = Arc::<Mutex<String>>::default();
        let (ready, address) = watch::channel(None);
        let lines = BufReader::new(child.stderr.take().expect("its errors are piped")).lines();
        tokio::spawn(listen(lines, log.clone(), place.clone(), ready));
        Self { child, log, address }
    }

    /// Where it listens, as soon as it does; `None` when it ended before.
    pub async fn ready(&mut self) -> Option<SocketAddr> {
        self.address.wait_for(Option::is_some).await.ok().and_then(|a| *a)
    }

    /// Resolves when it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.expect("it can be waited for")
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Whether it runs.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("it can be looked at").is_none()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

async fn listen(
    mut lines: Lines<BufReader<ChildStderr>>,
    log: Arc<Mutex<String>>,
    place: Place,
    ready: watch::Sender<Option<SocketAddr>>,
) {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(entry) = serde_json::from_str::<Value>(&line)
            && entry["message"] == "Tandem is ready"
            && let Some(address) = entry["address"].as_str().and_then(|a| a.parse().ok())
        {
            match &place.doors {
                Some(doors) => doors.open(address),
                None => place.sandbox.connect_http(&format!("http://{address}")),
            }
            ready.send_replace(Some(address));
        }
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}

/// Starts the process again each time that it ends, until `stop`. Each life ends by the next death and begins after
/// its pause; when there are no more deaths it goes on to live.
pub async fn supervise(
    place: Place,
    deaths: impl IntoIterator<Item = (Duration, Death)>,
    stop: CancellationToken,
) -> Lives {
    let mut lives = Lives::default();
    let mut deaths = deaths.into_iter();
    while !stop.is_cancelled() {
        let (pause, death) = deaths.next().unzip();
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        let mut command = command(&place);
        if let Some(Death::At(point, hit)) = &death {
            command.env("FAILPOINT", format!("{point}:{hit}"));
        }
        let mut life = Life::start(&place, command);
        let mut ready = life.address.clone();
        let moment = async {
            match death {
                Some(Death::After(moment)) => tokio::time::sleep(moment).await,
                Some(Death::Awake(moment)) => {
                    let _ = ready.wait_for(Option::is_some).await;
                    tokio::time::sleep(moment).await;
                }
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
        lives.log.push_str(&format!("{}-- ended, planned: {death:?}\n", life.log()));
    }
    lives
}
