//! A play: its card, what is said of it, and the list.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::commitment::Commitment;
use super::super::play::{Audience, Missing, Play, Reminder, Stage, missing_words};
use super::super::store::Said;
use super::{LISTED, commitment};
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::{escape, sentence};
use crate::map::account::Account;

/// The controls.
pub mod action {
    /// Opens the form of a new play; the value is what was understood. Also the form's callback.
    pub const START: &str = "play.start";
    /// Opens the form of one that is there; also its callback.
    pub const EDIT: &str = "play.edit";
    /// Starts an idea.
    pub const GO: &str = "play.go";
    /// Opens the form for another day; also its callback.
    pub const MOVE: &str = "play.move";
    /// It stands as planned.
    pub const ON_TRACK: &str = "play.on_track";
    /// Opens the form in which it has shipped; also its callback.
    pub const SHIP: &str = "play.ship";
    /// Opens the form for what came of it; also its callback.
    pub const RESULTS: &str = "play.results";
    /// Opens the form for a task of ours; also its callback.
    pub const SUPPORT: &str = "play.support";
    /// Opens the form for why it is off; also its callback.
    pub const DROP: &str = "play.drop";
    /// Shows one in private; the value is its id.
    pub const SHOW: &str = "play.show";
    /// Shows all of them in private.
    pub const LIST: &str = "play.list";
    /// Gives a link to the page of all.
    pub const PAGE: &str = "play.page";
    /// The `⋯` of a card: the values begin with a verb.
    pub const MENU: &str = "play.menu";
}

/// So many targets, tasks and accounts are named on a card; the rest is counted.
const NAMED: usize = 5;
/// So many rows of a list have a button; the rest are text.
const WITH_BUTTON: usize = 10;

/// What the form of a new one begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// The play's name.
    pub title: String,
    /// The partner as written.
    pub partner: String,
}

/// A play with everything that its card shows.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The play.
    pub play: Play,
    /// Its accounts.
    pub targets: Vec<Account>,
    /// What we do for it.
    pub support: Vec<Commitment>,
    /// What was said of it last, the newest first.
    pub said: Vec<(Said, UserId, Timestamp)>,
}

/// The subject under which a person's newest message about it is edited.
pub fn subject(play: &Play, reader: &UserId) -> String {
    format!("play:{}:{reader}", play.id)
}

#[derive(Template)]
#[template(path = "plan/play.mrkdwn")]
struct Card<'a> {
    lead: String,
    title: &'a str,
    partner: &'a str,
    kind: &'a str,
    state: String,
    theirs: &'a str,
    ours: String,
    sender: Option<String>,
    targets: Option<String>,
    support: Vec<(String, String)>,
    said: Vec<String>,
}

fn ours(play: &Play) -> String {
    play.plan.owner.as_ref().map_or_else(|| "nobody yet".to_owned(), UserId::mention)
}

/// `Targets: 12 accounts: Acme, Globex and 10 more`; not escaped. `None` where it has none from the map.
fn targets_words(whole: &Whole) -> Option<String> {
    let names: Vec<String> = whole.targets.iter().take(NAMED).map(|a| clip(&a.name, 60)).collect();
    let total = whole.targets.len();
    let accounts = if total == 1 { "account" } else { "accounts" };
    match (total, total - names.len()) {
        (0, _) if whole.play.plan.audience == Audience::Nobody => None,
        (0, _) => Some(format!("Targets: no account of the map yet ({})", audience_words(&whole.play))),
        (_, 0) => Some(format!("Targets: {total} {accounts}: {}", names.join(", "))),
        (_, more) => Some(format!("Targets: {total} {accounts}: {} and {more} more", names.join(", "))),
    }
}

fn audience_words(play: &Play) -> String {
    let words = Audience::ALL.iter().find(|(a, ..)| *a == play.plan.audience).map_or("", |(.., words)| words);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn support_lines(whole: &Whole, today: Date) -> Vec<(String, String)> {
    let line = |c: &Commitment| {
        (clip(&c.text, 120), format!("{} · {}", commitment::state(c, today), c.owner.mention()))
    };
    let (open, closed): (Vec<&Commitment>, Vec<&Commitment>) =
        whole.support.iter().partition(|c| c.is_open());
    let mut lines: Vec<(String, String)> = open.into_iter().chain(closed).take(NAMED).map(line).collect();
    if whole.support.len() > NAMED {
        let more = whole.support.len() - NAMED;
        lines.push(("More support".to_owned(), format!("{more} tasks, in `/partner commit list`")));
    }
    lines
}

fn said_lines(whole: &Whole, today: Date) -> Vec<String> {
    let on = |at: Timestamp| spoken(at.to_zoned(whole.play.time_zone()).date(), today);
    let line = |(said, by, at): &(Said, UserId, Timestamp)| match said {
        Said::Moved { from, to, because } => format!(
            "{} moved it from {} to {} on {}: {}",
            by.mention(),
            spoken(*from, today),
            spoken(*to, today),
            on(*at),
            escape(&clip(because, 300))
        ),
        Said::OnTrack => format!("{} said on {} that it is on track", by.mention(), on(*at)),
    };
    whole.said.iter().map(line).collect()
}

/// The message as it stands now; `with_controls` only on the newest.
pub fn card(whole: &Whole, lead: String, today: Date, with_controls: bool) -> Result<Message> {
    let play = &whole.play;
    let text = Card {
        lead,
        title: &play.plan.title,
        partner: &play.partner,
        kind: play.plan.kind.words(),
        state: play.state_words(today),
        theirs: play.plan.their_owner.as_deref().unwrap_or("nobody yet"),
        ours: ours(play),
        sender: play.plan.sender.as_ref().map(UserId::mention),
        targets: targets_words(whole),
        support: support_lines(whole, today),
        said: said_lines(whole, today),
    };
    let text = text.render()?.trim().to_owned();
    let mut all = blocks::sections(&text);
    if with_controls {
        all.extend(controls(play));
    }
    Ok(Message::new(text, all))
}

fn controls(play: &Play) -> Option<Value> {
    let value = format!("{}:{}", play.id, play.version);
    let button = |label: &str, id: &str| blocks::button(label, id, &value);
    let menu = |choices: &[(&str, &str)]| {
        let choices: Vec<(&str, String)> =
            choices.iter().map(|(label, verb)| (*label, format!("{verb}:{value}"))).collect();
        blocks::overflow(action::MENU, &choices)
    };
    let elements = match &play.stage {
        Stage::Idea => vec![
            blocks::primary(button("Start", action::GO)),
            button("Edit", action::EDIT),
            menu(&[("Add support", "support"), ("Drop", "drop")]),
        ],
        Stage::Running { .. } => vec![
            blocks::primary(button("Ship", action::SHIP)),
            button("Mark on track", action::ON_TRACK),
            button("Move the date", action::MOVE),
            menu(&[("Add support", "support"), ("Edit", "edit"), ("Drop", "drop")]),
        ],
        Stage::Shipped { results: None, .. } => {
            vec![blocks::primary(button("Record results", action::RESULTS))]
        }
        Stage::Shipped { .. } => vec![button("Update results", action::RESULTS)],
        Stage::Dropped { .. } => return None,
    };
    Some(blocks::actions(elements))
}

/// Why its owner is reminded, as the message begins. Whoever stands in for an owner who is gone is told so.
pub fn reminder_lead(play: &Play, reader: &UserId, why: Reminder) -> String {
    let lead = match why {
        Reminder::CheckIn => "How does this stand?",
        Reminder::Ahead => "This ships soon.",
        Reminder::Today => "This ships today.",
        Reminder::Late(_) => "This was due to ship. Say that it shipped, move the date, or drop it.",
        Reminder::Results => "This has shipped. What came of it?",
    };
    match play.plan.owner.as_ref().filter(|owner| *owner != reader) {
        Some(owner) => format!(
            "{lead} {} ran it and is no member any more: give it to somebody with Edit.",
            owner.mention()
        ),
        None => lead.to_owned(),
    }
}

/// Somebody moved the day.
pub fn moved_lead(before: &Play, by: &UserId, because: &str, today: Date) -> String {
    let from = before.plan.ship.map_or_else(|| "no day".to_owned(), |day| spoken(day, today));
    format!("{} moved this from {from}: {}", by.mention(), sentence(&escape(because)))
}

/// It cannot start, and what it lacks.
pub fn cannot_start(play: &Play, lacks: &[Missing]) -> Error {
    let (title, lacks) = (escape(&play.plan.title), missing_words(lacks));
    match play.stage {
        Stage::Running { .. } => Error::user(format!(
            "*{title}* is running and cannot go on without {lacks}. Nothing was changed."
        )),
        _ => Error::user(format!(
            "*{title}* stays an idea: it cannot start without {lacks}. *Edit* on its card is where that goes."
        )),
    }
}

/// What whoever comes second is told.
pub fn changed_already(play: &Play, now: Timestamp) -> Error {
    let (title, state) = (escape(&play.plan.title), play.state_words(play.today(now)));
    Error::user(format!(
        "That changed before you pressed the button. *{title}*: {state}. `/partner play list` shows how it is now."
    ))
}

/// Who may move it.
pub fn refusal(play: &Play) -> Error {
    let mut who = vec![play.created_by.mention()];
    who.extend(play.plan.owner.iter().chain(&play.plan.sender).map(UserId::mention));
    who.sort();
    who.dedup();
    Error::refused(format!(
        "Only {} can change this play, or somebody who looks after {}: a partner manager, operations or an admin.",
        who.join(" or "),
        escape(&play.partner)
    ))
}

#[derive(Template)]
#[template(path = "plan/plays.mrkdwn")]
struct Rows<'a> {
    rows: Vec<(&'a str, &'a str, &'a str, String, String)>,
}

fn row(play: &Play, today: Date) -> (&str, &str, &str, String, String) {
    let Play { plan, partner, .. } = play;
    let theirs = escape(plan.their_owner.as_deref().unwrap_or("nobody of theirs"));
    let people = format!("{theirs} and {}", ours(play));
    (&plan.title, partner, plan.kind.words(), play.state_words(today), people)
}

fn rows(found: &[Play], today: Date) -> Result<String> {
    let text = Rows { rows: found.iter().map(|play| row(play, today)).collect() }.render()?;
    Ok(text.trim().to_owned())
}

/// A private list: those that run by their dates, the ideas, then what has shipped lately. `offered` is the button of
/// each row: its label and its control.
pub fn list(title: &str, found: &[Play], today: Date, offered: (&str, &str)) -> Result<Message> {
    let start = blocks::button("Start a play", action::START, "{}");
    if found.is_empty() {
        let text =
            "No play is under way. `/partner play start \"Returns webinar\" with northwind` starts one.";
        return Ok(Message::new(text, vec![blocks::section(text), blocks::actions(vec![start])]));
    }
    let shown = &found[..found.len().min(LISTED)];
    let (first, rest) = shown.split_at(shown.len().min(WITH_BUTTON));
    let mut all = vec![blocks::section(&format!("*{title}*"))];
    for play in first {
        let (label, control) = offered;
        let value = match control {
            action::SHOW => play.id.to_string(),
            _ => format!("{}:{}", play.id, play.version),
        };
        all.push(blocks::section_with(
            &rows(std::slice::from_ref(play), today)?,
            blocks::button(label, control, &value),
        ));
    }
    for few in rest.chunks(2) {
        all.push(blocks::section(&rows(few, today)?));
    }
    let mut text = format!("*{title}*\n{}", rows(shown, today)?);
    if found.len() > shown.len() {
        let more = format!("{} more are on the page.", found.len() - shown.len());
        all.push(blocks::context(&more));
        text = format!("{text}\n{more}");
    }
    all.push(blocks::actions(vec![blocks::button("See all on a timeline", action::PAGE, "all"), start]));
    Ok(Message::new(text, all))
}

/// The link to the page, for the one who asked for it.
pub fn page_link(url: &str, lasts: &str) -> Message {
    let text =
        format!("<{}|All plays on a timeline>. The link is yours alone and opens for {lasts}.", escape(url));
    Message::text(text)
}

/// Its row on Home: name, then the rest, both escaped by whoever shows them.
pub fn home_row(play: &Play, today: Date) -> (String, String, Value) {
    let value = format!("{}:{}", play.id, play.version);
    let button = match play.stage {
        Stage::Shipped { .. } => blocks::button("Record results", action::RESULTS, &value),
        _ => blocks::button("Ship", action::SHIP, &value),
    };
    (play.plan.title.clone(), format!("{} · {}", escape(&play.partner), play.state_words(today)), button)
}

#[cfg(test)]
mod tests;
