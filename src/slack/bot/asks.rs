//! What reps ask of a partner's manager: the command, the shortcut, the buttons, the forms (B3).

use serde_json::json;

use super::super::grammar::AskVerb;
use super::super::payload::{Action, Shortcut, ViewSubmission};
use super::accounts::room;
use super::oversight::permalink;
use super::seen::{carried, seen};
use super::sessions::{known, meet, review_account};
use super::{Bot, Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AskId, ContactId, PartnerId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map;
use crate::map::account_map::sight::Sight;
use crate::map::find::find_account;
use crate::map::name;
use crate::map::partner::{Contact, Partner};
use crate::map::store as map;
use crate::plan::ask::{Ask, Move, Side, Topic};
use crate::plan::flow::{self, Findings, Question};
use crate::plan::outcome::Deal;
use crate::plan::phrase;
use crate::plan::placed::{Placed, placed};
use crate::plan::store;
use crate::plan::view::ask::{self as view, Prefill};
use crate::plan::view::field;
use crate::store::{Tx, people};

/// A closed question stays on the list so long.
const RECENT: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

pub(super) async fn command(o: &Occasion<'_>, verb: Option<AskVerb>, words: &[String]) -> Result<Handled> {
    match verb {
        None => {
            let mut tx = o.read().await?;
            let known = known(&mut tx).await?;
            tx.rollback().await?;
            let read = phrase::question(words, &known);
            let (account, question) = (read.account.unwrap_or_default(), read.text.unwrap_or_default());
            open(o, &Prefill { account, question, ..Prefill::default() }).await
        }
        Some(AskVerb::List) => {
            let mut tx = o.read().await?;
            let limit = i64::try_from(crate::plan::view::LISTED + 1).unwrap_or(21);
            let found = store::recent_asks(&mut tx, o.now - RECENT, limit).await?;
            tx.rollback().await?;
            o.answer(view::list(&found, &o.actor.user, &o.here())).await
        }
        Some(AskVerb::Answer { words }) => begin_answer(o, &words.join(" ")).await,
    }
}

/// The form of the one question that waits for this person, about the account that they name; a list where there are more.
async fn begin_answer(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let account = match phrase::plain(words) {
        none if none.is_empty() => None,
        written => Some(find_account(&mut tx, &written).await?.id),
    };
    let mut found = store::open_asks(&mut tx).await?;
    tx.rollback().await?;
    found.retain(|q| q.waits_for_manager() && q.asked.contains(&o.actor.user));
    found.retain(|q| account.as_ref().is_none_or(|id| q.account_id == *id));
    match found.as_slice() {
        [only] => form(o, "answer", &(only.id.clone(), only.version)).await,
        _ => o.answer(view::which(&found, &o.actor.user, &o.here())).await,
    }
}

/// Which partners have to do with an account, the best placed first, and what was asked about it before.
async fn scene(o: &Occasion<'_>, tx: &mut Tx, account: &Account) -> Result<(Vec<Placed>, Vec<Ask>)> {
    let map = account_map::flow::find(tx, &account.id).await?;
    let focus = map::focus_of(tx, &account.id).await?;
    let hidden = map::counted_only(tx).await?;
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    Ok((placed(&sight, &focus, &hidden), store::asks_about(tx, &account.id).await?))
}

/// Opens the form with what is known already: what was answered before, and who is best placed.
async fn open(o: &Occasion<'_>, prefill: &Prefill) -> Result<Handled> {
    let mut tx = o.read().await?;
    let partners = map::partners(&mut tx).await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a question goes to a partner's manager. `/partner partner add` adds the first.",
        ));
    }
    let (mut doubts, mut found, mut earlier) = (Vec::new(), Vec::new(), Vec::new());
    if !prefill.account.is_empty() {
        match find_account(&mut tx, &prefill.account).await {
            Ok(account) => {
                let (placed, asks) = scene(o, &mut tx, &account).await?;
                let by: Vec<_> = asks.iter().flat_map(|q| q.answers.iter().map(|a| a.by.clone())).collect();
                let names = account_map::store::names(&mut tx, &by).await?;
                earlier = view::earlier(&asks, &names, o.today());
                found = placed;
            }
            Err(Error::User(doubt)) => doubts.push(doubt.text),
            Err(fault) => return Err(fault),
        }
    }
    tx.rollback().await?;
    let (channel, ts) = prefill.source.clone().unzip();
    let metadata = json!({
        "channel": o.place.channel, "thread": o.place.thread, "source_channel": channel, "source_ts": ts,
        "except": prefill.except,
    });
    o.open(&view::ask_modal(prefill, &found, &partners, &earlier, &doubts, &metadata)).await
}

pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    let mut prefill = Prefill::default();
    if let Some(on) = &shortcut.on {
        prefill.question = phrase::plain(&on.text);
        let mut tx = o.read().await?;
        let known = known(&mut tx).await?;
        let its_room = room::account_at(&mut tx, &on.channel, &on.ts, on.thread_ts.as_deref()).await?;
        tx.rollback().await?;
        let of_room = its_room.map(|account| account.domain.unwrap_or(account.name));
        let named = || phrase::named_in(&prefill.question, &known.accounts);
        prefill.account = of_room.or_else(named).unwrap_or_default();
        prefill.source = Some((on.channel.clone(), on.ts.clone()));
    }
    open(o, &prefill).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    if verb == "new" {
        return open(o, &serde_json::from_str(&action.value).unwrap_or_default()).await;
    }
    let (seen, _) = seen::<AskId>(&action.value)?;
    match verb {
        "withdraw" => moved(o, &seen, Move::Withdraw).await,
        verb => form(o, verb, &seen).await,
    }
}

async fn form(o: &Occasion<'_>, verb: &str, seen: &(AskId, i64)) -> Result<Handled> {
    let side = match verb {
        "answer" | "asked" | "decline" => Side::Managers,
        "close" => Side::Either,
        _ => Side::Requester,
    };
    let mut tx = o.read().await?;
    let ask = flow::ask_for(&mut tx, o.now, &o.actor, seen, side).await?;
    let partner = map::partner(&mut tx, &ask.partner_id).await?.ok_or_else(super::partners::gone)?;
    let contacts = map::contacts(&mut tx, &partner.id).await?;
    tx.rollback().await?;
    let metadata = json!({"channel": o.place.channel, "id": ask.id, "version": ask.version});
    o.open(&match verb {
        "answer" => view::answer_modal(&ask, &partner, &contacts, o.today(), &metadata),
        "asked" => view::asked_modal(&ask, &partner, &contacts, &metadata),
        "decline" => view::decline_modal(&ask, &metadata),
        "missing" => view::missing_modal(&ask, &metadata),
        "close" => view::close_modal(&ask, &metadata),
        _ => return Err(outdated()),
    })
    .await
}

async fn moved(o: &Occasion<'_>, seen: &(AskId, i64), what: Move) -> Result<Handled> {
    let mut tx = o.begin().await?;
    flow::move_ask(&mut tx, o.now, &o.actor, seen, what).await?;
    o.finish(tx).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned);
    let what = match verb {
        "new" => return save(o, s).await,
        "answer" => return answer(o, s).await,
        "asked" => {
            let mut tx = o.read().await?;
            let contact = chosen_contact(&mut tx, s).await?;
            tx.rollback().await?;
            Move::PassOn(contact.map(|c| (c.id, c.name)))
        }
        "decline" => Move::Decline(text(field::REASON).ok_or_else(outdated)?),
        "missing" => Move::Miss(text(field::TEXT).ok_or_else(outdated)?),
        "close" => Move::Close(text(field::TEXT).ok_or_else(outdated)?, chosen_deal(s).ok_or_else(outdated)?),
        _ => return Err(outdated()),
    };
    moved(o, &carried(s)?, what).await
}

/// Who at a partner was chosen in a form.
pub(super) async fn chosen_contact(tx: &mut Tx, s: &ViewSubmission) -> Result<Option<Contact>> {
    let Some(id) = s.values.option(field::CONTACT, field::CONTACT) else { return Ok(None) };
    let found = map::contact(tx, &ContactId::from(id)).await?;
    found.map(Some).ok_or_else(|| Error::user("That contact was removed in the meantime. Nothing was saved."))
}

/// What became of the deal, as chosen in a form.
pub(super) fn chosen_deal(s: &ViewSubmission) -> Option<Deal> {
    s.values.option(field::DEAL, field::DEAL).and_then(Deal::stored)
}

fn topic(s: &ViewSubmission) -> Topic {
    s.values.option(field::TOPIC, field::TOPIC).and_then(Topic::stored).unwrap_or(Topic::Other)
}

/// The chosen partner, else the best placed, but for the one that was asked already; and why.
async fn whom(
    o: &Occasion<'_>,
    tx: &mut Tx,
    s: &ViewSubmission,
    account: &Account,
) -> Result<(Partner, String)> {
    let (placed, _) = scene(o, tx, account).await?;
    let chosen = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from);
    let except = s.metadata["except"].as_str();
    let best = || placed.iter().find(|p| except != Some(p.partner.as_str())).map(|p| p.partner.clone());
    let id = chosen.or_else(best).ok_or_else(|| Error::user(nobody(account)))?;
    let why = placed.iter().find(|p| p.partner == id).map(Placed::words).unwrap_or_default();
    let partner = map::partner(tx, &id).await?;
    let partner =
        partner.ok_or_else(|| Error::user("That partner was removed in the meantime. Nothing was saved."))?;
    Ok((partner, why))
}

fn nobody(account: &Account) -> String {
    format!("No partner is on record with {}. Choose whose manager to ask.", escape(&account.name))
}

async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let written = s.values.get_text(field::ACCOUNT, field::ACCOUNT).ok_or_else(outdated)?;
    let mut tx = o.read().await?;
    let account = find_account(&mut tx, written).await?;
    let (partner, why) = whom(o, &mut tx, s, &account).await?;
    tx.rollback().await?;
    meet(o, &partner).await?;
    let (channel, ts) = (s.metadata["source_channel"].as_str(), s.metadata["source_ts"].as_str());
    let topic = topic(s);
    let question = Question {
        topic,
        text: view::usual(topic, &account.name, s.values.get_text(field::TEXT, field::TEXT))
            .ok_or_else(outdated)?,
        why,
        link: channel.zip(ts).and_then(|(channel, ts)| permalink(&o.bot.identity.url, channel, ts)),
    };
    let mut tx = o.begin().await?;
    flow::ask_manager(&mut tx, o.now, &o.actor.user, &account, &partner, question).await?;
    o.finish(tx).await
}

async fn answer(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned);
    let mut tx = o.begin().await?;
    let findings = Findings {
        text: text(field::TEXT).ok_or_else(outdated)?,
        said_by: chosen_contact(&mut tx, s).await?,
        said_on: s.values.date(field::DATE, field::DATE).unwrap_or_else(|| o.today()),
        person: text(field::NAME).map(|name| (name, text(field::TITLE))),
        strength: s.values.option(field::STRENGTH, field::STRENGTH).and_then(|n| n.parse().ok()),
        introduced_by: s.values.date(field::DUE, field::DUE),
    };
    flow::answer_ask(&mut tx, o.now, &o.actor, &carried(s)?, findings).await?;
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
        "new" => return review_new(bot, tx, s).await,
        "answer" => needs(field::TEXT, "Write the answer: the requester reads it."),
        "decline" => needs(field::REASON, "Say why: the requester will read it."),
        "missing" => needs(field::TEXT, "Say what is still missing."),
        "close" => {
            needs(field::TEXT, "Say what came of it: whoever answered will read it.");
            if chosen_deal(s).is_none() {
                problems.push((field::DEAL.into(), "Say whether the deal moved.".to_owned()));
            }
        }
        _ => {}
    }
    if verb == "answer" {
        problems.extend(review_answer(bot, tx, s).await?);
    }
    Ok(problems)
}

async fn review_new(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    let Some(written) = s.values.get_text(field::ACCOUNT, field::ACCOUNT) else {
        problems.push((field::ACCOUNT.into(), "Write the account's name, such as Acme Corp.".to_owned()));
        return Ok(problems);
    };
    review_account(tx, s, &mut problems).await?;
    let question = s.values.get_text(field::TEXT, field::TEXT);
    if view::usual(topic(s), written, question).is_none() {
        problems.push((field::TEXT.into(), "Write what you want to know.".to_owned()));
    }
    if problems.is_empty() && s.values.option(field::PARTNER, field::PARTNER).is_none() {
        let account = find_account(tx, written).await?;
        let map = account_map::flow::find(tx, &account.id).await?;
        let here = bot.clock.now().to_zoned(jiff::tz::TimeZone::UTC);
        let sight = Sight { map: &map, now: &here, settings: &bot.mapping };
        let hidden = map::counted_only(tx).await?;
        let except = s.metadata["except"].as_str();
        if placed(&sight, &[], &hidden).iter().all(|p| except == Some(p.partner.as_str())) {
            problems.push((field::PARTNER.into(), nobody(&account)));
        }
    }
    Ok(problems)
}

async fn review_answer(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let today = bot.clock.now().to_zoned(zone).date();
    if s.values.date(field::DATE, field::DATE).is_some_and(|day| day > today) {
        problems.push((field::DATE.into(), "That day is still to come.".to_owned()));
    }
    let named = s.values.get_text(field::NAME, field::NAME);
    if named.is_some_and(|written| name::key(written).is_empty()) {
        problems.push((field::NAME.into(), "Write a name, such as Dana Reyes.".to_owned()));
    }
    let has = |id: &str| s.values.option(id, id).is_some();
    if has(field::STRENGTH) && named.is_none() {
        problems.push((field::NAME.into(), "Write whom they know.".to_owned()));
    }
    if has(field::STRENGTH) && !has(field::CONTACT) {
        problems.push((field::CONTACT.into(), "Choose who knows them.".to_owned()));
    }
    if let Some(due) = s.values.date(field::DUE, field::DUE) {
        if named.is_none() {
            problems.push((field::NAME.into(), "Write to whom they introduce you.".to_owned()));
        }
        if due < today {
            problems.push((field::DUE.into(), "That day is over. Choose a later one.".to_owned()));
        }
    }
    Ok(problems)
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::remind_of_asks(tx, now, &bot.calendars).await
}

/// A contact of another partner than the chosen one, in a form with both.
pub(super) async fn strange_contact(tx: &mut Tx, s: &ViewSubmission, problems: &mut Problems) -> Result<()> {
    let Some(id) = s.values.option(field::CONTACT, field::CONTACT) else { return Ok(()) };
    let partner = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from);
    let contact = map::contact(tx, &ContactId::from(id)).await?;
    if let (Some(contact), Some(partner)) = (contact, partner)
        && contact.partner != partner
    {
        let at = map::partner(tx, &contact.partner).await?.map_or_else(String::new, |p| p.name);
        let text = format!("{} is at {at}. Choose somebody at the partner above, or nobody.", contact.name);
        problems.push((field::CONTACT.into(), text));
    }
    Ok(())
}

/// Every contact of these partners, those of `first` before the others.
pub(super) async fn contacts_of(
    tx: &mut Tx,
    partners: &[Partner],
    first: Option<&PartnerId>,
) -> Result<Vec<Contact>> {
    let mut all = Vec::new();
    let (mine, others): (Vec<&Partner>, Vec<&Partner>) = partners.iter().partition(|p| Some(&p.id) == first);
    for partner in mine.into_iter().chain(others) {
        all.extend(map::contacts(tx, &partner.id).await?);
    }
    Ok(all)
}
