//! Lists as they were last seen.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId};
use crate::kernel::money::Money;
use crate::map::lists::answer::Side;
use crate::map::lists::{Listed, Whose};
use crate::map::overlap::Population;
use crate::store::{Tx, millis, unknown};
use crate::{sql_all, sql_exec, sql_value};

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    account_id: Option<String>,
    list_id: Option<String>,
    name: String,
    domain: Option<String>,
    website: Option<String>,
    country: Option<String>,
    postcode: Option<String>,
    population: Option<String>,
    owner: Option<String>,
    amount_hundredths: Option<i64>,
    amount_currency: Option<String>,
    stage: Option<String>,
}

const COLUMNS: &str = "key, account_id, list_id, name, domain, website, country, postcode, population, owner, amount_hundredths, \
     amount_currency, stage";

/// A row of a list, and of ours the account that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The row.
    pub row: Listed,
    /// The account.
    pub account: Option<AccountId>,
}

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let population = |text: String| Population::stored(&text).ok_or_else(|| unknown("population", &text));
        Ok(Self {
            account: row.account_id.map(Into::into),
            row: Listed {
                key: row.key,
                list_id: row.list_id,
                name: row.name,
                domain: row.domain,
                website: row.website,
                country: row.country,
                postcode: row.postcode,
                population: row.population.map(population).transpose()?,
                owner: row.owner,
                amount: row.amount_hundredths.map(|hundredths| Money {
                    hundredths,
                    currency: row.amount_currency.as_deref().and_then(iso_currency::Currency::from_code),
                }),
                stage: row.stage,
            },
        })
    }
}

/// The fingerprints of those of these rows that are on the list.
pub async fn fingerprints(tx: &mut Tx, whose: &Whose, keys: &[&str]) -> Result<HashMap<String, String>> {
    let sql = format!(
        "SELECT key, fingerprint FROM listed_accounts WHERE list = $2 AND gone_at IS NULL AND key IN ({})",
        tx.texts()
    );
    let keys = serde_json::to_string(keys)?;
    Ok(sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), keys, whose.as_str())?
        .into_iter()
        .collect())
}

/// Saves rows, many at a time and each key once. An account that was found before is kept.
pub async fn save_listed(
    tx: &mut Tx,
    now: Timestamp,
    whose: &Whose,
    rows: &[(Listed, Option<AccountId>)],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let values: Vec<_> = rows
        .iter()
        .map(|(row, account)| {
            json!([
                row.key,
                account,
                row.list_id,
                row.name,
                row.domain,
                row.website,
                row.country,
                row.postcode,
                row.population.map(Population::as_str),
                row.owner,
                row.amount.map(|m| m.hundredths),
                row.amount.and_then(|m| m.currency).map(|c| c.code()),
                row.stage,
                row.fingerprint(),
            ])
        })
        .collect();
    let partner = match whose {
        Whose::Ours => None,
        Whose::Partner(id) => Some(id.as_str()),
    };
    let sql = format!(
        "INSERT INTO listed_accounts (list, partner_id, {COLUMNS}, fingerprint, first_seen, last_seen) \
         SELECT $2, $3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
         value ->> 8, value ->> 9, CAST(value ->> 10 AS BIGINT), value ->> 11, value ->> 12, value ->> 13, $4, $4 FROM {} WHERE true \
         ON CONFLICT (list, key) DO UPDATE SET account_id = COALESCE(excluded.account_id, listed_accounts.account_id), \
         list_id = excluded.list_id, name = excluded.name, domain = excluded.domain, website = excluded.website, \
         country = excluded.country, postcode = excluded.postcode, population = excluded.population, owner = excluded.owner, \
         amount_hundredths = excluded.amount_hundredths, amount_currency = excluded.amount_currency, stage = excluded.stage, \
         fingerprint = excluded.fingerprint, last_seen = excluded.last_seen, gone_at = NULL",
        tx.each()
    );
    let values = serde_json::to_string(&values)?;
    sql_exec!(tx, AssertSqlSafe(sql.clone()), values, whose.as_str(), partner, millis(now))?;
    Ok(())
}

/// The list still has these rows, though they cannot be read whole.
pub async fn saw_rows(tx: &mut Tx, now: Timestamp, whose: &Whose, keys: &[&str]) -> Result<()> {
    let sql = format!(
        "UPDATE listed_accounts SET last_seen = $3 WHERE list = $2 AND gone_at IS NULL AND key IN ({})",
        tx.texts()
    );
    let keys = serde_json::to_string(keys)?;
    sql_exec!(tx, AssertSqlSafe(sql.clone()), keys, whose.as_str(), millis(now))?;
    Ok(())
}

/// The rows that the list no longer has: marks them gone and gives their number.
pub async fn mark_rows_gone(
    tx: &mut Tx,
    whose: &Whose,
    seen_since: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "UPDATE listed_accounts SET gone_at = $3 WHERE list = $1 AND gone_at IS NULL AND last_seen < $2",
        whose.as_str(),
        millis(seen_since),
        millis(now)
    )?)
}

/// How many rows the list has.
pub async fn rows_listed(tx: &mut Tx, whose: &Whose) -> Result<u64> {
    let found = sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM listed_accounts WHERE list = $1 AND gone_at IS NULL",
        whose.as_str()
    )?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// The rows after that key, in the order of keys; at most `limit`.
pub async fn page(tx: &mut Tx, whose: &Whose, after: &str, limit: i64) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM listed_accounts WHERE list = $1 AND gone_at IS NULL AND key > $2 ORDER BY key LIMIT $3"
    );
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), whose.as_str(), after, limit)?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// These rows, gone ones included.
pub async fn rows_of_keys(tx: &mut Tx, whose: &Whose, keys: &[&str]) -> Result<HashMap<String, Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM listed_accounts WHERE list = $2 AND key IN ({})", tx.texts());
    let keys = serde_json::to_string(keys)?;
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), keys, whose.as_str())?;
    rows.into_iter().map(|row| Kept::try_from(row).map(|kept| (kept.row.key.clone(), kept))).collect()
}

/// Rows that may be this account: of that key, name or domain.
pub async fn rows_like(tx: &mut Tx, whose: &Whose, like: &Side) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM listed_accounts WHERE list = $1 AND gone_at IS NULL AND (key = $2 OR name = $3 OR domain = $4) \
         ORDER BY key LIMIT 100"
    );
    let rows = sql_all!(
        tx,
        Row,
        AssertSqlSafe(sql.clone()),
        whose.as_str(),
        &like.key,
        &like.name,
        like.domain.as_deref()
    )?;
    rows.into_iter().map(|row| Kept::try_from(row).map(|kept| kept.row)).collect()
}

/// The accounts that these rows of ours are.
pub async fn accounts_of_keys(tx: &mut Tx, keys: &[&str]) -> Result<HashMap<String, AccountId>> {
    let sql = format!(
        "SELECT key, account_id FROM listed_accounts WHERE list = 'ours' AND account_id IS NOT NULL AND key IN ({})",
        tx.texts()
    );
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(keys)?)?;
    Ok(rows.into_iter().map(|(key, account)| (key, account.into())).collect())
}

/// What our list has of these accounts.
pub async fn rows_of_accounts(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<Listed>>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM listed_accounts WHERE list = 'ours' AND gone_at IS NULL AND account_id IN ({}) ORDER BY key",
        tx.texts()
    );
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(accounts)?)?;
    let mut found: HashMap<AccountId, Vec<Listed>> = HashMap::new();
    for row in rows {
        let kept = Kept::try_from(row)?;
        if let Some(account) = kept.account {
            found.entry(account).or_default().push(kept.row);
        }
    }
    Ok(found)
}

/// The partners whose plain lists are kept.
pub async fn partners_listed(tx: &mut Tx) -> Result<Vec<PartnerId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT id FROM partners p WHERE EXISTS (SELECT 1 FROM listed_accounts l WHERE l.partner_id = p.id AND l.gone_at IS NULL) \
         ORDER BY name_key"
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// A list of overlaps has taken the place of a partner's plain list: it is not matched any more. What people said stays.
pub async fn forget_list(tx: &mut Tx, partner: &PartnerId) -> Result<()> {
    sql_exec!(tx, "DELETE FROM listed_accounts WHERE partner_id = $1", partner.as_str())?;
    sql_exec!(tx, "DELETE FROM list_pairs WHERE partner_id = $1", partner.as_str())?;
    Ok(())
}
