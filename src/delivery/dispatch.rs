//! Sends what the outbox holds.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::outbox::{self, Audience, Bell, Claimed, Rank, State};
use super::{FALLBACK, PAUSE};
use crate::failpoint;
use crate::kernel::clock::Clock;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::kernel::pulse::{self, Pulse};
use crate::store::{Db, Tx, millis};

/// So many lanes are served at once.
const LANES: usize = 16;
/// So many of them are kept for what partners read and for answers to people who wait.
const RESERVED: usize = 4;
/// So often, at the least, a call is tried that meets a passing fault.
const ATTEMPTS: i64 = 8;
/// How often a settlement is tried when the database fails: Slack has the message, so this must be written down.
const SETTLEMENTS: u32 = 30;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Slack has it; channel and `ts` where it is a message.
    Arrived(Option<(String, String)>),
    /// Not now; after this long, if Slack said.
    Later(Option<Duration>, String),
    /// Never: Slack's code and why.
    Refused(String),
    /// Not in this channel as it is now: Slack's code.
    Closed(String),
    /// It may have arrived or not.
    Unknown(String),
}

/// Carries out calls.
pub trait Carrier: Send + Sync + 'static {
    /// Whether anything can be sent now; until it can, everything waits.
    fn is_ready(&self) -> bool {
        true
    }

    /// Sends one; `shown` is where the message stands that an update or a reply refers to.
    fn send(&self, row: &Claimed, shown: Option<(String, String)>) -> impl Future<Output = Sent> + Send;

    /// Looks for the row's key where it would have arrived. `Err`: it could not be looked up now.
    fn find(
        &self,
        row: &Claimed,
        shown: Option<(String, String)>,
    ) -> impl Future<Output = Result<Option<(String, String)>, String>> + Send;
}

/// What the check right before a send says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its audience is the one that it was meant for.
    Go,
    /// It cannot be told now: ask again after this long.
    Later(Duration, String),
    /// Not before this channel is in order again.
    Hold(ChannelId),
    /// Never: why.
    Drop(String),
}

/// What the product says before and after a send.
pub trait Oversight: Send + Sync + 'static {
    /// Whether this may still go to its audience; `shown` is where the message stands that it refers to.
    fn may_go(
        &self,
        row: &Claimed,
        shown: Option<&(String, String)>,
    ) -> impl Future<Output = Result<Verdict>> + Send;

    /// Slack does not take it in its channel, by this code; gives the channel for which it is held from now on.
    fn closed(
        &self,
        row: &Claimed,
        shown: Option<&(String, String)>,
        code: &str,
    ) -> impl Future<Output = Result<Option<ChannelId>>> + Send;

    /// Called in the transaction that holds the row back.
    fn held(
        &self,
        tx: &mut Tx,
        row: &Claimed,
        channel: &ChannelId,
    ) -> impl Future<Output = Result<()>> + Send;

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
    /// How long a claim outlives a worker that is gone.
    pub lease: Duration,
    /// Beats with every look at the outbox and every send.
    pub pulse: Pulse,
}

impl<C: Carrier, O: Oversight> Dispatch<C, O> {
    /// Runs until cancelled; what is under way is finished first.
    ///
    /// A database that fails is waited for: what is on disk stays there.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<()> {
        let mut sends = JoinSet::new();
        let mut in_hand: HashMap<Id, (i64, Rank)> = HashMap::new();
        let mut renewal = tokio::time::interval(self.lease / 3);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let idle = stop.is_cancelled() || !self.carrier.is_ready();
            let rows = if idle { Vec::new() } else { self.pulse.step(self.claim(&in_hand)).await };
            let none = rows.is_empty();
            for row in rows {
                let (seq, rank, this) = (row.seq, row.rank, self.clone());
                let task = sends.spawn(async move { this.pulse.step(this.carry(row)).await });
                in_hand.insert(task.id(), (seq, rank));
            }
            if stop.is_cancelled() && sends.is_empty() {
                return Ok(());
            }
            if !none {
                continue;
            }
            tokio::select! {
                Some(ended) = sends.join_next_with_id() => {
                    let (id, error) = match ended {
                        Ok((id, outcome)) => (id, outcome.err().map(|e| e.to_string())),
                        Err(panic) => (panic.id(), Some(panic.to_string())),
                    };
                    in_hand.remove(&id);
                    if let Some(error) = error {
                        tracing::error!(error, "a send ended half-way; its fate is looked up when its lease ends");
                    }
                }
                () = self.bell.rung(), if !stop.is_cancelled() => {}
                () = self.clock.moved(), if !stop.is_cancelled() => {}
                _ = renewal.tick(), if !in_hand.is_empty() => self.pulse.step(self.renew(&in_hand)).await,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep(FALLBACK) => {}
            }
        }
    }

    /// The next rows, as many as there are lanes free for their rank.
    async fn claim(&self, in_hand: &HashMap<Id, (i64, Rank)>) -> Vec<Claimed> {
        let free = LANES.saturating_sub(in_hand.len());
        let ordinary = in_hand.values().filter(|(_, rank)| *rank == Rank::Ordinary).count();
        let (least, limit) = match free.min((LANES - RESERVED).saturating_sub(ordinary)) {
            0 => (Rank::Answer, free),
            limit => (Rank::Ordinary, limit),
        };
        if limit == 0 {
            return Vec::new();
        }
        let now = millis(self.clock.now());
        let limit = i64::try_from(limit).unwrap_or(1);
        match outbox::claim(&self.db, now, self.lease, least, limit).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read; trying again");
                tokio::time::sleep(PAUSE).await;
                Vec::new()
            }
        }
    }

    async fn renew(&self, in_hand: &HashMap<Id, (i64, Rank)>) {
        let seqs: Vec<i64> = in_hand.values().map(|(seq, _)| *seq).collect();
        if let Err(error) = outbox::renew(&self.db, &seqs, self.lease).await {
            tracing::error!(%error, "what is being sent could not be kept claimed");
        }
    }

    async fn carry(&self, row: Claimed) -> Result<()> {
        let mut tx = self.db.read().await?;
        let shown = match &row.action {
            outbox::Action::Update { of, .. } => outbox::shown_at(&mut tx, of).await?,
            outbox::Action::Post { thread: Some(outbox::Thread::Of(of)), .. } => {
                outbox::shown_at(&mut tx, of).await?
            }
            _ => None,
        };
        tx.rollback().await?;
        match self.oversight.may_go(&row, shown.as_ref()).await? {
            Verdict::Go => {}
            Verdict::Later(after, why) => return self.put_back(&row, Some(after), row.uncertain, &why).await,
            Verdict::Hold(channel) => return self.hold(&row, &channel).await,
            Verdict::Drop(why) => return self.settle(&row, State::Dropped, None, Some(&why)).await,
        }
        let mut tx = self.db.read().await?;
        let ours = outbox::is_ours(&mut tx, &row).await?;
        tx.rollback().await?;
        failpoint!("outbox.checked");
        if !ours {
            return lost(&row);
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
        let sent = self.carrier.send(&row, shown.clone()).await;
        failpoint!("outbox.sent");
        match sent {
            Sent::Arrived(at) => {
                let at = at.as_ref().map(|(c, t)| (c.as_str(), t.as_str()));
                self.settle(&row, State::Sent, at, None).await
            }
            Sent::Later(after, why) => self.put_back(&row, after, false, &why).await,
            Sent::Refused(why) => self.refused(&row, &why).await,
            Sent::Closed(code) => match self.oversight.closed(&row, shown.as_ref(), &code).await? {
                Some(channel) => self.hold(&row, &channel).await,
                None => self.refused(&row, &code).await,
            },
            Sent::Unknown(why) => self.put_back(&row, None, true, &why).await,
        }
    }

    async fn refused(&self, row: &Claimed, why: &str) -> Result<()> {
        tracing::warn!(why, subject = row.subject, "Slack refused a message");
        self.settle(row, State::Failed, None, Some(why)).await
    }

    async fn hold(&self, row: &Claimed, channel: &ChannelId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !outbox::hold(&mut tx, row, channel).await? {
            return lost(row);
        }
        self.oversight.held(&mut tx, row, channel).await?;
        tx.commit().await?;
        self.bell.ring();
        Ok(())
    }

    async fn put_back(
        &self,
        row: &Claimed,
        after: Option<Duration>,
        uncertain: bool,
        why: &str,
    ) -> Result<()> {
        let now = millis(self.clock.now());
        let partners = row.audience != Audience::Internal;
        if row.attempts >= ATTEMPTS && after.is_none() {
            if uncertain && partners {
                return self.settle(row, State::Unconfirmed, None, Some(why)).await;
            }
            if now - row.created_at > patience_ms(row) {
                return self.settle(row, State::Failed, None, Some(why)).await;
            }
        }
        let wait = after.map_or_else(
            || 250_i64 << row.attempts.clamp(0, 9),
            |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX),
        );
        let mut tx = self.db.begin().await?;
        let ours = outbox::retry_later(&mut tx, row, now.saturating_add(wait), uncertain, why).await?;
        failpoint!("outbox.put_back");
        tx.commit().await?;
        if !ours {
            return lost(row);
        }
        // The wait is real time, whatever the clock says.
        self.bell.ring_in(Duration::from_millis(u64::try_from(wait).unwrap_or(0) + 5));
        Ok(())
    }

    /// Tried for as long as the lease is renewed: what Slack has must not be sent again for want of a commit.
    async fn settle(
        &self,
        row: &Claimed,
        state: State,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_settle(row, state, at, error).await {
                Err(fault) if tried < SETTLEMENTS => {
                    tracing::error!(%fault, subject = row.subject, "a send could not be written down; trying again");
                    pulse::got_on();
                    tokio::time::sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }

    async fn try_settle(
        &self,
        row: &Claimed,
        state: State,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !outbox::settle(&mut tx, row, state, millis(self.clock.now()), at, error).await? {
            return lost(row);
        }
        self.oversight.settled(&mut tx, row, state, at, error).await?;
        failpoint!("outbox.settle");
        tx.commit().await?;
        failpoint!("outbox.settled");
        self.bell.ring();
        Ok(())
    }
}

/// For how long passing faults are endured: a note to a partner goes stale, a response URL is good for half an hour.
fn patience_ms(row: &Claimed) -> i64 {
    const MINUTE: i64 = 60_000;
    match (&row.audience, &row.action) {
        (Audience::Partner(_), _) => 60 * MINUTE,
        (_, outbox::Action::Respond { .. }) => 25 * MINUTE,
        _ => 24 * 60 * MINUTE,
    }
}

/// Another worker has taken the row over; what becomes of it is that one's to say.
fn lost(row: &Claimed) -> Result<()> {
    tracing::warn!(seq = row.seq, subject = row.subject, "a message was taken over by another worker");
    Ok(())
}
