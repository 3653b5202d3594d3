//! Regular expressions over what people write, made small.
//!
//! The Unicode classes are lists of hundreds of ranges, and a pattern with a dozen of them takes megabytes. The scripts
//! of business messages lie in few ranges, so [`pattern`] reads `\p{L}`, `\p{Lu}`, `\p{Ll}` and `\w` as those.

use regex::{Regex, RegexBuilder};

/// Letters of every script with an alphabet or signs; × and ÷, which part names, are none.
const LETTERS: &str = r"A-Za-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1FFF}\u{2C00}-\u{2DFF}\u{3040}-\u{D7FF}\u{F900}-\u{FDFF}\u{FE70}-\u{FEFE}\u{FF21}-\u{FFDC}";
/// Latin, Greek and Cyrillic capitals. Extended Latin mixes both cases, and counts as capital.
const CAPITALS: &str = r"A-Z\u{C0}-\u{D6}\u{D8}-\u{DE}\u{100}-\u{24F}\u{386}-\u{3AB}\u{400}-\u{42F}";
/// Latin, Greek and Cyrillic small letters. Extended Latin mixes both cases, and counts as small too.
const SMALL: &str = r"a-z\u{DF}-\u{F6}\u{F8}-\u{24F}\u{3AC}-\u{3CE}\u{430}-\u{45F}";
/// What a matcher may keep of what it has worked out, in bytes. Beyond it, it forgets and starts again.
const REMEMBERED: usize = 256 << 10;

/// A constant pattern of this crate.
///
/// # Panics
/// When it is no pattern: a fault of the source, found by the first test that comes by.
#[allow(clippy::expect_used, reason = "constant patterns, covered by the tests")]
pub fn pattern(source: &str) -> Regex {
    let source = source
        .replace(r"\p{Lu}", &format!("[{CAPITALS}]"))
        .replace(r"\p{Ll}", &format!("[{SMALL}]"))
        .replace(r"\p{L}", &format!("[{LETTERS}]"))
        .replace(r"\w", &format!("[{LETTERS}0-9_]"));
    RegexBuilder::new(&source)
        .dfa_size_limit(REMEMBERED)
        .build()
        .expect("the pattern is a constant of this crate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_scripts_are_words_and_signs_are_none() {
        let word = pattern(r"^\w+$");
        for name in
            ["Acme", "Müller", "Ørsted", "Škoda", "Ελλάδα", "Газпром", "日本", "한국", "שלום", "Acme_2"]
        {
            assert!(word.is_match(name), "{name}");
        }
        for sign in ["×", "÷", "–", "→", "·", "\u{F0000}", "😀", " "] {
            assert!(!word.is_match(sign), "{sign}");
        }
    }

    #[test]
    fn a_capital_begins_a_name() {
        let name = pattern(r"^\p{Lu}\p{Ll}+$");
        assert!(["Acme", "Ørsted", "Škoda", "Ελλάδα", "Москва"].iter().all(|n| name.is_match(n)));
        assert!(["acme", "ørsted", "москва"].iter().all(|n| !name.is_match(n)));
    }

    #[test]
    fn classes_stand_inside_other_classes() {
        assert!(pattern(r"^[\p{L}&'-]+$").is_match("O'Neill"));
        assert!(pattern(r"^[^\w]+$").is_match("--"));
    }
}
