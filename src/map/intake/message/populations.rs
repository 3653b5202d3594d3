//! Populations and whose they are.

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::{Match, Regex};

use super::fields::{Facts, Side, blank, first_char, text_of};
use super::flatten::{PARTNER, index};
use super::patterns::*;
use super::relations::relations;
use super::sides::{clause_start, side_of, side_of_clause};
use crate::map::overlap::Population;

pub(super) fn populations(text: &str, masked: &mut String, facts: &mut Facts) {
    for c in MOVED.captures_iter(&masked.clone()) {
        if let Some(old) = text_of(&c, "old") {
            blank(masked, old);
        }
    }
    for c in ARROWED.captures_iter(&masked.clone()) {
        if let Some(old) = text_of(&c, "old")
            && SIDE_BEFORE.find(&text[clause_start(text, old.start)..old.start]).is_none()
        {
            blank(masked, old);
        }
    }
    shared(text, masked, facts);
    for m in POPS.find_iter(&masked.clone()) {
        let written = m.as_str();
        let Some(population) = Population::understood(written) else { continue };
        let lower = written.to_lowercase();
        let weak =
            ["deal", "deals", "target", "targets", "lead", "leads", "pipeline", "opp", "opps", "prospecting"]
                .contains(&lower.as_str());
        match side_of(text, m.range()) {
            Some(side) => {
                facts.populations.push((side, population));
                blank(masked, m.range());
            }
            None if weak && written.starts_with(char::is_uppercase) && !lower.starts_with("opp") => {}
            None => {
                if !weak || lower.starts_with("opp") {
                    facts.unsided.push(population);
                }
                blank(masked, m.range());
            }
        }
    }
    relations(text, masked, facts);
    likewise(text, facts);
}

/// "Both have Acme as a customer", "mutual customer", "customer of both".
fn shared(text: &str, masked: &mut String, facts: &mut Facts) {
    for c in BOTH_OBJECT.captures_iter(&masked.clone()) {
        let (Some(whole), Some(pop), Some(object)) = (c.get(0), text_of(&c, "pop"), text_of(&c, "object"))
        else {
            continue;
        };
        if let Some(population) = Population::understood(&text[pop.clone()]) {
            facts.populations.push((both(text, whole.start()), population));
            blank_but(masked, whole.range(), &[object]);
        }
    }
    for regex in [&*BOTH_NAMED, &*BOTH, &*BOTH_AFTER] {
        for c in regex.captures_iter(&masked.clone()) {
            let (Some(whole), Some(pop)) = (c.get(0), text_of(&c, "pop")) else { continue };
            // "customer at both Northwind and Globex" leaves us out.
            let next = first_char(text[whole.end()..].trim_start());
            if index(next, PARTNER).is_some() || speaks_of_accounts(text, &whole) {
                continue;
            }
            if let Some(population) = Population::understood(&text[pop]) {
                // "Acme x Northwind x Globex: customer of both".
                let of_partners = whole.as_str().to_lowercase().ends_with(" both")
                    && partner_marks(&text[..whole.start()], 0).len() > 1;
                let side = if of_partners { Side::Theirs(None) } else { both(text, whole.start()) };
                facts.populations.push((side, population));
                let keep: Vec<Range<usize>> = partner_marks(whole.as_str(), whole.start());
                let span = whole.range();
                blank_but(masked, span, &keep);
            }
        }
    }
}

/// "Both prospects for us", "we're prospecting at both": the two accounts, and one side's.
fn speaks_of_accounts(text: &str, shared: &Match<'_>) -> bool {
    static FOR_ONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^\s+(?:for|of|on|with)\s+(?:us\b|them\b|ours\b|theirs\b|our side|their side)")
    });
    let written = shared.as_str().to_lowercase();
    written.starts_with("both") && FOR_ONE.is_match(&text[shared.end()..])
        || written.ends_with(" both") && side_of_clause(text, shared.start()) == Some(Side::Ours)
}

/// "Globex has an open opp, we have one as well".
fn likewise(text: &str, facts: &mut Facts) {
    let Some(captures) = LIKEWISE.captures(text) else { return };
    let told = [facts.populations.as_slice(), facts.implied.as_slice()].concat();
    let [(side, population)] = told.as_slice() else { return };
    match (side, captures.name("ours").or(captures.name("we")).is_some()) {
        (Side::Theirs(_), true) => facts.populations.push((Side::Ours, *population)),
        (Side::Ours, false) => facts.populations.push((Side::Theirs(None), *population)),
        _ => {}
    }
}

/// "Northwind and Globex both …" are two partners; otherwise "both" are we and they.
fn both(text: &str, at: usize) -> Side {
    static TWO: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)[\u{F0000}-\u{F0FFF}]\s*(?:\+|and|&|,|/)\s*[\u{F0000}-\u{F0FFF}]\s*(?:are\s+)?$")
    });
    static OBJECT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:have|has|see|sees|list|lists|count|counts|got)\s+$"));
    // "We have both as customers" speaks of two accounts.
    if OBJECT.is_match(&text[..at])
        && let Some(side) = side_of_clause(text, at)
    {
        return side;
    }
    // "Shared between Northwind and Globex, they both have it".
    let they =
        text[..at].trim_end().to_lowercase().ends_with("they") && partner_marks(&text[..at], 0).len() > 1;
    if they || TWO.is_match(&text[..at]) { Side::Theirs(None) } else { Side::Both }
}

pub(super) fn partner_marks(text: &str, offset: usize) -> Vec<Range<usize>> {
    text.char_indices()
        .filter(|(_, c)| index(u32::from(*c), PARTNER).is_some())
        .map(|(i, c)| offset + i..offset + i + c.len_utf8())
        .collect()
}

pub(super) fn blank_but(masked: &mut String, span: Range<usize>, keep: &[Range<usize>]) {
    let mut at = span.start;
    for k in keep {
        blank(masked, at..k.start);
        at = k.end;
    }
    blank(masked, at..span.end);
}
