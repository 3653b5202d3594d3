use super::*;
use jiff::civil::date;
use proptest::prelude::*;

/// A Wednesday.
const TODAY: Date = date(2026, 3, 11);

#[track_caller]
fn reads(text: &str, expected: Date) {
    assert_eq!(parse_date(text, TODAY), Ok(expected), "{text:?}");
}

fn says(text: &str) -> String {
    parse_date(text, TODAY).expect_err(text).to_string()
}

#[test]
fn weekdays_mean_the_next_one() {
    reads("friday", date(2026, 3, 13));
    reads("by Fri.", date(2026, 3, 13));
    reads("tues", date(2026, 3, 17));
    reads("wednesday", date(2026, 3, 18));
    reads("this friday", date(2026, 3, 13));
    reads("next tue", date(2026, 3, 17));
    reads("next wed", date(2026, 3, 18));
    reads("next friday", date(2026, 3, 20));
    reads("tuesday next week", date(2026, 3, 17));
    reads("next sunday", date(2026, 3, 22));
}

#[test]
fn spans_and_periods() {
    reads("today", TODAY);
    reads("Tomorrow", date(2026, 3, 12));
    reads("in 2 weeks", date(2026, 3, 25));
    reads("3 days", date(2026, 3, 14));
    reads("in a month", date(2026, 4, 11));
    reads("in two weeks", date(2026, 3, 25));
    reads("in a fortnight", date(2026, 3, 25));
    reads("next week", date(2026, 3, 16));
    reads("eow", date(2026, 3, 13));
    reads("end of the week", date(2026, 3, 13));
    reads("end of next week", date(2026, 3, 20));
    reads("end of month", date(2026, 3, 31));
    reads("eom", date(2026, 3, 31));
    reads("next month", date(2026, 4, 1));
    reads("end of quarter", date(2026, 3, 31));
    reads("end of next quarter", date(2026, 6, 30));
    reads("eoy", date(2026, 12, 31));
    assert_eq!(parse_date("eow", date(2026, 3, 14)), Ok(date(2026, 3, 20)), "on a Saturday");
    assert_eq!(parse_date("in 1 month", date(2026, 1, 31)), Ok(date(2026, 2, 28)));
}

#[test]
fn days_of_the_calendar() {
    reads("12 dec", date(2026, 12, 12));
    reads("dec 12th", date(2026, 12, 12));
    reads("the 12th of December", date(2026, 12, 12));
    reads("12dec", date(2026, 12, 12));
    reads("12-Dec-2026", date(2026, 12, 12));
    reads("Dec 12, 2027", date(2027, 12, 12));
    reads("11 mar", TODAY);
    reads("10 mar", date(2027, 3, 10));
    reads("29 feb", date(2028, 2, 29));
    reads("2026-12-12", date(2026, 12, 12));
    reads("2026/12/12", date(2026, 12, 12));
    reads("12.12.2026", date(2026, 12, 12));
    reads("3.4.", date(2026, 4, 3));
    reads("12/12", date(2026, 12, 12));
    reads("25/12", date(2026, 12, 25));
    reads("12/25/26", date(2026, 12, 25));
    reads("the 12th", date(2026, 3, 12));
    reads("1st", date(2026, 4, 1));
    reads("sat 12 dec", date(2026, 12, 12));
}

#[test]
fn what_is_refused_says_the_fix() {
    insta::assert_snapshot!(says("fryday"), @r#"I can't read "fryday" as a date. Try `friday`, `12 dec` or `2026-12-12`."#);
    insta::assert_snapshot!(says("  "), @"There is no date. Try `friday`, `12 dec` or `2026-12-12`.");
    insta::assert_snapshot!(says("3/4"), @r#""3/4" can be read in two ways. Write `3 Apr` or `4 Mar`."#);
    insta::assert_snapshot!(says("3/4/2026"), @r#""3/4/2026" can be read in two ways. Write `3 Apr 2026` or `4 Mar 2026`."#);
    insta::assert_snapshot!(says("31 apr"), @r#""31 apr" is not in the calendar. April ends on `30 apr`."#);
    insta::assert_snapshot!(says("2026-13-01"), @r#""2026-13-01" is not in the calendar. Months go from 1 to 12. Try `12 dec`."#);
    insta::assert_snapshot!(says("fri 12 dec"), @"12 Dec is a Saturday, not a Friday. Write the date alone, or another day.");
    insta::assert_snapshot!(says("q3"), @r#""q3" is more than one day. Try its last day, `30 sep`."#);
    insta::assert_snapshot!(says("December"), @r#""December" is more than one day. Try `1 dec` or `15 dec`."#);
    insta::assert_snapshot!(says("2025-12-12"), @"Fri 12 Dec 2025 is in the past. Choose today or later.");
    insta::assert_snapshot!(says("yesterday"), @"Tue 10 Mar is in the past. Choose today or later.");
    insta::assert_snapshot!(says("last friday"), @r#""last friday" is in the past. Choose today or later."#);
    insta::assert_snapshot!(says("12.12.2206"), @"Fri 12 Dec 2206 is more than ten years away. Check the year.");
    for junk in
        ["2 webinars", "12 dec foo", "next", "in", "2026", "12", "5m", "in 0x2 weeks", "..", "12//12", "the"]
    {
        assert!(parse_date(junk, TODAY).is_err(), "{junk}");
    }
}

#[test]
fn spoken_names_the_year_only_when_it_is_another() {
    assert_eq!(spoken(date(2026, 12, 12), TODAY), "Sat 12 Dec");
    assert_eq!(spoken(date(2027, 12, 12), TODAY), "Sun 12 Dec 2027");
}

#[test]
fn a_quarter_is_three_whole_months() {
    for (day, first, last) in [
        (date(2026, 3, 4), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2024, 12, 31), date(2024, 10, 1), date(2024, 12, 31)),
    ] {
        assert_eq!(quarter_of(day), (first, last));
    }
}

proptest! {
    #[test]
    fn a_day_is_in_its_quarter(days in 0i64..40_000) {
        let day = add(date(1990, 1, 1), days).unwrap();
        let (first, last) = quarter_of(day);
        prop_assert!(first <= day && day <= last);
        prop_assert_eq!((first.month() % 3, last.month() % 3), (1, 0));
        prop_assert_eq!(quarter_of(add(last, 1).unwrap()).0, add(last, 1).unwrap());
    }

    #[test]
    fn never_panics_and_never_answers_the_past(text in "\\PC{0,40}", days in 0i64..40_000) {
        let today = add(date(1990, 1, 1), days).unwrap();
        if let Ok(date) = parse_date(&text, today) {
            prop_assert!(date >= today);
        }
    }

    #[test]
    fn never_panics_on_almost_dates(
        text in "(next |in |by |the )?([0-9]{1,5}|q[0-9]|é)?(th|st|/|-|\\.| )?(mon|dec|weeks?|[0-9]{1,4}|of)?( |/|\\.|-)?([0-9]{0,5}|ago)"
    ) {
        let _ = parse_date(&text, TODAY);
        let _ = parse_date(&text, Date::MAX);
        let _ = parse_date(&text, Date::MIN);
    }

    #[test]
    fn what_is_spoken_is_read_back(days in 0i64..3_000) {
        let date = add(TODAY, days).unwrap();
        prop_assert_eq!(parse_date(&spoken(date, TODAY), TODAY), Ok(date));
        prop_assert_eq!(parse_date(&date.to_string(), TODAY), Ok(date));
    }
}
