//! Precision and recall on the corpus, field by field, and what must hold for any input.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

mod grid;
mod pairs;

const FIELDS: [&str; 8] =
    ["account", "domain", "partner", "our_population", "their_population", "owner", "amount", "stage"];

/// Hits, misses and false finds of one thing.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    hit: usize,
    missed: usize,
    invented: usize,
}

impl Tally {
    fn precision(self) -> f64 {
        ratio(self.hit, self.hit + self.invented)
    }

    fn recall(self) -> f64 {
        ratio(self.hit, self.hit + self.missed)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// The score of one corpus: overlaps that are right in every field, each field, and messages with a false find.
#[derive(Debug, Default)]
struct Score {
    found: Tally,
    /// Messages that lack their account or their partner and are not asked about, and chatter that is.
    misasked: Vec<String>,
    exact: Tally,
    fields: [Tally; 8],
    noisy: Vec<String>,
    report: String,
}

fn context() -> Context {
    Context::new(["Northwind", "Globex", "Initech"].map(String::from).to_vec(), Some("B0TANDEM".to_string()))
}

fn score(corpus: &str) -> Score {
    let mut score = Score::default();
    for line in corpus.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer = answer_line(line, &context());
        let expected = case["overlaps"].as_array().unwrap();
        let mut left: Vec<Value> = answer["overlaps"].as_array().unwrap().clone();
        if expected.is_empty() && !left.is_empty() {
            score.noisy.push(case["id"].to_string());
        }
        let asks = read(&case["message"], &context()).doubtful.is_some();
        let lacks = case["doubtful"] == true;
        if lacks && !asks || asks && !lacks && expected.is_empty() {
            score.misasked.push(case["id"].to_string());
        }
        let mut wrong = expected.len() != left.len();
        for wanted in expected {
            let same = |o: &Value| {
                let key = |v: &Value| {
                    v["account"].as_str().map(name::key).or(v["domain"].as_str().map(String::from))
                };
                key(o) == key(wanted) && o["partner"] == wanted["partner"]
            };
            let Some(at) = left.iter().position(same).or(left.iter().position(|o| {
                o["account"].as_str().map(name::key) == wanted["account"].as_str().map(name::key)
            })) else {
                score.found.missed += 1;
                score.exact.missed += 1;
                FIELDS
                    .iter()
                    .enumerate()
                    .for_each(|(i, f)| score.fields[i].missed += usize::from(!wanted[f].is_null()));
                wrong = true;
                continue;
            };
            let got = left.remove(at);
            score.found.hit += 1;
            for (i, field) in FIELDS.iter().enumerate() {
                let tally = &mut score.fields[i];
                match (&wanted[field], &got[field]) {
                    (Value::Null, Value::Null) => {}
                    (a, b) if a == b => tally.hit += 1,
                    (a, b) => {
                        tally.missed += usize::from(!a.is_null());
                        tally.invented += usize::from(!b.is_null());
                    }
                }
            }
            if &got == wanted {
                score.exact.hit += 1;
            } else {
                score.exact.missed += 1;
                score.exact.invented += 1;
                wrong = true;
            }
        }
        score.found.invented += left.len();
        score.exact.invented += left.len();
        if wrong {
            score.report +=
                &format!("{}\n  got {}\n  not {}\n", case["message"], answer["overlaps"], case["overlaps"]);
        }
    }
    score
}

fn summary(score: &Score) -> String {
    let line =
        |name: &str, t: Tally| format!("{name}: precision {:.3}, recall {:.3}\n", t.precision(), t.recall());
    let mut out = line("found", score.found) + &line("exact", score.exact);
    FIELDS.iter().zip(score.fields).for_each(|(f, t)| out += &line(f, t));
    out
}

fn assert_floors(score: &Score, exact: f64, field: f64) {
    let told = format!("{}{}", score.report, summary(score));
    assert!(score.noisy.is_empty(), "chatter yields nothing: {:?}\n{told}", score.noisy);
    assert!(score.misasked.len() * 50 <= score.found.hit, "asked of the wrong: {:?}", score.misasked);
    assert!(score.exact.precision() >= exact && score.exact.recall() >= exact, "{told}");
    for tally in score.fields {
        assert!(tally.precision() >= field && tally.recall() >= field, "{told}");
    }
}

#[test]
fn the_corpus_is_understood() {
    assert_floors(&score(include_str!("../../../../tests/corpus/overlaps.jsonl")), 0.97, 0.97);
}

/// Written in thirteen rounds, each before the parser had seen it. What they taught is in the parser now, so today's
/// figures are no longer those of unseen messages; these are, at the first run of each round:
///
/// | round | messages | overlaps | found | right in every field | false finds |
/// | --- | --- | --- | --- | --- | --- |
/// | 1 to 3 | 132 | 108 | 82, 90, 96 % | 63, 61, 75 % | some, none, none |
/// | 4 | 79 | 79 | 86 % | 66 % | 2 |
/// | 5 | 61 | 58 | 86 % | 66 % | 3 |
/// | 6 | 59 | 54 | 87 % | 74 % | 3 |
/// | 7 | 38 | 37 | 97 % | 92 % | 1 |
/// | 8 | 25 | 21 | 86 % | 57 % | 1 |
/// | 9 | 60 | 48 | 90 % | 58 % | 3 |
/// | 10 | 60 | 43 | 91 % | 67 % | none |
/// | 11 | 60 | 45 | 78 % | 58 % | none |
/// | 12 | 60 | 42 | 90 % | 76 % | 1 |
/// | 13 | 60 | 69 | 75 % | 71 % | 15 |
///
/// A third of rounds 9 to 13 is chatter, a third of round 13 names several accounts with several partners. Cases with `"doubtful": true` lack their account or their partner.
#[test]
fn the_hard_corpus_is_understood() {
    let score = score(include_str!("../../../../tests/corpus/overlaps_hard.jsonl"));
    assert_floors(&score, 0.97, 0.97);
}

fn text(text: &str) -> Value {
    json!({"type": "message", "user": "U1", "text": text})
}

#[test]
fn lines_that_cannot_be_read_are_answered_with_an_error() {
    for (line, id) in [
        ("{", Value::Null),
        ("[]", Value::Null),
        (r#"{"id":"a"}"#, json!("a")),
        (r#"{"id":"a","message":"hi"}"#, json!("a")),
        (r#"{"id":7,"message":null}"#, json!(7)),
        (r#"{"message":{"text":"hi"}}"#, Value::Null),
    ] {
        let answer = answer_line(line, &context());
        assert_eq!(answer["id"], id, "{line}");
        assert!(answer["error"].is_string() && answer.get("overlaps").is_none(), "{line}");
    }
    let odd = r#"{"id":"a","message":{"text":5,"blocks":"x","attachments":[null]}}"#;
    assert_eq!(answer_line(odd, &context()), json!({"id": "a", "overlaps": []}));
}

#[test]
fn what_lacks_an_account_or_a_partner_is_doubtful() {
    let read = |t: &str| read(&text(t), &context());
    let reading = read("New overlap with Northwind, our prospect, their customer");
    assert!(reading.overlaps.is_empty());
    let doubtful = reading.doubtful.unwrap();
    assert_eq!((doubtful.partner.as_deref(), doubtful.account), (Some("Northwind"), None));
    let reading = read("New overlap: Acme (acme.com), our prospect");
    assert_eq!(reading.overlaps.len(), 1);
    assert_eq!(reading.doubtful.unwrap().account.as_deref(), Some("Acme"));
    for chatter in ["thanks all", "no overlap with Northwind", "Any overlap with Globex?", "Lunch at noon"] {
        assert_eq!(read(chatter), Reading::default(), "{chatter}");
    }
}

#[test]
fn an_account_that_is_the_same_is_to_both_what_the_one_before_is() {
    let found = |said: &str| -> Vec<String> {
        let of = |o: OverlapMention| {
            let side = |p: Option<Population>| p.map_or("-".to_owned(), |p| format!("{p:?}"));
            let name = o.account.unwrap_or_default();
            format!("{name} {} {}", side(o.our_population), side(o.their_population))
        };
        parse(&text(said), &context()).into_iter().map(of).collect()
    };
    let both = ["Juniper Health Prospect Customer", "Marlow Bank Prospect Customer"];
    for said in [
        "Globex: Juniper Health (juniperhealth.com) is their customer and our prospect; Marlow Bank too, marlowbank.com",
        "Globex: Juniper Health (juniperhealth.com) is their customer and our prospect. Marlow Bank (marlowbank.com) too.",
        "Globex: Juniper Health (juniperhealth.com) is their customer, our prospect. Same for Marlow Bank (marlowbank.com).",
        "Globex: Juniper Health (juniperhealth.com) is their customer, our prospect; ditto Marlow Bank (marlowbank.com)",
    ] {
        assert_eq!(found(said), both, "{said}");
    }
    let one = ["Juniper Health Prospect Customer"];
    for said in [
        "Globex: Juniper Health (juniperhealth.com) is their customer and our prospect. I spoke to Marlow Bank too.",
        "Globex: Juniper Health (juniperhealth.com) is their customer and our prospect. See wiki.com for Marlow Bank.",
    ] {
        assert_eq!(found(said), one, "{said}");
    }
}

#[test]
fn our_own_posts_and_system_messages_hold_nothing() {
    let overlap = "New overlap with Northwind: Acme, our prospect, their customer";
    assert_eq!(parse(&json!({"text": overlap}), &context()).len(), 1);
    for message in [
        json!({"text": overlap, "bot_id": "B0TANDEM"}),
        json!({"text": overlap, "subtype": "channel_topic"}),
        json!({"text": overlap, "subtype": "message_deleted"}),
    ] {
        assert!(parse(&message, &context()).is_empty(), "{message}");
    }
    let edited = json!({"subtype": "message_changed", "message": {"text": overlap}});
    assert_eq!(parse(&edited, &context()).len(), 1);
}

/// Arbitrary JSON of the kind that Slack sends, and of other kinds.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "type",
        "text",
        "elements",
        "fields",
        "blocks",
        "attachments",
        "rows",
        "title",
        "value",
        "url",
        "user_id",
        "subtype",
        "style",
    ]);
    let word = prop::sample::select(vec![
        "rich_text",
        "section",
        "header",
        "table",
        "rich_text_list",
        "link",
        "user",
        "mrkdwn",
        "Account: Acme",
        "Northwind: our customer",
        "<@U1>",
        "<https://acme.com|acme.com>",
        "~x~ $1",
        "overlap",
        "| a | b |",
        "é\u{301}🎉:tada:",
        "Partner:\nGlobex",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        word.prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|pairs| Value::Object(
                pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_makes_it_panic(written in "\\PC{0,120}") {
        let _ = read(&text(&written), &context());
    }

    #[test]
    fn no_mixture_of_known_words_makes_it_panic(words in prop::collection::vec(prop::sample::select(vec![
        "overlap", "Northwind", "Globex's", "Acme", "our", "their", "both", "customer", "open opp", "with", "(", ")", ":", ",", "\n", "•",
        "$120k", "€1,2 Mio.", "owner", "<@U1>", "<https://acme.com|acme.com>", "jane@gmail.com", "stage", "in legal", "→", "|", "Jörg", "not", "?", "é", "Partner:", "Account:", "x",
    ]), 0..24)) {
        let _ = read(&text(&words.join(" ")), &context());
    }

    #[test]
    fn no_json_makes_it_panic(message in any_json(), blocks in any_json(), attachments in any_json()) {
        let _ = read(&message, &context());
        let _ = read(&json!({"text": "x", "blocks": [blocks], "attachments": [attachments]}), &context());
    }

    #[test]
    fn a_link_is_read_as_its_bare_domain(label in "[a-z]{4,10}", form in 0usize..3) {
        let sentence = |domain: &str| match form {
            0 => format!("New overlap w/ Northwind: Acme Corp ({domain}), our open opp $120k, their customer"),
            1 => format!("Account: Acme Corp\nDomain: {domain}\nPartner: Northwind\nOurs: prospect"),
            _ => format!("Acme Corp {domain} - Northwind - our customer - their prospect"),
        };
        let domain = format!("{label}.com");
        let bare = parse(&text(&sentence(&domain)), &context());
        let wrapped = parse(&text(&sentence(&format!("<https://{domain}|{domain}>"))), &context());
        prop_assert_eq!(&bare, &wrapped);
        prop_assert_eq!(bare.len(), 1);
    }
}

/// What looks like a slip of the finger and is a name stays one, and an everyday word is no partner.
#[test]
fn names_are_not_mended() {
    let context = Context::new(["Northwind", "Marketo", "Segment"].map(String::from).to_vec(), None);
    let read = |said: &str| {
        let found = parse(&text(said), &context).into_iter();
        found
            .map(|o| format!("{}/{}", o.account.unwrap_or_default(), o.partner.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    for (said, found) in [
        ("Northwind: Kustomer, our open opp, their customer", "Kustomer/Northwind"),
        ("Kustomer / Northwind: our prospect, their customer", "Kustomer/Northwind"),
        ("New overlap with Northwind: Prospekt AB, our open opp, their customer", "Prospekt AB/Northwind"),
        ("Overlpa with Northwind: Acme, our Prospekt, their cutomer", "Acme/Northwind"),
        ("Northwnd: Acme, our customer, their prospect in the mid market", "Acme/Northwind"),
        ("Markteo: Acme, our customer, their prospect", "Acme/Marketo"),
        ("Northwind: Acme, our customer, their prospect, one of two segments", "Acme/Northwind"),
    ] {
        assert_eq!(read(said), [found], "{said}");
    }
}
