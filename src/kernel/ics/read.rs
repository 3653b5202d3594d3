//! What a calendar shows in a span of time.

use std::borrow::Cow;
use std::collections::HashMap;

use calcard::icalendar::{
    ICalendar, ICalendarComponentType, ICalendarMethod, ICalendarProperty, ICalendarValue,
};
use calcard::{Entry, Parser};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;

use super::budget::{Budget, EVENTS};
use super::expand::Series;
use super::raw::{Moment, NAME, Raw, cleaned, text};
use super::zones::{Clock, Clocks};
use super::{Event, When};

/// A file with more entries is read up to here.
const ENTRIES: usize = 20_000;
/// No more of what could not be read is told.
const TOLD: usize = 20;
/// As much of a reason is told, in characters.
const WHY: usize = 200;
/// Lines between two calendars that are none of either's.
const STRAYS: usize = 1_000;

/// From when until when is looked.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// No longer in it.
    pub until: Timestamp,
}

impl Window {
    pub(super) fn holds(&self, when: When, home: &Clock) -> bool {
        let start = match when {
            When::Time { start, .. } => Some(start),
            When::Days { first, .. } => home.instant(first.to_datetime(jiff::civil::Time::midnight())),
        };
        start.is_some_and(|start| self.from <= start && start < self.until)
    }
}

/// Why something is no calendar. Its `Display` is for whoever set it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotACalendar {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// A page of the web, such as one that asks to log in.
    #[error("it is a web page and no calendar; use the calendar's own address, which often ends in .ics")]
    Page,
    /// Something else.
    #[error("it is no calendar: it has no BEGIN:VCALENDAR")]
    Other,
}

/// An entry that could not be read, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its title, or its identity.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What a calendar shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What it calls itself; may be empty.
    pub name: String,
    /// In order of time.
    pub events: Vec<Event>,
    /// What could not be read, or not all of it: the first twenty.
    pub unread: Vec<Unread>,
    /// It may show more than is in `events`: it was cut, or something in it could not be read or followed.
    pub lacks: bool,
}

/// Reads what a calendar shows in `window`. Times that name no zone are meant as in `home`.
///
/// # Errors
/// [`NotACalendar`]. A single entry that makes no sense is told in [`Read::unread`].
pub fn read(bytes: &[u8], window: &Window, home: &TimeZone) -> Result<Read, NotACalendar> {
    let text = decoded(bytes);
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    if trimmed.is_empty() {
        return Err(NotACalendar::Empty);
    }
    let mut read = Read::default();
    let mut found = false;
    let (calendars, all) = calendars(trimmed);
    // A file that was cut off on its way does not end as a calendar does.
    let end = trimmed.trim_end_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes();
    let ends =
        end.get(end.len().saturating_sub(END.len())..).is_some_and(|end| end.eq_ignore_ascii_case(END));
    read.lacks = !all;
    if !ends {
        lack(&mut read, "the calendar", "it ends before its end, as if it was cut off on its way".to_owned());
    }
    let mut budget = Budget::of_a_file();
    for calendar in calendars {
        found = true;
        take(&calendar, window, home, &mut budget, &mut read);
    }
    if !found {
        let page = trimmed.get(..200.min(trimmed.len())).unwrap_or(trimmed).to_lowercase();
        return Err(if page.contains("<html") || page.starts_with("<!doctype") {
            NotACalendar::Page
        } else {
            NotACalendar::Other
        });
    }
    read.events.sort_by_key(|event| (order(event.when), event.uid.clone()));
    if budget.cut {
        lack(
            &mut read,
            "the calendar",
            format!("it shows more than {EVENTS} events; the others are left out"),
        );
    }
    Ok(read)
}

fn order(when: When) -> Timestamp {
    match when {
        When::Time { start, .. } => start,
        When::Days { first, .. } => {
            first.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |day| day.timestamp())
        }
    }
}

/// As text: UTF-8 by rule, what a byte order mark says, or what Windows writes in the west.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    // Some programs fold a line in the middle of a letter.
    match String::from_utf8(unfolded(bytes)) {
        Ok(text) => Cow::Owned(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Every line in one piece.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        rest = match rest {
            [b'\r', b'\n', b' ' | b'\t', tail @ ..] | [b'\n', b' ' | b'\t', tail @ ..] => tail,
            _ => {
                whole.push(*first);
                tail
            }
        };
    }
    whole
}

/// What a calendar ends with.
const END: &[u8] = b"END:VCALENDAR";

/// The calendars of a file, and whether these are all of them.
fn calendars(text: &str) -> (Vec<ICalendar>, bool) {
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    let mut strays = 0;
    while strays < STRAYS {
        match parser.entry() {
            Entry::ICalendar(calendar)
                if calendar
                    .components
                    .first()
                    .is_some_and(|c| c.component_type == ICalendarComponentType::VCalendar) =>
            {
                found.push(calendar);
            }
            Entry::Eof => return (found, true),
            Entry::TooManyComponents => break,
            _ => strays += 1,
        }
    }
    (found, false)
}

fn take(calendar: &ICalendar, window: &Window, home: &TimeZone, budget: &mut Budget, read: &mut Read) {
    let Some(root) = calendar.components.first() else { return };
    let named = |entry: &&calcard::icalendar::ICalendarEntry| {
        matches!(&entry.name, ICalendarProperty::Other(name) if name.eq_ignore_ascii_case("X-WR-CALNAME"))
            || entry.name == ICalendarProperty::Name
    };
    if read.name.is_empty() {
        read.name = root.entries.iter().find(named).map(text).unwrap_or_default();
    }
    let method = root.property(&ICalendarProperty::Method).and_then(|entry| entry.values.first());
    let called_off = matches!(method, Some(ICalendarValue::Method(ICalendarMethod::Cancel)));
    let answer = matches!(method, Some(ICalendarValue::Method(ICalendarMethod::Reply)));
    if answer {
        lack(read, "the calendar", "it is an answer to an invitation and no calendar".to_owned());
        return;
    }
    let mut clocks = Clocks::of(calendar, home, budget);
    for series in grouped(calendar, called_off, read).into_values() {
        let mut doubts = Vec::new();
        let events =
            series.events(&mut clocks, window, budget, &mut |raw, why| doubts.push((title(raw), why)));
        read.events.extend(events);
        doubts.into_iter().for_each(|(what, why)| lack(read, &what, why));
    }
    for zone in std::mem::take(&mut clocks.unknown) {
        tell(
            read,
            "the calendar",
            format!("nobody knows its time zone \"{zone}\"; times in it are read by your own"),
        );
    }
}

/// The entries by identity; of two that say the same occurrence the newer counts.
fn grouped(
    calendar: &ICalendar,
    called_off: bool,
    read: &mut Read,
) -> std::collections::BTreeMap<String, Series> {
    let mut newest: HashMap<(String, Option<Moment>), Raw> = HashMap::new();
    let events = calendar.components.iter().filter(|c| c.component_type == ICalendarComponentType::VEvent);
    if events.clone().count() > ENTRIES {
        lack(
            read,
            "the calendar",
            format!("it has more than {ENTRIES} entries; the later ones are left out"),
        );
    }
    for component in events.take(ENTRIES) {
        let mut raw = Raw::of(component);
        raw.cancelled |= called_off;
        for doubt in std::mem::take(&mut raw.doubts) {
            tell(read, &title(&raw), doubt);
        }
        read.lacks |= raw.lacks;
        if let Err(why) = &raw.start {
            lack(read, &title(&raw), why.clone());
            continue;
        }
        if raw.uid.is_empty() {
            // Without an identity it is the same again when its title and its time are.
            let start =
                raw.start.as_ref().map_or_else(|_| String::new(), |start| start.written().to_string());
            raw.uid = format!("{start} {}", raw.title).chars().take(NAME).collect();
        }
        let key = (raw.uid.clone(), raw.replaces.as_ref().map(|(moment, _)| moment.clone()));
        if newest.get(&key).is_none_or(|before| raw.follows(before)) {
            newest.insert(key, raw);
        }
    }
    let mut series = std::collections::BTreeMap::new();
    for ((uid, replaces), raw) in newest {
        let series = series.entry(uid).or_insert_with(|| Series { usual: None, single: Vec::new() });
        match replaces {
            None => series.usual = Some(raw),
            Some(_) => series.single.push(raw),
        }
    }
    series
}

fn title(raw: &Raw) -> String {
    if raw.title.trim().is_empty() { raw.uid.clone() } else { raw.title.clone() }
}

fn tell(read: &mut Read, what: &str, why: String) {
    if read.unread.len() < TOLD {
        read.unread.push(Unread { what: cleaned(what, 80), why: cleaned(&why, WHY) });
    }
}

/// Tells what makes that there may be more than is read.
fn lack(read: &mut Read, what: &str, why: String) {
    read.lacks = true;
    tell(read, what, why);
}
