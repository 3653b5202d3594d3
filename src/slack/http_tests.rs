use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use serde_json::{Value, json};

use super::*;
use crate::kernel::clock::Clock;
use crate::kernel::meters::Meters;
use crate::slack::testing::{Inbox, event, inbox, serve, shown};
use crate::slack::verify::sign;

const NOW: i64 = 1_773_000_000;

struct App {
    url: String,
    inbox: Arc<Inbox>,
    meters: Meters,
    http: reqwest::Client,
}

async fn app() -> App {
    let clock = Clock::standing(Timestamp::from_second(NOW).unwrap());
    let inbox = inbox();
    let meters = Meters::default();
    let front = Front::new(inbox.clone(), meters.clone());
    let url = serve(router(front, Verifier::new(&"secret".into(), clock))).await;
    App { url, inbox, meters, http: reqwest::Client::new() }
}

impl App {
    async fn post_signed(&self, path: &str, body: Vec<u8>, signature: &str) -> Response {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("X-Slack-Request-Timestamp", NOW.to_string());
        request.header("X-Slack-Signature", signature).body(body).send().await.unwrap()
    }

    async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> (u16, String) {
        let body = body.into();
        let signature = sign(&"secret".into(), NOW, &body);
        let reply = self.post_signed(path, body, &signature).await;
        (reply.status().as_u16(), reply.text().await.unwrap())
    }

    async fn interact(&self, payload: Value) -> (u16, String) {
        let form = serde_urlencoded::to_string([("payload", payload.to_string())]).unwrap();
        self.post("/slack/interactions", form).await
    }

    fn came(&self, outcome: &str) -> u64 {
        came(&self.meters, outcome)
    }
}

fn came(meters: &Meters, outcome: &str) -> u64 {
    shown(meters, &format!("tandem_came_total{{outcome=\"{outcome}\"}}"))
}

#[tokio::test]
async fn an_event_is_accepted_once_and_acknowledged_twice() {
    let app = app().await;
    for _ in 0..2 {
        assert_eq!(app.post("/slack/events", event("Ev1").to_string()).await, (200, String::new()));
    }
    assert_eq!(app.inbox.keys(), ["Ev1"]);
    assert_eq!(app.came("accepted"), 2);
}

#[tokio::test]
async fn a_retry_is_read_from_the_headers() {
    let app = app().await;
    let body = event("Ev1").to_string();
    let request = app.http.post(format!("{}/slack/events", app.url));
    let request = request
        .header("X-Slack-Request-Timestamp", NOW.to_string())
        .header("X-Slack-Signature", sign(&"secret".into(), NOW, body.as_bytes()))
        .header("X-Slack-Retry-Num", "2")
        .header("X-Slack-Retry-Reason", "http_timeout");
    assert_eq!(request.body(body).send().await.unwrap().status(), 200);
    assert_eq!(app.inbox.get("Ev1").retry, Some(Retry { attempt: 2, reason: "http_timeout".into() }));
}

#[tokio::test]
async fn a_bad_signature_is_refused_before_parsing_and_learns_nothing() {
    let app = app().await;
    let body = b"{ not json".to_vec();
    let right = sign(&"secret".into(), NOW, &body);
    let wrong = sign(&"other".into(), NOW, &body);
    for signature in [wrong.as_str(), "v0=", "", "v0=zz"] {
        let reply = app.post_signed("/slack/events", body.clone(), signature).await;
        assert_eq!(reply.status(), 401);
        let text = reply.text().await.unwrap();
        assert!(!text.contains(&right[3..10]) && text == "The signature is not valid.", "{text}");
    }
    assert_eq!((app.came("untrusted"), app.came("malformed")), (4, 0));
    assert!(app.inbox.keys().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_400() {
    let app = app().await;
    assert_eq!(app.post("/slack/events", "{ not json").await.0, 400);
    assert_eq!(app.post("/slack/commands", vec![0xff, 0x00, 0x80]).await.0, 400);
    assert_eq!(app.post("/slack/events", "").await.0, 400);
    assert_eq!(app.came("malformed"), 3);
}

#[tokio::test]
async fn a_failed_commit_is_503_and_may_succeed_later() {
    let app = app().await;
    assert_eq!(app.post("/slack/events", event("broken").to_string()).await, (503, String::new()));
    assert_eq!(app.came("unavailable"), 1);
    assert!(app.inbox.keys().is_empty());
}

#[tokio::test]
async fn a_long_body_is_413_whether_or_not_it_says_its_length() {
    let app = app().await;
    let long = vec![b'x'; BODY_LIMIT + 1];
    let reply = app.post_signed("/slack/events", long.clone(), "v0=00").await;
    assert_eq!(reply.status(), 413);
    let pieces = futures_util::stream::iter(
        long.chunks(64 * 1024).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
    );
    let request = app.http.post(format!("{}/slack/events", app.url)).body(reqwest::Body::wrap_stream(pieces));
    assert_eq!(request.send().await.unwrap().status(), 413);
    let fits = format!("{}{}", event("Ev1"), " ".repeat(BODY_LIMIT - event("Ev1").to_string().len()));
    assert_eq!(app.post("/slack/events", fits).await.0, 200);
}

#[tokio::test]
async fn handshakes_are_answered_and_not_stored() {
    let app = app().await;
    let hello = json!({"type": "url_verification", "challenge": "3eZ"}).to_string();
    assert_eq!(app.post("/slack/events", hello).await, (200, r#"{"challenge":"3eZ"}"#.into()));
    assert_eq!(app.post("/slack/commands", "ssl_check=1&token=x").await, (200, String::new()));
    let unknown = json!({"type": "event_callback", "event_id": "Ev2", "event": {"type": "star_added"}});
    assert_eq!(app.post("/slack/events", unknown.to_string()).await, (200, String::new()));
    assert_eq!(app.interact(json!({"type": "brand_new"})).await, (200, String::new()));
    assert_eq!(app.came("ignored"), 2);
    assert_eq!(app.inbox.calls.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_modal_is_answered_by_the_app() {
    let app = app().await;
    let submit = |callback: &str| {
        json!({"type": "view_submission", "trigger_id": format!("t.{callback}"), "user": {"id": "U1"}, "team": null,
            "view": {"id": "V1", "callback_id": callback, "state": {"values": {}}}})
    };
    let (status, reply) = app.interact(submit("refuse")).await;
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&reply).unwrap()["errors"]["when"], "In the past");
    assert!(app.inbox.keys().is_empty());
    assert_eq!(app.interact(submit("accept")).await, (200, r#"{"response_action":"clear"}"#.into()));
    let keys = app.inbox.keys();
    assert!(matches!(&keys[..], [key] if key.starts_with("submitted:V1:")), "{keys:?}");
    assert_eq!((app.came("handed_back"), app.came("accepted")), (1, 1));
}

#[tokio::test]
async fn a_commit_that_hangs_is_not_acknowledged() {
    let mut front = Front::new(inbox(), Meters::default());
    front.patience = Duration::from_millis(5);
    let answer = front.answer(decode::json(event("stuck").to_string(), None)).await;
    assert_eq!(answer, Answer::Unavailable);
    assert_eq!(came(&front.meters, "unavailable"), 1);
}
