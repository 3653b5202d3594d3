//! Sessions: proposed, set up, changed, moved, called off. Everybody of ours who comes has a card that follows, and is told
//! below it what somebody else did.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::session::{Guest, Move, Moved, Outline, Session, Shape, Slot, Stage, Trigger};
use super::super::store;
use super::super::view::session::{self as view, Clocks, Reader};
use super::line_under;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{SessionId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map::store::mark_stale;
use crate::map::partner::{Contact, ContactRole, Partner};
use crate::map::store as map;
use crate::pull::instruction::Sheet;
use crate::store::{Tx, audit, millis, people};

/// Whether somebody may set up sessions with a partner: whoever triages for it, and its manager.
pub fn may_plan(actor: &Actor, partner: &Partner) -> bool {
    let manages = actor.standing == Standing::Member && partner.manager.as_ref() == Some(&actor.user);
    manages || actor.may(Right::Triage, Some(&partner.id))
}

/// The same, or a refusal that says who may.
///
/// # Errors
/// A refusal.
pub fn require_plan(actor: &Actor, partner: &Partner) -> Result<()> {
    match may_plan(actor, partner) {
        true => Ok(()),
        false => Err(view::refusal(&partner.name, partner.manager.as_ref())),
    }
}

/// One session, or a user's error.
///
/// # Errors
/// A user's error when it is gone.
pub async fn session(tx: &mut Tx, id: &SessionId) -> Result<Session> {
    let gone = || Error::user("That session is gone: its partner was removed.");
    store::session(tx, id).await?.ok_or_else(gone)
}

async fn partner_of(tx: &mut Tx, session: &Session) -> Result<Partner> {
    let gone = || Error::user("That partner was removed in the meantime. Nothing was changed.");
    map::partner(tx, &session.partner_id).await?.ok_or_else(gone)
}

/// Loads a session that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when it is not theirs to move.
pub async fn session_for(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(SessionId, i64),
) -> Result<Session> {
    let found = session(tx, &seen.0).await?;
    let partner = partner_of(tx, &found).await?;
    if found.organiser.as_ref() != Some(&actor.user) {
        require_plan(actor, &partner)?;
    }
    if found.version != seen.1 {
        return Err(view::decided_already(&found, now, &actor.zone));
    }
    Ok(found)
}

/// Sets a session up at once.
///
/// # Errors
/// A refusal when the partner is not theirs; a user's error when the request has its session already.
pub async fn set_up(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    trigger: Trigger,
    (outline, slot): (Outline, Slot),
) -> Result<Session> {
    require_plan(actor, partner)?;
    // Two may press Schedule on one request in the same instant.
    map::lock_partner(tx, &partner.id).await?;
    if let Some(request) = trigger.request()
        && let Some(before) = store::session_for(tx, request).await?
    {
        return Err(view::scheduled_already(&before, now, &actor.zone));
    }
    // The form may have been open twice.
    if let Some(before) = store::session_at(tx, &partner.id, slot.start, &actor.user).await? {
        return Err(Error::user(escape(&view::at_that_time(&before))));
    }
    let session = Session {
        id: SessionId::random(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        trigger,
        outline,
        because: Vec::new(),
        instruction: None,
        organiser: Some(actor.user.clone()),
        stage: Stage::Scheduled { slot, moved: Moved { by: actor.user.clone(), at: now } },
        sequence: 0,
        version: 1,
        created_at: now,
    };
    store::insert_session(tx, &session).await?;
    written_down(tx, now, &session, "session.schedule", &actor.user).await?;
    draw(tx, now, None, &session, &actor.user).await?;
    Ok(session)
}

/// Adds to the audit log, on the clock of the session itself, and has the rooms of its accounts drawn anew.
async fn written_down(tx: &mut Tx, now: Timestamp, session: &Session, verb: &str, by: &UserId) -> Result<()> {
    let zone = session.stage.slot().map_or(TimeZone::UTC, |slot| slot.local().time_zone().clone());
    let detail = format!("{} · {}", session.title(), view::state(session, now, &zone));
    audit::done(tx, now, by.as_str(), verb, &format!("session:{}", session.id), &detail);
    for account in &session.outline.accounts {
        mark_stale(tx, &account.account_id).await?;
    }
    Ok(())
}

/// Puts a proposal before those who decide on it.
pub async fn propose(tx: &mut Tx, now: Timestamp, session: &Session) -> Result<()> {
    store::insert_session(tx, session).await?;
    let by = UserId::from(audit::TANDEM);
    written_down(tx, now, session, "session.propose", &by).await?;
    draw(tx, now, None, session, &by).await
}

/// Moves a session that somebody saw: every reader's card is edited in place, and the others are told below it.
///
/// # Errors
/// As [`session_for`]; also when somebody else was faster.
pub async fn move_session(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(SessionId, i64),
    what: Move,
) -> Result<Session> {
    let before = session_for(tx, now, actor, seen).await?;
    match advance(tx, now, &actor.user, &before, what).await? {
        Some(after) => Ok(after),
        None => {
            let winner = store::session(tx, &seen.0).await?.unwrap_or(before);
            Err(view::decided_already(&winner, now, &actor.zone))
        }
    }
}

/// The same without asking who may, for what is decided elsewhere or by the clock; `None` when it does not fit, or
/// somebody was faster.
pub async fn advance(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    before: &Session,
    what: Move,
) -> Result<Option<Session>> {
    let after = step(tx, now, by, before, what).await?;
    if let Some(after) = &after {
        draw(tx, now, Some(before), after, by).await?;
    }
    Ok(after)
}

/// The same where everybody concerned is told in another way: their cards follow, and no line stands below them.
pub(super) async fn advance_quietly(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    before: &Session,
    what: Move,
) -> Result<Option<Session>> {
    let after = step(tx, now, by, before, what).await?;
    if let Some(after) = &after {
        drawn(tx, now, Some(before), after, by, false).await?;
    }
    Ok(after)
}

async fn step(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    before: &Session,
    what: Move,
) -> Result<Option<Session>> {
    let detail = match &what {
        Move::Cancel(because) => because.clone(),
        Move::Schedule(_, slot) | Move::Reschedule(slot) => {
            slot.local().strftime("%-d %b %Y, %H:%M, %Q").to_string()
        }
        _ => String::new(),
    };
    let Ok(after) = before.clone().moved(what.clone(), by, now) else { return Ok(None) };
    if !store::save_session(tx, &after, before.version, &what, &detail).await? {
        return Ok(None);
    }
    written_down(tx, now, &after, what.verb(), by).await?;
    Ok(Some(after))
}

/// The clocks of those who come, as far as they are known.
async fn clocks(tx: &mut Tx, session: &Session) -> Result<Clocks> {
    let mut clocks = Clocks::default();
    for user in &session.outline.ours {
        if people::find(tx, user).await?.is_some_and(|(person, _)| person.zone.is_some()) {
            clocks.ours.insert(user.clone(), people::zone_of(tx, user).await?);
        }
    }
    for guest in &session.outline.theirs {
        let Some(contact) = map::contact(tx, &guest.contact).await? else { continue };
        let Some(user) = contact.slack_user else { continue };
        if people::find(tx, &user).await?.is_some_and(|(person, _)| person.zone.is_some()) {
            clocks.theirs.insert(guest.contact.clone(), people::zone_of(tx, &user).await?);
        }
    }
    Ok(clocks)
}

/// Whether the controls of a session are this reader's, by what is known of them.
async fn reader_may(
    tx: &mut Tx,
    session: &Session,
    partner: Option<&Partner>,
    reader: &UserId,
) -> Result<bool> {
    if session.organiser.as_ref() == Some(reader) {
        return Ok(true);
    }
    let Some(partner) = partner else { return Ok(false) };
    if partner.manager.as_ref() == Some(reader) {
        return Ok(true);
    }
    let Some((person, _)) = people::find(tx, reader).await? else { return Ok(false) };
    Ok(may_plan(&person.actor(tx).await?, partner))
}

/// The card as this reader sees it.
pub async fn session_card(
    tx: &mut Tx,
    now: Timestamp,
    session: &Session,
    reader: &UserId,
) -> Result<Message> {
    let clocks = clocks(tx, session).await?;
    card_of(tx, now, session, reader, &clocks).await
}

async fn card_of(
    tx: &mut Tx,
    now: Timestamp,
    session: &Session,
    reader: &UserId,
    clocks: &Clocks,
) -> Result<Message> {
    let partner = map::partner(tx, &session.partner_id).await?;
    let may = reader_may(tx, session, partner.as_ref(), reader).await?;
    let zone = people::zone_of(tx, reader).await?;
    view::card(session, &Reader { now, zone: &zone, may, clocks })
}

/// Draws every reader's card anew, those of who was on it before too; and the request that it answers.
pub(super) async fn draw(
    tx: &mut Tx,
    now: Timestamp,
    before: Option<&Session>,
    session: &Session,
    by: &UserId,
) -> Result<()> {
    drawn(tx, now, before, session, by, true).await
}

/// The same; `told` where the others hear of it in a line below.
async fn drawn(
    tx: &mut Tx,
    now: Timestamp,
    before: Option<&Session>,
    session: &Session,
    by: &UserId,
    told: bool,
) -> Result<()> {
    let clocks = clocks(tx, session).await?;
    let readers = session.readers();
    let mut all = readers.clone();
    all.extend(before.map(Session::readers).unwrap_or_default().into_iter().filter(|u| !readers.contains(u)));
    for reader in all {
        let subject = view::subject(session, &reader);
        let card = card_of(tx, now, session, &reader, &clocks).await?;
        let comes = readers.contains(&reader);
        if !outbox::is_shown(tx, &subject).await? {
            if comes {
                let key = format!("session:{}:{}:card:{reader}", session.id, session.version);
                let out = Outgoing::post(key, Destination::Person(reader), card).showing(subject);
                outbox::enqueue(tx, millis(now), &out).await?;
            }
            continue;
        }
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), card)).await?;
        let moved = before.is_none_or(|b| b.version != session.version);
        if told && moved && reader != *by {
            let zone = people::zone_of(tx, &reader).await?;
            let stays = comes || !session.is_open() || before.is_some_and(|b| b.stage.slot().is_none());
            let said = if stays { view::news(session, now, &zone) } else { view::no_longer(session, by) };
            let key = format!("session:{}:{}:{reader}", session.id, session.version);
            outbox::enqueue(tx, millis(now), &line_under(key, subject, &reader, said)).await?;
        }
    }
    if let Some(before) = before {
        super::pre_reads::redraw(tx, now, before, session).await?;
    }
    if let Some(request) = session.trigger.request()
        && let Some(request) = store::request(tx, request).await?
    {
        super::requests::redraw(tx, now, &request).await?;
    }
    Ok(())
}

/// Who of the partner's people a session of this shape is with.
pub fn guests(shape: Shape, contacts: &[Contact]) -> Vec<Guest> {
    let role = match shape {
        Shape::Managers | Shape::Carriers => ContactRole::PartnerManager,
        Shape::Owners => ContactRole::PartnerRep,
    };
    let those: Vec<&Contact> = contacts.iter().filter(|c| c.role == role).collect();
    // Which of several reps has the account is not known here.
    let those = if shape == Shape::Owners && those.len() > 1 { Vec::new() } else { those };
    those.into_iter().take(3).map(|c| Guest { contact: c.id.clone(), name: c.name.clone() }).collect()
}

/// What a session with this partner looks like where nobody says otherwise.
pub async fn usual_outline(tx: &mut Tx, partner: &Partner, sheet: &Sheet) -> Result<Outline> {
    let contacts = map::contacts(tx, &partner.id).await?;
    Ok(Outline {
        shape: sheet.shape,
        minutes: sheet.minutes,
        ours: partner.manager.iter().cloned().collect(),
        theirs: guests(sheet.shape, &contacts),
        accounts: Vec::new(),
        place: String::new(),
    })
}
