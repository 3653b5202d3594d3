//! Overlaps.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, OverlapId, PartnerId, UserId};
use crate::kernel::money::Money;
use crate::map::account::Account;
use crate::map::overlap::{Overlap, Population, Source, Triage};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct OverlapRow {
    id: String,
    account_id: String,
    account_name: String,
    account_domain: Option<String>,
    account_owner: Option<String>,
    partner_id: String,
    partner_name: String,
    our_population: Option<String>,
    their_population: Option<String>,
    owner: Option<String>,
    amount_hundredths: Option<i64>,
    amount_currency: Option<String>,
    stage: Option<String>,
    first_seen: i64,
    last_seen: i64,
    gone_at: Option<i64>,
    changed_at: Option<i64>,
    change_note: Option<String>,
    triage: String,
    assignee: Option<String>,
    snoozed_until: Option<i64>,
    dismissed_because: Option<String>,
    decided_by: Option<String>,
    version: i64,
}

/// Every column that [`OverlapRow`] reads.
const OVERLAP: &str = "SELECT o.id, o.account_id, a.name AS account_name, a.domain AS account_domain, a.owner AS account_owner, \
     o.partner_id, p.name AS partner_name, o.our_population, o.their_population, o.owner, o.amount_hundredths, \
     o.amount_currency, o.stage, o.first_seen, o.last_seen, o.gone_at, o.changed_at, o.change_note, o.triage, o.assignee, \
     o.snoozed_until, o.dismissed_because, o.decided_by, o.version \
     FROM account_overlaps o JOIN accounts a ON a.id = o.account_id JOIN partners p ON p.id = o.partner_id";

impl TryFrom<OverlapRow> for Overlap {
    type Error = Error;

    fn try_from(row: OverlapRow) -> Result<Self> {
        let population = |text: Option<String>| match text {
            Some(t) => Population::stored(&t).map(Some).ok_or_else(|| unknown("population", &t)),
            None => Ok(None),
        };
        Ok(Self {
            id: row.id.into(),
            account: Account {
                id: row.account_id.into(),
                name: row.account_name,
                domain: row.account_domain,
                owner: row.account_owner,
            },
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            our_population: population(row.our_population)?,
            their_population: population(row.their_population)?,
            owner: row.owner,
            amount: row.amount_hundredths.map(|hundredths| Money {
                hundredths,
                currency: row.amount_currency.as_deref().and_then(iso_currency::Currency::from_code),
            }),
            stage: row.stage,
            first_seen: instant(row.first_seen)?,
            last_seen: instant(row.last_seen)?,
            gone_at: row.gone_at.map(instant).transpose()?,
            changed_at: row.changed_at.map(instant).transpose()?,
            change_note: row.change_note,
            triage: match row.triage.as_str() {
                "open" => Triage::Open,
                "planned" => Triage::Planned,
                "snoozed" => Triage::Snoozed(instant(row.snoozed_until.unwrap_or(0))?),
                "dismissed" => Triage::Dismissed(row.dismissed_because.unwrap_or_default()),
                other => return Err(unknown("triage state", other)),
            },
            assignee: row.assignee.map(Into::into),
            decided_by: row.decided_by.map(Into::into),
            version: row.version,
        })
    }
}

/// One overlap.
pub async fn overlap(tx: &mut Tx, id: &OverlapId) -> Result<Option<Overlap>> {
    let sql = format!("{OVERLAP} WHERE o.id = $1");
    sql_opt!(tx, OverlapRow, AssertSqlSafe(sql.clone()), id.as_str())?.map(Overlap::try_from).transpose()
}

/// Which overlaps a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// With this partner.
    pub partner: Option<PartnerId>,
    /// Assigned to, or owned by, this person.
    pub mine: Option<UserId>,
    /// First seen since then.
    pub new_since: Option<Timestamp>,
    /// Only those that wait for a decision at this time: open, or snoozed until before it.
    pub undecided_at: Option<Timestamp>,
    /// Only those that may be named ([`super::NAMED`]).
    pub named: bool,
}

/// What waits for a decision at a time: open, or back from a snooze.
pub fn waits(at: &str) -> String {
    format!("o.gone_at IS NULL AND (o.triage = 'open' OR (o.triage = 'snoozed' AND o.snoozed_until <= {at}))")
}

/// How many overlaps wait for a decision, by partner.
pub async fn waiting(tx: &mut Tx, now: Timestamp) -> Result<HashMap<PartnerId, i64>> {
    let sql = waiting_by_partner();
    let rows = sql_all!(tx, (String, i64), AssertSqlSafe(sql.clone()), millis(now))?;
    Ok(rows.into_iter().map(|(id, n)| (id.into(), n)).collect())
}

fn waiting_by_partner() -> String {
    let waits = waits("$1");
    format!("SELECT o.partner_id, COUNT(*) FROM account_overlaps o WHERE {waits} GROUP BY o.partner_id")
}

/// Overlaps that are on a list, by when they were last seen, at most `limit`.
pub async fn overlaps(tx: &mut Tx, filter: &Filter, limit: i64) -> Result<Vec<Overlap>> {
    let sql = listing(filter);
    let rows = sql_all!(
        tx,
        OverlapRow,
        AssertSqlSafe(sql.clone()),
        filter.account.as_ref().map(AccountId::as_str),
        filter.partner.as_ref().map(PartnerId::as_str),
        filter.mine.as_ref().map(UserId::as_str),
        filter.mine.as_ref().map(UserId::mention),
        filter.new_since.map(millis),
        filter.undecided_at.map(millis),
        limit
    )?;
    rows.into_iter().map(Overlap::try_from).collect()
}

/// A condition for each that is asked for, so that the database chooses its index by them; of the others the parameter
/// is empty.
fn listing(filter: &Filter) -> String {
    let condition = |asked: bool, condition: &str, parameter: &str| match asked {
        true => format!(" AND {condition}"),
        false => format!(" AND {parameter} IS NULL"),
    };
    let conditions = [
        condition(filter.account.is_some(), "o.account_id = $1", "CAST($1 AS TEXT)"),
        condition(filter.partner.is_some(), "o.partner_id = $2", "CAST($2 AS TEXT)"),
        condition(
            filter.mine.is_some(),
            "(o.assignee = $3 OR o.owner = $4)",
            "COALESCE(CAST($3 AS TEXT), CAST($4 AS TEXT))",
        ),
        condition(filter.new_since.is_some(), "o.first_seen >= $5", "CAST($5 AS BIGINT)"),
        condition(filter.undecided_at.is_some(), &format!("({})", waits("$6")), "CAST($6 AS BIGINT)"),
    ];
    let named = if filter.named { format!(" AND {}", super::NAMED) } else { String::new() };
    format!(
        "{OVERLAP} WHERE o.gone_at IS NULL{}{named} ORDER BY o.last_seen DESC, o.id LIMIT $7",
        conditions.concat()
    )
}

/// These overlaps, in no order; those that are no longer there are left out.
pub async fn overlaps_of_ids(tx: &mut Tx, ids: &[OverlapId]) -> Result<Vec<Overlap>> {
    let sql = format!("{OVERLAP} WHERE o.id IN ({})", tx.texts());
    let rows = sql_all!(tx, OverlapRow, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?;
    rows.into_iter().map(Overlap::try_from).collect()
}

/// A partner's overlaps with these accounts, gone ones included.
pub async fn overlaps_with(tx: &mut Tx, partner: &PartnerId, accounts: &[AccountId]) -> Result<Vec<Overlap>> {
    with(tx, partner, accounts, "").await
}

/// The same, kept as they are for everybody else until this transaction ends.
pub async fn lock_overlaps_with(
    tx: &mut Tx,
    partner: &PartnerId,
    accounts: &[AccountId],
) -> Result<Vec<Overlap>> {
    let lock = if tx.is_postgres() { " ORDER BY o.account_id FOR UPDATE OF o" } else { "" };
    with(tx, partner, accounts, lock).await
}

async fn with(tx: &mut Tx, partner: &PartnerId, accounts: &[AccountId], lock: &str) -> Result<Vec<Overlap>> {
    let sql = format!("{OVERLAP} WHERE o.partner_id = $2 AND o.account_id IN ({}){lock}", tx.texts());
    let rows = sql_all!(
        tx,
        OverlapRow,
        AssertSqlSafe(sql.clone()),
        serde_json::to_string(accounts)?,
        partner.as_str()
    )?;
    rows.into_iter().map(Overlap::try_from).collect()
}

/// Saves what a source says of these overlaps, many at a time; `true` marks those that it changed.
///
/// Of a known overlap only that is written which a sighting may change, beside what was decided on it: a dismissed one
/// that changed is open again (A9). A list outranks whoever else says the same, and a person outranks messages.
pub async fn save_sightings(tx: &mut Tx, source: Source, overlaps: &[(&Overlap, bool)]) -> Result<()> {
    let rows: Vec<_> = overlaps
        .iter()
        .map(|(o, changed)| {
            json!([
                o.id,
                o.account.id,
                o.partner_id,
                o.our_population.map(Population::as_str),
                o.their_population.map(Population::as_str),
                o.owner,
                o.amount.map(|m| m.hundredths),
                o.amount.and_then(|m| m.currency).map(|c| c.code()),
                o.stage,
                millis(o.first_seen),
                millis(o.last_seen),
                o.changed_at.map(millis),
                o.change_note,
                1 + i64::from(*changed),
            ])
        })
        .collect();
    // `excluded.version` is 2 where there is a change, 1 where there is none.
    let sql = format!(
        "INSERT INTO account_overlaps (id, account_id, partner_id, our_population, their_population, owner, amount_hundredths, \
         amount_currency, stage, first_seen, last_seen, changed_at, change_note, version, source) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, CAST(value ->> 6 AS BIGINT), \
         value ->> 7, value ->> 8, CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BIGINT), CAST(value ->> 11 AS BIGINT), \
         value ->> 12, CAST(value ->> 13 AS BIGINT), $2 FROM {} WHERE true \
         ON CONFLICT (account_id, partner_id) DO UPDATE SET our_population = excluded.our_population, \
         their_population = excluded.their_population, owner = excluded.owner, amount_hundredths = excluded.amount_hundredths, \
         amount_currency = excluded.amount_currency, stage = excluded.stage, last_seen = excluded.last_seen, gone_at = NULL, \
         changed_at = excluded.changed_at, change_note = excluded.change_note, \
         triage = CASE WHEN excluded.version > 1 AND account_overlaps.triage = 'dismissed' THEN 'open' ELSE account_overlaps.triage END, \
         version = account_overlaps.version + excluded.version - 1, \
         source = CASE WHEN excluded.source = 'message' OR account_overlaps.source = 'list' THEN account_overlaps.source \
          ELSE excluded.source END",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&rows)?, source.as_str())?;
    Ok(())
}

/// A page of the overlaps on a list or said whose accounts our own list has, after that id, in the order of ids.
pub async fn overlaps_of_ours(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Overlap>> {
    let lock = if tx.is_postgres() { " FOR UPDATE OF o" } else { "" };
    let sql = format!(
        "{OVERLAP} WHERE o.gone_at IS NULL AND o.id > $1 AND EXISTS (SELECT 1 FROM listed_accounts l \
         WHERE l.account_id = o.account_id AND l.list = 'ours' AND l.gone_at IS NULL) ORDER BY o.id LIMIT $2{lock}"
    );
    let rows = sql_all!(tx, OverlapRow, AssertSqlSafe(sql.clone()), after, limit)?;
    rows.into_iter().map(Overlap::try_from).collect()
}

/// Saves what has changed on our side of these overlaps; nobody has seen them anew with the partner.
pub async fn save_our_side(tx: &mut Tx, overlaps: &[Overlap]) -> Result<()> {
    for o in overlaps {
        sql_exec!(
            tx,
            "UPDATE account_overlaps SET our_population = $2, owner = $3, amount_hundredths = $4, amount_currency = $5, stage = $6, \
             changed_at = $7, change_note = $8, version = $9, \
             triage = CASE WHEN triage = 'dismissed' THEN 'open' ELSE triage END WHERE id = $1",
            o.id.as_str(),
            o.our_population.map(Population::as_str),
            o.owner.as_deref(),
            o.amount.map(|m| m.hundredths),
            o.amount.and_then(|m| m.currency).map(|c| c.code()),
            o.stage.as_deref(),
            o.changed_at.map(millis),
            o.change_note.as_deref(),
            o.version
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::steps;

    #[tokio::test]
    async fn a_list_of_overlaps_is_found_by_an_index_whatever_is_asked_for() {
        let plain = Filter { undecided_at: Some(Timestamp::UNIX_EPOCH), named: true, ..Filter::default() };
        let of = |filter: Filter| steps::of(listing(&filter));
        let sight = "SCAN o USING INDEX overlaps_by_sight";
        let all = of(plain.clone()).await;
        assert!(all.contains(sight) && !all.contains("ORDER BY"), "{all}");
        let account = of(Filter { account: Some("a".into()), ..plain.clone() }).await;
        assert!(account.contains("SEARCH o USING INDEX") && account.contains("(account_id=?)"), "{account}");
        let mine = of(Filter { mine: Some("U".into()), ..plain.clone() }).await;
        assert!(!mine.contains("SCAN o") || mine.contains(sight), "{mine}");
        let partner = of(Filter { partner: Some("p".into()), ..plain }).await;
        assert!(!partner.contains("SCAN o") || partner.contains(sight), "{partner}");
    }

    #[tokio::test]
    async fn what_waits_is_counted_in_an_index() {
        let counted = steps::of(waiting_by_partner()).await;
        assert_eq!(counted, "SCAN o USING COVERING INDEX overlaps_standing");
    }
}
