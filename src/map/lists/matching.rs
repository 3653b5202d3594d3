//! A partner's list beside ours: loads both, matches them off the async threads, and makes overlaps and reviews of it.
//!
//! No transaction is held while the matcher works. What it finds is written in portions, each under the keys of its rows,
//! so that a run that was cut off is simply run again.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::{self, Answer};
use super::queue::Pair;
use super::{Listed, Whose, store, strongest, together};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, OverlapId, PairId, PartnerId, random};
use crate::kernel::pulse;
use crate::map::account::Account;
use crate::map::flow::{self, Outcome};
use crate::map::matching::{self, Aliases, Grain, Link, List, Options, Stage, Verdict};
use crate::map::overlap::{Population, Sighting, Source};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Db, Tx};

/// Rows that are read at a time.
const PAGE: i64 = 2_000;
/// Accounts to a transaction.
const PORTION: usize = 250;
/// The time between two looks at how far the matcher is.
const LOOK: Duration = Duration::from_millis(250);
/// So many accounts are named in a summary; the rest is counted.
pub const NAMED: usize = 5;

/// A list as the matcher takes it, and what its rows are to their side.
#[derive(Debug, Default)]
pub struct Loaded {
    list: List,
    populations: Vec<Option<Population>>,
}

impl Loaded {
    /// Adds a row.
    pub fn push(&mut self, row: &Listed) {
        self.list.push(row.row());
        self.populations.push(row.population);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Loads a list as it was last seen.
pub async fn load(db: &Db, whose: &Whose) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut after = String::new();
    loop {
        let mut tx = db.read().await?;
        let page = store::page(&mut tx, whose, &after, PAGE).await?;
        tx.rollback().await?;
        pulse::got_on();
        let Some(last) = page.last() else { return Ok(loaded) };
        after.clone_from(&last.row.key);
        page.iter().for_each(|kept| loaded.push(&kept.row));
    }
}

/// What the matcher found.
#[derive(Debug)]
pub struct Found {
    ours: List,
    theirs: Loaded,
    links: Vec<Link>,
    /// Tells what this run found from what others did.
    run: String,
}

/// What people said, as a match takes it.
#[derive(Debug, Default)]
pub struct Said {
    answers: Vec<Answer>,
    aliases: Aliases,
}

/// Loads what people said that counts with this partner, beside a table of theirs.
pub async fn said(tx: &mut Tx, partner: &PartnerId, mut aliases: Aliases) -> Result<Said> {
    answer::aliases(&store::called_the_same(tx).await?, &mut aliases);
    Ok(Said { answers: store::answers_with(tx, partner).await?, aliases })
}

/// Matches two lists on threads of their own. `progress` is told now and then how far it is, in hundredths; its error ends
/// the wait.
pub async fn find<F, Fut>(ours: Loaded, theirs: Loaded, said: Said, mut progress: F) -> Result<Found>
where
    F: FnMut(u8) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let share = Arc::new(AtomicU8::new(0));
    let told = Arc::clone(&share);
    let mut work = tokio::task::spawn_blocking(move || {
        let (mut ours, mut theirs) = (ours.list, theirs);
        ours.apply(&said.aliases);
        theirs.list.apply(&said.aliases);
        let known = answer::known(&said.answers, &ours, &theirs.list);
        let options = Options {
            grain: Grain::Account,
            fuzzy: true,
            // One is left for whoever clicks meanwhile.
            threads: thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1)),
        };
        let of = ours.len();
        let told = |stage| told.store(hundredths(stage, of), Ordering::Relaxed);
        let links = matching::run_knowing(&ours, &theirs.list, &options, &known, &told).links;
        Found { ours, theirs, links, run: random(12) }
    });
    loop {
        tokio::select! {
            found = &mut work => return found.map_err(|e| Error::caused("matching two lists", e)),
            () = tokio::time::sleep(LOOK) => {
                pulse::got_on();
                progress(share.load(Ordering::Relaxed)).await?;
            }
        }
    }
}

/// Names that are alike take most of the time.
fn hundredths(stage: Stage, of: usize) -> u8 {
    let part = |done: usize, of: usize, from: usize, to: usize| {
        let share = from + (to - from) * done.min(of) / of.max(1);
        u8::try_from(share).unwrap_or(u8::MAX)
    };
    match stage {
        Stage::Counting => 0,
        Stage::Exact(done) => part(done, of, 2, 20),
        Stage::Alike(done, of) => part(done, of, 20, 97),
        Stage::Deciding => 97,
    }
}

/// What a match of a partner's list came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The partner's name.
    pub partner: String,
    /// Accounts on ours.
    pub ours: u64,
    /// Accounts on theirs.
    pub theirs: u64,
    /// Accounts of ours that match one of theirs.
    pub matches: u64,
    /// Pairs in doubt.
    pub in_doubt: u64,
    /// Overlaps that were not known.
    pub new: u64,
    /// Overlaps that are known and differ.
    pub changed: u64,
    /// Overlaps that are known and the same.
    pub same: u64,
    /// Overlaps that are no longer one.
    pub gone: u64,
    /// The first that are new.
    pub new_names: Vec<String>,
    /// The first that changed, and how.
    pub changes: Vec<String>,
    /// The first that are gone.
    pub gone_names: Vec<String>,
}

/// What is made of what was found.
struct Making<'a> {
    found: &'a Found,
    partner: &'a Partner,
    now: Timestamp,
    write: bool,
    summary: Summary,
    /// By the place of ours in our list, so that the same ones are named however the accounts are numbered.
    new_names: Vec<(usize, String)>,
    changes: Vec<(usize, String)>,
    met: HashSet<OverlapId>,
    met_on_list: u64,
}

/// Makes overlaps of what matches and keeps what is in doubt; without `write`, only counts. `progress` is called after each
/// portion. The second part: how many overlaps of the partner's last list were met.
pub async fn make<F, Fut>(
    db: &Db,
    now: Timestamp,
    partner: &Partner,
    found: &Found,
    write: bool,
    mut progress: F,
) -> Result<(Summary, u64)>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let mut making = Making {
        found,
        partner,
        now,
        write,
        summary: Summary {
            partner: partner.name.clone(),
            ours: found.ours.len() as u64,
            theirs: found.theirs.len() as u64,
            ..Summary::default()
        },
        new_names: Vec::new(),
        changes: Vec::new(),
        met: HashSet::new(),
        met_on_list: 0,
    };
    let groups: Vec<(AccountId, Vec<&Link>)> = groups(db, found).await?.into_iter().collect();
    making.summary.matches = groups.len() as u64;
    for portion in groups.chunks(PORTION) {
        let mut tx = if write { db.begin().await? } else { db.read().await? };
        making.matches(&mut tx, portion).await?;
        tx.commit().await?;
        pulse::got_on();
        progress().await?;
    }
    let doubts: Vec<&Link> = found.links.iter().filter(|link| link.verdict == Verdict::Review).collect();
    making.summary.in_doubt = doubts.len() as u64;
    for portion in doubts.chunks(PORTION) {
        if write {
            let mut tx = db.begin().await?;
            let pairs: Vec<Pair> = portion.iter().map(|link| making.pair(link, None)).collect();
            store::save_pairs(&mut tx, &found.run, &pairs).await?;
            tx.commit().await?;
        }
        pulse::got_on();
    }
    making.summary.new_names = first(making.new_names);
    making.summary.changes = first(making.changes);
    Ok((making.summary, making.met_on_list))
}

/// The first few in their order.
fn first<K: Ord>(mut all: Vec<(K, String)>) -> Vec<String> {
    all.sort();
    all.into_iter().take(NAMED).map(|(_, words)| words).collect()
}

/// What matches, by our account: our list may have one more than once.
async fn groups<'a>(db: &Db, found: &'a Found) -> Result<BTreeMap<AccountId, Vec<&'a Link>>> {
    let mut groups: BTreeMap<AccountId, Vec<&Link>> = BTreeMap::new();
    let matches: Vec<&Link> = found.links.iter().filter(|link| link.verdict == Verdict::Match).collect();
    for portion in matches.chunks(PAGE as usize) {
        let keys: Vec<&str> = portion.iter().map(|link| found.ours.id(link.ours)).collect();
        let mut tx = db.read().await?;
        let accounts = store::accounts_of_keys(&mut tx, &keys).await?;
        tx.rollback().await?;
        for (link, key) in portion.iter().zip(keys) {
            if let Some(account) = accounts.get(key) {
                groups.entry(account.clone()).or_default().push(link);
            }
        }
    }
    Ok(groups)
}

impl Making<'_> {
    async fn matches(&mut self, tx: &mut Tx, groups: &[(AccountId, Vec<&Link>)]) -> Result<()> {
        let seen = self.sightings(tx, groups).await?;
        let batch = flow::weigh_known(tx, self.now, Source::List, self.partner, &seen).await?;
        let mut pairs = Vec::new();
        let mut first_met = Vec::new();
        for (((account, _), (id, outcome)), (_, links)) in seen.iter().zip(&batch.outcomes).zip(groups) {
            self.count(links.iter().map(|link| link.ours).min().unwrap_or(0), account, outcome);
            if *outcome != Outcome::New && self.met.insert(id.clone()) {
                first_met.push(id.clone());
            }
            pairs.extend(links.iter().map(|link| self.pair(link, Some(id))));
        }
        if self.write {
            flow::save(tx, self.now, &batch, false).await?;
            return store::save_pairs(tx, &self.found.run, &pairs).await;
        }
        self.met_on_list += map::listed_among(tx, &first_met, None).await?;
        Ok(())
    }

    /// Our side from our list, theirs from theirs.
    async fn sightings(
        &self,
        tx: &mut Tx,
        groups: &[(AccountId, Vec<&Link>)],
    ) -> Result<Vec<(Account, Sighting)>> {
        let ids: Vec<AccountId> = groups.iter().map(|(id, _)| id.clone()).collect();
        let accounts = map::accounts_of_ids(tx, &ids).await?;
        let rows = store::rows_of_accounts(tx, &ids).await?;
        let sighting = |(id, links): &(AccountId, Vec<&Link>)| {
            let rows: Vec<&Listed> = rows.get(id).into_iter().flatten().collect();
            let ours = together(&rows).unwrap_or_default();
            let theirs = links.iter().map(|link| self.found.theirs.populations[link.theirs]);
            Some((accounts.get(id)?.clone(), Sighting { their_population: strongest(theirs), ..ours }))
        };
        // A list refers to accounts that are there.
        groups
            .iter()
            .map(|group| sighting(group).ok_or_else(|| Error::fault("a listed account is gone")))
            .collect()
    }

    fn count(&mut self, place: usize, account: &Account, outcome: &Outcome) {
        match outcome {
            Outcome::New => {
                self.summary.new += 1;
                self.new_names.push((place, account.name.clone()));
            }
            Outcome::Changed(changes) => {
                self.summary.changed += 1;
                self.changes.push((place, format!("{}: {}", account.name, changes.join("; "))));
            }
            Outcome::Confirmed => self.summary.same += 1,
        }
    }

    fn pair(&self, link: &Link, overlap: Option<&OverlapId>) -> Pair {
        let (ours, theirs) = (&self.found.ours, &self.found.theirs.list);
        Pair {
            id: PairId::random(),
            partner_id: self.partner.id.clone(),
            partner: self.partner.name.clone(),
            our_key: ours.id(link.ours).to_owned(),
            their_key: theirs.id(link.theirs).to_owned(),
            in_doubt: link.verdict == Verdict::Review,
            score: (link.score * 1000.0).round() as i64,
            reason: link.grounds.sentence(ours.domain(link.ours), false),
            overlap: overlap.cloned(),
        }
    }
}

/// Ends a run that was written: what is no longer matched is gone. With `whole` theirs is the whole list, and what else
/// came from the last one is gone too.
pub async fn end(
    tx: &mut Tx,
    now: Timestamp,
    partner: &PartnerId,
    found: &Found,
    whole: bool,
    summary: &mut Summary,
) -> Result<()> {
    let since = whole.then_some(now);
    summary.gone_names = store::names_lost(tx, partner, &found.run, since, NAMED as i64).await?;
    summary.gone = store::end_run(tx, partner, &found.run, now).await?;
    if whole {
        summary.gone += map::mark_gone(tx, partner, None, now, now).await?;
    }
    Ok(())
}

/// Overlaps of whoever's list follow ours: what ours says of an account now is so on each of its overlaps, and a change is
/// said (A9). Gives how many changed, and the first of them in words.
pub async fn follow(db: &Db, now: Timestamp) -> Result<(u64, Vec<String>)> {
    let mut words: Vec<((String, String), String)> = Vec::new();
    let mut after = String::new();
    loop {
        let mut tx = db.begin().await?;
        let overlaps = map::overlaps_of_ours(&mut tx, &after, PORTION as i64).await?;
        let Some(last) = overlaps.last() else {
            tx.rollback().await?;
            return Ok((words.len() as u64, first(words)));
        };
        after = last.id.as_str().to_owned();
        let mut ids: Vec<AccountId> = overlaps.iter().map(|o| o.account.id.clone()).collect();
        ids.sort();
        ids.dedup();
        let rows = store::rows_of_accounts(&mut tx, &ids).await?;
        let mut moved = Vec::new();
        for mut overlap in overlaps {
            let rows: Vec<&Listed> = rows.get(&overlap.account.id).into_iter().flatten().collect();
            let Some(seen) = together(&rows) else { continue };
            let changes = overlap.confirm(&seen, Source::List, now);
            if changes.is_empty() {
                continue;
            }
            let told = format!("{} with {}: {}", overlap.account.name, overlap.partner, changes.join("; "));
            words.push(((overlap.account.name.clone(), overlap.partner.clone()), told));
            moved.push(overlap);
        }
        map::save_our_side(&mut tx, &moved).await?;
        tx.commit().await?;
        pulse::got_on();
    }
}
