//! One thing that a person did, and everything that is needed to answer it.

use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::client::CallError;
use super::super::payload::{ActingUser, BlockActions, Shortcut, SlashCommand, ViewSubmission};
use super::{Bot, accounts, audit_refusal, finish, home, identity};
use crate::delivery::inbox::{Claim, Claimed};
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Action, Destination, Outgoing};
use crate::kernel::actor::Actor;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result, UserError};
use crate::kernel::ids::{ChannelId, random};
use crate::store::{Tx, millis};

/// Where it was done.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The channel, where there is one: a modal opened from Home has none.
    pub channel: Option<ChannelId>,
    /// The thread in it.
    pub thread: Option<String>,
    /// Slack's URL for a private answer.
    pub response_url: Option<String>,
    /// What opens a modal, within three seconds.
    pub trigger_id: String,
    /// What was acted on, for the audit.
    pub subject: String,
}

impl Place {
    /// Of a slash command.
    pub fn of_command(c: &SlashCommand) -> Self {
        Self {
            channel: Some(c.channel.as_str().into()),
            thread: None,
            response_url: c.response_url.clone(),
            trigger_id: c.trigger_id.clone(),
            subject: "command".to_owned(),
        }
    }

    /// Of a click.
    pub fn of_click(c: &BlockActions) -> Self {
        Self {
            channel: c.channel.as_deref().map(Into::into),
            // A message with replies names itself as its thread; an answer in there would not be seen beside it.
            thread: c.thread_ts.clone().filter(|thread| Some(thread) != c.message_ts.as_ref()),
            response_url: c.response_url.clone(),
            trigger_id: c.trigger_id.clone(),
            subject: c.first().map(|a| a.value.clone()).unwrap_or_default(),
        }
    }

    /// Of a submitted modal: the channel travels in its private metadata under `channel`.
    pub fn of_submission(s: &ViewSubmission) -> Self {
        let metadata = &s.metadata;
        Self {
            channel: metadata["channel"].as_str().map(Into::into),
            thread: metadata["thread"].as_str().map(Into::into),
            response_url: None,
            trigger_id: s.trigger_id.clone(),
            subject: metadata["id"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// Of a shortcut.
    pub fn of_shortcut(s: &Shortcut) -> Self {
        Self {
            channel: s.on.as_ref().map(|m| m.channel.as_str().into()),
            thread: s.on.as_ref().and_then(|m| m.thread_ts.clone()),
            response_url: s.response_url.clone(),
            trigger_id: s.trigger_id.clone(),
            subject: s.on.as_ref().map(|m| format!("message:{}:{}", m.channel, m.ts)).unwrap_or_default(),
        }
    }
}

/// One thing that a person did.
#[derive(Debug)]
pub struct Occasion<'a> {
    /// The bot.
    pub bot: &'a Bot,
    /// When it is handled.
    pub now: Timestamp,
    /// Who did it, looked up for this very occasion.
    pub actor: Actor,
    /// Where.
    pub place: Place,
    claim: Claim,
}

impl<'a> Occasion<'a> {
    /// Looks up who acts.
    pub async fn of(bot: &'a Bot, claimed: &Claimed, acting: &ActingUser, place: Place) -> Result<Self> {
        let actor = identity::actor(bot, acting).await?;
        Ok(Self { bot, now: bot.clock.now(), actor, place, claim: claimed.claim })
    }

    /// The time on the actor's clock.
    pub fn here(&self) -> Zoned {
        self.now.to_zoned(self.actor.zone.clone())
    }

    /// The actor's date today.
    pub fn today(&self) -> jiff::civil::Date {
        self.here().date()
    }

    /// What was acted on, for the audit.
    pub fn subject(&self) -> String {
        self.place.subject.clone()
    }

    /// A transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        self.bot.db.begin().await
    }

    /// A transaction that only reads.
    pub async fn read(&self) -> Result<Tx> {
        self.bot.db.read().await
    }

    /// Marks it handled in the same transaction, has the actor's Home and the rooms of what changed drawn
    /// anew, and commits.
    pub async fn finish(&self, mut tx: Tx) -> Result<Handled> {
        home::refresh(self, &mut tx).await?;
        accounts::room::refresh(self.bot, &mut tx, self.now).await?;
        finish(self.bot, tx, self.claim).await
    }

    /// Adds to the outbox.
    pub async fn send(&self, tx: &mut Tx, out: &Outgoing) -> Result<()> {
        outbox::enqueue(tx, millis(self.now), out).await
    }

    /// A private answer to the person who acted, wherever they are.
    pub fn privately(&self, message: Message) -> Outgoing {
        match (&self.place.response_url, &self.place.channel) {
            (Some(url), _) => Outgoing::respond(url, message),
            (None, Some(channel)) => Outgoing::whisper(
                channel.clone(),
                self.actor.user.clone(),
                self.place.thread.clone(),
                message,
            ),
            (None, None) => Outgoing::post(random(24), Destination::Person(self.actor.user.clone()), message),
        }
    }

    /// Replaces the private message that was clicked.
    pub fn in_place(&self, message: Message) -> Outgoing {
        match &self.place.response_url {
            Some(url) => {
                Outgoing::internal(Action::Respond { response_url: url.clone(), message, replace: true })
            }
            None => self.privately(message),
        }
    }

    /// Answers in private and is done.
    pub async fn answer(&self, message: Message) -> Result<Handled> {
        let mut tx = self.begin().await?;
        self.send(&mut tx, &self.privately(message)).await?;
        self.finish(tx).await
    }

    /// Opens a modal with the trigger of this occasion and is done.
    pub async fn open(&self, view: &Value) -> Result<Handled> {
        match self.bot.client.open_view(&self.place.trigger_id, view).await {
            Ok(_) => Ok(Handled::Ignored),
            Err(CallError::Rejected { code, .. }) if code.contains("trigger") => {
                Err(Error::user("That took longer than Slack waits for a form. Try again."))
            }
            // By the time that Slack takes it the trigger has ended.
            Err(CallError::Retry { .. }) => {
                Err(Error::user("Slack opens no form for me just now. Try again in a minute."))
            }
            Err(error) => Err(error.during("opening a modal")),
        }
    }

    /// Puts a file into the direct messages of whoever acts.
    ///
    /// # Errors
    /// A user's error where the app may upload no file.
    pub async fn hand_over(&self, name: &str, comment: &str, bytes: Vec<u8>) -> Result<()> {
        match self.bot.client.hand_over(self.actor.user.as_str(), name, comment, bytes).await {
            Ok(()) => Ok(()),
            Err(CallError::Rejected { code, .. }) if code == "missing_scope" => Err(Error::user(
                "I can't upload files here yet. Ask whoever runs Tandem to give the app the permission `files:write` and to install it once more.",
            )),
            Err(error) => Err(error.during("handing over a file")),
        }
    }

    /// Answers a user's error where the user is; a fault passes through.
    pub(super) async fn settle(&self, what: &str, result: Result<Handled>) -> Result<Handled> {
        match result {
            Err(Error::User(UserError { text, refusal })) => {
                let mut tx = self.begin().await?;
                if refusal {
                    audit_refusal(&mut tx, self, what, &text);
                }
                self.send(&mut tx, &self.privately(Message::text(text))).await?;
                self.finish(tx).await
            }
            other => other,
        }
    }
}
