//! What people are told of a note outside its card: the ready text, and private answers.

use askama::Template;
use jiff::Timestamp;

use super::super::draft::{Draft, Stage};
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
    let value = draft.value();
    let sent = blocks::primary(blocks::button("I sent it", action::SENT, &value));
    let not_me = blocks::button("Not me", action::NOT_ME, &value);
    let text = escape(&note.text);
    let mut rows = vec![blocks::section(&head), blocks::divider()];
    rows.extend(sections(&note.text, ""));
    rows.extend([blocks::divider(), blocks::actions(vec![sent, not_me])]);
    Ok(Message::new(format!("{head}\n{text}"), rows))
}

/// The ready text after its sender answered.
pub fn ready_done(draft: &Draft, sent: bool) -> Message {
    let to = format!("*To {} at {}*", escape(&draft.note.contact), escape(&draft.note.partner));
    Message::text(if sent {
        format!("{to}: marked as sent. The card says so.")
    } else {
        format!("{to}: handed back. A partner manager decides again.")
    })
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
