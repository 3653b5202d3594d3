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
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

mod delivery;
mod people;
mod web_api;

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
