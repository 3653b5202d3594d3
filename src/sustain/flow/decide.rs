//! What people decide: approve, reject, edit, override, snooze, let somebody else decide.

use jiff::Timestamp;

use super::library::Stand;
use super::send::send;
use super::{library, load, nudge, record, resolve};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::visible;
use crate::map::store as map;
use crate::store::{Tx, millis};
use crate::sustain::draft::{Draft, Note, Route, Seen};
use crate::sustain::facts::{self, Frame};
use crate::sustain::relevance::Settings;
use crate::sustain::view;

/// What came of an approval.
#[derive(Clone, Debug, PartialEq)]
pub enum Approval {
    /// It is on its way.
    Going(Draft),
    /// The ground changed since the card was drawn; it waits for a decision again.
    Reground(Draft),
}

/// Sends exactly the text that was seen, if the ground it stands on still holds.
pub async fn approve(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    rules: &Settings,
) -> Result<Approval> {
    let draft = load(tx, &seen.id).await?;
    let approved = draft.clone().approve(seen, by.clone(), now);
    if approved.is_ok() {
        // Two that are approved at once are weighed one after the other.
        map::lock_partner(tx, &draft.note.partner_id).await?;
        // What has expired since the last look of the scheduler counts too.
        let stand = Stand::load(tx, now, std::slice::from_ref(&draft)).await?;
        if let Some(marked) = library::mark(tx, now, &draft, &stand).await? {
            return Ok(Approval::Reground(marked));
        }
        let (route, destination) = way(tx, &draft.note).await?;
        let moved = (route, &destination) != (draft.note.route, &draft.note.destination);
        let frame = Frame { route, ..Frame::of(&draft.note, rules) };
        let check = facts::weigh(tx, now, &frame, &draft.note.text).await?;
        if moved || !draft.may_go(&check) {
            let next = draft.reground(seen, check, route, destination, now);
            let draft = record(tx, now, by.as_str(), "draft.reground", "the ground changed", next).await?;
            return Ok(Approval::Reground(draft));
        }
    }
    let detail = format!("version {}, text {}", seen.version, seen.seal);
    let draft = resolve(tx, now, by, "draft.approve", &detail, approved).await?;
    send(tx, now, &draft).await?;
    Ok(Approval::Going(draft))
}

/// The way to the reader as it is now: a partner's channel may have been bound elsewhere since.
async fn way(tx: &mut Tx, note: &Note) -> Result<(Route, Option<String>)> {
    Ok(match note.route {
        Route::Channel => {
            let channel = map::partner(tx, &note.partner_id).await?.and_then(|p| p.channel);
            match channel {
                Some(channel) => (Route::Channel, Some(channel.as_str().to_owned())),
                None => (Route::ByHand, None),
            }
        }
        Route::Direct => match map::contact(tx, &note.contact_id).await?.and_then(|c| c.slack_user) {
            Some(user) => (Route::Direct, Some(user.as_str().to_owned())),
            None => (Route::ByHand, None),
        },
        Route::ByHand => (Route::ByHand, None),
    })
}

/// Not to be sent; the drafter is told why.
pub async fn reject(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen, reason: &str) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let next = draft.reject(seen, by.clone(), now, reason.to_owned());
    let draft = resolve(tx, now, by, "draft.reject", reason, next).await?;
    if draft.created_by != *by {
        let key = format!("{}:rejected", draft.subject());
        let told = view::rejected(&draft, by, reason);
        let out = Outgoing::post(key, Destination::Person(draft.created_by.clone()), told);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(draft)
}

/// Other words, checked again. It never sends.
pub async fn edit(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    text: &str,
    rules: &Settings,
) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let text = visible(text);
    let text = text.trim();
    let check = facts::weigh(tx, now, &Frame::of(&draft.note, rules), text).await?;
    let next = draft.edit(seen, text.to_owned(), check, now);
    record(tx, now, by.as_str(), "draft.edit", text, next).await
}

/// The same words, looked at again after something that they draw on has changed. It never sends.
pub async fn recheck(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    rules: &Settings,
) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let check = facts::weigh(tx, now, &Frame::of(&draft.note, rules), &draft.note.text).await?;
    let next = draft.recheck(seen, check, now);
    record(tx, now, by.as_str(), "draft.recheck", &format!("version {}", seen.version), next).await
}

/// A block is taken on by somebody with a reason.
pub async fn overrule(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen, reason: &str) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let blocks: Vec<&str> = draft.note.check.blocks().collect();
    let detail = format!("{reason} (against {})", blocks.join(", "));
    let next = draft.overrule(seen, by.clone(), reason.to_owned(), now);
    record(tx, now, by.as_str(), "draft.override", &detail, next).await
}

/// It does not ask before `until`.
pub async fn snooze(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    until: Timestamp,
) -> Result<Draft> {
    let next = load(tx, &seen.id).await?.snooze(seen, until);
    record(tx, now, by.as_str(), "draft.snooze", &until.to_string(), next).await
}

/// Somebody else decides; they are told in the card's thread.
pub async fn reassign(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen, to: &UserId) -> Result<Draft> {
    let next = load(tx, &seen.id).await?.reassign(seen, to.clone(), now);
    let draft = record(tx, now, by.as_str(), "draft.reassign", to.as_str(), next).await?;
    let text = format!("{}, {} asks you to decide on this note.", to.mention(), by.mention());
    nudge(tx, now, &draft, "asked", &text).await?;
    Ok(draft)
}
