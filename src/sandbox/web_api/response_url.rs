//! The addresses that answer a click or a command: five uses, thirty minutes.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::chat::{Draft, by_bot};
use super::{Args, Ctx, Refused, record};
use crate::sandbox::Inner;
use crate::sandbox::fault::Fault;
use crate::sandbox::state::Reply;

pub async fn answer(Shared(inner): Shared<Arc<Inner>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if let Some(Fault::Status(status)) = inner.read(|s| s.script.next("response_url")) {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    }
    let result = match Args::read(&head, body).await {
        Ok(args) => {
            let result = use_once(&inner, &path, &args);
            let shown = result.as_ref().map_or_else(Refused::body, |()| json!({"ok": true}));
            record(&inner, "response_url", &args, shown);
            result
        }
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => axum::Json(json!({"ok": true})).into_response(),
        Err(refused) => (StatusCode::NOT_FOUND, axum::Json(refused.body())).into_response(),
    }
}

fn use_once(inner: &Arc<Inner>, path: &str, args: &Args) -> Result<(), Refused> {
    let now = inner.options.clock.now();
    let (result, envelopes) = inner.change(|state| {
        let Some(reply) = state.replies.get_mut(path) else { return Err(Refused::from("invalid_url")) };
        if reply.until < now {
            return Err("expired_url".into());
        }
        if reply.left == 0 {
            return Err("used_url".into());
        }
        reply.left -= 1;
        let reply = reply.clone();
        apply(&mut Ctx { state, inner, now }, &reply, args)
    });
    inner.background(envelopes);
    result
}

/// Answers a command or click with `body`, as if it had come by a response URL.
pub fn apply(ctx: &mut Ctx<'_>, reply: &Reply, args: &Args) -> Result<(), Refused> {
    let now = ctx.now;
    let target = reply.ts.as_deref().filter(|ts| ctx.state.post(&reply.channel, ts).is_some());
    if args.flag("delete_original") {
        if let Some(ts) = target {
            ctx.state.remove(now, &reply.channel, ts);
        }
        return Ok(());
    }
    let draft = Draft::read(args)?;
    draft.check()?;
    match target {
        Some(ts) if args.flag("replace_original") => {
            replace(ctx, &reply.channel, ts, &draft);
        }
        _ => {
            let mut value = by_bot(ctx);
            draft.onto(&mut value, true);
            if let Some(thread) = args.str("thread_ts") {
                value["thread_ts"] = json!(thread);
            }
            let in_channel = args.str("response_type") == Some("in_channel");
            let only_for = (!in_channel).then(|| reply.user.clone());
            ctx.state.put(now, &reply.channel, value, only_for);
        }
    }
    Ok(())
}

fn replace(ctx: &mut Ctx<'_>, channel: &str, ts: &str, draft: &Draft) {
    let now = ctx.now;
    let Some(post) = ctx.state.post(channel, ts).cloned() else { return };
    let mut after = post.value.clone();
    if let Some(map) = after.as_object_mut() {
        map.shift_remove("blocks");
        map.shift_remove("attachments");
    }
    draft.onto(&mut after, true);
    let edited = ctx.state.ts(now);
    after["edited"] = json!({"user": ctx.state.world.app.bot_id, "ts": edited});
    ctx.state.name_blocks(&mut after);
    if let Some(stored) = ctx.state.post_mut(channel, ts) {
        stored.change(after.clone());
    }
    if post.only_for.is_none() {
        ctx.state.announce_change(now, channel, post.value, after);
    }
}

/// The body of an acknowledgement that holds a message: the answer to a slash command.
pub fn apply_inline(inner: &Arc<Inner>, channel: &str, user: &str, body: &Value) -> Result<(), String> {
    let now = inner.options.clock.now();
    let reply = Reply { channel: channel.to_owned(), user: user.to_owned(), ts: None, left: 1, until: now };
    let (result, envelopes) =
        inner.change(|state| apply(&mut Ctx { state, inner, now }, &reply, &Args::of(body)));
    inner.background(envelopes);
    result.map_err(|refused| format!("{} {}", refused.error, refused.messages.join(" ")).trim().to_owned())
}
