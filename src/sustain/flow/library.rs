//! What may happen to an item of the library; notes that wait and draw on it are marked.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{nudge, record};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::store as map;
use crate::store::{Tx, audit, settings};
use crate::sustain::draft::Draft;
use crate::sustain::library::{Fact, Item};
use crate::sustain::relevance::names_other;
use crate::sustain::{store, view};

/// Adds an item.
///
/// # Errors
/// A user's error when it is there already.
pub async fn add(tx: &mut Tx, now: Timestamp, by: &UserId, item: Item) -> Result<Item> {
    if let Some(known) = store::same_item(tx, &item).await? {
        return Err(Error::user(view::library::known(&known)));
    }
    let item = store::insert_item(tx, now, by, item).await?;
    audit::done(tx, now, by.as_str(), "library.add", &item.subject(), &item.title);
    Ok(item)
}

/// Saves what an item says now, if it still stands at `seen`; gives it with the number of notes that were marked.
///
/// # Errors
/// A user's error when somebody was faster.
pub async fn edit(tx: &mut Tx, now: Timestamp, by: &UserId, item: &Item, seen: i64) -> Result<(Item, usize)> {
    let saved = store::save_item(tx, now, by, item, seen).await?;
    let stands = load(tx, &item.id).await?;
    if !saved {
        return Err(Error::user(view::library::second(&stands)));
    }
    audit::done(tx, now, by.as_str(), "library.edit", &stands.subject(), &stands.title);
    let marked = mark_all(tx, now, &stands.id).await?;
    Ok((stands, marked))
}

/// Takes an item out, if it still stands at `seen`; gives it with the number of notes that were marked.
///
/// # Errors
/// A user's error when somebody was faster.
pub async fn retract(tx: &mut Tx, now: Timestamp, by: &UserId, id: &str, seen: i64) -> Result<(Item, usize)> {
    let retracted = store::retract_item(tx, now, by, id, seen).await?;
    let stands = load(tx, id).await?;
    if !retracted {
        return Err(Error::user(view::library::second(&stands)));
    }
    audit::done(tx, now, by.as_str(), "library.retract", &stands.subject(), &stands.title);
    let marked = mark_all(tx, now, id).await?;
    Ok((stands, marked))
}

/// What notes to this partner may draw on today, newest first.
pub async fn drawn_on(tx: &mut Tx, now: Timestamp, partner: &PartnerId) -> Result<Vec<Item>> {
    let partners = map::partners(tx).await?;
    let own = partners.iter().find(|p| p.id == *partner).map_or("", |p| p.name.as_str());
    let today = now.to_zoned(settings::load(tx).await?.digest.time_zone()).date();
    let mut items = store::library(tx, partner).await?;
    let others = || partners.iter().filter(|p| p.id != *partner);
    items.retain(|item| {
        item.is_live(today) && !others().any(|other| names_other(&item.title, own, &other.name))
    });
    Ok(items)
}

/// An item, or that there is none.
pub async fn load(tx: &mut Tx, id: &str) -> Result<Item> {
    let item = store::item(tx, id).await?;
    item.ok_or_else(|| {
        Error::user(
            "That is not in the library any more: its partner was removed. `/partner library` shows what is.",
        )
    })
}

/// Marks every note that waits and draws on an item that is no longer as the note has it.
pub(super) async fn mark_all(tx: &mut Tx, now: Timestamp, item: &str) -> Result<usize> {
    let drafts = store::waiting_on_item(tx, item).await?;
    let stand = Stand::load(tx, now, &drafts).await?;
    let mut marked = 0;
    for draft in &drafts {
        marked += usize::from(mark(tx, now, draft, &stand).await?.is_some());
    }
    Ok(marked)
}

/// How the items that notes draw on stand now.
pub(super) struct Stand {
    items: HashMap<String, Item>,
    zone: TimeZone,
    today: Date,
}

impl Stand {
    pub(super) async fn load(tx: &mut Tx, now: Timestamp, drafts: &[Draft]) -> Result<Self> {
        let used = drafts.iter().filter(|d| d.is_waiting()).flat_map(|d| d.note.items());
        let ids: BTreeSet<&str> = used.map(|used| used.item.as_str()).collect();
        let items = store::items_of(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
        let zone = settings::load(tx).await?.digest.time_zone();
        let today = now.to_zoned(zone.clone()).date();
        Ok(Self { items: items.into_iter().map(|item| (item.id.clone(), item)).collect(), zone, today })
    }

    fn of(&self, fact: Fact) -> Fact {
        let Some(used) = fact.item() else { return fact };
        let item = self.items.get(&used.item);
        let mark = item.and_then(|item| used.against(item, self.today, &self.zone));
        fact.marked(mark)
    }
}

/// Marks a note where an item that it draws on has changed; `None` where none has, or the note is decided.
pub(super) async fn mark(tx: &mut Tx, now: Timestamp, draft: &Draft, stand: &Stand) -> Result<Option<Draft>> {
    let facts: Vec<Fact> = draft.note.facts.iter().cloned().map(|fact| stand.of(fact)).collect();
    if facts == draft.note.facts {
        return Ok(None);
    }
    let detail = view::library::audited(&facts);
    match record(tx, now, audit::TANDEM, "draft.mark", &detail, draft.clone().mark(facts)).await {
        Ok(draft) => {
            if draft.note.is_marked() {
                let text = view::library::asked_again(&draft);
                nudge(tx, now, &draft, "marked", &text).await?;
            }
            Ok(Some(draft))
        }
        // Somebody decided at this very moment.
        Err(Error::User(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}
