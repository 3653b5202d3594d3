//! Commitments together: the private lists and the rows on Home.

use askama::Template;
use jiff::civil::Date;

use super::super::commitment::Commitment;
use super::LISTED;
use super::commitment::{action, state};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;

/// So many rows of a list have a button; the rest are text.
const WITH_BUTTON: usize = 5;

/// Which commitments a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every open one.
    All,
    /// The reader's own.
    Mine,
    /// Those past their day.
    Late,
}

impl Which {
    /// As the command and the buttons say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "list",
            Self::Mine => "mine",
            Self::Late => "late",
        }
    }

    /// From what was typed or carried.
    pub fn read(text: &str) -> Option<Self> {
        [Self::All, Self::Mine, Self::Late].into_iter().find(|w| w.as_str() == text.trim().to_lowercase())
    }

    fn title(self) -> &'static str {
        match self {
            Self::All => "Open commitments",
            Self::Mine => "Your commitments",
            Self::Late => "Late commitments",
        }
    }

    fn none(self) -> &'static str {
        match self {
            Self::All => {
                "No open commitments. `/partner commit add \"send the case study\" to northwind by friday` logs one."
            }
            Self::Mine => "You have no open commitments.",
            Self::Late => "No commitment is late.",
        }
    }
}

#[derive(Template)]
#[template(path = "plan/commitments.mrkdwn")]
struct Rows<'a> {
    rows: Vec<(&'a str, String, String)>,
}

fn row(c: &Commitment, today: Date) -> (&str, String, String) {
    (&c.text, c.whom(), format!("{} · {}", state(c, today), c.owner.mention()))
}

fn rows(found: &[Commitment], today: Date) -> Result<String> {
    let text = Rows { rows: found.iter().map(|c| row(c, today)).collect() }.render()?;
    Ok(text.trim().to_owned())
}

/// A private list; the first rows can be closed on the spot.
pub fn list(which: Which, found: &[Commitment], today: Date) -> Result<Message> {
    if found.is_empty() {
        return Ok(Message::text(which.none()));
    }
    let shown = &found[..found.len().min(LISTED)];
    let (first, rest) = shown.split_at(shown.len().min(WITH_BUTTON));
    let mut all = vec![blocks::section(&format!("*{}*", which.title()))];
    for c in first {
        let value = format!("{}:{}:{}", c.id, c.version, which.as_str());
        all.push(blocks::section_with(
            &rows(std::slice::from_ref(c), today)?,
            blocks::button("Mark done", action::DONE, &value),
        ));
    }
    // A row is shorter than a third of a section's limit, whatever people write.
    for few in rest.chunks(3) {
        all.push(blocks::section(&rows(few, today)?));
    }
    let mut text = format!("*{}*\n{}", which.title(), rows(shown, today)?);
    if found.len() > shown.len() {
        let more = format!("{} more are not shown.", found.len() - shown.len());
        all.push(blocks::context(&more));
        text = format!("{text}\n{more}");
    }
    Ok(Message::new(text, all))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::commitment::tests::commitment;
    use super::*;

    const TODAY: Date = date(2026, 3, 9);

    fn due(day: i8) -> Commitment {
        commitment(date(2026, 3, day))
    }

    #[test]
    fn lists() {
        insta::assert_snapshot!(list(Which::Late, &[], TODAY).expect("a list").text, @"No commitment is late.");
        let hostile = Commitment { text: "<!channel> & co".into(), ..due(10) };
        insta::assert_snapshot!(list(Which::Mine, &[due(8), hostile], TODAY).expect("a list").text, @r"
        *Your commitments*
        *send the case study* for Northwind, about Acme (acme.com) · 1 day late, was due Sun 8 Mar · <@UOWN>
        *&lt;!channel&gt; &amp; co* for Northwind, about Acme (acme.com) · due tomorrow, Tue 10 Mar · <@UOWN>
        ");
        let many = list(Which::All, &vec![due(9); 30], TODAY).expect("a list");
        assert!(many.text.ends_with("10 more are not shown."));
        assert!(many.blocks.len() <= 50);
    }
}
