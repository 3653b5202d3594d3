use jiff::civil::date;
use jiff::tz::TimeZone;

use super::super::commitment::{self, Commitment};
use super::super::request::{self, Request};
use super::super::store;
use super::*;
use crate::kernel::actor::{Actor, Outside, Role, Standing};
use crate::kernel::calendar::Calendars;
use crate::kernel::error::Error;
use crate::kernel::ids::AccountId;
use crate::map::account::Account;
use crate::map::partner::Partner;
use crate::sql_all;
use crate::store::people::Person;
use crate::store::{Db, Synchronous, audit};

pub(super) struct Scene {
    pub(super) db: Db,
    account: Account,
    partner: Partner,
    _folder: tempfile::TempDir,
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(super) fn actor(user: &str) -> Actor {
    Actor {
        user: user.into(),
        name: user.into(),
        zone: TimeZone::UTC,
        standing: Standing::Member,
        roles: Vec::new(),
    }
}

/// Northwind, managed by UPM, and Acme; everybody lives in Stockholm.
pub(super) async fn scene() -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open_sqlite(&folder.path().join("t.db"), Synchronous::Normal).await.expect("a database");
    let now = at("2026-03-02T12:00:00Z");
    let account = Account {
        id: AccountId::random(),
        name: "Acme".into(),
        domain: Some("acme.com".into()),
        owner: None,
    };
    let partner = Partner {
        id: "p1".into(),
        name: "Northwind".into(),
        domain: None,
        manager: Some("UPM".into()),
        channel: None,
        refresh_days: 45,
        list_seen_at: None,
        sample: false,
    };
    let mut tx = db.begin().await.expect("a transaction");
    crate::map::store::save_partner(&mut tx, now, &partner).await.expect("saved");
    let all = std::slice::from_ref(&account);
    crate::map::store::insert_accounts(&mut tx, now, all, false).await.expect("saved");
    for id in ["UPM", "UREP", "UOWN"] {
        let person = Person {
            id: id.into(),
            team_id: None,
            name: id.into(),
            email: None,
            zone: Some("Europe/Stockholm".into()),
            outside: None,
        };
        people::save(&mut tx, now, &person).await.expect("saved");
    }
    tx.commit().await.expect("committed");
    Scene { db, account, partner, _folder: folder }
}

/// What was enqueued so far: `lane: what text`, the first line of each.
pub(super) async fn outbox_lines(tx: &mut Tx) -> String {
    let rows = sql_all!(tx, (String, String), "SELECT lane, action FROM outbox ORDER BY seq").expect("rows");
    let line = |(lane, action): (String, String)| {
        let action: serde_json::Value = serde_json::from_str(&action).expect("JSON");
        let text = action["message"]["text"].as_str().unwrap_or_default().replace('\n', " / ");
        format!("{lane} {}: {text}\n", action["do"].as_str().unwrap_or_default())
    };
    rows.into_iter().map(line).collect()
}

async fn asked(s: &Scene, tx: &mut Tx) -> Request {
    let wish = Wish { by: date(2026, 3, 13), goal: "meet their VP".into() };
    let now = at("2026-03-05T09:00:00Z");
    match request_session(tx, now, &"UREP".into(), &s.account, &s.partner, wish).await.expect("asked") {
        Asked::Now(request) => request,
        Asked::Before(request) => panic!("{request:?}"),
    }
}

/// UOWN and their like leave the company.
async fn leave(tx: &mut Tx, user: &str) {
    let (person, _) = people::find(tx, &user.into()).await.expect("read").expect("known");
    let gone = Person { outside: Some(Outside::Deactivated), ..person };
    people::save(tx, at("2026-03-05T12:00:00Z"), &gone).await.expect("saved");
}

#[tokio::test]
async fn a_request_goes_to_the_manager_and_back() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let r = asked(&s, &mut tx).await;
    assert_eq!(store::request(&mut tx, &r.id).await.expect("read").as_ref(), Some(&r));
    assert_eq!(
        store::requests_for_manager(&mut tx, &"UPM".into()).await.expect("read"),
        std::slice::from_ref(&r)
    );
    assert!(store::requests_for_manager(&mut tx, &"UREP".into()).await.expect("read").is_empty());
    let now = at("2026-03-05T10:00:00Z");
    let propose = request::Move::Propose(date(2026, 3, 17));
    let seen = (r.id.clone(), 1);
    let after = move_request(&mut tx, now, &actor("UPM"), &seen, propose).await.expect("moved");
    let after =
        move_request(&mut tx, now, &actor("UREP"), &(r.id.clone(), after.version), request::Move::Take)
            .await
            .expect("moved");
    assert_eq!(store::request(&mut tx, &r.id).await.expect("read"), Some(after));
    for (since, listed) in [("2026-03-05T00:00:00Z", 1), ("2026-03-06T00:00:00Z", 0)] {
        let recent = store::recent_requests(&mut tx, at(since), 10).await.expect("read");
        assert_eq!(recent.len(), listed, "since {since}");
    }
    insta::assert_snapshot!(outbox_lines(&mut tx).await, @r"
    UPM post: *Session on Acme (acme.com) with Northwind* / <@UREP> asks <@UPM> for a session by Fri 13 Mar. / For: meet their VP
    UREP post: *Session on Acme (acme.com) with Northwind* / <@UREP> asks <@UPM> for a session by Fri 13 Mar. / For: meet their VP
    UPM update: *Session on Acme (acme.com) with Northwind* / Agreed by <@UREP>: a session on Tue 17 Mar. / For: meet their VP
    UREP update: *Session on Acme (acme.com) with Northwind* / Agreed by <@UREP>: a session on Tue 17 Mar. / For: meet their VP
    UREP post: Acme (acme.com) with Northwind · <@UPM> proposes Tue 17 Mar instead of Fri 13 Mar. <@UREP> decides.
    UPM post: Acme (acme.com) with Northwind · Agreed by <@UREP>: a session on Tue 17 Mar.
    ");
}

#[tokio::test]
async fn who_comes_second_or_from_elsewhere_is_told() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let r = asked(&s, &mut tx).await;
    let seen = (r.id.clone(), 1);
    let now = at("2026-03-05T10:00:00Z");
    let other = move_request(&mut tx, now, &actor("UAE"), &seen, request::Move::Accept).await;
    insta::assert_snapshot!(other.expect_err("refused"), @"Only <@UPM> can answer this request. Nothing was changed.");
    move_request(&mut tx, now, &actor("UPM"), &seen, request::Move::Accept).await.expect("accepted");
    let second = move_request(&mut tx, now, &actor("UREP"), &seen, request::Move::Withdraw).await;
    insta::assert_snapshot!(second.expect_err("too late"), @"That changed before you pressed the button (Thu 5 Mar, 10:00). Acme (acme.com) with Northwind · Accepted by <@UPM>: a session by Fri 13 Mar.");
    let mut stale = r;
    stale.version = 2;
    assert!(!store::save_request(&mut tx, &stale, 1).await.expect("asked"), "the version was compared");
}

#[tokio::test]
async fn without_a_manager_the_role_is_asked_and_without_one_nobody() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let now = at("2026-03-05T09:00:00Z");
    let orphan = Partner { manager: None, ..s.partner.clone() };
    let wish = || Wish { by: date(2026, 3, 13), goal: String::new() };
    let none = request_session(&mut tx, now, &"UREP".into(), &s.account, &orphan, wish()).await;
    insta::assert_snapshot!(none.expect_err("nobody"), @"Nobody answers for Northwind yet, so nobody was asked. `/partner setup` names partner managers.");
    let by = UserId::from("UADM");
    people::set_holders(&mut tx, now, &by, Role::Admin, std::slice::from_ref(&by)).await.expect("set");
    assert_eq!(answerable(&mut tx, &orphan).await.expect("found"), std::slice::from_ref(&by));
    let managers = ["UM1".into(), "UM2".into()];
    people::set_holders(&mut tx, now, &by, Role::PartnerManager, &managers).await.expect("set");
    let asked =
        request_session(&mut tx, now, &"UREP".into(), &s.account, &orphan, wish()).await.expect("asked");
    assert!(matches!(asked, Asked::Now(request) if request.asked == managers));
}

#[tokio::test]
async fn nobody_is_asked_twice_for_one_session() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let first = asked(&s, &mut tx).await;
    let before = outbox_lines(&mut tx).await;
    let now = at("2026-03-05T10:00:00Z");
    let again = |by| Wish { by, goal: String::new() };
    let second =
        request_session(&mut tx, now, &"UOWN".into(), &s.account, &s.partner, again(date(2026, 3, 20))).await;
    assert_eq!(second.expect("answered"), Asked::Before(first.clone()));
    assert_eq!(outbox_lines(&mut tx).await, before);
    move_request(&mut tx, now, &actor("UREP"), &(first.id, 1), request::Move::Withdraw).await.expect("moved");
    let third =
        request_session(&mut tx, now, &"UOWN".into(), &s.account, &s.partner, again(date(2026, 3, 20))).await;
    assert!(matches!(third.expect("asked"), Asked::Now(_)));
}

#[tokio::test]
async fn whoever_answers_for_the_partner_now_is_asked_instead() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let r = asked(&s, &mut tx).await;
    let first = outbox_lines(&mut tx).await;
    leave(&mut tx, "UPM").await;
    // Nobody else answers: it stays where it is.
    remind_of_requests(&mut tx, at("2026-03-06T12:00:00Z"), &Calendars::default()).await.expect("a round");
    assert_eq!(outbox_lines(&mut tx).await, first);
    let managed = Partner { manager: Some("UOWN".into()), ..s.partner.clone() };
    crate::map::store::save_partner(&mut tx, at("2026-03-09T12:00:00Z"), &managed).await.expect("saved");
    for hour in 0..24 {
        let now = at("2026-03-09T12:00:00Z") + jiff::SignedDuration::from_hours(hour);
        remind_of_requests(&mut tx, now, &Calendars::default()).await.expect("a round");
    }
    insta::assert_snapshot!(outbox_lines(&mut tx).await.replacen(&first, "", 1), @r"
    UOWN post: *Session on Acme (acme.com) with Northwind* / <@UREP> asks <@UOWN> for a session by Fri 13 Mar. / For: meet their VP
    UREP update: *Session on Acme (acme.com) with Northwind* / <@UREP> asks <@UOWN> for a session by Fri 13 Mar. / For: meet their VP
    UPM update: *Session on Acme (acme.com) with Northwind* / <@UREP> asks <@UOWN> for a session by Fri 13 Mar. / For: meet their VP
    UOWN post: Acme (acme.com) with Northwind · <@UREP> has waited 3 working days for your answer. Above you can accept, propose another day or decline.
    ");
    let mine = store::requests_for_manager(&mut tx, &"UOWN".into()).await.expect("read");
    assert_eq!(mine.iter().map(|r| &r.id).collect::<Vec<_>>(), [&r.id]);
    let now = at("2026-03-10T12:00:00Z");
    move_request(&mut tx, now, &actor("UOWN"), &(r.id, 1), request::Move::Accept).await.expect("accepted");
}

#[tokio::test]
async fn a_waiting_manager_is_reminded_once_a_day() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    asked(&s, &mut tx).await;
    for hour in 0..6 * 24 {
        let now = at("2026-03-05T12:00:00Z") + jiff::SignedDuration::from_hours(hour);
        remind_of_requests(&mut tx, now, &Calendars::default()).await.expect("a round");
    }
    let lines = outbox_lines(&mut tx).await;
    let reminders: Vec<&str> = lines.lines().filter(|l| l.contains("has waited")).collect();
    insta::assert_snapshot!(reminders.join("\n"), @r"
    UPM post: Acme (acme.com) with Northwind · <@UREP> has waited 2 working days for your answer. Above you can accept, propose another day or decline.
    UPM post: Acme (acme.com) with Northwind · <@UREP> has waited 3 working days for your answer. Above you can accept, propose another day or decline.
    UPM post: Acme (acme.com) with Northwind · <@UREP> has waited 4 working days for your answer. Above you can accept, propose another day or decline.
    ");
}

async fn committed(s: &Scene, tx: &mut Tx) -> Commitment {
    let promise = Promise {
        text: "send the case study".into(),
        owner: "UOWN".into(),
        theirs: None,
        zone: "Europe/Stockholm".into(),
        due: date(2026, 3, 9),
        source: Some(("C1".into(), "1.2".into())),
    };
    let by = UserId::from("UREP");
    commit(tx, at("2026-03-05T12:00:00Z"), &by, &s.partner, Some(&s.account), promise).await.expect("logged")
}

#[tokio::test]
async fn a_commitment_is_remembered_until_it_is_closed() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let c = committed(&s, &mut tx).await;
    assert_eq!(store::commitment(&mut tx, &c.id).await.expect("read").as_ref(), Some(&c));
    for hour in 0..5 * 24 {
        let now = at("2026-03-05T12:00:00Z") + jiff::SignedDuration::from_hours(hour);
        remind_of_commitments(&mut tx, now, &Calendars::default()).await.expect("a round");
    }
    let now = at("2026-03-10T12:00:00Z");
    let day = date(2026, 3, 10);
    assert_eq!(store::late_commitments(&mut tx, day).await.expect("read").len(), 1);
    assert_eq!(
        store::counts(&mut tx, day).await.expect("counted"),
        store::Counts { due_this_week: 0, late: 1 }
    );
    let seen = (c.id.clone(), 1);
    let other = move_commitment(&mut tx, now, &actor("UAE"), &seen, commitment::Move::Finish).await;
    assert!(matches!(other, Err(Error::User(e)) if e.refusal));
    let done =
        move_commitment(&mut tx, now, &actor("UOWN"), &seen, commitment::Move::Finish).await.expect("done");
    assert_eq!(store::commitment(&mut tx, &c.id).await.expect("read").map(|c| c.stage), Some(done.stage));
    let second = move_commitment(&mut tx, now, &actor("UREP"), &seen, commitment::Move::Finish).await;
    insta::assert_snapshot!(second.expect_err("too late"), @"That changed before you pressed the button (Tue 10 Mar, 12:00). *send the case study*: done, says <@UOWN>.");
    assert!(store::commitments_of(&mut tx, &"UOWN".into()).await.expect("read").is_empty());
    insta::assert_snapshot!(outbox_lines(&mut tx).await, @r"
    UOWN post: <@UREP> logged a commitment for you. / *send the case study* / For Northwind, about Acme (acme.com) · due Mon 9 Mar, in 4 days
    UOWN update: *send the case study* / For Northwind, about Acme (acme.com) · due Mon 9 Mar, in 3 days
    UOWN post: This is due soon. / *send the case study* / For Northwind, about Acme (acme.com) · due Mon 9 Mar, in 3 days
    UOWN update: *send the case study* / For Northwind, about Acme (acme.com) · due today, Mon 9 Mar
    UOWN post: This is for today. / *send the case study* / For Northwind, about Acme (acme.com) · due today, Mon 9 Mar
    UOWN update: *send the case study* / For Northwind, about Acme (acme.com) · done, says <@UOWN>
    UREP post: <@UOWN> closed a commitment. / *send the case study* / For Northwind, about Acme (acme.com) · done, says <@UOWN>
    ");
}

#[tokio::test]
async fn what_somebody_promised_who_left_is_told_to_whoever_logged_it() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let c = committed(&s, &mut tx).await;
    let first = outbox_lines(&mut tx).await;
    leave(&mut tx, "UOWN").await;
    for hour in 0..5 * 24 {
        let now = at("2026-03-05T12:00:00Z") + jiff::SignedDuration::from_hours(hour);
        remind_of_commitments(&mut tx, now, &Calendars::default()).await.expect("a round");
    }
    let now = at("2026-03-10T12:00:00Z");
    move_commitment(&mut tx, now, &actor("UREP"), &(c.id, 1), commitment::Move::Finish).await.expect("done");
    insta::assert_snapshot!(outbox_lines(&mut tx).await.replacen(&first, "", 1), @r"
    UREP post: <@UOWN> promised this and is a deactivated account now, so nobody is reminded. Close it, or log it anew for somebody else. / *send the case study* / For Northwind, about Acme (acme.com) · due Mon 9 Mar, in 3 days
    UREP update: *send the case study* / For Northwind, about Acme (acme.com) · due today, Mon 9 Mar
    UREP post: <@UOWN> promised this and is a deactivated account now, so nobody is reminded. Close it, or log it anew for somebody else. / *send the case study* / For Northwind, about Acme (acme.com) · due today, Mon 9 Mar
    UOWN update: *send the case study* / For Northwind, about Acme (acme.com) · done, says <@UREP>
    UREP update: *send the case study* / For Northwind, about Acme (acme.com) · done, says <@UREP>
    UOWN post: <@UREP> closed a commitment. / *send the case study* / For Northwind, about Acme (acme.com) · done, says <@UREP>
    ");
}

#[tokio::test]
async fn a_snooze_and_a_drop_are_stored() {
    let s = scene().await;
    let mut tx = s.db.begin().await.expect("a transaction");
    let c = committed(&s, &mut tx).await;
    let now = at("2026-03-06T12:00:00Z");
    let until = date(2026, 3, 16);
    let snoozed =
        move_commitment(&mut tx, now, &actor("UREP"), &(c.id.clone(), 1), commitment::Move::Snooze(until))
            .await
            .expect("snoozed");
    assert_eq!(store::commitment(&mut tx, &c.id).await.expect("read"), Some(snoozed));
    let why = commitment::Move::Drop("the deal is lost".into());
    let dropped =
        move_commitment(&mut tx, now, &actor("UOWN"), &(c.id.clone(), 2), why).await.expect("dropped");
    assert_eq!(store::commitment(&mut tx, &c.id).await.expect("read").map(|c| c.stage), Some(dropped.stage));
    assert!(store::open_commitments(&mut tx, 10).await.expect("read").is_empty());
    let log = audit::of(&mut tx, &format!("commitment:{}", c.id)).await.expect("read");
    let actions: Vec<&str> = log.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(actions, ["commitment.add", "commitment.snooze", "commitment.drop"]);
}
