//! A11: one small ask at the most, and only after a gift.

use super::super::gifts::Weight;
use super::super::speech::{Clause, Object};
use super::{Draft, Outcome, block, pass, quote, warn};

pattern!(
    /// Commitments, money and publicity: nothing that a note may ask for.
    BIG,
    r"\b(?:exclusiv\w+|(?:two|three|four|five|\d+|multi)[- ]years?\b|press release|joint (?:press|invoice|announcement)|public(?:ly)? (?:support|endorse\w*|reference)|sponsor\w*|co-?invest\w*|keynote|commit (?:you|your \w+|to (?:a|an|the|us|our))|sign (?:a|an|the|our) (?:\w+ ){0,2}?(?:contract|agreement|deal|mou|press|partnership)\b|(?:two|three|four|five|ten|\d+) (?:\w+ ){0,2}?(?:introductions|intros)\b|introductions? to your (?:two|three|four|five|ten|\d+)\b)"
);

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let asks: Vec<&Clause> = draft.clauses.iter().filter(|c| c.asks() && !c.burdens()).collect();
    let spans = || asks.iter().map(|c| c.span.clone()).collect();
    let Some(first) = asks.first() else { return pass("Asks nothing of the reader.") };
    let given = draft.gifts.iter().filter(|g| g.weight > Weight::Light).map(|g| g.span.start).min();
    if let Some(big) = asks.iter().find(|c| BIG.is_match(&c.words)) {
        return block(
            format!("That is no small ask: {}.", quote(draft, &big.span)),
            "Drop it, or talk about it in a session.",
            spans(),
        );
    }
    if asks.len() > 2 {
        return block(format!("It asks {} things.", asks.len()), "Keep the one that matters now.", spans());
    }
    if asks.len() > 1 {
        return warn(format!("It asks {} things.", asks.len()), "Keep the one that matters now.", spans());
    }
    let light = matches!(first.object, Object::Meeting);
    match given {
        None => warn(
            format!("It asks before it gives: {}.", quote(draft, &first.span)),
            "Give something first, or drop the ask.",
            spans(),
        ),
        Some(at) if at > first.span.start && !light => warn(
            format!("The ask comes before the gift: {}.", quote(draft, &first.span)),
            "Put what you bring first.",
            spans(),
        ),
        Some(_) => pass(format!("One small ask after a gift: {}.", quote(draft, &first.span))),
    }
}
