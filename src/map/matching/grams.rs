//! Runs of three letters of a name, weighted by how rare they are: what a misspelling leaves standing.

/// Different grams: three marks of six bits.
pub const GRAMS: usize = 1 << 18;

/// A gram by its number.
pub type Gram = u32;

fn mark(byte: u8) -> u32 {
    match byte {
        b'a'..=b'z' => u32::from(byte - b'a') + 1,
        b'0'..=b'9' => u32::from(byte - b'0') + 27,
        b' ' => 0,
        // Letters that have no ASCII reading.
        other => 37 + u32::from(other) % 27,
    }
}

/// The grams of the words, sorted, each once.
pub fn of(core: &str, into: &mut Vec<Gram>) {
    into.clear();
    let mut window = mark(b' ');
    let marks = core.bytes().map(mark).chain(std::iter::once(0));
    for (at, m) in marks.enumerate() {
        window = (window << 6 | m) & 0x3_FFFF;
        if at > 0 {
            into.push(window);
        }
    }
    into.sort_unstable();
    into.dedup();
}

/// Parts of one in the likeness by which candidates are ranked.
pub const WHOLE: u32 = 1 << 14;

/// A weight in whole numbers: sums of these do not depend on the order in which they are added, so every engine ranks
/// candidates alike.
pub fn whole(weight: f32) -> u32 {
    (weight * WHOLE as f32).round() as u32
}

/// How much each gram tells.
#[derive(Debug)]
pub struct Rarity {
    /// The square of the logarithm of "one name in so many has it".
    squares: Vec<f32>,
    /// The share of names that have it.
    shares: Vec<f32>,
}

/// Counts grams; each list has its own, to be added up.
#[derive(Debug)]
pub struct Tally {
    counts: Vec<u32>,
    names: usize,
}

impl Tally {
    pub fn new() -> Self {
        Self { counts: vec![0; GRAMS], names: 0 }
    }

    pub fn add(&mut self, grams: &[Gram]) {
        self.names += 1;
        grams.iter().for_each(|gram| self.counts[*gram as usize] += 1);
    }

    pub fn merge(&mut self, other: &Self) {
        self.names += other.names;
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub fn rarity(&self) -> Rarity {
        let square = |count: &u32| {
            let bits = ((self.names + 1) as f32 / (count + 1) as f32).ln().max(0.0) + 1.0;
            bits * bits
        };
        let shares = self.counts.iter().map(|count| *count as f32 / self.names.max(1) as f32).collect();
        Rarity { squares: self.counts.iter().map(square).collect(), shares }
    }
}

impl Rarity {
    pub fn norm(&self, grams: &[Gram]) -> f32 {
        grams.iter().map(|gram| self.squares[*gram as usize]).sum::<f32>().sqrt()
    }

    /// The share of names that have the gram.
    pub fn share(&self, gram: Gram) -> f32 {
        self.shares[gram as usize]
    }

    /// What a shared gram adds to the likeness of two names, in [`whole`] units.
    pub fn square(&self, gram: Gram) -> u32 {
        whole(self.squares[gram as usize])
    }

    /// The length of a name as a vector, in the root of [`whole`] units.
    pub fn length(&self, grams: &[Gram]) -> f64 {
        (grams.iter().map(|gram| u64::from(self.square(*gram))).sum::<u64>() as f64).sqrt()
    }

    /// The cosine of two names, 0 to 1.
    pub fn cosine(&self, (ours, our_norm): (&[Gram], f32), (theirs, their_norm): (&[Gram], f32)) -> f32 {
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while let (Some(a), Some(b)) = (ours.get(i), theirs.get(j)) {
            if a == b {
                sum += self.squares[*a as usize];
            }
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        let norms = our_norm * their_norm;
        if norms > 0.0 { (sum / norms).min(1.0) } else { 0.0 }
    }
}
