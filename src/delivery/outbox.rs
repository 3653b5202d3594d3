//! The outbox: a state change and its message commit together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, PartnerId, UserId, random};
use crate::store::{Db, Tx};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

/// How long a claim lasts before its fate counts as unknown, in milliseconds.
const LEASE_MS: i64 = 60_000;

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
    /// A Home tab.
    PublishHome {
        /// Whose.
        user: UserId,
        /// The view.
        view: Value,
    },
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

/// How far an outbox row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Slack has it.
    Sent,
    /// It may have arrived; a human looks.
    Unconfirmed,
    /// Slack refused it for good.
    Failed,
    /// Its audience changed: it must not go.
    Dropped,
}

impl State {
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

/// A row that the worker has claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its place in the order.
    pub seq: i64,
    /// The opaque key that travels in the message's metadata.
    pub key: String,
    /// Who will read it.
    pub audience: Audience,
    /// The thing that it shows.
    pub subject: Option<String>,
    /// The call.
    pub action: Action,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// An earlier try may have arrived.
    pub uncertain: bool,
}

/// Wakes the worker after a commit.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There may be work.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Resolves when it was rung.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Adds a row, once per key. Rows of one lane are sent in the order of their enqueueing.
pub async fn enqueue(tx: &mut Tx, now: i64, out: &Outgoing) -> Result<()> {
    let lane = match &out.action {
        Action::Post { to: Destination::Channel(c), .. } => c.as_str().to_owned(),
        Action::Post { to: Destination::Person(u), .. } => u.as_str().to_owned(),
        Action::Update { of, .. } => lane_of(tx, of).await?.unwrap_or_else(|| format!("subject:{of}")),
        Action::Whisper { user, .. } => format!("private:{user}"),
        Action::Respond { .. } => format!("respond:{}", random(12)),
        Action::PublishHome { user, .. } => format!("home:{user}"),
    };
    let (audience, partner) = match &out.audience {
        Audience::Internal => ("internal", None),
        Audience::Partner(id) => ("partner", Some(id.as_str())),
    };
    let action = serde_json::to_string(&out.action)?;
    sql_exec!(
        tx,
        "INSERT INTO outbox (key, lane, action, audience, partner_id, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (key) DO NOTHING",
        &out.key,
        &lane,
        &action,
        audience,
        partner,
        out.subject.as_deref(),
        now
    )?;
    Ok(())
}

async fn lane_of(tx: &mut Tx, subject: &str) -> Result<Option<String>> {
    Ok(sql_opt!(
        tx,
        (String,),
        "SELECT lane FROM outbox WHERE subject = $1 ORDER BY seq DESC LIMIT 1",
        subject
    )?
    .map(|r| r.0))
}

type Row = (i64, String, String, Option<String>, Option<String>, String, i64, i64);

const DUE: &str = "SELECT o.seq FROM outbox o WHERE ((o.state = 'waiting' AND o.not_before <= $1) OR (o.state = 'claimed' AND o.lease_until <= $1)) \
     AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.lane = o.lane AND p.seq < o.seq AND p.state IN ('waiting', 'claimed'))";

/// Claims the next row of up to `limit` lanes.
pub async fn claim(db: &Db, now: i64, limit: i64) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    // `attempts` counts tries; a row that is still claimed when it is claimed again was never settled.
    let sql = format!(
        "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, lease_until = $2, \
         error = CASE WHEN state = 'claimed' THEN 'uncertain' ELSE error END \
         WHERE seq IN ({DUE} ORDER BY o.seq LIMIT $3{skip_locked}) \
         RETURNING seq, key, audience, partner_id, subject, action, attempts, CAST(CASE WHEN error = 'uncertain' THEN 1 ELSE 0 END AS BIGINT)"
    );
    let rows = sql_all!(&mut tx, Row, sqlx::AssertSqlSafe(sql.clone()), now, now + LEASE_MS, limit)?;
    tx.commit().await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (seq, key, audience, partner, subject, action, attempts, uncertain) in rows {
        let audience = match (audience.as_str(), partner) {
            ("partner", Some(id)) => Audience::Partner(id.into()),
            _ => Audience::Internal,
        };
        let action = serde_json::from_str(&action)?;
        claimed.push(Claimed { seq, key, audience, subject, action, attempts, uncertain: uncertain != 0 });
    }
    claimed.sort_by_key(|c| c.seq);
    Ok(claimed)
}

/// Writes down how it ended.
pub async fn settle(
    tx: &mut Tx,
    seq: i64,
    state: State,
    now: i64,
    at: Option<(&str, &str)>,
    error: Option<&str>,
) -> Result<()> {
    let (channel, ts) = at.unzip();
    sql_exec!(
        tx,
        "UPDATE outbox SET state = $2, lease_until = 0, sent_at = $3, channel = $4, ts = $5, error = $6 WHERE seq = $1",
        seq,
        state.as_str(),
        now,
        channel,
        ts,
        error
    )?;
    Ok(())
}

/// Puts a row back until `not_before`. `uncertain`: it may have arrived all the same.
pub async fn retry_later(tx: &mut Tx, seq: i64, not_before: i64, uncertain: bool, error: &str) -> Result<()> {
    let error = if uncertain { "uncertain" } else { error };
    sql_exec!(
        tx,
        "UPDATE outbox SET state = 'waiting', lease_until = 0, not_before = $2, error = $3 WHERE seq = $1",
        seq,
        not_before,
        error
    )?;
    Ok(())
}

/// Gives back what a process that is gone had claimed; what became of it is uncertain.
pub async fn release_claims(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'")?;
    tx.commit().await
}

/// Channel and `ts` of the newest message that shows `subject`.
pub async fn shown_at(tx: &mut Tx, subject: &str) -> Result<Option<(String, String)>> {
    Ok(sql_opt!(
        tx,
        (String, String),
        "SELECT channel, ts FROM outbox WHERE subject = $1 AND state = 'sent' AND ts IS NOT NULL ORDER BY seq DESC LIMIT 1",
        subject
    )?)
}

/// How many wait, how many are unconfirmed, how many failed.
pub async fn depth(tx: &mut Tx) -> Result<(i64, i64, i64)> {
    Ok((
        sql_value!(tx, i64, "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'claimed')")?,
        sql_value!(tx, i64, "SELECT COUNT(*) FROM outbox WHERE state = 'unconfirmed'")?,
        sql_value!(tx, i64, "SELECT COUNT(*) FROM outbox WHERE state = 'failed'")?,
    ))
}

/// The newest rows that need somebody: state and why.
pub async fn stuck(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String)>> {
    Ok(sql_all!(
        tx,
        (String, String),
        "SELECT state, COALESCE(error, '') FROM outbox WHERE state IN ('unconfirmed', 'failed', 'dropped') ORDER BY seq DESC LIMIT $1",
        limit
    )?)
}

/// Forgets what was sent before `before` (milliseconds UTC) and shows nothing that can still change.
pub async fn forget(tx: &mut Tx, before: i64) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "DELETE FROM outbox WHERE state IN ('sent', 'dropped', 'failed') AND subject IS NULL AND created_at < $1",
        before
    )?)
}

/// Somebody saw to what became of the message that shows `subject`: it is not stuck any more.
pub async fn attended(tx: &mut Tx, subject: &str) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE outbox SET state = 'attended' WHERE subject = $1 AND state IN ('unconfirmed', 'failed', 'dropped')",
        subject
    )?;
    Ok(())
}

/// Whether a message that shows `subject` was enqueued, sent or not.
pub async fn is_shown(tx: &mut Tx, subject: &str) -> Result<bool> {
    Ok(lane_of(tx, subject).await?.is_some())
}
