//! The tail of `/partner ask`, as people type it.

use super::{Known, known_prefix, named_in, plain};

/// What was understood of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The account as written.
    pub account: Option<String>,
    /// What is asked.
    pub text: Option<String>,
}

/// Reads `acme "who runs RevOps there?"`, also without the quotes.
///
/// A word that holds a blank was quoted and is kept whole.
pub fn question(words: &[String], known: &Known) -> Question {
    let words: Vec<String> = words.iter().map(|w| plain(w)).filter(|w| !w.is_empty()).collect();
    let text = |text: String| (!text.is_empty()).then_some(text);
    // What stands in quotes is the question, unless it is a name.
    let quoted = words.iter().position(|w| w.contains(' ') && known.accounts.get(w).is_none());
    if let Some(at) = quoted {
        let rest = [&words[..at], &words[at + 1..]].concat().join(" ");
        let account = text(rest).or_else(|| named_in(&words[at], &known.accounts));
        return Question { account, text: Some(words[at].clone()) };
    }
    if let Some((_, n)) = known_prefix(&words, &known.accounts) {
        return Question { account: Some(words[..n].join(" ")), text: text(words[n..].join(" ")) };
    }
    let all = words.join(" ");
    // A question that names its account without beginning with it.
    if words.len() > 1
        && let Some(account) = named_in(&all, &known.accounts)
    {
        return Question { account: Some(account), text: Some(all) };
    }
    let (account, rest) = all.split_once(' ').unwrap_or((&all, ""));
    Question { account: text(account.to_owned()), text: text(rest.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Names;
    use super::*;

    fn known() -> Known {
        let names = |all: &[&str]| Names::new(all.iter().map(|n| (*n).to_owned()).collect());
        Known { partners: names(&["Northwind"]), accounts: names(&["Acme", "Globex Retail", "Hooli"]) }
    }

    fn read(words: &[&str]) -> (Option<String>, Option<String>) {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let read = question(&words, &known());
        (read.account, read.text)
    }

    #[test]
    fn an_account_and_a_question_are_told_apart() {
        let both = |account: &str, text: &str| (Some(account.to_owned()), Some(text.to_owned()));
        assert_eq!(read(&["acme", "who runs RevOps there?"]), both("acme", "who runs RevOps there?"));
        assert_eq!(read(&["who runs RevOps there?", "acme"]), both("acme", "who runs RevOps there?"));
        assert_eq!(read(&["who runs RevOps at Hooli?"]).1.as_deref(), Some("who runs RevOps at Hooli?"));
        assert_eq!(read(&["acme", "who", "runs", "it?"]), both("acme", "who runs it?"));
        assert_eq!(read(&["globex", "Retail", "spend?"]), both("globex Retail", "spend?"));
        assert_eq!(read(&["Globex Retail", "spend?"]), both("Globex Retail", "spend?"));
        assert_eq!(
            read(&["who", "runs", "RevOps", "at", "Acme", "now"]),
            both("Acme", "who runs RevOps at Acme now")
        );
        assert_eq!(read(&["initech", "who", "decides?"]), both("initech", "who decides?"));
        assert_eq!(read(&["<https://hooli.com|hooli.com>", "who?"]), both("hooli.com", "who?"));
        assert_eq!(read(&["acme"]), (Some("acme".to_owned()), None));
        assert_eq!(read(&[]), (None, None));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read(words in prop::collection::vec(".{0,30}", 0..8)) {
            let read = question(&words, &known());
            prop_assert!(read.text.is_none_or(|t| !t.is_empty()) && read.account.is_none_or(|a| !a.is_empty()));
        }
    }
}
