//! Claims envelopes and hands each to the one handler.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::inbox::{self, Again, Claim, Claimed, Inbox};
use super::wake::Bell;
use super::{FALLBACK, LONGEST_MS, PAUSE};
use crate::failpoint;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, NotNow, Result};
use crate::kernel::ids;
use crate::kernel::pulse::Pulse;
use crate::store::{Db, Tx, millis};

/// So many are claimed at once.
const CLAIM: i64 = 256;
/// While so many lanes are under way, no more are claimed.
const LANES: usize = 32;
/// How often an envelope may fail before it is buried.
const FAULTS: i64 = 5;
/// Somebody waits for the answer: tell them rather than try for long.
const URGENT_FAULTS: i64 = 3;
/// An envelope with which in hand the process ended this often may be what ends it: no other such is in hand beside it,
/// so that the ends of the process are counted for it alone.
const SUSPECT: i64 = 5;
/// An envelope with which in hand the process ended this often is buried unopened, when it is the first of its lane.
const LIVES: i64 = 20;
/// Who waits is told that it takes longer when this is not enough, in milliseconds.
const PROMPT_MS: i64 = 2_500;
/// What somebody did is worth doing for so long, while Slack is out of reach, in milliseconds.
const PATIENCE_MS: i64 = 10 * 60_000;

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
    /// Handles one. A user's error is answered inside; an `Err` or a panic is a fault and is tried again, and what
    /// cannot be done now is, for as long as it takes, without being counted as one.
    fn handle(&self, claimed: &Claimed) -> impl Future<Output = Result<Handled>> + Send;

    /// Tells the user, where there is one, that it takes longer. Called in the transaction that puts it back, each time.
    fn delayed(&self, tx: &mut Tx, claimed: &Claimed) -> impl Future<Output = Result<()>> + Send;

    /// Tells the user, where there is one, that it failed for good. Called in the transaction that buries it.
    fn gave_up(
        &self,
        tx: &mut Tx,
        claimed: &Claimed,
        reference: &str,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// One of the two workers.
#[derive(Debug)]
pub struct Intake<H> {
    /// For clicks, commands and submissions, or for the rest.
    pub urgent: bool,
    /// Where the envelopes are.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Wakes the worker.
    pub inbox: Inbox,
    /// Rung after a commit that enqueued.
    pub bell: Bell,
    /// Handles.
    pub handler: Arc<H>,
    /// How long a claim outlives a worker that is gone.
    pub lease: Duration,
    /// Beats with every look at the inbox and every envelope.
    pub pulse: Pulse,
}

/// The lanes under way, each with its envelopes.
#[derive(Default)]
struct Hand {
    lanes: JoinSet<Vec<Claim>>,
    claimed: HashMap<Id, Vec<i64>>,
    suspect: Option<Id>,
}

impl Hand {
    fn is_full(&self) -> bool {
        self.lanes.len() >= LANES || self.suspect.is_some()
    }

    fn ended(&mut self, lane: Id) {
        self.claimed.remove(&lane);
        self.suspect = self.suspect.filter(|suspect| *suspect != lane);
    }
}

/// What a lane's worker goes on with after an envelope.
enum Next {
    /// The next one; this one caused nothing and is yet to be marked.
    Mark,
    /// The next one.
    On,
    /// Nothing: the lane waits for this one.
    Wait,
}

impl<H: Handler> Intake<H> {
    /// Runs until cancelled; the envelope that a lane has in hand is finished first.
    ///
    /// A database that fails is waited for: what is on disk stays there.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<()> {
        let mut hand = Hand::default();
        let mut renewal = tokio::time::interval(self.lease / 3);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Something may be there that nobody has claimed. What comes for a lane that is in hand is seen when that ends.
        let mut news = true;
        loop {
            if news && !stop.is_cancelled() && !hand.is_full() {
                let idle = hand.lanes.is_empty();
                if let Some(claimed) = self.pulse.step(self.claim()).await {
                    let whole = claimed.len() == usize::try_from(CLAIM).unwrap_or(usize::MAX);
                    let given_back = self.take(claimed, &mut hand, &stop).await;
                    if whole && !hand.is_full() {
                        continue;
                    }
                    news = whole || given_back || !idle;
                }
            }
            if stop.is_cancelled() && hand.lanes.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(ended) = hand.lanes.join_next_with_id() => {
                    self.pulse.step(self.ended(ended, &mut hand)).await;
                    if news && !self.urgent && !hand.is_full() && !stop.is_cancelled() {
                        self.inbox.calm().await;
                    }
                }
                () = self.inbox.arrived(self.urgent), if !stop.is_cancelled() => {
                    news = true;
                    if !self.urgent {
                        self.inbox.calm().await;
                    }
                }
                () = self.clock.moved(), if !stop.is_cancelled() => news = true,
                _ = renewal.tick(), if !hand.lanes.is_empty() => self.pulse.step(self.renew(&hand)).await,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = tokio::time::sleep(FALLBACK.min(self.lease)) => news = true,
            }
        }
    }

    /// `None` when the database did not answer.
    async fn claim(&self) -> Option<Vec<Claimed>> {
        match inbox::claim(&self.db, self.urgent, millis(self.clock.now()), self.lease, CLAIM).await {
            Ok(claimed) => Some(claimed),
            Err(error) => {
                tracing::error!(%error, "the inbox cannot be read; trying again");
                tokio::time::sleep(PAUSE).await;
                None
            }
        }
    }

    /// Begins with the lanes; of those that may end the process with the first alone, the others are given back, which is
    /// answered.
    async fn take(
        self: &Arc<Self>,
        claimed: Vec<Claimed>,
        hand: &mut Hand,
        stop: &CancellationToken,
    ) -> bool {
        let (suspects, mut lanes): (Vec<_>, Vec<_>) = by_lane(claimed).partition(|lane| is_suspect(lane));
        let mut suspects = suspects.into_iter();
        let suspect = suspects.next();
        let spared: Vec<Claim> = suspects.flatten().map(|one| one.claim).collect();
        if let Err(error) = inbox::release(&self.db, &spared).await {
            tracing::error!(%error, "lanes could not be given back; they are taken up when their lease ends");
        }
        let alone = suspect.is_some();
        lanes.extend(suspect);
        for lane in lanes {
            let seqs = lane.iter().map(|one| one.claim.seq).collect();
            let (this, stop) = (self.clone(), stop.clone());
            let task = hand.lanes.spawn(async move { this.handle_lane(lane, &stop).await }).id();
            hand.claimed.insert(task, seqs);
            // The last one, if there is one.
            hand.suspect = Some(task).filter(|_| alone);
        }
        !spared.is_empty()
    }

    async fn renew(&self, hand: &Hand) {
        let seqs: Vec<i64> = hand.claimed.values().flatten().copied().collect();
        if let Err(error) = inbox::renew(&self.db, &seqs, self.lease).await {
            tracing::error!(%error, "what is under way could not be kept claimed");
        }
    }

    /// Marks what the lanes that have ended found to cause nothing, many in one commit.
    async fn ended(&self, first: Result<(Id, Vec<Claim>), JoinError>, hand: &mut Hand) {
        let mut caused_nothing = Vec::new();
        let mut next = Some(first);
        while let Some(ended) = next {
            match ended {
                Ok((id, mut claims)) => {
                    hand.ended(id);
                    caused_nothing.append(&mut claims);
                }
                Err(error) => {
                    hand.ended(error.id());
                    tracing::error!(%error, "a lane ended; its envelopes are taken up when their lease ends");
                }
            }
            next = hand.lanes.try_join_next_with_id();
        }
        if let Err(error) = inbox::done_all(&self.db, &caused_nothing).await {
            tracing::error!(%error, "envelopes that caused nothing could not be marked; they are looked at again");
        }
    }

    /// One after the other; gives those that caused nothing and are yet to be marked.
    async fn handle_lane(&self, lane: Vec<Claimed>, stop: &CancellationToken) -> Vec<Claim> {
        let mut caused_nothing = Vec::new();
        for (at, one) in lane.iter().enumerate() {
            let next = match ends(one) >= LIVES {
                _ if stop.is_cancelled() => Ok(Next::Wait),
                // Those behind it were only claimed with it.
                true if at == 0 => self.bury(one, "the process ended each time that this was handled").await,
                _ => self.pulse.step(self.handle_one(one)).await,
            };
            match next {
                Ok(Next::Mark) => caused_nothing.push(one.claim),
                Ok(Next::On) => {}
                Ok(Next::Wait) => {
                    let from = if stop.is_cancelled() { at } else { at + 1 };
                    let rest: Vec<Claim> = lane[from..].iter().map(|one| one.claim).collect();
                    if let Err(error) = inbox::release(&self.db, &rest).await {
                        tracing::error!(%error, "a lane could not be given back; it is taken up when its lease ends");
                    }
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, "a lane waits until its lease ends");
                    break;
                }
            }
        }
        caused_nothing
    }

    async fn handle_one(&self, one: &Claimed) -> Result<Next> {
        let handled = AssertUnwindSafe(self.handler.handle(one)).catch_unwind().await;
        let error = match handled {
            Ok(Ok(Handled::Saved)) => return Ok(Next::On),
            Ok(Ok(Handled::Ignored)) => return Ok(Next::Mark),
            Ok(Err(Error::NotNow(not_now))) => return self.not_now(one, &not_now).await,
            Ok(Err(Error::User(e))) => format!("a user's error was not answered: {}", e.text),
            Ok(Err(fault)) => fault.to_string(),
            Err(panic) => format!("the handler panicked: {}", words_of(&*panic)),
        };
        let urgent = one.envelope.kind.is_urgent();
        if one.faults + 1 >= if urgent { URGENT_FAULTS } else { FAULTS } {
            return self.bury(one, &error).await;
        }
        let wait = if urgent { 200 << one.faults.clamp(0, 4) } else { 2000 << one.faults.clamp(0, 7) };
        self.put_back(one, Again { wait, fault: true, why: &error }, false).await
    }

    /// Slack is out of reach: this is no fault of the envelope's, and is tried for as long as it is worth doing. Without
    /// a word from Slack the waits grow with its age.
    async fn not_now(&self, one: &Claimed, NotNow { after, why }: &NotNow) -> Result<Next> {
        let age = (millis(self.clock.now()) - one.received_at).max(0);
        let wait = after.map_or_else(
            || (age / 2).clamp(250, 30_000),
            |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX).clamp(250, LONGEST_MS),
        );
        let urgent = one.envelope.kind.is_urgent();
        if urgent && age + wait > PATIENCE_MS {
            return self.bury(one, why).await;
        }
        self.put_back(one, Again { wait, fault: false, why }, urgent && age + wait > PROMPT_MS).await
    }

    async fn put_back(&self, one: &Claimed, again: Again<'_>, tell: bool) -> Result<Next> {
        let mut tx = self.db.begin().await?;
        if !inbox::retry_later(&mut tx, one.claim, millis(self.clock.now()), again).await? {
            return Ok(self.lost(one));
        }
        if tell {
            self.handler.delayed(&mut tx, one).await?;
        }
        failpoint!("inbox.put_back");
        tx.commit().await?;
        let (kind, name) = (one.envelope.kind.as_str(), &one.envelope.name);
        tracing::warn!(error = again.why, kind, name, faults = one.faults, "envelope failed; trying again");
        self.bell.ring();
        // The wait is real time, whatever the clock says.
        self.inbox.wake_in(Duration::from_millis(u64::try_from(again.wait).unwrap_or(0) + 5));
        Ok(Next::Wait)
    }

    async fn bury(&self, one: &Claimed, error: &str) -> Result<Next> {
        let reference = ids::reference();
        let text = format!("{reference}: {error}");
        let mut tx = self.db.begin().await?;
        if !inbox::bury(&mut tx, one.claim, &text).await? {
            return Ok(self.lost(one));
        }
        match self.handler.gave_up(&mut tx, one, &reference).await {
            Ok(()) => {
                failpoint!("inbox.bury");
                tx.commit().await?;
            }
            Err(error) => {
                tracing::error!(%error, reference, "the user cannot be told that it failed");
                tx.rollback().await?;
                let mut tx = self.db.begin().await?;
                inbox::bury(&mut tx, one.claim, &text).await?;
                tx.commit().await?;
            }
        }
        let (kind, name) = (one.envelope.kind.as_str(), &one.envelope.name);
        tracing::error!(error, reference, kind, name, "envelope buried");
        self.bell.ring();
        Ok(Next::On)
    }

    /// Somebody else goes on with the lane.
    fn lost(&self, one: &Claimed) -> Next {
        tracing::warn!(seq = one.claim.seq, "an envelope was taken over by another worker");
        Next::Wait
    }
}

/// How often the process ended with this in hand.
fn ends(one: &Claimed) -> i64 {
    one.claim.attempt - one.faults - 1
}

fn is_suspect(lane: &[Claimed]) -> bool {
    lane.iter().any(|one| ends(one) >= SUSPECT)
}

fn by_lane(claimed: Vec<Claimed>) -> impl Iterator<Item = Vec<Claimed>> {
    let mut lanes: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
    for one in claimed {
        lanes.entry(one.envelope.lane.clone()).or_default().push(one);
    }
    lanes.into_values()
}

/// What a panic said.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
