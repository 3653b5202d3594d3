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
use super::template::facts::{self, FACTS, words};
use super::template::{Template, Text};
use crate::kernel::ids::ContactId;
use crate::map::partner::ContactRole;

/// The value of the contact select for somebody who is not on record.
const SOMEBODY_NEW: &str = "new";

/// The fields, by block id.
pub mod field {
    /// The reader.
    pub const CONTACT: &str = "draft.contact";
    /// A new reader's name.
    pub const CONTACT_NAME: &str = "contact_name";
    /// A new reader's role.
    pub const CONTACT_ROLE: &str = "draft.role";
    /// The purpose; the block's id goes on with the reader's role.
    pub const PURPOSE: &str = "draft.purpose";
    /// The kind of gift; the block's id goes on with role and purpose.
    pub const GIFT: &str = "draft.gift";
    /// The template, where there is more than one; the block's id goes on with role, purpose and gift.
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
        // As the form opens: for the first reader on record.
        let role = ground.contacts.first().map_or(ContactRole::PartnerRep, |c| c.role);
        let likely = ground.likely_purpose(role);
        let fits = |purpose: &Purpose| !texts(ground, role, *purpose, gift).is_empty();
        let others = PURPOSES.iter().map(|(purpose, _)| *purpose).filter(|purpose| *purpose != likely);
        let Some(purpose) = std::iter::once(likely).chain(others).find(fits) else { return Self::default() };
        Self(BTreeMap::from([
            (purpose_block(role), name_of(&purpose)),
            (gift_block(role, purpose), name_of(&gift)),
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
struct Choice<'a> {
    purpose: Purpose,
    gift: GiftKind,
    /// The text; `None` where there is none for this overlap and reader.
    text: Option<(&'a Text, &'a Template)>,
    /// The reader on record; `None` for a new one.
    contact: Option<ContactId>,
    /// What the reader does.
    role: ContactRole,
}

/// A kind of gift that there is a text for.
struct Offered {
    gift: GiftKind,
    label: &'static str,
    /// The facts that its best text still lacks.
    lacks: Vec<&'static str>,
}

/// The kinds of gift that there is a text for.
fn gifts_of(ground: &Ground, role: ContactRole, purpose: Purpose) -> Vec<Offered> {
    let known = ground.facts(None);
    let offered = |(gift, label): &(GiftKind, &'static str)| {
        let texts = texts(ground, role, purpose, *gift);
        let lacks = texts.into_iter().map(|(_, t)| missing(t, &known)).min_by_key(Vec::len)?;
        Some(Offered { gift: *gift, label, lacks })
    };
    GIFTS.iter().filter_map(offered).collect()
}

/// The purposes that there is a text for.
fn purposes_of(ground: &Ground, role: ContactRole) -> Vec<(Purpose, &'static str)> {
    PURPOSES.into_iter().filter(|(purpose, _)| !gifts_of(ground, role, *purpose).is_empty()).collect()
}

/// The texts of a kind that are written for such a reader and whose claims are true of the overlap.
fn texts(ground: &Ground, role: ContactRole, purpose: Purpose, gift: GiftKind) -> Vec<(&Text, &Template)> {
    let of_kind = |t: &Template| t.head.purpose == purpose && t.head.gift == gift && t.is_for(role);
    ground.texts.offered().filter(|(_, t)| of_kind(t) && is_true_of(t, ground)).collect()
}

/// Whether what a text takes for granted is so, may be told, and was heard.
pub fn is_true_of(template: &Template, ground: &Ground) -> bool {
    let (ours, theirs) = (ground.overlap.our_population, ground.overlap.their_population);
    // A text that is true of our customers only would tell that it is one.
    let tells = template.head.ours.is_empty() || ground.shared.our_population.is_some();
    // What they focus on is heard from them; nobody is asked to make it up.
    let heard = ground.season.is_some() || template.needs.iter().all(|need| need != "their_focus");
    tells && heard && template.fits(ours, theirs)
}

/// The facts that a template lacks. The reader is always asked for.
fn missing(template: &Template, known: &facts::Facts) -> Vec<&'static str> {
    let lacking = template.missing(known);
    FACTS.into_iter().filter(|f| *f != "recipient" && lacking.contains(f)).collect()
}

fn choose<'a>(ground: &'a Ground, answers: &Answers) -> Choice<'a> {
    let contact = match answers.get(field::CONTACT) {
        Some(SOMEBODY_NEW) => None,
        Some(id) => ground.contacts.iter().find(|c| c.id.as_str() == id),
        None => ground.contacts.first(),
    };
    let role = contact.map(|c| c.role);
    let role = role.or_else(|| answers.get(field::CONTACT_ROLE).and_then(ContactRole::stored));
    let role = role.unwrap_or(ContactRole::PartnerRep);
    let purposes = purposes_of(ground, role);
    let wanted = answers.get(&purpose_block(role)).and_then(|p| word::read(p).ok());
    let purpose = [wanted, Some(ground.likely_purpose(role))]
        .into_iter()
        .flatten()
        .find(|wanted| purposes.iter().any(|(offered, _)| offered == wanted))
        .or_else(|| purposes.first().map(|(purpose, _)| *purpose))
        .unwrap_or(Purpose::Executive);
    let gifts = gifts_of(ground, role, purpose);
    let wanted: Option<GiftKind> = answers.get(&gift_block(role, purpose)).and_then(|g| word::read(g).ok());
    let gift = wanted
        .filter(|wanted| gifts.iter().any(|offered| offered.gift == *wanted))
        // What can be written at once comes before what needs more to be known.
        .or_else(|| gifts.iter().find(|offered| offered.lacks.is_empty()).map(|offered| offered.gift))
        .or_else(|| gifts.first().map(|offered| offered.gift))
        .unwrap_or(GiftKind::OfferOfHelp);
    let texts = texts(ground, role, purpose, gift);
    let named = answers.get(&template_block(role, purpose, gift));
    let text = texts.iter().find(|(t, _)| Some(t.name.as_str()) == named).or(texts.first()).copied();
    Choice { purpose, gift, text, contact: contact.map(|c| c.id.clone()), role }
}

/// Where every text for such a reader is disabled.
fn no_text(role: ContactRole) -> String {
    let article = if role == ContactRole::PartnerExecutive { "an" } else { "a" };
    format!("There is no template about this overlap for {article} {}.", role.words())
}

fn name_of<T: serde::Serialize>(word: &T) -> String {
    word::write(word).unwrap_or_default()
}

// What is chosen in one form stays in it: where the choices are others, the field is another.

fn purpose_block(role: ContactRole) -> String {
    format!("{}:{}", field::PURPOSE, role.as_str())
}

fn gift_block(role: ContactRole, purpose: Purpose) -> String {
    format!("{}:{}:{}", field::GIFT, role.as_str(), name_of(&purpose))
}

fn template_block(role: ContactRole, purpose: Purpose, gift: GiftKind) -> String {
    format!("{}:{}:{}:{}", field::TEMPLATE, role.as_str(), name_of(&purpose), name_of(&gift))
}

#[cfg(test)]
mod tests;
