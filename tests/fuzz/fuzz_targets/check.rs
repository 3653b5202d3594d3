//! Whatever a note says, the relevance check ends with a verdict that follows from its rules and says the fix; another
//! partner's name never passes, and nothing that nobody sees changes the verdict.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tandem::kernel::text::visible;
use tandem::sustain::relevance::{DraftInput, Level, Settings, check};

fuzz_target!(|text: &str| {
    // JSON is read as a whole draft, anything else as the words of a usual one.
    let draft = serde_json::from_str::<DraftInput>(text).unwrap_or_else(|_| usual(text));
    let settings = Settings::default();
    let verdict = check(&draft, &settings);
    assert_eq!(Some(verdict.verdict), verdict.rules.iter().map(|rule| rule.level).max());
    let seen = visible(&draft.text);
    for rule in &verdict.rules {
        assert!(!rule.reason.is_empty());
        assert!(rule.level == Level::Pass || rule.fix.is_some(), "{} says no fix", rule.rule);
        assert!(
            rule.spans.iter().all(|span| seen.get(span.clone()).is_some()),
            "{}: {:?}",
            rule.rule,
            rule.spans
        );
    }
    if draft.facts.other_partners.iter().any(|other| other == "Globex") && names_globex(&seen) {
        assert_eq!(verdict.verdict, Level::Block, "{seen:?} names Globex");
    }
    let hiding =
        DraftInput { text: seen.split_inclusive('e').collect::<Vec<_>>().join("\u{200B}"), ..draft.clone() };
    assert_eq!(check(&hiding, &settings), verdict);
});

/// Whether the name stands there as a word of its own.
fn names_globex(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\n' | '.' | ','));
    text.match_indices("Globex").any(|(at, name)| {
        edge(text[..at].chars().next_back()) && edge(text[at + name.len()..].chars().next())
    })
}

fn usual(text: &str) -> DraftInput {
    let draft = json!({
        "today": "2026-03-11",
        "recipient": {"name": "Sam", "company": "Northwind", "role": "partner_rep", "touches_last_30_days": 1},
        "sender": {"role": "account_owner"}, "channel": "slack", "purpose": "expansion",
        "facts": {
            "partner": "Northwind",
            "overlaps": [{"account": "Acme Corp", "our_population": "customer", "their_population": "prospect", "seen": "2026-03-02"}],
            "assets": [{"title": "Retail onboarding checklist", "url": "https://example.com/checklist"}],
            "our_launches": [{"title": "Returns connector", "date": "2026-03-02"}],
            "their_launches": [{"title": "Northwind Returns API", "date": "2026-03-05"}],
            "other_partners": ["Globex", "Blue Yonder"], "allowed_links": ["example.com"]
        },
        "text": text,
    });
    serde_json::from_value(draft).expect("a draft")
}
