//! What may happen to a note, each in the caller's transaction.

use jiff::Timestamp;

use super::draft::{Arrival, Draft, Note, Refused, Route, Seen, Stage, Stays};
use super::facts::{self, Frame, Ground};
use super::form::{Composed, Reader};
use super::relevance::{Level, Settings};
use super::{store, view};
use crate::delivery::outbox::{self, Destination, Outgoing, State, Thread};
use crate::delivery::schedule;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ContactId, DraftId, UserId};
use crate::kernel::text::{escape, sentence};
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::store::{Tx, audit, millis, settings};

/// Saves what was composed, and asks for a decision in the approvers' channel. `sender` is the sender's name.
pub async fn propose(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    ground: &Ground,
    composed: Composed,
    sender: &str,
    rules: &Settings,
) -> Result<(Draft, ChannelId)> {
    let Some(channel) = settings::load(tx).await?.approvals_channel else {
        return Err(Error::user(
            "There is no approvers' channel yet. An admin chooses it with `/partner setup`.",
        ));
    };
    let partner = &ground.partner;
    let contact = match composed.reader {
        Reader::Known(contact) => contact,
        Reader::New { name, role } => {
            let id = ContactId::random();
            let new = Contact {
                id,
                partner: partner.id.clone(),
                name,
                role,
                email: None,
                slack_user: None,
                said_no_to: Vec::new(),
            };
            map::save_contact(tx, now, &new).await?;
            audit::done(tx, now, by.as_str(), "contact.add", &format!("contact:{}", new.id), &new.name)
                .await?;
            new
        }
    };
    for item in &composed.items {
        store::add_item(tx, now, by, &partner.id, item).await?;
    }
    // What the app posts is signed, so that the reader knows who speaks.
    let text = match composed.route {
        Route::ByHand => composed.text,
        Route::Channel | Route::Direct => format!("{}\n\n{sender}", composed.text),
    };
    let account = &ground.overlap.account;
    let frame = Frame {
        partner: &partner.id,
        contact: &contact.id,
        account: Some(&account.id),
        sender: &composed.sender,
        purpose: composed.purpose,
        settings: rules,
    };
    let check = facts::weigh(tx, now, &frame, &text).await?;
    let note = Note {
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        contact_id: contact.id.clone(),
        contact: contact.name,
        account_id: Some(account.id.clone()),
        account: Some(account.name.clone()),
        purpose: composed.purpose,
        gift: composed.gift,
        template: composed.template,
        sender: composed.sender,
        route: composed.route,
        destination: composed.destination,
        text,
        facts: composed.facts,
        check,
    };
    let draft = Draft::propose(note, partner.manager.clone(), by.clone(), now);
    store::insert(tx, &draft).await?;
    let detail = format!("{} for {}", draft.note.template, draft.note.partner);
    audit::done(tx, now, by.as_str(), "draft.new", &draft.subject(), &detail).await?;
    let card = Outgoing::post(
        format!("{}:card", draft.subject()),
        Destination::Channel(channel.clone()),
        view::card(&draft, now)?,
    );
    outbox::enqueue(tx, millis(now), &card.showing(draft.subject())).await?;
    Ok((draft, channel))
}

/// A note, or that there is none.
pub async fn load(tx: &mut Tx, id: &DraftId) -> Result<Draft> {
    let draft = store::find(tx, id).await?;
    draft
        .ok_or_else(|| Error::user("That note is not here any more. `/partner draft list` shows what waits."))
}

/// Why it stays as it is, for the one who came too late.
async fn too_late(tx: &mut Tx, stays: Stays) -> Result<Error> {
    let (draft, why) = stays;
    let text = match why {
        Refused::Blocked => {
            "The relevance check blocks this note. Edit it, or override the block with a reason. Nothing was sent.".to_owned()
        }
        Refused::NotBlocked => "Nothing blocks this note. It can be approved as it is.".to_owned(),
        Refused::Decided | Refused::Changed => {
            let last = audit::of(tx, &draft.subject()).await?.into_iter().rfind(|e| e.outcome == "done");
            view::decided(&draft, last.map(|e| (UserId::from(e.actor), e.at)))?
        }
    };
    Ok(Error::user(text))
}

/// Saves what a person decided; a send that failed or is unknown waits for nobody any more.
async fn decide(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    verb: &str,
    detail: &str,
    next: Result<Draft, Stays>,
) -> Result<Draft> {
    let draft = record(tx, now, by.as_str(), verb, detail, next).await?;
    outbox::attended(tx, &draft.note_subject()).await?;
    Ok(draft)
}

/// Saves a transition, writes it down, and shows it on the card.
async fn record(
    tx: &mut Tx,
    now: Timestamp,
    by: &str,
    verb: &str,
    detail: &str,
    next: Result<Draft, Stays>,
) -> Result<Draft> {
    let draft = match next {
        Ok(draft) => draft,
        Err(stays) => return Err(too_late(tx, stays).await?),
    };
    if !store::save(tx, &draft, draft.version - 1).await? {
        let stands = load(tx, &draft.id).await?;
        return Err(too_late(tx, (Box::new(stands), Refused::Decided)).await?);
    }
    audit::done(tx, now, by, verb, &draft.subject(), detail).await?;
    let card = Outgoing::update(draft.subject(), view::card(&draft, now)?);
    outbox::enqueue(tx, millis(now), &card).await?;
    Ok(draft)
}

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
        let check = facts::weigh(tx, now, &Frame::of(&draft.note, rules), &draft.note.text).await?;
        let (route, destination) = way(tx, &draft.note).await?;
        let worse = check.verdict == Level::Block && draft.overridden.is_none();
        if worse || (route, &destination) != (draft.note.route, &draft.note.destination) {
            let next = draft.reground(seen, check, route, destination);
            let draft = record(tx, now, by.as_str(), "draft.reground", "the ground changed", next).await?;
            return Ok(Approval::Reground(draft));
        }
    }
    let detail = format!("version {}, text {}", seen.version, seen.seal);
    let draft = decide(tx, now, by, "draft.approve", &detail, approved).await?;
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

/// Puts an approved note into the outbox: the stored text to the letter, once per version.
async fn send(tx: &mut Tx, now: Timestamp, draft: &Draft) -> Result<()> {
    let note = &draft.note;
    let key = format!("{}:{}", draft.note_subject(), draft.version);
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
                .showing(handed(draft))
        }
        _ => return Err(Error::fault(format!("draft {} has nowhere to go", draft.id))),
    };
    outbox::enqueue(tx, millis(now), &out).await
}

fn handed(draft: &Draft) -> String {
    format!("handed:{}", draft.id)
}

/// Not to be sent; the drafter is told why.
pub async fn reject(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen, reason: &str) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let next = draft.reject(seen, by.clone(), now, reason.to_owned());
    let draft = decide(tx, now, by, "draft.reject", reason, next).await?;
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
    let check = facts::weigh(tx, now, &Frame::of(&draft.note, rules), text).await?;
    let next = draft.edit(seen, text.to_owned(), check);
    record(tx, now, by.as_str(), "draft.edit", text, next).await
}

/// A block is taken on by somebody with a reason.
pub async fn overrule(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen, reason: &str) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let blocks: Vec<String> = draft
        .note
        .check
        .objections()
        .iter()
        .filter(|o| o.level == Level::Block)
        .map(|o| o.rule.clone())
        .collect();
    let next = draft.overrule(seen, by.clone(), reason.to_owned());
    let detail = format!("{reason} (against {})", blocks.join(", "));
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
    let next = load(tx, &seen.id).await?.reassign(seen, to.clone());
    let draft = record(tx, now, by.as_str(), "draft.reassign", to.as_str(), next).await?;
    nudge(tx, now, &draft, &format!("{}, {} asks you to decide on this note.", to.mention(), by.mention()))
        .await?;
    Ok(draft)
}

/// A line in the card's thread.
async fn nudge(tx: &mut Tx, now: Timestamp, draft: &Draft, text: &str) -> Result<()> {
    let Some(channel) = settings::load(tx).await?.approvals_channel else { return Ok(()) };
    let key = format!("{}:{}:nudge", draft.subject(), draft.version);
    let out = Outgoing::reply(key, channel, Thread::Of(draft.subject()), Message::text(text));
    outbox::enqueue(tx, millis(now), &out).await
}

/// A human says that it arrived: after an unknown fate, or by their own hand.
pub async fn arrived(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let by_hand = matches!(draft.stage, Stage::HandedOver(_));
    let next = match draft.stage {
        // On its way it is the software that says so.
        Stage::Sending(_) => Err((Box::new(draft), Refused::Decided)),
        _ => draft.arrived(now, Arrival::default()),
    };
    let draft = decide(tx, now, by, "draft.arrived", "said by hand", next).await?;
    store::touch(tx, now, &draft).await?;
    if by_hand {
        let done = Outgoing::update(handed(&draft), view::ready_done(&draft, true));
        outbox::enqueue(tx, millis(now), &done).await?;
    }
    Ok(draft)
}

/// The one who should send it by hand does not.
pub async fn hand_back(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let draft = load(tx, &seen.id).await?;
    let next = match draft.stage {
        Stage::HandedOver(_) => draft.came_back("its sender handed it back.".to_owned()),
        _ => Err((Box::new(draft), Refused::Decided)),
    };
    let draft = record(tx, now, by.as_str(), "draft.hand_back", "not me", next).await?;
    let done = Outgoing::update(handed(&draft), view::ready_done(&draft, false));
    outbox::enqueue(tx, millis(now), &done).await?;
    Ok(draft)
}

/// A human looked and it is not there: it goes once more.
pub async fn resend(tx: &mut Tx, now: Timestamp, by: &UserId, seen: &Seen) -> Result<Draft> {
    let next = load(tx, &seen.id).await?.resend(seen, by.clone(), now);
    let draft = decide(tx, now, by, "draft.resend", "not found in the channel", next).await?;
    send(tx, now, &draft).await?;
    Ok(draft)
}

/// What the outbox says of a note; a note that is not being sent is left alone.
pub async fn settled(
    tx: &mut Tx,
    now: Timestamp,
    id: &DraftId,
    state: State,
    arrival: Arrival,
    error: Option<&str>,
) -> Result<()> {
    let Some(draft) = store::find(tx, id).await? else { return Ok(()) };
    if !matches!(draft.stage, Stage::Sending(_)) {
        return Ok(());
    }
    let why = error.unwrap_or("no reason given").to_owned();
    let (verb, next) = match state {
        State::Sent => ("draft.sent", draft.arrived(now, arrival)),
        State::Unconfirmed => ("draft.unconfirmed", draft.lost_sight(why.clone())),
        State::Failed => ("draft.failed", draft.came_back(sentence(&why))),
        State::Dropped => ("draft.dropped", draft.came_back(sentence(&why))),
    };
    let draft = record(tx, now, "tandem", verb, if state == State::Sent { "" } else { &why }, next).await?;
    if state == State::Sent {
        store::touch(tx, now, &draft).await?;
    }
    Ok(())
}

/// An approved note waits until its channel is in order; whoever follows the card reads why nothing is sent.
pub async fn held(tx: &mut Tx, now: Timestamp, id: &DraftId, channel: &ChannelId) -> Result<()> {
    let Some(draft) = store::find(tx, id).await? else { return Ok(()) };
    let text = format!(
        "It waits: {} is not in order, and who can mend that was told. It goes out by itself then, or asks for a decision again after three days.",
        channel.mention()
    );
    nudge(tx, now, &draft, &text).await
}

/// After a restore: a note that waits for a decision may have been sent since the backup was made, and its card says
/// so. Controls drawn before do nothing any more. So many were marked.
pub async fn restored(tx: &mut Tx, now: Timestamp, backup: &str) -> Result<usize> {
    let mut marked = 0;
    for draft in store::waiting(tx).await?.into_iter().filter(Draft::is_waiting) {
        let why = format!(
            "Tandem was restored from {backup}, and this note may have been sent since. Look there before you approve it."
        );
        let next = draft.restored(why);
        record(tx, now, "tandem", "draft.restored", backup, next).await?;
        marked += 1;
    }
    Ok(marked)
}

/// Lets stale notes expire, and wakes those whose snooze is over.
pub async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for draft in store::waiting(tx).await? {
        let Stage::Proposed { snoozed_until, .. } = draft.stage else { continue };
        let current = overlap_is_current(tx, &draft).await?;
        if let Some(reason) = draft.stale(now, current) {
            let next = draft.expire(reason.clone());
            match record(tx, now, "tandem", "draft.expire", &reason, next).await {
                // Somebody decided at this very moment, or another replica was faster.
                Ok(_) | Err(Error::User(_)) => continue,
                Err(fault) => return Err(fault),
            }
        }
        let over = snoozed_until.filter(|until| *until <= now);
        if let Some(until) = over
            && schedule::fire(tx, &format!("draft.wake:{}", draft.id), &until.to_string(), millis(now))
                .await?
        {
            let card = Outgoing::update(draft.subject(), view::card(&draft, now)?);
            outbox::enqueue(tx, millis(now), &card).await?;
            let who = draft.approver.as_ref().map(|u| format!("{}, this", u.mention()));
            let text = format!("{} note is back from its snooze.", who.as_deref().unwrap_or("This"));
            nudge(tx, now, &draft, &text).await?;
        }
    }
    Ok(())
}

async fn overlap_is_current(tx: &mut Tx, draft: &Draft) -> Result<bool> {
    let Some(account) = &draft.note.account_id else { return Ok(false) };
    let found = map::overlaps_with(tx, &draft.note.partner_id, std::slice::from_ref(account)).await?;
    Ok(found.iter().any(|o| o.gone_at.is_none()))
}
