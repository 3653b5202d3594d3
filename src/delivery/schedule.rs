//! Things that happen on time, once per period, whoever is first to write the row.

use crate::kernel::error::Result;
use crate::sql_exec;
use crate::store::Tx;

/// Takes this period's turn; `false` when somebody has taken it.
pub async fn fire(tx: &mut Tx, schedule: &str, period: &str, now: i64) -> Result<bool> {
    let inserted = sql_exec!(
        tx,
        "INSERT INTO fires (schedule, period, fired_at) VALUES ($1, $2, $3) ON CONFLICT (schedule, period) DO NOTHING",
        schedule,
        period,
        now
    )?;
    Ok(inserted == 1)
}
