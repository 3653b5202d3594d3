//! Introductions: the card, the reminder, the list, the forms.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::introduction::{Direction, Introduction, Stage, Turn};
use super::super::outcome::Deal;
use super::super::reminder::Reminder;
use super::{LISTED, contact_input, field, notes, partner_input, refused, when};
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::text::{capital, escape};
use crate::map::partner::{Contact, Partner};

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
}

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
pub fn state(i: &Introduction, today: Date) -> String {
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
    let due = i.due_words(today);
    match i.snoozed_until.filter(|until| *until > today) {
        Some(until) => format!("{lead}, {due}, snoozed until {}", spoken(until, today)),
        None => format!("{lead}, {due}"),
    }
}

fn render(i: &Introduction, lead: String, today: Date) -> Result<String> {
    let card = Card { lead, whom: &i.whom, account: &i.account, between: between(i), state: state(i, today) };
    Ok(card.render()?.trim().to_owned())
}

fn value(i: &Introduction) -> String {
    format!("{}:{}", i.id, i.version)
}

/// The next step that can be said of it.
fn next(i: &Introduction) -> Option<Value> {
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

fn message(i: &Introduction, lead: String, today: Date, with_controls: bool) -> Result<Message> {
    let mut text = render(i, lead, today)?;
    let mut all = vec![blocks::section(&text)];
    if with_controls {
        if i.turn() == Some(Turn::Theirs) {
            let unseen = format!("{} is not written to.", escape(&i.partner));
            all.push(blocks::context(&unseen));
            text = format!("{text}\n{unseen}");
        }
        all.extend(controls(i));
    }
    Ok(Message::new(text, all))
}

/// The message as it stands now; `with_controls` only on the newest.
pub fn card(i: &Introduction, today: Date, with_controls: bool) -> Result<Message> {
    message(i, String::new(), today, with_controls)
}

/// Those who have to do with it are told that somebody wrote it down.
pub fn added(i: &Introduction, today: Date) -> Result<Message> {
    message(i, format!("{} logged an introduction.", i.created_by.mention()), today, true)
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
pub fn reminder(i: &Introduction, why: Reminder, today: Date) -> Result<Message> {
    let asked = asked(i);
    let lead = match why {
        Reminder::Ahead => format!("This comes due. {asked}"),
        Reminder::Today => format!("This is for today. {asked}"),
        Reminder::Late(_) => format!("This is late. {asked} Or is it off?"),
        Reminder::Back => format!("This is back from its snooze. {asked}"),
    };
    message(i, lead, today, true)
}

/// The manager is told that two reminders brought nothing.
pub fn escalated(i: &Introduction, reminded: &UserId, today: Date) -> Result<Message> {
    message(i, format!("{} was reminded twice, and nothing happened.", reminded.mention()), today, true)
}

/// The others are told what somebody said of it.
pub fn news(i: &Introduction, by: &UserId, today: Date) -> Result<Message> {
    let by = by.mention();
    let lead = match &i.stage {
        Stage::Requested => format!("{by} moved a reminder."),
        Stage::Agreed(_) => format!("{by} marked an introduction as agreed."),
        Stage::Made(_) => format!("{by} marked an introduction as made."),
        Stage::Met(_) => format!("{by} says that they met."),
        Stage::Closed { .. } => format!("{by} said what came of an introduction."),
        Stage::Dropped { .. } => format!("{by} dropped an introduction."),
    };
    message(i, lead, today, true)
}

/// The private confirmation to whoever wrote it down.
pub fn logged(i: &Introduction, today: Date) -> Result<Message> {
    let who = match i.turn() {
        Some(Turn::Ours(user)) if user == i.created_by => {
            "I remind you the working day before and on the day."
        }
        Some(Turn::Ours(_)) => "They are reminded the working day before and on the day.",
        _ => "Whoever answers for the partner is reminded to ask, and nobody there is written to.",
    };
    let text = format!("{}\n{who}", render(i, "Logged.".to_owned(), today)?);
    let mut all = vec![blocks::section(&text)];
    all.extend(controls(i));
    Ok(Message::new(text, all))
}

/// Nobody is asked twice for one thing.
pub fn under_way(i: &Introduction, today: Date) -> Error {
    Error::user(format!(
        "That introduction to {} is under way already, so nothing was added: {}.",
        escape(&i.whom),
        state(i, today)
    ))
}

/// What whoever comes second is told.
pub fn decided_already(i: &Introduction, now: Timestamp, zone: &TimeZone) -> Error {
    let today = now.to_zoned(zone.clone()).date();
    let at = i.last_move().map(|m| format!(" ({})", when(m.at, now, zone))).unwrap_or_default();
    let state = state(i, today);
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

#[derive(Template)]
#[template(path = "plan/introductions.mrkdwn")]
struct Rows<'a> {
    rows: Vec<(&'a str, &'a str, String, String)>,
}

fn row(i: &Introduction, today: Date) -> Result<String> {
    let rows = vec![(i.whom.as_str(), i.account.as_str(), between(i), state(i, today))];
    Ok(Rows { rows }.render()?.trim().to_owned())
}

/// A private list of those that are not over; the first rows can be moved on the spot.
pub fn list(found: &[Introduction], mine: bool, today: Date) -> Result<Message> {
    let (title, none) = if mine {
        ("Your introductions", "You are in no introduction that is under way.")
    } else {
        (
            "Introductions under way",
            "No introduction is under way. `/partner intro add acme with northwind by friday` logs one.",
        )
    };
    if found.is_empty() {
        return Ok(Message::text(none));
    }
    let mut all = vec![blocks::section(&format!("*{title}*"))];
    let mut lines = vec![format!("*{title}*")];
    for (at, i) in found.iter().take(LISTED).enumerate() {
        let row = row(i, today)?;
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
    Ok(Message::new(lines.join("\n"), all))
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
    let direction =
        blocks::select(field::DIRECTION, "Who introduces whom", &directions, Some(Direction::ALL[0].1));
    let ours = blocks::user_select(field::OWNER, "Choose a person", prefill.ours.as_deref());
    let whom = blocks::text_input(field::WHOM, "Dana Reyes, VP Sales", Some(&prefill.whom), false);
    let fields = [
        blocks::input("Account", account, None, false),
        partner_input(partners, found),
        blocks::input("Who introduces whom", direction, None, false),
        blocks::input("Who of ours", ours, None, false),
        contact_input("Who at the partner", contacts, partners, None),
        blocks::input("To whom at the account", whom, None, false),
        blocks::input("Made by", blocks::date_picker(field::DATE, prefill.date), None, false),
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
    let came = super::short_input(field::TEXT, "A second meeting is set for April", "");
    let fields = vec![
        described(i),
        blocks::input("What came of it", came, Some("The others in it see it."), false),
        deal_input(),
    ];
    blocks::modal(action::CLOSE, "What came of it", Some("Save"), metadata, fields)
}

/// Whether the deal moved.
pub(super) fn deal_input() -> Value {
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
    let why = super::short_input(field::REASON, "Dana has left the company", "");
    let why = blocks::input("Why is it off", why, None, false);
    blocks::modal(action::DROP, "Drop the introduction", Some("Drop"), metadata, vec![described(i), why])
}

/// What was wrong with what was typed, and a way to the form; `why` is mrkdwn.
pub fn typed_wrong(why: &[String], prefill: &Prefill) -> Result<Message> {
    refused(why, action::ADD, prefill)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::introduction::tests::{introduction, moved, stages};
    use super::super::super::request::tests::at;
    use super::*;

    const TODAY: Date = date(2026, 3, 9);

    fn shown(message: &Message) -> String {
        let buttons =
            message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
        let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
        format!("{}\n[{}]", message.text, labels.join("] ["))
    }

    #[test]
    fn cards_at_every_stage() {
        let cards = |direction| {
            let all =
                stages().map(|s| shown(&card(&introduction(direction, s), TODAY, true).expect("a card")));
            all.join("\n---\n")
        };
        insta::assert_snapshot!(cards(Direction::Received), @"");
        insta::assert_snapshot!(cards(Direction::Made), @"");
    }

    #[test]
    fn reminders_and_news() {
        let asked = introduction(Direction::Received, Stage::Requested);
        let made = introduction(Direction::Received, Stage::Made(moved()));
        let ours = introduction(Direction::Made, Stage::Agreed(moved()));
        let all = [
            reminder(&asked, Reminder::Ahead, date(2026, 3, 12)),
            reminder(&made, Reminder::Late(3), date(2026, 3, 23)),
            reminder(&ours, Reminder::Today, date(2026, 3, 13)),
            escalated(&ours, &"UREP".into(), date(2026, 3, 19)),
            added(&asked, TODAY),
            logged(&asked, TODAY),
            logged(&ours, TODAY),
            news(&made, &"UPM".into(), TODAY),
        ];
        let all: Vec<String> = all.into_iter().map(|m| shown(&m.expect("a message"))).collect();
        insta::assert_snapshot!(all.join("\n---\n"), @"");
    }

    #[test]
    fn lists_and_refusals() {
        insta::assert_snapshot!(list(&[], false, TODAY).expect("a list").text, @"");
        insta::assert_snapshot!(list(&[], true, TODAY).expect("a list").text, @"");
        let hostile = Introduction {
            whom: "<!channel> & co".into(),
            theirs: None,
            snoozed_until: Some(date(2026, 3, 16)),
            ..introduction(Direction::Made, Stage::Agreed(moved()))
        };
        let many = list(&[introduction(Direction::Received, Stage::Met(moved())), hostile], true, TODAY);
        insta::assert_snapshot!(many.expect("a list").text, @"");
        let many = vec![introduction(Direction::Made, Stage::Requested); LISTED + 3];
        let many = list(&many, false, TODAY).expect("a list");
        assert!(many.text.ends_with("3 more are not shown.") && many.blocks.len() <= 50);
        let made = introduction(Direction::Received, Stage::Made(moved()));
        let second = decided_already(&made, at("2026-03-09T12:00:00Z"), &TimeZone::UTC);
        insta::assert_snapshot!(second, @"");
        insta::assert_snapshot!(refusal(&made), @"");
        insta::assert_snapshot!(under_way(&made, TODAY), @"");
    }
}
