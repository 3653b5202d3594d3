//! What a partner would bring, and with whom there is no agreement yet.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::fit::{Cover, Fit, Prospect};
use crate::map::overlap::Population;
use crate::store::{Tx, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

/// Set where there is no agreement with this partner yet.
pub async fn prospect(tx: &mut Tx, partner: &PartnerId) -> Result<Option<Prospect>> {
    let row = sql_opt!(
        tx,
        (i64, Option<String>, Option<String>),
        "SELECT version, names_by, names_because FROM partner_prospects WHERE partner_id = $1 AND prospective = 1",
        partner.as_str()
    )?;
    Ok(row.map(|(version, by, because)| Prospect {
        partner: partner.clone(),
        version,
        names: by.map(UserId::from).zip(because),
    }))
}

/// Whether overlap `o` may be named: there is an agreement with its partner, or somebody lets names be shown before (B10).
pub const NAMED: &str = "o.partner_id NOT IN (SELECT pp.partner_id FROM partner_prospects pp WHERE pp.prospective = 1 \
     AND pp.names_by IS NULL)";

/// The partners whose overlaps are counted and not named.
pub async fn counted_only(tx: &mut Tx) -> Result<HashSet<PartnerId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT partner_id FROM partner_prospects WHERE prospective = 1 AND names_by IS NULL"
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// There is no agreement with a partner yet, or there is one now.
pub async fn set_prospect(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &PartnerId,
    prospective: bool,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO partner_prospects (partner_id, prospective, version, set_by, set_at) VALUES ($1, $2, 1, $3, $4) \
         ON CONFLICT (partner_id) DO UPDATE SET prospective = excluded.prospective, version = partner_prospects.version + 1, \
         set_by = excluded.set_by, set_at = excluded.set_at, names_by = NULL, names_because = NULL",
        partner.as_str(),
        i64::from(prospective),
        by.as_str(),
        millis(now)
    )?;
    Ok(())
}

/// Lets names be shown before there is an agreement; `false` when that was changed since version `seen`.
pub async fn show_names(
    tx: &mut Tx,
    by: &UserId,
    because: &str,
    partner: &PartnerId,
    seen: i64,
) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE partner_prospects SET names_by = $3, names_because = $4, version = version + 1 \
         WHERE partner_id = $1 AND version = $2 AND prospective = 1",
        partner.as_str(),
        seen,
        by.as_str(),
        because
    )?;
    Ok(changed == 1)
}

/// What a partner would bring.
pub async fn fit(tx: &mut Tx, partner: &PartnerId) -> Result<Fit> {
    let population = |text: Option<String>| match text {
        Some(t) => Population::stored(&t).map(Some).ok_or_else(|| unknown("population", &t)),
        None => Ok(None),
    };
    let kinds = sql_all!(
        tx,
        (Option<String>, Option<String>, i64),
        "SELECT our_population, their_population, COUNT(*) FROM account_overlaps WHERE partner_id = $1 AND gone_at IS NULL \
         GROUP BY our_population, their_population ORDER BY COUNT(*) DESC, our_population, their_population",
        partner.as_str()
    )?;
    let kinds = kinds.into_iter().map(|(ours, theirs, n)| Ok((population(ours)?, population(theirs)?, n)));
    let focus = sql_opt!(
        tx,
        (i64, i64),
        "SELECT COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM account_overlaps o WHERE o.account_id = f.account_id \
         AND o.partner_id = $1 AND o.gone_at IS NULL) THEN 1 END) FROM (SELECT DISTINCT account_id FROM focus_accounts) f",
        partner.as_str()
    )?;
    let ours = sql_all!(
        tx,
        (String, i64, i64),
        "SELECT our_population, COUNT(DISTINCT account_id), COUNT(DISTINCT CASE WHEN partner_id = $1 THEN account_id END) \
         FROM account_overlaps WHERE gone_at IS NULL AND our_population IS NOT NULL GROUP BY our_population ORDER BY our_population DESC",
        partner.as_str()
    )?;
    let ours = ours.into_iter().map(|(p, total, covered)| {
        Ok((Population::stored(&p).ok_or_else(|| unknown("population", &p))?, Cover { covered, total }))
    });
    Ok(Fit {
        kinds: kinds.collect::<Result<_>>()?,
        focus: focus.map_or_else(Cover::default, |(total, covered)| Cover { covered, total }),
        ours: ours.collect::<Result<_>>()?,
    })
}
