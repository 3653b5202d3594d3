//! Looks over what goes out: whether it still may, and what follows when it went.

use std::sync::Arc;
use std::time::Duration;

use super::super::client::channel_refused;
use super::{Bot, channels, drafts, identity, partners};
use crate::delivery::dispatch::{Oversight, Verdict};
use crate::delivery::outbox::{self, Action, Audience, Claimed, Destination, Fate};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, PartnerId, RoomId, UserId};
use crate::map::account_map::{flow as account_map, room};
use crate::map::store;
use crate::store::Tx;

/// Where Slack does not say who somebody is, it is asked again after this long.
const LATER: Duration = Duration::from_secs(5);

/// Checks the audience right before the send: data of one partner never reaches a channel of another, and nothing
/// internal a channel that other companies read.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The bot, for whom it watches.
    pub bot: Arc<Bot>,
}

impl Oversight for Watch {
    async fn may_go(&self, row: &Claimed, shown: Option<&(String, String)>) -> Result<Verdict> {
        match (&row.action, &row.audience) {
            (Action::Post { to: Destination::Person(user), .. }, Audience::Partner(partner)) => {
                self.may_reach(partner, user).await
            }
            (Action::Post { to: Destination::Person(user), .. }, Audience::Internal) => {
                self.may_tell(user).await
            }
            (Action::Update { of, .. }, _) if shown.is_some_and(|(channel, _)| channel.starts_with('D')) => {
                self.may_tell_again(of).await
            }
            (Action::Update { of, .. }, _) if shown.is_none() => {
                // The message that it edits waits itself.
                let mut tx = self.bot.db.read().await?;
                let waits = outbox::held_for(&mut tx, of).await?;
                tx.rollback().await?;
                Ok(waits.map_or(Verdict::Go, Verdict::Hold))
            }
            _ => match channel_of(&row.action, shown) {
                Some(channel) => self.may_post(&channel, &row.audience).await,
                None => Ok(Verdict::Go),
            },
        }
    }

    async fn closed(
        &self,
        row: &Claimed,
        shown: Option<&(String, String)>,
        code: &str,
    ) -> Result<Option<ChannelId>> {
        let (Some(channel), Some(state)) = (channel_of(&row.action, shown), channel_refused(code)) else {
            return Ok(None);
        };
        channels::refused(&self.bot, &channel, state).await?;
        Ok(Some(channel))
    }

    async fn held(&self, tx: &mut Tx, row: &Claimed, channel: &ChannelId) -> Result<()> {
        match note_of(row) {
            Some(draft) => drafts::held(tx, self.bot.clock.now(), draft, channel).await,
            None => Ok(()),
        }
    }

    async fn settled(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        fate: Fate,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        let now = self.bot.clock.now();
        if let (Fate::Sent, Some((channel, _))) = (fate, at) {
            channels::arrived(tx, now, &channel.into()).await?;
        }
        if let (Fate::Failed | Fate::Dropped, Some(draft)) = (fate, handed(row)) {
            return drafts::undelivered(tx, now, draft, &row.key, error.unwrap_or("no reason given")).await;
        }
        if let Some(room) = room_of(row) {
            let why = error.unwrap_or("no reason given");
            match (fate, at) {
                (Fate::Sent, Some((channel, ts))) => {
                    account_map::room_placed(tx, &room, &channel.into(), ts).await?;
                }
                (Fate::Failed, _) if matches!(row.action, Action::Update { .. }) => {
                    account_map::room_not_drawn(tx, now, &room, why).await?;
                }
                (Fate::Failed | Fate::Dropped, _) => account_map::room_lost(tx, now, &room, why).await?,
                _ => {}
            }
        }
        match note_of(row) {
            Some(draft) => {
                let link = at.and_then(|(channel, ts)| permalink(&self.bot.identity.url, channel, ts));
                drafts::settled(tx, now, draft, fate, at, link, error).await
            }
            None => Ok(()),
        }
    }
}

impl Watch {
    /// A note to a partner's person in direct messages.
    async fn may_reach(&self, partner: &PartnerId, user: &UserId) -> Result<Verdict> {
        let mut tx = self.bot.db.read().await?;
        let theirs = store::contacts(&mut tx, partner).await?;
        tx.rollback().await?;
        if !theirs.iter().any(|c| c.slack_user.as_ref() == Some(user)) {
            return Ok(Verdict::Drop("they are no longer a contact of this partner".to_owned()));
        }
        Ok(match partners::elsewhere(&self.bot, partner, user).await {
            Ok(None) => Verdict::Go,
            Ok(Some(other)) => Verdict::Drop(format!("its reader belongs to {}", other.name)),
            Err(error) => Verdict::Later(LATER, error.to_string()),
        })
    }

    /// What is shown in somebody's direct messages and changes now.
    async fn may_tell_again(&self, of: &str) -> Result<Verdict> {
        let mut tx = self.bot.db.read().await?;
        let reader = outbox::lane_of(&mut tx, of).await?;
        tx.rollback().await?;
        match reader.filter(|lane| lane.starts_with(['U', 'W'])) {
            Some(user) => self.may_tell(&user.into()).await,
            None => Ok(Verdict::Drop("nobody knows any more whom it was told".to_owned())),
        }
    }

    /// What is internal in direct messages: only to who is one of us by now.
    async fn may_tell(&self, user: &UserId) -> Result<Verdict> {
        Ok(match identity::recently(&self.bot, user).await {
            Ok(person) => match person.outside {
                None => Verdict::Go,
                Some(why) => Verdict::Drop(format!("its reader is {why}, and this is internal")),
            },
            Err(error) => Verdict::Later(LATER, error.to_string()),
        })
    }

    async fn may_post(&self, channel: &ChannelId, audience: &Audience) -> Result<Verdict> {
        let mut tx = self.bot.db.read().await?;
        let bound = store::partner_of_channel(&mut tx, channel).await?;
        tx.rollback().await?;
        let mismatch = match (audience, bound) {
            (Audience::Partner(partner), Some(bound)) if bound.id == *partner => None,
            (Audience::Partner(_), Some(bound)) => Some(format!("the channel now belongs to {}", bound.name)),
            (Audience::Partner(_), None) => Some("the channel is no longer bound to the partner".to_owned()),
            (Audience::Internal, Some(bound)) => {
                Some(format!("{}'s people read that channel, and this is internal", bound.name))
            }
            (Audience::Internal, None) => None,
        };
        if let Some(why) = mismatch {
            return Ok(Verdict::Drop(why));
        }
        // What a partner reads waits for no cache to grow old.
        let anew = matches!(audience, Audience::Partner(_));
        Ok(match channels::standing(&self.bot, channel, anew).await? {
            Err((after, why)) => Verdict::Later(after, why),
            Ok(standing) if !standing.in_trouble => Verdict::Go,
            Ok(standing) if standing.used => Verdict::Hold(channel.clone()),
            Ok(_) => Verdict::Drop(
                "that channel is no longer one of ours, and other people may read it".to_owned(),
            ),
        })
    }
}

fn note_of(row: &Claimed) -> Option<&str> {
    row.subject.as_deref().and_then(|s| s.strip_prefix("note:"))
}

/// The room whose card is posted or edited.
fn room_of(row: &Claimed) -> Option<RoomId> {
    let edited = match &row.action {
        Action::Update { of, .. } => Some(of.as_str()),
        _ => None,
    };
    row.subject.as_deref().or(edited).and_then(room::of_subject)
}

/// The note whose text is handed to its sender.
fn handed(row: &Claimed) -> Option<&str> {
    row.subject.as_deref().and_then(|s| s.strip_prefix("handed:"))
}

/// The channel whose people will read it; direct messages and what only one person sees have none.
fn channel_of(action: &Action, shown: Option<&(String, String)>) -> Option<ChannelId> {
    match (action, shown) {
        (Action::Post { to: Destination::Channel(channel), .. }, _) => Some(channel.clone()),
        (Action::Update { .. }, Some((channel, _))) if !channel.starts_with('D') => {
            Some(channel.as_str().into())
        }
        _ => None,
    }
}

/// Where a message can be read; nothing where the workspace's address is not known.
pub(super) fn permalink(workspace_url: &str, channel: &str, ts: &str) -> Option<String> {
    let base = workspace_url.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/archives/{channel}/p{}", ts.replace('.', "")))
}
