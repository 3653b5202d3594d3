//! How long `tandem map` takes from two raw CSV files to the written result, and how much memory: `cargo bench --bench map`,
//! with other sizes as `cargo bench --bench map -- 10000 100000`. `BENCH_FIVE_MILLION=1` adds lists of five million rows,
//! for which it needs 5 GB of memory and 2 GB of disk.
//!
//! The lists are made from a seed: names of invented words with kinds of company and legal forms, a website in four rows of
//! five. Four tenths of theirs are of ours with another legal form, one tenth are misspelled and without a website, the rest
//! are strangers. Memory is the peak of the process, from `/proc`.
#![allow(clippy::print_stdout)]

mod memory;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let asked: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let mut sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
    if std::env::var_os("BENCH_FIVE_MILLION").is_some() {
        sizes.push(5_000_000);
    }
    println!("| rows × rows | tier | seconds | rows/s | peak memory MB | pairs |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for size in sizes {
        let folder = tempfile::tempdir()?;
        lists(folder.path(), size)?;
        for tier in ["exact", "with fuzzy names"] {
            measure(folder.path(), size, tier)?;
        }
    }
    Ok(())
}

fn measure(folder: &Path, size: usize, tier: &str) -> Result<(), Failure> {
    let out = folder.join("overlaps.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("map").arg(folder.join("ours.csv")).arg(folder.join("theirs.csv")).arg("--out").arg(&out);
    if tier == "exact" {
        command.arg("--exact");
    }
    let began = Instant::now();
    let mut child = command.stderr(std::process::Stdio::null()).spawn()?;
    let mut peak = 0.0;
    while child.try_wait()?.is_none() {
        peak = memory::megabytes(child.id(), "VmHWM").unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let seconds = began.elapsed().as_secs_f64();
    if !child.wait()?.success() {
        return Err("tandem map failed".into());
    }
    let pairs = csv::Reader::from_path(&out)?.records().count();
    let speed = 2.0 * size as f64 / seconds;
    println!("| {size} × {size} | {tier} | {seconds:.2} | {speed:.0} | {peak:.0} | {pairs} |");
    Ok(())
}

const SOUNDS: [&str; 38] = [
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "br", "cr",
    "dr", "fr", "gr", "kr", "pr", "tr", "bl", "cl", "fl", "gl", "pl", "sl", "st", "sk", "sp", "th", "sh",
    "ch",
];
const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ea", "ou"];
const ENDS: [&str; 6] = ["", "n", "r", "s", "x", "l"];
const KINDS: [&str; 16] = [
    "Group",
    "Holdings",
    "International",
    "Services",
    "Solutions",
    "Technologies",
    "Systems",
    "Industries",
    "Partners",
    "Capital",
    "Energy",
    "Media",
    "Health",
    "Foods",
    "Logistics",
    "Software",
];
const FORMS: [&str; 10] = ["Inc", "Inc.", "LLC", "Ltd", "Limited", "GmbH", "S.A.", "PLC", "Corp", "B.V."];
const SUFFIXES: [&str; 8] = ["com", "com", "com", "com", "de", "co.uk", "fr", "io"];
const COUNTRIES: [&str; 6] = ["US", "US", "GB", "DE", "FR", "NL"];

struct Company {
    words: Vec<String>,
    domain: String,
    country: &'static str,
}

fn lists(folder: &Path, size: usize) -> Result<(), Failure> {
    let mut random = StdRng::seed_from_u64(7);
    let mut ours = BufWriter::new(File::create(folder.join("ours.csv"))?);
    let mut theirs = BufWriter::new(File::create(folder.join("theirs.csv"))?);
    for out in [&mut ours, &mut theirs] {
        writeln!(out, "id,name,website,country,postcode,address")?;
    }
    for at in 0..size {
        let company = company(&mut random);
        row(&mut ours, &format!("A{at}"), &company, &mut random)?;
        let other = match random.random_range(0..10) {
            0..4 => company,
            4 => misspelled(company, &mut random),
            _ => self::company(&mut random),
        };
        row(&mut theirs, &format!("B{at}"), &other, &mut random)?;
    }
    ours.flush()?;
    theirs.flush()?;
    Ok(())
}

fn pick<'a>(from: &[&'a str], random: &mut StdRng) -> &'a str {
    from.choose(random).copied().unwrap_or_default()
}

fn company(random: &mut StdRng) -> Company {
    let word = |random: &mut StdRng| {
        let syllables = random.random_range(2..=3);
        let mut word: String =
            (0..syllables).map(|_| format!("{}{}", pick(&SOUNDS, random), pick(&VOWELS, random))).collect();
        word.push_str(pick(&ENDS, random));
        word
    };
    let mut words: Vec<String> = (0..random.random_range(1..=2)).map(|_| word(random)).collect();
    (0..random.random_range(0..=2)).for_each(|_| words.push(pick(&KINDS, random).to_owned()));
    let domain = format!("{}.{}", words.concat().to_lowercase(), pick(&SUFFIXES, random));
    Company { words, domain, country: COUNTRIES.choose(random).copied().unwrap_or_default() }
}

fn misspelled(mut company: Company, random: &mut StdRng) -> Company {
    let word = &mut company.words[0];
    word.remove(random.random_range(1..word.len()));
    company.domain.clear();
    company
}

fn row(out: &mut impl Write, id: &str, company: &Company, random: &mut StdRng) -> std::io::Result<()> {
    let Company { words, domain, country } = company;
    let website = if domain.is_empty() || random.random_range(0..5) == 0 {
        String::new()
    } else {
        format!("https://www.{domain}")
    };
    let postcode = random.random_range(10_000..99_999);
    writeln!(out, "{id},{} {},{website},{country},{postcode},", words.join(" "), pick(&FORMS, random))
}
