//! Introductions: the card, the reminder, the list, the forms.

mod form;

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

pub(super) use form::deal_input;
pub use form::{Prefill, add_modal, close_modal, drop_modal, snooze_modal, typed_wrong};

use super::super::introduction::{Direction, Introduction, Stage, Turn};
use super::super::reminder::Reminder;
use super::{LISTED, when};
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account_map::Names;
use crate::map::account_map::past::Happened;

/// The controls.
pub mod action {
    /// Opens the form; the value is what was understood. Also the callback of the form.
    pub const ADD: &str = "introduction.add";
    /// Whoever makes it said yes.
    pub const AGREE: &str = "introduction.agree";
    /// It is made.
    pub const MADE: &str = "introduction.made";
    /// They met.
    pub const MET: &str = "introduction.met";
    /// What came of it: opens a form, and its callback.
    pub const CLOSE: &str = "introduction.close";
    /// Opens a form for the day, and its callback.
    pub const SNOOZE: &str = "introduction.snooze";
    /// Opens a form for the reason, and its callback.
    pub const DROP: &str = "introduction.drop";
}

/// So many rows of a list have a button; the rest are text.
const WITH_BUTTON: usize = 5;

/// The subject under which a person's newest message about it is edited.
pub fn subject(i: &Introduction, reader: &UserId) -> String {
    format!("introduction:{}:{reader}", i.id)
}

#[derive(Template)]
#[template(path = "plan/introduction.mrkdwn")]
struct Card<'a> {
    lead: String,
    whom: &'a str,
    account: &'a str,
    between: String,
    state: String,
}

/// `By Sam Whitfield at Northwind, for <@U1>`, escaped.
fn between(i: &Introduction) -> String {
    let (ours, theirs) = (i.ours.mention(), escape(&i.their_side()));
    match i.direction {
        Direction::Made => format!("By {ours}, for {theirs}"),
        Direction::Received => format!("By {theirs}, for {ours}"),
    }
}

/// How it stands, and when the next thing is to happen.
pub fn state(i: &Introduction, here: &Zoned) -> String {
    let lead = match &i.stage {
        Stage::Requested => "asked for".to_owned(),
        Stage::Agreed(_) => "agreed".to_owned(),
        Stage::Made(_) => "made".to_owned(),
        Stage::Met(_) => "they met".to_owned(),
        Stage::Closed { came, deal, .. } => {
            return format!("came of it: {}; {}", escape(came.trim_end_matches('.')), deal.words());
        }
        Stage::Dropped { because, moved } => {
            return format!("dropped by {}: {}", moved.by.mention(), escape(because));
        }
    };
    let (due, today) = (i.due_words(here), here.date());
    match i.snoozed_until.filter(|until| *until > today) {
        Some(until) => format!("{lead}, {due}, snoozed until {}", spoken(until, today)),
        None => format!("{lead}, {due}"),
    }
}

fn render(i: &Introduction, lead: String, here: &Zoned) -> Result<String> {
    let card = Card { lead, whom: &i.whom, account: &i.account, between: between(i), state: state(i, here) };
    Ok(card.render()?.trim().to_owned())
}

fn value(i: &Introduction) -> String {
    format!("{}:{}", i.id, i.version)
}

/// The next step that can be said of it.
pub(super) fn next(i: &Introduction) -> Option<Value> {
    let (label, action) = match i.stage {
        Stage::Requested => ("Mark agreed", action::AGREE),
        Stage::Agreed(_) => ("Mark made", action::MADE),
        Stage::Made(_) => ("Mark met", action::MET),
        Stage::Met(_) => ("Say what came of it", action::CLOSE),
        Stage::Closed { .. } | Stage::Dropped { .. } => return None,
    };
    Some(blocks::button(label, action, &value(i)))
}

fn controls(i: &Introduction) -> Option<Value> {
    let mut all = vec![blocks::primary(next(i)?)];
    if i.stage == Stage::Requested {
        all.push(blocks::button("Mark made", action::MADE, &value(i)));
    }
    all.push(blocks::button("Snooze", action::SNOOZE, &value(i)));
    all.push(blocks::button("Drop", action::DROP, &value(i)));
    Some(blocks::actions(all))
}

fn message(i: &Introduction, lead: String, here: &Zoned, with_controls: bool) -> Result<Message> {
    let mut text = render(i, lead, here)?;
    let mut all = vec![blocks::section(&text)];
    if with_controls {
        if i.turn() == Some(Turn::Theirs) {
            let unseen = format!("I don't write to {}.", escape(&i.partner));
            all.push(blocks::context(&unseen));
            text = format!("{text}\n{unseen}");
        }
        all.extend(controls(i));
    }
    Ok(Message::new(text, all))
}

/// The message as it stands now; `with_controls` only on the newest.
pub fn card(i: &Introduction, here: &Zoned, with_controls: bool) -> Result<Message> {
    message(i, String::new(), here, with_controls)
}

/// Those who have to do with it are told that somebody wrote it down.
pub fn added(i: &Introduction, here: &Zoned) -> Result<Message> {
    message(i, format!("{} logged an introduction.", i.created_by.mention()), here, true)
}

/// What whoever acts is asked; with the partner's side, whoever asks there.
fn asked(i: &Introduction) -> String {
    let theirs = escape(&i.their_side());
    let making = matches!(i.stage, Stage::Requested | Stage::Agreed(_));
    match (i.turn(), &i.stage) {
        (Some(Turn::Theirs), Stage::Met(_)) => format!("Ask {theirs} what came of it."),
        (Some(Turn::Theirs), _) if making => format!("Ask {theirs} whether it is made."),
        (Some(Turn::Theirs), _) => format!("Ask {theirs} whether they met."),
        (_, Stage::Met(_)) => "What came of it?".to_owned(),
        _ if making => "Is it made?".to_owned(),
        _ => "Have you met?".to_owned(),
    }
}

/// The reminder.
pub fn reminder(i: &Introduction, why: Reminder, here: &Zoned) -> Result<Message> {
    let asked = asked(i);
    let lead = match why {
        Reminder::Ahead => format!("This is due soon. {asked}"),
        Reminder::Today => format!("This is for today. {asked}"),
        Reminder::Late(_) => format!("This is late. {asked} Or is it off?"),
        Reminder::Back => format!("This is back from its snooze. {asked}"),
    };
    message(i, lead, here, true)
}

/// The manager is told that two reminders brought nothing.
pub fn escalated(i: &Introduction, reminded: &UserId, here: &Zoned) -> Result<Message> {
    message(i, format!("{} was reminded twice, and it is still open.", reminded.mention()), here, true)
}

/// The others are told what somebody said of it.
pub fn news(i: &Introduction, by: &UserId, here: &Zoned) -> Result<Message> {
    let by = by.mention();
    let lead = match &i.stage {
        Stage::Requested => format!("{by} moved a reminder."),
        Stage::Agreed(_) => format!("{by} marked an introduction as agreed."),
        Stage::Made(_) => format!("{by} marked an introduction as made."),
        Stage::Met(_) => format!("{by} says that they met."),
        Stage::Closed { .. } => format!("{by} said what came of an introduction."),
        Stage::Dropped { .. } => format!("{by} dropped an introduction."),
    };
    message(i, lead, here, true)
}

/// The private confirmation to whoever wrote it down.
pub fn logged(i: &Introduction, here: &Zoned) -> Result<Message> {
    let who = match i.turn() {
        Some(Turn::Ours(user)) if user == i.created_by => {
            "I remind you the working day before and on the day."
        }
        Some(Turn::Ours(_)) => "They are reminded the working day before and on the day.",
        _ => "Whoever answers for the partner is reminded to ask, and nobody there is written to.",
    };
    let text = format!("{}\n{who}", render(i, "Logged.".to_owned(), here)?);
    let mut all = vec![blocks::section(&text)];
    all.extend(controls(i));
    Ok(Message::new(text, all))
}

/// Nobody is asked twice for one thing.
pub fn under_way(i: &Introduction, here: &Zoned) -> Error {
    Error::user(format!(
        "That introduction to {} is under way already, so nothing was added: {}.",
        escape(&i.whom),
        state(i, here)
    ))
}

/// What whoever comes second is told.
pub fn decided_already(i: &Introduction, now: Timestamp, zone: &TimeZone) -> Error {
    let at = i.last_move().map(|m| format!(" ({})", when(m.at, now, zone))).unwrap_or_default();
    let state = state(i, &now.to_zoned(zone.clone()));
    Error::user(format!(
        "That changed before you pressed the button{at}. Introduction to {}: {state}.",
        escape(&i.whom)
    ))
}

/// Who may move it.
pub fn refusal(i: &Introduction) -> Error {
    let (ours, logged) = (i.ours.mention(), i.created_by.mention());
    let who = if ours == logged { ours } else { format!("{ours} or {logged}") };
    Error::refused(format!(
        "Only {who} can move this introduction, or somebody who looks after {}: a partner manager, operations or an admin.",
        escape(&i.partner)
    ))
}

/// One in a line.
pub(super) fn line(i: &Introduction, here: &Zoned) -> String {
    format!(
        "*Introduction to {}* at {} · {} · {}",
        escape(&i.whom),
        escape(&i.account),
        between(i),
        state(i, here)
    )
}

/// A private list of those that are not over; the first rows can be moved on the spot.
pub fn list(found: &[Introduction], mine: bool, here: &Zoned) -> Message {
    let (title, none) = if mine {
        ("Your introductions", "You are in no introduction that is under way.")
    } else {
        (
            "Introductions under way",
            "No introduction is under way. `/partner intro add acme with northwind by friday` logs one.",
        )
    };
    if found.is_empty() {
        return Message::text(none);
    }
    let mut all = vec![blocks::section(&format!("*{title}*"))];
    let mut lines = vec![format!("*{title}*")];
    for (at, i) in found.iter().take(LISTED).enumerate() {
        let row = line(i, here);
        all.push(match next(i).filter(|_| at < WITH_BUTTON) {
            Some(button) => blocks::section_with(&row, button),
            None => blocks::section(&row),
        });
        lines.push(row);
    }
    if found.len() > LISTED {
        let more = format!("{} more are not shown.", found.len() - LISTED);
        all.push(blocks::context(&more));
        lines.push(more);
    }
    Message::new(lines.join("\n"), all)
}

/// The introductions to an account as sentences that are not escaped, those under way first; what was dropped is left out.
pub fn told(found: &[Introduction], names: &Names, here: &Zoned) -> Vec<String> {
    let sentence = |i: &Introduction| {
        let how = match &i.stage {
            Stage::Closed { came, .. } => format!("came of it: {}", came.trim_end_matches('.')),
            Stage::Requested => format!("asked for, {}", i.due_words(here)),
            Stage::Agreed(_) => format!("agreed, {}", i.due_words(here)),
            Stage::Made(_) => format!("made, {}", i.due_words(here)),
            Stage::Met(_) => "they met".to_owned(),
            Stage::Dropped { .. } => return None,
        };
        Some(format!("{} · {how}", i.words(names.of_user(&i.ours))))
    };
    let (open, over): (Vec<&Introduction>, Vec<&Introduction>) = found.iter().partition(|i| i.is_open());
    open.into_iter().chain(over).filter_map(sentence).collect()
}

/// The introductions to an account over time: one that the partner made is a touchpoint, which is what it did for us.
pub fn past(found: &[Introduction], names: &Names) -> Vec<Happened> {
    let mut all = Vec::new();
    for i in found {
        let text = i.words(names.of_user(&i.ours));
        let asked = Happened::new(i.created_at, &i.created_by, "Introduction", text.clone());
        all.push(Happened { on: Some(i.due), ..asked });
        if let Some(made) = &i.made {
            let what = match i.direction {
                Direction::Received => "Touchpoint",
                Direction::Made => "Introduction made",
            };
            all.push(Happened::new(made.at, &made.by, what, text.clone()));
        }
        match &i.stage {
            Stage::Closed { came, deal, moved } => {
                let text = format!("{text}: {}; {}", came.trim_end_matches('.'), deal.words());
                all.push(Happened::new(moved.at, &moved.by, "Introduction closed", text));
            }
            Stage::Dropped { because, moved } => {
                let text = format!("{text}: {because}");
                all.push(Happened::new(moved.at, &moved.by, "Introduction dropped", text));
            }
            _ => {}
        }
    }
    all
}

/// Every person of ours who is in these introductions.
pub fn users(found: &[Introduction]) -> Vec<UserId> {
    found
        .iter()
        .flat_map(|i| {
            let moved = i.last_move().into_iter().chain(&i.made).map(|m| m.by.clone());
            [i.ours.clone(), i.created_by.clone()].into_iter().chain(moved)
        })
        .collect()
}

#[cfg(test)]
mod tests;
