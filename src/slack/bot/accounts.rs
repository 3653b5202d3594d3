//! Account maps: the command, the buttons, the forms, the shortcut on a message (B1, E1 to E5).

mod card;
pub(super) mod decision;
mod fill;
mod note;
pub(super) mod room;
mod walk;

pub(super) use card::names as names_of;

use serde_json::{Value, json};

use super::super::grammar::AccountVerb;
use super::super::payload::{Action, Shortcut, ViewSubmission};
use super::seen::seen;
use super::{Bot, Checked, Occasion, outdated};
use crate::delivery::intake::Handled;
use crate::delivery::outbox;
use crate::kernel::calendar::add_days;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, HoldId, PartnerId, StakeholderId, StepId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::hold::Hold;
use crate::map::account_map::record::Close;
use crate::map::account_map::{flow, store, view};
use crate::map::find::find_account;
use crate::pull::flow as pull;
use crate::store::Tx;

/// A list names so many accounts.
const LISTED: i64 = 12;
/// A hold is kept for so many more days, unless another day is chosen.
const KEPT_DAYS: i64 = 14;

pub(super) async fn command(
    o: &Occasion<'_>,
    verb: Option<AccountVerb>,
    words: &[String],
) -> Result<Handled> {
    match verb {
        None if words.is_empty() => list(o).await,
        None => card::show(o, &named(o, words).await?.id).await,
        Some(AccountVerb::Show { words }) if words.is_empty() => list(o).await,
        Some(AccountVerb::Show { words }) => card::show(o, &named(o, &words).await?.id).await,
        Some(AccountVerb::Decide { words }) if words.is_empty() => {
            Err(Error::user("Say on which account: `/partner account decide acme`."))
        }
        Some(AccountVerb::Decide { words }) => decision::open(o, &named(o, &words).await?.id).await,
        Some(AccountVerb::Room { words }) if words.is_empty() => {
            Err(Error::user("Say of which account: `/partner account room acme`."))
        }
        Some(AccountVerb::Room { words }) => room::open(o, &named(o, &words).await?.id).await,
        Some(AccountVerb::History { words }) if words.is_empty() => {
            Err(Error::user("Say of which account: `/partner account history acme`."))
        }
        Some(AccountVerb::History { words }) => room::export(o, &named(o, &words).await?.id).await,
        Some(AccountVerb::Review) => walk::begin(o).await,
    }
}

async fn named(o: &Occasion<'_>, words: &[String]) -> Result<Account> {
    let mut tx = o.read().await?;
    let account = find_account(&mut tx, &crate::plan::phrase::plain(&words.join(" "))).await?;
    tx.rollback().await?;
    Ok(account)
}

async fn list(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let found = store::near(&mut tx, &o.actor.user, LISTED).await?;
    let may_review = !store::focus(&mut tx, 1).await?.is_empty();
    tx.rollback().await?;
    o.answer(view::list(&found, may_review)).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    let (id, rest) = action.value.split_once(':').unwrap_or((&action.value, ""));
    let account = AccountId::from(id);
    match verb {
        "list" => list(o).await,
        "show" => card::show(o, &account).await,
        "share" => card::share(o, &account).await,
        "history" => card::history(o, &account).await,
        "room" => room::open(o, &account).await,
        "export" => room::export(o, &account).await,
        "decide" => decision::open(o, &account).await,
        "person" => {
            fill::open_person(o, &account, Some(StakeholderId::from(rest)).filter(|_| !rest.is_empty())).await
        }
        "relate" => fill::open_relationship(o, &account).await,
        "owners" => fill::open_owners(o, &account).await,
        "involve" => fill::open_involvement(o, &account, &PartnerId::from(rest)).await,
        "step" => fill::open_step(o, &account).await,
        "touch" => fill::open_touch(o, &account).await,
        "note" => note::open(o, None).await,
        "review" => walk::begin(o).await,
        "step_done" => {
            let (what, _) = seen::<StepId>(&action.value)?;
            let mut tx = o.begin().await?;
            let account = flow::close_step(&mut tx, o.now, &o.actor.user, &what, Close::Done).await?;
            card::redraw(o, tx, &account).await
        }
        "lift" => lift(o, &action.value).await,
        "keep" => {
            let ((id, version), _) = seen::<HoldId>(&action.value)?;
            let mut tx = o.read().await?;
            let (hold, account) = flow::hold_for(&mut tx, &o.actor, &(id, version)).await?;
            tx.rollback().await?;
            let mut metadata = metadata(o, hold.id.as_str());
            metadata["version"] = json!(version);
            o.open(&view::keep_form(&hold, &account, add_days(o.today(), KEPT_DAYS), &metadata)).await
        }
        _ => Err(outdated()),
    }
}

/// What travels with a form, so that its answer finds the way back.
fn metadata(o: &Occasion<'_>, id: &str) -> Value {
    json!({"channel": o.place.channel, "thread": o.place.thread, "id": id})
}

/// The account that a form is about.
fn account_of(s: &ViewSubmission) -> Result<AccountId> {
    s.metadata["id"].as_str().filter(|id| !id.is_empty()).map(AccountId::from).ok_or_else(outdated)
}

async fn lift(o: &Occasion<'_>, value: &str) -> Result<Handled> {
    let (what, _) = seen::<HoldId>(value)?;
    let mut tx = o.begin().await?;
    let (hold, account) = flow::lift(&mut tx, o.now, &o.actor, &what).await?;
    pull::refresh_account(&mut tx, o.now, &account.id).await?;
    if asked_here(o, &mut tx, &hold).await? {
        return o.finish(tx).await;
    }
    card::redraw(o, tx, &account.id).await
}

async fn keep(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let what = super::seen::carried::<HoldId>(s)?;
    let until = s.values.date(view::field::DATE, view::field::DATE).ok_or_else(outdated)?;
    let mut tx = o.begin().await?;
    let (hold, account) = flow::keep(&mut tx, o.now, &o.actor, &what, until).await?;
    pull::refresh_account(&mut tx, o.now, &account.id).await?;
    if !asked_here(o, &mut tx, &hold).await? {
        let said = format!("The hold on *{}* goes on, {}.", escape(&account.name), hold.until_words(o.now));
        o.send(&mut tx, &o.privately(view::saved(&said, &account, None))).await?;
    }
    o.finish(tx).await
}

/// Whether the answer stands where its author was asked: that message is edited, and says it.
async fn asked_here(o: &Occasion<'_>, tx: &mut Tx, hold: &Hold) -> Result<bool> {
    let Some(channel) = &o.place.channel else { return Ok(false) };
    let shown = outbox::shown_at(tx, &flow::hold_subject(hold)).await?;
    Ok(shown.is_some_and(|(at, _)| at == channel.as_str()))
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "decide" => decision::submit(o, s).await,
        "review" => walk::save(o, s).await,
        "summary" => walk::post(o, s).await,
        "keep" => keep(o, s).await,
        verb => fill::submit(o, verb, s).await,
    }
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Checked> {
    match verb {
        "review" => walk::review(bot, tx, s).await,
        "decide" => Ok(Checked::Wrong(decision::review(bot, tx, s).await?)),
        "keep" => Ok(Checked::Wrong(decision::review_until(bot, tx, s).await?)),
        verb => Ok(Checked::Wrong(fill::review(bot, tx, verb, s).await?)),
    }
}

pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    note::open(o, shortcut.on.as_ref()).await
}

pub(super) async fn round(tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::round(tx, now).await
}
