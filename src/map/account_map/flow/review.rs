//! One account of the weekly mapping is saved (E3).

use jiff::Timestamp;

use super::super::record::Close;
use super::super::relationship::Relationship;
use super::super::sight::Sight;
use super::super::view::Outcome;
use super::super::{Settings, store};
use super::{Plan, find, written};
use crate::kernel::actor::Actor;
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, StepId};
use crate::map::account_map::relationship::Known;
use crate::store::Tx;

/// What somebody said of one account.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The steps as they were shown, and what became of them; `None` for one that is still open.
    pub steps: Vec<((StepId, i64), Option<Close>)>,
    /// The relationships that changed.
    pub related: Vec<Relationship>,
    /// What is next.
    pub next: Option<Plan>,
    /// When the form was opened.
    pub opened: Timestamp,
}

/// Saves it, once a walk. What somebody else changed in the meantime stays as they left it.
pub async fn review(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    walk: &str,
    account: &AccountId,
    said: Reviewed,
) -> Result<()> {
    let by = &actor.user;
    let map = find(tx, account).await?;
    store::change(tx, now, account, by).await?;
    if store::was_reviewed(tx, walk, account).await? {
        return Ok(());
    }
    let mut outcome = Outcome::default();
    for ((step, seen), how) in &said.steps {
        match how {
            None => outcome.open += 1,
            Some(how) if store::close_step(tx, now, step, *seen, *how, by).await? => match how {
                Close::Done => outcome.done += 1,
                Close::Dropped => outcome.dropped += 1,
            },
            Some(_) => {}
        }
    }
    let here = now.to_zoned(actor.zone.clone());
    let sight = Sight { map: &map, now: &here, settings: &Settings::default() };
    for related in &said.related {
        let before = store::relationship(tx, &related.pair()).await?;
        if before.is_none_or(|b| b.said_at > said.opened && b.said_by != *by) {
            continue;
        }
        store::save_relationship(tx, related).await?;
        let whom = match &related.whom {
            Known::Person(id) => map.person(id).map_or("somebody", |p| &p.name).to_owned(),
            Known::Contact(id) => sight.contact_name(id),
        };
        outcome.changed.push(format!(
            "{} with {whom} {} of 5",
            sight.knower_name(&related.who),
            related.strength
        ));
    }
    if let Some(plan) = said.next {
        let owner = store::names(tx, std::slice::from_ref(&plan.owner)).await?;
        let day = spoken(plan.due, here.date());
        let text = plan.text.trim_end_matches('.');
        outcome.next = Some(format!("{}: {text}, by {day}", owner.of_user(&plan.owner)));
        super::add_step(tx, now, by, account, plan).await?;
    }
    let words = outcome.words();
    store::insert_review(tx, now, walk, account, by, &words).await?;
    written(tx, now, by, "account.review", account, &words);
    Ok(())
}
