//! The digest's SQL: what waits, how much of it, who decided, and what was posted.

mod instructions;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, Zoned};
use sqlx::AssertSqlSafe;

pub use instructions::*;

use super::digest::{CANDIDATES, Counts, Decided, Decision, Digest};
use super::priority::{self, AMOUNTS, WAITING_DAYS};
use super::weights::{Criterion, Weights, Worked};
use crate::kernel::age;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, DigestId, OverlapId, PartnerId, UserId};
use crate::map::focus::Side;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Overlap, Population, Triage, user_of};
use crate::map::store::{self as map, NAMED};
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt};

/// Nobody's name is on it. The accounts are listed once: to look each one up takes longer than all the rest.
const NOBODY: &str = "(o.assignee IS NULL AND o.owner IS NULL AND o.account_id IN (SELECT a.id FROM accounts a WHERE a.owner IS NULL))";
const DAY_MS: i64 = 86_400_000;
const ALL: [Population; 3] = [Population::Customer, Population::Prospect, Population::OpenOpportunity];

/// The score of [`priority::weigh`] as far as the overlap's own columns tell it: `$2` is when news begin, `$3` when waiting is
/// too long. What stands on a focus list is not looked up for each.
fn rough_score(weights: &Weights) -> String {
    let kinds = kind_points();
    let amounts = amount_points();
    let percent = |criterion| weights.level(criterion).percent();
    let [kind, amount] = [Criterion::Kind, Criterion::Amount].map(percent);
    format!(
        "({kinds} * {kind} + {amounts} * {amount} \
         + CASE WHEN o.changed_at >= $2 THEN {} ELSE 0 END + CASE WHEN o.triage = 'snoozed' THEN {} ELSE 0 END + {})",
        priority::CHANGED * percent(Criterion::Freshness),
        priority::RETURNED * percent(Criterion::Freshness),
        waiting_points(percent(Criterion::Waiting)),
    )
}

/// By how long it waits with nobody's name on it, the longest first. Most are told by their own columns.
fn waiting_points(percent: i64) -> String {
    let (points, weeks) = priority::AGEING;
    let since: String = (0..=weeks)
        .rev()
        .map(|n| {
            let (since, points) = (n * 7 * DAY_MS, (priority::WAITING + n * points) * percent);
            format!(" WHEN o.first_seen < $3 - {since} THEN {points}")
        })
        .collect();
    format!(
        "CASE WHEN o.first_seen >= $3 OR o.assignee IS NOT NULL OR o.owner IS NOT NULL \
         OR o.account_id IN (SELECT a.id FROM accounts a WHERE a.owner IS NOT NULL) THEN 0{since} ELSE 0 END"
    )
}

/// A rough score that much of what waits with a large partner reaches: a good kind, some money, and nobody's for weeks.
fn plenty(weights: &Weights) -> i64 {
    let percent = |criterion| weights.level(criterion).percent();
    let kind = priority::kind_points(Some(Population::Customer), Some(Population::OpenOpportunity));
    kind * percent(Criterion::Kind)
        + 24 * percent(Criterion::Amount)
        + priority::WAITING * percent(Criterion::Waiting)
}

fn kind_points() -> String {
    let theirs = |ours: Population| -> String {
        let points = |theirs: &Population| {
            format!(" WHEN '{}' THEN {}", theirs.as_str(), priority::kind_points(Some(ours), Some(*theirs)))
        };
        format!("CASE o.their_population{} ELSE 0 END", ALL.iter().map(points).collect::<String>())
    };
    let ours = |ours: &Population| format!(" WHEN '{}' THEN {}", ours.as_str(), theirs(*ours));
    format!("CASE o.our_population{} ELSE 0 END", ALL.iter().map(ours).collect::<String>())
}

fn amount_points() -> String {
    let amounts: String = AMOUNTS
        .iter()
        .map(|(from, points)| format!(" WHEN o.amount_hundredths >= {} THEN {points}", from * 100))
        .collect();
    format!("CASE{amounts} ELSE 0 END")
}

/// The first [`CANDIDATES`] overlaps of every partner that wait for a decision and may be named, pre-ordered by a rough score.
///
/// The columns tell all but what is new since the last digest, the stage, the habit and the age of the list, so an overlap is only missed when fifteen of
/// the same partner stand before it.
pub async fn candidates(
    tx: &mut Tx,
    now: Timestamp,
    since: Timestamp,
    weights: &Weights,
) -> Result<Vec<Overlap>> {
    let (waits, score) = (map::waits("$1"), rough_score(weights));
    let of = |from: &str| {
        format!(
            "SELECT o.id, o.partner_id, o.account_id, {score} AS score FROM {from} AND {waits} AND {NAMED}"
        )
    };
    // Every overlap that waits is scored. Put into order are only those that reach the score of their partner's last candidate,
    // and where a partner has enough that reach a good one, the others are not even kept; what stands on a focus list is few.
    let sql = format!(
        "WITH good AS MATERIALIZED ({good} AND {score} >= {plenty}), \
         rich AS MATERIALIZED (SELECT partner_id FROM good GROUP BY partner_id HAVING COUNT(*) >= $4), \
         scored AS MATERIALIZED (SELECT id, partner_id, account_id, score FROM good WHERE partner_id IN (SELECT partner_id FROM rich) \
         UNION ALL {others}), \
         steps AS (SELECT partner_id, score, SUM(COUNT(*)) OVER (PARTITION BY partner_id ORDER BY score DESC) - COUNT(*) AS better \
         FROM scored GROUP BY partner_id, score), \
         lowest AS MATERIALIZED (SELECT partner_id, MIN(score) AS score FROM steps WHERE better < $4 GROUP BY partner_id), \
         few AS (SELECT s.id, s.partner_id, s.account_id, s.score FROM scored s CROSS JOIN lowest l \
         WHERE l.partner_id = s.partner_id AND s.score >= l.score UNION {in_focus}) \
         SELECT id FROM (SELECT w.id AS id, ROW_NUMBER() OVER (PARTITION BY w.partner_id ORDER BY w.score + CASE WHEN EXISTS \
         (SELECT 1 FROM focus_accounts f WHERE f.account_id = w.account_id AND f.partner_id = w.partner_id) THEN {focus} ELSE 0 END DESC, \
         a.name_key, w.id) AS place FROM few w CROSS JOIN accounts a WHERE a.id = w.account_id) ranked WHERE place <= $4",
        good = of("account_overlaps o WHERE TRUE"),
        others = of(
            "partners p CROSS JOIN account_overlaps o WHERE o.partner_id = p.id AND p.id NOT IN (SELECT partner_id FROM rich)"
        ),
        in_focus = of(
            "focus_accounts f CROSS JOIN account_overlaps o WHERE o.account_id = f.account_id AND o.partner_id = f.partner_id"
        ),
        plenty = plenty(weights),
        focus = priority::FOCUS * weights.level(Criterion::Focus).percent(),
    );
    let ids = sql_all!(
        tx,
        (String,),
        AssertSqlSafe(sql.clone()),
        millis(now),
        millis(since),
        millis(now) - WAITING_DAYS * DAY_MS,
        CANDIDATES
    )?;
    let ids: Vec<OverlapId> = ids.into_iter().map(|(id,)| id.into()).collect();
    map::overlaps_of_ids(tx, &ids).await
}

/// The worthiest overlaps with a partner for a side of its focus list, at most `limit`; what was dismissed is none.
pub async fn worthiest(tx: &mut Tx, partner: &PartnerId, side: Side, limit: i64) -> Result<Vec<Overlap>> {
    let sql = format!(
        "SELECT o.id FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE o.partner_id = $1 AND o.gone_at IS NULL AND o.triage <> 'dismissed' AND ({}) \
         ORDER BY {} + {} DESC, a.name_key, o.id LIMIT $2",
        wanted(side),
        kind_points(),
        amount_points()
    );
    let ids = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), partner.as_str(), limit)?;
    let ids: Vec<OverlapId> = ids.into_iter().map(|(id,)| id.into()).collect();
    map::overlaps_of_ids(tx, &ids).await
}

/// How many overlaps with each partner are worth a place on each side's list.
pub async fn worth_a_place(tx: &mut Tx) -> Result<[(Side, HashMap<PartnerId, i64>); 2]> {
    let sql = worth_by_partner();
    let rows = sql_all!(tx, (String, i64, i64), AssertSqlSafe(sql.clone()))?;
    let (mut ours, mut theirs) = (HashMap::new(), HashMap::new());
    for (partner, n, m) in rows {
        let partner = PartnerId::from(partner);
        ours.insert(partner.clone(), n);
        theirs.insert(partner, m);
    }
    Ok([(Side::Ours, ours), (Side::Theirs, theirs)])
}

fn worth_by_partner() -> String {
    format!(
        "SELECT o.partner_id, SUM(CASE WHEN {} THEN 1 ELSE 0 END), SUM(CASE WHEN {} THEN 1 ELSE 0 END) FROM account_overlaps o \
         WHERE o.gone_at IS NULL AND o.triage <> 'dismissed' GROUP BY o.partner_id",
        wanted(Side::Ours),
        wanted(Side::Theirs)
    )
}

/// The populations that a side wants, as [`Side::wants`] says.
fn wanted(side: Side) -> String {
    let pairs: Vec<String> = ALL
        .iter()
        .flat_map(|ours| ALL.iter().map(move |theirs| (*ours, *theirs)))
        .filter(|(ours, theirs)| side.wants(Some(*ours), Some(*theirs)))
        .map(|(ours, theirs)| {
            let (ours, theirs) = (ours.as_str(), theirs.as_str());
            format!("(o.our_population = '{ours}' AND o.their_population = '{theirs}')")
        })
        .collect();
    pairs.join(" OR ")
}

/// The overlaps whose amount is above all others of one currency that wait with their partner, at least two of them.
pub async fn largest(tx: &mut Tx, now: Timestamp) -> Result<HashSet<OverlapId>> {
    let sql = largest_by_partner();
    let rows = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), millis(now))?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

fn largest_by_partner() -> String {
    let waits = map::waits("$1");
    format!(
        "WITH most AS MATERIALIZED (SELECT o.partner_id, MAX(o.amount_hundredths) AS amount FROM account_overlaps o \
         WHERE {waits} AND o.amount_hundredths IS NOT NULL GROUP BY o.partner_id HAVING COUNT(*) >= 3 \
         AND MIN(COALESCE(o.amount_currency, '')) = MAX(COALESCE(o.amount_currency, ''))) \
         SELECT MIN(o.id) FROM most CROSS JOIN account_overlaps o WHERE o.partner_id = most.partner_id \
         AND o.amount_hundredths = most.amount AND o.amount_hundredths IS NOT NULL AND {waits} GROUP BY o.partner_id HAVING COUNT(*) = 1"
    )
}

/// The line of counts of what is new `since` then, without the commitments; ages are days of the reader's calendar. What
/// may not be named is not triaged, and counted on a line of its own.
pub async fn counts(tx: &mut Tx, reader: &Zoned, since: Timestamp) -> Result<Counts> {
    let now = reader.timestamp();
    let waits = map::waits("$1");
    let sql = format!(
        "SELECT COUNT(CASE WHEN o.first_seen >= $2 AND o.first_seen <= $1 THEN 1 END), \
         COUNT(CASE WHEN {waits} AND o.first_seen < $3 AND {NOBODY} THEN 1 END), COUNT(CASE WHEN {waits} THEN 1 END), \
         COUNT(CASE WHEN o.triage = 'snoozed' AND o.snoozed_until > $1 THEN 1 END) \
         FROM account_overlaps o WHERE o.gone_at IS NULL AND {NAMED}"
    );
    let too_long = millis(age::start_of_day(reader, WAITING_DAYS));
    type Row = (i64, i64, i64, i64);
    let row = sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), millis(now), millis(since), too_long)?;
    let (new, unclaimed, open, snoozed) = row.unwrap_or_default();
    Ok(Counts { new, unclaimed, open, snoozed, ..Counts::default() })
}

/// Overlaps of a kind with fewer points do not count for how far a partner is worked through: neither side gains.
const COUNTS_FROM: i64 = 12;

/// The partners with which most of what counts is planned already (A6).
pub async fn worked(tx: &mut Tx) -> Result<HashMap<PartnerId, Worked>> {
    let sql = worked_by_partner();
    let rows = sql_all!(tx, (String, i64, i64), AssertSqlSafe(sql.clone()))?;
    let most =
        rows.into_iter().filter_map(|(id, planned, all)| Some((id.into(), Worked::most(planned, all)?)));
    Ok(most.collect())
}

fn worked_by_partner() -> String {
    format!(
        "SELECT o.partner_id, SUM(CASE WHEN o.triage = 'planned' THEN 1 ELSE 0 END), COUNT(*) FROM account_overlaps o \
         WHERE o.gone_at IS NULL AND o.triage <> 'dismissed' AND {} >= {COUNTS_FROM} GROUP BY o.partner_id",
        kind_points()
    )
}

/// Under which the weights are kept.
const WEIGHTS: &str = "triage_weights";

/// How much everything counts, as the workspace has set it.
pub async fn weights(tx: &mut Tx) -> Result<Weights> {
    match sql_opt!(tx, (String,), "SELECT value FROM settings WHERE name = $1", WEIGHTS)? {
        Some((json,)) => Ok(serde_json::from_str(&json)?),
        None => Ok(Weights::default()),
    }
}

/// Sets how much everything counts.
pub async fn save_weights(tx: &mut Tx, now: Timestamp, weights: &Weights) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        WEIGHTS,
        serde_json::to_string(weights)?,
        millis(now)
    )?;
    Ok(())
}

/// The motions of what was last planned with each partner, the newest first (A10).
pub async fn planned(tx: &mut Tx, kinds: &Kinds) -> Result<HashMap<PartnerId, Vec<Motion>>> {
    type Row = (String, Option<String>, Option<String>);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT partner_id, our_population, their_population FROM (SELECT partner_id, our_population, their_population, decided_at, id, \
         ROW_NUMBER() OVER (PARTITION BY partner_id ORDER BY COALESCE(decided_at, 0) DESC, id) AS place \
         FROM account_overlaps WHERE triage = 'planned') latest WHERE place <= $1 ORDER BY partner_id, place",
        i64::try_from(priority::HABIT_SEEN).unwrap_or(5)
    )?;
    let mut by_partner: HashMap<PartnerId, Vec<Motion>> = HashMap::new();
    for (partner, ours, theirs) in rows {
        let population = |text: Option<String>| text.as_deref().and_then(Population::stored);
        if let Some(motion) = kinds.motion(population(ours), population(theirs)) {
            by_partner.entry(partner.into()).or_default().push(motion);
        }
    }
    Ok(by_partner)
}

/// Saves a decision if nobody has changed the overlap since version `seen`; `false` when somebody has.
pub async fn decide(tx: &mut Tx, overlap: &Overlap, seen: i64, made: &Decided) -> Result<bool> {
    let (triage, until, because) = match &overlap.triage {
        Triage::Open => ("open", None, None),
        Triage::Planned => ("planned", None, None),
        Triage::Snoozed(until) => ("snoozed", Some(millis(*until)), None),
        Triage::Dismissed(because) => ("dismissed", None, Some(because.as_str())),
    };
    let assigned = matches!(made.what, Decision::Assign(_)).then(|| millis(made.at));
    let changed = sql_exec!(
        tx,
        "UPDATE account_overlaps SET triage = $3, snoozed_until = $4, dismissed_because = $5, assignee = $6, \
         assigned_at = COALESCE($7, assigned_at), decided_by = $8, decided_at = $9, decision = $10, version = $11 \
         WHERE id = $1 AND version = $2",
        overlap.id.as_str(),
        seen,
        triage,
        until,
        because,
        overlap.assignee.as_ref().map(UserId::as_str),
        assigned,
        made.by.as_str(),
        millis(made.at),
        serde_json::to_string(&made.what)?,
        overlap.version
    )?;
    Ok(changed == 1)
}

/// The last decision on each of these that has one.
pub async fn decided(tx: &mut Tx, ids: &[OverlapId]) -> Result<HashMap<OverlapId, Decided>> {
    let sql = format!(
        "SELECT id, decided_by, decided_at, decision FROM account_overlaps \
         WHERE id IN ({}) AND decision IS NOT NULL AND decided_by IS NOT NULL AND decided_at IS NOT NULL",
        tx.texts()
    );
    let rows =
        sql_all!(tx, (String, String, i64, String), AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?;
    rows.into_iter()
        .map(|(id, by, at, what)| {
            let made = Decided { what: serde_json::from_str(&what)?, by: by.into(), at: instant(at)? };
            Ok((id.into(), made))
        })
        .collect()
}

/// The names by which these people go, as far as they are known here.
pub async fn names(tx: &mut Tx, users: &[UserId]) -> Result<HashMap<UserId, String>> {
    let sql = format!("SELECT id, name FROM people WHERE id IN ({})", tx.texts());
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(users)?)?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}

/// A digest that was posted.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// Its id.
    pub id: DigestId,
    /// Where it stands.
    pub channel: ChannelId,
    /// What it says.
    pub digest: Digest,
}

/// Remembers a digest that is being posted.
pub async fn insert_digest(tx: &mut Tx, now: Timestamp, period: &str, posted: &Posted) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO digests (id, period, channel, overlap_ids, facts, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        posted.id.as_str(),
        period,
        posted.channel.as_str(),
        serde_json::to_string(&posted.digest.overlaps())?,
        serde_json::to_string(&posted.digest)?,
        millis(now)
    )?;
    Ok(())
}

/// The newest digests that show this overlap, at most `limit`.
pub async fn showing(tx: &mut Tx, overlap: &OverlapId, limit: i64) -> Result<Vec<Posted>> {
    let rows = sql_all!(
        tx,
        (String, String, String),
        "SELECT id, channel, facts FROM digests WHERE overlap_ids LIKE $1 ORDER BY created_at DESC, id LIMIT $2",
        format!("%\"{overlap}\"%"),
        limit
    )?;
    rows.into_iter()
        .map(|(id, channel, facts)| {
            Ok(Posted { id: id.into(), channel: channel.into(), digest: serde_json::from_str(&facts)? })
        })
        .collect()
}

/// Keeps others from drawing these digests until this transaction ends, and waits for those who do.
pub async fn lock_digests(tx: &mut Tx, digests: &[Posted]) -> Result<()> {
    let mut ids: Vec<&str> = digests.iter().map(|p| p.id.as_str()).collect();
    ids.sort_unstable();
    for id in ids {
        sql_exec!(tx, "UPDATE digests SET id = id WHERE id = $1", id)?;
    }
    Ok(())
}

/// Slack ids that stand as owner or assignee of what waits and whose names are not known here, at most `limit`.
pub async fn nameless(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<UserId>> {
    let waits = map::waits("$1");
    let sql = format!(
        "SELECT DISTINCT who FROM (SELECT COALESCE(o.assignee, o.owner, a.owner) AS who FROM account_overlaps o \
         JOIN accounts a ON a.id = o.account_id WHERE {waits}) held \
         WHERE (who LIKE '<@%' OR who LIKE 'U%' OR who LIKE 'W%') \
         AND NOT EXISTS (SELECT 1 FROM people p WHERE p.id = who OR who LIKE '<@' || p.id || '>' OR who LIKE '<@' || p.id || '|%') \
         ORDER BY who LIMIT $2"
    );
    let rows = sql_all!(tx, (String,), AssertSqlSafe(sql.clone()), millis(now), limit)?;
    Ok(rows.into_iter().filter_map(|(who,)| user_of(&who)).collect())
}

/// Follows a channel that has got another id.
pub async fn renumber_channel(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    sql_exec!(tx, "UPDATE digests SET channel = $2 WHERE channel = $1", from.as_str(), to.as_str())?;
    Ok(())
}
