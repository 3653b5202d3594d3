//! The steps that bring a database up to date, and the check of one that is taken as it is: by the subcommands that look
//! or lend a hand beside a running process.

use sqlx::migrate::Migrator;

use super::Db;
use crate::kernel::error::{Error, Result};
use crate::sql_all;

/// The steps for SQLite.
pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
/// The same for Postgres.
pub(super) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// A step by its number and the digest of its text.
type Step = (i64, Vec<u8>);

/// Refuses a database whose schema is another version's.
pub async fn check(db: &Db) -> Result<()> {
    let ours = if matches!(db, Db::Sqlite { .. }) { &SQLITE } else { &POSTGRES };
    let ours: Vec<Step> = ours.iter().map(|step| (step.version, step.checksum.to_vec())).collect();
    let mut tx = db.read().await?;
    let applied = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
    let theirs = match sql_all!(&mut tx, Step, applied) {
        Ok(steps) => steps,
        // There is no such table.
        Err(sqlx::Error::Database(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if theirs == ours {
        return Ok(());
    }
    Err(Error::fault(if theirs.is_empty() {
        "the database is empty: `tandem serve` sets it up"
    } else if ours.starts_with(&theirs) {
        "the database is of an older Tandem: start `tandem serve` of this version once, which brings it up to date"
    } else if theirs.starts_with(&ours) {
        "the database is of a newer Tandem: use the `tandem` of that version"
    } else {
        "the database is of another build of Tandem: use the `tandem` of that build"
    }))
}
