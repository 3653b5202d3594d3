//! Pairs that the matcher found, and the order in which those in doubt are asked about.

use crate::kernel::ids::{OverlapId, PairId, PartnerId};

/// Two listed accounts that are, or may be, one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Its id: the same for as long as both lists have the two.
    pub id: PairId,
    /// The partner.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// Ours, by its key in our list.
    pub our_key: String,
    /// Theirs.
    pub their_key: String,
    /// A person should look; else it is a match.
    pub in_doubt: bool,
    /// The chance that the two are one, in thousandths.
    pub score: i64,
    /// Why, in words.
    pub reason: String,
    /// What a match became.
    pub overlap: Option<OverlapId>,
}

/// Which pair comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This one, and so many are left with it.
    Pair(PairId, usize),
    /// Every other one was skipped: so many.
    Skipped(usize),
    /// None is left.
    Nothing,
}

/// The pair after `after`, which may have been answered since: `position` is where it stood. Without `after`, the first.
pub fn next(queue: &[PairId], after: Option<(&PairId, usize)>) -> Next {
    let at = match after {
        None => 0,
        Some((id, position)) => match queue.iter().position(|other| other == id) {
            Some(at) => at + 1,
            None => position,
        },
    };
    match queue.get(at) {
        Some(id) => Next::Pair(id.clone(), queue.len()),
        None if queue.is_empty() => Next::Nothing,
        None => Next::Skipped(queue.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(ids: &[&str]) -> Vec<PairId> {
        ids.iter().map(|id| PairId::from(*id)).collect()
    }

    #[test]
    fn the_next_one_takes_the_place_of_what_was_answered() {
        let pair = |id: &str, left| Next::Pair(id.into(), left);
        let (a, b) = (PairId::from("a"), PairId::from("b"));
        assert_eq!(next(&queue(&["a", "b", "c"]), None), pair("a", 3));
        assert_eq!(next(&queue(&["a", "b", "c"]), Some((&a, 0))), pair("b", 3), "skipped");
        assert_eq!(next(&queue(&["a", "c"]), Some((&b, 1))), pair("c", 2), "answered");
        assert_eq!(next(&queue(&["a"]), Some((&b, 1))), Next::Skipped(1));
        assert_eq!(next(&queue(&[]), Some((&b, 0))), Next::Nothing);
    }
}
