//! How much was read when.

use std::ops::Range;

use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::Tx;
use crate::{sql_all, sql_exec, sql_value};

/// How many messages that name overlaps were read since `since` (milliseconds UTC), counted up to `most`.
pub(super) async fn messages_since(tx: &mut Tx, channel: &ChannelId, since: i64, most: i64) -> Result<i64> {
    Ok(sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM (SELECT ts FROM overlap_sources WHERE channel = $1 AND read_at >= $2 \
         UNION SELECT ts FROM intake_unclear WHERE channel = $1 AND read_at >= $2 LIMIT $3) m",
        channel.as_str(),
        since,
        most
    )?)
}

/// The slots of `length` in a time in which more than `quiet` messages were read: their beginning, and how many.
pub(super) async fn busy_slots(
    tx: &mut Tx,
    channel: &ChannelId,
    time: Range<i64>,
    length: i64,
    quiet: i64,
) -> Result<Vec<(i64, i64)>> {
    let sql = format!(
        "SELECT slot, COUNT(*) FROM (\
         SELECT read_at / {length} * {length} AS slot, ts FROM overlap_sources WHERE channel = $1 AND read_at >= $2 AND read_at < $3 \
         UNION SELECT read_at / {length} * {length}, ts FROM intake_unclear WHERE channel = $1 AND read_at >= $2 AND read_at < $3) m \
         GROUP BY slot HAVING COUNT(*) > $4 ORDER BY slot"
    );
    Ok(sql_all!(tx, (i64, i64), AssertSqlSafe(sql.clone()), channel.as_str(), time.start, time.end, quiet)?)
}

/// Something of the message is not recorded. Forgets those that no slot is told of any more.
pub(super) async fn unclear(
    tx: &mut Tx,
    channel: &ChannelId,
    ts: &str,
    now: i64,
    told_for: i64,
) -> Result<()> {
    sql_exec!(tx, "DELETE FROM intake_unclear WHERE read_at < $1", now - told_for)?;
    sql_exec!(
        tx,
        "INSERT INTO intake_unclear (channel, ts, read_at) VALUES ($1, $2, $3) \
         ON CONFLICT (channel, ts) DO UPDATE SET read_at = excluded.read_at",
        channel.as_str(),
        ts,
        now
    )?;
    Ok(())
}

/// All of the message is recorded now.
pub(super) async fn clear(tx: &mut Tx, channel: &ChannelId, ts: &str) -> Result<()> {
    sql_exec!(tx, "DELETE FROM intake_unclear WHERE channel = $1 AND ts = $2", channel.as_str(), ts)?;
    Ok(())
}

/// How many messages of a time are not recorded whole.
pub(super) async fn unclear_in(tx: &mut Tx, channel: &ChannelId, time: Range<i64>) -> Result<i64> {
    Ok(sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM intake_unclear WHERE channel = $1 AND read_at >= $2 AND read_at < $3",
        channel.as_str(),
        time.start,
        time.end
    )?)
}

/// How many of the overlaps named in a time were new, and how many were known before.
pub(super) async fn overlaps_in(tx: &mut Tx, channel: &ChannelId, time: Range<i64>) -> Result<(i64, i64)> {
    const NAMED: &str = "SELECT COUNT(*) FROM account_overlaps o WHERE o.id IN \
         (SELECT overlap_id FROM overlap_sources WHERE channel = $1 AND read_at >= $2 AND read_at < $3)";
    let all = sql_value!(tx, i64, NAMED, channel.as_str(), time.start, time.end)?;
    let sql = format!("{NAMED} AND o.first_seen >= $2");
    let new = sql_value!(tx, i64, AssertSqlSafe(sql.clone()), channel.as_str(), time.start, time.end)?;
    Ok((new, all - new))
}
