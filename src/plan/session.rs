//! An account-planning session: dedicated, about named accounts, with value for both sides (A4, A5, A16).
//!
//! Its [`Outline`] is what people set up; its [`Stage`] is how it stands. [`Session::moved`] consumes the one and gives
//! the next, and counts up [`Session::sequence`] where a calendar would show something else.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::reminder::waited;
pub use super::request::Moved;
use crate::kernel::calendar::Calendar;
use crate::kernel::ids::{PartnerId, SessionId, UserId};
pub use crate::pull::instruction::Shape;
pub use outline::{Guest, Named, Outline, Slot, Trigger};

/// A session takes at least so many minutes.
pub const SHORTEST: i64 = 5;
/// And at most so many.
pub const LONGEST: i64 = 480;
/// Working days that a proposal waits before the first reminder.
const PATIENCE_DAYS: i64 = 3;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for one of these to give it a time. After a change it says who made it.
    Proposed {
        /// Whom it was proposed to.
        to: Vec<UserId>,
        /// A day that leaves time to prepare.
        day: Option<Date>,
        /// Who changed it last; nobody yet where it is as it was found.
        moved: Option<Moved>,
    },
    /// It has a time.
    Scheduled {
        /// When.
        slot: Slot,
        /// Who moved it last.
        moved: Moved,
    },
    /// Its agenda is loaded and the pre-read is out.
    Prepared {
        /// When.
        slot: Slot,
        /// Who moved it last.
        moved: Moved,
    },
    /// It took place; its record is not complete yet.
    Held {
        /// When.
        slot: Slot,
        /// Who said so.
        moved: Moved,
    },
    /// It took place and left its record (A17).
    Closed {
        /// When.
        slot: Slot,
        /// Who closed it.
        moved: Moved,
    },
    /// It does not take place: called off, or a proposal that nobody wanted.
    Cancelled {
        /// When it would have been; `None` for a proposal.
        slot: Option<Slot>,
        /// Why; may be empty.
        because: String,
        /// Who called it off.
        moved: Moved,
    },
}

impl Stage {
    /// As stored.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "proposed",
            Self::Scheduled { .. } => "scheduled",
            Self::Prepared { .. } => "prepared",
            Self::Held { .. } => "held",
            Self::Closed { .. } => "closed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// When it takes, took or would have taken place.
    pub fn slot(&self) -> Option<&Slot> {
        match self {
            Self::Proposed { .. } => None,
            Self::Scheduled { slot, .. }
            | Self::Prepared { slot, .. }
            | Self::Held { slot, .. }
            | Self::Closed { slot, .. } => Some(slot),
            Self::Cancelled { slot, .. } => slot.as_ref(),
        }
    }

    /// The last move; `None` for a proposal that nobody touched.
    pub fn moved(&self) -> Option<&Moved> {
        match self {
            Self::Proposed { moved, .. } => moved.as_ref(),
            Self::Scheduled { moved, .. }
            | Self::Prepared { moved, .. }
            | Self::Held { moved, .. }
            | Self::Closed { moved, .. }
            | Self::Cancelled { moved, .. } => Some(moved),
        }
    }
}

/// What somebody does to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Gives a proposal its time; who schedules it runs it.
    Schedule(Outline, Slot),
    /// Sets up another outline. A prepared session whose accounts change has to be prepared again.
    Change(Outline),
    /// Gives it another time.
    Reschedule(Slot),
    /// The agenda is loaded and the pre-read is out.
    Prepare,
    /// It took place.
    Hold,
    /// Its record is complete.
    Close,
    /// It does not take place, and why.
    Cancel(String),
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Schedule(..) => "session.schedule",
            Self::Change(_) => "session.change",
            Self::Reschedule(_) => "session.move",
            Self::Prepare => "session.prepare",
            Self::Hold => "session.hold",
            Self::Close => "session.close",
            Self::Cancel(_) => "session.cancel",
        }
    }
}

/// A move that does not fit how the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced;

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The partner.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// What brought it about.
    pub trigger: Trigger,
    /// What people set up.
    pub outline: Outline,
    /// Why it was proposed, in words.
    pub because: Vec<String>,
    /// The version of the partner's instruction sheet that those reasons stand on.
    pub instruction: Option<i64>,
    /// Who of ours runs it.
    pub organiser: Option<UserId>,
    /// How it stands.
    pub stage: Stage,
    /// Counts what a calendar shows of it.
    pub sequence: i64,
    /// Counts up with every move.
    pub version: i64,
    /// When it was first proposed or set up.
    pub created_at: Timestamp,
}

/// What a calendar shows of a session that has, or had, a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What is the same in every update of it.
    pub session: SessionId,
    /// By the naming standard.
    pub title: String,
    /// When it begins, and in which zone that was chosen.
    pub slot: Slot,
    /// How long it takes.
    pub minutes: i64,
    /// Who runs it.
    pub organiser: Option<UserId>,
    /// Who of ours comes.
    pub ours: Vec<UserId>,
    /// Who of theirs comes.
    pub theirs: Vec<Guest>,
    /// A room or a link; may be empty.
    pub place: String,
    /// Rises with every change of it.
    pub sequence: i64,
    /// It was called off.
    pub cancelled: bool,
}

/// The title by the naming standard (A16).
pub fn title<'a>(accounts: impl IntoIterator<Item = &'a str>, partner: &str) -> String {
    let accounts = accounts.into_iter().collect::<Vec<_>>().join(", ");
    if accounts.is_empty() {
        return format!("Account planning with {partner}");
    }
    format!("Account planning: {accounts} with {partner}")
}

impl Session {
    /// What a move leads to.
    ///
    /// # Errors
    /// [`Misplaced`] when the session is over, or is not as far as that.
    pub fn moved(self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Misplaced> {
        let before = self.invitation();
        let moved = Moved { by: by.clone(), at };
        let mut next = self;
        next.stage = match (next.stage, what) {
            (Stage::Proposed { .. }, Move::Schedule(outline, slot)) => {
                next.outline = outline;
                next.organiser = Some(by.clone());
                Stage::Scheduled { slot, moved }
            }
            (Stage::Proposed { to, day, .. }, Move::Change(outline)) => {
                next.outline = outline;
                Stage::Proposed { to, day, moved: Some(moved) }
            }
            (Stage::Scheduled { slot, .. }, Move::Change(outline)) => {
                next.outline = outline;
                Stage::Scheduled { slot, moved }
            }
            (Stage::Prepared { slot, .. }, Move::Change(outline)) => {
                let stays = same_accounts(&next.outline, &outline);
                next.outline = outline;
                if stays { Stage::Prepared { slot, moved } } else { Stage::Scheduled { slot, moved } }
            }
            (Stage::Scheduled { .. }, Move::Reschedule(slot)) => Stage::Scheduled { slot, moved },
            (Stage::Prepared { .. }, Move::Reschedule(slot)) => Stage::Prepared { slot, moved },
            (Stage::Scheduled { slot, .. }, Move::Prepare) => Stage::Prepared { slot, moved },
            (Stage::Scheduled { slot, .. } | Stage::Prepared { slot, .. }, Move::Hold) => {
                Stage::Held { slot, moved }
            }
            (
                Stage::Scheduled { slot, .. } | Stage::Prepared { slot, .. } | Stage::Held { slot, .. },
                Move::Close,
            ) => Stage::Closed { slot, moved },
            (Stage::Proposed { .. }, Move::Cancel(because)) => {
                Stage::Cancelled { slot: None, because, moved }
            }
            (Stage::Scheduled { slot, .. } | Stage::Prepared { slot, .. }, Move::Cancel(because)) => {
                Stage::Cancelled { slot: Some(slot), because, moved }
            }
            _ => return Err(Misplaced),
        };
        next.version += 1;
        // The first invitation is no change of one.
        if before.is_some() && next.invitation() != before {
            next.sequence += 1;
        }
        Ok(next)
    }

    /// The title by the naming standard (A16).
    pub fn title(&self) -> String {
        title(self.outline.accounts.iter().map(|a| a.name.as_str()), &self.partner)
    }

    /// What stands above the accounts themselves: with their names as long as these are few.
    pub fn heading(&self) -> String {
        if self.outline.accounts.len() <= 2 { self.title() } else { title([], &self.partner) }
    }

    /// The accounts as people say them: `Acme, Globex`.
    pub fn accounts(&self) -> String {
        self.outline.accounts.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// What a calendar shows; `None` while it has no time.
    pub fn invitation(&self) -> Option<Invitation> {
        let slot = self.stage.slot()?;
        Some(Invitation {
            session: self.id.clone(),
            title: self.title(),
            slot: slot.clone(),
            minutes: self.outline.minutes,
            organiser: self.organiser.clone(),
            ours: self.outline.ours.clone(),
            theirs: self.outline.theirs.clone(),
            place: self.outline.place.clone(),
            sequence: self.sequence,
            cancelled: matches!(self.stage, Stage::Cancelled { .. }),
        })
    }

    /// Its last instant, once it has a time.
    pub fn ends(&self) -> Option<Timestamp> {
        let start = self.stage.slot()?.start;
        Some(start.saturating_add(SignedDuration::from_mins(self.outline.minutes)).unwrap_or(start))
    }

    /// Whether it is still to come: it waits for a time, or has one and was not held.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Proposed { .. } | Stage::Scheduled { .. } | Stage::Prepared { .. })
    }

    /// How many working days a proposal has waited for those who live in `zone`, when they are to be reminded of it now: after
    /// three, then every five, on working days from 09:00. The caller sees to it that each comes once.
    pub fn reminder(&self, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<i64> {
        let Stage::Proposed { moved, .. } = &self.stage else { return None };
        let since = moved.as_ref().map_or(self.created_at, |m| m.at);
        waited(since, now, zone, days).filter(|waited| *waited >= PATIENCE_DAYS)
    }

    /// Everybody of ours who sees it, each once: who comes, who runs it, and whom a proposal waits for.
    pub fn readers(&self) -> Vec<UserId> {
        let asked: &[UserId] = match &self.stage {
            Stage::Proposed { to, .. } => to,
            _ => &[],
        };
        let mut readers: Vec<UserId> = Vec::new();
        // Nobody is bothered with a proposal but those who decide on it.
        let coming = if asked.is_empty() { self.outline.ours.as_slice() } else { &[] };
        for user in asked.iter().chain(&self.organiser).chain(coming) {
            if !readers.contains(user) {
                readers.push(user.clone());
            }
        }
        readers
    }
}

fn same_accounts(one: &Outline, other: &Outline) -> bool {
    let ids = |o: &Outline| o.accounts.iter().map(|a| a.account_id.clone()).collect::<Vec<_>>();
    ids(one) == ids(other)
}

pub mod lines;
mod outline;

#[cfg(test)]
pub(in crate::plan) mod tests;
