//! Check-ins: the reminder, the forms, the answers.

use askama::Template;
use jiff::civil::Date;
use serde_json::Value;

use super::super::check_in::{CheckIn, RHYTHMS, Rhythm};
use super::super::commitment::Commitment;
use super::super::play::Play;
use super::super::store::Beat;
use super::{field, short_input};
use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::calendar::{Calendar, days_between};
use crate::kernel::dates::{quarter_of, spoken};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::kernel::text::{capital, escape};
use crate::map::partner::Partner;

/// The controls.
pub mod action {
    /// Opens the form; the value is the partner's id. Also its callback.
    pub const RECORD: &str = "check_in.record";
    /// Opens the form for another day; the value is the partner's id. Also its callback.
    pub const LATER: &str = "check_in.later";
}

/// The fields that only check-ins have; the day is [`field::DATE`].
pub mod fields {
    /// What they focus on.
    pub const FOCUS: &str = "focus";
    /// The last day on which that counts.
    pub const UNTIL: &str = "until";
    /// Who of theirs said so.
    pub const SAID_BY: &str = "said_by";
    /// What else.
    pub const NOTES: &str = "notes";
    /// How often from now on.
    pub const RHYTHM: &str = "rhythm";
}

/// What somebody may write of a focus, in characters: it stands in notes.
pub const FOCUS_LENGTH: usize = 200;

/// The subject under which the reminder of a partner is edited.
pub fn subject(partner: &PartnerId) -> String {
    format!("check_in:{partner}")
}

#[derive(Template)]
#[template(path = "plan/check_in_due.mrkdwn")]
struct DueText<'a> {
    partner: &'a str,
    last: String,
    between: Vec<String>,
}

/// What a reminder says.
#[derive(Debug)]
pub struct Due<'a> {
    /// The partner and its rhythm.
    pub beat: &'a Beat,
    /// The last check-in.
    pub last: Option<&'a CheckIn>,
    /// The plays that run with them.
    pub plays: &'a [Play],
    /// What is promised to them.
    pub open: &'a [Commitment],
}

fn last_words(last: Option<&CheckIn>, today: Date) -> String {
    match last {
        None => "There was none so far.".to_owned(),
        Some(said) => {
            let ago = age::days(days_between(said.on, today));
            let focus = escape(&clip(&said.focus, 200));
            format!("The last was {ago} ago, on {}. They focused on: {focus}", spoken(said.on, today))
        }
    }
}

/// What lies between us and them: plays and commitments.
fn between(due: &Due<'_>, today: Date) -> Vec<String> {
    let mut lines = Vec::new();
    for play in due.plays.iter().take(3) {
        lines.push(format!("• {}: {}", escape(&play.plan.title), play.state_words(today)));
    }
    let late = due.open.iter().filter(|c| c.due < today).count();
    let open = match due.open.len() {
        0 => None,
        1 => Some("1 open commitment".to_owned()),
        n => Some(format!("{n} open commitments")),
    };
    lines.extend(open.map(|open| match late {
        0 => format!("• {open}"),
        late => format!("• {open}, {late} late"),
    }));
    lines
}

/// A check-in is due.
pub fn due(due: &Due<'_>, today: Date) -> Result<Message> {
    let last = last_words(due.last, today);
    let text = DueText { partner: &due.beat.partner, last, between: between(due, today) }.render()?;
    let text = text.trim().to_owned();
    let partner = due.beat.rhythm.partner.as_str();
    let buttons = vec![
        blocks::primary(blocks::button("Record check-in", action::RECORD, partner)),
        blocks::button("Remind me later", action::LATER, partner),
    ];
    Ok(Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(buttons)]))
}

/// The reminder when it has been answered.
pub fn settled(
    partner: &Partner,
    rhythm: &Rhythm,
    last: Option<&CheckIn>,
    since: Date,
    today: Date,
    days: &Calendar,
) -> Result<Message> {
    let name = escape(&partner.name);
    let text = match (rhythm.quiet_until, last) {
        (Some(until), _) => {
            format!("Check-in with *{name}*: I remind you again on {}.", spoken(until, today))
        }
        (None, Some(said)) => format!(
            "Check-in with *{name}* recorded on {}: {}. {}.",
            spoken(said.on, today),
            escape(&said.focus),
            capital(&rhythm.words(since, today, days))
        ),
        (None, None) => format!("Check-in with *{name}*: {}.", rhythm.words(since, today, days)),
    };
    // Without blocks Slack would leave the buttons where they are.
    Ok(Message::new(text.clone(), vec![blocks::section(&text)]))
}

/// How check-ins with a partner stand, on its card; mrkdwn.
pub fn summary(
    rhythm: &Rhythm,
    season: Option<&CheckIn>,
    since: Date,
    today: Date,
    days: &Calendar,
) -> String {
    let next = rhythm.words(since, today, days);
    match season {
        Some(said) => {
            let (focus, source) = (escape(&clip(&said.focus, 200)), escape(&said.source()));
            format!("{focus} ({source}) · {next}")
        }
        None => format!("focus not known · {next}"),
    }
}

#[derive(Template)]
#[template(path = "plan/check_in_recorded.mrkdwn")]
struct Recorded<'a> {
    partner: &'a str,
    focus: &'a str,
    source: String,
    until: String,
    next: String,
}

/// The private confirmation.
pub fn recorded(
    partner: &Partner,
    said: &CheckIn,
    rhythm: &Rhythm,
    today: Date,
    days: &Calendar,
) -> Result<Message> {
    let next = match rhythm.due(said.on, days) {
        Some(due) => format!("The next check-in is due {}.", spoken(due.max(today), today)),
        None => "I remind nobody of the next one.".to_owned(),
    };
    let text = Recorded {
        partner: &partner.name,
        focus: &said.focus,
        source: capital(&said.source()),
        until: spoken(said.until, today),
        next,
    };
    Ok(Message::text(text.render()?.trim()))
}

/// What whoever comes second is told.
pub fn recorded_already(partner: &Partner) -> Error {
    let name = escape(&partner.name);
    Error::user(format!(
        "Somebody else recorded or moved the check-in with {name} while your form was open, so yours was not saved. `/partner partner show {}` shows how it stands.",
        name.to_lowercase()
    ))
}

/// The form of a check-in.
pub fn record_modal(
    partner: &Partner,
    rhythm: &Rhythm,
    last: Option<&CheckIn>,
    today: Date,
    metadata: &Value,
) -> Value {
    let rhythms: Vec<Value> =
        RHYTHMS.iter().map(|(days, words)| blocks::choice(words, &days.to_string())).collect();
    let chosen = rhythm.every_days.to_string();
    let mut focus = short_input(fields::FOCUS, "Returns in retail, the Nordics first", "");
    focus["max_length"] = FOCUS_LENGTH.into();
    let all = vec![
        blocks::section(&format!("*{}* · {}", escape(&partner.name), last_words(last, today))),
        blocks::input(
            "What they focus on this season",
            focus,
            Some("In their words, and nothing that they would not read: notes to them build on it."),
            false,
        ),
        blocks::input(
            "It counts until",
            blocks::date_picker(fields::UNTIL, Some(quarter_of(today).1)),
            None,
            false,
        ),
        blocks::input(
            "Who said so",
            blocks::text_input(fields::SAID_BY, "Sam Whitfield", None, false),
            None,
            true,
        ),
        blocks::input("On", blocks::date_picker(field::DATE, Some(today)), None, false),
        blocks::input(
            "What else",
            short_input(fields::NOTES, "They hire two SDRs in May", ""),
            Some("For your own people."),
            true,
        ),
        blocks::input(
            "The next ones",
            blocks::select(fields::RHYTHM, "Choose one", &rhythms, Some(&chosen)),
            None,
            false,
        ),
    ];
    blocks::modal(action::RECORD, "Record a check-in", Some("Save"), metadata, all)
}

/// The form that puts the reminder off.
pub fn later_modal(partner: &Partner, day: Date, metadata: &Value) -> Value {
    let all = vec![
        blocks::section(&format!("Check-in with *{}*", escape(&partner.name))),
        blocks::input("Remind me again on", blocks::date_picker(field::DATE, Some(day)), None, false),
    ];
    blocks::modal(action::LATER, "Remind me later", Some("Remind me"), metadata, all)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::check_in::tests::check_in;
    use super::super::super::commitment::tests::commitment;
    use super::super::super::play::tests::running;
    use super::*;
    use crate::pull::testing;

    const TODAY: Date = date(2026, 4, 1);

    fn beat() -> Beat {
        Beat {
            partner: "Northwind & Sons".into(),
            manager: Some("UPM".into()),
            rhythm: Rhythm::new(&"p1".into()),
            last: None,
            added: "2026-03-02T08:00:00Z".parse().expect("a time"),
        }
    }

    #[test]
    fn reminders() {
        let (beat, said) = (beat(), check_in());
        let bare = Due { beat: &beat, last: None, plays: &[], open: &[] };
        insta::assert_snapshot!(due(&bare, TODAY).expect("a message").text, @r"
        A check-in with *Northwind &amp; Sons* is due. There was none so far.
        Ask what they focus on this season, what changed there, and what they need from us. I keep the answer for the next notes to them.
        ");
        let plays = [running(date(2026, 4, 10))];
        let open = [commitment(date(2026, 3, 30)), commitment(date(2026, 4, 3))];
        let full = Due { beat: &beat, last: Some(&said), plays: &plays, open: &open };
        insta::assert_snapshot!(due(&full, TODAY).expect("a message").text, @r"
        A check-in with *Northwind &amp; Sons* is due. The last was 28 days ago, on Wed 4 Mar. They focused on: returns in retail
        Ask what they focus on this season, what changed there, and what they need from us. I keep the answer for the next notes to them.
        • Returns webinar: Ships Fri 10 Apr, in 9 days
        • 2 open commitments, 1 late
        ");
    }

    #[test]
    fn answers() {
        let (partner, days) = (testing::partner("Northwind", None), Calendar::weekdays());
        let (rhythm, said) = (Rhythm::new(&"p1".into()), check_in());
        insta::assert_snapshot!(recorded(&partner, &said, &rhythm, date(2026, 3, 4), &days).expect("a message").text, @r"
        Noted: *Northwind* focuses on returns in retail. Sam Whitfield, 4 March.
        It counts until Tue 31 Mar: notes to them can build on it. The next check-in is due Wed 1 Apr.
        ");
        let never = Rhythm { every_days: 0, ..rhythm.clone() };
        insta::assert_snapshot!(recorded(&partner, &said, &never, date(2026, 3, 4), &days).expect("a message").text, @r"
        Noted: *Northwind* focuses on returns in retail. Sam Whitfield, 4 March.
        It counts until Tue 31 Mar: notes to them can build on it. I remind nobody of the next one.
        ");
        let quiet = Rhythm { quiet_until: Some(date(2026, 4, 8)), ..rhythm.clone() };
        let text =
            |rhythm, last| settled(&partner, rhythm, last, said.on, TODAY, &days).expect("a message").text;
        insta::assert_snapshot!(text(&quiet, None), @"Check-in with *Northwind*: I remind you again on Wed 8 Apr.");
        insta::assert_snapshot!(text(&rhythm, Some(&said)), @"Check-in with *Northwind* recorded on Wed 4 Mar: returns in retail. Due today.");
        insta::assert_snapshot!(summary(&rhythm, Some(&said), said.on, date(2026, 3, 9), &days), @"returns in retail (Sam Whitfield, 4 March) · next on Wed 1 Apr");
        insta::assert_snapshot!(summary(&rhythm, None, said.on, TODAY, &days), @"focus not known · due today");
        match recorded_already(&partner) {
            Error::User(error) => {
                insta::assert_snapshot!(error.text, @"Somebody else recorded or moved the check-in with Northwind while your form was open, so yours was not saved. `/partner partner show northwind` shows how it stands.")
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn forms_fit() {
        let partner = testing::partner("Northwind", None);
        let (rhythm, said) = (Rhythm::new(&"p1".into()), check_in());
        for form in [
            record_modal(&partner, &rhythm, Some(&said), TODAY, &serde_json::json!({})),
            later_modal(&partner, TODAY, &serde_json::json!({})),
        ] {
            slackblocks::ModalView::try_from(form.clone()).unwrap_or_else(|e| panic!("{e}: {form}"));
        }
    }
}
