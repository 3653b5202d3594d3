//! Account-planning sessions: the command; and requests for one, with their buttons and forms (B3). The sessions themselves
//! are in [`meeting`].

pub(super) mod meeting;

use std::collections::HashSet;

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::super::grammar::SessionVerb;
use super::super::payload::{Action, ViewSubmission};
use super::seen::{carried, seen};
use super::{Bot, Occasion, Problems, agendas, identity, outdated, records};
use crate::delivery::intake::Handled;
use crate::kernel::dates::DateError;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, RequestId, UserId};
use crate::kernel::text::{escape, unescaped};
use crate::map::find::{find_account, find_partner};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::flow::{self, Asked, Wish};
use crate::plan::phrase::{self, Known, Names};
use crate::plan::request::{Move, Request};
use crate::plan::store;
use crate::plan::view::field;
use crate::plan::view::request::{self as view, Prefill};
use crate::store::{Tx, people};

/// How many accounts the reading of a command goes by.
const KNOWN_ACCOUNTS: i64 = 5000;
/// A closed request stays on the list so long.
const RECENT: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

pub(super) async fn command(o: &Occasion<'_>, verb: Option<SessionVerb>) -> Result<Handled> {
    match verb.unwrap_or(SessionVerb::List) {
        SessionVerb::Request { words } => ask(o, &words).await,
        SessionVerb::Schedule { words } => meeting::schedule(o, &words).await,
        SessionVerb::Agenda { words } => agendas::command(o, &words).await,
        SessionVerb::Log { words } => records::command(o, &words).await,
        SessionVerb::List => {
            let mut tx = o.read().await?;
            let limit = i64::try_from(crate::plan::view::LISTED + 1).unwrap_or(21);
            let found = store::recent_requests(&mut tx, o.now - RECENT, limit).await?;
            let all = meeting::list(o, &mut tx, view::list(&found, o.today())?).await?;
            tx.rollback().await?;
            o.answer(all).await
        }
    }
}

async fn ask(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let mut tx = o.read().await?;
    let known = known(&mut tx).await?;
    tx.rollback().await?;
    let read = phrase::request(words, o.today(), &known);
    let mut prefill = Prefill {
        account: read.account.unwrap_or_default(),
        partner: read.partner.unwrap_or_default(),
        date: None,
        goal: read.goal.unwrap_or_default(),
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

/// The names that a command's tail is read by.
pub(super) async fn known(tx: &mut Tx) -> Result<Known> {
    let partners = map::partners(tx).await?.into_iter().map(|p| p.name).collect();
    let accounts = map::account_names(tx, KNOWN_ACCOUNTS).await?.into_iter().map(|a| a.name).collect();
    Ok(Known { partners: Names::new(partners), accounts: Names::new(accounts) })
}

/// Everything that is wrong with what was typed: the day first.
pub(super) async fn typed_wrong(
    o: &Occasion<'_>,
    day: &DateError,
    partner: &str,
    account: &str,
) -> Result<Vec<String>> {
    let mut tx = o.read().await?;
    let (_, _, doubts) = resolve(&mut tx, partner, account).await?;
    tx.rollback().await?;
    Ok(std::iter::once(escape(&day.to_string())).chain(doubts).collect())
}

/// The partner that was written, every partner, and what is doubtful about the names.
pub(super) async fn resolve(
    tx: &mut Tx,
    partner: &str,
    account: &str,
) -> Result<(Option<PartnerId>, Vec<Partner>, Vec<String>)> {
    let mut doubts = Vec::new();
    let partners = map::partners(tx).await?;
    let mut found = None;
    if !partner.is_empty() {
        match find_partner(tx, partner).await? {
            Ok(partner) => found = Some(partner.id),
            Err(doubt) => doubts.push(doubt.to_string()),
        }
    }
    if !account.is_empty() {
        match find_account(tx, account).await {
            Ok(_) => {}
            Err(Error::User(doubt)) => doubts.push(doubt.text),
            Err(fault) => return Err(fault),
        }
    }
    Ok((found, partners, doubts))
}

/// Opens the form with what is known already.
pub(super) async fn open_form(o: &Occasion<'_>, prefill: &Prefill) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (found, partners, doubts) = resolve(&mut tx, &prefill.partner, &prefill.account).await?;
    tx.rollback().await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a session is with one. `/partner partner add` adds the first.",
        ));
    }
    let metadata = json!({"channel": o.place.channel, "thread": o.place.thread});
    o.open(&view::ask_modal(prefill, found.as_ref(), &partners, &doubts, &metadata)).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    if verb == "ask" {
        return open_form(o, &serde_json::from_str(&action.value).unwrap_or_default()).await;
    }
    let (seen, _) = seen::<RequestId>(&action.value)?;
    match verb {
        "accept" => moved(o, &seen, Move::Accept).await,
        "take" => moved(o, &seen, Move::Take).await,
        "insist" => moved(o, &seen, Move::Insist).await,
        "withdraw" => moved(o, &seen, Move::Withdraw).await,
        "propose" => form(o, &seen, view::propose_modal).await,
        "decline" => form(o, &seen, view::decline_modal).await,
        _ => Err(outdated()),
    }
}

async fn form(
    o: &Occasion<'_>,
    seen: &(RequestId, i64),
    view: fn(&Request, &Value) -> Value,
) -> Result<Handled> {
    let mut tx = o.read().await?;
    let request = flow::request_for(&mut tx, o.now, &o.actor, seen, true).await?;
    tx.rollback().await?;
    let metadata = json!({"channel": o.place.channel, "id": request.id, "version": request.version});
    o.open(&view(&request, &metadata)).await
}

async fn moved(o: &Occasion<'_>, seen: &(RequestId, i64), what: Move) -> Result<Handled> {
    let mut tx = o.begin().await?;
    flow::move_request(&mut tx, o.now, &o.actor, seen, what).await?;
    o.finish(tx).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let date = s.values.date(field::DATE, field::DATE);
    match verb {
        "ask" => save(o, s).await,
        "propose" => moved(o, &carried(s)?, Move::Propose(date.ok_or_else(outdated)?)).await,
        "decline" => {
            let because = s.values.get_text(field::REASON, field::REASON).ok_or_else(outdated)?;
            moved(o, &carried(s)?, Move::Decline(because.to_owned())).await
        }
        _ => Err(outdated()),
    }
}

async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let by = s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?;
    let account = s.values.get_text(field::ACCOUNT, field::ACCOUNT).ok_or_else(outdated)?;
    let goal = s.values.get_text(field::GOAL, field::GOAL).unwrap_or_default().to_owned();
    let mut tx = o.read().await?;
    let partner = chosen_partner(&mut tx, s).await?;
    tx.rollback().await?;
    meet(o, &partner).await?;
    let mut tx = o.begin().await?;
    let account = find_account(&mut tx, account).await?;
    let wish = Wish { by, goal };
    if let Asked::Before(open) =
        flow::request_session(&mut tx, o.now, &o.actor.user, &account, &partner, wish).await?
    {
        o.send(&mut tx, &o.privately(view::asked_already(&open, o.today()))).await?;
    }
    o.finish(tx).await
}

/// Looks up who will be asked: their zone dates what they read, and nobody waits for an account that is gone.
pub(super) async fn meet(o: &Occasion<'_>, partner: &Partner) -> Result<()> {
    let mut met: HashSet<UserId> = HashSet::new();
    loop {
        let mut tx = o.read().await?;
        let mut asked = flow::answerable(&mut tx, partner).await?;
        tx.rollback().await?;
        asked.retain(|user| met.insert(user.clone()));
        if asked.is_empty() {
            return Ok(());
        }
        let found = try_join_all(asked.iter().map(|user| identity::look_up(o.bot, user))).await?;
        let mut tx = o.begin().await?;
        for person in &found {
            people::save(&mut tx, o.now, person).await?;
        }
        tx.commit().await?;
    }
}

/// The partner that was chosen in the form.
pub(super) async fn chosen_partner(tx: &mut Tx, s: &ViewSubmission) -> Result<Partner> {
    let id = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from).ok_or_else(outdated)?;
    map::partner(tx, &id)
        .await?
        .ok_or_else(|| Error::user("That partner was removed in the meantime. Nothing was saved."))
}

/// What is wrong with the chosen day, for whoever submits.
pub(super) async fn review_date(
    bot: &Bot,
    tx: &mut Tx,
    s: &ViewSubmission,
    problems: &mut Problems,
) -> Result<()> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let today = bot.clock.now().to_zoned(zone).date();
    match s.values.date(field::DATE, field::DATE) {
        None => problems.push((field::DATE.into(), "Choose a day.".to_owned())),
        Some(date) => {
            if let Err(error) = crate::kernel::dates::parse_date(&date.to_string(), today) {
                problems.push((field::DATE.into(), error.to_string()));
            }
        }
    }
    Ok(())
}

/// What is wrong with the written account.
pub(super) async fn review_account(tx: &mut Tx, s: &ViewSubmission, problems: &mut Problems) -> Result<()> {
    let Some(written) = s.values.get_text(field::ACCOUNT, field::ACCOUNT) else { return Ok(()) };
    match find_account(tx, written).await {
        Ok(_) => Ok(()),
        Err(Error::User(error)) => {
            // Slack shows a field's error to the letter.
            problems.push((field::ACCOUNT.into(), unescaped(&error.text).replace('`', "")));
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    match verb {
        "ask" => {
            if s.values.get_text(field::ACCOUNT, field::ACCOUNT).is_none() {
                problems
                    .push((field::ACCOUNT.into(), "Write the account's name, such as Acme Corp.".to_owned()));
            }
            review_account(tx, s, &mut problems).await?;
            review_date(bot, tx, s, &mut problems).await?;
        }
        "propose" => {
            review_date(bot, tx, s, &mut problems).await?;
            let (id, _) = carried::<RequestId>(s)?;
            let wanted = store::request(tx, &id).await?.map(|r| r.wanted_by);
            if wanted.is_some() && wanted == s.values.date(field::DATE, field::DATE) && problems.is_empty() {
                let text = "That is the day that was asked for. Choose another, or close this and accept.";
                problems.push((field::DATE.into(), text.to_owned()));
            }
        }
        "decline" if s.values.get_text(field::REASON, field::REASON).is_none() => {
            problems.push((field::REASON.into(), "Say why: the requester will read it.".to_owned()));
        }
        _ => {}
    }
    Ok(problems)
}

pub(super) async fn shortcut(o: &Occasion<'_>) -> Result<Handled> {
    open_form(o, &Prefill::default()).await
}

pub(super) async fn round(
    bot: &Bot,
    tx: &mut Tx,
    now: jiff::Timestamp,
    triggered: &HashSet<PartnerId>,
) -> Result<()> {
    flow::remind_of_requests(tx, now, &bot.calendars).await?;
    meeting::round(bot, tx, now, triggered).await
}
