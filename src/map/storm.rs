//! A storm: so many messages name overlaps that nobody would read an answer to each. One line answers for all.

use askama::Template;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sqlx::AssertSqlSafe;

use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::blocks::Message;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::{Tx, instant, millis, settings};
use crate::{sql_all, sql_value};

/// Messages are counted by slots of ten minutes.
const SLOT_MS: i64 = 600_000;
/// So many messages of a slot are answered one by one.
const ANSWERED: i64 = 20;
/// A slot that is longer past than this is told no more.
const DAY_MS: i64 = 86_400_000;

#[derive(Template)]
#[template(path = "map/storm.mrkdwn")]
struct Line<'a> {
    from: String,
    until: String,
    messages: i64,
    new: i64,
    known: i64,
    answered: i64,
    triage: &'a str,
}

fn slot(now: Timestamp) -> i64 {
    millis(now) - millis(now).rem_euclid(SLOT_MS)
}

/// Whether more messages were read in this slot than are answered one by one.
pub async fn rages(tx: &mut Tx, now: Timestamp, channel: &ChannelId) -> Result<bool> {
    let read = sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM (SELECT DISTINCT ts FROM overlap_sources WHERE channel = $1 AND read_at >= $2 LIMIT $3) m",
        channel.as_str(),
        slot(now),
        ANSWERED + 1
    )?;
    Ok(read > ANSWERED)
}

/// After a slot in which a storm raged: one line in the intake channel. `triage` is the day of the next triage, in words.
pub async fn round(tx: &mut Tx, now: Timestamp, triage: &str) -> Result<()> {
    let workspace = settings::load(tx).await?;
    let Some(channel) = workspace.intake_channel else { return Ok(()) };
    let zone = TimeZone::get(&workspace.digest.zone).unwrap_or(TimeZone::UTC);
    for (from, messages) in storms(tx, &channel, now).await? {
        let turn = format!("storm:{channel}");
        if !schedule::fire(tx, &turn, &format!("{from:015}"), millis(now)).await? {
            continue;
        }
        let (new, known) = overlaps(tx, &channel, from).await?;
        let clock = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
        let start = instant(from)?;
        let line = Line {
            from: clock(start),
            until: clock(start + SLOT_MS.milliseconds()),
            messages,
            new,
            known,
            answered: ANSWERED,
            triage,
        };
        let message = Message::text(line.render()?.trim().to_owned());
        let key = format!("{turn}:{from}");
        let out = Outgoing::post(key, Destination::Channel(channel.clone()), message);
        outbox::enqueue(tx, millis(now), &out).await?;
    }
    Ok(())
}

/// The slots of the last day that are over and had a storm: their beginning, and how many messages.
async fn storms(tx: &mut Tx, channel: &ChannelId, now: Timestamp) -> Result<Vec<(i64, i64)>> {
    let sql = format!(
        "SELECT read_at / {SLOT_MS} * {SLOT_MS} AS slot, COUNT(DISTINCT ts) FROM overlap_sources \
         WHERE channel = $1 AND read_at >= $2 AND read_at < $3 GROUP BY read_at / {SLOT_MS} * {SLOT_MS} \
         HAVING COUNT(DISTINCT ts) > $4 ORDER BY slot"
    );
    Ok(sql_all!(
        tx,
        (i64, i64),
        AssertSqlSafe(sql.clone()),
        channel.as_str(),
        slot(now) - DAY_MS,
        slot(now),
        ANSWERED
    )?)
}

/// How many of the overlaps named in a slot were new, and how many were known before.
async fn overlaps(tx: &mut Tx, channel: &ChannelId, from: i64) -> Result<(i64, i64)> {
    const NAMED: &str = "SELECT COUNT(*) FROM account_overlaps o WHERE o.id IN \
         (SELECT overlap_id FROM overlap_sources WHERE channel = $1 AND read_at >= $2 AND read_at < $3)";
    let until = from + SLOT_MS;
    let all = sql_value!(tx, i64, NAMED, channel.as_str(), from, until)?;
    let sql = format!("{NAMED} AND o.first_seen >= $2");
    let new = sql_value!(tx, i64, AssertSqlSafe(sql.clone()), channel.as_str(), from, until)?;
    Ok((new, all - new))
}
