//! Sessions in calendars: somebody's own page of them, the links, and what is told of changes.

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::flow::found::Taken;
use super::super::found::Found;
use super::super::session::{Session, Stage};
use super::super::store::Feed;
use super::{found, mentions, when};
use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::SessionId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;
use crate::map::sources::standing::Reading;

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
            format!("*{}* cannot be read: {}. Last read {good}: {result}", escape(name), escape(why))
        }
        (Some(why), None) => format!("*{}* cannot be read: {}", escape(name), escape(why)),
        (None, Some(good)) => format!("*{}*, read {good}: {result}", escape(name)),
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
pub fn dropped(name: &str, taken: &Taken, unread: &[(String, String)]) -> Message {
    let mut lines = vec![format!("Read *{}*: {}.", escape(&clip(name, 80)), result(taken))];
    let held = if taken.over == 1 { "it was held" } else { "they were held" };
    match (taken.over, taken.asked.as_slice()) {
        (0, _) => {}
        (_, []) => lines.push(format!(
            "Nobody answers for that partner yet, so nobody is asked whether {held}. `/partner setup` names partner managers."
        )),
        (_, asked) => lines.push(format!("I ask {} whether {held}.", mentions(asked))),
    }
    lines.extend(
        taken
            .unmatched
            .iter()
            .map(|(title, why)| format!("\"{}\": {}.", escape(&clip(title, 80)), escape(why))),
    );
    if let more @ 1.. = taken.not_matched.saturating_sub(taken.unmatched.len()) {
        lines.push(format!("And {more} more that I could not match."));
    }
    lines.extend(
        unread
            .iter()
            .map(|(what, why)| format!("Could not read \"{}\": {}.", escape(&clip(what, 80)), escape(why))),
    );
    Message::text(lines.join("\n"))
}

/// What a calendar came to, in a few words.
pub fn result(taken: &Taken) -> String {
    let alone = taken.events == 1;
    let shown = match (taken.events, taken.named) {
        (0, _) => return "nothing between two weeks ago and two months from now".to_owned(),
        (1, 0) => return "1 event, and it is not account planning".to_owned(),
        (n, 0) => return format!("{n} events, none of them account planning"),
        (1, _) => "1 event of account planning".to_owned(),
        (n, named) if named >= n => format!("{n} events, all of them account planning"),
        (n, named) => format!("{n} events, {named} of them account planning"),
    };
    let parts = [
        match taken.over {
            0 => None,
            1 if alone => Some("It is over and nobody logged it".to_owned()),
            1 => Some("1 is over and nobody logged it".to_owned()),
            n => Some(format!("{n} are over and nobody logged them")),
        },
        match taken.ahead {
            0 => None,
            1 if alone => Some("It is new and still to come".to_owned()),
            1 => Some("1 is new and still to come".to_owned()),
            n => Some(format!("{n} are new and still to come")),
        },
        match taken.not_matched {
            0 => None,
            _ if alone => Some("I could not match it to a partner and its accounts".to_owned()),
            n => Some(format!("{n} I could not match to a partner and its accounts")),
        },
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { format!("{shown}, nothing new") } else { format!("{shown}. {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_calendar_came_to_reads_as_somebody_would_say_it() {
        let of = |events, named, over, ahead, not_matched| {
            result(&Taken { events, named, over, ahead, not_matched, ..Taken::default() })
        };
        let all = [
            of(0, 0, 0, 0, 0),
            of(1, 0, 0, 0, 0),
            of(9, 0, 0, 0, 0),
            of(1, 1, 1, 0, 0),
            of(3, 3, 0, 0, 0),
            of(40, 12, 1, 1, 1),
            of(40, 12, 2, 3, 4),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        nothing between two weeks ago and two months from now
        1 event, and it is not account planning
        9 events, none of them account planning
        1 event of account planning. It is over and nobody logged it
        3 events, all of them account planning, nothing new
        40 events, 12 of them account planning. 1 is over and nobody logged it, 1 is new and still to come, 1 I could not match to a partner and its accounts
        40 events, 12 of them account planning. 2 are over and nobody logged them, 3 are new and still to come, 4 I could not match to a partner and its accounts
        ");
    }

    #[test]
    fn a_dropped_file_says_who_is_asked_and_what_is_left_out() {
        let unmatched = vec![("Account planning: Umbrella".to_owned(), "it names no partner".to_owned())];
        let taken = Taken {
            events: 20,
            named: 20,
            over: 2,
            ahead: 0,
            asked: vec!["UPM".into()],
            not_matched: 18,
            unmatched,
        };
        let unread = [("Lunch".to_owned(), "its start \"soon\" is no date".to_owned())];
        let nobody = Taken { events: 1, named: 1, over: 1, ..Taken::default() };
        let said = [dropped("week.ics", &taken, &unread).text, dropped("day.ics", &nobody, &[]).text];
        insta::assert_snapshot!(said.join("\n\n"), @r#"
        Read *week.ics*: 20 events, all of them account planning. 2 are over and nobody logged them, 18 I could not match to a partner and its accounts.
        I ask <@UPM> whether they were held.
        "Account planning: Umbrella": it names no partner.
        And 17 more that I could not match.
        Could not read "Lunch": its start "soon" is no date.

        Read *day.ics*: 1 event of account planning. It is over and nobody logged it.
        Nobody answers for that partner yet, so nobody is asked whether it was held. `/partner setup` names partner managers.
        "#);
    }
}
