//! The SQL of drafts and touches; in `library` that of the library.

mod library;

use jiff::{SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;

use super::draft::{Arrival, Decision, Draft, Note, Override, Route, Stage, TemplateUsed};
use super::facts::word;
use super::template::Version;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ContactId, DraftId, UserId};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

pub use library::*;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    partner_id: String,
    partner: String,
    contact_id: String,
    contact: String,
    account_id: Option<String>,
    account: Option<String>,
    purpose: String,
    gift: String,
    template: String,
    template_title: Option<String>,
    template_version: Option<i64>,
    template_channel: String,
    sender: String,
    route: String,
    destination: Option<String>,
    text: String,
    facts: String,
    verdict: String,
    state: String,
    version: i64,
    approver: Option<String>,
    waiting_since: i64,
    snoozed_until: Option<i64>,
    override_by: Option<String>,
    override_reason: Option<String>,
    override_rules: String,
    reason: Option<String>,
    created_by: String,
    created_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    sent_at: Option<i64>,
    sent_channel: Option<String>,
    sent_ts: Option<String>,
    sent_link: Option<String>,
}

const SELECT: &str = "SELECT d.id, d.partner_id, p.name AS partner, d.contact_id, c.name AS contact, d.account_id, a.name AS account, \
     d.purpose, d.gift, d.template, d.template_title, d.template_version, d.template_channel, d.sender, d.route, d.destination, d.text, d.facts, d.verdict, d.state, d.version, d.approver, \
     d.waiting_since, d.snoozed_until, d.override_by, d.override_reason, d.override_rules, d.reason, d.created_by, d.created_at, d.decided_by, d.decided_at, d.sent_at, \
     d.sent_channel, d.sent_ts, d.sent_link FROM drafts d JOIN partners p ON p.id = d.partner_id \
     JOIN contacts c ON c.id = d.contact_id LEFT JOIN accounts a ON a.id = d.account_id";

impl TryFrom<Row> for Draft {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let stage = row.stage()?;
        let overridden = match row.override_by {
            Some(by) => Some(Override {
                by: by.into(),
                reason: row.override_reason.unwrap_or_default(),
                rules: serde_json::from_str(&row.override_rules)?,
            }),
            None => None,
        };
        let note = Note {
            partner_id: row.partner_id.into(),
            partner: row.partner,
            contact_id: row.contact_id.into(),
            contact: row.contact,
            account_id: row.account_id.map(Into::into),
            account: row.account,
            purpose: word::read(&row.purpose)?,
            gift: word::read(&row.gift)?,
            template: row.template,
            template_used: row
                .template_title
                .map(|title| TemplateUsed { title, version: Version::stored(row.template_version) }),
            channel: word::read(&row.template_channel)?,
            sender: row.sender.into(),
            route: Route::stored(&row.route).ok_or_else(|| unknown("route", &row.route))?,
            destination: row.destination,
            text: row.text,
            facts: serde_json::from_str(&row.facts)?,
            check: serde_json::from_str(&row.verdict)?,
        };
        Ok(Self {
            id: row.id.into(),
            version: row.version,
            note,
            approver: row.approver.map(Into::into),
            overridden,
            created_by: row.created_by.into(),
            created_at: instant(row.created_at)?,
            stage,
        })
    }
}

impl Row {
    fn decision(&self) -> Result<Decision> {
        match (&self.decided_by, self.decided_at) {
            (Some(by), Some(at)) => Ok(Decision { by: by.as_str().into(), at: instant(at)? }),
            _ => Err(Error::fault(format!("draft {} is {} and nobody decided it", self.id, self.state))),
        }
    }

    fn stage(&self) -> Result<Stage> {
        let reason = || self.reason.clone().unwrap_or_default();
        Ok(match self.state.as_str() {
            "proposed" => Stage::Proposed {
                since: instant(self.waiting_since)?,
                snoozed_until: self.snoozed_until.map(instant).transpose()?,
                came_back: self.reason.clone(),
            },
            "sending" => Stage::Sending(self.decision()?),
            "handed_over" => Stage::HandedOver(self.decision()?),
            "sent" => Stage::Sent {
                approved: self.decision()?,
                at: instant(self.sent_at.unwrap_or_default())?,
                arrival: Arrival {
                    channel: self.sent_channel.as_deref().map(Into::into),
                    ts: self.sent_ts.clone(),
                    link: self.sent_link.clone(),
                },
            },
            "unconfirmed" => Stage::Unconfirmed { approved: self.decision()?, why: reason() },
            "rejected" => Stage::Rejected { decision: self.decision()?, reason: reason() },
            "expired" => Stage::Expired { reason: reason() },
            other => return Err(unknown("state of a draft", other)),
        })
    }
}

/// The columns that a stage fills; the others are empty.
#[derive(Default)]
struct Columns<'a> {
    state: &'a str,
    decision: Option<&'a Decision>,
    reason: Option<&'a str>,
    waiting_since: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    arrival: Option<&'a Arrival>,
}

impl<'a> Columns<'a> {
    fn of(stage: &'a Stage) -> Self {
        match stage {
            Stage::Proposed { since, snoozed_until, came_back } => Self {
                state: "proposed",
                waiting_since: Some(*since),
                snoozed_until: *snoozed_until,
                reason: came_back.as_deref(),
                ..Self::default()
            },
            Stage::Sending(d) => Self { state: "sending", decision: Some(d), ..Self::default() },
            Stage::HandedOver(d) => Self { state: "handed_over", decision: Some(d), ..Self::default() },
            Stage::Sent { approved, at, arrival } => Self {
                state: "sent",
                decision: Some(approved),
                sent_at: Some(*at),
                arrival: Some(arrival),
                ..Self::default()
            },
            Stage::Unconfirmed { approved, why } => {
                Self { state: "unconfirmed", decision: Some(approved), reason: Some(why), ..Self::default() }
            }
            Stage::Rejected { decision, reason } => {
                Self { state: "rejected", decision: Some(decision), reason: Some(reason), ..Self::default() }
            }
            Stage::Expired { reason } => Self { state: "expired", reason: Some(reason), ..Self::default() },
        }
    }
}

/// Adds a note.
pub async fn insert(tx: &mut Tx, draft: &Draft) -> Result<()> {
    let note = &draft.note;
    sql_exec!(
        tx,
        "INSERT INTO drafts (id, partner_id, contact_id, account_id, purpose, gift, template, sender, route, destination, text, \
         facts, verdict, state, version, approver, created_by, created_at, waiting_since, template_title, template_version, \
         template_channel) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19, $20, $21)",
        draft.id.as_str(),
        note.partner_id.as_str(),
        note.contact_id.as_str(),
        note.account_id.as_ref().map(crate::kernel::ids::AccountId::as_str),
        word::write(&note.purpose)?,
        word::write(&note.gift)?,
        &note.template,
        note.sender.as_str(),
        note.route.as_str(),
        note.destination.as_deref(),
        &note.text,
        serde_json::to_string(&note.facts)?,
        serde_json::to_string(&note.check)?,
        Columns::of(&draft.stage).state,
        draft.version,
        draft.approver.as_ref().map(UserId::as_str),
        draft.created_by.as_str(),
        millis(draft.created_at),
        note.template_used.as_ref().map(|used| used.title.as_str()),
        note.template_used.as_ref().and_then(|used| used.version.number()),
        word::write(&note.channel)?
    )?;
    Ok(())
}

/// Saves what became of it, if it still stands at `seen`; `false`: somebody was faster.
pub async fn save(tx: &mut Tx, draft: &Draft, seen: i64) -> Result<bool> {
    let columns = Columns::of(&draft.stage);
    let overridden = draft.overridden.as_ref();
    let rules = serde_json::to_string(&overridden.map_or(&[][..], |o| &o.rules))?;
    let changed = sql_exec!(
        tx,
        "UPDATE drafts SET text = $3, verdict = $4, facts = $5, sender = $6, approver = $7, state = $8, version = $9, reason = $10, \
         override_by = $11, override_reason = $12, snoozed_until = $13, decided_by = $14, \
         decided_at = $15, sent_at = $16, sent_channel = $17, sent_ts = $18, sent_link = $19, route = $20, destination = $21, \
         override_rules = $22, waiting_since = COALESCE(CAST($23 AS BIGINT), waiting_since) WHERE id = $1 AND version = $2",
        draft.id.as_str(),
        seen,
        &draft.note.text,
        serde_json::to_string(&draft.note.check)?,
        serde_json::to_string(&draft.note.facts)?,
        draft.note.sender.as_str(),
        draft.approver.as_ref().map(UserId::as_str),
        columns.state,
        draft.version,
        columns.reason,
        overridden.map(|o| o.by.as_str()),
        overridden.map(|o| o.reason.as_str()),
        columns.snoozed_until.map(millis),
        columns.decision.map(|d| d.by.as_str()),
        columns.decision.map(|d| millis(d.at)),
        columns.sent_at.map(millis),
        columns.arrival.and_then(|a| a.channel.as_ref()).map(crate::kernel::ids::ChannelId::as_str),
        columns.arrival.and_then(|a| a.ts.as_deref()),
        columns.arrival.and_then(|a| a.link.as_deref()),
        draft.note.route.as_str(),
        draft.note.destination.as_deref(),
        rules,
        columns.waiting_since.map(millis)
    )?;
    Ok(changed == 1)
}

/// One note.
pub async fn find(tx: &mut Tx, id: &DraftId) -> Result<Option<Draft>> {
    let sql = format!("{SELECT} WHERE d.id = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id.as_str())?.map(Draft::try_from).transpose()
}

/// So many notes are read at once.
const PAGE: usize = 500;

/// The notes that wait for a decision, for its sender, or for word that it arrived, oldest first; the first page, which
/// is what people are shown.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<Draft>> {
    waiting_after(tx, i64::MIN, "").await
}

/// All of them.
pub async fn all_waiting(tx: &mut Tx) -> Result<Vec<Draft>> {
    let mut all = waiting(tx).await?;
    let mut page = all.len();
    while let Some(last) = all.last().filter(|_| page == PAGE) {
        let next = waiting_after(tx, millis(last.created_at), last.id.as_str()).await?;
        page = next.len();
        all.extend(next);
    }
    Ok(all)
}

/// The page behind the note that was drafted at `at` (milliseconds UTC) and has this id.
async fn waiting_after(tx: &mut Tx, at: i64, id: &str) -> Result<Vec<Draft>> {
    let sql = format!(
        "{SELECT} WHERE d.state IN ('proposed', 'handed_over', 'unconfirmed') \
         AND (d.created_at > $1 OR d.created_at = $1 AND d.id > $2) ORDER BY d.created_at, d.id LIMIT {PAGE}"
    );
    sql_all!(tx, Row, AssertSqlSafe(sql.clone()), at, id)?.into_iter().map(Draft::try_from).collect()
}

/// The notes that wait for a decision and draw on this item.
pub async fn waiting_on_item(tx: &mut Tx, item: &str) -> Result<Vec<Draft>> {
    let sql = format!(
        "{SELECT} WHERE d.state = 'proposed' AND d.facts LIKE $1 ORDER BY d.created_at, d.id LIMIT {PAGE}"
    );
    // Ids are letters and digits.
    let named = format!("%\"item\":\"{item}\"%");
    sql_all!(tx, Row, AssertSqlSafe(sql.clone()), &named)?.into_iter().map(Draft::try_from).collect()
}

/// Writes down that a note reached a person (A15); once a note.
pub async fn touch(tx: &mut Tx, at: Timestamp, draft: &Draft) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO touches (draft_id, contact_id, partner_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT (draft_id) DO NOTHING",
        draft.id.as_str(),
        draft.note.contact_id.as_str(),
        draft.note.partner_id.as_str(),
        millis(at)
    )?;
    Ok(())
}

/// Notes that reached this person in the last 30 days or were approved and may yet (A15).
pub async fn touches(tx: &mut Tx, contact: &ContactId, now: Timestamp) -> Result<u32> {
    let since = millis(now - SignedDuration::from_hours(30 * 24));
    let count = sql_value!(
        tx,
        i64,
        "SELECT (SELECT COUNT(*) FROM touches WHERE contact_id = $1 AND at > $2) \
         + (SELECT COUNT(*) FROM drafts WHERE contact_id = $1 AND state IN ('sending', 'handed_over', 'unconfirmed'))",
        contact.as_str(),
        since
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Follows a channel that has got another id.
pub async fn renumber_channel(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    for sql in [
        "UPDATE drafts SET destination = $2 WHERE destination = $1",
        "UPDATE drafts SET sent_channel = $2 WHERE sent_channel = $1",
        "UPDATE assets SET source_channel = $2 WHERE source_channel = $1",
    ] {
        sql_exec!(tx, sql, from.as_str(), to.as_str())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
