//! Requests and commitments come, move and are remembered: load, decide, save and enqueue, in one transaction.

mod commitments;
mod requests;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::store::{Tx, people};

pub use commitments::*;
pub use requests::*;

async fn today_of(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<Date> {
    Ok(now.to_zoned(people::zone_of(tx, user).await?).date())
}

#[cfg(test)]
mod tests;
