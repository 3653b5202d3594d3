//! Precision and recall on the corpus, field by field, and what must hold for any input.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const FIELDS: [&str; 8] =
    ["account", "domain", "partner", "our_population", "their_population", "owner", "amount", "stage"];

/// Hits, misses and false finds of one thing.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    hit: usize,
    missed: usize,
    invented: usize,
}

impl Tally {
    fn precision(self) -> f64 {
        ratio(self.hit, self.hit + self.invented)
    }

    fn recall(self) -> f64 {
        ratio(self.hit, self.hit + self.missed)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// The score of one corpus: overlaps that are right in every field, each field, and messages with a false find.
#[derive(Debug, Default)]
struct Score {
    found: Tally,
    exact: Tally,
    fields: [Tally; 8],
    noisy: Vec<String>,
    report: String,
}

fn context() -> Context {
    Context {
        partners: ["Northwind", "Globex", "Initech"].map(String::from).to_vec(),
        self_bot: Some("B0TANDEM".to_string()),
    }
}

fn score(corpus: &str) -> Score {
    let mut score = Score::default();
    for line in corpus.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer = answer_line(line, &context());
        let expected = case["overlaps"].as_array().unwrap();
        let mut left: Vec<Value> = answer["overlaps"].as_array().unwrap().clone();
        if expected.is_empty() && !left.is_empty() {
            score.noisy.push(case["id"].to_string());
        }
        let mut wrong = expected.len() != left.len();
        for wanted in expected {
            let same = |o: &Value| {
                let key = |v: &Value| v["account"].as_str().map(name::key).or(v["domain"].as_str().map(String::from));
                key(o) == key(wanted) && o["partner"] == wanted["partner"]
            };
            let Some(at) = left.iter().position(same).or(left.iter().position(|o| {
                o["account"].as_str().map(name::key) == wanted["account"].as_str().map(name::key)
            })) else {
                score.found.missed += 1;
                score.exact.missed += 1;
                FIELDS.iter().enumerate().for_each(|(i, f)| score.fields[i].missed += usize::from(!wanted[f].is_null()));
                wrong = true;
                continue;
            };
            let got = left.remove(at);
            score.found.hit += 1;
            for (i, field) in FIELDS.iter().enumerate() {
                let tally = &mut score.fields[i];
                match (&wanted[field], &got[field]) {
                    (Value::Null, Value::Null) => {}
                    (a, b) if a == b => tally.hit += 1,
                    (a, b) => {
                        tally.missed += usize::from(!a.is_null());
                        tally.invented += usize::from(!b.is_null());
                    }
                }
            }
            if &got == wanted {
                score.exact.hit += 1;
            } else {
                score.exact.missed += 1;
                score.exact.invented += 1;
                wrong = true;
            }
        }
        score.found.invented += left.len();
        score.exact.invented += left.len();
        if wrong {
            score.report += &format!("{}\n  got {}\n  not {}\n", case["message"], answer["overlaps"], case["overlaps"]);
        }
    }
    score
}

fn summary(score: &Score) -> String {
    let line = |name: &str, t: Tally| format!("{name}: precision {:.3}, recall {:.3}\n", t.precision(), t.recall());
    let mut out = line("found", score.found) + &line("exact", score.exact);
    FIELDS.iter().zip(score.fields).for_each(|(f, t)| out += &line(f, t));
    out
}

fn assert_floors(score: &Score, exact: f64, field: f64) {
    let told = format!("{}{}", score.report, summary(score));
    assert!(score.noisy.is_empty(), "chatter yields nothing: {:?}\n{told}", score.noisy);
    assert!(score.exact.precision() >= exact && score.exact.recall() >= exact, "{told}");
    for tally in score.fields {
        assert!(tally.precision() >= field && tally.recall() >= field, "{told}");
    }
}

#[test]
fn the_corpus_is_understood() {
    assert_floors(&score(include_str!("../../../../tests/corpus/overlaps.jsonl")), 1.0, 1.0);
}

#[test]
fn the_held_out_corpus_is_understood() {
    assert_floors(&score(include_str!("../../../../tests/corpus/overlaps_held_out.jsonl")), 0.9, 0.9);
}

#[test]
fn the_third_corpus_is_understood() {
    assert_floors(&score(include_str!("../../../../tests/corpus/overlaps_third.jsonl")), 0.9, 0.9);
}
