//! Opaque ids: random, without meaning, safe to show on a button.

use rand::RngExt;
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// `length` random characters of Crockford's base 32, five bits each.
pub fn random(length: usize) -> String {
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}

/// A short reference that a user can read out: six characters in upper case.
pub fn reference() -> String {
    random(6).to_uppercase()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new one: 100 random bits.
            pub fn random() -> Self {
                Self(random(20))
            }

            /// As it is stored and carried by buttons.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// An account of ours.
    AccountId,
    /// A partner.
    PartnerId,
    /// A person at a partner.
    ContactId,
    /// A person at an account.
    StakeholderId,
    /// A next step on an account's map.
    StepId,
    /// What was decided on an account: who reaches out, who introduces, who stays out.
    AccountDecisionId,
    /// A hold on an account.
    HoldId,
    /// The room of an account.
    RoomId,
    /// One account with one partner.
    OverlapId,
    /// A list file on its way into the map.
    ImportId,
    /// Two listed accounts that are, or may be, one.
    PairId,
    /// What somebody said of a pair.
    AnswerId,
    /// A posted digest.
    DigestId,
    /// A request for an account-planning session.
    RequestId,
    /// An account-planning session.
    SessionId,
    /// A session that a calendar shows.
    FoundId,
    /// A feed of sessions that a calendar program subscribes to.
    FeedId,
    /// A commitment.
    CommitmentId,
    /// A campaign that a partner runs with us.
    PlayId,
    /// A check-in with a partner.
    CheckInId,
    /// Something asked about an account of a partner's manager.
    AskId,
    /// An introduction.
    IntroductionId,
    /// A note to a partner.
    DraftId,
    /// A Slack user, as Slack names it (`U…`, `W…`).
    UserId,
    /// A Slack channel, as Slack names it (`C…`, `G…`, `D…`).
    ChannelId,
}

impl UserId {
    /// The mention that Slack turns into the person's name.
    pub fn mention(&self) -> String {
        format!("<@{}>", self.0)
    }
}

impl ChannelId {
    /// The link that Slack turns into the channel's name.
    pub fn mention(&self) -> String {
        format!("<#{}>", self.0)
    }
}
