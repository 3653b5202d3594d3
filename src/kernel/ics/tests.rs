use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stockholm() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap()
}

fn window() -> Window {
    Window { from: at("2025-10-01T00:00:00Z"), until: at("2026-07-01T00:00:00Z") }
}

fn shown(read: &Result<Read, NotACalendar>) -> String {
    let mut text = String::new();
    let read = match read {
        Ok(read) => read,
        Err(why) => return format!("  not a calendar: {why}\n"),
    };
    for event in &read.events {
        let when = match event.when {
            When::Time { start, length } => {
                let length = length.map_or("open".to_owned(), |length| format!("{} min", length.as_mins()));
                format!("{start} {length}")
            }
            When::Days { first, count } => format!("{first} for {count} days"),
        };
        write!(text, "  {when} | {:?}", event.title).unwrap();
        for (name, value) in [("of", &event.occurrence), ("says", &event.description), ("at", &event.place)] {
            if !value.is_empty() {
                write!(text, " | {name} {value:?}").unwrap();
            }
        }
        if let Some(organizer) = &event.organizer {
            write!(text, " | by {} <{}>", organizer.name, organizer.email).unwrap();
        }
        for person in &event.attendees {
            write!(text, " | with {} <{}>", person.name, person.email).unwrap();
        }
        text.push_str(if event.cancelled { " | cancelled\n" } else { "\n" });
    }
    for unread in &read.unread {
        writeln!(text, "  unread: {}: {}", unread.what, unread.why).unwrap();
    }
    text
}

/// Every oddity either reads as people mean it, or says why not.
#[test]
fn feeds_as_they_are_out_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/calendars");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ics"));
    files.sort();
    assert!(files.len() >= 20);
    let mut text = String::new();
    for file in files {
        let read = read(&fs::read(&file).unwrap(), &window(), &stockholm());
        let name = read.as_ref().map_or("", |read| read.name.as_str());
        writeln!(text, "{} {name}", file.file_stem().unwrap().to_str().unwrap()).unwrap();
        text.push_str(&shown(&read));
    }
    insta::assert_snapshot!("feeds", text);
}

fn invite() -> Invite {
    Invite {
        uid: "s1@tandem".into(),
        sequence: 2,
        stamp: at("2026-03-02T12:00:00Z"),
        start: at("2026-03-11T09:00:00Z"),
        length: SignedDuration::from_mins(45),
        zone: stockholm(),
        repeats: None,
        replaces: None,
        title: "Account planning: Acme, Globex with Northwind".into(),
        description:
            "Acme: ask, get to the VP Sales; first step\r\nGlobex: give\n\nLink: https://meet.example.com/a"
                .into(),
        place: "https://meet.example.com/a".into(),
        organizer: Some(Party { name: "Maya \"MJ\" Larsen".into(), email: "maya@example.com".into() }),
        attendees: vec![
            Party { name: "Sam Ödegård; Northwind".into(), email: "sam@northwind.com".into() },
            Party { name: String::new(), email: "alex@example.com".into() },
            Party { name: "Nobody".into(), email: "no address\r\nATTENDEE:mailto:x@y.z".into() },
        ],
        called_off: false,
    }
}

#[test]
fn an_invitation_as_it_is_sent() {
    insta::assert_snapshot!("invitation", calendar(None, Method::Request, &[invite()]));
    let off = Invite { sequence: 3, called_off: true, ..invite() };
    insta::assert_snapshot!("cancellation", calendar(None, Method::Cancel, &[off]));
}

#[test]
fn a_feed_with_a_series_and_one_that_moved() {
    let series = Invite {
        repeats: Some(Repeats {
            every: Every::Weeks(2),
            until: Some(at("2026-05-06T08:00:00Z")),
            except: vec![at("2026-04-08T08:00:00Z")],
        }),
        ..invite()
    };
    let moved = Invite {
        start: at("2026-04-23T12:00:00Z"),
        replaces: Some(at("2026-04-22T08:00:00Z")),
        sequence: 3,
        ..invite()
    };
    let text = calendar(Some("Sessions with Northwind"), Method::Publish, &[series, moved]);
    let again = read(text.as_bytes(), &window(), &TimeZone::UTC);
    insta::assert_snapshot!("feed", text.clone());
    insta::assert_snapshot!("feed_read", shown(&again));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{line}");
    }
    assert!(text.ends_with("END:VCALENDAR\r\n"));
}

proptest::proptest! {
    #[test]
    fn whatever_stands_there_is_read_or_refused(text in "(BEGIN:V(CALENDAR|EVENT)\r\n|DTSTART[;:A-Z0-9=+-]{0,20}\n|RRULE:FREQ=DAILY;[A-Z0-9=;,-]{0,20}\n|END:V(EVENT|CALENDAR)\n|\\PC{0,20}\n| \n){0,14}") {
        let _ = read(text.as_bytes(), &window(), &stockholm());
        let _ = read(format!("BEGIN:VCALENDAR\n{text}").as_bytes(), &window(), &stockholm());
    }

    #[test]
    fn what_is_written_is_read_again(title in "[^\\p{Cc}]{0,120}", minutes in 1i64..600, hours in 0i64..4000) {
        let start = at("2026-01-01T00:00:00Z") + SignedDuration::from_hours(hours);
        let title = title.trim().to_owned();
        let written = Invite { title: title.clone(), start, length: SignedDuration::from_mins(minutes), ..invite() };
        let read = read(calendar(None, Method::Request, &[written]).as_bytes(), &window(), &stockholm()).unwrap();
        proptest::prop_assert_eq!(&read.events[0].title.trim(), &title.trim());
        proptest::prop_assert_eq!(read.events[0].when, When::Time { start, length: Some(SignedDuration::from_mins(minutes)) });
    }
}
