//! Clicks, modals, shortcuts and commands.

use serde_json::Value;

use super::state::{State, field_of};
use super::{ActingUser, id, list, parse, string, text};

/// One thing that was clicked or chosen. The choice itself is read like an input's value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Action {
    /// Ours.
    pub action_id: String,
    /// `button`, `overflow`, `static_select`, `datepicker` …
    pub kind: String,
    /// A button's value; else what was chosen: option, user, channel, date or time.
    pub value: String,
}

impl Action {
    fn read(raw: &Value) -> Self {
        const CHOICES: [&str; 8] = [
            "/value",
            "/selected_option/value",
            "/selected_user",
            "/selected_conversation",
            "/selected_channel",
            "/selected_date",
            "/selected_time",
            "/selected_date_time",
        ];
        let chosen = CHOICES.iter().find_map(|path| match raw.pointer(path) {
            Some(Value::String(s)) => Some(s.clone()),
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => None,
        });
        Self {
            action_id: string(raw, "/action_id"),
            kind: string(raw, "/type"),
            value: chosen.unwrap_or_default(),
        }
    }
}

/// A modal or Home tab as an interaction names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewRef {
    /// `V…`
    pub id: String,
    /// `modal` or `home`.
    pub kind: String,
    /// Ours.
    pub callback_id: String,
    /// For `views.update` without overwriting somebody else's change.
    pub hash: String,
    /// What we put into it as JSON, up to 3,000 characters; `null` if that is nothing.
    pub metadata: Value,
    /// The first field, if there is one.
    pub first_input: Option<String>,
    /// It took the place of another form, and that one of another: so many.
    pub turn: u32,
    /// What was entered so far.
    pub state: State,
}

impl ViewRef {
    fn read(view: &Value) -> Self {
        let blocks = list(view, "/blocks");
        let input = blocks.iter().find(|block| block["type"] == "input");
        let input = input.and_then(|block| text(block, "/block_id"));
        let (first_input, turn) =
            input.as_deref().map_or((None, 0), |id| (Some(field_of(id).0.to_owned()), field_of(id).1));
        Self {
            id: string(view, "/id"),
            kind: string(view, "/type"),
            callback_id: string(view, "/callback_id"),
            hash: string(view, "/hash"),
            metadata: parse(&string(view, "/private_metadata")),
            first_input,
            turn,
            state: State::new(view.pointer("/state/values")),
        }
    }
}

/// `block_actions`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockActions {
    /// Who clicked.
    pub actor: ActingUser,
    /// The channel of the message; `None` in a modal or on the Home tab.
    pub channel: Option<String>,
    /// The message's `ts`.
    pub message_ts: Option<String>,
    /// The thread that the message is in.
    pub thread_ts: Option<String>,
    /// Good for three seconds.
    pub trigger_id: String,
    /// Good for 30 minutes and five answers.
    pub response_url: Option<String>,
    /// At least one.
    pub actions: Vec<Action>,
    /// The modal or Home tab.
    pub view: Option<ViewRef>,
}

impl BlockActions {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            actor: ActingUser::read(&p),
            channel: id(&p, "/channel").or_else(|| text(&p, "/container/channel_id")),
            message_ts: text(&p, "/message/ts").or_else(|| text(&p, "/container/message_ts")),
            thread_ts: text(&p, "/message/thread_ts").or_else(|| text(&p, "/container/thread_ts")),
            trigger_id: string(&p, "/trigger_id"),
            response_url: text(&p, "/response_url"),
            actions: list(&p, "/actions").iter().map(Action::read).collect(),
            view: p.get("view").filter(|v| v.is_object()).map(ViewRef::read),
        }
    }

    /// The first action: Slack sends one at a time, but for state changes in one block.
    pub fn first(&self) -> Option<&Action> {
        self.actions.first()
    }
}

/// `view_submission` and `view_closed`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewSubmission {
    /// Who pressed it.
    pub actor: ActingUser,
    /// Which of our modals.
    pub callback_id: String,
    /// What we put into it; `null` if that is nothing.
    pub metadata: Value,
    /// What was entered.
    pub values: State,
    /// Good for three seconds; empty for `view_closed`.
    pub trigger_id: String,
    /// The view.
    pub view: ViewRef,
}

impl ViewSubmission {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        let view = ViewRef::read(p.get("view").unwrap_or(&Value::Null));
        Self {
            actor: ActingUser::read(&p),
            callback_id: view.callback_id.clone(),
            metadata: view.metadata.clone(),
            values: view.state.clone(),
            trigger_id: string(&p, "/trigger_id"),
            view,
        }
    }
}

/// A slash command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlashCommand {
    /// Who typed it.
    pub actor: ActingUser,
    /// What follows it, trimmed.
    pub text: String,
    /// Where it was typed.
    pub channel: String,
    /// Good for three seconds.
    pub trigger_id: String,
    /// Good for 30 minutes and five answers.
    pub response_url: Option<String>,
}

impl SlashCommand {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        Self {
            actor: ActingUser::read(&p),
            text: string(&p, "/text").trim().to_owned(),
            channel: string(&p, "/channel_id"),
            trigger_id: string(&p, "/trigger_id"),
            response_url: text(&p, "/response_url"),
        }
    }
}

/// The message under a message shortcut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShortcutMessage {
    /// Its channel.
    pub channel: String,
    /// Its id within the channel.
    pub ts: String,
    /// Its thread.
    pub thread_ts: Option<String>,
    /// As sent, with Slack's escapes.
    pub text: String,
    /// The author, if it is a person.
    pub user: Option<String>,
    /// The whole message.
    pub message: Value,
}

/// `shortcut` and `message_action`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shortcut {
    /// Who chose it.
    pub actor: ActingUser,
    /// Which of our shortcuts.
    pub callback_id: String,
    /// Good for three seconds.
    pub trigger_id: String,
    /// Message shortcuts only.
    pub response_url: Option<String>,
    /// Message shortcuts only.
    pub on: Option<ShortcutMessage>,
}

impl Shortcut {
    /// Reads a stored envelope's payload.
    pub fn read(payload: &str) -> Self {
        let p = parse(payload);
        let on = p.get("message").filter(|m| m.is_object()).map(|message| ShortcutMessage {
            channel: id(&p, "/channel").unwrap_or_default(),
            ts: text(message, "/ts").unwrap_or_else(|| string(&p, "/message_ts")),
            thread_ts: text(message, "/thread_ts"),
            text: string(message, "/text"),
            user: text(message, "/user"),
            message: message.clone(),
        });
        Self {
            actor: ActingUser::read(&p),
            callback_id: string(&p, "/callback_id"),
            trigger_id: string(&p, "/trigger_id"),
            response_url: text(&p, "/response_url"),
            on,
        }
    }
}
