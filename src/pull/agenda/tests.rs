use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 3, 9);

fn candidate(name: &str, motion: Motion, score: i64, grounds: Vec<Ground>) -> Candidate {
    Candidate {
        account: name.to_lowercase().as_str().into(),
        name: name.to_owned(),
        motion: Some(motion),
        score,
        grounds,
        talked: None,
    }
}

fn planned(day: i8) -> Ground {
    Ground::Planned { on: date(2026, 3, day), by: Some("Omar Haddad".into()) }
}

fn asked(day: i8) -> Ground {
    Ground::Asked {
        until: date(2026, 3, day),
        by: "Alex Rivera".into(),
        goal: "get to their VP Sales".into(),
    }
}

fn told(agenda: &Agenda) -> String {
    let line = |mark: &str, c: &Chosen| {
        format!("{mark} {}: {}\n", c.candidate.name, c.because("Northwind", TODAY).join("; "))
    };
    let on = agenda.chosen.iter().map(|c| line("on", c));
    on.chain(agenda.waiting.iter().map(|c| line("waits", c))).collect()
}

#[test]
fn a_session_covers_as_many_accounts_as_its_length_allows() {
    assert_eq!([15, 29, 30, 44, 45, 90].map(room), [1, 1, 3, 3, 5, 5]);
}

#[test]
fn each_has_its_reasons_and_the_order_follows_them() {
    let all = vec![
        candidate("Vandelay", Motion::Joint, 90, vec![Ground::Promised { count: 2 }]),
        candidate("Hooli", Motion::Ask, 10, vec![planned(3), asked(20)]),
        candidate("Initech", Motion::Ask, 40, vec![Ground::Focus(Side::Ours)]),
        candidate("Globex", Motion::Give, 30, vec![planned(4), Ground::Late { count: 1 }]),
        candidate("Acme", Motion::Ask, 70, vec![planned(5)]),
        candidate("Umbrella", Motion::Ask, 75, vec![planned(5)]),
        candidate("Stark", Motion::Ask, 5, vec![Ground::Named(0)]),
        candidate("Wayne", Motion::Ask, 99, Vec::new()),
    ];
    insta::assert_snapshot!(told(&compose(45, all)), @r"
    on Stark: the session was set up for it
    on Hooli: Alex Rivera asked for a session on it by Fri 20 Mar: get to their VP Sales; planned in triage by Omar Haddad on Tue 3 Mar
    on Globex: a commitment on it is late; planned in triage by Omar Haddad on Wed 4 Mar
    on Umbrella: planned in triage by Omar Haddad on Thu 5 Mar
    on Acme: planned in triage by Omar Haddad on Thu 5 Mar
    waits Initech: on our focus list with Northwind
    waits Vandelay: 2 commitments on it are open
    ");
}

#[test]
fn a_give_takes_the_last_free_place_where_all_else_asks() {
    let mut all = vec![
        candidate("Acme", Motion::Ask, 70, vec![planned(5)]),
        candidate("Hooli", Motion::Ask, 60, vec![planned(5)]),
        candidate("Initech", Motion::Ask, 50, vec![planned(5)]),
        candidate("Globex", Motion::Give, 10, vec![Ground::Focus(Side::Theirs)]),
    ];
    let agenda = compose(30, all.clone());
    insta::assert_snapshot!(told(&agenda), @r"
    on Acme: planned in triage by Omar Haddad on Thu 5 Mar
    on Hooli: planned in triage by Omar Haddad on Thu 5 Mar
    on Globex: on Northwind's focus list; a give, where everything else asks something of Northwind
    waits Initech: planned in triage by Omar Haddad on Thu 5 Mar
    ");
    assert!(!agenda.only_asks());
    // The one account of a quarter of an hour is what it was set up for, whatever its motion.
    assert_eq!(compose(15, all.clone()).chosen[0].candidate.name, "Acme");
    // What the session was set up for stays.
    for (n, c) in all.iter_mut().take(3).enumerate() {
        c.grounds = vec![Ground::Named(n)];
    }
    let agenda = compose(30, all);
    assert!(agenda.only_asks());
    assert_eq!(agenda.waiting.len(), 1);
}

#[test]
fn who_set_it_up_may_name_more_than_there_is_room_for_and_nothing_is_cold() {
    let named = |n: usize| candidate(&format!("A{n}"), Motion::Ask, 1, vec![Ground::Named(n)]);
    assert_eq!(compose(15, (0..3).map(named).collect()).chosen.len(), 3);
    assert!(compose(45, vec![candidate("Wayne", Motion::Ask, 99, Vec::new())]).chosen.is_empty());
}

#[test]
fn whoever_edits_chooses_the_order() {
    let all = vec![
        candidate("Acme", Motion::Ask, 70, vec![planned(5)]),
        candidate("Hooli", Motion::Ask, 60, vec![Ground::Named(0)]),
        candidate("Wayne", Motion::Ask, 99, Vec::new()),
    ];
    let agenda = compose_of(&["wayne".into(), "acme".into()], all);
    let names = |all: &[Chosen]| all.iter().map(|c| c.candidate.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&agenda.chosen), ["Wayne", "Acme"]);
    assert_eq!(names(&agenda.waiting), ["Hooli"]);
}

fn grounds() -> impl Strategy<Value = Vec<Ground>> {
    let one = prop_oneof![
        (0usize..4).prop_map(Ground::Named),
        (1i8..28).prop_map(asked),
        (1usize..3).prop_map(|count| Ground::Late { count }),
        (1i8..28).prop_map(planned),
        Just(Ground::Focus(Side::Ours)),
        (1usize..3).prop_map(|count| Ground::Promised { count }),
    ];
    prop::collection::vec(one, 0..3)
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let motion = prop::sample::select(vec![Motion::Ask, Motion::Give, Motion::Joint]);
    let one = (motion, 0i64..100, grounds());
    prop::collection::vec(one, 0..12).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(n, (motion, score, grounds))| candidate(&format!("A{n}"), motion, score, grounds))
            .collect()
    })
}

proptest! {
    /// The order in which they were found changes nothing; nobody is lost, and nobody without a reason is on.
    #[test]
    fn one_input_has_one_agenda(all in candidates(), minutes in prop::sample::select(vec![15i64, 30, 45]), turn in 0usize..12) {
        let agenda = compose(minutes, all.clone());
        let mut turned = all.clone();
        turned.rotate_left(turn % all.len().max(1));
        prop_assert_eq!(&agenda, &compose(minutes, turned));
        let with_ground = all.iter().filter(|c| !c.grounds.is_empty()).count();
        prop_assert_eq!(agenda.chosen.len() + agenda.waiting.len(), with_ground);
        let named = all.iter().filter(|c| c.is_named()).count();
        prop_assert!(agenda.chosen.len() <= room(minutes).max(named));
        prop_assert!(agenda.chosen.iter().filter(|c| c.candidate.is_named()).count() == named);
        prop_assert!(agenda.chosen.iter().all(|c| !c.because("Northwind", TODAY).is_empty()));
        // Somebody else could not have a better ground and wait, but for the one give that is let in.
        let worst = agenda.chosen.iter().filter(|c| !c.for_balance).map(|c| c.candidate.key()).max();
        let best = agenda.waiting.iter().map(|c| c.candidate.key()).min();
        if let (Some(worst), Some(best)) = (worst, best) {
            prop_assert!(worst <= best);
        }
    }
}

#[test]
fn what_was_not_reached_comes_before_what_triage_planned() {
    let left = Ground::Left { on: date(2026, 3, 5) };
    let all = vec![
        candidate("Acme", Motion::Ask, 70, vec![planned(5)]),
        candidate("Hooli", Motion::Ask, 10, vec![left]),
    ];
    let said = told(&compose(30, all));
    assert!(said.starts_with("on Hooli: not reached on Thu 5 Mar\n"), "{said}");
}
