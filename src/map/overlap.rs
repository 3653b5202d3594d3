//! An overlap: one account in one of our populations and one of a partner's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::lists::kinds::Kinds;
pub use super::population::Population;
use crate::kernel::ids::{OverlapId, PartnerId, UserId};
use crate::kernel::money::Money;

/// Who hands the account to whom (A2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// We hand the account to the partner.
    Give,
    /// We need the partner's path in.
    Ask,
    /// Both are in the deal.
    Joint,
}

impl Motion {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Give, Self::Ask, Self::Joint];

    /// As stored, and as it stands in a line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Ask => "ask",
            Self::Joint => "joint",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == text)
    }

    /// What the two populations suggest where nobody has set it otherwise (see [`Kinds`]); `None` while one of them is
    /// unknown or neither side gains.
    pub fn suggested(ours: Option<Population>, theirs: Option<Population>) -> Option<Self> {
        use Population::{Customer, OpenOpportunity, Prospect};
        match (ours?, theirs?) {
            (Prospect | OpenOpportunity, Customer) => Some(Self::Ask),
            (Customer, Prospect | OpenOpportunity) => Some(Self::Give),
            (OpenOpportunity, OpenOpportunity) | (Customer, Customer) => Some(Self::Joint),
            (OpenOpportunity, Prospect) | (Prospect, OpenOpportunity) => Some(Self::Joint),
            (Prospect, Prospect) => None,
        }
    }
}

/// Who says that there is an overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A message, by a person or an app: without it nobody says so any more.
    Message,
    /// Somebody, in the form.
    Hand,
    /// The partner's list: what it no longer has is gone.
    List,
}

impl Source {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Hand => "hand",
            Self::List => "list",
        }
    }
}

/// What one source says of one overlap, before it is known which account that is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The account's name as written.
    pub account: String,
    /// Its registrable domain.
    pub domain: Option<String>,
    /// Ours.
    pub our_population: Option<Population>,
    /// The partner's.
    pub their_population: Option<Population>,
    /// Who of ours owns it: a mention, an address or a name, as written.
    pub owner: Option<String>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The deal's stage, as written.
    pub stage: Option<String>,
}

/// What was decided in triage (A9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triage {
    /// Waits for a decision.
    Open,
    /// Goes onto an agenda.
    Planned,
    /// Comes back at that time.
    Snoozed(Timestamp),
    /// Stays away until it changes; the reason.
    Dismissed(String),
}

/// One account with one partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// Its id.
    pub id: OverlapId,
    /// The account.
    pub account: Account,
    /// The partner's id.
    pub partner_id: PartnerId,
    /// The partner's name.
    pub partner: String,
    /// What was last said of it.
    pub our_population: Option<Population>,
    /// The partner's side.
    pub their_population: Option<Population>,
    /// Who of ours owns the deal.
    pub owner: Option<String>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The deal's stage.
    pub stage: Option<String>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When a source last confirmed it.
    pub last_seen: Timestamp,
    /// When the partner's list no longer had it.
    pub gone_at: Option<Timestamp>,
    /// When it last changed.
    pub changed_at: Option<Timestamp>,
    /// What changed then, in words.
    pub change_note: Option<String>,
    /// Where it was decided to go.
    pub triage: Triage,
    /// Who looks after it.
    pub assignee: Option<UserId>,
    /// Who decided last.
    pub decided_by: Option<UserId>,
    /// Counts up with every decision and change.
    pub version: i64,
}

impl Overlap {
    /// The motion that its kind suggests, as the workspace has set it.
    pub fn motion(&self, kinds: &Kinds) -> Option<Motion> {
        kinds.motion(self.our_population, self.their_population)
    }

    /// Who of ours has it, as written: the one it was assigned to, else the deal's or the account's owner.
    pub fn holder(&self) -> Option<String> {
        let assigned = self.assignee.as_ref().map(UserId::mention);
        assigned.or_else(|| self.owner.clone()).or_else(|| self.account.owner.clone())
    }

    /// Who sends a note about it, a Slack user of ours: the relationship is the owner's, whoever looks after the overlap.
    /// Named by the deal, else by the account, else whoever looks after it.
    pub fn owner_user(&self) -> Option<UserId> {
        let written = self.owner.as_deref().or(self.account.owner.as_deref());
        written.and_then(user_of).or_else(|| self.assignee.clone())
    }

    /// `their customer, our open deal ($120k, negotiation)`; what is not known is left out.
    pub fn kind_words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(theirs) = self.their_population {
            parts.push(format!("their {}", theirs.words()));
        }
        if let Some(ours) = self.our_population {
            parts.push(format!("our {}", ours.words()));
        }
        let mut words = parts.join(", ");
        let deal: Vec<String> = self
            .amount
            .iter()
            .map(Money::to_string)
            .chain(self.stage.iter().map(|s| s.to_lowercase()))
            .collect();
        if !deal.is_empty() {
            words = if words.is_empty() { deal.join(", ") } else { format!("{words} ({})", deal.join(", ")) };
        }
        if words.is_empty() { "kind not known yet".to_owned() } else { words }
    }

    /// Takes in what a source says now: what it leaves out stays, what differs is a change.
    /// A dismissed overlap is open again when it changes, and only then (A9).
    pub fn confirm(&mut self, seen: &Sighting, source: Source, now: Timestamp) -> Vec<String> {
        let mut changes: Vec<String> = [
            take_population("our", &mut self.our_population, seen.our_population),
            take_population("their", &mut self.their_population, seen.their_population),
            take_amount(&mut self.amount, seen.amount),
            take_stage(&mut self.stage, seen.stage.as_deref()),
            take_owner(&mut self.owner, seen.owner.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.gone_at.take().is_some() {
            changes.push(match source {
                Source::List => "it is back on the list".to_owned(),
                Source::Message | Source::Hand => "it is back, though the last list lacked it".to_owned(),
            });
        }
        self.last_seen = self.last_seen.max(now);
        if !changes.is_empty() {
            self.changed_at = Some(now);
            self.change_note = Some(changes.join("; "));
            self.version += 1;
            if matches!(self.triage, Triage::Dismissed(_)) {
                self.triage = Triage::Open;
            }
        }
        changes
    }
}

/// The Slack user that a mention or a bare id names.
pub fn user_of(written: &str) -> Option<UserId> {
    let written = written.trim();
    let (id, least) = match written.strip_prefix("<@") {
        Some(rest) => (rest.trim_end_matches('>').split('|').next()?, 2),
        // A shorter word in capitals is a name.
        None => (written, 5),
    };
    let is_id = id.len() >= least
        && id.starts_with(['U', 'W'])
        && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    is_id.then(|| id.into())
}

// Each takes in what is said of one field, and gives the change in words, if it is one.

fn take_population(side: &str, known: &mut Option<Population>, said: Option<Population>) -> Option<String> {
    let new = said.filter(|new| Some(*new) != *known)?;
    Some(match known.replace(new) {
        Some(old) => format!("{side} {} became {} {}", old.words(), article(new.words()), new.words()),
        None => format!("{side} side is {} {}", article(new.words()), new.words()),
    })
}

/// The same figure is the same amount where one of the two has no currency.
fn take_amount(known: &mut Option<Money>, said: Option<Money>) -> Option<String> {
    let mut new = said?;
    let Some(old) = known.replace(new) else { return Some(format!("the amount is {new}")) };
    new.currency = new.currency.or(old.currency);
    if old.hundredths == new.hundredths && old.currency.is_none_or(|old| Some(old) == new.currency) {
        *known = Some(new);
        return None;
    }
    Some(format!("the amount went from {old} to {}", said?))
}

fn take_stage(known: &mut Option<String>, said: Option<&str>) -> Option<String> {
    let new = said?.trim();
    if known.as_deref().is_some_and(|known| known.trim().eq_ignore_ascii_case(new)) {
        return None;
    }
    *known = Some(new.to_owned());
    Some(format!("the stage is {new}"))
}

/// An owner in another notation may be the same person: the one that says most is kept, and nothing has changed.
fn take_owner(known: &mut Option<String>, said: Option<&str>) -> Option<String> {
    let new = said?;
    let (notation, owner) = notation(new);
    let (same_notation, kept) = match known.as_deref().map(self::notation) {
        None => (true, false),
        Some((n, o)) => (n == notation, n > notation || n == notation && o == owner),
    };
    if kept {
        return None;
    }
    *known = Some(new.to_owned());
    same_notation.then(|| "the owner changed".to_owned())
}

/// How an owner is written, and what can be compared of it.
fn notation(owner: &str) -> (Notation, String) {
    let owner = owner.trim();
    match user_of(owner) {
        Some(id) => (Notation::Mention, id.to_string()),
        None if owner.contains('@') => (Notation::Address, owner.to_lowercase()),
        None => (Notation::Name, owner.to_lowercase()),
    }
}

/// The later, the surer it is who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Notation {
    Name,
    Address,
    Mention,
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dismissed() -> Overlap {
        let then = "2026-03-02T08:00:00Z".parse().unwrap();
        Overlap {
            id: "o1".into(),
            account: Account { id: "a1".into(), name: "Acme".into(), domain: None, owner: None },
            partner_id: "p1".into(),
            partner: "Northwind".into(),
            our_population: None,
            their_population: None,
            owner: Some("<@U7>".into()),
            amount: Money::parse("$120k"),
            stage: None,
            first_seen: then,
            last_seen: then,
            gone_at: None,
            changed_at: None,
            change_note: None,
            triage: Triage::Dismissed("too small".into()),
            assignee: None,
            decided_by: None,
            version: 3,
        }
    }

    fn now() -> Timestamp {
        "2026-03-09T08:00:00Z".parse().unwrap()
    }

    fn owned(owner: &str) -> Sighting {
        Sighting { owner: Some(owner.into()), ..Sighting::default() }
    }

    #[test]
    fn another_notation_is_no_change() {
        let mut overlap = dismissed();
        for said in [
            owned("Alex Rivera"),
            owned("alex@example.com"),
            owned("<@U7|alex>"),
            Sighting { amount: Money::parse("120000"), ..Sighting::default() },
            Sighting { amount: Money::parse("120,000 USD"), ..Sighting::default() },
        ] {
            assert_eq!(overlap.confirm(&said, Source::List, now()), Vec::<String>::new(), "{said:?}");
        }
        assert_eq!(overlap, Overlap { owner: overlap.owner.clone(), last_seen: now(), ..dismissed() });
        let mut plain =
            Overlap { owner: Some("Alex Rivera".into()), amount: Money::parse("120000"), ..dismissed() };
        let said = Sighting { amount: Money::parse("$120k"), ..owned("<@U7>") };
        assert_eq!(plain.confirm(&said, Source::Message, now()), Vec::<String>::new());
        assert_eq!((plain.owner.as_deref(), plain.amount), (Some("<@U7>"), Money::parse("$120k")));
    }

    #[test]
    fn what_differs_reopens() {
        for (said, change) in [
            (owned("<@U8>"), "the owner changed"),
            (
                Sighting { amount: Money::parse("€120k"), ..Sighting::default() },
                "the amount went from $120k to €120k",
            ),
            (
                Sighting { amount: Money::parse("150000"), ..Sighting::default() },
                "the amount went from $120k to 150k",
            ),
            (Sighting { stage: Some("legal".into()), ..Sighting::default() }, "the stage is legal"),
        ] {
            let mut overlap = dismissed();
            assert_eq!(overlap.confirm(&said, Source::List, now()), [change]);
            assert_eq!((overlap.triage, overlap.version), (Triage::Open, 4));
        }
    }

    #[test]
    fn only_a_list_brings_back_onto_the_list() {
        let mut overlap = Overlap { gone_at: Some(now()), ..dismissed() };
        let back = overlap.clone().confirm(&Sighting::default(), Source::Message, now());
        assert_eq!(back, ["it is back, though the last list lacked it"]);
        assert_eq!(overlap.confirm(&Sighting::default(), Source::List, now()), ["it is back on the list"]);
    }
}
