//! An overlap: one account in one of our populations and one of a partner's.

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
    /// Reads the name that a column, a field or a person gives to a population: `Customers`, `Open Opps`, `lead`.
    ///
    /// `None` for past and negated ones (`former customer`) and for what names none or several.
    pub fn understood(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let any = |list: &[&str]| words.iter().any(|w| list.contains(w));
        if any(&["not", "no", "never", "former", "ex", "lost", "churned", "past", "previous", "non", "none"])
        {
            return None;
        }
        let customer = any(&[
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
            "won",
            "costumer",
            "costumers",
        ]);
        let prospect = any(&[
            "prospect",
            "prospects",
            "lead",
            "leads",
            "target",
            "targets",
            "prospective",
            "interessent",
            "prospecto",
            "prospectos",
            "pros",
            "prospecting",
        ]);
        let open = any(&[
            "opp",
            "opps",
            "oppty",
            "opportunity",
            "opportunities",
            "deal",
            "deals",
            "pipeline",
            "oportunidad",
            "opportunité",
            "oportunidade",
        ]);
        match (customer && !prospect, prospect && !customer, open) {
            (true, _, false) => Some(Self::Customer),
            (true, _, true) if any(&["won"]) => Some(Self::Customer),
            (_, true, false) => Some(Self::Prospect),
            (false, false, true) if !customer => Some(Self::OpenOpportunity),
            _ => None,
        }
    }

    /// In words, for sentences: `customer`, `prospect`, `open opportunity`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Prospect => "prospect",
            Self::OpenOpportunity => "open opportunity",
        }
    }
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
        ] {
            assert_eq!(Population::understood(text), population, "{text}");
        }
    }
}
