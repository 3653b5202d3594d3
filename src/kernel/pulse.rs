//! Whether a part that loops is still alive: busy for too long without a beat, it is stuck.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// One part's pulse. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Pulse {
    began: Instant,
    /// Milliseconds after `began` of the last beat, plus one; 0 while it rests.
    beat: Arc<AtomicU64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { began: Instant::now(), beat: Arc::default() }
    }
}

impl Pulse {
    /// It is busy and has just got on with something.
    pub fn beat(&self) {
        self.beat_at(self.began.elapsed());
    }

    /// It has nothing to do and waits; that may take as long as it will.
    pub fn rest(&self) {
        self.beat.store(0, Ordering::Relaxed);
    }

    /// How long it has been busy without getting on.
    pub fn silent_for(&self) -> Duration {
        self.silent_at(self.began.elapsed())
    }

    fn beat_at(&self, after: Duration) {
        let ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX - 1);
        self.beat.store(ms + 1, Ordering::Relaxed);
    }

    fn silent_at(&self, after: Duration) -> Duration {
        match self.beat.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            beat => after.saturating_sub(Duration::from_millis(beat - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_part_can_be_stuck() {
        let second = Duration::from_secs;
        let pulse = Pulse::default();
        let of_the_part = pulse.clone();
        assert_eq!(pulse.silent_at(second(60)), Duration::ZERO, "it rests from the start");
        of_the_part.beat_at(second(60));
        assert_eq!(pulse.silent_at(second(91)), second(31));
        of_the_part.beat_at(second(91));
        assert_eq!(pulse.silent_at(second(91)), Duration::ZERO);
        of_the_part.rest();
        assert_eq!(pulse.silent_at(second(99)), Duration::ZERO);
    }
}
