//! A12: the purpose suits the reader's seat.

use super::super::input::Purpose;
use super::{Draft, Outcome, pass, warn};
use crate::map::partner::ContactRole;

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    use ContactRole::{PartnerExecutive, PartnerPresales, PartnerRep};
    match (draft.input.purpose, draft.input.recipient.role) {
        (Some(Purpose::Executive), Some(PartnerRep | PartnerPresales)) => warn(
            "An executive note to somebody who sells.",
            "Send it to their executive, or write about the account instead.",
            vec![],
        ),
        (Some(Purpose::Presales), Some(PartnerExecutive)) => warn(
            "A technical note to an executive.",
            "Send it to their technical sales, or write about alignment.",
            vec![],
        ),
        (Some(Purpose::Prospecting), Some(PartnerExecutive)) => {
            warn("A prospecting note to an executive.", "Send it to the rep who owns the account.", vec![])
        }
        _ => pass("The purpose suits the reader."),
    }
}
