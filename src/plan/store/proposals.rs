//! What triggers are found from: the overlaps that may count, what sessions did with them, and when partners met.

use std::collections::HashMap;

use super::super::candidate::{Candidate, Deed};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId};
use crate::kernel::money::Money;
use crate::map::account_map::involvement::Role;
use crate::map::overlap::Population;
use crate::pull::instruction::Facts;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;

/// Which overlaps are looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Of these kinds, ours and theirs.
    pub kinds: Vec<(Population, Population)>,
    /// Of this amount or more, whatever its currency.
    pub least: Option<Money>,
    /// Whether it counts where the account is.
    pub countries: bool,
    /// Whether it counts what the partner is on the account.
    pub roles: bool,
    /// At most so many.
    pub most: i64,
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    id: String,
    account_id: String,
    name: String,
    our_population: Option<String>,
    their_population: Option<String>,
    amount_hundredths: Option<i64>,
    amount_currency: Option<String>,
    first_seen: i64,
    changed_at: Option<i64>,
    triage: String,
    country: Option<String>,
    role: Option<String>,
    focus: i64,
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = Error;

    fn try_from(row: CandidateRow) -> Result<Self> {
        let population = |text: Option<String>| text.as_deref().and_then(Population::stored);
        let amount = row.amount_hundredths.map(|hundredths| Money {
            hundredths,
            currency: row.amount_currency.as_deref().and_then(iso_currency::Currency::from_code),
        });
        Ok(Self {
            overlap: row.id.into(),
            account: row.account_id.into(),
            name: row.name,
            facts: Facts {
                ours: population(row.our_population),
                theirs: population(row.their_population),
                amount,
                country: row.country,
                role: row.role.as_deref().and_then(Role::stored),
            },
            focus: row.focus > 0,
            planned: row.triage == "planned",
            arrived: instant(row.changed_at.unwrap_or(row.first_seen).max(row.first_seen))?,
        })
    }
}

/// The overlaps with a partner from which a session may come: what triage planned first, then what came up or changed last.
pub async fn candidates(
    tx: &mut Tx,
    now: Timestamp,
    partner: &PartnerId,
    wanted: &Wanted,
) -> Result<Vec<Candidate>> {
    let kinds: Vec<String> =
        wanted.kinds.iter().map(|(ours, theirs)| format!("{} {}", ours.as_str(), theirs.as_str())).collect();
    // What nobody asks for is not looked up: there are thousands of rows, every five minutes, for every partner.
    let country = match wanted.countries {
        true => {
            "(SELECT MIN(l.country) FROM listed_accounts l WHERE l.account_id = o.account_id AND l.list = 'ours' AND l.gone_at IS NULL)"
        }
        false => "CAST(NULL AS TEXT)",
    };
    let role = match wanted.roles {
        true => {
            "(SELECT ap.role FROM account_partners ap WHERE ap.account_id = o.account_id AND ap.partner_id = o.partner_id)"
        }
        false => "CAST(NULL AS TEXT)",
    };
    let sql = format!(
        "SELECT o.id, o.account_id, a.name, o.our_population, o.their_population, o.amount_hundredths, o.amount_currency, \
         o.first_seen, o.changed_at, o.triage, {role} AS role, {country} AS country, \
         CASE WHEN o.account_id IN (SELECT f.account_id FROM focus_accounts f WHERE f.partner_id = $2) \
         THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS focus FROM (SELECT o.* FROM account_overlaps o \
         WHERE o.partner_id = $2 AND o.gone_at IS NULL AND o.our_population || ' ' || o.their_population IN ({}) \
         AND (CAST($3 AS BIGINT) IS NULL OR o.amount_hundredths >= $3) \
         AND (o.triage IN ('open', 'planned') OR (o.triage = 'snoozed' AND o.snoozed_until <= $4)) \
         ORDER BY CASE WHEN o.triage = 'planned' THEN 0 ELSE 1 END, \
         CASE WHEN o.changed_at > o.first_seen THEN o.changed_at ELSE o.first_seen END DESC, o.id LIMIT $5) o \
         JOIN accounts a ON a.id = o.account_id \
         ORDER BY CASE WHEN o.triage = 'planned' THEN 0 ELSE 1 END, \
         CASE WHEN o.changed_at > o.first_seen THEN o.changed_at ELSE o.first_seen END DESC, o.id",
        tx.texts()
    );
    let rows = sql_all!(
        tx,
        CandidateRow,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(&kinds)?,
        partner.as_str(),
        wanted.least.map(|least| least.hundredths),
        millis(now),
        wanted.most
    )?;
    rows.into_iter().map(Candidate::try_from).collect()
}

/// What sessions with a partner did with its accounts. One that nobody got to was not worked.
pub async fn deeds(tx: &mut Tx, partner: &PartnerId) -> Result<HashMap<AccountId, Vec<Deed>>> {
    let rows = sql_all!(
        tx,
        (String, String, i64),
        "SELECT account_id, deed, MAX(at) FROM (SELECT n.account_id, \
         CASE WHEN s.state IN ('held', 'closed') THEN 'worked' WHEN s.state <> 'cancelled' THEN 'taken' \
         WHEN s.starts_at IS NULL THEN 'set_aside' ELSE 'called_off' END AS deed, COALESCE(s.moved_at, s.created_at) AS at \
         FROM session_accounts n JOIN sessions s ON s.id = n.session_id WHERE s.partner_id = $1 AND NOT (s.state IN ('held', 'closed') \
         AND EXISTS (SELECT 1 FROM session_outcomes x WHERE x.session_id = n.session_id AND x.account_id = n.account_id \
         AND x.outcome = 'not_reached'))) d GROUP BY account_id, deed",
        partner.as_str()
    )?;
    let mut all: HashMap<AccountId, Vec<Deed>> = HashMap::new();
    for (account, deed, at) in rows {
        let at = instant(at)?;
        let deed = match deed.as_str() {
            "taken" => Deed::Taken,
            "worked" => Deed::Worked(at),
            "set_aside" => Deed::SetAside(at),
            "called_off" => Deed::CalledOff(at),
            other => return Err(unknown("deed of a session", other)),
        };
        all.entry(account.into()).or_default().push(deed);
    }
    Ok(all)
}

/// When a partner met and what waits, as triggers need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// A proposal that is no reaction to one overlap waits.
    pub proposed: bool,
    /// So many reactions wait.
    pub reactive: usize,
    /// The start of the last session that was no reaction, held or ahead.
    pub last: Option<Timestamp>,
    /// When such a session was last proposed.
    pub last_proposed: Option<Timestamp>,
    /// When such a proposal was last set aside.
    pub set_aside: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct PaceRow {
    proposed: Option<i64>,
    reactive: Option<i64>,
    last: Option<i64>,
    last_proposed: Option<i64>,
    set_aside: Option<i64>,
}

/// The pace of the sessions with a partner.
pub async fn pace(tx: &mut Tx, partner: &PartnerId) -> Result<Pace> {
    let rows = sql_all!(
        tx,
        PaceRow,
        "SELECT CAST(SUM(CASE WHEN state = 'proposed' AND trigger_kind <> 'reactive' THEN 1 ELSE 0 END) AS BIGINT) AS proposed, \
         CAST(SUM(CASE WHEN state = 'proposed' AND trigger_kind = 'reactive' THEN 1 ELSE 0 END) AS BIGINT) AS reactive, \
         MAX(CASE WHEN state <> 'cancelled' AND trigger_kind <> 'reactive' THEN starts_at END) AS last, \
         MAX(CASE WHEN trigger_kind IN ('planned', 'accumulated') THEN created_at END) AS last_proposed, \
         MAX(CASE WHEN state = 'cancelled' AND starts_at IS NULL AND trigger_kind <> 'reactive' THEN moved_at END) AS set_aside \
         FROM sessions WHERE partner_id = $1",
        partner.as_str()
    )?;
    let Some(row) = rows.into_iter().next() else { return Ok(Pace::default()) };
    let at = |ms: Option<i64>| ms.map(instant).transpose();
    Ok(Pace {
        proposed: row.proposed.unwrap_or(0) > 0,
        reactive: usize::try_from(row.reactive.unwrap_or(0)).unwrap_or(0),
        last: at(row.last)?,
        last_proposed: at(row.last_proposed)?,
        set_aside: at(row.set_aside)?,
    })
}

/// Partners that are worked through: how many accounts of how many.
pub async fn saturated(tx: &mut Tx) -> Result<HashMap<PartnerId, (i64, i64)>> {
    let rows = sql_all!(tx, (String, i64, i64), "SELECT partner_id, worked, worthy FROM saturated_partners")?;
    Ok(rows.into_iter().map(|(partner, worked, worthy)| (partner.into(), (worked, worthy))).collect())
}

/// A partner is worked through since now; `false` when that was known.
pub async fn mark_saturated(
    tx: &mut Tx,
    now: Timestamp,
    partner: &PartnerId,
    worked: usize,
    worthy: usize,
) -> Result<bool> {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let added = sql_exec!(
        tx,
        "INSERT INTO saturated_partners (partner_id, worked, worthy, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (partner_id) DO NOTHING",
        partner.as_str(),
        count(worked),
        count(worthy),
        millis(now)
    )?;
    Ok(added == 1)
}

/// A partner has enough again; `false` when that was known.
pub async fn clear_saturated(tx: &mut Tx, partner: &PartnerId) -> Result<bool> {
    let gone = sql_exec!(tx, "DELETE FROM saturated_partners WHERE partner_id = $1", partner.as_str())?;
    Ok(gone == 1)
}
