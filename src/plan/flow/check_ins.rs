//! Check-ins: due by their rhythm, recorded, and put off.

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use super::super::check_in::{self, CheckIn, Rhythm};
use super::super::store::{self, Beat};
use super::super::view::check_in as view;
use super::{Answering, here_of, last_day_at};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::calendar::{Calendar, Calendars, add_days};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CheckInId, PartnerId, UserId};
use crate::map::partner::Partner;
use crate::store::{Tx, audit, millis, people};

/// What was said, as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The day of it.
    pub on: Date,
    /// What they focus on.
    pub focus: String,
    /// The last day on which that counts.
    pub until: Date,
    /// Who of theirs said so.
    pub said_by: Option<String>,
    /// What else.
    pub notes: Option<String>,
    /// How often from now on.
    pub every_days: i64,
}

/// How check-ins with a partner stand: its rhythm, the day from which the next is counted, and the days on which whoever is
/// reminded works.
#[derive(Debug)]
pub struct CheckInStanding {
    /// The rhythm.
    pub rhythm: Rhythm,
    /// The next is counted from that day.
    pub since: Date,
    /// Whose days count.
    pub days: Calendar,
}

/// How check-ins with a partner stand.
///
/// # Errors
/// A fault when there is no such partner.
pub async fn check_in_standing(
    tx: &mut Tx,
    calendars: &Calendars,
    partner: &PartnerId,
) -> Result<CheckInStanding> {
    let beat = store::beat(tx, partner).await?.ok_or_else(|| Error::fault("a partner is gone"))?;
    let since = since_of(&beat);
    let days = match reader_of(tx, &mut Answering::default(), &beat).await? {
        Some(reader) => calendars.of_person(&reader, &people::zone_of(tx, &reader).await?),
        None => calendars.own(),
    };
    Ok(CheckInStanding { rhythm: beat.rhythm, since, days })
}

/// A day of the calendar needs no zone to be counted from; when a partner was added, a day more or less is none.
fn since_of(beat: &Beat) -> Date {
    beat.last.unwrap_or_else(|| beat.added.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// The check-ins that this manager, who works by `days`, owes, and how each stands in words, what waits longest first.
pub async fn check_ins_due(
    tx: &mut Tx,
    user: &UserId,
    today: Date,
    days: &Calendar,
) -> Result<Vec<(PartnerId, String, String)>> {
    let mut due: Vec<(Date, Beat)> = store::beats(tx)
        .await?
        .into_iter()
        .filter(|beat| beat.manager.as_ref() == Some(user))
        .filter(|beat| beat.rhythm.quiet_until.is_none_or(|quiet| quiet <= today))
        .filter_map(|beat| Some((beat.rhythm.due(since_of(&beat), days).filter(|due| *due <= today)?, beat)))
        .collect();
    due.sort_by_key(|(day, _)| *day);
    let words = |beat: &Beat| beat.rhythm.words(since_of(beat), today, days);
    Ok(due
        .into_iter()
        .map(|(_, beat)| (beat.rhythm.partner.clone(), beat.partner.clone(), words(&beat)))
        .collect())
}

/// Keeps what was said; from now on it counts in notes and agendas.
///
/// # Errors
/// A refusal for who does not look after the partner; a user's error when somebody changed the rhythm meanwhile.
pub async fn record_check_in(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    seen: i64,
    heard: Heard,
    calendars: &Calendars,
) -> Result<CheckIn> {
    actor.require(Right::Triage, Some(&partner.id))?;
    let every_days = heard.every_days;
    let said = CheckIn {
        id: CheckInId::random(),
        partner: partner.id.clone(),
        on: heard.on,
        focus: heard.focus,
        until: heard.until,
        said_by: heard.said_by,
        notes: heard.notes,
        logged_by: actor.user.clone(),
        logged_at: now,
    };
    let before = store::rhythm(tx, &partner.id).await?;
    let after = Rhythm { every_days, quiet_until: None, version: before.version + 1, ..before };
    if before_is_new(seen, &after) || !store::save_rhythm(tx, &after, seen).await? {
        return Err(view::recorded_already(partner));
    }
    store::insert_check_in(tx, &said).await?;
    let subject = format!("check_in:{}", partner.id);
    audit::done(tx, now, actor.user.as_str(), "check_in.record", &subject, &said.words());
    quiet_card(tx, now, partner, calendars).await?;
    Ok(said)
}

/// The rhythm has moved on since the form was opened.
fn before_is_new(seen: i64, after: &Rhythm) -> bool {
    after.version != seen + 1
}

/// No reminder before that day.
pub async fn put_off_check_in(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    seen: i64,
    until: Date,
    calendars: &Calendars,
) -> Result<()> {
    actor.require(Right::Triage, Some(&partner.id))?;
    let before = store::rhythm(tx, &partner.id).await?;
    let after = Rhythm { quiet_until: Some(until), version: before.version + 1, ..before };
    if before_is_new(seen, &after) || !store::save_rhythm(tx, &after, seen).await? {
        return Err(view::recorded_already(partner));
    }
    let subject = format!("check_in:{}", partner.id);
    audit::done(tx, now, actor.user.as_str(), "check_in.later", &subject, &until.to_string());
    quiet_card(tx, now, partner, calendars).await
}

/// The reminder that a reader got loses its controls and says what became of it.
async fn quiet_card(tx: &mut Tx, now: Timestamp, partner: &Partner, calendars: &Calendars) -> Result<()> {
    let shows = view::subject(&partner.id);
    if outbox::is_shown(tx, &shows).await? {
        let zone = crate::store::settings::load(tx).await?.digest.time_zone();
        let today = now.to_zoned(zone).date();
        let last = store::last_check_in(tx, &partner.id).await?;
        let CheckInStanding { rhythm, since, days } = check_in_standing(tx, calendars, &partner.id).await?;
        let message = view::settled(partner, &rhythm, last.as_ref(), since, today, &days)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(shows, message)).await?;
    }
    Ok(())
}

/// Tells managers of the check-ins that are due: nobody of more than one a day, what waits longest first.
pub async fn remind_of_check_ins(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    // Zones differ by a day at the most: nobody is looked up for what is far ahead, or was asked long ago.
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (yesterday, tomorrow) = (add_days(today, -1), add_days(today, 1));
    let mut answering = Answering::default();
    let mut asked: HashSet<UserId> = HashSet::new();
    let mut readers = Vec::new();
    for beat in store::beats(tx).await? {
        let due = beat.rhythm.from(since_of(&beat)).filter(|due| *due <= tomorrow);
        let lately = beat.rhythm.asked.filter(|day| *day >= yesterday);
        if due.is_none() && lately.is_none() {
            continue;
        }
        let Some(reader) = reader_of(tx, &mut answering, &beat).await? else { continue };
        let here = here_of(tx, &reader, now).await?;
        // Whoever has recorded one on the day is still not asked for another.
        if lately == Some(here.date()) {
            asked.insert(reader.clone());
        }
        readers.extend(due.map(|due| (due, reader, here, beat)));
    }
    readers.sort_by_key(|(due, ..)| *due);
    for (_, reader, here, beat) in readers {
        let days = calendars.of_person(&reader, here.time_zone());
        let is_due = beat.rhythm.is_asked_for(since_of(&beat), &here, &days);
        if is_due && !asked.contains(&reader) && remind(tx, now, &reader, &here, &beat).await? {
            asked.insert(reader);
        }
    }
    Ok(())
}

/// `false` when another round has done it.
async fn remind(tx: &mut Tx, now: Timestamp, reader: &UserId, here: &Zoned, beat: &Beat) -> Result<bool> {
    let partner = &beat.rhythm.partner;
    if !store::mark_check_in_asked(tx, partner, here.date()).await? {
        return Ok(false);
    }
    let last = store::last_check_in(tx, partner).await?;
    let running = store::running_plays_with(tx, partner).await?;
    let open = store::open_commitments_of(tx, partner).await?;
    let due = view::Due { beat, last: last.as_ref(), plays: &running, open: &open };
    let key = format!("check_in:{partner}:{}", here.date());
    let message = view::due(&due, here.date())?;
    let out =
        Outgoing::post(key, Destination::Person(reader.clone()), message).showing(view::subject(partner));
    outbox::enqueue(tx, millis(now), &out).await?;
    Ok(true)
}

/// The partner's manager; where nobody is or they are no member any more, the first who answers for it.
async fn reader_of(tx: &mut Tx, answering: &mut Answering, beat: &Beat) -> Result<Option<UserId>> {
    Ok(answering.of(tx, &beat.rhythm.partner).await?.first().cloned())
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let mut answering = Answering::default();
    for beat in store::beats(tx).await? {
        let Some(reader) = reader_of(tx, &mut answering, &beat).await? else { continue };
        let zone = people::zone_of(tx, &reader).await?;
        let day = last_day_at(check_in::REMIND_AT.hour(), zone, now);
        if beat.rhythm.from(since_of(&beat)).is_some_and(|due| due <= day) {
            store::mark_check_in_asked(tx, &beat.rhythm.partner, day).await?;
        }
    }
    Ok(())
}
