//! The record that a session leaves (A17): per account what came of it, who does what from now on and why (E5), what was
//! promised, who is introduced to whom, pipeline, what stalls; and where it was recorded.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::kernel::ids::{AccountId, CommitmentId, SessionId, UserId};
use crate::kernel::money::Money;
use crate::kernel::text::capital;
use crate::plan::session::{Named, Session};

/// What came of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody is introduced to somebody.
    Introduction,
    /// Somebody does something next.
    NextStep,
    /// It waits for something.
    Stalled,
    /// There is nothing to do together for now.
    Nothing,
    /// Nobody got to it: it comes back on the next agenda.
    NotReached,
}

impl Outcome {
    /// All of them: as stored, as chosen, and as told of an account.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::Introduction, "introduction", "An introduction was agreed", "an introduction was agreed"),
        (Self::NextStep, "next_step", "A next step was agreed", "a next step was agreed"),
        (Self::Stalled, "stalled", "It waits for something", "it waits for something"),
        (Self::Nothing, "nothing", "Nothing to do together for now", "nothing to do together for now"),
        (Self::NotReached, "not_reached", "We did not get to it", "we did not get to it"),
    ];

    fn row(self) -> (Self, &'static str, &'static str, &'static str) {
        Self::ALL.into_iter().find(|(o, ..)| *o == self).unwrap_or(Self::ALL[0])
    }

    /// As stored.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// As told of an account.
    pub fn words(self) -> &'static str {
        self.row().3
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, ..)| *stored == text).map(|(o, ..)| *o)
    }

    /// What was decided, as it is written down: who does what next and what is on hold. Where there is nothing to do
    /// together, nobody does anything next.
    pub fn decided(self, who: &str, hold: Option<&str>) -> String {
        let hold = hold.map(|text| format!("on hold: {}", text.trim_end_matches('.')));
        match (self, hold) {
            (Self::Nothing, hold) => hold.map_or_else(String::new, |hold| capital(&hold)),
            (_, Some(hold)) => format!("{who}; {hold}"),
            (_, None) => who.to_owned(),
        }
    }

    /// Whether the account was talked about: then it ends with a decision (E5).
    pub fn was_reached(self) -> bool {
        self != Self::NotReached
    }
}

/// What came of one account of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Who does what, in words; empty for one that nobody got to.
    pub decided: String,
    /// Why it waits.
    pub stall: Option<String>,
    /// What of pipeline it is.
    pub amount: Option<Money>,
    /// At which stage.
    pub stage: Option<String>,
    /// Who introduces whom to whom by when, in words.
    pub introduction: Option<String>,
    /// What was promised.
    pub commitments: Vec<CommitmentId>,
    /// Who logged it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

impl Told {
    /// Nobody got to this account.
    pub fn not_reached(named: &Named, by: &UserId, at: Timestamp) -> Self {
        Self {
            account: named.account_id.clone(),
            name: named.name.clone(),
            outcome: Outcome::NotReached,
            decided: String::new(),
            stall: None,
            amount: None,
            stage: None,
            introduction: None,
            commitments: Vec::new(),
            by: by.clone(),
            at,
        }
    }
}

/// What is known of a session as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The session.
    pub session: SessionId,
    /// Where it can be seen or heard.
    pub recording: Option<String>,
    /// What else is worth keeping.
    pub said: Option<String>,
    /// The day of the next one.
    pub next: Option<Date>,
    /// Who logged it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// The account that comes next in the walk through a session's accounts: the first of which nothing is told.
pub fn next<'a>(session: &'a Session, told: &[Told]) -> Option<&'a Named> {
    session.outline.accounts.iter().find(|named| told.iter().all(|t| t.account != named.account_id))
}

/// Whether a link to a recording can be kept: an address of the web.
pub fn is_link(text: &str) -> bool {
    url::Url::parse(text.trim()).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_as_it_is_stored() {
        for (outcome, stored, ..) in Outcome::ALL {
            assert_eq!((outcome.as_str(), Outcome::stored(stored)), (stored, Some(outcome)));
        }
        assert_eq!(Outcome::stored("other"), None);
        assert!(Outcome::Nothing.was_reached() && !Outcome::NotReached.was_reached());
    }

    #[test]
    fn with_nothing_to_do_nobody_does_anything_next() {
        let told = |outcome: Outcome, hold| outcome.decided("Omar Haddad reaches out", hold);
        assert_eq!(told(Outcome::Stalled, None), "Omar Haddad reaches out");
        let hold = Some("No outreach until May.");
        assert_eq!(told(Outcome::NextStep, hold), "Omar Haddad reaches out; on hold: No outreach until May");
        assert_eq!(told(Outcome::Nothing, hold), "On hold: No outreach until May");
        assert_eq!(told(Outcome::Nothing, None), "");
    }

    #[test]
    fn a_recording_is_an_address_of_the_web() {
        assert!(is_link("https://meet.example/rec/1") && is_link(" http://files.example/x "));
        for text in ["meet.example/rec", "javascript:alert(1)", "file:///etc/passwd", "", "ask Omar"] {
            assert!(!is_link(text), "{text}");
        }
    }
}
