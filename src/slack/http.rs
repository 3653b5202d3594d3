//! Slack over HTTP: `/slack/events`, `/slack/commands`, `/slack/interactions`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use futures_util::StreamExt;
use serde_json::json;
use tower_http::limit::RequestBodyLimitLayer;

use super::decode;
use super::front::{Answer, Front};
use super::verify::Verifier;
use crate::delivery::envelope::{FrontDoor, Retry};
use crate::kernel::meters::Came;

/// A longer body is answered with 413, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// So much of a body that is too long is read and dropped, so that its sender gets to the answer, in bytes.
const DROPPED: usize = 16 * BODY_LIMIT;

struct Entrance<D> {
    front: Front<D>,
    verifier: Verifier,
}

impl<D> Clone for Entrance<D> {
    fn clone(&self) -> Self {
        Self { front: self.front.clone(), verifier: self.verifier.clone() }
    }
}

/// The three routes. Each takes whatever Slack sends to any of them.
///
/// Answers: 401 for a bad signature (before anything is parsed), 413 over [`BODY_LIMIT`], 400 for what cannot be read,
/// 503 when the envelope was not committed, 200 otherwise.
pub fn router<D: FrontDoor>(front: Front<D>, verifier: Verifier) -> Router {
    Router::new()
        .route("/slack/events", post(receive::<D>))
        .route("/slack/commands", post(receive::<D>))
        .route("/slack/interactions", post(receive::<D>))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(middleware::from_fn(hear_out))
        .with_state(Entrance { front, verifier })
}

/// A sender who is cut off in the middle of its body sees a broken connection and not the 413.
async fn hear_out(request: Request, next: Next) -> Response {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if length.is_none_or(|length| length <= BODY_LIMIT) {
        return next.run(request).await;
    }
    let mut dropped = 0;
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(chunk)) = body.next().await {
        dropped += chunk.len();
        if dropped > DROPPED {
            break;
        }
    }
    StatusCode::PAYLOAD_TOO_LARGE.into_response()
}

async fn receive<D: FrontDoor>(State(at): State<Entrance<D>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let (time, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    if let Err(why) = at.verifier.check(time, signature, &body) {
        at.front.meters.came(Came::Untrusted);
        tracing::warn!(%why, "refused a request that is not Slack's");
        return (StatusCode::UNAUTHORIZED, "The signature is not valid.").into_response();
    }
    let retry = header("x-slack-retry-num").and_then(|n| n.parse().ok()).map(|attempt| Retry {
        attempt,
        reason: header("x-slack-retry-reason").unwrap_or_default().to_owned(),
    });
    match at.front.answer(decode::body(body.into(), retry)).await {
        Answer::Ok(None) => StatusCode::OK.into_response(),
        Answer::Ok(Some(reply)) => Json(reply).into_response(),
        Answer::Challenge(challenge) => Json(json!({ "challenge": challenge })).into_response(),
        Answer::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Answer::Malformed(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
