//! A document past its last day is not given.

use super::{Draft, Outcome, block, pass};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    for named in &draft.assets {
        let asset = &facts.assets[named.index];
        if let Some(last) = asset.expires.filter(|last| *last < draft.input.today) {
            return block(
                format!("{} expired on {last}.", asset.title),
                "Give a document that is still current, or renew this one.",
                vec![named.span.clone()],
            );
        }
    }
    pass("No expired document.")
}
