//! The library: what notes may give, each item with where it comes from, for whom it is and until when.

mod fact;
mod title;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::fact::{Change, Fact, Mark, UsedItem};
pub use self::title::{TITLE_LIMIT, one_line, plain_title};
use super::relevance::mentions;
use crate::kernel::ids::{ChannelId, PartnerId, UserId};
use crate::map::partner::{ContactRole, Partner};
use crate::store::audit;

/// The longest address that is kept, in characters.
pub const LINK_LIMIT: usize = 1000;

/// One thing that a note may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id; empty for one that is not in the library yet.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: Option<String>,
    /// When it was shipped, or the day that a document is of.
    pub date: Option<Date>,
    /// The last day on which a document may be given.
    pub expires: Option<Date>,
    /// Which kind of reader it is for; `None`: anyone.
    pub audience: Option<ContactRole>,
    /// Only this partner's people read of it; `None`: all partners'.
    pub partner: Option<PartnerId>,
    /// Where it comes from.
    pub origin: Origin,
    /// Who added it, and when.
    pub added: Stamp,
    /// Who changed it last, and when.
    pub changed: Option<Stamp>,
    /// Who took it out, and when.
    pub retracted: Option<Stamp>,
    /// Counts up with every change.
    pub version: i64,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who; Tandem itself where a feed did it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

impl Item {
    /// A new one of this title, with nothing else known of it.
    pub fn new(kind: ItemKind, title: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            kind,
            title: title.into(),
            url: None,
            date: None,
            expires: None,
            audience: None,
            partner: None,
            origin: Origin::Form,
            added: Stamp { by: audit::TANDEM.into(), at: Timestamp::UNIX_EPOCH },
            changed: None,
            retracted: None,
            version: 1,
        }
    }

    /// Whether it is this partner's alone: what they shipped, and what has their name.
    pub fn is_only_for(&self, partner: &Partner) -> bool {
        self.kind == ItemKind::TheirLaunch || mentions(&self.title, &partner.name)
    }

    /// Whether it may be given on that day.
    pub fn is_live(&self, today: Date) -> bool {
        self.retracted.is_none() && self.expires.is_none_or(|last| last >= today)
    }

    /// Whether it is meant for this kind of reader.
    pub fn is_for(&self, reader: Option<ContactRole>) -> bool {
        self.audience.is_none() || self.audience == reader
    }

    /// What the audit and controls call it.
    pub fn subject(&self) -> String {
        format!("library:{}", self.id)
    }

    /// The host that its link leads to.
    pub fn host(&self) -> Option<String> {
        Url::parse(self.url.as_deref()?).ok()?.host_str().map(str::to_owned)
    }
}

/// What the library holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A document.
    Asset,
    /// Something that we shipped.
    OurLaunch,
    /// Something that the partner shipped.
    TheirLaunch,
}

impl ItemKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Asset, Self::OurLaunch, Self::TheirLaunch];

    /// As stored, and as templates call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::OurLaunch => "our_launch",
            Self::TheirLaunch => "their_launch",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Asset => "Document",
            Self::OurLaunch => "Our launch",
            Self::TheirLaunch => "Their launch",
        }
    }
}

/// Where an item comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// Somebody entered it in a form.
    Form,
    /// Somebody took it from a message.
    Message {
        /// The message's channel.
        channel: ChannelId,
        /// Slack's number of it.
        ts: String,
        /// Where it can be read.
        link: Option<String>,
    },
    /// The partner's feed of this name brought it.
    Feed {
        /// The feed.
        name: String,
    },
}

impl Origin {
    /// As stored.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Message { .. } => "message",
            Self::Feed { .. } => "feed",
        }
    }

    /// Whether a feed brought it.
    pub fn is_feed(&self) -> bool {
        matches!(self, Self::Feed { .. })
    }
}

/// A link that may be kept: whole, https, with a host and without a name or a password in it.
pub fn web_address(written: &str) -> Option<String> {
    let url = Url::parse(written.trim()).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    let fits = url.scheme() == "https" && url.has_host() && plain && url.as_str().len() <= LINK_LIMIT;
    fits.then(|| url.to_string())
}

/// The first such link in a message as Slack sends it, with the words that it stands behind.
pub fn link_in(message: &str) -> Option<(String, Option<String>)> {
    let mut rest = message;
    while let Some((_, after)) = rest.split_once('<') {
        let (inside, after) = after.split_once('>')?;
        let (target, label) = inside.split_once('|').map_or((inside, None), |(t, l)| (t, Some(l)));
        if let Some(url) = web_address(&crate::kernel::text::unescaped(target)) {
            let label = label.map(crate::kernel::text::unescaped);
            // What Slack shows for a bare address says nothing.
            let label = label.filter(|l| l.contains(char::is_whitespace) || !l.contains('.'));
            return Some((url, label));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests;
