//! What somebody owes and what they are owed: found for one person, and sent to everybody once a week.

use jiff::Timestamp;

use super::super::owed::{Owed, Work, week_due};
use super::super::{store, view};
use super::{outside, stand_ins};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::store::{Tx, millis, people};

/// Both sides of one person.
pub async fn owed(tx: &mut Tx, user: &UserId) -> Result<Owed> {
    let mut work = Work { commitments: store::commitments_of(tx, user).await?, ..Work::default() };
    for c in store::commitments_owed_to(tx, user).await? {
        if work.commitments.iter().all(|known| known.id != c.id) {
            work.commitments.push(c);
        }
    }
    work.introductions = store::introductions_of(tx, user).await?;
    let stands_in = stand_ins(tx).await?.contains(user);
    for i in store::introductions_looked_after(tx, user, stands_in).await? {
        if work.introductions.iter().all(|known| known.id != i.id) {
            work.introductions.push(i);
        }
    }
    let concerns = |asked: &[UserId], requester: &UserId| asked.contains(user) || requester == user;
    work.asks = store::open_asks(tx).await?;
    work.asks.retain(|q| concerns(&q.asked, &q.requester));
    work.requests = store::open_requests(tx).await?;
    work.requests.retain(|r| concerns(&r.asked, &r.requester));
    Ok(Owed::of(user, work))
}

/// At the beginning of each one's week: what they owe and what they are owed. What has a message of its own that day is
/// counted only.
pub async fn tell_the_week(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    // Nobody's nine o'clock falls between two quarters of an hour.
    let quarter = now.as_second() / 900;
    if !schedule::fire(tx, "owed", &format!("{quarter:012}"), millis(now)).await? {
        return Ok(());
    }
    for user in store::who_may_owe_or_be_owed(tx).await? {
        let here = now.to_zoned(people::zone_of(tx, &user).await?);
        let Some(week) = week_due(&here) else { continue };
        if !schedule::fire(tx, &format!("owed:{user}"), &week.to_string(), millis(now)).await?
            || outside(tx, &user).await?.is_some()
        {
            continue;
        }
        let (owed, told) =
            owed(tx, &user).await?.untold(&here, &calendars.of_person(&user, here.time_zone()));
        if owed.is_empty() {
            continue;
        }
        let message = view::owed::weekly(&owed, told, &user, &here);
        let out = Outgoing::post(format!("owed:{user}:{week}"), Destination::Person(user), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// Counts the messages up to now as given.
pub(super) async fn told(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for user in store::who_may_owe_or_be_owed(tx).await? {
        let here = now.to_zoned(people::zone_of(tx, &user).await?);
        if let Some(week) = week_due(&here) {
            schedule::fire(tx, &format!("owed:{user}"), &week.to_string(), millis(now)).await?;
        }
    }
    Ok(())
}
