//! The forms of a record: one an account, prefilled with what the map suggests, and one for the session as a whole.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::super::introduction::Direction;
use super::super::super::record::{Outcome, Told};
use super::super::super::session::{Named, Session};
use super::super::{LISTED, session, short_input};
use super::action;
use crate::kernel::blocks;
use crate::kernel::calendar::add_days;
use crate::kernel::ids::ContactId;
use crate::kernel::text::escape;
use crate::map::account_map::relationship::Knower;
use crate::map::account_map::view::{Offer, decision_fields, standing};
use crate::map::overlap::Motion;
use crate::map::partner::Contact;

/// The fields of the forms, beside those of a decision.
pub mod field {
    /// Which session.
    pub const SESSION: &str = "session";
    /// What came of the account.
    pub const OUTCOME: &str = "outcome";
    /// What it waits for.
    pub const STALL: &str = "stall";
    /// The amount.
    pub const AMOUNT: &str = "amount";
    /// The stage.
    pub const STAGE: &str = "stage";
    /// What is promised.
    pub const PROMISE: &str = "promise";
    /// Who of ours does it.
    pub const PROMISE_OWNER: &str = "promise_owner";
    /// Who of the partner's does it.
    pub const PROMISE_THEIRS: &str = "promise_theirs";
    /// By when.
    pub const PROMISE_DUE: &str = "promise_due";
    /// Who introduces whom.
    pub const DIRECTION: &str = "direction";
    /// Who at the partner.
    pub const CONTACT: &str = "contact";
    /// To whom at the account.
    pub const WHOM: &str = "whom";
    /// By when.
    pub const MEET_BY: &str = "meet_by";
    /// Where it can be seen or heard.
    pub const RECORDING: &str = "recording";
    /// What else was said.
    pub const SAID: &str = "said";
    /// The day of the next one.
    pub const NEXT: &str = "next";
    /// Why it did not take place.
    pub const REASON: &str = "reason";
}

/// What the form of an account begins with.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// The session.
    pub session: &'a Session,
    /// The account.
    pub named: &'a Named,
    /// Its place among the session's accounts.
    pub place: usize,
    /// What the map suggests for the decision.
    pub offer: &'a Offer,
    /// The people of the partner.
    pub contacts: &'a [Contact],
    /// The writer's date.
    pub today: Date,
}

impl Account<'_> {
    /// By when something is done where nobody says otherwise; it counts only where something is to be done.
    fn in_a_week(&self) -> Date {
        add_days(self.today, 7)
    }
}

/// Which session is logged, where there are several.
pub fn choose_form(sessions: &[Session], shown: impl Fn(&Session) -> String, metadata: &Value) -> Value {
    let options: Vec<Value> =
        sessions.iter().take(LISTED).map(|s| blocks::choice(&shown(s), s.id.as_str())).collect();
    let select = blocks::select(field::SESSION, "Choose a session", &options, None);
    let fields = vec![blocks::input("Which session", select, None, false)];
    blocks::modal(action::LOG, "Log a session", Some("Next"), metadata, fields)
}

/// What came of one account.
pub fn account_form(a: &Account<'_>, metadata: &Value) -> Value {
    let count = a.session.outline.accounts.len();
    let mut metadata = metadata.clone();
    metadata["id"] = json!(a.session.id);
    metadata["account"] = json!(a.named.account_id);
    let motion = a.named.motion.map_or_else(String::new, |m| format!(" · {}", m.as_str()));
    let goal = if a.named.goal.is_empty() { String::new() } else { format!("\n{}", escape(&a.named.goal)) };
    let mut fields = vec![blocks::section(&format!(
        "*{}* with {}{motion} · {} of {count}{goal}",
        escape(&a.named.name),
        escape(&a.session.partner),
        a.place + 1
    ))];
    fields.extend(standing(&a.offer.holds));
    let outcomes: Vec<Value> =
        Outcome::ALL.iter().map(|(_, stored, words, _)| blocks::choice(words, stored)).collect();
    fields.push(blocks::input(
        "What came of it",
        blocks::select(field::OUTCOME, "Choose", &outcomes, None),
        Some("If you did not get to it, leave the rest as it is: only this counts."),
        false,
    ));
    let stall = short_input(field::STALL, "Their legal team has not answered", "");
    fields.push(blocks::input("What it waits for", stall, Some("If it waits for something."), true));
    fields.extend(decision_fields(a.offer));
    fields.extend(meeting(a));
    fields.extend(promise(a));
    fields.extend(pipeline());
    let submit = if a.place + 1 < count { "Save and go on" } else { "Save" };
    blocks::modal(action::ACCOUNT, "Log a session", Some(submit), &metadata, fields)
}

fn contact(id: &str, label: &str, a: &Account<'_>, hint: &str, chosen: Option<&ContactId>) -> Option<Value> {
    let options: Vec<Value> =
        a.contacts.iter().take(100).map(|c| blocks::choice(&c.name, c.id.as_str())).collect();
    let select = blocks::select(id, "Nobody", &options, chosen.map(ContactId::as_str));
    (!options.is_empty()).then(|| blocks::input(label, select, Some(hint), true))
}

fn meeting(a: &Account<'_>) -> Vec<Value> {
    let partner = &a.session.partner;
    let directions = [
        blocks::choice(&format!("{partner} introduces us"), Direction::Received.as_str()),
        blocks::choice(&format!("We introduce {partner}"), Direction::Made.as_str()),
    ];
    let likely = if a.named.motion == Some(Motion::Give) { Direction::Made } else { Direction::Received };
    // Whom the map suggests as the one who introduces.
    let by = match &a.offer.suggestion.introducer {
        Some(Knower::Contact(id)) if likely == Direction::Received => Some(id),
        _ => None,
    };
    let select = blocks::select(field::DIRECTION, "Choose", &directions, Some(likely.as_str()));
    let whom = blocks::text_input(field::WHOM, "Dana Reyes, VP Sales", None, false);
    let mut fields = vec![
        blocks::divider(),
        blocks::section("*Introduction*, if you agreed on one. It is for whoever reaches out."),
        blocks::input("To whom at the account", whom, None, true),
        blocks::input("Who introduces whom", select, None, true),
    ];
    fields.extend(contact(
        field::CONTACT,
        &format!("Who at {partner}"),
        a,
        "The person who makes it, or who is introduced.",
        by,
    ));
    let due = blocks::date_picker(field::MEET_BY, Some(a.in_a_week()));
    fields.push(blocks::input("Introduction due by", due, None, true));
    fields
}

fn promise(a: &Account<'_>) -> Vec<Value> {
    let text = short_input(field::PROMISE, "Send the case study", "");
    let owner = blocks::user_select(field::PROMISE_OWNER, "Choose a person", None);
    let mut fields = vec![
        blocks::divider(),
        blocks::section("*Commitment*, if somebody made one. You can log more from the summary afterwards."),
        blocks::input("What is promised", text, None, true),
        blocks::input("Who does it", owner, Some("I remind them, by their own clock."), true),
    ];
    fields.extend(contact(
        field::PROMISE_THEIRS,
        &format!("Or who at {} does it", a.session.partner),
        a,
        "I don't write to them. I remind whoever looks after the partner to ask.",
        None,
    ));
    let due = blocks::date_picker(field::PROMISE_DUE, Some(a.in_a_week()));
    fields.push(blocks::input("Due", due, None, true));
    fields
}

fn pipeline() -> Vec<Value> {
    let amount = blocks::text_input(field::AMOUNT, "$120k", None, false);
    let stage = blocks::text_input(field::STAGE, "Negotiation", None, false);
    vec![
        blocks::divider(),
        blocks::input("Amount", amount, Some("How much pipeline this is."), true),
        blocks::input("Stage", stage, None, true),
    ]
}

/// The session as a whole: the last form. `usual` is the day on which the next one is usually held.
pub fn close_form(session: &Session, told: &[Told], usual: Option<Date>, metadata: &Value) -> Value {
    let mut metadata = metadata.clone();
    metadata["id"] = json!(session.id);
    let lines: Vec<String> =
        told.iter().map(|t| format!("*{}*: {}", escape(&t.name), t.outcome.words())).collect();
    let lead = if lines.is_empty() { "No account was named.".to_owned() } else { lines.join("\n") };
    let recording = blocks::text_input(field::RECORDING, "https://…", None, false);
    let said = short_input(field::SAID, "They reorganise in June", "");
    let next = blocks::date_picker(field::NEXT, usual);
    let fields = vec![
        blocks::section(&format!("*{}*\n{lead}", escape(&session.heading()))),
        blocks::input("Recording", recording, Some("A link. It stays among our people."), true),
        blocks::input("What else is worth keeping", said, None, true),
        blocks::input("Next session", next, Some("Clear it if no day was agreed."), true),
    ];
    blocks::modal(action::CLOSE, "Close the log", Some("Close"), &metadata, fields)
}

/// Why a session did not take place.
pub fn missed_form(of: &Session, metadata: &Value) -> Value {
    let mut metadata = metadata.clone();
    metadata["id"] = json!(of.id);
    let why = short_input(field::REASON, "Nobody of theirs came", "");
    let fields = vec![
        blocks::section(&format!("*{}*", escape(&of.title()))),
        blocks::input("Why", why, Some("Everybody of ours who was to come sees it."), false),
    ];
    blocks::modal(action::MISSED, "It did not take place", Some("Save"), &metadata, fields)
}

/// The button that opens the form of the next session, with the same partner, on the day that was agreed.
pub fn next_session(session: &Session, day: Date) -> Value {
    let value = format!("next:{}:{day}", session.id);
    blocks::button("Set up next session", session::action::SCHEDULE, &value)
}
