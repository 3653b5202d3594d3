//! A hold: what nobody may do on an account until a day, or until the introduction is made (E5).

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::Names;
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, HoldId, UserId};

/// Its author is asked at this local time.
const ASK_AT: Time = Time::constant(9, 0, 0, 0);

/// What a decision puts on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What nobody may do, as written.
    pub text: String,
    /// The last day; without one until the introduction is made.
    pub until: Option<Date>,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// The account.
    pub account: AccountId,
    /// What nobody may do, as written.
    pub text: String,
    /// Who is held; empty for everybody.
    pub held: Vec<UserId>,
    /// The last day on which it holds; without one until the introduction is made.
    pub until: Option<Date>,
    /// The zone of that day, as an IANA name.
    pub zone: String,
    /// Who put it there.
    pub author: UserId,
    /// When.
    pub at: Timestamp,
    /// When its author was asked whether it goes on.
    pub asked_at: Option<Timestamp>,
    /// Who lifted it, and when.
    pub lifted: Option<(UserId, Timestamp)>,
    /// Counts up with every change.
    pub version: i64,
}

impl Hold {
    /// The zone of its day.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// Whether its last day is over. It is shown until it is kept or lifted.
    pub fn ran_out(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(self.time_zone()).date();
        self.lifted.is_none() && self.until.is_some_and(|until| until < today)
    }

    /// Whether its author is to be asked now: once, at nine on the day after its last.
    pub fn asks(&self, now: Timestamp) -> bool {
        self.asked_at.is_none() && self.ran_out(now) && now.to_zoned(self.time_zone()).time() >= ASK_AT
    }

    /// Whether it holds this person.
    pub fn holds(&self, user: &UserId) -> bool {
        self.held.is_empty() || self.held.contains(user)
    }

    /// Who is held: `Evelyn Osei`, or `everybody`.
    pub fn whom(&self, names: &Names) -> String {
        if self.held.is_empty() {
            return "everybody".to_owned();
        }
        names.list(&self.held)
    }

    /// Until when, in words: `until Fri 20 Mar`, `until the introduction is made`, `ran out on Fri 20 Mar`.
    pub fn until_words(&self, now: Timestamp) -> String {
        let today = now.to_zoned(self.time_zone()).date();
        match self.until {
            None => "until the introduction is made".to_owned(),
            Some(until) if self.ran_out(now) => format!("ran out on {}", spoken(until, today)),
            Some(until) => format!("until {}", spoken(until, today)),
        }
    }

    /// In one line, not escaped: `no executive outreach until the introduction (until Fri 20 Mar; holds Evelyn Osei)`.
    pub fn line(&self, names: &Names, now: Timestamp) -> String {
        format!("{} ({}; holds {})", self.text.trim_end_matches('.'), self.until_words(now), self.whom(names))
    }
}

#[cfg(test)]
pub(in crate::map) mod tests {
    use jiff::civil::date;

    use super::*;

    pub(in crate::map) fn hold(until: Option<Date>) -> Hold {
        Hold {
            id: "h1".into(),
            account: "a1".into(),
            text: "No executive outreach until the introduction".into(),
            held: vec!["U0EVE".into()],
            until,
            zone: "Europe/Stockholm".into(),
            author: "U0MAYA".into(),
            at: "2026-03-05T09:00:00Z".parse().unwrap(),
            asked_at: None,
            lifted: None,
            version: 1,
        }
    }

    #[test]
    fn it_holds_through_its_last_day_and_asks_once_at_nine_on_the_next() {
        let held = hold(Some(date(2026, 3, 20)));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!held.ran_out(at("2026-03-20T22:59:00Z")), "a minute to midnight in Stockholm");
        assert!(held.ran_out(at("2026-03-20T23:00:00Z")));
        assert!(!held.asks(at("2026-03-21T07:59:00Z")), "a minute to nine");
        assert!(held.asks(at("2026-03-21T08:00:00Z")));
        let asked = Hold { asked_at: Some(at("2026-03-21T08:00:00Z")), ..held.clone() };
        assert!(!asked.asks(at("2026-03-22T08:00:00Z")), "once");
        let lifted = Hold { lifted: Some(("U0MAYA".into(), at("2026-03-10T08:00:00Z"))), ..held };
        assert!(!lifted.ran_out(at("2026-04-01T08:00:00Z")) && !lifted.asks(at("2026-04-01T08:00:00Z")));
        assert!(!hold(None).asks(at("2027-01-01T08:00:00Z")), "the introduction ends it");
    }

    #[test]
    fn it_says_until_when_and_whom_it_holds() {
        let names = Names::of(&[("U0EVE", "Evelyn Osei"), ("U0ALEX", "Alex Rivera")]);
        let now: Timestamp = "2026-03-09T08:00:00Z".parse().unwrap();
        let line = |held: Hold, now| held.line(&names, now);
        insta::assert_snapshot!(line(hold(Some(date(2026, 3, 20))), now), @"No executive outreach until the introduction (until Fri 20 Mar; holds Evelyn Osei)");
        insta::assert_snapshot!(line(Hold { held: Vec::new(), ..hold(None) }, now), @"No executive outreach until the introduction (until the introduction is made; holds everybody)");
        let both = Hold { held: vec!["U0EVE".into(), "U0ALEX".into()], ..hold(Some(date(2026, 3, 6))) };
        insta::assert_snapshot!(line(both.clone(), now), @"No executive outreach until the introduction (ran out on Fri 6 Mar; holds Evelyn Osei and Alex Rivera)");
        assert!(both.holds(&"U0ALEX".into()) && !both.holds(&"U0MAYA".into()));
        assert!(Hold { held: Vec::new(), ..both }.holds(&"U0MAYA".into()));
    }
}
