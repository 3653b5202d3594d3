use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::{Json, Response};
use axum::routing::{any, post};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::kernel::meters::Meters;
use crate::slack::testing::{Inbox, client, event, inbox, serve, shown};

/// A Socket Mode server under the test's hand: it gets each connection as it opens.
struct Server {
    connections: mpsc::UnboundedReceiver<WebSocket>,
    inbox: Arc<Inbox>,
    front: Front<Inbox>,
    stop: CancellationToken,
    bot: JoinHandle<Result<(), SocketError>>,
}

async fn upgrade(State(out): State<mpsc::UnboundedSender<WebSocket>>, ws: WebSocketUpgrade) -> Response {
    ws.on_upgrade(async move |mut socket| {
        let hello = json!({"type": "hello", "num_connections": 1}).to_string();
        socket.send(Message::text(hello)).await.unwrap();
        out.send(socket).unwrap();
    })
}

async fn start(config: SocketConfig) -> Server {
    let (out, connections) = mpsc::unbounded_channel();
    let sockets = serve(Router::new().route("/link", any(upgrade)).with_state(out)).await;
    let link = format!("{}/link?ticket=t", sockets.replace("http", "ws"));
    let open = async move |Path(method): Path<String>| {
        assert_eq!(method, "apps.connections.open");
        Json(json!({"ok": true, "url": link}))
    };
    let api = serve(Router::new().route("/api/{method}", post(open))).await;
    let inbox = inbox();
    let front = Front::new(inbox.clone(), Meters::new(true));
    let stop = CancellationToken::new();
    let bot = tokio::spawn(run(client(&api, Duration::from_secs(5)), front.clone(), config, stop.clone()));
    Server { connections, inbox, front, stop, bot }
}

fn quick() -> SocketConfig {
    let ms = Duration::from_millis;
    SocketConfig {
        back_off: ms(2),
        back_off_most: ms(20),
        drain: ms(500),
        ..SocketConfig::new(Duration::from_secs(25))
    }
}

fn envelope(id: &str, payload: &Value) -> Message {
    let frame = json!({"envelope_id": id, "type": "events_api", "accepts_response_payload": false,
        "retry_attempt": 1, "retry_reason": "timeout", "payload": payload});
    Message::text(frame.to_string())
}

impl Server {
    async fn connection(&mut self) -> WebSocket {
        tokio::time::timeout(Duration::from_secs(5), self.connections.recv()).await.unwrap().unwrap()
    }
}

/// The next text that the bot sends; `None` when it closes.
async fn said(socket: &mut WebSocket) -> Option<Value> {
    loop {
        match tokio::time::timeout(Duration::from_secs(5), socket.recv()).await.expect("the bot is silent") {
            Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(text.as_str()).unwrap()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn one_envelope_is_committed_and_then_acknowledged() {
    let mut server = start(quick()).await;
    let mut socket = server.connection().await;
    socket.send(envelope("e1", &event("Ev1"))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e1"})));
    let stored = server.inbox.get("Ev1");
    assert_eq!(stored.payload, event("Ev1").to_string());
    assert_eq!(stored.retry.map(|r| (r.attempt, r.reason)), Some((1, "timeout".into())));
    assert_eq!(shown(&server.front.meters, "tandem_socket_connections"), 1);

    server.stop.cancel();
    assert_eq!(said(&mut socket).await, None);
    server.bot.await.unwrap().unwrap();
    assert_eq!(shown(&server.front.meters, "tandem_socket_connections"), 0);
}

#[tokio::test]
async fn what_is_not_committed_is_not_acknowledged_and_blocks_nothing() {
    let mut server = start(quick()).await;
    let mut socket = server.connection().await;
    for (id, key) in [("e1", "broken"), ("e2", "panic"), ("e3", "slow"), ("e4", "Ev4")] {
        socket.send(envelope(id, &event(key))).await.unwrap();
    }
    socket.send(Message::text("{ not json")).await.unwrap();
    socket.send(envelope("e5", &json!({"no": "type"}))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e4"})));
    server.inbox.release.notify_one();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e3"})));
    socket.send(envelope("e6", &event("Ev4"))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e6"})));
    assert_eq!(server.inbox.keys(), ["Ev4", "slow"]);
}

#[tokio::test]
async fn commands_and_modals_are_answered_in_the_acknowledgement() {
    let mut server = start(quick()).await;
    let mut socket = server.connection().await;
    let submit = json!({"type": "view_submission", "trigger_id": "t.1", "user": {"id": "U1"},
        "view": {"id": "V1", "callback_id": "refuse"}});
    let frame = json!({"envelope_id": "e1", "type": "interactive", "accepts_response_payload": true, "payload": submit});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    let ack = said(&mut socket).await.unwrap();
    assert_eq!(ack["payload"]["response_action"], "errors");
    let command = json!({"command": "/partner", "text": "help", "user_id": "U1", "trigger_id": "t.2"});
    let frame = json!({"envelope_id": "e2", "type": "slash_commands", "accepts_response_payload": true, "payload": command});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e2"})));
    assert_eq!(server.inbox.keys(), ["t.2"]);
}

#[tokio::test]
async fn the_next_connection_opens_before_the_old_one_ends() {
    let mut server = start(quick()).await;
    let mut old = server.connection().await;
    old.send(Message::text(r#"{"type":"disconnect","reason":"warning"}"#)).await.unwrap();
    let mut new = server.connection().await;
    old.send(envelope("e1", &event("Ev1"))).await.unwrap();
    assert_eq!(said(&mut old).await, Some(json!({"envelope_id": "e1"})));
    new.send(envelope("e2", &event("Ev2"))).await.unwrap();
    assert_eq!(said(&mut new).await, Some(json!({"envelope_id": "e2"})));
    drop(old);
    new.send(envelope("e3", &event("Ev3"))).await.unwrap();
    assert_eq!(said(&mut new).await, Some(json!({"envelope_id": "e3"})));
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_and_its_work_is_finished() {
    let mut server = start(quick()).await;
    let mut socket = server.connection().await;
    socket.send(envelope("e1", &event("slow"))).await.unwrap();
    socket.send(envelope("e2", &event("Ev2"))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e2"})));
    drop(socket);
    let mut socket = server.connection().await;
    server.inbox.release.notify_one();
    socket.send(envelope("e3", &event("Ev3"))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e3"})));
    server.stop.cancel();
    server.bot.await.unwrap().unwrap();
    assert!(server.inbox.keys().contains(&"slow".to_owned()));
}

#[test]
fn a_connection_is_given_up_after_it_is_told_and_within_half_a_minute() {
    let silence = |patience| SocketConfig::new(Duration::from_secs(patience)).silence.as_millis();
    assert_eq!([6, 25, 3600].map(silence), [7_200, 30_000, 30_000]);
}

#[tokio::test]
async fn a_silent_connection_is_dead() {
    let pulse = Pulse::new("socket mode", Duration::from_millis(40));
    let silence = Duration::from_millis(60);
    let mut server = start(SocketConfig { silence, pulse: pulse.clone(), ..quick() }).await;
    // It is not read, so no pong comes back.
    let _silent = server.connection().await;
    let mut next = server.connection().await;
    assert!(pulse.stuck_for() >= Some(silence), "{:?}", pulse.stuck_for());
    next.send(envelope("e1", &event("Ev1"))).await.unwrap();
    assert!(said(&mut next).await.is_some());
    assert_eq!(pulse.stuck_for(), None);
    server.stop.cancel();
    server.bot.await.unwrap().unwrap();
    assert_eq!(pulse.stuck_for(), None, "nothing is missed of who has left");
}

#[tokio::test]
async fn stopping_waits_for_what_is_in_flight() {
    let mut server = start(quick()).await;
    let mut socket = server.connection().await;
    socket.send(envelope("e1", &event("slow"))).await.unwrap();
    socket.send(envelope("e2", &event("Ev2"))).await.unwrap();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e2"})));
    server.stop.cancel();
    server.inbox.release.notify_one();
    assert_eq!(said(&mut socket).await, Some(json!({"envelope_id": "e1"})));
    server.bot.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refused_token_ends_it_with_the_fix() {
    let refuse = async || Json(json!({"ok": false, "error": "invalid_auth"}));
    let api = serve(Router::new().route("/api/{method}", post(refuse))).await;
    let front = Front::new(inbox(), Meters::default());
    let ended = run(client(&api, Duration::from_secs(5)), front, quick(), CancellationToken::new()).await;
    insta::assert_snapshot!(ended.unwrap_err(), @"Socket Mode cannot connect: Slack no longer accepts the token: invalid_auth. Check the app token (xapp-…, scope connections:write) and that Socket Mode is on");
}
