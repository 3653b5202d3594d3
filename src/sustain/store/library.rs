//! The SQL of the library.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId, random};
use crate::map::partner::{ContactRole, Partner};
use crate::store::{Tx, instant, millis, unknown};
use crate::sustain::library::{Item, ItemKind, Origin, Stamp};
use crate::{sql_all, sql_exec, sql_opt, sql_value};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    partner_id: Option<String>,
    title: String,
    url: Option<String>,
    on_date: Option<String>,
    expires_on: Option<String>,
    audience: Option<String>,
    source_kind: String,
    source_channel: Option<String>,
    source_ts: Option<String>,
    source_link: Option<String>,
    source_feed: Option<String>,
    created_by: String,
    created_at: i64,
    changed_by: Option<String>,
    changed_at: Option<i64>,
    retracted_by: Option<String>,
    retracted_at: Option<i64>,
    version: i64,
}

const SELECT: &str = "SELECT id, kind, partner_id, title, url, on_date, expires_on, audience, source_kind, source_channel, source_ts, \
     source_link, source_feed, created_by, created_at, changed_by, changed_at, retracted_by, retracted_at, version FROM assets";

/// Newest first.
const ORDER: &str = "ORDER BY created_at DESC, COALESCE(on_date, '') DESC, title, id";
/// In the order of their coming.
const COMING: &str = "ORDER BY created_at, COALESCE(on_date, ''), title, id";

fn stamp(by: Option<String>, at: Option<i64>) -> Result<Option<Stamp>> {
    match (by, at) {
        (Some(by), Some(at)) => Ok(Some(Stamp { by: by.into(), at: instant(at)? })),
        _ => Ok(None),
    }
}

impl TryFrom<Row> for Item {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let day = |written: Option<String>| written.and_then(|d| d.parse::<Date>().ok());
        let origin = match (row.source_kind.as_str(), row.source_channel, row.source_ts, row.source_feed) {
            ("message", Some(channel), Some(ts), _) => {
                Origin::Message { channel: channel.into(), ts, link: row.source_link }
            }
            ("feed", _, _, Some(name)) => Origin::Feed { name },
            _ => Origin::Form,
        };
        Ok(Self {
            id: row.id,
            kind: ItemKind::stored(&row.kind).ok_or_else(|| unknown("kind of item", &row.kind))?,
            title: row.title,
            url: row.url,
            date: day(row.on_date),
            expires: day(row.expires_on),
            audience: row.audience.as_deref().and_then(ContactRole::stored),
            partner: row.partner_id.map(Into::into),
            origin,
            added: Stamp { by: row.created_by.into(), at: instant(row.created_at)? },
            changed: stamp(row.changed_by, row.changed_at)?,
            retracted: stamp(row.retracted_by, row.retracted_at)?,
            version: row.version,
        })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

/// What a note to this partner may draw on: the partner's own items and those for everybody, newest first.
pub async fn library(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Item>> {
    let sql = format!(
        "{SELECT} WHERE retracted_at IS NULL AND (partner_id IS NULL OR partner_id = $1) {ORDER} LIMIT 300"
    );
    read(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), partner.as_str())?)
}

/// All that is in the library, newest first; at most so many.
pub async fn items(tx: &mut Tx, limit: i64) -> Result<Vec<Item>> {
    let sql = format!("{SELECT} WHERE retracted_at IS NULL {ORDER} LIMIT $1");
    read(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), limit)?)
}

/// One item, also one that was retracted.
pub async fn item(tx: &mut Tx, id: &str) -> Result<Option<Item>> {
    let sql = format!("{SELECT} WHERE id = $1");
    sql_opt!(tx, Row, AssertSqlSafe(sql.clone()), id)?.map(Item::try_from).transpose()
}

/// The items of these ids, also those that were retracted.
pub async fn items_of(tx: &mut Tx, ids: &[&str]) -> Result<Vec<Item>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{SELECT} WHERE {}", tx.among("id"));
    read(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?)?)
}

/// One that is not retracted and says the same for the same partner.
pub async fn same_item(tx: &mut Tx, like: &Item) -> Result<Option<Item>> {
    let sql = format!(
        "{SELECT} WHERE retracted_at IS NULL AND kind = $1 AND title = $2 AND COALESCE(url, '') = $3 \
         AND (partner_id IS NULL OR partner_id = $4) AND id <> $5 {ORDER} LIMIT 1"
    );
    let found = sql_opt!(
        tx,
        Row,
        AssertSqlSafe(sql.clone()),
        like.kind.as_str(),
        &like.title,
        like.url.as_deref().unwrap_or_default(),
        like.partner.as_ref().map(PartnerId::as_str),
        &like.id
    )?;
    found.map(Item::try_from).transpose()
}

/// Adds to the library what somebody entered while drafting, and gives it as it is there. What is known is not added twice.
pub async fn add_item(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &Partner,
    item: &Item,
) -> Result<Item> {
    let only = item.is_only_for(partner).then(|| partner.id.clone());
    let known = library(tx, &partner.id).await?;
    let same = |k: &Item| k.kind == item.kind && k.title == item.title && k.url == item.url;
    if let Some(known) = known.into_iter().find(same) {
        return Ok(known);
    }
    let new = Item { partner: only, ..item.clone() };
    insert_item(tx, now, by, new).await
}

/// Adds an item; it gets its id.
pub async fn insert_item(tx: &mut Tx, now: Timestamp, by: &UserId, item: Item) -> Result<Item> {
    let item = Item {
        id: random(20),
        added: Stamp { by: by.clone(), at: instant(millis(now))? },
        version: 1,
        changed: None,
        retracted: None,
        ..item
    };
    let (channel, ts, link) = match &item.origin {
        Origin::Message { channel, ts, link } => (Some(channel.as_str()), Some(ts.as_str()), link.as_deref()),
        Origin::Form | Origin::Feed { .. } => (None, None, None),
    };
    let feed = match &item.origin {
        Origin::Feed { name } => Some(name.as_str()),
        Origin::Form | Origin::Message { .. } => None,
    };
    sql_exec!(
        tx,
        "INSERT INTO assets (id, kind, partner_id, title, url, on_date, expires_on, audience, source_kind, source_channel, source_ts, \
         source_link, source_feed, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &item.id,
        item.kind.as_str(),
        item.partner.as_ref().map(PartnerId::as_str),
        &item.title,
        item.url.as_deref(),
        item.date.map(|d| d.to_string()),
        item.expires.map(|d| d.to_string()),
        item.audience.map(ContactRole::as_str),
        item.origin.as_str(),
        channel,
        ts,
        link,
        feed,
        by.as_str(),
        millis(now)
    )?;
    Ok(item)
}

/// Saves what an item says now, if it still stands at `seen` and was not retracted; `false`: somebody was faster.
pub async fn save_item(tx: &mut Tx, now: Timestamp, by: &UserId, item: &Item, seen: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE assets SET kind = $3, partner_id = $4, title = $5, url = $6, on_date = $7, expires_on = $8, audience = $9, \
         changed_by = $10, changed_at = $11, version = version + 1 WHERE id = $1 AND version = $2 AND retracted_at IS NULL",
        &item.id,
        seen,
        item.kind.as_str(),
        item.partner.as_ref().map(PartnerId::as_str),
        &item.title,
        item.url.as_deref(),
        item.date.map(|d| d.to_string()),
        item.expires.map(|d| d.to_string()),
        item.audience.map(ContactRole::as_str),
        by.as_str(),
        millis(now)
    )?;
    Ok(changed == 1)
}

/// Takes an item out of the library, if it still stands at `seen`; `false`: somebody was faster.
pub async fn retract_item(tx: &mut Tx, now: Timestamp, by: &UserId, id: &str, seen: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE assets SET retracted_by = $3, retracted_at = $4, version = version + 1 \
         WHERE id = $1 AND version = $2 AND retracted_at IS NULL",
        id,
        seen,
        by.as_str(),
        millis(now)
    )?;
    Ok(changed == 1)
}

/// An item that a feed brought before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// What the feed called it last.
    pub feed_title: Option<String>,
}

/// What this feed brought before under this id or this link.
pub async fn known_of_feed(tx: &mut Tx, feed: &str, guid: &str, url: Option<&str>) -> Result<Option<Known>> {
    let found = sql_opt!(
        tx,
        (String, Option<String>),
        "SELECT id, feed_title FROM assets WHERE source_feed = $1 AND (guid = $2 OR url = $3) \
         ORDER BY CASE WHEN guid = $2 THEN 0 ELSE 1 END, id LIMIT 1",
        feed,
        guid,
        url
    )?;
    Ok(found.map(|(id, feed_title)| Known { id, feed_title }))
}

/// Whether somebody has put this launch into the library already.
pub async fn has_launch(tx: &mut Tx, partner: &PartnerId, url: &str) -> Result<bool> {
    let count = sql_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM assets WHERE kind = 'their_launch' AND partner_id = $1 AND url = $2",
        partner.as_str(),
        url
    )?;
    Ok(count > 0)
}

/// Writes down which entry of its feed an item is, and what it is called there.
pub async fn set_guid(tx: &mut Tx, id: &str, guid: &str, title: &str) -> Result<()> {
    sql_exec!(tx, "UPDATE assets SET guid = $2, feed_title = $3 WHERE id = $1", id, guid, title)?;
    Ok(())
}

/// Writes down what the feed calls an item now.
pub async fn set_feed_title(tx: &mut Tx, id: &str, title: &str) -> Result<()> {
    sql_exec!(tx, "UPDATE assets SET feed_title = $2 WHERE id = $1", id, title)?;
    Ok(())
}

/// What feeds brought and nobody was told of, oldest first.
pub async fn untold(tx: &mut Tx, limit: i64) -> Result<Vec<Item>> {
    let sql = format!(
        "{SELECT} WHERE source_kind = 'feed' AND told_on IS NULL AND retracted_at IS NULL {COMING} LIMIT $1"
    );
    read(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), limit)?)
}

/// What operations was told of on a day, with what was retracted since.
pub async fn told_on(tx: &mut Tx, day: Date) -> Result<Vec<Item>> {
    let sql = format!("{SELECT} WHERE told_on = $1 {COMING}");
    read(sql_all!(tx, Row, AssertSqlSafe(sql.clone()), day.to_string())?)
}

/// On which day operations was told of an item.
pub async fn told_of(tx: &mut Tx, id: &str) -> Result<Option<Date>> {
    let found = sql_opt!(tx, (Option<String>,), "SELECT told_on FROM assets WHERE id = $1", id)?;
    Ok(found.and_then(|(day,)| day?.parse().ok()))
}

/// Operations is told of these.
pub async fn tell_of(tx: &mut Tx, ids: &[&str], day: Date) -> Result<()> {
    let sql = format!("UPDATE assets SET told_on = $2 WHERE {}", tx.among("id"));
    sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(ids)?, day.to_string())?;
    Ok(())
}
