//! What one stretch of words says: populations and whose they are, partners, owner, amount, stage, and what is left
//! over as the name of an account.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::accounts::{Candidate, candidates, is_pair, pieces};
use super::flatten::{EMAIL, PARTNER, Tokens, USER, index, is_marker, pattern};
use super::patterns::*;
use super::words::{is_stage, is_stop};
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
    pub(super) owner: Option<String>,
    pub(super) our_amount: Option<Money>,
    pub(super) their_amount: Option<Money>,
    pub(super) stage: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    /// The word "overlap" or its like.
    pub(super) announced: bool,
    /// Speaks of several accounts.
    pub(super) plural: bool,
    /// Asks, denies, supposes or jokes.
    pub(super) vetoed: bool,
    /// Speaks of meetings, reports or news, in which an account is merely mentioned.
    pub(super) chatty: bool,
    /// `Acme x Northwind`.
    pub(super) paired: bool,
    /// Where the partners stand.
    pub(super) partner_spans: Vec<Range<usize>>,
}

pub(super) fn text_of(captures: &regex::Captures<'_>, name: &str) -> Option<Range<usize>> {
    captures.name(name).map(|m| m.range())
}

/// Overwrites what was understood, byte for byte, so that places stay comparable.
fn blank(masked: &mut String, span: Range<usize>) {
    let filler = "\u{1}".repeat(span.len());
    masked.replace_range(span, &filler);
}

pub(super) fn first_char(text: &str) -> u32 {
    text.chars().next().map_or(0, u32::from)
}

/// Reads one stretch of words.
pub(super) fn read(text: &str, tokens: &Tokens) -> Facts {
    read_among(text, text, tokens)
}

/// As [`read`], where `around` tells whether the talk is of several accounts.
pub(super) fn read_among(text: &str, around: &str, tokens: &Tokens) -> Facts {
    static ALL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)[.;!]\s+(?:all|both|each|these|they're all)\b"));
    let joined = SUFFIX_COMMA.replace_all(text, "\u{2}${form}").into_owned();
    let text = joined.as_str();
    let mut masked = text.to_string();
    let mut facts = Facts {
        announced: OVERLAP_WORD.is_match(text) && !NO_OVERLAP.is_match(text),
        plural: PLURAL.is_match(text)
            || LIST_OF_THREE.is_match(text)
            || LISTED_AFTER_COLON.is_match(text)
            || ALL.is_match(around),
        ..Facts::default()
    };
    // "Could someone take Acme?" asks for hands, not whether it is so.
    let doubts = (asks(text) || SUPPOSES.is_match(text)) && !REQUESTS.is_match(text);
    facts.vetoed = NO_OVERLAP.is_match(text) || doubts;
    facts.chatty = CHATTY.is_match(text);
    people(text, &mut masked, tokens, &mut facts);
    amounts(text, &mut masked, &mut facts);
    for m in NEGATED.find_iter(&masked.clone()) {
        blank(&mut masked, m.range());
    }
    stages(&mut masked, &mut facts, text);
    populations(text, &mut masked, &mut facts);
    partners(text, &mut masked, tokens, &mut facts);
    lone_owner(&mut masked, tokens, &mut facts);
    facts.candidates = candidates(text, &masked, tokens, &facts);
    facts.paired = facts.candidates.iter().any(|c| facts.partner_spans.iter().any(|p| is_pair(text, c, p)));
    facts
}

fn asks(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '·' | ')' | '.'));
    (trimmed.ends_with('?') && (ASKS.is_match(text) || !text.contains(':'))) || pattern_asks_plainly(text)
}

fn pattern_asks_plainly(text: &str) -> bool {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\W*(?:(?:hey|hi|so|ok|team|all)[\s,]+)*(?:do we|does anyone|anyone (?:know|here|got)|any (?:overlaps?|idea|news|update)|can (?:we|you|someone|anyone|i)|could (?:we|you|someone)|is there|are there|how (?:do|many|does)|what's|what is|who (?:is|owns|has)|should we|did (?:we|you|anyone)|have we|has anyone|where (?:do|is|are|can))\b",
        )
    });
    PLAIN.is_match(text)
}

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
        if !is_stop(&last.to_lowercase()) {
            break;
        }
        name = head.to_string();
    }
    let word = name.to_lowercase();
    (!is_stop(&word) && !word.is_empty() && !is_stage(&word)).then_some(name)
}

fn people(text: &str, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    for regex in [&*NO_OWNER, &*BYSTANDERS, &*THEIR_OWNER] {
        for m in regex.find_iter(&masked.clone()) {
            let greeting = m.as_str().chars().next().is_some_and(char::is_alphabetic);
            let names_user = m.as_str().chars().any(is_marker) || m.as_str().contains('@');
            if Population::understood(m.as_str()).is_some() {
                continue;
            }
            let by = m.as_str().to_lowercase();
            // "Acme (Northwind)" at the head of a line is an account and its partner, not a person and a company.
            let heads = text[..m.start()].trim().is_empty() && index(first_char(&by), USER).is_none();
            let companion = by.strip_suffix(')').and_then(|b| b.chars().last()).map(u32::from);
            if heads && companion.is_some_and(|c| index(c, PARTNER).is_some()) {
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
    for regex in [&*OWNER, &*OWNER_AFTER, &*OWNER_LOWER, &*OWNS_LOWER, &*HAS_DEAL] {
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

/// A mention that stands alone between separators, after the account, is its owner.
fn lone_owner(masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    static LONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"[,;|·()–—→>\x01\t-]\s*(?P<who>[\u{F1000}-\u{F2FFF}])\s*(?:$|[,;|·()–—→\x01\t.-])")
    });
    if facts.owner.is_none()
        && let Some(captures) = LONE.captures(masked)
        && let Some(who) = text_of(&captures, "who")
    {
        facts.owner = person(&masked[who.clone()], tokens);
        blank(masked, who);
    }
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

fn clause_start(text: &str, at: usize) -> usize {
    let head = &text[..at];
    let hard = head
        .rfind([',', ';', '|', '·', '(', ')', '–', '—', '\n', '\t', ':', '→', '×'])
        .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
    let soft = [" - ", ". ", " / ", " but ", " while ", " whereas ", " x ", " <> "]
        .iter()
        .filter_map(|s| head.rfind(s).map(|i| i + s.len()))
        .max()
        .unwrap_or(0);
    hard.max(soft)
}

fn side_of_clause(text: &str, at: usize) -> Option<Side> {
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
            let bare_partner = whole.as_str().eq_ignore_ascii_case("partner");
            let named = index(first_char(whole.as_str()), PARTNER);
            let aside = them || bare_partner || (object && named.is_some());
            (!aside).then_some(Side::Theirs(named))
        })
        .last()
}

fn stages(masked: &mut String, facts: &mut Facts, text: &str) {
    let mut theirs = None;
    for c in STAGE_KEYED.captures_iter(&masked.clone()) {
        let (Some(whole), Some(span)) = (c.get(0), text_of(&c, "stage")) else { continue };
        let stage = until_stop(&text[span.clone()]);
        let preposed =
            stage.split(' ').next().is_some_and(|w| ["for", "on", "with", "at", "of"].contains(&w));
        if stage.is_empty() || preposed || is_stop(&stage.to_lowercase()) && !is_stage(&stage.to_lowercase())
        {
            continue;
        }
        let stage = named_after_number(stage, &text[span.start..]);
        let end = span.start + stage.len();
        let numbered = stage.starts_with(|c: char| c.is_ascii_digit())
            && !text[whole.start()..span.start].contains([':', '=', '-', '–']);
        let stage = if numbered { text[whole.start()..end].trim().to_string() } else { stage };
        blank(masked, whole.start()..end);
        let slot = if c.name("theirs").is_some() { &mut theirs } else { &mut facts.stage };
        slot.get_or_insert(stage);
    }
    for regex in [&*STAGE_BEFORE, &*STAGE_IN] {
        for c in regex.captures_iter(&masked.clone()) {
            let Some(span) = text_of(&c, "stage").or(text_of(&c, "alone")) else { continue };
            let words = &text[span.clone()];
            let explicit = regex.as_str() == STAGE_BEFORE.as_str();
            let stage = if explicit { Some(words.to_string()) } else { longest_stage(words) };
            if let Some(stage) = stage.filter(|s| !is_stop(&s.to_lowercase()) || is_stage(&s.to_lowercase()))
            {
                let their_own = matches!(side_of_clause(text, span.start), Some(Side::Theirs(_)));
                let whole = c.get(0).map_or(span.clone(), |m| m.range());
                blank(masked, whole.start..if explicit { whole.end } else { span.start + stage.len() });
                let slot = if their_own { &mut theirs } else { &mut facts.stage };
                slot.get_or_insert(stage);
            }
        }
    }
    for piece in pieces(&masked.clone()) {
        let words = masked[piece.clone()].trim().to_string();
        if facts.stage.is_none() && is_stage(&words.to_lowercase()) && piece.start > 0 {
            facts.stage = Some(words);
            blank(masked, piece);
        }
    }
    facts.stage = facts.stage.take().or(theirs);
}

/// `3 - proof of concept`: a stage's number goes with its name.
fn named_after_number(number: String, text: &str) -> String {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s*[-–—:]\s*(?P<name>[\p{L}][\p{L}/-]*(?: [\p{L}][\p{L}/-]*){0,2})"));
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return number;
    }
    let name = NAME.captures(&text[number.len()..]).and_then(|c| {
        let at = text_of(&c, "name")?;
        Some(number.len() + at.start + longest_stage(&text[number.len()..][at])?.len())
    });
    name.map_or(number, |end| text[..end].to_string())
}

/// The longest beginning of the words that is a stage.
fn longest_stage(words: &str) -> Option<String> {
    let split: Vec<&str> = words.split(' ').collect();
    (1..=split.len()).rev().map(|n| split[..n].join(" ")).find(|s| is_stage(&s.to_lowercase()))
}

fn until_stop(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split(' ') {
        let lower = word.to_lowercase();
        let tail = [
            "owner", "amount", "with", "at", "and", "our", "their", "for", "is", "owned", "cc", "on", "we",
            "but",
        ];
        if !kept.is_empty() && tail.contains(&lower.as_str()) {
            break;
        }
        kept.push(word);
    }
    kept.join(" ")
}

fn populations(text: &str, masked: &mut String, facts: &mut Facts) {
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
            if index(next, PARTNER).is_some() {
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
    closings(masked, facts);
    likewise(text, facts);
}

/// "Globex won Acme", "Acme bought from us", "they sell to Acme": a customer.
fn closings(masked: &mut String, facts: &mut Facts) {
    let closings = masked.clone();
    for c in WINS
        .captures_iter(&closings)
        .chain(BUYS.captures_iter(&closings))
        .chain(SELLS.captures_iter(&closings))
    {
        let Some(whole) = c.get(0) else { continue };
        // "Northwind closed their Series C" is about themselves.
        static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:their|its|his|her)\b"));
        if OWN.is_match(&closings[whole.end()..]) {
            continue;
        }
        let first = first_char(&c["side"]);
        let ours = Regex::is_match(&SIDES, &c["side"])
            && SIDES.captures(&c["side"]).is_some_and(|s| s.name("ours").is_some());
        let side = match ours {
            true => Side::Ours,
            false if WITH_ANOTHER.is_match(&closings[..whole.start()]) => Side::Theirs(None),
            false => Side::Theirs(index(first, PARTNER)),
        };
        facts.populations.push((side, Population::Customer));
        let keep = partner_marks(whole.as_str(), whole.start());
        blank_but(masked, whole.range(), &keep);
    }
}

/// "Globex has an open opp, we have one as well".
fn likewise(text: &str, facts: &mut Facts) {
    let Some(captures) = LIKEWISE.captures(text) else { return };
    let [(side, population)] = facts.populations.as_slice() else { return };
    match (side, captures.name("ours").is_some()) {
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
    if TWO.is_match(&text[..at]) { Side::Theirs(None) } else { Side::Both }
}

fn partner_marks(text: &str, offset: usize) -> Vec<Range<usize>> {
    text.char_indices()
        .filter(|(_, c)| index(u32::from(*c), PARTNER).is_some())
        .map(|(i, c)| offset + i..offset + i + c.len_utf8())
        .collect()
}

fn blank_but(masked: &mut String, span: Range<usize>, keep: &[Range<usize>]) {
    let mut at = span.start;
    for k in keep {
        blank(masked, at..k.start);
        at = k.end;
    }
    blank(masked, at..span.end);
}

fn side_of(text: &str, pop: Range<usize>) -> Option<Side> {
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
        let aside = object || (named && joined && introduced);
        if !aside {
            return read(&c);
        }
    }
    if let Some(c) = SIDE_AFTER.captures(tail) {
        static ANOTHER: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^\s*(?:,\s*)?(?:and|&)\s+[\u{F0000}-\u{F0FFF}]"));
        let end = c.get(0).map_or(0, |m| m.end());
        let arrow = tail.trim_start().starts_with(['→', '-']);
        if arrow && POPS.find(&tail[end..]).is_some_and(|p| tail[end..][..p.start()].trim().is_empty()) {
            return side_of_clause(text, pop.start);
        }
        if c.name("theirs").is_some() && ANOTHER.is_match(&tail[end..]) {
            return Some(Side::Theirs(None));
        }
        return read(&c);
    }
    side_of_clause(text, pop.start)
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
        facts.partner_spans.push(i..end);
    }
    if facts.partners.is_empty() {
        facts.partners.extend(aside.first());
    }
}
