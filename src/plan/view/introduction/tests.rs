use jiff::civil::{Date, date};

use super::super::super::introduction::tests::{introduction, moved, stages};
use super::super::super::request::tests::at;
use super::*;

fn on(day: Date) -> Zoned {
    day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).expect("a time")
}

fn here() -> Zoned {
    on(date(2026, 3, 9))
}

fn shown(message: &Message) -> String {
    let buttons =
        message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
    let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
    format!("{}\n[{}]", message.text, labels.join("] ["))
}

#[test]
fn cards_at_every_stage() {
    let cards = |direction| {
        let all = stages().map(|s| shown(&card(&introduction(direction, s), &here(), true).expect("a card")));
        all.join("\n---\n")
    };
    insta::assert_snapshot!(cards(Direction::Received), @r"
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · agreed, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark made] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · made, to meet by Fri 20 Mar
    [Mark met] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · they met, outcome by Fri 13 Mar
    [Say what came of it] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · came of it: a second meeting is set; the deal moved
    []
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · dropped by <@UPM>: Dana left
    []
    ");
    insta::assert_snapshot!(cards(Direction::Made), @r"
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · asked for, to be made by Fri 13 Mar
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · agreed, to be made by Fri 13 Mar
    [Mark made] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · made, to meet by Fri 20 Mar
    I don't write to Northwind.
    [Mark met] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · they met, outcome by Fri 13 Mar
    I don't write to Northwind.
    [Say what came of it] [Snooze] [Drop]
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · came of it: a second meeting is set; the deal moved
    []
    ---
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · dropped by <@UPM>: Dana left
    []
    ");
}

#[test]
fn reminders_and_news() {
    let asked = introduction(Direction::Received, Stage::Requested);
    let made = introduction(Direction::Received, Stage::Made(moved()));
    let ours = introduction(Direction::Made, Stage::Agreed(moved()));
    let all = [
        reminder(&asked, Reminder::Ahead, &on(date(2026, 3, 12))),
        reminder(&made, Reminder::Late(3), &on(date(2026, 3, 23))),
        reminder(&ours, Reminder::Today, &on(date(2026, 3, 13))),
        escalated(&ours, &"UREP".into(), &on(date(2026, 3, 19))),
        added(&asked, &here()),
        logged(&asked, &here()),
        logged(&ours, &here()),
        news(&made, &"UPM".into(), &here()),
    ];
    let all: Vec<String> = all.into_iter().map(|m| shown(&m.expect("a message"))).collect();
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    This is due soon. Ask Sam Whitfield at Northwind whether it is made.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ---
    This is late. Have you met? Or is it off?
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · made, 3 days late, to meet by Fri 20 Mar
    [Mark met] [Snooze] [Drop]
    ---
    This is for today. Is it made?
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · agreed, to be made by Fri 13 Mar
    [Mark made] [Snooze] [Drop]
    ---
    <@UREP> was reminded twice, and it is still open.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · agreed, 6 days late, to be made by Fri 13 Mar
    [Mark made] [Snooze] [Drop]
    ---
    <@UPM> logged an introduction.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ---
    Logged.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
    Whoever answers for the partner is reminded to ask, and nobody there is written to.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ---
    Logged.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By <@UREP>, for Sam Whitfield at Northwind · agreed, to be made by Fri 13 Mar
    They are reminded the working day before and on the day.
    [Mark made] [Snooze] [Drop]
    ---
    <@UPM> marked an introduction as made.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@UREP> · made, to meet by Fri 20 Mar
    [Mark met] [Snooze] [Drop]
    ");
}

#[test]
fn lists_and_refusals() {
    insta::assert_snapshot!(list(&[], false, &here()).text, @"No introduction is under way. `/partner intro add acme with northwind by friday` logs one.");
    insta::assert_snapshot!(list(&[], true, &here()).text, @"You are in no introduction that is under way.");
    let hostile = Introduction {
        whom: "<!channel> & co".into(),
        theirs: None,
        snoozed_until: Some(date(2026, 3, 16)),
        ..introduction(Direction::Made, Stage::Agreed(moved()))
    };
    let many = list(&[introduction(Direction::Received, Stage::Met(moved())), hostile], true, &here());
    insta::assert_snapshot!(many.text, @r"
    *Your introductions*
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@UREP> · they met, outcome by Fri 13 Mar
    *Introduction to &lt;!channel&gt; &amp; co* at Acme (acme.com) · By <@UREP>, for somebody at Northwind · agreed, to be made by Fri 13 Mar, snoozed until Mon 16 Mar
    ");
    let many = vec![introduction(Direction::Made, Stage::Requested); LISTED + 3];
    let many = list(&many, false, &here());
    assert!(many.text.ends_with("3 more are not shown.") && many.blocks.len() <= 50);
    let made = introduction(Direction::Received, Stage::Made(moved()));
    let second = decided_already(&made, at("2026-03-09T12:00:00Z"), &TimeZone::UTC);
    insta::assert_snapshot!(second, @"That changed before you pressed the button (Fri 6 Mar, 10:00). Introduction to Dana Reyes, VP Sales: made, to meet by Fri 20 Mar.");
    insta::assert_snapshot!(refusal(&made), @"Only <@UREP> or <@UPM> can move this introduction, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    insta::assert_snapshot!(under_way(&made, &here()), @"That introduction to Dana Reyes, VP Sales is under way already, so nothing was added: made, to meet by Fri 20 Mar.");
}
