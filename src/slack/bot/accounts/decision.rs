//! The decision on an account (E5): its form, alone and in the form that plans an overlap.

use jiff::civil::Date;
use serde_json::Value;

use super::super::super::payload::{State, ViewSubmission};
use super::super::identity;
use super::super::{Bot, Occasion, Problems};
use super::{account_of, metadata};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountDecisionId, AccountId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map::decision::{Choice, Intent};
use crate::map::account_map::relationship::Knower;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::suggest::suggest;
use crate::map::account_map::view::{self, Offer, field};
use crate::map::account_map::{flow, hold, store};
use crate::map::overlap::Overlap;
use crate::pull::flow as pull;
use crate::store::{Tx, people};

pub(super) async fn open(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let mut tx = o.read().await?;
    let map = flow::find(&mut tx, id).await?;
    tx.rollback().await?;
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    let offer = Offer::of(&sight, suggest(&sight, None, None, &o.actor.user));
    o.open(&view::decide_form(&sight, &offer, metadata(o, id.as_str()))).await
}

/// What the form that plans this overlap asks of its account.
pub(in super::super) async fn offer(o: &Occasion<'_>, overlap: &Overlap) -> Result<Offer> {
    let mut tx = o.read().await?;
    let map = flow::find(&mut tx, &overlap.account.id).await?;
    let why = pull::why_now(&mut tx, &overlap.id).await?;
    tx.rollback().await?;
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    let suggestion = suggest(&sight, Some(&overlap.partner_id), why.as_deref(), &o.actor.user);
    Ok(Offer::of(&sight, suggestion))
}

/// What the form decides, or everything that is wrong with it; `today` is the writer's.
pub(in super::super) fn read(
    values: &State,
    partner: Option<PartnerId>,
    today: Date,
) -> Result<Choice, Problems> {
    let mut problems = Problems::new();
    let mut wrong = |field: &str, text: &str| problems.push((field.to_owned(), text.to_owned()));
    let reaches_out = values.user(field::REACHES_OUT, field::REACHES_OUT).map(UserId::from);
    let stays_out: Vec<UserId> =
        values.users(field::STAYS_OUT, field::STAYS_OUT).into_iter().map(UserId::from).collect();
    let introducer = values.option(field::INTRODUCES, field::INTRODUCES).and_then(Knower::read);
    match &reaches_out {
        None => wrong(field::REACHES_OUT, "Choose who reaches out."),
        Some(user) if stays_out.contains(user) => {
            wrong(field::STAYS_OUT, "Whoever reaches out can't stay out of the way as well.");
        }
        Some(_) => {}
    }
    if let Some(Knower::Us(user)) = &introducer
        && stays_out.contains(user)
    {
        wrong(field::STAYS_OUT, "Whoever introduces can't stay out of the way as well.");
    }
    let mut why = |id: &str, text: &str| {
        let written = values.get_text(id, id).map(str::to_owned);
        if written.is_none() {
            problems.push((id.to_owned(), text.to_owned()));
        }
        written.unwrap_or_default()
    };
    let intent = Intent {
        partner: why(field::WHY_PARTNER, "Say why this partner, or why none."),
        now: why(field::WHY_NOW, "Say why now."),
        person: why(field::WHY_PERSON, "Say why this person."),
    };
    let text = values.get_text(field::HOLD, field::HOLD).map(str::to_owned);
    let until = values.date(field::HOLD_UNTIL, field::HOLD_UNTIL);
    if text.is_none() && until.is_some() {
        problems.push((field::HOLD.to_owned(), "Say what is on hold, or leave the day empty.".to_owned()));
    }
    if let Some(problem) = until.and_then(|until| over(field::HOLD_UNTIL, until, today)) {
        problems.push(problem);
    }
    match reaches_out {
        Some(reaches_out) if problems.is_empty() => Ok(Choice {
            partner,
            reaches_out,
            introducer,
            stays_out,
            intent,
            hold: text.map(|text| hold::Terms { text, until }),
        }),
        _ => Err(problems),
    }
}

fn over(field: &str, day: Date, today: Date) -> Option<(String, String)> {
    let text = "That day is over or is today. Choose a later one.";
    (day <= today).then(|| (field.to_owned(), text.to_owned()))
}

async fn today_of(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Date> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    Ok(bot.clock.now().to_zoned(zone).date())
}

/// What is wrong with the decision's fields of a form.
pub(in super::super) async fn review(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    match read(&s.values, None, today_of(bot, tx, s).await?) {
        Err(problems) => Ok(problems),
        Ok(_) => identity::strangers(tx, s, &[field::REACHES_OUT, field::STAYS_OUT]).await,
    }
}

/// What is wrong with the day until which a hold is kept.
pub(super) async fn review_until(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let today = today_of(bot, tx, s).await?;
    Ok(match s.values.date(field::DATE, field::DATE) {
        None => vec![(field::DATE.to_owned(), "Choose the last day of the hold.".to_owned())],
        Some(until) => over(field::DATE, until, today).into_iter().collect(),
    })
}

/// The decision of a submitted form; everybody in it is one of ours.
pub(in super::super) async fn chosen(
    o: &Occasion<'_>,
    s: &ViewSubmission,
    partner: Option<PartnerId>,
) -> Result<Choice> {
    let choice = read(&s.values, partner, o.today()).map_err(|problems| {
        let first = problems.into_iter().next().map(|(_, text)| text).unwrap_or_default();
        Error::user(format!("{first} Nothing was changed."))
    })?;
    for user in std::iter::once(&choice.reaches_out).chain(&choice.stays_out) {
        identity::colleague(o, user).await?;
    }
    Ok(choice)
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let id = account_of(s)?;
    let partner = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from);
    o.actor.require(Right::Triage, partner.as_ref())?;
    let choice = chosen(o, s, partner).await?;
    let last = match &s.metadata["last"] {
        Value::String(last) => Some(AccountDecisionId::from(last.as_str())),
        _ => None,
    };
    let mut tx = o.begin().await?;
    let (made, held) = flow::decide(&mut tx, o.now, &o.actor, &id, &choice, Some(last)).await?;
    if held.is_some() {
        pull::refresh_account(&mut tx, o.now, &id).await?;
    }
    let map = flow::find(&mut tx, &id).await?;
    let users = [vec![made.reaches_out.clone()], made.stays_out.clone()].concat();
    let names = store::names(&mut tx, &users).await?;
    let mut said = format!("Decided on *{}*: {}.", escape(&map.account.name), escape(&made.words(&names)));
    if let Some(held) = &held {
        said.push_str(&format!("\n*On hold:* {}.", escape(&held.line(&names, o.now))));
    }
    let step = map.steps.is_empty().then_some(("Add next step", view::action::STEP, id.as_str()));
    o.send(&mut tx, &o.privately(view::saved(&said, &map.account, step))).await?;
    o.finish(tx).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 3, 9);

    fn form(more: Value) -> State {
        let mut values = json!({
            "reaches_out": {"reaches_out": {"selected_user": "U0ALEX"}},
            "introduces": {"introduces": {"selected_option": {"value": "c:c-sam"}}},
            "why_partner": {"why_partner": {"value": "Sam knows Dana"}},
            "why_now": {"why_now": {"value": "the deal closes in March"}},
            "why_person": {"why_person": {"value": "Dana signs"}},
        });
        for (field, value) in more.as_object().unwrap() {
            values[field] = json!({field: value});
        }
        State::new(Some(&values))
    }

    fn wrong(more: Value) -> Vec<String> {
        read(&form(more), None, TODAY).unwrap_err().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn a_whole_form_is_a_decision_with_a_hold_until_a_day_or_the_introduction() {
        let made = read(&form(json!({})), Some("p1".into()), TODAY).unwrap();
        assert_eq!((made.reaches_out.as_str(), made.hold), ("U0ALEX", None));
        assert_eq!(made.introducer, Some(Knower::Contact("c-sam".into())));
        let held =
            json!({"hold": {"value": "No executive outreach"}, "stays_out": {"selected_users": ["U0EVE"]}});
        let made = read(&form(held.clone()), None, TODAY).unwrap();
        assert_eq!(made.hold, Some(hold::Terms { text: "No executive outreach".into(), until: None }));
        assert_eq!(made.stays_out, ["U0EVE".into()]);
        let mut until = held;
        until["hold_until"] = json!({"selected_date": "2026-03-20"});
        let made = read(&form(until), None, TODAY).unwrap();
        assert_eq!(made.hold.unwrap().until, Some(jiff::civil::date(2026, 3, 20)));
    }

    #[test]
    fn what_is_missing_or_contradicts_itself_is_said_at_its_field() {
        assert_eq!(wrong(json!({"reaches_out": {"selected_user": null}})), ["reaches_out"]);
        assert_eq!(wrong(json!({"why_now": {"value": "  "}})), ["why_now"]);
        assert_eq!(wrong(json!({"stays_out": {"selected_users": ["U0EVE", "U0ALEX"]}})), ["stays_out"]);
        assert_eq!(
            wrong(
                json!({"introduces": {"selected_option": {"value": "u:U0EVE"}}, "stays_out": {"selected_users": ["U0EVE"]}})
            ),
            ["stays_out"]
        );
        assert_eq!(wrong(json!({"hold_until": {"selected_date": "2026-03-20"}})), ["hold"]);
        let today = json!({"hold": {"value": "x"}, "hold_until": {"selected_date": "2026-03-09"}});
        assert_eq!(wrong(today), ["hold_until"]);
    }
}
