//! The promises, held against the database and the workspace's record. Each broken one is a line.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use tandem::sandbox::Sandbox;
use tandem::store::{Db, Tx};
use tandem::{sql_all, sql_value};

use super::ground::PARTNERS;
use super::story::{ACCOUNTS, LAST_WORD};
use crate::support::stage::{ALEX, MAYA, OMAR, OPS, text};

/// What a run came to, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Notes whose fate a human must look up.
    pub unconfirmed: usize,
    /// Internal posts that stand twice.
    pub internal_twice: Vec<String>,
    /// Messages to partners that stand twice.
    pub partner_twice: usize,
    /// Events that were acknowledged and not handled.
    pub lost: usize,
    /// The broken promises.
    pub broken: Vec<String>,
}

/// What the workspace shows, by channel.
pub struct Record {
    channels: BTreeMap<String, Vec<Value>>,
    /// How many messages carry each key of ours.
    keys: HashMap<String, usize>,
    stamps: HashSet<String>,
}

impl Record {
    pub fn of(sandbox: &Sandbox) -> Self {
        let ids = ["C0OVERLAPS", OPS].map(str::to_owned).into_iter();
        let ids = ids.chain(PARTNERS.map(|(_, channel)| channel.to_owned()));
        let ids = ids.chain([ALEX, MAYA, OMAR].map(|user| sandbox.im(user)));
        let channels: BTreeMap<_, _> = ids.map(|id| (id.clone(), sandbox.messages(&id))).collect();
        let (mut keys, mut stamps) = (HashMap::new(), HashSet::new());
        for message in channels.values().flatten() {
            stamps.insert(message["ts"].as_str().unwrap_or_default().to_owned());
            if let Some(key) = message["metadata"]["event_payload"]["key"].as_str() {
                *keys.entry(key.to_owned()).or_default() += 1;
            }
        }
        Self { channels, keys, stamps }
    }

    fn all(&self) -> impl Iterator<Item = &Value> {
        self.channels.values().flatten()
    }

    fn by_the_bot(&self, channel: &str) -> Vec<String> {
        self.channels[channel].iter().filter(|m| m["bot_id"] == "B0TANDEM").map(text).collect()
    }
}

type InboxRow = (String, i64, String, String);
type OutboxRow = (String, String, String, Option<String>, String);

/// Everything that was promised of any load.
pub async fn of_delivery(tx: &mut Tx, sandbox: &Sandbox, record: &Record) -> Verdict {
    let mut verdict = Verdict::default();
    let inbox = sql_all!(tx, InboxRow, "SELECT key, state, name, COALESCE(error, '') FROM inbox").unwrap();
    let mut states: BTreeMap<&str, i64> = BTreeMap::new();
    for (key, state, name, error) in &inbox {
        states.insert(key, *state);
        if *state != 2 {
            verdict.broken.push(format!("{name} {key} is left in state {state}: {error}"));
        }
    }
    for event in sandbox.events() {
        let id = event["event_id"].as_str().unwrap_or_default();
        if states.get(id) != Some(&2) {
            verdict.lost += 1;
            verdict.broken.push(format!("event {id} was not handled: {}", event["event"]["type"]));
        }
    }
    let outbox = sql_all!(
        tx,
        OutboxRow,
        "SELECT key, audience, state, ts, COALESCE(error, '') FROM outbox ORDER BY seq"
    )
    .unwrap();
    for (key, audience, state, ts, error) in &outbox {
        let partner = audience == "partner";
        match (state.as_str(), partner) {
            ("sent", _) => {}
            ("unconfirmed", true) => verdict.unconfirmed += 1,
            _ => verdict.broken.push(format!("{key} is left {state}: {error}")),
        }
        let standing = record.keys.get(key).copied().unwrap_or_default();
        if standing > 1 && partner {
            verdict.partner_twice += 1;
            verdict.broken.push(format!("{key} reached the partner {standing} times"));
        } else if standing > 1 {
            verdict.internal_twice.push(key.clone());
        }
        if let Some(ts) = ts.as_ref().filter(|ts| !record.stamps.contains(*ts)) {
            verdict.broken.push(format!("{key} is said to stand at {ts}, and nothing does"));
        }
    }
    verdict
}

/// What this story promises beside.
pub async fn of_story(tx: &mut Tx, sandbox: &Sandbox, record: &Record, verdict: &mut Verdict) {
    let broken = &mut verdict.broken;
    let last: Vec<String> = ACCOUNTS.iter().chain([&LAST_WORD]).map(ToString::to_string).collect();
    of_words(tx, &last, &["Fathom".to_owned(), "Fathoms".to_owned()], broken).await;
    let key = |m: &Value| m["metadata"]["event_payload"]["key"].as_str().unwrap_or_default().to_owned();
    // A message with replies names itself as its thread.
    let heads = |m: &Value| m["thread_ts"].is_null() || m["thread_ts"] == m["ts"];
    let digests = |m: &Value| key(m).starts_with("digest:") && heads(m);
    once(record, broken, "digest", digests);
    once(record, broken, "reminder", |m| key(m).contains(":reminder:"));
    let done = sql_all!(tx, (String,), "SELECT state FROM commitments").unwrap();
    if done.iter().any(|(state,)| state != "done") {
        broken.push(format!("the commitment is {done:?}"));
    }
    if sandbox.ephemerals(OMAR).is_empty() {
        broken.push("the command was not answered".into());
    }
    of_notes(tx, record, broken).await;
}

/// Exactly one message of the record is of this kind.
fn once(record: &Record, broken: &mut Vec<String>, what: &str, is: impl Fn(&Value) -> bool) {
    let count = record.all().filter(|m| is(m)).count();
    if count != 1 {
        broken.push(format!("{count} messages of the {what}"));
    }
}

/// Each note is sent once, or it is not known and its card says what to do.
pub async fn of_notes(tx: &mut Tx, record: &Record, broken: &mut Vec<String>) {
    type Row = (String, String, String, i64);
    let drafts = sql_all!(
        tx,
        Row,
        "SELECT p.name, a.name, d.state, \
         (SELECT COUNT(*) FROM audit u WHERE u.subject = 'draft:' || d.id AND u.action = 'draft.approve' AND u.outcome = 'done') \
         FROM drafts d JOIN partners p ON p.id = d.partner_id JOIN accounts a ON a.id = d.account_id"
    )
    .unwrap();
    let cards = record.by_the_bot(OPS);
    let arrived: BTreeMap<&str, Vec<String>> =
        PARTNERS.iter().map(|(name, channel)| (*name, record.by_the_bot(channel))).collect();
    for (partner, account, state, approvals) in drafts {
        let arrived =
            arrived[partner.as_str()].iter().filter(|t| t.contains(&format!("{account} is on"))).count();
        let mut cards = cards.iter().filter(|t| t.contains(&format!("{account} is on")));
        let (most, says) = match state.as_str() {
            "sent" => (1..=1, "Sent <!date^"),
            "unconfirmed" => (0..=1, "Not confirmed: check, then resend"),
            _ => (0..=0, "nothing: it must be decided"),
        };
        if !most.contains(&arrived) {
            broken.push(format!("the note about {account} is {state} and stands there {arrived} times"));
        }
        if !cards.any(|card| card.contains(says)) {
            broken.push(format!("the card of the {state} note about {account} does not say {says}"));
        }
        if approvals != 1 {
            broken.push(format!("the note about {account} was approved {approvals} times"));
        }
    }
}

/// What was said last is in the map, what was taken back is not.
pub async fn of_words(tx: &mut Tx, last: &[String], taken_back: &[String], broken: &mut Vec<String>) {
    let current = sql_all!(
        tx,
        (String,),
        "SELECT a.name FROM accounts a JOIN account_overlaps o ON o.account_id = a.id WHERE o.gone_at IS NULL"
    )
    .unwrap();
    let current: HashSet<String> = current.into_iter().map(|(name,)| name).collect();
    for word in last.iter().filter(|word| !current.contains(&format!("{word} Inc"))) {
        broken.push(format!("{word} was said last and is not in the map"));
    }
    for word in taken_back.iter().filter(|word| current.contains(&format!("{word} Inc"))) {
        broken.push(format!("{word} was taken back and is in the map"));
    }
}

/// Nothing waits in the inbox or the outbox.
pub async fn is_quiet(db: &Db) -> Result<bool, tandem::kernel::error::Error> {
    let mut tx = db.read().await?;
    let left = tandem::delivery::backlog::under_way(&mut tx).await?;
    tx.rollback().await?;
    Ok(left == 0)
}

/// The digest has fired and the reminder is marked.
pub async fn is_taken_up(db: &Db) -> Result<bool, tandem::kernel::error::Error> {
    let mut tx = db.read().await?;
    let fired = sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM fires WHERE schedule = 'digest'")?;
    let reminded = sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM commitments WHERE reminded <> ''")?;
    tx.rollback().await?;
    Ok(fired > 0 && reminded > 0)
}
