//! Composes the parts and supervises them.
//!
//! A part that ends before it was asked to, or with an error, takes the process down with a non-zero exit code: a
//! supervisor outside starts it again, and nothing that was acknowledged is lost.

mod calendars;
mod entry;
mod watchdog;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Mode};
use crate::delivery::dispatch::Dispatch;
use crate::delivery::inbox::Inbox;
use crate::delivery::intake::Intake;
use crate::delivery::wake::Bell;
use crate::delivery::{inbox, outbox, wake};
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::meters::Meters;
use crate::kernel::pulse::Pulse;
use crate::map::sources::{configured, flow};
use crate::slack::bot::reads::Reads;
use crate::slack::bot::sources::{self, Sources};
use crate::slack::bot::{Bot, SlackCarrier, Watch, imports, standstill};
use crate::slack::client::{Client, ClientConfig};
use crate::slack::front::Front;
use crate::slack::socket::SocketConfig;
use crate::slack::tokens::Keeper;
use crate::slack::verify::Verifier;
use crate::slack::{http, oauth, socket};
use crate::store::keys::Keyring;
use crate::store::{Db, backup, schema};
use crate::sustain::{relevance, template};
use crate::web::{self, Health, hooks, pages};
use watchdog::Watchdog;

/// What is due comes at full minutes; that is when the scheduler looks at the clock.
const ROUND_MS: i64 = 60_000;
/// How long parts may take to finish what is under way.
const GRACE: Duration = Duration::from_secs(20);

/// A running Tandem.
#[derive(Debug)]
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    /// The bot, for whoever embeds the app: the demo and the tests.
    pub bot: Arc<Bot>,
    parts: JoinSet<Part>,
    committer: JoinHandle<()>,
    stop: CancellationToken,
}

/// A part that has ended: its name, and how.
type Part = (&'static str, Result<()>);

impl App {
    /// Opens the database, greets Slack and starts every part.
    pub async fn start(config: &Config, clock: Clock) -> Result<Self> {
        let db = open(config).await?;
        refuse_backup(config, &db).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|e| Error::caused(format!("cannot listen on {}", config.listen), e))?;
        Self::start_with(config, clock, db, listener).await
    }

    /// The same with a database and a listener that are there already.
    pub async fn start_with(config: &Config, clock: Clock, db: Db, listener: TcpListener) -> Result<Self> {
        let relevance = relevance::Settings::with_levels(&config.relevance.levels)
            .map_err(|e| Error::fault(format!("the configuration cannot be used: relevance.levels: {e}")))?;
        let texts = template::Folder::read(config.templates_folder.as_deref());
        for bad in &texts.bad {
            tracing::error!(file = %bad.file.display(), line = bad.line, reason = bad.reason, "a text is not used");
        }
        let calendars = calendars::calendars(&config.working_days)?;
        let reads = Reads::calendars(&config.calendars)?;
        let feeds = Reads::feeds(&config.feeds)?;
        let stop = CancellationToken::new();
        let meters = Meters::new(config.slack.mode == Mode::Socket);
        let client = Arc::new(client(config, meters.clone())?);
        let keeper = entry::keeper(config, &db, &clock, &client)?;
        let (identity, listener) = entry::enter(config, &keeper, listener).await?;
        tracing::info!(team = identity.team, database = db.name(), "connected to Slack");
        if matches!(db, Db::Sqlite { .. }) {
            inbox::release_all(&db).await?;
            outbox::release_all(&db).await?;
        }
        let sources = sources(config, &db, &clock).await?;
        let (inbox, committer) = Inbox::start(db.clone(), clock.clone());
        let downloads = config.data_dir.join("downloads");
        let bot = Arc::new(Bot {
            db,
            clock,
            inbox: inbox.clone(),
            bell: Bell::default(),
            client,
            identity,
            news: keeper.news.clone(),
            downloads,
            file_limit: config.limits.file_megabytes.saturating_mul(1024 * 1024),
            imports: Bell::default(),
            sources,
            delivery: config.delivery.clone(),
            relevance,
            texts,
            mapping: config.account_map.clone(),
            agendas: config.agendas.clone(),
            calendars,
            reads,
            feeds,
            aliases: config.lists.aliases.clone(),
            pages: config.pages.clone(),
        });
        let hooks = hooks::router(bot.clone())
            .merge(pages::router(bot.clone()))
            .merge(web::calendars::router(bot.clone()));
        let address = listener.local_addr()?;
        let mut app = Self { address, bot, parts: JoinSet::new(), committer, stop: stop.clone() };
        let mut watchdog = Watchdog::new(config.patience(), meters.clone(), stop);
        watchdog.watch(inbox.pulse());
        app.workers(config, &mut watchdog);
        app.part("token", keeper.clone().run(app.bot.bell.clone(), app.stop.clone()));
        let routes = app.ways_in(config, keeper, &meters, &mut watchdog)?.merge(hooks);
        app.watch(watchdog, meters, listener, routes);
        Ok(app)
    }

    /// What works off the inbox and the outbox, reads lists and does what is due.
    fn workers(&mut self, config: &Config, watchdog: &mut Watchdog) {
        let bot = self.bot.clone();
        for (name, urgent) in [("urgent worker", true), ("worker", false)] {
            let pulse = watchdog.pulse(name);
            let intake = Arc::new(Intake {
                urgent,
                db: bot.db.clone(),
                clock: bot.clock.clone(),
                inbox: bot.inbox.clone(),
                bell: bot.bell.clone(),
                handler: bot.clone(),
                lease: config.lease(),
                pulse: pulse.clone(),
            });
            self.part(name, watchdog.keep(&pulse, move |stop| intake.clone().run(stop)));
        }
        let pulse = watchdog.pulse("outbox");
        let dispatch = Arc::new(Dispatch {
            db: bot.db.clone(),
            clock: bot.clock.clone(),
            bell: bot.bell.clone(),
            carrier: Arc::new(SlackCarrier(bot.clone())),
            oversight: Arc::new(Watch { bot: bot.clone() }),
            lease: config.lease(),
            doubt: config.doubt(),
            pulse: pulse.clone(),
        });
        self.part("outbox", watchdog.keep(&pulse, move |stop| dispatch.clone().run(stop)));
        if let Db::Postgres(pool) = &bot.db {
            let listening = wake::run(pool.clone(), bot.inbox.clone(), bot.bell.clone(), self.stop.clone());
            self.part("wake-up", listening);
        }
        // A large spreadsheet is read for long before its first row is there.
        let pulse = Pulse::new("imports", config.patience() * 12);
        let (at, beat) = (bot.clone(), pulse.clone());
        self.part("imports", watchdog.keep(&pulse, move |stop| imports::run(at.clone(), beat.clone(), stop)));
        // A list that is long in coming says that it gets on.
        let pulse = Pulse::new("sources", config.patience() * 12);
        let (at, beat) = (bot.clone(), pulse.clone());
        self.part("sources", watchdog.keep(&pulse, move |stop| sources::run(at.clone(), beat.clone(), stop)));
        let pulse = watchdog.pulse("scheduler");
        let (at, beat) = (bot, pulse.clone());
        self.part("scheduler", watchdog.keep(&pulse, move |stop| schedule(at.clone(), beat.clone(), stop)));
    }

    /// How Slack reaches us: the routes for it, or Socket Mode and no routes.
    fn ways_in(
        &mut self,
        config: &Config,
        keeper: Keeper,
        meters: &Meters,
        watchdog: &mut Watchdog,
    ) -> Result<Router> {
        let front = Front::new(self.bot.clone(), meters.clone());
        if config.slack.mode == Mode::Socket {
            let config = SocketConfig::new(config.patience());
            watchdog.watch(&config.pulse);
            self.part("socket mode", socket_mode(self.bot.client.clone(), front, config, self.stop.clone()));
            return Ok(Router::new());
        }
        let secret = config.slack.signing_secret.as_ref();
        let secret = secret.ok_or_else(|| Error::fault("slack.signing_secret is not set"))?;
        let routes = http::router(front, Verifier::new(secret, self.bot.clock.clone()));
        Ok(match keeper.credentials.clone() {
            Some(credentials) => routes.merge(oauth::router(keeper, credentials)),
            None => routes,
        })
    }

    /// What looks at the other parts, from inside and from outside.
    fn watch(&mut self, watchdog: Watchdog, meters: Meters, listener: TcpListener, routes: Router) {
        let bot = self.bot.clone();
        let (db, clock) = (bot.db.clone(), bot.clock.clone());
        let health = Health { db, clock, meters, pulses: watchdog.pulses() };
        let work = watchdog.run(move |parts| {
            let bot = bot.clone();
            async move { standstill::tell(&bot, &parts).await }
        });
        self.part("watchdog", work);
        self.part("web server", web::serve(listener, routes.merge(health.routes()), self.stop.clone()));
    }

    fn part(&mut self, name: &'static str, work: impl Future<Output = Result<()>> + Send + 'static) {
        self.parts.spawn(async move { (name, work.await) });
    }

    /// Asks every part to finish; [`App::wait`] then returns.
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Returns when every part has ended: `Ok` after a stop that was asked for, the first fault otherwise.
    pub async fn wait(self) -> Result<()> {
        let outcome = supervise(self.parts, self.committer, &self.stop, GRACE).await;
        self.bot.db.close().await;
        outcome
    }
}

/// Waits for every part. When one ends before it was asked to, the others are asked to; those that take longer than
/// `grace` are cut off. The committer is stopped last: when nobody can hand it anything any more.
async fn supervise(
    mut parts: JoinSet<Part>,
    mut committer: JoinHandle<()>,
    stop: &CancellationToken,
    grace: Duration,
) -> Result<()> {
    let mut outcome = Ok(());
    let mut note = |fault: Error| {
        tracing::error!(%fault, "stopping");
        if outcome.is_ok() {
            outcome = Err(fault);
        }
        stop.cancel();
    };
    let mut commits = true;
    let cut_off = async {
        stop.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::pin!(cut_off);
    loop {
        tokio::select! {
            ended = parts.join_next() => match ended {
                None => break,
                Some(Ok((name, Err(error)))) => note(Error::fault(format!("{name}: {error}"))),
                Some(Ok((name, Ok(())))) if !stop.is_cancelled() => {
                    note(Error::fault(format!("{name} ended by itself")));
                }
                Some(Ok(_)) => {}
                Some(Err(panic)) => note(Error::caused("a part panicked", panic)),
            },
            ended = &mut committer, if commits => {
                commits = false;
                let why = ended.map_or_else(|e| e.to_string(), |()| "it ended by itself".to_owned());
                note(Error::fault(format!("committer: {why}")));
            }
            () = &mut cut_off => {
                tracing::warn!("some work did not finish in time; it is taken up at the next start");
                parts.shutdown().await;
                break;
            }
        }
    }
    committer.abort();
    outcome
}

/// Opens the database that the configuration names.
pub async fn open(config: &Config) -> Result<Db> {
    match &config.database_url {
        Some(url) => Db::open_postgres(url.expose_secret(), config.postgres.connections).await,
        None => Db::open_sqlite(&config.sqlite_file(), config.sqlite.synchronous).await,
    }
}

/// A backup that was put in place with the tools of the operating system would send again what was sent since.
async fn refuse_backup(config: &Config, db: &Db) -> Result<()> {
    let mut tx = db.read().await?;
    let taken = backup::is_of(&mut tx).await?;
    tx.rollback().await?;
    let Some(taken) = taken else { return Ok(()) };
    Err(Error::fault(format!(
        "{} is {}: what it left unfinished may have been done since. Run `tandem restore --loaded` once, which marks that, and start again",
        config.sqlite_file().display(),
        backup::name(taken)
    )))
}

/// Opens the same database for a short change, beside a process that runs. The schema is taken as it is.
pub async fn visit(config: &Config) -> Result<Db> {
    let db = match &config.database_url {
        Some(url) => Db::visit_postgres(url.expose_secret(), config.postgres.connections).await?,
        None => Db::visit_sqlite(&config.sqlite_file()).await?,
    };
    schema::check(&db).await?;
    Ok(db)
}

/// Opens the same database to look and not to touch, beside a process that runs.
pub async fn inspect(config: &Config) -> Result<Db> {
    let db = match &config.database_url {
        Some(url) => Db::visit_postgres(url.expose_secret(), config.postgres.connections).await?,
        None => Db::inspect_sqlite(&config.sqlite_file()).await?,
    };
    schema::check(&db).await?;
    Ok(db)
}

/// The sources of lists, once their partners are known.
async fn sources(config: &Config, db: &Db, clock: &Clock) -> Result<Sources> {
    let all = configured(&config.sources)?;
    let mut tx = db.begin().await?;
    flow::register(&mut tx, clock.now(), &all).await?;
    tx.commit().await?;
    let ring = if all.is_empty() { None } else { Keyring::load(config.keys())? };
    Sources::new(all, ring)
}

fn client(config: &Config, meters: Meters) -> Result<Client> {
    let bot_token = config.slack.bot_token.clone().unwrap_or_else(|| SecretString::from(String::new()));
    Client::new(ClientConfig {
        api_url: config.slack.api_url.clone(),
        bot_token,
        app_token: config.slack.app_token.clone(),
        timeout: config.slack_timeout(),
        pace: Duration::from_millis(config.slack.message_interval_ms),
        meters,
    })
    .map_err(|e| Error::caused("the Slack client", e))
}

async fn schedule(bot: Arc<Bot>, pulse: Pulse, stop: CancellationToken) -> Result<()> {
    let now = || bot.clock.now().as_millisecond();
    let mut due = now();
    while !stop.is_cancelled() {
        let late = milliseconds(now() - due);
        due = now() - now().rem_euclid(ROUND_MS) + ROUND_MS;
        bot.client.meters().late(late, due);
        // What is due is derived from the state, so a round that failed is made up for by the next.
        if let Err(error) = pulse.step(bot.rounds()).await {
            tracing::error!(%error, "a round of the scheduler failed; the next one makes up for it");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = bot.clock.moved() => due = now(),
            // Whatever the clock says: it may have been set back.
            () = tokio::time::sleep(milliseconds((due - now()).min(ROUND_MS))) => {}
        }
    }
    Ok(())
}

/// Nothing, where it is less than nothing.
fn milliseconds(n: i64) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap_or(0))
}

async fn socket_mode(
    client: Arc<Client>,
    front: Front<Bot>,
    config: SocketConfig,
    stop: CancellationToken,
) -> Result<()> {
    socket::run((*client).clone(), front, config, stop).await.map_err(|e| Error::caused("Socket Mode", e))
}

#[cfg(test)]
mod tests;
