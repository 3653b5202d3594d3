//! Map: accounts, partners, contacts and overlaps, and the formats in which they arrive.

pub mod domain;
pub mod intake;
pub mod name;
pub mod overlap;
