use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::kernel::calendar::{Calendars, DayOff, Written, add_days};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Monday to Friday, but for these days.
fn but_for(days: impl IntoIterator<Item = Date>) -> Calendar {
    let off = days.into_iter().map(|date| DayOff { country: None, date, name: "off".to_owned() });
    Calendars::new(&Written::default(), off.collect()).unwrap().own()
}

/// Easter of 2026 is off.
fn easter() -> Calendar {
    but_for([date(2026, 4, 3), date(2026, 4, 6)])
}

#[test]
fn three_working_days_before_a_session_the_pre_read_is_out() {
    let settings = Settings::default();
    // Thursday 12 March 2026.
    let prep = Prep::of(date(2026, 3, 12), &settings, &easter());
    assert_eq!(prep.due, date(2026, 3, 9), "Monday");
    assert_eq!(prep.flag, date(2026, 3, 6), "Friday: the weekend is no day to be told on");
    assert_eq!(prep.load, date(2026, 3, 5));
    assert!(prep.is_in_time(date(2026, 3, 9)) && !prep.is_in_time(date(2026, 3, 10)));
    // Good Friday and Easter Monday do not count.
    let prep = Prep::of(date(2026, 4, 8), &settings, &easter());
    assert_eq!((prep.due, prep.flag, prep.load), (date(2026, 4, 1), date(2026, 3, 31), date(2026, 3, 30)));
}

#[test]
fn a_session_at_short_notice_has_a_working_day() {
    let prep = Prep::of(date(2026, 3, 12), &Settings::default(), &easter());
    assert_eq!(prep.flagged_from(date(2026, 3, 5), &easter()), date(2026, 3, 6));
    assert_eq!(prep.flagged_from(date(2026, 3, 6), &easter()), date(2026, 3, 9), "loaded on the day itself");
    assert_eq!(prep.flagged_from(date(2026, 3, 10), &easter()), date(2026, 3, 11));
}

#[test]
fn a_session_without_a_record_is_chased_twice_and_then_shown_to_operations() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    // Thursday 2 April, 10:45 in Stockholm; Good Friday and Easter Monday follow.
    let ended = at("2026-04-02T08:45:00Z");
    let told = |now| Chase::at(ended, at(now), &zone, &easter());
    assert_eq!(told("2026-04-02T08:44:59Z"), None);
    assert_eq!(told("2026-04-02T08:45:00Z"), Some(Chase::Over));
    assert_eq!(told("2026-04-07T06:59:00Z"), Some(Chase::Over), "not before nine");
    assert_eq!(told("2026-04-07T07:00:00Z"), Some(Chase::First), "Tuesday");
    assert_eq!(told("2026-04-08T07:00:00Z"), Some(Chase::Second));
    assert_eq!(told("2026-04-09T07:00:00Z"), Some(Chase::Operations));
    assert_eq!(told("2026-05-09T07:00:00Z"), Some(Chase::Operations));
}

proptest! {
    #[test]
    fn counted_backwards_is_counted_forwards(days in 0i64..2000, count in 0u16..20) {
        let day = add_days(date(2026, 1, 1), days);
        let week = Calendar::weekdays();
        let found = week.days_before(day, count);
        prop_assert!(count == 0 || week.is_working_day(found));
        // The working days after it, up to the day itself, or to the working day before where that rests.
        let between = week.between(found, day);
        let rests = i64::from(!week.is_working_day(day) && count > 0);
        prop_assert_eq!(between, i64::from(count) - rests);
    }
}

#[test]
fn a_calendar_that_always_rests_ends_all_the_same() {
    let first = date(2026, 1, 1);
    let always = but_for((0..3000).map(|n| add_days(first, n)));
    for days in [500, 1000, 2000] {
        let day = add_days(first, days);
        assert_eq!(always.days_before(day, 1), add_days(day, -1));
        assert_eq!(always.days_after(day, 1), add_days(day, 1));
    }
}
