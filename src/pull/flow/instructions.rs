//! The instruction sheet of a partner is saved as its next version.

use jiff::Timestamp;

use crate::kernel::actor::{Actor, Right};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::pull::instruction::Sheet;
use crate::pull::store;
use crate::pull::view::instruction as view;
use crate::store::{Tx, audit};

/// Saves the sheet that was written on version `seen`, 0 for the first, and gives the version that it became.
///
/// # Errors
/// That somebody may not, was faster, or removed the partner.
pub async fn instruct(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    (id, seen): (&PartnerId, i64),
    sheet: &Sheet,
) -> Result<(Partner, i64)> {
    if !actor.may(Right::Approve, Some(id)) {
        return Err(Error::refused(Right::Approve.refusal()));
    }
    if !map::lock_partner(tx, id).await? {
        return Err(gone());
    }
    let partner = map::partner(tx, id).await?.ok_or_else(gone)?;
    let known = store::instruction_of(tx, id).await?;
    if let Some(known) = known.as_ref().filter(|k| k.version != seen) {
        return Err(view::second(&partner, known));
    }
    let version = seen + 1;
    if !store::add_instruction(tx, now, &actor.user, id, version, sheet).await? {
        let known = store::instruction_of(tx, id).await?;
        return Err(known.map_or_else(gone, |known| view::second(&partner, &known)));
    }
    let what = known.map_or_else(|| "the first".to_owned(), |k| sheet.differences(&k.sheet).join(", "));
    let detail = format!("v{version}: {what}");
    audit::done(tx, now, actor.user.as_str(), "partner.instructions", &format!("partner:{id}"), &detail);
    Ok((partner, version))
}

fn gone() -> Error {
    Error::user("That partner was removed in the meantime. Nothing was changed.")
}
