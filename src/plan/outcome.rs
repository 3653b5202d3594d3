//! What came of something for the deal (B3).

/// Whether a deal moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deal {
    /// It went on.
    Moved,
    /// It did not, or not yet.
    NotMoved,
    /// There is none.
    None,
}

impl Deal {
    /// All of them with their stored name and words.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Moved, "moved", "the deal moved"),
        (Self::NotMoved, "not_moved", "the deal did not move yet"),
        (Self::None, "no_deal", "there is no deal yet"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(d, ..)| *d == self).map_or("no_deal", |(_, stored, _)| stored)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(d, ..)| *d == self).map_or("there is no deal yet", |(.., words)| words)
    }

    /// From what was stored or carried.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(deal, ..)| *deal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_stored() {
        for (deal, stored, words) in Deal::ALL {
            assert_eq!((deal.as_str(), deal.words(), Deal::stored(stored)), (stored, words, Some(deal)));
        }
        assert_eq!(Deal::stored("won"), None);
    }
}
