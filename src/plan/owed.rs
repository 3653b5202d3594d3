//! What somebody owes and what they are owed: commitments, introductions, questions and requests for sessions that wait, on
//! either side.

use jiff::Zoned;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::ask::Ask;
use super::commitment::{Commitment, Stage};
use super::introduction::{Introduction, Turn};
use super::reminder::REMIND_AT;
use super::request::Request;
use crate::kernel::calendar::Calendar;
use crate::kernel::dates::monday_of;
use crate::kernel::ids::UserId;

/// Everything that may concern one person.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Open commitments that they own, wrote down or ask after.
    pub commitments: Vec<Commitment>,
    /// Introductions under way that they are in, wrote down, or ask after.
    pub introductions: Vec<Introduction>,
    /// Open questions that they put or were asked.
    pub asks: Vec<Ask>,
    /// Open requests for a session that they put or were asked.
    pub requests: Vec<Request>,
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A commitment.
    Commitment(Commitment),
    /// An introduction.
    Introduction(Introduction),
    /// A question.
    Ask(Ask),
    /// A request for a session.
    Request(Request),
}

impl Item {
    /// The day by which it is due, where it has one.
    fn due(&self) -> Option<Date> {
        match self {
            Self::Commitment(c) => Some(c.due),
            // For its place among others a day more or less is none.
            Self::Introduction(i) => i.next_due(&TimeZone::UTC),
            Self::Request(r) => Some(r.wanted_by),
            Self::Ask(_) => None,
        }
    }

    /// Whether nobody wants to hear of it before a later day.
    fn is_snoozed(&self, today: Date) -> bool {
        let until = match self {
            Self::Commitment(Commitment { stage: Stage::Open { snoozed_until }, .. }) => *snoozed_until,
            Self::Introduction(i) => i.snoozed_until,
            _ => None,
        };
        until.is_some_and(|until| until > today)
    }

    /// Whether a message of its own reminds of it on this day, by its reader's calendar.
    pub fn is_told(&self, now: &Zoned, days: &Calendar) -> bool {
        let (at, zone) = (now.timestamp(), now.time_zone());
        match self {
            Self::Commitment(c) => c.reminded == Some(now.date()) || c.reminder(at, days).is_some(),
            Self::Introduction(i) => i.reminded == Some(now.date()) || i.reminder(at, zone, days).is_some(),
            Self::Ask(q) => q.reminder(at, zone, days).is_some_and(|(day, _)| day == now.date()),
            Self::Request(r) => r.reminder(at, zone, days).is_some(),
        }
    }
}

/// Both sides, what is due first at the front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// What waits for this person.
    pub owes: Vec<Item>,
    /// What waits for others, for their sake.
    pub owed: Vec<Item>,
}

impl Owed {
    /// Sorts out what waits for whom; each thing stands on one side at most.
    pub fn of(user: &UserId, work: Work) -> Self {
        let mut all = Self::default();
        for c in work.commitments {
            // What a partner promised is owed to whoever asks after it.
            let side = if c.theirs.is_none() && c.owner == *user { &mut all.owes } else { &mut all.owed };
            side.push(Item::Commitment(c));
        }
        for i in work.introductions {
            match i.turn() {
                Some(Turn::Ours(acts)) if acts == *user => all.owes.push(Item::Introduction(i)),
                Some(_) => all.owed.push(Item::Introduction(i)),
                None => {}
            }
        }
        for q in work.asks {
            if q.waits_for().contains(user) {
                all.owes.push(Item::Ask(q));
            } else if q.requester == *user && q.is_open() {
                all.owed.push(Item::Ask(q));
            }
        }
        for r in work.requests {
            if r.waits_for().contains(user) {
                all.owes.push(Item::Request(r));
            } else if r.requester == *user && r.is_open() {
                all.owed.push(Item::Request(r));
            }
        }
        // What has no day comes last, in the order in which it came.
        let place = |item: &Item| item.due().unwrap_or(Date::MAX);
        all.owes.sort_by_key(place);
        all.owed.sort_by_key(place);
        all
    }

    /// Whether there is nothing on either side.
    pub fn is_empty(&self) -> bool {
        self.owes.is_empty() && self.owed.is_empty()
    }

    /// Without what is snoozed, and without what a message of its own reminds of on this day; how many those are.
    pub fn untold(mut self, now: &Zoned, days: &Calendar) -> (Self, usize) {
        self.owes.retain(|item| !item.is_snoozed(now.date()));
        self.owed.retain(|item| !item.is_snoozed(now.date()));
        let before = self.owes.len() + self.owed.len();
        self.owes.retain(|item| !item.is_told(now, days));
        self.owed.retain(|item| !item.is_told(now, days));
        let left_out = before - self.owes.len() - self.owed.len();
        (self, left_out)
    }
}

/// The week whose message is due, by its Monday: from Monday at nine, and where that was missed until Tuesday night.
pub fn week_due(here: &Zoned) -> Option<Date> {
    let due = match here.weekday() {
        Weekday::Monday => here.time() >= REMIND_AT,
        Weekday::Tuesday => true,
        _ => false,
    };
    due.then(|| monday_of(here.date()))
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::ask::tests::{ask, stages as ask_stages};
    use super::super::commitment::tests::commitment;
    use super::super::introduction::Direction;
    use super::super::introduction::tests::{introduction, stages};
    use super::super::request::{self, tests::request};
    use super::*;

    fn here(text: &str) -> Zoned {
        let at: jiff::Timestamp = text.parse().expect("a time");
        at.in_tz("Europe/Stockholm").expect("a zone")
    }

    pub(crate) fn work() -> Work {
        let theirs = Some(("c1".into(), "Sam Whitfield".into()));
        Work {
            commitments: vec![
                commitment(date(2026, 3, 20)),
                Commitment { theirs, ..commitment(date(2026, 3, 12)) },
            ],
            introductions: vec![
                introduction(Direction::Received, super::super::introduction::Stage::Requested),
                introduction(Direction::Made, super::super::introduction::Stage::Requested),
            ],
            asks: vec![ask(super::super::ask::Stage::Asked)],
            requests: vec![request(request::Stage::Asked(None))],
        }
    }

    #[test]
    fn what_waits_for_me_is_owed_by_me_and_the_rest_to_me() {
        let sides = |user: &str| {
            let owed = Owed::of(&user.into(), work());
            (owed.owes.len(), owed.owed.len())
        };
        assert_eq!(sides("UOWN"), (1, 3), "a commitment; what Sam promised, and two introductions of others");
        assert_eq!(sides("UREP"), (1, 5), "the introduction to make");
        assert_eq!(sides("UPM"), (2, 4), "a question and a request");
        let owed = Owed::of(&"UPM".into(), work());
        assert!(matches!(owed.owes[0], Item::Request(_)), "what has no day comes last");
    }

    #[test]
    fn what_has_a_message_of_its_own_today_is_not_told_twice() {
        // Monday 9 March, 09:05: of the request of Thursday and of the question both are reminded.
        let owed = Owed::of(&"UPM".into(), work());
        let (untold, left_out) = owed.untold(&here("2026-03-09T08:05:00Z"), &Calendar::weekdays());
        assert_eq!((untold.owes.len(), left_out), (0, 2));
        let owed = Owed::of(&"UPM".into(), work());
        let (untold, left_out) = owed.untold(&here("2026-03-06T08:05:00Z"), &Calendar::weekdays());
        assert_eq!((untold.owes.len(), left_out), (2, 0));
        let mut quiet = work();
        quiet.commitments.truncate(1);
        quiet.commitments[0].stage = Stage::Open { snoozed_until: Some(date(2026, 3, 10)) };
        let (untold, left_out) =
            Owed::of(&"UOWN".into(), quiet).untold(&here("2026-03-09T08:05:00Z"), &Calendar::weekdays());
        assert_eq!((untold.owes.len(), left_out), (0, 0), "snoozed until tomorrow");
    }

    #[test]
    fn the_week_begins_on_monday_at_nine() {
        assert_eq!(week_due(&here("2026-03-08T12:00:00Z")), None, "Sunday");
        assert_eq!(week_due(&here("2026-03-09T07:59:00Z")), None);
        assert_eq!(week_due(&here("2026-03-09T08:00:00Z")), Some(date(2026, 3, 9)));
        assert_eq!(week_due(&here("2026-03-10T20:00:00Z")), Some(date(2026, 3, 9)));
        assert_eq!(week_due(&here("2026-03-11T08:00:00Z")), None);
    }

    proptest! {
        #[test]
        fn nothing_stands_on_both_sides_and_what_is_over_on_none(
            user in prop::sample::select(vec!["UOWN", "UREP", "UPM", "UX"]), at in 0usize..7,
        ) {
            let mut work = work();
            work.asks = vec![ask(ask_stages()[at].clone())];
            work.introductions =
                stages().into_iter().map(|s| introduction(Direction::Received, s)).collect();
            let (asks, introductions) = (work.asks.clone(), work.introductions.clone());
            let owed = Owed::of(&user.into(), work);
            let both = || owed.owes.iter().chain(&owed.owed);
            for i in &introductions {
                let count = both().filter(|item| **item == Item::Introduction(i.clone())).count();
                prop_assert_eq!(count, usize::from(i.is_open()));
            }
            let asked = both().filter(|item| matches!(item, Item::Ask(_))).count();
            prop_assert!(asked <= usize::from(asks[0].is_open()));
            let days: Vec<Date> = owed.owes.iter().map(|item| item.due().unwrap_or(Date::MAX)).collect();
            prop_assert!(days.is_sorted());
        }
    }
}
