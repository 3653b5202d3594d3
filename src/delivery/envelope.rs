//! One thing that Slack sent us, in the one shape that the inbox stores, and the door it enters by.

use std::future::Future;

use serde_json::Value;

/// What sort of thing arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An event of the Events API (`event_callback`).
    Event,
    /// A slash command.
    Command,
    /// A click or choice in a message, a modal or the Home tab.
    BlockActions,
    /// A modal's submit button.
    ViewSubmission,
    /// A modal was closed without submitting it.
    ViewClosed,
    /// A shortcut on a message.
    MessageShortcut,
    /// A shortcut from anywhere.
    GlobalShortcut,
    /// Stored by another version of the program, or not known at all.
    Unknown,
}

impl Kind {
    const NAMES: [(Kind, &'static str); 7] = [
        (Kind::Event, "event"),
        (Kind::Command, "command"),
        (Kind::BlockActions, "block_actions"),
        (Kind::ViewSubmission, "view_submission"),
        (Kind::ViewClosed, "view_closed"),
        (Kind::MessageShortcut, "message_shortcut"),
        (Kind::GlobalShortcut, "global_shortcut"),
    ];

    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(k, _)| *k == self).map_or("unknown", |(_, name)| name)
    }

    /// Reads a stored name; anything else is [`Kind::Unknown`].
    pub fn from_name(name: &str) -> Kind {
        Self::NAMES.iter().find(|(_, n)| *n == name).map_or(Kind::Unknown, |(k, _)| *k)
    }

    /// True where a person waits for the answer: clicks, commands, shortcuts, submissions.
    pub fn is_urgent(self) -> bool {
        !matches!(self, Kind::Event | Kind::ViewClosed | Kind::Unknown)
    }
}

/// Which delivery of the same thing this is, when Slack says that it repeats itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// 1 for the first repetition.
    pub attempt: u32,
    /// Slack's word for why, such as `http_timeout` or `http_error`.
    pub reason: String,
}

/// One thing that Slack sent us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Unique: the event id; for clicks, commands and submissions the trigger id; else a digest of the content.
    pub key: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The event's type, the command (with its slash), or the callback or action id.
    pub name: String,
    /// What must stay in order among itself: a channel, a user or a view.
    pub lane: String,
    /// The raw JSON as Slack sent it; a command's form as a JSON object of strings.
    pub payload: String,
    /// Set when this is a repetition.
    pub retry: Option<Retry>,
}

/// The envelope could not be committed. Slack is told nothing good, so that it sends events again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the envelope was not committed: {0}")]
pub struct NotAccepted(pub String);

/// What the app says of an urgent envelope before it is committed.
#[derive(Clone, Debug, PartialEq)]
pub enum Review {
    /// Commit it; answer with `reply` (for a modal `{"response_action": …}`), or with nothing.
    Accept {
        /// The JSON that goes back with the acknowledgement.
        reply: Option<Value>,
    },
    /// Answer with `reply` and commit nothing, such as `{"response_action": "errors", …}`.
    Refuse {
        /// The JSON that goes back.
        reply: Value,
    },
}

/// The app as the transport sees it: HTTP and Socket Mode both end here.
///
/// Both calls together must end well within Slack's three seconds. They may be dropped half-way when they do not,
/// so a commit must be all or nothing.
pub trait FrontDoor: Send + Sync + 'static {
    /// Commits the envelope under its key, once however often it comes. Slack is answered only after this returned.
    fn accept(&self, envelope: Envelope) -> impl Future<Output = Result<(), NotAccepted>> + Send;

    /// Asked before the commit of every urgent envelope. It must not change anything: the commit may still fail.
    fn review(&self, envelope: &Envelope) -> impl Future<Output = Review> + Send {
        let _ = envelope;
        async { Review::Accept { reply: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_survives_its_name() {
        for (kind, name) in Kind::NAMES {
            assert_eq!(Kind::from_name(kind.as_str()), kind);
            assert_eq!(kind.as_str(), name);
        }
        assert_eq!(Kind::from_name("workflow_step_edit"), Kind::Unknown);
        assert_eq!(Kind::Unknown.as_str(), "unknown");
    }
}
