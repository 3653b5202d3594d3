//! A launch that a note speaks of stands in the facts: nothing is invented.

use std::ops::Range;

use super::super::gifts::speaks_of;
use super::super::speech::normal;
use super::{Draft, Outcome, block, pass, quote};

pattern!(
    SHIPS,
    r"(?i)\b(?:ship(?:s|ped|ping)|launch(?:es|ed|ing)?|releas(?:e|es|ed|ing)|roll(?:s|ed|ing)? out|announced?|went out|(?:went|goes|going|gone|is|are|now) (?:now )?live|(?:is|are) (?:now )?(?:out|here|available|GA|generally available))\b"
);
pattern!(
    /// A name in capitals, told to be ours or theirs by the word before it.
    TITLED,
    r"(?x)\b(?P<side>(?i:our|your|we|you)) (?:\s(?i:have|just|also|now|brand|recently|finally|launched|shipped|released|announced|rolled|out|new|latest|the))*
      \s (?P<title>[\p{Lu}][\w\p{L}-]*(?:\s(?:of\s|for\s|and\s|&\s)?(?:[\p{Lu}][\w\p{L}-]*|v?\d[\w.]*))+)"
);

pattern!(
    /// "Carrier Forecast shipped this month", "now that Pomelo Receipts is out": of two words at least, so that it is no
    /// company in the news.
    OUT,
    r"(?x)(?:^|[.,:;(]\s|\b(?i:now\ that|since|as|because)\ )(?P<title>[\p{Lu}][\w\p{L}-]*(?:\ (?:[\p{Lu}][\w\p{L}-]*|v?\d[\w.]*))+)
      \ (?i:shipped|launched|went\ live|is\ (?:now\ )?(?:live|out|available)|has\ (?:launched|shipped|gone\ live)|was\ (?:launched|released|shipped))\b"
);
pattern!(
    /// "Your launch of Vantor Plant Academy".
    LAUNCH_OF,
    r"\b(?P<side>(?i:our|your))\ (?i:launch|release|announcement)\ of\ (?:the\ |your\ |our\ )?(?P<title>[\p{Lu}][\w\p{L}-]*(?:\ (?:[\p{Lu}][\w\p{L}-]*|v?\d[\w.]*))*)"
);

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let facts = &draft.input.facts;
    let invented = draft.clauses.iter().find_map(|clause| {
        let said = draft.text().get(clause.span.clone()).filter(|said| SHIPS.is_match(said))?;
        let named = [&*TITLED, &*OUT, &*LAUNCH_OF].into_iter().flat_map(|re| re.captures_iter(said));
        let found = named.into_iter().find(|c| !listed(draft, &c["title"]))?;
        let title = found.name("title")?;
        let at: Range<usize> = clause.span.start + title.start()..clause.span.start + title.end();
        Some((at, found.name("side").is_some_and(|side| side.as_str().to_lowercase().starts_with('y'))))
    });
    match invented {
        Some((at, theirs)) => block(
            format!(
                "The facts hold no launch {} called {}.",
                if theirs { "of theirs" } else { "of ours" },
                quote(draft, &at)
            ),
            "Name a launch from the facts, or add this one first.",
            vec![at],
        ),
        None if facts.our_launches.is_empty() && facts.their_launches.is_empty() => pass("Names no launch."),
        None => pass("Names no launch that is not in the facts."),
    }
}

/// Whether a name is one of the facts': a launch, a document, an account or the partner. What the partner's own name adds to a
/// title tells nothing.
fn listed(draft: &Draft<'_>, title: &str) -> bool {
    let facts = &draft.input.facts;
    let own = facts.partner.iter().chain(&draft.input.recipient.company);
    let own: Vec<String> =
        own.flat_map(|name| normal(name).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    let said = normal(title);
    let said: Vec<&str> = said.split(' ').filter(|w| w.len() > 2 && !own.iter().any(|o| o == w)).collect();
    let launches = facts.our_launches.iter().chain(&facts.their_launches).map(|l| &l.title);
    let mut titles = launches.chain(facts.assets.iter().map(|a| &a.title));
    let has = |name: &str, word: &str| normal(name).split(' ').any(|known| known == word);
    let of_account = |word: &&&str| facts.overlaps.iter().any(|o| has(&o.account, word));
    said.is_empty()
        || said.iter().any(|word| of_account(&word))
        || titles.any(|title| speaks_of(&said.join(" "), title) || said.iter().all(|word| has(title, word)))
}
