//! What the overlaps of one partner are worth for an agenda, and why now.

use std::collections::HashMap;

use jiff::{SignedDuration, Zoned};

use crate::kernel::error::Result;
use crate::kernel::ids::OverlapId;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::pull::focus;
use crate::pull::priority::{About, Priority, weigh};
use crate::pull::store;
use crate::store::Tx;

/// What changed so lately is a reason to talk about it.
const NEWS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The weight of each of these overlaps with a partner.
pub async fn weighed(
    tx: &mut Tx,
    here: &Zoned,
    partner: &Partner,
    kinds: &Kinds,
    overlaps: &[Overlap],
) -> Result<HashMap<OverlapId, Priority>> {
    let sides = focus::sides(&map::focus_accounts(tx).await?, overlaps);
    let planned = store::planned(tx, kinds).await?;
    let now = here.timestamp();
    let about = |o: &Overlap| About {
        now,
        zone: here.time_zone(),
        lasting: true,
        since: now.saturating_sub(NEWS).unwrap_or(now),
        planned: planned.get(&partner.id).map_or(&[], Vec::as_slice),
        stale_days: None,
        new_is_news: false,
        largest: false,
        kinds,
        focus: sides.get(&o.id).copied(),
    };
    Ok(overlaps.iter().map(|o| (o.id.clone(), weigh(o, &about(o)))).collect())
}
