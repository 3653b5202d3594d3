//! What may become of a text: it is written, disabled, enabled, or given up for the one behind it.

use jiff::Timestamp;

use super::texts::{self, Change, Origin, Text};
use super::{Folder, Template, store, view};
use crate::kernel::actor::{Actor, Right};
use crate::kernel::error::{Error, Result};
use crate::store::{Tx, audit};

/// Saves a text that was written on version `seen` of it, 0 where there was none; gives the version that it became.
///
/// # Errors
/// That somebody may not, or was faster.
pub async fn save(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    folder: &Folder,
    template: &Template,
    seen: i64,
) -> Result<i64> {
    let all = texts::now(tx, folder).await?;
    let known = all.find(&template.name);
    let verb = if known.is_some() { "template.edit" } else { "template.add" };
    let disabled = known.is_some_and(Text::is_disabled);
    let source = template.source().map_err(|e| Error::caused("a text cannot be written as TOML", e))?;
    change(tx, now, actor, verb, known, (&template.name, seen), (Some(source), disabled)).await
}

/// Disables a text, or enables it.
///
/// # Errors
/// That somebody may not, or was faster.
pub async fn disable(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    folder: &Folder,
    (name, seen): (&str, i64),
    disabled: bool,
) -> Result<i64> {
    let all = texts::now(tx, folder).await?;
    let known = all.find(name).ok_or_else(view::gone)?;
    let verb = if disabled { "template.disable" } else { "template.enable" };
    let source = known.change.as_ref().and_then(|c| c.source.clone());
    change(tx, now, actor, verb, Some(known), (name, seen), (source, disabled)).await
}

/// Takes the workspace's own words off, so that what is behind them stands again.
///
/// # Errors
/// That somebody may not or was faster, or that nothing is behind them.
pub async fn restore(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    folder: &Folder,
    (name, seen): (&str, i64),
) -> Result<Origin> {
    let all = texts::now(tx, folder).await?;
    let known = all.find(name).ok_or_else(view::gone)?;
    let Some(behind) = known.behind else { return Err(view::nothing_behind(known)) };
    change(tx, now, actor, "template.restore", Some(known), (name, seen), (None, false)).await?;
    Ok(behind)
}

async fn change(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    verb: &str,
    known: Option<&Text>,
    (name, seen): (&str, i64),
    (source, disabled): (Option<String>, bool),
) -> Result<i64> {
    actor.require(Right::Triage, None)?;
    if let Some(known) = known.filter(|k| k.seen() != seen) {
        return Err(view::second(known));
    }
    let version = seen + 1;
    let change = Change { name: name.to_owned(), version, source, disabled, by: actor.user.clone(), at: now };
    if !store::add(tx, &change).await? {
        return Err(view::beaten());
    }
    audit::done(
        tx,
        now,
        actor.user.as_str(),
        verb,
        &format!("template:{name}"),
        &format!("version {version}"),
    );
    Ok(version)
}
