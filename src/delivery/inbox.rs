//! The inbox: what was acknowledged is on disk.
//!
//! Here is the door: many envelopes to a commit. Workers take them through `claims`, people look at them and lend a
//! hand through `desk`.

/// How far an envelope is, in the words of its column and of the column's indices.
macro_rules! state {
    // Not handled yet: waiting, or in a worker's hand.
    (open) => {
        "state < 2"
    };
    (waiting) => {
        "state = 0"
    };
    (in_hand) => {
        "state = 1"
    };
    (handled) => {
        "state = 2"
    };
    // Given up after several tries.
    (buried) => {
        "state = 3"
    };
}
pub(super) use state;

mod claims;
mod desk;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::envelope::Envelope;
use crate::failpoint;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::pulse::Pulse;
use crate::store::{Db, Tx, millis};

pub use claims::{
    Again, Claim, Claimed, bury, claim, done, done_all, release, release_all, renew, retry_later,
};
pub use desk::{Stuck, buried, drop_by_hand, find, forget, last_received, retry_by_hand, stuck};

/// At most so many envelopes to a commit.
const BATCH: usize = 512;
/// Envelopes that may wait for the next commit before senders are made to wait.
const QUEUE: usize = 4096;
/// A commit that takes longer is stuck; nobody waits for its acknowledgement any more.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this long a commit is given up: Slack sends what was not acknowledged once more.
const GIVEN_UP: Duration = Duration::from_secs(30);
/// Nothing has arrived for so long: it is calm.
const LULL: Duration = Duration::from_millis(3);
/// The longest that a worker stands back in a storm.
const YIELD: Duration = Duration::from_millis(500);

/// Hands envelopes to the committer and wakes the workers.
#[derive(Clone, Debug)]
pub struct Inbox {
    queue: mpsc::Sender<Waiting>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    urgent: Notify,
    ordinary: Notify,
    /// Counts up with every envelope that is handed in.
    arrivals: AtomicUsize,
    pulse: Pulse,
}

#[derive(Debug)]
struct Waiting {
    envelope: Envelope,
    committed: oneshot::Sender<bool>,
}

impl Inbox {
    /// Starts the committer; it ends when every [`Inbox`] is dropped and the queue is empty.
    pub fn start(db: Db, clock: Clock) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            urgent: Notify::new(),
            ordinary: Notify::new(),
            arrivals: AtomicUsize::new(0),
            pulse: Pulse::new("committer", PATIENCE),
        });
        let committer = tokio::spawn(commit_batches(db, clock, waiting, shared.clone()));
        (Self { queue, shared }, committer)
    }

    /// Returns after the commit that holds the envelope, or one that came earlier under the same key.
    pub async fn accept(&self, envelope: Envelope) -> Result<()> {
        let (committed, answer) = oneshot::channel();
        let gone = || Error::fault("the inbox is closed");
        self.shared.arrivals.fetch_add(1, Ordering::Relaxed);
        self.queue.send(Waiting { envelope, committed }).await.map_err(|_| gone())?;
        match answer.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::fault("the inbox could not commit")),
            Err(_) => Err(gone()),
        }
    }

    /// The committer's, which beats with every commit.
    pub fn pulse(&self) -> &Pulse {
        &self.shared.pulse
    }

    /// Resolves when something was committed for this kind of worker.
    pub async fn arrived(&self, urgent: bool) {
        if urgent { self.shared.urgent.notified().await } else { self.shared.ordinary.notified().await }
    }

    /// Resolves when nothing arrives for a moment (`LULL`), or after `YIELD`: what arrives is acknowledged before
    /// what has arrived is worked off, and worked off all the same while the storm lasts.
    pub async fn calm(&self) {
        let end = Instant::now() + YIELD;
        loop {
            let before = self.shared.arrivals.load(Ordering::Relaxed);
            tokio::time::sleep(LULL).await;
            if self.shared.arrivals.load(Ordering::Relaxed) == before || Instant::now() >= end {
                return;
            }
        }
    }

    /// Wakes both workers.
    pub fn wake(&self) {
        self.shared.urgent.notify_one();
        self.shared.ordinary.notify_one();
    }

    /// Wakes both workers after this long.
    pub fn wake_in(&self, wait: Duration) {
        let shared = self.shared.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            shared.urgent.notify_one();
            shared.ordinary.notify_one();
        });
    }
}

async fn commit_batches(db: Db, clock: Clock, mut waiting: mpsc::Receiver<Waiting>, shared: Arc<Shared>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let now = millis(clock.now());
        let commit = tokio::time::timeout(GIVEN_UP, insert(&db, &batch, now));
        let committed = match shared.pulse.step(commit).await {
            Ok(Ok(())) => true,
            Err(_) => {
                tracing::error!(envelopes = batch.len(), "the database does not commit; not acknowledged");
                false
            }
            Ok(Err(error)) => {
                tracing::error!(%error, envelopes = batch.len(), "inbox commit failed; not acknowledged");
                false
            }
        };
        let urgent = batch.iter().any(|w| w.envelope.kind.is_urgent());
        let ordinary = batch.iter().any(|w| !w.envelope.kind.is_urgent());
        for one in batch.drain(..) {
            // A sender that gave up waiting needs no answer.
            let _ = one.committed.send(committed);
        }
        if urgent {
            shared.urgent.notify_one();
        }
        if ordinary {
            shared.ordinary.notify_one();
        }
    }
}

/// One statement for the whole batch: each statement costs a hop to SQLite's thread and back.
async fn insert(db: &Db, batch: &[Waiting], now: i64) -> Result<()> {
    failpoint!("inbox.insert");
    let mut tx = db.begin().await?;
    match &mut tx {
        Tx::Sqlite(t) => {
            let rows: Vec<_> = batch
                .iter()
                .map(|w| {
                    let e = &w.envelope;
                    (&e.key, e.kind.as_str(), &e.name, &e.lane, i64::from(e.kind.is_urgent()), &e.payload)
                })
                .collect();
            sqlx::query(
                "INSERT INTO inbox (key, kind, name, lane, urgent, payload, received_at) \
                 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, $2 \
                 FROM json_each($1) WHERE true ON CONFLICT (key) DO NOTHING",
            )
            .bind(serde_json::to_string(&rows)?)
            .bind(now)
            .execute(&mut **t)
            .await?;
        }
        Tx::Postgres(t) => {
            let column =
                |f: fn(&Envelope) -> String| batch.iter().map(|w| f(&w.envelope)).collect::<Vec<_>>();
            sqlx::query(
                "INSERT INTO inbox (key, kind, name, lane, urgent, payload, received_at) \
                 SELECT k, d, n, l, u, p, $7 FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]) \
                 AS t (k, d, n, l, u, p) ON CONFLICT (key) DO NOTHING",
            )
            .bind(column(|e| e.key.clone()))
            .bind(column(|e| e.kind.as_str().to_owned()))
            .bind(column(|e| e.name.clone()))
            .bind(column(|e| e.lane.clone()))
            .bind(batch.iter().map(|w| i64::from(w.envelope.kind.is_urgent())).collect::<Vec<_>>())
            .bind(column(|e| e.payload.clone()))
            .bind(now)
            .execute(&mut **t)
            .await?;
        }
    }
    failpoint!("inbox.commit");
    tx.commit().await?;
    failpoint!("inbox.committed");
    Ok(())
}

/// The payload as JSON.
pub fn payload(envelope: &Envelope) -> Result<Value> {
    Ok(serde_json::from_str(&envelope.payload)?)
}
