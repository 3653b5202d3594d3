//! A commitment: who does what for whom by when. It is remembered for its owner until it is closed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::reminder::Dated;
pub use super::reminder::Reminder;
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::calendar::{Calendar, days_between};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, CommitmentId, ContactId, PartnerId, UserId};

/// One commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Its id.
    pub id: CommitmentId,
    /// What is to be done, as written.
    pub text: String,
    /// For whom.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// The account that it is about.
    pub account_id: Option<AccountId>,
    /// Its label.
    pub account: Option<String>,
    /// Who does it; of what somebody at the partner does, who of ours asks how it stands.
    pub owner: UserId,
    /// Who does it, where that is somebody at the partner: their id and name. They are not written to.
    pub theirs: Option<(ContactId, String)>,
    /// The day it is promised for, in the owner's zone.
    pub due: Date,
    /// The owner's zone, as an IANA name.
    pub zone: String,
    /// How it stands.
    pub stage: Stage,
    /// The day whose reminder was sent last.
    pub reminded: Option<Date>,
    /// The manager was told that nothing happened.
    pub escalated: bool,
    /// Who logged it.
    pub created_by: UserId,
    /// Channel and `ts` of the message that it was logged from.
    pub source: Option<(String, String)>,
    /// Counts up with every move; a reminder is none.
    pub version: i64,
    /// When it was logged.
    pub created_at: Timestamp,
}

/// How a commitment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// To be done.
    Open {
        /// Reminders are quiet until that day; the promised day stays what it was.
        snoozed_until: Option<Date>,
    },
    /// It was done.
    Done {
        /// Who said so.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// It will not be done.
    Dropped {
        /// Why.
        because: String,
        /// Who decided.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// What somebody does to a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// It is done.
    Finish,
    /// Remind again on that day.
    Snooze(Date),
    /// It will not be done, and why.
    Drop(String),
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Finish => "commitment.done",
            Self::Snooze(_) => "commitment.snooze",
            Self::Drop(_) => "commitment.drop",
        }
    }
}

/// A move on a commitment that is closed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl Commitment {
    /// What a move leads to.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn moved(self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Closed> {
        let Stage::Open { .. } = self.stage else { return Err(Closed) };
        let by = by.clone();
        let stage = match what {
            Move::Finish => Stage::Done { by, at },
            Move::Snooze(until) => Stage::Open { snoozed_until: Some(until) },
            Move::Drop(because) => Stage::Dropped { because, by, at },
        };
        Ok(Self { stage, escalated: false, version: self.version + 1, ..self })
    }

    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open { .. })
    }

    /// Whether this person may close it: its owner, who logged it, and who looks after the partner.
    pub fn may_be_closed_by(&self, actor: &Actor) -> bool {
        actor.standing == Standing::Member
            && (actor.user == self.owner
                || actor.user == self.created_by
                || actor.may(Right::Triage, Some(&self.partner_id)))
    }

    /// The reminder that is due, with the day that it stands for.
    pub fn reminder(&self, now: Timestamp, days: &Calendar) -> Option<(Date, Reminder)> {
        self.dated()?.reminder(now, &self.time_zone(), days)
    }

    /// Whether the manager is to be told, on the day of a reminder, that nothing happened.
    pub fn is_missed(&self, day: Date) -> bool {
        !self.escalated && self.dated().is_some_and(|dated| dated.is_missed(day))
    }

    fn dated(&self) -> Option<Dated> {
        let Stage::Open { snoozed_until } = self.stage else { return None };
        Some(Dated { due: self.due, snoozed_until, since: self.created_at, reminded: self.reminded })
    }

    /// The zone by whose clock its owner is reminded.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// When it is due, in words for `today`: `due Fri 13 Mar, in 3 days`.
    pub fn due_words(&self, today: Date) -> String {
        let day = spoken(self.due, today);
        match days_between(today, self.due) {
            0 => format!("due today, {day}"),
            1 => format!("due tomorrow, {day}"),
            -1 => format!("1 day late, was due {day}"),
            n @ 2.. => format!("due {day}, in {n} days"),
            n => format!("{} days late, was due {day}", -n),
        }
    }

    /// `Sam Whitfield at Northwind`, where somebody there promised it; not escaped.
    pub fn their_side(&self) -> Option<String> {
        self.theirs.as_ref().map(|(_, name)| format!("{name} at {}", self.partner))
    }

    /// `for Northwind`, `for Northwind, about Acme (acme.com)`, or `from Sam Whitfield at Northwind`; not escaped.
    pub fn whom(&self) -> String {
        let whom = match self.their_side() {
            Some(theirs) => format!("from {theirs}"),
            None => format!("for {}", self.partner),
        };
        match &self.account {
            Some(account) => format!("{whom}, about {account}"),
            None => whom,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kernel::actor::Role;
    use crate::kernel::calendar::{Calendars, countries};

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    pub(crate) fn commitment(due: Date) -> Commitment {
        Commitment {
            id: "c1".into(),
            text: "send the case study".into(),
            partner_id: "p1".into(),
            partner: "Northwind".into(),
            account_id: Some("a1".into()),
            account: Some("Acme (acme.com)".into()),
            owner: "UOWN".into(),
            theirs: None,
            due,
            zone: "Europe/Stockholm".into(),
            stage: Stage::Open { snoozed_until: None },
            reminded: None,
            escalated: false,
            created_by: "UREP".into(),
            source: None,
            version: 1,
            created_at: at("2026-03-02T12:00:00Z"),
        }
    }

    #[test]
    fn every_move_at_every_stage() {
        let now = at("2026-03-06T10:00:00Z");
        let by = UserId::from("U1");
        let stages = [
            Stage::Open { snoozed_until: None },
            Stage::Open { snoozed_until: Some(date(2026, 3, 9)) },
            Stage::Done { by: by.clone(), at: now },
            Stage::Dropped { because: "no".into(), by: by.clone(), at: now },
        ];
        for (i, stage) in stages.into_iter().enumerate() {
            let open = i < 2;
            let with = |what| {
                Commitment { stage: stage.clone(), ..commitment(date(2026, 3, 13)) }.moved(what, &by, now)
            };
            let expected = |stage| if open { Ok((stage, 2)) } else { Err(Closed) };
            let until = date(2026, 3, 16);
            assert_eq!(
                with(Move::Finish).map(|c| (c.stage, c.version)),
                expected(Stage::Done { by: by.clone(), at: now })
            );
            assert_eq!(
                with(Move::Snooze(until)).map(|c| (c.stage, c.version)),
                expected(Stage::Open { snoozed_until: Some(until) })
            );
            assert_eq!(
                with(Move::Drop("moved on".into())).map(|c| (c.stage, c.version)),
                expected(Stage::Dropped { because: "moved on".into(), by: by.clone(), at: now })
            );
        }
    }

    /// Looks every hour and writes down what was sent, as the round does.
    fn sent(mut c: Commitment, from: &str, until: &str, hours: i64) -> Vec<(String, Reminder)> {
        let zone = TimeZone::get(&c.zone).expect("a zone");
        let mut sent = Vec::new();
        let mut now = at(from);
        while now < at(until) {
            if let Some((day, why)) = c.reminder(now, &Calendar::weekdays()) {
                c.reminded = Some(day);
                sent.push((now.to_zoned(zone.clone()).strftime("%a %-d %H:%M").to_string(), why));
            }
            now += jiff::SignedDuration::from_hours(hours);
        }
        sent
    }

    fn shown(all: &[(String, Reminder)]) -> String {
        all.iter().map(|(when, why)| format!("{when} {why:?}\n")).collect()
    }

    #[test]
    fn reminds_the_working_day_before_on_the_day_and_each_third_day() {
        // Monday 9 March; the working day before is Friday 6.
        let all = sent(commitment(date(2026, 3, 9)), "2026-03-02T12:00:00Z", "2026-03-17T00:00:00Z", 1);
        insta::assert_snapshot!(shown(&all), @r"
        Fri 6 09:00 Ahead
        Mon 9 09:00 Today
        Thu 12 09:00 Late(3)
        Sun 15 09:00 Late(6)
        ");
    }

    #[test]
    fn the_working_day_before_may_be_long_before() {
        // Tuesday 7 April 2026 comes after Easter: the working day before is Thursday in Sweden and Monday elsewhere.
        let due = commitment(date(2026, 4, 7));
        let sweden = Calendars::default().of(countries::find("SE"));
        let first = |days: &Calendar| {
            let mut mornings = (1..8).map(|day| at(&format!("2026-04-0{day}T07:00:00Z")));
            mornings.find_map(|now| due.reminder(now, days)).map(|(day, _)| day)
        };
        assert_eq!(first(&sweden), Some(date(2026, 4, 2)));
        assert_eq!(first(&Calendar::weekdays()), Some(date(2026, 4, 6)));
    }

    #[test]
    fn after_a_downtime_one_reminder_and_no_flood() {
        let all = sent(commitment(date(2026, 3, 9)), "2026-03-20T12:00:00Z", "2026-03-22T00:00:00Z", 1);
        insta::assert_snapshot!(shown(&all), @r"
        Fri 20 13:00 Late(11)
        Sat 21 09:00 Late(12)
        ");
    }

    #[test]
    fn whoever_has_just_logged_it_is_not_reminded() {
        let mut today = commitment(date(2026, 3, 2));
        assert_eq!(today.reminder(at("2026-03-02T13:00:00Z"), &Calendar::weekdays()), None);
        today.due = date(2026, 3, 3);
        assert_eq!(today.reminder(at("2026-03-02T13:00:00Z"), &Calendar::weekdays()), None);
        assert_eq!(
            today.reminder(at("2026-03-03T08:00:00Z"), &Calendar::weekdays()),
            Some((date(2026, 3, 3), Reminder::Today))
        );
    }

    #[test]
    fn a_snooze_is_quiet_until_its_day() {
        let snoozed = |until| Commitment {
            stage: Stage::Open { snoozed_until: Some(until) },
            reminded: Some(date(2026, 3, 9)),
            ..commitment(date(2026, 3, 9))
        };
        let all = sent(snoozed(date(2026, 3, 16)), "2026-03-09T10:00:00Z", "2026-03-20T00:00:00Z", 1);
        insta::assert_snapshot!(shown(&all), @r"
        Mon 16 09:00 Late(7)
        Thu 19 09:00 Late(10)
        ");
        // Before the due day: on the day of the snooze, then as always.
        let early = Commitment { due: date(2026, 3, 20), reminded: None, ..snoozed(date(2026, 3, 11)) };
        let all = sent(early, "2026-03-09T10:00:00Z", "2026-03-21T00:00:00Z", 1);
        insta::assert_snapshot!(shown(&all), @r"
        Wed 11 09:00 Back
        Thu 19 09:00 Ahead
        Fri 20 09:00 Today
        ");
    }

    #[test]
    fn owner_creator_and_those_who_look_after_the_partner_may_close() {
        let actor = |user: &str, roles: Vec<(Role, Option<PartnerId>)>| Actor {
            user: user.into(),
            name: user.into(),
            zone: TimeZone::UTC,
            standing: Standing::Member,
            roles,
        };
        let c = commitment(date(2026, 3, 9));
        assert!(c.may_be_closed_by(&actor("UOWN", vec![])));
        assert!(c.may_be_closed_by(&actor("UREP", vec![])));
        assert!(c.may_be_closed_by(&actor("UOPS", vec![(Role::Operations, None)])));
        assert!(c.may_be_closed_by(&actor("UPM", vec![(Role::PartnerManager, Some("p1".into()))])));
        assert!(!c.may_be_closed_by(&actor("UPM", vec![(Role::PartnerManager, Some("p2".into()))])));
        assert!(!c.may_be_closed_by(&actor("UAE", vec![(Role::Rep, None)])));
        let outside = Actor {
            standing: Standing::Outside(crate::kernel::actor::Outside::Guest),
            ..actor("UOWN", vec![])
        };
        assert!(!c.may_be_closed_by(&outside));
    }
}
