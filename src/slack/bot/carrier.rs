//! Carries outbox rows to Slack.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::client::{CallError, Stretch, channel_refused, key_metadata};
use super::{Bot, home};
use crate::delivery::dispatch::{At, Carrier, Sent};
use crate::delivery::outbox::{Action, Audience, Claimed, Destination, Thread};
use crate::kernel::blocks::{Message, TEXT_LIMIT, clip};
use crate::kernel::error::{NotNow, Result};
use crate::store::millis;
use crate::sustain;
use crate::sustain::flow::{is_same_note, note_of};

/// How long a row rests that met a token which Slack no longer takes.
const UNAUTHORISED: Duration = Duration::from_secs(1);

/// So many pages of a conversation are searched for a message of our own people's.
const PAGES: usize = 5;
/// The same for a note to a partner, which is not sent before everything was read.
const PAGES_FOR_PARTNERS: usize = 25;
/// What a partner read longer ago is no reason to hold a note back.
const LONG_AGO_MS: i64 = 30 * 24 * 3_600_000;

/// Slack's clock and ours differ by less, or Slack's signatures would be refused.
const CLOCKS_APART_SECONDS: i64 = 300;

/// Sends with the bot's one client.
#[derive(Clone, Debug)]
pub struct SlackCarrier(pub Arc<Bot>);

impl Carrier for SlackCarrier {
    fn is_ready(&self) -> bool {
        self.0.client.is_authorised()
    }

    async fn send(&self, row: &Claimed, shown: At) -> Sent {
        let sent = self.try_to_send(row, shown).await;
        self.0.client.meters().sent(audience(row), row.action.method(), outcome(&sent));
        sent
    }

    async fn find(&self, row: &Claimed, shown: At) -> Result<At, NotNow> {
        match self.search(row, shown).await? {
            Ok(found) => Ok(found),
            // Not where we can look: the check and the send say what that means.
            Err(CallError::Rejected { code, .. }) if channel_refused(&code).is_some() => Ok(None),
            Err(CallError::Retry { after, code }) => Err(NotNow { after, why: code }),
            Err(CallError::Unauthorised { code }) => Err(NotNow { after: Some(UNAUTHORISED), why: code }),
            Err(error) => Err(NotNow { after: None, why: error.to_string() }),
        }
    }
}

impl SlackCarrier {
    async fn search(&self, row: &Claimed, shown: At) -> Result<Result<At, CallError>, NotNow> {
        let Action::Post { to, thread, .. } = &row.action else { return Ok(Ok(None)) };
        // It cannot stand there from before it was written, so a busy channel is not read to its beginning.
        let since = self.written(row).await.map_err(|e| NotNow { after: None, why: e.to_string() })?;
        let oldest = format!("{}.000000", since / 1000 - CLOCKS_APART_SECONDS);
        let channel = match self.channel(to).await {
            Ok(channel) => channel,
            // With whom no conversation can be opened, there is none.
            Err(CallError::Rejected { code, .. }) if !row.uncertain && code != "missing_scope" => {
                return Ok(Ok(None));
            }
            Err(error) => return Ok(Err(error)),
        };
        let thread = thread_ts(thread.as_ref(), shown.as_ref());
        let at = Stretch {
            channel: &channel,
            thread: thread.as_deref(),
            oldest: Some(&oldest),
            pages: if row.is_for_partner() { PAGES_FOR_PARTNERS } else { PAGES },
        };
        let meant = |key: &str| key == row.key || row.is_for_partner() && is_same_note(key, &row.key);
        let found = self.0.client.history_find_key(&at, meant).await;
        Ok(found.map(|ts| ts.map(|ts| (channel, ts))))
    }

    /// When what the row carries was written, in milliseconds UTC: a note as its first version, as far as that matters.
    async fn written(&self, row: &Claimed) -> Result<i64> {
        let Some(note) = note_of(&row.key).filter(|_| row.is_for_partner()) else {
            return Ok(row.created_at);
        };
        let mut tx = self.0.db.read().await?;
        let draft = sustain::store::find(&mut tx, &note).await?;
        tx.rollback().await?;
        let written = draft.map_or(row.created_at, |d| millis(d.created_at).min(row.created_at));
        Ok(written.max(millis(self.0.clock.now()) - LONG_AGO_MS))
    }

    async fn try_to_send(&self, row: &Claimed, shown: At) -> Sent {
        match self.carry(row, shown).await {
            Ok(at) => Sent::Arrived(at),
            Err(CallError::Retry { after, code }) => Sent::Later(after, code),
            Err(CallError::Ambiguous { why }) => Sent::Unknown(why),
            Err(CallError::Rejected { code, .. }) if channel_refused(&code).is_some() => Sent::Closed(code),
            // Nothing else is sent either until there is a token that Slack takes.
            Err(CallError::Unauthorised { code }) => Sent::Later(Some(UNAUTHORISED), code),
            Err(error @ CallError::Rejected { .. }) => Sent::Refused(error.to_string()),
        }
    }

    async fn carry(&self, row: &Claimed, shown: At) -> Result<At, CallError> {
        match &row.action {
            Action::Post { to, thread, message } => {
                let thread = match (thread, &shown) {
                    // The message that this belongs under was never posted: it stands by itself.
                    (Some(Thread::Of(_)), None) | (None, _) => None,
                    (thread, shown) => thread_ts(thread.as_ref(), shown.as_ref()),
                };
                self.post(row, to, thread, message).await.map(Some)
            }
            Action::Update { message, .. } => {
                let Some((channel, ts)) = shown else { return Ok(None) };
                let mut body = body(message);
                body["channel"] = json!(channel);
                body["ts"] = json!(ts);
                self.0.client.update(&body).await?;
                Ok(Some((channel, ts)))
            }
            Action::Whisper { channel, user, thread_ts, message } => {
                let mut body = body(message);
                body["channel"] = json!(channel);
                body["user"] = json!(user);
                if let Some(ts) = thread_ts {
                    body["thread_ts"] = json!(ts);
                }
                match self.0.client.post_ephemeral(&body).await {
                    // Not somewhere that we can whisper: say it in the direct messages.
                    Err(CallError::Rejected { code, .. }) if cannot_whisper(&code) => {
                        self.post(row, &Destination::Person(user.clone()), None, message).await.map(Some)
                    }
                    other => other.map(|_| None),
                }
            }
            Action::Respond { response_url, message, replace } => {
                let mut body = body(message);
                body["response_type"] = json!("ephemeral");
                body["replace_original"] = json!(replace);
                self.0.client.respond(response_url, &body).await.map(|()| None)
            }
            Action::PublishHome { user, welcome } => {
                // As it is by now, so that nobody's act waits for it.
                let view = home::view(&self.0, user, *welcome).await.map_err(|error| {
                    tracing::warn!(%error, user = user.as_str(), "Home could not be composed");
                    CallError::Retry { after: None, code: "home".into() }
                })?;
                self.0.client.publish_home(user.as_str(), &view).await.map(|_| None)
            }
            Action::Unreadable => {
                Err(CallError::Rejected { code: "unreadable".to_owned(), detail: String::new() })
            }
        }
    }

    async fn post(
        &self,
        row: &Claimed,
        to: &Destination,
        thread: Option<String>,
        message: &Message,
    ) -> Result<(String, String), CallError> {
        let mut body = body(message);
        body["channel"] = json!(address(to));
        body["metadata"] = key_metadata(&row.key);
        body["unfurl_links"] = json!(false);
        body["unfurl_media"] = json!(false);
        if let Some(ts) = &thread {
            body["thread_ts"] = json!(ts);
        }
        let posted = self.0.client.post_message(&body).await?;
        Ok((posted.channel, posted.ts))
    }

    async fn channel(&self, to: &Destination) -> Result<String, CallError> {
        match to {
            Destination::Channel(channel) => Ok(channel.as_str().to_owned()),
            Destination::Person(user) => self.0.client.open_dm(user.as_str()).await,
        }
    }
}

fn audience(row: &Claimed) -> &'static str {
    match row.audience {
        Audience::Internal => "internal",
        Audience::Partner(_) => "partner",
    }
}

/// What became of a call, in a word for counting.
fn outcome(sent: &Sent) -> &'static str {
    match sent {
        Sent::Arrived(_) => "arrived",
        Sent::Later(..) => "later",
        Sent::Refused(_) => "refused",
        Sent::Closed(_) => "closed",
        Sent::Unknown(_) => "unknown",
    }
}

fn body(message: &Message) -> Value {
    let mut body = json!({"text": clip(&message.text, TEXT_LIMIT)});
    if !message.blocks.is_empty() {
        body["blocks"] = json!(message.blocks);
    }
    body
}

fn address(to: &Destination) -> &str {
    match to {
        Destination::Channel(channel) => channel.as_str(),
        Destination::Person(user) => user.as_str(),
    }
}

fn thread_ts(thread: Option<&Thread>, shown: Option<&(String, String)>) -> Option<String> {
    match thread? {
        Thread::At(ts) => Some(ts.clone()),
        Thread::Of(_) => shown.map(|(_, ts)| ts.clone()),
    }
}

fn cannot_whisper(code: &str) -> bool {
    matches!(code, "user_not_in_channel" | "not_in_channel" | "channel_not_found" | "is_archived")
}
