//! What a workspace may tune.

use std::collections::BTreeMap;

use super::Level;

/// The limits of the relevance check. [`Settings::default`] is how they are shipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// An overlap seen more days ago than this is stale.
    pub stale_after_days: i64,
    /// Touches that one person may get in 30 days, this one included (A15).
    pub touches_in_30_days: u32,
    /// Words in a Slack message before it counts as long.
    pub slack_words: usize,
    /// Words in an e-mail before it counts as long.
    pub email_words: usize,
    /// Words in a comment on a post before it counts as long.
    pub comment_words: usize,
    /// Exclamation marks that are let through.
    pub exclamation_marks: usize,
    /// The heaviest level that a rule may reach, by the rule's name. [`Level::Warn`] keeps a rule from
    /// blocking, [`Level::Pass`] silences it; a rule that is not listed may block.
    pub levels: BTreeMap<String, Level>,
}

impl Settings {
    /// The heaviest level that the rule called `rule` may reach.
    pub fn heaviest(&self, rule: &str) -> Level {
        self.levels.get(rule).copied().unwrap_or(Level::Block)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stale_after_days: 45,
            touches_in_30_days: 4,
            slack_words: 120,
            email_words: 180,
            comment_words: 70,
            exclamation_marks: 1,
            levels: BTreeMap::new(),
        }
    }
}
