//! What somebody owes and what they are owed: the list, and the message of the week.

use super::{Bot, Occasion};
use crate::delivery::intake::Handled;
use crate::kernel::error::Result;
use crate::plan::flow;
use crate::plan::view::owed as view;
use crate::store::Tx;

pub(super) async fn show(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let owed = flow::owed(&mut tx, &o.actor.user).await?;
    tx.rollback().await?;
    o.answer(view::list(&owed, &o.actor.user, &o.here())).await
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::tell_the_week(tx, now, &bot.calendars).await
}
