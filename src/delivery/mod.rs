//! The only way in and the only way out.

pub mod envelope;
