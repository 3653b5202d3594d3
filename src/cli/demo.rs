//! `tandem demo`: the same bot against a local workspace with a web page.

use super::Outcome;

/// What `tandem demo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The port of the page
    #[arg(long, default_value_t = 8085)]
    port: u16,
}

pub(super) fn run(_options: Options) -> Outcome {
    Err("to be written".into())
}
