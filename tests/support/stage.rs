//! A stage: the real app against a sandbox workspace, on either database, with a clock that can be moved.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tandem::app::App;
use tandem::config::{Config, Mode};
use tandem::delivery::outbox::{Destination, Outgoing};
use tandem::delivery::{backlog, inbox, outbox};
use tandem::kernel::actor::Role;
use tandem::kernel::blocks::{self, Message};
use tandem::kernel::clock::Clock;
use tandem::kernel::ids::{PartnerId, UserId};
use tandem::map::partner::Partner;
use tandem::map::store as map;
use tandem::sandbox::{Options, Person, Refusal, Sandbox, Surface, World};
use tandem::store::settings::{self, DigestTime, Workspace};
use tandem::store::{Db, Synchronous, keys, people};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::install;
use super::postgres::{self, CONNECTIONS, TestDatabase};

pub const INTAKE: &str = "C0OVERLAPS";
pub const OPS: &str = "C0PARTNEROPS";
pub const SHARED: &str = "C0NORTHWIND";
pub const MAYA: &str = "U0MAYA";
pub const OMAR: &str = "U0OMAR";
pub const ALEX: &str = "U0ALEX";
pub const EVE: &str = "U0EVE";
pub const SAM: &str = "U0SAM";

/// Wednesday 4 March 2026, 10:00 in Stockholm.
pub const START: &str = "2026-03-04T09:00:00Z";

/// Between two looks at whether all is done. Looks take the time of those who work.
const LOOK_AGAIN: Duration = Duration::from_millis(8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// How Slack reaches the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayIn {
    Http,
    Socket,
}

pub struct Stage {
    pub sandbox: Sandbox,
    pub clock: Clock,
    pub db: Db,
    pub bot: std::sync::Arc<tandem::slack::bot::Bot>,
    pub folder: TempDir,
    pub config: Config,
    /// Where the app listens.
    pub url: String,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<Result<(), String>>,
    postgres: Option<TestDatabase>,
}

/// A further replica of the app on the stage's Postgres.
pub struct Replica {
    pub bot: std::sync::Arc<tandem::slack::bot::Bot>,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<Result<(), String>>,
}

impl Replica {
    pub async fn end(self) {
        self.stop.cancel();
        let Self { bot, running, .. } = self;
        drop(bot);
        running.await.unwrap().unwrap();
    }
}

/// A SQLite file with the schema, made once a process: every stage begins with a copy.
async fn migrated() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    FILE.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tandem.db");
        Db::open_sqlite(&file, Synchronous::Normal).await.unwrap().close().await;
        std::fs::read(&file).unwrap()
    })
    .await
}

impl Stage {
    /// `None` when this database is not to be had; the reason was printed by name.
    pub async fn on(backend: Backend, way_in: WayIn) -> Option<Self> {
        Self::start(backend, way_in, None, |_| {}, World::meridian()).await
    }

    /// In another world.
    pub async fn in_world(backend: Backend, world: World) -> Option<Self> {
        Self::start(backend, WayIn::Http, None, |_| {}, world).await
    }

    /// The same with other settings.
    pub async fn with(backend: Backend, way_in: WayIn, settings: impl FnOnce(&mut Config)) -> Option<Self> {
        Self::start(backend, way_in, None, settings, World::meridian()).await
    }

    /// Started without a token, and installed through Slack's pages; with `renewed`, its tokens end after twelve hours.
    pub async fn installed(backend: Backend, renewed: bool) -> Option<Self> {
        Self::start(backend, WayIn::Http, Some(renewed), |_| {}, World::meridian()).await
    }

    async fn start(
        backend: Backend,
        way_in: WayIn,
        install: Option<bool>,
        settings: impl FnOnce(&mut Config),
        world: World,
    ) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let postgres = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(postgres::database().await?),
        };
        let clock = Clock::starting_at(START.parse().unwrap());
        let mut options = Options { world, ..Options::new(clock.clone()) };
        options.retry_delays = vec![Duration::ZERO, Duration::from_millis(20), Duration::from_millis(50)];
        let sandbox = Sandbox::start(options.clone()).await.unwrap();
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.postgres.connections = CONNECTIONS;
        config.slack.mode = if way_in == WayIn::Http { Mode::Http } else { Mode::Socket };
        config.slack.api_url = sandbox.api_url();
        config.slack.bot_token = Some(options.bot_token.into());
        config.slack.app_token = Some(options.app_token.into());
        config.slack.signing_secret = Some(options.signing_secret.into());
        config.slack.message_interval_ms = 0;
        config.delivery.doubt_seconds = 0;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        config.pages.url = Some(url.clone());
        settings(&mut config);
        let db = match &postgres {
            Some(database) => Db::open_postgres(&database.url, config.postgres.connections).await.unwrap(),
            None => {
                let file = folder.path().join("tandem.db");
                std::fs::write(&file, migrated().await).unwrap();
                Db::open_sqlite(&file, Synchronous::Normal).await.unwrap()
            }
        };
        if install.is_some() {
            config.slack.bot_token = None;
            config.slack.client_id = Some(options.client_id);
            config.slack.client_secret = Some(options.client_secret.into());
            keys::create(&config.key_file()).unwrap();
        }
        // A source of lists or a feed names its partner, which must be there.
        let early = !config.sources.is_empty() || !config.feeds.is_empty();
        if early {
            set_up(&db, &clock).await;
        }
        let starting = App::start_with(&config, clock.clone(), db.clone(), listener);
        let app = match install {
            None => starting.await,
            Some(renewed) => {
                sandbox.renew_tokens(renewed);
                sandbox.connect_http(&url);
                tokio::join!(starting, install::through_slacks_pages(&url)).0
            }
        };
        let app = app.unwrap();
        match way_in {
            WayIn::Http => sandbox.connect_http(&format!("http://{}", app.address)),
            WayIn::Socket => sandbox.socket_connected(1).await,
        }
        let (bot, stop) = (app.bot.clone(), app.stopper());
        let running = tokio::spawn(async move { app.wait().await.map_err(|e| e.to_string()) });
        let stage = Self { sandbox, clock, db, bot, folder, config, url, stop, running, postgres };
        if !early {
            set_up(&stage.db, &stage.clock).await;
        }
        Some(stage)
    }

    /// Where its Postgres is; `None` on SQLite.
    pub fn postgres_url(&self) -> Option<&str> {
        self.postgres.as_ref().map(|database| database.url.as_str())
    }

    /// Starts another replica; `None` on SQLite, which takes one process.
    pub async fn replica(&self) -> Option<Replica> {
        let db =
            Db::open_postgres(&self.postgres.as_ref()?.url, self.config.postgres.connections).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = App::start_with(&self.config, self.clock.clone(), db, listener).await.unwrap();
        let (bot, stop) = (app.bot.clone(), app.stopper());
        let running = tokio::spawn(async move { app.wait().await.map_err(|e| e.to_string()) });
        Some(Replica { bot, stop, running })
    }

    /// Where the stage's Postgres is.
    pub fn database_url(&self) -> Option<String> {
        self.postgres.as_ref().map(|database| database.url.clone())
    }

    pub fn person(&self, id: &str) -> Person {
        self.sandbox.person(id)
    }

    /// Returns when everything that came in is handled and everything that goes out is sent.
    pub async fn settle(&self) {
        let end = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            self.sandbox.settled().await;
            let mut tx = self.db.read().await.unwrap();
            let left = backlog::under_way(&mut tx).await.unwrap();
            tx.rollback().await.unwrap();
            if left == 0 {
                return;
            }
            assert!(tokio::time::Instant::now() < end, "{left} still wait");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Returns when no import has work left, and settles.
    pub async fn imports(&self) {
        let end = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let mut tx = self.db.read().await.unwrap();
            let work = tandem::map::import::store::at_work(&mut tx).await.unwrap();
            tx.rollback().await.unwrap();
            if work == 0 {
                return self.settle().await;
            }
            assert!(tokio::time::Instant::now() < end, "{work} imports do not end");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Returns when every source that is due was looked at and what it brought is imported, and settles.
    pub async fn sources(&self) {
        let end = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let mut tx = self.db.read().await.unwrap();
            let names = self.bot.sources.fetched();
            let work = tandem::map::sources::store::at_work(&mut tx, &names, self.clock.now()).await.unwrap();
            tx.rollback().await.unwrap();
            if work == 0 {
                return self.imports().await;
            }
            assert!(tokio::time::Instant::now() < end, "{work} sources are still looked at");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Moves the clock and lets the scheduler do what is due.
    pub async fn advance_to(&self, at: &str) {
        let at: Timestamp = at.parse().unwrap();
        assert!(self.clock.advance_to(at), "time goes forward");
        self.bot.rounds().await.unwrap();
        self.settle().await;
    }

    /// The texts of a channel's messages and thread replies, in order.
    pub fn texts(&self, channel: &str) -> Vec<String> {
        self.sandbox.messages(channel).iter().map(text).collect()
    }

    /// The replies under a message.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<String> {
        self.sandbox.thread(channel, ts).iter().map(text).collect()
    }

    /// What only this person sees: whispers and answers to commands.
    pub fn private(&self, user: &str) -> Vec<String> {
        self.sandbox.ephemerals(user).iter().map(text).collect()
    }

    /// The last of them.
    pub fn last_private(&self, user: &str) -> String {
        self.private(user).pop().unwrap_or_default()
    }

    /// The direct messages that the app sent this person, each with its buttons.
    pub fn inbox(&self, user: &str) -> String {
        let messages = self.sandbox.messages(&self.sandbox.im(user));
        messages.iter().map(with_buttons).collect::<Vec<_>>().join("\n---\n")
    }

    /// Types a command and returns the private answer, with its buttons; empty when a form opened instead.
    pub async fn say(&self, user: &str, channel: &str, typed: &str) -> String {
        let before = self.sandbox.ephemerals(user).len();
        self.person(user).command(channel, typed).await.unwrap();
        self.settle().await;
        self.sandbox.ephemerals(user)[before..].iter().map(with_buttons).collect::<Vec<_>>().join("\n---\n")
    }

    /// Clicks and settles.
    pub async fn press(&self, user: &str, at: &(String, String), action: &str) {
        self.person(user).click(&at.0, &at.1, action).await.unwrap();
        self.settle().await;
    }

    /// Clicks a button of a message as it was shown before it was edited.
    pub async fn press_late(&self, user: &str, at: &(String, String), shown: &Value, action: &str) {
        let blocks = shown["blocks"].as_array().unwrap();
        let has = |b: &&Value| {
            b["elements"].as_array().is_some_and(|all| all.iter().any(|e| e["action_id"] == action))
        };
        let block_id = blocks.iter().find(has).unwrap()["block_id"].clone();
        let button = json!({"action_id": action, "block_id": block_id, "type": "button"});
        let surface = Surface::Message { channel: at.0.clone(), ts: at.1.clone() };
        self.person(user).block_action(&surface, button, &Value::Null).await.unwrap();
        self.settle().await;
    }

    /// Submits the form on top and settles.
    pub async fn submit(&self, user: &str, values: Value) {
        self.person(user).submit(values).await.unwrap();
        self.settle().await;
    }

    /// The form on top: its texts and what it begins with.
    pub fn form(&self, user: &str) -> String {
        let modal = self.sandbox.modal(user).expect("a form");
        let line = |b: &Value| {
            let element = &b["element"];
            let initial = [
                &element["initial_value"],
                &element["initial_date"],
                &element["initial_option"]["text"]["text"],
            ];
            let initial = initial.iter().find_map(|v| v.as_str()).unwrap_or("-");
            match b["label"]["text"].as_str() {
                Some(label) => format!("{label}: {initial}\n"),
                None => format!("{}\n", b["text"]["text"].as_str().unwrap_or_default()),
            }
        };
        modal["blocks"].as_array().unwrap().iter().map(line).collect()
    }

    /// A message of the app with a button that this person was never offered.
    pub async fn forged(&self, channel: &str, action: &str, value: &str) -> (String, String) {
        let text = "Somebody else's card";
        let button = blocks::actions(vec![blocks::button("Press", action, value)]);
        let message = Message::new(text, vec![blocks::section(text), button]);
        let key = format!("forged:{channel}:{action}:{value}");
        let out = Outgoing::post(key, Destination::Channel(channel.into()), message);
        let out = if channel == SHARED { out.to_partner("p-northwind".into()) } else { out };
        let mut tx = self.db.begin().await.unwrap();
        outbox::enqueue(&mut tx, self.clock.now().as_millisecond(), &out).await.unwrap();
        tx.commit().await.unwrap();
        self.bot.bell.ring();
        self.settle().await;
        let ts = self.sandbox.messages(channel).pop().unwrap()["ts"].as_str().unwrap().to_owned();
        (channel.to_owned(), ts)
    }

    /// Direct messages between the app and this person.
    pub fn direct(&self, user: &str) -> Vec<String> {
        self.texts(&self.sandbox.im(user))
    }

    /// Stops the app; nothing may be left half-done.
    pub async fn end(self) {
        self.settle().await;
        let mut tx = self.db.read().await.unwrap();
        let backlog = backlog::read(&mut tx, 0).await.unwrap();
        assert_eq!(inbox::stuck(&mut tx, 5).await.unwrap(), Vec::new(), "{} are buried", backlog.buried);
        assert_eq!(
            (backlog.unconfirmed, backlog.failed),
            (0, 0),
            "{:?}",
            outbox::stuck(&mut tx, 5).await.unwrap()
        );
        tx.rollback().await.unwrap();
        for user in [MAYA, OMAR, ALEX, EVE, SAM] {
            assert_eq!(self.sandbox.notices(user), Vec::<String>::new(), "{user} saw an error of Slack's");
        }
        self.stop.cancel();
        let Self { running, bot, db, postgres, sandbox, .. } = self;
        drop((bot, db));
        running.await.unwrap().unwrap();
        sandbox.stop().await;
        drop(postgres);
    }
}

/// Channels, roles and two partners, as the set-up leaves them.
async fn set_up(db: &Db, clock: &Clock) {
    let now = clock.now();
    let mut tx = db.begin().await.unwrap();
    let workspace = Workspace {
        intake_channel: Some(INTAKE.into()),
        digest_channel: Some(OPS.into()),
        approvals_channel: Some(OPS.into()),
        digest: DigestTime { weekday: "Mon".into(), time: "09:00".into(), zone: "Europe/Stockholm".into() },
        digest_since: Some(now.as_millisecond()),
    };
    settings::save(&mut tx, now, &workspace).await.unwrap();
    let maya = UserId::from(MAYA);
    people::set_holders(&mut tx, now, &maya, Role::Admin, std::slice::from_ref(&maya)).await.unwrap();
    people::set_holders(&mut tx, now, &maya, Role::PartnerManager, std::slice::from_ref(&maya))
        .await
        .unwrap();
    people::set_holders(&mut tx, now, &maya, Role::Operations, &[OMAR.into()]).await.unwrap();
    for (id, name, channel) in [("p-northwind", "Northwind", Some(SHARED)), ("p-globex", "Globex", None)] {
        let partner = Partner {
            id: PartnerId::from(id),
            name: name.into(),
            domain: None,
            manager: Some(maya.clone()),
            channel: channel.map(Into::into),
            refresh_days: 45,
            list_seen_at: Some(now),
            sample: false,
        };
        map::save_partner(&mut tx, now, &partner).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub fn text(message: &Value) -> String {
    message["text"].as_str().unwrap_or_default().to_owned()
}

/// A message as its reader sees it: its text, then the labels of its buttons.
pub fn with_buttons(message: &Value) -> String {
    let blocks = message["blocks"].as_array().cloned().unwrap_or_default();
    let elements = blocks.iter().flat_map(|b| {
        let elements = b["elements"].as_array().cloned().unwrap_or_default();
        elements.into_iter().chain([b["accessory"].clone()])
    });
    let buttons = elements.filter(|e| e["type"] == "button");
    let labels: Vec<String> =
        buttons.map(|e| format!("[{}]", e["text"]["text"].as_str().unwrap_or("?"))).collect();
    format!("{}\n{}", text(message), labels.join(" ")).trim().to_owned()
}

/// What a refused form says, a field a line.
pub fn fields(refused: &Refusal) -> String {
    refused.fields().iter().map(|(f, text)| format!("{f}: {}\n", text.as_str().unwrap_or_default())).collect()
}

/// Runs a flow on one database. It is one flow for both, so it says the same on both.
pub fn play<F, Fut>(backend: Backend, flow: F)
where
    F: FnOnce(Stage) -> Fut,
    Fut: Future<Output = ()>,
{
    play_on(Stage::on(backend, WayIn::Http), flow);
}

/// The same on a stage that is started in its own way.
pub fn play_on<F, Fut>(stage: impl Future<Output = Option<Stage>>, flow: F)
where
    F: FnOnce(Stage) -> Fut,
    Fut: Future<Output = ()>,
{
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    insta::allow_duplicates! {
        runtime.block_on(async {
            if let Some(stage) = stage.await {
                flow(stage).await;
            }
        })
    }
}

/// One flow, two tests: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! flows {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::support::stage::play($crate::support::stage::Backend::Sqlite, super::$name);
            })+
        }
        mod postgres {
            $(#[test]
            fn $name() {
                $crate::support::stage::play($crate::support::stage::Backend::Postgres, super::$name);
            })+
        }
    };
}
