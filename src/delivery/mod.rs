//! Delivery: the only way in and the only way out.
//!
//! **In**: a verified [`envelope::Envelope`] is committed to the [`inbox`] under its unique key, many to a commit,
//! before it is acknowledged; the [`intake`] worker claims it and calls the one handler. **Out**: a flow
//! [`outbox::enqueue`]s in the transaction of its state change; the [`dispatch`] worker sends. **On time**: a
//! [`schedule`] fires once per period, whoever is first to write the row.

use std::time::Duration;

/// Workers are woken by what arrives. So often they look all the same: for leases that ran out, and for a wake-up
/// that was lost.
const FALLBACK: Duration = Duration::from_secs(15);
/// After the database failed, it is tried again so much later.
const PAUSE: Duration = Duration::from_secs(1);
/// A retry that stands further ahead than this was written before the clock was set back.
const FARTHEST_MS: i64 = 3_600_000;
/// The longest that anything is put back for, well before [`FARTHEST_MS`]: the clocks of several processes differ.
const LONGEST_MS: i64 = FARTHEST_MS / 2;

/// The instant of a retry (milliseconds UTC): `wait` from now, or sooner where that is too far away.
fn soon(now: i64, wait: i64) -> i64 {
    now.saturating_add(wait.clamp(0, LONGEST_MS))
}

pub mod backlog;
pub mod dispatch;
pub mod envelope;
pub mod inbox;
pub mod intake;
pub mod outbox;
pub mod restored;
pub mod schedule;
pub mod sweep;
pub mod uptime;
pub mod wake;
