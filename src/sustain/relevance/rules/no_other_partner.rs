//! Nothing about another partner, by name or by hint.

use super::super::names::{exact, mentions, overlap};
use super::{Draft, Outcome, block, pass, quote};

pattern!(
    HINT,
    r"(?i)\b(?:another|a different|one|some|two|three|several|most|many)(?: of (?:our|my))?(?: other)? (?:\w+ )?partners?(?: of ours)?\b|\b(?:our|my) other (?:\w+ )?(?:partners?|integrators?|resellers?|agenc(?:y|ies)|alliances?|allies|vendors?|consultanc(?:y|ies)|distributors?)\b|\bother partners\b|\bpartners? of ours\b|\b(?:an?|one|two|some|another|your|the other)(?: \w+)? (?:competitors?|rivals?)(?: of yours)?\b"
);
pattern!(HARMLESS, r"(?i)\b(?:no|any|without|if you (?:have|work with)|you have) (?:\w+ ){0,2}$");
pattern!(ABOUT_US, r"(?i)^(?:one|some|most|many|two|three|several) (?:\w+ )?partners?$");
const FIX: &str = "Take it out: what we do with one partner is never told to another.";

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    let own = facts.partner.iter().chain(&draft.input.recipient.company);
    let mut ours: Vec<_> =
        facts.overlaps.iter().map(|o| o.account.as_str()).chain(own.map(String::as_str)).collect();
    ours.extend(facts.assets.iter().map(|a| a.title.as_str()));
    ours.extend(facts.our_launches.iter().chain(&facts.their_launches).map(|l| l.title.as_str()));
    let masked: Vec<_> = ours.iter().flat_map(|n| exact(draft.text(), n)).collect();
    for other in &facts.other_partners {
        let own_name = ours.iter().any(|n| n.eq_ignore_ascii_case(other));
        let found: Vec<_> = mentions(draft.text(), other)
            .into_iter()
            .filter(|at| !own_name && !masked.iter().any(|m| overlap(m, at) && m.len() > at.len()))
            .collect();
        if !found.is_empty() {
            return block(format!("It names {other}, another partner."), FIX, found);
        }
    }
    if let (Some(a), Some(b)) = (&facts.partner, &draft.input.recipient.company)
        && mentions(a, b).is_empty()
        && mentions(b, a).is_empty()
    {
        return block(
            format!("The facts are {a}'s, and the reader works for {b}."),
            "Build the note on the reader's own facts.",
            vec![],
        );
    }
    let hint = HINT.find_iter(draft.text()).find(|m| {
        let before = &draft.text()[..m.start()];
        !HARMLESS.is_match(before) && !ABOUT_US.is_match(m.as_str()) && !before.ends_with("your ")
    });
    if let Some(m) = hint {
        return block(
            format!("It speaks of another partner: {}.", quote(draft, &m.range())),
            FIX,
            vec![m.range()],
        );
    }
    pass("Nothing about another partner.")
}
