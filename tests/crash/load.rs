//! Load: people who write, correct themselves, ask and approve, as many times a second as is asked for.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tandem::kernel::clock::Clock;
use tandem::kernel::ids::PartnerId;
use tandem::map::store as map;
use tandem::sandbox::Sandbox;
use tandem::store::Db;
use tokio::task::JoinSet;

use super::ground::{self, PARTNERS};
use super::plan::mishap;
use super::story::press_at_a_glance;
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, text};

/// What was said, and what must have come of it.
#[derive(Debug, Default)]
pub struct Said {
    /// Accounts that must be in the map: of each message its last word.
    pub last_words: Vec<String>,
    /// Accounts that were taken back.
    pub taken_back: Vec<String>,
    /// Notes that were approved.
    pub notes: usize,
    /// How long it took until the last event was acknowledged.
    pub streamed: Duration,
}

/// Streams events for `duration`, `rate` a second, with a note to a partner every second and a fault of Slack's about as
/// often. Returns when the last one was acknowledged.
pub async fn stream(sandbox: &Sandbox, db: &Db, rate: u32, duration: Duration, seed: u64) -> Said {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut said = Said::default();
    let (mut acts, mut approvals) = (JoinSet::new(), JoinSet::new());
    let begun = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    for serial in 1..=rate as usize * usize::try_from(duration.as_secs()).unwrap() {
        tick.tick().await;
        let sandbox = sandbox.clone();
        if serial.is_multiple_of(rate as usize) {
            let (name, _) = PARTNERS[said.notes % PARTNERS.len()];
            let account = word("Note", serial);
            said.notes += 1;
            let (_, method, fault, times) = mishap(&mut dice);
            // For a second: a lane that rests would meet all those that came meanwhile, one after the other.
            sandbox.unscript();
            sandbox.script(method, fault, times);
            let db = db.clone();
            approvals.spawn(async move {
                propose(&db, name, &account).await;
                approve(&sandbox, &account).await;
            });
            continue;
        }
        match dice.random_range(0..100) {
            0..4 => {
                let words = [word("First", serial), word("Second", serial), word("Third", serial)];
                said.last_words.push(words[2].clone());
                said.taken_back.extend(words[..2].iter().cloned());
                acts.spawn(async move { change_of_mind(&sandbox, &words).await });
            }
            4..12 => {
                let account = word("Found", serial);
                said.last_words.push(account.clone());
                acts.spawn(async move { overlap(&sandbox, &account).await });
            }
            12..14 => {
                acts.spawn(async move {
                    // Whoever gets no answer asks again some day.
                    let _ = sandbox.person(OMAR).command(OPS, "/partner commit list").await;
                });
            }
            _ => {
                acts.spawn(async move {
                    sandbox.person(ALEX).post("C0GENERAL", "Lunch at the usual place?").await.unwrap();
                });
            }
        }
    }
    while let Some(act) = acts.join_next().await {
        act.unwrap();
    }
    said.streamed = begun.elapsed();
    while let Some(approval) = approvals.join_next().await {
        approval.unwrap();
    }
    said
}

/// A name of letters alone: `FoundBAC`.
fn word(kind: &str, mut serial: usize) -> String {
    let mut name = kind.to_owned();
    while serial > 0 {
        name.push(char::from(b'A' + u8::try_from(serial % 26).unwrap()));
        serial /= 26;
    }
    name
}

fn sentence(account: &str) -> String {
    format!("New overlap with Northwind: {account} Inc, our customer, their prospect")
}

async fn overlap(sandbox: &Sandbox, account: &str) {
    sandbox.person(ALEX).post(INTAKE, &sentence(account)).await.unwrap();
}

async fn change_of_mind(sandbox: &Sandbox, words: &[String; 3]) {
    let alex = sandbox.person(ALEX);
    let ts = alex.post(INTAKE, &sentence(&words[0])).await.unwrap();
    for word in &words[1..] {
        alex.edit(INTAKE, &ts, &sentence(word)).await.unwrap();
    }
}

/// A note is drafted, as another process would do it.
async fn propose(db: &Db, partner: &str, account: &str) {
    let mut tx = db.begin().await.unwrap();
    let id = PartnerId::from(format!("p-{}", partner.to_lowercase()).as_str());
    let partner = map::partner(&mut tx, &id).await.unwrap().unwrap();
    ground::note(&mut tx, Clock::system().now(), &partner, account).await;
    tx.commit().await.unwrap();
}

async fn approve(sandbox: &Sandbox, account: &str) {
    let named = format!("{account} ");
    let on = move |card: &Value| text(card).contains(&named);
    press_at_a_glance(sandbox, MAYA, OPS.to_owned(), "draft.approve", Duration::from_secs(1), on).await;
}
