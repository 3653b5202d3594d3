//! Sends what the outbox holds.

mod sides;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::outbox::{self, Audience, Claimed, Fate, Rank};
use super::wake::Bell;
use super::{FALLBACK, PAUSE};
use crate::failpoint;
use crate::kernel::clock::Clock;
use crate::kernel::error::{NotNow, Result};
use crate::kernel::ids::ChannelId;
use crate::kernel::pulse::{self, Pulse};
use crate::store::{Db, millis};

pub use sides::{At, Carrier, Oversight, Sent, Verdict};

/// So many lanes are served at once.
const LANES: usize = 16;
/// So many of them are kept for what partners read and for answers to people who wait.
const RESERVED: usize = 4;
/// So often, at the least, a call is tried that meets a passing fault.
const FAULTS: i64 = 8;
/// So long, in milliseconds, what our own people read is tried while Slack takes what came later.
const PASSED_MS: i64 = 30 * 60_000;
/// How often it is tried to write down what became of a row when the database fails: what Slack has, and what it
/// certainly has not, must not become unknown.
const SETTLEMENTS: u32 = 30;

/// What is to be done with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Send,
    /// Not now; after this long, or after a while that grows with every fault.
    Later(Option<Duration>, String),
    Hold(ChannelId),
    /// It stands there already.
    Found((String, String)),
    /// It is not sent: why.
    End(Fate, String),
    /// Another worker has it.
    Lost,
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
    /// A message that may have arrived is not looked for before this long: Slack can be late to finish a call.
    pub doubt: Duration,
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
            let (rows, all) =
                if idle { (Vec::new(), true) } else { self.pulse.step(self.claim(&in_hand)).await };
            for row in rows {
                let (seq, rank, this) = (row.seq, row.rank, self.clone());
                let task = sends.spawn(async move { this.pulse.step(this.carry(row)).await });
                in_hand.insert(task.id(), (seq, rank));
            }
            if stop.is_cancelled() && sends.is_empty() {
                return Ok(());
            }
            if !all {
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
                () = tokio::time::sleep(FALLBACK.min(self.lease)) => {}
            }
        }
    }

    /// The next rows, as many as there are lanes free for their rank, and whether those are all that may be sent now.
    async fn claim(&self, in_hand: &HashMap<Id, (i64, Rank)>) -> (Vec<Claimed>, bool) {
        let free = LANES.saturating_sub(in_hand.len());
        let ordinary = in_hand.values().filter(|(_, rank)| *rank == Rank::Ordinary).count();
        let (least, limit) = match free.min((LANES - RESERVED).saturating_sub(ordinary)) {
            0 => (Rank::Answer, free),
            limit => (Rank::Ordinary, limit),
        };
        if limit == 0 {
            return (Vec::new(), true);
        }
        let now = millis(self.clock.now());
        match outbox::claim(&self.db, now, self.lease, least, i64::try_from(limit).unwrap_or(1)).await {
            Ok(rows) => {
                let all = rows.len() < limit;
                (rows, all)
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read; trying again");
                tokio::time::sleep(PAUSE).await;
                (Vec::new(), true)
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
        let (shown, step) = match self.check(&row).await {
            Ok(checked) => checked,
            // Nothing was sent in the meantime: what is known of its fate stays known.
            Err(error) => return self.put_back(&row, None, row.uncertain, &error.to_string()).await,
        };
        match step {
            Step::Send => self.send(&row, shown).await,
            Step::Later(after, why) => self.put_back(&row, after, row.uncertain, &why).await,
            Step::Hold(channel) => self.hold(&row, &channel).await,
            Step::Found((channel, ts)) => self.settle(&row, Fate::Sent, Some((&channel, &ts)), None).await,
            Step::End(fate, why) => self.settle(&row, fate, None, Some(&why)).await,
            Step::Lost => lost(&row),
        }
    }

    /// What is to be done with a row: everything that comes before the send, and where the thing stands that it refers to.
    async fn check(&self, row: &Claimed) -> Result<(At, Step)> {
        let unreadable = if row.is_for_partner() && row.uncertain { Fate::Unconfirmed } else { Fate::Failed };
        let mut tx = self.db.read().await?;
        let shown = match &row.action {
            outbox::Action::Update { of, .. } => outbox::shown_at(&mut tx, of).await?,
            outbox::Action::Post { thread: Some(outbox::Thread::Of(of)), .. } => {
                outbox::shown_at(&mut tx, of).await?
            }
            outbox::Action::Unreadable => {
                let why = "another version of Tandem wrote it, and this one cannot read it";
                return Ok((None, Step::End(unreadable, why.to_owned())));
            }
            _ => None,
        };
        tx.rollback().await?;
        if let Some(step) = self.reconcile(row, shown.clone()).await {
            return Ok((shown, step));
        }
        let step = match self.oversight.may_go(row, shown.as_ref()).await? {
            Verdict::Go => Step::Send,
            Verdict::Later(after, why) => Step::Later(Some(after), why),
            Verdict::Hold(channel) => Step::Hold(channel),
            Verdict::Drop(why) => Step::End(Fate::Dropped, why),
        };
        if step != Step::Send {
            return Ok((shown, step));
        }
        let mut tx = self.db.read().await?;
        let ours = outbox::is_ours(&mut tx, row).await?;
        tx.rollback().await?;
        failpoint!("outbox.checked");
        Ok((shown, if ours { Step::Send } else { Step::Lost }))
    }

    /// What may stand there already is looked for first; `None` where nothing is found and it may be sent.
    ///
    /// What partners read is looked for always: the database may be of an older day than it says, or somebody sends
    /// once more what Slack was late with. Where its fate is unknown, it is never sent again by us.
    async fn reconcile(&self, row: &Claimed, shown: At) -> Option<Step> {
        if !row.uncertain && !row.is_for_partner() {
            return None;
        }
        match self.find(row, shown).await {
            Ok(Some(at)) => Some(Step::Found(at)),
            Ok(None) if row.uncertain && row.is_for_partner() => {
                Some(Step::End(Fate::Unconfirmed, "its fate is unknown".to_owned()))
            }
            Ok(None) => None,
            // Our own people had rather read it twice than never.
            Err(not_now) if !row.is_for_partner() && not_now.after.is_none() && row.faults + 1 >= FAULTS => {
                tracing::warn!(
                    why = not_now.why,
                    subject = row.subject,
                    "a message could not be looked for and is sent again"
                );
                None
            }
            Err(not_now) => Some(Step::Later(not_now.after, not_now.why)),
        }
    }

    async fn find(&self, row: &Claimed, shown: At) -> Result<At, NotNow> {
        failpoint!("outbox.find");
        let found = self.carrier.find(row, shown).await;
        failpoint!("outbox.found");
        found
    }

    async fn send(&self, row: &Claimed, shown: At) -> Result<()> {
        failpoint!("outbox.send");
        let sent = self.carrier.send(row, shown.clone()).await;
        failpoint!("outbox.sent");
        match sent {
            Sent::Arrived(at) => {
                let at = at.as_ref().map(|(c, t)| (c.as_str(), t.as_str()));
                self.settle(row, Fate::Sent, at, None).await
            }
            Sent::Later(after, why) => self.put_back(row, after, false, &why).await,
            Sent::Refused(why) => self.refused(row, &why).await,
            Sent::Closed(code) => match self.oversight.closed(row, shown.as_ref(), &code).await {
                Ok(Some(channel)) => self.hold(row, &channel).await,
                Ok(None) => self.refused(row, &format!("Slack refused it: {code}")).await,
                Err(error) => self.put_back(row, None, false, &error.to_string()).await,
            },
            Sent::Unknown(why) => self.put_back(row, None, true, &why).await,
        }
    }

    async fn refused(&self, row: &Claimed, why: &str) -> Result<()> {
        tracing::warn!(why, subject = row.subject, "Slack refused a message");
        self.settle(row, Fate::Failed, None, Some(why)).await
    }

    async fn hold(&self, row: &Claimed, channel: &ChannelId) -> Result<()> {
        self.insist(row, || async move {
            let mut tx = self.db.begin().await?;
            if !outbox::hold(&mut tx, row, channel).await? {
                return lost(row);
            }
            self.oversight.held(&mut tx, row, channel).await?;
            failpoint!("outbox.hold");
            tx.commit().await?;
            self.bell.ring();
            Ok(())
        })
        .await
    }

    /// After a passing fault, or until Slack or the check said (`after`); after too many of them it is given up.
    async fn put_back(
        &self,
        row: &Claimed,
        after: Option<Duration>,
        uncertain: bool,
        why: &str,
    ) -> Result<()> {
        let now = millis(self.clock.now());
        let faults = row.faults + i64::from(after.is_none());
        let stale = now - row.delayed_at.unwrap_or(now) > patience_ms(row);
        let tried = faults >= FAULTS;
        match (row.is_for_partner(), uncertain) {
            // Only a person can look further.
            (true, true) if tried || stale => {
                return self.settle(row, Fate::Unconfirmed, None, Some(why)).await;
            }
            (true, false) if stale => return self.give_up(row, why).await,
            (false, _) if tried && (stale || self.holds_others_up(row, now).await.unwrap_or(false)) => {
                return self.give_up(row, why).await;
            }
            _ => {}
        }
        let in_ms = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        let mut wait = after.map_or_else(|| 250_i64 << faults.clamp(1, 7), in_ms);
        if uncertain && matches!(row.action, outbox::Action::Post { .. }) {
            wait = wait.max(in_ms(self.doubt));
        }
        self.insist(row, || async move {
            let mut tx = self.db.begin().await?;
            let again = outbox::Again { wait, uncertain, faults, why };
            let ours = outbox::retry_later(&mut tx, row, now, again).await?;
            failpoint!("outbox.put_back");
            tx.commit().await?;
            if !ours {
                return lost(row);
            }
            // The wait is real time, whatever the clock says.
            self.bell.ring_in(Duration::from_millis(u64::try_from(wait).unwrap_or(0) + 5));
            Ok(())
        })
        .await
    }

    /// Slack takes what came later, and has not taken this for long: those behind it in its lane need not wait a day.
    async fn holds_others_up(&self, row: &Claimed, now: i64) -> Result<bool> {
        if now - row.delayed_at.unwrap_or(now) <= PASSED_MS {
            return Ok(false);
        }
        let mut tx = self.db.read().await?;
        let passed = outbox::was_passed(&mut tx, row.seq).await?;
        tx.rollback().await?;
        Ok(passed)
    }

    async fn give_up(&self, row: &Claimed, why: &str) -> Result<()> {
        tracing::warn!(why, subject = row.subject, "a message was given up");
        self.settle(row, Fate::Failed, None, Some(&format!("it could not be sent in time ({why})"))).await
    }

    async fn settle(
        &self,
        row: &Claimed,
        fate: Fate,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        self.insist(row, || self.try_settle(row, fate, at, error)).await
    }

    /// Writes down what became of a row, again and again while the database fails.
    async fn insist<F: Future<Output = Result<()>>>(
        &self,
        row: &Claimed,
        write: impl Fn() -> F,
    ) -> Result<()> {
        let mut tried = 0;
        loop {
            tried += 1;
            match write().await {
                Err(fault) if tried < SETTLEMENTS => {
                    tracing::error!(%fault, subject = row.subject, "what became of a message could not be written down; trying again");
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
        fate: Fate,
        at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !outbox::settle(&mut tx, row, fate, millis(self.clock.now()), at, error).await? {
            return lost(row);
        }
        self.oversight.settled(&mut tx, row, fate, at, error).await?;
        failpoint!("outbox.settle");
        tx.commit().await?;
        failpoint!("outbox.settled");
        self.bell.ring();
        Ok(())
    }
}

/// For how long, from the first one on, faults and waits are endured: a note to a partner goes stale, a response URL is
/// good for half an hour.
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
