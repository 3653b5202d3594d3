//! What the set-up chose.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Tx, millis};
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::{sql_exec, sql_opt};

/// The workspace's settings; each is absent until the set-up chose it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// Where new overlaps arrive (A9).
    pub intake_channel: Option<ChannelId>,
    /// Where the digest is posted and decided on.
    pub digest_channel: Option<ChannelId>,
    /// Where drafts are approved.
    pub approvals_channel: Option<ChannelId>,
    /// When the digest is posted.
    pub digest: DigestTime,
    /// From when digests are due, in milliseconds UTC: a set-up on Tuesday is not followed by Monday's digest.
    pub digest_since: Option<i64>,
}

/// A weekday, a time and a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestTime {
    /// In English, three letters: `Mon`.
    pub weekday: String,
    /// `09:00`.
    pub time: String,
    /// IANA name.
    pub zone: String,
}

impl DigestTime {
    /// The workspace's zone: in it, days are counted on what everybody reads.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

impl Default for DigestTime {
    fn default() -> Self {
        Self { weekday: "Mon".to_owned(), time: "09:00".to_owned(), zone: "UTC".to_owned() }
    }
}

const NAME: &str = "workspace";

/// As saved, or the defaults.
pub async fn load(tx: &mut Tx) -> Result<Workspace> {
    match sql_opt!(tx, (String,), "SELECT value FROM settings WHERE name = $1", NAME)? {
        Some((json,)) => Ok(serde_json::from_str(&json)?),
        None => Ok(Workspace::default()),
    }
}

/// The same, to be changed: whoever else would change them waits until this transaction ends.
pub async fn take(tx: &mut Tx, now: jiff::Timestamp) -> Result<Workspace> {
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET name = excluded.name",
        NAME,
        serde_json::to_string(&Workspace::default())?,
        millis(now)
    )?;
    load(tx).await
}

/// Saves all of them.
pub async fn save(tx: &mut Tx, now: jiff::Timestamp, settings: &Workspace) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        NAME,
        serde_json::to_string(settings)?,
        millis(now)
    )?;
    Ok(())
}
