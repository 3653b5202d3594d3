//! Events.

use serde_json::Value;

use super::{ActingUser, id, list, parse, string, text};

/// What happened to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// It was posted.
    #[default]
    Posted,
    /// Its text was edited, or Slack unfurled a link in it (then `previous_text` equals the text).
    Edited {
        /// The text before.
        previous_text: String,
    },
    /// It was deleted; what is known of it is what it was before.
    Deleted,
}

/// A file as an event names it. In Slack Connect channels only the id may be there: ask `files.info`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRef {
    /// `F…`
    pub id: String,
    /// With its extension.
    pub name: String,
    /// In bytes, 0 if not said.
    pub size: u64,
    /// Where to fetch it, with the bot's token.
    pub url: Option<String>,
}

impl FileRef {
    /// Reads a file object.
    pub fn read(file: &Value) -> Self {
        Self {
            id: string(file, "/id"),
            name: string(file, "/name"),
            size: file.get("size").and_then(Value::as_u64).unwrap_or(0),
            url: text(file, "/url_private_download").or_else(|| text(file, "/url_private")),
        }
    }
}

/// `message` in any channel, and `app_mention`. For an edit the fields are those of the message as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageEvent {
    /// Posted, edited or deleted.
    pub change: Change,
    /// The channel's id.
    pub channel: String,
    /// The author; apps may have none.
    pub user: Option<String>,
    /// Set when an app posted it.
    pub bot_id: Option<String>,
    /// As sent, with Slack's escapes.
    pub text: String,
    /// The message's id within the channel.
    pub ts: String,
    /// When this was posted, edited or deleted, in microseconds UTC: Slack delivers late and out of order.
    pub at: i64,
    /// The thread's first message, if this is in a thread.
    pub thread_ts: Option<String>,
    /// The whole message as Slack sent it: `text`, `blocks`, `attachments`, `metadata` …
    pub message: Value,
    /// Who acted.
    pub actor: ActingUser,
}

impl MessageEvent {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let payload = parse(payload);
        let event = payload.get("event").unwrap_or(&Value::Null);
        let at = |name: &str| event.get(name).cloned().unwrap_or_default();
        let (change, message) = match event.get("subtype").and_then(Value::as_str) {
            Some("message_changed") => {
                (Change::Edited { previous_text: string(event, "/previous_message/text") }, at("message"))
            }
            Some("message_deleted") => (Change::Deleted, at("previous_message")),
            _ => (Change::Posted, event.clone()),
        };
        let ts = text(&message, "/ts").or_else(|| text(event, "/deleted_ts")).unwrap_or_default();
        Self {
            change,
            channel: id(event, "/channel").unwrap_or_default(),
            user: text(&message, "/user"),
            bot_id: text(&message, "/bot_id"),
            text: string(&message, "/text"),
            at: micros(&string(event, "/event_ts")).or_else(|| micros(&ts)).unwrap_or(0),
            ts,
            thread_ts: text(&message, "/thread_ts"),
            message,
            actor: ActingUser::read(&payload),
        }
    }
}

/// `1610144875.000600`, seconds with six decimals, in microseconds.
fn micros(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.')?;
    let fraction = Some(fraction).filter(|f| f.len() == 6)?.parse::<u32>().ok()?;
    seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction.into())
}

/// `app_home_opened`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppHomeOpened {
    /// Who opened it.
    pub user: String,
    /// `home` or `messages`.
    pub tab: String,
    /// Who acted.
    pub actor: ActingUser,
}

impl AppHomeOpened {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            user: id(&p, "/event/user").unwrap_or_default(),
            tab: string(&p, "/event/tab"),
            actor: ActingUser::read(&p),
        }
    }
}

/// `file_shared`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileShared {
    /// Ask `files.info` for the rest.
    pub file_id: String,
    /// Where it was shared.
    pub channel: String,
    /// Who shared it.
    pub user: String,
    /// Who acted.
    pub actor: ActingUser,
}

impl FileShared {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            file_id: text(&p, "/event/file_id").or_else(|| id(&p, "/event/file")).unwrap_or_default(),
            channel: id(&p, "/event/channel_id").or_else(|| id(&p, "/event/channel")).unwrap_or_default(),
            user: id(&p, "/event/user_id").or_else(|| id(&p, "/event/user")).unwrap_or_default(),
            actor: ActingUser::read(&p),
        }
    }
}

/// `member_joined_channel` and `member_left_channel`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberJoined {
    /// Who joined.
    pub user: String,
    /// The channel.
    pub channel: String,
}

impl MemberJoined {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            user: id(&p, "/event/user").unwrap_or_default(),
            channel: id(&p, "/event/channel").unwrap_or_default(),
        }
    }
}

/// `channel_archive`, `_unarchive`, `_rename`, `_deleted`, `_shared`, `_unshared`, `_id_changed` and the `group_` ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelChange {
    /// The channel; for `channel_id_changed` the old id.
    pub channel: String,
    /// The new id (`channel_id_changed`).
    pub new_id: Option<String>,
}

impl ChannelChange {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            channel: (id(&p, "/event/channel").or_else(|| text(&p, "/event/old_channel_id")))
                .unwrap_or_default(),
            new_id: text(&p, "/event/new_channel_id"),
        }
    }
}

/// `app_uninstalled` and `tokens_revoked`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    /// When it happened, in seconds UTC.
    pub at: i64,
    /// Whose tokens: user ids of bots. `None` for the whole app.
    pub bots: Option<Vec<String>>,
}

impl Revoked {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        let bots = (string(&p, "/event/type") == "tokens_revoked").then(|| {
            let ids = list(&p, "/event/tokens/bot");
            ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        });
        Self { at: p.get("event_time").and_then(Value::as_i64).unwrap_or(i64::MAX), bots }
    }

    /// Whether the bot's token is among them.
    pub fn concerns(&self, bot: &str) -> bool {
        self.bots.as_ref().is_none_or(|bots| bots.iter().any(|b| b == bot))
    }
}
