//! A check-in with a partner (B9): by a rhythm of its own; what they focus on this season is kept with who said it and
//! when, and used until its season is over.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, Zoned};

use crate::kernel::calendar::{Calendar, add_days, days_between};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{CheckInId, PartnerId, UserId};

/// The rhythm of a partner for which nobody has chosen one, in days.
pub const EVERY_DAYS: i64 = 28;
/// Reminders go out at this local time.
pub(super) const REMIND_AT: Time = Time::constant(9, 0, 0, 0);
/// One that is due is remembered on each such day.
const AGAIN_DAYS: i64 = 7;
/// The rhythms that can be chosen, in days, and as they are said; 0 is never.
pub const RHYTHMS: [(i64, &str); 5] = [
    (14, "Every two weeks"),
    (28, "Every four weeks"),
    (56, "Every eight weeks"),
    (91, "Every quarter"),
    (0, "Never: no reminders"),
];

/// How often somebody checks in with a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// With whom.
    pub partner: PartnerId,
    /// So often; 0 for never.
    pub every_days: i64,
    /// No reminder before that day.
    pub quiet_until: Option<Date>,
    /// The day on which its manager was reminded last.
    pub asked: Option<Date>,
    /// Counts every change; a reminder is none.
    pub version: i64,
}

/// What was said in a check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// Its id.
    pub id: CheckInId,
    /// With whom.
    pub partner: PartnerId,
    /// The day of it.
    pub on: Date,
    /// What they focus on.
    pub focus: String,
    /// The last day on which that counts.
    pub until: Date,
    /// Who of theirs said so.
    pub said_by: Option<String>,
    /// What else was said.
    pub notes: Option<String>,
    /// Who wrote it down.
    pub logged_by: UserId,
    /// When.
    pub logged_at: Timestamp,
}

impl CheckIn {
    /// Whether what they focus on still counts.
    pub fn counts(&self, today: Date) -> bool {
        self.on <= today && today <= self.until
    }

    /// `Sam Whitfield, 4 March`, or `check-in of 4 March`: where it comes from; not escaped.
    pub fn source(&self) -> String {
        let day = self.on.strftime("%-d %B");
        match &self.said_by {
            Some(who) => format!("{who}, {day}"),
            None => format!("check-in of {day}"),
        }
    }

    /// `returns in retail (Sam Whitfield, 4 March)`; not escaped.
    pub fn words(&self) -> String {
        format!("{} ({})", self.focus, self.source())
    }
}

impl Rhythm {
    /// The one of a partner for which nobody has chosen any.
    pub fn new(partner: &PartnerId) -> Self {
        Self { partner: partner.clone(), every_days: EVERY_DAYS, quiet_until: None, asked: None, version: 0 }
    }

    /// The day from which on the next check-in is due, whether or not anybody works on it: counted from the last one, or from
    /// when the partner was added.
    pub fn from(&self, since: Date) -> Option<Date> {
        (self.every_days > 0).then(|| add_days(since, self.every_days))
    }

    /// When the next check-in is due for somebody who works by `days`.
    pub fn due(&self, since: Date, days: &Calendar) -> Option<Date> {
        self.from(since).map(|day| days.on_or_after(day))
    }

    /// Whether its manager, who works by `days`, is to be reminded now: on the day of the check-in, then every week, at nine
    /// on their clock and on working days.
    pub fn is_asked_for(&self, since: Date, now: &Zoned, days: &Calendar) -> bool {
        let today = now.date();
        let Some(due) = self.due(since, days) else { return false };
        let from = self.quiet_until.map_or(due, |quiet| quiet.max(due));
        let asked_lately =
            self.asked.is_some_and(|asked| asked >= from && days_between(asked, today) < AGAIN_DAYS);
        now.time() >= REMIND_AT && days.is_working_day(today) && today >= from && !asked_lately
    }

    /// How it stands, in words for `today`: `due since Mon 9 Mar`, `next on Wed 1 Apr`.
    pub fn words(&self, since: Date, today: Date, days: &Calendar) -> String {
        match self.due(since, days) {
            None => "no reminders".to_owned(),
            Some(due) => match days_between(today, due) {
                0 => "due today".to_owned(),
                1.. => format!("next on {}", spoken(due, today)),
                _ => format!("due since {}", spoken(due, today)),
            },
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::calendar::{Calendars, countries};

    pub(crate) fn check_in() -> CheckIn {
        CheckIn {
            id: "ci1".into(),
            partner: "p1".into(),
            on: date(2026, 3, 4),
            focus: "returns in retail".into(),
            until: date(2026, 3, 31),
            said_by: Some("Sam Whitfield".into()),
            notes: None,
            logged_by: "UPM".into(),
            logged_at: "2026-03-04T12:00:00Z".parse().expect("a time"),
        }
    }

    fn at(day: Date, hour: i8) -> Zoned {
        day.at(hour, 0, 0, 0).to_zoned(TimeZone::get("Europe/Stockholm").expect("a zone")).expect("a time")
    }

    #[test]
    fn a_focus_counts_for_its_season_and_says_where_it_comes_from() {
        let said = check_in();
        assert!(said.counts(date(2026, 3, 4)) && said.counts(date(2026, 3, 31)));
        assert!(!said.counts(date(2026, 3, 3)) && !said.counts(date(2026, 4, 1)));
        assert_eq!(said.words(), "returns in retail (Sam Whitfield, 4 March)");
        let nobody = CheckIn { said_by: None, ..said };
        assert_eq!(nobody.words(), "returns in retail (check-in of 4 March)");
    }

    #[test]
    fn the_manager_is_reminded_on_the_day_and_every_week() {
        let days = Calendar::weekdays();
        let mut rhythm = Rhythm::new(&"p1".into());
        let last = date(2026, 2, 7);
        let mut sent = Vec::new();
        let mut day = date(2026, 2, 20);
        while day < date(2026, 4, 1) {
            for hour in [8, 9, 15] {
                if rhythm.is_asked_for(last, &at(day, hour), &days) {
                    rhythm.asked = Some(day);
                    sent.push(format!("{day} {hour}"));
                }
            }
            day = add_days(day, 1);
        }
        // Four weeks after Saturday 7 February is a Saturday: it comes on the Monday.
        assert_eq!(sent, ["2026-03-09 9", "2026-03-16 9", "2026-03-23 9", "2026-03-30 9"]);
        rhythm.quiet_until = Some(date(2026, 4, 15));
        assert!(!rhythm.is_asked_for(last, &at(date(2026, 4, 14), 12), &days));
        assert!(rhythm.is_asked_for(last, &at(date(2026, 4, 15), 12), &days));
        assert!(!rhythm.is_asked_for(last, &at(date(2026, 4, 18), 12), &days), "a Saturday");
        rhythm.every_days = 0;
        assert!(!rhythm.is_asked_for(last, &at(date(2026, 6, 15), 12), &days));
    }

    #[test]
    fn nobody_is_reminded_on_a_holiday() {
        let swedish = Calendars::default().of(countries::find("SE"));
        let rhythm = Rhythm::new(&"p1".into());
        // Four weeks after 6 March is Good Friday.
        let last = date(2026, 3, 6);
        assert_eq!(rhythm.due(last, &swedish), Some(date(2026, 4, 7)), "the Tuesday after Easter");
        assert_eq!(rhythm.due(last, &Calendar::weekdays()), Some(date(2026, 4, 3)));
        for (day, asked) in [(3, false), (6, false), (7, true)] {
            assert_eq!(
                rhythm.is_asked_for(last, &at(date(2026, 4, day), 10), &swedish),
                asked,
                "{day} April"
            );
        }
        assert_eq!(rhythm.words(last, date(2026, 3, 30), &swedish), "next on Tue 7 Apr");
    }

    #[test]
    fn how_it_stands() {
        let (rhythm, days) = (Rhythm::new(&"p1".into()), Calendar::weekdays());
        let words = |today| rhythm.words(date(2026, 2, 9), today, &days);
        assert_eq!(words(date(2026, 3, 2)), "next on Mon 9 Mar");
        assert_eq!(words(date(2026, 3, 9)), "due today");
        assert_eq!(words(date(2026, 3, 12)), "due since Mon 9 Mar");
        let never = Rhythm { every_days: 0, ..rhythm };
        assert_eq!(never.words(date(2026, 2, 9), date(2026, 3, 9), &days), "no reminders");
    }

    proptest! {
        #[test]
        fn nobody_is_asked_twice_a_week(every in 1i64..120, quiet in prop::option::of(0i64..200), hours in 1i64..30) {
            let (last, days) = (date(2026, 1, 5), Calendar::weekdays());
            let quiet_until = quiet.map(|n| add_days(last, n));
            let mut rhythm = Rhythm { every_days: every, quiet_until, ..Rhythm::new(&"p1".into()) };
            let mut sent: Vec<Date> = Vec::new();
            let mut now = at(last, 10);
            while now.date() < add_days(last, 250) {
                if rhythm.is_asked_for(last, &now, &days) {
                    let day = now.date();
                    prop_assert!(now.hour() >= 9 && days.is_working_day(day));
                    prop_assert!(rhythm.due(last, &days).is_some_and(|due| due <= day && days.is_working_day(due)));
                    prop_assert!(quiet_until.is_none_or(|quiet| quiet <= day));
                    prop_assert!(rhythm.asked.is_none_or(|asked| days_between(asked, day) >= 7));
                    rhythm.asked = Some(day);
                    sent.push(day);
                }
                now = now.saturating_add(jiff::SignedDuration::from_hours(hours));
            }
            prop_assert!(!sent.is_empty() || quiet.is_some() || every > 240);
        }
    }
}
