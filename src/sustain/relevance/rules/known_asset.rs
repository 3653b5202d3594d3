//! A document that is handed over stands in the library: nothing is invented.

use super::super::names::{exact, overlap};
use super::super::speech::{Clause, Kind, Object, asset_nouns, normal};
use super::{Draft, Outcome, block, pass, quote};

pattern!(
    STEP,
    r"\b(?:and|the|a|an|our|this|that|to|for|you|your|of|with|on|is|are|send|share|attach|attached|about|from|in|at|have|see|here|by|i|we|it|their|her|his|linked|sending|sharing|put|together|made|wrote|built|drafted|want|use|using|through|as)\b"
);
/// Words that say nothing of which document is meant.
const LOOSE: &[&str] = &[
    "new",
    "short",
    "quick",
    "latest",
    "updated",
    "little",
    "small",
    "brief",
    "simple",
    "two-page",
    "one-page",
    "page",
    "free",
    "handy",
    "useful",
    "same",
    "attached",
    "full",
    "fresh",
    "two-minute",
    "five-minute",
    "minute",
    "first",
    "joint",
    "sample",
    "example",
    "few",
    "draft",
    "promised",
    "own",
    "right",
    "short-form",
    "one",
    "two",
    "three",
    "complete",
    "revised",
    "current",
    "branded",
    "co-branded",
    "customer",
    "client",
    "rough",
    "possible",
    "custom",
    "tailored",
    "single",
    "actual",
    "half-page",
    "blank",
];

/// Papers that every deal needs and no library lists.
const SECURITY: &[&str] =
    &["soc", "soc2", "iso", "security", "penetration", "pen", "compliance", "gdpr", "usage", "api", "test"];

/// A document by its kind, with the words that tell which one.
struct Named {
    telling: Vec<String>,
    kind: String,
}

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    for clause in &draft.clauses {
        let given = matches!(clause.kind, Kind::Deliver)
            || (clause.kind == Kind::Offer && clause.object == Object::Asset)
            || clause.kind == Kind::State
            || (clause.kind == Kind::Offer && clause.words.starts_with("our "));
        if !given {
            continue;
        }
        if let Some(named) = named(clause).filter(|n| !known(draft, clause, n)) {
            let all = [named.telling.join(" "), named.kind].join(" ");
            return block(
                format!("The library holds no {}: {}.", all.trim(), quote(draft, &clause.span)),
                "Give a document from the library, or add this one first.",
                vec![clause.span.clone()],
            );
        }
    }
    if let Some(at) = quoted(draft) {
        return block(
            format!("The library holds no {}.", quote(draft, &at)),
            "Give a document from the library, or add this one first.",
            vec![at],
        );
    }
    if let Some(at) = titled(draft) {
        return block(
            format!("The library holds no {}.", quote(draft, &at)),
            "Give a document from the library, or add this one first.",
            vec![at],
        );
    }
    match draft.assets.first() {
        Some(a) => pass(format!("{} is in the library.", draft.input.facts.assets[a.index].title)),
        None => pass("Names no document."),
    }
}

pattern!(QUOTED, r#"(?:^|[\s(:])['‘"“](?P<title>[\p{Lu}][^'‘’"“”\n]{3,70})['’"”]"#);

pattern!(
    /// "Our Tronc and Tax whitepaper", "the Crane PLC reference handbook": a proper name before the kind.
    TITLED,
    r"\b(?:(?P<ours>[Oo]ur|[Mm]y)|[Tt]he|[Tt]his) (?P<title>[\p{Lu}][\p{L}'-]*[a-z](?: (?:and |of |for |to |& )?[\p{Lu}][\w\p{L}'-]*)*(?: [a-z-]+)?) (?P<kind>white ?papers?|handbooks?|guides?|playbooks?|checklists?|runbooks?|workbooks?|calculators?|e-?books?|cheat ?sheets?|case stud(?:y|ies)|primers?|brochures?)\b"
);

/// A document that is called by a proper name and stands in no list of ours. "The Gartner guide" may be somebody else's.
fn titled(draft: &Draft<'_>) -> Option<std::ops::Range<usize>> {
    let facts = &draft.input.facts;
    let launches = facts.our_launches.iter().chain(&facts.their_launches).map(|l| &l.title);
    let own = facts.partner.iter().chain(&draft.input.recipient.company);
    let names = facts.overlaps.iter().map(|o| &o.account).chain(own).chain(launches);
    let known: Vec<String> = facts.assets.iter().map(|a| &a.title).chain(names).map(|n| normal(n)).collect();
    TITLED.captures_iter(draft.text()).find_map(|found| {
        let title = found.name("title")?;
        let said = normal(title.as_str());
        let words: Vec<&str> =
            said.split(' ').filter(|w| w.len() > 2 && *w != "and" && *w != "for").collect();
        let told = found.name("ours").is_some() || words.len() > 1;
        let is_known = words.iter().any(|w| {
            SECURITY.contains(w)
                || known
                    .iter()
                    .any(|k| k.split(' ').any(|x| x.trim_end_matches('s') == w.trim_end_matches('s')))
        });
        (told && !is_known).then(|| title.start()..found.name("kind").map_or(title.end(), |k| k.end()))
    })
}

/// A title in quotation marks that is a document by its kind, and that no list of ours holds.
fn quoted(draft: &Draft<'_>) -> Option<std::ops::Range<usize>> {
    let facts = &draft.input.facts;
    let launches = facts.our_launches.iter().chain(&facts.their_launches).map(|l| &l.title);
    let titles: Vec<String> =
        facts.assets.iter().map(|a| &a.title).chain(launches).map(|t| normal(t)).collect();
    QUOTED.captures_iter(draft.text()).filter_map(|c| c.name("title")).map(|m| m.range()).find(|at| {
        let said = normal(&draft.text()[at.clone()]);
        let listed = titles.iter().any(|t| t.contains(&said) || said.contains(t.as_str()));
        asset_nouns(&said).next().is_some() && !listed
    })
}

/// The document that a clause hands over: "our logistics calculator" is telling, "a short summary" is not.
fn named(clause: &Clause) -> Option<Named> {
    let words = &clause.words;
    let at = asset_nouns(words).next()?;
    let before = &words[..at.start];
    let start = STEP.find_iter(before).last();
    let lead = start.map_or("", |m| m.as_str());
    let phrase = &before[start.map_or(0, |m| m.end())..];
    if matches!(lead, "your" | "their" | "her" | "his") {
        return None;
    }
    let telling: Vec<String> = phrase
        .split_whitespace()
        .filter(|w| !LOOSE.contains(w) && !w.ends_with("ed"))
        .map(str::to_owned)
        .collect();
    let ready = matches!(lead, "our" | "the" | "this" | "attached") || clause.kind == Kind::Deliver;
    let made = [
        "can put",
        "will put",
        "can write",
        "will write",
        "can draft",
        "will draft",
        "can make",
        "put together",
        "wrote",
        "made",
        "did",
        "translated",
        "created",
        "designed",
        "drafted",
        "write up",
        "prepare",
    ];
    let security = telling.iter().any(|w| SECURITY.contains(&w.as_str()));
    if security || !ready || (telling.is_empty() && lead != "our") || made.iter().any(|m| words.contains(m)) {
        return None;
    }
    if clause.kind == Kind::State && lead != "our" {
        return None;
    }
    Some(Named { telling, kind: words[at].trim_end_matches('s').to_owned() })
}

fn known(draft: &Draft<'_>, clause: &Clause, named: &Named) -> bool {
    let facts = &draft.input.facts;
    let titles = facts
        .assets
        .iter()
        .map(|a| &a.title)
        .chain(facts.our_launches.iter().chain(&facts.their_launches).map(|l| &l.title));
    let names: Vec<String> = facts
        .overlaps
        .iter()
        .map(|o| normal(&o.account))
        .chain(facts.partner.as_deref().map(normal))
        .collect();
    let of_account = |w: &String| names.iter().any(|n| n.split(' ').any(|p| p == w.trim_end_matches("'s")));
    let mut titles = titles;
    titles.any(|title| {
        let title_words = normal(title);
        let has =
            |w: &str| title_words.split(' ').any(|t| t.trim_end_matches('s') == w.trim_end_matches('s'));
        let spelled = exact(draft.text(), title).iter().any(|at| overlap(at, &clause.span));
        let kind = has(&named.kind) || title_words.contains(&named.kind);
        spelled
            || (kind && named.telling.iter().all(|w| has(w) || of_account(w)))
            || (named.telling.len() > 1 && named.telling.iter().all(|w| has(w)))
    })
}
