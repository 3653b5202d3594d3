//! The record of a session (A17): asked for when it is over, told account by account, and shown as one card.

mod chase;

use jiff::Timestamp;
use jiff::civil::Date;

pub(super) use chase::asked;
pub use chase::chase_records;
use chase::{asked_subject, whom_to_ask};

use super::super::introduction::{Direction, Stage as IntroductionStage};
use super::super::record::{Outcome, Record, Told, next};
use super::super::request::Moved;
use super::super::session::{Move, Named, Session, Stage};
use super::super::store;
use super::super::view::record as view;
use super::sessions::{advance, advance_quietly};
use super::{Introducing, Promise, commit, introduce_once, session};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, SessionId, UserId};
use crate::kernel::money::Money;
use crate::kernel::text::escape;
use crate::map::account_map::decision::Choice;
use crate::map::account_map::{self, store::names};
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::pull::digest::Decision;
use crate::pull::flow as pull;
use crate::store::{Tx, audit, millis, people, settings};

/// At most so many sessions are asked about in one round.
const ASKED: i64 = 500;

/// Who may log a session: who was in it, who ran it, and who triages for the partner.
fn may_log(actor: &Actor, session: &Session) -> Result<()> {
    let there = session.outline.ours.contains(&actor.user) || session.organiser.as_ref() == Some(&actor.user);
    if there && actor.may(Right::Contribute, None) || actor.may(Right::Triage, Some(&session.partner_id)) {
        return Ok(());
    }
    Err(Error::refused(format!(
        "Only who was in the session with {} can log it, or somebody who looks after the partner. Nothing was saved.",
        escape(&session.partner)
    )))
}

/// A session that can be logged now, and what was told of it so far.
///
/// # Errors
/// A user's error when it is still ahead, was called off or is logged already; a refusal when it is not theirs.
pub async fn session_to_log(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &SessionId,
) -> Result<(Session, Vec<Told>)> {
    let found = session(tx, id).await?;
    may_log(actor, &found)?;
    match (&found.stage, found.stage.slot()) {
        (Stage::Scheduled { .. } | Stage::Prepared { .. } | Stage::Held { .. }, Some(slot))
            if slot.start <= now =>
        {
            let told = store::told(tx, id).await?;
            Ok((found, told))
        }
        _ => Err(view::not_to_log(&found, now, &actor.zone)),
    }
}

/// Sessions that this person may log, the newest first.
pub async fn to_log(tx: &mut Tx, now: Timestamp, actor: &Actor) -> Result<Vec<Session>> {
    let mut all = store::sessions_unlogged(tx, now, ASKED).await?;
    all.retain(|found| may_log(actor, found).is_ok());
    Ok(all)
}

/// What is told of one account.
#[derive(Clone, Debug)]
pub struct Telling {
    /// The account.
    pub account: AccountId,
    /// What came of it.
    pub outcome: Outcome,
    /// Who does what from now on and why; `None` where nobody got to it.
    pub choice: Option<Choice>,
    /// Why it waits.
    pub stall: Option<String>,
    /// What of pipeline it is.
    pub amount: Option<Money>,
    /// At which stage.
    pub stage: Option<String>,
    /// What is promised.
    pub promise: Option<Promise>,
    /// Who is introduced.
    pub introduction: Option<Meeting>,
}

/// Who is introduced to whom, as it was agreed.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// Who gives.
    pub direction: Direction,
    /// Who at the partner is introduced, or makes it.
    pub theirs: Option<Contact>,
    /// To whom at the account.
    pub whom: String,
    /// By when.
    pub due: Date,
}

/// Saves what came of an account: the decision with its hold, the promise and the introduction come with it. The first one
/// says that the session was held.
///
/// # Errors
/// As [`session_to_log`]; also when somebody else has told it.
pub async fn tell_account(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &SessionId,
    telling: Telling,
) -> Result<()> {
    let (found, before) = session_to_log(tx, now, actor, id).await?;
    let account = map::account(tx, &telling.account).await?;
    let account =
        account.ok_or_else(|| Error::user("That account was removed in the meantime. Nothing was saved."))?;
    if let Some(other) = before.iter().find(|t| t.account == account.id) {
        return Err(view::told_already(other));
    }
    let partner = map::partner(tx, &found.partner_id).await?;
    let partner =
        partner.ok_or_else(|| Error::user("That partner was removed in the meantime. Nothing was saved."))?;
    let mut told = Told {
        account: account.id.clone(),
        name: account.name.clone(),
        outcome: telling.outcome,
        decided: String::new(),
        stall: telling.stall,
        amount: telling.amount,
        stage: telling.stage,
        introduction: None,
        commitments: Vec::new(),
        by: actor.user.clone(),
        at: now,
    };
    if let Some(choice) = telling.choice.filter(|_| telling.outcome.was_reached()) {
        // Triage takes the overlap first and the map after it.
        let in_triage = match telling.outcome {
            Outcome::Nothing => Decision::Dismiss("Nothing to do together for now".to_owned()),
            _ => Decision::Agenda,
        };
        pull::decided_in_session(tx, now, actor, (&account.id, &partner.id), &in_triage).await?;
        let (made, hold) = account_map::flow::decide(tx, now, actor, &account.id, &choice, None).await?;
        if hold.is_some() {
            pull::refresh_account(tx, now, &account.id).await?;
        }
        let users = [vec![made.reaches_out.clone()], made.stays_out.clone()].concat();
        let made = made.words(&names(tx, &users).await?);
        told.decided = telling.outcome.decided(&made, hold.as_ref().map(|hold| hold.text.as_str()));
        if let Some(meeting) = telling.introduction {
            let what = Introducing {
                direction: meeting.direction,
                ours: choice.reaches_out.clone(),
                theirs: meeting.theirs,
                whom: meeting.whom,
                due: meeting.due,
                stage: IntroductionStage::Agreed(Moved { by: actor.user.clone(), at: now }),
                ask: None,
                session: Some(id.clone()),
            };
            let made = introduce_once(tx, now, &actor.user, &account, &partner, what).await?;
            let ours = names(tx, std::slice::from_ref(&made.ours)).await?;
            told.introduction =
                Some(format!("{}, by {}", made.words(ours.of_user(&made.ours)), day(made.due)));
        }
    }
    if let Some(promise) = telling.promise {
        let made = commit(tx, now, &actor.user, &partner, Some(&account), promise).await?;
        told.commitments.push(made.id);
    }
    if !store::insert_told(tx, id, &told).await? {
        return Err(Error::user(format!(
            "Somebody else logged {} in the meantime, so yours was not saved.",
            escape(&account.name)
        )));
    }
    let detail = format!("{}: {}", account.name, told.outcome.words());
    audit::done(tx, now, actor.user.as_str(), "record.account", &format!("session:{id}"), &detail);
    if !matches!(found.stage, Stage::Held { .. }) {
        hold(tx, now, actor, &found).await?;
    }
    Ok(())
}

/// The session was held, says whoever tells the first of it. Somebody else may have said so in the same instant.
async fn hold(tx: &mut Tx, now: Timestamp, actor: &Actor, found: &Session) -> Result<()> {
    if advance_quietly(tx, now, &actor.user, found, Move::Hold).await?.is_some() {
        return Ok(());
    }
    match store::session(tx, &found.id).await?.map(|s| s.stage) {
        Some(Stage::Held { .. }) => Ok(()),
        _ => Err(moved_meanwhile()),
    }
}

fn moved_meanwhile() -> Error {
    Error::user("Somebody moved the session while you logged it. Open the log once more.")
}

/// `Fri 20 Mar`
fn day(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

/// What is told of a session as a whole.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// Where it can be seen or heard.
    pub recording: Option<String>,
    /// What else is worth keeping.
    pub said: Option<String>,
    /// The day of the next one.
    pub next: Option<Date>,
    /// The accounts of which something was entered on the way here.
    pub entered: Vec<AccountId>,
}

/// Completes the record of a session: it is closed, and one card sums it up. Accounts of which nothing was told were not
/// reached. Gives the session and the day on which the next one is wanted.
///
/// # Errors
/// As [`session_to_log`]; also when something that was entered is not saved.
pub async fn close_record(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &SessionId,
    closing: Closing,
) -> Result<Session> {
    let (mut found, mut told) = session_to_log(tx, now, actor, id).await?;
    let unsaved = |named: &&Named| {
        closing.entered.contains(&named.account_id) && told.iter().all(|t| t.account != named.account_id)
    };
    if let Some(named) = found.outline.accounts.iter().find(unsaved) {
        return Err(Error::user(format!(
            "What you entered of {} is not saved, so the log stays open. Log the session once more: it goes on there.",
            escape(&named.name)
        )));
    }
    let mut beaten = false;
    while let Some(left) = next(&found, &told) {
        let not_reached = Told::not_reached(left, &actor.user, now);
        beaten |= !store::insert_told(tx, id, &not_reached).await?;
        told.push(not_reached);
    }
    if beaten {
        // Somebody told one of them in the same instant: that counts.
        told = store::told(tx, id).await?;
    }
    let record = Record {
        session: id.clone(),
        recording: closing.recording,
        said: closing.said,
        next: closing.next,
        by: actor.user.clone(),
        at: now,
    };
    if !store::insert_record(tx, &record).await? {
        return Err(view::not_to_log(&found, now, &actor.zone));
    }
    let closed = advance_quietly(tx, now, &actor.user, &found, Move::Close).await?;
    found = closed.ok_or_else(moved_meanwhile)?;
    let detail = told.iter().map(|t| format!("{}: {}", t.name, t.outcome.words())).collect::<Vec<_>>();
    audit::done(tx, now, actor.user.as_str(), "record.close", &format!("session:{id}"), &detail.join("; "));
    sum_up(tx, now, &found, &told, &record).await?;
    for user in whom_to_ask(tx, &found).await? {
        let subject = asked_subject(id, &user);
        if outbox::is_shown(tx, &subject).await? {
            let here = now.to_zoned(people::zone_of(tx, &user).await?);
            let done = view::logged(&found, &here, &record);
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject, done)).await?;
        }
    }
    Ok(found)
}

/// The one card of a record: where operations reads, else with who logged it.
async fn sum_up(
    tx: &mut Tx,
    now: Timestamp,
    session: &Session,
    told: &[Told],
    record: &Record,
) -> Result<()> {
    let message = summary(tx, now, session, told, record).await?;
    let to = match settings::load(tx).await?.digest_channel {
        Some(channel) => Destination::Channel(channel),
        None => Destination::Person(record.by.clone()),
    };
    let subject = format!("record:{}", session.id);
    let out = Outgoing::post(format!("{subject}:card"), to, message).showing(subject);
    outbox::enqueue(tx, millis(now), &out).await
}

/// What a record says, on the workspace's clock.
pub async fn summary(
    tx: &mut Tx,
    now: Timestamp,
    session: &Session,
    told: &[Told],
    record: &Record,
) -> Result<Message> {
    let here = now.to_zoned(settings::load(tx).await?.digest.time_zone());
    let ids: Vec<_> = told.iter().flat_map(|t| t.commitments.clone()).collect();
    let promised = store::promised(tx, &ids).await?;
    let users: Vec<UserId> = promised.iter().map(|p| p.owner.clone()).chain([record.by.clone()]).collect();
    let names = names(tx, &users).await?;
    view::summary(session, told, record, &promised, &names, &here)
}

/// The record of a session that was logged.
///
/// # Errors
/// A user's error when nothing is logged.
pub async fn record_of(tx: &mut Tx, now: Timestamp, session: &Session) -> Result<Message> {
    let record = store::record(tx, &session.id).await?;
    let record = record.ok_or_else(|| Error::user("Nothing is logged of that session yet."))?;
    let told = store::told(tx, &session.id).await?;
    summary(tx, now, session, &told, &record).await
}

/// Calls a session off after its time: it did not take place, and why.
///
/// # Errors
/// As [`session_to_log`]; also when something of it is logged.
pub async fn missed(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    id: &SessionId,
    because: String,
) -> Result<()> {
    let (found, told) = session_to_log(tx, now, actor, id).await?;
    if !told.is_empty() {
        return Err(Error::user(
            "Something of that session is logged, so it took place. Nothing was changed.",
        ));
    }
    let what = Move::Cancel(because.clone());
    let after = advance(tx, now, &actor.user, &found, what).await?.ok_or_else(|| {
        Error::user("That session was held or called off before you said so. Nothing was changed.")
    })?;
    audit::done(tx, now, actor.user.as_str(), "record.missed", &format!("session:{id}"), &because);
    for user in whom_to_ask(tx, &after).await? {
        let subject = asked_subject(id, &user);
        if outbox::is_shown(tx, &subject).await? {
            let here = now.to_zoned(people::zone_of(tx, &user).await?);
            let said = view::was_missed(&after, &here, &actor.user, &because);
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject, said)).await?;
        }
    }
    Ok(())
}
