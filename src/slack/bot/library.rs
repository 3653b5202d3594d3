//! The library: the command, the shortcut, the buttons, the forms, and what operations is told of partners' launches.

pub(super) mod feeds;
mod read;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::grammar::LibraryVerb;
use super::super::payload::{Action, Shortcut, ViewSubmission};
use super::oversight::permalink;
use super::seen::{carried, seen};
use super::{Bot, Occasion, Problems, drafts, identity, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::kernel::text::escape;
use crate::map::find::find_partner;
use crate::map::name;
use crate::map::partner::Partner;
use crate::map::sources::standing::ReadKind;
use crate::map::sources::store::reads::read_now;
use crate::map::store as map;
use crate::plan::phrase;
use crate::store::{Tx, audit};
use crate::sustain::flow::{feeds as flow_feeds, library as flow};
use crate::sustain::library::{Item, ItemKind, Origin, link_in, one_line};
use crate::sustain::store;
use crate::sustain::view::library::{self as view, Listing, Page};

/// At most so many items are looked through.
const LOADED: i64 = 1000;
/// Words by which somebody tells of something that was shipped.
const SHIPPED: [&str; 5] = ["launch", "ship", "releas", "announc", "rolled out"];

/// Whether this is theirs to add, edit and retract: what is for all partners, only of those who look after all.
fn may(actor: &Actor, partner: Option<&PartnerId>) -> bool {
    match partner {
        Some(_) => actor.may(Right::Triage, partner),
        None => actor.may_for_all(Right::Triage),
    }
}

fn require(actor: &Actor, partner: Option<&PartnerId>) -> Result<()> {
    actor.require(Right::Triage, partner)?;
    if may(actor, partner) {
        return Ok(());
    }
    Err(Error::refused(
        "What all partners may see is changed by those who look after all: operations, admins, and managers of every partner. Nothing was changed.",
    ))
}

pub(super) async fn command(o: &Occasion<'_>, verb: Option<LibraryVerb>) -> Result<Handled> {
    match verb.unwrap_or(LibraryVerb::List) {
        LibraryVerb::List => show(o, Page::default(), false).await,
        LibraryVerb::For { words } if words.is_empty() => show(o, Page::default(), false).await,
        LibraryVerb::For { words } => {
            let mut tx = o.read().await?;
            let partner = find_partner(&mut tx, &words.join(" ")).await??;
            tx.rollback().await?;
            show(o, Page { partner: Some(partner.id), skip: 0 }, false).await
        }
        LibraryVerb::Add { words } => {
            let words = words.join(" ");
            let item = Item::new(ItemKind::Asset, one_line(&words).unwrap_or_default());
            open_form(o, item, None).await
        }
        LibraryVerb::Retract { words } => retract_named(o, &words.join(" ")).await,
    }
}

async fn show(o: &Occasion<'_>, page: Page, in_place: bool) -> Result<Handled> {
    let mut tx = o.read().await?;
    let message = listed(o, &mut tx, page).await?;
    tx.rollback().await?;
    if !in_place {
        return o.answer(message).await;
    }
    let mut tx = o.begin().await?;
    o.send(&mut tx, &o.in_place(message)).await?;
    o.finish(tx).await
}

async fn listed(o: &Occasion<'_>, tx: &mut Tx, page: Page) -> Result<Message> {
    let partners = map::partners(tx).await?;
    let mut items = match &page.partner {
        Some(partner) => {
            o.actor.require(Right::Triage, Some(partner))?;
            flow::drawn_on(tx, o.now, partner).await?
        }
        None => store::items(tx, LOADED).await?,
    };
    items.retain(|item| item.partner.is_none() || o.actor.may(Right::Triage, item.partner.as_ref()));
    let names = view::names(&partners);
    let feeds = o.bot.feeds.standings(tx).await?;
    view::list(&Listing { page, items: &items, names: &names, feeds: &feeds }, &o.here())
}

/// The partners that are this person's, for the form.
async fn own_partners(o: &Occasion<'_>, tx: &mut Tx) -> Result<Vec<Partner>> {
    let mut partners = map::partners(tx).await?;
    partners.retain(|p| o.actor.may(Right::Triage, Some(&p.id)));
    Ok(partners)
}

async fn open_form(o: &Occasion<'_>, item: Item, source: Option<(String, String)>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let partners = own_partners(o, &mut tx).await?;
    tx.rollback().await?;
    let to_all = o.actor.may_for_all(Right::Triage);
    if partners.is_empty() && !to_all {
        return Err(Error::user("There is no partner yet. `/partner partner add` adds the first."));
    }
    let (channel, ts) = source.unzip();
    let metadata = json!({
        "channel": o.place.channel, "thread": o.place.thread, "id": item.id, "version": item.version,
        "source_channel": channel, "source_ts": ts,
    });
    o.open(&view::form(&item, &partners, to_all, &metadata)).await
}

/// The message shortcut: its link and its words are filled in.
pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    let Some(on) = &shortcut.on else { return open_form(o, Item::new(ItemKind::Asset, ""), None).await };
    let mut tx = o.read().await?;
    let partners = own_partners(o, &mut tx).await?;
    let bound = map::partner_of_channel(&mut tx, &on.channel.as_str().into()).await?;
    tx.rollback().await?;
    let text = phrase::plain(&on.text);
    let lowered = text.to_lowercase();
    let named = partners.iter().find(|p| crate::sustain::relevance::mentions(&text, &p.name));
    let partner = bound.filter(|p| partners.iter().any(|own| own.id == p.id)).or_else(|| named.cloned());
    let link = link_in(&on.text);
    let first = on.text.lines().map(phrase::plain).find(|line| !line.is_empty()).unwrap_or_default();
    let title = link.as_ref().and_then(|(_, label)| label.clone()).unwrap_or(first);
    let shipped = partner.is_some() && SHIPPED.iter().any(|word| lowered.contains(word));
    let item = Item {
        url: link.map(|(url, _)| url),
        date: shipped.then(|| day_of(&on.ts, o)).flatten(),
        partner: partner.map(|p| p.id),
        ..Item::new(
            if shipped { ItemKind::TheirLaunch } else { ItemKind::Asset },
            one_line(&title).unwrap_or_default(),
        )
    };
    open_form(o, item, Some((on.channel.clone(), on.ts.clone()))).await
}

/// The day on which a message was written, as whoever acts has it.
fn day_of(ts: &str, o: &Occasion<'_>) -> Option<jiff::civil::Date> {
    let seconds = ts.split('.').next()?.parse().ok()?;
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.to_zoned(o.actor.zone.clone()).date())
}

/// `/partner library retract …`: asks about the one that is meant.
async fn retract_named(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let mut items = store::items(&mut tx, LOADED).await?;
    tx.rollback().await?;
    items.retain(|item| may(&o.actor, item.partner.as_ref()));
    let key = name::key(words);
    if key.is_empty() {
        return show(o, Page::default(), false).await;
    }
    let exact = items.iter().filter(|item| name::key(&item.title) == key).count();
    items.retain(|item| match exact {
        0 => name::key(&item.title).contains(&key),
        _ => name::key(&item.title) == key,
    });
    match items.as_slice() {
        [] => Err(Error::user(format!(
            "Nothing in the library is called “{}”. `/partner library` shows what is there.",
            escape(&crate::kernel::blocks::clip(words, 80))
        ))),
        [one] => ask_to_retract(o, one).await,
        several => Err(Error::user(format!(
            "{} items fit that: {}. Write more of the title, or press *Retract* in `/partner library`.",
            several.len(),
            escape(&several.iter().take(5).map(|i| i.title.as_str()).collect::<Vec<_>>().join(", "))
        ))),
    }
}

async fn ask_to_retract(o: &Occasion<'_>, item: &Item) -> Result<Handled> {
    require(&o.actor, item.partner.as_ref())?;
    let mut tx = o.read().await?;
    let notes = store::waiting_on_item(&mut tx, &item.id).await?.len();
    tx.rollback().await?;
    let metadata = json!({
        "channel": o.place.channel, "thread": o.place.thread, "id": item.id, "version": item.version,
    });
    o.open(&view::retract_form(item, notes, &metadata)).await
}

/// The item that a control was drawn for, as it was seen.
async fn current(o: &Occasion<'_>, value: &str) -> Result<(Item, i64)> {
    let ((id, version), _) = seen::<String>(value)?;
    let mut tx = o.read().await?;
    let item = flow::load(&mut tx, &id).await?;
    tx.rollback().await?;
    require(&o.actor, item.partner.as_ref())?;
    Ok((item, version))
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "list" => {
            let page = Page::read(&action.value);
            let older = page.skip > 0;
            show(o, page, older).await
        }
        "add" => {
            let only = Some(action.value.as_str()).filter(|id| !id.is_empty()).map(PartnerId::from);
            open_form(o, Item { partner: only, ..Item::new(ItemKind::Asset, "") }, None).await
        }
        "edit" | "retract" => {
            let (item, version) = current(o, &action.value).await?;
            if item.version != version || item.retracted.is_some() {
                return Err(Error::user(view::second(&item)));
            }
            if verb == "edit" { open_form(o, item, None).await } else { ask_to_retract(o, &item).await }
        }
        "draft" => {
            let (item, _) = current(o, &action.value).await?;
            if item.retracted.is_some() {
                return Err(Error::user(view::second(&item)));
            }
            drafts::speak_of(o, &item).await
        }
        "not_launch" => {
            let (item, version) = current(o, &action.value).await?;
            let mut tx = o.begin().await?;
            let (item, _) = flow::retract(&mut tx, o.now, &o.actor.user, &item.id, version).await?;
            flow_feeds::redraw(&mut tx, o.now, &item).await?;
            o.finish(tx).await
        }
        "read" => read_feeds(o).await,
        _ => Err(outdated()),
    }
}

async fn read_feeds(o: &Occasion<'_>) -> Result<Handled> {
    let names = o.bot.feeds.names();
    if names.is_empty() {
        return Err(Error::user("No feed is set up yet. Whoever runs Tandem adds them under `[[feeds]]`."));
    }
    let mut tx = o.begin().await?;
    read_now(&mut tx, ReadKind::Feed, &names).await?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "library.read", "library:feeds", &names.join(", "));
    let text = "Reading the feeds now. What is new in them shows in a moment: `/partner library`.";
    o.send(&mut tx, &o.privately(Message::text(text))).await?;
    let handled = o.finish(tx).await;
    o.bot.sources.bell.ring();
    handled
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    if verb == "retract" {
        return Ok(Problems::new());
    }
    let actor = identity::submitter(tx, s).await?;
    let today = bot.clock.now().to_zoned(actor.zone.clone()).date();
    Ok(match read::item(tx, s, today).await? {
        Err(problems) => problems,
        Ok(_) if verb == "edit" => read::overtaken(tx, s).await?,
        Ok(_) => Problems::new(),
    })
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let user = &o.actor.user;
    let message = match verb {
        "add" => {
            let item = read::item(&mut tx, s, o.today()).await?.map_err(|_| outdated())?;
            require(&o.actor, item.partner.as_ref())?;
            let item = Item { origin: origin(o.bot, &s.metadata), ..item };
            let item = flow::add(&mut tx, o.now, user, item).await?;
            view::saved(&item, "Added", &view::names(&map::partners(&mut tx).await?), 0)
        }
        "edit" => {
            let (id, version) = carried::<String>(s)?;
            let before = flow::load(&mut tx, &id).await?;
            let item = read::item(&mut tx, s, o.today()).await?.map_err(|_| outdated())?;
            // Whose it was and whose it becomes.
            require(&o.actor, before.partner.as_ref())?;
            require(&o.actor, item.partner.as_ref())?;
            let item = Item { id, ..item };
            let (item, marked) = flow::edit(&mut tx, o.now, user, &item, version).await?;
            flow_feeds::redraw(&mut tx, o.now, &item).await?;
            view::saved(&item, "Saved", &view::names(&map::partners(&mut tx).await?), marked)
        }
        "retract" => {
            let (id, version) = carried::<String>(s)?;
            let before = flow::load(&mut tx, &id).await?;
            require(&o.actor, before.partner.as_ref())?;
            let (item, marked) = flow::retract(&mut tx, o.now, user, &id, version).await?;
            flow_feeds::redraw(&mut tx, o.now, &item).await?;
            view::retracted(&item, marked)
        }
        _ => return Err(outdated()),
    };
    o.send(&mut tx, &o.privately(message)).await?;
    o.finish(tx).await
}

/// Where an item comes from, as its form carries it.
fn origin(bot: &Bot, metadata: &Value) -> Origin {
    let text = |name: &str| metadata[name].as_str().filter(|t| !t.is_empty());
    match (text("source_channel"), text("source_ts")) {
        (Some(channel), Some(ts)) => Origin::Message {
            channel: channel.into(),
            ts: ts.to_owned(),
            link: permalink(&bot.identity.url, channel, ts),
        },
        _ => Origin::Form,
    }
}

/// Tells operations once a day of what feeds brought.
pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    flow_feeds::round(tx, now, &bot.calendars).await
}
