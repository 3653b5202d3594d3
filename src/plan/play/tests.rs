use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::kernel::actor::Role;
use crate::kernel::calendar::{Calendar, Calendars, add_days, countries};
use crate::map::overlap::Population;

pub(in crate::plan) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

/// One that was thought of on Monday 2 March.
pub(in crate::plan) fn idea() -> Play {
    Play {
        id: "y1".into(),
        partner_id: "p1".into(),
        partner: "Northwind".into(),
        plan: Plan {
            title: "Returns webinar".into(),
            kind: Kind::Webinar,
            owner: Some("UOWN".into()),
            their_owner: Some("Sam Whitfield".into()),
            sender: None,
            ship: Some(date(2026, 3, 20)),
            zone: "Europe/Stockholm".into(),
            check_days: 7,
            audience: Audience::Asks,
        },
        stage: Stage::Idea,
        reminded: None,
        created_by: "UPM".into(),
        created_at: at("2026-03-02T12:00:00Z"),
        version: 1,
    }
}

/// One that started on Monday 2 March and goes out on that day.
pub(in crate::plan) fn running(ship: Date) -> Play {
    let idea = idea();
    let stage = Stage::Running { since: at("2026-03-02T12:00:00Z"), first: ship };
    Play { plan: Plan { ship: Some(ship), ..idea.plan.clone() }, stage, ..idea }
}

pub(in crate::plan) fn shipped(on: Date, results: Option<Results>) -> Play {
    let first = date(2026, 3, 20);
    let stage = Stage::Shipped {
        since: at("2026-03-02T12:00:00Z"),
        first,
        on,
        by: "UOWN".into(),
        at: on.at(15, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time").timestamp(),
        results,
    };
    Play { stage, ..running(first) }
}

#[test]
fn without_owners_and_a_day_it_stays_an_idea() {
    let now = at("2026-03-04T09:00:00Z");
    let with = |change: fn(&mut Plan)| {
        let mut play = idea();
        change(&mut play.plan);
        play.moved(Move::Start, &"UPM".into(), now)
    };
    assert!(with(|_| ()).is_ok_and(|p| p.is_running() && p.version == 2));
    let lacks = |change| match with(change) {
        Err(Blocked::Missing(lacks)) => missing_words(&lacks),
        other => panic!("{other:?}"),
    };
    assert_eq!(lacks(|p| p.their_owner = None), "an owner on their side");
    assert_eq!(
        lacks(|p| (p.owner, p.their_owner, p.ship) = (None, None, None)),
        "an owner on their side, an owner on our side and a ship date"
    );
    assert_eq!(lacks(|p| p.ship = Some(date(2026, 3, 3))), "a ship date that is still to come");
    assert_eq!(lacks(|p| p.kind = Kind::Offer), "the account manager who sends the offer");
}

#[test]
fn every_move_at_every_stage() {
    let now = at("2026-03-10T09:00:00Z");
    let stages = [
        ("idea", idea()),
        ("running", running(date(2026, 3, 20))),
        ("shipped", shipped(date(2026, 3, 6), None)),
        (
            "dropped",
            Play { stage: Stage::Dropped { because: "no".into(), by: "U1".into(), at: now }, ..idea() },
        ),
    ];
    let moves = [
        Move::Edit(idea().plan),
        Move::Start,
        Move::Slip(date(2026, 3, 27), "the page is late".into()),
        Move::OnTrack,
        Move::Ship(date(2026, 3, 9), None),
        Move::Results(Results::default()),
        Move::Drop("no budget".into()),
    ];
    let mut table = String::new();
    for (name, play) in stages {
        for what in moves.clone() {
            let verb = what.verb();
            let became = match play.clone().moved(what, &"U1".into(), now) {
                Ok(after) => {
                    assert_eq!(after.version, play.version + 1);
                    match after.stage {
                        Stage::Idea => "idea",
                        Stage::Running { .. } => "running",
                        Stage::Shipped { .. } => "shipped",
                        Stage::Dropped { .. } => "dropped",
                    }
                }
                Err(_) => "-",
            };
            table.push_str(&format!("{name} {verb} {became}\n"));
        }
    }
    insta::assert_snapshot!(table, @r"
    idea play.edit idea
    idea play.go running
    idea play.move -
    idea play.on_track -
    idea play.ship -
    idea play.results -
    idea play.drop dropped
    running play.edit running
    running play.go -
    running play.move running
    running play.on_track running
    running play.ship shipped
    running play.results -
    running play.drop dropped
    shipped play.edit -
    shipped play.go -
    shipped play.move -
    shipped play.on_track -
    shipped play.ship -
    shipped play.results shipped
    shipped play.drop -
    dropped play.edit -
    dropped play.go -
    dropped play.move -
    dropped play.on_track -
    dropped play.ship -
    dropped play.results -
    dropped play.drop -
    ");
}

#[test]
fn what_runs_keeps_its_day_and_its_owners() {
    let (now, by) = (at("2026-03-10T09:00:00Z"), UserId::from("U1"));
    let play = running(date(2026, 3, 20));
    let new = Plan { title: "Returns clinic".into(), ship: None, ..play.plan.clone() };
    let after = play.clone().moved(Move::Edit(new), &by, now).unwrap();
    assert_eq!((after.plan.title.as_str(), after.plan.ship), ("Returns clinic", Some(date(2026, 3, 20))));
    let bare = Plan { their_owner: None, ..play.plan.clone() };
    assert_eq!(
        play.clone().moved(Move::Edit(bare), &by, now),
        Err(Blocked::Missing(vec![Missing::TheirOwner]))
    );
    // One that is late can still be edited.
    let late = running(date(2026, 3, 6));
    assert!(late.clone().moved(Move::Edit(late.plan.clone()), &by, now).is_ok());
    let same = Move::Slip(date(2026, 3, 20), "why".into());
    assert_eq!(play.moved(same, &by, now), Err(Blocked::SameDay));
}

/// Looks every hour and writes down what was sent, as the round does.
fn sent(mut play: Play, from: &str, until: &str) -> String {
    let mut sent = String::new();
    let mut now = at(from);
    while now < at(until) {
        if let Some((day, why)) = play.reminder(now, &Calendar::weekdays()) {
            play.reminded = Some(day);
            let when = now.to_zoned(play.time_zone()).strftime("%a %-d %H:%M").to_string();
            sent.push_str(&format!("{when} {why:?}\n"));
        }
        now += jiff::SignedDuration::from_hours(1);
    }
    sent
}

#[test]
fn its_owner_is_reminded_at_check_ins_and_around_the_day() {
    // Started on Monday 2 March; ships on Monday 23.
    let play = running(date(2026, 3, 23));
    insta::assert_snapshot!(sent(play.clone(), "2026-03-02T12:00:00Z", "2026-04-01T00:00:00Z"), @r"
    Mon 9 09:00 CheckIn
    Mon 16 09:00 CheckIn
    Fri 20 09:00 Ahead
    Mon 23 09:00 Today
    Thu 26 09:00 Late(3)
    Sun 29 09:00 Late(6)
    ");
    // After a downtime one, and no flood.
    insta::assert_snapshot!(sent(play.clone(), "2026-03-18T12:00:00Z", "2026-03-20T00:00:00Z"), @"Wed 18 13:00 CheckIn");
    let unchecked = Play { plan: Plan { check_days: 0, ..play.plan.clone() }, ..play };
    insta::assert_snapshot!(sent(unchecked, "2026-03-02T12:00:00Z", "2026-03-24T00:00:00Z"), @r"
    Fri 20 09:00 Ahead
    Mon 23 09:00 Today
    ");
}

#[test]
fn results_are_asked_for_three_times_and_not_when_they_are_there() {
    let friday = date(2026, 3, 20);
    insta::assert_snapshot!(sent(shipped(friday, None), "2026-03-20T16:00:00Z", "2026-05-30T00:00:00Z"), @r"
    Fri 27 09:00 Results
    Fri 3 09:00 Results
    Fri 10 09:00 Results
    ");
    let known = shipped(friday, Some(Results { meetings: Some(3), ..Results::default() }));
    assert_eq!(sent(known, "2026-03-20T16:00:00Z", "2026-05-30T00:00:00Z"), "");
    assert_eq!(sent(idea(), "2026-03-02T12:00:00Z", "2026-05-30T00:00:00Z"), "", "an idea has no day");
}

#[test]
fn how_it_stands_in_words() {
    let today = date(2026, 3, 9);
    let words = |play: &Play| play.state_words(today);
    insta::assert_snapshot!(words(&idea()), @"An idea that can start");
    insta::assert_snapshot!(words(&Play { plan: Plan { their_owner: None, ship: None, ..idea().plan }, ..idea() }), @"An idea: it cannot start without an owner on their side and a ship date");
    insta::assert_snapshot!(words(&running(date(2026, 3, 20))), @"Ships Fri 20 Mar, in 11 days");
    insta::assert_snapshot!(words(&running(date(2026, 3, 6))), @"3 days late, was to ship Fri 6 Mar");
    let mut slipped = running(date(2026, 3, 27));
    slipped.stage = Stage::Running { since: at("2026-03-02T12:00:00Z"), first: date(2026, 3, 13) };
    insta::assert_snapshot!(words(&slipped), @"Ships Fri 27 Mar, in 18 days, 14 days later than first planned (Fri 13 Mar)");
    insta::assert_snapshot!(words(&shipped(date(2026, 3, 19), None)), @"Shipped Thu 19 Mar, 1 day earlier than first planned (Fri 20 Mar) · no results yet");
    let results =
        Results { sent: Some(1200), replies: Some(1), meetings: Some(5), pipeline: Money::parse("$80k") };
    insta::assert_snapshot!(words(&shipped(date(2026, 3, 20), Some(results))), @"Shipped Fri 20 Mar · 1,200 sent · 1 reply · 5 meetings · $80k pipeline");
    let dropped =
        Stage::Dropped { because: "no <budget>".into(), by: "UPM".into(), at: at("2026-03-09T08:00:00Z") };
    insta::assert_snapshot!(words(&Play { stage: dropped, ..idea() }), @"Dropped by <@UPM>: no &lt;budget&gt;");
}

#[test]
fn those_who_run_it_and_those_who_look_after_the_partner_may_move_it() {
    let actor = |user: &str, roles: Vec<(Role, Option<PartnerId>)>| Actor {
        user: user.into(),
        name: user.into(),
        zone: TimeZone::UTC,
        standing: Standing::Member,
        roles,
    };
    let mut play = running(date(2026, 3, 20));
    play.plan.sender = Some("UAM".into());
    for user in ["UOWN", "UAM", "UPM"] {
        assert!(play.may_be_moved_by(&actor(user, vec![])), "{user}");
    }
    assert!(play.may_be_moved_by(&actor("UOPS", vec![(Role::Operations, None)])));
    assert!(!play.may_be_moved_by(&actor("UAE", vec![(Role::Rep, None)])));
    assert!(!play.may_be_moved_by(&actor("UPX", vec![(Role::PartnerManager, Some("p2".into()))])));
}

#[test]
fn an_audience_is_one_motion() {
    use Population::{Customer, OpenOpportunity, Prospect};
    assert!(Audience::Asks.wants(Prospect, Customer) && Audience::Asks.wants(OpenOpportunity, Customer));
    assert!(Audience::Gives.wants(Customer, Prospect) && !Audience::Gives.wants(Prospect, Customer));
    assert!(Audience::Joint.wants(OpenOpportunity, OpenOpportunity));
    assert!(!Audience::Nobody.wants(Prospect, Customer));
}

#[test]
fn holidays_are_no_working_days() {
    let swedish = Calendars::default().of(countries::find("SE"));
    let due = |play: &Play, now: &str| play.reminder(at(now), &swedish);
    // It ships on the Tuesday after Easter.
    let play = running(date(2026, 4, 7));
    assert_eq!(due(&play, "2026-04-02T10:00:00Z"), Some((date(2026, 4, 2), Reminder::Ahead)));
    // A week after it went out is Good Friday.
    let sent = shipped(date(2026, 3, 27), None);
    assert_eq!(due(&sent, "2026-04-03T10:00:00Z"), None);
    assert_eq!(due(&sent, "2026-04-07T10:00:00Z"), Some((date(2026, 4, 7), Reminder::Results)));
}

proptest! {
    #[test]
    fn nobody_is_reminded_twice_a_day_or_before_nine(
        ship in 0i64..60, check in 0i64..20, hours in 1i64..30, shipped_after in prop::option::of(0i64..40),
    ) {
        let first = add_days(date(2026, 3, 3), ship);
        let mut play = match shipped_after {
            Some(days) => shipped(add_days(date(2026, 3, 3), days), None),
            None => running(first),
        };
        play.plan.check_days = check;
        let mut days = Vec::new();
        let mut now = at("2026-03-02T12:00:00Z");
        while now < at("2026-06-01T00:00:00Z") {
            if let Some((day, _)) = play.reminder(now, &Calendar::weekdays()) {
                let local = now.to_zoned(play.time_zone());
                prop_assert!(local.hour() >= 9);
                prop_assert!(day <= local.date());
                prop_assert!(play.reminded.is_none_or(|last| last < day));
                play.reminded = Some(day);
                days.push(local.date());
            }
            now += jiff::SignedDuration::from_hours(hours);
        }
        let sent = days.len();
        days.dedup();
        prop_assert_eq!(days.len(), sent);
    }

    #[test]
    fn nothing_starts_that_lacks_something(
        ours: bool, theirs: bool, ship in prop::option::of(-30i64..30), offer: bool, sender: bool,
    ) {
        let now = at("2026-03-10T09:00:00Z");
        let mut play = idea();
        play.plan.owner = ours.then(|| "UOWN".into());
        play.plan.their_owner = theirs.then(|| "Sam".to_owned());
        play.plan.sender = sender.then(|| "UAM".into());
        play.plan.ship = ship.map(|n| add_days(date(2026, 3, 10), n));
        if offer {
            play.plan.kind = Kind::Offer;
        }
        let whole = ours && theirs && ship.is_some_and(|n| n >= 0) && (sender || !offer);
        prop_assert_eq!(play.moved(Move::Start, &"UPM".into(), now).is_ok(), whole);
    }
}
