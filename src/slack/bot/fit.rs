//! Partner fit: what a partner, or one to be, would bring; counts only before there is an agreement.

use super::super::payload::{Action, ViewSubmission};
use super::partners::found;
use super::seen::{carried, seen};
use super::{Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::map::fit_view::{self as view, SAMPLE, WHY};
use crate::map::focus::Side;
use crate::map::partner::Partner;
use crate::map::store;
use crate::pull::store as pull;
use crate::store::{Tx, audit};

/// The report, in private.
pub(super) async fn show(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    let mut tx = o.read().await?;
    let report = report(o, &mut tx, partner).await?;
    tx.rollback().await?;
    o.answer(report).await
}

async fn report(o: &Occasion<'_>, tx: &mut Tx, partner: &Partner) -> Result<Message> {
    let fit = store::fit(tx, &partner.id).await?;
    let prospect = store::prospect(tx, &partner.id).await?;
    let mut sample = Vec::new();
    // What is not to be shown is not even read.
    if view::shows_names(prospect.as_ref()) {
        for side in Side::ALL {
            sample.extend(pull::worthiest(tx, &partner.id, side, i64::try_from(SAMPLE).unwrap_or(5)).await?);
        }
        sample.sort_by(|a, b| a.id.cmp(&b.id));
        sample.dedup_by(|a, b| a.id == b.id);
        sample.sort_by_key(|o| o.account.name.to_lowercase());
    }
    view::report(partner, &fit, prospect.as_ref(), &sample, o.actor.may(Right::Approve, Some(&partner.id)))
}

fn may_decide(o: &Occasion<'_>, partner: &Partner) -> Result<()> {
    match o.actor.may(Right::Approve, Some(&partner.id)) {
        true => Ok(()),
        false => Err(Error::refused(view::refusal(partner))),
    }
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "fit" => show(o, &found(o, &action.value).await?).await,
        "prospect" | "agreed" => {
            let partner = found(o, &action.value).await?;
            may_decide(o, &partner)?;
            let mut tx = o.begin().await?;
            let by = &o.actor.user;
            store::set_prospect(&mut tx, o.now, by, &partner.id, verb == "prospect").await?;
            let subject = format!("partner:{}", partner.id);
            audit::done(&mut tx, o.now, by.as_str(), &format!("partner.{verb}"), &subject, &partner.name);
            let report = report(o, &mut tx, &partner).await?;
            o.send(&mut tx, &o.in_place(report)).await?;
            o.finish(tx).await
        }
        "names" => {
            let ((id, _), _) = seen::<PartnerId>(&action.value)?;
            let partner = found(o, id.as_str()).await?;
            may_decide(o, &partner)?;
            let mut tx = o.read().await?;
            let prospect = store::prospect(&mut tx, &id).await?.ok_or_else(outdated)?;
            tx.rollback().await?;
            o.open(&view::names_modal(&partner, &prospect, o.place.channel.as_ref())).await
        }
        _ => Err(outdated()),
    }
}

fn why(s: &ViewSubmission) -> Result<&str, Problems> {
    let why = s.values.get_text(WHY, WHY).map(str::trim).filter(|w| !w.is_empty());
    why.ok_or_else(|| vec![(WHY.to_owned(), "Say why in a few words.".to_owned())])
}

pub(super) fn review(s: &ViewSubmission) -> Problems {
    why(s).err().unwrap_or_default()
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let (id, version) = carried::<PartnerId>(s)?;
    let partner = found(o, id.as_str()).await?;
    may_decide(o, &partner)?;
    let because = why(s).map_err(|_| outdated())?;
    let mut tx = o.begin().await?;
    let by = &o.actor.user;
    if store::show_names(&mut tx, by, because, &id, version).await? {
        let subject = format!("partner:{id}");
        audit::done(&mut tx, o.now, by.as_str(), "partner.names", &subject, because);
    }
    // Whoever came second reads what holds now.
    let report = report(o, &mut tx, &partner).await?;
    o.send(&mut tx, &o.privately(report)).await?;
    o.finish(tx).await
}
