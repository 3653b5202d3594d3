//! The audit log: every decision and every refusal, append-only and chained.
//!
//! Each entry's hash covers the hash before it and all of its own fields, so that nobody can change, remove or insert
//! one without breaking every hash after it; triggers refuse `UPDATE` and `DELETE` besides. What the chain alone cannot
//! show is that the newest entries were cut off: for that, note its head now and then and hand it to [`verify`].
//! Nothing is ever deleted from it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Tx, millis};
use crate::kernel::error::Result;
use crate::{sql_all, sql_exec, sql_opt};

/// Hashed in front of every entry, so that the format can change one day.
const FORMAT: &str = "tandem audit 1";
/// The lock under which processes on one Postgres append, one at a time.
const LOCK: i64 = 0x7461_6e64_656d_0001;
/// So many entries are read at once.
const PAGE: i64 = 1_000;

/// Acts by itself.
pub const TANDEM: &str = "tandem";
/// Acts on the server, with a subcommand; nobody there has an account at Slack.
pub const CONSOLE: &str = "console";

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Slack's id of a user or of another app's bot, [`TANDEM`] or [`CONSOLE`].
    pub actor: String,
    /// The acting user's home team; empty where it is not known.
    pub team: String,
    /// What was tried, as noun.verb (`draft.approve`).
    pub action: String,
    /// On what, as kind:id.
    pub subject: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Why, or what changed.
    pub detail: String,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Link {
    /// Counts up by one, from 1.
    pub seq: i64,
    /// Milliseconds UTC.
    pub at: i64,
    /// See [`Entry`].
    pub actor: String,
    /// See [`Entry`].
    pub team: String,
    /// See [`Entry`].
    pub action: String,
    /// See [`Entry`].
    pub subject: String,
    /// See [`Entry`].
    pub outcome: String,
    /// See [`Entry`].
    pub detail: String,
    /// SHA-256 in hexadecimal.
    pub hash: String,
}

impl Link {
    /// The hash that it must have after an entry with the hash `before` (empty for the first).
    fn expected(&self, before: &str) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        let fields = [
            FORMAT,
            before,
            &seq,
            &at,
            &self.actor,
            &self.team,
            &self.action,
            &self.subject,
            &self.outcome,
            &self.detail,
        ];
        let mut hash = Sha256::new();
        for field in fields {
            // With its length in front, no text can pass as the end of one field and the start of the next.
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// Notes what was done; it is written down when the transaction commits.
pub fn done(tx: &mut Tx, at: Timestamp, actor: &str, action: &str, subject: &str, detail: &str) {
    note(tx, at, [actor, action, subject, "done", detail]);
}

/// Notes what was refused; it is written down when the transaction commits.
pub fn refused(tx: &mut Tx, at: Timestamp, actor: &str, action: &str, subject: &str, detail: &str) {
    note(tx, at, [actor, action, subject, "refused", detail]);
}

fn note(tx: &mut Tx, at: Timestamp, texts: [&str; 5]) {
    // A database may refuse NUL, and people can write it.
    let [actor, action, subject, outcome, detail] = texts.map(|t| t.replace('\0', ""));
    tx.log().push(Entry { at, actor, team: String::new(), action, subject, outcome, detail });
}

/// Appends what the transaction noted. Called once, right before its commit.
pub(super) async fn chain(tx: &mut Tx) -> Result<()> {
    let noted = std::mem::take(tx.log());
    if noted.is_empty() {
        return Ok(());
    }
    let teams = teams(tx, &noted).await?;
    if tx.is_postgres() {
        sql_exec!(tx, "SELECT pg_advisory_xact_lock($1)", LOCK)?;
    }
    let (mut seq, mut before) = head(tx).await?.unwrap_or_default();
    let mut links = Vec::with_capacity(noted.len());
    for entry in noted {
        seq += 1;
        let mut link = Link {
            seq,
            at: millis(entry.at),
            team: teams.get(&entry.actor).cloned().unwrap_or_default(),
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            outcome: entry.outcome,
            detail: entry.detail,
            hash: String::new(),
        };
        link.hash = link.expected(&before);
        before.clone_from(&link.hash);
        links.push(link);
    }
    let sql = format!(
        "INSERT INTO audit (seq, at, actor, team, action, subject, outcome, detail, hash) \
         SELECT CAST(value ->> 'seq' AS BIGINT), CAST(value ->> 'at' AS BIGINT), value ->> 'actor', value ->> 'team', \
         value ->> 'action', value ->> 'subject', value ->> 'outcome', value ->> 'detail', value ->> 'hash' FROM {}",
        tx.each()
    );
    sql_exec!(tx, sqlx::AssertSqlSafe(sql.clone()), serde_json::to_string(&links)?)?;
    Ok(())
}

/// The home teams of those who acted, as Slack said when they were last looked up.
async fn teams(tx: &mut Tx, noted: &[Entry]) -> Result<HashMap<String, String>> {
    let actors: Vec<&str> = noted.iter().map(|e| e.actor.as_str()).collect();
    let sql = format!("SELECT id, COALESCE(team_id, '') FROM people WHERE id IN ({})", tx.texts());
    let rows =
        sql_all!(tx, (String, String), sqlx::AssertSqlSafe(sql.clone()), serde_json::to_string(&actors)?)?;
    Ok(rows.into_iter().collect())
}

/// Number and hash of the newest entry.
pub async fn head(tx: &mut Tx) -> Result<Option<(i64, String)>> {
    Ok(sql_opt!(tx, (i64, String), "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?)
}

/// Up to a thousand entries after number `after`, in order.
pub async fn page(tx: &mut Tx, after: i64) -> Result<Vec<Link>> {
    Ok(sql_all!(
        tx,
        Link,
        "SELECT seq, at, actor, team, action, subject, outcome, detail, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
        after,
        PAGE
    )?)
}

/// The newest entries, the newest first.
pub async fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<Link>> {
    Ok(sql_all!(
        tx,
        Link,
        "SELECT seq, at, actor, team, action, subject, outcome, detail, hash FROM audit ORDER BY seq DESC LIMIT $1",
        limit
    )?)
}

/// What the check of the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every hash is right; number and hash of the newest entry, if there is one.
    Whole(Option<(i64, String)>),
    /// This number is missing: an entry was removed.
    Missing(i64),
    /// The first entry whose hash is not right: it was changed.
    Changed(Box<Link>),
    /// The head that was noted is not in the log any more: its end was cut off, or all of it was written anew.
    NotTheNoted(i64),
}

/// Computes every hash again. `noted` is a head that was seen earlier and must still be in its place.
pub async fn verify(tx: &mut Tx, noted: Option<(i64, String)>) -> Result<Verdict> {
    let (mut seq, mut before) = (0, String::new());
    let mut seen = noted.is_none();
    loop {
        let links = page(tx, seq).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            if link.seq != seq + 1 {
                return Ok(Verdict::Missing(seq + 1));
            }
            if link.hash != link.expected(&before) {
                return Ok(Verdict::Changed(Box::new(link)));
            }
            seq = link.seq;
            seen = seen || noted.as_ref().is_some_and(|n| n.0 == link.seq && n.1 == link.hash);
            before = link.hash;
        }
    }
    Ok(match noted {
        Some((number, _)) if !seen => Verdict::NotTheNoted(number),
        _ => Verdict::Whole((seq > 0).then_some((seq, before))),
    })
}

/// Everything about one thing, oldest first, with what this transaction adds.
pub async fn of(tx: &mut Tx, subject: &str) -> Result<Vec<Entry>> {
    let rows = sql_all!(
        tx,
        (i64, String, String, String, String, String, String),
        "SELECT at, actor, team, action, subject, outcome, detail FROM audit WHERE subject = $1 ORDER BY seq",
        subject
    )?;
    let mut entries = rows
        .into_iter()
        .map(|(at, actor, team, action, subject, outcome, detail)| {
            Ok(Entry { at: super::instant(at)?, actor, team, action, subject, outcome, detail })
        })
        .collect::<Result<Vec<_>>>()?;
    entries.extend(tx.log().iter().filter(|e| e.subject == subject).cloned());
    Ok(entries)
}

#[cfg(test)]
mod tests;
