//! Whose calendar counts for whom: as it is set, else by where somebody lives.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use thiserror::Error;

use super::countries::{self, Country};
use super::{Calendar, Weekend};
use crate::kernel::ids::UserId;

/// The settings as they are written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Where those live whose zone does not tell; the company's own country.
    pub country: Option<String>,
    /// Where somebody lives, by their id in Slack.
    pub people: BTreeMap<String, String>,
    /// Where a partner is, by its name.
    pub partners: BTreeMap<String, String>,
    /// A country's weekend, where it is not what the table says: `fri sat`.
    pub weekends: BTreeMap<String, String>,
    /// The company's own days off: `2026-12-24 Christmas Eve`, `12-24` in every year, `SE 06-05` in one country.
    pub days_off: Vec<String>,
}

/// A setting that makes no sense. Its `Display` names it and says what can be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Not a country.
    #[error("{0:?} is no country that I know; write its two letters, such as \"SE\" or \"US\"")]
    Country(String),
    /// Not days of a week.
    #[error("{0:?} is no weekend; write one to six days, such as \"fri sat\"")]
    Weekend(String),
    /// Not a day off.
    #[error(
        "{0:?} is no day off; write \"2026-12-24 Christmas Eve\", \"12-24 Christmas Eve\" or \"SE 06-05 Bridge day\""
    )]
    DayOff(String),
}

/// A day off beside the public holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOff {
    /// Only there; everywhere without it.
    pub country: Option<&'static str>,
    /// The day.
    pub date: Date,
    /// What it is called.
    pub name: String,
}

/// Everybody's business calendars. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Calendars(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    country: Option<&'static Country>,
    people: HashMap<String, &'static Country>,
    partners: HashMap<String, &'static Country>,
    weekends: HashMap<&'static str, Weekend>,
    off: Vec<DayOff>,
    made: Mutex<HashMap<&'static str, Calendar>>,
}

impl Calendars {
    /// As set, with more days off that were found elsewhere.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(written: &Written, more: Vec<DayOff>) -> Result<Self, SettingsError> {
        let by_name =
            |written: &BTreeMap<String, String>| -> Result<HashMap<String, &'static Country>, SettingsError> {
                written.iter().map(|(name, code)| Ok((folded(name), known(code)?))).collect()
            };
        let mut weekends = HashMap::new();
        for (code, days) in &written.weekends {
            weekends.insert(
                known(code)?.code,
                weekend(days).ok_or_else(|| SettingsError::Weekend(days.clone()))?,
            );
        }
        let mut off = more;
        for line in &written.days_off {
            off.extend(days_off(line).ok_or_else(|| SettingsError::DayOff(line.clone()))?);
        }
        Ok(Self(Arc::new(Inner {
            country: written.country.as_deref().map(known).transpose()?,
            people: by_name(&written.people)?,
            partners: by_name(&written.partners)?,
            weekends,
            off,
            made: Mutex::default(),
        })))
    }

    /// The calendar of somebody who lives in `zone`: their country as set, else that of the zone, else the company's.
    pub fn of_person(&self, user: &UserId, zone: &TimeZone) -> Calendar {
        let inner = &self.0;
        let country = inner.people.get(&folded(user.as_str())).copied();
        self.of(country.or_else(|| zone.iana_name().and_then(countries::of_zone)).or(inner.country))
    }

    /// The calendar of a partner, by its name: its country as set; the company's own where nothing is said of it.
    pub fn of_partner(&self, name: &str) -> Calendar {
        self.of(self.0.partners.get(&folded(name)).copied().or(self.0.country))
    }

    /// The company's own.
    pub fn own(&self) -> Calendar {
        self.of(self.0.country)
    }

    /// A country's, with the company's days off.
    pub fn of(&self, country: Option<&'static Country>) -> Calendar {
        let code = country.map_or("", |country| country.code);
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(code).or_insert_with(|| self.make(country)).clone()
    }

    fn make(&self, country: Option<&'static Country>) -> Calendar {
        let inner = &self.0;
        let code = country.map(|country| country.code);
        let own = || inner.off.iter().filter(|day| day.country.is_none() || day.country == code);
        let public = country.map(|country| country.holidays().clone()).unwrap_or_default();
        let off = if own().next().is_none() {
            public
        } else {
            let mut all = BTreeMap::clone(&public);
            for day in own() {
                all.entry(day.date).or_insert_with(|| day.name.clone());
            }
            Arc::new(all)
        };
        let usual = country.map_or(Weekend::USUAL, |country| country.weekend);
        let weekend = code.and_then(|code| inner.weekends.get(code).copied()).unwrap_or(usual);
        Calendar { country, weekend, off }
    }
}

/// Names are told apart without regard to case and outer blanks.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn known(code: &str) -> Result<&'static Country, SettingsError> {
    countries::find(code).ok_or_else(|| SettingsError::Country(code.to_owned()))
}

fn weekend(days: &str) -> Option<Weekend> {
    let days: Option<Vec<Weekday>> = days
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(|word| match word.to_lowercase().get(..3)? {
            "mon" => Some(Weekday::Monday),
            "tue" => Some(Weekday::Tuesday),
            "wed" => Some(Weekday::Wednesday),
            "thu" => Some(Weekday::Thursday),
            "fri" => Some(Weekday::Friday),
            "sat" => Some(Weekday::Saturday),
            "sun" => Some(Weekday::Sunday),
            _ => None,
        })
        .collect();
    Weekend::of(days?)
}

fn days_off(line: &str) -> Option<Vec<DayOff>> {
    let mut words = line.trim();
    let mut country = None;
    if let Some((first, rest)) = words.split_once(' ')
        && first.len() == 2
    {
        country = Some(countries::find(first)?.code);
        words = rest.trim_start();
    }
    let (day, name) = words.split_once(' ').unwrap_or((words, "day off"));
    let dates: Vec<Date> = match day.len() {
        10 => vec![day.parse().ok()?],
        5 => {
            let (month, day) = day.split_once('-')?;
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            countries::years().filter_map(|year| Date::new(year, month, day).ok()).collect()
        }
        _ => return None,
    };
    let off = |date| DayOff { country, date, name: name.trim().to_owned() };
    (!dates.is_empty()).then(|| dates.into_iter().map(off).collect())
}
