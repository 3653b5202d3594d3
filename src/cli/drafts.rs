//! `tandem drafts check`: what the relevance check says, a JSON line for a JSON line.

use clap::Subcommand;

use super::{Outcome, answer_lines};
use crate::sustain::relevance::answer_line;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Read drafts as JSON lines and write the verdict on each, rule by rule
    Check,
}

pub(super) fn run(verb: Verb) -> Outcome {
    let Verb::Check = verb;
    answer_lines(answer_line)
}
