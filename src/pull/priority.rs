//! What is worth a decision first, and why, in the reader's own terms. The order has a score; nobody is shown it.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::kernel::age;
use crate::map::focus::Side;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Overlap, Population, Triage};

/// Points of an amount in whole units, whatever the currency: from this much, so many.
pub const AMOUNTS: [(i64, i64); 7] =
    [(1_000_000, 40), (250_000, 36), (100_000, 32), (50_000, 30), (10_000, 24), (1_000, 16), (1, 8)];
/// Points of a change in the last week.
pub const CHANGED: i64 = 25;
/// Points of coming back from a snooze.
pub const RETURNED: i64 = 20;
/// Points of having waited so long that nobody looks any more.
pub const WAITING: i64 = 15;
/// Points of having come up in the last week.
pub const NEW: i64 = 8;
/// Points of standing on an agreed focus list with the partner (B2).
pub const FOCUS: i64 = 20;
/// After so many days without anybody, an overlap waits too long.
pub const WAITING_DAYS: i64 = 5;
/// So many of a partner's last planned overlaps of one motion are a habit (A10).
const HABIT: usize = 3;
/// As many of them are looked at.
pub const HABIT_SEEN: usize = 5;

/// Points of what the two sides are to the account (A2).
pub fn kind_points(ours: Option<Population>, theirs: Option<Population>) -> i64 {
    use Population::{Customer, OpenOpportunity, Prospect};
    match (ours, theirs) {
        (Some(OpenOpportunity), Some(Customer)) => 40,
        (Some(OpenOpportunity), Some(OpenOpportunity)) => 35,
        (Some(Prospect), Some(Customer)) | (Some(Customer), Some(OpenOpportunity)) => 25,
        (Some(Customer), Some(Prospect)) => 22,
        (Some(OpenOpportunity), Some(Prospect)) | (Some(Prospect), Some(OpenOpportunity)) => 15,
        (Some(Customer), Some(Customer)) => 12,
        (Some(Prospect), Some(Prospect)) => 4,
        (None, _) | (_, None) => 0,
    }
}

/// What the weighing knows beside the overlap itself.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The present.
    pub now: Timestamp,
    /// Whose weekdays are named.
    pub zone: &'a TimeZone,
    /// Changes since then are news.
    pub since: Timestamp,
    /// The motions of what was last planned with this partner, the newest first.
    pub planned: &'a [Motion],
    /// Days since the partner's list was seen, when that is longer than it may be (A3).
    pub stale_days: Option<i64>,
    /// Coming up in the last week sets it apart: most others did not.
    pub new_is_news: bool,
    /// Its amount is the largest of all that wait with this partner.
    pub largest: bool,
    /// The motion of each kind.
    pub kinds: &'a Kinds,
    /// Whose focus list with this partner it is on.
    pub focus: Option<Side>,
}

/// One reason to look at it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is on an agreed focus list.
    Focus {
        /// Whose.
        side: Side,
        /// The partner's name.
        partner: String,
    },
    /// It changed on that day.
    Changed {
        /// `Thursday`, or `3 March`.
        day: String,
        /// What, in words.
        what: String,
    },
    /// Its snooze is over.
    Returned,
    /// What the two sides are to the account, and the motion.
    Kind {
        /// Ours.
        ours: Population,
        /// The partner's.
        theirs: Population,
        /// The partner's name.
        partner: String,
        /// Our deal is about to be decided.
        soon: bool,
    },
    /// The same where the workspace has set another motion for the kind.
    Set {
        /// Ours.
        ours: Population,
        /// The partner's.
        theirs: Population,
        /// The motion that was set.
        motion: Option<Motion>,
    },
    /// Nothing that waits with the partner is worth more.
    Largest {
        /// The partner's name.
        partner: String,
    },
    /// The last planned overlaps with this partner were all of one motion (A10).
    Habit {
        /// All of them.
        motion: Motion,
        /// Of this one.
        this: Motion,
        /// How many.
        count: usize,
        /// The partner's name.
        partner: String,
    },
    /// Open for so many days and without anybody.
    Waiting(i64),
    /// The partner's list is that many days old.
    Stale {
        /// Its age.
        days: i64,
        /// The partner's name.
        partner: String,
    },
    /// First seen on that day, as in [`Reason::Changed`].
    New(String),
    /// Nothing else is to be said but its age in days.
    Open(i64),
}

/// Points of a deal of ours that is about to be decided.
const LATE_STAGE: i64 = 10;

impl Reason {
    /// Its place in a phrase.
    fn place(&self) -> u8 {
        match self {
            Self::Focus { .. } | Self::Changed { .. } => 0,
            Self::Returned => 1,
            Self::New(_) => 2,
            Self::Kind { .. } | Self::Set { .. } | Self::Habit { .. } => 3,
            Self::Stale { .. } => 4,
            Self::Largest { .. } => 5,
            Self::Waiting(_) => 6,
            Self::Open(_) => 7,
        }
    }

    /// As a person would say it; not escaped.
    pub fn words(&self) -> String {
        use Population::{Customer, OpenOpportunity, Prospect};
        match self {
            Self::Focus { side, partner } => side.words(partner),
            Self::Changed { day, what } => format!("changed on {day}: {what}"),
            Self::Returned => "back from its snooze".to_owned(),
            Self::Kind { ours, theirs, partner, soon } => match (ours, theirs) {
                (OpenOpportunity, Customer) if *soon => {
                    format!("an ask, and soon: {partner} knows them and our deal is nearly decided")
                }
                (OpenOpportunity, Customer) => format!("an ask: {partner} can open doors for our deal"),
                (Prospect, Customer) => format!("an ask: {partner} can introduce us"),
                (Customer, OpenOpportunity) => format!("a give: we can open doors for {partner}'s deal"),
                (Customer, Prospect) => format!("a give: we can introduce {partner}"),
                (OpenOpportunity, OpenOpportunity) if *soon => {
                    format!("joint, and soon: {partner}'s deal is open and ours is nearly decided")
                }
                (OpenOpportunity, OpenOpportunity) => "joint: both deals are open now".to_owned(),
                (Customer, Customer) => "joint: both of us serve them".to_owned(),
                (OpenOpportunity, Prospect) => format!("joint: {partner} could come into our deal"),
                (Prospect, OpenOpportunity) => format!("joint: we could come into {partner}'s deal"),
                (Prospect, Prospect) => "neither of us is in yet".to_owned(),
            },
            Self::Set { ours, theirs, motion } => {
                let motion = match motion {
                    Some(Motion::Ask) => "an ask",
                    Some(Motion::Give) => "a give",
                    Some(Motion::Joint) => "joint",
                    None => "no motion yet",
                };
                format!("{motion}: our {}, their {}", ours.words(), theirs.words())
            }
            Self::Largest { partner } => format!("the largest amount waiting with {partner}"),
            Self::Habit { motion, this: Motion::Give, count, partner } if *motion != Motion::Give => {
                format!("a give: {}", habit(*motion, *count, partner))
            }
            Self::Habit { motion, count, partner, .. } => habit(*motion, *count, partner),
            Self::Waiting(days) => format!("open for {} and nobody has it", age::days(*days)),
            Self::Stale { days, partner } => {
                format!("{partner}'s list is {} old, so check first", age::days(*days))
            }
            Self::New(day) => format!("new on {day}"),
            Self::Open(days) => format!("open for {}", age::days(*days)),
        }
    }
}

fn habit(motion: Motion, count: usize, partner: &str) -> String {
    let what = match motion {
        Motion::Ask => "our asks",
        Motion::Give => "our gives",
        Motion::Joint => "joint",
    };
    format!("the last {count} with {partner} were {what}")
}

/// How much it is worth a look, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// More comes first.
    pub score: i64,
    /// News first, then the motion, then the rest; never empty.
    pub why: Vec<Reason>,
}

impl Priority {
    /// One phrase of at most two reasons, and the focus list before them; not escaped. What it says stays true for a week: how long it waits, and that
    /// nobody has it, is said by the row, which knows better when it is shown again.
    pub fn phrase(&self) -> String {
        self.first_two(|_| true)
    }

    /// The same for a row among others with its partner: how old the list is stands above them.
    pub fn phrase_in_group(&self) -> String {
        self.first_two(|r| !matches!(r, Reason::Stale { .. }))
    }

    fn first_two(&self, wanted: impl Fn(&Reason) -> bool) -> String {
        let lasting =
            self.why.iter().filter(|r| !matches!(r, Reason::Waiting(_) | Reason::Open(_)) && wanted(r));
        let (focus, others): (Vec<&Reason>, Vec<&Reason>) =
            lasting.partition(|r| matches!(r, Reason::Focus { .. }));
        let said = focus.into_iter().chain(others.into_iter().take(2));
        said.map(Reason::words).collect::<Vec<_>>().join("; ")
    }
}

/// Weighs one overlap.
pub fn weigh(o: &Overlap, about: &About<'_>) -> Priority {
    let mut found: Vec<(i64, Reason)> = Vec::new();
    let today = about.now.to_zoned(about.zone.clone());
    // A weekday names one of the last six; before that it takes the date.
    let day = |at: Timestamp| {
        let format = if age::days_since(at, &today) <= 6 { "%A" } else { "%-d %B" };
        at.to_zoned(about.zone.clone()).strftime(format).to_string()
    };
    let within = |at: &Timestamp| *at >= about.since && *at <= about.now;
    if let (Some(at), Some(what)) = (o.changed_at.filter(within), &o.change_note) {
        found.push((CHANGED, Reason::Changed { day: day(at), what: what.clone() }));
    }
    if matches!(o.triage, Triage::Snoozed(until) if until <= about.now) {
        found.push((RETURNED, Reason::Returned));
    }
    if about.new_is_news && within(&o.first_seen) {
        found.push((NEW, Reason::New(day(o.first_seen))));
    }
    found.extend(worth(o, about));
    let age = age::days_since(o.first_seen, &today);
    if age > WAITING_DAYS && o.holder().is_none() {
        found.push((WAITING, Reason::Waiting(age)));
    }
    if let Some(side) = about.focus {
        found.push((FOCUS, Reason::Focus { side, partner: o.partner.clone() }));
    }
    if found.iter().all(|(points, _)| *points <= 0) {
        let reason = if within(&o.first_seen) { Reason::New(day(o.first_seen)) } else { Reason::Open(age) };
        found.push((1, reason));
    }
    let score = amount_points(o) + found.iter().map(|(points, _)| points).sum::<i64>();
    found.sort_by_key(|(_, reason)| reason.place());
    Priority { score, why: found.into_iter().map(|(_, reason)| reason).collect() }
}

/// What it is worth whatever happened this week, with its reasons: the populations of both sides, the habit with this
/// partner, the age of its list, and its place among the amounts.
fn worth(o: &Overlap, about: &About<'_>) -> Vec<(i64, Reason)> {
    let mut found = Vec::new();
    let soon =
        o.our_population == Some(Population::OpenOpportunity) && o.stage.as_deref().is_some_and(is_late);
    let kind = kind_points(o.our_population, o.their_population) + if soon { LATE_STAGE } else { 0 };
    let habit = o.motion(about.kinds).and_then(|this| habit_of(this, about.planned, &o.partner));
    match habit {
        // It says the motion as well, so the kind needs no word of its own.
        Some((points, reason)) if points > 0 => found.push((kind + points, reason)),
        other => {
            if let (Some(ours), Some(theirs)) = (o.our_population, o.their_population) {
                found.push((kind, kind_reason(o, ours, theirs, soon, about.kinds)));
            }
            found.extend(other);
        }
    }
    if let Some(days) = about.stale_days {
        found.push((-5, Reason::Stale { days, partner: o.partner.clone() }));
    }
    if about.largest {
        found.push((0, Reason::Largest { partner: o.partner.clone() }));
    }
    found
}

/// What it is worth for longer than a week, amount included: what the focus list is proposed by.
pub fn lasting(o: &Overlap, about: &About<'_>) -> Priority {
    let mut found = worth(o, about);
    let score = amount_points(o) + found.iter().map(|(points, _)| points).sum::<i64>();
    found.sort_by_key(|(_, reason)| reason.place());
    Priority { score, why: found.into_iter().map(|(_, reason)| reason).collect() }
}

fn kind_reason(o: &Overlap, ours: Population, theirs: Population, soon: bool, kinds: &Kinds) -> Reason {
    if kinds.is_changed(ours, theirs) {
        return Reason::Set { ours, theirs, motion: o.motion(kinds) };
    }
    Reason::Kind { ours, theirs, partner: o.partner.clone(), soon }
}

fn habit_of(this: Motion, planned: &[Motion], partner: &str) -> Option<(i64, Reason)> {
    let first = *planned.first()?;
    let count = planned.iter().take(HABIT_SEEN).take_while(|m| **m == first).count();
    let seen = planned.len().min(HABIT_SEEN);
    if count < HABIT || count < seen {
        return None;
    }
    let points = match (first, this) {
        (Motion::Ask, Motion::Give) => 20,
        (Motion::Ask, Motion::Ask) => -10,
        _ => return None,
    };
    Some((points, Reason::Habit { motion: first, this, count, partner: partner.to_owned() }))
}

fn amount_points(o: &Overlap) -> i64 {
    let units = o.amount.map_or(0, |m| m.hundredths / 100);
    AMOUNTS.iter().find(|(from, _)| units >= *from).map_or(0, |(_, points)| *points)
}

fn is_late(stage: &str) -> bool {
    let stage = stage.to_lowercase();
    ["negotiat", "contract", "commit", "verbal", "closing", "procurement", "legal"]
        .iter()
        .any(|word| stage.contains(word))
}

/// The order of the digest: the weightier first, then by the account's name, then by id.
pub fn order(a: &(Overlap, Priority), b: &(Overlap, Priority)) -> Ordering {
    b.1.score
        .cmp(&a.1.score)
        .then_with(|| a.0.account.name.to_lowercase().cmp(&b.0.account.name.to_lowercase()))
        .then_with(|| a.0.id.cmp(&b.0.id))
}

#[cfg(test)]
mod tests;
