//! Reading what was stored: small views over the raw payload that keep what matters and never fail.
//!
//! A field that is absent, `null` or of another type than expected is empty or `None`, because Slack adds, drops and
//! nulls fields (org-wide installations send `team: null`) and a stored payload must stay readable for ever.

mod actor;
mod event;
mod interaction;
mod state;

use serde_json::Value;

pub use actor::ActingUser;
pub use event::{
    AppHomeOpened, Change, ChannelChange, FileRef, FileShared, MemberJoined, MessageEvent, Revoked,
};
pub use interaction::{
    Action, BlockActions, Shortcut, ShortcutMessage, SlashCommand, ViewRef, ViewSubmission,
};
pub use state::{State, block_id_at};

/// The payload as a tree; `null` when it is no JSON.
pub fn parse(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap_or_default()
}

/// The non-empty string at a JSON pointer.
fn text(value: &Value, path: &str) -> Option<String> {
    value.pointer(path).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned)
}

/// The string at a JSON pointer, empty if there is none.
fn string(value: &Value, path: &str) -> String {
    text(value, path).unwrap_or_default()
}

/// The id at a pointer that is a string here and an object with an `id` there.
fn id(value: &Value, path: &str) -> Option<String> {
    text(value, path).or_else(|| text(value, &format!("{path}/id")))
}

fn flag(value: &Value, path: &str) -> bool {
    value.pointer(path).and_then(Value::as_bool).unwrap_or(false)
}

fn list(value: &Value, path: &str) -> Vec<Value> {
    value.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
