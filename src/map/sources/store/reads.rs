//! What is read by itself beside lists, each kind in a table of its own: how it stands, and which process is at it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::map::sources::standing::{Marks, ReadKind, Reading};
use crate::store::{Db, Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

/// One of them in the hands of one process.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What it is.
    pub kind: ReadKind,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub reading: Reading,
    number: i64,
}

fn table(kind: ReadKind) -> &'static str {
    match kind {
        ReadKind::Calendar => "calendar_reads",
        ReadKind::Feed => "launch_feeds",
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    good_at: Option<i64>,
    result: Option<String>,
    failures: i64,
    error: Option<String>,
    failing_since: Option<i64>,
    told: i64,
    etag: Option<String>,
    modified: Option<String>,
    hash: Option<String>,
    claims: i64,
}

const COLUMNS: &str =
    "name, good_at, result, failures, error, failing_since, told, etag, modified, hash, claims";

impl Row {
    fn read(self, kind: ReadKind) -> Result<Claim> {
        let reading = Reading {
            good_at: self.good_at.map(instant).transpose()?,
            result: self.result,
            failures: self.failures,
            error: self.error,
            failing_since: self.failing_since.map(instant).transpose()?,
            told: self.told != 0,
            marks: Marks { etag: self.etag, modified: self.modified, cursor: None, hash: self.hash },
        };
        Ok(Claim { kind, name: self.name, reading, number: self.claims })
    }
}

/// Notes one that is configured.
pub async fn register(tx: &mut Tx, kind: ReadKind, name: &str) -> Result<()> {
    let sql = format!("INSERT INTO {} (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", table(kind));
    sql_exec!(tx, AssertSqlSafe(sql.clone()), name)?;
    Ok(())
}

/// Gives back what a process that is gone had claimed. Only for a database that has one process.
pub async fn release_all(db: &Db, kind: ReadKind) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = format!("UPDATE {} SET lease_until = 0 WHERE lease_until > 0", table(kind));
    sql_exec!(&mut tx, AssertSqlSafe(sql.clone()))?;
    tx.commit().await
}

/// How they stand, by name.
pub async fn readings(tx: &mut Tx, kind: ReadKind) -> Result<HashMap<String, Reading>> {
    let sql = format!("SELECT {COLUMNS} FROM {}", table(kind));
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(|row| row.read(kind).map(|claim| (claim.name, claim.reading))).collect()
}

/// Claims one of these that is due at `now`, for as long as `lease`.
pub async fn claim(
    db: &Db,
    kind: ReadKind,
    names: &[&str],
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Claim>> {
    let mut tx = db.begin().await?;
    let sql = tx.claim_by_name(table(kind), COLUMNS);
    let row = sql_opt!(
        &mut tx,
        Row,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(names)?,
        millis(now),
        i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
    )?;
    tx.commit().await?;
    row.map(|row| row.read(kind)).transpose()
}

/// Ends a claim with how it stands now; `false` when it was lost to another process.
pub async fn settle(tx: &mut Tx, claim: &Claim, now: &Reading, next: Timestamp) -> Result<bool> {
    let sql = format!(
        "UPDATE {} SET next_at = $3, lease_until = 0, good_at = $4, result = $5, failures = $6, error = $7, failing_since = $8, \
         told = $9, etag = $10, modified = $11, hash = $12 WHERE name = $1 AND claims = $2",
        table(claim.kind)
    );
    let settled = sql_exec!(
        tx,
        AssertSqlSafe(sql.clone()),
        &claim.name,
        claim.number,
        millis(next),
        now.good_at.map(millis),
        now.result.as_deref(),
        now.failures,
        now.error.as_deref(),
        now.failing_since.map(millis),
        i64::from(now.told),
        now.marks.etag.as_deref(),
        now.marks.modified.as_deref(),
        now.marks.hash.as_deref()
    )?;
    Ok(settled == 1)
}

/// How many of these are due at `now` or looked at.
pub async fn at_work(tx: &mut Tx, kind: ReadKind, names: &[&str], now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM {} WHERE name IN ({}) AND (next_at <= $2 OR lease_until > {})",
        table(kind),
        tx.texts(),
        tx.clock()
    );
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?, millis(now))?)
}

/// Has these read at once; of a calendar that has not changed all of it, because what is looked at has moved on.
pub async fn read_now(tx: &mut Tx, kind: ReadKind, names: &[&str]) -> Result<()> {
    let whole = match kind {
        ReadKind::Calendar => ", etag = NULL, modified = NULL, hash = NULL",
        ReadKind::Feed => "",
    };
    let sql = format!("UPDATE {} SET next_at = 0{whole} WHERE name IN ({})", table(kind), tx.texts());
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?)?;
    Ok(())
}
