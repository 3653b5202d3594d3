//! Focus lists (B2): the few accounts that we and a partner work on, for each of the two sides.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::overlap::{Motion, Population};
use crate::kernel::ids::{AccountId, PartnerId, UserId};

/// So many accounts a list, unless somebody insists.
pub const SIZE: usize = 10;
/// The longest list that somebody may insist on.
pub const LONGEST: usize = 20;

/// Who wants whom in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// We want the partner in: asks and joint accounts.
    Ours,
    /// They want us in: gives, and accounts where both have a deal.
    Theirs,
}

impl Side {
    /// Both, ours first.
    pub const ALL: [Self; 2] = [Self::Ours, Self::Theirs];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }

    /// Whether an account of these populations is proposed for this side.
    pub fn wants(self, ours: Option<Population>, theirs: Option<Population>) -> bool {
        let both_have_a_deal = ours == theirs && ours == Some(Population::OpenOpportunity);
        match self {
            Self::Ours => matches!(Motion::suggested(ours, theirs), Some(Motion::Ask | Motion::Joint)),
            Self::Theirs => Motion::suggested(ours, theirs) == Some(Motion::Give) || both_have_a_deal,
        }
    }

    /// `on our focus list with Northwind`, `on Northwind's focus list`; the name is not escaped.
    pub fn words(self, partner: &str) -> String {
        match self {
            Self::Ours => format!("on our focus list with {partner}"),
            Self::Theirs => format!("on {partner}'s focus list"),
        }
    }
}

/// An account on an agreed focus list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The account.
    pub account: AccountId,
    /// The partner.
    pub partner: PartnerId,
    /// Its name.
    pub partner_name: String,
    /// Whose list.
    pub side: Side,
    /// Since which agreement it is on it.
    pub since: Timestamp,
}

impl Focus {
    /// As [`Side::words`].
    pub fn words(&self) -> String {
        self.side.words(&self.partner_name)
    }
}

/// One list as it stands, without its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The partner.
    pub partner: PartnerId,
    /// Whose list.
    pub side: Side,
    /// Counts every change.
    pub version: i64,
    /// How many it may hold.
    pub size: usize,
    /// Who insisted on more than [`SIZE`], and why.
    pub insisted: Option<(UserId, String)>,
    /// What was agreed last.
    pub agreed: Option<Agreed>,
}

impl List {
    /// One that nobody has touched yet.
    pub fn new(partner: &PartnerId, side: Side) -> Self {
        Self { partner: partner.clone(), side, version: 0, size: SIZE, insisted: None, agreed: None }
    }

    /// What it is about in the audit.
    pub fn subject(&self) -> String {
        format!("focus:{}:{}", self.partner, self.side.as_str())
    }
}

/// An agreement on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Counts the agreements, from 1.
    pub number: i64,
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What somebody wants of the next proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// On it, whatever the score.
    Pinned,
    /// Not on it.
    Dropped,
}

impl Wish {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Dropped => "dropped",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Pinned, Self::Dropped].into_iter().find(|wish| wish.as_str() == text)
    }
}

/// Who wants what of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The account.
    pub account: AccountId,
    /// What.
    pub wish: Wish,
    /// Who said so last.
    pub by: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_wants_what_helps_it() {
        use Population::{Customer, OpenOpportunity, Prospect};
        let sides = |ours, theirs| Side::ALL.map(|side| side.wants(Some(ours), Some(theirs)));
        assert_eq!(sides(OpenOpportunity, Customer), [true, false], "an ask");
        assert_eq!(sides(Customer, Prospect), [false, true], "a give");
        assert_eq!(sides(OpenOpportunity, OpenOpportunity), [true, true], "both have a deal");
        assert_eq!(sides(Customer, Customer), [true, false]);
        assert_eq!(sides(Prospect, Prospect), [false, false], "neither is in");
        assert!(!Side::Ours.wants(None, Some(Customer)));
    }
}
