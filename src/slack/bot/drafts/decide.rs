//! Decisions on a note: approve, edit, reject, override, reassign, snooze, and what follows an unknown fate.

use jiff::{Timestamp, ToSpan, civil};

use super::super::super::payload::ViewSubmission;
use super::super::{Occasion, identity, outdated};
use super::{card_link, metadata, seen_in};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::visible;
use crate::store::people;
use crate::sustain::draft::{Draft, Seen};
use crate::sustain::flow::{self, Approval};
use crate::sustain::relevance::Level;
use crate::sustain::view::{self, TEXT_LIMIT, action, field};

/// A control of the card, of the ready text, or of a list.
pub(super) async fn click(o: &Occasion<'_>, verb: &str, value: &str) -> Result<Handled> {
    let seen = Seen::read(value).ok_or_else(outdated)?;
    match verb {
        "approve" => approve(o, &seen).await,
        "recheck" => recheck(o, &seen).await,
        "edit" | "reject" | "override" | "reassign" | "review" => open(o, verb, &seen).await,
        "tomorrow" => snooze(o, &seen, 1).await,
        "monday" => {
            let weekday = i64::from(o.today().weekday().to_monday_zero_offset());
            snooze(o, &seen, 7 - weekday).await
        }
        "arrived" | "resend" => recover(o, verb, &seen).await,
        "sent" | "not_me" => by_hand(o, verb, &seen).await,
        _ => Err(outdated()),
    }
}

/// The note, for somebody who may decide on it at this very moment.
async fn decidable(o: &Occasion<'_>, tx: &mut crate::store::Tx, seen: &Seen) -> Result<Draft> {
    // Who may decide on nothing is told nothing.
    o.actor.require(Right::Approve, None)?;
    let draft = flow::load(tx, &seen.id).await?;
    o.actor.require(Right::Approve, Some(&draft.note.partner_id))?;
    Ok(draft)
}

async fn approve(o: &Occasion<'_>, seen: &Seen) -> Result<Handled> {
    let mut tx = o.begin().await?;
    decidable(o, &mut tx, seen).await?;
    if let Approval::Reground(draft) =
        flow::approve(&mut tx, o.now, &o.actor.user, seen, &o.bot.relevance).await?
    {
        let why = match draft.note.check.verdict {
            _ if draft.note.is_marked() => "something that it draws on has changed",
            Level::Block => "the relevance check blocks it now",
            _ => "the way to its reader is another one now",
        };
        let said = format!("Nothing was sent: {why}. The card shows what changed.");
        o.send(&mut tx, &o.privately(Message::text(said))).await?;
    }
    o.finish(tx).await
}

/// Somebody has looked at the text after a fact had changed; the card shows what the check says now.
async fn recheck(o: &Occasion<'_>, seen: &Seen) -> Result<Handled> {
    let mut tx = o.begin().await?;
    decidable(o, &mut tx, seen).await?;
    flow::recheck(&mut tx, o.now, &o.actor.user, seen, &o.bot.relevance).await?;
    o.finish(tx).await
}

async fn open(o: &Occasion<'_>, verb: &str, seen: &Seen) -> Result<Handled> {
    let mut tx = o.read().await?;
    let draft = decidable(o, &mut tx, seen).await?;
    if !draft.is_waiting() {
        return Err(Error::user(view::decided(&draft, None)?));
    }
    // The form is about the note as it is now; saving compares with this.
    let metadata = metadata(o, &draft.value());
    let view = match verb {
        "edit" => view::edit_modal(&metadata, &draft),
        "reject" => view::reason_modal(action::REJECT, &metadata, &draft),
        "override" => view::reason_modal(action::OVERRIDE, &metadata, &draft),
        "reassign" => view::reassign_modal(&metadata, &draft),
        _ => {
            let link = card_link(o.bot, &mut tx, &draft).await?;
            view::review_modal(&metadata, &draft, link.as_deref(), o.now)?
        }
    };
    tx.rollback().await?;
    o.open(&view).await
}

/// Until nine in the morning, that many days from now, in the actor's zone.
async fn snooze(o: &Occasion<'_>, seen: &Seen, days: i64) -> Result<Handled> {
    let mut tx = o.begin().await?;
    decidable(o, &mut tx, seen).await?;
    let until = morning(o.now, &o.actor, days)?;
    flow::snooze(&mut tx, o.now, &o.actor.user, seen, until).await?;
    o.finish(tx).await
}

fn morning(now: Timestamp, actor: &Actor, days: i64) -> Result<Timestamp> {
    let day = now.to_zoned(actor.zone.clone()).date().checked_add(days.days())?;
    Ok(day.to_datetime(civil::time(9, 0, 0, 0)).to_zoned(actor.zone.clone())?.timestamp())
}

async fn recover(o: &Occasion<'_>, verb: &str, seen: &Seen) -> Result<Handled> {
    let mut tx = o.begin().await?;
    decidable(o, &mut tx, seen).await?;
    if verb == "arrived" {
        flow::arrived(&mut tx, o.now, &o.actor.user, seen).await?;
    } else {
        flow::resend(&mut tx, o.now, &o.actor.user, seen).await?;
    }
    o.finish(tx).await
}

/// The sender, or whoever may decide, says what becomes of a note that goes by hand.
async fn by_hand(o: &Occasion<'_>, verb: &str, seen: &Seen) -> Result<Handled> {
    o.actor.require(Right::Contribute, None)?;
    let mut tx = o.begin().await?;
    let draft = flow::load(&mut tx, &seen.id).await?;
    if draft.note.sender != o.actor.user {
        o.actor.require(Right::Approve, Some(&draft.note.partner_id))?;
    }
    if verb == "sent" {
        flow::arrived(&mut tx, o.now, &o.actor.user, seen).await?;
    } else {
        flow::hand_back(&mut tx, o.now, &o.actor.user, seen).await?;
    }
    o.finish(tx).await
}

/// What a small form says.
fn text(s: &ViewSubmission, id: &str) -> String {
    s.values.get_text(id, id).unwrap_or_default().to_owned()
}

pub(super) fn review(verb: &str, s: &ViewSubmission) -> Vec<(String, String)> {
    let wrong = |field: &str, text: String| vec![(field.to_owned(), text)];
    match verb {
        "edit" => {
            let words = text(s, field::TEXT);
            match visible(&words).trim().chars().count() {
                0 => wrong(field::TEXT, "Write what the note says.".to_owned()),
                n if n > TEXT_LIMIT => wrong(
                    field::TEXT,
                    format!("{n} characters are too long for a note. Keep it under {TEXT_LIMIT}."),
                ),
                _ => Vec::new(),
            }
        }
        "reject" | "override"
            if text(s, field::REASON).chars().filter(|c| c.is_alphanumeric()).count() < 3 =>
        {
            wrong(field::REASON, "Write the reason in a few words.".to_owned())
        }
        "reassign" if s.values.user(field::APPROVER, field::APPROVER).is_none() => {
            wrong(field::APPROVER, "Choose who decides.".to_owned())
        }
        _ => Vec::new(),
    }
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let seen = seen_in(s)?;
    if verb == "approve" {
        return approve(o, &seen).await;
    }
    if verb == "reassign" {
        return reassign(o, s, &seen).await;
    }
    let mut tx = o.begin().await?;
    decidable(o, &mut tx, &seen).await?;
    let user = &o.actor.user;
    match verb {
        "edit" => {
            // The card shows the words and what the check says of them.
            flow::edit(&mut tx, o.now, user, &seen, &text(s, field::TEXT), &o.bot.relevance).await?;
        }
        "reject" => {
            flow::reject(&mut tx, o.now, user, &seen, &text(s, field::REASON)).await?;
        }
        "override" => {
            flow::overrule(&mut tx, o.now, user, &seen, &text(s, field::REASON)).await?;
        }
        _ => return Err(outdated()),
    }
    o.finish(tx).await
}

async fn reassign(o: &Occasion<'_>, s: &ViewSubmission, seen: &Seen) -> Result<Handled> {
    let to = s.values.user(field::APPROVER, field::APPROVER).map(UserId::from).ok_or_else(outdated)?;
    let person = identity::look_up(o.bot, &to).await?;
    let mut tx = o.begin().await?;
    let draft = decidable(o, &mut tx, seen).await?;
    people::save(&mut tx, o.now, &person).await?;
    let other = person.actor(&mut tx).await?;
    if !other.may(Right::Approve, Some(&draft.note.partner_id)) {
        return Err(Error::user(format!(
            "{} may not decide on notes to {}. Choose a partner manager or an admin.",
            to.mention(),
            crate::kernel::text::escape(&draft.note.partner)
        )));
    }
    flow::reassign(&mut tx, o.now, &o.actor.user, seen, &to).await?;
    o.finish(tx).await
}
