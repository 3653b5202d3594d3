//! Plays: the command, the buttons (A19). The forms are read in `forms`.

mod forms;

use serde_json::{Value, json};

use super::super::grammar::PlayVerb;
use super::super::payload::{Action, ViewSubmission};
use super::seen::{carried, seen};
use super::sessions::{known, resolve};
use super::{Bot, Occasion, Problems, outdated, pages};
use crate::delivery::intake::Handled;
use crate::delivery::outbox;
use crate::kernel::actor::Right;
use crate::kernel::blocks::clip;
use crate::kernel::calendar::add_days;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PlayId;
use crate::kernel::text::escape;
use crate::map::name;
use crate::plan::flow;
use crate::plan::phrase;
use crate::plan::play::{Move, Play};
use crate::plan::store;
use crate::plan::view::play::{self as view, Prefill, action};
use crate::plan::view::play_forms;
use crate::store::Tx;

/// The page of all plays.
const PAGE: &str = "/pages/plays";
/// At most so many plays are looked through for a list.
const LOADED: i64 = 500;
/// What shipped stays on the list for so many days.
const RECENT_DAYS: i64 = 30;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<PlayVerb>) -> Result<Handled> {
    match verb.unwrap_or(PlayVerb::List) {
        PlayVerb::List => list(o).await,
        PlayVerb::Start { words } => {
            let mut tx = o.read().await?;
            let known = known(&mut tx).await?;
            tx.rollback().await?;
            // What is no partner and no owner is the play's name, as with what is promised.
            let read = phrase::commitment(&words, o.today(), &known);
            let title = read.text.unwrap_or_default();
            open_start(o, &Prefill { title, partner: read.partner.unwrap_or_default() }).await
        }
        PlayVerb::Ship { words } => ship(o, &words.join(" ")).await,
    }
}

async fn list(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let mut found = store::open_plays(&mut tx, LOADED).await?;
    found.extend(store::shipped_plays(&mut tx, add_days(o.today(), -RECENT_DAYS), LOADED).await?);
    tx.rollback().await?;
    o.answer(view::list("Plays", &found, o.today(), ("Show", action::SHOW))?).await
}

/// The one that the words name; without any, those that run, each with its button.
async fn ship(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let mut running = store::open_plays(&mut tx, LOADED).await?;
    tx.rollback().await?;
    running.retain(Play::is_running);
    if running.is_empty() {
        return Err(Error::user(
            "No play is running, so none can ship. `/partner play list` shows the ideas.",
        ));
    }
    let key = name::key(words);
    let named: Vec<&Play> =
        running.iter().filter(|p| !key.is_empty() && name::key(&p.plan.title) == key).collect();
    match named.as_slice() {
        [play] => open_form(o, "ship", &(play.id.clone(), play.version)).await,
        _ if key.is_empty() || named.len() > 1 => {
            o.answer(view::list("Which one has shipped?", &running, o.today(), ("Ship", action::SHIP))?).await
        }
        _ => Err(unknown(words, &running)),
    }
}

fn unknown(words: &str, running: &[Play]) -> Error {
    let titles: Vec<&str> = running.iter().map(|p| p.plan.title.as_str()).collect();
    let written = escape(&clip(words, 80));
    match name::similar(words, &titles).first() {
        Some(near) => {
            Error::user(format!("No play \"{written}\" is running. Did you mean {}?", escape(near)))
        }
        None => Error::user(format!(
            "No play \"{written}\" is running. Those that are: {}.",
            escape(&clip(&titles.join(", "), 300))
        )),
    }
}

async fn open_start(o: &Occasion<'_>, prefill: &Prefill) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let mut tx = o.read().await?;
    let (found, partners, doubts) = resolve(&mut tx, &prefill.partner, "").await?;
    tx.rollback().await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a play is run with one. `/partner partner add` adds the first.",
        ));
    }
    let metadata = json!({"channel": o.place.channel, "thread": o.place.thread});
    let me = o.actor.user.as_str();
    o.open(&play_forms::start_modal(prefill, found.as_ref(), me, &partners, &doubts, &metadata)).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, chosen: &Action) -> Result<Handled> {
    let (verb, value) = match verb {
        "menu" => chosen.value.split_once(':').ok_or_else(outdated)?,
        verb => (verb, chosen.value.as_str()),
    };
    match verb {
        "list" => return list(o).await,
        "start" => return open_start(o, &serde_json::from_str(value).unwrap_or_default()).await,
        "page" => return give_link(o).await,
        "show" => return show(o, &PlayId::from(value)).await,
        _ => {}
    }
    let (seen, _) = seen::<PlayId>(value)?;
    match verb {
        "go" => moved(o, &seen, Move::Start).await,
        "on_track" => moved(o, &seen, Move::OnTrack).await,
        "edit" | "move" | "ship" | "results" | "support" | "drop" => open_form(o, verb, &seen).await,
        _ => Err(outdated()),
    }
}

async fn give_link(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let link = pages::link(o, &mut tx, PAGE).await?;
    o.send(&mut tx, &o.privately(view::page_link(&link, &pages::lasts(o.bot)))).await?;
    o.finish(tx).await
}

async fn show(o: &Occasion<'_>, id: &PlayId) -> Result<Handled> {
    let mut tx = o.read().await?;
    let play = store::play(&mut tx, id).await?.ok_or_else(flow::gone)?;
    let may_move = play.may_be_moved_by(&o.actor);
    let whole = flow::whole(&mut tx, play).await?;
    tx.rollback().await?;
    o.answer(view::card(&whole, String::new(), o.today(), may_move)?).await
}

async fn open_form(o: &Occasion<'_>, verb: &str, seen: &(PlayId, i64)) -> Result<Handled> {
    let mut tx = o.read().await?;
    let play = flow::play_for(&mut tx, o.now, &o.actor, seen).await?;
    tx.rollback().await?;
    let metadata: Value = json!({"channel": o.place.channel, "id": play.id, "version": play.version});
    let today = o.today();
    let stands = match verb {
        "edit" | "support" | "drop" => play.is_open(),
        "move" | "ship" => play.is_running(),
        _ => matches!(play.stage, crate::plan::play::Stage::Shipped { .. }),
    };
    if !stands {
        return Err(view::changed_already(&play, o.now));
    }
    let form = match verb {
        "edit" => play_forms::edit_modal(&play, &metadata),
        "move" => play_forms::move_modal(&play, today, &metadata),
        "ship" => play_forms::ship_modal(&play, today, &metadata),
        "results" => play_forms::results_modal(&play, today, &metadata),
        "support" => play_forms::support_modal(&play, today, o.actor.user.as_str(), &metadata),
        _ => play_forms::drop_modal(&play, today, &metadata),
    };
    o.open(&form).await
}

async fn moved(o: &Occasion<'_>, seen: &(PlayId, i64), what: Move) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let after = flow::move_play(&mut tx, o.now, &o.actor, seen, what).await?;
    confirm(o, &mut tx, after).await?;
    o.finish(tx).await
}

/// Shows how it stands now, unless the message that was clicked shows it by now.
async fn confirm(o: &Occasion<'_>, tx: &mut Tx, after: Play) -> Result<()> {
    let shown = outbox::shown_at(tx, &view::subject(&after, &o.actor.user)).await?;
    let here = o.place.channel.as_ref().map(|c| c.as_str());
    if shown.is_some_and(|(at, _)| Some(at.as_str()) == here) {
        return Ok(());
    }
    let whole = flow::whole(tx, after).await?;
    let card = view::card(&whole, String::new(), o.today(), true)?;
    o.send(tx, &o.in_place(card)).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "start" => forms::start(o, s).await,
        "edit" => forms::edit(o, s).await,
        "support" => forms::support(o, s).await,
        "move" | "ship" | "results" | "drop" => {
            let what = forms::read_move(verb, s, o.today()).map_err(|_| outdated())?;
            moved(o, &carried(s)?, what).await
        }
        _ => Err(outdated()),
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    forms::review(bot, tx, verb, s).await
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::remind_of_plays(tx, now, &bot.calendars).await
}
