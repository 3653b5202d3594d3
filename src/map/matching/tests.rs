use proptest::prelude::*;

use super::*;

fn list(rows: &[(&str, &str)]) -> List {
    let mut list = List::new();
    for (at, (name, website)) in rows.iter().enumerate() {
        list.push(Row { id: &at.to_string(), name, website, ..Row::default() });
    }
    list
}

fn pairs(ours: &List, theirs: &List, grain: Grain) -> Outcome {
    run(ours, theirs, &Options { grain, fuzzy: true, threads: 2 }, &|_| {})
}

/// `our_name | their_name | verdict: reason`, of the pairs about the names that are given.
fn told(ours: &[(&str, &str)], theirs: &[(&str, &str)], grain: Grain) -> Vec<String> {
    let (a, b) = (list(ours), list(theirs));
    let outcome = pairs(&a, &b, grain);
    let line = |link: &Link| {
        let reason = link.grounds.sentence(a.domain(link.ours), link.verdict == Verdict::Review);
        format!("{} | {} | {:?}: {reason}", a.name(link.ours), b.name(link.theirs), link.verdict)
    };
    outcome.links.iter().map(line).collect()
}

#[test]
fn the_reason_says_what_agrees() {
    let ours = [("Acme Corp", "acme.com"), ("Quorvita Labs Inc", ""), ("Zephyron Bank", "zephyron.de")];
    let theirs =
        [("Acme, Inc.", "https://www.acme.com/about"), ("Quorvitta Laboratories", ""), ("Zephyron Bank", "")];
    insta::assert_snapshot!(told(&ours, &theirs, Grain::LegalEntity).join("\n"), @r"
    Acme Corp | Acme, Inc. | Match: same domain acme.com, name differs only in legal form
    Quorvita Labs Inc | Quorvitta Laboratories | Review: names nearly the same: review
    Zephyron Bank | Zephyron Bank | Match: same name
    ");
}

#[test]
fn siblings_are_one_family_at_account_grain_only() {
    let ours = [("Globex Retail Ltd", "globex.com"), ("Globex Marine Ltd", "globex.com")];
    let theirs = [("Globex Retail Ltd", "globex.com"), ("Globex Foods Ltd", "globex.com")];
    insta::assert_snapshot!(told(&ours, &theirs, Grain::LegalEntity).join("\n"), @r"
    Globex Retail Ltd | Globex Retail Ltd | Match: same domain globex.com, same name
    Globex Marine Ltd | Globex Foods Ltd | Review: same domain globex.com, names differ; several accounts share the domain: review
    Globex Marine Ltd | Globex Retail Ltd | Review: same domain globex.com, names differ; several accounts share the domain, another account fits better: a subsidiary or a sibling?: review
    ");
    insta::assert_snapshot!(told(&ours, &theirs, Grain::Account).join("\n"), @r"
    Globex Retail Ltd | Globex Retail Ltd | Match: same domain globex.com, same name
    Globex Retail Ltd | Globex Foods Ltd | Match: same family: siblings on globex.com, names differ
    Globex Marine Ltd | Globex Retail Ltd | Match: same family: siblings on globex.com, names differ
    ");
}

#[test]
fn free_mail_and_shared_hosts_match_nobody() {
    let ours = [("Brontel", "jane@gmail.com"), ("Ludvico", "ludvico.github.io")];
    let theirs = [("Camarox", "joe@gmail.com"), ("Ostrava", "ostrava.github.io")];
    assert_eq!(told(&ours, &theirs, Grain::Account), Vec::<String>::new());
}

#[test]
fn generic_words_alone_match_nobody() {
    let ours = [("Energy Holdings", ""), ("The Media Company", "")];
    let theirs = [("Holdings Software", ""), ("Foods Media Ltd", "")];
    let matches: Vec<String> =
        told(&ours, &theirs, Grain::Account).into_iter().filter(|line| line.contains("Match")).collect();
    assert_eq!(matches, Vec::<String>::new());
}

#[test]
fn a_table_of_aliases_decides() {
    let mut aliases = Aliases::new();
    assert!(aliases.add("facebook.com", "meta.com"));
    assert!(aliases.add("Square Inc", "Block"));
    assert!(!aliases.add("", "Block"));
    let mut ours = list(&[("Facebook", "facebook.com"), ("Square, Inc.", "")]);
    let mut theirs = list(&[("Block", ""), ("Meta Platforms", "https://www.meta.com")]);
    ours.apply(&aliases);
    theirs.apply(&aliases);
    let links = pairs(&ours, &theirs, Grain::LegalEntity).links;
    let found: Vec<_> = links.iter().map(|l| (l.ours, l.theirs, l.verdict)).collect();
    assert_eq!(found, [(0, 1, Verdict::Match), (1, 0, Verdict::Match)]);
    assert!(links[0].grounds.sentence("facebook.com", false).starts_with("your alias table says so"));
}

#[test]
fn one_domain_on_every_row_costs_no_more_than_others() {
    let rows: Vec<(String, String)> =
        (0..6_000).map(|at| (format!("Tenant {at}"), "onehost.com".to_owned())).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(n, w)| (n.as_str(), w.as_str())).collect();
    let (ours, theirs) = (list(&rows), list(&rows));
    let outcome = pairs(&ours, &theirs, Grain::Account);
    assert!(outcome.weighed < 6_000 * 20, "{}", outcome.weighed);
    let right = outcome.links.iter().filter(|l| l.verdict == Verdict::Match && l.ours == l.theirs).count();
    assert!(right > 5_900, "{right}");
}

#[test]
fn one_name_on_every_row_is_bounded_too() {
    let rows = vec![("A", ""); 5_000];
    let outcome = pairs(&list(&rows), &list(&rows), Grain::Account);
    assert!(outcome.weighed < 5_000 * 20, "{}", outcome.weighed);
}

#[test]
fn an_empty_list_gives_nothing() {
    assert!(pairs(&List::new(), &list(&[("Acme", "acme.com")]), Grain::Account).links.is_empty());
}

#[test]
fn odd_scripts_match_themselves() {
    for name in ["Ромашка", "مرکز بین‌المللی قنات", "中国石油化工集团", "한국전력공사", "Ελληνικά Πετρέλαια"]
    {
        let rows = [(name, ""), ("Acme", ""), ("Globex", "")];
        let outcome = pairs(&list(&rows), &list(&rows), Grain::LegalEntity);
        assert!(outcome.links.iter().any(|l| l.ours == 0 && l.theirs == 0), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics(rows in proptest::collection::vec(("\\PC{0,30}", "\\PC{0,20}"), 1..12)) {
        let rows: Vec<(&str, &str)> = rows.iter().map(|(n, w)| (n.as_str(), w.as_str())).collect();
        let (ours, theirs) = (list(&rows), list(&rows));
        for link in pairs(&ours, &theirs, Grain::Account).links {
            prop_assert!((0.0..=1.0).contains(&link.score));
            prop_assert!(!link.grounds.sentence(ours.domain(link.ours), true).is_empty());
        }
    }

    #[test]
    fn who_is_ours_does_not_count(a in "[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}){0,2}", b in "[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}){0,2}") {
        let (one, other) = (list(&[(&a, "acme.com")]), list(&[(&b, "acme.com")]));
        let there = pairs(&one, &other, Grain::LegalEntity).links.first().map(|l| l.score);
        let back = pairs(&other, &one, Grain::LegalEntity).links.first().map(|l| l.score);
        prop_assert_eq!(there, back);
    }
}
