use super::*;
use crate::sustain::relevance::{Channel, GiftKind, Purpose};

pub(crate) fn check(level: Level) -> Check {
    let finding = |rule: &str, level, reason: &str, fix: Option<&str>| Finding {
        rule: rule.into(),
        level,
        reason: reason.into(),
        fix: fix.map(str::to_owned),
    };
    let mut rules = vec![
        finding("carries-gift", Level::Pass, "Gives an introduction.", None),
        finding("names-current-overlap", Level::Pass, "Acme Corp, seen 9 days ago.", None),
        finding("touch-cap", Level::Pass, "Note 2 of 4 in 30 days.", None),
    ];
    if level > Level::Pass {
        let fix = Some("Start from one shared account.");
        rules[0] = finding("carries-gift", level, "Nothing here helps Sam.", fix);
    }
    Check { verdict: level, rules }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    at("2026-03-11T09:00:00Z")
}

pub(crate) fn sample(level: Level, route: Route) -> Draft {
    let note = Note {
        partner_id: "p1".into(),
        partner: "Northwind".into(),
        contact_id: "c1".into(),
        contact: "Sam".into(),
        account_id: Some("a1".into()),
        account: Some("Acme Corp".into()),
        purpose: Purpose::Expansion,
        gift: GiftKind::Introduction,
        template: "expansion-introduction".into(),
        template_used: None,
        channel: Channel::Slack,
        sender: "U0ALEX".into(),
        route,
        destination: (route == Route::Channel).then(|| "C0NORTHWIND".to_owned()),
        text: "Hi Sam, Acme's <ops> team & you.\n\nAlex".into(),
        facts: vec!["Acme Corp, overlap seen 2 March".into()],
        check: check(level),
    };
    let draft = Draft::propose(note, Some("U0MAYA".into()), "U0OMAR".into(), now());
    Draft { id: "d1".into(), ..draft }
}

pub(crate) fn seen(draft: &Draft) -> Seen {
    Seen::read(&draft.value()).unwrap()
}

fn approved(route: Route) -> Draft {
    let draft = sample(Level::Pass, route);
    let seen = seen(&draft);
    draft.approve(&seen, "U0MAYA".into(), now()).unwrap()
}

fn why(result: Result<Draft, Stays>) -> Refused {
    result.unwrap_err().1
}

#[test]
fn a_value_is_read_back_and_nonsense_is_not() {
    let draft = sample(Level::Pass, Route::Channel);
    assert_eq!(
        Seen::read(&draft.value()).unwrap(),
        Seen { id: draft.id.clone(), version: 1, seal: draft.seal() }
    );
    for nonsense in ["", "d1", "d1:1", "d1:x:y"] {
        assert_eq!(Seen::read(nonsense), None, "{nonsense}");
    }
}

#[test]
fn approval_goes_to_the_outbox_or_into_hands() {
    assert!(matches!(approved(Route::Channel).stage, Stage::Sending(_)));
    assert!(matches!(approved(Route::Direct).stage, Stage::Sending(_)));
    let by_hand = approved(Route::ByHand);
    assert!(matches!(by_hand.stage, Stage::HandedOver(_)));
    assert_eq!(by_hand.version, 2);
}

#[test]
fn what_was_decided_is_not_decided_again() {
    let draft = approved(Route::Channel);
    let s = seen(&draft);
    let by = || UserId::from("U0EVE");
    assert_eq!(why(draft.clone().approve(&s, by(), now())), Refused::Decided);
    assert_eq!(why(draft.clone().reject(&s, by(), now(), "no".into())), Refused::Decided);
    assert_eq!(why(draft.clone().edit(&s, "other".into(), check(Level::Pass), now())), Refused::Decided);
    assert_eq!(why(draft.clone().overrule(&s, by(), "r".into(), now())), Refused::Decided);
    assert_eq!(why(draft.clone().snooze(&s, now())), Refused::Decided);
    assert_eq!(why(draft.clone().reassign(&s, by(), now())), Refused::Decided);
    assert_eq!(why(draft.clone().expire("old".into())), Refused::Decided);
    assert_eq!(why(draft.resend(&s, by(), now())), Refused::Decided);
}

#[test]
fn an_edit_ends_every_older_control() {
    let draft = sample(Level::Block, Route::Channel);
    let old = seen(&draft);
    let draft = draft.overrule(&old, "U0MAYA".into(), "agreed on the phone".into(), now()).unwrap();
    assert!(draft.is_sendable());
    let s = seen(&draft);
    let draft = draft.edit(&s, "Other words.".into(), check(Level::Block), now()).unwrap();
    assert_eq!(draft.overridden, None, "an override holds for the words it was given for");
    assert_eq!(why(draft.clone().approve(&s, "U0MAYA".into(), now())), Refused::Changed);
    let same_version = Seen { version: draft.version, ..old };
    assert_eq!(why(draft.approve(&same_version, "U0MAYA".into(), now())), Refused::Changed);
}

#[test]
fn a_blocked_note_is_sent_only_when_edited_or_overridden() {
    let draft = sample(Level::Block, Route::Channel);
    let s = seen(&draft);
    assert_eq!(why(draft.clone().approve(&s, "U0MAYA".into(), now())), Refused::Blocked);
    let over = draft.clone().overrule(&s, "U0MAYA".into(), "agreed".into(), now()).unwrap();
    let s2 = seen(&over);
    assert!(over.approve(&s2, "U0MAYA".into(), now()).is_ok());
    let edited = draft.edit(&s, "Better.".into(), check(Level::Warn), now()).unwrap();
    let s3 = seen(&edited);
    assert_eq!(why(edited.clone().overrule(&s3, "U0MAYA".into(), "r".into(), now())), Refused::NotBlocked);
    assert!(edited.approve(&s3, "U0MAYA".into(), now()).is_ok());
}

#[test]
fn only_what_is_under_way_arrives_comes_back_or_is_lost() {
    let proposed = sample(Level::Pass, Route::Channel);
    assert_eq!(why(proposed.clone().arrived(now(), Arrival::default())), Refused::Decided);
    assert_eq!(why(proposed.clone().came_back("x".into(), now())), Refused::Decided);
    assert_eq!(why(proposed.lost_sight("x".into())), Refused::Decided);
    let sent = approved(Route::Channel).arrived(now(), Arrival::default()).unwrap();
    assert!(matches!(sent.stage, Stage::Sent { .. }));
    assert_eq!(why(sent.clone().came_back("x".into(), now())), Refused::Decided);
    assert_eq!(why(sent.arrived(now(), Arrival::default())), Refused::Decided);
    let back = approved(Route::Channel).came_back("the channel is archived.".into(), now()).unwrap();
    assert!(back.is_sendable());
    assert_eq!(why(approved(Route::ByHand).lost_sight("x".into())), Refused::Decided);
}

#[test]
fn an_unknown_fate_is_ended_by_a_human() {
    let lost = approved(Route::Channel).lost_sight("its fate is unknown".into()).unwrap();
    let s = seen(&lost);
    assert_eq!(why(lost.clone().approve(&s, "U0MAYA".into(), now())), Refused::Decided);
    let again = lost.clone().resend(&s, "U0MAYA".into(), now()).unwrap();
    assert!(matches!(again.stage, Stage::Sending(_)) && again.version > lost.version);
    let old = Seen { version: 1, ..s };
    assert_eq!(why(lost.clone().resend(&old, "U0MAYA".into(), now())), Refused::Changed);
    assert_eq!(why(lost.clone().confirmed(&old, now())), Refused::Changed);
    assert_eq!(why(lost.clone().arrived(now(), Arrival::default())), Refused::Decided);
    let s = seen(&lost);
    assert!(matches!(lost.confirmed(&s, now()).unwrap().stage, Stage::Sent { .. }));
}

#[test]
fn a_note_is_stale_after_seven_days_or_without_its_overlap() {
    let draft = sample(Level::Pass, Route::Channel);
    assert_eq!(draft.stale(at("2026-03-18T08:59:59Z"), true), None);
    assert_eq!(draft.stale(at("2026-03-18T09:00:00Z"), true).unwrap(), "Nobody decided within 7 days.");
    assert_eq!(draft.stale(now(), false).unwrap(), "Acme Corp is no longer an overlap with Northwind.");
    let s = seen(&draft);
    let snoozed = draft.snooze(&s, at("2026-03-16T08:00:00Z")).unwrap();
    assert_eq!(snoozed.stale(at("2026-03-18T09:00:00Z"), true), None, "the snooze is not held against it");
    assert_eq!(snoozed.snoozed(now()), Some(at("2026-03-16T08:00:00Z")));
    assert_eq!(approved(Route::Channel).stale(at("2026-09-01T00:00:00Z"), false), None);
}

#[test]
fn a_person_s_word_counts_for_the_version_that_they_saw() {
    let handed = approved(Route::ByHand);
    let old = seen(&handed);
    let back = handed.hand_back(&old, "its sender handed it back.".into(), now()).unwrap();
    assert_eq!(why(back.clone().confirmed(&old, now())), Refused::Decided);
    let s = seen(&back);
    let again = back.approve(&s, "U0MAYA".into(), now()).unwrap();
    assert_eq!(why(again.clone().confirmed(&old, now())), Refused::Changed);
    assert_eq!(why(again.clone().hand_back(&old, "no".into(), now())), Refused::Changed);
    let s = seen(&again);
    assert!(matches!(again.confirmed(&s, now()).unwrap().stage, Stage::Sent { .. }));
}

#[test]
fn an_override_holds_for_the_rules_that_blocked_then() {
    let draft = sample(Level::Block, Route::Channel);
    let s = seen(&draft);
    let over = draft.overrule(&s, "U0MAYA".into(), "agreed".into(), now()).unwrap();
    let mut later = check(Level::Block);
    assert!(over.may_go(&later), "the same block");
    later.rules[2].level = Level::Block;
    assert!(!over.may_go(&later), "nobody took the second block on themselves");
    let (route, s) = (over.note.route, seen(&over));
    let same = over.clone().reground(&s, check(Level::Block), route, None, now()).unwrap();
    assert!(same.is_sendable());
    let back = over.reground(&s, later, route, None, now()).unwrap();
    assert!(back.overridden.is_none() && !back.is_sendable());
}

#[test]
fn a_note_that_came_back_waits_anew() {
    let later = at("2026-03-25T09:00:00Z");
    let back = approved(Route::ByHand).came_back("lost".into(), later).unwrap();
    assert_eq!(back.stale(later, true), None);
    assert!(back.stale(at("2026-04-01T09:00:00Z"), true).is_some());
}
