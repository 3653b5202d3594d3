//! A11: no contact for its own sake.

use super::super::gifts::Weight;
use super::super::speech::{Clause, Kind, Object};
use super::{Draft, Outcome, block, pass, quote, warn};

pattern!(
    IDLE,
    r"^(?:just|only|quick|quickly|simply|i am just|i was just|i just|hi just)\b|\bjust (?:checking|touching|circling|following|bumping|reaching|wanted|a quick)"
);
pattern!(KIND_WORDS, r"\b(?:hope|trust|looking forward|look forward|quick note)\b");

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let idle: Vec<&Clause> = draft
        .clauses
        .iter()
        .filter(|c| match c.kind {
            Kind::CheckIn => true,
            Kind::Request => matches!(c.object, Object::Update | Object::Chat),
            _ => false,
        })
        .collect();
    let telling: Vec<&&Clause> =
        idle.iter().filter(|c| c.kind == Kind::Request || !KIND_WORDS.is_match(&c.words)).collect();
    let best = draft.gifts.iter().map(|g| g.weight).max();
    let spans = || idle.iter().map(|c| c.span.clone()).collect();
    let fix = "Leave the check-in out and start with what you bring.";
    match (idle.first(), best) {
        (None, _) => pass("No check-in for its own sake."),
        (Some(first), None) => {
            block(format!("Hollow: {} with nothing behind it.", quote(draft, &first.span)), fix, spans())
        }
        (Some(first), Some(Weight::Light)) if draft.gifts.iter().all(|g| g.kind.is_some()) => block(
            format!("Hollow: {} with no more than a courtesy behind it.", quote(draft, &first.span)),
            fix,
            spans(),
        ),
        (Some(first), Some(Weight::Light | Weight::Plain))
            if telling.iter().any(|c| IDLE.is_match(&c.words)) =>
        {
            warn(format!("{} takes the edge off what follows.", quote(draft, &first.span)), fix, spans())
        }
        _ => pass("What follows the greeting has substance."),
    }
}
