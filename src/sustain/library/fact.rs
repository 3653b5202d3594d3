//! What a note stands on: words, or an item of the library as it was when the note was drafted.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Item, ItemKind, Origin, Stamp};
use crate::kernel::ids::UserId;

/// One thing that a note stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// In words.
    Words(String),
    /// An item of the library.
    Item(Box<UsedItem>),
}

/// An item as it was when a note drew on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedItem {
    /// Its id.
    pub item: String,
    /// Its version.
    pub version: i64,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: Option<String>,
    /// When it was shipped.
    pub date: Option<Date>,
    /// Where it comes from.
    pub origin: Origin,
    /// Who added it.
    pub added_by: UserId,
    /// What became of it since; the text has to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What had become of it when somebody looked at the text again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Mark>,
}

/// That an item is no longer as a note has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What happened.
    pub change: Change,
    /// Who did it; Tandem itself where a feed did, or time.
    pub by: UserId,
    /// On which day.
    pub on: Date,
}

/// What can happen to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// It was taken out of the library.
    Retracted,
    /// Its last day has passed.
    Expired,
    /// It says something else now.
    Edited {
        /// Its version since.
        version: i64,
        /// Its title now.
        title: String,
    },
}

impl Fact {
    /// That a note draws on this item.
    pub fn of(item: &Item) -> Self {
        Self::Item(Box::new(UsedItem {
            item: item.id.clone(),
            version: item.version,
            kind: item.kind,
            title: item.title.clone(),
            url: item.url.clone(),
            date: item.date,
            origin: item.origin.clone(),
            added_by: item.added.by.clone(),
            mark: None,
            checked: None,
        }))
    }

    /// The item, if it is one.
    pub fn item(&self) -> Option<&UsedItem> {
        match self {
            Self::Words(_) => None,
            Self::Item(used) => Some(used),
        }
    }

    /// The same with what became of the item.
    pub fn marked(self, mark: Option<Mark>) -> Self {
        match self {
            Self::Item(used) => Self::Item(Box::new(UsedItem { mark, ..*used })),
            words => words,
        }
    }

    /// Somebody has looked at the text again.
    pub fn settle(&mut self) {
        if let Self::Item(used) = self
            && let Some(mark) = used.mark.take()
        {
            used.checked = Some(mark);
        }
    }
}

impl From<String> for Fact {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&str> for Fact {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl UsedItem {
    /// What has become of the item that nobody has looked at yet; days are those of `zone`.
    pub fn against(&self, item: &Item, today: Date, zone: &TimeZone) -> Option<Mark> {
        let day = |stamp: &Stamp| stamp.at.to_zoned(zone.clone()).date();
        let mark = if let Some(stamp) = &item.retracted {
            Mark { change: Change::Retracted, by: stamp.by.clone(), on: day(stamp) }
        } else if let Some(last) = item.expires.filter(|last| *last < today) {
            Mark { change: Change::Expired, by: item.added.by.clone(), on: last }
        } else if item.version > self.version {
            let stamp = item.changed.as_ref().unwrap_or(&item.added);
            let change = Change::Edited { version: item.version, title: item.title.clone() };
            Mark { change, by: stamp.by.clone(), on: day(stamp) }
        } else {
            return None;
        };
        (self.checked.as_ref() != Some(&mark)).then_some(mark)
    }
}
