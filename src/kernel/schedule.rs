//! Recurring times: a `cron` expression read on the civil clock of an IANA zone.
//!
//! Read in a zone with daylight saving, the crate `cron` loses a skipped local time and fires a repeated one
//! twice. So the expression is evaluated on civil time, as if in UTC, and every civil time is then turned
//! into one instant: a time that the clock skips fires as much later as the clock jumped, a time that it
//! repeats fires at its first pass. Each civil time fires exactly once, whatever the zone does.

use chrono::{DateTime as ChronoDateTime, Utc};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{Disambiguation, TimeZone};
use jiff::{Span, Timestamp};
use thiserror::Error;

use super::dates::full_name;

/// Civil and absolute order differ only around a transition. No zone has moved its clock by more than a
/// day (Samoa and Kiritimati left out a whole one), so looking this far beyond either end finds every fire.
const SLACK_HOURS: i64 = 26;
/// How far back [`Schedule::latest_due`] looks, in days, before it looks further.
const LOOK_BACK_DAYS: [i64; 3] = [2, 40, 800];

/// Why a schedule was not accepted. Its `Display` is an answer for the writer, fix included.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// Not a cron expression of five or six fields.
    #[error("I can't read \"{0}\" as a schedule. Try `0 9 * * mon`: minute, hour, day, month, weekday.")]
    Unreadable(String),
    /// A weekday by number: half of the world's crons start at Sunday with 0, this crate with 1.
    #[error("Write weekdays by name: `mon`, `mon-fri` or `tue,thu` instead of \"{0}\".")]
    NumberedWeekday(String),
    /// Well-formed, but no such day comes, as on 30 February.
    #[error("\"{0}\" never comes round. Check its day and month.")]
    Never(String),
    /// Not in the IANA database.
    #[error("I don't know the time zone \"{name}\". {hint}")]
    UnknownZone {
        /// As written.
        name: String,
        /// A near miss or an example.
        hint: String,
    },
}

/// A recurring time in a zone. Two schedules are equal when their expression and zone are.
#[derive(Clone, Debug)]
pub struct Schedule {
    expr: String,
    cron: cron::Schedule,
    zone: TimeZone,
    zone_name: String,
}

/// One time that a schedule comes due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fire {
    /// The instant.
    pub at: Timestamp,
    /// The civil date and time that it stands for, as `2026-03-09T09:00:00`: the key under which it fires
    /// once. It stays the same when the zone is changed, so moving a digest to another zone does not repeat it.
    pub period: String,
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr && self.zone_name == other.zone_name
    }
}

impl Eq for Schedule {}

impl Schedule {
    /// Reads a cron expression: minute, hour, day, month, weekday; with six fields the first is the second.
    ///
    /// Weekdays go by name. A day and a weekday must both fit, as the crate `cron` has it.
    ///
    /// # Errors
    /// [`ScheduleError`] for what cannot be read, never fires, or names an unknown zone.
    pub fn parse(expr: &str, zone: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = expr.split_whitespace().collect();
        let shown = fields.join(" ");
        let full = match fields.len() {
            5 => format!("0 {shown}"),
            6 => shown.clone(),
            _ => return Err(ScheduleError::Unreadable(shown)),
        };
        let days = fields.last().copied().unwrap_or_default();
        if days.split(',').any(|part| part.split('/').next().is_some_and(|d| d.contains(char::is_numeric))) {
            return Err(ScheduleError::NumberedWeekday(days.to_owned()));
        }
        let cron: cron::Schedule =
            full.parse().map_err(|_: cron::error::Error| ScheduleError::Unreadable(shown.clone()))?;
        let (zone, zone_name) = find_zone(zone)?;
        if cron.after(&ChronoDateTime::<Utc>::UNIX_EPOCH).next().is_none() {
            return Err(ScheduleError::Never(shown));
        }
        Ok(Self { expr: shown, cron, zone, zone_name })
    }

    /// Once a week at a local time, to the minute.
    ///
    /// # Errors
    /// [`ScheduleError::UnknownZone`].
    pub fn weekly(day: Weekday, time: Time, zone: &str) -> Result<Self, ScheduleError> {
        let day = full_name(day)[..3].to_lowercase();
        Self::parse(&format!("{} {} * * {day}", time.minute(), time.hour()), zone)
    }

    /// The zone's IANA name, as `Europe/Stockholm`.
    pub fn zone(&self) -> &str {
        &self.zone_name
    }

    /// Every fire after `after` and up to and including `until`, in order of time.
    ///
    /// The list is as long as the span asks for; after a downtime use [`Schedule::latest_due`].
    pub fn fires_between(&self, after: Timestamp, until: Timestamp) -> Vec<Fire> {
        if until <= after {
            return Vec::new();
        }
        let last = slack(self.civil(until), SLACK_HOURS);
        let mut fires: Vec<Fire> = self
            .civil_times(slack(self.civil(after), -SLACK_HOURS))
            .take_while(|civil| *civil <= last)
            .filter_map(|civil| self.fire(civil))
            .filter(|fire| fire.at > after && fire.at <= until)
            .collect();
        // A time that was moved out of a gap can come after its successor in civil order.
        fires.sort();
        fires
    }

    /// The first fire after `after`: when to wake up. `None` when the years of the calendar (2100) run out.
    ///
    /// On the day of a gap two civil times can share an instant (02:00 moved to 03:00, and 03:00 itself), so what
    /// is due at the wake-up is told by [`Schedule::fires_between`].
    pub fn next_after(&self, after: Timestamp) -> Option<Fire> {
        let mut first: Option<Fire> = None;
        for civil in self.civil_times(slack(self.civil(after), -SLACK_HOURS)) {
            if first.as_ref().is_some_and(|first| civil > self.civil(first.at)) {
                break;
            }
            let fire = self.fire(civil).filter(|fire| fire.at > after);
            first = match (first, fire) {
                (Some(first), Some(fire)) => Some(first.min(fire)),
                (first, fire) => first.or(fire),
            };
        }
        first
    }

    /// The latest fire after `after` and up to and including `until`: after a downtime the one to catch up on.
    pub fn latest_due(&self, after: Timestamp, until: Timestamp) -> Option<Fire> {
        let windows = LOOK_BACK_DAYS.iter().map(|days| {
            let start = until.saturating_sub(Span::new().hours(days * 24)).unwrap_or(after);
            start.max(after)
        });
        for start in windows {
            if let Some(fire) = self.fires_between(start, until).pop() {
                return Some(fire);
            }
            if start == after {
                return None;
            }
        }
        self.fires_between(after, until).pop()
    }

    /// The instant of a civil time: out of a gap it moves later, in a fold it is the first pass.
    fn fire(&self, civil: DateTime) -> Option<Fire> {
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        let at = ambiguous.disambiguate(Disambiguation::Compatible).ok()?;
        Some(Fire { at, period: civil.to_string() })
    }

    fn civil(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// The civil times of the expression after `start`, in civil order.
    fn civil_times(&self, start: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let seconds = TimeZone::UTC.to_timestamp(start).map_or(0, |at| at.as_second());
        let start =
            ChronoDateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or(ChronoDateTime::<Utc>::UNIX_EPOCH);
        self.cron
            .after_owned(start)
            .filter_map(|at| Timestamp::from_second(at.timestamp()).ok())
            .map(|at| TimeZone::UTC.to_datetime(at))
    }
}

fn slack(civil: DateTime, hours: i64) -> DateTime {
    civil.saturating_add(Span::new().hours(hours))
}

fn find_zone(name: &str) -> Result<(TimeZone, String), ScheduleError> {
    let name = name.trim();
    if let Ok(zone) = TimeZone::get(name)
        && let Some(known) = zone.iana_name()
    {
        let known = known.to_owned();
        return Ok((zone, known));
    }
    let place = name.rsplit('/').next().unwrap_or(name).replace(' ', "_").to_lowercase();
    let near = jiff::tz::db()
        .available()
        .map(|zone| zone.as_str().to_owned())
        .filter(|_| !place.is_empty())
        .find(|zone| zone.rsplit('/').next().is_some_and(|last| last.to_lowercase() == place));
    let hint = match near {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Try `Europe/Stockholm` or `America/New_York`.".to_owned(),
    };
    Err(ScheduleError::UnknownZone { name: name.to_owned(), hint })
}

#[cfg(test)]
mod tests;
