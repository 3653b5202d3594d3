//! What may happen to a note, each in the caller's transaction: here it is proposed, in `decide` people decide on it, in
//! `send` it goes out and its fate is known, in `round` time passes. In `library` and `feeds` what notes may draw on changes.

mod decide;
pub mod feeds;
pub mod library;
mod round;
mod send;

use jiff::Timestamp;

pub use self::decide::{Approval, approve, edit, overrule, reassign, recheck, reject, snooze};
pub use self::round::round;
pub use self::send::{
    arrived, hand_back, held, is_same_note, note_of, resend, restored, settled, undelivered,
};
use super::draft::{Draft, Note, Refused, Route, Stays};
use super::facts::{self, Frame, Ground};
use super::form::{Composed, Reader};
use super::library::Fact;
use super::relevance::Settings;
use super::{store, view};
use crate::delivery::outbox::{self, Destination, Outgoing, Thread};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ContactId, DraftId, PartnerId, UserId};
use crate::kernel::text::visible;
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::pull::store as pull;
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
    let contact = reader(tx, now, by, &partner.id, composed.reader).await?;
    let mut stands_on = composed.facts;
    for item in &composed.items {
        let added = store::add_item(tx, now, by, partner, item).await?;
        let named = |fact: &&mut Fact| fact.item().is_some_and(|u| u.item.is_empty() && u.kind == added.kind);
        for fact in stands_on.iter_mut().filter(named) {
            *fact = Fact::of(&added);
        }
    }
    // What the app posts is signed, so that the reader knows who speaks.
    let text = match composed.route {
        Route::ByHand => composed.text,
        Route::Channel | Route::Direct => format!("{}\n\n{sender}", composed.text),
    };
    // What is approved, checked, kept and sent is one text.
    let text = visible(&text).into_owned();
    let account = &ground.overlap.account;
    let frame = Frame {
        partner: &partner.id,
        contact: &contact.id,
        account: Some(&account.id),
        sender: &composed.sender,
        purpose: composed.purpose,
        route: composed.route,
        by_hand: composed.channel,
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
        template_used: composed.template_used,
        channel: composed.channel,
        sender: composed.sender,
        route: composed.route,
        destination: composed.destination,
        text,
        facts: stands_on,
        check,
    };
    let instruction = pull::instruction_of(tx, &partner.id).await?;
    let approver = instruction.and_then(|i| i.sheet.approvers.into_iter().next());
    let draft = Draft::propose(note, approver.or_else(|| partner.manager.clone()), by.clone(), now);
    store::insert(tx, &draft).await?;
    let detail = format!("{} for {}", draft.note.template, draft.note.partner);
    audit::done(tx, now, by.as_str(), "draft.new", &draft.subject(), &detail);
    let card = Outgoing::post(
        format!("{}:card", draft.subject()),
        Destination::Channel(channel.clone()),
        view::card(&draft, now)?,
    );
    outbox::enqueue(tx, millis(now), &card.showing(draft.subject())).await?;
    Ok((draft, channel))
}

/// Who reads it; somebody new is put on record.
async fn reader(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &PartnerId,
    reader: Reader,
) -> Result<Contact> {
    let (name, role) = match reader {
        Reader::Known(contact) => return Ok(contact),
        Reader::New { name, role } => (name, role),
    };
    let new = Contact {
        id: ContactId::random(),
        partner: partner.clone(),
        name,
        role,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(tx, now, &new).await?;
    audit::done(tx, now, by.as_str(), "contact.add", &format!("contact:{}", new.id), &new.name);
    Ok(new)
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
        Refused::Marked => {
            "Something that this note draws on has changed. Check the text again on its card, or edit it. Nothing was sent.".to_owned()
        }
        Refused::NotBlocked => "Nothing blocks this note. It can be approved as it is.".to_owned(),
        Refused::Decided | Refused::Changed => {
            let last = audit::of(tx, &draft.subject()).await?.into_iter().rfind(|e| e.outcome == "done");
            // What Tandem did by itself, no person did.
            let last = last.filter(|e| e.actor != audit::TANDEM);
            view::decided(&draft, last.map(|e| (UserId::from(e.actor), e.at)))?
        }
    };
    Ok(Error::user(text))
}

/// Saves what a person decided; a send that failed or is unknown waits for nobody any more.
async fn resolve(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    verb: &str,
    detail: &str,
    next: Result<Draft, Stays>,
) -> Result<Draft> {
    let draft = record(tx, now, by.as_str(), verb, detail, next).await?;
    for subject in [draft.note_subject(), draft.handed_subject()] {
        outbox::attended(tx, &subject).await?;
    }
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
    audit::done(tx, now, by, verb, &draft.subject(), detail);
    let card = Outgoing::update(draft.subject(), view::card(&draft, now)?);
    outbox::enqueue(tx, millis(now), &card).await?;
    Ok(draft)
}

/// A line in the card's thread, once for each occasion of a version.
async fn nudge(tx: &mut Tx, now: Timestamp, draft: &Draft, occasion: &str, text: &str) -> Result<()> {
    let Some(channel) = settings::load(tx).await?.approvals_channel else { return Ok(()) };
    let key = format!("{}:{}:{occasion}", draft.subject(), draft.version);
    let out = Outgoing::reply(key, channel, Thread::Of(draft.subject()), Message::text(text));
    outbox::enqueue(tx, millis(now), &out).await
}
