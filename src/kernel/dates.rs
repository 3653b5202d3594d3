//! Dates as people write them: `friday`, `next tue`, `12 dec`, `in 2 weeks`, `end of month`, `2026-12-12`.
//!
//! It is our own, because a due date that is quietly wrong costs more than one that is refused, and the crate `interim`
//! 0.2.2 takes `2 webinars` for two weeks, ignores words after a date (`4 july foo`), leaves `12 jan` in the past when it
//! is March, adds a week too many to `next tue` when this week's Tuesday is over, and reads `3/4` by a dialect where the
//! writer's is unknown.

use jiff::Span;
use jiff::civil::{Date, Weekday};
use thiserror::Error;

/// Dates further away than this are taken for a slip of the finger.
const HORIZON_YEARS: i16 = 10;
/// As much of the writer's text as an error repeats, in characters.
const QUOTED_CHARS: usize = 40;

/// Why a text is not a date to plan with. Its `Display` is an answer for the writer, fix included.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Nothing was written.
    #[error("There is no date. Try `friday`, `12 dec` or `2026-12-12`.")]
    Empty,
    /// Not understood.
    #[error("I can't read \"{0}\" as a date. Try `friday`, `12 dec` or `2026-12-12`.")]
    Unreadable(String),
    /// Day and month can be read in either order.
    #[error("\"{text}\" can be read in two ways. Write `{first}` or `{second}`.")]
    Ambiguous {
        /// As written.
        text: String,
        /// Read with the day first, as `3 Apr`.
        first: String,
        /// Read with the month first.
        second: String,
    },
    /// The calendar has no such day, as 31 April.
    #[error("\"{text}\" is not in the calendar. {hint}")]
    NoSuchDay {
        /// As written.
        text: String,
        /// The last day of that month, or what a month can be.
        hint: String,
    },
    /// A weekday beside a date that falls on another one.
    #[error("{date} is a {actual}, not a {written}. Write the date alone, or another day.")]
    OtherWeekday {
        /// The date, as `12 Dec`.
        date: String,
        /// Its weekday, as `Saturday`.
        actual: String,
        /// The weekday that was written.
        written: String,
    },
    /// A month, a quarter or a year: too wide for a date.
    #[error("\"{text}\" is more than one day. Try {hint}.")]
    Wide {
        /// As written.
        text: String,
        /// Days that may be meant, in backticks.
        hint: String,
    },
    /// Before today.
    #[error("{0} is in the past. Choose today or later.")]
    Past(String),
    /// More than ten years ahead.
    #[error("{0} is more than ten years away. Check the year.")]
    TooFar(String),
}

/// Reads a date that lies ahead, as of `today` (the writer's civil date).
///
/// | written | means |
/// | --- | --- |
/// | `friday` | the next Friday strictly after today; on a Friday that is in a week (`today` says today) |
/// | `this friday` | Friday of the week that began on Monday; an error when it is over |
/// | `next tue` | Tuesday of the week that begins next Monday |
/// | `12 dec`, `dec 12th`, `12.12` | the next such day, today included |
/// | `25/12`, `12/25` | the only reading that the calendar allows; `3/4` is refused with both |
/// | `in 2 weeks`, `3 days`, `in a month` | counted from today |
/// | `eow`, `end of week` | the coming Friday, today included |
/// | `end of month`, `end of quarter`, `end of year` | its last day |
/// | `next week`, `next month` | its first day: Monday, or the 1st |
///
/// Case, `by`, `on`, `the` and a final full stop do not matter. A weekday beside a date must fit it.
///
/// # Errors
/// [`DateError`] says what is wrong in words for the writer; dates before `today` are refused.
pub fn parse_date(text: &str, today: Date) -> Result<Date, DateError> {
    let quoted = quote(text);
    let words = words(text);
    if words.is_empty() {
        return Err(if quoted.is_empty() { DateError::Empty } else { DateError::Unreadable(quoted) });
    }
    let date = Reader { quoted, today }.read(&words)?;
    if date < today {
        return Err(DateError::Past(spoken(date, today)));
    }
    if date.year() > today.year() + HORIZON_YEARS {
        return Err(DateError::TooFar(spoken(date, today)));
    }
    Ok(date)
}

/// A date to show back: `Fri 12 Dec`, with the year where it is not `today`'s.
pub fn spoken(date: Date, today: Date) -> String {
    let format = if date.year() == today.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    date.strftime(format).to_string()
}

struct Reader {
    quoted: String,
    today: Date,
}

impl Reader {
    fn read(&self, words: &[String]) -> Result<Date, DateError> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(date) = self.phrase(&words.join(" ")) {
            return Ok(date);
        }
        match words.as_slice() {
            [name] if weekday(name).is_some() => self.weekday(name, 0),
            ["this", name] if weekday(name).is_some() => self.of_week(name, 0),
            ["next", name] if weekday(name).is_some() => self.of_week(name, 7),
            ["last", ..] | [.., "ago"] => self.past(&words),
            [name, rest @ ..] if weekday(name).is_some() => self.checked_weekday(name, rest),
            ["in", rest @ ..] => self.duration(rest),
            _ => self.calendar(&words),
        }
    }

    /// Fixed expressions; `of` and `the` are gone by now.
    fn phrase(&self, text: &str) -> Option<Date> {
        let today = self.today;
        let monday = monday_of(today);
        let friday =
            if today.weekday().to_monday_zero_offset() <= 4 { add(monday, 4) } else { add(monday, 11) };
        match text {
            "today" | "tonight" | "eod" | "end day" | "end today" => Some(today),
            "tomorrow" | "tomorow" | "tmrw" | "tmr" => add(today, 1),
            "day after tomorrow" => add(today, 2),
            "yesterday" => add(today, -1),
            "eow" | "end week" | "end this week" | "this week" => friday,
            "end next week" => add(monday, 11),
            "next week" => add(monday, 7),
            "eom" | "end month" | "end this month" | "this month" => Some(today.last_of_month()),
            "end next month" => months(today.first_of_month(), 1).map(Date::last_of_month),
            "next month" => months(today.first_of_month(), 1),
            "eoq" | "end quarter" | "end this quarter" | "this quarter" => quarter_end(today, 0),
            "end next quarter" => quarter_end(today, 1),
            "next quarter" => add(quarter_end(today, 0)?, 1),
            "eoy" | "end year" | "end this year" | "this year" => Some(today.last_of_year()),
            _ => None,
        }
    }

    fn weekday(&self, name: &str, weeks: i64) -> Result<Date, DateError> {
        let day = weekday(name).ok_or_else(|| self.unreadable())?;
        let ahead = i64::from(self.today.weekday().until(day));
        // `until` answers 0 on the day itself: whoever means today says so.
        add(self.today, if ahead == 0 { 7 } else { ahead } + 7 * weeks).ok_or_else(|| self.unreadable())
    }

    fn of_week(&self, name: &str, days: i64) -> Result<Date, DateError> {
        let day = weekday(name).ok_or_else(|| self.unreadable())?;
        let offset = i64::from(day.to_monday_zero_offset());
        monday_of(self.today).checked_add(Span::new().days(offset + days)).map_err(|_| self.unreadable())
    }

    /// `last friday` and `2 days ago` are understood well enough to say that they are over.
    fn past(&self, words: &[&str]) -> Result<Date, DateError> {
        let known = match words {
            ["last", word] => weekday(word).is_some() || month(word).is_some() || unit(word).is_some(),
            [rest @ .., "ago"] => self.duration(rest).is_ok(),
            _ => false,
        };
        Err(if known { DateError::Past(format!("\"{}\"", self.quoted)) } else { self.unreadable() })
    }

    /// `fri 12 dec`: the date counts and the weekday must agree.
    fn checked_weekday(&self, name: &str, rest: &[&str]) -> Result<Date, DateError> {
        let written = weekday(name).ok_or_else(|| self.unreadable())?;
        if let ["next", "week"] = rest {
            return self.of_week(name, 7);
        }
        if let ["in", _, _] = rest {
            return Err(self.unreadable());
        }
        let date = self.calendar(rest)?;
        if date.weekday() == written {
            return Ok(date);
        }
        let day = date.strftime("%A").to_string();
        Err(DateError::OtherWeekday { date: short(date), actual: day, written: full_name(written).into() })
    }

    /// `2 weeks`, `a month`, `two days`.
    fn duration(&self, words: &[&str]) -> Result<Date, DateError> {
        let (count, unit) = match words {
            [count, unit_word] => (number(count), unit(unit_word)),
            ["a", "couple", unit_word] => (Some(2), unit(unit_word)),
            _ => (None, None),
        };
        let (Some(count @ 0..=999), Some(unit)) = (count, unit) else {
            return Err(self.unreadable());
        };
        let span = unit.checked_mul(count.into()).map_err(|_| self.unreadable())?;
        self.today.checked_add(span).map_err(|_| self.unreadable())
    }

    /// Days of the calendar, with month names or in figures.
    fn calendar(&self, words: &[&str]) -> Result<Date, DateError> {
        match words {
            [day, name] if month(name).is_some() && is_figure(day) => self.day_month(day, name, None),
            [name, day] if month(name).is_some() && is_figure(day) => self.day_month(day, name, None),
            [day, name, year] if month(name).is_some() => self.day_month(day, name, Some(year)),
            [name, day, year] if month(name).is_some() => self.day_month(day, name, Some(year)),
            [name] if month(name).is_some() => {
                let name = &name[..3];
                Err(self.wide(format!("`1 {name}` or `15 {name}`")))
            }
            [quarter] if is_quarter(quarter) => Err(self.wide(quarter_hint(quarter))),
            [quarter, _] if is_quarter(quarter) => Err(self.wide(quarter_hint(quarter))),
            [ordinal] if ordinal.ends_with("th") && is_figure(&ordinal[..ordinal.len() - 2]) => {
                self.day_of_month(&ordinal[..ordinal.len() - 2])
            }
            [figures] => self.figures(figures),
            [_, _] | ["a", "couple", _] => self.duration(words),
            _ => Err(self.unreadable()),
        }
    }

    fn day_month(&self, day: &str, name: &str, year: Option<&str>) -> Result<Date, DateError> {
        let day = day.strip_suffix("th").unwrap_or(day);
        let day = day.parse::<i8>().map_err(|_| self.unreadable())?;
        let month = month(name).ok_or_else(|| self.unreadable())?;
        let year = year.map(|year| self.year(year)).transpose()?;
        self.next_such(day, month, year)
    }

    /// The day in its year or, without one, the next such day, today included.
    fn next_such(&self, day: i8, month: i8, year: Option<i16>) -> Result<Date, DateError> {
        if let Some(year) = year {
            return Date::new(year, month, day).map_err(|_| self.no_such_day(month, Some(year)));
        }
        // Leap days are eight years apart around 2100.
        (self.today.year()..=self.today.year().saturating_add(8))
            .filter_map(|year| Date::new(year, month, day).ok())
            .find(|date| *date >= self.today)
            .ok_or_else(|| self.no_such_day(month, None))
    }

    /// `the 12th`: the next month that has such a day.
    fn day_of_month(&self, day: &str) -> Result<Date, DateError> {
        let day = day.parse::<i8>().map_err(|_| self.unreadable())?;
        (0..3)
            .filter_map(|n| months(self.today.first_of_month(), n))
            .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
            .find(|date| *date >= self.today)
            .ok_or_else(|| self.unreadable())
    }

    /// `2026-12-12`, `12.12.2026`, `12/25`, `3/4`.
    fn figures(&self, text: &str) -> Result<Date, DateError> {
        let Some(mark) = text.chars().find(|c| !c.is_ascii_digit()) else {
            return Err(self.unreadable());
        };
        let parts: Vec<&str> = text.split(mark).collect();
        if !matches!(mark, '-' | '/' | '.') || !parts.iter().all(|part| is_figure(part)) {
            return Err(self.unreadable());
        }
        let small = |part: &str| part.parse::<i8>().map_err(|_| self.unreadable());
        match parts.as_slice() {
            [year, month, day] if year.len() == 4 => {
                self.next_such(small(day)?, small(month)?, Some(self.year(year)?))
            }
            [day, month] if mark == '.' => self.next_such(small(day)?, small(month)?, None),
            [day, month, year] if mark == '.' => {
                self.next_such(small(day)?, small(month)?, Some(self.year(year)?))
            }
            [a, b] if mark == '/' => self.either_order(small(a)?, small(b)?, None),
            [a, b, year] if year.len() == 4 || mark == '/' => {
                self.either_order(small(a)?, small(b)?, Some(self.year(year)?))
            }
            _ => Err(self.unreadable()),
        }
    }

    fn either_order(&self, a: i8, b: i8, year: Option<i16>) -> Result<Date, DateError> {
        let (day_first, month_first) = (self.next_such(a, b, year), self.next_such(b, a, year));
        match (day_first, month_first) {
            (Ok(first), Ok(second)) if first != second => {
                let name = |date: Date| if year.is_some() { long(date) } else { short(date) };
                let (first, second) = (name(first), name(second));
                Err(DateError::Ambiguous { text: self.quoted.clone(), first, second })
            }
            (Ok(date), _) | (Err(_), Ok(date)) => Ok(date),
            // 31/4 has one sensible reading; say why that one fails.
            (Err(day_first), Err(month_first)) => Err(if a > 12 { day_first } else { month_first }),
        }
    }

    fn year(&self, text: &str) -> Result<i16, DateError> {
        match (text.len(), text.parse::<i16>()) {
            (4, Ok(year)) => Ok(year),
            (2, Ok(year)) => Ok(self.today.year() / 100 * 100 + year),
            _ => Err(self.unreadable()),
        }
    }

    fn no_such_day(&self, month: i8, year: Option<i16>) -> DateError {
        let hint = match Date::new(year.unwrap_or(self.today.year()), month, 1) {
            Ok(first) => {
                format!("{} ends on `{}`.", first.strftime("%B"), short(first.last_of_month()).to_lowercase())
            }
            Err(_) => "Months go from 1 to 12. Try `12 dec`.".to_owned(),
        };
        DateError::NoSuchDay { text: self.quoted.clone(), hint }
    }

    fn wide(&self, hint: String) -> DateError {
        DateError::Wide { text: self.quoted.clone(), hint }
    }

    fn unreadable(&self) -> DateError {
        DateError::Unreadable(self.quoted.clone())
    }
}

/// Lower case, without filler words; `12dec`, `12-dec-2026` and `dec 12th,` come apart, `2026-12-12` does not.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in text.to_lowercase().split(|c: char| c.is_whitespace() || c == ',') {
        let token = token.trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | '(' | ')' | '!' | '.' | ';'));
        if token.contains(char::is_alphabetic) {
            token.split('-').for_each(|part| split_at_letters(part, &mut words));
        } else if !token.is_empty() {
            words.push(token.to_owned());
        }
    }
    words.retain(|word| !matches!(word.as_str(), "of" | "the" | "on" | "due"));
    if words.len() > 1 && matches!(words[0].as_str(), "by" | "until" | "till" | "before") {
        words.remove(0);
    }
    words
}

/// `12dec` → `12`, `dec`; `1st` and `12th` keep one ending, `th`, and stay together; `q3` stays whole.
fn split_at_letters(token: &str, words: &mut Vec<String>) {
    let letters_at = token.find(char::is_alphabetic).unwrap_or(token.len());
    let (digits, rest) = token.split_at(letters_at);
    let figures_at = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    match (digits, rest) {
        ("", "") => {}
        ("", rest) if month(&rest[..figures_at]).is_some() && figures_at < rest.len() => {
            words.push(rest[..figures_at].to_owned());
            words.push(rest[figures_at..].to_owned());
        }
        ("", rest) => words.push(rest.to_owned()),
        (digits, "") => words.push(digits.to_owned()),
        (digits, "st" | "nd" | "rd" | "th") => words.push(format!("{digits}th")),
        (digits, rest) => {
            words.push(digits.to_owned());
            words.push(rest.to_owned());
        }
    }
}

fn quote(text: &str) -> String {
    let mut quoted = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = quoted.char_indices().nth(QUOTED_CHARS) {
        quoted.truncate(cut);
        quoted.push('…');
    }
    quoted
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A weekday by its English name or at least its first three letters.
fn weekday(word: &str) -> Option<Weekday> {
    let word = if word == "weds" { "wed" } else { word };
    WEEKDAYS.iter().find(|(name, _)| word.len() >= 3 && name.starts_with(word)).map(|(_, day)| *day)
}

pub(crate) fn full_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(word))?;
    i8::try_from(at + 1).ok()
}

fn unit(word: &str) -> Option<Span> {
    let one = Span::new();
    match word.strip_suffix('s').unwrap_or(word) {
        "day" | "d" => Some(one.days(1)),
        "week" | "wk" | "w" => Some(one.weeks(1)),
        "fortnight" => Some(one.weeks(2)),
        "month" | "mth" => Some(one.months(1)),
        "year" | "yr" | "y" => Some(one.years(1)),
        _ => None,
    }
}

fn number(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    let named = NAMES.iter().position(|name| *name == word).and_then(|at| u32::try_from(at + 1).ok());
    named.or_else(|| if is_figure(word) { word.parse().ok() } else { None })
}

fn is_figure(word: &str) -> bool {
    let word = word.strip_suffix("th").unwrap_or(word);
    (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}

fn is_quarter(word: &str) -> bool {
    matches!(word, "q1" | "q2" | "q3" | "q4")
}

fn quarter_hint(quarter: &str) -> String {
    let last = match quarter {
        "q1" => "31 mar",
        "q2" => "30 jun",
        "q3" => "30 sep",
        _ => "31 dec",
    };
    format!("its last day, `{last}`")
}

fn quarter_end(date: Date, later: i32) -> Option<Date> {
    months(quarter_of(date).0, 2 + 3 * later).map(Date::last_of_month)
}

/// The first and the last day of its quarter.
pub fn quarter_of(date: Date) -> (Date, Date) {
    let into = i32::from((date.month() - 1) % 3);
    let first = months(date.first_of_month(), -into).unwrap_or(date);
    (first, months(first, 2).map_or(date, Date::last_of_month))
}

/// The Monday of its week.
pub fn monday_of(date: Date) -> Date {
    date.saturating_sub(Span::new().days(date.weekday().to_monday_zero_offset()))
}

fn add(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().days(days)).ok()
}

fn months(date: Date, count: i32) -> Option<Date> {
    date.checked_add(Span::new().months(count)).ok()
}

fn short(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

fn long(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests;
