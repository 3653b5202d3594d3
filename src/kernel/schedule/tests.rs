use std::collections::BTreeMap;

use super::*;
use jiff::civil::{date, time};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stockholm(expr: &str) -> Schedule {
    Schedule::parse(expr, "Europe/Stockholm").unwrap()
}

#[track_caller]
fn fires(schedule: &Schedule, after: &str, until: &str, expected: &[(&str, &str)]) {
    let fires = schedule.fires_between(at(after), at(until));
    let seen: Vec<(String, String)> = fires.into_iter().map(|f| (f.at.to_string(), f.period)).collect();
    let expected: Vec<_> = expected.iter().map(|(a, p)| (a.to_string(), p.to_string())).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_week_keeps_its_local_time_across_daylight_saving() {
    let digest = Schedule::weekly(Weekday::Monday, time(9, 0, 0, 0), "Europe/Stockholm").unwrap();
    fires(
        &digest,
        "2026-03-22T00:00:00Z",
        "2026-04-01T00:00:00Z",
        &[("2026-03-23T08:00:00Z", "2026-03-23T09:00:00"), ("2026-03-30T07:00:00Z", "2026-03-30T09:00:00")],
    );
}

#[test]
fn a_skipped_time_fires_later_once() {
    fires(
        &stockholm("30 2 * * *"),
        "2026-03-28T12:00:00Z",
        "2026-03-30T12:00:00Z",
        &[("2026-03-29T01:30:00Z", "2026-03-29T02:30:00"), ("2026-03-30T00:30:00Z", "2026-03-30T02:30:00")],
    );
}

#[test]
fn a_repeated_time_fires_once() {
    let nightly = stockholm("30 2 * * *");
    fires(
        &nightly,
        "2026-10-24T12:00:00Z",
        "2026-10-26T12:00:00Z",
        &[("2026-10-25T00:30:00Z", "2026-10-25T02:30:00"), ("2026-10-26T01:30:00Z", "2026-10-26T02:30:00")],
    );
    // Asked between the two passes of 02:30, the next one is tomorrow's.
    assert_eq!(nightly.next_after(at("2026-10-25T00:45:00Z")).unwrap().period, "2026-10-26T02:30:00");
}

#[test]
fn two_times_that_share_an_instant_are_two_fires() {
    // Nuuk skips 23:00 to 24:00 on the last Saturday of March.
    let nuuk = Schedule::parse("0 0,23 * * *", "America/Nuuk").unwrap();
    fires(
        &nuuk,
        "2027-03-28T00:59:59Z",
        "2027-03-28T01:00:00Z",
        &[("2027-03-28T01:00:00Z", "2027-03-27T23:00:00"), ("2027-03-28T01:00:00Z", "2027-03-28T00:00:00")],
    );
}

#[test]
fn the_ends_are_after_exclusive_and_until_inclusive() {
    let noon = Schedule::parse("0 12 * * *", "UTC").unwrap();
    let due = at("2026-03-09T12:00:00Z");
    assert_eq!(noon.fires_between(at("2026-03-09T11:59:59.999Z"), due).len(), 1);
    assert_eq!(noon.fires_between(due, at("2026-03-10T11:59:59.999Z")).len(), 0);
    assert_eq!(noon.next_after(due).unwrap().at, at("2026-03-10T12:00:00Z"));
    assert_eq!(noon.fires_between(due, due), []);
}

#[test]
fn catching_up_takes_the_latest_only() {
    let weekly = stockholm("0 9 * * mon");
    let until = at("2026-03-11T00:00:00Z");
    assert_eq!(weekly.latest_due(at("2025-01-01T00:00:00Z"), until).unwrap().period, "2026-03-09T09:00:00");
    assert_eq!(weekly.latest_due(at("2026-03-09T08:00:00Z"), until), None);
    let yearly = stockholm("0 9 2 1 *");
    assert_eq!(yearly.latest_due(at("2020-01-01T00:00:00Z"), until).unwrap().period, "2026-01-02T09:00:00");
    let leap = stockholm("0 9 29 2 *");
    assert_eq!(leap.latest_due(at("2020-01-01T00:00:00Z"), until).unwrap().period, "2024-02-29T09:00:00");
}

#[test]
fn what_is_refused_says_the_fix() {
    let says = |expr: &str, zone: &str| Schedule::parse(expr, zone).unwrap_err().to_string();
    insta::assert_snapshot!(says("every monday", "UTC"), @r#"I can't read "every monday" as a schedule. Try `0 9 * * mon`: minute, hour, day, month, weekday."#);
    insta::assert_snapshot!(says("0 25 * * mon", "UTC"), @r#"I can't read "0 25 * * mon" as a schedule. Try `0 9 * * mon`: minute, hour, day, month, weekday."#);
    insta::assert_snapshot!(says("0 9 * * 1", "UTC"), @r#"Write weekdays by name: `mon`, `mon-fri` or `tue,thu` instead of "1"."#);
    insta::assert_snapshot!(says("0 9 30 2 *", "UTC"), @r#""0 9 30 2 *" never comes round. Check its day and month."#);
    insta::assert_snapshot!(says("0 9 * * mon", "stockholm"), @r#"I don't know the time zone "stockholm". Did you mean `Europe/Stockholm`?"#);
    insta::assert_snapshot!(says("0 9 * * mon", "Mars"), @r#"I don't know the time zone "Mars". Try `Europe/Stockholm` or `America/New_York`."#);
}

/// Zones with whole-hour, half-hour and no changes, negative daylight saving, and both hemispheres.
const ZONES: [&str; 14] = [
    "UTC",
    "Europe/Stockholm",
    "Europe/Dublin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kolkata",
    "America/Nuuk",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Around every transition of every zone, 2020 to 2040: no civil time twice, none lost, all in order.
    #[test]
    fn each_civil_time_fires_exactly_once(
        zone in prop::sample::select(&ZONES[..]),
        minute in 0i8..60,
        step in 1i8..60,
        start_day in 0i64..7_300,
    ) {
        let schedule = Schedule::parse(&format!("{minute}/{step} * * * *"), zone).unwrap();
        let tz = TimeZone::get(zone).unwrap();
        let start = date(2020, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp() + Span::new().hours(24 * start_day);
        let around = tz.following(start).next().map_or(start, |transition| transition.timestamp());
        let (after, until) = (around - Span::new().hours(30), around + Span::new().hours(30));

        let fires = schedule.fires_between(after, until);
        prop_assert!(fires.is_sorted_by_key(|fire| fire.at));
        let mut count: BTreeMap<&str, u32> = BTreeMap::new();
        fires.iter().for_each(|fire| *count.entry(fire.period.as_str()).or_default() += 1);
        prop_assert!(count.values().all(|n| *n == 1), "twice: {count:?}");

        // Every civil minute of the day of the transition is there exactly when the expression holds.
        let middle = tz.to_datetime(around).date();
        for minutes in 0..24 * 60 {
            let civil = middle.at(0, 0, 0, 0) + Span::new().minutes(minutes);
            let expected = civil.minute() >= minute && (civil.minute() - minute) % step == 0;
            prop_assert_eq!(count.contains_key(civil.to_string().as_str()), expected, "{}", civil);
        }
    }

    /// Walking with `next_after` in any steps sees what `fires_between` sees; windows add up.
    #[test]
    fn walking_and_windows_agree(
        zone in prop::sample::select(&ZONES[..]),
        minute in 0i8..60,
        hour in 0i8..5,
        start_day in 0i64..7_300,
        split_hours in 0i64..2_400,
    ) {
        let schedule = Schedule::parse(&format!("{minute} {hour},23 * * *"), zone).unwrap();
        let start = at("2020-01-01T00:00:00Z") + Span::new().hours(24 * start_day);
        let (split, end) = (start + Span::new().hours(split_hours), start + Span::new().hours(2_400));
        let whole = schedule.fires_between(start, end);
        let mut parts = schedule.fires_between(start, split);
        parts.extend(schedule.fires_between(split, end));
        prop_assert!(whole == parts, "windows");

        let mut walked = Vec::new();
        let mut now = start;
        while let Some(fire) = schedule.next_after(now).filter(|fire| fire.at <= end) {
            walked.extend(schedule.fires_between(now, fire.at));
            now = fire.at;
        }
        prop_assert!(whole == walked, "steps");
        prop_assert_eq!(whole.last().cloned(), schedule.latest_due(start, end));
    }

    #[test]
    fn never_panics(expr in "\\PC{0,20}", fields in "([0-9*/,a-z-]{1,4} ){4,6}", zone in "\\PC{0,12}") {
        let _ = Schedule::parse(&expr, &zone);
        if let Ok(schedule) = Schedule::parse(&fields, "Europe/Stockholm") {
            let _ = schedule.next_after(Timestamp::MIN);
            let _ = schedule.next_after(Timestamp::MAX);
        }
    }
}

/// Every zone of the database, at every change of its clock from 2020 to 2040: what stands in the skipped or the
/// repeated hour fires once, and in a gap as much later as the clock jumped.
#[test]
fn every_transition_of_every_zone_fires_each_time_once() {
    let (from, until) = (at("2020-01-01T00:00:00Z"), at("2040-01-01T00:00:00Z"));
    let (mut zones, mut transitions) = (0, 0);
    for name in jiff::tz::db().available() {
        let tz = TimeZone::get(name.as_str()).unwrap();
        let Ok(schedule) = Schedule::parse("*/30 * * * *", name.as_str()) else { continue };
        zones += 1;
        for transition in tz.following(from).take_while(|t| t.timestamp() < until) {
            transitions += 1;
            let moment = transition.timestamp();
            let (after, end) = (moment - Span::new().hours(3), moment + Span::new().hours(3));
            let fires = schedule.fires_between(after, end);
            let mut periods: Vec<&str> = fires.iter().map(|f| f.period.as_str()).collect();
            periods.sort_unstable();
            let fired = periods.len();
            periods.dedup();
            assert_eq!(fired, periods.len(), "{name} {moment}: a period fires twice");
            assert!(fires.is_sorted_by_key(|fire| fire.at), "{name} {moment}");
            let (first, last) = (tz.to_datetime(after), tz.to_datetime(end));
            let halves = (last - first).total(jiff::Unit::Minute).unwrap() / 30.0;
            let expected = halves.round() as usize;
            assert!(
                fired.abs_diff(expected) <= 1,
                "{name} {moment}: {fired} fires, {expected} civil half-hours"
            );
            for fire in &fires {
                let civil: jiff::civil::DateTime = fire.period.parse().unwrap();
                let shown = tz.to_datetime(fire.at);
                let jump = (shown - civil).total(jiff::Unit::Minute).unwrap();
                assert!((0.0..=24.0 * 60.0).contains(&jump), "{name}: {civil} fires when it is {shown}");
            }
        }
    }
    assert!(zones > 400 && transitions > 2_000, "{zones} zones, {transitions} transitions");
}

/// Fires as the scheduler does: the latest that is due, once a period, never one before the last.
struct Scheduler {
    last: String,
    fired: Vec<String>,
}

impl Scheduler {
    fn look(&mut self, schedule: &Schedule, since: Timestamp, now: Timestamp) {
        if let Some(fire) = schedule.latest_due(since, now).filter(|fire| fire.period > self.last) {
            self.last = fire.period.clone();
            self.fired.push(fire.period);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A week's digest, while somebody changes the zone and the clock is set back and forth.
    #[test]
    fn no_change_of_zone_or_clock_fires_a_period_twice(
        zones in prop::collection::vec(prop::sample::select(&ZONES[..]), 1..5),
        steps in prop::collection::vec(-30i64..60, 20..80),
        start_day in 0i64..7_300,
    ) {
        let start = at("2020-01-01T00:00:00Z") + Span::new().hours(24 * start_day);
        let mut scheduler = Scheduler { last: String::new(), fired: Vec::new() };
        let (mut now, mut since) = (start, start);
        for (i, hours) in steps.iter().enumerate() {
            now += Span::new().hours(*hours);
            let zone = zones[i * zones.len() / steps.len()];
            if i > 0 && zones[(i - 1) * zones.len() / steps.len()] != zone {
                since = now;
            }
            let schedule = Schedule::parse("0 9 * * mon", zone).unwrap();
            scheduler.look(&schedule, since, now);
        }
        let weeks: Vec<&str> = scheduler.fired.iter().map(|period| &period[..10]).collect();
        prop_assert!(weeks.is_sorted_by(|a, b| a < b), "{weeks:?}");
    }
}
