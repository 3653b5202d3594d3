use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::plan::calendar::{is_working_day, working_days_between};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Monday to Friday, but for Easter of 2026.
fn works(day: Date) -> bool {
    is_working_day(day) && day != date(2026, 4, 3) && day != date(2026, 4, 6)
}

#[test]
fn three_business_days_before_a_session_the_pre_read_is_out() {
    let settings = Settings::default();
    // Thursday 12 March 2026.
    let prep = Prep::of(date(2026, 3, 12), &settings, &works);
    assert_eq!(prep.due, date(2026, 3, 9), "Monday");
    assert_eq!(prep.flag, date(2026, 3, 6), "Friday: the weekend is no day to be told on");
    assert_eq!(prep.load, date(2026, 3, 5));
    assert!(prep.is_in_time(date(2026, 3, 9)) && !prep.is_in_time(date(2026, 3, 10)));
    // Good Friday and Easter Monday do not count.
    let prep = Prep::of(date(2026, 4, 8), &settings, &works);
    assert_eq!((prep.due, prep.flag, prep.load), (date(2026, 4, 1), date(2026, 3, 31), date(2026, 3, 30)));
}

#[test]
fn a_session_at_short_notice_has_a_working_day() {
    let prep = Prep::of(date(2026, 3, 12), &Settings::default(), &works);
    assert_eq!(prep.flagged_from(date(2026, 3, 5), &works), date(2026, 3, 6));
    assert_eq!(prep.flagged_from(date(2026, 3, 6), &works), date(2026, 3, 9), "loaded on the day itself");
    assert_eq!(prep.flagged_from(date(2026, 3, 10), &works), date(2026, 3, 11));
}

#[test]
fn a_session_without_a_record_is_chased_twice_and_then_shown_to_operations() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    // Thursday 2 April, 10:45 in Stockholm; Good Friday and Easter Monday follow.
    let ended = at("2026-04-02T08:45:00Z");
    let told = |now| Chase::at(ended, at(now), &zone, &works);
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
        let found = working_days_before(day, count, &is_working_day);
        prop_assert!(count == 0 || is_working_day(found));
        // The working days after it, up to the day itself, or to the working day before where that rests.
        let between = working_days_between(found, day);
        let rests = i64::from(!is_working_day(day) && count > 0);
        prop_assert_eq!(between, i64::from(count) - rests);
    }

    #[test]
    fn a_calendar_that_always_rests_ends_all_the_same(days in 0i64..2000) {
        let day = add_days(date(2026, 1, 1), days);
        prop_assert_eq!(working_days_before(day, 1, &|_| false), add_days(day, -1));
    }
}
