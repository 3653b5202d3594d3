//! When whoever runs a play is reminded, and when it waits for them.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Play, Stage};
use crate::kernel::calendar::{Calendar, add_days, days_between};
use crate::kernel::ids::UserId;

/// Reminders go out at this local time.
pub(in crate::plan) const REMIND_AT: Time = Time::constant(9, 0, 0, 0);
/// One that is late is remembered on each such day.
const LATE_EVERY_DAYS: i64 = 3;
/// Results are asked for so many days after it shipped, and again as often.
const RESULTS_EVERY_DAYS: i64 = 7;
/// As often are results asked for.
const RESULTS_TIMES: i64 = 3;

/// Why its owner is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// It is time to look at it.
    CheckIn,
    /// It goes out on the next working day, or over the weekend before it.
    Ahead,
    /// It goes out today.
    Today,
    /// So many days have passed since it was to go out.
    Late(i64),
    /// It went out, and nobody said what came of it.
    Results,
}

impl Play {
    /// Whether it waits for this person, who runs it: it ships within a week, is late, or shipped a week ago and lacks results.
    pub fn waits_for(&self, user: &UserId, now: Timestamp) -> bool {
        let today = self.today(now);
        let near = match &self.stage {
            Stage::Running { .. } => self.plan.ship.is_some_and(|ship| days_between(today, ship) <= 7),
            Stage::Shipped { on, results: None, .. } => days_between(*on, today) >= RESULTS_EVERY_DAYS,
            _ => false,
        };
        near && self.plan.owner.as_ref() == Some(user)
    }

    /// The reminder that is due for somebody who works by `days`, with the day that it stands for.
    ///
    /// While it runs: at its check-ins, on the working day before it goes out, on the day, then every third day. When it
    /// went out: a week later, until there are results, three times. Only the latest counts, so a downtime is followed by one.
    pub fn reminder(&self, now: Timestamp, days: &Calendar) -> Option<(Date, Reminder)> {
        let local = now.to_zoned(self.time_zone());
        if local.time() < REMIND_AT {
            return None;
        }
        let today = local.date();
        let (begun, (day, why)) = match &self.stage {
            Stage::Running { since, .. } => (since, self.latest_while_running(*since, today, days)?),
            Stage::Shipped { on, at, results: None, .. } => (at, latest_for_results(*on, today, days)?),
            _ => return None,
        };
        let begun = begun.to_zoned(self.time_zone()).datetime();
        let news = self.reminded.is_none_or(|last| last < day) && begun < day.to_datetime(REMIND_AT);
        news.then_some((day, why))
    }

    fn latest_while_running(
        &self,
        since: Timestamp,
        today: Date,
        days: &Calendar,
    ) -> Option<(Date, Reminder)> {
        let ship = self.plan.ship?;
        let ahead = days.before(ship);
        match days_between(ship, today) {
            0 => Some((ship, Reminder::Today)),
            late @ 1.. => Some((add_days(ship, late - late % LATE_EVERY_DAYS), Reminder::Late(late))),
            _ if today >= ahead => Some((ahead, Reminder::Ahead)),
            _ => self.latest_check(since, today, days).map(|day| (day, Reminder::CheckIn)),
        }
    }

    fn latest_check(&self, since: Timestamp, today: Date, days: &Calendar) -> Option<Date> {
        if self.plan.check_days <= 0 {
            return None;
        }
        let start = since.to_zoned(self.time_zone()).date();
        let times = days_between(start, today).max(0) / self.plan.check_days;
        // What falls on a weekend or a holiday comes on the working day after.
        (times.saturating_sub(1)..=times)
            .rev()
            .filter(|n| *n > 0)
            .map(|n| days.on_or_after(add_days(start, n * self.plan.check_days)))
            .find(|day| *day <= today)
    }
}

fn latest_for_results(on: Date, today: Date, days: &Calendar) -> Option<(Date, Reminder)> {
    let times = (days_between(on, today) / RESULTS_EVERY_DAYS).min(RESULTS_TIMES);
    (times > 0)
        .then(|| (days.on_or_after(add_days(on, times * RESULTS_EVERY_DAYS)), Reminder::Results))
        .filter(|(day, _)| *day <= today)
}
