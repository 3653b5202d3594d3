//! Socket Mode: Slack over websockets that we open, for installations without a public address.
//!
//! Written on `tokio-tungstenite` and not taken from slack-morphism, because there a slow callback blocks the reader,
//! the acknowledgement does not wait for our commit, `retry_attempt` is lost, and a panic leaves a dead socket open.
//!
//! Source: Slack, "Using Socket Mode".

mod session;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::{CallError, Client};
use super::front::Front;
use crate::delivery::envelope::FrontDoor;
use crate::kernel::pulse::Pulse;
use session::{Ended, Session};

/// A connection is silent for no longer than this: both sides send pings.
const SILENCE: Duration = Duration::from_secs(30);

/// How the connection behaves. [`SocketConfig::new`] is right for Slack.
#[derive(Clone, Debug)]
pub struct SocketConfig {
    /// A connection that was silent for so long is dead.
    pub silence: Duration,
    /// The first wait before connecting again; doubled each time.
    pub back_off: Duration,
    /// The longest wait before connecting again.
    pub back_off_most: Duration,
    /// At shutdown, and on a connection that was replaced: how long work in flight may take to be acknowledged.
    pub drain: Duration,
    /// Beats with everything that is heard. What is too quiet is connected anew here; who watches only tells of it.
    pub pulse: Pulse,
}

impl SocketConfig {
    /// `patience` is how quiet it may be until that is told. It is connected anew a fifth later, when who watches has
    /// looked, and after half a minute at the latest.
    pub fn new(patience: Duration) -> Self {
        Self {
            silence: (patience + patience / 5).min(SILENCE),
            back_off: Duration::from_millis(500),
            back_off_most: Duration::from_secs(30),
            drain: Duration::from_secs(5),
            pulse: Pulse::new("socket mode", patience),
        }
    }
}

/// Socket Mode cannot work until somebody changes something.
#[derive(Debug, thiserror::Error)]
#[error(
    "Socket Mode cannot connect: {0}. Check the app token (xapp-…, scope connections:write) and that Socket Mode is on"
)]
pub struct SocketError(CallError);

/// Keeps one connection open until `stop` is cancelled, then lets work in flight end and closes it. When Slack announces
/// the end of one, the next is opened before the old one is drained.
///
/// Ends early, with an error, only when Slack refuses the app token.
pub async fn run<D: FrontDoor>(
    client: Client,
    front: Front<D>,
    config: SocketConfig,
    stop: CancellationToken,
) -> Result<(), SocketError> {
    let hearing = Arc::new(config.pulse.begin());
    let mut sessions = JoinSet::new();
    let mut failures = 0u32;
    while !stop.is_cancelled() {
        let began = Instant::now();
        let session =
            Session::new(client.clone(), front.clone(), config.clone(), hearing.clone(), stop.clone());
        let (replace, replaced) = oneshot::channel();
        sessions.spawn(session.run(replace));
        // Only the newest session is listened to; an older one that is being drained is merely reaped.
        let mut after = None;
        match replaced.await {
            Ok(ControlFlow::Break(Ended::Refused(error))) => return Err(SocketError(error)),
            Ok(ControlFlow::Break(Ended::Stopped)) => break,
            Ok(ControlFlow::Break(Ended::Failed(not_before))) => after = not_before,
            // Closed, to be replaced, or panicked before it could say so.
            Ok(_) | Err(_) => {}
        }
        let was_long = began.elapsed() >= config.back_off_most;
        failures = if was_long { 0 } else { failures.saturating_add(1) };
        wait_before_next(&config, failures, after, &stop).await;
        while sessions.try_join_next().is_some() {}
    }
    while sessions.join_next().await.is_some() {}
    Ok(())
}

async fn wait_before_next(
    config: &SocketConfig,
    failures: u32,
    after: Option<Duration>,
    stop: &CancellationToken,
) {
    let doubled = config.back_off.saturating_mul(1u32 << failures.saturating_sub(1).min(16));
    let most = if failures == 0 { Duration::ZERO } else { doubled.min(config.back_off_most) };
    // Between half and whole, so that many processes do not come back at one instant.
    let wait = most.mul_f64(rand::random_range(0.5..1.0)).max(after.unwrap_or_default());
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = stop.cancelled() => {}
    }
}

#[cfg(test)]
#[path = "socket_tests.rs"]
mod tests;
