//! Partners and the people there.

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kernel::age;
use crate::kernel::ids::{ChannelId, ContactId, PartnerId, UserId};

/// A company that we sell with.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// As people write it.
    pub name: String,
    /// Its own domain.
    pub domain: Option<String>,
    /// Our partner manager for it.
    pub manager: Option<UserId>,
    /// The one channel that its people read.
    pub channel: Option<ChannelId>,
    /// How old its list may become before it counts as stale (A3).
    pub refresh_days: i64,
    /// When its list was last seen.
    pub list_seen_at: Option<Timestamp>,
    /// Sample data, marked SAMPLE.
    pub sample: bool,
}

impl Partner {
    /// What its form shows, to tell whether somebody changed it while the form was open.
    pub fn stamp(&self) -> Value {
        json!([self.name, self.domain, self.manager, self.channel, self.refresh_days])
    }

    /// Days of the reader's calendar since the list was last seen.
    pub fn list_age_days(&self, now: &Zoned) -> Option<i64> {
        self.list_seen_at.map(|at| age::days_since(at, now))
    }

    /// Whether the list is older than it may be; one that was never seen is not stale but absent.
    pub fn list_is_stale(&self, now: &Zoned) -> bool {
        self.list_age_days(now).is_some_and(|days| days > self.refresh_days)
    }
}

/// A person at a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Their id.
    pub id: ContactId,
    /// Where they work.
    pub partner: PartnerId,
    /// First name first.
    pub name: String,
    /// What they do.
    pub role: ContactRole,
    /// Their address.
    pub email: Option<String>,
    /// Their Slack id in a shared channel.
    pub slack_user: Option<UserId>,
    /// Kinds of gift that they turned down (A11).
    pub said_no_to: Vec<String>,
}

impl Contact {
    /// What its form shows, as [`Partner::stamp`].
    pub fn stamp(&self) -> Value {
        json!([self.name, self.role, self.email, self.slack_user, self.said_no_to])
    }

    /// What a note begins with.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }
}

/// What somebody at a partner does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// Sells.
    PartnerRep,
    /// Manages the partnership.
    PartnerManager,
    /// Leads.
    PartnerExecutive,
    /// Knows the technology.
    PartnerPresales,
}

impl ContactRole {
    /// All of them with their stored name and words.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::PartnerRep, "partner_rep", "sales rep"),
        (Self::PartnerManager, "partner_manager", "partner manager"),
        (Self::PartnerExecutive, "partner_executive", "executive"),
        (Self::PartnerPresales, "partner_presales", "pre-sales"),
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(r, ..)| *r == self).map_or("partner_rep", |(_, s, _)| s)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(r, ..)| *r == self).map_or("sales rep", |(_, _, w)| w)
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, s, _)| *s == text).map(|(r, ..)| *r)
    }
}
