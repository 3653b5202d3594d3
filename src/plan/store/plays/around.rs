//! What belongs to a play: its targets, its support, and what was said of it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::date;
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, CommitmentId, PartnerId, PlayId, UserId};
use crate::map::account::Account;
use crate::map::overlap::Population;
use crate::map::store::NAMED;
use crate::plan::play::{Audience, Play};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec};

/// At most so many accounts are a play's targets.
const TARGETS: i64 = 200;

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
