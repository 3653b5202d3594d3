//! Populations told by a verb: "they sell to Acme", "Acme signed with them", "we are chasing them".

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::{Captures, Regex};

use super::fields::{Facts, Side, first_char};
use super::flatten::{PARTNER, index};
use super::patterns::*;
use super::populations::{blank_but, partner_marks};
use super::words::is_stage;
use crate::map::overlap::Population;

/// What we or they do, said of the account.
static SELLERS: LazyLock<[(Regex, Population); 3]> = LazyLock::new(|| {
    let led =
        |verbs: &str| compiled(&format!(r"(?i)(?P<side>{{OURS}}|{{THEIRS}})\s+{AUXILIARIES}(?:{verbs})"));
    [
        (
            led(
                r"(?:closed|won|signed|landed|renewed)\b|(?:sells?|sold)\s+into\s|(?:sells?|selling|sold)\s+(?:to\s|(?:them|it)\b)|(?:serv|suppl)(?:e[sd]?|ing|y|ies|ied|ying)\s|(?:(?:in\s+)?there\s+)?(?:(?:too|as well|also)\s+)?(?:as\s+)?(?:(?:an?|the|their|its|\x01)\s+)*(?:(?:current|existing|main|long-?time|preferred)\s+)*(?:vendor|supplier|provider|incumbent)\b|work(?:ed|ing)\s+with\s+[^,;.:]{1,40}?\s+for\s+(?:ages|years|(?:\w+\s+){1,2}(?:years?|yrs?|months?|while))\b|(?:live\s+)?(?:in\s+)?(?:there|with them|in)\s+(?:already\s+)?(?:since|for)\s",
            ),
            Population::Customer,
        ),
        (
            led(
                r"(?:try|trying|hoping|looking|want|wants|wanting|keen|working)\s+(?:hard\s+)?(?:to\s+(?:get|break|sell|land|win|crack|enter|reach|meet)\b|(?:in|into)\b)|(?:chasing|pitching|courting|eyeing|targeting|pursuing|hunting|going after|knocking)\b",
            ),
            Population::Prospect,
        ),
        (
            led(
                r"(?:selling\s+into|negotiating|quoting|bidding|(?:an?\s+)?(?:\w+\s+)?(?:bid|quote|proposal|offer|tender)\s+(?:in|out|with|at|there)\b|in\s+(?:\w+\s+)?(?:talks|negotiations?))\b",
            ),
            Population::OpenOpportunity,
        ),
    ]
});

/// What the account does, said of us or of them.
static BUYERS: LazyLock<[(Regex, Population); 2]> = LazyLock::new(|| {
    let to = r"\s+(?P<side>{OURS}|{THEIRS})";
    [
        (
            compiled(&format!(
                r"(?i)\b(?:(?:bought|buys|buying|purchased|purchases|signed(?: up)?|renewed|(?:went|gone|going|is|are|now) live)\s+(?:from|with|on)|(?:has|have|had) been with|uses?|using|chose|picked|selected|bought|buys|runs on|went with|switched to){to}"
            )),
            Population::Customer,
        ),
        (
            compiled(&format!(
                r"(?i)\b(?:evaluating|shortlisted|piloting|trialling|trialing|testing|considering|looking at|talking to|in talks with){to}"
            )),
            Population::OpenOpportunity,
        ),
    ]
});

const AUXILIARIES: &str = r"(?:(?:have|has|had|are|is|were|was|been|be|just|already|also|currently|now|recently|still|both|finally|all|really|actively|even)\s+)*";

/// What verbs tell. A sale is a customer; what somebody hopes or negotiates counts where nothing plainer is said.
pub(super) fn relations(text: &str, masked: &mut String, facts: &mut Facts) {
    let whole = masked.clone();
    for (regex, population) in SELLERS.iter() {
        for c in regex.captures_iter(&whole) {
            // "Northwind closed their Series C" is about themselves.
            static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\s*(?:their|its|his|her)\b"));
            let Some(span) = c.get(0).map(|m| m.range()) else { continue };
            if !OWN.is_match(&whole[span.end..]) {
                let side = side(&c, &whole[..span.start]);
                boasts(&c["side"], &whole[span.clone()], facts);
                tell(side, *population, span, masked, facts);
            }
        }
    }
    for (regex, population) in BUYERS.iter() {
        for c in regex.captures_iter(&whole) {
            let Some(span) = c.get(0).map(|m| m.range()) else { continue };
            // "They use us" is said of the account.
            let theirs = is_theirs_before(&whole[..span.start]) && side(&c, "") == Side::Ours;
            if theirs || !is_seller_before(&whole[..span.start]) {
                tell(side(&c, ""), *population, span, masked, facts);
            }
        }
    }
    reported(&whole, facts);
    staged(text, facts);
}

/// "Globex says Acme signed last month", "existing Globex account": theirs.
fn reported(masked: &str, facts: &mut Facts) {
    static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)(?P<side>{THEIRS})\s+(?:just\s+)?(?:says?|said|tells? (?:me|us)|told (?:me|us)|mentions?|mentioned|confirms?|confirmed|reports?|reported)\s+(?:that\s+)?[^,;.]{2,60}?\s+(?:(?:is|are|has|have|just|now|already)\s+)*(?:signed|renewed|live|went live|bought|onboarded|closed)\b",
        )
    });
    static HELD: LazyLock<Regex> = LazyLock::new(|| {
        compiled(r"(?i)\b(?:existing|current|active|long-?time)\s+(?P<side>{OURS}|{THEIRS})\s+account\b")
    });
    for c in REPORTED.captures_iter(masked).chain(HELD.captures_iter(masked)) {
        facts.implied.push((side(&c, ""), Population::Customer));
    }
}

fn side(captures: &Captures<'_>, before: &str) -> Side {
    let written = &captures["side"];
    let ours = SIDES.captures(written).is_some_and(|s| s.name("ours").is_some());
    match ours {
        true if captures[0].contains(" both ") => Side::Both,
        true => Side::Ours,
        false if WITH_ANOTHER.is_match(before) => Side::Theirs(None),
        false => Side::Theirs(index(first_char(written), PARTNER)),
    }
}

/// "We won Acme" alone is news of ours and no overlap.
fn boasts(side: &str, told: &str, facts: &mut Facts) {
    static NEWS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^we\b.*\b(?:closed|won|signed|landed|renewed)$"));
    facts.chatty |= side.to_lowercase().starts_with("we") && NEWS.is_match(told);
}

/// "We are using them", "Northwind didn't buy from us": the subject is no account, or nothing was bought.
fn is_seller_before(before: &str) -> bool {
    static SELLER: LazyLock<Regex> = LazyLock::new(|| {
        compiled(&format!(r"(?i)(?:(?:{{OURS}}|{{THEIRS}})\s+{AUXILIARIES}|(?:not|never|n't)\s+)$"))
    });
    SELLER.is_match(before)
}

fn is_theirs_before(before: &str) -> bool {
    static THEY: LazyLock<Regex> =
        LazyLock::new(|| compiled(&format!(r"(?i)\bthey(?:'re|'ve)?\s+{AUXILIARIES}$")));
    THEY.is_match(before)
}

fn tell(side: Side, population: Population, span: Range<usize>, masked: &mut String, facts: &mut Facts) {
    let told = if population == Population::Customer { &mut facts.populations } else { &mut facts.implied };
    told.push((side, population));
    let keep = partner_marks(&masked[span.clone()], span.start);
    blank_but(masked, span, &keep);
}

/// "We're in legal", "sitting in evaluation with us", "still open for us": a deal is under way.
fn staged(text: &str, facts: &mut Facts) {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?i)\b(?:is|are|both|all|also|still|now|each|it's|they're)\s+open\s+(?:for|with|on)\s+(?P<side>{OURS}|{THEIRS})",
        )
    });
    facts.implied.extend(OPEN.captures_iter(text).map(|c| (side(&c, ""), Population::OpenOpportunity)));
    static STAGED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
        let stage = r"(?:in|at|into|through)\s+(?:the\s+)?(?P<stage>[\p{L}-]+(?: [\p{L}-]+)?)";
        [
            compiled(&format!(
                r"(?i)(?P<side>{{OURS}}|{{THEIRS}})\s+{AUXILIARIES}(?:at\s+[^\s,;]+\s+)?{stage}"
            )),
            compiled(&format!(r"(?i)\b{stage}\s+(?:(?:with|for|on)\s+)(?P<side>{{OURS}}|{{THEIRS}})")),
        ]
    });
    for c in STAGED.iter().flat_map(|regex| regex.captures_iter(text)) {
        let words = c["stage"].to_lowercase();
        if is_stage(&words) || is_stage(words.split(' ').next().unwrap_or_default()) {
            facts.implied.push((side(&c, ""), Population::OpenOpportunity));
        }
    }
}
