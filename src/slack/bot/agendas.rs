//! Agendas of sessions: shown, approved, edited, and given as a page (A8).

use jiff::Timestamp;
use serde_json::json;

use super::super::payload::{Action, ViewSubmission};
use super::seen::{carried, seen};
use super::{Bot, Occasion, Problems, outdated, pages};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Actor;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, SessionId};
use crate::kernel::text::{escape, unescaped};
use crate::map::find::{Named, find_account, partner_or_account};
use crate::map::store as map;
use crate::plan::flow::{self, Ways};
use crate::plan::phrase::plain;
use crate::plan::pre_read::{PreRead, Seen};
use crate::plan::session::Session;
use crate::plan::store;
use crate::plan::view::pre_read::{self as view, field, page};
use crate::store::Tx;

/// At most so many sessions are looked through.
const LOADED: i64 = 200;

pub(super) fn ways(bot: &Bot) -> Ways<'_> {
    Ways { settings: &bot.agendas, mapping: &bot.mapping, calendars: &bot.calendars }
}

pub(super) async fn command(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let mut tx = o.read().await?;
    let found = named(o, &mut tx, &plain(&words.join(" "))).await?;
    tx.rollback().await?;
    match found {
        Some(session) => show(o, &session.id).await,
        None => Err(Error::user(
            "No session is ahead. `/partner session schedule` sets one up, and its agenda is loaded in time.",
        )),
    }
}

/// The next session with that partner or about that account; without words, the reader's own, else the next of all.
async fn named(o: &Occasion<'_>, tx: &mut Tx, words: &str) -> Result<Option<Session>> {
    if words.is_empty() {
        let own = store::sessions_of(tx, o.now, &o.actor.user, 1).await?.pop();
        return match own {
            Some(session) => Ok(Some(session)),
            None => Ok(store::sessions_ahead(tx, o.now, 1).await?.pop()),
        };
    }
    let wanted = partner_or_account(tx, words).await?;
    let ahead = store::sessions_ahead(tx, o.now, LOADED).await?;
    let fits = |s: &Session| match &wanted {
        Named::Partner(partner) => s.partner_id == partner.id,
        Named::Account(account) => s.outline.accounts.iter().any(|a| a.account_id == account.id),
    };
    match ahead.into_iter().find(fits) {
        Some(session) => Ok(Some(session)),
        None => Err(Error::user(format!(
            "No session with {} is ahead. `/partner session list` shows those that are.",
            escape(words)
        ))),
    }
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "show" => show(o, &SessionId::from(action.value.as_str())).await,
        "page" => give_page(o, &SessionId::from(action.value.as_str())).await,
        "name" => edit_form(o, &SessionId::from(action.value.as_str()), None).await,
        "edit" => {
            let ((id, version), _) = seen::<SessionId>(&action.value)?;
            edit_form(o, &id, Some(version)).await
        }
        "approve" => {
            let (what, _) = seen::<SessionId>(&action.value)?;
            let mut tx = o.begin().await?;
            flow::approve_agenda(&mut tx, o.now, &o.actor, &what, &ways(o.bot)).await?;
            o.finish(tx).await
        }
        _ => Err(outdated()),
    }
}

/// The session with its agenda as it stands, or as it would be now.
async fn loaded(bot: &Bot, tx: &mut Tx, now: Timestamp, id: &SessionId) -> Result<(Session, PreRead)> {
    let session = flow::session(tx, id).await?;
    match flow::agenda_now(tx, now, &session, &ways(bot)).await? {
        Some(pre_read) => Ok((session, pre_read)),
        None => Err(Error::user(format!(
            "The session with {} has no time yet, and no agenda. *Schedule* on its card gives it one.",
            escape(&session.partner)
        ))),
    }
}

async fn show(o: &Occasion<'_>, id: &SessionId) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (session, pre_read) = loaded(o.bot, &mut tx, o.now, id).await?;
    let may = flow::agenda_rights(&mut tx, o.now, &o.actor, &session).await?;
    tx.rollback().await?;
    let slot = session.stage.slot().ok_or_else(outdated)?;
    o.answer(view::shown(slot, &pre_read, &o.here(), may)?).await
}

async fn edit_form(o: &Occasion<'_>, id: &SessionId, version: Option<i64>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let found = flow::choices(&mut tx, o.now, &o.actor, id, version).await?;
    tx.rollback().await?;
    let Seen { version, approved } = found.seen;
    let metadata = json!({"channel": o.place.channel, "id": id, "version": version, "approved": approved});
    o.open(&view::edit_form(&found.session, &found.chosen, &found.offered, &metadata)).await
}

fn chosen(s: &ViewSubmission) -> Vec<AccountId> {
    s.values.options(field::ACCOUNTS, field::ACCOUNTS).into_iter().map(AccountId::from).collect()
}

pub(super) async fn review(tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    let mut count = chosen(s).len();
    if let Some(written) = s.values.get_text(field::ANOTHER, field::ANOTHER) {
        count += 1;
        if let Some(problem) = wrong_account(tx, s, written).await? {
            problems.push((field::ANOTHER.to_owned(), problem));
        }
    }
    if count == 0 {
        problems.push((field::ANOTHER.to_owned(), "Choose an account, or write one.".to_owned()));
    } else if count > view::MOST {
        problems
            .push((field::ANOTHER.to_owned(), format!("A session covers {} accounts at most.", view::MOST)));
    }
    Ok(problems)
}

/// Why a written account cannot come on the agenda.
async fn wrong_account(tx: &mut Tx, s: &ViewSubmission, written: &str) -> Result<Option<String>> {
    let (id, _) = carried::<SessionId>(s)?;
    let account = match find_account(tx, written).await {
        Ok(account) => account,
        // Slack shows a field's error to the letter.
        Err(Error::User(error)) => return Ok(Some(unescaped(&error.text).replace('`', ""))),
        Err(fault) => return Err(fault),
    };
    let Some(session) = store::session(tx, &id).await? else { return Ok(None) };
    let overlaps = map::overlaps_with(tx, &session.partner_id, std::slice::from_ref(&account.id)).await?;
    let here = overlaps.iter().any(|o| o.gone_at.is_none());
    Ok((!here)
        .then(|| format!("{} is no overlap with {}. Add the overlap first.", account.name, session.partner)))
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    if verb != "edit" {
        return Err(outdated());
    }
    let (id, version) = carried::<SessionId>(s)?;
    let seen = Seen { version, approved: s.metadata["approved"] == true };
    let mut accounts = chosen(s);
    let mut tx = o.begin().await?;
    if let Some(written) = s.values.get_text(field::ANOTHER, field::ANOTHER) {
        let another = find_account(&mut tx, written).await?.id;
        if !accounts.contains(&another) {
            accounts.push(another);
        }
    }
    flow::edit_agenda(&mut tx, o.now, &o.actor, (&id, seen), &accounts, &ways(o.bot)).await?;
    o.finish(tx).await
}

/// The page as a link of the reader's own; as a file where nothing is reached from outside.
async fn give_page(o: &Occasion<'_>, id: &SessionId) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (session, pre_read) = loaded(o.bot, &mut tx, o.now, id).await?;
    tx.rollback().await?;
    if o.bot.pages.url.is_some() {
        let mut tx = o.begin().await?;
        let link = pages::link(o, &mut tx, &page::path(id)).await?;
        let said = view::page_at(&link, &session.partner, &pages::lasts(o.bot));
        o.send(&mut tx, &o.privately(said)).await?;
        return o.finish(tx).await;
    }
    let html = page::page(&session, &pre_read, &o.here())?;
    let file = format!("agenda-{}.html", o.today());
    let comment = format!(
        "The agenda with {} to open in a browser and to print. Only you have this file.",
        escape(&session.partner)
    );
    o.hand_over(&file, &comment, html.into_bytes()).await?;
    let said = format!(
        "The agenda with {} is in your direct messages with me, as a page.",
        escape(&session.partner)
    );
    o.answer(Message::text(said)).await
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    flow::prepare_sessions(tx, now, &ways(bot)).await
}

/// The agenda of a session as a page for this reader.
///
/// # Errors
/// A user's error when there is none.
pub async fn agenda_page(bot: &Bot, id: &SessionId, reader: &Actor) -> Result<String> {
    let now = bot.clock.now();
    let mut tx = bot.db.read().await?;
    let (session, pre_read) = loaded(bot, &mut tx, now, id).await?;
    tx.rollback().await?;
    page::page(&session, &pre_read, &now.to_zoned(reader.zone.clone()))
}
