//! The map's SQL, a file a noun.

mod accounts;
mod fit;
mod focus;
mod lists;
mod overlaps;
mod partners;
mod sharing;
mod sources;
mod trust;

pub use accounts::*;
pub use fit::*;
pub use focus::*;
pub use lists::*;
pub use overlaps::*;
pub use partners::*;
pub use sharing::*;
pub use sources::*;
pub use trust::*;
