//! What somebody owes and what they are owed: the private list, the week's message, the rows on Home.

use jiff::Zoned;
use serde_json::Value;

use super::super::owed::{Item, Owed};
use super::{ask, commitment, introduction, request};
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;

/// The controls.
pub mod action {
    /// Shows both sides in private.
    pub const OWED: &str = "commitment.owed";
}

/// So many rows a side.
const ROWS: usize = 10;
/// So many of them have a button.
const WITH_BUTTON: usize = 5;

/// One thing in a line, with who does it where that is not the reader.
fn line(item: &Item, reader: &UserId, here: &Zoned) -> String {
    let today = here.date();
    match item {
        Item::Commitment(c) => {
            let is_another = c.theirs.is_none() && c.owner != *reader;
            let who = if is_another { format!("{} · ", c.owner.mention()) } else { String::new() };
            let text = escape(&clip(&c.text, 200));
            format!("{who}*{text}* {} · {}", escape(&c.whom()), commitment::state(c, today))
        }
        Item::Introduction(i) => introduction::line(i, here),
        Item::Ask(q) => ask::one_line(q, here),
        Item::Request(r) => format!(
            "*Session on {}* with {} · {}",
            escape(&r.account),
            escape(&r.partner),
            request::state(r, today)
        ),
    }
}

/// What can be done about it on the spot.
fn button(item: &Item, reader: &UserId) -> Option<Value> {
    match item {
        Item::Commitment(c) => {
            let value = format!("{}:{}", c.id, c.version);
            Some(blocks::button("Mark done", commitment::action::DONE, &value))
        }
        Item::Introduction(i) => introduction::next(i),
        Item::Ask(q) => ask::next(q, reader),
        Item::Request(r) => {
            let value = format!("{}:{}", r.id, r.version);
            r.asked.contains(reader).then(|| blocks::button("Accept", request::action::ACCEPT, &value))
        }
    }
}

/// One side: its title, then its rows.
fn side(
    title: &str,
    items: &[Item],
    reader: &UserId,
    buttons: bool,
    here: &Zoned,
) -> (Vec<Value>, Vec<String>) {
    if items.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let title = format!("*{title}*");
    let (mut blocks, mut lines) = (vec![blocks::section(&title)], vec![title]);
    for (at, item) in items.iter().take(ROWS).enumerate() {
        let line = line(item, reader, here);
        blocks.push(match button(item, reader).filter(|_| buttons && at < WITH_BUTTON) {
            Some(button) => blocks::section_with(&line, button),
            None => blocks::section(&line),
        });
        lines.push(line);
    }
    if items.len() > ROWS {
        let more = format!("{} more are not shown.", items.len() - ROWS);
        blocks.push(blocks::context(&more));
        lines.push(more);
    }
    (blocks, lines)
}

fn both(owed: &Owed, reader: &UserId, here: &Zoned) -> (Vec<Value>, Vec<String>) {
    let (mut blocks, mut lines) = side("You owe", &owed.owes, reader, true, here);
    let (more, rest) = side("You are owed", &owed.owed, reader, false, here);
    blocks.extend(more);
    lines.extend(rest);
    (blocks, lines)
}

/// Both sides, in private.
pub fn list(owed: &Owed, reader: &UserId, here: &Zoned) -> Message {
    if owed.is_empty() {
        return Message::text("You owe nothing, and nothing is owed to you.");
    }
    let (blocks, lines) = both(owed, reader, here);
    Message::new(lines.join("\n"), blocks)
}

/// The message at the beginning of the week; `told` have a message of their own on the same day.
pub fn weekly(owed: &Owed, told: usize, reader: &UserId, now: &Zoned) -> Message {
    let lead = format!("*The week of {}*", now.date().strftime("%-d %B"));
    let (mut blocks, mut lines) = both(owed, reader, now);
    blocks.insert(0, blocks::section(&lead));
    lines.insert(0, lead);
    let rest = match told {
        0 => None,
        1 => Some("1 more has a reminder of its own today.".to_owned()),
        n => Some(format!("{n} more have reminders of their own today.")),
    };
    if let Some(rest) = rest {
        blocks.push(blocks::context(&rest));
        lines.push(rest);
    }
    Message::new(lines.join("\n"), blocks)
}

/// Questions and introductions that wait for the reader, as rows with their control.
pub fn home_rows(owed: &Owed, reader: &UserId, here: &Zoned) -> Vec<Value> {
    let waits = owed.owes.iter().filter(|item| matches!(item, Item::Ask(_) | Item::Introduction(_)));
    waits
        .map(|item| match button(item, reader) {
            Some(button) => blocks::section_with(&line(item, reader, here), button),
            None => blocks::section(&line(item, reader, here)),
        })
        .collect()
}

/// How both sides stand, with a button to see them; nothing where nothing waits.
pub fn home_summary(owed: &Owed) -> Option<Value> {
    if owed.is_empty() {
        return None;
    }
    let things = |n: usize| match n {
        0 => "nothing".to_owned(),
        1 => "1 thing".to_owned(),
        n => format!("{n} things"),
    };
    let text = format!(
        "*What you owe, what you are owed*\nYou owe {}, and are owed {}.",
        things(owed.owes.len()),
        things(owed.owed.len())
    );
    Some(blocks::section_with(&text, blocks::button("See both", action::OWED, "both")))
}

#[cfg(test)]
mod tests {
    use super::super::super::owed::{Work, tests::work};
    use super::*;

    fn now() -> Zoned {
        let at: jiff::Timestamp = "2026-03-09T08:00:00Z".parse().expect("a time");
        at.in_tz("Europe/Stockholm").expect("a zone")
    }

    #[test]
    fn both_sides_are_told() {
        let told = |user: &str| list(&Owed::of(&user.into(), work()), &user.into(), &now()).text;
        insta::assert_snapshot!(told("UOWN"), @r"
        *You owe*
        *send the case study* for Northwind, about Acme (acme.com) · due Fri 20 Mar, in 11 days
        *You are owed*
        *send the case study* from Sam Whitfield at Northwind, about Acme (acme.com) · due Thu 12 Mar, in 3 days
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By <@UREP>, for Sam Whitfield at Northwind · asked for, to be made by Fri 13 Mar
        ");
        insta::assert_snapshot!(told("UPM"), @r"
        *You owe*
        *Session on Acme (acme.com)* with Northwind · <@UREP> asks <@UPM> for a session by Fri 13 Mar.
        *Acme (acme.com)* · who runs RevOps there? · Northwind · <@UREP> asks <@UPM>.
        *You are owed*
        *send the case study* from Sam Whitfield at Northwind, about Acme (acme.com) · due Thu 12 Mar, in 3 days
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By <@UREP>, for Sam Whitfield at Northwind · asked for, to be made by Fri 13 Mar
        <@UOWN> · *send the case study* for Northwind, about Acme (acme.com) · due Fri 20 Mar, in 11 days
        ");
        insta::assert_snapshot!(list(&Owed::default(), &"UX".into(), &now()).text, @"You owe nothing, and nothing is owed to you.");
        let owed = Owed::of(&"UREP".into(), work());
        insta::assert_snapshot!(weekly(&owed, 2, &"UREP".into(), &now()).text, @r"
        *The week of 9 March*
        *You owe*
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By <@UREP>, for Sam Whitfield at Northwind · asked for, to be made by Fri 13 Mar
        *You are owed*
        *send the case study* from Sam Whitfield at Northwind, about Acme (acme.com) · due Thu 12 Mar, in 3 days
        *Introduction to Dana Reyes, VP Sales* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@UREP> · asked for, to be made by Fri 13 Mar
        *Session on Acme (acme.com)* with Northwind · <@UREP> asks <@UPM> for a session by Fri 13 Mar.
        <@UOWN> · *send the case study* for Northwind, about Acme (acme.com) · due Fri 20 Mar, in 11 days
        *Acme (acme.com)* · who runs RevOps there? · Northwind · <@UREP> asks <@UPM>.
        2 more have reminders of their own today.
        ");
    }

    #[test]
    fn home_shows_what_waits_and_counts_both_sides() {
        let user = UserId::from("UREP");
        let owed = Owed::of(&user, work());
        let rows = home_rows(&owed, &user, &now());
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["accessory"]["text"]["text"], "Mark agreed");
        let summary = home_summary(&owed).expect("a row");
        insta::assert_snapshot!(summary["text"]["text"].as_str().unwrap_or_default(), @r"
        *What you owe, what you are owed*
        You owe 1 thing, and are owed 5 things.
        ");
        assert_eq!(home_summary(&Owed::of(&user, Work::default())), None);
    }

    #[test]
    fn a_long_side_is_cut_and_says_so() {
        let mut work = work();
        work.commitments = vec![work.commitments[0].clone(); 30];
        let shown = list(&Owed::of(&"UOWN".into(), work), &"UOWN".into(), &now());
        assert!(shown.text.contains("20 more are not shown.") && shown.blocks.len() <= 50);
    }
}
