//! When no Tandem was running: what comes late can say why.

use crate::kernel::error::Result;
use crate::store::Tx;
use crate::{sql_exec, sql_opt};

/// A silence shorter than this is a restart and not worth a word, in milliseconds.
const SILENCE_MS: i64 = 30 * 60_000;

/// Says that somebody is running at `now`; a long silence before it is written down. On several replicas each says it.
pub async fn beat(tx: &mut Tx, now: i64) -> Result<()> {
    let Some(last) = last(tx).await? else {
        sql_exec!(tx, "INSERT INTO heartbeat (only_row, at) VALUES (1, $1) ON CONFLICT DO NOTHING", now)?;
        return Ok(());
    };
    if now - last >= SILENCE_MS {
        sql_exec!(
            tx,
            "INSERT INTO downtimes (began_at, ended_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            last,
            now
        )?;
    }
    sql_exec!(tx, "UPDATE heartbeat SET at = $1 WHERE at < $1", now)?;
    Ok(())
}

/// When somebody last said that they run, in milliseconds UTC.
pub async fn last(tx: &mut Tx) -> Result<Option<i64>> {
    Ok(sql_opt!(tx, (i64,), "SELECT at FROM heartbeat")?.map(|(at,)| at))
}

/// The downtime in which `at` fell, as its beginning and end (all in milliseconds UTC).
pub async fn downtime(tx: &mut Tx, at: i64) -> Result<Option<(i64, i64)>> {
    Ok(sql_opt!(
        tx,
        (i64, i64),
        "SELECT began_at, ended_at FROM downtimes WHERE began_at <= $1 AND ended_at >= $1 ORDER BY began_at DESC LIMIT 1",
        at
    )?)
}
