//! What is worth a session now (A5), found from the state alone, and when a partner is worked through (A6).
//!
//! *Reactive*: one overlap above the partner's bar, 15 minutes. *Accumulated*: three to five worthy accounts, 45 minutes.
//! *Planned*: by the sheet's cadence, which a saturated partner slows down. No account is proposed twice: it is ripe only
//! until a session names it, and again once it changes.

use std::cmp::Reverse;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};

use super::agenda::room;
use super::instruction::{Cadence, Instruction};
use crate::kernel::calendar::Calendar;
use crate::kernel::ids::{AccountId, OverlapId};
use crate::kernel::money::Money;

/// So many accounts are piled up.
pub const PILE: usize = 3;
/// And so many of them fit into one session.
pub const MOST: usize = 5;
/// An overlap above the bar is news for so long.
const NEWS: SignedDuration = SignedDuration::from_hours(72);
/// So many sessions about one account are proposed side by side; more of them are a pile.
const SIDE_BY_SIDE: usize = 2;
/// Between two proposals about several accounts with one partner, in days.
const PACE_DAYS: i64 = 7;
/// A planned session is proposed so many days ahead of its day.
const LEAD_DAYS: i64 = 10;

/// What brought a proposal about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The cadence.
    Planned,
    /// One overlap above the bar.
    Reactive,
    /// A pile.
    Accumulated,
}

/// What sessions did with an account of this partner since its overlap last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing.
    Ripe,
    /// It stands on a proposal or a session that is ahead.
    Taken,
    /// It was planned against.
    Worked,
    /// A proposal that named it was set aside.
    SetAside,
}

/// An overlap that meets the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Worthy {
    /// The overlap.
    pub overlap: OverlapId,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// More comes first.
    pub score: i64,
    /// Triage wants it on an agenda.
    pub planned: bool,
    /// When it came up or last changed.
    pub arrived: Timestamp,
    /// What sessions did with it.
    pub standing: Standing,
}

/// Everything that is known of one partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// The present.
    pub now: Timestamp,
    /// Whose days are counted.
    pub zone: TimeZone,
    /// The first day that leaves time to prepare.
    pub first: Date,
    /// The sheet that counts.
    pub instruction: Instruction,
    /// Every overlap that meets it.
    pub worthy: Vec<Worthy>,
    /// A proposal about several accounts, or by the cadence, waits for a decision.
    pub proposed: bool,
    /// So many proposals about one account above the bar wait.
    pub reactive: usize,
    /// When the last session with the partner began or begins that was no reaction to one overlap.
    pub last: Option<Timestamp>,
    /// When such a session was last proposed, and what came of it does not matter.
    pub last_proposed: Option<Timestamp>,
    /// When such a proposal was last set aside.
    pub set_aside: Option<Timestamp>,
    /// It was worked through when last looked at.
    pub was_saturated: bool,
    /// Whoever answers for the partner is at work: what is not urgent waits until then.
    pub at_work: bool,
}

/// One session that is worth proposing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What brought it about.
    pub kind: Kind,
    /// How long it takes.
    pub minutes: i64,
    /// The overlaps that it is about, in their order.
    pub overlaps: Vec<OverlapId>,
    /// Why now, in a sentence.
    pub because: String,
    /// A day that leaves time to prepare.
    pub day: Date,
}

/// A partner was worked through, or has enough again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Sessions slow down.
    Saturated {
        /// Worthy accounts that were planned against.
        worked: usize,
        /// All that count.
        worthy: usize,
        /// From which cadence to which; `None` without one.
        slower: Option<(Cadence, Cadence)>,
    },
    /// They go on as the sheet says.
    Fresh {
        /// So many accounts wait.
        ripe: usize,
        /// The sheet's cadence.
        cadence: Option<Cadence>,
    },
}

/// What is to be done about one partner now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Sessions to propose.
    pub proposals: Vec<Proposal>,
    /// What changed about its saturation.
    pub turn: Option<Turn>,
}

/// How long a session about so many accounts takes, at most `longest`.
fn length_for(accounts: usize, longest: i64) -> i64 {
    let enough = match accounts {
        ..=1 => 15,
        2..=3 => 30,
        _ => longest,
    };
    enough.min(longest)
}

/// Whether a partner is worked through: less than a session's worth waits, and four fifths were planned against. It stays so
/// until a session's worth waits again.
fn is_saturated(ground: &Ground, worked: usize, ripe: usize) -> bool {
    ripe < PILE && (ground.was_saturated || (worked > 0 && worked * 5 >= ground.worthy.len() * 4))
}

/// The first day that leaves time to prepare where the pre-read is out so many working days before (A8).
pub fn first_day(today: Date, days: &Calendar, ahead_days: u16) -> Date {
    days.days_after(today, ahead_days.saturating_add(1))
}

/// Whether somebody is at work then: from nine to six on a day that works.
pub fn at_work(here: &Zoned, calendar: &Calendar) -> bool {
    (9..18).contains(&here.hour()) && calendar.is_working_day(here.date())
}

/// What triage planned first, then the worthier, then by name.
fn place(w: &Worthy) -> (Reverse<bool>, Reverse<i64>, String, OverlapId) {
    (Reverse(w.planned), Reverse(w.score), w.name.to_lowercase(), w.overlap.clone())
}

/// Puts overlaps into the order in which sessions take them.
pub fn rank(worthy: &mut [Worthy]) {
    worthy.sort_by_key(place);
}

/// What is worth doing about one partner now.
pub fn find(ground: &Ground) -> Findings {
    let mut ripe: Vec<&Worthy> = ground.worthy.iter().filter(|w| w.standing == Standing::Ripe).collect();
    ripe.sort_by_key(|w| place(w));
    let worked = ground.worthy.iter().filter(|w| w.standing == Standing::Worked).count();
    let saturated = is_saturated(ground, worked, ripe.len());
    let turn = turn(ground, saturated, worked, ripe.len()).filter(|_| ground.at_work);
    let mut proposals = reactive(ground, &ripe);
    ripe.retain(|w| !proposals.iter().any(|p| p.overlaps.contains(&w.overlap)));
    let urgent = above_bar(ground, &ripe).count() >= PILE;
    let several = planned(ground, &ripe, saturated).or_else(|| accumulated(ground, &ripe, saturated, urgent));
    proposals.extend(several.filter(|_| ground.at_work || urgent));
    Findings { proposals, turn }
}

fn turn(ground: &Ground, saturated: bool, worked: usize, ripe: usize) -> Option<Turn> {
    let cadence = ground.instruction.sheet.cadence;
    match (ground.was_saturated, saturated) {
        (false, true) => {
            let slower = cadence.map(|c| (c, c.slower())).filter(|(from, to)| from != to);
            Some(Turn::Saturated { worked, worthy: ground.worthy.len(), slower })
        }
        (true, false) => Some(Turn::Fresh { ripe, cadence }),
        _ => None,
    }
}

/// Ripe overlaps above the bar that are news: what was there before the sheet is none.
fn above_bar<'a>(ground: &Ground, ripe: &[&'a Worthy]) -> impl Iterator<Item = &'a Worthy> {
    let instruction = ground.instruction.clone();
    let since = instruction.at.max(ground.now.saturating_sub(NEWS).unwrap_or(instruction.at));
    let fresh = move |w: &&Worthy| w.arrived >= since && instruction.sheet.is_above_bar(w.amount);
    ripe.iter().copied().filter(fresh)
}

fn today(ground: &Ground) -> Date {
    ground.now.to_zoned(ground.zone.clone()).date()
}

fn reactive(ground: &Ground, ripe: &[&Worthy]) -> Vec<Proposal> {
    let Some(bar) = ground.instruction.sheet.bar else { return Vec::new() };
    let above: Vec<&Worthy> = above_bar(ground, ripe).collect();
    if above.len() > SIDE_BY_SIDE {
        return Vec::new();
    }
    let free = SIDE_BY_SIDE.saturating_sub(ground.reactive);
    let one = |w: &&Worthy| Proposal {
        kind: Kind::Reactive,
        minutes: length_for(1, ground.instruction.sheet.minutes),
        overlaps: vec![w.overlap.clone()],
        because: format!("{} is at {bar} or more, so it gets a session of its own", w.name),
        day: ground.first,
    };
    above.iter().take(free).map(one).collect()
}

/// The day on which the cadence has the next session; `None` without a cadence.
fn next_by_cadence(ground: &Ground, saturated: bool) -> Option<(Date, Cadence)> {
    let cadence = ground.instruction.sheet.cadence?;
    let cadence = if saturated { cadence.slower() } else { cadence };
    let day = |at: Timestamp| at.to_zoned(ground.zone.clone()).date();
    let base = ground.last.max(ground.set_aside).map(day);
    Some((base.map_or_else(|| today(ground), |base| cadence.after(base)), cadence))
}

fn is_near(ground: &Ground, day: Date, days: i64) -> bool {
    today(ground).saturating_add(Span::new().days(days)) >= day
}

fn planned(ground: &Ground, ripe: &[&Worthy], saturated: bool) -> Option<Proposal> {
    let (day, cadence) = next_by_cadence(ground, saturated)?;
    let ahead = ground.last.is_some_and(|last| last > ground.now);
    if ground.proposed || ahead || ripe.is_empty() || !is_near(ground, day, LEAD_DAYS) {
        return None;
    }
    let longest = ground.instruction.sheet.minutes;
    let chosen = &ripe[..ripe.len().min(room(longest))];
    let slowed = if saturated { " while there is little left" } else { "" };
    let because = match ground.last {
        Some(last) => {
            let last = last.to_zoned(ground.zone.clone()).strftime("%-d %b").to_string();
            format!("sessions are {}{slowed}, and the last was on {last}", cadence.words())
        }
        None => format!("sessions are {}{slowed}, and there was none yet", cadence.words()),
    };
    Some(Proposal {
        kind: Kind::Planned,
        minutes: length_for(chosen.len(), longest),
        overlaps: chosen.iter().map(|w| w.overlap.clone()).collect(),
        because,
        day: day.max(ground.first),
    })
}

fn accumulated(ground: &Ground, ripe: &[&Worthy], saturated: bool, urgent: bool) -> Option<Proposal> {
    if ground.proposed || ripe.len() < PILE {
        return None;
    }
    let day = |at: Timestamp| at.to_zoned(ground.zone.clone()).date();
    let pace = Span::new().days(PACE_DAYS);
    let lately = |at: Option<Timestamp>| at.is_some_and(|at| day(at).saturating_add(pace) > today(ground));
    if !urgent && (lately(ground.last_proposed) || lately(ground.set_aside)) {
        return None;
    }
    // The planned session takes them soon.
    let soon = next_by_cadence(ground, saturated).is_some_and(|(day, _)| is_near(ground, day, PACE_DAYS));
    if soon && !urgent {
        return None;
    }
    let chosen = &ripe[..ripe.len().min(MOST)];
    let because = match ripe.len() - chosen.len() {
        0 => format!("{} accounts that count wait for a session", ripe.len()),
        rest => {
            format!(
                "{} accounts that count wait for a session; these come first, then {rest} more",
                ripe.len()
            )
        }
    };
    Some(Proposal {
        kind: Kind::Accumulated,
        minutes: 45,
        overlaps: chosen.iter().map(|w| w.overlap.clone()).collect(),
        because,
        day: ground.first,
    })
}

#[cfg(test)]
mod tests;
