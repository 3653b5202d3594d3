//! By which clock a time in a calendar is meant.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarRecurrenceRule,
    ICalendarValue,
};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::budget::Budget;
use super::expand::repeated;
use super::raw::{Moment, moment, offset, text, zone_name};

/// A file describes no more zones.
const ZONES: usize = 500;
/// And a zone has no more parts: one that writes down every change since 1900 has fewer.
const PARTS: usize = 500;
/// Nor more changes in all of them.
const TURNS: usize = 4_000;

/// A clock.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    /// One that everybody knows.
    Known(TimeZone),
    /// One that only this file describes: since when which offset holds, by the clock before it.
    Own(Arc<[Turn]>),
}

/// From that local time on another offset holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    at: DateTime,
    before: i32,
    after: i32,
}

/// The clocks of one file.
#[derive(Debug)]
pub(super) struct Clocks {
    named: HashMap<String, Clock>,
    home: Clock,
    /// Names that nobody knows; what is said by them is read by the clock at home.
    pub unknown: Vec<String>,
}

impl Clocks {
    /// Those that the file describes; `home` is whose who looks, unless the file names another for what names none.
    pub(super) fn of(file: &ICalendar, home: &TimeZone, budget: &mut Budget) -> Self {
        let root = file.components.first();
        let said = root.and_then(|root| {
            let named = |entry: &&calcard::icalendar::ICalendarEntry| {
                matches!(&entry.name, ICalendarProperty::Other(name) if name.eq_ignore_ascii_case("X-WR-TIMEZONE"))
            };
            known(text(root.entries.iter().find(named)?).trim())
        });
        let home = Clock::Known(said.unwrap_or_else(|| home.clone()));
        let mut named = HashMap::new();
        for zone in file.timezones().take(ZONES) {
            let id = zone.property(&ICalendarProperty::Tzid).map(text).unwrap_or_default();
            let id = zone_name(&id);
            let by_name = zone.timezone().and_then(|(_, zone)| jiff_zone(zone));
            let clock = known(&id).or(by_name).map(Clock::Known).or_else(|| described(file, zone, budget));
            if let Some(clock) = clock {
                named.insert(id, clock);
            }
        }
        Self { named, home, unknown: Vec::new() }
    }

    /// The clock of that name.
    pub(super) fn find(&mut self, name: Option<&str>) -> Clock {
        let Some(name) = name else { return self.home.clone() };
        if let Some(clock) = self.named.get(name) {
            return clock.clone();
        }
        let found = known(name).map(Clock::Known).unwrap_or_else(|| {
            self.unknown.push(name.to_owned());
            self.home.clone()
        });
        self.named.insert(name.to_owned(), found.clone());
        found
    }

    /// By which clock a moment is meant.
    pub(super) fn clock_of(&mut self, moment: &Moment) -> Clock {
        match moment {
            Moment::Day(_) => self.home.clone(),
            Moment::Local(_, zone) => self.find(zone.as_deref()),
            Moment::Offset(_, seconds) => Clock::Known(fixed(*seconds)),
        }
    }

    /// A moment on another clock; a day stays the day.
    pub(super) fn on(&mut self, moment: &Moment, clock: &Clock) -> DateTime {
        match moment {
            Moment::Day(_) | Moment::Local(_, None) => moment.written(),
            _ => {
                let own = self.clock_of(moment);
                own.instant(moment.written()).map_or(moment.written(), |at| clock.local(at))
            }
        }
    }
}

impl Clock {
    /// The instant of a local time; one that the clock skips is so much later, of one that comes twice it is the first.
    pub(super) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        match self {
            Self::Known(zone) => zone.to_ambiguous_timestamp(local).compatible().ok(),
            Self::Own(turns) => {
                let turn = turns.iter().rev().find(|turn| turn.at <= local);
                let seconds =
                    turn.map(|turn| turn.after).or_else(|| turns.first().map(|turn| turn.before))?;
                fixed(seconds).to_timestamp(local).ok()
            }
        }
    }

    /// The local time of an instant.
    pub(super) fn local(&self, at: Timestamp) -> DateTime {
        match self {
            Self::Known(zone) => zone.to_datetime(at),
            Self::Own(turns) => {
                let began =
                    |turn: &&Turn| fixed(turn.before).to_timestamp(turn.at).is_ok_and(|began| began <= at);
                let turn = turns.iter().rev().find(began);
                let seconds = turn.map(|turn| turn.after).or_else(|| turns.first().map(|turn| turn.before));
                fixed(seconds.unwrap_or(0)).to_datetime(at)
            }
        }
    }
}

fn fixed(seconds: i32) -> TimeZone {
    Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed)
}

/// A zone of the IANA database, by its name, by Windows' or by that of some other program.
fn known(name: &str) -> Option<TimeZone> {
    if name.is_empty() {
        return None;
    }
    TimeZone::get(name).ok().or_else(|| jiff_zone(Tz::from_str(name).ok()?))
}

fn jiff_zone(zone: Tz) -> Option<TimeZone> {
    match zone {
        Tz::Floating => None,
        Tz::Fixed(offset) => Some(fixed(offset.local_minus_utc())),
        Tz::Tz(_) => TimeZone::get(&zone.name()?).ok(),
    }
}

/// A clock as the file describes it; none where that is too long to follow.
fn described(file: &ICalendar, zone: &ICalendarComponent, budget: &mut Budget) -> Option<Clock> {
    if zone.component_ids.len() > PARTS {
        return None;
    }
    let mut turns = Vec::new();
    for part in zone.component_ids.iter().filter_map(|id| file.components.get(usize::try_from(*id).ok()?)) {
        if !matches!(part.component_type, ICalendarComponentType::Standard | ICalendarComponentType::Daylight)
        {
            continue;
        }
        let value = |name: ICalendarProperty| part.property(&name)?.values.first();
        let seconds = |name| match value(name)? {
            ICalendarValue::PartialDateTime(written) => offset(written),
            _ => None,
        };
        let (Some(before), Some(after)) =
            (seconds(ICalendarProperty::Tzoffsetfrom), seconds(ICalendarProperty::Tzoffsetto))
        else {
            continue;
        };
        let Some(ICalendarValue::PartialDateTime(start)) = value(ICalendarProperty::Dtstart) else {
            continue;
        };
        let Some(start) = moment(start, None).map(|moment| moment.written()) else { continue };
        let rule = match value(ICalendarProperty::Rrule) {
            Some(ICalendarValue::RecurrenceRule(rule)) => Some(rule.as_ref()),
            _ => None,
        };
        turns.extend(onsets(start, rule, budget).into_iter().map(|at| Turn { at, before, after }));
        if turns.len() > TURNS {
            return None;
        }
    }
    turns.sort();
    (!turns.is_empty()).then(|| Clock::Own(turns.into()))
}

fn onsets(start: DateTime, rule: Option<&ICalendarRecurrenceRule>, budget: &mut Budget) -> Vec<DateTime> {
    // Exchange begins its zones in 1601; what held before our time does not matter.
    let until = jiff::civil::date(2060, 1, 1).to_datetime(jiff::civil::Time::midnight());
    let mut onsets = vec![start];
    if let Some(rule) = rule
        && let Ok(again) = repeated(start, rule, until, budget)
    {
        onsets.extend(again.times.into_iter().filter(|at| *at > start));
    }
    onsets
}

/// So much later, at the end of the calendar its last instant.
pub(super) fn later(at: DateTime, by: jiff::SignedDuration) -> DateTime {
    at.saturating_add(Span::new().seconds(by.as_secs()))
}
