//! A message is kept on an account, as a note or as a next step: who said it, when, and where it can be read.

use jiff::Timestamp;
use serde_json::json;

use super::super::super::payload::{ShortcutMessage, ViewSubmission};
use super::super::oversight::permalink;
use super::super::sessions::known;
use super::super::{Occasion, identity, outdated};
use super::fill::{WEEK, say, text};
use super::{metadata, room};
use crate::delivery::intake::Handled;
use crate::kernel::calendar::add_days;
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::flow;
use crate::map::account_map::record::{Entry, Kind};
use crate::map::account_map::view::{self, Whereto, field};
use crate::map::find::find_account;
use crate::map::store as map;
use crate::plan::phrase;
use crate::store::{Tx, people};

/// A message to be kept: in a room on its account, elsewhere on the one that it names.
pub(super) async fn open(o: &Occasion<'_>, on: Option<&ShortcutMessage>) -> Result<Handled> {
    let text = on.map(|on| phrase::plain(&on.text)).unwrap_or_default();
    let mut tx = o.read().await?;
    let its_own = match on {
        Some(on) => room::account_at(&mut tx, &on.channel, &on.ts, on.thread_ts.as_deref()).await?,
        None => None,
    };
    let known = known(&mut tx).await?;
    tx.rollback().await?;
    let named = phrase::named_in(&text, &known.accounts).unwrap_or_default();
    let (to, id) = match &its_own {
        Some(account) => (Whereto::Room(account), account.id.as_str()),
        None => (Whereto::Named(&named), ""),
    };
    let mut metadata = metadata(o, id);
    if let Some(on) = on {
        metadata["from"] = json!({"channel": on.channel, "ts": on.ts, "user": on.user});
    }
    let due = phrase::date_in(&text, o.today()).unwrap_or_else(|| add_days(o.today(), WEEK));
    o.open(&view::note_form(to, &text, &o.actor.user, due, &metadata)).await
}

/// Whether the form keeps the message as a next step.
pub(super) fn is_step(s: &ViewSubmission) -> bool {
    s.values.option(field::KIND, field::KIND) == Some(view::STEP)
}

/// The account of the room that the message stands in, else the one that was written.
async fn account(tx: &mut Tx, s: &ViewSubmission) -> Result<Account> {
    match s.metadata["id"].as_str().filter(|id| !id.is_empty()) {
        Some(id) => map::account(tx, &id.into()).await?.ok_or_else(outdated),
        None => find_account(tx, &text(s, field::ACCOUNT).ok_or_else(outdated)?).await,
    }
}

pub(super) async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let from = &s.metadata["from"];
    let (channel, ts) = (from["channel"].as_str(), from["ts"].as_str());
    let link = channel.zip(ts).and_then(|(channel, ts)| permalink(&o.bot.identity.url, channel, ts));
    if is_step(s) {
        return save_step(o, s, link).await;
    }
    let said_by = from["user"].as_str().map(UserId::from);
    if let Some(user) = &said_by {
        // Remembered with their name; also somebody of a partner's may have said it.
        identity::recently(o.bot, user).await?;
    }
    let said_on = ts.and_then(|ts| ts.split('.').next()?.parse().ok());
    let said_on = said_on.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(o.now);
    let entry = Entry {
        kind: Kind::Note,
        on: said_on.to_zoned(o.actor.zone.clone()).date(),
        text: text(s, field::TEXT).ok_or_else(outdated)?,
        said_by: said_by.or_else(|| Some(o.actor.user.clone()).filter(|_| ts.is_none())),
        link,
        by: o.actor.user.clone(),
        at: o.now,
    };
    let mut tx = o.begin().await?;
    let account = account(&mut tx, s).await?;
    flow::log(&mut tx, o.now, &account.id, &entry).await?;
    let said = format!("Added the note to *{}*.", escape(&account.label()));
    say(o, tx, &said, &account, None).await
}

async fn save_step(o: &Occasion<'_>, s: &ViewSubmission, link: Option<String>) -> Result<Handled> {
    let owner = s.values.user(field::OWNER, field::OWNER).ok_or_else(outdated)?;
    let plan = flow::Plan {
        text: text(s, field::TEXT).ok_or_else(outdated)?,
        owner: identity::colleague(o, &owner.into()).await?.id,
        due: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        link,
    };
    let mut tx = o.begin().await?;
    let account = account(&mut tx, s).await?;
    let (account, step) = flow::add_step(&mut tx, o.now, &o.actor.user, &account.id, plan).await?;
    let owner = people::find(&mut tx, &step.owner).await?.map_or_else(String::new, |(p, _)| p.name);
    let said = format!(
        "Added the next step to *{}*: {}, by {}.",
        escape(&account.label()),
        escape(&owner),
        spoken(step.due, o.today())
    );
    say(o, tx, &said, &account, None).await
}
