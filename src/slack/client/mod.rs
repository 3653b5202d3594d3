//! The one client out: slack-morphism's HTTP client with a time-out, a memory of 429s and plain error classes.
//!
//! Bodies and replies are JSON values, because typed models lose what they do not know (message metadata above all).

mod download;
mod error;
mod oauth;
mod web;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig as TlsConfig;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use tokio::time::Instant;
use url::Url;

pub use download::DownloadError;
pub use error::{CallError, channel_refused};
pub use oauth::{Access, Grant};
pub use web::{Posted, Stretch, key_metadata};

use super::pace::Pace;
use crate::kernel::meters::Meters;
use crate::kernel::{pulse, tls};

type Connector = SlackClientHyperConnector<HttpsConnector<HttpConnector>>;

/// Assumed where Slack answers 429 and does not say how long.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// How to reach Slack.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The Web API without a method, such as `https://slack.com/api`.
    pub api_url: String,
    /// `xoxb-…`
    pub bot_token: SecretString,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<SecretString>,
    /// For each call, from the first byte out to the last byte in.
    pub timeout: Duration,
    /// Between two messages to one channel; Slack allows one a second.
    pub pace: Duration,
    /// Counts what fails.
    pub meters: Meters,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientSetupError {
    /// `api_url` is no http or https address.
    #[error("`{0}` is not an http or https address of Slack's Web API")]
    Url(String),
    /// See [`tls::TlsError`].
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// The download client could not be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(String),
}

/// The one way out. Cloning shares connections, pacing and what was learned of rate limits.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    slack: SlackClient<Connector>,
    bot: RwLock<Arc<SlackApiToken>>,
    /// Slack took the bot's token when it was last shown.
    authorised: AtomicBool,
    app: Option<SlackApiToken>,
    api: Url,
    timeout: Duration,
    pace: Duration,
    meters: Meters,
    channels: Pace,
    methods: Pace,
    tls: Arc<TlsConfig>,
    /// For files and response URLs; built at the first use, most processes never need it in their first minute.
    plain: OnceLock<reqwest::Client>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.shared.api.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// Sets up the client. Connects to nothing yet.
    pub fn new(config: ClientConfig) -> Result<Self, ClientSetupError> {
        let base = config.api_url.trim_end_matches('/');
        let api =
            Url::parse(base).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host().is_some());
        let api = api.ok_or_else(|| ClientSetupError::Url(config.api_url.clone()))?;
        let tls = tls::config(api.scheme() == "https")?;
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config((*tls).clone())
            .https_or_http()
            .enable_all_versions()
            .build();
        let slack = SlackClient::new(Connector::with_connector(connector).with_slack_api_url(base));
        Ok(Self {
            shared: Arc::new(Shared {
                slack,
                bot: RwLock::new(Arc::new(token(&config.bot_token))),
                authorised: AtomicBool::new(true),
                app: config.app_token.as_ref().map(token),
                api,
                timeout: config.timeout,
                pace: config.pace,
                meters: config.meters,
                channels: Pace::default(),
                methods: Pace::default(),
                tls,
                plain: OnceLock::new(),
            }),
        })
    }

    /// Calls a Web API method with the bot's token; the reply is Slack's JSON with `ok: true`.
    ///
    /// Methods that only read go out as GET with the body's fields as the query (Slack takes no JSON there).
    /// A method that Slack has limited is not called before its time: `Retry` comes back at once.
    pub async fn call(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        let token = self.bot_token();
        let result = self.call_as(&token, method, body).await;
        if let Err(CallError::Unauthorised { .. }) = &result
            && Arc::ptr_eq(&token, &self.bot_token())
        {
            self.shared.authorised.store(false, Ordering::Relaxed);
        }
        result
    }

    /// Takes this token from now on. A new one is trusted until Slack refuses it; of the same one no more is known.
    pub fn use_bot_token(&self, bot: &SecretString) {
        if self.bot_token().token_value.0 == bot.expose_secret() {
            return;
        }
        *self.shared.bot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(token(bot));
        self.trust(true);
    }

    /// Whether Slack takes the bot's token, as far as we know.
    pub fn is_authorised(&self) -> bool {
        self.shared.authorised.load(Ordering::Relaxed)
    }

    /// Says whether Slack takes the bot's token, where that is known from elsewhere.
    pub fn trust(&self, authorised: bool) {
        self.shared.authorised.store(authorised, Ordering::Relaxed);
    }

    /// Where it is counted what goes out.
    pub fn meters(&self) -> &Meters {
        &self.shared.meters
    }

    fn bot_token(&self) -> Arc<SlackApiToken> {
        self.shared.bot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A fresh Socket Mode address (`wss://…`), by the app's token.
    pub async fn open_connection(&self) -> Result<String, CallError> {
        let Some(app) = &self.shared.app else {
            return Err(CallError::rejected("no_app_token", "Socket Mode needs an app token (xapp-…)"));
        };
        let reply = self.call_as(app, "apps.connections.open", &json!({})).await?;
        let url = reply.get("url").and_then(Value::as_str);
        url.map(str::to_owned).ok_or_else(|| CallError::unclear(true, "unreadable_answer"))
    }

    /// The TLS configuration that all connections share.
    pub(super) fn tls(&self) -> Arc<TlsConfig> {
        self.shared.tls.clone()
    }

    async fn call_as(&self, token: &SlackApiToken, method: &str, body: &Value) -> Result<Value, CallError> {
        let shared = &self.shared;
        let wait = shared.methods.wait(method, Instant::now());
        if !wait.is_zero() {
            return Err(CallError::Retry { after: Some(wait), code: "ratelimited".into() });
        }
        let session = shared.slack.open_session(token);
        let api = &session.http_session_api;
        let repeatable = is_repeatable(method);
        let request = async {
            if is_read(method) {
                api.http_get::<Value, _, _>(method, &query(body), None).await
            } else {
                api.http_post::<Value, Value>(method, body, None).await
            }
        };
        let reply = match tokio::time::timeout(shared.timeout, request).await {
            Ok(reply) => reply.map_err(|e| CallError::from_client(repeatable, e)),
            Err(_) => Err(CallError::unclear(repeatable, "timeout")),
        };
        let result = reply.and_then(|reply| match reply.get("ok").and_then(Value::as_bool) {
            Some(true) => Ok(reply),
            Some(false) => Err(CallError::rejected("unknown_error", "")),
            None => Err(CallError::unclear(repeatable, "unreadable_answer")),
        });
        // Slow or not, one call more is done.
        pulse::got_on();
        result.map_err(|error| self.remember(method, error))
    }

    /// Keeps a 429 for the method's next caller and says when that may be.
    fn remember(&self, method: &str, error: CallError) -> CallError {
        self.shared.meters.slack_refused(method, error.label());
        match error {
            CallError::Retry { after, code }
                if code == "ratelimited" || code == "rate_limited" || code == "http_429" =>
            {
                let after = after.unwrap_or(DEFAULT_RETRY_AFTER);
                self.shared.methods.block(method, Instant::now(), after);
                tracing::warn!(method, seconds = after.as_secs(), "Slack limits the rate");
                CallError::Retry { after: Some(after), code: "ratelimited".into() }
            }
            other => {
                tracing::debug!(method, error = %other, "the call failed");
                other
            }
        }
    }
}

fn token(secret: &SecretString) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(secret.expose_secret().to_owned()))
}

/// Methods that take their arguments as a query only and change nothing.
fn is_read(method: &str) -> bool {
    matches!(method.rsplit('.').next(), Some("info" | "history" | "replies" | "getUploadURLExternal"))
}

/// Doing it twice is the same as doing it once, so an unknown outcome is simply tried again.
fn is_repeatable(method: &str) -> bool {
    const SAME_TWICE: [&str; 6] = [
        "apps.connections.open",
        "auth.test",
        "chat.update",
        "conversations.open",
        "views.publish",
        "views.update",
    ];
    is_read(method) || SAME_TWICE.contains(&method)
}

/// The fields of a JSON object as a query: strings as they are, everything else as JSON, `null` left out.
fn query(body: &Value) -> Vec<(&str, Option<String>)> {
    let fields = body.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| {
            let value = match value {
                Value::Null => None,
                Value::String(s) => Some(s.clone()),
                other => Some(other.to_string()),
            };
            (name.as_str(), value)
        })
        .collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
