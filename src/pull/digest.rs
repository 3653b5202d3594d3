//! The weekly digest as a value: what it says is decided here, how it looks in `view`.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::priority::{self, About};
use super::weights::{Beside, Weights, Worked};
use crate::kernel::dates::monday_of;
use crate::kernel::ids::{OverlapId, PartnerId, UserId};
use crate::kernel::schedule::Schedule;
use crate::map::focus::Side;
use crate::map::lists::OurList;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Overlap, Triage};
use crate::map::partner::Partner;
use crate::map::trust::Trust;
use crate::store::settings::DigestTime;

/// So many rows stand in the message itself.
pub const TOP: usize = 5;
/// So many rows stand in one partner's reply.
pub const GROUP_ROWS: usize = 10;
/// So many partners have a reply of their own.
pub const GROUPS: usize = 20;
/// So many candidates a partner are loaded: enough for its whole reply, were all rows of the message its own as well.
pub const CANDIDATES: i64 = (TOP + GROUP_ROWS) as i64;

/// One row: which overlap, and why now. The rest is read from the overlap when it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The overlap.
    pub overlap: OverlapId,
    /// Why now, in one phrase; not escaped. It stays as it was when the digest was made.
    pub why: String,
}

/// One partner's reply in the thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The partner.
    pub partner: PartnerId,
    /// Its name.
    pub name: String,
    /// The age of its list in days, where that is older than it may be.
    #[serde(default)]
    pub stale_days: Option<i64>,
    /// At most [`GROUP_ROWS`].
    pub rows: Vec<Row>,
    /// How many of this partner wait beyond these.
    pub more: i64,
}

/// How fresh a partner's list is (A3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// The partner's name.
    pub partner: String,
    /// The civil date of the list and its age in days; `None` when none was ever seen.
    pub seen: Option<(Date, i64)>,
    /// Older than it may be.
    pub stale: bool,
    /// It is our own list, and `partner` is empty.
    #[serde(default)]
    pub ours: bool,
}

/// What the line of counts says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// First seen in the weeks that the digest covers.
    pub new: i64,
    /// Open for over five days, with nobody's name on them.
    pub unclaimed: i64,
    /// Everything that waits for a decision.
    pub open: i64,
    /// Snoozed until later.
    pub snoozed: i64,
    /// What is promised.
    pub commitments: Commitments,
    /// What is planned.
    #[serde(default)]
    pub sessions: Sessions,
}

/// What a digest says of plans; they are of a later area, which hands it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plans {
    /// What is promised.
    pub commitments: Commitments,
    /// What is planned.
    pub sessions: Sessions,
    /// What a session ahead is about: nobody is asked to plan it once more.
    pub on_agendas: HashSet<OverlapId>,
}

/// The sessions of the next seven days, and how those of this quarter were prepared (A8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// Of the next seven days.
    pub ahead: i64,
    /// Those of them whose pre-read is not out.
    pub unprepared: i64,
    /// Held in this quarter.
    pub held: i64,
    /// Those of them whose pre-read was out in time.
    pub in_time: i64,
}

/// How many commitments are due this week, the late ones included, and how many are late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitments {
    /// Due in the next seven days, or late.
    pub due: i64,
    /// Past their date.
    pub late: i64,
}

/// When a digest should have come, how much it makes up for, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When it should have come.
    pub at: Timestamp,
    /// How many weeks it covers: one, and one more for each digest before it that never came.
    pub weeks: i64,
    /// When Tandem was not running, if that is why.
    pub downtime: Option<(Timestamp, Timestamp)>,
}

/// The same in words of the reader's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// When it should have come.
    pub due: String,
    /// See [`Due::weeks`].
    pub weeks: i64,
    /// From when to when Tandem was not running.
    pub downtime: Option<(String, String)>,
}

/// What one digest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The Monday of its week.
    pub week: Date,
    /// Set if it comes late.
    pub late: Option<Late>,
    /// The line of counts.
    pub counts: Counts,
    /// What needs a decision first; at most [`TOP`].
    pub top: Vec<Row>,
    /// The rest by partner, the largest first.
    pub groups: Vec<Group>,
    /// How many wait with partners that have no reply of their own.
    pub left_out: i64,
    /// Every partner's list, stale ones first.
    pub lists: Vec<Freshness>,
    /// Partners whose overlaps are counted and not named: there is no agreement yet (B10). The name, and how many wait.
    #[serde(default)]
    pub counted: Vec<(String, i64)>,
}

impl Digest {
    /// Every overlap that it shows.
    pub fn overlaps(&self) -> Vec<OverlapId> {
        let grouped = self.groups.iter().flat_map(|g| &g.rows);
        self.top.iter().chain(grouped).map(|r| r.overlap.clone()).collect()
    }

    /// Why it shows this overlap.
    pub fn why(&self, overlap: &OverlapId) -> Option<&str> {
        let grouped = self.groups.iter().flat_map(|g| &g.rows);
        let row = self.top.iter().chain(grouped).find(|r| r.overlap == *overlap)?;
        Some(row.why.as_str()).filter(|why| !why.is_empty())
    }

    /// How many rows stand in the thread.
    pub fn in_thread(&self) -> usize {
        self.groups.iter().map(|g| g.rows.len()).sum()
    }

    /// How many wait and are shown nowhere in it.
    pub fn unshown(&self) -> i64 {
        self.left_out + self.groups.iter().map(|g| g.more).sum::<i64>()
    }
}

/// What a digest is made of.
#[derive(Clone, Debug)]
pub struct Input {
    /// When it is made.
    pub now: Timestamp,
    /// Whose week and weekdays it names.
    pub zone: TimeZone,
    /// When it was due, if that is over.
    pub due: Option<Due>,
    /// Up to [`CANDIDATES`] a partner that wait for a decision.
    pub candidates: Vec<Overlap>,
    /// Every partner.
    pub partners: Vec<Partner>,
    /// Those whose amount is above all others of one currency that wait with their partner, at least two of them.
    pub largest: HashSet<OverlapId>,
    /// Those on an agreed focus list with their partner, and whose list that is.
    pub focus: HashMap<OverlapId, Side>,
    /// How many wait with each partner.
    pub waiting: HashMap<PartnerId, i64>,
    /// The motions of what was last planned with each partner, the newest first.
    pub planned: HashMap<PartnerId, Vec<Motion>>,
    /// The line of counts.
    pub counts: Counts,
    /// Our own list, if there is one.
    pub ours: Option<OurList>,
    /// The motion of each kind.
    pub kinds: Kinds,
    /// The partners whose overlaps are counted and not named (B10).
    pub counted: HashSet<PartnerId>,
    /// How much everything counts.
    pub weights: Weights,
    /// The best trust inside the accounts, of the side that would open the door.
    pub trust: HashMap<OverlapId, Trust>,
    /// The partners with which most of what counts is planned already (A6).
    pub worked: HashMap<PartnerId, Worked>,
}

/// A digest that comes later than this says so, in minutes.
const LATE_MINUTES: i64 = 30;

/// Composes the digest.
pub fn compose(input: &Input) -> Digest {
    let date = |at: Timestamp| at.to_zoned(input.zone.clone()).date();
    let due = input.due.unwrap_or(Due { at: input.now, weeks: 1, downtime: None });
    let late = (input.now.as_millisecond() - due.at.as_millisecond() > LATE_MINUTES * 60_000)
        .then(|| in_words(&due, &input.zone));
    let now = input.now.to_zoned(input.zone.clone());
    let ranked = rank(input);
    let row = |(o, p): &(Overlap, priority::Priority)| Row { overlap: o.id.clone(), why: p.phrase() };
    let below =
        |(o, p): &(Overlap, priority::Priority)| Row { overlap: o.id.clone(), why: p.phrase_in_group() };
    let (top, rest) = ranked.split_at(ranked.len().min(TOP));
    let mut groups: Vec<Group> = input
        .partners
        .iter()
        .filter_map(|partner| {
            let above = top.iter().filter(|(o, _)| o.partner_id == partner.id).count();
            let waiting = input.waiting.get(&partner.id).copied().unwrap_or(0);
            let left = waiting - i64::try_from(above).unwrap_or(0);
            let rows: Vec<Row> =
                rest.iter().filter(|(o, _)| o.partner_id == partner.id).take(GROUP_ROWS).map(below).collect();
            let more = (left - i64::try_from(rows.len()).unwrap_or(0)).max(0);
            (!rows.is_empty()).then(|| Group {
                partner: partner.id.clone(),
                name: partner.name.clone(),
                stale_days: partner.list_age_days(&now).filter(|_| partner.list_is_stale(&now)),
                rows,
                more,
            })
        })
        .collect();
    let size = |g: &Group| g.more + i64::try_from(g.rows.len()).unwrap_or(0);
    groups.sort_by(|a, b| size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name)));
    let left_out = groups.iter().skip(GROUPS).map(size).sum();
    groups.truncate(GROUPS);
    Digest {
        week: monday_of(date(due.at)),
        late,
        counts: input.counts,
        top: top.iter().map(row).collect(),
        groups,
        left_out,
        lists: freshness(input),
        counted: counted(input),
    }
}

fn counted(input: &Input) -> Vec<(String, i64)> {
    let waiting = |p: &Partner| input.waiting.get(&p.id).copied().unwrap_or(0);
    let partners = input.partners.iter().filter(|p| input.counted.contains(&p.id));
    let mut counted: Vec<_> =
        partners.map(|p| (p.name.clone(), waiting(p))).filter(|(_, n)| *n > 0).collect();
    counted.sort();
    counted
}

fn in_words(due: &Due, zone: &TimeZone) -> Late {
    let words = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%A %-d %B at %H:%M").to_string();
    Late {
        due: words(due.at),
        weeks: due.weeks,
        downtime: due.downtime.map(|(from, until)| (words(from), words(until))),
    }
}

/// From when on what happened is news to the readers of a digest that is made `now`.
pub fn news_since(now: Timestamp, due: Option<&Due>) -> Timestamp {
    let weeks = due.map_or(1, |due| due.weeks);
    now - jiff::SignedDuration::from_hours(weeks * 7 * 24)
}

/// What may be named, in the order of the digest, each with its reasons.
pub fn rank(input: &Input) -> Vec<(Overlap, priority::Priority)> {
    let since = news_since(input.now, input.due.as_ref());
    let now = input.now.to_zoned(input.zone.clone());
    let stale = |id: &PartnerId| {
        let partner = input.partners.iter().find(|p| p.id == *id)?;
        partner.list_age_days(&now).filter(|_| partner.list_is_stale(&now))
    };
    let mut ranked: Vec<_> = input
        .candidates
        .iter()
        .filter(|o| !input.counted.contains(&o.partner_id))
        .map(|o| {
            let about = About {
                now: input.now,
                zone: &input.zone,
                lasting: false,
                since,
                planned: input.planned.get(&o.partner_id).map_or(&[][..], Vec::as_slice),
                stale_days: stale(&o.partner_id),
                new_is_news: input.counts.new * 2 < input.counts.open,
                largest: input.largest.contains(&o.id),
                kinds: &input.kinds,
                focus: input.focus.get(&o.id).copied(),
            };
            let beside = Beside {
                weights: &input.weights,
                trust: input.trust.get(&o.id),
                worked: input.worked.get(&o.partner_id).copied(),
            };
            (o.clone(), priority::weigh_beside(o, &about, &beside))
        })
        .collect();
    ranked.sort_by(priority::order);
    ranked
}

fn freshness(input: &Input) -> Vec<Freshness> {
    let now = input.now.to_zoned(input.zone.clone());
    let mut lists: Vec<Freshness> = input
        .partners
        .iter()
        .map(|p| Freshness {
            partner: p.name.clone(),
            seen: p
                .list_seen_at
                .zip(p.list_age_days(&now))
                .map(|(at, days)| (at.to_zoned(input.zone.clone()).date(), days)),
            stale: p.list_is_stale(&now),
            ours: false,
        })
        .collect();
    lists.extend(input.ours.map(|list| Freshness {
        partner: String::new(),
        seen: Some((list.seen_at.to_zoned(input.zone.clone()).date(), list.age_days(&now))),
        stale: list.is_stale(&now),
        ours: true,
    }));
    lists.sort_by(|a, b| b.stale.cmp(&a.stale).then_with(|| a.partner.cmp(&b.partner)));
    lists
}

/// What somebody decides on one overlap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It goes onto the next agenda with the partner.
    Agenda,
    /// A session about it is wanted by that date.
    Session(Date),
    /// That person looks after it; it still waits for a decision.
    Assign(UserId),
    /// It comes back on that date; why, if said.
    Snooze(Date, Option<String>),
    /// It stays away until it changes (A9); why.
    Dismiss(String),
    /// It waits for a decision again.
    Reopen,
}

impl Decision {
    /// Whether it takes the overlap out of triage as planned.
    pub fn is_plan(&self) -> bool {
        matches!(self, Self::Agenda | Self::Session(_))
    }

    /// For the audit, as noun.verb.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Agenda | Self::Session(_) => "overlap.plan",
            Self::Assign(_) => "overlap.assign",
            Self::Snooze(..) => "overlap.snooze",
            Self::Dismiss(_) => "overlap.dismiss",
            Self::Reopen => "overlap.reopen",
        }
    }

    /// Carries it out; a snooze ends when its date begins in `zone`.
    pub fn apply(&self, overlap: &mut Overlap, by: &UserId, zone: &TimeZone) {
        match self {
            Self::Agenda | Self::Session(_) => overlap.triage = Triage::Planned,
            Self::Assign(user) => overlap.assignee = Some(user.clone()),
            Self::Snooze(until, _) => {
                let start = zone.to_ambiguous_zoned(until.at(0, 0, 0, 0)).compatible();
                overlap.triage = Triage::Snoozed(start.map_or(Timestamp::MAX, |z| z.timestamp()));
            }
            Self::Dismiss(because) => overlap.triage = Triage::Dismissed(because.clone()),
            Self::Reopen => overlap.triage = Triage::Open,
        }
        overlap.decided_by = Some(by.clone());
        overlap.version += 1;
    }
}

/// A decision that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What.
    pub what: Decision,
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Whether it waits for a decision: open, or back from a snooze.
pub fn waits(overlap: &Overlap, now: Timestamp) -> bool {
    match overlap.triage {
        Triage::Open => true,
        Triage::Snoozed(until) => until <= now,
        Triage::Planned | Triage::Dismissed(_) => false,
    }
}

/// The schedule of the digest; `None` for a stored one that cannot be read.
pub fn schedule(time: &DigestTime) -> Option<Schedule> {
    let at: jiff::civil::Time = time.time.parse().ok()?;
    Schedule::weekly(weekday(&time.weekday)?, at, &time.zone).ok()
}

/// The weekdays as they are stored and as they are shown, from Monday.
pub(super) const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// The weekday in full.
pub fn weekday_words(short: &str) -> &'static str {
    WEEKDAYS.iter().find(|(day, _)| *day == short).map_or("Monday", |(_, words)| words)
}

fn weekday(short: &str) -> Option<Weekday> {
    let short = short.to_lowercase();
    let index = WEEKDAYS.iter().position(|(day, _)| short.starts_with(&day.to_lowercase()))?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

#[cfg(test)]
mod tests;
