//! Next steps, the log, and the weekly mapping.

use jiff::Timestamp;

use super::super::record::{Close, Entry, Kind, Step};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, StepId, UserId, random};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct StepRow {
    id: String,
    account_id: String,
    text: String,
    owner: String,
    due: String,
    created_by: String,
    link: Option<String>,
    version: i64,
}

impl TryFrom<StepRow> for Step {
    type Error = Error;

    fn try_from(row: StepRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            text: row.text,
            owner: row.owner.into(),
            due: row.due.parse()?,
            created_by: row.created_by.into(),
            link: row.link,
            version: row.version,
        })
    }
}

/// An account's open steps, the most urgent first.
pub(super) async fn steps(tx: &mut Tx, account: &AccountId) -> Result<Vec<Step>> {
    let rows = sql_all!(
        tx,
        StepRow,
        "SELECT id, account_id, text, owner, due, created_by, link, version FROM account_steps \
         WHERE account_id = $1 AND state = 'open' ORDER BY due, created_at, id",
        account.as_str()
    )?;
    rows.into_iter().map(Step::try_from).collect()
}

/// An open step.
pub async fn step(tx: &mut Tx, id: &StepId) -> Result<Option<Step>> {
    let row = sql_opt!(
        tx,
        StepRow,
        "SELECT id, account_id, text, owner, due, created_by, link, version FROM account_steps WHERE id = $1 AND state = 'open'",
        id.as_str()
    )?;
    row.map(Step::try_from).transpose()
}

/// Adds a step.
pub async fn insert_step(tx: &mut Tx, now: Timestamp, step: &Step, sample: bool) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_steps (id, account_id, text, owner, due, link, sample, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        step.id.as_str(),
        step.account.as_str(),
        &step.text,
        step.owner.as_str(),
        step.due.to_string(),
        step.link.as_deref(),
        i64::from(sample),
        step.created_by.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// Closes a step if nobody changed it since version `seen`; `false` when somebody did.
pub async fn close_step(
    tx: &mut Tx,
    now: Timestamp,
    id: &StepId,
    seen: i64,
    how: Close,
    by: &UserId,
) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE account_steps SET state = $3, closed_by = $4, closed_at = $5, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state = 'open'",
        id.as_str(),
        seen,
        how.as_str(),
        by.as_str(),
        millis(now)
    )?;
    Ok(changed == 1)
}

/// The newest entries of an account's log, and its last touch whatever its age.
pub(super) async fn log(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<Vec<Entry>> {
    type Row = (String, String, String, Option<String>, Option<String>, String, i64);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT kind, on_date, text, said_by, link, logged_by, logged_at FROM (\
         SELECT kind, on_date, text, said_by, link, logged_by, logged_at, id, \
         ROW_NUMBER() OVER (PARTITION BY kind ORDER BY on_date DESC, logged_at DESC, id) AS place \
         FROM account_log WHERE account_id = $1) newest WHERE place <= $2 ORDER BY on_date DESC, logged_at DESC, id",
        account.as_str(),
        limit / 2
    )?;
    rows.into_iter()
        .map(|(kind, on, text, said_by, link, by, at)| {
            Ok(Entry {
                kind: Kind::stored(&kind).ok_or_else(|| unknown("kind of log entry", &kind))?,
                on: on.parse()?,
                text,
                said_by: said_by.map(Into::into),
                link,
                by: by.into(),
                at: instant(at)?,
            })
        })
        .collect()
}

/// Adds an entry to an account's log.
pub async fn insert_entry(tx: &mut Tx, account: &AccountId, entry: &Entry, sample: bool) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_log (id, account_id, kind, on_date, text, said_by, link, sample, logged_by, logged_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        random(20),
        account.as_str(),
        entry.kind.as_str(),
        entry.on.to_string(),
        &entry.text,
        entry.said_by.as_ref().map(UserId::as_str),
        entry.link.as_deref(),
        i64::from(sample),
        entry.by.as_str(),
        millis(entry.at)
    )?;
    Ok(())
}

/// Whether an account was reviewed in this walk.
pub async fn was_reviewed(tx: &mut Tx, walk: &str, account: &AccountId) -> Result<bool> {
    let sql = "SELECT outcome FROM account_reviews WHERE walk = $1 AND account_id = $2";
    Ok(sql_opt!(tx, (String,), sql, walk, account.as_str())?.is_some())
}

/// Remembers what became of an account in a walk.
pub async fn insert_review(
    tx: &mut Tx,
    now: Timestamp,
    walk: &str,
    account: &AccountId,
    by: &UserId,
    outcome: &str,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_reviews (walk, account_id, outcome, reviewed_by, reviewed_at) VALUES ($1, $2, $3, $4, $5)",
        walk,
        account.as_str(),
        outcome,
        by.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// What became of the accounts of a walk: name and outcome, in the order in which they were reviewed.
pub async fn reviews(tx: &mut Tx, walk: &str) -> Result<Vec<(String, String)>> {
    Ok(sql_all!(
        tx,
        (String, String),
        "SELECT a.name, r.outcome FROM account_reviews r JOIN accounts a ON a.id = r.account_id \
         WHERE r.walk = $1 ORDER BY r.reviewed_at, a.name_key",
        walk
    )?)
}

/// Follows the removal of the sample data on accounts that stay.
pub async fn remove_samples(tx: &mut Tx) -> Result<()> {
    for sql in [
        "DELETE FROM account_people WHERE sample = 1",
        "DELETE FROM account_steps WHERE sample = 1",
        "DELETE FROM account_log WHERE sample = 1",
        "DELETE FROM account_decisions WHERE sample = 1",
    ] {
        sql_exec!(tx, sql)?;
    }
    Ok(())
}
