//! The channels that are used: who reads there, whether we can post, and what follows when that changes.
//!
//! An event only says that something happened: Slack is asked how the channel is now, so that late, repeated and missed
//! events do no harm. What may not go waits in the outbox, and the owner is told once.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::client::CallError;
use super::super::payload::{Action, ChannelChange, MemberJoined};
use super::channels_view::{self as view, Company, End, Used};
use super::{Bot, Occasion, drafts, finish, outdated};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Destination, Outgoing, State as Fate};
use crate::kernel::actor::Role;
use crate::kernel::error::{Error, NotNow, Result};
use crate::kernel::ids::{ChannelId, UserId};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::channels::{self, Channel, State, Trouble};
use crate::store::settings::{self, Workspace};
use crate::store::{Tx, audit, millis, people};
use crate::{plan, pull, sustain};

/// What Slack said of a channel counts so long.
const FRESH_MS: i64 = 60_000;
/// A channel that refused us is tried again after this long: no event tells that its settings changed.
const PROBE_MS: i64 = 10 * 60_000;
/// An approved note waits so long for its channel; then it asks for a decision again.
const PATIENCE_MS: i64 = 3 * 24 * 3_600_000;
/// Where Slack does not say when to ask again.
const LATER: Duration = Duration::from_secs(5);
/// As many channels are looked at in one round.
const LOOKS: usize = 20;

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
struct Seen {
    name: Option<String>,
    state: State,
    /// `None` where this says nothing of who reads there.
    teams: Option<Vec<String>>,
}

impl Seen {
    /// Slack's channel object, as `conversations.info` gives it.
    fn read(room: &Value) -> Self {
        let is = |name: &str| room[name].as_bool().unwrap_or(false);
        let mut teams: Vec<String> = ["connected_team_ids", "pending_connected_team_ids", "pending_shared"]
            .iter()
            .flat_map(|list| room[list].as_array().into_iter().flatten())
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
        Self { name: room["name"].as_str().map(str::to_owned), state, teams: Some(teams) }
    }

    fn refused(state: State) -> Self {
        Self { name: None, state, teams: None }
    }
}

/// What a channel is used for; nothing when it is none of ours.
async fn uses(tx: &mut Tx, id: &ChannelId) -> Result<Vec<Used>> {
    let w = settings::load(tx).await?;
    let own = [
        (w.intake_channel, Used::Intake),
        (w.digest_channel, Used::Digest),
        (w.approvals_channel, Used::Approvals),
    ];
    let mut used: Vec<Used> =
        own.into_iter().filter(|(c, _)| c.as_ref() == Some(id)).map(|(_, used)| used).collect();
    used.extend(map::partner_of_channel(tx, id).await?.map(|p| Used::Partner(Box::new(p))));
    Ok(used)
}

/// Every channel that is used.
async fn all_used(tx: &mut Tx) -> Result<Vec<ChannelId>> {
    let w = settings::load(tx).await?;
    let own = [w.intake_channel, w.digest_channel, w.approvals_channel];
    let partners = map::partners(tx).await?.into_iter().map(|p| p.channel);
    let mut all: Vec<ChannelId> = own.into_iter().chain(partners).flatten().collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// Whether nothing stands against posting in a channel, and whether it is one of ours.
#[derive(Debug)]
pub(super) struct Standing {
    /// Nothing may be posted there now.
    pub(super) in_trouble: bool,
    /// It is used for something.
    pub(super) used: bool,
}

/// How a channel stands right before a send; `anew` asks Slack, whatever it said a moment ago.
pub(super) async fn standing(
    bot: &Bot,
    id: &ChannelId,
    anew: bool,
) -> Result<Result<Standing, (Duration, String)>> {
    let now = millis(bot.clock.now());
    let channel = match if anew { look(bot, id).await? } else { fresh(bot, id).await? } {
        Look::At(channel) => channel,
        Look::NotNow(after, why) => return Ok(Err((after, why))),
    };
    let mut tx = bot.db.read().await?;
    let used = !uses(&mut tx, id).await?.is_empty();
    tx.rollback().await?;
    let in_trouble = match channel.trouble() {
        None => false,
        // Only a try tells whether its settings let us post again.
        Some(Trouble::Closed(State::Restricted)) => now - channel.checked_at < PROBE_MS,
        Some(_) => true,
    };
    Ok(Ok(Standing { in_trouble, used }))
}

/// As Slack described it a moment ago, or describes it now.
async fn fresh(bot: &Bot, id: &ChannelId) -> Result<Look> {
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
    if seen.teams.as_ref().is_some_and(|teams| !teams.is_empty()) {
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
        Ok(room) => Ok(Seen::read(&room)),
        Err(CallError::Rejected { code, .. }) if State::refused_with(&code) == Some(State::Gone) => {
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
async fn settle(tx: &mut Tx, now: Timestamp, channel: &mut Channel, used: &[Used], end: &End) -> Result<()> {
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
    audit::done(tx, now, "tandem", "channel.hold", &about(&channel.id), &trouble.key()).await
}

fn subject(channel: &ChannelId, user: &UserId) -> String {
    format!("channel:{channel}:{user}")
}

fn about(channel: &ChannelId) -> String {
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
async fn company(tx: &mut Tx, trouble: &Trouble, used: &[Used]) -> Result<Company> {
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
pub(super) async fn owners(tx: &mut Tx, team: &str) -> Result<Vec<Partner>> {
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
pub(super) async fn refused(bot: &Bot, id: &ChannelId, state: State) -> Result<()> {
    let mut tx = bot.db.begin().await?;
    take_in(&mut tx, bot.clock.now(), id, Seen::refused(state)).await?;
    tx.commit().await
}

/// A message arrived: a channel that had refused us takes messages again.
pub(super) async fn arrived(tx: &mut Tx, now: Timestamp, id: &ChannelId) -> Result<()> {
    match channels::find(tx, id).await? {
        Some(channel) if channel.state == State::Restricted => {
            take_in(tx, now, id, Seen::refused(State::Ok)).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// An event about a channel.
pub(super) async fn changed(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    let payload = &claimed.envelope.payload;
    let id = match claimed.envelope.name.as_str() {
        "member_joined_channel" | "member_left_channel" => {
            let event = MemberJoined::read(payload);
            if event.user != bot.identity.bot_user {
                return Ok(Handled::Ignored);
            }
            ChannelId::from(event.channel)
        }
        "channel_id_changed" => {
            let event = ChannelChange::read(payload);
            let Some(new) = event.new_id else { return Ok(Handled::Ignored) };
            let (old, new) = (ChannelId::from(event.channel), ChannelId::from(new));
            let mut tx = bot.db.begin().await?;
            renumber(&mut tx, bot.clock.now(), &old, &new).await?;
            tx.commit().await?;
            new
        }
        _ => ChannelId::from(ChannelChange::read(payload).channel),
    };
    let mut tx = bot.db.read().await?;
    let ours = !uses(&mut tx, &id).await?.is_empty();
    tx.rollback().await?;
    if !ours {
        return Ok(Handled::Ignored);
    }
    if let Look::NotNow(after, why) = look(bot, &id).await? {
        return Err(Error::NotNow(NotNow { after: Some(after), why: format!("conversations.info: {why}") }));
    }
    finish(bot, bot.db.begin().await?, claimed.claim).await
}

/// Slack gave a channel another id, as it does when a private one is shared: everything follows.
async fn renumber(tx: &mut Tx, now: Timestamp, from: &ChannelId, to: &ChannelId) -> Result<()> {
    let mut w = settings::load(tx).await?;
    for channel in [&mut w.intake_channel, &mut w.digest_channel, &mut w.approvals_channel] {
        if channel.as_ref() == Some(from) {
            *channel = Some(to.clone());
        }
    }
    settings::save(tx, now, &w).await?;
    map::renumber_channel(tx, from, to).await?;
    pull::store::renumber_channel(tx, from, to).await?;
    plan::store::renumber_channel(tx, from, to).await?;
    sustain::store::renumber_channel(tx, from, to).await?;
    outbox::renumber(tx, from, to).await?;
    channels::renumber(tx, from, to).await
}

/// The set-up chose channels: what waits for an old one goes to the one chosen instead.
pub(super) async fn rechosen(
    tx: &mut Tx,
    now: Timestamp,
    before: &Workspace,
    after: &Workspace,
) -> Result<()> {
    let of =
        |w: &Workspace| [w.intake_channel.clone(), w.digest_channel.clone(), w.approvals_channel.clone()];
    let changed: Vec<_> = of(before)
        .into_iter()
        .zip(of(after))
        .zip(["overlaps:", "digest:", "draft:"])
        .filter_map(|((old, new), kind)| Some((old?, new?, kind)))
        .filter(|(old, new, _)| old != new)
        .collect();
    for (old, new, kind) in &changed {
        outbox::readdress(tx, old, new, kind).await?;
    }
    for (old, new, _) in &changed {
        moved(tx, now, Some(old), Some(new), &End::Unused).await?;
    }
    Ok(())
}

/// A partner has another channel from now on, or none any more.
pub(super) async fn rebound(
    tx: &mut Tx,
    now: Timestamp,
    before: Option<&Partner>,
    after: &Partner,
) -> Result<()> {
    let from = before.and_then(|p| p.channel.as_ref());
    moved(tx, now, from, after.channel.as_ref(), &End::Unbound).await
}

/// Something is in another channel from now on: who may read the new one is judged anew, and what waits for the old one
/// is checked again.
async fn moved(
    tx: &mut Tx,
    now: Timestamp,
    from: Option<&ChannelId>,
    to: Option<&ChannelId>,
    end: &End,
) -> Result<()> {
    if from == to {
        return Ok(());
    }
    if let Some(mut channel) = match from {
        Some(from) => channels::find(tx, from).await?,
        None => None,
    } {
        outbox::release(tx, &channel.id).await?;
        if uses(tx, &channel.id).await?.is_empty() {
            channel.accepted = channel.teams.clone();
            channel.state = State::Ok;
            settle(tx, now, &mut channel, &[], end).await?;
        }
        reconsider(tx, channel).await?;
    }
    if let Some(channel) = match to {
        Some(to) => channels::find(tx, to).await?,
        None => None,
    } {
        reconsider(tx, channel).await?;
    }
    Ok(())
}

/// What was accepted for one use does not hold for another.
async fn reconsider(tx: &mut Tx, mut channel: Channel) -> Result<()> {
    channel.accepted.clear();
    channel.checked_at = 0;
    channels::save(tx, &channel).await
}

/// **It may stay**: an admin takes it upon themselves that other people read there.
pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    let Some((id, key)) =
        action.value.split_once('|').filter(|_| format!("channel.{verb}") == view::action::CONFIRM)
    else {
        return Err(outdated());
    };
    let mut tx = o.begin().await?;
    let used = uses(&mut tx, &id.into()).await?;
    let mut channel = channels::take(&mut tx, &id.into()).await?;
    let Some(trouble) = channel.trouble() else {
        return Err(Error::user("That is settled already."));
    };
    if trouble.key() != key || !company(&mut tx, &trouble, &used).await?.may_stay() {
        return Err(Error::user(
            "Who reads that channel has changed since. The newest message here says how it is; nothing was changed.",
        ));
    }
    channel.accepted = channel.teams.clone();
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "channel.confirm", &about(&channel.id), key).await?;
    settle(&mut tx, o.now, &mut channel, &used, &End::Confirmed(o.actor.user.clone())).await?;
    o.finish(tx).await
}

/// Looks at what was never looked at and at what holds something back: events can be missed.
pub(super) async fn prepare(bot: &Bot, now: Timestamp) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let mut stale = Vec::new();
    for id in all_used(&mut tx).await? {
        let known = channels::find(&mut tx, &id).await?;
        let waits = known.as_ref().is_some_and(|c| c.trouble().is_some());
        if known.is_none_or(|c| waits && millis(now) - c.checked_at >= FRESH_MS) {
            stale.push(id);
        }
    }
    tx.rollback().await?;
    for id in stale.into_iter().take(LOOKS) {
        if let Look::NotNow(_, why) = look(bot, &id).await? {
            tracing::info!(why, channel = id.as_str(), "a channel is looked at later");
            break;
        }
    }
    Ok(())
}

/// Lets go on what nothing holds back any more, and gives back the notes that waited too long.
pub(super) async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for (id, _) in outbox::held(tx).await? {
        let used = !uses(tx, &id).await?.is_empty();
        let held = match channels::find(tx, &id).await? {
            Some(c) if c.state == State::Restricted => millis(now) - c.checked_at < PROBE_MS,
            Some(c) => c.trouble().is_some() && used,
            None => false,
        };
        if !held {
            outbox::release(tx, &id).await?;
        }
    }
    let why = "Its channel was not in order for three days";
    for row in outbox::held_too_long(tx, millis(now) - PATIENCE_MS).await? {
        // One that may have arrived is for a person to look for.
        let fate = if row.uncertain { Fate::Unconfirmed } else { Fate::Dropped };
        outbox::give_up_held(tx, &row, fate, millis(now), why).await?;
        if let Some(draft) = row.subject.as_deref().and_then(|s| s.strip_prefix("note:")) {
            drafts::settled(tx, now, draft, fate, None, None, Some(why)).await?;
        }
    }
    Ok(())
}

/// Every used channel that is out of order, for the status.
pub(super) async fn troubles(tx: &mut Tx) -> Result<Vec<String>> {
    let held = outbox::held(tx).await?;
    let mut lines = Vec::new();
    for id in all_used(tx).await? {
        let Some(channel) = channels::find(tx, &id).await? else { continue };
        if let Some(trouble) = channel.trouble() {
            let waiting = held.iter().find(|(c, _)| *c == id).map_or(0, |(_, n)| *n);
            lines.push(view::line(&channel, &trouble, waiting));
        }
    }
    Ok(lines)
}
