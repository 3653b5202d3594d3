//! What becomes of a call when things go wrong around it: the worker on both databases, against a scripted Slack.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tandem::delivery::dispatch::{At, Carrier, Dispatch, Oversight, Sent, Verdict};
use tandem::delivery::outbox::{self, Again, Claimed, Fate, Outgoing, Rank};
use tandem::delivery::wake::Bell;
use tandem::kernel::clock::Clock;
use tandem::kernel::error::{Error, NotNow, Result};
use tandem::kernel::ids::ChannelId;
use tandem::kernel::pulse::Pulse;
use tandem::store::Tx;
use tandem::{sql_exec, sql_value};
use tokio_util::sync::CancellationToken;

use super::delivery::{Backend, House, LEASE, enqueue, post, run};

on_both!(
    a_note_that_may_have_arrived_is_never_said_to_be_unsent,
    a_fault_before_the_send_leaves_nothing_unknown,
    a_fault_after_a_refusal_leaves_nothing_unknown,
    one_that_cannot_be_read_keeps_nobody_waiting,
    one_that_slack_never_takes_does_not_hold_its_channel_up_for_a_day,
    an_outage_of_half_a_day_loses_nothing,
    a_note_that_waits_too_long_comes_back,
    waits_that_slack_asked_for_are_no_faults,
    a_long_wait_is_no_clock_set_back,
    what_got_no_answer_is_not_looked_for_at_once,
    what_cannot_be_looked_for_is_sent_to_our_own_people_all_the_same,
    what_partners_read_is_not_sent_unlooked_for,
);

/// Answers as it is told, in order, and as if all were well after that.
#[derive(Default)]
struct Script {
    verdicts: Mutex<VecDeque<Result<Verdict>>>,
    answers: Mutex<VecDeque<Sent>>,
    closings: Mutex<VecDeque<Result<Option<ChannelId>>>>,
    looks: Mutex<VecDeque<Result<At, NotNow>>>,
    /// The key of the message that is never taken.
    poison: Option<&'static str>,
    doubt: Duration,
    clock: Option<Clock>,
    /// What was done when, in milliseconds UTC.
    times: Mutex<Vec<(&'static str, i64)>>,
    sent: Mutex<Vec<String>>,
    ends: Mutex<Vec<(String, Fate, String)>>,
}

impl Script {
    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    fn did(&self, what: &'static str) {
        let now = self.clock.as_ref().map_or(0, |clock| clock.now().as_millisecond());
        self.times.lock().unwrap().push((what, now));
    }

    fn ends(&self) -> Vec<(String, Fate, String)> {
        self.ends.lock().unwrap().clone()
    }
}

impl Carrier for Script {
    async fn send(&self, row: &Claimed, _shown: At) -> Sent {
        self.sent.lock().unwrap().push(row.key.clone());
        self.did("sent");
        if self.poison == Some(row.key.as_str()) {
            return Sent::Later(None, "http_500".into());
        }
        let told = self.answers.lock().unwrap().pop_front();
        told.unwrap_or_else(|| Sent::Arrived(Some(("C1".into(), "1.0".into()))))
    }

    async fn find(&self, _row: &Claimed, _shown: At) -> Result<At, NotNow> {
        self.did("looked");
        self.looks.lock().unwrap().pop_front().unwrap_or(Ok(None))
    }
}

impl Oversight for Script {
    async fn may_go(&self, _row: &Claimed, _shown: Option<&(String, String)>) -> Result<Verdict> {
        self.verdicts.lock().unwrap().pop_front().unwrap_or(Ok(Verdict::Go))
    }

    async fn closed(
        &self,
        _row: &Claimed,
        _shown: Option<&(String, String)>,
        _code: &str,
    ) -> Result<Option<ChannelId>> {
        self.closings.lock().unwrap().pop_front().unwrap_or(Ok(None))
    }

    async fn held(&self, _tx: &mut Tx, _row: &Claimed, _channel: &ChannelId) -> Result<()> {
        Ok(())
    }

    async fn settled(
        &self,
        _tx: &mut Tx,
        row: &Claimed,
        fate: Fate,
        _at: Option<(&str, &str)>,
        error: Option<&str>,
    ) -> Result<()> {
        self.ends.lock().unwrap().push((row.key.clone(), fate, error.unwrap_or_default().to_owned()));
        Ok(())
    }
}

/// Works until `done`; each look moves the clock by `step`.
async fn work(house: &House, script: &Arc<Script>, step: Duration, done: impl AsyncFn() -> bool) {
    let (stop, bell) = (CancellationToken::new(), Bell::default());
    let dispatch = Dispatch {
        db: house.db.clone(),
        clock: house.clock.clone(),
        bell: bell.clone(),
        carrier: script.clone(),
        oversight: script.clone(),
        // Short: what is left claimed is soon taken for uncertain.
        lease: Duration::from_millis(300),
        doubt: script.doubt,
        pulse: Pulse::new("outbox", Duration::from_secs(30)),
    };
    let running = tokio::spawn(Arc::new(dispatch).run(stop.clone()));
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    while !done().await {
        assert!(tokio::time::Instant::now() < end, "sent {:?}, ended {:?}", script.sent(), script.ends());
        house.clock.advance_to(house.clock.now() + step);
        bell.ring();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

async fn until_ended(house: &House, script: &Arc<Script>, count: usize) {
    work(house, script, Duration::from_millis(100), async || script.ends().len() >= count).await;
}

fn note(key: &str) -> Outgoing {
    post(key, "CSHARED").to_partner("p".into()).showing(format!("note:{key}"))
}

async fn a_note_that_may_have_arrived_is_never_said_to_be_unsent(house: House) {
    for verdict in [Verdict::Drop("the channel belongs to Globex".into()), Verdict::Hold("CSHARED".into())] {
        let script = Arc::new(Script::default());
        script.answers.lock().unwrap().push_back(Sent::Unknown("lost_connection".into()));
        script.verdicts.lock().unwrap().extend([Ok(Verdict::Go), Ok(verdict.clone())]);
        let key = format!("{verdict:?}");
        enqueue(&house, &[note(&key)]).await;
        until_ended(&house, &script, 1).await;
        assert_eq!(script.ends(), [(key.clone(), Fate::Unconfirmed, "its fate is unknown".to_owned())]);
        assert_eq!(script.sent(), [key], "and it is not sent again");
    }
}

async fn a_fault_before_the_send_leaves_nothing_unknown(house: House) {
    let script = Arc::new(Script::default());
    script.verdicts.lock().unwrap().push_back(Err(Error::fault("the database is away")));
    enqueue(&house, &[note("a")]).await;
    until_ended(&house, &script, 1).await;
    assert_eq!(script.ends(), [("a".to_owned(), Fate::Sent, String::new())]);
}

async fn a_fault_after_a_refusal_leaves_nothing_unknown(house: House) {
    let script = Arc::new(Script::default());
    let closed = || Sent::Closed("is_archived".into());
    script.answers.lock().unwrap().extend([closed(), closed()]);
    let closings = [Err(Error::fault("the database is away")), Ok(Some("CSHARED".into()))];
    script.closings.lock().unwrap().extend(closings);
    enqueue(&house, &[note("a")]).await;
    let held = "SELECT COUNT(*) FROM outbox WHERE state = 'held' AND uncertain = 0";
    work(&house, &script, Duration::from_millis(100), async || {
        assert_eq!(script.ends(), [], "it is held");
        house.number(held).await == 1
    })
    .await;
    assert_eq!(script.sent().len(), 2);
}

async fn one_that_cannot_be_read_keeps_nobody_waiting(house: House) {
    let script = Arc::new(Script::default());
    enqueue(&house, &[note("from a newer version"), post("a", "C1"), post("b", "C2")]).await;
    let mut tx = house.db.begin().await.unwrap();
    let newer = "UPDATE outbox SET action = '{\"do\":\"sing\"}' WHERE audience = 'partner'";
    assert_eq!(sql_exec!(&mut tx, newer).unwrap(), 1);
    tx.commit().await.unwrap();
    until_ended(&house, &script, 3).await;
    let why = "another version of Tandem wrote it, and this one cannot read it";
    assert!(script.ends().contains(&("from a newer version".to_owned(), Fate::Failed, why.to_owned())));
    let mut sent = script.sent();
    sent.sort();
    assert_eq!(sent, ["a", "b"]);
    assert_eq!(house.number("SELECT COUNT(*) FROM outbox WHERE uncertain = 1").await, 0);
}

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn limited() -> Sent {
    Sent::Later(Some(TEN_MINUTES), "ratelimited".into())
}

async fn one_that_slack_never_takes_does_not_hold_its_channel_up_for_a_day(house: House) {
    let script = Arc::new(Script { poison: Some("a"), ..Script::default() });
    enqueue(&house, &[post("a", "C1"), post("b", "C1"), post("c", "C2")]).await;
    let started = house.now();
    work(&house, &script, Duration::from_secs(60), async || script.ends().len() == 3).await;
    assert!(house.now() - started < 2 * 3_600_000, "{} ms", house.now() - started);
    let fate = |key: &str| script.ends().into_iter().find(|(k, ..)| k == key).unwrap().1;
    assert_eq!(["a", "b", "c"].map(fate), [Fate::Failed, Fate::Sent, Fate::Sent]);
}

async fn an_outage_of_half_a_day_loses_nothing(house: House) {
    let script = Arc::new(Script::default());
    let answers = (0..60).map(|_| Sent::Later(None, "http_503".into()));
    script.answers.lock().unwrap().extend(answers);
    enqueue(&house, &[post("a", "C1"), post("b", "C2")]).await;
    work(&house, &script, TEN_MINUTES, async || script.ends().len() == 2).await;
    assert!(script.ends().iter().all(|(_, state, _)| *state == Fate::Sent), "{:?}", script.ends());
}

async fn a_note_that_waits_too_long_comes_back(house: House) {
    let script = Arc::new(Script::default());
    script.answers.lock().unwrap().extend((0..100).map(|_| limited()));
    enqueue(&house, &[note("a")]).await;
    work(&house, &script, TEN_MINUTES, async || !script.ends().is_empty()).await;
    let why = "it could not be sent in time (ratelimited)";
    assert_eq!(script.ends(), [("a".to_owned(), Fate::Failed, why.to_owned())]);
    assert!(script.sent().len() < 10, "within the hour: {:?}", script.sent());
}

async fn waits_that_slack_asked_for_are_no_faults(house: House) {
    let script = Arc::new(Script::default());
    // More than a day, then one real fault.
    script.answers.lock().unwrap().extend((0..150).map(|_| limited()));
    script.answers.lock().unwrap().push_back(Sent::Later(None, "connect".into()));
    enqueue(&house, &[post("a", "C1")]).await;
    work(&house, &script, TEN_MINUTES, async || !script.ends().is_empty()).await;
    assert_eq!(script.ends(), [("a".to_owned(), Fate::Sent, String::new())]);
}

async fn a_long_wait_is_no_clock_set_back(house: House) {
    enqueue(&house, &[post("a", "C1")]).await;
    let claim = async || outbox::claim(&house.db, house.now(), LEASE, Rank::Ordinary, 1).await.unwrap();
    let row = claim().await.remove(0);
    let mut tx = house.db.begin().await.unwrap();
    let again = Again { wait: 7_200_000, uncertain: false, faults: 0, why: "ratelimited" };
    assert!(outbox::retry_later(&mut tx, &row, house.now(), again).await.unwrap());
    tx.commit().await.unwrap();
    assert!(claim().await.is_empty(), "Slack asked for two hours");
    let mut tx = house.db.read().await.unwrap();
    let until = sql_value!(&mut tx, i64, "SELECT not_before FROM outbox").unwrap();
    tx.rollback().await.unwrap();
    house.clock.advance_to(tandem::store::instant(until).unwrap());
    assert_eq!(claim().await.len(), 1);
}

async fn what_got_no_answer_is_not_looked_for_at_once(house: House) {
    for row in [note("a"), post("b", "C1")] {
        let script = Script {
            doubt: Duration::from_secs(15),
            clock: Some(house.clock.clone()),
            answers: Mutex::new([Sent::Unknown("timeout".into())].into()),
            ..Script::default()
        };
        let script = Arc::new(script);
        enqueue(&house, &[row]).await;
        work(&house, &script, Duration::from_secs(1), async || !script.ends().is_empty()).await;
        let times = script.times.lock().unwrap();
        let sent = times.iter().position(|(what, _)| *what == "sent").unwrap();
        let (what, looked) = times[sent + 1];
        assert!(what == "looked" && looked - times[sent].1 >= 15_000, "{times:?}");
    }
}

fn cannot_look() -> Result<At, NotNow> {
    Err(NotNow { after: None, why: "the history is too long to search".into() })
}

async fn what_cannot_be_looked_for_is_sent_to_our_own_people_all_the_same(house: House) {
    let script = Arc::new(Script::default());
    script.answers.lock().unwrap().push_back(Sent::Unknown("timeout".into()));
    script.looks.lock().unwrap().extend((0..100).map(|_| cannot_look()));
    enqueue(&house, &[post("a", "C1"), post("b", "C1")]).await;
    let started = house.now();
    work(&house, &script, Duration::from_secs(10), async || script.ends().len() == 2).await;
    assert_eq!(script.sent(), ["a", "a", "b"]);
    assert!(script.ends().iter().all(|(_, state, _)| *state == Fate::Sent), "{:?}", script.ends());
    assert!(house.now() - started < 3_600_000, "its lane does not wait for a day");
}

async fn what_partners_read_is_not_sent_unlooked_for(house: House) {
    let script = Arc::new(Script::default());
    script.looks.lock().unwrap().extend((0..1000).map(|_| cannot_look()));
    enqueue(&house, &[note("a")]).await;
    work(&house, &script, Duration::from_secs(60), async || !script.ends().is_empty()).await;
    let why = "it could not be sent in time (the history is too long to search)";
    assert_eq!(script.ends(), [("a".to_owned(), Fate::Failed, why.to_owned())]);
    assert!(script.sent().is_empty());
    // It stands there already.
    let script = Arc::new(Script::default());
    script.looks.lock().unwrap().push_back(Ok(Some(("CSHARED".into(), "5.5".into()))));
    enqueue(&house, &[note("b")]).await;
    until_ended(&house, &script, 1).await;
    assert_eq!(script.ends(), [("b".to_owned(), Fate::Sent, String::new())]);
    assert!(script.sent().is_empty());
}
