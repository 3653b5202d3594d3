//! An overlap: one account in one of our populations and one of a partner's.

use serde::{Deserialize, Serialize};

/// A named slice of a CRM (`RHYTHM`, Words).
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
