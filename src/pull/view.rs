//! The digest in Slack: one message, a reply a partner, and what is said to one person.

pub mod focus;
pub mod instruction;
mod row;
mod told;
pub mod weights;

use std::collections::{HashMap, HashSet};

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::digest::{Counts, Decided, Decision, Digest, Freshness, Group, Late, Sessions};
use super::priority::{Reason, WAITING_DAYS};
use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, ChannelId, OverlapId, UserId};
use crate::kernel::text::{capital, escape};
use crate::map::fit_view::counted_words;
use crate::map::overlap::{Overlap, user_of};
use row::{row, thread_block, top_blocks};
pub use told::{decided, given, saved, second};

/// The controls of this area, and those of later ones that stand on a row.
pub mod action {
    /// Opens the modal that plans a session; value `id:version`.
    pub const PLAN: &str = "overlap.plan";
    /// The `⋯` of a row; the value of a choice is `verb:id:version`.
    pub const MENU: &str = "overlap.menu";
    /// Takes it for whoever clicks.
    pub const CLAIM: &str = "overlap.claim";
    /// Opens the modal that gives it to somebody.
    pub const ASSIGN: &str = "overlap.assign";
    /// Opens the modal that puts it off.
    pub const SNOOZE: &str = "overlap.snooze";
    /// Opens the modal that turns it down.
    pub const DISMISS: &str = "overlap.dismiss";
    /// Opens the digest's settings.
    pub const SETTINGS: &str = "digest.settings";
    /// Drafts a note about an overlap; the value is the overlap's id. The notes answer it.
    pub const DRAFT: &str = "draft.new";
}

/// What is read from the state when a digest is shown.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The present.
    pub now: Timestamp,
    /// In whose zone dates are named.
    pub zone: TimeZone,
    /// Where it is posted; only one person sees what has no channel.
    pub channel: Option<ChannelId>,
    /// Its overlaps as they are now.
    pub overlaps: HashMap<OverlapId, Overlap>,
    /// The last decision on each.
    pub decided: HashMap<OverlapId, Decided>,
    /// The names by which people go; nobody is mentioned.
    pub names: HashMap<UserId, String>,
    /// What is on hold on their accounts; mrkdwn.
    pub holds: HashMap<AccountId, Vec<String>>,
    /// Those that the matcher made.
    pub matched: HashSet<OverlapId>,
    /// What the account is to others of the partner's: `parent of Acme Retail`.
    pub kin: HashMap<OverlapId, String>,
}

/// `9 March`, in a zone.
fn day(at: Timestamp, zone: &TimeZone) -> String {
    civil(at.to_zoned(zone.clone()).date())
}

fn civil(date: Date) -> String {
    date.strftime("%-d %B").to_string()
}

impl Scene {
    /// The name of a person; never a mention.
    pub fn name(&self, user: &UserId) -> &str {
        self.names.get(user).map_or("a colleague", String::as_str)
    }

    /// Who has it and since when: `Alex Rivera · 2 days`, `open for 6 days and nobody has it`.
    fn held(&self, overlap: &Overlap) -> String {
        let days = age::days_since(overlap.first_seen, &self.now.to_zoned(self.zone.clone()));
        let age = if days == 0 { "today".to_owned() } else { age::days(days) };
        match overlap.holder() {
            None if days > WAITING_DAYS => Reason::Waiting(days).words(),
            None => format!("unassigned · {age}"),
            Some(written) => {
                let name = user_of(&written).map_or_else(|| clip(&written, 40), |u| self.name(&u).to_owned());
                format!("{name} · {age}")
            }
        }
    }

    /// Who decided what and when; not escaped. `None` when it was only reopened.
    pub fn decision(&self, made: &Decided, partner: &str) -> Option<String> {
        let (by, on) = (self.name(&made.by), day(made.at, &self.zone));
        Some(match &made.what {
            Decision::Agenda => format!("Planned by {by} · {on}: on the next agenda with {partner}"),
            Decision::Session(date) => {
                format!("Planned by {by} · {on}: a session with {partner} by {}", civil(*date))
            }
            Decision::Assign(user) if *user == made.by => format!("Taken by {by} · {on}"),
            Decision::Assign(user) => format!("Given to {} by {by} · {on}", self.name(user)),
            Decision::Snooze(until, Some(why)) => format!("Snoozed until {} by {by}: {why}", civil(*until)),
            Decision::Snooze(until, None) => format!("Snoozed until {} by {by}", civil(*until)),
            Decision::Dismiss(why) => format!("Dismissed by {by} · {on}: {why}"),
            Decision::Reopen => return None,
        })
    }
}

#[derive(Template)]
#[template(path = "pull/digest.mrkdwn")]
struct DigestText<'a> {
    title: &'a str,
    late: Option<String>,
    counts: &'a str,
    rows: Vec<&'a str>,
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "pull/empty.mrkdwn")]
struct Empty<'a> {
    title: &'a str,
    late: Option<String>,
    counts: String,
    lists: String,
}

#[derive(Template)]
#[template(path = "pull/footer.mrkdwn")]
struct Footer {
    preview: bool,
    in_thread: usize,
    by_partner: String,
    unshown: i64,
    snoozed: i64,
    lists: String,
    channel: String,
}

#[derive(Template)]
#[template(path = "pull/preview.mrkdwn")]
struct Preview {
    next: Option<String>,
    channel: Option<String>,
}

/// The message itself.
pub fn digest(digest: &Digest, scene: &Scene) -> Result<Message> {
    render(digest, scene, None)
}

/// The digest as it would be now, for one reader and without controls; `next` is when the next one comes, in words.
pub fn preview(digest: &Digest, scene: &Scene, next: Option<String>) -> Result<Message> {
    let channel = scene.channel.as_ref().filter(|_| next.is_some()).map(ChannelId::mention);
    let note = Preview { next, channel }.render()?;
    render(digest, scene, Some(note.trim()))
}

fn render(digest: &Digest, scene: &Scene, preview: Option<&str>) -> Result<Message> {
    let title = format!("Partner triage, week of {}", civil(digest.week));
    let late = digest.late.as_ref().map(late_words);
    if digest.top.is_empty() {
        return empty(digest, &title, late, preview);
    }
    let counts = [Some(counts(&digest.counts).join(" · ")), sessions(&digest.counts.sessions)];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let mut rows = Vec::new();
    for r in &digest.top {
        rows.extend(row(r, scene, true)?);
    }
    let footer = footer(digest, scene, preview.is_some())?;
    let texts = rows.iter().map(|r| r.text.as_str()).collect();
    let text =
        DigestText { title: &title, late: late.clone(), counts: &counts, rows: texts, footer: &footer };
    let mut text = text.render()?.trim().to_owned();
    let mut out = vec![blocks::header(&title)];
    if let Some(note) = preview {
        text = format!("{note}\n{text}");
        out.push(blocks::context(note));
    }
    out.extend(late.map(|late| blocks::context(&escape(&late))));
    out.push(blocks::section(&counts));
    out.push(blocks::divider());
    out.push(blocks::section("*Needs a decision*"));
    for shown in &rows {
        match preview {
            Some(_) => out.push(blocks::section(&shown.text)),
            None => top_blocks(shown, &mut out),
        }
    }
    out.push(blocks::divider());
    if !footer.is_empty() {
        out.push(blocks::context(&footer));
    }
    if preview.is_none() {
        out.push(blocks::actions(vec![blocks::button("Change digest settings", action::SETTINGS, "digest")]));
    }
    Ok(Message::new(text, out))
}

/// Why it comes late, and what it makes up for.
fn late_words(late: &Late) -> String {
    let Late { due, weeks, downtime } = late;
    let down =
        downtime.as_ref().map(|(from, until)| format!("Tandem was not running from {from} to {until}"));
    match (weeks, down) {
        (..=1, None) => format!("This digest is late: it was due on {due}."),
        (..=1, Some(down)) => format!("This digest is late: it was due on {due}, and {down}."),
        (weeks, None) => {
            format!(
                "This digest covers {} weeks: none came since the last one, and this one was due on {due}.",
                in_letters(*weeks)
            )
        }
        (weeks, Some(down)) => format!("This digest covers {} weeks, because {down}.", in_letters(*weeks)),
    }
}

fn in_letters(n: i64) -> String {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = usize::try_from(n - 1).ok().and_then(|i| WORDS.get(i));
    word.map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

fn empty(digest: &Digest, title: &str, late: Option<String>, preview: Option<&str>) -> Result<Message> {
    let stale: Vec<&Freshness> = digest.lists.iter().filter(|l| l.stale).collect();
    let mut counts: Vec<String> = commitments(&digest.counts).into_iter().collect();
    if digest.counts.snoozed > 0 {
        let many = if digest.counts.snoozed == 1 { "overlap" } else { "overlaps" };
        counts.push(format!("{} {many} snoozed", digest.counts.snoozed));
    }
    let lists = with_counted(digest, lists_words(&stale));
    let counts = [Some(counts.join(" · ")).filter(|c| !c.is_empty()), sessions(&digest.counts.sessions)];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(". ");
    let text = Empty { title, late, counts, lists }.render()?;
    let text = text.trim();
    Ok(Message::text(match preview {
        Some(note) => format!("{note}\n{text}"),
        None => text.to_owned(),
    }))
}

fn counts(c: &Counts) -> Vec<String> {
    let mut parts = vec![match c.new {
        0 => "No new overlaps".to_owned(),
        1 => "1 new overlap".to_owned(),
        n => format!("{n} new overlaps"),
    }];
    if c.unclaimed > 0 {
        parts.push(format!("{} unclaimed over 5 days", c.unclaimed));
    }
    parts.extend(commitments(c));
    parts
}

fn commitments(c: &Counts) -> Option<String> {
    let due = c.commitments.due;
    let what = if due == 1 { "1 commitment due".to_owned() } else { format!("{due} commitments due") };
    match c.commitments.late {
        0 => (due > 0).then_some(what),
        late => Some(format!("{what}, {late} late")),
    }
}

/// How the sessions of the week stand, and how those of the quarter were prepared.
fn sessions(s: &Sessions) -> Option<String> {
    let week = match (s.ahead, s.unprepared) {
        (0, _) => None,
        (1, 0) => Some("1 session this week, prepared".to_owned()),
        (1, _) => Some("1 session this week, not prepared yet".to_owned()),
        (n, 0) => Some(format!("{n} sessions this week, all prepared")),
        (n, open) => Some(format!("{n} sessions this week, {open} not prepared yet")),
    };
    let quarter = match (s.held, s.in_time) {
        (0, _) => None,
        (1, 1) => Some("the one held this quarter was prepared in time".to_owned()),
        (2, 2) => Some("both held this quarter were prepared in time".to_owned()),
        (n, all) if n == all => Some(format!("all {n} held this quarter were prepared in time")),
        (n, some) => Some(format!(
            "{some} of {n} held this quarter {} prepared in time",
            if some == 1 { "was" } else { "were" }
        )),
    };
    let parts: Vec<String> = week.into_iter().chain(quarter).collect();
    (!parts.is_empty()).then(|| capital(&parts.join(" · ")))
}

/// As many lists are named; stale ones come first.
const LISTS: usize = 8;

fn lists_words(lists: &[&Freshness]) -> String {
    let mut words: Vec<String> = lists
        .iter()
        .take(LISTS)
        .map(|l| {
            let partner = clip(&l.partner, 40);
            match l.seen {
                Some((_, days)) if l.ours && l.stale => {
                    format!("Our own list is {} old: drop a new one", age::days(days))
                }
                Some((date, _)) if l.ours => format!("Our own list is from {}", civil(date)),
                None => format!("{partner} has sent no list yet"),
                Some((_, days)) if l.stale => {
                    format!("{partner}'s list is {} old: ask for a new one", age::days(days))
                }
                Some((date, _)) => format!("{partner}'s list is from {}", civil(date)),
            }
        })
        .collect();
    match lists.len().saturating_sub(LISTS) {
        0 => {}
        1 => words.push("1 more list".to_owned()),
        more => words.push(format!("{more} more lists")),
    }
    words.join(". ")
}

/// Of partners without an agreement yet, how many overlaps there are; then the lists.
fn with_counted(digest: &Digest, lists: String) -> String {
    let counted: Vec<String> =
        digest.counted.iter().take(LISTS).map(|(name, n)| counted_words(&clip(name, 40), *n)).collect();
    counted.into_iter().chain((!lists.is_empty()).then_some(lists)).collect::<Vec<_>>().join(". ")
}

fn footer(digest: &Digest, scene: &Scene, preview: bool) -> Result<String> {
    let by_partner =
        digest.groups.iter().map(|g| format!("{} {}", clip(&g.name, 40), g.rows.len())).collect::<Vec<_>>();
    let footer = Footer {
        preview,
        in_thread: digest.in_thread(),
        by_partner: by_partner.join(", "),
        unshown: digest.unshown(),
        snoozed: digest.counts.snoozed,
        lists: with_counted(digest, lists_words(&digest.lists.iter().collect::<Vec<_>>())),
        channel: scene.channel.as_ref().map_or_else(String::new, ChannelId::mention),
    };
    Ok(footer.render()?.trim().to_owned())
}

#[derive(Template)]
#[template(path = "pull/group.mrkdwn")]
struct GroupText<'a> {
    partner: &'a str,
    stale: Option<&'a str>,
    rows: Vec<&'a str>,
    more: i64,
}

/// One partner's reply in the thread.
pub fn group(group: &Group, scene: &Scene) -> Result<Message> {
    let mut rows = Vec::new();
    for r in &group.rows {
        rows.extend(row(r, scene, false)?);
    }
    let texts = rows.iter().map(|r| r.text.as_str()).collect();
    let stale = group.stale_days.map(|d| format!("The list is {} old, so check first.", age::days(d)));
    let stale = stale.as_deref();
    let text = GroupText { partner: &group.name, stale, rows: texts, more: group.more }.render()?;
    let name = escape(&group.name);
    let mut out = vec![blocks::section(&format!("*{name}*"))];
    out.extend(stale.map(blocks::context));
    out.extend(rows.iter().map(thread_block));
    if group.more > 0 {
        let wait = if group.more == 1 { "waits" } else { "wait" };
        let more = format!("{} more with {name} {wait}: `/partner overlaps list {name}`", group.more);
        out.push(blocks::context(&more));
    }
    Ok(Message::new(text.trim(), out))
}

#[cfg(test)]
mod tests;
