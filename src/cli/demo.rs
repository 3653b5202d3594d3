//! `tandem demo`: the same bot against a local workspace with a web page, with a small company in it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::net::TcpListener;

use super::{Outcome, interrupted, runtime};
use crate::app::App;
use crate::config::{Config, LaunchFeed, LogFormat, Mode};
use crate::kernel::actor::Role;
use crate::kernel::clock::Clock;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::sample::{self, Cast};
use crate::sandbox::{self, Sandbox, User, World};
use crate::store::people::{self, Person};
use crate::store::settings::{self, DigestTime, Workspace};
use crate::store::{Db, audit};

/// Thursday 5 March 2026, 10:00 in Stockholm.
const START: &str = "2026-03-05T09:00:00Z";
const ZONE: &str = "Europe/Stockholm";

/// What `tandem demo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The port of the page; 0 takes a free one
    #[arg(long, default_value_t = 8085)]
    port: u16,
    /// Reach the bot by Socket Mode instead of HTTP
    #[arg(long)]
    socket: bool,
    /// Keep the data in this folder; without it, it is gone at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(options: Options) -> Outcome {
    super::log(LogFormat::Auto, "warn")?;
    runtime()?.block_on(play(options))
}

async fn play(options: Options) -> Outcome {
    let temporary = tempfile::Builder::new().prefix("tandem-demo-").tempdir()?;
    let data_dir = options.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let clock = Clock::starting_at(START.parse()?);
    let mut workspace = sandbox::Options::new(clock.clone());
    workspace.world = World::demo();
    workspace.bind = SocketAddr::from(([127, 0, 0, 1], options.port));
    let sandbox = Sandbox::start(workspace.clone())
        .await
        .map_err(|e| format!("port {} cannot be used ({e}); `--port 0` takes a free one", options.port))?;
    let lists = lay_out(&data_dir)?;
    let mut config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), data_dir, ..Config::default() };
    config.slack.mode = if options.socket { Mode::Socket } else { Mode::Http };
    config.slack.api_url = sandbox.api_url();
    config.slack.bot_token = Some(workspace.bot_token.into());
    config.slack.app_token = Some(workspace.app_token.into());
    config.slack.signing_secret = Some(workspace.signing_secret.into());
    config.slack.message_interval_ms = 0;
    config.feeds = vec![LaunchFeed {
        name: "northwind-news".into(),
        url: sandbox.feed_url("northwind").into(),
        partner: "Northwind".into(),
        every_minutes: None,
        private_addresses: true,
    }];
    let db = crate::app::open(&config).await?;
    furnish(&db, clock.now()).await?;
    let listener = TcpListener::bind(config.listen).await?;
    config.pages.url = Some(format!("http://{}", listener.local_addr()?));
    let app = App::start_with(&config, clock, db, listener).await?;
    if options.socket {
        sandbox.socket_connected(1).await;
    } else {
        sandbox.connect_http(&format!("http://{}", app.address));
        sandbox.verify_http().await?;
    }
    welcome(sandbox.base_url(), &lists);
    let stop = app.stopper();
    tokio::spawn(async move {
        interrupted().await;
        stop.cancel();
    });
    app.wait().await?;
    sandbox.stop().await;
    Ok(())
}

/// Settings, roles, partners and overlaps, as if the team had worked with Tandem for some weeks.
/// A kept folder that has them already stays as it is.
pub(super) async fn furnish(db: &Db, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    if settings::load(&mut tx).await?.intake_channel.is_some() {
        return tx.rollback().await;
    }
    let [maya, omar, alex, evelyn] = ["U0MAYA", "U0OMAR", "U0ALEX", "U0EVE"].map(UserId::from);
    let workspace = Workspace {
        intake_channel: Some("C0OVERLAPS".into()),
        digest_channel: Some("C0PARTNEROPS".into()),
        approvals_channel: Some("C0PARTNEROPS".into()),
        digest: DigestTime { weekday: "Mon".into(), time: "09:00".into(), zone: ZONE.into() },
        digest_since: Some(crate::store::millis(now)),
    };
    settings::save(&mut tx, now, &workspace).await?;
    for (role, holder) in [
        (Role::Admin, &maya),
        (Role::PartnerManager, &maya),
        (Role::Operations, &omar),
        (Role::Executive, &evelyn),
    ] {
        people::set_holders(&mut tx, now, &maya, role, std::slice::from_ref(holder)).await?;
    }
    audit::done(&mut tx, now, maya.as_str(), "setup.save", "setup", "the demo");
    let world = World::demo();
    let home = world.home.id;
    for user in world.users.into_iter().filter(|user| !user.is_bot && user.team_id == home) {
        people::save(&mut tx, now, &colleague(user)).await?;
    }
    let cast = Cast {
        manager: maya,
        owners: vec![alex.clone(), omar],
        executive: Some(evelyn),
        requester: alex,
        places: vec![
            (Some("C0NORTHWIND".into()), Some("U0SAM".into())),
            (Some("C0GLOBEX".into()), Some("U0HANNA".into())),
            (Some("C0INITECH".into()), Some("U0MILO".into())),
        ],
        zone: jiff::tz::TimeZone::get(ZONE)?,
        marked: false,
    };
    sample::fill(&mut tx, now, &cast).await?;
    tx.commit().await
}

/// Somebody of the cast, as the team knows them by now.
fn colleague(user: User) -> Person {
    Person {
        id: user.id.into(),
        team_id: Some(user.team_id),
        name: user.real_name,
        email: Some(user.email),
        zone: Some(user.zone),
        outside: None,
    }
}

/// Puts two lists where they can be picked up and dropped; gives their folder.
fn lay_out(data_dir: &Path) -> std::io::Result<PathBuf> {
    let folder = data_dir.join("lists");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in sample::LISTS {
        std::fs::write(folder.join(name), text)?;
    }
    folder.canonicalize()
}

#[expect(clippy::print_stdout, reason = "the terminal is where the address is read")]
fn welcome(url: &str, lists: &Path) {
    println!(
        "Tandem's demo runs at {url}  (Ctrl-C ends it)\n\
         1. In #partner-overlaps, write: New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, their customer\n\
         2. Type /partner help in any channel, and open Tandem's Home.\n\
         3. As Maya, open your messages with Tandem: a session with Northwind is proposed. Schedule it, show its agenda,\n   \
            print it and approve it.\n\
         4. Move the clock to next Monday, 09:00, and read the digest in #partner-ops, and what Northwind has shipped.\n\
         5. Type /partner account show brightwater outdoor, and read who matters there, who knows them and what is on hold.\n\
         6. Draft a note from a row of the digest and approve it as Maya.\n\
         7. Change to Sam of Northwind and look into #ext-northwind.\n\
         8. Set the clock to Wednesday 11 March, 11:00: the session is over, and Tandem asks what came of it.\n   \
            Log it, and set up the next one.\n\
         9. Drop ours.csv, then northwind-accounts.csv, from {}\n   into #partner-overlaps, import each, and say which pairs are one account.",
        lists.display()
    );
}
