//! Which message said which overlap.

use jiff::Timestamp;

use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, OverlapId};
use crate::store::{Tx, millis};
use crate::{sql_all, sql_exec, sql_opt};

/// Remembers which message said this overlap.
pub async fn add_source(
    tx: &mut Tx,
    now: Timestamp,
    channel: &ChannelId,
    ts: &str,
    overlap: &OverlapId,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO overlap_sources (channel, ts, overlap_id, read_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        channel.as_str(),
        ts,
        overlap.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// The overlaps that a message said.
pub async fn said_by(tx: &mut Tx, channel: &ChannelId, ts: &str) -> Result<Vec<OverlapId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT overlap_id FROM overlap_sources WHERE channel = $1 AND ts = $2 ORDER BY overlap_id",
        channel.as_str(),
        ts
    )?;
    Ok(rows.into_iter().map(|r| r.0.into()).collect())
}

/// Slack repeats an event for an hour at the most; in microseconds, with room.
const REPEATED_FOR: i64 = 7 * 24 * 3600 * 1_000_000;

/// Whether the message was edited or deleted after `at`, in microseconds UTC.
pub async fn edited_after(tx: &mut Tx, channel: &ChannelId, ts: &str, at: i64) -> Result<bool> {
    let later = sql_opt!(
        tx,
        (i64,),
        "SELECT edited_at FROM intake_edits WHERE channel = $1 AND ts = $2 AND edited_at > $3",
        channel.as_str(),
        ts,
        at
    )?;
    Ok(later.is_some())
}

/// The message was edited or deleted `at`, in microseconds UTC. Forgets those of which Slack brings nothing any more.
pub async fn edited(tx: &mut Tx, channel: &ChannelId, ts: &str, at: i64) -> Result<()> {
    sql_exec!(tx, "DELETE FROM intake_edits WHERE edited_at < $1", at.saturating_sub(REPEATED_FOR))?;
    sql_exec!(
        tx,
        "INSERT INTO intake_edits (channel, ts, edited_at) VALUES ($1, $2, $3) \
         ON CONFLICT (channel, ts) DO UPDATE SET edited_at = excluded.edited_at",
        channel.as_str(),
        ts,
        at
    )?;
    Ok(())
}

/// Takes back an overlap that a message no longer says: it goes when nothing else says it and nobody decided on it.
pub async fn unsay(tx: &mut Tx, channel: &ChannelId, ts: &str, overlap: &OverlapId) -> Result<bool> {
    sql_exec!(
        tx,
        "DELETE FROM overlap_sources WHERE channel = $1 AND ts = $2 AND overlap_id = $3",
        channel.as_str(),
        ts,
        overlap.as_str()
    )?;
    let gone = sql_exec!(
        tx,
        "DELETE FROM account_overlaps WHERE id = $1 AND source = 'message' AND triage = 'open' AND decided_by IS NULL \
         AND NOT EXISTS (SELECT 1 FROM overlap_sources s WHERE s.overlap_id = account_overlaps.id)",
        overlap.as_str()
    )?;
    Ok(gone == 1)
}
