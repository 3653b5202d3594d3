//! `[[feeds]]`: feeds of what partners ship. What of it cannot be used is told where it is used.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;
use super::lists::from_environment;

/// One partner's feed of launches, RSS or Atom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchFeed {
    /// What it is called in messages.
    pub name: String,
    /// Its address.
    pub url: SecretString,
    /// The partner whose launches it tells of.
    pub partner: String,
    /// Looked at so often.
    pub every_minutes: Option<u32>,
    /// Addresses of this machine and of private networks may be asked.
    #[serde(default)]
    pub private_addresses: bool,
}

impl LaunchFeed {
    /// Puts in an address that stands in the environment: `env:NORTHWIND_FEED`.
    pub(super) fn take_secrets(&mut self) -> Result<(), ConfigError> {
        if let Some(found) = from_environment(self.url.expose_secret(), &format!("the feed {}", self.name))? {
            self.url = found;
        }
        Ok(())
    }
}
