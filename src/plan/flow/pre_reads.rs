//! The pre-read of a session: loaded in time, approved and sent, composed anew when the session changes, and flagged
//! before it is late (A8).

mod decide;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

pub use decide::{Choices, agenda_rights, agendas_for, approve_agenda, choices, edit_agenda};

use super::super::pre_read::{Content, PreRead, Stage, subject};
use super::super::prep::{self, Prep, TOLD_AT};
use super::super::session::{Named, Session, Slot};
use super::super::store;
use super::super::view::pre_read as view;
use super::{agenda_of, answerable};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::Role;
use crate::kernel::blocks::Message;
use crate::kernel::calendar::{Calendar, Calendars};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, UserId};
use crate::map::account_map::{self, store::names};
use crate::map::store as map;
use crate::pull::store as pull;
use crate::store::{Tx, audit, millis, people, settings as workspace};

/// At most so many sessions are looked at in one round.
const AHEAD: i64 = 1000;

/// A session about nothing is looked at again after so many minutes.
const COLD_MINUTES: i64 = 15;

/// What composing and sending go by.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// When what is due.
    pub settings: &'a prep::Settings,
    /// From when on an account's map counts as old.
    pub mapping: &'a account_map::Settings,
    /// Who works on which days.
    pub calendars: &'a Calendars,
}

/// Who may approve the pre-read of a session: whom the instruction sheet names, else who answers for the partner.
pub async fn approvers(tx: &mut Tx, session: &Session) -> Result<Vec<UserId>> {
    let sheet = pull::instruction_of(tx, &session.partner_id).await?;
    let named = sheet.map(|i| i.sheet.approvers).unwrap_or_default();
    if !named.is_empty() {
        return Ok(named);
    }
    match map::partner(tx, &session.partner_id).await? {
        Some(partner) => answerable(tx, &partner).await,
        None => Ok(Vec::new()),
    }
}

impl Ways<'_> {
    /// The calendar by which a session is prepared: that of whoever runs it, else the company's.
    fn days_of(&self, session: &Session, slot: &Slot) -> Calendar {
        match &session.organiser {
            Some(user) => self.calendars.of_person(user, slot.local().time_zone()),
            None => self.calendars.own(),
        }
    }

    /// The days on the way to a session.
    fn prep_of(&self, session: &Session, slot: &Slot) -> Prep {
        let days = self.days_of(session, slot);
        Prep::of(slot.local().date(), self.settings, &days)
    }
}

/// The time of a session that is still ahead.
fn slot_ahead(session: &Session, now: Timestamp) -> Option<Slot> {
    session.stage.slot().filter(|slot| session.is_open() && slot.start > now).cloned()
}

/// Loads, redraws and flags what is due: each session's agenda in time, once.
pub async fn prepare_sessions(tx: &mut Tx, now: Timestamp, ways: &Ways<'_>) -> Result<()> {
    for session in store::sessions_ahead(tx, now, AHEAD).await? {
        prepare_session(tx, now, &session, ways).await?;
    }
    Ok(())
}

/// The same for one session, such as one that was just set up at short notice.
pub async fn prepare_session(tx: &mut Tx, now: Timestamp, session: &Session, ways: &Ways<'_>) -> Result<()> {
    let Some(slot) = slot_ahead(session, now) else { return Ok(()) };
    let here = now.to_zoned(slot.local().time_zone().clone());
    let prep = ways.prep_of(session, &slot);
    if here.datetime() < prep.load.to_datetime(TOLD_AT) {
        return Ok(());
    }
    match store::pre_read(tx, &session.id).await? {
        None => load(tx, &here, ways, session, &slot).await,
        Some(known) if known.made_of != session.version && is_to_be_composed(&known, session) => {
            let pick = known.content.edited.then(|| ids(&session.outline.accounts));
            anew(tx, &here, ways, session, known, pick.as_deref()).await.map(|_| ())
        }
        Some(known) if !known.is_waiting() && known.made_of != session.version => {
            follow(tx, &here, ways, session, &slot, known).await
        }
        Some(known) if known.is_waiting() => flag(tx, &here, ways, session, &slot, &prep, &known).await,
        Some(_) => Ok(()),
    }
}

/// The session of a pre-read that is out changed, and not its accounts: whoever comes by now and has not got it gets it.
async fn follow(
    tx: &mut Tx,
    here: &Zoned,
    ways: &Ways<'_>,
    session: &Session,
    slot: &Slot,
    known: PreRead,
) -> Result<()> {
    let mut next = PreRead { made_of: session.version, ..known.clone() };
    let ours = names(tx, &session.outline.ours).await?;
    next.content.ours = session.outline.ours.iter().map(|user| ours.of_user(user).to_owned()).collect();
    next.content.theirs = session.outline.theirs.iter().map(|guest| guest.name.clone()).collect();
    next.content.minutes = session.outline.minutes;
    if !store::save_pre_read(tx, &next, &known).await? {
        return Ok(());
    }
    send(tx, here.timestamp(), session, slot, &next).await?;
    draw(tx, here, ways, session, slot, &next).await
}

/// A pre-read that is out goes to ours who come, and to who runs it: each version once to each of them.
async fn send(tx: &mut Tx, now: Timestamp, session: &Session, slot: &Slot, p: &PreRead) -> Result<()> {
    let runs = session.organiser.iter().filter(|user| !session.outline.ours.contains(user));
    for reader in session.outline.ours.iter().chain(runs) {
        let key = format!("{}:{}:{reader}", p.subject(), p.version);
        // The turn is kept for longer than what was sent.
        if !schedule::fire(tx, &key, "sent", millis(now)).await? {
            continue;
        }
        let here = now.to_zoned(people::zone_of(tx, reader).await?);
        let message = view::sent(session, slot, p, &here)?;
        let out = Outgoing::post(key, Destination::Person(reader.clone()), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// Whether the pre-read no longer shows the session: of one that is out only other accounts count.
fn is_to_be_composed(known: &PreRead, session: &Session) -> bool {
    if known.is_waiting() {
        return true;
    }
    let shown: Vec<&AccountId> = known.content.accounts.iter().map(|b| &b.account).collect();
    shown != session.outline.accounts.iter().map(|a| &a.account_id).collect::<Vec<_>>()
}

fn ids(accounts: &[Named]) -> Vec<AccountId> {
    accounts.iter().map(|a| a.account_id.clone()).collect()
}

/// Composes the first pre-read and asks for approval; a session about nothing is called cold.
async fn load(tx: &mut Tx, here: &Zoned, ways: &Ways<'_>, session: &Session, slot: &Slot) -> Result<()> {
    let now = here.timestamp();
    if !is_to_be_looked_at(tx, here, session).await? {
        return Ok(());
    }
    let content = compose(tx, here, ways, session, None).await?;
    if content.accounts.is_empty() {
        return call_cold(tx, here, session, slot).await;
    }
    let pre_read = PreRead::new(&session.id, &session.partner_id, session.version, content, now);
    if !store::insert_pre_read(tx, &pre_read).await? {
        return Ok(());
    }
    let names: Vec<&str> = pre_read.content.accounts.iter().map(|b| b.name.as_str()).collect();
    audit::done(tx, now, audit::TANDEM, "agenda.load", &pre_read.subject(), &names.join(", "));
    draw(tx, here, ways, session, slot, &pre_read).await
}

/// Whether it is worth composing the first pre-read: of a session that was called cold and that nobody named an account for,
/// only from time to time.
async fn is_to_be_looked_at(tx: &mut Tx, here: &Zoned, session: &Session) -> Result<bool> {
    let called = schedule::last(tx, &told_cold(session)).await?;
    if !session.outline.accounts.is_empty() || called != Some(turn(session)) {
        return Ok(true);
    }
    let minute = millis(here.timestamp()) / 60_000;
    // Numbers of one length sort as text.
    let slot = format!("{:015}", minute - minute.rem_euclid(COLD_MINUTES));
    schedule::fire(tx, &format!("agenda:{}:look", session.id), &slot, millis(here.timestamp())).await
}

fn told_cold(session: &Session) -> String {
    format!("agenda:{}:cold", session.id)
}

/// What the session's agenda says; `pick` are accounts that somebody chose, in their order.
async fn compose(
    tx: &mut Tx,
    here: &Zoned,
    ways: &Ways<'_>,
    session: &Session,
    pick: Option<&[AccountId]>,
) -> Result<Content> {
    let material = agenda_of::material(tx, here, session).await?;
    agenda_of::content(tx, here, ways.mapping, session, &material, pick).await
}

async fn anew(
    tx: &mut Tx,
    here: &Zoned,
    ways: &Ways<'_>,
    session: &Session,
    known: PreRead,
    pick: Option<&[AccountId]>,
) -> Result<PreRead> {
    let Some(slot) = session.stage.slot().cloned() else { return Ok(known) };
    let mut content = compose(tx, here, ways, session, pick).await?;
    content.edited = pick.is_some();
    let next = known.clone().anew(session.version, content);
    if !store::save_pre_read(tx, &next, &known).await? {
        let stands = store::pre_read(tx, &session.id).await?.unwrap_or(known);
        return Err(view::changed(&stands));
    }
    draw(tx, here, ways, session, &slot, &next).await?;
    Ok(next)
}

/// Where cards stand: in the approvers' channel, else with whoever approves.
async fn card_place(tx: &mut Tx, asked: &[UserId]) -> Result<Option<Destination>> {
    let channel = workspace::load(tx).await?.approvals_channel.map(Destination::Channel);
    Ok(channel.or_else(|| asked.first().cloned().map(Destination::Person)))
}

/// Posts the card, or edits the one that is there.
async fn draw(
    tx: &mut Tx,
    here: &Zoned,
    ways: &Ways<'_>,
    session: &Session,
    slot: &Slot,
    pre_read: &PreRead,
) -> Result<()> {
    let asked = approvers(tx, session).await?;
    let scene = view::Scene { here, prep: Some(ways.prep_of(session, slot)), asked: asked.clone() };
    let card = view::card(session, slot, pre_read, &scene)?;
    post_or_edit(tx, here.timestamp(), pre_read.subject(), &asked, card).await
}

/// Its card follows a session that was moved, called off or held. That of one that still waits for approval says when it is
/// due once it is composed anew.
pub(super) async fn redraw(tx: &mut Tx, now: Timestamp, before: &Session, session: &Session) -> Result<()> {
    let subject = subject(&session.id);
    let Some(slot) = session.stage.slot() else { return Ok(()) };
    if !outbox::is_shown(tx, &subject).await? {
        return Ok(());
    }
    let here = now.to_zoned(slot.local().time_zone().clone());
    let card = match store::pre_read(tx, &session.id).await? {
        Some(_) if session.is_open() && before.stage.slot() == Some(slot) => return Ok(()),
        Some(known) => {
            let scene = view::Scene { here: &here, prep: None, asked: approvers(tx, session).await? };
            view::card(session, slot, &known, &scene)?
        }
        None if session.is_open() => cold_card(tx, &here, session, slot).await?.1,
        None => view::cold_no_more(session, &here),
    };
    outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await
}

/// The card of a session about nothing, and whom it asks.
async fn cold_card(
    tx: &mut Tx,
    here: &Zoned,
    session: &Session,
    slot: &Slot,
) -> Result<(Vec<UserId>, Message)> {
    let asked = approvers(tx, session).await?;
    let unnamed = map::counted_only(tx).await?.contains(&session.partner_id);
    let card = view::cold(session, slot, here, &asked, unnamed);
    Ok((asked, card))
}

async fn post_or_edit(
    tx: &mut Tx,
    now: Timestamp,
    subject: String,
    asked: &[UserId],
    message: Message,
) -> Result<()> {
    if outbox::is_shown(tx, &subject).await? {
        return outbox::enqueue(tx, millis(now), &Outgoing::update(subject, message)).await;
    }
    let Some(to) = card_place(tx, asked).await? else { return Ok(()) };
    let out = Outgoing::post(format!("{subject}:card"), to, message).showing(subject);
    outbox::enqueue(tx, millis(now), &out).await
}

/// The turn of a schedule that rises with every change that a calendar shows.
fn turn(session: &Session) -> String {
    format!("{:09}", session.sequence)
}

async fn call_cold(tx: &mut Tx, here: &Zoned, session: &Session, slot: &Slot) -> Result<()> {
    let now = here.timestamp();
    if !schedule::fire(tx, &told_cold(session), &turn(session), millis(now)).await? {
        return Ok(());
    }
    let (asked, card) = cold_card(tx, here, session, slot).await?;
    post_or_edit(tx, now, subject(&session.id), &asked, card).await
}

/// Operations hears once that nobody has approved what is due tomorrow.
async fn flag(
    tx: &mut Tx,
    here: &Zoned,
    ways: &Ways<'_>,
    session: &Session,
    slot: &Slot,
    prep: &Prep,
    pre_read: &PreRead,
) -> Result<()> {
    let now = here.timestamp();
    let loaded = pre_read.loaded_at.to_zoned(here.time_zone().clone()).date();
    let days = ways.days_of(session, slot);
    let from: Date = prep.flagged_from(loaded, &days);
    if here.datetime() < from.to_datetime(TOLD_AT) {
        return Ok(());
    }
    let told = format!("agenda:{}:late", session.id);
    if !schedule::fire(tx, &told, &turn(session), millis(now)).await? {
        return Ok(());
    }
    let asked = approvers(tx, session).await?;
    let message = view::late(session, slot, prep, here, &asked);
    tell_operations(tx, now, &format!("{told}:{}", turn(session)), message).await
}

/// Posts where operations reads: in the digest's channel, else to each of them.
pub(super) async fn tell_operations(tx: &mut Tx, now: Timestamp, key: &str, message: Message) -> Result<()> {
    if let Some(channel) = workspace::load(tx).await?.digest_channel {
        let out = Outgoing::post(key, Destination::Channel(channel), message);
        return outbox::enqueue(tx, millis(now), &out).await;
    }
    for user in people::holders(tx, Role::Operations).await? {
        let key = format!("{key}:{user}");
        let out = Outgoing::post(key, Destination::Person(user), message.clone());
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// The agenda of a session as it stands: the pre-read, or what it would be now.
pub async fn agenda_now(
    tx: &mut Tx,
    now: Timestamp,
    session: &Session,
    ways: &Ways<'_>,
) -> Result<Option<PreRead>> {
    if let Some(known) = store::pre_read(tx, &session.id).await? {
        return Ok(Some(known));
    }
    let Some(slot) = session.stage.slot() else { return Ok(None) };
    let here = now.to_zoned(slot.local().time_zone().clone());
    let content = compose(tx, &here, ways, session, None).await?;
    Ok(Some(PreRead {
        version: 0,
        stage: Stage::Waiting,
        ..PreRead::new(&session.id, &session.partner_id, session.version, content, now)
    }))
}
