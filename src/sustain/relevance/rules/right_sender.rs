//! A13: an exclusive offer to a partner's customer base comes from the account's owner, never from marketing.

use super::super::input::SenderRole;
use super::{Draft, Outcome, block, pass, warn};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let Some(at) = draft.exclusive_offer.clone() else {
        return pass("No exclusive offer, so any sender may send it.");
    };
    let fix = "Let the account owner send it, who has the relationship.";
    match draft.input.sender.role {
        Some(SenderRole::AccountOwner) => pass("An exclusive offer, from the account's owner."),
        Some(SenderRole::Marketing) => {
            block("An exclusive offer to their customers must not come from marketing.", fix, vec![at])
        }
        Some(_) => {
            block("An exclusive offer to their customers must come from the account owner.", fix, vec![at])
        }
        None => warn("An exclusive offer to their customers, and nobody is named as sender.", fix, vec![at]),
    }
}
