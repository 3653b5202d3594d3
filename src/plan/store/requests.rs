//! Requests.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::request::{self, Moved, Request};
use super::decided;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId, RequestId, UserId};
use crate::map::account::label;
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

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
        let moved = decided(row.decided_by, row.decided_at)?.map(|(by, at)| Moved { by, at });
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
            account: label(&row.account_name, row.account_domain.as_deref()),
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

/// Saves who is asked now, if nobody moved it meanwhile; `false` when somebody did. It is no move: the version stays.
pub async fn save_asked(tx: &mut Tx, r: &Request) -> Result<bool> {
    let asked = serde_json::to_string(&r.asked)?;
    let changed = sql_exec!(
        tx,
        "UPDATE session_requests SET asked = $3 WHERE id = $1 AND version = $2",
        r.id.as_str(),
        r.version,
        &asked
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

/// The requests for sessions with this partner that were not declined or taken back, the oldest first.
pub async fn open_requests_of(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Request>> {
    requests(sql_all!(
        tx,
        RequestRow,
        request!(
            "WHERE r.partner_id = $1 AND r.state IN ('asked', 'proposed', 'accepted') ORDER BY r.created_at, r.id"
        ),
        partner.as_str()
    )?)
}

/// The oldest open request for a session on this account with this partner.
pub async fn open_request_on(
    tx: &mut Tx,
    account: &AccountId,
    partner: &PartnerId,
) -> Result<Option<Request>> {
    let row = sql_opt!(
        tx,
        RequestRow,
        request!(
            "WHERE r.state IN ('asked', 'proposed') AND r.account_id = $1 AND r.partner_id = $2 \
             ORDER BY r.created_at, r.id LIMIT 1"
        ),
        account.as_str(),
        partner.as_str()
    )?;
    row.map(Request::try_from).transpose()
}

/// The newest request for a session on this account, with whomever.
pub async fn last_request_on(tx: &mut Tx, account: &AccountId) -> Result<Option<Request>> {
    let row = sql_opt!(
        tx,
        RequestRow,
        request!("WHERE r.account_id = $1 ORDER BY r.created_at DESC, r.id LIMIT 1"),
        account.as_str()
    )?;
    row.map(Request::try_from).transpose()
}

/// Open requests that wait for this person's answer as the manager, the oldest first.
pub async fn requests_for_manager(tx: &mut Tx, user: &UserId) -> Result<Vec<Request>> {
    let waits = |r: &Request| matches!(r.stage, request::Stage::Asked(_)) && r.asked.contains(user);
    Ok(open_requests(tx).await?.into_iter().filter(waits).collect())
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
