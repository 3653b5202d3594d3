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
    let pages = &o.bot.pages;
    let base = pages.url.as_deref().ok_or_else(|| {
        Error::user(
            "There is no address for pages yet, so I can't give you a link. Whoever runs Tandem sets `pages.url` to where browsers reach it.",
        )
    })?;
    let until = o.now + SignedDuration::from_hours(pages.hours.into());
    let query = links::key(tx, o.now).await?.query(path, &Pass { reader: o.actor.user.clone(), until });
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
