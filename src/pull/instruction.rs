//! The instruction sheet of a partner (A7): the manager says what counts, how often, how and how long to meet, and what
//! never to mention. Every version is kept; what stands on it says which one.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::money::Money;
use crate::map::account_map::involvement::Role;
use crate::map::overlap::Population;

/// Who meets whom (A4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Manager with manager.
    #[default]
    Managers,
    /// With the partner's managers, who carry the accounts to their reps.
    Carriers,
    /// One-to-one with an account's owner.
    Owners,
}

impl Shape {
    /// All of them: as stored, and in words.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Managers, "managers", "manager with manager"),
        (Self::Carriers, "carriers", "with their managers, who carry the accounts to their reps"),
        (Self::Owners, "owners", "one-to-one with an account owner"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(shape, ..)| *shape == self).map_or("managers", |(_, stored, _)| stored)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(shape, ..)| *shape == self).map_or("", |(.., words)| words)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(shape, ..)| *shape)
    }
}

/// How often to meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every week.
    Weekly,
    /// Every two weeks.
    Fortnightly,
    /// Every month.
    Monthly,
    /// Every quarter.
    Quarterly,
}

impl Cadence {
    /// All of them: as stored, and in words; from the quickest to the slowest.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Weekly, "weekly", "every week"),
        (Self::Fortnightly, "fortnightly", "every two weeks"),
        (Self::Monthly, "monthly", "every month"),
        (Self::Quarterly, "quarterly", "every quarter"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(cadence, ..)| *cadence == self).map_or("monthly", |(_, stored, _)| stored)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(cadence, ..)| *cadence == self).map_or("", |(.., words)| words)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(cadence, ..)| *cadence)
    }

    /// The next slower one; the slowest stays.
    pub fn slower(self) -> Self {
        match self {
            Self::Weekly => Self::Fortnightly,
            Self::Fortnightly => Self::Monthly,
            Self::Monthly | Self::Quarterly => Self::Quarterly,
        }
    }

    /// The day of the meeting after one on `day`.
    pub fn after(self, day: Date) -> Date {
        let span = match self {
            Self::Weekly => Span::new().weeks(1),
            Self::Fortnightly => Span::new().weeks(2),
            Self::Monthly => Span::new().months(1),
            Self::Quarterly => Span::new().months(3),
        };
        day.saturating_add(span)
    }
}

/// By which way somebody at the partner is best reached (A14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A message in Slack.
    Slack,
    /// A short e-mail.
    Email,
    /// A comment on their own post.
    Comment,
}

impl Way {
    /// All of them: as stored, and in words.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Slack, "slack", "Slack message"),
        (Self::Email, "email", "short e-mail"),
        (Self::Comment, "comment", "comment on their own post"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(way, ..)| *way == self).map_or("slack", |(_, stored, _)| stored)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, stored, _)| *stored == text).map(|(way, ..)| *way)
    }
}

/// What a sheet says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sheet {
    /// The kinds that count, ours and theirs; none: every kind that has a motion.
    pub kinds: Vec<(Population, Population)>,
    /// The least amount that counts, whatever its currency.
    pub least: Option<Money>,
    /// One overlap of this amount or more is worth a session of its own (A5).
    pub bar: Option<Money>,
    /// The countries that count, as our list writes them; none: all.
    pub regions: Vec<String>,
    /// The partner's roles on an account that count; none: all.
    pub roles: Vec<Role>,
    /// The segments that count, in words: people read them.
    pub segments: String,
    /// How often to meet; `None`: only when something comes up.
    pub cadence: Option<Cadence>,
    /// Who meets whom.
    pub shape: Shape,
    /// How long a planned session takes.
    pub minutes: i64,
    /// How notes to them sound.
    pub tone: String,
    /// Who approves what goes out to them; nobody: their manager.
    pub approvers: Vec<UserId>,
    /// How they are best reached, in this order of preference.
    pub ways: Vec<Way>,
    /// Words that nothing to them may say.
    pub never: Vec<String>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            least: None,
            bar: None,
            regions: Vec::new(),
            roles: Vec::new(),
            segments: String::new(),
            cadence: Some(Cadence::Monthly),
            shape: Shape::Managers,
            minutes: 45,
            tone: String::new(),
            approvers: Vec::new(),
            ways: Vec::new(),
            never: Vec::new(),
        }
    }
}

/// A sheet in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The partner.
    pub partner: PartnerId,
    /// Counts from 1.
    pub version: i64,
    /// What it says.
    pub sheet: Sheet,
    /// Who said it.
    pub by: UserId,
    /// And when.
    pub at: Timestamp,
}

/// What is known of an overlap that a sheet may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it is to us.
    pub ours: Option<Population>,
    /// What it is to them.
    pub theirs: Option<Population>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The account's country, as our list writes it.
    pub country: Option<String>,
    /// What the partner is on the account.
    pub role: Option<Role>,
}

/// `our prospect, their customer`
pub fn kind_words(ours: Population, theirs: Population) -> String {
    format!("our {}, their {}", ours.words(), theirs.words())
}

/// Whether `amount` is at least `bar`; currencies are not told apart, as everywhere in triage.
fn reaches(amount: Option<Money>, bar: Money) -> bool {
    amount.is_some_and(|m| m.hundredths >= bar.hundredths)
}

fn same_country(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl Sheet {
    /// The criteria that an overlap meets, in words; `None` when it misses one. Where a sheet asks for nothing, nothing is said.
    pub fn met(&self, facts: &Facts) -> Option<Vec<String>> {
        let mut met = Vec::new();
        if !self.kinds.is_empty() {
            let kind = facts.ours.zip(facts.theirs).filter(|kind| self.kinds.contains(kind))?;
            met.push(kind_words(kind.0, kind.1));
        }
        if let Some(least) = self.least {
            if !reaches(facts.amount, least) {
                return None;
            }
            met.push(format!("amount over {least}"));
        }
        if !self.regions.is_empty() {
            let country = facts.country.as_deref()?;
            let region = self.regions.iter().find(|region| same_country(region, country))?;
            met.push(format!("in {region}"));
        }
        if !self.roles.is_empty() {
            let role = facts.role.filter(|role| self.roles.contains(role))?;
            met.push(format!("{} partner there", role.as_str()));
        }
        Some(met)
    }

    /// Whether one overlap of this amount is worth a session of its own.
    pub fn is_above_bar(&self, amount: Option<Money>) -> bool {
        self.bar.is_some_and(|bar| reaches(amount, bar))
    }

    /// What counts, in words; `every overlap where one can help the other` where nothing is asked for.
    pub fn criteria_words(&self) -> String {
        let mut parts = Vec::new();
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|(a, b)| kind_words(*a, *b)).collect();
            parts.push(kinds.join(" or "));
        }
        parts.extend(self.least.map(|least| format!("amount over {least}")));
        if !self.regions.is_empty() {
            parts.push(format!("in {}", self.regions.join(" or ")));
        }
        if !self.roles.is_empty() {
            let roles: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
            parts.push(format!("{} partner there", roles.join(" or ")));
        }
        if parts.is_empty() {
            "every overlap where one can help the other".to_owned()
        } else {
            parts.join("; ")
        }
    }

    /// How they meet, in words: `every month, 45 minutes, manager with manager`.
    pub fn rhythm_words(&self) -> String {
        let cadence = self.cadence.map_or("when something comes up", Cadence::words);
        format!("{cadence}, {} minutes, {}", self.minutes, self.shape.words())
    }

    /// The names of the fields in which another sheet differs, for the history.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let fields = [
            (self.kinds != other.kinds, "kinds"),
            (self.least != other.least, "from which amount"),
            (self.bar != other.bar, "amount for a session of its own"),
            (self.regions != other.regions, "countries"),
            (self.roles != other.roles, "roles"),
            (self.segments != other.segments, "segments"),
            (self.cadence != other.cadence, "cadence"),
            (self.shape != other.shape, "who meets whom"),
            (self.minutes != other.minutes, "length"),
            (self.tone != other.tone, "tone"),
            (self.approvers != other.approvers, "approvers"),
            (self.ways != other.ways, "how to reach them"),
            (self.never != other.never, "what never to mention"),
        ];
        fields.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests;
