//! Installing the app: Slack's page that asks, and the tokens it hands out (`oauth.v2.access`), renewed or not.
//!
//! Source: Slack, "Installing with OAuth" and "Token rotation".

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use super::state::State;
use super::{Inner, Sandbox};

/// How long a token is good where tokens are renewed.
const LIFE: SignedDuration = SignedDuration::from_hours(12);

/// What the app holds of this workspace.
#[derive(Debug, Default)]
pub struct Tokens {
    /// The bot's tokens, each with its end where it has one.
    good: HashMap<String, Option<Timestamp>>,
    /// Each good for one use.
    refresh: HashSet<String>,
    /// Each with who pressed "Allow" and in which team.
    codes: HashMap<String, (String, String)>,
    allows: Option<(String, String)>,
    renewed: bool,
}

impl Tokens {
    /// Takes a token as good until it is revoked.
    pub fn admit(&mut self, token: &str) {
        self.good.insert(token.to_owned(), None);
    }

    /// Whether this is a token of the bot's.
    ///
    /// # Errors
    /// Slack's code.
    pub fn check(&self, token: &str, now: Timestamp) -> Result<(), &'static str> {
        match self.good.get(token) {
            Some(Some(end)) if *end <= now => Err("token_expired"),
            Some(_) => Ok(()),
            None => Err("invalid_auth"),
        }
    }
}

impl State {
    /// `oauth.v2.access`
    ///
    /// # Errors
    /// Slack's code.
    pub fn access(
        &mut self,
        now: Timestamp,
        code: Option<&str>,
        refresh: Option<&str>,
    ) -> Result<Value, &'static str> {
        if let Some(token) = refresh {
            if self.revoked.is_some() || !self.tokens.refresh.remove(token) {
                return Err("invalid_refresh_token");
            }
            let mut reply = self.issue(now);
            reply["team"] = json!({"id": self.world.home.id, "name": self.world.home.name});
            return Ok(reply);
        }
        let (user, team) = code.and_then(|c| self.tokens.codes.remove(c)).ok_or("invalid_code")?;
        let home = team == self.world.home.id;
        if home {
            // Installed anew: what was good before is not any more.
            self.revoked = None;
            self.tokens.good.clear();
        }
        let mut reply = self.issue(now);
        let world = &self.world;
        let name = world.team(&team).map_or(team.as_str(), |t| t.name.as_str());
        let enterprise = world.enterprise_id.as_ref().map(|id| json!({"id": id, "name": world.home.name}));
        reply["bot_user_id"] = json!(world.app.bot_user);
        reply["app_id"] = json!(world.app.id);
        reply["scope"] = json!("commands,chat:write");
        reply["team"] = if world.org_wide { Value::Null } else { json!({"id": team, "name": name}) };
        reply["enterprise"] = json!(enterprise);
        reply["is_enterprise_install"] = json!(world.org_wide);
        reply["authed_user"] = json!({"id": user});
        Ok(reply)
    }

    fn issue(&mut self, now: Timestamp) -> Value {
        let secret = self.secret();
        if !self.tokens.renewed {
            let token = format!("xoxb-{secret}");
            self.tokens.admit(&token);
            return json!({"access_token": token, "token_type": "bot"});
        }
        let (token, refresh) = (format!("xoxe.xoxb-{secret}"), format!("xoxe-1-{}", self.secret()));
        self.tokens.good.insert(token.clone(), Some(now + LIFE));
        self.tokens.refresh.insert(refresh.clone());
        json!({"access_token": token, "refresh_token": refresh, "expires_in": LIFE.as_secs(), "token_type": "bot"})
    }
}

impl Sandbox {
    /// Who presses "Allow" on Slack's page from now on, and in which team.
    pub fn allows(&self, user: &str, team: &str) {
        self.inner.read(|s| s.tokens.allows = Some((user.to_owned(), team.to_owned())));
    }

    /// Whether tokens that are handed out from now on end after twelve hours and come with a refresh token.
    pub fn renew_tokens(&self, renewed: bool) {
        self.inner.read(|s| s.tokens.renewed = renewed);
    }
}

/// `/oauth/v2/authorize`
pub fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/oauth/v2/authorize", get(authorize))
}

/// Slack's page, on which "Allow" is pressed at once.
async fn authorize(
    Shared(inner): Shared<Arc<Inner>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let app = inner.request_url.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let back = app.and_then(|url| Url::parse(&format!("{url}/slack/oauth")).ok());
    let ours = asked.get("client_id") == Some(&inner.options.client_id);
    let Some(mut back) = back.filter(|_| ours) else {
        return (StatusCode::BAD_REQUEST, "no app of this id is known here").into_response();
    };
    let code = inner.read(|s| {
        let code = s.secret();
        let admin = s.world.users.iter().find(|u| u.is_admin).map(|u| u.id.clone()).unwrap_or_default();
        let allowed = s.tokens.allows.clone().unwrap_or((admin, s.world.home.id.clone()));
        s.tokens.codes.insert(code.clone(), allowed);
        code
    });
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", asked.get("state").map_or("", String::as_str));
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}
