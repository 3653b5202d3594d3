//! What a user is told when something takes longer, and when it failed for good.

use super::super::payload::{BlockActions, Shortcut, SlashCommand, ViewSubmission};
use super::Place;
use crate::delivery::envelope::Kind;
use crate::delivery::inbox::Claimed;
use crate::delivery::outbox::{Destination, Outgoing};
use crate::kernel::blocks::Message;
use crate::kernel::ids::{UserId, random};

/// Slack does not answer us yet. Enqueued once, however often it is said.
pub(super) fn patience(claimed: &Claimed) -> Option<Outgoing> {
    let text = "Slack does not answer me just now. I have what you did and go on trying; there is no need to do it again.";
    let out = to_whoever_waits(claimed, Message::text(text))?;
    Some(Outgoing { key: format!("delayed:{}", claimed.envelope.key), ..out })
}

/// It failed for good, with the reference that an admin can look up.
pub(super) fn apology(claimed: &Claimed, reference: &str) -> Option<Outgoing> {
    let text = format!(
        "I couldn't do that, and nothing was changed. Reference {reference}: an admin can look it up with `tandem doctor {reference}`."
    );
    to_whoever_waits(claimed, Message::text(text))
}

fn to_whoever_waits(claimed: &Claimed, message: Message) -> Option<Outgoing> {
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
        Kind::Event | Kind::ViewClosed | Kind::Unknown => return None,
    };
    Some(match (place.response_url, place.channel) {
        (Some(url), _) => Outgoing::respond(url, message),
        (None, Some(channel)) => Outgoing::whisper(channel, user.as_str().into(), place.thread, message),
        (None, None) => Outgoing::post(random(24), Destination::Person(UserId::from(user)), message),
    })
}
