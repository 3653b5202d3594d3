//! What reps ask, and what was answered.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::super::ask::{Answer, Ask, Moved, Stage, Topic};
use super::super::outcome::Deal;
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, AskId, ContactId, PartnerId, UserId, random};
use crate::map::account::label;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    account_id: String,
    account_name: String,
    account_domain: Option<String>,
    partner_id: String,
    partner_name: String,
    requester: String,
    asked: String,
    topic: String,
    question: String,
    why: String,
    link: Option<String>,
    state: String,
    contact_id: Option<String>,
    contact_name: Option<String>,
    reason: Option<String>,
    deal: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    version: i64,
    created_at: i64,
}

/// Every column that [`Row`] reads.
macro_rules! ask {
    ($rest:literal) => {
        concat!(
            "SELECT q.id, q.account_id, a.name AS account_name, a.domain AS account_domain, q.partner_id, ",
            "p.name AS partner_name, q.requester, q.asked, q.topic, q.question, q.why, q.link, q.state, q.contact_id, ",
            "c.name AS contact_name, q.reason, q.deal, q.decided_by, q.decided_at, q.version, q.created_at FROM asks q ",
            "JOIN accounts a ON a.id = q.account_id JOIN partners p ON p.id = q.partner_id ",
            "LEFT JOIN contacts c ON c.id = q.contact_id ",
            $rest
        )
    };
}

/// The state of each stage, and the reason that is stored with it.
fn state(stage: &Stage) -> (&'static str, Option<&str>, Option<Deal>) {
    match stage {
        Stage::Asked => ("asked", None, None),
        Stage::Missing { what, .. } => ("missing", Some(what), None),
        Stage::WithPartner(_) => ("with_partner", None, None),
        Stage::Answered(_) => ("answered", None, None),
        Stage::Closed { came, deal, .. } => ("closed", Some(came), Some(*deal)),
        Stage::Declined { because, .. } => ("declined", Some(because), None),
        Stage::Withdrawn(_) => ("withdrawn", None, None),
    }
}

fn stage(row: &Row) -> Result<Stage> {
    let moved = decided(row.decided_by.clone(), row.decided_at)?.map(|(by, at)| Moved { by, at });
    let moved = || moved.clone().ok_or_else(|| Error::fault("an ask was moved by nobody"));
    let reason = || row.reason.clone().unwrap_or_default();
    Ok(match row.state.as_str() {
        "asked" => Stage::Asked,
        "missing" => Stage::Missing { what: reason(), moved: moved()? },
        "with_partner" => Stage::WithPartner(moved()?),
        "answered" => Stage::Answered(moved()?),
        "closed" => {
            let deal = row.deal.as_deref().unwrap_or_default();
            let deal = Deal::stored(deal).ok_or_else(|| unknown("word for a deal", deal))?;
            Stage::Closed { came: reason(), deal, moved: moved()? }
        }
        "declined" => Stage::Declined { because: reason(), moved: moved()? },
        "withdrawn" => Stage::Withdrawn(moved()?),
        other => return Err(unknown("ask state", other)),
    })
}

fn read(row: Row, answers: Vec<Answer>) -> Result<Ask> {
    let topic = Topic::stored(&row.topic).ok_or_else(|| unknown("topic of an ask", &row.topic))?;
    Ok(Ask {
        stage: stage(&row)?,
        id: row.id.into(),
        account_id: row.account_id.into(),
        account: label(&row.account_name, row.account_domain.as_deref()),
        partner_id: row.partner_id.into(),
        partner: row.partner_name,
        requester: row.requester.into(),
        asked: serde_json::from_str(&row.asked)?,
        topic,
        question: row.question,
        why: row.why,
        link: row.link,
        contact: row.contact_id.zip(row.contact_name).map(|(id, name)| (id.into(), name)),
        answers,
        version: row.version,
        created_at: instant(row.created_at)?,
    })
}

/// With the answers of each.
async fn asks(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Ask>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut answers = answers(tx, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let given = answers.remove(&row.id).unwrap_or_default();
            read(row, given)
        })
        .collect()
}

async fn answers(tx: &mut Tx, ids: &[&str]) -> Result<HashMap<String, Vec<Answer>>> {
    type Row = (String, String, Option<String>, Option<String>, String, String, i64);
    let sql = format!(
        "SELECT w.ask_id, w.text, w.contact_id, c.name, w.said_on, w.given_by, w.given_at FROM ask_answers w \
         LEFT JOIN contacts c ON c.id = w.contact_id WHERE w.ask_id IN ({}) ORDER BY w.given_at, w.id",
        tx.texts()
    );
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), json!(ids).to_string())?;
    let mut all: HashMap<String, Vec<Answer>> = HashMap::new();
    for (ask, text, contact, name, on, by, at) in rows {
        let said_by = contact.zip(name).map(|(id, name)| (ContactId::from(id), name));
        let answer = Answer { text, said_by, said_on: on.parse()?, by: UserId::from(by), at: instant(at)? };
        all.entry(ask).or_default().push(answer);
    }
    Ok(all)
}

/// Adds a request that was just asked.
pub async fn insert_ask(tx: &mut Tx, q: &Ask) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO asks (id, account_id, partner_id, requester, asked, topic, question, why, link, state, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11)",
        q.id.as_str(),
        q.account_id.as_str(),
        q.partner_id.as_str(),
        q.requester.as_str(),
        serde_json::to_string(&q.asked)?,
        q.topic.as_str(),
        &q.question,
        &q.why,
        q.link.as_deref(),
        q.version,
        millis(q.created_at)
    )?;
    Ok(())
}

/// Saves how a request stands now, if nobody moved it since `seen`; `false` when somebody did.
pub async fn save_ask(tx: &mut Tx, q: &Ask, seen: i64) -> Result<bool> {
    let (state, reason, deal) = state(&q.stage);
    let last = q.last_move();
    let changed = sql_exec!(
        tx,
        "UPDATE asks SET state = $3, contact_id = $4, reason = $5, deal = $6, decided_by = $7, decided_at = $8, version = $9 \
         WHERE id = $1 AND version = $2",
        q.id.as_str(),
        seen,
        state,
        q.contact.as_ref().map(|(id, _)| id.as_str()),
        reason,
        deal.map(Deal::as_str),
        last.map(|m| m.by.as_str()),
        last.map(|m| millis(m.at)),
        q.version
    )?;
    Ok(changed == 1)
}

/// Adds an answer.
pub async fn insert_answer(tx: &mut Tx, ask: &AskId, answer: &Answer) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO ask_answers (id, ask_id, text, contact_id, said_on, given_by, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        random(20),
        ask.as_str(),
        &answer.text,
        answer.said_by.as_ref().map(|(id, _)| id.as_str()),
        answer.said_on.to_string(),
        answer.by.as_str(),
        millis(answer.at)
    )?;
    Ok(())
}

/// Saves who is asked now, if nobody moved it meanwhile; `false` when somebody did. It is no move: the version stays.
pub async fn save_whom_asked(tx: &mut Tx, q: &Ask) -> Result<bool> {
    let asked = serde_json::to_string(&q.asked)?;
    let changed = sql_exec!(
        tx,
        "UPDATE asks SET asked = $3 WHERE id = $1 AND version = $2",
        q.id.as_str(),
        q.version,
        &asked
    )?;
    Ok(changed == 1)
}

/// One request.
pub async fn ask(tx: &mut Tx, id: &AskId) -> Result<Option<Ask>> {
    let rows = sql_all!(tx, Row, ask!("WHERE q.id = $1"), id.as_str())?;
    Ok(asks(tx, rows).await?.pop())
}

/// Every request that still waits for somebody, the oldest first.
pub async fn open_asks(tx: &mut Tx) -> Result<Vec<Ask>> {
    let rows = sql_all!(
        tx,
        Row,
        ask!("WHERE q.state IN ('asked', 'missing', 'with_partner', 'answered') ORDER BY q.created_at, q.id")
    )?;
    asks(tx, rows).await
}

/// Everything that was asked about this account, the newest first.
pub async fn asks_about(tx: &mut Tx, account: &AccountId) -> Result<Vec<Ask>> {
    let rows = sql_all!(
        tx,
        Row,
        ask!("WHERE q.account_id = $1 ORDER BY q.created_at DESC, q.id"),
        account.as_str()
    )?;
    asks(tx, rows).await
}

/// Everything that was asked of this partner since then, the newest first.
pub async fn asks_of_partner(tx: &mut Tx, partner: &PartnerId, since: Timestamp) -> Result<Vec<Ask>> {
    let rows = sql_all!(
        tx,
        Row,
        ask!("WHERE q.partner_id = $1 AND q.created_at >= $2 ORDER BY q.created_at DESC, q.id"),
        partner.as_str(),
        millis(since)
    )?;
    asks(tx, rows).await
}

/// Open requests and those closed after `since`, the newest first.
pub async fn recent_asks(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<Ask>> {
    let rows = sql_all!(
        tx,
        Row,
        ask!(
            "WHERE q.state IN ('asked', 'missing', 'with_partner', 'answered') OR q.decided_at >= $1 \
             ORDER BY CASE WHEN q.state IN ('asked', 'missing', 'with_partner', 'answered') THEN 0 ELSE 1 END, \
             q.created_at DESC, q.id LIMIT $2"
        ),
        millis(since),
        limit
    )?;
    asks(tx, rows).await
}
