//! The SQL of the workspace's own texts: every change is kept, the newest counts.

use super::texts::Change;
use crate::kernel::error::Result;
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec};

type Row = (String, i64, Option<String>, i64, String, i64);

fn change((name, version, source, disabled, by, at): Row) -> Result<Change> {
    Ok(Change { name, version, source, disabled: disabled != 0, by: by.into(), at: instant(at)? })
}

/// The newest change of every text that somebody touched, by name.
pub async fn changes(tx: &mut Tx) -> Result<Vec<Change>> {
    let rows = sql_all!(
        tx,
        Row,
        "SELECT t.name, t.version, t.source, t.disabled, t.changed_by, t.changed_at FROM template_versions t \
         WHERE t.version = (SELECT MAX(n.version) FROM template_versions n WHERE n.name = t.name) ORDER BY t.name"
    )?;
    rows.into_iter().map(change).collect()
}

/// Adds a change; `false` when somebody was faster.
pub async fn add(tx: &mut Tx, change: &Change) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO template_versions (name, version, source, disabled, changed_by, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name, version) DO NOTHING",
        &change.name,
        change.version,
        change.source.as_deref(),
        i64::from(change.disabled),
        change.by.as_str(),
        millis(change.at)
    )?;
    Ok(added == 1)
}
