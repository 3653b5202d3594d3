//! What HTTP and Socket Mode share: hand the decoded thing to the app, count it, and say what to answer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::decode::Decoded;
use crate::delivery::envelope::{Envelope, FrontDoor, Review};
use crate::kernel::meters::{Came, Meters};

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

/// The app's door with the meters beside it. Cloning shares both.
#[derive(Debug)]
pub struct Front<D> {
    door: Arc<D>,
    pub(super) meters: Meters,
    /// What was ignored and said in the log.
    types: Arc<Mutex<HashSet<String>>>,
    pub(super) patience: Duration,
}

impl<D> Clone for Front<D> {
    fn clone(&self) -> Self {
        Self {
            door: self.door.clone(),
            meters: self.meters.clone(),
            types: self.types.clone(),
            patience: self.patience,
        }
    }
}

impl<D: FrontDoor> Front<D> {
    /// Puts the transport in front of the app.
    pub fn new(door: Arc<D>, meters: Meters) -> Self {
        Self { door, meters, types: Arc::default(), patience: PATIENCE }
    }

    /// Carries out what was decoded. An [`Answer::Ok`] for an envelope means that it is committed (or refused by the app).
    pub async fn answer(&self, decoded: Decoded) -> Answer {
        match decoded {
            Decoded::UrlVerification { challenge } => Answer::Challenge(challenge),
            Decoded::SslCheck => Answer::Ok(None),
            Decoded::Ignored(what) => {
                self.meters.came(Came::Ignored);
                self.note(what);
                Answer::Ok(None)
            }
            Decoded::Malformed(why) => {
                self.meters.came(Came::Malformed);
                tracing::warn!(why, "Slack sent something that cannot be read");
                Answer::Malformed(why)
            }
            Decoded::Envelope(envelope) => self.in_time(self.accept(envelope)).await,
        }
    }

    fn note(&self, what: String) {
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        if types.len() < MOST_TYPES && !types.contains(&what) {
            tracing::debug!(r#type = %what, "acknowledged a type that Tandem has no use for");
            types.insert(what);
        }
    }

    async fn in_time(&self, work: impl Future<Output = Answer>) -> Answer {
        let began = Instant::now();
        let answer = tokio::time::timeout(self.patience, work).await.unwrap_or_else(|_| {
            tracing::error!("an envelope was not committed in time");
            Answer::Unavailable
        });
        match answer {
            Answer::Unavailable => self.meters.came(Came::Unavailable),
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
                Review::Refuse { reply } => {
                    self.meters.came(Came::HandedBack);
                    return Answer::Ok(Some(reply));
                }
            }
        }
        match self.door.accept(envelope).await {
            Ok(()) => self.meters.came(Came::Accepted),
            Err(error) => {
                tracing::error!(%error, "not acknowledged");
                return Answer::Unavailable;
            }
        };
        Answer::Ok(reply)
    }
}
