//! Introductions: the command, the buttons, the forms.

use serde_json::json;

use super::super::grammar::IntroVerb;
use super::super::payload::{Action, ViewSubmission};
use super::asks::{chosen_contact, chosen_deal, contacts_of, strange_contact};
use super::seen::{carried, seen};
use super::sessions::{chosen_partner, known, meet, resolve, review_account, review_date, typed_wrong};
use super::{Bot, Occasion, Problems, identity, outdated};
use crate::delivery::intake::Handled;
use crate::delivery::outbox;
use crate::kernel::calendar::add_days;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{IntroductionId, UserId};
use crate::map::find::find_account;
use crate::plan::flow::{self, Introducing};
use crate::plan::introduction::{Direction, Introduction, Move, Stage};
use crate::plan::phrase;
use crate::plan::request::Moved;
use crate::plan::store;
use crate::plan::view::field;
use crate::plan::view::introduction::{self as view, Prefill};
use crate::store::Tx;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<IntroVerb>) -> Result<Handled> {
    match verb.unwrap_or(IntroVerb::List) {
        IntroVerb::Add { words } => add(o, &words).await,
        IntroVerb::List => list(o, false).await,
        IntroVerb::Mine => list(o, true).await,
    }
}

async fn list(o: &Occasion<'_>, mine: bool) -> Result<Handled> {
    let mut tx = o.read().await?;
    let found = if mine {
        store::introductions_of(&mut tx, &o.actor.user).await?
    } else {
        store::open_introductions(&mut tx).await?
    };
    tx.rollback().await?;
    o.answer(view::list(&found, mine, &o.here())).await
}

async fn add(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let mut tx = o.read().await?;
    let known = known(&mut tx).await?;
    tx.rollback().await?;
    let read = phrase::request(words, o.today(), &known);
    let mut prefill = Prefill {
        account: read.account.unwrap_or_default(),
        partner: read.partner.unwrap_or_default(),
        whom: read.goal.unwrap_or_default(),
        date: None,
        ours: Some(o.actor.user.to_string()),
        direction: None,
    };
    match read.date {
        Some(Err(error)) => {
            let why = typed_wrong(o, &error, &prefill.partner, &prefill.account).await?;
            o.answer(view::typed_wrong(&why, &prefill)?).await
        }
        Some(Ok(date)) => {
            prefill.date = Some(date);
            open_form(o, &prefill).await
        }
        None => open_form(o, &prefill).await,
    }
}

async fn open_form(o: &Occasion<'_>, prefill: &Prefill) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (found, partners, doubts) = resolve(&mut tx, &prefill.partner, &prefill.account).await?;
    let contacts = contacts_of(&mut tx, &partners, found.as_ref()).await?;
    tx.rollback().await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and an introduction is with one. `/partner partner add` adds the first.",
        ));
    }
    let metadata = json!({"channel": o.place.channel, "thread": o.place.thread});
    o.open(&view::add_modal(prefill, found.as_ref(), &partners, &contacts, &doubts, &metadata)).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    if verb == "add" {
        let mut prefill: Prefill = serde_json::from_str(&action.value).unwrap_or_default();
        prefill.ours.get_or_insert_with(|| o.actor.user.to_string());
        return open_form(o, &prefill).await;
    }
    let (seen, _) = seen::<IntroductionId>(&action.value)?;
    let what = match verb {
        "agree" => Move::Agree,
        "made" => Move::Make,
        "met" => Move::Meet,
        verb => return form(o, verb, &seen).await,
    };
    moved(o, &seen, what).await
}

async fn form(o: &Occasion<'_>, verb: &str, seen: &(IntroductionId, i64)) -> Result<Handled> {
    let mut tx = o.read().await?;
    let i = flow::introduction_for(&mut tx, o.now, &o.actor, seen).await?;
    tx.rollback().await?;
    let metadata = json!({"channel": o.place.channel, "id": i.id, "version": i.version});
    o.open(&match verb {
        "close" => view::close_modal(&i, &metadata),
        "snooze" => view::snooze_modal(&i, add_days(o.today(), 1), &metadata),
        "drop" => view::drop_modal(&i, &metadata),
        _ => return Err(outdated()),
    })
    .await
}

async fn moved(o: &Occasion<'_>, seen: &(IntroductionId, i64), what: Move) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let after = flow::move_introduction(&mut tx, o.now, &o.actor, seen, what).await?;
    confirm(o, &mut tx, &after).await?;
    o.finish(tx).await
}

/// Says what was done, unless the message that was clicked shows it by now, or Home does.
async fn confirm(o: &Occasion<'_>, tx: &mut Tx, after: &Introduction) -> Result<()> {
    let Some(channel) = &o.place.channel else { return Ok(()) };
    let shown = outbox::shown_at(tx, &view::subject(after, &o.actor.user)).await?;
    if shown.is_some_and(|(at, _)| at == channel.as_str()) {
        return Ok(());
    }
    let card = view::card(after, &o.here(), true)?;
    o.send(tx, &o.in_place(card)).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned).ok_or_else(outdated);
    let what = match verb {
        "add" => return save(o, s).await,
        "snooze" => Move::Snooze(s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?),
        "drop" => Move::Drop(text(field::REASON)?),
        "close" => Move::Close(text(field::TEXT)?, chosen_deal(s).ok_or_else(outdated)?),
        _ => return Err(outdated()),
    };
    moved(o, &carried(s)?, what).await
}

async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let ours = UserId::from(s.values.user(field::OWNER, field::OWNER).ok_or_else(outdated)?);
    identity::colleague(o, &ours).await?;
    let mut tx = o.read().await?;
    let partner = chosen_partner(&mut tx, s).await?;
    tx.rollback().await?;
    meet(o, &partner).await?;
    let text = |id| s.values.get_text(id, id).map(str::to_owned).ok_or_else(outdated);
    let direction = s.values.option(field::DIRECTION, field::DIRECTION).and_then(Direction::stored);
    let mut tx = o.begin().await?;
    let account = find_account(&mut tx, &text(field::ACCOUNT)?).await?;
    let direction = direction.ok_or_else(outdated)?;
    // Whoever writes down what they will do themselves has agreed to it.
    let stage = match direction {
        Direction::Made if ours == o.actor.user => {
            Stage::Agreed(Moved { by: o.actor.user.clone(), at: o.now })
        }
        _ => Stage::Requested,
    };
    let what = Introducing {
        direction,
        ours,
        theirs: chosen_contact(&mut tx, s).await?,
        whom: text(field::WHOM)?,
        due: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        stage,
        ask: None,
        session: None,
    };
    let saved = flow::introduce(&mut tx, o.now, &o.actor.user, &account, &partner, what).await?;
    o.send(&mut tx, &o.privately(view::logged(&saved, &o.here())?)).await?;
    o.finish(tx).await
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    let mut needs = |id: &str, words: &str| {
        if s.values.get_text(id, id).is_none() {
            problems.push((id.to_owned(), words.to_owned()));
        }
    };
    match verb {
        "add" => {
            needs(field::ACCOUNT, "Write the account's name, such as Acme Corp.");
            needs(field::WHOM, "Write to whom, such as Dana Reyes, VP Sales.");
            review_account(tx, s, &mut problems).await?;
            review_date(bot, tx, s, &mut problems).await?;
            strange_contact(tx, s, &mut problems).await?;
            match s.values.user(field::OWNER, field::OWNER) {
                None => problems.push((field::OWNER.into(), "Choose who of ours.".to_owned())),
                Some(_) => problems.extend(identity::strangers(tx, s, &[field::OWNER]).await?),
            }
        }
        "close" => {
            needs(field::TEXT, "Say what came of it.");
            if chosen_deal(s).is_none() {
                problems.push((field::DEAL.into(), "Say whether the deal moved.".to_owned()));
            }
        }
        "snooze" => review_date(bot, tx, s, &mut problems).await?,
        "drop" => needs(field::REASON, "Say why it is off."),
        _ => {}
    }
    Ok(problems)
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::remind_of_introductions(tx, now, &bot.calendars).await
}
