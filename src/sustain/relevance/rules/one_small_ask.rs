//! A11: one small ask at the most, and only after a gift.

use super::super::gifts::Weight;
use super::super::speech::{Clause, Object};
use super::{Draft, Outcome, pass, quote, warn};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let asks: Vec<&Clause> = draft.clauses.iter().filter(|c| c.asks() && !c.burdens()).collect();
    let spans = || asks.iter().map(|c| c.span.clone()).collect();
    let Some(first) = asks.first() else { return pass("Asks nothing of the reader.") };
    let given = draft.gifts.iter().filter(|g| g.weight > Weight::Light).map(|g| g.span.start).min();
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
