//! What a user is told when something failed for good.

use super::super::payload::{BlockActions, Shortcut, SlashCommand, ViewSubmission};
use super::{Bot, Place};
use crate::delivery::envelope::Kind;
use crate::delivery::inbox::Claimed;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::{UserId, random};
use crate::store::millis;

/// Tells whoever waits, with the reference that an admin can look up.
pub(super) async fn apologise(bot: &Bot, claimed: &Claimed, reference: &str) -> Result<()> {
    let payload = &claimed.envelope.payload;
    let (user, place) = match claimed.envelope.kind {
        Kind::Command => {
            let c = SlashCommand::read(payload);
            (c.actor.user_id.clone(), Place::of_command(&c))
        }
        Kind::BlockActions => {
            let c = BlockActions::read(payload);
            (c.actor.user_id.clone(), Place::of_click(&c))
        }
        Kind::ViewSubmission => {
            let s = ViewSubmission::read(payload);
            (s.actor.user_id.clone(), Place::of_submission(&s))
        }
        Kind::MessageShortcut | Kind::GlobalShortcut => {
            let s = Shortcut::read(payload);
            (s.actor.user_id.clone(), Place::of_shortcut(&s))
        }
        Kind::Event | Kind::ViewClosed | Kind::Unknown => return Ok(()),
    };
    let message = Message::text(format!(
        "I couldn't do that, and nothing was changed. Reference {reference}: an admin can look it up with `tandem doctor {reference}`."
    ));
    let out = match (place.response_url, place.channel) {
        (Some(url), _) => Outgoing::respond(url, message),
        (None, Some(channel)) => Outgoing::whisper(channel, user.as_str().into(), place.thread, message),
        (None, None) => Outgoing::post(random(24), Destination::Person(UserId::from(user)), message),
    };
    let mut tx = bot.db.begin().await?;
    outbox::enqueue(&mut tx, millis(bot.clock.now()), &out).await?;
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}
