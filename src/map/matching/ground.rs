//! Two lists laid side by side: how rare everything is in them.

use std::thread;

use super::candidates::VISITS;
use super::grams::{self, Rarity, Tally};
use super::index::{Census, Index, Sharers};
use super::list::{Account, Key, List};

/// What a key is a key of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Domain,
    Name,
    Sorted,
    Host,
    Page,
    Postcode,
    Alias,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Domain, Self::Name, Self::Sorted, Self::Host, Self::Page, Self::Postcode, Self::Alias];
    /// The first of them are asked for of every account of ours.
    const ALWAYS: usize = 3;

    /// The account's key of this kind; zero is "none".
    fn of(self, a: &Account) -> Key {
        match self {
            Self::Domain => a.domain,
            Self::Name => a.joined,
            Self::Sorted => a.sorted,
            Self::Host => a.host,
            Self::Page if a.page == a.host => 0,
            Self::Page => a.page,
            Self::Postcode => a.postcode,
            Self::Alias => scattered(u64::from(a.alias)),
        }
    }
}

/// A small number as a key: numbers next to each other stand far apart. Zero stays zero.
pub fn scattered(number: u64) -> Key {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Who has which key in one list: an index for each [`Kind`].
pub struct Keys([Index; Kind::ALL.len()]);

impl Keys {
    /// With `room` for so many accounts, in every list that is laid beside this one.
    fn of(list: &List, room: usize) -> Self {
        let mut keys = Kind::ALL.map(|_| Vec::with_capacity(list.len()));
        for a in &list.accounts {
            Kind::ALL.iter().zip(&mut keys).for_each(|(kind, keys)| keys.push(kind.of(a)));
        }
        let mut room = std::iter::repeat_n(room, Kind::ALWAYS);
        Self(keys.map(|keys| match room.next() {
            Some(room) => Index::of(&keys, room),
            None => Index::of(&keys, keys.iter().filter(|key| **key != 0).count()),
        }))
    }

    pub fn of_kind(&self, kind: Kind) -> &Index {
        &self.0[kind as usize]
    }

    /// How many have the key.
    pub fn count(&self, kind: Kind, key: Key) -> usize {
        self.of_kind(kind).count(key)
    }
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
    fn pairs_on(&self, kind: Kind, key: Key) -> usize;
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
    pub our_keys: Keys,
    pub their_keys: Keys,
    /// For each of ours, those of theirs that have its key, for the kinds that are always asked for.
    met: [Vec<Sharers>; Kind::ALWAYS],
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
    keys: Keys,
    counts: Counts,
    tally: Tally,
}

fn count(list: &List, room: usize, both: usize) -> Counted {
    let keys = Keys::of(list, room);
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
        let (room, both) = (ours.len().max(theirs.len()), ours.len() + theirs.len());
        let (mut mine, other) = thread::scope(|scope| {
            let other = scope.spawn(|| count(theirs, room, both));
            (count(ours, room, both), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        mine.counts.merge(&other.counts);
        mine.tally.merge(&other.tally);
        let scales = Scales::new(mine.counts, &mine.tally, both);
        let (our_keys, their_keys) = (mine.keys, other.keys);
        let meet = |kind: Kind| our_keys.of_kind(kind).meet(their_keys.of_kind(kind), ours.len());
        let (our_bits, their_bits, met) = thread::scope(|scope| {
            let others = scope.spawn(|| (scales.bits_of_words(theirs), meet(Kind::Domain)));
            let (our_bits, names, sorted) =
                (scales.bits_of_words(ours), meet(Kind::Name), meet(Kind::Sorted));
            let (their_bits, domains) =
                others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (our_bits, their_bits, [domains, names, sorted])
        });
        Self { ours, theirs, our_keys, their_keys, met, our_bits, their_bits, scales }
    }

    /// Those of theirs that have the key of one of ours, in their list's order; nothing where they are more than `most`.
    pub fn few(&self, kind: Kind, ours: u32, most: usize) -> Option<impl Iterator<Item = u32> + '_> {
        let keys = self.their_keys.of_kind(kind);
        let sharers = match self.met.get(kind as usize) {
            Some(met) => met[ours as usize],
            None => keys.sharers(kind.of(&self.ours.accounts[ours as usize])),
        };
        (sharers.len() <= most).then(|| keys.places(sharers))
    }

    /// What evidence is taken from.
    pub fn sides(&self) -> Sides<'l, '_> {
        let Self { our_bits, their_bits, scales, .. } = self;
        Sides { ours: self.ours, theirs: self.theirs, our_bits, their_bits, scales, crowd: self }
    }
}

impl Crowd for Ground<'_> {
    fn pairs_on(&self, kind: Kind, key: Key) -> usize {
        self.our_keys.count(kind, key).saturating_mul(self.their_keys.count(kind, key))
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
