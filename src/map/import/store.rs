//! The imports' SQL.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::{Extent, Import, Kind, State};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ImportId, PartnerId, UserId};
use crate::map::intake::table::Mapping;
use crate::map::lists::Whose;
use crate::store::{Db, Tx, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    file_id: String,
    file_name: String,
    channel: String,
    thread_ts: Option<String>,
    partner_id: Option<String>,
    kind: String,
    uploaded_by: String,
    state: String,
    headers: String,
    mapping: Option<String>,
    extent: String,
    counts: Option<String>,
    error: Option<String>,
    version: i64,
    attempts: i64,
}

/// Every column that [`Row`] reads.
const COLUMNS: &str = "id, file_id, file_name, channel, thread_ts, partner_id, kind, uploaded_by, state, headers, mapping, extent, counts, \
     error, version, attempts";

/// The states in which the worker has something to do.
const WORK: &str = "state IN ('received', 'counting', 'importing')";

impl TryFrom<Row> for Import {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            file_id: row.file_id,
            file_name: row.file_name,
            channel: row.channel.into(),
            thread: row.thread_ts,
            partner: row.partner_id.map(Into::into),
            kind: Kind::stored(&row.kind).ok_or_else(|| unknown("kind of list", &row.kind))?,
            uploaded_by: row.uploaded_by.into(),
            state: State::stored(&row.state).ok_or_else(|| unknown("import state", &row.state))?,
            headers: serde_json::from_str(&row.headers)?,
            mapping: row.mapping.map(|m| serde_json::from_str(&m)).transpose()?,
            extent: Extent::stored(&row.extent).ok_or_else(|| unknown("extent of a list", &row.extent))?,
            counts: row.counts.map(|c| serde_json::from_str(&c)).transpose()?.unwrap_or_default(),
            error: row.error,
            version: row.version,
        })
    }
}

/// Adds an import; `false` when its file is known already.
pub async fn insert(tx: &mut Tx, now: Timestamp, import: &Import) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO imports (id, file_id, file_name, channel, thread_ts, uploaded_by, state, partner_id, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $8, $8) ON CONFLICT (file_id) DO NOTHING",
        import.id.as_str(),
        &import.file_id,
        &import.file_name,
        import.channel.as_str(),
        import.thread.as_deref(),
        import.uploaded_by.as_str(),
        import.state.as_str(),
        millis(now),
        import.partner.as_ref().map(PartnerId::as_str)
    )?;
    Ok(added == 1)
}

/// Saves an import if it is still in version `seen`, and lets go of it; `false` when somebody was faster.
pub async fn save(tx: &mut Tx, now: Timestamp, import: &mut Import, seen: i64) -> Result<bool> {
    let saved = sql_exec!(
        tx,
        "UPDATE imports SET partner_id = $3, state = $4, headers = $5, mapping = $6, counts = $7, error = $8, thread_ts = $9, \
         extent = $10, kind = $12, lease_until = 0, attempts = 0, version = version + 1, updated_at = $11 WHERE id = $1 AND version = $2",
        import.id.as_str(),
        seen,
        import.partner.as_ref().map(PartnerId::as_str),
        import.state.as_str(),
        serde_json::to_string(&import.headers)?,
        import.mapping.as_ref().map(serde_json::to_string).transpose()?,
        serde_json::to_string(&import.counts)?,
        import.error.as_deref(),
        import.thread.as_deref(),
        import.extent.as_str(),
        millis(now),
        import.kind.as_str()
    )?;
    if saved == 1 {
        import.version = seen + 1;
    }
    Ok(saved == 1)
}

/// One import.
pub async fn find(tx: &mut Tx, id: &ImportId) -> Result<Option<Import>> {
    let sql = format!("SELECT {COLUMNS} FROM imports WHERE id = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id.as_str())?.map(Import::try_from).transpose()
}

/// An import in the hands of one worker, for as long as it renews its lease.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// As it was claimed.
    pub import: Import,
    /// How often this step was tried, this time included.
    pub attempt: i64,
}

/// Claims the oldest import that there is something to do for.
pub async fn claim(db: &Db, lease: Duration) -> Result<Option<Claimed>> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let clock = tx.clock();
    let sql = format!(
        "UPDATE imports SET attempts = attempts + 1, lease_until = {clock} + $1 WHERE id IN (SELECT id FROM imports \
         WHERE {WORK} AND lease_until <= {clock} ORDER BY created_at, id LIMIT 1{skip_locked}) RETURNING {COLUMNS}"
    );
    let row = sql_opt!(&mut tx, Row, AssertSqlSafe(sql.clone()), in_millis(lease))?;
    tx.commit().await?;
    row.map(|row| Ok(Claimed { attempt: row.attempts, import: row.try_into()? })).transpose()
}

/// Keeps it claimed for `time` from now, to work on it or to try again after that; `false`: the claim was lost.
pub async fn hold(db: &Db, claimed: &Claimed, time: Duration) -> Result<bool> {
    settle(db, claimed, time, 0).await
}

/// Gives it back as if it had not been claimed.
pub async fn release(db: &Db, claimed: &Claimed) -> Result<bool> {
    settle(db, claimed, Duration::ZERO, 1).await
}

async fn settle(db: &Db, claimed: &Claimed, time: Duration, untried: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    let sql = format!(
        "UPDATE imports SET lease_until = {} + $4, attempts = attempts - $5 WHERE id = $1 AND version = $2 AND attempts = $3",
        tx.clock()
    );
    let ours = sql_exec!(
        &mut tx,
        AssertSqlSafe(sql.clone()),
        claimed.import.id.as_str(),
        claimed.import.version,
        claimed.attempt,
        in_millis(time),
        untried
    )?;
    tx.commit().await?;
    Ok(ours == 1)
}

/// Gives back what a process that is gone had claimed.
pub async fn release_all(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE imports SET lease_until = 0 WHERE lease_until > 0")?;
    tx.commit().await
}

fn in_millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// How many imports there is something to do for.
pub async fn at_work(tx: &mut Tx) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM imports WHERE {WORK}");
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()))?)
}

/// Of these imports those whose file is still needed.
pub async fn unfinished(tx: &mut Tx, ids: &[&str]) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT id FROM imports WHERE state NOT IN ('done', 'cancelled', 'failed') AND id IN ({})",
        tx.texts()
    );
    let rows = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How the columns of such a header were read last time, the newest first: in our list, for a partner, or (`None`) for rows
/// that name theirs.
pub async fn remembered(tx: &mut Tx, fingerprint: &str) -> Result<Vec<(Option<Whose>, Mapping)>> {
    let rows = sql_all!(
        tx,
        (String, String),
        "SELECT partner_id, mapping FROM column_mappings WHERE fingerprint = $1 ORDER BY saved_at DESC",
        fingerprint
    )?;
    rows.into_iter()
        .map(|(partner, mapping)| {
            let whose = match partner.as_str() {
                "" => None,
                id if id == Whose::Ours.as_str() => Some(Whose::Ours),
                id => Some(Whose::Partner(id.into())),
            };
            Ok((whose, serde_json::from_str(&mapping)?))
        })
        .collect()
}

/// Remembers how the columns of such a header are read.
pub async fn remember(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    whose: Option<&Whose>,
    fingerprint: &str,
    mapping: &Mapping,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO column_mappings (partner_id, fingerprint, mapping, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (partner_id, fingerprint) DO UPDATE SET mapping = excluded.mapping, saved_by = excluded.saved_by, \
         saved_at = excluded.saved_at",
        whose.map_or("", Whose::as_str),
        fingerprint,
        serde_json::to_string(mapping)?,
        by.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// Imports that wait for a decision in this channel, for status.
pub async fn waiting(tx: &mut Tx, channel: &ChannelId) -> Result<i64> {
    Ok(sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM imports WHERE channel = $1 AND state IN ('asking', 'previewed')",
        channel.as_str()
    )?)
}
