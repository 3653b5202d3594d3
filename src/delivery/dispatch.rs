//! Sends what the outbox holds.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::outbox::{self, Audience, Bell, Claimed, State};
use crate::failpoint;
use crate::kernel::clock::Clock;
use crate::kernel::error::Result;
use crate::store::{Db, Tx, millis};

/// So many lanes are served at once.
const LANES: i64 = 16;
/// How often a call is tried that Slack answers with a passing fault.
const ATTEMPTS: i64 = 8;
/// Looks for due retries and expired leases when nothing wakes it.
const IDLE: Duration = Duration::from_secs(2);

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Slack has it; channel and `ts` where it is a message.
    Arrived(Option<(String, String)>),
    /// Not now; after this long, if Slack said.
    Later(Option<Duration>, String),
    /// Never: Slack's code and why.
    Refused(String),
    /// It may have arrived or not.
    Unknown(String),
}

/// Carries out calls.
pub trait Carrier: Send + Sync + 'static {
    /// Sends one; `shown` is where the message stands that an update or a reply refers to.
    fn send(&self, row: &Claimed, shown: Option<(String, String)>) -> impl Future<Output = Sent> + Send;

    /// Looks for the row's key where it would have arrived. `Err`: it could not be looked up now.
    fn find(
        &self,
        row: &Claimed,
        shown: Option<(String, String)>,
    ) -> impl Future<Output = Result<Option<(String, String)>, String>> + Send;
}

/// What the product says before and after a send.
pub trait Oversight: Send + Sync + 'static {
    /// Whether this may still go to its audience; the reason if not.
    fn may_go(&self, tx: &mut Tx, row: &Claimed) -> impl Future<Output = Result<Result<(), String>>> + Send;

    /// Called in the transaction that settles the row.
    fn settled(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        state: State,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// What the worker needs.
#[derive(Debug)]
pub struct Dispatch<C, O> {
    /// Where the rows are.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Rung after a commit that enqueued.
    pub bell: Bell,
    /// Sends.
    pub carrier: Arc<C>,
    /// Checks and is told.
    pub oversight: Arc<O>,
}

impl<C: Carrier, O: Oversight> Dispatch<C, O> {
    /// Runs until cancelled; what is under way is finished first.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<()> {
        let mut under_way = JoinSet::new();
        loop {
            let free = LANES - i64::try_from(under_way.len()).unwrap_or(LANES);
            let rows = if stop.is_cancelled() || free <= 0 {
                Vec::new()
            } else {
                outbox::claim(&self.db, millis(self.clock.now()), free).await?
            };
            let none = rows.is_empty();
            for row in rows {
                let this = self.clone();
                under_way.spawn(async move { this.carry(row).await });
            }
            if stop.is_cancelled() && under_way.is_empty() {
                return Ok(());
            }
            if !none {
                continue;
            }
            tokio::select! {
                Some(joined) = under_way.join_next() => match joined {
                    Ok(result) => result?,
                    Err(panic) => tracing::error!(%panic, "a send panicked; its fate is looked up when its lease ends"),
                },
                () = self.bell.rung(), if !stop.is_cancelled() => {}
                () = self.clock.moved(), if !stop.is_cancelled() => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }

    async fn carry(&self, row: Claimed) -> Result<()> {
        let mut tx = self.db.read().await?;
        let allowed = self.oversight.may_go(&mut tx, &row).await?;
        let shown = match &row.action {
            outbox::Action::Update { of, .. } => outbox::shown_at(&mut tx, of).await?,
            outbox::Action::Post { thread: Some(outbox::Thread::Of(of)), .. } => {
                outbox::shown_at(&mut tx, of).await?
            }
            _ => None,
        };
        tx.rollback().await?;
        failpoint!("outbox.checked");
        if let Err(why) = allowed {
            return self.settle(&row, State::Dropped, None, Some(&why)).await;
        }
        if row.uncertain {
            failpoint!("outbox.find");
            let found = self.carrier.find(&row, shown.clone()).await;
            failpoint!("outbox.found");
            match found {
                Ok(Some((channel, ts))) => {
                    return self.settle(&row, State::Sent, Some((&channel, &ts)), None).await;
                }
                Ok(None) if row.audience != Audience::Internal => {
                    return self.settle(&row, State::Unconfirmed, None, Some("its fate is unknown")).await;
                }
                Ok(None) => {}
                Err(why) => return self.put_back(&row, None, true, &why).await,
            }
        }
        failpoint!("outbox.send");
        let sent = self.carrier.send(&row, shown).await;
        failpoint!("outbox.sent");
        match sent {
            Sent::Arrived(at) => {
                let at = at.as_ref().map(|(c, t)| (c.as_str(), t.as_str()));
                self.settle(&row, State::Sent, at, None).await
            }
            Sent::Later(after, why) => self.put_back(&row, after, false, &why).await,
            Sent::Refused(why) => {
                tracing::warn!(why, subject = row.subject, "Slack refused a message");
                self.settle(&row, State::Failed, None, Some(&why)).await
            }
            Sent::Unknown(why) => self.put_back(&row, None, true, &why).await,
        }
    }

    async fn put_back(
        &self,
        row: &Claimed,
        after: Option<Duration>,
        uncertain: bool,
        why: &str,
    ) -> Result<()> {
        if row.attempts >= ATTEMPTS && after.is_none() {
            let state = if uncertain && row.audience != Audience::Internal {
                State::Unconfirmed
            } else {
                State::Failed
            };
            return self.settle(row, state, None, Some(why)).await;
        }
        let wait = after.map_or_else(
            || 250_i64 << row.attempts.clamp(0, 9),
            |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX),
        );
        let mut tx = self.db.begin().await?;
        outbox::retry_later(&mut tx, row.seq, millis(self.clock.now()).saturating_add(wait), uncertain, why)
            .await?;
        failpoint!("outbox.put_back");
        tx.commit().await?;
        // The wait is real time, whatever the clock says.
        let bell = self.bell.clone();
        let real = Duration::from_millis(u64::try_from(wait).unwrap_or(0)) + Duration::from_millis(5);
        tokio::spawn(async move {
            tokio::time::sleep(real).await;
            bell.ring();
        });
        Ok(())
    }

    async fn settle(
        &self,
        row: &Claimed,
        state: State,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        outbox::settle(&mut tx, row.seq, state, millis(self.clock.now()), at, error).await?;
        self.oversight.settled(&mut tx, row, state, at, error).await?;
        failpoint!("outbox.settle");
        tx.commit().await?;
        failpoint!("outbox.settled");
        self.bell.ring();
        Ok(())
    }
}
