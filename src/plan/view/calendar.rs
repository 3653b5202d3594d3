//! Sessions in calendars: somebody's own page of them, the links, and what is told of changes.

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::found::Found;
use super::super::session::{Session, Stage};
use super::super::store::{Feed, Reading};
use super::{found, when};
use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::SessionId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;

/// The controls.
pub mod action {
    /// Somebody's page of calendars.
    pub const SHOW: &str = "calendar.show";
    /// Hands over the file of a session; the value is its id.
    pub const FILE: &str = "calendar.file";
    /// A link to a feed of one's own sessions, or of those with the partner whose id is the value.
    pub const LINK: &str = "calendar.link";
    /// The same from a list of partners.
    pub const LINK_WITH: &str = "calendar.link_with";
    /// Ends a link; the value is the feed's id.
    pub const END: &str = "calendar.end";
    /// Has the calendars read at once.
    pub const READ: &str = "calendar.read";
}

/// The value of [`action::LINK`] for one's own sessions.
pub const MINE: &str = "mine";
/// As many sessions get a button each.
pub const AHEAD: usize = 5;
/// As many partners can be chosen from.
const PARTNERS: usize = 100;

/// What a feed is called, where it is subscribed to.
pub fn feed_name(feed: &Feed) -> String {
    match &feed.partner {
        Some((_, name)) => format!("Account planning with {name}"),
        None => "Account planning".to_owned(),
    }
}

/// What stands on somebody's page.
#[derive(Debug)]
pub struct Page<'a> {
    /// Their sessions ahead, the soonest first.
    pub sessions: &'a [Session],
    /// Their open links.
    pub feeds: &'a [Feed],
    /// Whether links can be given at all.
    pub reachable: bool,
    /// The partners whose sessions they may subscribe to.
    pub partners: &'a [Partner],
    /// The calendars that are read, for those who triage, with how each stands.
    pub read: &'a [(String, Option<Reading>)],
    /// What waits for an answer, for those who triage.
    pub waiting: &'a [Found],
    /// They may have the calendars read at once.
    pub may_read: bool,
}

#[derive(Template)]
#[template(path = "plan/calendar.mrkdwn")]
struct Rest {
    reachable: bool,
    read: Vec<String>,
    waiting: Vec<(String, String, String)>,
}

/// Somebody's page.
pub fn page(page: &Page<'_>, here: &Zoned) -> Result<Message> {
    let (now, zone) = (here.timestamp(), here.time_zone());
    let waiting = page.waiting.iter();
    let rest = Rest {
        reachable: page.reachable,
        read: page.read.iter().map(|(name, reading)| reading_line(name, reading.as_ref(), here)).collect(),
        waiting: waiting
            .map(|f| (clip(&f.title, 100), f.partner.clone(), found::time(f, now, zone)))
            .collect(),
    };
    let mut all = rows(page, here);
    let rest = rest.render()?;
    all.extend(blocks::sections(rest.trim()).into_iter().filter(|_| !rest.trim().is_empty()));
    let text: Vec<&str> = all.iter().filter_map(|block| block["text"]["text"].as_str()).collect();
    let text = text.join("\n");
    let controls = controls(page);
    if !controls.is_empty() {
        all.push(blocks::actions(controls));
    }
    Ok(Message::new(text, all))
}

/// A line for each session and each link, with what can be done to it.
fn rows(page: &Page<'_>, here: &Zoned) -> Vec<Value> {
    let (now, zone) = (here.timestamp(), here.time_zone());
    if page.sessions.is_empty() && page.feeds.is_empty() {
        return vec![blocks::section("*Your sessions*\nNone is planned that you come to.")];
    }
    let mut rows = vec![blocks::section("*Your sessions*")];
    for session in page.sessions.iter().take(AHEAD) {
        let time = session.stage.slot().map(|slot| when(slot.start, now, zone)).unwrap_or_default();
        let line = format!("{time} · {}", escape(&session.title()));
        rows.push(blocks::section_with(&line, file_button(&session.id, "Get the file")));
    }
    if let more @ 1.. = page.sessions.len().saturating_sub(AHEAD) {
        rows.push(blocks::section(&format!("And {more} more: a link brings all of them.")));
    }
    for feed in page.feeds {
        let until = spoken(feed.until.to_zoned(zone.clone()).date(), here.date());
        let line = format!("Link to \"{}\", good until {until}", escape(&feed_name(feed)));
        rows.push(blocks::section_with(&line, end_button(feed)));
    }
    rows
}

fn end_button(feed: &Feed) -> Value {
    let button = blocks::button("End the link", action::END, feed.id.as_str());
    let text = format!("Calendars that subscribe to \"{}\" stop getting news.", escape(&feed_name(feed)));
    blocks::confirmed(button, "End the link", &text, "End it")
}

fn controls(page: &Page<'_>) -> Vec<Value> {
    let mut controls = Vec::new();
    if page.reachable {
        controls.push(blocks::primary(blocks::button("Link to my sessions", action::LINK, MINE)));
        if !page.partners.is_empty() {
            let of = |partner: &Partner| blocks::choice(&partner.name, partner.id.as_str());
            let options: Vec<Value> = page.partners.iter().take(PARTNERS).map(of).collect();
            controls.push(blocks::select(action::LINK_WITH, "Link to a partner's", &options, None));
        }
    }
    if page.may_read {
        controls.push(blocks::button("Read calendars now", action::READ, "all"));
    }
    controls
}

fn reading_line(name: &str, reading: Option<&Reading>, here: &Zoned) -> String {
    let Some(reading) = reading else { return format!("*{}*: not read yet", escape(name)) };
    let good = reading.good_at.map(|at| match age::days_since(at, here) {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        n => format!("{n} days ago"),
    });
    let result = reading.result.as_deref().map(escape).unwrap_or_default();
    match (&reading.error, good) {
        (Some(why), Some(good)) => {
            format!("*{}*: cannot be read: {}. Last read {good}: {result}", escape(name), escape(why))
        }
        (Some(why), None) => format!("*{}*: cannot be read: {}", escape(name), escape(why)),
        (None, Some(good)) => format!("*{}*: read {good}: {result}", escape(name)),
        (None, None) => format!("*{}*: not read yet", escape(name)),
    }
}

/// The link to a feed, for its subscriber alone.
pub fn link(feed: &Feed, link: &str, here: &Zoned) -> Message {
    let until = spoken(feed.until.to_zoned(here.time_zone().clone()).date(), here.date());
    let text = format!(
        "*{}*\nSubscribe to this address in your calendar; it shows what changes within the hour, and is good until {until}.\n`{link}`\nWhoever has it reads these sessions, so keep it to yourself.",
        escape(&feed_name(feed))
    );
    Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(vec![end_button(feed)])])
}

/// A button that hands over the file of a session.
pub fn file_button(session: &SessionId, label: &str) -> Value {
    blocks::button(label, action::FILE, session.as_str())
}

/// What is said with a file.
pub fn handed(session: &Session, here: &Zoned) -> String {
    let what = match &session.stage {
        Stage::Cancelled { .. } => "takes it out of your calendar",
        _ if session.sequence > 0 => "brings your calendar up to date",
        _ => "puts it into your calendar",
    };
    let when = session
        .stage
        .slot()
        .map(|slot| when(slot.start, here.timestamp(), here.time_zone()))
        .unwrap_or_default();
    format!("*{}*, {when}. This file {what}.", escape(&session.title()))
}

/// A session changed since somebody took its file.
pub fn changed(session: &Session, now: Timestamp, zone: &TimeZone) -> Result<Message> {
    let slot = session.stage.slot();
    let time = slot.map(|slot| when(slot.start, now, zone)).unwrap_or_default();
    let title = escape(&session.title());
    let text = match &session.stage {
        Stage::Cancelled { .. } => {
            format!(
                "*{title}* on {time} is called off. Your calendar still shows it: open this file to remove it."
            )
        }
        _ => format!(
            "*{title}* changed: it is {time} now. Your calendar still shows the old entry: open this file to correct it."
        ),
    };
    let label = if session.is_open() { "Get the new file" } else { "Get the file that removes it" };
    let button = file_button(&session.id, label);
    Ok(Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(vec![button])]))
}

/// What a file that somebody dropped came to.
pub fn dropped(name: &str, taken: &super::super::flow::found::Taken, unread: &[(String, String)]) -> Message {
    let mut lines = vec![format!("Read *{}*: {}.", escape(&clip(name, 80)), result(taken))];
    if taken.over > 0 {
        lines.push("Whoever answers for the partner is asked whether they were held.".to_owned());
    }
    lines.extend(
        taken
            .unmatched
            .iter()
            .map(|(title, why)| format!("\"{}\": {}.", escape(&clip(title, 80)), escape(why))),
    );
    lines.extend(
        unread
            .iter()
            .map(|(what, why)| format!("Could not read \"{}\": {}.", escape(&clip(what, 80)), escape(why))),
    );
    Message::text(lines.join("\n"))
}

/// What a calendar came to, in a few words.
pub fn result(taken: &super::super::flow::found::Taken) -> String {
    let events = match taken.events {
        0 => return "nothing in it between two weeks back and two months ahead".to_owned(),
        1 => "1 event".to_owned(),
        n => format!("{n} events"),
    };
    let named = match taken.named {
        0 => "none is named as account planning".to_owned(),
        1 => "1 is named as account planning".to_owned(),
        n => format!("{n} are named as account planning"),
    };
    let mut parts = vec![events, named];
    for (count, what) in [
        (taken.over, "not known and over"),
        (taken.ahead, "not known and still to come"),
        (taken.unmatched.len(), "could not be matched"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.join(", ")
}
