//! The library: its list, the answers to what people do with it, and what operations is told of partners' launches.

mod fact;
mod form;

use std::collections::BTreeMap;

use askama::Template;
use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use self::fact::day;
pub use self::fact::{asked_again, audited, marked, stands_on};
pub use self::form::{chosen, field, form, retract_form};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::text::{escape, linked};
use crate::map::partner::{ContactRole, Partner};
use crate::map::sources::standing::Reading;
use crate::store::audit;
use crate::sustain::library::{Item, ItemKind, Origin, Stamp};

/// So many items are shown at a time.
pub const SHOWN: usize = 10;
/// So many launches of one partner are named.
const NAMED: usize = 5;

/// The controls.
pub mod action {
    /// Shows the list; the value is what [`super::Page`] reads.
    pub const LIST: &str = "library.list";
    /// Opens the form; also its callback and that of the message shortcut.
    pub const ADD: &str = "library.add";
    /// Opens the form on an item, and its callback.
    pub const EDIT: &str = "library.edit";
    /// Asks whether it goes, and the callback of that form.
    pub const RETRACT: &str = "library.retract";
    /// What a feed brought is no launch.
    pub const NOT_LAUNCH: &str = "library.not_launch";
    /// Drafts a note that speaks of it.
    pub const DRAFT: &str = "library.draft";
    /// Has the feeds read at once.
    pub const READ: &str = "library.read";
}

/// An item's controls carry this.
fn value(item: &Item) -> String {
    format!("{}:{}", item.id, item.version)
}

#[derive(Template)]
#[template(path = "sustain/item.mrkdwn")]
struct Row<'a> {
    title: String,
    host: Option<String>,
    kind: &'static str,
    day: Option<String>,
    valid: Option<String>,
    who: String,
    reader: Option<&'a str>,
    source: String,
}

/// The names of the partners by their ids.
pub type Names = BTreeMap<PartnerId, String>;

/// The names of these partners.
pub fn names(partners: &[Partner]) -> Names {
    partners.iter().map(|p| (p.id.clone(), p.name.clone())).collect()
}

fn title(item: &Item) -> String {
    match &item.url {
        Some(url) => linked(url, &item.title),
        None => escape(&item.title),
    }
}

/// The day, with its year where that is another one.
fn dated(date: Date, today: Date) -> String {
    if date.year() == today.year() { day(date) } else { date.strftime("%-d %B %Y").to_string() }
}

fn partner_of<'a>(item: &Item, names: &'a Names) -> Option<&'a str> {
    item.partner.as_ref().map(|id| names.get(id).map_or("one partner", String::as_str))
}

fn source(item: &Item, names: &Names, now: &Zoned) -> String {
    let on = |at: Timestamp| dated(at.to_zoned(now.time_zone().clone()).date(), now.date());
    let Stamp { by, at } = &item.added;
    let by = if by.as_str() == audit::TANDEM { "Tandem".to_owned() } else { by.mention() };
    let added = match &item.origin {
        Origin::Form => format!("Added by {by} on {}", on(*at)),
        Origin::Message { link, .. } => {
            let message = link.as_ref().map_or_else(|| "a message".to_owned(), |l| linked(l, "a message"));
            format!("From {message}, added by {by} on {}", on(*at))
        }
        Origin::Feed { .. } => {
            let partner = partner_of(item, names).unwrap_or("the partner");
            format!("From {}'s feed, {}", escape(partner), on(*at))
        }
    };
    match &item.changed {
        Some(Stamp { by, at }) if by.as_str() == audit::TANDEM => {
            format!("{added} · changed there on {}", on(*at))
        }
        Some(Stamp { by, at }) => format!("{added} · edited by {} on {}", by.mention(), on(*at)),
        None => added,
    }
}

fn words(item: &Item, names: &Names, now: &Zoned) -> Result<String> {
    let today = now.date();
    let valid = item.expires.map(|last| match last < today {
        true => format!("expired on {}, so no note gives it", dated(last, today)),
        false => format!("valid until {}", dated(last, today)),
    });
    let who = match partner_of(item, names) {
        None => "for all partners".to_owned(),
        Some(partner) => format!("for {partner} only"),
    };
    let shipped = match (item.kind, item.date) {
        (ItemKind::Asset, Some(date)) => Some(format!("of {}", dated(date, today))),
        (_, Some(date)) => Some(format!("shipped {}", dated(date, today))),
        (ItemKind::Asset, None) => None,
        (_, None) => Some("no day yet, so no note speaks of it".to_owned()),
    };
    let row = Row {
        title: title(item),
        host: item.host(),
        kind: item.kind.words(),
        day: shipped,
        valid,
        who,
        reader: item.audience.map(readers),
        source: source(item, names, now),
    };
    Ok(row.render()?.trim().to_owned())
}

/// A kind of reader, several of them.
pub fn readers(role: ContactRole) -> &'static str {
    match role {
        ContactRole::PartnerRep => "sales reps",
        ContactRole::PartnerManager => "partner managers",
        ContactRole::PartnerExecutive => "executives",
        ContactRole::PartnerPresales => "pre-sales",
    }
}

/// Which part of the library is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What notes to this partner may draw on; `None`: all of it.
    pub partner: Option<PartnerId>,
    /// So many newer ones are passed over.
    pub skip: usize,
}

impl Page {
    /// From a control's value.
    pub fn read(value: &str) -> Self {
        let (partner, skip) = value.rsplit_once(':').unwrap_or(("", "0"));
        let partner = Some(partner).filter(|p| !p.is_empty()).map(PartnerId::from);
        Self { partner, skip: skip.parse().unwrap_or_default() }
    }

    fn value(&self) -> String {
        format!("{}:{}", self.partner.as_ref().map(PartnerId::as_str).unwrap_or_default(), self.skip)
    }
}

/// What the list shows.
#[derive(Debug)]
pub struct Listing<'a> {
    /// Which part.
    pub page: Page,
    /// All items of it, newest first.
    pub items: &'a [Item],
    /// The partners' names.
    pub names: &'a Names,
    /// The feeds that are read, and how each stands.
    pub feeds: &'a [(String, Option<Reading>)],
}

/// What notes may draw on, for whoever looks after it.
pub fn list(listing: &Listing<'_>, now: &Zoned) -> Result<Message> {
    let Listing { page, items, names, feeds } = listing;
    let partner = page.partner.as_ref().and_then(|id| names.get(id));
    let head = match partner {
        Some(name) => format!("*What notes to {} may draw on*", escape(name)),
        None => "*What notes may draw on*".to_owned(),
    };
    let mut rows = vec![blocks::section(&head)];
    let mut text = vec![head];
    if items.is_empty() {
        let none = "Nothing is here yet. Add a document for their clients, something that you shipped, or something that they did.";
        rows.push(blocks::section(none));
        text.push(none.to_owned());
    }
    for item in items.iter().skip(page.skip).take(SHOWN) {
        let line = words(item, names, now)?;
        rows.push(blocks::section(&line));
        rows.push(blocks::actions(vec![
            blocks::button("Edit", action::EDIT, &value(item)),
            blocks::button("Retract", action::RETRACT, &value(item)),
        ]));
        text.push(line);
    }
    let left = items.len().saturating_sub(page.skip + SHOWN);
    if left > 0 {
        let more = match partner {
            Some(_) => format!("{left} older ones are not shown."),
            None => {
                format!("{left} older ones are not shown. `/partner library for` narrows it to a partner.")
            }
        };
        rows.push(blocks::context(&more));
        text.push(more);
    }
    let fed: Vec<String> =
        feeds.iter().map(|(name, standing)| feed_line(name, standing.as_ref(), now)).collect();
    if !fed.is_empty() {
        rows.push(blocks::context(&fed.join("\n")));
        text.extend(fed);
    }
    rows.push(blocks::actions(foot(page, left, !feeds.is_empty())));
    Ok(Message::new(text.join("\n"), rows))
}

fn foot(page: &Page, left: usize, fed: bool) -> Vec<Value> {
    let only = page.partner.as_ref().map(PartnerId::as_str).unwrap_or_default();
    let mut controls = vec![blocks::primary(blocks::button("Add", action::ADD, only))];
    if left > 0 {
        let older = Page { partner: page.partner.clone(), skip: page.skip + SHOWN };
        controls.push(blocks::button("Show older", action::LIST, &older.value()));
    }
    if fed {
        controls.push(blocks::button("Read feeds now", action::READ, "all"));
    }
    controls
}

fn feed_line(name: &str, standing: Option<&Reading>, now: &Zoned) -> String {
    let name = escape(name);
    let day = |at: Timestamp| {
        let days = crate::kernel::age::days_since(at, now);
        match days {
            0 => "today".to_owned(),
            days => format!("{} ago", crate::kernel::age::days(days)),
        }
    };
    let Some(standing) = standing else { return format!("Feed *{name}* is not read yet.") };
    match (&standing.error, standing.good_at, &standing.result) {
        (Some(why), good, _) => {
            let last = good.map(|at| format!(" It was last read {}.", day(at))).unwrap_or_default();
            format!("Feed *{name}* cannot be read: {}.{last}", escape(why))
        }
        (None, Some(at), Some(result)) => format!("Feed *{name}*, read {}: {}.", day(at), escape(result)),
        (None, ..) => format!("Feed *{name}* is not read yet."),
    }
}

/// What whoever saved it is told.
pub fn saved(item: &Item, verb: &str, names: &Names, marked: usize) -> Message {
    let speak = match item.kind {
        ItemKind::Asset => "give it",
        ItemKind::OurLaunch | ItemKind::TheirLaunch => "speak of it",
    };
    let whom = match partner_of(item, names) {
        None => "every partner".to_owned(),
        Some(partner) => format!("{} only", escape(partner)),
    };
    let host = item.host().map(|host| format!(" It leads to {}.", escape(&host))).unwrap_or_default();
    Message::text(format!(
        "{verb} *{}*: notes to {whom} may {speak}.{host}{}",
        escape(&item.title),
        waiting(marked)
    ))
}

/// What whoever retracted it is told.
pub fn retracted(item: &Item, marked: usize) -> Message {
    Message::text(format!(
        "Retracted *{}*. No note draws on it any more.{}",
        escape(&item.title),
        waiting(marked)
    ))
}

fn waiting(marked: usize) -> String {
    match marked {
        0 => String::new(),
        1 => " 1 note that waits draws on it: its card asks for another look.".to_owned(),
        n => format!(" {n} notes that wait draw on it: their cards ask for another look."),
    }
}

/// What stands at a field, or is told, where the same thing is there already.
pub fn known(item: &Item) -> String {
    format!("“{}” is in the library already. Edit it there: `/partner library`.", escape(&item.title))
}

/// What whoever comes second is told.
pub fn second(item: &Item) -> String {
    let title = escape(&item.title);
    match (&item.retracted, &item.changed) {
        (Some(Stamp { by, .. }), _) => {
            format!("{} retracted *{title}* before you. Nothing of yours was saved.", who(by))
        }
        (None, Some(Stamp { by, .. })) => format!(
            "{} changed *{title}* while you had it open, so nothing of yours was saved. `/partner library` shows how it is now.",
            who(by)
        ),
        (None, None) => format!("*{title}* is as it was. Nothing of yours was saved: try again."),
    }
}

fn who(by: &UserId) -> String {
    if by.as_str() == audit::TANDEM { "Its feed".to_owned() } else { by.mention() }
}

/// What operations is told once a day of what feeds brought; `items` in the order of their coming.
pub fn launches(items: &[Item], names: &Names, today: Date) -> Message {
    let mut by_partner: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
    for item in items {
        by_partner.entry(partner_of(item, names).unwrap_or("A partner")).or_default().push(item);
    }
    let (mut rows, mut text) = (Vec::new(), Vec::new());
    for (partner, items) in by_partner {
        let things = if items.len() == 1 { "thing" } else { "things" };
        let head = format!("*{} shipped {} {things}*", escape(partner), items.len());
        rows.push(blocks::section(&head));
        text.push(head);
        let more = items.len().saturating_sub(NAMED);
        for item in items.into_iter().take(NAMED) {
            let state = state(item, today);
            rows.push(blocks::section(&state));
            text.push(state);
            if item.retracted.is_none() {
                rows.push(blocks::actions(vec![
                    blocks::button("Draft a note", action::DRAFT, &value(item)),
                    blocks::button("Not a launch", action::NOT_LAUNCH, &value(item)),
                ]));
            }
        }
        if more > 0 {
            let more = format!("{more} more are in the library.");
            rows.push(blocks::context(&more));
            text.push(more);
        }
    }
    let all = "All of them: `/partner library`. What is no launch is offered for no note.";
    rows.push(blocks::context(all));
    text.push(all.to_owned());
    rows.truncate(50);
    Message::new(text.join("\n"), rows)
}

/// How one launch of the message stands.
fn state(item: &Item, today: Date) -> String {
    let title = title(item);
    match &item.retracted {
        Some(Stamp { by, .. }) => format!("{title}: not a launch, says {}", by.mention()),
        None => {
            let shipped = item.date.map(|on| format!(", {}", dated(on, today))).unwrap_or_default();
            let host = item.host().map(|host| format!(" · {}", escape(&host))).unwrap_or_default();
            format!("{title}{shipped}{host}")
        }
    }
}

/// A feed that has failed for a day.
pub fn failing(name: &str, why: &str, since: Date, operations: &[UserId]) -> String {
    let who: Vec<String> = operations.iter().map(UserId::mention).collect();
    let who = if who.is_empty() { String::new() } else { format!("{}: ", who.join(", ")) };
    format!(
        "{who}the feed *{}* has brought nothing since {}: {}. Whoever runs Tandem sets its address right, or takes the feed out.",
        escape(name),
        day(since),
        escape(why)
    )
}

/// In its place once the feed is read again.
pub fn mended(name: &str) -> String {
    format!("The feed *{}* is read again.", escape(name))
}

#[cfg(test)]
mod tests;
