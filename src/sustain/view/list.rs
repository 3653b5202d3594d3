//! Notes as rows: on Home and in the private list.

use jiff::Zoned;
use serde_json::Value;

use super::super::draft::{Draft, Stage};
use super::super::relevance::Level;
use super::super::template;
use super::action;
use super::card::controls;
use super::told::answers;
use crate::kernel::age;
use crate::kernel::blocks::{self, Message};
use crate::kernel::text::escape;

/// One line about a note: to whom, about what, how it stands.
fn summary(draft: &Draft, now: &Zoned) -> String {
    let note = &draft.note;
    let stands = match (&draft.stage, note.check.verdict) {
        (Stage::Unconfirmed { .. }, _) => "not confirmed",
        (Stage::HandedOver(_), _) => "goes by hand, not yet said to be sent",
        _ if draft.snoozed(now.timestamp()).is_some() => "snoozed",
        _ if note.is_marked() => "a fact has changed: check the text",
        (_, Level::Block) if draft.is_sendable() => "block overridden",
        (_, Level::Block) => "blocked by the relevance check",
        (_, Level::Warn) => "worth another look",
        (_, Level::Pass) => "ready to approve",
    };
    let age = match age::days_since(draft.created_at, now) {
        0 => "today".to_owned(),
        days => age::days(days),
    };
    format!(
        "*Note to {} at {}* · {} · {stands} · {age}",
        escape(&note.contact),
        escape(&note.partner),
        escape(draft.account_words())
    )
}

/// A line about a note with what can be done: read and decide, or say what became of it.
fn row(draft: &Draft, line: &str) -> Vec<Value> {
    if !draft.is_waiting() {
        return vec![blocks::section(line), blocks::actions(controls(draft))];
    }
    vec![blocks::section_with(line, blocks::button("Review", action::REVIEW, &draft.value()))]
}

/// A note on the Home of whom it waits for.
pub fn home_row(draft: &Draft, now: &Zoned) -> Vec<Value> {
    let line = summary(draft, now);
    match draft.stage {
        Stage::HandedOver(_) => vec![blocks::section(&line), blocks::actions(answers(draft))],
        _ => row(draft, &line),
    }
}

/// The private list; `links` leads to each note's card where that is known.
pub fn list(drafts: &[Draft], links: &[Option<String>], now: &Zoned) -> Message {
    const SHOWN: usize = 15;
    if drafts.is_empty() {
        let text = "No note waits. `/partner draft new` starts one.";
        return Message::new(text, vec![blocks::section(text), templates()]);
    }
    let mut rows = vec![blocks::section("*Notes that wait*")];
    let mut text = vec!["*Notes that wait*".to_owned()];
    for (draft, link) in drafts.iter().zip(links).take(SHOWN) {
        let mut line = summary(draft, now);
        if let Some(link) = link {
            line.push_str(&format!(" · <{link}|card>"));
        }
        rows.extend(row(draft, &line));
        text.push(line);
    }
    if drafts.len() > SHOWN {
        let more = format!("{} more wait. The oldest are shown.", drafts.len() - SHOWN);
        rows.push(blocks::context(&more));
        text.push(more);
    }
    rows.push(templates());
    Message::new(text.join("\n"), rows)
}

/// The way to the texts that notes are drafted from.
fn templates() -> Value {
    blocks::actions(vec![template::view::button()])
}
