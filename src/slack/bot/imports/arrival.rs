//! A file is shared: in the intake channel it may be a list.

use super::super::super::client::CallError;
use super::super::super::payload::{FileRef, FileShared};
use super::super::{Bot, calendars, finish, identity};
use super::show;
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Outgoing};
use crate::kernel::actor::{Actor, Standing};
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, ImportId, UserId};
use crate::kernel::text::escape;
use crate::map::import::view::Aside;
use crate::map::import::{Counts, Extent, Import, Kind, State, store};
use crate::store::{audit, millis, people, settings};

/// What a list's name ends with.
const LISTS: [&str; 5] = ["csv", "tsv", "tab", "txt", "xlsx"];

/// Somebody shared a file: in the intake channel it may be a list.
pub(in crate::slack::bot) async fn shared(
    bot: &Bot,
    claimed: &Claimed,
    event: &FileShared,
) -> Result<Handled> {
    let mut tx = bot.db.read().await?;
    let intake = settings::load(&mut tx).await?.intake_channel;
    tx.rollback().await?;
    let channel = ChannelId::from(event.channel.as_str());
    if intake.as_ref() != Some(&channel) || event.user == bot.identity.bot_user {
        return Ok(Handled::Ignored);
    }
    let user = UserId::from(event.user.as_str());
    let info = match bot.client.file_info(&event.file_id).await {
        Ok(info) => info,
        Err(CallError::Rejected { code, .. })
            if matches!(code.as_str(), "file_not_found" | "file_deleted") =>
        {
            tracing::info!(code, "a shared file cannot be looked up");
            return Ok(Handled::Ignored);
        }
        Err(error) => return Err(error.during("files.info")),
    };
    let file = FileRef::read(&info);
    let person = identity::look_up(bot, &user).await?;
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, now, &person).await?;
    let actor = person.actor(&mut tx).await?;
    let thread = thread_of(&info, channel.as_str());
    if actor.standing != Standing::Member {
        let subject = format!("file:{}", event.file_id);
        audit::refused(&mut tx, now, user.as_str(), "import.drop", &subject, "not a member");
    }
    if actor.standing == Standing::Member && calendars::is_calendar(&file) {
        tx.commit().await?;
        return calendars::shared(bot, claimed, &actor, channel, &file).await;
    }
    if let Some(text) = objection(&actor, &file, bot.file_limit) {
        let out = Outgoing::whisper(channel, user, None, Message::text(text));
        outbox::enqueue(&mut tx, millis(now), &out).await?;
        return finish(bot, tx, claimed.claim).await;
    }
    let import = Import {
        id: ImportId::random(),
        file_id: event.file_id.clone(),
        file_name: file.name,
        channel,
        thread,
        kind: Kind::default(),
        partner: None,
        uploaded_by: user.clone(),
        state: State::Received,
        extent: Extent::Whole,
        headers: Vec::new(),
        mapping: None,
        counts: Counts::default(),
        error: None,
        version: 1,
    };
    if store::insert(&mut tx, now, &import).await? {
        audit::done(&mut tx, now, user.as_str(), "import.drop", &import.subject(), &import.file_name);
        show(&mut tx, millis(now), &import, &[], Aside::default()).await?;
    }
    let handled = finish(bot, tx, claimed.claim).await;
    bot.imports.ring();
    handled
}

/// Why a file is not taken, in words for whoever dropped it.
fn objection(actor: &Actor, file: &FileRef, limit: u64) -> Option<String> {
    let name = escape(&file.name);
    if actor.standing != Standing::Member {
        Some("Lists are only taken from members of the workspace that runs Tandem.".to_owned())
    } else if !LISTS.iter().any(|end| file.name.to_lowercase().ends_with(&format!(".{end}"))) {
        Some(format!(
            "I read lists as CSV, TSV or XLSX, and calendars as ICS. *{name}* is none of these, so nothing was read from it."
        ))
    } else if file.size > limit {
        let (size, limit) = (file.size / 1_048_576, limit / 1_048_576);
        Some(format!(
            "*{name}* has {size} MB, and I take lists of up to {limit} MB. Split it, or have an admin raise `limits.file_megabytes`."
        ))
    } else {
        None
    }
}

/// The message that a file hangs on, in this channel.
fn thread_of(info: &serde_json::Value, channel: &str) -> Option<String> {
    ["public", "private"]
        .iter()
        .find_map(|kind| info["shares"][kind][channel][0]["ts"].as_str())
        .map(str::to_owned)
}
