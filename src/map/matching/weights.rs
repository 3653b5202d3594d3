//! How much each sign counts, in natural logarithms of odds.
//!
//! Learned once, on public registers whose third-party keys say which rows are one company (British employers, research
//! organisations of the world, American registrants, and two directories of technology companies), by the likelihood of
//! the chances that [`super::assign`] gives. They are the same for every list.

use super::evidence::{SIGNS, Sign, Signs};

#[rustfmt::skip]
const WEIGHTS: [(Sign, f32); SIGNS] = [
    (Sign::Bias,           -4.94), // A candidate is no match until something says so.
    (Sign::NameWhole,       2.75), // The same name, legal form included.
    (Sign::NameEqual,       0.17), // The same words in the same order.
    (Sign::NameSorted,      0.15), // The same words in another order.
    (Sign::FormDiffers,    -0.36), // `Acme Inc` and `Acme LLC`: now and then two companies.
    (Sign::Gram,            3.59), // Cosine of the runs of three letters, weighted by rarity.
    (Sign::GramHalf,        0.83), // What lies above one half of it.
    (Sign::Words,           0.45), // Dice of the words, weighted by rarity, misspellings and abbreviations included.
    (Sign::Contained,       2.39), // How much of the shorter name the longer one holds.
    (Sign::Surplus,         1.66), // The shared words are rarer than it takes to name one account among all.
    (Sign::SurplusLow,     -0.45), // They are commoner than that.
    (Sign::FirstWord,       0.67), // The first words, which distinguish most, agree.
    (Sign::FirstLost,      -0.21), // They do not.
    (Sign::NumberDiffers,  -1.05), // `Fund II` and `Fund III`.
    (Sign::NumberExtra,    -0.77), // `Fund` and `Fund II`.
    (Sign::Initials,        4.95), // One name is the initials of the other.
    (Sign::LabelInitials,   0.76), // The domain that they share is the initials of a name.
    (Sign::Page,            5.64), // The same page of the same website.
    (Sign::Host,            0.77), // The same host.
    (Sign::Domain,         -0.74), // The same registrable domain, on different hosts: departments and siblings.
    (Sign::DomainCount,    -1.10), // The more pairs share that page, host or domain, the less it tells (a quarter of the logarithm).
    (Sign::DomainFamiliar, -1.11), // A shared website and a like name tell in part the same.
    (Sign::DomainAlien,     1.24), // A shared website and no word in common: a rename or a translation rather than a sibling.
    (Sign::DomainDiffers,  -2.52), // Two websites that have nothing to do with each other.
    (Sign::LabelNear,      -0.93), // `acme.com` and `acmegroup.com`: often a sibling.
    (Sign::NoDomain,       -1.75), // One of them has no website of its own.
    (Sign::Country,         4.34), // The same country, by how rare it is in the lists.
    (Sign::CountryDiffers, -2.87), // Two countries.
    (Sign::Postcode,        0.17), // The same postcode.
    (Sign::PostcodeCount,  -1.46), // The more pairs share that postcode, the less it tells (a quarter of the logarithm).
    (Sign::Address,         5.19), // What the addresses share, against what it takes to name one account among all.
    (Sign::AddressAlien,   -1.34), // Two addresses with no word in common.
    (Sign::DomainPostcode, -3.17), // Siblings share a website and a postcode: together they tell less than each alone.
    (Sign::NameAddress,    -2.59), // So do a like name and a like address.
];

/// The logarithm of the odds that the pair is one company, before competition.
pub fn odds(signs: &Signs) -> f32 {
    WEIGHTS.iter().map(|(sign, weight)| signs[*sign as usize] * weight).sum()
}
