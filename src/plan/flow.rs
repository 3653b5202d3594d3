//! Requests and commitments come, move and are remembered: load, decide, save and enqueue, in one transaction.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar::add_days;
use super::commitment::{self, Commitment};
use super::request::{self, Request};
use super::{store, view};
use crate::delivery::outbox::{self, Action, Destination, Outgoing, Thread};
use crate::delivery::schedule;
use crate::kernel::actor::{Actor, Right, Role, Standing};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CommitmentId, RequestId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::partner::Partner;
use crate::store::{Tx, audit, millis, people};

/// The zone that a person lives in, as far as it is known.
async fn zone_of(tx: &mut Tx, user: &UserId) -> Result<TimeZone> {
    let name = people::find(tx, user).await?.and_then(|(person, _)| person.zone);
    Ok(name.and_then(|z| TimeZone::get(&z).ok()).unwrap_or(TimeZone::UTC))
}

async fn today_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Date> {
    Ok(now.to_zoned(zone_of(tx, user).await?).date())
}

/// A line under the message that shows `subject` to somebody; by itself when there is none.
fn line_under(key: String, subject: String, to: &UserId, message: Message) -> Outgoing {
    let action =
        Action::Post { to: Destination::Person(to.clone()), thread: Some(Thread::Of(subject)), message };
    Outgoing { key, ..Outgoing::internal(action) }
}

// ---- requests ----

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The session is wanted by this day.
    pub by: Date,
    /// What it is for; may be empty.
    pub goal: String,
}

/// Who answers for a partner: its manager, else the partner managers, else the admins; those who left are passed over.
pub async fn answerable(tx: &mut Tx, partner: &Partner) -> Result<Vec<UserId>> {
    let manager: Vec<UserId> = partner.manager.iter().cloned().collect();
    let managers = people::holders(tx, Role::PartnerManager).await?;
    let admins = people::holders(tx, Role::Admin).await?;
    for turn in [manager, managers, admins] {
        let mut there = Vec::new();
        for user in turn {
            let known = people::find(tx, &user).await?;
            if known.is_none_or(|(person, _)| person.outside.is_none()) {
                there.push(user);
            }
        }
        if !there.is_empty() {
            return Ok(there);
        }
    }
    Ok(Vec::new())
}

/// Records a request; those who answer for the partner and the requester each get a card.
///
/// # Errors
/// A user's error when nobody answers for the partner.
pub async fn ask(
    tx: &mut Tx,
    now: Timestamp,
    requester: &UserId,
    account: &Account,
    partner: &Partner,
    wish: Wish,
) -> Result<Request> {
    let asked = answerable(tx, partner).await?;
    if asked.is_empty() {
        return Err(Error::user(format!(
            "Nobody answers for {} yet, so nobody was asked. `/partner setup` names partner managers.",
            escape(&partner.name)
        )));
    }
    let request = Request {
        id: RequestId::random(),
        account_id: account.id.clone(),
        account: account.label(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        requester: requester.clone(),
        asked,
        wanted_by: wish.by,
        goal: wish.goal,
        stage: request::Stage::Asked(None),
        version: 1,
        created_at: now,
    };
    store::insert_request(tx, &request).await?;
    let about = format!("{} with {} by {}", request.account, request.partner, request.wanted_by);
    audit::done(tx, now, requester.as_str(), "request.ask", &format!("request:{}", request.id), &about)
        .await?;
    for reader in request.readers() {
        let card = view::request::card(&request, &reader, today_of(tx, &reader, now).await?)?;
        let subject = view::request::subject(&request, &reader);
        let key = format!("request:{}:asked:{reader}", request.id);
        let out = Outgoing::post(key, Destination::Person(reader), card).showing(subject);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(request)
}

/// Loads a request that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when the move is not theirs.
pub async fn request_for(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(RequestId, i64),
    managers: bool,
) -> Result<Request> {
    let request = store::request(tx, &seen.0)
        .await?
        .ok_or_else(|| Error::user("That request is gone: its account or partner was removed."))?;
    let member = actor.standing == Standing::Member;
    let may = if managers {
        request.asked.contains(&actor.user) || actor.may(Right::Approve, Some(&request.partner_id))
    } else {
        request.requester == actor.user
    };
    if !(member && may) {
        return Err(view::request::refusal(&request, managers));
    }
    if request.version != seen.1 {
        return Err(view::request::decided_already(&request, now, &actor.zone));
    }
    Ok(request)
}

/// Moves a request: every reader's card is edited in place, and the others are told below it.
///
/// # Errors
/// As [`request_for`]; also when somebody else was faster.
pub async fn move_request(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(RequestId, i64),
    what: request::Move,
) -> Result<Request> {
    let before = request_for(tx, now, actor, seen, what.is_managers()).await?;
    let (verb, today) = (what.verb(), now.to_zoned(actor.zone.clone()).date());
    if let Some(day) = before.lapsed(&what, today) {
        return Err(view::request::lapsed(&what, day, today));
    }
    let Ok(after) = before.clone().moved(what, &actor.user, now) else {
        return Err(view::request::decided_already(&before, now, &actor.zone));
    };
    if !store::save_request(tx, &after, seen.1).await? {
        let winner = store::request(tx, &seen.0).await?.unwrap_or(before);
        return Err(view::request::decided_already(&winner, now, &actor.zone));
    }
    let subject = format!("request:{}", after.id);
    let detail = view::request::state(&after, today);
    audit::done(tx, now, actor.user.as_str(), verb, &subject, &detail).await?;
    for reader in after.readers() {
        let today = today_of(tx, &reader, now).await?;
        let subject = view::request::subject(&after, &reader);
        let card = view::request::card(&after, &reader, today)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), card)).await?;
        if reader != actor.user {
            let key = format!("request:{}:{}:{reader}", after.id, after.version);
            let line = line_under(key, subject, &reader, view::request::news(&after, today));
            outbox::enqueue(tx, millis(now), &line).await?;
        }
    }
    Ok(after)
}

/// Reminds whoever is waited for, once a day at most, until the request is closed (B3).
pub async fn remind_of_requests(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for request in store::open_requests(tx).await? {
        for user in request.waits_for() {
            let zone = zone_of(tx, &user).await?;
            let Some(waited) = request.reminder(now, &zone) else { continue };
            let today = now.to_zoned(zone).date();
            let turn = format!("request:{}:{user}", request.id);
            if schedule::fire(tx, &turn, &today.to_string(), millis(now)).await? {
                let key = format!("{turn}:reminder:{today}");
                let message = view::request::reminder(&request, waited, today);
                let line = line_under(key, view::request::subject(&request, &user), &user, message);
                outbox::enqueue(tx, millis(now), &line).await?;
            }
        }
    }
    Ok(())
}

// ---- commitments ----

/// What is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// In the writer's words.
    pub text: String,
    /// Who does it.
    pub owner: UserId,
    /// Their zone, as an IANA name.
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
    let commitment = Commitment {
        id: CommitmentId::random(),
        text: promise.text,
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        account_id: account.map(|a| a.id.clone()),
        account: account.map(Account::label),
        owner: promise.owner,
        due: promise.due,
        zone: promise.zone,
        stage: commitment::Stage::Open { snoozed_until: None },
        reminded: None,
        created_by: by.clone(),
        source: promise.source,
        version: 1,
        created_at: now,
    };
    store::insert_commitment(tx, &commitment).await?;
    let about = format!("{} for {} by {}", commitment.text, commitment.whom(), commitment.due);
    audit::done(tx, now, by.as_str(), "commitment.add", &format!("commitment:{}", commitment.id), &about)
        .await?;
    if commitment.owner != *by {
        let today = today_of(tx, &commitment.owner, now).await?;
        let key = format!("commitment:{}:assigned", commitment.id);
        let message = view::commitment::assigned(&commitment, today)?;
        post_to_owner(tx, now, &commitment, key, message).await?;
    }
    Ok(commitment)
}

async fn post_to_owner(tx: &mut Tx, now: Timestamp, c: &Commitment, key: String, m: Message) -> Result<()> {
    let subject = view::commitment::subject(c, &c.owner);
    let out = Outgoing::post(key, Destination::Person(c.owner.clone()), m).showing(subject);
    outbox::enqueue(tx, millis(now), &out).await
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
    let today = now.to_zoned(actor.zone.clone()).date();
    let detail = view::commitment::state(&after, today);
    audit::done(tx, now, actor.user.as_str(), verb, &format!("commitment:{}", after.id), &detail).await?;
    let subject = view::commitment::subject(&after, &after.owner);
    if outbox::is_shown(tx, &subject).await? {
        let today = today_of(tx, &after.owner, now).await?;
        let card = view::commitment::card(&after, today, true)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await?;
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

/// Sends the reminders that are due. The message before loses its controls, so that the newest alone has them.
pub async fn remind_of_commitments(tx: &mut Tx, now: Timestamp) -> Result<()> {
    // The working day before Monday is three days ahead, and zones differ by a day.
    let until = add_days(now.to_zoned(TimeZone::UTC).date(), 5);
    for c in store::commitments_near(tx, until).await? {
        let Some((day, why)) = c.reminder(now) else { continue };
        if !store::mark_reminded(tx, &c, day).await? {
            continue;
        }
        let zone = TimeZone::get(&c.zone).unwrap_or(TimeZone::UTC);
        let today = now.to_zoned(zone).date();
        let subject = view::commitment::subject(&c, &c.owner);
        if outbox::is_shown(tx, &subject).await? {
            let card = view::commitment::card(&c, today, false)?;
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await?;
        }
        let key = format!("commitment:{}:{}:reminder:{day}", c.id, c.version);
        post_to_owner(tx, now, &c, key, view::commitment::reminder(&c, why, today)?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
