//! What is known of countries: their weekends, their public holidays and the time zones that people there live by.
//!
//! It comes from `countries.txt`, which `countries.py` writes from the Python package `holidays`: no crate knows as many
//! countries and is kept up. A country's holidays are read when they are first asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, Weekday};

use super::Weekend;

const TABLE: &str = include_str!("countries.txt");

/// A country.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166, two letters.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// When offices rest.
    pub weekend: Weekend,
    zones: &'static str,
    written: &'static str,
    holidays: OnceLock<Arc<BTreeMap<Date, String>>>,
}

struct Table {
    first: i16,
    last: i16,
    countries: Vec<Country>,
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| {
        let (head, countries) = TABLE.split_once("\n=").unwrap_or((TABLE, ""));
        let years = head.lines().find_map(|line| line.strip_prefix("years|")?.split_once(' '));
        let year = |text: &str| text.parse().unwrap_or(0);
        let (first, last) = years.map_or((0, 0), |(first, last)| (year(first), year(last)));
        Table { first, last, countries: countries.split("\n=").filter_map(country).collect() }
    })
}

fn country(block: &'static str) -> Option<Country> {
    let (head, written) = block.split_once('\n').unwrap_or((block, ""));
    let mut parts = head.split('|');
    let (code, name, off, zones) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let day = |digit: char| Weekday::from_monday_one_offset(i8::try_from(digit.to_digit(10)?).ok()?).ok();
    let weekend = Weekend::of(off.chars().filter_map(day))?;
    Some(Country { code, name, weekend, zones, written, holidays: OnceLock::new() })
}

/// Every country that is known, by code.
pub fn all() -> &'static [Country] {
    &table().countries
}

/// The years of which holidays are known.
pub fn years() -> std::ops::RangeInclusive<i16> {
    table().first..=table().last
}

/// The country of that code, in any case.
pub fn find(code: &str) -> Option<&'static Country> {
    let code = code.trim();
    all().iter().find(|country| country.code.eq_ignore_ascii_case(code))
}

/// The country whose people live by that IANA zone; `None` for one that no country has for itself, such as `UTC`.
pub fn of_zone(zone: &str) -> Option<&'static Country> {
    all().iter().find(|country| country.zones.split(' ').any(|of| of == zone))
}

impl Country {
    /// Its public holidays, with their names.
    pub fn holidays(&self) -> &Arc<BTreeMap<Date, String>> {
        self.holidays.get_or_init(|| {
            let mut holidays: BTreeMap<Date, String> = BTreeMap::new();
            for (name, days) in self.written.lines().filter_map(|line| line.split_once('|')) {
                for date in days.split(' ').flat_map(dates) {
                    holidays.entry(date).or_insert_with(|| name.to_owned());
                }
            }
            Arc::new(holidays)
        })
    }
}

/// `260403` is one day, `0101` one of every year.
fn dates(written: &str) -> Vec<Date> {
    let number = |from: usize| written.get(from..from + 2).and_then(|digits| digits.parse::<i8>().ok());
    let date = |year: i16, at: usize| Date::new(year, number(at)?, number(at + 2)?).ok();
    match written.len() {
        4 => years().filter_map(|year| date(year, 0)).collect(),
        _ => number(0).and_then(|year| date(2000 + i16::from(year), 2)).into_iter().collect(),
    }
}
