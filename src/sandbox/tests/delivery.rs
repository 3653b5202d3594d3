//! What reaches the app, and how often.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::*;

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
    let again = app.last();
    assert_eq!(again.json()["event_id"], sandbox.events()[1]["event_id"]);
    assert_eq!(again.header("x-slack-retry-num"), Some("1"));
}

/// Opens a connection that acknowledges everything, after `wait`; what it gets goes into `seen`.
async fn connect(sandbox: &Sandbox, seen: &Arc<Mutex<Vec<Value>>>, wait: Duration) {
    let url = format!("{}/apps.connections.open", sandbox.api_url());
    let (_, _, text) = send(sandbox, &url, Some("xapp-sandbox"), &json!({})).await;
    let url = serde_json::from_str::<Value>(&text).unwrap()["url"].as_str().unwrap().to_owned();
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "a ticket opens one connection");
    let seen = Arc::clone(seen);
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let value: Value = serde_json::from_str(&text).unwrap();
            seen.lock().unwrap().push(value.clone());
            if value["type"] == "disconnect" {
                socket.close(None).await.unwrap();
            }
            let Some(id) = value["envelope_id"].as_str() else { continue };
            let mut ack = json!({"envelope_id": id});
            if value["accepts_response_payload"] == true {
                ack["payload"] = json!({"text": "done"});
            }
            tokio::time::sleep(wait).await;
            socket.send(Message::text(ack.to_string())).await.unwrap();
        }
    });
}

fn count(seen: &Arc<Mutex<Vec<Value>>>, kind: &str) -> usize {
    seen.lock().unwrap().iter().filter(|v| v["type"] == kind).count()
}

#[tokio::test]
async fn socket_mode_sends_one_envelope_to_one_connection() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let seen = Arc::default();
    connect(&sandbox, &seen, Duration::ZERO).await;
    connect(&sandbox, &seen, Duration::ZERO).await;
    sandbox.socket_connected(2).await;
    let maya = sandbox.person("U0MAYA");
    for n in 0..4 {
        maya.post(OVERLAPS, &n.to_string()).await.unwrap();
    }
    maya.command(OVERLAPS, "/partner help").await.unwrap();
    assert_eq!(sandbox.ephemerals("U0MAYA")[0]["text"], "done");
    assert_eq!(["hello", "events_api", "slash_commands"].map(|kind| count(&seen, kind)), [2, 4, 1]);
    assert!(seen.lock().unwrap().iter().any(|v| v["type"] == "events_api" && v["retry_attempt"] == 0));
}

#[tokio::test]
async fn a_late_acknowledgement_is_a_retry_on_the_socket() {
    let sandbox =
        Sandbox::start(Options { ack_timeout: Duration::from_millis(30), ..options() }).await.unwrap();
    let seen = Arc::default();
    connect(&sandbox, &seen, Duration::from_secs(60)).await;
    sandbox.socket_connected(1).await;
    sandbox.person("U0MAYA").post(OVERLAPS, "hello").await.unwrap();
    // The connection reads one envelope and then dallies, so the others wait in its buffer.
    let first = seen.lock().unwrap().iter().find(|v| v["type"] == "events_api").cloned().unwrap();
    assert_eq!(first["payload"]["event"]["text"], "hello");
    assert!(sandbox.person("U0MAYA").command(OVERLAPS, "/partner").await.is_err());
    assert_eq!(sandbox.notices("U0MAYA"), ["/partner did not answer in 0.03 seconds"]);
}

#[tokio::test]
async fn a_connection_that_is_asked_to_go_gets_nothing_more() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let (old, new) = (Arc::default(), Arc::default());
    connect(&sandbox, &old, Duration::ZERO).await;
    sandbox.socket_connected(1).await;
    sandbox.disconnect_sockets(true);
    connect(&sandbox, &new, Duration::ZERO).await;
    sandbox.socket_connected(1).await;
    sandbox.person("U0MAYA").post(OVERLAPS, "hello").await.unwrap();
    assert_eq!(["disconnect", "events_api"].map(|kind| count(&old, kind)), [1, 0]);
    assert_eq!(count(&new, "events_api"), 1);
}

#[tokio::test]
async fn stopping_ends_open_connections_and_frees_the_port() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    connect(&sandbox, &Arc::default(), Duration::ZERO).await;
    let changes = axum::http::Request::get(format!("{}/_sandbox/changes", sandbox.base_url()));
    let stream = sandbox.inner.http.request(changes.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    let begun = std::time::Instant::now();
    sandbox.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    let address = sandbox.base_url().trim_start_matches("http://").to_owned();
    assert!(TcpListener::bind(&address).await.is_ok());
}
