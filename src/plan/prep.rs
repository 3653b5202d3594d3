//! When a session is to be prepared (A8), and when its record is asked for: days that work, counted backwards from it
//! and forwards.
//!
//! Which days work is handed in: the calendar of whoever takes part.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

pub use crate::config::Agendas as Settings;
use crate::kernel::calendar::Calendar;

/// What is told on a day is told at this local time.
pub const TOLD_AT: Time = Time::constant(9, 0, 0, 0);
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
    pub fn of(day: Date, settings: &Settings, days: &Calendar) -> Self {
        let due = days.days_before(day, settings.ahead_days);
        Self { load: days.days_before(day, settings.load_days), flag: days.before(due), due }
    }

    /// From which day on operations hears that nothing is approved. A session at short notice has a working day for it.
    pub fn flagged_from(&self, loaded: Date, days: &Calendar) -> Date {
        if loaded < self.flag { self.flag } else { days.days_after(loaded, 1) }
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
    pub fn at(ended: Timestamp, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<Self> {
        if now < ended {
            return None;
        }
        let local = now.to_zoned(zone.clone()).datetime();
        let mut day = ended.to_zoned(zone.clone()).date();
        let mut told = Self::Over;
        for next in [Self::First, Self::Second, Self::Operations] {
            day = days.days_after(day, 1);
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
