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

/// Those of one list that have a key of an account of another: a single one by its place in the list, which spares a look,
/// several by where they stand in the index.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sharers {
    count: u32,
    at: u32,
}

impl Sharers {
    pub fn len(self) -> usize {
        self.count as usize
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
    /// From pairs of key and account, which `each` hands over every time in the same order. Zero keys are left out.
    pub fn build(mut each: impl FnMut(&mut dyn FnMut(Key, u32))) -> Self {
        let mut count = 0usize;
        each(&mut |key, _| count += usize::from(key != 0));
        Self::roomy(count, each)
    }

    /// From the key of each account of a list. Indexes with the same `room` can be laid side by side.
    pub fn of(keys: &[Key], room: usize) -> Self {
        Self::roomy(room, |each| keys.iter().zip(0u32..).for_each(|(key, account)| each(*key, account)))
    }

    fn roomy(room: usize, mut each: impl FnMut(&mut dyn FnMut(Key, u32))) -> Self {
        let bits = usize::BITS - room.max(1).leading_zeros();
        let shift = 64 - bits.max(4);
        let mut starts = vec![0u32; (1usize << (64 - shift)) + 1];
        each(&mut |key, _| {
            if key != 0 {
                starts[(key >> shift) as usize] += 1;
            }
        });
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut entries = vec![(0u32, 0u32); starts.last().map_or(0, |count| *count as usize)];
        // Each slot is filled from its end, so that what told its end tells its start.
        each(&mut |key, account| {
            if key != 0 {
                let start = &mut starts[(key >> shift) as usize];
                *start -= 1;
                entries[*start as usize] = (key as u32, account);
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

    /// For each account of this list, which has `len`, those in the `other` that have its key. Both are walked through
    /// side by side, which spares the memory a million leaps.
    pub fn meet(&self, other: &Self, len: usize) -> Vec<Sharers> {
        let mut met = vec![Sharers::default(); len];
        for (slot, range) in self.starts.windows(2).enumerate() {
            let entries = &self.entries[range[0] as usize..range[1] as usize];
            for sharers in entries.chunk_by(|x, y| x.0 == y.0) {
                let others = other.those_of(other.tagged(slot, sharers[0].0));
                sharers.iter().for_each(|(_, account)| met[*account as usize] = others);
            }
        }
        met
    }

    /// The accounts that have the key.
    pub fn sharers(&self, key: Key) -> Sharers {
        self.those_of(self.span(key))
    }

    fn those_of(&self, span: Span) -> Sharers {
        let at = if span.len() == 1 { self.entries[span.from as usize].1 } else { span.from };
        Sharers { count: span.to - span.from, at }
    }

    /// Their places in the list, in its order.
    pub fn places(&self, Sharers { count, at }: Sharers) -> impl Iterator<Item = u32> + '_ {
        let (one, more) = match count {
            1 => (Some(at), Span { from: 0, to: 0 }),
            _ => (None, Span { from: at, to: at + count }),
        };
        one.into_iter().chain(self.within(more))
    }

    /// The accounts of each key that more than one has, in the list's order.
    pub fn crowds(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = u32> + Clone + '_> {
        let slots = self.starts.windows(2).map(|range| &self.entries[range[0] as usize..range[1] as usize]);
        let crowds = slots.flat_map(|entries| entries.chunk_by(|x, y| x.0 == y.0));
        crowds.filter(|crowd| crowd.len() > 1).map(|crowd| crowd.iter().map(|(_, account)| *account))
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
        self.tagged((key >> self.shift) as usize, key as u32)
    }

    fn tagged(&self, slot: usize, low: u32) -> Span {
        let start = self.starts[slot];
        let all = &self.entries[start as usize..self.starts[slot + 1] as usize];
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
