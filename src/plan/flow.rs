//! Requests and commitments come, move and are remembered: load, decide, save and enqueue, in one transaction.

mod calendars;
mod check_ins;
mod commitments;
pub mod found;
mod plays;
mod proposals;
mod requests;
mod sessions;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar::add_days;
use crate::delivery::outbox::{Action, Destination, Outgoing, Thread};
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::store::{Tx, people};

pub use calendars::*;
pub use check_ins::*;
pub use commitments::*;
pub use plays::*;
pub use proposals::*;
pub use requests::*;
pub use sessions::*;

/// The last day on which it has been `hour` in `zone`.
fn last_day_at(hour: i8, zone: TimeZone, now: Timestamp) -> Date {
    let local = now.to_zoned(zone);
    if local.hour() < hour { add_days(local.date(), -1) } else { local.date() }
}

/// A line under the message that shows `subject` to somebody; by itself when there is none.
fn line_under(key: String, subject: String, to: &UserId, message: Message) -> Outgoing {
    let action =
        Action::Post { to: Destination::Person(to.clone()), thread: Some(Thread::Of(subject)), message };
    Outgoing { key, ..Outgoing::internal(action) }
}

async fn today_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Date> {
    Ok(now.to_zoned(people::zone_of(tx, user).await?).date())
}

/// After a restore: whoever ran until then gave the reminders up to now. Those of later days come again.
pub async fn reminders_given(tx: &mut Tx, now: Timestamp) -> Result<()> {
    commitments::reminded(tx, now).await?;
    plays::reminded(tx, now).await?;
    check_ins::reminded(tx, now).await?;
    requests::reminded(tx, now).await
}

#[cfg(test)]
mod tests;
