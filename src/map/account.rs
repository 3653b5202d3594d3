//! An account: a company that we sell to or could. What is not an account is not discussed.

use crate::kernel::ids::AccountId;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// As it was first written.
    pub name: String,
    /// Its registrable domain.
    pub domain: Option<String>,
    /// Who of ours owns it: a mention, an address or a name, as written.
    pub owner: Option<String>,
}

impl Account {
    /// `Acme (acme.com)`.
    pub fn label(&self) -> String {
        label(&self.name, self.domain.as_deref())
    }
}

/// `Acme (acme.com)`
pub fn label(name: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) => format!("{name} ({domain})"),
        None => name.to_owned(),
    }
}
