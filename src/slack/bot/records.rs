//! The log of a session: opened by a command, a button or when the session is over; one form an account, and one that closes
//! it (A17, E5).

mod read;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::payload::{Action, ViewSubmission};
use super::accounts::decision;
use super::{Bot, Checked, Occasion, Place, Problems, identity, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ContactId, SessionId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::suggest::suggest;
use crate::map::account_map::view::Offer;
use crate::map::find::{Named as Found, partner_or_account};
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::plan::flow::{self, Closing, Meeting, Promise, Telling};
use crate::plan::phrase::plain;
use crate::plan::record::{Outcome, Told, is_link, next};
use crate::plan::session::{Named, Session};
use crate::plan::view::record as view;
use crate::plan::view::record::forms::{self, field};
use crate::pull::flow as pull;
use crate::store::Tx;
use read::read;

pub(super) async fn command(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let words = plain(&words.join(" "));
    let mut tx = o.read().await?;
    let mut open = flow::to_log(&mut tx, o.now, &o.actor).await?;
    if !words.is_empty() {
        let wanted = partner_or_account(&mut tx, &words).await?;
        open.retain(|s| match &wanted {
            Found::Partner(partner) => s.partner_id == partner.id,
            Found::Account(account) => s.outline.accounts.iter().any(|a| a.account_id == account.id),
        });
    }
    tx.rollback().await?;
    match open.as_slice() {
        [] => Err(Error::user(nothing_open(&words))),
        [one] => open_log(o, &one.id).await,
        several => {
            let shown = |s: &Session| blocks::clip(&format!("{} · {}", began(s, o), s.title()), 75);
            o.open(&forms::choose_form(several, shown, &place(&o.place))).await
        }
    }
}

fn nothing_open(words: &str) -> String {
    if words.is_empty() {
        return "No session of yours waits for its log. One can be logged once it has begun.".to_owned();
    }
    format!(
        "No session with {} waits for its log. `/partner session list` shows what is ahead.",
        escape(words)
    )
}

fn began(session: &Session, o: &Occasion<'_>) -> String {
    let at = session.stage.slot().map(|slot| slot.start.to_zoned(o.actor.zone.clone()));
    at.map_or_else(String::new, |at| at.strftime("%a %-d %b").to_string())
}

/// What travels with a form, so that its answer finds the way back.
fn place(at: &Place) -> Value {
    json!({"channel": at.channel, "thread": at.thread})
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    let id = SessionId::from(action.value.as_str());
    match verb {
        "log" if action.value.is_empty() => command(o, &[]).await,
        "log" => open_log(o, &id).await,
        "missed" => {
            let mut tx = o.read().await?;
            let (session, _) = flow::session_to_log(&mut tx, o.now, &o.actor, &id).await?;
            tx.rollback().await?;
            o.open(&forms::missed_form(&session, &place(&o.place))).await
        }
        "show" => {
            let mut tx = o.read().await?;
            let session = flow::session(&mut tx, &id).await?;
            let message = flow::record_of(&mut tx, o.now, &session).await?;
            tx.rollback().await?;
            o.answer(message).await
        }
        _ => Err(outdated()),
    }
}

async fn open_log(o: &Occasion<'_>, id: &SessionId) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (session, told) = flow::session_to_log(&mut tx, o.now, &o.actor, id).await?;
    let form = form(o.bot, &mut tx, &o.actor, &session, &told, &place(&o.place)).await?;
    tx.rollback().await?;
    o.open(&form).await
}

/// The form that comes next: of the first account of which nothing is told, else the last one.
async fn form(
    bot: &Bot,
    tx: &mut Tx,
    actor: &Actor,
    session: &Session,
    told: &[Told],
    metadata: &Value,
) -> Result<Value> {
    let mut passed = told.to_vec();
    while let Some(named) = next(session, &passed) {
        if let Some(form) = account_form(bot, tx, actor, session, named, metadata).await? {
            return Ok(form);
        }
        // Its account is gone: it is passed by.
        passed.push(gone(named, actor, bot));
    }
    let today = bot.clock.now().to_zoned(actor.zone.clone()).date();
    let days = bot.calendars.of_person(&actor.user, &actor.zone);
    let usual = flow::usual_day_after(tx, session, today).await?.map(|day| days.on_or_after(day));
    Ok(forms::close_form(session, told, usual, metadata))
}

fn gone(named: &Named, actor: &Actor, bot: &Bot) -> Told {
    Told::not_reached(named, &actor.user, bot.clock.now())
}

async fn account_form(
    bot: &Bot,
    tx: &mut Tx,
    actor: &Actor,
    session: &Session,
    named: &Named,
    metadata: &Value,
) -> Result<Option<Value>> {
    let Some(map) = account_map::store::load(tx, &named.account_id).await? else { return Ok(None) };
    let here = bot.clock.now().to_zoned(actor.zone.clone());
    let overlap = map.overlaps.iter().find(|o| o.partner_id == session.partner_id);
    // What the session was set up for; a digest says the same in the words of its week.
    let why = match (Some(named.why.clone()).filter(|why| !why.is_empty()), overlap) {
        (None, Some(overlap)) => pull::why_now(tx, &overlap.id).await?,
        (why, _) => why,
    };
    let sight = Sight { map: &map, now: &here, settings: &bot.mapping };
    let offer = Offer::of(&sight, suggest(&sight, Some(&session.partner_id), why.as_deref(), &actor.user));
    let contacts = map::contacts(tx, &session.partner_id).await?;
    let place = session.outline.accounts.iter().position(|a| a.account_id == named.account_id).unwrap_or(0);
    let about =
        forms::Account { session, named, place, offer: &offer, contacts: &contacts, today: here.date() };
    Ok(Some(forms::account_form(&about, metadata)))
}

fn session_of(s: &ViewSubmission) -> Result<SessionId> {
    s.metadata["id"].as_str().map(SessionId::from).ok_or_else(outdated)
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Checked> {
    let actor = identity::submitter(tx, s).await?;
    // Whoever may not is refused when it is carried out.
    if !actor.may(Right::Contribute, None) {
        return Ok(Checked::Wrong(Problems::new()));
    }
    match verb {
        "log" => choose(bot, tx, &actor, s).await,
        "account" => review_account(bot, tx, &actor, s).await,
        "close" => Ok(Checked::Wrong(review_close(bot, &actor, s))),
        "missed" if s.values.get_text(field::REASON, field::REASON).is_none() => {
            Ok(Checked::Wrong(vec![(field::REASON.to_owned(), "Say why it did not take place.".to_owned())]))
        }
        _ => Ok(Checked::Wrong(Problems::new())),
    }
}

/// The session that was chosen: its first form takes the place of the choice.
async fn choose(bot: &Bot, tx: &mut Tx, actor: &Actor, s: &ViewSubmission) -> Result<Checked> {
    let Some(id) = s.values.option(field::SESSION, field::SESSION).map(SessionId::from) else {
        return Ok(Checked::Wrong(vec![(field::SESSION.to_owned(), "Choose a session.".to_owned())]));
    };
    let (session, told) = flow::session_to_log(tx, bot.clock.now(), actor, &id).await?;
    let metadata = place(&Place::of_submission(s));
    Ok(Checked::Instead(form(bot, tx, actor, &session, &told, &metadata).await?))
}

/// Checks one account and shows the next one in its place; what was entered is saved meanwhile.
async fn review_account(bot: &Bot, tx: &mut Tx, actor: &Actor, s: &ViewSubmission) -> Result<Checked> {
    let now = bot.clock.now();
    let today = now.to_zoned(actor.zone.clone()).date();
    let reached = match read(&s.values, today) {
        Err(mut problems) => {
            problems.extend(decision::review(bot, tx, s).await?);
            return Ok(Checked::Wrong(problems));
        }
        Ok(read) => read.outcome.was_reached(),
    };
    if reached {
        let mut problems = decision::review(bot, tx, s).await?;
        problems.extend(identity::strangers(tx, s, &[field::PROMISE_OWNER]).await?);
        if !problems.is_empty() {
            return Ok(Checked::Wrong(problems));
        }
    }
    let account = account_of(s)?;
    let Ok((session, mut told)) = flow::session_to_log(tx, now, actor, &session_of(s)?).await else {
        return Ok(Checked::Wrong(Problems::new()));
    };
    if told.iter().any(|t| t.account == account) {
        // Whoever came second is told so when it is carried out.
        return Ok(Checked::Wrong(Problems::new()));
    }
    // What was entered before may be on its way still.
    let mut entered = entered(s);
    let outcome = s.values.option(field::OUTCOME, field::OUTCOME).and_then(Outcome::stored);
    entered.push((account, outcome.unwrap_or(Outcome::NotReached)));
    for named in &session.outline.accounts {
        let outcome = entered.iter().find(|(account, _)| *account == named.account_id);
        if let Some((_, outcome)) = outcome.filter(|_| told.iter().all(|t| t.account != named.account_id)) {
            told.push(Told { outcome: *outcome, ..gone(named, actor, bot) });
        }
    }
    let mut metadata = place(&Place::of_submission(s));
    metadata[ENTERED] =
        entered.iter().map(|(account, outcome)| (account.to_string(), json!(outcome.as_str()))).collect();
    Ok(Checked::Follow(form(bot, tx, actor, &session, &told, &metadata).await?))
}

/// Under which a form carries what came of the accounts before it.
const ENTERED: &str = "entered";

fn entered(s: &ViewSubmission) -> Vec<(AccountId, Outcome)> {
    let carried = s.metadata[ENTERED].as_object().into_iter().flatten();
    carried
        .filter_map(|(account, outcome)| {
            Some((AccountId::from(account.as_str()), Outcome::stored(outcome.as_str()?)?))
        })
        .collect()
}

fn account_of(s: &ViewSubmission) -> Result<AccountId> {
    s.metadata["account"].as_str().map(AccountId::from).ok_or_else(outdated)
}

fn review_close(bot: &Bot, actor: &Actor, s: &ViewSubmission) -> Problems {
    let mut problems = Problems::new();
    if let Some(link) = s.values.get_text(field::RECORDING, field::RECORDING)
        && !is_link(link)
    {
        problems.push((
            field::RECORDING.to_owned(),
            "That is no link. Paste the address of the recording, such as https://…, or leave it empty."
                .to_owned(),
        ));
    }
    let today = bot.clock.now().to_zoned(actor.zone.clone()).date();
    if s.values.date(field::NEXT, field::NEXT).is_some_and(|day| day <= today) {
        problems
            .push((field::NEXT.to_owned(), "That day is over or is today. Choose a later one.".to_owned()));
    }
    problems
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        // Its form took the place of the choice; whoever may not log it is told so.
        "log" => {
            let id =
                s.values.option(field::SESSION, field::SESSION).map(SessionId::from).ok_or_else(outdated)?;
            let mut tx = o.read().await?;
            flow::session_to_log(&mut tx, o.now, &o.actor, &id).await?;
            tx.rollback().await?;
            Ok(Handled::Ignored)
        }
        "account" => save_account(o, s).await,
        "close" => close(o, s).await,
        "missed" => {
            let because = s.values.get_text(field::REASON, field::REASON).ok_or_else(outdated)?.to_owned();
            let mut tx = o.begin().await?;
            flow::missed(&mut tx, o.now, &o.actor, &session_of(s)?, because).await?;
            o.finish(tx).await
        }
        _ => Err(outdated()),
    }
}

async fn contact_of(tx: &mut Tx, id: Option<ContactId>) -> Result<Option<Contact>> {
    match id {
        None => Ok(None),
        Some(id) => {
            let contact = map::contact(tx, &id).await?;
            contact
                .map(Some)
                .ok_or_else(|| Error::user("That contact was removed in the meantime. Nothing was saved."))
        }
    }
}

async fn save_account(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let id = session_of(s)?;
    let read = read(&s.values, o.today()).map_err(|problems| {
        let first = problems.into_iter().next().map(|(_, text)| text).unwrap_or_default();
        Error::user(format!("{first} Nothing was saved."))
    })?;
    let mut tx = o.read().await?;
    let (session, _) = flow::session_to_log(&mut tx, o.now, &o.actor, &id).await?;
    tx.rollback().await?;
    let choice = if read.outcome.was_reached() {
        Some(decision::chosen(o, s, Some(session.partner_id.clone())).await?)
    } else {
        None
    };
    let promise = match read.promise {
        Some((text, owner, theirs, due)) => Some(promise(o, text, owner, theirs, due).await?),
        None => None,
    };
    let mut tx = o.begin().await?;
    let introduction = match read.meeting {
        Some((direction, theirs, whom, due)) => {
            Some(Meeting { direction, theirs: contact_of(&mut tx, theirs).await?, whom, due })
        }
        None => None,
    };
    let telling = Telling {
        account: account_of(s)?,
        outcome: read.outcome,
        choice,
        stall: read.stall,
        amount: read.amount,
        stage: read.stage,
        promise,
        introduction,
    };
    flow::tell_account(&mut tx, o.now, &o.actor, &id, telling).await?;
    o.finish(tx).await
}

/// What is promised, by one of ours or by somebody at the partner.
async fn promise(
    o: &Occasion<'_>,
    text: String,
    owner: Option<String>,
    theirs: Option<ContactId>,
    due: jiff::civil::Date,
) -> Result<Promise> {
    let owner = UserId::from(owner.unwrap_or_else(|| o.actor.user.to_string()));
    let person = identity::colleague(o, &owner).await?;
    let mut tx = o.read().await?;
    let theirs = contact_of(&mut tx, theirs).await?;
    tx.rollback().await?;
    let zone = person.zone.clone().unwrap_or_else(|| "UTC".to_owned());
    Ok(Promise { text, owner, theirs, zone, due, source: None })
}

async fn close(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let text = |id: &str| s.values.get_text(id, id).map(|t| t.trim().to_owned());
    let closing = Closing {
        recording: text(field::RECORDING).filter(|link| is_link(link)),
        said: text(field::SAID),
        next: s.values.date(field::NEXT, field::NEXT),
        entered: entered(s).into_iter().map(|(account, _)| account).collect(),
    };
    let next = closing.next;
    let mut tx = o.begin().await?;
    let session = flow::close_record(&mut tx, o.now, &o.actor, &session_of(s)?, closing).await?;
    let partner = map::partner(&mut tx, &session.partner_id).await?;
    let may_plan = partner.is_some_and(|partner| flow::may_plan(&o.actor, &partner));
    o.send(&mut tx, &o.privately(closed(&session, next.filter(|_| may_plan)))).await?;
    o.finish(tx).await
}

/// What is answered to whoever closed a log; `next` for those who may set up the next session.
fn closed(session: &Session, next: Option<Date>) -> Message {
    let text = format!("Logged: {}.", escape(&session.title()));
    let mut controls = vec![blocks::button("Show log", view::action::SHOW, session.id.as_str())];
    if let Some(day) = next {
        controls.insert(0, blocks::primary(forms::next_session(session, day)));
    }
    Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(controls)])
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::chase_records(tx, now, &bot.calendars).await
}
