use super::super::tests::{Scene, actor, at, outbox_lines, scene};
use super::*;
use crate::kernel::ics::{Event, Unread, When};
use crate::map::sources::standing::ReadKind;
use crate::map::sources::store::reads;
use crate::sql_exec;

/// Wednesday morning; what calendars show was on Tuesday.
const NOW: &str = "2026-03-04T09:00:00Z";

fn event(uid: &str) -> Event {
    Event {
        uid: uid.into(),
        occurrence: String::new(),
        sequence: 0,
        title: "Account planning: Acme with Northwind".into(),
        description: String::new(),
        place: String::new(),
        when: When::Time { start: at("2026-03-03T09:00:00Z"), length: Some(SignedDuration::from_mins(30)) },
        organizer: None,
        attendees: Vec::new(),
        cancelled: false,
    }
}

fn cancelled(uid: &str) -> Event {
    Event { cancelled: true, ..event(uid) }
}

/// A calendar shows these, and all of it is read.
async fn seen(s: &Scene, calendar: &str, events: &[Event]) -> Taken {
    let read = Read { events: events.to_vec(), ..Read::default() };
    look(s, at(NOW), calendar, &read).await
}

async fn look(s: &Scene, now: Timestamp, calendar: &str, read: &Read) -> Taken {
    let mut tx = s.db.begin().await.expect("a transaction");
    let taken = take_in(&mut tx, now, Seen { calendar, partner: None, whole: true }, read).await;
    tx.commit().await.expect("committed");
    taken.expect("taken in")
}

async fn go_round(s: &Scene, now: &str) {
    let mut tx = s.db.begin().await.expect("a transaction");
    round(&mut tx, at(now)).await.expect("a round");
    tx.commit().await.expect("committed");
}

async fn of(s: &Scene, uid: &str) -> Found {
    let mut tx = s.db.read().await.expect("a transaction");
    store::found_as(&mut tx, uid, "").await.expect("read").expect("found")
}

async fn state(s: &Scene, uid: &str) -> &'static str {
    of(s, uid).await.state.as_str()
}

async fn said(s: &Scene) -> String {
    let mut tx = s.db.read().await.expect("a transaction");
    outbox_lines(&mut tx).await
}

#[tokio::test]
async fn what_is_gone_is_asked_about_again_where_it_is_seen_again() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    go_round(&s, NOW).await;
    assert_eq!(state(&s, "a").await, "offered");
    seen(&s, "team", &[]).await;
    assert_eq!(state(&s, "a").await, "gone");
    let taken = seen(&s, "team", &[event("a")]).await;
    assert_eq!((taken.over, taken.ahead), (0, 0), "it was known");
    let found = of(&s, "a").await;
    assert_eq!(found.state, State::Offered(vec!["UPM".into()]));
    let lines = said(&s).await;
    let last = lines.lines().last().expect("a card");
    assert!(last.contains("update") && last.contains("Was it held?"), "{lines}");
    let mut tx = s.db.begin().await.expect("a transaction");
    let seen = (found.id.clone(), found.version);
    let held = decide(&mut tx, at(NOW), &actor("UPM"), &seen, Verdict::Held).await.expect("decided");
    assert!(matches!(held.state, State::Held { .. }));
}

#[tokio::test]
async fn what_is_gone_before_anybody_was_asked_is_offered_once_it_is_back() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    seen(&s, "team", &[]).await;
    assert_eq!(state(&s, "a").await, "gone");
    seen(&s, "team", &[event("a")]).await;
    assert_eq!(state(&s, "a").await, "ahead");
    go_round(&s, NOW).await;
    assert_eq!(state(&s, "a").await, "offered");
}

#[tokio::test]
async fn what_moved_to_another_calendar_is_that_calendars() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    seen(&s, "team", &[]).await;
    seen(&s, "partner", &[event("a")]).await;
    seen(&s, "team", &[]).await;
    let found = of(&s, "a").await;
    assert_eq!((found.calendar.as_str(), found.state.as_str()), ("partner", "ahead"));
}

#[tokio::test]
async fn a_calendar_that_was_not_read_whole_takes_nothing_away() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    let unread = vec![Unread { what: "a".into(), why: "it has no start".into() }];
    look(&s, at(NOW), "team", &Read { unread, lacks: true, ..Read::default() }).await;
    assert_eq!(state(&s, "a").await, "ahead");
    look(&s, at(NOW), "team", &Read::default()).await;
    assert_eq!(state(&s, "a").await, "gone");
}

#[tokio::test]
async fn only_its_own_calendar_calls_a_session_off() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    seen(&s, "somebody's", &[cancelled("a")]).await;
    assert_eq!(state(&s, "a").await, "ahead");
    seen(&s, "team", &[cancelled("a")]).await;
    assert_eq!(state(&s, "a").await, "gone");
    seen(&s, "team", &[cancelled("b")]).await;
    let mut tx = s.db.read().await.expect("a transaction");
    assert_eq!(store::found_as(&mut tx, "b", "").await.expect("read"), None);
}

#[tokio::test]
async fn many_offers_without_an_answer_hold_nothing_up_and_lapse() {
    let s = scene().await;
    let many: Vec<Event> = (0..60).map(|n| event(&format!("old{n:02}"))).collect();
    seen(&s, "team", &many).await;
    go_round(&s, NOW).await;
    go_round(&s, NOW).await;
    let late = Event { when: When::Time { start: at("2026-03-10T09:00:00Z"), length: None }, ..event("new") };
    let shown: Vec<Event> = many.iter().cloned().chain([late]).collect();
    let now = "2026-03-11T09:00:00Z";
    look(&s, at(now), "team", &Read { events: shown, ..Read::default() }).await;
    go_round(&s, now).await;
    assert_eq!(state(&s, "new").await, "offered");
    // Two weeks after they were asked about.
    for _ in 0..2 {
        go_round(&s, "2026-03-18T09:00:01Z").await;
    }
    assert_eq!((state(&s, "old00").await, state(&s, "old59").await), ("lapsed", "lapsed"));
    assert_eq!(state(&s, "new").await, "offered");
    let lines = said(&s).await;
    let told = lines.matches("Nobody said whether it was held, so it does not count.").count();
    assert_eq!(told, 60, "{lines}");
    let found = of(&s, "old00").await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let late = decide(&mut tx, at(now), &actor("UPM"), &(found.id, found.version), Verdict::Held).await;
    assert!(late.unwrap_err().to_string().contains("Nobody said whether it was held"));
}

#[tokio::test]
async fn an_offer_is_let_go_of_when_a_session_is_logged_behind_many_others() {
    let s = scene().await;
    let many: Vec<Event> = (0..60).map(|n| event(&format!("old{n:02}"))).collect();
    let late = Event {
        when: When::Time { start: at("2026-03-03T15:00:00Z"), length: Some(SignedDuration::from_mins(30)) },
        ..event("logged")
    };
    let shown: Vec<Event> = many.into_iter().chain([late]).collect();
    seen(&s, "team", &shown).await;
    go_round(&s, NOW).await;
    go_round(&s, NOW).await;
    let found = of(&s, "logged").await;
    assert_eq!(found.state.as_str(), "offered");
    let mut tx = s.db.begin().await.expect("a transaction");
    let session = found.session(&"UPM".into(), at(NOW), &TimeZone::UTC, Came::default());
    store::insert_session(&mut tx, &session).await.expect("saved");
    tx.commit().await.expect("committed");
    go_round(&s, NOW).await;
    assert_eq!(state(&s, "logged").await, "logged");
    assert_eq!(state(&s, "old00").await, "offered", "hours before it");
}

#[tokio::test]
async fn a_card_is_drawn_only_when_the_change_was_saved() {
    let s = scene().await;
    seen(&s, "team", &[event("a")]).await;
    go_round(&s, NOW).await;
    let before = of(&s, "a").await;
    let mut tx = s.db.begin().await.expect("a transaction");
    sql_exec!(&mut tx, "UPDATE calendar_sessions SET version = version + 1").expect("changed meanwhile");
    let moved = Found {
        start: at("2026-03-12T09:00:00Z"),
        end: at("2026-03-12T09:30:00Z"),
        state: State::Ahead,
        ..before.clone()
    };
    let lines = outbox_lines(&mut tx).await;
    update(&mut tx, at(NOW), before, moved).await.expect("updated");
    assert_eq!(outbox_lines(&mut tx).await, lines, "somebody else was faster, and draws");
}

#[tokio::test]
async fn all_that_could_not_be_matched_is_counted() {
    let s = scene().await;
    let unknown = |n| Event {
        title: format!("Account planning: Nobody {n} with Northwind"),
        ..event(&format!("u{n}"))
    };
    let taken = seen(&s, "team", &(0..25).map(unknown).collect::<Vec<_>>()).await;
    assert_eq!((taken.not_matched, taken.unmatched.len()), (25, TOLD));
    let said = view::calendar::result(&taken);
    assert!(said.ends_with("25 I could not match to a partner and its accounts"), "{said}");
}

#[tokio::test]
async fn whoever_may_not_say_so_reads_who_may() {
    let s = scene().await;
    assert_eq!(seen(&s, "team", &[event("a")]).await.asked, ["UPM".into()]);
    go_round(&s, NOW).await;
    let found = of(&s, "a").await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let refused = decide(&mut tx, at(NOW), &actor("UREP"), &(found.id, found.version), Verdict::Held).await;
    insta::assert_snapshot!(refused.expect_err("refused"), @"Only <@UPM> can say whether that session was held, or a partner manager or an admin who answers for Northwind.");
}

#[tokio::test]
async fn a_calendar_of_a_process_that_is_gone_is_read_by_the_next() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    reads::register(&mut tx, ReadKind::Calendar, "team").await.expect("noted");
    tx.commit().await.expect("committed");
    let lease = std::time::Duration::from_secs(3_600);
    let claim =
        async || reads::claim(&s.db, ReadKind::Calendar, &["team"], at(NOW), lease).await.expect("asked");
    assert!(claim().await.is_some());
    assert!(claim().await.is_none());
    reads::release_all(&s.db, ReadKind::Calendar).await.expect("released");
    assert!(claim().await.is_some());
}
