//! The sandbox against a small app of its own: every request goes over a real socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use super::*;

const OVERLAPS: &str = "C0OVERLAPS";

/// What the app was sent.
#[derive(Clone, Debug)]
struct Seen {
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn form(&self, key: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes()).find(|(k, _)| k == key).map(|(_, v)| v.into_owned())
    }

    fn payload(&self) -> Value {
        serde_json::from_str(&self.form("payload").unwrap()).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
}

/// An app that answers with what was laid ready, else 200 and nothing.
#[derive(Clone, Default)]
struct App {
    seen: Arc<Mutex<Vec<Seen>>>,
    ready: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl App {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(any(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    fn answers(&self, status: u16, body: Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ready.lock().unwrap().push_back((status, body));
    }

    fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn last(&self) -> Seen {
        self.seen().pop().unwrap()
    }
}

async fn take(Shared(app): Shared<App>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    app.seen.lock().unwrap().push(Seen { path: head.uri.path().into(), headers: head.headers, body });
    let (status, body) = app.ready.lock().unwrap().pop_front().unwrap_or((200, String::new()));
    if status == 999 {
        std::future::pending::<()>().await;
    }
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

fn options() -> Options {
    let clock = Clock::standing("2026-03-09T08:00:00Z".parse().unwrap());
    Options {
        retry_delays: vec![Duration::ZERO; 3],
        ack_timeout: Duration::from_millis(300),
        ..Options::new(clock)
    }
}

async fn with_app() -> (Sandbox, App) {
    let (sandbox, app) = (Sandbox::start(options()).await.unwrap(), App::default());
    sandbox.connect_http(&app.start().await);
    (sandbox, app)
}

async fn send(
    sandbox: &Sandbox,
    url: &str,
    token: Option<&str>,
    body: &Value,
) -> (StatusCode, HeaderMap, String) {
    let mut request = axum::http::Request::post(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response =
        sandbox.inner.http.request(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = to_bytes(Body::new(body), usize::MAX).await.unwrap_or_default();
    (head.status, head.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn api(sandbox: &Sandbox, method: &str, body: Value) -> Value {
    let url = format!("{}/{method}", sandbox.api_url());
    let (_, _, text) = send(sandbox, &url, Some("xoxb-sandbox"), &body).await;
    serde_json::from_str(&text).unwrap()
}

fn button(action_id: &str) -> Value {
    json!({"type": "button", "action_id": action_id, "value": "7", "text": {"type": "plain_text", "text": "Plan"}})
}

fn modal() -> Value {
    json!({"type": "modal", "callback_id": "new", "title": {"type": "plain_text", "text": "New"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"},
                "element": {"type": "plain_text_input", "action_id": "name"}},
            {"type": "input", "block_id": "kind", "optional": true, "label": {"type": "plain_text", "text": "Kind"},
                "element": {"type": "static_select", "action_id": "kind", "options": [
                    {"text": {"type": "plain_text", "text": "Give"}, "value": "give"},
                    {"text": {"type": "plain_text", "text": "Ask"}, "value": "ask"}]}}]})
}

#[tokio::test]
async fn a_post_reaches_the_app_signed_and_shaped() {
    let (sandbox, app) = with_app().await;
    let ts = sandbox.person("U0MAYA").post(OVERLAPS, "hello <@U0TANDEM>").await.unwrap();
    assert_eq!(ts, "1773043200.000100");
    let seen = app.seen();
    assert_eq!(seen.len(), 2);
    let (message, mention) = (seen[0].json(), seen[1].json());
    assert_eq!(seen[0].path, "/slack/events");
    assert_eq!(message["event"]["type"], "message");
    assert_eq!(message["event"]["channel_type"], "channel");
    assert_eq!(message["event"]["blocks"][0]["type"], "rich_text");
    assert_eq!(message["authorizations"][0]["user_id"], "U0TANDEM");
    assert_eq!(mention["event"]["type"], "app_mention");
    assert_ne!(message["event_id"], mention["event_id"]);
    let stamp = seen[0].header("x-slack-request-timestamp").unwrap();
    assert_eq!(stamp, "1773043200");
    let expected = signature("sandbox-signing-secret", 1_773_043_200, seen[0].body.as_bytes());
    assert_eq!(seen[0].header("x-slack-signature"), Some(expected.as_str()));
}

#[tokio::test]
async fn events_are_retried_three_times_with_the_reason() {
    let (sandbox, app) = with_app().await;
    for status in [500, 999, 503, 500] {
        app.answers(status, Value::Null);
    }
    sandbox.person("U0MAYA").post(OVERLAPS, "hello").await.unwrap();
    let seen = app.seen();
    let retries: Vec<_> =
        seen.iter().map(|s| (s.header("x-slack-retry-num"), s.header("x-slack-retry-reason"))).collect();
    assert_eq!(
        retries,
        [
            (None, None),
            (Some("1"), Some("http_error")),
            (Some("2"), Some("http_timeout")),
            (Some("3"), Some("http_error"))
        ]
    );
    assert!(seen.iter().all(|s| s.body == seen[0].body), "one event, one id");
}

#[tokio::test]
async fn commands_are_not_retried_and_their_failure_is_told() {
    let (sandbox, app) = with_app().await;
    let maya = sandbox.person("U0MAYA");
    app.answers(500, Value::Null);
    assert!(maya.command(OVERLAPS, "/partner status").await.is_err());
    assert_eq!(app.seen().len(), 1);
    assert_eq!(sandbox.notices("U0MAYA"), ["/partner answered with status 500"]);

    app.answers(200, json!({"text": "All is well", "response_type": "ephemeral"}));
    maya.command(OVERLAPS, "/partner  overlaps list").await.unwrap();
    let seen = app.last();
    assert_eq!(seen.form("command").as_deref(), Some("/partner"));
    assert_eq!(seen.form("text").as_deref(), Some("overlaps list"));
    assert_eq!(seen.form("channel_name").as_deref(), Some("partner-overlaps"));
    assert_eq!(sandbox.ephemerals("U0MAYA")[0]["text"], "All is well");
    assert!(sandbox.ephemerals("U0OMAR").is_empty());

    let url = seen.form("response_url").unwrap();
    for _ in 0..5 {
        assert_eq!(send(&sandbox, &url, None, &json!({"text": "more"})).await.0, StatusCode::OK);
    }
    let (status, _, body) = send(&sandbox, &url, None, &json!({"text": "too much"})).await;
    assert_eq!((status, body.contains("used_url")), (StatusCode::NOT_FOUND, true));
}

#[tokio::test]
async fn a_response_url_ends_after_thirty_minutes() {
    let (sandbox, app) = with_app().await;
    sandbox.person("U0MAYA").command(OVERLAPS, "/partner").await.unwrap();
    let url = app.last().form("response_url").unwrap();
    assert!(sandbox.clock().advance_to("2026-03-09T08:31:00Z".parse().unwrap()));
    let (_, _, body) = send(&sandbox, &url, None, &json!({"text": "late"})).await;
    assert!(body.contains("expired_url"), "{body}");
}

#[tokio::test]
async fn strangers_click_with_their_own_team_and_have_no_commands() {
    let (sandbox, app) = with_app().await;
    let blocks = json!([{"type": "actions", "elements": [button("approve")]}]);
    let posted = api(
        &sandbox,
        "chat.postMessage",
        json!({"channel": "C0NORTHWIND", "text": "card", "blocks": blocks}),
    )
    .await;
    let ts = posted["ts"].as_str().unwrap();
    sandbox.settled().await;
    let sam = sandbox.person("U0SAM");
    sam.click("C0NORTHWIND", ts, "approve").await.unwrap();
    let payload = app.last().payload();
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["team"]["id"], "T0NORTHWIND");
    assert_eq!(payload["user"]["team_id"], "T0NORTHWIND");
    assert_eq!(payload["actions"][0]["value"], "7");
    assert_eq!(payload["message"]["ts"], ts);
    assert!(sam.command("C0NORTHWIND", "/partner status").await.is_err());
    assert!(sam.click(OVERLAPS, ts, "approve").await.is_err(), "Sam is not in that channel");
    assert!(app.seen().is_empty());
}

#[tokio::test]
async fn the_web_api_refuses_as_slack_does() {
    let (sandbox, _app) = with_app().await;
    let error = |v: Value| v["error"].as_str().unwrap_or("ok").to_owned();
    let post = |body: Value| api(&sandbox, "chat.postMessage", body);
    assert_eq!(error(post(json!({"channel": "C0NOWHERE", "text": "x"})).await), "channel_not_found");
    assert_eq!(error(post(json!({"channel": OVERLAPS})).await), "no_text");
    let bad = post(
        json!({"channel": OVERLAPS, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]}),
    );
    let bad = bad.await;
    assert_eq!(error(bad.clone()), "invalid_blocks");
    assert!(bad["response_metadata"]["messages"][0].as_str().unwrap().starts_with("[ERROR]"));
    assert_eq!(
        error(api(&sandbox, "chat.update", json!({"channel": OVERLAPS, "ts": "1.0"})).await),
        "message_not_found"
    );
    let theirs = sandbox.person("U0MAYA").post(OVERLAPS, "mine").await.unwrap();
    let update = api(&sandbox, "chat.update", json!({"channel": OVERLAPS, "ts": theirs, "text": "x"})).await;
    assert_eq!(error(update), "cant_update_message");
    assert_eq!(error(api(&sandbox, "users.info", json!({"user": "U0NOBODY"})).await), "user_not_found");
    let react = json!({"channel": OVERLAPS, "timestamp": theirs, "name": "eyes"});
    assert_eq!(error(api(&sandbox, "reactions.add", react.clone()).await), "ok");
    assert_eq!(error(api(&sandbox, "reactions.add", react).await), "already_reacted");
    assert_eq!(sandbox.reactions(OVERLAPS, &theirs), [("eyes".to_owned(), vec!["U0TANDEM".to_owned()])]);
    sandbox.archive_channel("C0GLOBEX", "U0MAYA").await;
    assert_eq!(error(post(json!({"channel": "C0GLOBEX", "text": "x"})).await), "is_archived");
    let url = format!("{}/auth.test", sandbox.api_url());
    assert!(send(&sandbox, &url, None, &json!({})).await.2.contains("not_authed"));
    assert!(send(&sandbox, &url, Some("xoxb-other"), &json!({})).await.2.contains("invalid_auth"));
    sandbox.revoke_token().await;
    assert_eq!(error(api(&sandbox, "auth.test", json!({})).await), "token_revoked");
}

#[tokio::test]
async fn metadata_shows_on_request_only() {
    let (sandbox, _app) = with_app().await;
    let metadata = json!({"event_type": "tandem", "event_payload": {"key": "k1"}});
    api(&sandbox, "chat.postMessage", json!({"channel": OVERLAPS, "text": "x", "metadata": metadata})).await;
    let plain = api(&sandbox, "conversations.history", json!({"channel": OVERLAPS})).await;
    assert_eq!(plain["messages"][0]["metadata"], Value::Null);
    let full =
        api(&sandbox, "conversations.history", json!({"channel": OVERLAPS, "include_all_metadata": true}))
            .await;
    assert_eq!(full["messages"][0]["metadata"]["event_payload"]["key"], "k1");
}

#[tokio::test]
async fn faults_come_as_scripted() {
    let (sandbox, _app) = with_app().await;
    let url = format!("{}/chat.postMessage", sandbox.api_url());
    let body = json!({"channel": OVERLAPS, "text": "x"});
    let call = || send(&sandbox, &url, Some("xoxb-sandbox"), &body);
    sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 7 }, 1);
    sandbox.script("chat.postMessage", Fault::Status(500), 1);
    let (status, headers, _) = call().await;
    assert_eq!((status, headers["retry-after"].to_str().unwrap()), (StatusCode::TOO_MANY_REQUESTS, "7"));
    assert_eq!(call().await.0, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(sandbox.messages(OVERLAPS).is_empty());
    sandbox.script("chat.postMessage", Fault::DropReplyAfterAcceptance, 1);
    let lost = axum::http::Request::post(&url).header("authorization", "Bearer xoxb-sandbox");
    let lost = lost.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
    let answered = match sandbox.inner.http.request(lost).await {
        Ok(response) => to_bytes(Body::new(response.into_body()), 999).await.is_ok(),
        Err(_) => false,
    };
    assert!(!answered, "the answer is lost");
    assert_eq!(sandbox.messages(OVERLAPS).len(), 1, "but the message is there");
    assert!(call().await.2.contains("\"ok\":true"));
    assert_eq!(sandbox.calls_of("chat.postMessage").len(), 4);
}

#[tokio::test]
async fn a_trigger_opens_one_modal_in_three_seconds() {
    let (sandbox, app) = with_app().await;
    let maya = sandbox.person("U0MAYA");
    maya.command(OVERLAPS, "/partner overlaps add").await.unwrap();
    let trigger = app.last().form("trigger_id").unwrap();
    let open = |trigger: String| api(&sandbox, "views.open", json!({"trigger_id": trigger, "view": modal()}));
    assert_eq!(open("no".into()).await["error"], "invalid_trigger_id");
    assert_eq!(open(trigger.clone()).await["ok"], true);
    assert_eq!(open(trigger).await["error"], "exchanged_trigger_id");
    maya.command(OVERLAPS, "/partner overlaps add").await.unwrap();
    let trigger = app.last().form("trigger_id").unwrap();
    let old = std::time::Instant::now().checked_sub(Duration::from_secs(4)).unwrap();
    sandbox.inner.read(|s| s.triggers.get_mut(&trigger).unwrap().at = old);
    assert_eq!(open(trigger).await["error"], "expired_trigger_id");
}

#[tokio::test]
async fn a_modal_is_filled_in_refused_updated_and_closed() {
    let (sandbox, app) = with_app().await;
    let maya = sandbox.person("U0MAYA");
    maya.command(OVERLAPS, "/partner").await.unwrap();
    let trigger = app.last().form("trigger_id").unwrap();
    let opened = api(&sandbox, "views.open", json!({"trigger_id": trigger, "view": modal()})).await;
    let view_id = opened["view"]["id"].as_str().unwrap().to_owned();

    assert!(maya.submit(json!({})).await.is_err(), "a required field is empty");
    assert!(app.seen().is_empty(), "the client itself refuses");
    assert!(maya.submit(json!({"name": "Acme", "kind": "none such"})).await.is_err());

    app.answers(200, json!({"response_action": "errors", "errors": {"name": "There is an Acme already."}}));
    let refused = maya.submit(json!({"name": "Acme", "kind": "Give"})).await;
    assert_eq!(refused.unwrap_err().to_string(), "name: There is an Acme already.");
    let payload = app.last().payload();
    assert_eq!(payload["type"], "view_submission");
    assert_eq!(
        payload["view"]["state"]["values"]["name"]["name"],
        json!({"type": "plain_text_input", "value": "Acme"})
    );
    assert_eq!(payload["view"]["state"]["values"]["kind"]["kind"]["selected_option"]["value"], "give");
    assert_eq!(sandbox.modal("U0MAYA").unwrap()["errors"]["name"], "There is an Acme already.");

    let stale = json!({"view_id": view_id, "hash": "1.x", "view": modal()});
    assert_eq!(api(&sandbox, "views.update", stale).await["error"], "hash_conflict");
    app.answers(200, json!({"response_action": "push", "view": modal()}));
    maya.submit(json!({"name": "Acme 2"})).await.unwrap();
    assert_eq!(sandbox.modal_depth("U0MAYA"), 2);
    assert_eq!(sandbox.modal("U0MAYA").unwrap()["root_view_id"], view_id.as_str());
    maya.close_view().await.unwrap();
    maya.submit(json!({"name": "Acme 3"})).await.unwrap();
    assert_eq!(sandbox.modal_depth("U0MAYA"), 0);
}

#[tokio::test]
async fn a_file_is_shared_and_downloaded_with_the_token() {
    let (sandbox, app) = with_app().await;
    let (id, _) = sandbox.person("U0OMAR").upload(OVERLAPS, "list.csv", "a,b\n1,2\n").await.unwrap();
    let kinds: Vec<_> = app
        .seen()
        .iter()
        .map(|s| (s.json()["event"]["type"].clone(), s.json()["event"]["subtype"].clone()))
        .collect();
    assert_eq!(kinds, [(json!("message"), json!("file_share")), (json!("file_shared"), Value::Null)]);
    let info = api(&sandbox, "files.info", json!({"file": id})).await;
    let url = info["file"]["url_private_download"].as_str().unwrap().to_owned();
    let get = |token: &'static str| {
        let request = axum::http::Request::get(&url).header("authorization", format!("Bearer {token}"));
        sandbox.inner.http.request(request.body(Body::empty()).unwrap())
    };
    let good = to_bytes(Body::new(get("xoxb-sandbox").await.unwrap().into_body()), 999).await.unwrap();
    assert_eq!(&good[..], b"a,b\n1,2\n");
    let bad = get("wrong").await.unwrap();
    assert_eq!(
        (bad.status(), bad.headers()["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn events_can_come_again_and_out_of_order() {
    let (sandbox, app) = with_app().await;
    let maya = sandbox.person("U0MAYA");
    sandbox.hold();
    maya.post(OVERLAPS, "one").await.unwrap();
    maya.post(OVERLAPS, "two").await.unwrap();
    assert!(app.seen().is_empty());
    sandbox.release(true).await;
    let texts: Vec<_> = app.seen().iter().map(|s| s.json()["event"]["text"].clone()).collect();
    assert_eq!(texts, ["two", "one"]);
    sandbox.redeliver_last(1).await;
    assert_eq!(app.last().json()["event_id"], sandbox.events()[1]["event_id"]);
}

#[tokio::test]
async fn socket_mode_sends_one_envelope_to_one_connection() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
    for _ in 0..2 {
        let url = format!("{}/apps.connections.open", sandbox.api_url());
        let (_, _, text) = send(&sandbox, &url, Some("xapp-sandbox"), &json!({})).await;
        let url = serde_json::from_str::<Value>(&text).unwrap()["url"].as_str().unwrap().to_owned();
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "a ticket opens one connection");
        let seen = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                let Message::Text(text) = message else { continue };
                let value: Value = serde_json::from_str(&text).unwrap();
                seen.lock().unwrap().push(value.clone());
                if let Some(id) = value["envelope_id"].as_str() {
                    let mut ack = json!({"envelope_id": id});
                    if value["accepts_response_payload"] == true {
                        ack["payload"] = json!({"text": "done"});
                    }
                    socket.send(Message::text(ack.to_string())).await.unwrap();
                }
            }
        });
    }
    sandbox.socket_connected(2).await;
    let maya = sandbox.person("U0MAYA");
    for n in 0..4 {
        maya.post(OVERLAPS, &n.to_string()).await.unwrap();
    }
    maya.command(OVERLAPS, "/partner help").await.unwrap();
    assert_eq!(sandbox.ephemerals("U0MAYA")[0]["text"], "done");
    let seen = seen.lock().unwrap().clone();
    let count = |kind: &str| seen.iter().filter(|v| v["type"] == kind).count();
    assert_eq!((count("hello"), count("events_api"), count("slash_commands")), (2, 4, 1));
    assert!(seen.iter().any(|v| v["type"] == "events_api" && v["retry_attempt"] == 0));
}

#[tokio::test]
async fn the_page_shows_what_a_person_sees_and_does_what_they_do() {
    let (sandbox, app) = with_app().await;
    let act = |user: &'static str, act: Value| {
        let url = format!("{}/_sandbox/do", sandbox.base_url());
        let sandbox = sandbox.clone();
        async move {
            let (_, _, text) = send(&sandbox, &url, None, &json!({"user": user, "act": act})).await;
            serde_json::from_str::<Value>(&text).unwrap()
        }
    };
    let posted =
        act("U0MAYA", json!({"type": "post", "channel": OVERLAPS, "text": "Acme (acme.com) <b>"})).await;
    assert_eq!(posted["ok"], true);
    sandbox.settled().await;
    assert_eq!(app.last().json()["event"]["text"], "Acme (<http://acme.com|acme.com>) &lt;b&gt;");
    let refused = act("U0SAM", json!({"type": "post", "channel": OVERLAPS, "text": "hi"})).await;
    assert_eq!(refused["ok"], false);
    let moved = act("U0MAYA", json!({"type": "move_clock", "to": "next monday 09:00"})).await;
    assert_eq!(moved["clock"]["label"], "Mon 16 Mar, 09:00");
    let request = axum::http::Request::get(format!("{}/_sandbox/state?user=U0OMAR", sandbox.base_url()));
    let response = sandbox.inner.http.request(request.body(Body::empty()).unwrap()).await.unwrap();
    let state: Value =
        serde_json::from_slice(&to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap()).unwrap();
    assert_eq!(state["you"], "U0OMAR");
    assert_eq!(state["messages"][OVERLAPS][0]["user"], "U0MAYA");
    let channel = state["channels"].as_array().unwrap().iter().find(|c| c["id"] == OVERLAPS).unwrap();
    assert_eq!(channel["unread"], 1);
}
