//! The way into Slack: which token is used, whose workspace it is, and waiting for an installation where there is none.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::delivery::wake::Bell;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::slack::bot::Identity;
use crate::slack::client::{CallError, Client};
use crate::slack::oauth;
use crate::slack::tokens::{Credentials, Keeper};
use crate::store::Db;
use crate::store::installation::{self, Grant, Installation};
use crate::store::keys::Keyring;
use crate::web;

/// How often `auth.test` is tried at the start.
const GREETINGS: u32 = 5;
/// How often it is looked whether another process took up an installation.
const LOOK: Duration = Duration::from_secs(2);

/// Who keeps the token good. Refused where tokens will be stored and there is no key to seal them with.
pub(super) fn keeper(config: &Config, db: &Db, clock: &Clock, client: &Arc<Client>) -> Result<Keeper> {
    let credentials = match (&config.slack.client_id, &config.slack.client_secret) {
        (Some(client_id), Some(client_secret)) => {
            let ring = Keyring::load(config.keys())?.ok_or_else(|| no_key(config))?;
            Some(Credentials {
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                ring: Arc::new(ring),
            })
        }
        _ => None,
    };
    Ok(Keeper {
        db: db.clone(),
        clock: clock.clone(),
        client: client.clone(),
        credentials,
        news: Bell::default(),
    })
}

fn no_key(config: &Config) -> Error {
    Error::fault(format!(
        "slack.client_id is set, so tokens are stored, and there is no key to seal them with. Run `tandem keys new`: it writes one to {}",
        config.key_file().display()
    ))
}

/// Greets Slack, after an installation where one is needed. The listener comes back to serve everything else.
pub(super) async fn enter(
    config: &Config,
    keeper: &Keeper,
    mut listener: TcpListener,
) -> Result<(Identity, TcpListener)> {
    loop {
        if let Some(identity) = sign_in(config, keeper).await? {
            return Ok((identity, listener));
        }
        listener = await_installation(keeper, listener).await?;
    }
}

/// `None`: the app has to be installed first.
async fn sign_in(config: &Config, keeper: &Keeper) -> Result<Option<Identity>> {
    let mut stored = keeper.load().await?;
    if let Some(installation) = &stored
        && keeper.renew_if_due(installation).await?
    {
        stored = keeper.load().await?;
    }
    let installed = stored.as_ref().filter(|i| i.has_tokens() && keeper.credentials.is_some());
    match installed {
        Some(installation) => keeper.take_up(installation)?,
        None if config.slack.bot_token.is_none() => return Ok(None),
        None => {}
    }
    let identity = match greet(&keeper.client).await {
        Ok(identity) => identity,
        Err(CallError::Unauthorised { code }) if keeper.credentials.is_some() => {
            tracing::error!(code, "Slack does not take the token");
            if let Some(installation) = installed {
                keeper.revoked(installation, &code).await?;
            }
            return Ok(None);
        }
        Err(error) => return Err(Error::caused("auth.test; is slack.bot_token right?", error)),
    };
    match installed {
        Some(_) => {}
        None => adopt(keeper, stored.as_ref(), &identity).await?,
    }
    Ok(Some(identity))
}

/// Remembers the workspace of a token from the configuration; nothing secret is stored.
async fn adopt(keeper: &Keeper, stored: Option<&Installation>, identity: &Identity) -> Result<()> {
    let same = |i: &&Installation| {
        i.bot_user == identity.bot_user && i.team_id == identity.team_id && i.org_wide == identity.org_wide
    };
    if stored.filter(same).is_some_and(|i| i.revoked.is_none() && !i.has_tokens()) {
        return Ok(());
    }
    let grant = Grant {
        team_id: identity.team_id.clone(),
        team: identity.team.clone(),
        org_wide: identity.org_wide,
        bot_user: identity.bot_user.clone(),
        installed_by: None,
    };
    let mut tx = keeper.db.begin().await?;
    let ours = installation::save(&mut tx, keeper.clock.now(), &grant, None).await?;
    tx.commit().await?;
    if ours {
        return Ok(());
    }
    let team = stored.map_or("another workspace", |i| i.team.as_str());
    Err(Error::fault(format!(
        "this database belongs to {team}, and slack.bot_token is of {}: give each workspace a database of its own",
        identity.team
    )))
}

/// Serves the pages that install the app, until it is installed.
async fn await_installation(keeper: &Keeper, listener: TcpListener) -> Result<TcpListener> {
    let Some(credentials) = keeper.credentials.clone() else {
        return Err(Error::fault("slack.bot_token is not set"));
    };
    let address = listener.local_addr()?;
    tracing::info!(%address, "the app is not installed yet: open /slack/install in a browser");
    // The same socket twice: who knocks while one server hands over to the other is kept waiting and not sent away.
    let socket = listener.into_std()?;
    let later = socket.try_clone()?;
    let routes = Router::new()
        .merge(web::not_ready("installation", "the app is not installed yet: open /slack/install"))
        .merge(oauth::router(keeper.clone(), credentials))
        .fallback(|| async { StatusCode::SERVICE_UNAVAILABLE });
    let stop = CancellationToken::new();
    let server = tokio::spawn(web::serve(TcpListener::from_std(socket)?, routes, stop.clone()));
    loop {
        tokio::select! {
            () = keeper.news.rung() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        let found = keeper.load().await?;
        if found.is_some_and(|i| i.has_tokens() && i.revoked.is_none()) {
            break;
        }
    }
    stop.cancel();
    server.await.map_err(|e| Error::caused("the pages that install the app", e))??;
    Ok(TcpListener::from_std(later)?)
}

/// `auth.test`: a wrong token is told at once, a Slack that does not answer is tried again.
async fn greet(client: &Client) -> Result<Identity, CallError> {
    let mut tried = 0;
    let answer = loop {
        tried += 1;
        match client.auth_test().await {
            Ok(answer) => break answer,
            Err(error @ (CallError::Retry { .. } | CallError::Ambiguous { .. })) if tried < GREETINGS => {
                tracing::warn!(%error, "Slack does not answer yet");
                tokio::time::sleep(Duration::from_millis(300 << tried)).await;
            }
            Err(error) => return Err(error),
        }
    };
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let enterprise_id = answer["enterprise_id"].as_str().filter(|e| !e.is_empty()).map(str::to_owned);
    let org_wide = answer["is_enterprise_install"].as_bool().unwrap_or(false) && enterprise_id.is_some();
    Ok(Identity {
        team_id: enterprise_id.clone().filter(|_| org_wide).unwrap_or_else(|| text("team_id")),
        team: text("team"),
        enterprise_id,
        org_wide,
        bot_user: text("user_id"),
        bot_id: text("bot_id"),
        url: text("url"),
    })
}
