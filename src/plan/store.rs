//! Plan's SQL.

mod asks;
mod calendars;
mod check_ins;
mod commitments;
mod feeds;
mod introductions;
mod ledger;
mod owed;
mod plays;
mod pre_reads;
mod proposals;
mod records;
mod requests;
mod sessions;

use jiff::Timestamp;
use jiff::civil::Date;

pub use asks::*;
pub use calendars::*;
pub use check_ins::*;
pub use commitments::*;
pub use feeds::*;
pub use introductions::*;
pub use ledger::*;
pub use owed::*;
pub use plays::*;
pub use pre_reads::*;
pub use proposals::*;
pub use records::*;
pub use requests::*;
pub use sessions::*;

use crate::kernel::calendar::add_days;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, UserId};
use crate::store::{Tx, instant};
use crate::{sql_exec, sql_value};

/// Follows a channel that has got another id.
pub async fn renumber_channel(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE commitments SET source_channel = $2 WHERE source_channel = $1",
        from.as_str(),
        to.as_str()
    )?;
    Ok(())
}

/// Who decided and when, as two columns have it.
fn decided(by: Option<String>, at: Option<i64>) -> Result<Option<(UserId, Timestamp)>> {
    by.zip(at).map(|(by, at)| Ok((by.into(), instant(at)?))).transpose()
}

/// Figures for the digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open commitments that are due on that day or within the six days after it.
    pub due_this_week: i64,
    /// Open ones past their day.
    pub late: i64,
}

/// The figures as of `today`.
pub async fn counts(tx: &mut Tx, today: Date) -> Result<Counts> {
    let week = add_days(today, 6).to_string();
    let today = today.to_string();
    Ok(Counts {
        due_this_week: sql_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM commitments WHERE state = 'open' AND due >= $1 AND due <= $2",
            &today,
            &week
        )?,
        late: sql_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM commitments WHERE state = 'open' AND due < $1",
            &today
        )?,
    })
}
