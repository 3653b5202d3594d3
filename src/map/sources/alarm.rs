//! Tells operations of a list that is too old (A3): once for each time that it grows too old, not every day.

use std::collections::HashMap;

use jiff::Timestamp;

use super::source::Source;
use super::standing::Standing;
use super::{store, view};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::actor::Role;
use crate::kernel::age;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::map::partner::Partner;
use crate::map::store as maps;
use crate::store::{Tx, millis, people, settings};

/// One look at every list, in the scheduler's transaction.
pub async fn round(tx: &mut Tx, now: Timestamp, sources: &[Source]) -> Result<()> {
    let workspace = settings::load(tx).await?;
    let Some(channel) = &workspace.digest_channel else { return Ok(()) };
    let here = now.to_zoned(workspace.digest.time_zone());
    let standings: HashMap<String, Standing> = store::all(tx).await?.into_iter().collect();
    for partner in maps::partners(tx).await?.iter().filter(|p| !p.sample) {
        let own: Vec<(&Source, Option<&Standing>)> = sources
            .iter()
            .map(|source| (source, standings.get(&source.name)))
            .filter(|(_, standing)| standing.is_some_and(|s| is_of(s, partner)))
            .collect();
        let list = partner
            .list_seen_at
            .filter(|_| partner.list_is_stale(&here))
            .map(|at| (at, partner.refresh_days));
        // What only adds to lists makes none of them younger, and may be expected all the same.
        let posted = own.iter().find_map(|(source, standing)| {
            let (at, days) = (standing.as_ref()?.good_at?, source.expected_days?);
            (!source.is_fetched() && age::days_since(at, &here) > days).then_some((at, days))
        });
        let Some((seen, expected)) = list.or(posted) else { continue };
        // One alarm a list, and none for an older one when the clock was set back.
        let period = seen.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        if !schedule::fire(tx, &format!("stale:{}", partner.id), &period, millis(now)).await? {
            continue;
        }
        let mut lines = Vec::new();
        for (source, standing) in own {
            let waits = store::under_way(tx, &source.name).await? == Some(true);
            lines.push(view::line(source, standing, waits, None, &here));
        }
        let operations = people::holders(tx, Role::Operations).await?;
        let days = age::days_since(seen, &here);
        let intake = workspace.intake_channel.as_ref().map(ChannelId::mention);
        let message = view::stale(partner, days, expected, &lines, intake, &operations)?;
        let key = format!("stale:{}:{period}", partner.id);
        outbox::enqueue(
            tx,
            millis(now),
            &Outgoing::post(key, Destination::Channel(channel.clone()), message),
        )
        .await?;
    }
    Ok(())
}

/// Whether a source brings this partner's list: as configured, or because its last list named it.
fn is_of(standing: &Standing, partner: &Partner) -> bool {
    standing.partner.as_ref().is_some_and(|id| *id == partner.id) || standing.partners.contains(&partner.id)
}

/// Every source that brings this partner's list, with its line.
pub async fn lines_of<'a>(
    tx: &mut Tx,
    sources: &'a [Source],
    partner: &Partner,
    now: &jiff::Zoned,
) -> Result<Vec<(&'a Source, String)>> {
    let standings: HashMap<String, Standing> = store::all(tx).await?.into_iter().collect();
    let mut lines = Vec::new();
    for source in sources {
        let Some(standing) = standings.get(&source.name).filter(|s| is_of(s, partner)) else { continue };
        let waits = store::under_way(tx, &source.name).await? == Some(true);
        lines.push((source, view::line(source, Some(standing), waits, Some(partner.refresh_days), now)));
    }
    Ok(lines)
}

/// The lines of all sources, for the status: of those that fail or wait for somebody, and of the others.
pub async fn lines(tx: &mut Tx, sources: &[Source], now: &jiff::Zoned) -> Result<(Vec<String>, Vec<String>)> {
    let standings: HashMap<String, Standing> = store::all(tx).await?.into_iter().collect();
    let (mut troubles, mut well) = (Vec::new(), Vec::new());
    for source in sources {
        let standing = standings.get(&source.name);
        let waits = store::under_way(tx, &source.name).await? == Some(true);
        let is_troubled = waits || standing.is_some_and(|s| s.error.is_some());
        let lines = if is_troubled { &mut troubles } else { &mut well };
        lines.push(view::line(source, standing, waits, None, now));
    }
    Ok((troubles, well))
}
