//! The record of a session: what asks for it, the card that sums it up, and its forms.

pub mod forms;

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::prep::Chase;
use super::super::record::{Outcome, Record, Told};
use super::super::session::{Session, Stage};
use super::super::store::Promised;
use super::session::times;
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account_map::{Names, listed};

/// The controls.
pub mod action {
    /// Opens the log of a session; the value is its id, empty to choose one.
    pub const LOG: &str = "record.log";
    /// The callback of the form of one account.
    pub const ACCOUNT: &str = "record.account";
    /// The callback of the last form.
    pub const CLOSE: &str = "record.close";
    /// Opens the form that says why a session did not take place, and its callback; the value is its id.
    pub const MISSED: &str = "record.missed";
    /// Shows a record in private; the value is the session's id.
    pub const SHOW: &str = "record.show";
}

/// When it was, on the reader's clock.
fn when(session: &Session, here: &Zoned) -> String {
    session.stage.slot().map_or_else(String::new, |slot| {
        times(slot, session.outline.minutes, here.timestamp(), here.time_zone())
    })
}

/// Whoever ran the session is asked for its record.
pub fn asked(session: &Session, here: &Zoned, chase: Chase, with_controls: bool) -> Message {
    let title = escape(&session.title());
    let lead = match chase {
        Chase::Over => format!("*{title}*\nIt is over: {}. What came of it?", when(session, here)),
        Chase::First => {
            format!("*{title}*\nIt was {}, and nothing is logged yet. What came of it?", when(session, here))
        }
        Chase::Second | Chase::Operations => format!(
            "*{title}*\nIt was {}, and nothing is logged. This is the last time I ask: on the next working day I show it to operations.",
            when(session, here)
        ),
    };
    let mut all = vec![blocks::section(&lead)];
    if with_controls {
        all.push(blocks::actions(vec![
            blocks::primary(blocks::button("Log session", action::LOG, session.id.as_str())),
            blocks::button("It did not take place", action::MISSED, session.id.as_str()),
        ]));
    }
    Message::new(lead, all)
}

/// On the Home of whoever ran it.
pub fn home_row(session: &Session, now: Timestamp, zone: &TimeZone) -> Value {
    let text = format!(
        "*{}*\n{} · nothing is logged yet",
        escape(&session.title()),
        when(session, &now.to_zoned(zone.clone()))
    );
    blocks::section_with(&text, blocks::button("Log session", action::LOG, session.id.as_str()))
}

/// Operations sees a session that nobody logged.
pub fn unlogged(session: &Session, here: &Zoned, asked: &[UserId]) -> Message {
    let who: Vec<String> = asked.iter().map(UserId::mention).collect();
    let who = if who.is_empty() {
        "Nobody who ran it is left.".to_owned()
    } else {
        let were = if who.len() == 1 { "was" } else { "were" };
        format!("{} {were} asked three times.", listed(who.iter().map(String::as_str)))
    };
    let text = format!("*Not logged: {}*\n{}. {who}", escape(&session.title()), when(session, here));
    let log = blocks::button("Log session", action::LOG, session.id.as_str());
    Message::new(text.clone(), vec![blocks::section_with(&text, log)])
}

/// In place of the question, once it is answered.
pub fn logged(session: &Session, here: &Zoned, record: &Record) -> Message {
    let text = format!(
        "*{}*\n{} · logged by {}.",
        escape(&session.title()),
        when(session, here),
        record.by.mention()
    );
    let show = blocks::button("Show log", action::SHOW, session.id.as_str());
    Message::new(text.clone(), vec![blocks::section_with(&text, show)])
}

/// The same where it did not take place.
pub fn was_missed(session: &Session, here: &Zoned, by: &UserId, because: &str) -> Message {
    let text = format!(
        "*{}*\nIt did not take place, says {}: {}. It would have been {}.",
        escape(&session.title()),
        by.mention(),
        escape(because.trim_end_matches('.')),
        when(session, here)
    );
    Message::new(text.clone(), vec![blocks::section(&text)])
}

#[derive(Template)]
#[template(path = "plan/record.mrkdwn")]
struct Head<'a> {
    partner: &'a str,
    when: String,
    by: &'a str,
}

#[derive(Template)]
#[template(path = "plan/record_account.mrkdwn")]
struct Row<'a> {
    t: &'a Told,
    pipeline: String,
    promises: Vec<String>,
}

fn pipeline(t: &Told) -> String {
    let amount = t.amount.map(|m| m.to_string());
    amount.into_iter().chain(t.stage.iter().map(|s| s.to_lowercase())).collect::<Vec<_>>().join(", ")
}

fn promise(p: &Promised, partner: &str, names: &Names, here: &Zoned) -> String {
    let who = match &p.theirs {
        Some(name) => format!("{name} of {partner}"),
        None => names.of_user(&p.owner).to_owned(),
    };
    format!("{who}: {}, by {}", p.text.trim_end_matches('.'), spoken(p.due, here.date()))
}

/// The card that sums it up.
pub fn summary(
    session: &Session,
    told: &[Told],
    record: &Record,
    promised: &[Promised],
    names: &Names,
    here: &Zoned,
) -> Result<Message> {
    let head = Head { partner: &session.partner, when: when(session, here), by: names.of_user(&record.by) };
    let head = head.render()?.trim().to_owned();
    let mut rows = vec![blocks::section(&head)];
    let mut text = vec![head];
    for t in told.iter().filter(|t| t.outcome.was_reached()) {
        let promises = promised.iter().filter(|p| t.commitments.contains(&p.id));
        let promises = promises.map(|p| promise(p, &session.partner, names, here)).collect();
        let row = Row { t, pipeline: pipeline(t), promises }.render()?.trim().to_owned();
        rows.push(blocks::section(&row));
        text.push(row);
    }
    let rest = rest(told, record, here);
    if !rest.is_empty() {
        let rest = rest.join("\n");
        rows.push(blocks::context(&rest));
        text.push(rest);
    }
    rows.push(blocks::actions(vec![blocks::button(
        "Log commitment",
        super::commitment::action::ADD,
        &serde_json::json!({"partner": session.partner}).to_string(),
    )]));
    Ok(Message::new(text.join("\n"), rows))
}

/// What is told of the session as a whole.
fn rest(told: &[Told], record: &Record, here: &Zoned) -> Vec<String> {
    let mut all = Vec::new();
    let left: Vec<String> =
        told.iter().filter(|t| t.outcome == Outcome::NotReached).map(|t| escape(&t.name)).collect();
    if !left.is_empty() {
        let back = if left.len() == 1 { "It comes" } else { "They come" };
        let left = listed(left.iter().map(String::as_str));
        all.push(format!("Not reached: {left}. {back} back on the next agenda."));
    }
    if let Some(said) = &record.said {
        all.push(escape(said));
    }
    if let Some(link) = &record.recording {
        all.push(format!("Recording: {}", escape(link)));
    }
    if let Some(day) = record.next {
        all.push(format!("Next session: {}, to be set up.", spoken(day, here.date())));
    }
    all
}

/// Why there is nothing to log now.
pub fn not_to_log(session: &Session, now: Timestamp, zone: &TimeZone) -> Error {
    let title = escape(&session.title());
    Error::user(match &session.stage {
        Stage::Closed { moved, .. } => format!("*{title}* is logged already, by {}.", moved.by.mention()),
        Stage::Cancelled { .. } => format!("*{title}* was called off, so there is nothing to log."),
        Stage::Proposed { .. } => format!("*{title}* is only proposed, so there is nothing to log."),
        _ => {
            let at = session.stage.slot().map_or_else(String::new, |slot| {
                format!(": it is {}", times(slot, session.outline.minutes, now, zone))
            });
            format!("*{title}* is still ahead{at}. Log it once it has begun.")
        }
    })
}

/// Somebody was faster with an account.
pub fn told_already(told: &Told) -> Error {
    Error::user(format!(
        "{} logged *{}* already ({}), so yours was not saved.",
        told.by.mention(),
        escape(&told.name),
        told.outcome.words()
    ))
}

#[cfg(test)]
mod tests;
