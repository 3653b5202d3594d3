//! Rooms: where they are, and which cards are to be drawn anew.

use sqlx::AssertSqlSafe;

use super::super::room::Room;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ChannelId, RoomId};
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct RoomRow {
    id: String,
    account_id: String,
    channel: String,
    ts: Option<String>,
    shown: Option<String>,
    opened_by: String,
    opened_at: i64,
}

/// Every column that [`RoomRow`] reads.
const ROOM: &str = "SELECT id, account_id, channel, ts, shown, opened_by, opened_at FROM account_rooms";

impl TryFrom<RoomRow> for Room {
    type Error = Error;

    fn try_from(row: RoomRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            channel: row.channel.into(),
            ts: row.ts,
            opened_by: row.opened_by.into(),
            opened_at: instant(row.opened_at)?,
        })
    }
}

/// An account's room.
pub async fn room_of(tx: &mut Tx, account: &AccountId) -> Result<Option<Room>> {
    let sql = format!("{ROOM} WHERE account_id = $1");
    sql_opt!(tx, RoomRow, AssertSqlSafe(sql.clone()), account.as_str())?.map(Room::try_from).transpose()
}

/// One room.
pub async fn room(tx: &mut Tx, id: &RoomId) -> Result<Option<Room>> {
    let sql = format!("{ROOM} WHERE id = $1");
    sql_opt!(tx, RoomRow, AssertSqlSafe(sql.clone()), id.as_str())?.map(Room::try_from).transpose()
}

/// The room whose card is this message.
pub async fn room_at(tx: &mut Tx, channel: &ChannelId, ts: &str) -> Result<Option<Room>> {
    let sql = format!("{ROOM} WHERE channel = $1 AND ts = $2");
    sql_opt!(tx, RoomRow, AssertSqlSafe(sql.clone()), channel.as_str(), ts)?.map(Room::try_from).transpose()
}

/// Opens a room whose card says `shown`; `false` when the account has one.
pub async fn insert_room(tx: &mut Tx, room: &Room, shown: &str) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO account_rooms (id, account_id, channel, shown, opened_by, opened_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (account_id) DO NOTHING",
        room.id.as_str(),
        room.account.as_str(),
        room.channel.as_str(),
        shown,
        room.opened_by.as_str(),
        millis(room.opened_at)
    )?;
    Ok(added == 1)
}

/// Slack has the card.
pub async fn place_room(tx: &mut Tx, id: &RoomId, channel: &ChannelId, ts: &str) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE account_rooms SET channel = $2, ts = $3 WHERE id = $1",
        id.as_str(),
        channel.as_str(),
        ts
    )?;
    Ok(())
}

/// The room is no more; what was logged in it stays.
pub async fn forget_room(tx: &mut Tx, id: &RoomId) -> Result<()> {
    sql_exec!(tx, "DELETE FROM account_rooms WHERE id = $1", id.as_str())?;
    Ok(())
}

/// Something changed that the card of the account's room may show.
pub async fn mark_stale(tx: &mut Tx, account: &AccountId) -> Result<()> {
    sql_exec!(tx, "UPDATE account_rooms SET stale = 1 WHERE account_id = $1", account.as_str())?;
    Ok(())
}

/// Days went by, lists came in: every card may have changed.
pub async fn mark_all_stale(tx: &mut Tx) -> Result<()> {
    sql_exec!(tx, "UPDATE account_rooms SET stale = 1 WHERE stale = 0")?;
    Ok(())
}

/// The rooms whose card may say something else by now, with what it says, as a digest. Those that another transaction has
/// in hand are left to it.
pub async fn stale_rooms(tx: &mut Tx, limit: i64) -> Result<Vec<(Room, Option<String>)>> {
    let skip_locked = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!("{ROOM} WHERE stale = 1 ORDER BY id LIMIT $1{skip_locked}");
    let rows = sql_all!(tx, RoomRow, AssertSqlSafe(sql.clone()), limit)?;
    let read = |row: RoomRow| {
        let shown = row.shown.clone();
        Ok((Room::try_from(row)?, shown))
    };
    rows.into_iter().map(read).collect()
}

/// The card of a room says `shown` from now on.
pub async fn drawn(tx: &mut Tx, id: &RoomId, shown: &str) -> Result<()> {
    sql_exec!(tx, "UPDATE account_rooms SET stale = 0, shown = $2 WHERE id = $1", id.as_str(), shown)?;
    Ok(())
}

/// What the card of a room says is not known: an edit failed.
pub async fn not_drawn(tx: &mut Tx, id: &RoomId) -> Result<()> {
    sql_exec!(tx, "UPDATE account_rooms SET shown = NULL WHERE id = $1", id.as_str())?;
    Ok(())
}

/// The channels in which rooms are.
pub async fn room_channels(tx: &mut Tx) -> Result<Vec<ChannelId>> {
    let rows = sql_all!(tx, (String,), "SELECT DISTINCT channel FROM account_rooms ORDER BY channel")?;
    Ok(rows.into_iter().map(|(channel,)| channel.into()).collect())
}

/// Whether a room is in this channel.
pub async fn has_rooms(tx: &mut Tx, channel: &ChannelId) -> Result<bool> {
    let sql = "SELECT id FROM account_rooms WHERE channel = $1 LIMIT 1";
    Ok(sql_opt!(tx, (String,), sql, channel.as_str())?.is_some())
}

/// Follows a channel that has got another id.
pub async fn renumber_rooms(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    sql_exec!(tx, "UPDATE account_rooms SET channel = $2 WHERE channel = $1", from.as_str(), to.as_str())?;
    Ok(())
}
