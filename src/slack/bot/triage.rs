//! Triage: what is decided on a row of the digest.

use jiff::Span;
use jiff::civil::Date;

use super::super::payload::{Action, BlockActions, ViewSubmission};
use super::accounts::decision;
use super::seen::{carried, seen};
use super::{Bot, Occasion, Problem, Problems, drafts, identity, outdated, sessions};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::OverlapId;
use crate::map::account_map::decision::Choice;
use crate::map::lists::{review, store as lists, view as lists_view};
use crate::map::overlap::Overlap;
use crate::map::store as map;
use crate::plan::flow::{self as plan, Asked, Wish};
use crate::plan::store as plan_store;
use crate::plan::view::request;
use crate::pull::digest::Decision;
use crate::pull::flow::{self, Outcome};
use crate::pull::forms::{self, field};
use crate::pull::view::{self, action};
use crate::store::{Tx, people};

/// A session or a return is proposed in so many days.
const WEEK: i64 = 7;

/// A row's button or a choice of its `⋯`.
pub(super) async fn click(
    o: &Occasion<'_>,
    verb: &str,
    click: &BlockActions,
    chosen: &Action,
) -> Result<Handled> {
    let (verb, value) = match verb {
        "menu" => chosen.value.split_once(':').ok_or_else(outdated)?,
        verb => (verb, chosen.value.as_str()),
    };
    let ((id, version), _) = seen::<OverlapId>(value)?;
    if verb == "draft" {
        let about =
            Action { action_id: action::DRAFT.to_owned(), kind: "button".to_owned(), value: id.to_string() };
        return Box::pin(drafts::click(o, "new", click, &about)).await;
    }
    let mut tx = o.read().await?;
    let overlap = flow::find(&mut tx, &id).await?;
    tx.rollback().await?;
    o.actor.require(Right::Triage, Some(&overlap.partner_id))?;
    if verb == "reopen" {
        return decide(o, &id, version, Decision::Reopen, None).await;
    }
    if overlap.version != version {
        return second(o, o.begin().await?, &overlap).await;
    }
    if verb == "wrong" {
        return wrong(o, &overlap).await;
    }
    if verb == "claim" {
        return decide(o, &id, version, Decision::Assign(o.actor.user.clone()), None).await;
    }
    let from = (o.place.channel.as_ref(), o.place.thread.as_deref());
    let in_a_week = o.today().saturating_add(Span::new().days(WEEK));
    let view = match verb {
        "plan" => forms::plan(&overlap, from, in_a_week, &decision::offer(o, &overlap).await?),
        "assign" => forms::assign(&overlap, from, &o.actor.user),
        "snooze" => forms::snooze(&overlap, from, in_a_week),
        "dismiss" => forms::dismiss(&overlap, from),
        _ => return Err(outdated()),
    };
    o.open(&view).await
}

/// Takes an overlap back that the matcher made, and remembers that its two accounts are not one.
async fn wrong(o: &Occasion<'_>, overlap: &Overlap) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let Some(answers) = review::wrong(&mut tx, o.now, &o.actor.user, overlap).await? else {
        let overlap = flow::find(&mut tx, &overlap.id).await?;
        return second(o, tx, &overlap).await;
    };
    flow::refresh(&mut tx, o.now, &overlap.id).await?;
    let said = lists_view::wrong(&overlap.account.name, &overlap.partner, &answers)?;
    o.send(&mut tx, &o.privately(said)).await?;
    o.finish(tx).await
}

/// Tells the second of two people what happened, and brings what they saw up to date.
async fn second(o: &Occasion<'_>, mut tx: Tx, overlap: &Overlap) -> Result<Handled> {
    flow::refresh(&mut tx, o.now, &overlap.id).await?;
    let scene = flow::scene(&mut tx, o.now, None, std::slice::from_ref(&overlap.id)).await?;
    let said = view::second(overlap, &scene, &o.actor.zone)?;
    o.send(&mut tx, &o.privately(said)).await?;
    o.finish(tx).await
}

async fn decide(
    o: &Occasion<'_>,
    id: &OverlapId,
    version: i64,
    what: Decision,
    on_account: Option<&Choice>,
) -> Result<Handled> {
    let mut tx = o.begin().await?;
    match flow::decide(&mut tx, o.now, &o.actor, id, version, what, on_account).await? {
        Outcome::Second(overlap) => second(o, tx, &overlap).await,
        Outcome::Made { overlap, decided, shown } => {
            match decided.what {
                Decision::Session(by) => ask_for_session(o, &mut tx, &overlap, by).await?,
                Decision::Reopen => name_session(o, &mut tx, &overlap).await?,
                _ => {}
            }
            if shown == 0 {
                let scene = flow::scene(&mut tx, o.now, None, std::slice::from_ref(id)).await?;
                o.send(&mut tx, &o.privately(view::decided(&overlap, &decided, &scene))).await?;
            }
            o.finish(tx).await
        }
    }
}

/// The session that was planned: the one place where triage meets session requests.
async fn ask_for_session(o: &Occasion<'_>, tx: &mut Tx, overlap: &Overlap, by: Date) -> Result<()> {
    let partner = map::partner(tx, &overlap.partner_id)
        .await?
        .ok_or_else(|| Error::user("That partner was removed in the meantime. Nothing was planned."))?;
    let wish = Wish { by, goal: overlap.kind_words() };
    if let Asked::Before(open) =
        plan::request_session(tx, o.now, &o.actor.user, &overlap.account, &partner, wish).await?
    {
        o.send(tx, &o.privately(request::asked_already(&open, o.today()))).await?;
    }
    Ok(())
}

/// A decision taken back takes back no session that was asked for: whoever reopens is told of it.
async fn name_session(o: &Occasion<'_>, tx: &mut Tx, overlap: &Overlap) -> Result<()> {
    let open = plan_store::open_request_on(tx, &overlap.account.id, &overlap.partner_id).await?;
    match open {
        Some(open) => o.send(tx, &o.privately(request::still_asked(&open, o.today()))).await,
        None => Ok(()),
    }
}

/// What a modal decides, or what is wrong with which field; `today` is the writer's.
fn read(verb: &str, s: &ViewSubmission, today: Date) -> Result<Decision, Problem> {
    let wrong = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    let why = s.values.get_text(field::WHY, field::WHY).map(str::to_owned);
    match verb {
        "plan" if s.values.option(field::PLAN, field::PLAN) == Some(forms::SESSION) => {
            match s.values.date(field::BY, field::BY) {
                None => wrong(field::BY, "Choose the date by which the session is wanted."),
                Some(by) if by <= today => {
                    wrong(field::BY, "That day is over or is today. Choose a later one.")
                }
                Some(by) => Ok(Decision::Session(by)),
            }
        }
        "plan" => Ok(Decision::Agenda),
        "assign" => match s.values.user(field::WHO, field::WHO) {
            Some(user) => Ok(Decision::Assign(user.into())),
            None => wrong(field::WHO, "Choose a colleague."),
        },
        "snooze" => match s.values.date(field::UNTIL, field::UNTIL) {
            Some(until) if until > today => Ok(Decision::Snooze(until, why)),
            Some(_) => wrong(field::UNTIL, "That day is over or is today. Choose a later one."),
            None => wrong(field::UNTIL, "Choose the day on which it comes back."),
        },
        "dismiss" => {
            let reason = s.values.option(field::REASON, field::REASON);
            let reason = reason.and_then(|r| forms::REASONS.iter().find(|(value, _)| *value == r));
            match (reason, why) {
                (None, _) => wrong(field::REASON, "Choose a reason."),
                (Some(("other", _)), None) => {
                    wrong(field::WHY, "Say why in a few words. Whoever finds it later reads this.")
                }
                (Some(("other", _)), Some(why)) => Ok(Decision::Dismiss(why)),
                (Some((_, words)), None) => Ok(Decision::Dismiss((*words).to_owned())),
                (Some((_, words)), Some(why)) => Ok(Decision::Dismiss(format!("{words}: {why}"))),
            }
        }
        _ => wrong(field::WHY, "This form belongs to an older version. Close it and try again."),
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let decision = match read(verb, s, bot.clock.now().to_zoned(zone).date()) {
        Err(problem) => return Ok(vec![problem]),
        Ok(decision) if decision.is_plan() => return decision::review(bot, tx, s).await,
        Ok(decision) => decision,
    };
    match decision {
        Decision::Assign(_) => identity::strangers(tx, s, &[field::WHO]).await,
        _ => Ok(Vec::new()),
    }
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let (id, version) = carried::<OverlapId>(s)?;
    let decision = match read(verb, s, o.today()) {
        Ok(decision) => decision,
        Err((_, text)) => return Err(Error::user(format!("{text} Nothing was changed."))),
    };
    let mut tx = o.read().await?;
    let overlap = flow::find(&mut tx, &id).await?;
    let matched = lists::matched_among(&mut tx, std::slice::from_ref(&id)).await?.contains(&id);
    tx.rollback().await?;
    o.actor.require(Right::Triage, Some(&overlap.partner_id))?;
    let is_wrong = s.values.option(field::REASON, field::REASON) == Some(forms::WRONG_MATCH);
    if matched && is_wrong && overlap.version == version {
        return wrong(o, &overlap).await;
    }
    let partner = overlap.partner_id;
    if let Decision::Session(_) = &decision {
        let mut tx = o.read().await?;
        let partner = map::partner(&mut tx, &partner).await?;
        tx.rollback().await?;
        if let Some(partner) = partner {
            sessions::meet(o, &partner).await?;
        }
    }
    if let Decision::Assign(user) = &decision {
        // Looked up outside of the transaction: Slack may take its time.
        identity::colleague(o, user).await?;
    }
    let on_account = match decision.is_plan() {
        true => Some(decision::chosen(o, s, Some(partner)).await?),
        false => None,
    };
    decide(o, &id, version, decision, on_account.as_ref()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::payload::State;
    use serde_json::{Value, json};

    fn form(values: Value) -> ViewSubmission {
        ViewSubmission { values: State::new(Some(&values)), ..ViewSubmission::default() }
    }

    const TODAY: Date = jiff::civil::date(2026, 3, 9);

    #[test]
    fn a_snooze_ends_in_the_future() {
        let until = |day: &str| form(json!({"until": {"until": {"selected_date": day}}}));
        assert_eq!(
            read("snooze", &until("2026-03-10"), TODAY),
            Ok(Decision::Snooze(jiff::civil::date(2026, 3, 10), None))
        );
        assert_eq!(read("snooze", &until("2026-03-09"), TODAY).unwrap_err().0, field::UNTIL);
    }

    #[test]
    fn a_session_needs_a_date_and_an_agenda_none() {
        let plan = |what: &str, by: Value| {
            form(
                json!({"plan": {"plan": {"selected_option": {"value": what}}}, "by": {"by": {"selected_date": by}}}),
            )
        };
        assert_eq!(read("plan", &plan("agenda", Value::Null), TODAY), Ok(Decision::Agenda));
        assert_eq!(read("plan", &plan("session", Value::Null), TODAY).unwrap_err().0, field::BY);
        let by = jiff::civil::date(2026, 3, 16);
        assert_eq!(read("plan", &plan("session", json!("2026-03-16")), TODAY), Ok(Decision::Session(by)));
    }

    #[test]
    fn a_dismissal_says_why() {
        let why = |reason: &str, text: Value| {
            let reason = json!({"reason": {"selected_option": {"value": reason}}});
            form(json!({"reason": reason, "why": {"why": {"value": text}}}))
        };
        let dismissed = |words: &str| Ok(Decision::Dismiss(words.to_owned()));
        let read = |submission| read("dismiss", &submission, TODAY);
        assert_eq!(
            read(why("too_early", json!("budget in autumn"))),
            dismissed("Too early: budget in autumn")
        );
        assert_eq!(read(why("too_early", Value::Null)), dismissed("Too early"));
        assert_eq!(read(why("other", json!("a rival of theirs"))), dismissed("a rival of theirs"));
        assert_eq!(read(why("other", Value::Null)).unwrap_err().0, field::WHY);
    }
}
