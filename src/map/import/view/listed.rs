//! What the card of a plain list says: ours, or a partner's beside ours.

use askama::Template;

use super::{Aside, Counts, Extent, Import, Kind, State, lacks};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::money::grouped;
use crate::map::lists::matching::Summary;

#[derive(Template)]
#[template(path = "map/list_import.mrkdwn")]
struct Card<'a> {
    name: &'a str,
    whose: String,
    state: State,
    nothing: bool,
    lines: Vec<String>,
    gone: u64,
    ours: bool,
    lacks: String,
    unnamed: u64,
    again: String,
    step: &'a str,
    rows: u64,
    by: String,
    whole: bool,
    bad: Vec<(u64, &'a str)>,
    more_bad: u64,
}

/// The card's text; `partner` is whose list it is.
pub(super) fn text(import: &Import, partner: Option<&str>, aside: Aside<'_>) -> Result<String> {
    let counts = &import.counts;
    let ours = import.kind == Kind::Ours;
    let bad = counts.bad.iter().take(10).map(|(line, reason)| (*line, reason.as_str()));
    let bad: Vec<(u64, &str)> = bad.collect();
    let mut lines = match import.state {
        State::Previewed => previewed(import),
        State::Done => done(import),
        _ => Vec::new(),
    };
    if import.state == State::Done && counts.in_doubt() > 0 {
        lines.push("`/partner overlaps review` asks about the pairs in doubt.".to_owned());
    }
    let text = Card {
        name: &import.file_name,
        whose: partner.map_or_else(|| "our own accounts".to_owned(), |name| format!("{name}'s accounts")),
        state: import.state,
        nothing: !counts.can_be_imported(),
        lines,
        gone: counts.gone,
        ours,
        lacks: lacks(import),
        unnamed: counts.unnamed,
        again: if ours { counts.partners.join(", ") } else { String::new() },
        step: aside.step,
        rows: aside.rows,
        by: aside.by.map(UserId::mention).unwrap_or_default(),
        whole: import.extent == Extent::Whole,
        more_bad: counts.unreadable.saturating_sub(bad.len() as u64),
        bad,
    };
    Ok(text.render()?)
}

fn figure(n: u64) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

/// `3 new: Acme, Globex and 1 more`
fn named(n: u64, what: &str, names: &[String]) -> String {
    let mut text = format!("{} {what}", figure(n));
    if n > 0 && !names.is_empty() {
        text += &format!(": {}", names.join(", "));
        let more = n.saturating_sub(names.len() as u64);
        if more > 0 {
            text += &format!(" and {} more", figure(more));
        }
    }
    text
}

/// `2,300 of Northwind's accounts against our 1,240: 212 match, 14 to review`
fn met(m: &Summary) -> String {
    format!(
        "{} of {}'s accounts against our {}: {}, {} to review",
        figure(m.theirs),
        m.partner,
        figure(m.ours),
        if m.matches == 1 { "1 matches".to_owned() } else { format!("{} match", figure(m.matches)) },
        figure(m.in_doubt)
    )
}

/// A partner's accounts while there is no list of ours: `7 of Northwind's accounts. There is no list of ours yet: …`
fn waiting(counts: &Counts, m: &Summary, kept: bool) -> Vec<String> {
    let count = figure(m.theirs);
    let first = match kept {
        true => format!("{count} of {}'s accounts are kept.", m.partner),
        false => format!(
            "{count} of {}'s accounts. There is no list of ours yet, so they are only kept.",
            m.partner
        ),
    };
    let mut lines = vec![format!(
        "{first} They are matched once our own list is here: drop it into this channel, with \"ours\" in its name."
    )];
    if counts.unreadable > 0 {
        lines.push(format!("{} unreadable", figure(counts.unreadable)));
    }
    lines
}

fn previewed(import: &Import) -> Vec<String> {
    let counts = &import.counts;
    if let (Kind::Theirs, true, Some(summary)) = (import.kind, counts.alone, counts.matched.first()) {
        return waiting(counts, summary, false);
    }
    let (overlaps, met) = match counts.matched.first() {
        Some(summary) if import.kind == Kind::Theirs => {
            (if counts.new == 1 { " overlap" } else { " overlaps" }, Some(format!("{}.", met(summary))))
        }
        _ => ("", None),
    };
    let figures = format!(
        "{} new{overlaps} · {} changed · {} unchanged · {} unreadable",
        figure(counts.new),
        figure(counts.changed),
        figure(counts.same),
        figure(counts.unreadable)
    );
    met.into_iter().chain([figures]).collect()
}

fn done(import: &Import) -> Vec<String> {
    let counts = &import.counts;
    let whole = import.extent == Extent::Whole;
    if import.kind == Kind::Theirs {
        let Some(summary) = counts.matched.first() else { return Vec::new() };
        if summary.ours == 0 {
            return waiting(counts, summary, true);
        }
        let mut lines = vec![format!("{}.", met(summary)), diff(summary, true)];
        lines.extend(summary.changes.iter().map(|change| format!("• {change}")));
        if counts.unreadable > 0 {
            lines.push(format!("{} unreadable", figure(counts.unreadable)));
        }
        return lines;
    }
    let mut figures = vec![
        named(counts.new, "new", &counts.names),
        format!("{} changed", figure(counts.changed)),
        format!("{} unchanged", figure(counts.same)),
    ];
    if whole {
        figures.push(format!("{} gone", figure(counts.gone)));
    }
    figures.push(format!("{} unreadable", figure(counts.unreadable)));
    let mut lines = vec![figures.join(" · ")];
    let (followed, words) = &counts.followed;
    if *followed > 0 {
        let overlaps = if *followed == 1 { "overlap" } else { "overlaps" };
        lines.push(format!("{} {overlaps} changed with it:", figure(*followed)));
        lines.extend(words.iter().map(|change| format!("• {change}")));
        let more = followed.saturating_sub(words.len() as u64);
        if more > 0 {
            lines.push(format!("• and {} more", figure(more)));
        }
    }
    for summary in &counts.matched {
        lines.push(format!("{}. {}", met(summary), diff(summary, false)));
    }
    lines
}

/// What a match changed, with names: new ones, those that changed, and what was taken back.
fn diff(m: &Summary, with_same: bool) -> String {
    let mut parts = vec![named(m.new, "new", &m.new_names), format!("{} changed", figure(m.changed))];
    if with_same {
        parts.push(format!("{} unchanged", figure(m.same)));
    }
    parts.push(named(m.gone, "gone", &m.gone_names));
    parts.join(" · ")
}
