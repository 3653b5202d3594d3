//! Records of sessions.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::super::record::{Outcome, Record, Told};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CommitmentId, SessionId, UserId};
use crate::kernel::money::Money;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct ToldRow {
    account_id: String,
    name: String,
    outcome: String,
    decided: String,
    stall: Option<String>,
    amount_hundredths: Option<i64>,
    amount_currency: Option<String>,
    stage: Option<String>,
    introduction: Option<String>,
    commitments: String,
    logged_by: String,
    logged_at: i64,
}

impl TryFrom<ToldRow> for Told {
    type Error = Error;

    fn try_from(row: ToldRow) -> Result<Self> {
        Ok(Self {
            account: row.account_id.into(),
            name: row.name,
            outcome: Outcome::stored(&row.outcome)
                .ok_or_else(|| unknown("outcome of a session", &row.outcome))?,
            decided: row.decided,
            stall: row.stall,
            amount: row.amount_hundredths.map(|hundredths| Money {
                hundredths,
                currency: row.amount_currency.as_deref().and_then(iso_currency::Currency::from_code),
            }),
            stage: row.stage,
            introduction: row.introduction,
            commitments: serde_json::from_str(&row.commitments)?,
            by: row.logged_by.into(),
            at: instant(row.logged_at)?,
        })
    }
}

/// What was logged of a session's accounts, in the order in which it was.
pub async fn told(tx: &mut Tx, session: &SessionId) -> Result<Vec<Told>> {
    let rows = sql_all!(
        tx,
        ToldRow,
        "SELECT x.account_id, a.name, x.outcome, x.decided, x.stall, x.amount_hundredths, x.amount_currency, x.stage, x.introduction, \
         x.commitments, x.logged_by, x.logged_at FROM session_outcomes x JOIN accounts a ON a.id = x.account_id \
         WHERE x.session_id = $1 ORDER BY x.logged_at, a.name_key",
        session.as_str()
    )?;
    rows.into_iter().map(Told::try_from).collect()
}

/// Adds what came of an account; `false` when somebody has logged it before.
pub async fn insert_told(tx: &mut Tx, session: &SessionId, t: &Told) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO session_outcomes (session_id, account_id, outcome, decided, stall, amount_hundredths, amount_currency, stage, \
         introduction, commitments, logged_by, logged_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (session_id, account_id) DO NOTHING",
        session.as_str(),
        t.account.as_str(),
        t.outcome.as_str(),
        &t.decided,
        t.stall.as_deref(),
        t.amount.map(|m| m.hundredths),
        t.amount.and_then(|m| m.currency).map(|c| c.code()),
        t.stage.as_deref(),
        t.introduction.as_deref(),
        serde_json::to_string(&t.commitments)?,
        t.by.as_str(),
        millis(t.at)
    )?;
    Ok(added == 1)
}

/// What is known of a session as a whole.
pub async fn record(tx: &mut Tx, session: &SessionId) -> Result<Option<Record>> {
    type Row = (Option<String>, Option<String>, Option<String>, String, i64);
    let row = sql_opt!(
        tx,
        Row,
        "SELECT recording, said, next_on, logged_by, logged_at FROM session_records WHERE session_id = $1",
        session.as_str()
    )?;
    row.map(|(recording, said, next, by, at)| {
        Ok(Record {
            session: session.clone(),
            recording,
            said,
            next: next.map(|day| day.parse()).transpose()?,
            by: by.into(),
            at: instant(at)?,
        })
    })
    .transpose()
}

/// Adds it; `false` when somebody was faster.
pub async fn insert_record(tx: &mut Tx, r: &Record) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO session_records (session_id, recording, said, next_on, logged_by, logged_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (session_id) DO NOTHING",
        r.session.as_str(),
        r.recording.as_deref(),
        r.said.as_deref(),
        r.next.map(|day| day.to_string()),
        r.by.as_str(),
        millis(r.at)
    )?;
    Ok(added == 1)
}

/// A commitment as a record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Its id.
    pub id: CommitmentId,
    /// What.
    pub text: String,
    /// Who of ours does it, or asks how it stands.
    pub owner: UserId,
    /// Who of the partner's does it.
    pub theirs: Option<String>,
    /// By when.
    pub due: Date,
}

/// These commitments, the most urgent first.
pub async fn promised(tx: &mut Tx, ids: &[CommitmentId]) -> Result<Vec<Promised>> {
    let sql = format!(
        "SELECT m.id, m.text, m.owner, c.name, m.due FROM commitments m LEFT JOIN contacts c ON c.id = m.contact_id \
         WHERE m.id IN ({}) ORDER BY m.due, m.id",
        tx.texts()
    );
    type Row = (String, String, String, Option<String>, String);
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?;
    rows.into_iter()
        .map(|(id, text, owner, theirs, due)| {
            Ok(Promised { id: id.into(), text, owner: owner.into(), theirs, due: due.parse()? })
        })
        .collect()
}

/// Sessions that began before `now`, were neither logged nor called off, the oldest first.
pub async fn unlogged(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<SessionId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT id FROM sessions WHERE state IN ('scheduled', 'prepared', 'held') AND starts_at <= $1 ORDER BY starts_at, id LIMIT $2",
        millis(now),
        limit
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
