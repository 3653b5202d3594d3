//! From how well each pair fits alone to what is said of it: an account has one counterpart or none, so pairs that share an
//! account compete.

use std::thread;

use super::engine::{Grain, Link};
use super::ground::{Ground, Keys, Kind};
use super::grounds::{Grounds, WebTie};
use super::list::List;

/// What is said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They are one.
    Match,
    /// A person should look.
    Review,
}

/// The chance from which a pair is called a match: wrong in less than one of a hundred on the public registers.
pub const MATCH: f32 = 0.82;
/// Below this chance a pair is not worth anybody's look.
pub const REVIEW: f32 = 0.01;
/// At most one of so many of our accounts goes to review, the likeliest first: a person's time is what it costs.
pub const REVIEW_SHARE: usize = 10;
/// But so many always may: they take a person a minute.
pub const REVIEW_LEAST: usize = 10;
/// Pairs that are shown for one account in review.
pub const CHOICES: usize = 3;
/// How much it counts that a pair would be the best if its other account were not taken: it may be the subsidiary of that.
pub const TAKEN: f32 = 0.7;
/// A domain with more accounts in one list is a host of many, no family.
pub const FAMILY: usize = 50;
/// A name that more of one list have is no sign of one company that stands twice.
pub const NAMESAKES: usize = 50;
/// The odds of what a person has said.
pub const CERTAIN: f32 = 15.0;

/// A pair that was weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    pub ours: u32,
    pub theirs: u32,
    /// The logarithm of the odds that the two are one, before competition.
    pub odds: f32,
    pub grounds: Grounds,
}

impl Weighed {
    /// The odds themselves, by which pairs compete.
    pub fn weight(&self) -> f64 {
        f64::from(self.odds.clamp(-30.0, 30.0)).exp()
    }
}

/// For every account the first of its list that says exactly the same: one company that stands twice does not compete
/// with itself.
pub struct Twins {
    ours: Vec<u32>,
    theirs: Vec<u32>,
}

impl Twins {
    pub fn of(ground: &Ground<'_>) -> Self {
        let first = |list: &List, keys: &Keys| -> Vec<u32> {
            let mut first: Vec<u32> = (0..list.len() as u32).collect();
            let same = |at: u32| list.accounts[at as usize].same;
            for namesakes in keys.of_kind(Kind::Name).crowds().filter(|crowd| crowd.len() <= NAMESAKES) {
                for at in namesakes.clone() {
                    let twin = namesakes.clone().find(|other| same(*other) == same(at));
                    first[at as usize] = twin.unwrap_or(at);
                }
            }
            first
        };
        thread::scope(|scope| {
            let theirs = scope.spawn(|| first(ground.theirs, &ground.their_keys));
            let ours = first(ground.ours, &ground.our_keys);
            Self { ours, theirs: theirs.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) }
        })
    }

    fn is_first(&self, pair: &Weighed) -> bool {
        self.ours[pair.ours as usize] == pair.ours && self.theirs[pair.theirs as usize] == pair.theirs
    }
}

/// What competes for each account.
struct Rivals {
    of_ours: Vec<f64>,
    of_theirs: Vec<f64>,
}

impl Rivals {
    fn of(pairs: &[Weighed], twins: &Twins, ground: &Ground<'_>) -> Self {
        let mut rivals =
            Self { of_ours: vec![0.0; ground.ours.len()], of_theirs: vec![0.0; ground.theirs.len()] };
        for pair in pairs.iter().filter(|pair| twins.is_first(pair)) {
            rivals.of_ours[pair.ours as usize] += pair.weight();
            rivals.of_theirs[pair.theirs as usize] += pair.weight();
        }
        rivals
    }

    fn chance(&self, pair: &Weighed, twins: &Twins) -> f32 {
        let own = pair.weight();
        let ours = self.of_ours[twins.ours[pair.ours as usize] as usize];
        let theirs = self.of_theirs[twins.theirs[pair.theirs as usize] as usize];
        (own / (1.0 + ours + theirs - own).max(1.0 + own)) as f32
    }

    /// As if theirs were not taken by another.
    fn chance_if_free(&self, pair: &Weighed, twins: &Twins) -> f32 {
        let own = pair.weight();
        (own / (1.0 + self.of_ours[twins.ours[pair.ours as usize] as usize]).max(1.0 + own)) as f32
    }
}

/// The chance of each pair, given the pairs that it competes with and that there may be no counterpart: `e^odds` of the
/// pair by one plus the sum of `e^odds` over all pairs that have one of its two accounts. What has more than one chance in
/// two is the best of both its accounts, so such pairs are one-to-one by themselves.
pub fn chances(pairs: &[Weighed], twins: &Twins, ground: &Ground<'_>) -> Vec<f32> {
    let rivals = Rivals::of(pairs, twins, ground);
    pairs.iter().map(|pair| rivals.chance(pair, twins)).collect()
}

/// How many of so many accounts of ours may go to review.
pub fn budget(ours: usize) -> usize {
    (ours / REVIEW_SHARE).max(REVIEW_LEAST)
}

/// What is said of the pairs, which come by ours: by ours, then by score.
pub fn links(ground: &Ground<'_>, pairs: &[Weighed], twins: &Twins, grain: Grain) -> Vec<Link> {
    let rivals = Rivals::of(pairs, twins, ground);
    let link = |pair: &Weighed, score: f32, verdict: Verdict| Link {
        ours: pair.ours as usize,
        theirs: pair.theirs as usize,
        score,
        verdict,
        grounds: pair.grounds,
    };
    let mut matched_ours = vec![false; ground.ours.len()];
    let mut matched_theirs = vec![false; ground.theirs.len()];
    let mut links = Vec::new();
    for pair in pairs {
        let score = rivals.chance(pair, twins);
        if score >= MATCH {
            matched_ours[pair.ours as usize] = true;
            matched_theirs[pair.theirs as usize] = true;
            links.push(link(pair, score, Verdict::Match));
        }
    }
    if grain == Grain::Account {
        for pair in family(ground, pairs, &mut matched_ours, &mut matched_theirs) {
            let mut kin = link(&pair, rivals.chance(&pair, twins).max(MATCH), Verdict::Match);
            kin.grounds.kin = true;
            links.push(kin);
        }
    }
    let accounts = pairs.chunk_by(|x, y| x.ours == y.ours);
    let accounts = accounts.filter(|pairs| !matched_ours[pairs[0].ours as usize]);
    let mut left = budget(ground.ours.len());
    let mut asked = vec![false; ground.ours.len()];
    for Doubt { rank, score, pair } in in_doubt(accounts, &rivals, twins) {
        let asked = &mut asked[pair.ours as usize];
        if !*asked {
            let Some(rest) = left.checked_sub(1) else { continue };
            (*asked, left) = (true, rest);
        }
        let mut review = link(pair, score, Verdict::Review);
        review.grounds.rivalled = rank > 2.0 * score && matched_theirs[pair.theirs as usize];
        links.push(review);
    }
    links.sort_by(|x, y| {
        (x.ours, x.verdict)
            .cmp(&(y.ours, y.verdict))
            .then(y.score.total_cmp(&x.score))
            .then(x.theirs.cmp(&y.theirs))
    });
    links
}

/// A pair that may go to review.
struct Doubt<'p> {
    /// Its chance, or what it would be worth if theirs were free.
    rank: f32,
    score: f32,
    pair: &'p Weighed,
}

impl Doubt<'_> {
    fn likelier_first(&self, other: &Self) -> std::cmp::Ordering {
        let places = |doubt: &Self| (doubt.pair.ours, doubt.pair.theirs);
        other.rank.total_cmp(&self.rank).then_with(|| places(self).cmp(&places(other)))
    }
}

/// The likeliest first. Of one account no more than can be shown are kept, so that millions of namesakes stay few.
fn in_doubt<'p>(
    accounts: impl Iterator<Item = &'p [Weighed]>,
    rivals: &Rivals,
    twins: &Twins,
) -> Vec<Doubt<'p>> {
    let mut open = Vec::new();
    for pairs in accounts {
        let from = open.len();
        open.extend(pairs.iter().filter_map(|pair| {
            let score = rivals.chance(pair, twins);
            let rank = score.max(TAKEN * rivals.chance_if_free(pair, twins));
            (rank >= REVIEW).then_some(Doubt { rank, score, pair })
        }));
        open[from..].sort_unstable_by(Doubt::likelier_first);
        open.truncate(from + CHOICES);
    }
    open.sort_unstable_by(Doubt::likelier_first);
    open
}

/// The likeliest pair on its domain for each account that has no counterpart of its own. Marks whom it links.
fn family(
    ground: &Ground<'_>,
    pairs: &[Weighed],
    matched_ours: &mut [bool],
    matched_theirs: &mut [bool],
) -> Vec<Weighed> {
    let small = |pair: &Weighed| {
        let domain = ground.ours.accounts[pair.ours as usize].domain;
        [&ground.our_keys, &ground.their_keys].iter().all(|keys| keys.count(Kind::Domain, domain) <= FAMILY)
    };
    let mut kin: Vec<&Weighed> = pairs
        .iter()
        .filter(|pair| pair.grounds.web == WebTie::Same)
        .filter(|pair| !(matched_ours[pair.ours as usize] && matched_theirs[pair.theirs as usize]))
        .filter(|pair| small(pair))
        .collect();
    kin.sort_by(|x, y| y.odds.total_cmp(&x.odds).then((x.ours, x.theirs).cmp(&(y.ours, y.theirs))));
    let mut linked = Vec::new();
    for pair in kin {
        let (ours, theirs) = (pair.ours as usize, pair.theirs as usize);
        if !matched_ours[ours] || !matched_theirs[theirs] {
            matched_ours[ours] = true;
            matched_theirs[theirs] = true;
            linked.push(*pair);
        }
    }
    linked
}
