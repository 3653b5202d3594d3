use super::*;
use crate::map::overlap::Motion;

pub(in crate::plan) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(in crate::plan) fn moved(by: &str) -> Moved {
    Moved { by: by.into(), at: at("2026-03-06T10:00:00Z") }
}

pub(in crate::plan) fn slot() -> Slot {
    Slot { start: at("2026-03-12T13:00:00Z"), zone: "Europe/Stockholm".into() }
}

pub(in crate::plan) fn named(name: &str, motion: Option<Motion>) -> Named {
    let id = name.to_lowercase();
    Named {
        account_id: format!("a-{id}").as_str().into(),
        name: name.into(),
        domain: Some(format!("{id}.com")),
        motion,
        goal: String::new(),
        why: String::new(),
    }
}

pub(in crate::plan) fn outline(accounts: &[&str]) -> Outline {
    Outline {
        shape: Shape::Managers,
        minutes: 30,
        ours: vec!["UPM".into()],
        theirs: vec![Guest { contact: "c1".into(), name: "Sam Whitfield".into() }],
        accounts: accounts.iter().map(|name| named(name, Some(Motion::Ask))).collect(),
        place: "https://meet.example/nw".into(),
    }
}

pub(in crate::plan) fn session(stage: Stage) -> Session {
    Session {
        id: "s1".into(),
        partner_id: "p1".into(),
        partner: "Northwind".into(),
        trigger: Trigger::Planned,
        outline: outline(&["Acme", "Globex"]),
        because: Vec::new(),
        instruction: None,
        organiser: Some("UPM".into()),
        stage,
        sequence: 0,
        version: 1,
        created_at: at("2026-03-05T15:00:00Z"),
    }
}

fn stages() -> [Stage; 6] {
    let moved = || moved("UPM");
    [
        Stage::Proposed { to: vec!["UPM".into()], day: None, moved: None },
        Stage::Scheduled { slot: slot(), moved: moved() },
        Stage::Prepared { slot: slot(), moved: moved() },
        Stage::Held { slot: slot(), moved: moved() },
        Stage::Closed { slot: slot(), moved: moved() },
        Stage::Cancelled { slot: Some(slot()), because: "ill".into(), moved: moved() },
    ]
}

fn moves() -> [Move; 8] {
    let later = Slot { start: at("2026-03-19T13:00:00Z"), ..slot() };
    [
        Move::Schedule(outline(&["Acme"]), slot()),
        Move::Change(outline(&["Acme", "Globex"])),
        Move::Change(outline(&["Globex"])),
        Move::Reschedule(later),
        Move::Prepare,
        Move::Hold,
        Move::Close,
        Move::Cancel("ill".into()),
    ]
}

#[test]
fn every_move_at_every_stage() {
    let table: Vec<String> = stages()
        .into_iter()
        .map(|stage| {
            let row =
                moves().map(|what| match session(stage.clone()).moved(what, &"U1".into(), slot().start) {
                    Ok(after) => {
                        assert_eq!(after.version, 2);
                        assert_eq!(after.stage.moved().map(|m| m.by.as_str()), Some("U1"));
                        after.stage.as_str()
                    }
                    Err(Misplaced) => "-",
                });
            format!("{:<9} | {}", stage.as_str(), row.join(" "))
        })
        .collect();
    // Schedule, change, change of accounts, move, prepare, hold, close, cancel.
    insta::assert_snapshot!(table.join("\n"), @r"
    proposed  | scheduled proposed proposed - - - - cancelled
    scheduled | - scheduled scheduled scheduled prepared held closed cancelled
    prepared  | - prepared scheduled prepared - held closed cancelled
    held      | - - - - - - closed -
    closed    | - - - - - - - -
    cancelled | - - - - - - - -
    ");
}

#[test]
fn the_sequence_rises_with_what_a_calendar_shows() {
    let sequence = |stage: Stage, what: Move| {
        session(stage).moved(what, &"U1".into(), slot().start).map(|after| after.sequence)
    };
    let [proposed, scheduled, prepared, ..] = stages();
    assert_eq!(sequence(proposed, Move::Schedule(outline(&["Acme"]), slot())), Ok(0), "the first invitation");
    let same = || outline(&["Acme", "Globex"]);
    assert_eq!(sequence(scheduled.clone(), Move::Change(same())), Ok(0), "nothing changed");
    assert_eq!(sequence(scheduled.clone(), Move::Prepare), Ok(0));
    assert_eq!(sequence(prepared, Move::Hold), Ok(0));
    let shown = [
        Move::Reschedule(Slot { start: at("2026-03-19T13:00:00Z"), ..slot() }),
        Move::Change(outline(&["Acme"])),
        Move::Change(Outline { minutes: 45, ..same() }),
        Move::Change(Outline { place: "Room 4".into(), ..same() }),
        Move::Change(Outline { ours: vec!["UPM".into(), "UREP".into()], ..same() }),
        Move::Change(Outline { theirs: vec![], ..same() }),
        Move::Cancel("ill".into()),
    ];
    for what in shown {
        assert_eq!(sequence(scheduled.clone(), what.clone()), Ok(1), "{what:?}");
    }
    let mut goals = same();
    goals.accounts[0].goal = "meet their VP Sales".into();
    assert_eq!(sequence(scheduled, Move::Change(goals)), Ok(0), "a goal is for our eyes");
}

#[test]
fn titles_follow_the_naming_standard() {
    assert_eq!(title(["Acme", "Globex"], "Northwind"), "Account planning: Acme, Globex with Northwind");
    assert_eq!(title([], "Northwind"), "Account planning with Northwind");
}

#[test]
fn a_proposal_is_read_by_those_who_decide_and_a_session_by_those_who_come() {
    let mut proposed =
        session(Stage::Proposed { to: vec!["UOPS".into(), "UPM".into()], day: None, moved: None });
    proposed.organiser = None;
    proposed.outline.ours = vec!["UREP".into()];
    assert_eq!(proposed.readers(), ["UOPS".into(), "UPM".into()]);
    let mut scheduled = session(Stage::Scheduled { slot: slot(), moved: moved("UPM") });
    scheduled.outline.ours = vec!["UREP".into(), "UPM".into()];
    assert_eq!(scheduled.readers(), ["UPM".into(), "UREP".into()]);
}

#[test]
fn a_proposal_is_brought_back_after_three_working_days() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    // Thursday 5 March, 16:00 in Stockholm.
    let proposed = session(Stage::Proposed { to: vec!["UPM".into()], day: None, moved: None });
    for (now, waited) in [
        ("2026-03-09T09:00:00Z", None),
        ("2026-03-10T07:59:00Z", None),
        ("2026-03-10T08:00:00Z", Some(3)),
        ("2026-03-14T09:00:00Z", None), // Saturday
        ("2026-03-16T09:00:00Z", Some(7)),
    ] {
        assert_eq!(proposed.reminder(at(now), &zone, &Calendar::weekdays()), waited, "{now}");
    }
    let changed = Stage::Proposed { to: vec![], day: None, moved: Some(moved("UPM")) };
    assert_eq!(
        session(changed).reminder(at("2026-03-10T09:00:00Z"), &zone, &Calendar::weekdays()),
        None,
        "since Friday"
    );
    let scheduled = Stage::Scheduled { slot: slot(), moved: moved("UPM") };
    assert_eq!(session(scheduled).reminder(at("2026-03-20T09:00:00Z"), &zone, &Calendar::weekdays()), None);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn any_move() -> impl Strategy<Value = Move> {
        (0..moves().len()).prop_map(|i| moves()[i].clone())
    }

    proptest! {
        #[test]
        fn whatever_is_tried_it_goes_one_way(tried in prop::collection::vec(any_move(), 0..40)) {
            let mut now = session(stages()[0].clone());
            now.organiser = None;
            for what in tried {
                let before = now.clone();
                match now.clone().moved(what, &"U1".into(), slot().start) {
                    Ok(after) => {
                        prop_assert_eq!(after.version, before.version + 1);
                        prop_assert!(after.sequence == before.sequence || after.sequence == before.sequence + 1);
                        let changed = before.invitation().is_some_and(|shown| {
                            after.invitation().map(|i| Invitation { sequence: shown.sequence, ..i }) != Some(shown)
                        });
                        prop_assert_eq!(after.sequence > before.sequence, changed);
                        prop_assert!(before.is_open() || matches!(before.stage, Stage::Held { .. }), "over is over");
                        // What has a time has somebody who runs it.
                        let called_off = matches!(after.stage, Stage::Cancelled { slot: None, .. });
                        prop_assert_eq!(after.stage.slot().is_some(), after.organiser.is_some());
                        prop_assert!(after.is_open() || after.stage.slot().is_some() || called_off);
                        now = after;
                    }
                    Err(Misplaced) => {}
                }
            }
        }
    }
}
