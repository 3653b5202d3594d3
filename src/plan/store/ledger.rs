//! What was given and asked, as it is written down elsewhere.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::super::ledger::{Met, Planned, Written};
use super::{asks_of_partner, introductions_made_with};
use crate::kernel::error::Result;
use crate::kernel::ids::{OverlapId, PartnerId};
use crate::map::lists::kinds::{Kinds, POPULATIONS};
use crate::map::overlap::{Motion, Overlap, Population};
use crate::map::store as map;
use crate::sql_all;
use crate::store::{Tx, instant, millis};

/// So many accounts are looked through for what could be given next.
const GIVES: i64 = 50;

/// What [`entries`](super::super::ledger::entries) are made of, for one partner since then.
pub async fn given_and_asked(tx: &mut Tx, partner: &PartnerId, since: Timestamp) -> Result<Written> {
    Ok(Written {
        introductions: introductions_made_with(tx, partner, since).await?,
        asks: asks_of_partner(tx, partner, since).await?,
        met: met_about(tx, partner, since).await?,
        planned: planned(tx, partner, since).await?,
    })
}

/// The accounts of the sessions that were held with a partner since then, where it is noted which way they go.
async fn met_about(tx: &mut Tx, partner: &PartnerId, since: Timestamp) -> Result<Vec<Met>> {
    let rows = sql_all!(
        tx,
        (String, String, String, i64, Option<String>),
        "SELECT n.account_id, a.name, n.motion, s.starts_at, s.organiser FROM session_accounts n \
         JOIN sessions s ON s.id = n.session_id JOIN accounts a ON a.id = n.account_id \
         WHERE s.partner_id = $1 AND s.state IN ('held', 'closed') AND s.starts_at >= $2 AND n.motion IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM session_outcomes x WHERE x.session_id = n.session_id AND x.account_id = n.account_id \
         AND x.outcome = 'not_reached')",
        partner.as_str(),
        millis(since)
    )?;
    let mut all = Vec::new();
    for (account, name, motion, at, organiser) in rows {
        let Some(motion) = Motion::stored(&motion) else { continue };
        let (account, organiser) = (account.into(), organiser.map(Into::into));
        all.push(Met { account, name, motion, at: instant(at)?, organiser });
    }
    Ok(all)
}

/// What was planned in triage with a partner since then.
async fn planned(tx: &mut Tx, partner: &PartnerId, since: Timestamp) -> Result<Vec<Planned>> {
    type Row = (String, String, Option<String>, Option<String>, i64, Option<String>);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT o.account_id, a.name, o.our_population, o.their_population, o.decided_at, o.decided_by FROM account_overlaps o \
         JOIN accounts a ON a.id = o.account_id WHERE o.partner_id = $1 AND o.triage = 'planned' AND o.decided_at >= $2",
        partner.as_str(),
        millis(since)
    )?;
    let population = |text: Option<String>| text.as_deref().and_then(Population::stored);
    rows.into_iter()
        .map(|(account, name, ours, theirs, at, by)| {
            let (ours, theirs) = (population(ours), population(theirs));
            let (account, by) = (account.into(), by.map(Into::into));
            Ok(Planned { account, name, ours, theirs, at: instant(at)?, by })
        })
        .collect()
}

/// The overlaps with a partner whose kind suggests a give and that are neither turned down nor gone, the largest first.
pub async fn could_be_given(tx: &mut Tx, partner: &PartnerId, kinds: &Kinds) -> Result<Vec<Overlap>> {
    let pairs: Vec<String> = POPULATIONS
        .iter()
        .flat_map(|ours| POPULATIONS.iter().map(move |theirs| (*ours, *theirs)))
        .filter(|(ours, theirs)| kinds.motion(Some(*ours), Some(*theirs)) == Some(Motion::Give))
        .map(|(ours, theirs)| {
            format!("(o.our_population = '{}' AND o.their_population = '{}')", ours.as_str(), theirs.as_str())
        })
        .collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.id FROM account_overlaps o WHERE o.partner_id = $1 AND o.gone_at IS NULL AND o.triage <> 'dismissed' AND ({}) \
         AND {} ORDER BY COALESCE(o.amount_hundredths, 0) DESC, o.first_seen DESC, o.id LIMIT $2",
        pairs.join(" OR "),
        map::NAMED
    );
    let rows = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), partner.as_str(), GIVES)?;
    let ids: Vec<OverlapId> = rows.into_iter().map(|(id,)| id.into()).collect();
    map::overlaps_of_ids(tx, &ids).await
}
