//! From an overlap, a command or a message to a proposed note: two short forms at the most.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::client::CallError;
use super::super::super::payload::{BlockActions, Shortcut, State, ViewSubmission};
use super::super::{Bot, Checked, Occasion, Place, events, identity, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{OverlapId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::find::{Named, find_account, find_partner, partner_or_account};
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::map::view::Prefill;
use crate::store::{Tx, people};
use crate::sustain::facts::Ground;
use crate::sustain::flow;
use crate::sustain::form::{self, Answers, Composed};
use crate::sustain::library::Item;
use crate::sustain::view::{self, action, field};

/// `/partner draft new …`: straight to the form where the words name one overlap.
pub(super) async fn begin(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let mut tx = o.read().await?;
    if words.is_empty() {
        return pick(o, tx, None, None).await;
    }
    if let Some((account, partner)) = words.rsplit_once(" with ")
        && let Ok(partner) = find_partner(&mut tx, partner).await?
    {
        let account = find_account(&mut tx, account).await?;
        let found = overlap_of(&mut tx, &partner, &account.name).await?;
        return open_form(o, tx, found.map_err(|why| Error::user(escape(&why)))?).await;
    }
    let account = match partner_or_account(&mut tx, words).await? {
        Named::Partner(partner) => return pick(o, tx, Some(partner), None).await,
        Named::Account(account) => account,
    };
    let filter = map::Filter { account: Some(account.id.clone()), ..map::Filter::default() };
    let mut found = map::overlaps(&mut tx, &filter, 2).await?;
    if found.len() == 1 {
        return open_form(o, tx, found.swap_remove(0)).await;
    }
    pick(o, tx, None, Some(&account.name)).await
}

/// A button on an overlap.
pub(super) async fn from_overlap(o: &Occasion<'_>, value: &str) -> Result<Handled> {
    let id = value.split(':').next().unwrap_or_default();
    let mut tx = o.read().await?;
    let overlap = map::overlap(&mut tx, &OverlapId::from(id)).await?;
    let overlap = overlap.ok_or_else(|| Error::user("That overlap is not here any more."))?;
    open_form(o, tx, overlap).await
}

/// The message shortcut: what the message says is filled in.
pub(super) async fn from_message(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let read = match &shortcut.on {
        Some(on) => events::read_message(o.bot, &on.message).await?.unwrap_or_default(),
        None => Prefill::default(),
    };
    let mut tx = o.read().await?;
    let partner = match &read.partner {
        Some(words) => find_partner(&mut tx, words).await?.ok(),
        None => None,
    };
    if let Some(partner) = &partner
        && let Ok(overlap) = overlap_of(&mut tx, partner, &read.seen.account).await?
    {
        return open_form(o, tx, overlap).await;
    }
    let account = read.seen.account.trim();
    pick(o, tx, partner, (!account.is_empty()).then_some(account)).await
}

/// A button on something in the library.
pub(super) async fn speak_of(o: &Occasion<'_>, item: &Item) -> Result<Handled> {
    let mut tx = o.read().await?;
    let partner = match &item.partner {
        Some(id) => map::partner(&mut tx, id).await?,
        None => None,
    };
    pick_about(o, tx, partner, None, Some(item)).await
}

async fn pick(o: &Occasion<'_>, tx: Tx, partner: Option<Partner>, account: Option<&str>) -> Result<Handled> {
    pick_about(o, tx, partner, account, None).await
}

async fn pick_about(
    o: &Occasion<'_>,
    mut tx: Tx,
    partner: Option<Partner>,
    account: Option<&str>,
    item: Option<&Item>,
) -> Result<Handled> {
    let mut partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    partners.retain(|p| o.actor.may(Right::Triage, Some(&p.id)));
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a note goes to one. `/partner partner add` adds the first.",
        ));
    }
    let item = item.map(|item| &item.id);
    let metadata = json!({"channel": o.place.channel, "thread": o.place.thread, "item": item});
    o.open(&view::pick_modal(&metadata, &partners, partner.as_ref(), account)).await
}

async fn open_form(o: &Occasion<'_>, mut tx: Tx, overlap: Overlap) -> Result<Handled> {
    o.actor.require(Right::Triage, Some(&overlap.partner_id))?;
    if overlap.gone_at.is_some() {
        return Err(Error::user(format!(
            "{} is no longer on {}'s list, so there is nothing current to write about.",
            escape(&overlap.account.name),
            escape(&overlap.partner)
        )));
    }
    let ground = ground(o.bot, &mut tx, o.now, overlap).await?;
    tx.rollback().await?;
    o.open(&empty_form(&o.place, &ground, &o.actor.user, None)).await
}

/// The form with nothing chosen yet but, where there is one, the item that the note is to speak of.
fn empty_form(place: &Place, ground: &Ground, actor: &UserId, item: Option<&str>) -> Value {
    let metadata = json!({"channel": place.channel, "thread": place.thread, "id": ground.overlap.id});
    let answers = item.map_or_else(Answers::default, |id| Answers::about(ground, id));
    form::modal(action::NEW, &metadata, ground, &answers, actor)
}

async fn ground(bot: &Bot, tx: &mut Tx, now: Timestamp, overlap: Overlap) -> Result<Ground> {
    let ground = Ground::load(tx, now, &bot.texts, overlap).await?;
    ground.ok_or_else(|| Error::user("That partner was removed in the meantime."))
}

/// The current overlap of an account, as written, with a partner; or what to tell the user.
async fn overlap_of(tx: &mut Tx, partner: &Partner, account: &str) -> Result<Result<Overlap, String>> {
    let account = match find_account(tx, account).await {
        Ok(account) => account,
        Err(Error::User(error)) => return Ok(Err(error.text)),
        Err(fault) => return Err(fault),
    };
    let found = map::overlaps_with(tx, &partner.id, std::slice::from_ref(&account.id)).await?;
    Ok(found.into_iter().find(|o| o.gone_at.is_none()).ok_or_else(|| {
        format!(
            "{} is no current overlap with {}. A note names one: add it first, or choose another account.",
            account.name, partner.name
        )
    }))
}

/// What the first form says: the overlap, or the field that is wrong.
async fn read_pick(tx: &mut Tx, s: &ViewSubmission) -> Result<Result<Overlap, (String, String)>> {
    let wrong = |field: &str, text: String| Ok(Err((field.to_owned(), text)));
    let Some(partner) = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from) else {
        return wrong(field::PARTNER, "Choose a partner.".to_owned());
    };
    let Some(partner) = map::partner(tx, &partner).await? else {
        return wrong(field::PARTNER, "That partner was removed in the meantime.".to_owned());
    };
    let Some(account) = s.values.get_text(field::ACCOUNT, field::ACCOUNT) else {
        return wrong(field::ACCOUNT, "Write the account's name, such as Acme Corp.".to_owned());
    };
    Ok(overlap_of(tx, &partner, account).await?.map_err(|text| (field::ACCOUNT.to_owned(), text)))
}

/// The second form takes the place of the first, for who may draft; anybody else is refused when it is carried out.
pub(super) async fn review_pick(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Checked> {
    let overlap = match read_pick(tx, s).await? {
        Ok(overlap) => overlap,
        Err(problem) => return Ok(Checked::Wrong(vec![problem])),
    };
    let actor = identity::submitter(tx, s).await?;
    if !actor.may(Right::Triage, Some(&overlap.partner_id)) {
        return Ok(Checked::Wrong(Vec::new()));
    }
    let ground = ground(bot, tx, bot.clock.now(), overlap).await?;
    let item = s.metadata["item"].as_str();
    Ok(Checked::Instead(empty_form(&Place::of_submission(s), &ground, &actor.user, item)))
}

/// The first form was filled in, and the second one could not take its place.
pub(super) async fn picked(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let mut tx = o.read().await?;
    let overlap = read_pick(&mut tx, s).await?.map_err(|(_, text)| Error::user(escape(&text)))?;
    open_form(o, tx, overlap).await
}

/// What was entered, whatever the kind of field.
fn answers(values: &State) -> Answers {
    let mut all = BTreeMap::new();
    for block in values.blocks() {
        let Some((action, _)) = values.only(block) else { continue };
        let entered = values
            .get_text(block, action)
            .or_else(|| values.option(block, action))
            .or_else(|| values.user(block, action))
            .map(str::to_owned)
            .or_else(|| values.date(block, action).map(|d| d.to_string()));
        if let Some(entered) = entered {
            all.insert(block.to_owned(), entered);
        }
    }
    Answers(all)
}

fn overlap_in(metadata: &Value) -> Result<OverlapId> {
    metadata["id"].as_str().map(OverlapId::from).ok_or_else(outdated)
}

/// A choice changed what else there is to choose.
pub(super) async fn redraw(o: &Occasion<'_>, click: &BlockActions) -> Result<Handled> {
    let Some(shown) = &click.view else { return Err(outdated()) };
    let mut tx = o.read().await?;
    let overlap = map::overlap(&mut tx, &overlap_in(&shown.metadata)?).await?.ok_or_else(outdated)?;
    o.actor.require(Right::Triage, Some(&overlap.partner_id))?;
    let ground = ground(o.bot, &mut tx, o.now, overlap).await?;
    tx.rollback().await?;
    let view = form::modal(action::NEW, &shown.metadata, &ground, &answers(&shown.state), &o.actor.user);
    match o.bot.client.update_view(&shown.id, Some(&shown.hash), &view).await {
        Ok(_) => Ok(Handled::Ignored),
        // A newer choice was faster, or the form is closed: nothing to redraw.
        Err(CallError::Rejected { code, .. }) if matches!(code.as_str(), "hash_conflict" | "not_found") => {
            Ok(Handled::Ignored)
        }
        Err(error) => Err(error.during("redrawing a form")),
    }
}

async fn read_form(
    bot: &Bot,
    tx: &mut Tx,
    now: Timestamp,
    s: &ViewSubmission,
) -> Result<(Ground, Result<Composed, Vec<(String, String)>>)> {
    let overlap = map::overlap(tx, &overlap_in(&s.metadata)?).await?;
    let overlap =
        overlap.ok_or_else(|| Error::user("That overlap is not here any more. Nothing was drafted."))?;
    let ground = ground(bot, tx, now, overlap).await?;
    let composed = form::compose(&ground, &answers(&s.values));
    Ok((ground, composed))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Vec<(String, String)>> {
    match read_form(bot, tx, bot.clock.now(), s).await {
        Ok((_, composed)) => Ok(composed.err().unwrap_or_default()),
        // It is told after the form is closed.
        Err(Error::User(_)) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (ground, composed) = read_form(o.bot, &mut tx, o.now, s).await?;
    tx.rollback().await?;
    o.actor.require(Right::Triage, Some(&ground.partner.id))?;
    let Ok(composed) = composed else { return Err(outdated()) };
    let sender = sender(o, &composed.sender).await?;
    let mut tx = o.begin().await?;
    people::save(&mut tx, o.now, &sender).await?;
    let rules = &o.bot.relevance;
    let (draft, channel) =
        flow::propose(&mut tx, o.now, &o.actor.user, &ground, composed, &sender.name, rules).await?;
    // In the approvers' channel the card itself is the answer.
    if o.place.channel.as_ref() != Some(&channel) {
        o.send(&mut tx, &o.privately(view::proposed(&draft, channel.as_str()))).await?;
    }
    o.finish(tx).await
}

/// Who speaks must be one of us.
async fn sender(o: &Occasion<'_>, user: &UserId) -> Result<people::Person> {
    let person = identity::look_up(o.bot, user).await?;
    match person.outside {
        None => Ok(person),
        Some(why) => Err(Error::user(format!(
            "{} is {why}, and a note is sent by one of us. Choose another sender. Nothing was drafted.",
            user.mention()
        ))),
    }
}
