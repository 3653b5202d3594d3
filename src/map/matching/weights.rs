//! How much each sign counts, in natural logarithms of odds.
//!
//! Learned once, on public registers whose third-party keys say which rows are one company (British employers, research
//! organisations of the world, American registrants, and two directories of technology companies), by the likelihood of
//! the chances that [`super::assign`] gives. They are the same for every list.

use super::evidence::{SIGNS, Signs};

const WEIGHTS: [f32; SIGNS] = [
    // A candidate is no match until something says so.
    -4.94, // The same name, legal form included.
    2.75,  // The same words in the same order.
    0.17,  // The same words in another order.
    0.15,  // `Acme Inc` and `Acme LLC`: now and then two companies.
    -0.36, // Cosine of the runs of three letters, weighted by rarity.
    3.59,  // What lies above one half of it.
    0.83,  // Dice of the words, weighted by rarity, misspellings and abbreviations included.
    0.45,  // How much of the shorter name the longer one holds.
    2.39,  // The shared words are rarer than it takes to name one account among all.
    1.66,  // They are commoner than that.
    -0.45, // The first words, which distinguish most, agree.
    0.67,  // They do not.
    -0.21, // `Fund II` and `Fund III`.
    -1.05, // `Fund` and `Fund II`.
    -0.77, // One name is the initials of the other.
    4.95,  // The domain that they share is the initials of a name.
    0.76,  // The same page of the same website.
    5.64,  // The same host.
    0.77,  // The same registrable domain, on different hosts: departments and siblings.
    -0.74,
    // The more pairs share that page, host or domain, the less it tells (a quarter of the logarithm).
    -1.10, // A shared website and a like name tell in part the same.
    -1.11,
    // A shared website and no word in common: a rename or a translation rather than a sibling.
    1.24,  // Two websites that have nothing to do with each other.
    -2.52, // `acme.com` and `acmegroup.com`: often a sibling.
    -0.93, // One of them has no website of its own.
    -1.75, // The same country, by how rare it is in the lists.
    4.34,  // Two countries.
    -2.87, // The same postcode.
    0.17,  // The more pairs share that postcode, the less it tells (a quarter of the logarithm).
    -1.46, // What the addresses share, against what it takes to name one account among all.
    5.19,  // Two addresses with no word in common.
    -1.34, // Siblings share a website and a postcode: together they tell less than each alone.
    -3.17, // So do a like name and a like address.
    -2.59,
];

/// The logarithm of the odds that the pair is one company, before competition.
pub fn odds(signs: &Signs) -> f32 {
    signs.iter().zip(&WEIGHTS).map(|(sign, weight)| sign * weight).sum()
}
