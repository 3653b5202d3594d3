//! What the tests of this module share: a door that remembers, and a Slack of one's own on loopback.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::client::{Client, ClientConfig};
use crate::delivery::envelope::{Envelope, FrontDoor, Kind, NotAccepted, Review};
use crate::kernel::meters::Meters;

/// Remembers what was accepted. What it does depends on the envelope's name (or key).
#[derive(Debug, Default)]
pub(super) struct Inbox {
    seen: Mutex<HashMap<String, Envelope>>,
    order: Mutex<Vec<String>>,
    pub(super) calls: AtomicU64,
    /// Lets the envelopes with the key `slow` go on.
    pub(super) release: Notify,
}

impl Inbox {
    pub(super) fn keys(&self) -> Vec<String> {
        self.order.lock().unwrap().clone()
    }

    pub(super) fn get(&self, key: &str) -> Envelope {
        self.seen.lock().unwrap()[key].clone()
    }
}

impl FrontDoor for Inbox {
    async fn accept(&self, e: Envelope) -> Result<(), NotAccepted> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match e.key.as_str() {
            "broken" => return Err(NotAccepted("disk full".into())),
            "panic" => panic!("a bug"),
            "slow" => self.release.notified().await,
            "stuck" => std::future::pending().await,
            _ => {}
        }
        let key = e.key.clone();
        if self.seen.lock().unwrap().insert(key.clone(), e).is_none() {
            self.order.lock().unwrap().push(key);
        }
        Ok(())
    }

    async fn review(&self, e: &Envelope) -> Review {
        match (e.kind, e.name.as_str()) {
            (_, "refuse") => Review::Refuse {
                reply: json!({"response_action": "errors", "errors": {"when": "In the past"}}),
            },
            (Kind::ViewSubmission, _) => Review::Accept { reply: Some(json!({"response_action": "clear"})) },
            _ => Review::Accept { reply: None },
        }
    }
}

/// Serves `routes` on a free port of loopback and returns `http://127.0.0.1:…`.
pub(super) async fn serve(routes: Router) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

/// A client of the Slack at `base`.
pub(super) fn client(base: &str, timeout: Duration) -> Client {
    Client::new(ClientConfig {
        api_url: format!("{base}/api/"),
        bot_token: "xoxb-secret".into(),
        app_token: Some("xapp-secret".into()),
        timeout,
        pace: Duration::from_millis(1),
        meters: Meters::default(),
    })
    .unwrap()
}

/// An event with this key.
pub(super) fn event(key: &str) -> Value {
    json!({"type": "event_callback", "event_id": key, "team_id": "T1",
        "event": {"type": "message", "channel": "C1", "user": "U1", "text": "hi", "ts": "1.1"}})
}

pub(super) fn inbox() -> Arc<Inbox> {
    Arc::default()
}

/// The number under this name and these labels in `/metrics`.
pub(super) fn shown(meters: &Meters, name: &str) -> u64 {
    let text = meters.show(None);
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    number.unwrap_or_else(|| panic!("{name} is missing in\n{text}")).parse().unwrap()
}
