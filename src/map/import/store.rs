//! The imports' SQL.

use jiff::Timestamp;

use super::{Extent, Import, State};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ImportId, PartnerId, UserId};
use crate::map::intake::table::Mapping;
use crate::store::{Tx, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    file_id: String,
    file_name: String,
    channel: String,
    thread_ts: Option<String>,
    partner_id: Option<String>,
    uploaded_by: String,
    state: String,
    headers: String,
    mapping: Option<String>,
    extent: String,
    counts: Option<String>,
    stored_at: Option<String>,
    progress: i64,
    error: Option<String>,
    version: i64,
}

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
            uploaded_by: row.uploaded_by.into(),
            state: State::stored(&row.state).ok_or_else(|| unknown("import state", &row.state))?,
            headers: serde_json::from_str(&row.headers)?,
            mapping: row.mapping.map(|m| serde_json::from_str(&m)).transpose()?,
            extent: Extent::stored(&row.extent).ok_or_else(|| unknown("extent of a list", &row.extent))?,
            counts: row.counts.map(|c| serde_json::from_str(&c)).transpose()?.unwrap_or_default(),
            stored_at: row.stored_at.map(Into::into),
            progress: u64::try_from(row.progress).unwrap_or(0),
            error: row.error,
            version: row.version,
        })
    }
}

/// Adds an import; `false` when its file is known already.
pub async fn insert(tx: &mut Tx, now: Timestamp, import: &Import) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO imports (id, file_id, file_name, channel, thread_ts, uploaded_by, state, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (file_id) DO NOTHING",
        import.id.as_str(),
        &import.file_id,
        &import.file_name,
        import.channel.as_str(),
        import.thread.as_deref(),
        import.uploaded_by.as_str(),
        import.state.as_str(),
        millis(now)
    )?;
    Ok(added == 1)
}

/// Saves an import if it is still in version `seen`; `false` when somebody was faster.
pub async fn save(tx: &mut Tx, now: Timestamp, import: &mut Import, seen: i64) -> Result<bool> {
    let saved = sql_exec!(
        tx,
        "UPDATE imports SET partner_id = $3, state = $4, headers = $5, mapping = $6, counts = $7, stored_at = $8, \
         progress = $9, error = $10, thread_ts = $11, extent = $13, version = version + 1, updated_at = $12 WHERE id = $1 AND version = $2",
        import.id.as_str(),
        seen,
        import.partner.as_ref().map(PartnerId::as_str),
        import.state.as_str(),
        serde_json::to_string(&import.headers)?,
        import.mapping.as_ref().map(serde_json::to_string).transpose()?,
        serde_json::to_string(&import.counts)?,
        import.stored_at.as_ref().map(|p| p.display().to_string()),
        i64::try_from(import.progress).unwrap_or(i64::MAX),
        import.error.as_deref(),
        import.thread.as_deref(),
        millis(now),
        import.extent.as_str()
    )?;
    if saved == 1 {
        import.version = seen + 1;
    }
    Ok(saved == 1)
}

/// One import.
pub async fn find(tx: &mut Tx, id: &ImportId) -> Result<Option<Import>> {
    let row = sql_opt!(
        tx,
        Row,
        "SELECT id, file_id, file_name, channel, thread_ts, partner_id, uploaded_by, state, headers, mapping, extent, counts, stored_at, \
         progress, error, version FROM imports WHERE id = $1",
        id.as_str()
    )?;
    row.map(Import::try_from).transpose()
}

/// The oldest import that the worker has something to do for.
pub async fn next_work(tx: &mut Tx) -> Result<Option<Import>> {
    let row = sql_opt!(
        tx,
        Row,
        "SELECT id, file_id, file_name, channel, thread_ts, partner_id, uploaded_by, state, headers, mapping, extent, counts, stored_at, \
         progress, error, version FROM imports WHERE state IN ('received', 'counting', 'importing') ORDER BY created_at, id LIMIT 1"
    )?;
    row.map(Import::try_from).transpose()
}

/// How the columns of such a header were read last time: for this partner, or (`None`) for rows that name theirs.
pub async fn remembered(tx: &mut Tx, fingerprint: &str) -> Result<Vec<(Option<PartnerId>, Mapping)>> {
    let rows = sql_all!(
        tx,
        (String, String),
        "SELECT partner_id, mapping FROM column_mappings WHERE fingerprint = $1 ORDER BY saved_at DESC",
        fingerprint
    )?;
    rows.into_iter()
        .map(|(partner, mapping)| {
            Ok(((!partner.is_empty()).then(|| partner.into()), serde_json::from_str(&mapping)?))
        })
        .collect()
}

/// Remembers how the columns of such a header are read.
pub async fn remember(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: Option<&PartnerId>,
    fingerprint: &str,
    mapping: &Mapping,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO column_mappings (partner_id, fingerprint, mapping, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (partner_id, fingerprint) DO UPDATE SET mapping = excluded.mapping, saved_by = excluded.saved_by, \
         saved_at = excluded.saved_at",
        partner.map_or("", PartnerId::as_str),
        fingerprint,
        serde_json::to_string(mapping)?,
        by.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// Imports that wait for a decision in this channel, for status.
pub async fn waiting(tx: &mut Tx, channel: &ChannelId) -> Result<i64> {
    Ok(crate::sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM imports WHERE channel = $1 AND state IN ('asking', 'previewed')",
        channel.as_str()
    )?)
}
