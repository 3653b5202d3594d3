//! Time is a parameter: everything that needs "now" is handed a [`Clock`] or a timestamp.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use tokio::sync::watch;

/// A clock that parts of the program share. Cloning it shares the same hands.
///
/// The system clock is the real one. The demo and the tests use a clock that can be moved:
/// whoever waits in [`Clock::moved`] is woken when that happens.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Base,
    offset_ms: Arc<AtomicI64>,
    moved: Arc<watch::Sender<u64>>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    System,
    Standing(i64),
}

impl Clock {
    /// The wall clock. [`Clock::advance_to`] shifts it, so that a demo can jump to next Monday and go on from there.
    pub fn system() -> Self {
        Self::with(Base::System)
    }

    /// A clock that stands still at `at` until it is moved.
    pub fn standing(at: Timestamp) -> Self {
        Self::with(Base::Standing(at.as_millisecond()))
    }

    /// A clock that reads `at` now and runs on from there.
    pub fn starting_at(at: Timestamp) -> Self {
        let clock = Self::system();
        clock.offset_ms.store(at.as_millisecond() - clock.base_ms(), Ordering::SeqCst);
        clock
    }

    fn with(base: Base) -> Self {
        Self { base, offset_ms: Arc::new(AtomicI64::new(0)), moved: Arc::new(watch::Sender::new(0)) }
    }

    /// The present instant, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let ms = self.base_ms().saturating_add(self.offset_ms.load(Ordering::SeqCst));
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// Moves the hands to `at`; a time in the past is refused and answered with `false`.
    pub fn advance_to(&self, at: Timestamp) -> bool {
        if at < self.now() {
            return false;
        }
        self.offset_ms.store(at.as_millisecond() - self.base_ms(), Ordering::SeqCst);
        self.moved.send_modify(|n| *n += 1);
        true
    }

    /// Resolves when somebody moves the hands.
    pub async fn moved(&self) {
        let mut seen = self.moved.subscribe();
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = seen.changed().await;
    }

    #[allow(clippy::disallowed_methods)]
    fn base_ms(&self) -> i64 {
        match self.base {
            Base::System => Timestamp::now().as_millisecond(),
            Base::Standing(ms) => ms,
        }
    }
}
