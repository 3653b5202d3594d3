//! What people see of the inbox, and what they can do: `/partner status`, `tandem doctor`, `tandem inbox`.

use jiff::Timestamp;

use crate::kernel::error::Result;
use crate::store::{Tx, instant};
use crate::{sql_all, sql_exec, sql_opt};

/// An envelope that needs somebody: buried, or put back for another try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Its number.
    pub seq: i64,
    /// Given up; otherwise it is tried again by itself.
    pub buried: bool,
    /// What sort of thing it is.
    pub kind: String,
    /// The event, command, action or callback.
    pub name: String,
    /// When it came.
    pub received_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong; a buried one begins with its reference.
    pub error: String,
    /// What came, as Slack sent it.
    pub payload: String,
}

type Row = (i64, bool, String, String, i64, i64, String, String);

fn stuck_of((seq, buried, kind, name, at, attempts, error, payload): Row) -> Result<Stuck> {
    Ok(Stuck { seq, buried, kind, name, received_at: instant(at)?, attempts, error, payload })
}

/// What needs somebody, in the words of the index `inbox_stuck`.
macro_rules! stuck {
    () => {
        concat!("(", state!(buried), " OR (", state!(open), " AND not_before > 0))")
    };
}

/// The newest envelopes that are buried or were put back.
pub async fn stuck(tx: &mut Tx, limit: i64) -> Result<Vec<Stuck>> {
    let rows = sql_all!(
        tx,
        Row,
        concat!(
            "SELECT seq, ",
            state!(buried),
            ", kind, name, received_at, attempts, COALESCE(error, ''), '' FROM inbox WHERE ",
            stuck!(),
            " ORDER BY seq DESC LIMIT $1"
        ),
        limit
    )?;
    rows.into_iter().map(stuck_of).collect()
}

/// One of them by its number or by the reference that a user was shown.
pub async fn find(tx: &mut Tx, which: &str) -> Result<Option<Stuck>> {
    let reference = format!("{}: ", which.to_uppercase());
    let row = sql_opt!(
        tx,
        Row,
        concat!(
            "SELECT seq, ",
            state!(buried),
            ", kind, name, received_at, attempts, COALESCE(error, ''), payload FROM inbox WHERE ",
            stuck!(),
            " AND (seq = $2 OR (",
            state!(buried),
            " AND SUBSTR(error, 1, LENGTH($1)) = $1)) ORDER BY state DESC, seq DESC LIMIT 1"
        ),
        reference,
        which.parse::<i64>().unwrap_or(-1)
    )?;
    row.map(stuck_of).transpose()
}

/// Lets it be tried again at once, as if for the first time. `false`: it is no longer stuck.
pub async fn retry_by_hand(tx: &mut Tx, seq: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        concat!(
            "UPDATE inbox SET ",
            state!(waiting),
            ", attempts = 0, faults = 0, not_before = 0 WHERE seq = $1 AND NOT ",
            state!(in_hand),
            " AND ",
            stuck!()
        ),
        seq
    )?;
    if tx.is_postgres() {
        sql_exec!(tx, "SELECT pg_notify('tandem_inbox', '')")?;
    }
    Ok(changed == 1)
}

/// Everything that is buried, the oldest first.
pub async fn buried(tx: &mut Tx) -> Result<Vec<Stuck>> {
    let rows = sql_all!(
        tx,
        Row,
        concat!(
            "SELECT seq, state, kind, name, received_at, attempts, COALESCE(error, ''), '' FROM inbox WHERE ",
            state!(buried),
            " ORDER BY seq"
        )
    )?;
    rows.into_iter().map(stuck_of).collect()
}

/// Lets it be: it counts as handled. `false`: it is no longer stuck.
pub async fn drop_by_hand(tx: &mut Tx, seq: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        concat!(
            "UPDATE inbox SET ",
            state!(handled),
            ", payload = '', not_before = 0 WHERE seq = $1 AND NOT ",
            state!(in_hand),
            " AND ",
            stuck!()
        ),
        seq
    )?;
    Ok(changed == 1)
}

/// When the newest envelope came in, in milliseconds UTC.
pub async fn last_received(tx: &mut Tx) -> Result<Option<i64>> {
    Ok(sql_opt!(tx, (i64,), "SELECT received_at FROM inbox ORDER BY seq DESC LIMIT 1")?.map(|r| r.0))
}

/// Forgets up to `limit` envelopes that were handled and came before `handled`, and as many that were buried and came
/// before `buried` (both milliseconds UTC); gives their number.
pub async fn forget(tx: &mut Tx, handled: i64, buried: i64, limit: i64) -> Result<u64> {
    let was_handled = sql_exec!(
        tx,
        concat!(
            "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE ",
            state!(handled),
            " AND received_at < $1 ORDER BY received_at LIMIT $2)"
        ),
        handled,
        limit
    )?;
    let was_buried = sql_exec!(
        tx,
        concat!(
            "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE ",
            state!(buried),
            " AND received_at < $1 ORDER BY seq LIMIT $2)"
        ),
        buried,
        limit
    )?;
    Ok(was_handled + was_buried)
}
