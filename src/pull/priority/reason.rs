//! Reasons to look at an overlap now, as a person would say them.

use crate::kernel::age;
use crate::map::focus::Side;
use crate::map::overlap::{Motion, Population};
use crate::pull::weights::Worked;

/// One reason to look at it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is on an agreed focus list.
    Focus {
        /// Whose.
        side: Side,
        /// The partner's name.
        partner: String,
    },
    /// It changed on that day.
    Changed {
        /// `Thursday`, or `3 March`.
        day: String,
        /// What, in words.
        what: String,
    },
    /// Its snooze is over.
    Returned,
    /// What the two sides are to the account, and the motion.
    Kind {
        /// Ours.
        ours: Population,
        /// The partner's.
        theirs: Population,
        /// The partner's name.
        partner: String,
        /// Our deal is about to be decided.
        soon: bool,
    },
    /// The same where the workspace has set another motion for the kind.
    Set {
        /// Ours.
        ours: Population,
        /// The partner's.
        theirs: Population,
        /// The motion that was set.
        motion: Option<Motion>,
    },
    /// Nothing that waits with the partner is worth more.
    Largest {
        /// The partner's name.
        partner: String,
    },
    /// The last planned overlaps with this partner were all of one motion (A10).
    Habit {
        /// All of them.
        motion: Motion,
        /// Of this one.
        this: Motion,
        /// How many.
        count: usize,
        /// The partner's name.
        partner: String,
    },
    /// Somebody who would open the door knows somebody inside, in words.
    Trust(String),
    /// Most of what counts with the partner is planned already (A6).
    Worked {
        /// How much of it.
        worked: Worked,
        /// The partner's name.
        partner: String,
    },
    /// Open for so many days and without anybody.
    Waiting(i64),
    /// The partner's list is that many days old.
    Stale {
        /// Its age.
        days: i64,
        /// The partner's name.
        partner: String,
    },
    /// First seen on that day, as in [`Reason::Changed`].
    New(String),
    /// Nothing else is to be said but its age in days.
    Open(i64),
}

impl Reason {
    /// Its place in a phrase.
    pub(super) fn place(&self) -> u8 {
        match self {
            Self::Focus { .. } | Self::Changed { .. } => 0,
            Self::Returned => 1,
            Self::New(_) => 2,
            Self::Kind { .. } | Self::Set { .. } | Self::Habit { .. } => 3,
            Self::Trust(_) => 4,
            Self::Stale { .. } => 5,
            Self::Largest { .. } => 6,
            Self::Worked { .. } => 7,
            Self::Waiting(_) => 8,
            Self::Open(_) => 9,
        }
    }

    /// As a person would say it; not escaped.
    pub fn words(&self) -> String {
        use Population::{Customer, OpenOpportunity, Prospect};
        match self {
            Self::Focus { side, partner } => side.words(partner),
            Self::Changed { day, what } => format!("changed on {day}: {what}"),
            Self::Returned => "back from its snooze".to_owned(),
            Self::Kind { ours, theirs, partner, soon } => match (ours, theirs) {
                (OpenOpportunity, Customer) if *soon => {
                    format!("an ask, and soon: {partner} knows them and our deal is nearly decided")
                }
                (OpenOpportunity, Customer) => format!("an ask: {partner} can open doors for our deal"),
                (Prospect, Customer) => format!("an ask: {partner} can introduce us"),
                (Customer, OpenOpportunity) => format!("a give: we can open doors for {partner}'s deal"),
                (Customer, Prospect) => format!("a give: we can introduce {partner}"),
                (OpenOpportunity, OpenOpportunity) if *soon => {
                    format!("joint, and soon: {partner}'s deal is open and ours is nearly decided")
                }
                (OpenOpportunity, OpenOpportunity) => "joint: both deals are open now".to_owned(),
                (Customer, Customer) => "joint: both of us serve them".to_owned(),
                (OpenOpportunity, Prospect) => format!("joint: {partner} could come into our deal"),
                (Prospect, OpenOpportunity) => format!("joint: we could come into {partner}'s deal"),
                (Prospect, Prospect) => "neither of us is in yet".to_owned(),
            },
            Self::Set { ours, theirs, motion } => {
                let motion = match motion {
                    Some(Motion::Ask) => "an ask",
                    Some(Motion::Give) => "a give",
                    Some(Motion::Joint) => "joint",
                    None => "no motion yet",
                };
                format!("{motion}: our {}, their {}", ours.words(), theirs.words())
            }
            Self::Largest { partner } => format!("the largest amount waiting with {partner}"),
            Self::Habit { motion, this: Motion::Give, count, partner } if *motion != Motion::Give => {
                format!("a give: {}", habit(*motion, *count, partner))
            }
            Self::Habit { motion, count, partner, .. } => habit(*motion, *count, partner),
            Self::Trust(words) => words.clone(),
            Self::Worked { worked, partner } => {
                format!(
                    "{} of the {} that count with {partner} are planned already",
                    worked.planned, worked.all
                )
            }
            Self::Waiting(days) => format!("open for {} and nobody has it", age::days(*days)),
            Self::Stale { days, partner } => {
                format!("{partner}'s list is {} old, so check first", age::days(*days))
            }
            Self::New(day) => format!("new on {day}"),
            Self::Open(days) => format!("open for {}", age::days(*days)),
        }
    }
}

fn habit(motion: Motion, count: usize, partner: &str) -> String {
    let what = match motion {
        Motion::Ask => "our asks",
        Motion::Give => "our gives",
        Motion::Joint => "joint",
    };
    format!("the last {count} with {partner} were {what}")
}
