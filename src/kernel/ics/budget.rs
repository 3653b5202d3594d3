//! How much work one calendar may make: a file of a few lines can ask for millions of times.

use calcard::icalendar::{ICalendarDay, ICalendarFrequency, ICalendarRecurrenceRule};
use jiff::civil::{Date, DateTime};

/// Days that are walked through for all the recurrences of one file. A series of ten years takes 3,650 of them.
const DAYS: u64 = 20_000_000;
/// What a rule takes that may come round for a last time long before its end: it is searched for that long.
const SEARCH: u64 = 100_000;
/// The same by whole years.
const SEARCH_BY_YEARS: u64 = 300_000;
/// No more events of one file are shown.
pub(super) const EVENTS: usize = 5_000;
/// A rule has no more parts than this: all weeks of a year are fewer.
const PARTS: usize = 100;

/// What is left of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    days: u64,
    events: usize,
    /// Somebody asked for more events than there are left.
    pub cut: bool,
}

impl Budget {
    pub(super) fn of_a_file() -> Self {
        Self { days: DAYS, events: EVENTS, cut: false }
    }

    /// Room for one more event.
    pub(super) fn event(&mut self) -> bool {
        self.cut |= self.events == 0;
        match self.events.checked_sub(1) {
            Some(left) => self.events = left,
            None => return false,
        }
        true
    }

    /// Pays for following a rule from `start` to `until`.
    ///
    /// # Errors
    /// Says in words why it is not followed.
    pub(super) fn rule(
        &mut self,
        rule: &ICalendarRecurrenceRule,
        start: DateTime,
        until: DateTime,
    ) -> Result<(), String> {
        if several_a_day(rule) {
            return Err("has several times a day".to_owned());
        }
        let parts = [
            rule.byday.len(),
            rule.bymonthday.len(),
            rule.byyearday.len(),
            rule.byweekno.len(),
            rule.bymonth.len(),
            rule.bysetpos.len(),
        ];
        if parts.iter().sum::<usize>() > PARTS {
            return Err(format!("has more than {PARTS} parts"));
        }
        let days = u64::try_from(until.duration_since(start).as_hours() / 24).unwrap_or(0);
        let search = match (may_run_dry(rule), rule.freq) {
            (false, _) => 0,
            (true, ICalendarFrequency::Yearly) => SEARCH_BY_YEARS,
            (true, _) => SEARCH,
        };
        let price = days / u64::from(rule.interval.unwrap_or(1).max(1)) + search + 1;
        match self.days.checked_sub(price) {
            Some(left) => self.days = left,
            None => return Err("asks for more work than one calendar may make".to_owned()),
        }
        Ok(())
    }
}

/// Whether it comes round more than once a day.
fn several_a_day(rule: &ICalendarRecurrenceRule) -> bool {
    let several = |list: &[u8]| list.iter().any(|one| list.first() != Some(one));
    matches!(
        rule.freq,
        ICalendarFrequency::Hourly | ICalendarFrequency::Minutely | ICalendarFrequency::Secondly
    ) || [&rule.byhour, &rule.byminute, &rule.bysecond].into_iter().any(|list| several(list))
}

/// Whether its parts may contradict each other, so that it comes round seldom or never.
fn may_run_dry(rule: &ICalendarRecurrenceRule) -> bool {
    let steps = rule.interval.unwrap_or(1) > 1;
    let months = !rule.bymonth.is_empty();
    let days = !rule.bymonthday.is_empty();
    let weekdays = !rule.byday.is_empty();
    let positions = !rule.bysetpos.is_empty();
    let counted = rule.byday.iter().any(|day| day.ordwk.is_some());
    let fifth = |day: &ICalendarDay| day.ordwk.is_some_and(|week| week.abs() > 4);
    if !rule.byyearday.is_empty() || !rule.byweekno.is_empty() || (days && weekdays) {
        return true;
    }
    if rule.byday.iter().any(fifth) || rule.bysetpos.iter().any(|position| position.abs() > 4) {
        return true;
    }
    match rule.freq {
        ICalendarFrequency::Yearly | ICalendarFrequency::Monthly => {
            let by_months = rule.freq == ICalendarFrequency::Monthly && steps && months;
            by_months || (positions && (counted || !weekdays)) || (days && !some_day_exists(rule, steps))
        }
        ICalendarFrequency::Weekly => months || positions || counted,
        _ => months || days || positions || counted || (weekdays && steps),
    }
}

/// The thirtieth of February never comes round, and whoever takes several years at a time may miss the twenty-ninth.
fn some_day_exists(rule: &ICalendarRecurrenceRule, steps: bool) -> bool {
    let named: Vec<u8> = rule.bymonth.iter().map(|month| month.month()).collect();
    let months = if named.is_empty() { (1..=12).collect() } else { named };
    let exists = |month: u8, day: i8| {
        let (month, day) = (i8::try_from(month).unwrap_or(0), i8::try_from(day.unsigned_abs()).unwrap_or(0));
        Date::new(2024, month, day).is_ok() && (day <= 28 || !steps)
    };
    rule.bymonthday.iter().any(|day| months.iter().any(|month| exists(*month, *day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_pays_for_what_it_makes_us_look_at() {
        let at = |year| jiff::civil::date(year, 1, 1).to_datetime(jiff::civil::Time::midnight());
        let rule = |freq| ICalendarRecurrenceRule { freq, ..ICalendarRecurrenceRule::default() };
        let mut budget = Budget::of_a_file();
        budget.rule(&rule(ICalendarFrequency::Weekly), at(2016), at(2026)).unwrap();
        assert_eq!(DAYS - budget.days, 3_654);
        let never = ICalendarRecurrenceRule {
            bymonthday: vec![30],
            bymonth: vec![calcard::icalendar::ICalendarMonth::new(2, false)],
            ..rule(ICalendarFrequency::Yearly)
        };
        let dry = (0..1_000).take_while(|_| budget.rule(&never, at(2016), at(2026)).is_ok()).count();
        assert_eq!(dry, 65);
    }

    #[test]
    fn what_comes_round_for_sure_pays_for_no_search() {
        let of = |rule: &str| {
            let text =
                format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
            let file = calcard::icalendar::ICalendar::parse(&text).unwrap();
            let entry = file.components[1].property(&calcard::icalendar::ICalendarProperty::Rrule).unwrap();
            let Some(calcard::icalendar::ICalendarValue::RecurrenceRule(rule)) = entry.values.first() else {
                panic!("{rule}")
            };
            may_run_dry(rule)
        };
        for sure in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
            "FREQ=MONTHLY;BYDAY=2TU",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        ] {
            assert!(!of(sure), "{sure}");
        }
        for unsure in [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
            "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
            "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYDAY=2TU;BYSETPOS=2",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13",
            "FREQ=YEARLY;BYWEEKNO=53",
        ] {
            assert!(of(unsure), "{unsure}");
        }
    }
}
