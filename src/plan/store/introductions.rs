//! Introductions.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::introduction::{Direction, Introduction, Stage};
use super::super::outcome::Deal;
use super::super::request::Moved;
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, AskId, IntroductionId, PartnerId, SessionId, UserId};
use crate::map::account::label;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    account_id: String,
    account_name: String,
    account_domain: Option<String>,
    partner_id: String,
    partner_name: String,
    direction: String,
    ours: String,
    contact_id: Option<String>,
    contact_name: Option<String>,
    whom: String,
    due: String,
    state: String,
    snoozed_until: Option<String>,
    reason: Option<String>,
    deal: Option<String>,
    reminded: String,
    escalated: i64,
    ask_id: Option<String>,
    session_id: Option<String>,
    created_by: String,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    made_by: Option<String>,
    made_at: Option<i64>,
    version: i64,
    created_at: i64,
}

/// Every column that [`Row`] reads.
macro_rules! introduction {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.account_id, a.name AS account_name, a.domain AS account_domain, i.partner_id, ",
            "p.name AS partner_name, i.direction, i.ours, i.contact_id, c.name AS contact_name, i.whom, i.due, i.state, ",
            "i.snoozed_until, i.reason, i.deal, i.reminded, i.escalated, i.ask_id, i.session_id, i.created_by, ",
            "i.decided_by, i.decided_at, i.made_by, i.made_at, i.version, i.created_at FROM introductions i ",
            "JOIN accounts a ON a.id = i.account_id JOIN partners p ON p.id = i.partner_id ",
            "LEFT JOIN contacts c ON c.id = i.contact_id ",
            $rest
        )
    };
}

/// The state of each stage, as stored.
fn state(stage: &Stage) -> &'static str {
    match stage {
        Stage::Requested => "requested",
        Stage::Agreed(_) => "agreed",
        Stage::Made(_) => "made",
        Stage::Met(_) => "met",
        Stage::Closed { .. } => "closed",
        Stage::Dropped { .. } => "dropped",
    }
}

fn stage(row: &Row) -> Result<Stage> {
    let moved = decided(row.decided_by.clone(), row.decided_at)?.map(|(by, at)| Moved { by, at });
    let moved = || moved.clone().ok_or_else(|| Error::fault("an introduction was moved by nobody"));
    let reason = || row.reason.clone().unwrap_or_default();
    Ok(match row.state.as_str() {
        "requested" => Stage::Requested,
        "agreed" => Stage::Agreed(moved()?),
        "made" => Stage::Made(moved()?),
        "met" => Stage::Met(moved()?),
        "closed" => {
            let deal = row.deal.as_deref().unwrap_or_default();
            let deal = Deal::stored(deal).ok_or_else(|| unknown("word for a deal", deal))?;
            Stage::Closed { came: reason(), deal, moved: moved()? }
        }
        "dropped" => Stage::Dropped { because: reason(), moved: moved()? },
        other => return Err(unknown("introduction state", other)),
    })
}

impl TryFrom<Row> for Introduction {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let date = |text: Option<String>| text.map(|t| t.parse::<Date>()).transpose();
        let direction = Direction::stored(&row.direction);
        Ok(Self {
            stage: stage(&row)?,
            id: row.id.into(),
            account_id: row.account_id.into(),
            account: label(&row.account_name, row.account_domain.as_deref()),
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            direction: direction.ok_or_else(|| unknown("direction of an introduction", &row.direction))?,
            ours: row.ours.into(),
            theirs: row.contact_id.zip(row.contact_name).map(|(id, name)| (id.into(), name)),
            whom: row.whom,
            due: row.due.parse()?,
            snoozed_until: date(row.snoozed_until)?,
            reminded: date(Some(row.reminded).filter(|r| !r.is_empty()))?,
            escalated: row.escalated != 0,
            ask: row.ask_id.map(Into::into),
            session: row.session_id.map(Into::into),
            created_by: row.created_by.into(),
            made: decided(row.made_by, row.made_at)?.map(|(by, at)| Moved { by, at }),
            version: row.version,
            created_at: instant(row.created_at)?,
        })
    }
}

fn introductions(rows: Vec<Row>) -> Result<Vec<Introduction>> {
    rows.into_iter().map(Introduction::try_from).collect()
}

/// Adds an introduction, at whatever stage it is.
pub async fn insert_introduction(tx: &mut Tx, i: &Introduction) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO introductions (id, account_id, partner_id, direction, ours, contact_id, whom, due, state, ask_id, \
         session_id, created_by, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        i.id.as_str(),
        i.account_id.as_str(),
        i.partner_id.as_str(),
        i.direction.as_str(),
        i.ours.as_str(),
        i.theirs.as_ref().map(|(id, _)| id.as_str()),
        &i.whom,
        i.due.to_string(),
        state(&i.stage),
        i.ask.as_ref().map(AskId::as_str),
        i.session.as_ref().map(SessionId::as_str),
        i.created_by.as_str(),
        i.version,
        millis(i.created_at)
    )?;
    save_introduction(tx, i, i.version).await?;
    Ok(())
}

/// Saves how an introduction stands now, if nobody moved it since `seen`; `false` when somebody did.
pub async fn save_introduction(tx: &mut Tx, i: &Introduction, seen: i64) -> Result<bool> {
    let (reason, deal) = match &i.stage {
        Stage::Closed { came, deal, .. } => (Some(came.as_str()), Some(deal.as_str())),
        Stage::Dropped { because, .. } => (Some(because.as_str()), None),
        _ => (None, None),
    };
    let last = i.last_move();
    let changed = sql_exec!(
        tx,
        "UPDATE introductions SET state = $3, snoozed_until = $4, reason = $5, deal = $6, reminded = $7, escalated = $8, \
         decided_by = $9, decided_at = $10, made_by = $11, made_at = $12, version = $13 WHERE id = $1 AND version = $2",
        i.id.as_str(),
        seen,
        state(&i.stage),
        i.snoozed_until.map(|d| d.to_string()),
        reason,
        deal,
        i.reminded.map(|d| d.to_string()).unwrap_or_default(),
        i64::from(i.escalated),
        last.map(|m| m.by.as_str()),
        last.map(|m| millis(m.at)),
        i.made.as_ref().map(|m| m.by.as_str()),
        i.made.as_ref().map(|m| millis(m.at)),
        i.version
    )?;
    Ok(changed == 1)
}

/// Saves what an introduction answers, and where it was agreed. It is no move: the version stays.
pub async fn link_introduction(tx: &mut Tx, i: &Introduction) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE introductions SET ask_id = $2, session_id = $3 WHERE id = $1",
        i.id.as_str(),
        i.ask.as_ref().map(AskId::as_str),
        i.session.as_ref().map(SessionId::as_str)
    )?;
    Ok(())
}

/// Remembers the day whose reminder is sent, and whether the manager was told; `false` when it was moved since, or
/// another round has sent it.
pub async fn mark_introduction_reminded(
    tx: &mut Tx,
    i: &Introduction,
    day: Date,
    escalated: bool,
) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE introductions SET reminded = $3, escalated = $4 WHERE id = $1 AND version = $2 AND reminded < $3",
        i.id.as_str(),
        i.version,
        day.to_string(),
        i64::from(escalated)
    )?;
    Ok(changed == 1)
}

/// One introduction.
pub async fn introduction(tx: &mut Tx, id: &IntroductionId) -> Result<Option<Introduction>> {
    let row = sql_opt!(tx, Row, introduction!("WHERE i.id = $1"), id.as_str())?;
    row.map(Introduction::try_from).transpose()
}

/// Every introduction that is not over, the most urgent first.
pub async fn open_introductions(tx: &mut Tx) -> Result<Vec<Introduction>> {
    introductions(sql_all!(
        tx,
        Row,
        introduction!(
            "WHERE i.state IN ('requested', 'agreed', 'made', 'met') ORDER BY i.due, i.created_at, i.id"
        )
    )?)
}

/// What is under way with a partner, the soonest first.
pub async fn open_introductions_with(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Introduction>> {
    let rows = sql_all!(
        tx,
        Row,
        introduction!(
            "WHERE i.partner_id = $1 AND i.state IN ('requested', 'agreed', 'made') ORDER BY i.due, i.created_at, i.id"
        ),
        partner.as_str()
    )?;
    rows.into_iter().map(Introduction::try_from).collect()
}

/// Every introduction to this account, the newest first.
pub async fn introductions_to(tx: &mut Tx, account: &AccountId) -> Result<Vec<Introduction>> {
    introductions(sql_all!(
        tx,
        Row,
        introduction!("WHERE i.account_id = $1 ORDER BY i.created_at DESC, i.id"),
        account.as_str()
    )?)
}

/// The introductions with this partner that were made since then, the newest first.
pub async fn introductions_made_with(
    tx: &mut Tx,
    partner: &PartnerId,
    since: Timestamp,
) -> Result<Vec<Introduction>> {
    introductions(sql_all!(
        tx,
        Row,
        introduction!("WHERE i.partner_id = $1 AND i.made_at >= $2 ORDER BY i.created_at DESC, i.id"),
        partner.as_str(),
        millis(since)
    )?)
}

/// The open introductions that this person is in or wrote down, the most urgent first.
pub async fn introductions_of(tx: &mut Tx, user: &UserId) -> Result<Vec<Introduction>> {
    introductions(sql_all!(
        tx,
        Row,
        introduction!(
            "WHERE i.state IN ('requested', 'agreed', 'made', 'met') AND (i.ours = $1 OR i.created_by = $1) \
             ORDER BY i.due, i.created_at, i.id"
        ),
        user.as_str()
    )?)
}

/// The open introductions with the partners that this person manages, the most urgent first; for whoever `stands_in` those with
/// the partners that nobody manages, or whose manager is no member any more, as well.
pub async fn introductions_looked_after(
    tx: &mut Tx,
    user: &UserId,
    stands_in: bool,
) -> Result<Vec<Introduction>> {
    introductions(sql_all!(
        tx,
        Row,
        introduction!(
            "WHERE i.state IN ('requested', 'agreed', 'made', 'met') AND (p.manager = $1 OR ($2 = 1 AND (p.manager IS NULL \
             OR EXISTS (SELECT 1 FROM people m WHERE m.id = p.manager AND m.outside IS NOT NULL)))) \
             ORDER BY i.due, i.created_at, i.id"
        ),
        user.as_str(),
        i64::from(stands_in)
    )?)
}
