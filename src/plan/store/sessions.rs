//! Sessions.

mod rows;

use std::collections::HashSet;

use jiff::Timestamp;

use super::super::session::{LONGEST, Move, Moved, Session, Stage};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, OverlapId, PartnerId, RequestId, SessionId, UserId};
use crate::map::overlap::Motion;
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec};
use rows::{Columns, SessionRow, sessions};

/// Every column that [`SessionRow`] reads.
macro_rules! session {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.partner_id, p.name AS partner_name, s.shape, s.trigger_kind, s.request_id, s.minutes, s.place, ",
            "s.because, s.instruction, s.organiser, s.state, s.asked, s.day, s.starts_at, s.zone, s.reason, s.moved_by, s.moved_at, ",
            "s.sequence, s.version, s.created_at FROM sessions s JOIN partners p ON p.id = s.partner_id ",
            $rest
        )
    };
}

/// Adds a session: proposed, set up at once, or one that took place and that nobody had set up here.
pub async fn insert_session(tx: &mut Tx, s: &Session) -> Result<()> {
    let c = Columns::of(&s.stage)?;
    let moved = s.stage.moved();
    sql_exec!(
        tx,
        "INSERT INTO sessions (id, partner_id, shape, trigger_kind, request_id, minutes, place, because, instruction, organiser, \
         state, asked, day, starts_at, zone, reason, moved_by, moved_at, sequence, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        s.id.as_str(),
        s.partner_id.as_str(),
        s.outline.shape.as_str(),
        s.trigger.as_str(),
        s.trigger.request().map(RequestId::as_str),
        s.outline.minutes,
        &s.outline.place,
        serde_json::to_string(&s.because)?,
        s.instruction,
        s.organiser.as_ref().map(UserId::as_str),
        s.stage.as_str(),
        &c.asked,
        c.day.as_deref(),
        c.start,
        c.zone,
        c.reason,
        moved.map(|m| m.by.as_str()),
        moved.map(|m| millis(m.at)),
        s.sequence,
        s.version,
        millis(s.created_at)
    )?;
    save_outline(tx, s).await?;
    let verb = match &s.stage {
        Stage::Held { .. } => Move::Hold.verb(),
        _ => "session.schedule",
    };
    match moved {
        Some(moved) => write_down(tx, s, verb, "", moved).await,
        None => Ok(()),
    }
}

/// Saves how a session stands now, if nobody moved it since `seen`, and writes the move down; `false` when somebody did.
pub async fn save_session(tx: &mut Tx, s: &Session, seen: i64, what: &Move, detail: &str) -> Result<bool> {
    let c = Columns::of(&s.stage)?;
    let moved = s.stage.moved().ok_or_else(|| Error::fault("a session was moved by nobody"))?;
    let changed = sql_exec!(
        tx,
        "UPDATE sessions SET shape = $3, minutes = $4, place = $5, organiser = $6, state = $7, asked = $8, day = $9, starts_at = $10, \
         zone = $11, reason = $12, moved_by = $13, moved_at = $14, sequence = $15, version = $16 WHERE id = $1 AND version = $2",
        s.id.as_str(),
        seen,
        s.outline.shape.as_str(),
        s.outline.minutes,
        &s.outline.place,
        s.organiser.as_ref().map(UserId::as_str),
        s.stage.as_str(),
        &c.asked,
        c.day.as_deref(),
        c.start,
        c.zone,
        c.reason,
        moved.by.as_str(),
        millis(moved.at),
        s.sequence,
        s.version
    )?;
    if changed != 1 {
        return Ok(false);
    }
    if matches!(what, Move::Schedule(..) | Move::Change(_)) {
        save_outline(tx, s).await?;
    }
    write_down(tx, s, what.verb(), detail, moved).await?;
    Ok(true)
}

/// Whom a proposal waits for now; `false` when somebody decided on it or changed it. It is no move: the version stays.
pub async fn save_proposed_to(tx: &mut Tx, s: &Session) -> Result<bool> {
    let asked = Columns::of(&s.stage)?.asked;
    let changed = sql_exec!(
        tx,
        "UPDATE sessions SET asked = $2 WHERE id = $1 AND version = $3 AND state = 'proposed'",
        s.id.as_str(),
        &asked,
        s.version
    )?;
    Ok(changed == 1)
}

async fn save_outline(tx: &mut Tx, s: &Session) -> Result<()> {
    sql_exec!(tx, "DELETE FROM session_accounts WHERE session_id = $1", s.id.as_str())?;
    sql_exec!(tx, "DELETE FROM session_attendees WHERE session_id = $1", s.id.as_str())?;
    for (position, named) in (0_i64..).zip(&s.outline.accounts) {
        sql_exec!(
            tx,
            "INSERT INTO session_accounts (session_id, account_id, position, motion, goal, why) VALUES ($1, $2, $3, $4, $5, $6)",
            s.id.as_str(),
            named.account_id.as_str(),
            position,
            named.motion.map(Motion::as_str),
            &named.goal,
            &named.why
        )?;
    }
    let ours = s.outline.ours.iter().map(|user| ("ours", user.as_str()));
    let theirs = s.outline.theirs.iter().map(|guest| ("theirs", guest.contact.as_str()));
    for (position, (side, who)) in (0_i64..).zip(ours.chain(theirs)) {
        sql_exec!(
            tx,
            "INSERT INTO session_attendees (session_id, side, who, position) VALUES ($1, $2, $3, $4)",
            s.id.as_str(),
            side,
            who,
            position
        )?;
    }
    Ok(())
}

async fn write_down(tx: &mut Tx, s: &Session, verb: &str, detail: &str, moved: &Moved) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO session_moves (session_id, version, verb, detail, moved_by, moved_at) VALUES ($1, $2, $3, $4, $5, $6)",
        s.id.as_str(),
        s.version,
        verb,
        detail,
        moved.by.as_str(),
        millis(moved.at)
    )?;
    Ok(())
}

/// One session.
pub async fn session(tx: &mut Tx, id: &SessionId) -> Result<Option<Session>> {
    let rows = sql_all!(tx, SessionRow, session!("WHERE s.id = $1"), id.as_str())?;
    Ok(sessions(tx, rows).await?.pop())
}

/// What begins earlier is over by `now`, however long it takes.
fn long_ago(now: Timestamp) -> i64 {
    millis(now) - LONGEST * 60_000
}

/// Sessions that have a time, were not held or called off and do not end before `now`, the soonest first: what runs now is
/// among them.
pub async fn sessions_ahead(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared') AND s.starts_at >= $1 AND s.starts_at + s.minutes * 60000 > $2 \
             ORDER BY s.starts_at, s.id LIMIT $3"
        ),
        long_ago(now),
        millis(now),
        limit
    )?;
    sessions(tx, rows).await
}

/// The same of those to which this person comes or which they run.
pub async fn sessions_of(tx: &mut Tx, now: Timestamp, user: &UserId, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared') AND s.starts_at >= $1 AND s.starts_at + s.minutes * 60000 > $2 \
             AND (s.organiser = $3 OR EXISTS (SELECT 1 FROM session_attendees t \
             WHERE t.session_id = s.id AND t.side = 'ours' AND t.who = $3)) ORDER BY s.starts_at, s.id LIMIT $4"
        ),
        long_ago(now),
        millis(now),
        user.as_str(),
        limit
    )?;
    sessions(tx, rows).await
}

/// The overlaps that sessions ahead are about.
pub async fn overlaps_ahead(tx: &mut Tx, now: Timestamp) -> Result<HashSet<OverlapId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT o.id FROM sessions s JOIN session_accounts a ON a.session_id = s.id \
         JOIN account_overlaps o ON o.account_id = a.account_id AND o.partner_id = s.partner_id \
         WHERE s.state IN ('scheduled', 'prepared') AND s.starts_at >= $1",
        millis(now)
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// The session with this partner that begins then, to which this person comes or which they run.
pub async fn session_at(
    tx: &mut Tx,
    partner: &PartnerId,
    start: Timestamp,
    user: &UserId,
) -> Result<Option<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared') AND s.starts_at = $1 AND s.partner_id = $2 \
             AND (s.organiser = $3 OR EXISTS (SELECT 1 FROM session_attendees t \
             WHERE t.session_id = s.id AND t.side = 'ours' AND t.who = $3)) ORDER BY s.id LIMIT 1"
        ),
        millis(start),
        partner.as_str(),
        user.as_str()
    )?;
    Ok(sessions(tx, rows).await?.pop())
}

/// Sessions that were held, closed or called off, and began at `since` or later, the newest first.
pub async fn sessions_behind(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('held', 'closed', 'cancelled') AND s.starts_at >= $1 ORDER BY s.starts_at DESC, s.id LIMIT $2"
        ),
        millis(since),
        limit
    )?;
    sessions(tx, rows).await
}

/// Sessions that began by `now` and were neither logged nor called off, the newest first.
pub async fn sessions_unlogged(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared', 'held') AND s.starts_at <= $1 ORDER BY s.starts_at DESC, s.id LIMIT $2"
        ),
        millis(now),
        limit
    )?;
    sessions(tx, rows).await
}

/// The same, the oldest first, without those whose last turn to be asked for (`last`) was taken.
pub async fn sessions_to_chase(tx: &mut Tx, now: Timestamp, last: &str, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared', 'held') AND s.starts_at <= $1 AND NOT EXISTS (SELECT 1 FROM fires f \
             WHERE f.schedule = 'record:' || s.id AND f.period >= $2) ORDER BY s.starts_at, s.id LIMIT $3"
        ),
        millis(now),
        last,
        limit
    )?;
    sessions(tx, rows).await
}

/// Proposals that still wait for a decision, the oldest first.
pub async fn proposed_sessions(tx: &mut Tx, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!("WHERE s.state = 'proposed' ORDER BY s.created_at, s.id LIMIT $1"),
        limit
    )?;
    sessions(tx, rows).await
}

/// Those of them that wait for this person.
pub async fn proposed_to(tx: &mut Tx, user: &UserId, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!("WHERE s.state = 'proposed' AND s.asked LIKE $1 ORDER BY s.created_at, s.id LIMIT $2"),
        format!("%\"{user}\"%"),
        limit
    )?;
    sessions(tx, rows).await
}

/// Every session with a partner that is proposed, scheduled or prepared, the soonest first and proposals last.
pub async fn open_sessions_with(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.partner_id = $1 AND s.state IN ('proposed', 'scheduled', 'prepared') \
             ORDER BY CASE WHEN s.starts_at IS NULL THEN 1 ELSE 0 END, s.starts_at, s.created_at, s.id"
        ),
        partner.as_str()
    )?;
    sessions(tx, rows).await
}

/// The newest sessions about an account, whatever became of them.
pub async fn sessions_about(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "JOIN session_accounts n ON n.session_id = s.id WHERE n.account_id = $1 \
             ORDER BY COALESCE(s.starts_at, s.created_at) DESC, s.id LIMIT $2"
        ),
        account.as_str(),
        limit
    )?;
    sessions(tx, rows).await
}

/// The session that answers a request and was not called off.
pub async fn session_for(tx: &mut Tx, request: &RequestId) -> Result<Option<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.request_id = $1 AND s.state <> 'cancelled' ORDER BY s.created_at DESC, s.id LIMIT 1"
        ),
        request.as_str()
    )?;
    Ok(sessions(tx, rows).await?.pop())
}

/// One move of a session, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done, such as `session.move`.
    pub verb: String,
    /// More of it, in words; may be empty.
    pub detail: String,
    /// Who and when.
    pub moved: Moved,
}

/// Every move of a session, the oldest first.
pub async fn session_moves(tx: &mut Tx, id: &SessionId) -> Result<Vec<Entry>> {
    let rows = sql_all!(
        tx,
        (String, String, String, i64),
        "SELECT verb, detail, moved_by, moved_at FROM session_moves WHERE session_id = $1 ORDER BY version",
        id.as_str()
    )?;
    rows.into_iter()
        .map(|(verb, detail, by, at)| {
            Ok(Entry { verb, detail, moved: Moved { by: by.into(), at: instant(at)? } })
        })
        .collect()
}
