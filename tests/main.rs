//! All tests but those that need a process of their own. Flows are entered by the front door: signed requests in, messages
//! out, on both databases. Tests begin in the order of their names, and the longest comes first.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod a_quarter;
mod crash;
mod flows;
mod parts;
mod support;
