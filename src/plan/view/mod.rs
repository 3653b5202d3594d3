//! What plan shows in Slack.

pub mod ask;
pub mod calendar;
pub mod check_in;
pub mod commitment;
pub mod commitments;
pub mod found;
pub mod introduction;
pub mod ledger;
pub mod owed;
pub mod play;
pub mod play_forms;
pub mod plays_page;
pub mod pre_read;
pub mod proposal;
pub mod record;
pub mod request;
pub mod session;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::{ContactId, PartnerId, UserId};
use crate::kernel::text::capital;
use crate::map::partner::{Contact, Partner};

/// At most so many rows of a list are shown.
pub const LISTED: usize = 20;

/// What people write into one field, in characters.
const SHORT: usize = 600;

/// The fields of the modals.
pub mod field {
    /// The account's name or domain.
    pub const ACCOUNT: &str = "account";
    /// The partner.
    pub const PARTNER: &str = "partner";
    /// The day.
    pub const DATE: &str = "date";
    /// What the session is for.
    pub const GOAL: &str = "goal";
    /// What is promised.
    pub const TEXT: &str = "text";
    /// Who does it.
    pub const OWNER: &str = "owner";
    /// Why.
    pub const REASON: &str = "reason";
    /// Who at the partner.
    pub const CONTACT: &str = "contact";
    /// To whom at the account.
    pub const WHOM: &str = "whom";
    /// Who introduces whom.
    pub const DIRECTION: &str = "direction";
    /// What a question is about.
    pub const TOPIC: &str = "topic";
    /// The name of somebody at the account.
    pub const NAME: &str = "name";
    /// Their title.
    pub const TITLE: &str = "title";
    /// How well somebody knows them.
    pub const STRENGTH: &str = "strength";
    /// By when something else is done.
    pub const DUE: &str = "due";
    /// Whether the deal moved.
    pub const DEAL: &str = "deal";
    /// The accounts of a session, one a line.
    pub const ACCOUNTS: &str = "accounts";
    /// The time of day.
    pub const TIME: &str = "time";
    /// How long it takes.
    pub const MINUTES: &str = "minutes";
    /// Who meets whom.
    pub const SHAPE: &str = "shape";
    /// Who of ours comes.
    pub const OURS: &str = "ours";
    /// Who of theirs comes.
    pub const THEIRS: &str = "theirs";
    /// A room or a link.
    pub const PLACE: &str = "place";
}

/// `<@U1> and <@U2>`
fn mentions(users: &[UserId]) -> String {
    users.iter().map(UserId::mention).collect::<Vec<_>>().join(" and ")
}

/// `Fri 6 Mar, 11:00`, in the reader's zone.
fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let today = now.to_zoned(zone.clone()).date();
    format!("{}, {}", spoken(local.date(), today), local.strftime("%H:%M"))
}

/// Why now, where the motion stands beside it already: not said again.
fn beside_motion(why: &str) -> String {
    let told = |part: &str| match part.split_once(": ") {
        Some(("an ask" | "a give" | "joint", why)) => why.starts_with("the last ").then(|| why.to_owned()),
        Some(("an ask, and soon" | "joint, and soon", why)) => Some(format!("soon: {why}")),
        _ => Some(part.to_owned()),
    };
    let groups =
        why.split(" · ").map(|group| group.split("; ").filter_map(told).collect::<Vec<_>>().join("; "));
    groups.filter(|group| !group.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What is to be known before the fields are filled in; the texts are mrkdwn.
fn notes(notes: &[String]) -> Option<Value> {
    (!notes.is_empty()).then(|| blocks::section(&notes.join("\n")))
}

/// What was wrong with what was typed, and a button to the form with everything else in it; `why` is mrkdwn.
fn refused(why: &[String], action: &str, prefill: &impl Serialize) -> Result<Message> {
    let why = why.join("\n");
    let value = serde_json::to_string(prefill)?;
    // Slack takes 2,000 characters of value.
    let value = if value.chars().count() <= 2000 { value } else { json!({}).to_string() };
    let button = blocks::button("Go on in a form", action, &value);
    Ok(Message::new(why.clone(), vec![blocks::section(&why), blocks::actions(vec![button])]))
}

/// Lines to type in, short enough that three of them fit into a section.
fn short_input(id: &str, placeholder: &str, initial: &str) -> Value {
    let mut element = blocks::text_input(id, placeholder, Some(&blocks::clip(initial, SHORT)), true);
    element["max_length"] = SHORT.into();
    element
}

fn partner_input(partners: &[Partner], chosen: Option<&PartnerId>) -> Value {
    // Slack shows a hundred: the chosen one is among them.
    let mut ordered: Vec<&Partner> = partners.iter().collect();
    ordered.sort_by_key(|p| Some(&p.id) != chosen);
    if partners.len() <= 100 {
        ordered = partners.iter().collect();
    }
    let options: Vec<Value> = ordered.iter().map(|p| blocks::choice(&p.name, p.id.as_str())).collect();
    let element = blocks::select(field::PARTNER, "Choose a partner", &options, chosen.map(PartnerId::as_str));
    blocks::input("Partner", element, None, false)
}

/// Somebody at a partner; each is shown with their company. `chosen` is chosen at first.
fn contact_input(
    label: &str,
    contacts: &[Contact],
    partners: &[Partner],
    chosen: Option<&ContactId>,
) -> Value {
    // Slack shows a hundred: the chosen one is among them.
    let mut ordered: Vec<&Contact> = contacts.iter().collect();
    ordered.sort_by_key(|c| Some(&c.id) != chosen);
    let options: Vec<Value> = ordered
        .iter()
        .map(|c| {
            let partner = partners.iter().find(|p| p.id == c.partner);
            let name = partner.map_or_else(|| c.name.clone(), |p| format!("{}, {}", c.name, p.name));
            blocks::choice(&name, c.id.as_str())
        })
        .collect();
    if options.is_empty() {
        return blocks::context(
            "No contact of a partner is on record yet: `/partner partner contact` adds one.",
        );
    }
    let element = blocks::select(field::CONTACT, "Nobody named yet", &options, chosen.map(ContactId::as_str));
    blocks::input(label, element, None, true)
}
