//! What a partner may see of our overlaps with it: decided here and nowhere else.
//!
//! Whatever is shown to a partner, or checked for one, is made of [`shared`] or [`shared_overlap`]; what a note must not
//! say is [`withheld`]. The two are each other's complement: every field of an overlap is in exactly one of them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lists::kinds::Kinds;
use super::overlap::{Motion, Overlap, Population};
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::kernel::money::Money;

/// How much a partner sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Hidden,
    /// How many overlaps there are, by motion.
    Counts,
    /// Each overlap with [`BASIC`].
    Overlaps,
    /// Each overlap with the fields that were chosen.
    Fields,
}

impl Level {
    /// All of them: as stored, in a word, and what it means. From the least to the most.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Hidden, "hidden", "Nothing"),
        (Self::Counts, "counts", "Counts only"),
        (Self::Overlaps, "overlaps", "Overlaps: account, domain and what it is to us"),
        (Self::Fields, "fields", "Overlaps with the fields chosen below"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(level, ..)| *level == self).map_or("hidden", |(_, stored, _)| stored)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(level, ..)| *level)
    }
}

/// A field of an overlap that is ours to share. Their own population is theirs: it goes with the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The account's name.
    Account,
    /// Its domain.
    Domain,
    /// What it is to us.
    OurPopulation,
    /// Who of ours has it.
    Owner,
    /// The deal's amount.
    Amount,
    /// The deal's stage.
    Stage,
}

impl Field {
    /// All of them: as stored, and in words.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Account, "account", "account"),
        (Self::Domain, "domain", "domain"),
        (Self::OurPopulation, "our_population", "what it is to us"),
        (Self::Owner, "owner", "our owner"),
        (Self::Amount, "amount", "amount"),
        (Self::Stage, "stage", "stage"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(field, ..)| *field == self).map_or("account", |(_, stored, _)| stored)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(field, ..)| *field == self).map_or("account", |(.., words)| words)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(field, ..)| *field)
    }
}

/// The fields of a plain overlap: a note may name the account, and nothing of the deal.
pub const BASIC: [Field; 3] = [Field::Account, Field::Domain, Field::OurPopulation];

/// What one partner may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whom it is about.
    pub partner: PartnerId,
    /// Counts the changes; 0 while nobody has set one.
    pub version: i64,
    /// How much.
    pub level: Level,
    /// Which fields, for [`Level::Fields`].
    pub fields: BTreeSet<Field>,
    /// Accounts of which this partner sees nothing at all.
    pub hidden: BTreeSet<AccountId>,
    /// Who set it and when.
    pub set: Option<(UserId, Timestamp)>,
}

impl Rule {
    /// What holds until somebody sets one: overlaps with [`BASIC`].
    pub fn new(partner: &PartnerId) -> Self {
        Self {
            partner: partner.clone(),
            version: 0,
            level: Level::Overlaps,
            fields: BTreeSet::from(BASIC),
            hidden: BTreeSet::new(),
            set: None,
        }
    }

    /// Whether a field of an account that is not hidden is shared.
    pub fn shares(&self, field: Field) -> bool {
        match self.level {
            Level::Hidden | Level::Counts => false,
            Level::Overlaps => BASIC.contains(&field),
            Level::Fields => self.fields.contains(&field),
        }
    }

    /// Whether a note may say by itself who of ours has the account. Whoever writes it decides who introduces; where
    /// fields are chosen, the owner is one of them.
    pub fn names_owner(&self) -> bool {
        self.level == Level::Overlaps || self.shares(Field::Owner)
    }

    /// In words: `overlaps with account, domain, amount; 2 accounts hidden`.
    pub fn words(&self) -> String {
        let fields =
            |fields: &mut dyn Iterator<Item = Field>| fields.map(Field::words).collect::<Vec<_>>().join(", ");
        let mut words = match self.level {
            Level::Hidden => "nothing".to_owned(),
            Level::Counts => "counts only".to_owned(),
            Level::Overlaps => format!("overlaps with {}", fields(&mut BASIC.into_iter())),
            Level::Fields => format!("overlaps with {}", fields(&mut self.fields.iter().copied())),
        };
        if matches!(self.level, Level::Overlaps | Level::Fields) {
            match self.hidden.len() {
                0 => {}
                1 => words.push_str("; 1 account hidden"),
                n => words.push_str(&format!("; {n} accounts hidden")),
            }
        }
        words
    }
}

/// An overlap as its partner may see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SharedOverlap {
    /// The account's name.
    pub account: Option<String>,
    /// Its domain.
    pub domain: Option<String>,
    /// What it is to us.
    pub our_population: Option<Population>,
    /// What it is to them.
    pub their_population: Option<Population>,
    /// Who of ours has it.
    pub owner: Option<String>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The deal's stage.
    pub stage: Option<String>,
    /// When it was last seen.
    pub seen: Option<Timestamp>,
}

/// How many overlaps there are of a motion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The motion; `None` where neither side gains or a side is unknown.
    pub motion: Option<Motion>,
    /// How many.
    pub overlaps: usize,
}

/// What a partner may see of all its overlaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// Nothing.
    Nothing,
    /// Counts by motion.
    Counts(Vec<Count>),
    /// One each.
    Overlaps(Vec<SharedOverlap>),
}

/// What must not be said of an overlap to its partner: the complement of [`SharedOverlap`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Withheld {
    /// The account that it is about.
    pub account: String,
    /// Not even its name may be said.
    pub hidden: bool,
    /// Its domain.
    pub domain: Option<String>,
    /// What it is to us.
    pub our_population: Option<Population>,
    /// Who of ours has it.
    pub owner: Option<String>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The deal's stage.
    pub stage: Option<String>,
}

/// Whether a field of this overlap is shared.
fn is_shared(rule: &Rule, o: &Overlap, field: Field) -> bool {
    rule.partner == o.partner_id
        && o.gone_at.is_none()
        && !rule.hidden.contains(&o.account.id)
        && rule.shares(field)
}

fn owner(o: &Overlap) -> Option<String> {
    o.owner.clone().or_else(|| o.account.owner.clone())
}

/// One overlap as its partner may see it; `None` where it sees nothing of it. An overlap with another partner, or one that
/// is gone, is never shared.
pub fn shared_overlap(rule: &Rule, o: &Overlap) -> Option<SharedOverlap> {
    let shared = |field| is_shared(rule, o, field);
    if !Field::ALL.iter().any(|(field, ..)| shared(*field)) {
        return None;
    }
    Some(SharedOverlap {
        account: shared(Field::Account).then(|| o.account.name.clone()),
        domain: o.account.domain.clone().filter(|_| shared(Field::Domain)),
        our_population: o.our_population.filter(|_| shared(Field::OurPopulation)),
        their_population: o.their_population.filter(|_| shared(Field::Account)),
        owner: owner(o).filter(|_| shared(Field::Owner)),
        amount: o.amount.filter(|_| shared(Field::Amount)),
        stage: o.stage.clone().filter(|_| shared(Field::Stage)),
        seen: Some(o.last_seen),
    })
}

/// What a partner may see of these overlaps.
pub fn shared(rule: &Rule, overlaps: &[Overlap], kinds: &Kinds) -> Shared {
    let theirs = || {
        let seen = |o: &&Overlap| o.partner_id == rule.partner && o.gone_at.is_none();
        overlaps.iter().filter(seen).filter(|o| !rule.hidden.contains(&o.account.id))
    };
    match rule.level {
        Level::Hidden => Shared::Nothing,
        Level::Counts => {
            let motions = [Some(Motion::Ask), Some(Motion::Give), Some(Motion::Joint), None];
            let count =
                |motion| Count { motion, overlaps: theirs().filter(|o| o.motion(kinds) == motion).count() };
            Shared::Counts(motions.into_iter().map(count).filter(|c| c.overlaps > 0).collect())
        }
        Level::Overlaps | Level::Fields => {
            Shared::Overlaps(theirs().filter_map(|o| shared_overlap(rule, o)).collect())
        }
    }
}

/// What a note to the partner must not say of this overlap; `None` where all of it is shared.
pub fn withheld(rule: &Rule, o: &Overlap) -> Option<Withheld> {
    let kept = |field| !is_shared(rule, o, field);
    // Of an account that may be named, its writer may say who has it.
    let owner_is_kept = kept(Field::Owner) && (kept(Field::Account) || !rule.names_owner());
    let withheld = Withheld {
        account: o.account.name.clone(),
        hidden: kept(Field::Account),
        domain: o.account.domain.clone().filter(|_| kept(Field::Domain)),
        our_population: o.our_population.filter(|_| kept(Field::OurPopulation)),
        owner: owner(o).filter(|_| owner_is_kept),
        amount: o.amount.filter(|_| kept(Field::Amount)),
        stage: o.stage.clone().filter(|_| kept(Field::Stage)),
    };
    let nothing = Withheld { account: withheld.account.clone(), ..Withheld::default() };
    (withheld != nothing).then_some(withheld)
}

#[cfg(test)]
mod tests;
