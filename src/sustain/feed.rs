//! Reads a partner's feed, RSS or Atom: what it says is data, whatever it says.

use std::collections::BTreeSet;

use feed_rs::model::{Entry, Link};
use feed_rs::parser;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::library::{plain_title, web_address};

/// What is older is no news, also when it is seen for the first time.
const NEWS: SignedDuration = SignedDuration::from_hours(60 * 24);
/// So much ahead a clock elsewhere may be.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// So many entries are taken of one look.
const MOST: usize = 200;
/// An entry's id is no longer, in characters.
const GUID: usize = 500;

/// One thing that a feed tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// By what it is known again.
    pub guid: String,
    /// Its title, on one line and without markup.
    pub title: String,
    /// Where it is, if that is a safe address.
    pub url: Option<String>,
    /// When it was published.
    pub date: Date,
}

/// What a look at a feed found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What is news, oldest first.
    pub told: Vec<Told>,
    /// Entries that are older, or not yet.
    pub other: usize,
    /// Entries without a title or a day.
    pub unread: usize,
}

impl Read {
    /// In words.
    pub fn words(&self) -> String {
        let count = |n: usize| if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") };
        let mut said = format!("{} of the last 60 days", count(self.told.len()));
        if self.unread > 0 {
            said.push_str(&format!(", {} without a title or a day", count(self.unread)));
        }
        said
    }
}

/// Reads a feed as of `now`; days are those of `zone`.
///
/// # Errors
/// Says in words why it cannot be read, without what stands in it.
pub fn read(bytes: &[u8], now: Timestamp, zone: &TimeZone) -> Result<Read, String> {
    let parser =
        parser::Builder::new().id_generator(|links, title, _| known_by(links, title.as_ref())).build();
    let feed = parser.parse(bytes).map_err(|_| "it is no RSS or Atom feed".to_owned())?;
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    for entry in feed.entries.iter().take(MOST) {
        let told = one(entry, zone);
        let Some((told, at)) = told.filter(|(told, _)| !told.guid.is_empty()) else {
            read.unread += 1;
            continue;
        };
        if at < now.saturating_sub(NEWS).unwrap_or(now) || at > now.saturating_add(AHEAD).unwrap_or(now) {
            read.other += 1;
        } else if seen.insert(told.guid.clone()) {
            read.told.push(told);
        }
    }
    read.told.sort_by_key(|told| told.date);
    Ok(read)
}

fn one(entry: &Entry, zone: &TimeZone) -> Option<(Told, Timestamp)> {
    let title = plain_title(&entry.title.as_ref()?.content)?;
    let at = Timestamp::from_second(entry.published.or(entry.updated)?.timestamp()).ok()?;
    let alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let url = entry.links.iter().filter(alternate).find_map(|link| web_address(&link.href));
    let guid = entry.id.trim().chars().take(GUID).collect();
    Some((Told { guid, title, url, date: at.to_zoned(zone.clone()).date() }, at))
}

/// An entry that names no id is known by its link, else by its title.
fn known_by(links: &[Link], title: Option<&feed_rs::model::Text>) -> String {
    let link = links.first().map(|link| link.href.clone());
    link.or_else(|| title.map(|title| title.content.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
