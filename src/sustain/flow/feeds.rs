//! What partners' feeds bring: it becomes part of the library, and operations is told once a day; and feeds that fail.

use jiff::{SignedDuration, Timestamp};

use super::library::mark_all;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::Role;
use crate::kernel::blocks::Message;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::sources::standing::Reading;
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people, settings};
use crate::sustain::feed::{Read, Told};
use crate::sustain::library::{Item, ItemKind, Origin};
use crate::sustain::store::{self, Known};
use crate::sustain::view::library as view;

/// A feed that has failed for so long is told of.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Nobody is told before this hour.
const FROM_HOUR: i8 = 9;
/// So many new ones are told of at a time.
const TOLD: i64 = 40;

/// Takes in what a feed tells of; what is known is not taken in again. Gives how many are new.
pub async fn take_in(
    tx: &mut Tx,
    now: Timestamp,
    feed: &str,
    partner: &PartnerId,
    read: &Read,
) -> Result<usize> {
    let mut new = 0;
    for told in &read.told {
        match store::known_of_feed(tx, feed, &told.guid, told.url.as_deref()).await? {
            Some(known) => renamed(tx, now, &known, told).await?,
            None => new += usize::from(arrived(tx, now, feed, partner, told).await?),
        }
    }
    Ok(new)
}

async fn arrived(tx: &mut Tx, now: Timestamp, feed: &str, partner: &PartnerId, told: &Told) -> Result<bool> {
    // Somebody was quicker than the feed.
    if let Some(url) = &told.url
        && store::has_launch(tx, partner, url).await?
    {
        return Ok(false);
    }
    let item = Item {
        url: told.url.clone(),
        date: Some(told.date),
        partner: Some(partner.clone()),
        origin: Origin::Feed { name: feed.to_owned() },
        ..Item::new(ItemKind::TheirLaunch, told.title.clone())
    };
    let item = store::insert_item(tx, now, &UserId::from(audit::TANDEM), item).await?;
    store::set_guid(tx, &item.id, &told.guid, &told.title).await?;
    audit::done(tx, now, audit::TANDEM, "library.fetch", &item.subject(), &item.title);
    Ok(true)
}

/// An entry that has another title now has it here too, unless somebody of ours has given it one since.
async fn renamed(tx: &mut Tx, now: Timestamp, known: &Known, told: &Told) -> Result<()> {
    if known.feed_title.as_deref() == Some(told.title.as_str()) {
        return Ok(());
    }
    store::set_feed_title(tx, &known.id, &told.title).await?;
    let Some(item) = store::item(tx, &known.id).await? else { return Ok(()) };
    let ours = known.feed_title.as_deref() != Some(item.title.as_str());
    if item.retracted.is_some() || ours {
        return Ok(());
    }
    let seen = item.version;
    let item = Item { title: told.title.clone(), ..item };
    if store::save_item(tx, now, &UserId::from(audit::TANDEM), &item, seen).await? {
        audit::done(tx, now, audit::TANDEM, "library.edit", &item.subject(), &item.title);
        mark_all(tx, now, &item.id).await?;
        redraw(tx, now, &item).await?;
    }
    Ok(())
}

/// What the message of a day is filed under.
fn of_day(day: jiff::civil::Date) -> String {
    format!("launches:{day}")
}

/// Tells operations of what feeds brought: on working days, once a day at the most.
pub async fn round(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let new = store::untold(tx, TOLD).await?;
    let workspace = settings::load(tx).await?;
    let (Some(channel), false) = (workspace.digest_channel.clone(), new.is_empty()) else { return Ok(()) };
    let here = now.to_zoned(workspace.digest.time_zone());
    let day = here.date();
    if here.hour() < FROM_HOUR || !calendars.own().is_working_day(day) {
        return Ok(());
    }
    if !schedule::fire(tx, "launches", &day.to_string(), millis(now)).await? {
        return Ok(());
    }
    let ids: Vec<&str> = new.iter().map(|item| item.id.as_str()).collect();
    store::tell_of(tx, &ids, day).await?;
    let names = view::names(&map::partners(tx).await?);
    let message = view::launches(&new, &names, day);
    let out = Outgoing::post(of_day(day), Destination::Channel(channel), message).showing(of_day(day));
    outbox::enqueue(tx, millis(now), &out).await
}

/// Shows in the message that told of it what became of an item.
pub async fn redraw(tx: &mut Tx, now: Timestamp, item: &Item) -> Result<()> {
    let Some(day) = store::told_of(tx, &item.id).await? else { return Ok(()) };
    let items = store::told_on(tx, day).await?;
    let names = view::names(&map::partners(tx).await?);
    let out = Outgoing::update(of_day(day), view::launches(&items, &names, day));
    outbox::enqueue(tx, millis(now), &out).await
}

/// What the message about a series of failures is filed under.
fn trouble(name: &str, reading: &Reading) -> String {
    format!("launch_feed:{name}:{}", reading.failing_since.map_or(0, millis))
}

/// A failure is remembered, and told once when the feed has failed for a day.
pub async fn failed(tx: &mut Tx, now: Timestamp, name: &str, reading: &mut Reading, why: &str) -> Result<()> {
    reading.failures += 1;
    reading.error = Some(why.trim_end_matches('.').to_owned());
    let since = *reading.failing_since.get_or_insert(now);
    if reading.told || now.duration_since(since) < PATIENCE {
        return Ok(());
    }
    let workspace = settings::load(tx).await?;
    let Some(channel) = workspace.digest_channel.clone() else { return Ok(()) };
    let operations = people::holders(tx, Role::Operations).await?;
    let day = since.to_zoned(workspace.digest.time_zone()).date();
    let text = view::failing(name, why.trim_end_matches('.'), day, &operations);
    let key = trouble(name, reading);
    let out = Outgoing::post(&key, Destination::Channel(channel), Message::text(text)).showing(&key);
    outbox::enqueue(tx, millis(now), &out).await?;
    reading.told = true;
    Ok(())
}

/// It is read again.
pub async fn mended(tx: &mut Tx, now: Timestamp, name: &str, reading: &mut Reading) -> Result<()> {
    if reading.told {
        let message = Message::text(view::mended(name));
        outbox::enqueue(tx, millis(now), &Outgoing::update(trouble(name, reading), message)).await?;
    }
    (reading.error, reading.failures, reading.failing_since, reading.told) = (None, 0, None, false);
    Ok(())
}
