//! The map's SQL, a file a noun.

mod accounts;
mod focus;
mod lists;
mod overlaps;
mod partners;
mod sources;

pub use accounts::*;
pub use focus::*;
pub use lists::*;
pub use overlaps::*;
pub use partners::*;
pub use sources::*;
