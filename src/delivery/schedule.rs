//! Things that happen on time, once per period, whoever is first to write the row.

use crate::kernel::error::Result;
use crate::store::Tx;
use crate::{sql_exec, sql_opt};

/// The name of the schedulers' lock.
const SCHEDULER: i64 = 0x7363_6865_6475;

/// Waits until no other replica's scheduler is at work, and keeps the others waiting until this transaction ends: two
/// that change the same thing at once would have one of them fail.
pub async fn one_at_a_time(tx: &mut Tx) -> Result<()> {
    if tx.is_postgres() {
        sql_exec!(tx, "SELECT pg_advisory_xact_lock($1)", SCHEDULER)?;
    }
    Ok(())
}

/// Takes this period's turn; `false` when it or a later one of the same schedule was taken, so that nothing fires again
/// after the clock was set back. Periods of one schedule sort as text.
pub async fn fire(tx: &mut Tx, schedule: &str, period: &str, now: i64) -> Result<bool> {
    let inserted = sql_exec!(
        tx,
        "INSERT INTO fires (schedule, period, fired_at) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT) \
         WHERE NOT EXISTS (SELECT 1 FROM fires WHERE schedule = $1 AND period >= $2) ON CONFLICT (schedule, period) DO NOTHING",
        schedule,
        period,
        now
    )?;
    Ok(inserted == 1)
}

/// The latest period whose turn was taken.
pub async fn last(tx: &mut Tx, schedule: &str) -> Result<Option<String>> {
    Ok(sql_opt!(
        tx,
        (String,),
        "SELECT period FROM fires WHERE schedule = $1 ORDER BY period DESC LIMIT 1",
        schedule
    )?
    .map(|r| r.0))
}

/// Forgets up to `limit` turns that were taken before `before` (milliseconds UTC); gives their number.
pub async fn forget(tx: &mut Tx, before: i64, limit: i64) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "DELETE FROM fires WHERE (schedule, period) IN (SELECT schedule, period FROM fires WHERE fired_at < $1 LIMIT $2)",
        before,
        limit
    )?)
}
