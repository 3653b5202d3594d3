//! What people said of pairs, and how it is found again in lists that look different by then.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Listed;
use crate::kernel::ids::{AccountId, AnswerId, OverlapId, PairId, PartnerId, UserId};
use crate::map::matching::{Aliases, Known, List};
use crate::map::name;

/// What ours is to theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// One account.
    Same,
    /// Two that have nothing to do with each other.
    Different,
    /// Ours is the parent of theirs: two accounts, linked.
    Parent,
    /// Theirs is the parent of ours, likewise.
    Child,
}

impl Said {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Same, "same"),
        (Self::Different, "different"),
        (Self::Parent, "parent"),
        (Self::Child, "child"),
    ];

    /// As stored, and the verb of its button.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(said, _)| *said == self).map_or("different", |(_, name)| name)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, name)| *name == text).map(|(said, _)| *said)
    }
}

/// One side of a pair, by what a later list can be searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its key in the list.
    pub key: String,
    /// Its name as written.
    pub name: String,
    /// Its name as it is compared.
    pub name_key: String,
    /// Its domain.
    pub domain: Option<String>,
}

impl Side {
    /// Of a row.
    pub fn of(row: &Listed) -> Self {
        Self {
            key: row.key.clone(),
            name: row.name.clone(),
            name_key: name::key(&row.name),
            domain: row.domain.clone(),
        }
    }

    /// Whether a row is this account: its name and nothing that speaks against it, or the list's id and one of the two. An
    /// id alone is not enough: some exports number their rows.
    pub fn is(&self, key: &str, name_key: &str, domain: Option<&str>) -> bool {
        let same_name = self.name_key == name_key;
        let (one, other) = (self.domain.as_deref(), domain);
        let same_domain = one.is_some() && one == other;
        let unlike = one.is_some() && other.is_some() && one != other;
        same_name && !unlike || self.key == key && (same_name || same_domain)
    }

    /// The same text for the same account, as far as it can be told without the list's own ids.
    fn natural(&self) -> String {
        format!("{}\u{1F}{}", self.domain.as_deref().unwrap_or_default(), self.name_key)
    }
}

/// The text under which a pair is answered once.
pub fn pair(ours: &Side, theirs: &Side) -> String {
    super::digest(&format!("{}\u{1E}{}", ours.natural(), theirs.natural()))
}

/// What somebody said of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its id.
    pub id: AnswerId,
    /// With which partner.
    pub partner: PartnerId,
    /// The pair that was asked about.
    pub pair: PairId,
    /// Ours.
    pub ours: Side,
    /// Theirs.
    pub theirs: Side,
    /// What was said.
    pub said: Said,
    /// Why it was in doubt, or matched.
    pub reason: String,
    /// Our account.
    pub account: Option<AccountId>,
    /// The overlap that it was about or became.
    pub overlap: Option<OverlapId>,
    /// Who said it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Where the answers of a partner stand in the two lists.
pub fn known(answers: &[Answer], ours: &List, theirs: &List) -> Known {
    let mut known = Known::default();
    if answers.is_empty() {
        return known;
    }
    let our_places = places(ours, answers.iter().map(|a| &a.ours).collect());
    let their_places = places(theirs, answers.iter().map(|a| &a.theirs).collect());
    for (answer, (ours, theirs)) in answers.iter().zip(our_places.into_iter().zip(&their_places)) {
        for ours in ours {
            for theirs in theirs {
                if answer.said == Said::Same {
                    known.same.insert((ours, *theirs));
                } else {
                    known.apart.insert((ours, *theirs));
                }
            }
        }
    }
    // Of two answers that meet in one pair of rows, the one that keeps apart is the surer.
    known.same.retain(|pair| !known.apart.contains(pair));
    known
}

/// The rows of the list that each of these sides is.
fn places(list: &List, sides: Vec<&Side>) -> Vec<Vec<u32>> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_domain: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, side) in sides.iter().enumerate() {
        by_name.entry(&side.name_key).or_default().push(at);
        if let Some(domain) = &side.domain {
            by_domain.entry(domain).or_default().push(at);
        }
    }
    let mut found = vec![Vec::new(); sides.len()];
    for row in 0..list.len() {
        let (key, domain, name_key) = (list.id(row), list.domain(row), name::key(list.name(row)));
        let named = by_name.get(name_key.as_str()).into_iter().flatten();
        let hosted = by_domain.get(domain).into_iter().flatten();
        for at in named.chain(hosted) {
            let place = u32::try_from(row).unwrap_or(u32::MAX);
            let side = sides[*at];
            let known = found[*at].last() == Some(&place);
            if !known && side.is(key, &name_key, Some(domain).filter(|d| !d.is_empty())) {
                found[*at].push(place);
            }
        }
    }
    found
}

/// What was called the same, as names that the matcher takes for one: it holds with every partner.
pub fn aliases<'a>(answers: impl IntoIterator<Item = &'a Answer>, into: &mut Aliases) {
    for answer in answers {
        if answer.said == Said::Same && answer.ours.name_key != answer.theirs.name_key {
            into.add(&answer.ours.name, &answer.theirs.name);
        }
    }
}

#[cfg(test)]
mod tests;
