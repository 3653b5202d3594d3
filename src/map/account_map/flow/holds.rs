//! Holds are kept, lifted, and asked about when they run out.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::hold::Hold;
use super::super::{store, view};
use super::{gone, written};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::{Actor, Right, Role, Standing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, HoldId, UserId};
use crate::map::account::Account;
use crate::map::store as map;
use crate::store::{Tx, millis, people};

/// Whether somebody may keep or lift a hold: its author, and who triages.
pub fn may_lift(hold: &Hold, actor: &Actor) -> bool {
    actor.standing == Standing::Member && (actor.user == hold.author || actor.may(Right::Triage, None))
}

/// What is on hold on these accounts, a line each, for wherever somebody looks them up; mrkdwn.
pub async fn hold_lines(
    tx: &mut Tx,
    now: Timestamp,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<String>>> {
    let holds = store::holds_on(tx, accounts).await?;
    let users: Vec<UserId> = holds.values().flatten().flat_map(|h| h.held.clone()).collect();
    let names = store::names(tx, &users).await?;
    Ok(holds.into_iter().map(|(account, holds)| (account, view::hold_lines(&holds, &names, now))).collect())
}

/// A hold as somebody saw it, with its account, for who may keep or lift it.
pub async fn hold_for(tx: &mut Tx, actor: &Actor, seen: &(HoldId, i64)) -> Result<(Hold, Account)> {
    let hold = store::hold(tx, &seen.0).await?.ok_or_else(gone)?;
    if !may_lift(&hold, actor) {
        return Err(Error::refused(format!(
            "Only {} can keep or lift this hold, or a partner manager, operations or an admin.",
            hold.author.mention()
        )));
    }
    let account = map::account(tx, &hold.account).await?.ok_or_else(gone)?;
    if hold.version != seen.1 || hold.lifted.is_some() {
        return Err(view::hold_changed(&hold, &account));
    }
    Ok((hold, account))
}

/// Lifts a hold; it stays in the history.
pub async fn lift(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    what: &(HoldId, i64),
) -> Result<(Hold, Account)> {
    let (hold, account) = hold_for(tx, actor, what).await?;
    let lifted = Some((actor.user.clone(), now));
    save(tx, now, actor, Hold { lifted, version: hold.version + 1, ..hold }, account, "account.lift").await
}

/// Keeps a hold until another day; its author is asked again when that is over.
pub async fn keep(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    what: &(HoldId, i64),
    until: Date,
) -> Result<(Hold, Account)> {
    let (hold, account) = hold_for(tx, actor, what).await?;
    let zone = actor.zone.iana_name().unwrap_or("UTC").to_owned();
    let kept = Hold { until: Some(until), zone, asked_at: None, version: hold.version + 1, ..hold };
    save(tx, now, actor, kept, account, "account.keep").await
}

async fn save(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    hold: Hold,
    account: Account,
    verb: &str,
) -> Result<(Hold, Account)> {
    store::change(tx, now, &account.id, &actor.user).await?;
    if !store::save_hold(tx, &hold, hold.version - 1).await? {
        return Err(view::hold_changed(&hold, &account));
    }
    written(tx, now, &actor.user, verb, &account.id, &hold.text);
    let subject = hold_subject(&hold);
    if outbox::is_shown(tx, &subject).await? {
        let names = store::names(tx, &who_is_on(&hold)).await?;
        let message = view::hold_settled(&hold, &account, &names, now)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(subject, message)).await?;
    }
    Ok((hold, account))
}

/// Under which the message that asks about a hold is edited.
pub fn hold_subject(hold: &Hold) -> String {
    format!("hold:{}", hold.id)
}

fn who_is_on(hold: &Hold) -> Vec<UserId> {
    let lifted = hold.lifted.iter().map(|(by, _)| by);
    hold.held.iter().chain([&hold.author]).chain(lifted).cloned().collect()
}

/// Asks the authors of the holds that ran out, once each.
pub async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for hold in store::unasked_holds(tx).await? {
        if !hold.asks(now) || !store::mark_asked(tx, now, &hold).await? {
            continue;
        }
        let Some(account) = map::account(tx, &hold.account).await? else { continue };
        let names = store::names(tx, &who_is_on(&hold)).await?;
        let message = view::hold_ran_out(&hold, &account, &names, now)?;
        let Some(reader) = whom_to_ask(tx, &hold).await? else { continue };
        let key = format!("hold:{}:{}:{reader}", hold.id, hold.version);
        let out = Outgoing::post(key, Destination::Person(reader), message).showing(hold_subject(&hold));
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// The author; where they are no member any more, one of operations or an admin.
async fn whom_to_ask(tx: &mut Tx, hold: &Hold) -> Result<Option<UserId>> {
    if people::outside(tx, &hold.author).await?.is_none() {
        return Ok(Some(hold.author.clone()));
    }
    for role in [Role::Operations, Role::Admin] {
        if let Some(holder) = people::holders(tx, role).await?.into_iter().next() {
            return Ok(Some(holder));
        }
    }
    Ok(None)
}
