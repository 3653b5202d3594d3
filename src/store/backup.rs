//! Consistent copies of the SQLite file, also while it is written to.

use std::path::Path;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::files::{folder_of, sync};
use super::{Tx, instant, millis};
use crate::kernel::error::{Error, Result};

/// Where a copy keeps when it was taken.
const TAKEN: &str = "backup_taken_at";

/// Copies the database at `from` to the new file `to`, checked, complete or not at all.
///
/// A process that writes to `from` goes on meanwhile: the copy is one moment of it, its write-ahead log included.
pub async fn copy(from: &Path, to: &Path, now: Timestamp) -> Result<()> {
    if to.exists() {
        return Err(Error::fault(format!("{} is there already, and is not overwritten", to.display())));
    }
    if !from.exists() {
        return Err(Error::fault(format!("there is no database at {}", from.display())));
    }
    let folder = folder_of(to);
    let file = tempfile::NamedTempFile::new_in(folder)
        .map_err(|e| Error::caused(format!("cannot write into {}", folder.display()), e))?;
    let target = file.path().to_str().ok_or_else(|| Error::fault("the file's name is not UTF-8"))?;
    let mut source = open(from, true).await?;
    sqlx::query("VACUUM INTO $1").bind(target).execute(&mut source).await?;
    source.close().await?;
    let mut copy = open(file.path(), false).await?;
    check(&mut copy).await?;
    // A copy of a copy is as old as the first.
    sqlx::query(
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $2) ON CONFLICT (name) DO NOTHING",
    )
    .bind(TAKEN)
    .bind(millis(now))
    .execute(&mut copy)
    .await?;
    copy.close().await?;
    file.as_file().sync_all()?;
    file.persist_noclobber(to)
        .map_err(|e| Error::caused(format!("cannot write {}", to.display()), e.error))?;
    sync(folder)
}

/// When the copy at `path` was taken; `None` for a file that is no such copy.
pub async fn taken_at(path: &Path) -> Result<Option<Timestamp>> {
    let mut copy = open(path, true).await?;
    let found: Option<(String,)> = sqlx::query_as("SELECT value FROM settings WHERE name = $1")
        .bind(TAKEN)
        .fetch_optional(&mut copy)
        .await?;
    copy.close().await?;
    found.and_then(|(ms,)| ms.parse().ok()).map(instant).transpose()
}

/// The same of a database that is open.
pub async fn is_of(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let found = crate::sql_opt!(tx, (String,), "SELECT value FROM settings WHERE name = $1", TAKEN)?;
    found.and_then(|(ms,)| ms.parse().ok()).map(instant).transpose()
}

/// As people read it.
pub fn name(taken: Timestamp) -> String {
    format!("a backup of {}", taken.strftime("%-d %B %Y, %H:%M UTC"))
}

/// Makes a restored copy a database like any other.
pub async fn forget_taken(tx: &mut Tx) -> Result<()> {
    crate::sql_exec!(tx, "DELETE FROM settings WHERE name = $1", TAKEN)?;
    Ok(())
}

async fn open(path: &Path, read_only: bool) -> Result<SqliteConnection> {
    let mut options = SqliteConnectOptions::new().filename(path).read_only(read_only);
    if !read_only {
        options = options.journal_mode(SqliteJournalMode::Delete);
    }
    Ok(options.connect().await?)
}

async fn check(copy: &mut SqliteConnection) -> Result<()> {
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *copy).await?;
    if found != "ok" {
        return Err(Error::fault(format!("the database is damaged: {found}")));
    }
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_sqlx_migrations', 'audit', 'outbox', 'settings')",
    )
    .fetch_one(copy)
    .await?;
    if tables == 4 { Ok(()) } else { Err(Error::fault("that is no database of Tandem's")) }
}
