//! The feeds of partners' launches: how each stands, and which process is at it.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::map::sources::standing::Marks;
use crate::store::{Db, Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

/// How a feed stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedStanding {
    /// When it was last read well.
    pub good_at: Option<Timestamp>,
    /// What that found, in words.
    pub result: Option<String>,
    /// Looks that failed since.
    pub failures: i64,
    /// Why the last one did.
    pub error: Option<String>,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// Somebody was told of them.
    pub told: bool,
    /// What it is asked with next time.
    pub marks: Marks,
}

/// A feed in the hands of one process.
#[derive(Clone, Debug)]
pub struct FeedClaim {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: FeedStanding,
    number: i64,
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
    fn read(self) -> Result<FeedClaim> {
        let standing = FeedStanding {
            good_at: self.good_at.map(instant).transpose()?,
            result: self.result,
            failures: self.failures,
            error: self.error,
            failing_since: self.failing_since.map(instant).transpose()?,
            told: self.told != 0,
            marks: Marks { etag: self.etag, modified: self.modified, cursor: None, hash: self.hash },
        };
        Ok(FeedClaim { name: self.name, standing, number: self.claims })
    }
}

/// Notes a feed that is configured.
pub async fn register_feed(tx: &mut Tx, name: &str) -> Result<()> {
    sql_exec!(tx, "INSERT INTO launch_feeds (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name)?;
    Ok(())
}

/// Gives back what a process that is gone had claimed.
pub async fn release_feeds(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE launch_feeds SET lease_until = 0 WHERE lease_until > 0")?;
    tx.commit().await
}

/// How the feeds stand, by name.
pub async fn feed_standings(tx: &mut Tx) -> Result<HashMap<String, FeedStanding>> {
    let sql = format!("SELECT {COLUMNS} FROM launch_feeds");
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(|row| row.read().map(|claim| (claim.name, claim.standing))).collect()
}

/// Claims one of these feeds that is due at `now`, for as long as `lease`.
pub async fn claim_feed(
    db: &Db,
    names: &[&str],
    now: Timestamp,
    lease: Duration,
) -> Result<Option<FeedClaim>> {
    let mut tx = db.begin().await?;
    let sql = tx.claim_by_name("launch_feeds", COLUMNS);
    let row = sql_opt!(
        &mut tx,
        Row,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(names)?,
        millis(now),
        i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
    )?;
    tx.commit().await?;
    row.map(Row::read).transpose()
}

/// Ends a claim with how the feed stands now; `false` when it was lost to another process.
pub async fn settle_feed(
    tx: &mut Tx,
    claim: &FeedClaim,
    now: &FeedStanding,
    next: Timestamp,
) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE launch_feeds SET next_at = $3, lease_until = 0, good_at = $4, result = $5, failures = $6, error = $7, \
         failing_since = $8, told = $9, etag = $10, modified = $11, hash = $12 WHERE name = $1 AND claims = $2",
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

/// How many of these feeds are due at `now` or looked at.
pub async fn feeds_at_work(tx: &mut Tx, names: &[&str], now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM launch_feeds WHERE name IN ({}) AND (next_at <= $2 OR lease_until > {})",
        tx.texts(),
        tx.clock()
    );
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?, millis(now))?)
}

/// Has these feeds read at once.
pub async fn read_feeds_now(tx: &mut Tx, names: &[&str]) -> Result<()> {
    let sql = format!("UPDATE launch_feeds SET next_at = 0 WHERE name IN ({})", tx.texts());
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?)?;
    Ok(())
}
