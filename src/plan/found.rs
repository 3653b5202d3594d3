//! A session that a calendar shows by the naming standard (A16) and that nobody logged: it counts once somebody who
//! answers for the partner confirms that it was held.

pub mod naming;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::session::{Guest, Moved, Named, Outline, Session, Shape, Slot, Stage, Trigger};
use crate::kernel::calendar::add_days;
use crate::kernel::ics::{Event, When};
use crate::kernel::ids::{AccountId, FoundId, PartnerId, SessionId, UserId};

/// A session that begins so close to another with the same partner is that one.
pub const SAME: jiff::SignedDuration = jiff::SignedDuration::from_mins(90);
/// No more accounts are taken from one.
pub const MOST_ACCOUNTS: usize = 10;
/// How long one takes whose end nobody wrote down.
const USUAL_MINUTES: i64 = 45;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: FoundId,
    /// The calendar's identity of it.
    pub uid: String,
    /// Which time of a series; empty outside of one.
    pub occurrence: String,
    /// Where it was seen.
    pub calendar: String,
    /// What it is called there.
    pub title: String,
    /// A room or a link; may be empty.
    pub place: String,
    /// When it begins; of a whole day its first instant.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// It names a day and no time.
    pub whole_day: bool,
    /// With whom.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// The accounts that it names, in their order: their ids and their labels.
    pub accounts: Vec<(AccountId, String)>,
    /// Names on it that are no known account.
    pub unknown: Vec<String>,
    /// The addresses on it.
    pub people: Vec<String>,
    /// How it stands.
    pub state: State,
    /// Counts up with every change.
    pub version: i64,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not over yet.
    Ahead,
    /// These people are asked whether it was held.
    Offered(Vec<UserId>),
    /// It was held, and counts.
    Held {
        /// What it became.
        session: Option<SessionId>,
        /// Who said so, and who was asked.
        asked: Vec<UserId>,
        /// Who, and when.
        moved: Moved,
    },
    /// It is none of ours.
    NotOurs {
        /// Who was asked.
        asked: Vec<UserId>,
        /// Who said so, and when.
        moved: Moved,
    },
    /// A session that is known here is the same one.
    Logged {
        /// Which.
        session: Option<SessionId>,
        /// Who was asked before that was known.
        asked: Vec<UserId>,
    },
    /// The calendar no longer shows it, or calls it off. It is asked about again where it is seen again.
    Gone(Vec<UserId>),
    /// Nobody said for so long whether it was held that nobody is asked any more.
    Lapsed(Vec<UserId>),
}

impl State {
    /// As stored.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Offered(_) => "offered",
            Self::Held { .. } => "held",
            Self::NotOurs { .. } => "not_ours",
            Self::Logged { .. } => "logged",
            Self::Gone(_) => "gone",
            Self::Lapsed(_) => "lapsed",
        }
    }

    /// Who has its card.
    pub fn asked(&self) -> &[UserId] {
        match self {
            Self::Ahead => &[],
            Self::Offered(asked)
            | Self::Held { asked, .. }
            | Self::NotOurs { asked, .. }
            | Self::Logged { asked, .. }
            | Self::Gone(asked)
            | Self::Lapsed(asked) => asked,
        }
    }

    /// Whether nobody has decided yet.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Ahead | Self::Offered(_))
    }

    /// How it stands when a calendar shows it, and it ends in the future or not, if nobody has decided: asked again when
    /// it is over, or by the cards that are there.
    pub fn seen_again(&self, ahead: bool) -> Option<Self> {
        match self {
            Self::Ahead => Some(Self::Ahead),
            Self::Lapsed(_) if ahead => Some(Self::Ahead),
            Self::Offered(asked) | Self::Gone(asked) if ahead || asked.is_empty() => Some(Self::Ahead),
            Self::Offered(asked) | Self::Gone(asked) => Some(Self::Offered(asked.clone())),
            Self::Held { .. } | Self::NotOurs { .. } | Self::Logged { .. } | Self::Lapsed(_) => None,
        }
    }
}

/// What somebody says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was held.
    Held,
    /// It is none of ours.
    NotOurs,
}

impl Verdict {
    /// The verb for the audit.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Held => "calendar.held",
            Self::NotOurs => "calendar.not_ours",
        }
    }
}

/// When an event begins and ends, and whether it names only a day; days are those of `zone`.
pub fn span(event: &Event, zone: &TimeZone) -> (Timestamp, Timestamp, bool) {
    match event.when {
        When::Time { start, length } => {
            let length = length.unwrap_or(jiff::SignedDuration::from_mins(USUAL_MINUTES));
            (start, start.saturating_add(length).unwrap_or(start), false)
        }
        When::Days { first, count } => {
            let midnight = |day: jiff::civil::Date| {
                day.to_zoned(zone.clone()).map_or(Timestamp::MIN, |midnight| midnight.timestamp())
            };
            (midnight(first), midnight(add_days(first, count)), true)
        }
    }
}

impl Found {
    /// Its subject in the audit and on its cards.
    pub fn subject(&self) -> String {
        format!("calendar:{}", self.id)
    }

    /// The same of one reader's card.
    pub fn subject_for(&self, reader: &UserId) -> String {
        format!("calendar:{}:{reader}", self.id)
    }

    /// Whether a session that is known here is this one: with the same partner, at about the same time, not called off.
    pub fn is(&self, session: &Session) -> bool {
        let alive = !matches!(session.stage, Stage::Cancelled { .. } | Stage::Proposed { .. });
        let near = session.stage.slot().is_some_and(|slot| {
            if self.whole_day {
                self.start <= slot.start && slot.start < self.end
            } else {
                slot.start.duration_since(self.start).abs() <= SAME
            }
        });
        alive && near && session.partner_id == self.partner_id
    }

    /// The session that it becomes when `by` confirms it.
    pub fn session(&self, by: &UserId, at: Timestamp, zone: &TimeZone, came: Came) -> Session {
        let minutes = self.end.duration_since(self.start).as_mins();
        let slot = Slot { start: self.start, zone: zone.iana_name().unwrap_or("UTC").to_owned() };
        Session {
            id: SessionId::random(),
            partner_id: self.partner_id.clone(),
            partner: self.partner.clone(),
            trigger: Trigger::Planned,
            outline: Outline {
                shape: Shape::Managers,
                minutes: if self.whole_day {
                    USUAL_MINUTES
                } else {
                    minutes.clamp(super::session::SHORTEST, super::session::LONGEST)
                },
                ours: came.ours,
                theirs: came.theirs,
                accounts: came.accounts,
                place: self.place.clone(),
            },
            because: vec![format!("seen in the calendar {}", self.calendar)],
            instruction: None,
            organiser: Some(by.clone()),
            stage: Stage::Held { slot, moved: Moved { by: by.clone(), at } },
            sequence: 0,
            version: 1,
            created_at: at,
        }
    }
}

/// Who and what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Of ours.
    pub ours: Vec<UserId>,
    /// Of theirs.
    pub theirs: Vec<Guest>,
    /// The accounts.
    pub accounts: Vec<Named>,
}

#[cfg(test)]
mod tests;
