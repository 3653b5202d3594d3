//! Introductions: written down, moved and remembered.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::introduction::{Direction, Introduction, Move, Stage, Turn};
use super::super::reminder::REMIND_AT;
use super::super::{store, view};
use super::{Answering, above, here_of, last_day_at, today_of};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::Actor;
use crate::kernel::blocks::Message;
use crate::kernel::calendar::{Calendars, add_days};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AskId, IntroductionId, SessionId, UserId};
use crate::map::account::Account;
use crate::map::account_map;
use crate::map::account_map::record::{Entry, Kind};
use crate::map::account_map::store::{mark_stale, names};
use crate::map::partner::{Contact, Partner};
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people};

/// An introduction as it is agreed.
#[derive(Clone, Debug)]
pub struct Introducing {
    /// Who gives.
    pub direction: Direction,
    /// Who of ours makes it, or is introduced.
    pub ours: UserId,
    /// Who at the partner is introduced, or makes it.
    pub theirs: Option<Contact>,
    /// To whom at the account.
    pub whom: String,
    /// By when it is made.
    pub due: Date,
    /// How it stands already: asked for, agreed, or made.
    pub stage: Stage,
    /// The rep's request that it answers.
    pub ask: Option<AskId>,
    /// The session that it was agreed in.
    pub session: Option<SessionId>,
}

/// Writes an introduction down; whoever acts next and who is in it are told, unless they wrote it.
///
/// # Errors
/// A user's error when the same one is under way already.
pub async fn introduce(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    account: &Account,
    partner: &Partner,
    what: Introducing,
) -> Result<Introduction> {
    match find_or_write(tx, now, by, account, partner, what).await? {
        (introduction, None) => Ok(introduction),
        (_, Some(same)) => Err(view::introduction::under_way(&same, &here_of(tx, by, now).await?)),
    }
}

/// As [`introduce`], for what says more than that: where the same one is under way already, it is the one that was meant, and
/// has been agreed to by now.
pub async fn introduce_once(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    account: &Account,
    partner: &Partner,
    what: Introducing,
) -> Result<Introduction> {
    match find_or_write(tx, now, by, account, partner, what).await? {
        (introduction, None) => Ok(introduction),
        (again, Some(same)) => join(tx, now, by, same, again).await,
    }
}

/// What is under way came of this question and this session as well; who was asked so far has agreed.
async fn join(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    same: Introduction,
    again: Introduction,
) -> Result<Introduction> {
    let same = Introduction { ask: same.ask.or(again.ask), session: same.session.or(again.session), ..same };
    store::link_introduction(tx, &same).await?;
    mark_stale(tx, &same.account_id).await?;
    if !matches!((&same.stage, &again.stage), (Stage::Requested, Stage::Agreed(_))) {
        return Ok(same);
    }
    let (what, seen) = (Move::Agree, same.version);
    let verb = what.verb();
    let Ok(after) = same.clone().moved(what, by, now) else { return Ok(same) };
    if !store::save_introduction(tx, &after, seen).await? {
        return Ok(store::introduction(tx, &same.id).await?.unwrap_or(same));
    }
    let here = here_of(tx, by, now).await?;
    written(tx, now, by, verb, &after, &view::introduction::state(&after, &here));
    tell(tx, now, &after, &same, by, false).await?;
    Ok(after)
}

/// The introduction as it is meant, and the same one where it is under way already; else it is written down.
async fn find_or_write(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    account: &Account,
    partner: &Partner,
    what: Introducing,
) -> Result<(Introduction, Option<Introduction>)> {
    // Two may write it down in the same instant.
    map::lock_partner(tx, &partner.id).await?;
    let introduction = Introduction {
        id: IntroductionId::random(),
        account_id: account.id.clone(),
        account: account.label(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        direction: what.direction,
        ours: what.ours,
        theirs: what.theirs.map(|contact| (contact.id, contact.name)),
        whom: what.whom,
        due: what.due,
        made: match &what.stage {
            Stage::Made(moved) | Stage::Met(moved) => Some(moved.clone()),
            _ => None,
        },
        stage: what.stage,
        snoozed_until: None,
        reminded: None,
        escalated: false,
        ask: what.ask,
        session: what.session,
        created_by: by.clone(),
        version: 1,
        created_at: now,
    };
    let mut under_way = store::introductions_to(tx, &account.id).await?.into_iter();
    if let Some(same) = under_way.find(|other| other.is_open() && same(other, &introduction)) {
        return Ok((introduction, Some(same)));
    }
    store::insert_introduction(tx, &introduction).await?;
    mark_stale(tx, &introduction.account_id).await?;
    let detail = format!("{}, by {}", introduction.words(introduction.ours.as_str()), introduction.due);
    written(tx, now, by, "introduction.add", &introduction, &detail);
    if introduction.made.is_some() {
        touch(tx, now, by, &introduction, "introduced").await?;
    }
    for reader in concerned(tx, &introduction).await?.iter().filter(|r| *r != by) {
        let message = view::introduction::added(&introduction, &here_of(tx, reader, now).await?)?;
        let key = format!("introduction:{}:added:{reader}", introduction.id);
        post_to(tx, now, &introduction, reader, key, message).await?;
    }
    Ok((introduction, None))
}

/// Whether two are one introduction.
fn same(a: &Introduction, b: &Introduction) -> bool {
    (&a.partner_id, a.direction, &a.ours) == (&b.partner_id, b.direction, &b.ours)
        && a.whom.trim().to_lowercase() == b.whom.trim().to_lowercase()
}

fn written(tx: &mut Tx, now: Timestamp, by: &UserId, verb: &str, i: &Introduction, detail: &str) {
    audit::done(tx, now, by.as_str(), verb, &format!("introduction:{}", i.id), detail);
}

/// Who acts next, and who of ours is in it; each once.
async fn concerned(tx: &mut Tx, i: &Introduction) -> Result<Vec<UserId>> {
    let mut readers = acting(tx, &mut Answering::default(), i).await?;
    for user in [&i.ours, &i.created_by] {
        if !readers.contains(user) {
            readers.push(user.clone());
        }
    }
    Ok(readers)
}

/// Who of ours is to act, or to ask how the partner's side stands; nobody when it is over.
async fn acting(tx: &mut Tx, answering: &mut Answering, i: &Introduction) -> Result<Vec<UserId>> {
    let user = match i.turn() {
        None => return Ok(Vec::new()),
        Some(Turn::Ours(user)) if answering.outside(tx, &user).await?.is_none() => user,
        Some(Turn::Ours(_) | Turn::Theirs) => {
            let asks = answering.of(tx, &i.partner_id).await?.first().cloned();
            asks.unwrap_or_else(|| i.created_by.clone())
        }
    };
    Ok(vec![user])
}

async fn post_to(
    tx: &mut Tx,
    now: Timestamp,
    i: &Introduction,
    reader: &UserId,
    key: String,
    message: Message,
) -> Result<()> {
    let subject = view::introduction::subject(i, reader);
    let out = Outgoing::post(key, Destination::Person(reader.clone()), message).showing(subject);
    outbox::enqueue(tx, millis(now), &out).await
}

/// The message that shows it to this reader is edited in place; `false` when there is none.
async fn redraw(
    tx: &mut Tx,
    now: Timestamp,
    i: &Introduction,
    reader: &UserId,
    controls: bool,
) -> Result<bool> {
    let subject = view::introduction::subject(i, reader);
    if !outbox::is_shown(tx, &subject).await? {
        return Ok(false);
    }
    let card = view::introduction::card(i, &here_of(tx, reader, now).await?, controls)?;
    outbox::enqueue(tx, millis(now), &Outgoing::update(subject, card)).await?;
    Ok(true)
}

/// Loads an introduction that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when they may not move it.
pub async fn introduction_for(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(IntroductionId, i64),
) -> Result<Introduction> {
    let i = store::introduction(tx, &seen.0)
        .await?
        .ok_or_else(|| Error::user("That introduction is gone: its account or partner was removed."))?;
    if !i.may_be_moved_by(actor) {
        return Err(view::introduction::refusal(&i));
    }
    if i.version != seen.1 {
        return Err(view::introduction::decided_already(&i, now, &actor.zone));
    }
    Ok(i)
}

/// Moves an introduction: every message that shows it is edited in place, and the others are told. What was made or led
/// to a meeting is a touch with the account.
///
/// # Errors
/// As [`introduction_for`]; also when somebody else was faster.
pub async fn move_introduction(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(IntroductionId, i64),
    what: Move,
) -> Result<Introduction> {
    let before = introduction_for(tx, now, actor, seen).await?;
    let (verb, quiet) = (what.verb(), matches!(what, Move::Snooze(_)));
    let Ok(after) = before.clone().moved(what, &actor.user, now) else {
        return Err(view::introduction::decided_already(&before, now, &actor.zone));
    };
    if !store::save_introduction(tx, &after, seen.1).await? {
        let winner = store::introduction(tx, &seen.0).await?.unwrap_or(before);
        return Err(view::introduction::decided_already(&winner, now, &actor.zone));
    }
    mark_stale(tx, &after.account_id).await?;
    let here = now.to_zoned(actor.zone.clone());
    written(tx, now, &actor.user, verb, &after, &view::introduction::state(&after, &here));
    match &after.stage {
        Stage::Made(_) => touch(tx, now, &actor.user, &after, "introduced").await?,
        Stage::Met(_) => touch(tx, now, &actor.user, &after, "met").await?,
        _ => {}
    }
    tell(tx, now, &after, &before, &actor.user, quiet).await?;
    Ok(after)
}

/// Whoever is to act now gets it with its controls; the others who have to do with it are told. A snooze is between
/// whoever acts and the calendar.
async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    after: &Introduction,
    before: &Introduction,
    by: &UserId,
    quiet: bool,
) -> Result<()> {
    let acts = acting(tx, &mut Answering::default(), after).await?;
    let mut readers = concerned(tx, after).await?;
    for user in acting(tx, &mut Answering::default(), before).await?.into_iter().chain([by.clone()]) {
        if !readers.contains(&user) {
            readers.push(user);
        }
    }
    for reader in readers {
        let shown = redraw(tx, now, after, &reader, true).await?;
        if reader == *by || quiet {
            continue;
        }
        let here = here_of(tx, &reader, now).await?;
        let key = format!("introduction:{}:{}:{reader}", after.id, after.version);
        let news = view::introduction::news(after, by, &here)?;
        if shown || !acts.contains(&reader) {
            let out = Outgoing::post(key, Destination::Person(reader), Message::text(news.text));
            outbox::enqueue(tx, millis(now), &out).await?;
        } else {
            post_to(tx, now, after, &reader, key, news).await?;
        }
    }
    Ok(())
}

/// The account was touched: it moves (E2).
async fn touch(tx: &mut Tx, now: Timestamp, by: &UserId, i: &Introduction, did: &str) -> Result<()> {
    let known = names(tx, std::slice::from_ref(&i.ours)).await?;
    let (ours, theirs) = (known.of_user(&i.ours).to_owned(), i.their_side());
    let (giver, taker) = match i.direction {
        Direction::Made => (ours, theirs),
        Direction::Received => (theirs, ours),
    };
    let text = match did {
        "met" => format!("{taker} met {}, introduced by {giver}", i.whom),
        _ => format!("{giver} introduced {taker} to {}", i.whom),
    };
    let entry = Entry {
        kind: Kind::Touch,
        on: today_of(tx, by, now).await?,
        text,
        said_by: None,
        link: None,
        by: by.clone(),
        at: now,
    };
    account_map::flow::log(tx, now, &i.account_id, &entry).await?;
    Ok(())
}

/// Reminds whoever is to act, or to ask how the partner's side stands. The message before loses its controls. After two
/// misses the manager is told, once at each step.
pub async fn remind_of_introductions(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let soon = add_days(now.to_zoned(jiff::tz::TimeZone::UTC).date(), super::commitments::LONGEST_HOLIDAY);
    let mut answering = Answering::default();
    for i in store::open_introductions(tx).await? {
        if i.next_due(&jiff::tz::TimeZone::UTC).is_none_or(|due| due > soon)
            && i.snoozed_until.is_none_or(|until| until > soon)
        {
            continue;
        }
        let Some(reader) = acting(tx, &mut answering, &i).await?.into_iter().next() else { continue };
        let zone = answering.zone_of(tx, &reader).await?;
        let Some((day, why)) = i.reminder(now, &zone, &calendars.of_person(&reader, &zone)) else { continue };
        let missed = i.is_missed(day, &zone);
        if !store::mark_introduction_reminded(tx, &i, day, i.escalated || missed).await? {
            continue;
        }
        redraw(tx, now, &i, &reader, false).await?;
        let key = format!("introduction:{}:{}:reminder:{day}", i.id, i.version);
        let message = view::introduction::reminder(&i, why, &now.to_zoned(zone))?;
        post_to(tx, now, &i, &reader, key, message).await?;
        if missed && let Some(partner) = map::partner(tx, &i.partner_id).await? {
            for manager in above(tx, &partner, &reader).await? {
                let here = here_of(tx, &manager, now).await?;
                let key = format!("introduction:{}:{}:escalated:{manager}", i.id, i.version);
                let message = view::introduction::escalated(&i, &reader, &here)?;
                post_to(tx, now, &i, &manager, key, message).await?;
            }
        }
    }
    Ok(())
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let mut answering = Answering::default();
    for i in store::open_introductions(tx).await? {
        for reader in acting(tx, &mut answering, &i).await? {
            let day = last_day_at(REMIND_AT.hour(), people::zone_of(tx, &reader).await?, now);
            store::mark_introduction_reminded(tx, &i, day, i.escalated).await?;
        }
    }
    Ok(())
}
