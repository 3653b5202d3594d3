//! How far a note is.

use jiff::Timestamp;

use crate::kernel::ids::{ChannelId, UserId};

/// Who decided, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A block that somebody took on themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who.
    pub by: UserId,
    /// Why, in their words.
    pub reason: String,
    /// The rules that blocked then; another one blocks again.
    pub rules: Vec<String>,
}

/// Where a sent note stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The channel.
    pub channel: Option<ChannelId>,
    /// Slack's number of the message.
    pub ts: Option<String>,
    /// Where it can be read.
    pub link: Option<String>,
}

/// How far a note is. Each stage has what belongs to it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for a decision.
    Proposed {
        /// When it last began to wait.
        since: Timestamp,
        /// Until when it does not ask.
        snoozed_until: Option<Timestamp>,
        /// Why it came back from a later stage.
        came_back: Option<String>,
    },
    /// Approved; the text is in the outbox.
    Sending(Decision),
    /// Approved; its sender has the text and sends it by hand.
    HandedOver(Decision),
    /// It reached its reader.
    Sent {
        /// Who approved.
        approved: Decision,
        /// When it went.
        at: Timestamp,
        /// Where it stands.
        arrival: Arrival,
    },
    /// Approved; whether it arrived is not known.
    Unconfirmed {
        /// Who approved.
        approved: Decision,
        /// What is known.
        why: String,
    },
    /// Not to be sent.
    Rejected {
        /// Who said so.
        decision: Decision,
        /// Why.
        reason: String,
    },
    /// Nobody decided in time, or its ground is gone.
    Expired {
        /// Why.
        reason: String,
    },
}
