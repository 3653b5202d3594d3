//! A person at an account: who matters there (E1). People at a partner are [`crate::map::partner::Contact`]s.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::kernel::ids::{AccountId, StakeholderId, UserId};

/// A person at an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stakeholder {
    /// Their id.
    pub id: StakeholderId,
    /// Where they work.
    pub account: AccountId,
    /// First name first.
    pub name: String,
    /// As on their card: `VP Sales`.
    pub title: Option<String>,
    /// What they are to the deal.
    pub role: Option<Part>,
    /// How far up they are.
    pub seniority: Option<Seniority>,
    /// Who said so.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
}

impl Stakeholder {
    /// What their form shows, to tell whether somebody changed it while the form was open.
    pub fn stamp(&self) -> Value {
        json!([self.name, self.title, self.role.map(Part::as_str), self.seniority.map(Seniority::as_str)])
    }

    /// `Dana Reyes, VP Sales`
    pub fn label(&self) -> String {
        match &self.title {
            Some(title) => format!("{}, {title}", self.name),
            None => self.name.clone(),
        }
    }

    /// Where they stand in a list: who decides comes first.
    pub fn weight(&self) -> (usize, usize, &str) {
        let place = |at: Option<usize>| at.unwrap_or(usize::MAX);
        let part = self.role.and_then(|role| Part::ALL.iter().position(|(p, ..)| *p == role));
        let rank = self.seniority.and_then(|s| Seniority::ALL.iter().position(|(r, ..)| *r == s));
        (place(part), place(rank), &self.name)
    }
}

/// What somebody at an account is to the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Says yes or no.
    DecisionMaker,
    /// Answers for it at the top.
    ExecutiveSponsor,
    /// Fights for us inside.
    Champion,
    /// Has a say.
    Influencer,
    /// Works with it.
    User,
    /// Is against it.
    Blocker,
}

impl Part {
    /// All of them with their stored name and words, who matters most first.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::DecisionMaker, "decision_maker", "decision maker"),
        (Self::ExecutiveSponsor, "executive_sponsor", "executive sponsor"),
        (Self::Champion, "champion", "champion"),
        (Self::Influencer, "influencer", "influencer"),
        (Self::User, "user", "user"),
        (Self::Blocker, "blocker", "blocker"),
    ];

    /// The roles without which an account is not covered.
    pub const NEEDED: [Self; 4] = [Self::DecisionMaker, Self::ExecutiveSponsor, Self::Champion, Self::User];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(p, ..)| *p == self).map_or("user", |(_, stored, _)| stored)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(p, ..)| *p == self).map_or("user", |(.., words)| words)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(part, ..)| *part)
    }

    /// Whether they decide, or carry the decision.
    pub fn matters(self) -> bool {
        matches!(self, Self::DecisionMaker | Self::ExecutiveSponsor | Self::Champion)
    }
}

/// How far up somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seniority {
    /// The board and those who report to it.
    Executive,
    /// Heads of a department.
    Director,
    /// Leads a team.
    Manager,
    /// Does the work.
    Specialist,
}

impl Seniority {
    /// All of them with their stored name and words, from the top.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Executive, "executive", "executive"),
        (Self::Director, "director", "director"),
        (Self::Manager, "manager", "manager"),
        (Self::Specialist, "specialist", "specialist"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(s, ..)| *s == self).map_or("specialist", |(_, stored, _)| stored)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(s, ..)| *s == self).map_or("specialist", |(.., words)| words)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(seniority, ..)| *seniority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_stored() {
        for (part, stored, words) in Part::ALL {
            assert_eq!((part.as_str(), part.words(), Part::stored(stored)), (stored, words, Some(part)));
        }
        for (seniority, stored, words) in Seniority::ALL {
            assert_eq!(
                (seniority.as_str(), seniority.words(), Seniority::stored(stored)),
                (stored, words, Some(seniority))
            );
        }
        assert_eq!(Part::stored("king"), None);
    }
}
