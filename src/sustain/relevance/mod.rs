//! The relevance check: would the reader be glad of this note even if nothing were ever asked (A11)?
//!
//! Pure and deterministic. [`check`] reads a draft once (its clauses, names, links and gifts) and asks
//! every rule in `rules`, one file each, in four groups: what the reader gets, whether it is specific,
//! whether it puts a burden on them, and whether it is right to send it so.
//! A rule answers pass, warn or block with a reason, and a fix where there is one to name.
//!
//! To add a rule: write `rules/<name>.rs` with a `check` and enter it in the table of `rules/mod.rs`.

/// A constant pattern, compiled once.
macro_rules! pattern {
    ($(#[$doc:meta])* $vis:vis $name:ident, $re:expr) => {
        $(#[$doc])*
        $vis static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($re).expect("a constant pattern"));
    };
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

pub use input::{Channel, DraftInput, GiftKind, Purpose, RecipientRole, SenderRole};
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

/// What a rule asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// What the reader gets.
    Gift,
    /// Whether it is about them, now.
    Specific,
    /// What it costs them.
    NoBurden,
    /// Whether it may go out so.
    Right,
}

/// What one rule says of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name, such as `names-current-overlap`.
    pub rule: &'static str,
    /// Its group.
    #[serde(skip)]
    pub group: Group,
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
    /// Every rule's finding, in the order of the groups.
    pub rules: Vec<Finding>,
}

impl Verdict {
    /// How many rules pass, and how many there are.
    pub fn passed(&self) -> (usize, usize) {
        (self.rules.iter().filter(|f| f.level == Level::Pass).count(), self.rules.len())
    }

    /// The findings that stand against the draft, worst first.
    pub fn objections(&self) -> Vec<&Finding> {
        let mut out: Vec<&Finding> = self.rules.iter().filter(|f| f.level > Level::Pass).collect();
        out.sort_by_key(|f| std::cmp::Reverse(f.level));
        out
    }
}

/// Checks one draft.
pub fn check(input: &DraftInput, settings: &Settings) -> Verdict {
    let draft = draft::Draft::read(input, settings);
    let rules: Vec<Finding> = rules::RULES.iter().map(|rule| rule.ask(&draft)).collect();
    let verdict = rules.iter().map(|f| f.level).max().unwrap_or(Level::Pass);
    Verdict { verdict, rules }
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
