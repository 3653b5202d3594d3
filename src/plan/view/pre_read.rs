//! The pre-read of a session: its card, what attendees get, and how it is shown in private.

pub mod page;
mod told;

use askama::Template;
use jiff::Zoned;
use jiff::civil::Date;
use serde_json::Value;

pub use told::{cold, cold_no_more, edit_form, home_row, late, page_at};

use super::super::pre_read::{Content, PreRead, Rights, Stage, Waiting};
use super::super::prep::Prep;
use super::super::session::{Session, Slot};
use super::beside_motion;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::{capital, escape};
use crate::map::account_map::listed;
use crate::map::overlap::Motion;
use crate::pull::agenda::NAMED_FOR;
use crate::pull::agenda::brief::Brief;

/// The controls.
pub mod action {
    /// Shows the agenda of a session in private; the value is the session's id.
    pub const SHOW: &str = "agenda.show";
    /// Sends the pre-read to the attendees; the value is `session:version`.
    pub const APPROVE: &str = "agenda.approve";
    /// Opens the form that chooses the accounts, and its callback; the value is `session:version`.
    pub const EDIT: &str = "agenda.edit";
    /// Gives whoever asks the printable page; the value is the session's id.
    pub const PAGE: &str = "agenda.page";
    /// Names accounts for a session that has none: opens the same form; the value is the session's id.
    pub const NAME: &str = "agenda.name";
}

/// The fields of the form.
pub mod field {
    /// The accounts, in their order.
    pub const ACCOUNTS: &str = "accounts";
    /// Another account, by name or domain.
    pub const ANOTHER: &str = "another";
}

/// At most so many accounts can be chosen for one session.
pub const MOST: usize = 10;
/// At most so many accounts wait by name on a card; the others are counted.
const NAMED: usize = 5;
/// As much of an account is shown on a card, in characters.
const BRIEF: usize = 2900;

#[derive(Template)]
#[template(path = "plan/brief.mrkdwn")]
struct BriefView<'a> {
    place: usize,
    b: &'a Brief,
    motion: String,
    what: String,
    why_now: String,
    because: String,
    owners: String,
    missing: String,
}

#[derive(Template)]
#[template(path = "plan/pre_read.mrkdwn")]
struct Head<'a> {
    lead: &'a str,
    c: &'a Content,
    when: String,
    people: String,
}

#[derive(Template)]
#[template(path = "plan/pre_read_foot.mrkdwn")]
struct Foot<'a> {
    c: &'a Content,
    lost: String,
    waiting: String,
}

/// `an ask: Northwind opens the door for us`; not escaped.
pub fn motion_words(motion: Option<Motion>, partner: &str) -> String {
    match motion {
        Some(Motion::Ask) => format!("an ask: {partner} opens the door for us"),
        Some(Motion::Give) => format!("a give: we open the door for {partner}"),
        Some(Motion::Joint) => "joint: both are in".to_owned(),
        None => "no motion yet: agree on one".to_owned(),
    }
}

/// `Thu 12 Mar, 10:00` on the reader's clock.
pub fn when(slot: &Slot, reader: &Zoned) -> String {
    let local = slot.start.to_zoned(reader.time_zone().clone());
    format!("{}, {}", spoken(local.date(), reader.date()), local.strftime("%H:%M"))
}

/// `Maya Lindholm and Alex Rivera, with Sam Whitfield of Northwind`; not escaped.
pub(super) fn people(c: &Content) -> String {
    let ours = listed(c.ours.iter().map(String::as_str));
    let theirs = listed(c.theirs.iter().map(String::as_str));
    match (ours.is_empty(), theirs.is_empty()) {
        (true, true) => "nobody is named yet".to_owned(),
        (false, true) => ours,
        (true, false) => format!("{theirs} of {}", c.partner),
        (false, false) => format!("{ours}, with {theirs} of {}", c.partner),
    }
}

/// Who owns it, as far as it is known.
fn owners(b: &Brief, partner: &str) -> String {
    let mut parts: Vec<String> = match (&b.deal_owner, &b.relationship_owner) {
        (Some(deal), Some(relationship)) if deal == relationship => vec![deal.clone()],
        (deal, relationship) => {
            let deal = deal.iter().map(|who| format!("{who} (deal)"));
            deal.chain(relationship.iter().map(|who| format!("{who} (relationship)"))).collect()
        }
    };
    parts.extend(b.their_owner.iter().map(|who| format!("{who} at {partner}")));
    parts.join(", ")
}

/// What nobody knows yet, in one line; what is known stands on the page.
fn missing(b: &Brief, partner: &str) -> String {
    let mut parts = Vec::new();
    if b.deal_owner.is_none() {
        parts.push("who owns the deal".to_owned());
    }
    if b.relationship_owner.is_none() {
        parts.push("who owns the relationship".to_owned());
    }
    if b.their_owner.is_none() {
        parts.push(format!("an owner at {partner}"));
    }
    let gaps = b.gaps();
    if gaps.len() == 4 {
        parts.push("anything on its map".to_owned());
    } else {
        parts.extend(gaps.iter().map(|gap| gap.trim_end_matches('?').to_lowercase()));
    }
    parts.join("; ")
}

/// Why it is on, where there is more to say than that the session is about it.
fn because(b: &Brief) -> String {
    let more = b.because.iter().map(String::as_str).filter(|why| *why != NAMED_FOR);
    more.collect::<Vec<_>>().join("; ")
}

/// Why now, without what the lines above it say already.
fn why_now(b: &Brief) -> String {
    let why = b.why_now.strip_prefix(b.what.as_str()).unwrap_or(&b.why_now).trim_start_matches(" · ");
    beside_motion(why)
}

/// One account as mrkdwn.
fn brief(place: usize, b: &Brief, partner: &str) -> Result<String> {
    let view = BriefView {
        place,
        b,
        motion: motion_words(b.motion, partner),
        what: capital(&b.what),
        why_now: why_now(b),
        because: because(b),
        owners: owners(b, partner),
        missing: missing(b, partner),
    };
    Ok(clip(view.render()?.trim(), BRIEF))
}

fn waiting(all: &[Waiting]) -> String {
    let named: Vec<String> = all.iter().take(NAMED).map(|w| format!("{} ({})", w.name, w.because)).collect();
    match all.len().saturating_sub(NAMED) {
        0 => named.join("; "),
        more => format!("{}; {more} more", named.join("; ")),
    }
}

fn foot(c: &Content) -> Result<String> {
    let foot = Foot { c, lost: c.lost.join(", "), waiting: waiting(&c.waiting) };
    Ok(foot.render()?.trim().to_owned())
}

/// The text and the blocks of what it says, without controls.
fn said(lead: &str, c: &Content, when: String) -> Result<(Vec<String>, Vec<Value>)> {
    let head = Head { lead, c, when, people: people(c) }.render()?.trim().to_owned();
    let mut rows = vec![blocks::section(&head)];
    let mut text = vec![head];
    for (n, b) in c.accounts.iter().enumerate() {
        let told = brief(n + 1, b, &c.partner)?;
        rows.push(blocks::section(&told));
        text.push(told);
    }
    let foot = foot(c)?;
    if !foot.is_empty() {
        rows.push(blocks::context(&foot));
        text.push(foot);
    }
    Ok((text, rows))
}

/// What its card's reader knows beside it.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The reader's clock; of a card in a channel that of the session.
    pub here: &'a Zoned,
    /// When it is due; `None` where that is not known yet.
    pub prep: Option<Prep>,
    /// Who may approve it.
    pub asked: Vec<UserId>,
}

/// The card that asks for approval, or says that it was given.
pub fn card(session: &Session, slot: &Slot, pre_read: &PreRead, scene: &Scene<'_>) -> Result<Message> {
    let (mut text, mut rows) = said("Agenda", &pre_read.content, when(slot, scene.here))?;
    let state = match session.is_open() {
        true => state(pre_read, scene),
        false => over(session, pre_read, scene),
    };
    rows.push(blocks::context(&state));
    text.push(state);
    let controls = controls(session, pre_read);
    if !controls.is_empty() {
        rows.push(blocks::actions(controls));
    }
    Ok(Message::new(text.join("\n"), rows))
}

fn mentions(users: &[UserId]) -> String {
    let all: Vec<String> = users.iter().map(UserId::mention).collect();
    listed(all.iter().map(String::as_str))
}

/// Ours who come, by name: nobody is mentioned who has nothing to do.
fn attendees(p: &PreRead) -> String {
    escape(&listed(p.content.ours.iter().map(String::as_str)))
}

fn state(p: &PreRead, scene: &Scene<'_>) -> String {
    let partner = escape(&p.content.partner);
    let to = attendees(p);
    let today = scene.here.date();
    match &p.stage {
        Stage::Waiting => {
            let due = match scene.prep {
                Some(prep) if prep.is_in_time(today) => format!(" It is due by {}.", spoken(prep.due, today)),
                Some(prep) => format!(" It was due by {}.", spoken(prep.due, today)),
                None => String::new(),
            };
            let whom = match scene.asked.as_slice() {
                [] => {
                    "approval, and nobody may give it: an admin names a partner manager in `/partner setup`"
                        .to_owned()
                }
                asked => mentions(asked),
            };
            format!(
                "Version {} waits for {whom}.{due} It goes to {to} by direct message; {partner}'s people get nothing.",
                p.version
            )
        }
        Stage::Approved { by, at } => {
            let at = at.to_zoned(scene.here.time_zone().clone());
            format!(
                "Version {}, approved by {} on {}, {}, and sent to {to}. {partner}'s people got nothing.",
                p.version,
                by.mention(),
                spoken(at.date(), today),
                at.strftime("%H:%M")
            )
        }
    }
}

/// What became of the session; what is out was sent all the same.
fn over(session: &Session, p: &PreRead, scene: &Scene<'_>) -> String {
    let became = state_of(session, scene.here);
    if p.is_waiting() { became } else { format!("{became}\n{}", state(p, scene)) }
}

fn state_of(session: &Session, here: &Zoned) -> String {
    super::session::state(session, here.timestamp(), here.time_zone())
}

fn controls(session: &Session, p: &PreRead) -> Vec<Value> {
    if !session.is_open() {
        return Vec::new();
    }
    let value = format!("{}:{}", session.id, p.version);
    let edit = blocks::button("Edit accounts", action::EDIT, &value);
    let page = blocks::button("Open printable page", action::PAGE, session.id.as_str());
    if !p.is_waiting() {
        return vec![edit, page];
    }
    vec![approve_button(p), edit, page]
}

/// Asks before it sends: recipients and version, once more.
fn approve_button(p: &PreRead) -> Value {
    let value = format!("{}:{}", p.session, p.version);
    let approve =
        blocks::primary(blocks::button("Approve and send to our attendees", action::APPROVE, &value));
    let question = format!("Send version {} to {}?", p.version, attendees(p));
    blocks::confirmed(approve, "To our attendees", &question, "Send it")
}

/// What an attendee gets, on their own clock.
pub fn sent(session: &Session, slot: &Slot, p: &PreRead, reader: &Zoned) -> Result<Message> {
    let lead = if p.version > 1 { "The agenda as it is now" } else { "Your agenda" };
    let (mut text, mut rows) = said(lead, &p.content, when(slot, reader))?;
    let mut more = Vec::new();
    let place = &session.outline.place;
    if !place.is_empty() {
        more.push(format!("At {}.", escape(place)));
    }
    more.push(format!("Only our people have this: {}'s get nothing.", escape(&p.content.partner)));
    let more = more.join(" ");
    rows.push(blocks::context(&more));
    text.push(more);
    let page = blocks::button("Open printable page", action::PAGE, session.id.as_str());
    rows.push(blocks::actions(vec![page]));
    Ok(Message::new(text.join("\n"), rows))
}

/// In private, to whoever asks for it, with what they may do.
pub fn shown(slot: &Slot, p: &PreRead, reader: &Zoned, may: Rights) -> Result<Message> {
    let (mut text, mut rows) = said("Agenda", &p.content, when(slot, reader))?;
    let state = match &p.stage {
        Stage::Approved { by, .. } => format!("Version {}, approved by {}.", p.version, by.mention()),
        Stage::Waiting if p.version == 0 => {
            "A preview, as it would be today. The agenda is made in time, and then waits for approval."
                .to_owned()
        }
        Stage::Waiting => format!("Version {} waits for approval.", p.version),
    };
    rows.push(blocks::context(&state));
    text.push(state);
    let value = format!("{}:{}", p.session, p.version);
    let mut controls = Vec::new();
    if may.approve && p.is_waiting() && p.version > 0 {
        controls.push(approve_button(p));
    }
    if may.edit && p.version > 0 {
        controls.push(blocks::button("Edit accounts", action::EDIT, &value));
    } else if may.edit {
        controls.push(blocks::button("Name accounts", action::NAME, p.session.as_str()));
    }
    controls.push(blocks::button("Open printable page", action::PAGE, p.session.as_str()));
    rows.push(blocks::actions(controls));
    Ok(Message::new(text.join("\n"), rows))
}

/// Whoever comes second.
pub fn changed(p: &PreRead) -> Error {
    Error::user(match &p.stage {
        Stage::Approved { by, .. } => format!(
            "{} approved version {} of this agenda in the meantime. Nothing was changed.",
            by.mention(),
            p.version
        ),
        Stage::Waiting => format!(
            "This agenda changed: it is version {} now, and nothing was sent. Read the card again.",
            p.version
        ),
    })
}

/// A day as it stands on a page.
fn long_day(day: Date) -> String {
    day.strftime("%A %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests;
