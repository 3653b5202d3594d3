//! `tandem manifest`: the Slack app, with the least scopes.

use super::Outcome;
use crate::slack::manifest::{self, WayIn};

/// What `tandem manifest` takes.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Options {
    /// For Socket Mode: no public address is needed
    #[arg(long)]
    socket: bool,
    /// The public address under which Slack reaches Tandem, such as https://tandem.example.com
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

#[expect(clippy::print_stdout, reason = "the manifest is what is asked for")]
pub(super) fn run(options: &Options) -> Outcome {
    let way_in = match &options.url {
        Some(url) => {
            let parsed = url::Url::parse(url).map_err(|e| format!("--url {url}: {e}"))?;
            if parsed.scheme() != "https" {
                return Err(format!("--url {url}: Slack only posts to https addresses").into());
            }
            WayIn::Http(url.trim_end_matches('/').to_owned())
        }
        None => WayIn::Socket,
    };
    print!("{}", manifest::yaml(&way_in)?);
    Ok(())
}
