//! Channels as they are chosen in a form: is the bot in, and who else reads there?

use super::super::client::CallError;
use super::Bot;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::channels::State;

/// What a channel is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Only our own people may read it.
    Internal,
    /// A partner's people read it.
    Partner,
}

/// Why a channel cannot be chosen, in words for the field; `None` when it can.
pub(super) async fn objection(bot: &Bot, channel: &ChannelId, used: Use) -> Result<Option<String>> {
    let answer = match bot.client.conversation_info(channel.as_str()).await {
        Ok(answer) => answer,
        Err(CallError::Rejected { code, .. }) if State::refused_with(&code) == Some(State::Gone) => {
            return Ok(Some(invite()));
        }
        Err(error) => return Err(error.during("conversations.info")),
    };
    let room = answer.get("channel").unwrap_or(&answer);
    let is = |name: &str| room[name].as_bool().unwrap_or(false);
    let external = is("is_ext_shared") || is("is_pending_ext_shared");
    Ok(if is("is_im") || is("is_mpim") {
        Some("Choose a channel, not a conversation.".to_owned())
    } else if is("is_archived") {
        Some("That channel is archived. Choose another, or unarchive it.".to_owned())
    } else if used == Use::Internal && external {
        Some(
            "People of another company read that channel. Choose one that only your own people read."
                .to_owned(),
        )
    } else if !is("is_member") {
        Some(invite())
    } else {
        None
    })
}

fn invite() -> String {
    "I am not in that channel. Write /invite @Tandem there, then choose it again.".to_owned()
}
