//! Notices a part that stands still, says so, and has it started anew.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::kernel::error::{Error, Result};
use crate::kernel::meters::Meters;
use crate::kernel::pulse::Pulse;
use crate::slack::bot::standstill::Standstill;

/// A part that has to be started anew more often than this within [`LATELY`] needs a new process.
const RESTARTS: usize = 3;
const LATELY: Duration = Duration::from_secs(600);

/// Looks at the pulses of all parts.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// A step of a part that takes longer is stuck.
    patience: Duration,
    meters: Meters,
    stop: CancellationToken,
    parts: Vec<Part>,
    /// What is yet to be told.
    untold: Vec<Standstill>,
}

#[derive(Debug)]
struct Part {
    pulse: Pulse,
    /// `None` where it mends itself.
    restart: Option<Arc<Notify>>,
    restarts: VecDeque<Instant>,
    /// It stands still, as far as is known.
    noticed: bool,
}

impl Watchdog {
    pub(super) fn new(patience: Duration, meters: Meters, stop: CancellationToken) -> Self {
        Self { patience, meters, stop, parts: Vec::new(), untold: Vec::new() }
    }

    /// The pulse of a part that is not watched yet.
    pub(super) fn pulse(&self, name: &'static str) -> Pulse {
        Pulse::new(name, self.patience)
    }

    /// Every pulse that is watched.
    pub(super) fn pulses(&self) -> Vec<Pulse> {
        self.parts.iter().map(|part| part.pulse.clone()).collect()
    }

    /// Tells of this part only: it mends itself.
    pub(super) fn watch(&mut self, pulse: &Pulse) {
        self.add(pulse, None);
    }

    /// The part that `start` starts, and starts anew when it stands still: what it was at is dropped. Leases say what
    /// becomes of that, and transactions are rolled back.
    pub(super) fn keep<F, W>(
        &mut self,
        pulse: &Pulse,
        start: F,
    ) -> impl Future<Output = Result<()>> + use<F, W>
    where
        F: Fn(CancellationToken) -> W,
        W: Future<Output = Result<()>>,
    {
        let restart = Arc::new(Notify::new());
        self.add(pulse, Some(restart.clone()));
        let stop = self.stop.clone();
        async move {
            loop {
                tokio::select! {
                    ended = Box::pin(start(stop.clone())) => return ended,
                    () = restart.notified() => {}
                }
            }
        }
    }

    fn add(&mut self, pulse: &Pulse, restart: Option<Arc<Notify>>) {
        self.meters.watched(pulse.name());
        self.parts.push(Part { pulse: pulse.clone(), restart, restarts: VecDeque::new(), noticed: false });
    }

    /// Runs until cancelled; `tell` hands on what was noticed, and is asked again when it fails.
    ///
    /// # Errors
    /// When a part stands still again and again: the process has to be started anew.
    pub(super) async fn run<T, W>(mut self, tell: T) -> Result<()>
    where
        T: Fn(Vec<Standstill>) -> W,
        W: Future<Output = Result<()>>,
    {
        let every = self.patience / 5;
        let mut looks = tokio::time::interval(every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = Instant::now();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                _ = looks.tick() => {}
            }
            // When the whole process stood still (it was suspended, or the machine was), nobody is to blame.
            let all_stood_still = last.elapsed() > every * 3;
            last = Instant::now();
            if !all_stood_still {
                self.look()?;
            }
            if !self.untold.is_empty() {
                match tokio::time::timeout(every, tell(self.untold.clone())).await {
                    Ok(Ok(())) => self.untold.clear(),
                    Ok(Err(error)) => tracing::debug!(%error, "the admins could not be told yet"),
                    Err(_) => {
                        tracing::debug!("the admins could not be told yet: the database does not answer")
                    }
                }
            }
        }
    }

    fn look(&mut self) -> Result<()> {
        for part in &mut self.parts {
            let name = part.pulse.name();
            let Some(still) = part.pulse.stuck_for() else {
                if std::mem::take(&mut part.noticed) {
                    tracing::info!(part = name, "a part that was stuck gets on again");
                }
                continue;
            };
            let first = !std::mem::replace(&mut part.noticed, true);
            let restarted = part.start_anew(self.patience)?;
            if first || restarted {
                tracing::error!(part = name, seconds = still.as_secs(), restarted, "a part is stuck");
                self.meters.stuck(name);
            }
            if first {
                self.untold.push(Standstill { part: name, still, restarted });
            }
        }
        Ok(())
    }
}

impl Part {
    /// `true` when it is started anew; `false` where it mends itself, or the last time was but a moment ago.
    fn start_anew(&mut self, patience: Duration) -> Result<bool> {
        let Some(restart) = &self.restart else { return Ok(false) };
        if self.restarts.back().is_some_and(|at| at.elapsed() < patience) {
            return Ok(false);
        }
        self.restarts.retain(|at| at.elapsed() < LATELY);
        if self.restarts.len() >= RESTARTS {
            return Err(Error::fault(format!(
                "{} is stuck again after {RESTARTS} new starts within ten minutes",
                self.pulse.name()
            )));
        }
        self.restarts.push_back(Instant::now());
        self.pulse.doubt();
        restart.notify_one();
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
