use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn of(code: &str) -> Calendar {
    Calendars::default().of(countries::find(code))
}

#[test]
fn weekends_do_not_count() {
    let days = Calendar::weekdays();
    // 6 March 2026 is a Friday.
    assert_eq!(days.before(date(2026, 3, 9)), date(2026, 3, 6));
    assert_eq!(days.before(date(2026, 3, 8)), date(2026, 3, 6));
    assert_eq!(days.before(date(2026, 3, 6)), date(2026, 3, 5));
    assert_eq!(days.between(date(2026, 3, 6), date(2026, 3, 9)), 1);
    assert_eq!(days.between(date(2026, 3, 6), date(2026, 3, 10)), 2);
    assert_eq!(days.between(date(2026, 3, 6), date(2026, 3, 20)), 10);
    assert_eq!(days.between(date(2026, 3, 7), date(2026, 3, 8)), 0);
    assert_eq!(days.between(date(2026, 3, 9), date(2026, 3, 6)), 0);
}

#[test]
fn three_working_days_before_a_session_by_country() {
    // The Tuesday after Easter: Good Friday and Easter Monday are off in Sweden, and not in the United States.
    let tuesday = date(2026, 4, 7);
    let shown = |code: &str| of(code).days_before(tuesday, 3).strftime("%a %-d %b").to_string();
    assert_eq!(shown("SE"), "Tue 31 Mar");
    assert_eq!(shown("US"), "Thu 2 Apr");
    assert_eq!(shown("GB"), "Tue 31 Mar");
    // Friday and Saturday are the weekend in Saudi Arabia.
    assert_eq!(shown("SA"), "Thu 2 Apr");
    assert_eq!(of("SA").days_before(date(2026, 4, 6), 3), date(2026, 4, 1));
    assert!(of("SA").is_working_day(date(2026, 4, 5)));
    assert_eq!(of("SA").rest(date(2026, 4, 3)), Some(Rest::Weekend));
    assert_eq!(of("SE").rest(date(2026, 4, 3)), Some(Rest::Holiday("Good Friday")));
    assert_eq!(of("US").rest(date(2026, 4, 3)), None);
    assert_eq!(of("SE").days_before(tuesday, 0), tuesday);
    assert_eq!(of("SE").days_after(date(2026, 4, 2), 1), tuesday);
}

#[test]
fn a_holiday_that_took_a_day_is_named() {
    let sweden = of("SE");
    let easter = sweden.holidays(date(2026, 4, 1), date(2026, 4, 8)).into_iter();
    let named: Vec<String> = easter.map(|(day, name)| format!("{day} {name}")).collect();
    assert_eq!(named, ["2026-04-03 Good Friday", "2026-04-06 Easter Monday"]);
    assert!(of("SE").holidays(date(2026, 4, 6), date(2026, 4, 6)).is_empty());
}

#[test]
fn the_table_is_whole() {
    assert_eq!(years(), 2025..=2035);
    assert!(countries::all().len() > 240);
    for country in countries::all() {
        assert_eq!(country.code.len(), 2, "{country:?}");
        let holidays = country.holidays();
        assert!(holidays.keys().all(|day| years().contains(&day.year())), "{}", country.code);
        for year in years() {
            let of_year = holidays.range(date(year, 1, 1)..=date(year, 12, 31)).count();
            assert!(of_year < 80, "{} has {of_year} holidays in {year}", country.code);
        }
    }
    // Each seen in the countries' own lists.
    for (code, day, name) in [
        ("DE", date(2026, 10, 3), "German Unity Day"),
        ("FR", date(2026, 7, 14), "National Day"),
        ("US", date(2026, 11, 26), "Thanksgiving Day"),
        ("JP", date(2026, 5, 5), "Children's Day"),
        ("GB", date(2026, 8, 31), "Late Summer Bank Holiday"),
        ("SE", date(2026, 6, 20), "Midsummer Day"),
        ("IL", date(2026, 9, 21), "Yom Kippur"),
    ] {
        let found = countries::find(code).and_then(|country| country.holidays().get(&day));
        assert_eq!(found.map_or("", String::as_str), name, "{code} {day}");
    }
}

fn years() -> std::ops::RangeInclusive<i16> {
    countries::years()
}

#[test]
fn a_zone_tells_the_country() {
    let code = |zone: &str| countries::of_zone(zone).map(|country| country.code);
    assert_eq!(code("Europe/Stockholm"), Some("SE"));
    assert_eq!(code("America/Chicago"), Some("US"));
    assert_eq!(code("Asia/Dubai"), Some("AE"));
    assert_eq!(code("UTC"), None);
}

#[test]
fn whose_calendar_counts_for_whom() {
    let written = Written {
        country: Some("se".into()),
        people: [("U1".to_owned(), "DE".to_owned())].into(),
        partners: [("Northwind".to_owned(), "US".to_owned())].into(),
        weekends: [("SE".to_owned(), "fri, sat".to_owned())].into(),
        days_off: vec!["2026-12-23 Company day".into(), "12-24".into(), "US 07-06 Bridge day".into()],
    };
    let more = vec![DayOff { country: None, date: date(2026, 8, 3), name: "Summer break".into() }];
    let all = Calendars::new(&written, more).unwrap();
    let zone = |name: &str| TimeZone::get(name).unwrap();
    let country = |calendar: Calendar| calendar.country.map(|country| country.code);
    assert_eq!(country(all.of_person(&"U1".into(), &zone("Asia/Tokyo"))), Some("DE"));
    assert_eq!(country(all.of_person(&"U2".into(), &zone("Asia/Tokyo"))), Some("JP"));
    assert_eq!(country(all.of_person(&"U2".into(), &TimeZone::UTC)), Some("SE"));
    assert_eq!(country(all.of_partner(" northwind ")), Some("US"));
    assert_eq!(country(all.of_partner("Globex")), Some("SE"));
    assert_eq!(country(all.own()), Some("SE"));
    assert_eq!(all.own().rest(date(2026, 4, 5)), Some(Rest::Holiday("Easter Sunday")));
    assert_eq!(all.own().rest(date(2026, 4, 12)), None);
    assert_eq!(all.own().rest(date(2026, 12, 23)), Some(Rest::Holiday("Company day")));
    assert_eq!(all.own().rest(date(2029, 12, 24)), Some(Rest::Holiday("day off")));
    assert_eq!(all.own().rest(date(2026, 8, 3)), Some(Rest::Holiday("Summer break")));
    assert_eq!(all.own().rest(date(2026, 7, 6)), None);
    assert_eq!(all.of_partner("Northwind").rest(date(2026, 7, 6)), Some(Rest::Holiday("Bridge day")));
}

#[test]
fn what_makes_no_sense_is_said() {
    let wrong = |written: Written| Calendars::new(&written, Vec::new()).unwrap_err().to_string();
    let said = [
        wrong(Written { country: Some("Sweden".into()), ..Written::default() }),
        wrong(Written { partners: [("A".to_owned(), "XX".to_owned())].into(), ..Written::default() }),
        wrong(Written { weekends: [("SE".to_owned(), "freitag".to_owned())].into(), ..Written::default() }),
        wrong(Written { weekends: [("SE".to_owned(), String::new())].into(), ..Written::default() }),
        wrong(Written { days_off: vec!["24 dec".into()], ..Written::default() }),
        wrong(Written { days_off: vec!["02-31".into()], ..Written::default() }),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    "Sweden" is no country that I know; write its two letters, such as "SE" or "US"
    "XX" is no country that I know; write its two letters, such as "SE" or "US"
    "freitag" is no weekend; write one to six days, such as "fri sat"
    "" is no weekend; write one to six days, such as "fri sat"
    "24 dec" is no day off; write "2026-12-24 Christmas Eve", "12-24 Christmas Eve" or "SE 06-05 Bridge day"
    "02-31" is no day off; write "2026-12-24 Christmas Eve", "12-24 Christmas Eve" or "SE 06-05 Bridge day"
    "#);
}

proptest! {
    #[test]
    fn counting_and_stepping_agree(country in 0usize..240, from in 0i64..3000, n in 0u16..60) {
        let calendar = Calendars::default().of(countries::all().get(country));
        let from = add_days(date(2026, 1, 1), from);
        let after = calendar.days_after(from, n);
        prop_assert_eq!(calendar.between(from, after), i64::from(n));
        if n > 0 {
            prop_assert!(calendar.is_working_day(after));
            let back = calendar.days_before(after, n);
            prop_assert!(back <= from || calendar.is_working_day(back));
            prop_assert_eq!(calendar.between(back, after), i64::from(n));
        }
    }

    #[test]
    fn between_counts_every_working_day(country in 0usize..240, from in 0i64..3000, days in -5i64..60) {
        let calendar = Calendars::default().of(countries::all().get(country));
        let from = add_days(date(2026, 1, 1), from);
        let to = add_days(from, days);
        let counted = (1..=days).filter(|n| calendar.is_working_day(add_days(from, *n))).count();
        prop_assert_eq!(calendar.between(from, to), i64::try_from(counted).unwrap());
    }
}
