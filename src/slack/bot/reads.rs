//! Calendars and feeds that are read by themselves: each claimed by one process under a lease, with no transaction open while
//! it is asked, through the one guarded client.

use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Bot;
use crate::config::{CalendarFeed, LaunchFeed};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::random;
use crate::map::sources::fetch::{self, Found, Look};
use crate::map::sources::standing::{Failure, Marks, ReadKind, Reading};
use crate::map::sources::store::reads::{self as store, Claim};
use crate::map::sources::{Source, source};
use crate::store::{Tx, settings};

/// A claim lasts longer than a look may take.
const LEASE: Duration = fetch::LONGEST.saturating_add(Duration::from_secs(60));

/// One that is read.
#[derive(Clone, Debug)]
pub struct One {
    /// Where it is, and how often it is looked at.
    pub source: Source,
    /// Whose sessions it shows or whose launches it tells of, as configured.
    pub partner: Option<String>,
}

/// Those of a kind that are read.
#[derive(Debug)]
pub struct Reads {
    kind: ReadKind,
    all: Vec<One>,
}

impl Reads {
    /// The calendars that are configured.
    ///
    /// # Errors
    /// Says which calendar is wrong, and why.
    pub fn calendars(feeds: &[CalendarFeed]) -> Result<Self> {
        let one = |feed: &CalendarFeed| (feed.name.clone(), source::calendar(feed), feed.partner.clone());
        Self::new(ReadKind::Calendar, feeds.iter().map(one))
    }

    /// The feeds that are configured.
    ///
    /// # Errors
    /// Says which feed is wrong, and why.
    pub fn feeds(feeds: &[LaunchFeed]) -> Result<Self> {
        let one = |feed: &LaunchFeed| {
            let source = match feed.partner.trim() {
                "" => Err("partner is not set: whose launches it tells of".to_owned()),
                _ => source::feed(feed),
            };
            (feed.name.clone(), source, Some(feed.partner.clone()))
        };
        Self::new(ReadKind::Feed, feeds.iter().map(one))
    }

    fn new(
        kind: ReadKind,
        feeds: impl Iterator<Item = (String, Result<Source, String>, Option<String>)>,
    ) -> Result<Self> {
        let mut all: Vec<One> = Vec::new();
        for (name, source, partner) in feeds {
            let wrong = |why: String| {
                let what = kind.words();
                Error::fault(format!("the configuration cannot be used: the {what} {name:?}: {why}"))
            };
            if all.iter().any(|one| one.source.name == name) {
                return Err(wrong("there are two of this name; give each its own".to_owned()));
            }
            all.push(One { source: source.map_err(wrong)?, partner });
        }
        Ok(Self { kind, all })
    }

    /// Whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|one| one.source.name.as_str()).collect()
    }

    /// Notes those that are configured.
    pub(super) async fn register(&self, bot: &Bot) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let mut tx = bot.db.begin().await?;
        for name in self.names() {
            store::register(&mut tx, self.kind, name).await?;
        }
        tx.commit().await
    }

    /// How they stand, in the order of the configuration.
    pub(super) async fn standings(&self, tx: &mut Tx) -> Result<Vec<(String, Option<Reading>)>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = store::readings(tx, self.kind).await?;
        Ok(self.names().into_iter().map(|name| (name.to_owned(), known.remove(name))).collect())
    }

    /// One that is due, claimed.
    pub(super) async fn claim(&self, bot: &Bot) -> Result<Option<(&One, Claim)>> {
        if self.is_empty() {
            return Ok(None);
        }
        let claim = store::claim(&bot.db, self.kind, &self.names(), bot.clock.now(), LEASE).await?;
        Ok(claim.and_then(|claim| {
            let one = self.all.iter().find(|one| one.source.name == claim.name)?;
            Some((one, claim))
        }))
    }
}

/// What it says now, as `parse` reads it; `None` where it is as it was. Days are those of the workspace.
pub(super) async fn look<T: Send + 'static>(
    bot: &Bot,
    one: &One,
    claim: &Claim,
    marks: Option<&Marks>,
    limit: u64,
    parse: impl FnOnce(&[u8], Timestamp, &TimeZone) -> Result<T, String> + Send + 'static,
) -> Result<Option<(T, Marks)>, Failure> {
    let folder = bot.downloads.with_file_name("arrivals");
    let to = folder.join(format!("{}-{}", claim.kind.words(), random(12)));
    std::fs::create_dir_all(&folder).map_err(|e| Failure::passing(format!("It cannot be kept here: {e}")))?;
    let look = Look { source: &one.source, partner: None, marks, refresh_token: None, to: &to, limit };
    let read = match fetch::fetch(&bot.sources.http, &look).await {
        Ok(Found::List { marks, .. }) => read_file(bot, &to, parse).await.map(|read| Some((read, marks))),
        Ok(Found::Same(_) | Found::Nothing { .. }) => Ok(None),
        Err(failure) => Err(failure),
    };
    let _ = std::fs::remove_file(&to);
    if let Err(failure) = &read {
        tracing::warn!(
            kind = claim.kind.words(),
            name = claim.name,
            why = failure.why,
            "a calendar or feed cannot be read"
        );
    }
    read
}

/// Reads a file that is here. A large one takes a while.
pub(super) async fn read_file<T: Send + 'static>(
    bot: &Bot,
    path: &Path,
    parse: impl FnOnce(&[u8], Timestamp, &TimeZone) -> Result<T, String> + Send + 'static,
) -> Result<T, Failure> {
    let zone = async {
        let mut tx = bot.db.read().await?;
        let zone = settings::load(&mut tx).await?.digest.time_zone();
        tx.rollback().await?;
        Ok::<_, Error>(zone)
    };
    let zone = zone.await.map_err(|e| Failure::passing(e.to_string()))?;
    let (path, now) = (path.to_owned(), bot.clock.now());
    let work = tokio::task::spawn_blocking(move || {
        let bytes =
            std::fs::read(&path).map_err(|e| Failure::passing(format!("It cannot be read here: {e}")))?;
        parse(&bytes, now, &zone).map_err(Failure::lasting)
    });
    work.await.map_err(|e| Failure::passing(e.to_string()))?
}

/// Ends a look in the transaction of what it brought: nothing of that is kept where another process has taken over.
pub(super) async fn settle(
    bot: &Bot,
    mut tx: Tx,
    claim: &Claim,
    reading: &Reading,
    pause: SignedDuration,
) -> Result<()> {
    let now = bot.clock.now();
    let next = now.saturating_add(pause).unwrap_or(now);
    if store::settle(&mut tx, claim, reading, next).await? { tx.commit().await } else { tx.rollback().await }
}
