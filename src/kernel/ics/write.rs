//! A calendar of our own: invitations for a calendar program, or a feed that it subscribes to.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry,
    ICalendarFrequency, ICalendarMethod, ICalendarParameter, ICalendarParameterName, ICalendarParameterValue,
    ICalendarParticipationRole, ICalendarParticipationStatus, ICalendarProperty, ICalendarRecurrenceRule,
    ICalendarStatus, ICalendarTransparency, ICalendarValue, ICalendarValueType, Uri,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::expand::partial;

/// Names the program that wrote it.
const PROGRAM: &str = "-//Tandem//Account planning//EN";
/// A subscriber looks again after this time.
const REFRESH: ICalendarDuration =
    ICalendarDuration { neg: false, weeks: 0, days: 0, hours: 1, minutes: 0, seconds: 0 };
/// The zone of a series without an end is described for so many years.
const YEARS: i64 = 10;

/// What a calendar program is to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Show it.
    Publish,
    /// Invite, or change what was invited to.
    Request,
    /// Take it out.
    Cancel,
}

/// Somebody on an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// How often a standing one comes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Every so many weeks.
    Weeks(u16),
    /// Every so many months, on the same day of the month: from the 31st on their last day, and not in February from the
    /// 29th or the 30th on, as calendar programs have it.
    Months(u16),
}

/// How a standing one comes round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// How often.
    pub every: Every,
    /// The last one begins no later.
    pub until: Option<Timestamp>,
    /// It does not take place at these times.
    pub except: Vec<Timestamp>,
}

/// One entry of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Stays the same whatever changes.
    pub uid: String,
    /// Counts up with every change that a calendar would show.
    pub sequence: i64,
    /// When that change was made.
    pub stamp: Timestamp,
    /// When it begins.
    pub start: Timestamp,
    /// How long it takes.
    pub length: SignedDuration,
    /// By whose clock it repeats.
    pub zone: TimeZone,
    /// How it repeats.
    pub repeats: Option<Repeats>,
    /// It stands for the time of a series that would have begun then.
    pub replaces: Option<Timestamp>,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub description: String,
    /// A room or a link; may be empty.
    pub place: String,
    /// Who invites. Without an address of theirs nobody can be invited, and it is only shown.
    pub organizer: Option<Party>,
    /// Who is invited.
    pub attendees: Vec<Party>,
    /// It does not take place.
    pub called_off: bool,
}

/// A calendar of these entries, as text; `name` is what a subscriber sees.
pub fn calendar(name: Option<&str>, method: Method, invites: &[Invite]) -> String {
    let mut root = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    root.add_property(ICalendarProperty::Version, "2.0");
    root.add_property(ICalendarProperty::Prodid, PROGRAM);
    root.add_property(ICalendarProperty::Calscale, calcard::common::CalendarScale::Gregorian);
    let method = match method {
        Method::Publish => ICalendarMethod::Publish,
        Method::Request => ICalendarMethod::Request,
        Method::Cancel => ICalendarMethod::Cancel,
    };
    root.add_property(ICalendarProperty::Method, method);
    if let Some(name) = name {
        root.add_property(ICalendarProperty::Name, clean(name));
        root.add_property(ICalendarProperty::Other("X-WR-CALNAME".to_owned()), clean(name));
        let duration = ICalendarParameter::value(ICalendarValueType::Duration);
        root.add_property_with_params(ICalendarProperty::RefreshInterval, [duration], REFRESH);
        root.add_property(ICalendarProperty::Other("X-PUBLISHED-TTL".to_owned()), REFRESH);
    }
    let mut file = ICalendar { components: vec![root] };
    for (id, until) in zones(invites) {
        let from = invites.iter().map(|invite| invite.start).min().unwrap_or(until);
        let from = from.saturating_sub(Span::new().hours(366 * 24)).unwrap_or(from);
        file.add_timezone(&id, from.as_second(), until.as_second());
    }
    for invite in invites {
        let at = u32::try_from(file.components.len()).unwrap_or(u32::MAX);
        file.components.push(event(invite));
        if let Some(root) = file.components.first_mut() {
            root.component_ids.push(at);
        }
    }
    let mut text = String::new();
    match file.write_to(&mut text) {
        Ok(()) => text,
        // Writing to a text cannot fail.
        Err(_) => String::new(),
    }
}

/// The zones that series repeat by, each with the time up to which it has to be described.
fn zones(invites: &[Invite]) -> Vec<(String, Timestamp)> {
    let mut zones: Vec<(String, Timestamp)> = Vec::new();
    for invite in invites.iter().filter(|invite| invite.local()) {
        let Some(id) = invite.zone.iana_name() else { continue };
        let far = invite.start.saturating_add(Span::new().hours(YEARS * 366 * 24)).unwrap_or(invite.start);
        let until = invite.repeats.as_ref().and_then(|repeats| repeats.until).unwrap_or(far);
        match zones.iter_mut().find(|(known, _)| known == id) {
            Some((_, known)) => *known = until.max(*known),
            None => zones.push((id.to_owned(), until)),
        }
    }
    zones
}

impl Invite {
    /// Whether its times are written by the clock of its zone: a series keeps its hour when the clocks change.
    fn local(&self) -> bool {
        (self.repeats.is_some() || self.replaces.is_some())
            && self.zone.iana_name().is_some_and(|id| id != "UTC")
    }

    fn time(&self, name: ICalendarProperty, at: Timestamp) -> ICalendarEntry {
        if self.local() {
            let zone = ICalendarParameter::tzid(self.zone.iana_name().unwrap_or("UTC").to_owned());
            ICalendarEntry::new(name).with_param(zone).with_value(partial(self.zone.to_datetime(at)))
        } else {
            ICalendarEntry::new(name).with_value(utc(at))
        }
    }
}

fn utc(at: Timestamp) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(at.as_second())
}

fn event(invite: &Invite) -> ICalendarComponent {
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.add_uid(&clean(&invite.uid));
    event.add_dtstamp(utc(invite.stamp));
    event.add_sequence(invite.sequence);
    event.entries.push(invite.time(ICalendarProperty::Dtstart, invite.start));
    let end = invite.start.saturating_add(invite.length).unwrap_or(invite.start);
    event.entries.push(invite.time(ICalendarProperty::Dtend, end));
    if let Some(repeats) = &invite.repeats {
        event.add_property(ICalendarProperty::Rrule, rule(invite, repeats));
        for except in &repeats.except {
            event.entries.push(invite.time(ICalendarProperty::Exdate, *except));
        }
    }
    if let Some(replaces) = invite.replaces {
        event.entries.push(invite.time(ICalendarProperty::RecurrenceId, replaces));
    }
    event.add_property(ICalendarProperty::Summary, clean(&invite.title));
    event.add_property(ICalendarProperty::Description, clean(&invite.description));
    if !invite.place.is_empty() {
        event.add_property(ICalendarProperty::Location, clean(&invite.place));
    }
    if let Some(link) = invite.place.split_whitespace().find(|word| word.starts_with("https://")) {
        event.add_property(ICalendarProperty::Url, Uri::Location(link.to_owned()));
    }
    let status = if invite.called_off { ICalendarStatus::Cancelled } else { ICalendarStatus::Confirmed };
    event.add_property(ICalendarProperty::Status, status);
    let busy =
        if invite.called_off { ICalendarTransparency::Transparent } else { ICalendarTransparency::Opaque };
    event.add_property(ICalendarProperty::Transp, busy);
    if let Some(organizer) = invite.organizer.as_ref().filter(|organizer| reachable(organizer)) {
        event.add_property_with_params(ICalendarProperty::Organizer, [named(organizer)], mail(organizer));
        for attendee in invite.attendees.iter().filter(|attendee| reachable(attendee)) {
            let role = ICalendarParameterValue::Role(ICalendarParticipationRole::ReqParticipant);
            let answer = ICalendarParameterValue::Partstat(ICalendarParticipationStatus::NeedsAction);
            let params = [
                named(attendee),
                ICalendarParameter::new(ICalendarParameterName::Role, role),
                ICalendarParameter::new(ICalendarParameterName::Partstat, answer),
                ICalendarParameter::new(ICalendarParameterName::Rsvp, true),
            ];
            event.add_property_with_params(ICalendarProperty::Attendee, params, mail(attendee));
        }
    }
    event
}

fn rule(invite: &Invite, repeats: &Repeats) -> ICalendarRecurrenceRule {
    let (freq, interval) = match repeats.every {
        Every::Weeks(n) => (ICalendarFrequency::Weekly, n),
        Every::Months(n) => (ICalendarFrequency::Monthly, n),
    };
    let last_day = freq == ICalendarFrequency::Monthly && invite.zone.to_datetime(invite.start).day() == 31;
    ICalendarRecurrenceRule {
        freq,
        interval: (interval > 1).then_some(interval),
        until: repeats.until.map(utc),
        bymonthday: if last_day { vec![-1] } else { Vec::new() },
        ..ICalendarRecurrenceRule::default()
    }
}

/// Whether an address can stand in a calendar: what is no address would be read as something else.
fn reachable(party: &Party) -> bool {
    let fits = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '<' | '>' | ';' | ',' | ':' | '\\')
    };
    party.email.split('@').filter(|part| !part.is_empty()).count() == 2 && party.email.chars().all(fits)
}

fn named(party: &Party) -> ICalendarParameter {
    // A parameter has no way to write a quotation mark.
    let name = clean(&party.name).replace('"', "'").replace(['\n', '\\'], " ");
    ICalendarParameter::cn(if name.trim().is_empty() { party.email.clone() } else { name })
}

fn mail(party: &Party) -> ICalendarValue {
    ICalendarValue::Uri(Uri::Location(format!("mailto:{}", party.email)))
}

/// Without what no line may hold.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
