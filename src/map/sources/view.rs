//! What is said of sources, and of what they bring.

use askama::Template;
use jiff::Zoned;
use jiff::civil::Date;
use serde_json::Value;

use super::flow::Asked;
use super::hook::Signal;
use super::source::Source;
use super::standing::Standing;
use super::store::Named;
use crate::kernel::age;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::escape;
use crate::map::flow::Outcome;
use crate::map::import::{Counts, Extent, Import};
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;

/// At most so many unreadable rows are named in a summary.
const BAD_ROWS: usize = 3;
/// As many partners are named in its first line.
const PARTNERS: usize = 5;

/// What a list came to, in a few words.
pub fn result(counts: &Counts) -> String {
    let parts: Vec<String> = [
        (counts.new, "new"),
        (counts.changed, "changed"),
        (counts.gone, "gone"),
        (counts.unreadable, "unreadable"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") }
}

#[derive(Template)]
#[template(path = "map/source_summary.mrkdwn")]
struct Summary<'a> {
    partners: String,
    several: bool,
    population: String,
    source: &'a str,
    counts: &'a Counts,
    whole: bool,
    new: String,
    changed: String,
    gone: String,
    unnamed: bool,
    bad: Vec<(u64, &'a str)>,
    more_bad: u64,
}

/// What a list changed, in one message. `lists` are the new, the changed and the gone ones that are named; `unnamed`: there
/// are partners among these without an agreement, whose accounts are counted only (B10).
pub fn summary(
    source: &str,
    import: &Import,
    partners: &[&Partner],
    unnamed: bool,
    lists: &[Vec<Named>],
) -> Result<Message> {
    let counts = &import.counts;
    let several = partners.len() > 1;
    let names: Vec<&str> = partners.iter().take(PARTNERS).map(|p| p.name.as_str()).collect();
    let mut named = names.join(", ");
    if partners.len() > PARTNERS {
        named.push_str(&format!(" and {} more", partners.len() - PARTNERS));
    }
    let list = |at: usize, count: u64, notes: bool| {
        let named = lists.get(at).map(Vec::as_slice).unwrap_or_default();
        let mut words: Vec<String> = named.iter().map(|n| words(n, several, notes)).collect();
        let more = count.saturating_sub(named.len() as u64);
        if more > 0 && !words.is_empty() {
            words.push(format!("{more} more"));
        }
        words.join(", ")
    };
    let text = Summary {
        partners: escape(&named),
        several,
        source,
        counts,
        population: import.population().map(|p| format!(" of {}s", p.words())).unwrap_or_default(),
        whole: import.extent == Extent::Whole,
        new: list(0, counts.new, false),
        changed: list(1, counts.changed, true),
        gone: list(2, counts.gone, false),
        unnamed,
        bad: counts.bad.iter().take(BAD_ROWS).map(|(line, why)| (*line, why.as_str())).collect(),
        more_bad: counts.unreadable.saturating_sub(BAD_ROWS as u64),
    }
    .render()?;
    Ok(Message::text(text.trim().to_owned()))
}

/// `Acme (acme.com) with Northwind: their prospect became a customer`
fn words(named: &Named, several: bool, notes: bool) -> String {
    let mut words = escape(&named.account);
    if let Some(domain) = &named.domain {
        words.push_str(&format!(" ({domain})"));
    }
    if several {
        words.push_str(&format!(" with {}", escape(&named.partner)));
    }
    match named.note.as_ref().filter(|_| notes) {
        Some(note) => format!("{words}: {}", escape(note)),
        None => words,
    }
}

/// A partner's deal in one line; without an agreement nobody is named (B10).
pub fn signal(signal: &Signal, overlap: &Overlap, outcome: &Outcome, may_name: bool) -> Result<String> {
    let did = if signal.won { "won a deal" } else { "opened a deal" };
    if !may_name {
        let partner = escape(&overlap.partner);
        return Ok(format!(
            "{partner} {did} with an account that we share. It is counted, and named once there is an agreement."
        ));
    }
    let mut deal = signal.deal.as_ref().map(|name| format!(", {}", escape(name))).unwrap_or_default();
    if let Some(stage) = signal.stage.as_ref().filter(|_| !signal.won) {
        deal.push_str(&format!(" ({})", escape(stage)));
    }
    let became = match outcome {
        Outcome::New => format!("A new overlap: {}.", escape(&overlap.kind_words())),
        Outcome::Changed(changes) => {
            format!("The overlap changed: {}.", escape(&changes.join("; ")))
        }
        Outcome::Confirmed => "The overlap is known already.".to_owned(),
    };
    let (account, partner) = (escape(&overlap.account.label()), escape(&overlap.partner));
    Ok(format!("{partner} {did} with {account}{deal}. {became}"))
}

/// Told once in the digest's channel when a source fails.
pub fn failing(
    name: &str,
    standing: &Standing,
    partner: Option<&Partner>,
    operations: &[UserId],
    since: Date,
) -> String {
    let whose = partner.map_or_else(|| "Lists do".to_owned(), |p| format!("{}'s list does", escape(&p.name)));
    let why = standing.error.as_deref().unwrap_or("no reason is known");
    let mentions: Vec<String> = operations.iter().map(UserId::mention).collect();
    let to = if mentions.is_empty() { String::new() } else { format!(" {}", mentions.join(" ")) };
    let tries = match standing.failures {
        1 => String::new(),
        n => format!(" ({n} tries since {})", day(since)),
    };
    format!(
        "*{whose} not come from {name}*{tries}: {}. I go on trying and say here when it works again.{to}",
        escape(why.trim_end_matches('.'))
    )
}

/// In the place of that when it works again.
pub fn mended(name: &str, standing: &Standing) -> String {
    let why = standing.error.as_deref().unwrap_or("it failed");
    format!("*{name} works again.* It had failed: {}.", escape(why.trim_end_matches('.')))
}

fn day(date: Date) -> String {
    date.strftime("%-d %B").to_string()
}

/// How a source stands, in a line: `northwind-export (lists.example.com) · 2 days ago: 3 new · every 6 hours`.
pub fn line(
    source: &Source,
    standing: Option<&Standing>,
    waits: bool,
    refresh_days: Option<i64>,
    now: &Zoned,
) -> String {
    let of = source.population.map(|p| format!("{}s, ", p.words())).unwrap_or_default();
    let mut parts = vec![format!("*{}* ({of}{})", escape(&source.name), escape(&source.words()))];
    let good = standing.and_then(|s| s.good_at);
    let result = standing.and_then(|s| s.result.as_deref()).unwrap_or("nothing yet");
    parts.push(match good {
        None => "nothing yet".to_owned(),
        Some(at) => match age::days_since(at, now) {
            0 => format!("today: {}", escape(result)),
            days => format!("{} ago: {}", age::days(days), escape(result)),
        },
    });
    if waits {
        parts.push("the newest list waits for a decision in the intake channel".to_owned());
    }
    if let Some((why, since)) = standing.and_then(|s| s.error.as_deref().zip(s.failing_since)) {
        let since = day(since.to_zoned(now.time_zone().clone()).date());
        parts.push(format!("*failing* since {since}: {}", escape(why.trim_end_matches('.'))));
    }
    if source.is_fetched() {
        parts.push(format!("looked at {}", every(source.every.as_mins())));
    }
    if let Some(days) = source.expected_days.or(refresh_days) {
        parts.push(format!("expected every {}", age::days(days)));
    }
    parts.join(" · ")
}

/// The controls.
pub mod action {
    /// Has a source looked at now; the value is its name.
    pub const FETCH: &str = "source.fetch";
}

/// So many sources have a button in one message.
const BUTTONS: usize = 10;

/// **Fetch now** for each of these sources; nothing where there are none.
pub fn fetch_buttons(names: &[impl AsRef<str>]) -> Option<Value> {
    let button = |name: &str| blocks::button(&format!("Fetch {name} now"), action::FETCH, name);
    let buttons: Vec<Value> = names.iter().take(BUTTONS).map(|name| button(name.as_ref())).collect();
    (!buttons.is_empty()).then(|| blocks::actions(buttons))
}

/// What somebody is told who wants a source to be looked at now.
pub fn asked(name: &str, asked: Asked, intake: Option<&ChannelId>) -> String {
    let intake = intake.map_or_else(|| "the intake channel".to_owned(), ChannelId::mention);
    let name = escape(name);
    match asked {
        Asked::Due => {
            format!(
                "I look at *{name}* now. What changes is told in {intake}; `/partner status` shows how it went."
            )
        }
        Asked::Under(true) => {
            format!("The last list from *{name}* waits for a decision in {intake}. Decide on it first.")
        }
        Asked::Under(false) => format!("The last list from *{name}* is on its way into the map already."),
    }
}

/// How a source stands, for who is at the server.
pub fn for_the_console(standing: Option<&Standing>) -> String {
    let Some(s) = standing else { return "not looked at yet".to_owned() };
    let good = match (s.good_at, s.result.as_deref()) {
        (Some(at), Some(result)) => format!("last list {}: {result}", at.strftime("%Y-%m-%d %H:%M UTC")),
        _ => "no list yet".to_owned(),
    };
    match (s.error.as_deref(), s.failing_since) {
        (Some(why), Some(since)) => {
            format!("failing since {}: {why}; {good}", since.strftime("%Y-%m-%d %H:%M UTC"))
        }
        _ => good,
    }
}

/// `every 5 minutes`, `every 6 hours`, `every day`.
fn every(minutes: i64) -> String {
    match minutes {
        1 => "every minute".to_owned(),
        60 => "every hour".to_owned(),
        1440 => "every day".to_owned(),
        n if n % 1440 == 0 => format!("every {} days", n / 1440),
        n if n % 60 == 0 => format!("every {} hours", n / 60),
        n => format!("every {n} minutes"),
    }
}

#[derive(Template)]
#[template(path = "map/stale.mrkdwn")]
struct Stale<'a> {
    partner: &'a str,
    days: String,
    expected: String,
    sources: &'a [String],
    intake: String,
    to: String,
}

/// The alarm about a list that is too old (A3). `sources` are the lines of those that should bring it.
pub fn stale(
    partner: &Partner,
    days: i64,
    expected: i64,
    sources: &[String],
    intake: Option<String>,
    operations: &[UserId],
) -> Result<Message> {
    let text = Stale {
        partner: &partner.name,
        days: age::days(days),
        expected: age::days(expected),
        sources,
        intake: intake.unwrap_or_else(|| "the intake channel".to_owned()),
        to: operations.iter().map(UserId::mention).collect::<Vec<_>>().join(" "),
    }
    .render()?;
    Ok(Message::text(text.trim().to_owned()))
}
