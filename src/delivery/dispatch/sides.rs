//! The two sides of a send: who carries it to Slack, and who looks over it for the product.

use std::future::Future;
use std::time::Duration;

use super::super::outbox::{Claimed, Fate};
use crate::kernel::error::{NotNow, Result};
use crate::kernel::ids::ChannelId;
use crate::store::Tx;

/// Where a message stands: channel and `ts`.
pub type At = Option<(String, String)>;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Slack has it; channel and `ts` where it is a message.
    Arrived(Option<(String, String)>),
    /// Not now; after this long, if Slack said.
    Later(Option<Duration>, String),
    /// Never: why, in words.
    Refused(String),
    /// Not in this channel as it is now: Slack's code.
    Closed(String),
    /// It may have arrived or not.
    Unknown(String),
}

/// Carries out calls.
pub trait Carrier: Send + Sync + 'static {
    /// Whether anything can be sent now; until it can, everything waits.
    fn is_ready(&self) -> bool {
        true
    }

    /// Sends one; `shown` is where the message stands that an update or a reply refers to.
    fn send(&self, row: &Claimed, shown: At) -> impl Future<Output = Sent> + Send;

    /// Looks for the row where it would have arrived: by its key, and a note to a partner by every key that carried it.
    /// `Err`: it could not be looked up now.
    fn find(&self, row: &Claimed, shown: At) -> impl Future<Output = Result<At, NotNow>> + Send;
}

/// What the check right before a send says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its audience is the one that it was meant for.
    Go,
    /// It cannot be told now: ask again after this long.
    Later(Duration, String),
    /// Not before this channel is in order again.
    Hold(ChannelId),
    /// Never: why.
    Drop(String),
}

/// What the product says before and after a send.
pub trait Oversight: Send + Sync + 'static {
    /// Whether this may still go to its audience; `shown` is where the message stands that it refers to.
    fn may_go(
        &self,
        row: &Claimed,
        shown: Option<&(String, String)>,
    ) -> impl Future<Output = Result<Verdict>> + Send;

    /// Slack does not take it in its channel, by this code; gives the channel for which it is held from now on.
    fn closed(
        &self,
        row: &Claimed,
        shown: Option<&(String, String)>,
        code: &str,
    ) -> impl Future<Output = Result<Option<ChannelId>>> + Send;

    /// Called in the transaction that holds the row back.
    fn held(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        channel: &ChannelId,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Called in the transaction that settles the row.
    fn settled(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        fate: Fate,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> impl Future<Output = Result<()>> + Send;
}
