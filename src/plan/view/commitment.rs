//! A commitment: its card, the reminder, the forms.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::commitment::{Commitment, Reminder, Stage};
use super::{contact_input, field, notes, partner_input, refused, when};
use crate::kernel::actor::Outside;
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::text::{capital, escape};
use crate::map::partner::{Contact, Partner};

/// The controls.
pub mod action {
    /// Opens the form; the value is what was understood. Also the callback of the form and of the message shortcut.
    pub const ADD: &str = "commitment.add";
    /// It is done.
    pub const DONE: &str = "commitment.done";
    /// Opens a form for the day, and its callback.
    pub const SNOOZE: &str = "commitment.snooze";
    /// Opens a form for the reason, and its callback.
    pub const DROP: &str = "commitment.drop";
}

/// What the form begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// What is promised.
    pub text: String,
    /// The partner as written.
    pub partner: String,
    /// The account as written.
    pub account: String,
    /// The day.
    pub date: Option<Date>,
    /// Who does it: a Slack id; `None` for nobody chosen.
    pub owner: Option<String>,
    /// A name with an `@` that Slack did not resolve.
    pub owner_written: Option<String>,
    /// The message it comes from: channel and `ts`.
    pub source: Option<(String, String)>,
}

/// The subject under which a person's newest message about it is edited.
pub fn subject(commitment: &Commitment, reader: &UserId) -> String {
    format!("commitment:{}:{reader}", commitment.id)
}

#[derive(Template)]
#[template(path = "plan/commitment.mrkdwn")]
struct Card<'a> {
    lead: String,
    text: &'a str,
    whom: String,
    state: String,
}

fn render(c: &Commitment, lead: String, today: Date) -> Result<String> {
    let whom = capital(&c.whom());
    let text = Card { lead, text: &c.text, whom, state: state(c, today) }.render()?;
    Ok(text.trim().to_owned())
}

fn controls(c: &Commitment) -> Value {
    let value = format!("{}:{}", c.id, c.version);
    let button = |label: &str, id: &str| blocks::button(label, id, &value);
    blocks::actions(vec![
        blocks::primary(button("Mark done", action::DONE)),
        button("Snooze", action::SNOOZE),
        button("Drop", action::DROP),
    ])
}

/// How it stands: when it is due while it is open.
pub fn state(c: &Commitment, today: Date) -> String {
    match &c.stage {
        Stage::Open { snoozed_until: Some(until) } if *until > today => {
            format!("{}, snoozed until {}", c.due_words(today), spoken(*until, today))
        }
        Stage::Open { .. } => c.due_words(today),
        Stage::Done { by, .. } => format!("done, says {}", by.mention()),
        Stage::Dropped { because, by, .. } => format!("dropped by {}: {}", by.mention(), escape(because)),
    }
}

/// The message as it stands now; `with_controls` only on the newest, and only while it is open.
pub fn card(c: &Commitment, today: Date, with_controls: bool) -> Result<Message> {
    message(c, String::new(), today, with_controls)
}

/// The owner is told that somebody logged it for them.
pub fn assigned(c: &Commitment, today: Date) -> Result<Message> {
    let by = c.created_by.mention();
    let lead = match c.their_side() {
        Some(theirs) => format!(
            "{by} logged what {} promised. I remind you to ask; I don't write to them.",
            escape(&theirs)
        ),
        None => format!("{by} logged a commitment for you."),
    };
    message(c, lead, today, true)
}

/// The reminder.
pub fn reminder(c: &Commitment, why: Reminder, today: Date) -> Result<Message> {
    let lead = match why {
        Reminder::Ahead => "This is due soon.",
        Reminder::Today => "This is for today.",
        Reminder::Late(_) => "This is late. Mark it done, snooze it, or drop it.",
        Reminder::Back => "This is back from its snooze.",
    };
    let lead = match c.their_side() {
        Some(theirs) => format!("{lead} Ask {}.", escape(&theirs)),
        None => lead.to_owned(),
    };
    message(c, lead, today, true)
}

/// The manager is told that two reminders brought nothing.
pub fn escalated(c: &Commitment, today: Date) -> Result<Message> {
    message(c, format!("{} was reminded twice, and it is still open.", c.owner.mention()), today, true)
}

/// Whoever asked how it stands is told who does so from now on.
pub fn passed_on(c: &Commitment, today: Date) -> Result<Message> {
    message(c, format!("{} asks how this stands from now on.", c.owner.mention()), today, false)
}

/// In place of the reminder, when its owner is gone.
pub fn ownerless(c: &Commitment, why: Outside, today: Date) -> Result<Message> {
    let lead = format!(
        "{} promised this and is {why} now, so nobody is reminded. Close it, or log it anew for somebody else.",
        c.owner.mention()
    );
    message(c, lead, today, true)
}

fn message(c: &Commitment, lead: String, today: Date, with_controls: bool) -> Result<Message> {
    let text = render(c, lead, today)?;
    let mut all = vec![blocks::section(&text)];
    if with_controls && c.is_open() {
        all.push(controls(c));
    }
    Ok(Message::new(text, all))
}

/// Owner and creator are told when somebody else closed or moved it.
pub fn news(c: &Commitment, by: &UserId, today: Date) -> Result<Message> {
    let lead = match &c.stage {
        Stage::Open { .. } => format!("{} moved a reminder.", by.mention()),
        Stage::Done { .. } | Stage::Dropped { .. } => format!("{} closed a commitment.", by.mention()),
    };
    Ok(Message::text(render(c, lead, today)?))
}

#[derive(Template)]
#[template(path = "plan/logged.mrkdwn")]
struct Logged<'a> {
    text: &'a str,
    whom: String,
    due: String,
    owner: String,
}

/// The private confirmation to whoever logged it.
pub fn logged(c: &Commitment, today: Date) -> Result<Message> {
    let mut owner = if c.owner == c.created_by { "you".to_owned() } else { c.owner.mention() };
    if c.theirs.is_some() {
        owner.push_str(" to ask how it stands,");
    }
    let text = Logged { text: &c.text, whom: c.whom(), due: c.due_words(today), owner }.render()?;
    Ok(Message::text(text.trim()))
}

/// What whoever comes second is told.
pub fn decided_already(c: &Commitment, now: Timestamp, zone: &TimeZone) -> Error {
    let today = now.to_zoned(zone.clone()).date();
    let at = match &c.stage {
        Stage::Done { at, .. } | Stage::Dropped { at, .. } => format!(" ({})", when(*at, now, zone)),
        Stage::Open { .. } => String::new(),
    };
    let (text, state) = (escape(&c.text), state(c, today));
    Error::user(format!("That changed before you pressed the button{at}. *{text}*: {state}."))
}

/// Who may close it.
pub fn refusal(c: &Commitment) -> Error {
    let (owner, logged) = (c.owner.mention(), c.created_by.mention());
    let who = if owner == logged { owner } else { format!("{owner} or {logged}") };
    Error::refused(format!(
        "Only {who} can close or move this commitment, or somebody who looks after {}: a partner manager, operations or an admin.",
        escape(&c.partner)
    ))
}

/// The form that logs a commitment. `found` is the partner that was recognised.
pub fn add_modal(
    prefill: &Prefill,
    found: Option<&PartnerId>,
    partners: &[Partner],
    contacts: &[Contact],
    doubts: &[String],
    metadata: &Value,
) -> Value {
    let text = super::short_input(field::TEXT, "Send the case study", &prefill.text);
    let account = blocks::text_input(field::ACCOUNT, "Acme or acme.com", Some(&prefill.account), false);
    let owner = blocks::user_select(field::OWNER, "Choose a person", prefill.owner.as_deref());
    let fields = [
        blocks::input("What is promised", text, None, false),
        partner_input(partners, found),
        blocks::input("Account", account, None, true),
        blocks::input("Due", blocks::date_picker(field::DATE, prefill.date), None, false),
        blocks::input("Who does it", owner, Some("I remind them, by their own clock."), false),
    ];
    let theirs = contact_input("Or somebody at the partner", contacts, partners, None);
    let all = notes(doubts).into_iter().chain(fields).chain([theirs]).collect();
    blocks::modal(action::ADD, "Log a commitment", Some("Log"), metadata, all)
}

fn described(c: &Commitment) -> Value {
    blocks::section(&format!("*{}*, {}", escape(&c.text), escape(&c.whom())))
}

/// The form that moves the reminder.
pub fn snooze_modal(c: &Commitment, tomorrow: Date, metadata: &Value) -> Value {
    let day = blocks::input("Remind again on", blocks::date_picker(field::DATE, Some(tomorrow)), None, false);
    blocks::modal(action::SNOOZE, "Snooze", Some("Snooze"), metadata, vec![described(c), day])
}

/// The form that drops it.
pub fn drop_modal(c: &Commitment, metadata: &Value) -> Value {
    let why = super::short_input(field::REASON, "The deal is lost", "");
    let why = blocks::input("Why is it off", why, None, false);
    blocks::modal(action::DROP, "Drop the commitment", Some("Drop"), metadata, vec![described(c), why])
}

/// What was wrong with what was typed, and a way to the form; `why` is mrkdwn.
pub fn typed_wrong(why: &[String], prefill: &Prefill) -> Result<Message> {
    refused(why, action::ADD, prefill)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::commitment::tests::{at, commitment};
    use super::*;

    const TODAY: Date = date(2026, 3, 9);

    fn due(day: i8) -> Commitment {
        commitment(date(2026, 3, day))
    }

    #[test]
    fn reminders() {
        let text = |day, why| reminder(&due(day), why, TODAY).expect("a reminder").text;
        insta::assert_snapshot!(text(10, Reminder::Ahead), @r"
        This is due soon.
        *send the case study*
        For Northwind, about Acme (acme.com) · due tomorrow, Tue 10 Mar
        ");
        insta::assert_snapshot!(text(9, Reminder::Today), @r"
        This is for today.
        *send the case study*
        For Northwind, about Acme (acme.com) · due today, Mon 9 Mar
        ");
        insta::assert_snapshot!(text(6, Reminder::Late(3)), @r"
        This is late. Mark it done, snooze it, or drop it.
        *send the case study*
        For Northwind, about Acme (acme.com) · 3 days late, was due Fri 6 Mar
        ");
        let snoozed = Commitment { stage: Stage::Open { snoozed_until: Some(date(2026, 3, 9)) }, ..due(20) };
        insta::assert_snapshot!(reminder(&snoozed, Reminder::Back, TODAY).expect("a reminder").text, @r"
        This is back from its snooze.
        *send the case study*
        For Northwind, about Acme (acme.com) · due Fri 20 Mar, in 11 days
        ");
        let message = reminder(&due(9), Reminder::Today, TODAY).expect("a reminder");
        let labels: Vec<_> = message.blocks[1]["elements"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|b| &b["text"]["text"])
            .collect();
        assert_eq!(labels, ["Mark done", "Snooze", "Drop"]);
    }

    #[test]
    fn answers() {
        let (by, when) = (UserId::from("UPM"), at("2026-03-09T08:00:00Z"));
        let with = |stage| Commitment { stage, ..due(6) };
        let done = with(Stage::Done { by: by.clone(), at: when });
        let dropped = with(Stage::Dropped { because: "the <deal> is lost".into(), by: by.clone(), at: when });
        let snoozed = with(Stage::Open { snoozed_until: Some(date(2026, 3, 16)) });
        insta::assert_snapshot!(logged(&due(13), TODAY).expect("a text").text, @"Logged: *send the case study*, for Northwind, about Acme (acme.com), due Fri 13 Mar, in 4 days. I remind <@UOWN> the working day before and on the day, at 09:00.");
        insta::assert_snapshot!(assigned(&due(13), TODAY).expect("a text").text, @r"
        <@UREP> logged a commitment for you.
        *send the case study*
        For Northwind, about Acme (acme.com) · due Fri 13 Mar, in 4 days
        ");
        insta::assert_snapshot!(news(&done, &by, TODAY).expect("a text").text, @r"
        <@UPM> closed a commitment.
        *send the case study*
        For Northwind, about Acme (acme.com) · done, says <@UPM>
        ");
        insta::assert_snapshot!(card(&dropped, TODAY, true).expect("a text").text, @r"
        *send the case study*
        For Northwind, about Acme (acme.com) · dropped by <@UPM>: the &lt;deal&gt; is lost
        ");
        insta::assert_snapshot!(news(&snoozed, &by, TODAY).expect("a text").text, @r"
        <@UPM> moved a reminder.
        *send the case study*
        For Northwind, about Acme (acme.com) · 3 days late, was due Fri 6 Mar, snoozed until Mon 16 Mar
        ");
        insta::assert_snapshot!(decided_already(&done, at("2026-03-09T12:00:00Z"), &TimeZone::UTC), @"That changed before you pressed the button (Mon 9 Mar, 08:00). *send the case study*: done, says <@UPM>.");
        insta::assert_snapshot!(refusal(&due(9)), @"Only <@UOWN> or <@UREP> can close or move this commitment, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    }
}
