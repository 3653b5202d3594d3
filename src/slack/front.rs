//! What HTTP and Socket Mode share: hand the decoded thing to the app, count it, and say what to answer.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::decode::Decoded;
use crate::delivery::envelope::{Envelope, FrontDoor, Review};
use crate::kernel::clock::Clock;
use crate::kernel::meters::Meters;

/// Slack waits three seconds; what is not committed by then is not acknowledged.
const PATIENCE: Duration = Duration::from_millis(2_700);
/// Types that we have no use for are logged once each, up to this many.
const MOST_TYPES: usize = 256;

/// What goes back to Slack.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Acknowledged, with this JSON if any.
    Ok(Option<Value>),
    /// The challenge of the URL's verification.
    Challenge(String),
    /// Not committed: HTTP answers 503, Socket Mode does not acknowledge.
    Unavailable,
    /// Not understood: HTTP answers 400, Socket Mode does not acknowledge.
    Malformed(&'static str),
}

/// Counts since the start. Shared by every way in.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    ignored: AtomicU64,
    malformed: AtomicU64,
    untrusted: AtomicU64,
    unavailable: AtomicU64,
    connections: AtomicU64,
    last_ms: AtomicI64,
    types: Mutex<HashSet<String>>,
}

/// The counts at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Envelopes that are committed, repetitions included.
    pub accepted: u64,
    /// Types that we have no use for.
    pub ignored: u64,
    /// Bodies that could not be read.
    pub malformed: u64,
    /// Requests with a bad or stale signature.
    pub untrusted: u64,
    /// Envelopes that could not be committed in time.
    pub unavailable: u64,
    /// Socket Mode connections that are up now.
    pub connections: u64,
    /// When Slack was last heard, in milliseconds UTC; 0 for never.
    pub last_ms: i64,
}

impl Tally {
    /// The counts now.
    pub fn counts(&self) -> Counts {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        Counts {
            accepted: read(&self.accepted),
            ignored: read(&self.ignored),
            malformed: read(&self.malformed),
            untrusted: read(&self.untrusted),
            unavailable: read(&self.unavailable),
            connections: read(&self.connections),
            last_ms: self.last_ms.load(Ordering::Relaxed),
        }
    }

    pub(super) fn untrusted(&self) {
        self.untrusted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    fn ignored(&self, what: String) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        if types.len() < MOST_TYPES && !types.contains(&what) {
            tracing::debug!(r#type = %what, "acknowledged a type that Tandem has no use for");
            types.insert(what);
        }
    }
}

/// The app's door with the counters beside it. Cloning shares both.
#[derive(Debug)]
pub struct Front<D> {
    door: Arc<D>,
    clock: Clock,
    tally: Arc<Tally>,
    meters: Meters,
    pub(super) patience: Duration,
}

impl<D> Clone for Front<D> {
    fn clone(&self) -> Self {
        Self {
            door: self.door.clone(),
            clock: self.clock.clone(),
            tally: self.tally.clone(),
            meters: self.meters.clone(),
            patience: self.patience,
        }
    }
}

impl<D: FrontDoor> Front<D> {
    /// Puts the transport in front of the app.
    pub fn new(door: Arc<D>, clock: Clock, meters: Meters) -> Self {
        Self { door, clock, tally: Arc::default(), meters, patience: PATIENCE }
    }

    /// The counters.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Carries out what was decoded. An [`Answer::Ok`] for an envelope means that it is committed (or refused by the app).
    pub async fn answer(&self, decoded: Decoded) -> Answer {
        self.tally.last_ms.store(self.clock.now().as_millisecond(), Ordering::Relaxed);
        match decoded {
            Decoded::UrlVerification { challenge } => Answer::Challenge(challenge),
            Decoded::SslCheck => Answer::Ok(None),
            Decoded::Ignored(what) => {
                self.tally.ignored(what);
                Answer::Ok(None)
            }
            Decoded::Malformed(why) => {
                self.tally.malformed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(why, "Slack sent something that cannot be read");
                Answer::Malformed(why)
            }
            Decoded::Envelope(envelope) => self.in_time(self.accept(envelope)).await,
        }
    }

    async fn in_time(&self, work: impl Future<Output = Answer>) -> Answer {
        let began = Instant::now();
        let answer = tokio::time::timeout(self.patience, work).await.unwrap_or_else(|_| {
            tracing::error!("an envelope was not committed in time");
            Answer::Unavailable
        });
        match answer {
            Answer::Unavailable => drop(self.tally.unavailable.fetch_add(1, Ordering::Relaxed)),
            _ => self.meters.acknowledged(began.elapsed()),
        }
        answer
    }

    async fn accept(&self, envelope: Envelope) -> Answer {
        if let Some(retry) = &envelope.retry {
            tracing::debug!(
                key = envelope.key,
                attempt = retry.attempt,
                reason = retry.reason,
                "Slack repeats itself"
            );
        }
        let mut reply = None;
        if envelope.kind.is_urgent() {
            match self.door.review(&envelope).await {
                Review::Accept { reply: r } => reply = r,
                Review::Refuse { reply } => return Answer::Ok(Some(reply)),
            }
        }
        match self.door.accept(envelope).await {
            Ok(()) => self.tally.accepted.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                tracing::error!(%error, "not acknowledged");
                return Answer::Unavailable;
            }
        };
        Answer::Ok(reply)
    }
}
