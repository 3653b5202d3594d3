//! The forms that fill a map.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{action, field};
use crate::kernel::blocks;
use crate::kernel::ids::UserId;
use crate::kernel::text::{escape, sentence};
use crate::map::account::Account;
use crate::map::account_map::hold::Hold;
use crate::map::account_map::involvement::{self, Role};
use crate::map::account_map::relationship::{Knower, Known, STRENGTHS};
use crate::map::account_map::sight::Sight;
use crate::map::account_map::stakeholder::{Part, Seniority, Stakeholder};
use crate::map::account_map::{AccountMap, record};
use crate::map::partner::Partner;

/// What people write into one field, in characters.
pub(super) const SHORT: usize = 600;

/// Lines to type in, short enough for a section.
pub(super) fn lines(id: &str, placeholder: &str, initial: Option<&str>) -> Value {
    let initial = initial.map(|text| blocks::clip(text, SHORT));
    let mut element = blocks::text_input(id, placeholder, initial.as_deref(), true);
    element["max_length"] = SHORT.into();
    element
}

/// One line to type in.
pub(super) fn line(id: &str, placeholder: &str, initial: Option<&str>, longest: usize) -> Value {
    let initial = initial.map(|text| blocks::clip(text, longest));
    let mut element = blocks::text_input(id, placeholder, initial.as_deref(), false);
    element["max_length"] = longest.into();
    element
}

fn with(mut metadata: Value, more: &[(&str, Value)]) -> Value {
    for (name, value) in more {
        metadata[*name] = value.clone();
    }
    metadata
}

fn at(account: &Account) -> Value {
    blocks::context(&format!("At {}", escape(&blocks::clip(&account.label(), 200))))
}

/// A person at the account: a new one, or one to change.
pub fn person_form(map: &AccountMap, person: Option<&Stakeholder>, metadata: Value) -> Value {
    let (title, submit) = if person.is_some() { ("Edit contact", "Save") } else { ("Add a contact", "Add") };
    let parts: Vec<Value> = Part::ALL.iter().map(|(_, id, words)| blocks::choice(words, id)).collect();
    let ranks: Vec<Value> = Seniority::ALL.iter().map(|(_, id, words)| blocks::choice(words, id)).collect();
    let name = line(field::NAME, "Dana Reyes", person.map(|p| p.name.as_str()), 80);
    let card = line(field::TITLE, "VP Sales", person.and_then(|p| p.title.as_deref()), 80);
    let part = person.and_then(|p| p.role).map(Part::as_str);
    let rank = person.and_then(|p| p.seniority).map(Seniority::as_str);
    let known = [
        ("person", json!(person.map(|p| p.id.as_str()))),
        ("seen", person.map_or(Value::Null, Stakeholder::stamp)),
    ];
    blocks::modal(
        action::PERSON,
        title,
        Some(submit),
        &with(metadata, &known),
        vec![
            at(&map.account),
            blocks::input("Name", name, Some("First name first."), false),
            blocks::input("Title", card, None, true),
            blocks::input(
                "What they are to the deal",
                blocks::select(field::ROLE, "Not known", &parts, part),
                None,
                true,
            ),
            blocks::input(
                "Seniority",
                blocks::select(field::SENIORITY, "Not known", &ranks, rank),
                None,
                true,
            ),
        ],
    )
}

/// Who knows whom, and how well. `whom` is chosen at first; the actor is who knows them.
pub fn relationship_form(sight: &Sight<'_>, whom: Option<&Known>, actor: &UserId, metadata: Value) -> Value {
    let map = sight.map;
    let people = map.people.iter().map(|p| blocks::choice(&p.label(), &Known::Person(p.id.clone()).key()));
    let contacts = map
        .contacts
        .iter()
        .map(|c| blocks::choice(&sight.contact_name(&c.id), &Known::Contact(c.id.clone()).key()));
    let whoms: Vec<Value> = people.chain(contacts).collect();
    let you = blocks::choice("You", &Knower::Us(actor.clone()).key());
    let theirs = map
        .contacts
        .iter()
        .map(|c| blocks::choice(&sight.contact_name(&c.id), &Knower::Contact(c.id.clone()).key()));
    let who: Vec<Value> = std::iter::once(you).chain(theirs).collect();
    let strengths: Vec<Value> =
        STRENGTHS.iter().map(|(n, words)| blocks::choice(words, &n.to_string())).collect();
    let opened = [("opened", json!(sight.now.timestamp().as_millisecond()))];
    let chosen = whom.map(Known::key).or_else(|| whoms.first()?["value"].as_str().map(str::to_owned));
    let first = who.first().and_then(|o| o["value"].as_str()).map(str::to_owned);
    blocks::modal(
        action::RELATE,
        "Add a relationship",
        Some("Save"),
        &with(metadata, &opened),
        vec![
            at(&map.account),
            blocks::input(
                "Who knows them",
                blocks::select(field::CONTACT, "Choose one", &who, first.as_deref()),
                None,
                false,
            ),
            blocks::input(
                "Or somebody else of ours",
                blocks::user_select(field::USER, "Choose a colleague", None),
                Some("Counts instead of the choice above."),
                true,
            ),
            blocks::input(
                "Whom",
                blocks::select(field::WHOM, "Choose one", &whoms, chosen.as_deref()),
                Some("A partner's contact too: that is how paths lead over partners."),
                false,
            ),
            blocks::input(
                "How well",
                blocks::select(field::STRENGTH, "Choose one", &strengths, None),
                None,
                false,
            ),
        ],
    )
}

/// Who of ours owns the deal, and who the relationship (E4).
pub fn owners_form(map: &AccountMap, metadata: Value) -> Value {
    let deal = map.deal_owner_user();
    let relationship = map.owners.relationship.as_ref();
    blocks::modal(
        action::OWNERS,
        "Owners",
        Some("Save"),
        &with(metadata, &[("seen", map.owners.stamp())]),
        vec![
            at(&map.account),
            blocks::input(
                "Deal owner",
                blocks::user_select(field::DEAL, "Choose a colleague", deal.as_ref().map(UserId::as_str)),
                Some("Empty: whoever the lists name."),
                true,
            ),
            blocks::input(
                "Relationship owner",
                blocks::user_select(
                    field::RELATIONSHIP,
                    "Choose a colleague",
                    relationship.map(UserId::as_str),
                ),
                Some("May be somebody else: whoever they would call."),
                true,
            ),
        ],
    )
}

/// What a partner is on the account.
pub fn involvement_form(map: &AccountMap, partner: &Partner, metadata: Value) -> Value {
    let known = map.involvement(&partner.id);
    let roles: Vec<Value> = Role::ALL.iter().map(|(_, word)| blocks::choice(word, word)).collect();
    let role = known.and_then(|i| i.role).map(Role::as_str);
    let words =
        lines(field::INVOLVEMENT, "Runs their returns since 2024", known.and_then(|i| i.words.as_deref()));
    let more = [("partner", json!(partner.id)), ("seen", involvement::stamp(known))];
    blocks::modal(
        action::INVOLVE,
        "Role on the account",
        Some("Save"),
        &with(metadata, &more),
        vec![
            blocks::section(&format!("*{}* at {}", escape(&partner.name), escape(&map.account.label()))),
            blocks::input("Role", blocks::select(field::ROLE, "None", &roles, role), None, true),
            blocks::input("What they do there", words, None, true),
        ],
    )
}

/// The fields of a next step, also of the weekly mapping.
pub(super) fn step_fields(text: Option<&str>, owner: &UserId, due: Date, optional: bool) -> [Value; 3] {
    let hint = optional.then_some("Empty: what is open stays.");
    [
        blocks::input("Next step", lines(field::TEXT, "Send the returns brief", text), hint, optional),
        blocks::input(
            "Who does it",
            blocks::user_select(field::OWNER, "Choose a colleague", Some(owner.as_str())),
            None,
            optional,
        ),
        blocks::input("By", blocks::date_picker(field::DATE, Some(due)), None, optional),
    ]
}

/// A next step.
pub fn step_form(map: &AccountMap, owner: &UserId, due: Date, metadata: &Value) -> Value {
    let fields = std::iter::once(at(&map.account)).chain(step_fields(None, owner, due, false));
    blocks::modal(action::STEP, "Add a next step", Some("Add"), metadata, fields.collect())
}

/// Something that happened with the account.
pub fn touch_form(map: &AccountMap, today: Date, metadata: &Value) -> Value {
    blocks::modal(
        action::TOUCH,
        "Log a touch",
        Some("Log"),
        metadata,
        vec![
            at(&map.account),
            blocks::input("What happened", lines(field::TEXT, "Sam called Dana", None), None, false),
            blocks::input("On", blocks::date_picker(field::DATE, Some(today)), None, false),
        ],
    )
}

/// On which account a message is kept.
#[derive(Clone, Copy, Debug)]
pub enum Whereto<'a> {
    /// The one whose room it stands in.
    Room(&'a Account),
    /// One that is named; this may be it.
    Named(&'a str),
}

/// A message that is kept as a note or a next step.
pub fn note_form(to: Whereto<'_>, text: &str, owner: &UserId, due: Date, metadata: &Value) -> Value {
    let to = match to {
        Whereto::Room(account) => at(account),
        Whereto::Named(name) => {
            let named = blocks::text_input(field::ACCOUNT, "Acme or acme.com", Some(name), false);
            blocks::input("Account", named, None, false)
        }
    };
    let kinds = [blocks::choice("A note", NOTE), blocks::choice("A next step", STEP)];
    let kind = json!({"type": "radio_buttons", "action_id": field::KIND, "options": kinds, "initial_option": kinds[0]});
    let hint = Some("For a next step.");
    let fields = vec![
        to,
        blocks::input("Text", lines(field::TEXT, "What was said", Some(text)), None, false),
        blocks::input("Keep it as", kind, None, false),
        blocks::input(
            "Who does it",
            blocks::user_select(field::OWNER, "Choose a colleague", Some(owner.as_str())),
            hint,
            true,
        ),
        blocks::input("By", blocks::date_picker(field::DATE, Some(due)), hint, true),
    ];
    blocks::modal(action::NOTE, "Add to an account", Some("Add"), metadata, fields)
}

/// A message is kept as a note.
const NOTE: &str = "note";
/// It is kept as a next step.
pub const STEP: &str = "step";

/// Until when a hold goes on.
pub fn keep_form(hold: &Hold, account: &Account, until: Date, metadata: &Value) -> Value {
    let text =
        format!("*{}*\n> {}", escape(&account.label()), escape(&sentence(&blocks::clip(&hold.text, SHORT))));
    blocks::modal(
        action::KEEP,
        "Keep the hold",
        Some("Keep"),
        metadata,
        vec![
            blocks::section(&text),
            blocks::input(
                "Until",
                blocks::date_picker(field::DATE, Some(until)),
                Some("Its last day. On the next you are asked again."),
                false,
            ),
        ],
    )
}

/// The choices of what became of a step.
pub(super) fn step_choices() -> [Value; 3] {
    [
        blocks::choice("Done", record::Close::Done.as_str()),
        blocks::choice("Still open", "open"),
        blocks::choice("Dropped", record::Close::Dropped.as_str()),
    ]
}
