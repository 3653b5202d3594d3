//! The form in which it is said what a partner may see.

use serde_json::{Value, json};

use super::account::Account;
use super::partner::Partner;
use super::sharing::{Field, Level, Rule};
use crate::kernel::blocks::{self, Message};
use crate::kernel::ids::ChannelId;
use crate::kernel::text::{capital, escape};

/// The controls.
pub mod action {
    /// Opens the form; its callback. The value is the partner's id.
    pub const SHARING: &str = "partner.sharing";
}

/// The fields of the form.
pub mod field {
    /// How much.
    pub const LEVEL: &str = "level";
    /// Which fields.
    pub const FIELDS: &str = "fields";
    /// Accounts that are hidden, one a line.
    pub const HIDDEN: &str = "hidden";
}

/// The form; `hidden` are the accounts that are hidden now.
pub fn form(partner: &Partner, rule: &Rule, hidden: &[Account], channel: Option<&ChannelId>) -> Value {
    let levels: Vec<Value> =
        Level::ALL.iter().map(|(_, stored, words)| blocks::choice(words, stored)).collect();
    let fields: Vec<Value> =
        Field::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    let chosen: Vec<String> = rule.fields.iter().map(|f| f.as_str().to_owned()).collect();
    let name = |a: &Account| a.domain.clone().unwrap_or_else(|| a.name.clone());
    let hidden = hidden.iter().map(name).collect::<Vec<_>>().join("\n");
    let metadata = json!({"id": partner.id, "version": rule.version, "channel": channel});
    blocks::modal(
        action::SHARING,
        "What a partner may see",
        Some("Save"),
        &metadata,
        vec![
            blocks::section(&format!(
                "*{}* may see this of our overlaps with them. A note that says more is blocked before it goes out.",
                escape(&partner.name)
            )),
            blocks::input(
                "They see",
                blocks::select(field::LEVEL, "Choose one", &levels, Some(rule.level.as_str())),
                None,
                false,
            ),
            blocks::input(
                "Fields",
                blocks::multi_select(field::FIELDS, "Choose fields", &fields, &chosen),
                Some(
                    "For overlaps with chosen fields. Amounts, stages and owners are shared only from here.",
                ),
                true,
            ),
            blocks::input(
                "Hidden accounts",
                blocks::text_input(field::HIDDEN, "acme.com", Some(&hidden), true),
                Some("One a line, by name or domain. They see nothing of these, and no note names them."),
                true,
            ),
        ],
    )
}

/// What is answered when it is saved.
pub fn saved(partner: &Partner, rule: &Rule) -> Message {
    Message::text(format!(
        "{} may see {}. A note that says more is blocked, those that wait now included.",
        escape(&partner.name),
        rule.words()
    ))
}

/// What the second of two people is told.
pub fn second(partner: &Partner, now: &Rule) -> String {
    let who = now.set.as_ref().map_or_else(|| "Somebody".to_owned(), |(by, _)| by.mention());
    format!(
        "{who} changed what {partner} may see while your form was open, so yours was not saved. It is now: {words}.",
        partner = escape(&partner.name),
        words = now.words()
    )
}

/// Who may set it, for whoever may not.
pub fn refusal(partner: &Partner) -> String {
    let who = partner.manager.as_ref().map(|m| format!(" That is {}.", m.mention()));
    format!(
        "Only {name}'s manager or an admin decides what {name} may see.{} Nothing was changed.",
        who.unwrap_or_default(),
        name = escape(&partner.name)
    )
}
