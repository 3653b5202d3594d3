//! What people set up of a session, what brought it about, and when it takes place.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::kernel::ids::{AccountId, ContactId, RequestId, UserId};
use crate::map::account::Account;
use crate::map::overlap::Motion;
use crate::pull::instruction::Shape;

/// What brought it about (A5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The cadence with the partner, or somebody who set it up in advance.
    Planned,
    /// One overlap above the partner's bar.
    Reactive,
    /// The partner's overlaps piled up.
    Accumulated,
    /// Somebody asked for it.
    Requested(RequestId),
}

impl Trigger {
    /// As stored, without the request.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Reactive => "reactive",
            Self::Accumulated => "accumulated",
            Self::Requested(_) => "requested",
        }
    }

    /// The request that it answers.
    pub fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Requested(request) => Some(request),
            _ => None,
        }
    }
}

/// Somebody of the partner's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The contact.
    pub contact: ContactId,
    /// The contact's name.
    pub name: String,
}

/// One account on the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: Option<String>,
    /// What it is about; `None` while that is open.
    pub motion: Option<Motion>,
    /// What is to come of it; may be empty.
    pub goal: String,
    /// Why now, in words, as it was found; empty where somebody named the account.
    pub why: String,
}

impl Named {
    /// An account of which nothing more is said yet.
    pub fn of(account: &Account) -> Self {
        Self {
            account_id: account.id.clone(),
            name: account.name.clone(),
            domain: account.domain.clone(),
            motion: None,
            goal: String::new(),
            why: String::new(),
        }
    }
}

/// What people set up, and may change while it is ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Who meets whom.
    pub shape: Shape,
    /// How long it takes.
    pub minutes: i64,
    /// Who of ours comes.
    pub ours: Vec<UserId>,
    /// Who of theirs comes.
    pub theirs: Vec<Guest>,
    /// The accounts, in the order of the agenda.
    pub accounts: Vec<Named>,
    /// A room or a link; may be empty.
    pub place: String,
}

/// When it takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its first instant.
    pub start: Timestamp,
    /// The zone in which that was chosen, by its IANA name.
    pub zone: String,
}

impl Slot {
    /// The start on the clock of its own zone.
    pub fn local(&self) -> Zoned {
        self.start.to_zoned(TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC))
    }
}
