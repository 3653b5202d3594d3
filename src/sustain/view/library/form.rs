//! The forms of the library.

use serde_json::{Value, json};

use super::super::library::action;
use super::readers;
use crate::kernel::blocks;
use crate::kernel::ids::PartnerId;
use crate::kernel::text::{capital, escape};
use crate::map::partner::{ContactRole, Partner};
use crate::sustain::library::{Item, ItemKind, LINK_LIMIT, TITLE_LIMIT};

/// The fields.
pub mod field {
    /// What it is.
    pub const KIND: &str = "kind";
    /// Its title.
    pub const TITLE: &str = "title";
    /// Its link.
    pub const URL: &str = "url";
    /// The day on which it was shipped.
    pub const DATE: &str = "date";
    /// The last day on which it is given.
    pub const EXPIRES: &str = "expires";
    /// For which kind of reader.
    pub const AUDIENCE: &str = "audience";
    /// Whose people may read of it.
    pub const PARTNER: &str = "partner";
    /// The value for all partners.
    pub const ALL: &str = "all";
    /// The value for any reader.
    pub const ANYONE: &str = "anyone";
}

/// The form that adds or, with an id, edits. `to_all`: what is for all partners is theirs to add.
pub fn form(item: &Item, partners: &[Partner], to_all: bool, metadata: &Value) -> Value {
    let is_new = item.id.is_empty();
    let kind = blocks::select(field::KIND, "What it is", &kinds(), Some(item.kind.as_str()));
    let mut title = blocks::text_input(field::TITLE, "Retail onboarding checklist", Some(&item.title), false);
    title["max_length"] = json!(TITLE_LIMIT);
    let mut url = blocks::text_input(field::URL, "https://…", item.url.as_deref(), false);
    url["max_length"] = json!(LINK_LIMIT);
    let whose = whose(item, partners, to_all);
    let mut readers_of = vec![blocks::choice("Anyone", field::ANYONE)];
    readers_of
        .extend(ContactRole::ALL.iter().map(|(role, id, _)| blocks::choice(&capital(readers(*role)), id)));
    let audience = item.audience.map_or(field::ANYONE, ContactRole::as_str);
    let audience = blocks::select(field::AUDIENCE, "Which readers", &readers_of, Some(audience));
    let rows = vec![
        blocks::input("What it is", kind, None, false),
        blocks::input("Title", title, Some("As it reads in a note."), false),
        blocks::input("Link", url, Some("It begins with https://. A document needs one."), true),
        blocks::input(
            "Shipped on",
            blocks::date_picker(field::DATE, item.date),
            Some("Of a document, the day that it is of; it may stay empty."),
            true,
        ),
        blocks::input(
            "Valid until",
            blocks::date_picker(field::EXPIRES, item.expires),
            Some("For documents. After that day no note gives it."),
            true,
        ),
        blocks::input("For which readers", audience, None, false),
        blocks::input(
            "Who may see it",
            whose,
            Some("What they shipped is theirs alone. Notes to others never speak of it."),
            false,
        ),
    ];
    let (callback, head, submit) = match is_new {
        true => (action::ADD, "Add to the library", "Add"),
        false => (action::EDIT, "Edit the item", "Save"),
    };
    blocks::modal(callback, head, Some(submit), metadata, rows)
}

fn kinds() -> Vec<Value> {
    ItemKind::ALL
        .iter()
        .map(|kind| {
            let words = match kind {
                ItemKind::Asset => "A document for their clients",
                ItemKind::OurLaunch => "Something we shipped",
                ItemKind::TheirLaunch => "Something they shipped",
            };
            blocks::choice(words, kind.as_str())
        })
        .collect()
}

/// Whose people may read of it.
fn whose(item: &Item, partners: &[Partner], to_all: bool) -> Value {
    let mut whose = Vec::new();
    if to_all {
        whose.push(blocks::choice("All partners", field::ALL));
    }
    // A menu holds a hundred; the item's own partner is always among them.
    let (own, others): (Vec<&Partner>, Vec<&Partner>) =
        partners.iter().partition(|p| Some(&p.id) == item.partner.as_ref());
    let offered = own.into_iter().chain(others).take(100 - whose.len());
    whose.extend(offered.map(|p| blocks::choice(&format!("{} only", p.name), p.id.as_str())));
    let chosen = match (&item.partner, item.id.is_empty()) {
        (Some(partner), _) => Some(partner.as_str()),
        // Nobody is to tell all partners by oversight.
        (None, true) => None,
        (None, false) => Some(field::ALL),
    };
    blocks::select(field::PARTNER, "Whose people may read of it", &whose, chosen)
}

/// Asks whether it goes; `notes` wait and draw on it.
pub fn retract_form(item: &Item, notes: usize, metadata: &Value) -> Value {
    let drawn = match notes {
        0 => "No note that waits draws on it.".to_owned(),
        1 => "1 note that waits draws on it: its card will ask for another look.".to_owned(),
        n => format!("{n} notes that wait draw on it: their cards will ask for another look."),
    };
    let text =
        format!("Retract *{}*? No note gives it or speaks of it any more. {drawn}", escape(&item.title));
    blocks::modal(
        action::RETRACT,
        "Retract from library",
        Some("Retract"),
        metadata,
        vec![blocks::section(&text)],
    )
}

/// What a select says: everybody, or one partner.
pub fn chosen(value: Option<&str>) -> Option<Option<PartnerId>> {
    match value {
        None => None,
        Some(field::ALL) => Some(None),
        Some(partner) => Some(Some(PartnerId::from(partner))),
    }
}
