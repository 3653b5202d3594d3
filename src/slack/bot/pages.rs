//! Links to pages: given in private, for one person and for some hours.

use jiff::SignedDuration;

use super::{Bot, Occasion, identity};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::store::Tx;
use crate::store::links::{self, Pass};

/// A link for whoever acts to the page at this path, such as `/pages/plays`; it is theirs, so it goes to them alone.
///
/// # Errors
/// A user's error where no address for pages is set.
pub(super) async fn link(o: &Occasion<'_>, tx: &mut Tx, path: &str) -> Result<String> {
    let until = o.now + SignedDuration::from_hours(o.bot.pages.hours.into());
    link_for(o, tx, path, &Pass { reader: o.actor.user.clone(), until }).await
}

/// A link that opens to whoever has this pass.
///
/// # Errors
/// A user's error where no address for pages is set.
pub(super) async fn link_for(o: &Occasion<'_>, tx: &mut Tx, path: &str, pass: &Pass) -> Result<String> {
    let base = o.bot.pages.url.as_deref().ok_or_else(|| {
        Error::user(
            "I can't give you a link yet: Tandem has no address on the web. Ask whoever runs it to set one.",
        )
    })?;
    let query = links::key(tx, o.now).await?.query(path, pass);
    Ok(format!("{}{path}?{query}", base.trim_end_matches('/')))
}

/// How long a link opens its page: `24 hours`, `1 hour`.
pub(super) fn lasts(bot: &Bot) -> String {
    match bot.pages.hours {
        1 => "1 hour".to_owned(),
        n => format!("{n} hours"),
    }
}

/// Who opens a page, as Slack knew them a moment ago.
pub async fn reader(bot: &Bot, user: &UserId) -> Result<Actor> {
    let person = identity::recently(bot, user).await?;
    let mut tx = bot.db.read().await?;
    let actor = person.actor(&mut tx).await?;
    tx.rollback().await?;
    Ok(actor)
}
