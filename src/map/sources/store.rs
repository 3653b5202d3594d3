//! The sources' SQL.

pub mod reads;

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::standing::{Marks, Standing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ImportId, PartnerId};
use crate::store::{Db, Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    partner_id: Option<String>,
    tried_at: Option<i64>,
    good_at: Option<i64>,
    changed_at: Option<i64>,
    result: Option<String>,
    error: Option<String>,
    failures: i64,
    failing_since: Option<i64>,
    told: i64,
    unreadable: i64,
    etag: Option<String>,
    modified: Option<String>,
    cursor: Option<String>,
    hash: Option<String>,
    refresh_token: Option<String>,
    partners: String,
    claims: i64,
}

/// Every column that [`Row`] reads.
const COLUMNS: &str = "name, partner_id, tried_at, good_at, changed_at, result, error, failures, failing_since, told, unreadable, etag, \
     modified, cursor, hash, refresh_token, partners, claims";

impl TryFrom<Row> for Standing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let at = |ms: Option<i64>| ms.map(instant).transpose();
        Ok(Self {
            partner: row.partner_id.map(Into::into),
            tried_at: at(row.tried_at)?,
            good_at: at(row.good_at)?,
            changed_at: at(row.changed_at)?,
            result: row.result,
            error: row.error,
            failures: row.failures,
            failing_since: at(row.failing_since)?,
            told: row.told != 0,
            unreadable: row.unreadable != 0,
            partners: serde_json::from_str(&row.partners)?,
            marks: Marks { etag: row.etag, modified: row.modified, cursor: row.cursor, hash: row.hash },
        })
    }
}

/// A source in the hands of one process.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// A refresh token that took the place of the configured one, sealed.
    pub refresh_token: Option<String>,
    number: i64,
}

/// Notes a source that is configured. What was known of it holds as long as it is of the same partner.
pub async fn register(
    tx: &mut Tx,
    name: &str,
    written: Option<&str>,
    partner: Option<&PartnerId>,
) -> Result<()> {
    let partner = partner.map(PartnerId::as_str);
    sql_exec!(
        tx,
        "INSERT INTO list_sources (name, partner_written, partner_id) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET partner_written = excluded.partner_written, partner_id = excluded.partner_id",
        name,
        written,
        partner
    )?;
    Ok(())
}

/// The partner that a source was registered with under this word; it may be called otherwise by now.
pub async fn registered(tx: &mut Tx, name: &str, written: &str) -> Result<Option<PartnerId>> {
    let found = sql_opt!(
        tx,
        (Option<String>,),
        "SELECT partner_id FROM list_sources WHERE name = $1 AND partner_written = $2",
        name,
        written
    )?;
    Ok(found.and_then(|(id,)| id).map(Into::into))
}

/// Claims one of these sources that is due at `now`, for as long as `lease`.
pub async fn claim(db: &Db, names: &[&str], now: Timestamp, lease: Duration) -> Result<Option<Claim>> {
    let mut tx = db.begin().await?;
    let sql = tx.claim_by_name("list_sources", COLUMNS);
    let row = sql_opt!(
        &mut tx,
        Row,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(names)?,
        millis(now),
        i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
    )?;
    tx.commit().await?;
    row.map(|row| {
        Ok(Claim {
            name: row.name.clone(),
            refresh_token: row.refresh_token.clone(),
            number: row.claims,
            standing: row.try_into()?,
        })
    })
    .transpose()
}

/// Gives back what a process that is gone had claimed.
pub async fn release_all(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE list_sources SET lease_until = 0 WHERE lease_until > 0")?;
    tx.commit().await
}

/// Ends a claim: it is looked at again at `next`. `false`: the claim was lost, and nothing may be changed.
pub async fn settle(tx: &mut Tx, claim: &Claim, next: Timestamp) -> Result<bool> {
    let ours = sql_exec!(
        tx,
        "UPDATE list_sources SET next_at = $3, lease_until = 0 WHERE name = $1 AND claims = $2",
        &claim.name,
        claim.number,
        millis(next)
    )?;
    Ok(ours == 1)
}

/// Has a source looked at now, whenever it would be otherwise.
pub async fn due_now(tx: &mut Tx, name: &str, now: Timestamp) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE list_sources SET next_at = $2 WHERE name = $1 AND next_at > $2",
        name,
        millis(now)
    )?;
    Ok(())
}

/// How many of these sources are due at `now` or looked at.
pub async fn at_work(tx: &mut Tx, names: &[&str], now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM list_sources WHERE name IN ({}) AND (next_at <= $2 OR lease_until > {})",
        tx.texts(),
        tx.clock()
    );
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?, millis(now))?)
}

/// How a source stands; nobody else changes it until the transaction ends.
pub async fn take(tx: &mut Tx, name: &str) -> Result<Option<Standing>> {
    sql_exec!(tx, "UPDATE list_sources SET name = name WHERE name = $1", name)?;
    let sql = format!("SELECT {COLUMNS} FROM list_sources WHERE name = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), name)?.map(Standing::try_from).transpose()
}

/// How every source stands that was ever configured, by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<(String, Standing)>> {
    let sql = format!("SELECT {COLUMNS} FROM list_sources ORDER BY name");
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(|row| Ok((row.name.clone(), row.try_into()?))).collect()
}

/// Saves how a source stands.
pub async fn save(tx: &mut Tx, name: &str, s: &Standing) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE list_sources SET tried_at = $2, good_at = $3, changed_at = $4, result = $5, error = $6, failures = $7, \
         failing_since = $8, told = $9, etag = $10, modified = $11, cursor = $12, hash = $13, partners = $14, \
         unreadable = $15 WHERE name = $1",
        name,
        s.tried_at.map(millis),
        s.good_at.map(millis),
        s.changed_at.map(millis),
        s.result.as_deref(),
        s.error.as_deref(),
        s.failures,
        s.failing_since.map(millis),
        i64::from(s.told),
        s.marks.etag.as_deref(),
        s.marks.modified.as_deref(),
        s.marks.cursor.as_deref(),
        s.marks.hash.as_deref(),
        serde_json::to_string(&s.partners)?,
        i64::from(s.unreadable)
    )?;
    Ok(())
}

/// Keeps a refresh token that took the place of another, sealed.
pub async fn keep_refresh_token(tx: &mut Tx, name: &str, sealed: &str) -> Result<()> {
    sql_exec!(tx, "UPDATE list_sources SET refresh_token = $2 WHERE name = $1", name, sealed)?;
    Ok(())
}

/// The refresh token that took the place of the configured one, sealed.
pub async fn refresh_token(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    let found =
        sql_opt!(tx, (Option<String>,), "SELECT refresh_token FROM list_sources WHERE name = $1", name)?;
    Ok(found.and_then(|(sealed,)| sealed))
}

/// Whether a list of this source is on its way into the map: `Some(true)` when it waits for a person.
pub async fn under_way(tx: &mut Tx, name: &str) -> Result<Option<bool>> {
    let state = sql_opt!(
        tx,
        (String,),
        "SELECT state FROM imports WHERE file_id LIKE $1 AND state NOT IN ('done', 'cancelled', 'failed') \
         ORDER BY created_at DESC LIMIT 1",
        format!("source:{name}:%")
    )?;
    Ok(state.map(|(state,)| matches!(state.as_str(), "asking" | "previewed")))
}

/// How long what was delivered is remembered.
const REMEMBERED_MS: i64 = 30 * 86_400_000;

/// Notes that this was delivered; `false` when it was before. Forgets what nobody delivers again.
pub async fn delivered(tx: &mut Tx, now: Timestamp, key: &str) -> Result<bool> {
    sql_exec!(tx, "DELETE FROM hook_deliveries WHERE taken_at < $1", millis(now) - REMEMBERED_MS)?;
    let new = sql_exec!(
        tx,
        "INSERT INTO hook_deliveries (key, taken_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
        key,
        millis(now)
    )?;
    Ok(new == 1)
}

/// Keeps a list that was posted until its import ends; those of imports that have ended go.
pub async fn keep_posted(tx: &mut Tx, import: &ImportId, content: &str) -> Result<()> {
    sql_exec!(
        tx,
        "DELETE FROM hook_lists WHERE import_id IN (SELECT id FROM imports WHERE state IN ('done', 'cancelled', 'failed'))"
    )?;
    sql_exec!(tx, "INSERT INTO hook_lists (import_id, content) VALUES ($1, $2)", import.as_str(), content)?;
    Ok(())
}

/// A list that was posted.
pub async fn posted(tx: &mut Tx, import: &ImportId) -> Result<Option<String>> {
    let found =
        sql_opt!(tx, (String,), "SELECT content FROM hook_lists WHERE import_id = $1", import.as_str())?;
    Ok(found.map(|(content,)| content))
}

/// What became of an overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not known.
    New,
    /// It differs.
    Changed,
    /// The list no longer has it.
    Gone,
}

/// An overlap that a list changed: the account's name and domain, the partner, what changed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Named {
    /// The account.
    pub account: String,
    /// Its domain.
    pub domain: Option<String>,
    /// The partner.
    pub partner: String,
    /// What changed, in words.
    pub note: Option<String>,
}

/// A few of the overlaps that a list that was written at `at` changed so, the largest deals first.
pub async fn changed_at(
    tx: &mut Tx,
    partners: &[PartnerId],
    change: Change,
    at: Timestamp,
    most: i64,
) -> Result<Vec<Named>> {
    let when = match change {
        Change::New => "o.first_seen = $2",
        Change::Changed => "o.changed_at = $2 AND o.first_seen < $2",
        Change::Gone => "o.gone_at = $2",
    };
    let sql = format!(
        "SELECT a.name AS account, a.domain, p.name AS partner, o.change_note AS note FROM account_overlaps o \
         JOIN accounts a ON a.id = o.account_id JOIN partners p ON p.id = o.partner_id \
         WHERE o.source = 'list' AND o.partner_id IN ({}) AND {when} ORDER BY COALESCE(o.amount_hundredths, 0) DESC, a.name LIMIT $3",
        tx.texts()
    );
    Ok(sql_all!(tx, Named, AssertSqlSafe(sql.clone()), serde_json::to_string(partners)?, millis(at), most)?)
}

/// Sets the interval in which a partner's list is expected, where it is longer than `days`; `false` where it is not.
pub async fn expect(tx: &mut Tx, partner: &PartnerId, days: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE partners SET refresh_days = $2 WHERE id = $1 AND refresh_days > $2",
        partner.as_str(),
        days
    )?;
    Ok(changed == 1)
}
