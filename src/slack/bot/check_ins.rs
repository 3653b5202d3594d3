//! Check-ins with partners: the reminder's buttons, the forms (B9).

use jiff::civil::Date;
use serde_json::json;

use super::super::payload::{Action, ViewSubmission};
use super::partners::found;
use super::{Bot, Occasion, Problem, Problems, outdated, partners};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::calendar::add_days;
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::PartnerId;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::check_in::RHYTHMS;
use crate::plan::flow::{self, Heard};
use crate::plan::store;
use crate::plan::view::check_in::{self as view, FOCUS_LENGTH, fields};
use crate::plan::view::field;
use crate::store::{Tx, people};
use crate::sustain::relevance::names_other;

/// A reminder is put off by so many days at first.
const WEEK: i64 = 7;

/// The form of a check-in with this partner.
pub(super) async fn open(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    o.actor.require(Right::Triage, Some(&partner.id))?;
    let mut tx = o.read().await?;
    let rhythm = store::rhythm(&mut tx, &partner.id).await?;
    let last = store::last_check_in(&mut tx, &partner.id).await?;
    tx.rollback().await?;
    let metadata = json!({"channel": o.place.channel, "id": partner.id, "version": rhythm.version});
    o.open(&view::record_modal(partner, &rhythm, last.as_ref(), o.today(), &metadata)).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    let partner = found(o, &action.value).await?;
    match verb {
        "record" => open(o, &partner).await,
        "later" => {
            o.actor.require(Right::Triage, Some(&partner.id))?;
            let mut tx = o.read().await?;
            let version = store::rhythm(&mut tx, &partner.id).await?.version;
            tx.rollback().await?;
            let metadata = json!({"channel": o.place.channel, "id": partner.id, "version": version});
            o.open(&view::later_modal(&partner, add_days(o.today(), WEEK), &metadata)).await
        }
        _ => Err(outdated()),
    }
}

/// How check-ins with a partner stand, for its card.
pub(super) async fn summary(o: &Occasion<'_>, tx: &mut Tx, partner: &PartnerId) -> Result<String> {
    let season = store::season(tx, partner, o.today()).await?;
    let stands = flow::check_in_standing(tx, &o.bot.calendars, partner).await?;
    Ok(view::summary(&stands.rhythm, season.as_ref(), stands.since, o.today(), &stands.days))
}

/// What the form says, or what is wrong with which field; `today` is the writer's.
fn read(s: &ViewSubmission, today: Date) -> Result<Heard, Problems> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned);
    let mut problems = Problems::new();
    let mut wrong = |field: &str, text: String| problems.push((field.to_owned(), text));
    let focus = text(fields::FOCUS).map(|f| f.split_whitespace().collect::<Vec<_>>().join(" "));
    match &focus {
        None => wrong(fields::FOCUS, "Write what they focus on, in a few words.".to_owned()),
        Some(focus) if focus.chars().count() > FOCUS_LENGTH => {
            wrong(fields::FOCUS, format!("Keep it under {FOCUS_LENGTH} characters."));
        }
        Some(_) => {}
    }
    let on = s.values.date(field::DATE, field::DATE);
    let until = s.values.date(fields::UNTIL, fields::UNTIL);
    match on {
        None => wrong(field::DATE, "Choose the day on which it was said.".to_owned()),
        Some(on) if on > today => {
            wrong(field::DATE, format!("{} is still to come. Choose a day that is over.", spoken(on, today)));
        }
        Some(_) => {}
    }
    match until {
        None => wrong(fields::UNTIL, "Choose the last day on which it counts.".to_owned()),
        Some(until) if until < today => {
            wrong(
                fields::UNTIL,
                "That day is over, so it would count nowhere. Choose a later one.".to_owned(),
            );
        }
        Some(_) => {}
    }
    let rhythm = s.values.option(fields::RHYTHM, fields::RHYTHM).and_then(|r| r.parse().ok());
    match (focus, on, until) {
        (Some(focus), Some(on), Some(until)) if problems.is_empty() => Ok(Heard {
            on,
            focus: focus.trim_end_matches('.').to_owned(),
            until,
            said_by: text(fields::SAID_BY).map(|who| who.chars().take(80).collect()),
            notes: text(fields::NOTES),
            every_days: rhythm.filter(|r| RHYTHMS.iter().any(|(days, _)| days == r)).unwrap_or(28),
        }),
        _ => Err(problems),
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let today = bot.clock.now().to_zoned(zone).date();
    Ok(match verb {
        "record" => match read(s, today) {
            Err(problems) => problems,
            Ok(heard) => names_another(tx, s, &heard.focus).await?.into_iter().collect(),
        },
        "later" => match s.values.date(field::DATE, field::DATE) {
            Some(day) if day > today => Problems::new(),
            _ => vec![(field::DATE.to_owned(), "Choose a day after today.".to_owned())],
        },
        _ => Problems::new(),
    })
}

/// Notes to the partner build on it, so it names no other one.
async fn names_another(tx: &mut Tx, s: &ViewSubmission, focus: &str) -> Result<Option<Problem>> {
    let partners = map::partners(tx).await?;
    let own = partners.iter().find(|p| Some(p.id.as_str()) == s.metadata["id"].as_str());
    let Some(own) = own else { return Ok(None) };
    let other = partners.iter().find(|p| p.id != own.id && names_other(focus, &own.name, &p.name));
    Ok(other.map(|other| {
        let text = format!(
            "It names {}, another partner, and notes to {} build on it. Leave that out.",
            other.name, own.name
        );
        (fields::FOCUS.to_owned(), text)
    }))
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let (Some(id), Some(seen)) = (s.metadata["id"].as_str(), s.metadata["version"].as_i64()) else {
        return Err(outdated());
    };
    let calendars = &o.bot.calendars;
    let mut tx = o.begin().await?;
    let partner = map::partner(&mut tx, &PartnerId::from(id)).await?.ok_or_else(partners::gone)?;
    match verb {
        "record" => {
            let heard = read(s, o.today()).map_err(|_| outdated())?;
            let said =
                flow::record_check_in(&mut tx, o.now, &o.actor, &partner, seen, heard, calendars).await?;
            let stands = flow::check_in_standing(&mut tx, calendars, &partner.id).await?;
            let told = view::recorded(&partner, &said, &stands.rhythm, o.today(), &stands.days)?;
            o.send(&mut tx, &o.privately(told)).await?;
        }
        "later" => {
            let day = s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?;
            flow::put_off_check_in(&mut tx, o.now, &o.actor, &partner, seen, day, calendars).await?;
        }
        _ => return Err(outdated()),
    }
    o.finish(tx).await
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::remind_of_check_ins(tx, now, &bot.calendars).await
}
