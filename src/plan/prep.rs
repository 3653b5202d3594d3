//! When a session is to be prepared (A8), and when its record is asked for: days that work, counted backwards from it
//! and forwards.
//!
//! Which days work is handed in: the calendar of whoever takes part.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::calendar::add_days;
pub use crate::config::Agendas as Settings;

/// What is told on a day is told at this local time.
pub const TOLD_AT: Time = Time::constant(9, 0, 0, 0);
/// So far a working day is looked for: no calendar rests longer.
const LONGEST_REST: i64 = 60;

/// The day that lies so many working days before this one.
pub fn working_days_before(day: Date, count: u16, works: &impl Fn(Date) -> bool) -> Date {
    let mut day = day;
    for _ in 0..count {
        day = beside(day, -1, works);
    }
    day
}

/// The next working day after this one.
pub fn working_day_after(day: Date, works: &impl Fn(Date) -> bool) -> Date {
    beside(day, 1, works)
}

fn beside(day: Date, step: i64, works: &impl Fn(Date) -> bool) -> Date {
    let mut found = add_days(day, step);
    for _ in 0..LONGEST_REST {
        if works(found) {
            return found;
        }
        found = add_days(found, step);
    }
    add_days(day, step)
}

/// The days on the way to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prep {
    /// From here on its agenda is loaded.
    pub load: Date,
    /// Where nothing is approved by now, operations hears of it.
    pub flag: Date,
    /// The last day on which the pre-read is in time.
    pub due: Date,
}

impl Prep {
    /// For a session on that day.
    pub fn of(day: Date, settings: &Settings, works: &impl Fn(Date) -> bool) -> Self {
        let due = working_days_before(day, settings.ahead_days, works);
        Self {
            load: working_days_before(day, settings.load_days, works),
            flag: working_days_before(due, 1, works),
            due,
        }
    }

    /// From which day on operations hears that nothing is approved. A session at short notice has a working day for it.
    pub fn flagged_from(&self, loaded: Date, works: &impl Fn(Date) -> bool) -> Date {
        if loaded < self.flag { self.flag } else { working_day_after(loaded, works) }
    }

    /// How a pre-read that is out on that day is in time: so many working days before the session.
    pub fn is_in_time(&self, out: Date) -> bool {
        out <= self.due
    }
}

/// Who is told that a session has no record yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chase {
    /// It is over: whoever ran it is asked.
    Over,
    /// The first reminder.
    First,
    /// The second.
    Second,
    /// Operations sees it.
    Operations,
}

impl Chase {
    /// Its turn, as turns are counted.
    pub fn turn(self) -> &'static str {
        match self {
            Self::Over => "0",
            Self::First => "1",
            Self::Second => "2",
            Self::Operations => "3",
        }
    }

    /// Who is told by now; only the latest counts, so a downtime is followed by one.
    pub fn at(
        ended: Timestamp,
        now: Timestamp,
        zone: &TimeZone,
        works: &impl Fn(Date) -> bool,
    ) -> Option<Self> {
        if now < ended {
            return None;
        }
        let local = now.to_zoned(zone.clone()).datetime();
        let mut day = ended.to_zoned(zone.clone()).date();
        let mut told = Self::Over;
        for next in [Self::First, Self::Second, Self::Operations] {
            day = working_day_after(day, works);
            if local < day.to_datetime(TOLD_AT) {
                break;
            }
            told = next;
        }
        Some(told)
    }
}

#[cfg(test)]
mod tests;
