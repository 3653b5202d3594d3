//! `/pages/plays`: every play on one line of time, and as a table.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Reader, html};
use crate::kernel::calendar::add_days;
use crate::kernel::error::Result;
use crate::kernel::ids::{PlayId, UserId};
use crate::plan::store;
use crate::plan::view::plays_page::{self, Found};
use crate::pull::store as pull;
use crate::slack::bot::Bot;

/// What has shipped is shown for a quarter.
const SHIPPED_DAYS: i64 = 91;
/// More plays than this are not on one page.
const SHOWN: i64 = 300;

pub(super) async fn page(State(bot): State<Arc<Bot>>, reader: Reader) -> Response {
    html(made(&bot, &reader).await)
}

async fn made(bot: &Bot, reader: &Reader) -> Result<String> {
    let now = bot.clock.now().to_zoned(reader.actor.zone.clone());
    let mut tx = bot.db.read().await?;
    let open = store::open_plays(&mut tx, SHOWN).await?;
    let shipped = store::shipped_plays(&mut tx, add_days(now.date(), -SHIPPED_DAYS), SHOWN).await?;
    let ids: Vec<PlayId> = open.iter().chain(&shipped).map(|p| p.id.clone()).collect();
    let counts = store::play_counts(&mut tx, &ids).await?;
    let plans = open.iter().chain(&shipped).map(|p| &p.plan);
    let mut users: Vec<UserId> = plans.flat_map(|p| p.owner.iter().chain(&p.sender)).cloned().collect();
    users.sort();
    users.dedup();
    let names = pull::names(&mut tx, &users).await?;
    tx.rollback().await?;
    let until = reader.pass.until.to_zoned(reader.actor.zone.clone());
    plays_page::page(&Found { open, shipped, counts, names, reader: &reader.actor.name, now, until })
}
