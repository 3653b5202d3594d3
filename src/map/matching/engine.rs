//! The run: exact keys first, likeness for what they leave open, then the verdicts.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::assign::{self, Verdict, Weighed};
use super::candidates::{self, Likeness};
use super::evidence::Ours;
use super::ground::{Ground, Sides};
use super::grounds::Grounds;
use super::list::List;
use super::weights;

/// What counts as one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grain {
    /// Siblings on one registrable domain are one family, and are linked.
    #[default]
    Account,
    /// Every row is a company of its own.
    LegalEntity,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What counts as one.
    pub grain: Grain,
    /// Whether names that are merely alike are looked for, and accounts at one postcode; without, only whole names and
    /// domains.
    pub fuzzy: bool,
    /// Threads; at least one.
    pub threads: usize,
}

/// Two accounts that are, or may be, one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The place of ours in its list.
    pub ours: usize,
    /// The place of theirs.
    pub theirs: usize,
    /// The chance that they are one, 0 to 1.
    pub score: f32,
    /// What follows.
    pub verdict: Verdict,
    /// Why.
    pub grounds: Grounds,
}

/// What people have said of pairs, by their places in the two lists. It outranks every sign.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Pairs that are one account: each is a match.
    pub same: BTreeSet<(u32, u32)>,
    /// Pairs that are not: they are never linked, and take nothing from others.
    pub apart: HashSet<(u32, u32)>,
}

impl Known {
    /// Finds what exact keys find, and whom people have named.
    fn exact(&self, ground: &Ground<'_>, at: u32, found: &mut Vec<u32>) {
        candidates::exact(ground, at, found);
        let before = found.len();
        found.extend(self.same.range((at, 0)..=(at, u32::MAX)).map(|(_, theirs)| *theirs));
        if found.len() > before {
            found.sort_unstable();
            found.dedup();
        }
    }

    /// What was said stands: no pair of it is in doubt.
    fn settle(&self, links: &mut Vec<Link>) {
        if self.same.is_empty() {
            return;
        }
        let mut told: BTreeSet<(u32, u32)> = BTreeSet::new();
        for link in links.iter_mut() {
            let pair = (link.ours as u32, link.theirs as u32);
            if self.same.contains(&pair) {
                told.insert(pair);
                link.verdict = Verdict::Match;
                link.grounds.alias = true;
            }
        }
        links.extend(self.same.difference(&told).map(|(ours, theirs)| Link {
            ours: *ours as usize,
            theirs: *theirs as usize,
            score: 1.0,
            verdict: Verdict::Match,
            grounds: Grounds { alias: true, ..Grounds::default() },
        }));
        links.sort_by(|x, y| {
            (x.ours, x.verdict)
                .cmp(&(y.ours, y.verdict))
                .then(y.score.total_cmp(&x.score))
                .then(x.theirs.cmp(&y.theirs))
        });
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// By the place of ours, then by score.
    pub links: Vec<Link>,
    /// Pairs that were weighed.
    pub weighed: usize,
}

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Counting both lists.
    Counting,
    /// Whole names and domains: so many of ours done.
    Exact(usize),
    /// Likeness of names: so many done, of so many that are open.
    Alike(usize, usize),
    /// Verdicts.
    Deciding,
}

/// A pair below these odds is none, whatever it competes with.
const HOPELESS: f32 = -6.0;
/// By exact keys alone as good as certain: neither account is looked for again.
pub const SETTLED: f32 = 0.97;
/// Accounts that a thread takes at a time.
const PORTION: usize = 1024;

/// Pairs two lists. `progress` is told of each stage, from any thread.
pub fn run(ours: &List, theirs: &List, options: &Options, progress: &(dyn Fn(Stage) + Sync)) -> Outcome {
    run_knowing(ours, theirs, options, &Known::default(), progress)
}

/// The same, with what people have said.
pub fn run_knowing(
    ours: &List,
    theirs: &List,
    options: &Options,
    known: &Known,
    progress: &(dyn Fn(Stage) + Sync),
) -> Outcome {
    if ours.is_empty() || theirs.is_empty() {
        return Outcome::default();
    }
    progress(Stage::Counting);
    let ground = Ground::new(ours, theirs);
    let everyone: Vec<u32> = (0..ours.len() as u32).collect();
    let done = |count: usize| progress(Stage::Exact(count));
    let mut pairs = in_portions(&everyone, options.threads, &done, || {
        let (ground, sides, mut found) = (&ground, ground.sides(), Vec::new());
        move |at, out: &mut Vec<Weighed>| {
            known.exact(ground, at, &mut found);
            if !found.is_empty() {
                weigh(&sides, &mut Ours::new(&sides, at), &found, known, out);
            }
        }
    });
    let mut weighed = pairs.len();
    let twins = assign::Twins::of(&ground);
    if options.fuzzy {
        let (open_ours, open_theirs) = open(&ground, &pairs, &twins);
        let done = |count: usize| progress(Stage::Alike(count, open_ours.len()));
        done(0);
        let likeness = Likeness::new(&ground, &open_theirs);
        let more = in_portions(&open_ours, options.threads, &done, || {
            let (ground, sides) = (&ground, ground.sides());
            let (likeness, mut desk) = (&likeness, likeness.desk());
            let (mut found, mut weighed) = (Vec::new(), Vec::new());
            move |at, out: &mut Vec<Weighed>| {
                let mut one = Ours::new(&sides, at);
                known.exact(ground, at, &mut weighed);
                found.clear();
                likeness.find(ground, &mut one, &mut desk, &mut found);
                found.retain(|theirs| weighed.binary_search(theirs).is_err());
                weigh(&sides, &mut one, &found, known, out);
            }
        });
        weighed += more.len();
        pairs.reserve_exact(more.len());
        pairs.extend(more);
    }
    progress(Stage::Deciding);
    pairs.sort_unstable_by_key(|pair| (pair.ours, pair.theirs));
    let mut links = assign::links(&ground, &pairs, &twins, options.grain);
    known.settle(&mut links);
    Outcome { links, weighed }
}

/// Weighs one of ours against those of theirs that were found, and keeps what is not hopeless.
pub fn weigh<'l>(
    sides: &Sides<'l, '_>,
    one: &mut Ours<'l>,
    found: &[u32],
    known: &Known,
    out: &mut Vec<Weighed>,
) {
    for theirs in found {
        if known.apart.contains(&(one.at, *theirs)) {
            continue;
        }
        let signs = one.signs(sides, *theirs);
        let b = &sides.theirs.accounts[*theirs as usize];
        let told = one.account.country != [0; 2] && b.country != [0; 2];
        let mut grounds = Grounds::of(&signs, told.then(|| one.account.country == b.country));
        grounds.alias = (one.account.alias != 0 && one.account.alias == b.alias)
            || known.same.contains(&(one.at, *theirs));
        let odds = if grounds.alias { assign::CERTAIN } else { weights::odds(&signs) };
        if odds > HOPELESS || grounds.web == super::WebTie::Same {
            out.push(Weighed { ours: one.at, theirs: *theirs, odds, grounds });
        }
    }
}

/// Ours, and a mark on each of theirs, that exact keys have not settled.
fn open(ground: &Ground<'_>, pairs: &[Weighed], twins: &assign::Twins) -> (Vec<u32>, Vec<bool>) {
    let chances = assign::chances(pairs, twins, ground);
    let mut ours = vec![true; ground.ours.len()];
    let mut theirs = vec![true; ground.theirs.len()];
    for (pair, chance) in pairs.iter().zip(chances) {
        if chance >= SETTLED {
            ours[pair.ours as usize] = false;
            theirs[pair.theirs as usize] = false;
        }
    }
    let ours = ours.iter().zip(0u32..).filter(|(open, _)| **open).map(|(_, at)| at).collect();
    (ours, theirs)
}

/// Works through `accounts` on several threads; `worker` makes what one thread needs. The result is in the order of the
/// accounts however the threads run.
fn in_portions<W, F>(
    accounts: &[u32],
    threads: usize,
    done: &(dyn Fn(usize) + Sync),
    worker: W,
) -> Vec<Weighed>
where
    W: Fn() -> F + Sync,
    F: FnMut(u32, &mut Vec<Weighed>),
{
    let portions: Vec<&[u32]> = accounts.chunks(PORTION).collect();
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let one_thread = || {
        let mut work = worker();
        let mut results: Vec<(usize, Vec<Weighed>)> = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(portion) = portions.get(at) else { return results };
            let mut out = Vec::new();
            portion.iter().for_each(|account| work(*account, &mut out));
            done(finished.fetch_add(portion.len(), Ordering::Relaxed) + portion.len());
            results.push((at, out));
        }
    };
    let mut results = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(one_thread)).collect();
        let mut results = one_thread();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_unstable_by_key(|(at, _)| *at);
    // Each portion is given back as it is taken over, into room that is made once: the pairs never stand there twice.
    let mut all = Vec::with_capacity(results.iter().map(|(_, out)| out.len()).sum());
    results.into_iter().for_each(|(_, out)| all.extend(out));
    all
}
