//! The stage of a deal.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::accounts::pieces;
use super::fields::{Facts, Side, blank, text_of};
use super::patterns::*;
use super::sides::side_of_clause;
use super::words::{is_stage, is_stop};

pub(super) fn stages(masked: &mut String, facts: &mut Facts, text: &str) {
    let mut theirs = None;
    for c in STAGE_KEYED.captures_iter(&masked.clone()) {
        let (Some(whole), Some(span)) = (c.get(0), text_of(&c, "stage")) else { continue };
        let stage = until_stop(&text[span.clone()]);
        let preposed =
            stage.split(' ').next().is_some_and(|w| ["for", "on", "with", "at", "of"].contains(&w));
        if stage.is_empty() || preposed || is_stop(&stage.to_lowercase()) && !is_stage(&stage.to_lowercase())
        {
            continue;
        }
        let stage = named_after_number(stage, &text[span.start..]);
        let end = span.start + stage.len();
        let numbered = stage.starts_with(|c: char| c.is_ascii_digit())
            && !text[whole.start()..span.start].contains([':', '=', '-', '–']);
        let stage = if numbered { text[whole.start()..end].trim().to_string() } else { stage };
        blank(masked, whole.start()..end);
        let slot = if c.name("theirs").is_some() { &mut theirs } else { &mut facts.stage };
        slot.get_or_insert(stage);
    }
    for regex in [&*STAGE_BEFORE, &*STAGE_IN] {
        for c in regex.captures_iter(&masked.clone()) {
            let Some(span) = text_of(&c, "stage").or(text_of(&c, "alone")) else { continue };
            let words = &text[span.clone()];
            let explicit = regex.as_str() == STAGE_BEFORE.as_str();
            // "Early stage" is a stage, "early" is none.
            let whole_name = format!("{words} stage");
            let stage = if is_stage(&whole_name.to_lowercase()) {
                Some(whole_name)
            } else if explicit {
                Some(words.to_string())
            } else {
                longest_stage(words)
            };
            if let Some(stage) = stage.filter(|s| !is_stop(&s.to_lowercase()) || is_stage(&s.to_lowercase()))
            {
                let their_own = matches!(side_of_clause(text, span.start), Some(Side::Theirs(_)));
                let whole = c.get(0).map_or(span.clone(), |m| m.range());
                blank(
                    masked,
                    whole.start..if explicit { whole.end } else { (span.start + stage.len()).min(whole.end) },
                );
                let slot = if their_own { &mut theirs } else { &mut facts.stage };
                slot.get_or_insert(stage);
            }
        }
    }
    for piece in pieces(&masked.clone()) {
        let words = masked[piece.clone()].trim_matches([' ', '/']).to_string();
        if facts.stage.is_none()
            && is_stage(&words.to_lowercase())
            && (piece.start > 0 || masked.trim() == words)
        {
            facts.stage = Some(words);
            blank(masked, piece);
        }
    }
    facts.stage = facts.stage.take().or(theirs);
}

/// `3 - proof of concept`: a stage's number goes with its name.
fn named_after_number(number: String, text: &str) -> String {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s*[-–—:]\s*(?P<name>[\p{L}][\p{L}/-]*(?: [\p{L}][\p{L}/-]*){0,2})"));
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return number;
    }
    let name = NAME.captures(&text[number.len()..]).and_then(|c| {
        let at = text_of(&c, "name")?;
        Some(number.len() + at.start + longest_stage(&text[number.len()..][at])?.len())
    });
    name.map_or(number, |end| text[..end].to_string())
}

/// The longest beginning of the words that is a stage.
fn longest_stage(words: &str) -> Option<String> {
    let split: Vec<&str> = words.split(' ').collect();
    (1..=split.len()).rev().map(|n| split[..n].join(" ")).find(|s| is_stage(&s.to_lowercase()))
}

fn until_stop(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split(' ') {
        let lower = word.to_lowercase();
        let tail = [
            "owner", "amount", "with", "at", "and", "our", "their", "for", "is", "owned", "cc", "on", "we",
            "but",
        ];
        if !kept.is_empty() && tail.contains(&lower.as_str()) {
            break;
        }
        kept.push(word);
    }
    kept.join(" ")
}
