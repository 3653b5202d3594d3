//! How much waits, and for how long: for `/metrics`, `/partner status` and `tandem doctor`.

use std::time::Duration;

use super::inbox::state;
use crate::kernel::error::Result;
use crate::kernel::meters::Backlog;
use crate::store::Tx;
use crate::{sql_opt, sql_value};

/// What waits at `now` (milliseconds UTC). Every part of it is read from an index of what is open.
pub async fn read(tx: &mut Tx, now: i64) -> Result<Backlog> {
    let age = |at: Option<i64>| {
        at.map_or(Duration::ZERO, |at| Duration::from_millis(u64::try_from(now - at).unwrap_or(0)))
    };
    let mut backlog = Backlog::default();
    let inbox = sql_opt!(
        tx,
        (i64, i64, Option<i64>),
        concat!(
            "SELECT (SELECT COUNT(*) FROM inbox WHERE ",
            state!(open),
            "), (SELECT COUNT(*) FROM inbox WHERE ",
            state!(buried),
            "), (SELECT MIN(received_at) FROM inbox WHERE seq IN ((SELECT MIN(seq) FROM inbox WHERE urgent = 0 AND ",
            state!(open),
            "), (SELECT MIN(seq) FROM inbox WHERE urgent = 1 AND ",
            state!(open),
            ")))"
        )
    )?;
    if let Some((open, buried, oldest)) = inbox {
        backlog = Backlog { envelopes: open, buried, oldest_envelope: age(oldest), ..backlog };
    }
    let open = sql_opt!(
        tx,
        (i64, Option<i64>),
        "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE state IN ('waiting', 'claimed')"
    )?;
    if let Some((messages, oldest)) = open {
        backlog = Backlog { messages, oldest_message: age(oldest), ..backlog };
    }
    // The list of states that need somebody is repeated so that the index of them serves.
    let other = sql_opt!(
        tx,
        (i64, i64, i64),
        "SELECT (SELECT COUNT(*) FROM outbox WHERE state = 'held'), \
         (SELECT COUNT(*) FROM outbox WHERE state IN ('unconfirmed', 'failed', 'dropped') AND state = 'unconfirmed'), \
         (SELECT COUNT(*) FROM outbox WHERE state IN ('unconfirmed', 'failed', 'dropped') AND state = 'failed')"
    )?;
    if let Some((held, unconfirmed, failed)) = other {
        backlog = Backlog { held, unconfirmed, failed, ..backlog };
    }
    Ok(backlog)
}

/// How many envelopes and messages are not done with.
pub async fn under_way(tx: &mut Tx) -> Result<i64> {
    Ok(sql_value!(
        tx,
        i64,
        concat!(
            "SELECT (SELECT COUNT(*) FROM inbox WHERE ",
            state!(open),
            ") + (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'claimed'))"
        )
    )?)
}
