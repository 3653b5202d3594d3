//! What a workspace may tune.

use std::collections::BTreeMap;

use rapidfuzz::distance::osa;

use super::{Level, rules};

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

/// Why levels cannot be used as they are set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// No rule is called so.
    #[error("there is no rule {rule:?}; did you mean {near:?}?")]
    Rule {
        /// As it was set.
        rule: String,
        /// The rule whose name is nearest.
        near: &'static str,
    },
    /// No level is called so.
    #[error("{rule} cannot be {level:?}: choose \"pass\", \"warn\" or \"block\"")]
    Level {
        /// The rule.
        rule: String,
        /// As it was set.
        level: String,
    },
}

impl Settings {
    /// As shipped, with the heaviest levels that somebody chose: a rule's name, and `pass`, `warn` or `block`.
    ///
    /// # Errors
    /// When a name is no rule's, or a level none.
    pub fn with_levels(levels: &BTreeMap<String, String>) -> Result<Self, LevelError> {
        let read = |(rule, level): (&String, &String)| {
            if !rules::names().any(|known| known == rule.as_str()) {
                let far = |known: &&str| osa::distance(rule.chars(), known.chars());
                let near = rules::names().min_by_key(far).unwrap_or_default();
                return Err(LevelError::Rule { rule: rule.clone(), near });
            }
            let heaviest = serde_json::from_value(level.as_str().into())
                .map_err(|_| LevelError::Level { rule: rule.clone(), level: level.clone() })?;
            Ok((rule.clone(), heaviest))
        };
        let levels = levels.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { levels, ..Self::default() })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn set(rule: &str, level: &str) -> Result<Settings, String> {
        let levels = BTreeMap::from([(rule.to_owned(), level.to_owned())]);
        Settings::with_levels(&levels).map_err(|e| e.to_string())
    }

    #[test]
    fn a_rule_may_be_made_lighter() {
        let settings = set("touch-cap", "warn").unwrap();
        assert_eq!(settings.heaviest("touch-cap"), Level::Warn);
        assert_eq!(settings.heaviest("carries-gift"), Level::Block);
    }

    #[test]
    fn an_unknown_rule_or_level_is_refused() {
        insta::assert_snapshot!(set("calm_tones", "pass").unwrap_err(), @r#"there is no rule "calm_tones"; did you mean "calm-tone"?"#);
        insta::assert_snapshot!(set("calm-tone", "loud").unwrap_err(), @r#"calm-tone cannot be "loud": choose "pass", "warn" or "block""#);
    }
}
