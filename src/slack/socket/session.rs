//! The life of one Socket Mode connection.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;

use super::SocketConfig;
use crate::delivery::envelope::{FrontDoor, Retry};
use crate::kernel::meters::Meters;
use crate::kernel::pulse::Step;
use crate::slack::client::{CallError, Client};
use crate::slack::decode;
use crate::slack::front::{Answer, Front};
use crate::slack::http::BODY_LIMIT;

/// Connecting, TLS and the upgrade together.
const CONNECT: Duration = Duration::from_secs(10);
/// With so many envelopes in flight a further one is left to Slack, which sends it again.
const MOST_IN_FLIGHT: usize = 512;
/// Longer messages end the connection, in bytes. Those over [`BODY_LIMIT`] are read and not acknowledged.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// How a session ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The connection was up and is closed now.
    Closed,
    /// It never came up, or broke; not again before the given time.
    Failed(Option<Duration>),
    /// Slack refuses the token.
    Refused(CallError),
    /// We were asked to stop.
    Stopped,
}

/// Said once: `Continue` to open the next connection beside this one, `Break` when this one is over.
pub(super) type Replace = oneshot::Sender<ControlFlow<Ended>>;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What Slack sends, as far as we look at it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Frame<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    envelope_id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    retry_attempt: Option<u32>,
    retry_reason: Option<String>,
    accepts_response_payload: Option<bool>,
    reason: Option<String>,
}

pub(super) struct Session<D> {
    client: Client,
    front: Front<D>,
    config: SocketConfig,
    stop: CancellationToken,
    replace: Option<Replace>,
    in_flight: FuturesUnordered<BoxFuture<'static, Option<String>>>,
    heard: Instant,
    /// What is heard at all, whichever connection it comes by.
    hearing: Arc<Step>,
    /// Slack announced the end: it closes the connection by then, or else we do.
    retire_at: Option<Instant>,
    /// Set when no more envelopes are taken: by when the ones in flight must be done.
    leave_by: Option<Instant>,
}

impl<D: FrontDoor> Session<D> {
    pub(super) fn new(
        client: Client,
        front: Front<D>,
        config: SocketConfig,
        hearing: Arc<Step>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            client,
            front,
            config,
            stop,
            replace: None,
            in_flight: FuturesUnordered::new(),
            heard: Instant::now(),
            hearing,
            retire_at: None,
            leave_by: None,
        }
    }

    /// Runs to its end. `replace` hears of it once, at the latest then.
    pub(super) async fn run(mut self, replace: Replace) {
        self.replace = Some(replace);
        let stop = self.stop.clone();
        let opened = tokio::select! {
            opened = self.connect() => opened,
            () = stop.cancelled() => Err(Ended::Stopped),
        };
        let ended = match opened {
            Err(ended) => ended,
            Ok(socket) => {
                let _up = Up::count(&self.front.meters);
                self.live(socket).await
            }
        };
        if let Some(replace) = self.replace.take() {
            // Nobody listens any more when Socket Mode was cut off.
            let _ = replace.send(ControlFlow::Break(ended));
        }
        // A click whose connection broke is not sent again: let its commit end, though nobody hears of it.
        let rest = async { while self.in_flight.next().await.is_some() {} };
        if tokio::time::timeout(self.config.drain, rest).await.is_err() {
            tracing::warn!("gave up on envelopes of a closed connection");
        }
    }

    async fn connect(&mut self) -> Result<Socket, Ended> {
        let url = match self.client.open_connection().await {
            Ok(url) => url,
            Err(error) if is_final(&error) => return Err(Ended::Refused(error)),
            Err(error) => {
                tracing::warn!(%error, "no Socket Mode address yet");
                let after = if let CallError::Retry { after, .. } = error { after } else { None };
                return Err(Ended::Failed(after));
            }
        };
        let connector = Connector::Rustls(self.client.tls());
        let config = WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE));
        let opening =
            tokio_tungstenite::connect_async_tls_with_config(&url, Some(config), true, Some(connector));
        match tokio::time::timeout(CONNECT, opening).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(_)) | Err(_) => {
                // The error may quote the address, which carries a ticket.
                tracing::warn!("the Socket Mode connection did not open");
                Err(Ended::Failed(None))
            }
        }
    }

    async fn live(&mut self, mut socket: Socket) -> Ended {
        self.heard = Instant::now();
        let mut ping = tokio::time::interval((self.config.silence / 3).max(Duration::from_millis(1)));
        let stop = self.stop.clone();
        loop {
            if let Some(ended) = self.is_over() {
                // The socket may be gone already.
                let _ = socket.close(None).await;
                return ended;
            }
            let quiet = self.heard + self.config.silence;
            let deadline = self.leave_by.unwrap_or_else(|| self.retire_at.map_or(quiet, |at| at.min(quiet)));
            let out = tokio::select! {
                biased;
                () = stop.cancelled(), if self.leave_by.is_none() => {
                    self.leave_by = Some(Instant::now() + self.config.drain);
                    continue;
                }
                Some(ack) = self.in_flight.next(), if !self.in_flight.is_empty() => ack.map(Message::text),
                frame = socket.next() => match self.take(frame) {
                    ControlFlow::Continue(reply) => reply,
                    ControlFlow::Break(ended) => return ended,
                },
                _ = ping.tick() => Some(Message::Ping(Default::default())),
                () = tokio::time::sleep_until(deadline) => None,
            };
            if let Some(message) = out {
                // A peer that does not read must not stop the watchdog.
                let sent = tokio::time::timeout(self.config.silence, socket.send(message)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return Ended::Closed;
                }
            }
        }
    }

    /// Silent for too long, or asked to leave and done with it.
    fn is_over(&mut self) -> Option<Ended> {
        let now = Instant::now();
        if self.leave_by.is_none() && self.retire_at.is_some_and(|at| now >= at) {
            self.leave_by = Some(now + self.config.drain);
        }
        match self.leave_by {
            Some(by) if self.in_flight.is_empty() || now >= by => Some(Ended::Stopped),
            Some(_) => None,
            None if now >= self.heard + self.config.silence => {
                tracing::warn!("Slack was silent for too long: connecting again");
                Some(Ended::Closed)
            }
            None => None,
        }
    }

    fn take(&mut self, frame: Option<Result<Message, WsError>>) -> ControlFlow<Ended, Option<Message>> {
        self.heard = Instant::now();
        if let Some(Ok(_)) = &frame {
            self.hearing.renew();
        }
        match frame {
            Some(Ok(Message::Text(text))) => self.read(text.as_str()),
            // tungstenite queues the pong by itself; it goes out with the next read.
            Some(Ok(Message::Close(_))) | None => return ControlFlow::Break(Ended::Closed),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(%error, "the Socket Mode connection broke");
                return ControlFlow::Break(Ended::Closed);
            }
        }
        ControlFlow::Continue(None)
    }

    fn read(&mut self, text: &str) {
        let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else {
            tracing::warn!(bytes = text.len(), "a Socket Mode message cannot be read");
            return;
        };
        match (frame.kind.as_ref(), frame.envelope_id, frame.payload) {
            ("hello", ..) => tracing::info!("Socket Mode is connected"),
            ("disconnect", ..) => {
                tracing::info!(reason = frame.reason.as_deref(), "Slack will close this connection");
                self.retire_at.get_or_insert(Instant::now() + self.config.silence);
                if let Some(replace) = self.replace.take() {
                    let _ = replace.send(ControlFlow::Continue(()));
                }
            }
            _ if self.leave_by.is_some() => {}
            (_, Some(id), Some(payload)) => {
                if payload.get().len() > BODY_LIMIT || self.in_flight.len() >= MOST_IN_FLIGHT {
                    tracing::warn!(in_flight = self.in_flight.len(), "left an envelope unacknowledged");
                    return;
                }
                let retry = frame.retry_attempt.filter(|n| *n > 0);
                let reason = frame.retry_reason.unwrap_or_default();
                let retry = retry.map(|attempt| Retry { attempt, reason });
                let wants_reply = frame.accepts_response_payload.unwrap_or(true);
                let payload = payload.get().to_owned();
                let work = acknowledge(self.front.clone(), id, payload, retry, wants_reply);
                self.in_flight.push(work.boxed());
            }
            (kind, ..) => tracing::debug!(kind, "a Socket Mode message without an envelope"),
        }
    }
}

/// Trying again does not help. An answer that is not Slack's own (a proxy's) and a lack of free connections pass.
fn is_final(error: &CallError) -> bool {
    match error {
        CallError::Unauthorised { .. } => true,
        CallError::Rejected { code, .. } => !code.starts_with("http_") && code != "too_many_websockets",
        _ => false,
    }
}

/// The acknowledgement to send once the envelope is committed; `None` if it was not.
async fn acknowledge<D: FrontDoor>(
    front: Front<D>,
    id: String,
    payload: String,
    retry: Option<Retry>,
    wants_reply: bool,
) -> Option<String> {
    let work = async { front.answer(decode::json(payload, retry)).await };
    let Ok(answer) = AssertUnwindSafe(work).catch_unwind().await else {
        tracing::error!("taking an envelope panicked: it is not acknowledged");
        return None;
    };
    let reply: Option<Value> = match answer {
        Answer::Ok(reply) => reply.filter(|_| wants_reply),
        Answer::Challenge(challenge) => Some(json!({ "challenge": challenge })),
        Answer::Unavailable | Answer::Malformed(_) => return None,
    };
    Some(match reply {
        None => json!({ "envelope_id": id }).to_string(),
        Some(reply) => json!({ "envelope_id": id, "payload": reply }).to_string(),
    })
}

/// Counts the connection down when it ends, by a panic too.
struct Up(Meters);

impl Up {
    fn count(meters: &Meters) -> Self {
        meters.connected();
        Self(meters.clone())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}
