//! The configuration: `tandem.toml` and the environment, validated once.
//!
//! A setting `slack.bot_token` is `bot_token` under `[slack]` in the file, or `TANDEM_SLACK__BOT_TOKEN` in the
//! environment, which wins. Unknown keys are refused. `deploy/tandem.example.toml` explains every setting.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::store::{Synchronous, keys};

mod account_map;
mod agendas;
mod calendars;
mod feeds;
mod lists;
mod pages;
mod sources;
mod working_days;

pub use account_map::AccountMap;
pub use agendas::Agendas;
pub use calendars::CalendarFeed;
pub use feeds::LaunchFeed;
pub use lists::{ListExtent, ListKind, ListSource};
pub use pages::Pages;
pub use working_days::{Closure, WorkingDays};

/// Everything that can be set from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the web server listens.
    pub listen: SocketAddr,
    /// The folder of the SQLite file and of downloads under way.
    pub data_dir: PathBuf,
    /// Postgres; without it SQLite is used. `DATABASE_URL` does the same.
    #[serde(deserialize_with = "sources::given")]
    pub database_url: Option<SecretString>,
    /// The folder of the texts that notes are drafted from, beside those that ship.
    pub templates_folder: Option<PathBuf>,
    /// Slack.
    pub slack: Slack,
    /// The embedded database.
    pub sqlite: Sqlite,
    /// Postgres, where it is used.
    pub postgres: Postgres,
    /// What seals the tokens that are stored.
    pub keys: Keys,
    /// Logging.
    pub log: Log,
    /// Sizes that are refused.
    pub limits: Limits,
    /// How account lists are matched.
    pub lists: Lists,
    /// How what comes in and goes out is worked off, and for how long it is kept.
    pub delivery: Delivery,
    /// The relevance check.
    pub relevance: Relevance,
    /// The account map.
    pub account_map: AccountMap,
    /// On which days people work.
    pub working_days: WorkingDays,
    /// Pages that are opened by a link from Slack.
    pub pages: Pages,
    /// Agendas and pre-reads.
    pub agendas: Agendas,
    /// Where partners' lists come from by themselves.
    pub sources: Vec<ListSource>,
    /// Calendars that are read for sessions that nobody logged.
    pub calendars: Vec<CalendarFeed>,
    /// Feeds of what partners ship.
    pub feeds: Vec<LaunchFeed>,
}

/// How Slack is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slack {
    /// HTTP or Socket Mode.
    pub mode: Mode,
    /// `xoxb-…`
    #[serde(deserialize_with = "sources::given")]
    pub bot_token: Option<SecretString>,
    /// From the app's "Basic Information" page; needed for HTTP.
    #[serde(deserialize_with = "sources::given")]
    pub signing_secret: Option<SecretString>,
    /// `xapp-…`; needed for Socket Mode.
    #[serde(deserialize_with = "sources::given")]
    pub app_token: Option<SecretString>,
    /// From "Basic Information"; with it and the secret, `/slack/install` installs the app. For HTTP only.
    #[serde(deserialize_with = "sources::given")]
    pub client_id: Option<String>,
    /// Beside the client id.
    #[serde(deserialize_with = "sources::given")]
    pub client_secret: Option<SecretString>,
    /// Slack's Web API; another address for tests and the demo.
    pub api_url: String,
    /// The longest that one call may take.
    pub timeout_seconds: u64,
    /// The least time between two messages to one channel.
    pub message_interval_ms: u64,
}

/// The way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Slack posts to us.
    Http,
    /// We hold a web socket to Slack; no public address is needed.
    Socket,
}

/// The embedded database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sqlite {
    /// `full` survives a power cut; `normal` survives the end of the process.
    pub synchronous: Synchronous,
}

/// Postgres, where it is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Postgres {
    /// How many connections a process opens at most.
    pub connections: u32,
}

/// What seals the tokens that are stored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// The file of the keys; without it `tandem.keys` in the data folder.
    pub file: Option<PathBuf>,
    /// The keys themselves, for the environment.
    #[serde(deserialize_with = "sources::given")]
    pub ring: Option<SecretString>,
}

/// Logging.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `auto`: for people on a terminal, JSON otherwise.
    pub format: LogFormat,
    /// What is logged, as `tracing` filters read it.
    pub filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// For machines.
    Json,
}

/// Sizes that are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest list file, in megabytes.
    pub file_megabytes: u64,
}

/// How account lists are matched.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    /// A table of names and domains that are one account.
    pub aliases: Option<PathBuf>,
}

/// How what comes in and goes out is worked off, and for how long it is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// When a process of several is gone, the others take over its work so much later.
    pub lease_seconds: u64,
    /// A message whose call got no answer is looked for so much later: Slack can be late to finish a call.
    pub doubt_seconds: u64,
    /// A part that has work and has not got on for so long is stuck: it is told, and the part is started anew.
    pub stuck_seconds: u64,
    /// What was handled is remembered for so many days, so that a repetition by Slack is recognised.
    pub handled_days: u16,
    /// What was sent and shows nothing that can change is kept for so many days.
    pub sent_days: u16,
    /// A card can be edited, and what was buried can be tried again, for so many days.
    pub shown_days: u16,
}

/// The relevance check of notes to partners.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relevance {
    /// The heaviest level that a rule may reach, by the rule's name; a rule that is not listed may block.
    pub levels: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            templates_folder: None,
            slack: Slack::default(),
            sqlite: Sqlite::default(),
            postgres: Postgres::default(),
            keys: Keys::default(),
            log: Log::default(),
            limits: Limits::default(),
            lists: Lists::default(),
            delivery: Delivery::default(),
            relevance: Relevance::default(),
            account_map: AccountMap::default(),
            working_days: WorkingDays::default(),
            pages: Pages::default(),
            agendas: Agendas::default(),
            sources: Vec::new(),
            calendars: Vec::new(),
            feeds: Vec::new(),
        }
    }
}

impl Default for Slack {
    fn default() -> Self {
        Self {
            mode: Mode::Http,
            bot_token: None,
            signing_secret: None,
            app_token: None,
            client_id: None,
            client_secret: None,
            api_url: "https://slack.com/api/".to_owned(),
            timeout_seconds: 10,
            message_interval_ms: 1000,
        }
    }
}

impl Default for Sqlite {
    fn default() -> Self {
        Self { synchronous: Synchronous::Full }
    }
}

impl Default for Postgres {
    fn default() -> Self {
        Self { connections: 10 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Auto, filter: "info,sqlx=warn,slack_morphism=warn".to_owned() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_megabytes: 100 }
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            lease_seconds: 30,
            doubt_seconds: 15,
            stuck_seconds: 25,
            handled_days: 3,
            sent_days: 30,
            shown_days: 400,
        }
    }
}

/// A configuration that cannot be used: what is wrong and where to set it right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a variable could not be read as a setting. What stands there is not repeated: it may be a secret.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// The file was named but is not there.
    #[error("there is no configuration file {0}")]
    NoFile(PathBuf),
    /// A setting that is needed is missing.
    #[error("{setting} is not set: {fix}")]
    Missing {
        /// Its name.
        setting: &'static str,
        /// Where it comes from.
        fix: &'static str,
    },
    /// A setting that makes no sense.
    #[error("{setting} cannot be {found:?}: {fix}")]
    Wrong {
        /// Its name.
        setting: &'static str,
        /// What was set.
        found: String,
        /// What can be set.
        fix: &'static str,
    },
}

impl Config {
    /// Reads `file` (or `tandem.toml` when it is there) and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|f| !f.exists()) {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let file = file.unwrap_or(Path::new("tandem.toml"));
        let mut config = sources::read(sources::with_environment(sources::file(file)?))?;
        config.sources.iter_mut().try_for_each(ListSource::take_secrets)?;
        config.calendars.iter_mut().try_for_each(CalendarFeed::take_secrets)?;
        config.feeds.iter_mut().try_for_each(LaunchFeed::take_secrets)?;
        Ok(config)
    }

    /// What `tandem serve` needs beside the defaults.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let missing = |setting, fix| Err(ConfigError::Missing { setting, fix });
        self.validate_installation()?;
        if self.slack.bot_token.is_none() && self.slack.client_id.is_none() {
            return missing(
                "slack.bot_token",
                "it is on the app's \"OAuth & Permissions\" page and begins with xoxb-",
            );
        }
        if self.slack.mode == Mode::Http && self.slack.signing_secret.is_none() {
            return missing("slack.signing_secret", "it is on the app's \"Basic Information\" page");
        }
        if self.slack.mode == Mode::Socket && self.slack.app_token.is_none() {
            return missing(
                "slack.app_token",
                "make one with the scope connections:write on \"Basic Information\"; it begins with xapp-",
            );
        }
        if url::Url::parse(&self.slack.api_url).is_err() {
            return Err(ConfigError::Wrong {
                setting: "slack.api_url",
                found: self.slack.api_url.clone(),
                fix: "leave it out, or give a URL such as https://slack.com/api/",
            });
        }
        if let Some(url) = &self.database_url {
            let scheme = url.expose_secret().split(':').next().unwrap_or_default().to_owned();
            if !matches!(scheme.as_str(), "postgres" | "postgresql") {
                return Err(ConfigError::Wrong {
                    setting: "database_url",
                    found: format!("{scheme}:…"),
                    fix: "give a postgres:// URL, or leave it out to use SQLite",
                });
            }
        }
        if let Some(channel) = &self.account_map.rooms_channel
            && !(channel.starts_with(['C', 'G']) && channel.chars().all(|c| c.is_ascii_alphanumeric()))
        {
            return Err(ConfigError::Wrong {
                setting: "account_map.rooms_channel",
                found: channel.clone(),
                fix: "give the channel's id, such as C0123456789: it stands at the end of its details in Slack",
            });
        }
        if !self.pages.has_fit_url() {
            return Err(ConfigError::Wrong {
                setting: "pages.url",
                found: self.pages.url.clone().unwrap_or_default(),
                fix: "give the address by which browsers reach Tandem, such as https://tandem.example.com",
            });
        }
        self.validate_numbers()
    }

    fn validate_numbers(&self) -> Result<(), ConfigError> {
        let (delivery, map, agendas) = (&self.delivery, &self.account_map, &self.agendas);
        let numbers = [
            ("slack.timeout_seconds", self.slack.timeout_seconds, 1..=60, "give 1 to 60; 10 suits most"),
            (
                "postgres.connections",
                self.postgres.connections.into(),
                4..=100,
                "give 4 to 100; 10 suits most",
            ),
            ("delivery.lease_seconds", delivery.lease_seconds, 1..=600, "give 1 to 600; 30 suits most"),
            ("delivery.doubt_seconds", delivery.doubt_seconds, 1..=600, "give 1 to 600; 15 suits most"),
            (
                "delivery.handled_days",
                delivery.handled_days.into(),
                2..=u64::MAX,
                "give 2 or more: what Slack sends again must be recognised, also when either side was out of reach",
            ),
            (
                "delivery.sent_days",
                delivery.sent_days.into(),
                2..=u64::MAX,
                "give 2 or more: what was sent for an event must be known for as long as the event",
            ),
            (
                "delivery.shown_days",
                delivery.shown_days.into(),
                30..=u64::MAX,
                "give 30 or more: decisions on a card come for weeks, and are shown on it",
            ),
            (
                "delivery.stuck_seconds",
                delivery.stuck_seconds,
                self.slack.timeout_seconds + 5..=3600,
                "give 25, or another number up to 3600 that is 5 or more above slack.timeout_seconds",
            ),
            ("account_map.cooling_days", map.cooling_days.into(), 1..=365, "give 1 to 365; 14 suits most"),
            (
                "account_map.dormant_days",
                map.dormant_days.into(),
                u64::from(map.cooling_days) + 1..=730,
                "give 45, or another number up to 730 that is above account_map.cooling_days",
            ),
            ("account_map.fades_days", map.fades_days.into(), 30..=3650, "give 30 to 3650; 180 suits most"),
            ("pages.hours", self.pages.hours.into(), 1..=720, "give 1 to 720; 24 suits most"),
            ("agendas.ahead_days", agendas.ahead_days.into(), 1..=20, "give 1 to 20; 3 suits most"),
            (
                "agendas.load_days",
                agendas.load_days.into(),
                u64::from(agendas.ahead_days) + 1..=30,
                "give 5, or another number up to 30 that is above agendas.ahead_days",
            ),
        ];
        match numbers.into_iter().find(|(_, found, range, _)| !range.contains(found)) {
            None => Ok(()),
            Some((setting, found, _, fix)) => {
                Err(ConfigError::Wrong { setting, found: found.to_string(), fix })
            }
        }
    }

    /// See [`Delivery::stuck_seconds`].
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.delivery.stuck_seconds)
    }

    /// See [`Delivery::lease_seconds`].
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.delivery.lease_seconds)
    }

    /// See [`Delivery::doubt_seconds`].
    pub fn doubt(&self) -> Duration {
        Duration::from_secs(self.delivery.doubt_seconds)
    }

    fn validate_installation(&self) -> Result<(), ConfigError> {
        let slack = &self.slack;
        let fix = "client_id and client_secret belong together; both are on \"Basic Information\"";
        match (&slack.client_id, &slack.client_secret) {
            (Some(_), None) => Err(ConfigError::Missing { setting: "slack.client_secret", fix }),
            (None, Some(_)) => Err(ConfigError::Missing { setting: "slack.client_id", fix }),
            (Some(id), Some(_)) if slack.mode == Mode::Socket => Err(ConfigError::Wrong {
                setting: "slack.client_id",
                found: id.clone(),
                fix: "leave it and client_secret out: the pages that install the app need mode = \"http\"",
            }),
            _ => Ok(()),
        }
    }

    /// Where the keys are that seal what is stored.
    pub fn keys(&self) -> keys::Source {
        match &self.keys.ring {
            Some(ring) => keys::Source::Given(ring.clone()),
            None => keys::Source::File(self.key_file()),
        }
    }

    /// The file of the keys, whether it is there or not.
    pub fn key_file(&self) -> PathBuf {
        self.keys.file.clone().unwrap_or_else(|| self.data_dir.join("tandem.keys"))
    }

    /// The SQLite file.
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("tandem.db")
    }

    /// The longest that one call to Slack may take.
    pub fn slack_timeout(&self) -> Duration {
        Duration::from_secs(self.slack.timeout_seconds)
    }
}

#[cfg(test)]
mod tests;
