//! The agenda of a session (A8): which accounts, in which order, and why. What a session is comes later; here it is its
//! length and the accounts that it was set up for.

pub mod brief;

use jiff::civil::Date;

use crate::kernel::dates::spoken;
use crate::kernel::ids::AccountId;
use crate::map::focus::Side;
use crate::map::overlap::Motion;

/// An account that was talked about comes back from the focus list after so many days.
pub const RESTS_DAYS: i64 = 28;

/// Why an account is on that its session was set up for: true of most, and said where nothing else is.
pub const NAMED_FOR: &str = "the session was set up for it";

/// So many accounts a session of this length covers at most (A5): five in 45 minutes, three in 30, one in 15.
pub fn room(minutes: i64) -> usize {
    match minutes {
        ..30 => 1,
        30..45 => 3,
        _ => 5,
    }
}

/// Why an account belongs on an agenda. Whatever stands earlier here comes earlier there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The session was set up for it; its place among those.
    Named(usize),
    /// A session on it was asked for.
    Asked {
        /// By that day.
        until: Date,
        /// By whom: a name.
        by: String,
        /// What for; may be empty.
        goal: String,
    },
    /// The last session that was to be about it did not get to it.
    Left {
        /// When that was.
        on: Date,
    },
    /// Something that was promised on it is late.
    Late {
        /// How much of it.
        count: usize,
    },
    /// Triage put it here.
    Planned {
        /// When.
        on: Date,
        /// Who: a name.
        by: Option<String>,
    },
    /// It is on an agreed focus list with the partner.
    Focus(Side),
    /// Something is promised on it and not done yet.
    Promised {
        /// How much.
        count: usize,
    },
}

impl Ground {
    /// As a person would say it; not escaped.
    pub fn words(&self, partner: &str, today: Date) -> String {
        match self {
            Self::Named(_) => NAMED_FOR.to_owned(),
            Self::Asked { until, by, goal } if goal.is_empty() => {
                format!("{by} asked for a session on it by {}", spoken(*until, today))
            }
            Self::Asked { until, by, goal } => {
                format!(
                    "{by} asked for a session on it by {}: {}",
                    spoken(*until, today),
                    goal.trim_end_matches('.')
                )
            }
            Self::Left { on } => format!("not reached on {}", spoken(*on, today)),
            Self::Late { count: 1 } => "a commitment on it is late".to_owned(),
            Self::Late { count } => format!("{count} commitments on it are late"),
            Self::Planned { on, by: Some(by) } => {
                format!("planned in triage by {by} on {}", spoken(*on, today))
            }
            Self::Planned { on, by: None } => format!("planned in triage on {}", spoken(*on, today)),
            Self::Focus(side) => side.words(partner),
            Self::Promised { count: 1 } => "a commitment on it is open".to_owned(),
            Self::Promised { count } => format!("{count} commitments on it are open"),
        }
    }

    /// Its place among the others, whatever it says.
    fn rank(&self) -> u8 {
        match self {
            Self::Named(_) => 0,
            Self::Asked { .. } => 1,
            Self::Left { .. } => 2,
            Self::Late { .. } => 3,
            Self::Planned { .. } => 4,
            Self::Focus(_) => 5,
            Self::Promised { .. } => 6,
        }
    }

    /// What decides among those of one rank: the order of the session, the day that was asked for.
    fn place(&self) -> i64 {
        match self {
            Self::Named(place) => i64::try_from(*place).unwrap_or(i64::MAX),
            Self::Asked { until, .. } => i64::from(until.year()) * 400 + i64::from(until.day_of_year()),
            _ => 0,
        }
    }
}

/// An account that may come on the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What we and the partner would do for each other there.
    pub motion: Option<Motion>,
    /// What it is worth: more comes first among those of one ground.
    pub score: i64,
    /// Why it may come on; without any it does not.
    pub grounds: Vec<Ground>,
    /// When it was last talked about in a session with the partner.
    pub talked: Option<Date>,
}

impl Candidate {
    /// The ground that counts first.
    fn first(&self) -> Option<&Ground> {
        self.grounds.iter().min_by_key(|g| (g.rank(), g.place()))
    }

    fn is_named(&self) -> bool {
        self.grounds.iter().any(|g| matches!(g, Ground::Named(_)))
    }

    /// The first is the first: by ground, then by what it is worth, then by name, so that one input has one order.
    fn key(&self) -> (u8, i64, std::cmp::Reverse<i64>, String, &AccountId) {
        let (rank, place) = self.first().map_or((u8::MAX, 0), |g| (g.rank(), g.place()));
        (rank, place, std::cmp::Reverse(self.score), self.name.to_lowercase(), &self.account)
    }
}

/// An account on an agenda, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The account.
    pub candidate: Candidate,
    /// It stands here because everything else asks something of the partner.
    pub for_balance: bool,
}

impl Chosen {
    /// Why it is on, in words, the weightiest first; not escaped.
    pub fn because(&self, partner: &str, today: Date) -> Vec<String> {
        let mut grounds: Vec<&Ground> = self.candidate.grounds.iter().collect();
        grounds.sort_by_key(|g| (g.rank(), g.place()));
        let mut words: Vec<String> = grounds.into_iter().map(|g| g.words(partner, today)).collect();
        if self.for_balance {
            words.push(format!("a give, where everything else asks something of {partner}"));
        }
        words
    }
}

/// What a session is to cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// In the order in which they are talked about.
    pub chosen: Vec<Chosen>,
    /// Those for which there was no room, the next first.
    pub waiting: Vec<Chosen>,
}

impl Agenda {
    /// Whether all of it asks something of the partner: nothing on it is for them (A10).
    pub fn only_asks(&self) -> bool {
        !self.chosen.is_empty() && self.chosen.iter().all(|c| c.candidate.motion == Some(Motion::Ask))
    }
}

/// Composes the agenda of a session of that many minutes.
///
/// Accounts that the session was set up for come first, in its order. Where the rest would only ask something of the
/// partner, a give takes the last place that is free, because a session has value for both sides.
pub fn compose(minutes: i64, candidates: Vec<Candidate>) -> Agenda {
    let mut all: Vec<Candidate> = candidates.into_iter().filter(|c| !c.grounds.is_empty()).collect();
    all.sort_by(|a, b| a.key().cmp(&b.key()));
    let named = all.iter().filter(|c| c.is_named()).count();
    // Whoever set the session up knows better how many they can cover.
    let room = room(minutes).max(named);
    let plain = |candidate| Chosen { candidate, for_balance: false };
    let mut chosen: Vec<Chosen> = all.into_iter().map(plain).collect();
    let mut waiting = chosen.split_off(room.min(chosen.len()));
    let asks = |c: &Chosen| c.candidate.motion == Some(Motion::Ask);
    let free = chosen.last().is_some_and(|last| !last.candidate.is_named());
    if chosen.len() > 1
        && free
        && chosen.iter().all(asks)
        && let Some(at) = waiting.iter().position(|c| c.candidate.motion == Some(Motion::Give))
    {
        let mut give = waiting.remove(at);
        give.for_balance = true;
        if let Some(put_off) = chosen.pop() {
            waiting.insert(0, put_off);
        }
        chosen.push(give);
    }
    Agenda { chosen, waiting }
}

/// The same with the accounts that somebody chose, in their order; whatever else may come on waits.
pub fn compose_of(chosen: &[AccountId], candidates: Vec<Candidate>) -> Agenda {
    let place = |c: &Candidate| chosen.iter().position(|id| *id == c.account);
    let mut all: Vec<Candidate> = candidates;
    all.sort_by(|a, b| a.key().cmp(&b.key()));
    let (mut on, off): (Vec<Candidate>, Vec<Candidate>) = all.into_iter().partition(|c| place(c).is_some());
    on.sort_by_key(|c| place(c));
    let plain = |candidate| Chosen { candidate, for_balance: false };
    let off = off.into_iter().filter(|c| !c.grounds.is_empty());
    Agenda { chosen: on.into_iter().map(plain).collect(), waiting: off.map(plain).collect() }
}

#[cfg(test)]
mod tests;
