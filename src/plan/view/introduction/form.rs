//! The forms of introductions.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::super::introduction::{Direction, Introduction};
use super::super::super::outcome::Deal;
use super::super::{contact_input, field, notes, partner_input, refused, short_input};
use super::{action, between};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::PartnerId;
use crate::kernel::text::{capital, escape};
use crate::map::partner::{Contact, Partner};

/// What the form begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// The account as written.
    pub account: String,
    /// The partner as written.
    pub partner: String,
    /// To whom.
    pub whom: String,
    /// The day.
    pub date: Option<Date>,
    /// Who of ours: a Slack id.
    pub ours: Option<String>,
    /// Who gives, as stored.
    pub direction: Option<String>,
}

/// The form that logs an introduction. `found` is the partner that was recognised.
pub fn add_modal(
    prefill: &Prefill,
    found: Option<&PartnerId>,
    partners: &[Partner],
    contacts: &[Contact],
    doubts: &[String],
    metadata: &Value,
) -> Value {
    let account = blocks::text_input(field::ACCOUNT, "Acme or acme.com", Some(&prefill.account), false);
    let directions: Vec<Value> = Direction::ALL
        .iter()
        .map(|(direction, stored)| {
            let words = match direction {
                Direction::Received => "The partner introduces one of ours",
                Direction::Made => "One of ours introduces somebody at the partner",
            };
            blocks::choice(words, stored)
        })
        .collect();
    let direction = blocks::select(
        field::DIRECTION,
        "Who introduces whom",
        &directions,
        Some(prefill.direction.as_deref().unwrap_or(Direction::ALL[0].1)),
    );
    let ours = blocks::user_select(field::OWNER, "Choose a person", prefill.ours.as_deref());
    let whom = blocks::text_input(field::WHOM, "Dana Reyes, VP Sales", Some(&prefill.whom), false);
    let fields = [
        blocks::input("Account", account, None, false),
        partner_input(partners, found),
        blocks::input("Who introduces whom", direction, None, false),
        blocks::input("Who of ours", ours, None, false),
        contact_input("Who at the partner", contacts, partners, None),
        blocks::input("To whom at the account", whom, None, false),
        blocks::input("Introduction due by", blocks::date_picker(field::DATE, prefill.date), None, false),
    ];
    let all = notes(doubts).into_iter().chain(fields).collect();
    blocks::modal(action::ADD, "Log an introduction", Some("Log"), metadata, all)
}

fn described(i: &Introduction) -> Value {
    blocks::section(&format!(
        "*Introduction to {}* at {}\n{}",
        escape(&i.whom),
        escape(&i.account),
        between(i)
    ))
}

/// The form that says what came of it.
pub fn close_modal(i: &Introduction, metadata: &Value) -> Value {
    let came = short_input(field::TEXT, "A second meeting is set for April", "");
    let fields = vec![
        described(i),
        blocks::input("What came of it", came, Some("The others in it see it."), false),
        deal_input(),
    ];
    blocks::modal(action::CLOSE, "What came of it", Some("Save"), metadata, fields)
}

/// Whether the deal moved.
pub(in super::super) fn deal_input() -> Value {
    let deals: Vec<Value> =
        Deal::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    blocks::input("The deal", blocks::select(field::DEAL, "Did it move?", &deals, None), None, false)
}

/// The form that moves the reminder.
pub fn snooze_modal(i: &Introduction, tomorrow: Date, metadata: &Value) -> Value {
    let day = blocks::input("Remind again on", blocks::date_picker(field::DATE, Some(tomorrow)), None, false);
    blocks::modal(action::SNOOZE, "Snooze", Some("Snooze"), metadata, vec![described(i), day])
}

/// The form that drops it.
pub fn drop_modal(i: &Introduction, metadata: &Value) -> Value {
    let why = short_input(field::REASON, "Dana has left the company", "");
    let why = blocks::input("Why is it off", why, None, false);
    blocks::modal(action::DROP, "Drop the introduction", Some("Drop"), metadata, vec![described(i), why])
}

/// What was wrong with what was typed, and a way to the form; `why` is mrkdwn.
pub fn typed_wrong(why: &[String], prefill: &Prefill) -> Result<Message> {
    refused(why, action::ADD, prefill)
}
