//! `tandem map --in-database`: the lists go into a schema of their own, are joined there, and the result comes back.

use std::path::Path;
use std::time::Instant;

use futures_util::TryStreamExt;
use indicatif::MultiProgress;
use secrecy::ExposeSecret;
use tokio::runtime::{Builder, Runtime};

use super::read::{self, Read, Source};
use super::write::{Pair, Writer};
use super::{Counted, Options, both, called, spinner, summary};
use crate::cli::Outcome;
use crate::config::Config;
use crate::map::matching::store::{Loaded, Scratch, Side, Told};
use crate::map::matching::{Aliases, List};

pub(super) fn run(
    options: &Options,
    url: Option<&str>,
    config: Option<&Path>,
    aliases: &Aliases,
    began: Instant,
) -> Outcome {
    let url = match url {
        Some(url) => url.to_owned(),
        None => configured(config)?,
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(format!(
            "--in-database takes a postgres:// URL, or nothing for the configured one; not {url}."
        )
        .into());
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let scratch = runtime.block_on(Scratch::open(&url))?;
    let outcome = work(&runtime, &scratch, options, aliases, began);
    let kept = runtime.block_on(scratch.close(options.keep && outcome.is_ok()));
    let text = outcome?;
    eprint!("{text}");
    if let Some(schema) = kept? {
        eprintln!("The tables stay in the schema {schema}.");
    }
    Ok(())
}

fn configured(config: Option<&Path>) -> Result<String, Box<dyn std::error::Error>> {
    let config = Config::load(config)?;
    let url = config.database_url.map(|url| url.expose_secret().to_owned());
    url.ok_or_else(|| {
        "No Postgres database is configured. Give one: --in-database postgres://user@host/database".into()
    })
}

/// What is told in the end.
fn work(
    runtime: &Runtime,
    scratch: &Scratch,
    options: &Options,
    aliases: &Aliases,
    began: Instant,
) -> Result<String, Box<dyn std::error::Error>> {
    let loaded = |source: &Source<'_>| load(runtime, scratch, source, aliases);
    let ((ours, our_rows), (theirs, their_rows)) = both(options, loaded)?;
    let bar = spinner(&MultiProgress::new(), "Matching");
    let progress = |what: &'static str| {
        bar.set_message(what);
        bar.tick();
    };
    runtime.block_on(scratch.run(our_rows, their_rows, &options.matching(), &progress))?;
    progress("Writing");
    let mut writer = Writer::create(&options.out, options.partner.as_deref())?;
    let mut links = std::pin::pin!(scratch.links());
    while let Some(told) = runtime.block_on(links.try_next())? {
        writer.pair(&pair(&told))?;
    }
    writer.finish()?;
    let totals = runtime.block_on(scratch.totals())?.into_iter();
    let counted: Vec<Counted> = totals
        .map(|total| (called(total.verdict, total.kin), total.pairs, total.ours, total.theirs))
        .collect();
    bar.finish_and_clear();
    Ok(summary(options, &ours, &theirs, &counted, began.elapsed()))
}

fn load(
    runtime: &Runtime,
    scratch: &Scratch,
    source: &Source<'_>,
    aliases: &Aliases,
) -> Result<(Read, Loaded), String> {
    let side = if source.side == "ours" { Side::Ours } else { Side::Theirs };
    let mut loader = runtime.block_on(scratch.load(side)).map_err(|error| error.to_string())?;
    let mut take = |piece: &mut List| {
        piece.apply(aliases);
        runtime.block_on(loader.add(piece)).map_err(|error| error.to_string())
    };
    let read = read::list(source, Some(&mut take))?;
    let loaded = runtime.block_on(loader.finish()).map_err(|error| error.to_string())?;
    Ok((read, loaded))
}

fn pair(told: &Told) -> Pair<'_> {
    Pair {
        our_id: &told.our_id,
        their_id: &told.their_id,
        our_name: &told.our_name,
        their_name: &told.their_name,
        our_domain: &told.our_domain,
        their_domain: &told.their_domain,
        score: told.score,
        verdict: told.verdict,
        grounds: told.grounds,
    }
}
