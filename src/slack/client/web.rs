//! The Web API methods that Tandem uses, by name.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{CallError, Client};
use crate::slack::pace::Pace;

/// The `event_type` of the metadata that carries our idempotency key.
const KEY_EVENT: &str = "tandem_delivery";
/// `post_message` waits at the most this long for its turn in a channel; further away it answers `Retry`.
const TURN_PATIENCE: Duration = Duration::from_secs(2);

/// Where a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The channel, as Slack names it (a user's id becomes the id of the direct message).
    pub channel: String,
    /// The message's id within the channel.
    pub ts: String,
}

/// A stretch of a conversation that is searched.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The conversation.
    pub channel: &'a str,
    /// Only this thread of it.
    pub thread: Option<&'a str>,
    /// From here on, as a `ts`.
    pub oldest: Option<&'a str>,
    /// The newest so many pages of 200 messages; what is longer is not searched to its end and says nothing.
    pub pages: usize,
}

/// Metadata that carries an opaque idempotency key. Every member can read it.
pub fn key_metadata(key: &str) -> Value {
    json!({"event_type": KEY_EVENT, "event_payload": {"key": key}})
}

impl Client {
    /// `chat.postMessage`. Waits for the channel's turn (one message a second), at the most two seconds.
    pub async fn post_message(&self, body: &Value) -> Result<Posted, CallError> {
        let channel = body.get("channel").and_then(Value::as_str).unwrap_or_default();
        self.take_turn(channel).await?;
        let reply = self.call("chat.postMessage", body).await?;
        // Slack took it: a reply without its place is no reason to send it again.
        let ts =
            text(&reply, "/ts").ok_or_else(|| CallError::Ambiguous { why: "no ts in the answer".into() })?;
        Ok(Posted { channel: text(&reply, "/channel").unwrap_or_else(|| channel.to_owned()), ts })
    }

    /// `chat.update`; the body names `channel` and `ts`.
    pub async fn update(&self, body: &Value) -> Result<Value, CallError> {
        self.call("chat.update", body).await
    }

    /// `chat.postEphemeral`; the body names `channel` and `user`.
    pub async fn post_ephemeral(&self, body: &Value) -> Result<Value, CallError> {
        let channel = body.get("channel").and_then(Value::as_str).unwrap_or_default();
        self.take_turn(channel).await?;
        self.call("chat.postEphemeral", body).await
    }

    /// `views.open`; the trigger is good for three seconds.
    pub async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<Value, CallError> {
        self.call("views.open", &json!({"trigger_id": trigger_id, "view": view})).await
    }

    /// `views.update`; with `hash` only if nobody else changed it (`hash_conflict` otherwise).
    pub async fn update_view(
        &self,
        view_id: &str,
        hash: Option<&str>,
        view: &Value,
    ) -> Result<Value, CallError> {
        let mut body = json!({"view_id": view_id, "view": view});
        if let Some(hash) = hash {
            body["hash"] = hash.into();
        }
        self.call("views.update", &body).await
    }

    /// `views.publish`: a user's Home tab.
    pub async fn publish_home(&self, user: &str, view: &Value) -> Result<Value, CallError> {
        self.call("views.publish", &json!({"user_id": user, "view": view})).await
    }

    /// `auth.test`: who the bot is (`user_id`, `bot_id`, `team_id`, `enterprise_id`, `url`).
    pub async fn auth_test(&self) -> Result<Value, CallError> {
        self.call("auth.test", &json!({})).await
    }

    /// `users.info`: the `user` object.
    pub async fn user_info(&self, user: &str) -> Result<Value, CallError> {
        self.part("users.info", &json!({"user": user, "include_locale": true}), "user").await
    }

    /// `conversations.info`: the `channel` object (`is_ext_shared`, `is_private`, `is_archived` …).
    pub async fn conversation_info(&self, channel: &str) -> Result<Value, CallError> {
        self.part("conversations.info", &json!({"channel": channel, "include_num_members": true}), "channel")
            .await
    }

    /// `files.info`: the `file` object.
    pub async fn file_info(&self, file: &str) -> Result<Value, CallError> {
        self.part("files.info", &json!({"file": file}), "file").await
    }

    /// `conversations.open`: the channel id of the direct message with `user`.
    pub async fn open_dm(&self, user: &str) -> Result<String, CallError> {
        let reply = self.call("conversations.open", &json!({"users": user})).await?;
        text(&reply, "/channel/id").ok_or_else(|| CallError::unclear(true, "unreadable_answer"))
    }

    /// Puts a file into the direct messages of `user`, with a comment: `files.getUploadURLExternal`, the upload itself, and
    /// `files.completeUploadExternal`. Until the last of them nobody sees anything.
    pub async fn hand_over(
        &self,
        user: &str,
        name: &str,
        comment: &str,
        bytes: Vec<u8>,
    ) -> Result<(), CallError> {
        let channel = self.open_dm(user).await?;
        let asked = json!({"filename": name, "length": bytes.len()});
        let reply = self.call("files.getUploadURLExternal", &asked).await?;
        let (url, id) = text(&reply, "/upload_url")
            .zip(text(&reply, "/file_id"))
            .ok_or_else(|| CallError::unclear(true, "unreadable_answer"))?;
        self.upload(&url, bytes).await?;
        let file =
            json!({"files": [{"id": id, "title": name}], "channel_id": channel, "initial_comment": comment});
        match self.call("files.completeUploadExternal", &file).await {
            Ok(_) => Ok(()),
            // They had rather have it twice than never.
            Err(CallError::Ambiguous { why }) => Err(CallError::Retry { after: None, code: why }),
            Err(error) => Err(error),
        }
    }

    /// Looks for the message that carries a key ([`key_metadata`]) that is `meant`, in the channel or in the thread.
    /// `None` means that it is not there.
    pub async fn history_find_key(
        &self,
        at: &Stretch<'_>,
        meant: impl Fn(&str) -> bool + Send,
    ) -> Result<Option<String>, CallError> {
        let Stretch { channel, thread, oldest, pages } = *at;
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let mut cursor: Option<String> = None;
        for _ in 0..pages {
            let body = json!({"channel": channel, "ts": thread, "oldest": oldest, "limit": 200,
                "include_all_metadata": true, "cursor": cursor});
            let reply = self.call(method, &body).await?;
            let messages = reply.get("messages").and_then(Value::as_array);
            let found = messages.into_iter().flatten().find(|m| key_of(m).is_some_and(&meant));
            if let Some(message) = found {
                return Ok(text(message, "/ts"));
            }
            cursor = text(&reply, "/response_metadata/next_cursor").filter(|c| !c.is_empty());
            if cursor.is_none() {
                return Ok(None);
            }
        }
        // More history than we read: saying "not there" could send it twice.
        Err(CallError::Ambiguous { why: "the history is too long to search".into() })
    }

    async fn take_turn(&self, channel: &str) -> Result<(), CallError> {
        let channels: &Pace = &self.shared.channels;
        match channels.reserve(channel, Instant::now(), self.shared.pace, TURN_PATIENCE) {
            Ok(wait) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            Err(wait) => Err(CallError::Retry { after: Some(wait), code: "paced".into() }),
        }
    }

    async fn part(&self, method: &str, body: &Value, name: &str) -> Result<Value, CallError> {
        let mut reply = self.call(method, body).await?;
        let part = reply.get_mut(name).map(Value::take);
        part.ok_or_else(|| CallError::unclear(true, "unreadable_answer"))
    }
}

fn key_of(message: &Value) -> Option<&str> {
    let at = |path| message.pointer(path).and_then(Value::as_str);
    at("/metadata/event_payload/key").filter(|_| at("/metadata/event_type") == Some(KEY_EVENT))
}

fn text(value: &Value, path: &str) -> Option<String> {
    value.pointer(path).and_then(Value::as_str).map(str::to_owned)
}
