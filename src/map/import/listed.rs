//! Reads a plain list, ours or a partner's, and writes it as it was seen, a chunk to a transaction.

use std::collections::HashSet;
use std::path::Path;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::flow::{Row, hand_over, hash};
use super::{Counts, Extent, Import};
use crate::kernel::error::{Error, Result};
use crate::kernel::pulse;
use crate::map::flow as map;
use crate::map::intake::table::FileError;
use crate::map::lists::matching::{Loaded, NAMED};
use crate::map::lists::{Listed, Whose, store};
use crate::map::overlap::Sighting;
use crate::store::{Db, Tx};

/// What the rows of a plain list came to.
#[derive(Debug)]
pub struct Reading {
    whose: Whose,
    /// In accounts.
    pub counts: Counts,
    /// A partner's list that is only counted, for the matcher.
    pub loaded: Loaded,
    /// Keys of rows that came: only their number matters.
    seen: HashSet<u64>,
    /// How many of them are on the last list.
    met: u64,
}

/// Reads `file`, which is the import's, once; with `write`, the rows are kept. As [`super::flow::read_all`].
pub async fn read_all<F, Fut>(
    db: &Db,
    now: Timestamp,
    import: &Import,
    file: &Path,
    write: bool,
    mut progress: F,
) -> Result<Result<Reading, FileError>>
where
    F: FnMut(u64) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let mapping = import.mapping.clone().ok_or_else(|| Error::fault("an import without columns"))?;
    let whose = import.whose().ok_or_else(|| Error::fault("a plain list that is nobody's"))?;
    let (rows, mut chunks) = mpsc::channel(2);
    let (path, file_name) = (file.to_owned(), import.file_name.clone());
    let reader = tokio::task::spawn_blocking(move || hand_over(&path, &file_name, &mapping, &rows));
    let mut reading =
        Reading { whose, counts: Counts::default(), loaded: Loaded::default(), seen: HashSet::new(), met: 0 };
    let mut read = 0;
    while let Some(chunk) = chunks.recv().await {
        read += chunk.len() as u64;
        let (rows, half) = reading.understand(chunk);
        let mut tx = if write { db.begin().await? } else { db.read().await? };
        reading.count(&mut tx, &rows, &half).await?;
        if write {
            reading.keep(&mut tx, now, rows, &half).await?;
        } else if reading.whose != Whose::Ours {
            rows.iter().for_each(|row| reading.loaded.push(row));
        }
        tx.commit().await?;
        pulse::got_on();
        progress(read).await?;
    }
    if let Err(error) = reader.await.map_err(|e| Error::caused("reading a list", e))? {
        return Ok(Err(error));
    }
    Ok(Ok(reading))
}

impl Reading {
    /// The rows, each account once, and the keys of those that cannot be read whole.
    fn understand(&mut self, chunk: Vec<Row>) -> (Vec<Listed>, Vec<String>) {
        let ours = self.whose == Whose::Ours;
        let (mut rows, mut half) = (Vec::with_capacity(chunk.len()), Vec::new());
        for row in chunk {
            match row {
                Ok(row) => {
                    let row = Listed::of(row, ours);
                    if self.seen.insert(hash(&row.key)) {
                        rows.push(row);
                    } else {
                        self.counts.same += 1;
                    }
                }
                Err(mut bad) => {
                    match bad.about.take() {
                        Some(row) => half.push(Listed::of(*row, ours).key),
                        None => self.counts.unnamed += 1,
                    }
                    self.counts.refuse(bad);
                }
            }
        }
        half.retain(|key| self.seen.insert(hash(key)));
        (rows, half)
    }

    async fn count(&mut self, tx: &mut Tx, rows: &[Listed], half: &[String]) -> Result<()> {
        let keys: Vec<&str> =
            rows.iter().map(|r| r.key.as_str()).chain(half.iter().map(String::as_str)).collect();
        let known = store::fingerprints(tx, &self.whose, &keys).await?;
        self.met += known.len() as u64;
        for row in rows {
            match known.get(&row.key) {
                None => {
                    self.counts.new += 1;
                    if self.counts.names.len() < NAMED {
                        self.counts.names.push(row.name.clone());
                    }
                }
                Some(fingerprint) if *fingerprint == row.fingerprint() => self.counts.same += 1,
                Some(_) => self.counts.changed += 1,
            }
        }
        Ok(())
    }

    async fn keep(&self, tx: &mut Tx, now: Timestamp, rows: Vec<Listed>, half: &[String]) -> Result<()> {
        let rows: Vec<_> = if self.whose == Whose::Ours {
            let seen: Vec<Sighting> = rows.iter().map(Listed::sighting).collect();
            let accounts = map::bind(tx, now, &seen).await?;
            rows.into_iter().zip(accounts.into_iter().map(|account| Some(account.id))).collect()
        } else {
            rows.into_iter().map(|row| (row, None)).collect()
        };
        store::save_listed(tx, now, &self.whose, &rows).await?;
        let half: Vec<&str> = half.iter().map(String::as_str).collect();
        store::saw_rows(tx, now, &self.whose, &half).await
    }

    /// What would change of our list, after a reading that kept nothing.
    pub async fn preview(mut self, tx: &mut Tx) -> Result<Counts> {
        self.counts.listed = store::rows_listed(tx, &self.whose).await?;
        self.counts.gone = self.counts.listed.saturating_sub(self.met);
        Ok(self.counts)
    }

    /// After the last row was kept: what the whole list lacks is gone, and the age of ours starts anew. `now` is the time
    /// that the rows were kept with.
    pub async fn close(mut self, tx: &mut Tx, now: Timestamp, extent: Extent) -> Result<Counts> {
        if extent == Extent::Whole {
            self.counts.gone = store::mark_rows_gone(tx, &self.whose, now, now).await?;
            if self.whose == Whose::Ours {
                store::saw_our_list(tx, now).await?;
            }
        }
        Ok(self.counts)
    }
}
