//! What speaks for and against two accounts being one company.

use rapidfuzz::distance::indel;

use super::grams::{self, Gram};
use super::ground::{Kind, Sides};
use super::list::Account;

/// The signs that are weighed, in the order of `weights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[rustfmt::skip]
pub enum Sign {
    Bias, NameWhole, NameEqual, NameSorted, FormDiffers, Gram, GramHalf, Words, Contained, Surplus, SurplusLow, FirstWord,
    FirstLost, NumberDiffers, NumberExtra, Initials, LabelInitials, Page, Host, Domain, DomainCount, DomainFamiliar,
    DomainAlien, DomainDiffers, LabelNear, NoDomain, Country, CountryDiffers, Postcode, PostcodeCount, Address, AddressAlien,
    DomainPostcode, NameAddress,
}

pub const SIGNS: usize = Sign::NameAddress as usize + 1;

/// One number for each sign, most of them 0 to 1.
pub type Signs = [f32; SIGNS];

/// One of ours, made ready to be compared with many of theirs.
pub struct Ours<'l> {
    pub at: u32,
    pub account: &'l Account,
    core: &'l str,
    grams: Vec<Gram>,
    norm: f32,
    words: Words<'l>,
    other_grams: Vec<Gram>,
    other_words: Words<'l>,
}

/// The words of a name with what each tells, in units of "one in e".
#[derive(Clone, Debug, Default)]
struct Words<'l> {
    words: Vec<(&'l str, u64, f32)>,
    total: f32,
}

impl<'l> Words<'l> {
    fn refill(&mut self, core: &'l str, keys: &[u64], bits: &[f32]) {
        self.words.clear();
        let words = core.split(' ').zip(keys.iter().zip(bits)).take(16);
        self.words.extend(words.map(|(word, (key, bits))| (word, *key, *bits)));
        self.total = self.words.iter().map(|(_, _, bits)| bits).sum();
    }
}

impl<'l> Ours<'l> {
    pub fn new(sides: &Sides<'l, '_>, at: u32) -> Self {
        let account = &sides.ours.accounts[at as usize];
        let core = sides.ours.core(account);
        let mut words = Words::default();
        let bits = &sides.our_bits[sides.ours.word_places(account)];
        words.refill(core, sides.ours.words(account), bits);
        let (grams, other_grams, other_words) = (Vec::new(), Vec::new(), Words::default());
        Self { at, account, core, grams, norm: 0.0, words, other_grams, other_words }
    }

    /// The grams of its name and their length as a vector; worked out when first asked for.
    pub fn grams(&mut self, sides: &Sides<'_, '_>) -> (&[Gram], f32) {
        if self.grams.is_empty() {
            grams::of(self.core, &mut self.grams);
            self.norm = sides.scales.rarity.norm(&self.grams);
        }
        (&self.grams, self.norm)
    }

    /// Everything that speaks for or against the pair.
    pub fn signs(&mut self, sides: &Sides<'l, '_>, at: u32) -> Signs {
        use Sign::*;
        let (a, b) = (self.account, &sides.theirs.accounts[at as usize]);
        let mut s = [0.0; SIGNS];
        s[Bias as usize] = 1.0;
        self.name(sides, b, &mut s);
        web(sides, a, b, &mut s);
        place(sides, a, b, &mut s);
        let same_site = s[Domain as usize] + s[Host as usize] + s[Page as usize] > 0.0;
        let alike = s[Words as usize].max(s[Gram as usize]).max(s[Contained as usize] * 0.9);
        if same_site {
            s[DomainFamiliar as usize] = alike;
            s[DomainAlien as usize] = f32::from(u8::from(alike < 0.3));
            s[DomainPostcode as usize] = s[Postcode as usize];
        }
        s[NameAddress as usize] = alike * (s[Address as usize].max(s[Postcode as usize]));
        s
    }

    fn name(&mut self, sides: &Sides<'l, '_>, b: &'l Account, s: &mut Signs) {
        use Sign::*;
        let a = self.account;
        let core = sides.theirs.core(b);
        if a.joined != 0 && a.joined == b.joined {
            s[NameEqual as usize] = 1.0;
        } else if a.sorted != 0 && a.sorted == b.sorted {
            s[NameSorted as usize] = 1.0;
        }
        let equal = s[NameEqual as usize] + s[NameSorted as usize] > 0.0;
        if equal {
            s[FormDiffers as usize] = f32::from(u8::from(a.form != 0 && b.form != 0 && a.form != b.form));
            s[NameWhole as usize] = f32::from(u8::from(a.form == b.form));
        }
        if !core.is_empty() && core == self.core {
            for sign in [Gram, GramHalf, Words, Contained, FirstWord] {
                s[sign as usize] = 1.0;
            }
            self.surplus(sides, self.words.total, s);
            return;
        }
        self.grams(sides);
        grams::of(core, &mut self.other_grams);
        let norm = sides.scales.rarity.norm(&self.other_grams);
        let gram = sides.scales.rarity.cosine((&self.grams, self.norm), (&self.other_grams, norm));
        s[Gram as usize] = gram;
        s[GramHalf as usize] = (gram - 0.5).max(0.0) * 2.0;
        let bits = &sides.their_bits[sides.theirs.word_places(b)];
        self.other_words.refill(core, sides.theirs.words(b), bits);
        let shared = Shared::of(&self.words, &self.other_words);
        let words = shared.dice(&self.words, &self.other_words);
        s[Words as usize] = words;
        let least = self.words.total.min(self.other_words.total);
        s[Contained as usize] = if least > 0.0 { (shared.bits / least).min(1.0) } else { 0.0 };
        self.surplus(sides, shared.bits, s);
        s[FirstWord as usize] = f32::from(u8::from(shared.first_ours && shared.first_theirs));
        s[FirstLost as usize] = f32::from(u8::from(!shared.first_ours && !shared.first_theirs));
        s[NumberDiffers as usize] = f32::from(u8::from(shared.numbers_ours > 0 && shared.numbers_theirs > 0));
        s[NumberExtra as usize] =
            f32::from(u8::from((shared.numbers_ours > 0) != (shared.numbers_theirs > 0)));
        if !equal {
            let ours_short = a.joined != 0 && a.joined == b.initials || sides.theirs_word_is(b, a.initials);
            let theirs_short = b.joined != 0 && b.joined == a.initials || sides.ours_word_is(a, b.initials);
            s[Initials as usize] = f32::from(u8::from(ours_short || theirs_short));
        }
    }

    /// What the shared words tell beyond what it takes to name one account among all.
    fn surplus(&self, sides: &Sides<'_, '_>, bits: f32, s: &mut Signs) {
        let surplus = ((bits - sides.scales.log_size) / 10.0).clamp(-1.0, 1.0);
        s[Sign::Surplus as usize] = surplus.max(0.0);
        s[Sign::SurplusLow as usize] = (-surplus).max(0.0);
    }
}

/// What two names have in common, in bits of "one in e".
#[derive(Debug, Default)]
struct Shared {
    bits: f32,
    first_ours: bool,
    first_theirs: bool,
    /// Numbers that the other side does not have.
    numbers_ours: usize,
    numbers_theirs: usize,
}

impl Shared {
    fn of(ours: &Words<'_>, theirs: &Words<'_>) -> Self {
        let mut taken_ours = 0u32;
        let mut taken_theirs = 0u32;
        let mut bits = 0.0;
        for (i, (_, key, weight)) in ours.words.iter().enumerate() {
            let found = theirs
                .words
                .iter()
                .enumerate()
                .position(|(j, (_, other, _))| taken_theirs & 1 << j == 0 && key == other);
            if let Some(j) = found {
                taken_ours |= 1 << i;
                taken_theirs |= 1 << j;
                bits += weight;
            }
        }
        let all = |words: &Words<'_>| (1u32 << words.words.len()) - 1;
        let mut near = 0.0;
        if taken_ours != all(ours) && taken_theirs != all(theirs) {
            for (i, (word, _, weight)) in ours.words.iter().enumerate() {
                if taken_ours & 1 << i != 0 {
                    continue;
                }
                let best = theirs
                    .words
                    .iter()
                    .enumerate()
                    .filter(|(j, _)| taken_theirs & 1 << j == 0)
                    .map(|(j, (other, _, other_weight))| (j, alike(word, other), *other_weight))
                    .max_by(|x, y| x.1.total_cmp(&y.1));
                if let Some((j, alike, other_weight)) = best.filter(|(_, alike, _)| *alike > 0.0) {
                    taken_ours |= 1 << i;
                    taken_theirs |= 1 << j;
                    near += alike * weight.min(other_weight);
                }
            }
            near += joined(ours, &mut taken_ours, theirs, &mut taken_theirs);
            near += joined(theirs, &mut taken_theirs, ours, &mut taken_ours);
        }
        let numbers = |words: &Words<'_>, taken: u32| {
            let left = words.words.iter().enumerate().filter(|(i, _)| taken & 1 << i == 0);
            left.filter(|(_, (word, _, _))| word.bytes().all(|b| b.is_ascii_digit())).count()
        };
        Self {
            bits: bits + near,
            first_ours: taken_ours & 1 != 0,
            first_theirs: taken_theirs & 1 != 0,
            numbers_ours: numbers(ours, taken_ours),
            numbers_theirs: numbers(theirs, taken_theirs),
        }
    }

    /// Twice what is shared by what both say, 0 to 1.
    fn dice(&self, ours: &Words<'_>, theirs: &Words<'_>) -> f32 {
        let both = ours.total + theirs.total;
        if both > 0.0 { (2.0 * self.bits / both).min(1.0) } else { 0.0 }
    }
}

/// How much two words that differ are one: a misspelling, or an abbreviation that is the other's beginning.
fn alike(a: &str, b: &str) -> f32 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < 3 || short.bytes().any(|b| b.is_ascii_digit()) || !short.is_ascii() || !long.is_ascii() {
        return 0.0;
    }
    if long.starts_with(short) {
        return if short.len() >= 4 { 0.8 } else { 0.5 };
    }
    if short.len() < 4
        || long.len() > short.len() + 3
        || short.as_bytes()[0] != long.as_bytes()[0] && short.len() < 6
    {
        return 0.0;
    }
    let alike = indel::normalized_similarity(short.bytes(), long.bytes()) as f32;
    if alike >= 0.8 { alike } else { 0.0 }
}

/// `south state` and `southstate`: words next to each other that are one word on the other side.
fn joined(apart: &Words<'_>, taken_apart: &mut u32, together: &Words<'_>, taken_together: &mut u32) -> f32 {
    let mut bits = 0.0;
    for (j, (whole, _, weight)) in together.words.iter().enumerate() {
        if *taken_together & 1 << j != 0 {
            continue;
        }
        for from in 0..apart.words.len() {
            let mut rest = *whole;
            let mut to = from;
            while let Some((word, _, _)) = apart.words.get(to).filter(|_| *taken_apart & 1 << to == 0) {
                let Some(left) = rest.strip_prefix(word) else { break };
                rest = left;
                to += 1;
            }
            if to > from + 1 && rest.is_empty() {
                (from..to).for_each(|at| *taken_apart |= 1 << at);
                *taken_together |= 1 << j;
                bits += apart.words[from..to].iter().map(|w| w.2).sum::<f32>().max(*weight);
                break;
            }
        }
    }
    bits
}

fn web(sides: &Sides<'_, '_>, a: &Account, b: &Account, s: &mut Signs) {
    use Sign::*;
    if a.domain == 0 || b.domain == 0 {
        s[NoDomain as usize] = 1.0;
        return;
    }
    if a.domain == b.domain {
        let (sign, kind, key) = if a.page == b.page && a.page != a.host {
            (Page, Kind::Page, a.page)
        } else if a.page == b.page {
            (Page, Kind::Host, a.host)
        } else if a.host == b.host {
            (Host, Kind::Host, a.host)
        } else {
            (Domain, Kind::Domain, a.domain)
        };
        s[sign as usize] = 1.0;
        let pairs = sides.crowd.pairs_on(kind, key).max(1) as f32;
        s[DomainCount as usize] = pairs.ln().min(8.0) / 4.0;
        let label = |name: &Account| a.label == name.initials;
        s[LabelInitials as usize] = f32::from(u8::from(label(a) || label(b)));
        return;
    }
    let (x, y) = (sides.ours.label(a), sides.theirs.label(b));
    let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
    let near = short.len() >= 4
        && short != long
        && (long.contains(short) || indel::normalized_similarity(short.bytes(), long.bytes()) >= 0.8);
    if near {
        s[LabelNear as usize] = 1.0;
    } else if x != y {
        s[DomainDiffers as usize] = 1.0;
    }
}

fn place(sides: &Sides<'_, '_>, a: &Account, b: &Account, s: &mut Signs) {
    use Sign::*;
    if a.country != [0; 2] && b.country != [0; 2] {
        if a.country == b.country {
            s[Country as usize] = sides.scales.bits_of_country(a.country) / sides.scales.log_size;
        } else {
            s[CountryDiffers as usize] = 1.0;
        }
    }
    if a.postcode != 0 && a.postcode == b.postcode {
        s[Postcode as usize] = 1.0;
        let pairs = sides.crowd.pairs_on(Kind::Postcode, a.postcode).max(1) as f32;
        s[PostcodeCount as usize] = pairs.ln().min(8.0) / 4.0;
    }
    let (x, y) = (sides.ours.address(a), sides.theirs.address(b));
    if !x.is_empty() && !y.is_empty() {
        let (mut i, mut j, mut both) = (0, 0, 0.0);
        while let (Some(p), Some(q)) = (x.get(i), y.get(j)) {
            if p == q {
                both += sides.scales.bits_of_address(*p);
            }
            i += usize::from(p <= q);
            j += usize::from(q <= p);
        }
        // What the addresses share, against what would name one place among all.
        s[Address as usize] = (both / sides.scales.log_size).min(1.5);
        s[AddressAlien as usize] = f32::from(u8::from(both == 0.0));
    }
}
