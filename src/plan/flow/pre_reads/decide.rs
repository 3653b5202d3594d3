//! People decide on an agenda: approve it, or choose its accounts.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::super::pre_read::{Content, PreRead, Rights, Seen, subject};
use super::super::super::session::{Move, Named, Outline, Session, Slot, Stage};
use super::super::super::store;
use super::super::super::view::pre_read as view;
use super::super::agenda_of;
use super::super::sessions::advance_quietly;
use super::{AHEAD, Ways, anew, approvers, compose, draw, ids, send, slot_ahead};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, SessionId, UserId};
use crate::kernel::text::escape;
use crate::map::lists::store as lists;
use crate::map::overlap::Motion;
use crate::map::store as map;
use crate::store::{Tx, audit};

/// A session that is still ahead, with its time.
async fn ahead(tx: &mut Tx, now: Timestamp, id: &SessionId) -> Result<(Session, Slot)> {
    let session = super::super::session(tx, id).await?;
    match slot_ahead(&session, now) {
        Some(slot) => Ok((session, slot)),
        None => Err(Error::user(format!(
            "The session with {} is not ahead any more, so its agenda stays as it is.",
            escape(&session.partner)
        ))),
    }
}

/// Whoever may approve what goes to the attendees of a session.
async fn may_approve(tx: &mut Tx, actor: &Actor, session: &Session) -> Result<()> {
    let approvers = approvers(tx, session).await?;
    if approvers.contains(&actor.user) && actor.may(Right::Contribute, None)
        || actor.may(Right::Approve, Some(&session.partner_id))
    {
        return Ok(());
    }
    let who: Vec<String> = approvers.iter().map(UserId::mention).chain(["an admin".to_owned()]).collect();
    Err(Error::refused(format!("Only {} can approve this agenda. Nothing was sent.", who.join(" or "))))
}

/// Who may choose the accounts of a session: who triages, and who runs it.
fn may_edit(actor: &Actor, session: &Session) -> Result<()> {
    let runs = session.organiser.as_ref() == Some(&actor.user) && actor.may(Right::Contribute, None);
    if runs { Ok(()) } else { actor.require(Right::Triage, Some(&session.partner_id)) }
}

/// The pre-read that somebody is about to change, as they saw it.
async fn seen_as(tx: &mut Tx, seen: &(SessionId, i64)) -> Result<PreRead> {
    let stands = store::pre_read(tx, &seen.0).await?;
    let stands = stands.ok_or_else(|| Error::user("That agenda is gone: its partner was removed."))?;
    if stands.version == seen.1 { Ok(stands) } else { Err(view::changed(&stands)) }
}

/// Approves a pre-read as it was seen: its accounts are the session's from now on, it goes to our attendees, and the session
/// is prepared.
///
/// # Errors
/// A user's error when it changed since, or was approved; a refusal when it is not theirs to approve.
pub async fn approve_agenda(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(SessionId, i64),
    ways: &Ways<'_>,
) -> Result<()> {
    let (session, slot) = ahead(tx, now, &seen.0).await?;
    may_approve(tx, actor, &session).await?;
    let stands = seen_as(tx, seen).await?;
    let today = now.to_zoned(slot.local().time_zone().clone()).date();
    let in_time = ways.prep_of(&session, &slot).is_in_time(today);
    let Some(mut approved) = stands.clone().approved(&actor.user, now, in_time) else {
        return Err(view::changed(&stands));
    };
    let session = take_over(tx, now, actor, session, &approved.content).await?;
    let session = match session.stage {
        Stage::Scheduled { .. } => moved(tx, now, actor, session, Move::Prepare).await?,
        _ => session,
    };
    approved.made_of = session.version;
    if !store::save_pre_read(tx, &approved, &stands).await? {
        let stands = store::pre_read(tx, &seen.0).await?.unwrap_or(stands);
        return Err(view::changed(&stands));
    }
    let detail = format!("version {}", approved.version);
    audit::done(tx, now, actor.user.as_str(), "agenda.approve", &approved.subject(), &detail);
    send(tx, now, &session, &slot, &approved).await?;
    let here = now.to_zoned(slot.local().time_zone().clone());
    draw(tx, &here, ways, &session, &slot, &approved).await
}

/// The accounts of the agenda become the session's, with their motions.
async fn take_over(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    session: Session,
    content: &Content,
) -> Result<Session> {
    let shown: Vec<AccountId> = content.accounts.iter().map(|b| b.account.clone()).collect();
    if shown == ids(&session.outline.accounts) {
        return Ok(session);
    }
    let motions: HashMap<AccountId, _> =
        content.accounts.iter().map(|b| (b.account.clone(), b.motion)).collect();
    rename(tx, now, actor, session, &shown, &motions).await
}

/// Sets up a session for these accounts; what was said of those that stay is kept.
async fn rename(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    session: Session,
    accounts: &[AccountId],
    motions: &HashMap<AccountId, Option<Motion>>,
) -> Result<Session> {
    let mut named = Vec::new();
    for id in accounts {
        if let Some(known) = session.outline.accounts.iter().find(|a| a.account_id == *id) {
            named.push(known.clone());
        } else if let Some(account) = map::account(tx, id).await? {
            named.push(Named { motion: motions.get(id).copied().flatten(), ..Named::of(&account) });
        }
    }
    let outline = Outline { accounts: named, ..session.outline.clone() };
    moved(tx, now, actor, session, Move::Change(outline)).await
}

/// Moves a session as part of what was decided on its agenda.
async fn moved(tx: &mut Tx, now: Timestamp, actor: &Actor, session: Session, what: Move) -> Result<Session> {
    advance_quietly(tx, now, &actor.user, &session, what).await?.ok_or_else(|| {
        Error::user("Somebody moved the session while you decided on its agenda. Look at the card again.")
    })
}

/// What this person may do with a session's agenda now; nothing once the session is over.
pub async fn agenda_rights(tx: &mut Tx, now: Timestamp, actor: &Actor, session: &Session) -> Result<Rights> {
    if slot_ahead(session, now).is_none() {
        return Ok(Rights::default());
    }
    let approve = match may_approve(tx, actor, session).await {
        Ok(()) => true,
        Err(Error::User(_)) => false,
        Err(fault) => return Err(fault),
    };
    Ok(Rights { approve, edit: may_edit(actor, session).is_ok() })
}

/// The sessions whose agenda waits for this person's approval, the soonest first.
pub async fn agendas_for(tx: &mut Tx, now: Timestamp, actor: &Actor) -> Result<Vec<Session>> {
    let mut all = Vec::new();
    for id in store::waiting_agendas(tx, now, AHEAD).await? {
        if let Some(session) = store::session(tx, &id).await?
            && agenda_rights(tx, now, actor, &session).await?.approve
        {
            all.push(session);
        }
    }
    Ok(all)
}

/// What the form that edits an agenda offers.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The session.
    pub session: Session,
    /// The pre-read that it edits.
    pub seen: Seen,
    /// The accounts that are on it.
    pub chosen: Vec<AccountId>,
    /// Those that may be, with their names, the best first.
    pub offered: Vec<(AccountId, String)>,
}

/// The accounts of a session that somebody is about to edit; `seen` is the version that its card showed.
///
/// # Errors
/// A user's error when the session is over or the agenda changed since, a refusal when it is not theirs.
pub async fn choices(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &SessionId,
    seen: Option<i64>,
) -> Result<Choices> {
    let (session, slot) = ahead(tx, now, id).await?;
    may_edit(actor, &session)?;
    let known = match seen {
        Some(version) => Some(seen_as(tx, &(id.clone(), version)).await?),
        None => store::pre_read(tx, id).await?,
    };
    let here = now.to_zoned(slot.local().time_zone().clone());
    let material = agenda_of::material(tx, &here, &session).await?;
    let chosen = match &known {
        Some(p) => p.content.accounts.iter().map(|b| b.account.clone()).collect(),
        None => ids(&session.outline.accounts),
    };
    let offered = material.offered();
    let seen = known.as_ref().map_or(Seen { version: 0, approved: false }, Seen::of);
    Ok(Choices { session, seen, chosen, offered })
}

/// Saves which accounts a session covers: the agenda is composed anew and waits for approval.
///
/// # Errors
/// As [`choices`]; also when one of them is no overlap with the partner.
pub async fn edit_agenda(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    (id, seen): (&SessionId, Seen),
    accounts: &[AccountId],
    ways: &Ways<'_>,
) -> Result<()> {
    let (session, slot) = ahead(tx, now, id).await?;
    may_edit(actor, &session)?;
    let known = store::pre_read(tx, id).await?;
    match &known {
        Some(stands) if !stands.is_as(seen) => return Err(view::changed(stands)),
        _ => {}
    }
    let overlaps = map::overlaps_with(tx, &session.partner_id, accounts).await?;
    let there = |id: &AccountId| overlaps.iter().any(|o| o.account.id == *id && o.gone_at.is_none());
    if !accounts.iter().all(there) {
        return Err(Error::user(format!(
            "One of these accounts is no overlap with {} any more. Nothing was changed.",
            escape(&session.partner)
        )));
    }
    let here = now.to_zoned(slot.local().time_zone().clone());
    let kinds = lists::map_settings(tx).await?.kinds;
    let motions = overlaps.iter().map(|o| (o.account.id.clone(), o.motion(&kinds))).collect();
    let session = if ids(&session.outline.accounts) == accounts {
        session
    } else {
        rename(tx, now, actor, session, accounts, &motions).await?
    };
    let names = session.accounts();
    audit::done(tx, now, actor.user.as_str(), "agenda.edit", &subject(&session.id), &names);
    match known {
        Some(known) => anew(tx, &here, ways, &session, known, Some(accounts)).await.map(|_| ()),
        None => {
            let mut content = compose(tx, &here, ways, &session, Some(accounts)).await?;
            content.edited = true;
            let first = PreRead::new(&session.id, &session.partner_id, session.version, content, now);
            if !store::insert_pre_read(tx, &first).await? {
                return Err(Error::user(
                    "This agenda was loaded in the meantime. Open the form again from its card.",
                ));
            }
            draw(tx, &here, ways, &session, &slot, &first).await
        }
    }
}
