//! What people are told of a note outside its card: the ready text, and private answers.

use askama::Template;
use jiff::Timestamp;
use serde_json::Value;

use super::super::draft::{Decision, Draft, Stage};
use super::super::relevance::Level;
use super::card::sections;
use super::{action, clock};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::{escape, sentence};

#[derive(Template)]
#[template(path = "sustain/ready.mrkdwn")]
struct Ready<'a> {
    contact: &'a str,
    partner: &'a str,
    account: &'a str,
    by: String,
}

/// The ready text for the one who sends it by hand.
pub fn ready(draft: &Draft, approved_by: &UserId) -> Result<Message> {
    let note = &draft.note;
    let head = Ready {
        contact: &note.contact,
        partner: &note.partner,
        account: draft.account_words(),
        by: approved_by.mention(),
    };
    let head = head.render()?.trim().to_owned();
    let text = escape(&note.text);
    let mut rows = vec![blocks::section(&head), blocks::divider()];
    rows.extend(sections(&note.text, ""));
    rows.extend([blocks::divider(), blocks::actions(answers(draft))]);
    Ok(Message::new(format!("{head}\n{text}"), rows))
}

/// What its sender can say of the ready text.
pub(super) fn answers(draft: &Draft) -> Vec<Value> {
    let value = draft.value();
    let sent = blocks::primary(blocks::button("I sent it", action::SENT, &value));
    vec![sent, blocks::button("Not me", action::NOT_ME, &value)]
}

/// The ready text after it was said what became of it.
pub fn ready_done(draft: &Draft, told: &str) -> Message {
    let note = &draft.note;
    Message::text(format!("*To {} at {}*: {told}", escape(&note.contact), escape(&note.partner)))
}

/// What its sender is asked under the ready text when nobody said that it was sent.
pub fn reminded(draft: &Draft, approved: &Decision) -> Message {
    let note = &draft.note;
    Message::text(format!(
        "Did you send this note to {} at {}? {} approved it {}. Press *I sent it* above, or *Not me*.",
        escape(&note.contact),
        escape(&note.partner),
        approved.by.mention(),
        clock(&approved.at)
    ))
}

#[derive(Template)]
#[template(path = "sustain/decided.mrkdwn")]
struct Decided<'a> {
    stage: &'a Stage,
    version: i64,
    editor: Option<(String, String)>,
}

impl Decided<'_> {
    fn clock(at: &Timestamp) -> String {
        clock(at)
    }

    fn sentence(text: &str) -> String {
        sentence(text)
    }
}

/// What somebody is told who comes too late; `editor` changed the note last.
pub fn decided(draft: &Draft, editor: Option<(UserId, Timestamp)>) -> Result<String> {
    let editor = editor.map(|(who, at)| (who.mention(), clock(&at)));
    let text = Decided { stage: &draft.stage, version: draft.version, editor };
    Ok(text.render()?.trim().to_owned())
}

/// What the drafter is told in private.
pub fn proposed(draft: &Draft, channel: &str) -> Message {
    let note = &draft.note;
    let decides = match &draft.approver {
        Some(you) if *you == draft.created_by => "You decide".to_owned(),
        Some(other) => format!("{} decides", other.mention()),
        None => "A partner manager decides".to_owned(),
    };
    let stands = match note.check.verdict {
        Level::Block => "The relevance check blocks it: edit it there.".to_owned(),
        Level::Warn => format!("{decides}; the relevance check has a remark."),
        Level::Pass => format!("{decides}. Nothing is sent before."),
    };
    Message::text(format!(
        "Drafted a note to {} at {} about {}. It is in <#{channel}>. {stands}",
        escape(&note.contact),
        escape(&note.partner),
        escape(draft.account_words())
    ))
}

/// What the drafter is told when it was rejected.
pub fn rejected(draft: &Draft, by: &UserId, reason: &str) -> Message {
    Message::text(format!(
        "{} rejected your note to {} at {}: {}",
        by.mention(),
        escape(&draft.note.contact),
        escape(&draft.note.partner),
        escape(reason)
    ))
}
