//! A play (A19): a campaign that a partner runs with us. It has owners and a ship date, or it is an idea.

mod due;
mod kind;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(super) use self::due::REMIND_AT;
pub use self::due::Reminder;
pub use self::kind::{Audience, Kind};
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::calendar::days_between;
use crate::kernel::dates::spoken;
use crate::kernel::ids::{PartnerId, PlayId, UserId};
use crate::kernel::money::Money;

/// What people say of a play: what may change until it has shipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Who of ours runs it.
    pub owner: Option<UserId>,
    /// Who of theirs does.
    pub their_owner: Option<String>,
    /// The account manager from whom it goes out (A13).
    pub sender: Option<UserId>,
    /// The day on which it goes out, in the owner's zone.
    pub ship: Option<Date>,
    /// That zone, as an IANA name.
    pub zone: String,
    /// Its owner is asked how it stands so often; 0 for never.
    pub check_days: i64,
    /// For whom it is.
    pub audience: Audience,
}

/// What a play cannot start without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nobody of ours.
    OurOwner,
    /// Nobody of theirs.
    TheirOwner,
    /// No day.
    ShipDate,
    /// The day is over.
    LaterDate,
    /// An offer goes out from whoever owns the relationship (A13).
    Sender,
}

impl Missing {
    /// As it stands behind "without".
    pub fn words(self) -> &'static str {
        match self {
            Self::OurOwner => "an owner on our side",
            Self::TheirOwner => "an owner on their side",
            Self::ShipDate => "a ship date",
            Self::LaterDate => "a ship date that is still to come",
            Self::Sender => "the account manager who sends the offer",
        }
    }
}

/// `an owner on their side and a ship date`
pub fn missing_words(missing: &[Missing]) -> String {
    let words: Vec<&str> = missing.iter().map(|m| m.words()).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl Plan {
    /// What it lacks to start, on the day that it is in its owner's zone.
    pub fn missing(&self, today: Date) -> Vec<Missing> {
        let is_offer = self.kind == Kind::Offer;
        let lacks = [
            self.their_owner.is_none().then_some(Missing::TheirOwner),
            self.owner.is_none().then_some(Missing::OurOwner),
            match self.ship {
                None => Some(Missing::ShipDate),
                Some(day) => (day < today).then_some(Missing::LaterDate),
            },
            (is_offer && self.sender.is_none()).then_some(Missing::Sender),
        ];
        lacks.into_iter().flatten().collect()
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// Invitations or notes that went out.
    pub sent: Option<i64>,
    /// Answers, registrations.
    pub replies: Option<i64>,
    /// Meetings.
    pub meetings: Option<i64>,
    /// Pipeline.
    pub pipeline: Option<Money>,
}

impl Results {
    /// `120 sent · 14 replies · 5 meetings · $80k pipeline`; what is not known is left out.
    pub fn words(&self) -> String {
        let count = |n: Option<i64>, one: &str, many: &str| {
            n.map(|n| format!("{} {}", crate::kernel::money::grouped(n), if n == 1 { one } else { many }))
        };
        [
            count(self.sent, "sent", "sent"),
            count(self.replies, "reply", "replies"),
            count(self.meetings, "meeting", "meetings"),
            self.pipeline.map(|m| format!("{m} pipeline")),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
    }
}

/// How a play stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is thought of.
    Idea,
    /// It has owners and a day.
    Running {
        /// Since when.
        since: Timestamp,
        /// The day that was set at the start.
        first: Date,
    },
    /// It went out.
    Shipped {
        /// When it was started.
        since: Timestamp,
        /// The day that was set at the start.
        first: Date,
        /// The day on which it went out.
        on: Date,
        /// Who said so.
        by: UserId,
        /// When.
        at: Timestamp,
        /// What came of it, as far as it is known.
        results: Option<Results>,
    },
    /// It will not go out.
    Dropped {
        /// Why.
        because: String,
        /// Who decided.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// One play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// Its id.
    pub id: PlayId,
    /// With whom.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// What people say of it.
    pub plan: Plan,
    /// How it stands.
    pub stage: Stage,
    /// The day whose reminder was sent last.
    pub reminded: Option<Date>,
    /// Who thought of it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Counts up with every move; a reminder is none.
    pub version: i64,
}

/// What somebody does to a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Says something else of it.
    Edit(Plan),
    /// It starts.
    Start,
    /// It goes out on another day, and why.
    Slip(Date, String),
    /// It stands as planned.
    OnTrack,
    /// It went out that day, with what is known of what came of it.
    Ship(Date, Option<Results>),
    /// What came of it.
    Results(Results),
    /// It will not go out, and why.
    Drop(String),
}

impl Move {
    /// The verb for the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Edit(_) => "play.edit",
            Self::Start => "play.go",
            Self::Slip(..) => "play.move",
            Self::OnTrack => "play.on_track",
            Self::Ship(..) => "play.ship",
            Self::Results(_) => "play.results",
            Self::Drop(_) => "play.drop",
        }
    }
}

/// Why a move is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// It cannot start without these.
    Missing(Vec<Missing>),
    /// It is not at the stage for it.
    Stage,
    /// It has that day already.
    SameDay,
}

impl Play {
    /// What a move leads to; `today` is the owner's date.
    ///
    /// # Errors
    /// [`Blocked`] says why it leads nowhere.
    pub fn moved(self, what: Move, by: &UserId, at: Timestamp) -> Result<Self, Blocked> {
        let today = self.today(at);
        let by = by.clone();
        let mut plan = self.plan.clone();
        let stage = match (self.stage.clone(), what) {
            (stage @ Stage::Idea, Move::Edit(new)) => {
                plan = new;
                stage
            }
            (stage @ Stage::Running { .. }, Move::Edit(new)) => {
                // What runs keeps its day: another one is a move with a reason, and it cannot lose what it started with.
                plan = Plan { ship: plan.ship, ..new };
                let lacks: Vec<Missing> =
                    plan.missing(today).into_iter().filter(|m| *m != Missing::LaterDate).collect();
                if !lacks.is_empty() {
                    return Err(Blocked::Missing(lacks));
                }
                stage
            }
            (Stage::Idea, Move::Start) => {
                let lacks = plan.missing(today);
                match plan.ship {
                    Some(first) if lacks.is_empty() => Stage::Running { since: at, first },
                    _ => return Err(Blocked::Missing(lacks)),
                }
            }
            (Stage::Running { .. }, Move::Slip(to, _)) if plan.ship == Some(to) => {
                return Err(Blocked::SameDay);
            }
            (stage @ Stage::Running { .. }, Move::Slip(to, _)) => {
                plan.ship = Some(to);
                stage
            }
            (stage @ Stage::Running { .. }, Move::OnTrack) => stage,
            (Stage::Running { since, first }, Move::Ship(on, results)) => {
                Stage::Shipped { since, first, on, by, at, results }
            }
            (Stage::Shipped { since, first, on, by, at, .. }, Move::Results(results)) => {
                Stage::Shipped { since, first, on, by, at, results: Some(results) }
            }
            (Stage::Idea | Stage::Running { .. }, Move::Drop(because)) => Stage::Dropped { because, by, at },
            _ => return Err(Blocked::Stage),
        };
        Ok(Self { plan, stage, version: self.version + 1, ..self })
    }

    /// Whether it is an idea or running.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Idea | Stage::Running { .. })
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running { .. })
    }

    /// The zone by whose clock its days are told.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.plan.zone).unwrap_or(TimeZone::UTC)
    }

    /// The day in that zone.
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned(self.time_zone()).date()
    }

    /// Days since it was to go out; `None` while it is not late.
    pub fn late(&self, today: Date) -> Option<i64> {
        let ship = self.plan.ship.filter(|_| self.is_running())?;
        Some(days_between(ship, today)).filter(|days| *days > 0)
    }

    /// How many days later than first planned it goes out, or went; negative for earlier.
    pub fn slipped(&self) -> i64 {
        match &self.stage {
            Stage::Running { first, .. } => self.plan.ship.map_or(0, |ship| days_between(*first, ship)),
            Stage::Shipped { first, on, .. } => days_between(*first, *on),
            Stage::Idea | Stage::Dropped { .. } => 0,
        }
    }

    /// Whether this person may move it: those who run or send it, who thought of it, and who looks after the partner.
    pub fn may_be_moved_by(&self, actor: &Actor) -> bool {
        let theirs = [self.plan.owner.as_ref(), self.plan.sender.as_ref(), Some(&self.created_by)];
        actor.standing == Standing::Member
            && (theirs.contains(&Some(&actor.user)) || actor.may(Right::Triage, Some(&self.partner_id)))
    }

    /// How it stands, in words for `today`; mrkdwn, and complete for whoever reads nothing else.
    pub fn state_words(&self, today: Date) -> String {
        match &self.stage {
            Stage::Idea => match self.plan.missing(today).as_slice() {
                [] => "An idea that can start".to_owned(),
                lacks => format!("An idea: it cannot start without {}", missing_words(lacks)),
            },
            Stage::Running { first, .. } => {
                let day = self.plan.ship.unwrap_or(*first);
                format!("{}{}", ships(day, today), self.slip_words(*first, today))
            }
            Stage::Shipped { first, on, results, .. } => {
                let results = results.map(|r| r.words()).filter(|w| !w.is_empty());
                let results = results.unwrap_or_else(|| "no results yet".to_owned());
                format!("Shipped {}{} · {results}", spoken(*on, today), self.slip_words(*first, today))
            }
            Stage::Dropped { because, by, .. } => {
                format!("Dropped by {}: {}", by.mention(), crate::kernel::text::escape(because))
            }
        }
    }

    fn slip_words(&self, first: Date, today: Date) -> String {
        let days = |n: i64| crate::kernel::age::days(n);
        match self.slipped() {
            0 => String::new(),
            n @ 1.. => format!(", {} later than first planned ({})", days(n), spoken(first, today)),
            n => format!(", {} earlier than first planned ({})", days(-n), spoken(first, today)),
        }
    }
}

/// `Ships Fri 20 Mar, in 11 days`
fn ships(day: Date, today: Date) -> String {
    let words = spoken(day, today);
    match days_between(today, day) {
        0 => format!("Ships today, {words}"),
        1 => format!("Ships tomorrow, {words}"),
        -1 => format!("1 day late, was to ship {words}"),
        n @ 2.. => format!("Ships {words}, in {n} days"),
        n => format!("{} days late, was to ship {words}", -n),
    }
}

#[cfg(test)]
pub(super) mod tests;
