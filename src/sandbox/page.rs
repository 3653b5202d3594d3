//! The routes of the web page: what a person sees, what they do, and a stream that says when to look again.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_stream::wrappers::WatchStream;

use super::person::{Done, Pace, Person, Refusal, kind_name};
use super::state::{Modal, State, bare};
use super::view::with_values;
use super::world::{Channel, Kind};
use super::{Inner, Surface, moves};

const HTML: &str = include_str!("../../templates/sandbox/page.html");
const STYLE: &str = include_str!("../../templates/sandbox/page.css");

/// The page's scripts by name.
macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        &[$((concat!($name, ".js"), include_str!(concat!("../../templates/sandbox/", $name, ".js")))),*]
    };
}
const SCRIPTS: &[(&str, &str)] = scripts![
    "blocks", "composer", "confirm", "dom", "elements", "emoji", "messages", "modal", "mrkdwn", "page",
    "popover", "richtext", "store", "time", "toast",
];
/// Nothing but the page's own files may load or run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const UPLOAD_BYTES: usize = 256 * 1024 * 1024;
/// Messages shown of each channel.
const SHOWN: usize = 300;

/// `/`, `/assets/…` and `/_sandbox/…`.
pub fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/", get(|| async { asset("text/html; charset=utf-8", HTML) }))
        .route("/assets/page.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/assets/{name}", get(script))
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/changes", get(changes))
        .route("/_sandbox/do", post(act))
        .route("/_sandbox/upload", post(upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES)))
        .route("/_sandbox/files/{id}", get(file))
}

fn asset(kind: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}

async fn script(Path(name): Path<String>) -> Response {
    match SCRIPTS.iter().find(|(n, _)| *n == name) {
        Some((_, body)) => asset("text/javascript; charset=utf-8", body),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Viewer {
    user: Option<String>,
    #[serde(default)]
    channel: String,
    thread_ts: Option<String>,
}

impl Viewer {
    /// The person that was asked for, else the first of the cast.
    fn id(&self, inner: &Inner) -> String {
        let first = || inner.read(|s| s.world.users.iter().find(|u| !u.is_bot).map(|u| u.id.clone()));
        self.user.clone().or_else(first).unwrap_or_default()
    }
}

async fn state(Shared(inner): Shared<Arc<Inner>>, Query(viewer): Query<Viewer>) -> Response {
    let clock = moves::clock(&inner);
    let user = viewer.id(&inner);
    let seen = inner.read(|s| s.world.user(&user).is_some().then(|| snapshot(s, &user)));
    match seen {
        Some(mut seen) => {
            seen["clock"] = clock;
            Json(seen).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({"ok": false, "error": "there is no such user"})))
            .into_response(),
    }
}

fn snapshot(s: &State, user: &str) -> Value {
    let world = &s.world;
    let mine: Vec<&Channel> = world.channels.iter().filter(|c| c.has(user)).collect();
    let users: Vec<Value> = world
        .users
        .iter()
        .map(|u| {
            let team = world.team(&u.team_id).map_or("", |t| t.name.as_str());
            json!({"id": u.id, "name": u.name, "real_name": u.real_name, "title": u.title, "team_id": u.team_id,
                "team_name": team, "is_bot": u.is_bot, "is_stranger": world.is_stranger(u), "tz": u.zone,
                "deleted": u.deleted})
        })
        .collect();
    let messages: Map<String, Value> =
        mine.iter().map(|c| (c.id.clone(), messages(s, &c.id, user))).collect();
    let modals: Vec<Value> = s.modals.get(user).into_iter().flatten().map(modal).collect();
    let notices = s.notices.iter().filter(|n| n.user == user).map(|n| json!({"id": n.id, "text": n.text}));
    json!({
        "rev": s.rev,
        "workspace": {"name": world.home.name, "team_id": world.home.id},
        "you": user,
        "users": users,
        "channels": mine.iter().map(|c| channel(s, c, user)).collect::<Vec<_>>(),
        "messages": messages,
        "modals": modals,
        "home": s.homes.get(user),
        "apps": [app(s)],
        "notices": notices.collect::<Vec<_>>(),
        "hints": world.hints,
    })
}

fn channel(s: &State, channel: &Channel, user: &str) -> Value {
    let teams: Vec<&str> =
        channel.shared_with.iter().filter_map(|t| s.world.team(t)).map(|t| t.name.as_str()).collect();
    let unread = s.unread.get(&(user.to_owned(), channel.id.clone())).copied().unwrap_or(0);
    let mut value = json!({"id": channel.id, "name": channel.name, "kind": kind_name(channel.kind),
        "topic": channel.topic, "shared_with": teams, "members": channel.members, "unread": unread,
        "archived": channel.archived});
    if channel.kind == Kind::Im {
        value["with"] = json!(channel.members.iter().find(|m| *m != user));
    }
    value
}

fn messages(s: &State, channel: &str, user: &str) -> Value {
    let posts: Vec<_> = s.posts(channel).iter().filter(|p| p.visible_to(user)).collect();
    let recent = &posts[posts.len().saturating_sub(SHOWN)..];
    let shown = recent.iter().map(|p| {
        let mut value = bare(p.value.clone());
        if p.only_for.is_some() {
            value["ephemeral"] = json!(true);
        }
        value
    });
    Value::Array(shown.collect())
}

fn app(s: &State) -> Value {
    let app = &s.world.app;
    let named = |list: &[(String, String)]| -> Vec<Value> {
        list.iter().map(|(id, name)| json!({"callback_id": id, "name": name})).collect()
    };
    let commands: Vec<Value> = app
        .commands
        .iter()
        .map(|c| json!({"command": c.command, "usage": c.usage, "description": c.description}))
        .collect();
    json!({"bot_user": app.bot_user, "name": app.name, "commands": commands,
        "message_shortcuts": named(&app.message_shortcuts), "global_shortcuts": named(&app.global_shortcuts)})
}

/// A view as its owner sees it: with what was entered, and the errors of a refused submit.
pub fn modal(modal: &Modal) -> Value {
    let mut view = with_values(&modal.view, &modal.values);
    view["errors"] = modal.errors.clone();
    view
}

async fn changes(Shared(inner): Shared<Arc<Inner>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let revs = WatchStream::new(inner.changes.subscribe());
    let events = revs.map(|rev| Ok(Event::default().data(rev.to_string())));
    Sse::new(events.take_until(inner.stop.clone().cancelled_owned())).keep_alive(KeepAlive::default())
}

#[derive(Deserialize)]
struct Act {
    user: String,
    act: Value,
}

async fn act(Shared(inner): Shared<Arc<Inner>>, Json(Act { user, act }): Json<Act>) -> Json<Value> {
    let person = Person::new(Arc::clone(&inner), &user, Pace::GoOn);
    Json(match carry_out(&inner, &person, &act).await {
        Ok(mut value) => {
            value["ok"] = json!(true);
            value
        }
        // The snapshot shows refused fields where they stand.
        Err(refusal) if !refusal.fields().is_empty() => json!({"ok": true, "errors": refusal.fields()}),
        Err(refusal) => json!({"ok": false, "error": refusal.to_string()}),
    })
}

async fn carry_out(inner: &Arc<Inner>, person: &Person, act: &Value) -> Done<Value> {
    let text = |key: &str| act[key].as_str().unwrap_or_default();
    let (channel, ts) = (text("channel"), text("ts"));
    let nothing = json!({});
    match text("type") {
        "post" => {
            // The page has composed the text already: escaped, its links wrapped.
            let thread = act["thread_ts"].as_str();
            return Ok(json!({"ts": person.say(channel, text("text"), thread).await?}));
        }
        "edit" => person.edit(channel, ts, text("text")).await?,
        "delete" => person.delete(channel, ts).await?,
        "react" => person.react(channel, ts, text("name")).await?,
        "command" => person.command(channel, text("text")).await?,
        "block_action" => {
            let surface = surface(&act["container"])?;
            person.block_action(&surface, act["action"].clone(), &act["values"]).await?;
        }
        "submit_view" => {
            Box::pin(person.submit_view(text("view_id"), &act["values"])).await?;
        }
        "close_view" => person.close(text("view_id")).await?,
        "message_shortcut" => person.shortcut(text("callback_id"), channel, ts).await?,
        "global_shortcut" => person.global_shortcut(text("callback_id")).await?,
        "open_home" => person.open_home().await?,
        "read" => person.read(channel),
        "dismiss_notice" => person.dismiss_notice(act["id"].as_u64().unwrap_or_default()),
        "options" => {
            let surface = surface(&act["container"])?;
            let options = person.options(&surface, text("action_id"), text("query")).await?;
            return Ok(json!({"options": options}));
        }
        "move_clock" => return moves::by(inner, act),
        other => return Err(Refusal::new(format!("there is no act {other:?}"))),
    }
    Ok(nothing)
}

fn surface(container: &Value) -> Done<Surface> {
    let text = |key: &str| container[key].as_str().map(str::to_owned);
    match (text("view_id"), text("channel"), text("ts")) {
        (Some(id), _, _) => Ok(Surface::View { id }),
        (None, Some(channel), Some(ts)) => Ok(Surface::Message { channel, ts }),
        _ => Err(Refusal::new("the container names neither a view nor a message")),
    }
}

async fn upload(
    Shared(inner): Shared<Arc<Inner>>,
    Query(viewer): Query<Viewer>,
    mut form: Multipart,
) -> Json<Value> {
    let person = Person::new(Arc::clone(&inner), &viewer.id(&inner), Pace::GoOn);
    let result = async {
        let unreadable = |_| Refusal::new("that upload cannot be read");
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            if field.name() != Some("file") {
                continue;
            }
            let name = field.file_name().unwrap_or("file").to_owned();
            let bytes = field.bytes().await.map_err(unreadable)?;
            return person.share(&viewer.channel, viewer.thread_ts.as_deref(), &name, bytes).await;
        }
        Err(Refusal::new("that upload holds no file"))
    };
    Json(match result.await {
        Ok((id, ts)) => json!({"ok": true, "file": id, "ts": ts}),
        Err(refusal) => json!({"ok": false, "error": refusal.to_string()}),
    })
}

/// A file, always as a download: what people upload is never shown as a page of this origin.
async fn file(Shared(inner): Shared<Arc<Inner>>, Path(id): Path<String>) -> Response {
    match inner.read(|s| s.files.get(&id).cloned()) {
        Some(file) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CONTENT_DISPOSITION, "attachment"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, file.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_script_of_the_page_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/sandbox");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let served = super::SCRIPTS.iter().any(|(n, _)| *n == name);
            assert!(served || ["page.html", "page.css"].contains(&name.as_str()), "{name}");
        }
    }
}
