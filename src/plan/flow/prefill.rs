//! What the form of a session begins with: the accounts that wait, those that the last one did not get to, the usual day.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::session::{Named, Session};
use super::super::store;
use super::proposals::{in_order, named, worthy};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, OverlapId};
use crate::map::lists::store as lists;
use crate::map::overlap::{Motion, Triage};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::pull::agenda::room;
use crate::pull::instruction::Sheet;
use crate::pull::store as pulled;
use crate::pull::trigger::{self, Standing};
use crate::store::Tx;

/// What a form for a session with this partner begins with where nobody named an account: what triage planned and no
/// session has, the worthiest first.
pub async fn waiting_accounts(
    tx: &mut Tx,
    now: Timestamp,
    partner: &Partner,
    sheet: &Sheet,
    zone: &TimeZone,
) -> Result<Vec<Named>> {
    let kinds = lists::map_settings(tx).await?.kinds;
    let mut worthy = worthy(tx, now, partner, sheet, &kinds).await?;
    worthy.retain(|w| w.standing == Standing::Ripe && w.planned);
    trigger::rank(&mut worthy);
    worthy.truncate(room(sheet.minutes));
    let ids: Vec<OverlapId> = worthy.into_iter().map(|w| w.overlap).collect();
    let overlaps = in_order(tx, &ids).await?;
    named(tx, now, zone, &overlaps).await
}

/// The day on which the instructions have the session after this one; `None` without a cadence, or where it is over.
pub async fn usual_day_after(tx: &mut Tx, last: &Session, today: Date) -> Result<Option<Date>> {
    let sheet = pulled::instruction_of(tx, &last.partner_id).await?.map(|i| i.sheet).unwrap_or_default();
    let held = last.stage.slot().map(|slot| slot.local().date());
    Ok(sheet.cadence.zip(held).map(|(cadence, held)| cadence.after(held)).filter(|day| *day > today))
}

/// What the form for the session after this one begins with: what this one did not get to, then what waits.
pub async fn accounts_after(
    tx: &mut Tx,
    now: Timestamp,
    last: &Session,
    partner: &Partner,
    sheet: &Sheet,
    zone: &TimeZone,
) -> Result<Vec<Named>> {
    let told = store::told(tx, &last.id).await?;
    let left: Vec<AccountId> =
        told.into_iter().filter(|t| !t.outcome.was_reached()).map(|t| t.account).collect();
    let mut found = map::overlaps_with(tx, &partner.id, &left).await?;
    found.retain(|o| o.gone_at.is_none() && !matches!(o.triage, Triage::Dismissed(_)));
    found.sort_by_key(|o| left.iter().position(|id| *id == o.account.id));
    let mut all = named(tx, now, zone, &found).await?;
    for waits in waiting_accounts(tx, now, partner, sheet, zone).await? {
        if all.iter().all(|a| a.account_id != waits.account_id) {
            all.push(waits);
        }
    }
    all.truncate(room(last.outline.minutes));
    Ok(all)
}

/// The motion of an account with a partner, by what is on record; `None` where nothing is.
pub async fn motion_of(tx: &mut Tx, partner: &Partner, account: &AccountId) -> Result<Option<Motion>> {
    let kinds = lists::map_settings(tx).await?.kinds;
    let found = map::overlaps_with(tx, &partner.id, std::slice::from_ref(account)).await?;
    Ok(found.iter().filter(|o| o.gone_at.is_none()).find_map(|o| o.motion(&kinds)))
}
