//! The forms of what reps ask.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::super::ask::{Ask, Topic};
use super::super::super::placed::Placed;
use super::super::introduction::deal_input;
use super::super::{contact_input, field, notes, short_input};
use super::{action, line};
use crate::kernel::blocks::{self, clip};
use crate::kernel::ids::ContactId;
use crate::kernel::text::escape;
use crate::map::account_map::relationship::STRENGTHS;
use crate::map::partner::{Contact, Partner};

/// So many earlier answers stand above the form.
const EARLIER: usize = 3;

/// What the form begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// The account as written.
    pub account: String,
    /// The question.
    pub question: String,
    /// What it is about, as stored.
    pub topic: Option<String>,
    /// The partner that is not asked again: its id.
    pub except: Option<String>,
    /// The message it comes from: channel and `ts`.
    pub source: Option<(String, String)>,
}

impl Prefill {
    /// What it is about: as chosen, else by the question.
    pub fn topic(&self) -> Topic {
        let chosen = self.topic.as_deref().and_then(Topic::stored);
        chosen.unwrap_or_else(
            || {
                if self.question.is_empty() { Topic::Whom } else { Topic::of(&self.question) }
            },
        )
    }
}

/// The usual question on a topic where nobody wrote one.
pub fn usual(topic: Topic, account: &str, written: Option<&str>) -> Option<String> {
    match written.map(str::trim).filter(|text| !text.is_empty()) {
        Some(written) => Some(written.to_owned()),
        None => Some(topic.question(account)).filter(|question| !question.is_empty()),
    }
}

/// The form that asks. `placed` are the partners that have to do with the account, the best placed first; `earlier` is what was
/// answered before.
pub fn ask_modal(
    prefill: &Prefill,
    placed: &[Placed],
    partners: &[Partner],
    earlier: &[String],
    doubts: &[String],
    metadata: &Value,
) -> Value {
    let mut all: Vec<Value> = notes(doubts).into_iter().collect();
    if !earlier.is_empty() {
        let told: Vec<String> = earlier.iter().take(EARLIER).map(|e| escape(e)).collect();
        all.push(blocks::section(&format!("*Answered before*\n{}", told.join("\n"))));
    }
    let best = placed.iter().find(|p| prefill.except.as_deref() != Some(p.partner.as_str()));
    if let Some(best) = best {
        let (name, why) = (escape(&best.name), escape(&best.words()));
        all.push(blocks::section(&format!("*{name}* is best placed: {why}.")));
    }
    let account = blocks::text_input(field::ACCOUNT, "Acme or acme.com", Some(&prefill.account), false);
    let topics: Vec<Value> =
        Topic::ALL.iter().map(|(_, stored, words, _)| blocks::choice(words, stored)).collect();
    let topic = blocks::select(field::TOPIC, "What about", &topics, Some(prefill.topic().as_str()));
    let question = short_input(field::TEXT, "Who runs RevOps there?", &prefill.question);
    all.extend([
        blocks::input("Account", account, None, false),
        blocks::input("About", topic, None, false),
        blocks::input(
            "Question",
            question,
            Some("Left empty, the usual question on what you chose is asked."),
            true,
        ),
        whom_to_ask(placed, partners, best),
    ]);
    blocks::modal(action::NEW, "Ask a colleague", Some("Ask"), metadata, all)
}

/// The partners that have to do with the account first; without a choice the best placed is asked.
fn whom_to_ask(placed: &[Placed], partners: &[Partner], best: Option<&Placed>) -> Value {
    let known: Vec<Value> = placed
        .iter()
        .map(|p| blocks::choice(&clip(&format!("{}: {}", p.name, p.words()), 75), p.partner.as_str()))
        .collect();
    let others = partners.iter().filter(|p| placed.iter().all(|known| known.partner != p.id));
    let options: Vec<Value> =
        known.into_iter().chain(others.map(|p| blocks::choice(&p.name, p.id.as_str()))).collect();
    let chosen = best.map(|p| p.partner.as_str());
    let element = blocks::select(field::PARTNER, "Whoever is best placed", &options, chosen);
    blocks::input("Ask the manager of", element, None, true)
}

fn described(ask: &Ask) -> Value {
    let (account, partner) = (escape(&ask.account), escape(&ask.partner));
    blocks::section(&format!("*{account}*, through {partner}\n>{}", escape(&line(&ask.question))))
}

/// The form in which a manager answers. `contacts` are the people at the partner.
pub fn answer_modal(
    ask: &Ask,
    partner: &Partner,
    contacts: &[Contact],
    today: Date,
    metadata: &Value,
) -> Value {
    let text = short_input(field::TEXT, "Dana Reyes runs it, since January", "");
    let asked: Option<&ContactId> = ask.contact.as_ref().map(|(id, _)| id);
    let partners = std::slice::from_ref(partner);
    let name = blocks::text_input(field::NAME, "Dana Reyes", None, false);
    let title = blocks::text_input(field::TITLE, "VP Revenue Operations", None, false);
    let strengths: Vec<Value> =
        STRENGTHS.iter().map(|(n, words)| blocks::choice(words, &n.to_string())).collect();
    let strength = blocks::select(field::STRENGTH, "Not known", &strengths, None);
    let mut fields = vec![
        described(ask),
        blocks::input("Answer", text, None, false),
        contact_input("Who said it", contacts, partners, asked),
        blocks::input("Said on", blocks::date_picker(field::DATE, Some(today)), None, false),
        blocks::input(
            "Person at the account",
            name,
            Some("Whom the answer names, if anybody. I add them to the account's map."),
            true,
        ),
        blocks::input("Their title", title, None, true),
        blocks::input("How well do they know this person", strength, None, true),
    ];
    if ask.topic == Topic::Introduction {
        fields.push(blocks::input(
            "Introduction due by",
            blocks::date_picker(field::DUE, None),
            Some("If they agreed to introduce us. I remind until the introduction is made."),
            true,
        ));
    }
    blocks::modal(action::ANSWER, "Answer", Some("Answer"), metadata, fields)
}

/// The form in which a manager says whom they asked.
pub fn asked_modal(ask: &Ask, partner: &Partner, contacts: &[Contact], metadata: &Value) -> Value {
    let whom = contact_input("Whom you asked", contacts, std::slice::from_ref(partner), None);
    let unseen = blocks::context(&format!(
        "Nothing is sent to {}. The requester sees that you wait.",
        escape(&ask.partner)
    ));
    blocks::modal(
        action::ASKED,
        "Say whom you asked",
        Some("Save"),
        metadata,
        vec![described(ask), whom, unseen],
    )
}

/// The form in which a manager says that they cannot find out.
pub fn decline_modal(ask: &Ask, metadata: &Value) -> Value {
    let why = short_input(field::REASON, "They lost the account last year", "");
    let why = blocks::input("Why", why, Some("The requester sees it, and can ask another partner."), false);
    blocks::modal(
        action::DECLINE,
        "Decline the question",
        Some("Decline"),
        metadata,
        vec![described(ask), why],
    )
}

/// The form in which a requester says what is missing.
pub fn missing_modal(ask: &Ask, metadata: &Value) -> Value {
    let what = short_input(field::TEXT, "Her number, and when she is back", "");
    let what = blocks::input("What is still missing", what, None, false);
    blocks::modal(action::MISSING, "Ask for more", Some("Ask"), metadata, vec![described(ask), what])
}

/// The form in which a requester says what came of it.
pub fn close_modal(ask: &Ask, metadata: &Value) -> Value {
    let came = short_input(field::TEXT, "We meet Dana on Tuesday", "");
    let fields = vec![
        described(ask),
        blocks::input("What came of it", came, Some("Whoever answered sees it."), false),
        deal_input(),
    ];
    blocks::modal(action::CLOSE, "What came of it", Some("Close"), metadata, fields)
}
