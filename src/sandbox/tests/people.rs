//! What people do, and what they see.

use super::*;

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
async fn a_window_that_is_behind_sends_the_button_that_was_there() {
    let (sandbox, app) = with_app().await;
    let blocks = json!([{"type": "actions", "elements": [button("approve")]}]);
    let posted =
        api(&sandbox, "chat.postMessage", json!({"channel": OVERLAPS, "text": "card", "blocks": blocks}))
            .await;
    let ts = posted["ts"].as_str().unwrap();
    api(&sandbox, "chat.update", json!({"channel": OVERLAPS, "ts": ts, "text": "done", "blocks": []})).await;
    sandbox.settled().await;
    let maya = sandbox.person("U0MAYA");
    let surface = Surface::Message { channel: OVERLAPS.to_owned(), ts: ts.to_owned() };
    maya.block_action(&surface, json!({"action_id": "approve", "type": "button"}), &Value::Null)
        .await
        .unwrap();
    assert_eq!(app.last().payload()["actions"][0]["value"], "7");
    let never = json!({"action_id": "never", "type": "button"});
    assert!(maya.block_action(&surface, never, &Value::Null).await.is_err());
}

#[tokio::test]
async fn an_invitation_lets_somebody_in_and_shares_the_channel_with_their_company() {
    let (sandbox, app) = with_app().await;
    let (maya, sam) = (sandbox.person("U0MAYA"), sandbox.person("U0SAM"));
    assert!(sam.say(OVERLAPS, "hello", None).await.is_err());
    assert!(maya.command(OVERLAPS, "/invite @nobody").await.is_err());
    maya.command(OVERLAPS, "/invite <@U0SAM|sam>").await.unwrap();
    sandbox.settled().await;
    let kinds: Vec<_> = app.seen().iter().map(|s| s.json()["event"]["type"].clone()).collect();
    assert_eq!(kinds, ["member_joined_channel", "channel_shared"]);
    sam.say(OVERLAPS, "hello", None).await.unwrap();
    assert!(sam.command(OVERLAPS, "/invite @alex").await.is_err(), "a guest invites nobody");
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
    app.answers(200, json!({"response_action": "errors", "errors": {"no_such": "x"}}));
    assert!(maya.submit(json!({"name": "Acme"})).await.unwrap_err().fields().is_empty());
    app.seen();

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
    let posted = act(
        "U0MAYA",
        json!({"type": "post", "channel": OVERLAPS, "text": "Acme (<http://acme.com|acme.com>) &lt;b&gt;"}),
    )
    .await;
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
