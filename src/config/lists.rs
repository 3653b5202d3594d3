//! `[[sources]]`: where partners' lists come from by themselves. What a kind needs is checked where it is used.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;
use super::sources::given;

/// What a secret begins with that stands in the environment and not in the file.
const ENVIRONMENT: &str = "env:";

/// One source of lists.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// What it is called in messages, in the log and in the database.
    pub name: String,
    /// How a list gets here.
    pub kind: ListKind,
    /// Whose list it is; without it each row names its own.
    #[serde(default, deserialize_with = "given")]
    pub partner: Option<String>,
    /// It is only the list of these accounts of the partner's, such as customers.
    #[serde(default, deserialize_with = "given")]
    pub population: Option<String>,
    /// Looked at so often.
    pub every_minutes: Option<u32>,
    /// A list that is older is stale.
    pub expected_days: Option<i64>,
    /// What a list says of what it does not name.
    pub list: Option<ListExtent>,
    /// Addresses of this machine and of private networks may be asked.
    #[serde(default)]
    pub private_addresses: bool,
    /// The folder that is watched.
    pub folder: Option<PathBuf>,
    /// The list's address; of an API, its beginning.
    #[serde(default, deserialize_with = "given")]
    pub url: Option<SecretString>,
    /// Goes with the request, as `Authorization: Bearer`.
    #[serde(default, deserialize_with = "given")]
    pub token: Option<SecretString>,
    /// Signs what is sent to `/hooks/overlaps`.
    #[serde(default, deserialize_with = "given")]
    pub secret: Option<SecretString>,
    /// Of the integration at Crossbeam.
    #[serde(default, deserialize_with = "given")]
    pub client_id: Option<String>,
    /// Beside the client id.
    #[serde(default, deserialize_with = "given")]
    pub client_secret: Option<SecretString>,
    /// Gets a new access token.
    #[serde(default, deserialize_with = "given")]
    pub refresh_token: Option<SecretString>,
    /// Where access tokens are had.
    #[serde(default, deserialize_with = "given")]
    pub token_url: Option<String>,
    /// Ours at Crossbeam.
    #[serde(default, deserialize_with = "given")]
    pub organization: Option<String>,
    /// The partner's id at Crossbeam.
    #[serde(default, deserialize_with = "given")]
    pub partner_id: Option<String>,
    /// PartnerTap's.
    #[serde(default, deserialize_with = "given")]
    pub api_key: Option<SecretString>,
    /// The report at PartnerTap.
    #[serde(default, deserialize_with = "given")]
    pub report: Option<String>,
}

/// How a list gets here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListKind {
    /// A file in a folder.
    Folder,
    /// A file behind an address.
    Url,
    /// Somebody posts to `/hooks/overlaps`.
    Webhook,
    /// Crossbeam's API.
    Crossbeam,
    /// PartnerTap's API.
    PartnerTap,
}

/// What a list says of what it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListExtent {
    /// It is gone.
    Whole,
    /// Nothing.
    Addition,
}

impl ListSource {
    /// Puts in the secrets that stand in the environment: `env:NORTHWIND_TOKEN`.
    pub(super) fn take_secrets(&mut self) -> Result<(), ConfigError> {
        let secrets = [
            &mut self.url,
            &mut self.token,
            &mut self.secret,
            &mut self.client_secret,
            &mut self.refresh_token,
            &mut self.api_key,
        ];
        for secret in secrets.into_iter().flatten() {
            if let Some(found) =
                from_environment(secret.expose_secret(), &format!("the source {}", self.name))?
            {
                *secret = found;
            }
        }
        Ok(())
    }
}

/// The secret that stands in the environment, where a setting says so.
pub(super) fn from_environment(written: &str, whose: &str) -> Result<Option<SecretString>, ConfigError> {
    let Some(name) = written.strip_prefix(ENVIRONMENT) else { return Ok(None) };
    let found = std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    found.map(|text| Some(SecretString::from(text))).ok_or_else(|| {
        ConfigError::Unreadable(format!("{whose} takes a secret from the variable {name}, which is not set"))
    })
}
