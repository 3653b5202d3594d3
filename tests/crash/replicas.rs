//! One to four processes on one Postgres, killed and added under load.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_util::sync::CancellationToken;

use super::doors::Doors;
use super::load::{self, Said};
use super::plan::Death;
use super::process::{Lives, Place, supervise};
use super::promises::{self, Record};
use super::runs::{Template, folder, open, until_quiet, workspace};
use super::story;

/// The longest that it may take until nothing is left to do once the load has ended.
const PATIENCE: Duration = Duration::from_secs(300);

/// The lives of one of the processes: how long it is away before each, and how it ends.
fn lives_of(replica: u64, seconds: std::ops::Range<u64>) -> impl Iterator<Item = (Duration, Death)> {
    let mut dice = StdRng::seed_from_u64(replica);
    std::iter::repeat_with(move || {
        let away = Duration::from_millis(dice.random_range(0..1_500));
        let lives = Duration::from_millis(dice.random_range(seconds.start * 1_000..seconds.end * 1_000));
        (away, Death::Awake(lives))
    })
}

/// What is asked of the replicas.
struct Trial {
    replicas: u64,
    rate: u32,
    duration: Duration,
    /// How long a process lives once it is ready, in seconds.
    lives: std::ops::Range<u64>,
}

async fn play(name: &str, trial: Trial) {
    let Some(template) = Template::postgres().await else { return };
    let begun = Instant::now();
    let folder = folder();
    let sandbox = workspace().await;
    let doors = Doors::default();
    sandbox.connect_http(&format!("http://{}", doors.serve().await));
    let mut place = Place {
        sandbox: sandbox.clone(),
        folder: folder.path().to_owned(),
        database_url: None,
        lease: 2,
        doors: Some(doors),
    };
    let own = template.copy_to(&mut place).await;
    let db = open(&place).await;
    let (stop, calm_down) = (CancellationToken::new(), CancellationToken::new());
    let replicas: Vec<_> = (0..trial.replicas)
        .map(|replica| {
            let calm = calm_down.clone();
            let deaths = lives_of(replica, trial.lives.clone()).take_while(move |_| !calm.is_cancelled());
            tokio::spawn(supervise(place.clone(), deaths, stop.clone()))
        })
        .collect();
    let load = load::stream(&sandbox, &db, trial.rate, trial.duration, 1);
    let (said, ()) = tokio::join!(load, story::play(&sandbox));
    calm_down.cancel();
    let calm = tokio::time::timeout(PATIENCE, until_quiet(&place)).await.is_ok();
    stop.cancel();
    let mut lives = Vec::new();
    for replica in replicas {
        lives.push(replica.await.unwrap());
    }
    let mut tx = db.read().await.unwrap();
    let record = Record::of(&sandbox);
    let mut verdict = promises::of_delivery(&mut tx, &sandbox, &record).await;
    promises::of_story(&mut tx, &sandbox, &record, &mut verdict).await;
    let Said { last_words, taken_back, notes, streamed } = &said;
    promises::of_words(&mut tx, last_words, taken_back, &mut verdict.broken).await;
    if !calm {
        verdict.broken.push(format!("it was not done {PATIENCE:?} after the load"));
    }
    verdict.broken.extend(lives.iter().flat_map(|l| l.surprises.clone()));
    tx.rollback().await.unwrap();
    db.close().await;
    let events = sandbox.events().len();
    println!(
        "{name}: {} replicas, {events} events in {streamed:.0?} ({:.0}/s), quiet after {:.0?}, {} kills, {notes} notes; \
         lost {}, partner duplicates {}, internal duplicates {}, unconfirmed {}",
        trial.replicas,
        events as f64 / streamed.as_secs_f64(),
        begun.elapsed() - *streamed,
        lives.iter().map(Lives::deaths).sum::<usize>(),
        verdict.lost,
        verdict.partner_twice,
        verdict.internal_twice.len(),
        verdict.unconfirmed,
    );
    drop(own);
    let tail: Vec<&str> = lives.iter().flat_map(|l| l.log.lines().rev().take(30)).collect();
    assert!(verdict.broken.is_empty(), "{:#?}\n{}", verdict.broken, tail.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_killed_and_added_lose_nothing_and_keep_the_order() {
    let duration = Duration::from_secs(5);
    play("two replicas", Trial { replicas: 2, rate: 40, duration, lives: 1..3 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_replicas_killed_and_added_lose_nothing_and_keep_the_order() {
    let duration = Duration::from_secs(5);
    play("four replicas", Trial { replicas: 4, rate: 40, duration, lives: 1..3 }).await;
}

/// `TEST_SOAK_SECONDS=600 cargo test --release --test main soak -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, which wants the machine for itself"]
async fn soak() {
    let number = |name, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let duration = Duration::from_secs(number("TEST_SOAK_SECONDS", 20));
    let rate = u32::try_from(number("TEST_SOAK_RATE", 200)).unwrap();
    play("soak", Trial { replicas: 4, rate, duration, lives: 2..20 }).await;
}
