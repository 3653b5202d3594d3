//! What a calendar program gets of a session: an entry that keeps its identity whatever changes, for a file that invites or
//! for a feed. Partners' people read it, so it says who meets about what and nothing of our intent.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::session::{Session, Slot, Stage, title};
use crate::kernel::ics::{Every, Invite, Method, Party, Repeats, calendar};
use crate::kernel::ids::{ContactId, PartnerId, SessionId, UserId};

/// What the identities of our own entries end with.
const HOST: &str = "@sessions.tandem";
/// And begin with, for the standing time of a partner.
const STANDING: &str = "standing-";

/// Names and addresses of people; whose address is not known cannot be invited.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Of ours.
    pub ours: HashMap<UserId, Party>,
    /// Of theirs.
    pub theirs: HashMap<ContactId, Party>,
}

/// The identity of a session in every calendar.
pub fn uid(session: &SessionId) -> String {
    format!("{session}{HOST}")
}

/// Whether an entry of a calendar is one of ours, come back.
pub fn is_ours(uid: &str) -> bool {
    uid.ends_with(HOST)
}

/// The entry of a session; `None` while it has no time.
pub fn entry(session: &Session, people: &People) -> Option<Invite> {
    let shown = session.invitation()?;
    let ours = |user: &UserId| people.ours.get(user).cloned();
    let organizer = shown.organiser.as_ref().and_then(ours);
    let mut attendees: Vec<Party> = shown.ours.iter().filter_map(ours).collect();
    attendees.extend(shown.theirs.iter().filter_map(|guest| people.theirs.get(&guest.contact).cloned()));
    attendees.retain(|party| organizer.as_ref().is_none_or(|organizer| organizer.email != party.email));
    attendees.dedup_by(|one, other| one.email == other.email);
    Some(Invite {
        uid: uid(&session.id),
        sequence: shown.sequence,
        stamp: session.stage.moved().map_or(session.created_at, |moved| moved.at),
        start: shown.slot.start,
        length: SignedDuration::from_mins(shown.minutes),
        zone: zone_of(&shown.slot),
        repeats: None,
        replaces: None,
        title: shown.title,
        description: description(session),
        place: shown.place,
        organizer,
        attendees,
        called_off: shown.cancelled,
    })
}

fn zone_of(slot: &Slot) -> TimeZone {
    TimeZone::get(&slot.zone).unwrap_or(TimeZone::UTC)
}

fn description(session: &Session) -> String {
    let outline = &session.outline;
    let mut lines = vec![format!("Account planning with {}, {} minutes.", session.partner, outline.minutes)];
    if !outline.accounts.is_empty() {
        lines.push("Accounts:".to_owned());
        lines.extend(outline.accounts.iter().map(|named| match &named.domain {
            Some(domain) => format!("- {} ({domain})", named.name),
            None => format!("- {}", named.name),
        }));
    }
    if !outline.place.is_empty() {
        lines.push(format!("Where: {}", outline.place));
    }
    if let Stage::Cancelled { slot: Some(_), .. } = &session.stage {
        lines.insert(0, "Called off.".to_owned());
    }
    lines.join("\n")
}

/// The file of a session: it invites where its organizer's address is known, and is only shown where it is not.
pub fn file(session: &Session, people: &People) -> Option<String> {
    let entry = entry(session, people)?;
    let method = match (entry.called_off, &entry.organizer) {
        (true, _) => Method::Cancel,
        (false, Some(_)) => Method::Request,
        (false, None) => Method::Publish,
    };
    Some(calendar(None, method, &[entry]))
}

/// The time that is kept free with a partner between the sessions that are planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// With whom.
    pub partner: PartnerId,
    /// The partner's name.
    pub name: String,
    /// How often.
    pub every: Every,
    /// The last session that was planned.
    pub after: Slot,
    /// How long it takes.
    pub minutes: i64,
    /// Since when that holds.
    pub since: Timestamp,
    /// The version of what says so.
    pub version: i64,
}

impl Standing {
    /// Its entry: a series that begins with the last planned session, which is no part of it.
    pub fn entry(&self, taken: &[Timestamp]) -> Invite {
        let zone = zone_of(&self.after);
        let local = |at: Timestamp| at.to_zoned(zone.clone()).date();
        let mut except = vec![self.after.start];
        // A session on a day of the series takes its place.
        let start = self.after.start.to_zoned(zone.clone());
        for turn in 1..=LOOKED_AHEAD {
            let span = match self.every {
                Every::Weeks(n) => jiff::Span::new().try_weeks(i64::from(n) * turn),
                Every::Months(n) => jiff::Span::new().try_months(i64::from(n) * turn),
            };
            let Ok(at) = span.and_then(|span| start.checked_add(span)) else { break };
            // The series has no time in a February without its day.
            let missing =
                matches!(self.every, Every::Months(_)) && at.day() != start.day() && start.day() != 31;
            if !missing && taken.iter().any(|taken| local(*taken) == at.date()) {
                except.push(at.timestamp());
            }
        }
        Invite {
            uid: format!("{STANDING}{}{HOST}", self.partner),
            sequence: self.version,
            stamp: self.since,
            start: self.after.start,
            length: SignedDuration::from_mins(self.minutes),
            zone,
            repeats: Some(Repeats { every: self.every, until: None, except }),
            replaces: None,
            title: title([], &self.name),
            description: "Standing time. The accounts follow when the session is planned, and its own entry takes this one's place.".to_owned(),
            place: String::new(),
            organizer: None,
            attendees: Vec::new(),
            called_off: false,
        }
    }
}

/// Sessions are planned no further ahead than so many turns.
const LOOKED_AHEAD: i64 = 26;

/// A feed of these sessions and standing times.
pub fn feed(name: &str, sessions: &[Session], standing: &[Standing], people: &People) -> String {
    let mut entries: Vec<Invite> = sessions.iter().filter_map(|session| entry(session, people)).collect();
    for standing in standing {
        let with = sessions.iter().filter(|session| session.partner_id == standing.partner);
        let alive = with.filter(|session| !matches!(session.stage, Stage::Cancelled { .. }));
        let taken: Vec<Timestamp> = alive.filter_map(|session| Some(session.stage.slot()?.start)).collect();
        entries.push(standing.entry(&taken));
    }
    // Nobody is invited by a feed; who comes stands in each invitation.
    for entry in &mut entries {
        entry.organizer = None;
        entry.attendees.clear();
    }
    calendar(Some(name), Method::Publish, &entries)
}

#[cfg(test)]
mod tests;
