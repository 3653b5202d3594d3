//! The meaning of single cells. What a cell does not state is `None`, never guessed.

use iso_currency::Currency;

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

/// With single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
