//! What time does to a note: it expires, its snooze ends, its sender is reminded.

use jiff::Timestamp;

use super::library::Stand;
use super::{library, nudge, record};
use crate::delivery::outbox::{self, Action, Destination, Outgoing, Thread};
use crate::delivery::schedule;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::{Error, Result};
use crate::map::store as map;
use crate::store::{Tx, millis, people, settings};
use crate::sustain::draft::{Decision, Draft, Stage};
use crate::sustain::{store, view};

/// Working days after which whoever has the ready text is asked whether it was sent.
const REMIND_AFTER: i64 = 2;
/// Nobody is reminded before this hour.
const REMIND_FROM_HOUR: i8 = 9;

/// Lets stale notes expire, wakes those whose snooze is over, and reminds of those that go by hand.
pub async fn round(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    let drafts = store::all_waiting(tx).await?;
    let stand = Stand::load(tx, now, &drafts).await?;
    for draft in drafts {
        match draft.stage.clone() {
            Stage::Proposed { snoozed_until, .. } => {
                if !expired(tx, now, &draft).await?
                    && library::mark(tx, now, &draft, &stand).await?.is_none()
                    && let Some(until) = snoozed_until.filter(|until| *until <= now)
                {
                    wake(tx, now, &draft, until).await?;
                }
            }
            Stage::HandedOver(decision) => remind(tx, now, calendars, &draft, &decision).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn expired(tx: &mut Tx, now: Timestamp, draft: &Draft) -> Result<bool> {
    let current = overlap_is_current(tx, draft).await?;
    let Some(reason) = draft.stale(now, current) else { return Ok(false) };
    let next = draft.clone().expire(reason.clone());
    match record(tx, now, "tandem", "draft.expire", &reason, next).await {
        // Somebody decided at this very moment, or another replica was faster.
        Ok(_) | Err(Error::User(_)) => Ok(true),
        Err(fault) => Err(fault),
    }
}

async fn wake(tx: &mut Tx, now: Timestamp, draft: &Draft, until: Timestamp) -> Result<()> {
    if !schedule::fire(tx, &format!("draft.wake:{}", draft.id), &until.to_string(), millis(now)).await? {
        return Ok(());
    }
    let card = Outgoing::update(draft.subject(), view::card(draft, now)?);
    outbox::enqueue(tx, millis(now), &card).await?;
    let who = draft.approver.as_ref().map(|u| format!("{}, this", u.mention()));
    let text = format!("{} note is back from its snooze.", who.as_deref().unwrap_or("This"));
    nudge(tx, now, draft, &format!("woke:{until}"), &text).await
}

/// Under the ready text, once.
async fn remind(
    tx: &mut Tx,
    now: Timestamp,
    calendars: &Calendars,
    draft: &Draft,
    approved: &Decision,
) -> Result<()> {
    let sender = &draft.note.sender;
    let days = calendars.of_person(sender, &people::zone_of(tx, sender).await?);
    let zone = settings::load(tx).await?.digest.time_zone();
    let (then, here) = (approved.at.to_zoned(zone.clone()).date(), now.to_zoned(zone));
    let due = days.between(then, here.date()) >= REMIND_AFTER
        && days.is_working_day(here.date())
        && here.hour() >= REMIND_FROM_HOUR;
    let schedule = format!("draft.remind:{}", draft.id);
    if !due || !schedule::fire(tx, &schedule, &approved.at.to_string(), millis(now)).await? {
        return Ok(());
    }
    let asked = Outgoing {
        key: format!("{}:{}:reminded", draft.subject(), draft.version),
        ..Outgoing::internal(Action::Post {
            to: Destination::Person(draft.note.sender.clone()),
            thread: Some(Thread::Of(draft.handed_subject())),
            message: view::reminded(draft, approved),
        })
    };
    outbox::enqueue(tx, millis(now), &asked).await
}

async fn overlap_is_current(tx: &mut Tx, draft: &Draft) -> Result<bool> {
    let Some(account) = &draft.note.account_id else { return Ok(false) };
    let found = map::overlaps_with(tx, &draft.note.partner_id, std::slice::from_ref(account)).await?;
    Ok(found.iter().any(|o| o.gone_at.is_none()))
}
