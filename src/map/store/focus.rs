//! Focus lists.

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::map::account::Account;
use crate::map::focus::{Agreed, Focus, List, Mark, SIZE, Side, Wish};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

/// Every column of a [`Focus`].
const FOCUS: &str = "SELECT f.account_id, f.partner_id, p.name, f.side, f.since \
     FROM focus_accounts f JOIN partners p ON p.id = f.partner_id";

type FocusRow = (String, String, String, String, i64);

fn focus(row: FocusRow) -> Result<Focus> {
    let (account, partner, partner_name, side, since) = row;
    Ok(Focus {
        account: account.into(),
        partner: partner.into(),
        partner_name,
        side: Side::stored(&side).ok_or_else(|| unknown("side of a focus list", &side))?,
        since: instant(since)?,
    })
}

/// On whose focus lists an account is, by partner.
pub async fn focus_of(tx: &mut Tx, account: &AccountId) -> Result<Vec<Focus>> {
    let sql = format!("{FOCUS} WHERE f.account_id = $1 ORDER BY p.name_key, f.side");
    let rows = sql_all!(tx, FocusRow, AssertSqlSafe(sql.clone()), account.as_str())?;
    rows.into_iter().map(focus).collect()
}

/// Every account on a focus list, by partner and then in the list's order.
pub async fn focus_accounts(tx: &mut Tx) -> Result<Vec<Focus>> {
    let sql = format!("{FOCUS} ORDER BY p.name_key, f.side, f.place");
    let rows = sql_all!(tx, FocusRow, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(focus).collect()
}

#[derive(sqlx::FromRow)]
struct ListRow {
    partner_id: String,
    side: String,
    version: i64,
    size: i64,
    insisted_by: Option<String>,
    insisted_because: Option<String>,
    agreed: i64,
    agreed_by: Option<String>,
    agreed_at: Option<i64>,
}

impl TryFrom<ListRow> for List {
    type Error = Error;

    fn try_from(row: ListRow) -> Result<Self> {
        let agreed = match (row.agreed_by, row.agreed_at) {
            (Some(by), Some(at)) => Some(Agreed { number: row.agreed, by: by.into(), at: instant(at)? }),
            _ => None,
        };
        Ok(Self {
            partner: row.partner_id.into(),
            side: Side::stored(&row.side).ok_or_else(|| unknown("side of a focus list", &row.side))?,
            version: row.version,
            size: usize::try_from(row.size).unwrap_or(SIZE),
            insisted: row.insisted_by.map(UserId::from).zip(row.insisted_because),
            agreed,
        })
    }
}

const LIST: &str = "SELECT partner_id, side, version, size, insisted_by, insisted_because, agreed, agreed_by, agreed_at FROM focus_lists";

/// A partner's list for a side; one that nobody touched is new.
pub async fn focus_list(tx: &mut Tx, partner: &PartnerId, side: Side) -> Result<List> {
    let sql = format!("{LIST} WHERE partner_id = $1 AND side = $2");
    let row = sql_opt!(tx, ListRow, AssertSqlSafe(sql.clone()), partner.as_str(), side.as_str())?;
    row.map_or_else(|| Ok(List::new(partner, side)), List::try_from)
}

/// Every list that somebody touched.
pub async fn focus_lists(tx: &mut Tx) -> Result<Vec<List>> {
    let rows = sql_all!(tx, ListRow, LIST)?;
    rows.into_iter().map(List::try_from).collect()
}

/// The accounts that are agreed, in the list's order.
pub async fn agreed_accounts(
    tx: &mut Tx,
    partner: &PartnerId,
    side: Side,
) -> Result<Vec<(Account, Timestamp)>> {
    let rows = sql_all!(
        tx,
        (String, String, Option<String>, Option<String>, i64),
        "SELECT a.id, a.name, a.domain, a.owner, f.since FROM focus_accounts f JOIN accounts a ON a.id = f.account_id \
         WHERE f.partner_id = $1 AND f.side = $2 ORDER BY f.place",
        partner.as_str(),
        side.as_str()
    )?;
    rows.into_iter()
        .map(|(id, name, domain, owner, since)| {
            Ok((Account { id: id.into(), name, domain, owner }, instant(since)?))
        })
        .collect()
}

/// How many accounts on each list are no current overlap with its partner any more.
pub async fn lapsed_focus(tx: &mut Tx) -> Result<Vec<(PartnerId, Side, i64)>> {
    let rows = sql_all!(
        tx,
        (String, String, i64),
        "SELECT f.partner_id, f.side, COUNT(*) FROM focus_accounts f WHERE (SELECT COUNT(*) FROM account_overlaps o \
         WHERE o.account_id = f.account_id AND o.partner_id = f.partner_id AND o.gone_at IS NULL) = 0 GROUP BY f.partner_id, f.side"
    )?;
    rows.into_iter()
        .map(|(partner, side, n)| {
            let side = Side::stored(&side).ok_or_else(|| unknown("side of a focus list", &side))?;
            Ok((partner.into(), side, n))
        })
        .collect()
}

/// What people want of the next proposal.
pub async fn focus_marks(tx: &mut Tx, partner: &PartnerId, side: Side) -> Result<Vec<Mark>> {
    let rows = sql_all!(
        tx,
        (String, String, String),
        "SELECT account_id, mark, marked_by FROM focus_marks WHERE partner_id = $1 AND side = $2 ORDER BY marked_at, account_id",
        partner.as_str(),
        side.as_str()
    )?;
    rows.into_iter()
        .map(|(account, wish, by)| {
            let wish = Wish::stored(&wish).ok_or_else(|| unknown("mark of a focus list", &wish))?;
            Ok(Mark { account: account.into(), wish, by: by.into() })
        })
        .collect()
}

/// Saves how a list stands if nobody has changed it since version `seen`; `false` when somebody has.
pub async fn save_focus_list(tx: &mut Tx, list: &List, seen: i64) -> Result<bool> {
    let key = (list.partner.as_str(), list.side.as_str());
    sql_exec!(
        tx,
        "INSERT INTO focus_lists (partner_id, side) VALUES ($1, $2) ON CONFLICT (partner_id, side) DO NOTHING",
        key.0,
        key.1
    )?;
    let changed = sql_exec!(
        tx,
        "UPDATE focus_lists SET version = $3, size = $4, insisted_by = $5, insisted_because = $6, agreed = $7, agreed_by = $8, \
         agreed_at = $9 WHERE partner_id = $1 AND side = $2 AND version = $10",
        key.0,
        key.1,
        list.version,
        i64::try_from(list.size).unwrap_or(10),
        list.insisted.as_ref().map(|(by, _)| by.as_str()),
        list.insisted.as_ref().map(|(_, why)| why.as_str()),
        list.agreed.as_ref().map_or(0, |a| a.number),
        list.agreed.as_ref().map(|a| a.by.as_str()),
        list.agreed.as_ref().map(|a| millis(a.at)),
        seen
    )?;
    Ok(changed == 1)
}

/// What somebody wants of an account; `None` takes it back.
pub async fn mark_focus(
    tx: &mut Tx,
    now: Timestamp,
    list: &List,
    account: &AccountId,
    wish: Option<Wish>,
    by: &UserId,
) -> Result<()> {
    let (partner, side) = (list.partner.as_str(), list.side.as_str());
    sql_exec!(
        tx,
        "DELETE FROM focus_marks WHERE partner_id = $1 AND side = $2 AND account_id = $3",
        partner,
        side,
        account.as_str()
    )?;
    if let Some(wish) = wish {
        sql_exec!(
            tx,
            "INSERT INTO focus_marks (partner_id, side, account_id, mark, marked_by, marked_at) VALUES ($1, $2, $3, $4, $5, $6)",
            partner,
            side,
            account.as_str(),
            wish.as_str(),
            by.as_str(),
            millis(now)
        )?;
    }
    Ok(())
}

/// These accounts are agreed from now on, in this order; whoever was on the list before stays since then.
pub async fn agree_focus(tx: &mut Tx, list: &List, agreed: &Agreed, accounts: &[Account]) -> Result<()> {
    let (partner, side) = (list.partner.as_str(), list.side.as_str());
    let before = agreed_accounts(tx, &list.partner, list.side).await?;
    let since = |id: &AccountId| before.iter().find(|(a, _)| a.id == *id).map_or(agreed.at, |(_, at)| *at);
    let rows: Vec<_> =
        accounts.iter().enumerate().map(|(place, a)| json!([a.id, place, millis(since(&a.id))])).collect();
    sql_exec!(tx, "DELETE FROM focus_accounts WHERE partner_id = $1 AND side = $2", partner, side)?;
    let sql = format!(
        "INSERT INTO focus_accounts (partner_id, side, account_id, place, since) \
         SELECT $2, $3, value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) FROM {} WHERE true",
        tx.each()
    );
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(&rows)?, partner, side)?;
    let named: Vec<_> = accounts.iter().map(|a| json!([a.id, a.name])).collect();
    sql_exec!(
        tx,
        "INSERT INTO focus_agreements (partner_id, side, number, accounts, agreed_by, agreed_at) VALUES ($1, $2, $3, $4, $5, $6)",
        partner,
        side,
        agreed.number,
        serde_json::to_string(&named)?,
        agreed.by.as_str(),
        millis(agreed.at)
    )?;
    Ok(())
}

/// The agreements on a list with the number of their accounts, the newest first, at most `limit`.
pub async fn focus_agreements(
    tx: &mut Tx,
    partner: &PartnerId,
    side: Side,
    limit: i64,
) -> Result<Vec<(Agreed, usize)>> {
    let rows = sql_all!(
        tx,
        (i64, String, String, i64),
        "SELECT number, accounts, agreed_by, agreed_at FROM focus_agreements WHERE partner_id = $1 AND side = $2 \
         ORDER BY number DESC LIMIT $3",
        partner.as_str(),
        side.as_str(),
        limit
    )?;
    rows.into_iter()
        .map(|(number, accounts, by, at)| {
            let accounts: Vec<serde_json::Value> = serde_json::from_str(&accounts)?;
            Ok((Agreed { number, by: by.into(), at: instant(at)? }, accounts.len()))
        })
        .collect()
}
