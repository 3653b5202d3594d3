//! Wakes whoever waits for work: within the process with a [`Bell`], and the workers of every replica when one of them has
//! committed something.
//!
//! A process wakes itself. On Postgres triggers on the inbox and the outbox also send `NOTIFY` with the commit, and with it
//! the name of the process that committed, which need not be woken once more; whoever misses it, because its connection
//! was lost, looks once it has a new one.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::PAUSE;
use super::inbox::Inbox;
use crate::kernel::error::Result;

/// Something is in the inbox.
const INBOX: &str = "tandem_inbox";
/// Something is in the outbox.
const OUTBOX: &str = "tandem_outbox";

/// Rung after a commit; wakes the one that waits for it.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There may be work.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// There may be work after this long.
    pub fn ring_in(&self, wait: Duration) {
        let bell = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            bell.ring();
        });
    }

    /// Resolves when it was rung.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Listens until cancelled.
pub async fn run(pool: PgPool, inbox: Inbox, bell: Bell, stop: CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            error = listen(&pool, &inbox, &bell) => {
                tracing::warn!(%error, "the database does not wake us; looking now and then instead");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    Ok(())
}

async fn listen(pool: &PgPool, inbox: &Inbox, bell: &Bell) -> sqlx::Error {
    let mut listener = match PgListener::connect_with(pool).await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    if let Err(error) = listener.listen_all([INBOX, OUTBOX]).await {
        return error;
    }
    // What came while nobody listened.
    inbox.wake();
    bell.ring();
    let options = pool.connect_options();
    let own = options.get_application_name().unwrap_or_default();
    loop {
        match listener.try_recv().await {
            Ok(Some(news)) if !own.is_empty() && news.payload() == own => {}
            Ok(Some(news)) if news.channel() == INBOX => inbox.wake(),
            Ok(Some(_)) => bell.ring(),
            Ok(None) => {
                inbox.wake();
                bell.ring();
            }
            Err(error) => return error,
        }
    }
}
