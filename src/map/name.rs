//! Names of accounts: when two of them are the same company, and which was meant by a near miss.

pub mod forms;

use std::borrow::Cow;
use std::cmp::Ordering;

use deunicode::deunicode;
use rapidfuzz::distance::jaro_winkler;

use crate::kernel::text::visible;

/// The key under which two spellings of a name are one account: accents, case, punctuation, legal forms and what
/// nobody sees do not count.
///
/// `Müller & Söhne GmbH`, `Muller and Sohne` share a key. Empty only when the name holds no letter and no digit:
/// a company that is named just `AG` keeps its name.
pub fn key(name: &str) -> String {
    let mut spaced = visible(name);
    for form in forms::IDEOGRAPHIC.into_iter().filter(|form| name.contains(form)) {
        spaced = Cow::Owned(spaced.replace(form, " "));
    }
    if spaced.trim().is_empty() {
        spaced = Cow::Borrowed(name);
    }
    let mut words = words(&deunicode(&spaced).to_lowercase());
    forms::take_off(&mut words);
    words.join(" ")
}

/// Up to three of the `known` names that `name` may have been meant for, the likeliest first.
pub fn similar<'a, S: AsRef<str>>(name: &str, known: &'a [S]) -> Vec<&'a str> {
    let wanted = key(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut near: Vec<(f64, &'a str)> = known
        .iter()
        .map(|k| (likeness(&wanted, &key(k.as_ref())), k.as_ref()))
        .filter(|(s, _)| *s >= 0.84)
        .collect();
    near.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(b.1)));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

fn likeness(wanted: &str, known: &str) -> f64 {
    if known.is_empty() {
        return 0.0;
    }
    if wanted == known {
        return 1.0;
    }
    let begins = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with(' '));
    let spaceless = |text: &str| text.replace(' ', "");
    if spaceless(wanted) == spaceless(known) {
        0.99
    } else if wanted.len() >= 3 && (begins(known, wanted) || begins(wanted, known)) {
        0.95
    } else {
        jaro_winkler::similarity(wanted.chars(), known.chars())
    }
}

/// Words of letters and digits. `&` is "and", apostrophes vanish, and letters with dots or slashes between them are one
/// word: `S.A.` is `sa`, `A/S` is `as`.
fn words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for chunk in folded.replace('&', " and ").replace(['\'', '’', '`'], "").split_whitespace() {
        let parts: Vec<&str> =
            chunk.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
        let dotted = parts.len() > 1 && parts.iter().all(|p| p.chars().count() == 1);
        if dotted {
            words.push(parts.concat());
        } else {
            words.extend(parts.iter().map(|p| (*p).to_string()));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_company_share_a_key() {
        for (a, b) in [
            ("Acme Corp", "ACME, Inc."),
            ("Müller & Söhne GmbH", "muller and sohne"),
            ("Société Générale S.A.", "Societe Generale"),
            ("Novo Nordisk A/S", "novo nordisk"),
            ("Initech Pty. Ltd.", "Initech"),
            ("Hooli GmbH & Co. KG", "Hooli"),
            ("Widget Sp. z o.o.", "widget"),
            ("Globex S. de R.L. de C.V.", "globex"),
            ("Macy's", "MACYS"),
            ("The Home Depot", "Home Depot, Inc"),
            ("Tata Sons Private Limited", "Tata Sons"),
            ("Toyota株式会社", "Toyota K.K."),
            ("Volvo AB (publ)", "volvo"),
            ("Nihon Denki Kabushiki Kaisha", "Nihon Denki"),
            ("Société Bic Société Anonyme", "Societe Bic"),
            ("Cargill Chartered", "cargill"),
            ("Ini\u{AD}te\u{200B}ch\u{FEFF} \u{200E}Ltd", "Initech"),
        ] {
            assert_eq!(key(a), key(b), "{a} / {b}");
        }
        assert_ne!(key("Acme Labs"), key("Acme"));
        assert_ne!(key("Delta Air Lines"), key("Delta Dental"));
    }

    #[test]
    fn a_name_never_vanishes() {
        for name in ["AG", "SE", "The Co.", "株式会社", "Limited", "S.A."] {
            assert!(!key(name).is_empty(), "{name}");
        }
        assert_eq!(key("AG"), "ag");
    }

    #[test]
    fn did_you_mean() {
        let known = ["Northwind", "Globex", "Initech"];
        assert_eq!(similar("northwnid", &known), ["Northwind"]);
        assert_eq!(similar("Globx Ltd", &known), ["Globex"]);
        assert_eq!(similar("North Wind", &known), ["Northwind"]);
        assert!(similar("Umbrella", &known).is_empty());
        assert!(similar("", &known).is_empty());
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key_and_case_does_not_count(name in "[A-Za-zäöüéß&.' -]{0,30}") {
            let once = key(&name);
            prop_assert_eq!(key(&name.to_uppercase()), key(&name.to_lowercase()));
            prop_assert!(!once.is_empty() || !name.chars().any(char::is_alphanumeric));
        }

        #[test]
        fn never_panics(name in "\\PC{0,60}") {
            let _ = key(&name);
        }
    }
}
