//! How quick Tandem answers in a house that has been lived in: `cargo bench --bench house`.
//!
//! It furnishes a database (40 partners of different size, 100,000 overlaps, 25,000 accounts, 5,000 sessions, 50,000 commitments and all that
//! comes with them, see `furnish`), starts the app on it beside a sandbox workspace, and measures, warm and one at a time:
//!
//! - **commands**, from the moment at which the person types until the answer stands in their window: the signed request, the inbox
//!   with its commit, the look at who asks (a call of Slack's API), the flow, the answer's way out, and what the sandbox does to check it.
//! - **Home**, from opening the tab until the new view is published: the same, and the outbox besides.
//! - **an agenda that is composed**: the flow alone, for a session that has none yet.
//! - **rounds of the scheduler**: `Bot::rounds`, which the app calls every minute, when nothing is due, and when it also looks for sessions to propose.
//!
//! The figures are milliseconds: the median and the 95th centile. Everything runs in one process on one machine, the sandbox too. Names on the command
//! line choose a database (`sqlite`, `postgres`); `--times 50` asks more often; `--show` prints what was answered, `--statements` the statements
//! that took longest and how often each was sent; `--look` waits in the end, so that somebody can look at the database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod furnish;
mod statements;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;
use std::time::{Duration, Instant};

use clap::Parser;
use tandem::config::Agendas;
use tandem::plan::{flow, store as plan};
use tandem::sandbox::Person;
use tandem::sql_exec;
use tandem::store::millis;

use statements::Statements;
use support::stage::{ALEX, Backend, EVE, MAYA, OPS, Stage};

type Failure = Box<dyn Error>;

/// Nothing takes as long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether the answer is there.
const LOOK_AGAIN: Duration = Duration::from_micros(300);

/// Measures a furnished database and prints a table in Markdown.
#[derive(Parser)]
struct Options {
    /// `sqlite` or `postgres`; both without it.
    databases: Vec<String>,
    /// How often each is asked.
    #[arg(long, default_value_t = 40)]
    times: usize,
    /// Prints the beginning of every answer.
    #[arg(long)]
    show: bool,
    /// Prints the statements that took longest, and how often each was sent.
    #[arg(long)]
    statements: bool,
    /// Waits for a line on standard input in the end.
    #[arg(long)]
    look: bool,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is measured.
#[derive(Clone, Copy)]
enum Deed {
    /// Somebody types a command.
    Command(&'static str, &'static str),
    /// Somebody opens Home.
    Home(&'static str),
    /// An agenda is composed.
    Compose,
    /// The scheduler finds nothing to do.
    Round,
    /// The scheduler looks for triggers, as it does every five minutes.
    Triggers,
}

const DEEDS: [(&str, Deed); 21] = [
    ("`/partner digest preview`", Deed::Command(MAYA, "digest preview")),
    ("Home of a partner manager", Deed::Home(MAYA)),
    ("Home of an account executive", Deed::Home(ALEX)),
    ("Home of an executive", Deed::Home(EVE)),
    ("an agenda that is composed", Deed::Compose),
    ("`/partner session agenda`", Deed::Command(MAYA, "session agenda")),
    ("`/partner account acme`", Deed::Command(ALEX, "account acme")),
    ("`/partner account acmee`, a slip", Deed::Command(ALEX, "account acmee")),
    ("`/partner overlaps list`", Deed::Command(MAYA, "overlaps list")),
    ("`/partner overlaps list northwind`", Deed::Command(MAYA, "overlaps list northwind")),
    ("`/partner overlaps list mine`", Deed::Command(MAYA, "overlaps list mine")),
    ("`/partner commit mine`", Deed::Command(MAYA, "commit mine")),
    ("`/partner commit late`", Deed::Command(MAYA, "commit late")),
    ("`/partner commit owed`", Deed::Command(MAYA, "commit owed")),
    ("`/partner session list`", Deed::Command(MAYA, "session list")),
    ("`/partner ask list`", Deed::Command(MAYA, "ask list")),
    ("`/partner partner list`", Deed::Command(MAYA, "partner list")),
    ("`/partner partner show northwind`", Deed::Command(MAYA, "partner show northwind")),
    ("`/partner partner ledger northwind`", Deed::Command(MAYA, "partner ledger northwind")),
    ("a round of the scheduler with nothing due", Deed::Round),
    ("a round that looks for sessions to propose", Deed::Triggers),
];

/// Medians and 95th centiles in milliseconds.
type Figures = Vec<(f64, f64)>;

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let statements = options.statements.then(Statements::install);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut columns = Vec::new();
    for (name, backend) in [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres)] {
        if options.databases.is_empty() || options.databases.iter().any(|d| d == name) {
            let figures = runtime.block_on(measure(backend, &options, statements.as_ref()))?;
            columns.extend(figures.map(|figures| (format!("{backend:?}"), figures)));
        }
    }
    let heads: Vec<String> =
        columns.iter().map(|(name, _)| format!(" {name} median | 95th centile |")).collect();
    println!("| milliseconds |{}", heads.concat());
    println!("| --- |{}", " --- | --- |".repeat(columns.len()));
    for (at, (what, _)) in DEEDS.iter().enumerate() {
        let figures = columns.iter().map(|(_, all)| format!(" {:.0} | {:.0} |", all[at].0, all[at].1));
        println!("| {what} |{}", figures.collect::<String>());
    }
    Ok(())
}

/// `None` where there is no such database.
async fn measure(
    backend: Backend,
    options: &Options,
    statements: Option<&Statements>,
) -> Result<Option<Figures>, Failure> {
    let Some(stage) = Stage::in_world(backend, furnish::world()).await else { return Ok(None) };
    let began = Instant::now();
    furnish::furnish(&stage.db).await?;
    eprintln!("{backend:?}, in {:.0} s: {}", began.elapsed().as_secs_f64(), furnish::sizes(&stage.db).await?);
    // What is due is done first, so that the rounds that are measured find nothing.
    let began = Instant::now();
    for _ in 0..3 {
        stage.bot.rounds().await?;
        stage.settle().await;
    }
    eprintln!("{backend:?}: what was due took {:.1} s", began.elapsed().as_secs_f64());
    let mut figures = Figures::new();
    for (what, deed) in DEEDS {
        for warming in 0..3 {
            perform(&stage, deed, options.show && warming == 0).await?;
        }
        if let Some(statements) = statements {
            statements.forget();
        }
        let mut took = Vec::with_capacity(options.times);
        for _ in 0..options.times {
            took.push(perform(&stage, deed, false).await?);
        }
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1e3;
        eprintln!("{backend:?}: {:.1} ms, {:.1} ms: {what}", at(50), at(95));
        if let Some(statements) = statements {
            eprintln!("{}", statements.told(options.times));
        }
        figures.push((at(50), at(95)));
    }
    if options.look {
        eprintln!("{} {:?}; press Enter", stage.folder.path().display(), stage.postgres_url());
        std::io::stdin().read_line(&mut String::new())?;
    }
    stage.end().await;
    Ok(Some(figures))
}

async fn perform(stage: &Stage, deed: Deed, show: bool) -> Result<Duration, Failure> {
    match deed {
        Deed::Command(user, words) => command(stage, &stage.person(user), words, show).await,
        Deed::Home(user) => home(stage, user, show).await,
        Deed::Compose => compose(stage).await,
        Deed::Round => round(stage).await,
        Deed::Triggers => {
            let mut tx = stage.db.begin().await?;
            sql_exec!(&mut tx, "DELETE FROM fires WHERE schedule = 'session-triggers'")?;
            tx.commit().await?;
            round(stage).await
        }
    }
}

async fn command(stage: &Stage, person: &Person, words: &str, show: bool) -> Result<Duration, Failure> {
    let shown = || stage.sandbox.newest(OPS, usize::MAX, |_| false).1;
    let (before, began) = (shown(), Instant::now());
    person.command(OPS, &format!("/partner {words}")).await.map_err(|e| format!("{words}: {e:?}"))?;
    while shown() == before {
        patience(began, words)?;
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let took = began.elapsed();
    if show {
        let answer = stage.last_private(person.id());
        eprintln!("/partner {words} → {}", answer.chars().take(600).collect::<String>());
    }
    stage.settle().await;
    Ok(took)
}

async fn home(stage: &Stage, user: &str, show: bool) -> Result<Duration, Failure> {
    let shown = || stage.sandbox.home(user).map(|view| view["hash"].clone());
    let (before, began) = (shown(), Instant::now());
    stage.person(user).open_home().await.map_err(|e| format!("Home of {user}: {e:?}"))?;
    while shown() == before {
        patience(began, user)?;
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let took = began.elapsed();
    if show {
        let view = stage.sandbox.home(user).unwrap_or_default();
        let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
        let texts = blocks.iter().filter_map(|b| b["text"]["text"].as_str());
        eprintln!("Home of {user} → {}", texts.collect::<Vec<_>>().join(" / "));
    }
    stage.settle().await;
    Ok(took)
}

/// The agenda of the last session ahead: it is not loaded before its time.
async fn compose(stage: &Stage) -> Result<Duration, Failure> {
    let now = stage.clock.now();
    let settings = Agendas::default();
    let ways =
        flow::Ways { settings: &settings, mapping: &stage.bot.mapping, calendars: &stage.bot.calendars };
    let mut tx = stage.db.read().await?;
    let session = plan::sessions_ahead(&mut tx, now, 1_000).await?.pop().ok_or("no session is ahead")?;
    if plan::pre_read(&mut tx, &session.id).await?.is_some() {
        return Err("its agenda is there".into());
    }
    let began = Instant::now();
    let agenda = flow::agenda_now(&mut tx, now, &session, &ways).await?.ok_or("no agenda")?;
    let took = began.elapsed();
    if agenda.content.accounts.is_empty() {
        return Err(format!("an empty agenda, loaded at {}", millis(now)).into());
    }
    tx.rollback().await?;
    Ok(took)
}

async fn round(stage: &Stage) -> Result<Duration, Failure> {
    let began = Instant::now();
    stage.bot.rounds().await?;
    let took = began.elapsed();
    stage.settle().await;
    Ok(took)
}

fn patience(began: Instant, what: &str) -> Result<(), Failure> {
    if began.elapsed() < PATIENCE { Ok(()) } else { Err(format!("no answer to {what}").into()) }
}
