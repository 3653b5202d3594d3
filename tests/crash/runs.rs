//! Many runs on both databases.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tandem::kernel::clock::Clock;
use tandem::sandbox::{Options, Sandbox};
use tandem::store::{Db, Synchronous};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::plan::{POINTS, Plan};
use super::process::{Lives, Place, supervise};
use super::promises::{self, Record, Verdict};
use super::{ground, story};
use crate::support::postgres::{self, CONNECTIONS, TestDatabase};

/// Runs on SQLite where nothing else is asked for: enough to die at every point once. A third of it on Postgres.
const RUNS: u64 = 19;
/// Runs side by side: most of their time is waiting.
const ABREAST: usize = 6;
/// The longest that a run may take until nothing is left to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A furnished database, copied for each run.
pub enum Template {
    Sqlite(TempDir),
    Postgres(TestDatabase),
}

impl Template {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("tandem.db"), Synchronous::Normal).await.unwrap();
        ground::furnish(&db, Clock::system().now()).await;
        db.close().await;
        Self::Sqlite(folder)
    }

    pub async fn postgres() -> Option<Self> {
        let database = postgres::database().await?;
        let db = Db::open_postgres(&database.url, CONNECTIONS).await.unwrap();
        ground::furnish(&db, Clock::system().now()).await;
        db.close().await;
        Some(Self::Postgres(database))
    }

    /// A copy of its own, for this place.
    pub async fn copy_to(&self, place: &mut Place) -> Option<TestDatabase> {
        match self {
            Self::Sqlite(folder) => {
                std::fs::copy(folder.path().join("tandem.db"), place.sqlite_file()).unwrap();
                None
            }
            Self::Postgres(database) => {
                let own = database.copy().await;
                place.database_url = Some(own.url.clone());
                Some(own)
            }
        }
    }
}

/// What a run left behind.
struct Outcome {
    plan: Plan,
    lives: Lives,
    verdict: Verdict,
    record: String,
    took: Duration,
}

/// A workspace whose Slack does not tire of sending what was not acknowledged.
pub async fn workspace() -> Sandbox {
    let mut options = Options::new(Clock::system());
    options.retry_delays = vec![Duration::from_millis(25); 2_000];
    Sandbox::start(options).await.unwrap()
}

/// A folder in memory where there is one: what is killed is the process, not the machine.
pub fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// One run: the story is told while the process dies and lives by plan; then the promises are checked.
async fn run(template: &Template, plan: Plan) -> Outcome {
    let begun = Instant::now();
    let folder = folder();
    let sandbox = workspace().await;
    let mut place = Place {
        sandbox: sandbox.clone(),
        folder: folder.path().to_owned(),
        database_url: None,
        lease: 1,
        doors: None,
    };
    let own = template.copy_to(&mut place).await;
    let stop = CancellationToken::new();
    let deaths: Vec<_> = plan.deaths.iter().cloned().map(|death| (Duration::ZERO, death)).collect();
    let lives = tokio::spawn(supervise(place.clone(), deaths, stop.clone()));
    let mishaps = {
        let (sandbox, mut mishaps) = (sandbox.clone(), plan.mishaps.clone());
        mishaps.sort_by_key(|m| m.0);
        tokio::spawn(async move {
            for (at, method, fault, times) in mishaps {
                tokio::time::sleep_until((begun + at).into()).await;
                sandbox.script(method, fault, times);
            }
        })
    };
    let calm = tokio::time::timeout(PATIENCE, async {
        story::play(&sandbox).await;
        mishaps.await.unwrap();
        until_the_scheduler_looked(&place).await;
        until_quiet(&place).await;
    });
    let calm = calm.await.is_ok();
    stop.cancel();
    let lives = lives.await.unwrap();
    let db = open(&place).await;
    let mut tx = db.read().await.unwrap();
    let record = Record::of(&sandbox);
    let mut verdict = promises::of_delivery(&mut tx, &sandbox, &record).await;
    promises::of_story(&mut tx, &sandbox, &record, &mut verdict).await;
    // A process that stands still for longer than its lease counts as gone; then an internal post may stand twice.
    if !lives.log.contains("was taken over by another worker") {
        let twice = verdict.internal_twice.iter().map(|key| format!("{key} stands twice"));
        verdict.broken.extend(twice);
    }
    if !calm {
        verdict.broken.push(format!("it was not done after {PATIENCE:?}"));
    }
    verdict.broken.extend(lives.surprises.iter().map(|s| format!("the process ended by itself: {s}")));
    let calls: Vec<String> =
        sandbox.calls().iter().map(|c| format!("{} {} -> {}", c.method, c.request, c.response)).collect();
    tx.rollback().await.unwrap();
    db.close().await;
    sandbox.stop().await;
    drop(own);
    Outcome { plan, lives, verdict, record: calls.join("\n"), took: begun.elapsed() }
}

pub async fn open(place: &Place) -> Db {
    match &place.database_url {
        Some(url) => Db::open_postgres(url, CONNECTIONS).await.unwrap(),
        None => Db::inspect_sqlite(&place.sqlite_file()).await.unwrap(),
    }
}

/// Returns when a round of the scheduler has taken up the digest and the reminder that are due from the start.
async fn until_the_scheduler_looked(place: &Place) {
    let db = open(place).await;
    while !promises::is_taken_up(&db).await.unwrap_or(false) {
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    db.close().await;
}

/// Returns when nothing is under way in the workspace or in the database, twice in a row.
pub async fn until_quiet(place: &Place) {
    let db = open(place).await;
    let mut quiet = 0;
    while quiet < 2 {
        place.sandbox.settled().await;
        quiet = if promises::is_quiet(&db).await.unwrap_or(false) { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    db.close().await;
}

/// One run in `share` of those that are asked for.
fn seeds(share: u64) -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|v: String| v.parse::<u64>().ok());
    match number("TEST_CRASH_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("TEST_CRASH_RUNS").unwrap_or(RUNS) / share).collect(),
    }
}

async fn all(name: &str, template: Template, seeds: Vec<u64>) {
    let begun = Instant::now();
    let runs = seeds.len();
    let mut outcomes = futures_util::stream::iter(seeds)
        .map(|seed| run(&template, Plan::of(seed)))
        .buffer_unordered(ABREAST);
    let mut points: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut deaths, mut unconfirmed, mut longest) = (0, 0, Duration::ZERO);
    let mut failures = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        deaths += outcome.lives.deaths();
        unconfirmed += outcome.verdict.unconfirmed;
        longest = longest.max(outcome.took);
        for point in &outcome.lives.points {
            *points.entry(point).or_default() += 1;
        }
        if !outcome.verdict.broken.is_empty() {
            failures.push(outcome);
        }
    }
    println!(
        "{name}: {runs} runs, {deaths} deaths, {unconfirmed} notes unconfirmed, {:.0?} in all, the longest {longest:.1?}; {points:?}",
        begun.elapsed()
    );
    failures.sort_by_key(|f| f.plan.seed);
    if let Some(first) = failures.first() {
        let lines: Vec<String> =
            failures.iter().map(|f| format!("{:?}: {:#?}", f.plan, f.verdict.broken)).collect();
        panic!(
            "{} of {runs} runs broke a promise\n{}\n\nthe calls of seed {}:\n{}\n\nits log:\n{}",
            failures.len(),
            lines.join("\n"),
            first.plan.seed,
            first.record,
            first.lives.log
        );
    }
    if runs >= 2 * POINTS.len() {
        let missed: Vec<_> = POINTS.iter().filter(|p| !points.contains_key(**p)).collect();
        assert!(missed.is_empty(), "the process never came by {missed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_anywhere_on_sqlite_nothing_is_lost_and_no_partner_hears_twice() {
    all("SQLite", Template::sqlite().await, seeds(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_anywhere_on_postgres_nothing_is_lost_and_no_partner_hears_twice() {
    let Some(template) = Template::postgres().await else { return };
    all("Postgres", template, seeds(3)).await;
}
