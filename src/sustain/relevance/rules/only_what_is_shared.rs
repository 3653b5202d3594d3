//! What is not shared with a partner is not said to it either, whoever writes.

use std::ops::Range;

use super::super::names::{exact, mentions, names_other, overlap};
use super::{Draft, Outcome, block, pass, quote};
use crate::kernel::money::Money;
use crate::map::overlap::Population;
use crate::map::sharing::{Field, Withheld};

pattern!(CUSTOMER, r"(?i)\b(?:our|a) (?:\w+ )?(?:customer|client)\b|\b(?:customer|client)s? of ours\b");
pattern!(PROSPECT, r"(?i)\b(?:our|a) (?:\w+ )?prospect\b|\bprospects? of ours\b");
pattern!(
    DEAL,
    r"(?i)\b(?:our|an?) (?:open |live |running )?(?:deal|opportunity|opp)\b|\bopen (?:deal|opportunity|opp)\b"
);

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    let partner = facts.partner.as_deref().unwrap_or("this partner");
    let where_it_is_set = format!("What {partner} may see is set on its card, by its manager or an admin.");
    for kept in facts.withheld.iter().filter(|w| w.hidden) {
        let shared = facts.overlaps.iter().map(|o| &o.account);
        let ours: Vec<&String> = shared.chain(&facts.partner).chain(&draft.input.recipient.company).collect();
        let found = names_other(draft.text(), &ours, &kept.account);
        if !found.is_empty() {
            return block(
                format!("It names {}, and that account is not shared with {partner}.", kept.account),
                format!("Leave {} out. {where_it_is_set}", kept.account),
                found,
            );
        }
    }
    for kept in facts.withheld.iter().filter(|w| !w.hidden) {
        let named = mentions(draft.text(), &kept.account);
        if named.is_empty() {
            continue;
        }
        if let Some((field, at)) = said(draft, kept, &named) {
            let what = match field {
                Field::OurPopulation => format!("what {} is to us", kept.account),
                Field::Owner => format!("who of us has {}", kept.account),
                field => format!("the {} of {}", field.words(), kept.account),
            };
            return block(
                format!("{} tells {what}, and that is not shared with {partner}.", quote(draft, &at)),
                format!("Leave it out. {where_it_is_set}"),
                vec![at],
            );
        }
    }
    pass("Nothing that is not shared.")
}

/// The first field that is kept and that the text says of an account, which it names there.
fn said(draft: &Draft<'_>, kept: &Withheld, named: &[Range<usize>]) -> Option<(Field, Range<usize>)> {
    let text = draft.text();
    let beside = |at: &Range<usize>| {
        let sentence = draft.sentence_at(at.start);
        named.iter().any(|n| draft.sentence_at(n.start) == sentence)
    };
    if let Some(amount) = kept.amount {
        let same = Money::find_all(text).into_iter().find(|f| f.money.hundredths == amount.hundredths);
        if let Some(found) = same {
            return Some((Field::Amount, found.span));
        }
    }
    let whole = |words: &Option<String>| words.as_deref().and_then(|w| exact(text, w).into_iter().next());
    if let Some(at) = whole(&kept.domain) {
        return Some((Field::Domain, at));
    }
    // An account that has its owner's name is the account.
    let owner = whole(&kept.owner).filter(|at| !named.iter().any(|n| overlap(n, at)));
    if let Some(at) = owner {
        return Some((Field::Owner, at));
    }
    if let Some(at) = kept.stage.as_deref().and_then(|stage| stage_in(text, stage)).filter(beside) {
        return Some((Field::Stage, at));
    }
    let pattern = match kept.our_population? {
        Population::Customer => &CUSTOMER,
        Population::Prospect => &PROSPECT,
        Population::OpenOpportunity => &DEAL,
    };
    let found = pattern.find_iter(text).map(|m| m.range()).find(|at| beside(at))?;
    Some((Field::OurPopulation, found))
}

/// Where a text speaks of a stage: `in negotiation`, `reached the legal phase`. The word alone may mean anything.
fn stage_in(text: &str, stage: &str) -> Option<Range<usize>> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    exact(text, stage).into_iter().find(|at| {
        let (before, after) = (words(&text[..at.start]), words(&text[at.end..]));
        let mut before =
            before.iter().rev().map(String::as_str).filter(|w| !matches!(*w, "the" | "a" | "now"));
        let leads = matches!(before.next(), Some("in" | "at" | "into" | "reached" | "entered" | "stage"));
        leads || matches!(after.first().map(String::as_str), Some("stage" | "phase"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sustain::relevance::{DraftInput, Level, Settings, check};

    fn finding(text: &str, withheld: serde_json::Value) -> (Level, String) {
        let input: DraftInput = serde_json::from_value(json!({
            "today": "2026-03-11", "recipient": {"name": "Sam", "company": "Northwind"},
            "facts": {"partner": "Northwind", "overlaps": [{"account": "Acme Retail", "seen": "2026-03-02"}],
                "withheld": [withheld]},
            "text": text,
        }))
        .unwrap();
        let verdict = check(&input, &Settings::default());
        let found = verdict.rules.into_iter().find(|f| f.rule == "only-what-is-shared").unwrap();
        (found.level, format!("{} Fix: {}", found.reason, found.fix.unwrap_or_default()))
    }

    #[test]
    fn a_hidden_account_is_not_named() {
        let foods = json!({"account": "Acme Foods", "hidden": true});
        insta::assert_snapshot!(finding("Hi Sam, Acme Foods asked for you.", foods.clone()).1, @"It names Acme Foods, and that account is not shared with Northwind. Fix: Leave Acme Foods out. What Northwind may see is set on its card, by its manager or an admin.");
        assert_eq!(finding("Hi Sam, Acme Retail asked for you.", foods).0, Level::Pass);
        let globex = json!({"account": "Globex", "hidden": true});
        assert_eq!(finding("Hi Sam, a word on Globex.", globex).0, Level::Block);
    }

    #[test]
    fn a_field_that_is_kept_is_not_said_of_the_account() {
        let kept = json!({"account": "Acme Retail", "domain": "acme-retail.com", "owner": "Alex Rivera",
            "amount": {"value": 120000, "currency": "USD"}, "stage": "Legal", "our_population": "open_opportunity"});
        let of = |text: &str| finding(text, kept.clone());
        for (text, what) in [
            ("Hi Sam, Acme Retail would spend 120k USD with us.", "the amount of Acme Retail"),
            ("Hi Sam, Acme Retail (acme-retail.com) asked for you.", "the domain of Acme Retail"),
            ("Hi Sam, Alex Rivera runs Acme Retail.", "who of us has Acme Retail"),
            ("Hi Sam, Acme Retail is in legal.", "the stage of Acme Retail"),
            ("Hi Sam, Acme Retail is an open deal here.", "what Acme Retail is to us"),
        ] {
            let (level, said) = of(text);
            assert_eq!(level, Level::Block, "{text}");
            assert!(said.contains(what), "{text}: {said}");
        }
        for text in [
            "Hi Sam, Acme Retail's legal team asked for you.",
            "Hi Sam, I can introduce you to Dana at Acme Retail.",
            "Hi Sam, we have an open deal on the table for you. Acme Retail follows.",
        ] {
            assert_eq!(of(text).0, Level::Pass, "{text}");
        }
    }

    #[test]
    fn an_amount_that_is_shared_is_not_confidential() {
        let level = |amount: serde_json::Value| {
            let input: DraftInput = serde_json::from_value(json!({
                "today": "2026-03-11",
                "facts": {"overlaps": [{"account": "Acme Retail", "seen": "2026-03-02", "amount": amount}]},
                "text": "Our deal with Acme Retail is worth $120k.",
            }))
            .unwrap();
            let verdict = check(&input, &Settings::default());
            verdict.rules.into_iter().find(|f| f.rule == "no-confidential-amount").unwrap().level
        };
        assert_eq!(level(json!(null)), Level::Block);
        assert_eq!(level(json!({"value": 90000, "currency": "USD"})), Level::Block);
        assert_eq!(level(json!({"value": 120000, "currency": "USD"})), Level::Pass);
    }
}
