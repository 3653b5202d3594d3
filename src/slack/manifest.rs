//! The Slack app's manifest, from the tables that the code itself uses.
//!
//! Source: Slack, "App manifest reference". It is YAML text, so that each scope can say what it is for.

use askama::Template;

use super::grammar;
use crate::kernel::error::Result;

/// How Slack reaches the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayIn {
    /// Over a web socket that the app opens.
    Socket,
    /// By requests to this address, without a slash at its end.
    Http(String),
}

/// The message shortcuts: callback and name.
pub const SHORTCUTS: [(&str, &str, &str); 3] = [
    ("overlap.add", "Add as overlap", "Opens a form with the overlap that the message names"),
    ("commitment.add", "Log commitment", "Keeps who promised what, to which partner, by when"),
    ("draft.new", "Draft note", "Drafts a note to a partner, to be approved before it is sent"),
];

/// A scope, the methods and events that need it, and what it is for.
pub const SCOPES: [(&str, &[&str], &str); 10] = [
    ("app_mentions:read", &["app_mention"], "answers, in private, who calls it by name"),
    (
        "channels:history",
        &["message.channels", "conversations.history"],
        "reads the intake channel, and looks whether a message arrived when Slack's answer was lost",
    ),
    (
        "channels:read",
        &[
            "conversations.info",
            "channel_archive",
            "channel_rename",
            "channel_shared",
            "member_joined_channel",
        ],
        "sees whether a channel is shared with another company before anything is posted",
    ),
    (
        "chat:write",
        &["chat.postMessage", "chat.postEphemeral", "chat.update"],
        "confirms overlaps, posts the digest and sends approved notes",
    ),
    ("commands", &["/partner", "shortcuts"], "the /partner command and the shortcuts"),
    ("files:read", &["file_shared", "files.info"], "reads lists that are dropped into the intake channel"),
    (
        "groups:history",
        &["message.groups", "conversations.history"],
        "the same as channels:history where the intake channel is private",
    ),
    ("groups:read", &["conversations.info"], "the same as channels:read for private channels"),
    (
        "im:write",
        &["conversations.open"],
        "asks a manager for a session and reminds owners of commitments, in direct messages",
    ),
    (
        "users:read",
        &["users.info"],
        "names, time zones, and whether somebody is a full member of the workspace",
    ),
];

/// The events that the app is sent.
pub const EVENTS: [&str; 12] = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_rename",
    "channel_shared",
    "channel_unshared",
    "file_shared",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "tokens_revoked",
];

#[derive(Template)]
#[template(path = "setup/manifest.yaml", escape = "none")]
struct Manifest<'a> {
    command: &'static str,
    hint: String,
    url: Option<&'a str>,
    shortcuts: &'a [(&'a str, &'a str, &'a str)],
    scopes: &'a [(&'a str, &'a [&'a str], &'a str)],
    events: &'a [&'a str],
}

/// The manifest as commented YAML.
pub fn yaml(way_in: &WayIn) -> Result<String> {
    let url = match way_in {
        WayIn::Socket => None,
        WayIn::Http(url) => Some(url.as_str()),
    };
    let manifest = Manifest {
        command: grammar::COMMAND,
        hint: grammar::hint(),
        url,
        shortcuts: &SHORTCUTS,
        scopes: &SCOPES,
        events: &EVENTS,
    };
    Ok(manifest.render()? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn read(way_in: &WayIn) -> Value {
        serde_saphyr::from_str(&yaml(way_in).unwrap()).unwrap()
    }

    #[test]
    fn it_parses_and_says_how_slack_comes_in() {
        let socket = read(&WayIn::Socket);
        assert_eq!(socket["settings"]["socket_mode_enabled"], true);
        assert_eq!(socket["features"]["slash_commands"][0]["command"], "/partner");
        assert!(socket["features"]["slash_commands"][0].get("url").is_none());
        let http = read(&WayIn::Http("https://tandem.example.com".to_owned()));
        assert_eq!(http["settings"]["socket_mode_enabled"], false);
        assert_eq!(
            http["settings"]["interactivity"]["request_url"],
            "https://tandem.example.com/slack/interactions"
        );
        assert_eq!(http["oauth_config"]["redirect_urls"][0], "https://tandem.example.com/slack/oauth");
        assert!(socket["oauth_config"].get("redirect_urls").is_none());
        assert_eq!(http["features"]["slash_commands"][0]["url"], "https://tandem.example.com/slack/commands");
        assert_eq!(
            http["settings"]["event_subscriptions"]["bot_events"].as_array().map(Vec::len),
            Some(EVENTS.len())
        );
    }

    /// Slack's limits: a command's hint 1,000 characters, a shortcut's name 24, its description 150.
    #[test]
    fn it_keeps_to_slacks_limits() {
        for (_, name, about) in SHORTCUTS {
            assert!(name.chars().count() <= 24 && about.chars().count() <= 150);
        }
        assert!(grammar::hint().chars().count() <= 1000);
    }

    #[test]
    fn every_scope_is_used_and_every_event_is_decoded() {
        let client =
            [include_str!("client/web.rs"), include_str!("client/mod.rs"), include_str!("bot/carrier.rs")]
                .concat();
        for (scope, uses, _) in SCOPES {
            let used = uses.iter().any(|what| {
                let method = what.split('#').next().unwrap_or(what);
                client.contains(&format!("\"{method}\"")) || EVENTS.contains(what) || scope == "commands"
            });
            assert!(used, "{scope}");
        }
        let decoder = include_str!("decode.rs");
        for event in EVENTS {
            let name = event.split('.').next().unwrap_or(event);
            assert!(decoder.contains(&format!("\"{name}\"")), "{event}");
        }
    }

    #[test]
    fn the_copy_under_deploy_is_what_is_printed() {
        let copy = include_str!("../../deploy/slack-manifest.yaml");
        assert_eq!(copy, yaml(&WayIn::Socket).unwrap());
    }
}
