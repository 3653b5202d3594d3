//! Feeds that calendar programs subscribe to, the sessions in them, and who took the file of a session.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::super::session::Session;
use crate::kernel::error::Result;
use crate::kernel::ids::{FeedId, PartnerId, SessionId, UserId};
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt};

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Who subscribes.
    pub user: UserId,
    /// Only the sessions with this partner; the subscriber's own without one.
    pub partner: Option<(PartnerId, String)>,
    /// When its link ends.
    pub until: Timestamp,
    /// It was ended before.
    pub revoked: bool,
}

type Row = (String, String, Option<String>, Option<String>, i64, Option<i64>);

const FEED: &str = "SELECT l.id, l.user_id, l.partner_id, p.name, l.expires_at, l.revoked_at \
     FROM calendar_links l LEFT JOIN partners p ON p.id = l.partner_id";

fn feed((id, user, partner, name, until, revoked): Row) -> Result<Feed> {
    Ok(Feed {
        id: id.into(),
        user: user.into(),
        partner: partner.zip(name).map(|(id, name)| (id.into(), name)),
        until: instant(until)?,
        revoked: revoked.is_some(),
    })
}

/// One feed.
pub async fn calendar_feed(tx: &mut Tx, id: &FeedId) -> Result<Option<Feed>> {
    let sql = format!("{FEED} WHERE l.id = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id.as_str())?.map(feed).transpose()
}

/// Somebody's feeds that are still open, the oldest first.
pub async fn calendar_feeds_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Vec<Feed>> {
    let sql = format!(
        "{FEED} WHERE l.user_id = $1 AND l.revoked_at IS NULL AND l.expires_at > $2 ORDER BY l.created_at, l.id"
    );
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), user.as_str(), millis(now))?;
    rows.into_iter().map(feed).collect()
}

/// Opens a feed.
pub async fn insert_feed(tx: &mut Tx, now: Timestamp, feed: &Feed) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO calendar_links (id, user_id, partner_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        feed.id.as_str(),
        feed.user.as_str(),
        feed.partner.as_ref().map(|(id, _)| id.as_str()),
        millis(now),
        millis(feed.until)
    )?;
    Ok(())
}

/// Ends a feed of somebody's; `false` when it has ended or is not theirs.
pub async fn revoke_feed(tx: &mut Tx, now: Timestamp, id: &FeedId, user: &UserId) -> Result<bool> {
    let ended = sql_exec!(
        tx,
        "UPDATE calendar_links SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        id.as_str(),
        user.as_str(),
        millis(now)
    )?;
    Ok(ended == 1)
}

/// The sessions of a feed that have, or had, a time at `since` or later, the soonest first. Where there are more than
/// `limit`, those that are left out are the oldest, and then those furthest ahead.
pub async fn sessions_of_feed(
    tx: &mut Tx,
    feed: &Feed,
    since: Timestamp,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Session>> {
    let (user, partner) = match &feed.partner {
        Some((partner, _)) => (None, Some(partner.as_str())),
        None => (Some(feed.user.as_str()), None),
    };
    let mut rows = sql_all!(
        tx,
        (i64, String),
        "SELECT s.starts_at, s.id FROM sessions s WHERE s.starts_at >= $1 AND s.state <> 'proposed' \
         AND (CAST($2 AS TEXT) IS NULL OR s.partner_id = $2) \
         AND (CAST($3 AS TEXT) IS NULL OR s.organiser = $3 OR EXISTS (SELECT 1 FROM session_attendees t \
         WHERE t.session_id = s.id AND t.side = 'ours' AND t.who = $3)) \
         ORDER BY CASE WHEN s.starts_at >= $4 THEN 0 ELSE 1 END, ABS(s.starts_at - $4), s.id LIMIT $5",
        millis(since),
        partner,
        user,
        millis(now),
        limit
    )?;
    rows.sort();
    let mut sessions = Vec::with_capacity(rows.len());
    for (_, id) in rows {
        sessions.extend(super::session(tx, &id.into()).await?);
    }
    Ok(sessions)
}

/// Notes that somebody took the file of a session as it is.
pub async fn took_file(tx: &mut Tx, session: &Session, user: &UserId) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO calendar_files (session_id, user_id, sequence, told) VALUES ($1, $2, $3, $3) \
         ON CONFLICT (session_id, user_id) DO UPDATE SET sequence = excluded.sequence, told = excluded.told",
        session.id.as_str(),
        user.as_str(),
        session.sequence
    )?;
    Ok(())
}

/// Who has a file that is older than its session and was not told so yet.
pub async fn old_files(tx: &mut Tx, limit: i64) -> Result<Vec<(SessionId, UserId)>> {
    let rows = sql_all!(
        tx,
        (String, String),
        "SELECT f.session_id, f.user_id FROM calendar_files f JOIN sessions s ON s.id = f.session_id \
         WHERE f.told < s.sequence ORDER BY f.session_id, f.user_id LIMIT $1",
        limit
    )?;
    Ok(rows.into_iter().map(|(session, user)| (session.into(), user.into())).collect())
}

/// Notes that they were told up to this sequence; `false` when somebody else did it.
pub async fn told_of_file(tx: &mut Tx, session: &Session, user: &UserId) -> Result<bool> {
    let told = sql_exec!(
        tx,
        "UPDATE calendar_files SET told = $3 WHERE session_id = $1 AND user_id = $2 AND told < $3",
        session.id.as_str(),
        user.as_str(),
        session.sequence
    )?;
    Ok(told == 1)
}

/// The sessions with a partner that begin, or would have begun, in this span.
pub async fn sessions_between(
    tx: &mut Tx,
    partner: &PartnerId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Session>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT s.id FROM sessions s WHERE s.partner_id = $1 AND s.starts_at >= $2 AND s.starts_at < $3 ORDER BY s.starts_at, s.id",
        partner.as_str(),
        millis(from),
        millis(until)
    )?;
    let mut sessions = Vec::with_capacity(rows.len());
    for (id,) in rows {
        sessions.extend(super::session(tx, &id.into()).await?);
    }
    Ok(sessions)
}
