//! The meaning of single cells: amounts, dates. What a cell does not state is `None`, never guessed.

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::kernel::money::Money;

/// Ways to write that there is nothing. `()` is Crossbeam's.
const NOTHING: [&str; 15] =
    ["()", "-", "--", "–", "—", "n/a", "n.a.", "na", "#n/a", "null", "none", "nil", "[]", "\"\"", "(none)"];

/// The cell's content, or `None` when it is empty or says that it is.
pub(super) fn content(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let cell = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"')).unwrap_or(cell).trim();
    let nothing = cell.is_empty() || NOTHING.iter().any(|nothing| cell.eq_ignore_ascii_case(nothing));
    (!nothing).then_some(cell)
}

/// Whether a cell about open deals says that there is one; `None` when it cannot be told.
pub(super) fn affirms(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "x" | "open" | "ja" | "oui" | "✓" => Some(true),
        "no" | "n" | "false" | "closed" | "nein" | "non" => Some(false),
        _ => amount(text).map(|money| money.hundredths > 0),
    }
}

/// An amount. Plain figures take a short way, for speed, as a list has many; what a spreadsheet has calculated to
/// more than three decimals is cut to two.
pub(super) fn amount(text: &str) -> Option<Money> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let figures = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let plain = !whole.is_empty() && whole.len() <= 15 && figures(whole) && figures(cents);
    if plain && cents.len() != 3 {
        let cents = format!("{cents:0<2.2}").parse::<i64>().ok()?;
        let hundredths = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?;
        return Some(Money { hundredths, currency: None });
    }
    Money::parse(text)
}

/// An ISO 4217 code, in any case.
pub(super) fn currency(text: &str) -> Option<Currency> {
    Currency::from_code(&text.to_ascii_uppercase())
}

/// What a cell about a date says.
pub(super) enum Day {
    Is(Date),
    /// `3/4/2026`: nobody says which comes first.
    Ambiguous,
    Unreadable,
}

/// A day: ISO with or without a time, seconds or milliseconds since 1970, `4 Mar 2026`, `Mar 4, 2026`,
/// `04.03.2026`, `25/12/2026`.
pub(super) fn day(text: &str) -> Day {
    let iso =
        text.get(..10).filter(|_| text.len() == 10 || matches!(text.as_bytes().get(10), Some(b'T' | b' ')));
    if let Some(date) = iso.and_then(|iso| Date::strptime("%Y-%m-%d", iso).ok()) {
        return Day::Is(date);
    }
    if let Some(date) = epoch(text) {
        return Day::Is(date);
    }
    const FORMATS: [&str; 7] =
        ["%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y"];
    if let Some(date) = FORMATS.iter().find_map(|format| Date::strptime(format, text).ok()) {
        return Day::Is(date);
    }
    let slashed = text.split(' ').next().unwrap_or_default();
    let read = |format: &str| Date::strptime(format, slashed).ok();
    match (read("%d/%m/%Y"), read("%m/%d/%Y")) {
        (Some(a), Some(b)) if a != b => Day::Ambiguous,
        (Some(date), _) | (None, Some(date)) => Day::Is(date),
        _ => Day::Unreadable,
    }
}

/// Seconds or milliseconds since 1970, between 2001 and 2286 by their number of digits.
fn epoch(text: &str) -> Option<Date> {
    let figures = text.split('.').next().filter(|figures| figures.bytes().all(|b| b.is_ascii_digit()))?;
    let number = figures.parse::<i64>().ok()?;
    let at = match figures.len() {
        10 => Timestamp::from_second(number).ok()?,
        13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    Some(TimeZone::UTC.to_datetime(at).date())
}
