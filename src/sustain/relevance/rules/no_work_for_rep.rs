//! A11: research, connecting dots and finding the opportunity are our work, not the reader's.

use super::super::speech::Object;
use super::{Draft, Outcome, block, pass, quote};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let handed: Vec<_> = draft.clauses.iter().filter(|c| c.burdens()).collect();
    let Some(first) = handed.first() else { return pass("Hands no work to the reader.") };
    let (what, fix) = match first.object {
        Object::Opportunity => (
            "asks them to find the opportunity",
            "Find it yourself in the overlaps, and say what you would do about it.",
        ),
        _ => {
            ("asks them to do research or send lists", "Do the digging on our side and send them the result.")
        }
    };
    block(
        format!("Hands the work over: {} {what}.", quote(draft, &first.span)),
        fix,
        handed.iter().map(|c| c.span.clone()).collect(),
    )
}
