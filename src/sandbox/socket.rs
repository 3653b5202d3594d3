//! Socket Mode: tickets, connections, envelopes and their acknowledgements (Slack: "Using Socket Mode").

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use super::Inner;
use super::delivery::{Failure, Parcel, Retry, as_object};

/// Slack's own limit.
const MAX_CONNECTIONS: usize = 10;
const PING_EVERY: Duration = Duration::from_secs(10);

/// The open connections and what they still owe.
#[derive(Default)]
pub struct Hub {
    lines: Mutex<Vec<Line>>,
    turn: AtomicUsize,
    tickets: Mutex<HashSet<String>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Option<Value>>>>,
    count: watch::Sender<usize>,
}

struct Line {
    id: usize,
    out: mpsc::UnboundedSender<Order>,
}

enum Order {
    Say(Value),
    Goodbye(Value),
    Cut,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        lock(&self.lines).len()
    }

    /// Resolves when at least `n` are open.
    pub async fn connected(&self, n: usize) {
        // The sender lives in `self`.
        let _ = self.count.subscribe().wait_for(|open| *open >= n).await;
    }

    /// A ticket for one connection.
    pub fn ticket(&self, secret: String) -> String {
        lock(&self.tickets).insert(secret.clone());
        secret
    }

    /// Asks every connection to go, or cuts it.
    pub fn disconnect(&self, politely: bool) {
        let farewell = json!({"type": "disconnect", "reason": "refresh_requested",
            "debug_info": {"host": "sandbox"}});
        for line in lock(&self.lines).drain(..) {
            let order = if politely { Order::Goodbye(farewell.clone()) } else { Order::Cut };
            // A line that is gone needs no farewell.
            let _ = line.out.send(order);
        }
        self.count.send_replace(0);
    }

    /// Sends one envelope down one connection, in turn, and waits for its acknowledgement.
    pub async fn hand(
        &self,
        parcel: Parcel<'_>,
        retry: Retry,
        limit: Duration,
    ) -> Result<Option<Value>, Failure> {
        let id = format!("{:032x}", rand::random::<u128>());
        let (acknowledge, acknowledged) = oneshot::channel();
        lock(&self.waiting).insert(id.clone(), acknowledge);
        let sent = self.send(&envelope(&id, parcel, retry));
        let result = if sent { tokio::time::timeout(limit, acknowledged).await } else { Ok(Ok(None)) };
        lock(&self.waiting).remove(&id);
        match result {
            _ if !sent => Err(Failure::new("connection_failed", "is not connected")),
            Ok(Ok(answer)) => Ok(answer.filter(|v| !v.is_null())),
            Ok(Err(_)) => Err(Failure::new("connection_failed", "could not be reached")),
            Err(_) => Err(Failure { reason: "timeout", ..Failure::timeout(limit) }),
        }
    }

    fn send(&self, envelope: &Value) -> bool {
        let mut lines = lock(&self.lines);
        while !lines.is_empty() {
            let at = self.turn.fetch_add(1, Ordering::Relaxed) % lines.len();
            if lines[at].out.send(Order::Say(envelope.clone())).is_ok() {
                return true;
            }
            lines.remove(at);
        }
        false
    }

    fn join(&self, out: mpsc::UnboundedSender<Order>) -> (usize, usize) {
        let id = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut lines = lock(&self.lines);
        lines.push(Line { id, out });
        (id, lines.len())
    }

    fn leave(&self, id: usize) {
        let mut lines = lock(&self.lines);
        lines.retain(|l| l.id != id);
        self.count.send_replace(lines.len());
    }

    fn acknowledge(&self, text: &str) {
        let Ok(mut ack) = serde_json::from_str::<Value>(text) else { return };
        let payload = ack["payload"].take();
        if let Some(waiting) = ack["envelope_id"].as_str().and_then(|id| lock(&self.waiting).remove(id)) {
            // Whoever waited may have given up.
            let _ = waiting.send(Some(payload));
        }
    }
}

fn envelope(id: &str, parcel: Parcel<'_>, retry: Retry) -> Value {
    match parcel {
        Parcel::Event(payload) => {
            let (attempt, reason) = retry.unwrap_or((0, ""));
            json!({"envelope_id": id, "type": "events_api", "payload": payload, "accepts_response_payload": false,
                "retry_attempt": attempt, "retry_reason": reason})
        }
        Parcel::Interaction(payload) => {
            let answers = matches!(payload["type"].as_str(), Some("view_submission" | "block_suggestion"));
            json!({"envelope_id": id, "type": "interactive", "payload": payload, "accepts_response_payload": answers})
        }
        Parcel::Command(fields) => {
            json!({"envelope_id": id, "type": "slash_commands", "payload": as_object(fields),
                "accepts_response_payload": true})
        }
    }
}

/// `/link`, where a ticket opens a connection.
pub fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/link/", get(link)).route("/link", get(link))
}

async fn link(
    State(inner): State<Arc<Inner>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ticket = query.get("ticket").map_or("", String::as_str);
    if !lock(&inner.sockets.tickets).remove(ticket) {
        return (StatusCode::FORBIDDEN, "invalid_ticket").into_response();
    }
    if inner.sockets.open() >= MAX_CONNECTIONS {
        return (StatusCode::TOO_MANY_REQUESTS, "too_many_websockets").into_response();
    }
    upgrade.on_upgrade(move |socket| serve(inner, socket))
}

async fn serve(inner: Arc<Inner>, socket: WebSocket) {
    let (out, mut orders) = mpsc::unbounded_channel();
    let (mut sink, mut stream) = socket.split();
    let (id, open) = inner.sockets.join(out);
    let hello = json!({"type": "hello", "num_connections": open,
        "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": inner.read(|s| s.world.app.id.clone())}});
    let mut alive = sink.send(Message::text(hello.to_string())).await.is_ok();
    inner.sockets.count.send_replace(inner.sockets.open());
    let mut ping = tokio::time::interval(PING_EVERY);
    let mut leaving = false;
    while alive {
        alive = tokio::select! {
            order = orders.recv(), if !leaving => match order {
                Some(Order::Say(value)) => sink.send(Message::text(value.to_string())).await.is_ok(),
                Some(Order::Goodbye(value)) => {
                    // The app may still acknowledge what it has; it is the one to close.
                    leaving = true;
                    sink.send(Message::text(value.to_string())).await.is_ok()
                }
                Some(Order::Cut) | None => false,
            },
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => { inner.sockets.acknowledge(text.as_str()); true }
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
            _ = ping.tick() => sink.send(Message::Ping("ping".into())).await.is_ok(),
            () = inner.stop.cancelled() => {
                let _ = sink.send(Message::Close(None)).await;
                false
            }
        };
    }
    inner.sockets.leave(id);
}
