//! Sessions go into calendars as files and feeds, and come back from calendars where nobody logged them.

use std::time::Duration;

use tandem::config::CalendarFeed;
use tandem::kernel::ids::UserId;
use tandem::kernel::pulse::Pulse;
use tandem::map::sources::standing::ReadKind;
use tandem::map::sources::store::reads;
use tandem::plan::session::{
    Guest, Move, Moved, Named, Outline, Session, Shape, Slot, Stage as Far, Trigger,
};
use tandem::plan::store as plan;
use tandem::pull::instruction::{Cadence, Sheet};
use tandem::slack::bot::sources;
use tandem::store::Db;
use tokio_util::sync::CancellationToken;

use super::imports::drop_list;
use crate::support::list_server::{Answer, ListServer};
use crate::support::stage::{ALEX, Backend, INTAKE, MAYA, OMAR, Stage, WayIn, play_on, text, with_buttons};

macro_rules! flows {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::play(super::Backend::Sqlite, super::$name);
            })+
        }
        mod postgres {
            $(#[test]
            fn $name() {
                super::play(super::Backend::Postgres, super::$name);
            })+
        }
    };
}

flows!(
    what_nobody_logged_is_offered_and_confirmed,
    a_calendar_changes_its_mind,
    what_is_logged_here_is_not_asked_about,
    a_calendar_that_cannot_be_read_says_why,
    a_dropped_file_is_read,
    a_file_and_its_changes,
    a_link_is_subscribed_to_and_ended,
    what_a_process_that_is_gone_left_is_taken_up,
);

const LIST: &str = "Partner,Account,Website,Our population,Their population\n\
    Northwind,Acme,acme.com,prospect,customer\nNorthwind,Globex Retail,globex-retail.com,customer,prospect\n";

/// A calendar that is served as `feed` says, and its stage.
fn play<F, Fut>(backend: Backend, flow: F)
where
    F: FnOnce(Stage, ListServer) -> Fut,
    Fut: Future<Output = ()>,
{
    let server = ListServer::bound(|_| Answer::ok(feed("")));
    let served = server.clone();
    let stage = async move {
        served.serve();
        Stage::with(backend, WayIn::Http, |config| {
            let toml = format!(
                "name = \"partner-team\"\nurl = \"{}/private/basic.ics?key=1\"\nprivate_addresses = true\n",
                served.url
            );
            config.calendars = vec![toml::from_str::<CalendarFeed>(&toml).unwrap()];
        })
        .await
    };
    play_on(stage, |stage| flow(stage, server));
}

fn feed(events: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Elsewhere//EN\r\nX-WR-TIMEZONE:Europe/Stockholm\r\n{events}END:VCALENDAR\r\n"
    )
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260201T000000Z\r\n{lines}END:VEVENT\r\n")
}

/// A session of the day before, which nobody logged.
fn held() -> String {
    event(
        "held@elsewhere",
        "DTSTART:20260303T100000\r\nDTEND:20260303T104500\r\nLOCATION:Room 4\r\n\
         SUMMARY:Account planning: Acme\\, Globex Retail\\, Umbrella with Northwind\r\n\
         ORGANIZER:mailto:alex@meridian.example\r\nATTENDEE;CN=Sam:mailto:sam@northwind.com\r\n",
    )
}

/// Has the calendars read as operations does, and the scheduler ask about what is over.
async fn read(stage: &Stage) {
    let said = stage.say(OMAR, INTAKE, "/partner calendar").await;
    assert!(said.contains("[Read calendars now]"), "{said}");
    let message = stage.sandbox.ephemerals(OMAR).pop().unwrap();
    let at = (INTAKE.to_owned(), message["ts"].as_str().unwrap().to_owned());
    stage.press(OMAR, &at, "calendar.read").await;
    looked(stage).await;
    stage.bot.rounds().await.unwrap();
    stage.settle().await;
}

/// Returns when every calendar that is due was looked at.
async fn looked(stage: &Stage) {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let mut tx = stage.db.read().await.unwrap();
        let names = stage.bot.reads.names();
        let work = reads::at_work(&mut tx, ReadKind::Calendar, &names, stage.clock.now()).await.unwrap();
        tx.rollback().await.unwrap();
        if work == 0 {
            return stage.settle().await;
        }
        assert!(tokio::time::Instant::now() < end, "{work} calendars are still looked at");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The last card in somebody's direct messages.
fn last(stage: &Stage, user: &str) -> ((String, String), String) {
    let im = stage.sandbox.im(user);
    let message = stage.sandbox.messages(&im).pop().unwrap();
    ((im, message["ts"].as_str().unwrap().to_owned()), with_buttons(&message))
}

async fn what_nobody_logged_is_offered_and_confirmed(stage: Stage, server: ListServer) {
    drop_list_and_import(&stage).await;
    let noise = event("lunch@elsewhere", "DTSTART:20260303T120000\r\nSUMMARY:Lunch\r\n")
        + &event("cold@elsewhere", "DTSTART:20260303T150000\r\nSUMMARY:Account planning with Northwind\r\n")
        + &event("whose@elsewhere", "DTSTART:20260303T160000\r\nSUMMARY:Account planning: Acme\r\n")
        + &event(
            "old@elsewhere",
            "DTSTART:20260201T160000\r\nSUMMARY:Account planning: Acme with Northwind\r\n",
        );
    server.replies(move |_| Answer::ok(feed(&(held() + &noise))));
    read(&stage).await;
    let (at, card) = last(&stage, MAYA);
    insta::assert_snapshot!(card, @r"
    *A session that nobody logged*
    Account planning: Acme, Globex Retail, Umbrella with Northwind
    Tue 3 Mar, 10:00 to 10:45 · with Northwind · in the calendar partner-team
    Was it held? Then it counts: 2 accounts planned against, Acme (acme.com) and Globex Retail (globex-retail.com).
    No account that I know: Umbrella.
    Invited: alex@meridian.example, sam@northwind.com
    [It was held] [Not ours]
    ");
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner calendar").await, @r#"
    *Your sessions*
    None is planned that you come to.
    *Calendars that are read*
    *partner-team*, read today: 4 events, 3 of them account planning. 1 is over and nobody logged it, 2 I could not match to a partner and its accounts. "Account planning with Northwind": it names no account that Northwind and you share
    *Over, and nobody logged it*
    Tue 3 Mar, 10:00 to 10:45 · Account planning: Acme, Globex Retail, Umbrella with Northwind · with Northwind
    [Link to my sessions] [Read calendars now]
    "#);
    read(&stage).await;
    assert_eq!(stage.direct(MAYA).len(), 1, "asked once, however often it is read");
    let shown = stage.sandbox.messages(&at.0).pop().unwrap();
    stage.press(MAYA, &at, "calendar.held").await;
    insta::assert_snapshot!(last(&stage, MAYA).1, @r"
    *A session in a calendar*
    Account planning: Acme, Globex Retail, Umbrella with Northwind
    Tue 3 Mar, 10:00 to 10:45 · with Northwind · in the calendar partner-team
    It was held, says <@U0MAYA> (Wed 4 Mar, 10:00). It counts.
    About Acme (acme.com) and Globex Retail (globex-retail.com).
    No account that I know: Umbrella.
    Invited: alex@meridian.example, sam@northwind.com
    ");
    stage.press_late(MAYA, &at, &shown, "calendar.not_ours").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"It was held, says <@U0MAYA> (Wed 4 Mar, 10:00). It counts.");
    let mut tx = stage.db.read().await.unwrap();
    let behind = plan::sessions_behind(&mut tx, "2026-03-01T00:00:00Z".parse().unwrap(), 10).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(behind.len(), 1);
    let session = &behind[0];
    assert_eq!(session.title(), "Account planning: Acme, Globex Retail with Northwind");
    assert!(
        matches!(&session.stage, Far::Held { slot, .. } if slot.start == "2026-03-03T09:00:00Z".parse().unwrap())
    );
    assert_eq!((session.outline.minutes, session.outline.place.as_str()), (45, "Room 4"));
    assert_eq!(session.organiser, Some(UserId::from(MAYA)));
    read(&stage).await;
    assert_eq!(asked(&stage), 1, "what was confirmed is not asked about again");
    stage.end().await;
}

async fn drop_list_and_import(stage: &Stage) {
    let ts = drop_list(stage, OMAR, "overlaps.csv", LIST).await;
    let card = stage.sandbox.thread(INTAKE, &ts).pop().unwrap();
    stage.press(OMAR, &(INTAKE.to_owned(), card["ts"].as_str().unwrap().to_owned()), "import.run").await;
    stage.imports().await;
    looked(stage).await;
}

async fn a_calendar_changes_its_mind(stage: Stage, server: ListServer) {
    drop_list_and_import(&stage).await;
    let series = |exceptions: &str| {
        event(
            "series@elsewhere",
            &format!(
                "DTSTART:20260303T100000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n{exceptions}\
                 SUMMARY:Northwind account-planning\r\nDESCRIPTION:We look at Acme.\r\n"
            ),
        )
    };
    let first = series("");
    server.replies(move |_| Answer::ok(feed(&first)));
    read(&stage).await;
    let (at, card) = last(&stage, MAYA);
    insta::assert_snapshot!(card, @r"
    *A session that nobody logged*
    Northwind account-planning
    Tue 3 Mar, 10:00 to 10:30 · with Northwind · in the calendar partner-team
    Was it held? Then it counts: 1 account planned against, Acme (acme.com).
    [It was held] [Not ours]
    ");
    stage.press(MAYA, &at, "calendar.not_ours").await;
    insta::assert_snapshot!(last(&stage, MAYA).1, @r"
    *A session in a calendar*
    Northwind account-planning
    Tue 3 Mar, 10:00 to 10:30 · with Northwind · in the calendar partner-team
    Not one of ours, says <@U0MAYA> (Wed 4 Mar, 10:00).
    About Acme (acme.com).
    ");
    stage.advance_to("2026-03-10T10:00:00Z").await;
    looked(&stage).await;
    let (_, card) = last(&stage, MAYA);
    assert!(card.contains("Tue 10 Mar") && card.contains("[It was held]"), "{card}");
    let taken_out = series("EXDATE:20260310T100000\r\n");
    server.replies(move |_| Answer::ok(feed(&taken_out)));
    read(&stage).await;
    insta::assert_snapshot!(last(&stage, MAYA).1, @r"
    *A session in a calendar*
    Northwind account-planning
    Tue 10 Mar, 10:00 to 10:30 · with Northwind · in the calendar partner-team
    The calendar no longer shows it, so there is nothing to confirm.
    About Acme (acme.com).
    ");
    assert_eq!(stage.direct(MAYA).len(), 2);
    stage.end().await;
}

async fn what_is_logged_here_is_not_asked_about(stage: Stage, server: ListServer) {
    drop_list_and_import(&stage).await;
    let session = schedule(&stage, "2026-03-03T09:30:00Z").await;
    server.replies(move |_| {
        let own = event(
            &format!("{session}@sessions.tandem"),
            "DTSTART:20260303T093000Z\r\nSUMMARY:Account planning: Acme with Northwind\r\n",
        );
        Answer::ok(feed(&(held() + &own)))
    });
    read(&stage).await;
    assert_eq!(asked(&stage), 0);
    stage.end().await;
}

/// How many sessions of calendars Maya was asked about.
fn asked(stage: &Stage) -> usize {
    stage.direct(MAYA).iter().filter(|text| text.contains("calendar")).count()
}

async fn a_calendar_that_cannot_be_read_says_why(stage: Stage, server: ListServer) {
    server.replies(|_| Answer::ok("<!DOCTYPE html><html><body>Sign in</body></html>"));
    read(&stage).await;
    // Whether it was looked at before the web page stood there depends on who was first.
    let said = stage.say(OMAR, INTAKE, "/partner calendar").await;
    let never = said.replace(". Last read today: nothing between two weeks ago and two months from now", "");
    insta::assert_snapshot!(never, @r"
    *Your sessions*
    None is planned that you come to.
    *Calendars that are read*
    *partner-team* cannot be read: it is a web page and no calendar; use the calendar's own address, which often ends in .ics
    [Link to my sessions] [Read calendars now]
    ");
    server.replies(|_| Answer::status(403));
    read(&stage).await;
    let said = stage.say(OMAR, INTAKE, "/partner calendar").await;
    assert!(said.contains("refuses us (403)") && !said.contains("key=1"), "{said}");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner calendar").await, @r"
    *Your sessions*
    None is planned that you come to.
    [Link to my sessions]
    ");
    stage.end().await;
}

async fn a_dropped_file_is_read(stage: Stage, _: ListServer) {
    drop_list_and_import(&stage).await;
    stage.person(ALEX).upload(INTAKE, "week.ics", feed(&held())).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Calendar files are taken from operations and partner managers, so nothing was read from it.");
    let broken =
        held() + &event("odd@elsewhere", "DTSTART:soon\r\nSUMMARY:Account planning: Acme with Northwind\r\n");
    stage.person(OMAR).upload(INTAKE, "week.ics", feed(&broken)).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(OMAR), @r#"
    Read *week.ics*: 1 event of account planning. It is over and nobody logged it.
    I ask <@U0MAYA> whether it was held.
    Could not read "Account planning: Acme with Northwind": its start "soon" is no date.
    "#);
    stage.bot.rounds().await.unwrap();
    stage.settle().await;
    assert!(last(&stage, MAYA).1.contains("in the calendar week.ics"));
    stage.person(OMAR).upload(INTAKE, "week.ics", "no calendar").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"I can't read *week.ics*: it is no calendar: it has no BEGIN:VCALENDAR. Nothing was taken from it.");
    stage.end().await;
}

/// The part that looks at sources and calendars begins, as after a kill.
async fn what_a_process_that_is_gone_left_is_taken_up(stage: Stage, _: ListServer) {
    stage.person(OMAR).upload(INTAKE, "week.ics", feed(&held())).await.unwrap();
    looked(&stage).await;
    let dropped = stage.folder.path().join("dropped");
    assert!(dropped.is_dir(), "dropped files have a folder of their own");
    std::fs::write(dropped.join("on-its-way"), feed("")).unwrap();
    let names = stage.bot.reads.names();
    let later = stage.clock.now() + Duration::from_secs(30 * 24 * 3600);
    let claim =
        reads::claim(&stage.db, ReadKind::Calendar, &names, later, Duration::from_secs(3600)).await.unwrap();
    assert!(claim.is_some());
    let (pulse, stop) = (Pulse::new("sources", Duration::from_secs(60)), CancellationToken::new());
    stop.cancel();
    sources::run(stage.bot.clone(), pulse, stop).await.unwrap();
    let mut tx = stage.db.read().await.unwrap();
    let work = reads::at_work(&mut tx, ReadKind::Calendar, &names, stage.clock.now()).await.unwrap();
    tx.rollback().await.unwrap();
    // On Postgres it may be another process that is at it.
    assert_eq!(work, i64::from(matches!(stage.db, Db::Postgres(_))));
    assert!(dropped.join("on-its-way").exists());
    stage.end().await;
}

/// A session with Northwind that Maya runs and Alex comes to.
async fn schedule(stage: &Stage, start: &str) -> String {
    let now = stage.clock.now();
    let moved = Moved { by: MAYA.into(), at: now };
    let session = Session {
        id: tandem::kernel::ids::SessionId::random(),
        partner_id: "p-northwind".into(),
        partner: "Northwind".into(),
        trigger: Trigger::Planned,
        outline: Outline {
            shape: Shape::Managers,
            minutes: 45,
            ours: vec![MAYA.into(), ALEX.into()],
            theirs: Vec::<Guest>::new(),
            accounts: vec![named(stage).await],
            place: "https://meet.example.com/nw".into(),
        },
        because: Vec::new(),
        instruction: None,
        organiser: Some(MAYA.into()),
        stage: Far::Scheduled {
            slot: Slot { start: start.parse().unwrap(), zone: "Europe/Stockholm".into() },
            moved,
        },
        sequence: 0,
        version: 1,
        created_at: now,
    };
    let mut tx = stage.db.begin().await.unwrap();
    plan::insert_session(&mut tx, &session).await.unwrap();
    tx.commit().await.unwrap();
    session.id.as_str().to_owned()
}

async fn named(stage: &Stage) -> Named {
    let mut tx = stage.db.read().await.unwrap();
    let acme = tandem::map::find::find_account(&mut tx, "acme.com").await.unwrap();
    tx.rollback().await.unwrap();
    Named {
        account_id: acme.id,
        name: acme.name,
        domain: acme.domain,
        motion: None,
        goal: "for our eyes".into(),
        why: String::new(),
    }
}

async fn move_it(stage: &Stage, id: &str, what: Move) {
    let mut tx = stage.db.begin().await.unwrap();
    let session = plan::session(&mut tx, &id.into()).await.unwrap().unwrap();
    let seen = session.version;
    let after = session.moved(what.clone(), &MAYA.into(), stage.clock.now()).unwrap();
    assert!(plan::save_session(&mut tx, &after, seen, &what, "").await.unwrap());
    tx.commit().await.unwrap();
    stage.bot.rounds().await.unwrap();
    stage.settle().await;
}

/// The last file in somebody's direct messages: what was said with it, and what is in it.
fn last_file(stage: &Stage, user: &str) -> (String, String) {
    let messages = stage.sandbox.messages(&stage.sandbox.im(user));
    let message = messages.iter().rev().find(|m| !m["files"].is_null()).unwrap();
    let id = message["files"][0]["id"].as_str().unwrap();
    (text(message), stage.sandbox.file(id).unwrap())
}

async fn a_file_and_its_changes(stage: Stage, _: ListServer) {
    drop_list_and_import(&stage).await;
    let id = schedule(&stage, "2026-03-12T13:00:00Z").await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner calendar").await, @r"
    *Your sessions*
    Thu 12 Mar, 14:00 · Account planning: Acme with Northwind
    [Get the file] [Link to my sessions]
    ");
    let shown = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let at = (INTAKE.to_owned(), shown["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &at, "calendar.file").await;
    let (said, file) = last_file(&stage, ALEX);
    insta::assert_snapshot!(said, @"*Account planning: Acme with Northwind*, Thu 12 Mar, 14:00. This file puts it into your calendar.");
    assert!(
        file.contains(&format!("UID:{id}@sessions.tandem\r\n")) && file.contains("SEQUENCE:0\r\n"),
        "{file}"
    );
    assert!(file.contains("DTSTART:20260312T130000Z\r\n") && !file.contains("for our eyes"), "{file}");
    let later = Slot { start: "2026-03-19T13:00:00Z".parse().unwrap(), zone: "Europe/Stockholm".into() };
    move_it(&stage, &id, Move::Reschedule(later)).await;
    let (at, told) = last(&stage, ALEX);
    insta::assert_snapshot!(told, @r"
    *Account planning: Acme with Northwind* changed: it is Thu 19 Mar, 14:00 now. Your calendar still shows the old entry: open this file to correct it.
    [Get the new file]
    ");
    stage.press(ALEX, &at, "calendar.file").await;
    let (said, file) = last_file(&stage, ALEX);
    insta::assert_snapshot!(said, @"*Account planning: Acme with Northwind*, Thu 19 Mar, 14:00. This file brings your calendar up to date.");
    assert!(file.contains("SEQUENCE:1\r\n") && file.contains("DTSTART:20260319T130000Z\r\n"), "{file}");
    move_it(&stage, &id, Move::Cancel("they are away".into())).await;
    let (at, told) = last(&stage, ALEX);
    insta::assert_snapshot!(told, @r"
    *Account planning: Acme with Northwind* on Thu 19 Mar, 14:00 is called off. Your calendar still shows it: open this file to remove it.
    [Get the file that removes it]
    ");
    stage.press(ALEX, &at, "calendar.file").await;
    let (_, file) = last_file(&stage, ALEX);
    for line in ["METHOD:CANCEL\r\n", "SEQUENCE:2\r\n", "STATUS:CANCELLED\r\n"] {
        assert!(file.contains(line), "{line} is not in {file}");
    }
    assert!(!file.contains("they are away"), "{file}");
    assert_eq!(stage.direct(MAYA), Vec::<String>::new(), "who took no file is not told");
    stage.end().await;
}

async fn get(url: &str) -> (u16, String, String) {
    let reply = reqwest::get(url).await.unwrap();
    let kind =
        reply.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    (reply.status().as_u16(), kind, reply.text().await.unwrap())
}

async fn a_link_is_subscribed_to_and_ended(stage: Stage, _: ListServer) {
    drop_list_and_import(&stage).await;
    let id = schedule(&stage, "2026-03-12T13:00:00Z").await;
    let mut tx = stage.db.begin().await.unwrap();
    let sheet = Sheet { cadence: Some(Cadence::Fortnightly), ..Sheet::default() };
    let now = stage.clock.now();
    assert!(
        tandem::pull::store::add_instruction(&mut tx, now, &MAYA.into(), &"p-northwind".into(), 1, &sheet)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let said = stage.say(ALEX, INTAKE, "/partner calendar link").await;
    let link = said.split('`').nth(1).unwrap().replace("&amp;", "&");
    insta::assert_snapshot!(masked(&said, &stage), @r"
    *Account planning*
    Subscribe to this address in your calendar; it shows what changes within the hour, and is good until Thu 4 Mar 2027.
    `https://tandem.example/pages/calendars/ID.ics?for=U0ALEX&until=UNTIL&seal=SEAL`
    Whoever has it reads these sessions, so keep it to yourself.
    [End the link]
    ");
    let (status, kind, text) = get(&link).await;
    assert_eq!((status, kind.as_str()), (200, "text/calendar; charset=utf-8"));
    assert!(
        text.contains(&format!("UID:{id}@sessions.tandem\r\n")) && text.contains("METHOD:PUBLISH\r\n"),
        "{text}"
    );
    assert!(!text.contains("RRULE"), "the standing time is its manager's: {text}");
    assert_eq!(stage.say(ALEX, INTAKE, "/partner calendar link").await, said, "the same link again");
    let said = stage.say(ALEX, INTAKE, "/partner calendar link northwind").await;
    let with_partner = said.split('`').nth(1).unwrap().replace("&amp;", "&");
    let (_, _, text) = get(&with_partner).await;
    assert!(
        text.contains("RRULE:FREQ=WEEKLY;INTERVAL=2\r\n") && text.contains("TZID:Europe/Stockholm\r\n"),
        "{text}"
    );
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner calendar link umbrella").await, @r#"I don't know a partner "umbrella". The partners here are Globex, Northwind."#);
    for wrong in [
        link.replace("U0ALEX", "U0MAYA"),
        link.replace("/pages/calendars/", "/pages/calendars/x"),
        link.replace("seal=", "seal=0"),
    ] {
        assert_eq!(get(&wrong).await.0, 403, "{wrong}");
    }
    stage.say(ALEX, INTAKE, "/partner calendar").await;
    let shown = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let at = (INTAKE.to_owned(), shown["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &at, "calendar.end").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"The link has ended. What a calendar has taken from it stays there until you remove the subscription.");
    assert_eq!(get(&link).await.0, 404);
    assert_eq!(get(&with_partner).await.0, 200, "the other one is still open");
    stage.advance_to("2027-03-05T10:00:00Z").await;
    assert_eq!(get(&with_partner).await.0, 410, "a year later it has ended by itself");
    stage.end().await;
}

/// Without what is another each time.
fn masked(said: &str, stage: &Stage) -> String {
    let mut masked = said.replace(&stage.url, "https://tandem.example");
    let link = masked.split('`').nth(1).unwrap().to_owned();
    let (path, query) = link.split_once('?').unwrap();
    let id = path.rsplit('/').next().unwrap();
    let seal = query.rsplit("seal=").next().unwrap();
    // The clock goes on while the test runs.
    let until = query.split("until=").nth(1).unwrap().split('&').next().unwrap();
    masked = masked.replace(id, "ID.ics").replace(seal, "SEAL").replace(until, "UNTIL");
    masked
}
