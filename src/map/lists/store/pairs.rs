//! What the matcher made of a partner's list beside ours.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::kernel::ids::{OverlapId, PairId, PartnerId};
use crate::map::lists::queue::Pair;
use crate::map::store::NAMED;
use crate::store::{Tx, millis};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    partner_id: String,
    partner: String,
    our_key: String,
    their_key: String,
    verdict: String,
    score: i64,
    reason: String,
    overlap_id: Option<String>,
}

const PAIR: &str = "SELECT l.id, l.partner_id, p.name AS partner, l.our_key, l.their_key, l.verdict, l.score, l.reason, l.overlap_id \
     FROM list_pairs l JOIN partners p ON p.id = l.partner_id";

impl From<Row> for Pair {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            partner_id: row.partner_id.into(),
            partner: row.partner,
            our_key: row.our_key,
            their_key: row.their_key,
            in_doubt: row.verdict == "review",
            score: row.score,
            reason: row.reason,
            overlap: row.overlap_id.map(Into::into),
        }
    }
}

/// Saves what a run found, many at a time. A pair that was found before keeps its id.
pub async fn save_pairs(tx: &mut Tx, run: &str, pairs: &[Pair]) -> Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let values: Vec<_> = pairs
        .iter()
        .map(|p| {
            let verdict = if p.in_doubt { "review" } else { "match" };
            json!([p.id, p.partner_id, p.our_key, p.their_key, verdict, p.score, p.reason, p.overlap])
        })
        .collect();
    let sql = format!(
        "INSERT INTO list_pairs (id, partner_id, our_key, their_key, verdict, score, reason, overlap_id, run) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, CAST(value ->> 5 AS BIGINT), value ->> 6, \
         value ->> 7, $2 FROM {} WHERE true ON CONFLICT (partner_id, our_key, their_key) DO UPDATE SET verdict = excluded.verdict, \
         score = excluded.score, reason = excluded.reason, overlap_id = excluded.overlap_id, run = excluded.run",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&values)?, run)?;
    Ok(())
}

/// The overlaps that earlier runs made and this one did not find any more.
const LOST: &str = "partner_id = $1 AND source = 'list' AND gone_at IS NULL AND EXISTS \
     (SELECT 1 FROM list_pairs l WHERE l.overlap_id = account_overlaps.id AND l.verdict = 'match' AND l.run <> $2) AND NOT EXISTS \
     (SELECT 1 FROM list_pairs l WHERE l.overlap_id = account_overlaps.id AND l.verdict = 'match' AND l.run = $2)";

/// The names of accounts whose overlaps the run did not find: those that were matched, and with `since` whatever else of the
/// last list was not seen since then.
pub async fn names_lost(
    tx: &mut Tx,
    partner: &PartnerId,
    run: &str,
    since: Option<Timestamp>,
    limit: i64,
) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT a.name FROM accounts a JOIN (SELECT account_id FROM account_overlaps WHERE ({LOST}) \
         OR (partner_id = $1 AND source = 'list' AND gone_at IS NULL AND last_seen < $3)) lost ON lost.account_id = a.id \
         ORDER BY a.name_key, a.id LIMIT $4"
    );
    let since = since.map_or(i64::MIN, millis);
    let rows = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), partner.as_str(), run, since, limit)?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Ends a run: overlaps that were matched and are no longer are gone, and so are the pairs that it did not find. Gives the
/// number of overlaps.
pub async fn end_run(tx: &mut Tx, partner: &PartnerId, run: &str, now: Timestamp) -> Result<u64> {
    let sql = format!("UPDATE account_overlaps SET gone_at = $3, version = version + 1 WHERE {LOST}");
    let gone = sql_exec!(tx, AssertSqlSafe(sql.clone()), partner.as_str(), run, millis(now))?;
    sql_exec!(tx, "DELETE FROM list_pairs WHERE partner_id = $1 AND run <> $2", partner.as_str(), run)?;
    Ok(gone)
}

/// One pair.
pub async fn pair(tx: &mut Tx, id: &PairId) -> Result<Option<Pair>> {
    let sql = format!("{PAIR} WHERE l.id = $1");
    Ok(sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id.as_str())?.map(Into::into))
}

/// The pairs that became this overlap, the surest first.
pub async fn pairs_behind(tx: &mut Tx, overlap: &OverlapId) -> Result<Vec<Pair>> {
    let sql = format!("{PAIR} WHERE l.overlap_id = $1 AND l.verdict = 'match' ORDER BY l.score DESC, l.id");
    Ok(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), overlap.as_str())?.into_iter().map(Into::into).collect())
}

/// Which of these overlaps the matcher made.
pub async fn matched_among(tx: &mut Tx, overlaps: &[OverlapId]) -> Result<HashSet<OverlapId>> {
    // The verdict is looked at here: SQLite would go through all that have it.
    let sql = format!("SELECT overlap_id, verdict FROM list_pairs WHERE overlap_id IN ({})", tx.texts());
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(overlaps)?)?;
    Ok(rows.into_iter().filter(|(_, verdict)| verdict == "match").map(|(id, _)| id.into()).collect())
}

/// The pairs in doubt, the likeliest first: each with its partner. At most `limit`.
pub async fn in_doubt(tx: &mut Tx, limit: i64) -> Result<Vec<(PairId, PartnerId)>> {
    let sql = format!(
        "SELECT o.id, o.partner_id FROM list_pairs o WHERE o.verdict = 'review' AND {NAMED} ORDER BY o.score DESC, o.id LIMIT $1"
    );
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), limit)?;
    Ok(rows.into_iter().map(|(id, partner)| (id.into(), partner.into())).collect())
}

/// How many are in doubt with each partner that may be named.
pub async fn doubts(tx: &mut Tx) -> Result<Vec<(PartnerId, i64)>> {
    by_partner(tx, NAMED).await
}

/// How many are in doubt with each partner that may not be named yet (B10), and are not asked about.
pub async fn unnamed(tx: &mut Tx) -> Result<Vec<(PartnerId, i64)>> {
    by_partner(tx, &format!("NOT ({NAMED})")).await
}

async fn by_partner(tx: &mut Tx, which: &str) -> Result<Vec<(PartnerId, i64)>> {
    let sql = format!(
        "SELECT o.partner_id, COUNT(*) FROM list_pairs o WHERE o.verdict = 'review' AND {which} GROUP BY o.partner_id"
    );
    let rows = sql_all!(tx, (String, i64), AssertSqlSafe(sql.clone()))?;
    Ok(rows.into_iter().map(|(partner, n)| (partner.into(), n)).collect())
}

/// Takes a pair out.
pub async fn drop_pair(tx: &mut Tx, id: &PairId) -> Result<()> {
    sql_exec!(tx, "DELETE FROM list_pairs WHERE id = $1", id.as_str())?;
    Ok(())
}

/// Takes out the pair of these two rows, whatever its id.
pub async fn drop_pair_of(tx: &mut Tx, partner: &PartnerId, our_key: &str, their_key: &str) -> Result<()> {
    sql_exec!(
        tx,
        "DELETE FROM list_pairs WHERE partner_id = $1 AND our_key = $2 AND their_key = $3",
        partner.as_str(),
        our_key,
        their_key
    )?;
    Ok(())
}

/// Of one of its two accounts it is known who it is: no other pair of either is in doubt. Gives their number.
pub async fn drop_rivals(tx: &mut Tx, pair: &Pair) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "DELETE FROM list_pairs WHERE partner_id = $1 AND verdict = 'review' AND (our_key = $2 OR their_key = $3) AND id <> $4",
        pair.partner_id.as_str(),
        &pair.our_key,
        &pair.their_key,
        pair.id.as_str()
    )?)
}

/// A pair is one account, and became this overlap.
pub async fn pair_matches(tx: &mut Tx, id: &PairId, overlap: &OverlapId) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE list_pairs SET verdict = 'match', overlap_id = $2 WHERE id = $1",
        id.as_str(),
        overlap.as_str()
    )?;
    Ok(())
}

/// An overlap that turned out to be none is taken back, with `seen` only in that version; `false` when it was not.
pub async fn take_back_overlap(
    tx: &mut Tx,
    overlap: &OverlapId,
    seen: Option<i64>,
    now: Timestamp,
    note: &str,
) -> Result<bool> {
    let taken = sql_exec!(
        tx,
        "UPDATE account_overlaps SET gone_at = $2, changed_at = $2, change_note = $3, version = version + 1 \
         WHERE id = $1 AND gone_at IS NULL AND (CAST($4 AS BIGINT) IS NULL OR version = $4)",
        overlap.as_str(),
        millis(now),
        note,
        seen
    )?;
    Ok(taken == 1)
}

/// How many pairs stand behind this overlap.
pub async fn matches_left(tx: &mut Tx, overlap: &OverlapId) -> Result<i64> {
    Ok(sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM list_pairs WHERE verdict = 'match' AND overlap_id = $1",
        overlap.as_str()
    )?)
}
