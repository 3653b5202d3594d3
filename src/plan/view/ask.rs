//! What reps ask: the card that both sides have, the lines under it, the list, the forms.

mod form;

use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

pub use form::{
    Prefill, answer_modal, ask_modal, asked_modal, close_modal, decline_modal, missing_modal, usual,
};

use super::super::ask::{Answer, Ask, Side, Stage};
use super::{LISTED, mentions, when};
use crate::kernel::actor::Outside;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::{escape, sentence};
use crate::map::account_map::Names;
use crate::map::account_map::past::Happened;

/// The controls.
pub mod action {
    /// Opens the form; the value is what was understood. Also the callback of the form and of the message shortcut.
    pub const NEW: &str = "ask.new";
    /// The manager answers: opens a form, and its callback.
    pub const ANSWER: &str = "ask.answer";
    /// The manager has asked the partner: opens a form, and its callback.
    pub const ASKED: &str = "ask.asked";
    /// The manager cannot find out: opens a form, and its callback.
    pub const DECLINE: &str = "ask.decline";
    /// Something is missing: opens a form, and its callback.
    pub const MISSING: &str = "ask.missing";
    /// What came of it: opens a form, and its callback.
    pub const CLOSE: &str = "ask.close";
    /// The requester takes it back.
    pub const WITHDRAW: &str = "ask.withdraw";
}

/// So many rows of a list have a button; the rest are text.
const WITH_BUTTON: usize = 5;
/// As much of a question or an answer stands in one line.
const LINE: usize = 300;

#[derive(Template)]
#[template(path = "plan/ask.mrkdwn")]
struct Card<'a> {
    account: &'a str,
    topic: &'a str,
    partner: &'a str,
    question: String,
    answers: Vec<(&'a str, String)>,
    state: String,
    why: &'a str,
    link: &'a str,
}

/// The subject under which a reader's card is edited.
pub fn subject(ask: &Ask, reader: &UserId) -> String {
    format!("ask:{}:{reader}", ask.id)
}

/// On one line, and not longer than one.
fn line(text: &str) -> String {
    clip(&text.split_whitespace().collect::<Vec<_>>().join(" "), LINE)
}

/// Without the full stop at its end: more follows in brackets.
fn open(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

/// `Sam Whitfield at Northwind, Thu 5 Mar`; not escaped.
fn source(ask: &Ask, answer: &Answer, today: Date) -> String {
    let day = spoken(answer.said_on, today);
    match &answer.said_by {
        Some((_, name)) => format!("{name} at {}, {day}", ask.partner),
        None => day,
    }
}

/// The card, with the controls that this reader has at this stage; `left` where the requester has, and others say what came
/// of it.
pub fn card(ask: &Ask, reader: &UserId, left: bool, here: &Zoned) -> Result<Message> {
    let today = here.date();
    // Why a partner was asked is of use as long as it has not answered.
    let why = if ask.answers.is_empty() { ask.why.as_str() } else { "" };
    let text = Card {
        account: &ask.account,
        topic: ask.topic.words(),
        partner: &ask.partner,
        question: line(&ask.question),
        answers: ask.answers.iter().map(|a| (open(&a.text), source(ask, a, today))).collect(),
        state: state(ask, here),
        why,
        link: ask.link.as_deref().unwrap_or_default(),
    };
    let text = text.render()?;
    let mut all = blocks::sections(text.trim());
    let controls = controls(ask, reader, left);
    if !controls.is_empty() {
        all.push(blocks::actions(controls));
    }
    Ok(Message::new(text.trim(), all))
}

fn controls(ask: &Ask, reader: &UserId, left: bool) -> Vec<Value> {
    let value = format!("{}:{}", ask.id, ask.version);
    let button = |label: &str, id: &str| blocks::button(label, id, &value);
    let mut all = Vec::new();
    let (asks, asked) = (ask.requester == *reader, ask.asked.contains(reader));
    if asked && ask.waits_for_manager() {
        all.push(blocks::primary(button("Answer", action::ANSWER)));
        if !matches!(ask.stage, Stage::WithPartner(_)) {
            all.push(button("Say whom you asked", action::ASKED));
        }
        all.push(button("Decline", action::DECLINE));
    }
    match ask.stage {
        Stage::Answered(_) if asks => {
            all.push(blocks::primary(button("Say what came of it", action::CLOSE)));
            all.push(button("Ask for more", action::MISSING));
        }
        Stage::Answered(_) if left => {
            all.push(blocks::primary(button("Say what came of it", action::CLOSE)));
        }
        Stage::Declined { .. } if asks => {
            let prefill = Prefill {
                account: without_domain(&ask.account),
                question: ask.question.clone(),
                topic: Some(ask.topic.as_str().to_owned()),
                except: Some(ask.partner_id.to_string()),
                ..Prefill::default()
            };
            let value = serde_json::to_string(&prefill).unwrap_or_default();
            // Slack takes 2,000 characters of value.
            let value = if value.chars().count() <= 2000 { value } else { json!({}).to_string() };
            all.push(blocks::primary(blocks::button("Ask another partner", action::NEW, &value)));
        }
        _ => {}
    }
    if asks && ask.is_open() {
        let text = format!("Take back the question about {}?", escape(&ask.account));
        let withdraw = button("Withdraw", action::WITHDRAW);
        all.push(blocks::confirmed(withdraw, "Withdraw the question", &text, "Withdraw"));
    }
    all
}

/// `Acme (acme.com)` is found by its domain.
fn without_domain(label: &str) -> String {
    match label.rsplit_once(" (") {
        Some((_, domain)) if domain.ends_with(')') && domain.contains('.') => {
            domain.trim_end_matches(')').to_owned()
        }
        _ => label.to_owned(),
    }
}

/// How it stands, in a sentence.
pub fn state(ask: &Ask, here: &Zoned) -> String {
    let (requester, asked) = (ask.requester.mention(), mentions(&ask.asked));
    match &ask.stage {
        Stage::Asked => format!("{requester} asks {asked}."),
        Stage::Missing { what, .. } => {
            format!("{requester} still needs: {} {asked} is asked again.", escape(&sentence(what)))
        }
        Stage::WithPartner(moved) => {
            let whom = ask
                .contact
                .as_ref()
                .map_or_else(|| ask.partner.clone(), |(_, name)| format!("{name} at {}", ask.partner));
            let day = spoken(moved.at.to_zoned(here.time_zone().clone()).date(), here.date());
            format!("{} asked {} on {day}, and waits.", moved.by.mention(), escape(&whom))
        }
        Stage::Answered(moved) => {
            format!("Answered by {}. {requester} says what comes of it.", moved.by.mention())
        }
        Stage::Closed { came, deal, moved } => {
            let came = escape(came.trim_end_matches('.'));
            format!("Closed by {}: {came}; {}.", moved.by.mention(), deal.words())
        }
        Stage::Declined { because, moved } => {
            format!("Declined by {}: {}", moved.by.mention(), escape(&sentence(because)))
        }
        Stage::Withdrawn(moved) => format!("Withdrawn by {}.", moved.by.mention()),
    }
}

/// `Hooli (hooli.com), through Northwind`, escaped.
fn about(ask: &Ask) -> String {
    format!("{}, through {}", escape(&ask.account), escape(&ask.partner))
}

/// The line under a reader's card when somebody else moved it; an answer stands in it whole.
pub fn news(ask: &Ask, here: &Zoned) -> Message {
    let mut text = format!("{} · {}", about(ask), state(ask, here));
    if let (Stage::Answered(_), Some(answer)) = (&ask.stage, ask.answers.last()) {
        let said = format!("{} ({})", open(&answer.text), source(ask, answer, here.date()));
        text.push_str(&format!("\n{}", escape(&said)));
    }
    Message::text(text)
}

/// The line under the card of whoever is waited for.
pub fn reminder(ask: &Ask, waited: i64) -> Message {
    let about = about(ask);
    Message::text(match &ask.stage {
        Stage::Answered(_) => format!(
            "{about} · answered {waited} working days ago. What came of it, and did the deal move? Above you can say so, or ask for more."
        ),
        Stage::WithPartner(_) => {
            let whom = ask.contact.as_ref().map_or(&ask.partner, |(_, name)| name);
            format!(
                "{about} · {} was asked {waited} working days ago, and {} waits. Above you can answer or decline.",
                escape(whom),
                ask.requester.mention()
            )
        }
        _ => format!(
            "{about} · {} has waited {waited} working days for your answer. Above you can answer, say whom you asked, or decline.",
            ask.requester.mention()
        ),
    })
}

/// The line under the card of whoever says what came of it, where the requester has left.
pub fn left(ask: &Ask, waited: i64, why: Outside) -> Message {
    Message::text(format!(
        "{} · answered {waited} working days ago. {}, who asked, is {why} now. Above you can say what came of it.",
        about(ask),
        ask.requester.mention()
    ))
}

/// What whoever comes second is told.
pub fn decided_already(ask: &Ask, now: Timestamp, zone: &TimeZone) -> Error {
    let at = ask.last_move().map(|m| format!(" ({})", when(m.at, now, zone))).unwrap_or_default();
    let state = state(ask, &now.to_zoned(zone.clone()));
    Error::user(format!("That changed before you pressed the button{at}. {} · {state}", about(ask)))
}

/// Nobody is asked twice for one thing.
pub fn asked_already(ask: &Ask, here: &Zoned) -> Error {
    Error::user(format!(
        "That is asked already, so nobody was asked again. {} · {}",
        about(ask),
        state(ask, here)
    ))
}

/// Who may make a move.
pub fn refusal(ask: &Ask, side: Side) -> Error {
    Error::refused(match side {
        Side::Managers => {
            format!("Only {} can answer this question. Nothing was changed.", mentions(&ask.asked))
        }
        Side::Requester => {
            format!("Only {}, who asked, can do that. Nothing was changed.", ask.requester.mention())
        }
        Side::Either => format!(
            "Only {}, who asked, can do that, or somebody who looks after {}. Nothing was changed.",
            ask.requester.mention(),
            escape(&ask.partner)
        ),
    })
}

/// One in a line.
pub(super) fn one_line(ask: &Ask, here: &Zoned) -> String {
    let (account, question) = (escape(&ask.account), escape(&line(&ask.question)));
    format!("*{account}* · {question} · {} · {}", escape(&ask.partner), state(ask, here))
}

/// What this reader can do about it next, where it waits for them.
pub(super) fn next(ask: &Ask, reader: &UserId) -> Option<Value> {
    let mut button =
        controls(ask, reader, false).into_iter().next().filter(|_| ask.waits_for().contains(reader))?;
    // A list has a button in each row, and no accent.
    if let Some(fields) = button.as_object_mut() {
        fields.remove("style");
    }
    Some(button)
}

/// The private list of open and recent questions; those that wait for the reader can be answered on the spot.
pub fn list(found: &[Ask], reader: &UserId, here: &Zoned) -> Message {
    if found.is_empty() {
        return Message::text(
            "Nothing is asked. `/partner ask acme \"who runs RevOps there?\"` asks our manager for the best-placed partner; nobody there is written to.",
        );
    }
    let title = "*Questions to partner managers*";
    let (mut all, mut lines) = (vec![blocks::section(title)], vec![title.to_owned()]);
    let mut buttons = 0;
    for ask in found.iter().take(LISTED) {
        let row = one_line(ask, here);
        all.push(match next(ask, reader).filter(|_| buttons < WITH_BUTTON) {
            Some(button) => {
                buttons += 1;
                blocks::section_with(&row, button)
            }
            None => blocks::section(&row),
        });
        lines.push(row);
    }
    if found.len() > LISTED {
        let more = format!("Only the first {LISTED} are shown.");
        all.push(blocks::context(&more));
        lines.push(more);
    }
    Message::new(lines.join("\n"), all)
}

/// Which of several questions is to be answered.
pub fn which(found: &[Ask], reader: &UserId, here: &Zoned) -> Message {
    if found.is_empty() {
        return Message::text("No question waits for your answer.");
    }
    list(found, reader, here)
}

/// What was answered about an account before, the newest first, as sentences that are not escaped: who said it, when, and who
/// passed it on.
pub fn earlier(asks: &[Ask], names: &Names, today: Date) -> Vec<String> {
    let mut answered: Vec<(&Ask, &Answer)> =
        asks.iter().flat_map(|ask| ask.answers.iter().map(move |answer| (ask, answer))).collect();
    answered.sort_by_key(|(_, answer)| std::cmp::Reverse((answer.said_on, answer.at)));
    answered
        .into_iter()
        .map(|(ask, answer)| {
            format!(
                "{} {} ({}; from {})",
                sentence(&line(&ask.question)),
                line(open(&answer.text)),
                source(ask, answer, today),
                names.of_user(&answer.by)
            )
        })
        .collect()
}

/// What is asked about an account and waits for an answer, as sentences that are not escaped.
pub fn waiting(asks: &[Ask], names: &Names) -> Vec<String> {
    let waits = asks.iter().filter(|ask| ask.waits_for_manager());
    waits
        .map(|ask| {
            let asker = names.of_user(&ask.requester);
            format!("{} Asked of {} by {asker}", sentence(&line(&ask.question)), ask.partner)
        })
        .collect()
}

/// All that was asked about an account and answered: each answer is a touchpoint, which is what the partner did for us.
pub fn past(asks: &[Ask]) -> Vec<Happened> {
    let mut all = Vec::new();
    for ask in asks {
        let question = format!("Of {}: {}", ask.partner, line(&ask.question));
        all.push(Happened::new(ask.created_at, &ask.requester, "Question", question));
        for answer in &ask.answers {
            let whom = answer
                .said_by
                .as_ref()
                .map_or_else(|| ask.partner.clone(), |(_, name)| format!("{name} at {}", ask.partner));
            let text = format!("{whom} answered \"{}\": {}", line(&ask.question), answer.text);
            let told = Happened::new(answer.at, &answer.by, "Touchpoint", text);
            all.push(Happened { on: Some(answer.said_on), ..told });
        }
        if let Stage::Closed { came, deal, moved } = &ask.stage {
            let text = format!("{}; {}", came.trim_end_matches('.'), deal.words());
            all.push(Happened::new(moved.at, &moved.by, "Question closed", text));
        }
    }
    all
}

/// Every person of ours who is in what was asked.
pub fn users(asks: &[Ask]) -> Vec<UserId> {
    asks.iter()
        .flat_map(|q| {
            let answered = q.answers.iter().map(|a| a.by.clone());
            answered.chain([q.requester.clone()]).chain(q.last_move().map(|m| m.by.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
