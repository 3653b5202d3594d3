use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::*;
use crate::slack::testing::{client, serve};

const SOON: Duration = Duration::from_secs(5);

/// One request as the double saw it: method, path below `/api/`, query or body, authorization.
type Seen = (Method, String, String, String);

#[derive(Clone, Default)]
struct Double {
    replies: Arc<Mutex<VecDeque<Response>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Double {
    fn says(&self, status: u16, headers: &[(&'static str, &'static str)], body: impl ToString) -> &Self {
        let mut reply = (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
        reply.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
        for (name, value) in headers {
            reply.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.replies.lock().unwrap().push_back(reply);
        self
    }

    fn ok(&self, body: Value) -> &Self {
        self.says(200, &[], body)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn handle(
    State(double): State<Double>,
    method: Method,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let said = query.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    let token = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    double.seen.lock().unwrap().push((method, path, said, token));
    let reply = double.replies.lock().unwrap().pop_front();
    match reply {
        Some(reply) => reply,
        // Out of replies: accepted, and never answered.
        None => std::future::pending().await,
    }
}

async fn slack() -> (Double, Client, String) {
    let double = Double::default();
    let base = serve(Router::new().route("/{*path}", any(handle)).with_state(double.clone())).await;
    let client = client(&base, SOON);
    (double, client, base)
}

fn retry(seconds: Option<u64>, code: &str) -> CallError {
    CallError::Retry { after: seconds.map(Duration::from_secs), code: code.into() }
}

#[tokio::test]
async fn a_message_keeps_its_metadata_and_says_where_it_is() {
    let (double, client, _) = slack().await;
    // A value that is no string breaks typed models.
    double.ok(json!({"ok": true, "channel": "D1", "ts": "1.2", "message": {"metadata": {"event_payload": {"n": 7}}}}));
    let body = json!({"channel": "U1", "text": "hi", "metadata": key_metadata("k1")});
    let posted = client.post_message(&body).await.unwrap();
    assert_eq!(posted, Posted { channel: "D1".into(), ts: "1.2".into() });
    let (method, path, said, token) = double.seen().remove(0);
    assert_eq!(
        (method, path.as_str(), token.as_str()),
        (Method::POST, "api/chat.postMessage", "Bearer xoxb-secret")
    );
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), body);
}

#[tokio::test]
async fn methods_that_read_go_out_as_a_query() {
    let (double, client, _) = slack().await;
    double.ok(json!({"ok": true, "user": {"id": "U1", "tz": "Europe/Berlin"}}));
    assert_eq!(client.user_info("U1").await.unwrap()["tz"], "Europe/Berlin");
    let (method, path, said, _) = double.seen().remove(0);
    assert_eq!(
        (method, path.as_str(), said.as_str()),
        (Method::GET, "api/users.info", "user=U1&include_locale=true")
    );
}

#[tokio::test]
async fn a_429_is_remembered_for_its_method_only() {
    let (double, client, _) = slack().await;
    double
        .says(429, &[("retry-after", "30")], r#"{"ok":false,"error":"ratelimited"}"#)
        .ok(json!({"ok": true}));
    let body = json!({"channel": "C1", "text": "hi"});
    assert_eq!(client.post_message(&body).await, Err(retry(Some(30), "ratelimited")));
    match client.post_message(&body).await {
        Err(CallError::Retry { after: Some(after), .. }) => {
            assert!(after > Duration::from_secs(25), "{after:?}")
        }
        other => panic!("{other:?}"),
    }
    client.update(&body).await.unwrap();
    let paths: Vec<_> = double.seen().into_iter().map(|s| s.1).collect();
    assert_eq!(paths, ["api/chat.postMessage", "api/chat.update"]);
}

#[tokio::test]
async fn errors_are_classed_by_what_is_to_be_done() {
    let (double, client, _) = slack().await;
    let refused = json!({"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": ["[ERROR] no text"]}});
    let scope = json!({"ok": false, "error": "missing_scope", "needed": "chat:write"});
    let error = |code: &str| json!({"ok": false, "error": code});
    let rejected = |code: &str, detail: &str| CallError::rejected(code, detail);
    let ambiguous = |why: &str| CallError::Ambiguous { why: why.into() };
    let html = [("content-type", "text/html")];
    double
        .ok(refused)
        .ok(scope)
        .ok(error("not_in_channel"))
        .ok(error("token_revoked"))
        .ok(error("internal_error"));
    double.ok(error("service_unavailable")).says(503, &[], "down").says(500, &[], "boom").says(
        403,
        &[],
        "no",
    );
    double.says(200, &html, "<html>a proxy</html>").says(200, &[], "{\"ok\":").ok(json!({"ok": true}));
    for expected in [
        rejected("invalid_blocks", "[ERROR] no text"),
        rejected("missing_scope", "needs the scope chat:write"),
        rejected("not_in_channel", ""),
        CallError::Unauthorised { code: "token_revoked".into() },
        ambiguous("internal_error"),
        retry(None, "service_unavailable"),
        ambiguous("http_503"),
        ambiguous("http_500"),
        retry(None, "http_403"),
        ambiguous("unreadable_answer"),
        ambiguous("unreadable_answer"),
        ambiguous("no ts in the answer"),
    ] {
        assert_eq!(client.post_message(&json!({"channel": "C1"})).await, Err(expected));
    }
}

#[tokio::test]
async fn what_does_no_harm_twice_is_simply_tried_again() {
    let (double, client, _) = slack().await;
    double.says(500, &[], "boom").ok(json!({"ok": false, "error": "internal_error"}));
    assert_eq!(client.update(&json!({})).await, Err(retry(None, "http_500")));
    assert_eq!(client.publish_home("U1", &json!({})).await, Err(retry(None, "internal_error")));
}

#[tokio::test]
async fn no_answer_in_time_is_ambiguous_for_a_message_and_nothing_for_a_reader() {
    let (double, _, base) = slack().await;
    let client = client(&base, Duration::from_millis(50));
    let message = json!({"channel": "C1", "text": "hi"});
    assert_eq!(client.post_message(&message).await, Err(CallError::Ambiguous { why: "timeout".into() }));
    assert_eq!(client.user_info("U1").await, Err(retry(None, "timeout")));
    assert_eq!(double.seen().len(), 2);
}

#[tokio::test]
async fn a_connection_that_never_opened_is_safe_to_try_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let message = json!({"channel": "C1"});
    assert_eq!(client(&base, SOON).post_message(&message).await, Err(retry(None, "connect")));
}

#[tokio::test]
async fn a_connection_lost_after_the_request_is_ambiguous() {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut some = [0; 16];
        socket.read_exact(&mut some).await.unwrap();
    });
    let result = client(&base, SOON).post_message(&json!({"channel": "C1"})).await;
    assert_eq!(result, Err(CallError::Ambiguous { why: "lost_connection".into() }));
}

#[tokio::test]
async fn a_key_is_found_in_the_history_page_by_page() {
    let (double, client, _) = slack().await;
    let ours = json!({"ts": "5.5", "metadata": key_metadata("k1")});
    let other = json!({"ts": "4.4", "metadata": key_metadata("k2")});
    let page = |messages: Value, next: &str| json!({"ok": true, "messages": messages, "response_metadata": {"next_cursor": next}});
    double
        .ok(page(json!([other, {"ts": "1.1"}]), "n2"))
        .ok(page(json!([ours]), ""))
        .ok(page(json!([other]), ""));
    let channel = Stretch { channel: "C1", thread: None, oldest: Some("1.0"), pages: 2 };
    let meant = |key: &str| key == "k1";
    assert_eq!(client.history_find_key(&channel, meant).await, Ok(Some("5.5".into())));
    let thread = Stretch { thread: Some("1.1"), oldest: None, ..channel };
    assert_eq!(client.history_find_key(&thread, meant).await, Ok(None));
    let seen = double.seen();
    assert_eq!(seen[1].2, "channel=C1&oldest=1.0&limit=200&include_all_metadata=true&cursor=n2");
    assert_eq!((seen[2].1.as_str(), seen[2].2.contains("ts=1.1")), ("api/conversations.replies", true));
}

#[tokio::test]
async fn a_file_is_streamed_up_to_its_limit() {
    let (double, client, base) = slack().await;
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("a.csv");
    let csv = [("content-type", "text/csv")];
    double.says(200, &csv, "a,b\n1,2\n").says(200, &csv, "too long for it").says(404, &csv, "");
    let url = format!("{base}/files/a.csv");
    assert_eq!(client.download(&url, &to, 8).await.unwrap(), 8);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "a,b\n1,2\n");
    assert!(matches!(client.download(&url, &to, 8).await, Err(DownloadError::TooLarge(8))));
    assert!(matches!(client.download(&url, &to, 8).await, Err(DownloadError::Status(404))));
    assert_eq!(double.seen()[0].3, "Bearer xoxb-secret");
}

#[tokio::test]
async fn a_login_page_is_no_file() {
    let (double, client, base) = slack().await;
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("a.csv");
    double.says(200, &[("content-type", "text/html; charset=utf-8")], "<p>Sign in</p>");
    double.says(200, &[("content-type", "text/csv")], "\n<!DOCTYPE html><title>Slack</title>");
    double.says(302, &[("location", "https://example.com/steal")], "");
    for _ in 0..3 {
        let got = client.download(&format!("{base}/files/a"), &to, 1000).await;
        assert!(matches!(got, Err(DownloadError::LoginPage)), "{got:?}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left of them");
    assert_eq!(double.seen().len(), 3);
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let (double, client, base) = slack().await;
    let dir = tempfile::tempdir().unwrap();
    let port = base.rsplit(':').next().unwrap();
    for url in [
        "https://example.com/a",
        "http://files.slack.com/a",
        "https://files.slack.com.example.com/a",
        "https://evilslack.com/a",
        "https://files.slack.com@example.com/a",
        "file:///etc/passwd",
        "nonsense",
        &format!("http://localhost:{port}/a"),
        "http://127.0.0.1:1/a",
    ] {
        let got = client.download(url, &dir.path().join("a"), 10).await;
        assert!(matches!(got, Err(DownloadError::NotAllowed)), "{url}: {got:?}");
        let got = client.respond(url, &json!({"text": "hi"})).await;
        assert_eq!(got.unwrap_err().code(), "response_url_not_allowed", "{url}");
    }
    assert!(double.seen().is_empty());
}

#[tokio::test]
async fn a_response_url_gets_the_answer_and_no_token() {
    let (double, client, base) = slack().await;
    double.says(200, &[], "ok").says(404, &[], "used_url").says(429, &[("retry-after", "7")], "");
    let url = format!("{base}/response/1");
    assert_eq!(client.respond(&url, &json!({"text": "hi"})).await, Ok(()));
    assert_eq!(client.respond(&url, &json!({})).await, Err(CallError::rejected("http_404", "")));
    assert_eq!(client.respond(&url, &json!({})).await, Err(retry(Some(7), "http_429")));
    assert_eq!(
        double.seen()[0],
        (Method::POST, "response/1".into(), r#"{"text":"hi"}"#.into(), String::new())
    );
}

#[tokio::test]
async fn secrets_do_not_show() {
    let (_, client, _) = slack().await;
    let config = ClientConfig {
        api_url: "ftp://slack.com".into(),
        bot_token: "xoxb-secret".into(),
        app_token: Some("xapp-secret".into()),
        timeout: SOON,
        pace: SOON,
        meters: Meters::default(),
    };
    let shown = format!("{client:?} {config:?}");
    assert!(!shown.contains("secret"), "{shown}");
    assert!(matches!(Client::new(config), Err(ClientSetupError::Url(_))));
}
