//! Plan's SQL.

mod commitments;
mod requests;

use jiff::civil::Date;

pub use commitments::*;
pub use requests::*;

use crate::kernel::error::Result;
use crate::sql_value;
use crate::store::Tx;

/// `Acme (acme.com)`, as [`crate::map::account::Account::label`] says it.
fn label(name: String, domain: Option<String>) -> String {
    match domain {
        Some(domain) => format!("{name} ({domain})"),
        None => name,
    }
}

<<<<<<< HEAD
// ---- requests ----

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: String,
    account_id: String,
    account_name: String,
    account_domain: Option<String>,
    partner_id: String,
    partner_name: String,
    requester: String,
    asked: String,
    wanted_by: String,
    goal: String,
    state: String,
    agreed_date: Option<String>,
    reason: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    version: i64,
    created_at: i64,
}

/// Every column that [`RequestRow`] reads.
macro_rules! request {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.account_id, a.name AS account_name, a.domain AS account_domain, r.partner_id, ",
            "p.name AS partner_name, r.requester, r.asked, r.wanted_by, r.goal, r.state, r.agreed_date, r.reason, ",
            "r.decided_by, r.decided_at, r.version, r.created_at ",
            "FROM session_requests r JOIN accounts a ON a.id = r.account_id JOIN partners p ON p.id = r.partner_id ",
            $rest
        )
    };
}

impl TryFrom<RequestRow> for Request {
    type Error = Error;

    fn try_from(row: RequestRow) -> Result<Self> {
        use request::Stage;
        let moved = match (row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => Some(Moved { by: by.into(), at: instant(at)? }),
            _ => None,
        };
        let by = || moved.clone().ok_or_else(|| Error::fault("a request was decided by nobody"));
        let on = || match &row.agreed_date {
            Some(date) => Ok::<Date, Error>(date.parse()?),
            None => Err(Error::fault("a request was decided without a date")),
        };
        let stage = match row.state.as_str() {
            "asked" => Stage::Asked(moved),
            "proposed" => Stage::Proposed { on: on()?, moved: by()? },
            "accepted" => Stage::Accepted { on: on()?, moved: by()? },
            "declined" => Stage::Declined { because: row.reason.unwrap_or_default(), moved: by()? },
            "withdrawn" => Stage::Withdrawn(by()?),
            other => return Err(unknown("request state", other)),
        };
        Ok(Self {
            id: row.id.into(),
            account_id: row.account_id.into(),
            account: label(row.account_name, row.account_domain),
            partner_id: row.partner_id.into(),
            partner: row.partner_name,
            requester: row.requester.into(),
            asked: serde_json::from_str(&row.asked)?,
            wanted_by: row.wanted_by.parse()?,
            goal: row.goal,
            stage,
            version: row.version,
            created_at: instant(row.created_at)?,
        })
    }
}

fn requests(rows: Vec<RequestRow>) -> Result<Vec<Request>> {
    rows.into_iter().map(Request::try_from).collect()
}

/// Adds a request.
pub async fn insert_request(tx: &mut Tx, r: &Request) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO session_requests (id, account_id, partner_id, requester, asked, wanted_by, goal, state, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9)",
        r.id.as_str(),
        r.account_id.as_str(),
        r.partner_id.as_str(),
        r.requester.as_str(),
        serde_json::to_string(&r.asked)?,
        r.wanted_by.to_string(),
        &r.goal,
        r.version,
        millis(r.created_at)
    )?;
    Ok(())
}

/// Saves how a request stands now, if nobody moved it since `seen`; `false` when somebody did.
pub async fn save_request(tx: &mut Tx, r: &Request, seen: i64) -> Result<bool> {
    use request::Stage;
    let (state, date, reason) = match &r.stage {
        Stage::Asked(_) => ("asked", None, None),
        Stage::Proposed { on, .. } => ("proposed", Some(on.to_string()), None),
        Stage::Accepted { on, .. } => ("accepted", Some(on.to_string()), None),
        Stage::Declined { because, .. } => ("declined", None, Some(because.as_str())),
        Stage::Withdrawn(_) => ("withdrawn", None, None),
    };
    let last = r.last_move();
    let changed = sql_exec!(
        tx,
        "UPDATE session_requests SET state = $3, agreed_date = $4, reason = $5, decided_by = $6, decided_at = $7, version = $8 \
         WHERE id = $1 AND version = $2",
        r.id.as_str(),
        seen,
        state,
        date.as_deref(),
        reason,
        last.map(|m| m.by.as_str()),
        last.map(|m| millis(m.at)),
        r.version
    )?;
    Ok(changed == 1)
}

/// One request.
pub async fn request(tx: &mut Tx, id: &RequestId) -> Result<Option<Request>> {
    let row = sql_opt!(tx, RequestRow, request!("WHERE r.id = $1"), id.as_str())?;
    row.map(Request::try_from).transpose()
}

/// Every request that still waits for somebody, the oldest first.
pub async fn open_requests(tx: &mut Tx) -> Result<Vec<Request>> {
    requests(sql_all!(
        tx,
        RequestRow,
        request!("WHERE r.state IN ('asked', 'proposed') ORDER BY r.created_at, r.id")
    )?)
}

/// Open requests that wait for this person's answer as the manager, the oldest first.
pub async fn requests_for_manager(tx: &mut Tx, user: &UserId) -> Result<Vec<Request>> {
    let waits = |r: &Request| matches!(r.stage, request::Stage::Asked(_)) && r.asked.contains(user);
    Ok(open_requests(tx).await?.into_iter().filter(waits).collect())
}

/// This person's own open requests, the oldest first.
pub async fn open_requests_of(tx: &mut Tx, user: &UserId) -> Result<Vec<Request>> {
    requests(sql_all!(
        tx,
        RequestRow,
        request!("WHERE r.state IN ('asked', 'proposed') AND r.requester = $1 ORDER BY r.created_at, r.id"),
        user.as_str()
    )?)
}

/// Open requests and those closed after `since`, the newest first.
pub async fn recent_requests(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<Request>> {
    requests(sql_all!(
        tx,
        RequestRow,
        request!(
            "WHERE r.state IN ('asked', 'proposed') OR r.decided_at >= $1 \
             ORDER BY CASE WHEN r.state IN ('asked', 'proposed') THEN 0 ELSE 1 END, r.created_at DESC, r.id LIMIT $2"
        ),
        millis(since),
        limit
    )?)
}

// ---- commitments ----

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
    due: String,
    zone: String,
    state: String,
    reason: Option<String>,
    snoozed_until: Option<String>,
    reminded: String,
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
            "a.domain AS account_domain, c.owner, c.due, c.zone, c.state, c.reason, c.snoozed_until, c.reminded, ",
            "c.created_by, c.decided_by, c.decided_at, c.source_channel, c.source_ts, c.version, c.created_at ",
            "FROM commitments c JOIN partners p ON p.id = c.partner_id LEFT JOIN accounts a ON a.id = c.account_id ",
            $rest
        )
    };
}

impl TryFrom<CommitmentRow> for Commitment {
    type Error = Error;

    fn try_from(row: CommitmentRow) -> Result<Self> {
        use commitment::Stage;
        let decided = match (row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => Some((by.into(), instant(at)?)),
            _ => None,
        };
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
            account: row.account_name.map(|name| label(name, row.account_domain)),
            owner: row.owner.into(),
            due: row.due.parse()?,
            zone: row.zone,
            stage,
            reminded: date(Some(row.reminded).filter(|r| !r.is_empty()))?,
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
        "INSERT INTO commitments (id, text, partner_id, account_id, owner, due, zone, state, created_by, source_channel, \
         source_ts, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12)",
        c.id.as_str(),
        &c.text,
        c.partner_id.as_str(),
        c.account_id.as_ref().map(|a| a.as_str()),
        c.owner.as_str(),
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
        "UPDATE commitments SET state = $3, snoozed_until = $4, reason = $5, decided_by = $6, decided_at = $7, version = $8 \
         WHERE id = $1 AND version = $2",
        c.id.as_str(),
        seen,
        state,
        snoozed.as_deref(),
        reason,
        decided.map(|(by, _)| by.as_str()),
        decided.map(|(_, at)| millis(*at)),
        c.version
    )?;
    Ok(changed == 1)
}

/// Remembers the day whose reminder was sent.
pub async fn mark_reminded(tx: &mut Tx, id: &CommitmentId, day: Date) -> Result<()> {
    sql_exec!(tx, "UPDATE commitments SET reminded = $2 WHERE id = $1", id.as_str(), day.to_string())?;
    Ok(())
}

/// One commitment.
pub async fn commitment(tx: &mut Tx, id: &CommitmentId) -> Result<Option<Commitment>> {
    let row = sql_opt!(tx, CommitmentRow, commitment!("WHERE c.id = $1"), id.as_str())?;
    row.map(Commitment::try_from).transpose()
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

/// Open commitments that are due from `from` to `to`, both included.
pub async fn commitments_due_between(tx: &mut Tx, from: Date, to: Date) -> Result<Vec<Commitment>> {
    commitments(sql_all!(
        tx,
        CommitmentRow,
        commitment!(
            "WHERE c.state = 'open' AND c.due >= $1 AND c.due <= $2 ORDER BY c.due, c.created_at, c.id"
        ),
        from.to_string(),
        to.to_string()
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

=======
>>>>>>> wip/plan
/// Figures for the digest and Home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that wait for somebody.
    pub open_requests: i64,
    /// Open commitments.
    pub open_commitments: i64,
    /// Of these, due on that day or within the six days after it.
    pub due_this_week: i64,
    /// Of these, past their day.
    pub late: i64,
}

/// The figures as of `today`.
pub async fn counts(tx: &mut Tx, today: Date) -> Result<Counts> {
    let week = super::calendar::add_days(today, 6).to_string();
    let today = today.to_string();
    Ok(Counts {
        open_requests: sql_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM session_requests WHERE state IN ('asked', 'proposed')"
        )?,
        open_commitments: sql_value!(tx, i64, "SELECT COUNT(*) FROM commitments WHERE state = 'open'")?,
        due_this_week: sql_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM commitments WHERE state = 'open' AND due >= $1 AND due <= $2",
            &today,
            &week
        )?,
        late: sql_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM commitments WHERE state = 'open' AND due < $1",
            &today
        )?,
    })
}
