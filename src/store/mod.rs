//! Pools, transactions and migrations: what every `store.rs` stands on.
//!
//! One enum, one set of SQL, two typed drivers. The `sql_*` macros run the same statement on whichever database
//! is behind the transaction, type-checked for both. `$1` placeholders, `ON CONFLICT`, `RETURNING` and CTEs work
//! in both; times are milliseconds UTC in `BIGINT`, JSON is text. The `Any` driver of sqlx is not used: it cannot
//! read half of the types.

pub mod audit;
pub mod backup;
pub mod channels;
pub mod files;
pub mod installation;
pub mod keys;
pub mod links;
mod open;
pub mod people;
pub mod schema;
pub mod settings;
#[cfg(test)]
pub mod steps;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Sqlite, SqlitePool};

pub use open::Open;

use crate::kernel::error::{Error, NotNow, Result};

/// The longest wait for a database that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How hard SQLite presses what was committed onto the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Survives a power cut.
    Full,
    /// Survives the end of the process; a power cut can take the last commits.
    Normal,
}

/// The database: SQLite in a file, or Postgres.
#[derive(Clone, Debug)]
pub enum Db {
    /// One writer, several readers, one process.
    Sqlite {
        /// The only connection that writes.
        write: SqlitePool,
        /// Connections for reading; they see the last commit.
        read: SqlitePool,
        /// Keeps a second process out for as long as this one lives.
        lock: Option<Arc<std::fs::File>>,
    },
    /// Any number of processes.
    Postgres(PgPool),
}

/// A transaction on either database. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Open<Sqlite>),
    /// On Postgres.
    Postgres(Open<Postgres>),
}

impl Db {
    /// Opens the SQLite file, creating it and its folder when absent, and brings it to the newest schema.
    pub async fn open_sqlite(path: &Path, synchronous: Synchronous) -> Result<Self> {
        let folder = files::folder_of(path);
        std::fs::create_dir_all(folder)
            .map_err(|e| Error::caused(format!("cannot create the data folder {}", folder.display()), e))?;
        let lock = Some(Arc::new(lock_beside(path)?));
        writable(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match synchronous {
                Synchronous::Full => SqliteSynchronous::Full,
                Synchronous::Normal => SqliteSynchronous::Normal,
            })
            .foreign_keys(true)
            .pragma("cache_size", "-1024")
            .busy_timeout(PATIENCE);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|connection, _| {
                // After a failed write SQLite has ended the transaction by itself and sqlx counts it as open for ever:
                // such a connection would refuse every other one, so it is replaced.
                let sound = !connection.is_in_transaction();
                Box::pin(async move { Ok(sound) })
            })
            .connect_with(options.clone())
            .await?;
        schema::SQLITE.run(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(3)
            .min_connections(0)
            .connect_with(options.read_only(true).pragma("cache_size", "-512"))
            .await?;
        Ok(Self::Sqlite { write, read, lock })
    }

    /// Opens the SQLite file for reading only, beside the process that writes it.
    pub async fn inspect_sqlite(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::fault(format!("there is no database at {} yet", path.display())));
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let read = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Self::Sqlite { write: read.clone(), read, lock: None })
    }

    /// Opens the SQLite file for a short change beside the process that works on it: SQLite itself lets one
    /// writer in at a time. The schema is taken as it is.
    pub async fn visit_sqlite(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::fault(format!("there is no database at {} yet", path.display())));
        }
        let options = SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(PATIENCE);
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Self::Sqlite { read: write.clone(), write, lock: None })
    }

    /// Connects to Postgres by at most so many connections and brings it to the newest schema.
    pub async fn open_postgres(url: &str, connections: u32) -> Result<Self> {
        let db = Self::connect_postgres(url, connections).await?;
        if let Self::Postgres(pool) = &db {
            schema::POSTGRES.run(pool).await?;
        }
        Ok(db)
    }

    /// Connects to Postgres by at most so many connections and takes the schema as it is.
    pub async fn connect_postgres(url: &str, connections: u32) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options
            // By its name a process knows the wake-ups that it caused itself.
            .application_name(&format!("tandem-{:08x}", rand::random::<u32>()))
            // Of a process that is frozen in mid-transaction, nobody waits for the locks.
            .options([("idle_in_transaction_session_timeout", "60s")]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// The same for somebody at a console, who is told at once that nobody answers: a pool tries again for a while.
    pub async fn visit_postgres(url: &str, connections: u32) -> Result<Self> {
        let answer = tokio::time::timeout(PATIENCE, PgConnection::connect(url)).await;
        answer.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
        Self::connect_postgres(url, connections).await
    }

    /// A transaction that may write. On SQLite it takes the one writer's turn at once.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?.into()),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?.into()),
        })
    }

    /// A transaction that only reads and never waits for the writer.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?.into()),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?.into()),
        })
    }

    /// `SQLite` or `Postgres`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "Postgres",
        }
    }

    /// Closes every connection after its work; on SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes it so; what it adds to the audit log is chained as its last act.
    pub async fn commit(mut self) -> Result<()> {
        audit::chain(&mut self).await?;
        match self {
            Self::Sqlite(open) => open.commit().await?,
            Self::Postgres(open) => open.commit().await?,
        }
        Ok(())
    }

    /// Takes it back.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(open) => open.rollback().await?,
            Self::Postgres(open) => open.rollback().await?,
        }
        Ok(())
    }

    /// What it adds to the audit log when it commits.
    fn log(&mut self) -> &mut Vec<audit::Entry> {
        match self {
            Self::Sqlite(open) => &mut open.log,
            Self::Postgres(open) => &mut open.log,
        }
    }

    /// Where the two dialects differ.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Opened read-only, SQLite would say so only at the first thing that comes in, and without the file's name.
fn writable(path: &Path) -> Result<()> {
    match std::fs::OpenOptions::new().write(true).open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::caused(format!("{} cannot be written; is it read-only?", path.display()), e))
        }
        _ => Ok(()),
    }
}

/// A lock on `<file>.lock`, held by the returned handle; refused while a process uses the database.
pub fn lock_beside(path: &Path) -> Result<std::fs::File> {
    let name = files::beside(path, ".lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|e| Error::caused(format!("cannot open {}", name.display()), e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::fault(format!(
            "{} is in use by another Tandem process. SQLite takes one: stop the other, or use Postgres for several",
            path.display()
        ))),
        Err(std::fs::TryLockError::Error(e)) => {
            Err(Error::caused(format!("cannot lock {}", name.display()), e))
        }
    }
}

/// An instant as it is stored.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// An instant as it was stored; a number out of range is a fault.
pub fn instant(ms: i64) -> Result<Timestamp> {
    Ok(Timestamp::from_millisecond(ms)?)
}

/// A stored word that this version does not know.
pub fn unknown(what: &str, found: &str) -> Error {
    Error::fault(format!("the database holds an unknown {what}: {found:?}"))
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        if !passes(&source) {
            return Self::caused("database", source);
        }
        Self::NotNow(NotNow { after: None, why: format!("database: {source}") })
    }
}

/// Whether the database is at fault and not the statement: out of reach, busy, full, or it broke two transactions' tie.
///
/// The classes are Postgres' (08 connection, 40 rollback, 53 resources, 57 an operator's doing, 58 the system under it),
/// the numbers SQLite's (busy, locked, read-only, I/O, full, cannot open) without what they are extended by.
fn passes(error: &sqlx::Error) -> bool {
    let code = match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => return true,
        sqlx::Error::Database(error) => error.code().unwrap_or_default(),
        _ => return false,
    };
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
        _ => ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)),
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(source: sqlx::migrate::MigrateError) -> Self {
        Self::caused("migration", source)
    }
}

/// Runs a statement; gives the number of rows that it touched.
#[macro_export]
macro_rules! sql_exec {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(t) => sqlx::query($sql)$(.bind($arg))*.execute(&mut **t).await.map(|r| r.rows_affected()),
            $crate::store::Tx::Postgres(t) => sqlx::query($sql)$(.bind($arg))*.execute(&mut **t).await.map(|r| r.rows_affected()),
        }
    };
}

/// Every row, as `$row` (a tuple or a `FromRow` struct).
#[macro_export]
macro_rules! sql_all {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(t) => sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_all(&mut **t).await,
            $crate::store::Tx::Postgres(t) => sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_all(&mut **t).await,
        }
    };
}

/// The first row, if there is one.
#[macro_export]
macro_rules! sql_opt {
    ($tx:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(t) => sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_optional(&mut **t).await,
            $crate::store::Tx::Postgres(t) => sqlx::query_as::<_, $row>($sql)$(.bind($arg))*.fetch_optional(&mut **t).await,
        }
    };
}

/// One number, text or other single value.
#[macro_export]
macro_rules! sql_value {
    ($tx:expr, $value:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(t) => sqlx::query_scalar::<_, $value>($sql)$(.bind($arg))*.fetch_one(&mut **t).await,
            $crate::store::Tx::Postgres(t) => sqlx::query_scalar::<_, $value>($sql)$(.bind($arg))*.fetch_one(&mut **t).await,
        }
    };
}

impl Tx {
    /// Claims one row of a table of what is read by turns (`name`, `next_at`, `claims`, `lease_until`): of the names in `$1`, due
    /// by `$2`, for `$3` milliseconds. Gives `returning` of it.
    pub fn claim_by_name(&self, table: &str, returning: &str) -> String {
        let skip_locked = if self.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let (clock, named) = (self.clock(), self.texts());
        format!(
            "UPDATE {table} SET claims = claims + 1, lease_until = {clock} + $3 WHERE name = (SELECT name FROM {table} \
             WHERE name IN ({named}) AND next_at <= $2 AND lease_until <= {clock} ORDER BY next_at, name LIMIT 1{skip_locked}) \
             RETURNING {returning}"
        )
    }

    /// The rows of a JSON array handed over as `$1`, for a `FROM` clause: `value ->> 0` reads the first column.
    pub fn each(&self) -> &'static str {
        if self.is_postgres() {
            "jsonb_array_elements(CAST($1 AS jsonb)) AS t (value)"
        } else {
            "json_each($1)"
        }
    }

    /// The numbers of a JSON array handed over as `$1`, for `IN (…)`.
    pub fn numbers(&self) -> &'static str {
        if self.is_postgres() {
            "SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST($1 AS jsonb)) AS t (value)"
        } else {
            "SELECT value FROM json_each($1)"
        }
    }

    /// The database's own clock, in milliseconds UTC: all replicas share it, and nobody moves it in a demo.
    pub fn clock(&self) -> &'static str {
        if self.is_postgres() {
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
        } else {
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        }
    }

    /// That a column is one of the texts of a short JSON array handed over as `$1`, where the column's index is to serve: Postgres takes
    /// what [`Tx::texts`] gives for a hundred rows and then rather reads a whole table.
    pub fn among(&self, column: &str) -> String {
        if self.is_postgres() {
            format!("{column} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST($1 AS jsonb))))")
        } else {
            format!("{column} IN (SELECT value FROM json_each($1))")
        }
    }

    /// The texts of a JSON array handed over as `$1`, for `IN (…)`.
    pub fn texts(&self) -> &'static str {
        if self.is_postgres() {
            "SELECT jsonb_array_elements_text(CAST($1 AS jsonb))"
        } else {
            "SELECT value FROM json_each($1)"
        }
    }
}
