//! The account map's SQL.

mod decisions;
mod past;
mod people;
mod rooms;
mod work;

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

pub use decisions::*;
pub use past::past;
pub use people::*;
pub use rooms::*;
pub use work::*;

use super::{AccountMap, Names, Owners};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::map::account::Account;
use crate::map::lists::store as lists;
use crate::map::store as map;
use crate::store::{Tx, millis};
use crate::{sql_all, sql_exec, sql_opt};

/// At most so many overlaps, decisions, holds and entries of the log are loaded.
const LOADED: i64 = 30;

/// Everything that is written down about an account; `None` when there is no such account.
pub async fn load(tx: &mut Tx, id: &AccountId) -> Result<Option<AccountMap>> {
    let Some(account) = map::account(tx, id).await? else { return Ok(None) };
    let sample = sql_opt!(tx, (i64,), "SELECT sample FROM accounts WHERE id = $1", id.as_str())?;
    let filter = map::Filter { account: Some(id.clone()), ..map::Filter::default() };
    let mut overlaps = map::overlaps(tx, &filter, LOADED).await?;
    overlaps.sort_by(|a, b| a.partner.cmp(&b.partner));
    let counted = map::counted_only(tx).await?;
    let unnamed =
        overlaps.extract_if(.., |o| counted.contains(&o.partner_id)).map(|o| o.partner_id).collect();
    let involvements = involvements(tx, id).await?;
    let concerned = |partner: &PartnerId| {
        overlaps.iter().any(|o| o.partner_id == *partner)
            || involvements.iter().any(|i| i.partner == *partner)
    };
    let mut partners = map::partners(tx).await?;
    partners.retain(|p| concerned(&p.id));
    let mut contacts = Vec::new();
    for partner in &partners {
        contacts.extend(map::contacts(tx, &partner.id).await?);
    }
    let mut people = people(tx, id).await?;
    people.sort_by(|a, b| a.weight().cmp(&b.weight()));
    let mut found = AccountMap {
        sample: sample.is_some_and(|(sample,)| sample != 0),
        owners: owners(tx, id).await?,
        overlaps,
        unnamed,
        partners,
        contacts,
        involvements,
        people,
        relationships: relationships(tx, id).await?,
        steps: steps(tx, id).await?,
        log: log(tx, id, LOADED).await?,
        decisions: decisions(tx, id, LOADED).await?,
        holds: holds(tx, id, LOADED).await?,
        kinds: lists::map_settings(tx).await?.kinds,
        names: Names::default(),
        account,
    };
    found.keep_the_known();
    found.names = names(tx, &found.users()).await?;
    Ok(Some(found))
}

/// The names by which these people go, as far as they are known here.
pub async fn names(tx: &mut Tx, users: &[UserId]) -> Result<Names> {
    let sql = format!("SELECT id, name FROM people WHERE id IN ({})", tx.texts());
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(users)?)?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}

/// Something on the map changes: others who change it wait until this transaction ends, and its room is drawn anew.
pub async fn change(tx: &mut Tx, now: Timestamp, account: &AccountId, by: &UserId) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_maps (account_id, changed_by, changed_at) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id) DO UPDATE SET changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        account.as_str(),
        by.as_str(),
        millis(now)
    )?;
    mark_stale(tx, account).await
}

/// Who owns what.
pub async fn owners(tx: &mut Tx, id: &AccountId) -> Result<Owners> {
    type Row = (Option<String>, Option<String>);
    let sql = "SELECT deal_owner, relationship_owner FROM account_maps WHERE account_id = $1";
    let (deal, relationship) = sql_opt!(tx, Row, sql, id.as_str())?.unwrap_or_default();
    Ok(Owners { deal: deal.map(Into::into), relationship: relationship.map(Into::into) })
}

/// Saves who owns what; see [`change`].
pub async fn save_owners(tx: &mut Tx, id: &AccountId, owners: &Owners) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE account_maps SET deal_owner = $2, relationship_owner = $3 WHERE account_id = $1",
        id.as_str(),
        owners.deal.as_ref().map(UserId::as_str),
        owners.relationship.as_ref().map(UserId::as_str)
    )?;
    Ok(())
}

/// The accounts that the weekly mapping walks through, at most `limit`: those on a focus list first, the one whose map was
/// left alone longest before the others, so that a long list takes its turns; then those of open deals, with the most recent
/// activity first.
pub async fn focus(tx: &mut Tx, limit: i64) -> Result<Vec<Account>> {
    type Row = (String, String, Option<String>, Option<String>);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT a.id, a.name, a.domain, a.owner FROM accounts a \
         LEFT JOIN (SELECT DISTINCT account_id FROM focus_accounts) f ON f.account_id = a.id \
         LEFT JOIN (SELECT account_id, MAX(COALESCE(changed_at, first_seen)) AS seen FROM account_overlaps \
          WHERE gone_at IS NULL AND our_population = 'open_opportunity' GROUP BY account_id) o ON o.account_id = a.id \
         LEFT JOIN account_maps m ON m.account_id = a.id \
         WHERE f.account_id IS NOT NULL OR o.account_id IS NOT NULL \
         ORDER BY CASE WHEN f.account_id IS NULL THEN 1 ELSE 0 END, \
         CASE WHEN f.account_id IS NULL THEN 0 ELSE COALESCE(m.changed_at, 0) END, \
         CASE WHEN m.changed_at > COALESCE(o.seen, 0) THEN m.changed_at ELSE COALESCE(o.seen, 0) END DESC, a.name_key, a.id \
         LIMIT $1",
        limit
    )?;
    let account = |(id, name, domain, owner): Row| Account { id: AccountId::from(id), name, domain, owner };
    Ok(rows.into_iter().map(account).collect())
}

/// The accounts that somebody owns or looks after, then those whose map changed last; at most `limit`.
pub async fn near(tx: &mut Tx, user: &UserId, limit: i64) -> Result<Vec<(Account, bool)>> {
    let own = sql_all!(
        tx,
        (String,),
        "SELECT account_id FROM (SELECT account_id, MAX(seen) AS seen FROM (\
         SELECT account_id, last_seen AS seen FROM account_overlaps \
         WHERE gone_at IS NULL AND (assignee = $1 OR owner = $1 OR owner = $2) \
         UNION ALL SELECT account_id, changed_at FROM account_maps WHERE deal_owner = $1 OR relationship_owner = $1) mine \
         GROUP BY account_id) latest ORDER BY seen DESC, account_id LIMIT $3",
        user.as_str(),
        user.mention(),
        limit
    )?;
    let changed = sql_all!(
        tx,
        (String,),
        "SELECT account_id FROM account_maps ORDER BY changed_at DESC, account_id LIMIT $1",
        limit
    )?;
    let mut found: Vec<(String, bool)> = own.into_iter().map(|(id,)| (id, true)).collect();
    for (id,) in changed {
        if found.iter().all(|(known, _)| *known != id) {
            found.push((id, false));
        }
    }
    let ids: Vec<&String> = found.iter().map(|(id, _)| id).collect();
    let sql = format!("SELECT id, name, domain, owner FROM accounts WHERE id IN ({})", tx.texts());
    type Row = (String, String, Option<String>, Option<String>);
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(&ids)?)?;
    let mut accounts: HashMap<String, Account> = rows
        .into_iter()
        .map(|(id, name, domain, owner)| (id.clone(), Account { id: id.into(), name, domain, owner }))
        .collect();
    let listed = found.into_iter().filter_map(|(id, own)| Some((accounts.remove(&id)?, own)));
    Ok(listed.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}
