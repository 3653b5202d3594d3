//! What a database that was restored from a backup must not do by itself.
//!
//! Between the backup and now the process that wrote it went on: what the copy holds as unfinished may have been done.

use super::inbox::state;
use crate::kernel::error::Result;
use crate::sql_exec;
use crate::store::Tx;

/// What was found unfinished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// Messages that are looked for in Slack before anything is sent.
    pub sends: u64,
    /// Clicks, commands and forms that are shown and not carried out.
    pub acts: u64,
}

/// Makes the fate of every unfinished send unknown, so that it is looked up first, and carries out no old click.
///
/// A message to a partner that is not found waits for a person; an internal one is sent again. What came in from
/// Slack by itself, such as messages of the intake channel, is read again, which changes nothing the second time.
pub async fn doubt(tx: &mut Tx) -> Result<Unfinished> {
    // The address that answers a click is good for half an hour.
    sql_exec!(
        tx,
        "UPDATE outbox SET state = 'dropped', lease_until = 0, error = 'restored from a backup' \
         WHERE state IN ('waiting', 'claimed') AND action LIKE '{\"do\":\"respond\"%'"
    )?;
    let sends = sql_exec!(
        tx,
        "UPDATE outbox SET state = CASE WHEN state = 'held' THEN 'held' ELSE 'waiting' END, lease_until = 0, not_before = 0, \
         uncertain = 1 WHERE state IN ('waiting', 'claimed', 'held')"
    )?;
    let acts = sql_exec!(
        tx,
        concat!(
            "UPDATE inbox SET ",
            state!(buried),
            ", lease_until = 0, error = 'restored from a backup: it may have been carried out after that was made' WHERE ",
            state!(open),
            " AND urgent <> 0"
        )
    )?;
    Ok(Unfinished { sends, acts })
}
