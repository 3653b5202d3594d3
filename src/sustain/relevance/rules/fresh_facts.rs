//! A3: nothing old is said beside what is fresh.

use super::{Draft, Outcome, days, pass, warn};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let fresh = draft.accounts.iter().any(|(o, _)| !draft.is_stale(o));
    let old = draft.accounts.iter().find(|(o, at)| {
        let doubled = draft.accounts.iter().any(|(p, b)| b == at && !draft.is_stale(p));
        draft.is_stale(o) && !doubled
    });
    match old {
        Some((o, at)) if fresh => warn(
            format!(
                "{} is named too, and was last seen {} ago.",
                o.account,
                days(draft.age_of(o).unwrap_or_default())
            ),
            "Leave it out, or refresh the mapping first.",
            vec![at.clone()],
        ),
        // A note on stale accounts alone is the matter of `names-current-overlap`.
        _ => pass("Nothing older than the mapping allows."),
    }
}
