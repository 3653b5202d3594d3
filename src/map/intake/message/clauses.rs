//! Which account goes with which partner, where one sentence names several of both.
//!
//! An account under the wrong partner would show one partner what belongs to another, so what the words leave open goes
//! with none.

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::accounts::{Candidate, accounts};
use super::fields::{self, Facts, Setting};
use super::flatten::{Tokens, is_marker};
use super::patterns::SUFFIX_COMMA;
use super::populations::partner_marks;

/// A stretch between two separators, and what it names.
struct Piece {
    span: Range<usize>,
    /// Where its account stands.
    account: Option<usize>,
    /// Where its partner stands.
    partner: Option<usize>,
    /// Says what the account is to somebody.
    told: bool,
    /// Holds a partner and no other word.
    bare: bool,
    /// Speaks of all that was named before.
    of_all: bool,
}

impl Piece {
    fn is_led_by_account(&self) -> bool {
        self.account.is_some_and(|account| self.partner.is_none_or(|partner| account < partner))
    }

    fn is_led_by_partner(&self) -> bool {
        self.partner.is_some() && !self.is_led_by_account()
    }

    fn is_pair(&self) -> bool {
        self.account.is_some() && self.partner.is_some()
    }

    fn names_nothing(&self) -> bool {
        self.account.is_none() && self.partner.is_none()
    }
}

/// `Acme with Northwind, our prospect, Hooli with Globex` → a clause for each pair. A sentence that pairs once, or in no
/// order that tells, stays whole.
pub(super) fn clauses<'a>(sentence: &'a str, tokens: &Tokens) -> Vec<&'a str> {
    if partner_marks(sentence, 0).len() < 2 {
        return vec![sentence];
    }
    let pieces = pieces(sentence, tokens);
    let mut starts = vec![0];
    let mut group = 0..0;
    for at in 0..pieces.len() {
        group.end = at;
        if begins(&pieces[group.clone()], &pieces[at], &pieces[at + 1..]) {
            starts.push(at);
            group.start = at;
        }
    }
    if starts.len() > 1 {
        // "…, both our prospects": of all the pairs before.
        let tail = pieces.iter().rposition(|p| !p.names_nothing()).map_or(0, |last| last + 1);
        starts.extend((tail..pieces.len()).find(|at| pieces[*at].of_all));
    }
    let ends = starts.iter().skip(1).copied().chain([pieces.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &sentence[pieces[*start].span.start..pieces[end - 1].span.end])
        .collect()
}

/// Whether a piece begins a pair of its own, after a `group` that has both its account and its partner.
fn begins(group: &[Piece], piece: &Piece, rest: &[Piece]) -> bool {
    let Some(first) = group.iter().find(|p| !p.names_nothing()) else { return false };
    if !group.iter().any(|p| p.account.is_some()) || !group.iter().any(|p| p.partner.is_some()) {
        return false;
    }
    match (piece.account, piece.partner) {
        (Some(_), Some(_)) => true,
        // `Acme with Northwind, Hooli, Umbrella with Globex`, cell by cell: `Acme, Northwind, Hooli, Globex`, or with a
        // verb of its own: "…, Hooli is our customer and Globex's prospect".
        (Some(_), None) => {
            let apart = !group.iter().any(Piece::is_pair);
            let next = rest.iter().find(|p| p.partner.is_some());
            first.is_led_by_account()
                && next.is_some_and(|p| if p.is_pair() { p.is_led_by_account() } else { apart || piece.told })
        }
        // `Northwind has Acme, Globex and Initech have Hooli`; "Globex too" would be one more partner of Acme.
        (None, Some(_)) => {
            let next = rest.iter().find(|p| p.account.is_some());
            piece.bare
                && first.is_led_by_partner()
                && next.is_some_and(|p| p.partner.is_none() || p.is_led_by_partner())
        }
        (None, None) => false,
    }
}

/// The stretches between the separators that stand outside of brackets.
fn pieces(sentence: &str, tokens: &Tokens) -> Vec<Piece> {
    static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\s*[,;|•·]\s*(?:(?:and|&|plus|while|whereas|but|und)\s+)?|\s+(?:and|&|\+|plus|while|whereas|but|und|[-–—/])\s+",
        )
    });
    // `… Overlap: …` on the same line, or a partner that leads what follows: `… Ltd. Northwind: …`.
    static ANEW: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?P<gap>\s+)(?:(?:an?|new|another|also)\s+)*overlaps?\b(?:[^,;|:]{0,40}:|\s+(?:with|w/|on|at)\s)|(?P<new>\s+)(?:new|another)\s+overlap\b|\.(?P<led>\s+)[\u{F0000}-\u{F0FFF}]\s*:",
        )
    });
    let anew = ANEW
        .captures_iter(sentence)
        .filter_map(|c| c.name("gap").or(c.name("new")).or(c.name("led")).map(|gap| gap.range()));
    let mut cuts: Vec<Range<usize>> = SEPARATOR.find_iter(sentence).map(|m| m.range()).chain(anew).collect();
    cuts.sort_by_key(|cut| cut.start);
    let (mut depth, mut seen) = (0_usize, 0);
    cuts.retain(|cut| {
        for c in sentence.get(seen..cut.start).unwrap_or_default().chars() {
            depth = if c == '(' { depth + 1 } else { depth.saturating_sub(usize::from(c == ')')) };
        }
        seen = seen.max(cut.start);
        depth == 0 && !is_within_names(sentence, cut)
    });
    let mut out = Vec::new();
    let mut start = 0;
    for cut in cuts.into_iter().chain(std::iter::once(sentence.len()..sentence.len())) {
        if cut.start > start {
            out.push(piece(sentence, start..cut.start, tokens));
            start = cut.end;
        }
    }
    out
}

/// `Stark & Sons`, `Acme and Hooli`: what joins names parts no pairs.
fn is_within_names(sentence: &str, cut: &Range<usize>) -> bool {
    static JOINS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s+(?:and|&|\+|und)\s+$"));
    let word = sentence[..cut.start].rsplit(' ').next().unwrap_or_default();
    JOINS.is_match(&sentence[cut.clone()])
        && word.starts_with(char::is_uppercase)
        && word.ends_with(char::is_alphanumeric)
        && sentence[cut.end..].starts_with(char::is_uppercase)
}

fn piece(sentence: &str, span: Range<usize>, tokens: &Tokens) -> Piece {
    static OF_ALL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^\W*(?:(?:we|they)(?:'re| are| have)? )?(?:both|all|each|every)\b"));
    let text = &sentence[span.clone()];
    let facts = fields::read_among(
        text,
        Setting { around: sentence, follows: span.start > 0, listing: false },
        tokens,
    );
    Piece {
        account: accounts(text, &facts).first().map(|a| a.span.start),
        partner: facts.partner_spans.first().map(|(_, span)| span.start),
        told: !facts.populations.is_empty(),
        bare: text.trim().chars().count() == 1,
        of_all: facts.plural || OF_ALL.is_match(text),
        span,
    }
}

/// The partners of each account of one clause; `None` where the words leave open whose it is.
pub(super) fn partners_of(text: &str, accounts: &[Candidate], facts: &Facts) -> Vec<Option<Vec<usize>>> {
    static IN_TURN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:respectively|in (?:that|this) order|beziehungsweise|bzw\.?)"));
    static OF_ALL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:both|all|each|every)\b"));
    let partners = &facts.partners;
    if partners.len() < 2 || accounts.is_empty() {
        return vec![Some(partners.clone()); accounts.len()];
    }
    if let [account] = accounts {
        // `Northwind overlap: Globex (globex.com)`, where Globex is a partner as well.
        if let Some((itself, _)) = facts.partner_spans.iter().find(|(_, span)| *span == account.span) {
            return vec![Some(partners.iter().copied().filter(|p| p != itself).collect())];
        }
        return vec![apart_from_others(&SUFFIX_COMMA.replace_all(text, "\u{2}${form}"), account, facts)];
    }
    if IN_TURN.is_match(text) && partners.len() == accounts.len() {
        let rank =
            |account: &Candidate| accounts.iter().filter(|a| a.span.start < account.span.start).count();
        return accounts.iter().map(|a| partners.get(rank(a)).map(|p| vec![*p])).collect();
    }
    let of_all = OF_ALL.is_match(text).then(|| partners.clone());
    vec![of_all; accounts.len()]
}

/// The partners of the one account, without those that stand beside another name.
fn apart_from_others(text: &str, account: &Candidate, facts: &Facts) -> Option<Vec<usize>> {
    let is_other = |c: &&Candidate| c.span != account.span && c.weight >= 2;
    let others: Vec<&Range<usize>> = facts.candidates.iter().filter(is_other).map(|c| &c.span).collect();
    let beside = |name: &Range<usize>, partner: &Range<usize>| {
        let gap = name.end.min(partner.end)..name.start.max(partner.start);
        let apart = |c: char| is_marker(c) || matches!(c, ',' | ';' | '|' | '(' | ')');
        let named = |span: &Range<usize>| span.start >= gap.start && span.end <= gap.end;
        !text.get(gap.clone()).unwrap_or(",").contains(apart)
            && !named(&account.span)
            && !others.iter().any(|o| named(o))
    };
    let mut left: Vec<usize> = Vec::new();
    for (partner, span) in &facts.partner_spans {
        if !left.contains(partner) && !others.iter().any(|other| beside(other, span)) {
            left.push(*partner);
        }
    }
    (!left.is_empty()).then_some(left)
}
