use jiff::tz::TimeZone;

use super::*;
use crate::delivery::outbox::Action;
use crate::kernel::actor::{Role, Standing};
use crate::map::account_map::decision::Intent;
use crate::map::flow as intake;
use crate::map::overlap::{Sighting, Source, Triage};
use crate::pull::testing::{at, partner};
use crate::sql_exec;
use crate::store::{Db, Synchronous, people};

const CHANNEL: &str = "C0OPS";

async fn house() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("t.db"), Synchronous::Normal).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let now = at("2026-03-02T12:00:00Z");
    let time = DigestTime { zone: "Europe/Stockholm".into(), ..DigestTime::default() };
    save_settings(&mut tx, now, &"U0MAYA".into(), time, CHANNEL.into()).await.unwrap();
    for name in ["Northwind", "Initech"] {
        map::save_partner(&mut tx, now, &partner(name, Some("2026-03-01T08:00:00Z"))).await.unwrap();
    }
    for (id, name) in [("U0MAYA", "Maya"), ("U0OMAR", "Omar")] {
        people::save(&mut tx, now, &actor_person(id, name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    (folder, db)
}

fn actor_person(id: &str, name: &str) -> people::Person {
    people::Person { id: id.into(), team_id: None, name: name.into(), email: None, zone: None, outside: None }
}

fn actor(id: &str, name: &str) -> Actor {
    Actor {
        user: id.into(),
        name: name.into(),
        zone: TimeZone::UTC,
        standing: Standing::Member,
        roles: vec![(Role::Operations, None)],
    }
}

/// The decision on the account that comes with a plan.
fn choice() -> Choice {
    Choice {
        partner: None,
        reaches_out: "U0MAYA".into(),
        introducer: None,
        stays_out: Vec::new(),
        intent: Intent::default(),
        hold: None,
    }
}

async fn add(tx: &mut Tx, now: &str, partner_name: &str, count: usize) {
    let sightings: Vec<Sighting> = (0..count)
        .map(|i| Sighting {
            account: format!("{partner_name} account {i}"),
            our_population: Some(crate::map::overlap::Population::OpenOpportunity),
            their_population: Some(crate::map::overlap::Population::Customer),
            ..Sighting::default()
        })
        .collect();
    let partner = partner(partner_name, Some("2026-03-01T08:00:00Z"));
    let batch = intake::weigh(tx, at(now), Source::Message, &partner, &sightings).await.unwrap();
    intake::save(tx, at(now), &batch, false).await.unwrap();
}

/// What waits in the outbox.
async fn actions(db: &Db) -> Vec<(Option<String>, Action)> {
    let mut tx = db.read().await.unwrap();
    let rows =
        crate::sql_all!(&mut tx, (Option<String>, String), "SELECT subject, action FROM outbox ORDER BY seq");
    let read =
        |(subject, action): (Option<String>, String)| (subject, serde_json::from_str(&action).unwrap());
    rows.unwrap().into_iter().map(read).collect()
}

fn text_of(action: &Action) -> &str {
    match action {
        Action::Post { message, .. } | Action::Update { message, .. } => &message.text,
        other => panic!("{other:?}"),
    }
}

async fn candidates(tx: &mut Tx, now: Timestamp) -> Vec<Overlap> {
    store::candidates(tx, now, digest::news_since(now, None), &Weights::default()).await.unwrap()
}

#[tokio::test]
async fn of_many_that_wait_the_worthiest_are_candidates_and_what_is_in_focus_is_looked_up() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    add(&mut tx, "2026-02-10T12:00:00Z", "Northwind", 40).await;
    add(&mut tx, "2026-02-10T12:00:00Z", "Initech", 3).await;
    let all = map::overlaps(&mut tx, &map::Filter::default(), 50).await.unwrap();
    let named = |n: usize| format!("Northwind account {n}");
    let id =
        |n: usize| all.iter().find(|o| o.account.name == named(n)).map(|o| o.account.id.clone()).unwrap();
    for (accounts, amount) in [(0..14, 100_000_000_i64), (14..20, 100_000)] {
        for n in accounts {
            let sql = "UPDATE account_overlaps SET amount_hundredths = $2 WHERE account_id = $1";
            sql_exec!(&mut tx, sql, id(n).as_str(), amount).unwrap();
        }
    }
    let now = at("2026-03-09T08:00:00Z");
    let names = |found: Vec<Overlap>| {
        let mut names: Vec<String> = found.into_iter().map(|o| o.account.name).collect();
        names.sort();
        names
    };
    let expected = |last: usize| {
        let mut names: Vec<String> = (0..14).chain([last]).map(named).collect();
        names.extend((0..3).map(|n| format!("Initech account {n}")));
        names.sort();
        names
    };
    assert_eq!(names(candidates(&mut tx, now).await), expected(14));
    // Less money, and on the list that both agreed on.
    let sql = "INSERT INTO focus_accounts (partner_id, side, account_id, place, since) VALUES ($1, 'ours', $2, 1, 0)";
    sql_exec!(&mut tx, sql, "northwind", id(39).as_str()).unwrap();
    assert_eq!(names(candidates(&mut tx, now).await), expected(39));
}

#[tokio::test]
async fn a_thousand_open_overlaps_make_a_digest_of_the_same_size() {
    let (_folder, db) = house().await;
    let mut sizes = Vec::new();
    for count in [40, 1000] {
        let mut tx = db.begin().await.unwrap();
        add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", count).await;
        add(&mut tx, "2026-03-03T12:00:00Z", "Initech", 30).await;
        let now = at("2026-03-09T08:00:00Z");
        assert!(candidates(&mut tx, now).await.len() <= 30);
        let digest =
            compose(&mut tx, now, None, Plans::default(), &account_map::Settings::default()).await.unwrap();
        assert_eq!(digest.counts.open, i64::try_from(count).unwrap() + 30);
        assert_eq!(digest.counts.unclaimed, digest.counts.open);
        assert_eq!(digest.top.len() + digest.in_thread(), 25);
        assert_eq!(digest.unshown(), digest.counts.open - 25);
        let scene = scene(&mut tx, now, Some(&CHANNEL.into()), &digest.overlaps()).await.unwrap();
        let message = view::digest(&digest, &scene).unwrap();
        sizes.push((message.blocks.len(), digest.groups.len(), digest.overlaps().len()));
        tx.commit().await.unwrap();
    }
    assert_eq!(sizes[0], sizes[1]);
}

#[tokio::test]
async fn it_is_posted_once_a_period_and_late_after_a_downtime() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", 8).await;
    let post = async |tx: &mut Tx, now: &str| {
        post_due(tx, at(now), Plans::default(), &account_map::Settings::default()).await.unwrap()
    };
    assert!(!post(&mut tx, "2026-03-02T12:00:01Z").await, "Monday's was before the set-up");
    assert!(!post(&mut tx, "2026-03-09T07:59:59Z").await);
    assert!(post(&mut tx, "2026-03-09T08:00:00Z").await);
    assert!(!post(&mut tx, "2026-03-09T08:01:00Z").await);
    assert!(post(&mut tx, "2026-04-01T12:00:00Z").await, "three weeks later");
    assert!(!post(&mut tx, "2026-04-01T12:01:00Z").await, "one catch-up, no flood");
    tx.commit().await.unwrap();
    let sent = actions(&db).await;
    assert_eq!(sent.len(), 4, "two digests, each with one reply");
    assert!(
        matches!(&sent[1].1, Action::Post { thread: Some(Thread::Of(of)), .. } if Some(of) == sent[0].0.as_ref())
    );
    assert!(!text_of(&sent[0].1).contains("late"));
    assert!(text_of(&sent[2].1).contains("This digest covers three weeks"), "{}", text_of(&sent[2].1));
}

#[tokio::test]
async fn after_a_downtime_one_digest_says_why_it_covers_two_weeks() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    let post = async |tx: &mut Tx, now: &str| {
        uptime::beat(tx, millis(at(now))).await.unwrap();
        post_due(tx, at(now), Plans::default(), &account_map::Settings::default()).await.unwrap()
    };
    assert!(post(&mut tx, "2026-03-09T08:00:00Z").await);
    add(&mut tx, "2026-03-11T12:00:00Z", "Northwind", 3).await;
    assert!(!post(&mut tx, "2026-03-13T16:00:00Z").await);
    assert!(post(&mut tx, "2026-03-25T09:12:00Z").await);
    assert!(!post(&mut tx, "2026-03-25T09:13:00Z").await, "one catch-up");
    for set_back in ["2026-03-24T08:00:00Z", "2026-03-16T08:00:00Z", "2026-03-09T08:00:00Z"] {
        assert!(!post(&mut tx, set_back).await, "{set_back}: a clock that was set back fires nothing again");
    }
    tx.commit().await.unwrap();
    let text = text_of(&actions(&db).await[1].1).to_owned();
    insta::assert_snapshot!(text.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    *Partner triage, week of 23 March*
    This digest covers two weeks, because Tandem was not running from Friday 13 March at 17:00 to Wednesday 25 March at 10:12.
    3 new overlaps · 3 unclaimed over 5 days
    ");
}

#[tokio::test]
async fn without_a_channel_nothing_is_posted() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    settings::save(&mut tx, at("2026-03-02T12:00:00Z"), &settings::Workspace::default()).await.unwrap();
    assert!(
        !post_due(&mut tx, at("2026-03-09T09:00:00Z"), Plans::default(), &account_map::Settings::default())
            .await
            .unwrap()
    );
    assert!(!is_due(&mut tx, at("2026-03-09T09:00:00Z")).await.unwrap());
}

#[tokio::test]
async fn of_two_who_decide_one_wins_and_the_row_says_so_everywhere() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", 8).await;
    let now = at("2026-03-09T08:00:00Z");
    assert!(post_due(&mut tx, now, Plans::default(), &account_map::Settings::default()).await.unwrap());
    let ids = candidates(&mut tx, now).await;
    let mut accounts: Vec<_> = ids.iter().map(|o| (o.account.name.clone(), o.id.clone())).collect();
    accounts.sort();
    let (top, in_thread) = (accounts[0].1.clone(), accounts[7].1.clone());
    let (maya, omar) = (actor("U0MAYA", "Maya"), actor("U0OMAR", "Omar"));
    let made = decide(&mut tx, now, &maya, &top, 1, Decision::Agenda, Some(&choice())).await.unwrap();
    assert!(matches!(made, Outcome::Made { shown: 1, .. }));
    let late = decide(&mut tx, now, &omar, &top, 1, Decision::Dismiss("No fit".into()), None).await.unwrap();
    let Outcome::Second(overlap) = late else { panic!("{late:?}") };
    assert_eq!(overlap.triage, Triage::Planned);
    let scene = scene(&mut tx, now, Some(&CHANNEL.into()), std::slice::from_ref(&top)).await.unwrap();
    let told = view::second(&overlap, &scene, &TimeZone::UTC).unwrap().text;
    assert!(told.contains("Planned by Maya · 9 March") && told.contains("08:00"), "{told}");
    let until = jiff::civil::date(2026, 3, 16);
    decide(&mut tx, now, &omar, &in_thread, 1, Decision::Snooze(until, None), None).await.unwrap();
    let entries = audit::of(&mut tx, &format!("overlap:{top}")).await.unwrap();
    assert_eq!(entries.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["overlap.plan"]);
    tx.commit().await.unwrap();
    let edits: Vec<String> = actions(&db)
        .await
        .iter()
        .filter(|(_, a)| matches!(a, Action::Update { .. }))
        .map(|(_, a)| text_of(a).to_owned())
        .collect();
    assert!(edits[0].contains("Planned by Maya · 9 March"));
    assert!(edits.last().unwrap().contains("Snoozed until 16 March by Omar"));
}

#[tokio::test]
async fn a_snoozed_one_comes_back_and_a_dismissed_one_only_when_it_changes() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", 2).await;
    let now = at("2026-03-09T08:00:00Z");
    let both = candidates(&mut tx, now).await;
    let maya = actor("U0MAYA", "Maya");
    let until = jiff::civil::date(2026, 3, 16);
    decide(&mut tx, now, &maya, &both[0].id, 1, Decision::Snooze(until, None), None).await.unwrap();
    decide(&mut tx, now, &maya, &both[1].id, 1, Decision::Dismiss("No fit".into()), None).await.unwrap();
    assert!(candidates(&mut tx, now).await.is_empty());
    assert_eq!(
        store::counts(&mut tx, &now.to_zoned(TimeZone::UTC), digest::news_since(now, None))
            .await
            .unwrap()
            .snoozed,
        1
    );
    let back = candidates(&mut tx, at("2026-03-16T08:00:00Z")).await;
    assert_eq!(back.iter().map(|o| &o.id).collect::<Vec<_>>(), [&both[0].id]);
    let seen = Sighting {
        account: both[1].account.name.clone(),
        stage: Some("closing".into()),
        ..Sighting::default()
    };
    let northwind = partner("Northwind", None);
    intake::add(&mut tx, at("2026-03-17T08:00:00Z"), &maya.user, &northwind, &seen).await.unwrap();
    assert_eq!(candidates(&mut tx, at("2026-03-17T09:00:00Z")).await.len(), 2);
}

#[tokio::test]
async fn who_is_assigned_is_told_and_named_without_a_mention() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", 1).await;
    let now = at("2026-03-09T08:00:00Z");
    post_due(&mut tx, now, Plans::default(), &account_map::Settings::default()).await.unwrap();
    let id = candidates(&mut tx, now).await[0].id.clone();
    let assign = Decision::Assign("U0OMAR".into());
    decide(&mut tx, now, &actor("U0MAYA", "Maya"), &id, 1, assign, None).await.unwrap();
    assert_eq!(
        store::counts(&mut tx, &now.to_zoned(TimeZone::UTC), digest::news_since(now, None))
            .await
            .unwrap()
            .unclaimed,
        0
    );
    tx.commit().await.unwrap();
    let sent = actions(&db).await;
    assert!(text_of(&sent[1].1).contains("Given to Omar by Maya · 9 March"));
    assert!(!text_of(&sent[1].1).contains("<@"));
    assert!(
        matches!(&sent[2].1, Action::Post { to: Destination::Person(user), .. } if user.as_str() == "U0OMAR")
    );
}

#[tokio::test]
async fn owners_whose_names_are_missing_are_found() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    let northwind = partner("Northwind", None);
    for (account, owner) in [("Acme", "<@U0ALEX>"), ("Globex", "<@U0MAYA>"), ("Hooli", "Uma Thorn")] {
        let seen = Sighting { account: account.into(), owner: Some(owner.into()), ..Sighting::default() };
        intake::add(&mut tx, at("2026-03-03T12:00:00Z"), &"U0MAYA".into(), &northwind, &seen).await.unwrap();
    }
    let found = store::nameless(&mut tx, at("2026-03-09T08:00:00Z"), 10).await.unwrap();
    assert_eq!(found, [UserId::from("U0ALEX")]);
}

#[tokio::test]
async fn the_largest_amount_is_the_largest_of_all_that_wait() {
    let (_folder, db) = house().await;
    let mut tx = db.begin().await.unwrap();
    let now = at("2026-03-09T08:00:00Z");
    add(&mut tx, "2026-03-03T12:00:00Z", "Northwind", 20).await;
    sql_exec!(&mut tx, "UPDATE account_overlaps SET amount_hundredths = 1000, amount_currency = 'USD'")
        .unwrap();
    let all = map::overlaps(&mut tx, &map::Filter::default(), 30).await.unwrap();
    assert!(store::largest(&mut tx, now).await.unwrap().is_empty(), "all of them are worth the same");
    // So little else speaks for it that it is no candidate.
    let sql = "UPDATE account_overlaps SET amount_hundredths = amount_hundredths + 100, our_population = NULL WHERE id = $1";
    sql_exec!(&mut tx, sql, all[19].id.as_str()).unwrap();
    assert!(candidates(&mut tx, now).await.iter().all(|o| o.id != all[19].id));
    assert_eq!(store::largest(&mut tx, now).await.unwrap(), [all[19].id.clone()].into());
    let sql = "UPDATE account_overlaps SET amount_currency = 'EUR' WHERE id = $1";
    sql_exec!(&mut tx, sql, all[0].id.as_str()).unwrap();
    assert!(store::largest(&mut tx, now).await.unwrap().is_empty(), "two currencies are not compared");
}
