//! The weights of triage: the form, a dry run, and taking them.

use serde_json::Value;

use super::super::super::payload::ViewSubmission;
use super::super::{Occasion, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks;
use crate::kernel::error::{Error, Result};
use crate::pull::view::weights as view;
use crate::pull::weights::{Criterion, Level, Weights};
use crate::pull::{flow, store};
use crate::store::settings;

/// Weights count for every partner, so they are set by whoever looks after all of them.
pub(super) fn may_set(actor: &Actor) -> bool {
    actor.may_for_all(Right::Triage)
}

fn require(actor: &Actor) -> Result<()> {
    if may_set(actor) {
        return Ok(());
    }
    Err(Error::refused(
        "The weights of triage count for every partner, so only those set them who look after all: operations and admins. Nothing was changed.",
    ))
}

/// The way to the form, under a preview.
pub(super) fn button() -> Value {
    blocks::actions(vec![blocks::button("Change weights", view::action::WEIGHTS, "now")])
}

/// The form with the weights that the button carries, or those of now.
pub(super) async fn open(o: &Occasion<'_>, carried: &str) -> Result<Handled> {
    require(&o.actor)?;
    let mut tx = o.read().await?;
    let weights = match serde_json::from_str(carried) {
        Ok(weights) => weights,
        Err(_) => store::weights(&mut tx).await?,
    };
    tx.rollback().await?;
    o.open(&view::form(&weights, o.place.channel.as_ref())).await
}

/// Shows what the weights of the form would change.
pub(super) async fn try_out(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    require(&o.actor)?;
    let mut weights = Weights::default();
    for (criterion, id, ..) in Criterion::ALL {
        let level = s.values.option(id, id).and_then(Level::stored).ok_or_else(outdated)?;
        weights.set(criterion, level);
    }
    let mut tx = o.read().await?;
    let run = flow::try_weights(&mut tx, o.now, &o.bot.mapping, &weights).await?;
    tx.rollback().await?;
    o.answer(view::tried(&run, &weights)?).await
}

/// Takes the weights that were tried.
pub(super) async fn take(o: &Occasion<'_>, carried: &str) -> Result<Handled> {
    require(&o.actor)?;
    let weights: Weights = serde_json::from_str(carried).map_err(|_| outdated())?;
    let mut tx = o.begin().await?;
    flow::set_weights(&mut tx, o.now, &o.actor.user, &weights).await?;
    let next = flow::next_words(&settings::load(&mut tx).await?.digest, o.now);
    o.send(&mut tx, &o.in_place(view::taken(&weights, next.as_deref()))).await?;
    o.finish(tx).await
}
