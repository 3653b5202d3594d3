//! What one stretch of words says: populations and whose they are, partners, owner, amount, stage, and what is left
//! over as the name of an account.

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::accounts::{Candidate, candidates, is_pair};
use super::flatten::{PARTNER, Tokens, index};
use super::patterns::*;
use super::people::{lone_owner, people};
use super::populations::populations;
use super::sides::side_of_clause;
use super::stages::stages;
use crate::kernel::money::Money;
use crate::map::overlap::Population;

pub(super) use super::keys::is_key;

/// Who says that the account is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    /// The partner's; which one, when it was named.
    Theirs(Option<usize>),
    Both,
}

/// Everything that one stretch of words says.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) partners: Vec<usize>,
    pub(super) populations: Vec<(Side, Population)>,
    /// A population of which nobody said whose it is.
    pub(super) unsided: Vec<Population>,
    /// What stands where nothing plainer is said: "we are chasing them".
    pub(super) implied: Vec<(Side, Population)>,
    pub(super) owner: Option<String>,
    pub(super) our_amount: Option<Money>,
    pub(super) their_amount: Option<Money>,
    pub(super) stage: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    /// The word "overlap" or its like.
    pub(super) announced: bool,
    /// Tells of an overlap, rather than about overlaps.
    pub(super) meant: bool,
    /// Speaks of several accounts.
    pub(super) plural: bool,
    /// Asks, denies, supposes or jokes.
    pub(super) vetoed: bool,
    /// Speaks of meetings, reports or news, in which an account is merely mentioned.
    pub(super) chatty: bool,
    /// `Acme x Northwind`.
    pub(super) paired: bool,
    /// Which partner stands where.
    pub(super) partner_spans: Vec<(usize, Range<usize>)>,
}

pub(super) fn text_of(captures: &regex::Captures<'_>, name: &str) -> Option<Range<usize>> {
    captures.name(name).map(|m| m.range())
}

/// Overwrites what was understood, byte for byte, so that places stay comparable.
pub(super) fn blank(masked: &mut String, span: Range<usize>) {
    let filler = "\u{1}".repeat(span.len());
    masked.replace_range(span, &filler);
}

pub(super) fn first_char(text: &str) -> u32 {
    text.chars().next().map_or(0, u32::from)
}

/// Among what a stretch of words stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting<'a> {
    /// The line, which may tell that the talk is of several accounts.
    pub(super) around: &'a str,
    /// An account was named before.
    pub(super) follows: bool,
    /// Several overlaps were announced.
    pub(super) listing: bool,
}

/// Reads one stretch of words.
pub(super) fn read(text: &str, tokens: &Tokens) -> Facts {
    read_among(text, Setting { around: text, ..Setting::default() }, tokens)
}

/// As [`read`], where more stands around the words.
pub(super) fn read_among(text: &str, setting: Setting<'_>, tokens: &Tokens) -> Facts {
    static ALL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)[.;!]\s+(?:all|both|each|these|they're all)\b"));
    let joined = SUFFIX_COMMA.replace_all(text, "\u{2}${form}").into_owned();
    let text = joined.as_str();
    let mut masked = text.to_string();
    let mut facts = Facts {
        announced: OVERLAP_WORD.is_match(text) && !NO_OVERLAP.is_match(text),
        meant: MEANT.is_match(text),
        plural: PLURAL.is_match(text)
            || LIST_OF_THREE.is_match(text)
            || LISTED_AFTER_COLON.is_match(text)
            || setting.listing && (LISTED_BY_PARTNER.is_match(text) || LISTED_WITH_PARTNER.is_match(text))
            || ALL.is_match(setting.around),
        ..Facts::default()
    };
    facts.plural |= facts.announced && names_two(text);
    // "Could someone take Acme?" asks for hands, not whether it is so.
    let excused = REQUESTS.is_match(text) || POLITE.is_match(text);
    let supposes = SUPPOSES.find(text).filter(|_| !excused);
    facts.vetoed = NO_OVERLAP.is_match(text) || asks(text) && !excused;
    people(text, setting.follows, &mut masked, tokens, &mut facts);
    amounts(text, &mut masked, &mut facts);
    for regex in [&*NEGATED, &*COMPOUND] {
        for m in regex.find_iter(&masked.clone()) {
            blank(&mut masked, m.range());
        }
    }
    stages(&mut masked, &mut facts, text);
    populations(text, &mut masked, &mut facts);
    // What both sides are is no supposition, unless the whole sentence is one.
    let plain = facts.populations.iter().any(|(s, _)| *s == Side::Ours)
        && facts.populations.iter().any(|(s, _)| matches!(s, Side::Theirs(_)));
    facts.vetoed |= supposes.is_some_and(|m| !plain || !text[..m.start()].contains(char::is_alphanumeric));
    partners(text, &mut masked, tokens, &mut facts);
    lone_owner(text, setting.follows, &mut masked, tokens, &mut facts);
    facts.candidates = candidates(text, &masked, tokens, &facts);
    let mut unnamed = text.to_string();
    facts.candidates.iter().for_each(|c| blank(&mut unnamed, c.span.clone()));
    facts.chatty |= CHATTY.is_match(&unnamed);
    facts.paired = is_row(text, &facts)
        || facts.candidates.iter().any(|c| facts.partner_spans.iter().any(|(_, p)| is_pair(text, c, p)));
    facts
}

/// `Helston Furry and Lizard Point` are two; `Hill Valley and Sons Ltd` is one.
fn names_two(text: &str) -> bool {
    const ONE: [&str; 7] = ["Sons", "Daughters", "Brothers", "Partners", "Company", "Co", "Associates"];
    TWO_NAMES.captures_iter(text).any(|c| !ONE.contains(&&c["second"]))
}

/// `Kodiak Trucks - Northwind - $44k`: a row with the account first and a cell that holds the partner alone.
fn is_row(text: &str, facts: &Facts) -> bool {
    let Some(account) =
        facts.candidates.first().filter(|c| c.placed && (facts.our_amount.is_some() || c.domain.is_some()))
    else {
        return false;
    };
    [" - ", " – ", " — ", " | ", " / ", " · "].iter().any(|sign| {
        let cells: Vec<&str> = text.split(sign).map(str::trim).collect();
        let alone = |cell: &&str| cell.chars().count() == 1 && index(first_char(cell), PARTNER).is_some();
        cells.len() > 2
            && account.span.end <= cells[0].len() + account.span.start
            && cells[1..].iter().any(alone)
    })
}

fn asks(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '·' | ')' | '.'));
    let sentence = text.split_whitespace().any(|w| w.starts_with(char::is_lowercase));
    (trimmed.ends_with('?') && sentence && (ASKS.is_match(text) || !text.contains(':')))
        || pattern_asks_plainly(text)
}

fn pattern_asks_plainly(text: &str) -> bool {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\W*(?:(?:hey|hi|so|ok|team|all)[\s,]+)*(?:do we|does anyone|anyone (?:know|here|got)|any (?:overlaps?|idea|news|update)|can (?:we|you|someone|anyone|i)|could (?:we|you|someone)|is there|are there|how (?:do|many|does)|what's|what is|who (?:is|owns|has)|should we|did (?:we|you|anyone)|have we|has anyone|where (?:do|is|are|can))\b",
        )
    });
    PLAIN.is_match(text)
}

fn amounts(text: &str, masked: &mut String, facts: &mut Facts) {
    for found in Money::find_all(&masked.clone()) {
        let written = &text[found.span.clone()];
        if written == "3M" || written == "23" {
            continue;
        }
        match side_of_clause(text, found.span.start) {
            Some(Side::Theirs(_)) => facts.their_amount = facts.their_amount.or(Some(found.money)),
            Some(Side::Ours) if facts.our_amount.is_none() => facts.our_amount = Some(found.money),
            Some(Side::Ours) => {}
            _ => facts.our_amount = facts.our_amount.or(Some(found.money)),
        }
        blank(masked, found.span);
    }
}

fn partners(text: &str, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    let mut aside = Vec::new();
    for (i, c) in text.char_indices() {
        let Some(partner) = index(u32::from(c), PARTNER).filter(|p| *p < tokens.partners.len()) else {
            continue;
        };
        let mut end = i + c.len_utf8();
        if text[end..].starts_with("'s") {
            end += 2;
        }
        if masked[i..].starts_with('\u{1}') {
            // Named only as somebody's company, or already told as the side of a population.
            aside.push(partner);
            if !facts.populations.iter().any(|(s, _)| *s == Side::Theirs(Some(partner))) {
                continue;
            }
        } else {
            blank(masked, i..end);
        }
        if !facts.partners.contains(&partner) {
            facts.partners.push(partner);
        }
        facts.partner_spans.push((partner, i..end));
    }
    // "It's Initech, not Globex".
    let told_apart =
        |(partner, span): &(usize, Range<usize>)| (*partner, !NOT_WITH.is_match(&text[..span.start]));
    let meant: Vec<(usize, bool)> = facts.partner_spans.iter().map(told_apart).collect();
    if meant.iter().any(|(_, meant)| *meant) {
        facts
            .partners
            .retain(|partner| meant.contains(&(*partner, true)) || !meant.contains(&(*partner, false)));
    }
    if facts.partners.is_empty() {
        facts.partners.extend(aside.first());
    }
}
