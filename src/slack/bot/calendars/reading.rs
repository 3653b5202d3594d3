//! Calendars that are read by themselves: each claimed by one process under a lease, with no transaction open while it is
//! asked, through the one guarded client.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::Bot;
use crate::config::CalendarFeed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ics::{self, Read};
use crate::kernel::ids::random;
use crate::map::sources::fetch::{self, Found, Look};
use crate::map::sources::standing::{self, Failure, Marks};
use crate::map::sources::{Source, source};
use crate::plan::flow::found::{self, Seen, Taken};
use crate::plan::store::{self, CalendarClaim, Reading};
use crate::plan::view::calendar as view;
use crate::store::settings;

/// A claim lasts longer than a look may take.
const LEASE: Duration = fetch::LONGEST.saturating_add(Duration::from_secs(60));
/// A calendar is no larger, in bytes.
pub(super) const LARGEST: u64 = 10 * 1024 * 1024;
/// A calendar that says it has not changed is read whole again after this time: what is looked at has moved on.
const WHOLE_AGAIN: SignedDuration = SignedDuration::from_hours(20);

/// A calendar that is read.
#[derive(Clone, Debug)]
pub struct One {
    /// Where it is, and how often it is looked at.
    pub source: Source,
    /// Whose sessions it shows, as configured.
    pub partner: Option<String>,
}

/// The calendars that are read.
#[derive(Debug, Default)]
pub struct Reads {
    /// All of them.
    pub all: Vec<One>,
}

impl Reads {
    /// What is configured.
    ///
    /// # Errors
    /// Says which calendar is wrong, and why.
    pub fn new(feeds: &[CalendarFeed]) -> Result<Self> {
        let mut all: Vec<One> = Vec::new();
        for feed in feeds {
            let wrong = |why: String| {
                Error::fault(format!("the configuration cannot be used: the calendar {:?}: {why}", feed.name))
            };
            if all.iter().any(|one| one.source.name == feed.name) {
                return Err(wrong("there are two of this name; give each its own".to_owned()));
            }
            let source = source::calendar(feed).map_err(wrong)?;
            all.push(One { source, partner: feed.partner.clone() });
        }
        Ok(Self { all })
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|one| one.source.name.as_str()).collect()
    }
}

/// Notes the calendars that are configured.
pub(in crate::slack::bot) async fn register(bot: &Bot) -> Result<()> {
    if bot.reads.all.is_empty() {
        return Ok(());
    }
    let mut tx = bot.db.begin().await?;
    for name in bot.reads.names() {
        store::register_calendar(&mut tx, name).await?;
    }
    tx.commit().await
}

/// Reads one that is due; `false` when none is.
pub(in crate::slack::bot) async fn next(bot: &Bot) -> Result<bool> {
    let names = bot.reads.names();
    if names.is_empty() {
        return Ok(false);
    }
    let Some(claim) = store::claim_calendar(&bot.db, &names, bot.clock.now(), LEASE).await? else {
        return Ok(false);
    };
    let Some(one) = bot.reads.all.iter().find(|one| one.source.name == claim.name) else { return Ok(false) };
    let looked = look(bot, one, &claim).await;
    if let Err(failure) = &looked {
        tracing::warn!(calendar = claim.name, why = failure.why, "a calendar cannot be read");
    }
    settle(bot, one, &claim, looked).await?;
    bot.bell.ring();
    Ok(true)
}

/// What it shows now; `None` where it is as it was.
async fn look(bot: &Bot, one: &One, claim: &CalendarClaim) -> Result<Option<(Read, Marks)>, Failure> {
    let folder = bot.downloads.with_file_name("arrivals");
    let to = folder.join(format!("calendar-{}", random(12)));
    std::fs::create_dir_all(&folder).map_err(|e| Failure::passing(format!("It cannot be kept here: {e}")))?;
    let now = bot.clock.now();
    let fresh = claim.reading.good_at.is_some_and(|good| now.duration_since(good) < WHOLE_AGAIN);
    let look = Look {
        source: &one.source,
        partner: None,
        marks: Some(&claim.reading.marks).filter(|_| fresh),
        refresh_token: None,
        to: &to,
        limit: LARGEST,
    };
    let found = fetch::fetch(&bot.sources.http, &look).await;
    let read = match found {
        Ok(Found::List { marks, .. }) => read_file(bot, &to, now).await.map(|read| Some((read, marks))),
        Ok(Found::Same(_) | Found::Nothing { .. }) => Ok(None),
        Err(failure) => Err(failure),
    };
    let _ = std::fs::remove_file(&to);
    read
}

/// Reads a file that is here.
pub(super) async fn read_file(bot: &Bot, path: &Path, now: Timestamp) -> Result<Read, Failure> {
    let zone = async {
        let mut tx = bot.db.read().await?;
        let zone = settings::load(&mut tx).await?.digest.time_zone();
        tx.rollback().await?;
        Ok::<_, Error>(zone)
    };
    let zone = zone.await.map_err(|e| Failure::passing(e.to_string()))?;
    let path = path.to_owned();
    // A large calendar with many series takes a while.
    let work = tokio::task::spawn_blocking(move || {
        let bytes =
            std::fs::read(&path).map_err(|e| Failure::passing(format!("It cannot be read here: {e}")))?;
        ics::read(&bytes, &found::window(now), &zone).map_err(|e| Failure::lasting(e.to_string()))
    });
    work.await.map_err(|e| Failure::passing(e.to_string()))?
}

async fn settle(
    bot: &Bot,
    one: &One,
    claim: &CalendarClaim,
    looked: Result<Option<(Read, Marks)>, Failure>,
) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let before = claim.reading.clone();
    let (reading, pause) = match looked {
        Ok(None) => (Reading { failures: 0, error: None, ..before }, one.source.every),
        Ok(Some((read, marks))) => {
            let partner = match &one.partner {
                Some(written) => found::partner_named(&mut tx, written).await?,
                None => None,
            };
            let seen = Seen { calendar: &claim.name, partner: partner.as_ref().map(|p| &p.id), whole: true };
            let taken = found::take_in(&mut tx, now, seen, &read).await?;
            let result = told(&taken, &read);
            (
                Reading { good_at: Some(now), result: Some(result), failures: 0, error: None, marks },
                one.source.every,
            )
        }
        Err(failure) => {
            let failures = before.failures + 1;
            let pause = standing::pause(&failure, failures, one.source.every);
            (Reading { failures, error: Some(failure.why), ..before }, pause)
        }
    };
    let next = now.saturating_add(pause).unwrap_or(now);
    if store::settle_calendar(&mut tx, claim, &reading, next).await? {
        tx.commit().await
    } else {
        tx.rollback().await
    }
}

/// What it came to, with the first things that could not be matched or read.
fn told(taken: &Taken, read: &Read) -> String {
    let mut text = view::result(taken);
    let unmatched = taken.unmatched.first().map(|(title, why)| format!("\"{title}\": {why}"));
    let unread =
        read.unread.first().map(|unread| format!("I could not read \"{}\": {}", unread.what, unread.why));
    for more in [unmatched, unread].into_iter().flatten() {
        text.push_str(". ");
        text.push_str(&more);
    }
    text.chars().take(500).collect()
}
