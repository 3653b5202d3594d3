//! One decoder behind HTTP and Socket Mode: from what Slack sent to one [`Envelope`].

use sha2::{Digest, Sha256};

use super::manifest::EVENTS;
use super::wire::{Event, Id, Outer};
use crate::delivery::envelope::{Envelope, Kind, Retry};

/// Keys, names and lanes longer than this many bytes are no ids of Slack's.
const LONGEST_ID: usize = 255;
/// What is shorter than this many bytes is no token of Slack's, and may stand in any text.
const SHORTEST_TOKEN: usize = 16;

/// Whether the app is sent events of this type; the others are acknowledged and not stored. The manifest tells channels'
/// messages from groups' where the event does not.
fn is_asked_for(event: &str) -> bool {
    EVENTS.iter().any(|asked| asked.split_once('.').map_or(*asked, |(kind, _)| kind) == event)
}

/// What a request or a Socket Mode payload turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Slack tries the events URL: the challenge goes back.
    UrlVerification {
        /// To be sent back as it is.
        challenge: String,
    },
    /// Slack tries the command URL's certificate: 200 and nothing else.
    SslCheck,
    /// To be committed to the inbox.
    Envelope(Envelope),
    /// Of a type that we have no use for, such as `event:star_added`: to be acknowledged and counted.
    Ignored(String),
    /// Not what Slack sends. The reason quotes nothing of the content.
    Malformed(&'static str),
}

/// Decodes an HTTP body: JSON, or a form that is a command or carries an interaction under `payload`.
pub fn body(raw: Vec<u8>, retry: Option<Retry>) -> Decoded {
    if raw.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
        return match String::from_utf8(raw) {
            Ok(text) => json(text, retry),
            Err(_) => Decoded::Malformed("the JSON is not UTF-8"),
        };
    }
    form(&raw, retry)
}

/// Decodes a form. What is not UTF-8 in it is replaced by `U+FFFD`, so that binary garbage is a strange text and no fault.
fn form(raw: &[u8], retry: Option<Retry>) -> Decoded {
    let mut fields = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(raw) {
        if name == "payload" {
            return json(value.into_owned(), retry);
        }
        fields.insert(name.into_owned(), value.into_owned().into());
    }
    if fields.get("ssl_check").is_some_and(|v| v == "1") && !fields.contains_key("command") {
        return Decoded::SslCheck;
    }
    if !fields.contains_key("command") {
        return Decoded::Malformed("the form is neither a command nor an interaction");
    }
    json(serde_json::Value::Object(fields).to_string(), retry)
}

/// Decodes JSON: an event, an interaction, or a command's fields as an object.
pub fn json(text: String, retry: Option<Retry>) -> Decoded {
    let outer: Outer<'_> = match serde_json::from_str(&text) {
        Ok(outer) => outer,
        Err(_) => return Decoded::Malformed("the JSON cannot be read"),
    };
    let kind = match outer.kind.get() {
        Some("event_callback") => Kind::Event,
        Some("block_actions") => Kind::BlockActions,
        Some("view_submission") => Kind::ViewSubmission,
        Some("view_closed") => Kind::ViewClosed,
        Some("message_action") => Kind::MessageShortcut,
        Some("shortcut") => Kind::GlobalShortcut,
        Some("url_verification") => {
            let challenge = outer.challenge.get().unwrap_or_default().to_owned();
            return Decoded::UrlVerification { challenge };
        }
        Some(other) => return Decoded::Ignored(tidy(other)),
        None if outer.command.get().is_some() => Kind::Command,
        None if outer.ssl_check.get().is_some() => return Decoded::SslCheck,
        None => return Decoded::Malformed("the JSON has no type"),
    };
    if kind == Kind::Event {
        match outer.event.as_ref().and_then(|e| e.kind.get()) {
            None => return Decoded::Malformed("the event has no type"),
            Some(event) if !is_asked_for(event) => {
                return Decoded::Ignored(format!("event:{}", tidy(event)));
            }
            Some(_) => {}
        }
    }
    let name = tidy(name(kind, &outer).unwrap_or_default());
    let key = key(kind, &outer).unwrap_or_else(|| digest(kind, &text));
    let lane = tidy(lane(&outer));
    let payload = match outer.token.get().map(str::to_owned) {
        Some(token) => without(text, &token),
        None => text,
    };
    Decoded::Envelope(Envelope { key, kind, name, lane, retry, payload })
}

/// Slack's old verification token goes no further: the signature says more, and whoever reads the inbox could use it.
fn without(text: String, token: &str) -> String {
    if token.len() < SHORTEST_TOKEN { text } else { text.replace(token, "") }
}

fn name<'a>(kind: Kind, outer: &'a Outer<'_>) -> Option<&'a str> {
    match kind {
        Kind::Event => outer.event.as_ref().and_then(|e| e.kind.get()),
        Kind::Command => outer.command.get(),
        Kind::BlockActions => {
            let first = outer.actions.as_ref().and_then(|a| a.first());
            first.and_then(|a| a.action_id.get())
        }
        Kind::ViewSubmission | Kind::ViewClosed => outer.view.as_ref().and_then(|v| v.callback_id.get()),
        _ => outer.callback_id.get(),
    }
}

/// The id under which Slack repeats the same thing, if it has a usable one.
fn key(kind: Kind, outer: &Outer<'_>) -> Option<String> {
    let usable = |id: &str| id.len() <= LONGEST_ID && !id.contains(char::is_control);
    match kind {
        Kind::Event => outer.event_id.get().filter(|id| usable(id)).map(str::to_owned),
        // Pressed again, because the first answer did not come in time: a new trigger, and the same form.
        Kind::ViewSubmission => {
            let view = outer.view.as_ref()?;
            let filled = Sha256::digest(view.state.map_or("", |state| state.get()));
            let hash = view.hash.get().unwrap_or_default();
            let key = format!("submitted:{}:{hash}:{}", view.id.get()?, hex::encode(&filled[..16]));
            Some(key).filter(|key| usable(key))
        }
        Kind::ViewClosed => {
            let view = outer.view.as_ref()?;
            let key = format!("closed:{}:{}", view.id.get()?, view.hash.get()?);
            Some(key).filter(|key| usable(key))
        }
        _ => outer.trigger_id.get().filter(|id| usable(id)).map(str::to_owned),
    }
}

fn digest(kind: Kind, text: &str) -> String {
    format!("{}:{}", kind.as_str(), hex::encode(Sha256::digest(text.as_bytes())))
}

/// What must stay in order: the channel; without one the modal's or Home tab's root view; then the user; then the team.
fn lane<'a>(outer: &'a Outer<'_>) -> &'a str {
    let first = |ids: &[&'a Id<'_>]| ids.iter().find_map(|id| id.get());
    let in_event = |e: &'a Event<'_>| {
        // A Home tab's event names a channel too, but its order matters per user, as for the clicks in it.
        let home = e.kind.get() == Some("app_home_opened");
        let user = first(&[&e.user, &e.user_id]);
        if home { user } else { first(&[&e.channel, &e.channel_id]).or(user) }
    };
    if outer.command.get().is_some() {
        return first(&[&outer.user_id, &outer.user]).unwrap_or_default();
    }
    let container = outer.container.as_ref().and_then(|c| first(&[&c.channel_id, &c.channel]));
    let view = outer.view.as_ref().and_then(|v| first(&[&v.root_view_id, &v.id]));
    (outer.event.as_ref().and_then(in_event))
        .or_else(|| outer.channel.get())
        .or(container)
        .or(view)
        .or_else(|| first(&[&outer.user, &outer.user_id, &outer.team, &outer.team_id]))
        .unwrap_or_default()
}

/// Without control characters (a database may refuse NUL) and not longer than an id can be.
fn tidy(text: &str) -> String {
    if text.len() <= LONGEST_ID && !text.contains(char::is_control) {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if out.len() + c.len_utf8() > LONGEST_ID {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
