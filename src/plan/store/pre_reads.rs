//! Pre-reads, and what they are made of.

use jiff::{Timestamp, Zoned};
use sqlx::AssertSqlSafe;

use super::super::commitment::Commitment;
use super::super::pre_read::{PreRead, Stage};
use super::super::request::Request;
use super::super::session::Session;
use super::{decided, open_commitments_of, open_requests_of};
use crate::kernel::dates::quarter_of;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{OverlapId, PartnerId, SessionId, UserId};
use crate::map::store::{self as map, NAMED};
use crate::pull::digest::Sessions;
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt};

/// At most so many overlaps are weighed for one agenda.
const WEIGHED: i64 = 300;

/// An overlap that may come on an agenda, with what plan knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The overlap.
    pub overlap: OverlapId,
    /// When triage put it on an agenda, and who.
    pub planned: Option<(Timestamp, Option<UserId>)>,
    /// When it was last talked about in a session with the partner.
    pub talked: Option<Timestamp>,
    /// When a session with the partner last had no time for it.
    pub left: Option<Timestamp>,
}

/// What a session had no time for comes back for a quarter; what is older has waited for a reason.
const LEFT_MS: i64 = 91 * 24 * 3_600_000;

/// Everything with this partner that may come on the session's agenda, what was planned last first: what triage planned,
/// what is on a focus list, promised or asked for, what the last sessions did not get to, and what the session names. What may not be named is not in it (B10).
pub async fn agenda_candidates(tx: &mut Tx, session: &Session) -> Result<Vec<Found>> {
    let sql = format!(
        "SELECT o.id, CASE WHEN o.triage = 'planned' AND NOT EXISTS (SELECT 1 FROM session_outcomes x JOIN sessions s ON s.id = x.session_id \
          WHERE x.account_id = o.account_id AND s.partner_id = o.partner_id AND x.outcome <> 'not_reached' AND x.logged_at >= o.decided_at) \
          THEN o.decided_at END, o.decided_by, \
         (SELECT MAX(s.starts_at) FROM session_outcomes x JOIN sessions s ON s.id = x.session_id \
          WHERE x.account_id = o.account_id AND s.partner_id = o.partner_id AND x.outcome <> 'not_reached'), \
         (SELECT MAX(s.starts_at) FROM session_outcomes x JOIN sessions s ON s.id = x.session_id \
          WHERE x.account_id = o.account_id AND s.partner_id = o.partner_id AND x.outcome = 'not_reached' AND s.starts_at >= $4) \
         FROM account_overlaps o WHERE o.partner_id = $1 AND o.gone_at IS NULL AND o.triage <> 'dismissed' AND {NAMED} \
         AND (o.triage = 'planned' OR o.account_id IN (\
          SELECT account_id FROM focus_accounts WHERE partner_id = $1 \
          UNION SELECT account_id FROM commitments WHERE partner_id = $1 AND state = 'open' AND account_id IS NOT NULL \
          UNION SELECT account_id FROM session_requests WHERE partner_id = $1 AND state IN ('asked', 'proposed', 'accepted') \
          UNION SELECT x.account_id FROM sessions s JOIN session_outcomes x ON x.session_id = s.id \
           WHERE s.partner_id = $1 AND x.outcome = 'not_reached' AND s.starts_at >= $4 \
          UNION SELECT account_id FROM session_accounts WHERE session_id = $2)) \
         ORDER BY CASE WHEN o.account_id IN (SELECT account_id FROM session_accounts WHERE session_id = $2) THEN 0 ELSE 1 END, \
         COALESCE(o.decided_at, 0) DESC, o.id LIMIT $3"
    );
    type Row = (String, Option<i64>, Option<String>, Option<i64>, Option<i64>);
    let rows = sql_all!(
        tx,
        Row,
        AssertSqlSafe(sql.clone()),
        session.partner_id.as_str(),
        session.id.as_str(),
        WEIGHED,
        session.stage.slot().map_or(0, |slot| millis(slot.start) - LEFT_MS)
    )?;
    rows.into_iter()
        .map(|(overlap, planned, by, talked, left)| {
            let planned = planned.map(instant).transpose()?;
            Ok(Found {
                overlap: overlap.into(),
                planned: planned.map(|at| (at, by.map(UserId::from))),
                talked: talked.map(instant).transpose()?,
                left: left.map(instant).transpose()?,
            })
        })
        .collect()
}

/// The open commitments and the requests for sessions with a partner.
pub async fn open_with(tx: &mut Tx, partner: &PartnerId) -> Result<(Vec<Commitment>, Vec<Request>)> {
    Ok((open_commitments_of(tx, partner).await?, open_requests_of(tx, partner).await?))
}

/// Who has each of these accounts at the partner, as its list says: overlap and name.
pub async fn their_owners(tx: &mut Tx, overlaps: &[OverlapId]) -> Result<Vec<(OverlapId, String)>> {
    let sql = format!(
        "SELECT p.overlap_id, l.owner FROM list_pairs p CROSS JOIN listed_accounts l \
         WHERE l.partner_id = p.partner_id AND l.key = p.their_key AND p.overlap_id IN ({}) AND l.owner IS NOT NULL AND l.gone_at IS NULL ORDER BY p.overlap_id, l.key",
        tx.texts()
    );
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(overlaps)?)?;
    Ok(rows.into_iter().map(|(id, owner)| (id.into(), owner)).collect())
}

/// These overlaps by id, as far as they are there; see [`map::overlaps_of_ids`].
pub async fn overlaps(tx: &mut Tx, found: &[Found]) -> Result<Vec<crate::map::overlap::Overlap>> {
    let ids: Vec<OverlapId> = found.iter().map(|f| f.overlap.clone()).collect();
    map::overlaps_of_ids(tx, &ids).await
}

#[derive(sqlx::FromRow)]
struct Row {
    session_id: String,
    partner_id: String,
    version: i64,
    content: String,
    made_of: i64,
    loaded_at: i64,
    in_time: Option<i64>,
    approved_by: Option<String>,
    approved_at: Option<i64>,
}

impl TryFrom<Row> for PreRead {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let stage = match decided(row.approved_by, row.approved_at)? {
            Some((by, at)) => Stage::Approved { by, at },
            None => Stage::Waiting,
        };
        Ok(Self {
            session: row.session_id.into(),
            partner_id: row.partner_id.into(),
            version: row.version,
            content: serde_json::from_str(&row.content)?,
            made_of: row.made_of,
            loaded_at: instant(row.loaded_at)?,
            in_time: row.in_time.map(|n| n == 1),
            stage,
        })
    }
}

/// The pre-read of a session.
pub async fn pre_read(tx: &mut Tx, session: &SessionId) -> Result<Option<PreRead>> {
    let row = sql_opt!(
        tx,
        Row,
        "SELECT r.session_id, s.partner_id, r.version, r.content, r.made_of, r.loaded_at, r.in_time, r.approved_by, r.approved_at \
         FROM pre_reads r JOIN sessions s ON s.id = r.session_id WHERE r.session_id = $1",
        session.as_str()
    )?;
    row.map(PreRead::try_from).transpose()
}

/// Adds the first pre-read of a session; `false` when another one was faster.
pub async fn insert_pre_read(tx: &mut Tx, p: &PreRead) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO pre_reads (session_id, version, content, made_of, loaded_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_id) DO NOTHING",
        p.session.as_str(),
        p.version,
        serde_json::to_string(&p.content)?,
        p.made_of,
        millis(p.loaded_at)
    )?;
    Ok(added == 1)
}

/// Saves how a pre-read stands now, if nobody has composed or approved it since it was `seen`; `false` when somebody has.
pub async fn save_pre_read(tx: &mut Tx, p: &PreRead, seen: &PreRead) -> Result<bool> {
    let (by, at) = match &p.stage {
        Stage::Waiting => (None, None),
        Stage::Approved { by, at } => (Some(by.as_str()), Some(millis(*at))),
    };
    let changed = sql_exec!(
        tx,
        "UPDATE pre_reads SET version = $3, content = $4, made_of = $5, approved_by = $6, approved_at = $7, in_time = $8 \
         WHERE session_id = $1 AND version = $2 AND CASE WHEN approved_by IS NULL THEN 1 ELSE 0 END = $9",
        p.session.as_str(),
        seen.version,
        p.version,
        serde_json::to_string(&p.content)?,
        p.made_of,
        by,
        at,
        p.in_time.map(i64::from),
        i64::from(seen.is_waiting())
    )?;
    Ok(changed == 1)
}

/// How the sessions of the next seven days stand, and how those of this quarter were prepared.
pub async fn sessions_in_figures(tx: &mut Tx, here: &Zoned) -> Result<Sessions> {
    let begun = quarter_of(here.date()).0.to_zoned(here.time_zone().clone());
    let begun =
        millis(begun.map_err(|e| Error::fault(format!("a quarter that never began: {e}")))?.timestamp());
    let now = millis(here.timestamp());
    let ahead = sql_opt!(
        tx,
        (i64, i64),
        "SELECT COUNT(*), COUNT(CASE WHEN s.state = 'scheduled' THEN 1 END) FROM sessions s \
         WHERE s.state IN ('scheduled', 'prepared') AND s.starts_at >= $1 AND s.starts_at < $2",
        now,
        now + 7 * 24 * 3_600_000
    )?
    .unwrap_or_default();
    let held = sql_opt!(
        tx,
        (i64, i64),
        "SELECT COUNT(*), COUNT(CASE WHEN r.in_time = 1 THEN 1 END) FROM sessions s \
         LEFT JOIN pre_reads r ON r.session_id = s.id \
         WHERE s.state IN ('held', 'closed') AND s.starts_at >= $1 AND s.starts_at < $2 \
         AND (r.approved_at IS NULL OR r.in_time IS NOT NULL)",
        begun,
        now
    )?
    .unwrap_or_default();
    Ok(Sessions { ahead: ahead.0, unprepared: ahead.1, held: held.0, in_time: held.1 })
}

/// Sessions that are ahead and whose agenda waits for approval, the soonest first.
pub async fn waiting_agendas(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<SessionId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT r.session_id FROM pre_reads r JOIN sessions s ON s.id = r.session_id \
         WHERE r.approved_by IS NULL AND s.state IN ('scheduled', 'prepared') AND s.starts_at > $1 ORDER BY s.starts_at, s.id LIMIT $2",
        millis(now),
        limit
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
