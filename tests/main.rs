//! Flows, entered by the front door: signed requests in, messages out, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod flows;
mod quarter;
mod support;
