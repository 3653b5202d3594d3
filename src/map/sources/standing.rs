//! How a source stands, and when it is looked at next.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::kernel::ids::PartnerId;

/// How one source stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whose list it is, where the source says so.
    pub partner: Option<PartnerId>,
    /// When it was last looked at.
    pub tried_at: Option<Timestamp>,
    /// When it last brought or confirmed a list.
    pub good_at: Option<Timestamp>,
    /// When a list last changed something.
    pub changed_at: Option<Timestamp>,
    /// What the last good look came to, in words.
    pub result: Option<String>,
    /// Why the last look failed, in words.
    pub error: Option<String>,
    /// Looks that failed since one was good.
    pub failures: i64,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// Somebody was told of them.
    pub told: bool,
    /// Its last list could not be read: that it is still the same is no good news.
    pub unreadable: bool,
    /// Whom its last list named.
    pub partners: Vec<PartnerId>,
    /// What it is asked with next time.
    pub marks: Marks,
}

/// What is read by itself beside lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadKind {
    /// A calendar, for sessions that nobody logged.
    Calendar,
    /// A feed of what a partner ships.
    Feed,
}

impl ReadKind {
    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Feed => "feed",
        }
    }
}

/// How a calendar or a feed stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// When it was last read well.
    pub good_at: Option<Timestamp>,
    /// What that found, in words.
    pub result: Option<String>,
    /// Looks that failed since.
    pub failures: i64,
    /// Why the last one did.
    pub error: Option<String>,
    /// When the first of them was, where people are told of it.
    pub failing_since: Option<Timestamp>,
    /// Somebody was told of them.
    pub told: bool,
    /// What it is asked with next time.
    pub marks: Marks,
}

/// What a source is asked with, so that it need not send again what we have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// HTTP's tag of the last answer.
    pub etag: Option<String>,
    /// Its date, as the server wrote it.
    pub modified: Option<String>,
    /// How far an API was read; of a folder, the file that was seen last.
    pub cursor: Option<String>,
    /// SHA-256 of the last list.
    pub hash: Option<String>,
}

/// Why a look failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, in words, without a secret.
    pub why: String,
    /// It may pass by itself.
    pub passing: bool,
    /// Not before, if the source said.
    pub after: Option<Duration>,
}

impl Failure {
    /// It may pass by itself.
    pub fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), passing: true, after: None }
    }

    /// Somebody has to mend it.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), passing: false, after: None }
    }
}

/// After so many failures in a row, one that may pass is told too.
const PATIENCE: i64 = 3;
/// The first pause after a failure.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The longest that a server may put us off.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Whether people are told of this failure, the `failures`th in a row, of which nobody was told yet.
pub fn is_told(failure: &Failure, failures: i64) -> bool {
    !failure.passing || failures >= PATIENCE
}

/// How long to wait after the `failures`th failure in a row: ever longer, no longer than usual, and as long as the
/// source asked for.
pub fn pause(failure: &Failure, failures: i64, every: SignedDuration) -> SignedDuration {
    let doublings = u32::try_from(failures.clamp(1, 12) - 1).unwrap_or(0);
    let pause = PAUSE.saturating_mul(2i32.saturating_pow(doublings)).min(every);
    let asked = failure.after.and_then(|after| SignedDuration::try_from(after).ok());
    asked.map_or(pause, |asked| asked.min(LONGEST).max(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_up_to_the_usual_one() {
        let (passing, usual) = (Failure::passing("it answered 500"), SignedDuration::from_hours(1));
        let minutes = |n| pause(&passing, n, usual).as_mins();
        assert_eq!([1, 2, 3, 4, 5, 6, 60].map(minutes), [5, 10, 20, 40, 60, 60, 60]);
        assert_eq!(pause(&passing, 9, SignedDuration::from_mins(1)).as_mins(), 1, "never longer than usual");
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it() {
        let asked =
            |seconds| Failure { after: Some(Duration::from_secs(seconds)), ..Failure::passing("429") };
        let usual = SignedDuration::from_hours(1);
        assert_eq!(pause(&asked(7200), 1, usual).as_mins(), 120);
        assert_eq!(pause(&asked(1), 1, usual).as_mins(), 5);
        assert_eq!(pause(&asked(u64::MAX), 1, usual).as_mins(), 5, "that is no answer");
        assert_eq!(pause(&asked(100 * 3600), 1, usual).as_hours(), 24);
    }

    #[test]
    fn what_passes_is_told_when_it_does_not() {
        let (passing, lasting) = (Failure::passing(""), Failure::lasting(""));
        assert_eq!([1, 2, 3, 4].map(|n| is_told(&passing, n)), [false, false, true, true]);
        assert!(is_told(&lasting, 1));
    }
}
