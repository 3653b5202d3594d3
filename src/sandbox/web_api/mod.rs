//! The Web API: `/api/<method>`, the addresses that answer a click, and file downloads.

mod args;
mod chat;
mod conversations;
mod files;
mod reactions;
mod response_url;
mod users;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Inner;
use super::fault::Fault;
use super::state::{Call, State};
use super::validate::Invalid;
use super::world::{Channel, Kind};
pub use args::Args;
pub use reactions::react;
pub use response_url::apply_inline;

/// What a method works with.
pub struct Ctx<'a> {
    state: &'a mut State,
    inner: &'a Inner,
    now: Timestamp,
}

/// A method's refusal.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    error: String,
    messages: Vec<String>,
    retry_after: Option<u64>,
}

type Answer = Result<Value, Refused>;
type Method = fn(&mut Ctx<'_>, &Args) -> Answer;

impl From<&str> for Refused {
    fn from(error: &str) -> Self {
        Self { error: error.to_owned(), ..Self::default() }
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self { error: invalid.error.to_owned(), messages: invalid.messages, retry_after: None }
    }
}

impl Refused {
    fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        if !self.messages.is_empty() {
            body["errors"] = json!(self.messages);
            body["response_metadata"] = json!({"messages": self.messages});
        }
        body
    }
}

/// `/api/…`, `/actions/…`, `/upload/…` and `/files-pri/…`.
pub fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/actions/{team}/{id}/{secret}", post(response_url::answer))
        .route("/upload/v1/{secret}", post(files::upload))
        .route("/files-pri/{id}/download/{name}", get(files::download))
        .route("/files-pri/{id}/{name}", get(files::download))
}

fn method(name: &str) -> Option<Method> {
    Some(match name {
        "api.test" | "auth.test" => users::auth_test,
        "apps.connections.open" => connections_open,
        "chat.postMessage" => chat::post_message,
        "chat.postEphemeral" => chat::post_ephemeral,
        "chat.update" => chat::update,
        "chat.delete" => chat::delete,
        "chat.getPermalink" => chat::permalink,
        "reactions.add" => reactions::add,
        "reactions.remove" => reactions::remove,
        "reactions.get" => reactions::get,
        "views.open" => views::open,
        "views.push" => views::push,
        "views.update" => views::update,
        "views.publish" => views::publish,
        "users.info" => users::info,
        "users.list" => users::list,
        "users.lookupByEmail" => users::lookup_by_email,
        "conversations.info" => conversations::info,
        "conversations.list" => conversations::list,
        "conversations.open" => conversations::open,
        "conversations.join" => conversations::join,
        "conversations.members" => conversations::members,
        "conversations.history" => conversations::history,
        "conversations.replies" => conversations::replies,
        "files.info" => files::info,
        "files.getUploadURLExternal" => files::upload_url,
        "files.completeUploadExternal" => files::complete_upload,
        "oauth.v2.access" => access,
        "team.info" => users::team_info,
        _ => return None,
    })
}

async fn call(Shared(inner): Shared<Arc<Inner>>, Path(name): Path<String>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let args = match Args::read(&head, body).await {
        Ok(args) => args,
        Err(error) => return answer(&Err(error.into())),
    };
    let fault = inner.read(|s| s.script.next(&name));
    let refused = match &fault {
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            record(&inner, &name, &args, json!({"status": status.as_u16()}));
            return (status, "scripted fault").into_response();
        }
        Some(Fault::RateLimited { seconds }) => {
            Some(Refused { retry_after: Some(*seconds), ..Refused::from("ratelimited") })
        }
        Some(Fault::Error(error)) => Some(Refused::from(error.as_str())),
        Some(Fault::Unfinished) => {
            inner.read(|s| s.unfinished.push(Unfinished { name, headers: head.headers, args }));
            return lost_reply();
        }
        _ => None,
    };
    let result = match refused {
        Some(refused) => Err(refused),
        None => run(&inner, &name, &head.headers, &args),
    };
    record(&inner, &name, &args, result.clone().unwrap_or_else(|e| e.body()));
    match fault {
        Some(Fault::DropReplyAfterAcceptance) => lost_reply(),
        Some(Fault::Slow(wait)) => {
            tokio::time::sleep(wait).await;
            answer(&result)
        }
        _ => answer(&result),
    }
}

/// A call whose answer was lost before it took effect.
#[derive(Debug)]
pub struct Unfinished {
    name: String,
    headers: HeaderMap,
    args: Args,
}

/// Lets what was left unfinished take effect, in its order.
pub fn finish(inner: &Arc<Inner>) {
    for Unfinished { name, headers, args } in inner.read(|s| std::mem::take(&mut s.unfinished)) {
        let result = run(inner, &name, &headers, &args);
        record(inner, &name, &args, result.unwrap_or_else(|e| e.body()));
    }
}

fn run(inner: &Arc<Inner>, name: &str, headers: &HeaderMap, args: &Args) -> Answer {
    let Some(method) = method(name) else { return Err("unknown_method".into()) };
    if name == "api.test" {
        return Ok(json!({"ok": true, "args": args.public()}));
    }
    if name != "oauth.v2.access" {
        authorised(inner, name, headers, args)?;
    }
    let now = inner.options.clock.now();
    let (result, envelopes) = inner.change(|state| method(&mut Ctx { state, inner, now }, args));
    inner.background(envelopes);
    let mut value = result?;
    value["ok"] = json!(true);
    Ok(value)
}

fn authorised(inner: &Inner, name: &str, headers: &HeaderMap, args: &Args) -> Result<(), Refused> {
    let token = bearer(headers).or(args.str("token")).unwrap_or_default();
    let app_level = name == "apps.connections.open";
    let is_app = token == inner.options.app_token;
    let now = inner.options.clock.now();
    let (known, revoked) = inner.read(|s| (s.tokens.check(token, now), s.revoked));
    match (known, revoked) {
        _ if token.is_empty() => Err("not_authed".into()),
        _ if app_level && is_app => Ok(()),
        (known, _) if is_app || (app_level && known.is_ok()) => Err("not_allowed_token_type".into()),
        (Ok(()), Some(error)) => Err(error.into()),
        (known, _) => Ok(known?),
    }
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn record(inner: &Inner, name: &str, args: &Args, response: Value) {
    let call = Call { method: name.to_owned(), request: args.public(), response };
    inner.read(|s| s.calls.push(call));
}

fn answer(result: &Answer) -> Response {
    match result {
        Ok(value) => axum::Json(value).into_response(),
        Err(refused) => {
            let mut response = axum::Json(refused.body()).into_response();
            if let Some(seconds) = refused.retry_after {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// A reply whose body breaks off at once: the caller cannot know whether the call took effect.
fn lost_reply() -> Response {
    let broken =
        futures_util::stream::once(async { Err::<bytes::Bytes, _>(std::io::Error::other("reply dropped")) });
    Response::new(Body::from_stream(broken))
}

/// The app shows its own credentials, and no token.
fn access(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let options = &ctx.inner.options;
    if args.str("client_id") != Some(&options.client_id) {
        return Err("invalid_client_id".into());
    }
    if args.str("client_secret") != Some(&options.client_secret) {
        return Err("bad_client_secret".into());
    }
    Ok(ctx.state.access(ctx.now, args.str("code"), args.str("refresh_token"))?)
}

fn connections_open(ctx: &mut Ctx<'_>, _: &Args) -> Answer {
    let ticket = ctx.inner.sockets.ticket(ctx.state.secret());
    let host = ctx.inner.base.trim_start_matches("http://");
    Ok(json!({"url": format!("ws://{host}/link/?ticket={ticket}&app_id={}", ctx.state.world.app.id)}))
}

impl Ctx<'_> {
    /// The channel that the argument names: an id, a name, or a person's id (their direct conversation).
    fn channel(&mut self, args: &Args, key: &str) -> Result<Channel, Refused> {
        let Some(wanted) = args.str(key) else { return Err("channel_not_found".into()) };
        let id = match wanted.as_bytes().first() {
            Some(b'U' | b'W') if self.state.world.user(wanted).is_some() => self.state.world.im_with(wanted),
            _ => wanted.to_owned(),
        };
        let name = wanted.trim_start_matches('#');
        let world = &self.state.world;
        let found =
            world.channel(&id).or_else(|| world.channels.iter().find(|c| !name.is_empty() && c.name == name));
        let bot = &world.app.bot_user;
        match found {
            Some(c) if c.kind == Kind::Public || c.has(bot) => Ok(c.clone()),
            _ => Err("channel_not_found".into()),
        }
    }

    /// The same, for methods that need the bot to be a member.
    fn own_channel(&mut self, args: &Args, key: &str) -> Result<Channel, Refused> {
        let channel = self.channel(args, key)?;
        if channel.has(&self.state.world.app.bot_user) { Ok(channel) } else { Err("not_in_channel".into()) }
    }

    /// A file that stands in a channel of the bot's.
    fn file(&self, id: &str) -> Option<Value> {
        let (file, bot) = (&self.state.files.get(id)?.value, &self.state.world.app.bot_user);
        let mut channels = file["channels"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let seen = channels.any(|c| self.state.world.channel(c).is_some_and(|c| c.has(bot)));
        seen.then(|| file.clone())
    }
}
