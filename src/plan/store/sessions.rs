//! Sessions.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::super::session::{Guest, Move, Moved, Named, Outline, Session, Shape, Slot, Stage, Trigger};
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId, RequestId, SessionId, UserId};
use crate::map::overlap::Motion;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec};

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: String,
    partner_id: String,
    partner_name: String,
    shape: String,
    trigger_kind: String,
    request_id: Option<String>,
    minutes: i64,
    place: String,
    because: String,
    instruction: Option<i64>,
    organiser: Option<String>,
    state: String,
    asked: String,
    starts_at: Option<i64>,
    zone: Option<String>,
    reason: Option<String>,
    moved_by: Option<String>,
    moved_at: Option<i64>,
    sequence: i64,
    version: i64,
    created_at: i64,
}

/// Every column that [`SessionRow`] reads.
macro_rules! session {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.partner_id, p.name AS partner_name, s.shape, s.trigger_kind, s.request_id, s.minutes, s.place, ",
            "s.because, s.instruction, s.organiser, s.state, s.asked, s.starts_at, s.zone, s.reason, s.moved_by, s.moved_at, ",
            "s.sequence, s.version, s.created_at FROM sessions s JOIN partners p ON p.id = s.partner_id ",
            $rest
        )
    };
}

impl SessionRow {
    fn stage(&self) -> Result<Stage> {
        let moved = decided(self.moved_by.clone(), self.moved_at)?.map(|(by, at)| Moved { by, at });
        let by = || moved.clone().ok_or_else(|| Error::fault("a session was moved by nobody"));
        let slot = match (self.starts_at, &self.zone) {
            (Some(start), Some(zone)) => Some(Slot { start: instant(start)?, zone: zone.clone() }),
            _ => None,
        };
        let timed = || slot.clone().ok_or_else(|| Error::fault("a session was scheduled without a time"));
        Ok(match self.state.as_str() {
            "proposed" => Stage::Proposed { to: serde_json::from_str(&self.asked)?, moved },
            "scheduled" => Stage::Scheduled { slot: timed()?, moved: by()? },
            "prepared" => Stage::Prepared { slot: timed()?, moved: by()? },
            "held" => Stage::Held { slot: timed()?, moved: by()? },
            "closed" => Stage::Closed { slot: timed()?, moved: by()? },
            "cancelled" => {
                let because = self.reason.clone().unwrap_or_default();
                Stage::Cancelled { slot, because, moved: by()? }
            }
            other => return Err(unknown("session state", other)),
        })
    }

    fn trigger(&self) -> Result<Trigger> {
        Ok(match (self.trigger_kind.as_str(), &self.request_id) {
            ("planned", _) => Trigger::Planned,
            ("reactive", _) => Trigger::Reactive,
            ("accumulated", _) => Trigger::Accumulated,
            ("requested", Some(request)) => Trigger::Requested(request.as_str().into()),
            (other, _) => return Err(unknown("session trigger", other)),
        })
    }

    /// The session, without its accounts and attendees.
    fn bare(self) -> Result<Session> {
        Ok(Session {
            stage: self.stage()?,
            trigger: self.trigger()?,
            outline: Outline {
                shape: Shape::stored(&self.shape).ok_or_else(|| unknown("session shape", &self.shape))?,
                minutes: self.minutes,
                ours: Vec::new(),
                theirs: Vec::new(),
                accounts: Vec::new(),
                place: self.place,
            },
            id: self.id.into(),
            partner_id: self.partner_id.into(),
            partner: self.partner_name,
            because: serde_json::from_str(&self.because)?,
            instruction: self.instruction,
            organiser: self.organiser.map(Into::into),
            sequence: self.sequence,
            version: self.version,
            created_at: instant(self.created_at)?,
        })
    }
}

/// The sessions of these rows, in their order, with their accounts and attendees.
async fn sessions(tx: &mut Tx, rows: Vec<SessionRow>) -> Result<Vec<Session>> {
    let mut all = rows.into_iter().map(SessionRow::bare).collect::<Result<Vec<_>>>()?;
    if all.is_empty() {
        return Ok(all);
    }
    let ids: Vec<&SessionId> = all.iter().map(|s| &s.id).collect();
    let ids = serde_json::to_string(&ids)?;
    let mut accounts = accounts(tx, &ids).await?;
    let mut ours = ours(tx, &ids).await?;
    let mut theirs = theirs(tx, &ids).await?;
    for session in &mut all {
        session.outline.accounts = accounts.remove(&session.id).unwrap_or_default();
        session.outline.ours = ours.remove(&session.id).unwrap_or_default();
        session.outline.theirs = theirs.remove(&session.id).unwrap_or_default();
    }
    Ok(all)
}

type AccountRow = (String, String, String, Option<String>, Option<String>, String, String);

async fn accounts(tx: &mut Tx, ids: &str) -> Result<HashMap<SessionId, Vec<Named>>> {
    let sql = format!(
        "SELECT n.session_id, n.account_id, a.name, a.domain, n.motion, n.goal, n.why FROM session_accounts n \
         JOIN accounts a ON a.id = n.account_id WHERE n.session_id IN ({}) ORDER BY n.session_id, n.position",
        tx.texts()
    );
    let mut all: HashMap<SessionId, Vec<Named>> = HashMap::new();
    for (session, account, name, domain, motion, goal, why) in
        sql_all!(tx, AccountRow, AssertSqlSafe(sql.clone()), ids)?
    {
        let motion = motion.as_deref().and_then(Motion::stored);
        let named = Named { account_id: account.into(), name, domain, motion, goal, why };
        all.entry(session.into()).or_default().push(named);
    }
    Ok(all)
}

async fn ours(tx: &mut Tx, ids: &str) -> Result<HashMap<SessionId, Vec<UserId>>> {
    let sql = format!(
        "SELECT session_id, who FROM session_attendees WHERE side = 'ours' AND session_id IN ({}) \
         ORDER BY session_id, position",
        tx.texts()
    );
    let mut all: HashMap<SessionId, Vec<UserId>> = HashMap::new();
    for (session, who) in sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), ids)? {
        all.entry(session.into()).or_default().push(who.into());
    }
    Ok(all)
}

async fn theirs(tx: &mut Tx, ids: &str) -> Result<HashMap<SessionId, Vec<Guest>>> {
    let sql = format!(
        "SELECT t.session_id, t.who, c.name FROM session_attendees t JOIN contacts c ON c.id = t.who \
         WHERE t.side = 'theirs' AND t.session_id IN ({}) ORDER BY t.session_id, t.position",
        tx.texts()
    );
    let mut all: HashMap<SessionId, Vec<Guest>> = HashMap::new();
    for (session, contact, name) in sql_all!(tx, (String, String, String), AssertSqlSafe(sql.clone()), ids)? {
        all.entry(session.into()).or_default().push(Guest { contact: contact.into(), name });
    }
    Ok(all)
}

/// How a stage stands in its columns: whom a proposal waits for, start, zone, reason.
fn columns(stage: &Stage) -> Result<(String, Option<i64>, Option<&str>, Option<&str>)> {
    let to: &[UserId] = if let Stage::Proposed { to, .. } = stage { to } else { &[] };
    let reason = if let Stage::Cancelled { because, .. } = stage { Some(because.as_str()) } else { None };
    let slot = stage.slot();
    Ok((serde_json::to_string(to)?, slot.map(|s| millis(s.start)), slot.map(|s| s.zone.as_str()), reason))
}

/// Adds a session: proposed, set up at once, or one that took place and that nobody had set up here.
pub async fn insert_session(tx: &mut Tx, s: &Session) -> Result<()> {
    let (asked, start, zone, reason) = columns(&s.stage)?;
    let moved = s.stage.moved();
    sql_exec!(
        tx,
        "INSERT INTO sessions (id, partner_id, shape, trigger_kind, request_id, minutes, place, because, instruction, organiser, \
         state, asked, starts_at, zone, reason, moved_by, moved_at, sequence, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
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
        &asked,
        start,
        zone,
        reason,
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
    let (asked, start, zone, reason) = columns(&s.stage)?;
    let moved = s.stage.moved().ok_or_else(|| Error::fault("a session was moved by nobody"))?;
    let changed = sql_exec!(
        tx,
        "UPDATE sessions SET shape = $3, minutes = $4, place = $5, organiser = $6, state = $7, asked = $8, starts_at = $9, \
         zone = $10, reason = $11, moved_by = $12, moved_at = $13, sequence = $14, version = $15 WHERE id = $1 AND version = $2",
        s.id.as_str(),
        seen,
        s.outline.shape.as_str(),
        s.outline.minutes,
        &s.outline.place,
        s.organiser.as_ref().map(UserId::as_str),
        s.stage.as_str(),
        &asked,
        start,
        zone,
        reason,
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

/// Whom a proposal waits for now. It is no move: the version stays.
pub async fn save_proposed_to(tx: &mut Tx, s: &Session) -> Result<()> {
    let (asked, ..) = columns(&s.stage)?;
    sql_exec!(
        tx,
        "UPDATE sessions SET asked = $2 WHERE id = $1 AND version = $3 AND state = 'proposed'",
        s.id.as_str(),
        &asked,
        s.version
    )?;
    Ok(())
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

/// Sessions that have a time and were not held or called off, the soonest first; those that began before `from` too.
pub async fn sessions_ahead(tx: &mut Tx, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!("WHERE s.state IN ('scheduled', 'prepared') ORDER BY s.starts_at, s.id LIMIT $1"),
        limit
    )?;
    sessions(tx, rows).await
}

/// The same of those to which this person comes or which they run.
pub async fn sessions_of(tx: &mut Tx, user: &UserId, limit: i64) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        SessionRow,
        session!(
            "WHERE s.state IN ('scheduled', 'prepared') AND (s.organiser = $1 OR EXISTS (SELECT 1 FROM session_attendees t \
             WHERE t.session_id = s.id AND t.side = 'ours' AND t.who = $1)) ORDER BY s.starts_at, s.id LIMIT $2"
        ),
        user.as_str(),
        limit
    )?;
    sessions(tx, rows).await
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
