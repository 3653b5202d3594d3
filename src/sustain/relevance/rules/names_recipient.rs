//! The note is addressed to the person who gets it.

use super::super::input::Channel;
use super::{Draft, Outcome, block, pass, warn};

pattern!(
    GREETING,
    r"(?i)^\s*(?:hi|hey|hello|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon|greetings|hallo|hola|howdy)\b[ ,]*(?:again )?(?P<name>@?[\p{L}'’-]+(?: (?:and |& )?\p{Lu}[\p{L}'’-]+)*)?"
);
/// What may follow a greeting and is no name.
const NO_NAME: &[&str] = &[
    "there",
    "again",
    "all",
    "team",
    "everyone",
    "everybody",
    "folks",
    "both",
    "partner",
    "partners",
    "friends",
    "quick",
    "just",
    "hope",
    "from",
    "a",
    "an",
    "the",
    "i",
    "we",
    "you",
    "our",
    "your",
    "and",
    "here",
    "this",
    "some",
    "one",
    "happy",
    "following",
    "thanks",
    "with",
    "sir",
    "madam",
    "valued",
    "name",
    "first",
    "friend",
    "guys",
    "to",
    "it",
    "anything",
    "good",
    "small",
    "short",
    "is",
    "in",
    "on",
    "saw",
    "congrats",
    "congratulations",
    "checking",
    "wanted",
    "any",
    "can",
    "could",
    "what",
    "who",
    "hey",
    "hi",
    "null",
    "none",
    "undefined",
    "colleague",
    "colleagues",
    "re",
    "news",
    "heads",
    "two",
    "three",
    "great",
    "nice",
    "well",
    "so",
    "now",
    "since",
    "as",
    "for",
    "channel",
    "everone",
    "yall",
];
pattern!(CALLED, r"^\s*(?P<name>\p{Lu}\p{Ll}+)(?:,| [-–—]) ");
/// What stands before a first comma and is no name: "Finally, …".
const NO_CALL: &[&str] = &[
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "afterwards",
    "meanwhile",
    "however",
    "anyway",
    "besides",
    "otherwise",
    "perhaps",
    "maybe",
    "please",
    "sorry",
    "yes",
    "no",
    "sure",
    "okay",
    "ok",
    "right",
    "also",
    "still",
    "then",
    "second",
    "last",
    "next",
    "update",
    "reminder",
    "morning",
    "indeed",
    "cheers",
    "bravo",
    "btw",
    "fyi",
    "psst",
    "done",
    "question",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "good",
    "late",
    "early",
    "better",
    "best",
    "bad",
    "again",
    "oh",
    "wow",
];

/// Somebody else who is called at the head of the note: "Dana, I can …".
fn called(draft: &Draft<'_>, name: &str) -> Option<std::ops::Range<usize>> {
    let at = CALLED.captures(draft.text())?.name("name")?.range();
    let word = fold(&draft.text()[at.clone()]);
    let partner = draft.input.facts.partner.iter().chain(&draft.input.recipient.company);
    let known = name.split_whitespace().any(|n| same(&word, &fold(n)))
        || partner.into_iter().any(|p| fold(p).starts_with(&word))
        || draft.accounts.iter().any(|(_, named)| named.contains(&at.start))
        || draft.input.facts.overlaps.iter().any(|o| fold(&o.account).starts_with(&word));
    let adverb = word.ends_with("ly") || NO_NAME.contains(&word.as_str()) || NO_CALL.contains(&word.as_str());
    (!known && !adverb).then_some(at)
}

const SHORT_NAMES: &[(&str, &str)] = &[
    ("bob", "robert"),
    ("rob", "robert"),
    ("bill", "william"),
    ("will", "william"),
    ("liz", "elizabeth"),
    ("beth", "elizabeth"),
    ("kate", "katherine"),
    ("katie", "katherine"),
    ("mike", "michael"),
    ("jim", "james"),
    ("tony", "anthony"),
    ("peggy", "margaret"),
    ("maggie", "margaret"),
    ("dick", "richard"),
    ("rick", "richard"),
    ("jack", "john"),
    ("ted", "edward"),
    ("ned", "edward"),
    ("sasha", "alexander"),
    ("sandy", "alexandra"),
    ("becky", "rebecca"),
    ("jenny", "jennifer"),
];

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let Some(name) = draft.input.recipient.name.as_deref().filter(|n| !n.trim().is_empty()) else {
        return pass("No name is known to compare.");
    };
    let first = name.split_whitespace().next().unwrap_or(name);
    if let Some(found) = GREETING.captures(draft.text()).and_then(|c| c.name("name")) {
        let greeted: Vec<String> =
            found.as_str().split([' ', '&']).map(fold).filter(|w| !w.is_empty() && w != "and").collect();
        let someone = greeted.first().is_some_and(|w| !NO_NAME.contains(&w.as_str()));
        let capital = found.as_str().trim_start_matches('@').starts_with(char::is_uppercase);
        let ends =
            draft.text()[found.end()..].trim_start().starts_with([',', '-', '–', '—', ':', '!', '.', '\n']);
        if someone && greeted.iter().any(|g| name.split_whitespace().any(|n| same(g, &fold(n)))) {
            return pass(format!("Addressed to {first}."));
        }
        if someone && (capital || ends) {
            return block(
                format!("It greets {}, and goes to {first}.", found.as_str()),
                format!("Greet {first}, or send it to the person it was written for."),
                vec![found.range()],
            );
        }
    }
    if let Some(at) = called(draft, name) {
        return block(
            format!("It calls {}, and goes to {first}.", &draft.text()[at.clone()]),
            format!("Address {first}, or send it to the person it was written for."),
            vec![at],
        );
    }
    if draft.text().split(|c: char| !c.is_alphanumeric()).any(|w| same(&fold(w), &fold(first))) {
        return pass(format!("Addressed to {first}."));
    }
    match draft.input.channel {
        Some(Channel::Email) => {
            warn(format!("It does not greet {first} by name."), format!("Open with {first}'s name."), vec![])
        }
        _ => pass("A short message may do without a greeting."),
    }
}

fn fold(word: &str) -> String {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'");
    deunicode::deunicode(plain.trim_end_matches("'s"))
}

fn same(a: &str, b: &str) -> bool {
    let prefix = |x: &str, y: &str| x.chars().count() >= 3 && y.starts_with(x);
    a == b || prefix(a, b) || prefix(b, a) || SHORT_NAMES.iter().any(|p| *p == (a, b) || *p == (b, a))
}
