//! A local Slack workspace on loopback, with a web page: the demo and the tests' double.
//!
//! It knows nothing of the app that talks to it but its manifest ([`world::App`]). The app calls the Web API under
//! [`Sandbox::api_url`]; events, clicks and commands reach it by signed HTTP requests ([`Sandbox::connect_http`]) or by
//! Socket Mode (`apps.connections.open`). A test moves people with [`Sandbox::person`] and reads back what they see.
//!
//! Where to look: `web_api/` has a file for each family of methods, `delivery` and `socket` send to the app, `payload` has
//! Slack's shapes, `validate` its limits, `person` what people do, `page` the routes of the web page.

mod admin;
mod delivery;
mod elements;
mod fault;
mod forms;
mod interact;
mod moves;
mod news;
mod oauth;
mod page;
mod payload;
mod person;
mod properties;
mod readers;
mod rich;
mod seed;
mod sign;
mod socket;
mod state;
#[cfg(test)]
mod tests;
mod validate;
mod view;
mod web_api;
pub mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use fault::Fault;
pub use interact::Surface;
pub use person::{Done, Person, Refusal};
pub use sign::signature;
pub use state::Call;
pub use world::{Team, User, World};

use crate::kernel::clock::Clock;
use state::State;

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// The clock that it shares with the app: stamps messages, signs requests, ends response URLs.
    pub clock: Clock,
    /// Signs what is sent over HTTP.
    pub signing_secret: String,
    /// `xoxb-…`, for the Web API.
    pub bot_token: String,
    /// `xapp-…`, for Socket Mode.
    pub app_token: String,
    /// For installing the app.
    pub client_id: String,
    /// Beside the client id.
    pub client_secret: String,
    /// Who and what is there.
    pub world: World,
    /// Waits before each retry of an event; their number is the number of retries. Real time.
    pub retry_delays: Vec<Duration>,
    /// How long the app may take to acknowledge. Slack allows three seconds of real time.
    pub ack_timeout: Duration,
    /// Hold each channel to one posted message a second, after a burst of three.
    pub limit_posts: bool,
    /// Let the page move the clock.
    pub demo_clock: bool,
}

impl Options {
    /// Loopback, a free port, the cast of the tests, and Slack's timing with shortened retries.
    pub fn new(clock: Clock) -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            clock,
            signing_secret: "sandbox-signing-secret".into(),
            bot_token: "xoxb-sandbox".into(),
            app_token: "xapp-sandbox".into(),
            client_id: "1111.2222".into(),
            client_secret: "sandbox-client-secret".into(),
            world: World::meridian(),
            retry_delays: vec![Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5)],
            ack_timeout: Duration::from_secs(3),
            limit_posts: false,
            demo_clock: true,
        }
    }
}

/// A running workspace. Clones share it; it stops when the last one is dropped.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
    running: Arc<Running>,
}

struct Running {
    stop: CancellationToken,
    server: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What the server's tasks share. It does not keep the server alive.
pub(crate) struct Inner {
    options: Options,
    base: String,
    state: Mutex<State>,
    request_url: Mutex<Option<String>>,
    http: Client<HttpConnector, Body>,
    sockets: socket::Hub,
    changes: watch::Sender<u64>,
    busy: watch::Sender<usize>,
    stop: CancellationToken,
}

impl Sandbox {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.bind).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let mut state = State::new(options.world.clone());
        state.tokens.admit(&options.bot_token);
        let inner = Arc::new(Inner {
            base,
            state: Mutex::new(state),
            request_url: Mutex::new(None),
            http: Client::builder(TokioExecutor::new()).build_http(),
            sockets: socket::Hub::default(),
            changes: watch::Sender::new(1),
            busy: watch::Sender::new(0),
            stop: stop.clone(),
            options,
        });
        let routes = Router::new()
            .merge(web_api::routes())
            .merge(socket::routes())
            .merge(oauth::routes())
            .merge(news::routes())
            .merge(page::routes())
            .with_state(Arc::clone(&inner));
        let until = stop.clone().cancelled_owned();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(until).await {
                tracing::error!(%error, "the sandbox's server ended");
            }
        });
        Ok(Self { inner, running: Arc::new(Running { stop, server: Mutex::new(Some(server)) }) })
    }

    /// The page: `http://127.0.0.1:<port>`.
    pub fn base_url(&self) -> &str {
        &self.inner.base
    }

    /// The Web API: `http://127.0.0.1:<port>/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.inner.base)
    }

    /// The feed of a company of this domain.
    pub fn feed_url(&self, domain: &str) -> String {
        format!("{}/feeds/{domain}.xml", self.inner.base)
    }

    /// The clock it was started with.
    pub fn clock(&self) -> &Clock {
        &self.inner.options.clock
    }

    /// Sends events, clicks and commands to `<request_url>/slack/{events,interactions,commands}` from now on,
    /// whenever no Socket Mode connection is open.
    pub fn connect_http(&self, request_url: &str) {
        let url = request_url.trim_end_matches('/').to_owned();
        *self.inner.request_url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    /// Asks the app's request URL to prove itself (`url_verification`), as Slack does when it is saved.
    ///
    /// # Errors
    /// When the challenge does not come back.
    pub async fn verify_http(&self) -> Result<(), Refusal> {
        self.inner.verify_url().await
    }

    /// Resolves when at least `n` Socket Mode connections are open.
    pub async fn socket_connected(&self, n: usize) {
        self.inner.sockets.connected(n).await;
    }

    /// Asks every Socket Mode connection to go (`refresh_requested`), or cuts them without a word.
    pub fn disconnect_sockets(&self, politely: bool) {
        self.inner.sockets.disconnect(politely);
    }

    /// Somebody of the workspace, by user id.
    pub fn person(&self, user: &str) -> Person {
        Person::new(Arc::clone(&self.inner), user, person::Pace::Wait)
    }

    /// The next `times` calls of `method` meet `fault`.
    pub fn script(&self, method: &str, fault: Fault, times: u32) {
        self.inner.read(|s| s.script.add(method, fault, times));
    }

    /// The faults that no call has met yet do not come.
    pub fn unscript(&self) {
        self.inner.read(|s| s.script.clear());
    }

    /// Lets the calls that met [`Fault::Unfinished`] take effect.
    pub fn finish(&self) {
        web_api::finish(&self.inner);
    }

    /// Every call of the Web API up to now.
    pub fn calls(&self) -> Vec<Call> {
        self.inner.read(|s| s.calls.clone())
    }

    /// The calls of one method.
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        self.inner.read(|s| s.calls.iter().filter(|c| c.method == method).cloned().collect())
    }

    /// Resolves when no event is on its way to the app.
    pub async fn settled(&self) {
        let mut busy = self.inner.busy.subscribe();
        // The sender lives in `inner`.
        let _ = busy.wait_for(|n| *n == 0).await;
    }

    /// Stops listening and waits for open requests to end, for two seconds at the most.
    pub async fn stop(&self) {
        self.running.stop.cancel();
        let server = self.running.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            let abort = server.abort_handle();
            if tokio::time::timeout(Duration::from_secs(2), server).await.is_err() {
                abort.abort();
            }
        }
    }
}

impl Inner {
    /// Looks at the state, or changes what nobody sees.
    fn read<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state; returns the event envelopes that the change caused, to be sent.
    fn change<R>(&self, f: impl FnOnce(&mut State) -> R) -> (R, Vec<Value>) {
        let now = self.options.clock.now();
        let (result, envelopes, rev) = self.read(|state| {
            let result = f(state);
            let events = std::mem::take(&mut state.events);
            let mut envelopes: Vec<_> =
                events.into_iter().map(|e| payload::envelope(state, e, now)).collect();
            state.sent.extend(envelopes.iter().cloned());
            if let Some(held) = &mut state.held {
                held.append(&mut envelopes);
            }
            state.rev += 1;
            (result, envelopes, state.rev)
        });
        self.changes.send_replace(rev);
        (result, envelopes)
    }

    /// Sends envelopes while the caller goes on.
    fn background(self: &Arc<Self>, envelopes: Vec<Value>) {
        if envelopes.is_empty() {
            return;
        }
        self.busy.send_modify(|n| *n += 1);
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = inner.send_events(&envelopes) => {}
                () = inner.stop.cancelled() => {}
            }
            inner.busy.send_modify(|n| *n -= 1);
        });
    }
}
