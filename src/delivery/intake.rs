//! Claims envelopes and hands each to the one handler.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::inbox::{self, Claimed, Inbox};
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids;
use crate::store::{Db, millis};

/// So many are claimed at once.
const CLAIM: i64 = 256;
/// How often an envelope is tried before it is buried.
const ATTEMPTS: i64 = 5;
/// Somebody waits for the answer: tell them rather than try for long.
const URGENT_ATTEMPTS: i64 = 2;
/// Looks for due retries and expired leases when nothing wakes it.
const IDLE: Duration = Duration::from_secs(2);

/// What became of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// The handler marked it done in the transaction of its effect.
    Saved,
    /// Nothing came of it.
    Ignored,
}

/// What the app does with an envelope.
pub trait Handler: Send + Sync + 'static {
    /// Handles one. A user's error is answered inside; an `Err` is a fault and is tried again.
    fn handle(&self, claimed: &Claimed) -> impl Future<Output = Result<Handled>> + Send;

    /// Tells the user, where there is one, that it failed for good.
    fn gave_up(&self, claimed: &Claimed, reference: &str) -> impl Future<Output = ()> + Send;
}

/// Runs until cancelled; what was claimed is finished first.
pub async fn run<H: Handler>(
    urgent: bool,
    db: Db,
    clock: Clock,
    inbox: Inbox,
    handler: Arc<H>,
    stop: CancellationToken,
) -> Result<()> {
    while !stop.is_cancelled() {
        let claimed = inbox::claim(&db, urgent, millis(clock.now()), CLAIM).await?;
        if claimed.is_empty() {
            tokio::select! {
                () = stop.cancelled() => break,
                () = inbox.arrived(urgent) => if !urgent { inbox.calm().await },
                () = clock.moved() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
            continue;
        }
        handle_lanes(&db, &clock, &handler, claimed).await?;
        if !urgent {
            inbox.calm().await;
        }
    }
    Ok(())
}

/// Lanes side by side, the envelopes of one lane one after the other.
async fn handle_lanes<H: Handler>(
    db: &Db,
    clock: &Clock,
    handler: &Arc<H>,
    claimed: Vec<Claimed>,
) -> Result<()> {
    let mut lanes: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
    for one in claimed {
        lanes.entry(one.envelope.lane.clone()).or_default().push(one);
    }
    let mut tasks = JoinSet::new();
    for lane in lanes.into_values() {
        let (db, clock, handler) = (db.clone(), clock.clone(), handler.clone());
        tasks.spawn(async move {
            let mut ignored = Vec::new();
            for one in &lane {
                match handle_one(&db, &clock, &handler, one).await {
                    Ok(Handled::Saved) => {}
                    Ok(Handled::Ignored) => ignored.push(one.seq),
                    Err(error) => return Err(error),
                }
            }
            Ok(ignored)
        });
    }
    let mut ignored = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(lane) => ignored.append(&mut lane?),
            Err(panic) => {
                tracing::error!(%panic, "a handler panicked; its envelopes are tried again when their lease ends")
            }
        }
    }
    inbox::done_all(db, &ignored).await
}

async fn handle_one<H: Handler>(db: &Db, clock: &Clock, handler: &Arc<H>, one: &Claimed) -> Result<Handled> {
    let error = match handler.handle(one).await {
        Ok(handled) => return Ok(handled),
        Err(Error::User(e)) => Error::fault(format!("a user's error was not answered: {}", e.text)),
        Err(fault) => fault,
    };
    let limit = if one.envelope.urgent { URGENT_ATTEMPTS } else { ATTEMPTS };
    if one.attempts < limit {
        tracing::warn!(%error, kind = one.envelope.kind.as_str(), name = one.envelope.name, attempt = one.attempts, "envelope failed; trying again");
        let delay = if one.envelope.urgent { 200 } else { 1000 << one.attempts.clamp(0, 8) };
        inbox::retry_later(db, one.seq, millis(clock.now()) + delay, &error.to_string()).await?;
    } else {
        let reference = ids::reference();
        tracing::error!(%error, reference, kind = one.envelope.kind.as_str(), name = one.envelope.name, "envelope buried");
        inbox::bury(db, one.seq, &format!("{reference}: {error}")).await?;
        handler.gave_up(one, &reference).await;
    }
    Ok(Handled::Saved)
}
