//! The outbox: a state change and its message commit together.
//!
//! Here is the way into it. The worker takes rows through `claims`; `look` answers what is shown where and what is stuck.

mod claims;
mod held;
mod look;

use serde::{Deserialize, Serialize};

use crate::kernel::blocks::{Message, TEXT_LIMIT};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, PartnerId, UserId, random};
use crate::kernel::text::split;
use crate::sql_exec;
use crate::store::Tx;

pub use claims::{Again, Claimed, claim, is_ours, release_all, renew, retry_later, settle};
pub use held::{give_up_held, held, held_for, held_too_long, hold, readdress, release, renumber};
pub use look::{attended, forget, is_shown, lane_of, shown_at, stuck, was_passed};

/// Who will read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Only our own people.
    Internal,
    /// People of this partner; it is never repeated by the software.
    Partner(PartnerId),
}

/// Where a new message goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A channel.
    Channel(ChannelId),
    /// A person's direct messages with the app.
    Person(UserId),
}

/// Under which message a reply stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thread {
    /// One that Slack numbered.
    At(String),
    /// The message that shows this subject, posted earlier through the outbox.
    Of(String),
}

/// One call to Slack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// A new message.
    Post {
        /// Where to.
        to: Destination,
        /// As a reply.
        thread: Option<Thread>,
        /// What it says.
        message: Message,
    },
    /// The message that shows `of`, edited in place.
    Update {
        /// The subject whose message is edited.
        of: String,
        /// What it says now.
        message: Message,
    },
    /// A line that only one person sees.
    Whisper {
        /// Where they are.
        channel: ChannelId,
        /// Who sees it.
        user: UserId,
        /// In this thread.
        thread_ts: Option<String>,
        /// What it says.
        message: Message,
    },
    /// The answer to a command or a click, over its response URL; private.
    Respond {
        /// Slack's URL for it.
        response_url: String,
        /// What it says.
        message: Message,
        /// In place of the message that was clicked.
        replace: bool,
    },
    /// A Home tab, composed when it is sent.
    PublishHome {
        /// Whose.
        user: UserId,
        /// They open it for the first time.
        welcome: bool,
    },
    /// Stored by another version of the program. It is never sent, and is said to have failed.
    #[serde(skip)]
    Unreadable,
}

impl Action {
    /// The call, as Slack names it.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Post { .. } => "chat.postMessage",
            Self::Update { .. } => "chat.update",
            Self::Whisper { .. } => "chat.postEphemeral",
            Self::Respond { .. } => "response_url",
            Self::PublishHome { .. } => "views.publish",
            Self::Unreadable => "none",
        }
    }
}

/// What a flow hands over.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Once under this key, however often it is enqueued.
    pub key: String,
    /// Who will read it.
    pub audience: Audience,
    /// The thing that the message shows, so that it can be edited or replied to later (`draft:…`, `digest:…`).
    pub subject: Option<String>,
    /// The call.
    pub action: Action,
}

impl Outgoing {
    /// A new internal message.
    pub fn post(key: impl Into<String>, to: Destination, message: Message) -> Self {
        Self {
            key: key.into(),
            audience: Audience::Internal,
            subject: None,
            action: Action::Post { to, thread: None, message },
        }
    }

    /// A new internal message in a thread.
    pub fn reply(key: impl Into<String>, channel: ChannelId, thread: Thread, message: Message) -> Self {
        let action = Action::Post { to: Destination::Channel(channel), thread: Some(thread), message };
        Self { key: key.into(), audience: Audience::Internal, subject: None, action }
    }

    /// An edit of the message that shows `of`.
    pub fn update(of: impl Into<String>, message: Message) -> Self {
        Self::internal(Action::Update { of: of.into(), message })
    }

    /// A private line to somebody in a channel.
    pub fn whisper(channel: ChannelId, user: UserId, thread_ts: Option<String>, message: Message) -> Self {
        Self::internal(Action::Whisper { channel, user, thread_ts, message })
    }

    /// The private answer to a command or click.
    pub fn respond(response_url: impl Into<String>, message: Message) -> Self {
        Self::internal(Action::Respond { response_url: response_url.into(), message, replace: false })
    }

    /// An internal call under a random key: it is enqueued where repetition is impossible or harmless.
    pub fn internal(action: Action) -> Self {
        Self { key: random(24), audience: Audience::Internal, subject: None, action }
    }

    /// Names the thing that the message shows.
    pub fn showing(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Marks it as read by a partner's people.
    pub fn to_partner(mut self, partner: PartnerId) -> Self {
        self.audience = Audience::Partner(partner);
        self
    }
}

/// How a row ended. One that has not is stored as `waiting`, `claimed` (a worker sends it) or `held` (its channel is not in
/// order); one that ended badly becomes `attended` when somebody saw to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Slack has it.
    Sent,
    /// It may have arrived; a human looks.
    Unconfirmed,
    /// It cannot be sent: Slack refused it for good, or it could not be sent in time.
    Failed,
    /// It must not go any more: its audience changed, its channel was out of order for too long, or it is an answer that
    /// a restored backup holds.
    Dropped,
}

impl Fate {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// What is claimed first, and for which lanes are kept free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Chatter among our own people.
    Ordinary,
    /// Somebody waits for the answer to what they did.
    Answer,
    /// Partners' people read it.
    Partner,
}

impl Outgoing {
    fn rank(&self) -> Rank {
        match (&self.audience, &self.action) {
            (Audience::Partner(_), _) => Rank::Partner,
            (_, Action::Respond { .. } | Action::Whisper { .. }) => Rank::Answer,
            _ => Rank::Ordinary,
        }
    }

    /// What it brings up to date: while it waits, a newer one takes its place.
    fn redraws(&self) -> Option<String> {
        match &self.action {
            Action::Update { of, .. } => Some(of.clone()),
            Action::PublishHome { user, .. } => Some(format!("home:{user}")),
            _ => None,
        }
    }
}

impl Outgoing {
    /// What is too long for one message, as several: split at lines, the rest in the thread under the first.
    fn parts(&self) -> Option<Vec<Self>> {
        let Action::Post { to, thread, message } = &self.action else { return None };
        if !message.blocks.is_empty() || message.text.chars().count() <= TEXT_LIMIT {
            return None;
        }
        let subject = self.subject.clone().unwrap_or_else(|| format!("long:{}", self.key));
        let rest = thread.clone().unwrap_or_else(|| Thread::Of(subject.clone()));
        let part = |(n, text): (usize, String)| {
            let (key, subject, thread) = match n {
                0 => (self.key.clone(), Some(subject.clone()), thread.clone()),
                n => (format!("{}:{n}", self.key), None, Some(rest.clone())),
            };
            let action = Action::Post { to: to.clone(), thread, message: Message::text(text) };
            Self { key, audience: self.audience.clone(), subject, action }
        };
        Some(split(&message.text, TEXT_LIMIT).into_iter().enumerate().map(part).collect())
    }
}

/// Adds a row, once per key; several where the text is too long for one message. Rows of one lane are sent in the order
/// of their enqueueing; of several that redraw the same thing only the newest is sent.
pub async fn enqueue(tx: &mut Tx, now: i64, out: &Outgoing) -> Result<()> {
    for part in out.parts().as_deref().unwrap_or(std::slice::from_ref(out)) {
        add(tx, now, part).await?;
    }
    Ok(())
}

async fn add(tx: &mut Tx, now: i64, out: &Outgoing) -> Result<()> {
    let action = serde_json::to_string(&out.action)?;
    let redraws = out.redraws();
    if let Some(redraws) = &redraws
        && supersede(tx, redraws, &action).await?
    {
        return Ok(());
    }
    let lane = match &out.action {
        Action::Post { to: Destination::Channel(c), .. } => c.as_str().to_owned(),
        Action::Post { to: Destination::Person(u), .. } => u.as_str().to_owned(),
        Action::Update { of, .. } => lane_of(tx, of).await?.unwrap_or_else(|| format!("subject:{of}")),
        Action::Whisper { user, .. } => format!("private:{user}"),
        Action::Respond { .. } => format!("respond:{}", random(12)),
        Action::PublishHome { user, .. } => format!("home:{user}"),
        Action::Unreadable => return Err(Error::fault("a call that cannot be read is not enqueued")),
    };
    let (audience, partner) = match &out.audience {
        Audience::Internal => ("internal", None),
        Audience::Partner(id) => ("partner", Some(id.as_str())),
    };
    sql_exec!(
        tx,
        "INSERT INTO outbox (key, lane, rank, action, audience, partner_id, subject, redraws, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING",
        &out.key,
        &lane,
        out.rank() as i64,
        &action,
        audience,
        partner,
        out.subject.as_deref(),
        redraws.as_deref(),
        now
    )?;
    Ok(())
}

/// Puts the newer call in the place of one that still waits. Not past a message that shows the same subject anew:
/// the edit is meant for that one.
async fn supersede(tx: &mut Tx, redraws: &str, action: &str) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE outbox SET action = $2 WHERE redraws = $1 AND state = 'waiting' \
         AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.subject = $1 AND p.seq > outbox.seq)",
        redraws,
        action
    )?;
    Ok(changed > 0)
}
