//! `/slack/install` and `/slack/oauth`: installing the app through Slack's own pages.
//!
//! The way there and back carries a mark that is used once, ends after ten minutes, and must come back with the
//! browser that began. "Installed" is said after the tokens are on disk, sealed.
//!
//! Source: Slack, "Installing with OAuth".

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::client::{Access, Grant};
use super::manifest::SCOPES;
use super::tokens::{Credentials, Keeper, tokens};
use crate::kernel::actor::Role;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{UserId, reference};
use crate::store::installation::{self, Grant as Installed};
use crate::store::{audit, people};

/// Ties the mark to the browser that began.
const COOKIE_NAME: &str = "tandem_install";
/// Pages and addresses of an installation stay out of caches and out of other sites' logs.
const QUIET: [(HeaderName, &str); 2] = [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];

#[derive(Debug)]
struct Desk {
    keeper: Keeper,
    credentials: Credentials,
}

/// The two routes.
pub fn router(keeper: Keeper, credentials: Credentials) -> Router {
    Router::new()
        .route("/slack/install", get(install))
        .route("/slack/oauth", get(come_back))
        .with_state(Arc::new(Desk { keeper, credentials }))
}

#[derive(Template)]
#[template(path = "setup/page.html")]
struct Page<'a> {
    title: &'a str,
    text: &'a str,
    again: bool,
}

/// What the person in front of the browser is told.
struct Told {
    status: StatusCode,
    title: &'static str,
    text: String,
    again: bool,
}

impl Told {
    fn not_installed(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, title: "Nothing was installed", text: text.into(), again: true }
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let page = Page { title: self.title, text: &self.text, again: self.again };
        let html = page.render().unwrap_or_else(|_| self.title.to_owned());
        (self.status, QUIET, Html(html)).into_response()
    }
}

/// Something of ours failed: it is logged under a reference, and the page shows that and nothing else.
fn failed(error: &Error) -> Told {
    let reference = reference();
    tracing::error!(%error, reference, "the installation failed");
    let text = format!(
        "That could not be saved. Nothing was changed here. The log has the reason under {reference}."
    );
    Told::not_installed(StatusCode::INTERNAL_SERVER_ERROR, text)
}

async fn install(State(desk): State<Arc<Desk>>) -> Response {
    let begun = async {
        let mut tx = desk.keeper.db.begin().await?;
        let state = installation::begin(&mut tx, desk.keeper.clock.now()).await?;
        tx.commit().await?;
        Ok(state)
    };
    match begun.await {
        Ok(state) => {
            let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _, _)| *scope).collect();
            let to = desk.keeper.client.authorize_url(&desk.credentials.client_id, &scopes.join(","), &state);
            let cookie =
                format!("{COOKIE_NAME}={state}; Path=/slack; Max-Age=600; HttpOnly; Secure; SameSite=Lax");
            (StatusCode::FOUND, QUIET, [(LOCATION, to.to_string()), (SET_COOKIE, cookie)]).into_response()
        }
        Err(error) => failed(&error).into_response(),
    }
}

/// What Slack's page sends back. It has no `Debug`: the code is as good as a token for a while.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
}

async fn come_back(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let told = desk.finish(&headers, answer).await.unwrap_or_else(|error| failed(&error));
    let spent = format!("{COOKIE_NAME}=; Path=/slack; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    ([(SET_COOKIE, spent)], told).into_response()
}

impl Desk {
    async fn finish(&self, headers: &HeaderMap, answer: Answer) -> Result<Told> {
        let same_browser = cookie(headers).is_some_and(|mark| mark == answer.state);
        let mut tx = self.keeper.db.begin().await?;
        let is_ours = installation::finish(&mut tx, self.keeper.clock.now(), &answer.state).await?;
        tx.commit().await?;
        if !is_ours || !same_browser {
            let text = "This way was begun more than ten minutes ago, was used already, or was begun in another browser.";
            return Ok(Told::not_installed(StatusCode::BAD_REQUEST, text));
        }
        let Some(code) = answer.code else {
            let why = answer.error.as_deref().filter(|e| *e != "access_denied");
            let text = match why {
                Some(why) => format!("Slack says: {why}."),
                None => "You cancelled it on Slack's page.".to_owned(),
            };
            return Ok(Told::not_installed(StatusCode::OK, text));
        };
        let (id, secret) = (&self.credentials.client_id, &self.credentials.client_secret);
        match self.keeper.client.access(id, secret, Grant::Code(&code)).await {
            Ok(access) => self.save(&access).await,
            Err(error) => {
                tracing::warn!(%error, "Slack did not hand over a token");
                let text = format!("Slack did not hand over a token ({}).", error.code());
                Ok(Told::not_installed(StatusCode::BAD_GATEWAY, text))
            }
        }
    }

    /// The tokens, who became admin, and the entry in the audit log: one transaction.
    async fn save(&self, access: &Access) -> Result<Told> {
        let Some(bot_user) = access.bot_user.clone() else {
            let text = "Slack's answer names no bot user: the app's manifest has none.";
            return Ok(Told::not_installed(StatusCode::BAD_GATEWAY, text));
        };
        let now = self.keeper.clock.now();
        let grant = Installed {
            team_id: access.team.0.clone(),
            team: access.team.1.clone(),
            org_wide: access.org_wide,
            bot_user,
            installed_by: access.installed_by.clone(),
        };
        let who = access.installed_by.as_deref().unwrap_or(audit::TANDEM);
        let subject = format!("app:{}", grant.team_id);
        let tokens = tokens(access, now);
        let mut tx = self.keeper.db.begin().await?;
        if !installation::save(&mut tx, now, &grant, Some((&self.credentials.ring, &tokens))).await? {
            let ours = installation::load(&mut tx).await?.map(|i| i.team).unwrap_or_default();
            audit::refused(&mut tx, now, who, "app.install", &subject, "another workspace");
            tx.commit().await?;
            return Ok(Told {
                status: StatusCode::CONFLICT,
                title: "Nothing was installed",
                text: format!(
                    "This Tandem works for {ours}, and one Tandem works for one workspace. For {} run a second one with its own database.",
                    grant.team
                ),
                again: false,
            });
        }
        if let Some(first) = &access.installed_by
            && people::holders(&mut tx, Role::Admin).await?.is_empty()
        {
            let first = UserId::from(first.as_str());
            people::set_holders(&mut tx, now, &first, Role::Admin, std::slice::from_ref(&first)).await?;
        }
        audit::done(&mut tx, now, who, "app.install", &subject, &grant.team);
        tx.commit().await?;
        tracing::info!(team = grant.team, "the app is installed");
        self.keeper.news.ring();
        Ok(Told {
            status: StatusCode::OK,
            title: "Tandem is installed",
            text: format!(
                "It is in {} now. In Slack, type /partner setup to choose its channels.",
                grant.team
            ),
            again: false,
        })
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}
