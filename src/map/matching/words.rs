//! A name as words that can be compared: one alphabet, no legal form, one spelling for one meaning.

use std::borrow::Cow;

use deunicode::deunicode_char;
use memchr::{memchr, memrchr2};

use super::tables;
use crate::map::name::forms;

/// A name in one alphabet, from which its words are borrowed.
#[derive(Clone, Debug)]
pub struct Folded(String);

/// A name taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words<'f> {
    /// What tells the company from others, in the order written: lower case, ASCII.
    pub core: Vec<Cow<'f, str>>,
    /// The legal form, where one was taken off: `limited` and `ltd` are one form.
    pub form: Option<&'static str>,
}

impl Folded {
    pub fn of(name: &str) -> Self {
        Self(fold(without_register_mark(name)))
    }

    /// Takes the name apart. `core` is empty only when the name holds no letter and no digit.
    pub fn words(&self) -> Words<'_> {
        let mut words = split(&self.0);
        let form = forms::take_off(&mut words);
        if let [_, .., last] = words.as_mut_slice()
            && let Some(number) = roman(last)
        {
            *last = Cow::Borrowed(number);
        }
        let mut core = Vec::with_capacity(words.len());
        core.extend(words.iter().filter_map(canonical));
        Words { core: if core.is_empty() { words } else { core }, form }
    }
}

impl Words<'_> {
    /// The first letters of the words: `London School of Economics` is `lse`.
    pub fn initials(&self) -> impl Iterator<Item = char> + '_ {
        self.core.iter().filter_map(|word| word.chars().next())
    }
}

/// `Amerco /NV/`, `Baidu, Inc. /ADR`: registers mark a name after a slash; `A/S` and `CBS/Fox` are no such marks.
fn without_register_mark(name: &str) -> &str {
    let whole = name.trim_end();
    let bare = whole.trim_end_matches(['/', '\\']).trim_end();
    let closed = bare.len() < whole.len();
    if let Some(at) = memrchr2(b'/', b'\\', bare.as_bytes()) {
        let (before, mark) = (bare[..at].trim_end(), bare[at + 1..].trim());
        let letters = mark.len() >= 2 && mark.len() <= 6 && mark.bytes().all(|b| b.is_ascii_alphabetic());
        let long_before =
            before.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| word.chars().count() > 1)
                || before.ends_with(['.', ')']);
        let spaced = bare[..at].ends_with(' ') || mark.len() <= 3;
        if letters && long_before && !before.is_empty() && (closed || spaced) {
            return before;
        }
    }
    if bare.is_empty() { name } else { bare }
}

/// Lower-case ASCII without apostrophes.
fn fold(name: &str) -> String {
    let mut folded = if name.is_ascii() { name.to_ascii_lowercase() } else { fold_alphabets(name) };
    if memchr(b'\'', folded.as_bytes()).is_some() {
        folded.retain(|c| c != '\'');
    }
    folded
}

/// Words of kinds of company in scripts without spaces are set apart first.
fn fold_alphabets(name: &str) -> String {
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
    out
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// Words of letters and digits. Single letters that follow each other are one word (`J. P. Morgan`, `B & Q`, `A/S`).
fn split(folded: &str) -> Vec<Cow<'_, str>> {
    let mut words: Vec<Cow<'_, str>> = Vec::with_capacity(6);
    let mut letters = false;
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        let mut chars = word.chars();
        let Some(first) = chars.next() else { continue };
        let letter = first.is_alphabetic() && chars.next().is_none();
        match words.last_mut() {
            Some(last) if letter && letters => last.to_mut().push(first),
            _ => words.push(Cow::Borrowed(word)),
        }
        letters = letter;
    }
    words
}

/// One spelling for one meaning: abbreviations written out, kinds of company in English, no plural. `None` for words that
/// distinguish nobody, and are left as they are.
fn canonical<'f>(word: &Cow<'f, str>) -> Option<Cow<'f, str>> {
    let said = |meaning: &'static str| (!meaning.is_empty()).then_some(Cow::Borrowed(meaning));
    if let Some(meaning) = tables::meaning(word) {
        return said(meaning);
    }
    let Some(single) = singular(word) else { return Some(word.clone()) };
    tables::meaning(&single).map_or(Some(single), said)
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

/// `None` for a word that is no plural.
fn singular<'f>(word: &Cow<'f, str>) -> Option<Cow<'f, str>> {
    if word.len() <= 4 || !word.is_ascii() {
        return None;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return Some(Cow::Owned(format!("{stem}y")));
    }
    let plural = word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    plural.then(|| match word {
        Cow::Borrowed(word) => Cow::Borrowed(&word[..word.len() - 1]),
        Cow::Owned(word) => Cow::Owned(word[..word.len() - 1].to_owned()),
    })
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
        Folded::of(name).words().core.join(" ")
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
        let school = Folded::of("London School of Economics Ltd");
        let words = school.words();
        assert_eq!((words.initials().collect::<String>().as_str(), words.form), ("lse", Some("limited")));
        assert_eq!(Folded::of("Acme").words().form, None);
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
            let folded = Folded::of(&name);
            let words = folded.words();
            prop_assert!(!words.core.is_empty() || !name.chars().any(|c| c.is_ascii_alphanumeric()));
        }
    }
}
