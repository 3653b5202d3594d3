//! When whoever must act is reminded of what has a day: one rule for commitments and introductions; and how long
//! somebody has waited for an answer: one for requests of every kind.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::kernel::calendar::{Calendar, add_days, days_between};

/// Reminders go out at this local time.
pub(super) const REMIND_AT: Time = Time::constant(9, 0, 0, 0);
/// What is late is remembered on each such day.
const LATE_EVERY_DAYS: i64 = 3;
/// After so many reminders of what is late the manager is told.
const MISSES: i64 = 2;

/// How many working days somebody who lives in `zone` and works by `days` has waited; `None` while nobody is reminded: on a
/// day that is none, and before nine.
pub(super) fn waited(since: Timestamp, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<i64> {
    let local = now.to_zoned(zone.clone());
    let reminds = days.is_working_day(local.date()) && local.time() >= REMIND_AT;
    reminds.then(|| days.between(since.to_zoned(zone.clone()).date(), local.date()))
}

/// Why somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// It is due on the next working day, or over the weekend before it.
    Ahead,
    /// It is due today.
    Today,
    /// So many days have passed since it was due.
    Late(i64),
    /// It was snoozed until today, and is not due yet.
    Back,
}

/// What is to be done by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The day.
    pub due: Date,
    /// Reminders are quiet until that day.
    pub snoozed_until: Option<Date>,
    /// Since when it is to be done.
    pub since: Timestamp,
    /// The day whose reminder was sent last.
    pub reminded: Option<Date>,
}

impl Dated {
    /// The reminder that is due for somebody who lives in `zone` and works by `days`, with the day that it stands for.
    ///
    /// On the working day before, on the day, then every third day; after a snooze on its day, then as above. Only
    /// the latest counts, so a downtime is followed by one. A day that was over when it was written down brings none:
    /// whoever has just done that knows.
    pub fn reminder(&self, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<(Date, Reminder)> {
        let local = now.to_zoned(zone.clone());
        if local.time() < REMIND_AT {
            return None;
        }
        let (day, why) = self.latest(local.date(), days)?;
        let written = self.since.to_zoned(zone.clone()).datetime();
        let news = self.reminded.is_none_or(|last| last < day) && written < day.to_datetime(REMIND_AT);
        news.then_some((day, why))
    }

    fn latest(&self, today: Date, days: &Calendar) -> Option<(Date, Reminder)> {
        let late = days_between(self.due, today);
        let quiet_until = self.snoozed_until.unwrap_or(Date::MIN);
        if today < quiet_until {
            return None;
        }
        let from = self.due.max(quiet_until);
        let ahead = days.before(self.due);
        let day = match (days_between(from, today), self.snoozed_until) {
            (waited @ 0.., _) => add_days(from, waited - waited % LATE_EVERY_DAYS),
            (_, Some(until)) if today < ahead => until,
            (_, _) => ahead.max(quiet_until),
        };
        if day > today {
            return None;
        }
        let why = match late {
            0 => Reminder::Today,
            1.. => Reminder::Late(late),
            _ if day < ahead => Reminder::Back,
            _ => Reminder::Ahead,
        };
        Some((day, why))
    }

    /// Whether nothing happened after two reminders of what is late; a snooze counts anew.
    pub fn is_missed(&self, day: Date) -> bool {
        let from = self.snoozed_until.map_or(self.due, |until| until.max(self.due));
        days_between(from, day) >= MISSES * LATE_EVERY_DAYS
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nobody_is_reminded_twice_of_a_day_nor_before_nine(
            due in 0i64..40, snoozed in prop::option::of(0i64..60), since in 0i64..30, hours in 1i64..15,
        ) {
            let zone = TimeZone::get("America/New_York").expect("a zone");
            let days = Calendar::weekdays();
            let day = |n| add_days(date(2026, 3, 2), n);
            let start: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
            let since = start + SignedDuration::from_hours(24 * since);
            let mut dated = Dated {
                due: day(due), snoozed_until: snoozed.map(day), since, reminded: None,
            };
            let mut now = since;
            let mut last: Option<Date> = None;
            while now < start + SignedDuration::from_hours(24 * 90) {
                if let Some((for_day, _)) = dated.reminder(now, &zone, &days) {
                    let local = now.to_zoned(zone.clone());
                    prop_assert!(local.time() >= REMIND_AT && for_day <= local.date());
                    prop_assert!(last.is_none_or(|last| last < for_day));
                    prop_assert!(dated.snoozed_until.is_none_or(|until| local.date() >= until));
                    last = Some(for_day);
                    dated.reminded = last;
                    prop_assert_eq!(dated.reminder(now, &zone, &days), None);
                }
                now += SignedDuration::from_hours(hours);
            }
            // However it is put off, in three months it was remembered.
            prop_assert!(last.is_some());
        }
    }

    #[test]
    fn the_manager_is_told_after_two_reminders_of_what_is_late() {
        let since = "2026-03-02T12:00:00Z".parse().expect("a time");
        let dated = Dated { due: date(2026, 3, 9), snoozed_until: None, since, reminded: None };
        assert!(!dated.is_missed(date(2026, 3, 9)), "the day itself");
        assert!(!dated.is_missed(date(2026, 3, 12)), "the first");
        assert!(dated.is_missed(date(2026, 3, 15)), "the second");
        let snoozed = Dated { snoozed_until: Some(date(2026, 3, 13)), ..dated };
        assert!(!snoozed.is_missed(date(2026, 3, 18)));
        assert!(snoozed.is_missed(date(2026, 3, 19)));
    }
}
