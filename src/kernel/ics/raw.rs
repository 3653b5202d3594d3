//! One entry of a calendar file as it stands there: its properties, before zones and recurrences.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendarComponent, ICalendarDuration, ICalendarEntry, ICalendarParameterName, ICalendarPeriod,
    ICalendarProperty, ICalendarRecurrenceRule, ICalendarStatus, ICalendarValue, Uri,
};
use jiff::civil::{Date, DateTime};

use super::Person;

/// As much of a text as is kept, in characters.
const TEXT: usize = 8_000;
/// As much of a name is kept: of a person, of a zone, of an identity.
pub(super) const NAME: usize = 250;
/// No more further times and no more exceptions of one series.
const MOMENTS: usize = 2_000;
/// No more people are taken from one entry.
const PEOPLE: usize = 200;

/// A date or a time as written, and by which clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Moment {
    /// A whole day.
    Day(Date),
    /// By the clock of a zone of that name; of whoever looks, without one.
    Local(DateTime, Option<String>),
    /// By an offset from UTC, in seconds.
    Offset(DateTime, i32),
}

/// One entry.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub uid: String,
    pub sequence: i64,
    /// When it was written: later ones win among those of one sequence.
    pub stamp: Option<DateTime>,
    pub start: Result<Moment, String>,
    pub end: Option<Moment>,
    pub duration: Option<i64>,
    pub rule: Option<ICalendarRecurrenceRule>,
    pub more: Vec<Moment>,
    pub except: Vec<Moment>,
    /// Which occurrence it stands for, and whether for all later ones too.
    pub replaces: Option<(Moment, bool)>,
    pub cancelled: bool,
    pub title: String,
    pub description: String,
    pub place: String,
    pub organizer: Option<Person>,
    pub attendees: Vec<Person>,
    /// What of it could not be read; the rest still counts.
    pub doubts: Vec<String>,
    /// Some of its times are missing by that.
    pub lacks: bool,
}

impl Raw {
    pub(super) fn of(component: &ICalendarComponent) -> Self {
        let mut raw = Self {
            uid: String::new(),
            sequence: 0,
            stamp: None,
            start: Err("it has no start".to_owned()),
            end: None,
            duration: None,
            rule: None,
            more: Vec::new(),
            except: Vec::new(),
            replaces: None,
            cancelled: component.status() == Some(&ICalendarStatus::Cancelled),
            title: String::new(),
            description: String::new(),
            place: String::new(),
            organizer: None,
            attendees: Vec::new(),
            doubts: Vec::new(),
            lacks: false,
        };
        component.entries.iter().for_each(|entry| raw.take(entry));
        if raw.start.is_err()
            && let Some((moment, _)) = &raw.replaces
        {
            raw.start = Ok(moment.clone());
        }
        raw
    }

    fn take(&mut self, entry: &ICalendarEntry) {
        match &entry.name {
            ICalendarProperty::Uid => self.uid = cleaned(text(entry).trim(), NAME),
            ICalendarProperty::Summary => self.title = text(entry),
            ICalendarProperty::Description => self.description = text(entry),
            ICalendarProperty::Location => self.place = text(entry),
            ICalendarProperty::Sequence => {
                if let Some(ICalendarValue::Integer(sequence)) = entry.values.first() {
                    self.sequence = *sequence;
                }
            }
            ICalendarProperty::Dtstamp | ICalendarProperty::LastModified => {
                let stamp = moments(entry).into_iter().next().map(|moment| moment.written());
                self.stamp = self.stamp.max(stamp);
            }
            ICalendarProperty::Dtstart => self.start = one(entry, "start"),
            ICalendarProperty::Dtend => match one(entry, "end") {
                Ok(end) => self.end = Some(end),
                Err(doubt) => self.doubts.push(doubt),
            },
            ICalendarProperty::Duration => match entry.values.first() {
                Some(ICalendarValue::Duration(duration)) => {
                    self.duration = Some(ICalendarDuration::as_seconds(duration))
                }
                _ => self.doubts.push(format!("its length \"{}\" is none", short(&text(entry)))),
            },
            ICalendarProperty::Rrule => match entry.values.first() {
                Some(ICalendarValue::RecurrenceRule(rule)) if self.rule.is_none() => {
                    self.rule = Some((**rule).clone())
                }
                Some(ICalendarValue::RecurrenceRule(_)) => {
                    self.doubts.push("it has a second rule of recurrence, which is left out".to_owned());
                    self.lacks = true;
                }
                _ => {
                    self.doubts.push(format!("its recurrence \"{}\" is none", short(&text(entry))));
                    self.lacks = true;
                }
            },
            ICalendarProperty::Rdate => {
                let cut = extend(&mut self.more, moments(entry));
                self.leave_out(cut, "further times");
            }
            ICalendarProperty::Exdate => {
                let cut = extend(&mut self.except, moments(entry));
                self.leave_out(cut, "exceptions");
            }
            ICalendarProperty::RecurrenceId => {
                let later = entry.parameters(&ICalendarParameterName::Range).next().is_some();
                self.replaces = moments(entry).into_iter().next().map(|moment| (moment, later));
            }
            ICalendarProperty::Organizer => self.organizer = Some(person(entry)),
            ICalendarProperty::Attendee if self.attendees.len() < PEOPLE => {
                self.attendees.push(person(entry))
            }
            _ => {}
        }
    }

    fn leave_out(&mut self, cut: bool, what: &str) {
        let why = format!("it has more than {MOMENTS} {what}; the others are left out");
        if cut && !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
        self.lacks |= cut;
    }

    /// Whether this one is newer than another of the same occurrence.
    pub(super) fn follows(&self, other: &Self) -> bool {
        (self.sequence, self.stamp) >= (other.sequence, other.stamp)
    }
}

impl Moment {
    /// As written, whatever the clock.
    pub(super) fn written(&self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
            Self::Local(at, _) | Self::Offset(at, _) => *at,
        }
    }
}

/// As many as there is room for; whether that left some out.
fn extend(all: &mut Vec<Moment>, more: Vec<Moment>) -> bool {
    let room = MOMENTS.saturating_sub(all.len());
    let cut = more.len() > room;
    all.extend(more.into_iter().take(room));
    cut
}

fn one(entry: &ICalendarEntry, what: &str) -> Result<Moment, String> {
    let found = moments(entry).into_iter().next();
    found.ok_or_else(|| match text(entry) {
        written if written.is_empty() => format!("its {what} is no day of the calendar"),
        written => format!("its {what} \"{}\" is no date", short(&written)),
    })
}

fn moments(entry: &ICalendarEntry) -> Vec<Moment> {
    let zone = entry.tz_id();
    entry
        .values
        .iter()
        .filter_map(|value| match value {
            ICalendarValue::PartialDateTime(written) => moment(written, zone),
            ICalendarValue::Period(
                ICalendarPeriod::Range { start, .. } | ICalendarPeriod::Duration { start, .. },
            ) => moment(start, zone),
            _ => None,
        })
        .collect()
}

pub(super) fn moment(written: &PartialDateTime, zone: Option<&str>) -> Option<Moment> {
    let (year, month, day) = (written.year?, written.month?, written.day?);
    let number = |n: u8| i8::try_from(n).ok();
    let day = Date::new(i16::try_from(year).ok()?, number(month)?, number(day)?).ok()?;
    let Some(hour) = written.hour else { return Some(Moment::Day(day)) };
    // A leap second counts as the one before it.
    let second = written.second.unwrap_or(0).min(59);
    let (hour, minute) = (number(hour)?, number(written.minute.unwrap_or(0))?);
    let at = jiff::civil::Time::new(hour, minute, number(second)?, 0).ok()?;
    let at = day.to_datetime(at);
    Some(match offset(written) {
        Some(seconds) => Moment::Offset(at, seconds),
        None => Moment::Local(at, zone.map(zone_name)),
    })
}

/// An offset from UTC, in seconds.
pub(super) fn offset(written: &PartialDateTime) -> Option<i32> {
    let seconds = i32::from(written.tz_hour?) * 3600 + i32::from(written.tz_minute.unwrap_or(0)) * 60;
    Some(if written.tz_minus { -seconds } else { seconds })
}

/// A property's text; several values are one text again.
pub(super) fn text(entry: &ICalendarEntry) -> String {
    let parts: Vec<&str> = entry.values.iter().filter_map(words).collect();
    parts
        .join(", ")
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .take(TEXT)
        .collect()
}

/// A name without what shows nothing, and no longer than names are.
pub(super) fn cleaned(name: &str, longest: usize) -> String {
    name.chars().filter(|c| !c.is_control()).take(longest).collect()
}

/// A zone's name, as it is looked up.
pub(super) fn zone_name(written: &str) -> String {
    cleaned(written.trim().trim_matches('"'), NAME)
}

fn words(value: &ICalendarValue) -> Option<&str> {
    match value {
        ICalendarValue::Text(text) | ICalendarValue::Uri(Uri::Location(text)) => Some(text),
        _ => None,
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn person(entry: &ICalendarEntry) -> Person {
    let name = entry.parameters(&ICalendarParameterName::Cn).find_map(|cn| cn.as_text()).unwrap_or_default();
    let address = text(entry).trim().to_lowercase();
    let email = address.strip_prefix("mailto:").unwrap_or(&address);
    Person {
        name: cleaned(name.trim().trim_matches('"'), NAME),
        email: if email.contains('@') { cleaned(email, NAME) } else { String::new() },
    }
}
