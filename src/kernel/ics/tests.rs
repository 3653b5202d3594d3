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

fn file(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn entry(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20260310T080000Z\r\nSUMMARY:{uid}\r\n{lines}END:VEVENT\r\n")
}

fn read_here(text: &str) -> Read {
    read(text.as_bytes(), &window(), &stockholm()).unwrap()
}

fn list(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

#[test]
fn what_comes_round_several_times_a_day_is_not_followed() {
    let times = format!("BYHOUR={};BYMINUTE={};BYSECOND={}", list(0..24), list(0..60), list(0..60));
    for rule in [
        format!("FREQ=YEARLY;UNTIL=20991231T000000Z;BYDAY=MO,TU,WE,TH,FR,SA,SU;{times}"),
        format!("FREQ=DAILY;{times}"),
        "FREQ=DAILY;BYHOUR=9,14".to_owned(),
        "FREQ=HOURLY;COUNT=3".to_owned(),
    ] {
        let read = read_here(&file(&entry("often", &format!("RRULE:{rule}\r\n"))));
        assert_eq!(read.events.len(), 1, "{rule}");
        assert_eq!(
            read.unread,
            [Unread {
                what: "often".into(),
                why: "its recurrence has several times a day; only its first time counts".into()
            }]
        );
        assert!(read.lacks);
    }
    let once = read_here(&file(&entry("once", "RRULE:FREQ=DAILY;COUNT=3;BYHOUR=8,8;BYMINUTE=0\r\n")));
    assert_eq!((once.events.len(), once.lacks), (3, false));
}

#[test]
fn a_rule_of_too_many_parts_is_not_followed() {
    let read = read_here(&file(&entry("long", &format!("RRULE:FREQ=YEARLY;BYYEARDAY={}\r\n", list(1..150)))));
    assert_eq!(read.unread[0].why, "its recurrence has more than 100 parts; only its first time counts");
}

#[test]
fn rules_that_never_come_round_share_one_budget() {
    let never: String =
        (0..1_000).map(|n| entry(&format!("n{n}"), "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\n")).collect();
    let read = read_here(&file(&never));
    assert_eq!(read.events.len(), 1_000, "the first times count");
    assert!(read.lacks);
}

#[test]
fn one_file_shows_no_more_than_so_many_events() {
    let daily: String =
        (0..40).map(|n| entry(&format!("d{n:02}"), "RRULE:FREQ=DAILY;UNTIL=20260628T080000Z\r\n")).collect();
    let all = read_here(&file(&daily));
    assert_eq!((all.events.len(), all.lacks, all.unread.len()), (40 * 111, false, 0));
    let more: String =
        (0..60).map(|n| entry(&format!("d{n:02}"), "RRULE:FREQ=DAILY;UNTIL=20260628T080000Z\r\n")).collect();
    let cut = read_here(&file(&more));
    assert_eq!((cut.events.len(), cut.lacks), (5_000, true));
    assert_eq!(cut.unread[0].why, "it shows more than 5000 events; the others are left out");
}

#[test]
fn a_zone_that_is_too_long_is_one_that_nobody_knows() {
    let part = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\n";
    let at = "BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Ours:20260310T080000\r\nEND:VEVENT\r\n";
    for parts in [1, 501] {
        let zone = format!("BEGIN:VTIMEZONE\r\nTZID:Ours\r\n{}END:VTIMEZONE\r\n", part.repeat(parts));
        let read = read_here(&file(&format!("{zone}{at}")));
        assert_eq!(
            read.unread[0].why, "nobody knows its time zone \"Ours\"; times in it are read by your own",
            "{parts}"
        );
        assert_eq!(read.events.len(), 1);
        assert!(!read.lacks, "it is all there");
    }
}

#[test]
fn a_file_that_lacks_something_says_so() {
    let whole = file(&entry("a", ""));
    assert!(!read_here(&whole).lacks);
    assert!(!read_here(&(whole.clone() + "\r\n\0")).lacks);
    assert!(!read_here(&file(&entry("a", "DURATION:long\r\n"))).lacks, "its times are all known");
    assert!(read_here(whole.trim_end_matches("END:VCALENDAR\r\n")).lacks);
    assert!(read_here(&file("BEGIN:VEVENT\r\nUID:a\r\nDTSTART:soon\r\nEND:VEVENT\r\n")).lacks);
    assert!(read_here(&file(&entry("a", "RRULE:FREQ=SOMETIMES\r\n"))).lacks);
}

#[test]
fn exceptions_and_further_times_are_looked_up_and_counted() {
    let times = |year: i16, count: i64| {
        let first = jiff::civil::date(year, 1, 1).at(8, 0, 0, 0);
        let time = |n: i64| (first + jiff::Span::new().minutes(n)).strftime("%Y%m%dT%H%M%SZ").to_string();
        (0..count).map(time).collect::<Vec<_>>().join(",")
    };
    let many = entry(
        "many",
        &format!(
            "RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20260311T080000Z\r\nEXDATE:{}\r\nRDATE:{}\r\n",
            times(2001, 5_000),
            times(2002, 5_000)
        ),
    );
    let read = read_here(&file(&many));
    assert_eq!(read.events.len(), 2);
    let told: Vec<&str> = read.unread.iter().map(|unread| unread.why.as_str()).collect();
    assert_eq!(
        told,
        [
            "it has more than 2000 exceptions; the others are left out",
            "it has more than 2000 further times; the others are left out"
        ]
    );
    assert!(read.lacks);
}

#[test]
fn names_that_are_told_are_clean_and_short() {
    let zone = format!("Nowhere\0{}", "x".repeat(3_000));
    let read = read_here(&file(&format!(
        "BEGIN:VEVENT\r\nUID:a\0{}\r\nDTSTART;TZID={zone}:20260310T080000\r\nATTENDEE;CN=S\0am:mailto:sam@northwind.com\r\nEND:VEVENT\r\n",
        "u".repeat(3_000)
    )));
    let [unread] = read.unread.as_slice() else { panic!("{:?}", read.unread) };
    assert!(unread.why.starts_with("nobody knows its time zone \"Nowherexxx"), "{}", unread.why);
    assert_eq!(unread.why.chars().count(), 200);
    let [event] = read.events.as_slice() else { panic!("{:?}", read.events) };
    assert_eq!(event.uid.chars().count(), 250);
    assert!(event.uid.starts_with("auuu"), "{}", event.uid);
    assert_eq!(event.attendees[0].name, "Sam");
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
