use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::kernel::text::visible;

fn facts() -> serde_json::Value {
    json!({"id": "t", "today": "2026-03-11",
        "recipient": {"name": "Sam", "company": "Northwind", "role": "partner_rep", "touches_last_30_days": 1},
        "sender": {"role": "account_owner"}, "channel": "slack", "purpose": "expansion",
        "facts": {"partner": "Northwind",
            "overlaps": [{"account": "Acme Corp", "seen": "2026-03-02"}, {"account": "Initech", "seen": "2025-11-02"}],
            "assets": [{"title": "Retail onboarding checklist", "url": "https://example.com/checklist", "expires": null}],
            "our_launches": [], "their_launches": [{"title": "Northwind Returns API", "date": "2026-03-05"}],
            "other_partners": ["Globex"], "allowed_links": ["example.com"]},
        "text": "Hi Sam, I can introduce you to Dana at Acme."})
}

fn level(change: impl FnOnce(&mut serde_json::Value), rule: &str) -> Level {
    let mut value = facts();
    change(&mut value);
    let input: DraftInput = serde_json::from_value(value).unwrap();
    let verdict = check(&input, &Settings::default());
    verdict.rules.iter().find(|f| f.rule == rule).unwrap().level
}

#[test]
fn the_limits_are_where_they_are_said_to_be() {
    for (touches, want) in [(3, Level::Pass), (4, Level::Block)] {
        assert_eq!(level(|v| v["recipient"]["touches_last_30_days"] = json!(touches), "touch-cap"), want);
    }
    for (seen, want) in [("2026-01-25", Level::Pass), ("2026-01-24", Level::Block)] {
        assert_eq!(level(|v| v["facts"]["overlaps"][0]["seen"] = json!(seen), "names-current-overlap"), want);
    }
    for (last, want) in [("2026-03-11", Level::Pass), ("2026-03-10", Level::Block)] {
        let change = |v: &mut serde_json::Value| {
            v["facts"]["assets"][0]["expires"] = json!(last);
            v["text"] = json!("Sam, for Acme: the Retail onboarding checklist.");
        };
        assert_eq!(level(change, "live-asset"), want);
    }
}

#[test]
fn what_nobody_sees_hides_no_name() {
    let named = |text: &str| level(|v| v["text"] = json!(text), "no-other-partner");
    assert_eq!(named("Hi Sam, Glo\u{200B}bex knows Acme."), Level::Block);
    assert_eq!(named("Hi Sam, \u{202E}Glo\u{200D}be\u{E0041}x\u{202C} knows Acme."), Level::Block);
    let change =
        |v: &mut serde_json::Value| v["facts"]["overlaps"][0]["account"] = json!("Ac\u{FEFF}me Corp");
    assert_eq!(level(change, "names-current-overlap"), Level::Pass);
}

#[test]
fn a_title_of_the_library_does_not_hide_another_partner() {
    let named = |title: &str| {
        let change = |v: &mut serde_json::Value| {
            v["facts"]["assets"][0]["title"] = json!(title);
            v["text"] = json!(format!("Hi Sam, for Acme: the {title}."));
        };
        level(change, "no-other-partner")
    };
    assert_eq!(named("Globex co-branded checklist"), Level::Block);
    assert_eq!(named("Northwind co-branded checklist"), Level::Pass);
}

#[test]
fn an_answer_has_the_draft_s_id_and_every_rule() {
    let answer = answer_line(&facts().to_string());
    assert_eq!(answer["id"], "t");
    assert_eq!(answer["verdict"], "pass");
    assert_eq!(answer["rules"].as_array().unwrap().len(), rules::RULES.len());
    insta::assert_snapshot!(answer["rules"][6], @r#"{"rule":"names-current-overlap","level":"pass","reason":"Acme Corp, seen 9 days ago."}"#);
}

#[test]
fn a_line_that_cannot_be_read_is_answered_with_an_error() {
    assert!(answer_line("{").get("error").is_some());
    let answer = answer_line(r#"{"id": 7, "today": "soon", "text": ""}"#);
    assert_eq!(answer["id"], 7);
    assert!(answer["error"].as_str().unwrap().starts_with("This is not a draft"));
    assert_eq!(
        answer_line(r#"{"today": "2026-03-11", "text": "hi", "recipient": null, "facts": null}"#)["verdict"],
        "block"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_text_is_answered_and_the_verdict_is_the_worst_level(
        text in prop_oneof![
            "\\PC{0,200}",
            prop::collection::vec(prop::sample::select(vec![
                "Hi Sam,", "Acme's", "could you", "I can", "introduce you", "send me", "your list", "?", ".", "!", "\n", "{{x", "[Co", "<a|b>",
                "https://example.com", "é—", "Globex", "$5k", "if you see", "’", "Straße", "İ", ":", "(", ")",
            ]), 0..30).prop_map(|w| w.join(" ")),
        ],
        name in "\\PC{0,12}",
        account in "\\PC{0,12}",
    ) {
        let mut value = facts();
        value["text"] = json!(text);
        value["recipient"]["name"] = json!(name);
        value["facts"]["overlaps"][1]["account"] = json!(account);
        value["facts"]["other_partners"] = json!([account]);
        let input: DraftInput = serde_json::from_value(value).unwrap();
        let verdict = check(&input, &Settings::default());
        let seen = visible(&text);
        prop_assert_eq!(verdict.verdict, verdict.rules.iter().map(|f| f.level).max().unwrap());
        for f in &verdict.rules {
            prop_assert!(f.level == Level::Pass || f.fix.is_some());
            for span in &f.spans {
                prop_assert!(seen.get(span.clone()).is_some(), "{} {:?}", f.rule, span);
            }
        }
    }
}

#[test]
fn a_workspace_may_soften_a_rule_or_silence_it() {
    let mut value = facts();
    value["text"] = json!("Sam, could you send me your list of contacts at Acme?");
    let input: DraftInput = serde_json::from_value(value).unwrap();
    let of = |level: Option<Level>| {
        let mut settings = Settings::default();
        settings.levels.extend(level.map(|l| ("no-work-for-rep".to_owned(), l)));
        check(&input, &settings).rules.into_iter().find(|f| f.rule == "no-work-for-rep").unwrap()
    };
    assert_eq!(of(None).level, Level::Block);
    assert_eq!(of(Some(Level::Warn)).level, Level::Warn);
    let silent = of(Some(Level::Pass));
    assert_eq!((silent.level, silent.fix, silent.spans.len()), (Level::Pass, None, 0));
}

/// Run alone: `cargo test --lib what_the_patterns_take -- --ignored --nocapture`.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "measures the memory of the whole process"]
fn what_the_patterns_take() {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        anonymous.trim().trim_end_matches(" kB").parse::<usize>().unwrap()
    };
    let corpus = include_str!("../../../tests/corpus/drafts.jsonl");
    let inputs: Vec<DraftInput> =
        corpus.lines().take(300).map(|l| serde_json::from_str(l).unwrap()).collect();
    let before = resident();
    check(&inputs[0], &Settings::default());
    let first = resident() - before;
    let start = std::time::Instant::now();
    for input in &inputs {
        check(input, &Settings::default());
    }
    let each = start.elapsed() / 300;
    let all = resident() - before;
    eprintln!("{first} KB after one check, {all} KB after 300, {each:?} each");
    assert!(all < 8 * 1024, "{all} KB");
}
