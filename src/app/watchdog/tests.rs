use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;

const PATIENCE: Duration = Duration::from_secs(25);

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn watchdog() -> Watchdog {
    Watchdog::new(PATIENCE, Meters::default(), CancellationToken::new())
}

/// A watchdog that runs, and what it told.
struct Kennel {
    meters: Meters,
    told: Arc<Mutex<Vec<Standstill>>>,
    watchdog: JoinHandle<Result<()>>,
}

/// Telling fails while `deaf` is above zero.
fn release(watchdog: Watchdog, deaf: u32) -> Kennel {
    let meters = watchdog.meters.clone();
    let told = Arc::new(Mutex::new(Vec::new()));
    let (heard, deaf) = (told.clone(), Arc::new(AtomicU32::new(deaf)));
    let tell = move |news: Vec<Standstill>| {
        let (heard, deaf) = (heard.clone(), deaf.clone());
        async move {
            if deaf.load(Ordering::Relaxed) > 0 {
                deaf.fetch_sub(1, Ordering::Relaxed);
                return std::future::pending().await;
            }
            heard.lock().unwrap().extend(news);
            Ok(())
        }
    };
    let watchdog = tokio::spawn(watchdog.run(tell));
    Kennel { meters, told, watchdog }
}

impl Kennel {
    fn told(&self) -> Vec<Standstill> {
        self.told.lock().unwrap().clone()
    }

    fn found_stuck(&self, part: &str) -> String {
        let line = format!("tandem_stuck_total{{part=\"{part}\"}} ");
        let text = self.meters.show(None);
        text.lines().find_map(|l| l.strip_prefix(&line)).unwrap_or("nothing").to_owned()
    }
}

/// A part that is stuck in its first `times` lives and works a step a second in those after; counts both.
fn part(
    watchdog: &mut Watchdog,
    name: &'static str,
    times: u32,
) -> (Pulse, Arc<AtomicU32>, Arc<AtomicU32>, JoinHandle<Result<()>>) {
    let pulse = watchdog.pulse(name);
    let (lives, steps) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (beat, born, done) = (pulse.clone(), lives.clone(), steps.clone());
    let work = watchdog.keep(&pulse, move |_| {
        let (beat, born, done) = (beat.clone(), born.clone(), done.clone());
        async move {
            let life = born.fetch_add(1, Ordering::Relaxed);
            loop {
                if life < times {
                    beat.step(std::future::pending::<()>()).await;
                }
                beat.step(sleep(seconds(1))).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    (pulse, lives, steps, tokio::spawn(work))
}

#[tokio::test(start_paused = true)]
async fn a_part_that_stands_still_is_noticed_within_thirty_seconds_told_once_and_started_anew() {
    let mut watchdog = watchdog();
    let (stuck, lives, steps, _running) = part(&mut watchdog, "worker", 1);
    let (well, one_life, _, _other) = part(&mut watchdog, "outbox", 0);
    let kennel = release(watchdog, 0);
    sleep(seconds(24)).await;
    assert_eq!((stuck.stuck_for(), kennel.told()), (None, Vec::new()));
    sleep(seconds(6)).await;
    let told = kennel.told();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].part, told[0].restarted), ("worker", true));
    assert_eq!(lives.load(Ordering::Relaxed), 2);
    sleep(seconds(60)).await;
    assert_eq!((stuck.stuck_for(), well.stuck_for()), (None, None));
    assert!(steps.load(Ordering::Relaxed) > 50, "it works");
    assert_eq!(kennel.told().len(), 1, "told once");
    assert_eq!((lives.load(Ordering::Relaxed), one_life.load(Ordering::Relaxed)), (2, 1));
    assert_eq!((kennel.found_stuck("worker"), kennel.found_stuck("outbox")), ("1".into(), "0".into()));
}

#[tokio::test(start_paused = true)]
async fn until_it_gets_on_again_it_counts_as_stuck() {
    let mut watchdog = watchdog();
    let (pulse, lives, _, _running) = part(&mut watchdog, "worker", 2);
    let kennel = release(watchdog, 0);
    sleep(seconds(40)).await;
    assert_eq!(lives.load(Ordering::Relaxed), 2);
    assert!(pulse.stuck_for() >= Some(seconds(39)), "{:?}", pulse.stuck_for());
    sleep(seconds(25)).await;
    assert_eq!(lives.load(Ordering::Relaxed), 3);
    assert_eq!(pulse.stuck_for(), None);
    assert_eq!(kennel.told().len(), 1, "told once");
}

#[tokio::test(start_paused = true)]
async fn the_fourth_time_within_ten_minutes_ends_the_process() {
    let mut watchdog = watchdog();
    let (_, lives, _, _running) = part(&mut watchdog, "imports", u32::MAX);
    let kennel = release(watchdog, 0);
    sleep(seconds(99)).await;
    assert!(!kennel.watchdog.is_finished());
    sleep(seconds(25)).await;
    assert_eq!(lives.load(Ordering::Relaxed), 4, "three new starts");
    let ended = kennel.watchdog.await.unwrap().unwrap_err();
    assert_eq!(ended.to_string(), "imports is stuck again after 3 new starts within ten minutes");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_is_told_later() {
    let mut watchdog = watchdog();
    let (_, lives, _, _running) = part(&mut watchdog, "worker", 1);
    let kennel = release(watchdog, 3);
    sleep(seconds(30)).await;
    assert_eq!((kennel.told().len(), lives.load(Ordering::Relaxed)), (0, 2), "mended all the same");
    sleep(seconds(30)).await;
    assert_eq!(kennel.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_mends_itself_is_told_and_left_alone() {
    let mut watchdog = watchdog();
    let pulse = watchdog.pulse("socket mode");
    watchdog.watch(&pulse);
    let hearing = pulse.begin();
    let kennel = release(watchdog, 0);
    sleep(seconds(3600)).await;
    assert!(!kennel.watchdog.is_finished());
    assert_eq!(
        kennel.told().iter().map(|s| (s.part, s.restarted)).collect::<Vec<_>>(),
        [("socket mode", false)]
    );
    hearing.renew();
    sleep(seconds(20)).await;
    assert_eq!(pulse.stuck_for(), None);
    sleep(seconds(20)).await;
    assert_eq!(kennel.told().len(), 2, "another silence is another matter");
}

/// A process that was suspended finds every step old.
#[tokio::test(start_paused = true)]
async fn when_everything_stood_still_no_part_is_to_blame() {
    let mut watchdog = watchdog();
    let (_, lives, _, _running) = part(&mut watchdog, "worker", 0);
    let kennel = release(watchdog, 0);
    sleep(Duration::from_millis(10_500)).await;
    tokio::time::advance(seconds(300)).await;
    sleep(seconds(30)).await;
    assert_eq!((kennel.told().len(), lives.load(Ordering::Relaxed)), (0, 1));
}
