//! A session that a calendar shows and nobody logged, for who answers for the partner.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::found::{Found, State};
use super::when;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;

/// The controls.
pub mod action {
    /// It was held, and counts.
    pub const HELD: &str = "calendar.held";
    /// It is none of ours.
    pub const NOT_OURS: &str = "calendar.not_ours";
}

/// The longest title that is repeated, in characters.
const TITLE: usize = 150;
/// As many addresses are named.
const PEOPLE: usize = 5;

#[derive(Template)]
#[template(path = "plan/found.mrkdwn")]
struct Card<'a> {
    title: String,
    when: String,
    calendar: &'a str,
    partner: &'a str,
    accounts: String,
    count: usize,
    unknown: String,
    people: String,
    state: String,
    open: bool,
}

/// The card, with its controls while nobody has decided.
pub fn card(found: &Found, now: Timestamp, zone: &TimeZone) -> Result<Message> {
    let open = matches!(found.state, State::Offered(_)) && found.end <= now;
    let labels: Vec<&str> = found.accounts.iter().map(|(_, label)| label.as_str()).collect();
    let text = Card {
        title: clip(&found.title, TITLE),
        when: time(found, now, zone),
        calendar: &found.calendar,
        partner: &found.partner,
        accounts: listed(&labels),
        count: found.accounts.len(),
        unknown: clip(&found.unknown.join(", "), TITLE),
        people: people(found),
        state: state(found, now, zone),
        open,
    };
    let text = text.render()?;
    let text = text.trim();
    let mut all = vec![blocks::section(text)];
    if open {
        let value = format!("{}:{}", found.id, found.version);
        let held = blocks::primary(blocks::button("It was held", action::HELD, &value));
        all.push(blocks::actions(vec![held, blocks::button("Not ours", action::NOT_OURS, &value)]));
    }
    Ok(Message::new(text, all))
}

fn listed(labels: &[&str]) -> String {
    match labels {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn people(found: &Found) -> String {
    let mut shown = found.people.iter().take(PEOPLE).cloned().collect::<Vec<_>>().join(", ");
    if found.people.len() > PEOPLE {
        shown.push_str(&format!(" and {} more", found.people.len() - PEOPLE));
    }
    shown
}

/// `Tue 10 Mar, 10:00 to 10:30`, or only the day.
pub fn time(found: &Found, now: Timestamp, zone: &TimeZone) -> String {
    let today = now.to_zoned(zone.clone()).date();
    if found.whole_day {
        // The day is one of the workspace's zone: its noon is on that day nearly everywhere.
        let noon = found.start.saturating_add(jiff::SignedDuration::from_hours(12)).unwrap_or(found.start);
        return spoken(noon.to_zoned(zone.clone()).date(), today);
    }
    let end = found.end.to_zoned(zone.clone());
    format!("{} to {}", when(found.start, now, zone), end.strftime("%H:%M"))
}

/// How it stands, in a sentence; escaped.
fn state(found: &Found, now: Timestamp, zone: &TimeZone) -> String {
    match &found.state {
        State::Ahead => "It is still to come.".to_owned(),
        State::Offered(_) if found.end > now => {
            "The calendar moved it. I ask again when it is over.".to_owned()
        }
        State::Offered(_) => String::new(),
        State::Held { moved, .. } => {
            format!("It was held, says {} ({}). It counts.", moved.by.mention(), when(moved.at, now, zone))
        }
        State::NotOurs { moved, .. } => {
            format!("Not one of ours, says {} ({}).", moved.by.mention(), when(moved.at, now, zone))
        }
        State::Logged { .. } => "It is logged here by now, so there is nothing to confirm.".to_owned(),
        State::Gone(_) => "The calendar no longer shows it, so there is nothing to confirm.".to_owned(),
        State::Lapsed(_) => "Nobody said whether it was held, so it does not count.".to_owned(),
    }
}

/// Whose it is to say.
pub fn refusal(found: &Found) -> String {
    let asked: Vec<String> = found.state.asked().iter().map(UserId::mention).collect();
    let others = format!("a partner manager or an admin who answers for {}", escape(&found.partner));
    match asked.as_slice() {
        [] => format!("Only {others} can say whether that session was held."),
        asked => format!("Only {} can say whether that session was held, or {others}.", asked.join(" or ")),
    }
}

/// Somebody was faster.
pub fn decided_already(found: &Found, now: Timestamp, zone: &TimeZone) -> Error {
    let state = state(found, now, zone);
    Error::user(if state.is_empty() {
        "The calendar changed that session in the meantime. The card shows it as it is now.".to_owned()
    } else {
        state
    })
}
