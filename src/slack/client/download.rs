//! Files in and out, and answers to response URLs. The bot's token goes to Slack's hosts only and never along a redirect.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::{CallError, Client};
use crate::kernel::ids::random;
use crate::kernel::pulse;

/// A file may take this long between two pieces.
const STALL: Duration = Duration::from_secs(20);

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// Not an address of Slack's: the token was not sent.
    #[error("the file is not on Slack's own host")]
    NotAllowed,
    /// Longer than the limit, in bytes.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// Slack showed its login page: the token lacks `files:read`, or the file is not shared with the bot.
    #[error("Slack asks to log in: the bot lacks the scope files:read or cannot see the file")]
    LoginPage,
    /// Another status than 200.
    #[error("Slack answered {0}")]
    Status(u16),
    /// The connection failed or stalled.
    #[error("the connection to Slack was lost")]
    Lost,
    /// The file could not be written here.
    #[error("the file could not be written: {0}")]
    Io(#[from] std::io::Error),
}

impl Client {
    /// Streams a file of Slack's (`url_private_download`) to `to`, at most `limit` bytes, and returns its length. The
    /// file is there only when it is whole; until then it stands beside, with an ending of its own.
    pub async fn download(&self, url: &str, to: &Path, limit: u64) -> Result<u64, DownloadError> {
        let part = to.with_extension(format!("{}.part", random(8)));
        let outcome = match self.stream(url, &part, limit).await {
            Ok(length) => tokio::fs::rename(&part, to).await.map(|()| length).map_err(DownloadError::Io),
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            // It may never have come to a file.
            let _ = tokio::fs::remove_file(&part).await;
        }
        outcome
    }

    async fn stream(&self, url: &str, to: &Path, limit: u64) -> Result<u64, DownloadError> {
        let url = Url::parse(url).ok().filter(|u| self.is_own(u) || is_slack_host(u));
        let url = url.ok_or(DownloadError::NotAllowed)?;
        let token = self.bot_token();
        let http = self.plain().map_err(|_| DownloadError::Lost)?;
        let request = http.get(url).bearer_auth(&token.token_value.0).send();
        let reply = tokio::time::timeout(STALL, request).await;
        let reply = reply.map_err(|_| DownloadError::Lost)?.map_err(|_| DownloadError::Lost)?;
        let status = reply.status();
        if status.is_redirection() {
            return Err(DownloadError::LoginPage);
        }
        if status != reqwest::StatusCode::OK {
            return Err(DownloadError::Status(status.as_u16()));
        }
        let kind = reply.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/html") {
            return Err(DownloadError::LoginPage);
        }
        if reply.content_length().is_some_and(|n| n > limit) {
            return Err(DownloadError::TooLarge(limit));
        }
        let mut file = tokio::fs::File::create(to).await?;
        let mut pieces = reply.bytes_stream();
        let mut written = 0u64;
        while let Some(piece) =
            tokio::time::timeout(STALL, pieces.next()).await.map_err(|_| DownloadError::Lost)?
        {
            let piece = piece.map_err(|_| DownloadError::Lost)?;
            if written == 0 && looks_like_html(&piece) {
                return Err(DownloadError::LoginPage);
            }
            pulse::got_on();
            written += piece.len() as u64;
            if written > limit {
                return Err(DownloadError::TooLarge(limit));
            }
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        Ok(written)
    }

    /// Posts to a click's or command's `response_url`, which carries its own right and gets no token.
    pub async fn respond(&self, response_url: &str, body: &Value) -> Result<(), CallError> {
        let answered = self.post_answer(response_url, body).await;
        pulse::got_on();
        answered.inspect_err(|error| self.shared.meters.slack_refused("response_url", error.label()))
    }

    async fn post_answer(&self, response_url: &str, body: &Value) -> Result<(), CallError> {
        let is_hook =
            |u: &Url| u.scheme() == "https" && u.host_str() == Some("hooks.slack.com") && u.port().is_none();
        let url = Url::parse(response_url).ok().filter(|u| self.is_own(u) || is_hook(u));
        let url = url.ok_or_else(|| CallError::rejected("response_url_not_allowed", ""))?;
        let http = self.plain().map_err(|_| CallError::Retry { after: None, code: "connect".into() })?;
        let request = http.post(url).json(body).send();
        let reply = match tokio::time::timeout(self.shared.timeout, request).await {
            Err(_) => return Err(CallError::unclear(false, "timeout")),
            Ok(Err(e)) if e.is_connect() => {
                return Err(CallError::Retry { after: None, code: "connect".into() });
            }
            Ok(Err(_)) => return Err(CallError::unclear(false, "lost_connection")),
            Ok(Ok(reply)) => reply,
        };
        let status = reply.status().as_u16();
        if status == 200 {
            return Ok(());
        }
        // Here Slack answers with a bare status: the URL is used up, or what was sent cannot be read.
        if (400..500).contains(&status) && status != 429 {
            return Err(CallError::rejected(&format!("http_{status}"), ""));
        }
        let seconds =
            reply.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|s| s.parse().ok());
        match CallError::from_status(false, status) {
            CallError::Retry { code, .. } => {
                Err(CallError::Retry { after: seconds.map(Duration::from_secs), code })
            }
            other => Err(other),
        }
    }

    /// Sends a file to the address that Slack gave for it, which carries its own right and gets no token. Sent twice it is
    /// still one file.
    pub(super) async fn upload(&self, url: &str, bytes: Vec<u8>) -> Result<(), CallError> {
        let sent = self.post_file(url, bytes).await;
        pulse::got_on();
        sent.inspect_err(|error| self.shared.meters.slack_refused("upload_url", error.label()))
    }

    async fn post_file(&self, url: &str, bytes: Vec<u8>) -> Result<(), CallError> {
        let url = Url::parse(url).ok().filter(|u| self.is_own(u) || is_slack_host(u));
        let url = url.ok_or_else(|| CallError::rejected("upload_url_not_allowed", ""))?;
        let http = self.plain().map_err(|_| CallError::Retry { after: None, code: "connect".into() })?;
        let request = http.post(url).header(CONTENT_TYPE, "application/octet-stream").body(bytes).send();
        match tokio::time::timeout(STALL, request).await {
            Err(_) => Err(CallError::unclear(true, "timeout")),
            Ok(Err(_)) => Err(CallError::unclear(true, "lost_connection")),
            Ok(Ok(reply)) => match reply.status().as_u16() {
                200 => Ok(()),
                status if (400..500).contains(&status) && status != 429 => {
                    Err(CallError::rejected(&format!("http_{status}"), ""))
                }
                status => Err(CallError::from_status(true, status)),
            },
        }
    }

    /// Same scheme, host and port as the API that we were told to use.
    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.shared.api.origin()
    }

    pub(super) fn plain(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(http) = self.shared.plain.get() {
            return Ok(http);
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*self.shared.tls).clone())
            .redirect(Policy::none())
            .build()?;
        Ok(self.shared.plain.get_or_init(|| http))
    }
}

fn is_slack_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https" && url.port().is_none() && (host == "slack.com" || host.ends_with(".slack.com"))
}

fn looks_like_html(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    begins(b"<!doctype html") || begins(b"<html")
}
