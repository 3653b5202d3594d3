//! What stands where, what is stuck, and what may be forgotten.

use crate::kernel::error::Result;
use crate::store::Tx;
use crate::{sql_all, sql_exec, sql_opt};

/// The lane of the newest message that shows `subject`.
pub async fn lane_of(tx: &mut Tx, subject: &str) -> Result<Option<String>> {
    Ok(sql_opt!(
        tx,
        (String,),
        "SELECT lane FROM outbox WHERE subject = $1 ORDER BY seq DESC LIMIT 1",
        subject
    )?
    .map(|r| r.0))
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

/// The newest rows that need somebody: state and why.
pub async fn stuck(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String)>> {
    Ok(sql_all!(
        tx,
        (String, String),
        "SELECT state, COALESCE(error, '') FROM outbox WHERE state IN ('unconfirmed', 'failed', 'dropped') ORDER BY seq DESC LIMIT $1",
        limit
    )?)
}

/// Whether Slack has taken something that was enqueued later: it takes messages, only not this one.
pub async fn was_passed(tx: &mut Tx, seq: i64) -> Result<bool> {
    let later = "SELECT seq FROM outbox WHERE seq > $1 AND state = 'sent' LIMIT 1";
    Ok(sql_opt!(tx, (i64,), later, seq)?.is_some())
}

/// Forgets up to `limit` rows that are settled: those that show nothing and were enqueued before `sent`, and up to
/// `limit` of those that show something, and so could be edited, before `shown` (milliseconds UTC). The card of a room is
/// edited for as long as the room is there. Gives their number.
pub async fn forget(tx: &mut Tx, sent: i64, shown: i64, limit: i64) -> Result<u64> {
    let plain = sql_exec!(
        tx,
        "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE state IN ('sent', 'dropped', 'failed', 'attended') \
         AND subject IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2)",
        sent,
        limit
    )?;
    let shown = sql_exec!(
        tx,
        "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE state IN ('sent', 'dropped', 'failed', 'attended') \
         AND subject IS NOT NULL AND subject NOT LIKE 'room:%' AND created_at < $1 ORDER BY created_at LIMIT $2)",
        shown,
        limit
    )?;
    Ok(plain + shown)
}

/// Whether a message that shows `subject` was enqueued, sent or not.
pub async fn is_shown(tx: &mut Tx, subject: &str) -> Result<bool> {
    Ok(lane_of(tx, subject).await?.is_some())
}

/// Somebody saw to what became of the message that shows `subject`, or of an edit of it: it is not stuck any more.
pub async fn attended(tx: &mut Tx, subject: &str) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE outbox SET state = 'attended' WHERE (subject = $1 OR redraws = $1) AND state IN ('unconfirmed', 'failed', 'dropped')",
        subject
    )?;
    Ok(())
}
