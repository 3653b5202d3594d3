//! Partners' feeds are read by themselves, for what they ship.

use super::super::Bot;
use super::super::reads::{self, One};
use crate::kernel::error::Result;
use crate::map::find::find_partner;
use crate::map::sources::standing::{self, Failure, Marks};
use crate::map::sources::store::reads::Claim;
use crate::store::Tx;
use crate::sustain::feed::{self, Read};
use crate::sustain::flow::feeds as flow;

/// A feed is no larger, in bytes.
const LARGEST: u64 = 5 * 1024 * 1024;

/// Reads one that is due; `false` when none is.
pub(in crate::slack::bot) async fn next(bot: &Bot) -> Result<bool> {
    let Some((one, claim)) = bot.feeds.claim(bot).await? else { return Ok(false) };
    let looked = reads::look(bot, one, &claim, Some(&claim.reading.marks), LARGEST, feed::read).await;
    settle(bot, one, &claim, looked).await?;
    bot.bell.ring();
    Ok(true)
}

async fn settle(
    bot: &Bot,
    one: &One,
    claim: &Claim,
    looked: Result<Option<(Read, Marks)>, Failure>,
) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let mut reading = claim.reading.clone();
    let taken = match looked {
        Err(failure) => Err(failure),
        Ok(None) => Ok(None),
        Ok(Some((read, marks))) => {
            take_in(&mut tx, bot, one, &read).await?.map(|result| Some((result, marks)))
        }
    };
    let pause = match taken {
        Ok(found) => {
            flow::mended(&mut tx, now, &claim.name, &mut reading).await?;
            reading.good_at = Some(now);
            if let Some((result, marks)) = found {
                (reading.result, reading.marks) = (Some(result), marks);
            }
            one.source.every
        }
        Err(failure) => {
            flow::failed(&mut tx, now, &claim.name, &mut reading, &failure.why).await?;
            standing::pause(&failure, reading.failures, one.source.every)
        }
    };
    reads::settle(bot, tx, claim, &reading, pause).await
}

/// Takes in what was read, in words; or why it cannot be.
async fn take_in(tx: &mut Tx, bot: &Bot, one: &One, read: &Read) -> Result<Result<String, Failure>> {
    let partner = one.partner.as_deref().unwrap_or_default();
    let Ok(found) = find_partner(tx, partner).await? else {
        return Ok(Err(Failure::lasting(format!("There is no partner called {partner}"))));
    };
    let new = flow::take_in(tx, bot.clock.now(), &one.source.name, &found.id, read).await?;
    Ok(Ok(format!("{}, {new} of them new", read.words())))
}
