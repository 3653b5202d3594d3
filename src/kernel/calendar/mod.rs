//! Working days: weekends by country, public holidays, and the company's own days off (A8).
//!
//! [`countries`] knows what each country rests on; [`Calendars`] whose calendar counts for whom; a [`Calendar`] answers.

mod calendars;
pub mod countries;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Span;
use jiff::civil::{Date, Weekday};

pub use calendars::{Calendars, DayOff, SettingsError, Written};
pub use countries::Country;

/// No run of days off is longer; a calendar of nothing else must not be searched for ever.
const LONGEST_REST: i64 = 400;

/// Which days of a week nobody works on, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekend([bool; 7]);

impl Weekend {
    /// Saturday and Sunday.
    pub const USUAL: Self = Self([false, false, false, false, false, true, true]);

    /// Of these days; `None` when it would be none or all of them.
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let mut weekend = [false; 7];
        for day in days {
            weekend[index(day)] = true;
        }
        let off = weekend.iter().filter(|off| **off).count();
        (1..7).contains(&off).then_some(Self(weekend))
    }

    fn has(self, day: Weekday) -> bool {
        self.0[index(day)]
    }
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

/// The days on which somebody works.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Whose holidays they are, where that is known.
    pub country: Option<&'static Country>,
    weekend: Weekend,
    off: Arc<BTreeMap<Date, String>>,
}

/// Why nobody works on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest<'a> {
    /// It is a weekend.
    Weekend,
    /// It is a holiday or a day off of the company, by this name.
    Holiday(&'a str),
}

impl Calendar {
    /// Monday to Friday, without holidays: where nothing is known of a country.
    pub fn weekdays() -> Self {
        Self { country: None, weekend: Weekend::USUAL, off: Arc::default() }
    }

    /// Why nobody works on that day; `None` on a working day.
    pub fn rest(&self, date: Date) -> Option<Rest<'_>> {
        match self.off.get(&date) {
            Some(name) => Some(Rest::Holiday(name)),
            None if self.weekend.has(date.weekday()) => Some(Rest::Weekend),
            None => None,
        }
    }

    /// Whether somebody works on that day.
    pub fn is_working_day(&self, date: Date) -> bool {
        self.rest(date).is_none()
    }

    /// That day where it is a working day, else the next one.
    pub fn on_or_after(&self, date: Date) -> Date {
        if self.is_working_day(date) { date } else { self.days_after(date, 1) }
    }

    /// The last working day before `date`.
    pub fn before(&self, date: Date) -> Date {
        self.days_before(date, 1)
    }

    /// The day from which on `n` working days are left before `date`: three before a Wednesday is the Friday before, and
    /// what is ready on it is ready three working days ahead (A8). `date` itself when `n` is 0.
    pub fn days_before(&self, date: Date, n: u16) -> Date {
        self.step(date, n, -1)
    }

    /// The `n`th working day after `date`.
    pub fn days_after(&self, date: Date, n: u16) -> Date {
        self.step(date, n, 1)
    }

    fn step(&self, date: Date, n: u16, by: i64) -> Date {
        let mut day = date;
        for _ in 0..n {
            day = (1..=LONGEST_REST)
                .map(|rested| add_days(day, by * rested))
                .find(|day| self.is_working_day(*day))
                .unwrap_or_else(|| add_days(day, by));
        }
        day
    }

    /// How many working days lie after `from`, up to and including `to`; 0 when `to` is not later.
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let days = days_between(from, to).max(0);
        let weekdays = |from: Date, days: i64| -> i64 {
            let works = |n: &i64| !self.weekend.has(add_days(from, *n).weekday());
            i64::try_from((1..=days).filter(works).count()).unwrap_or(0)
        };
        let worked = days / 7 * weekdays(from, 7) + weekdays(from, days % 7);
        if to <= from {
            return 0;
        }
        let holidays =
            self.off.range(from..=to).filter(|(day, _)| **day > from && !self.weekend.has(day.weekday()));
        worked - i64::try_from(holidays.count()).unwrap_or(0)
    }

    /// The holidays that take a working day away after `from`, up to and including `to`, with their names.
    pub fn holidays(&self, from: Date, to: Date) -> Vec<(Date, &str)> {
        if to <= from {
            return Vec::new();
        }
        let counts = |day: &Date| *day > from && !self.weekend.has(day.weekday());
        self.off
            .range(from..=to)
            .filter(|(day, _)| counts(day))
            .map(|(day, name)| (*day, name.as_str()))
            .collect()
    }
}

/// Whole days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// A date so many days later, at the end of the calendar its last day.
pub fn add_days(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days.clamp(-100_000, 100_000)))
}

#[cfg(test)]
mod tests;
