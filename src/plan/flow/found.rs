//! Sessions that calendars show and nobody logged: taken in, offered to who answers for the partner once they are over,
//! and decided on.

mod recognise;

use std::collections::{BTreeSet, HashSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::found::{Came, Found, SAME, State, Verdict, naming};
use super::super::session::{Guest, Moved, Named, Session};
use super::super::{invite, store, view};
use super::answerable;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ics::{Read, Window};
use crate::kernel::ids::{AccountId, FoundId, PartnerId, UserId};
use crate::map::name;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people, settings};

/// A session that was over for longer when it was first seen is history, and nobody is asked about it.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Calendars are read so far ahead.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(60 * 24);
/// So many are offered, found to be logged, or let go of at a time.
const AT_ONCE: i64 = 50;
/// Sessions are looked for so near to one that a calendar shows.
const NEAR: SignedDuration = SignedDuration::from_hours(24);
/// As many of what could not be matched are told.
pub const TOLD: usize = 10;

/// The span of a calendar that is read.
pub fn window(now: Timestamp) -> Window {
    Window {
        from: now.saturating_sub(LOOK_BACK).unwrap_or(now),
        until: now.saturating_add(LOOK_AHEAD).unwrap_or(now),
    }
}

/// A calendar that was read.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What it is called here.
    pub calendar: &'a str,
    /// Whose sessions it shows, where that is known.
    pub partner: Option<&'a PartnerId>,
    /// It is all that the calendar shows: what it lacks is gone, unless not all of it could be read.
    pub whole: bool,
}

/// What a calendar came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events in the span.
    pub events: usize,
    /// Those that follow the naming standard.
    pub named: usize,
    /// Those that were not known and are over: people are asked.
    pub over: usize,
    /// Those that were not known and lie ahead.
    pub ahead: usize,
    /// Whom [`round`] asks about those that are over.
    pub asked: Vec<UserId>,
    /// How many follow the standard and could not be matched.
    pub not_matched: usize,
    /// The first ten of these, and why.
    pub unmatched: Vec<(String, String)>,
}

/// Takes in what a calendar shows.
pub async fn take_in(tx: &mut Tx, now: Timestamp, seen: Seen<'_>, read: &Read) -> Result<Taken> {
    let mut taken = Taken { events: read.events.len(), ..Taken::default() };
    let zone = settings::load(tx).await?.digest.time_zone();
    let partners = recognise::known_partners(tx).await?;
    let mut shown: HashSet<(String, String)> = HashSet::new();
    let mut over_with: BTreeSet<PartnerId> = BTreeSet::new();
    for event in read.events.iter().filter(|event| naming::follows(event)) {
        taken.named += 1;
        if invite::is_ours(&event.uid) {
            continue;
        }
        if !event.cancelled {
            shown.insert((event.uid.clone(), event.occurrence.clone()));
        }
        let before = store::found_as(tx, &event.uid, &event.occurrence).await?;
        if event.cancelled {
            // Another calendar may have an old copy, or one that only its owner declined.
            if let Some(found) = before.filter(|f| f.state.is_open() && f.calendar == seen.calendar) {
                gone(tx, now, found).await?;
            }
            continue;
        }
        if before.as_ref().is_some_and(|found| found.state.seen_again(true).is_none()) {
            continue;
        }
        match recognise::recognised(tx, event, &partners, seen, &zone).await? {
            Err(why) => {
                taken.not_matched += 1;
                if taken.unmatched.len() < TOLD {
                    taken.unmatched.push((event.title.clone(), why));
                }
            }
            Ok(found) => match before {
                Some(before) => update(tx, now, before, found).await?,
                None => {
                    let known = found.end <= now && same_session(tx, &found).await?.is_some();
                    if store::insert_found(tx, now, &found).await? && !known {
                        let counted = if found.end <= now { &mut taken.over } else { &mut taken.ahead };
                        *counted += 1;
                        if found.end <= now {
                            over_with.insert(found.partner_id);
                        }
                    }
                }
            },
        }
    }
    if seen.whole && !read.lacks {
        let span = window(now);
        for found in store::found_open_in(tx, seen.calendar, span.from, span.until).await? {
            if !shown.contains(&(found.uid.clone(), found.occurrence.clone())) {
                gone(tx, now, found).await?;
            }
        }
    }
    taken.asked = asked_about(tx, &over_with).await?;
    Ok(taken)
}

/// Who is asked about sessions with these partners.
async fn asked_about(tx: &mut Tx, partners: &BTreeSet<PartnerId>) -> Result<Vec<UserId>> {
    let mut asked = BTreeSet::new();
    for partner in partners {
        if let Some(partner) = map::partner(tx, partner).await? {
            asked.extend(answerable(tx, &partner).await?);
        }
    }
    Ok(asked.into_iter().collect())
}

/// What a calendar says now of one that nobody has decided on.
async fn update(tx: &mut Tx, now: Timestamp, before: Found, found: Found) -> Result<()> {
    // What its own calendar no longer shows is that of the calendar that does.
    let calendar = if before.state.is_open() { before.calendar.clone() } else { found.calendar.clone() };
    let Some(state) = before.state.seen_again(found.end > now) else { return Ok(()) };
    let after = Found { id: before.id.clone(), calendar, state, version: before.version, ..found };
    if after == before {
        return Ok(());
    }
    let next = Found { version: before.version + 1, ..after };
    if !store::save_found(tx, now, &next, before.version).await? {
        return Ok(());
    }
    // One that was moved into the future is asked about anew when it is over; its cards say so.
    let asked = before.state.asked().to_vec();
    draw(tx, now, &Found { state: State::Offered(asked), ..next }).await
}

async fn gone(tx: &mut Tx, now: Timestamp, found: Found) -> Result<()> {
    let (seen, asked) = (found.version, found.state.asked().to_vec());
    save(tx, now, Found { state: State::Gone(asked), version: seen + 1, ..found }, seen).await?;
    Ok(())
}

/// Saves, and draws the cards of those who have one; `false` when somebody was faster.
async fn save(tx: &mut Tx, now: Timestamp, found: Found, seen: i64) -> Result<bool> {
    if !store::save_found(tx, now, &found, seen).await? {
        return Ok(false);
    }
    draw(tx, now, &found).await?;
    Ok(true)
}

/// The zone that somebody lives in; the workspace's, where they were never looked up.
async fn zone_of(tx: &mut Tx, user: &UserId) -> Result<TimeZone> {
    match people::find(tx, user).await? {
        Some((person, _)) => Ok(person.zone()),
        None => Ok(settings::load(tx).await?.digest.time_zone()),
    }
}

async fn draw(tx: &mut Tx, now: Timestamp, found: &Found) -> Result<()> {
    for reader in found.state.asked() {
        let zone = zone_of(tx, reader).await?;
        let card = view::found::card(found, now, &zone)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(found.subject_for(reader), card)).await?;
    }
    Ok(())
}

/// Lets go of what was logged meanwhile and of what nobody answers, and asks about what is over.
pub async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for found in store::found_known(tx, SAME, AT_ONCE).await? {
        if let Some(session) = same_session(tx, &found).await? {
            logged(tx, now, found, session).await?;
        }
    }
    let long_ago = now.saturating_sub(LOOK_BACK).unwrap_or(now);
    for found in store::found_unanswered(tx, long_ago, AT_ONCE).await? {
        let (seen, asked) = (found.version, found.state.asked().to_vec());
        save(tx, now, Found { state: State::Lapsed(asked), version: seen + 1, ..found }, seen).await?;
    }
    for found in store::found_over(tx, now, AT_ONCE).await? {
        match same_session(tx, &found).await? {
            Some(session) => logged(tx, now, found, session).await?,
            None => offer(tx, now, found).await?,
        }
    }
    Ok(())
}

async fn logged(tx: &mut Tx, now: Timestamp, found: Found, session: Session) -> Result<()> {
    let (seen, session, asked) = (found.version, Some(session.id), found.state.asked().to_vec());
    let after = Found { state: State::Logged { session, asked }, version: seen + 1, ..found };
    save(tx, now, after, seen).await?;
    Ok(())
}

async fn same_session(tx: &mut Tx, found: &Found) -> Result<Option<Session>> {
    let from = found.start.saturating_sub(NEAR).unwrap_or(found.start);
    let until = found.end.saturating_add(NEAR).unwrap_or(found.end);
    let near = store::sessions_between(tx, &found.partner_id, from, until).await?;
    Ok(near.into_iter().find(|session| found.is(session)))
}

async fn offer(tx: &mut Tx, now: Timestamp, found: Found) -> Result<()> {
    let Some(partner) = map::partner(tx, &found.partner_id).await? else { return Ok(()) };
    let asked = answerable(tx, &partner).await?;
    if asked.is_empty() {
        return Ok(());
    }
    let seen = found.version;
    let found = Found { state: State::Offered(asked), version: seen + 1, ..found };
    if !store::save_found(tx, now, &found, seen).await? {
        return Ok(());
    }
    for reader in found.state.asked() {
        let zone = zone_of(tx, reader).await?;
        let card = view::found::card(&found, now, &zone)?;
        let key = format!("{}:offer:{}", found.subject_for(reader), found.version);
        let out =
            Outgoing::post(key, Destination::Person(reader.clone()), card).showing(found.subject_for(reader));
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// Somebody who answers for the partner decides. What was held becomes a session.
///
/// # Errors
/// A user's error when it is gone or decided; a refusal when it is not theirs to say.
pub async fn decide(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(FoundId, i64),
    verdict: Verdict,
) -> Result<Found> {
    let gone = || Error::user("That session is gone: its partner was removed.");
    let found = store::found(tx, &seen.0).await?.ok_or_else(gone)?;
    let asked =
        found.state.asked().contains(&actor.user) || actor.may(Right::Approve, Some(&found.partner_id));
    if actor.standing != Standing::Member || !asked {
        return Err(Error::refused(view::found::refusal(&found)));
    }
    let State::Offered(readers) = &found.state else {
        return Err(view::found::decided_already(&found, now, &actor.zone));
    };
    if found.version != seen.1 {
        return Err(Error::user(
            "The calendar changed that session in the meantime. The card shows it as it is now.",
        ));
    }
    let moved = Moved { by: actor.user.clone(), at: now };
    let asked = readers.clone();
    let state = match verdict {
        Verdict::NotOurs => State::NotOurs { asked, moved },
        Verdict::Held => {
            // Two may confirm the same hour from two calendars.
            map::lock_partner(tx, &found.partner_id).await?;
            let session = match same_session(tx, &found).await? {
                Some(session) => session,
                None => {
                    let came = came(tx, actor, &found).await?;
                    let session = found.session(&actor.user, now, &actor.zone, came);
                    store::insert_session(tx, &session).await?;
                    session
                }
            };
            State::Held { session: Some(session.id), asked, moved }
        }
    };
    let after = Found { state, version: found.version + 1, ..found };
    if !save(tx, now, after.clone(), seen.1).await? {
        let winner = store::found(tx, &seen.0).await?.unwrap_or(after);
        return Err(view::found::decided_already(&winner, now, &actor.zone));
    }
    audit::done(tx, now, actor.user.as_str(), verdict.verb(), &after.subject(), &after.title);
    Ok(after)
}

/// Who was there, by their addresses, and the accounts as a session names them.
async fn came(tx: &mut Tx, actor: &Actor, found: &Found) -> Result<Came> {
    let members = people::users_of_addresses(tx, &found.people).await?;
    let mut ours: Vec<UserId> = found.people.iter().filter_map(|email| members.get(email).cloned()).collect();
    if !ours.contains(&actor.user) {
        ours.insert(0, actor.user.clone());
    }
    let contacts = map::contacts(tx, &found.partner_id).await?;
    let there = contacts.into_iter().filter(|contact| {
        contact.email.as_ref().is_some_and(|email| found.people.contains(&email.to_lowercase()))
    });
    let theirs = there.map(|contact| Guest { contact: contact.id, name: contact.name }).collect();
    let ids: Vec<AccountId> = found.accounts.iter().map(|(id, _)| id.clone()).collect();
    let known = map::accounts_of_ids(tx, &ids).await?;
    let accounts = ids.iter().filter_map(|id| known.get(id)).map(Named::of);
    Ok(Came { ours, theirs, accounts: accounts.collect() })
}

/// The partner that a calendar is configured with, by its name.
pub async fn partner_named(tx: &mut Tx, written: &str) -> Result<Option<Partner>> {
    let key = name::key(written);
    Ok(map::partners(tx).await?.into_iter().find(|partner| name::key(&partner.name) == key))
}

#[cfg(test)]
mod tests;
