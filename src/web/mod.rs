//! The web server: what is posted to us by others than Slack, the pages that people open by a link, and what is said to
//! whoever watches from outside.

pub mod calendars;
mod health;
pub mod hooks;
pub mod pages;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::kernel::error::Result;

pub use health::{Health, not_ready};

/// Serves until cancelled; requests under way are finished.
pub async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> Result<()> {
    axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await }).await?;
    Ok(())
}
