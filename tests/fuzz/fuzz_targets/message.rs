//! Whatever stands in a channel message, reading it ends, and what it finds was written there: no account, owner or stage
//! of our own making, no partner that is not named.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rapidfuzz::distance::osa;
use regex::Regex;
use serde_json::{Value, json};
use tandem::map::intake::message::{Context, OverlapMention, read};

const PARTNERS: [&str; 3] = ["Northwind", "Globex", "Blue Yonder"];
static CONTEXT: LazyLock<Context> =
    LazyLock::new(|| Context::new(PARTNERS.map(str::to_owned).to_vec(), None));

fuzz_target!(|text: &str| {
    // JSON is read as a whole message, with its blocks and attachments, or as a line of the corpus; anything else as what a
    // person typed.
    let message = match serde_json::from_str::<Value>(text) {
        Ok(mut line @ Value::Object(_)) if line["message"].is_object() => line["message"].take(),
        Ok(message @ Value::Object(_)) => message,
        _ => json!({"type": "message", "user": "U1", "text": text}),
    };
    let reading = read(&message, &CONTEXT);
    let mut said = String::new();
    gather(&message, &mut said);
    // A name may go on behind a link.
    let unlinked: String =
        said.split('<').map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect();
    let said = format!("{} {}", letters(&unescaped(&said)), letters(&unescaped(&unlinked)));
    reading.overlaps.iter().chain(&reading.doubtful).for_each(|overlap| is_written(overlap, &said));
    assert_eq!(read(&message, &CONTEXT), reading);
});

fn is_written(overlap: &OverlapMention, said: &str) {
    for (what, words) in [("account", &overlap.account), ("owner", &overlap.owner), ("stage", &overlap.stage)]
    {
        let Some(words) = words else { continue };
        let tidy = !words.trim().is_empty() && !words.contains(['\n', '\r']);
        assert!(tidy && !words.contains(|c| ('\u{F0000}'..='\u{FFFFD}').contains(&c)), "{what} {words:?}");
        assert!(is_said(&unescaped(words), said), "{what} {words:?} is not in {said:?}");
    }
    if let Some(domain) = overlap.domain.as_ref().map(|d| d.as_str()).filter(|d| !d.contains("xn--")) {
        assert!(said.contains(&letters(domain)), "{domain} is not in {said:?}");
    }
    if let Some(partner) = &overlap.partner {
        assert!(!partner.trim().is_empty());
        assert!(is_named(&letters(partner), said), "{partner} is not named in {said:?}");
    }
}

/// Whether these words stand there, but for slips of the finger in partners and in words of the trade, which are mended.
fn is_said(words: &str, said: &str) -> bool {
    const MENDED: [&str; 9] = [
        "overlap",
        "customer",
        "prospect",
        "opportunit",
        "partner",
        "account",
        "pipeline",
        "northwind",
        "globex",
    ];
    let is_mended = |word: &str| MENDED.iter().any(|mended| word.starts_with(mended));
    let word_by_word = || {
        let mut words = words.split(|c: char| !c.is_alphanumeric()).map(letters);
        words.all(|word| said.contains(&word) || is_mended(&word))
    };
    said.contains(&letters(words)) || word_by_word()
}

/// Whether a name stands there, with one slip of the finger at the most.
fn is_named(name: &str, said: &str) -> bool {
    if said.contains(name) {
        return true;
    }
    let (name, said): (Vec<char>, Vec<char>) = (name.chars().collect(), said.chars().collect());
    (name.len().saturating_sub(1)..=name.len() + 1).filter(|n| *n > 0).any(|n| {
        said.windows(n).any(|window| osa::distance(window.iter().copied(), name.iter().copied()) <= 1)
    })
}

/// Letters and figures alone: white space, formatting and the places of emoji do not count.
fn letters(text: &str) -> String {
    static EMOJI: LazyLock<Regex> = LazyLock::new(|| Regex::new(r":[a-z0-9_+'-]+:").expect("a pattern"));
    EMOJI.replace_all(text, "").chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

fn unescaped(text: &str) -> String {
    tandem::kernel::text::unescaped(text)
}

/// Every text and number of a message, one after the other.
fn gather(value: &Value, said: &mut String) {
    match value {
        Value::String(text) => said.push_str(text),
        Value::Number(number) => said.push_str(&number.to_string()),
        Value::Array(parts) => parts.iter().for_each(|part| gather(part, said)),
        Value::Object(parts) => parts.values().for_each(|part| gather(part, said)),
        _ => {}
    }
}
