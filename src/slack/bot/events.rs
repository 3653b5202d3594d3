//! Events: messages of the intake channel, files, Home, and what happens to channels.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::grammar;
use super::super::payload::{Change, FileShared, MessageEvent, Revoked};
use super::{Bot, channels, finish, home, identity, imports};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Outgoing};
use crate::kernel::actor::Outside;
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::map::domain::Domain;
use crate::map::flow::{self, Said, Stranger};
use crate::map::intake::message::{self, Context, OverlapMention};
use crate::map::name;
use crate::map::overlap::Sighting;
use crate::map::partner::Partner;
use crate::map::view::{self, Prefill};
use crate::map::{store, storm};
use crate::pull::flow::next_triage;
use crate::store::{Tx, audit, installation, millis, settings};

pub(super) async fn handle(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    match claimed.envelope.name.as_str() {
        "message" => said(bot, claimed).await,
        "file_shared" => imports::shared(bot, claimed, &FileShared::read(&claimed.envelope.payload)).await,
        "app_home_opened" => home::opened(bot, claimed).await,
        "app_mention" => mentioned(bot, claimed).await,
        name if is_of_channel(name) => channels::changed(bot, claimed).await,
        "app_uninstalled" | "tokens_revoked" => revoked(bot, claimed).await,
        _ => Ok(Handled::Ignored),
    }
}

/// Something happened to a channel as a whole, or to our being in it.
fn is_of_channel(event: &str) -> bool {
    let what = event.strip_prefix("channel_").or_else(|| event.strip_prefix("group_"));
    matches!(event, "member_joined_channel" | "member_left_channel") || what.is_some_and(|w| w != "created")
}

/// Somebody calls us by name: they are told, in private, what they can say.
async fn mentioned(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    let event = MessageEvent::read(&claimed.envelope.payload);
    let Some(user) = event.user.filter(|u| *u != bot.identity.bot_user) else { return Ok(Handled::Ignored) };
    // Not even what can be said is told to a stranger.
    if identity::recently(bot, &user.as_str().into()).await?.outside.is_some() {
        return Ok(Handled::Ignored);
    }
    let channel = ChannelId::from(event.channel.as_str());
    let help = Outgoing::whisper(channel, user.into(), event.thread_ts, Message::text(grammar::usage()));
    let mut tx = bot.db.begin().await?;
    outbox::enqueue(&mut tx, millis(bot.clock.now()), &help).await?;
    finish(bot, tx, claimed.claim).await
}

/// Our token may be gone. An event from before the installation as it stands came late and says nothing about it;
/// any other is a reason to ask Slack, which knows.
async fn revoked(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    let event = Revoked::read(&claimed.envelope.payload);
    let mut tx = bot.db.read().await?;
    let installation = installation::load(&mut tx).await?;
    tx.rollback().await?;
    let late = installation.is_some_and(|i| event.at < i.installed_at.as_second());
    if !late && event.concerns(&bot.identity.bot_user) {
        bot.client.trust(false);
        bot.news.ring();
    }
    Ok(Handled::Ignored)
}

/// A message: only those of the intake channel are read, and none of our own.
async fn said(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    let event = MessageEvent::read(&claimed.envelope.payload);
    let ours = event.bot_id.as_deref() == Some(&bot.identity.bot_id)
        || event.user.as_deref() == Some(&bot.identity.bot_user);
    // A reply in a thread is talk about an overlap, not one.
    let reply = event.thread_ts.as_deref().is_some_and(|t| t != event.ts);
    if ours || reply || is_unfurled(&event) {
        return Ok(Handled::Ignored);
    }
    let mut tx = bot.db.read().await?;
    let intake = settings::load(&mut tx).await?.intake_channel;
    let channel = ChannelId::from(event.channel.as_str());
    if intake.as_ref() != Some(&channel) {
        return Ok(Handled::Ignored);
    }
    let partners = store::partners(&mut tx).await?;
    let known = store::said_by(&mut tx, &channel, &event.ts).await?;
    let late = store::edited_after(&mut tx, &channel, &event.ts, event.at).await?;
    tx.rollback().await?;
    if late {
        return Ok(Handled::Ignored);
    }
    let reading = match event.change {
        Change::Deleted => message::Reading::default(),
        _ => message::read(&event.message, &context(bot, &partners)),
    };
    let edited = event.change != Change::Posted;
    if reading.overlaps.is_empty() && reading.doubtful.is_none() && known.is_empty() {
        if !edited {
            return Ok(Handled::Ignored);
        }
        let mut tx = bot.db.begin().await?;
        store::edited(&mut tx, &channel, &event.ts, event.at).await?;
        return finish(bot, tx, claimed.claim).await;
    }
    let now = bot.clock.now();
    if let Some(why) = outsider(bot, &event).await? {
        let mut tx = bot.db.begin().await?;
        let (by, subject) = (event.actor.user_id.as_str(), format!("message:{channel}:{}", event.ts));
        audit::refused(&mut tx, now, by, "overlap.say", &subject, why.words());
        return finish(bot, tx, claimed.claim).await;
    }
    let mut tx = bot.db.begin().await?;
    if edited {
        store::edited(&mut tx, &channel, &event.ts, event.at).await?;
    }
    let (sightings, strangers) = assign(&reading.overlaps, &partners);
    let triage = next_triage(&mut tx, now).await?;
    let by = event.user.clone().or_else(|| event.bot_id.clone()).unwrap_or_default();
    let said = Said { channel: &channel, ts: &event.ts, by: &by, sightings, strangers, triage: &triage };
    let confirmation = flow::message(&mut tx, now, &said).await?;
    let questions = unclear(&reading, &partners, &channel, &event.ts);
    if edited || !questions.is_empty() {
        storm::unclear(&mut tx, now, &channel, &event.ts, !questions.is_empty()).await?;
    }
    flow::confirm(&mut tx, now, &said, &confirmation).await?;
    if let Some(user) = &event.user
        && !questions.is_empty()
        && !storm::rages(&mut tx, now, &channel).await?
    {
        for prefill in questions {
            let ask = view::unclear(&prefill, &partners)?;
            // Asked once, however often the message is edited.
            let key = format!("unclear:{channel}:{}:{}", event.ts, name::key(&prefill.seen.account));
            let out = Outgoing::whisper(channel.clone(), user.as_str().into(), None, ask);
            outbox::enqueue(&mut tx, millis(now), &Outgoing { key, ..out }).await?;
        }
    }
    finish(bot, tx, claimed.claim).await
}

/// Slack put the preview of a link under what a person wrote. An app's post may change beside its text.
fn is_unfurled(event: &MessageEvent) -> bool {
    let same = matches!(&event.change, Change::Edited { previous_text } if *previous_text == event.text);
    same && event.bot_id.is_none()
}

/// One line for the many messages that were not answered one by one.
pub(super) async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let triage = next_triage(tx, now).await?;
    storm::round(tx, now, &triage).await
}

/// Why the writer may not add overlaps; apps are let in by whoever installed them.
async fn outsider(bot: &Bot, event: &MessageEvent) -> Result<Option<Outside>> {
    let Some(user) = event.user.as_deref().filter(|_| event.bot_id.is_none()) else { return Ok(None) };
    Ok(identity::recently(bot, &user.into()).await?.outside)
}

/// What messages are read with, kept until the partners' names change.
fn context(bot: &Bot, partners: &[Partner]) -> Arc<Context> {
    static LAST: Mutex<Option<(Vec<String>, Arc<Context>)>> = Mutex::new(None);
    let names: Vec<String> = partners.iter().map(|p| p.name.clone()).collect();
    let own = bot.identity.bot_id.clone();
    let known = [std::slice::from_ref(&own), &names].concat();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, context)) = last.as_ref().filter(|(of, _)| *of == known) {
        return context.clone();
    }
    let context = Arc::new(Context::new(names, Some(own)));
    *last = Some((known, context.clone()));
    context
}

/// Each mention with its partner, and the accounts whose partner is not known here.
fn assign(mentions: &[OverlapMention], partners: &[Partner]) -> (Vec<(Partner, Sighting)>, Vec<Stranger>) {
    let mut sightings = Vec::new();
    let mut strangers = Vec::new();
    for mention in mentions {
        let seen = sighting(mention);
        match mention.partner.as_deref().and_then(|written| named(partners, written)) {
            Some(partner) => sightings.push((partner.clone(), seen)),
            None => strangers.push((seen.account, mention.partner.clone())),
        }
    }
    (sightings, strangers)
}

fn named<'a>(partners: &'a [Partner], written: &str) -> Option<&'a Partner> {
    let key = name::key(written);
    partners.iter().find(|p| name::key(&p.name) == key)
}

/// An account of which only the domain was written goes by it.
fn sighting(m: &OverlapMention) -> Sighting {
    let domain = m.domain.as_ref().map(|d| d.as_str().to_owned());
    Sighting {
        account: m.account.clone().or_else(|| domain.clone()).unwrap_or_default(),
        domain,
        our_population: m.our_population,
        their_population: m.their_population,
        owner: m.owner.clone(),
        amount: m.amount,
        stage: m.stage.clone(),
    }
}

/// What the writer is asked about in private.
fn unclear(reading: &message::Reading, partners: &[Partner], channel: &ChannelId, ts: &str) -> Vec<Prefill> {
    let about = Some((channel.to_string(), ts.to_owned()));
    let mut asks: Vec<Prefill> = reading
        .overlaps
        .iter()
        .filter(|m| m.partner.as_deref().and_then(|written| named(partners, written)).is_none())
        .map(|m| Prefill { about: about.clone(), ..prefill(m) })
        .collect();
    if let Some(doubtful) = reading.doubtful.as_ref().filter(|_| reading.overlaps.is_empty()) {
        asks.push(Prefill { about, ..prefill(doubtful) });
    }
    asks.truncate(5);
    asks
}

fn prefill(mention: &OverlapMention) -> Prefill {
    Prefill { partner: mention.partner.clone(), seen: sighting(mention), about: None }
}

/// The first overlap that a message names, for a form that is filled in beforehand.
pub(super) async fn read_message(bot: &Bot, message: &Value) -> Result<Option<Prefill>> {
    let mut tx = bot.db.read().await?;
    let partners = store::partners(&mut tx).await?;
    tx.rollback().await?;
    let reading = message::read(message, &context(bot, &partners));
    Ok(match (reading.overlaps.first(), &reading.doubtful) {
        (Some(m), _) | (None, Some(m)) => Some(prefill(m)),
        (None, None) => None,
    })
}

/// The same for words that were typed.
pub(super) async fn read_text(bot: &Bot, text: &str) -> Result<Option<Prefill>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let found = read_message(bot, &json!({"type": "message", "text": text})).await?;
    Ok(found.or_else(|| Some(typed(text))))
}

/// Words that are no sentence are the account's name, and behind `with` the partner's.
fn typed(text: &str) -> Prefill {
    let (account, partner) = match text.rsplit_once(" with ") {
        Some((account, partner)) => (account.trim(), Some(partner.trim().to_owned())),
        None => (text.trim(), None),
    };
    let domain = |inside: &str| Domain::of_account(inside).map(|d| d.as_str().to_owned());
    let parts = account.strip_suffix(')').and_then(|a| a.rsplit_once('('));
    let (account, domain) = match parts.and_then(|(name, inside)| Some((name.trim(), domain(inside)?))) {
        Some((name, domain)) => (name, Some(domain)),
        None => (account, None),
    };
    let seen = Sighting { account: account.to_owned(), domain, ..Sighting::default() };
    Prefill { partner, seen, about: None }
}
