//! Flows, entered by the front door: signed requests in, messages out, on both databases; and what a process that is
//! killed under way leaves behind. In one program, because most of the latter is waiting.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crash;
mod flows;
mod quarter;
mod support;
