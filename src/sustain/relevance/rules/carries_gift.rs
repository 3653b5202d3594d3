//! A11: the reader gets something, even if nothing were ever asked.

use super::super::gifts::Weight;
use super::{Draft, Outcome, block, pass};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let Some(best) = draft.gifts.iter().max_by_key(|g| g.weight) else {
        return block(
            "No gift: nothing here helps the reader.",
            "Give one thing: an asset for their clients, an introduction, a launch framed on a shared account, or a plain offer of help on it.",
            vec![],
        );
    };
    if best.weight == Weight::Light && best.kind.is_some() && draft.gifts.iter().all(|g| g.kind.is_some()) {
        return block(
            "No gift: the only offer is a courtesy.",
            "Say what you would do for them on the account, and by when.",
            draft.gifts.iter().map(|g| g.span.clone()).collect(),
        );
    }
    pass(match best.kind {
        Some(kind) => format!("Gives {}.", kind.noun()),
        None if draft.exclusive_offer.is_some() => "Gives their customers an offer.".to_owned(),
        None => "Gives news of a shared account.".to_owned(),
    })
}
