//! What is to be done on an account and what was done: next steps, and the log of touches and notes.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Settings;
use crate::kernel::ids::{AccountId, StepId, UserId};

/// A next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// The account.
    pub account: AccountId,
    /// What is to be done, as written.
    pub text: String,
    /// Who does it.
    pub owner: UserId,
    /// By when.
    pub due: Date,
    /// Who agreed it.
    pub created_by: UserId,
    /// The message that it was taken from.
    pub link: Option<String>,
    /// Counts up with every change.
    pub version: i64,
}

impl Step {
    /// Whether its day is over.
    pub fn is_late(&self, today: Date) -> bool {
        self.due < today
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// It was done.
    Done,
    /// It is off.
    Dropped,
}

impl Close {
    /// As stored and as options carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// From what was carried.
    pub fn read(text: &str) -> Option<Self> {
        [Self::Done, Self::Dropped].into_iter().find(|c| c.as_str() == text)
    }
}

/// What an entry of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody was in touch with the account: it counts for its velocity.
    Touch,
    /// A message about it.
    Note,
}

impl Kind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Touch => "touch",
            Self::Note => "note",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Touch, Self::Note].into_iter().find(|k| k.as_str() == text)
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// When it happened or was said.
    pub on: Date,
    /// What, as written.
    pub text: String,
    /// Who said it, of a note.
    pub said_by: Option<UserId>,
    /// Where it can be read, of a note.
    pub link: Option<String>,
    /// Who logged it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Whether an account moves (E2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Velocity {
    /// Somebody was in touch lately.
    Active,
    /// It is some time ago.
    Cooling,
    /// It is long ago.
    Dormant,
}

impl Velocity {
    /// By the last touch.
    pub fn of(last: Date, today: Date, settings: &Settings) -> Self {
        let days = (today - last).get_days();
        if days > i32::from(settings.dormant_days) {
            Self::Dormant
        } else if days > i32::from(settings.cooling_days) {
            Self::Cooling
        } else {
            Self::Active
        }
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Cooling => "cooling",
            Self::Dormant => "dormant",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn velocity_follows_the_last_touch() {
        let today = date(2026, 3, 31);
        let of = |day| Velocity::of(day, today, &Settings::default());
        assert_eq!(of(date(2026, 3, 31)), Velocity::Active);
        assert_eq!(of(date(2026, 3, 17)), Velocity::Active, "14 days");
        assert_eq!(of(date(2026, 3, 16)), Velocity::Cooling, "15 days");
        assert_eq!(of(date(2026, 2, 14)), Velocity::Cooling, "45 days");
        assert_eq!(of(date(2026, 2, 13)), Velocity::Dormant, "46 days");
        assert_eq!(of(date(2026, 4, 2)), Velocity::Active, "one that is planned");
    }
}
