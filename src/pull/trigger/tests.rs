use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::kernel::calendar::{Calendars, Written};
use crate::pull::instruction::Sheet;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Wednesday.
fn now() -> Timestamp {
    at("2026-03-11T09:00:00Z")
}

fn worthy(name: &str, amount: &str, standing: Standing) -> Worthy {
    Worthy {
        overlap: format!("o-{name}").as_str().into(),
        account: format!("a-{name}").as_str().into(),
        name: name.into(),
        amount: Money::parse(amount),
        score: Money::parse(amount).map_or(0, |m| m.hundredths / 100_000),
        planned: false,
        arrived: at("2026-03-11T08:55:00Z"),
        standing,
    }
}

/// Monday to Friday, three days ahead.
fn first(today: Date) -> Date {
    first_day(today, &Calendar::weekdays(), 3)
}

/// A sheet with a bar and no cadence, and these overlaps.
fn ground(all: &[(&str, &str, Standing)]) -> Ground {
    let sheet = Sheet { bar: Money::parse("$100k"), cadence: None, ..Sheet::default() };
    Ground {
        now: now(),
        zone: TimeZone::UTC,
        first: first(date(2026, 3, 11)),
        instruction: Instruction {
            partner: "p1".into(),
            version: 3,
            sheet,
            by: "UPM".into(),
            at: at("2026-03-02T09:00:00Z"),
        },
        worthy: all.iter().map(|(name, amount, standing)| worthy(name, amount, *standing)).collect(),
        proposed: false,
        reactive: 0,
        last: None,
        last_proposed: None,
        set_aside: None,
        was_saturated: false,
        at_work: true,
    }
}

fn with_cadence(all: &[(&str, &str, Standing)], cadence: Cadence) -> Ground {
    let mut ground = ground(all);
    ground.instruction.sheet.cadence = Some(cadence);
    ground
}

/// `reactive 15: acme`
fn told(ground: &Ground) -> Vec<String> {
    let line = |p: &Proposal| {
        let overlaps: Vec<&str> = p.overlaps.iter().map(|o| o.as_str().trim_start_matches("o-")).collect();
        format!("{:?} {} on {}: {} ({})", p.kind, p.minutes, p.day, overlaps.join(" "), p.because)
    };
    find(ground).proposals.iter().map(line).collect()
}

use Standing::{Ripe, SetAside, Taken, Worked};

#[test]
fn one_overlap_above_the_bar_is_proposed_at_once() {
    let mut one = ground(&[("acme", "$120k", Ripe), ("globex", "$20k", Ripe)]);
    assert_eq!(
        told(&one),
        ["Reactive 15 on 2026-03-17: acme (acme is at $100k or more, so it gets a session of its own)"]
    );
    one.worthy[0].arrived = at("2026-03-01T09:00:00Z");
    assert_eq!(told(&one), Vec::<String>::new(), "it was there before the sheet");
    one.worthy[0].arrived = at("2026-03-06T09:00:00Z");
    assert_eq!(told(&one), Vec::<String>::new(), "it is no news");
    for standing in [Taken, Worked, SetAside] {
        assert_eq!(told(&ground(&[("acme", "$120k", standing)])), Vec::<String>::new(), "{standing:?}");
    }
}

#[test]
fn two_above_the_bar_stand_side_by_side_and_three_are_a_pile() {
    let all = [("acme", "$120k", Ripe), ("globex", "$300k", Ripe), ("hooli", "$200k", Ripe)];
    let kinds = |g: &Ground| find(g).proposals.iter().map(|p| (p.kind, p.overlaps.len())).collect::<Vec<_>>();
    assert_eq!(kinds(&ground(&all[..2])), [(Kind::Reactive, 1), (Kind::Reactive, 1)]);
    assert_eq!(kinds(&Ground { reactive: 1, ..ground(&all[..2]) }), [(Kind::Reactive, 1)]);
    assert_eq!(kinds(&Ground { reactive: 2, ..ground(&all[..2]) }), []);
    let pile = ground(&all);
    assert_eq!(
        told(&pile),
        ["Accumulated 45 on 2026-03-17: globex hooli acme (3 accounts that count wait for a session)"]
    );
    let lately = Ground { last_proposed: Some(at("2026-03-10T09:00:00Z")), ..pile };
    assert_eq!(kinds(&lately), [(Kind::Accumulated, 3)], "three at once above the bar do not wait");
}

#[test]
fn a_pile_is_three_to_five_in_order_and_says_what_waits() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let all: Vec<_> = names.iter().map(|name| (*name, "$20k", Ripe)).collect();
    assert_eq!(told(&ground(&all[..2])), Vec::<String>::new());
    let mut seven = ground(&all);
    seven.worthy[6].planned = true;
    assert_eq!(
        told(&seven),
        [
            "Accumulated 45 on 2026-03-17: g a b c d (7 accounts that count wait for a session; these come first, then 2 more)"
        ]
    );
    for quiet in [
        Ground { proposed: true, ..seven.clone() },
        Ground { last_proposed: Some(at("2026-03-05T09:00:00Z")), ..seven.clone() },
        Ground { set_aside: Some(at("2026-03-05T09:00:00Z")), ..seven.clone() },
    ] {
        assert_eq!(told(&quiet), Vec::<String>::new());
    }
    let later = Ground { last_proposed: Some(at("2026-03-04T09:00:00Z")), ..seven };
    assert_eq!(find(&later).proposals.len(), 1);
}

#[test]
fn planned_sessions_follow_the_cadence() {
    let two = [("acme", "$20k", Ripe), ("globex", "$10k", Ripe)];
    let first = with_cadence(&two, Cadence::Monthly);
    assert_eq!(
        told(&first),
        ["Planned 30 on 2026-03-17: acme globex (sessions are every month, and there was none yet)"]
    );
    let last = |at: Timestamp| Ground { last: Some(at), ..with_cadence(&two, Cadence::Monthly) };
    assert_eq!(
        told(&last(at("2026-02-20T09:00:00Z"))),
        ["Planned 30 on 2026-03-20: acme globex (sessions are every month, and the last was on 20 Feb)"]
    );
    assert_eq!(told(&last(at("2026-02-23T09:00:00Z"))), Vec::<String>::new(), "not yet");
    assert_eq!(told(&last(at("2026-03-20T09:00:00Z"))), Vec::<String>::new(), "one is ahead");
    let aside =
        Ground { set_aside: Some(at("2026-03-09T09:00:00Z")), ..with_cadence(&two, Cadence::Monthly) };
    assert_eq!(told(&aside), Vec::<String>::new(), "not now skips a turn");
    let none = with_cadence(&[("acme", "$20k", Worked)], Cadence::Monthly);
    assert_eq!(told(&none), Vec::<String>::new(), "nothing to talk about");
}

#[test]
fn a_pile_waits_for_a_planned_session_that_is_near() {
    let three = [("a", "$20k", Ripe), ("b", "$20k", Ripe), ("c", "$20k", Ripe)];
    let far = Ground { last: Some(at("2026-03-10T09:00:00Z")), ..with_cadence(&three, Cadence::Monthly) };
    assert!(told(&far)[0].starts_with("Accumulated 45"));
    // The next one by the cadence is on the 18th, and one is ahead before that.
    let near = Ground { last: Some(at("2026-03-11T12:00:00Z")), ..with_cadence(&three, Cadence::Weekly) };
    assert_eq!(told(&near), Vec::<String>::new());
}

#[test]
fn a_partner_that_is_worked_through_slows_down_and_says_so_once() {
    let all: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| (*name, "$20k", Worked)).collect();
    let through = with_cadence(&all, Cadence::Fortnightly);
    let slower = Some((Cadence::Fortnightly, Cadence::Monthly));
    assert_eq!(find(&through).turn, Some(Turn::Saturated { worked: 4, worthy: 4, slower }));
    assert_eq!(find(&Ground { was_saturated: true, ..through }).turn, None);
    let quarterly = with_cadence(&all, Cadence::Quarterly);
    assert_eq!(find(&quarterly).turn, Some(Turn::Saturated { worked: 4, worthy: 4, slower: None }));
    // One newcomer: the next session comes by the slower cadence.
    let mut one = all.clone();
    one.push(("e", "$20k", Ripe));
    let one = Ground {
        was_saturated: true,
        last: Some(at("2026-03-02T09:00:00Z")),
        ..with_cadence(&one, Cadence::Fortnightly)
    };
    assert_eq!(find(&one), Findings::default());
    let mut fresh = all;
    fresh.extend([("e", "$20k", Ripe), ("f", "$20k", Ripe), ("g", "$20k", Ripe)]);
    let fresh = Ground { was_saturated: true, ..with_cadence(&fresh, Cadence::Fortnightly) };
    assert_eq!(find(&fresh).turn, Some(Turn::Fresh { ripe: 3, cadence: Some(Cadence::Fortnightly) }));
}

#[test]
fn lengths_and_rooms() {
    let rooms: Vec<usize> = [15, 29, 30, 44, 45, 59, 60, 90, 480].map(room).to_vec();
    assert_eq!(rooms, [1, 1, 3, 3, 5, 5, 5, 5, 5]);
    assert_eq!(first(date(2026, 3, 11)), date(2026, 3, 17));
    assert_eq!(first(date(2026, 3, 14)), date(2026, 3, 19));
}

#[test]
fn the_first_day_counts_the_days_on_which_somebody_works() {
    let written = Written { country: Some("SE".into()), ..Written::default() };
    let sweden = Calendars::new(&written, Vec::new()).unwrap().own();
    // Good Friday and Easter Monday are the 3rd and the 6th of April.
    assert_eq!(first_day(date(2026, 3, 31), &sweden, 3), date(2026, 4, 8));
    assert_eq!(first_day(date(2026, 3, 31), &sweden, 1), date(2026, 4, 2));
    let friday = Calendars::new(&Written { country: Some("SA".into()), ..Written::default() }, Vec::new());
    assert_eq!(first_day(date(2026, 3, 11), &friday.unwrap().own(), 2), date(2026, 3, 16), "a Sunday works");
}

fn any_standing() -> impl Strategy<Value = Standing> {
    prop_oneof![4 => Just(Ripe), 1 => Just(Taken), 2 => Just(Worked), 1 => Just(SetAside)]
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    (-60_i64..=10).prop_map(|days| now() + SignedDuration::from_hours(days * 24))
}

prop_compose! {
    fn any_ground()(
        worthy in prop::collection::vec((0_i64..400, any_standing(), any_instant(), any::<bool>()), 0..20),
        cadence in prop::option::of(prop::sample::select(Cadence::ALL.map(|(c, ..)| c).to_vec())),
        minutes in prop::sample::select(vec![15_i64, 30, 45, 60]),
        proposed in any::<bool>(),
        reactive in 0_usize..4,
        last in prop::option::of(any_instant()),
        last_proposed in prop::option::of(any_instant()),
        set_aside in prop::option::of(any_instant()),
        was_saturated in any::<bool>(),
    ) -> Ground {
        let mut ground = ground(&[]);
        ground.instruction.sheet.cadence = cadence;
        ground.instruction.sheet.minutes = minutes;
        ground.worthy = worthy.into_iter().enumerate().map(|(n, (thousands, standing, arrived, planned))| {
            let arrived = arrived.min(now());
            Worthy { arrived, planned, ..super::tests::worthy(&format!("n{n:02}"), &format!("${thousands}k"), standing) }
        }).collect();
        Ground { proposed, reactive, last, last_proposed, set_aside, was_saturated, ..ground }
    }
}

proptest! {
    #[test]
    fn only_ripe_accounts_each_once_and_no_more_than_fit(ground in any_ground()) {
        let mut seen = Vec::new();
        for proposal in find(&ground).proposals {
            prop_assert!(!proposal.overlaps.is_empty());
            prop_assert!(proposal.overlaps.len() <= room(proposal.minutes));
            match proposal.kind {
                Kind::Reactive => prop_assert_eq!((proposal.overlaps.len(), proposal.minutes), (1, 15)),
                Kind::Accumulated => {
                    prop_assert!((PILE..=MOST).contains(&proposal.overlaps.len()));
                    prop_assert_eq!(proposal.minutes, 45);
                }
                Kind::Planned => prop_assert!(ground.instruction.sheet.cadence.is_some()),
            }
            prop_assert!(proposal.day >= first(date(2026, 3, 11)));
            for overlap in proposal.overlaps {
                let found = ground.worthy.iter().find(|w| w.overlap == overlap).map(|w| w.standing);
                prop_assert_eq!(found, Some(Ripe));
                prop_assert!(!seen.contains(&overlap), "twice");
                seen.push(overlap);
            }
        }
    }

    #[test]
    fn what_was_proposed_is_not_proposed_again(ground in any_ground()) {
        let mut next = ground;
        let found = find(&next).proposals;
        for proposal in &found {
            next.reactive += usize::from(proposal.kind == Kind::Reactive);
            next.proposed |= proposal.kind != Kind::Reactive;
            if proposal.kind != Kind::Reactive {
                next.last_proposed = Some(next.now);
            }
            for worthy in next.worthy.iter_mut().filter(|w| proposal.overlaps.contains(&w.overlap)) {
                worthy.standing = Taken;
            }
        }
        let again = find(&next).proposals;
        let several = |all: &[Proposal]| all.iter().filter(|p| p.kind != Kind::Reactive).count();
        prop_assert!(several(&found) <= 1);
        prop_assert!(several(&found) == 0 || several(&again) == 0, "{:?}", again);
    }

    #[test]
    fn the_order_in_which_overlaps_are_read_does_not_matter(ground in any_ground(), turn in 0_usize..20) {
        let mut turned = ground.clone();
        if !turned.worthy.is_empty() {
            let by = turn % turned.worthy.len();
            turned.worthy.rotate_left(by);
        }
        prop_assert_eq!(find(&ground), find(&turned));
    }

    #[test]
    fn what_is_told_of_saturation_is_told_once(ground in any_ground()) {
        let after = match find(&ground).turn {
            Some(Turn::Saturated { .. }) => true,
            Some(Turn::Fresh { .. }) => false,
            None => ground.was_saturated,
        };
        prop_assert_eq!(find(&Ground { was_saturated: after, ..ground }).turn, None);
    }
}

#[test]
fn what_is_not_urgent_waits_for_working_hours() {
    let calendar = Calendar::weekdays();
    let local = |at: &str| at.parse::<jiff::civil::DateTime>().unwrap().to_zoned(TimeZone::UTC).unwrap();
    let times =
        ["2026-03-11T08:59", "2026-03-11T09:00", "2026-03-11T17:59", "2026-03-11T18:00", "2026-03-14T12:00"];
    assert_eq!(times.map(|t| at_work(&local(t), &calendar)), [false, true, true, false, false]);
    let pile =
        Ground { at_work: false, ..ground(&[("a", "$20k", Ripe), ("b", "$20k", Ripe), ("c", "$20k", Ripe)]) };
    assert_eq!(find(&pile).proposals, []);
    let one = Ground { at_work: false, ..ground(&[("a", "$200k", Ripe)]) };
    assert_eq!(find(&one).proposals[0].kind, Kind::Reactive, "minutes count");
    let through = Ground { at_work: false, ..ground(&[("a", "$20k", Worked)]) };
    assert_eq!(find(&through).turn, None);
    assert!(find(&Ground { at_work: true, ..through }).turn.is_some());
}
