//! Reads a list and writes it into the map, a chunk to a transaction.
//!
//! What the list lacks is told apart in the preview as it will be when it is written: an overlap of the last list that
//! no row meets. One that only messages spoke of is on no list, and does not go with it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Counts, Extent, Import, Kind};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{OverlapId, PartnerId};
use crate::kernel::pulse;
use crate::map::flow::{self as map, Batch, Outcome};
use crate::map::intake::table::{self, BadRow, FileError, ListRow, Mapping};
use crate::map::lists::Whose;
use crate::map::lists::store as lists;
use crate::map::overlap::{Population, Sighting, Source};
use crate::map::partner::Partner;
use crate::map::{name, store};
use crate::store::{Db, Tx};

/// Rows to a transaction.
const CHUNK: usize = 500;

/// A row with the partner that it is about.
pub(super) type Row = Result<ListRow, BadRow>;

/// Reads `file`, which is the import's, once. With `write`, what is read is saved; without, it is only counted.
///
/// The inner error: it is no list, in plain words with the fix. `progress` is called after each chunk with the number of rows read so far.
pub async fn read_all<'a, F, Fut>(
    db: &Db,
    now: Timestamp,
    import: &Import,
    file: &Path,
    partners: &'a [Partner],
    write: bool,
    mut progress: F,
) -> Result<Result<Tally<'a>, FileError>>
where
    F: FnMut(u64) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let mapping = import.mapping.clone().ok_or_else(|| Error::fault("an import without columns"))?;
    let (rows, mut chunks) = mpsc::channel(2);
    let (path, file_name) = (file.to_owned(), import.file_name.clone());
    let reader = tokio::task::spawn_blocking(move || hand_over(&path, &file_name, &mapping, &rows));
    let mut tally = Tally::new(import, partners);
    let mut read = 0;
    while let Some(chunk) = chunks.recv().await {
        read += chunk.len() as u64;
        let mut tx = if write { db.begin().await? } else { db.read().await? };
        tally.chunk(&mut tx, now, chunk, write).await?;
        tx.commit().await?;
        pulse::got_on();
        progress(read).await?;
    }
    if let Err(error) = reader.await.map_err(|e| Error::caused("reading a list", e))? {
        return Ok(Err(error));
    }
    Ok(Ok(tally))
}

pub(super) fn hand_over(
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

/// Sightings by partner, in an order that is the same in every transaction.
type Groups<'a> = BTreeMap<&'a str, (&'a Partner, Vec<Sighting>)>;

fn add<'a>(groups: &mut Groups<'a>, partner: &'a Partner, seen: Sighting) {
    groups.entry(partner.id.as_str()).or_insert_with(|| (partner, Vec::new())).1.push(seen);
}

/// What the rows of a list came to so far.
pub struct Tally<'a> {
    owner: Option<PartnerId>,
    /// No row may be about another partner than the owner.
    bound: bool,
    /// It is only the list of these accounts of the partner's.
    of: Option<Population>,
    partners: &'a [Partner],
    by_key: HashMap<String, &'a Partner>,
    counts: Counts,
    /// Accounts that an earlier row of this file named: only their number matters where nothing is written.
    seen: HashSet<(PartnerId, u64)>,
    /// Overlaps that a row met.
    met: HashSet<u64>,
    /// How many of them are on the last list.
    met_on_list: u64,
}

impl<'a> Tally<'a> {
    fn new(import: &Import, partners: &'a [Partner]) -> Self {
        Self {
            owner: import.partner.clone(),
            bound: import.source().is_some(),
            of: import.population(),
            partners,
            by_key: partners.iter().map(|p| (name::key(&p.name), p)).collect(),
            counts: Counts::default(),
            seen: HashSet::new(),
            met: HashSet::new(),
            met_on_list: 0,
        }
    }

    /// The partner of a row: the one it names, else the one whose list this is.
    fn partner(&self, row: &ListRow) -> Result<&'a Partner, BadRow> {
        let bad = |reason: String| BadRow::new(row.line, reason);
        let named = row.partner.as_ref().filter(|_| self.bound).zip(self.owner.as_ref());
        if let Some((written, owner)) = named
            && self.by_key.get(&name::key(written)).is_none_or(|named| named.id != *owner)
        {
            return Err(bad(format!("It is about \"{written}\", and this source is another partner's.")));
        }
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
        let (mut whole, mut half) = (Groups::new(), Groups::new());
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(bad) => {
                    match bad.about.as_deref().map(|row| (self.partner(row), row)) {
                        Some((Ok(partner), row)) => add(&mut half, partner, sighting(row.clone(), self.of)),
                        _ => self.counts.unnamed += 1,
                    }
                    self.counts.refuse(bad);
                    continue;
                }
            };
            match self.partner(&row) {
                Ok(partner) => {
                    if !self.counts.partners.contains(&partner.name) {
                        self.counts.partners.push(partner.name.clone());
                    }
                    add(&mut whole, partner, sighting(row, self.of));
                }
                Err(bad) => self.counts.refuse(bad),
            }
        }
        for (partner, sightings) in whole.into_values() {
            let batch = map::weigh(tx, now, Source::List, partner, &sightings).await?;
            self.count(partner, &batch, &sightings);
            self.take(tx, now, &batch, write).await?;
        }
        // What cannot be read whole says at least that the list still has the account.
        for (partner, sightings) in half.into_values() {
            let mut batch = map::weigh(tx, now, Source::List, partner, &sightings).await?;
            batch.keep_known();
            self.take(tx, now, &batch, write).await?;
        }
        Ok(())
    }

    fn count(&mut self, partner: &Partner, batch: &Batch, sightings: &[Sighting]) {
        for ((_, outcome), seen) in batch.outcomes.iter().zip(sightings) {
            let repeated = !self.seen.insert((partner.id.clone(), fingerprint(seen)));
            match outcome {
                Outcome::New if repeated => self.counts.same += 1,
                Outcome::New => self.counts.new += 1,
                Outcome::Changed(_) => self.counts.changed += 1,
                Outcome::Confirmed => self.counts.same += 1,
            }
        }
    }

    async fn take(&mut self, tx: &mut Tx, now: Timestamp, batch: &Batch, write: bool) -> Result<()> {
        if write {
            return map::save(tx, now, batch, false).await;
        }
        let known = batch.outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::New);
        let first_met: Vec<OverlapId> =
            known.filter(|(id, _)| self.met.insert(hash(id))).map(|(id, _)| id.clone()).collect();
        self.met_on_list += store::listed_among(tx, &first_met, self.of).await?;
        Ok(())
    }

    /// What would change, after a reading that wrote nothing.
    pub async fn preview(mut self, tx: &mut Tx) -> Result<Counts> {
        self.counts.listed = on_last_list(tx, &self.counts, self.partners, self.of).await?;
        self.counts.gone = self.counts.listed.saturating_sub(self.met_on_list);
        Ok(self.counts)
    }

    /// After the last row was written: what the whole list lacks is gone, and the list's age starts anew.
    ///
    /// `now` is the time that the rows were written with.
    pub async fn close(mut self, tx: &mut Tx, now: Timestamp, extent: Extent) -> Result<Counts> {
        if extent == Extent::Whole {
            for partner in named(&self.counts, self.partners) {
                self.counts.gone += store::mark_gone(tx, &partner.id, self.of, now, now).await?;
                store::saw_list(tx, &partner.id, now).await?;
                if self.of.is_none() {
                    lists::forget_list(tx, &partner.id).await?;
                }
            }
        }
        Ok(self.counts)
    }
}

/// Whether the last list has changed since a preview was counted.
pub async fn is_outdated(tx: &mut Tx, import: &Import, partners: &[Partner]) -> Result<bool> {
    let listed = match import.kind {
        Kind::Ours => lists::rows_listed(tx, &Whose::Ours).await?,
        Kind::Overlaps | Kind::Theirs => {
            on_last_list(tx, &import.counts, partners, import.population()).await?
        }
    };
    Ok(listed != import.counts.listed)
}

async fn on_last_list(
    tx: &mut Tx,
    counts: &Counts,
    partners: &[Partner],
    of: Option<Population>,
) -> Result<u64> {
    let mut listed = 0;
    for partner in named(counts, partners) {
        listed += store::listed(tx, &partner.id, of).await?;
    }
    Ok(listed)
}

/// The partners that the rows name.
fn named<'a>(counts: &Counts, partners: &'a [Partner]) -> Vec<&'a Partner> {
    partners.iter().filter(|p| counts.partners.contains(&p.name)).collect()
}

/// What a list `of` one population leaves unsaid of a row is that.
fn sighting(row: ListRow, of: Option<Population>) -> Sighting {
    Sighting {
        account: row.account,
        domain: row.domain.map(|d| d.as_str().to_owned()),
        our_population: row.our_population,
        their_population: row.their_population.or(of),
        owner: row.owner,
        amount: row.amount,
        stage: row.stage,
    }
}

/// Tells the rows of one account from those of another within a file.
fn fingerprint(seen: &Sighting) -> u64 {
    seen.domain.as_ref().map_or_else(|| hash(&name::key(&seen.account)), hash)
}

/// Eight bytes for what would be many: a list may have millions of rows.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
