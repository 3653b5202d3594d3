//! Which partner is best placed to say something about an account, and why: by who knows whom there, by the kind of overlap,
//! and by the focus lists.

use std::collections::HashSet;

use crate::kernel::ids::PartnerId;
use crate::map::account_map::relationship::Knower;
use crate::map::account_map::sight::Sight;
use crate::map::focus::Focus;
use crate::map::overlap::Population;
use crate::map::partner::Partner;

/// A partner and why it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The partner.
    pub partner: PartnerId,
    /// Its name.
    pub name: String,
    /// The strongest first, as phrases that are not escaped.
    pub reasons: Vec<String>,
    weight: i64,
}

impl Placed {
    /// The reasons in one line.
    pub fn words(&self) -> String {
        self.reasons.join("; ")
    }
}

/// How the account stands with a partner, in words and as a weight.
fn by_overlap(theirs: Option<Population>) -> (i64, &'static str) {
    match theirs {
        Some(Population::Customer) => (40, "their customer"),
        Some(Population::OpenOpportunity) => (25, "they have a deal open there"),
        Some(Population::Prospect) => (10, "their prospect"),
        None => (5, "on their list"),
    }
}

/// Every partner that has to do with the account, the best placed first. Trust inside counts most: a point of it is worth more
/// than the step from one kind of overlap to the next. `hidden` are partners of which no overlap is named.
pub fn placed(sight: &Sight<'_>, focus: &[Focus], hidden: &HashSet<PartnerId>) -> Vec<Placed> {
    let partners = sight.map.partners.iter().filter(|p| !hidden.contains(&p.id));
    let mut all: Vec<Placed> = partners.map(|partner| place(sight, focus, partner)).collect();
    all.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.name.cmp(&b.name)));
    all
}

fn place(sight: &Sight<'_>, focus: &[Focus], partner: &Partner) -> Placed {
    let mut found: Vec<(i64, String)> = Vec::new();
    if let Some((strength, words)) = trust(sight, partner) {
        found.push((strength * 20, words));
    }
    if let Some(overlap) = sight.map.overlaps.iter().find(|o| o.partner_id == partner.id) {
        let (weight, words) = by_overlap(overlap.their_population);
        found.push((weight, words.to_owned()));
    }
    if focus.iter().any(|f| f.partner == partner.id) {
        found.push((15, "on an agreed focus list with them".to_owned()));
    }
    if let Some(role) = sight.map.involvement(&partner.id).and_then(|i| i.role) {
        found.push((8, format!("their role there: {}", role.as_str())));
    }
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    Placed {
        partner: partner.id.clone(),
        name: partner.name.clone(),
        weight: found.iter().map(|(weight, _)| weight).sum(),
        reasons: found.into_iter().map(|(_, words)| words).collect(),
    }
}

/// The best trust that somebody at the partner has inside: how strong, and in words.
fn trust(sight: &Sight<'_>, partner: &Partner) -> Option<(i64, String)> {
    let at_partner = |who: &Knower| match who {
        Knower::Us(_) => None,
        Knower::Contact(id) => sight.map.contact(id).filter(|c| c.partner == partner.id),
    };
    let known = sight.map.people.iter().filter_map(|person| {
        let (said, strength) =
            sight.knowers(&person.id).into_iter().find(|(said, _)| at_partner(&said.who).is_some())?;
        let contact = at_partner(&said.who)?;
        Some((strength, format!("{} there knows {}, {strength} of 5", contact.name, person.label())))
    });
    // Of two equals the first: the people are in the order in which they matter.
    known.reduce(|a, b| if b.0 > a.0 { b } else { a })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::account_map::testing::{at, map};
    use crate::map::account_map::{AccountMap, Settings};
    use crate::map::focus::Side;

    fn found(map: &AccountMap, focus: &[Focus], hidden: &[&str]) -> Vec<Placed> {
        let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").expect("a zone");
        let sight = Sight { map, now: &now, settings: &Settings::default() };
        placed(&sight, focus, &hidden.iter().map(|id| PartnerId::from(*id)).collect())
    }

    fn words(found: &[Placed]) -> String {
        found.iter().map(|p| format!("{}: {}\n", p.name, p.words())).collect()
    }

    fn on_focus(partner: &str) -> Focus {
        Focus {
            account: "a1".into(),
            partner: partner.into(),
            partner_name: partner.to_owned(),
            side: Side::Ours,
            since: at("2026-03-02T08:00:00Z"),
        }
    }

    #[test]
    fn who_knows_somebody_inside_comes_first_and_says_so() {
        let mut map = map();
        insta::assert_snapshot!(words(&found(&map, &[], &[])), @r"
        Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
        Globex: their customer
        ");
        // A year later nobody has spoken of it: a focus list may count more.
        map.relationships.clear();
        insta::assert_snapshot!(words(&found(&map, &[on_focus("globex")], &[])), @r"
        Globex: their customer; on an agreed focus list with them
        Northwind: their customer
        ");
        map.overlaps[0].their_population = Some(Population::Prospect);
        insta::assert_snapshot!(words(&found(&map, &[], &[])), @r"
        Globex: their customer
        Northwind: their prospect
        ");
        assert_eq!(words(&found(&map, &[], &["northwind", "globex"])), "", "no overlap of theirs is named");
    }

    proptest! {
        #[test]
        fn every_partner_is_placed_once_and_what_is_known_more_never_lowers_it(
            strength in 1i64..=5, focus in any::<bool>(), population in 0usize..4,
        ) {
            let mut map = map();
            let theirs = [
                None, Some(Population::Prospect), Some(Population::OpenOpportunity), Some(Population::Customer),
            ];
            map.overlaps[1].their_population = theirs[population];
            map.relationships[0].strength = strength;
            let before = found(&map, &[], &[]);
            let lists = if focus { vec![on_focus("globex")] } else { vec![] };
            let after = found(&map, &lists, &[]);
            prop_assert_eq!(before.len(), 2);
            let place = |all: &[Placed]| all.iter().position(|p| p.name == "Globex");
            prop_assert!(place(&after) <= place(&before));
            for pair in after.windows(2) {
                prop_assert!(pair[0].weight >= pair[1].weight);
            }
            prop_assert!(after.iter().all(|p| !p.reasons.is_empty()));
        }
    }
}
