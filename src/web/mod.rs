//! The web server: Slack's three addresses and the health checks.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::kernel::error::Result;
use crate::store::Db;

/// Serves until cancelled; requests under way are finished.
pub async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> Result<()> {
    axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await }).await?;
    Ok(())
}

/// `/health/live`: the process runs. `/health/ready`: the database answers.
pub fn health(db: Db) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "ok\n" }))
        .route("/health/ready", get(ready))
        .with_state(Arc::new(db))
}

/// The same before there is anything to be ready: `/health/ready` answers 503 with the reason.
pub fn not_ready(why: &'static str) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "ok\n" }))
        .route("/health/ready", get(move || async move { (StatusCode::SERVICE_UNAVAILABLE, why) }))
}

async fn ready(State(db): State<Arc<Db>>) -> impl IntoResponse {
    let answered = async {
        let tx = db.read().await?;
        tx.rollback().await
    };
    match answered.await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
