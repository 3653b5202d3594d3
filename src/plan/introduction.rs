//! An introduction: who is introduced to whom by whom, by when, and what came of it.
//!
//! One that is *made* is ours to give: one of ours introduces somebody at the partner. One that is *received* is theirs:
//! somebody at the partner introduces one of ours. Both lead to somebody at the account.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::outcome::Deal;
use super::reminder::{Dated, Reminder};
use super::request::Moved;
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::calendar::{Calendar, add_days, days_between};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, AskId, ContactId, IntroductionId, PartnerId, SessionId, UserId};

/// Two who were introduced are asked after so many days whether they met.
const MEET_WITHIN_DAYS: i64 = 14;
/// What came of a meeting is asked for after so many days.
const OUTCOME_WITHIN_DAYS: i64 = 7;

/// One introduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Its id.
    pub id: IntroductionId,
    /// The account that it leads to.
    pub account_id: AccountId,
    /// Its label, as `Acme (acme.com)`.
    pub account: String,
    /// With which partner.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// Who gives.
    pub direction: Direction,
    /// Who of ours makes it, or is introduced.
    pub ours: UserId,
    /// Who at the partner is introduced, or makes it: their id and name; `None` while nobody is named.
    pub theirs: Option<(ContactId, String)>,
    /// To whom at the account, as written: `Dana Reyes, VP Sales`.
    pub whom: String,
    /// The day by which it is to be made.
    pub due: Date,
    /// How it stands.
    pub stage: Stage,
    /// Reminders are quiet until that day.
    pub snoozed_until: Option<Date>,
    /// The day whose reminder was sent last, at this stage.
    pub reminded: Option<Date>,
    /// The manager was told that nothing happened, at this stage.
    pub escalated: bool,
    /// The rep's request that it answers.
    pub ask: Option<AskId>,
    /// The session that it was agreed in.
    pub session: Option<SessionId>,
    /// Who wrote it down.
    pub created_by: UserId,
    /// Who said that it was made, and when; what others do of it later changes neither.
    pub made: Option<Moved>,
    /// Counts up with every move; a reminder is none.
    pub version: i64,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// Who gives an introduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We do: a give.
    Made,
    /// The partner does: an ask.
    Received,
}

impl Direction {
    /// Both, with the word under which they are stored and carried.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Received, "received"), (Self::Made, "made")];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Received => "received",
        }
    }

    /// From what was stored or carried.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == text).map(|(direction, _)| *direction)
    }
}

/// How an introduction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is asked for.
    Requested,
    /// Whoever makes it said yes.
    Agreed(Moved),
    /// The two were introduced.
    Made(Moved),
    /// They met.
    Met(Moved),
    /// It is over, and this came of it.
    Closed {
        /// In words.
        came: String,
        /// Whether the deal moved.
        deal: Deal,
        /// Who said so.
        moved: Moved,
    },
    /// It will not be made.
    Dropped {
        /// Why.
        because: String,
        /// Who decided.
        moved: Moved,
    },
}

/// What somebody does to an introduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Whoever makes it agrees.
    Agree,
    /// It is made.
    Make,
    /// They met.
    Meet,
    /// This came of it.
    Close(String, Deal),
    /// Remind again on that day.
    Snooze(Date),
    /// It will not be made, and why.
    Drop(String),
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Agree => "introduction.agree",
            Self::Make => "introduction.made",
            Self::Meet => "introduction.met",
            Self::Close(..) => "introduction.close",
            Self::Snooze(_) => "introduction.snooze",
            Self::Drop(_) => "introduction.drop",
        }
    }
}

/// A move that does not fit how the introduction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced;

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// One of ours acts.
    Ours(UserId),
    /// Somebody at the partner does; whoever answers for the partner asks how it stands.
    Theirs,
}

impl Introduction {
    /// What a move leads to. What was done earlier can be said later: steps may be left out, and none is taken twice.
    ///
    /// # Errors
    /// [`Misplaced`].
    pub fn moved(self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Misplaced> {
        let moved = Moved { by: by.clone(), at };
        let is_open = self.is_open();
        let version = self.version + 1;
        let made = self.made.clone();
        let stage = match (&self.stage, what) {
            (_, Move::Snooze(until)) if is_open => {
                return Ok(Self { snoozed_until: Some(until), escalated: false, version, ..self });
            }
            (Stage::Requested, Move::Agree) => Stage::Agreed(moved),
            (Stage::Requested | Stage::Agreed(_), Move::Make) => Stage::Made(moved),
            (Stage::Requested | Stage::Agreed(_) | Stage::Made(_), Move::Meet) => Stage::Met(moved),
            (Stage::Made(_) | Stage::Met(_), Move::Close(came, deal)) => Stage::Closed { came, deal, moved },
            (_, Move::Drop(because)) if is_open => Stage::Dropped { because, moved },
            _ => return Err(Misplaced),
        };
        let made = match &stage {
            Stage::Made(moved) | Stage::Met(moved) => made.or_else(|| Some(moved.clone())),
            _ => made,
        };
        Ok(Self { stage, snoozed_until: None, reminded: None, escalated: false, made, version, ..self })
    }

    /// Whether something is still to be done.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. } | Stage::Dropped { .. })
    }

    /// Whose turn it is; nobody's when it is over.
    pub fn turn(&self) -> Option<Turn> {
        let making = match self.stage {
            Stage::Requested | Stage::Agreed(_) => true,
            Stage::Made(_) | Stage::Met(_) => false,
            Stage::Closed { .. } | Stage::Dropped { .. } => return None,
        };
        // Whoever makes it acts first, whoever is introduced afterwards.
        Some(if making == (self.direction == Direction::Made) {
            Turn::Ours(self.ours.clone())
        } else {
            Turn::Theirs
        })
    }

    /// The last move; `None` while nothing followed the asking.
    pub fn last_move(&self) -> Option<&Moved> {
        match &self.stage {
            Stage::Requested => None,
            Stage::Agreed(moved)
            | Stage::Made(moved)
            | Stage::Met(moved)
            | Stage::Closed { moved, .. }
            | Stage::Dropped { moved, .. } => Some(moved),
        }
    }

    /// By when the next thing is to happen, for somebody who lives in `zone`: it is made, they meet, it is known what came of it.
    pub fn next_due(&self, zone: &TimeZone) -> Option<Date> {
        let after = |moved: &Moved, days| add_days(moved.at.to_zoned(zone.clone()).date(), days);
        match &self.stage {
            Stage::Requested | Stage::Agreed(_) => Some(self.due),
            Stage::Made(moved) => Some(after(moved, MEET_WITHIN_DAYS)),
            Stage::Met(moved) => Some(after(moved, OUTCOME_WITHIN_DAYS)),
            Stage::Closed { .. } | Stage::Dropped { .. } => None,
        }
    }

    /// The reminder that is due for somebody who lives in `zone` and works by `days`, with the day that it stands for.
    pub fn reminder(&self, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<(Date, Reminder)> {
        self.dated(zone)?.reminder(now, zone, days)
    }

    /// Whether the manager is to be told, on the day of a reminder to somebody who lives in `zone`, that nothing happened.
    pub fn is_missed(&self, day: Date, zone: &TimeZone) -> bool {
        !self.escalated && self.dated(zone).is_some_and(|dated| dated.is_missed(day))
    }

    fn dated(&self, zone: &TimeZone) -> Option<Dated> {
        // Agreeing is no step that waits anew for the day.
        let since = match &self.stage {
            Stage::Requested | Stage::Agreed(_) => self.created_at,
            _ => self.last_move().map_or(self.created_at, |m| m.at),
        };
        Some(Dated {
            due: self.next_due(zone)?,
            snoozed_until: self.snoozed_until,
            since,
            reminded: self.reminded,
        })
    }

    /// Whether this person may move it: who is in it, who wrote it down, and who looks after the partner.
    pub fn may_be_moved_by(&self, actor: &Actor) -> bool {
        actor.standing == Standing::Member
            && (actor.user == self.ours
                || actor.user == self.created_by
                || actor.may(Right::Triage, Some(&self.partner_id)))
    }

    /// `Sam Whitfield at Northwind`, or `Northwind` while nobody there is named; not escaped.
    pub fn their_side(&self) -> String {
        match &self.theirs {
            Some((_, name)) => format!("{name} at {}", self.partner),
            None => format!("somebody at {}", self.partner),
        }
    }

    /// Who is introduced to whom by whom, with `ours` as the one of ours is called; not escaped.
    pub fn words(&self, ours: &str) -> String {
        let (by, who) = match self.direction {
            Direction::Made => (ours.to_owned(), self.their_side()),
            Direction::Received => (self.their_side(), ours.to_owned()),
        };
        format!("{by} introduces {who} to {}", self.whom)
    }

    /// When the next thing is to happen, in words on its reader's clock: `to be made by Fri 13 Mar`.
    pub fn due_words(&self, here: &Zoned) -> String {
        let today = here.date();
        let Some(due) = self.next_due(here.time_zone()) else { return String::new() };
        let day = spoken(due, today);
        let late = days_between(due, today);
        let what = match self.stage {
            Stage::Requested | Stage::Agreed(_) => "to be made",
            Stage::Made(_) => "to meet",
            _ => "outcome",
        };
        match late {
            ..=0 => format!("{what} by {day}"),
            1 => format!("1 day late, {what} by {day}"),
            n => format!("{n} days late, {what} by {day}"),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::request::tests::at;
    use super::*;

    pub(crate) fn introduction(direction: Direction, stage: Stage) -> Introduction {
        let made = matches!(stage, Stage::Made(_) | Stage::Met(_));
        Introduction {
            id: "n1".into(),
            account_id: "a1".into(),
            account: "Acme (acme.com)".into(),
            partner_id: "p1".into(),
            partner: "Northwind".into(),
            direction,
            ours: "UREP".into(),
            theirs: Some(("c1".into(), "Sam Whitfield".into())),
            whom: "Dana Reyes, VP Sales".into(),
            due: date(2026, 3, 13),
            stage,
            snoozed_until: None,
            reminded: None,
            escalated: false,
            ask: None,
            session: None,
            created_by: "UPM".into(),
            made: made.then(moved),
            version: 1,
            created_at: at("2026-03-02T12:00:00Z"),
        }
    }

    pub(crate) fn moved() -> Moved {
        Moved { by: "UPM".into(), at: at("2026-03-06T10:00:00Z") }
    }

    pub(crate) fn stages() -> [Stage; 6] {
        let (came, deal) = ("a second meeting is set".to_owned(), Deal::Moved);
        [
            Stage::Requested,
            Stage::Agreed(moved()),
            Stage::Made(moved()),
            Stage::Met(moved()),
            Stage::Closed { came, deal, moved: moved() },
            Stage::Dropped { because: "Dana left".into(), moved: moved() },
        ]
    }

    #[test]
    fn whoever_makes_it_acts_first_and_whoever_is_introduced_afterwards() {
        let turns = |direction| stages().map(|stage| introduction(direction, stage).turn());
        let ours = || Some(Turn::Ours("UREP".into()));
        let theirs = || Some(Turn::Theirs);
        assert_eq!(turns(Direction::Received), [theirs(), theirs(), ours(), ours(), None, None]);
        assert_eq!(turns(Direction::Made), [ours(), ours(), theirs(), theirs(), None, None]);
    }

    #[test]
    fn it_is_remembered_by_its_day_then_by_the_days_after_it_was_made() {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let asked = introduction(Direction::Received, Stage::Requested);
        assert_eq!(asked.reminder(at("2026-03-12T07:59:00Z"), &zone, &Calendar::weekdays()), None);
        assert_eq!(
            asked.reminder(at("2026-03-12T08:00:00Z"), &zone, &Calendar::weekdays()),
            Some((date(2026, 3, 12), Reminder::Ahead))
        );
        let made = introduction(Direction::Received, Stage::Made(moved()));
        assert_eq!(made.next_due(&zone), Some(date(2026, 3, 20)));
        assert_eq!(made.reminder(at("2026-03-12T12:00:00Z"), &zone, &Calendar::weekdays()), None);
        assert_eq!(
            made.reminder(at("2026-03-20T08:00:00Z"), &zone, &Calendar::weekdays()),
            Some((date(2026, 3, 20), Reminder::Today))
        );
        assert!(made.is_missed(date(2026, 3, 26), &zone) && !made.is_missed(date(2026, 3, 25), &zone));
        let told = Introduction { escalated: true, ..made };
        assert!(!told.is_missed(date(2026, 3, 26), &zone), "once at each stage");
    }

    #[test]
    fn the_days_after_it_was_made_are_counted_on_the_readers_clock() {
        // Half past eleven in Greenwich.
        let late = Moved { at: at("2026-03-06T23:30:00Z"), ..moved() };
        let made = introduction(Direction::Received, Stage::Made(late));
        let due = |zone: &str| made.next_due(&TimeZone::get(zone).expect("a zone"));
        assert_eq!(due("UTC"), Some(date(2026, 3, 20)));
        assert_eq!(due("Europe/Stockholm"), Some(date(2026, 3, 21)));
    }

    #[test]
    fn who_made_it_stays_known() {
        let asked = introduction(Direction::Received, Stage::Requested);
        let (maya, alex) = (UserId::from("UPM"), UserId::from("UREP"));
        let made = asked.clone().moved(Move::Make, &maya, at("2026-03-09T10:00:00Z")).expect("made");
        let met = made.moved(Move::Meet, &alex, at("2026-03-10T10:00:00Z")).expect("met");
        let closed = met.moved(Move::Close("a pilot".into(), Deal::Moved), &alex, at("2026-03-11T10:00:00Z"));
        assert_eq!(closed.expect("closed").made, Some(Moved { by: maya, at: at("2026-03-09T10:00:00Z") }));
        // Where nobody said so before they met, it is who says that they did.
        let met = asked.moved(Move::Meet, &alex, at("2026-03-10T10:00:00Z")).expect("met");
        assert_eq!(met.made.map(|m| m.by), Some(alex));
    }

    fn any_move() -> impl Strategy<Value = Move> {
        prop_oneof![
            Just(Move::Agree),
            Just(Move::Make),
            Just(Move::Meet),
            Just(Move::Close("it went well".into(), Deal::NotMoved)),
            Just(Move::Snooze(date(2026, 3, 20))),
            Just(Move::Drop("Dana left".into())),
        ]
    }

    fn place(stage: &Stage) -> usize {
        match stage {
            Stage::Requested => 0,
            Stage::Agreed(_) => 1,
            Stage::Made(_) => 2,
            Stage::Met(_) => 3,
            Stage::Closed { .. } | Stage::Dropped { .. } => 4,
        }
    }

    proptest! {
        #[test]
        fn it_goes_forward_only_and_ends_once(moves in prop::collection::vec(any_move(), 0..12)) {
            let mut now = introduction(Direction::Made, Stage::Requested);
            let by = UserId::from("U1");
            for what in moves {
                let quiet = matches!(what, Move::Snooze(_));
                let Ok(after) = now.clone().moved(what, &by, at("2026-03-09T10:00:00Z")) else { continue };
                prop_assert!(now.is_open(), "what is over stays over");
                prop_assert_eq!(after.version, now.version + 1);
                if quiet {
                    prop_assert_eq!(&after.stage, &now.stage);
                } else {
                    prop_assert!(place(&after.stage) > place(&now.stage));
                    prop_assert_eq!((after.reminded, after.snoozed_until), (None, None));
                }
                prop_assert_eq!(after.is_open(), after.turn().is_some() && after.next_due(&TimeZone::UTC).is_some());
                let reached = place(&after.stage) >= 2 && !matches!(after.stage, Stage::Dropped { .. });
                prop_assert!(!reached || after.made.is_some(), "what was made has a day");
                now = after;
            }
        }
    }
}
