//! The relevance check: would the reader be glad of this note even if nothing were ever asked (A11)?
//!
//! Pure and deterministic. [`check`] reads a draft once (its clauses, names, links and gifts) and asks
//! every rule in `rules`, one file each: what the reader gets, whether it is specific, whether it puts a
//! burden on them, and whether it is right to send it so.
//! A rule answers pass, warn or block with a reason, and a fix where there is one to name.
//!
//! To add a rule: write `rules/<name>.rs` with a `check` and enter it in the table of `rules/mod.rs`.

/// A constant pattern, compiled when it is first asked.
macro_rules! pattern {
    ($(#[$doc:meta])* $vis:vis $name:ident, $re:expr) => {
        $(#[$doc])*
        $vis static $name: std::sync::LazyLock<regex_lite::Regex> =
            std::sync::LazyLock::new(|| $crate::sustain::relevance::compiled($re));

        #[cfg(test)]
        #[allow(non_snake_case, reason = "named as its pattern")]
        mod $name {
            #[test]
            fn compiles() {
                std::sync::LazyLock::force(&super::$name);
            }
        }
    };
}

/// `regex_lite`, because there are two hundred patterns: a check takes a few milliseconds, and all of them together a few
/// megabytes. Its classes know ASCII only, which is what [`speech::normal`] makes of words; `[\p{L}]` and `[\p{Lu}]` are
/// added for what reads names.
fn compiled(pattern: &str) -> regex_lite::Regex {
    let pattern = pattern.replace(r"\p{Lu}", CAPITALS).replace(r"\p{L}", LETTERS);
    regex_lite::Regex::new(&pattern).expect("a constant pattern")
}

mod draft;
mod gifts;
pub mod input;
mod links;
mod names;
mod offer;
mod rules;
pub mod settings;
pub mod speech;
mod telling;

use std::ops::Range;

use serde::{Deserialize, Serialize, Serializer};

use crate::kernel::pattern::{CAPITALS, LETTERS};

pub use input::{Channel, DraftInput, GiftKind, Purpose, SenderRole};
pub use settings::Settings;

/// How much a finding weighs. The order is from light to heavy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing to say against it.
    Pass,
    /// Worth another look before it goes out.
    Warn,
    /// Not to be sent like this.
    Block,
}

/// What one rule says of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name, such as `names-current-overlap`.
    pub rule: &'static str,
    /// Its judgement.
    pub level: Level,
    /// Why, in one plain sentence.
    pub reason: String,
    /// What to change; there for every warn and block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The offending words, as byte ranges of the text.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "pairs")]
    pub spans: Vec<Range<usize>>,
}

/// What the check says of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The worst level of the rules.
    pub verdict: Level,
    /// Every rule's finding, in the order in which a reader sees them.
    pub rules: Vec<Finding>,
}

/// Checks one draft as its reader sees it: what shows nothing hides no name, and is not counted in the spans.
pub fn check(input: &DraftInput, settings: &Settings) -> Verdict {
    let input = input.as_seen();
    let draft = draft::Draft::read(&input, settings);
    let rules: Vec<Finding> = rules::RULES.iter().map(|rule| rule.ask(&draft)).collect();
    let verdict = rules.iter().map(|f| f.level).max().unwrap_or(Level::Pass);
    Verdict { verdict, rules }
}

/// Whether `text` names the company called `name`.
pub fn mentions(text: &str, name: &str) -> bool {
    !names::mentions(text, name).is_empty()
}

/// Whether `text` names `other`, a partner that the partner called `own` must not hear about.
pub fn names_other(text: &str, own: &str, other: &str) -> bool {
    !names::names_other(text, &[own], other).is_empty()
}

/// Answers one line of JSON with one value: the verdict under the draft's `id`, or an `error`.
pub fn answer_line(line: &str) -> serde_json::Value {
    let failed = |id: serde_json::Value, error: String| serde_json::json!({ "id": id, "error": error });
    let value: serde_json::Value = match serde_json::from_str(line) {
        Ok(value) => value,
        Err(e) => return failed(serde_json::Value::Null, format!("This line is not JSON: {e}.")),
    };
    let id = value.get("id").cloned().unwrap_or_default();
    let input: DraftInput = match serde_json::from_value(value) {
        Ok(input) => input,
        Err(e) => return failed(id, format!("This is not a draft: {e}.")),
    };
    let verdict = check(&input, &Settings::default());
    serde_json::json!({ "id": id, "verdict": verdict.verdict, "rules": verdict.rules })
}

fn pairs<S: Serializer>(spans: &[Range<usize>], s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(spans.iter().map(|r| [r.start, r.end]))
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;
