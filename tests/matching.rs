//! How well the matcher does on public lists with ground truth, at legal-entity grain: prints the figures and fails when
//! they fall. One configuration and one threshold for all.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;

use tandem::map::matching::{Grain, Link, List, Options, Row, Verdict, run};

/// The score from which a pair counts for F1.
const THRESHOLD: f32 = 0.4;

struct Set {
    ours: List,
    theirs: List,
    truth: HashSet<(String, String)>,
}

/// Shares from 0 to 1.
#[derive(Clone, Copy, Debug)]
struct Figures {
    f1: f64,
    match_precision: f64,
    match_recall: f64,
    found: f64,
    asked: f64,
}

fn records(set: &str, file: &str) -> Vec<csv::StringRecord> {
    let path = format!("{}/tests/corpus/matching/{set}.zip", env!("CARGO_MANIFEST_DIR"));
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(file).unwrap().read_to_string(&mut text).unwrap();
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

fn list(set: &str, file: &str, websites: bool) -> List {
    let mut list = List::new();
    for row in records(set, file) {
        let website = if websites { &row[2] } else { "" };
        list.push(Row {
            id: &row[0],
            name: &row[1],
            website,
            country: &row[3],
            postcode: &row[4],
            address: &row[5],
        });
    }
    list
}

fn load(set: &str, websites: bool) -> Set {
    let truth = records(set, "truth.csv").iter().map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    Set { ours: list(set, "a.csv", websites), theirs: list(set, "b.csv", websites), truth }
}

fn measure(set: &Set) -> Figures {
    let options = Options { grain: Grain::LegalEntity, fuzzy: true, threads: 2 };
    let outcome = run(&set.ours, &set.theirs, &options, &|_| {});
    let right = |link: &Link| {
        let pair = (set.ours.id(link.ours).to_owned(), set.theirs.id(link.theirs).to_owned());
        set.truth.contains(&pair)
    };
    let rates = |links: &[&Link]| {
        let hits = links.iter().filter(|link| right(link)).count() as f64;
        (hits / (links.len() as f64).max(1.0), hits / set.truth.len() as f64)
    };
    let those = |keep: &dyn Fn(&Link) -> bool| -> Vec<&Link> {
        outcome.links.iter().filter(|link| keep(link)).collect()
    };
    let (precision, recall) = rates(&those(&|link| link.score >= THRESHOLD));
    let (match_precision, match_recall) = rates(&those(&|link| link.verdict == Verdict::Match));
    let (_, found) = rates(&those(&|_| true));
    let reviewed: HashSet<usize> =
        those(&|link| link.verdict == Verdict::Review).iter().map(|link| link.ours).collect();
    Figures {
        f1: 2.0 * precision * recall / (precision + recall),
        match_precision,
        match_recall,
        found,
        asked: reviewed.len() as f64 / set.ours.len() as f64,
    }
}

fn check(name: &str, websites: bool, least: Figures) {
    let figures = measure(&load(name, websites));
    println!("{name}: {figures:.4?}");
    assert!(figures.f1 >= least.f1, "F1 fell below {}", least.f1);
    assert!(figures.match_precision >= least.match_precision, "precision of match fell: {figures:?}");
    assert!(figures.match_recall >= least.match_recall, "recall of match fell: {figures:?}");
    assert!(figures.found >= least.found, "match and review together find less: {figures:?}");
    assert!(figures.asked <= least.asked, "too many accounts to review: {figures:?}");
}

#[test]
fn british_employers() {
    let least = Figures { f1: 0.968, match_precision: 0.99, match_recall: 0.936, found: 0.975, asked: 0.1 };
    check("gpg", true, least);
}

#[test]
fn research_organisations() {
    let least = Figures { f1: 0.977, match_precision: 0.99, match_recall: 0.96, found: 0.978, asked: 0.1 };
    check("ror", true, least);
}

#[test]
fn research_organisations_without_websites() {
    let least = Figures { f1: 0.765, match_precision: 0.98, match_recall: 0.57, found: 0.65, asked: 0.1 };
    check("ror", false, least);
}

#[test]
fn american_registrants() {
    let least = Figures { f1: 0.922, match_precision: 0.99, match_recall: 0.851, found: 0.89, asked: 0.1 };
    check("sec", true, least);
}

#[test]
fn technology_companies() {
    let least = Figures { f1: 0.914, match_precision: 0.93, match_recall: 0.87, found: 0.95, asked: 0.1 };
    check("whirl", true, least);
}
