//! `tandem restore`: a backup becomes the database, and nothing that it left unfinished is sent blindly.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Outcome, runtime};
use crate::config::Config;
use crate::delivery::restored::{self, Unfinished};
use crate::delivery::uptime;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::store::{Db, Synchronous, audit, backup, files, lock_beside, millis, settings};
use crate::{plan, sustain};

/// Replicas say that they run once a minute: after a longer silence none does.
const ALIVE_MS: u64 = 2 * 60_000;

/// What `tandem restore` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// What `tandem backup` made
    #[arg(required_unless_present = "loaded")]
    file: Option<PathBuf>,
    /// The backup was loaded by the database's own tools (pg_restore, litestream): only mark what it left unfinished
    #[arg(long, conflicts_with = "file")]
    loaded: bool,
}

/// What was marked.
struct Marked {
    unfinished: Unfinished,
    notes: usize,
}

pub(super) fn run(config: &Config, options: &Options) -> Outcome {
    runtime()?.block_on(async {
        let now = Clock::system().now();
        let marked = match &options.file {
            None => loaded(config, now).await?,
            Some(file) if config.database_url.is_some() => {
                return Err(format!(
                    "Postgres is restored with its own tools. Stop Tandem, then, into an empty database:\n\n  \
                     pg_restore --no-owner --exit-on-error --dbname=\"$DATABASE_URL\" {}\n  tandem restore --loaded\n",
                    file.display()
                )
                .into());
            }
            Some(file) => from_file(&config.sqlite_file(), file, now).await?,
        };
        report(&marked);
        Ok(())
    })
}

#[expect(clippy::print_stdout, reason = "what was marked is what is asked for")]
fn report(marked: &Marked) {
    let Marked { unfinished: Unfinished { sends, acts }, notes } = marked;
    println!("Restored. `tandem serve` goes on from here.");
    println!(
        "Messages that were not sent: {sends}. Each is looked for in Slack first; one to a partner waits for a person."
    );
    println!("Notes that wait for a decision: {notes}. Their cards say that they may have been sent since.");
    println!("Clicks and commands that were not carried out: {acts}. `tandem doctor` names them.");
}

async fn loaded(config: &Config, now: Timestamp) -> Result<Marked> {
    let db = crate::app::open(config).await?;
    let mut tx = db.read().await?;
    let taken = backup::is_of(&mut tx).await?;
    let beat = uptime::last(&mut tx).await?;
    tx.rollback().await?;
    // On SQLite, a Tandem that runs holds the lock beside the file.
    if config.database_url.is_some() && beat.is_some_and(|at| millis(now).abs_diff(at) < ALIVE_MS) {
        db.close().await;
        return Err(Error::fault(
            "a Tandem was at work in this database less than two minutes ago. Stop every replica, wait two minutes, and run this again; nothing was changed",
        ));
    }
    let marked = mark(&db, now, &taken.map_or_else(|| "a backup".to_owned(), backup::name)).await;
    db.close().await;
    marked
}

/// The copy is marked under another name first: a database that is not marked never stands where `serve` would find it.
async fn from_file(target: &Path, file: &Path, now: Timestamp) -> Result<Marked> {
    let folder = files::folder_of(target);
    std::fs::create_dir_all(folder)?;
    let _mine = lock_beside(target)?;
    for suffix in ["", "-wal", "-shm"] {
        let there = files::beside(target, suffix);
        if there.exists() {
            return Err(Error::fault(format!(
                "{} is there. Move it away first; nothing was changed",
                there.display()
            )));
        }
    }
    let name = backup::taken_at(file).await?.map_or_else(|| "a backup".to_owned(), backup::name);
    let work = tempfile::Builder::new().prefix("restoring-").tempdir_in(folder)?;
    let copy = work.path().join("tandem.db");
    backup::copy(file, &copy, now).await?;
    let db = Db::open_sqlite(&copy, Synchronous::Full).await?;
    let marked = mark(&db, now, &name).await;
    db.close().await;
    let marked = marked?;
    std::fs::rename(&copy, target)?;
    files::sync(folder)?;
    Ok(marked)
}

async fn mark(db: &Db, now: Timestamp, backup: &str) -> Result<Marked> {
    let mut tx = db.begin().await?;
    let unfinished = restored::doubt(&mut tx).await?;
    let notes = sustain::flow::restored(&mut tx, now, backup).await?;
    plan::flow::reminders_given(&mut tx, now).await?;
    let mut workspace = settings::load(&mut tx).await?;
    if workspace.digest_since.is_some() {
        // What was due before was posted by whoever ran then.
        workspace.digest_since = Some(millis(now));
        settings::save(&mut tx, now, &workspace).await?;
    }
    backup::forget_taken(&mut tx).await?;
    audit::done(&mut tx, now, audit::TANDEM, "backup.restore", "backup:", backup);
    tx.commit().await?;
    Ok(Marked { unfinished, notes })
}
