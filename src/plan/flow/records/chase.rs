//! The record of a session is asked for: at its end, twice more, then operations sees it.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::super::super::prep::Chase;
use super::super::super::session::Session;
use super::super::super::store;
use super::super::super::view::record as view;
use super::super::pre_reads::tell_operations;
use super::super::{answerable, outside};
use super::ASKED;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::calendar::{Calendar, Calendars};
use crate::kernel::error::Result;
use crate::kernel::ids::{SessionId, UserId};
use crate::map::store as map;
use crate::store::{Tx, millis, people};

/// Asks for the record of every session that is over and has none: at its end, twice more, then operations sees it.
pub async fn chase_records(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let last = Chase::Operations.turn();
    for found in store::sessions_to_chase(tx, now, last, ASKED).await? {
        let Some(ended) = found.ends() else { continue };
        let asked = whom_to_ask(tx, &found).await?;
        let zone = match asked.first() {
            Some(user) => people::zone_of(tx, user).await?,
            None => TimeZone::UTC,
        };
        let days = match asked.first() {
            Some(user) => calendars.of_person(user, &zone),
            None => calendars.own(),
        };
        let Some(chase) = Chase::at(ended, now, &zone, &days) else { continue };
        let told = format!("record:{}", found.id);
        if !schedule::fire(tx, &told, chase.turn(), millis(now)).await? {
            continue;
        }
        let here = now.to_zoned(zone);
        ask(tx, &here, &found, chase, &asked).await?;
    }
    Ok(())
}

/// Who ran it; where they are gone, who answers for the partner.
pub(super) async fn whom_to_ask(tx: &mut Tx, session: &Session) -> Result<Vec<UserId>> {
    if let Some(organiser) = &session.organiser
        && outside(tx, organiser).await?.is_none()
    {
        return Ok(vec![organiser.clone()]);
    }
    match map::partner(tx, &session.partner_id).await? {
        Some(partner) => answerable(tx, &partner).await,
        None => Ok(Vec::new()),
    }
}

/// The newest message alone has the controls.
async fn ask(tx: &mut Tx, here: &Zoned, session: &Session, chase: Chase, asked: &[UserId]) -> Result<()> {
    let now = here.timestamp();
    if chase == Chase::Operations {
        let message = view::unlogged(session, here, asked);
        return tell_operations(tx, now, &format!("record:{}:operations", session.id), message).await;
    }
    for user in asked {
        let here = now.to_zoned(people::zone_of(tx, user).await?);
        let subject = asked_subject(&session.id, user);
        if outbox::is_shown(tx, &subject).await? {
            let quiet = view::asked(session, &here, Chase::Over, false);
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), quiet)).await?;
        }
        let message = view::asked(session, &here, chase, true);
        let key = format!("record:{}:{}:{user}", session.id, chase.turn());
        let out = Outgoing::post(key, Destination::Person(user.clone()), message).showing(subject);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

pub(super) fn asked_subject(session: &SessionId, user: &UserId) -> String {
    format!("record:{session}:{user}")
}

/// Counts what was asked up to now as asked.
pub(in super::super) async fn asked(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for id in store::unlogged(tx, now, i64::MAX).await? {
        let Some(ended) = store::session(tx, &id).await?.and_then(|s| s.ends()) else { continue };
        if let Some(chase) = Chase::at(ended, now, &TimeZone::UTC, &Calendar::weekdays()) {
            schedule::fire(tx, &format!("record:{id}"), chase.turn(), millis(now)).await?;
        }
    }
    Ok(())
}
