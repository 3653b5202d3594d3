//! The SQL of plain account lists, a file a noun.

mod answers;
mod listed;
mod pairs;
mod settings;

pub use answers::*;
pub use listed::*;
pub use pairs::*;
pub use settings::*;
