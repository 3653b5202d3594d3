//! How an approved note goes out, and what becomes of it.

use jiff::Timestamp;

use super::{load, nudge, record, resolve};
use crate::delivery::outbox::{self, Destination, Fate, Outgoing};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, DraftId, UserId};
use crate::kernel::text::{escape, sentence};
use crate::store::{Tx, millis};
use crate::sustain::draft::{Arrival, Draft, Route, Seen, Stage};
use crate::sustain::{store, view};

/// Puts an approved note into the outbox: the stored text to the letter, once per version.
pub(super) async fn send(tx: &mut Tx, now: Timestamp, draft: &Draft) -> Result<()> {
    let note = &draft.note;
    let key = key(draft);
    let out = match (&draft.stage, note.route, note.destination.as_deref()) {
        (Stage::Sending(_), Route::Channel, Some(channel)) => {
            Outgoing::post(key, Destination::Channel(channel.into()), Message::text(escape(&note.text)))
                .to_partner(note.partner_id.clone())
                .showing(draft.note_subject())
        }
        (Stage::Sending(_), Route::Direct, Some(user)) => {
            Outgoing::post(key, Destination::Person(user.into()), Message::text(escape(&note.text)))
                .to_partner(note.partner_id.clone())
                .showing(draft.note_subject())
        }
        (Stage::HandedOver(decision), ..) => {
            Outgoing::post(key, Destination::Person(note.sender.clone()), view::ready(draft, &decision.by)?)
                .showing(draft.handed_subject())
        }
        _ => return Err(Error::fault(format!("draft {} has nowhere to go", draft.id))),
    };
    outbox::enqueue(tx, millis(now), &out).await
}

/// What carries this version; the outbox takes it once.
fn key(draft: &Draft) -> String {
    format!("{}:{}", draft.note_subject(), draft.version)
}

/// The note that a message with this key carries.
pub fn note_of(key: &str) -> Option<DraftId> {
    parts(key).map(|(note, _)| note.into())
}

/// Whether two keys carry the same part of the same note, in whatever version.
pub fn is_same_note(one: &str, other: &str) -> bool {
    parts(one).is_some_and(|parts_of_one| parts(other) == Some(parts_of_one))
}

/// The note of a key and which part of it, `note:id:version` or `note:id:version:part`.
fn parts(key: &str) -> Option<(&str, Option<&str>)> {
    let (note, rest) = key.strip_prefix("note:")?.split_once(':')?;
    let (_version, part) = rest.split_once(':').map_or((rest, None), |(version, part)| (version, Some(part)));
    Some((note, part))
}

/// A human says that it arrived: after an unknown fate, or by their own hand.
pub async fn arrived(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let by_hand = matches!(draft.stage, Stage::HandedOver(_));
    let next = draft.confirmed(seen, now);
    let draft = resolve(tx, now, by, "draft.arrived", "said by hand", next).await?;
    store::touch(tx, now, &draft).await?;
    if by_hand {
        answered(tx, now, &draft, "marked as sent. The card says so.").await?;
    }
    Ok(draft)
}

/// It shall not go by hand after all: its sender does not send it, or somebody takes it back.
pub async fn hand_back(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let (verb, why, told) = if draft.note.sender == *by {
        (
            "draft.hand_back",
            "its sender handed it back.",
            "handed back. A partner manager decides again.".to_owned(),
        )
    } else {
        let told = format!("{} took it back. Don't send it.", by.mention());
        ("draft.take_back", "it was taken back from its sender.", told)
    };
    let next = draft.hand_back(seen, why.to_owned(), now);
    let draft = record(tx, now, by.as_str(), verb, "", next).await?;
    answered(tx, now, &draft, &told).await?;
    Ok(draft)
}

/// The ready text, after it was said what became of it.
async fn answered(tx: &mut Tx, now: Timestamp, draft: &Draft, told: &str) -> Result<()> {
    let done = Outgoing::update(draft.handed_subject(), view::ready_done(draft, told));
    outbox::enqueue(tx, millis(now), &done).await
}

/// A human looked and it is not there: it goes once more.
pub async fn resend(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let next = load(tx, &seen.id).await?.resend(seen, by.clone(), now);
    let draft = resolve(tx, now, by, "draft.resend", "not found in the channel", next).await?;
    send(tx, now, &draft).await?;
    Ok(draft)
}

/// What the outbox says of a note; a note that is not being sent is left alone.
pub async fn settled(
    tx: &mut Tx,
    now: Timestamp,
    id: &DraftId,
    fate: Fate,
    arrival: Arrival,
    error: Option<&str>,
) -> Result<()> {
    let Some(draft) = store::find(tx, id).await? else { return Ok(()) };
    if !matches!(draft.stage, Stage::Sending(_)) {
        return Ok(());
    }
    let why = error.unwrap_or("no reason given").to_owned();
    let (verb, next) = match fate {
        Fate::Sent => ("draft.sent", draft.arrived(now, arrival)),
        Fate::Unconfirmed => ("draft.unconfirmed", draft.lost_sight(why.clone())),
        Fate::Failed => ("draft.failed", draft.came_back(sentence(&why), now)),
        Fate::Dropped => ("draft.dropped", draft.came_back(sentence(&why), now)),
    };
    let draft = record(tx, now, "tandem", verb, if fate == Fate::Sent { "" } else { &why }, next).await?;
    if fate == Fate::Sent {
        store::touch(tx, now, &draft).await?;
    }
    Ok(())
}

/// The ready text, carried under the key `carried`, did not reach its sender: the note waits for a decision again.
pub async fn undelivered(tx: &mut Tx, now: Timestamp, id: &DraftId, carried: &str, why: &str) -> Result<()> {
    let Some(draft) = store::find(tx, id).await? else { return Ok(()) };
    if !matches!(draft.stage, Stage::HandedOver(_)) || key(&draft) != carried {
        return Ok(());
    }
    let next = draft.came_back(format!("the text did not reach its sender ({why})."), now);
    record(tx, now, "tandem", "draft.undelivered", why, next).await?;
    Ok(())
}

/// An approved note waits until its channel is in order; whoever follows the card reads why nothing is sent.
pub async fn held(tx: &mut Tx, now: Timestamp, id: &DraftId, channel: &ChannelId) -> Result<()> {
    let Some(draft) = store::find(tx, id).await? else { return Ok(()) };
    let text = format!(
        "It waits: {} is not in order, and who can mend that was told. It goes out by itself then, or asks for a decision again after three days.",
        channel.mention()
    );
    nudge(tx, now, &draft, "held", &text).await
}

/// After a restore: a note that waits for a decision may have been sent since the backup was made, and its card says
/// so. Controls drawn before do nothing any more. So many were marked.
pub async fn restored(tx: &mut Tx, now: Timestamp, backup: &str) -> Result<usize> {
    let mut marked = 0;
    for draft in store::all_waiting(tx).await?.into_iter().filter(Draft::is_waiting) {
        let why = format!(
            "Tandem was restored from {backup}, and this note may have been sent since. Look there before you approve it."
        );
        let next = draft.restored(why, now);
        record(tx, now, "tandem", "draft.restored", backup, next).await?;
        marked += 1;
    }
    Ok(marked)
}
