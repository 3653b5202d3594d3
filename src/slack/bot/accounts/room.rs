//! The room of an account (E6): opened once, drawn anew whenever something changed, exported as a file.

use jiff::Timestamp;

use super::super::channels::{self, Use};
use super::super::oversight::permalink;
use super::super::{Bot, Occasion};
use super::card;
use crate::delivery::intake::Handled;
use crate::delivery::schedule;
use crate::kernel::actor::Right;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ChannelId, RoomId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::past::{self, Happened};
use crate::map::account_map::room::Room;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::view::{self, Reader, action};
use crate::map::account_map::{AccountMap, Names, flow, store};
use crate::map::store as map_store;
use crate::plan::commitment::{Commitment, Stage};
use crate::plan::store as plan;
use crate::plan::view::{ask, introduction};
use crate::store::{Tx, audit, millis, settings};

/// So many cards are drawn in one go; the others come with the next.
const DRAWN: i64 = 20;

pub(super) async fn open(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = card::loaded(o, id).await?;
    let account = &map.account;
    let mut tx = o.read().await?;
    let known = store::room_of(&mut tx, id).await?;
    let place = place(o.bot, &mut tx).await?;
    tx.rollback().await?;
    if let Some(room) = &known
        && stands(o, room, account, place.as_ref()).await?
    {
        return say(o, room, account).await;
    }
    let place = chosen(o, place).await?;
    let room = Room {
        id: RoomId::random(),
        account: id.clone(),
        channel: place,
        ts: None,
        opened_by: o.actor.user.clone(),
        opened_at: o.now,
    };
    let owners: Vec<UserId> = owners(&map).into_iter().filter(|user| *user != o.actor.user).collect();
    let mut tx = o.begin().await?;
    if let Some(known) = &known {
        flow::leave_room(&mut tx, o.now, &o.actor.user, known).await?;
    }
    let card = drawn(o.bot, &mut tx, o.now, &room).await?;
    let card = card.ok_or_else(super::outdated)?;
    if flow::open_room(&mut tx, o.now, &room, account, card, &owners).await? {
        o.send(&mut tx, &o.privately(view::room_is(&room, account, None, true))).await?;
        return o.finish(tx).await;
    }
    let other = store::room_of(&mut tx, id).await?;
    tx.rollback().await?;
    say(o, &other.unwrap_or(room), account).await
}

/// Whether a room stays where it is; not where nothing can be posted any more and rooms are opened elsewhere by now.
async fn stands(o: &Occasion<'_>, room: &Room, account: &Account, place: Option<&ChannelId>) -> Result<bool> {
    match objection(o.bot, &room.channel).await? {
        None => Ok(true),
        Some(why) if place.is_none_or(|place| *place == room.channel) => Err(Error::refused(format!(
            "The room of *{}* is in {}, where nothing is posted now. {why}",
            escape(&account.name),
            room.channel.mention()
        ))),
        Some(_) => Ok(false),
    }
}

/// Where the one who acts may open a room.
async fn chosen(o: &Occasion<'_>, place: Option<ChannelId>) -> Result<ChannelId> {
    o.actor.require(Right::Triage, None)?;
    let place = place.ok_or_else(|| {
        Error::user("There is no channel for rooms yet: they are opened where the digest is posted, and `/partner setup` chooses that. Nothing was opened.")
    })?;
    match objection(o.bot, &place).await? {
        None => Ok(place),
        Some(why) => {
            Err(Error::refused(format!("Rooms are opened in {}. {why} Nothing was opened.", place.mention())))
        }
    }
}

/// Says where a room is.
async fn say(o: &Occasion<'_>, room: &Room, account: &Account) -> Result<Handled> {
    o.answer(view::room_is(room, account, link(o.bot, room).as_deref(), false)).await
}

/// Where the card of a room can be read.
pub(super) fn link(bot: &Bot, room: &Room) -> Option<String> {
    permalink(&bot.identity.url, room.channel.as_str(), room.ts.as_deref()?)
}

/// Where rooms are opened.
async fn place(bot: &Bot, tx: &mut Tx) -> Result<Option<ChannelId>> {
    match &bot.mapping.rooms_channel {
        Some(channel) => Ok(Some(channel.as_str().into())),
        None => Ok(settings::load(tx).await?.digest_channel),
    }
}

/// Why no room may be in a channel, as mrkdwn.
async fn objection(bot: &Bot, channel: &ChannelId) -> Result<Option<String>> {
    let mut tx = bot.db.read().await?;
    let bound = map_store::partner_of_channel(&mut tx, channel).await?;
    tx.rollback().await?;
    if let Some(partner) = bound {
        return Ok(Some(format!(
            "{}'s people read that channel, and a room shows the whole map.",
            escape(&partner.name)
        )));
    }
    Ok(channels::objection(bot, channel, Use::Internal).await?.map(|why| escape(&why)))
}

/// Who owns the account's deal and its relationship.
fn owners(map: &AccountMap) -> Vec<UserId> {
    let mut owners: Vec<UserId> = map.deal_owner_user().into_iter().collect();
    owners.extend(map.owners.relationship.clone().filter(|user| !owners.contains(user)));
    owners
}

/// The card of a room as it is now, on the workspace's clock; nothing when the account is gone.
async fn drawn(bot: &Bot, tx: &mut Tx, now: Timestamp, room: &Room) -> Result<Option<Message>> {
    let Some(map) = store::load(tx, &room.account).await? else { return Ok(None) };
    let here = now.to_zoned(settings::load(tx).await?.digest.time_zone());
    let elsewhere = card::elsewhere(bot, tx, &map, &here).await?;
    let names = store::names(tx, std::slice::from_ref(&room.opened_by)).await?;
    let sight = Sight { map: &map, now: &here, settings: &bot.mapping };
    Ok(Some(view::card(&sight, &elsewhere, Reader::Room(names.of_user(&room.opened_by)))))
}

/// Draws the rooms of which something changed.
pub(in super::super) async fn refresh(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    for (room, shown) in store::stale_rooms(tx, DRAWN).await? {
        if let Some(card) = drawn(bot, tx, now, &room).await? {
            flow::redraw_room(tx, now, &room, shown.as_deref(), card).await?;
        }
    }
    Ok(())
}

/// Draws what nobody's act did; once an hour every card, because days go by and lists come in.
pub(in super::super) async fn round(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    let hour = now.strftime("%Y-%m-%dT%H").to_string();
    if schedule::fire(tx, "rooms", &hour, millis(now)).await? {
        store::mark_all_stale(tx).await?;
    }
    refresh(bot, tx, now).await
}

/// The account in whose room a message stands.
pub(in super::super) async fn account_at(
    tx: &mut Tx,
    channel: &str,
    ts: &str,
    thread: Option<&str>,
) -> Result<Option<Account>> {
    match store::room_at(tx, &channel.into(), thread.unwrap_or(ts)).await? {
        Some(room) => map_store::account(tx, &room.account).await,
        None => Ok(None),
    }
}

/// Hands everything that happened on an account to whoever asks, as a file in their direct messages.
pub(super) async fn export(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let account = card::loaded(o, id).await?.account;
    let mut tx = o.read().await?;
    let past = store::past(&mut tx, id).await?;
    let commitments = plan::commitments_about(&mut tx, id).await?;
    let mut users = past.users();
    users.extend(commitments.iter().flat_map(on_commitment));
    let asks = plan::asks_about(&mut tx, id).await?;
    let introductions = plan::introductions_to(&mut tx, id).await?;
    users.extend(ask::users(&asks).into_iter().chain(introduction::users(&introductions)));
    tx.rollback().await?;
    let names = card::names(o, &users).await?;
    let mut told = past.told(&names);
    told.extend(commitments.iter().flat_map(|c| promised(c, &names)));
    told.extend(ask::past(&asks).into_iter().chain(introduction::past(&introductions, &names)));
    let name = escape(&account.name);
    if told.is_empty() {
        return Err(Error::user(format!(
            "Nothing is written down on *{name}* yet, so there is nothing to export."
        )));
    }
    let count = match told.len() {
        1 => "1 entry".to_owned(),
        n => format!("{n} entries, the oldest first"),
    };
    let bytes = past::csv(told, &names, &o.actor.zone)?;
    let file = format!("{}-history-{}.csv", plain(&account.name), o.today());
    let comment = format!("The history of *{name}*: {count}. Only you have this file.");
    o.hand_over(&file, &comment, bytes).await?;
    let text = format!("The history of *{name}* is in your direct messages with me: {count}.");
    let back = blocks::button("Show map", action::SHOW, account.id.as_str());
    let answer = Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(vec![back])]);
    let mut tx = o.begin().await?;
    let subject = format!("account:{id}");
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "account.export", &subject, &count);
    o.send(&mut tx, &o.privately(answer)).await?;
    o.finish(tx).await
}

/// A name that every file system takes.
fn plain(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let plain = words.take(6).collect::<Vec<_>>().join("-").to_lowercase();
    if plain.is_empty() { "account".to_owned() } else { blocks::clip(&plain, 60).replace('…', "") }
}

fn on_commitment(c: &Commitment) -> Vec<UserId> {
    let closed = match &c.stage {
        Stage::Open { .. } => None,
        Stage::Done { by, .. } | Stage::Dropped { by, .. } => Some(by.clone()),
    };
    [c.owner.clone(), c.created_by.clone()].into_iter().chain(closed).collect()
}

fn promised(c: &Commitment, names: &Names) -> Vec<Happened> {
    let whom = match c.their_side() {
        Some(theirs) => format!("promised by {theirs}"),
        None => format!("for {}", c.partner),
    };
    let text = format!("{}: {}, {whom}", names.of_user(&c.owner), c.text.trim_end_matches('.'));
    let logged = Happened {
        on: Some(c.due),
        ..Happened::new(c.created_at, &c.created_by, "Commitment", text.clone())
    };
    let closed = match &c.stage {
        Stage::Open { .. } => None,
        Stage::Done { by, at } => Some(Happened::new(*at, by, "Commitment done", text)),
        Stage::Dropped { because, by, at } => {
            Some(Happened::new(*at, by, "Commitment dropped", format!("{text}: {because}")))
        }
    };
    std::iter::once(logged).chain(closed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_plain() {
        assert_eq!(plain("Acme & Sons, Inc."), "acme-sons-inc");
        assert_eq!(plain("../../etc"), "etc");
        assert_eq!(plain("株式会社"), "account");
    }
}
