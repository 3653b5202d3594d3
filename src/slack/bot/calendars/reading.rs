//! Calendars that are read by themselves, for sessions that nobody logged.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::Bot;
use super::super::reads::{self, One};
use crate::kernel::error::Result;
use crate::kernel::ics::{self, Read};
use crate::map::sources::standing::{self, Failure, Marks, Reading};
use crate::map::sources::store::reads::Claim;
use crate::plan::flow::found::{self, Seen, Taken};
use crate::plan::view::calendar as view;

/// A calendar is no larger, in bytes.
pub(super) const LARGEST: u64 = 10 * 1024 * 1024;
/// A calendar that says it has not changed is read whole again after this time: what is looked at has moved on.
const WHOLE_AGAIN: SignedDuration = SignedDuration::from_hours(20);

/// Reads one that is due; `false` when none is.
pub(in crate::slack::bot) async fn next(bot: &Bot) -> Result<bool> {
    let Some((one, claim)) = bot.reads.claim(bot).await? else { return Ok(false) };
    let now = bot.clock.now();
    let fresh = claim.reading.good_at.is_some_and(|good| now.duration_since(good) < WHOLE_AGAIN);
    let marks = Some(&claim.reading.marks).filter(|_| fresh);
    let looked = reads::look(bot, one, &claim, marks, LARGEST, parse).await;
    settle(bot, one, &claim, looked).await?;
    bot.bell.ring();
    Ok(true)
}

/// What it shows around now.
pub(super) fn parse(bytes: &[u8], now: Timestamp, zone: &TimeZone) -> Result<Read, String> {
    ics::read(bytes, &found::window(now), zone).map_err(|e| e.to_string())
}

async fn settle(
    bot: &Bot,
    one: &One,
    claim: &Claim,
    looked: Result<Option<(Read, Marks)>, Failure>,
) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let before = claim.reading.clone();
    let (reading, pause) = match looked {
        Ok(None) => (Reading { failures: 0, error: None, ..before }, one.source.every),
        Ok(Some((read, marks))) => {
            let partner = match &one.partner {
                Some(written) => found::partner_named(&mut tx, written).await?,
                None => None,
            };
            let seen = Seen { calendar: &claim.name, partner: partner.as_ref().map(|p| &p.id), whole: true };
            let taken = found::take_in(&mut tx, now, seen, &read).await?;
            let result = Some(told(&taken, &read));
            (Reading { good_at: Some(now), result, marks, ..Reading::default() }, one.source.every)
        }
        Err(failure) => {
            let failures = before.failures + 1;
            let pause = standing::pause(&failure, failures, one.source.every);
            (Reading { failures, error: Some(failure.why), ..before }, pause)
        }
    };
    reads::settle(bot, tx, claim, &reading, pause).await
}

/// What it came to, with the first things that could not be matched or read.
fn told(taken: &Taken, read: &Read) -> String {
    let mut text = view::result(taken);
    let unmatched = taken.unmatched.first().map(|(title, why)| format!("\"{title}\": {why}"));
    let unread =
        read.unread.first().map(|unread| format!("I could not read \"{}\": {}", unread.what, unread.why));
    for more in [unmatched, unread].into_iter().flatten() {
        text.push_str(". ");
        text.push_str(&more);
    }
    text.chars().take(500).collect()
}
