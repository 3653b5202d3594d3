//! `/health`, `/ready` and `/metrics`: for supervisors, load balancers and Prometheus. No id and no text of
//! anybody's is in them, and no name but the partners', whose lists grow old.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::delivery::backlog;
use crate::kernel::clock::Clock;
use crate::kernel::error::Result;
use crate::kernel::meters::{Backlog, Meters};
use crate::kernel::pulse::Pulse;
use crate::map::{name, store as map};
use crate::store::{Db, millis};

/// A database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long what was read of the database serves whoever asks.
const FRESH: Duration = Duration::from_secs(1);
/// The format as Prometheus names it.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is looked at.
#[derive(Debug)]
pub struct Health {
    /// Must answer.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// What was counted.
    pub meters: Meters,
    /// Those of every part that loops.
    pub pulses: Vec<Pulse>,
}

struct Shared {
    health: Health,
    /// Read for one who asks at a time, so that many do no more harm than one.
    backlog: Mutex<Option<(Instant, Option<Backlog>)>>,
}

impl Health {
    /// `/health`: the process runs. `/ready`: the database answers and no part is stuck. `/metrics`: in Prometheus' format.
    pub fn routes(self) -> Router {
        let shared = Shared { health: self, backlog: Mutex::default() };
        Router::new()
            .route("/health", get(alive))
            .route("/ready", get(ready))
            .route("/metrics", get(metrics))
            .with_state(Arc::new(shared))
    }
}

/// The same before there is anything to be ready.
pub fn not_ready(name: &'static str, why: &'static str) -> Router {
    Router::new().route("/health", get(alive)).route("/ready", get(async move || stuck(&[one(name, why)])))
}

async fn alive() -> Json<Value> {
    Json(json!({"alive": true}))
}

async fn ready(State(at): State<Arc<Shared>>) -> Response {
    let mut found: Vec<Value> = Vec::new();
    if at.backlog().await.is_none() {
        found.push(one("database", "does not answer"));
    }
    for pulse in &at.health.pulses {
        if let Some(still) = pulse.stuck_for() {
            found.push(one(pulse.name(), &format!("stood still for {} seconds", still.as_secs())));
        }
    }
    if found.is_empty() { Json(json!({"ready": true, "stuck": []})).into_response() } else { stuck(&found) }
}

fn one(name: &str, why: &str) -> Value {
    json!({"name": name, "why": why})
}

fn stuck(found: &[Value]) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ready": false, "stuck": found}))).into_response()
}

async fn metrics(State(at): State<Arc<Shared>>) -> impl IntoResponse {
    let backlog = at.backlog().await;
    at.health.meters.overdue(millis(at.health.clock.now()));
    ([(header::CONTENT_TYPE, FORMAT)], at.health.meters.show(backlog.as_ref()))
}

impl Health {
    async fn read(&self) -> Result<Backlog> {
        let mut tx = self.db.read().await?;
        let now = self.clock.now();
        let backlog = backlog::read(&mut tx, millis(now)).await?;
        let partners = map::partners(&mut tx).await?;
        tx.rollback().await?;
        let age = |at: Timestamp| Duration::try_from(now.duration_since(at)).unwrap_or_default();
        let ages: Vec<(String, Duration)> =
            partners.iter().filter_map(|p| Some((name::key(&p.name), age(p.list_seen_at?)))).collect();
        self.meters.lists(&ages);
        Ok(backlog)
    }
}

impl Shared {
    /// `None` when the database does not answer.
    async fn backlog(&self) -> Option<Backlog> {
        let mut kept = self.backlog.lock().await;
        if let Some((_, backlog)) = kept.filter(|(at, _)| at.elapsed() < FRESH) {
            return backlog;
        }
        let read = match tokio::time::timeout(PATIENCE, self.health.read()).await {
            Ok(Ok(backlog)) => Some(backlog),
            Ok(Err(error)) => {
                tracing::error!(%error, "the database does not answer");
                None
            }
            Err(_) => {
                tracing::error!("the database does not answer in time");
                None
            }
        };
        *kept = Some((Instant::now(), read));
        read
    }
}
