//! `/partner calendar`: sessions as files and feeds, and sessions that calendars show and nobody logged.

mod dropped;
pub mod reading;

use jiff::Timestamp;

use super::super::grammar::CalendarVerb;
use super::super::payload::Action;
use super::partners::found as partner_of;
use super::seen::seen;
use super::{Bot, Occasion, outdated, pages};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::{Error, Result};
use crate::kernel::ics::Every;
use crate::kernel::ids::{FeedId, PartnerId, SessionId};
use crate::map::find::find_partner;
use crate::map::partner::Partner;
use crate::map::sources::standing::ReadKind;
use crate::map::sources::store::reads::read_now;
use crate::map::store as map;
use crate::plan::found::Verdict;
use crate::plan::invite::Standing;
use crate::plan::session::{Stage, Trigger};
use crate::plan::store::Feed;
use crate::plan::view::calendar as view;
use crate::plan::{flow, store};
use crate::pull::instruction::Cadence;
use crate::pull::store as pull;
use crate::store::links::Pass;
use crate::store::{Tx, audit};

pub(super) use dropped::{is_calendar, shared};

/// So many sessions that nobody logged are listed.
const WAITING: i64 = 10;
/// So many sessions of somebody's are counted.
const SESSIONS: i64 = 50;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<CalendarVerb>) -> Result<Handled> {
    match verb.unwrap_or(CalendarVerb::Show) {
        CalendarVerb::Show => show(o).await,
        CalendarVerb::Link { words } if words.is_empty() => link(o, None).await,
        CalendarVerb::Link { words } => {
            let mut tx = o.read().await?;
            let partner = find_partner(&mut tx, &words.join(" ")).await?;
            tx.rollback().await?;
            link(o, Some(partner?)).await
        }
    }
}

async fn show(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let card = page(o, &mut tx).await?;
    tx.rollback().await?;
    o.answer(card).await
}

async fn page(o: &Occasion<'_>, tx: &mut Tx) -> Result<Message> {
    let triages = o.actor.may(Right::Triage, None);
    let sessions = store::sessions_of(tx, o.now, &o.actor.user, SESSIONS).await?;
    let feeds = store::calendar_feeds_of(tx, &o.actor.user, o.now).await?;
    let partners = map::partners(tx).await?;
    let read = if triages { o.bot.reads.standings(tx).await? } else { Vec::new() };
    let mut waiting = if triages { store::found_waiting(tx, WAITING).await? } else { Vec::new() };
    waiting.retain(|found| o.actor.may(Right::Triage, Some(&found.partner_id)));
    let page = view::Page {
        sessions: &sessions,
        feeds: &feeds,
        reachable: o.bot.pages.url.is_some(),
        partners: &partners,
        read: &read,
        waiting: &waiting,
        may_read: !read.is_empty(),
    };
    view::page(&page, &o.here())
}

/// Gives a link to a feed, to whoever acts alone.
async fn link(o: &Occasion<'_>, partner: Option<Partner>) -> Result<Handled> {
    if o.bot.pages.url.is_none() {
        return Err(Error::user(
            "Your calendar can't subscribe yet: Tandem has no address on the web. Ask whoever runs it to set one. Until then `/partner calendar` hands over files.",
        ));
    }
    let mut tx = o.begin().await?;
    let partner = partner.map(|partner| (partner.id, partner.name));
    let feed = flow::open_feed(&mut tx, o.now, &o.actor.user, partner).await?;
    let pass = Pass { reader: feed.user.clone(), until: feed.until };
    let address = pages::link_for(o, &mut tx, &path(&feed.id), &pass).await?;
    o.send(&mut tx, &o.privately(view::link(&feed, &address, &o.here()))).await?;
    o.finish(tx).await
}

fn path(feed: &FeedId) -> String {
    format!("/pages/calendars/{feed}.ics")
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "show" => show(o).await,
        "file" => file(o, &action.value.as_str().into()).await,
        "link" if action.value == view::MINE => link(o, None).await,
        "link" | "link_with" => link(o, Some(partner_of(o, &action.value).await?)).await,
        "end" => end(o, &action.value.as_str().into()).await,
        "read" => read(o).await,
        "held" => decide(o, action, Verdict::Held).await,
        "not_ours" => decide(o, action, Verdict::NotOurs).await,
        _ => Err(outdated()),
    }
}

/// Hands over the file of a session in the direct messages.
async fn file(o: &Occasion<'_>, id: &SessionId) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (session, text) = flow::file(&mut tx, id).await?;
    tx.rollback().await?;
    let day = session.stage.slot().map(|slot| slot.local().date().to_string()).unwrap_or_default();
    let name = format!("account-planning-{day}.ics");
    let comment = view::handed(&session, &o.here());
    o.hand_over(&name, &comment, text.into_bytes()).await?;
    let mut tx = o.begin().await?;
    flow::took_file(&mut tx, o.now, &o.actor.user, &session).await?;
    let text = "The file is in your direct messages with me. Open it, and your calendar takes it from there.";
    o.send(&mut tx, &o.privately(Message::text(text))).await?;
    o.finish(tx).await
}

async fn end(o: &Occasion<'_>, id: &FeedId) -> Result<Handled> {
    let mut tx = o.begin().await?;
    flow::end_feed(&mut tx, o.now, &o.actor.user, id).await?;
    let text = "The link has ended. What a calendar has taken from it stays there until you remove the subscription.";
    let show = blocks::button("Show my calendar", view::action::SHOW, "mine");
    let message = Message::new(text, vec![blocks::section(text), blocks::actions(vec![show])]);
    o.send(&mut tx, &o.in_place(message)).await?;
    o.finish(tx).await
}

/// Has every calendar read at once.
async fn read(o: &Occasion<'_>) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let names = o.bot.reads.names();
    if names.is_empty() {
        return Err(Error::user(
            "No calendar is set up for reading yet. Ask whoever runs Tandem to add one.",
        ));
    }
    let mut tx = o.begin().await?;
    read_now(&mut tx, ReadKind::Calendar, &names).await?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "calendar.read", "calendars:all", &names.join(", "));
    let text = "Reading the calendars now. What is new in them shows here in a moment: `/partner calendar`.";
    o.send(&mut tx, &o.privately(Message::text(text))).await?;
    let handled = o.finish(tx).await;
    o.bot.sources.bell.ring();
    handled
}

async fn decide(o: &Occasion<'_>, action: &Action, verdict: Verdict) -> Result<Handled> {
    let (seen, _) = seen(&action.value)?;
    let mut tx = o.begin().await?;
    flow::found::decide(&mut tx, o.now, &o.actor, &seen, verdict).await?;
    o.finish(tx).await
}

/// Asks about what is over, and tells whoever has an old file.
pub(super) async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    flow::found::round(tx, now).await?;
    flow::tell_of_changes(tx, now).await
}

/// What a feed shows to its subscriber; `None` where it has ended or is another's.
pub async fn feed(bot: &Bot, reader: &Actor, id: &FeedId) -> Result<Option<String>> {
    let now = bot.clock.now();
    let mut tx = bot.db.read().await?;
    let feed = store::calendar_feed(&mut tx, id).await?;
    let Some(feed) = feed.filter(|f| f.user == reader.user && !f.revoked && f.until > now) else {
        tx.rollback().await?;
        return Ok(None);
    };
    let standing = standing(&mut tx, now, &feed).await?;
    let text = flow::feed_text(&mut tx, now, &feed, &standing).await?;
    tx.rollback().await?;
    Ok(Some(text))
}

/// The times that are kept free with the partners of a feed: by the sheet's cadence, from the last planned session on.
async fn standing(tx: &mut Tx, now: Timestamp, feed: &Feed) -> Result<Vec<Standing>> {
    let partners = match &feed.partner {
        Some((partner, _)) => map::partner(tx, partner).await?.into_iter().collect(),
        None => map::partners(tx)
            .await?
            .into_iter()
            .filter(|p| p.manager.as_ref() == Some(&feed.user))
            .collect::<Vec<_>>(),
    };
    let mut all = Vec::new();
    for partner in partners {
        all.extend(standing_with(tx, now, partner.id, partner.name).await?);
    }
    Ok(all)
}

async fn standing_with(
    tx: &mut Tx,
    now: Timestamp,
    partner: PartnerId,
    name: String,
) -> Result<Option<Standing>> {
    let Some(sheet) = pull::instruction_of(tx, &partner).await? else { return Ok(None) };
    let every = match sheet.sheet.cadence {
        None => return Ok(None),
        Some(Cadence::Weekly) => Every::Weeks(1),
        Some(Cadence::Fortnightly) => Every::Weeks(2),
        Some(Cadence::Monthly) => Every::Months(1),
        Some(Cadence::Quarterly) => Every::Months(3),
    };
    let half_a_year = jiff::SignedDuration::from_hours(24 * 183);
    let from = now.saturating_sub(half_a_year).unwrap_or(now);
    let until = now.saturating_add(half_a_year).unwrap_or(now);
    let sessions = store::sessions_between(tx, &partner, from, until).await?;
    let planned = sessions.into_iter().rev().find(|session| {
        session.trigger == Trigger::Planned
            && !matches!(session.stage, Stage::Cancelled { .. } | Stage::Proposed { .. })
    });
    let after = planned.as_ref().and_then(|session| session.stage.slot().cloned());
    Ok(after.map(|after| Standing {
        partner,
        name,
        every,
        after,
        minutes: sheet.sheet.minutes,
        since: sheet.at,
        version: sheet.version,
    }))
}
