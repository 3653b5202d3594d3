//! A11, A15: a kind of gift that this person has turned down is not given again.

use super::{Draft, Outcome, block, pass};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let refused = &draft.input.recipient.said_no_to;
    let again = draft.gifts.iter().filter(|g| g.kind.is_some_and(|k| refused.contains(&k)));
    let again: Vec<_> = again.collect();
    let Some(kind) = again.first().and_then(|g| g.kind) else {
        return pass(if refused.is_empty() {
            "They have turned nothing down."
        } else {
            "Nothing that they have turned down."
        });
    };
    block(
        format!("They have said no to {} before.", kind.noun()),
        "Choose another kind of gift.",
        again.iter().map(|g| g.span.clone()).collect(),
    )
}
