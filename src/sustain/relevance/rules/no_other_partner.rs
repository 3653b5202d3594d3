//! Nothing about another partner, by name or by hint.

use super::super::names::{mentions, names_other};
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
    // Titles are no excuse: "Globex checklist" names Globex, whatever list holds it.
    let ours: Vec<&String> = facts.overlaps.iter().map(|o| &o.account).chain(own).collect();
    for other in &facts.other_partners {
        let found = names_other(draft.text(), &ours, other);
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
