//! Who knows whom and how strongly: 1 to 5, with the date and who said so.

use jiff::{Timestamp, Zoned};

use super::Settings;
use crate::kernel::age;
use crate::kernel::ids::{ContactId, StakeholderId, UserId};

/// The strengths with their words, the strongest first.
pub const STRENGTHS: [(i64, &str); 5] = [
    (5, "5 of 5: would vouch for us"),
    (4, "4 of 5: trusts them"),
    (3, "3 of 5: works with them"),
    (2, "2 of 5: exchanges messages"),
    (1, "1 of 5: has met them"),
];

/// Who knows somebody: one of ours, or a partner's contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knower {
    /// One of ours.
    Us(UserId),
    /// Somebody at a partner.
    Contact(ContactId),
}

impl Knower {
    /// As stored and as options carry it.
    pub fn key(&self) -> String {
        match self {
            Self::Us(user) => format!("u:{user}"),
            Self::Contact(contact) => format!("c:{contact}"),
        }
    }

    /// From what was stored or carried.
    pub fn read(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("u", id) if !id.is_empty() => Some(Self::Us(id.into())),
            ("c", id) if !id.is_empty() => Some(Self::Contact(id.into())),
            _ => None,
        }
    }
}

/// Who is known: somebody at an account, or a partner's contact whom one of ours knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    /// At an account.
    Person(StakeholderId),
    /// At a partner.
    Contact(ContactId),
}

impl Known {
    /// As options carry it.
    pub fn key(&self) -> String {
        match self {
            Self::Person(person) => format!("p:{person}"),
            Self::Contact(contact) => format!("c:{contact}"),
        }
    }

    /// From what was carried.
    pub fn read(key: &str) -> Option<Self> {
        match key.split_once(':')? {
            ("p", id) if !id.is_empty() => Some(Self::Person(id.into())),
            ("c", id) if !id.is_empty() => Some(Self::Contact(id.into())),
            _ => None,
        }
    }
}

/// One relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// Who knows.
    pub who: Knower,
    /// Whom.
    pub whom: Known,
    /// As it was said, from 1 to 5.
    pub strength: i64,
    /// Who said so.
    pub said_by: UserId,
    /// When.
    pub said_at: Timestamp,
}

impl Relationship {
    /// Under which each pair stands once.
    pub fn pair(&self) -> String {
        format!("{}>{}", self.who.key(), self.whom.key())
    }

    /// As strong as it counts today: trust that nobody has spoken of fades, and the last point stays.
    pub fn today(&self, now: &Zoned, settings: &Settings) -> i64 {
        let faded = age::days_since(self.said_at, now) / i64::from(settings.fades_days.max(1));
        (self.strength - faded).clamp(1, 5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        for who in [Knower::Us("U1".into()), Knower::Contact("c1".into())] {
            assert_eq!(Knower::read(&who.key()), Some(who));
        }
        for whom in [Known::Person("p1".into()), Known::Contact("c1".into())] {
            assert_eq!(Known::read(&whom.key()), Some(whom));
        }
        assert_eq!(Knower::read("u:"), None);
        assert_eq!(Knower::read("p:p1"), None);
        assert_eq!(Known::read("u:U1"), None);
    }

    #[test]
    fn trust_fades_by_a_point_a_half_year_and_the_last_one_stays() {
        let said = Relationship {
            who: Knower::Us("U1".into()),
            whom: Known::Person("p1".into()),
            strength: 4,
            said_by: "U1".into(),
            said_at: "2026-03-09T08:00:00Z".parse().unwrap(),
        };
        let on = |day: &str| {
            let now: Zoned = format!("{day}T09:00[UTC]").parse().unwrap();
            said.today(&now, &Settings::default())
        };
        assert_eq!(on("2026-03-09"), 4);
        assert_eq!(on("2026-09-04"), 4, "179 days");
        assert_eq!(on("2026-09-05"), 3, "180 days");
        assert_eq!(on("2027-03-04"), 2, "360 days");
        assert_eq!(on("2036-03-04"), 1);
    }
}
