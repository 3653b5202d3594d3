//! Sessions: set up by a command, from a request or from a proposal; changed, moved, called off, shown.

mod fill;
mod read;

use std::collections::HashSet;

use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::super::super::payload::{Action, ViewSubmission};
use super::super::accounts::names_of;
use super::super::agendas::ways;
use super::super::partners::gone;
use super::super::seen::{carried, seen};
use super::super::{Bot, Checked, Occasion, Problems, identity, outdated};
use super::known;
use crate::delivery::intake::Handled;
use crate::kernel::actor::Actor;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ChannelId, PartnerId, RequestId, SessionId, UserId};
use crate::kernel::text::escape;
use crate::map::find::find_partner;
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::session::{Move, Outline, Session, Stage, Trigger};
use crate::plan::view::field;
use crate::plan::view::session::{self as view, forms};
use crate::plan::{flow, phrase, store};
use crate::store::{Tx, people};
use fill::{Typed, form, form_for, next_form, proposal_form, request_form};
use read::{about, read, slot};

/// At most so many sessions of a group are listed.
const LISTED: i64 = 10;
/// A session that is over stays on the list so long.
const RECENT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// `/partner session schedule acme, globex with northwind on thursday`
pub(super) async fn schedule(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let mut tx = o.read().await?;
    let known = known(&mut tx).await?;
    let (several, words) = several(words);
    let read = phrase::request(words, o.today(), &known);
    let date = match read.date {
        Some(Err(error)) => return Err(Error::user(escape(&error.to_string()))),
        Some(Ok(date)) => Some(date),
        None => None,
    };
    let accounts = several.or(read.account).unwrap_or_default();
    let typed = Typed { accounts, date, goal: read.goal.unwrap_or_default() };
    let written = read.partner.unwrap_or_default();
    let found = if written.is_empty() { None } else { Some(find_partner(&mut tx, &written).await?) };
    let doubt = match found {
        Some(Ok(partner)) => {
            flow::require_plan(&o.actor, &partner)?;
            let channel = o.place.channel.as_ref().map(ChannelId::as_str);
            let view = form_for(o.bot, &mut tx, o.now, &o.actor, &partner, &typed, channel).await?;
            tx.rollback().await?;
            return o.open(&view).await;
        }
        Some(Err(Error::User(doubt))) => vec![doubt.text],
        Some(Err(fault)) => return Err(fault),
        None => Vec::new(),
    };
    let partners = mine(&mut tx, &o.actor).await?;
    tx.rollback().await?;
    o.open(&forms::partner_form(&partners, &doubt, &typed.metadata(o))).await
}

/// The accounts before the `with` where a comma stands between them, one a line; and the words that are left.
fn several(words: &[String]) -> (Option<String>, &[String]) {
    let with = words.iter().position(|word| word.eq_ignore_ascii_case("with")).unwrap_or(words.len());
    let (names, rest) = words.split_at(with);
    let names = names.join(" ");
    if !names.contains(',') {
        return (None, words);
    }
    (Some(names.split(',').map(str::trim).collect::<Vec<_>>().join("\n")), rest)
}

/// The partners with which this person may set up sessions.
async fn mine(tx: &mut Tx, actor: &Actor) -> Result<Vec<Partner>> {
    let all = map::partners(tx).await?;
    if all.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a session is with one. `/partner partner add` adds the first.",
        ));
    }
    let mine: Vec<Partner> = all.into_iter().filter(|p| flow::may_plan(actor, p)).collect();
    match mine.is_empty() {
        false => Ok(mine),
        true => Err(Error::user(
            "Only partner managers and operations set up sessions. `/partner session request` asks one of them.",
        )),
    }
}

/// Upcoming and past sessions, and proposals; `more` stands below them.
pub(super) async fn list(o: &Occasion<'_>, tx: &mut Tx, more: Message) -> Result<Message> {
    let groups = [
        ("Proposed", store::proposed_sessions(tx, LISTED).await?),
        ("Coming up", store::sessions_ahead(tx, o.now, LISTED).await?),
        ("Not logged yet", not_logged(tx, o).await?),
        ("Past", store::sessions_behind(tx, o.now.saturating_sub(RECENT).unwrap_or(o.now), LISTED).await?),
    ];
    view::list(&groups, o.now, &o.actor.zone, more)
}

/// Those that are over and that nobody has logged, the newest first.
async fn not_logged(tx: &mut Tx, o: &Occasion<'_>) -> Result<Vec<Session>> {
    let mut all = store::sessions_unlogged(tx, o.now, LISTED).await?;
    all.retain(|s| !matches!(s.stage, Stage::Held { .. }) && s.ends().is_some_and(|end| end <= o.now));
    Ok(all)
}

pub(in super::super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "schedule" => from(o, &action.value).await,
        "show" => {
            let mut tx = o.read().await?;
            let session = flow::session(&mut tx, &SessionId::from(action.value.as_str())).await?;
            let card = flow::session_card(&mut tx, o.now, &session, &o.actor.user).await?;
            tx.rollback().await?;
            o.answer(card).await
        }
        "set_aside" => {
            let (seen, _) = seen::<SessionId>(&action.value)?;
            moved(o, &seen, Move::Cancel(String::new())).await
        }
        "change" | "move" | "cancel" => {
            let (seen, _) = seen::<SessionId>(&action.value)?;
            let mut tx = o.read().await?;
            let session = flow::session_for(&mut tx, o.now, &o.actor, &seen).await?;
            let view = form(o, &mut tx, verb, &session).await?;
            tx.rollback().await?;
            o.open(&view).await
        }
        _ => Err(outdated()),
    }
}

/// The form that sets up a session: from nothing, a proposal, a request or the session before.
async fn from(o: &Occasion<'_>, value: &str) -> Result<Handled> {
    match value.split_once(':') {
        Some(("session", value)) => {
            let (seen, _) = seen::<SessionId>(value)?;
            let mut tx = o.read().await?;
            let session = flow::session_for(&mut tx, o.now, &o.actor, &seen).await?;
            let view = proposal_form(o, &mut tx, &session).await?;
            tx.rollback().await?;
            o.open(&view).await
        }
        Some(("request", value)) => {
            let (seen, _) = seen::<RequestId>(value)?;
            let mut tx = o.read().await?;
            let view = request_form(o, &mut tx, &seen).await?;
            tx.rollback().await?;
            o.open(&view).await
        }
        Some(("next", value)) => {
            let (id, day) = value.split_once(':').ok_or_else(outdated)?;
            let mut tx = o.read().await?;
            let last = flow::session(&mut tx, &SessionId::from(id)).await?;
            let view = next_form(o, &mut tx, &last, day.parse().ok()).await?;
            tx.rollback().await?;
            o.open(&view).await
        }
        _ => schedule(o, &[]).await,
    }
}

async fn partner_of(tx: &mut Tx, id: &PartnerId) -> Result<Partner> {
    map::partner(tx, id).await?.ok_or_else(gone)
}

async fn moved(o: &Occasion<'_>, seen: &(SessionId, i64), what: Move) -> Result<Handled> {
    let sets_up = matches!(what, Move::Schedule(..));
    let mut tx = o.begin().await?;
    let session = flow::move_session(&mut tx, o.now, &o.actor, seen, what).await?;
    if sets_up {
        flow::prepare_session(&mut tx, o.now, &session, &ways(o.bot)).await?;
    }
    o.finish(tx).await
}

pub(in super::super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "partner" => chosen(o, s).await,
        "schedule" => save(o, s).await,
        "change" => {
            let outline = outline(o, s).await?;
            moved(o, &carried(s)?, Move::Change(outline)).await
        }
        "move" => {
            let slot = slot(s, &o.actor.zone, o.now).map_err(|_| outdated())?;
            moved(o, &carried(s)?, Move::Reschedule(slot)).await
        }
        "cancel" => {
            let because =
                s.values.get_text(field::REASON, field::REASON).unwrap_or_default().trim().to_owned();
            moved(o, &carried(s)?, Move::Cancel(because)).await
        }
        _ => Err(outdated()),
    }
}

/// What the form says, carried out; whoever comes is met first, so that their card tells the time on their clock.
async fn outline(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Outline> {
    let mut tx = o.read().await?;
    let read = read(&mut tx, s).await?;
    let accounts = read.iter().flat_map(|outline| &outline.accounts);
    let ids: Vec<AccountId> = accounts.map(|named| named.account_id.clone()).collect();
    let overlaps = map::overlaps_with(&mut tx, &about(s)?, &ids).await?;
    tx.rollback().await?;
    let outline = read.map_err(|_| outdated())?;
    meet(o, &outline.ours).await?;
    // The agenda says by name whose the accounts are.
    let owners: Vec<UserId> = overlaps.iter().filter_map(Overlap::owner_user).collect();
    names_of(o, &owners).await?;
    Ok(outline)
}

async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let outline = outline(o, s).await?;
    let slot = slot(s, &o.actor.zone, o.now).map_err(|_| outdated())?;
    if s.metadata["id"].is_string() {
        return moved(o, &carried(s)?, Move::Schedule(outline, slot)).await;
    }
    let mut tx = o.begin().await?;
    let partner = partner_of(&mut tx, &about(s)?).await?;
    let trigger = match s.metadata["request"].as_str() {
        Some(request) => Trigger::Requested(request.into()),
        None => Trigger::Planned,
    };
    let session = flow::set_up(&mut tx, o.now, &o.actor, &partner, trigger, (outline, slot)).await?;
    flow::prepare_session(&mut tx, o.now, &session, &ways(o.bot)).await?;
    o.send(&mut tx, &o.privately(view::set_up(&session, o.now, &o.actor.zone))).await?;
    o.finish(tx).await
}

/// Looks up who comes: the times on their card are on their clock.
async fn meet(o: &Occasion<'_>, ours: &[UserId]) -> Result<()> {
    let users: HashSet<&UserId> = ours.iter().filter(|user| **user != o.actor.user).collect();
    let found = try_join_all(users.into_iter().map(|user| identity::recently(o.bot, user))).await?;
    match found.iter().find(|person| person.outside.is_some()) {
        None => Ok(()),
        Some(person) => Err(Error::user(format!(
            "{} is {} and can't be one of ours on a session. Nothing was saved.",
            escape(&person.name),
            person.outside.map(|why| why.to_string()).unwrap_or_default()
        ))),
    }
}

pub(in super::super) async fn review(
    bot: &Bot,
    tx: &mut Tx,
    verb: &str,
    s: &ViewSubmission,
) -> Result<Checked> {
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let now = bot.clock.now();
    let mut problems = Problems::new();
    match verb {
        "partner" => return next(bot, tx, now, s).await,
        "schedule" => {
            problems.extend(read(tx, s).await?.err().unwrap_or_default());
            match slot(s, &zone, now) {
                Ok(slot) if !s.metadata["id"].is_string() => {
                    let user = s.actor.user_id.as_str().into();
                    if let Some(before) = store::session_at(tx, &about(s)?, slot.start, &user).await? {
                        problems.push((field::TIME.to_owned(), view::at_that_time(&before)));
                    }
                }
                Ok(_) => {}
                Err(wrong) => problems.extend(wrong),
            }
            problems.extend(identity::strangers(tx, s, &[field::OURS]).await?);
        }
        "change" => {
            problems.extend(read(tx, s).await?.err().unwrap_or_default());
            problems.extend(identity::strangers(tx, s, &[field::OURS]).await?);
        }
        "move" => problems.extend(slot(s, &zone, now).err().unwrap_or_default()),
        _ => {}
    }
    Ok(Checked::Wrong(problems))
}

/// The partner is chosen: the form of the session takes the place of the question.
async fn next(bot: &Bot, tx: &mut Tx, now: Timestamp, s: &ViewSubmission) -> Result<Checked> {
    let Some(id) = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from) else {
        return Ok(Checked::Wrong(vec![(field::PARTNER.to_owned(), "Choose a partner.".to_owned())]));
    };
    let partner = partner_of(tx, &id).await?;
    let actor = identity::submitter(tx, s).await?;
    flow::require_plan(&actor, &partner)?;
    let typed = Typed::read(&s.metadata);
    let view = form_for(bot, tx, now, &actor, &partner, &typed, s.metadata["channel"].as_str()).await?;
    Ok(Checked::Instead(view))
}

/// The form of the session took the place of the question; whoever may not set one up is told so.
async fn chosen(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    if let Some(id) = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from) {
        let mut tx = o.read().await?;
        let partner = partner_of(&mut tx, &id).await?;
        tx.rollback().await?;
        flow::require_plan(&o.actor, &partner)?;
    }
    Ok(Handled::Ignored)
}

fn looking(bot: &Bot) -> flow::Looking<'_> {
    flow::Looking { calendars: &bot.calendars, ahead_days: bot.agendas.ahead_days }
}

/// Before a round: with which partners there is something to propose.
pub(in super::super) async fn prepare(bot: &Bot, now: Timestamp) -> Result<HashSet<PartnerId>> {
    let mut tx = bot.db.read().await?;
    let triggered = flow::triggered(&mut tx, now, &looking(bot)).await?;
    tx.rollback().await?;
    Ok(triggered)
}

pub(in super::super) async fn round(
    bot: &Bot,
    tx: &mut Tx,
    now: Timestamp,
    triggered: &HashSet<PartnerId>,
) -> Result<()> {
    flow::carry_out_triggers(tx, now, &looking(bot), triggered).await
}
