//! What a partner is on an account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kernel::ids::{PartnerId, UserId};

/// What one partner is on one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Involvement {
    /// The partner.
    pub partner: PartnerId,
    /// In which role.
    pub role: Option<Role>,
    /// What they do there, as written.
    pub words: Option<String>,
    /// Who said so.
    pub changed_by: UserId,
    /// When.
    pub changed_at: Timestamp,
}

/// What its form shows, to tell whether somebody changed it while the form was open.
pub fn stamp(involvement: Option<&Involvement>) -> Value {
    json!([involvement.and_then(|i| i.role.map(Role::as_str)), involvement.and_then(|i| i.words.clone())])
}

/// The role of a partner on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Brings us in.
    Referral,
    /// Sells it.
    Reseller,
    /// Does the work around it.
    Services,
    /// Its product and ours work together.
    Integration,
}

impl Role {
    /// All of them with the word under which they are stored and shown.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Referral, "referral"),
        (Self::Reseller, "reseller"),
        (Self::Services, "services"),
        (Self::Integration, "integration"),
    ];

    /// As stored and as people say it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(r, _)| *r == self).map_or("referral", |(_, word)| word)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == text).map(|(role, _)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_as_it_is_stored() {
        for (role, word) in Role::ALL {
            assert_eq!((role.as_str(), Role::stored(word)), (word, Some(role)));
        }
        assert_eq!(Role::stored("other"), None);
    }
}
