//! Accounts.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kernel::error::Result;
use crate::kernel::ids::AccountId;
use crate::map::account::Account;
use crate::map::name;
use crate::store::{Tx, millis};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    name: String,
    domain: Option<String>,
    owner: Option<String>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self { id: row.id.into(), name: row.name, domain: row.domain, owner: row.owner }
    }
}

/// One account.
pub async fn account(tx: &mut Tx, id: &AccountId) -> Result<Option<Account>> {
    Ok(sql_opt!(tx, AccountRow, "SELECT id, name, domain, owner FROM accounts WHERE id = $1", id.as_str())?
        .map(Into::into))
}

/// These accounts, by their ids.
pub async fn accounts_of_ids(tx: &mut Tx, ids: &[AccountId]) -> Result<HashMap<AccountId, Account>> {
    let sql = format!("SELECT id, name, domain, owner FROM accounts WHERE id IN ({})", tx.texts());
    let rows = sql_all!(tx, AccountRow, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?;
    Ok(rows.into_iter().map(Account::from).map(|account| (account.id.clone(), account)).collect())
}

/// Accounts that one of these domains or name keys may mean, with their name keys: those of a domain first.
pub async fn accounts_like(
    tx: &mut Tx,
    domains: &[String],
    keys: &[String],
) -> Result<Vec<(Account, String)>> {
    type Row = (String, String, Option<String>, Option<String>, String);
    let texts = tx.texts();
    let mut found: Vec<Row> = Vec::new();
    for (column, values) in [("domain", domains), ("name_key", keys)] {
        if !values.is_empty() {
            let sql = format!(
                "SELECT id, name, domain, owner, name_key FROM accounts WHERE {column} IN ({texts}) ORDER BY id"
            );
            found.extend(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(values)?)?);
        }
    }
    Ok(found
        .into_iter()
        .map(|(id, name, domain, owner, key)| (Account { id: id.into(), name, domain, owner }, key))
        .collect())
}

/// Every account, for "did you mean"; the newest first, at most `limit`.
pub async fn account_names(tx: &mut Tx, limit: i64) -> Result<Vec<Account>> {
    let rows = sql_all!(
        tx,
        AccountRow,
        "SELECT id, name, domain, owner FROM accounts ORDER BY created_at DESC, id LIMIT $1",
        limit
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Adds accounts, many at a time.
pub async fn insert_accounts(tx: &mut Tx, now: Timestamp, accounts: &[Account], sample: bool) -> Result<()> {
    let rows: Vec<_> =
        accounts.iter().map(|a| json!([a.id, a.name, name::key(&a.name), a.domain, a.owner])).collect();
    let sql = format!(
        "INSERT INTO accounts (id, name, name_key, domain, owner, sample, created_at) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, $2, $3 FROM {} WHERE true",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&rows)?, i64::from(sample), millis(now))?;
    Ok(())
}

/// Gives an account the domain that it lacked.
pub async fn set_domain(tx: &mut Tx, id: &AccountId, domain: &str) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE accounts SET domain = $2 WHERE id = $1 AND domain IS NULL \
         AND NOT EXISTS (SELECT 1 FROM accounts other WHERE other.domain = $2)",
        id.as_str(),
        domain
    )?;
    Ok(())
}
