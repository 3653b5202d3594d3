//! How well the matcher does on public lists with ground truth, at legal-entity grain: prints the figures and fails when
//! they fall. One configuration and one threshold for all.
#![allow(clippy::print_stdout)]

use std::collections::HashSet;

use crate::support::account_lists::{accounts, list, truth};
use tandem::map::matching::{Grain, Link, List, Options, Verdict, run};

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

fn load(set: &str, websites: bool) -> Set {
    let side = |file| list(accounts(set, file).iter().map(|account| account.row(websites)));
    Set { ours: side("a.csv"), theirs: side("b.csv"), truth: truth(set) }
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

/// One test a list: its archive, whether its websites are used, and the least of each figure.
macro_rules! lists {
    ($($name:ident: $set:literal, $websites:literal, [$f1:literal, $precision:literal, $recall:literal, $found:literal];)+) => {
        $(#[test]
        fn $name() {
            let least = Figures { f1: $f1, match_precision: $precision, match_recall: $recall, found: $found, asked: 0.1 };
            check($set, $websites, least);
        })+
    };
}

lists! {
    british_employers: "gpg", true, [0.971, 0.99, 0.939, 0.978];
    research_organisations: "ror", true, [0.979, 0.995, 0.963, 0.979];
    research_organisations_without_websites: "ror", false, [0.77, 0.989, 0.582, 0.656];
    american_registrants: "sec", true, [0.923, 0.99, 0.852, 0.891];
    technology_companies: "whirl", true, [0.916, 0.94, 0.893, 0.957];
}
