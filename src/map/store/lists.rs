//! What is on a partner's list.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::kernel::ids::{OverlapId, PartnerId};
use crate::map::overlap::Population;
use crate::store::{Tx, millis};
use crate::{sql_exec, sql_value};

/// The overlaps of a list that it no longer has: marks them gone and gives their number. A list `of` one of the
/// partner's populations lacks only such.
pub async fn mark_gone(
    tx: &mut Tx,
    partner: &PartnerId,
    of: Option<Population>,
    seen_since: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "UPDATE account_overlaps SET gone_at = $3, version = version + 1 \
         WHERE partner_id = $1 AND source = 'list' AND gone_at IS NULL AND last_seen < $2 \
         AND (CAST($4 AS TEXT) IS NULL OR their_population = $4)",
        partner.as_str(),
        millis(seen_since),
        millis(now),
        of.map(Population::as_str)
    )?)
}

/// How many overlaps of a partner came from its list (`of` one of its populations) and are still on it.
pub async fn listed(tx: &mut Tx, partner: &PartnerId, of: Option<Population>) -> Result<u64> {
    let found = sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM account_overlaps WHERE partner_id = $1 AND source = 'list' AND gone_at IS NULL \
         AND (CAST($2 AS TEXT) IS NULL OR their_population = $2)",
        partner.as_str(),
        of.map(Population::as_str)
    )?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// How many of these overlaps came from a list and are still on it.
pub async fn listed_among(tx: &mut Tx, ids: &[OverlapId], of: Option<Population>) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "SELECT COUNT(*) FROM account_overlaps WHERE source = 'list' AND gone_at IS NULL AND id IN ({}) \
         AND (CAST($2 AS TEXT) IS NULL OR their_population = $2)",
        tx.texts()
    );
    let of = of.map(Population::as_str);
    let found = sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?, of)?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// A partner's list was seen whole: its age starts anew.
pub async fn saw_list(tx: &mut Tx, partner: &PartnerId, now: Timestamp) -> Result<()> {
    sql_exec!(tx, "UPDATE partners SET list_seen_at = $2 WHERE id = $1", partner.as_str(), millis(now))?;
    Ok(())
}
