//! Partners' feeds are read by themselves: each claimed by one process under a lease, with no transaction open while it is
//! asked, through the one guarded client.

use std::time::Duration;

use jiff::SignedDuration;

use super::super::{Bot, Occasion};
use crate::config::LaunchFeed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::random;
use crate::map::find::find_partner;
use crate::map::sources::fetch::{self, Found, Look};
use crate::map::sources::standing::{self, Failure, Marks};
use crate::map::sources::{Source, source};
use crate::store::{Tx, settings};
use crate::sustain::feed::{self, Read};
use crate::sustain::flow::feeds as flow;
use crate::sustain::store::{self, FeedClaim, FeedStanding};

/// A claim lasts longer than a look may take.
const LEASE: Duration = fetch::LONGEST.saturating_add(Duration::from_secs(60));
/// A feed is no larger, in bytes.
const LARGEST: u64 = 5 * 1024 * 1024;

/// A feed that is read.
#[derive(Clone, Debug)]
pub struct One {
    /// Where it is, and how often it is looked at.
    pub source: Source,
    /// Whose launches it tells of, as configured.
    pub partner: String,
}

/// The feeds that are read.
#[derive(Debug, Default)]
pub struct Feeds {
    /// All of them.
    pub all: Vec<One>,
}

impl Feeds {
    /// What is configured.
    ///
    /// # Errors
    /// Says which feed is wrong, and why.
    pub fn new(feeds: &[LaunchFeed]) -> Result<Self> {
        let mut all: Vec<One> = Vec::new();
        for feed in feeds {
            let wrong = |why: String| {
                Error::fault(format!("the configuration cannot be used: the feed {:?}: {why}", feed.name))
            };
            if all.iter().any(|one| one.source.name == feed.name) {
                return Err(wrong("there are two of this name; give each its own".to_owned()));
            }
            if feed.partner.trim().is_empty() {
                return Err(wrong("partner is not set: whose launches it tells of".to_owned()));
            }
            let source = source::feed(feed).map_err(wrong)?;
            all.push(One { source, partner: feed.partner.clone() });
        }
        Ok(Self { all })
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|one| one.source.name.as_str()).collect()
    }
}

/// Notes the feeds that are configured.
pub(in crate::slack::bot) async fn register(bot: &Bot) -> Result<()> {
    if bot.feeds.all.is_empty() {
        return Ok(());
    }
    let mut tx = bot.db.begin().await?;
    for name in bot.feeds.names() {
        store::register_feed(&mut tx, name).await?;
    }
    tx.commit().await
}

/// How the feeds stand, for the list.
pub(super) async fn standings(o: &Occasion<'_>, tx: &mut Tx) -> Result<Vec<(String, Option<FeedStanding>)>> {
    if o.bot.feeds.all.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = store::feed_standings(tx).await?;
    let names = o.bot.feeds.names().into_iter();
    Ok(names.map(|name| (name.to_owned(), known.remove(name))).collect())
}

/// Reads one that is due; `false` when none is.
pub(in crate::slack::bot) async fn next(bot: &Bot) -> Result<bool> {
    let names = bot.feeds.names();
    if names.is_empty() {
        return Ok(false);
    }
    let Some(claim) = store::claim_feed(&bot.db, &names, bot.clock.now(), LEASE).await? else {
        return Ok(false);
    };
    let Some(one) = bot.feeds.all.iter().find(|one| one.source.name == claim.name) else { return Ok(false) };
    let looked = look(bot, one, &claim).await;
    if let Err(failure) = &looked {
        tracing::warn!(feed = claim.name, why = failure.why, "a feed cannot be read");
    }
    settle(bot, one, &claim, looked).await?;
    bot.bell.ring();
    Ok(true)
}

/// What it tells of now; `None` where it is as it was.
async fn look(bot: &Bot, one: &One, claim: &FeedClaim) -> Result<Option<(Read, Marks)>, Failure> {
    let folder = bot.downloads.with_file_name("arrivals");
    let to = folder.join(format!("feed-{}", random(12)));
    std::fs::create_dir_all(&folder).map_err(|e| Failure::passing(format!("It cannot be kept here: {e}")))?;
    let look = Look {
        source: &one.source,
        partner: None,
        marks: Some(&claim.standing.marks),
        refresh_token: None,
        to: &to,
        limit: LARGEST,
    };
    let found = fetch::fetch(&bot.sources.http, &look).await;
    let read = match found {
        Ok(Found::List { marks, .. }) => read_file(bot, &to).await.map(|read| Some((read, marks))),
        Ok(Found::Same(_) | Found::Nothing { .. }) => Ok(None),
        Err(failure) => Err(failure),
    };
    let _ = std::fs::remove_file(&to);
    read
}

async fn read_file(bot: &Bot, path: &std::path::Path) -> Result<Read, Failure> {
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
        feed::read(&bytes, now, &zone).map_err(Failure::lasting)
    });
    work.await.map_err(|e| Failure::passing(e.to_string()))?
}

async fn settle(
    bot: &Bot,
    one: &One,
    claim: &FeedClaim,
    looked: Result<Option<(Read, Marks)>, Failure>,
) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let mut standing = claim.standing.clone();
    let taken = match looked {
        Err(failure) => Err(failure),
        Ok(None) => Ok(None),
        Ok(Some((read, marks))) => {
            take_in(&mut tx, bot, one, &read).await?.map(|result| Some((result, marks)))
        }
    };
    let pause = match taken {
        Ok(found) => {
            flow::mended(&mut tx, now, &claim.name, &mut standing).await?;
            standing.good_at = Some(now);
            if let Some((result, marks)) = found {
                (standing.result, standing.marks) = (Some(result), marks);
            }
            one.source.every
        }
        Err(failure) => {
            flow::failed(&mut tx, now, &claim.name, &mut standing, &failure.why).await?;
            standing::pause(&failure, standing.failures, one.source.every)
        }
    };
    let next = next_look(now, pause);
    if store::settle_feed(&mut tx, claim, &standing, next).await? {
        tx.commit().await
    } else {
        tx.rollback().await
    }
}

fn next_look(now: jiff::Timestamp, pause: SignedDuration) -> jiff::Timestamp {
    now.saturating_add(pause).unwrap_or(now)
}

/// Takes in what was read, in words; or why it cannot be.
async fn take_in(tx: &mut Tx, bot: &Bot, one: &One, read: &Read) -> Result<Result<String, Failure>> {
    let Ok(partner) = find_partner(tx, &one.partner).await? else {
        return Ok(Err(Failure::lasting(format!("There is no partner called {}", one.partner))));
    };
    let new = flow::take_in(tx, bot.clock.now(), &one.source.name, &partner.id, read).await?;
    Ok(Ok(format!("{}, {new} of them new", read.words())))
}
