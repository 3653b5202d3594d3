//! Wakes the workers of every replica when one of them has committed something.
//!
//! On SQLite there is one process, which wakes itself. On Postgres triggers on the inbox and the outbox send `NOTIFY`
//! with the commit; whoever misses it, because its connection was lost, looks once it has a new one.

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio_util::sync::CancellationToken;

use super::PAUSE;
use super::inbox::Inbox;
use super::outbox::Bell;
use crate::kernel::error::Result;

/// Something is in the inbox.
const INBOX: &str = "tandem_inbox";
/// Something is in the outbox.
const OUTBOX: &str = "tandem_outbox";

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
    loop {
        match listener.try_recv().await {
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
