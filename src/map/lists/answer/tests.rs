use proptest::prelude::*;

use super::*;
use crate::map::matching::{self, Grain, Link, Options, Row, Verdict};

fn list(rows: &[(String, String)], numbered: usize) -> List {
    let mut list = List::new();
    for (at, (name, website)) in rows.iter().enumerate() {
        list.push(Row { id: &format!("i:{}", at + numbered), name, website, ..Row::default() });
    }
    list
}

fn side(list: &List, at: usize) -> Side {
    let domain = Some(list.domain(at)).filter(|d| !d.is_empty()).map(str::to_owned);
    Side {
        key: list.id(at).to_owned(),
        name: list.name(at).to_owned(),
        name_key: name::key(list.name(at)),
        domain,
    }
}

fn answer(ours: Side, theirs: Side, said: Said) -> Answer {
    Answer {
        id: "a".into(),
        partner: "p".into(),
        pair: "l".into(),
        ours,
        theirs,
        said,
        reason: String::new(),
        account: None,
        overlap: None,
        by: "U1".into(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn links(ours: &List, theirs: &List, answers: &[Answer]) -> Vec<Link> {
    let options = Options { grain: Grain::Account, fuzzy: true, threads: 1 };
    matching::run_knowing(ours, theirs, &options, &known(answers, ours, theirs), &|_| {}).links
}

#[test]
fn a_renumbered_list_is_found_by_name_and_domain() {
    let acme = Side {
        key: "i:1".into(),
        name_key: "acme".into(),
        domain: Some("acme.com".into()),
        ..Side::default()
    };
    for (key, name, domain, is) in [
        ("i:9", "acme", Some("acme.com"), true),
        ("i:9", "acme", None, true),
        ("i:1", "acme holding", Some("acme.com"), true),
        ("i:1", "acme", Some("acme-group.com"), true),
        ("i:1", "globex", Some("globex.com"), false),
        ("i:1", "globex", None, false),
        ("i:9", "acme", Some("acme.org"), false),
        ("i:9", "acme holding", Some("acme.com"), false),
    ] {
        assert_eq!(acme.is(key, name, domain), is, "{key} {name} {domain:?}");
    }
}

#[test]
fn what_was_called_the_same_holds_with_every_partner() {
    let named = |name: &str| Side { name: name.into(), name_key: name::key(name), ..Side::default() };
    let said = answer(named("Facebook"), named("Meta Platforms"), Said::Same);
    let mut aliases = Aliases::new();
    super::aliases([&said, &answer(named("Acme"), named("Acme GmbH"), Said::Same)], &mut aliases);
    assert_eq!(aliases.len(), 2, "one name needs no alias");
}

fn company() -> impl Strategy<Value = (String, String)> {
    let name = "(Acme|Globex|Initech|Hooli|Umbrella)( (Retail|Foods|Holding|North|1|2)){0,2}";
    let site = "|acme\\.com|globex\\.com|(hooli|initech|umbrella)\\.(com|de)";
    (name, site)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the lists: an answered pair is never asked about again, what is different is never an overlap, what is the
    /// same always is, and so in a list that numbers its rows anew and turns them round.
    #[test]
    fn answers_stand(
        ours in proptest::collection::vec(company(), 1..8),
        theirs in proptest::collection::vec(company(), 1..8),
        said in proptest::collection::vec((0usize..8, 0usize..8, 0usize..4), 1..6),
    ) {
        let (a, b) = (list(&ours, 0), list(&theirs, 100));
        let all = [Said::Same, Said::Different, Said::Parent, Said::Child];
        let answers: Vec<Answer> = said
            .iter()
            .filter(|(x, y, _)| *x < a.len() && *y < b.len())
            .map(|(x, y, what)| answer(side(&a, *x), side(&b, *y), all[*what]))
            .collect();
        let turned: Vec<_> = theirs.iter().rev().cloned().collect();
        for (ours, theirs) in [(&a, &b), (&list(&ours, 500), &list(&turned, 900))] {
            let known = known(&answers, ours, theirs);
            let found = links(ours, theirs, &answers);
            for link in &found {
                let pair = (link.ours as u32, link.theirs as u32);
                prop_assert!(!known.apart.contains(&pair), "{pair:?} was kept apart");
                prop_assert!(!known.same.contains(&pair) || link.verdict == Verdict::Match);
            }
            for pair in &known.same {
                let times = found.iter().filter(|l| (l.ours as u32, l.theirs as u32) == *pair).count();
                prop_assert_eq!(times, 1, "{:?} is one", pair);
            }
        }
        for answer in &answers {
            let places = known(std::slice::from_ref(answer), &a, &b);
            prop_assert!(!places.same.is_empty() || !places.apart.is_empty(), "an answer finds its own rows");
        }
    }
}
