//! What is posted to `/hooks/overlaps` is taken in: a list as an import, a signal at once.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::flow::{good, hand_over, same};
use super::hook::{Posted, Signal};
use super::source::Source;
use super::standing::Standing;
use super::{rows, store, view};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ImportId};
use crate::map::import::Extent;
use crate::map::overlap::{Population, Sighting, Source as Said};
use crate::map::{flow as map, name, store as maps};
use crate::store::{Tx, audit, millis, settings};

/// What became of something that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on its way, or done.
    Yes(&'static str),
    /// It was taken before.
    Again,
    /// It cannot be taken: why, for its sender.
    No(String),
    /// Not yet: why.
    NotYet(&'static str),
}

/// Takes in what a source posted. `key` is of this delivery.
pub async fn take_in(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    key: &str,
    posted: Posted,
) -> Result<Taken> {
    let Some(channel) = settings::load(tx).await?.intake_channel else {
        return Ok(Taken::NotYet("There is no intake channel yet."));
    };
    if !store::delivered(tx, now, key).await? {
        return Ok(Taken::Again);
    }
    let Some(mut standing) = store::take(tx, &source.name).await? else {
        return Ok(Taken::NotYet("This source is not registered yet."));
    };
    standing.tried_at = Some(now);
    let taken = match posted {
        Posted::Nothing => {
            tracing::info!(source = source.name, "something was posted that says nothing of use");
            Taken::Yes("Nothing to do.")
        }
        Posted::Signal(signal) => {
            if store::delivered(tx, now, &format!("event:{}", signal.event)).await? {
                let became = take_signal(tx, now, source, &standing, &signal, channel).await?;
                good(tx, now, &source.name, &mut standing, became).await?;
                standing.changed_at = Some(now);
            }
            Taken::Yes("Taken.")
        }
        Posted::List { partner, extent, rows } => {
            match take_list(tx, now, source, &mut standing, partner.as_deref(), extent, &rows).await? {
                Ok(said) => Taken::Yes(said),
                Err(why) => return Ok(Taken::No(why)),
            }
        }
    };
    store::save(tx, &source.name, &standing).await?;
    Ok(taken)
}

async fn take_list(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    standing: &mut Standing,
    partner: Option<&str>,
    extent: Option<Extent>,
    rows: &[Map<String, Value>],
) -> Result<Result<&'static str, String>> {
    let own = match &standing.partner {
        Some(id) => maps::partner(tx, id).await?,
        None => None,
    };
    let mut rows = rows.to_vec();
    for (at, row) in rows.iter_mut().enumerate() {
        let named = row.get("partner").and_then(Value::as_str).or(partner).map(str::to_owned);
        match (named, &own) {
            (Some(named), Some(own)) if name::key(&named) != name::key(&own.name) => {
                return Ok(Err(format!("overlaps[{at}] names {named}, and this source is {}'s.", own.name)));
            }
            (None, None) => return Ok(Err(format!("overlaps[{at}] names no partner."))),
            (_, Some(own)) => drop(row.insert("partner".to_owned(), own.name.clone().into())),
            (Some(_), None) => {}
        }
    }
    let content = rows::own(&rows).map_err(|e| Error::caused("a list as rows", e))?;
    let hash = hex::encode(Sha256::digest(&content));
    if standing.marks.hash.as_ref() == Some(&hash) {
        if store::under_way(tx, &source.name).await?.is_none() {
            same(tx, now, source, standing).await?;
        }
        return Ok(Ok("The same list as before."));
    }
    let extent = extent.unwrap_or(source.extent);
    if extent == Extent::Whole && source.extent == Extent::Addition {
        let why =
            "This source adds to lists. With list = \"whole\" in its configuration it can send whole ones.";
        return Ok(Err(why.to_owned()));
    }
    match hand_over(tx, now, source, standing, ImportId::random(), "overlaps", extent).await? {
        Ok(id) => {
            store::keep_posted(tx, &id, &content).await?;
            standing.marks.hash = Some(hash);
            Ok(Ok("Taken."))
        }
        Err(failure) => Ok(Err(failure.why)),
    }
}

/// A partner's deal changes or adds one overlap, and is told in one line.
async fn take_signal(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    standing: &Standing,
    signal: &Signal,
    channel: ChannelId,
) -> Result<String> {
    let partners = maps::partners(tx).await?;
    let key = name::key(&signal.partner);
    let partner = partners.iter().find(|p| name::key(&p.name) == key);
    let Some(partner) = partner.filter(|p| standing.partner.as_ref().is_none_or(|id| *id == p.id)) else {
        let why = if source.partner.is_some() { "is not its partner" } else { "is no partner here" };
        return Ok(format!("a signal was left: {} {why}", signal.partner));
    };
    let theirs = if signal.won { Population::Customer } else { Population::OpenOpportunity };
    let seen = Sighting {
        account: signal.account.split_whitespace().collect::<Vec<_>>().join(" "),
        our_population: Population::understood(&signal.ours.join("; ")),
        their_population: Some(theirs),
        ..Sighting::default()
    };
    let batch = map::weigh(tx, now, Said::List, partner, std::slice::from_ref(&seen)).await?;
    map::save(tx, now, &batch, false).await?;
    let may_name = !maps::counted_only(tx).await?.contains(&partner.id);
    for (id, outcome) in &batch.outcomes {
        let what = if *outcome == map::Outcome::New { "overlap.add" } else { "overlap.confirm" };
        let detail = format!("a signal of {}", source.name);
        audit::done(tx, now, audit::TANDEM, what, &format!("overlap:{id}"), &detail);
        let Some(overlap) = batch.overlap(id) else { continue };
        let message = Message::text(view::signal(signal, overlap, outcome, may_name)?);
        let key = format!("signal:{}", signal.event);
        outbox::enqueue(
            tx,
            millis(now),
            &Outgoing::post(key, Destination::Channel(channel.clone()), message),
        )
        .await?;
    }
    Ok("a signal".to_owned())
}
