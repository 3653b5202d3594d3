//! Check-ins: due by their rhythm, recorded, and put off.

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use super::super::check_in::{self, CheckIn, Rhythm};
use super::super::store::{self, Beat};
use super::super::view::check_in as view;
use super::{answerable, last_day_at};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CheckInId, PartnerId, UserId};
use crate::map::partner::Partner;
use crate::map::store as map;
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

/// The day from which the next check-in is counted.
pub async fn since(tx: &mut Tx, partner: &PartnerId) -> Result<Date> {
    let beat = store::beats(tx).await?.into_iter().find(|b| b.rhythm.partner == *partner);
    Ok(match beat {
        Some(beat) => since_of(&beat),
        None => store::last_check_in(tx, partner).await?.map_or(Date::MIN, |said| said.on),
    })
}

/// A day of the calendar needs no zone to be counted from; when a partner was added, a day more or less is none.
fn since_of(beat: &Beat) -> Date {
    beat.last.unwrap_or_else(|| beat.added.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// The check-ins that this manager owes, and how each stands in words, what waits longest first.
pub async fn check_ins_due(
    tx: &mut Tx,
    user: &UserId,
    today: Date,
) -> Result<Vec<(PartnerId, String, String)>> {
    let mut due: Vec<(Date, Beat)> = store::beats(tx)
        .await?
        .into_iter()
        .filter(|beat| beat.manager.as_ref() == Some(user))
        .filter(|beat| beat.rhythm.quiet_until.is_none_or(|quiet| quiet <= today))
        .filter_map(|beat| Some((beat.rhythm.due(since_of(&beat)).filter(|due| *due <= today)?, beat)))
        .collect();
    due.sort_by_key(|(day, _)| *day);
    let words = |beat: &Beat| beat.rhythm.words(since_of(beat), today);
    Ok(due
        .into_iter()
        .map(|(_, beat)| (beat.rhythm.partner.clone(), beat.partner.clone(), words(&beat)))
        .collect())
}

/// Keeps what was said; from now on it counts in notes and agendas.
///
/// # Errors
/// A refusal for who does not look after the partner; a user's error when somebody changed the rhythm meanwhile.
pub async fn record(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    seen: i64,
    heard: Heard,
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
    quiet_card(tx, now, partner).await?;
    Ok(said)
}

/// The rhythm has moved on since the form was opened.
fn before_is_new(seen: i64, after: &Rhythm) -> bool {
    after.version != seen + 1
}

/// No reminder before that day.
pub async fn put_off(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    seen: i64,
    until: Date,
) -> Result<()> {
    actor.require(Right::Triage, Some(&partner.id))?;
    let before = store::rhythm(tx, &partner.id).await?;
    let after = Rhythm { quiet_until: Some(until), version: before.version + 1, ..before };
    if before_is_new(seen, &after) || !store::save_rhythm(tx, &after, seen).await? {
        return Err(view::recorded_already(partner));
    }
    let subject = format!("check_in:{}", partner.id);
    audit::done(tx, now, actor.user.as_str(), "check_in.later", &subject, &until.to_string());
    quiet_card(tx, now, partner).await
}

/// The reminder that a reader got loses its controls and says what became of it.
async fn quiet_card(tx: &mut Tx, now: Timestamp, partner: &Partner) -> Result<()> {
    let shows = view::subject(&partner.id);
    if outbox::is_shown(tx, &shows).await? {
        let zone = crate::store::settings::load(tx).await?.digest.time_zone();
        let today = now.to_zoned(zone).date();
        let rhythm = store::rhythm(tx, &partner.id).await?;
        let last = store::last_check_in(tx, &partner.id).await?;
        let since = since(tx, &partner.id).await?;
        let message = view::settled(partner, &rhythm, last.as_ref(), since, today)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(shows, message)).await?;
    }
    Ok(())
}

/// Tells managers of the check-ins that are due: nobody of more than one a day, what waits longest first.
pub async fn remind_of_check_ins(tx: &mut Tx, now: Timestamp) -> Result<()> {
    // Zones differ by a day at the most: nobody is looked up for what is far ahead.
    let soon = |beat: &Beat| beat.rhythm.due(since_of(beat)).filter(|due| *due <= tomorrow(now));
    let mut due: Vec<(Date, Beat)> =
        store::beats(tx).await?.into_iter().filter_map(|beat| Some((soon(&beat)?, beat))).collect();
    due.sort_by_key(|(day, _)| *day);
    let mut asked: HashSet<UserId> = HashSet::new();
    let mut readers = Vec::new();
    for (_, beat) in due {
        let Some(reader) = reader_of(tx, &beat).await? else { continue };
        let here = now.to_zoned(people::zone_of(tx, &reader).await?);
        if beat.rhythm.asked == Some(here.date()) {
            asked.insert(reader.clone());
        }
        readers.push((reader, here, beat));
    }
    for (reader, here, beat) in readers {
        let is_due = beat.rhythm.is_asked_for(since_of(&beat), &here);
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

fn tomorrow(now: Timestamp) -> Date {
    super::super::calendar::add_days(now.to_zoned(jiff::tz::TimeZone::UTC).date(), 1)
}

/// The partner's manager; where nobody is or they are no member any more, the first who answers for it.
async fn reader_of(tx: &mut Tx, beat: &Beat) -> Result<Option<UserId>> {
    if let Some(manager) = &beat.manager
        && people::find(tx, manager).await?.is_none_or(|(person, _)| person.outside.is_none())
    {
        return Ok(Some(manager.clone()));
    }
    let partner = map::partner(tx, &beat.rhythm.partner).await?;
    let partner = partner.ok_or_else(|| Error::fault("a partner with a rhythm is gone"))?;
    Ok(answerable(tx, &partner).await?.into_iter().next())
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for beat in store::beats(tx).await? {
        let Some(reader) = reader_of(tx, &beat).await? else { continue };
        let zone = people::zone_of(tx, &reader).await?;
        let day = last_day_at(check_in::REMIND_AT.hour(), zone, now);
        if beat.rhythm.due(since_of(&beat)).is_some_and(|due| due <= day) {
            store::mark_check_in_asked(tx, &beat.rhythm.partner, day).await?;
        }
    }
    Ok(())
}
