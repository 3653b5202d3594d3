//! The worker: downloads, understands, counts, writes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::super::super::client::DownloadError;
use super::super::super::payload::FileRef;
use super::super::Bot;
use super::{discard, show};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ImportId, PartnerId};
use crate::kernel::pulse::Pulse;
use crate::map::import::{Counts, Import, State, flow, store};
use crate::map::intake::table::{self, Field, Mapping, Recognition};
use crate::map::name;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, millis};

/// The least time between two edits of the progress line.
const PROGRESS: Duration = Duration::from_secs(2);
/// Looks for work when nothing wakes it.
const IDLE: Duration = Duration::from_secs(5);

/// Works off imports, one at a time, until cancelled.
pub async fn run(bot: Arc<Bot>, pulse: Pulse, stop: CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        let Some(import) = pulse.step(next(&bot)).await? else {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bot.imports.rung() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
            continue;
        };
        let id = import.id.clone();
        if let Err(error) = pulse.step(step(&bot, import, &stop)).await {
            tracing::error!(%error, import = id.as_str(), "an import failed");
            fail(&bot, &id, "I could not read it because of a fault here. Drop it again, or ask an admin to look at `tandem doctor`.").await?;
        }
    }
    Ok(())
}

async fn next(bot: &Bot) -> Result<Option<Import>> {
    let mut tx = bot.db.read().await?;
    let work = store::next_work(&mut tx).await?;
    tx.rollback().await?;
    Ok(work)
}

async fn step(bot: &Bot, import: Import, stop: &CancellationToken) -> Result<()> {
    match import.state {
        State::Received => understand(bot, import).await,
        State::Counting => count(bot, import).await,
        State::Importing => write(bot, import, stop).await,
        State::Asking | State::Previewed | State::Done | State::Cancelled | State::Failed => Ok(()),
    }
}

async fn fail(bot: &Bot, id: &ImportId, why: &str) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    if let Some(mut import) = store::find(&mut tx, id).await? {
        let seen = import.version;
        import.state = State::Failed;
        import.error = Some(why.to_owned());
        discard(&mut import);
        store::save(&mut tx, now, &mut import, seen).await?;
        show(&mut tx, millis(now), &import, &[], "", None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// Downloads, looks at the header, and finds out what is still to be said.
async fn understand(bot: &Bot, mut import: Import) -> Result<()> {
    let path = match download(bot, &import).await {
        Ok(path) => path,
        Err(why) => return fail(bot, &import.id, &why).await,
    };
    let (file, name_of_file) = (path.clone(), import.file_name.clone());
    let peeked = tokio::task::spawn_blocking(move || table::peek(&file, &name_of_file))
        .await
        .map_err(|e| Error::caused("reading a list", e))?;
    import.stored_at = Some(path);
    let peek = match peeked {
        Ok(peek) => peek,
        Err(error) => {
            discard(&mut import);
            return fail(bot, &import.id, &error.to_string()).await;
        }
    };
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let partners = map::partners(&mut tx).await?;
    let seen = import.version;
    import.headers = peek.headers;
    let needs = settle_columns(&mut tx, &mut import, &partners).await?;
    import.state = if needs.is_empty() { State::Counting } else { State::Asking };
    if store::save(&mut tx, now, &mut import, seen).await? {
        show(&mut tx, millis(now), &import, &partners, &needs, None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// Fills in columns and partner as far as they are known; gives what somebody must say.
async fn settle_columns(tx: &mut Tx, import: &mut Import, partners: &[Partner]) -> Result<String> {
    let names: Vec<String> = partners.iter().map(|p| p.name.clone()).collect();
    let remembered = store::remembered(tx, &table::fingerprint(&import.headers)).await?;
    let in_name = partner_in(&import.file_name, partners);
    let known = remembered.iter().find(|(p, _)| *p == in_name).or(remembered.first());
    let mut needs = String::new();
    match known {
        Some((partner, mapping)) => {
            import.mapping = Some(mapping.clone());
            import.partner = in_name.or_else(|| partner.clone());
        }
        None => {
            let (mapping, unsure) = match Mapping::recognise(&import.headers, &names) {
                Recognition::Preset(_, mapping) => (Some(mapping), Vec::new()),
                Recognition::Guess(mapping, unsure) => (Some(mapping), unsure),
                Recognition::Unknown => (None, Vec::new()),
            };
            match mapping {
                None => needs = "I can't tell which column is the account.".to_owned(),
                Some(_) if !unsure.is_empty() => {
                    needs = format!("I am not sure what {} of its columns mean.", unsure.len())
                }
                Some(_) => {}
            }
            import.mapping = mapping;
            import.partner = in_name;
        }
    }
    let rows_say = import.mapping.as_ref().is_some_and(|m| m.has(Field::Partner) || !m.partners().is_empty());
    if rows_say {
        import.partner = None;
    } else if needs.is_empty() && import.partner.is_none() {
        needs = "It does not say which partner it is from.".to_owned();
    }
    Ok(needs)
}

fn partner_in(file_name: &str, partners: &[Partner]) -> Option<PartnerId> {
    let words = name::key(&file_name.replace(['_', '-', '.'], " "));
    let words = format!(" {words} ");
    let mut named = partners.iter().filter(|p| words.contains(&format!(" {} ", name::key(&p.name))));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(one.id.clone()),
        _ => None,
    }
}

/// `Err`: what to tell the user.
async fn download(bot: &Bot, import: &Import) -> Result<PathBuf, String> {
    let fault = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, import = import.id.as_str(), "a list could not be downloaded");
        "I could not download it from Slack. Drop it again in a minute.".to_owned()
    };
    std::fs::create_dir_all(&bot.downloads).map_err(|e| fault(&e))?;
    let info = bot.client.file_info(&import.file_id).await.map_err(|e| fault(&e))?;
    let url = FileRef::read(&info).url.ok_or_else(|| fault(&"no address"))?;
    let path = bot.downloads.join(import.id.as_str());
    match bot.client.download(&url, &path, bot.file_limit).await {
        Ok(_) => Ok(path),
        Err(DownloadError::TooLarge { .. }) => Err(format!(
            "It is larger than {} MB, the most that I take. Split it.",
            bot.file_limit / 1_048_576
        )),
        Err(error) => Err(fault(&error)),
    }
}

/// Counts what would change and shows it.
async fn count(bot: &Bot, mut import: Import) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    match flow::read_all(&bot.db, bot.clock.now(), &import, &partners, false, |_| async { Ok(()) }).await? {
        Err(error) => return fail(bot, &import.id, &error.to_string()).await,
        Ok(tally) => {
            let mut tx = bot.db.read().await?;
            import.counts = tally.preview(&mut tx).await?;
            tx.rollback().await?;
        }
    }
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let seen = import.version;
    import.state = State::Previewed;
    if store::save(&mut tx, now, &mut import, seen).await? {
        show(&mut tx, millis(now), &import, &partners, "", None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// Writes it, with a progress line that is edited in place.
async fn write(bot: &Bot, mut import: Import, stop: &CancellationToken) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let by = import.uploaded_by.clone();
    let mut shown = tokio::time::Instant::now();
    let line = import.clone();
    let partners_shown = partners.clone();
    let progress = |rows: u64| {
        let due = shown.elapsed() >= PROGRESS;
        if due {
            shown = tokio::time::Instant::now();
        }
        let line = Import { progress: rows, ..line.clone() };
        let (partners, by) = (partners_shown.clone(), by.clone());
        async move {
            if stop.is_cancelled() {
                return Err(Error::fault("stopping; the import goes on at the next start"));
            }
            if due {
                let mut tx = bot.db.begin().await?;
                show(&mut tx, millis(bot.clock.now()), &line, &partners, "", Some(&by)).await?;
                tx.commit().await?;
                bot.bell.ring();
            }
            Ok(())
        }
    };
    let written_at = bot.clock.now();
    let ending = match flow::read_all(&bot.db, written_at, &import, &partners, true, progress).await {
        Err(_) if stop.is_cancelled() => return Ok(()),
        ending => ending?,
    };
    let tally = match ending {
        Err(error) => return fail(bot, &import.id, &error.to_string()).await,
        Ok(tally) => tally,
    };
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let did = tally.close(&mut tx, written_at, import.extent).await?;
    // A list that was cut off and is taken up again finds its own rows known: what was previewed is what it did.
    let previewed = std::mem::take(&mut import.counts);
    import.counts = Counts { unreadable: did.unreadable, bad: did.bad, gone: did.gone, ..previewed };
    let seen = import.version;
    import.state = State::Done;
    discard(&mut import);
    if store::save(&mut tx, now, &mut import, seen).await? {
        let by = import.uploaded_by.clone();
        show(&mut tx, millis(now), &import, &partners, "", Some(&by)).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}
