//! Composes the parts and supervises them.
//!
//! A part that ends before it was asked to, or with an error, takes the process down with a non-zero exit code: a
//! supervisor outside starts it again, and nothing that was acknowledged is lost.

mod entry;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

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
use crate::map::intake::message;
use crate::slack::bot::imports;
use crate::slack::bot::{Bot, SlackCarrier, Watch};
use crate::slack::client::{Client, ClientConfig};
use crate::slack::front::Front;
use crate::slack::socket::SocketConfig;
use crate::slack::verify::Verifier;
use crate::slack::{http, oauth, socket};
use crate::store::Db;
use crate::sustain::relevance;
use crate::web;

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
        let client = Arc::new(client(config)?);
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
        app.part(
            "committer",
            async move { committer.await.map_err(|e| Error::caused("the committer ended", e)) },
        );
        for (name, urgent) in [("urgent worker", true), ("worker", false)] {
            let intake = Intake {
                urgent,
                db: db.clone(),
                clock: clock.clone(),
                inbox: inbox.clone(),
                handler: bot.clone(),
                lease: config.lease(),
            };
            app.part(name, Arc::new(intake).run(stop.clone()));
        }
        let dispatch = Dispatch {
            db: db.clone(),
            clock: clock.clone(),
            bell: bot.bell.clone(),
            carrier: Arc::new(SlackCarrier(bot.clone())),
            oversight: Arc::new(Watch { bot: bot.clone() }),
            lease: config.lease(),
        };
        // Beside the rest, and never waited for.
        drop(tokio::task::spawn_blocking(message::warm_up));
        app.part("outbox", Arc::new(dispatch).run(stop.clone()));
        if let Db::Postgres(pool) = &db {
            app.part("wake-up", wake::run(pool.clone(), inbox, bot.bell.clone(), stop.clone()));
        }
        app.part("imports", imports::run(bot.clone(), stop.clone()));
        app.part("scheduler", schedule(bot.clone(), stop.clone()));
        app.part("token", keeper.clone().run(bot.bell.clone(), stop.clone()));
        let front = Front::new(bot.clone(), clock.clone());
        let mut routes = web::health(db);
        match config.slack.mode {
            Mode::Http => {
                let secret = config
                    .slack
                    .signing_secret
                    .clone()
                    .ok_or_else(|| Error::fault("slack.signing_secret is not set"))?;
                routes = routes.merge(http::router(front, Verifier::new(&secret, clock)));
                if let Some(credentials) = keeper.credentials.clone() {
                    routes = routes.merge(oauth::router(keeper, credentials));
                }
            }
            Mode::Socket => app.part("socket mode", socket_mode(client, front, stop.clone())),
        }
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

fn client(config: &Config) -> Result<Client> {
    let bot_token = config.slack.bot_token.clone().unwrap_or_else(|| SecretString::from(String::new()));
    Client::new(ClientConfig {
        api_url: config.slack.api_url.clone(),
        bot_token,
        app_token: config.slack.app_token.clone(),
        timeout: config.slack_timeout(),
        pace: Duration::from_millis(config.slack.message_interval_ms),
    })
    .map_err(|e| Error::caused("the Slack client", e))
}

async fn schedule(bot: Arc<Bot>, stop: CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        // What is due is derived from the state, so a round that failed is made up for by the next.
        if let Err(error) = bot.rounds().await {
            tracing::error!(%error, "a round of the scheduler failed; the next one makes up for it");
        }
        let into_the_minute = bot.clock.now().as_millisecond().rem_euclid(ROUND_MS);
        let wait = Duration::from_millis(u64::try_from(ROUND_MS - into_the_minute).unwrap_or(60_000));
        tokio::select! {
            () = stop.cancelled() => {}
            () = bot.clock.moved() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(())
}

async fn socket_mode(client: Arc<Client>, front: Front<Bot>, stop: CancellationToken) -> Result<()> {
    socket::run((*client).clone(), front, SocketConfig::default(), stop)
        .await
        .map_err(|e| Error::caused("Socket Mode", e))
}
