//! The forms of sessions.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::super::session::lines;
use super::super::super::session::{Outline, Session, Shape, Slot};
use super::super::{capital, field, notes, partner_input, short_input};
use super::action;
use crate::kernel::blocks;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::partner::{Contact, Partner};

/// The lengths that the form offers, in minutes.
pub const LENGTHS: [i64; 5] = [15, 30, 45, 60, 90];
/// So many of ours can be chosen.
const MOST_OF_OURS: usize = 15;

/// What the form begins with.
#[derive(Clone, Debug)]
pub struct Prefill<'a> {
    /// The partner.
    pub partner: &'a Partner,
    /// The people there.
    pub contacts: &'a [Contact],
    /// Everything but the time.
    pub outline: &'a Outline,
    /// What is to be known first, as mrkdwn.
    pub notes: &'a [String],
    /// What comes back with it.
    pub metadata: &'a Value,
}

/// The form that asks with which partner; what was typed travels on.
pub fn partner_form(partners: &[Partner], notes_: &[String], metadata: &Value) -> Value {
    let fields = notes(notes_).into_iter().chain([partner_input(partners, None)]).collect();
    blocks::modal(action::PARTNER, "Schedule a session", Some("Next"), metadata, fields)
}

/// The form that sets a session up at a time.
pub fn schedule_form(prefill: &Prefill<'_>, day: Date, time: Time, zone: &TimeZone) -> Value {
    let mut fields = head(prefill);
    fields.push(accounts(prefill.outline));
    fields.extend(slot(day, time, zone));
    fields.extend(rest(prefill));
    blocks::modal(action::SCHEDULE, "Schedule a session", Some("Schedule"), prefill.metadata, fields)
}

/// The form that changes everything but the time.
pub fn change_form(prefill: &Prefill<'_>) -> Value {
    let mut fields = head(prefill);
    fields.push(accounts(prefill.outline));
    fields.extend(rest(prefill));
    blocks::modal(action::CHANGE, "Change a session", Some("Save"), prefill.metadata, fields)
}

/// The form that gives it another time.
pub fn move_form(session: &Session, slot_now: &Slot, zone: &TimeZone, metadata: &Value) -> Value {
    let local = slot_now.start.to_zoned(zone.clone());
    let mut fields = vec![blocks::section(&format!("*{}*", escape(&session.title())))];
    fields.extend(slot(local.date(), local.time(), zone));
    blocks::modal(action::MOVE, "Move a session", Some("Move"), metadata, fields)
}

/// The form that calls it off, which is also the confirmation.
pub fn cancel_form(session: &Session, when: &str, told: &[UserId], metadata: &Value) -> Value {
    let told: Vec<String> = told.iter().map(UserId::mention).collect();
    let told = if told.is_empty() { String::new() } else { format!(" {} will be told.", told.join(", ")) };
    let reason = short_input(field::REASON, "Their office is closed that week", "");
    let fields = vec![
        blocks::section(&format!("*{}*\n{when}.{told}", escape(&session.title()))),
        blocks::input("Why", reason, None, true),
    ];
    blocks::modal(action::CANCEL, "Call off a session", Some("Call off"), metadata, fields)
}

fn head(prefill: &Prefill<'_>) -> Vec<Value> {
    let mut lines = vec![format!("With *{}*", escape(&prefill.partner.name))];
    lines.extend(prefill.notes.iter().cloned());
    vec![blocks::section(&lines.join("\n"))]
}

fn accounts(outline: &Outline) -> Value {
    let written = lines::written(&outline.accounts);
    let element = blocks::text_input(field::ACCOUNTS, "Acme: ask, meet their VP Sales", Some(&written), true);
    let hint = "One a line: its name, then give, ask or joint, then the goal. Three fit into 30 minutes, five into 45.";
    blocks::input("Accounts", element, Some(hint), true)
}

fn slot(day: Date, time: Time, zone: &TimeZone) -> Vec<Value> {
    let zone = zone.iana_name().unwrap_or("UTC");
    let time = time.strftime("%H:%M").to_string();
    vec![
        blocks::input("Day", blocks::date_picker(field::DATE, Some(day)), None, false),
        blocks::input(
            "Begins at",
            blocks::time_picker(field::TIME, &time),
            Some(&format!("On your clock: {zone}.")),
            false,
        ),
    ]
}

fn rest(prefill: &Prefill<'_>) -> Vec<Value> {
    let outline = prefill.outline;
    let mut all = vec![minutes(outline.minutes)];
    let ours: Vec<&str> = outline.ours.iter().take(MOST_OF_OURS).map(UserId::as_str).collect();
    let element = blocks::users_select(field::OURS, "Choose colleagues", &ours, MOST_OF_OURS);
    all.push(blocks::input("From us", element, None, false));
    all.push(theirs(prefill));
    let place =
        blocks::text_input(field::PLACE, "https://meet.example.com/northwind", Some(&outline.place), false);
    all.push(blocks::input("Where", place, Some("A link or a room."), true));
    let shapes: Vec<Value> =
        Shape::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    let shape = blocks::select(field::SHAPE, "Choose one", &shapes, Some(outline.shape.as_str()));
    all.push(blocks::input("Who meets whom", shape, None, false));
    all
}

fn minutes(chosen: i64) -> Value {
    let mut lengths = LENGTHS.to_vec();
    if !lengths.contains(&chosen) {
        lengths.push(chosen);
        lengths.sort_unstable();
    }
    let options: Vec<Value> =
        lengths.iter().map(|n| blocks::choice(&format!("{n} minutes"), &n.to_string())).collect();
    let element = blocks::select(field::MINUTES, "Choose a length", &options, Some(&chosen.to_string()));
    blocks::input("Length", element, None, false)
}

fn theirs(prefill: &Prefill<'_>) -> Value {
    if prefill.contacts.is_empty() {
        return blocks::context(&format!(
            "Nobody of {partner} is on record. `/partner partner contact {partner}` adds somebody.",
            partner = escape(&prefill.partner.name)
        ));
    }
    let choice = |c: &Contact| blocks::choice(&format!("{}, {}", c.name, c.role.words()), c.id.as_str());
    let options: Vec<Value> = prefill.contacts.iter().map(choice).collect();
    let chosen: Vec<String> =
        prefill.outline.theirs.iter().map(|guest| guest.contact.as_str().to_owned()).collect();
    let element = blocks::multi_select(field::THEIRS, "Choose people there", &options, &chosen);
    blocks::input("From them", element, None, true)
}
