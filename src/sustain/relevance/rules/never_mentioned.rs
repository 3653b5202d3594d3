//! What the partner's instructions say is never to be mentioned is not said to it (A7).

use std::ops::Range;

use regex::RegexBuilder;

use super::{Draft, Outcome, block, pass, quote};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    let mut found: Vec<_> = facts.never.iter().flat_map(|word| places(draft.text(), word)).collect();
    found.sort_by_key(|at| at.start);
    let Some(first) = found.first() else { return pass("Nothing that is never to be mentioned.") };
    let partner = facts.partner.as_deref().unwrap_or("this partner");
    block(
        format!("{} is never to be mentioned to {partner}.", quote(draft, first)),
        format!("Leave it out. The instructions for {partner} say so; its manager or an admin changes them."),
        found,
    )
}

/// Where a text says these words, in any case and over the ends of lines, and not as a part of a longer word.
fn places(text: &str, words: &str) -> Vec<Range<usize>> {
    let parts: Vec<String> = words.split_whitespace().map(regex::escape).collect();
    let found = RegexBuilder::new(&parts.join(r"\s+")).case_insensitive(true).build();
    let Ok(pattern) = found.map_err(|error| tracing::warn!(%error, words, "cannot be looked for")) else {
        return Vec::new();
    };
    let alone = |at: &Range<usize>| {
        let before = text[..at.start].chars().next_back();
        let after = text[at.end..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    if parts.is_empty() {
        Vec::new()
    } else {
        pattern.find_iter(text).map(|m| m.range()).filter(alone).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sustain::relevance::{DraftInput, Level, Settings, check};

    fn finding(text: &str) -> (Level, String) {
        let input: DraftInput = serde_json::from_value(json!({
            "today": "2026-03-11", "recipient": {"name": "Sam", "company": "Northwind"},
            "facts": {"partner": "Northwind", "never": ["Project Falcon", "price cut", "C++"]},
            "text": text,
        }))
        .unwrap();
        let verdict = check(&input, &Settings::default());
        let found = verdict.rules.into_iter().find(|f| f.rule == "never-mentioned").unwrap();
        (found.level, format!("{} Fix: {}", found.reason, found.fix.unwrap_or_default()))
    }

    #[test]
    fn whole_words_in_any_case_are_blocked() {
        insta::assert_snapshot!(finding("Hi Sam, project falcon ships in May.").1, @"“project falcon” is never to be mentioned to Northwind. Fix: Leave it out. The instructions for Northwind say so; its manager or an admin changes them.");
        for text in [
            "Hi Sam, a PRICE CUT is near.",
            "Hi Sam, Project\nFalcon.",
            "Hi Sam, it is in C++.",
            "Hi Sam, Project Falcon's date.",
        ] {
            assert_eq!(finding(text).0, Level::Block, "{text}");
        }
        for text in
            ["Hi Sam, a project on falcons.", "Hi Sam, the price was cut.", "Hi Sam, Projects Falcon."]
        {
            assert_eq!(finding(text).0, Level::Pass, "{text}");
        }
    }

    #[test]
    fn without_instructions_nothing_is_blocked() {
        let input: DraftInput = serde_json::from_value(
            json!({"today": "2026-03-11", "facts": {"never": null}, "text": "Project Falcon"}),
        )
        .unwrap();
        let verdict = check(&input, &Settings::default());
        let found = verdict.rules.into_iter().find(|f| f.rule == "never-mentioned").unwrap();
        assert_eq!(found.level, Level::Pass);
    }
}
