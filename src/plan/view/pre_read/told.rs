//! What is told around a pre-read: where its page is, that it is late, that a session is cold; and the form that edits it.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::super::prep::Prep;
use super::super::super::session::{Session, Slot};
use super::super::session;
use super::{MOST, action, field, mentions, state_of, when};
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, UserId};
use crate::kernel::text::escape;
use crate::pull::agenda::room;

/// Where the page is; the link is the reader's own, and opens it for as long as `lasts` says.
pub fn page_at(link: &str, partner: &str, lasts: &str) -> Message {
    let said = format!(
        "The agenda with {} as a page to print. The link is yours alone and ends in {lasts}.",
        escape(partner)
    );
    let mut button = blocks::button("Open page", "page", "open");
    button["url"] = link.into();
    Message::new(format!("{said}\n{link}"), vec![blocks::section(&said), blocks::actions(vec![button])])
}

/// Operations hears that nobody has approved a pre-read that is due.
pub fn late(session: &Session, slot: &Slot, prep: &Prep, here: &Zoned, who: &[UserId]) -> Message {
    let today = here.date();
    let partner = escape(&session.partner);
    let due = spoken(prep.due, today);
    let lead = if prep.is_in_time(today) {
        format!("*Approve the agenda with {partner} by {due}*")
    } else {
        format!("*The agenda with {partner} is late: it was due by {due}*")
    };
    let waits = if who.is_empty() {
        format!("Nobody answers for {partner}.")
    } else {
        format!("It waits for {} to approve it.", mentions(who))
    };
    let text = format!("{lead}\nThe session is {}. {waits}", when(slot, here));
    let show = blocks::button("Show agenda", action::SHOW, session.id.as_str());
    Message::new(text.clone(), vec![blocks::section_with(&text, show)])
}

/// A session that comes closer and is about nothing; `unnamed` where the partner's overlaps are only counted (B10).
pub fn cold(session: &Session, slot: &Slot, here: &Zoned, who: &[UserId], unnamed: bool) -> Message {
    let partner = escape(&session.partner);
    let why = if unnamed {
        format!("there is no agreement with {partner} yet, so its overlaps are counted and none is named")
    } else {
        format!("nothing with {partner} is planned, promised or on a focus list")
    };
    let whose = if who.is_empty() { String::new() } else { format!("{}: name", mentions(who)) };
    let ask = if whose.is_empty() { "Name".to_owned() } else { whose };
    let text = format!(
        "*The session with {partner} is cold*\n{}. No account is on it, and {why}. {ask} accounts, or move it to a day when there is something to plan.",
        when(slot, here)
    );
    let seen = format!("{}:{}", session.id, session.version);
    let controls = vec![
        blocks::primary(blocks::button("Name accounts", action::NAME, session.id.as_str())),
        blocks::button("Move session", session::action::MOVE, &seen),
    ];
    Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(controls)])
}

/// What the card of a cold session says when the session is over or was called off.
pub fn cold_no_more(session: &Session, here: &Zoned) -> Message {
    let text = format!("*{}*\n{}", escape(&session.title()), state_of(session, here));
    Message::new(text.clone(), vec![blocks::section(&text)])
}

/// On the Home of whoever approves it.
pub fn home_row(session: &Session, now: Timestamp, zone: &TimeZone) -> Value {
    let at = session.stage.slot().map_or_else(String::new, |slot| when(slot, &now.to_zoned(zone.clone())));
    let text = format!("*Agenda with {}*\n{at} · waits for your approval", escape(&session.partner));
    blocks::section_with(&text, blocks::button("Show agenda", action::SHOW, session.id.as_str()))
}

/// The form that chooses accounts: those that may come on, and one that nobody thought of.
pub fn edit_form(
    session: &Session,
    chosen: &[AccountId],
    offered: &[(AccountId, String)],
    metadata: &Value,
) -> Value {
    let options: Vec<Value> = offered.iter().map(|(id, name)| blocks::choice(name, id.as_str())).collect();
    let initial: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    let mut fields = vec![blocks::section(&format!(
        "*{}* · {} minutes: {} fit.",
        escape(&session.heading()),
        session.outline.minutes,
        match room(session.outline.minutes) {
            1 => "one account".to_owned(),
            n => format!("{n} accounts"),
        }
    ))];
    if !options.is_empty() {
        let mut select = blocks::multi_select(field::ACCOUNTS, "Choose accounts", &options, &initial);
        select["max_selected_items"] = MOST.into();
        fields.push(blocks::input(
            "Accounts",
            select,
            Some("They are talked about in the order in which you choose them."),
            true,
        ));
    }
    let another = blocks::text_input(field::ANOTHER, "Acme or acme.com", None, false);
    fields.push(blocks::input("Another account", another, Some("Any overlap with the partner."), true));
    blocks::modal(action::EDIT, "Edit accounts", Some("Save"), metadata, fields)
}
