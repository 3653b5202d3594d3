//! Calendars as files and feeds (iCalendar, RFC 5545): what one shows, and one of our own.
//!
//! The crate `calcard` reads the lines, knows Windows' names of zones, follows recurrences and writes; what a calendar
//! shows at which instant, with its exceptions and its oddities, is put together here. (The crate `icalendar` reads fewer of
//! the files that are out there, and leaves zones and recurrences to its caller.)

mod budget;
mod expand;
mod raw;
mod read;
mod write;
mod zones;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

pub use read::{NotACalendar, Read, Unread, Window, read};
pub use write::{Every, Invite, Method, Party, Repeats, calendar};

/// Somebody whom an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name; may be empty.
    pub name: String,
    /// The address, in lower case; may be empty.
    pub email: String,
}

/// When an event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// From an instant on.
    Time {
        /// Its first instant.
        start: Timestamp,
        /// How long it takes, where that is said.
        length: Option<SignedDuration>,
    },
    /// The whole day, or several.
    Days {
        /// The first.
        first: Date,
        /// How many.
        count: i64,
    },
}

/// What a calendar shows at one time. Each occurrence of a series is an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The series' or the event's identity.
    pub uid: String,
    /// Which occurrence of a series, by when it would have been: `20260310T080000Z` or `20260310`; empty outside of one.
    pub occurrence: String,
    /// Counts up with every change, as the organizer says.
    pub sequence: i64,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub description: String,
    /// A room or a link; may be empty.
    pub place: String,
    /// When.
    pub when: When,
    /// Who invites.
    pub organizer: Option<Person>,
    /// Who is invited.
    pub attendees: Vec<Person>,
    /// It does not take place.
    pub cancelled: bool,
}

#[cfg(test)]
mod tests;
