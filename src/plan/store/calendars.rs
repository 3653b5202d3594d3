//! Sessions that calendars show.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::super::found::{Found, State};
use super::super::session::Moved;
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, FoundId, UserId};
use crate::map::account::Account;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec};

#[derive(sqlx::FromRow)]
struct FoundRow {
    id: String,
    uid: String,
    occurrence: String,
    calendar: String,
    title: String,
    place: String,
    starts_at: i64,
    ends_at: i64,
    whole_day: i64,
    partner_id: String,
    partner_name: String,
    people: String,
    unknown: String,
    state: String,
    asked: String,
    session_id: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    version: i64,
}

/// Every column that [`FoundRow`] reads.
const FOUND: &str = "SELECT f.id, f.uid, f.occurrence, f.calendar, f.title, f.place, f.starts_at, f.ends_at, f.whole_day, f.partner_id, \
     p.name AS partner_name, f.people, f.unknown, f.state, f.asked, f.session_id, f.decided_by, f.decided_at, f.version \
     FROM calendar_sessions f JOIN partners p ON p.id = f.partner_id";

impl FoundRow {
    fn state(&self) -> Result<State> {
        let asked: Vec<UserId> = serde_json::from_str(&self.asked)?;
        let moved = || {
            let decided = decided(self.decided_by.clone(), self.decided_at)?;
            let moved = decided.map(|(by, at)| Moved { by, at });
            moved.ok_or_else(|| Error::fault("nobody decided on a session of a calendar"))
        };
        let session = || self.session_id.clone().map(Into::into);
        Ok(match self.state.as_str() {
            "ahead" => State::Ahead,
            "offered" => State::Offered(asked),
            "held" => State::Held { session: session(), asked, moved: moved()? },
            "not_ours" => State::NotOurs { asked, moved: moved()? },
            "logged" => State::Logged { session: session(), asked },
            "gone" => State::Gone(asked),
            "lapsed" => State::Lapsed(asked),
            other => return Err(unknown("state of a calendar's session", other)),
        })
    }
}

impl TryFrom<FoundRow> for Found {
    type Error = Error;

    fn try_from(row: FoundRow) -> Result<Self> {
        let state = row.state()?;
        Ok(Self {
            id: row.id.into(),
            uid: row.uid,
            occurrence: row.occurrence,
            calendar: row.calendar,
            title: row.title,
            place: row.place,
            start: instant(row.starts_at)?,
            end: instant(row.ends_at)?,
            whole_day: row.whole_day != 0,
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            accounts: Vec::new(),
            unknown: serde_json::from_str(&row.unknown)?,
            people: serde_json::from_str(&row.people)?,
            state,
            version: row.version,
        })
    }
}

/// With their accounts.
async fn whole(tx: &mut Tx, rows: Vec<FoundRow>) -> Result<Vec<Found>> {
    let mut all: Vec<Found> = rows.into_iter().map(Found::try_from).collect::<Result<_>>()?;
    let ids: Vec<&FoundId> = all.iter().map(|found| &found.id).collect();
    let sql = format!(
        "SELECT n.found_id, a.id, a.name, a.domain FROM calendar_session_accounts n JOIN accounts a ON a.id = n.account_id \
         WHERE n.found_id IN ({}) ORDER BY n.found_id, n.position",
        tx.texts()
    );
    type Row = (String, String, String, Option<String>);
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(&ids)?)?;
    let mut named: HashMap<String, Vec<(AccountId, String)>> = HashMap::new();
    for (found, id, name, domain) in rows {
        let account = Account { id: id.into(), name, domain, owner: None };
        named.entry(found).or_default().push((account.id.clone(), account.label()));
    }
    for found in &mut all {
        found.accounts = named.remove(found.id.as_str()).unwrap_or_default();
    }
    Ok(all)
}

/// One of them.
pub async fn found(tx: &mut Tx, id: &FoundId) -> Result<Option<Found>> {
    let sql = format!("{FOUND} WHERE f.id = $1");
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), id.as_str())?;
    Ok(whole(tx, rows).await?.pop())
}

/// The one of this identity.
pub async fn found_as(tx: &mut Tx, uid: &str, occurrence: &str) -> Result<Option<Found>> {
    let sql = format!("{FOUND} WHERE f.uid = $1 AND f.occurrence = $2");
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), uid, occurrence)?;
    Ok(whole(tx, rows).await?.pop())
}

/// Those that are over at `now` and that nobody was asked about, the oldest first.
pub async fn found_over(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Found>> {
    let sql =
        format!("{FOUND} WHERE f.state = 'ahead' AND f.ends_at <= $1 ORDER BY f.ends_at, f.id LIMIT $2");
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), millis(now), limit)?;
    whole(tx, rows).await
}

/// Those that wait for an answer and are known as a session of the same partner: one that begins `near`, or on the day.
pub async fn found_known(tx: &mut Tx, near: SignedDuration, limit: i64) -> Result<Vec<Found>> {
    let sql = format!(
        "{FOUND} WHERE f.state = 'offered' AND EXISTS (SELECT 1 FROM sessions s WHERE s.partner_id = f.partner_id \
         AND s.state NOT IN ('cancelled', 'proposed') AND s.starts_at >= f.starts_at - $1 \
         AND s.starts_at <= CASE f.whole_day WHEN 0 THEN f.starts_at + $1 ELSE f.ends_at END) ORDER BY f.ends_at, f.id LIMIT $2"
    );
    let near = i64::try_from(near.as_millis()).unwrap_or(i64::MAX);
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), near, limit)?;
    whole(tx, rows).await
}

/// Those whose offers nobody answered, or that nobody could be asked about, since `before`; the oldest first.
pub async fn found_unanswered(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<Found>> {
    let sql = format!(
        "{FOUND} WHERE f.ends_at <= $1 AND f.seen_at <= $1 AND f.state IN ('ahead', 'offered') ORDER BY f.ends_at, f.id LIMIT $2"
    );
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), millis(before), limit)?;
    whole(tx, rows).await
}

/// Those that wait for somebody's answer, the oldest first.
pub async fn found_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Found>> {
    let sql = format!("{FOUND} WHERE f.state = 'offered' ORDER BY f.ends_at, f.id LIMIT $1");
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), limit)?;
    whole(tx, rows).await
}

/// Those of a calendar on which nobody has decided and that begin in this span.
pub async fn found_open_in(
    tx: &mut Tx,
    calendar: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Found>> {
    let sql = format!(
        "{FOUND} WHERE f.calendar = $1 AND f.state IN ('ahead', 'offered') AND f.starts_at >= $2 AND f.starts_at < $3 ORDER BY f.id"
    );
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), calendar, millis(from), millis(until))?;
    whole(tx, rows).await
}

/// Whom it was offered to, its session, and who decided when.
type StateColumns<'a> = (String, Option<&'a str>, Option<&'a str>, Option<i64>);

fn columns(state: &State) -> Result<StateColumns<'_>> {
    let asked = serde_json::to_string(state.asked())?;
    Ok(match state {
        State::Held { session, moved, .. } => {
            (asked, session.as_ref().map(|s| s.as_str()), Some(moved.by.as_str()), Some(millis(moved.at)))
        }
        State::NotOurs { moved, .. } => (asked, None, Some(moved.by.as_str()), Some(millis(moved.at))),
        State::Logged { session, .. } => (asked, session.as_ref().map(|s| s.as_str()), None, None),
        State::Ahead | State::Offered(_) | State::Gone(_) | State::Lapsed(_) => (asked, None, None, None),
    })
}

/// Writes one down; `false` when another calendar showed it first.
pub async fn insert_found(tx: &mut Tx, now: Timestamp, f: &Found) -> Result<bool> {
    let (asked, session, by, at) = columns(&f.state)?;
    let inserted = sql_exec!(
        tx,
        "INSERT INTO calendar_sessions (id, uid, occurrence, calendar, title, place, starts_at, ends_at, whole_day, partner_id, \
         people, unknown, state, asked, session_id, decided_by, decided_at, version, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         ON CONFLICT (uid, occurrence) DO NOTHING",
        f.id.as_str(),
        &f.uid,
        &f.occurrence,
        &f.calendar,
        &f.title,
        &f.place,
        millis(f.start),
        millis(f.end),
        i64::from(f.whole_day),
        f.partner_id.as_str(),
        serde_json::to_string(&f.people)?,
        serde_json::to_string(&f.unknown)?,
        f.state.as_str(),
        &asked,
        session,
        by,
        at,
        f.version,
        millis(now)
    )?;
    if inserted == 1 {
        name_accounts(tx, f).await?;
    }
    Ok(inserted == 1)
}

/// Saves how one stands now, if nobody changed it since `seen`.
pub async fn save_found(tx: &mut Tx, now: Timestamp, f: &Found, seen: i64) -> Result<bool> {
    let (asked, session, by, at) = columns(&f.state)?;
    let changed = sql_exec!(
        tx,
        "UPDATE calendar_sessions SET title = $3, place = $4, starts_at = $5, ends_at = $6, whole_day = $7, partner_id = $8, \
         people = $9, unknown = $10, state = $11, asked = $12, session_id = $13, decided_by = $14, decided_at = $15, version = $16, \
         seen_at = $17, calendar = $18 WHERE id = $1 AND version = $2",
        f.id.as_str(),
        seen,
        &f.title,
        &f.place,
        millis(f.start),
        millis(f.end),
        i64::from(f.whole_day),
        f.partner_id.as_str(),
        serde_json::to_string(&f.people)?,
        serde_json::to_string(&f.unknown)?,
        f.state.as_str(),
        &asked,
        session,
        by,
        at,
        f.version,
        millis(now),
        &f.calendar
    )?;
    if changed == 1 {
        sql_exec!(tx, "DELETE FROM calendar_session_accounts WHERE found_id = $1", f.id.as_str())?;
        name_accounts(tx, f).await?;
    }
    Ok(changed == 1)
}

async fn name_accounts(tx: &mut Tx, f: &Found) -> Result<()> {
    let rows: Vec<_> = (0_i64..)
        .zip(&f.accounts)
        .map(|(position, (id, _))| json!([f.id, id, position.to_string()]))
        .collect();
    let sql = format!(
        "INSERT INTO calendar_session_accounts (found_id, account_id, position) \
         SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT) FROM {} WHERE true",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&rows)?)?;
    Ok(())
}
