//! What goes wrong in a run: it follows from the seed alone.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use tandem::sandbox::Fault;

/// Where the process can be made to end.
pub const POINTS: [&str; 19] = [
    "inbox.insert",
    "inbox.commit",
    "inbox.committed",
    "inbox.claim",
    "inbox.claimed",
    "flow.commit",
    "flow.committed",
    "outbox.claim",
    "outbox.claimed",
    "outbox.checked",
    "outbox.send",
    "outbox.sent",
    "outbox.settle",
    "outbox.settled",
    "outbox.find",
    "outbox.found",
    "outbox.put_back",
    "schedule.commit",
    "schedule.committed",
];

/// How one life of the process ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Death {
    /// When it comes by this place for the n-th time.
    At(&'static str, u64),
    /// So long after it was started.
    After(Duration),
    /// So long after it was ready.
    Awake(Duration),
}

/// A fault of Slack's, scripted at some moment of the run.
pub type Mishap = (Duration, &'static str, Fault, u32);

/// What goes wrong in a run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub deaths: Vec<Death>,
    pub mishaps: Vec<Mishap>,
}

impl Plan {
    /// The first runs visit each place at its first hit, those after them at a later one; the others mix everything.
    pub fn of(seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let (round, place) =
            (usize::try_from(seed).unwrap() / POINTS.len(), usize::try_from(seed).unwrap() % POINTS.len());
        match round {
            0 => Self::at(seed, POINTS[place], 1, &mut dice),
            1 => Self::at(seed, POINTS[place], dice.random_range(2..=6), &mut dice),
            _ => Self::mixed(seed, &mut dice),
        }
    }

    fn at(seed: u64, point: &'static str, hit: u64, dice: &mut StdRng) -> Self {
        let mut deaths = vec![Death::At(point, hit)];
        let mut mishaps = Vec::new();
        match point {
            // Something must be in doubt before it can be looked for.
            "outbox.find" | "outbox.found" => {
                deaths = vec![Death::At("outbox.sent", dice.random_range(1..=6)), Death::At(point, 1)];
            }
            "outbox.put_back" => {
                let method = if hit == 1 { "chat.postMessage" } else { "chat.update" };
                mishaps.push((Duration::ZERO, method, Fault::Status(503), 1));
                deaths = vec![Death::At(point, 1)];
            }
            _ => {}
        }
        Self { seed, deaths, mishaps }
    }

    fn mixed(seed: u64, dice: &mut StdRng) -> Self {
        let deaths = (0..dice.random_range(1..=4))
            .map(|_| match dice.random_bool(0.5) {
                true => Death::At(POINTS.choose(dice).unwrap(), dice.random_range(1..=8)),
                false => Death::After(Duration::from_millis(dice.random_range(0..400))),
            })
            .collect();
        let mishaps = match dice.random_bool(0.5) {
            true => (0..dice.random_range(1..=3)).map(|_| mishap(dice)).collect(),
            false => Vec::new(),
        };
        Self { seed, deaths, mishaps }
    }
}

/// One fault of Slack's within the first half second.
pub fn mishap(dice: &mut StdRng) -> Mishap {
    const METHODS: [&str; 5] = [
        "chat.postMessage",
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.open",
    ];
    let fault = match dice.random_range(0..6) {
        0 => Fault::RateLimited { seconds: 1 },
        1 => Fault::Status(500),
        2 => Fault::Status(503),
        3 | 4 => Fault::DropReplyAfterAcceptance,
        _ => Fault::Slow(Duration::from_millis(3_300)),
    };
    let at = Duration::from_millis(dice.random_range(0..500));
    (at, METHODS.choose(dice).unwrap(), fault, dice.random_range(1..=2))
}
