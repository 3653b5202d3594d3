//! What is kept back until its channel is in order again, and what follows a channel that moved.

use super::Fate;
use super::claims::{Claimed, Row, columns};
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::Tx;
use crate::{sql_all, sql_exec, sql_opt};

/// Keeps a row back until [`release`]; what is known of its fate stays known. `false`: the claim was lost.
pub async fn hold(tx: &mut Tx, row: &Claimed, channel: &ChannelId) -> Result<bool> {
    let held = sql_exec!(
        tx,
        "UPDATE outbox SET state = 'held', lease_until = 0, channel = $3, faults = 0, delayed_at = NULL \
         WHERE seq = $1 AND attempts = $2 AND state = 'claimed'",
        row.seq,
        row.attempts,
        channel.as_str()
    )?;
    Ok(held == 1)
}

/// Lets everything go on that is held for `channel`; the check before each send still counts.
pub async fn release(tx: &mut Tx, channel: &ChannelId) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "UPDATE outbox SET state = 'waiting', not_before = 0, channel = NULL WHERE state = 'held' AND channel = $1",
        channel.as_str()
    )?)
}

/// The channels for which something is held, with how much.
pub async fn held(tx: &mut Tx) -> Result<Vec<(ChannelId, i64)>> {
    let rows = sql_all!(
        tx,
        (String, i64),
        "SELECT channel, COUNT(*) FROM outbox WHERE state = 'held' GROUP BY channel ORDER BY channel"
    )?;
    Ok(rows.into_iter().map(|(channel, n)| (channel.into(), n)).collect())
}

/// The channel for which the message that shows `subject` is held.
pub async fn held_for(tx: &mut Tx, subject: &str) -> Result<Option<ChannelId>> {
    let row = sql_opt!(
        tx,
        (String,),
        "SELECT channel FROM outbox WHERE subject = $1 AND state = 'held' ORDER BY seq DESC LIMIT 1",
        subject
    )?;
    Ok(row.map(|(channel,)| channel.into()))
}

/// What people of a partner should read and what is held since before `before` (milliseconds UTC).
pub async fn held_too_long(tx: &mut Tx, before: i64) -> Result<Vec<Claimed>> {
    let rows = sql_all!(
        tx,
        Row,
        concat!(
            "SELECT ",
            columns!(),
            " FROM outbox WHERE state = 'held' AND audience = 'partner' AND created_at < $1 ORDER BY channel, seq"
        ),
        before
    )?;
    Ok(rows.into_iter().map(Claimed::from).collect())
}

/// Gives up one that is held.
pub async fn give_up_held(tx: &mut Tx, row: &Claimed, fate: Fate, now: i64, why: &str) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE outbox SET state = $2, sent_at = $3, error = $4 WHERE seq = $1 AND state = 'held'",
        row.seq,
        fate.as_str(),
        now,
        why
    )?;
    Ok(())
}

/// Sends to `to` what is held for `from` and shows a subject of this kind (`digest:`).
pub async fn readdress(tx: &mut Tx, from: &ChannelId, to: &ChannelId, kind: &str) -> Result<u64> {
    Ok(sql_exec!(
        tx,
        "UPDATE outbox SET lane = $2, action = REPLACE(REPLACE(action, $3, $4), $5, $6) \
         WHERE state = 'held' AND channel = $1 AND subject LIKE $7",
        from.as_str(),
        to.as_str(),
        quoted(from)?,
        quoted(to)?,
        from.mention(),
        to.mention(),
        format!("{kind}%")
    )?)
}

/// Follows a channel that has got another id, for what is shown there and for what is still to go.
pub async fn renumber(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    sql_exec!(
        tx,
        "UPDATE outbox SET action = REPLACE(action, $1, $2) WHERE state IN ('waiting', 'claimed', 'held')",
        quoted(from)?,
        quoted(to)?
    )?;
    sql_exec!(tx, "UPDATE outbox SET lane = $2 WHERE lane = $1", from.as_str(), to.as_str())?;
    sql_exec!(tx, "UPDATE outbox SET channel = $2 WHERE channel = $1", from.as_str(), to.as_str())?;
    let (old, new) = (format!("channel:{from}:"), format!("channel:{to}:"));
    sql_exec!(
        tx,
        "UPDATE outbox SET subject = REPLACE(subject, $1, $2) WHERE subject LIKE $1 || '%'",
        old,
        new
    )?;
    Ok(())
}

/// As it stands in an action.
fn quoted(channel: &ChannelId) -> Result<String> {
    Ok(serde_json::to_string(channel)?)
}
