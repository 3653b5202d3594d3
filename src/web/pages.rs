//! Pages that people open by a link which they were given in Slack. The link says who and until when; whether they may
//! see what is on the page is asked when they open it.
//!
//! **To add a page:** a file with its handler here, which takes a [`Reader`] and answers with [`html`], its route in
//! [`router`], its template in `templates/pages/` on top of `base.html`.

mod agenda;
mod plays;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::kernel::actor::{Actor, Right, Standing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::reference;
use crate::slack::bot::{Bot, pages};
use crate::store::links::{self, Pass, Shut};

/// Pages stay out of caches and of other sites' logs, and nothing runs in them.
const QUIET: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
];

/// Every page.
pub fn router(bot: Arc<Bot>) -> Router {
    Router::new()
        .route("/pages/agenda/{session}", get(agenda::show))
        .route("/pages/plays", get(plays::page))
        .with_state(bot)
}

/// Whoever opened a page by a link of their own that has not ended: a member of the workspace.
#[derive(Debug)]
pub struct Reader {
    /// Who.
    pub actor: Actor,
    /// What their link says.
    pub pass: Pass,
}

impl FromRequestParts<Arc<Bot>> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, bot: &Arc<Bot>) -> Result<Self, Response> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        match read(bot, path, query).await {
            Ok(reader) => reader,
            Err(error) => Err(failed(&error)),
        }
    }
}

async fn read(bot: &Bot, path: &str, query: &str) -> Result<Result<Reader, Response>> {
    let mut tx = bot.db.read().await?;
    let key = links::known_key(&mut tx).await?;
    tx.rollback().await?;
    let opened = key.ok_or(Shut::Unsealed).and_then(|key| key.open(path, query, bot.clock.now()));
    let pass = match opened {
        Ok(pass) => pass,
        Err(why) => return Ok(Err(shut(why))),
    };
    let actor = pages::reader(bot, &pass.reader).await?;
    if actor.standing != Standing::Member || !actor.may(Right::Contribute, None) {
        let text = "This link was made for somebody who is no member of the workspace any more.";
        return Ok(Err(told(StatusCode::FORBIDDEN, "This page is closed to you", text)));
    }
    Ok(Ok(Reader { actor, pass }))
}

fn shut(why: Shut) -> Response {
    match why {
        Shut::Unsealed => told(
            StatusCode::FORBIDDEN,
            "This link opens nothing",
            "It is not complete, or it was changed. Ask for a new one in Slack, where you got it, and open it whole.",
        ),
        Shut::Over(until) => told(
            StatusCode::GONE,
            "This link has ended",
            &format!(
                "It was good until {}. Ask for a new one in Slack, where you got it.",
                until.strftime("%-d %B %Y, %H:%M UTC")
            ),
        ),
    }
}

#[derive(Template)]
#[template(path = "pages/told.html")]
struct Told<'a> {
    title: &'a str,
    text: &'a str,
}

fn told(status: StatusCode, title: &str, text: &str) -> Response {
    let page = Told { title, text }.render().unwrap_or_else(|_| title.to_owned());
    (status, QUIET, Html(page)).into_response()
}

/// A page, or what is said when it could not be made.
pub fn html(page: Result<String>) -> Response {
    match page {
        Ok(page) => (QUIET, Html(page)).into_response(),
        Err(Error::User(error)) => told(StatusCode::NOT_FOUND, "Nothing is here", &error.text),
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> Response {
    let reference = reference();
    tracing::error!(%error, reference, "a page could not be shown");
    let text = format!("That page could not be made. The log has the reason under {reference}.");
    told(StatusCode::INTERNAL_SERVER_ERROR, "That did not work", &text)
}
