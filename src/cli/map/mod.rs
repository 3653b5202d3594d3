//! `tandem map`: two account lists become overlaps, without Slack; on this machine, or inside a Postgres database.

mod columns;
mod in_database;
mod parquet;
mod read;
mod reading;
mod write;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Outcome;
use crate::kernel::money::grouped;
use crate::map::matching::{self, Link, List, Options as Matching, Stage, Verdict};
use columns::{Named, OurColumns, TheirColumns};
use read::{Read, Source};
use write::{Pair, Writer};

/// What `tandem map` is told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Our accounts: CSV, TSV, XLSX, Parquet or JSON lines
    ours: PathBuf,
    /// The partner's accounts, likewise
    theirs: PathBuf,
    /// The partner's name, as one more column of the result
    #[arg(long, value_name = "NAME")]
    partner: Option<String>,
    /// The result: .csv, .tsv, .jsonl, .xlsx or .parquet
    #[arg(long, value_name = "FILE", default_value = "overlaps.csv")]
    out: PathBuf,
    /// What counts as one
    #[arg(long, value_enum, default_value_t = Grain::Account)]
    grain: Grain,
    /// Pairs of names or domains that are one account, a CSV without a header
    #[arg(long, value_name = "FILE")]
    aliases: Option<PathBuf>,
    /// Only whole names and domains: faster, and no misspellings are found
    #[arg(long)]
    exact: bool,
    /// Join inside Postgres, for lists that outgrow this machine: the database at the URL, or the configured one. Give it
    /// after the two lists
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    in_database: Option<Option<String>>,
    /// Leave the tables in the database
    #[arg(long, requires = "in_database")]
    keep: bool,
    #[command(flatten)]
    our_columns: OurColumns,
    #[command(flatten)]
    their_columns: TheirColumns,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Grain {
    /// Siblings on one domain are one family, and are linked
    Account,
    /// Every row is a company of its own
    LegalEntity,
}

/// Pairs of one kind: what they are called, how many, and how many accounts of ours and of theirs are in them.
type Counted = (&'static str, usize, usize, usize);

pub(super) fn run(options: &Options, config: Option<&Path>) -> Outcome {
    let began = Instant::now();
    let inputs = [Some(&options.ours), Some(&options.theirs), options.aliases.as_ref()];
    write::check(&options.out, inputs.into_iter().flatten().map(PathBuf::as_path))?;
    let aliases = options.aliases.as_deref().map(read::aliases).transpose()?.unwrap_or_default();
    if let Some(url) = &options.in_database {
        return in_database::run(options, url.as_deref(), config, &aliases, began);
    }
    let read = |source: &Source<'_>| {
        read::list(source, None).map(|mut read| {
            read.list.apply(&aliases);
            read
        })
    };
    let (ours, theirs) = both(options, read)?;
    let bar = bar(&MultiProgress::new(), ours.rows, "Matching");
    let shown = |stage: Stage| match stage {
        Stage::Counting => bar.set_message("Counting"),
        Stage::Exact(done) => {
            bar.set_message("Names and domains");
            bar.set_position(done as u64);
        }
        Stage::Alike(done, of) => {
            bar.set_message("Names that are alike");
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        }
        Stage::Deciding => bar.set_message("Deciding"),
    };
    let outcome = matching::run(&ours.list, &theirs.list, &options.matching(), &shown);
    bar.set_message("Writing");
    let mut writer = Writer::create(&options.out, options.partner.as_deref())?;
    writer.pairs(&outcome.links, &|link| pair(link, &ours.list, &theirs.list), options.matching().threads)?;
    writer.finish()?;
    let counted = counts(&outcome.links, &ours.list, &theirs.list);
    bar.finish_and_clear();
    eprint!("{}", summary(options, &ours, &theirs, &counted, began.elapsed()));
    // The process ends here, which gives back all at once what would take a tenth of a second piece by piece.
    std::mem::forget((ours, theirs, outcome));
    Ok(())
}

impl Options {
    fn matching(&self) -> Matching {
        Matching {
            grain: match self.grain {
                Grain::Account => matching::Grain::Account,
                Grain::LegalEntity => matching::Grain::LegalEntity,
            },
            fuzzy: !self.exact,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

fn pair<'a>(link: &Link, ours: &'a List, theirs: &'a List) -> Pair<'a> {
    Pair {
        our_id: ours.id(link.ours),
        their_id: theirs.id(link.theirs),
        our_name: ours.name(link.ours),
        their_name: theirs.name(link.theirs),
        our_domain: ours.domain(link.ours),
        their_domain: theirs.domain(link.theirs),
        score: link.score,
        verdict: link.verdict,
        grounds: link.grounds,
    }
}

/// Reads both lists, each on its own thread.
fn both<T: Send>(
    options: &Options,
    read: impl Fn(&Source<'_>) -> Result<T, String> + Sync,
) -> Result<(T, T), String> {
    let bars = MultiProgress::new();
    let (mine, other) = (spinner(&bars, "Our list"), spinner(&bars, "Their list"));
    let read = |path, named: &Named, side, bar: &ProgressBar| {
        let progress = |rows| bar.set_position(rows as u64);
        let read = read(&Source { path, named, side, progress: &progress });
        bar.finish_and_clear();
        read
    };
    let (ours, theirs) = (options.our_columns.named(), options.their_columns.named());
    thread::scope(|scope| {
        let second = scope.spawn(|| read(&options.theirs, &theirs, "theirs", &other));
        let first = read(&options.ours, &ours, "ours", &mine);
        let second = second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((first?, second?))
    })
}

/// A bar on a terminal, nothing elsewhere.
fn bar(bars: &MultiProgress, length: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:22} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = bars.add(ProgressBar::new(length as u64)).with_message(what);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn spinner(bars: &MultiProgress, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:22} {human_pos} rows");
    let bar = bars.add(ProgressBar::new_spinner()).with_message(what);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}

/// What came of it, for the one who waits.
fn summary(options: &Options, ours: &Read, theirs: &Read, rows: &[Counted], took: Duration) -> String {
    let mut text = String::new();
    for (side, read) in [("Ours", ours), ("Theirs", theirs)] {
        text += &format!("{side}: {} rows ({})\n", counted(read.rows), read.columns);
        if read.bad > 0 {
            let rows = if read.bad == 1 { "row" } else { "rows" };
            text += &format!("  {} {rows} could not be read:\n", counted(read.bad));
            read.examples.iter().for_each(|bad| text += &format!("    {bad}\n"));
        }
        read.notes.iter().for_each(|note| text += &format!("  {note}\n"));
    }
    text += "\n";
    text += &format!("{:20} {:>10} {:>13} {:>15}\n", "", "pairs", "our accounts", "their accounts");
    for (name, pairs, mine, other) in rows.iter().filter(|(_, pairs, _, _)| *pairs > 0) {
        text +=
            &format!("{name:20} {:>10} {:>13} {:>15}\n", counted(*pairs), counted(*mine), counted(*other));
    }
    if rows.iter().all(|(_, pairs, _, _)| *pairs == 0) {
        text += "No account stands in both lists. Check the columns above.\n";
    }
    text += &format!("\nWritten to {} in {:.1} s\n", options.out.display(), took.as_secs_f64());
    text
}

/// How pairs of one kind are called.
fn called(verdict: Verdict, kin: bool) -> &'static str {
    match (verdict, kin) {
        (Verdict::Match, false) => "match",
        (Verdict::Match, true) => "match, same family",
        (Verdict::Review, _) => "review",
    }
}

fn counts(links: &[Link], ours: &List, theirs: &List) -> Vec<Counted> {
    let kinds = [(Verdict::Match, false), (Verdict::Match, true), (Verdict::Review, false)];
    let count = |(verdict, kin): (Verdict, bool)| {
        let those = links.iter().filter(|link| link.verdict == verdict && link.grounds.kin == kin);
        let those: Vec<&Link> = those.collect();
        let (mine, other) = (distinct(&those, ours, |l| l.ours), distinct(&those, theirs, |l| l.theirs));
        (called(verdict, kin), those.len(), mine, other)
    };
    kinds.map(count).into()
}

fn distinct(links: &[&Link], list: &List, place: impl Fn(&Link) -> usize) -> usize {
    let mut seen = vec![false; list.len()];
    links.iter().filter(|link| !std::mem::replace(&mut seen[place(link)], true)).count()
}

fn counted(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}
