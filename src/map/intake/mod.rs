//! How overlaps arrive: channel messages and files.

pub mod message;
pub mod table;
