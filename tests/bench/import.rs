//! How long a list of 100,000 accounts takes from the click on *Import*, and how much memory: `cargo bench --bench import`.
//!
//! The release build of `tandem serve` runs beside a sandbox workspace; the list is dropped into its intake channel,
//! previewed and imported as a person would do it. Memory is the peak of the process, from `/proc`.
#![allow(clippy::print_stdout)]

mod memory;
#[path = "../support/partner_list.rs"]
mod partner_list;

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tandem::kernel::actor::Role;
use tandem::kernel::clock::Clock;
use tandem::kernel::ids::{PartnerId, UserId};
use tandem::map::partner::Partner;
use tandem::map::store as map;
use tandem::sandbox::{Options, Sandbox};
use tandem::store::settings::{self, Workspace};
use tandem::store::{Db, Synchronous, people};

type Failure = Box<dyn Error>;

const INTAKE: &str = "C0OVERLAPS";
const MAYA: &str = "U0MAYA";
const PATIENCE: Duration = Duration::from_secs(300);

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let rows = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(100_000);
    let data = tempfile::tempdir()?;
    set_up(data.path()).await?;
    let options = Options::new(Clock::system());
    let sandbox = Sandbox::start(options.clone()).await?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let tandem = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .arg("serve")
        .env_remove("DATABASE_URL")
        .env("TANDEM_DATA_DIR", data.path())
        .env("TANDEM_LISTEN", address.to_string())
        .env("TANDEM_LOG__FILTER", "error")
        .env("TANDEM_SLACK__API_URL", sandbox.api_url())
        .env("TANDEM_SLACK__BOT_TOKEN", &options.bot_token)
        .env("TANDEM_SLACK__SIGNING_SECRET", &options.signing_secret)
        .stdin(Stdio::null())
        .spawn()?;
    let tandem = Running(tandem);
    let ready = Instant::now();
    while tokio::net::TcpStream::connect(address).await.is_err() {
        if ready.elapsed() > PATIENCE {
            return Err("tandem did not start".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sandbox.connect_http(&format!("http://{address}"));
    let mut list = Vec::new();
    partner_list::write_csv(&mut list, rows)?;
    let megabytes = list.len() as f64 / 1e6;
    let maya = sandbox.person(MAYA);
    let dropped = Instant::now();
    let (_, ts) = maya.upload(INTAKE, "northwind.csv", list).await?;
    let card = card(&sandbox, &ts, "unreadable").await?;
    let previewed = dropped.elapsed();
    let clicked = Instant::now();
    maya.click(INTAKE, &card, "import.run").await?;
    self::card(&sandbox, &ts, "imported by").await?;
    let imported = clicked.elapsed();
    println!("| rows | file MB | preview s | import s | peak memory MB |");
    println!("| --- | --- | --- | --- | --- |");
    println!(
        "| {rows} | {megabytes:.1} | {:.1} | {:.1} | {:.0} |",
        previewed.as_secs_f64(),
        imported.as_secs_f64(),
        memory::megabytes(tandem.0.id(), "VmHWM")?
    );
    Ok(())
}

async fn set_up(data: &Path) -> Result<(), Failure> {
    let db = Db::open_sqlite(&data.join("tandem.db"), Synchronous::Full).await?;
    let now = Clock::system().now();
    let mut tx = db.begin().await?;
    let workspace = Workspace { intake_channel: Some(INTAKE.into()), ..Workspace::default() };
    settings::save(&mut tx, now, &workspace).await?;
    let maya = UserId::from(MAYA);
    people::set_holders(&mut tx, now, &maya, Role::Admin, std::slice::from_ref(&maya)).await?;
    let partner = Partner {
        id: PartnerId::from("northwind"),
        name: "Northwind".to_owned(),
        domain: None,
        manager: None,
        channel: None,
        refresh_days: 45,
        list_seen_at: None,
        sample: false,
    };
    map::save_partner(&mut tx, now, &partner).await?;
    tx.commit().await?;
    db.close().await;
    Ok(())
}

/// Waits until the card under the file says so; gives its `ts`.
async fn card(sandbox: &Sandbox, file: &str, says: &str) -> Result<String, Failure> {
    let began = Instant::now();
    loop {
        let replies = sandbox.thread(INTAKE, file);
        let text = |r: &serde_json::Value| r["text"].as_str().unwrap_or_default().to_owned();
        if let Some(card) = replies.iter().find(|r| text(r).contains(says)) {
            return Ok(card["ts"].as_str().unwrap_or_default().to_owned());
        }
        if began.elapsed() > PATIENCE {
            return Err(format!(
                "the card never said {says:?}: {:?}",
                replies.iter().map(text).collect::<Vec<_>>()
            )
            .into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
