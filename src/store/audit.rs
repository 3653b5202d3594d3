//! The audit log: every decision and every refusal.

use jiff::Timestamp;

use super::{Tx, millis};
use crate::kernel::error::Result;
use crate::{sql_all, sql_exec};

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Slack's user id, or `tandem` for what the software did by itself.
    pub actor: String,
    /// What was tried, as noun.verb (`draft.approve`).
    pub action: String,
    /// On what, as kind:id.
    pub subject: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Why, or what changed.
    pub detail: String,
}

/// Writes down what was done.
pub async fn done(
    tx: &mut Tx,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    write(tx, at, actor, action, subject, "done", detail).await
}

/// Writes down what was refused.
pub async fn refused(
    tx: &mut Tx,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    write(tx, at, actor, action, subject, "refused", detail).await
}

async fn write(
    tx: &mut Tx,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
    outcome: &str,
    detail: &str,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO audit (at, actor, action, subject, outcome, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        millis(at),
        actor,
        action,
        subject,
        outcome,
        detail
    )?;
    Ok(())
}

/// Everything about one thing, oldest first.
pub async fn of(tx: &mut Tx, subject: &str) -> Result<Vec<Entry>> {
    let rows = sql_all!(
        tx,
        (i64, String, String, String, String, String),
        "SELECT at, actor, action, subject, outcome, detail FROM audit WHERE subject = $1 ORDER BY seq",
        subject
    )?;
    rows.into_iter()
        .map(|(at, actor, action, subject, outcome, detail)| {
            Ok(Entry { at: super::instant(at)?, actor, action, subject, outcome, detail })
        })
        .collect()
}
