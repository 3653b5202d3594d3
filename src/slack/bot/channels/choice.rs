//! A channel as it is chosen in a form: is the bot in, and who else reads there?

use serde_json::Value;

use super::super::super::client::{CallError, channel_refused};
use super::super::Bot;
use super::look::Seen;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::channels::State;

/// What a channel is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Use {
    /// Only our own people may read it.
    Internal,
    /// A partner's people read it.
    Partner,
}

/// Why a channel cannot be chosen, in words for the field; `None` when it can.
pub(in super::super) async fn objection(bot: &Bot, id: &ChannelId, used: Use) -> Result<Option<String>> {
    match bot.client.conversation_info(id.as_str()).await {
        Ok(channel) => Ok(objection_to(&channel, used).map(str::to_owned)),
        Err(CallError::Rejected { code, .. }) if channel_refused(&code) == Some(State::Gone) => {
            Ok(Some(INVITE.to_owned()))
        }
        Err(error) => Err(error.during("conversations.info")),
    }
}

/// The same of Slack's channel object, judged as it is before a message is sent there.
fn objection_to(channel: &Value, used: Use) -> Option<&'static str> {
    let is = |name: &str| channel[name].as_bool().unwrap_or(false);
    let seen = Seen::read(channel);
    if is("is_im") || is("is_mpim") {
        Some("Choose a channel, not a conversation.")
    } else if seen.state == State::Archived {
        Some("That channel is archived. Choose another, or unarchive it.")
    } else if used == Use::Internal && seen.is_shared() {
        Some("People of another company read that channel. Choose one that only your own people read.")
    } else if seen.state == State::Left {
        Some(INVITE)
    } else {
        None
    }
}

const INVITE: &str = "I am not in that channel. Write /invite @Tandem there, then choose it again.";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_is_only_invited_counts_as_a_reader() {
        for name in ["connected_team_ids", "pending_connected_team_ids", "pending_shared"] {
            let channel = json!({"is_member": true, "is_ext_shared": false, name: ["T0NORTHWIND"]});
            let objection = objection_to(&channel, Use::Internal);
            assert!(objection.is_some_and(|o| o.contains("another company")), "{name}: {objection:?}");
            assert_eq!(objection_to(&channel, Use::Partner), None, "{name}");
        }
        let own = json!({"is_member": true, "connected_team_ids": [], "pending_shared": []});
        assert_eq!(objection_to(&own, Use::Internal), None);
    }

    #[test]
    fn a_channel_without_the_bot_asks_for_an_invitation() {
        assert_eq!(objection_to(&json!({"is_member": false}), Use::Partner), Some(INVITE));
    }
}
