use jiff::civil::{date, time};
use serde_json::json;

use super::super::super::session::tests::{at, moved, named, session, slot};
use super::super::super::session::{Guest, Outline, Shape};
use super::*;
use crate::map::overlap::Motion;
use crate::map::partner::{Contact, ContactRole, Partner};

fn now() -> Timestamp {
    at("2026-03-09T09:00:00Z")
}

fn stockholm() -> TimeZone {
    TimeZone::get("Europe/Stockholm").expect("a zone")
}

fn clocks() -> Clocks {
    let new_york = TimeZone::get("America/New_York").expect("a zone");
    let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
    Clocks {
        ours: [("UPM".into(), stockholm()), ("UREP".into(), new_york)].into(),
        theirs: [("c1".into(), tokyo)].into(),
    }
}

/// The text, then the labels of the controls.
fn shown(session: &Session, may: bool) -> String {
    let clocks = clocks();
    let zone = stockholm();
    let message = card(session, &Reader { now: now(), zone: &zone, may, clocks: &clocks }).expect("a card");
    let buttons = message.blocks.iter().filter(|b| b["type"] == "actions");
    let labels: Vec<&str> = buttons
        .flat_map(|b| b["elements"].as_array())
        .flatten()
        .filter_map(|e| e["text"]["text"].as_str())
        .collect();
    format!("{}\n[{}]", message.text, labels.join("] ["))
}

fn proposal() -> Session {
    let mut proposal =
        session(Stage::Proposed { to: vec!["UPM".into()], day: Some(date(2026, 3, 13)), moved: None });
    proposal.organiser = None;
    proposal.outline.accounts = vec![named("Acme", Some(Motion::Ask)), named("Tom & <Co>", None)];
    proposal.outline.accounts[0].why =
        "their customer, our open deal ($120k) · an ask: Northwind can open doors".into();
    proposal.because =
        vec!["2 accounts that count wait for a session".into(), "instruction v3: amount over $50k".into()];
    proposal
}

#[test]
fn a_proposal_says_why() {
    insta::assert_snapshot!(shown(&proposal(), true), @r"
    *Account planning: Acme, Tom &amp; &lt;Co&gt; with Northwind*
    Proposed: 30 minutes, Fri 13 Mar or later.
    1. *Acme* · ask · their customer, our open deal ($120k)
    2. *Tom &amp; &lt;Co&gt;*
    With: <@UPM>, Sam Whitfield of Northwind
    Where: https://meet.example/nw
    Because: 2 accounts that count wait for a session. Instruction v3: amount over $50k.
    [Schedule] [Change] [Not now]
    ");
    let mut changed = proposal();
    changed.stage =
        Stage::Proposed { to: vec!["UPM".into()], day: Some(date(2026, 3, 2)), moved: Some(moved("UOPS")) };
    assert!(shown(&changed, false).contains("\nProposed, changed by <@UOPS>: 30 minutes.\n"));
}

#[test]
fn times_are_on_the_readers_clock_and_on_that_of_who_comes() {
    let mut scheduled = session(Stage::Scheduled { slot: slot(), moved: moved("UPM") });
    scheduled.outline.ours = vec!["UPM".into(), "UREP".into()];
    scheduled.outline.accounts[1].goal = "meet their VP Sales".into();
    insta::assert_snapshot!(shown(&scheduled, true), @r"
    *Account planning: Acme, Globex with Northwind*
    Thu 12 Mar, 14:00 to 14:30 · set by <@UPM>
    1. *Acme* · ask
    2. *Globex* · ask · meet their VP Sales
    With: <@UPM>, <@UREP> (09:00 there), Sam Whitfield (22:00 there) of Northwind
    Where: https://meet.example/nw
    [Show agenda] [Add to calendar] [Change] [Move] [Call off]
    ");
    assert!(
        shown(&scheduled, false).ends_with("\n[Show agenda] [Add to calendar]"),
        "who only comes reads the agenda and changes nothing"
    );
}

#[test]
fn a_cold_session_says_so() {
    let mut cold = session(Stage::Scheduled { slot: slot(), moved: moved("UPM") });
    cold.outline = Outline { accounts: vec![], theirs: vec![], place: String::new(), ..cold.outline };
    insta::assert_snapshot!(shown(&cold, false), @r"
    *Account planning with Northwind*
    Thu 12 Mar, 14:00 to 14:30 · set by <@UPM>
    No account is named yet. I put those that wait on its agenda.
    With: <@UPM>, nobody of Northwind yet
    [Show agenda] [Add to calendar]
    ");
}

#[test]
fn every_stage_in_words() {
    let all = [
        Stage::Prepared { slot: slot(), moved: moved("UPM") },
        Stage::Held { slot: slot(), moved: moved("UPM") },
        Stage::Closed { slot: slot(), moved: moved("UPM") },
        Stage::Cancelled { slot: Some(slot()), because: "they are <ill>.".into(), moved: moved("UPM") },
        Stage::Cancelled { slot: None, because: String::new(), moved: moved("UPM") },
        Stage::Scheduled { slot: slot(), moved: moved(audit::TANDEM) },
    ];
    let words: Vec<String> = all.into_iter().map(|s| state(&session(s), now(), &stockholm())).collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    Thu 12 Mar, 14:00 to 14:30 · prepared
    Thu 12 Mar, 14:00 to 14:30 · held, not logged yet
    Thu 12 Mar, 14:00 to 14:30 · held and logged
    Called off by <@UPM>: they are &lt;ill&gt;. It was Thu 12 Mar, 14:00 to 14:30.
    Set aside by <@UPM>. Each account is proposed again when something about it changes.
    Thu 12 Mar, 14:00 to 14:30 · set by Tandem
    ");
}

#[test]
fn lines_and_lists() {
    let scheduled = session(Stage::Scheduled { slot: slot(), moved: moved("UPM") });
    insta::assert_snapshot!(news(&scheduled, now(), &stockholm()).text, @"Account planning: Acme, Globex with Northwind · Thu 12 Mar, 14:00 to 14:30 · set by <@UPM>");
    insta::assert_snapshot!(decided_already(&scheduled, now(), &stockholm()), @"That changed before you pressed the button (Fri 6 Mar, 11:00). Account planning: Acme, Globex with Northwind · Thu 12 Mar, 14:00 to 14:30 · set by <@UPM>");
    let requests = || Message::text("No session is asked for.");
    let groups: [Group; 3] = [("Proposed", vec![]), ("Coming up", vec![scheduled]), ("Past", vec![])];
    let shown = list(&groups, now(), &stockholm(), requests()).expect("a list");
    insta::assert_snapshot!(shown.text, @r"
    *Coming up*
    *Account planning: Acme, Globex with Northwind* · Thu 12 Mar, 14:00 to 14:30 · set by <@UPM>
    No session is asked for.
    ");
    assert_eq!(shown.blocks[1]["accessory"]["value"], "s1");
    let none: [Group; 1] = [("Coming up", vec![])];
    assert_eq!(list(&none, now(), &stockholm(), requests()).expect("a list"), requests());
}

/// The labels of a form with what they begin with.
fn fields(view: &Value) -> String {
    let line = |b: &Value| {
        let e = &b["element"];
        let initial = [
            &e["initial_value"],
            &e["initial_date"],
            &e["initial_time"],
            &e["initial_option"]["text"]["text"],
        ];
        let initial = initial.iter().find_map(|v| v.as_str()).unwrap_or("-");
        match b["label"]["text"].as_str() {
            Some(label) => format!("{label}: {initial}"),
            None => {
                b["text"]["text"].as_str().or(b["elements"][0]["text"].as_str()).unwrap_or("?").to_owned()
            }
        }
    };
    view["blocks"].as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn forms_begin_with_what_is_known() {
    let partner = Partner {
        id: "p1".into(),
        name: "Northwind".into(),
        domain: None,
        manager: None,
        channel: None,
        refresh_days: 45,
        list_seen_at: None,
        sample: false,
    };
    let sam = Contact {
        id: "c1".into(),
        partner: "p1".into(),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerManager,
        email: None,
        slack_user: None,
        said_no_to: vec![],
    };
    let mut outline = proposal().outline;
    outline.shape = Shape::Owners;
    outline.minutes = 20;
    outline.theirs = vec![Guest { contact: "c1".into(), name: "Sam Whitfield".into() }];
    let metadata = json!({});
    let contacts = [sam];
    let mut prefill = forms::Prefill {
        partner: &partner,
        contacts: &contacts,
        outline: &outline,
        notes: &["A note.".to_owned()],
        metadata: &metadata,
    };
    let form = forms::schedule_form(&prefill, date(2026, 3, 13), time(10, 0, 0, 0), &stockholm());
    insta::assert_snapshot!(fields(&form), @r"
    With *Northwind*
    A note.
    Accounts: Acme: ask
    Tom & <Co>
    Day: 2026-03-13
    Begins at: 10:00
    Length: 20 minutes
    From us: -
    From them: -
    Where: https://meet.example/nw
    Who meets whom: One-to-one with an account owner
    ");
    prefill.contacts = &[];
    assert!(fields(&forms::change_form(&prefill)).contains("Nobody of Northwind is on record."));
    let scheduled = session(Stage::Scheduled { slot: slot(), moved: moved("UPM") });
    let form = forms::cancel_form(&scheduled, "Thu 12 Mar, 14:00 to 14:30", &["UREP".into()], &metadata);
    insta::assert_snapshot!(fields(&form), @r"
    *Account planning: Acme, Globex with Northwind*
    Thu 12 Mar, 14:00 to 14:30. <@UREP> will be told.
    Why: -
    ");
}

#[test]
fn the_motion_is_said_once() {
    let said = super::super::beside_motion;
    assert_eq!(
        said("their customer · new on 3 March; an ask, and soon: our deal is nearly decided"),
        "their customer · new on 3 March; soon: our deal is nearly decided"
    );
    assert_eq!(said("an ask: Northwind can introduce us"), "");
    let habit = "the last 5 with Northwind were our asks";
    assert_eq!(said(&format!("a give: {habit}")), habit);
}
