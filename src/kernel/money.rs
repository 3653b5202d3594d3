//! Amounts of money as people write them: `$120k`, `€1.2M`, `120,000 USD`, `120.000 EUR`.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use iso_currency::Currency;
use regex::{Captures, Regex};
use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pattern::pattern;

/// An amount in hundredths of its currency's unit. The currency is `None` when nobody said which.
///
/// As JSON: `{"value": 120000, "currency": "USD"}`, the value an integer when it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Hundredths of the unit, whatever subunit the currency has.
    pub hundredths: i64,
    /// ISO 4217, or `None` when it was not written (or is ambiguous, such as `kr`).
    pub currency: Option<Currency>,
}

/// A [`Money`] found in running text, and where it stands (bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was read.
    pub money: Money,
    /// The bytes of the text that it was read from.
    pub span: Range<usize>,
}

const NUMBER: &str =
    r"\d{1,3}(?:[ \u{a0}\u{202f}\u{2009}'’]\d{3})+(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,15})*";
const SYMBOL: &str = r"(?:US|CA|AU|NZ|HK|NT|MX|SG|[ACRS])?\$|[€£¥₹₩₪₺₽₴฿₫₦]|zł|Kč";
const CODE: &str = r"USD|EUR|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|JPY|CNY|RMB|INR|KRW|SGD|HKD|TWD|BRL|MXN|ARS|CLP|ZAR|ILS|AED|SAR|TRY|THB|IDR|MYR|PHP|VND|UAH|NGN|KES|EGP";
const WORD: &str =
    r"dollars?|euros?|pounds?(?:\s+sterling)?|sterling|yen|rupees?|zloty|bucks|kr(?:onor|oner)?\b";
const SCALE: &str = r"k|thousand|tsd\.?|tausend|mille|millions?|millionen|millones|mio\.?|mln\.?|mm|mn|m|billions?|bn|mrd\.?|b|lakhs?|crores?";

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let source = format!(
        r"(?ix)
        (?:(?P<precode>\b(?:{CODE})\b|\bkr\b\.?)[\ \u{{a0}}]?)?
        (?:(?P<presym>{SYMBOL})[\ \u{{a0}}]?)?
        (?P<number>{NUMBER})
        (?:[\ \u{{a0}}-]?(?P<scale>{SCALE}))?
        (?:[\ \u{{a0}}]?(?P<postsym>{SYMBOL}))?
        (?:[\ \u{{a0}}]?(?P<postcode>\b(?:{CODE})|{CODE})\b|[\ \u{{a0}}]?(?P<word>\b(?:{WORD})\b))?",
        NUMBER = NUMBER.replace(' ', r"\ "),
    );
    pattern(&source)
});

/// Nouns that tell that a scaled number counts something else than money.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\s*(?:\+\s*)?(?:users?|seats?|employees?|people|persons?|followers|contacts?|accounts?|records?|rows?|
        customers?|staff|members?|devices?|stores?|locations?|licen[cs]es?|attendees|heads?|ftes?|mins?|minutes|months?|
        miles?|km\b|ago\b|later\b|times\b|visits?|downloads?|subscribers|orders|units|steps|run\b|race\b|%)",
    )
});

impl Money {
    /// Reads a text that is one amount and nothing else but signs of approximation and words such as `ARR`.
    ///
    /// A bare number counts, with no currency. `None` for anything else, ranges included.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let found = candidates(text).next()?;
        let rest = [text.get(..found.span.start)?, text.get(found.span.end..)?].join(" ");
        let leftover = rest
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .any(|w| !is_filler(&w.to_lowercase()));
        (!leftover && !rest.contains(['-', '–', '%'])).then_some(found.money)
    }

    /// The first amount in running text. A bare number is none: a currency, or `k`, `M` … must stand with it.
    pub fn find(text: &str) -> Option<Found> {
        Self::find_all(text).into_iter().next()
    }

    /// Every amount in running text, in order; see [`Money::find`].
    pub fn find_all(text: &str) -> Vec<Found> {
        candidates(text).filter(|f| f.marked).map(|f| Found { money: f.money, span: f.span }).collect()
    }
}

fn is_filler(word: &str) -> bool {
    const FILLER: [&str; 22] = [
        "arr",
        "acv",
        "tcv",
        "mrr",
        "approx",
        "approximately",
        "about",
        "around",
        "ca",
        "circa",
        "est",
        "estimated",
        "roughly",
        "amount",
        "deal",
        "value",
        "pipeline",
        "opp",
        "annually",
        "year",
        "yr",
        "per",
    ];
    FILLER.contains(&word)
}

struct Candidate {
    money: Money,
    span: Range<usize>,
    /// A currency or a scale stands with the number.
    marked: bool,
}

fn candidates(text: &str) -> impl Iterator<Item = Candidate> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let regex = &*AMOUNT;
        while let Some(captures) = regex.captures_at(text, at) {
            let whole = captures.get(0)?;
            at = whole.end();
            if let Some(candidate) = read(text, &captures) {
                return Some(candidate);
            }
        }
        None
    })
}

fn read(text: &str, captures: &Captures<'_>) -> Option<Candidate> {
    let whole = captures.get(0)?;
    let number = captures.name("number")?;
    let before = text[..whole.start()].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ',' | '/' | '_' | '@' | '#')) {
        return None;
    }
    let sign = |name: &str| captures.name(name).map(|m| m.as_str());
    let code = sign("precode").or(sign("postcode"));
    let symbol = sign("presym").or(sign("postsym"));
    let word = sign("word");
    let mut scale = captures.name("scale");
    let mut end = whole.end();
    let tail = &text[end..];
    if tail.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        // `$120 Main`: the letter belongs to a word, so only the number may count.
        let cut = scale.filter(|_| code.is_none() && captures.name("postsym").is_none() && word.is_none());
        cut.filter(|_| sign("presym").is_some())?;
        scale = None;
        end = number.end();
    }
    let multiplier = scale.map_or(1, |s| multiplier(s.as_str()));
    let marked = code.is_some() || symbol.is_some() || word.is_some() || scale.is_some();
    let bare_scale = code.is_none() && symbol.is_none() && word.is_none();
    let tail = &text[end..];
    if bare_scale && COUNTED.is_match(tail) {
        return None;
    }
    if tail.starts_with('%') || in_range(tail, &text[..whole.start()]) {
        return None;
    }
    let hundredths = hundredths(number.as_str(), multiplier)?;
    let currency = match (code, symbol, word) {
        (Some(code), ..) => from_code(code),
        (None, Some(symbol), _) => from_symbol(symbol),
        (None, None, Some(word)) => from_word(word),
        _ => None,
    };
    Some(Candidate { money: Money { hundredths, currency }, span: whole.start()..end, marked })
}

/// `$100-150k` and `$100k to $150k` are two ends of a guess, no amount.
fn in_range(tail: &str, head: &str) -> bool {
    static AFTER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s?(?:-|–|—|to|bis)\s?(?:[$€£¥]|USD |EUR |GBP )?\d"));
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d\s?(?:k|K|m|M)?\s?(?:-|–)\s?$"));
    AFTER.is_match(tail) || BEFORE.is_match(head)
}

fn multiplier(scale: &str) -> i128 {
    let scale = scale.trim_end_matches('.').to_lowercase();
    match scale.as_str() {
        "k" | "thousand" | "tsd" | "tausend" | "mille" => 1_000,
        "lakh" | "lakhs" => 100_000,
        "crore" | "crores" => 10_000_000,
        "b" | "bn" | "billion" | "billions" | "mrd" => 1_000_000_000,
        _ => 1_000_000,
    }
}

/// `1,234.50`, `1.234,50`, `900 000`, `1.2`: the separators tell which of them is the decimal one.
fn hundredths(number: &str, multiplier: i128) -> Option<i64> {
    let plain: String = number.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let separators: Vec<char> = plain.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mixed = separators.contains(&'.') && separators.contains(&',');
    let decimal = match (separators.as_slice(), separators.last()) {
        ([], _) => None,
        (all, Some(&last)) if mixed => (all.iter().filter(|c| **c == last).count() == 1).then_some(last),
        ([one], _) => {
            let (whole, part) = plain.split_once(*one)?;
            let thousands = part.len() == 3
                && whole.len() <= 3
                && !whole.starts_with('0')
                && (multiplier == 1 || (*one == ',' && multiplier == 1_000));
            (!thousands).then_some(*one)
        }
        _ => None,
    };
    let (whole, part) = match decimal.and_then(|d| plain.rsplit_once(d)) {
        Some((whole, part)) => (whole, part),
        None => (plain.as_str(), ""),
    };
    let digits: String = whole.chars().chain(part.chars()).filter(char::is_ascii_digit).collect();
    if digits.len() > 18 {
        return None;
    }
    let mantissa: i128 = digits.parse().ok()?;
    let scale = 10i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    i64::try_from(mantissa.checked_mul(multiplier * 100)? / scale).ok()
}

fn from_code(code: &str) -> Option<Currency> {
    match code.trim_end_matches('.').to_uppercase().as_str() {
        "RMB" => Some(Currency::CNY),
        code => Currency::from_code(code),
    }
}

fn from_symbol(symbol: &str) -> Option<Currency> {
    Some(match symbol.to_uppercase().as_str() {
        "$" | "US$" => Currency::USD,
        "A$" | "AU$" => Currency::AUD,
        "C$" | "CA$" => Currency::CAD,
        "R$" => Currency::BRL,
        "S$" | "SG$" => Currency::SGD,
        "NZ$" => Currency::NZD,
        "HK$" => Currency::HKD,
        "NT$" => Currency::TWD,
        "MX$" => Currency::MXN,
        "€" => Currency::EUR,
        "£" => Currency::GBP,
        "¥" => Currency::JPY,
        "₹" => Currency::INR,
        "₩" => Currency::KRW,
        "₪" => Currency::ILS,
        "₺" => Currency::TRY,
        "₽" => Currency::RUB,
        "₴" => Currency::UAH,
        "฿" => Currency::THB,
        "₫" => Currency::VND,
        "₦" => Currency::NGN,
        "ZŁ" => Currency::PLN,
        "KČ" => Currency::CZK,
        _ => return None,
    })
}

fn from_word(word: &str) -> Option<Currency> {
    let word = word.to_lowercase();
    Some(match word.as_str() {
        w if w.starts_with("dollar") || w == "bucks" => Currency::USD,
        w if w.starts_with("euro") => Currency::EUR,
        w if w.starts_with("pound") || w == "sterling" => Currency::GBP,
        "yen" => Currency::JPY,
        w if w.starts_with("rupee") => Currency::INR,
        "zloty" => Currency::PLN,
        _ => return None,
    })
}

impl fmt::Display for Money {
    /// In words: `$120k`, `€1.2M`, `SEK 900k`, `$1,234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            Some(Currency::USD) => f.write_str("$")?,
            Some(Currency::EUR) => f.write_str("€")?,
            Some(Currency::GBP) => f.write_str("£")?,
            Some(currency) => write!(f, "{} ", currency.code())?,
            None => {}
        }
        let n = self.hundredths;
        if n >= 100_000_000 && n % 1_000_000 == 0 {
            write!(f, "{}M", trimmed(n / 1_000_000))
        } else if (100_000..100_000_000).contains(&n) && n % 10_000 == 0 {
            write!(f, "{}k", trimmed(n / 1_000))
        } else {
            let whole = grouped(n / 100);
            match n % 100 {
                0 => f.write_str(&whole),
                cents => write!(f, "{whole}.{:02}", cents.abs()),
            }
        }
    }
}

/// Hundredths without needless zeros: `120`, `1.2`, `1.25`.
fn trimmed(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `1,234,567`
pub fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Money", 2)?;
        if self.hundredths % 100 == 0 {
            out.serialize_field("value", &(self.hundredths / 100))?;
        } else {
            #[allow(clippy::cast_precision_loss)]
            out.serialize_field("value", &(self.hundredths as f64 / 100.0))?;
        }
        out.serialize_field("currency", &self.currency.map(|c| c.code()))?;
        out.end()
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            value: serde_json::Number,
            currency: Option<String>,
        }
        let written = Written::deserialize(deserializer)?;
        let hundredths = match written.value.as_i64() {
            Some(whole) => whole.checked_mul(100),
            #[allow(clippy::cast_possible_truncation)]
            None => written.value.as_f64().filter(|v| v.abs() < 9e16).map(|v| (v * 100.0).round() as i64),
        }
        .ok_or_else(|| D::Error::custom("the amount is out of range"))?;
        let currency = match written.currency {
            Some(code) => Some(
                Currency::from_code(&code)
                    .ok_or_else(|| D::Error::custom(format!("unknown currency {code}")))?,
            ),
            None => None,
        };
        Ok(Self { hundredths, currency })
    }
}

#[cfg(test)]
mod tests;
