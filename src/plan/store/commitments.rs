//! Commitments.

use jiff::civil::Date;

use super::super::commitment::{self, Commitment};
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, CommitmentId, PartnerId, UserId};
use crate::map::account::label;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct CommitmentRow {
    id: String,
    text: String,
    partner_id: String,
    partner_name: String,
    account_id: Option<String>,
    account_name: Option<String>,
    account_domain: Option<String>,
    owner: String,
    contact_id: Option<String>,
    contact_name: Option<String>,
    due: String,
    zone: String,
    state: String,
    reason: Option<String>,
    snoozed_until: Option<String>,
    reminded: String,
    escalated: i64,
    created_by: String,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    source_channel: Option<String>,
    source_ts: Option<String>,
    version: i64,
    created_at: i64,
}

/// Every column that [`CommitmentRow`] reads.
macro_rules! commitment {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.text, c.partner_id, p.name AS partner_name, c.account_id, a.name AS account_name, ",
            "a.domain AS account_domain, c.owner, c.contact_id, k.name AS contact_name, c.due, c.zone, c.state, c.reason, ",
            "c.snoozed_until, c.reminded, c.escalated, c.created_by, c.decided_by, c.decided_at, c.source_channel, c.source_ts, c.version, c.created_at ",
            "FROM commitments c JOIN partners p ON p.id = c.partner_id LEFT JOIN accounts a ON a.id = c.account_id ",
            "LEFT JOIN contacts k ON k.id = c.contact_id ",
            $rest
        )
    };
}

impl TryFrom<CommitmentRow> for Commitment {
    type Error = Error;

    fn try_from(row: CommitmentRow) -> Result<Self> {
        use commitment::Stage;
        let decided = decided(row.decided_by, row.decided_at)?;
        let decided = || decided.clone().ok_or_else(|| Error::fault("a commitment was closed by nobody"));
        let date = |text: Option<String>| text.map(|t| t.parse::<Date>()).transpose();
        let stage = match row.state.as_str() {
            "open" => Stage::Open { snoozed_until: date(row.snoozed_until)? },
            "done" => {
                let (by, at) = decided()?;
                Stage::Done { by, at }
            }
            "dropped" => {
                let (by, at) = decided()?;
                Stage::Dropped { because: row.reason.unwrap_or_default(), by, at }
            }
            other => return Err(unknown("commitment state", other)),
        };
        Ok(Self {
            id: row.id.into(),
            text: row.text,
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            account_id: row.account_id.map(Into::into),
            account: row.account_name.map(|name| label(&name, row.account_domain.as_deref())),
            owner: row.owner.into(),
            theirs: row.contact_id.zip(row.contact_name).map(|(id, name)| (id.into(), name)),
            due: row.due.parse()?,
            zone: row.zone,
            stage,
            reminded: date(Some(row.reminded).filter(|r| !r.is_empty()))?,
            escalated: row.escalated != 0,
            created_by: row.created_by.into(),
            source: row.source_channel.zip(row.source_ts),
            version: row.version,
            created_at: instant(row.created_at)?,
        })
    }
}

fn commitments(rows: Vec<CommitmentRow>) -> Result<Vec<Commitment>> {
    rows.into_iter().map(Commitment::try_from).collect()
}

/// Adds a commitment.
pub async fn insert_commitment(tx: &mut Tx, c: &Commitment) -> Result<()> {
    let (channel, ts) = c.source.as_ref().map(|(c, t)| (c.as_str(), t.as_str())).unzip();
    sql_exec!(
        tx,
        "INSERT INTO commitments (id, text, partner_id, account_id, owner, contact_id, due, zone, state, created_by, \
         source_channel, source_ts, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, $13)",
        c.id.as_str(),
        &c.text,
        c.partner_id.as_str(),
        c.account_id.as_ref().map(|a| a.as_str()),
        c.owner.as_str(),
        c.theirs.as_ref().map(|(id, _)| id.as_str()),
        c.due.to_string(),
        &c.zone,
        c.created_by.as_str(),
        channel,
        ts,
        c.version,
        millis(c.created_at)
    )?;
    Ok(())
}

/// Saves how a commitment stands now, if nobody moved it since `seen`; `false` when somebody did.
pub async fn save_commitment(tx: &mut Tx, c: &Commitment, seen: i64) -> Result<bool> {
    use commitment::Stage;
    let (state, snoozed, reason, decided) = match &c.stage {
        Stage::Open { snoozed_until } => ("open", snoozed_until.map(|d| d.to_string()), None, None),
        Stage::Done { by, at } => ("done", None, None, Some((by, at))),
        Stage::Dropped { because, by, at } => ("dropped", None, Some(because.as_str()), Some((by, at))),
    };
    let changed = sql_exec!(
        tx,
        "UPDATE commitments SET state = $3, snoozed_until = $4, reason = $5, decided_by = $6, decided_at = $7, version = $8, \
         escalated = $9 WHERE id = $1 AND version = $2",
        c.id.as_str(),
        seen,
        state,
        snoozed.as_deref(),
        reason,
        decided.map(|(by, _)| by.as_str()),
        decided.map(|(_, at)| millis(*at)),
        c.version,
        i64::from(c.escalated)
    )?;
    Ok(changed == 1)
}

/// Remembers the day whose reminder is sent, and whether the manager is told by now; `false` when it was moved since, or
/// another round has sent it.
pub async fn mark_reminded(tx: &mut Tx, c: &Commitment, day: Date, escalated: bool) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE commitments SET reminded = $3, escalated = $4 WHERE id = $1 AND version = $2 AND reminded < $3",
        c.id.as_str(),
        c.version,
        day.to_string(),
        i64::from(escalated)
    )?;
    Ok(changed == 1)
}

/// One commitment.
pub async fn commitment(tx: &mut Tx, id: &CommitmentId) -> Result<Option<Commitment>> {
    let row = sql_opt!(tx, CommitmentRow, commitment!("WHERE c.id = $1"), id.as_str())?;
    row.map(Commitment::try_from).transpose()
}

/// Saves who of ours asks how what the partner promised stands, if nobody moved it meanwhile; `false` when somebody did. It is no
/// move: the version stays.
pub async fn save_commitment_owner(tx: &mut Tx, c: &Commitment) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE commitments SET owner = $3, zone = $4 WHERE id = $1 AND version = $2",
        c.id.as_str(),
        c.version,
        c.owner.as_str(),
        &c.zone
    )?;
    Ok(changed == 1)
}

/// What this person is owed: what others promised and they wrote down or ask after, the most urgent first.
pub async fn commitments_owed_to(tx: &mut Tx, user: &UserId) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!(
            "WHERE c.state = 'open' AND ((c.owner = $1 AND c.contact_id IS NOT NULL) OR (c.created_by = $1 AND c.owner <> $1)) \
             ORDER BY c.due, c.created_at, c.id"
        ),
        user.as_str()
    )?)
}

/// Every open commitment, the most urgent first.
pub async fn open_commitments(tx: &mut Tx, limit: i64) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.state = 'open' ORDER BY c.due, c.created_at, c.id LIMIT $1"),
        limit
    )?)
}

/// This person's open commitments, the most urgent first.
pub async fn commitments_of(tx: &mut Tx, user: &UserId) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.state = 'open' AND c.owner = $1 ORDER BY c.due, c.created_at, c.id"),
        user.as_str()
    )?)
}

/// Those of them that are due by then.
pub async fn commitments_due(tx: &mut Tx, user: &UserId, until: Date) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!(
            "WHERE c.state = 'open' AND c.owner = $1 AND c.due <= $2 ORDER BY c.due, c.created_at, c.id"
        ),
        user.as_str(),
        until.to_string()
    )?)
}

/// The open commitments to this partner, the most urgent first.
pub async fn open_commitments_of(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.partner_id = $1 AND c.state = 'open' ORDER BY c.due, c.created_at, c.id"),
        partner.as_str()
    )?)
}

/// The open commitments about this account, the most urgent first.
pub async fn commitments_on(tx: &mut Tx, account: &AccountId) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.state = 'open' AND c.account_id = $1 ORDER BY c.due, c.created_at, c.id"),
        account.as_str()
    )?)
}

/// Every commitment about this account, the closed ones too.
pub async fn commitments_about(tx: &mut Tx, account: &AccountId) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.account_id = $1 ORDER BY c.created_at, c.id"),
        account.as_str()
    )?)
}

/// Open commitments that may bring a reminder: due up to `until`, or back from a snooze by then.
pub async fn commitments_near(tx: &mut Tx, until: Date) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.state = 'open' AND (c.due <= $1 OR c.snoozed_until <= $1) ORDER BY c.due, c.id"),
        until.to_string()
    )?)
}

/// Open commitments whose day is over on `today`, the latest first.
pub async fn late_commitments(tx: &mut Tx, today: Date) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!("WHERE c.state = 'open' AND c.due < $1 ORDER BY c.due, c.created_at, c.id"),
        today.to_string()
    )?)
}
