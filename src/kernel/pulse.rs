//! Whether a part that loops still gets on.
//!
//! A part does its work in steps. Between them it waits, and that may take as long as it will; a step that takes too
//! long is stuck. What calls Slack, or goes through a long list, says in between that it [got on](got_on).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    /// What the task that runs is in the middle of.
    static UNDER_WAY: Step;
}

/// One part's pulse. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Pulse {
    name: &'static str,
    patience: Duration,
    steps: Arc<Mutex<Steps>>,
}

#[derive(Debug, Default)]
struct Steps {
    next: u64,
    /// When each that is under way last got on.
    under_way: BTreeMap<u64, Instant>,
    /// The part was started anew: since when it stood still, and the first step that would show that it does no more.
    doubt: Option<(Instant, u64)>,
}

/// A step under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Step {
    id: u64,
    steps: Arc<Mutex<Steps>>,
}

impl Pulse {
    /// The pulse of the part of this name; a step of it may take as long as `patience`.
    pub fn new(name: &'static str, patience: Duration) -> Self {
        Self { name, patience, steps: Arc::default() }
    }

    /// Whose it is.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does `work` as one step.
    pub async fn step<T>(&self, work: impl Future<Output = T>) -> T {
        UNDER_WAY.scope(self.begin(), work).await
    }

    /// Begins a step that is no future of its own.
    pub fn begin(&self) -> Step {
        let mut steps = lock(&self.steps);
        let id = steps.next;
        steps.next += 1;
        steps.under_way.insert(id, Instant::now());
        Step { id, steps: self.steps.clone() }
    }

    /// For how long it has stood still, when that is too long.
    pub fn stuck_for(&self) -> Option<Duration> {
        let since = lock(&self.steps).since()?;
        Some(since.elapsed()).filter(|still| *still >= self.patience)
    }

    /// The part is started anew: it counts as stuck until it has got on.
    pub fn doubt(&self) {
        let mut steps = lock(&self.steps);
        steps.doubt = steps.since().map(|since| (since, steps.next));
    }
}

impl Steps {
    /// Since when the one that has stood still for the longest does so.
    fn since(&self) -> Option<Instant> {
        self.under_way.values().copied().chain(self.doubt.map(|(since, _)| since)).min()
    }

    fn moved(&mut self, id: u64) {
        if self.doubt.is_some_and(|(_, first)| id >= first) {
            self.doubt = None;
        }
    }
}

impl Step {
    /// It is not done, and has got on.
    pub fn renew(&self) {
        let mut steps = lock(&self.steps);
        steps.under_way.insert(self.id, Instant::now());
        steps.moved(self.id);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        let mut steps = lock(&self.steps);
        steps.under_way.remove(&self.id);
        steps.moved(self.id);
    }
}

/// The step that the running task is in the middle of, if any, has got on.
pub fn got_on() {
    // Most callers run outside of any step too: in tests, and where somebody waits for the answer.
    let _ = UNDER_WAY.try_with(Step::renew);
}

fn lock(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn pulse() -> Pulse {
        Pulse::new("worker", seconds(25))
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_step_that_takes_too_long_is_stuck() {
        let pulse = pulse();
        sleep(seconds(60)).await;
        assert_eq!(pulse.stuck_for(), None, "it waits for work");
        pulse.step(sleep(seconds(60))).await;
        assert_eq!(pulse.stuck_for(), None, "it was slow, and is done");
        let (slow, quick) = (pulse.begin(), pulse.begin());
        sleep(seconds(24)).await;
        assert_eq!(pulse.stuck_for(), None);
        drop(quick);
        sleep(seconds(2)).await;
        assert_eq!(pulse.stuck_for(), Some(seconds(26)), "another step does not hide it");
        drop(slow);
        assert_eq!(pulse.stuck_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_gets_on_may_take_its_time() {
        got_on();
        let pulse = pulse();
        let seen = pulse.clone();
        let work = async {
            for _ in 0..5 {
                sleep(seconds(20)).await;
                assert_eq!(seen.stuck_for(), None);
                got_on();
            }
            sleep(seconds(30)).await;
            seen.stuck_for()
        };
        assert_eq!(pulse.step(work).await, Some(seconds(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn started_anew_it_is_in_doubt_until_it_gets_on() {
        let pulse = pulse();
        let first = pulse.begin();
        sleep(seconds(30)).await;
        pulse.doubt();
        drop(first);
        sleep(seconds(5)).await;
        let second = pulse.begin();
        assert_eq!(pulse.stuck_for(), Some(seconds(35)), "the end of the first step proves nothing");
        sleep(seconds(30)).await;
        pulse.doubt();
        drop(second);
        assert_eq!(pulse.stuck_for(), Some(seconds(65)));
        pulse.step(sleep(seconds(1))).await;
        assert_eq!(pulse.stuck_for(), None);
    }
}
