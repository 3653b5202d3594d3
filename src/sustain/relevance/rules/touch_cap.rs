//! A15: a person gets so many notes in 30 days and no more.

use super::{Draft, Outcome, block, pass};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let cap = draft.settings.touches_in_30_days;
    let Some(had) = draft.input.recipient.touches_last_30_days else {
        return pass("No earlier notes are known.");
    };
    if had >= cap {
        return block(
            format!("They had {had} notes in the last 30 days; {cap} is the cap."),
            "Wait until one of them is more than 30 days old.",
            vec![],
        );
    }
    pass(format!("Note {} of {cap} in 30 days.", had + 1))
}
