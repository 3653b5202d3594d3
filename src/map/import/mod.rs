//! A list file on its way into the map: received, understood, previewed, imported.
//!
//! Every step can be repeated: what a crash cut off is taken up again from the file, and a row that was imported
//! already is only confirmed.
//!
//! **To hand in a list by another way than a file in the intake channel:** put the file into the folder of downloads under
//! the import's id, [`store::insert`] an [`Import`] in [`State::Received`] (its `file_id` is whatever is unique to it, its
//! `kind` is left at its default), and ring the bell of imports. A `partner` that is set there stays; else the file's name
//! and rows tell whose it is. The card is posted to `channel`, in `thread` where there is one.

pub mod flow;
pub mod listed;
pub mod store;
pub mod view;

use serde::{Deserialize, Serialize};

use crate::kernel::ids::{ChannelId, ImportId, PartnerId, UserId};
use crate::map::intake::table::{self, BadRow, Mapping, Recognition};
use crate::map::lists::Whose;
use crate::map::lists::matching::Summary;
use crate::map::overlap::Population;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Slack has told us of the file.
    Received,
    /// Somebody must say which partner it is from, or what its columns mean.
    Asking,
    /// It is being counted.
    Counting,
    /// Somebody must decide.
    Previewed,
    /// It is being written.
    Importing,
    /// It is in the map.
    Done,
    /// Somebody said no.
    Cancelled,
    /// It could not be read.
    Failed,
}

impl State {
    const NAMES: [(Self, &'static str); 8] = [
        (Self::Received, "received"),
        (Self::Asking, "asking"),
        (Self::Counting, "counting"),
        (Self::Previewed, "previewed"),
        (Self::Importing, "importing"),
        (Self::Done, "done"),
        (Self::Cancelled, "cancelled"),
        (Self::Failed, "failed"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(s, _)| *s == self).map_or("failed", |(_, n)| n)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, n)| *n == text).map(|(s, _)| *s)
    }
}

/// One list file.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Slack's id of the file.
    pub file_id: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Where it was dropped.
    pub channel: ChannelId,
    /// The message that it hangs on.
    pub thread: Option<String>,
    /// What its rows are.
    pub kind: Kind,
    /// Whose list it is; `None` when it is ours, when its rows say so themselves, or nobody has said yet.
    pub partner: Option<PartnerId>,
    /// Who dropped it.
    pub uploaded_by: UserId,
    /// How far it is.
    pub state: State,
    /// The header row.
    pub headers: Vec<String>,
    /// What the columns mean.
    pub mapping: Option<Mapping>,
    /// What its silence means; decided when it is imported.
    pub extent: Extent,
    /// What would change, or did.
    pub counts: Counts,
    /// What was wrong with it, in plain words.
    pub error: Option<String>,
    /// Counts up with every step.
    pub version: i64,
}

/// What the rows of a list are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Overlaps: each is one of our accounts with a partner.
    #[default]
    Overlaps,
    /// Accounts of ours.
    Ours,
    /// A partner's accounts, to be matched against ours.
    Theirs,
}

impl Kind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overlaps => "overlaps",
            Self::Ours => "ours",
            Self::Theirs => "accounts",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Overlaps, Self::Ours, Self::Theirs].into_iter().find(|k| k.as_str() == text)
    }

    /// Of a partner's list with these columns: where it says nothing of our side, and there is a list of ours or the rows are
    /// known to be `accounts`, they are the partner's accounts.
    pub fn of_partners(mapping: &Mapping, accounts: bool) -> Self {
        if accounts && !mapping.tells_overlaps() { Self::Theirs } else { Self::Overlaps }
    }
}

/// What a list says of the overlaps that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It is everything: what it lacks is gone.
    Whole,
    /// It adds to the last list: nothing goes.
    Addition,
}

impl Extent {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Addition => "addition",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        [Self::Whole, Self::Addition].into_iter().find(|e| e.as_str() == text)
    }
}

/// What stands for Slack's id of a file that a source brought, or that was posted to one.
///
/// `population`: it is only the list of these accounts of the partner's.
pub fn source_file(source: &str, fetched: bool, population: Option<Population>, import: &ImportId) -> String {
    let way = if fetched { "fetched" } else { "posted" };
    format!("source:{source}:{way}:{}:{import}", population.map_or("", Population::as_str))
}

impl Import {
    /// Of a plain list: whose it is.
    pub fn whose(&self) -> Option<Whose> {
        match self.kind {
            Kind::Overlaps => None,
            Kind::Ours => Some(Whose::Ours),
            Kind::Theirs => self.partner.clone().map(Whose::Partner),
        }
    }

    /// The source that brought it; none when a person dropped it.
    pub fn source(&self) -> Option<&str> {
        self.of_source(0)
    }

    fn of_source(&self, part: usize) -> Option<&str> {
        self.file_id.strip_prefix("source:")?.split(':').nth(part)
    }

    /// The accounts of the partner's that it is a list of; `None`: all of them.
    pub fn population(&self) -> Option<Population> {
        self.of_source(2).and_then(Population::stored)
    }

    /// Whether it was posted to us: there is nowhere to ask for it again.
    pub fn is_posted(&self) -> bool {
        self.of_source(1) == Some("posted")
    }

    /// Whether somebody may say that these overlaps are rather all accounts of the partner: nothing tells, and there is no list
    /// of ours yet that they could have been matched against.
    pub fn may_be_accounts(&self) -> bool {
        let preset = || matches!(Mapping::recognise(&self.headers, &[]), Recognition::Preset(..));
        self.kind == Kind::Overlaps
            && self.counts.alone
            && self.partner.is_some()
            && self.source().is_none()
            && !table::has_two_sides(&self.headers)
            && !preset()
    }

    /// Whether nothing of it is shown yet: what a source brings needs nobody, unless somebody has to say something.
    pub fn is_quiet(&self) -> bool {
        self.source().is_some() && !matches!(self.state, State::Asking | State::Previewed)
    }

    /// What its message is filed under.
    pub fn subject(&self) -> String {
        format!("import:{}", self.id)
    }
}

/// What a list changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Overlaps that were not known.
    pub new: u64,
    /// Overlaps that are known and differ.
    pub changed: u64,
    /// Overlaps that are known and the same, rows that repeat another one included.
    pub same: u64,
    /// Overlaps of the last list that this one no longer has: marked as gone where it is the whole list.
    pub gone: u64,
    /// Overlaps on the last list.
    pub listed: u64,
    /// Rows that cannot be read.
    pub unreadable: u64,
    /// Of them those of which not even the account can be told: whether the list has it is not known.
    pub unnamed: u64,
    /// The first unreadable ones: line and reason.
    pub bad: Vec<(u64, String)>,
    /// The partners that the rows name.
    pub partners: Vec<String>,
    /// Of a plain list: the first accounts that are new.
    pub names: Vec<String>,
    /// What the lists that it was matched against came to.
    pub matched: Vec<Summary>,
    /// Overlaps that changed because our list did, and the first of them in words.
    pub followed: (u64, Vec<String>),
    /// There is no list of ours to match it against.
    pub alone: bool,
}

/// So many unreadable rows are named; the rest is counted.
pub const NAMED_BAD_ROWS: usize = 50;

/// A list that lacks more than one in so many of the last one is more likely a part than the whole.
const FAIR_SHARE: u64 = 3;

impl Counts {
    /// Whether what it lacks is for a person to confirm: so much of the last list that it is rather an addition, or
    /// perhaps only what cannot be read.
    pub fn lack_is_doubtful(&self) -> bool {
        self.gone > 0 && (self.unnamed > 0 || self.gone.saturating_mul(FAIR_SHARE) > self.listed)
    }

    /// Rows that were understood.
    pub fn rows(&self) -> u64 {
        self.new + self.changed + self.same
    }

    /// Whether there is anything to import: of a partner's own list nothing may match.
    pub fn can_be_imported(&self) -> bool {
        self.rows() > 0 || self.matched.iter().any(|m| m.theirs > 0)
    }

    /// Pairs in doubt.
    pub fn in_doubt(&self) -> u64 {
        self.matched.iter().map(|m| m.in_doubt).sum()
    }

    /// Notes an unreadable row.
    pub fn refuse(&mut self, row: BadRow) {
        self.unreadable += 1;
        if self.bad.len() < NAMED_BAD_ROWS {
            self.bad.push((row.line, row.reason));
        }
    }
}
