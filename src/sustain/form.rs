//! The form in which a note is composed, and the note that comes of it.
//!
//! One modal, redrawn when a choice changes what else there is to choose: the purpose decides the kinds of gift, both decide
//! the templates, and what the chosen one needs and nobody knows yet is asked for right there.

mod compose;
mod draw;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use self::compose::{Composed, Reader, compose};
pub use self::draw::modal;
use super::facts::{Ground, ItemKind, word};
use super::relevance::{GiftKind, Purpose};
use super::template::{self, Template, shipped};
use crate::kernel::ids::ContactId;

/// The value of the contact select for somebody who is not on record.
const SOMEBODY_NEW: &str = "new";

/// The fields, by block id.
pub mod field {
    /// The reader.
    pub const CONTACT: &str = "draft.contact";
    /// A new reader's name.
    pub const CONTACT_NAME: &str = "contact_name";
    /// A new reader's role.
    pub const CONTACT_ROLE: &str = "contact_role";
    /// The purpose.
    pub const PURPOSE: &str = "draft.purpose";
    /// The kind of gift; the block's id goes on with the purpose.
    pub const GIFT: &str = "draft.gift";
    /// The template, where there is more than one; the block's id goes on with purpose and gift.
    pub const TEMPLATE: &str = "draft.template";
    /// The route.
    pub const ROUTE: &str = "route";
    /// The sender.
    pub const SENDER: &str = "sender";
    /// The owner's name.
    pub const OWNER: &str = "owner";
    /// What came of the reader's help.
    pub const RESULT: &str = "result";
    /// The day of the next step.
    pub const NEXT_STEP: &str = "next_step";
    /// Somebody at the account.
    pub const OUR_CONTACT: &str = "our_contact";
    /// What they do there.
    pub const OUR_CONTACT_ROLE: &str = "our_contact_role";
}

/// Every purpose with its label.
pub const PURPOSES: [(Purpose, &str); 4] = [
    (Purpose::Prospecting, "Prospecting"),
    (Purpose::Expansion, "Expansion"),
    (Purpose::Executive, "Executive"),
    (Purpose::Presales, "Pre-sales"),
];

/// Every kind of gift with its label, the best first (A11).
pub const GIFTS: [(GiftKind, &str); 6] = [
    (GiftKind::TheirLaunch, "Something they shipped"),
    (GiftKind::Introduction, "An introduction"),
    (GiftKind::Asset, "A document for their clients"),
    (GiftKind::OurLaunch, "Something we shipped"),
    (GiftKind::Result, "What came of their help"),
    (GiftKind::OfferOfHelp, "A plain offer of help"),
];

/// Every kind of gift as it is stored, with its label.
pub fn gifts() -> [(String, &'static str); 6] {
    GIFTS.map(|(gift, label)| (name_of(&gift), label))
}

/// What was entered, by block id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<String, String>);

impl Answers {
    /// With this item of the library chosen, where there is a text that gives it.
    pub fn about(ground: &Ground, id: &str) -> Self {
        let Some(item) = ground.library.iter().find(|item| item.id == id) else { return Self::default() };
        let gift = match item.kind {
            ItemKind::Asset => GiftKind::Asset,
            ItemKind::OurLaunch => GiftKind::OurLaunch,
            ItemKind::TheirLaunch => GiftKind::TheirLaunch,
        };
        let likely = ground.likely_purpose();
        let fits = |purpose: &Purpose| !texts(ground, *purpose, gift).is_empty();
        let others = PURPOSES.iter().map(|(purpose, _)| *purpose).filter(|purpose| *purpose != likely);
        let Some(purpose) = std::iter::once(likely).chain(others).find(fits) else { return Self::default() };
        Self(BTreeMap::from([
            (field::PURPOSE.to_owned(), name_of(&purpose)),
            (gift_block(purpose), name_of(&gift)),
            (format!("{}_known", item.kind.as_str()), id.to_owned()),
        ]))
    }

    fn get(&self, block: &str) -> Option<&str> {
        self.0.get(block).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    /// Where the most was written.
    fn longest(&self) -> Option<&str> {
        self.0.iter().max_by_key(|(_, entered)| entered.chars().count()).map(|(block, _)| block.as_str())
    }

    fn date(&self, block: &str) -> Option<Date> {
        self.get(block)?.parse().ok()
    }
}

/// What is chosen at the moment.
#[derive(Clone, Debug, PartialEq)]
struct Choice {
    purpose: Purpose,
    gift: GiftKind,
    /// The text; `None` where there is none for this overlap.
    template: Option<&'static Template>,
    /// The reader on record; `None` for a new one.
    contact: Option<ContactId>,
}

/// A kind of gift that there is a text for.
struct Offered {
    gift: GiftKind,
    label: &'static str,
    /// The facts that its best text still lacks.
    lacks: Vec<&'static str>,
}

/// The kinds of gift that there is a text for.
fn gifts_of(ground: &Ground, purpose: Purpose) -> Vec<Offered> {
    let facts = ground.facts(None);
    let offered = |(gift, label): &(GiftKind, &'static str)| {
        let texts = texts(ground, purpose, *gift);
        let lacks = texts.into_iter().map(|t| missing(t, &facts)).min_by_key(Vec::len)?;
        Some(Offered { gift: *gift, label, lacks })
    };
    GIFTS.iter().filter_map(offered).collect()
}

/// The purposes that there is a text for.
fn purposes_of(ground: &Ground) -> Vec<(Purpose, &'static str)> {
    PURPOSES.into_iter().filter(|(purpose, _)| !gifts_of(ground, *purpose).is_empty()).collect()
}

/// The texts of a kind whose claims are true of the overlap.
fn texts(ground: &Ground, purpose: Purpose, gift: GiftKind) -> Vec<&'static Template> {
    let (ours, theirs) = (ground.overlap.our_population, ground.overlap.their_population);
    // A text that is true of our customers only would tell that it is one.
    let tells = |t: &&Template| t.ours.is_empty() || ground.shared.our_population.is_some();
    let fits = |t: &&Template| t.purpose == purpose && t.gift == gift && t.fits(ours, theirs);
    // What they focus on is heard from them; nobody is asked to make it up.
    let heard = |t: &&Template| ground.season.is_some() || t.needs.iter().all(|need| need != "their_focus");
    shipped().iter().filter(fits).filter(tells).filter(heard).collect()
}

/// The facts that a template lacks. The reader is always asked for.
fn missing(template: &Template, facts: &template::Facts) -> Vec<&'static str> {
    let lacking = template.missing(facts);
    template::FACTS.into_iter().filter(|f| *f != "recipient" && lacking.contains(f)).collect()
}

/// A fact in the words of the form.
fn words(fact: &str) -> &'static str {
    match fact {
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

fn choose(ground: &Ground, answers: &Answers) -> Choice {
    let purposes = purposes_of(ground);
    let wanted = answers.get(field::PURPOSE).and_then(|p| word::read(p).ok());
    let purpose = [wanted, Some(ground.likely_purpose())]
        .into_iter()
        .flatten()
        .find(|wanted| purposes.iter().any(|(offered, _)| offered == wanted))
        .or_else(|| purposes.first().map(|(purpose, _)| *purpose))
        .unwrap_or(Purpose::Executive);
    let gifts = gifts_of(ground, purpose);
    let wanted: Option<GiftKind> = answers.get(&gift_block(purpose)).and_then(|g| word::read(g).ok());
    let gift = wanted
        .filter(|wanted| gifts.iter().any(|offered| offered.gift == *wanted))
        // What can be written at once comes before what needs more to be known.
        .or_else(|| gifts.iter().find(|offered| offered.lacks.is_empty()).map(|offered| offered.gift))
        .or_else(|| gifts.first().map(|offered| offered.gift))
        .unwrap_or(GiftKind::OfferOfHelp);
    let texts = texts(ground, purpose, gift);
    let named = answers.get(&template_block(purpose, gift));
    let template = texts.iter().find(|t| Some(t.name.as_str()) == named).or(texts.first()).copied();
    let contact = match answers.get(field::CONTACT) {
        Some(SOMEBODY_NEW) => None,
        Some(id) => ground.contacts.iter().find(|c| c.id.as_str() == id),
        None => ground.contacts.first(),
    };
    Choice { purpose, gift, template, contact: contact.map(|c| c.id.clone()) }
}

fn name_of<T: serde::Serialize>(word: &T) -> String {
    word::write(word).unwrap_or_default()
}

fn gift_block(purpose: Purpose) -> String {
    format!("{}:{}", field::GIFT, name_of(&purpose))
}

fn template_block(purpose: Purpose, gift: GiftKind) -> String {
    format!("{}:{}:{}", field::TEMPLATE, name_of(&purpose), name_of(&gift))
}

#[cfg(test)]
mod tests;
