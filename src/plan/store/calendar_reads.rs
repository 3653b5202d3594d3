//! The calendars that are read: how each stands, and which process is at it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::map::sources::standing::Marks;
use crate::store::{Db, Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

/// How a calendar that is read stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it was last read well.
    pub good_at: Option<Timestamp>,
    /// What that found, in words.
    pub result: Option<String>,
    /// Looks that failed since.
    pub failures: i64,
    /// Why the last one did.
    pub error: Option<String>,
    /// What it is asked with next time.
    pub marks: Marks,
}

/// A calendar in the hands of one process.
#[derive(Clone, Debug)]
pub struct CalendarClaim {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub reading: Reading,
    number: i64,
}

type ReadingRow = (
    String,
    Option<i64>,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
);

const READING: &str = "name, good_at, result, failures, error, etag, modified, hash, claims";

fn reading(row: ReadingRow) -> Result<(String, Reading, i64)> {
    let (name, good_at, result, failures, error, etag, modified, hash, claims) = row;
    let marks = Marks { etag, modified, cursor: None, hash };
    Ok((name, Reading { good_at: good_at.map(instant).transpose()?, result, failures, error, marks }, claims))
}

/// Notes a calendar that is configured.
pub async fn register_calendar(tx: &mut Tx, name: &str) -> Result<()> {
    sql_exec!(tx, "INSERT INTO calendar_reads (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name)?;
    Ok(())
}

/// Gives back what a process that is gone had claimed.
pub async fn release_calendars(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE calendar_reads SET lease_until = 0 WHERE lease_until > 0")?;
    tx.commit().await
}

/// How the calendars stand, by name.
pub async fn readings(tx: &mut Tx) -> Result<HashMap<String, Reading>> {
    let sql = format!("SELECT {READING} FROM calendar_reads");
    let rows = sql_all!(tx, ReadingRow, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(|row| reading(row).map(|(name, reading, _)| (name, reading))).collect()
}

/// Claims one of these calendars that is due at `now`, for as long as `lease`.
pub async fn claim_calendar(
    db: &Db,
    names: &[&str],
    now: Timestamp,
    lease: Duration,
) -> Result<Option<CalendarClaim>> {
    let mut tx = db.begin().await?;
    let sql = tx.claim_by_name("calendar_reads", READING);
    let row = sql_opt!(
        &mut tx,
        ReadingRow,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(names)?,
        millis(now),
        i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
    )?;
    tx.commit().await?;
    let claim = row.map(reading).transpose()?;
    Ok(claim.map(|(name, reading, number)| CalendarClaim { name, reading, number }))
}

/// Ends a claim with how the calendar stands now; `false` when it was lost to another process.
pub async fn settle_calendar(
    tx: &mut Tx,
    claim: &CalendarClaim,
    now: &Reading,
    next: Timestamp,
) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE calendar_reads SET next_at = $3, lease_until = 0, good_at = $4, result = $5, failures = $6, error = $7, etag = $8, \
         modified = $9, hash = $10 WHERE name = $1 AND claims = $2",
        &claim.name,
        claim.number,
        millis(next),
        now.good_at.map(millis),
        now.result.as_deref(),
        now.failures,
        now.error.as_deref(),
        now.marks.etag.as_deref(),
        now.marks.modified.as_deref(),
        now.marks.hash.as_deref()
    )?;
    Ok(settled == 1)
}

/// How many of these calendars are due at `now` or looked at.
pub async fn calendars_at_work(tx: &mut Tx, names: &[&str], now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM calendar_reads WHERE name IN ({}) AND (next_at <= $2 OR lease_until > {})",
        tx.texts(),
        tx.clock()
    );
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?, millis(now))?)
}

/// Has these calendars read at once; of one that does not change all of it.
pub async fn read_calendars_now(tx: &mut Tx, names: &[&str]) -> Result<()> {
    let sql = format!(
        "UPDATE calendar_reads SET next_at = 0, etag = NULL, modified = NULL, hash = NULL WHERE name IN ({})",
        tx.texts()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?)?;
    Ok(())
}
