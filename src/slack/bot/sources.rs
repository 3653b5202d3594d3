//! The part that looks at the sources of lists: a few at a time, each claimed by one process under a lease, with no
//! transaction open while it asks. What it brings, the imports work off.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Zoned;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::super::payload::Action;
use super::{Bot, Occasion, calendars, library, outdated};
use crate::delivery::intake::Handled;
use crate::delivery::wake::Bell;
use crate::failpoint;
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::ImportId;
use crate::kernel::pulse::Pulse;
use crate::map::import::Import;
use crate::map::partner::Partner;
use crate::map::sources::fetch::{self, Found, Http, Look};
use crate::map::sources::flow::{self, Looked};
use crate::map::sources::standing::ReadKind;
use crate::map::sources::store::{self, Claim};
use crate::map::sources::{Failure, Kind, Source, alarm, view};
use crate::map::store as maps;
use crate::store::keys::Keyring;
use crate::store::{Db, Tx, settings};

/// So many sources are looked at at a time.
const AT_ONCE: usize = 4;
/// A claim lasts longer than a look may take.
const LEASE: Duration = fetch::LONGEST.saturating_add(Duration::from_secs(60));
/// Looks for work when nothing wakes it.
const IDLE: Duration = Duration::from_secs(60);

/// The sources that are configured, and what is needed to ask them.
#[derive(Debug, Default)]
pub struct Sources {
    /// All of them.
    pub all: Vec<Source>,
    /// Asks them.
    pub http: Http,
    /// Rung when one may be due.
    pub bell: Bell,
    ring: Option<Arc<Keyring>>,
}

impl Sources {
    /// What is configured.
    ///
    /// # Errors
    /// Crossbeam gives new refresh tokens, and there is no key to seal them with.
    pub fn new(all: Vec<Source>, ring: Option<Keyring>) -> Result<Self> {
        if let Some(source) = all.iter().find(|s| matches!(s.kind, Kind::Crossbeam(_)) && ring.is_none()) {
            return Err(Error::fault(format!(
                "the source {:?} gets new refresh tokens from Crossbeam, and there is no key to seal them with. Run `tandem keys new`",
                source.name
            )));
        }
        Ok(Self { all, ring: ring.map(Arc::new), ..Self::default() })
    }

    fn find(&self, name: &str) -> Option<&Source> {
        self.all.iter().find(|source| source.name == name)
    }

    /// Those that are looked at, by name.
    pub fn fetched(&self) -> Vec<&str> {
        self.all.iter().filter(|s| s.is_fetched()).map(|s| s.name.as_str()).collect()
    }
}

/// Looks at sources until cancelled. A database that fails is waited for.
pub async fn run(bot: Arc<Bot>, pulse: Pulse, stop: CancellationToken) -> Result<()> {
    bot.reads.register(&bot).await?;
    bot.feeds.register(&bot).await?;
    let any = !bot.sources.all.is_empty() || !bot.reads.is_empty() || !bot.feeds.is_empty();
    if matches!(bot.db, Db::Sqlite { .. }) && any {
        store::release_all(&bot.db).await?;
        for kind in [ReadKind::Calendar, ReadKind::Feed] {
            store::reads::release_all(&bot.db, kind).await?;
        }
        // What a process that is gone had begun; on Postgres another may be at it.
        let _ = std::fs::remove_dir_all(folder(&bot)?);
    }
    while !stop.is_cancelled() {
        let worked = pulse.step(Box::pin(work(&bot))).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the sources of lists cannot be looked at; trying again");
            false
        });
        if !worked {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bot.sources.bell.rung() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }
    Ok(())
}

/// Looks at the lists that are due, at a calendar and at a feed; `false` when none is.
async fn work(bot: &Bot) -> Result<bool> {
    let lists = next(bot).await?;
    let calendar = calendars::reading::next(bot).await?;
    let feed = library::feeds::next(bot).await?;
    Ok(lists || calendar || feed)
}

/// Looks at those that are due; `false` when none is.
async fn next(bot: &Bot) -> Result<bool> {
    let names = bot.sources.fetched();
    if names.is_empty() {
        return Ok(false);
    }
    let mut claims = Vec::new();
    while claims.len() < AT_ONCE
        && let Some(claim) = store::claim(&bot.db, &names, bot.clock.now(), LEASE).await?
    {
        claims.push(claim);
    }
    let any = !claims.is_empty();
    let looks: Vec<BoxFuture<'_, Result<()>>> =
        claims.into_iter().map(|claim| Box::pin(look(bot, claim)) as BoxFuture<'_, Result<()>>).collect();
    for outcome in join_all(looks).await {
        outcome?;
    }
    Ok(any)
}

async fn look(bot: &Bot, claim: Claim) -> Result<()> {
    let Some(source) = bot.sources.find(&claim.name) else { return Ok(()) };
    let import = ImportId::random();
    let to = folder(bot)?.join(import.as_str());
    let found = find(bot, source, &claim, &to).await?;
    failpoint!("source.found");
    if let Err(failure) = &found {
        tracing::warn!(source = source.name, why = failure.why, "a source of lists failed");
    }
    let found = found.map(|found| match found {
        None => Looked::Waits,
        Some(Found::Nothing { marks, soon }) => Looked::Nothing { marks, soon },
        Some(Found::Same(marks)) => Looked::Same(marks),
        Some(Found::List { file_name, marks }) => Looked::List { import, file_name, marks },
    });
    keep_refresh_token(bot, source).await?;
    let mut tx = bot.db.begin().await?;
    let handed = flow::looked(&mut tx, bot.clock.now(), source, &claim, found).await;
    let handed = match handed {
        Ok(handed) => {
            failpoint!("source.commit");
            tx.commit().await.map(|()| handed)
        }
        Err(error) => Err(error),
    };
    failpoint!("source.committed");
    if let Ok(Some(import)) = &handed {
        std::fs::create_dir_all(&bot.downloads)?;
        std::fs::rename(&to, super::imports::file_at(bot, import))?;
        failpoint!("source.placed");
        bot.imports.ring();
    } else {
        // Most looks leave no file behind.
        let _ = std::fs::remove_file(&to);
    }
    bot.bell.ring();
    handed.map(drop)
}

/// Asks the source; `None` while its last list is still on its way into the map.
async fn find(
    bot: &Bot,
    source: &Source,
    claim: &Claim,
    to: &Path,
) -> Result<Result<Option<Found>, Failure>> {
    let mut tx = bot.db.read().await?;
    let waits = store::under_way(&mut tx, &source.name).await?.is_some();
    let partner = match &claim.standing.partner {
        Some(id) => maps::partner(&mut tx, id).await?,
        None => None,
    };
    tx.rollback().await?;
    if waits {
        return Ok(Ok(None));
    }
    if source.partner.is_some() && partner.is_none() {
        return Ok(Err(Failure::lasting("Its partner was removed: set partner anew in the configuration")));
    }
    let refresh_token = opened(bot, source, claim.refresh_token.as_deref());
    let look = Look {
        source,
        partner: partner.as_ref().map(|p| p.name.as_str()),
        marks: Some(&claim.standing.marks),
        refresh_token: refresh_token.as_ref(),
        to,
        limit: bot.file_limit,
    };
    Ok(fetch::fetch(&bot.sources.http, &look).await.map(Some))
}

/// Where lists are written before they are an import's.
fn folder(bot: &Bot) -> Result<PathBuf> {
    let folder = bot.downloads.with_file_name("arrivals");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The place that a refresh token is sealed for: of this source, descended from the configured one. Another that is
/// configured makes it worthless.
fn place(source: &Source) -> Option<String> {
    let Kind::Crossbeam(api) = &source.kind else { return None };
    let configured = hex::encode(Sha256::digest(api.refresh_token.expose_secret()));
    Some(format!("list_sources.refresh_token:{}:{configured}", source.name))
}

fn opened(bot: &Bot, source: &Source, sealed: Option<&str>) -> Option<SecretString> {
    bot.sources.ring.as_ref()?.open(&place(source)?, sealed?).ok()
}

/// Stores a refresh token that took the place of another, whatever became of the look: the other is worth nothing now.
async fn keep_refresh_token(bot: &Bot, source: &Source) -> Result<()> {
    let (Some(token), Some(place)) = (bot.sources.http.rotated(&source.name), place(source)) else {
        return Ok(());
    };
    let ring =
        bot.sources.ring.as_ref().ok_or_else(|| Error::fault("a refresh token came, and there is no key"))?;
    let sealed = ring.seal(&place, &token)?;
    let mut tx = bot.db.begin().await?;
    store::keep_refresh_token(&mut tx, &source.name, &sealed).await?;
    tx.commit().await?;
    bot.sources.http.stored(&source.name);
    Ok(())
}

/// Brings the file of an import that is not on this machine: asked for again whole, or as it was posted.
pub(super) async fn bring(bot: &Bot, import: &Import, to: &Path) -> Result<Result<(), Failure>> {
    let name = import.source().unwrap_or_default();
    let mut tx = bot.db.read().await?;
    let posted = store::posted(&mut tx, &import.id).await?;
    let sealed = store::refresh_token(&mut tx, name).await?;
    let standing = store::all(&mut tx).await?.into_iter().find(|(known, _)| known == name).map(|(_, s)| s);
    let partner = match standing.and_then(|s| s.partner) {
        Some(id) => maps::partner(&mut tx, &id).await?,
        None => None,
    };
    tx.rollback().await?;
    if let Some(content) = posted {
        std::fs::create_dir_all(&bot.downloads)?;
        let part = to.with_extension("part");
        std::fs::write(&part, content)?;
        std::fs::rename(&part, to)?;
        return Ok(Ok(()));
    }
    let Some(source) = bot.sources.find(name).filter(|s| s.is_fetched()) else {
        return Ok(Err(Failure::lasting("Its source is no longer configured")));
    };
    let refresh_token = opened(bot, source, sealed.as_deref());
    let came = folder(bot)?.join(import.id.as_str());
    let look = Look {
        source,
        partner: partner.as_ref().map(|p| p.name.as_str()),
        marks: None,
        refresh_token: refresh_token.as_ref(),
        to: &came,
        limit: bot.file_limit,
    };
    let found = fetch::fetch(&bot.sources.http, &look).await;
    keep_refresh_token(bot, source).await?;
    Ok(match found {
        Ok(Found::List { .. } | Found::Same(_)) => {
            std::fs::create_dir_all(&bot.downloads)?;
            std::fs::rename(&came, to)?;
            Ok(())
        }
        Ok(Found::Nothing { .. }) => Err(Failure::passing("The list is no longer there")),
        Err(failure) => Err(failure),
    })
}

/// The lines of the sources that bring a partner's list, and the names of those that can be fetched.
pub(super) async fn of_partner(
    bot: &Bot,
    tx: &mut Tx,
    partner: &Partner,
    now: &Zoned,
) -> Result<(Vec<String>, Vec<String>)> {
    let of = alarm::lines_of(tx, &bot.sources.all, partner, now).await?;
    let fetched = of.iter().filter(|(source, _)| source.is_fetched());
    let fetched = fetched.map(|(source, _)| source.name.clone()).collect();
    Ok((of.into_iter().map(|(_, line)| line).collect(), fetched))
}

/// **Fetch now**: the source is due at once, whenever it would be looked at otherwise.
pub(super) async fn click(o: &Occasion<'_>, verb: &str, clicked: &Action) -> Result<Handled> {
    if verb != "fetch" {
        return Err(outdated());
    }
    let Some(source) = o.bot.sources.find(&clicked.value).filter(|s| s.is_fetched()) else {
        return Err(Error::user("That source is no longer configured. `/partner status` shows the others."));
    };
    let mut tx = o.begin().await?;
    let standing = store::take(&mut tx, &source.name).await?;
    o.actor.require(Right::Triage, standing.as_ref().and_then(|s| s.partner.as_ref()))?;
    let asked = flow::ask_now(&mut tx, o.now, &o.actor.user, source).await?;
    let intake = settings::load(&mut tx).await?.intake_channel;
    o.send(&mut tx, &o.privately(Message::text(view::asked(&source.name, asked, intake.as_ref())))).await?;
    let handled = o.finish(tx).await;
    o.bot.sources.bell.ring();
    handled
}
