//! Whom to compare with whom: by what two accounts share and few others do. The work for one account is bounded, however
//! long the lists are and however often a value stands in them.

use super::evidence::Ours;
use super::grams;
use super::ground::{self, Ground, of_kind};
use super::index::Index;
use super::list::{Account, Key};

/// A domain, a website or a whole name on which more than these stand is told by nobody's name alone.
const EXACT_CAP: usize = 200;
/// A postcode shared by more is a district.
const POSTCODE_CAP: usize = 10;
/// How many entries of the index one account may visit by words, and as many by grams: rare ones first.
const VISITS: usize = 300;
/// How many of theirs are weighed in full for one of ours that is looked for by likeness.
const KEPT: usize = 8;

const WORD: Key = 0x7000_0000_0000_000D;
const GRAM: Key = 0x8000_0000_0000_000F;

fn gram_key(gram: grams::Gram) -> Key {
    of_kind(GRAM, u64::from(gram).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Those of theirs that share a website, a domain or a whole name with the account, sorted.
pub fn exact(ground: &Ground<'_>, a: &Account, found: &mut Vec<u32>) {
    found.clear();
    let holders = |kind: Key, key: Key| ground.their_keys.get(of_kind(kind, key));
    // Who shares the page shares the host, and who shares the host the domain: the widest that few share is enough.
    let web = [(ground::DOMAIN, a.domain), (ground::HOST, a.host), (ground::PAGE, a.page)];
    if let Some((kind, key)) = web.into_iter().find(|(kind, key)| holders(*kind, *key).len() <= EXACT_CAP) {
        found.extend(holders(kind, key));
    }
    for (kind, key) in
        [(ground::NAME, a.joined), (ground::SORTED, a.sorted), (ground::ALIAS, u64::from(a.alias))]
    {
        let holders = holders(kind, key);
        if holders.len() <= EXACT_CAP {
            found.extend(holders);
        }
    }
    found.sort_unstable();
    found.dedup();
}

/// Theirs by the words and grams of their names.
pub struct Likeness {
    index: Index,
    /// Of each of theirs: the length of its words and of its grams as vectors.
    norms: Vec<(f32, f32)>,
}

/// What one thread needs to look things up.
pub struct Desk {
    shares: Vec<(f32, f32)>,
    touched: Vec<u32>,
    keys: Vec<(u32, Key, f32)>,
}

impl Likeness {
    /// Of all of theirs by words, and of those that are `open` by grams too: who is settled can still have a subsidiary,
    /// which bears its name, but is nobody's misspelling.
    pub fn new(ground: &Ground<'_>, open: &[bool]) -> Self {
        let theirs = ground.theirs;
        let mut norms = vec![(0.0, 0.0); theirs.len()];
        let mut grams = Vec::new();
        for (at, a) in theirs.accounts.iter().enumerate() {
            let squares = theirs.words(a).iter().map(|word| ground.bits_of_word(*word).powi(2));
            grams::of(theirs.core(a), &mut grams);
            norms[at] = (squares.sum::<f32>().sqrt(), ground.rarity.norm(&grams));
        }
        let index = Index::build(|each| {
            for (at, a) in theirs.accounts.iter().enumerate() {
                let is_open = open[at];
                let at = at as u32;
                theirs.words(a).iter().for_each(|word| each(of_kind(WORD, *word), at));
                for other in [a.joined, a.label, a.initials] {
                    if !theirs.words(a).contains(&other) {
                        each(of_kind(WORD, other), at);
                    }
                }
                if !is_open {
                    continue;
                }
                grams::of(theirs.core(a), &mut grams);
                for gram in grams.iter().filter(|gram| telling(ground, **gram)) {
                    each(gram_key(*gram), at);
                }
            }
        });
        Self { index, norms }
    }

    pub fn desk(&self) -> Desk {
        Desk { shares: vec![(0.0, 0.0); self.norms.len()], touched: Vec::new(), keys: Vec::new() }
    }

    /// Adds those of theirs whose names are most like the account's, and those at its postcode.
    pub fn find(&self, ground: &Ground<'_>, ours: &mut Ours<'_>, desk: &mut Desk, found: &mut Vec<u32>) {
        let a = ours.account;
        let at_place = ground.their_keys.get(of_kind(ground::POSTCODE, a.postcode));
        if at_place.len() <= POSTCODE_CAP {
            found.extend(at_place);
        }
        desk.keys.clear();
        let words = ground.ours.words(a);
        let others = [a.joined, a.label, a.initials];
        let others = others.iter().filter(|other| **other != 0 && !words.contains(other));
        for word in words.iter().chain(others) {
            let key = of_kind(WORD, *word);
            let bits = ground.bits_of_word(*word);
            desk.keys.push((self.index.count(key) as u32, key, bits * bits));
        }
        let length = desk.keys.iter().map(|(_, _, square)| square).sum::<f32>().sqrt();
        self.visit(desk, |shares, square| shares.0 += square);
        desk.keys.clear();
        let (grams, gram_length) = ours.grams(ground);
        for gram in grams.iter().filter(|gram| telling(ground, **gram)) {
            let key = gram_key(*gram);
            desk.keys.push((self.index.count(key) as u32, key, ground.rarity.square(*gram)));
        }
        self.visit(desk, |shares, square| shares.1 += square);
        let mut best: Vec<(f32, u32)> = desk
            .touched
            .iter()
            .map(|at| {
                let (words, grams) = desk.shares[*at as usize];
                let (word_norm, gram_norm) = self.norms[*at as usize];
                let by_words = words / (length * word_norm).max(1.0);
                let by_grams = grams / (gram_length * gram_norm).max(1.0);
                (by_words + by_grams, *at)
            })
            .collect();
        for at in desk.touched.drain(..) {
            desk.shares[at as usize] = (0.0, 0.0);
        }
        if best.len() > KEPT {
            best.select_nth_unstable_by(KEPT - 1, |x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
            best.truncate(KEPT);
        }
        found.extend(best.iter().map(|(_, at)| at));
        found.sort_unstable();
        found.dedup();
    }

    fn visit(&self, desk: &mut Desk, add: impl Fn(&mut (f32, f32), f32)) {
        desk.keys.sort_unstable_by_key(|(count, key, _)| (*count, *key));
        let mut left = VISITS;
        for (count, key, square) in &desk.keys {
            if *count == 0 {
                continue;
            }
            if *count as usize > left {
                break;
            }
            left -= *count as usize;
            for at in self.index.get(*key) {
                let shares = &mut desk.shares[at as usize];
                if *shares == (0.0, 0.0) {
                    desk.touched.push(at);
                }
                add(shares, *square);
            }
        }
    }
}

/// A gram that more names have than one account may visit is never looked up, so it is not kept.
fn telling(ground: &Ground<'_>, gram: grams::Gram) -> bool {
    ground.rarity.share(gram) * ground.theirs.len() as f32 <= 2.0 * VISITS as f32
}
