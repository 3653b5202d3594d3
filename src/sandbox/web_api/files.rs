//! `files.*`, the upload of a file and the download of a private one.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::chat::by_bot;
use super::{Answer, Args, Ctx, bearer};
use crate::sandbox::Inner;
use crate::sandbox::person::file_object;
use crate::sandbox::state::{Stored, Upload};
use crate::sandbox::world::Kind;

pub fn info(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    match ctx.file(args.str("file").unwrap_or_default()) {
        Some(file) => Ok(json!({"file": file, "comments": [], "response_metadata": {"next_cursor": ""}})),
        None => Err("file_not_found".into()),
    }
}

/// Where a file may be sent to, before anybody sees it.
pub fn upload_url(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let name = args.need("filename")?.to_owned();
    let length = args.number("length").filter(|n| *n > 0).ok_or("invalid_arguments")?;
    let (id, secret) = (ctx.state.id("F"), ctx.state.secret());
    let url = format!("{}/upload/v1/{secret}", ctx.inner.base);
    ctx.state.uploads.insert(secret, Upload { id: id.clone(), name, length, bytes: None });
    Ok(json!({"upload_url": url, "file_id": id}))
}

/// Takes the bytes; the address is its own right.
pub async fn upload(
    Shared(inner): Shared<Arc<Inner>>,
    Path(secret): Path<String>,
    bytes: Bytes,
) -> (StatusCode, String) {
    inner.read(|s| match s.uploads.get_mut(&secret) {
        Some(upload) if upload.length == bytes.len() => {
            upload.bytes = Some(bytes.clone());
            (StatusCode::OK, format!("OK - {}", bytes.len()))
        }
        Some(_) => (StatusCode::BAD_REQUEST, "length mismatch".to_owned()),
        None => (StatusCode::NOT_FOUND, "no such upload".to_owned()),
    })
}

/// Shows what was uploaded in a conversation that the bot is in.
pub fn complete_upload(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let listed = args.json("files", "invalid_arguments")?;
    let wanted: Vec<(&str, Option<&str>)> = listed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|f| Some((f["id"].as_str()?, f["title"].as_str())))
        .collect();
    if wanted.is_empty() {
        return Err("invalid_arguments".into());
    }
    let channel = args.need("channel_id")?.to_owned();
    let bot = ctx.state.world.app.bot_user.clone();
    let found = ctx.state.world.channel(&channel);
    let Some(place) = found else { return Err("channel_not_found".into()) };
    if !place.has(&bot) {
        return Err("not_in_channel".into());
    }
    let (public, now) = (place.kind == Kind::Public, ctx.now);
    let mut stored = Vec::new();
    for (id, title) in wanted {
        let sent = ctx.state.uploads.iter().find(|(_, u)| u.id == id && u.bytes.is_some());
        let Some(secret) = sent.map(|(secret, _)| secret.clone()) else {
            return Err("file_not_found".into());
        };
        let Some(Upload { name, bytes: Some(bytes), .. }) = ctx.state.uploads.remove(&secret) else {
            return Err("file_not_found".into());
        };
        let mut file = file_object(&ctx.inner.base, ctx.state, id, &name, bytes.len());
        file["title"] = json!(title.unwrap_or(&name));
        file["user"] = json!(bot);
        file["created"] = json!(now.as_second());
        file["timestamp"] = json!(now.as_second());
        file["is_public"] = json!(public);
        file["channels"] = json!([channel]);
        stored.push((id.to_owned(), file, bytes));
    }
    let files: Vec<Value> = stored.iter().map(|(_, file, _)| file.clone()).collect();
    let mut message = by_bot(ctx);
    message["text"] = json!(args.str("initial_comment").unwrap_or_default());
    message["upload"] = json!(true);
    message["files"] = json!(files);
    let ts = ctx.state.put(now, &channel, message, None);
    let mut shown = Vec::new();
    for (id, mut file, bytes) in stored {
        let kind = if public { "public" } else { "private" };
        file["shares"] = json!({kind: {channel.clone(): [{"ts": ts}]}});
        shown.push(json!({"id": id, "title": file["title"]}));
        ctx.state.files.insert(id.clone(), Stored { value: file, bytes });
        let event_ts = ctx.state.ts(now);
        let shared = json!({"type": "file_shared", "channel_id": channel, "file_id": id, "user_id": bot,
            "file": {"id": id}, "event_ts": event_ts});
        ctx.state.event(&channel, shared);
    }
    Ok(json!({"files": shown}))
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
