//! Feeds of sessions that calendar programs subscribe to, by a link that was given in Slack. It opens nothing once it has
//! ended, was taken back, or its reader is no member any more.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::pages::{self, Reader};
use crate::kernel::error::Error;
use crate::slack::bot::{Bot, calendars};

/// The one route.
pub fn router(bot: Arc<Bot>) -> Router {
    Router::new().route("/pages/calendars/{file}", get(feed)).with_state(bot)
}

async fn feed(State(bot): State<Arc<Bot>>, Path(file): Path<String>, reader: Reader) -> Response {
    let id = file.strip_suffix(".ics").unwrap_or(&file);
    match calendars::feed(&bot, &reader.actor, &id.into()).await {
        Ok(Some(text)) => {
            let headers = [
                (CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (CONTENT_DISPOSITION, "inline; filename=\"account-planning.ics\""),
                (CACHE_CONTROL, "private, no-cache"),
                (REFERRER_POLICY, "no-referrer"),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, text).into_response()
        }
        Ok(None) => pages::html(Err(Error::user(
            "This calendar link has ended. `/partner calendar` in Slack gives a new one.",
        ))),
        Err(error) => pages::html(Err(error)),
    }
}
