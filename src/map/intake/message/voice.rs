//! A partner's own words, quoted or forwarded: there "we" is the partner and "you" are we. Turned into our voice.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::{Captures, Regex};

use super::accounts::is_partners;
use super::flatten::{EMAIL, Line, PARTNER, Tokens, index};
use crate::map::domain::Domain;

/// Turns what the partner says of itself and of us into what we would say.
pub(super) fn in_our_voice(lines: &mut [Line], tokens: &Tokens) {
    let mut speaker: Option<(char, bool)> = None;
    for at in 0..lines.len() {
        let line = &lines[at];
        let heard = match speaker {
            Some((partner, in_quote)) if !in_quote || line.quoted => Some(partner),
            _ if line.quoted => signed(&line.text).or_else(|| named_below(&lines[at + 1..])),
            _ => None,
        };
        let text = match heard {
            Some(partner) => turned(&line.text, partner),
            None => with_quotes_turned(&line.text),
        };
        speaker = introduced(&line.text, tokens).map(|partner| (partner, line.quoted)).or(speaker);
        lines[at].text = text;
    }
}

/// Whose words a quote holds, when that stands below it: `^ from Globex`.
fn named_below(lines: &[Line]) -> Option<char> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\W*(?:(?:this|that|it)(?:'s| is| was| came)? )?(?:from|via|per|by|says)\b.{0,40}?(?P<who>[\u{F0000}-\u{F0FFF}])",
        )
    });
    let below = lines.iter().find(|l| !l.quoted && !l.text.trim().is_empty())?;
    NAMED.captures(&below.text)?["who"].chars().next()
}

/// Whose words a quote holds, by its own last words: `Best, Kim (Globex)`, `- Lou at Globex`.
fn signed(text: &str) -> Option<char> {
    static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:\b(?:best|thanks|thx|cheers|(?:kind |best )?regards|br|rgds)\b[^.\n]{0,40}|\s[-–—]\s*(?-i:\p{Lu})[\p{L}'-]+(?: (?-i:\p{Lu})[\p{L}'.-]*)?,? (?:(?:at|from|of) )?)(?P<who>[\u{F0000}-\u{F0FFF}])\W*$",
        )
    });
    SIGNED.captures(text)?["who"].chars().next()
}

/// Who speaks in the lines below: `From: Dana <dana@northwind.com>`.
fn introduced(text: &str, tokens: &Tokens) -> Option<char> {
    static FROM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^\W*(?:from|von|de)\s*:"));
    if !FROM.is_match(text) {
        return None;
    }
    let of_address = |c: char| {
        let domain = Domain::of_account(tokens.emails.get(index(u32::from(c), EMAIL)?)?)?;
        let ours = |(_, name): &(usize, &String)| is_partners(&domain, "", std::slice::from_ref(*name));
        let (i, _) = tokens.partners.iter().enumerate().find(ours)?;
        char::from_u32(PARTNER + u32::try_from(i).ok()?)
    };
    text.chars().find_map(|c| index(u32::from(c), PARTNER).map(|_| c).or_else(|| of_address(c)))
}

/// `Globex writes: "We have them as a customer"`, `a customer of ours at Globex`, `Dana from Globex here: we …`.
fn with_quotes_turned(text: &str) -> String {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(?P<before>(?P<who>[\u{F0000}-\u{F0FFF}])[^."\n]{0,40}")(?P<said>[^"\n]{5,300})""#)
    });
    static AT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:ours|we|us) (?:(?:here|over) )?(?:at|@) (?P<who>[\u{F0000}-\u{F0FFF}])")
    });
    static HERE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:from|at|with) (?P<who>[\u{F0000}-\u{F0FFF}])(?:'s [\w ]{2,20})? here\b")
    });
    let speaker = AT.captures(text).or_else(|| HERE.captures(text)).and_then(|c| c["who"].chars().next());
    if let Some(speaker) = speaker {
        return turned(text, speaker);
    }
    let replaced = QUOTED.replace_all(text, |c: &Captures<'_>| {
        let speaker = c["who"].chars().next().unwrap_or(' ');
        format!("{}{}\"", &c["before"], turned(&c["said"], speaker))
    });
    replaced.into_owned()
}

fn turned(text: &str, speaker: char) -> String {
    static FIRST_AND_SECOND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:we're|we've|we|ours?|(?-i:us)|you're|you've|yours?|you)\b(?: (?:here )?at [\u{F0000}-\u{F0FFF}])?",
        )
    });
    let replaced = FIRST_AND_SECOND.replace_all(text, |c: &Captures<'_>| {
        let word = c[0].to_lowercase();
        match word.split(' ').next().unwrap_or_default() {
            "we're" => format!("{speaker} is"),
            "we've" => format!("{speaker} has"),
            "we" | "us" | "ours" => speaker.to_string(),
            "our" => format!("{speaker}'s"),
            "you're" => "we are".to_string(),
            "you've" => "we have".to_string(),
            "your" | "yours" => "our".to_string(),
            _ => "we".to_string(),
        }
    });
    replaced.into_owned()
}
