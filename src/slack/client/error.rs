//! What can go wrong with a call, by what is to be done about it.

use std::time::Duration;

use serde_json::Value;
use slack_morphism::errors::SlackClientError;

use crate::kernel::error::{Error, NotNow};
use crate::store::channels::State;

/// Why a call failed. None of it carries a token or the text that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nothing happened at Slack, or doing it again does no harm: try again, not before `after`.
    #[error("Slack asks to try again ({code})")]
    Retry {
        /// What Slack's `Retry-After` says, if it says so.
        after: Option<Duration>,
        /// Slack's code, or `connect`, `timeout`, `http_503`.
        code: String,
    },
    /// Slack will never take this: give up and tell whoever can change it.
    #[error("Slack refused it: {code}{}{detail}", if .detail.is_empty() { "" } else { ", " })]
    Rejected {
        /// Slack's code, such as `not_in_channel` or `invalid_blocks`.
        code: String,
        /// Slack's own words from `response_metadata`, or the scope that is missing. May be empty.
        detail: String,
    },
    /// Slack may have done it: look before doing it again.
    #[error("Slack may have done it or not: {why}")]
    Ambiguous {
        /// What was seen, for the log.
        why: String,
    },
    /// The token is no longer good: nothing works until an admin installs the app again.
    #[error("Slack no longer accepts the token: {code}")]
    Unauthorised {
        /// Slack's code, such as `token_revoked`.
        code: String,
    },
}

impl CallError {
    /// As it is told on: `what` was tried. What passes by itself is waited for, a token that is not taken included.
    pub fn during(self, what: &str) -> Error {
        let why = format!("{what}: {self}");
        match self {
            Self::Retry { after, .. } => Error::NotNow(NotNow { after, why }),
            Self::Unauthorised { .. } => Error::NotNow(NotNow { after: None, why }),
            Self::Rejected { .. } | Self::Ambiguous { .. } => Error::fault(why),
        }
    }

    /// Slack's code, if it gave one.
    pub fn code(&self) -> &str {
        match self {
            Self::Retry { code, .. } | Self::Rejected { code, .. } | Self::Unauthorised { code } => code,
            Self::Ambiguous { .. } => "",
        }
    }

    /// The same, or what was seen where Slack gave none; for counting.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Ambiguous { why } => why,
            other => other.code(),
        }
    }

    pub(super) fn rejected(code: &str, detail: impl Into<String>) -> Self {
        Self::Rejected { code: code.to_owned(), detail: detail.into() }
    }

    /// The request went out and it is unknown what became of it.
    pub(super) fn unclear(repeatable: bool, code: &str) -> Self {
        if repeatable {
            Self::Retry { after: None, code: code.to_owned() }
        } else {
            Self::Ambiguous { why: code.to_owned() }
        }
    }

    /// Slack answered `ok: false`.
    pub(super) fn from_code(repeatable: bool, code: &str, body: Option<&str>) -> Self {
        match code {
            "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive"
            | "app_uninstalled" | "org_login_required" => Self::Unauthorised { code: code.to_owned() },
            "ratelimited"
            | "rate_limited"
            | "service_unavailable"
            | "request_timeout"
            | "team_added_to_org" => Self::Retry { after: None, code: code.to_owned() },
            // "It's possible some aspect of the operation succeeded before the error was raised", says Slack of both.
            "internal_error" | "fatal_error" => Self::unclear(repeatable, code),
            _ => Self::rejected(code, detail(body)),
        }
    }

    pub(super) fn from_client(repeatable: bool, error: SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(e) => {
                Self::from_code(repeatable, &e.code, e.http_response_body.as_deref())
            }
            SlackClientError::RateLimitError(e) => {
                Self::Retry { after: e.retry_after, code: e.code.unwrap_or_else(|| "ratelimited".into()) }
            }
            SlackClientError::HttpError(e) => {
                let body = e.http_response_body.as_deref();
                match body.and_then(own_code) {
                    Some(code) => Self::from_code(repeatable, &code, body),
                    None => Self::from_status(repeatable, e.status_code.as_u16()),
                }
            }
            SlackClientError::HttpProtocolError(e) => {
                let cause = e.cause.as_ref();
                let hyper = cause.and_then(|c| c.downcast_ref::<hyper_util::client::legacy::Error>());
                match hyper {
                    Some(e) if e.is_connect() => Self::Retry { after: None, code: "connect".into() },
                    _ => Self::unclear(repeatable, "lost_connection"),
                }
            }
            SlackClientError::ProtocolError(_) => Self::unclear(repeatable, "unreadable_answer"),
            _ => Self::unclear(repeatable, "lost_connection"),
        }
    }

    /// An HTTP status that came without Slack's own answer: below 500 something between Slack and us did not let the
    /// call through; from there on it may have been passed on.
    pub(super) fn from_status(repeatable: bool, status: u16) -> Self {
        let code = format!("http_{status}");
        match status {
            500.. => Self::unclear(repeatable, &code),
            _ => Self::Retry { after: None, code },
        }
    }
}

/// What Slack's refusal of a message says of its channel; `None` when it is not the channel's fault.
pub fn channel_refused(code: &str) -> Option<State> {
    Some(match code {
        "is_archived" => State::Archived,
        "not_in_channel" => State::Left,
        "channel_not_found" => State::Gone,
        "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "restricted_action_non_threadable_channel"
        | "posting_to_general_channel_denied" => State::Restricted,
        _ => return None,
    })
}

/// The code in Slack's own answer, if the body is one.
fn own_code(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    body.get("error").filter(|_| body["ok"] == false)?.as_str().map(str::to_owned)
}

/// Slack's own words about a refusal: `response_metadata.messages`, or the scope that it misses.
fn detail(body: Option<&str>) -> String {
    let Some(body) = body.and_then(|b| serde_json::from_str::<Value>(b).ok()) else {
        return String::new();
    };
    if let Some(needed) = body.get("needed").and_then(Value::as_str) {
        return format!("needs the scope {needed}");
    }
    let messages = body.pointer("/response_metadata/messages").and_then(Value::as_array);
    let words: Vec<&str> = messages.into_iter().flatten().filter_map(Value::as_str).collect();
    words.join("; ")
}
