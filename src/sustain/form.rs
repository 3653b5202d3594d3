//! The form in which a note is composed, and the note that comes of it.
//!
//! One modal, redrawn when a choice changes what else there is to choose: the purpose decides the kinds of gift, both decide
//! the templates, and what these need and nobody knows yet is asked for right there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::draft::Route;
use super::facts::{Ground, Item, ItemKind, dated, document, word};
use super::relevance::{GiftKind, Purpose};
use super::template::{self, Template, shipped};
use crate::kernel::blocks;
use crate::kernel::ids::{ContactId, UserId};
use crate::kernel::text::escape;
use crate::map::partner::{Contact, ContactRole};

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
    /// The template; the block's id goes on with purpose and gift.
    pub const TEMPLATE: &str = "template";
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

/// What was entered, by block id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<String, String>);

impl Answers {
    fn get(&self, block: &str) -> Option<&str> {
        self.0.get(block).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    fn date(&self, block: &str) -> Option<Date> {
        self.get(block)?.parse().ok()
    }
}

/// What is chosen at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    purpose: Purpose,
    gift: GiftKind,
    /// The reader on record; `None` for a new one.
    contact: Option<ContactId>,
}

/// A kind of gift that there is a text for, with the facts that its best text still lacks.
fn gifts_of(ground: &Ground, purpose: Purpose) -> Vec<(GiftKind, &'static str, Vec<&'static str>)> {
    let facts = ground.facts(None);
    let lacking = |gift: GiftKind| {
        let texts = texts(ground, purpose, gift);
        texts.into_iter().map(|t| missing(t, &facts)).min_by_key(Vec::len)
    };
    GIFTS.iter().filter_map(|(gift, label)| Some((*gift, *label, lacking(*gift)?))).collect()
}

/// The facts that a template lacks. The reader is always asked for.
fn missing(template: &Template, facts: &template::Facts) -> Vec<&'static str> {
    let lacking = template.missing(facts);
    template::FACTS.into_iter().filter(|f| *f != "recipient" && lacking.contains(f)).collect()
}

/// A fact in the words of the form.
fn words(fact: &str) -> &'static str {
    match fact {
        "our_contact" => "whom we know there",
        "asset" => "a document",
        "our_launch" => "something we shipped",
        "their_launch" => "something they shipped",
        "result" => "what came of it",
        "next_step" => "the day of the next step",
        "owner" => "the account's owner",
        "our_population" => "what the account is to us",
        "their_population" => "what the account is to them",
        _ => "the account",
    }
}

fn choose(ground: &Ground, answers: &Answers) -> Choice {
    let read = |block: &str| answers.get(block).map(str::to_owned);
    let purpose =
        read(field::PURPOSE).and_then(|p| word::read(&p).ok()).unwrap_or_else(|| ground.likely_purpose());
    let offered = gifts_of(ground, purpose);
    let chosen: Option<GiftKind> = read(&gift_block(purpose)).and_then(|g| word::read(&g).ok());
    let gift = chosen
        .filter(|g| offered.iter().any(|(o, ..)| o == g))
        // What can be written at once comes before what needs more to be known.
        .or_else(|| offered.iter().find(|(_, _, lacks)| lacks.is_empty()).map(|(g, ..)| *g))
        .or_else(|| offered.first().map(|(g, ..)| *g))
        .unwrap_or(GiftKind::OfferOfHelp);
    let contact = match read(field::CONTACT).as_deref() {
        Some(SOMEBODY_NEW) => None,
        Some(id) => ground.contacts.iter().find(|c| c.id.as_str() == id),
        None => ground.contacts.first(),
    };
    Choice { purpose, gift, contact: contact.map(|c| c.id.clone()) }
}

fn name_of<T: serde::Serialize>(word: &T) -> String {
    word::write(word).unwrap_or_default()
}

fn gift_block(purpose: Purpose) -> String {
    format!("{}:{}", field::GIFT, name_of(&purpose))
}

fn template_block(choice: &Choice) -> String {
    format!("{}:{}:{}", field::TEMPLATE, name_of(&choice.purpose), name_of(&choice.gift))
}

/// The texts of a kind whose claims are true of the overlap.
fn texts(ground: &Ground, purpose: Purpose, gift: GiftKind) -> Vec<&'static Template> {
    let (ours, theirs) = (ground.overlap.our_population, ground.overlap.their_population);
    shipped().iter().filter(|t| t.purpose == purpose && t.gift == gift && t.fits(ours, theirs)).collect()
}

/// The form; `metadata` travels with it, `actor` is the sender where no owner is known.
pub fn modal(callback: &str, metadata: &Value, ground: &Ground, answers: &Answers, actor: &UserId) -> Value {
    let choice = choose(ground, answers);
    let overlap = &ground.overlap;
    let seen = overlap.last_seen.strftime("%-d %B");
    let mut rows = vec![blocks::section(&format!(
        "*{}* with {} · {} · seen {seen}",
        escape(&overlap.account.label()),
        escape(&ground.partner.name),
        escape(&overlap.kind_words()),
    ))];
    rows.extend(reader_rows(ground, &choice));
    let purposes: Vec<Value> = PURPOSES.iter().map(|(p, label)| blocks::choice(label, &name_of(p))).collect();
    let purpose = name_of(&choice.purpose);
    rows.push(dispatching(blocks::input(
        "Purpose",
        blocks::select(field::PURPOSE, "What it is for", &purposes, Some(&purpose)),
        None,
        false,
    )));
    rows.push(gift_row(ground, &choice));
    rows.extend(template_rows(ground, &choice));
    rows.push(route_row(ground));
    let sender = ground.owner_user.as_ref().unwrap_or(actor);
    rows.push(blocks::input(
        "Sender",
        blocks::user_select(field::SENDER, "Who speaks", Some(sender.as_str())),
        Some("The account's owner, or whoever has the relationship."),
        false,
    ));
    blocks::modal(callback, "Draft a note", Some("Draft"), metadata, rows)
}

fn dispatching(mut input: Value) -> Value {
    input["dispatch_action"] = json!(true);
    input
}

fn reader_rows(ground: &Ground, choice: &Choice) -> Vec<Value> {
    let mut rows = Vec::new();
    if !ground.contacts.is_empty() {
        let mut options: Vec<Value> = ground
            .contacts
            .iter()
            .take(99)
            .map(|c| blocks::choice(&format!("{}, {}", c.name, c.role.words()), c.id.as_str()))
            .collect();
        options.push(blocks::choice("Somebody new", SOMEBODY_NEW));
        let chosen = choice.contact.as_ref().map_or(SOMEBODY_NEW, ContactId::as_str);
        let element = blocks::select(field::CONTACT, "Who reads it", &options, Some(chosen));
        rows.push(dispatching(blocks::input("To", element, None, false)));
    }
    if choice.contact.is_none() {
        let element = blocks::text_input(field::CONTACT_NAME, "Sam Whitfield", None, false);
        let label = format!("Name at {}", ground.partner.name);
        rows.push(blocks::input(&blocks::clip(&label, 150), element, None, false));
        let roles: Vec<Value> =
            ContactRole::ALL.iter().map(|(_, id, words)| blocks::choice(words, id)).collect();
        let element = blocks::select(field::CONTACT_ROLE, "What they do", &roles, Some("partner_rep"));
        rows.push(blocks::input("Role", element, None, false));
    }
    rows
}

fn gift_row(ground: &Ground, choice: &Choice) -> Value {
    let offered = gifts_of(ground, choice.purpose);
    let options: Vec<Value> = offered
        .iter()
        .map(|(gift, label, lacks)| {
            let mut option = blocks::choice(label, &name_of(gift));
            if let Some(fact) = lacks.first() {
                option["description"] = blocks::plain(&format!("Needs {}", words(fact)));
            }
            option
        })
        .collect();
    let element = blocks::select(field::GIFT, "What they get", &options, Some(&name_of(&choice.gift)));
    let row = blocks::input("Gift", element, Some("What helps them even if nothing is ever asked."), false);
    dispatching(blocks::with_id(row, &gift_block(choice.purpose)))
}

/// The template select, what is missing for which template, and fields for it.
fn template_rows(ground: &Ground, choice: &Choice) -> Vec<Value> {
    let facts = ground.facts(None);
    let texts = texts(ground, choice.purpose, choice.gift);
    let options: Vec<Value> = texts.iter().map(|t| blocks::choice(&t.title, &t.name)).collect();
    let block = template_block(choice);
    let initial = texts.first().map(|t| t.name.as_str());
    let mut rows =
        vec![blocks::input("Text", blocks::select(&block, "Which text", &options, initial), None, false)];
    let lacking: Vec<String> = texts
        .iter()
        .filter_map(|t| {
            let lacks: Vec<&str> = missing(t, &facts).into_iter().map(words).collect();
            (!lacks.is_empty()).then(|| {
                format!(
                    "*{}* can't be written without {}. Fill it in here.",
                    escape(&t.title),
                    lacks.join(" and ")
                )
            })
        })
        .collect();
    if !lacking.is_empty() {
        rows.push(blocks::context(&lacking.join("\n")));
    }
    let mut asked: Vec<&str> = texts.iter().flat_map(|t| t.needs.iter().map(String::as_str)).collect();
    asked.sort_unstable();
    asked.dedup();
    for fact in asked {
        rows.extend(fact_rows(fact, ground));
    }
    rows
}

fn fact_rows(fact: &str, ground: &Ground) -> Vec<Value> {
    let line = |id: &str, placeholder: &str| blocks::text_input(id, placeholder, None, false);
    match fact {
        "asset" | "our_launch" | "their_launch" => {
            ItemKind::stored(fact).map_or(Vec::new(), |k| item_rows(k, ground))
        }
        "our_contact" => vec![
            blocks::input("Whom we know there", line(field::OUR_CONTACT, "Dana Reyes"), None, true),
            blocks::input(
                "What they do there",
                line(field::OUR_CONTACT_ROLE, "head of operations"),
                None,
                true,
            ),
        ],
        "result" => vec![blocks::input(
            "What came of it",
            line(field::RESULT, "signed on 3 March"),
            Some("It goes on after the account's name: Acme signed on 3 March. No amounts."),
            true,
        )],
        "next_step" => {
            vec![blocks::input(
                "Day of the next step",
                blocks::date_picker(field::NEXT_STEP, None),
                None,
                true,
            )]
        }
        "owner" if ground.owner.is_none() => {
            vec![blocks::input("Who of us owns the account", line(field::OWNER, "Alex Rivera"), None, true)]
        }
        _ => Vec::new(),
    }
}

fn item_rows(kind: ItemKind, ground: &Ground) -> Vec<Value> {
    let usable = |i: &&Item| i.kind == kind && (document(i).is_some() || dated(i).is_some());
    let known: Vec<Value> =
        ground.library.iter().filter(usable).take(100).map(|i| blocks::choice(&i.title, &i.id)).collect();
    let (what, example) = match kind {
        ItemKind::Asset => ("document", "Retail onboarding checklist"),
        ItemKind::OurLaunch => ("launch of ours", "Returns connector"),
        ItemKind::TheirLaunch => ("launch of theirs", "Returns API"),
    };
    let id = |part: &str| format!("{}_{part}", kind.as_str());
    let mut rows = Vec::new();
    if !known.is_empty() {
        let newest = known[0]["value"].as_str();
        let element = blocks::select(&id("known"), "From the library", &known, newest);
        rows.push(blocks::input("From the library", element, None, true));
    }
    let other = if known.is_empty() { "The" } else { "Or another" };
    let title = blocks::text_input(&id("title"), example, None, false);
    rows.push(blocks::input(&format!("{other} {what}"), title, Some("It is kept in the library."), true));
    rows.push(match kind {
        ItemKind::Asset => {
            let link = blocks::text_input(&id("url"), "https://…", None, false);
            blocks::input("Its link", link, None, true)
        }
        _ => blocks::input("Shipped on", blocks::date_picker(&id("date"), None), None, true),
    });
    rows
}

fn route_row(ground: &Ground) -> Value {
    let mut options = Vec::new();
    if ground.partner.channel.is_some() {
        options.push(blocks::choice("In the partner's channel", Route::Channel.as_str()));
    }
    if ground.contacts.iter().any(|c| c.slack_user.is_some()) {
        options.push(blocks::choice("Direct message to them", Route::Direct.as_str()));
    }
    options.push(blocks::choice("Ready text for the sender to send", Route::ByHand.as_str()));
    let initial = options[0]["value"].as_str().map(str::to_owned);
    let element = blocks::select(field::ROUTE, "How it goes", &options, initial.as_deref());
    blocks::input("Route", element, None, false)
}

/// The reader of a composed note.
#[derive(Clone, Debug, PartialEq)]
pub enum Reader {
    /// On record.
    Known(Contact),
    /// To be put on record.
    New {
        /// Their name.
        name: String,
        /// What they do.
        role: ContactRole,
    },
}

/// What the form says, whole and in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    /// Who reads it.
    pub reader: Reader,
    /// What for.
    pub purpose: Purpose,
    /// What they get.
    pub gift: GiftKind,
    /// The template's name.
    pub template: String,
    /// Who speaks.
    pub sender: UserId,
    /// How it goes.
    pub route: Route,
    /// Where to.
    pub destination: Option<String>,
    /// Items that are new to the library.
    pub items: Vec<Item>,
    /// What the text stands on, in words.
    pub facts: Vec<String>,
    /// The words.
    pub text: String,
}

/// Reads the form: the note, or what is wrong with which field.
pub fn compose(ground: &Ground, answers: &Answers) -> Result<Composed, Vec<(String, String)>> {
    let choice = choose(ground, answers);
    let mut problems: Vec<(String, String)> = Vec::new();
    let mut wrong = |block: &str, text: String| problems.push((block.to_owned(), text));
    let known = choice.contact.as_ref().and_then(|id| ground.contacts.iter().find(|c| c.id == *id)).cloned();
    let reader = match known {
        Some(contact) => Reader::Known(contact),
        None => Reader::New {
            name: answers.get(field::CONTACT_NAME).unwrap_or_default().to_owned(),
            role: answers
                .get(field::CONTACT_ROLE)
                .and_then(ContactRole::stored)
                .unwrap_or(ContactRole::PartnerRep),
        },
    };
    if matches!(&reader, Reader::New { name, .. } if !name.chars().any(char::is_alphabetic)) {
        wrong(field::CONTACT_NAME, "Write the name of the person who reads it.".to_owned());
    }
    let block = template_block(&choice);
    let texts = texts(ground, choice.purpose, choice.gift);
    let named = answers.get(&block).and_then(|n| texts.iter().find(|t| t.name == n)).or(texts.first());
    let Some(template) = named else { return Err(vec![(block, "Choose a text.".to_owned())]) };
    let mut facts = ground.facts(None);
    facts.recipient = Some(match &reader {
        Reader::Known(contact) => contact.first_name().to_owned(),
        Reader::New { name, .. } => name.split_whitespace().next().unwrap_or_default().to_owned(),
    });
    let items = entered(template, ground, answers, &mut facts, &mut wrong);
    for fact in missing(template, &facts) {
        let (at, text) = asked_at(fact, &block);
        wrong(&at, text);
    }
    let route = answers.get(field::ROUTE).and_then(Route::stored).unwrap_or(Route::ByHand);
    let destination = match (route, &reader) {
        (Route::Channel, _) => ground.partner.channel.as_ref().map(|c| c.as_str().to_owned()),
        (Route::Direct, Reader::Known(contact)) => contact.slack_user.as_ref().map(|u| u.as_str().to_owned()),
        (Route::Direct, Reader::New { .. }) | (Route::ByHand, _) => None,
    };
    if route != Route::ByHand && destination.is_none() {
        wrong(field::ROUTE, "I don't know this reader in Slack. Choose another route.".to_owned());
    }
    let Some(sender) = answers.get(field::SENDER).map(UserId::from) else {
        wrong(field::SENDER, "Choose who speaks.".to_owned());
        return Err(problems);
    };
    if !problems.is_empty() {
        // Slack marks a field once.
        problems.dedup_by(|a, b| a.0 == b.0);
        return Err(problems);
    }
    let text = match template.render(&facts) {
        Ok(text) => text,
        Err(error) => return Err(vec![(block, error.reason)]),
    };
    Ok(Composed {
        reader,
        purpose: choice.purpose,
        gift: choice.gift,
        template: template.name.clone(),
        sender,
        route,
        destination,
        items,
        facts: told(template, ground, &facts),
        text,
    })
}

/// Puts what was entered into the facts; gives the items that are new.
fn entered(
    template: &Template,
    ground: &Ground,
    answers: &Answers,
    facts: &mut template::Facts,
    wrong: &mut impl FnMut(&str, String),
) -> Vec<Item> {
    let own = |block: &str| answers.get(block).map(str::to_owned);
    let needs = |fact: &str| template.needs.iter().any(|n| n == fact);
    let mut items = Vec::new();
    for kind in [ItemKind::Asset, ItemKind::OurLaunch, ItemKind::TheirLaunch] {
        if !needs(kind.as_str()) {
            continue;
        }
        let id = |part: &str| format!("{}_{part}", kind.as_str());
        let item = match own(&id("title")) {
            Some(title) => {
                let url = own(&id("url"));
                if url.as_deref().is_some_and(|u| !is_web_address(u)) {
                    wrong(
                        &id("url"),
                        "Write the whole link, such as https://example.com/checklist.".to_owned(),
                    );
                }
                let item = Item { id: String::new(), kind, title, url, date: answers.date(&id("date")) };
                items.push(item.clone());
                Some(item)
            }
            None => {
                let known = own(&id("known"));
                ground.library.iter().find(|i| i.kind == kind && Some(&i.id) == known.as_ref()).cloned()
            }
        };
        let Some(item) = item else { continue };
        match kind {
            ItemKind::Asset => facts.asset = document(&item),
            ItemKind::OurLaunch => facts.our_launch = dated(&item),
            ItemKind::TheirLaunch => facts.their_launch = dated(&item),
        }
    }
    if let (Some(name), Some(role)) = (own(field::OUR_CONTACT), own(field::OUR_CONTACT_ROLE)) {
        facts.our_contact = Some(template::Contact { name, role });
    }
    facts.result = own(field::RESULT).map(|r| r.trim_end_matches('.').to_owned());
    facts.next_step = answers.date(field::NEXT_STEP).map(|d| d.strftime("%A %-d %B").to_string());
    if let Some(owner) = own(field::OWNER) {
        facts.owner = Some(owner);
    }
    items
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "https" | "http") && u.has_host())
}

/// The field that asks for a fact, and what stands under it while it is missing.
fn asked_at(fact: &str, template: &str) -> (String, String) {
    match fact {
        "asset" => {
            ("asset_url".to_owned(), "This text gives a document: write its title and its link.".to_owned())
        }
        "our_launch" | "their_launch" => (
            format!("{fact}_title"),
            "This text tells of something that was shipped: write what and when.".to_owned(),
        ),
        "our_contact" => (
            field::OUR_CONTACT.to_owned(),
            "This text introduces somebody: write their name and what they do.".to_owned(),
        ),
        "result" => (field::RESULT.to_owned(), "Write what came of their help.".to_owned()),
        "next_step" => (field::NEXT_STEP.to_owned(), "Choose the day.".to_owned()),
        "owner" => (field::OWNER.to_owned(), "Write who of us owns the account.".to_owned()),
        other => (template.to_owned(), format!("Not known yet: {}. Choose another text.", words(other))),
    }
}

/// What the text stands on.
fn told(template: &Template, ground: &Ground, facts: &template::Facts) -> Vec<String> {
    let seen = ground.overlap.last_seen.strftime("%-d %B");
    let mut told = vec![format!("{}, overlap seen {seen}", ground.overlap.account.name)];
    for need in &template.needs {
        told.extend(match need.as_str() {
            "asset" => facts.asset.as_ref().map(|a| a.title.clone()),
            "our_launch" => facts.our_launch.as_ref().map(|l| format!("{} of {}", l.title, l.date)),
            "their_launch" => facts.their_launch.as_ref().map(|l| format!("{} of {}", l.title, l.date)),
            "our_contact" => facts.our_contact.as_ref().map(|c| format!("{}, {}", c.name, c.role)),
            "result" => facts.result.as_ref().map(|r| format!("{} {r}", ground.overlap.account.name)),
            "next_step" => facts.next_step.clone(),
            _ => None,
        });
    }
    told
}
