//! Brings a list from where it is. No database here: what was asked last time comes in, what was found goes out.
//!
//! Every request goes through [`Http`]: with time-outs, tried again where that may help, to nobody that [`guard`] does not
//! admit, and with no more than the limit taken in.

mod crossbeam;
mod folder;
pub mod guard;
mod page;
mod partnertap;
mod url;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use tokio::io::AsyncWriteExt;

use super::standing::{Failure, Marks};
use super::{Kind, Source};
use crate::kernel::ids::random;
use crate::kernel::{pulse, tls};
use guard::{NotPublic, PublicOnly};

/// A connection is there within this time.
const CONNECT: Duration = Duration::from_secs(10);
/// An answer begins within this time.
const ANSWER: Duration = Duration::from_secs(60);
/// It may take this long between two pieces.
const STALL: Duration = Duration::from_secs(20);
/// A look takes no longer than this, whatever the source does.
pub const LONGEST: Duration = Duration::from_secs(300);
/// A server that asks for more patience than this is asked again at another look.
const WAIT: Duration = Duration::from_secs(45);
/// The first pause before a request is tried again.
const PAUSE: Duration = Duration::from_millis(100);
/// A request is tried again so often.
const TRIES: usize = 2;

/// What a look is about.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The source.
    pub source: &'a Source,
    /// The partner's name as it is now, where the source says whose list it is.
    pub partner: Option<&'a str>,
    /// What it is asked with; `None` asks for everything, whatever we have.
    pub marks: Option<&'a Marks>,
    /// A refresh token that took the place of the configured one.
    pub refresh_token: Option<&'a SecretString>,
    /// Where the list is written.
    pub to: &'a Path,
    /// The most that is taken, in bytes.
    pub limit: u64,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A list, which is written to where it should be.
    List {
        /// What it is called where it comes from.
        file_name: String,
        /// What to ask with next time.
        marks: Marks,
    },
    /// The source says that the last list still holds.
    Same(Marks),
    /// There is nothing to say.
    Nothing {
        /// What to ask with next time.
        marks: Marks,
        /// There may be in a moment.
        soon: bool,
    },
}

/// The one client out.
#[derive(Debug, Default)]
pub struct Http {
    public: OnceLock<Client>,
    private: OnceLock<Client>,
    /// Access tokens by source.
    access: Mutex<HashMap<String, SecretString>>,
    /// Refresh tokens that took the place of others and are not stored yet, by source.
    rotated: Mutex<HashMap<String, SecretString>>,
}

/// Looks at a source once.
pub fn fetch<'a>(http: &'a Http, look: &'a Look<'a>) -> BoxFuture<'a, Result<Found, Failure>> {
    Box::pin(in_time(http, look))
}

async fn in_time(http: &Http, look: &Look<'_>) -> Result<Found, Failure> {
    let work = async {
        match &look.source.kind {
            Kind::Folder(folder) => folder::fetch(look, folder).await,
            Kind::Url { url, token } => url::fetch(http, look, url, token.as_ref()).await,
            Kind::Crossbeam(api) => crossbeam::fetch(http, look, api).await,
            Kind::PartnerTap(api) => partnertap::fetch(http, look, api).await,
            Kind::Webhook(_) => Err(Failure::lasting("It comes by itself")),
        }
    };
    let found = tokio::time::timeout(LONGEST, Box::pin(work)).await;
    let found = found.unwrap_or_else(|_| Err(Failure::passing("It took longer than five minutes")));
    if found.is_err() {
        // It may never have come to a file.
        let _ = tokio::fs::remove_file(look.to).await;
    }
    found
}

/// Counts as the same list where it is the same to the letter.
fn compared(look: &Look<'_>, file_name: String, marks: Marks) -> Found {
    let before = look.marks.and_then(|m| m.hash.as_ref());
    if before.is_some() && before == marks.hash.as_ref() {
        Found::Same(marks)
    } else {
        Found::List { file_name, marks }
    }
}

impl Http {
    fn client(&self, private: bool) -> Result<&Client, Failure> {
        let kept = if private { &self.private } else { &self.public };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        let tls = tls::config(true).map_err(|e| Failure::lasting(e.to_string()))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .user_agent(concat!("Tandem/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            // A proxy would look the names up itself, unseen by the guard.
            .no_proxy()
            .redirect(Policy::none());
        if !private {
            builder = builder.dns_resolver(PublicOnly);
        }
        let client =
            builder.build().map_err(|e| Failure::lasting(format!("No HTTP client: {}", e.without_url())))?;
        Ok(kept.get_or_init(|| client))
    }

    /// Sends a request, a few times where that may help. Answers that are left to the caller: success, "not modified",
    /// redirects and 401.
    async fn send(
        &self,
        private: bool,
        whom: &str,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let client = self.client(private)?;
        let pauses =
            ExponentialBuilder::default().with_min_delay(PAUSE).with_factor(4.0).with_max_times(TRIES);
        (|| once(request(client), whom))
            .retry(pauses)
            .when(|failure| failure.passing && failure.after.is_none_or(|after| after <= WAIT))
            .adjust(|failure, pause| pause.map(|pause| failure.after.unwrap_or(pause)))
            .await
    }

    fn access(&self, source: &str) -> Option<SecretString> {
        lock(&self.access).get(source).cloned()
    }

    fn refreshed(&self, source: &str, access: SecretString, refresh: Option<SecretString>) {
        lock(&self.access).insert(source.to_owned(), access);
        if let Some(refresh) = refresh {
            lock(&self.rotated).insert(source.to_owned(), refresh);
        }
    }

    fn forget_access(&self, source: &str) {
        lock(&self.access).remove(source);
    }

    /// The refresh token that has to be stored in the place of the one used before.
    pub fn rotated(&self, source: &str) -> Option<SecretString> {
        lock(&self.rotated).get(source).cloned()
    }

    /// It is stored.
    pub fn stored(&self, source: &str) {
        lock(&self.rotated).remove(source);
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn once(request: RequestBuilder, whom: &str) -> Result<Response, Failure> {
    let reply = tokio::time::timeout(ANSWER, request.send()).await;
    pulse::got_on();
    let reply = match reply {
        Err(_) => return Err(Failure::passing(format!("{whom} did not answer within a minute"))),
        Ok(Err(error)) => return Err(unreachable(&error, whom)),
        Ok(Ok(reply)) => reply,
    };
    let status = reply.status();
    let code = status.as_u16();
    match status {
        StatusCode::NOT_MODIFIED | StatusCode::UNAUTHORIZED => Ok(reply),
        _ if status.is_success() || status.is_redirection() => Ok(reply),
        StatusCode::TOO_MANY_REQUESTS => Err(Failure {
            after: after(&reply),
            ..Failure::passing(format!("{whom} asks for patience (429)"))
        }),
        StatusCode::REQUEST_TIMEOUT => Err(Failure::passing(format!("{whom} answered {code}"))),
        _ if status.is_server_error() => {
            Err(Failure { after: after(&reply), ..Failure::passing(format!("{whom} answered {code}")) })
        }
        StatusCode::FORBIDDEN => {
            Err(Failure::lasting(format!("{whom} refuses us (403): check what the token may do")))
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(Failure::lasting(format!("{whom} has nothing at that address ({code})")))
        }
        _ => Err(Failure::lasting(format!("{whom} answered {code}"))),
    }
}

fn after(reply: &Response) -> Option<Duration> {
    let seconds = reply.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn unreachable(error: &reqwest::Error, whom: &str) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(e) = cause {
        if let Some(refused) = e.downcast_ref::<NotPublic>() {
            return Failure::lasting(format!("{whom} is not asked: {refused}"));
        }
        cause = e.source();
    }
    Failure::passing(if error.is_connect() {
        format!("{whom} cannot be reached")
    } else {
        format!("The connection to {whom} was lost")
    })
}

/// An answer's pieces, up to a limit.
struct Pieces<'a> {
    stream: BoxStream<'static, reqwest::Result<Bytes>>,
    whom: &'a str,
    taken: u64,
    limit: u64,
}

impl<'a> Pieces<'a> {
    fn of(reply: Response, whom: &'a str, limit: u64) -> Result<Self, Failure> {
        let length = reply.content_length().unwrap_or_default();
        let pieces = Self { stream: reply.bytes_stream().boxed(), whom, taken: 0, limit };
        if length > limit { Err(pieces.too_large()) } else { Ok(pieces) }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let lost = || Failure::passing(format!("The connection to {} was lost", self.whom));
        let piece = tokio::time::timeout(STALL, self.stream.next()).await;
        let Some(piece) = piece.map_err(|_| lost())? else { return Ok(None) };
        let piece = piece.map_err(|_| lost())?;
        pulse::got_on();
        self.taken += piece.len() as u64;
        if self.taken > self.limit { Err(self.too_large()) } else { Ok(Some(piece)) }
    }

    /// All of it, where it is short.
    async fn whole(mut self) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    fn too_large(&self) -> Failure {
        let (whom, most) = (self.whom, self.limit / 1_048_576);
        Failure::lasting(format!("What {whom} sends is larger than {most} MB, the most that I take"))
    }
}

/// Writes an answer to a file that is there only when it is whole.
async fn keep(reply: Response, whom: &str, to: &Path, limit: u64) -> Result<(), Failure> {
    let part = part_of(to);
    let outcome = async {
        let mut file = tokio::fs::File::create(&part).await.map_err(|e| disk(&e))?;
        let mut pieces = Pieces::of(reply, whom, limit)?;
        while let Some(piece) = pieces.next().await? {
            file.write_all(&piece).await.map_err(|e| disk(&e))?;
        }
        file.flush().await.map_err(|e| disk(&e))?;
        tokio::fs::rename(&part, to).await.map_err(|e| disk(&e))
    }
    .await;
    if outcome.is_err() {
        let _ = tokio::fs::remove_file(&part).await;
    }
    outcome
}

fn part_of(to: &Path) -> PathBuf {
    to.with_extension(format!("{}.part", random(8)))
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::passing(format!("The list could not be written here: {error}"))
}
