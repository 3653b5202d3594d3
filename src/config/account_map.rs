//! The account map's settings.

use serde::Deserialize;

/// The account map: from when on what is known of an account counts as old, and where its rooms are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountMap {
    /// An account is cooling when its last touch is more than so many days ago.
    pub cooling_days: u16,
    /// It is dormant when the last touch is more than so many days ago.
    pub dormant_days: u16,
    /// A relationship loses one of its five points with every so many days since somebody last said how strong it is.
    pub fades_days: u16,
    /// The channel in whose threads the rooms of accounts are opened, by its id; without it that of the digest.
    pub rooms_channel: Option<String>,
}

impl Default for AccountMap {
    fn default() -> Self {
        Self { cooling_days: 14, dormant_days: 45, fades_days: 180, rooms_channel: None }
    }
}
