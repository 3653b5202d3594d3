//! The same matcher with the join inside Postgres, for lists that outgrow one machine's memory.
//!
//! # Where the line runs
//!
//! | step | where | why there |
//! | --- | --- | --- |
//! | a row's words, keys, runs of letters | our code, once, on the way in (`COPY` into stored columns) | Unicode, legal forms and public suffixes are not SQL's |
//! | how often keys stand; the caps | SQL, `GROUP BY` and hash joins | needs whole lists |
//! | who is compared with whom | SQL, equality joins on keys, windowed sums for the caps | the heavy part: millions of accounts meet here |
//! | what speaks for and against a pair | our code, streamed: a row in, a row out | string distances; a batch of pairs at a time, in fixed memory |
//! | competition, families, verdicts, review's budget | SQL, sums and windows | needs all pairs of an account |
//! | reasons in words, the file | our code, streamed | |
//!
//! Our side holds no list: a batch of rows at a time, and tables of counts of a fixed size (some 100 MB), whatever the
//! lists' length.
//!
//! # Why the results are equal
//!
//! Candidates are ranked by sums of whole numbers, which do not depend on the order of adding. Chances are sums of doubles,
//! added in both engines in the order of the accounts. Divisions and roots are exact to the last bit in both. What is
//! fuzzy, the evidence, is the same code. So the pairs, their verdicts and their scores are the same.
//!
//! # The tables
//!
//! All are in a schema of the run's own, `tandem_map_…`, and are dropped with it. A run holds an advisory lock on its
//! schema's number; schemas whose lock nobody holds belong to runs that were killed, and the next run drops them. With
//! [`Scratch::close`]`(true)` the schema is renamed to `tandem_kept_…` and stays.
//!
//! | table | a row is | to be distributed by |
//! | --- | --- | --- |
//! | `ours`, `theirs` | an account, normalised | `place` |
//! | `our_keys`, `their_keys` | its keys, and how many share each | `place` |
//! | `our_words`, `their_words`, `word_counts` | a word to be looked up | `key` |
//! | `our_grams`, `their_grams`, `gram_counts` | a run of letters, likewise | `gram` |
//! | `exact`, `near`, `pairs`, `chances`, `links` | a pair | `ours` |
//!
//! Every join is by equality and every cap a count, so each statement can run in parallel and by partition; there is no
//! extension, no function and no cross join. A database that spreads a table by its first column spreads these as above.
//! It was run on Postgres 15 only.

mod rows;
mod steps;
mod weigh;

use std::str::FromStr;

use futures_util::{Stream, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgCopyIn, PgPoolCopyExt, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Row as _};

use self::rows::Lines;
use super::assign::Verdict;
use super::engine::{Grain, Options};
use super::grams::{GRAMS, Tally};
use super::ground::{Counts, Scales, sampled_one_in};
use super::grounds::Grounds;
use super::list::List;
use crate::kernel::error::{Error, Result};

/// Ours or theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Our accounts.
    Ours,
    /// The partner's.
    Theirs,
}

/// A schema of its own in a Postgres database, for one run.
#[derive(Debug)]
pub struct Scratch {
    pool: PgPool,
    /// Holds the lock that says that the run is alive.
    alive: PgConnection,
    number: i64,
}

/// Takes one list, piece by piece.
pub struct Loader {
    copy: PgCopyIn<PoolConnection<Postgres>>,
    lines: Lines,
    rows: usize,
    counts: Counts,
}

/// A list that is in the database.
pub struct Loaded {
    rows: usize,
    counts: Counts,
}

/// A pair that is, or may be, one account, with what is said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The place of ours in its list.
    pub ours: usize,
    /// The place of theirs.
    pub theirs: usize,
    /// What our list calls it.
    pub our_id: String,
    /// What theirs does.
    pub their_id: String,
    /// Our name for it.
    pub our_name: String,
    /// Theirs.
    pub their_name: String,
    /// Its registrable domain with us; empty where it has none of its own.
    pub our_domain: String,
    /// With them.
    pub their_domain: String,
    /// The chance that they are one, 0 to 1.
    pub score: f32,
    /// What follows.
    pub verdict: Verdict,
    /// Why.
    pub grounds: Grounds,
}

/// How many pairs are of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether they are of one family rather than one.
    pub kin: bool,
    /// Pairs.
    pub pairs: usize,
    /// Different accounts of ours in them.
    pub ours: usize,
    /// Of theirs.
    pub theirs: usize,
}

const PREFIX: &str = "tandem_map_";
/// Bytes that are collected before they are sent.
const PIECE: usize = 1 << 20;

impl Scratch {
    /// Makes a schema in the database, and drops those of runs that were killed.
    ///
    /// # Errors
    /// Where the database cannot be reached or does not let us make a schema.
    pub async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| Error::caused("the database's URL cannot be read", error))?;
        let mut alive = PgConnection::connect_with(&options)
            .await
            .map_err(|error| Error::caused("the database cannot be reached", error))?;
        sweep(&mut alive).await?;
        let number = i64::from(rand::random::<u32>()) << 31 | i64::from(rand::random::<u32>() >> 1);
        sqlx::query("SELECT pg_advisory_lock($1)").bind(number).execute(&mut alive).await?;
        let schema = schema(number);
        run(&mut alive, &format!("CREATE SCHEMA {schema}"))
            .await
            .map_err(|error| Error::caused("no schema can be made in the database", error))?;
        let set = format!("SET search_path TO {schema}; SET work_mem TO '64MB'; SET jit TO off");
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .after_connect(move |connection, _| {
                let set = set.clone();
                Box::pin(async move { run(connection, &set).await })
            })
            .connect_with(options)
            .await?;
        let scratch = Self { pool, alive, number };
        scratch.step(&steps::lists()).await?;
        Ok(scratch)
    }

    /// Begins to take a list.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn load(&self, side: Side) -> Result<Loader> {
        let statement = format!("COPY {} FROM STDIN", steps::list(side));
        let copy = self.pool.copy_in_raw(&statement).await?;
        Ok(Loader { copy, lines: Lines::default(), rows: 0, counts: Counts::widest() })
    }

    /// Pairs the two lists; the result is then in the schema. `progress` is told what is being done.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn run(
        &self,
        ours: Loaded,
        theirs: Loaded,
        options: &Options,
        progress: &(dyn Fn(&'static str) + Sync),
    ) -> Result<()> {
        progress("Counting");
        let both = ours.rows + theirs.rows;
        let mut tally = Tally::new();
        for (side, rows) in [(Side::Ours, ours.rows), (Side::Theirs, theirs.rows)] {
            self.step(&steps::keys(side)).await?;
            self.tally(side, sampled_one_in(rows), &mut tally).await?;
        }
        let mut counts = ours.counts;
        counts.merge(&theirs.counts);
        let scales = Scales::new(counts.narrowed(both), &tally, both);
        progress("Names and domains");
        self.step(&steps::exact()).await?;
        self.weigh("exact", &scales).await?;
        if options.fuzzy {
            progress("Names that are alike");
            self.step(&steps::open()).await?;
            self.weights(&scales, theirs.rows).await?;
            self.step(&steps::near(scales.squares_of_words().0)).await?;
            self.weigh("near", &scales).await?;
        }
        progress("Deciding");
        self.step(&steps::links(options.grain == Grain::Account, ours.rows)).await
    }

    /// The pairs, by the place of ours, then by verdict and score.
    pub fn links(&self) -> impl Stream<Item = Result<Told>> + '_ {
        sqlx::query(steps::TOLD).fetch(&self.pool).map_err(Error::from).and_then(async |row| told(&row))
    }

    /// How many pairs there are of each kind.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn totals(&self) -> Result<Vec<Total>> {
        let kin = Grounds { kin: true, ..Grounds::default() }.packed();
        let rows = sqlx::query(steps::TOTALS).bind(kin).fetch_all(&self.pool).await?;
        let count = |number: i64| usize::try_from(number).unwrap_or_default();
        let total = |row: &PgRow| -> Result<Total> {
            Ok(Total {
                verdict: verdict(row.try_get(0)?),
                kin: row.try_get(1)?,
                pairs: count(row.try_get(2)?),
                ours: count(row.try_get(3)?),
                theirs: count(row.try_get(4)?),
            })
        };
        rows.iter().map(total).collect()
    }

    /// Drops the schema, or renames it to what is returned when it is to be kept.
    ///
    /// # Errors
    /// Where the database fails; the next run then drops the schema.
    pub async fn close(mut self, keep: bool) -> Result<Option<String>> {
        self.pool.close().await;
        let schema = schema(self.number);
        let kept = keep.then(|| schema.replace(PREFIX, "tandem_kept_"));
        let statement = match &kept {
            Some(kept) => format!("ALTER SCHEMA {schema} RENAME TO {kept}"),
            None => format!("DROP SCHEMA {schema} CASCADE"),
        };
        run(&mut self.alive, &statement).await?;
        self.alive.close().await?;
        Ok(kept)
    }

    async fn step(&self, statements: &[String]) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        for statement in statements {
            run(&mut connection, statement).await?;
        }
        Ok(())
    }

    /// Counts the runs of letters of every so many names.
    async fn tally(&self, side: Side, one_in: usize, tally: &mut Tally) -> Result<()> {
        let statement = format!("SELECT grams FROM {} WHERE place % {one_in} = 0", steps::list(side));
        let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let grams: Vec<i32> = row.try_get(0)?;
            tally.add(&grams.into_iter().map(|gram| gram as u32).collect::<Vec<_>>());
        }
        Ok(())
    }

    /// Tells the database what each word and run of letters adds to the likeness of two names.
    async fn weights(&self, scales: &Scales, theirs: usize) -> Result<()> {
        let (_, squares) = scales.squares_of_words();
        self.copy("word_squares", (0i64..).zip(squares).map(|(slot, square)| (slot, square, true))).await?;
        let gram = |gram: u32| (i64::from(gram), scales.rarity.square(gram), scales.telling(gram, theirs));
        self.copy("gram_squares", (0..GRAMS as u32).map(gram)).await?;
        self.step(&["ANALYZE word_squares".to_owned(), "ANALYZE gram_squares".to_owned()]).await
    }

    async fn copy(&self, table: &str, rows: impl Iterator<Item = (i64, u32, bool)>) -> Result<()> {
        let mut copy = self.pool.copy_in_raw(&format!("COPY {table} FROM STDIN")).await?;
        let mut lines = Lines::default();
        for (key, square, telling) in rows {
            lines.number(key).number(square).flag(telling).end();
            if lines.len() > PIECE {
                copy.send(lines.taken()).await?;
            }
        }
        copy.send(lines.taken()).await?;
        copy.finish().await?;
        Ok(())
    }
}

impl Loader {
    /// Adds the accounts of a piece after those that came before.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn add(&mut self, piece: &List) -> Result<()> {
        self.counts.add(piece);
        for at in 0..piece.len() {
            rows::account(&mut self.lines, self.rows, piece, at);
            self.rows += 1;
            if self.lines.len() > PIECE {
                self.copy.send(self.lines.taken()).await?;
            }
        }
        Ok(())
    }

    /// So many accounts were taken, and no more come.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn finish(mut self) -> Result<Loaded> {
        self.copy.send(self.lines.taken()).await?;
        self.copy.finish().await?;
        Ok(Loaded { rows: self.rows, counts: self.counts })
    }
}

impl Loaded {
    /// How many accounts.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

fn schema(number: i64) -> String {
    format!("{PREFIX}{number:016x}")
}

fn verdict(number: i16) -> Verdict {
    if number == 0 { Verdict::Match } else { Verdict::Review }
}

fn told(row: &PgRow) -> Result<Told> {
    let place = |number: i32| usize::try_from(number).unwrap_or_default();
    Ok(Told {
        ours: place(row.try_get(0)?),
        theirs: place(row.try_get(1)?),
        score: row.try_get(2)?,
        verdict: verdict(row.try_get(3)?),
        grounds: Grounds::unpacked(row.try_get(4)?),
        our_id: row.try_get(5)?,
        our_name: row.try_get(6)?,
        our_domain: row.try_get(7)?,
        their_id: row.try_get(8)?,
        their_name: row.try_get(9)?,
        their_domain: row.try_get(10)?,
    })
}

/// Drops the schemas of runs that are no longer alive.
async fn sweep(connection: &mut PgConnection) -> Result<()> {
    let pattern = format!("{}%", PREFIX.replace('_', "\\_"));
    let names: Vec<String> =
        sqlx::query_scalar("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE $1")
            .bind(pattern)
            .fetch_all(&mut *connection)
            .await?;
    for name in names {
        let digits = name.strip_prefix(PREFIX).filter(|digits| digits.len() == 16);
        let Some(number) = digits.and_then(|digits| i64::from_str_radix(digits, 16).ok()) else { continue };
        let dead: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(number)
            .fetch_one(&mut *connection)
            .await?;
        if dead {
            // Its last statement may still be at work; then the next run drops it.
            let drop = format!("SET lock_timeout TO '2s'; DROP SCHEMA IF EXISTS {} CASCADE", schema(number));
            let dropped = run(connection, &drop).await;
            sqlx::query("SELECT pg_advisory_unlock($1)").bind(number).execute(&mut *connection).await?;
            if let Err(error) = dropped {
                tracing::info!(schema = name, %error, "the schema of a run that was killed stays for now");
            }
        }
    }
    Ok(run(connection, "SET lock_timeout TO DEFAULT").await?)
}

/// Runs statements that hold nothing but our own words and numbers.
async fn run(connection: &mut PgConnection, statements: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(connection).await.map(|_| ())
}
