//! A3, A11: the note is about a shared account by name, on data that is still fresh.

use super::super::gifts::Weight;
use super::super::input::GiftKind;
use super::{Draft, Outcome, block, days, pass, warn};

pattern!(
    THANKS_FOR_SESSION,
    r"\b(?:thanks|thank you)(?: \w+)? for (?:the|your|our|a|that) (?:[\w-]+ ){0,2}?(?:session|workshop|review|meeting)\b"
);

const FIX: &str = "Name one account from the current overlaps and say what this means for it.";

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let fresh = draft
        .accounts
        .iter()
        .filter(|(o, _)| !draft.is_stale(o))
        .min_by_key(|(o, _)| draft.age_of(o).unwrap_or(i64::MAX));
    if let Some((overlap, at)) = fresh {
        return match draft.age_of(overlap) {
            Some(age) => pass(format!("{}, seen {} ago.", overlap.account, days(age))),
            None => warn(
                format!("Nobody knows when {} was last seen as an overlap.", overlap.account),
                "Refresh the mapping with this partner.",
                vec![at.clone()],
            ),
        };
    }
    if let Some((overlap, _)) = draft.accounts.first() {
        let age = draft.age_of(overlap).unwrap_or_default();
        let limit = draft.settings.stale_after_days;
        return block(
            format!(
                "{} was last seen {} ago; after {limit} days an overlap is stale.",
                overlap.account,
                days(age)
            ),
            "Refresh the mapping with this partner, or name an account from a fresh list.",
            draft.accounts.iter().map(|(_, at)| at.clone()).collect(),
        );
    }
    let plain =
        draft.gifts.iter().all(|g| g.kind == Some(GiftKind::OfferOfHelp) && g.weight == Weight::Plain);
    if plain && !draft.gifts.is_empty() && !draft.clauses.iter().any(|c| c.asks()) {
        return warn("A plain offer of help, but it names no shared account.", FIX, vec![]);
    }
    if draft.clauses.iter().any(|c| THANKS_FOR_SESSION.is_match(&c.words)) && !draft.gifts.is_empty() {
        return warn("Thanks for a session, but it names no shared account.", FIX, vec![]);
    }
    block("Names no shared account.", FIX, vec![])
}
