//! The account map changes: load, decide, save and enqueue, in one transaction.

mod holds;
mod review;
mod rooms;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

pub use holds::{hold_for, hold_lines, hold_subject, keep, lift, may_lift, round};
pub use review::{Reviewed, review};
pub use rooms::{leave_room, open_room, redraw_room, room_lost, room_not_drawn, room_placed};

use super::decision::{Choice, Decision, Introducer};
use super::hold::Hold;
use super::involvement::{self, Involvement};
use super::record::{Close, Entry, Step};
use super::relationship::{Knower, Known, Relationship};
use super::stakeholder::Stakeholder;
use super::{AccountMap, Owners, store};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountDecisionId, AccountId, HoldId, StepId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::store as map;
use crate::store::{Tx, audit, people};

/// A user's error: the account is not there any more.
fn gone() -> Error {
    Error::user("That account is not on record any more. Nothing was changed.")
}

/// Everything about an account, or what to tell the user when it is no longer there.
pub async fn find(tx: &mut Tx, id: &AccountId) -> Result<AccountMap> {
    store::load(tx, id).await?.ok_or_else(gone)
}

/// Somebody saved it while the form was open: theirs stays.
fn changed(what: &str, account: &Account) -> Error {
    Error::user(format!(
        "Somebody else changed {} while your form was open, so yours was not saved. `/partner account show {}` shows how it is now.",
        escape(what),
        escape(&account.name.to_lowercase())
    ))
}

/// The account, which from here on changes in this transaction only.
async fn take(tx: &mut Tx, now: Timestamp, id: &AccountId, by: &UserId) -> Result<Account> {
    let account = map::account(tx, id).await?.ok_or_else(gone)?;
    store::change(tx, now, id, by).await?;
    Ok(account)
}

fn written(tx: &mut Tx, now: Timestamp, by: &UserId, verb: &str, account: &AccountId, detail: &str) {
    audit::done(tx, now, by.as_str(), verb, &format!("account:{account}"), detail);
}

/// Adds a person at an account, or saves what changed of one whose form showed `seen`.
pub async fn save_person(tx: &mut Tx, now: Timestamp, person: &Stakeholder, seen: &Value) -> Result<Account> {
    let account = take(tx, now, &person.account, &person.changed_by).await?;
    let known = store::person(tx, &person.id).await?;
    if known.as_ref().map_or(Value::Null, Stakeholder::stamp) != *seen {
        return Err(changed(known.as_ref().map_or(&person.name, |p| &p.name), &account));
    }
    store::save_person(tx, person, false).await?;
    written(tx, now, &person.changed_by, "account.person", &account.id, &person.label());
    Ok(account)
}

/// Saves how well somebody knows somebody, unless another said something else of them since `opened`.
pub async fn relate(
    tx: &mut Tx,
    now: Timestamp,
    account: &AccountId,
    said: &Relationship,
    opened: Timestamp,
) -> Result<Account> {
    let account = take(tx, now, account, &said.said_by).await?;
    known_here(tx, said).await?;
    let before = store::relationship(tx, &said.pair()).await?;
    if before.is_some_and(|b| b.said_at > opened && b.said_by != said.said_by && b.strength != said.strength)
    {
        return Err(changed("that relationship", &account));
    }
    store::save_relationship(tx, said).await?;
    let detail = format!("{} {} of 5", said.pair(), said.strength);
    written(tx, now, &said.said_by, "account.relate", &account.id, &detail);
    Ok(account)
}

/// Both ends are still there.
async fn known_here(tx: &mut Tx, said: &Relationship) -> Result<()> {
    let who = match &said.who {
        Knower::Us(_) => true,
        Knower::Contact(id) => map::contact(tx, id).await?.is_some(),
    };
    let whom = match &said.whom {
        Known::Person(id) => store::person(tx, id).await?.is_some(),
        Known::Contact(id) => map::contact(tx, id).await?.is_some(),
    };
    if who && whom {
        return Ok(());
    }
    Err(Error::user("One of the two was removed in the meantime. Nothing was saved."))
}

/// Saves who owns what, if the form showed it as it is.
pub async fn set_owners(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    account: &AccountId,
    owners: &Owners,
    seen: &Value,
) -> Result<Account> {
    let account = take(tx, now, account, by).await?;
    let known = store::owners(tx, &account.id).await?;
    if known.stamp() != *seen {
        return Err(changed("the owners", &account));
    }
    store::save_owners(tx, &account.id, owners).await?;
    written(tx, now, by, "account.owners", &account.id, &owners.stamp().to_string());
    Ok(account)
}

/// Saves what a partner is on an account, if the form showed it as it is.
pub async fn involve(
    tx: &mut Tx,
    now: Timestamp,
    account: &AccountId,
    new: &Involvement,
    seen: &Value,
) -> Result<Account> {
    let account = take(tx, now, account, &new.changed_by).await?;
    let partner = map::partner(tx, &new.partner).await?;
    let partner = partner.ok_or_else(|| Error::user("That partner was removed in the meantime."))?;
    let known = store::involvements(tx, &account.id).await?;
    let known = known.iter().find(|i| i.partner == new.partner);
    if involvement::stamp(known) != *seen {
        return Err(changed(&format!("what {} is there", partner.name), &account));
    }
    store::save_involvement(tx, now, &account.id, new).await?;
    let detail = format!("{} {}", partner.name, involvement::stamp(Some(new)));
    written(tx, now, &new.changed_by, "account.involve", &account.id, &detail);
    Ok(account)
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In the writer's words.
    pub text: String,
    /// Who does it.
    pub owner: UserId,
    /// By when.
    pub due: Date,
    /// The message that it was taken from.
    pub link: Option<String>,
}

/// Agrees a next step.
pub async fn add_step(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    account: &AccountId,
    plan: Plan,
) -> Result<(Account, Step)> {
    let account = take(tx, now, account, by).await?;
    let step = Step {
        id: StepId::random(),
        account: account.id.clone(),
        text: plan.text,
        owner: plan.owner,
        due: plan.due,
        created_by: by.clone(),
        link: plan.link,
        version: 1,
    };
    store::insert_step(tx, now, &step, false).await?;
    let detail = format!("{} by {}", step.text, step.due);
    written(tx, now, by, "account.step", &account.id, &detail);
    Ok((account, step))
}

/// Closes a step as it was seen; gives its account.
pub async fn close_step(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &(StepId, i64),
    how: Close,
) -> Result<AccountId> {
    let late = || Error::user("That step was closed or changed before you pressed the button.");
    let step = store::step(tx, &seen.0).await?.ok_or_else(late)?;
    take(tx, now, &step.account, by).await?;
    if !store::close_step(tx, now, &step.id, seen.1, how, by).await? {
        return Err(late());
    }
    let verb = match how {
        Close::Done => "account.step_done",
        Close::Dropped => "account.step_drop",
    };
    written(tx, now, by, verb, &step.account, &step.text);
    Ok(step.account)
}

/// Adds a touch or a note to the log.
pub async fn log(tx: &mut Tx, now: Timestamp, account: &AccountId, entry: &Entry) -> Result<Account> {
    use super::record::Kind;
    let account = take(tx, now, account, &entry.by).await?;
    store::insert_entry(tx, &account.id, entry, false).await?;
    let verb = match entry.kind {
        Kind::Touch => "account.touch",
        Kind::Note => "account.note",
    };
    written(tx, now, &entry.by, verb, &account.id, &entry.text);
    Ok(account)
}

/// Makes a decision on an account; what it puts on hold holds from now on. Whoever checks nothing passes `None` as
/// `seen`; with `Some`, the newest decision must still be the one that was seen.
pub async fn decide(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    account: &AccountId,
    choice: &Choice,
    seen: Option<Option<AccountDecisionId>>,
) -> Result<(Decision, Option<Hold>)> {
    let account = take(tx, now, account, &actor.user).await?;
    if let Some(seen) = seen
        && store::last_decision(tx, &account.id).await? != seen
    {
        return Err(changed("the decision", &account));
    }
    let partner_name = match &choice.partner {
        None => None,
        Some(id) => {
            let partner = map::partner(tx, id).await?;
            Some(partner.ok_or_else(|| removed("That partner"))?.name)
        }
    };
    let introducer = match &choice.introducer {
        None => None,
        Some(who) => Some(Introducer { who: who.clone(), name: name_of(tx, who).await? }),
    };
    let decision = Decision {
        id: AccountDecisionId::random(),
        account: account.id.clone(),
        partner: choice.partner.clone(),
        partner_name,
        reaches_out: choice.reaches_out.clone(),
        introducer,
        stays_out: choice.stays_out.clone(),
        intent: choice.intent.clone(),
        by: actor.user.clone(),
        at: now,
    };
    store::insert_decision(tx, &decision, false).await?;
    let names =
        store::names(tx, &[vec![choice.reaches_out.clone()], choice.stays_out.clone()].concat()).await?;
    written(tx, now, &actor.user, "account.decide", &account.id, &decision.words(&names));
    let Some(terms) = &choice.hold else { return Ok((decision, None)) };
    let hold = Hold {
        id: HoldId::random(),
        account: account.id.clone(),
        text: terms.text.clone(),
        held: choice.stays_out.clone(),
        until: terms.until,
        zone: actor.zone.iana_name().unwrap_or("UTC").to_owned(),
        author: actor.user.clone(),
        at: now,
        asked_at: None,
        lifted: None,
        version: 1,
    };
    store::insert_hold(tx, &hold, &decision.id).await?;
    written(tx, now, &actor.user, "account.hold", &account.id, &hold.text);
    Ok((decision, Some(hold)))
}

fn removed(what: &str) -> Error {
    Error::user(format!("{what} was removed in the meantime. Nothing was decided."))
}

/// The name of whoever introduces, as it is kept with the decision.
async fn name_of(tx: &mut Tx, who: &Knower) -> Result<String> {
    match who {
        Knower::Us(user) => {
            Ok(people::find(tx, user).await?.map_or_else(|| "a colleague".to_owned(), |(p, _)| p.name))
        }
        Knower::Contact(id) => {
            let contact = map::contact(tx, id).await?.ok_or_else(|| removed("That contact"))?;
            let partner = map::partner(tx, &contact.partner).await?;
            Ok(partner.map_or_else(
                || contact.name.clone(),
                |partner| format!("{} at {}", contact.name, partner.name),
            ))
        }
    }
}
