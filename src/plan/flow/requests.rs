//! Requests for a session: asked, moved, remembered, and passed on when somebody else answers for the partner.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::reminder::REMIND_AT;
use super::super::request::{self, Request};
use super::super::{store, view};
use super::{Answering, edit_or_post, here_of, last_day_at, line_under, outside, today_of};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::{Actor, Outside, Right, Role, Standing};
use crate::kernel::blocks::Message;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{RequestId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::store::mark_stale;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The session is wanted by this day.
    pub by: Date,
    /// What it is for; may be empty.
    pub goal: String,
}

/// Who answers for a partner: its manager, else who stands in; those who left are passed over.
pub async fn answerable(tx: &mut Tx, partner: &Partner) -> Result<Vec<UserId>> {
    match &partner.manager {
        Some(manager) if outside(tx, manager).await?.is_none() => Ok(vec![manager.clone()]),
        _ => stand_ins(tx).await,
    }
}

/// Who answers for the partners that nobody manages: the partner managers, else the admins; those who left are passed over.
pub(super) async fn stand_ins(tx: &mut Tx) -> Result<Vec<UserId>> {
    for role in [Role::PartnerManager, Role::Admin] {
        let mut there = Vec::new();
        for user in people::holders(tx, role).await? {
            if outside(tx, &user).await?.is_none() {
                there.push(user);
            }
        }
        if !there.is_empty() {
            return Ok(there);
        }
    }
    Ok(Vec::new())
}

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is asked for now.
    Now(Request),
    /// It was asked for before and is still open: nobody is asked again.
    Before(Request),
}

/// Records a request; those who answer for the partner and the requester each get a card.
///
/// # Errors
/// A user's error when nobody answers for the partner.
pub async fn request_session(
    tx: &mut Tx,
    now: Timestamp,
    requester: &UserId,
    account: &Account,
    partner: &Partner,
    wish: Wish,
) -> Result<Asked> {
    // Two may ask in the same instant.
    map::lock_partner(tx, &partner.id).await?;
    if let Some(open) = store::open_request_on(tx, &account.id, &partner.id).await? {
        return Ok(Asked::Before(open));
    }
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
    mark_stale(tx, &request.account_id).await?;
    let about = format!("{} with {} by {}", request.account, request.partner, request.wanted_by);
    audit::done(tx, now, requester.as_str(), "request.ask", &format!("request:{}", request.id), &about);
    for reader in request.readers() {
        let card = card(tx, now, &request, &reader).await?;
        let subject = view::request::subject(&request, &reader);
        let key = format!("request:{}:asked:{reader}", request.id);
        let out = Outgoing::post(key, Destination::Person(reader), card).showing(subject);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(Asked::Now(request))
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
    mark_stale(tx, &after.account_id).await?;
    let subject = format!("request:{}", after.id);
    let detail = view::request::state(&after, today);
    audit::done(tx, now, actor.user.as_str(), verb, &subject, &detail);
    for reader in after.readers() {
        let today = today_of(tx, &reader, now).await?;
        let subject = view::request::subject(&after, &reader);
        let card = card(tx, now, &after, &reader).await?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), card)).await?;
        if reader != actor.user && outside(tx, &reader).await?.is_none() {
            let key = format!("request:{}:{}:{reader}", after.id, after.version);
            let line = line_under(key, subject, &reader, view::request::news(&after, today));
            outbox::enqueue(tx, millis(now), &line).await?;
        }
    }
    Ok(after)
}

/// The card of a request as this reader sees it, with the session that came of it.
async fn card(tx: &mut Tx, now: Timestamp, request: &Request, reader: &UserId) -> Result<Message> {
    let here = here_of(tx, reader, now).await?;
    let session = match request.stage {
        request::Stage::Accepted { .. } => store::session_for(tx, &request.id).await?,
        _ => None,
    };
    let session = session.map(|s| view::session::news(&s, now, here.time_zone()).text);
    let proposed = matches!(request.stage, request::Stage::Proposed { .. });
    let left = proposed && outside(tx, &request.requester).await?.is_some();
    view::request::card(request, reader, left, here.date(), session)
}

/// Edits every reader's card in place.
pub(super) async fn redraw(tx: &mut Tx, now: Timestamp, request: &Request) -> Result<()> {
    for reader in request.readers() {
        let card = card(tx, now, request, &reader).await?;
        let subject = view::request::subject(request, &reader);
        if outbox::is_shown(tx, &subject).await? {
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await?;
        }
    }
    Ok(())
}

/// Reminds whoever is waited for, once a day at most, until the request is closed (B3). Where somebody else answers for
/// the partner by now, they are asked instead.
pub async fn remind_of_requests(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let mut answering = Answering::default();
    for mut request in store::open_requests(tx).await? {
        let answer = answering.of(tx, &request.partner_id).await?;
        if !answer.is_empty() && *answer != request.asked {
            let before = std::mem::replace(&mut request.asked, answer.to_vec());
            if !pass_on(tx, now, &request, &before).await? {
                continue;
            }
        }
        let (users, left) = waited_for(tx, &mut answering, &request).await?;
        for user in users {
            let zone = answering.zone_of(tx, &user).await?;
            let days = calendars.of_person(&user, &zone);
            let Some(waited) = request.reminder(now, &zone, &days) else { continue };
            let today = now.to_zoned(zone).date();
            if schedule::fire(tx, &turn(&request, &user), &today.to_string(), millis(now)).await? {
                let subject = view::request::subject(&request, &user);
                let message = match left {
                    None => view::request::reminder(&request, waited, today),
                    Some(left) => {
                        let card = card(tx, now, &request, &user).await?;
                        let key = format!("request:{}:left:{user}", request.id);
                        edit_or_post(tx, now, key, subject.clone(), &user, card).await?;
                        view::request::left(&request, waited, left)
                    }
                };
                let key = format!("{}:reminder:{today}", turn(&request, &user));
                outbox::enqueue(tx, millis(now), &line_under(key, subject, &user, message)).await?;
            }
        }
    }
    Ok(())
}

/// Who must act now. Where that is a requester who is no member any more, and why, whoever proposed the day does; where
/// they do not answer for the partner any more, those who do.
async fn waited_for(
    tx: &mut Tx,
    answering: &mut Answering,
    request: &Request,
) -> Result<(Vec<UserId>, Option<Outside>)> {
    let request::Stage::Proposed { moved, .. } = &request.stage else {
        return Ok((request.waits_for(), None));
    };
    let Some(left) = answering.outside(tx, &request.requester).await? else {
        return Ok((request.waits_for(), None));
    };
    let users = match request.asked.contains(&moved.by) {
        true => vec![moved.by.clone()],
        false => request.asked.clone(),
    };
    Ok((users, Some(left)))
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let mut answering = Answering::default();
    for request in store::open_requests(tx).await? {
        for user in waited_for(tx, &mut answering, &request).await?.0 {
            let zone = answering.zone_of(tx, &user).await?;
            let day = last_day_at(REMIND_AT.hour(), zone, now);
            schedule::fire(tx, &turn(&request, &user), &day.to_string(), millis(now)).await?;
        }
    }
    Ok(())
}

/// Under which somebody's reminders of a request fire.
fn turn(request: &Request, user: &UserId) -> String {
    format!("request:{}:{user}", request.id)
}

/// Others answer for the partner than those who were asked `before`: every card says so, and who is new gets one. It
/// stands for the day's reminder. `false` when somebody moved it meanwhile.
async fn pass_on(tx: &mut Tx, now: Timestamp, request: &Request, before: &[UserId]) -> Result<bool> {
    if !store::save_asked(tx, request).await? {
        return Ok(false);
    }
    let names: Vec<String> = request.asked.iter().map(ToString::to_string).collect();
    let subject = format!("request:{}", request.id);
    audit::done(tx, now, audit::TANDEM, "request.pass_on", &subject, &names.join(" "));
    let mut readers = request.readers();
    let others: Vec<UserId> = before.iter().filter(|user| !readers.contains(user)).cloned().collect();
    readers.extend(others);
    for reader in readers {
        let card = card(tx, now, request, &reader).await?;
        let key = format!("request:{}:asked:{reader}", request.id);
        if edit_or_post(tx, now, key, view::request::subject(request, &reader), &reader, card).await? {
            let today = today_of(tx, &reader, now).await?;
            schedule::fire(tx, &turn(request, &reader), &today.to_string(), millis(now)).await?;
        }
    }
    Ok(true)
}
