//! Partners in running text, also misspelt or as the first word of a longer name.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use rapidfuzz::distance::osa;
use regex::{Captures, Regex};

use super::flatten::{PARTNER, ROOM};
use super::words::is_stop;
use crate::map::name;

/// The partners and how each is recognised.
#[derive(Clone, Debug, Default)]
pub(super) struct Partners {
    pub(super) names: Vec<String>,
    /// Longest name first, each with its place in `names`.
    patterns: Vec<(Regex, usize)>,
    /// Names of one long word, in which a slip of the finger can be told.
    spellings: Vec<(String, usize)>,
}

impl Partners {
    pub(super) fn new(names: Vec<String>) -> Self {
        let mut by_length: Vec<usize> = (0..names.len().min(ROOM)).collect();
        by_length.sort_by_key(|i| std::cmp::Reverse(names[*i].len()));
        let mut patterns = Vec::new();
        let mut spellings = Vec::new();
        for i in by_length {
            let written = names[i].trim();
            if written.is_empty() {
                continue;
            }
            let key = name::key(written);
            let loose = key.split(' ').map(regex::escape).collect::<Vec<_>>().join(r"[\s_-]?");
            let whole = regex::escape(written);
            let source =
                format!(r"(?i)\b(?:{whole}|{loose})(?:,?\s(?:inc|ltd|llc|gmbh|corp|corporation|plc)\b\.?)?");
            if let Ok(regex) = Regex::new(&source) {
                patterns.push((regex, i));
            }
            if !key.contains(' ') && key.len() >= 6 {
                spellings.push((key, i));
            }
        }
        Self { names, patterns, spellings }
    }

    /// The text with a marker for each partner; `loose` takes `Globex Acme` for a partner and an account.
    pub(super) fn marked(&self, text: &str, loose: bool) -> String {
        static NAME_GOES_ON: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (\p{Lu}\p{Ll}+)\b"));
        let mut text = text.to_string();
        for (regex, i) in &self.patterns {
            let mark = char::from_u32(PARTNER + *i as u32).unwrap_or(' ').to_string();
            let replaced = regex.replace_all(&text, |c: &Captures<'_>| {
                let whole = c.get(0).map_or(0..0, |m| m.range());
                let glued = text[whole.end..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
                // `Globex Retail` is a company of its own.
                let goes_on = !loose
                    && c[0].starts_with(char::is_uppercase)
                    && NAME_GOES_ON
                        .captures(&text[whole.end..])
                        .is_some_and(|n| !is_stop(&n[1].to_lowercase()));
                let person =
                    text[..whole.start].strip_suffix('@').is_some_and(|t| t.ends_with(char::is_alphanumeric));
                let glued_before = text[..whole.start].ends_with(['-', '@', '/', '#'])
                    && !person
                    && !text[..whole.start].ends_with(" -")
                    && !text[..whole.start].ends_with('/');
                if glued || glued_before || goes_on { c[0].to_string() } else { mark.clone() }
            });
            text = replaced.into_owned();
        }
        text
    }
}

const KEY_WORDS: [&str; 12] = [
    "overlap",
    "overlaps",
    "customer",
    "customers",
    "prospect",
    "prospects",
    "opportunity",
    "opportunities",
    "partner",
    "account",
    "pipeline",
    "overlapping",
];
const NO_TYPOS: [&str; 8] =
    ["overlay", "overlays", "customers", "accounts", "partners", "prospector", "accounting", "parker"];

/// `overlpa`, `cutomer`, `prosepct`: key words with one slip of a finger, and partners likewise. Names are left alone:
/// `Kustomer` is a company, and so is `Prospekt AB`.
pub(super) fn mended(text: &str, partners: &Partners) -> String {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z]{5,16}"));
    WORD.replace_all(text, |c: &Captures<'_>| {
        let written = &c[0];
        let word = written.to_lowercase();
        match word.as_str() {
            "costumer" => return "customer".to_string(),
            "costumers" => return "customers".to_string(),
            w if KEY_WORDS.contains(&w) || NO_TYPOS.contains(&w) || w.len() < 6 => {
                return written.to_string();
            }
            _ => {}
        }
        let near = |a: &str, most: usize| {
            a.len().abs_diff(word.len()) <= 1 && osa::distance(a.chars(), word.chars()) <= most
        };
        let capital = written.starts_with(char::is_uppercase);
        let begins_alike = |a: &str| a.as_bytes().first() == word.as_bytes().first();
        let slips = |k: &str| if k.len() >= 11 { 2 } else { 1 };
        let meant = KEY_WORDS.iter().find(|k| near(k, slips(k)) && (!capital || begins_alike(k)));
        if let Some(meant) = meant.filter(|_| !capital || !goes_on(&text[c.get(0).map_or(0, |m| m.end())..]))
        {
            return (*meant).to_string();
        }
        // `market` is not Marketo, `segments` are not Segment: a short name has its capital, and its ending.
        let slipped = |name: &str| {
            let cut = name.starts_with(&word) || word.starts_with(name);
            name.len() >= 8 || (capital && begins_alike(name) && !cut)
        };
        let partner =
            partners.spellings.iter().find(|(name, _)| word != *name && near(name, 1) && slipped(name));
        match partner {
            Some((_, i)) if !is_stop(&word) => char::from_u32(PARTNER + *i as u32).unwrap_or(' ').to_string(),
            _ => written.to_string(),
        }
    })
    .into_owned()
}

/// Whether a name goes on behind its first word.
fn goes_on(rest: &str) -> bool {
    static NEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (\p{Lu}\p{L}+)\b"));
    NEXT.captures(rest).is_some_and(|n| !is_stop(&n[1].to_lowercase()))
}
