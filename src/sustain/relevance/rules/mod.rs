//! The rules, one file each, and the table that orders them.

mod allowed_links;
mod calm_tone;
mod carries_gift;
mod fits_channel;
mod fits_role;
mod fresh_facts;
mod known_asset;
mod known_launch;
mod live_asset;
mod names_current_overlap;
mod names_recipient;
mod never_mentioned;
mod no_broadcast;
mod no_confidential_amount;
mod no_hollow_check_in;
mod no_other_partner;
mod no_unresolved_field;
mod no_work_for_rep;
mod one_small_ask;
mod only_what_is_shared;
mod right_sender;
mod touch_cap;
mod welcome_gift;

use std::ops::Range;

use super::draft::Draft;
use super::{Finding, Level};
use crate::kernel::age::days;

/// A rule: its name and the question that it puts to a draft.
pub(super) struct Rule {
    name: &'static str,
    check: fn(&Draft<'_>) -> Outcome,
}

impl Rule {
    pub fn ask(&self, draft: &Draft<'_>) -> Finding {
        let Outcome { level, reason, fix, spans } = (self.check)(draft);
        let level = level.min(draft.settings.heaviest(self.name));
        let (fix, spans) = if level == Level::Pass { (None, Vec::new()) } else { (fix, spans) };
        Finding { rule: self.name, level, reason, fix, spans }
    }
}

const fn rule(name: &'static str, check: fn(&Draft<'_>) -> Outcome) -> Rule {
    Rule { name, check }
}

/// Every rule, in the order in which a reader sees them.
pub(super) const RULES: [Rule; 23] = [
    rule("carries-gift", carries_gift::check),
    rule("no-hollow-check-in", no_hollow_check_in::check),
    rule("welcome-gift", welcome_gift::check),
    rule("known-asset", known_asset::check),
    rule("known-launch", known_launch::check),
    rule("live-asset", live_asset::check),
    rule("names-current-overlap", names_current_overlap::check),
    rule("fresh-facts", fresh_facts::check),
    rule("names-recipient", names_recipient::check),
    rule("no-broadcast", no_broadcast::check),
    rule("no-work-for-rep", no_work_for_rep::check),
    rule("one-small-ask", one_small_ask::check),
    rule("right-sender", right_sender::check),
    rule("touch-cap", touch_cap::check),
    rule("no-other-partner", no_other_partner::check),
    rule("no-confidential-amount", no_confidential_amount::check),
    rule("only-what-is-shared", only_what_is_shared::check),
    rule("never-mentioned", never_mentioned::check),
    rule("no-unresolved-field", no_unresolved_field::check),
    rule("allowed-links", allowed_links::check),
    rule("fits-role", fits_role::check),
    rule("fits-channel", fits_channel::check),
    rule("calm-tone", calm_tone::check),
];

/// The name of every rule.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.name)
}

/// What a rule answers.
struct Outcome {
    level: Level,
    reason: String,
    fix: Option<String>,
    spans: Vec<Range<usize>>,
}

fn pass(reason: impl Into<String>) -> Outcome {
    Outcome { level: Level::Pass, reason: reason.into(), fix: None, spans: Vec::new() }
}

fn warn(reason: impl Into<String>, fix: impl Into<String>, spans: Vec<Range<usize>>) -> Outcome {
    Outcome { level: Level::Warn, reason: reason.into(), fix: Some(fix.into()), spans }
}

fn block(reason: impl Into<String>, fix: impl Into<String>, spans: Vec<Range<usize>>) -> Outcome {
    Outcome { level: Level::Block, reason: reason.into(), fix: Some(fix.into()), spans }
}

/// The words of a span, shortened for a reason.
fn quote(draft: &Draft<'_>, span: &Range<usize>) -> String {
    let words =
        draft.text().get(span.clone()).unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
    let mut short: String = words.chars().take(60).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    format!("“{}”", short.split_whitespace().collect::<Vec<_>>().join(" "))
}
