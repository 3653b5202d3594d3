//! The weekly mapping (E3): one modal an account, saved by one click, which then shows the next.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::payload::ViewSubmission;
use super::super::{Bot, Checked, Occasion, Place, Problems, identity, outdated};
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{Destination, Outgoing};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{StepId, random};
use crate::map::account_map::record::Close;
use crate::map::account_map::relationship::{Knower, Known, Relationship};
use crate::map::account_map::sight::Sight;
use crate::map::account_map::view::{self, Walk, field};
use crate::map::account_map::{flow, store};
use crate::store::{Tx, audit, settings};

/// At most so many accounts are walked through (B2).
const FOCUS: i64 = 10;

pub(super) async fn begin(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let accounts = store::focus(&mut tx, FOCUS).await?;
    let walk = Walk { id: random(20), accounts: accounts.into_iter().map(|a| a.id).collect(), at: 0 };
    let place = json!({"channel": o.place.channel, "thread": o.place.thread});
    let form = form(o.bot, &mut tx, &o.actor, Some(walk), &place).await?;
    tx.rollback().await?;
    match form {
        Some((form, true)) => o.open(&form).await,
        _ => Err(Error::user(
            "There is nothing to walk through: no account has an open deal of ours with a partner. An account in an overlap that is our open deal comes up here.",
        )),
    }
}

/// The form of the account at which the walk stands, or its end; and whether it is an account's. Accounts that are gone
/// are passed by.
async fn form(
    bot: &Bot,
    tx: &mut Tx,
    actor: &Actor,
    walk: Option<Walk>,
    place: &Value,
) -> Result<Option<(Value, bool)>> {
    let mut at = walk;
    while let Some(walk) = at {
        let Some(id) = walk.account() else { return Ok(None) };
        if let Some(map) = store::load(tx, id).await? {
            let here = bot.clock.now().to_zoned(actor.zone.clone());
            let sight = Sight { map: &map, now: &here, settings: &bot.mapping };
            return Ok(Some((view::review_form(&sight, &walk, &actor.user, place.clone()), true)));
        }
        at = walk.next();
    }
    Ok(None)
}

fn walk_of(s: &ViewSubmission) -> Result<Walk> {
    serde_json::from_value(s.metadata["walk"].clone()).map_err(|_| outdated())
}

/// What the form says of the next step: nothing where no text was written.
fn next_step(s: &ViewSubmission) -> Result<Option<(String, String, jiff::civil::Date)>, Problems> {
    let Some(text) = s.values.get_text(field::TEXT, field::TEXT) else { return Ok(None) };
    let mut problems = Problems::new();
    let owner = s.values.user(field::OWNER, field::OWNER);
    if owner.is_none() {
        problems.push((field::OWNER.into(), "Choose who does it.".into()));
    }
    let due = s.values.date(field::DATE, field::DATE);
    if due.is_none() {
        problems.push((field::DATE.into(), "Choose a day.".into()));
    }
    match (owner, due) {
        (Some(owner), Some(due)) => Ok(Some((text.to_owned(), owner.to_owned(), due))),
        _ => Err(problems),
    }
}

/// Checks one account and shows the next one in its place; what was entered is saved meanwhile.
pub(super) async fn review(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Checked> {
    let mut problems = next_step(s).err().unwrap_or_default();
    problems.extend(identity::strangers(tx, s, &[field::OWNER]).await?);
    let actor = identity::submitter(tx, s).await?;
    // Whoever may not is refused when it is carried out, and sees no other account.
    if !problems.is_empty() || !actor.may(Right::Contribute, None) {
        return Ok(Checked::Wrong(problems));
    }
    let walk = walk_of(s)?;
    let at = Place::of_submission(s);
    let place = json!({"channel": at.channel, "thread": at.thread});
    if let Some((next, _)) = form(bot, tx, &actor, walk.next(), &place).await? {
        return Ok(Checked::Follow(next));
    }
    let channel = settings::load(tx).await?.digest_channel;
    Ok(Checked::Follow(view::finish_form(&walk, channel.as_ref(), place)))
}

fn reviewed(o: &Occasion<'_>, s: &ViewSubmission) -> flow::Reviewed {
    let steps: Vec<(StepId, i64)> = serde_json::from_value(s.metadata["steps"].clone()).unwrap_or_default();
    let steps = steps.into_iter().enumerate().map(|(n, step)| {
        let id = format!("step_{n}");
        (step, s.values.option(&id, &id).and_then(Close::read))
    });
    let shown: Vec<(String, String, i64)> =
        serde_json::from_value(s.metadata["related"].clone()).unwrap_or_default();
    let related = shown.iter().enumerate().filter_map(|(n, (who, whom, before))| {
        let id = format!("strength_{n}");
        let strength: i64 = s.values.option(&id, &id)?.parse().ok()?;
        (strength != *before && (1..=5).contains(&strength)).then_some(())?;
        Some(Relationship {
            who: Knower::read(who)?,
            whom: Known::read(whom)?,
            strength,
            said_by: o.actor.user.clone(),
            said_at: o.now,
        })
    });
    let opened = s.metadata["opened"].as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    flow::Reviewed {
        steps: steps.collect(),
        related: related.collect(),
        next: None,
        opened: opened.unwrap_or(o.now),
    }
}

pub(super) async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let walk = walk_of(s)?;
    let account = walk.account().ok_or_else(outdated)?;
    let mut said = reviewed(o, s);
    if let Ok(Some((text, owner, due))) = next_step(s) {
        said.next = Some(flow::Plan {
            text,
            owner: identity::colleague(o, &owner.as_str().into()).await?.id,
            due,
            link: None,
        });
    }
    let mut tx = o.begin().await?;
    flow::review(&mut tx, o.now, &o.actor, &walk.id, account, said).await?;
    o.finish(tx).await
}

/// Posts the summary of a walk, once.
pub(super) async fn post(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let walk = walk_of(s)?;
    let mut tx = o.begin().await?;
    let reviewed = store::reviews(&mut tx, &walk.id).await?;
    if reviewed.is_empty() {
        return Err(Error::user("Nothing was saved in this walk, so there is nothing to sum up."));
    }
    let channel = settings::load(&mut tx).await?.digest_channel.ok_or_else(|| {
        Error::user(
            "There is no channel for the digest yet: `/partner setup` chooses it. Nothing was posted.",
        )
    })?;
    let message = view::summary(&o.actor.name, &reviewed);
    let key = format!("account:walk:{}", walk.id);
    o.send(&mut tx, &Outgoing::post(key, Destination::Channel(channel.clone()), message)).await?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "account.summary", "account:walk", channel.as_str());
    o.finish(tx).await
}
