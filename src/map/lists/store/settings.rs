//! When our list was seen, and what was set of the map.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::error::Result;
use crate::map::lists::OurList;
use crate::map::lists::kinds::MapSettings;
use crate::store::{Tx, instant, millis};
use crate::{sql_exec, sql_opt};

/// When our list was last seen whole.
const SEEN: &str = "our_list_seen_at";
/// What an admin has set.
const MAP: &str = "map";

async fn get<T: DeserializeOwned>(tx: &mut Tx, name: &str) -> Result<Option<T>> {
    let row = sql_opt!(tx, (String,), "SELECT value FROM settings WHERE name = $1", name)?;
    row.map(|(json,)| Ok(serde_json::from_str(&json)?)).transpose()
}

async fn put(tx: &mut Tx, now: Timestamp, name: &str, value: &impl Serialize) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        name,
        serde_json::to_string(value)?,
        millis(now)
    )?;
    Ok(())
}

/// What was set of the map, or the defaults.
pub async fn map_settings(tx: &mut Tx) -> Result<MapSettings> {
    Ok(get(tx, MAP).await?.unwrap_or_default())
}

/// The same, to be changed: whoever else would change it waits until this transaction ends.
pub async fn take_map_settings(tx: &mut Tx, now: Timestamp) -> Result<MapSettings> {
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET name = excluded.name",
        MAP,
        serde_json::to_string(&MapSettings::default())?,
        millis(now)
    )?;
    map_settings(tx).await
}

/// Saves it.
pub async fn save_map_settings(tx: &mut Tx, now: Timestamp, settings: &MapSettings) -> Result<()> {
    put(tx, now, MAP, settings).await
}

/// How old our own list is; `None` while there is none.
pub async fn our_list(tx: &mut Tx) -> Result<Option<OurList>> {
    let Some(seen) = get::<i64>(tx, SEEN).await? else { return Ok(None) };
    let refresh_days = map_settings(tx).await?.refresh_days;
    Ok(Some(OurList { seen_at: instant(seen)?, refresh_days }))
}

/// Our list was seen whole: its age starts anew.
pub async fn saw_our_list(tx: &mut Tx, now: Timestamp) -> Result<()> {
    put(tx, now, SEEN, &millis(now)).await
}
