//! Names in running text: "Acme's" names Acme Corp, "Acmeville" does not.

use std::ops::Range;

/// Endings that people leave out when they speak.
const LEGAL: &[&str] = &[
    "inc",
    "corp",
    "corporation",
    "ltd",
    "limited",
    "llc",
    "llp",
    "plc",
    "gmbh",
    "ag",
    "sa",
    "sas",
    "sarl",
    "bv",
    "nv",
    "ab",
    "as",
    "oy",
    "spa",
    "srl",
    "kg",
    "co",
    "company",
    "group",
    "holding",
    "holdings",
    "pty",
    "se",
    "international",
];
/// First words that do not stand for the whole name.
const VAGUE: &[&str] = &[
    "the",
    "first",
    "united",
    "national",
    "global",
    "american",
    "general",
    "new",
    "north",
    "south",
    "east",
    "west",
    "big",
    "blue",
    "red",
    "green",
    "black",
    "white",
    "great",
    "royal",
    "city",
    "state",
    "world",
    "best",
    "smart",
    "bright",
    "open",
    "digital",
    "data",
    "cloud",
    "tech",
    "health",
    "partner",
    "customer",
    "our",
    "your",
    "next",
    "total",
    "super",
    "universal",
    "central",
    "international",
    "european",
    "old",
    "high",
    "pro",
    "one",
    "two",
    "good",
    "fresh",
    "direct",
    "home",
    "early",
    "prime",
    "saint",
];
/// Companies that are called by an everyday word: in lower case the word is meant.
const EVERYDAY: &[&str] = &[
    "target",
    "square",
    "box",
    "slack",
    "notion",
    "monday",
    "apple",
    "gap",
    "shell",
    "stripe",
    "zoom",
    "chase",
    "visa",
    "meta",
    "summit",
    "pioneer",
    "frontier",
    "atlas",
    "beacon",
    "bridge",
    "signal",
    "harvest",
    "unity",
    "vertex",
    "harbor",
    "harbour",
    "anchor",
    "compass",
    "ally",
    "discover",
    "progressive",
    "ramp",
    "brex",
    "gusto",
    "segment",
    "amplitude",
    "mode",
    "loom",
    "linear",
    "outreach",
    "drift",
    "front",
    "gong",
    "clay",
    "scale",
    "match",
    "boost",
    "pulse",
    "spark",
    "wave",
    "orbit",
    "orange",
    "oracle",
    "sage",
    "sprint",
    "delta",
    "keystone",
    "horizon",
    "relay",
    "ascend",
    "lattice",
    "rally",
    "workday",
    "intercom",
    "canvas",
    "asset",
    "launch",
    "partner",
    "focus",
    "impact",
    "insight",
    "insights",
    "catalyst",
    "element",
    "nova",
    "bolt",
    "swift",
    "mint",
    "ripple",
    "echo",
    "ledger",
    "pilot",
    "scout",
    "sync",
    "circle",
    "campaign",
    "forge",
    "base",
    "basis",
    "core",
];

/// Every place in `text` that names `name`, as byte ranges; longest spelling first at each place.
///
/// The legal form may be missing, and so may what follows a distinctive first word.
pub(super) fn mentions(text: &str, name: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for form in forms(name) {
        for at in places(text, &form) {
            let meant = !(EVERYDAY.contains(&form.to_lowercase().as_str())
                && text[at.clone()].chars().next().is_some_and(char::is_lowercase));
            if meant && !found.iter().any(|f| overlap(f, &at)) {
                found.push(at);
            }
        }
    }
    found.sort_by_key(|r| r.start);
    found
}

/// Every place that names `title` in full.
pub(super) fn exact(text: &str, title: &str) -> Vec<Range<usize>> {
    let title = title.trim();
    if title.chars().any(char::is_alphanumeric) { places(text, title) } else { Vec::new() }
}

/// Where `text` names `other`. A name of `ours` in full is none of another's, however it begins.
pub(super) fn names_other<S: AsRef<str>>(text: &str, ours: &[S], other: &str) -> Vec<Range<usize>> {
    if ours.iter().any(|n| n.as_ref().eq_ignore_ascii_case(other)) {
        return Vec::new();
    }
    let own: Vec<Range<usize>> = ours.iter().flat_map(|n| exact(text, n.as_ref())).collect();
    let mut found = mentions(text, other);
    found.retain(|at| !own.iter().any(|o| overlap(o, at) && o.len() >= at.len()));
    found
}

/// Whether two ranges share a byte.
pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The spellings of a name, longest first.
fn forms(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut out = vec![words.join(" ")];
    let plain = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let mut short = words.clone();
    while short.len() > 1 && LEGAL.contains(&short.last().map(|w| plain(w)).unwrap_or_default().as_str()) {
        short.pop();
    }
    out.push(short.join(" ").trim_end_matches([',', '.']).to_owned());
    if let [first, _, ..] = short[..]
        && first.chars().count() >= 3
        && !VAGUE.contains(&plain(first).as_str())
    {
        out.push(first.trim_end_matches([',', '.', '\'']).to_owned());
    }
    out.retain(|f| f.chars().any(char::is_alphanumeric));
    out.dedup();
    out
}

/// Where `form` stands as whole words, whatever the case.
fn places(text: &str, form: &str) -> Vec<Range<usize>> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut before: Option<char> = None;
    for (start, c) in text.char_indices() {
        if !before.is_some_and(word)
            && let Some(len) = prefix(&text[start..], form)
            && !text[start + len..].chars().next().is_some_and(word)
        {
            out.push(start..start + len);
        }
        before = Some(c);
    }
    out
}

/// The length in bytes of `form` at the start of `text`, compared without case.
fn prefix(text: &str, form: &str) -> Option<usize> {
    let mut given = text.char_indices();
    for want in form.chars() {
        let (_, got) = given.next()?;
        let got = if got == '’' { '\'' } else { got };
        if got != want && !got.to_lowercase().eq(want.to_lowercase()) && !(got.is_whitespace() && want == ' ')
        {
            return None;
        }
    }
    Some(given.next().map_or(text.len(), |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn short_and_possessive_forms_count_and_look_alikes_do_not() {
        assert_eq!(mentions("Acme's renewal", "Acme Corp"), vec![0..4]);
        assert_eq!(mentions("acme corp is in", "Acme Corp"), vec![0..9]);
        assert_eq!(mentions("ACME, Inc", "Acme Logistics GmbH"), vec![0..4]);
        assert!(mentions("Acmeville called", "Acme Corp").is_empty());
        assert!(mentions("their target list", "Target Corporation").is_empty());
        assert_eq!(mentions("at Target now", "Target Corporation"), vec![3..9]);
        assert!(mentions("the first quarter", "First National Bank").is_empty());
        assert!(mentions("Globexia and subglobex", "Globex").is_empty());
    }
}
