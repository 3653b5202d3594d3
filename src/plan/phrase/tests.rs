use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// Tuesday.
const TODAY: Date = date(2026, 3, 10);

fn known() -> Known {
    let all = |names: &[&str]| Names::new(names.iter().map(|n| (*n).to_owned()).collect());
    Known {
        partners: all(&["Northwind", "Initech", "Contoso Data"]),
        accounts: all(&["Acme Corp", "Globex Retail", "Stark Industries"]),
    }
}

/// As the command line is cut: at blanks, with quotes kept together.
fn words(text: &str) -> Vec<String> {
    let parts = text.split('"').enumerate();
    let words = parts.flat_map(|(i, part)| match i % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

fn date_words(date: Option<Result<Date, DateError>>) -> String {
    match date {
        Some(Ok(date)) => date.strftime("%-d %b").to_string(),
        Some(Err(error)) => format!("[{error}]"),
        None => "-".to_owned(),
    }
}

fn read_request(text: &str) -> String {
    let r = request(&words(text), TODAY, &known());
    let or = |t: Option<String>| t.unwrap_or_else(|| "-".to_owned());
    format!("{} | {} | {} | {}", or(r.account), or(r.partner), date_words(r.date), or(r.goal))
}

fn read_commitment(text: &str) -> String {
    let c = commitment(&words(text), TODAY, &known());
    let or = |t: Option<String>| t.unwrap_or_else(|| "-".to_owned());
    let owner = match c.owner {
        Some(Owner::User(id)) => id,
        Some(Owner::Written(name)) => format!("@{name}"),
        None => "-".to_owned(),
    };
    format!("{} | {} | {} | {} | {owner}", or(c.text), or(c.partner), or(c.account), date_words(c.date))
}

#[test]
fn requests_in_any_order() {
    for (typed, expected) in [
        ("acme with northwind by friday", "acme | Northwind | 13 Mar | -"),
        ("with northwind by friday acme", "acme | Northwind | 13 Mar | -"),
        ("by friday acme with northwind", "acme | Northwind | 13 Mar | -"),
        ("with Northwind for acme", "acme | Northwind | - | -"),
        ("acme corp with contoso data in 2 weeks", "acme corp | Contoso Data | 24 Mar | -"),
        ("acme northwind next tuesday", "acme | Northwind | 17 Mar | -"),
        (
            "acme with northwind before 12.4. because they renew in May",
            "acme | Northwind | 12 Apr | they renew in May",
        ),
        ("acme with northwind by friday to plan the renewal", "acme | Northwind | 13 Mar | plan the renewal"),
        (
            "acme with northwind about integration with salesforce by friday",
            "acme | Northwind | 13 Mar | integration with salesforce",
        ),
        ("on globex retail with initech on friday", "globex retail | Initech | 13 Mar | -"),
        (
            "\"By Design Ltd\" with \"Contoso Data\" by friday \"close the renewal\"",
            "By Design Ltd | Contoso Data | 13 Mar | close the renewal",
        ),
        ("acme", "acme | - | - | -"),
        ("northwind", "- | Northwind | - | -"),
        ("", "- | - | - | -"),
    ] {
        assert_eq!(read_request(typed), expected, "{typed}");
    }
}

#[test]
fn near_misses_are_kept_as_typed() {
    assert_eq!(read_request("acmee with northwnd by friday"), "acmee | northwnd | 13 Mar | -");
    assert_eq!(read_request("acme with nobody inc by friday"), "acme | nobody inc | 13 Mar | -");
}

#[test]
fn dates_that_are_none_are_said_so() {
    insta::assert_snapshot!(read_request("acme with northwind by fryday"), @r#"acme | Northwind | [I can't read "fryday" as a date. Try `friday`, `12 dec` or `2026-12-12`.] | -"#);
    insta::assert_snapshot!(read_request("acme with northwind by yesterday"), @"acme | Northwind | [Mon 9 Mar is in the past. Choose today or later.] | -");
    insta::assert_snapshot!(read_request("acme with northwind by 3/4"), @r#"acme | Northwind | ["3/4" can be read in two ways. Write `3 Apr` or `4 Mar`.] | -"#);
}

#[test]
fn commitments_with_and_without_quotes() {
    for (typed, expected) in [
        (
            "\"send the case study\" to northwind by 12 dec <@U123|sam>",
            "send the case study | Northwind | - | 12 Dec | U123",
        ),
        (
            "send the case study to northwind by 12 dec <@U123>",
            "send the case study | Northwind | - | 12 Dec | U123",
        ),
        (
            "<@U123> send the deck for acme with northwind by friday",
            "send the deck | Northwind | acme | 13 Mar | U123",
        ),
        (
            "send the deck for acme corp with northwind by friday",
            "send the deck | Northwind | acme corp | 13 Mar | -",
        ),
        (
            "\"send the deck\" for acme with northwind by friday",
            "send the deck | Northwind | acme | 13 Mar | -",
        ),
        (
            "talk to Sam about pricing to northwind by friday",
            "talk to Sam about pricing | Northwind | - | 13 Mar | -",
        ),
        ("reach Sam by phone with northwind by friday", "reach Sam by phone | Northwind | - | 13 Mar | -"),
        (
            "prepare slides for the meeting with initech tomorrow",
            "prepare slides for the meeting | Initech | - | 11 Mar | -",
        ),
        ("send the deck to northwnd by friday", "send the deck | northwnd | - | 13 Mar | -"),
        (
            "\"meet with Ann by the lake\" with Northwind by 12 dec @colleague",
            "meet with Ann by the lake | Northwind | - | 12 Dec | @colleague",
        ),
        ("\"a b\" to nobody inc by friday", "a b | nobody inc | - | 13 Mar | -"),
        ("run a workshop of 2 days with northwind", "run a workshop of 2 days | Northwind | - | - | -"),
        ("call Sam", "call Sam | - | - | - | -"),
        ("", "- | - | - | - | -"),
    ] {
        assert_eq!(read_commitment(typed), expected, "{typed}");
    }
}

#[test]
fn messages_lose_their_markup() {
    assert_eq!(
        plain("*Sam* will send <https://acme.com/deck|the deck> &amp; the\n• `notes` to <@U1|ann> <!here>"),
        "Sam will send the deck & the notes to @ann"
    );
    assert_eq!(plain("a < b"), "a < b");
}

#[test]
fn a_message_says_when() {
    for (text, expected) in [
        ("I'll send the deck by Friday, promise", Some(date(2026, 3, 13))),
        ("we send it on 12 April to them", Some(date(2026, 4, 12))),
        ("deck follows in 2 weeks", Some(date(2026, 3, 24))),
        ("Sam sends the deck tomorrow morning", Some(date(2026, 3, 11))),
        ("workshop 20 March with Ann", Some(date(2026, 3, 20))),
        ("the workshop takes 2 days", None),
        ("I'll send the deck", None),
        ("was due by 1 Jan 2020", None),
    ] {
        assert_eq!(date_in(text, TODAY), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_words_are_read(words in prop::collection::vec("\\PC{0,12}|with|by|for|to|on|friday|12 dec|<@U1>|northwind", 0..12)) {
        let _ = request(&words, TODAY, &known());
        let _ = commitment(&words, TODAY, &known());
    }

    #[test]
    fn any_message_is_read(text in "\\PC{0,80}") {
        let _ = date_in(&plain(&text), TODAY);
    }

    #[test]
    fn what_is_quoted_is_kept_whole(text in "[a-z]{1,8}( (to|by|with|for|friday|[a-z]{1,8})){1,6}") {
        let typed = [text.clone(), "to".into(), "northwind".into(), "by".into(), "12".into(), "dec".into()];
        let read = commitment(&typed, TODAY, &known());
        prop_assert_eq!(read.text, Some(text));
        prop_assert_eq!(read.partner, Some("Northwind".to_owned()));
    }

    #[test]
    fn nothing_unquoted_is_lost(what in prop::collection::vec("[b-z][a-z]{4,7}(to|by)?", 1..6)) {
        let mut typed = what.clone();
        typed.extend(["to", "northwind", "by", "12", "dec"].map(str::to_owned));
        let read = commitment(&typed, TODAY, &known()).text.unwrap_or_default();
        for word in &what {
            prop_assert!(read.contains(word.as_str()), "{word} is not in {read}");
        }
    }
}

#[test]
fn a_message_names_who_it_is_about() {
    let all = known();
    assert_eq!(named_in("I'll send Contoso Data's deck", &all.partners), None);
    assert_eq!(named_in("deck for Contoso Data, tomorrow", &all.partners), Some("Contoso Data".to_owned()));
    assert_eq!(named_in("about ACME CORP and the rest", &all.accounts), Some("Acme Corp".to_owned()));
    assert_eq!(named_in("nothing here", &Names::default()), None);
}
