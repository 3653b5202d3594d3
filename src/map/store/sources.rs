//! Which message said which overlap.

use jiff::Timestamp;

use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, OverlapId};
use crate::store::{Tx, millis};
use crate::{sql_all, sql_exec};

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
