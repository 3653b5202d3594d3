//! What kind of campaign a play is, and for which accounts of the map.

use crate::map::overlap::{Motion, Population};

/// What kind of campaign it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A co-branded webinar.
    Webinar,
    /// An offer to the partner's customers.
    Offer,
    /// Their SDRs call on a list.
    SdrPush,
    /// Something else, in the writer's words.
    Own(String),
}

impl Kind {
    /// Those that have a name.
    pub const NAMED: [Self; 3] = [Self::Webinar, Self::Offer, Self::SdrPush];

    /// As stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Webinar => "webinar",
            Self::Offer => "offer",
            Self::SdrPush => "sdr_push",
            Self::Own(words) => words,
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Self {
        let named = Self::NAMED.into_iter().find(|kind| kind.as_str() == text);
        named.unwrap_or_else(|| Self::Own(text.to_owned()))
    }

    /// As people say it.
    pub fn words(&self) -> &str {
        match self {
            Self::Webinar => "co-branded webinar",
            Self::Offer => "offer to their base",
            Self::SdrPush => "SDR push",
            Self::Own(words) => words,
        }
    }
}

/// Which accounts of the map a play is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Their customers that we want.
    Asks,
    /// Our customers that they want.
    Gives,
    /// Where both are in.
    Joint,
    /// What stands on the agreed focus lists.
    Focus,
    /// Chosen elsewhere.
    Nobody,
}

impl Audience {
    /// All of them: as stored, and as people say it.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Asks, "asks", "Their customers that we want"),
        (Self::Gives, "gives", "Our customers that they want"),
        (Self::Joint, "joint", "Accounts where both of us are in"),
        (Self::Focus, "focus", "The accounts on our focus lists"),
        (Self::Nobody, "nobody", "None from the map"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(a, ..)| *a == self).map_or("nobody", |(_, stored, _)| stored)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(a, ..)| *a)
    }

    /// Whether an account of these populations belongs to it; the focus list is not told by populations.
    pub fn wants(self, ours: Population, theirs: Population) -> bool {
        let motion = Motion::suggested(Some(ours), Some(theirs));
        match self {
            Self::Asks => motion == Some(Motion::Ask),
            Self::Gives => motion == Some(Motion::Give),
            Self::Joint => motion == Some(Motion::Joint),
            Self::Focus | Self::Nobody => false,
        }
    }
}
