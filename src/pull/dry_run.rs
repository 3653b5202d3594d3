//! What other weights would change: the first places of now and then, side by side.

use super::digest::TOP;
use super::priority::Priority;
use crate::map::overlap::Overlap;

/// As many places are shown: the message itself, and as many again.
pub const PLACES: usize = 2 * TOP;
/// As many reasons are given for each.
const REASONS: usize = 4;

/// One place of the new order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account.
    pub account: String,
    /// The partner.
    pub partner: String,
    /// Its place now, from 1; `None` where it is none of the first hundred or so that are weighed.
    pub was: Option<usize>,
    /// Every reason in words, the first ones first.
    pub why: Vec<String>,
}

/// What would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// The first places of the new order.
    pub places: Vec<Place>,
    /// Who stands among the first [`TOP`] now and would not: account, partner and the new place from 1.
    pub out: Vec<(String, String, Option<usize>)>,
    /// How many of all that are weighed would stand elsewhere.
    pub moved: usize,
    /// How many are weighed.
    pub weighed: usize,
}

impl DryRun {
    /// Whether the first places stay as they are.
    pub fn changes_nothing(&self) -> bool {
        self.moved == 0
    }
}

/// Compares two orders of what waits.
pub fn compare(before: &[(Overlap, Priority)], after: &[(Overlap, Priority)]) -> DryRun {
    let place_in = |order: &[(Overlap, Priority)], o: &Overlap| {
        order.iter().position(|(other, _)| other.id == o.id).map(|at| at + 1)
    };
    let place = |(o, priority): &(Overlap, Priority)| Place {
        account: o.account.name.clone(),
        partner: o.partner.clone(),
        was: place_in(before, o),
        why: priority.why.iter().take(REASONS).map(super::priority::Reason::words).collect(),
    };
    let out = before.iter().take(TOP).filter_map(|(o, _)| {
        let at = place_in(after, o);
        at.is_none_or(|at| at > TOP).then(|| (o.account.name.clone(), o.partner.clone(), at))
    });
    let stands = |(at, (o, _)): (usize, &(Overlap, Priority))| place_in(before, o) == Some(at + 1);
    DryRun {
        places: after.iter().take(PLACES).map(place).collect(),
        out: out.collect(),
        moved: after.iter().enumerate().filter(|pair| !stands(*pair)).count(),
        weighed: after.len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pull::priority::Reason;
    use crate::pull::testing::overlap;

    fn order(ids: &[usize]) -> Vec<(Overlap, Priority)> {
        let one = |id: &usize| {
            let o = overlap(&format!("o{id:02}"), &format!("Account {id:02}"), "Northwind");
            (o, Priority { score: 0, why: vec![Reason::Open(3)] })
        };
        ids.iter().map(one).collect()
    }

    #[test]
    fn places_and_who_falls_out() {
        let run = compare(&order(&[1, 2, 3, 4, 5, 6]), &order(&[6, 1, 2, 3, 4, 5]));
        let places: Vec<_> = run.places.iter().map(|p| (p.account.as_str(), p.was)).collect();
        assert_eq!(places[..3], [("Account 06", Some(6)), ("Account 01", Some(1)), ("Account 02", Some(2))]);
        assert_eq!(run.out, [("Account 05".to_owned(), "Northwind".to_owned(), Some(6))]);
        assert_eq!((run.moved, run.weighed), (6, 6));
        assert_eq!(run.places[0].why, ["open for 3 days"]);
        assert!(compare(&order(&[1, 2]), &order(&[1, 2])).changes_nothing());
    }

    proptest! {
        #[test]
        fn every_order_is_compared(before in Just((0..20).collect::<Vec<usize>>()).prop_shuffle(),
                                   after in Just((0..20).collect::<Vec<usize>>()).prop_shuffle()) {
            let run = compare(&order(&before), &order(&after));
            prop_assert_eq!(run.places.len(), PLACES);
            prop_assert_eq!(run.changes_nothing(), before == after);
            prop_assert!(run.out.len() <= TOP);
            // Whoever falls out of the first leaves a place to somebody who was not among them.
            let came = run.places.iter().take(TOP).filter(|p| p.was.is_none_or(|was| was > TOP)).count();
            prop_assert_eq!(came, run.out.len());
        }
    }
}
