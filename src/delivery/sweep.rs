//! Once an hour: forgets what was handled and sent long ago, in small steps.

use jiff::Timestamp;

use super::{inbox, outbox, schedule};
use crate::config::Delivery;
use crate::kernel::error::Result;
use crate::kernel::pulse;
use crate::store::{Db, millis};

/// So many rows go in one transaction: others wait for it no longer than for a message.
const STEP: i64 = 2_000;
/// So many steps at the most before others have their turn; what is left goes an hour later.
const STEPS: u32 = 1_000;
const DAY_MS: i64 = 86_400_000;
/// Whoever took a turn is remembered longer than any schedule could ask for it.
const FIRES_DAYS: u16 = 400;

/// One round at `now`; whoever is first in the hour does it.
pub async fn round(db: &Db, keep: &Delivery, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    let hour = now.strftime("%Y-%m-%dT%H").to_string();
    let ours = schedule::fire(&mut tx, "sweep", &hour, millis(now)).await?;
    tx.commit().await?;
    if !ours {
        return Ok(());
    }
    let before = |days: u16| millis(now) - i64::from(days) * DAY_MS;
    let shown = before(keep.shown_days);
    for _ in 0..STEPS {
        let mut tx = db.begin().await?;
        let gone = inbox::forget(&mut tx, before(keep.handled_days), shown, STEP).await?
            + outbox::forget(&mut tx, before(keep.sent_days), shown, STEP).await?
            + schedule::forget(&mut tx, before(FIRES_DAYS), STEP).await?;
        tx.commit().await?;
        pulse::got_on();
        if gone == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}
