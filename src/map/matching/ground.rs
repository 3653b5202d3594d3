//! Two lists laid side by side: how rare everything is in them.

use std::thread;

use super::candidates::VISITS;
use super::grams::{self, Rarity, Tally};
use super::index::{Census, Index};
use super::list::{Account, Key, List};

/// What a key is a key of; keys of different kinds never meet.
pub const PAGE: Key = 0x1000_0000_0000_0001;
pub const HOST: Key = 0x2000_0000_0000_0003;
pub const DOMAIN: Key = 0x3000_0000_0000_0005;
pub const NAME: Key = 0x4000_0000_0000_0007;
pub const SORTED: Key = 0x5000_0000_0000_0009;
pub const POSTCODE: Key = 0x6000_0000_0000_000B;
pub const ALIAS: Key = 0xA000_0000_0000_0013;

pub fn of_kind(kind: Key, key: Key) -> Key {
    if key == 0 { 0 } else { (key ^ kind).wrapping_mul(0xD6E8_FEB8_6659_FD93) | 1 }
}

/// What was counted in both lists together: how much each word, place and run of letters tells.
pub struct Scales {
    pub rarity: Rarity,
    words: Census,
    addresses: Census,
    countries: Vec<u32>,
    /// The logarithm of how many accounts both lists have: what must be told to name one of them.
    pub log_size: f32,
}

/// Who shares a page, a host, a domain or a postcode.
pub trait Crowd: Sync {
    /// How many pairs share it.
    fn pairs_on(&self, kind: Key, key: Key) -> usize;
}

/// All that it takes to weigh a pair.
#[derive(Clone, Copy)]
pub struct Sides<'l, 'g> {
    pub ours: &'l List,
    pub theirs: &'l List,
    pub our_bits: &'g [f32],
    pub their_bits: &'g [f32],
    pub scales: &'g Scales,
    pub crowd: &'g dyn Crowd,
}

/// Both lists, and what was counted in them.
pub struct Ground<'l> {
    pub ours: &'l List,
    pub theirs: &'l List,
    pub our_keys: Index,
    pub their_keys: Index,
    /// What each word of each list tells, in the order of the list's words: looking it up costs more than it weighs.
    pub our_bits: Vec<f32>,
    pub their_bits: Vec<f32>,
    pub scales: Scales,
}

/// What is counted in one list.
#[derive(Clone)]
pub struct Counts {
    words: Census,
    addresses: Census,
    countries: Vec<u32>,
}

impl Counts {
    fn of(list: &List, both: usize) -> Self {
        let (words, addresses) = (Census::new(both * 2), Census::new(both));
        let mut counts = Self { words, addresses, countries: vec![0; 1 << 16] };
        counts.add(list);
        counts
    }

    /// For lists that come piece by piece and whose length is not known yet.
    pub fn widest() -> Self {
        Self { words: Census::widest(), addresses: Census::widest(), countries: vec![0; 1 << 16] }
    }

    pub fn add(&mut self, list: &List) {
        for a in &list.accounts {
            list.words(a).iter().for_each(|word| self.words.add(*word));
            list.address(a).iter().for_each(|word| self.addresses.add(u64::from(*word) << 32));
            self.countries[usize::from(u16::from_be_bytes(a.country))] += 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.words.merge(&other.words);
        self.addresses.merge(&other.addresses);
        self.countries.iter_mut().zip(&other.countries).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The same counts as if they had been made for two lists of known length.
    pub fn narrowed(&self, both: usize) -> Self {
        let (words, addresses) = (self.words.narrowed(both * 2), self.addresses.narrowed(both));
        Self { words, addresses, countries: self.countries.clone() }
    }
}

/// So many names of a list are enough to tell which grams are rare.
const SAMPLE: usize = 100_000;

/// One name in so many is looked at to tell which grams are rare.
pub fn sampled_one_in(len: usize) -> usize {
    len.div_ceil(SAMPLE).max(1)
}

struct Counted {
    keys: Index,
    counts: Counts,
    tally: Tally,
}

fn count(list: &List, both: usize) -> Counted {
    let keys = Index::build(|each| {
        for (at, a) in list.accounts.iter().enumerate() {
            let at = at as u32;
            if a.page != a.host {
                each(of_kind(PAGE, a.page), at);
            }
            each(of_kind(HOST, a.host), at);
            each(of_kind(DOMAIN, a.domain), at);
            each(of_kind(NAME, a.joined), at);
            each(of_kind(SORTED, a.sorted), at);
            each(of_kind(POSTCODE, a.postcode), at);
            each(of_kind(ALIAS, u64::from(a.alias)), at);
        }
    });
    let mut tally = Tally::new();
    let mut grams = Vec::new();
    for a in list.accounts.iter().step_by(sampled_one_in(list.len())) {
        grams::of(list.core(a), &mut grams);
        tally.add(&grams);
    }
    Counted { keys, counts: Counts::of(list, both), tally }
}

impl<'l> Ground<'l> {
    /// Counts both lists, each on its own thread.
    pub fn new(ours: &'l List, theirs: &'l List) -> Self {
        let both = ours.len() + theirs.len();
        let (mut mine, other) = thread::scope(|scope| {
            let other = scope.spawn(|| count(theirs, both));
            (count(ours, both), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        mine.counts.merge(&other.counts);
        mine.tally.merge(&other.tally);
        let scales = Scales::new(mine.counts, &mine.tally, both);
        let (our_bits, their_bits) = thread::scope(|scope| {
            let theirs = scope.spawn(|| scales.bits_of_words(theirs));
            (
                scales.bits_of_words(ours),
                theirs.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            )
        });
        Self { ours, theirs, our_keys: mine.keys, their_keys: other.keys, our_bits, their_bits, scales }
    }

    /// What evidence is taken from.
    pub fn sides(&self) -> Sides<'l, '_> {
        let Self { our_bits, their_bits, scales, .. } = self;
        Sides { ours: self.ours, theirs: self.theirs, our_bits, their_bits, scales, crowd: self }
    }
}

impl Crowd for Ground<'_> {
    fn pairs_on(&self, kind: Key, key: Key) -> usize {
        let key = of_kind(kind, key);
        self.our_keys.count(key).saturating_mul(self.their_keys.count(key))
    }
}

impl Scales {
    /// From what was counted in both lists, which have `both` accounts together.
    pub fn new(counts: Counts, tally: &Tally, both: usize) -> Self {
        let Counts { words, addresses, countries } = counts;
        let log_size = (both.max(4) as f32).ln();
        Self { rarity: tally.rarity(), words, addresses, countries, log_size }
    }

    /// What a word tells: the logarithm of "one account in so many has it".
    pub fn bits_of_word(&self, key: Key) -> f32 {
        self.bits_of(self.words.count(key))
    }

    fn bits_of(&self, count: u32) -> f32 {
        (self.log_size - (count.max(1) as f32).ln()).max(0.1)
    }

    /// What each word of a list tells.
    pub fn bits_of_words(&self, list: &List) -> Vec<f32> {
        list.all_words().iter().map(|word| self.bits_of_word(*word)).collect()
    }

    /// Bits of a word's key that tell what it adds, and what it adds by the value of those bits.
    pub fn squares_of_words(&self) -> (u32, impl Iterator<Item = u32> + '_) {
        let square = |count: &u32| square_of(self.bits_of(*count));
        (self.words.bits(), self.words.counts().iter().map(square))
    }

    /// Whether so few names of a list of `len` have the gram that it is looked up: one that more have than one account may
    /// visit never is.
    pub fn telling(&self, gram: grams::Gram, len: usize) -> bool {
        self.rarity.share(gram) * len as f32 <= 2.0 * VISITS as f32
    }

    pub fn bits_of_address(&self, word: u32) -> f32 {
        (self.log_size - (self.addresses.count(u64::from(word) << 32).max(1) as f32).ln()).max(0.0)
    }

    pub fn bits_of_country(&self, code: [u8; 2]) -> f32 {
        let count = self.countries[usize::from(u16::from_be_bytes(code))].max(1);
        (self.log_size - (count as f32).ln()).max(0.0)
    }
}

/// What a shared word that tells so much adds to the likeness of two names, in [`grams::whole`] units.
pub fn square_of(bits: f32) -> u32 {
    grams::whole(bits * bits)
}

impl Sides<'_, '_> {
    pub fn theirs_word_is(&self, b: &Account, key: Key) -> bool {
        key != 0 && self.theirs.words(b).contains(&key)
    }

    pub fn ours_word_is(&self, a: &Account, key: Key) -> bool {
        key != 0 && self.ours.words(a).contains(&key)
    }
}
