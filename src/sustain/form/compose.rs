//! What the form says, and the note that comes of it.

use super::super::draft::{Route, TemplateUsed, e_mail};
use super::super::facts::{Ground, Item, ItemKind, dated, document};
use super::super::library::Fact;
use super::super::relevance::{Channel, GiftKind, Purpose, names_other};
use super::super::template::{self, Template};
use super::super::view::{SIGNATURE_LIMIT, TEXT_LIMIT};
use super::{Answers, choose, field, gift_block, missing, no_text, template_block, texts, words};
use crate::kernel::ids::UserId;
use crate::map::partner::{Contact, ContactRole};

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
    /// Which state of it, where it is one.
    pub template_used: Option<TemplateUsed>,
    /// Where it goes out when it goes by hand.
    pub channel: Channel,
    /// Who speaks.
    pub sender: UserId,
    /// How it goes.
    pub route: Route,
    /// Where to.
    pub destination: Option<String>,
    /// Items that are new to the library.
    pub items: Vec<Item>,
    /// What the text stands on; an item that is new to the library has no id yet.
    pub facts: Vec<Fact>,
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
            role: choice.role,
        },
    };
    if matches!(&reader, Reader::New { name, .. } if !name.chars().any(char::is_alphabetic)) {
        wrong(field::CONTACT_NAME, "Write the name of the person who reads it.".to_owned());
    }
    // Where there is one text only, it is the gift that was chosen.
    let (role, purpose, gift) = (choice.role, choice.purpose, choice.gift);
    let block = match texts(ground, role, purpose, gift).len() {
        0 | 1 => gift_block(role, purpose),
        _ => template_block(role, purpose, gift),
    };
    let Some((source, template)) = choice.text else {
        let at = if ground.contacts.is_empty() { field::CONTACT_ROLE } else { field::CONTACT };
        return Err(vec![(at.to_owned(), no_text(role))]);
    };
    let mut facts = ground.facts(None);
    facts.recipient = Some(match &reader {
        Reader::Known(contact) => contact.first_name().to_owned(),
        Reader::New { name, .. } => name.split_whitespace().next().unwrap_or_default().to_owned(),
    });
    let used = entered(template, ground, answers, &mut facts, &mut wrong);
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
    let rendered = match template.render(&facts) {
        Ok(rendered) => rendered,
        Err(error) => return Err(vec![(block, error.reason)]),
    };
    let text = match (route, rendered.subject) {
        (Route::ByHand, Some(subject)) => e_mail(&subject, &rendered.text),
        _ => rendered.text,
    };
    let (length, limit) = (text.chars().count(), TEXT_LIMIT - SIGNATURE_LIMIT);
    if length > limit {
        let at = answers.longest().unwrap_or(&block).to_owned();
        return Err(vec![(at, format!("The note would have {length} characters. Keep it under {limit}."))]);
    }
    Ok(Composed {
        reader,
        purpose,
        gift,
        template: template.name.clone(),
        template_used: Some(TemplateUsed { title: template.head.title.clone(), version: source.version() }),
        channel: template.head.channel,
        sender,
        route,
        destination,
        facts: told(template, ground, &facts, &used),
        items: used.into_iter().filter(|item| item.id.is_empty()).collect(),
        text,
    })
}

/// Puts what was entered into the facts; gives the items that the text draws on.
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
                if let Some(other) =
                    ground.others.iter().find(|o| names_other(&title, &ground.partner.name, o))
                {
                    wrong(&id("title"), format!("It names {other}, another partner. Choose something else."));
                }
                let day = answers.date(&id("date"));
                let (date, expires) = if kind == ItemKind::Asset { (None, day) } else { (day, None) };
                let item = Item { url, date, expires, ..Item::new(kind, title) };
                if !item.is_live(ground.today) {
                    wrong(&id("date"), "That day is past.".to_owned());
                }
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
        items.push(item);
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
        other => (template.to_owned(), format!("Not known yet: {}. Choose something else.", words(other))),
    }
}

/// What the text stands on: the overlap, then what it needs, and items of the library as such.
fn told(template: &Template, ground: &Ground, facts: &template::Facts, used: &[Item]) -> Vec<Fact> {
    let mut told =
        vec![Fact::Words(format!("{}, overlap seen {}", ground.overlap.account.name, ground.seen_on()))];
    for need in &template.needs {
        if let Some(item) = used.iter().find(|item| item.kind.as_str() == need) {
            told.push(Fact::of(item));
            continue;
        }
        let words = match need.as_str() {
            "their_focus" => ground.season.as_ref().map(|said| format!("this season: {}", said.words())),
            "our_contact" => facts.our_contact.as_ref().map(|c| format!("{}, {}", c.name, c.role)),
            "result" => facts.result.as_ref().map(|r| format!("{} {r}", ground.overlap.account.name)),
            "next_step" => facts.next_step.clone(),
            _ => None,
        };
        told.extend(words.map(Fact::Words));
    }
    told
}
