use jiff::civil::date;

use super::super::super::pre_read::tests::{content, known};
use super::super::super::session::{Moved, Named, Outline, Shape, Trigger};
use super::super::super::session::{Session, Slot, Stage as SessionStage};
use super::*;
use crate::kernel::ids::AccountId;

pub(super) fn now() -> Zoned {
    "2026-03-06T09:12:00+01:00[Europe/Stockholm]".parse().unwrap()
}

pub(super) fn slot() -> Slot {
    Slot { start: "2026-03-12T09:00:00Z".parse().unwrap(), zone: "Europe/Stockholm".into() }
}

pub(super) fn session() -> Session {
    let named = |id: &str, name: &str| Named {
        account_id: id.into(),
        name: name.to_owned(),
        domain: None,
        motion: Some(Motion::Ask),
        goal: String::new(),
        why: String::new(),
    };
    Session {
        id: "s1".into(),
        partner_id: "p1".into(),
        partner: "Northwind".into(),
        trigger: Trigger::Planned,
        outline: Outline {
            shape: Shape::Managers,
            minutes: 30,
            ours: vec!["U0MAYA".into(), "U0ALEX".into()],
            theirs: Vec::new(),
            accounts: vec![named("a1", "Acme"), named("a2", "Globex <Retail>")],
            place: "https://meet.example/northwind".into(),
        },
        because: Vec::new(),
        instruction: None,
        organiser: Some("U0MAYA".into()),
        stage: SessionStage::Scheduled {
            slot: slot(),
            moved: Moved { by: "U0MAYA".into(), at: now().timestamp() },
        },
        sequence: 0,
        version: 3,
        created_at: now().timestamp(),
    }
}

pub(super) fn pre_read() -> PreRead {
    PreRead::new(&"s1".into(), &"p1".into(), 3, content(), now().timestamp())
}

fn prep() -> Prep {
    Prep { load: date(2026, 3, 5), flag: date(2026, 3, 6), due: date(2026, 3, 9) }
}

/// The text, then the labels of the controls.
fn told(message: &Message) -> String {
    let elements =
        message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
    let labels: Vec<String> =
        elements.flatten().filter_map(|e| e["text"]["text"].as_str()).map(|l| format!("[{l}]")).collect();
    format!("{}\n{}", message.text, labels.join(" "))
}

fn carded(p: &PreRead) -> String {
    let now = now();
    let scene = Scene { here: &now, prep: Some(prep()), asked: vec!["U0MAYA".into()] };
    told(&card(&session(), &slot(), p, &scene).unwrap())
}

#[test]
fn the_card_asks_for_approval() {
    insta::assert_snapshot!(carded(&pre_read()));
}

#[test]
fn an_approved_card_says_who_and_to_whom() {
    let approved = pre_read().approved(&"U0MAYA".into(), now().timestamp(), true).unwrap();
    let text = carded(&approved);
    let tail: Vec<&str> = text.lines().rev().take(2).collect();
    insta::assert_snapshot!(format!("{}\n{}", tail[1], tail[0]), @r"
    Version 1, approved by <@U0MAYA> on Fri 6 Mar, 09:12, and sent to Maya Lindholm and Alex Rivera. Northwind's people got nothing.
    [Edit accounts] [Open printable page]
    ");
}

#[test]
fn an_agenda_of_asks_says_that_a_give_is_missing() {
    let mut p = pre_read();
    p.content.accounts = vec![known()];
    p.content.only_asks = true;
    p.content.waiting.clear();
    p.content.lost.clear();
    p.content.list_days = None;
    assert!(carded(&p).contains("Everything here asks something of Northwind. Bring a give"));
}

#[test]
fn attendees_read_it_on_their_own_clock() {
    let reader: Zoned = "2026-03-06T03:12:00-05:00[America/New_York]".parse().unwrap();
    let text = told(&sent(&session(), &slot(), &pre_read(), &reader).unwrap());
    // New York has changed to summer time by then, Stockholm has not.
    assert!(
        text.starts_with("*Your agenda: account planning with Northwind*\nThu 12 Mar, 05:00 · 30 minutes"),
        "{text}"
    );
    let tail: Vec<&str> = text.lines().rev().take(2).collect();
    insta::assert_snapshot!(format!("{}\n{}", tail[1], tail[0]), @r"
    At https://meet.example/northwind. Only our people have this: Northwind's get nothing.
    [Open printable page]
    ");
}

#[test]
fn lines_to_operations_and_to_the_manager() {
    let (session, slot) = (session(), slot());
    let at = |text: &str| text.parse::<Zoned>().unwrap();
    let friday = now();
    let tuesday = at("2026-03-10T09:00:00+01:00[Europe/Stockholm]");
    let who = [UserId::from("U0MAYA")];
    let all = [
        late(&session, &slot, &prep(), &friday, &who),
        late(&session, &slot, &prep(), &tuesday, &[]),
        cold(&session, &slot, &friday, &who, false),
        cold(&session, &slot, &friday, &[], true),
        page_at("https://tandem.example/pages/agenda/s1?for=U0ALEX", "North & Wind", "24 hours"),
    ];
    insta::assert_snapshot!(all.iter().map(told).collect::<Vec<_>>().join("\n---\n"), @r"
    *Approve the agenda with Northwind by Mon 9 Mar*
    The session is Thu 12 Mar, 10:00. It waits for <@U0MAYA> to approve it.

    ---
    *The agenda with Northwind is late: it was due by Mon 9 Mar*
    The session is Thu 12 Mar, 10:00. Nobody answers for Northwind.

    ---
    *The session with Northwind is cold*
    Thu 12 Mar, 10:00. No account is on it, and nothing with Northwind is planned, promised or on a focus list. <@U0MAYA>: name accounts, or move it to a day when there is something to plan.
    [Name accounts] [Move session]
    ---
    *The session with Northwind is cold*
    Thu 12 Mar, 10:00. No account is on it, and there is no agreement with Northwind yet, so its overlaps are counted and none is named. Name accounts, or move it to a day when there is something to plan.
    [Name accounts] [Move session]
    ---
    The agenda with North &amp; Wind as a page to print. The link is yours alone and ends in 24 hours.
    https://tandem.example/pages/agenda/s1?for=U0ALEX
    [Open page]
    ");
}

#[test]
fn whoever_comes_second_is_told_what_stands() {
    let approved = pre_read().approved(&"U0MAYA".into(), now().timestamp(), true).unwrap();
    insta::assert_snapshot!(changed(&approved), @"<@U0MAYA> approved version 1 of this agenda in the meantime. Nothing was changed.");
    insta::assert_snapshot!(changed(&pre_read().anew(4, content())), @"This agenda changed: it is version 2 now, and nothing was sent. Read the card again.");
}

#[test]
fn the_form_offers_what_may_come_on() {
    let offered = [(AccountId::from("a1"), "Acme".to_owned()), ("a2".into(), "Globex".to_owned())];
    let form = edit_form(&session(), &["a2".into()], &offered, &serde_json::json!({}));
    let chosen: Vec<_> = form["blocks"][1]["element"]["initial_options"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|o| &o["value"])
        .collect();
    assert_eq!(chosen, ["a2"]);
    assert_eq!(
        form["blocks"][0]["text"]["text"],
        "*Account planning: Acme, Globex &lt;Retail&gt; with Northwind* · 30 minutes: 3 accounts fit."
    );
}
