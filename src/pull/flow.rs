//! The digest goes out once a week; a decision edits every message that shows it.

pub mod agenda;
pub mod focus;
pub mod instructions;

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp, Zoned};

use super::digest::{self, Decided, Decision, Digest, Due, Input, Plans};
use super::dry_run::{self, DryRun};
use super::store::{self, Posted};
use super::view::{self, Scene};
use super::weights::Weights;
use crate::delivery::outbox::{self, Destination, Outgoing, Thread};
use crate::delivery::{schedule, uptime};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ChannelId, DigestId, OverlapId, PartnerId, UserId};
use crate::map::account_map::{self, decision::Choice};
use crate::map::lists::kinds::Kinds;
use crate::map::lists::{store as lists, view as lists_view};
use crate::map::overlap::{Motion, Overlap, Triage, user_of};
use crate::map::store as map;
use crate::map::trust::Trust;
use crate::store::settings::{self, DigestTime};
use crate::store::{Tx, audit, instant, millis};

/// Where nobody said from when digests are due, one that is older than this is not posted.
const GRACE_MS: i64 = 3_600_000;
/// A catch-up covers no more than this.
const LONGEST: SignedDuration = SignedDuration::from_hours(26 * 7 * 24);
/// Under which digests fire.
const SCHEDULE: &str = "digest";
/// With so many partners at the most an account is shown in digests.
const WITH_PARTNERS: i64 = 50;
/// An overlap is edited in the newest digests only.
const EDITED: i64 = 3;

/// The day of the next triage, in words: `Monday`.
pub async fn next_triage(tx: &mut Tx, now: Timestamp) -> Result<String> {
    let time = settings::load(tx).await?.digest;
    let next = digest::schedule(&time).and_then(|s| s.next_after(now));
    let day = next.map(|fire| fire.at.to_zoned(time.time_zone()).strftime("%A").to_string());
    Ok(day.unwrap_or_else(|| "Monday".to_owned()))
}

/// When the next digest comes, in words and with its zone: `Monday 16 March at 09:00, Europe/Stockholm`.
pub fn next_words(time: &DigestTime, now: Timestamp) -> Option<String> {
    let next = digest::schedule(time)?.next_after(now)?;
    let at = next.at.to_zoned(time.time_zone()).strftime("%A %-d %B at %H:%M").to_string();
    Some(format!("{at}, {}", time.zone))
}

/// Loads what a digest is made of and composes it.
pub async fn compose(
    tx: &mut Tx,
    now: Timestamp,
    due: Option<Due>,
    plans: Plans,
    mapping: &account_map::Settings,
) -> Result<Digest> {
    let weights = store::weights(tx).await?;
    Ok(digest::compose(&load(tx, now, due, plans, mapping, weights).await?))
}

/// Loads what a digest is made of, as these weights have it.
async fn load(
    tx: &mut Tx,
    now: Timestamp,
    due: Option<Due>,
    plans: Plans,
    mapping: &account_map::Settings,
    weights: Weights,
) -> Result<Input> {
    let zone = settings::load(tx).await?.digest.time_zone();
    let since = digest::news_since(now, due.as_ref());
    let counts = store::counts(tx, &now.to_zoned(zone.clone()), since).await?;
    let kinds = lists::map_settings(tx).await?.kinds;
    let mut candidates = store::candidates(tx, now, since, &weights).await?;
    candidates.retain(|o| !plans.on_agendas.contains(&o.id));
    let trust = trust(tx, &candidates, &kinds, &now.to_zoned(zone.clone()), mapping).await?;
    Ok(Input {
        now,
        zone,
        due,
        focus: crate::pull::focus::sides(&map::focus_accounts(tx).await?, &candidates),
        candidates,
        partners: map::partners(tx).await?,
        largest: store::largest(tx, now).await?,
        waiting: map::waiting(tx, now).await?,
        planned: store::planned(tx, &kinds).await?,
        counts: digest::Counts { commitments: plans.commitments, sessions: plans.sessions, ..counts },
        ours: lists::our_list(tx).await?,
        kinds,
        counted: map::counted_only(tx).await?,
        weights,
        trust,
        worked: store::worked(tx).await?,
    })
}

/// The best trust inside the accounts of these overlaps: the partner's people open the door to what we ask for, ours to
/// what we give.
async fn trust(
    tx: &mut Tx,
    overlaps: &[Overlap],
    kinds: &Kinds,
    here: &Zoned,
    mapping: &account_map::Settings,
) -> Result<HashMap<OverlapId, Trust>> {
    let mut sides: BTreeMap<Option<PartnerId>, Vec<&Overlap>> = BTreeMap::new();
    for o in overlaps {
        let is_give = o.motion(kinds) == Some(Motion::Give);
        sides.entry((!is_give).then(|| o.partner_id.clone())).or_default().push(o);
    }
    let accounts: Vec<AccountId> = overlaps.iter().map(|o| o.account.id.clone()).collect();
    let all = map::trust(tx, &accounts).await?;
    let mut best = HashMap::new();
    for (partner, overlaps) in sides {
        let Some(held) = all.get(&partner) else { continue };
        for o in overlaps {
            let strongest = Trust::strongest(held, &o.account.id, here, mapping);
            best.extend(strongest.map(|trust| (o.id.clone(), trust)));
        }
    }
    Ok(best)
}

/// What other weights would change in the order of now.
pub async fn try_weights(
    tx: &mut Tx,
    now: Timestamp,
    mapping: &account_map::Settings,
    weights: &Weights,
) -> Result<DryRun> {
    let before = store::weights(tx).await?;
    let before = load(tx, now, None, Plans::default(), mapping, before).await?;
    let after = load(tx, now, None, Plans::default(), mapping, weights.clone()).await?;
    Ok(dry_run::compare(&digest::rank(&before), &digest::rank(&after)))
}

/// From now on everything counts as these say.
pub async fn set_weights(tx: &mut Tx, now: Timestamp, by: &UserId, weights: &Weights) -> Result<()> {
    store::save_weights(tx, now, weights).await?;
    audit::done(tx, now, by.as_str(), "digest.weigh", "digest:weights", &weights.words());
    Ok(())
}

/// Reads what is shown of these overlaps now.
pub async fn scene(
    tx: &mut Tx,
    now: Timestamp,
    channel: Option<&ChannelId>,
    ids: &[OverlapId],
) -> Result<Scene> {
    let zone = settings::load(tx).await?.digest.time_zone();
    // A digest that was posted before a partner was marked as one without an agreement names it no more.
    let counted = map::counted_only(tx).await?;
    let named = map::overlaps_of_ids(tx, ids).await?.into_iter().filter(|o| !counted.contains(&o.partner_id));
    let overlaps: HashMap<OverlapId, Overlap> = named.map(|o| (o.id.clone(), o)).collect();
    let decided = store::decided(tx, ids).await?;
    let mut users: Vec<UserId> = decided.values().map(|d| d.by.clone()).collect();
    users.extend(decided.values().filter_map(|d| match &d.what {
        Decision::Assign(user) => Some(user.clone()),
        _ => None,
    }));
    users.extend(overlaps.values().filter_map(Overlap::holder).filter_map(|held| user_of(&held)));
    let accounts: Vec<AccountId> = overlaps.values().map(|o| o.account.id.clone()).collect();
    let holds = account_map::flow::hold_lines(tx, now, &accounts).await?;
    users.sort();
    users.dedup();
    let names = store::names(tx, &users).await?;
    let matched = lists::matched_among(tx, ids).await?;
    let kin = lists_view::kin_of(lists::kin_among(tx, ids).await?);
    Ok(Scene { now, zone, channel: channel.cloned(), overlaps, decided, names, holds, matched, kin })
}

/// The digest that is due now: where it goes, the period that it stands for, and what it makes up for.
async fn due(tx: &mut Tx, now: Timestamp) -> Result<Option<(ChannelId, String, Due)>> {
    let workspace = settings::load(tx).await?;
    let Some(channel) = workspace.digest_channel else { return Ok(None) };
    let since = instant(workspace.digest_since.unwrap_or(millis(now) - GRACE_MS))?;
    let Some(schedule) = digest::schedule(&workspace.digest) else { return Ok(None) };
    let Some(fire) = schedule.latest_due(since, now) else { return Ok(None) };
    let last = schedule::last(tx, SCHEDULE).await?.unwrap_or_default();
    if last >= fire.period {
        return Ok(None);
    }
    let missed = schedule.fires_between(since.max(fire.at - LONGEST), fire.at);
    let weeks = missed.iter().filter(|f| f.period > last).count();
    let downtime = match uptime::downtime(tx, millis(fire.at)).await? {
        Some((from, until)) => Some((instant(from)?, instant(until)?)),
        None => None,
    };
    let due = Due { at: fire.at, weeks: i64::try_from(weeks).unwrap_or(1).max(1), downtime };
    Ok(Some((channel, fire.period, due)))
}

/// Whether a digest is due and nobody has posted it.
pub async fn is_due(tx: &mut Tx, now: Timestamp) -> Result<bool> {
    Ok(due(tx, now).await?.is_some())
}

/// Posts the digest if one is due: once a period, whoever is first; after a downtime the latest one only.
pub async fn post_due(
    tx: &mut Tx,
    now: Timestamp,
    plans: Plans,
    mapping: &account_map::Settings,
) -> Result<bool> {
    let Some((channel, period, due)) = due(tx, now).await? else { return Ok(false) };
    if !schedule::fire(tx, SCHEDULE, &period, millis(now)).await? {
        return Ok(false);
    }
    let digest = compose(tx, now, Some(due), plans, mapping).await?;
    let posted = Posted { id: DigestId::random(), channel, digest };
    store::insert_digest(tx, now, &period, &posted).await?;
    let scene = scene(tx, now, Some(&posted.channel), &posted.digest.overlaps()).await?;
    let subject = subject(&posted);
    let message = view::digest(&posted.digest, &scene)?;
    let to = Destination::Channel(posted.channel.clone());
    let out = Outgoing::post(format!("digest:{period}"), to, message).showing(&subject);
    outbox::enqueue(tx, millis(now), &out).await?;
    for group in &posted.digest.groups {
        let message = view::group(group, &scene)?;
        let shows = format!("{subject}:{}", group.partner);
        let out = Outgoing::reply(&shows, posted.channel.clone(), Thread::Of(subject.clone()), message)
            .showing(&shows);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(true)
}

fn subject(posted: &Posted) -> String {
    format!("digest:{}", posted.id)
}

/// Edits every message that shows this overlap; gives their number.
pub async fn refresh(tx: &mut Tx, now: Timestamp, id: &OverlapId) -> Result<usize> {
    let mut edited = 0;
    let showing = store::showing(tx, id, EDITED).await?;
    // Two decisions on different rows of one digest draw it one after the other, the second with the first in it.
    store::lock_digests(tx, &showing).await?;
    for posted in showing {
        let scene = scene(tx, now, Some(&posted.channel), &posted.digest.overlaps()).await?;
        if posted.digest.top.iter().any(|r| r.overlap == *id) {
            let message = view::digest(&posted.digest, &scene)?;
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject(&posted), message)).await?;
            edited += 1;
        }
        for group in posted.digest.groups.iter().filter(|g| g.rows.iter().any(|r| r.overlap == *id)) {
            let shows = format!("{}:{}", subject(&posted), group.partner);
            let message = view::group(group, &scene)?;
            outbox::enqueue(tx, millis(now), &Outgoing::update(shows, message)).await?;
            edited += 1;
        }
    }
    Ok(edited)
}

/// What became of a decision.
#[derive(Debug)]
pub enum Outcome {
    /// It is made; so many messages show it.
    Made {
        /// As it is now.
        overlap: Box<Overlap>,
        /// Who, what and when.
        decided: Decided,
        /// How many messages are edited.
        shown: usize,
    },
    /// Somebody or something was faster: nothing was decided. As it is now.
    Second(Box<Overlap>),
}

/// The overlap, or what to tell the user when it is no longer there.
pub async fn find(tx: &mut Tx, id: &OverlapId) -> Result<Overlap> {
    map::overlap(tx, id).await?.ok_or_else(|| {
        Error::user("That overlap was taken back or its partner was removed. Nothing was changed.")
    })
}

/// Edits every message that shows an overlap of this account.
pub async fn refresh_account(tx: &mut Tx, now: Timestamp, account: &AccountId) -> Result<()> {
    let filter = map::Filter { account: Some(account.clone()), ..map::Filter::default() };
    for overlap in map::overlaps(tx, &filter, WITH_PARTNERS).await? {
        refresh(tx, now, &overlap.id).await?;
    }
    Ok(())
}

/// Why it should be looked at now, as the newest digest that shows it said it.
pub async fn why_now(tx: &mut Tx, id: &OverlapId) -> Result<Option<String>> {
    let newest = store::showing(tx, id, 1).await?.into_iter().next();
    Ok(newest.and_then(|posted| posted.digest.why(id).map(str::to_owned)))
}

/// A decision on an overlap as it was read; `None` when somebody was faster.
async fn write_down(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    overlap: &mut Overlap,
    what: Decision,
) -> Result<Option<Decided>> {
    let seen = overlap.version;
    what.apply(overlap, &actor.user, &actor.zone);
    let made = Decided { what, by: actor.user.clone(), at: now };
    if !store::decide(tx, overlap, seen, &made).await? {
        return Ok(None);
    }
    let detail = serde_json::to_string(&made.what)?;
    audit::done(tx, now, actor.user.as_str(), made.what.verb(), &format!("overlap:{}", overlap.id), &detail);
    Ok(Some(made))
}

/// A session decided on an account with a partner (E5): what waits for a decision in triage has one with it.
pub async fn decided_in_session(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    (account, partner): (&AccountId, &PartnerId),
    what: &Decision,
) -> Result<()> {
    let filter = map::Filter {
        account: Some(account.clone()),
        partner: Some(partner.clone()),
        ..map::Filter::default()
    };
    for mut overlap in map::overlaps(tx, &filter, WITH_PARTNERS).await? {
        if matches!(overlap.triage, Triage::Open | Triage::Snoozed(_))
            && write_down(tx, now, actor, &mut overlap, what.clone()).await?.is_some()
        {
            refresh(tx, now, &overlap.id).await?;
        }
    }
    Ok(())
}

/// Makes a decision on version `seen`, writes it down, and edits the messages that show the overlap. What is planned comes
/// with a decision on the account (E5): `on_account`, and nothing is planned without. Whoever is assigned is told; nobody
/// else is.
pub async fn decide(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &OverlapId,
    seen: i64,
    what: Decision,
    on_account: Option<&Choice>,
) -> Result<Outcome> {
    if what.is_plan() != on_account.is_some() {
        return Err(Error::user(
            "What is planned needs a decision: who reaches out, who introduces, who stays out, and why. Use the form behind *Plan*.",
        ));
    }
    let mut overlap = find(tx, id).await?;
    if overlap.version != seen {
        return Ok(Outcome::Second(Box::new(overlap)));
    }
    let Some(made) = write_down(tx, now, actor, &mut overlap, what).await? else {
        return Ok(Outcome::Second(Box::new(find(tx, id).await?)));
    };
    if let Some(choice) = on_account {
        let (_, hold) = account_map::flow::decide(tx, now, actor, &overlap.account.id, choice, None).await?;
        if hold.is_some() {
            refresh_account(tx, now, &overlap.account.id).await?;
        }
    }
    let shown = refresh(tx, now, id).await?;
    if let Decision::Assign(user) = &made.what
        && *user != actor.user
    {
        tell_assigned(tx, now, actor, user, &overlap).await?;
    }
    Ok(Outcome::Made { overlap: Box::new(overlap), decided: made, shown })
}

async fn tell_assigned(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    user: &UserId,
    overlap: &Overlap,
) -> Result<()> {
    let Some(channel) = settings::load(tx).await?.digest_channel else { return Ok(()) };
    let message = view::given(overlap, &actor.name, &channel)?;
    let key = format!("overlap:{}:{}:given", overlap.id, overlap.version);
    let out = Outgoing::post(key, Destination::Person(user.clone()), message);
    outbox::enqueue(tx, millis(now), &out).await
}

/// Saves when and where the digest comes. What was due before is not posted any more.
pub async fn save_settings(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    time: DigestTime,
    channel: ChannelId,
) -> Result<()> {
    let mut workspace = settings::load(tx).await?;
    workspace.digest = time;
    workspace.digest_channel = Some(channel);
    workspace.digest_since = Some(millis(now));
    settings::save(tx, now, &workspace).await?;
    let detail = format!("{} {} {}", workspace.digest.weekday, workspace.digest.time, workspace.digest.zone);
    audit::done(tx, now, by.as_str(), "digest.settings", "digest:settings", &detail);
    Ok(())
}

#[cfg(test)]
mod tests;
