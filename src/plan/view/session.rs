//! Sessions: the card that each reader has, the lines under it, the list, and what is told when something does not fit.

pub mod forms;

use std::collections::HashMap;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::session::{Named, Session, Slot, Stage};
use super::{calendar, capital, mentions, when};
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ContactId, UserId};
use crate::kernel::text::{escape, sentence};
use crate::store::audit;

/// The controls.
pub mod action {
    /// Opens the form that sets one up. The value is empty, `session:` and a proposal's id and version, or `request:` and a
    /// request's. Also the callback of the form.
    pub const SCHEDULE: &str = "session.schedule";
    /// The callback of the form that asks for the partner first.
    pub const PARTNER: &str = "session.partner";
    /// Opens the form that changes what was set up; also its callback.
    pub const CHANGE: &str = "session.change";
    /// Opens the form that gives it another time; also its callback.
    pub const MOVE: &str = "session.move";
    /// Opens the form that calls it off; also its callback.
    pub const CANCEL: &str = "session.cancel";
    /// Sets a proposal aside.
    pub const SET_ASIDE: &str = "session.set_aside";
    /// Shows one in private; the value is its id.
    pub const SHOW: &str = "session.show";
}

/// The clocks of those who come, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    /// Of ours.
    pub ours: HashMap<UserId, TimeZone>,
    /// Of theirs.
    pub theirs: HashMap<ContactId, TimeZone>,
}

/// Who reads a card.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The present.
    pub now: Timestamp,
    /// On whose clock times are told.
    pub zone: &'a TimeZone,
    /// Whether the controls are theirs.
    pub may: bool,
    /// The clocks of the others.
    pub clocks: &'a Clocks,
}

struct Row<'a> {
    name: &'a str,
    rest: String,
}

#[derive(Template)]
#[template(path = "plan/session.mrkdwn")]
struct Card<'a> {
    title: String,
    state: String,
    accounts: Vec<Row<'a>>,
    open: bool,
    with: String,
    place: &'a str,
    because: String,
}

/// The subject under which a reader's card is edited.
pub fn subject(session: &Session, reader: &UserId) -> String {
    format!("session:{}:{reader}", session.id)
}

/// The mention of whoever moved it.
fn mover(user: &UserId) -> String {
    if user.as_str() == audit::TANDEM { "Tandem".to_owned() } else { user.mention() }
}

/// `Thu 12 Mar, 14:00 to 14:30`, on the reader's clock.
pub fn times(slot: &Slot, minutes: i64, now: Timestamp, zone: &TimeZone) -> String {
    let end = slot.start.saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or(slot.start);
    format!("{} to {}", when(slot.start, now, zone), end.to_zoned(zone.clone()).strftime("%H:%M"))
}

/// How it stands, in a sentence.
pub fn state(session: &Session, now: Timestamp, zone: &TimeZone) -> String {
    let at = |slot: &Slot| times(slot, session.outline.minutes, now, zone);
    match &session.stage {
        Stage::Proposed { day, moved, .. } => {
            let today = now.to_zoned(zone.clone()).date();
            let day = day.filter(|day| *day >= today);
            let day = day.map_or_else(String::new, |day| format!(", {} or later", spoken(day, today)));
            let by = moved.as_ref().map_or_else(String::new, |m| format!(", changed by {}", mover(&m.by)));
            format!("Proposed{by}: {} minutes{day}.", session.outline.minutes)
        }
        Stage::Scheduled { slot, moved } => format!("{} · set by {}", at(slot), mover(&moved.by)),
        Stage::Prepared { slot, .. } => format!("{} · prepared", at(slot)),
        Stage::Held { slot, .. } => format!("{} · held, not logged yet", at(slot)),
        Stage::Closed { slot, .. } => format!("{} · held and logged", at(slot)),
        Stage::Cancelled { slot: Some(slot), because, moved } => {
            format!("Called off by {}{}. It was {}.", mover(&moved.by), why(because), at(slot))
        }
        Stage::Cancelled { slot: None, because, moved } => format!(
            "Set aside by {}{}. Each account is proposed again when something about it changes.",
            mover(&moved.by),
            why(because)
        ),
    }
}

/// `: their office is closed`
fn why(because: &str) -> String {
    if because.is_empty() { String::new() } else { format!(": {}", escape(because.trim_end_matches('.'))) }
}

fn row<'a>(named: &'a Named) -> Row<'a> {
    let motion = named.motion.map(|motion| motion.as_str().to_owned());
    let parts = motion.into_iter().chain([named.goal.clone(), super::beside_motion(&named.why)]);
    let parts = parts.filter(|part| !part.is_empty());
    let rest = parts.map(|part| format!(" · {}", escape(&part))).collect();
    Row { name: &named.name, rest }
}

/// ` (08:00 there)` where somebody's clock shows another time than the reader's.
fn there(slot: Option<&Slot>, zone: Option<&TimeZone>, reader: &TimeZone) -> String {
    let (Some(slot), Some(zone)) = (slot, zone) else { return String::new() };
    let (here, there) = (slot.start.to_zoned(reader.clone()), slot.start.to_zoned(zone.clone()));
    if here.offset() == there.offset() {
        return String::new();
    }
    let day = if here.date() == there.date() { "" } else { "%a " };
    format!(" ({} there)", there.strftime(&format!("{day}%H:%M")))
}

/// `With: <@U1> and Sam Whitfield (08:00 there) of Northwind`
fn with(session: &Session, reader: &Reader<'_>) -> String {
    let slot = session.stage.slot();
    let ours =
        session.outline.ours.iter().map(|user| {
            format!("{}{}", user.mention(), there(slot, reader.clocks.ours.get(user), reader.zone))
        });
    let theirs: Vec<String> = session
        .outline
        .theirs
        .iter()
        .map(|guest| {
            let clock = reader.clocks.theirs.get(&guest.contact);
            format!("{}{}", escape(&guest.name), there(slot, clock, reader.zone))
        })
        .collect();
    let partner = escape(&session.partner);
    let theirs = match theirs.as_slice() {
        [] => format!("nobody of {partner} yet"),
        all => format!("{} of {partner}", all.join(", ")),
    };
    let all: Vec<String> = ours.chain([theirs]).collect();
    format!("With: {}", all.join(", "))
}

/// Why it was proposed, and on which instructions that stands; not escaped.
fn because(session: &Session) -> String {
    session.because.iter().map(|reason| sentence(&capital(reason))).collect::<Vec<_>>().join(" ")
}

fn text(session: &Session, reader: &Reader<'_>) -> Result<String> {
    let shown = Card {
        title: session.heading(),
        state: state(session, reader.now, reader.zone),
        accounts: session.outline.accounts.iter().map(row).collect(),
        open: session.is_open(),
        with: with(session, reader),
        place: &session.outline.place,
        because: because(session),
    };
    Ok(shown.render()?.trim().to_owned())
}

/// The card, with the controls that its reader has.
pub fn card(session: &Session, reader: &Reader<'_>) -> Result<Message> {
    let text = text(session, reader)?;
    let mut all = blocks::sections(&text);
    let mut controls = record_controls(session, reader.now);
    if matches!(session.stage, Stage::Scheduled { .. } | Stage::Prepared { .. }) {
        controls.push(calendar::file_button(&session.id, "Add to calendar"));
    }
    if reader.may {
        controls.extend(self::controls(session));
    }
    if !controls.is_empty() {
        all.push(blocks::actions(controls));
    }
    Ok(Message::new(text, all))
}

fn controls(session: &Session) -> Vec<Value> {
    let value = format!("{}:{}", session.id, session.version);
    let button = |label: &str, id: &str| blocks::button(label, id, &value);
    match &session.stage {
        Stage::Proposed { .. } => vec![
            blocks::primary(blocks::button("Schedule", action::SCHEDULE, &format!("session:{value}"))),
            button("Change", action::CHANGE),
            button("Not now", action::SET_ASIDE),
        ],
        Stage::Scheduled { .. } | Stage::Prepared { .. } => {
            vec![
                button("Change", action::CHANGE),
                button("Move", action::MOVE),
                button("Call off", action::CANCEL),
            ]
        }
        Stage::Held { .. } | Stage::Closed { .. } | Stage::Cancelled { .. } => Vec::new(),
    }
}

/// What everybody has who sees the card: its agenda while it is ahead, then its log.
fn record_controls(session: &Session, now: Timestamp) -> Vec<Value> {
    let button = |label: &str, id: &str| blocks::button(label, id, session.id.as_str());
    match &session.stage {
        Stage::Scheduled { slot, .. } | Stage::Prepared { slot, .. } if now < slot.start => {
            vec![button("Show agenda", super::pre_read::action::SHOW)]
        }
        Stage::Scheduled { .. } | Stage::Prepared { .. } | Stage::Held { .. } => {
            vec![button("Log session", super::record::action::LOG)]
        }
        Stage::Closed { .. } => vec![button("Show log", super::record::action::SHOW)],
        Stage::Proposed { .. } | Stage::Cancelled { .. } => Vec::new(),
    }
}

/// The line under a reader's card when somebody else moved the session.
pub fn news(session: &Session, now: Timestamp, zone: &TimeZone) -> Message {
    Message::text(format!("{} · {}", escape(&session.title()), state(session, now, zone)))
}

/// The line under the card of somebody who no longer comes.
pub fn no_longer(session: &Session, by: &UserId) -> Message {
    Message::text(format!("{} · {} took you off it.", escape(&session.title()), mover(by)))
}

/// What whoever comes second is told.
pub fn decided_already(session: &Session, now: Timestamp, zone: &TimeZone) -> Error {
    let at = session.stage.moved().map(|m| format!(" ({})", when(m.at, now, zone))).unwrap_or_default();
    Error::user(format!("That changed before you pressed the button{at}. {}", news(session, now, zone).text))
}

/// Who may set up sessions with a partner.
pub fn refusal(partner: &str, manager: Option<&UserId>) -> Error {
    let who = manager.map(|m| format!(" The manager is {}.", m.mention())).unwrap_or_default();
    Error::refused(format!(
        "Only partner managers and operations set up sessions with {}.{who} `/partner session request` asks for one. Nothing was changed.",
        escape(partner)
    ))
}

/// A request that already has its session.
pub fn scheduled_already(session: &Session, now: Timestamp, zone: &TimeZone) -> Error {
    Error::user(format!("That request has its session already. {}", news(session, now, zone).text))
}

/// Nobody is in two sessions at once.
pub fn at_that_time(session: &Session) -> String {
    format!("You have {} at that time. Choose another, or close the form.", session.title())
}

/// What is answered to whoever set it up; the card goes to everybody who comes.
pub fn set_up(session: &Session, now: Timestamp, zone: &TimeZone) -> Message {
    let told = match session.readers().as_slice() {
        [] => String::new(),
        readers => format!(" The card is with {}.", mentions(readers)),
    };
    Message::text(format!("{} · {}.{told}", escape(&session.title()), state(session, now, zone)))
}

#[derive(Template)]
#[template(path = "plan/sessions.mrkdwn")]
struct List<'a> {
    groups: &'a [(&'static str, Vec<(String, String)>)],
}

/// One group of a list: its heading and its sessions.
pub type Group = (&'static str, Vec<Session>);

/// The private list, each with a button that shows it; `more` stands below, such as what was asked for.
pub fn list(groups: &[Group], now: Timestamp, zone: &TimeZone, more: Message) -> Result<Message> {
    let shown: Vec<(&'static str, Vec<(String, String)>)> = groups
        .iter()
        .filter(|(_, sessions)| !sessions.is_empty())
        .map(|(heading, sessions)| {
            (*heading, sessions.iter().map(|s| (s.title(), state(s, now, zone))).collect())
        })
        .collect();
    if shown.is_empty() {
        return Ok(more);
    }
    let text = List { groups: &shown }.render()?;
    let mut all = Vec::new();
    for (heading, sessions) in groups.iter().filter(|(_, sessions)| !sessions.is_empty()) {
        all.push(blocks::section(&format!("*{heading}*")));
        all.extend(sessions.iter().map(|s| line(s, now, zone, "Show", action::SHOW, s.id.as_str())));
    }
    let text = format!("{}\n{}", text.trim(), more.text);
    if more.blocks.is_empty() {
        all.extend(blocks::sections(&more.text));
    } else {
        all.extend(more.blocks);
    }
    Ok(Message::new(text, all))
}

fn line(session: &Session, now: Timestamp, zone: &TimeZone, label: &str, id: &str, value: &str) -> Value {
    let text = format!("*{}*\n{}", escape(&session.title()), state(session, now, zone));
    blocks::section_with(&text, blocks::button(label, id, value))
}

/// A proposal on Home.
pub fn home_proposal(session: &Session, now: Timestamp, zone: &TimeZone) -> Value {
    let value = format!("session:{}:{}", session.id, session.version);
    line(session, now, zone, "Schedule", action::SCHEDULE, &value)
}

/// A session that is ahead, on Home.
pub fn home_row(session: &Session, now: Timestamp, zone: &TimeZone) -> Value {
    line(session, now, zone, "Show", action::SHOW, session.id.as_str())
}

#[cfg(test)]
mod tests;
