//! The channels that are used, as Slack last described them, and who was told when one went out of order.

use serde::de::DeserializeOwned;

use super::{Tx, unknown};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, UserId};
use crate::{sql_exec, sql_opt};

/// Whether the app can post there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Ok,
    /// Nobody can.
    Archived,
    /// The app is not in it.
    Left,
    /// It was deleted, or Slack does not show it: private and the app is not in it, or a scope is missing.
    Gone,
    /// Its settings do not let the app post.
    Restricted,
}

impl State {
    const ALL: [Self; 5] = [Self::Ok, Self::Archived, Self::Left, Self::Gone, Self::Restricted];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Archived => "archived",
            Self::Left => "left",
            Self::Gone => "gone",
            Self::Restricted => "restricted",
        }
    }

    fn stored(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| unknown("channel's state", text))
    }
}

/// Why nothing is posted in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// These teams of other companies read it, and nobody said that they may.
    Shared(Vec<String>),
    /// It cannot be posted in.
    Closed(State),
}

impl Trouble {
    /// What tells one trouble from the next: somebody is told once of each.
    pub fn key(&self) -> String {
        match self {
            Self::Shared(teams) => format!("shared:{}", teams.join("+")),
            Self::Closed(state) => state.as_str().to_owned(),
        }
    }
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Slack's id.
    pub id: ChannelId,
    /// The name it went by last; a deleted channel has no other.
    pub name: Option<String>,
    /// Whether the app can post there.
    pub state: State,
    /// Teams of other companies in it, sorted; those that are only invited included.
    pub teams: Vec<String>,
    /// Those of them that may be there.
    pub accepted: Vec<String>,
    /// The trouble that was told, by its key.
    pub told: Option<String>,
    /// Who was told.
    pub told_to: Vec<UserId>,
    /// When, in milliseconds UTC.
    pub told_at: Option<i64>,
    /// How often somebody was told of this channel.
    pub tellings: i64,
    /// When Slack was asked last, in milliseconds UTC.
    pub checked_at: i64,
}

impl Channel {
    /// A channel of which nothing is known yet.
    pub fn unseen(id: ChannelId) -> Self {
        Self {
            id,
            name: None,
            state: State::Ok,
            teams: Vec::new(),
            accepted: Vec::new(),
            told: None,
            told_to: Vec::new(),
            told_at: None,
            tellings: 0,
            checked_at: 0,
        }
    }

    /// Why nothing is posted there; other people's eyes count before everything else.
    pub fn trouble(&self) -> Option<Trouble> {
        let strangers: Vec<String> =
            self.teams.iter().filter(|t| !self.accepted.contains(t)).cloned().collect();
        if !strangers.is_empty() {
            return Some(Trouble::Shared(strangers));
        }
        (self.state != State::Ok).then_some(Trouble::Closed(self.state))
    }
}

/// A channel, if it was looked at before.
pub async fn find(tx: &mut Tx, id: &ChannelId) -> Result<Option<Channel>> {
    type Row = (Option<String>, String, String, String, Option<String>, String, Option<i64>, i64, i64);
    let row = sql_opt!(
        tx,
        Row,
        "SELECT name, state, teams, accepted, told, told_to, told_at, tellings, checked_at FROM channels WHERE id = $1",
        id.as_str()
    )?;
    row.map(|(name, state, teams, accepted, told, told_to, told_at, tellings, checked_at)| {
        Ok(Channel {
            id: id.clone(),
            name,
            state: State::stored(&state)?,
            teams: list(&teams)?,
            accepted: list(&accepted)?,
            told,
            told_to: list(&told_to)?,
            told_at,
            tellings,
            checked_at,
        })
    })
    .transpose()
}

/// The same, seen or not, to be changed: whoever else would change it waits until this transaction ends.
pub async fn take(tx: &mut Tx, id: &ChannelId) -> Result<Channel> {
    sql_exec!(
        tx,
        "INSERT INTO channels (id, state, checked_at) VALUES ($1, 'ok', 0) ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        id.as_str()
    )?;
    Ok(find(tx, id).await?.unwrap_or_else(|| Channel::unseen(id.clone())))
}

fn list<T: DeserializeOwned>(json: &str) -> Result<Vec<T>> {
    Ok(serde_json::from_str(json)?)
}

/// Remembers it.
pub async fn save(tx: &mut Tx, channel: &Channel) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO channels (id, name, state, teams, accepted, told, told_to, told_at, tellings, checked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, teams = excluded.teams, \
         accepted = excluded.accepted, told = excluded.told, told_to = excluded.told_to, told_at = excluded.told_at, \
         tellings = excluded.tellings, checked_at = excluded.checked_at",
        channel.id.as_str(),
        channel.name.as_deref(),
        channel.state.as_str(),
        serde_json::to_string(&channel.teams)?,
        serde_json::to_string(&channel.accepted)?,
        channel.told.as_deref(),
        serde_json::to_string(&channel.told_to)?,
        channel.told_at,
        channel.tellings,
        channel.checked_at
    )?;
    Ok(())
}

/// Takes over what is known of `from` under its new id.
pub async fn renumber(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    sql_exec!(tx, "DELETE FROM channels WHERE id = $1", to.as_str())?;
    sql_exec!(tx, "UPDATE channels SET id = $2 WHERE id = $1", from.as_str(), to.as_str())?;
    Ok(())
}
