//! The core by itself: claims, leases, lanes and ranks, on both databases, with no Slack behind it.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tandem::delivery::dispatch::{Carrier, Dispatch, Oversight, Sent, Verdict};
use tandem::delivery::envelope::{Envelope, Kind};
use tandem::delivery::inbox::{self, Inbox};
use tandem::delivery::intake::{Handled, Handler, Intake};
use tandem::delivery::outbox::{self, Action, Again, Destination, Fate, Outgoing, Rank};
use tandem::delivery::schedule;
use tandem::delivery::wake::{self, Bell};
use tandem::kernel::blocks::Message;
use tandem::kernel::clock::Clock;
use tandem::kernel::error::{Error, NotNow, Result};
use tandem::kernel::ids::ChannelId;
use tandem::kernel::pulse::Pulse;
use tandem::store::{Db, Synchronous, Tx, millis};
use tandem::{sql_all, sql_exec, sql_value};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::support::postgres::{CONNECTIONS, TestDatabase, database};
pub use crate::support::stage::Backend;
use crate::support::stage::START;

pub const LEASE: Duration = Duration::from_secs(30);

/// A database and nothing on it; `opened` are as many processes' handles on it.
pub struct House {
    pub db: Db,
    file: PathBuf,
    pub clock: Clock,
    postgres: Option<TestDatabase>,
    _folder: TempDir,
}

impl House {
    async fn on(backend: Backend) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tandem.db");
        let postgres = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(database().await?),
        };
        let db = match &postgres {
            Some(database) => Db::open_postgres(&database.url, CONNECTIONS).await.unwrap(),
            None => Db::open_sqlite(&file, Synchronous::Normal).await.unwrap(),
        };
        let clock = Clock::starting_at(START.parse().unwrap());
        Some(Self { db, file, clock, postgres, _folder: folder })
    }

    /// The handle of another process; on SQLite the only one there is.
    async fn another(&self) -> Db {
        match &self.postgres {
            Some(database) => Db::open_postgres(&database.url, CONNECTIONS).await.unwrap(),
            None => self.db.clone(),
        }
    }

    pub fn now(&self) -> i64 {
        millis(self.clock.now())
    }

    pub async fn receive(&self, envelopes: Vec<Envelope>) {
        let (inbox, committer) = Inbox::start(self.db.clone(), self.clock.clone());
        // Committed in as few batches as it takes.
        let accepted: Vec<_> = envelopes
            .into_iter()
            .map(|envelope| {
                let inbox = inbox.clone();
                async move { inbox.accept(envelope).await }
            })
            .collect();
        for accepted in futures_util::future::join_all(accepted).await {
            accepted.unwrap();
        }
        drop(inbox);
        committer.await.unwrap();
    }

    pub async fn claim(&self, db: &Db, lease: Duration, limit: i64) -> Vec<inbox::Claimed> {
        inbox::claim(db, false, self.now(), lease, limit).await.unwrap()
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        let mut tx = self.db.read().await.unwrap();
        sql_value!(&mut tx, i64, sql).unwrap()
    }
}

pub fn envelope(key: &str, lane: &str, urgent: bool) -> Envelope {
    Envelope {
        key: key.into(),
        kind: if urgent { Kind::Command } else { Kind::Event },
        name: "test".into(),
        lane: lane.into(),
        payload: "{}".into(),
        retry: None,
    }
}

fn keys(claimed: &[inbox::Claimed]) -> Vec<&str> {
    claimed.iter().map(|c| c.envelope.key.as_str()).collect()
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::run(super::Backend::Sqlite, super::$name);
            })+
        }
        mod postgres {
            $(#[test]
            fn $name() {
                super::run(super::Backend::Postgres, super::$name);
            })+
        }
    };
}

pub fn run<F, Fut>(backend: Backend, test: F)
where
    F: FnOnce(House) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        if let Some(house) = House::on(backend).await {
            test(house).await;
        }
    });
}

on_both!(
    a_lane_is_in_one_hand,
    a_lost_claim_settles_nothing,
    a_renewed_claim_is_not_taken,
    processes_that_settle_the_same_rows_do_not_block_each_other,
    a_renewal_does_not_wait_for_what_is_being_settled,
    a_lane_waits_for_its_retry,
    a_lane_that_waits_keeps_no_other_waiting,
    a_reference_has_no_wildcards,
    a_process_that_ended_is_no_fault_of_the_click,
    who_stands_behind_one_that_ends_the_process_is_not_buried_with_it,
    of_those_that_may_end_the_process_one_is_in_hand,
    what_cannot_be_done_now_is_done_later_and_never_counts,
    what_somebody_did_is_not_tried_for_ever,
    the_apology_is_in_the_commit_that_gives_up,
    four_workers_keep_every_lane_in_order,
    a_slow_handler_runs_once,
    a_panic_is_buried_with_its_words_and_retried_by_hand,
    a_commit_of_another_process_wakes,
    a_lost_send_settles_nothing,
    a_note_to_a_partner_goes_before_two_thousand_others,
    chatter_that_hangs_leaves_lanes_to_partners,
    of_many_edits_only_the_newest_is_sent,
    what_is_old_is_forgotten_and_repetitions_are_known,
    a_turn_is_taken_once,
);

async fn a_lane_is_in_one_hand(house: House) {
    let other = house.another().await;
    let all = [("x1", "X"), ("x2", "X"), ("y1", "Y"), ("x3", "X")];
    house.receive(all.iter().map(|(key, lane)| envelope(key, lane, false)).collect()).await;
    let first = house.claim(&house.db, LEASE, 1).await;
    assert_eq!(keys(&first), ["x1"]);
    let second = house.claim(&other, LEASE, 10).await;
    assert_eq!(keys(&second), ["y1"], "x2 waits for x1, whoever has it");
    inbox::done_all(&house.db, &[first[0].claim]).await.unwrap();
    assert_eq!(keys(&house.claim(&other, LEASE, 10).await), ["x2", "x3"]);
}

async fn a_lost_claim_settles_nothing(house: House) {
    let other = house.another().await;
    house.receive(vec![envelope("a", "X", false)]).await;
    let lost = house.claim(&house.db, Duration::ZERO, 1).await[0].claim;
    let held = house.claim(&other, LEASE, 1).await[0].claim;
    assert_eq!(held.attempt, 2);
    let mut tx = house.db.begin().await.unwrap();
    assert!(inbox::done(&mut tx, lost).await.is_err());
    tx.rollback().await.unwrap();
    let mut tx = house.db.begin().await.unwrap();
    assert!(!inbox::retry_later(&mut tx, lost, house.now(), failed(0)).await.unwrap());
    assert!(!inbox::bury(&mut tx, lost, "late").await.unwrap());
    tx.commit().await.unwrap();
    inbox::done_all(&house.db, &[lost]).await.unwrap();
    inbox::release(&house.db, &[lost]).await.unwrap();
    assert_eq!(house.number("SELECT COUNT(*) FROM inbox WHERE state = 1 AND attempts = 2").await, 1);
    let mut tx = other.begin().await.unwrap();
    inbox::done(&mut tx, held).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_renewed_claim_is_not_taken(house: House) {
    house.receive(vec![envelope("a", "X", false), envelope("b", "Y", false)]).await;
    let claimed = house.claim(&house.db, Duration::from_millis(1), 2).await;
    inbox::renew(&house.db, &[claimed[0].claim.seq], LEASE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(keys(&house.claim(&house.another().await, LEASE, 2).await), ["b"]);
}

/// On SQLite there is one writer at a time.
async fn processes_that_settle_the_same_rows_do_not_block_each_other(house: House) {
    let lanes: Vec<_> = (0..300).map(|n| envelope(&format!("k{n}"), &format!("L{n}"), false)).collect();
    house.receive(lanes).await;
    let other = house.another().await;
    for _ in 0..10 {
        let claimed = house.claim(&house.db, LEASE, 300).await;
        let claims: Vec<_> = claimed.iter().map(|c| c.claim).collect();
        let seqs: Vec<i64> = claims.iter().map(|c| c.seq).collect();
        let (mut turned, mut seqs_turned) = (claims.clone(), seqs.clone());
        turned.reverse();
        seqs_turned.reverse();
        let renewals = async {
            inbox::renew(&house.db, &seqs, LEASE).await.unwrap();
            inbox::renew(&other, &seqs_turned, LEASE).await.unwrap();
        };
        let settled = tokio::join!(
            inbox::release(&house.db, &claims),
            inbox::release(&other, &turned),
            inbox::renew(&other, &seqs_turned, LEASE),
            renewals,
        );
        settled.0.unwrap();
        settled.1.unwrap();
        settled.2.unwrap();
        assert_eq!(house.number("SELECT COUNT(*) FROM inbox WHERE state = 0 AND attempts = 0").await, 300);
    }
}

async fn a_renewal_does_not_wait_for_what_is_being_settled(house: House) {
    if house.db.name() == "SQLite" {
        return;
    }
    house.receive(vec![envelope("a", "X", false), envelope("b", "Y", false)]).await;
    let claimed = house.claim(&house.db, Duration::from_millis(1), 2).await;
    let (settling, other) = (claimed[0].claim, claimed[1].claim);
    let mut tx = house.db.begin().await.unwrap();
    inbox::done(&mut tx, settling).await.unwrap();
    let both = [settling.seq, other.seq];
    let renewal = inbox::renew(&house.db, &both, LEASE);
    tokio::time::timeout(Duration::from_secs(5), renewal).await.expect("it does not wait").unwrap();
    tx.commit().await.unwrap();
    assert!(house.claim(&house.another().await, LEASE, 2).await.is_empty(), "one is done, one renewed");
}

fn failed(wait: i64) -> inbox::Again<'static> {
    inbox::Again { wait, fault: true, why: "no" }
}

async fn put_back(house: &House, claim: inbox::Claim, again: inbox::Again<'_>) {
    let mut tx = house.db.begin().await.unwrap();
    assert!(inbox::retry_later(&mut tx, claim, house.now(), again).await.unwrap());
    tx.commit().await.unwrap();
}

async fn a_lane_waits_for_its_retry(house: House) {
    house.receive(vec![envelope("a", "X", false), envelope("b", "X", false)]).await;
    let claimed = house.claim(&house.db, LEASE, 2).await;
    put_back(&house, claimed[0].claim, failed(60_000)).await;
    inbox::release(&house.db, &[claimed[1].claim]).await.unwrap();
    assert!(house.claim(&house.db, LEASE, 2).await.is_empty());
    house.clock.advance_to(house.clock.now() + Duration::from_secs(61));
    let again = house.claim(&house.db, LEASE, 2).await;
    assert_eq!(keys(&again), ["a", "b"]);
    assert_eq!((again[0].claim.attempt, again[1].claim.attempt), (2, 1), "what was given back was not tried");
}

async fn a_reference_has_no_wildcards(house: House) {
    house.receive(vec![envelope("fails", "X", true)]).await;
    work(&house, true, 1, LEASE).await;
    let mut tx = house.db.read().await.unwrap();
    for which in ["%", "______", ""] {
        assert_eq!(inbox::find(&mut tx, which).await.unwrap(), None, "{which:?}");
    }
}

async fn a_lane_that_waits_keeps_no_other_waiting(house: House) {
    house.receive((0..4_200).map(|n| envelope(&format!("x{n}"), "X", false)).collect()).await;
    let claimed = house.claim(&house.db, LEASE, 1).await;
    put_back(&house, claimed[0].claim, failed(60_000)).await;
    house.receive(vec![envelope("y", "Y", false)]).await;
    assert_eq!(keys(&house.claim(&house.db, LEASE, 10).await), ["y"], "however long the other lane is");
}

async fn a_process_that_ended_is_no_fault_of_the_click(house: House) {
    house.receive(vec![envelope("stutters", "X", true)]).await;
    for _ in 0..3 {
        let lost = inbox::claim(&house.db, true, house.now(), Duration::ZERO, 1).await.unwrap();
        assert_eq!(lost.len(), 1, "claimed by a process that is gone");
    }
    assert_eq!(work(&house, true, 1, LEASE).await, [("X".into(), "stutters".into())]);
}

async fn who_stands_behind_one_that_ends_the_process_is_not_buried_with_it(house: House) {
    house.receive(vec![envelope("a", "X", false), envelope("b", "X", false)]).await;
    for _ in 0..21 {
        assert_eq!(house.claim(&house.db, Duration::ZERO, 10).await.len(), 2, "by a process that is gone");
    }
    let told = work(&house, false, 1, LEASE).await;
    assert_eq!(told, [("gave up".into(), "a".into()), ("X".into(), "b".into())]);
}

async fn of_those_that_may_end_the_process_one_is_in_hand(house: House) {
    house
        .receive((0..4).map(|n| envelope(&format!("counts:{n}"), &format!("lane {n}"), false)).collect())
        .await;
    for _ in 0..6 {
        assert_eq!(house.claim(&house.db, Duration::ZERO, 10).await.len(), 4, "by a process that is gone");
    }
    let told = work(&house, false, 1, LEASE).await;
    let in_hand: Vec<&str> =
        told.iter().filter(|(what, _)| what == "in hand").map(|(_, n)| n.as_str()).collect();
    assert_eq!(in_hand, ["1"; 4]);
    assert_eq!(house.number("SELECT COUNT(*) FROM inbox WHERE state = 2 AND attempts = 7").await, 4);
}

async fn what_cannot_be_done_now_is_done_later_and_never_counts(house: House) {
    house.receive(vec![envelope("later:event", "X", false), envelope("after", "X", false)]).await;
    let told = work(&house, false, 1, LEASE).await;
    assert_eq!(told, [("X".into(), "later:event".into()), ("X".into(), "after".into())], "in their order");
    house.receive(vec![envelope("later:click", "X", true)]).await;
    assert_eq!(work(&house, true, 1, LEASE).await, [("X".into(), "later:click".into())]);
    assert_eq!(house.number("SELECT MAX(attempts) FROM inbox").await, 1);
    assert_eq!(house.number("SELECT MAX(faults) FROM inbox").await, 0);
}

async fn what_somebody_did_is_not_tried_for_ever(house: House) {
    house.receive(vec![envelope("never", "X", true)]).await;
    let started = house.now();
    let moving = async {
        // Slack's trouble lasts; the clock is moved so that this does not.
        for minutes in [1_u64, 9, 11] {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let at = started + i64::try_from(minutes).unwrap() * 60_000;
            house.clock.advance_to(tandem::store::instant(at).unwrap());
        }
    };
    let (told, ()) = tokio::join!(work(&house, true, 1, LEASE), moving);
    assert_eq!(told.first(), Some(&("delayed".to_owned(), "never".to_owned())), "told early: {told:?}");
    assert_eq!(told.last(), Some(&("gave up".to_owned(), "never".to_owned())));
}

async fn the_apology_is_in_the_commit_that_gives_up(house: House) {
    house.receive(vec![envelope("fails", "X", true), envelope("untellable", "Y", true)]).await;
    let told = work(&house, true, 1, LEASE).await;
    assert_eq!(told, [("gave up".into(), "fails".into())]);
    assert_eq!(house.number("SELECT COUNT(*) FROM outbox WHERE key = 'apology:fails'").await, 1);
    assert_eq!(house.number("SELECT COUNT(*) FROM outbox").await, 1);
    assert_eq!(house.number("SELECT COUNT(*) FROM inbox WHERE state = 3").await, 2);
}

type Told = Mutex<Vec<(String, String)>>;

/// Notes what it handles, in the order of the commits; a name decides what else it does.
struct Notes {
    db: Db,
    clock: Clock,
    told: Arc<Told>,
}

impl Handler for Notes {
    async fn handle(&self, claimed: &inbox::Claimed) -> Result<Handled> {
        let envelope = &claimed.envelope;
        match envelope.key.split(':').next() {
            Some("slow") => tokio::time::sleep(Duration::from_millis(700)).await,
            Some("counts") => {
                let mut tx = self.db.read().await?;
                let in_hand = sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM inbox WHERE state = 1")?;
                self.told.lock().unwrap().push(("in hand".into(), in_hand.to_string()));
            }
            Some("panics") => panic!("no such luck as {}", 7),
            Some("fails" | "untellable") => return Err(Error::fault("out of order")),
            Some("stutters") if claimed.faults == 0 => return Err(Error::fault("out of order")),
            Some("later") if claimed.received_at + 1_500 > millis(self.clock.now()) => {
                let after = Some(Duration::from_millis(100));
                return Err(Error::NotNow(NotNow { after, why: "ratelimited".into() }));
            }
            Some("never") => return Err(Error::NotNow(NotNow { after: None, why: "ratelimited".into() })),
            _ => tokio::task::yield_now().await,
        }
        let mut tx = self.db.begin().await?;
        inbox::done(&mut tx, claimed.claim).await?;
        self.told.lock().unwrap().push((envelope.lane.clone(), envelope.key.clone()));
        tx.commit().await?;
        Ok(Handled::Saved)
    }

    async fn delayed(&self, _tx: &mut Tx, claimed: &inbox::Claimed) -> Result<()> {
        self.told.lock().unwrap().push(("delayed".into(), claimed.envelope.key.clone()));
        Ok(())
    }

    async fn gave_up(&self, tx: &mut Tx, claimed: &inbox::Claimed, _reference: &str) -> Result<()> {
        let key = claimed.envelope.key.clone();
        if key.starts_with("untellable") {
            return Err(Error::fault("nobody can be told"));
        }
        outbox::enqueue(tx, 0, &post(&format!("apology:{key}"), "C1")).await?;
        self.told.lock().unwrap().push(("gave up".into(), key));
        Ok(())
    }
}

/// Workers that run until everything is settled, each as a process of its own.
async fn work(house: &House, urgent: bool, workers: usize, lease: Duration) -> Vec<(String, String)> {
    let told = Arc::new(Told::default());
    let stop = CancellationToken::new();
    let mut running = Vec::new();
    for _ in 0..workers {
        let db = house.another().await;
        let (inbox, _committer) = Inbox::start(db.clone(), house.clock.clone());
        let handler = Arc::new(Notes { db: db.clone(), clock: house.clock.clone(), told: told.clone() });
        let pulse = Pulse::new("worker", LEASE);
        let intake = Intake {
            urgent,
            db,
            clock: house.clock.clone(),
            inbox,
            bell: Bell::default(),
            handler,
            lease,
            pulse,
        };
        running.push(tokio::spawn(Arc::new(intake).run(stop.clone())));
    }
    let end = tokio::time::Instant::now() + Duration::from_secs(40);
    while house.number("SELECT COUNT(*) FROM inbox WHERE state < 2").await > 0 {
        assert!(tokio::time::Instant::now() < end, "not settled");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    for worker in running {
        worker.await.unwrap().unwrap();
    }
    let told = told.lock().unwrap();
    told.clone()
}

async fn four_workers_keep_every_lane_in_order(house: House) {
    let all = (0..2_000).map(|n| envelope(&format!("{n:05}"), &format!("lane {}", n % 23), false)).collect();
    house.receive(all).await;
    let told = work(&house, false, 4, LEASE).await;
    assert_eq!(told.len(), 2_000, "each once");
    let mut by_lane: HashMap<String, Vec<String>> = HashMap::new();
    told.into_iter().for_each(|(lane, key)| by_lane.entry(lane).or_default().push(key));
    assert_eq!(by_lane.len(), 23);
    let mut tx = house.db.read().await.unwrap();
    for (lane, keys) in by_lane {
        let sql = "SELECT key FROM inbox WHERE lane = $1 ORDER BY seq";
        let arrived = sql_all!(&mut tx, (String,), sql, &lane).unwrap();
        assert_eq!(keys, arrived.into_iter().map(|(key,)| key).collect::<Vec<_>>(), "{lane}");
    }
}

async fn a_slow_handler_runs_once(house: House) {
    house.receive(vec![envelope("slow:1", "X", true), envelope("quick", "X", true)]).await;
    // The lease ends twice while the handler is at it.
    let told = work(&house, true, 2, Duration::from_millis(300)).await;
    assert_eq!(told, [("X".into(), "slow:1".into()), ("X".into(), "quick".into())]);
    assert_eq!(house.number("SELECT MAX(attempts) FROM inbox").await, 1);
}

async fn a_panic_is_buried_with_its_words_and_retried_by_hand(house: House) {
    house.receive(vec![envelope("panics", "X", true), envelope("after", "X", true)]).await;
    let told = work(&house, true, 1, LEASE).await;
    assert_eq!(told, [("gave up".into(), "panics".into()), ("X".into(), "after".into())]);
    // By hand, beside the process that works on the database.
    let visit = match &house.postgres {
        Some(_) => house.another().await,
        None => Db::visit_sqlite(&house.file).await.unwrap(),
    };
    let mut tx = visit.begin().await.unwrap();
    let stuck = inbox::stuck(&mut tx, 10).await.unwrap();
    assert_eq!(stuck.len(), 1);
    let (reference, why) = stuck[0].error.split_once(": ").unwrap();
    assert_eq!(
        (why, stuck[0].attempts, stuck[0].buried),
        ("the handler panicked: no such luck as 7", 3, true)
    );
    let found = inbox::find(&mut tx, &reference.to_lowercase()).await.unwrap().unwrap();
    assert_eq!((found.seq, found.payload.as_str()), (stuck[0].seq, "{}"));
    assert_eq!(inbox::find(&mut tx, &found.seq.to_string()).await.unwrap(), Some(found.clone()));
    assert_eq!(
        inbox::find(&mut tx, &(found.seq + 1).to_string()).await.unwrap(),
        None,
        "that one is handled"
    );
    assert!(inbox::retry_by_hand(&mut tx, found.seq).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(work(&house, true, 1, LEASE).await, [("gave up".into(), "panics".into())], "tried anew");
    let mut tx = visit.begin().await.unwrap();
    assert!(inbox::drop_by_hand(&mut tx, found.seq).await.unwrap());
    assert!(!inbox::drop_by_hand(&mut tx, found.seq).await.unwrap());
    assert!(inbox::stuck(&mut tx, 10).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    visit.close().await;
}

/// Well within the time after which a worker looks by itself.
async fn a_commit_of_another_process_wakes(house: House) {
    let stop = CancellationToken::new();
    let db = house.another().await;
    let (theirs, _committer) = Inbox::start(db.clone(), house.clock.clone());
    let told = Arc::new(Told::default());
    let handler = Arc::new(Notes { db: db.clone(), clock: house.clock.clone(), told: told.clone() });
    let intake = Intake {
        urgent: true,
        db: db.clone(),
        clock: house.clock.clone(),
        inbox: theirs.clone(),
        bell: Bell::default(),
        handler,
        lease: LEASE,
        pulse: Pulse::new("worker", LEASE),
    };
    let mut running = vec![tokio::spawn(Arc::new(intake).run(stop.clone()))];
    // On SQLite the one process wakes itself.
    let ours = match &db {
        Db::Postgres(pool) => {
            let wake = wake::run(pool.clone(), theirs, Bell::default(), stop.clone());
            running.push(tokio::spawn(wake));
            Inbox::start(house.db.clone(), house.clock.clone()).0
        }
        Db::Sqlite { .. } => theirs,
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let started = tokio::time::Instant::now();
    ours.accept(envelope("a", "X", true)).await.unwrap();
    while told.lock().unwrap().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(5), "nobody woke it");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    stop.cancel();
    for part in running {
        part.await.unwrap().unwrap();
    }
}

pub fn post(key: &str, channel: &str) -> Outgoing {
    Outgoing::post(key, Destination::Channel(channel.into()), Message::text(key))
}

pub async fn enqueue(house: &House, all: &[Outgoing]) {
    let mut tx = house.db.begin().await.unwrap();
    for out in all {
        outbox::enqueue(&mut tx, house.now(), out).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn a_lost_send_settles_nothing(house: House) {
    let other = house.another().await;
    enqueue(&house, &[post("a", "C1")]).await;
    let now = house.now();
    let lost = outbox::claim(&house.db, now, Duration::ZERO, Rank::Ordinary, 5).await.unwrap().remove(0);
    let held = outbox::claim(&other, now, LEASE, Rank::Ordinary, 5).await.unwrap().remove(0);
    assert!(!lost.uncertain && held.uncertain, "who takes over does not know what became of it");
    let mut tx = house.db.begin().await.unwrap();
    assert!(!outbox::is_ours(&mut tx, &lost).await.unwrap());
    assert!(outbox::is_ours(&mut tx, &held).await.unwrap());
    assert!(!outbox::settle(&mut tx, &lost, Fate::Failed, now, None, Some("late")).await.unwrap());
    let again = Again { wait: 0, uncertain: true, faults: 1, why: "late" };
    assert!(!outbox::retry_later(&mut tx, &lost, now, again).await.unwrap());
    assert!(outbox::settle(&mut tx, &held, Fate::Sent, now, Some(("C1", "1.2")), None).await.unwrap());
    tx.commit().await.unwrap();
}

/// Sends everything; those whose key begins with `hang` wait for a permit first.
struct Tape {
    sent: Mutex<Vec<String>>,
    gate: Semaphore,
}

impl Carrier for Tape {
    async fn send(&self, row: &outbox::Claimed, _shown: Option<(String, String)>) -> Sent {
        if row.key.starts_with("hang") {
            self.gate.acquire().await.unwrap().forget();
        }
        let text = match &row.action {
            Action::Post { message, .. } | Action::Update { message, .. } => message.text.clone(),
            other => format!("{other:?}"),
        };
        let mut sent = self.sent.lock().unwrap();
        sent.push(text);
        Sent::Arrived(Some(("C1".into(), format!("{}.0", sent.len()))))
    }

    async fn find(
        &self,
        _row: &outbox::Claimed,
        _shown: Option<(String, String)>,
    ) -> Result<Option<(String, String)>, NotNow> {
        Ok(None)
    }
}

struct Anything;

impl Oversight for Anything {
    async fn may_go(&self, _row: &outbox::Claimed, _shown: Option<&(String, String)>) -> Result<Verdict> {
        Ok(Verdict::Go)
    }

    async fn closed(
        &self,
        _row: &outbox::Claimed,
        _shown: Option<&(String, String)>,
        _code: &str,
    ) -> Result<Option<ChannelId>> {
        Ok(None)
    }

    async fn held(&self, _tx: &mut Tx, _row: &outbox::Claimed, _channel: &ChannelId) -> Result<()> {
        Ok(())
    }

    async fn settled(
        &self,
        _tx: &mut Tx,
        _row: &outbox::Claimed,
        _fate: Fate,
        _at: Option<(&str, &str)>,
        _error: Option<&str>,
    ) -> Result<()> {
        Ok(())
    }
}

/// Sends until `done` says that it is enough.
async fn dispatch(
    house: &House,
    tape: Arc<Tape>,
    bell: Bell,
    done: impl Fn(&[String]) -> bool,
) -> Vec<String> {
    let stop = CancellationToken::new();
    let dispatch = Dispatch {
        db: house.db.clone(),
        clock: house.clock.clone(),
        bell,
        carrier: tape.clone(),
        oversight: Arc::new(Anything),
        lease: LEASE,
        doubt: Duration::ZERO,
        pulse: Pulse::new("outbox", LEASE),
    };
    let running = tokio::spawn(Arc::new(dispatch).run(stop.clone()));
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    while !done(&tape.sent.lock().unwrap()) {
        assert!(tokio::time::Instant::now() < end, "not sent");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    tape.gate.add_permits(100);
    running.await.unwrap().unwrap();
    let sent = tape.sent.lock().unwrap();
    sent.clone()
}

fn tape() -> Arc<Tape> {
    Arc::new(Tape { sent: Mutex::default(), gate: Semaphore::new(0) })
}

async fn a_note_to_a_partner_goes_before_two_thousand_others(house: House) {
    let mut all: Vec<Outgoing> =
        (0..2_000).map(|n| post(&format!("chatter {n}"), &format!("C{}", n % 40))).collect();
    all.push(post("note", "CSHARED").to_partner("p".into()));
    enqueue(&house, &all).await;
    let sent = dispatch(&house, tape(), Bell::default(), |sent| sent.len() >= 60).await;
    let place = sent.iter().position(|text| text == "note").expect("it was sent");
    // What is taken up together ends in any order.
    assert!(place < 48, "among the first to be taken up: {place}");
}

async fn chatter_that_hangs_leaves_lanes_to_partners(house: House) {
    let hanging: Vec<Outgoing> = (0..30).map(|n| post(&format!("hang {n}"), &format!("C{n}"))).collect();
    enqueue(&house, &hanging).await;
    let (bell, late) = (Bell::default(), post("note", "CSHARED").to_partner("p".into()));
    let ring = async {
        // After the chatter has taken what it can.
        while house.number("SELECT COUNT(*) FROM outbox WHERE state = 'claimed'").await < 12 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        enqueue(&house, &[late]).await;
        bell.ring();
    };
    let (sent, ()) =
        tokio::join!(dispatch(&house, tape(), bell.clone(), |sent| sent.contains(&"note".to_owned())), ring);
    assert_eq!(sent[0], "note");
}

async fn of_many_edits_only_the_newest_is_sent(house: House) {
    enqueue(&house, &[post("card", "C1").showing("thing:1")]).await;
    let edits: Vec<Outgoing> =
        (1..=10).map(|n| Outgoing::update("thing:1", Message::text(format!("edit {n}")))).collect();
    enqueue(&house, &edits).await;
    // A card that is posted anew gets the edits that follow it.
    enqueue(&house, &[post("card again", "C1").showing("thing:1")]).await;
    enqueue(&house, &[Outgoing::update("thing:1", Message::text("edit 11"))]).await;
    let sent = dispatch(&house, tape(), Bell::default(), |sent| sent.len() >= 4).await;
    assert_eq!(sent, ["card", "edit 10", "card again", "edit 11"]);
}

async fn a_turn_is_taken_once(house: House) {
    let others = if house.db.name() == "Postgres" { 4 } else { 0 };
    let mut looks = Vec::new();
    for _ in 0..others {
        let db = house.another().await;
        looks.push(async move {
            let mut tx = db.begin().await.unwrap();
            let first = schedule::fire(&mut tx, "digest", "2026-03-02", 0).await.unwrap();
            tx.commit().await.unwrap();
            first
        });
    }
    let first = futures_util::future::join_all(looks).await.into_iter().filter(|first| *first).count();
    let mut tx = house.db.begin().await.unwrap();
    let later = schedule::fire(&mut tx, "digest", "2026-03-02", 0).await.unwrap();
    assert_eq!(first + usize::from(later), 1, "of many that look at once, one");
    assert!(schedule::fire(&mut tx, "digest", "2026-03-09", 0).await.unwrap(), "the next period");
    for period in ["2026-03-09", "2026-03-02", "2026-02-23"] {
        assert!(!schedule::fire(&mut tx, "digest", period, 0).await.unwrap(), "{period}, the clock set back");
    }
    assert!(schedule::fire(&mut tx, "sweep", "2026-03-02", 0).await.unwrap(), "another schedule");
    tx.commit().await.unwrap();
}

async fn what_is_old_is_forgotten_and_repetitions_are_known(house: House) {
    house.receive((0..5).map(|n| envelope(&format!("old {n}"), "X", false)).collect()).await;
    let claimed = house.claim(&house.db, LEASE, 4).await;
    let claims: Vec<_> = claimed.iter().map(|c| c.claim).collect();
    inbox::done_all(&house.db, &claims).await.unwrap();
    let received = house.now();
    house.receive(vec![envelope("old 0", "X", false)]).await;
    assert_eq!(
        house.number("SELECT COUNT(*) FROM inbox").await,
        5,
        "a repetition is known while it can come"
    );
    let mut tx = house.db.begin().await.unwrap();
    assert_eq!(inbox::forget(&mut tx, received - 60_000, 0, 10).await.unwrap(), 0);
    assert_eq!(inbox::forget(&mut tx, received + 1, 0, 3).await.unwrap(), 3, "in small steps");
    assert_eq!(inbox::forget(&mut tx, received + 1, 0, 3).await.unwrap(), 1, "and never what is open");
    sql_exec!(&mut tx, "UPDATE inbox SET state = 3").unwrap();
    assert_eq!(
        inbox::forget(&mut tx, received + 1, received - 60_000, 3).await.unwrap(),
        0,
        "somebody may try it again"
    );
    assert_eq!(inbox::forget(&mut tx, received + 1, received + 1, 3).await.unwrap(), 1, "not for ever");
    tx.commit().await.unwrap();

    enqueue(&house, &[post("plain", "C1"), post("card", "C1").showing("thing:1"), post("open", "C2")]).await;
    for _ in 0..2 {
        let rows = outbox::claim(&house.db, house.now(), LEASE, Rank::Ordinary, 1).await.unwrap();
        let mut tx = house.db.begin().await.unwrap();
        let at = Some(("C1", "1.0"));
        assert!(outbox::settle(&mut tx, &rows[0], Fate::Sent, house.now(), at, None).await.unwrap());
        tx.commit().await.unwrap();
    }
    let mut tx = house.db.begin().await.unwrap();
    let later = house.now() + 1;
    assert_eq!(
        outbox::forget(&mut tx, later, later - 60_000, 10).await.unwrap(),
        1,
        "the card stays editable"
    );
    assert_eq!(outbox::forget(&mut tx, later, later, 10).await.unwrap(), 1);
    let left = sql_all!(&mut tx, (String,), "SELECT key FROM outbox").unwrap();
    assert_eq!(left, [("open".to_owned(),)]);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_second_process_on_one_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tandem.db");
    let first = Db::open_sqlite(&file, Synchronous::Normal).await.unwrap();
    let refused = Db::open_sqlite(&file, Synchronous::Normal).await.unwrap_err().to_string();
    assert!(
        refused.ends_with("is in use by another Tandem process. SQLite takes one: stop the other, or use Postgres for several"),
        "{refused}"
    );
    first.close().await;
    drop(first);
    Db::open_sqlite(&file, Synchronous::Normal).await.unwrap();
}
