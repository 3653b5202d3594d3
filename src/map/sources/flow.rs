//! A list is handed over to the imports, and what came of it is remembered and told: load, decide, save and enqueue, in
//! one transaction.

use jiff::{SignedDuration, Timestamp};

use super::source::Source;
use super::standing::{self, Failure, Marks, Standing};
use super::store::{self, Change, Claim};
use super::view;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::Role;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ImportId, PartnerId, UserId};
use crate::map::import::{Counts, Extent, Import, Kind, State, source_file, store as imports};
use crate::map::partner::Partner;
use crate::map::{find, store as maps};
use crate::store::{Tx, audit, millis, people, settings};

/// A folder in which something is growing is looked at again after this long.
const SOON: SignedDuration = SignedDuration::from_mins(1);
/// At most so many overlaps are named in a summary.
const NAMED: i64 = 5;

/// Notes what is configured, and sets the intervals that it expects.
///
/// # Errors
/// A source names a partner that is not here.
pub async fn register(tx: &mut Tx, now: Timestamp, sources: &[Source]) -> Result<()> {
    for source in sources {
        let partner = match &source.partner {
            None => None,
            Some(written) => Some(partner_of(tx, source, written).await?),
        };
        store::register(tx, &source.name, source.partner.as_deref(), partner.as_ref()).await?;
        if let (Some(partner), Some(days)) = (&partner, source.expected_days)
            && store::expect(tx, partner, days).await?
        {
            let what = format!("its list is expected every {days} days, as the source {} says", source.name);
            audit::done(tx, now, audit::TANDEM, "partner.edit", &format!("partner:{partner}"), &what);
        }
    }
    Ok(())
}

async fn partner_of(tx: &mut Tx, source: &Source, written: &str) -> Result<PartnerId> {
    if let Some(known) = store::registered(tx, &source.name, written).await? {
        return Ok(known);
    }
    match find::find_partner(tx, written).await? {
        Ok(partner) => Ok(partner.id),
        Err(why) => Err(Error::fault(format!(
            "the configuration cannot be used: the source {:?}: {why} Set partner right, or leave the source out until the partner is added",
            source.name
        ))),
    }
}

/// What a look came to is remembered.
pub async fn looked(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    claim: &Claim,
    found: Result<Looked, Failure>,
) -> Result<Option<ImportId>> {
    let Some(mut standing) = store::take(tx, &source.name).await? else { return Ok(None) };
    standing.tried_at = Some(now);
    let mut handed = None;
    let next = match found {
        Ok(Looked::Waits) => now + source.every,
        Ok(Looked::Nothing { marks, soon }) => {
            standing.marks = marks;
            if !standing.unreadable {
                mended(tx, now, &source.name, &mut standing).await?;
            }
            now + if soon { SOON.min(source.every) } else { source.every }
        }
        Ok(Looked::Same(marks)) => {
            standing.marks = marks;
            same(tx, now, source, &mut standing).await?;
            now + source.every
        }
        Ok(Looked::List { import, file_name, marks }) => {
            match hand_over(tx, now, source, &standing, import, &file_name, source.extent).await? {
                Ok(id) => {
                    standing.marks = marks;
                    standing.unreadable = false;
                    handed = Some(id);
                    now + source.every
                }
                Err(failure) => fail(tx, now, source, &mut standing, &failure).await?,
            }
        }
        Err(failure) => fail(tx, now, source, &mut standing, &failure).await?,
    };
    if !store::settle(tx, claim, next).await? {
        return Err(Error::fault("another process looks at this source by now"));
    }
    store::save(tx, &source.name, &standing).await?;
    Ok(handed)
}

/// What became of the wish to have a source looked at now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is due.
    Due,
    /// Its last list is still on its way; with `true`, it waits for somebody.
    Under(bool),
}

/// Somebody wants a source to be looked at now. A look that is under way already goes on, and is followed by another.
pub async fn ask_now(tx: &mut Tx, now: Timestamp, by: &UserId, source: &Source) -> Result<Asked> {
    if let Some(waits) = store::under_way(tx, &source.name).await? {
        return Ok(Asked::Under(waits));
    }
    store::due_now(tx, &source.name, now).await?;
    audit::done(tx, now, by.as_str(), "source.fetch", &format!("source:{}", source.name), &source.name);
    Ok(Asked::Due)
}

/// What a look came to.
#[derive(Clone, Debug)]
pub enum Looked {
    /// The list before is still on its way.
    Waits,
    /// There is nothing to say.
    Nothing {
        /// What to ask with next time.
        marks: Marks,
        /// There may be in a moment.
        soon: bool,
    },
    /// The last list still holds.
    Same(Marks),
    /// A list, written to where this import looks for it.
    List {
        /// The import.
        import: ImportId,
        /// What it is called where it comes from.
        file_name: String,
        /// What to ask with next time.
        marks: Marks,
    },
}

/// An import in the name of a source.
pub(super) async fn hand_over(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    standing: &Standing,
    id: ImportId,
    file_name: &str,
    extent: Extent,
) -> Result<Result<ImportId, Failure>> {
    let Some(channel) = settings::load(tx).await?.intake_channel else {
        return Ok(Err(Failure::passing("There is no intake channel yet: /partner setup chooses one")));
    };
    if source.partner.is_some() && standing.partner.is_none() {
        return Ok(Err(Failure::lasting("Its partner was removed")));
    }
    let import = Import {
        file_id: source_file(&source.name, source.is_fetched(), source.population, &id),
        id,
        file_name: format!("{file_name} from {}", source.name),
        channel,
        thread: None,
        kind: Kind::Overlaps,
        partner: standing.partner.clone(),
        uploaded_by: UserId::from(audit::TANDEM),
        state: State::Received,
        headers: Vec::new(),
        mapping: None,
        extent,
        counts: Counts::default(),
        error: None,
        version: 1,
    };
    imports::insert(tx, now, &import).await?;
    // What is not stored by that: whose list it is, and what its silence means.
    imports::save(tx, now, &mut import.clone(), 1).await?;
    audit::done(tx, now, audit::TANDEM, "import.fetch", &import.subject(), &import.file_name);
    Ok(Ok(import.id))
}

/// The source says that the last list still holds: its age starts anew. One that could not be read is no better for it.
pub(super) async fn same(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    standing: &mut Standing,
) -> Result<()> {
    if standing.unreadable {
        return Ok(());
    }
    for partner in standing.partners.clone() {
        maps::saw_list(tx, &partner, now).await?;
    }
    good(tx, now, &source.name, standing, "nothing new".to_owned()).await
}

pub(super) async fn good(
    tx: &mut Tx,
    now: Timestamp,
    name: &str,
    standing: &mut Standing,
    result: String,
) -> Result<()> {
    standing.good_at = Some(now);
    standing.result = Some(result);
    mended(tx, now, name, standing).await
}

/// Whoever was told of failures is told that they are over, in the same message.
async fn mended(tx: &mut Tx, now: Timestamp, name: &str, standing: &mut Standing) -> Result<()> {
    if standing.told {
        let message = Message::text(view::mended(name, standing));
        outbox::enqueue(tx, millis(now), &Outgoing::update(trouble(name, standing), message)).await?;
    }
    (standing.error, standing.failures, standing.failing_since, standing.told) = (None, 0, None, false);
    standing.unreadable = false;
    Ok(())
}

/// What the message about a series of failures is filed under.
fn trouble(name: &str, standing: &Standing) -> String {
    format!("source:{name}:{}", standing.failing_since.map_or(0, millis))
}

/// A failure is remembered, and told once in the digest's channel; gives when the source is looked at again.
async fn fail(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    standing: &mut Standing,
    failure: &Failure,
) -> Result<Timestamp> {
    note(tx, now, &source.name, standing, failure).await?;
    Ok(now + standing::pause(failure, standing.failures, source.every))
}

async fn note(
    tx: &mut Tx,
    now: Timestamp,
    name: &str,
    standing: &mut Standing,
    failure: &Failure,
) -> Result<()> {
    standing.failures += 1;
    standing.error = Some(failure.why.clone());
    let since = *standing.failing_since.get_or_insert(now);
    let workspace = settings::load(tx).await?;
    if standing.told || !standing::is_told(failure, standing.failures) {
        return Ok(());
    }
    let Some(channel) = workspace.digest_channel else { return Ok(()) };
    let zone = workspace.digest.time_zone();
    let operations = people::holders(tx, Role::Operations).await?;
    let partner = match &standing.partner {
        Some(id) => maps::partner(tx, id).await?,
        None => None,
    };
    let text = view::failing(name, standing, partner.as_ref(), &operations, since.to_zoned(zone).date());
    let key = trouble(name, standing);
    let out = Outgoing::post(&key, Destination::Channel(channel), Message::text(text)).showing(&key);
    outbox::enqueue(tx, millis(now), &out).await?;
    standing.told = true;
    Ok(())
}

/// A source's list is in the map: its partners' lists are of today, and what changed is told once.
pub async fn imported(
    tx: &mut Tx,
    now: Timestamp,
    import: &Import,
    partners: &[Partner],
    written_at: Timestamp,
) -> Result<()> {
    let Some(name) = import.source() else { return Ok(()) };
    let Some(mut standing) = store::take(tx, name).await? else { return Ok(()) };
    let counts = &import.counts;
    let named: Vec<&Partner> = partners.iter().filter(|p| counts.partners.contains(&p.name)).collect();
    standing.partners = named.iter().map(|p| p.id.clone()).collect();
    // A few rows that were posted are no list.
    if import.extent == Extent::Whole || !import.is_posted() {
        for partner in &standing.partners {
            maps::saw_list(tx, partner, now).await?;
        }
    }
    let changed = counts.new + counts.changed + counts.gone > 0;
    if changed {
        standing.changed_at = Some(now);
    }
    good(tx, now, name, &mut standing, view::result(counts)).await?;
    store::save(tx, name, &standing).await?;
    if changed && !outbox::is_shown(tx, &import.subject()).await? {
        let counted = maps::counted_only(tx).await?;
        let (unnamed, told): (Vec<PartnerId>, Vec<PartnerId>) =
            standing.partners.iter().cloned().partition(|p| counted.contains(p));
        let mut lists = Vec::new();
        for change in [Change::New, Change::Changed, Change::Gone] {
            lists.push(store::changed_at(tx, &told, change, written_at, NAMED).await?);
        }
        let message = view::summary(name, import, &named, !unnamed.is_empty(), &lists)?;
        let key = format!("{}:summary", import.subject());
        let out = Outgoing::post(key, Destination::Channel(import.channel.clone()), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// A source's list could not be read. The same one is not read again; where a fault of ours was to blame, it is.
pub async fn unreadable(tx: &mut Tx, now: Timestamp, import: &Import, why: &str, fault: bool) -> Result<()> {
    let Some(name) = import.source() else { return Ok(()) };
    let Some(mut standing) = store::take(tx, name).await? else { return Ok(()) };
    if fault {
        standing.marks = Marks::default();
    }
    standing.unreadable = !fault;
    note(tx, now, name, &mut standing, &Failure::lasting(why.trim_end_matches('.'))).await?;
    store::save(tx, name, &standing).await
}
