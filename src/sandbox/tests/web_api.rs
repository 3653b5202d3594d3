//! What the app may ask for, and what it is refused.

use super::*;

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
async fn the_app_hands_a_file_over_in_three_calls() {
    let (sandbox, _app) = with_app().await;
    let url = async |length: usize| {
        let asked = json!({"filename": "history.csv", "length": length});
        let reply = api(&sandbox, "files.getUploadURLExternal", asked).await;
        let part = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
        (part("upload_url"), part("file_id"))
    };
    let put = async |url: String, bytes: &'static str| {
        let request = axum::http::Request::post(url).body(Body::from(bytes)).unwrap();
        sandbox.inner.http.request(request).await.unwrap().status()
    };
    let complete = async |id: &str, channel: &str| {
        let files = json!({"files": [{"id": id, "title": "History"}], "channel_id": channel, "initial_comment": "Here"});
        api(&sandbox, "files.completeUploadExternal", files).await
    };
    let im = sandbox.im("U0OMAR");
    let (address, id) = url(8).await;
    assert_eq!(complete(&id, &im).await["error"], "file_not_found", "nothing was sent yet");
    assert_eq!(put(address.clone(), "a,b\n").await, StatusCode::BAD_REQUEST, "half of it");
    assert_eq!(put(address, "a,b\n1,2\n").await, StatusCode::OK);
    assert_eq!(complete(&id, "C0NOWHERE").await["error"], "channel_not_found");
    assert_eq!(complete(&id, &im).await["files"][0]["id"], id.as_str());
    let shown = sandbox.messages(&im).pop().unwrap();
    assert_eq!(
        (shown["text"].as_str(), shown["files"][0]["title"].as_str()),
        (Some("Here"), Some("History"))
    );
    assert_eq!(sandbox.file(&id).unwrap(), "a,b\n1,2\n");
    assert_eq!(complete(&id, &im).await["error"], "file_not_found", "it is done once");
    let (nowhere, _) = url(0).await;
    assert_eq!(nowhere, "", "an empty file is refused");
}

#[tokio::test]
async fn a_channel_takes_one_message_a_second_after_a_burst() {
    let sandbox = Sandbox::start(Options { limit_posts: true, ..options() }).await.unwrap();
    let url = format!("{}/chat.postMessage", sandbox.api_url());
    let mut statuses = Vec::new();
    for channel in [OVERLAPS, OVERLAPS, OVERLAPS, OVERLAPS, OVERLAPS, "C0GENERAL"] {
        let body = json!({"channel": channel, "text": "x"});
        statuses.push(send(&sandbox, &url, Some("xoxb-sandbox"), &body).await.0.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200]);
}
