//! The way to the app: signed HTTP requests, or Socket Mode when a connection is open.
//! Events are retried; interactions and commands are not.

use std::sync::PoisonError;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use super::person::Refusal;
use super::{Inner, sign};

/// The most that an app may answer.
const ANSWER_BYTES: usize = 1024 * 1024;

/// Something on its way to the app.
#[derive(Clone, Copy, Debug)]
pub enum Parcel<'a> {
    /// An event envelope.
    Event(&'a Value),
    /// An interaction's payload.
    Interaction(&'a Value),
    /// A slash command's fields.
    Command(&'a [(String, String)]),
}

/// Why a delivery failed, in Slack's words for `X-Slack-Retry-Reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `http_timeout`, `http_error`, `connection_failed`, …
    pub reason: &'static str,
    /// For the person who waits.
    pub text: String,
    /// The app asked for no further attempt.
    pub last: bool,
}

impl Failure {
    pub fn new(reason: &'static str, text: impl Into<String>) -> Self {
        Self { reason, text: text.into(), last: false }
    }

    pub fn timeout(after: Duration) -> Self {
        let seconds = after.as_secs_f32();
        let after = if after == Duration::from_secs(3) { "three".to_owned() } else { seconds.to_string() };
        Self::new("http_timeout", format!("did not answer in {after} seconds"))
    }
}

/// An attempt after the first: its number and why the one before failed.
pub type Retry = Option<(usize, &'static str)>;

impl Inner {
    /// Sends envelopes one after the other, each with its retries.
    pub async fn send_events(&self, envelopes: &[Value]) {
        for envelope in envelopes {
            self.send_event(envelope, None).await;
        }
    }

    /// Sends one envelope, with its retries; `retry` marks it as one from the start.
    pub async fn send_event(&self, envelope: &Value, mut retry: Retry) {
        let mut delays = self.options.retry_delays.iter();
        loop {
            let Err(failure) = self.hand(Parcel::Event(envelope), retry).await else { return };
            tracing::debug!(event = %envelope["event_id"], reason = failure.reason, "event not acknowledged");
            let Some(delay) = delays.next().filter(|_| !failure.last) else { return };
            tokio::time::sleep(*delay).await;
            retry = Some((retry.map_or(1, |(n, _)| n + 1), failure.reason));
        }
    }

    /// Hands over one parcel and waits for its acknowledgement; `Ok` holds what the app answered with it.
    pub async fn hand(&self, parcel: Parcel<'_>, retry: Retry) -> Result<Option<Value>, Failure> {
        let limit = self.options.ack_timeout;
        if self.sockets.open() > 0 {
            return self.sockets.hand(parcel, retry, limit).await;
        }
        let url = self.request_url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(url) = url else { return Err(Failure::new("connection_failed", "is not connected")) };
        match tokio::time::timeout(limit, self.hand_http(&url, parcel, retry)).await {
            Ok(result) => result,
            Err(_) => Err(Failure::timeout(limit)),
        }
    }

    async fn hand_http(&self, url: &str, parcel: Parcel<'_>, retry: Retry) -> Result<Option<Value>, Failure> {
        let (path, kind, body) = encoded(parcel);
        let (status, headers, bytes) = self.post(&format!("{url}{path}"), kind, body, retry).await?;
        if !status.is_success() {
            let last = headers.get("x-slack-no-retry").is_some_and(|v| v == "1");
            let text = format!("answered with status {}", status.as_u16());
            return Err(Failure { last, ..Failure::new("http_error", text) });
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        match (serde_json::from_slice(&bytes), parcel) {
            (Ok(value), _) => Ok(Some(value)),
            (Err(_), Parcel::Command(_)) => Ok(Some(json!({"text": String::from_utf8_lossy(&bytes)}))),
            (Err(_), _) => Ok(None),
        }
    }

    async fn post(
        &self,
        url: &str,
        kind: &str,
        body: String,
        retry: Retry,
    ) -> Result<(StatusCode, axum::http::HeaderMap, bytes::Bytes), Failure> {
        let stamp = self.options.clock.now().as_second();
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, kind)
            .header(header::USER_AGENT, "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("X-Slack-Request-Timestamp", stamp)
            .header(
                "X-Slack-Signature",
                sign::signature(&self.options.signing_secret, stamp, body.as_bytes()),
            );
        if let Some((number, reason)) = retry {
            request = request.header("X-Slack-Retry-Num", number).header("X-Slack-Retry-Reason", reason);
        }
        let failed = || Failure::new("connection_failed", "could not be reached");
        let request = request.body(Body::from(body)).map_err(|_| failed())?;
        let response = self.http.request(request).await.map_err(|_| failed())?;
        let (head, body) = response.into_parts();
        let bytes = to_bytes(Body::new(body), ANSWER_BYTES).await.map_err(|_| failed())?;
        Ok((head.status, head.headers, bytes))
    }

    /// `url_verification`: the app has to send the challenge back.
    pub async fn verify_url(&self) -> Result<(), Refusal> {
        let url = self.request_url.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
        let challenge = self.read(|s| s.secret());
        let body = json!({"token": "sandbox-verification-token", "challenge": challenge, "type": "url_verification"});
        let url = format!("{url}/slack/events");
        let answer = self.post(&url, "application/json", body.to_string(), None);
        let (status, _, bytes) = answer.await.map_err(|f| Refusal::new(f.text))?;
        let text = String::from_utf8_lossy(&bytes);
        if status.is_success() && text.contains(&challenge) {
            return Ok(());
        }
        Err(Refusal::new("the request URL did not send the challenge back"))
    }
}

fn encoded(parcel: Parcel<'_>) -> (&'static str, &'static str, String) {
    const FORM: &str = "application/x-www-form-urlencoded";
    match parcel {
        Parcel::Event(envelope) => ("/slack/events", "application/json", envelope.to_string()),
        Parcel::Interaction(payload) => {
            let body = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
            ("/slack/interactions", FORM, body)
        }
        Parcel::Command(fields) => {
            ("/slack/commands", FORM, Serializer::new(String::new()).extend_pairs(fields).finish())
        }
    }
}

/// A command's fields as Socket Mode carries them.
pub fn as_object(fields: &[(String, String)]) -> Value {
    let map: Map<String, Value> = fields.iter().map(|(k, v)| (k.clone(), Value::String(v.clone()))).collect();
    Value::Object(map)
}
