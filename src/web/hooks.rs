//! `POST /hooks/overlaps`: lists and signals from whoever has the secret of a source.
//!
//! What was taken is committed before it is acknowledged, and once: the same delivery again is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde_json::json;
use tower_http::limit::RequestBodyLimitLayer;

use crate::failpoint;
use crate::kernel::error::Result;
use crate::map::sources::hook::{self, Posted, Signed};
use crate::map::sources::posted::{self, Taken};
use crate::map::sources::{Kind, Source};
use crate::slack::bot::Bot;

/// A longer body is answered with 413, in bytes.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The route; none where no source is posted to.
///
/// Answers: 401 for what is not signed by one of our senders, or not in time; 409 for what was taken before; 413 over
/// [`BODY_LIMIT`]; 422 for what cannot be read, with the reason; 503 when it could not be committed, and 200 otherwise.
pub fn router(bot: Arc<Bot>) -> Router {
    if !bot.sources.all.iter().any(|source| matches!(source.kind, Kind::Webhook(_))) {
        return Router::new();
    }
    Router::new()
        .route("/hooks/overlaps", post(receive))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .with_state(bot)
}

async fn receive(State(bot): State<Arc<Bot>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let signed = Signed {
        time: header("x-tandem-timestamp").or_else(|| header("x-crossbeam-timestamp")),
        signature: header("x-tandem-signature-256").or_else(|| header("x-crossbeam-signature-256")),
    };
    let (source, key) = match hook::sender(&bot.sources.all, signed, &body, bot.clock.now()) {
        Ok(found) => found,
        Err(why) => {
            tracing::warn!(%why, "refused what was posted to /hooks/overlaps");
            return answer(StatusCode::UNAUTHORIZED, "The signature is not valid.");
        }
    };
    let posted = match hook::read(&body) {
        Ok(posted) => posted,
        Err(why) => {
            tracing::warn!(source = source.name, why, "what was posted cannot be read");
            return answer(StatusCode::UNPROCESSABLE_ENTITY, &why);
        }
    };
    match take(&bot, source, &key, posted).await {
        Ok(Taken::Yes(said)) => answer(StatusCode::OK, said),
        Ok(Taken::Again) => answer(StatusCode::CONFLICT, "This delivery was taken before."),
        Ok(Taken::No(why)) => answer(StatusCode::UNPROCESSABLE_ENTITY, &why),
        Ok(Taken::NotYet(why)) => answer(StatusCode::SERVICE_UNAVAILABLE, why),
        Err(error) => {
            tracing::error!(%error, source = source.name, "what was posted could not be taken");
            answer(StatusCode::SERVICE_UNAVAILABLE, "It could not be saved. Send it again.")
        }
    }
}

async fn take(bot: &Bot, source: &Source, key: &str, said: Posted) -> Result<Taken> {
    let mut tx = bot.db.begin().await?;
    let taken = posted::take_in(&mut tx, bot.clock.now(), source, key, said).await?;
    if let Taken::Yes(_) = taken {
        failpoint!("hook.commit");
        tx.commit().await?;
        failpoint!("hook.committed");
        bot.bell.ring();
        bot.imports.ring();
    } else {
        tx.rollback().await?;
    }
    Ok(taken)
}

fn answer(status: StatusCode, said: &str) -> Response {
    (status, Json(json!({"ok": status.is_success(), "said": said}))).into_response()
}
