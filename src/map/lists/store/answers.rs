//! What people said of pairs.

use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, AnswerId, OverlapId, PairId, PartnerId};
use crate::map::lists::answer::{Answer, Said, pair};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    partner_id: String,
    pair_id: String,
    ours: String,
    theirs: String,
    answer: String,
    reason: String,
    account_id: Option<String>,
    overlap_id: Option<String>,
    said_by: String,
    said_at: i64,
}

const COLUMNS: &str =
    "id, partner_id, pair_id, ours, theirs, answer, reason, account_id, overlap_id, said_by, said_at";

impl TryFrom<Row> for Answer {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            partner: row.partner_id.into(),
            pair: row.pair_id.into(),
            ours: serde_json::from_str(&row.ours)?,
            theirs: serde_json::from_str(&row.theirs)?,
            said: Said::stored(&row.answer).ok_or_else(|| unknown("answer to a pair", &row.answer))?,
            reason: row.reason,
            account: row.account_id.map(Into::into),
            overlap: row.overlap_id.map(Into::into),
            by: row.said_by.into(),
            at: instant(row.said_at)?,
        })
    }
}

/// Writes down what was said; `false` when somebody has said something of this pair before.
pub async fn insert_answer(tx: &mut Tx, answer: &Answer) -> Result<bool> {
    let sql = format!(
        "INSERT INTO pair_answers (pair, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (partner_id, pair) DO NOTHING"
    );
    let added = sql_exec!(
        tx,
        AssertSqlSafe(sql.clone()),
        pair(&answer.ours, &answer.theirs),
        answer.id.as_str(),
        answer.partner.as_str(),
        answer.pair.as_str(),
        serde_json::to_string(&answer.ours)?,
        serde_json::to_string(&answer.theirs)?,
        answer.said.as_str(),
        &answer.reason,
        answer.account.as_ref().map(AccountId::as_str),
        answer.overlap.as_ref().map(OverlapId::as_str),
        answer.by.as_str(),
        millis(answer.at)
    )?;
    Ok(added == 1)
}

/// What a pair became.
pub async fn set_answers_overlap(tx: &mut Tx, id: &AnswerId, overlap: &OverlapId) -> Result<()> {
    sql_exec!(tx, "UPDATE pair_answers SET overlap_id = $2 WHERE id = $1", id.as_str(), overlap.as_str())?;
    Ok(())
}

/// One answer.
pub async fn answer(tx: &mut Tx, id: &AnswerId) -> Result<Option<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers WHERE id = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id.as_str())?.map(Answer::try_from).transpose()
}

/// What was said of a pair that was asked about under this id.
pub async fn answer_to(tx: &mut Tx, pair: &PairId) -> Result<Option<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers WHERE pair_id = $1 ORDER BY said_at DESC LIMIT 1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), pair.as_str())?.map(Answer::try_from).transpose()
}

/// What was said of the same two accounts.
pub async fn answer_of(tx: &mut Tx, like: &Answer) -> Result<Option<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers WHERE partner_id = $1 AND pair = $2");
    let pair = pair(&like.ours, &like.theirs);
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), like.partner.as_str(), pair)?
        .map(Answer::try_from)
        .transpose()
}

/// What was said of all pairs with a partner.
pub async fn answers_with(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers WHERE partner_id = $1 ORDER BY said_at, id");
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), partner.as_str())?;
    rows.into_iter().map(Answer::try_from).collect()
}

/// What was called the same, with every partner.
pub async fn called_the_same(tx: &mut Tx) -> Result<Vec<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers WHERE answer = 'same' ORDER BY said_at, id");
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(Answer::try_from).collect()
}

/// The newest answers, at most `limit`.
pub async fn newest_answers(tx: &mut Tx, limit: i64) -> Result<Vec<Answer>> {
    let sql = format!("SELECT {COLUMNS} FROM pair_answers ORDER BY said_at DESC, id LIMIT $1");
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), limit)?;
    rows.into_iter().map(Answer::try_from).collect()
}

/// Takes an answer back; `false` when somebody was faster.
pub async fn delete_answer(tx: &mut Tx, id: &AnswerId) -> Result<bool> {
    Ok(sql_exec!(tx, "DELETE FROM pair_answers WHERE id = $1", id.as_str())? == 1)
}

/// What people said of the families of these overlaps' accounts: the overlap, what ours is, and the other's name.
pub async fn kin_among(tx: &mut Tx, overlaps: &[OverlapId]) -> Result<Vec<(OverlapId, Said, String)>> {
    let sql = format!(
        "SELECT o.id, n.answer, n.theirs FROM account_overlaps o \
         JOIN pair_answers n ON n.partner_id = o.partner_id AND n.account_id = o.account_id \
         WHERE n.answer IN ('parent', 'child') AND o.id IN ({}) ORDER BY n.said_at, n.id",
        tx.texts()
    );
    let rows =
        sql_all!(tx, (String, String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(overlaps)?)?;
    rows.into_iter()
        .map(|(id, said, theirs)| {
            let said = Said::stored(&said).ok_or_else(|| unknown("answer to a pair", &said))?;
            let theirs: crate::map::lists::answer::Side = serde_json::from_str(&theirs)?;
            Ok((id.into(), said, theirs.name))
        })
        .collect()
}
