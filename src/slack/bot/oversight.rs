//! Looks over what goes out: whether it still may, and what follows when it went.

use super::drafts;
use crate::delivery::dispatch::Oversight;
use crate::delivery::outbox::{Action, Audience, Claimed, Destination, State};
use crate::kernel::clock::Clock;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::map::store;
use crate::store::Tx;

/// Checks the audience right before the send: data of one partner never reaches a channel of another.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The time.
    pub clock: Clock,
    /// The workspace's address; links to messages begin with it.
    pub workspace_url: String,
}

impl Oversight for Watch {
    async fn may_go(&self, tx: &mut Tx, row: &Claimed) -> Result<Result<(), String>> {
        if let (Audience::Partner(partner), Action::Post { to: Destination::Person(user), .. }) =
            (&row.audience, &row.action)
        {
            let theirs = store::contacts(tx, partner).await?;
            let known = theirs.iter().any(|c| c.slack_user.as_ref() == Some(user));
            return Ok(if known {
                Ok(())
            } else {
                Err("they are no longer a contact of this partner".to_owned())
            });
        }
        let Some(channel) = channel_of(&row.action) else { return Ok(Ok(())) };
        let bound = store::partner_of_channel(tx, channel).await?;
        Ok(match (&row.audience, bound) {
            (Audience::Partner(partner), Some(bound)) if bound.id == *partner => Ok(()),
            (Audience::Partner(_), Some(bound)) => Err(format!("the channel now belongs to {}", bound.name)),
            (Audience::Partner(_), None) => Err("the channel is no longer bound to the partner".to_owned()),
            (Audience::Internal, Some(bound)) => {
                Err(format!("{}'s people read that channel, and this is internal", bound.name))
            }
            (Audience::Internal, _) => Ok(()),
        })
    }

    async fn settled(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        state: State,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        match row.subject.as_deref().and_then(|s| s.strip_prefix("note:")) {
            Some(draft) => {
                let link = at.and_then(|(channel, ts)| permalink(&self.workspace_url, channel, ts));
                drafts::settled(tx, self.clock.now(), draft, state, at, link, error).await
            }
            None => Ok(()),
        }
    }
}

fn channel_of(action: &Action) -> Option<&ChannelId> {
    match action {
        Action::Post { to: Destination::Channel(channel), .. } => Some(channel),
        _ => None,
    }
}

/// Where a message can be read; nothing where the workspace's address is not known.
pub(super) fn permalink(workspace_url: &str, channel: &str, ts: &str) -> Option<String> {
    let base = workspace_url.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/archives/{channel}/p{}", ts.replace('.', "")))
}
