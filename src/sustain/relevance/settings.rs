//! What a workspace may tune.

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
        }
    }
}
