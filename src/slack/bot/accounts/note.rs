//! A message is kept as a note on an account: who said it, when, and where it can be read.

use jiff::Timestamp;
use serde_json::json;

use super::super::super::payload::{ShortcutMessage, ViewSubmission};
use super::super::oversight::permalink;
use super::super::sessions::known;
use super::super::{Occasion, identity, outdated};
use super::fill::{say, text};
use super::metadata;
use crate::delivery::intake::Handled;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account_map::flow;
use crate::map::account_map::record::{Entry, Kind};
use crate::map::account_map::view::{self, field};
use crate::map::find::find_account;
use crate::plan::phrase;

/// A message as a note: the account that it names is filled in.
pub(super) async fn open(o: &Occasion<'_>, on: Option<&ShortcutMessage>) -> Result<Handled> {
    let text = on.map(|on| phrase::plain(&on.text)).unwrap_or_default();
    let mut tx = o.read().await?;
    let known = known(&mut tx).await?;
    tx.rollback().await?;
    let account = phrase::named_in(&text, &known.accounts).unwrap_or_default();
    let mut metadata = metadata(o, "");
    if let Some(on) = on {
        metadata["from"] = json!({"channel": on.channel, "ts": on.ts, "user": on.user});
    }
    o.open(&view::note_form(&account, &text, &metadata)).await
}

pub(super) async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let from = &s.metadata["from"];
    let said_by = from["user"].as_str().map(UserId::from);
    if let Some(user) = &said_by {
        // Remembered with their name; also somebody of a partner's may have said it.
        identity::recently(o.bot, user).await?;
    }
    let (channel, ts) = (from["channel"].as_str(), from["ts"].as_str());
    let link = channel.zip(ts).and_then(|(channel, ts)| permalink(&o.bot.identity.url, channel, ts));
    let said_on = ts.and_then(|ts| ts.split('.').next()?.parse().ok());
    let said_on = said_on.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(o.now);
    let written = text(s, field::ACCOUNT).ok_or_else(outdated)?;
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
    let account = find_account(&mut tx, &written).await?;
    flow::log(&mut tx, o.now, &account.id, &entry).await?;
    let said = format!("Added the note to *{}*.", escape(&account.label()));
    say(o, tx, &said, &account, None).await
}
