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
pub const SHORTCUTS: [(&str, &str, &str); 6] = [
    ("overlap.add", "Add as overlap", "Opens a form with the overlap that the message names"),
    ("commitment.add", "Log commitment", "Keeps who promised what, to which partner, by when"),
    (
        "ask.new",
        "Ask about an account",
        "Asks our manager for the best-placed partner about the account that the message names",
    ),
    ("draft.new", "Draft note", "Drafts a note to a partner, to be approved before it is sent"),
    (
        "library.add",
        "Add to the library",
        "Keeps the message's link as something that notes to partners may give",
    ),
    ("account.note", "Add to account", "Keeps the message as a note or a next step on an account's map"),
];

/// A scope, the methods and events that need it, and what it is for.
pub const SCOPES: [(&str, &[&str], &str); 12] = [
    ("app_mentions:read", &["app_mention"], "answers, in private, who calls it by name"),
    (
        "channels:history",
        &["message.channels", "conversations.history", "conversations.replies"],
        "reads the intake channel, and looks whether a message arrived when Slack's answer was lost",
    ),
    (
        "channels:read",
        &[
            "conversations.info",
            "channel_archive",
            "channel_deleted",
            "channel_id_changed",
            "channel_left",
            "channel_rename",
            "channel_shared",
            "channel_unarchive",
            "channel_unshared",
            "member_joined_channel",
            "member_left_channel",
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
        "files:write",
        &["files.getUploadURLExternal", "files.completeUploadExternal"],
        "hands the history of an account to who asks for it, as a file in their direct messages",
    ),
    (
        "groups:history",
        &["message.groups", "conversations.history", "conversations.replies"],
        "the same as channels:history where the intake channel is private",
    ),
    (
        "groups:read",
        &[
            "conversations.info",
            "channel_id_changed",
            "channel_shared",
            "channel_unshared",
            "group_archive",
            "group_deleted",
            "group_left",
            "group_rename",
            "group_unarchive",
            "member_joined_channel",
            "member_left_channel",
        ],
        "the same as channels:read for private channels",
    ),
    (
        "im:history",
        &["conversations.history", "conversations.replies"],
        "looks whether a direct message of its own arrived when Slack's answer was lost",
    ),
    (
        "im:write",
        &["conversations.open"],
        "asks a manager for a session, reminds owners of commitments and hands over files, in direct messages",
    ),
    (
        "users:read",
        &["users.info"],
        "names, time zones, and whether somebody is a full member of the workspace",
    ),
];

/// The events that the app is sent.
pub const EVENTS: [&str; 22] = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "file_shared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
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
    fn every_scope_is_used() {
        let methods = methods();
        for (scope, uses, _) in SCOPES {
            assert!(!uses.is_empty(), "{scope}");
            for what in uses {
                let real = methods.contains(what) || EVENTS.contains(what) || scope == "commands";
                assert!(real, "{scope} is said to be for {what}, which is not used");
            }
        }
    }

    /// The Web API methods that the client calls: every method has one function in it.
    fn methods() -> Vec<&'static str> {
        let quoted = |line: &'static str| line.split('"').skip(1).step_by(2);
        let is_method = |text: &&str| {
            text.split_once('.').is_some_and(|(family, name)| {
                let word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphabetic() || c == '.');
                FAMILIES.contains(&family) && word(name)
            })
        };
        include_str!("client/web.rs").lines().flat_map(quoted).filter(is_method).collect()
    }

    const FAMILIES: [&str; 14] = [
        "apps",
        "auth",
        "bots",
        "chat",
        "conversations",
        "dnd",
        "files",
        "pins",
        "reactions",
        "search",
        "team",
        "usergroups",
        "users",
        "views",
    ];

    /// What each method needs of a bot's token; as Slack documents it on the method's page. Of several, the kind of
    /// channel decides which.
    const NEEDS: [(&str, &[&str]); 17] = [
        ("auth.test", &[]),
        ("chat.getPermalink", &[]),
        ("chat.postEphemeral", &["chat:write"]),
        ("chat.postMessage", &["chat:write"]),
        ("chat.update", &["chat:write"]),
        ("conversations.history", &["channels:history", "groups:history", "im:history"]),
        ("conversations.info", &["channels:read", "groups:read"]),
        ("conversations.open", &["im:write"]),
        ("conversations.replies", &["channels:history", "groups:history", "im:history"]),
        ("files.completeUploadExternal", &["files:write"]),
        ("files.getUploadURLExternal", &["files:write"]),
        ("files.info", &["files:read"]),
        ("users.info", &["users:read"]),
        ("views.open", &[]),
        ("views.publish", &[]),
        ("views.push", &[]),
        ("views.update", &[]),
    ];

    #[test]
    fn every_method_that_is_called_has_its_scopes() {
        for method in methods() {
            let needs = NEEDS.iter().find(|(known, _)| *known == method);
            let (_, scopes) = needs.unwrap_or_else(|| panic!("which scope does {method} need?"));
            for scope in *scopes {
                let row = SCOPES.iter().find(|(known, ..)| known == scope);
                let (_, uses, _) = row.unwrap_or_else(|| panic!("{method} needs {scope}"));
                assert!(uses.contains(&method), "{scope} does not say that it is for {method}");
            }
        }
    }

    #[test]
    fn every_event_that_is_asked_for_has_its_scope() {
        // Slack sends these to every app.
        let free = ["app_home_opened", "app_uninstalled", "tokens_revoked"];
        for event in EVENTS.iter().filter(|e| !free.contains(e)) {
            assert!(SCOPES.iter().any(|(_, uses, _)| uses.contains(event)), "no scope is for {event}");
        }
    }

    #[test]
    fn the_copy_under_deploy_is_what_is_printed() {
        let copy = include_str!("../../deploy/slack-manifest.yaml");
        assert_eq!(copy, yaml(&WayIn::Socket).unwrap());
    }
}
