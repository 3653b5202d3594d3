//! Composes the parts and supervises them.
//!
//! A part that ends before it was asked to, or with an error, takes the process down with a non-zero exit code: a
//! supervisor outside starts it again, and nothing that was acknowledged is lost.

mod entry;
mod watchdog;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Mode};
use crate::delivery::dispatch::Dispatch;
use crate::delivery::inbox::Inbox;
use crate::delivery::intake::Intake;
use crate::delivery::outbox::Bell;
use crate::delivery::{inbox, outbox, wake};
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::meters::Meters;
use crate::kernel::pulse::Pulse;
use crate::map::intake::message;
use crate::slack::bot::{Bot, SlackCarrier, Watch, imports, standstill};
use crate::slack::client::{Client, ClientConfig};
use crate::slack::front::Front;
use crate::slack::socket::SocketConfig;
use crate::slack::verify::Verifier;
use crate::slack::{http, oauth, socket};
use crate::store::Db;
use crate::sustain::relevance;
use crate::web::{self, Health};
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
    parts: JoinSet<(&'static str, Result<()>)>,
    stop: CancellationToken,
}

impl App {
    /// Opens the database, greets Slack and starts every part.
    pub async fn start(config: &Config, clock: Clock) -> Result<Self> {
        let db = open(config).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|e| Error::caused(format!("cannot listen on {}", config.listen), e))?;
        Self::start_with(config, clock, db, listener).await
    }

    /// The same with a database and a listener that are there already.
    pub async fn start_with(config: &Config, clock: Clock, db: Db, listener: TcpListener) -> Result<Self> {
        let relevance = relevance::Settings::with_levels(&config.relevance.levels)
            .map_err(|e| Error::fault(format!("the configuration cannot be used: relevance.levels: {e}")))?;
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
        let (inbox, committer) = Inbox::start(db.clone(), clock.clone());
        let downloads = config.data_dir.join("downloads");
        let bot = Arc::new(Bot {
            db: db.clone(),
            clock: clock.clone(),
            inbox: inbox.clone(),
            bell: Bell::default(),
            client: client.clone(),
            identity,
            news: keeper.news.clone(),
            downloads,
            file_limit: config.limits.file_megabytes.saturating_mul(1024 * 1024),
            imports: Bell::default(),
            keep: config.delivery.clone(),
            relevance,
        });
        let address = listener.local_addr()?;
        let mut app = Self { address, bot: bot.clone(), parts: JoinSet::new(), stop: stop.clone() };
        let mut watchdog = Watchdog::new(config.patience(), meters.clone(), stop.clone());
        watchdog.watch(inbox.pulse());
        app.part(
            "committer",
            async move { committer.await.map_err(|e| Error::caused("the committer ended", e)) },
        );
        for (name, urgent) in [("urgent worker", true), ("worker", false)] {
            let pulse = watchdog.pulse(name);
            let intake = Arc::new(Intake {
                urgent,
                db: db.clone(),
                clock: clock.clone(),
                inbox: inbox.clone(),
                handler: bot.clone(),
                lease: config.lease(),
                pulse: pulse.clone(),
            });
            app.part(name, watchdog.keep(&pulse, move |stop| intake.clone().run(stop)));
        }
        let pulse = watchdog.pulse("outbox");
        let dispatch = Arc::new(Dispatch {
            db: db.clone(),
            clock: clock.clone(),
            bell: bot.bell.clone(),
            carrier: Arc::new(SlackCarrier(client.clone())),
            oversight: Arc::new(Watch { bot: bot.clone() }),
            lease: config.lease(),
            pulse: pulse.clone(),
        });
        // Beside the rest, and never waited for.
        drop(tokio::task::spawn_blocking(message::warm_up));
        app.part("outbox", watchdog.keep(&pulse, move |stop| dispatch.clone().run(stop)));
        if let Db::Postgres(pool) = &db {
            app.part("wake-up", wake::run(pool.clone(), inbox, bot.bell.clone(), stop.clone()));
        }
        // A large spreadsheet is read for long before its first row is there.
        let pulse = Pulse::new("imports", config.patience() * 12);
        let (at, beat) = (bot.clone(), pulse.clone());
        app.part("imports", watchdog.keep(&pulse, move |stop| imports::run(at.clone(), beat.clone(), stop)));
        let pulse = watchdog.pulse("scheduler");
        let (at, beat) = (bot.clone(), pulse.clone());
        app.part("scheduler", watchdog.keep(&pulse, move |stop| schedule(at.clone(), beat.clone(), stop)));
        app.part("token", keeper.clone().run(bot.bell.clone(), stop.clone()));
        let front = Front::new(bot.clone(), clock.clone(), meters.clone());
        let tally = front.tally().clone();
        let mut routes = Router::new();
        match config.slack.mode {
            Mode::Http => {
                let secret = config
                    .slack
                    .signing_secret
                    .clone()
                    .ok_or_else(|| Error::fault("slack.signing_secret is not set"))?;
                routes = routes.merge(http::router(front, Verifier::new(&secret, clock.clone())));
                if let Some(credentials) = keeper.credentials.clone() {
                    routes = routes.merge(oauth::router(keeper, credentials));
                }
            }
            Mode::Socket => {
                let config = SocketConfig::default();
                watchdog.watch(&config.pulse);
                app.part("socket mode", socket_mode(client, front, config, stop.clone()));
            }
        }
        let health = Health { db, clock, meters, pulses: watchdog.pulses(), tally };
        routes = routes.merge(health.routes());
        app.part(
            "watchdog",
            watchdog.run(move |parts| {
                let bot = bot.clone();
                async move { standstill::tell(&bot, &parts).await }
            }),
        );
        app.part("web server", web::serve(listener, routes, stop));
        Ok(app)
    }

    fn part(&mut self, name: &'static str, work: impl Future<Output = Result<()>> + Send + 'static) {
        self.parts.spawn(async move { (name, work.await) });
    }

    /// Asks every part to finish; [`App::wait`] then returns.
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Returns when every part has ended: `Ok` after a stop that was asked for, the first fault otherwise.
    pub async fn wait(mut self) -> Result<()> {
        let mut outcome = Ok(());
        let db = self.bot.db.clone();
        while let Some(ended) = self.parts.join_next().await {
            let asked = self.stop.is_cancelled();
            let fault = match ended {
                Ok((name, Err(error))) => Some(Error::fault(format!("{name}: {error}"))),
                Ok((name, Ok(()))) if !asked => Some(Error::fault(format!("{name} ended by itself"))),
                Ok(_) => None,
                // Cut off by ourselves after everything else had ended.
                Err(cancelled) if cancelled.is_cancelled() => None,
                Err(panic) => Some(Error::caused("a part panicked", panic)),
            };
            if let Some(fault) = fault {
                tracing::error!(%fault, "stopping");
                if outcome.is_ok() {
                    outcome = Err(fault);
                }
            }
            if !asked {
                self.stop.cancel();
            }
            if self.stop.is_cancelled() && !self.drained().await {
                tracing::warn!("some work did not finish in time; it is taken up at the next start");
                self.parts.shutdown().await;
            }
        }
        db.close().await;
        outcome
    }

    /// Waits for the rest within the grace period. The committer ends last: when nobody can hand it anything any more.
    async fn drained(&mut self) -> bool {
        let end = tokio::time::Instant::now() + GRACE;
        while self.parts.len() > 1 {
            match tokio::time::timeout_at(end, self.parts.join_next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        self.parts.abort_all();
        true
    }
}

/// Opens the database that the configuration names.
pub async fn open(config: &Config) -> Result<Db> {
    match &config.database_url {
        Some(url) => Db::open_postgres(url.expose_secret()).await,
        None => Db::open_sqlite(&config.sqlite_file(), config.sqlite.synchronous).await,
    }
}

/// Opens the same database for a short change, beside a process that runs.
pub async fn visit(config: &Config) -> Result<Db> {
    match &config.database_url {
        Some(url) => Db::open_postgres(url.expose_secret()).await,
        None => Db::visit_sqlite(&config.sqlite_file()).await,
    }
}

/// Opens the same database to look and not to touch, beside a process that runs.
pub async fn inspect(config: &Config) -> Result<Db> {
    match &config.database_url {
        Some(url) => Db::open_postgres(url.expose_secret()).await,
        None => Db::inspect_sqlite(&config.sqlite_file()).await,
    }
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
        bot.client.meters().late(milliseconds(now() - due));
        due = now() - now().rem_euclid(ROUND_MS) + ROUND_MS;
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
