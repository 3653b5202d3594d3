//! What reps ask: asked, answered, remembered, and passed on when somebody else answers for the partner.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::super::ask::{Answer, Ask, Move, Moved, Side, Stage, Topic};
use super::super::introduction::{Direction, Stage as IntroductionStage};
use super::super::reminder::REMIND_AT;
use super::super::{store, view};
use super::{
    Answering, Introducing, answerable, edit_or_post, here_of, introduce_once, last_day_at, line_under,
    outside,
};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::{Actor, Outside, Right, Standing};
use crate::kernel::blocks::Message;
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
pub async fn ask_manager(
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
        return Err(view::ask::asked_already(open, &here_of(tx, requester, now).await?));
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
        let card = card(tx, now, &ask, &reader).await?;
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
    side: Side,
) -> Result<Ask> {
    let ask = store::ask(tx, &seen.0)
        .await?
        .ok_or_else(|| Error::user("That question is gone: its account or partner was removed."))?;
    let manages = ask.asked.contains(&actor.user) || actor.may(Right::Triage, Some(&ask.partner_id));
    let asks = ask.requester == actor.user;
    let may = match side {
        Side::Managers => manages,
        Side::Requester => asks,
        Side::Either => asks || (manages && people::outside(tx, &ask.requester).await?.is_some()),
    };
    if actor.standing != Standing::Member || !may {
        return Err(view::ask::refusal(&ask, side));
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
    let before = ask_for(tx, now, actor, seen, what.side()).await?;
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
    let detail = view::ask::state(&after, &now.to_zoned(actor.zone.clone()));
    audit::done(tx, now, actor.user.as_str(), verb, &format!("ask:{}", after.id), &detail);
    tell(tx, now, &after, &actor.user).await?;
    Ok(after)
}

/// Every reader's card is edited in place, and that of whoever moved it without having been asked; the others are told
/// below it.
async fn tell(tx: &mut Tx, now: Timestamp, ask: &Ask, by: &UserId) -> Result<()> {
    let mut readers = ask.readers();
    if !readers.contains(by) {
        readers.push(by.clone());
    }
    for reader in readers {
        let subject = view::ask::subject(ask, &reader);
        if outbox::is_shown(tx, &subject).await? {
            let card = card(tx, now, ask, &reader).await?;
            outbox::enqueue(tx, millis(now), &Outgoing::update(subject.as_str(), card)).await?;
        }
        if reader != *by && outside(tx, &reader).await?.is_none() {
            let key = format!("ask:{}:{}:{reader}", ask.id, ask.version);
            let news = view::ask::news(ask, &here_of(tx, &reader, now).await?);
            outbox::enqueue(tx, millis(now), &line_under(key, subject, &reader, news)).await?;
        }
    }
    Ok(())
}

/// The card as this reader has it by now.
async fn card(tx: &mut Tx, now: Timestamp, ask: &Ask, reader: &UserId) -> Result<Message> {
    let left = matches!(ask.stage, Stage::Answered(_)) && outside(tx, &ask.requester).await?.is_some();
    view::ask::card(ask, reader, left, &here_of(tx, reader, now).await?)
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
pub async fn answer_ask(
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
            introduce_once(tx, now, &actor.user, &account, &partner, what).await?;
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
            if !pass_on(tx, now, &ask, &before).await? {
                continue;
            }
        }
        let (users, left) = waited_for(tx, &mut answering, &ask).await?;
        for user in users {
            let zone = answering.zone_of(tx, &user).await?;
            let Some((day, waited)) = ask.reminder(now, &zone, &calendars.of_person(&user, &zone)) else {
                continue;
            };
            if schedule::fire(tx, &turn(&ask, &user), &day.to_string(), millis(now)).await? {
                let subject = view::ask::subject(&ask, &user);
                let message = match left {
                    None => view::ask::reminder(&ask, waited),
                    Some(left) => {
                        let card = card(tx, now, &ask, &user).await?;
                        let key = format!("ask:{}:left:{user}", ask.id);
                        edit_or_post(tx, now, key, subject.clone(), &user, card).await?;
                        view::ask::left(&ask, waited, left)
                    }
                };
                let key = format!("{}:reminder:{day}", turn(&ask, &user));
                outbox::enqueue(tx, millis(now), &line_under(key, subject, &user, message)).await?;
            }
        }
    }
    Ok(())
}

/// Who must act now. Where that is a requester who is no member any more, and why, whoever answered does; where they are
/// gone as well, who answers for the partner.
async fn waited_for(
    tx: &mut Tx,
    answering: &mut Answering,
    ask: &Ask,
) -> Result<(Vec<UserId>, Option<Outside>)> {
    let Stage::Answered(answered) = &ask.stage else { return Ok((ask.waits_for(), None)) };
    let Some(left) = answering.outside(tx, &ask.requester).await? else {
        return Ok((ask.waits_for(), None));
    };
    let user = match answering.outside(tx, &answered.by).await? {
        None => Some(answered.by.clone()),
        Some(_) => answering.of(tx, &ask.partner_id).await?.first().cloned(),
    };
    Ok((user.into_iter().collect(), Some(left)))
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let mut answering = Answering::default();
    for ask in store::open_asks(tx).await? {
        for user in waited_for(tx, &mut answering, &ask).await?.0 {
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
/// for the day's reminder. `false` when somebody moved it meanwhile.
async fn pass_on(tx: &mut Tx, now: Timestamp, ask: &Ask, before: &[UserId]) -> Result<bool> {
    if !store::save_whom_asked(tx, ask).await? {
        return Ok(false);
    }
    let names: Vec<String> = ask.asked.iter().map(ToString::to_string).collect();
    audit::done(tx, now, audit::TANDEM, "ask.pass_on", &format!("ask:{}", ask.id), &names.join(" "));
    let mut readers = ask.readers();
    let others: Vec<UserId> = before.iter().filter(|user| !readers.contains(user)).cloned().collect();
    readers.extend(others);
    for reader in readers {
        let card = card(tx, now, ask, &reader).await?;
        let key = format!("ask:{}:asked:{reader}", ask.id);
        if edit_or_post(tx, now, key, view::ask::subject(ask, &reader), &reader, card).await? {
            let today = here_of(tx, &reader, now).await?.date();
            schedule::fire(tx, &turn(ask, &reader), &today.to_string(), millis(now)).await?;
        }
    }
    Ok(true)
}
