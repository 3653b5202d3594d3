//! `tandem backup`: a consistent copy of the database, also while Tandem runs.

use std::path::{Path, PathBuf};

use super::{Outcome, runtime};
use crate::config::Config;
use crate::kernel::clock::Clock;
use crate::store::audit::{self, Verdict};
use crate::store::{Db, backup, installation};

/// What `tandem backup` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The new file
    file: PathBuf,
}

pub(super) fn run(config: &Config, options: &Options) -> Outcome {
    if config.database_url.is_some() {
        return Err(format!(
            "Postgres is copied with its own tools, also while Tandem runs:\n\n  pg_dump --format=custom --file={} \"$DATABASE_URL\"\n",
            options.file.display()
        )
        .into());
    }
    runtime()?.block_on(async {
        backup::copy(&config.sqlite_file(), &options.file, Clock::system().now()).await?;
        report(config, &options.file).await
    })
}

#[expect(clippy::print_stdout, reason = "what was copied is what is asked for")]
async fn report(config: &Config, file: &Path) -> Outcome {
    let bytes = std::fs::metadata(file)?.len();
    let db = Db::inspect_sqlite(file).await?;
    let mut tx = db.read().await?;
    let chain = audit::verify(&mut tx, None).await?;
    let sealed = installation::load(&mut tx).await?.is_some_and(|i| i.has_tokens());
    tx.rollback().await?;
    db.close().await;
    println!("Copied to {} ({} kB).", file.display(), bytes.div_ceil(1024));
    match chain {
        Verdict::Whole(None) => println!("Its audit log is empty."),
        Verdict::Whole(Some((seq, hash))) => {
            println!("Its audit log is whole, {seq} entries. Head: {seq}:{hash}")
        }
        _ => println!("Its audit log is not as it was written: `tandem audit verify` says where."),
    }
    if sealed && config.keys.ring.is_none() {
        println!(
            "The stored tokens are in it, sealed. The keys in {} are not: keep a copy of them elsewhere.",
            config.key_file().display()
        );
    }
    Ok(())
}
