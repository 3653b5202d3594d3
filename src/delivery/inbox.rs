//! The inbox: what was acknowledged is on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::envelope::{Envelope, Kind};
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::store::{Db, Tx, instant, millis};
use crate::{failpoint, sql_all, sql_exec, sql_opt, sql_value};

/// At most so many envelopes to a commit.
const BATCH: usize = 512;
/// Envelopes that may wait for the next commit before senders are made to wait.
const QUEUE: usize = 4096;
/// Nothing has arrived for so long: it is calm.
const LULL: Duration = Duration::from_millis(3);
/// The longest that a worker stands back in a storm.
const YIELD: Duration = Duration::from_millis(500);
/// How long a claim lasts before another worker may take the envelope, in milliseconds.
const LEASE_MS: i64 = 60_000;

/// Hands envelopes to the committer and wakes the workers.
#[derive(Clone, Debug)]
pub struct Inbox {
    queue: mpsc::Sender<Waiting>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    urgent: Notify,
    ordinary: Notify,
    /// Counts up with every envelope that is handed in.
    arrivals: AtomicUsize,
}

#[derive(Debug)]
struct Waiting {
    envelope: Envelope,
    committed: oneshot::Sender<bool>,
}

/// An envelope that a worker has claimed.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its place in the order of arrival.
    pub seq: i64,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// When it was committed, in milliseconds UTC.
    pub received_at: i64,
    /// What came.
    pub envelope: Envelope,
}

impl Inbox {
    /// Starts the committer; it ends when every [`Inbox`] is dropped and the queue is empty.
    pub fn start(db: Db, clock: Clock) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::default());
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
}

async fn commit_batches(db: Db, clock: Clock, mut waiting: mpsc::Receiver<Waiting>, shared: Arc<Shared>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let now = millis(clock.now());
        let committed = match insert(&db, &batch, now).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, envelopes = batch.len(), "inbox commit failed; not acknowledged");
                false
            }
        };
        let urgent = batch.iter().any(|w| w.envelope.urgent);
        let ordinary = batch.iter().any(|w| !w.envelope.urgent);
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
                    (&e.key, e.kind.as_str(), &e.name, &e.lane, i64::from(e.urgent), &e.payload)
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
            .bind(batch.iter().map(|w| i64::from(w.envelope.urgent)).collect::<Vec<_>>())
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

type Row = (i64, i64, i64, String, String, String, String, i64, String);

/// Claims up to `limit` envelopes in order of arrival.
pub async fn claim(db: &Db, urgent: bool, now: i64, limit: i64) -> Result<Vec<Claimed>> {
    let mut tx = db.begin().await?;
    let rows = match &mut tx {
        Tx::Sqlite(t) => sqlx::query_as::<_, Row>(
            "UPDATE inbox SET state = 1, attempts = attempts + 1, lease_until = $1 WHERE seq IN \
             (SELECT seq FROM inbox WHERE urgent = $2 AND state < 2 AND not_before <= $3 AND lease_until <= $3 ORDER BY seq LIMIT $4) \
             RETURNING seq, attempts, received_at, key, kind, name, lane, urgent, payload",
        )
        .bind(now + LEASE_MS)
        .bind(i64::from(urgent))
        .bind(now)
        .bind(limit)
        .fetch_all(&mut **t)
        .await?,
        Tx::Postgres(t) => sqlx::query_as::<_, Row>(
            "UPDATE inbox SET state = 1, attempts = attempts + 1, lease_until = $1 WHERE seq IN \
             (SELECT seq FROM inbox WHERE urgent = $2 AND state < 2 AND not_before <= $3 AND lease_until <= $3 ORDER BY seq LIMIT $4 \
              FOR UPDATE SKIP LOCKED) \
             RETURNING seq, attempts, received_at, key, kind, name, lane, urgent, payload",
        )
        .bind(now + LEASE_MS)
        .bind(i64::from(urgent))
        .bind(now)
        .bind(limit)
        .fetch_all(&mut **t)
        .await?,
    };
    failpoint!("inbox.claim");
    tx.commit().await?;
    failpoint!("inbox.claimed");
    let mut claimed: Vec<Claimed> = rows
        .into_iter()
        .map(|(seq, attempts, received_at, key, kind, name, lane, urgent, payload)| Claimed {
            seq,
            attempts,
            received_at,
            envelope: Envelope {
                key,
                kind: Kind::from_name(&kind),
                name,
                lane,
                payload,
                retry: None,
                urgent: urgent != 0,
            },
        })
        .collect();
    claimed.sort_by_key(|c| c.seq);
    Ok(claimed)
}

/// Marks an envelope handled, in the transaction of what it caused.
pub async fn done(tx: &mut Tx, seq: i64) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE inbox SET state = 2, payload = '', lease_until = 0, error = NULL WHERE seq = $1",
        seq
    )?;
    Ok(())
}

/// Marks many handled that caused nothing.
pub async fn done_all(db: &Db, seqs: &[i64]) -> Result<()> {
    if seqs.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    match &mut tx {
        Tx::Sqlite(t) => {
            sqlx::query("UPDATE inbox SET state = 2, payload = '', lease_until = 0 WHERE seq IN (SELECT value FROM json_each($1))")
                .bind(serde_json::to_string(seqs)?)
                .execute(&mut **t)
                .await?;
        }
        Tx::Postgres(t) => {
            sqlx::query("UPDATE inbox SET state = 2, payload = '', lease_until = 0 WHERE seq = ANY($1)")
                .bind(seqs.to_vec())
                .execute(&mut **t)
                .await?;
        }
    }
    tx.commit().await
}

/// Puts an envelope back until `not_before`.
pub async fn retry_later(db: &Db, seq: i64, not_before: i64, error: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(
        &mut tx,
        "UPDATE inbox SET state = 0, lease_until = 0, not_before = $2, error = $3 WHERE seq = $1",
        seq,
        not_before,
        error
    )?;
    tx.commit().await
}

/// Buries an envelope that cannot be handled; `tandem doctor` and `/partner status` show it.
pub async fn bury(db: &Db, seq: i64, error: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE inbox SET state = 3, lease_until = 0, error = $2 WHERE seq = $1", seq, error)?;
    tx.commit().await
}

/// Gives back what a process that is gone had claimed. Only for a database that has one process.
pub async fn release_claims(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "UPDATE inbox SET state = 0, lease_until = 0 WHERE state = 1")?;
    tx.commit().await
}

/// How many wait (claimed ones included) and how many are buried.
pub async fn depth(tx: &mut Tx) -> Result<(i64, i64)> {
    let open = sql_value!(tx, i64, "SELECT COUNT(*) FROM inbox WHERE state < 2")?;
    let buried = sql_value!(tx, i64, "SELECT COUNT(*) FROM inbox WHERE state = 3")?;
    Ok((open, buried))
}

/// The newest buried envelopes: kind, name, error.
pub async fn buried(tx: &mut Tx, limit: i64) -> Result<Vec<(String, String, String)>> {
    Ok(sql_all!(
        tx,
        (String, String, String),
        "SELECT kind, name, COALESCE(error, '') FROM inbox WHERE state = 3 ORDER BY seq DESC LIMIT $1",
        limit
    )?)
}

/// When the newest envelope came in, in milliseconds UTC.
pub async fn last_received(tx: &mut Tx) -> Result<Option<i64>> {
    Ok(sql_value!(tx, Option<i64>, "SELECT MAX(received_at) FROM inbox")?)
}

/// The buried envelope behind a reference that a user was shown: kind, name, when it came, and the error.
pub async fn by_reference(
    tx: &mut Tx,
    reference: &str,
) -> Result<Option<(String, String, jiff::Timestamp, String)>> {
    let row = sql_opt!(
        tx,
        (String, String, i64, String),
        "SELECT kind, name, received_at, error FROM inbox WHERE state = 3 AND error LIKE $1 ORDER BY seq DESC LIMIT 1",
        format!("{reference}: %")
    )?;
    row.map(|(kind, name, at, error)| Ok((kind, name, instant(at)?, error))).transpose()
}

/// Forgets handled envelopes that came before `before` (milliseconds UTC): Slack repeats within minutes, not weeks.
pub async fn forget(tx: &mut Tx, before: i64) -> Result<u64> {
    Ok(sql_exec!(tx, "DELETE FROM inbox WHERE state = 2 AND received_at < $1", before)?)
}

/// The payload as JSON.
pub fn payload(envelope: &Envelope) -> Result<Value> {
    Ok(serde_json::from_str(&envelope.payload)?)
}
