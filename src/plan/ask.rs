//! What a rep asks about an account: it reaches whoever answers for the best-placed partner, shows its state to both, and is
//! remembered until it is closed (B1, B3).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::outcome::Deal;
use super::reminder::waited;
pub use super::request::{Misplaced, Moved};
use crate::kernel::calendar::Calendar;
use crate::kernel::ids::{AccountId, AskId, ContactId, PartnerId, UserId};

/// Working days without an answer before the first reminder.
const PATIENCE_DAYS: i64 = 2;
/// What came of an answer takes its time: it is asked for after so many working days, and again after as many.
const OUTCOME_DAYS: i64 = 5;

/// What is asked about (B1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Whom to talk to.
    Whom,
    /// What they spend with the partner.
    Spend,
    /// What they care about.
    Priorities,
    /// What they run.
    Stack,
    /// An introduction.
    Introduction,
    /// Anything else.
    Other,
}

impl Topic {
    /// All of them with their stored name, their words and the usual question; `{}` stands for the account.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 6] = [
        (Self::Whom, "whom", "Whom to talk to", "Who decides at {}, and who should we talk to first?"),
        (
            Self::Introduction,
            "introduction",
            "An introduction",
            "Who can introduce us at {}, and would they recommend us?",
        ),
        (Self::Spend, "spend", "What they spend", "How much does {} spend with you, and does it grow?"),
        (Self::Priorities, "priorities", "Their priorities", "What are the priorities of {} this year?"),
        (
            Self::Stack,
            "stack",
            "Their tech stack",
            "What does {} run today, and what stands against us there?",
        ),
        (Self::Other, "other", "Something else", ""),
    ];

    /// As stored and carried.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(t, ..)| *t == self).map_or("other", |(_, stored, ..)| stored)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(t, ..)| *t == self).map_or("Something else", |(_, _, words, _)| words)
    }

    /// The usual question about an account.
    pub fn question(self, account: &str) -> String {
        Self::ALL
            .iter()
            .find(|(t, ..)| *t == self)
            .map_or_else(String::new, |(.., question)| question.replace("{}", account))
    }

    /// From what was stored or carried.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, ..)| *stored == text).map(|(topic, ..)| *topic)
    }

    /// What a question is about, by its words; whoever asks can say otherwise.
    pub fn of(question: &str) -> Self {
        let text = question.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        let says = |all: &[&str]| words.iter().any(|word| all.contains(word));
        if says(&["introduce", "introduction", "intro", "introduced", "recommend", "connect"]) {
            Self::Introduction
        } else if says(&["spend", "spends", "spending", "budget", "pay", "pays", "revenue"]) {
            Self::Spend
        } else if says(&[
            "stack", "run", "use", "uses", "using", "tool", "tools", "system", "systems", "vendor",
        ]) && !says(&["who", "whom"])
        {
            Self::Stack
        } else if says(&["priority", "priorities", "roadmap", "goals", "plans", "initiative", "initiatives"])
        {
            Self::Priorities
        } else if says(&["who", "whom", "contact", "owner", "champion"]) {
            Self::Whom
        } else {
            Self::Other
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In words.
    pub text: String,
    /// Who at the partner said it.
    pub said_by: Option<(ContactId, String)>,
    /// On which day.
    pub said_on: Date,
    /// Who of ours passed it on.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// One request of a rep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its id.
    pub id: AskId,
    /// The account.
    pub account_id: AccountId,
    /// Its label, as `Acme (acme.com)`.
    pub account: String,
    /// The partner that may know.
    pub partner_id: PartnerId,
    /// Its name.
    pub partner: String,
    /// Who asks.
    pub requester: UserId,
    /// Who was asked: the partner's manager, or those who stand in.
    pub asked: Vec<UserId>,
    /// What it is about.
    pub topic: Topic,
    /// In the asker's words.
    pub question: String,
    /// Why this partner, in words; may be empty.
    pub why: String,
    /// The message that it was asked from.
    pub link: Option<String>,
    /// Who at the partner was asked.
    pub contact: Option<(ContactId, String)>,
    /// What was answered so far, the oldest first.
    pub answers: Vec<Answer>,
    /// How it stands.
    pub stage: Stage,
    /// Counts up with every move.
    pub version: i64,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for the manager.
    Asked,
    /// Waits for the manager again: this is still missing.
    Missing {
        /// What.
        what: String,
        /// Who said so.
        moved: Moved,
    },
    /// The manager has asked the partner, and waits for them.
    WithPartner(Moved),
    /// Waits for the requester: does it help?
    Answered(Moved),
    /// It is over, and this came of it.
    Closed {
        /// In words.
        came: String,
        /// Whether the deal moved.
        deal: Deal,
        /// Who said so.
        moved: Moved,
    },
    /// The manager cannot find out.
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
    /// The manager has asked this contact.
    PassOn(Option<(ContactId, String)>),
    /// The manager answers.
    Answer(Answer),
    /// The manager cannot find out, and why.
    Decline(String),
    /// For the requester, this is still missing.
    Miss(String),
    /// The requester says what came of it.
    Close(String, Deal),
    /// The requester takes it back.
    Withdraw,
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::PassOn(_) => "ask.asked",
            Self::Answer(_) => "ask.answer",
            Self::Decline(_) => "ask.decline",
            Self::Miss(_) => "ask.missing",
            Self::Close(..) => "ask.close",
            Self::Withdraw => "ask.withdraw",
        }
    }

    /// Whose it is to make.
    pub fn side(&self) -> Side {
        match self {
            Self::PassOn(_) | Self::Answer(_) | Self::Decline(_) => Side::Managers,
            Self::Close(..) => Side::Either,
            Self::Miss(_) | Self::Withdraw => Side::Requester,
        }
    }
}

/// Whose a move is to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those who were asked, and who looks after the partner.
    Managers,
    /// The requester alone.
    Requester,
    /// The requester, else those of the other side: whoever asked may have left.
    Either,
}

impl Ask {
    /// What a move leads to.
    ///
    /// # Errors
    /// [`Misplaced`] when it is over, or waits for something else.
    pub fn moved(mut self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Misplaced> {
        let moved = Moved { by: by.clone(), at };
        let waits = self.waits_for_manager();
        self.stage = match (&self.stage, what) {
            (Stage::Asked | Stage::Missing { .. }, Move::PassOn(contact)) => {
                self.contact = contact;
                Stage::WithPartner(moved)
            }
            (_, Move::Answer(answer)) if waits => {
                self.answers.push(answer);
                Stage::Answered(moved)
            }
            (_, Move::Decline(because)) if waits => Stage::Declined { because, moved },
            (Stage::Answered(_), Move::Miss(what)) => Stage::Missing { what, moved },
            (Stage::Answered(_), Move::Close(came, deal)) => Stage::Closed { came, deal, moved },
            (_, Move::Withdraw) if self.is_open() => Stage::Withdrawn(moved),
            _ => return Err(Misplaced),
        };
        self.version += 1;
        Ok(self)
    }

    /// Whether it still waits for somebody.
    pub fn is_open(&self) -> bool {
        self.waits_for_manager() || matches!(self.stage, Stage::Answered(_))
    }

    /// Whether it waits for an answer.
    pub fn waits_for_manager(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Missing { .. } | Stage::WithPartner(_))
    }

    /// Who must act now; nobody when it is over.
    pub fn waits_for(&self) -> Vec<UserId> {
        if self.waits_for_manager() {
            self.asked.clone()
        } else if self.is_open() {
            vec![self.requester.clone()]
        } else {
            Vec::new()
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
            Stage::Asked => None,
            Stage::Missing { moved, .. }
            | Stage::WithPartner(moved)
            | Stage::Answered(moved)
            | Stage::Closed { moved, .. }
            | Stage::Declined { moved, .. }
            | Stage::Withdrawn(moved) => Some(moved),
        }
    }

    /// Since when it stands as it does.
    pub fn since(&self) -> Timestamp {
        self.last_move().map_or(self.created_at, |m| m.at)
    }

    /// Whether somebody who lives in `zone`, works by `days` and is waited for is to be reminded: the day for which, and the working days
    /// waited so far.
    ///
    /// Of an answer each working day after two; of what came of it each week. The caller sees to it that a day brings
    /// one at most.
    pub fn reminder(&self, now: Timestamp, zone: &TimeZone, days: &Calendar) -> Option<(Date, i64)> {
        let waited = waited(self.since(), now, zone, days)?;
        let today = now.to_zoned(zone.clone()).date();
        if self.waits_for_manager() {
            return (waited >= PATIENCE_DAYS).then_some((today, waited));
        }
        let asks = self.is_open() && waited >= OUTCOME_DAYS;
        // After a downtime, that of the day which it was missed on.
        asks.then(|| {
            let day = (0..waited % OUTCOME_DAYS).fold(today, |day, _| days.before(day));
            (day, waited)
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::request::tests::at;
    use super::*;

    pub(crate) fn moved(by: &str) -> Moved {
        Moved { by: by.into(), at: at("2026-03-06T10:00:00Z") }
    }

    pub(crate) fn answer() -> Answer {
        Answer {
            text: "Dana Reyes runs it, since January".into(),
            said_by: Some(("c1".into(), "Sam Whitfield".into())),
            said_on: date(2026, 3, 5),
            by: "UPM".into(),
            at: at("2026-03-06T10:00:00Z"),
        }
    }

    pub(crate) fn ask(stage: Stage) -> Ask {
        let waits = matches!(stage, Stage::Asked | Stage::WithPartner(_) | Stage::Declined { .. });
        Ask {
            id: "q1".into(),
            account_id: "a1".into(),
            account: "Acme (acme.com)".into(),
            partner_id: "p1".into(),
            partner: "Northwind".into(),
            requester: "UREP".into(),
            asked: vec!["UPM".into()],
            topic: Topic::Whom,
            question: "who runs RevOps there?".into(),
            why: "Sam Whitfield there knows Dana Reyes, 5 of 5".into(),
            link: None,
            contact: matches!(stage, Stage::WithPartner(_)).then(|| ("c1".into(), "Sam Whitfield".into())),
            answers: if waits { vec![] } else { vec![answer()] },
            stage,
            version: 1,
            created_at: at("2026-03-05T15:00:00Z"),
        }
    }

    pub(crate) fn stages() -> [Stage; 7] {
        [
            Stage::Asked,
            Stage::WithPartner(moved("UPM")),
            Stage::Answered(moved("UPM")),
            Stage::Missing { what: "her number".into(), moved: moved("UREP") },
            Stage::Closed { came: "we meet Dana".into(), deal: Deal::Moved, moved: moved("UREP") },
            Stage::Declined { because: "they do not know".into(), moved: moved("UPM") },
            Stage::Withdrawn(moved("UREP")),
        ]
    }

    #[test]
    fn the_topic_is_seen_from_the_question() {
        for (question, topic) in [
            ("who runs RevOps there?", Topic::Whom),
            ("Can Sam introduce us to the CFO?", Topic::Introduction),
            ("what do they spend with you", Topic::Spend),
            ("Which CRM do they use?", Topic::Stack),
            ("what are their priorities this year", Topic::Priorities),
            ("is the renewal safe?", Topic::Other),
            ("who uses the tool?", Topic::Whom),
        ] {
            assert_eq!(Topic::of(question), topic, "{question}");
        }
        for (topic, stored, _, question) in Topic::ALL {
            assert_eq!((topic.as_str(), Topic::stored(stored)), (stored, Some(topic)));
            assert_eq!(topic.question("Acme").contains("Acme"), !question.is_empty());
        }
    }

    #[test]
    fn waits_for_the_manager_then_the_requester_then_nobody() {
        let waiting: Vec<Vec<UserId>> = stages().into_iter().map(|s| ask(s).waits_for()).collect();
        let (pm, rep) = (|| vec![UserId::from("UPM")], || vec![UserId::from("UREP")]);
        assert_eq!(waiting, [pm(), pm(), rep(), pm(), vec![], vec![], vec![]]);
    }

    #[test]
    fn an_answer_is_asked_for_each_working_day_and_the_outcome_each_week() {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let asked = ask(Stage::Asked);
        for (now, expected) in [
            ("2026-03-06T09:00:00Z", None),
            ("2026-03-07T09:00:00Z", None),
            ("2026-03-09T07:59:00Z", None),
            ("2026-03-09T08:00:00Z", Some((date(2026, 3, 9), 2))),
            ("2026-03-10T08:00:00Z", Some((date(2026, 3, 10), 3))),
        ] {
            assert_eq!(asked.reminder(at(now), &zone, &Calendar::weekdays()), expected, "{now}");
        }
        let answered = ask(Stage::Answered(moved("UPM")));
        for (now, expected) in [
            ("2026-03-12T09:00:00Z", None),
            ("2026-03-13T08:00:00Z", Some((date(2026, 3, 13), 5))),
            ("2026-03-16T08:00:00Z", Some((date(2026, 3, 13), 6))),
            ("2026-03-20T08:00:00Z", Some((date(2026, 3, 20), 10))),
        ] {
            assert_eq!(answered.reminder(at(now), &zone, &Calendar::weekdays()), expected, "{now}");
        }
        assert_eq!(
            ask(Stage::Withdrawn(moved("UREP"))).reminder(
                at("2026-03-20T12:00:00Z"),
                &zone,
                &Calendar::weekdays()
            ),
            None
        );
    }

    fn any_move() -> impl Strategy<Value = Move> {
        prop_oneof![
            Just(Move::PassOn(Some(("c1".into(), "Sam Whitfield".into())))),
            Just(Move::Answer(answer())),
            Just(Move::Decline("they do not know".into())),
            Just(Move::Miss("her number".into())),
            Just(Move::Close("we meet Dana".into(), Deal::Moved)),
            Just(Move::Withdraw),
        ]
    }

    proptest! {
        #[test]
        fn only_who_is_waited_for_moves_it_on_and_no_answer_is_lost(
            moves in prop::collection::vec(any_move(), 0..14)
        ) {
            let mut now = ask(Stage::Asked);
            for what in moves {
                let (managers, withdraws) = (what.side() == Side::Managers, what == Move::Withdraw);
                let answers = matches!(what, Move::Answer(_));
                let Ok(after) = now.clone().moved(what, &"U1".into(), at("2026-03-09T10:00:00Z")) else {
                    continue;
                };
                prop_assert!(now.is_open(), "what is over stays over");
                prop_assert!(withdraws || managers == now.waits_for_manager());
                prop_assert_eq!(after.version, now.version + 1);
                prop_assert_eq!(after.answers.len(), now.answers.len() + usize::from(answers));
                prop_assert_eq!(after.is_open(), !after.waits_for().is_empty());
                now = after;
            }
        }
    }
}
