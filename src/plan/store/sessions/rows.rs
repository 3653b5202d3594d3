//! The rows of sessions, and what stands in their columns.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::super::super::session::{Guest, Moved, Named, Outline, Session, Shape, Slot, Stage, Trigger};
use super::super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{SessionId, UserId};
use crate::map::overlap::Motion;
use crate::sql_all;
use crate::store::{Tx, instant, millis, unknown};

#[derive(sqlx::FromRow)]
pub(super) struct SessionRow {
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
    day: Option<String>,
    starts_at: Option<i64>,
    zone: Option<String>,
    reason: Option<String>,
    moved_by: Option<String>,
    moved_at: Option<i64>,
    sequence: i64,
    version: i64,
    created_at: i64,
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
            "proposed" => {
                let day = self.day.as_ref().map(|day| day.parse()).transpose()?;
                Stage::Proposed { to: serde_json::from_str(&self.asked)?, day, moved }
            }
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
pub(super) async fn sessions(tx: &mut Tx, rows: Vec<SessionRow>) -> Result<Vec<Session>> {
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
         JOIN accounts a ON a.id = n.account_id WHERE {} ORDER BY n.session_id, n.position",
        tx.among("n.session_id")
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
        "SELECT session_id, who FROM session_attendees WHERE side = 'ours' AND {} ORDER BY session_id, position",
        tx.among("session_id")
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
         WHERE t.side = 'theirs' AND {} ORDER BY t.session_id, t.position",
        tx.among("t.session_id")
    );
    let mut all: HashMap<SessionId, Vec<Guest>> = HashMap::new();
    for (session, contact, name) in sql_all!(tx, (String, String, String), AssertSqlSafe(sql.clone()), ids)? {
        all.entry(session.into()).or_default().push(Guest { contact: contact.into(), name });
    }
    Ok(all)
}

/// How a stage stands in its columns.
pub(super) struct Columns<'a> {
    pub asked: String,
    pub day: Option<String>,
    pub start: Option<i64>,
    pub zone: Option<&'a str>,
    pub reason: Option<&'a str>,
}

impl<'a> Columns<'a> {
    pub fn of(stage: &'a Stage) -> Result<Self> {
        let (to, day): (&[UserId], _) =
            if let Stage::Proposed { to, day, .. } = stage { (to, *day) } else { (&[], None) };
        let reason = if let Stage::Cancelled { because, .. } = stage { Some(because.as_str()) } else { None };
        let slot = stage.slot();
        Ok(Self {
            asked: serde_json::to_string(to)?,
            day: day.map(|day| day.to_string()),
            start: slot.map(|s| millis(s.start)),
            zone: slot.map(|s| s.zone.as_str()),
            reason,
        })
    }
}
