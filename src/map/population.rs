//! Populations: what a CRM calls its slices, and how their names are read.

use serde::{Deserialize, Serialize};

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
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Prospect, Self::OpenOpportunity];

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

    /// In words, for sentences: `customer`, `prospect`, `open deal`.
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
        Self::ALL.into_iter().find(|p| p.as_str() == text)
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
