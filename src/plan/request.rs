//! A request for an account-planning session: it reaches the partner's manager and shows its state to both (B3).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::reminder::waited;
use crate::kernel::calendar::Calendar;
use crate::kernel::ids::{AccountId, PartnerId, RequestId, UserId};

/// Working days without an answer before the first reminder.
const PATIENCE_DAYS: i64 = 2;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The account that the session is about.
    pub account_id: AccountId,
    /// Its label, as `Acme (acme.com)`.
    pub account: String,
    /// The partner that the session is with.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// Who asks.
    pub requester: UserId,
    /// Who was asked: the partner's manager, or those who stand in.
    pub asked: Vec<UserId>,
    /// The session is wanted by this day.
    pub wanted_by: Date,
    /// What the session is for, as written; may be empty.
    pub goal: String,
    /// How it stands.
    pub stage: Stage,
    /// Counts up with every move.
    pub version: i64,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// Who moved it last, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for the manager. After a proposal that was not taken, it says who asked again and when.
    Asked(Option<Moved>),
    /// A session by that day is agreed.
    Accepted {
        /// The day.
        on: Date,
        /// Who agreed last.
        moved: Moved,
    },
    /// Waits for the requester: the manager can do that day.
    Proposed {
        /// The day.
        on: Date,
        /// Who proposed it.
        moved: Moved,
    },
    /// The manager said no.
    Declined {
        /// Why.
        because: String,
        /// Who said it.
        moved: Moved,
    },
    /// The requester took it back.
    Withdrawn(Moved),
}

/// What somebody does to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// The manager agrees to the day that is wanted.
    Accept,
    /// The manager names another day.
    Propose(Date),
    /// The manager says no, and why.
    Decline(String),
    /// The requester agrees to the proposed day.
    Take,
    /// The requester needs it by the first day all the same.
    Insist,
    /// The requester takes it back.
    Withdraw,
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Accept => "request.accept",
            Self::Propose(_) => "request.propose",
            Self::Decline(_) => "request.decline",
            Self::Take => "request.take",
            Self::Insist => "request.insist",
            Self::Withdraw => "request.withdraw",
        }
    }

    /// Whether it is the manager's to make; the others are the requester's.
    pub fn is_managers(&self) -> bool {
        matches!(self, Self::Accept | Self::Propose(_) | Self::Decline(_))
    }
}

/// A move that does not fit how the request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced;

impl Request {
    /// What a move leads to.
    ///
    /// # Errors
    /// [`Misplaced`] when the request is closed, or waits for something else.
    pub fn moved(self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Misplaced> {
        let moved = Moved { by: by.clone(), at };
        let stage = match (self.stage, what) {
            (Stage::Asked(_), Move::Accept) => Stage::Accepted { on: self.wanted_by, moved },
            (Stage::Proposed { on, .. }, Move::Take) => Stage::Accepted { on, moved },
            (Stage::Asked(_) | Stage::Proposed { .. }, Move::Propose(on)) => Stage::Proposed { on, moved },
            (Stage::Asked(_) | Stage::Proposed { .. }, Move::Decline(because)) => {
                Stage::Declined { because, moved }
            }
            (Stage::Proposed { .. }, Move::Insist) => Stage::Asked(Some(moved)),
            (Stage::Asked(_) | Stage::Proposed { .. }, Move::Withdraw) => Stage::Withdrawn(moved),
            _ => return Err(Misplaced),
        };
        Ok(Self { stage, version: self.version + 1, ..self })
    }

    /// The day that a move would agree to, where it is over on `today`.
    pub fn lapsed(&self, what: &Move, today: Date) -> Option<Date> {
        let day = match (what, &self.stage) {
            (Move::Accept | Move::Insist, _) => self.wanted_by,
            (Move::Take, Stage::Proposed { on, .. }) => *on,
            _ => return None,
        };
        (day < today).then_some(day)
    }

    /// Whether it still waits for somebody.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Asked(_) | Stage::Proposed { .. })
    }

    /// Who must act now; nobody when it is closed.
    pub fn waits_for(&self) -> Vec<UserId> {
        match self.stage {
            Stage::Asked(_) => self.asked.clone(),
            Stage::Proposed { .. } => vec![self.requester.clone()],
            Stage::Accepted { .. } | Stage::Declined { .. } | Stage::Withdrawn(_) => Vec::new(),
        }
    }

    /// Everybody who sees it, each once.
    pub fn readers(&self) -> Vec<UserId> {
        let mut readers = self.asked.clone();
        if !readers.contains(&self.requester) {
            readers.push(self.requester.clone());
        }
        readers
    }

    /// The last move; `None` while nothing followed the asking.
    pub fn last_move(&self) -> Option<&Moved> {
        match &self.stage {
            Stage::Asked(moved) => moved.as_ref(),
            Stage::Accepted { moved, .. }
            | Stage::Proposed { moved, .. }
            | Stage::Declined { moved, .. }
            | Stage::Withdrawn(moved) => Some(moved),
        }
    }

    /// Since when it stands as it does.
    pub fn since(&self) -> Timestamp {
        self.last_move().map_or(self.created_at, |m| m.at)
    }

    /// Whether somebody who lives in `zone` and works by `days` is waited for and to be reminded: working days waited so
    /// far.
    ///
    /// After two working days, on working days, from 09:00. The caller sees to it that a day brings one at most.
    pub fn reminder(&self, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<i64> {
        waited(self.since(), now, zone, days).filter(|waited| self.is_open() && *waited >= PATIENCE_DAYS)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kernel::calendar::{Calendars, countries};

    pub(crate) fn request(stage: Stage) -> Request {
        Request {
            id: "r1".into(),
            account_id: "a1".into(),
            account: "Acme (acme.com)".into(),
            partner_id: "p1".into(),
            partner: "Northwind".into(),
            requester: "UREP".into(),
            asked: vec!["UPM".into()],
            wanted_by: date(2026, 3, 13),
            goal: "get to their VP Sales".into(),
            stage,
            version: 1,
            created_at: at("2026-03-05T15:00:00Z"),
        }
    }

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    pub(crate) fn moved(by: &str) -> Moved {
        Moved { by: by.into(), at: at("2026-03-06T10:00:00Z") }
    }

    fn stages() -> [Stage; 5] {
        let on = date(2026, 3, 17);
        [
            Stage::Asked(None),
            Stage::Proposed { on, moved: moved("UPM") },
            Stage::Accepted { on, moved: moved("UPM") },
            Stage::Declined { because: "no overlap".into(), moved: moved("UPM") },
            Stage::Withdrawn(moved("UREP")),
        ]
    }

    #[test]
    fn every_move_at_every_stage() {
        let other = date(2026, 3, 20);
        let m = moved("U1");
        let moves = [
            Move::Accept,
            Move::Propose(other),
            Move::Decline("no".into()),
            Move::Take,
            Move::Insist,
            Move::Withdraw,
        ];
        let declined = Stage::Declined { because: "no".into(), moved: m.clone() };
        let proposed = Stage::Proposed { on: other, moved: m.clone() };
        let withdrawn = Stage::Withdrawn(m.clone());
        let accepted = |on| Some(Stage::Accepted { on, moved: m.clone() });
        let expected = [
            [
                accepted(date(2026, 3, 13)),
                Some(proposed.clone()),
                Some(declined.clone()),
                None,
                None,
                Some(withdrawn.clone()),
            ],
            [
                None,
                Some(proposed),
                Some(declined),
                accepted(date(2026, 3, 17)),
                Some(Stage::Asked(Some(m.clone()))),
                Some(withdrawn),
            ],
        ];
        for (i, stage) in stages().into_iter().enumerate() {
            for (j, what) in moves.iter().enumerate() {
                let after = request(stage.clone()).moved(what.clone(), &m.by, m.at);
                let wanted = expected.get(i).and_then(|row| row[j].clone());
                match (after, wanted) {
                    (Ok(after), Some(wanted)) => {
                        assert_eq!(after.stage, wanted, "{what:?} at {stage:?}");
                        assert_eq!(after.version, 2);
                    }
                    (Err(Misplaced), None) => {}
                    (after, wanted) => panic!("{what:?} at {stage:?}: {after:?}, wanted {wanted:?}"),
                }
            }
        }
    }

    #[test]
    fn a_day_that_is_over_cannot_be_agreed_to() {
        let proposed = request(Stage::Proposed { on: date(2026, 3, 17), moved: moved("UPM") });
        for (what, wednesday, later) in [
            (Move::Accept, Some(date(2026, 3, 13)), Some(date(2026, 3, 13))),
            (Move::Insist, Some(date(2026, 3, 13)), Some(date(2026, 3, 13))),
            (Move::Take, None, Some(date(2026, 3, 17))),
            (Move::Withdraw, None, None),
        ] {
            assert_eq!(proposed.lapsed(&what, date(2026, 3, 13)), None, "{what:?} on the day");
            assert_eq!(proposed.lapsed(&what, date(2026, 3, 17)), wednesday, "{what:?}");
            assert_eq!(proposed.lapsed(&what, date(2026, 3, 18)), later, "{what:?}");
        }
    }

    #[test]
    fn waits_for_the_manager_then_the_requester_then_nobody() {
        let waiting: Vec<Vec<UserId>> = stages().into_iter().map(|s| request(s).waits_for()).collect();
        assert_eq!(waiting, [vec!["UPM".into()], vec!["UREP".into()], vec![], vec![], vec![]]);
    }

    #[test]
    fn reminds_after_two_working_days_from_nine() {
        let days = Calendar::weekdays();
        // Asked on Thursday 5 March 2026, 16:00 in Stockholm.
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let asked = request(Stage::Asked(None));
        for (now, expected) in [
            ("2026-03-06T09:00:00Z", None),    // Friday: one day
            ("2026-03-07T09:00:00Z", None),    // Saturday
            ("2026-03-09T07:59:00Z", None),    // Monday, 08:59
            ("2026-03-09T08:00:00Z", Some(2)), // Monday, 09:00
            ("2026-03-10T08:00:00Z", Some(3)),
        ] {
            assert_eq!(asked.reminder(at(now), &zone, &days), expected, "{now}");
        }
        // Whoever rests for Easter is reminded after it.
        let asked = Request { created_at: at("2026-04-02T08:00:00Z"), ..asked };
        let sweden = Calendars::default().of(countries::find("SE"));
        for (now, usual, at_home) in [
            ("2026-04-06T10:00:00Z", Some(2), None), // Easter Monday
            ("2026-04-07T10:00:00Z", Some(3), None),
            ("2026-04-08T10:00:00Z", Some(4), Some(2)),
        ] {
            assert_eq!(asked.reminder(at(now), &zone, &days), usual, "{now}");
            assert_eq!(asked.reminder(at(now), &zone, &sweden), at_home, "{now} in Sweden");
        }
        let closed = request(Stage::Withdrawn(moved("UREP")));
        assert_eq!(closed.reminder(at("2026-03-20T12:00:00Z"), &zone, &days), None);
        // A proposal of Friday morning starts the wait anew.
        let proposed = request(Stage::Proposed { on: date(2026, 3, 17), moved: moved("UPM") });
        assert_eq!(proposed.reminder(at("2026-03-09T12:00:00Z"), &zone, &days), None);
        assert_eq!(proposed.reminder(at("2026-03-10T12:00:00Z"), &zone, &days), Some(2));
    }
}
