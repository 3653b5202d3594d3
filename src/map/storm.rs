//! A storm: so many messages name overlaps that nobody would read an answer to each. One line answers for all.

mod store;

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::{Tx, instant, millis, settings};

/// Messages are counted by slots of ten minutes.
const SLOT_MS: i64 = 600_000;
/// So many messages of a slot are answered one by one.
const ANSWERED: i64 = 20;
/// A slot that is longer past than this is told no more.
const DAY_MS: i64 = 86_400_000;

#[derive(Template)]
#[template(path = "map/storm.mrkdwn")]
struct Line<'a> {
    from: String,
    until: String,
    messages: i64,
    new: i64,
    known: i64,
    unclear: i64,
    answered: i64,
    triage: &'a str,
}

fn slot(now: Timestamp) -> i64 {
    millis(now) - millis(now).rem_euclid(SLOT_MS)
}

/// Whether something of the message is not recorded, and its writer is to be asked.
pub async fn unclear(
    tx: &mut Tx,
    now: Timestamp,
    channel: &ChannelId,
    ts: &str,
    is_unclear: bool,
) -> Result<()> {
    if is_unclear {
        store::unclear(tx, channel, ts, millis(now), 2 * DAY_MS).await
    } else {
        store::clear(tx, channel, ts).await
    }
}

/// Whether more messages were read in this slot than are answered one by one.
pub async fn rages(tx: &mut Tx, now: Timestamp, channel: &ChannelId) -> Result<bool> {
    Ok(store::messages_since(tx, channel, slot(now), ANSWERED + 1).await? > ANSWERED)
}

/// After a slot in which a storm raged: one line in the intake channel. `triage` is the day of the next triage, in words.
pub async fn round(tx: &mut Tx, now: Timestamp, triage: &str) -> Result<()> {
    let workspace = settings::load(tx).await?;
    let Some(channel) = workspace.intake_channel else { return Ok(()) };
    let zone = TimeZone::get(&workspace.digest.zone).unwrap_or(TimeZone::UTC);
    let day = slot(now) - DAY_MS..slot(now);
    for (from, messages) in store::busy_slots(tx, &channel, day, SLOT_MS, ANSWERED).await? {
        let turn = format!("storm:{channel}");
        if !schedule::fire(tx, &turn, &format!("{from:015}"), millis(now)).await? {
            continue;
        }
        let (new, known) = store::overlaps_in(tx, &channel, from..from + SLOT_MS).await?;
        let unclear = store::unclear_in(tx, &channel, from..from + SLOT_MS).await?;
        let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
        let start = instant(from)?;
        let line = Line {
            from: clock(start),
            until: clock(start + SLOT_MS.milliseconds()),
            messages,
            new,
            known,
            unclear,
            answered: ANSWERED,
            triage,
        };
        let message = Message::text(line.render()?.trim().to_owned());
        let key = format!("{turn}:{from}");
        let out = Outgoing::post(key, Destination::Channel(channel.clone()), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}
