//! Links lead only where they are allowed to.

use super::super::links::{Link, allowed};
use super::{Draft, Outcome, block, pass};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    let mut list = facts.allowed_links.clone();
    if list.is_empty() {
        list.extend(facts.assets.iter().filter_map(|a| a.url.clone()));
    }
    let fine = |l: &&Link| l.url.as_ref().is_some_and(|u| allowed(u, &list)) || names_account(draft, l);
    let Some(bad) = draft.links.iter().find(|l| !fine(l)) else {
        return pass(if draft.links.is_empty() { "No links." } else { "Every link is on the allowed list." });
    };
    let host =
        bad.url.as_ref().and_then(|u| u.host_str()).unwrap_or("an address that cannot be opened safely");
    block(
        format!("It links to {host}, which is not on the allowed list."),
        "Link to a page on the allowed list, or ask an admin to add this one.",
        vec![bad.span.clone()],
    )
}

/// "Acme (acme.com)" tells which Acme is meant.
fn names_account(draft: &Draft<'_>, link: &Link) -> bool {
    let Some(host) = link.url.as_ref().filter(|u| link.bare && u.path() == "/").and_then(|u| u.host_str())
    else {
        return false;
    };
    let label = psl::domain_str(host).and_then(|d| d.split('.').next()).unwrap_or_default();
    let whole = psl::domain_str(host) == Some(host.trim_start_matches("www."));
    let joined = |n: &str| n.to_lowercase().split_whitespace().collect::<String>();
    whole
        && draft
            .input
            .facts
            .overlaps
            .iter()
            .map(|o| joined(&o.account))
            .any(|n| n.starts_with(label) && label.len() > 2)
}
