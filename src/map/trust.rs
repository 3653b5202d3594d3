//! Trust inside an account as it is told in one line: who of one side knows somebody there, and how well.

use jiff::Zoned;

use super::account_map::{Settings, relationship::Relationship};
use crate::kernel::ids::AccountId;

/// Somebody who works with them knows them well enough to be asked.
const ENOUGH: i64 = 3;

/// A relationship with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where the one who is known works.
    pub account: AccountId,
    /// Who knows: `Sam Whitfield at Northwind`; not escaped.
    pub who: String,
    /// Whom: `Dana Reyes, VP Sales`; not escaped.
    pub whom: String,
    /// As it was said.
    pub said: Relationship,
}

/// The best that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// As [`Held::who`].
    pub who: String,
    /// As [`Held::whom`].
    pub whom: String,
    /// From 1 to 5, as it counts today.
    pub strength: i64,
}

impl Trust {
    /// The strongest of these in that account, if it is strong enough to say; of two equals the first by name.
    pub fn strongest(held: &[Held], account: &AccountId, now: &Zoned, settings: &Settings) -> Option<Self> {
        let inside = held.iter().filter(|h| h.account == *account);
        let today = inside.map(|h| (h.said.today(now, settings), h)).filter(|(n, _)| *n >= ENOUGH);
        let best = today.min_by_key(|(n, h)| (-n, &h.who, &h.whom))?;
        Some(Self { who: best.1.who.clone(), whom: best.1.whom.clone(), strength: best.0 })
    }

    /// `Sam Whitfield at Northwind knows Dana Reyes, VP Sales: 4 of 5`; not escaped.
    pub fn words(&self) -> String {
        format!("{} knows {}: {} of 5", self.who, self.whom, self.strength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::account_map::relationship::{Knower, Known};

    fn held(account: &str, who: &str, strength: i64, said_at: &str) -> Held {
        Held {
            account: account.into(),
            who: who.to_owned(),
            whom: "Dana Reyes".to_owned(),
            said: Relationship {
                who: Knower::Us(who.into()),
                whom: Known::Person("p1".into()),
                strength,
                said_by: "U0MAYA".into(),
                said_at: said_at.parse().unwrap(),
            },
        }
    }

    #[test]
    fn the_strongest_as_it_counts_today_and_only_when_it_is_worth_a_word() {
        let now: Zoned = "2026-03-09T09:00[UTC]".parse().unwrap();
        let best = |held: &[Held]| {
            Trust::strongest(held, &"acme".into(), &now, &Settings::default()).map(|t| t.words())
        };
        let (today, last_year) = ("2026-03-01T08:00:00Z", "2025-03-01T08:00:00Z");
        let faded = held("acme", "Kim", 5, last_year);
        let fresh = held("acme", "Alex", 4, today);
        let elsewhere = held("bolt", "Sam", 5, today);
        let weak = held("acme", "Omar", 2, today);
        assert_eq!(
            best(&[faded.clone(), fresh, elsewhere.clone(), weak.clone()]).as_deref(),
            Some("Alex knows Dana Reyes: 4 of 5")
        );
        assert_eq!(best(&[weak.clone(), faded]).as_deref(), Some("Kim knows Dana Reyes: 3 of 5"));
        assert_eq!(best(&[weak, elsewhere]), None);
    }
}
