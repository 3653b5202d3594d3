//! Claims: a row is sent by one worker at a time, the rows of one lane in order, on any number of replicas.
//!
//! A claim is a lease, renewed while the send is under way and measured by the database's clock. A row whose lease
//! ran out is claimed as uncertain: its worker may have sent it. Every write that ends a claim names the attempt, so
//! whoever has lost it changes nothing.

use std::time::Duration;

use super::super::{FARTHEST_MS, soon};
use super::{Action, Audience, Fate, Rank};
use crate::kernel::error::Result;
use crate::store::{Db, Tx};
use crate::{failpoint, sql_all, sql_exec, sql_value};

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
    /// Which claim of it this is.
    pub attempts: i64,
    /// How many tries failed.
    pub faults: i64,
    /// Since when it is put back again and again, in milliseconds UTC.
    pub delayed_at: Option<i64>,
    /// An earlier try may have arrived.
    pub uncertain: bool,
    /// When it was enqueued, in milliseconds UTC.
    pub created_at: i64,
}

impl Claimed {
    /// People of a partner read it.
    pub fn is_for_partner(&self) -> bool {
        self.audience != Audience::Internal
    }
}

/// As it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    key: String,
    rank: i64,
    audience: String,
    partner_id: Option<String>,
    subject: Option<String>,
    action: String,
    attempts: i64,
    faults: i64,
    delayed_at: Option<i64>,
    uncertain: i64,
    created_at: i64,
}

/// The columns of a [`Row`].
macro_rules! columns {
    () => {
        "seq, key, rank, audience, partner_id, subject, action, attempts, faults, delayed_at, uncertain, created_at"
    };
}
pub(super) use columns;

impl From<Row> for Claimed {
    fn from(row: Row) -> Self {
        Self {
            seq: row.seq,
            key: row.key,
            rank: match row.rank {
                0 => Rank::Ordinary,
                1 => Rank::Answer,
                _ => Rank::Partner,
            },
            audience: match (row.audience.as_str(), row.partner_id) {
                ("partner", Some(id)) => Audience::Partner(id.into()),
                _ => Audience::Internal,
            },
            subject: row.subject,
            action: serde_json::from_str(&row.action).unwrap_or(Action::Unreadable),
            attempts: row.attempts,
            faults: row.faults,
            delayed_at: row.delayed_at,
            uncertain: row.uncertain != 0,
            created_at: row.created_at,
        }
    }
}

/// Claims the next row of up to `limit` lanes, of `least` rank or above, the highest first.
pub async fn claim(db: &Db, now: i64, lease: Duration, least: Rank, limit: i64) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE OF o SKIP LOCKED" } else { "" };
    let clock = tx.clock();
    // A row that is still claimed when it is claimed again was never settled.
    let sql = format!(
        "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, lease_until = {clock} + $2, \
         uncertain = CASE WHEN state = 'claimed' THEN 1 ELSE uncertain END \
         WHERE seq IN ({HEADS} SELECT o.seq FROM outbox o WHERE o.seq IN (SELECT seq FROM heads) AND o.rank >= $3 \
          AND ((o.state = 'waiting' AND (o.not_before <= $1 OR o.not_before > $1 + {FARTHEST_MS})) OR (o.state = 'claimed' AND o.lease_until <= {clock})) \
          ORDER BY o.rank DESC, o.seq LIMIT $4{skip_locked}) \
         RETURNING {columns}",
        columns = columns!()
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let rows = sql_all!(&mut tx, Row, sqlx::AssertSqlSafe(sql.clone()), now, lease, least as i64, limit)?;
    failpoint!("outbox.claim");
    tx.commit().await?;
    failpoint!("outbox.claimed");
    let mut claimed: Vec<Claimed> = rows.into_iter().map(Claimed::from).collect();
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
    fate: Fate,
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
        fate.as_str(),
        now,
        channel,
        ts,
        error
    )?;
    Ok(settled == 1)
}

/// Why a row is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again<'a> {
    /// For how long, in milliseconds.
    pub wait: i64,
    /// It may have arrived all the same.
    pub uncertain: bool,
    /// How many tries failed by now.
    pub faults: i64,
    /// What was wrong.
    pub why: &'a str,
}

/// Puts a row back. `false`: the claim was lost.
pub async fn retry_later(tx: &mut Tx, row: &Claimed, now: i64, again: Again<'_>) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE outbox SET state = 'waiting', lease_until = 0, not_before = $3, delayed_at = COALESCE(delayed_at, $4), \
         uncertain = $5, faults = $6, error = $7 WHERE seq = $1 AND attempts = $2 AND state = 'claimed'",
        row.seq,
        row.attempts,
        soon(now, again.wait),
        now,
        i64::from(again.uncertain),
        again.faults,
        again.why
    )?;
    Ok(settled == 1)
}

/// Gives back what a process that is gone had claimed; what became of it is uncertain.
pub async fn release_all(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'")?;
    tx.commit().await
}
