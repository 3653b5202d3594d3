//! The form as it is shown.

use serde_json::{Value, json};

use super::super::draft::Route;
use super::super::facts::{Ground, Item, ItemKind};
use super::super::library::Origin;
use super::super::view;
use super::{
    Answers, Choice, SOMEBODY_NEW, choose, field, gift_block, gifts_of, name_of, no_text, purpose_block,
    purposes_of, template_block, texts, words,
};
use crate::kernel::blocks;
use crate::kernel::ids::{ContactId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map;
use crate::map::partner::ContactRole;

/// The form; `metadata` travels with it, `actor` is the sender where no owner is known.
pub fn modal(callback: &str, metadata: &Value, ground: &Ground, answers: &Answers, actor: &UserId) -> Value {
    let choice = choose(ground, answers);
    let overlap = &ground.overlap;
    let mut rows = vec![blocks::section(&format!(
        "*{}* with {} · {} · seen {}",
        escape(&overlap.account.label()),
        escape(&ground.partner.name),
        escape(&overlap.kind_words()),
        ground.seen_on(),
    ))];
    rows.extend(account_map::view::standing(&ground.holds));
    rows.extend(
        ground
            .season
            .as_ref()
            .map(|said| blocks::context(&format!("This season they focus on {}", escape(&said.words())))),
    );
    if let Some((version, tone)) = &ground.tone {
        rows.push(blocks::context(&format!("Tone, by instruction v{version}: {}", escape(tone))));
    }
    rows.extend(reader_rows(ground, &choice));
    if choice.text.is_some() {
        rows.push(purpose_row(ground, &choice));
        rows.push(gift_row(ground, &choice));
        rows.extend(template_rows(ground, &choice, answers));
    } else {
        rows.push(blocks::section(&format!(
            "{} `/partner draft templates` adds or enables one.",
            no_text(choice.role)
        )));
    }
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

fn reader_rows(ground: &Ground, choice: &Choice<'_>) -> Vec<Value> {
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
        let element = blocks::select(field::CONTACT_ROLE, "What they do", &roles, Some(choice.role.as_str()));
        rows.push(dispatching(blocks::input("Role", element, None, false)));
    }
    rows
}

fn purpose_row(ground: &Ground, choice: &Choice<'_>) -> Value {
    let offered = purposes_of(ground, choice.role);
    let options: Vec<Value> = offered.iter().map(|(p, label)| blocks::choice(label, &name_of(p))).collect();
    let purpose = name_of(&choice.purpose);
    let element = blocks::select(field::PURPOSE, "What it is for", &options, Some(&purpose));
    let row = blocks::input("Purpose", element, None, false);
    dispatching(blocks::with_id(row, &purpose_block(choice.role)))
}

fn gift_row(ground: &Ground, choice: &Choice<'_>) -> Value {
    let options: Vec<Value> = gifts_of(ground, choice.role, choice.purpose)
        .iter()
        .map(|offered| {
            let mut option = blocks::choice(offered.label, &name_of(&offered.gift));
            // That it asks for the gift itself is clear from its label.
            let gift = name_of(&offered.gift);
            let asked: Vec<&str> = offered.lacks.iter().filter(|f| **f != gift).map(|f| words(f)).collect();
            if !asked.is_empty() {
                let asked = format!("Asks for {}", asked.join(" and "));
                option["description"] = blocks::plain(&blocks::clip(&asked, 75));
            }
            option
        })
        .collect();
    let element = blocks::select(field::GIFT, "What they get", &options, Some(&name_of(&choice.gift)));
    let row = blocks::input("Gift", element, Some("What helps them even if nothing is ever asked."), false);
    dispatching(blocks::with_id(row, &gift_block(choice.role, choice.purpose)))
}

/// The text, to choose where there is more than one, and fields for what it needs and nobody knows yet.
fn template_rows(ground: &Ground, choice: &Choice<'_>, answers: &Answers) -> Vec<Value> {
    let Some((_, template)) = choice.text else { return Vec::new() };
    let texts = texts(ground, choice.role, choice.purpose, choice.gift);
    let mut rows = Vec::new();
    if texts.len() > 1 {
        let options: Vec<Value> = texts.iter().map(|(_, t)| blocks::choice(&t.head.title, &t.name)).collect();
        let element = blocks::select(field::TEMPLATE, "Which text", &options, Some(&template.name));
        let row = blocks::input("Text", element, None, false);
        let block = template_block(choice.role, choice.purpose, choice.gift);
        rows.push(dispatching(blocks::with_id(row, &block)));
    } else {
        rows.push(blocks::context(&format!("Text: *{}*", escape(&template.head.title))));
    }
    let reader = ground.role_of(choice.contact.as_ref());
    rows.extend(template.needs.iter().flat_map(|fact| fact_rows(fact, ground, reader, answers)));
    rows
}

fn fact_rows(fact: &str, ground: &Ground, reader: Option<ContactRole>, answers: &Answers) -> Vec<Value> {
    let line = |label: &str, id: &str, placeholder: &str, hint: Option<&str>| {
        blocks::input(label, blocks::text_input(id, placeholder, None, false), hint, false)
    };
    match fact {
        "asset" | "our_launch" | "their_launch" => {
            ItemKind::stored(fact).map_or(Vec::new(), |kind| item_rows(kind, ground, reader, answers))
        }
        "our_contact" => vec![
            line("Whom we know there", field::OUR_CONTACT, "Dana Reyes", None),
            line("What they do there", field::OUR_CONTACT_ROLE, "head of operations", None),
        ],
        "result" => {
            let hint = "It goes on after the account's name: Acme signed on 3 March. No amounts.";
            vec![line("What came of it", field::RESULT, "signed on 3 March", Some(hint))]
        }
        "next_step" => {
            let day = blocks::date_picker(field::NEXT_STEP, None);
            vec![blocks::input("Day of the next step", day, None, false)]
        }
        "owner" if ground.owner.is_none() => {
            vec![line("Who of us owns the account", field::OWNER, "Alex Rivera", None)]
        }
        _ => Vec::new(),
    }
}

/// One of the library where it has some, and another one at any time. What is meant for this reader stands first.
fn item_rows(kind: ItemKind, ground: &Ground, reader: Option<ContactRole>, answers: &Answers) -> Vec<Value> {
    let mut items: Vec<&Item> = ground.library.iter().filter(|i| i.kind == kind && i.is_usable()).collect();
    items.sort_by_key(|item| !item.is_for(reader));
    let known: Vec<Value> = items.into_iter().take(100).map(|item| offered(item, ground)).collect();
    let (what, another, example) = match kind {
        ItemKind::Asset => ("Document", "Or another document", "Retail onboarding checklist"),
        ItemKind::OurLaunch => ("What we shipped", "Or something else that we shipped", "Returns connector"),
        ItemKind::TheirLaunch => ("What they shipped", "Or something else that they shipped", "Returns API"),
    };
    let id = |part: &str| format!("{}_{part}", kind.as_str());
    let mut rows = Vec::new();
    let only = known.is_empty();
    if !only {
        let first = answers.get(&id("known")).or_else(|| known[0]["value"].as_str());
        let element = blocks::select(&id("known"), "From the library", &known, first);
        rows.push(blocks::input("From the library", element, None, false));
    }
    let label = if only { what } else { another };
    let title = blocks::text_input(&id("title"), example, None, false);
    rows.push(blocks::input(label, title, Some("It is kept in the library."), !only));
    rows.push(match kind {
        ItemKind::Asset => {
            let link = blocks::text_input(&id("url"), "https://…", None, false);
            blocks::input("Its link", link, None, !only)
        }
        _ => blocks::input("Shipped on", blocks::date_picker(&id("date"), None), None, !only),
    });
    if kind == ItemKind::Asset {
        let last = blocks::date_picker(&id("date"), None);
        rows.push(blocks::input("Valid until", last, Some("After that day no note gives it."), true));
    }
    rows
}

/// An item to choose: its title, and where it comes from.
fn offered(item: &Item, ground: &Ground) -> Value {
    let mut option = blocks::choice(&item.title, &item.id);
    let day = item.date.map(|on| on.strftime("%-d %B").to_string());
    let valid = item.expires.map(|last| format!("valid until {}", last.strftime("%-d %B")));
    let source = match item.origin {
        Origin::Feed { .. } => Some(format!("from {}'s feed", ground.partner.name)),
        Origin::Message { .. } => Some("from a message".to_owned()),
        Origin::Form => None,
    };
    let readers = item.audience.map(|role| format!("for {}", view::library::readers(role)));
    let said: Vec<String> = [day, valid, source, readers].into_iter().flatten().collect();
    if !said.is_empty() {
        option["description"] = blocks::plain(&blocks::clip(&said.join(" · "), 75));
    }
    option
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
