//! Arguments of a call: query, form or JSON.

use axum::body::{Body, to_bytes};
use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The most that Slack takes.
const BODY_BYTES: usize = 4 * 1024 * 1024;

/// A call's arguments by name.
#[derive(Clone, Debug, Default)]
pub struct Args(Map<String, Value>);

impl Args {
    /// Reads query and body.
    ///
    /// # Errors
    /// Slack's code for a body that cannot be read.
    pub async fn read(head: &Parts, body: Body) -> Result<Self, &'static str> {
        let mut args = Map::new();
        add_form(&mut args, head.uri.query().unwrap_or_default().as_bytes());
        let bytes = to_bytes(body, BODY_BYTES).await.map_err(|_| "request_too_large")?;
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") && !bytes.is_empty() {
            let value: Value = serde_json::from_slice(&bytes).map_err(|_| "invalid_json")?;
            let Value::Object(map) = value else { return Err("json_not_object") };
            args.extend(map);
        } else {
            add_form(&mut args, &bytes);
        }
        Ok(Self(args))
    }

    /// Arguments that are at hand already.
    pub fn of(value: &Value) -> Self {
        Self(value.as_object().cloned().unwrap_or_default())
    }

    /// A text; empty counts as absent.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str().filter(|s| !s.is_empty())
    }

    /// A text that has to be there.
    pub fn need(&self, key: &str) -> Result<&str, &'static str> {
        self.str(key).ok_or("invalid_arguments")
    }

    /// True for `true` and `"true"` and `1`.
    pub fn flag(&self, key: &str) -> bool {
        match self.0.get(key) {
            Some(Value::Bool(b)) => *b,
            Some(Value::String(s)) => s == "true" || s == "1",
            Some(Value::Number(n)) => n.as_u64() == Some(1),
            _ => false,
        }
    }

    /// A whole number, as such or as text.
    pub fn number(&self, key: &str) -> Option<usize> {
        match self.0.get(key)? {
            Value::String(s) => s.parse().ok(),
            value => usize::try_from(value.as_u64()?).ok(),
        }
    }

    /// Structured data, as such or as JSON text; null when absent.
    ///
    /// # Errors
    /// `error` when the text is no JSON.
    pub fn json(&self, key: &str, error: &'static str) -> Result<Value, &'static str> {
        match self.0.get(key) {
            None => Ok(Value::Null),
            Some(Value::String(s)) if s.is_empty() => Ok(Value::Null),
            Some(Value::String(s)) => serde_json::from_str(s).map_err(|_| error),
            Some(value) => Ok(value.clone()),
        }
    }

    /// Ids as an array, as JSON text of one, or separated by commas.
    pub fn list(&self, key: &str) -> Vec<String> {
        let read = match self.0.get(key) {
            Some(Value::String(s)) if s.starts_with('[') => serde_json::from_str(s).unwrap_or_default(),
            Some(Value::String(s)) => Value::from_iter(s.split(',').map(str::trim).filter(|s| !s.is_empty())),
            value => value.cloned().unwrap_or_default(),
        };
        let texts = read.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// True when the argument was given at all.
    pub fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|v| !v.is_null())
    }

    /// Everything but the token.
    pub fn public(&self) -> Value {
        let mut map = self.0.clone();
        map.shift_remove("token");
        Value::Object(map)
    }
}

fn add_form(args: &mut Map<String, Value>, bytes: &[u8]) {
    for (key, value) in form_urlencoded::parse(bytes) {
        args.insert(key.into_owned(), Value::String(value.into_owned()));
    }
}
