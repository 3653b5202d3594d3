//! `tandem keys`: the keys that seal the tokens which are stored.

use clap::Subcommand;
use secrecy::ExposeSecret;

use super::{Outcome, runtime};
use crate::app;
use crate::config::Config;
use crate::kernel::clock::Clock;
use crate::store::keys::{self, Keyring, Source};
use crate::store::{Db, audit, installation};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make a first key, in the file that the configuration names (tandem.keys in the data folder otherwise)
    New {
        /// Print it instead, for TANDEM_KEYS__RING
        #[arg(long)]
        print: bool,
    },
    /// Add a new key and seal everything that is stored anew with it. Keys in TANDEM_KEYS__RING are not added to: put
    /// a new one in front yourself, then run this
    Rotate {
        /// Afterwards, drop the older keys from the file: backups made before cannot be opened any more
        #[arg(long)]
        drop_older: bool,
    },
}

#[expect(clippy::print_stdout, reason = "what was made is what is asked for")]
pub(super) fn run(config: &Config, verb: &Verb) -> Outcome {
    match verb {
        Verb::New { print: true } => println!("{}", keys::new_key().expose_secret()),
        Verb::New { print: false } => {
            let file = config.key_file();
            keys::create(&file)?;
            println!(
                "Made a key in {}. Keep a copy of it, apart from the backups of the database.",
                file.display()
            );
        }
        Verb::Rotate { drop_older } => runtime()?.block_on(async {
            let db = app::open(config).await?;
            let outcome = rotate(config, &db, *drop_older).await;
            db.close().await;
            outcome
        })?,
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was changed is what is asked for")]
async fn rotate(config: &Config, db: &Db, drop_older: bool) -> Outcome {
    let source = config.keys();
    if let Source::File(file) = &source {
        keys::renew(file)
            .map_err(|e| format!("{}: {e}. `tandem keys new` makes a first key", file.display()))?;
    }
    let ring = Keyring::load(source.clone())?.ok_or("there are no keys")?;
    let mut tx = db.begin().await?;
    let sealed = installation::reseal(&mut tx, &ring).await?;
    let detail = format!("{sealed} sealed anew");
    audit::done(&mut tx, Clock::system().now(), audit::TANDEM, "keys.rotate", "keys:", &detail);
    tx.commit().await?;
    println!("Stored secrets that were sealed anew: {sealed}.");
    match source {
        Source::File(file) if drop_older => {
            keys::drop_older(&file)?;
            println!("{} holds the new key only.", file.display());
        }
        Source::File(file) => println!(
            "{} holds the new key and the older ones, which open backups made before. `--drop-older` drops them.",
            file.display()
        ),
        Source::Given(_) => {
            println!("The older keys can go from the ring; only backups made before need them.")
        }
    }
    Ok(())
}
