//! The matcher: our accounts against a partner's, on one machine and without Slack.
//!
//! | file | holds |
//! | --- | --- |
//! | `words`, `tables`, `countries` | a name as words that can be compared |
//! | `list` | one list, held compactly |
//! | `index`, `grams`, `ground` | both lists side by side: who has a key, how rare everything is |
//! | `candidates` | whom to compare with whom, in bounded work an account |
//! | `evidence`, `weights` | what speaks for and against a pair, and how much |
//! | `assign` | pairs that share an account compete; match, review or no |
//! | `grounds` | why, in a sentence |
//! | `aliases` | what people know and no string shows |
//! | [`store`] | the same with the join inside Postgres, where one machine is outgrown |
//!
//! A pair's odds are a sum: each sign has one weight, the same for all lists, and what a shared word, domain or place
//! tells follows from how often it stands in these two lists. Then the pairs that share an account compete: the score is
//! the chance that this pair is right and no other, nor none. So a score of 0.9 means the same on every list.

mod aliases;
mod assign;
mod candidates;
mod countries;
mod engine;
mod evidence;
mod grams;
mod ground;
mod grounds;
mod index;
mod list;
pub mod store;
mod tables;
#[cfg(test)]
mod tests;
mod weights;
mod words;

pub use aliases::Aliases;
pub use assign::Verdict;
pub use engine::{Grain, Known, Link, Options, Outcome, Stage, run, run_knowing};
pub use grounds::{Grounds, NameTie, WebTie};
pub use list::{List, Row};
