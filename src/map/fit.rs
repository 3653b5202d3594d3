//! Partner fit (B10): what a partner, or one to be, would bring to our accounts. Before there is an agreement it is told
//! in counts only.

use super::overlap::{Motion, Population};
use crate::kernel::ids::{PartnerId, UserId};

/// That there is no agreement with a partner yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prospect {
    /// Whom it is about.
    pub partner: PartnerId,
    /// Counts the changes.
    pub version: i64,
    /// Who lets names be shown all the same, and why.
    pub names: Option<(UserId, String)>,
}

/// How many of ours there are of something, and how many of them the partner has as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// With the partner.
    pub covered: i64,
    /// In all.
    pub total: i64,
}

impl Cover {
    /// `4 of 18 focus accounts (22%)`; nothing where there are none.
    pub fn words(self, what: &str) -> Option<String> {
        let Self { covered, total } = self;
        // Rounded to the nearest, and never to all or nothing where it is neither.
        let percent = match (covered * 200 + total) / (2 * total.max(1)) {
            0 if covered > 0 => 1,
            100 if covered < total => 99,
            percent => percent,
        };
        (total > 0).then(|| format!("{covered} of {total} {what} ({percent}%)"))
    }
}

/// What a partner would bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// How many current overlaps there are of what the account is to us and to them.
    pub kinds: Vec<(Option<Population>, Option<Population>, i64)>,
    /// Of the accounts on any agreed focus list.
    pub focus: Cover,
    /// Of our open deals, customers and prospects, as far as any partner's list tells them.
    pub ours: Vec<(Population, Cover)>,
}

impl Fit {
    /// How many overlaps there are.
    pub fn overlaps(&self) -> i64 {
        self.kinds.iter().map(|(.., n)| n).sum()
    }

    /// How many there are of each motion, the most first.
    pub fn motions(&self) -> Vec<(Option<Motion>, i64)> {
        let mut found: Vec<(Option<Motion>, i64)> = Vec::new();
        for (ours, theirs, n) in &self.kinds {
            let motion = Motion::suggested(*ours, *theirs);
            match found.iter_mut().find(|(m, _)| *m == motion) {
                Some((_, sum)) => *sum += n,
                None => found.push((motion, *n)),
            }
        }
        found.sort_by_key(|(_, n)| -n);
        found
    }
}

/// A motion as it is counted: `12 asks`.
pub fn counted(motion: Option<Motion>, n: i64) -> String {
    let word = match (motion, n) {
        (Some(Motion::Ask), 1) => "ask",
        (Some(Motion::Ask), _) => "asks",
        (Some(Motion::Give), 1) => "give",
        (Some(Motion::Give), _) => "gives",
        (Some(Motion::Joint), _) => "joint",
        (None, _) => "without a motion yet",
    };
    format!("{n} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_to_all_or_nothing() {
        let words = |covered, total| Cover { covered, total }.words("customers").unwrap_or_default();
        assert_eq!(words(4, 18), "4 of 18 customers (22%)");
        assert_eq!(words(1, 1000), "1 of 1000 customers (1%)");
        assert_eq!(words(999, 1000), "999 of 1000 customers (99%)");
        assert_eq!(words(3, 3), "3 of 3 customers (100%)");
        assert_eq!(words(0, 3), "0 of 3 customers (0%)");
        assert_eq!(words(0, 0), "");
    }

    #[test]
    fn motions_are_summed_over_their_kinds() {
        use Population::{Customer, OpenOpportunity, Prospect};
        let kinds = vec![
            (Some(Prospect), Some(Customer), 5),
            (Some(Customer), Some(Prospect), 20),
            (Some(OpenOpportunity), Some(Customer), 7),
            (None, Some(Customer), 1),
        ];
        let fit = Fit { kinds, ..Fit::default() };
        assert_eq!(fit.overlaps(), 33);
        let words: Vec<String> = fit.motions().into_iter().map(|(m, n)| counted(m, n)).collect();
        assert_eq!(words, ["20 gives", "12 asks", "1 without a motion yet"]);
    }
}
