//! Claims: one worker at a time, the envelopes of one lane in order, on any number of replicas.
//!
//! A claim is a lease. It is renewed while the work is under way; when its worker is gone it runs out, and another
//! takes over. Leases are measured by the database's clock, which all replicas share; every write that ends a claim names
//! the attempt, so whoever has lost it changes nothing.

use std::time::Duration;

use super::super::envelope::{Envelope, Kind};
use super::super::{FARTHEST_MS, soon};
use crate::kernel::error::{Error, Result};
use crate::store::{Db, Tx};
use crate::{failpoint, sql_all, sql_exec};

/// A claim looks at so many open envelopes: a long lane that is under way must not make every look expensive. While a
/// lane waits for its retry, which can be long, a claim looks past the window. (An index in the order of the lanes would
/// do without one, and makes every insert half as slow again.)
const WINDOW: i64 = 4_096;
/// Serialises the claims of all replicas: of two that claim at once, the second would see a lane's first envelopes as
/// locked, skip them, and start in the middle.
const CLAIMING: i64 = 0x7461_6e64_656d;

/// The right to settle an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its place in the order of arrival.
    pub seq: i64,
    /// Which claim of it this is. Those whose worker gave the envelope back unhandled do not count.
    pub attempt: i64,
}

/// An envelope that a worker has claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The right to settle it.
    pub claim: Claim,
    /// How many tries failed.
    pub faults: i64,
    /// When it was committed, in milliseconds UTC.
    pub received_at: i64,
    /// What came.
    pub envelope: Envelope,
}

type Row = (i64, i64, i64, i64, String, String, String, String, String);

/// Claims up to `limit` envelopes in order of arrival, of lanes of which nobody has one in hand or put back for later.
pub async fn claim(db: &Db, urgent: bool, now: i64, lease: Duration, limit: i64) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    if tx.is_postgres() {
        sql_exec!(&mut tx, "SELECT pg_advisory_xact_lock($1)", CLAIMING + i64::from(urgent))?;
    }
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let clock = tx.clock();
    let sql = format!(
        "UPDATE inbox SET state = 1, attempts = attempts + 1, lease_until = {clock} + $1 WHERE seq IN \
         (SELECT i.seq FROM inbox i WHERE i.urgent = $2 AND i.state < 2 \
          AND i.seq < CASE WHEN EXISTS (SELECT 1 FROM inbox r WHERE r.urgent = $2 AND r.state < 2 \
            AND (r.lease_until > 0 OR r.not_before > 0) AND r.not_before > $3) THEN {max} \
           ELSE COALESCE((SELECT w.seq FROM inbox w WHERE w.urgent = $2 AND w.state < 2 ORDER BY w.seq LIMIT 1 OFFSET {WINDOW}), {max}) END \
          AND i.lane NOT IN (SELECT b.lane FROM inbox b WHERE b.urgent = $2 AND b.state < 2 AND (b.lease_until > 0 OR b.not_before > 0) \
           AND (b.lease_until > {clock} OR (b.not_before > $3 AND b.not_before <= $3 + {FARTHEST_MS}))) \
          ORDER BY i.seq LIMIT $4{skip_locked}) \
         RETURNING seq, attempts, faults, received_at, key, kind, name, lane, payload",
        max = i64::MAX,
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let rows =
        sql_all!(&mut tx, Row, sqlx::AssertSqlSafe(sql.clone()), lease, i64::from(urgent), now, limit)?;
    failpoint!("inbox.claim");
    tx.commit().await?;
    failpoint!("inbox.claimed");
    let mut claimed: Vec<Claimed> = rows
        .into_iter()
        .map(|(seq, attempt, faults, received_at, key, kind, name, lane, payload)| Claimed {
            claim: Claim { seq, attempt },
            faults,
            received_at,
            envelope: Envelope { key, kind: Kind::from_name(&kind), name, lane, payload, retry: None },
        })
        .collect();
    claimed.sort_by_key(|c| c.claim.seq);
    Ok(claimed)
}

/// Keeps what is under way claimed for another `lease`, but for what is being settled at this moment.
pub async fn renew(db: &Db, seqs: &[i64], lease: Duration) -> Result<()> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE inbox SET lease_until = {} + $2 WHERE seq IN \
         (SELECT seq FROM inbox WHERE state = 1 AND seq IN ({}){skip_locked})",
        tx.clock(),
        tx.numbers()
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    sql_exec!(&mut tx, sqlx::AssertSqlSafe(sql.clone()), serde_json::to_string(seqs)?, lease)?;
    tx.commit().await
}

/// Marks an envelope handled, in the transaction of what it caused.
///
/// # Errors
/// When the claim was lost: the transaction must not be committed, another worker handles the envelope.
pub async fn done(tx: &mut Tx, claim: Claim) -> Result<()> {
    let settled = sql_exec!(
        tx,
        "UPDATE inbox SET state = 2, payload = '', lease_until = 0, not_before = 0, error = NULL \
         WHERE seq = $1 AND attempts = $2 AND state = 1",
        claim.seq,
        claim.attempt
    )?;
    if settled == 1 { Ok(()) } else { Err(Error::fault("another worker has taken this envelope over")) }
}

/// Marks many handled that caused nothing; those of which the claim was lost stay as they are.
pub async fn done_all(db: &Db, claims: &[Claim]) -> Result<()> {
    settle_all(db, claims, "state = 2, payload = '', lease_until = 0, not_before = 0, error = NULL").await
}

/// Gives envelopes back that were not begun; the claim does not count as a try.
pub async fn release(db: &Db, claims: &[Claim]) -> Result<()> {
    settle_all(db, claims, "state = 0, lease_until = 0, attempts = attempts - 1").await
}

async fn settle_all(db: &Db, claims: &[Claim], set: &str) -> Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(i64, i64)> = claims.iter().map(|c| (c.seq, c.attempt)).collect();
    let mut tx = db.begin().await?;
    // Two processes that settle the same rows take them in one order.
    let in_order = if tx.is_postgres() { " ORDER BY i.seq FOR UPDATE OF i" } else { "" };
    let sql = format!(
        "UPDATE inbox SET {set} WHERE seq IN (SELECT i.seq FROM inbox i \
         JOIN (SELECT CAST(value ->> 0 AS BIGINT) AS s, CAST(value ->> 1 AS BIGINT) AS a FROM {}) c \
         ON i.seq = c.s AND i.attempts = c.a WHERE i.state = 1{in_order})",
        tx.each()
    );
    sql_exec!(&mut tx, sqlx::AssertSqlSafe(sql.clone()), serde_json::to_string(&pairs)?)?;
    tx.commit().await
}

/// Why an envelope is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again<'a> {
    /// For how long, in milliseconds; its lane waits with it.
    pub wait: i64,
    /// It was tried and failed; otherwise it could not be tried now, which does not count.
    pub fault: bool,
    /// What was wrong.
    pub why: &'a str,
}

/// Puts an envelope back. `false`: the claim was lost.
pub async fn retry_later(tx: &mut Tx, claim: Claim, now: i64, again: Again<'_>) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE inbox SET state = 0, lease_until = 0, not_before = $3, faults = faults + $4, attempts = attempts - 1 + $4, \
         error = $5 WHERE seq = $1 AND attempts = $2 AND state = 1",
        claim.seq,
        claim.attempt,
        soon(now, again.wait),
        i64::from(again.fault),
        again.why
    )?;
    Ok(settled == 1)
}

/// Buries an envelope that cannot be handled; `tandem doctor` and `/partner status` show it. `false`: the claim was lost.
pub async fn bury(tx: &mut Tx, claim: Claim, error: &str) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE inbox SET state = 3, lease_until = 0, not_before = 0, error = $3 WHERE seq = $1 AND attempts = $2 AND state = 1",
        claim.seq,
        claim.attempt,
        error
    )?;
    Ok(settled == 1)
}

/// Gives back what a process that is gone had claimed. Only for a database that has one process.
pub async fn release_all(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE inbox SET state = 0, lease_until = 0 WHERE state = 1")?;
    tx.commit().await
}
