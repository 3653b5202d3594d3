//! Whose a population, an amount or a stage is.

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::accounts::ends_abbreviated;
use super::fields::{Side, first_char};
use super::flatten::{PARTNER, index};
use super::patterns::*;

pub(super) fn clause_start(text: &str, at: usize) -> usize {
    let head = &text[..at];
    let hard = head
        .rfind([',', ';', '|', '·', '(', ')', '–', '—', '\n', '\t', ':', '→', '×'])
        .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
    // "We're not in yet but prospecting" has one subject.
    let goes_on = |at: usize| {
        head[at..]
            .split_whitespace()
            .all(|w| ["but", "is", "are", "still", "now", "just", "only"].contains(&w))
    };
    let ends = |sign: &str, at: usize| match sign {
        " but " => !goes_on(at),
        ". " => !ends_abbreviated(&head[..at]),
        _ => true,
    };
    let soft = [" - ", ". ", " / ", " but ", " while ", " whereas ", " x ", " <> "]
        .iter()
        .filter_map(|sign| Some(head.rmatch_indices(sign).find(|(at, _)| ends(sign, *at))?.0 + sign.len()))
        .max()
        .unwrap_or(0);
    hard.max(soft)
}

pub(super) fn side_of_clause(text: &str, at: usize) -> Option<Side> {
    let start = clause_start(text, at);
    let clause = &text[start..at];
    SIDES
        .captures_iter(clause)
        .filter_map(|c| {
            let whole = c.get(0)?;
            if c.name("ours").is_some() {
                return (!whole.as_str().eq_ignore_ascii_case("us")).then_some(Side::Ours);
            }
            let before = clause[..whole.start()].trim_end().to_lowercase();
            let object =
                ["with", "w/", "x", "<>", "and", "&", "+", "partner"].iter().any(|p| before.ends_with(p));
            let them = whole.as_str().eq_ignore_ascii_case("them");
            let named = index(first_char(whole.as_str()), PARTNER);
            if named.is_some() && WITH_ANOTHER.is_match(&clause[..whole.start()]) {
                return Some(Side::Theirs(None));
            }
            let bare_partner = whole.as_str().eq_ignore_ascii_case("partner");
            let aside = them || bare_partner || (object && named.is_some());
            (!aside).then_some(Side::Theirs(named))
        })
        .last()
}

pub(super) fn side_of(text: &str, pop: Range<usize>) -> Option<Side> {
    let read = |c: &regex::Captures<'_>| {
        if c.name("ours").is_some() {
            return Some(Side::Ours);
        }
        let theirs = c.name("theirs")?;
        Some(Side::Theirs(index(first_char(theirs.as_str()), PARTNER)))
    };
    let head = &text[..pop.start];
    let tail = &text[pop.end..];
    // "They are a customer of ours": who stands after "of" has them.
    if let Some(c) = OF_SIDE.captures(tail) {
        return read(&c);
    }
    if let Some(c) = SIDE_BEFORE.captures(head) {
        let start = c.get(0).map_or(0, |m| m.start());
        let lead = head[..start].trim_end().to_lowercase();
        let joined = c.get(0).is_some_and(|m| m.as_str().contains([':', '-', '–', '—', '=']));
        let named = c.name("theirs").is_some_and(|m| first_char(m.as_str()) >= PARTNER);
        let introduced = ["with", "w/", "x", "<>", "for", "from", "and"]
            .iter()
            .any(|w| lead == *w || lead.ends_with(&format!(" {w}")) || lead.ends_with(&format!("({w}")));
        let object = c.name("theirs").is_some_and(|m| m.as_str().eq_ignore_ascii_case("them"))
            && (lead.ends_with("has") || lead.ends_with("have") || lead.ends_with("with"));
        // "Northwind - a prospect on our end": the partner stands before, the side after.
        let told_after = named && joined && tells_side_after(tail);
        let aside = object || (named && joined && introduced) || told_after;
        if !aside {
            return read(&c);
        }
    }
    // "We have an opp with them": with the account.
    static WITH_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:with|w/) (?:them|us)\b"));
    if let (true, Some(subject)) = (WITH_IT.is_match(tail), side_of_clause(text, pop.start)) {
        return Some(subject);
    }
    if let Some(c) = SIDE_AFTER.captures(tail) {
        static ANOTHER: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^\s*(?:,\s*)?(?:and|&)\s+[\u{F0000}-\u{F0FFF}]"));
        let end = c.get(0).map_or(0, |m| m.end());
        // "a deal on your customer" is not ours.
        if POPS.find(&tail[end..]).is_some_and(|p| tail[end..][..p.start()].trim().is_empty()) {
            return side_of_clause(text, pop.start);
        }
        if c.name("theirs").is_some() && ANOTHER.is_match(&tail[end..]) {
            return Some(Side::Theirs(None));
        }
        return read(&c);
    }
    side_of_clause(text, pop.start)
}

fn tells_side_after(tail: &str) -> bool {
    SIDE_AFTER.captures(tail).is_some_and(|c| {
        let pronoun = c.name("ours").or(c.name("theirs")).is_some_and(|m| first_char(m.as_str()) < PARTNER);
        pronoun && !tail.trim_start().starts_with(['→', '-'])
    })
}
