//! Sentences, and whatever else parts one account from the next within a line.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::fields::first_char;
use super::flatten::{PARTNER, index, is_marker};
use super::patterns::{DISTRIBUTED, OF_ALL, SIDES};

/// `We have Acme as customer and Hooli as prospect, Globex has both as prospects` → one account a sentence.
fn distributed(text: &str) -> String {
    let mut text = text.to_string();
    for _ in 0..6 {
        let Some(captures) = DISTRIBUTED.captures(&text) else { break };
        if SIDES.is_match(&captures["second"]) || SIDES.is_match(&captures["first"]) {
            break;
        }
        let (Some(whole), subject) = (captures.get(0).map(|m| m.range()), &captures["subject"]) else {
            break;
        };
        let apart = format!("{subject}{}; {subject}{}", &captures["first"], &captures["second"]);
        text.replace_range(whole, &apart);
    }
    OF_ALL.replace_all(&text, "; $of").into_owned()
}

/// Sentences, and whatever else parts one account from the next within a line.
pub(super) fn segments(text: &str) -> Vec<String> {
    static END: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[.!?]+\x22?\s+|\s*;\s*|\s+\(?\d{1,2}[.)]\s+|\)\s*(?:,|and|&|\+)\s+"));
    static ABBREVIATED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:\b(?:inc|corp|co|ltd|llc|st|mr|mrs|ms|dr|vs|approx|e\.g|i\.e|ca|no|s\.a|b\.v|n\.v|bros|intl|dept|est|mio|tsd|incl|opp|acct)|(?:^|[^\p{L}\d'’])\p{L})$",
        )
    });
    let text = distributed(text);
    let text = text.as_str();
    let numbered = text.matches(") ").count() >= 2
        || text.matches(". ").count() >= 2
        || text.contains(" 2) ")
        || text.contains(" 2. ");
    let groups = {
        static GROUP: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)\([^)]*(?:our|their|us|them|customer|prospect|opp|[$€£]|\d[km]\b|owner|[\u{F1000}-\u{F2FFF}])[^)]*\)",
            )
        });
        GROUP.find_iter(text).count() >= 2
    };
    let mut out = Vec::new();
    let mut at = 0;
    for m in END.find_iter(text) {
        let sign = m.as_str().trim();
        let head = &text[at..m.start()];
        let keep = if sign.starts_with('.') {
            !ABBREVIATED.is_match(head)
        } else if sign.starts_with(')') {
            // `with Northwind (customer) and Globex (prospect)` is one account.
            let partner_next = index(first_char(&text[m.end()..]), PARTNER).is_some();
            let its_own = text[m.end()..].chars().nth(1).is_some_and(|c| matches!(c, ':' | '-'))
                || text[m.end()..].chars().nth(2).is_some_and(|c| matches!(c, '-' | '–' | '—' | 'x' | '/'));
            groups && head.contains('(') && (!partner_next || its_own)
        } else if sign.starts_with(|c: char| c.is_ascii_digit() || c == '(') {
            numbered && sign.ends_with(['.', ')'])
        } else {
            true
        };
        if keep {
            let end = if sign.starts_with(['?', '!', ')']) { m.start() + 1 } else { m.start() };
            out.push(text[at..end].to_string());
            at = m.end();
        }
    }
    out.push(text[at..].to_string());
    out.retain(|s| s.chars().any(|c| c.is_alphanumeric() || is_marker(c)));
    out
}
