//! Two lists laid side by side: how rare everything is in them.

use std::thread;

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

/// Both lists, and what was counted in them.
pub struct Ground<'l> {
    pub ours: &'l List,
    pub theirs: &'l List,
    pub our_keys: Index,
    pub their_keys: Index,
    pub rarity: Rarity,
    words: Census,
    addresses: Census,
    countries: Vec<([u8; 2], u32)>,
    /// The logarithm of how many accounts both lists have: what must be told to name one of them.
    pub log_size: f32,
}

struct Counted {
    keys: Index,
    words: Census,
    addresses: Census,
    tally: Tally,
    countries: Vec<([u8; 2], u32)>,
}

/// So many names of a list are enough to tell which grams are rare.
const SAMPLE: usize = 100_000;

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
    let mut words = Census::new(both * 2);
    let mut addresses = Census::new(both);
    let mut countries = vec![0u32; 1 << 16];
    for a in &list.accounts {
        list.words(a).iter().for_each(|word| words.add(*word));
        list.address(a).iter().for_each(|word| addresses.add(u64::from(*word) << 32));
        countries[usize::from(u16::from_be_bytes(a.country))] += 1;
    }
    let countries = (0u16..=u16::MAX)
        .zip(countries)
        .filter(|(_, count)| *count > 0)
        .map(|(code, count)| (code.to_be_bytes(), count))
        .collect();
    let mut tally = Tally::new();
    let mut grams = Vec::new();
    for a in list.accounts.iter().step_by(list.len().div_ceil(SAMPLE)) {
        grams::of(list.core(a), &mut grams);
        tally.add(&grams);
    }
    Counted { keys, words, addresses, tally, countries }
}

impl<'l> Ground<'l> {
    /// Counts both lists, each on its own thread.
    pub fn new(ours: &'l List, theirs: &'l List) -> Self {
        let both = ours.len() + theirs.len();
        let (mut mine, other) = thread::scope(|scope| {
            let other = scope.spawn(|| count(theirs, both));
            (count(ours, both), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        mine.words.merge(&other.words);
        mine.addresses.merge(&other.addresses);
        mine.tally.merge(&other.tally);
        for (code, count) in other.countries {
            match mine.countries.binary_search_by_key(&code, |(code, _)| *code) {
                Ok(at) => mine.countries[at].1 += count,
                Err(at) => mine.countries.insert(at, (code, count)),
            }
        }
        Self {
            ours,
            theirs,
            our_keys: mine.keys,
            their_keys: other.keys,
            rarity: mine.tally.rarity(),
            words: mine.words,
            addresses: mine.addresses,
            countries: mine.countries,
            log_size: (both.max(4) as f32).ln(),
        }
    }

    /// What a word tells: the logarithm of "one account in so many has it".
    pub fn bits_of_word(&self, key: Key) -> f32 {
        (self.log_size - (self.words.count(key).max(1) as f32).ln()).max(0.1)
    }

    pub fn bits_of_address(&self, word: u32) -> f32 {
        (self.log_size - (self.addresses.count(u64::from(word) << 32).max(1) as f32).ln()).max(0.0)
    }

    pub fn bits_of_country(&self, code: [u8; 2]) -> f32 {
        let found = self.countries.binary_search_by_key(&code, |(code, _)| *code);
        let count = found.map_or(1, |at| self.countries[at].1.max(1));
        (self.log_size - (count as f32).ln()).max(0.0)
    }

    /// How many pairs share the page, host, domain or postcode.
    pub fn pairs_on(&self, kind: Key, key: Key) -> usize {
        let key = of_kind(kind, key);
        self.our_keys.count(key).saturating_mul(self.their_keys.count(key))
    }

    pub fn theirs_word_is(&self, b: &Account, key: Key) -> bool {
        key != 0 && self.theirs.words(b).contains(&key)
    }

    pub fn ours_word_is(&self, a: &Account, key: Key) -> bool {
        key != 0 && self.ours.words(a).contains(&key)
    }
}
