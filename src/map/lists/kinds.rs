//! Which motion each kind of overlap suggests (A2), and how old our list may become (A3): what an admin may set.

use serde::{Deserialize, Serialize};

use crate::map::overlap::{Motion, Population};

/// How old our list may become where nobody says otherwise.
pub const REFRESH_DAYS: i64 = 45;

/// Every population, in the order of the form.
pub const POPULATIONS: [Population; 3] =
    [Population::Customer, Population::OpenOpportunity, Population::Prospect];

/// What an admin has set of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapSettings {
    /// How old our own list may become, in days.
    pub refresh_days: i64,
    /// The motion of each kind.
    pub kinds: Kinds,
}

impl Default for MapSettings {
    fn default() -> Self {
        Self { refresh_days: REFRESH_DAYS, kinds: Kinds::default() }
    }
}

/// The motion of each kind: as shipped, where nobody has said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kinds(Vec<(Population, Population, Option<Motion>)>);

impl Kinds {
    /// As shipped.
    pub const fn shipped() -> Self {
        Self(Vec::new())
    }

    /// What the two populations suggest; `None` while one of them is unknown or neither side gains.
    pub fn motion(&self, ours: Option<Population>, theirs: Option<Population>) -> Option<Motion> {
        let (one, other) = (ours?, theirs?);
        let set = self.0.iter().find(|(a, b, _)| (*a, *b) == (one, other));
        set.map_or_else(|| Motion::suggested(ours, theirs), |(_, _, motion)| *motion)
    }

    /// Sets the motion of one kind. What is as shipped is not kept, so that it follows what is shipped later.
    pub fn set(&mut self, ours: Population, theirs: Population, motion: Option<Motion>) {
        self.0.retain(|(a, b, _)| (*a, *b) != (ours, theirs));
        if motion != Motion::suggested(Some(ours), Some(theirs)) {
            self.0.push((ours, theirs, motion));
            self.0.sort_by_key(|(a, b, _)| (a.as_str(), b.as_str()));
        }
    }

    /// Whether the motion of this kind is another than the shipped one.
    pub fn is_changed(&self, ours: Population, theirs: Population) -> bool {
        self.0.iter().any(|(a, b, _)| (*a, *b) == (ours, theirs))
    }
}

/// Every motion as stored and in words.
pub const MOTIONS: [(Option<Motion>, &str, &str); 4] = [
    (Some(Motion::Ask), "ask", "Ask: we need the partner's path in"),
    (Some(Motion::Give), "give", "Give: we open doors for the partner"),
    (Some(Motion::Joint), "joint", "Joint: we go in together"),
    (None, "none", "None: nobody gains yet"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::overlap::Population::*;

    #[test]
    fn what_is_set_counts_and_the_rest_is_as_shipped() {
        let mut kinds = Kinds::default();
        let all = || POPULATIONS.iter().flat_map(|a| POPULATIONS.iter().map(move |b| (*a, *b)));
        assert!(all().all(|(a, b)| kinds.motion(Some(a), Some(b)) == Motion::suggested(Some(a), Some(b))));
        kinds.set(Prospect, Prospect, Some(Motion::Joint));
        kinds.set(Customer, Customer, None);
        assert_eq!(kinds.motion(Some(Prospect), Some(Prospect)), Some(Motion::Joint));
        assert_eq!(kinds.motion(Some(Customer), Some(Customer)), None);
        assert_eq!(kinds.motion(Some(Customer), None), None);
        assert_eq!(kinds.motion(Some(Customer), Some(Prospect)), Some(Motion::Give));
        let json = serde_json::to_string(&kinds).unwrap();
        assert_eq!(serde_json::from_str::<Kinds>(&json).unwrap(), kinds);
        kinds.set(Prospect, Prospect, None);
        kinds.set(Customer, Customer, Some(Motion::Joint));
        assert_eq!(kinds, Kinds::default(), "as shipped is not kept");
    }
}
