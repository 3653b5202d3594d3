//! What is worth a decision first, and why, in the reader's own terms. The order has a score; nobody is shown it.

mod reason;

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::reason::Reason;
use super::weights::{Beside, Criterion, NORMAL, Weights};
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
/// Points of every further week of that, for so many weeks.
pub const AGEING: (i64, i64) = (5, 3);
/// Points of having come up in the last week.
pub const NEW: i64 = 8;
/// Points of standing on an agreed focus list with the partner (B2).
pub const FOCUS: i64 = 20;
/// Points of each of the five of a trust inside.
const TRUST: i64 = 3;
/// Points of a partner with which most is planned already: others come first.
const WORKED: i64 = -12;
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
    /// Whose days are named.
    pub zone: &'a TimeZone,
    /// It is read for longer than a week: days are named by their date.
    pub lasting: bool,
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

/// Points of a deal of ours that is about to be decided.
const LATE_STAGE: i64 = 10;

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

    /// The same for a row among others with its partner: what is true of all of them is not said on each.
    pub fn phrase_in_group(&self) -> String {
        self.first_two(|r| !matches!(r, Reason::Stale { .. } | Reason::Worked { .. }))
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

/// Weighs one overlap, everything as shipped.
pub fn weigh(o: &Overlap, about: &About<'_>) -> Priority {
    weigh_beside(o, about, &Beside::default())
}

/// Weighs one overlap.
pub fn weigh_beside(o: &Overlap, about: &About<'_>, beside: &Beside<'_>) -> Priority {
    let mut found = lately(o, about, beside.weights);
    found.extend(worth(o, about, beside.weights));
    found.extend(around(o, beside));
    let today = about.now.to_zoned(about.zone.clone());
    let age = age::days_since(o.first_seen, &today);
    if age > WAITING_DAYS && o.holder().is_none() && beside.weights.counts(Criterion::Waiting) {
        found.push((beside.weights.of(Criterion::Waiting, waiting_points(age)), Reason::Waiting(age)));
    }
    if let Some(side) = about.focus.filter(|_| beside.weights.counts(Criterion::Focus)) {
        let points = beside.weights.of(Criterion::Focus, FOCUS);
        found.push((points, Reason::Focus { side, partner: o.partner.clone() }));
    }
    if found.iter().all(|(points, _)| *points <= 0) {
        let is_new = is_within(about, o.first_seen);
        let reason = if is_new { Reason::New(day(about, o.first_seen)) } else { Reason::Open(age) };
        found.push((1, reason));
    }
    summed(beside.weights.of(Criterion::Amount, amount_points(o)), found)
}

fn summed(amount: i64, mut found: Vec<(i64, Reason)>) -> Priority {
    let score = amount + found.iter().map(|(points, _)| points).sum::<i64>();
    found.sort_by_key(|(_, reason)| reason.place());
    Priority { score, why: found.into_iter().map(|(_, reason)| reason).collect() }
}

/// A weekday names one of the last six; before that, and where it is read later, it takes the date.
fn day(about: &About<'_>, at: Timestamp) -> String {
    let today = about.now.to_zoned(about.zone.clone());
    let near = !about.lasting && age::days_since(at, &today) <= 6;
    let format = if near { "%A" } else { "%-d %B" };
    at.to_zoned(about.zone.clone()).strftime(format).to_string()
}

fn is_within(about: &About<'_>, at: Timestamp) -> bool {
    at >= about.since && at <= about.now
}

/// What happened to it lately.
fn lately(o: &Overlap, about: &About<'_>, weights: &Weights) -> Vec<(i64, Reason)> {
    let mut found = Vec::new();
    if !weights.counts(Criterion::Freshness) {
        return found;
    }
    let mut add = |points, reason| found.push((weights.of(Criterion::Freshness, points), reason));
    let changed = o.changed_at.filter(|at| is_within(about, *at));
    if let (Some(at), Some(what)) = (changed, &o.change_note) {
        add(CHANGED, Reason::Changed { day: day(about, at), what: what.clone() });
    }
    if matches!(o.triage, Triage::Snoozed(until) if until <= about.now) {
        add(RETURNED, Reason::Returned);
    }
    if about.new_is_news && is_within(about, o.first_seen) {
        add(NEW, Reason::New(day(about, o.first_seen)));
    }
    found
}

/// Points of so many days without anybody: more with every further week.
fn waiting_points(days: i64) -> i64 {
    let (points, weeks) = AGEING;
    WAITING + points * ((days - WAITING_DAYS) / 7).clamp(0, weeks)
}

/// What stands around it: trust inside the account, and how far its partner is worked through.
fn around(o: &Overlap, beside: &Beside<'_>) -> Vec<(i64, Reason)> {
    let mut found = Vec::new();
    if let Some(trust) = beside.trust.filter(|_| beside.weights.counts(Criterion::Trust)) {
        let points = beside.weights.of(Criterion::Trust, TRUST * trust.strength);
        found.push((points, Reason::Trust(trust.words())));
    }
    if let Some(worked) = beside.worked.filter(|_| beside.weights.counts(Criterion::Saturation)) {
        let points = beside.weights.of(Criterion::Saturation, WORKED);
        found.push((points, Reason::Worked { worked, partner: o.partner.clone() }));
    }
    found
}

/// What it is worth whatever happened this week, with its reasons: the populations of both sides, the habit with this
/// partner, the age of its list, and its place among the amounts.
fn worth(o: &Overlap, about: &About<'_>, weights: &Weights) -> Vec<(i64, Reason)> {
    let mut found = Vec::new();
    let soon = o.our_population == Some(Population::OpenOpportunity)
        && o.stage.as_deref().is_some_and(is_late)
        && weights.counts(Criterion::Stage);
    let kind = weights.of(Criterion::Kind, kind_points(o.our_population, o.their_population))
        + if soon { weights.of(Criterion::Stage, LATE_STAGE) } else { 0 };
    let habit = o.motion(about.kinds).and_then(|this| habit_of(this, about.planned, &o.partner));
    let habit = habit.filter(|_| weights.counts(Criterion::Balance));
    match habit.map(|(points, reason)| (weights.of(Criterion::Balance, points), reason)) {
        // It says the motion as well, so the kind needs no word of its own.
        Some((points, reason)) if points > 0 => found.push((kind + points, reason)),
        other => {
            let counts = soon || weights.counts(Criterion::Kind);
            if let (Some(ours), Some(theirs), true) = (o.our_population, o.their_population, counts) {
                found.push((kind, kind_reason(o, ours, theirs, soon, about.kinds)));
            }
            found.extend(other);
        }
    }
    if let Some(days) = about.stale_days.filter(|_| weights.counts(Criterion::Freshness)) {
        let points = weights.of(Criterion::Freshness, -5);
        found.push((points, Reason::Stale { days, partner: o.partner.clone() }));
    }
    if about.largest && weights.counts(Criterion::Amount) {
        found.push((0, Reason::Largest { partner: o.partner.clone() }));
    }
    found
}

/// What it is worth for longer than a week, amount included: what the focus list is proposed by.
pub fn lasting(o: &Overlap, about: &About<'_>) -> Priority {
    summed(amount_points(o), worth(o, about, &NORMAL))
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
