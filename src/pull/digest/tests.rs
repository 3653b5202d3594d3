use super::*;
use crate::pull::testing::{at, overlap, partner};

fn input(candidates: Vec<Overlap>, waiting: &[(&str, i64)]) -> Input {
    Input {
        now: at("2026-03-09T08:00:00Z"),
        zone: TimeZone::get("Europe/Stockholm").unwrap(),
        due: Some(Due { at: at("2026-03-09T08:00:00Z"), weeks: 1, downtime: None }),
        candidates,
        partners: vec![
            partner("Initech", Some("2026-02-01T08:00:00Z")),
            partner("Northwind", Some("2026-03-04T08:00:00Z")),
        ],
        largest: HashSet::new(),
        focus: HashMap::new(),
        waiting: waiting.iter().map(|(p, n)| ((*p).into(), *n)).collect(),
        planned: HashMap::new(),
        counts: Counts::default(),
        ours: None,
        kinds: Kinds::shipped(),
        counted: HashSet::new(),
        weights: Weights::default(),
        trust: HashMap::new(),
        worked: HashMap::new(),
    }
}

#[test]
fn before_an_agreement_a_partners_overlaps_are_counted_and_not_named() {
    let all = vec![overlap("n", "Acme", "Northwind"), overlap("i", "Bolt", "Initech")];
    let input = input(all, &[("northwind", 1), ("initech", 3)]);
    let digest = compose(&Input { counted: ["initech".into()].into(), ..input });
    assert_eq!(digest.overlaps(), [OverlapId::from("n")]);
    assert_eq!(digest.counted, [("Initech".to_owned(), 3)]);
    assert_eq!(digest.unshown(), 0, "what is only counted waits for no decision");
}

#[test]
fn our_own_list_is_named_with_its_age() {
    let seen = |seen_at: &str| {
        let ours = OurList { seen_at: at(seen_at), refresh_days: 45 };
        let digest = compose(&Input { ours: Some(ours), ..input(Vec::new(), &[]) });
        let list = digest.lists.iter().find(|l| l.ours).cloned().unwrap();
        (list.seen.unwrap().1, list.stale)
    };
    assert_eq!(seen("2026-03-04T08:00:00Z"), (5, false));
    assert_eq!(seen("2026-01-02T08:00:00Z"), (66, true));
    assert!(compose(&input(Vec::new(), &[])).lists.iter().all(|l| !l.ours));
}

#[test]
fn five_rows_at_the_most_and_the_rest_by_partner() {
    let mut all: Vec<Overlap> =
        (0..15).map(|i| overlap(&format!("n{i:02}"), &format!("Account {i:02}"), "Northwind")).collect();
    all.extend((0..3).map(|i| overlap(&format!("i{i:02}"), &format!("Zeta {i:02}"), "Initech")));
    let digest = compose(&input(all, &[("northwind", 40), ("initech", 3)]));
    assert_eq!(digest.top.len(), TOP);
    let groups: Vec<_> = digest.groups.iter().map(|g| (g.name.as_str(), g.rows.len(), g.more)).collect();
    assert_eq!(groups, [("Northwind", 10, 25), ("Initech", 3, 0)]);
    assert_eq!(digest.in_thread(), 13);
    assert_eq!(digest.unshown(), 25);
    let mut ids = digest.overlaps();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 18, "nothing is shown twice");
}

#[test]
fn the_order_of_the_input_makes_no_difference() {
    let all: Vec<Overlap> = (0..12).map(|i| overlap(&format!("n{i:02}"), "Same", "Northwind")).collect();
    let reversed = all.iter().rev().cloned().collect();
    let waiting = [("northwind", 12)];
    assert_eq!(compose(&input(all, &waiting)), compose(&input(reversed, &waiting)));
}

#[test]
fn it_is_late_only_after_a_while() {
    let mut input = input(Vec::new(), &[]);
    assert_eq!(compose(&input).late, None);
    input.now = at("2026-03-11T12:00:00Z");
    let digest = compose(&input);
    assert_eq!(digest.late.map(|late| late.due).as_deref(), Some("Monday 9 March at 09:00"));
    assert_eq!(digest.week, jiff::civil::date(2026, 3, 9));
}

#[test]
fn stale_lists_come_first() {
    let lists = compose(&input(Vec::new(), &[])).lists;
    assert_eq!(lists[0].partner, "Initech");
    assert!(lists[0].stale);
    assert_eq!(lists[1].seen, Some((jiff::civil::date(2026, 3, 4), 5)));
}

#[test]
fn a_decision_changes_the_overlap_and_its_version() {
    let (by, zone) = (UserId::from("U0MAYA"), TimeZone::get("Europe/Stockholm").unwrap());
    let mut o = overlap("a", "Acme", "Northwind");
    Decision::Snooze(jiff::civil::date(2026, 3, 16), None).apply(&mut o, &by, &zone);
    assert_eq!(o.triage, Triage::Snoozed(at("2026-03-15T23:00:00Z")));
    assert!(!waits(&o, at("2026-03-15T22:59:59Z")) && waits(&o, at("2026-03-16T08:00:00Z")));
    Decision::Dismiss("No fit: too small".into()).apply(&mut o, &by, &zone);
    assert!(!waits(&o, at("2027-03-16T08:00:00Z")));
    Decision::Reopen.apply(&mut o, &by, &zone);
    assert!(waits(&o, at("2026-03-09T08:00:00Z")));
    assert_eq!((o.version, o.decided_by), (4, Some(by)));
}

#[test]
fn a_stored_time_is_read_as_a_schedule() {
    let time = |weekday: &str, time: &str, zone: &str| DigestTime {
        weekday: weekday.into(),
        time: time.into(),
        zone: zone.into(),
    };
    let weekly = Schedule::parse("0 9 * * mon", "Europe/Stockholm").unwrap();
    assert_eq!(schedule(&time("Mon", "09:00", "Europe/Stockholm")), Some(weekly));
    assert_eq!(schedule(&time("Mon", "09:00", "Mars/Base")), None);
    assert_eq!(schedule(&time("Noday", "09:00", "UTC")), None);
}
