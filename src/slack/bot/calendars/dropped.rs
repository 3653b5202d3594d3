//! A calendar file that somebody drops in the intake channel.

use std::fs::DirEntry;
use std::path::Path;
use std::time::Duration;

use super::super::super::payload::FileRef;
use super::super::reads::read_file;
use super::super::{Bot, finish};
use super::reading::{LARGEST, parse};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Outgoing};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, random};
use crate::kernel::text::escape;
use crate::plan::flow::found::{self, Seen};
use crate::plan::view::calendar as view;
use crate::store::{Tx, audit, millis};

/// A file that lies there for longer belongs to nobody.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// Whether a file's name is that of a calendar.
pub(in crate::slack::bot) fn is_calendar(file: &FileRef) -> bool {
    file.name.to_lowercase().ends_with(".ics")
}

/// Reads it, and tells whoever dropped it in private what it came to.
pub(in crate::slack::bot) async fn shared(
    bot: &Bot,
    claimed: &Claimed,
    actor: &Actor,
    channel: ChannelId,
    file: &FileRef,
) -> Result<Handled> {
    let now = bot.clock.now();
    let (answer, read) = if !actor.may(Right::Triage, None) {
        let text =
            "Calendar files are taken from operations and partner managers, so nothing was read from it.";
        (Some(Message::text(text)), None)
    } else if file.size > LARGEST {
        let most = LARGEST / 1_048_576;
        let text = format!("*{}* is larger than {most} MB, so nothing was read from it.", escape(&file.name));
        (Some(Message::text(text)), None)
    } else {
        match download(bot, file).await? {
            Ok(read) => (None, Some(read)),
            Err(why) => {
                let text =
                    format!("I can't read *{}*: {why}. Nothing was taken from it.", escape(&file.name));
                (Some(Message::text(text)), None)
            }
        }
    };
    let mut tx: Tx = bot.db.begin().await?;
    let message = match (answer, read) {
        (Some(message), _) => message,
        (None, read) => {
            let read = read.ok_or_else(|| Error::fault("a calendar file was neither read nor refused"))?;
            let seen = Seen { calendar: &file.name, partner: None, whole: false };
            let taken = found::take_in(&mut tx, now, seen, &read).await?;
            audit::done(&mut tx, now, actor.user.as_str(), "calendar.drop", "calendars:file", &file.name);
            let unread: Vec<(String, String)> =
                read.unread.into_iter().take(3).map(|unread| (unread.what, unread.why)).collect();
            view::dropped(&file.name, &taken, &unread)
        }
    };
    let out = Outgoing::whisper(channel, actor.user.clone(), None, message);
    outbox::enqueue(&mut tx, millis(now), &out).await?;
    finish(bot, tx, claimed.claim).await
}

/// Its events, or in words why there are none.
async fn download(bot: &Bot, file: &FileRef) -> Result<Result<crate::kernel::ics::Read, String>> {
    // The sources clear their own folder when they begin, while the first files may be on their way here.
    let folder = bot.downloads.with_file_name("dropped");
    std::fs::create_dir_all(&folder)?;
    clear(&folder);
    let to = folder.join(format!("calendar-{}", random(12)));
    let Some(url) = &file.url else { return Ok(Err("Slack gives no address for it".to_owned())) };
    let outcome = match bot.client.download(url, &to, LARGEST).await {
        Ok(_) => read_file(bot, &to, parse).await.map_err(|failure| failure.why),
        Err(error) => Err(error.to_string()),
    };
    let _ = std::fs::remove_file(&to);
    Ok(outcome)
}

/// Takes away what a process that was killed left behind: no file is read for so long.
fn clear(folder: &Path) {
    let old = |entry: &DirEntry| entry.metadata()?.modified()?.elapsed().map_err(std::io::Error::other);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if old(&entry).is_ok_and(|age| age > LEFT_BEHIND) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_left_behind_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for name in ["old", "new"] {
            std::fs::write(file(name), "BEGIN:VCALENDAR").unwrap();
        }
        let old = std::fs::File::options().write(true).open(file("old")).unwrap();
        let written = old.metadata().unwrap().modified().unwrap();
        old.set_modified(written - 2 * LEFT_BEHIND).unwrap();
        clear(folder.path());
        assert!(!file("old").exists() && file("new").exists());
    }
}
