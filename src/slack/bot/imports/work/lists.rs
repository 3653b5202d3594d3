//! Plain lists: what is counted and written of ours, and of a partner's, which is matched against ours.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Line, Snag};
use crate::kernel::error::{Error, Result};
use crate::map::import::listed::{self, Reading};
use crate::map::import::{Counts, Extent, Kind};
use crate::map::lists::matching::{self, Found, Loaded, Summary};
use crate::map::lists::{Whose, store};
use crate::map::matching::Aliases;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::Tx;

/// What would change.
pub(super) async fn count(line: &Line<'_>, now: Timestamp, file: &Path) -> Result<Counts, Snag> {
    let db = &line.bot.db;
    let mut reading =
        listed::read_all(db, now, line.import, file, false, |_| line.tell(0, String::new())).await??;
    if line.import.kind == Kind::Ours {
        let mut tx = db.read().await?;
        let mut counts = reading.preview(&mut tx).await?;
        counts.partners = names(&mut tx, line).await?;
        tx.rollback().await?;
        return Ok(counts);
    }
    let partner = partner(line)?;
    let theirs = std::mem::take(&mut reading.loaded);
    let found = find(line, partner, theirs).await?;
    let (summary, met) =
        matching::make(db, now, partner, &found, false, || line.tell(0, String::new())).await?;
    let mut tx = db.read().await?;
    let listed = map::listed(&mut tx, &partner.id, None).await?;
    tx.rollback().await?;
    // Without a list of ours it says nothing of overlaps: none is gone for it.
    let alone = summary.ours == 0;
    let gone = if alone { 0 } else { listed.saturating_sub(met) };
    Ok(Counts { listed, gone, alone, ..of(reading, partner, summary) })
}

/// In overlaps, as they came of a match, beside what could not be read.
fn of(reading: Reading, partner: &Partner, summary: Summary) -> Counts {
    Counts {
        new: summary.new,
        changed: summary.changed,
        same: summary.same,
        gone: summary.gone,
        unreadable: reading.counts.unreadable,
        unnamed: reading.counts.unnamed,
        bad: reading.counts.bad,
        partners: vec![partner.name.clone()],
        matched: vec![summary],
        ..Counts::default()
    }
}

/// The partners whose lists are matched again when ours is imported.
async fn names(tx: &mut Tx, line: &Line<'_>) -> Result<Vec<String>> {
    let listed = store::partners_listed(tx).await?;
    let name = |id| line.partners.iter().find(|p| p.id == id).map(|p| p.name.clone());
    Ok(listed.into_iter().filter_map(name).collect())
}

/// The partner whose list this is.
fn partner<'a>(line: &Line<'a>) -> Result<&'a Partner, Snag> {
    let id = line.import.partner.as_ref();
    let partner = line.partners.iter().find(|p| Some(&p.id) == id);
    partner.ok_or_else(|| Snag::File("The partner of this list was removed.".to_owned()))
}

/// Matches a partner's list against ours, off the async threads, and says how far it is.
async fn find(line: &Line<'_>, partner: &Partner, theirs: Loaded) -> Result<Found, Snag> {
    let db = &line.bot.db;
    let aliases = aliases(line.bot.aliases.clone()).await?;
    let ours = matching::load(db, &Whose::Ours).await?;
    let mut tx = db.read().await?;
    let said = matching::said(&mut tx, &partner.id, aliases).await?;
    tx.rollback().await?;
    // Its card says already whose list it is.
    let what = match line.import.kind {
        Kind::Ours => format!("matching {}'s accounts against it", partner.name),
        Kind::Overlaps | Kind::Theirs => "matching it against ours".to_owned(),
    };
    let found = matching::find(ours, theirs, said, |share| line.tell(0, format!("{what}, {share} %")));
    Ok(found.await?)
}

/// The user's own table.
async fn aliases(path: Option<PathBuf>) -> Result<Aliases, Snag> {
    let Some(path) = path else { return Ok(Aliases::new()) };
    let read = tokio::task::spawn_blocking(move || Aliases::read(&path)).await;
    let read = read.map_err(|e| Error::caused("reading the table of aliases", e))?;
    read.map_err(|why| {
        Snag::File(format!("The table of aliases in the configuration cannot be read: {why}."))
    })
}

/// Matches a partner's list as it is kept, and writes what comes of it.
async fn match_kept(line: &Line<'_>, now: Timestamp, partner: &Partner) -> Result<(Found, Summary), Snag> {
    let theirs = matching::load(&line.bot.db, &Whose::Partner(partner.id.clone())).await?;
    let found = find(line, partner, theirs).await?;
    let step = format!("writing what matches with {}", partner.name);
    let (summary, _) =
        matching::make(&line.bot.db, now, partner, &found, true, || line.tell(0, step.clone())).await?;
    Ok((found, summary))
}

/// Keeps our list, has every overlap follow it, and matches every partner's list again.
pub(super) async fn write_ours(line: &Line<'_>, now: Timestamp, file: &Path) -> Result<(Tx, Counts), Snag> {
    let db = &line.bot.db;
    let reading =
        listed::read_all(db, now, line.import, file, true, |rows| line.tell(rows, String::new())).await??;
    let mut tx = db.begin().await?;
    let mut counts = reading.close(&mut tx, now, line.import.extent).await?;
    tx.commit().await?;
    counts.followed = matching::follow(db, now).await?;
    let mut tx = db.read().await?;
    let listed = store::partners_listed(&mut tx).await?;
    tx.rollback().await?;
    for partner in line.partners.iter().filter(|p| listed.contains(&p.id)) {
        let (found, mut summary) = match_kept(line, now, partner).await?;
        let mut tx = db.begin().await?;
        matching::end(&mut tx, now, &partner.id, &found, false, &mut summary).await?;
        tx.commit().await?;
        counts.matched.push(summary);
    }
    Ok((db.begin().await?, counts))
}

/// Keeps a partner's list and matches all that is kept of it. Where there is no list of ours yet, it waits for that.
pub(super) async fn write_theirs(line: &Line<'_>, now: Timestamp, file: &Path) -> Result<(Tx, Counts), Snag> {
    let db = &line.bot.db;
    let partner = partner(line)?;
    let reading =
        listed::read_all(db, now, line.import, file, true, |rows| line.tell(rows, String::new())).await??;
    let mut tx = db.begin().await?;
    let kept = reading.close(&mut tx, now, line.import.extent).await?;
    tx.commit().await?;
    let (found, mut summary) = match_kept(line, now, partner).await?;
    // A list that was cut off and is taken up again finds its own overlaps known: what was previewed is what it did.
    if let Some(previewed) = line.import.counts.matched.first() {
        let previewed = previewed.clone();
        (summary.new, summary.changed, summary.same) = (previewed.new, previewed.changed, previewed.same);
        (summary.new_names, summary.changes) = (previewed.new_names, previewed.changes);
    }
    let mut tx = db.begin().await?;
    let whole = line.import.extent == Extent::Whole;
    matching::end(&mut tx, now, &partner.id, &found, whole && summary.ours > 0, &mut summary).await?;
    if whole {
        map::saw_list(&mut tx, &partner.id, now).await?;
    }
    Ok((tx, Counts { gone: summary.gone, matched: vec![summary], ..kept }))
}
