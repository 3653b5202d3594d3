//! What was given and asked, as it is written down elsewhere.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::super::ask;
use super::super::introduction::{self, Direction};
use super::super::ledger::Entry;
use super::{asks_of_partner, introductions_with};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, OverlapId, PartnerId, UserId};
use crate::map::lists::kinds::{Kinds, POPULATIONS};
use crate::map::overlap::{Motion, Overlap, Population};
use crate::map::store as map;
use crate::sql_all;
use crate::store::{Tx, instant};

/// So many accounts are looked through for what could be given next.
const GIVES: i64 = 50;

/// Everything that was given or asked with a partner since then: by introductions, by what reps asked, by the accounts of the
/// sessions that were held, and by what was planned in triage and has not come to a session.
pub async fn ledger_entries(
    tx: &mut Tx,
    partner: &PartnerId,
    kinds: &Kinds,
    since: Timestamp,
) -> Result<Vec<Entry>> {
    let introductions = introductions_with(tx, partner).await?;
    let answered: HashSet<_> =
        introductions.iter().filter(|i| i.made_at.is_some()).filter_map(|i| i.ask.clone()).collect();
    let mut entries: Vec<Entry> = introductions.iter().filter_map(introduced).collect();
    let asks = asks_of_partner(tx, partner).await?;
    // A question that led to an introduction is one ask, not two.
    entries.extend(asks.iter().filter(|q| !answered.contains(&q.id)).filter_map(asked));
    let in_sessions = in_sessions(tx, partner).await?;
    let met: HashSet<AccountId> = in_sessions.iter().map(|e| e.account.clone()).collect();
    entries.extend(in_sessions);
    entries.extend(planned(tx, partner, kinds).await?.into_iter().filter(|e| !met.contains(&e.account)));
    entries.retain(|e| e.at >= since);
    Ok(entries)
}

fn introduced(i: &introduction::Introduction) -> Option<Entry> {
    let motion = match i.direction {
        Direction::Made => Motion::Give,
        Direction::Received => Motion::Ask,
    };
    Some(Entry {
        at: i.made_at?,
        motion,
        introduced: true,
        account: i.account_id.clone(),
        words: format!("{}: introduction to {}", i.account, i.whom),
        ours: Some(i.ours.clone()),
        contact: i.theirs.clone(),
    })
}

fn asked(q: &ask::Ask) -> Option<Entry> {
    if matches!(q.stage, ask::Stage::Withdrawn(_) | ask::Stage::Declined { .. }) {
        return None;
    }
    let said_by = || q.answers.last().and_then(|a| a.said_by.clone());
    Some(Entry {
        at: q.created_at,
        motion: Motion::Ask,
        introduced: false,
        account: q.account_id.clone(),
        words: format!("{}: {}", q.account, q.question),
        ours: Some(q.requester.clone()),
        contact: q.contact.clone().or_else(said_by),
    })
}

/// What was talked about in sessions that were held.
async fn in_sessions(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Entry>> {
    let rows = sql_all!(
        tx,
        MetAbout,
        "SELECT n.account_id, a.name, n.motion, s.starts_at, s.organiser FROM session_accounts n \
         JOIN sessions s ON s.id = n.session_id JOIN accounts a ON a.id = n.account_id \
         WHERE s.partner_id = $1 AND s.state IN ('held', 'closed') AND s.starts_at IS NOT NULL AND n.motion IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM session_outcomes x WHERE x.session_id = n.session_id AND x.account_id = n.account_id \
         AND x.outcome = 'not_reached')",
        partner.as_str()
    )?;
    rows.into_iter().filter_map(|row| met_about(row).transpose()).collect()
}

/// One account of a session that was held.
type MetAbout = (String, String, String, i64, Option<String>);

fn met_about((account, name, motion, at, organiser): MetAbout) -> Result<Option<Entry>> {
    let Some(motion) = Motion::stored(&motion) else { return Ok(None) };
    Ok(Some(Entry {
        at: instant(at)?,
        motion,
        introduced: false,
        account: account.into(),
        words: format!("{name}: in a session"),
        ours: organiser.map(Into::into),
        contact: None,
    }))
}

async fn planned(tx: &mut Tx, partner: &PartnerId, kinds: &Kinds) -> Result<Vec<Entry>> {
    type Row = (String, String, Option<String>, Option<String>, Option<i64>, Option<String>);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT o.account_id, a.name, o.our_population, o.their_population, o.decided_at, o.decided_by FROM account_overlaps o \
         JOIN accounts a ON a.id = o.account_id WHERE o.partner_id = $1 AND o.triage = 'planned'",
        partner.as_str()
    )?;
    let population = |text: &Option<String>| text.as_deref().and_then(Population::stored);
    let mut entries = Vec::new();
    for (account, name, ours, theirs, at, by) in rows {
        let (Some(motion), Some(at)) = (kinds.motion(population(&ours), population(&theirs)), at) else {
            continue;
        };
        entries.push(Entry {
            at: instant(at)?,
            motion,
            introduced: false,
            account: account.into(),
            words: format!("{name}: planned"),
            ours: by.map(Into::into),
            contact: None,
        });
    }
    Ok(entries)
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

/// Everybody of ours who has to do with something that is not done, or manages a partner.
pub async fn people_at_work(tx: &mut Tx) -> Result<Vec<UserId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT owner FROM commitments WHERE state = 'open' UNION SELECT created_by FROM commitments WHERE state = 'open' \
         UNION SELECT ours FROM introductions WHERE state IN ('requested', 'agreed', 'made', 'met') \
         UNION SELECT created_by FROM introductions WHERE state IN ('requested', 'agreed', 'made', 'met') \
         UNION SELECT requester FROM asks WHERE state IN ('asked', 'missing', 'with_partner', 'answered') \
         UNION SELECT requester FROM session_requests WHERE state IN ('asked', 'proposed') \
         UNION SELECT manager FROM partners WHERE manager IS NOT NULL \
         UNION SELECT user_id FROM roles WHERE role = 'partner_manager'"
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
