//! Plays, with their targets, their support and what was said of them.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::super::play::{Audience, Kind, Plan, Play, Results, Stage};
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, CommitmentId, PartnerId, PlayId, UserId};
use crate::kernel::money::Money;
use crate::map::account::Account;
use crate::map::overlap::Population;
use crate::map::store::NAMED;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

/// At most so many accounts are a play's targets.
const TARGETS: i64 = 200;

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

/// The accounts of the map that an audience means now, the largest amount first. What was dismissed is none, and of
/// a partner without an agreement none is named.
async fn meant(tx: &mut Tx, partner: &PartnerId, audience: Audience) -> Result<Vec<AccountId>> {
    const ALL: [Population; 3] = [Population::Customer, Population::Prospect, Population::OpenOpportunity];
    let wanted = match audience {
        Audience::Nobody => return Ok(Vec::new()),
        Audience::Focus => {
            "EXISTS (SELECT 1 FROM focus_accounts f WHERE f.account_id = o.account_id AND f.partner_id = o.partner_id)"
                .to_owned()
        }
        by_populations => {
            let pairs = ALL.iter().flat_map(|ours| ALL.iter().map(move |theirs| (*ours, *theirs)));
            let wanted: Vec<String> = pairs
                .filter(|(ours, theirs)| by_populations.wants(*ours, *theirs))
                .map(|(ours, theirs)| {
                    let (ours, theirs) = (ours.as_str(), theirs.as_str());
                    format!("(o.our_population = '{ours}' AND o.their_population = '{theirs}')")
                })
                .collect();
            wanted.join(" OR ")
        }
    };
    let sql = format!(
        "SELECT o.account_id FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE o.partner_id = $1 AND o.gone_at IS NULL AND o.triage <> 'dismissed' AND {NAMED} AND ({wanted}) \
         ORDER BY COALESCE(o.amount_hundredths, 0) DESC, a.name_key, o.id LIMIT $2"
    );
    let ids = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), partner.as_str(), TARGETS)?;
    Ok(ids.into_iter().map(|(id,)| id.into()).collect())
}

/// Takes a play's targets from the map as it is now.
pub async fn take_targets(tx: &mut Tx, play: &Play) -> Result<()> {
    let accounts = meant(tx, &play.partner_id, play.plan.audience).await?;
    sql_exec!(tx, "DELETE FROM play_targets WHERE play_id = $1", play.id.as_str())?;
    let rows: Vec<_> =
        accounts.iter().enumerate().map(|(place, id)| serde_json::json!([id, place])).collect();
    let sql = format!(
        "INSERT INTO play_targets (play_id, account_id, place) \
         SELECT $2, value ->> 0, CAST(value ->> 1 AS BIGINT) FROM {} WHERE true",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&rows)?, play.id.as_str())?;
    Ok(())
}

/// A play's targets, in their order.
pub async fn targets(tx: &mut Tx, id: &PlayId) -> Result<Vec<Account>> {
    let rows = sql_all!(
        tx,
        (String, String, Option<String>, Option<String>),
        "SELECT a.id, a.name, a.domain, a.owner FROM play_targets t JOIN accounts a ON a.id = t.account_id \
         WHERE t.play_id = $1 ORDER BY t.place, a.name_key",
        id.as_str()
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, name, domain, owner)| Account { id: id.into(), name, domain, owner })
        .collect())
}

/// Makes a commitment part of a play's support.
pub async fn add_support(tx: &mut Tx, play: &PlayId, commitment: &CommitmentId) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO play_support (commitment_id, play_id) VALUES ($1, $2)",
        commitment.as_str(),
        play.as_str()
    )?;
    Ok(())
}

/// The commitments that are a play's support.
pub async fn support(tx: &mut Tx, play: &PlayId) -> Result<Vec<CommitmentId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT s.commitment_id FROM play_support s JOIN commitments c ON c.id = s.commitment_id \
         WHERE s.play_id = $1 ORDER BY c.due, c.created_at, c.id",
        play.as_str()
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// How many targets each of these has, how much of its support is done and how much there is.
pub async fn play_counts(tx: &mut Tx, plays: &[PlayId]) -> Result<HashMap<PlayId, (i64, i64, i64)>> {
    let sql = format!(
        "SELECT y.id, (SELECT COUNT(*) FROM play_targets t WHERE t.play_id = y.id), \
         (SELECT COUNT(*) FROM play_support s JOIN commitments c ON c.id = s.commitment_id \
          WHERE s.play_id = y.id AND c.state = 'done'), \
         (SELECT COUNT(*) FROM play_support s JOIN commitments c ON c.id = s.commitment_id \
          WHERE s.play_id = y.id AND c.state <> 'dropped') FROM plays y WHERE y.id IN ({})",
        tx.texts()
    );
    let rows =
        sql_all!(tx, (String, i64, i64, i64), AssertSqlSafe(sql.clone()), serde_json::to_string(plays)?)?;
    Ok(rows.into_iter().map(|(id, targets, done, all)| (id.into(), (targets, done, all))).collect())
}

/// One line of what was said of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It was moved to another day.
    Moved {
        /// From.
        from: Date,
        /// To.
        to: Date,
        /// Why.
        because: String,
    },
    /// It stands as planned.
    OnTrack,
}

/// Writes down what somebody said of a play.
pub async fn log_play(tx: &mut Tx, play: &Play, said: &Said, by: &UserId, at: Timestamp) -> Result<()> {
    let (what, from, to, because) = match said {
        Said::Moved { from, to, because } => {
            ("moved", Some(from.to_string()), Some(to.to_string()), Some(because.as_str()))
        }
        Said::OnTrack => ("on_track", None, None, None),
    };
    // A play has a version for every line, so the version numbers them.
    sql_exec!(
        tx,
        "INSERT INTO play_log (play_id, number, what, from_date, to_date, because, said_by, said_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        play.id.as_str(),
        play.version,
        what,
        from,
        to,
        because,
        by.as_str(),
        millis(at)
    )?;
    Ok(())
}

/// What was said of a play, the newest first: what, by whom and when.
pub async fn play_log(tx: &mut Tx, id: &PlayId, limit: i64) -> Result<Vec<(Said, UserId, Timestamp)>> {
    type Row = (String, Option<String>, Option<String>, Option<String>, String, i64);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT what, from_date, to_date, because, said_by, said_at FROM play_log WHERE play_id = $1 \
         ORDER BY number DESC LIMIT $2",
        id.as_str(),
        limit
    )?;
    rows.into_iter()
        .map(|(what, from, to, because, by, at)| {
            let said = match (what.as_str(), date(from)?, date(to)?) {
                ("moved", Some(from), Some(to)) => {
                    Said::Moved { from, to, because: because.unwrap_or_default() }
                }
                ("on_track", ..) => Said::OnTrack,
                (other, ..) => return Err(unknown("line of a play", other)),
            };
            Ok((said, by.into(), instant(at)?))
        })
        .collect()
}
