//! `tandem serve`: runs the bot until it is asked to stop.

use super::{Outcome, interrupted, runtime};
use crate::app::App;
use crate::config::Config;
use crate::kernel::clock::Clock;

pub(super) fn run(config: Config) -> Outcome {
    config.validate()?;
    runtime()?.block_on(async move {
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
    })
}
