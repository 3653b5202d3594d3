//! Commitments: logged, moved and remembered.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::commitment::{self, Commitment};
use super::super::reminder::REMIND_AT;
use super::super::{store, view};
use super::{above, answerable, last_day_at, outside, today_of};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Outside};
use crate::kernel::blocks::Message;
use crate::kernel::calendar::{Calendars, add_days};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CommitmentId, UserId};
use crate::map::account::Account;
use crate::map::account_map::store::mark_stale;
use crate::map::partner::{Contact, Partner};
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people};

/// A reminder a working day ahead of what is due so many days later has its turn today: nobody rests for longer.
pub(super) const LONGEST_HOLIDAY: i64 = 21;

/// What is promised.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// In the writer's words.
    pub text: String,
    /// Who does it; of what somebody at the partner promised, whoever answers for the partner asks instead.
    pub owner: UserId,
    /// Who at the partner does it.
    pub theirs: Option<Contact>,
    /// The owner's zone, as an IANA name.
    pub zone: String,
    /// By when.
    pub due: Date,
    /// Channel and `ts` of the message that it was logged from.
    pub source: Option<(String, String)>,
}

/// Records a commitment; an owner who did not log it is told.
pub async fn commit(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &Partner,
    account: Option<&Account>,
    promise: Promise,
) -> Result<Commitment> {
    let (owner, zone) = match &promise.theirs {
        Some(_) => asker(tx, partner, promise.owner).await?,
        None => (promise.owner, promise.zone),
    };
    let commitment = Commitment {
        id: CommitmentId::random(),
        text: promise.text,
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        account_id: account.map(|a| a.id.clone()),
        account: account.map(Account::label),
        owner,
        theirs: promise.theirs.map(|contact| (contact.id, contact.name)),
        due: promise.due,
        zone,
        stage: commitment::Stage::Open { snoozed_until: None },
        reminded: None,
        escalated: false,
        created_by: by.clone(),
        source: promise.source,
        version: 1,
        created_at: now,
    };
    store::insert_commitment(tx, &commitment).await?;
    in_its_room(tx, &commitment).await?;
    let about = format!("{} {} by {}", commitment.text, commitment.whom(), commitment.due);
    audit::done(tx, now, by.as_str(), "commitment.add", &format!("commitment:{}", commitment.id), &about);
    if commitment.owner != *by {
        let today = today_of(tx, &commitment.owner, now).await?;
        let key = format!("commitment:{}:assigned", commitment.id);
        let message = view::commitment::assigned(&commitment, today)?;
        post_to(tx, now, &commitment, &commitment.owner, key, message).await?;
    }
    Ok(commitment)
}

/// Who of ours asks how something stands that the partner promised, and their zone: who answers for the partner, else
/// `otherwise`.
async fn asker(tx: &mut Tx, partner: &Partner, otherwise: UserId) -> Result<(UserId, String)> {
    let asker = answerable(tx, partner).await?.into_iter().next().unwrap_or(otherwise);
    let zone = people::zone_of(tx, &asker).await?;
    Ok((asker, zone.iana_name().unwrap_or("UTC").to_owned()))
}

/// The room of its account shows it.
async fn in_its_room(tx: &mut Tx, c: &Commitment) -> Result<()> {
    match &c.account_id {
        Some(account) => mark_stale(tx, account).await,
        None => Ok(()),
    }
}

async fn post_to(
    tx: &mut Tx,
    now: Timestamp,
    c: &Commitment,
    reader: &UserId,
    key: String,
    message: Message,
) -> Result<()> {
    let subject = view::commitment::subject(c, reader);
    let out = Outgoing::post(key, Destination::Person(reader.clone()), message).showing(subject);
    outbox::enqueue(tx, millis(now), &out).await
}

/// The message that shows it to this reader is edited in place, if there is one.
async fn redraw(tx: &mut Tx, now: Timestamp, c: &Commitment, reader: &UserId, controls: bool) -> Result<()> {
    let subject = view::commitment::subject(c, reader);
    if outbox::is_shown(tx, &subject).await? {
        let card = view::commitment::card(c, today_of(tx, reader, now).await?, controls)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await?;
    }
    Ok(())
}

/// Loads a commitment that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when they may not move it.
pub async fn commitment_for(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(CommitmentId, i64),
) -> Result<Commitment> {
    let c = store::commitment(tx, &seen.0)
        .await?
        .ok_or_else(|| Error::user("That commitment is gone: its partner was removed."))?;
    if !c.may_be_closed_by(actor) {
        return Err(view::commitment::refusal(&c));
    }
    if c.version != seen.1 {
        return Err(view::commitment::decided_already(&c, now, &actor.zone));
    }
    Ok(c)
}

/// Moves a commitment: the owner's newest message is edited in place; owner and creator are told what others did.
///
/// # Errors
/// As [`commitment_for`]; also when somebody else was faster.
pub async fn move_commitment(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(CommitmentId, i64),
    what: commitment::Move,
) -> Result<Commitment> {
    let before = commitment_for(tx, now, actor, seen).await?;
    let (verb, quiet) = (what.verb(), matches!(what, commitment::Move::Snooze(_)));
    let Ok(after) = before.clone().moved(what, &actor.user, now) else {
        return Err(view::commitment::decided_already(&before, now, &actor.zone));
    };
    if !store::save_commitment(tx, &after, seen.1).await? {
        let winner = store::commitment(tx, &seen.0).await?.unwrap_or(before);
        return Err(view::commitment::decided_already(&winner, now, &actor.zone));
    }
    in_its_room(tx, &after).await?;
    let today = now.to_zoned(actor.zone.clone()).date();
    let detail = view::commitment::state(&after, today);
    audit::done(tx, now, actor.user.as_str(), verb, &format!("commitment:{}", after.id), &detail);
    redraw(tx, now, &after, &after.owner, true).await?;
    if actor.user != after.owner {
        redraw(tx, now, &after, &actor.user, true).await?;
    }
    let mut concerned = vec![&after.owner];
    // A snooze is between the owner and the calendar.
    concerned.extend(Some(&after.created_by).filter(|c| **c != after.owner && !quiet));
    for reader in concerned.into_iter().filter(|r| **r != actor.user) {
        let today = today_of(tx, reader, now).await?;
        let message = view::commitment::news(&after, &actor.user, today)?;
        let key = format!("commitment:{}:{}:{reader}", after.id, after.version);
        let out = Outgoing::post(key, Destination::Person(reader.clone()), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(after)
}

/// Sends the reminders that are due. The message before loses its controls, so that the newest alone has them. After two
/// misses the manager is told, once.
pub async fn remind_of_commitments(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let until = add_days(now.to_zoned(TimeZone::UTC).date(), LONGEST_HOLIDAY);
    for mut c in store::commitments_near(tx, until).await? {
        let days = calendars.of_person(&c.owner, &c.time_zone());
        let Some((day, why)) = c.reminder(now, &days) else { continue };
        let missed = c.is_missed(day);
        if !store::mark_reminded(tx, &c, day, c.escalated || missed).await? {
            continue;
        }
        let partner = map::partner(tx, &c.partner_id).await?;
        if let (Some(_), Some(partner)) = (&c.theirs, &partner)
            && !pass_on(tx, now, &mut c, partner).await?
        {
            continue;
        }
        let (reader, gone) = whom_to_remind(tx, &c).await?;
        redraw(tx, now, &c, &reader, false).await?;
        let key = format!("commitment:{}:{}:reminder:{day}", c.id, c.version);
        let message = match gone {
            None => view::commitment::reminder(&c, why, now.to_zoned(c.time_zone()).date())?,
            Some(gone) => view::commitment::ownerless(&c, gone, today_of(tx, &reader, now).await?)?,
        };
        post_to(tx, now, &c, &reader, key, message).await?;
        if let (true, Some(partner)) = (missed, &partner) {
            escalate(tx, now, &c, partner, &reader).await?;
        }
    }
    Ok(())
}

/// Whoever answers for the partner by now asks how it stands; the card of whoever did so far says who. `false` when somebody
/// moved it meanwhile.
async fn pass_on(tx: &mut Tx, now: Timestamp, c: &mut Commitment, partner: &Partner) -> Result<bool> {
    if answerable(tx, partner).await?.contains(&c.owner) {
        return Ok(true);
    }
    let (owner, zone) = asker(tx, partner, c.owner.clone()).await?;
    if owner == c.owner {
        return Ok(true);
    }
    let before = std::mem::replace(&mut c.owner, owner);
    c.zone = zone;
    if !store::save_commitment_owner(tx, c).await? {
        return Ok(false);
    }
    let subject = format!("commitment:{}", c.id);
    audit::done(tx, now, audit::TANDEM, "commitment.pass_on", &subject, c.owner.as_str());
    let shows = view::commitment::subject(c, &before);
    if outbox::is_shown(tx, &shows).await? {
        let card = view::commitment::passed_on(c, today_of(tx, &before, now).await?)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(shows, card)).await?;
    }
    Ok(true)
}

/// Two reminders have passed without anything done: those above whoever was reminded are told.
async fn escalate(
    tx: &mut Tx,
    now: Timestamp,
    c: &Commitment,
    partner: &Partner,
    reminded: &UserId,
) -> Result<()> {
    for reader in above(tx, partner, reminded).await? {
        let today = today_of(tx, &reader, now).await?;
        let key = format!("commitment:{}:{}:escalated:{reader}", c.id, c.version);
        post_to(tx, now, c, &reader, key, view::commitment::escalated(c, today)?).await?;
    }
    Ok(())
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for c in store::open_commitments(tx, i64::MAX).await? {
        let day = last_day_at(REMIND_AT.hour(), c.time_zone(), now);
        store::mark_reminded(tx, &c, day, c.escalated).await?;
    }
    Ok(())
}

/// The owner; where they are no member any more, and why, whoever logged it or answers for the partner.
async fn whom_to_remind(tx: &mut Tx, c: &Commitment) -> Result<(UserId, Option<Outside>)> {
    let Some(gone) = outside(tx, &c.owner).await? else { return Ok((c.owner.clone(), None)) };
    if outside(tx, &c.created_by).await?.is_none() {
        return Ok((c.created_by.clone(), Some(gone)));
    }
    let answering = match map::partner(tx, &c.partner_id).await? {
        Some(partner) => answerable(tx, &partner).await?,
        None => Vec::new(),
    };
    let reader = answering.into_iter().next();
    Ok((reader.unwrap_or_else(|| c.owner.clone()), Some(gone)))
}

/// Drops these, for a reason that lies outside of them; whose they are is told, unless they did it themselves.
pub(super) async fn drop_all(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    open: Vec<Commitment>,
    because: &str,
) -> Result<()> {
    for before in open {
        let seen = before.version;
        let what = commitment::Move::Drop(because.to_owned());
        let verb = what.verb();
        let Ok(after) = before.moved(what, &actor.user, now) else { continue };
        if !store::save_commitment(tx, &after, seen).await? {
            continue;
        }
        audit::done(tx, now, actor.user.as_str(), verb, &format!("commitment:{}", after.id), because);
        redraw(tx, now, &after, &after.owner, true).await?;
        if after.owner != actor.user {
            let today = today_of(tx, &after.owner, now).await?;
            let message = view::commitment::news(&after, &actor.user, today)?;
            let key = format!("commitment:{}:{}:{}", after.id, after.version, after.owner);
            let out = Outgoing::post(key, Destination::Person(after.owner.clone()), message);
            outbox::enqueue(tx, millis(now), &out).await?;
        }
    }
    Ok(())
}
