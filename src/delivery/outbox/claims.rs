//! Claims: a row is sent by one worker at a time, the rows of one lane in order, on any number of replicas.
//!
//! A claim is a lease, renewed while the send is under way and measured by the database's clock. A row whose lease
//! ran out is claimed as uncertain: its worker may have sent it. Every write that ends a claim names the attempt, so
//! whoever has lost it changes nothing.

use std::time::Duration;

use super::{Action, Audience, Rank, State};
use crate::kernel::error::{Error, Result};
use crate::store::{Db, Tx};
use crate::{sql_all, sql_exec, sql_value};

/// A retry that stands further ahead than this was written before the clock was set back.
const FARTHEST_MS: i64 = 3_600_000;

/// The first open row of every lane. It hops from lane to lane along the index, so that a thousand rows of one lane cost
/// no more than one.
const HEADS: &str = "WITH RECURSIVE lanes(lane) AS (SELECT MIN(lane) FROM outbox WHERE state IN ('waiting', 'claimed') \
     UNION ALL SELECT (SELECT MIN(p.lane) FROM outbox p WHERE p.state IN ('waiting', 'claimed') AND p.lane > lanes.lane) \
      FROM lanes WHERE lanes.lane IS NOT NULL), \
     heads(seq) AS (SELECT (SELECT MIN(p.seq) FROM outbox p WHERE p.lane = lanes.lane AND p.state IN ('waiting', 'claimed')) \
      FROM lanes WHERE lanes.lane IS NOT NULL)";

/// A row that the worker has claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its place in the order.
    pub seq: i64,
    /// The opaque key that travels in the message's metadata.
    pub key: String,
    /// What is claimed first.
    pub rank: Rank,
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
    /// When it was enqueued, in milliseconds UTC.
    pub created_at: i64,
}

pub(super) type Row = (i64, String, i64, String, Option<String>, Option<String>, String, i64, i64, i64);

impl TryFrom<Row> for Claimed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let (seq, key, rank, audience, partner, subject, action, attempts, uncertain, created_at) = row;
        let audience = match (audience.as_str(), partner) {
            ("partner", Some(id)) => Audience::Partner(id.into()),
            _ => Audience::Internal,
        };
        let rank = match rank {
            0 => Rank::Ordinary,
            1 => Rank::Answer,
            _ => Rank::Partner,
        };
        let action = serde_json::from_str(&action)?;
        let uncertain = uncertain != 0;
        Ok(Self { seq, key, rank, audience, subject, action, attempts, uncertain, created_at })
    }
}

/// Claims the next row of up to `limit` lanes, of `least` rank or above, the highest first.
pub async fn claim(db: &Db, now: i64, lease: Duration, least: Rank, limit: i64) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE OF o SKIP LOCKED" } else { "" };
    let clock = tx.clock();
    // `attempts` counts tries; a row that is still claimed when it is claimed again was never settled.
    let sql = format!(
        "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, lease_until = {clock} + $2, \
         error = CASE WHEN state = 'claimed' THEN 'uncertain' ELSE error END \
         WHERE seq IN ({HEADS} SELECT o.seq FROM outbox o WHERE o.seq IN (SELECT seq FROM heads) AND o.rank >= $3 \
          AND ((o.state = 'waiting' AND (o.not_before <= $1 OR o.not_before > $1 + {FARTHEST_MS})) OR (o.state = 'claimed' AND o.lease_until <= {clock})) \
          ORDER BY o.rank DESC, o.seq LIMIT $4{skip_locked}) \
         RETURNING seq, key, rank, audience, partner_id, subject, action, attempts, \
         CAST(CASE WHEN error = 'uncertain' THEN 1 ELSE 0 END AS BIGINT), created_at"
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let rows = sql_all!(&mut tx, Row, sqlx::AssertSqlSafe(sql.clone()), now, lease, least as i64, limit)?;
    tx.commit().await?;
    let mut claimed = rows.into_iter().map(Claimed::try_from).collect::<Result<Vec<_>>>()?;
    claimed.sort_by_key(|c| (std::cmp::Reverse(c.rank as i64), c.seq));
    Ok(claimed)
}

/// Keeps what is under way claimed for another `lease`.
pub async fn renew(db: &Db, seqs: &[i64], lease: Duration) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = format!(
        "UPDATE outbox SET lease_until = {} + $2 WHERE state = 'claimed' AND seq IN ({})",
        tx.clock(),
        tx.numbers()
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    sql_exec!(&mut tx, sqlx::AssertSqlSafe(sql.clone()), serde_json::to_string(seqs)?, lease)?;
    tx.commit().await
}

/// Whether the claim still holds: asked right before the send, because a process can stand still for long.
pub async fn is_ours(tx: &mut Tx, row: &Claimed) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) FROM outbox WHERE seq = $1 AND attempts = $2 AND state = 'claimed' AND lease_until > {}",
        tx.clock()
    );
    Ok(sql_value!(tx, i64, sqlx::AssertSqlSafe(sql.clone()), row.seq, row.attempts)? == 1)
}

/// Writes down how it ended; what was sent is kept by Slack and no longer here. `false`: the claim was lost.
pub async fn settle(
    tx: &mut Tx,
    row: &Claimed,
    state: State,
    now: i64,
    at: Option<(&str, &str)>,
    error: Option<&str>,
) -> Result<bool> {
    let (channel, ts) = at.unzip();
    let settled = sql_exec!(
        tx,
        "UPDATE outbox SET state = $3, lease_until = 0, sent_at = $4, channel = $5, ts = $6, error = $7, \
         action = CASE WHEN $3 = 'sent' THEN '' ELSE action END WHERE seq = $1 AND attempts = $2 AND state = 'claimed'",
        row.seq,
        row.attempts,
        state.as_str(),
        now,
        channel,
        ts,
        error
    )?;
    Ok(settled == 1)
}

/// Puts a row back until `not_before`. `uncertain`: it may have arrived all the same. `false`: the claim was lost.
pub async fn retry_later(
    tx: &mut Tx,
    row: &Claimed,
    not_before: i64,
    uncertain: bool,
    error: &str,
) -> Result<bool> {
    let error = if uncertain { "uncertain" } else { error };
    let settled = sql_exec!(
        tx,
        "UPDATE outbox SET state = 'waiting', lease_until = 0, not_before = $3, error = $4 \
         WHERE seq = $1 AND attempts = $2 AND state = 'claimed'",
        row.seq,
        row.attempts,
        not_before,
        error
    )?;
    Ok(settled == 1)
}

/// Gives back what a process that is gone had claimed; what became of it is uncertain.
pub async fn release_all(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'")?;
    tx.commit().await
}
