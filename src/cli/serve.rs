//! `tandem serve`: runs the bot until it is asked to stop.

use std::time::Duration;

use super::{Outcome, interrupted, runtime};
use crate::app::App;
use crate::config::Config;
use crate::kernel::clock::Clock;

/// How long threads may take to finish what they are at, once everything else has ended.
const LAST: Duration = Duration::from_secs(2);

pub(super) fn run(config: Config) -> Outcome {
    config.validate()?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(async move {
        let app = App::start(&config, Clock::system()).await?;
        tracing::info!(address = %app.address, "Tandem is ready");
        let stop = app.stopper();
        tokio::spawn(async move {
            interrupted().await;
            tracing::info!("finishing what is under way");
            stop.cancel();
        });
        app.wait().await?;
        Ok(())
    });
    // A part that blocks its thread cannot be ended, and must not keep the process from it.
    runtime.shutdown_timeout(LAST);
    outcome
}
