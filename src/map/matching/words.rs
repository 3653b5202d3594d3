//! A name as words that can be compared: one alphabet, no legal form, one spelling for one meaning.

use std::borrow::Cow;

use deunicode::deunicode_char;

use super::tables;
use crate::map::name::forms;

/// A name taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What tells the company from others, in the order written: lower case, ASCII.
    pub core: Vec<String>,
    /// The first letters of those words: `London School of Economics` is `lse`.
    pub initials: String,
    /// The legal form, where one was taken off: `limited` and `ltd` are one form.
    pub form: Option<&'static str>,
}

impl Words {
    /// Takes a name apart. `core` is empty only when the name holds no letter and no digit.
    pub fn of(name: &str) -> Self {
        let name = without_register_mark(name);
        let folded = fold(&name);
        let mut words = split(&folded);
        let form = forms::take_off(&mut words);
        if let [_, .., last] = words.as_mut_slice()
            && let Some(number) = roman(last)
        {
            number.clone_into(last);
        }
        let mut core: Vec<String> = Vec::with_capacity(words.len());
        core.extend(words.iter_mut().filter_map(canonical));
        if core.is_empty() {
            core = words;
        }
        let initials = core.iter().filter_map(|word| word.chars().next()).collect();
        Self { core, initials, form }
    }
}

/// `Amerco /NV/`, `Baidu, Inc. /ADR`: registers mark a name after a slash; `A/S` and `CBS/Fox` are no such marks.
fn without_register_mark(name: &str) -> Cow<'_, str> {
    let whole = name.trim_end();
    let bare = whole.trim_end_matches(['/', '\\']).trim_end();
    let closed = bare.len() < whole.len();
    if let Some(at) = bare.rfind(['/', '\\']) {
        let (before, mark) = (bare[..at].trim_end(), bare[at + 1..].trim());
        let letters = mark.len() >= 2 && mark.len() <= 6 && mark.bytes().all(|b| b.is_ascii_alphabetic());
        let long_before =
            before.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| word.chars().count() > 1)
                || before.ends_with(['.', ')']);
        let spaced = bare[..at].ends_with(' ') || mark.len() <= 3;
        if letters && long_before && !before.is_empty() && (closed || spaced) {
            return Cow::Owned(before.to_owned());
        }
    }
    Cow::Borrowed(if bare.is_empty() { name } else { bare })
}

/// Lower-case ASCII. Words of kinds of company in scripts without spaces are set apart first.
fn fold(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    let mut spaced = Cow::Borrowed(name);
    if name.chars().any(is_ideograph) {
        for word in forms::IDEOGRAPHIC {
            spaced = Cow::Owned(spaced.replace(word, " "));
        }
        for (word, meaning) in tables::IDEOGRAPHS {
            if spaced.contains(word) {
                spaced = Cow::Owned(spaced.replace(word, &format!(" {meaning} ")));
            }
        }
        if !spaced.contains(char::is_alphanumeric) {
            spaced = Cow::Borrowed(name);
        }
    }
    let mut out = String::with_capacity(spaced.len() + 8);
    for c in spaced.chars() {
        match c {
            '’' | '‘' | 'ʼ' | '`' | '´' => out.push('\''),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            // No combining mark is a letter of its own: "e" with a loose accent is "e".
            '\u{300}'..='\u{36F}' => {}
            c => match deunicode_char(c) {
                Some(text) => out.push_str(&text.to_ascii_lowercase()),
                // What has no reading stays itself, so that two such names can still be equal.
                None if c.is_alphanumeric() => out.extend(c.to_lowercase()),
                None => out.push(' '),
            },
        }
    }
    Cow::Owned(out)
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// Words of letters and digits. Apostrophes vanish; single letters that follow each other are one word (`J. P. Morgan`,
/// `B & Q`, `A/S`).
fn split(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(6);
    let mut letters = false;
    for raw in folded.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        if raw.is_empty() {
            continue;
        }
        let word = if raw.contains('\'') { Cow::Owned(raw.replace('\'', "")) } else { Cow::Borrowed(raw) };
        let mut chars = word.chars();
        let Some(first) = chars.next() else { continue };
        let letter = first.is_alphabetic() && chars.next().is_none();
        match words.last_mut() {
            Some(last) if letter && letters => last.push(first),
            _ => words.push(word.into_owned()),
        }
        letters = letter;
    }
    words
}

/// One spelling for one meaning: abbreviations written out, kinds of company in English, no plural. `None` for words that
/// distinguish nobody, and are left as they are.
fn canonical(word: &mut String) -> Option<String> {
    let meaning = tables::meaning(word);
    let single = if meaning.is_none() { singular(word) } else { Cow::Borrowed(word.as_str()) };
    let same = single.len() == word.len();
    match meaning.or_else(|| if same { None } else { tables::meaning(&single) }) {
        Some("") => None,
        Some(meaning) => Some(meaning.to_owned()),
        None if same => Some(std::mem::take(word)),
        None => Some(single.into_owned()),
    }
}

/// A single letter at the end of a name is a number: `Hennessy Capital V`.
fn roman(word: &str) -> Option<&'static str> {
    match word {
        "i" => Some("1"),
        "v" => Some("5"),
        "x" => Some("10"),
        _ => None,
    }
}

fn singular(word: &str) -> Cow<'_, str> {
    if word.len() > 4 && word.is_ascii() {
        if let Some(stem) = word.strip_suffix("ies") {
            return Cow::Owned(format!("{stem}y"));
        }
        if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
            return Cow::Borrowed(&word[..word.len() - 1]);
        }
    }
    Cow::Borrowed(word)
}

/// Lower-case ASCII words with single spaces, nothing taken off: for addresses and countries.
pub(super) fn plain(text: &str) -> String {
    split(&fold(text)).join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn core(name: &str) -> String {
        Words::of(name).core.join(" ")
    }

    #[test]
    fn spellings_of_one_company_are_the_same_words() {
        for (a, b) in [
            ("Acme Corp", "ACME, Inc."),
            ("Müller & Söhne GmbH", "muller and sohne"),
            ("Novo Nordisk A/S", "novo nordisk"),
            ("Hooli GmbH & Co. KG", "Hooli"),
            ("Widget Sp. z o.o.", "widget"),
            ("Globex S. de R.L. de C.V.", "globex"),
            ("B & Q PLC", "B&Q Limited"),
            ("J. P. Morgan", "JP Morgan"),
            ("Amerco /NV/", "Amerco"),
            ("Rush Enterprises Inc \\TX\\", "Rush Enterprises, Inc."),
            ("Baidu, Inc./ADR", "Baidu"),
            ("Salesforce.com, Inc.", "Salesforce"),
            ("Université de Genève", "University of Geneve"),
            ("Kulicke and Soffa Industries", "KULICKE & SOFFA INDUSTRY"),
            ("株式会社ノベルテック", "ノベルテック"),
            ("東京大学", "東京 University"),
            ("Dent's Labs", "Dents Laboratories"),
            ("Fund II", "Fund 2"),
        ] {
            assert_eq!(core(a), core(b), "{a} / {b}");
        }
        for (a, b) in [("Fund II", "Fund III"), ("Acme Labs", "Acme"), ("Delta Air Lines", "Delta Dental")] {
            assert_ne!(core(a), core(b), "{a} / {b}");
        }
    }

    #[test]
    fn a_name_never_vanishes() {
        for name in ["AG", "The Co.", "株式会社", "Limited", "S.A.", "The", "A", "💡", "شركة"] {
            assert!(!core(name).is_empty(), "{name}");
        }
        assert_eq!(core("..."), "");
    }

    #[test]
    fn forms_and_initials_are_kept_apart() {
        let words = Words::of("London School of Economics Ltd");
        assert_eq!((words.initials.as_str(), words.form), ("lse", Some("limited")));
        assert_eq!(Words::of("Acme").form, None);
    }

    proptest! {
        #[test]
        fn words_of_words_are_the_same(name in "[A-Zäöü][a-zäöüé]{2,9}( [A-Za-zäöü]{3,9}){0,4}") {
            let once = core(&name);
            prop_assert_eq!(core(&once), once);
        }

        #[test]
        fn case_does_not_count(name in "[A-Za-z&.' -]{0,30}") {
            prop_assert_eq!(core(&name.to_uppercase()), core(&name.to_lowercase()));
        }

        #[test]
        fn never_panics(name in "\\PC{0,80}") {
            let words = Words::of(&name);
            prop_assert!(!words.core.is_empty() || !name.chars().any(|c| c.is_ascii_alphanumeric()));
        }
    }
}
