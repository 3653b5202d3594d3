//! An overlap: one account in one of our populations and one of a partner's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Account;
use crate::kernel::ids::{OverlapId, PartnerId, UserId};
use crate::kernel::money::Money;

/// A named slice of a CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Accounts that buy already.
    Customer,
    /// Accounts that could buy.
    Prospect,
    /// Accounts with a deal under way.
    OpenOpportunity,
}

impl Population {
    /// Reads what a column, a field or a person calls a population: `Customers`, `Open Opps`, `lead`; or a list of such
    /// names (`Customers; Enterprise`, or JSON as Crossbeam's API gives it).
    ///
    /// An open opportunity outranks the others, since it says more: a customer with a deal under way is one. `None` for
    /// past and negated ones (`former customer`), for `customers and prospects`, and for names without a telling word.
    pub fn understood(text: &str) -> Option<Self> {
        let found: Vec<Self> = items(text).iter().filter_map(|name| Self::named(name)).collect();
        [Self::OpenOpportunity, Self::Customer, Self::Prospect].into_iter().find(|p| found.contains(p))
    }

    fn named(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let words = || name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        let any = |list: &[&str]| words().any(|word| list.contains(&word));
        if any(&NEGATIONS) {
            return None;
        }
        if any(&["won"]) {
            return Some(Self::Customer);
        }
        // "Closed opportunities" without "won" tell nothing.
        if any(&DEALS) {
            return (!any(&["closed"])).then_some(Self::OpenOpportunity);
        }
        match (any(&CUSTOMERS), any(&PROSPECTS), any(&HOPES)) {
            (true, false, false) => Some(Self::Customer),
            (true, true, _) => None,
            // "Potential customers" are prospects.
            (_, _, true) | (false, true, _) => Some(Self::Prospect),
            (false, false, false) => None,
        }
    }

    /// In words, for sentences: `customer`, `prospect`, `open opportunity`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Prospect => "prospect",
            Self::OpenOpportunity => "open deal",
        }
    }

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Prospect => "prospect",
            Self::OpenOpportunity => "open_opportunity",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Customer, Self::Prospect, Self::OpenOpportunity].into_iter().find(|p| p.as_str() == text)
    }
}

const NEGATIONS: [&str; 15] = [
    "not",
    "no",
    "never",
    "former",
    "ex",
    "lost",
    "churned",
    "churn",
    "past",
    "previous",
    "non",
    "none",
    "inactive",
    "cancelled",
    "lapsed",
];
const DEALS: [&str; 15] = [
    "opp",
    "opps",
    "oppty",
    "opty",
    "opportunity",
    "opportunities",
    "deal",
    "deals",
    "pipeline",
    "negotiation",
    "evaluation",
    "evaluating",
    "oportunidad",
    "opportunité",
    "oportunidade",
];
const CUSTOMERS: [&str; 13] = [
    "customer",
    "customers",
    "cust",
    "client",
    "clients",
    "kunde",
    "kunden",
    "bestandskunde",
    "cliente",
    "clientes",
    "costumer",
    "costumers",
    "existing",
];
const PROSPECTS: [&str; 13] = [
    "prospect",
    "prospects",
    "lead",
    "leads",
    "interessent",
    "prospecto",
    "prospectos",
    "pros",
    "prospecting",
    "mql",
    "sql",
    "suspect",
    "tal",
];
const HOPES: [&str; 4] = ["potential", "prospective", "target", "targets"];

/// The items of a list: JSON as the API gives it, or parts between `;`, `,`, `|`, `/` and line ends.
fn items(text: &str) -> Vec<String> {
    if text.trim_start().starts_with('[')
        && let Ok(serde_json::Value::Array(items)) = serde_json::from_str(text)
    {
        let name = |item: &serde_json::Value| {
            item.as_str().or_else(|| item.get("name").and_then(|name| name.as_str())).map(str::to_owned)
        };
        return items.iter().filter_map(name).collect();
    }
    text.split([';', ',', '|', '\n', '/']).map(str::to_owned).collect()
}

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
    /// What the two populations suggest; `None` while one of them is unknown or neither side gains.
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

    /// The motion in the reader's terms.
    pub fn words(self) -> &'static str {
        match self {
            Self::Give => "a give",
            Self::Ask => "an ask",
            Self::Joint => "joint",
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
    /// The suggested motion.
    pub fn motion(&self) -> Option<Motion> {
        Motion::suggested(self.our_population, self.their_population)
    }

    /// Our Slack user who owns it: named by the deal, else by the account, else whoever looks after it.
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
    pub fn confirm(&mut self, seen: &Sighting, now: Timestamp) -> Vec<String> {
        let mut changes = Vec::new();
        let population = |side: &str, old: Option<Population>, new: Population| match old {
            Some(old) => format!("{side} {} became {} {}", old.words(), article(new.words()), new.words()),
            None => format!("{side} side is {} {}", article(new.words()), new.words()),
        };
        if let Some(new) = seen.our_population.filter(|new| Some(*new) != self.our_population) {
            changes.push(population("our", self.our_population, new));
            self.our_population = Some(new);
        }
        if let Some(new) = seen.their_population.filter(|new| Some(*new) != self.their_population) {
            changes.push(population("their", self.their_population, new));
            self.their_population = Some(new);
        }
        if let Some(new) = seen.amount.filter(|new| Some(*new) != self.amount) {
            changes.push(match self.amount {
                Some(old) => format!("the amount went from {old} to {new}"),
                None => format!("the amount is {new}"),
            });
            self.amount = Some(new);
        }
        if let Some(new) = differing(&seen.stage, &self.stage) {
            changes.push(format!("the stage is {new}"));
            self.stage = Some(new);
        }
        if let Some(new) = differing(&seen.owner, &self.owner) {
            changes.push("the owner changed".to_owned());
            self.owner = Some(new);
        }
        if self.gone_at.take().is_some() {
            changes.push("it is back on the list".to_owned());
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
    let id = match written.strip_prefix("<@") {
        Some(rest) => rest.trim_end_matches('>').split('|').next()?,
        None => written,
    };
    let is_id = id.len() >= 5
        && id.starts_with(['U', 'W'])
        && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    is_id.then(|| id.into())
}

fn differing(seen: &Option<String>, known: &Option<String>) -> Option<String> {
    let seen = seen.as_deref()?;
    let same = known.as_deref().is_some_and(|known| known.trim().eq_ignore_ascii_case(seen.trim()));
    (!same).then(|| seen.to_owned())
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::Population::{self, *};

    #[test]
    fn names_of_populations() {
        for (text, population) in [
            ("Customers", Some(Customer)),
            ("Open Opps", Some(OpenOpportunity)),
            ("Open Opportunities (EMEA)", Some(OpenOpportunity)),
            ("prospect", Some(Prospect)),
            ("Closed Won deal", Some(Customer)),
            ("former customer", None),
            ("customers and prospects", None),
            ("", None),
            ("Customers; Enterprise", Some(Customer)),
            ("Customers; Open Opportunities", Some(OpenOpportunity)),
            ("open_opps", Some(OpenOpportunity)),
            ("Active pipeline Q3", Some(OpenOpportunity)),
            ("Target accounts", Some(Prospect)),
            ("Potential customers", Some(Prospect)),
            ("Non-customers", None),
            ("Closed lost opportunities", None),
            ("EMEA; SMB", None),
            (r#"[{"id": 3, "name": "Prospects"}]"#, Some(Prospect)),
            ("[broken", None),
        ] {
            assert_eq!(Population::understood(text), population, "{text}");
        }
    }
}
