//! `tandem doctor`: what is stuck, and what lies behind a reference that a user was shown.

use super::{Outcome, runtime};
use crate::app;
use crate::config::Config;
use crate::delivery::inbox::{self, Stuck};
use crate::delivery::{backlog, outbox};
use crate::kernel::clock::Clock;
use crate::kernel::meters::Backlog;
use crate::map::sources::{store, view};
use crate::store::{Db, Tx, installation, millis};
use crate::sustain::template::Folder;

/// So many stuck things are listed.
const LISTED: i64 = 20;

/// What `tandem doctor` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The reference that a user was shown, such as 7F3KQZ
    reference: Option<String>,
}

pub(super) fn run(config: &Config, options: &Options) -> Outcome {
    runtime()?.block_on(async {
        let db = app::inspect(config).await?;
        let outcome = match &options.reference {
            Some(reference) => look_up(&db, &reference.to_uppercase()).await,
            None => report(config, &db).await,
        };
        db.close().await;
        outcome
    })
}

#[expect(clippy::print_stdout, reason = "the report is what is asked for")]
async fn report(config: &Config, db: &Db) -> Outcome {
    let mut tx = db.read().await?;
    let Backlog { envelopes, buried, messages, unconfirmed, failed, .. } =
        backlog::read(&mut tx, millis(Clock::system().now())).await?;
    println!("Database: {}", db.name());
    match installation::load(&mut tx).await? {
        None => println!("Workspace: none yet"),
        Some(installation) => {
            println!("Workspace: {} ({})", installation.team, installation.team_id);
            if let Some(trouble) = installation.trouble() {
                println!("  {trouble}");
            }
        }
    }
    println!("Inbox: {envelopes} waiting, {buried} buried");
    for Stuck { seq, buried, kind, name, error, .. } in inbox::stuck(&mut tx, LISTED).await? {
        let state = if buried { "" } else { " (tried again by itself)" };
        println!("  {seq}  {kind} {name}{state}: {error}");
    }
    if buried > 0 {
        println!("  `tandem inbox retry` has one tried again, by its number.");
    }
    println!("Outbox: {messages} waiting, {unconfirmed} not confirmed, {failed} failed");
    for (state, error) in outbox::stuck(&mut tx, LISTED).await? {
        println!("  {state}: {error}");
    }
    sources(&mut tx, config).await?;
    texts(config);
    tx.rollback().await?;
    Ok(())
}

/// The folder of texts, where there is one, and which of its files are not used.
#[expect(clippy::print_stdout, reason = "the report is what is asked for")]
fn texts(config: &Config) {
    let Some(folder) = &config.templates_folder else { return };
    let read = Folder::read(Some(folder));
    println!("Texts in {}: {} used, {} not", folder.display(), read.texts.len(), read.bad.len());
    for bad in &read.bad {
        println!("  {}, line {}: {}", bad.file_name(), bad.line, bad.reason);
    }
}

/// Each source of lists that is configured, and how it stands.
#[expect(clippy::print_stdout, reason = "the report is what is asked for")]
async fn sources(tx: &mut Tx, config: &Config) -> Outcome {
    let standings = store::all(tx).await?;
    if !config.sources.is_empty() {
        println!("Sources of lists:");
    }
    for source in &config.sources {
        let standing = standings.iter().find(|(name, _)| *name == source.name).map(|(_, standing)| standing);
        println!("  {}: {}", source.name, view::for_the_console(standing));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the finding is what is asked for")]
async fn look_up(db: &Db, reference: &str) -> Outcome {
    let mut tx = db.read().await?;
    let found = inbox::find(&mut tx, reference).await?;
    tx.rollback().await?;
    match found {
        Some(Stuck { kind, name, received_at, error, .. }) => {
            println!("{kind} {name}, received {received_at}");
            println!("{error}");
            Ok(())
        }
        None => {
            Err(format!("nothing is filed under {reference}. References are six letters and digits").into())
        }
    }
}
