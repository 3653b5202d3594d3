//! What one person is told of a decision.

use askama::Template;
use jiff::tz::TimeZone;

use super::{Scene, day};
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::kernel::text::escape;
use crate::map::overlap::Overlap;
use crate::pull::digest::Decided;

#[derive(Template)]
#[template(path = "pull/second.mrkdwn")]
struct Second<'a> {
    account: &'a str,
    partner: &'a str,
    line: Option<String>,
    at: String,
    change: Option<&'a str>,
}

/// What the second of two people is told: who decided what and when, or what changed.
///
/// `zone` is the reader's; a change after the last decision is what counts.
pub fn second(overlap: &Overlap, scene: &Scene, zone: &TimeZone) -> Result<Message> {
    let made = scene.decided.get(&overlap.id);
    let changed_last = overlap.changed_at.is_some_and(|at| made.is_none_or(|m| m.at < at));
    let line = made.filter(|_| !changed_last).map(|m| {
        scene
            .decision(m, &overlap.partner)
            .unwrap_or_else(|| format!("Reopened by {} · {}", scene.name(&m.by), day(m.at, zone)))
    });
    let at = made.map(|m| m.at.to_zoned(zone.clone()).strftime("%H:%M").to_string()).unwrap_or_default();
    let text = Second {
        account: &overlap.account.name,
        partner: &overlap.partner,
        line,
        at,
        change: overlap.change_note.as_deref().filter(|_| changed_last),
    };
    Ok(Message::text(text.render()?.trim().to_owned()))
}

/// A decision for the one who made it, where no message shows it.
pub fn decided(overlap: &Overlap, made: &Decided, scene: &Scene) -> Message {
    let words =
        scene.decision(made, &overlap.partner).unwrap_or_else(|| "Waits for a decision again".to_owned());
    Message::text(escape(&format!("{} with {}. {words}.", overlap.account.name, overlap.partner)))
}

#[derive(Template)]
#[template(path = "pull/given.mrkdwn")]
struct Given<'a> {
    by: &'a str,
    account: &'a str,
    partner: &'a str,
    kind: String,
    channel: String,
}

/// For the person who was given an overlap to look after.
pub fn given(overlap: &Overlap, by: &str, channel: &ChannelId) -> Result<Message> {
    let text = Given {
        by,
        account: &overlap.account.name,
        partner: &overlap.partner,
        kind: overlap.kind_words(),
        channel: channel.mention(),
    };
    Ok(Message::text(text.render()?.trim().to_owned()))
}

#[derive(Template)]
#[template(path = "pull/saved.mrkdwn")]
struct Saved<'a> {
    next: &'a str,
    weekday: &'a str,
    channel: String,
}

/// For the one who changed the settings.
pub fn saved(next: &str, weekday: &str, channel: &ChannelId) -> Result<Message> {
    Ok(Message::text(Saved { next, weekday, channel: channel.mention() }.render()?.trim().to_owned()))
}
