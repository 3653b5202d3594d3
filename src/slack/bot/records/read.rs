//! What the form of one account says, or everything that is wrong with it.

use jiff::civil::Date;

use super::super::super::payload::State;
use super::super::Problems;
use crate::kernel::ids::ContactId;
use crate::kernel::money::Money;
use crate::plan::introduction::Direction;
use crate::plan::record::Outcome;
use crate::plan::view::record::forms::field;

/// An introduction that was agreed: who gives, who at the partner, to whom, by when.
pub(super) type Meeting = (Direction, Option<ContactId>, String, Date);

/// What was promised: what, who of ours, who of theirs, by when.
pub(super) type Promised = (String, Option<String>, Option<ContactId>, Date);

/// What the form of an account says, as far as it can be read without looking anything up.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) outcome: Outcome,
    pub(super) stall: Option<String>,
    pub(super) amount: Option<Money>,
    pub(super) stage: Option<String>,
    pub(super) meeting: Option<Meeting>,
    pub(super) promise: Option<Promised>,
}

/// Reads it, or says everything that is wrong with it; the decision is read beside. Where nobody got to the account, the
/// rest does not count.
pub(super) fn read(values: &State, today: Date) -> Result<Read, Problems> {
    let Some(outcome) = values.option(field::OUTCOME, field::OUTCOME).and_then(Outcome::stored) else {
        return Err(vec![(field::OUTCOME.to_owned(), "Choose what came of it.".to_owned())]);
    };
    if !outcome.was_reached() {
        return Ok(Read { outcome, stall: None, amount: None, stage: None, meeting: None, promise: None });
    }
    let mut problems = Problems::new();
    let meeting = meeting(values, outcome, today, &mut problems);
    let promise = promise(values, outcome, today, &mut problems);
    let amount = amount(values, &mut problems);
    let stall = text(values, field::STALL);
    if outcome == Outcome::Stalled && stall.is_none() {
        wrong(&mut problems, field::STALL, "Say what it waits for.");
    }
    if problems.is_empty() {
        Ok(Read { outcome, stall, amount, stage: text(values, field::STAGE), meeting, promise })
    } else {
        Err(problems)
    }
}

fn text(values: &State, id: &str) -> Option<String> {
    values.get_text(id, id).map(str::to_owned)
}

fn contact(values: &State, id: &str) -> Option<ContactId> {
    values.option(id, id).map(ContactId::from)
}

fn wrong(problems: &mut Problems, field: &str, text: &str) {
    problems.push((field.to_owned(), text.to_owned()));
}

/// A day that is still ahead.
fn day(values: &State, id: &str, today: Date, none: &str, problems: &mut Problems) -> Option<Date> {
    match values.date(id, id) {
        None => {
            wrong(problems, id, none);
            None
        }
        Some(day) if day < today => {
            wrong(problems, id, "That day is over. Choose today or later.");
            None
        }
        day => day,
    }
}

fn meeting(values: &State, outcome: Outcome, today: Date, problems: &mut Problems) -> Option<Meeting> {
    let Some(whom) = text(values, field::WHOM) else {
        if outcome == Outcome::Introduction {
            wrong(problems, field::WHOM, "Say to whom, or choose another outcome.");
        }
        return None;
    };
    let due = day(values, field::MEET_BY, today, "Choose the day by which it is made.", problems)?;
    let direction = values.option(field::DIRECTION, field::DIRECTION).and_then(Direction::stored);
    Some((direction.unwrap_or(Direction::Received), contact(values, field::CONTACT), whom, due))
}

fn promise(values: &State, outcome: Outcome, today: Date, problems: &mut Problems) -> Option<Promised> {
    let Some(promised) = text(values, field::PROMISE) else {
        if outcome == Outcome::NextStep {
            wrong(problems, field::PROMISE, "Say what is done next, or choose another outcome.");
        }
        return None;
    };
    let owner = values.user(field::PROMISE_OWNER, field::PROMISE_OWNER).map(str::to_owned);
    let theirs = contact(values, field::PROMISE_THEIRS);
    if owner.is_none() && theirs.is_none() {
        wrong(problems, field::PROMISE_OWNER, "Choose who does it.");
    }
    let due = day(values, field::PROMISE_DUE, today, "Choose a day.", problems)?;
    Some((promised, owner, theirs, due))
}

fn amount(values: &State, problems: &mut Problems) -> Option<Money> {
    let written = text(values, field::AMOUNT)?;
    let amount = Money::parse(&written);
    if amount.is_none() {
        let text = format!("I can't read \"{written}\" as an amount. Try $120k, €1.2M or 120,000 USD.");
        problems.push((field::AMOUNT.to_owned(), text));
    }
    amount
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::*;

    const TODAY: Date = date(2026, 3, 12);

    fn form(fields: Value) -> State {
        let shaped: serde_json::Map<String, Value> = fields
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, value)| (id.clone(), json!({id: value})))
            .collect();
        State::new(Some(&Value::Object(shaped)))
    }

    fn option(value: &str) -> Value {
        json!({"selected_option": {"value": value}})
    }

    fn wrong_fields(fields: Value) -> Vec<String> {
        read(&form(fields), TODAY).unwrap_err().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn each_outcome_needs_what_it_says() {
        let with = |outcome: &str| json!({"outcome": option(outcome)});
        assert_eq!(wrong_fields(json!({})), ["outcome"]);
        assert_eq!(wrong_fields(with("introduction")), ["whom"]);
        assert_eq!(wrong_fields(with("next_step")), ["promise"]);
        assert_eq!(wrong_fields(with("stalled")), ["stall"]);
        assert!(read(&form(with("nothing")), TODAY).is_ok());
    }

    #[test]
    fn what_nobody_got_to_is_nothing_else() {
        let fields = json!({
            "outcome": option("not_reached"), "amount": {"value": "a lot"}, "whom": {"value": "Dana"},
        });
        let read = read(&form(fields), TODAY).unwrap();
        assert!(read.meeting.is_none() && read.amount.is_none());
    }

    #[test]
    fn an_introduction_and_a_promise_have_their_days() {
        let fields = json!({
            "outcome": option("introduction"), "whom": {"value": "Dana"}, "meet_by": {"selected_date": "2026-03-11"},
            "promise": {"value": "send it"}, "amount": {"value": "a lot"},
        });
        assert_eq!(wrong_fields(fields), ["meet_by", "promise_owner", "promise_due", "amount"]);
        let fields = json!({
            "outcome": option("introduction"), "whom": {"value": "Dana"}, "meet_by": {"selected_date": "2026-03-12"},
            "direction": option("made"), "contact": option("c1"),
            "promise": {"value": "send it"}, "promise_theirs": option("c1"), "promise_due": {"selected_date": "2026-03-16"},
            "amount": {"value": "$120k"},
        });
        let read = read(&form(fields), TODAY).unwrap();
        let contact = Some(ContactId::from("c1"));
        assert_eq!(read.meeting, Some((Direction::Made, contact.clone(), "Dana".into(), TODAY)));
        assert_eq!(read.promise, Some(("send it".into(), None, contact, date(2026, 3, 16))));
        assert_eq!(read.amount, Money::parse("$120k"));
    }
}
