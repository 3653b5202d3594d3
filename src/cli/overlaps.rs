//! `tandem overlaps parse`: what the intake understands, a JSON line for a JSON line.

use clap::Subcommand;

use super::{Outcome, answer_lines};
use crate::map::intake::message::{Context, answer_line};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Read messages as JSON lines and write the overlaps that each holds
    Parse {
        /// The partners that are known, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        partners: Vec<String>,
        /// The bot id whose posts are our own
        #[arg(long = "self", value_name = "BOT")]
        self_bot: Option<String>,
    },
}

pub(super) fn run(verb: Verb) -> Outcome {
    let Verb::Parse { partners, self_bot } = verb;
    let partners = partners.into_iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    let context = Context::new(partners, self_bot);
    answer_lines(|line| answer_line(line, &context))
}
