//! Rooms are opened, kept up to date, and closed when their card is gone.

use jiff::Timestamp;

use super::super::room::{Room, digest};
use super::super::{store, view};
use super::written;
use crate::delivery::outbox::{self, Destination, Outgoing, Thread};
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, RoomId, UserId};
use crate::map::account::Account;
use crate::map::store as map;
use crate::store::{Tx, audit, millis};

/// Opens a room with this card, and calls the owners into its thread; `false` when somebody else was faster.
pub async fn open_room(
    tx: &mut Tx,
    now: Timestamp,
    room: &Room,
    account: &Account,
    card: Message,
    owners: &[UserId],
) -> Result<bool> {
    if !store::insert_room(tx, room, &digest(&card)?).await? {
        return Ok(false);
    }
    let (subject, to) = (room.subject(), Destination::Channel(room.channel.clone()));
    let post = Outgoing::post(format!("{subject}:card"), to, card).showing(subject.clone());
    outbox::enqueue(tx, millis(now), &post).await?;
    let thread = Thread::Of(subject.clone());
    let welcome = view::welcome(account, owners);
    let reply = Outgoing::reply(format!("{subject}:welcome"), room.channel.clone(), thread, welcome);
    outbox::enqueue(tx, millis(now), &reply).await?;
    written(tx, now, &room.opened_by, "account.room", &account.id, room.channel.as_str());
    Ok(true)
}

/// Has the card say this, where it says something else.
pub async fn redraw_room(
    tx: &mut Tx,
    now: Timestamp,
    room: &Room,
    shown: Option<&str>,
    card: Message,
) -> Result<()> {
    let digest = digest(&card)?;
    if shown != Some(digest.as_str()) {
        outbox::enqueue(tx, millis(now), &Outgoing::update(room.subject(), card)).await?;
    }
    store::drawn(tx, &room.id, &digest).await
}

/// Another room takes its place elsewhere.
pub async fn leave_room(tx: &mut Tx, now: Timestamp, by: &UserId, room: &Room) -> Result<()> {
    store::forget_room(tx, &room.id).await?;
    written(tx, now, by, "account.close_room", &room.account, room.channel.as_str());
    Ok(())
}

/// Slack has the card: its thread is the room.
pub async fn room_placed(tx: &mut Tx, id: &RoomId, channel: &ChannelId, ts: &str) -> Result<()> {
    store::place_room(tx, id, channel, ts).await
}

/// What Slack says of an edit when the message is not there any more, or will never take one.
const GONE: [&str; 3] = ["message_not_found", "cant_update_message", "edit_window_closed"];

/// An edit of the card failed: where the card is gone the room is closed, else the next change has it drawn again.
pub async fn room_not_drawn(tx: &mut Tx, now: Timestamp, id: &RoomId, why: &str) -> Result<()> {
    if GONE.iter().any(|code| why.contains(code)) {
        return room_lost(tx, now, id, why).await;
    }
    store::not_drawn(tx, id).await
}

/// The card was not posted, or may not be shown where it is: the room is closed, and whoever opened it is told.
pub async fn room_lost(tx: &mut Tx, now: Timestamp, id: &RoomId, why: &str) -> Result<()> {
    let Some(room) = store::room(tx, id).await? else { return Ok(()) };
    store::forget_room(tx, id).await?;
    outbox::attended(tx, &room.subject()).await?;
    let by = UserId::from(audit::TANDEM);
    written(tx, now, &by, "account.close_room", &room.account, why);
    let Some(account) = map::account(tx, &room.account).await? else { return Ok(()) };
    let message = view::room_lost(&room, &account, why);
    let to = Destination::Person(room.opened_by.clone());
    let out = Outgoing::post(format!("{}:lost", room.subject()), to, message);
    outbox::enqueue(tx, millis(now), &out).await
}
