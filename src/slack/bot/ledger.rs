//! What was given and asked with a partner (A10): the partner's card has a line of it, a command and a button show it whole.

use jiff::Timestamp;

use super::Occasion;
use super::accounts::names_of;
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::Result;
use crate::map::lists::store as lists;
use crate::map::partner::Partner;
use crate::plan::ledger::{KEPT, Ledger, entries, suggest};
use crate::plan::store;
use crate::plan::view::ledger as view;
use crate::store::Tx;

/// One line for the partner's card; not escaped.
pub(super) async fn summary(tx: &mut Tx, partner: &Partner, now: Timestamp) -> Result<String> {
    let kinds = lists::map_settings(tx).await?.kinds;
    let entries = entries(&store::given_and_asked(tx, &partner.id, now - KEPT).await?, &kinds);
    let ledger = Ledger::of(entries, now);
    if ledger.count.is_empty() {
        return Ok("nothing in a year".to_owned());
    }
    let habit = if ledger.only_asks { "; the last five were all asks" } else { "" };
    Ok(format!("{}{habit}", ledger.count.words()))
}

pub(super) async fn show(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    let mut tx = o.read().await?;
    let kinds = lists::map_settings(&mut tx).await?.kinds;
    let entries = entries(&store::given_and_asked(&mut tx, &partner.id, o.now - KEPT).await?, &kinds);
    let could_give = store::could_be_given(&mut tx, &partner.id, &kinds).await?;
    tx.rollback().await?;
    let next = suggest(&could_give, &entries, &kinds);
    let ledger = Ledger::of(entries, o.now);
    let users: Vec<_> = ledger.ours.iter().map(|(user, _)| user.clone()).collect();
    let names = names_of(o, &users).await?;
    let may_draft = o.actor.may(Right::Triage, Some(&partner.id));
    o.answer(view::ledger(partner, &ledger, next.as_ref(), &names, may_draft, &o.here())?).await
}
