//! When a series takes place.

use std::collections::{BTreeMap, BTreeSet};

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarRecurrenceRule,
};
use chrono::{Datelike, Timelike};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use super::budget::Budget;
use super::raw::{Moment, Raw};
use super::read::Window;
use super::zones::{Clock, Clocks, later};
use super::{Event, When};

/// A series is followed for so many occurrences from its beginning: daily for 27 years.
const STEPS: usize = 10_000;

/// When a rule comes round, by one clock.
pub(super) struct Repeated {
    pub times: Vec<DateTime>,
    /// It goes on further than it was followed.
    pub cut: bool,
}

/// The times of a rule up to `until`, by the clock of `start`.
///
/// # Errors
/// Says in words why it is not followed: it makes no sense, or too much work.
pub(super) fn repeated(
    start: DateTime,
    rule: &ICalendarRecurrenceRule,
    until: DateTime,
    budget: &mut Budget,
) -> Result<Repeated, String> {
    if until < start {
        return Ok(Repeated { times: vec![start], cut: false });
    }
    budget.rule(rule, start, until)?;
    let mut rule = rule.clone();
    // Only as much is asked for as is looked at.
    let end = rule.until.as_ref().and_then(|end| super::raw::moment(end, None));
    if end.is_none_or(|end| until < end.written()) {
        rule.until = Some(partial(until));
    }
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.add_property(ICalendarProperty::Dtstart, partial(start));
    event.add_property(ICalendarProperty::Rrule, rule);
    let mut root = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    root.component_ids.push(1);
    let expanded = ICalendar { components: vec![root, event] }.expand_dates(Tz::Floating, STEPS);
    let cut = expanded.events.len() >= STEPS;
    if let Some(error) = expanded.errors.first() {
        return Err(format!("makes no sense ({:?})", error.error));
    }
    let times: Vec<DateTime> =
        expanded.events.iter().filter_map(|event| civil(event.start.naive_local())).collect();
    if times.is_empty() {
        return Err("never comes round".to_owned());
    }
    Ok(Repeated { times, cut })
}

fn civil(at: chrono::NaiveDateTime) -> Option<DateTime> {
    let small = |n: u32| i8::try_from(n).ok();
    let date = Date::new(i16::try_from(at.year()).ok()?, small(at.month())?, small(at.day())?).ok()?;
    let time = Time::new(small(at.hour())?, small(at.minute())?, small(at.second())?, 0).ok()?;
    Some(date.to_datetime(time))
}

pub(super) fn partial(at: DateTime) -> PartialDateTime {
    let small = |n: i8| u8::try_from(n).ok();
    PartialDateTime {
        year: u16::try_from(at.year()).ok(),
        month: small(at.month()),
        day: small(at.day()),
        hour: small(at.hour()),
        minute: small(at.minute()),
        second: small(at.second()),
        ..PartialDateTime::default()
    }
}

/// One series: what it is usually, and what stands for single occurrences.
pub(super) struct Series {
    /// What it is usually; without it only the single ones are known.
    pub usual: Option<Raw>,
    /// In no order.
    pub single: Vec<Raw>,
}

impl Series {
    /// What of it falls into the window; what could not be followed is told by `doubt`.
    pub(super) fn events(
        &self,
        clocks: &mut Clocks,
        window: &Window,
        budget: &mut Budget,
        doubt: &mut impl FnMut(&Raw, String),
    ) -> Vec<Event> {
        let Some(usual) = self.usual.as_ref().or(self.single.first()) else { return Vec::new() };
        let Ok(start) = &usual.start else { return Vec::new() };
        let clock = clocks.clock_of(start);
        let whole_days = matches!(start, Moment::Day(_));
        let mut single: BTreeMap<DateTime, &Raw> = BTreeMap::new();
        for raw in &self.single {
            if let Some((replaces, _)) = &raw.replaces {
                let mut at = clocks.on(replaces, &clock);
                if matches!(replaces, Moment::Day(_)) && !whole_days {
                    // A day stands for what takes place on it.
                    at = at.date().to_datetime(start.written().time());
                }
                if single.get(&at).is_none_or(|before| raw.follows(before)) {
                    single.insert(at, raw);
                }
            }
        }
        let times = self.times(clocks, &clock, window, budget, doubt);
        let named =
            |at, series: bool| if series { occurrence(at, &clock, whole_days) } else { String::new() };
        let mut shown = Shown { window, home: clocks.find(None), budget, events: Vec::new() };
        let mut following: Option<(DateTime, &Raw)> = None;
        for at in times {
            if let Some(raw) = single.remove(&at) {
                if raw.replaces.as_ref().is_some_and(|(_, later)| *later) {
                    following = Some((at, raw));
                }
                shown.take(raw, raw_time(raw, clocks), clocks, || named(at, true));
                continue;
            }
            let (raw, moved) = match following {
                Some((from, raw)) => (raw, shift(from, raw, &clock, clocks)),
                None => (usual, SignedDuration::ZERO),
            };
            let time = if whole_days {
                At::Day(later(at, moved).date())
            } else {
                match clock.instant(later(at, moved)) {
                    Some(start) => At::Instant(start),
                    None => continue,
                }
            };
            shown.take(raw, Some(time), clocks, || named(at, self.is_series()));
        }
        // What was moved out of the series' own times, or whose series is not in the file.
        for (at, raw) in single {
            shown.take(raw, raw_time(raw, clocks), clocks, || named(at, true));
        }
        shown.events
    }

    fn is_series(&self) -> bool {
        self.usual.as_ref().is_some_and(|usual| usual.rule.is_some() || !usual.more.is_empty())
    }

    /// When it takes place, by its own clock, without its exceptions.
    fn times(
        &self,
        clocks: &mut Clocks,
        clock: &Clock,
        window: &Window,
        budget: &mut Budget,
        doubt: &mut impl FnMut(&Raw, String),
    ) -> Vec<DateTime> {
        let Some(usual) = &self.usual else { return Vec::new() };
        let Ok(start) = &usual.start else { return Vec::new() };
        let first = start.written();
        let whole_days = matches!(start, Moment::Day(_));
        let mut times = vec![first];
        if let Some(rule) = &usual.rule {
            let until = clock.local(window.until);
            match repeated(first, &by_own_clock(rule, start, clock), until, budget) {
                Err(wrong) => doubt(usual, format!("its recurrence {wrong}; only its first time counts")),
                Ok(again) => {
                    times = again.times;
                    if again.cut && times.last().is_some_and(|last| *last < until) {
                        doubt(
                            usual,
                            format!("it recurs more than {STEPS} times; the later ones are left out"),
                        );
                    }
                }
            }
        }
        times.extend(usual.more.iter().map(|more| clocks.on(more, clock)));
        let mut except = BTreeSet::new();
        let mut except_days = BTreeSet::new();
        for moment in &usual.except {
            match moment {
                Moment::Day(day) if !whole_days => {
                    except_days.insert(*day);
                }
                moment if whole_days => {
                    except_days.insert(moment.written().date());
                }
                moment => {
                    except.insert(clocks.on(moment, clock));
                }
            }
        }
        times.retain(|at| !except.contains(at) && !except_days.contains(&at.date()));
        times.sort();
        times.dedup();
        times
    }
}

/// When something takes place, without its length.
#[derive(Clone, Copy)]
enum At {
    Instant(Timestamp),
    Day(Date),
}

fn raw_time(raw: &Raw, clocks: &mut Clocks) -> Option<At> {
    match raw.start.as_ref().ok()? {
        Moment::Day(day) => Some(At::Day(*day)),
        moment => clocks.clock_of(moment).instant(moment.written()).map(At::Instant),
    }
}

/// How much later than usual everything from a moved occurrence on is.
fn shift(from: DateTime, raw: &Raw, clock: &Clock, clocks: &mut Clocks) -> SignedDuration {
    let Ok(start) = &raw.start else { return SignedDuration::ZERO };
    clocks.on(start, clock).duration_since(from)
}

/// An end that is written in UTC is one by the series' own clock, and a day holds to its end.
fn by_own_clock(rule: &ICalendarRecurrenceRule, start: &Moment, clock: &Clock) -> ICalendarRecurrenceRule {
    let mut rule = rule.clone();
    let until = rule.until.as_ref().and_then(|until| super::raw::moment(until, None));
    rule.until = match until {
        None => rule.until,
        Some(Moment::Day(day)) if matches!(start, Moment::Day(_)) => {
            Some(partial(day.to_datetime(Time::midnight())))
        }
        Some(Moment::Day(day)) => Some(partial(day.to_datetime(Time::constant(23, 59, 59, 0)))),
        Some(Moment::Local(at, _)) => Some(partial(at)),
        Some(Moment::Offset(at, _)) if matches!(start, Moment::Day(_)) => Some(partial(at)),
        Some(Moment::Offset(at, seconds)) => {
            let offset = jiff::tz::Offset::from_seconds(seconds).unwrap_or(jiff::tz::Offset::UTC);
            Some(partial(offset.to_timestamp(at).map_or(at, |at| clock.local(at))))
        }
    };
    rule
}

fn occurrence(at: DateTime, clock: &Clock, whole_days: bool) -> String {
    if whole_days {
        return at.strftime("%Y%m%d").to_string();
    }
    clock.instant(at).map_or_else(String::new, |at| at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// What falls into the window, as long as there is room for it.
struct Shown<'a> {
    window: &'a Window,
    home: Clock,
    budget: &'a mut Budget,
    events: Vec<Event>,
}

impl Shown<'_> {
    fn take(
        &mut self,
        raw: &Raw,
        time: Option<At>,
        clocks: &mut Clocks,
        occurrence: impl FnOnce() -> String,
    ) {
        let when = match time {
            None => return,
            Some(At::Instant(start)) => When::Time { start, length: length(raw, clocks) },
            Some(At::Day(first)) => When::Days { first, count: days(raw) },
        };
        if !self.window.holds(when, &self.home) || !self.budget.event() {
            return;
        }
        self.events.push(Event {
            uid: raw.uid.clone(),
            occurrence: occurrence(),
            sequence: raw.sequence,
            title: raw.title.clone(),
            description: raw.description.clone(),
            place: raw.place.clone(),
            when,
            organizer: raw.organizer.clone(),
            attendees: raw.attendees.clone(),
            cancelled: raw.cancelled,
        });
    }
}

fn length(raw: &Raw, clocks: &mut Clocks) -> Option<SignedDuration> {
    let start = raw.start.as_ref().ok()?;
    let length = match (&raw.end, raw.duration) {
        (Some(end), _) => {
            // An end that names no clock goes by that of the start.
            let clock = match end {
                Moment::Local(_, None) => clocks.clock_of(start),
                end => clocks.clock_of(end),
            };
            let end = clock.instant(end.written())?;
            end.duration_since(clocks.clock_of(start).instant(start.written())?)
        }
        (None, Some(seconds)) => SignedDuration::from_secs(seconds),
        (None, None) => return None,
    };
    (length > SignedDuration::ZERO).then_some(length)
}

fn days(raw: &Raw) -> i64 {
    let Ok(start) = &raw.start else { return 1 };
    let until = raw.end.as_ref().map(|end| end.written().date());
    let by_end = until.map(|end| i64::from((end - start.written().date()).get_days()));
    by_end.or(raw.duration.map(|seconds| seconds / 86_400)).unwrap_or(1).max(1)
}
