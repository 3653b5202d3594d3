//! How much each thing counts when overlaps are put in order: chosen by the workspace in words, not in numbers.

use serde::{Deserialize, Serialize};

use crate::map::trust::Trust;

/// How much something counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not at all, and it is not said.
    Off,
    /// Half.
    Low,
    /// As shipped.
    #[default]
    Normal,
    /// Twice.
    High,
}

impl Level {
    /// All of them: as stored, and as said.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Off, "off", "Off"),
        (Self::Low, "low", "Low"),
        (Self::Normal, "normal", "Normal"),
        (Self::High, "high", "High"),
    ];

    /// Of a hundred.
    pub const fn percent(self) -> i64 {
        match self {
            Self::Off => 0,
            Self::Low => 50,
            Self::Normal => 100,
            Self::High => 200,
        }
    }

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(level, ..)| *level == self).map_or("normal", |(_, stored, _)| stored)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(level, ..)| *level)
    }
}

/// What can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The deal's amount.
    Amount,
    /// What the two sides are to the account.
    Kind,
    /// Our deal is nearly decided.
    Stage,
    /// What changed, came up or came back lately; and how old the list is.
    Freshness,
    /// How long it waits without anybody.
    Waiting,
    /// Somebody knows somebody inside.
    Trust,
    /// Gives against asks (A10).
    Balance,
    /// It is on an agreed focus list (B2).
    Focus,
    /// Most of what counts with the partner is planned already (A6).
    Saturation,
}

impl Criterion {
    /// All of them: as stored, as the form names them, and what they mean.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 9] = [
        (Self::Amount, "amount", "Amount", "A larger deal comes first."),
        (
            Self::Kind,
            "kind",
            "Kind",
            "What the account is to us and to them: our open deal with their customer comes first.",
        ),
        (Self::Stage, "stage", "Stage", "Our deal is nearly decided."),
        (
            Self::Freshness,
            "freshness",
            "Freshness",
            "What changed, came up or came back this week; an old list counts against it.",
        ),
        (
            Self::Waiting,
            "waiting",
            "Waiting",
            "Open for over five days and nobody has it; more with every week.",
        ),
        (Self::Trust, "trust", "Trust", "Somebody who would open the door knows somebody inside."),
        (Self::Balance, "balance", "Give and ask", "After many asks of a partner a give comes first."),
        (Self::Focus, "focus", "Focus list", "It is on an agreed focus list."),
        (
            Self::Saturation,
            "saturation",
            "Mostly planned already",
            "Most of what counts with the partner is planned already: others come first.",
        ),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(c, ..)| *c == self).map_or("amount", |(_, stored, ..)| stored)
    }
}

/// How much everything counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    amount: Level,
    kind: Level,
    stage: Level,
    freshness: Level,
    waiting: Level,
    trust: Level,
    balance: Level,
    focus: Level,
    saturation: Level,
}

/// As shipped.
pub static NORMAL: Weights = Weights {
    amount: Level::Normal,
    kind: Level::Normal,
    stage: Level::Normal,
    freshness: Level::Normal,
    waiting: Level::Normal,
    trust: Level::Normal,
    balance: Level::Normal,
    focus: Level::Normal,
    saturation: Level::Normal,
};

impl Default for Weights {
    fn default() -> Self {
        NORMAL.clone()
    }
}

impl Weights {
    /// How much this counts.
    pub fn level(&self, criterion: Criterion) -> Level {
        match criterion {
            Criterion::Amount => self.amount,
            Criterion::Kind => self.kind,
            Criterion::Stage => self.stage,
            Criterion::Freshness => self.freshness,
            Criterion::Waiting => self.waiting,
            Criterion::Trust => self.trust,
            Criterion::Balance => self.balance,
            Criterion::Focus => self.focus,
            Criterion::Saturation => self.saturation,
        }
    }

    /// Says how much this counts.
    pub fn set(&mut self, criterion: Criterion, level: Level) {
        let place = match criterion {
            Criterion::Amount => &mut self.amount,
            Criterion::Kind => &mut self.kind,
            Criterion::Stage => &mut self.stage,
            Criterion::Freshness => &mut self.freshness,
            Criterion::Waiting => &mut self.waiting,
            Criterion::Trust => &mut self.trust,
            Criterion::Balance => &mut self.balance,
            Criterion::Focus => &mut self.focus,
            Criterion::Saturation => &mut self.saturation,
        };
        *place = level;
    }

    /// So many of these points, in whole ones.
    pub fn of(&self, criterion: Criterion, points: i64) -> i64 {
        points * self.level(criterion).percent() / 100
    }

    /// Whether it counts at all.
    pub fn counts(&self, criterion: Criterion) -> bool {
        self.level(criterion) != Level::Off
    }

    /// What is not as shipped, in words: `amount high, trust off`; `everything normal`.
    pub fn words(&self) -> String {
        let changed: Vec<String> = Criterion::ALL
            .iter()
            .map(|(c, _, name, _)| (name.to_lowercase(), self.level(*c)))
            .filter(|(_, level)| *level != Level::Normal)
            .map(|(name, level)| format!("{name} {}", level.as_str()))
            .collect();
        if changed.is_empty() { "everything normal".to_owned() } else { changed.join(", ") }
    }
}

/// What the weighing knows of a workspace and of an account beside [`super::priority::About`].
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// How much everything counts.
    pub weights: &'a Weights,
    /// The best trust inside the account that the side has which would open the door.
    pub trust: Option<&'a Trust>,
    /// How much of what counts with the partner is planned already, where that is most of it.
    pub worked: Option<Worked>,
}

impl Default for Beside<'_> {
    fn default() -> Self {
        Self { weights: &NORMAL, trust: None, worked: None }
    }
}

/// How far a partner is worked through (A6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worked {
    /// Overlaps that count and are planned.
    pub planned: i64,
    /// All that count.
    pub all: i64,
}

/// With fewer overlaps that count, nothing is said of how many are planned.
const FEW: i64 = 4;
/// From so many of a hundred on, a partner is worked through.
const MOST: i64 = 70;

impl Worked {
    /// Set where most of it is planned.
    pub fn most(planned: i64, all: i64) -> Option<Self> {
        (all >= FEW && planned * 100 >= all * MOST).then_some(Self { planned, all })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_normal_is_said() {
        let mut weights = Weights::default();
        assert_eq!(weights.words(), "everything normal");
        weights.set(Criterion::Amount, Level::High);
        weights.set(Criterion::Trust, Level::Off);
        weights.set(Criterion::Balance, Level::Low);
        assert_eq!(weights.words(), "amount high, trust off, give and ask low");
    }

    #[test]
    fn a_partner_is_worked_through_when_most_of_what_counts_is_planned() {
        assert_eq!(Worked::most(3, 3), None, "too few to say");
        assert_eq!(Worked::most(6, 9), None);
        assert_eq!(Worked::most(7, 9), Some(Worked { planned: 7, all: 9 }));
    }

    #[test]
    fn what_was_stored_is_read_and_what_is_missing_is_normal() {
        let read = |text: &str| serde_json::from_str::<Weights>(text).unwrap().words();
        assert_eq!(read("{}"), "everything normal");
        assert_eq!(read(r#"{"amount": "off", "of_a_later_version": 3}"#), "amount off");
    }

    fn any_level() -> impl Strategy<Value = Level> {
        prop::sample::select(Level::ALL.map(|(level, ..)| level).to_vec())
    }

    proptest! {
        #[test]
        fn what_is_set_is_kept_and_touches_nothing_else(levels in prop::collection::vec(any_level(), 9), points in -1000i64..1000) {
            let mut weights = Weights::default();
            for ((criterion, ..), level) in Criterion::ALL.iter().zip(&levels) {
                weights.set(*criterion, *level);
            }
            for ((criterion, ..), level) in Criterion::ALL.iter().zip(&levels) {
                prop_assert_eq!(weights.level(*criterion), *level);
                prop_assert_eq!(weights.counts(*criterion), *level != Level::Off);
                prop_assert!(weights.of(*criterion, points).abs() <= 2 * points.abs());
            }
            let text = serde_json::to_string(&weights).unwrap();
            prop_assert_eq!(serde_json::from_str::<Weights>(&text).unwrap(), weights);
        }
    }
}
