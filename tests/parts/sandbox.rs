//! The sandbox read by a client that others wrote: slack-morphism parses every answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use slack_morphism::prelude::*;
use tandem::kernel::clock::Clock;
use tandem::sandbox::{Fault, Options, Sandbox};
use tokio::net::TcpListener;

const OVERLAPS: &str = "C0OVERLAPS";

type Connector = SlackClientHyperConnector<HttpConnector>;

fn client(sandbox: &Sandbox) -> SlackClient<Connector> {
    let connector = SlackClientHyperConnector::with_connector(HttpConnector::new());
    SlackClient::new(connector.with_slack_api_url(&sandbox.api_url()))
}

/// A sandbox, and the body of the last request that its app got.
async fn with_app() -> (Sandbox, Arc<Mutex<String>>) {
    let clock = Clock::standing("2026-03-09T08:00:00Z".parse().unwrap());
    let sandbox = Sandbox::start(Options::new(clock)).await.unwrap();
    let last = Arc::<Mutex<String>>::default();
    let kept = Arc::clone(&last);
    let routes = Router::new().fallback(any(async move |body: String| *kept.lock().unwrap() = body));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    sandbox.connect_http(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (sandbox, last)
}

fn modal() -> SlackView {
    let modal = json!({"type": "modal", "title": {"type": "plain_text", "text": "New"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [{"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "name"}}]});
    serde_json::from_value(modal).unwrap()
}

fn said(text: &str) -> SlackMessageContent {
    SlackMessageContent::new().with_text(text.into())
}

#[tokio::test]
async fn its_answers_parse() {
    let (sandbox, last) = with_app().await;
    let client = client(&sandbox);
    let token = SlackApiToken::new("xoxb-sandbox".into());
    let session = client.open_session(&token);
    let channel = SlackChannelId::from(OVERLAPS);

    assert_eq!(session.auth_test().await.unwrap().bot_id, Some("B0TANDEM".into()));
    let maya = session.users_info(&SlackApiUsersInfoRequest::new("U0MAYA".into())).await.unwrap();
    assert_eq!(maya.user.profile.unwrap().real_name.as_deref(), Some("Maya Lindholm"));
    assert_eq!(session.users_list(&SlackApiUsersListRequest::new()).await.unwrap().members.len(), 5);
    let info = SlackApiConversationsInfoRequest::new("C0NORTHWIND".into());
    assert_eq!(
        session.conversations_info(&info).await.unwrap().channel.name.as_deref(),
        Some("ext-northwind")
    );
    assert_eq!(
        session.conversations_list(&SlackApiConversationsListRequest::new()).await.unwrap().channels.len(),
        6
    );

    let posted = session
        .chat_post_message(&SlackApiChatPostMessageRequest::new(channel.clone(), said("one")))
        .await
        .unwrap();
    let ts = posted.ts;
    let update = SlackApiChatUpdateRequest::new(channel.clone(), said("two"), ts.clone());
    assert_eq!(session.chat_update(&update).await.unwrap().message.content.text.as_deref(), Some("two"));
    let whisper = SlackApiChatPostEphemeralRequest::new(channel.clone(), "U0MAYA".into(), said("psst"));
    session.chat_post_ephemeral(&whisper).await.unwrap();
    let link = SlackApiChatGetPermalinkRequest::new(channel.clone(), ts.clone());
    session.chat_get_permalink(&link).await.unwrap();
    let reaction = SlackApiReactionsAddRequest::new(channel.clone(), "eyes".into(), ts.clone());
    session.reactions_add(&reaction).await.unwrap();
    sandbox.person("U0MAYA").reply(OVERLAPS, &ts.0, "three").await.unwrap();
    let history = SlackApiConversationsHistoryRequest::new().with_channel(channel.clone());
    assert_eq!(session.conversations_history(&history).await.unwrap().messages.len(), 1);
    let replies = SlackApiConversationsRepliesRequest::new(channel.clone(), ts.clone());
    assert_eq!(session.conversations_replies(&replies).await.unwrap().messages.len(), 2);
    let open = SlackApiConversationsOpenRequest::new().with_users(vec!["U0MAYA".into()]);
    assert_eq!(session.conversations_open(&open).await.unwrap().channel.id.0, sandbox.im("U0MAYA"));
    session.chat_delete(&SlackApiChatDeleteRequest::new(channel.clone(), ts)).await.unwrap();

    sandbox.settled().await;
    sandbox.person("U0MAYA").command(OVERLAPS, "/partner").await.unwrap();
    let form = last.lock().unwrap().clone();
    let trigger = url::form_urlencoded::parse(form.as_bytes()).find(|(k, _)| k == "trigger_id").unwrap().1;
    let trigger = SlackTriggerId::from(trigger.into_owned());
    let opened = session.views_open(&SlackApiViewsOpenRequest::new(trigger, modal())).await.unwrap();
    let update = SlackApiViewsUpdateRequest::new(modal()).with_view_id(opened.view.state_params.id);
    session.views_update(&update).await.unwrap();
    let home =
        json!({"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]});
    let home: SlackView = serde_json::from_value(home).unwrap();
    session.views_publish(&SlackApiViewsPublishRequest::new("U0MAYA".into(), home)).await.unwrap();
    assert_eq!(sandbox.home("U0MAYA").unwrap()["blocks"][0]["text"]["text"], "hi");

    let app_token = SlackApiToken::new("xapp-sandbox".into());
    let app_session = client.open_session(&app_token);
    let link = app_session.apps_connections_open(&SlackApiAppsConnectionOpenRequest::new()).await.unwrap();
    assert!(link.url.value().as_str().starts_with("ws://127.0.0.1"));
}

#[tokio::test]
async fn its_errors_parse() {
    let (sandbox, _) = with_app().await;
    let client = client(&sandbox);
    let token = SlackApiToken::new("xoxb-sandbox".into());
    let session = client.open_session(&token);
    let post = SlackApiChatPostMessageRequest::new("C0NOWHERE".into(), said("x"));
    match session.chat_post_message(&post).await {
        Err(errors::SlackClientError::ApiError(e)) => assert_eq!(e.code, "channel_not_found"),
        other => panic!("{other:?}"),
    }
    sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 3 }, 1);
    match session.chat_post_message(&post).await {
        Err(errors::SlackClientError::RateLimitError(e)) => {
            assert_eq!(e.retry_after, Some(Duration::from_secs(3)))
        }
        other => panic!("{other:?}"),
    }
    sandbox.script("chat.postMessage", Fault::DropReplyAfterAcceptance, 1);
    let post = SlackApiChatPostMessageRequest::new(OVERLAPS.into(), said("x"));
    assert!(matches!(
        session.chat_post_message(&post).await,
        Err(errors::SlackClientError::HttpProtocolError(_))
    ));
    assert_eq!(sandbox.messages(OVERLAPS).len(), 1);
}
