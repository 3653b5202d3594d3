//! Keeps the bot's token good: renews it before it ends, notices when Slack no longer takes it, and takes up the new
//! one after an installation, in every process on the same database.
//!
//! What Slack's events say (`tokens_revoked`, `app_uninstalled`) is a hint: they come in any order, and late after the
//! app was installed again. Whether the token is good is always asked of Slack itself, with `auth.test`.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::client::{Access, CallError, Client, Grant};
use crate::delivery::wake::Bell;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::store::installation::{self, Installation, Tokens};
use crate::store::keys::Keyring;
use crate::store::{Db, audit};

/// How often the installation is looked at when nothing calls for it.
const ROUND: Duration = Duration::from_secs(10);
/// A token is renewed so long before its end; Slack gives it twelve hours.
const MARGIN: SignedDuration = SignedDuration::from_hours(2);
/// How often renewed tokens are saved before they are given up: the ones before are used up.
const SAVES: u32 = 6;

/// The app's own credentials, for installing it and renewing its tokens.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// From "Basic Information".
    pub client_id: String,
    /// Beside it.
    pub client_secret: SecretString,
    /// Seals the tokens.
    pub ring: Arc<Keyring>,
}

/// Keeps the token.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Where the installation is.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Uses the token.
    pub client: Arc<Client>,
    /// `None` where the token comes from the configuration.
    pub credentials: Option<Credentials>,
    /// Rung when the installation may have changed.
    pub news: Bell,
}

impl Keeper {
    /// Runs until cancelled. `outbox` is rung when what waits can be sent.
    ///
    /// # Errors
    /// When the app was installed with another bot user: everything that knows who we are starts anew.
    pub async fn run(self, outbox: Bell, stop: CancellationToken) -> Result<()> {
        let (mut known, mut bot_user) = (0, None);
        while !stop.is_cancelled() {
            match self.round(&mut known, &outbox).await {
                Ok(Some(user)) if *bot_user.get_or_insert_with(|| user.clone()) != user => {
                    return Err(Error::fault(
                        "the app was installed anew with another bot user; starting again",
                    ));
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the installation could not be looked at"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.news.rung() => {}
                () = self.clock.moved() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        Ok(())
    }

    /// One look: takes up what changed, renews what ends soon, asks Slack where there is doubt. Answers our bot user.
    async fn round(&self, known: &mut i64, outbox: &Bell) -> Result<Option<String>> {
        let Some(mut now) = self.load().await? else { return Ok(None) };
        if self.renew_if_due(&now).await? {
            now = self.load().await?.unwrap_or(now);
        }
        if now.version != *known {
            self.take_up(&now)?;
            *known = now.version;
            outbox.ring();
        }
        if now.revoked.is_some() || !self.client.is_authorised() {
            self.ask(&now).await?;
            outbox.ring();
        }
        Ok(Some(now.bot_user))
    }

    /// The installation as it stands.
    pub async fn load(&self) -> Result<Option<Installation>> {
        let mut tx = self.db.read().await?;
        let found = installation::load(&mut tx).await?;
        tx.rollback().await?;
        Ok(found)
    }

    /// Gives the client the stored token, where there is one.
    pub fn take_up(&self, installation: &Installation) -> Result<()> {
        if let Some(credentials) = &self.credentials
            && let Some(tokens) = installation.tokens(&credentials.ring)?
        {
            self.client.use_bot_token(&tokens.bot);
        }
        if installation.revoked.is_some() {
            self.client.trust(false);
        }
        Ok(())
    }

    /// Asks Slack whether it takes the token, and writes down what changed.
    async fn ask(&self, installation: &Installation) -> Result<()> {
        let at = self.clock.now();
        match self.client.auth_test().await {
            Ok(_) => {
                self.client.trust(true);
                if installation.revoked.is_some() {
                    let mut tx = self.db.begin().await?;
                    installation::revive(&mut tx, at, installation.version).await?;
                    tx.commit().await?;
                    tracing::info!("Slack takes the token again; what waited is sent");
                }
            }
            Err(CallError::Unauthorised { code }) => {
                self.client.trust(false);
                self.revoked(installation, &code).await?;
            }
            Err(error) => tracing::warn!(%error, "Slack does not say whether it takes the token"),
        }
        Ok(())
    }

    /// Writes down that Slack no longer takes the token.
    pub async fn revoked(&self, installation: &Installation, code: &str) -> Result<()> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        if installation::revoke(&mut tx, at, installation.version, code).await? {
            let subject = format!("app:{}", installation.team_id);
            audit::done(&mut tx, at, audit::TANDEM, "app.uninstall", &subject, code);
            tracing::error!(
                code,
                "Slack no longer takes the token; nothing is sent until the app is installed again"
            );
        }
        tx.commit().await
    }

    /// Renews the token when it ends soon and no other process is at it. `true` when it was renewed.
    pub async fn renew_if_due(&self, installation: &Installation) -> Result<bool> {
        let (Some(credentials), Some(ends)) = (&self.credentials, installation.expires_at) else {
            return Ok(false);
        };
        let at = self.clock.now();
        let gone = installation.revoked.as_ref().is_some_and(|(_, why)| why != "token_expired");
        if gone || !installation.is_renewed() || ends.duration_since(at) > MARGIN {
            return Ok(false);
        }
        let Some(refresh) = installation.tokens(&credentials.ring)?.and_then(|t| t.refresh) else {
            return Ok(false);
        };
        let mut tx = self.db.begin().await?;
        let ours = installation::take_turn(&mut tx, at, installation.version).await?;
        tx.commit().await?;
        if !ours {
            return Ok(false);
        }
        let grant = Grant::Refresh(&refresh);
        match self.client.access(&credentials.client_id, &credentials.client_secret, grant).await {
            Ok(access) => self.save_renewed(credentials, installation, &tokens(&access, at)).await,
            Err(error) => {
                tracing::error!(%error, "the token could not be renewed");
                let mut tx = self.db.begin().await?;
                installation::not_renewed(&mut tx, installation, &error.to_string()).await?;
                tx.commit().await?;
                Ok(false)
            }
        }
    }

    /// The refresh token before is used up: a database that stumbles for a moment must not lose the new one.
    async fn save_renewed(
        &self,
        credentials: &Credentials,
        before: &Installation,
        tokens: &Tokens,
    ) -> Result<bool> {
        let mut tried = 0;
        loop {
            tried += 1;
            let saved = async {
                let mut tx = self.db.begin().await?;
                let saved = installation::renewed(&mut tx, &credentials.ring, before, tokens).await?;
                tx.commit().await?;
                Ok::<_, Error>(saved)
            };
            match saved.await {
                Err(error) if tried < SAVES => {
                    tracing::warn!(%error, "renewed tokens could not be saved yet");
                    tokio::time::sleep(Duration::from_millis(100 << tried)).await;
                }
                other => return other,
            }
        }
    }
}

/// What Slack handed over at `at`, to be stored.
pub(super) fn tokens(access: &Access, at: jiff::Timestamp) -> Tokens {
    let ends = access.expires_in.and_then(|s| at.checked_add(SignedDuration::from_secs(s)).ok());
    Tokens { bot: access.bot_token.clone(), refresh: access.refresh_token.clone(), expires_at: ends }
}
