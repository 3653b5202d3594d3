//! Sessions that calendars show, and the calendars that are read.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::super::found::{Found, State};
use super::super::session::Moved;
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, FoundId, UserId};
use crate::map::account::Account;
use crate::map::sources::standing::Marks;
use crate::store::{Db, Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

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

/// Those that nobody has decided on and that are over at `now`, the oldest first.
pub async fn found_over(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Found>> {
    let sql = format!(
        "{FOUND} WHERE f.state IN ('ahead', 'offered') AND f.ends_at <= $1 ORDER BY f.ends_at, f.id LIMIT $2"
    );
    let rows = sql_all!(tx, FoundRow, AssertSqlSafe(sql.clone()), millis(now), limit)?;
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
        State::Ahead | State::Offered(_) | State::Gone(_) => (asked, None, None, None),
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
         seen_at = $17 WHERE id = $1 AND version = $2",
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
        millis(now)
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

/// The members of ours with these addresses, in lower case, by address.
pub async fn users_of_addresses(tx: &mut Tx, addresses: &[String]) -> Result<HashMap<String, UserId>> {
    let sql = format!(
        "SELECT LOWER(email), id FROM people WHERE outside IS NULL AND LOWER(email) IN ({}) ORDER BY id",
        tx.texts()
    );
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(addresses)?)?;
    Ok(rows.into_iter().map(|(email, id)| (email, id.into())).collect())
}

/// How a calendar that is read stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it was last read well.
    pub good_at: Option<Timestamp>,
    /// What that found, in words.
    pub result: Option<String>,
    /// Looks that failed since.
    pub failures: i64,
    /// Why the last one did.
    pub error: Option<String>,
    /// What it is asked with next time.
    pub marks: Marks,
}

/// A calendar in the hands of one process.
#[derive(Clone, Debug)]
pub struct CalendarClaim {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub reading: Reading,
    number: i64,
}

type ReadingRow = (
    String,
    Option<i64>,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
);

const READING: &str = "name, good_at, result, failures, error, etag, modified, hash, claims";

fn reading(row: ReadingRow) -> Result<(String, Reading, i64)> {
    let (name, good_at, result, failures, error, etag, modified, hash, claims) = row;
    let marks = Marks { etag, modified, cursor: None, hash };
    Ok((name, Reading { good_at: good_at.map(instant).transpose()?, result, failures, error, marks }, claims))
}

/// Notes a calendar that is configured.
pub async fn register_calendar(tx: &mut Tx, name: &str) -> Result<()> {
    sql_exec!(tx, "INSERT INTO calendar_reads (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name)?;
    Ok(())
}

/// How the calendars stand, by name.
pub async fn readings(tx: &mut Tx) -> Result<HashMap<String, Reading>> {
    let sql = format!("SELECT {READING} FROM calendar_reads");
    let rows = sql_all!(tx, ReadingRow, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(|row| reading(row).map(|(name, reading, _)| (name, reading))).collect()
}

/// Claims one of these calendars that is due at `now`, for as long as `lease`.
pub async fn claim_calendar(
    db: &Db,
    names: &[&str],
    now: Timestamp,
    lease: Duration,
) -> Result<Option<CalendarClaim>> {
    let mut tx = db.begin().await?;
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let (clock, named) = (tx.clock(), tx.texts());
    let sql = format!(
        "UPDATE calendar_reads SET claims = claims + 1, lease_until = {clock} + $3 WHERE name IN (SELECT name FROM calendar_reads \
         WHERE name IN ({named}) AND next_at <= $2 AND lease_until <= {clock} ORDER BY next_at, name LIMIT 1{skip_locked}) \
         RETURNING {READING}"
    );
    let row = sql_opt!(
        &mut tx,
        ReadingRow,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(names)?,
        millis(now),
        i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
    )?;
    tx.commit().await?;
    let claim = row.map(reading).transpose()?;
    Ok(claim.map(|(name, reading, number)| CalendarClaim { name, reading, number }))
}

/// Ends a claim with how the calendar stands now; `false` when it was lost to another process.
pub async fn settle_calendar(
    tx: &mut Tx,
    claim: &CalendarClaim,
    now: &Reading,
    next: Timestamp,
) -> Result<bool> {
    let settled = sql_exec!(
        tx,
        "UPDATE calendar_reads SET next_at = $3, lease_until = 0, good_at = $4, result = $5, failures = $6, error = $7, etag = $8, \
         modified = $9, hash = $10 WHERE name = $1 AND claims = $2",
        &claim.name,
        claim.number,
        millis(next),
        now.good_at.map(millis),
        now.result.as_deref(),
        now.failures,
        now.error.as_deref(),
        now.marks.etag.as_deref(),
        now.marks.modified.as_deref(),
        now.marks.hash.as_deref()
    )?;
    Ok(settled == 1)
}

/// How many of these calendars are due at `now` or looked at.
pub async fn calendars_at_work(tx: &mut Tx, names: &[&str], now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM calendar_reads WHERE name IN ({}) AND (next_at <= $2 OR lease_until > {})",
        tx.texts(),
        tx.clock()
    );
    Ok(sql_value!(tx, i64, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?, millis(now))?)
}

/// Has these calendars read at once; of one that does not change all of it.
pub async fn read_calendars_now(tx: &mut Tx, names: &[&str]) -> Result<()> {
    let sql = format!(
        "UPDATE calendar_reads SET next_at = 0, etag = NULL, modified = NULL, hash = NULL WHERE name IN ({})",
        tx.texts()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(names)?)?;
    Ok(())
}
