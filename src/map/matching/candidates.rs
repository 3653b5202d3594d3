//! Whom to compare with whom: by what two accounts share and few others do. The work for one account is bounded, however
//! long the lists are and however often a value stands in them.

use std::thread;

use super::evidence::Ours;
use super::grams;
use super::ground::{self, Ground, Kind, scattered};
use super::index::{Index, Span};
use super::list::{Account, Key};

/// A domain, a website or a whole name on which more than these stand is told by nobody's name alone.
pub const EXACT_CAP: usize = 200;
/// A postcode shared by more is a district.
pub const POSTCODE_CAP: usize = 10;
/// How many entries of the index one account may visit by words, and as many by grams: rare ones first.
pub const VISITS: usize = 300;
/// How many of theirs are weighed in full for one of ours that is looked for by likeness.
pub const KEPT: usize = 8;

fn gram_key(gram: grams::Gram) -> Key {
    scattered(u64::from(gram) + 1)
}

/// Those of theirs that share a website, a domain or a whole name with one of ours, sorted.
pub fn exact(ground: &Ground<'_>, ours: u32, found: &mut Vec<u32>) {
    found.clear();
    let few = |kind: Kind| ground.few(kind, ours, EXACT_CAP);
    // Who shares the page shares the host, and who shares the host the domain: the widest that few share is enough.
    found.extend([Kind::Domain, Kind::Host, Kind::Page].into_iter().find_map(few).into_iter().flatten());
    found.extend([Kind::Name, Kind::Sorted, Kind::Alias].into_iter().filter_map(few).flatten());
    found.sort_unstable();
    found.dedup();
}

/// Theirs by the words and grams of their names.
pub struct Likeness {
    words: Alike,
    grams: Alike,
}

/// Theirs by parts of one kind of their names.
struct Alike {
    index: Index,
    /// The length of each of theirs as a vector of such parts.
    norms: Vec<f64>,
}

/// A key to look up: rare ones first, then in the order of what names the word or gram.
#[derive(Clone, Copy, Debug)]
struct Lookup {
    span: Span,
    name: i64,
    square: u32,
}

/// What one thread needs to look things up.
pub struct Desk {
    shares: Vec<(u32, u32)>,
    touched: Vec<u32>,
    keys: Vec<Lookup>,
}

impl Likeness {
    /// Of all of theirs by words, and of those that are `open` by grams too: who is settled can still have a subsidiary,
    /// which bears its name, but is nobody's misspelling.
    pub fn new(ground: &Ground<'_>, open: &[bool]) -> Self {
        thread::scope(|scope| {
            let words = scope.spawn(|| Alike::by_words(ground));
            let grams = Alike::by_grams(ground, open);
            Self { words: words.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), grams }
        })
    }

    pub fn desk(&self) -> Desk {
        Desk { shares: vec![(0, 0); self.words.norms.len()], touched: Vec::new(), keys: Vec::new() }
    }

    /// Adds those of theirs whose names are most like the account's, and those at its postcode.
    pub fn find(&self, ground: &Ground<'_>, ours: &mut Ours<'_>, desk: &mut Desk, found: &mut Vec<u32>) {
        let (a, scales) = (ours.account, &ground.scales);
        found.extend(ground.few(Kind::Postcode, ours.at, POSTCODE_CAP).into_iter().flatten());
        desk.keys.clear();
        let bits = ground.our_bits[ground.ours.word_places(a)].iter().copied();
        let words = ground.ours.words(a).iter().copied().zip(bits);
        let others = ground.ours.others(a).map(|word| (word, scales.bits_of_word(word)));
        for (word, bits) in words.chain(others) {
            let span = self.words.index.span(word);
            desk.keys.push(Lookup { span, name: word as i64, square: ground::square_of(bits) });
        }
        let length = desk.keys.iter().map(|lookup| u64::from(lookup.square)).sum::<u64>();
        let length = (length as f64).sqrt();
        self.words.visit(desk, |shares, square| shares.0 += square);
        desk.keys.clear();
        let (grams, _) = ours.grams(&ground.sides());
        let gram_length = scales.rarity.length(grams);
        for gram in grams.iter().filter(|gram| scales.telling(**gram, ground.theirs.len())) {
            let (span, square) = (self.grams.index.span(gram_key(*gram)), scales.rarity.square(*gram));
            desk.keys.push(Lookup { span, name: i64::from(*gram), square });
        }
        self.grams.visit(desk, |shares, square| shares.1 += square);
        let mut best: Vec<(f64, u32)> = desk
            .touched
            .iter()
            .map(|at| {
                let (words, grams) = desk.shares[*at as usize];
                let (word_norm, gram_norm) = (self.words.norms[*at as usize], self.grams.norms[*at as usize]);
                let by_words = f64::from(words) / (length * word_norm).max(f64::from(grams::WHOLE));
                let by_grams = f64::from(grams) / (gram_length * gram_norm).max(f64::from(grams::WHOLE));
                (by_words + by_grams, *at)
            })
            .collect();
        for at in desk.touched.drain(..) {
            desk.shares[at as usize] = (0, 0);
        }
        if best.len() > KEPT {
            best.select_nth_unstable_by(KEPT - 1, |x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
            best.truncate(KEPT);
        }
        found.extend(best.iter().map(|(_, at)| at));
        found.sort_unstable();
        found.dedup();
    }
}

impl Alike {
    fn by_words(ground: &Ground<'_>) -> Self {
        let theirs = ground.theirs;
        let length = |a: &Account| {
            let bits = &ground.their_bits[theirs.word_places(a)];
            (bits.iter().map(|bits| u64::from(ground::square_of(*bits))).sum::<u64>() as f64).sqrt()
        };
        let norms = theirs.accounts.iter().map(length).collect();
        let index = Index::build(|each| {
            for (a, at) in theirs.accounts.iter().zip(0u32..) {
                theirs.words(a).iter().for_each(|word| each(*word, at));
                theirs.others(a).for_each(|other| each(other, at));
            }
        });
        Self { index, norms }
    }

    fn by_grams(ground: &Ground<'_>, open: &[bool]) -> Self {
        let (theirs, scales) = (ground.theirs, &ground.scales);
        let mut grams = Vec::new();
        let length = |a: &Account| {
            grams::of(theirs.core(a), &mut grams);
            scales.rarity.length(&grams)
        };
        let norms = theirs.accounts.iter().map(length).collect();
        let index = Index::build(|each| {
            for ((a, at), _) in theirs.accounts.iter().zip(0u32..).zip(open).filter(|(_, open)| **open) {
                grams::of(theirs.core(a), &mut grams);
                for gram in grams.iter().filter(|gram| scales.telling(**gram, theirs.len())) {
                    each(gram_key(*gram), at);
                }
            }
        });
        Self { index, norms }
    }

    fn visit(&self, desk: &mut Desk, add: impl Fn(&mut (u32, u32), u32)) {
        desk.keys.sort_unstable_by_key(|lookup| (lookup.span.len(), lookup.name));
        let mut left = VISITS;
        for Lookup { span, square, .. } in &desk.keys {
            if span.len() > left {
                break;
            }
            left -= span.len();
            for at in self.index.within(*span) {
                let shares = &mut desk.shares[at as usize];
                if *shares == (0, 0) {
                    desk.touched.push(at);
                }
                add(shares, *square);
            }
        }
    }
}
