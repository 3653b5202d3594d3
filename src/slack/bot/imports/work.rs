//! The worker: downloads, understands, counts, writes.
//!
//! On any number of replicas one of them works on an import, under a lease that it renews. Each step ends by a save that
//! compares the version, so whoever has lost the claim changes nothing. What fails in passing is tried again.

mod columns;
mod lists;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::super::client::{CallError, DownloadError};
use super::super::super::payload::FileRef;
use super::super::{Bot, sources};
use super::{file_at, show};
use crate::failpoint;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::pulse::Pulse;
use crate::map::import::store::{self, Claimed};
use crate::map::import::view::Aside;
use crate::map::import::{Counts, Extent, Import, Kind, State, flow};
use crate::map::intake::table::{self, FileError};
use crate::map::lists::{Whose, store as lists_store};
use crate::map::partner::Partner;
use crate::map::sources::flow as flow_of_sources;
use crate::map::store as map;
use crate::store::{Db, Tx, audit, millis};

/// The least time between two edits of the progress line.
const PROGRESS: Duration = Duration::from_secs(2);
/// Looks for work when nothing wakes it.
const IDLE: Duration = Duration::from_secs(5);
/// So often a step is tried; the pauses grow from a second to 25.
const TRIES: i64 = 4;

/// Why a step did not do its work.
enum Snag {
    /// The file is to blame: what to tell the user.
    File(String),
    /// It may pass; what to tell the user if it does not.
    Passing(Error, &'static str),
}

impl From<Error> for Snag {
    fn from(error: Error) -> Self {
        let said = "I could not read it because of a fault here. Drop it again, or ask an admin to look at `tandem doctor`.";
        Self::Passing(error, said)
    }
}

impl From<FileError> for Snag {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io(error) => Error::caused("reading a list", error).into(),
            error => Self::File(error.to_string()),
        }
    }
}

/// Works off imports, one at a time, until cancelled. A database that fails is waited for.
pub async fn run(bot: Arc<Bot>, pulse: Pulse, stop: CancellationToken) -> Result<()> {
    if matches!(bot.db, Db::Sqlite { .. }) {
        store::release_all(&bot.db).await?;
    }
    while !stop.is_cancelled() {
        let worked = pulse.step(Box::pin(next(&bot, &stop))).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the imports cannot be worked on; trying again");
            false
        });
        if !worked {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bot.imports.rung() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }
    Ok(())
}

/// Takes one step of one import; `false` when there is nothing to do.
async fn next(bot: &Bot, stop: &CancellationToken) -> Result<bool> {
    tidy(bot).await?;
    let lease = Duration::from_secs(bot.delivery.lease_seconds);
    let Some(claimed) = store::claim(&bot.db, lease).await? else { return Ok(false) };
    let halt = stop.child_token();
    let outcome = tokio::select! {
        outcome = step(bot, claimed.import.clone(), &halt) => outcome,
        never = keep(bot, &claimed, lease, &halt) => match never {},
    };
    match outcome {
        Ok(()) => {}
        // What was written stays; it is taken up again from the file.
        Err(_) if halt.is_cancelled() => {
            store::release(&bot.db, &claimed).await?;
        }
        Err(Snag::File(why)) => fail(bot, claimed.import, &why, false).await?,
        Err(Snag::Passing(error, why)) => {
            tracing::error!(%error, import = claimed.import.id.as_str(), attempt = claimed.attempt, "an import failed");
            let Some(tried) = u32::try_from(claimed.attempt).ok().filter(|_| claimed.attempt < TRIES) else {
                return fail(bot, claimed.import, why, true).await.map(|()| true);
            };
            let pause = Duration::from_secs(5u64.pow(tried.saturating_sub(1)));
            store::hold(&bot.db, &claimed, pause).await?;
            bot.imports.ring_in(pause);
        }
    }
    Ok(true)
}

/// Renews the lease; when it is lost, the work halts.
async fn keep(bot: &Bot, claimed: &Claimed, lease: Duration, halt: &CancellationToken) -> Infallible {
    loop {
        tokio::time::sleep(lease / 3).await;
        match store::hold(&bot.db, claimed, lease).await {
            Ok(true) => {}
            Ok(false) => halt.cancel(),
            Err(error) => tracing::error!(%error, "an import could not be kept claimed"),
        }
    }
}

/// Removes the files that no import needs any more.
async fn tidy(bot: &Bot) -> Result<()> {
    let Ok(folder) = std::fs::read_dir(&bot.downloads) else { return Ok(()) };
    let files: Vec<(PathBuf, String)> = folder
        .filter_map(|file| {
            let path = file.ok()?.path();
            let id = path.file_name()?.to_str()?.split('.').next()?.to_owned();
            Some((path, id))
        })
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = files.iter().map(|(_, id)| id.as_str()).collect();
    let mut tx = bot.db.read().await?;
    let needed = store::unfinished(&mut tx, &ids).await?;
    tx.rollback().await?;
    for (path, _) in files.iter().filter(|(_, id)| !needed.contains(id)) {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(%error, "a download was not removed");
        }
    }
    Ok(())
}

async fn step(bot: &Bot, import: Import, halt: &CancellationToken) -> Result<(), Snag> {
    match import.state {
        State::Received => understand(bot, import).await,
        State::Counting => count(bot, import, halt).await,
        State::Importing => write(bot, import, halt).await,
        State::Asking | State::Previewed | State::Done | State::Cancelled | State::Failed => Ok(()),
    }
}

/// `fault`: not the file is to blame, but something here.
async fn fail(bot: &Bot, mut import: Import, why: &str, fault: bool) -> Result<()> {
    import.state = State::Failed;
    import.error = Some(why.to_owned());
    let mut tx = bot.db.begin().await?;
    flow_of_sources::unreadable(&mut tx, bot.clock.now(), &import, why, fault).await?;
    end(bot, tx, import, &[], Aside::default()).await
}

/// Ends a step: the import as it is now, and its card. Nothing, when somebody was faster.
async fn end(
    bot: &Bot,
    mut tx: Tx,
    mut import: Import,
    partners: &[Partner],
    aside: Aside<'_>,
) -> Result<()> {
    let now = bot.clock.now();
    let seen = import.version;
    if !store::save(&mut tx, now, &mut import, seen).await? {
        return tx.rollback().await;
    }
    show(&mut tx, millis(now), &import, partners, aside).await?;
    failpoint!("import.commit");
    tx.commit().await?;
    failpoint!("import.committed");
    bot.bell.ring();
    Ok(())
}

/// Looks at the header, and finds out what is still to be said.
async fn understand(bot: &Bot, mut import: Import) -> Result<(), Snag> {
    let (file, name_of_file) = (file(bot, &import).await?, import.file_name.clone());
    let peeked = tokio::task::spawn_blocking(move || table::peek(&file, &name_of_file)).await;
    import.headers = peeked.map_err(|e| Error::caused("reading a list", e))??.headers;
    let mut tx = bot.db.begin().await?;
    let partners = map::partners(&mut tx).await?;
    let needs = columns::settle(&mut tx, &mut import, &partners).await?;
    import.state = if needs.is_empty() { State::Counting } else { State::Asking };
    Ok(end(bot, tx, import, &partners, Aside { needs: &needs, ..Aside::default() }).await?)
}

/// The file on this machine's disk, fetched where it is not there, as on another machine than the step before.
async fn file(bot: &Bot, import: &Import) -> Result<PathBuf, Snag> {
    let path = file_at(bot, &import.id);
    if path.exists() {
        return Ok(path);
    }
    if import.source().is_some() {
        return match sources::bring(bot, import, &path).await? {
            Ok(()) => Ok(path),
            Err(failure) if failure.passing => Err(Snag::Passing(
                Error::fault(failure.why),
                "The list could not be had again from its source.",
            )),
            Err(failure) => Err(Snag::File(format!("{}.", failure.why))),
        };
    }
    let passing =
        |error| Snag::Passing(error, "I could not download it from Slack. Drop it again in a minute.");
    let info = bot.client.file_info(&import.file_id).await.map_err(|error| match error {
        CallError::Rejected { code, .. } if code.starts_with("file_") => {
            Snag::File("Slack no longer has the file. Drop it again.".to_owned())
        }
        error => passing(Error::caused("files.info", error)),
    })?;
    let url = FileRef::read(&info).url.ok_or_else(|| passing(Error::fault("a file without an address")))?;
    std::fs::create_dir_all(&bot.downloads)
        .map_err(|e| passing(Error::caused("the folder of downloads", e)))?;
    match bot.client.download(&url, &path, bot.file_limit).await {
        Ok(_) => Ok(path),
        Err(DownloadError::TooLarge(_)) => Err(Snag::File(format!(
            "It is larger than {} MB, the most that I take. Split it.",
            bot.file_limit / 1_048_576
        ))),
        Err(error) => Err(passing(Error::caused("downloading a list", error))),
    }
}

/// Counts what would change and shows it.
async fn count(bot: &Bot, mut import: Import, halt: &CancellationToken) -> Result<(), Snag> {
    let file = file(bot, &import).await?;
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let now = bot.clock.now();
    let line = Line::new(bot, &import, &partners, halt);
    let counts = match import.kind {
        Kind::Overlaps => {
            let tally = flow::read_all(&bot.db, now, &import, &file, &partners, false, |_| async { Ok(()) })
                .await??;
            let mut tx = bot.db.read().await?;
            let mut counts = tally.preview(&mut tx).await?;
            counts.alone = lists_store::rows_listed(&mut tx, &Whose::Ours).await? == 0;
            tx.rollback().await?;
            counts
        }
        Kind::Ours | Kind::Theirs => lists::count(&line, now, &file).await?,
    };
    import.counts = counts;
    import.state = State::Previewed;
    if import.source().is_some() {
        import.state = unasked(&import)?;
    }
    let tx = bot.db.begin().await?;
    Ok(end(bot, tx, import, &partners, Aside::default()).await?)
}

/// What becomes of a list that a source brought, once it is counted: it needs nobody, unless it lacks doubtfully much.
fn unasked(import: &Import) -> Result<State, Snag> {
    let counts = &import.counts;
    if !counts.can_be_imported() {
        let why = counts.bad.first().map_or_else(String::new, |(line, why)| format!(" Line {line}: {why}"));
        return Err(Snag::File(format!("No row of the list can be imported.{why}")));
    }
    let asks = import.extent == Extent::Whole && counts.lack_is_doubtful();
    Ok(if asks { State::Previewed } else { State::Importing })
}

/// Writes it, with a progress line that is edited in place.
async fn write(bot: &Bot, mut import: Import, halt: &CancellationToken) -> Result<(), Snag> {
    let file = file(bot, &import).await?;
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let line = Line::new(bot, &import, &partners, halt);
    let now = bot.clock.now();
    let (mut tx, did) = match import.kind {
        Kind::Overlaps => {
            let tally = flow::read_all(&bot.db, now, &import, &file, &partners, true, |rows| {
                line.tell(rows, String::new())
            })
            .await??;
            let mut tx = bot.db.begin().await?;
            let did = tally.close(&mut tx, now, import.extent).await?;
            (tx, did)
        }
        Kind::Ours => lists::write_ours(&line, now, &file).await?,
        Kind::Theirs => lists::write_theirs(&line, now, &file).await?,
    };
    // A list that was cut off and is taken up again finds its own rows known: what was previewed is what it did.
    let previewed = std::mem::take(&mut import.counts);
    import.counts = Counts {
        unreadable: did.unreadable,
        unnamed: did.unnamed,
        bad: did.bad,
        gone: did.gone,
        matched: did.matched,
        followed: did.followed,
        ..previewed
    };
    import.state = State::Done;
    flow_of_sources::imported(&mut tx, now, &import, &partners, now).await?;
    let by = by_of(&import);
    Ok(end(bot, tx, import, &partners, Aside { by: by.as_ref(), ..Aside::default() }).await?)
}

/// Who imports it; a source does so in nobody's name.
fn by_of(import: &Import) -> Option<UserId> {
    Some(import.uploaded_by.clone()).filter(|by| by.as_str() != audit::TANDEM)
}

/// The line on the card that says how far it is.
struct Line<'a> {
    bot: &'a Bot,
    import: &'a Import,
    partners: &'a [Partner],
    halt: &'a CancellationToken,
    shown: Mutex<Instant>,
}

impl<'a> Line<'a> {
    fn new(bot: &'a Bot, import: &'a Import, partners: &'a [Partner], halt: &'a CancellationToken) -> Self {
        Self { bot, import, partners, halt, shown: Mutex::new(Instant::now()) }
    }

    /// Says it now and then; an error when the work is to halt.
    async fn tell(&self, rows: u64, step: String) -> Result<()> {
        if self.halt.is_cancelled() {
            return Err(Error::fault("halted; the import goes on later"));
        }
        {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            if shown.elapsed() < PROGRESS {
                return Ok(());
            }
            *shown = Instant::now();
        }
        let by = by_of(self.import);
        let aside = Aside { by: by.as_ref(), rows, step: &step, ..Aside::default() };
        let mut tx = self.bot.db.begin().await?;
        show(&mut tx, millis(self.bot.clock.now()), self.import, self.partners, aside).await?;
        tx.commit().await?;
        self.bot.bell.ring();
        Ok(())
    }
}
