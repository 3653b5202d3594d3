//! `[[calendars]]`: calendars that are read for sessions that nobody logged.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;
use super::lists::from_environment;
use super::sources::given;

/// One calendar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarFeed {
    /// What it is called in messages.
    pub name: String,
    /// Its address, which is secret: whoever has it reads the calendar.
    pub url: SecretString,
    /// The partner whose sessions it shows, where an entry names none.
    #[serde(default, deserialize_with = "given")]
    pub partner: Option<String>,
    /// Looked at so often.
    pub every_minutes: Option<u32>,
    /// Addresses of this machine and of private networks may be asked.
    #[serde(default)]
    pub private_addresses: bool,
}

impl CalendarFeed {
    /// Puts in an address that stands in the environment: `env:TEAM_CALENDAR`.
    pub(super) fn take_secrets(&mut self) -> Result<(), ConfigError> {
        if let Some(found) =
            from_environment(self.url.expose_secret(), &format!("the calendar {}", self.name))?
        {
            self.url = found;
        }
        Ok(())
    }
}
