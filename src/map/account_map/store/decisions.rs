//! Decisions and holds.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::super::decision::{Decision, Intent, Introducer};
use super::super::hold::Hold;
use super::super::relationship::Knower;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountDecisionId, AccountId, HoldId, PartnerId, UserId};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: String,
    account_id: String,
    partner_id: Option<String>,
    partner_name: Option<String>,
    reaches_out: String,
    introducer: Option<String>,
    introducer_name: Option<String>,
    stays_out: String,
    why_partner: String,
    why_now: String,
    why_person: String,
    decided_by: String,
    decided_at: i64,
}

impl TryFrom<DecisionRow> for Decision {
    type Error = Error;

    fn try_from(row: DecisionRow) -> Result<Self> {
        let introducer = row.introducer.zip(row.introducer_name).map(|(key, name)| {
            let who = Knower::read(&key).ok_or_else(|| unknown("introducer", &key))?;
            Ok::<_, Error>(Introducer { who, name })
        });
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            partner: row.partner_id.map(Into::into),
            partner_name: row.partner_name,
            reaches_out: row.reaches_out.into(),
            introducer: introducer.transpose()?,
            stays_out: serde_json::from_str(&row.stays_out)?,
            intent: Intent { partner: row.why_partner, now: row.why_now, person: row.why_person },
            by: row.decided_by.into(),
            at: instant(row.decided_at)?,
        })
    }
}

/// An account's newest decisions, the newest first.
pub async fn decisions(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<Vec<Decision>> {
    let rows = sql_all!(
        tx,
        DecisionRow,
        "SELECT d.id, d.account_id, d.partner_id, p.name AS partner_name, d.reaches_out, d.introducer, d.introducer_name, \
         d.stays_out, d.why_partner, d.why_now, d.why_person, d.decided_by, d.decided_at \
         FROM account_decisions d LEFT JOIN partners p ON p.id = d.partner_id WHERE d.account_id = $1 \
         ORDER BY d.decided_at DESC, d.id LIMIT $2",
        account.as_str(),
        limit
    )?;
    rows.into_iter().map(Decision::try_from).collect()
}

/// The id of an account's newest decision.
pub async fn last_decision(tx: &mut Tx, account: &AccountId) -> Result<Option<AccountDecisionId>> {
    let row = sql_opt!(
        tx,
        (String,),
        "SELECT id FROM account_decisions WHERE account_id = $1 ORDER BY decided_at DESC, id LIMIT 1",
        account.as_str()
    )?;
    Ok(row.map(|(id,)| id.into()))
}

/// Adds a decision.
pub async fn insert_decision(tx: &mut Tx, d: &Decision, sample: bool) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_decisions (id, account_id, partner_id, reaches_out, introducer, introducer_name, stays_out, \
         why_partner, why_now, why_person, sample, decided_by, decided_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        d.id.as_str(),
        d.account.as_str(),
        d.partner.as_ref().map(PartnerId::as_str),
        d.reaches_out.as_str(),
        d.introducer.as_ref().map(|i| i.who.key()),
        d.introducer.as_ref().map(|i| i.name.as_str()),
        serde_json::to_string(&d.stays_out)?,
        &d.intent.partner,
        &d.intent.now,
        &d.intent.person,
        i64::from(sample),
        d.by.as_str(),
        millis(d.at)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct HoldRow {
    id: String,
    account_id: String,
    text: String,
    held: String,
    until: Option<String>,
    zone: String,
    author: String,
    created_at: i64,
    asked_at: Option<i64>,
    lifted_by: Option<String>,
    lifted_at: Option<i64>,
    version: i64,
}

/// Every column that [`HoldRow`] reads.
const HOLD: &str = "SELECT id, account_id, text, held, until, zone, author, created_at, asked_at, lifted_by, lifted_at, version \
     FROM account_holds";

impl TryFrom<HoldRow> for Hold {
    type Error = Error;

    fn try_from(row: HoldRow) -> Result<Self> {
        let lifted = row.lifted_by.zip(row.lifted_at);
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            text: row.text,
            held: serde_json::from_str(&row.held)?,
            until: row.until.map(|day| day.parse()).transpose()?,
            zone: row.zone,
            author: row.author.into(),
            at: instant(row.created_at)?,
            asked_at: row.asked_at.map(instant).transpose()?,
            lifted: lifted.map(|(by, at)| Ok::<_, Error>((by.into(), instant(at)?))).transpose()?,
            version: row.version,
        })
    }
}

fn all(rows: Vec<HoldRow>) -> Result<Vec<Hold>> {
    rows.into_iter().map(Hold::try_from).collect()
}

/// An account's newest holds, those that are not lifted first.
pub(super) async fn holds(tx: &mut Tx, account: &AccountId, limit: i64) -> Result<Vec<Hold>> {
    let sql = format!(
        "{HOLD} WHERE account_id = $1 ORDER BY CASE WHEN lifted_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id LIMIT $2"
    );
    all(sql_all!(tx, HoldRow, AssertSqlSafe(sql.clone()), account.as_str(), limit)?)
}

/// The holds on these accounts that are not lifted, the newest first.
pub async fn holds_on(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Hold>>> {
    let mut found: HashMap<AccountId, Vec<Hold>> = HashMap::new();
    if accounts.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "{HOLD} WHERE lifted_at IS NULL AND account_id IN ({}) ORDER BY created_at DESC, id",
        tx.texts()
    );
    for hold in all(sql_all!(tx, HoldRow, AssertSqlSafe(sql.clone()), serde_json::to_string(accounts)?)?)? {
        found.entry(hold.account.clone()).or_default().push(hold);
    }
    Ok(found)
}

/// One hold.
pub async fn hold(tx: &mut Tx, id: &HoldId) -> Result<Option<Hold>> {
    let sql = format!("{HOLD} WHERE id = $1");
    sql_opt!(tx, HoldRow, AssertSqlSafe(sql.clone()), id.as_str())?.map(Hold::try_from).transpose()
}

/// The holds with a last day that are not lifted and of whose end nobody was asked.
pub async fn unasked_holds(tx: &mut Tx) -> Result<Vec<Hold>> {
    let sql = format!(
        "{HOLD} WHERE lifted_at IS NULL AND asked_at IS NULL AND until IS NOT NULL ORDER BY until, id"
    );
    all(sql_all!(tx, HoldRow, AssertSqlSafe(sql.clone()))?)
}

/// The holds of this author of whose end they were asked, and that they neither kept nor lifted, with the account's name.
pub async fn asked_of(tx: &mut Tx, author: &UserId) -> Result<Vec<(Hold, String)>> {
    let sql =
        format!("{HOLD} WHERE lifted_at IS NULL AND asked_at IS NOT NULL AND author = $1 ORDER BY until, id");
    let found = all(sql_all!(tx, HoldRow, AssertSqlSafe(sql.clone()), author.as_str())?)?;
    let mut named = Vec::with_capacity(found.len());
    for hold in found {
        if let Some(account) = crate::map::store::account(tx, &hold.account).await? {
            named.push((hold, account.name));
        }
    }
    Ok(named)
}

/// Adds a hold, as part of a decision.
pub async fn insert_hold(tx: &mut Tx, hold: &Hold, decision: &AccountDecisionId) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_holds (id, account_id, decision_id, text, held, until, zone, author, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        hold.id.as_str(),
        hold.account.as_str(),
        decision.as_str(),
        &hold.text,
        serde_json::to_string(&hold.held)?,
        hold.until.map(|day| day.to_string()),
        &hold.zone,
        hold.author.as_str(),
        millis(hold.at)
    )?;
    Ok(())
}

/// Saves how a hold stands now, if nobody changed it since version `seen`; `false` when somebody did.
pub async fn save_hold(tx: &mut Tx, hold: &Hold, seen: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE account_holds SET until = $3, zone = $4, asked_at = $5, lifted_by = $6, lifted_at = $7, version = $8 \
         WHERE id = $1 AND version = $2 AND lifted_at IS NULL",
        hold.id.as_str(),
        seen,
        hold.until.map(|day| day.to_string()),
        &hold.zone,
        hold.asked_at.map(millis),
        hold.lifted.as_ref().map(|(by, _)| UserId::as_str(by)),
        hold.lifted.as_ref().map(|(_, at)| millis(*at)),
        hold.version
    )?;
    Ok(changed == 1)
}

/// Remembers that somebody is asked whether a hold goes on; `false` when another round has asked, or it changed.
pub async fn mark_asked(tx: &mut Tx, now: Timestamp, hold: &Hold) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE account_holds SET asked_at = $3 WHERE id = $1 AND version = $2 AND asked_at IS NULL AND lifted_at IS NULL",
        hold.id.as_str(),
        hold.version,
        millis(now)
    )?;
    Ok(changed == 1)
}
