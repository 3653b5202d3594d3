use jiff::civil::date;

use super::super::super::introduction::tests::{introduction, moved, stages};
use super::super::super::request::tests::at;
use super::*;

const TODAY: Date = date(2026, 3, 9);

fn shown(message: &Message) -> String {
    let buttons =
        message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
    let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
    format!("{}\n[{}]", message.text, labels.join("] ["))
}

#[test]
fn cards_at_every_stage() {
    let cards = |direction| {
        let all = stages().map(|s| shown(&card(&introduction(direction, s), TODAY, true).expect("a card")));
        all.join("\n---\n")
    };
    insta::assert_snapshot!(cards(Direction::Received), @"");
    insta::assert_snapshot!(cards(Direction::Made), @"");
}

#[test]
fn reminders_and_news() {
    let asked = introduction(Direction::Received, Stage::Requested);
    let made = introduction(Direction::Received, Stage::Made(moved()));
    let ours = introduction(Direction::Made, Stage::Agreed(moved()));
    let all = [
        reminder(&asked, Reminder::Ahead, date(2026, 3, 12)),
        reminder(&made, Reminder::Late(3), date(2026, 3, 23)),
        reminder(&ours, Reminder::Today, date(2026, 3, 13)),
        escalated(&ours, &"UREP".into(), date(2026, 3, 19)),
        added(&asked, TODAY),
        logged(&asked, TODAY),
        logged(&ours, TODAY),
        news(&made, &"UPM".into(), TODAY),
    ];
    let all: Vec<String> = all.into_iter().map(|m| shown(&m.expect("a message"))).collect();
    insta::assert_snapshot!(all.join("\n---\n"), @"");
}

#[test]
fn lists_and_refusals() {
    insta::assert_snapshot!(list(&[], false, TODAY).text, @"");
    insta::assert_snapshot!(list(&[], true, TODAY).text, @"");
    let hostile = Introduction {
        whom: "<!channel> & co".into(),
        theirs: None,
        snoozed_until: Some(date(2026, 3, 16)),
        ..introduction(Direction::Made, Stage::Agreed(moved()))
    };
    let many = list(&[introduction(Direction::Received, Stage::Met(moved())), hostile], true, TODAY);
    insta::assert_snapshot!(many.text, @"");
    let many = vec![introduction(Direction::Made, Stage::Requested); LISTED + 3];
    let many = list(&many, false, TODAY);
    assert!(many.text.ends_with("3 more are not shown.") && many.blocks.len() <= 50);
    let made = introduction(Direction::Received, Stage::Made(moved()));
    let second = decided_already(&made, at("2026-03-09T12:00:00Z"), &TimeZone::UTC);
    insta::assert_snapshot!(second, @"");
    insta::assert_snapshot!(refusal(&made), @"");
    insta::assert_snapshot!(under_way(&made, TODAY), @"");
}
