//! Persons: who owns the account, and who merely stands by.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::{Match, Regex};

use super::fields::{Facts, Side, blank, first_char, text_of};
use super::flatten::{EMAIL, LINK, PARTNER, Tokens, USER, index, is_marker};
use super::patterns::*;
use super::words::{is_stage, is_stop, may_stand_in_name};
use crate::map::overlap::Population;

fn person(text: &str, tokens: &Tokens) -> Option<String> {
    let c = first_char(text);
    if let Some(i) = index(c, USER) {
        return tokens.users.get(i).cloned();
    }
    if let Some(i) = index(c, EMAIL) {
        return tokens.emails.get(i).cloned();
    }
    let mut name = text.trim().to_string();
    while let Some((head, last)) = name.rsplit_once(' ') {
        if !is_stop(&last.to_lowercase()) || may_stand_in_name(last) {
            break;
        }
        name = head.to_string();
    }
    let word = name.to_lowercase();
    (!is_stop(&word) && !word.is_empty() && !is_stage(&word)).then_some(name)
}

/// `follows`: an account was named before, so that a bare name may well be a person's.
pub(super) fn people(text: &str, follows: bool, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    if let Some(who) = SPEAKER.captures(text).and_then(|c| text_of(&c, "who")) {
        blank(masked, who);
    }
    for regex in [&*NO_OWNER, &*BYSTANDERS, &*THEIR_OWNER] {
        for m in regex.find_iter(&masked.clone()) {
            let greeting = m.as_str().chars().next().is_some_and(char::is_alphabetic);
            let names_user = m.as_str().chars().any(is_marker) || m.as_str().contains('@');
            if Population::understood(m.as_str()).is_some() {
                continue;
            }
            let by = m.as_str().to_lowercase();
            if is_account(text, &m) {
                continue;
            }
            let soft = by.starts_with("from") || by.starts_with("via") || by.starts_with("fyi");
            // "from Acme", "via Northwind" hold no person, unless a mention stands there.
            if soft && greeting && !names_user {
                continue;
            }
            blank(masked, m.range());
        }
    }
    deal_holder(text, follows, masked, tokens, facts);
    if facts.owner.is_some() {
        return;
    }
    for regex in [&*OWNER, &*OWNER_AFTER, &*OWNER_LOWER, &*OWNS_LOWER, &*HAS_DEAL, &*POSSESSIVE] {
        let found = regex.captures_iter(&masked.clone()).find_map(|c| {
            let who = text_of(&c, "who")?;
            let whole = c.get(0)?.range();
            Some((person(&text[who.clone()], tokens)?, whole, who))
        });
        if let Some((owner, whole, who)) = found {
            let end = who.start + owner.len().min(who.len());
            let end = if text.is_char_boundary(end) && first_char(&text[who.clone()]) < 0xF0000 {
                end
            } else {
                who.end
            };
            blank(
                masked,
                whole.start..end.max(if regex.as_str() == OWNER_AFTER.as_str() { whole.end } else { 0 }),
            );
            facts.owner = Some(owner);
            break;
        }
    }
}

/// "Sofia has a 200k opp with them": her deal is ours.
fn deal_holder(text: &str, follows: bool, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    let Some(c) = HOLDS_DEAL.captures(&masked.clone()).map(|c| (text_of(&c, "who"), text_of(&c, "pop")))
    else {
        return;
    };
    let (Some(who), Some(pop)) = c else { return };
    let leads = !text[..who.start].contains(char::is_alphanumeric);
    if leads && !follows {
        return;
    }
    facts.owner = person(&text[who.clone()], tokens);
    if facts.owner.is_some() {
        facts.populations.push((Side::Ours, Population::OpenOpportunity));
        blank(masked, who);
        blank(masked, pop);
    }
}

/// `Acme (Northwind)` at the head of a line, `Overlap: Acme at Northwind`, `Stark & Sons at Northwind`: an account and its
/// partner, not a person and a company.
fn is_account(text: &str, person: &Match<'_>) -> bool {
    static NAME_GOES_ON: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{Lu}[\p{L}'-]* (?:&|of) $"));
    static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\boverlaps?\b[^:]{0,20}:\s*$"));
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\s*(?:just\s+)?(?:says?|said|told|tells|mentioned|asked|pinged|confirmed|wrote|reports?)\b",
        )
    });
    let (before, written) = (&text[..person.start()], person.as_str());
    let bracketed = written.strip_suffix(')');
    let last = bracketed.unwrap_or(written).chars().last().map_or(0, u32::from);
    let beside_partner = index(last, PARTNER).is_some() && index(first_char(written), USER).is_none();
    let heads = bracketed.is_some() && heads_account(before) || ANNOUNCED.is_match(before);
    NAME_GOES_ON.is_match(before) || beside_partner && heads && !SAYS.is_match(&text[person.end()..])
}

/// Where an account stands rather than a person: first of all, after "New overlap:", or within a longer name.
fn heads_account(before: &str) -> bool {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)^\W*$|\boverlap\w*\W*$|:\s*$|(?-i:\p{Lu}\w*) \d+ $|^\d+ $| (?:&|of) $")
    });
    PLACE.is_match(before)
}

/// A mention that stands alone between separators, after the account, is its owner; so is a name beside its deal.
pub(super) fn lone_owner(text: &str, follows: bool, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    static LONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"[,;|·()–—→>\x01\t-]\s*(?:(?:ours\s+(?:is\s+)?)?(?:with|w/|by)\s+)?(?P<who>[\u{F1000}-\u{F2FFF}])\s*(?:$|[,;|·()–—→\x01\t.-])",
        )
    });
    if facts.owner.is_none()
        && let Some(captures) = LONE.captures(masked)
        && let Some(who) = text_of(&captures, "who")
    {
        facts.owner = person(&masked[who.clone()], tokens);
        blank(masked, who);
    }
    if facts.owner.is_some() {
        return;
    }
    for regex in [&*BESIDE_DEAL, &*AFTER_DEAL] {
        let Some(who) = regex.captures(masked).and_then(|c| text_of(&c, "who").or(text_of(&c, "first")))
        else {
            continue;
        };
        // `Globex - Crown Hotels` is a partner and its account.
        let after_partner =
            text[..who.start].trim_end().trim_end_matches(['-', '–', '—', '/', '|', '·', '=', ',']);
        let after_partner =
            after_partner.trim_end().chars().last().is_some_and(|c| index(u32::from(c), PARTNER).is_some());
        if !(follows || names_before(&masked[..who.start])) || facts.plural || after_partner {
            continue;
        }
        facts.owner = person(&masked[who.clone()], tokens);
        if facts.owner.is_some() {
            blank(masked, who);
            return;
        }
    }
}

/// Whether something that may be an account's name stands there.
fn names_before(masked: &str) -> bool {
    let mut words = masked.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-')));
    words.any(|w| {
        w.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) && !is_stop(&w.to_lowercase())
    }) || masked.chars().any(|c| index(u32::from(c), LINK).is_some())
}
