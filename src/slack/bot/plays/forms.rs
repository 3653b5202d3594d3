//! What the forms of plays say, and what is wrong with it.

use jiff::civil::Date;

use super::super::super::payload::{State, ViewSubmission};
use super::super::seen::carried;
use super::super::sessions::{chosen_partner, review_date};
use super::super::{Bot, Occasion, Problem, Problems, identity, outdated};
use super::confirm;
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::{PlayId, UserId};
use crate::kernel::money::Money;
use crate::map::name;
use crate::map::store as map;
use crate::plan::flow::{self, Promise};
use crate::plan::play::{Audience, Kind, Move, Plan, Play, Results};
use crate::plan::store;
use crate::plan::view::field;
use crate::plan::view::play_forms::{CHECKS, KEEP, OWN, field_of, fields, problem};
use crate::store::{Tx, people};

fn wrong(field: &str, text: impl Into<String>) -> Problem {
    (field.to_owned(), text.into())
}

/// What the form says of a play, with the owner's zone; or what is wrong with which field. What has no field in it is
/// taken from `known`.
fn read_plan(values: &State, zone: String, known: Option<&Play>) -> Result<Plan, Problems> {
    let text = |id| values.get_text(id, id).map(str::to_owned);
    let mut problems = Problems::new();
    let title = text(fields::TITLE).unwrap_or_default();
    if name::key(&title).is_empty() {
        problems.push(wrong(fields::TITLE, "Write what it is called, such as Returns webinar."));
    } else if title.chars().count() > 80 {
        problems.push(wrong(fields::TITLE, "Keep the name under 80 characters."));
    }
    let kind = match values.option(fields::KIND, fields::KIND) {
        Some(OWN) => text(fields::OWN_KIND).map(Kind::Own),
        Some(named) => Some(Kind::stored(named)),
        None => None,
    };
    match &kind {
        None => problems.push(wrong(fields::OWN_KIND, "Say in a few words what it is.")),
        Some(Kind::Own(words)) if words.chars().count() > 60 => {
            problems.push(wrong(fields::OWN_KIND, "Keep it under 60 characters."));
        }
        Some(_) => {}
    }
    let their_owner = text(fields::THEIR_OWNER);
    if their_owner.as_ref().is_some_and(|name| !name.chars().any(char::is_alphabetic)) {
        problems.push(wrong(fields::THEIR_OWNER, "Write a name, such as Sam Whitfield."));
    }
    let checks = values.option(fields::CHECKS, fields::CHECKS).and_then(|c| c.parse().ok());
    let audience = values.option(fields::AUDIENCE, fields::AUDIENCE).and_then(Audience::stored);
    match kind {
        Some(kind) if problems.is_empty() => Ok(Plan {
            title,
            kind,
            owner: values.user(field::OWNER, field::OWNER).map(UserId::from),
            their_owner: their_owner.map(|name| name.chars().take(80).collect()),
            sender: values.user(fields::SENDER, fields::SENDER).map(UserId::from),
            ship: match known {
                Some(play) if play.is_running() => play.plan.ship,
                _ => values.date(field::DATE, field::DATE),
            },
            zone,
            check_days: checks.filter(|days| CHECKS.iter().any(|(d, _)| d == days)).unwrap_or(7),
            audience: audience.unwrap_or(Audience::Nobody),
        }),
        _ => Err(problems),
    }
}

/// A whole number as people write it: digits, in groups of three where they are grouped. What stands before fewer digits
/// may be a fraction, so that it is no count.
fn whole_number(written: &str) -> Option<i64> {
    let mut groups = written.trim().split([',', ' ', '.', '\u{a0}', '\u{202f}', '’', '\'']);
    let digits = |group: &str| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit());
    let mut number = groups.next().filter(|first| digits(first))?.to_owned();
    let first = number.len();
    for group in groups {
        if first > 3 || group.len() != 3 || !digits(group) {
            return None;
        }
        number.push_str(group);
    }
    number.parse().ok()
}

/// A count, or an amount, or what is wrong with it; nothing where nothing was written.
fn read_results(values: &State) -> Result<Results, Problems> {
    let mut problems = Problems::new();
    let mut count = |id: &str| {
        let written = values.get_text(id, id)?;
        match whole_number(written) {
            Some(n) if n <= 100_000_000 => Some(n),
            _ => {
                problems.push(wrong(id, format!("\"{written}\" is no count. Write a number such as 120.")));
                None
            }
        }
    };
    let (sent, replies, meetings) = (count(fields::SENT), count(fields::REPLIES), count(fields::MEETINGS));
    let pipeline = match values.get_text(fields::PIPELINE, fields::PIPELINE) {
        None => None,
        Some(written) => match Money::parse(written).filter(|m| m.hundredths >= 0) {
            Some(money) => Some(money),
            None => {
                let text = format!("I can't read \"{written}\" as an amount. Try $80k or 80,000 EUR.");
                problems.push(wrong(fields::PIPELINE, text));
                None
            }
        },
    };
    if problems.is_empty() { Ok(Results { sent, replies, meetings, pipeline }) } else { Err(problems) }
}

/// What a form moves, or what is wrong with which field; `today` is the writer's.
pub(super) fn read_move(verb: &str, s: &ViewSubmission, today: Date) -> Result<Move, Problems> {
    let day = s.values.date(field::DATE, field::DATE);
    let why = s.values.get_text(field::REASON, field::REASON).map(str::to_owned);
    let one = |field: &str, text: &str| Err(vec![wrong(field, text)]);
    match verb {
        "move" => match (day, why) {
            (None, _) => one(field::DATE, "Choose the new day."),
            (Some(day), _) if day < today => one(field::DATE, "That day is over. Choose today or later."),
            (_, None) => one(field::REASON, "Say why it moves: it stays on the card."),
            (Some(day), Some(why)) => Ok(Move::Slip(day, why)),
        },
        "ship" => {
            let results = read_results(&s.values)?;
            match day {
                None => one(field::DATE, "Choose the day on which it went out."),
                Some(day) if day > today => one(
                    field::DATE,
                    &format!(
                        "{} is still to come. Move the date instead, or choose a day that is over.",
                        spoken(day, today)
                    ),
                ),
                Some(day) => Ok(Move::Ship(day, Some(results).filter(|r| *r != Results::default()))),
            }
        }
        "results" => match read_results(&s.values)? {
            empty if empty == Results::default() => {
                one(fields::SENT, "Write at least one of them; 0 is an answer too.")
            }
            results => Ok(Move::Results(results)),
        },
        "drop" => match why {
            None => one(field::REASON, "Say why it is off."),
            Some(why) => Ok(Move::Drop(why)),
        },
        _ => one(field::REASON, "This form belongs to an older version. Close it and try again."),
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let today = bot.clock.now().to_zoned(zone).date();
    match verb {
        "start" | "edit" => review_plan(tx, s, today).await,
        "support" => {
            let mut problems = Problems::new();
            if s.values.get_text(field::TEXT, field::TEXT).is_none() {
                problems.push(wrong(field::TEXT, "Write what we do for it."));
            }
            review_date(bot, tx, s, &mut problems).await?;
            match s.values.user(field::OWNER, field::OWNER) {
                None => problems.push(wrong(field::OWNER, "Choose who does it.")),
                Some(_) => problems.extend(identity::strangers(tx, s, &[field::OWNER]).await?),
            }
            Ok(problems)
        }
        _ => Ok(read_move(verb, s, today).err().unwrap_or_default()),
    }
}

async fn review_plan(tx: &mut Tx, s: &ViewSubmission, today: Date) -> Result<Problems> {
    let known = match carried::<PlayId>(s) {
        Ok((id, _)) => store::play(tx, &id).await?,
        Err(_) => None,
    };
    let mut problems = match read_plan(&s.values, "UTC".to_owned(), known.as_ref()) {
        Err(problems) => problems,
        Ok(plan) => {
            let starts = known.is_none() && s.values.option(fields::HOW, fields::HOW) != Some(KEEP);
            let runs = known.as_ref().is_some_and(Play::is_running);
            let lacks = if starts || runs { plan.missing(today) } else { Vec::new() };
            // A day that has passed while it runs is moved elsewhere.
            let lacks = lacks.into_iter().filter(|m| starts || field_of(*m) != field::DATE);
            lacks.map(|m| wrong(field_of(m), problem(m))).collect()
        }
    };
    problems.extend(identity::strangers(tx, s, &[field::OWNER, fields::SENDER]).await?);
    Ok(problems)
}

/// Looks up who runs and who sends it, and gives the owner's zone: in it the days are told.
async fn meet(o: &Occasion<'_>, s: &ViewSubmission) -> Result<String> {
    let mut zone = None;
    for id in [field::OWNER, fields::SENDER] {
        if let Some(user) = s.values.user(id, id) {
            let person = identity::colleague(o, &user.into()).await?;
            zone = zone.or(person.zone.filter(|_| id == field::OWNER));
        }
    }
    let own = || o.actor.zone.iana_name().map(str::to_owned);
    Ok(zone.or_else(own).unwrap_or_else(|| "UTC".to_owned()))
}

/// A contact's name as it is on record, whatever its case.
async fn as_on_record(tx: &mut Tx, plan: &mut Plan, partner: &crate::kernel::ids::PartnerId) -> Result<()> {
    if let Some(written) = &plan.their_owner {
        let key = name::key(written);
        let contacts = map::contacts(tx, partner).await?;
        if let Some(contact) = contacts.into_iter().find(|c| name::key(&c.name) == key) {
            plan.their_owner = Some(contact.name);
        }
    }
    Ok(())
}

pub(super) async fn start(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let zone = meet(o, s).await?;
    let mut tx = o.begin().await?;
    let partner = chosen_partner(&mut tx, s).await?;
    o.actor.require(Right::Triage, Some(&partner.id))?;
    let mut plan = read_plan(&s.values, zone, None).map_err(|_| outdated())?;
    as_on_record(&mut tx, &mut plan, &partner.id).await?;
    let start = s.values.option(fields::HOW, fields::HOW) != Some(KEEP);
    let play = flow::think_of(&mut tx, o.now, &o.actor, &partner, plan, start).await?;
    confirm(o, &mut tx, play).await?;
    o.finish(tx).await
}

pub(super) async fn edit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let zone = meet(o, s).await?;
    let seen = carried::<PlayId>(s)?;
    let mut tx = o.begin().await?;
    let before = flow::play_for(&mut tx, o.now, &o.actor, &seen).await?;
    let mut plan = read_plan(&s.values, zone, Some(&before)).map_err(|_| outdated())?;
    as_on_record(&mut tx, &mut plan, &before.partner_id).await?;
    let after = flow::move_play(&mut tx, o.now, &o.actor, &seen, Move::Edit(plan)).await?;
    confirm(o, &mut tx, after).await?;
    o.finish(tx).await
}

pub(super) async fn support(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let owner = UserId::from(s.values.user(field::OWNER, field::OWNER).ok_or_else(outdated)?);
    let person = identity::colleague(o, &owner).await?;
    let promise = Promise {
        text: s.values.get_text(field::TEXT, field::TEXT).ok_or_else(outdated)?.to_owned(),
        owner,
        zone: person.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        due: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        source: None,
        theirs: None,
    };
    let mut tx = o.begin().await?;
    let play = flow::add_support(&mut tx, o.now, &o.actor, &carried(s)?, promise).await?;
    confirm(o, &mut tx, play).await?;
    o.finish(tx).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::whole_number;

    #[test]
    fn a_separator_stands_before_three_digits() {
        for (written, number) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("1,200", Some(1200)),
            ("1.200.000", Some(1_200_000)),
            ("12 500", Some(12_500)),
            ("1\u{202f}200", Some(1200)),
            ("1.5", None),
            ("1,23", None),
            ("1,2000", None),
            ("1200,500", None),
            ("1,200,", None),
            (",200", None),
            ("-3", None),
            ("many", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(whole_number(written), number, "{written}");
        }
    }

    proptest! {
        #[test]
        fn what_is_grouped_is_the_number(n in 0i64..1_000_000_000_000, by in "[,. ’']") {
            let digits = n.to_string();
            let mut grouped = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    grouped.push_str(&by);
                }
                grouped.push(digit);
            }
            prop_assert_eq!(whole_number(&grouped), Some(n));
            prop_assert_eq!(whole_number(&digits), Some(n));
        }
    }
}
