//! `oauth.v2.access`: tokens for a code, or for a refresh token.
//!
//! Written here and not taken from slack-morphism, which drops refresh tokens and cannot read org-wide installations.
//!
//! Source: Slack, "Installing with OAuth" and "Token rotation".

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{CallError, Client};

/// What is shown for tokens.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// The code that Slack's page sent back.
    Code(&'a str),
    /// The refresh token; good for one use.
    Refresh(&'a SecretString),
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Access {
    /// The bot's token.
    pub bot_token: SecretString,
    /// Where tokens are renewed.
    pub refresh_token: Option<SecretString>,
    /// Seconds until the bot's token ends, where tokens are renewed.
    pub expires_in: Option<i64>,
    /// The workspace and its name; the organisation for an org-wide installation.
    pub team: (String, String),
    /// For a whole Enterprise organisation.
    pub org_wide: bool,
    /// Our user there; absent from a renewal.
    pub bot_user: Option<String>,
    /// Who installed it; absent from a renewal.
    pub installed_by: Option<String>,
}

impl Access {
    /// Reads Slack's reply. `None`: it holds no bot's token, or names no workspace.
    fn read(reply: &Value) -> Option<Self> {
        let text = |at: &str| reply.pointer(at).and_then(Value::as_str).filter(|t| !t.is_empty());
        let owned = |at: &str| text(at).map(str::to_owned);
        let org_wide = reply["is_enterprise_install"].as_bool().unwrap_or(false);
        let of = if org_wide || reply["team"].is_null() { "enterprise" } else { "team" };
        let id = owned(&format!("/{of}/id"))?;
        let name = owned(&format!("/{of}/name")).unwrap_or_else(|| id.clone());
        // A user's token is no use, and would not begin like this.
        let bot = text("/access_token").filter(|t| t.starts_with("xoxb-") || t.starts_with("xoxe.xoxb-"))?;
        Some(Self {
            bot_token: bot.into(),
            refresh_token: text("/refresh_token").map(SecretString::from),
            expires_in: reply["expires_in"].as_i64(),
            team: (id, name),
            org_wide,
            bot_user: owned("/bot_user_id"),
            installed_by: owned("/authed_user/id"),
        })
    }
}

impl Client {
    /// Slack's page that asks whether to install the app.
    pub fn authorize_url(&self, client_id: &str, scopes: &str, state: &str) -> Url {
        let mut url = self.shared.api.clone();
        url.set_path("/oauth/v2/authorize");
        url.query_pairs_mut()
            .clear()
            .append_pair("client_id", client_id)
            .append_pair("scope", scopes)
            .append_pair("state", state);
        url
    }

    /// `oauth.v2.access`. The secrets travel in the body and in no address.
    pub async fn access(
        &self,
        client_id: &str,
        client_secret: &SecretString,
        grant: Grant<'_>,
    ) -> Result<Access, CallError> {
        let mut form = vec![("client_id", client_id), ("client_secret", client_secret.expose_secret())];
        match grant {
            Grant::Code(code) => form.push(("code", code)),
            Grant::Refresh(token) => {
                form.extend([("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())]);
            }
        }
        let http = self.plain().map_err(|_| CallError::Retry { after: None, code: "connect".into() })?;
        let url = format!("{}/oauth.v2.access", self.shared.api.as_str().trim_end_matches('/'));
        let lost = |e: reqwest::Error| match e.is_connect() {
            true => CallError::Retry { after: None, code: "connect".into() },
            false => CallError::unclear(false, "lost_connection"),
        };
        let request = async {
            let reply = http.post(url).form(&form).send().await.map_err(lost)?;
            let status = reply.status();
            if !status.is_success() {
                return Err(CallError::from_status(false, status.as_u16()));
            }
            reply.json::<Value>().await.map_err(|_| CallError::unclear(false, "unreadable_answer"))
        };
        let reply = tokio::time::timeout(self.shared.timeout, request).await;
        let reply = reply.unwrap_or_else(|_| Err(CallError::unclear(false, "timeout")))?;
        if reply["ok"] != true {
            return Err(CallError::from_code(
                false,
                reply["error"].as_str().unwrap_or("unknown_error"),
                None,
            ));
        }
        Access::read(&reply)
            .ok_or_else(|| CallError::rejected("no_bot_token", "the answer holds no bot's token"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_workspace_and_an_organisation_are_read() {
        let mut reply = json!({"ok": true, "access_token": "xoxb-1", "token_type": "bot", "scope": "commands",
            "bot_user_id": "U0BOT", "app_id": "A1", "team": {"id": "T1", "name": "Meridian"}, "enterprise": null,
            "is_enterprise_install": false, "authed_user": {"id": "U1"}});
        let access = Access::read(&reply).unwrap();
        assert_eq!(access.team, ("T1".to_owned(), "Meridian".to_owned()));
        assert_eq!((access.org_wide, access.expires_in, access.refresh_token.is_none()), (false, None, true));
        assert_eq!((access.bot_user.as_deref(), access.installed_by.as_deref()), (Some("U0BOT"), Some("U1")));

        reply["team"] = Value::Null;
        reply["enterprise"] = json!({"id": "E1", "name": "Meridian Group"});
        reply["is_enterprise_install"] = json!(true);
        let access = Access::read(&reply).unwrap();
        assert_eq!((access.team.0.as_str(), access.org_wide), ("E1", true));
    }

    #[test]
    fn rotating_tokens_are_read_and_a_user_only_install_is_not_one() {
        let reply = json!({"ok": true, "access_token": "xoxe.xoxb-1", "refresh_token": "xoxe-1-1", "expires_in": 43200,
            "token_type": "bot", "team": {"id": "T1"}});
        let access = Access::read(&reply).unwrap();
        assert_eq!(access.expires_in, Some(43_200));
        assert_eq!(access.refresh_token.unwrap().expose_secret(), "xoxe-1-1");
        assert_eq!(access.team.1, "T1");
        let user =
            json!({"ok": true, "authed_user": {"id": "U1", "access_token": "xoxp-1"}, "team": {"id": "T1"}});
        assert!(Access::read(&user).is_none());
        assert!(!format!("{:?}", Access::read(&reply)).contains("xoxe"));
    }
}
