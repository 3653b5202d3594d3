//! The names that the reading goes by, found without comparing each with each.

use std::collections::HashMap;

use crate::map::name;

/// Names, each under what is compared of it.
#[derive(Clone, Debug, Default)]
pub struct Names {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    /// Of two that are written differently and mean the same, the first counts.
    pub fn new(all: Vec<String>) -> Self {
        let mut places = HashMap::with_capacity(all.len());
        for (place, written) in all.iter().enumerate() {
            let key = name::key(written);
            if !key.is_empty() {
                places.entry(key).or_insert(place);
            }
        }
        Self { all, places }
    }

    /// The name that means the same as what is written.
    pub(super) fn get(&self, written: &str) -> Option<&String> {
        self.places.get(&name::key(written)).map(|place| &self.all[*place])
    }

    /// Whether one of them is close to what is written.
    pub(super) fn has_near(&self, written: &str) -> bool {
        !name::similar(written, &self.all).is_empty()
    }
}
