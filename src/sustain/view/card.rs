//! The card in the approvers' channel: to whom, the exact text, what the relevance check says, how it stands.

use askama::Template;
use jiff::Timestamp;
use serde_json::Value;

use super::super::draft::{Check, Draft, Route, Stage};
use super::super::form::PURPOSES;
use super::super::relevance::Level;
use super::{action, clock, library};
use crate::kernel::blocks::{self, Message, SECTION_LIMIT};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;

/// Rules whose reason is worth reading even when they pass.
const TELLING: [&str; 3] = ["names-current-overlap", "carries-gift", "touch-cap"];
/// What a quoted line begins with.
pub(in crate::sustain) const QUOTE: &str = "> ";

/// Where the note goes, in words.
fn place(draft: &Draft) -> String {
    let note = &draft.note;
    match (note.route, note.destination.as_deref()) {
        (Route::Channel, Some(channel)) => format!("<#{channel}>"),
        (Route::Direct, Some(user)) => format!("direct message to <@{user}>"),
        _ => format!("by hand of {}", note.sender.mention()),
    }
}

fn purpose(draft: &Draft) -> String {
    let label = PURPOSES.iter().find(|(p, _)| *p == draft.note.purpose).map_or("", |(_, l)| l);
    label.to_lowercase()
}

#[derive(Template)]
#[template(path = "sustain/head.mrkdwn")]
struct Head<'a> {
    contact: &'a str,
    partner: &'a str,
    place: String,
    audience: String,
    sender: String,
    purpose: String,
    account: &'a str,
}

pub(super) fn head(draft: &Draft) -> Result<String> {
    let note = &draft.note;
    let audience = match note.route {
        Route::Channel => format!("{} staff", note.partner),
        Route::Direct | Route::ByHand => note.contact.clone(),
    };
    let head = Head {
        contact: &note.contact,
        partner: &note.partner,
        place: place(draft),
        audience,
        sender: note.sender.mention(),
        purpose: purpose(draft),
        account: draft.account_words(),
    };
    Ok(head.render()?.trim().to_owned())
}

#[derive(Template)]
#[template(path = "sustain/state.mrkdwn")]
struct State<'a> {
    stage: &'a Stage,
    snoozed: Option<String>,
    version: i64,
    drafter: String,
    approver: Option<String>,
    same: bool,
    sender: String,
    place: String,
}

impl State<'_> {
    fn clock(at: &Timestamp) -> String {
        clock(at)
    }
}

pub(super) fn state(draft: &Draft, now: Timestamp) -> Result<String> {
    let state = State {
        stage: &draft.stage,
        snoozed: draft.snoozed(now).map(|until| clock(&until)),
        version: draft.version,
        drafter: draft.created_by.mention(),
        approver: draft.approver.as_ref().map(UserId::mention),
        same: draft.approver.as_ref() == Some(&draft.created_by),
        sender: draft.note.sender.mention(),
        place: place(draft),
    };
    Ok(state.render()?.trim().to_owned())
}

#[derive(Template)]
#[template(path = "sustain/check.mrkdwn")]
struct Relevance<'a> {
    marks: Vec<String>,
    overridden: Option<(String, &'a str)>,
    passed: usize,
    total: usize,
    blocked: bool,
    said: Vec<String>,
    objections: Vec<(&'static str, &'a str, &'a str)>,
}

pub(super) fn relevance(draft: &Draft) -> Result<String> {
    let marks = draft.note.items().filter_map(library::marked).collect();
    let overridden = draft.overridden.as_ref().map(|o| (o.by.mention(), o.reason.as_str()));
    relevance_of(&draft.note.check, marks, overridden)
}

/// What the relevance check says of a text.
pub(in crate::sustain) fn said(check: &Check) -> Result<String> {
    relevance_of(check, Vec::new(), None)
}

fn relevance_of(check: &Check, marks: Vec<String>, overridden: Option<(String, &str)>) -> Result<String> {
    let sentence = |reason: &str| reason.trim_end_matches('.').to_owned();
    let telling = TELLING.iter().filter_map(|name| check.rules.iter().find(|r| r.rule == *name));
    let view = Relevance {
        marks,
        overridden,
        passed: check.passed(),
        total: check.rules.len(),
        blocked: check.verdict == Level::Block,
        said: telling.map(|r| sentence(&r.reason)).collect(),
        objections: check
            .objections()
            .into_iter()
            .map(|o| {
                let mark = if o.level == Level::Block { "blocks" } else { "warns" };
                (mark, o.reason.as_str(), o.fix.as_deref().unwrap_or_default())
            })
            .collect(),
    };
    Ok(view.render()?.trim().to_owned())
}

/// The text to the letter in sections, each line behind `mark`. Only a line that is longer than a section is broken.
pub(in crate::sustain) fn sections(text: &str, mark: &str) -> Vec<Value> {
    let mut sections: Vec<String> = vec![String::new()];
    for line in text.lines() {
        let whole = escape(line);
        let pieces = if whole.chars().count() + mark.len() < SECTION_LIMIT {
            vec![whole]
        } else {
            // Escaped, a character may become five.
            let letters: Vec<char> = line.chars().collect();
            letters.chunks(500).map(|c| escape(&c.iter().collect::<String>())).collect()
        };
        for piece in pieces {
            let last = sections.len() - 1;
            if sections[last].chars().count() + piece.chars().count() + mark.len() + 1 > SECTION_LIMIT {
                sections.push(String::new());
            }
            if let Some(section) = sections.last_mut() {
                section.push_str(&format!("{mark}{piece}\n"));
            }
        }
    }
    sections.iter().map(|s| blocks::section(s.trim_end())).collect()
}

/// The card in the approvers' channel.
pub fn card(draft: &Draft, now: Timestamp) -> Result<Message> {
    let (head, state) = (head(draft)?, state(draft, now)?);
    let mut rows = vec![blocks::section(&head)];
    rows.extend(sections(&draft.note.text, QUOTE));
    let relevance = relevance(draft)?;
    let shows_check = draft.is_waiting() || draft.overridden.is_some();
    let facts = library::stands_on(draft).filter(|_| draft.is_waiting());
    if shows_check {
        let rules = if draft.note.check.verdict == Level::Pass && !draft.note.is_marked() {
            blocks::context(&relevance)
        } else {
            blocks::section(&relevance)
        };
        rows.push(rules);
        if let Some(facts) = &facts {
            rows.push(blocks::context(facts));
        }
    }
    rows.push(blocks::context(&state));
    let controls = controls(draft);
    if !controls.is_empty() {
        rows.push(blocks::actions(controls));
    }
    let quoted: Vec<String> = draft.note.text.lines().map(|l| format!("{QUOTE}{}", escape(l))).collect();
    let mut text = vec![head, quoted.join("\n")];
    if shows_check {
        text.push(relevance);
        text.extend(facts);
    }
    text.push(state);
    Ok(Message::new(text.join("\n"), rows))
}

/// Asks before an approval: recipient and version, once more.
fn confirmed(approve: Value, draft: &Draft) -> Value {
    let (note, version) = (&draft.note, draft.version);
    let who = format!("{} at {}", escape(&note.contact), escape(&note.partner));
    let (title, text, verb) = match note.route {
        Route::ByHand => {
            let text =
                format!("Hand version {version} for {who} to {}? They send it.", note.sender.mention());
            ("To its sender", text, "Hand it over")
        }
        Route::Channel | Route::Direct => {
            let text = format!("Send version {version} to {who}? They will see it at once.");
            ("To the partner", text, "Send it")
        }
    };
    blocks::confirmed(approve, title, &text, verb)
}

/// Asks before a changed fact counts as looked at.
fn looked_at(recheck: Value) -> Value {
    let text = "Is the text still right as it stands? It is checked again and not sent; approving is a step of its own.";
    blocks::confirmed(recheck, "Check again", text, "It is right")
}

pub(super) fn approve_label(draft: &Draft) -> &'static str {
    if draft.note.route == Route::ByHand { "Approve and hand over" } else { "Approve and send" }
}

pub(super) fn controls(draft: &Draft) -> Vec<Value> {
    let value = draft.value();
    match &draft.stage {
        Stage::Proposed { .. } => {
            let edit = blocks::button("Edit", action::EDIT, &value);
            let reject = blocks::button("Reject", action::REJECT, &value);
            let menu = |verb: &str| format!("{verb}:{value}");
            let mut more = vec![
                ("Let somebody else decide", menu("reassign")),
                ("Snooze until tomorrow", menu("tomorrow")),
                ("Snooze until Monday", menu("monday")),
            ];
            if draft.is_sendable() {
                let approve = blocks::primary(blocks::button(approve_label(draft), action::APPROVE, &value));
                vec![confirmed(approve, draft), edit, reject, blocks::overflow(action::MORE, &more)]
            } else if draft.may_go(&draft.note.check) {
                let recheck = blocks::primary(blocks::button("Check again", action::RECHECK, &value));
                vec![looked_at(recheck), edit, reject, blocks::overflow(action::MORE, &more)]
            } else {
                more.push(("Override the block", menu("override")));
                vec![blocks::primary(edit), reject, blocks::overflow(action::MORE, &more)]
            }
        }
        Stage::HandedOver(_) => {
            let question =
                format!("Mark version {} to {} as sent?", draft.version, escape(&draft.note.contact));
            let sent = blocks::button("It was sent", action::SENT, &value);
            vec![
                blocks::confirmed(sent, "It was sent", &question, "It was sent"),
                blocks::button("Take back", action::NOT_ME, &value),
            ]
        }
        Stage::Unconfirmed { .. } => {
            let name = escape(&draft.note.contact);
            let arrived = blocks::button("It arrived", action::ARRIVED, &value);
            let resend = blocks::button("Resend", action::RESEND, &value);
            vec![
                blocks::confirmed(
                    arrived,
                    "It arrived",
                    &format!("Mark version {} to {name} as sent? Look in the channel first.", draft.version),
                    "It arrived",
                ),
                blocks::confirmed(
                    resend,
                    "Send again",
                    &format!("Send it to {name} again? If the first one did arrive, they read it twice."),
                    "Resend",
                ),
            ]
        }
        _ => Vec::new(),
    }
}
