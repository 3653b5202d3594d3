//! Reads a list and writes it into the map, a chunk to a transaction.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Counts, Import};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::map::flow::{self as map, Outcome, Source};
use crate::map::intake::table::{self, BadRow, FileError, ListRow, Mapping};
use crate::map::overlap::Sighting;
use crate::map::partner::Partner;
use crate::map::{name, store};
use crate::store::{Db, Tx};

/// Rows to a transaction.
const CHUNK: usize = 500;

/// A row with the partner that it is about.
type Row = Result<ListRow, BadRow>;

/// What reading came to.
pub enum Ending {
    /// Every row was handed over.
    Whole(Counts),
    /// It is no list; in plain words with the fix.
    Unreadable(FileError),
}

/// Reads the file once. With `write`, what is read is saved; without, it is only counted.
///
/// `progress` is called after each chunk with the number of rows read so far.
pub async fn read_all<F, Fut>(
    db: &Db,
    now: Timestamp,
    import: &Import,
    partners: &[Partner],
    write: bool,
    mut progress: F,
) -> Result<Ending>
where
    F: FnMut(u64) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let (Some(path), Some(mapping)) = (import.stored_at.clone(), import.mapping.clone()) else {
        return Err(Error::fault("an import without file or columns"));
    };
    let (rows, mut chunks) = mpsc::channel(2);
    let file_name = import.file_name.clone();
    let reader = tokio::task::spawn_blocking(move || hand_over(&path, &file_name, &mapping, &rows));
    let mut count = Count::new(import, partners);
    let mut read = 0;
    while let Some(chunk) = chunks.recv().await {
        read += chunk.len() as u64;
        let mut tx = if write { db.begin().await? } else { db.read().await? };
        count.chunk(&mut tx, now, chunk, write).await?;
        tx.commit().await?;
        progress(read).await?;
    }
    if let Err(error) = reader.await.map_err(|e| Error::caused("reading a list", e))? {
        return Ok(Ending::Unreadable(error));
    }
    let mut tx = if write { db.begin().await? } else { db.read().await? };
    let counts = count.close(&mut tx, now, write).await?;
    tx.commit().await?;
    Ok(Ending::Whole(counts))
}

fn hand_over(
    path: &Path,
    file_name: &str,
    mapping: &Mapping,
    rows: &mpsc::Sender<Vec<Row>>,
) -> Result<(), FileError> {
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut left = false;
    table::read(path, file_name, mapping, |row| {
        chunk.push(row);
        if chunk.len() == CHUNK {
            left = rows.blocking_send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK))).is_err();
        }
        if left { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if !chunk.is_empty() && !left {
        // Nobody listens any more only when the import itself has failed.
        let _ = rows.blocking_send(chunk);
    }
    Ok(())
}

struct Count<'a> {
    owner: Option<PartnerId>,
    partners: &'a [Partner],
    by_key: HashMap<String, &'a Partner>,
    counts: Counts,
    /// Accounts that an earlier row of this file named: only their number matters where nothing is written.
    seen: HashSet<(PartnerId, u64)>,
    /// Rows that met an overlap which was there before.
    met: HashMap<PartnerId, u64>,
}

impl<'a> Count<'a> {
    fn new(import: &Import, partners: &'a [Partner]) -> Self {
        Self {
            owner: import.partner.clone(),
            partners,
            by_key: partners.iter().map(|p| (name::key(&p.name), p)).collect(),
            counts: Counts::default(),
            seen: HashSet::new(),
            met: HashMap::new(),
        }
    }

    /// The partner of a row: the one it names, else the one whose list this is.
    fn partner(&self, row: &ListRow) -> Result<&'a Partner, BadRow> {
        let bad = |reason: String| BadRow { line: row.line, reason };
        match (&row.partner, &self.owner) {
            (Some(written), _) => self.by_key.get(&name::key(written)).copied().ok_or_else(|| {
                bad(format!("\"{written}\" is no partner here. Add it with /partner partner add."))
            }),
            (None, Some(owner)) => self
                .partners
                .iter()
                .find(|p| p.id == *owner)
                .ok_or_else(|| bad("The partner of this list was removed.".to_owned())),
            (None, None) => Err(bad("The row names no partner.".to_owned())),
        }
    }

    async fn chunk(&mut self, tx: &mut Tx, now: Timestamp, rows: Vec<Row>, write: bool) -> Result<()> {
        let mut groups: Vec<(&Partner, Vec<Sighting>)> = Vec::new();
        for row in rows {
            let row = match row.and_then(|row| self.partner(&row).map(|partner| (partner, row))) {
                Ok((partner, row)) => (partner, sighting(row)),
                Err(bad) => {
                    self.counts.refuse(bad);
                    continue;
                }
            };
            match groups.iter_mut().find(|(p, _)| p.id == row.0.id) {
                Some((_, group)) => group.push(row.1),
                None => groups.push((row.0, vec![row.1])),
            }
        }
        for (partner, sightings) in groups {
            if !self.counts.partners.contains(&partner.name) {
                self.counts.partners.push(partner.name.clone());
            }
            let batch = map::weigh(tx, now, partner, &sightings).await?;
            for ((_, outcome), seen) in batch.outcomes.iter().zip(&sightings) {
                let repeated = !self.seen.insert((partner.id.clone(), fingerprint(seen)));
                match outcome {
                    Outcome::New if repeated => self.counts.same += 1,
                    Outcome::New => self.counts.new += 1,
                    Outcome::Changed(_) => self.counts.changed += 1,
                    Outcome::Confirmed => self.counts.same += 1,
                }
                if *outcome != Outcome::New && !repeated {
                    *self.met.entry(partner.id.clone()).or_default() += 1;
                }
            }
            if write {
                map::save(tx, now, Source::List, &batch, false).await?;
            }
        }
        Ok(())
    }

    /// What the last list had and this one has not; the list's age starts anew.
    async fn close(mut self, tx: &mut Tx, now: Timestamp, write: bool) -> Result<Counts> {
        for partner in self.partners.iter().filter(|p| self.counts.partners.contains(&p.name)) {
            if write {
                self.counts.gone += store::mark_gone(tx, &partner.id, now, now).await?;
                store::save_partner(tx, now, &Partner { list_seen_at: Some(now), ..partner.clone() }).await?;
            } else {
                let listed = u64::try_from(store::listed(tx, &partner.id).await?).unwrap_or(0);
                let met = self.met.get(&partner.id).copied().unwrap_or(0);
                self.counts.gone += listed.saturating_sub(met);
            }
        }
        Ok(self.counts)
    }
}

fn sighting(row: ListRow) -> Sighting {
    Sighting {
        account: row.account,
        domain: row.domain.map(|d| d.as_str().to_owned()),
        our_population: row.our_population,
        their_population: row.their_population,
        owner: row.owner,
        amount: row.amount,
        stage: row.stage,
    }
}

/// Tells the rows of one account from those of another within a file.
fn fingerprint(seen: &Sighting) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    match &seen.domain {
        Some(domain) => domain.hash(&mut hasher),
        None => name::key(&seen.account).hash(&mut hasher),
    }
    hasher.finish()
}
