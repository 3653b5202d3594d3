use super::super::session::tests::{moved, session, slot};
use super::super::session::{Move, Outline};
use super::*;
use crate::kernel::ics::{self, When, Window};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn people() -> People {
    let party = |name: &str, email: &str| Party { name: name.into(), email: email.into() };
    People {
        ours: [
            ("UPM".into(), party("Maya Larsen", "maya@example.com")),
            ("UREP".into(), party("Alex Kim", "alex@example.com")),
        ]
        .into(),
        theirs: [("c1".into(), party("Sam Whitfield", "sam@northwind.com"))].into(),
    }
}

fn scheduled() -> Session {
    session(Stage::Scheduled { slot: slot(), moved: moved("UPM") })
}

fn read(text: &str) -> Vec<ics::Event> {
    let window = Window { from: at("2026-01-01T00:00:00Z"), until: at("2026-12-31T00:00:00Z") };
    let read = ics::read(text.as_bytes(), &window, &TimeZone::UTC).unwrap();
    assert_eq!(read.unread, []);
    read.events
}

#[test]
fn a_session_keeps_its_identity_and_counts_its_changes() {
    let first = read(&file(&scheduled(), &people()).unwrap()).remove(0);
    let later = Slot { start: at("2026-03-19T13:00:00Z"), ..slot() };
    let second = scheduled()
        .moved(Move::Reschedule(later.clone()), &"UPM".into(), at("2026-03-07T08:00:00Z"))
        .unwrap();
    let moved = read(&file(&second, &people()).unwrap()).remove(0);
    assert_eq!(
        (&first.uid, first.sequence, first.title.as_str()),
        (&moved.uid, 0, "Account planning: Acme, Globex with Northwind")
    );
    assert_eq!(moved.sequence, 1);
    assert_eq!(moved.when, When::Time { start: later.start, length: Some(SignedDuration::from_mins(30)) });
    assert!(is_ours(&first.uid));
    let off = second.moved(Move::Cancel("ill".into()), &"UPM".into(), at("2026-03-08T08:00:00Z")).unwrap();
    let off = read(&file(&off, &people()).unwrap()).remove(0);
    assert!(off.cancelled && off.sequence == 2 && off.uid == first.uid);
    assert!(
        off.description.starts_with("Called off.") && !off.description.contains("ill"),
        "why is for our eyes"
    );
}

#[test]
fn what_partners_read_names_accounts_and_no_intent() {
    let mut session = scheduled();
    session.outline.accounts[0].goal = "get past their VP Sales".into();
    session.outline.ours = vec!["UPM".into(), "UREP".into(), "UNOBODY".into()];
    insta::assert_snapshot!("invitation", file(&session, &people()).unwrap());
}

#[test]
fn without_an_address_of_the_organizer_nobody_is_invited() {
    let text = file(&scheduled(), &People::default()).unwrap();
    assert!(
        text.contains("METHOD:PUBLISH") && !text.contains("ATTENDEE") && !text.contains("ORGANIZER"),
        "{text}"
    );
}

#[test]
fn a_proposal_has_no_entry() {
    assert_eq!(entry(&session(Stage::Proposed { to: vec![], moved: None, day: None }), &people()), None);
}

#[test]
fn a_feed_keeps_the_standing_time_free_where_no_session_is() {
    let second = Session {
        id: "s2".into(),
        outline: Outline { minutes: 45, ..scheduled().outline },
        ..session(Stage::Scheduled {
            slot: Slot { start: at("2026-04-09T12:00:00Z"), ..slot() },
            moved: moved("UPM"),
        })
    };
    let standing = Standing {
        partner: "p1".into(),
        name: "Northwind".into(),
        every: Every::Weeks(2),
        after: slot(),
        minutes: 45,
        since: at("2026-03-01T00:00:00Z"),
        version: 3,
    };
    let text = feed("Sessions with Northwind", &[scheduled(), second], &[standing], &people());
    insta::assert_snapshot!("feed", text.clone());
    let shown: Vec<String> = read(&text)
        .into_iter()
        .take(6)
        .map(|event| match event.when {
            When::Time { start, .. } => format!("{start} {}", event.title),
            When::Days { .. } => event.title,
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    2026-03-12T13:00:00Z Account planning: Acme, Globex with Northwind
    2026-03-26T13:00:00Z Account planning with Northwind
    2026-04-09T12:00:00Z Account planning: Acme, Globex with Northwind
    2026-04-23T12:00:00Z Account planning with Northwind
    2026-05-07T12:00:00Z Account planning with Northwind
    2026-05-21T12:00:00Z Account planning with Northwind
    ");
}

/// What a feed shows first, with a standing time since a session at `first` that comes round every month.
fn monthly(first: &str, others: &[(&str, &str)]) -> String {
    let planned = |(at_, id): (&str, &str)| Session {
        id: id.into(),
        ..session(Stage::Scheduled { slot: Slot { start: at(at_), ..slot() }, moved: moved("UPM") })
    };
    let standing = Standing {
        partner: "p1".into(),
        name: "Northwind".into(),
        every: Every::Months(1),
        after: Slot { start: at(first), ..slot() },
        minutes: 45,
        since: at("2026-01-01T00:00:00Z"),
        version: 1,
    };
    let all: Vec<Session> =
        std::iter::once((first, "s1")).chain(others.iter().copied()).map(planned).collect();
    let shown = read(&feed("Sessions", &all, &[standing], &people())).into_iter().take(6);
    let line = |event: ics::Event| match event.when {
        When::Time { start, .. } => format!("{start} {}", event.uid),
        When::Days { .. } => event.uid,
    };
    shown.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_standing_time_on_the_thirty_first_is_on_the_last_day_of_every_month() {
    let others = [("2026-02-28T13:00:00Z", "s2"), ("2026-03-31T12:00:00Z", "s3")];
    insta::assert_snapshot!(monthly("2026-01-31T13:00:00Z", &others), @r"
    2026-01-31T13:00:00Z s1@sessions.tandem
    2026-02-28T13:00:00Z s2@sessions.tandem
    2026-03-31T12:00:00Z s3@sessions.tandem
    2026-04-30T12:00:00Z standing-p1@sessions.tandem
    2026-05-31T12:00:00Z standing-p1@sessions.tandem
    2026-06-30T12:00:00Z standing-p1@sessions.tandem
    ");
}

#[test]
fn a_standing_time_on_the_thirtieth_leaves_out_february_alone() {
    // A session on the last of February is on no day of the series, and the series stays on its day.
    let others = [("2026-02-28T13:00:00Z", "s2"), ("2026-03-30T12:00:00Z", "s3")];
    insta::assert_snapshot!(monthly("2026-01-30T13:00:00Z", &others), @r"
    2026-01-30T13:00:00Z s1@sessions.tandem
    2026-02-28T13:00:00Z s2@sessions.tandem
    2026-03-30T12:00:00Z s3@sessions.tandem
    2026-04-30T12:00:00Z standing-p1@sessions.tandem
    2026-05-30T12:00:00Z standing-p1@sessions.tandem
    2026-06-30T12:00:00Z standing-p1@sessions.tandem
    ");
}
