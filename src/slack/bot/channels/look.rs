//! Looking at a channel: Slack is asked how it is, what it said is remembered, and the owner is told of a new trouble.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::client::CallError;
use super::super::Bot;
use super::super::channels_view::{self as view, Company, End, Used};
use super::uses;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::Role;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, UserId};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::channels::{self, Channel, State, Trouble};
use crate::store::{Tx, audit, millis, people};

/// What Slack said of a channel counts so long.
pub(super) const FRESH_MS: i64 = 60_000;
/// Where Slack does not say when to ask again.
const LATER: Duration = Duration::from_secs(5);

/// Stands for the companies in a shared channel where Slack does not say which they are.
const UNNAMED: &str = "?";

/// What a look at a channel gave.
#[derive(Debug)]
pub(super) enum Look {
    /// The channel as it is.
    At(Channel),
    /// Slack does not answer now.
    NotNow(Duration, String),
}

/// What is new of a channel.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    name: Option<String>,
    pub(super) state: State,
    /// `None` where this says nothing of who reads there.
    teams: Option<Vec<String>>,
}

impl Seen {
    /// Slack's channel object, as `conversations.info` gives it.
    pub(super) fn read(channel: &Value) -> Self {
        let is = |name: &str| channel[name].as_bool().unwrap_or(false);
        let mut teams: Vec<String> = ["connected_team_ids", "pending_connected_team_ids", "pending_shared"]
            .iter()
            .flat_map(|list| channel[list].as_array().into_iter().flatten())
            .filter_map(|team| team.as_str().map(str::to_owned))
            .collect();
        if teams.is_empty() && (is("is_ext_shared") || is("is_pending_ext_shared")) {
            // Shared, and Slack does not say with whom.
            teams.push(UNNAMED.to_owned());
        }
        teams.sort();
        teams.dedup();
        let state = match (is("is_archived"), is("is_member")) {
            (true, _) => State::Archived,
            (false, true) => State::Ok,
            (false, false) => State::Left,
        };
        Self { name: channel["name"].as_str().map(str::to_owned), state, teams: Some(teams) }
    }

    /// People of another company read there, or are invited to.
    pub(super) fn is_shared(&self) -> bool {
        self.teams.as_ref().is_some_and(|teams| !teams.is_empty())
    }

    fn refused(state: State) -> Self {
        Self { name: None, state, teams: None }
    }
}

/// As Slack described it a moment ago, or describes it now.
pub(super) async fn fresh(bot: &Bot, id: &ChannelId) -> Result<Look> {
    let now = millis(bot.clock.now());
    let mut tx = bot.db.read().await?;
    let known = channels::find(&mut tx, id).await?;
    tx.rollback().await?;
    match known {
        Some(channel) if now - channel.checked_at < FRESH_MS || channel.state == State::Restricted => {
            Ok(Look::At(channel))
        }
        _ => look(bot, id).await,
    }
}

/// Asks Slack how a channel is, and draws the consequences.
pub(super) async fn look(bot: &Bot, id: &ChannelId) -> Result<Look> {
    let seen = match ask(bot, id).await {
        Ok(seen) => seen,
        Err(not_now) => return Ok(not_now),
    };
    if seen.is_shared() {
        acquaint(bot, id).await?;
    }
    let mut tx = bot.db.begin().await?;
    let channel = take_in(&mut tx, bot.clock.now(), id, seen).await?;
    tx.commit().await?;
    bot.bell.ring();
    Ok(Look::At(channel))
}

async fn ask(bot: &Bot, id: &ChannelId) -> Result<Seen, Look> {
    match bot.client.conversation_info(id.as_str()).await {
        Ok(channel) => Ok(Seen::read(&channel)),
        // Whatever Slack's reason is, it will say the same again.
        Err(CallError::Rejected { code, .. }) => {
            tracing::warn!(
                code,
                channel = id.as_str(),
                "Slack does not show a channel; what is meant for it waits"
            );
            Ok(Seen::refused(State::Gone))
        }
        Err(CallError::Retry { after, code }) => Err(Look::NotNow(after.unwrap_or(LATER), code)),
        Err(error) => {
            tracing::warn!(%error, channel = id.as_str(), "a channel cannot be looked at; what is meant for it waits");
            Err(Look::NotNow(LATER, error.to_string()))
        }
    }
}

/// Looks at the partners' channels of which nothing is known: their teams tell whose people a stranger's are.
async fn acquaint(bot: &Bot, except: &ChannelId) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let mut unseen = Vec::new();
    for channel in map::partners(&mut tx).await?.into_iter().filter_map(|p| p.channel) {
        if channel != *except && channels::find(&mut tx, &channel).await?.is_none() {
            unseen.push(channel);
        }
    }
    tx.rollback().await?;
    for channel in unseen {
        if let Ok(seen) = ask(bot, &channel).await {
            let mut tx = bot.db.begin().await?;
            take_in(&mut tx, bot.clock.now(), &channel, seen).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Remembers what was seen; tells the owner of a new trouble, and lets go on what a mended one held back.
async fn take_in(tx: &mut Tx, now: Timestamp, id: &ChannelId, seen: Seen) -> Result<Channel> {
    let used = uses(tx, id).await?;
    let mut channel = channels::take(tx, id).await?;
    channel.name = seen.name.or(channel.name);
    // That we may post nobody tells: a message that arrives proves it.
    let unproved = seen.teams.is_some() && channel.state == State::Restricted && seen.state == State::Ok;
    if !unproved {
        channel.state = seen.state;
        channel.checked_at = millis(now);
    }
    channel.teams = seen.teams.unwrap_or(channel.teams);
    if let Some(Used::Partner(partner)) = used.last()
        && channel.accepted.is_empty()
    {
        // One company alone is the partner, unless it is known as another's or an admin was asked about it. Of several,
        // only those known as the partner's: whose people the others are, somebody has to say.
        let asked = channel.told.as_deref().is_some_and(|told| told.starts_with("shared:"));
        let alone = matches!(&channel.teams[..], [one] if one != UNNAMED) && !asked;
        for team in channel.teams.clone() {
            let owners = owners(tx, &team).await?;
            if owners.iter().all(|p| p.id == partner.id) && (alone || !owners.is_empty()) {
                channel.accepted.push(team);
            }
        }
    }
    settle(tx, now, &mut channel, &used, &End::Mended).await?;
    Ok(channel)
}

/// Tells what is new of a channel's trouble, saves it, and releases what is held when there is none.
pub(super) async fn settle(
    tx: &mut Tx,
    now: Timestamp,
    channel: &mut Channel,
    used: &[Used],
    end: &End,
) -> Result<()> {
    let trouble = channel.trouble();
    let key = trouble.as_ref().map(Trouble::key);
    if key != channel.told {
        let superseded = End::Superseded;
        let end = if trouble.is_some() { &superseded } else { end };
        for user in std::mem::take(&mut channel.told_to) {
            let update = Outgoing::update(subject(&channel.id, &user), view::over(channel, end));
            outbox::enqueue(tx, millis(now), &update).await?;
        }
        channel.told = None;
    }
    if let Some(trouble) = trouble.filter(|_| channel.told.is_none() && !used.is_empty()) {
        tell(tx, now, channel, &trouble, used).await?;
    }
    if channel.trouble().is_none() {
        outbox::release(tx, &channel.id).await?;
    }
    channels::save(tx, channel).await
}

async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    channel: &mut Channel,
    trouble: &Trouble,
    used: &[Used],
) -> Result<()> {
    let message = view::card(channel, trouble, used, &company(tx, trouble, used).await?)?;
    channel.told_to = owners_of(tx, trouble, used).await?;
    channel.tellings += 1;
    for user in &channel.told_to {
        let key = format!("channel:{}:{}:{user}", channel.id, channel.tellings);
        let card = Outgoing::post(key, Destination::Person(user.clone()), message.clone());
        outbox::enqueue(tx, millis(now), &card.showing(subject(&channel.id, user))).await?;
    }
    channel.told = Some(trouble.key());
    channel.told_at = Some(millis(now));
    audit::done(tx, now, audit::TANDEM, "channel.hold", &about(&channel.id), &trouble.key());
    Ok(())
}

fn subject(channel: &ChannelId, user: &UserId) -> String {
    format!("channel:{channel}:{user}")
}

pub(super) fn about(channel: &ChannelId) -> String {
    format!("channel:{channel}")
}

/// Who can mend it: a partner's manager what concerns only them, the admins everything else.
async fn owners_of(tx: &mut Tx, trouble: &Trouble, used: &[Used]) -> Result<Vec<UserId>> {
    if let (Trouble::Closed(_), [Used::Partner(partner)]) = (trouble, used)
        && let Some(manager) = &partner.manager
    {
        return Ok(vec![manager.clone()]);
    }
    people::holders(tx, Role::Admin).await
}

/// Whose people the strangers are.
pub(super) async fn company(tx: &mut Tx, trouble: &Trouble, used: &[Used]) -> Result<Company> {
    let Trouble::Shared(teams) = trouble else { return Ok(Company::default()) };
    let own = |p: &Partner| used.iter().any(|u| matches!(u, Used::Partner(own) if own.id == p.id));
    let mut company = Company::default();
    for team in teams {
        let owners = owners(tx, team).await?;
        company.unknown |= owners.is_empty();
        company.partners.extend(owners.into_iter().filter(|p| !own(p)).map(|p| p.name));
    }
    company.partners.sort();
    company.partners.dedup();
    Ok(company)
}

/// The partners to which a team belongs: it is in their channel, or a contact of theirs is of it.
pub(in super::super) async fn owners(tx: &mut Tx, team: &str) -> Result<Vec<Partner>> {
    let mut owners = Vec::new();
    for partner in map::partners(tx).await? {
        let mut theirs = false;
        if let Some(channel) = &partner.channel {
            let known = channels::find(tx, channel).await?;
            theirs = known.is_some_and(|c| c.accepted.iter().any(|t| t == team));
        }
        for user in map::contacts(tx, &partner.id).await?.into_iter().filter_map(|c| c.slack_user) {
            let person = people::find(tx, &user).await?;
            theirs |= person.is_some_and(|(p, _)| p.team_id.as_deref() == Some(team));
        }
        if theirs {
            owners.push(partner);
        }
    }
    Ok(owners)
}

/// Slack refused a message because of its channel.
pub(in super::super) async fn refused(bot: &Bot, id: &ChannelId, state: State) -> Result<()> {
    let mut tx = bot.db.begin().await?;
    take_in(&mut tx, bot.clock.now(), id, Seen::refused(state)).await?;
    tx.commit().await
}

/// A message arrived: a channel that had refused us takes messages again.
pub(in super::super) async fn arrived(tx: &mut Tx, now: Timestamp, id: &ChannelId) -> Result<()> {
    match channels::find(tx, id).await? {
        Some(channel) if channel.state == State::Restricted => {
            take_in(tx, now, id, Seen::refused(State::Ok)).await.map(drop)
        }
        _ => Ok(()),
    }
}
