//! The note is addressed to the person who gets it.

use super::super::input::Channel;
use super::{Draft, Outcome, block, pass, warn};

pattern!(
    GREETING,
    r"(?i)^\s*(?:hi|hey|hello|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon|greetings|hallo|hola|howdy)\b[ ,]*(?:again )?(?P<name>@?[\p{L}'’-]+(?: (?:and |& )?[\p{L}][\p{L}'’-]+)*)?"
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
pattern!(CALLED, r"^\s*(?P<name>[\p{Lu}][\p{L}]+)(?:,| [-–—]) ");
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
    let said = &draft.text()[at.clone()];
    if said.chars().skip(1).any(char::is_uppercase) {
        return None;
    }
    let word = fold(said);
    let partner = draft.input.facts.partner.iter().chain(&draft.input.recipient.company);
    let known = name.split_whitespace().any(|n| same(&word, &fold(n)))
        || partner.into_iter().any(|p| fold(p).starts_with(&word))
        || draft.accounts.iter().any(|(_, named)| named.contains(&at.start))
        || draft.input.facts.overlaps.iter().any(|o| fold(&o.account).starts_with(&word));
    let adverb = word.ends_with("ly") || NO_NAME.contains(&word.as_str()) || NO_CALL.contains(&word.as_str());
    (!known && !adverb).then_some(at)
}

/// Whom a short name may stand for. Any other beginning of a name is somebody else: Dan is not Dana.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("alex", "alexander alexandra alexandre alexis alexandru aleksander"),
    ("andy", "andrew andrea andreas anders"),
    ("annie", "ann anna anne"),
    ("ben", "benjamin benedict benedikt"),
    ("bill", "william"),
    ("billy", "william"),
    ("bob", "robert"),
    ("bobby", "robert"),
    ("becky", "rebecca"),
    ("beth", "elizabeth bethany"),
    ("cathy", "catherine"),
    ("charlie", "charles charlotte"),
    ("chris", "christopher christian christine christina christoph kristian"),
    ("cindy", "cynthia"),
    ("dan", "daniel danielle"),
    ("dani", "daniel daniela danielle"),
    ("danny", "daniel"),
    ("dave", "david"),
    ("debbie", "deborah"),
    ("dick", "richard"),
    ("dom", "dominic dominik dominique"),
    ("don", "donald"),
    ("doug", "douglas"),
    ("ed", "edward edgar edwin edmund eduardo"),
    ("eddie", "edward edgar edwin"),
    ("ellie", "eleanor ellen"),
    ("fran", "frances francis francesca francesco"),
    ("frank", "francis franklin"),
    ("fred", "frederick frederic alfred fredrik"),
    ("gabe", "gabriel"),
    ("gabi", "gabriele gabriela gabriella"),
    ("geoff", "geoffrey"),
    ("greg", "gregory gregor"),
    ("harry", "harold henry harrison"),
    ("jack", "john jackson"),
    ("jake", "jacob"),
    ("jeff", "jeffrey"),
    ("jen", "jennifer jenny"),
    ("jenny", "jennifer"),
    ("jess", "jessica"),
    ("jim", "james"),
    ("jimmy", "james"),
    ("jo", "joanna joanne josephine johanna"),
    ("joe", "joseph"),
    ("john", "jonathan"),
    ("jon", "jonathan jonas"),
    ("josh", "joshua"),
    ("kate", "katherine catherine katharina kathryn"),
    ("katie", "katherine catherine"),
    ("kathy", "katherine kathleen catherine"),
    ("ken", "kenneth"),
    ("kim", "kimberly"),
    ("larry", "lawrence"),
    ("leo", "leonard leonardo leopold"),
    ("liz", "elizabeth"),
    ("lou", "louis louise"),
    ("maggie", "margaret"),
    ("mandy", "amanda"),
    ("manu", "manuel manuela emmanuel emanuele"),
    ("marc", "marcus"),
    ("marty", "martin"),
    ("matt", "matthew matthias matteo"),
    ("max", "maximilian maxwell maxime"),
    ("meg", "megan margaret"),
    ("mel", "melanie melissa melinda"),
    ("micha", "michael"),
    ("mick", "michael"),
    ("mike", "michael"),
    ("nat", "nathan natalie nathaniel natalia"),
    ("nate", "nathan nathaniel"),
    ("ned", "edward"),
    ("nick", "nicholas nicolas nikolaus nicola"),
    ("nicky", "nicole nicola nicholas"),
    ("oli", "oliver olivia"),
    ("pam", "pamela"),
    ("pat", "patrick patricia"),
    ("peggy", "margaret"),
    ("pete", "peter"),
    ("phil", "philip phillip philipp"),
    ("ray", "raymond"),
    ("rich", "richard"),
    ("rick", "richard"),
    ("rob", "robert roberto"),
    ("ron", "ronald"),
    ("sam", "samuel samantha samir samira"),
    ("sandy", "alexandra sandra"),
    ("sasha", "alexander alexandra"),
    ("seb", "sebastian sebastien"),
    ("steph", "stephanie stephen"),
    ("steve", "steven stephen stefan"),
    ("sue", "susan susanne"),
    ("tim", "timothy timo"),
    ("ted", "edward theodore"),
    ("theo", "theodore theodor theodora"),
    ("tina", "christina martina bettina"),
    ("tom", "thomas tomas"),
    ("toni", "antonia antonio"),
    ("tony", "anthony antonio"),
    ("val", "valerie valentina valentin"),
    ("vicky", "victoria"),
    ("vince", "vincent"),
    ("will", "william wilhelm"),
    ("zach", "zachary"),
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

/// Whether two first names are one person's: as written, the first half of a double one, or short for it.
fn same(a: &str, b: &str) -> bool {
    let half = |x: &str, y: &str| y.split_once('-').is_some_and(|(first, _)| first == x);
    let short = |x: &str, y: &str| {
        SHORT_NAMES.iter().any(|(short, long)| *short == x && long.split(' ').any(|name| name == y))
    };
    a == b || half(a, b) || half(b, a) || short(a, b) || short(b, a)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_short_name_is_the_same_person_and_any_other_beginning_is_not() {
        for (greeted, reader) in [
            ("sam", "samantha"),
            ("alexander", "alex"),
            ("chris", "christina"),
            ("jean", "jean-luc"),
            ("bob", "robert"),
        ] {
            assert!(same(greeted, reader), "{greeted} {reader}");
        }
        for (greeted, reader) in [("dana", "dan"), ("anna", "ann"), ("mark", "markus"), ("karl", "karla")] {
            assert!(!same(greeted, reader) && !same(reader, greeted), "{greeted} {reader}");
        }
    }
}
