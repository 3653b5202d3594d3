//! A quarter: thirteen weeks of a partner team, played with the clock of the stage. Its story is told week by week.

mod cast;
mod people;
mod story;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::json;
use tandem::plan::session::Session;
use tandem::plan::store;
use tandem::sql_value;

use self::cast::{Arrival, FIRST, SIDES, Side, WEEKS, works, zone};
use self::people::{People, Told};
use self::story::Story;
use crate::support::stage::{Backend, INTAKE, OPS, Stage, play_on};

/// When the scheduler is looked at, in Stockholm: at nine, and when the morning's sessions are over in New York.
const LOOKS: [(i8, i8); 2] = [(9, 0), (17, 30)];

#[test]
fn sqlite() {
    play_on(Stage::in_world(Backend::Sqlite, cast::world()), async |stage| {
        let (stage, all, people, told) = weeks(stage, WEEKS).await;
        insta::assert_snapshot!("the_quarter", told.told(&stage).await);
        prepared_in_time(&stage, &people.told).await;
        nothing_is_lost(&stage, &all).await;
        nobody_is_told_twice(&people.told);
        stage.end().await;
    });
}

#[test]
fn postgres() {
    play_on(Stage::in_world(Backend::Postgres, cast::world()), async |stage| {
        let (stage, _, people, told) = weeks(stage, 2).await;
        insta::assert_snapshot!("its_first_two_weeks", told.told(&stage).await);
        nobody_is_told_twice(&people.told);
        stage.end().await;
    });
}

/// Plays so many weeks: on Postgres the first two say the same as on SQLite, up to sessions that were held.
async fn weeks(stage: Stage, count: usize) -> (Stage, Vec<Arrival>, People, Story) {
    cast::furnish(&stage).await;
    let (all, mut people, mut story) = (cast::arrivals(), People::new(), Story::new());
    stage.advance_to(&look(FIRST, (7, 0)).to_string()).await;
    for side in &SIDES {
        stage.say(side.manager, OPS, &format!("/partner partner instructions {}", side.name)).await;
        stage.submit(side.manager, json!({"cadence": side.cadence, "least": "$20k"})).await;
    }
    for week in 0..count {
        let monday = FIRST + Span::new().weeks(i64::try_from(week).unwrap());
        for day in (0..7).map(|n| monday + Span::new().days(n)) {
            a_day(&stage, day, &all, &mut people).await;
        }
        story.week(&stage, week, monday, &all, &people.told).await;
    }
    (stage, all, people, story)
}

async fn a_day(stage: &Stage, day: Date, all: &[Arrival], people: &mut People) {
    let looks = if day.weekday().to_monday_zero_offset() < 5 { &LOOKS[..] } else { &LOOKS[..1] };
    for (n, time) in looks.iter().enumerate() {
        stage.advance_to(&look(day, *time).to_string()).await;
        people.at_work(stage).await;
        if n == 0 {
            for arrival in all.iter().filter(|arrival| arrival.day == day) {
                stage.person(arrival.by).post(INTAKE, &arrival.text).await.unwrap();
            }
            stage.settle().await;
        }
    }
}

fn look(day: Date, (hour, minute): (i8, i8)) -> Timestamp {
    let at: DateTime = day.at(hour, minute, 0, 0);
    at.to_zoned(TimeZone::get("Europe/Stockholm").unwrap()).unwrap().timestamp()
}

/// Every session that took place, with its partner.
async fn held(stage: &Stage) -> Vec<(Session, &'static Side)> {
    let mut tx = stage.db.read().await.unwrap();
    let all = store::sessions_behind(&mut tx, Timestamp::UNIX_EPOCH, 500).await.unwrap();
    tx.rollback().await.unwrap();
    let side = |s: &Session| SIDES.iter().find(|side| s.partner_id.as_str() == side.id).unwrap();
    all.into_iter().map(|s| (side(&s), s)).map(|(side, s)| (s, side)).collect()
}

/// When the pre-read of a session reached this person first.
fn pre_read<'a>(told: &'a [Told], session: &Session, side: &Side, user: &str) -> Option<&'a Told> {
    let start = session.stage.slot().unwrap().start;
    let day = start.to_zoned(TimeZone::get(zone(user)).unwrap()).strftime("%a %-d %b, %H:%M").to_string();
    told.iter().find(|told| {
        told.to == user
            && told.at < start
            && told.text.starts_with(&format!("*Your agenda: account planning with {}*", side.name))
            && told.text.lines().nth(1).is_some_and(|line| line.starts_with(&day))
    })
}

/// How many working days of whoever runs it lie between the pre-read and the session (A8).
fn ahead(session: &Session, side: &Side, out: &Told) -> usize {
    let zone = TimeZone::get(zone(side.manager)).unwrap();
    let mut day = out.at.to_zoned(zone.clone()).date();
    let until = session.stage.slot().unwrap().start.to_zoned(zone).date();
    let mut count = 0;
    while day < until {
        day = day.tomorrow().unwrap();
        count += usize::from(works(side.manager, day));
    }
    count
}

async fn prepared_in_time(stage: &Stage, told: &[Told]) {
    let held = held(stage).await;
    assert!(held.len() > 20, "{}", held.len());
    for (session, side) in &held {
        assert_eq!(session.stage.as_str(), "closed", "{}", session.title());
        for user in &session.outline.ours {
            let out = pre_read(told, session, side, user.as_str());
            let out =
                out.unwrap_or_else(|| panic!("{user} walked into {} without a pre-read", session.title()));
            assert!(ahead(session, side, out) >= 3, "{} for {user}: {}", session.title(), out.at);
        }
    }
}

/// Each overlap is in the map under its own account and with its partner, and was answered where it was written.
async fn nothing_is_lost(stage: &Stage, all: &[Arrival]) {
    let mut tx = stage.db.read().await.unwrap();
    for arrival in all {
        let side = &SIDES[arrival.side];
        let found = sql_value!(
            &mut tx,
            i64,
            "SELECT COUNT(*) FROM account_overlaps o JOIN accounts a ON a.id = o.account_id WHERE a.domain = $1 AND o.partner_id = $2",
            &arrival.domain,
            side.id
        );
        assert_eq!(found.unwrap(), 1, "{}", arrival.text);
    }
    assert_eq!(sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM account_overlaps").unwrap(), 400);
    tx.rollback().await.unwrap();
}

/// Of one thing nobody hears twice in a day. A thing is what a message begins with, and what that is about.
fn nobody_is_told_twice(told: &[Told]) {
    let mut days: BTreeMap<(&str, Date, String), Vec<&str>> = BTreeMap::new();
    for one in told {
        let lines = one.text.lines().take(3).map(|line| line.split(" · ").next().unwrap_or_default());
        let thing = lines.collect::<Vec<_>>().join("\n");
        days.entry((one.to, one.day(), thing)).or_default().push(&one.text);
    }
    let twice: Vec<_> = days.iter().filter(|(_, texts)| texts.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
    assert!(told.len() > 20, "{}", told.len());
}
