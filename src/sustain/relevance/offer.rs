//! Offers on terms that are made to the partner's customers (A13).

use std::ops::Range;

use super::draft::Draft;
use super::names::mentions;

pattern!(
    TERMS,
    r"(?i)\b(?:exclusive(?:ly)?|members[- ]only|reserved for|preferential|special (?:offer|rate|price|pricing|terms|deal)|only for|just for|not (?:available|open|offered) (?:to anyone|elsewhere|to others)|nobody else|no one else|early access|first access|discount(?:s|ed)?|\d+\s?(?:%|percent|per cent) (?:off|discount|less|lower)|half[- ]price|promo(?:tion)?|coupon|voucher|\w+ months? free|\w+ free (?:months?|seats?|licen[cs]es?)|free (?:months?|trial|pilot|year|upgrade)|months? on us|(?:months?|weeks?|year) of (?:[\w-]+ ){1,4}free|special for|free for (?:an? |the |\w+ )?(?:month|quarter|year|season)s?|waiv(?:e|ing|ed)|(?:an|the|this|our|joint|summer|spring|winter|autumn|launch|limited) offer(?:ing)?\b|offer (?:is )?(?:for|to)\b|bundle(?:d)? (?:price|pricing|rate)|credit of|\bcredits? (?:for|toward))"
);
pattern!(
    STRONG,
    r"(?i)\b(?:exclusive(?:ly)?|members[- ]only|reserved|discount|\d+\s?(?:%|percent|per cent) (?:off|discount|less|lower)|offer(?:ing)? |free|promo|waiv|early access|first access|half[- ]price|special|preferential|voucher|coupon|on us|nobody else|no one else|bundle|credit|only for|just for)"
);
pattern!(
    BASE,
    r"(?i)\b(?:your|their) (?:[\w-]+ ){0,3}(?:customers?|clients?|customer base|client base|base|user base|book(?: of business)?|members|subscribers|users|accounts|clientele)\b|\b(?:customers|clients) of yours\b|\b(?:the|those|all|any) [\w-]+ (?:that |which |whom )?you (?:serve|supply|advise|look after|work with|support|manage|have)\b|\beveryone you serve\b"
);
pattern!(
    NOT_AN_OFFER,
    r"(?i)\bno (?:offer|discount|promo\w*)\b|\bnot an offer\b|\bplain offer\b|\boffer of help\b|\boffer(?:ed)? (?:to|you)\b"
);

/// An offer on terms, made to the customers of the partner, within two neighbouring sentences.
pub(super) fn exclusive_offer(draft: &Draft<'_>) -> Option<Range<usize>> {
    let text = draft.text();
    let sentences = draft.clauses.iter().map(|c| c.sentence).max()? + 1;
    let reach = |n: usize| {
        let of = || draft.clauses.iter().filter(move |c| c.sentence == n);
        Some(of().next()?.span.start..of().next_back()?.span.end)
    };
    let base = |s: &str| {
        let partner = draft.input.facts.partner.iter().chain(&draft.input.recipient.company);
        BASE.is_match(s) || partner.into_iter().any(|p| names_base(s, p))
    };
    for n in 0..sentences {
        let Some(here) = reach(n) else { continue };
        let Some(found) = TERMS.find(&text[here.clone()]).filter(|m| STRONG.is_match(m.as_str())) else {
            continue;
        };
        let body = &text[here.clone()];
        if NOT_AN_OFFER.is_match(body)
            && TERMS.find_iter(body).count() <= NOT_AN_OFFER.find_iter(body).count()
        {
            continue;
        }
        let around = [n.checked_sub(1), Some(n), Some(n + 1)].into_iter().flatten().filter_map(reach);
        if around.into_iter().any(|r| base(&text[r])) {
            return Some(here.start + found.start()..here.start + found.end());
        }
    }
    None
}

/// "Northwind customers", "Northwind's client base".
fn names_base(sentence: &str, partner: &str) -> bool {
    const BASE: [&str; 8] =
        ["customers", "customer", "clients", "client", "base", "accounts", "subscribers", "members"];
    mentions(sentence, partner).into_iter().any(|at| {
        let before = sentence[..at.start].to_lowercase();
        let mut last = before.split_whitespace().rev();
        if last.next() == Some("of") && last.next().is_some_and(|w| BASE.contains(&w)) {
            return true;
        }
        let rest = sentence[at.end..].to_lowercase();
        let rest = rest.trim_start_matches(['\'', '’', 's', ' ']);
        rest.split_whitespace().take(3).any(|w| {
            let w = w.trim_matches(|c: char| !c.is_alphanumeric());
            BASE.contains(&w)
        })
    })
}
