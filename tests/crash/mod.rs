//! The real process is killed at every step of delivery and at random moments, started again, and what reached the
//! workspace is held against the promises. The workspace lives in this process, so its record outlives the bot.
//!
//! Every run follows from its seed. `TEST_CRASH_RUNS=5000` makes more runs, `TEST_CRASH_SEED=17` repeats one.
#![allow(clippy::print_stdout)]

mod doors;
mod edges;
mod ground;
mod load;
mod outages;
mod plan;
mod process;
mod promises;
mod release;
mod replicas;
mod runs;
mod sources;
mod story;
