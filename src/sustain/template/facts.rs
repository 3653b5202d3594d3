//! What a template may say.

use serde::{Deserialize, Serialize};

/// What a template may say. A field that is `None` is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The reader's first name.
    pub recipient: Option<String>,
    /// The partner.
    pub partner: Option<String>,
    /// The shared account.
    pub account: Option<String>,
    /// The account in our books, as it reads in a sentence ("customer", "open deal").
    pub our_population: Option<String>,
    /// The account in their books.
    pub their_population: Option<String>,
    /// Who owns the account on our side.
    pub owner: Option<String>,
    /// Somebody at the account whom we know.
    pub our_contact: Option<Contact>,
    /// A document for their clients.
    pub asset: Option<Document>,
    /// Something we shipped.
    pub our_launch: Option<Dated>,
    /// Something they shipped.
    pub their_launch: Option<Dated>,
    /// What they focus on this season, and when they said so.
    pub their_focus: Option<Dated>,
    /// What came of the reader's help, as a clause ("signed on 3 March").
    pub result: Option<String>,
    /// When the next step could be ("Thursday 19 March").
    pub next_step: Option<String>,
}

impl Facts {
    /// Made-up facts, by which a text is checked when it is saved and shown where there are no own ones.
    pub fn sample() -> Self {
        let dated = |title: &str, date: &str| Some(Dated { title: title.to_owned(), date: date.to_owned() });
        Self {
            recipient: Some("Sam".to_owned()),
            partner: Some("Northwind".to_owned()),
            account: Some("Acme Corp".to_owned()),
            our_population: Some("customer".to_owned()),
            their_population: Some("prospect".to_owned()),
            owner: Some("Lena".to_owned()),
            our_contact: Some(Contact {
                name: "Dana Reyes".to_owned(),
                role: "head of operations".to_owned(),
            }),
            asset: Some(Document {
                title: "Retail onboarding checklist".to_owned(),
                url: "https://example.com/checklist".to_owned(),
            }),
            our_launch: dated("Returns connector", "2 March"),
            their_launch: dated("Northwind Returns API", "5 March"),
            their_focus: dated("returns in retail", "4 March"),
            result: Some("went live two weeks early".to_owned()),
            next_step: Some("Thursday 19 March".to_owned()),
        }
    }

    /// Takes these facts from the made-up ones.
    pub fn fill_in(&mut self, facts: &[String]) {
        let sample = serde_json::to_value(Self::sample());
        let known = serde_json::to_value(&*self);
        let (Ok(sample), Ok(mut known)) = (sample, known) else { return };
        for fact in facts.iter().filter(|fact| sample.get(fact).is_some()) {
            known[fact.as_str()] = sample[fact.as_str()].clone();
        }
        if let Ok(filled) = serde_json::from_value(known) {
            *self = filled;
        }
    }
}

/// A person at the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// What they do there.
    pub role: String,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
}

/// Something that was shipped, or said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// Its name, or the words.
    pub title: String,
    /// The day, as it reads in a sentence ("5 March").
    pub date: String,
}

/// The names of all facts that a template may declare in `needs`.
pub const FACTS: [&str; 13] = [
    "recipient",
    "partner",
    "account",
    "our_population",
    "their_population",
    "owner",
    "our_contact",
    "asset",
    "our_launch",
    "their_launch",
    "their_focus",
    "result",
    "next_step",
];

/// A fact in the words of a form.
pub fn words(fact: &str) -> &'static str {
    match fact {
        "recipient" => "the reader",
        "partner" => "the partner",
        "our_contact" => "somebody we know there",
        "asset" => "a document",
        "our_launch" => "something we shipped",
        "their_launch" => "something they shipped",
        "result" => "what came of it",
        "next_step" => "the day of the next step",
        "their_focus" => "what they focus on",
        "owner" => "the account's owner",
        "our_population" => "what the account is to us",
        "their_population" => "what the account is to them",
        _ => "the account",
    }
}
