//! When may the next call go out: one message a second per channel, and what Slack's 429 said per method.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Above this many remembered names, those whose time has passed are forgotten.
const SWEEP_AT: usize = 1_024;

/// For each name the instant from which it is free.
#[derive(Debug, Default)]
pub struct Pace {
    free_from: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    /// How long `name` is still taken; zero when it is free.
    pub fn wait(&self, name: &str, now: Instant) -> Duration {
        let free_from = self.free_from.lock().unwrap_or_else(PoisonError::into_inner);
        free_from.get(name).map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// Takes the next turn of `name`, turns being `gap` apart, and says how long to wait for it.
    ///
    /// A turn further away than `patience` is not taken: `Err` says how far it is.
    pub fn reserve(
        &self,
        name: &str,
        now: Instant,
        gap: Duration,
        patience: Duration,
    ) -> Result<Duration, Duration> {
        let mut free_from = self.free_from.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = free_from.get(name).map_or(now, |at| (*at).max(now));
        let wait = turn - now;
        if wait > patience {
            return Err(wait);
        }
        sweep(&mut free_from, now);
        free_from.insert(name.to_owned(), turn + gap);
        Ok(wait)
    }

    /// Takes `name` for the time that Slack asked for.
    pub fn block(&self, name: &str, now: Instant, for_: Duration) {
        let mut free_from = self.free_from.lock().unwrap_or_else(PoisonError::into_inner);
        sweep(&mut free_from, now);
        let until = free_from.entry(name.to_owned()).or_insert(now);
        *until = (*until).max(now + for_);
    }
}

fn sweep(free_from: &mut HashMap<String, Instant>, now: Instant) {
    if free_from.len() >= SWEEP_AT {
        free_from.retain(|_, at| *at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const PATIENT: Duration = Duration::from_secs(2);

    #[test]
    fn turns_are_a_second_apart_per_channel() {
        let pace = Pace::default();
        let now = Instant::now();
        let reserve = |name: &str, now| pace.reserve(name, now, SECOND, PATIENT);
        assert_eq!(reserve("C1", now), Ok(Duration::ZERO));
        assert_eq!(reserve("C1", now), Ok(SECOND));
        assert_eq!(reserve("C2", now), Ok(Duration::ZERO));
        assert_eq!(reserve("C1", now), Ok(2 * SECOND));
        assert_eq!(reserve("C1", now), Err(3 * SECOND));
        assert_eq!(pace.wait("C1", now + SECOND), 2 * SECOND);
        assert_eq!(reserve("C1", now + 11 * SECOND), Ok(Duration::ZERO));
    }

    #[test]
    fn a_block_holds_its_time_and_the_past_is_forgotten() {
        let pace = Pace::default();
        let now = Instant::now();
        pace.block("chat.update", now, 30 * SECOND);
        pace.block("chat.update", now, SECOND);
        assert_eq!(pace.wait("chat.update", now), 30 * SECOND);
        for n in 0..SWEEP_AT {
            pace.block(&format!("C{n}"), now, SECOND);
        }
        let later = now + 2 * SECOND;
        pace.block("C0", later, SECOND);
        assert_eq!(pace.free_from.lock().unwrap().len(), 2);
        assert_eq!(pace.wait("chat.update", later), 28 * SECOND);
    }
}
