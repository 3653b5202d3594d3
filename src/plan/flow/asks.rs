//! What reps ask: asked, answered, remembered, and passed on when somebody else answers for the partner.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::super::ask::{Answer, Ask, Move, Moved, Stage, Topic};
use super::super::introduction::{Direction, Stage as IntroductionStage};
use super::super::reminder::REMIND_AT;
use super::super::{store, view};
use super::{Answering, Introducing, answerable, introduce, last_day_at, line_under, today_of};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::calendar::Calendars;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AskId, StakeholderId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map;
use crate::map::account_map::relationship::{Knower, Known, Relationship};
use crate::map::account_map::stakeholder::Stakeholder;
use crate::map::account_map::store::mark_stale;
use crate::map::partner::{Contact, Partner};
use crate::map::{name, store as map};
use crate::store::{Tx, audit, millis, people};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// In the asker's words.
    pub text: String,
    /// Why this partner.
    pub why: String,
    /// The message that it was asked from.
    pub link: Option<String>,
}

/// Asks whoever answers for a partner; they and the requester each get a card, with a thread under it.
///
/// # Errors
/// A user's error when nobody answers for the partner, or the same was asked and waits.
pub async fn put(
    tx: &mut Tx,
    now: Timestamp,
    requester: &UserId,
    account: &Account,
    partner: &Partner,
    question: Question,
) -> Result<Ask> {
    // Two may ask in the same instant.
    map::lock_partner(tx, &partner.id).await?;
    let same = |q: &Ask| {
        q.is_open()
            && q.partner_id == partner.id
            && q.question.trim().to_lowercase() == question.text.trim().to_lowercase()
    };
    if let Some(open) = store::asks_about(tx, &account.id).await?.iter().find(|q| same(q)) {
        let today = today_of(tx, requester, now).await?;
        return Err(view::ask::asked_already(open, today));
    }
    let asked = answerable(tx, partner).await?;
    if asked.is_empty() {
        return Err(Error::user(format!(
            "Nobody answers for {} yet, so nobody was asked. `/partner setup` names partner managers.",
            escape(&partner.name)
        )));
    }
    let ask = Ask {
        id: AskId::random(),
        account_id: account.id.clone(),
        account: account.label(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        requester: requester.clone(),
        asked,
        topic: question.topic,
        question: question.text,
        why: question.why,
        link: question.link,
        contact: None,
        answers: Vec::new(),
        stage: Stage::Asked,
        version: 1,
        created_at: now,
    };
    store::insert_ask(tx, &ask).await?;
    mark_stale(tx, &ask.account_id).await?;
    let about = format!("{} with {}: {}", ask.account, ask.partner, ask.question);
    audit::done(tx, now, requester.as_str(), "ask.new", &format!("ask:{}", ask.id), &about);
    for reader in ask.readers() {
        let card = view::ask::card(&ask, &reader, today_of(tx, &reader, now).await?)?;
        let subject = view::ask::subject(&ask, &reader);
        let key = format!("ask:{}:asked:{reader}", ask.id);
        let out = Outgoing::post(key, Destination::Person(reader), card).showing(subject);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(ask)
}

/// Loads a request that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when the move is not theirs.
pub async fn ask_for(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(AskId, i64),
    managers: bool,
) -> Result<Ask> {
    let ask = store::ask(tx, &seen.0)
        .await?
        .ok_or_else(|| Error::user("That question is gone: its account or partner was removed."))?;
    let may = if managers {
        ask.asked.contains(&actor.user) || actor.may(Right::Triage, Some(&ask.partner_id))
    } else {
        ask.requester == actor.user
    };
    if actor.standing != Standing::Member || !may {
        return Err(view::ask::refusal(&ask, managers));
    }
    if ask.version != seen.1 {
        return Err(view::ask::decided_already(&ask, now, &actor.zone));
    }
    Ok(ask)
}

/// Moves a request: every reader's card is edited in place, and the others are told below it.
///
/// # Errors
/// As [`ask_for`]; also when somebody else was faster.
pub async fn move_ask(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(AskId, i64),
    what: Move,
) -> Result<Ask> {
    let before = ask_for(tx, now, actor, seen, what.is_managers()).await?;
    let (verb, answer) = (what.verb(), if let Move::Answer(a) = &what { Some(a.clone()) } else { None });
    let Ok(after) = before.clone().moved(what, &actor.user, now) else {
        return Err(view::ask::decided_already(&before, now, &actor.zone));
    };
    if !store::save_ask(tx, &after, seen.1).await? {
        let winner = store::ask(tx, &seen.0).await?.unwrap_or(before);
        return Err(view::ask::decided_already(&winner, now, &actor.zone));
    }
    if let Some(answer) = answer {
        store::insert_answer(tx, &after.id, &answer).await?;
    }
    mark_stale(tx, &after.account_id).await?;
    let today = now.to_zoned(actor.zone.clone()).date();
    let detail = view::ask::state(&after, today);
    audit::done(tx, now, actor.user.as_str(), verb, &format!("ask:{}", after.id), &detail);
    for reader in after.readers() {
        let today = today_of(tx, &reader, now).await?;
        let subject = view::ask::subject(&after, &reader);
        let card = view::ask::card(&after, &reader, today)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), card)).await?;
        if reader != actor.user {
            let key = format!("ask:{}:{}:{reader}", after.id, after.version);
            let line = line_under(key, subject, &reader, view::ask::news(&after, today));
            outbox::enqueue(tx, millis(now), &line).await?;
        }
    }
    Ok(after)
}

/// What the manager found out.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The answer in words.
    pub text: String,
    /// Who at the partner said it.
    pub said_by: Option<Contact>,
    /// On which day.
    pub said_on: Date,
    /// Somebody at the account whom it names: name and title.
    pub person: Option<(String, Option<String>)>,
    /// How well whoever said it knows them, from 1 to 5.
    pub strength: Option<i64>,
    /// By when the partner introduces the requester to them.
    pub introduced_by: Option<Date>,
}

/// Answers a request; whom the answer names comes onto the account's map, with who knows them, and an introduction that was
/// agreed is under way.
///
/// # Errors
/// As [`move_ask`].
pub async fn answer(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(AskId, i64),
    found: Findings,
) -> Result<Ask> {
    let contact = found.said_by.as_ref().map(|c| (c.id.clone(), c.name.clone()));
    let answer = Answer {
        text: found.text.clone(),
        said_by: contact,
        said_on: found.said_on,
        by: actor.user.clone(),
        at: now,
    };
    let ask = move_ask(tx, now, actor, seen, Move::Answer(answer)).await?;
    let Some((written, title)) = &found.person else { return Ok(ask) };
    let person = on_the_map(tx, now, &actor.user, &ask, written, title.as_deref()).await?;
    if let (Some(contact), Some(strength)) = (&found.said_by, found.strength) {
        let said = Relationship {
            who: Knower::Contact(contact.id.clone()),
            whom: Known::Person(person.id.clone()),
            strength,
            said_by: actor.user.clone(),
            said_at: now,
        };
        account_map::flow::relate(tx, now, &ask.account_id, &said, now).await?;
    }
    if let Some(due) = found.introduced_by {
        let account = map::account(tx, &ask.account_id).await?;
        let partner = map::partner(tx, &ask.partner_id).await?;
        if let (Some(account), Some(partner)) = (account, partner) {
            let what = Introducing {
                direction: Direction::Received,
                ours: ask.requester.clone(),
                theirs: found.said_by.clone(),
                whom: person.label(),
                due,
                stage: IntroductionStage::Agreed(Moved { by: actor.user.clone(), at: now }),
                ask: Some(ask.id.clone()),
                session: None,
            };
            introduce(tx, now, &actor.user, &account, &partner, what).await?;
        }
    }
    Ok(ask)
}

/// Somebody at the account, added where nobody of that name is on its map yet; a title that was not known is kept.
async fn on_the_map(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    ask: &Ask,
    written: &str,
    title: Option<&str>,
) -> Result<Stakeholder> {
    let known = account_map::store::people(tx, &ask.account_id).await?;
    let known = known.into_iter().find(|p| name::key(&p.name) == name::key(written));
    let seen = known.as_ref().map_or(Value::Null, Stakeholder::stamp);
    let person = match known {
        Some(person) if person.title.is_some() || title.is_none() => return Ok(person),
        Some(person) => {
            Stakeholder { title: title.map(str::to_owned), changed_by: by.clone(), changed_at: now, ..person }
        }
        None => Stakeholder {
            id: StakeholderId::random(),
            account: ask.account_id.clone(),
            name: written.to_owned(),
            title: title.map(str::to_owned),
            role: None,
            seniority: None,
            changed_by: by.clone(),
            changed_at: now,
        },
    };
    account_map::flow::save_person(tx, now, &person, &seen).await?;
    Ok(person)
}

/// Reminds whoever is waited for, until the request is closed (B3). Where somebody else answers for the partner by now,
/// they are asked instead.
pub async fn remind_of_asks(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let mut answering = Answering::default();
    for mut ask in store::open_asks(tx).await? {
        let answer = answering.of(tx, &ask.partner_id).await?;
        if ask.waits_for_manager() && !answer.is_empty() && *answer != ask.asked {
            let before = std::mem::replace(&mut ask.asked, answer.to_vec());
            pass_on(tx, now, &ask, &before).await?;
        }
        for user in ask.waits_for() {
            let zone = people::zone_of(tx, &user).await?;
            let days = calendars.of_person(&user, &zone);
            let Some((day, waited)) = ask.reminder(now, &zone, &days) else { continue };
            if schedule::fire(tx, &turn(&ask, &user), &day.to_string(), millis(now)).await? {
                let key = format!("{}:reminder:{day}", turn(&ask, &user));
                let message = view::ask::reminder(&ask, waited);
                let line = line_under(key, view::ask::subject(&ask, &user), &user, message);
                outbox::enqueue(tx, millis(now), &line).await?;
            }
        }
    }
    Ok(())
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for ask in store::open_asks(tx).await? {
        for user in ask.waits_for() {
            let day = last_day_at(REMIND_AT.hour(), people::zone_of(tx, &user).await?, now);
            schedule::fire(tx, &turn(&ask, &user), &day.to_string(), millis(now)).await?;
        }
    }
    Ok(())
}

/// Under which somebody's reminders of a request fire.
fn turn(ask: &Ask, user: &UserId) -> String {
    format!("ask:{}:{user}", ask.id)
}

/// Others answer for the partner than those who were asked `before`: every card says so, and who is new gets one. It stands
/// for the day's reminder.
async fn pass_on(tx: &mut Tx, now: Timestamp, ask: &Ask, before: &[UserId]) -> Result<()> {
    store::save_whom_asked(tx, ask).await?;
    let names: Vec<String> = ask.asked.iter().map(ToString::to_string).collect();
    audit::done(tx, now, audit::TANDEM, "ask.pass_on", &format!("ask:{}", ask.id), &names.join(" "));
    let mut readers = ask.readers();
    let others: Vec<UserId> = before.iter().filter(|user| !readers.contains(user)).cloned().collect();
    readers.extend(others);
    for reader in readers {
        let today = today_of(tx, &reader, now).await?;
        let card = view::ask::card(ask, &reader, today)?;
        let subject = view::ask::subject(ask, &reader);
        let out = if outbox::is_shown(tx, &subject).await? {
            Outgoing::update(subject, card)
        } else {
            schedule::fire(tx, &turn(ask, &reader), &today.to_string(), millis(now)).await?;
            let key = format!("ask:{}:asked:{reader}", ask.id);
            Outgoing::post(key, Destination::Person(reader), card).showing(subject)
        };
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}
