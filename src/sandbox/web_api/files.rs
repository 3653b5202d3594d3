//! `files.*` and the download of a private file.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::{Answer, Args, Ctx, bearer};
use crate::sandbox::Inner;

pub fn info(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    match ctx.file(args.str("file").unwrap_or_default()) {
        Some(file) => Ok(json!({"file": file, "comments": [], "response_metadata": {"next_cursor": ""}})),
        None => Err("file_not_found".into()),
    }
}

/// The bytes, for the bot's token; for anybody else a page that asks to sign in, with status 200 as Slack answers.
pub async fn download(
    Shared(inner): Shared<Arc<Inner>>,
    Path((id, _name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let id = id.rsplit('-').next().unwrap_or_default().to_owned();
    let now = inner.options.clock.now();
    let allowed = bearer(&headers).is_some_and(|t| inner.read(|s| s.tokens.check(t, now)).is_ok());
    let stored = inner.read(|s| s.files.get(&id).filter(|_| allowed && s.revoked.is_none()).cloned());
    match stored {
        Some(file) => {
            let kind = file.value["mimetype"].as_str().unwrap_or("application/octet-stream").to_owned();
            ([(header::CONTENT_TYPE, kind)], file.bytes).into_response()
        }
        None => {
            Html("<!DOCTYPE html><html><head><title>Slack</title></head><body><h1>Sign in</h1></body></html>")
                .into_response()
        }
    }
}
