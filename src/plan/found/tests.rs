use jiff::SignedDuration;
use jiff::civil::date;

use super::naming::{Known, follows, partner, said};
use super::*;
use crate::kernel::ics::Person;

fn event(title: &str, description: &str) -> Event {
    Event {
        uid: "e1".into(),
        occurrence: String::new(),
        sequence: 0,
        title: title.into(),
        description: description.into(),
        place: String::new(),
        when: When::Time { start: at("2026-03-10T08:00:00Z"), length: Some(SignedDuration::from_mins(30)) },
        organizer: None,
        attendees: Vec::new(),
        cancelled: false,
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn partners() -> Vec<Known> {
    let known = |id: &str, name: &str, domain: &str| Known {
        id: id.into(),
        name: name.into(),
        domains: [domain.to_owned()].into(),
    };
    vec![
        known("p1", "Northwind", "northwind.com"),
        known("p2", "Initech Partners", "initech.io"),
        known("p3", "Smith & Sons", "smith.example"),
    ]
}

#[test]
fn the_naming_standard_is_seen_in_title_or_description() {
    for (title, description, seen) in [
        ("Account planning: Acme with Northwind", "", true),
        ("ACCOUNT-PLANNING Acme", "", true),
        ("Northwind x us, account  planning", "", true),
        ("Weekly with Sam", "Agenda:\naccount planning for Acme", true),
        ("Account plan", "", false),
        ("Accounts planning", "", false),
        ("Account planningx", "", false),
        ("Subaccount planning", "", false),
        ("accounts, then account planning: Acme", "", true),
        ("", "", false),
    ] {
        assert_eq!(follows(&event(title, description)), seen, "{title} / {description}");
    }
}

#[test]
fn what_a_title_lists() {
    let of = |title: &str| {
        let said = said(&event(title, ""));
        format!("{} | {}", said.listed.join(" + "), said.partner.unwrap_or_default())
    };
    assert_eq!(of("Account planning: Acme, Globex with Northwind"), "Acme + Globex | Northwind");
    assert_eq!(
        of("Account planning – Acme; Müller & Söhne with Smith & Sons"),
        "Acme + Müller & Söhne | Smith & Sons"
    );
    assert_eq!(of("Account planning with Northwind"), " | Northwind");
    assert_eq!(of("Account planning: Fun with Flags with Northwind"), "Fun with Flags | Northwind");
    assert_eq!(of("Account planning"), " | ");
    assert_eq!(of("1:1 Sam"), " | ");
}

#[test]
fn names_are_runs_of_words_that_begin_with_a_capital() {
    let said = said(&event(
        "Account planning Northwind",
        "<p>Agenda: <b>Acme Corp</b>, the target list &amp; hooli.com</p><br>Blue Sky Air Ltd",
    ));
    for key in ["northwind", "acme", "blue sky air"] {
        assert!(said.runs.iter().any(|run| run == key), "{key}: {:?}", said.runs);
    }
    assert!(!said.runs.iter().any(|run| run == "target"), "{:?}", said.runs);
    assert_eq!(said.domains, ["hooli.com"]);
}

#[test]
fn an_event_of_many_words_is_read_up_to_a_limit() {
    let line = |n: usize| (0..5).map(|k| format!("Name{n}x{k}")).collect::<Vec<_>>().join(" ");
    let description = (0..1_000).map(line).collect::<Vec<_>>().join("\n");
    let said_of = said(&event("Account planning Northwind", &description));
    assert!(said_of.runs.iter().any(|run| run == "name0x0"));
    assert!(
        !said_of.runs.iter().any(|run| run == "name80x0"),
        "400 words of the event, and not of each line"
    );
    let one_line = said(&event("Account planning", &description.replace('\n', " ")));
    assert_eq!(one_line.runs.len(), 1_000);
    let title = format!("Account planning: {}", vec!["Acme"; 500].join(","));
    assert_eq!(said(&event(&title, "")).listed.len(), 50);
}

#[test]
fn with_whom_it_is() {
    let person = |email: &str| Person { name: String::new(), email: email.into() };
    let of = |event: &Event, own: Option<&str>| {
        let own = own.map(PartnerId::from);
        partner(event, &said(event), &partners(), own.as_ref()).map(|known| known.name.clone())
    };
    assert_eq!(
        of(&event("Account planning: Acme with smith and sons", ""), None).as_deref(),
        Ok("Smith & Sons")
    );
    assert_eq!(of(&event("Northwind: account planning", ""), None).as_deref(), Ok("Northwind"));
    assert_eq!(
        of(&event("Account planning: Acme", "Joining from Initech Partners"), None).as_deref(),
        Ok("Initech Partners")
    );
    let invited = Event {
        attendees: vec![person("sam@northwind.com"), person("me@ours.com")],
        ..event("Account planning", "")
    };
    assert_eq!(of(&invited, None).as_deref(), Ok("Northwind"));
    let both = Event { title: "Account planning Northwind / Initech Partners".into(), ..invited };
    assert_eq!(of(&both, None).as_deref(), Ok("Northwind"), "the one of the two that is invited");
    let two = event("Account planning Northwind / Initech Partners", "");
    assert_eq!(of(&two, None).unwrap_err(), "it names more than one partner: Northwind, Initech Partners");
    assert_eq!(of(&event("Account planning: Acme", ""), Some("p1")).as_deref(), Ok("Northwind"));
    assert_eq!(
        of(&event("Account planning: Acme", ""), None).unwrap_err(),
        "it names no partner that I know"
    );
}

fn found() -> Found {
    Found {
        id: "f1".into(),
        uid: "e1".into(),
        occurrence: String::new(),
        calendar: "partner-team".into(),
        title: "Account planning: Acme with Northwind".into(),
        place: "Room 4".into(),
        start: at("2026-03-10T08:00:00Z"),
        end: at("2026-03-10T08:30:00Z"),
        whole_day: false,
        partner_id: "p1".into(),
        partner: "Northwind".into(),
        accounts: vec![("a1".into(), "Acme (acme.com)".into())],
        unknown: Vec::new(),
        people: vec!["sam@northwind.com".into()],
        state: State::Ahead,
        version: 1,
    }
}

#[test]
fn a_session_at_about_the_same_time_is_the_same() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    let held = found().session(&"UPM".into(), at("2026-03-10T12:00:00Z"), &zone, Came::default());
    assert!(found().is(&held));
    let earlier = Found { start: at("2026-03-10T06:31:00Z"), ..found() };
    assert!(earlier.is(&held));
    assert!(!Found { start: at("2026-03-10T06:29:00Z"), ..found() }.is(&held));
    assert!(!Found { partner_id: "p2".into(), ..found() }.is(&held));
    let day = Found {
        start: at("2026-03-09T23:00:00Z"),
        end: at("2026-03-10T23:00:00Z"),
        whole_day: true,
        ..found()
    };
    assert!(day.is(&held));
    let called_off = Session {
        stage: Stage::Cancelled {
            slot: held.stage.slot().cloned(),
            because: String::new(),
            moved: Moved { by: "UPM".into(), at: at("2026-03-10T07:00:00Z") },
        },
        ..held
    };
    assert!(!found().is(&called_off));
}

#[test]
fn a_day_is_one_where_people_are() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    let day = Event { when: When::Days { first: date(2026, 3, 10), count: 1 }, ..event("", "") };
    assert_eq!(span(&day, &zone), (at("2026-03-09T23:00:00Z"), at("2026-03-10T23:00:00Z"), true));
    let open =
        Event { when: When::Time { start: at("2026-03-10T08:00:00Z"), length: None }, ..event("", "") };
    assert_eq!(span(&open, &zone), (at("2026-03-10T08:00:00Z"), at("2026-03-10T08:45:00Z"), false));
}

proptest::proptest! {
    #[test]
    fn any_words_are_read(title in ".{0,80}", description in ".{0,200}") {
        let event = event(&title, &description);
        let said = said(&event);
        let _ = partner(&event, &said, &partners(), None);
        if follows(&event) {
            let text = format!("{title}{description}").to_lowercase();
            proptest::prop_assert!(text.contains("planning"));
        }
    }
}
