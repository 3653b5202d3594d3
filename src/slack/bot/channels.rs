//! The channels that are used: who reads there, whether we can post, and what follows when that changes.
//!
//! An event only says that something happened: Slack is asked how the channel is now (`look`), so that late, repeated and
//! missed events do no harm. What may not go waits in the outbox, and the owner is told once. A form that chooses a
//! channel asks the same (`choice`).

mod choice;
mod look;

use std::time::Duration;

use jiff::Timestamp;

use super::super::payload::{Action, ChannelChange, MemberJoined};
use super::channels_view::{self as view, End, Used};
use super::{Bot, Occasion, drafts, finish, outdated};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Fate};
use crate::kernel::error::{Error, NotNow, Result};
use crate::kernel::ids::ChannelId;
use crate::map::account_map::store as rooms;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::channels::{self, Channel, State, Trouble};
use crate::store::settings::{self, Workspace};
use crate::store::{Tx, audit, millis};
use crate::{plan, pull, sustain};

pub(super) use choice::{Use, objection};
use look::{FRESH_MS, Look, about, company, fresh, look, settle};
pub(super) use look::{arrived, owners, refused};

/// A channel that refused us is tried again after this long: no event tells that its settings changed.
const PROBE_MS: i64 = 10 * 60_000;
/// An approved note waits so long for its channel; then it asks for a decision again.
const PATIENCE_MS: i64 = 3 * 24 * 3_600_000;
/// As many channels are looked at in one round.
const LOOKS: usize = 20;

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
    if rooms::has_rooms(tx, id).await? {
        used.push(Used::Rooms);
    }
    used.extend(map::partner_of_channel(tx, id).await?.map(|p| Used::Partner(Box::new(p))));
    Ok(used)
}

/// Every channel that is used.
async fn all_used(tx: &mut Tx) -> Result<Vec<ChannelId>> {
    let w = settings::load(tx).await?;
    let own = [w.intake_channel, w.digest_channel, w.approvals_channel];
    let partners = map::partners(tx).await?.into_iter().map(|p| p.channel);
    let mut all: Vec<ChannelId> = own.into_iter().chain(partners).flatten().collect();
    all.extend(rooms::room_channels(tx).await?);
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
    rooms::renumber_rooms(tx, from, to).await?;
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
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "channel.confirm", &about(&channel.id), key);
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
