//! The room of an account (E6): a thread of a channel of ours, under a card that is kept up to date.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, ChannelId, RoomId, UserId};

/// A room. An account has one at the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub channel: ChannelId,
    /// The `ts` of its card, under which its thread stands; nothing until Slack has it.
    pub ts: Option<String>,
    /// Who opened it.
    pub opened_by: UserId,
    /// When.
    pub opened_at: Timestamp,
}

impl Room {
    /// What its card shows, to the outbox.
    pub fn subject(&self) -> String {
        format!("{SUBJECT}{}", self.id)
    }
}

/// How the subjects of rooms begin.
const SUBJECT: &str = "room:";

/// The room whose card shows `subject`.
pub fn of_subject(subject: &str) -> Option<RoomId> {
    subject.strip_prefix(SUBJECT).map(RoomId::from)
}

/// What a card says, in a few characters.
pub fn digest(card: &Message) -> Result<String> {
    let hash = Sha256::digest(serde_json::to_vec(card)?);
    Ok(hex::encode(hash.get(..12).unwrap_or_default()))
}
