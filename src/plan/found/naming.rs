//! What an event of a calendar is about, by the naming standard (A16): its title or its description has "account planning"
//! and names accounts, as in "Account planning: Acme, Globex with Northwind".

use std::collections::HashSet;

use crate::kernel::ics::Event;
use crate::kernel::ids::PartnerId;
use crate::map::domain::Domain;
use crate::map::name;

/// As much of an event's words is looked at.
const WORDS: usize = 400;
/// No more names are looked for in one event.
const NAMES: usize = 1_000;
/// A title lists no more accounts.
const LISTED: usize = 50;
/// A name has no more words than this.
const LONGEST_NAME: usize = 5;
/// What stands between two names of a list.
const BETWEEN: [char; 4] = [',', ';', '/', '|'];

/// Whether an event is named by the standard.
pub fn follows(event: &Event) -> bool {
    after_the_words(&event.title).is_some() || after_the_words(&event.description).is_some()
}

/// What stands behind "account planning", however it is joined.
fn after_the_words(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find("account") {
        let at = from + at;
        from = at + "account".len();
        let begins = !lower.get(..at)?.chars().next_back().is_some_and(char::is_alphanumeric);
        let joined =
            lower.get(from..)?.trim_start_matches(|c: char| c.is_whitespace() || "-_–—\u{a0}".contains(c));
        if begins && let Some(rest) = joined.strip_prefix("planning") {
            if rest.chars().next().is_some_and(char::is_alphanumeric) {
                continue;
            }
            return text.get(text.len() - rest.len()..);
        }
    }
    None
}

/// What an event says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The names that the title lists, as written: `Acme`, `Globex`.
    pub listed: Vec<String>,
    /// The partner that the title names, as written.
    pub partner: Option<String>,
    /// Every run of words that could be a name, by its key, in order.
    pub runs: Vec<String>,
    /// Every domain.
    pub domains: Vec<String>,
}

/// Reads an event's words.
pub fn said(event: &Event) -> Said {
    let (listed, partner) = after_the_words(&event.title).map(listed).unwrap_or_default();
    let text = format!("{}\n{}", event.title, without_tags(&event.description));
    let mut said = Said { listed, partner, ..Said::default() };
    let mut known = HashSet::new();
    let mut left = WORDS;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().take(left).collect();
        left -= words.len();
        for (at, word) in words.iter().enumerate() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            // A name begins with a capital or a figure; `target list` is no account, `Target` may be.
            if bare.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || !c.is_ascii()) {
                for end in at + 1..=words.len().min(at + LONGEST_NAME) {
                    let key =
                        name::key(words.get(at..end).map(|run| run.join(" ")).unwrap_or_default().as_str());
                    if !key.is_empty() && said.runs.len() < NAMES && known.insert(key.clone()) {
                        said.runs.push(key);
                    }
                    // No name goes on behind a comma.
                    if words.get(end - 1).is_some_and(|word| word.ends_with([',', ';', ':', '|'])) {
                        break;
                    }
                }
            }
            if bare.contains('.')
                && !bare.contains('@')
                && let Some(domain) = Domain::of_account(bare)
            {
                said.domains.push(domain.as_str().to_owned());
            }
        }
    }
    said
}

fn listed(rest: &str) -> (Vec<String>, Option<String>) {
    let rest = rest.lines().next().unwrap_or_default();
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":-–—|".contains(c));
    let lower = rest.to_ascii_lowercase();
    let (names, partner) = match lower.rfind(" with ").or_else(|| lower.starts_with("with ").then_some(0)) {
        Some(at) => {
            let whom = rest.get(at..).unwrap_or_default().trim_start();
            (rest.get(..at).unwrap_or_default(), whom.get("with ".len()..).map(|whom| whom.trim().to_owned()))
        }
        None => (rest, None),
    };
    let names = names.split(BETWEEN).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
    let names = names.take(LISTED).collect();
    (names, partner.filter(|partner| !partner.is_empty()))
}

/// A description that is a page is read without its marks.
fn without_tags(text: &str) -> String {
    if !text.contains("</") && !text.contains("<br") {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                plain.push('\n');
            }
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    plain
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// A partner, as it may be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: PartnerId,
    /// Its name.
    pub name: String,
    /// The domains of its own and of its people's addresses.
    pub domains: HashSet<String>,
}

/// With whom an event is: as the title says, else whom it names, else who is invited, else whose calendar it is.
///
/// # Errors
/// Says in words why that is not clear.
pub fn partner<'p>(
    event: &Event,
    said: &Said,
    partners: &'p [Known],
    own: Option<&PartnerId>,
) -> Result<&'p Known, String> {
    let by_key = |key: &str| partners.iter().find(|known| name::key(&known.name) == key);
    if let Some(partner) = said.partner.as_deref().and_then(|written| by_key(&name::key(written))) {
        return Ok(partner);
    }
    let named: Vec<&Known> =
        partners.iter().filter(|known| said.runs.contains(&name::key(&known.name))).collect();
    let hosts: HashSet<&str> = event
        .attendees
        .iter()
        .chain(&event.organizer)
        .filter_map(|person| person.email.split_once('@').map(|(_, host)| host))
        .collect();
    let invited: Vec<&Known> = partners
        .iter()
        .filter(|known| known.domains.iter().any(|domain| hosts.contains(domain.as_str())))
        .collect();
    for several in [&named, &invited] {
        match several.as_slice() {
            [one] => return Ok(*one),
            [] => {}
            many => {
                let both: Vec<&&Known> =
                    many.iter().filter(|known| named.contains(known) && invited.contains(known)).collect();
                if let [one] = both.as_slice() {
                    return Ok(**one);
                }
                let names: Vec<&str> = many.iter().map(|known| known.name.as_str()).collect();
                return Err(format!("it names more than one partner: {}", names.join(", ")));
            }
        }
    }
    own.and_then(|own| partners.iter().find(|known| known.id == *own))
        .ok_or_else(|| "it names no partner that I know".to_owned())
}
