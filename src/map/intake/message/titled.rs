//! Fields with a title, on lines of their own, several on a line, or as the columns of a table.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::fields::Side;
use super::flatten::{LINK, Line, index};
use super::keys::{Key, key};
use super::record::is_nothing;
use super::words::is_stop;
use crate::map::overlap::Population;

/// `Account:` alone on its line, and the value on the next.
pub(super) fn title_above_value(line: &Line, next: Option<&Line>) -> Option<Line> {
    let written = line.text.trim();
    let asked = written.ends_with('?') || line.heading;
    let title = written.strip_suffix(':').or(asked.then_some(written))?;
    let value = next.filter(|n| !n.text.trim().is_empty() && !n.text.contains(':') && n.cells.is_none())?;
    let known = key(title).filter(|k| !matches!(k, Key::Population(_)) || states_population(&value.text))?;
    (known != Key::Ignored && !value.bullet)
        .then(|| Line { field: Some((title.to_string(), value.text.clone())), ..Line::default() })
}

/// `Key: value` pairs of a line, and what stands before the first.
pub(super) fn titled_pairs(text: &str) -> (String, Vec<(Key, String)>) {
    let found = titles(text);
    let ends: Vec<usize> = found.iter().skip(1).map(|f| f.0).chain([text.len()]).collect();
    let mut all: Vec<(usize, Key, String)> = found
        .iter()
        .zip(ends)
        .map(|((at, start, known), end)| {
            let value = &text[*start..end.max(*start)];
            (*at, *known, value.trim().trim_matches(['|', ',', ';', '·', '(', ')']).trim().to_string())
        })
        .collect();
    // `Northwind: Hooli, us: customer`: the partner leads, and what stands beside it is the account.
    while let [(_, Key::Population(Side::Theirs(Some(_))), value), _, ..] = all.as_slice()
        && !states_population(value)
    {
        all.remove(0);
    }
    let sound = all.iter().all(|(_, known, value)| is_sound(*known, value));
    let starts = all.first().is_some_and(|(at, ..)| text[..*at].trim().is_empty());
    if all.is_empty()
        || !sound
        || (!starts
            && all.len() < 2
            && !matches!(
                all[0].1,
                Key::Population(_) | Key::Owner | Key::Stage | Key::Amount | Key::Account | Key::Partner
            ))
    {
        return (text.to_string(), Vec::new());
    }
    let telling =
        all.iter().any(|(_, known, _)| matches!(known, Key::Account | Key::Partner | Key::Population(_)));
    let brief = all.iter().all(|(.., value)| value.split_whitespace().count() <= 4);
    let told = starts || (telling && brief);
    if !told {
        return (text.to_string(), Vec::new());
    }
    let prefix = text[..all[0].0].trim_end_matches([' ', '(', ',', ';', '|', '-', '–', ':']).to_string();
    (prefix, all.into_iter().map(|(_, known, value)| (known, value)).collect())
}

/// Where each title begins, where its value begins, and what it means.
fn titles(text: &str) -> Vec<(usize, usize, Key)> {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*(?::|=|→|\s[-–—](?:>)?\s)\s*"));
    let mut found: Vec<(usize, usize, Key)> = Vec::new();
    let mut from = 0;
    for sign in SIGN.find_iter(text) {
        let dash = !sign.as_str().contains([':', '=']);
        let head = &text[from..sign.start()];
        let after = head
            .rfind([',', ';', '|', '·', '\t', '(', '•', '.'])
            .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        let head_start = from + after;
        let title = &text[head_start..sign.start()];
        let at_separator = after > 0 || from == 0;
        if dash && !(head_start == 0 || found.first().is_some_and(|f| f.0 > 0)) {
            continue;
        }
        let words: Vec<(usize, &str)> =
            title.split_whitespace().map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w)).collect();
        // `Partner=Globex Account=Acme`: only the word before the sign is a title.
        let tight = sign.as_str() == "=" && !at_separator;
        let first_word = if tight { words.len().saturating_sub(1) } else { 0 };
        let pick = (first_word..words.len()).find_map(|skip| {
            let (start, first) = words[skip];
            let whole = skip == 0 && at_separator;
            let known = key(&text[start..sign.start()])?;
            let prior = skip.checked_sub(1).and_then(|i| words.get(i)).map(|(_, w)| w.to_lowercase());
            let introduced =
                prior.is_some_and(|w| ["with", "w/", "from", "for", "by", "at"].contains(&w.as_str()));
            if introduced && matches!(known, Key::Population(_)) {
                return None;
            }
            let short = words.len() - skip;
            let apart = found.is_empty() && skip > 0;
            let weak = matches!(known, Key::Population(_)) && short == 1;
            let capital = first.starts_with(char::is_uppercase);
            ((whole || !found.is_empty() || capital || weak) && !(apart && !capital && !weak) && short <= 4)
                .then_some((start, known))
        });
        if let Some((start, known)) = pick
            && (!dash || start == 0)
        {
            found.push((start, sign.end(), known));
            from = sign.end();
        }
    }
    found
}

/// Whether the value is of the kind that its title announces.
fn is_sound(known: Key, value: &str) -> bool {
    match known {
        Key::Population(_) => {
            is_nothing(value) && !value.is_empty()
                || states_population(value) && value.split_whitespace().count() <= 6
                || Population::understood(value).is_none()
                    && value.split_whitespace().count() <= 4
                    && value.to_lowercase().contains("customer")
        }
        Key::Deal(_) => !speaks_of_sides(value),
        Key::Partner | Key::Account | Key::PerhapsAccount => value.split_whitespace().count() <= 9,
        _ => true,
    }
}

/// A population and nothing that goes before it: no account and no other side.
fn states_population(value: &str) -> bool {
    let first = value.split([',', ';', '|', '·', '(']).next().unwrap_or(value);
    let names = |w: &str| {
        let bare = w.trim_matches(|c: char| !c.is_alphanumeric());
        bare.starts_with(char::is_uppercase)
            && !is_stop(&bare.to_lowercase())
            && Population::understood(bare).is_none()
    };
    Population::understood(value).is_some()
        && !value.chars().any(|c| index(u32::from(c), LINK).is_some())
        && !first.split_whitespace().any(names)
        && !speaks_of_sides(value)
}

fn speaks_of_sides(value: &str) -> bool {
    static OWN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:ours?|theirs?|they|them|both|mutual|shared|(?-i:us|we))\b"));
    OWN.is_match(value)
}

pub(super) type Split = fn(&Line) -> Vec<String>;

/// The columns of a header row, and how rows below are split.
pub(super) fn header_of(line: &Line) -> Option<(Vec<Option<Key>>, Split)> {
    let ways: [Split; 5] = [
        |l| l.cells.clone().unwrap_or_default(),
        |l| by_bars(&l.text),
        |l| cut(l.text.split('\t')),
        |l| separated(&l.text),
        |l| {
            static WIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s{2,}"));
            cut(WIDE.split(l.text.trim()))
        },
    ];
    ways.into_iter().find_map(|split| {
        let cells = split(line);
        let columns: Vec<Option<Key>> =
            cells.iter().map(|c| if c.len() < 40 { key(c) } else { None }).collect();
        let known = columns.iter().flatten().count();
        let named =
            columns.iter().flatten().any(|k| matches!(k, Key::Account | Key::PerhapsAccount | Key::Domain));
        (known >= 2 && named && known * 2 >= cells.len()).then_some((columns, split))
    })
}

/// Values between `;` or `,`, in quotes where they hold one themselves.
fn separated(text: &str) -> Vec<String> {
    let delimiter = if text.contains(';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text.trim().as_bytes());
    let row = reader.records().next().and_then(Result::ok).unwrap_or_default();
    cut(row.iter())
}

fn by_bars(text: &str) -> Vec<String> {
    if !text.contains('|') {
        return Vec::new();
    }
    cut(text.trim().trim_start_matches('|').trim_end_matches('|').split('|'))
}

fn cut<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    parts.map(|p| p.trim().trim_matches(['"', '\'']).to_string()).collect()
}
