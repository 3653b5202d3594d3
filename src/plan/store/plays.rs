//! Plays.

mod around;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::play::{Audience, Kind, Plan, Play, Results, Stage};
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, PlayId, UserId};
use crate::kernel::money::Money;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

pub use around::*;

#[derive(sqlx::FromRow)]
struct PlayRow {
    id: String,
    kind: String,
    title: String,
    partner_id: String,
    partner_name: String,
    owner: Option<String>,
    their_owner: Option<String>,
    sender: Option<String>,
    ship_date: Option<String>,
    zone: String,
    check_days: i64,
    audience: String,
    state: String,
    started_at: Option<i64>,
    first_ship: Option<String>,
    shipped_on: Option<String>,
    reason: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    sent: Option<i64>,
    replies: Option<i64>,
    meetings: Option<i64>,
    pipeline_hundredths: Option<i64>,
    pipeline_currency: Option<String>,
    has_results: i64,
    reminded: String,
    created_by: String,
    version: i64,
    created_at: i64,
}

/// Every column that [`PlayRow`] reads.
macro_rules! play {
    ($rest:literal) => {
        concat!(
            "SELECT y.id, y.kind, y.title, y.partner_id, p.name AS partner_name, y.owner, y.their_owner, y.sender, ",
            "y.ship_date, y.zone, y.check_days, y.audience, y.state, y.started_at, y.first_ship, y.shipped_on, y.reason, ",
            "y.decided_by, y.decided_at, y.sent, y.replies, y.meetings, y.pipeline_hundredths, y.pipeline_currency, ",
            "y.has_results, y.reminded, y.created_by, y.version, y.created_at ",
            "FROM plays y JOIN partners p ON p.id = y.partner_id ",
            $rest
        )
    };
}

fn date(text: Option<String>) -> Result<Option<Date>> {
    Ok(text.map(|t| t.parse::<Date>()).transpose()?)
}

impl TryFrom<PlayRow> for Play {
    type Error = Error;

    fn try_from(row: PlayRow) -> Result<Self> {
        let stage = stage(&row)?;
        Ok(Self {
            id: row.id.into(),
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            plan: Plan {
                title: row.title,
                kind: Kind::stored(&row.kind),
                owner: row.owner.map(Into::into),
                their_owner: row.their_owner,
                sender: row.sender.map(Into::into),
                ship: date(row.ship_date)?,
                zone: row.zone,
                check_days: row.check_days,
                audience: Audience::stored(&row.audience)
                    .ok_or_else(|| unknown("audience of a play", &row.audience))?,
            },
            stage,
            reminded: date(Some(row.reminded).filter(|r| !r.is_empty()))?,
            created_by: row.created_by.into(),
            created_at: instant(row.created_at)?,
            version: row.version,
        })
    }
}

fn stage(row: &PlayRow) -> Result<Stage> {
    let lacks = |what: &str| Error::fault(format!("the play {} is {} and has no {what}", row.id, row.state));
    let started = || -> Result<(Timestamp, Date)> {
        let since = instant(row.started_at.ok_or_else(|| lacks("start"))?)?;
        Ok((since, date(row.first_ship.clone())?.ok_or_else(|| lacks("first date"))?))
    };
    let decided = || decided(row.decided_by.clone(), row.decided_at)?.ok_or_else(|| lacks("decision"));
    Ok(match row.state.as_str() {
        "idea" => Stage::Idea,
        "running" => {
            let (since, first) = started()?;
            Stage::Running { since, first }
        }
        "shipped" => {
            let ((since, first), (by, at)) = (started()?, decided()?);
            let on = date(row.shipped_on.clone())?.ok_or_else(|| lacks("day"))?;
            Stage::Shipped { since, first, on, by, at, results: (row.has_results == 1).then(|| results(row)) }
        }
        "dropped" => {
            let (by, at) = decided()?;
            Stage::Dropped { because: row.reason.clone().unwrap_or_default(), by, at }
        }
        other => return Err(unknown("play state", other)),
    })
}

fn results(row: &PlayRow) -> Results {
    let currency = row.pipeline_currency.as_deref().and_then(iso_currency::Currency::from_code);
    let pipeline = row.pipeline_hundredths.map(|hundredths| Money { hundredths, currency });
    Results { sent: row.sent, replies: row.replies, meetings: row.meetings, pipeline }
}

fn plays(rows: Vec<PlayRow>) -> Result<Vec<Play>> {
    rows.into_iter().map(Play::try_from).collect()
}

/// Adds an idea.
pub async fn insert_play(tx: &mut Tx, play: &Play) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO plays (id, kind, title, partner_id, zone, check_days, audience, state, created_by, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'idea', $8, 0, $9)",
        play.id.as_str(),
        play.plan.kind.as_str(),
        &play.plan.title,
        play.partner_id.as_str(),
        &play.plan.zone,
        play.plan.check_days,
        play.plan.audience.as_str(),
        play.created_by.as_str(),
        millis(play.created_at)
    )?;
    // All the rest is written in the one place that writes it.
    save_play(tx, play, 0).await?;
    Ok(())
}

/// Saves how a play stands now, if nobody moved it since `seen`; `false` when somebody did.
pub async fn save_play(tx: &mut Tx, play: &Play, seen: i64) -> Result<bool> {
    let plan = &play.plan;
    let changed = sql_exec!(
        tx,
        "UPDATE plays SET kind = $3, title = $4, owner = $5, their_owner = $6, sender = $7, ship_date = $8, zone = $9, \
         check_days = $10, audience = $11, version = $12 WHERE id = $1 AND version = $2",
        play.id.as_str(),
        seen,
        plan.kind.as_str(),
        &plan.title,
        plan.owner.as_ref().map(UserId::as_str),
        plan.their_owner.as_deref(),
        plan.sender.as_ref().map(UserId::as_str),
        plan.ship.map(|d| d.to_string()),
        &plan.zone,
        plan.check_days,
        plan.audience.as_str(),
        play.version
    )?;
    if changed == 1 {
        save_stage(tx, play).await?;
    }
    Ok(changed == 1)
}

async fn save_stage(tx: &mut Tx, play: &Play) -> Result<()> {
    let (state, started, decided, reason) = match &play.stage {
        Stage::Idea => ("idea", None, None, None),
        Stage::Running { since, first } => ("running", Some((since, first)), None, None),
        Stage::Shipped { since, first, by, at, .. } => {
            ("shipped", Some((since, first)), Some((by, at)), None)
        }
        Stage::Dropped { because, by, at } => ("dropped", None, Some((by, at)), Some(because.as_str())),
    };
    let (on, results) = match &play.stage {
        Stage::Shipped { on, results, .. } => (Some(on.to_string()), *results),
        _ => (None, None),
    };
    let pipeline = results.and_then(|r| r.pipeline);
    sql_exec!(
        tx,
        "UPDATE plays SET state = $2, started_at = $3, first_ship = $4, shipped_on = $5, reason = $6, decided_by = $7, \
         decided_at = $8, sent = $9, replies = $10, meetings = $11, pipeline_hundredths = $12, pipeline_currency = $13, \
         has_results = $14 WHERE id = $1",
        play.id.as_str(),
        state,
        started.map(|(since, _)| millis(*since)),
        started.map(|(_, first)| first.to_string()),
        on,
        reason,
        decided.map(|(by, _)| by.as_str()),
        decided.map(|(_, at)| millis(*at)),
        results.and_then(|r| r.sent),
        results.and_then(|r| r.replies),
        results.and_then(|r| r.meetings),
        pipeline.map(|m| m.hundredths),
        pipeline.and_then(|m| m.currency).map(|c| c.code().to_owned()),
        i64::from(results.is_some())
    )?;
    Ok(())
}

/// Remembers the day whose reminder is sent; `false` when it was moved since, or another round has sent it.
pub async fn mark_play_reminded(tx: &mut Tx, play: &Play, day: Date) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE plays SET reminded = $3 WHERE id = $1 AND version = $2 AND reminded < $3",
        play.id.as_str(),
        play.version,
        day.to_string()
    )?;
    Ok(changed == 1)
}

/// One play.
pub async fn play(tx: &mut Tx, id: &PlayId) -> Result<Option<Play>> {
    sql_opt!(tx, PlayRow, play!("WHERE y.id = $1"), id.as_str())?.map(Play::try_from).transpose()
}

/// Those that run by their dates, then the ideas, at most `limit`.
pub async fn open_plays(tx: &mut Tx, limit: i64) -> Result<Vec<Play>> {
    plays(sql_all!(
        tx,
        PlayRow,
        play!(
            "WHERE y.state IN ('running', 'idea') ORDER BY CASE y.state WHEN 'running' THEN 0 ELSE 1 END, \
             COALESCE(y.ship_date, '9999'), y.created_at, y.id LIMIT $1"
        ),
        limit
    )?)
}

/// Those that run with this partner, by their dates.
pub async fn running_plays_with(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Play>> {
    plays(sql_all!(
        tx,
        PlayRow,
        play!("WHERE y.partner_id = $1 AND y.state = 'running' ORDER BY y.ship_date, y.id"),
        partner.as_str()
    )?)
}

/// Those that went out since that day, the newest first, at most `limit`.
pub async fn shipped_plays(tx: &mut Tx, since: Date, limit: i64) -> Result<Vec<Play>> {
    plays(sql_all!(
        tx,
        PlayRow,
        play!("WHERE y.state = 'shipped' AND y.shipped_on >= $1 ORDER BY y.shipped_on DESC, y.id LIMIT $2"),
        since.to_string(),
        limit
    )?)
}

/// Those that may bring a reminder.
pub async fn plays_to_remind(tx: &mut Tx) -> Result<Vec<Play>> {
    plays(sql_all!(
        tx,
        PlayRow,
        play!("WHERE y.state = 'running' OR (y.state = 'shipped' AND y.has_results = 0) ORDER BY y.id")
    )?)
}
