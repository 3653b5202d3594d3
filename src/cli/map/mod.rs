//! `tandem map`: two account lists become overlaps, without a database and without Slack.

mod columns;
mod read;
mod write;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Outcome;
use crate::kernel::money::grouped;
use crate::map::matching::{self, Aliases, Link, List, Options as Matching, Stage, Verdict};
use columns::{Named, OurColumns, TheirColumns};
use read::Read;

/// What `tandem map` is told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Our accounts: CSV, TSV, XLSX or JSON lines
    ours: PathBuf,
    /// The partner's accounts, likewise
    theirs: PathBuf,
    /// The partner's name, as one more column of the result
    #[arg(long, value_name = "NAME")]
    partner: Option<String>,
    /// The result: .csv, .tsv, .jsonl or .xlsx
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

pub(super) fn run(options: Options) -> Outcome {
    let began = Instant::now();
    let inputs = [Some(&options.ours), Some(&options.theirs), options.aliases.as_ref()];
    write::check(&options.out, inputs.into_iter().flatten().map(PathBuf::as_path))?;
    let aliases = options.aliases.as_deref().map(read::aliases).transpose()?.unwrap_or_default();
    let (ours, theirs) =
        both(&options, options.our_columns.named(), options.their_columns.named(), &aliases)?;
    let bar = bar(&MultiProgress::new(), ours.list.len(), "Matching");
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
    let how = Matching {
        grain: match options.grain {
            Grain::Account => matching::Grain::Account,
            Grain::LegalEntity => matching::Grain::LegalEntity,
        },
        fuzzy: !options.exact,
        threads: thread::available_parallelism().map_or(1, usize::from),
    };
    let outcome = matching::run(&ours.list, &theirs.list, &how, &shown);
    bar.set_message("Writing");
    write::links(&options.out, &outcome.links, &ours.list, &theirs.list, options.partner.as_deref())?;
    bar.finish_and_clear();
    eprint!("{}", summary(&options, &ours, &theirs, &outcome.links, began.elapsed()));
    Ok(())
}

/// Reads both lists, each on its own thread.
fn both(options: &Options, ours: Named, theirs: Named, aliases: &Aliases) -> Result<(Read, Read), String> {
    let bars = MultiProgress::new();
    let (mine, other) = (spinner(&bars, "Our list"), spinner(&bars, "Their list"));
    let read = |path, named: &Named, side, bar: &ProgressBar| {
        let read = read::list(path, named, side, &|rows| bar.set_position(rows as u64));
        bar.finish_and_clear();
        read.map(|mut read| {
            read.list.apply(aliases);
            read
        })
    };
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
fn summary(options: &Options, ours: &Read, theirs: &Read, links: &[Link], took: Duration) -> String {
    let mut text = String::new();
    for (side, read) in [("Ours", ours), ("Theirs", theirs)] {
        text += &format!("{side}: {} rows ({})\n", counted(read.list.len()), read.columns);
        if read.bad > 0 {
            let rows = if read.bad == 1 { "row" } else { "rows" };
            text += &format!("  {} {rows} could not be read:\n", counted(read.bad));
            read.examples.iter().for_each(|bad| text += &format!("    {bad}\n"));
        }
        read.notes.iter().for_each(|note| text += &format!("  {note}\n"));
    }
    text += "\n";
    let of = |verdict: Verdict, kin: bool| {
        links.iter().filter(move |link| link.verdict == verdict && link.grounds.kin == kin)
    };
    let rows = [
        ("match", of(Verdict::Match, false).collect::<Vec<_>>()),
        ("match, same family", of(Verdict::Match, true).collect()),
        ("review", of(Verdict::Review, false).collect()),
    ];
    text += &format!("{:20} {:>10} {:>13} {:>15}\n", "", "pairs", "our accounts", "their accounts");
    for (name, links) in rows.iter().filter(|(_, links)| !links.is_empty()) {
        let (mine, other) =
            (distinct(links, &ours.list, |l| l.ours), distinct(links, &theirs.list, |l| l.theirs));
        text +=
            &format!("{name:20} {:>10} {:>13} {:>15}\n", counted(links.len()), counted(mine), counted(other));
    }
    if links.is_empty() {
        text += "No account stands in both lists. Check the columns above.\n";
    }
    text += &format!("\nWritten to {} in {:.1} s\n", options.out.display(), took.as_secs_f64());
    text
}

fn distinct(links: &[&Link], list: &List, place: impl Fn(&Link) -> usize) -> usize {
    let mut seen = vec![false; list.len()];
    links.iter().filter(|link| !std::mem::replace(&mut seen[place(link)], true)).count()
}

fn counted(number: usize) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}
