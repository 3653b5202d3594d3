//! Notes to partners: composing, deciding, and what the outbox says of them.

mod compose;
mod decide;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::grammar::DraftVerb;
use super::super::payload::{Action, BlockActions, Shortcut, ViewSubmission};
use super::oversight::permalink;
use super::{Bot, Checked, Occasion, outdated, templates};
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Fate};
use crate::kernel::actor::Right;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, DraftId};
use crate::store::Tx;
use crate::sustain::draft::{Arrival, Draft, Seen};
use crate::sustain::library::Item;
use crate::sustain::{flow, store, view};

pub(super) async fn command(o: &Occasion<'_>, verb: Option<DraftVerb>) -> Result<Handled> {
    match verb.unwrap_or(DraftVerb::List) {
        DraftVerb::New { words } => compose::begin(o, words.join(" ").trim()).await,
        DraftVerb::List => list(o).await,
        DraftVerb::Templates { words } => templates::list(o, words.join(" ").trim()).await,
    }
}

/// The waiting notes to partners that this person may write to.
async fn list(o: &Occasion<'_>) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let mut tx = o.read().await?;
    let mut drafts = store::waiting(&mut tx).await?;
    drafts.retain(|d| o.actor.may(Right::Triage, Some(&d.note.partner_id)));
    let mut links = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        links.push(card_link(o.bot, &mut tx, draft).await?);
    }
    tx.rollback().await?;
    o.answer(view::list(&drafts, &links, &o.here())).await
}

/// Where the card can be read.
async fn card_link(bot: &Bot, tx: &mut Tx, draft: &Draft) -> Result<Option<String>> {
    let shown = outbox::shown_at(tx, &draft.subject()).await?;
    Ok(shown.and_then(|(channel, ts)| permalink(&bot.identity.url, &channel, &ts)))
}

pub(super) async fn click(
    o: &Occasion<'_>,
    verb: &str,
    click: &BlockActions,
    action: &Action,
) -> Result<Handled> {
    match verb {
        // On Home it stands on no overlap.
        "new" if action.value.is_empty() => compose::begin(o, "").await,
        "new" => compose::from_overlap(o, &action.value).await,
        "contact" | "role" | "purpose" | "gift" | "template" => compose::redraw(o, click).await,
        "more" => {
            let (verb, value) = action.value.split_once(':').ok_or_else(outdated)?;
            decide::click(o, verb, value).await
        }
        verb => decide::click(o, verb, &action.value).await,
    }
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "pick" => compose::picked(o, s).await,
        "new" => compose::submit(o, s).await,
        verb => decide::submit(o, verb, s).await,
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Checked> {
    match verb {
        "pick" => compose::review_pick(bot, tx, s).await,
        "new" => Ok(Checked::Wrong(compose::review(bot, tx, s).await?)),
        verb => Ok(Checked::Wrong(decide::review(verb, s))),
    }
}

pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    compose::from_message(o, shortcut).await
}

/// A note that speaks of something in the library: to whom it goes is asked first.
pub(super) async fn speak_of(o: &Occasion<'_>, item: &Item) -> Result<Handled> {
    compose::speak_of(o, item).await
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    flow::round(tx, now, &bot.calendars).await
}

/// How the outbox row that carries a note ended; `link` leads to the message.
pub(super) async fn settled(
    tx: &mut Tx,
    now: Timestamp,
    draft: &str,
    fate: Fate,
    at: Option<(&str, &str)>,
    link: Option<String>,
    error: Option<&str>,
) -> Result<()> {
    let arrival = Arrival { channel: at.map(|(c, _)| c.into()), ts: at.map(|(_, ts)| ts.to_owned()), link };
    flow::settled(tx, now, &DraftId::from(draft), fate, arrival, error).await
}

/// The ready text of a note did not reach its sender.
pub(super) async fn undelivered(
    tx: &mut Tx,
    now: Timestamp,
    draft: &str,
    carried: &str,
    why: &str,
) -> Result<()> {
    flow::undelivered(tx, now, &DraftId::from(draft), carried, why).await
}

/// A note waits for its channel.
pub(super) async fn held(tx: &mut Tx, now: Timestamp, draft: &str, channel: &ChannelId) -> Result<()> {
    flow::held(tx, now, &DraftId::from(draft), channel).await
}

/// What travels with a modal about a note.
fn metadata(o: &Occasion<'_>, value: &str) -> Value {
    json!({"channel": o.place.channel, "thread": o.place.thread, "id": value})
}

/// What a modal about a note was drawn for.
fn seen_in(s: &ViewSubmission) -> Result<Seen> {
    let metadata = &s.metadata;
    Seen::read(metadata["id"].as_str().unwrap_or_default()).ok_or_else(outdated)
}
