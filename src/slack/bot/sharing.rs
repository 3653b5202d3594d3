//! What a partner may see: set by its manager or an admin, in a form on its card.

use std::collections::BTreeSet;

use super::super::payload::{State, ViewSubmission};
use super::partners::{found, gone};
use super::seen::carried;
use super::{Occasion, Problems};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId};
use crate::kernel::text::unescaped;
use crate::map::find::find_account;
use crate::map::partner::Partner;
use crate::map::sharing::{Field, Level, Rule};
use crate::map::sharing_view::{self as view, field};
use crate::map::store;
use crate::store::{Tx, audit};

/// At most so many accounts are hidden from one partner.
const MOST: usize = 100;

fn may_set(o: &Occasion<'_>, partner: &Partner) -> Result<()> {
    match o.actor.may(Right::Approve, Some(&partner.id)) {
        true => Ok(()),
        false => Err(Error::refused(view::refusal(partner))),
    }
}

/// Opens the form.
pub(super) async fn open(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    may_set(o, partner)?;
    let mut tx = o.read().await?;
    let rule = store::sharing_rule(&mut tx, &partner.id).await?;
    let mut hidden = Vec::new();
    for id in &rule.hidden {
        hidden.extend(store::account(&mut tx, id).await?);
    }
    tx.rollback().await?;
    o.open(&view::form(partner, &rule, &hidden, o.place.channel.as_ref())).await
}

/// What the form says, or what is wrong with which field.
async fn read(tx: &mut Tx, rule: Rule, values: &State) -> Result<Result<Rule, Problems>> {
    let level = values.option(field::LEVEL, field::LEVEL).and_then(Level::stored);
    let Some(level) = level else {
        return Ok(Err(vec![(field::LEVEL.to_owned(), "Choose how much they see.".to_owned())]));
    };
    let chosen = values.options(field::FIELDS, field::FIELDS);
    let fields: BTreeSet<Field> = chosen.into_iter().filter_map(Field::stored).collect();
    if level == Level::Fields && fields.is_empty() {
        return Ok(Err(vec![(field::FIELDS.to_owned(), "Choose at least one field.".to_owned())]));
    }
    let hidden = match hidden(tx, values.get_text(field::HIDDEN, field::HIDDEN).unwrap_or_default()).await? {
        Ok(hidden) => hidden,
        Err(text) => return Ok(Err(vec![(field::HIDDEN.to_owned(), text)])),
    };
    Ok(Ok(Rule { level, fields, hidden, version: rule.version + 1, ..rule }))
}

/// The accounts of these lines, or what is wrong with one of them.
async fn hidden(tx: &mut Tx, lines: &str) -> Result<Result<BTreeSet<AccountId>, String>> {
    let mut found = BTreeSet::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match find_account(tx, line).await {
            Ok(account) => found.insert(account.id),
            Err(Error::User(error)) => return Ok(Err(unescaped(&error.text))),
            Err(fault) => return Err(fault),
        };
    }
    Ok(if found.len() > MOST { Err(format!("Hide at most {MOST} accounts.")) } else { Ok(found) })
}

pub(super) async fn review(tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let (partner, _) = carried::<PartnerId>(s)?;
    let rule = store::sharing_rule(tx, &partner).await?;
    Ok(read(tx, rule, &s.values).await?.err().unwrap_or_default())
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let (id, seen) = carried::<PartnerId>(s)?;
    let partner = found(o, id.as_str()).await?;
    may_set(o, &partner)?;
    let mut tx = o.begin().await?;
    if !store::lock_partner(&mut tx, &id).await? {
        return Err(gone());
    }
    let known = store::sharing_rule(&mut tx, &id).await?;
    if known.version != seen {
        return Err(Error::user(view::second(&partner, &known)));
    }
    let rule = match read(&mut tx, known, &s.values).await? {
        Ok(rule) => rule,
        Err(_) => return Err(super::outdated()),
    };
    if !store::set_sharing_rule(&mut tx, o.now, &o.actor.user, &rule).await? {
        let now = store::sharing_rule(&mut tx, &id).await?;
        return Err(Error::user(view::second(&partner, &now)));
    }
    let subject = format!("partner:{id}");
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "partner.sharing", &subject, &rule.words());
    o.send(&mut tx, &o.privately(view::saved(&partner, &rule))).await?;
    o.finish(tx).await
}
