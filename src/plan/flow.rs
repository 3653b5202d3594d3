//! Requests, commitments, introductions and what reps ask come, move and are remembered: load, decide, save and enqueue, in one transaction.

mod agenda_of;
mod asks;
mod calendars;
mod check_ins;
mod commitments;
pub mod found;
mod introductions;
mod owed;
mod plays;
mod pre_reads;
mod prefill;
mod proposals;
mod records;
mod requests;
mod sessions;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::delivery::outbox::{self, Action, Destination, Outgoing, Thread};
use crate::kernel::actor::{Outside, Role};
use crate::kernel::blocks::Message;
use crate::kernel::calendar::add_days;
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::people::outside;
use crate::store::{Tx, millis, people};

pub use asks::*;
pub use calendars::*;
pub use check_ins::*;
pub use commitments::*;
pub use introductions::*;
pub use owed::{owed, tell_the_week};
pub use plays::*;
pub use pre_reads::*;
pub use prefill::*;
pub use proposals::*;
pub use records::*;
pub use requests::*;
pub use sessions::*;

/// The last day on which it has been `hour` in `zone`.
fn last_day_at(hour: i8, zone: TimeZone, now: Timestamp) -> Date {
    let local = now.to_zoned(zone);
    if local.hour() < hour { add_days(local.date(), -1) } else { local.date() }
}

/// Those who are told when `idle` did nothing: who answers for the partner; where that is themselves, the admins.
async fn above(tx: &mut Tx, partner: &Partner, idle: &UserId) -> Result<Vec<UserId>> {
    let answering = answerable(tx, partner).await?;
    if !answering.contains(idle) {
        return Ok(answering);
    }
    let mut admins = Vec::new();
    for admin in people::holders(tx, Role::Admin).await? {
        if admin != *idle && !answering.contains(&admin) && outside(tx, &admin).await?.is_none() {
            admins.push(admin);
        }
    }
    Ok(admins)
}

/// Who answers for each partner, and who people are, looked up once: a round asks for the same few of them for everything that is open.
#[derive(Debug, Default)]
struct Answering {
    partners: HashMap<PartnerId, Vec<UserId>>,
    people: HashMap<UserId, (TimeZone, Option<Outside>)>,
}

impl Answering {
    async fn of(&mut self, tx: &mut Tx, partner: &PartnerId) -> Result<&[UserId]> {
        if !self.partners.contains_key(partner) {
            let users = match map::partner(tx, partner).await? {
                Some(partner) => answerable(tx, &partner).await?,
                None => Vec::new(),
            };
            self.partners.insert(partner.clone(), users);
        }
        Ok(self.partners.get(partner).map_or(&[], Vec::as_slice))
    }

    async fn person(&mut self, tx: &mut Tx, user: &UserId) -> Result<(TimeZone, Option<Outside>)> {
        if let Some(known) = self.people.get(user) {
            return Ok(known.clone());
        }
        let person = people::find(tx, user).await?.map(|(person, _)| person);
        let known = person.map_or((TimeZone::UTC, None), |person| (person.zone(), person.outside));
        self.people.insert(user.clone(), known.clone());
        Ok(known)
    }

    /// As [`people::zone_of`].
    async fn zone_of(&mut self, tx: &mut Tx, user: &UserId) -> Result<TimeZone> {
        Ok(self.person(tx, user).await?.0)
    }

    /// As [`outside`].
    async fn outside(&mut self, tx: &mut Tx, user: &UserId) -> Result<Option<Outside>> {
        Ok(self.person(tx, user).await?.1)
    }
}

/// A line under the message that shows `subject` to somebody; by itself when there is none.
fn line_under(key: String, subject: String, to: &UserId, message: Message) -> Outgoing {
    let action =
        Action::Post { to: Destination::Person(to.clone()), thread: Some(Thread::Of(subject)), message };
    Outgoing { key, ..Outgoing::internal(action) }
}

/// The card that shows `subject` to its reader is edited in place; whoever has none gets it. Whether it is new to them.
async fn edit_or_post(
    tx: &mut Tx,
    now: Timestamp,
    key: String,
    subject: String,
    reader: &UserId,
    card: Message,
) -> Result<bool> {
    let shown = outbox::is_shown(tx, &subject).await?;
    let out = if shown {
        Outgoing::update(subject, card)
    } else {
        Outgoing::post(key, Destination::Person(reader.clone()), card).showing(subject)
    };
    outbox::enqueue(tx, millis(now), &out).await?;
    Ok(!shown)
}

/// The time on somebody's clock.
async fn here_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Zoned> {
    Ok(now.to_zoned(people::zone_of(tx, user).await?))
}

async fn today_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Date> {
    Ok(here_of(tx, user, now).await?.date())
}

/// After a restore: whoever ran until then gave the reminders up to now. Those of later days come again.
pub async fn reminders_given(tx: &mut Tx, now: Timestamp) -> Result<()> {
    commitments::reminded(tx, now).await?;
    records::asked(tx, now).await?;
    introductions::reminded(tx, now).await?;
    asks::reminded(tx, now).await?;
    owed::told(tx, now).await?;
    plays::reminded(tx, now).await?;
    check_ins::reminded(tx, now).await?;
    requests::reminded(tx, now).await
}

#[cfg(test)]
mod tests;
