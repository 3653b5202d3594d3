//! Who has a key, and how many have it.

use super::list::Key;

/// Where the accounts that have a key stand in an index.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    from: u32,
    to: u32,
}

impl Span {
    pub fn len(self) -> usize {
        (self.to - self.from) as usize
    }
}

/// Finds the accounts of one list by key. A key that stands often costs what it holds, a rare one next to nothing.
#[derive(Debug)]
pub struct Index {
    shift: u32,
    starts: Vec<u32>,
    /// The low half of the key, and the account. By slot, then by key, then in the list's order.
    entries: Vec<(u32, u32)>,
}

impl Index {
    /// From pairs of key and account, which `each` hands over twice in the same order. Zero keys are left out.
    pub fn build(mut each: impl FnMut(&mut dyn FnMut(Key, u32))) -> Self {
        let mut count = 0usize;
        each(&mut |key, _| count += usize::from(key != 0));
        let bits = usize::BITS - count.max(1).leading_zeros();
        let shift = 64 - bits.max(4);
        let mut starts = vec![0u32; (1usize << (64 - shift)) + 1];
        each(&mut |key, _| {
            if key != 0 {
                starts[(key >> shift) as usize + 1] += 1;
            }
        });
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut entries = vec![(0u32, 0u32); count];
        let mut next = starts.clone();
        each(&mut |key, account| {
            if key != 0 {
                let slot = &mut next[(key >> shift) as usize];
                entries[*slot as usize] = (key as u32, account);
                *slot += 1;
            }
        });
        for slot in starts.windows(2) {
            let range = &mut entries[slot[0] as usize..slot[1] as usize];
            if range.len() > 1 {
                range.sort_unstable();
            }
        }
        Self { shift, starts, entries }
    }

    /// The accounts that have the key, in the list's order.
    pub fn get(&self, key: Key) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.within(self.span(key))
    }

    /// The accounts of a span, in the list's order.
    pub fn within(&self, span: Span) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.entries[span.from as usize..span.to as usize].iter().map(|(_, account)| *account)
    }

    /// How many have it.
    pub fn count(&self, key: Key) -> usize {
        self.span(key).len()
    }

    /// Where those that have the key stand.
    pub fn span(&self, key: Key) -> Span {
        if key == 0 {
            return Span { from: 0, to: 0 };
        }
        let slot = (key >> self.shift) as usize;
        let start = self.starts[slot];
        let all = &self.entries[start as usize..self.starts[slot + 1] as usize];
        let low = key as u32;
        let (from, to) = if all.len() <= 4 {
            let from = all.iter().position(|(tag, _)| *tag >= low).unwrap_or(all.len());
            (from, all.iter().position(|(tag, _)| *tag > low).unwrap_or(all.len()))
        } else {
            (all.partition_point(|(tag, _)| *tag < low), all.partition_point(|(tag, _)| *tag <= low))
        };
        Span { from: start + from as u32, to: start + to as u32 }
    }
}

const MOST_BITS: u32 = 22;

/// How often keys stand in both lists together. A table of counts: two keys may share one, which makes both look
/// commoner than they are, never rarer.
#[derive(Clone, Debug)]
pub struct Census {
    shift: u32,
    counts: Vec<u32>,
}

impl Census {
    /// For about so many different keys.
    pub fn new(keys: usize) -> Self {
        let bits = Self::bits_for(keys);
        Self { shift: 64 - bits, counts: vec![0; 1 << bits] }
    }

    /// For lists of unknown length; see [`Census::narrowed`].
    pub fn widest() -> Self {
        Self { shift: 64 - MOST_BITS, counts: vec![0; 1 << MOST_BITS] }
    }

    /// The same counts as if it had been made for so many keys.
    pub fn narrowed(&self, keys: usize) -> Self {
        let (from, to) = (self.bits(), Self::bits_for(keys));
        let counts = self.counts.chunks(1 << (from - to)).map(|counts| counts.iter().sum()).collect();
        Self { shift: 64 - to, counts }
    }

    /// Bits of a key that tell its count.
    pub fn bits(&self) -> u32 {
        64 - self.shift
    }

    /// The counts in the order of those bits.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    fn bits_for(keys: usize) -> u32 {
        (usize::BITS - keys.leading_zeros() + 2).clamp(10, MOST_BITS)
    }

    pub fn add(&mut self, key: Key) {
        self.counts[(key >> self.shift) as usize] += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub fn count(&self, key: Key) -> u32 {
        self.counts[(key >> self.shift) as usize]
    }
}
