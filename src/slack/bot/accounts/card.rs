//! A map is shown in private, shared in a channel of ours, and drawn anew where it was clicked.

use super::super::channels::{self, Use};
use super::super::{Bot, Occasion, identity};
use super::room;
use jiff::Zoned;

use crate::delivery::intake::Handled;
use crate::delivery::outbox::{Destination, Outgoing};
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, UserId, random};
use crate::kernel::text::escape;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::view::{self, Elsewhere, Reader};
use crate::map::account_map::{AccountMap, Names, flow, store};
use crate::map::store as map_store;
use crate::plan::request::{Request, Stage};
use crate::plan::store as plan;
use crate::plan::view::{ask, introduction};
use crate::store::{Tx, audit};

/// At most so many names are looked up before a map is shown.
const NAMES: usize = 10;

pub(super) async fn show(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let (map, elsewhere) = found(o, id).await?;
    o.answer(private(o, &map, &elsewhere)).await
}

/// The map for the one who acts.
fn private(o: &Occasion<'_>, map: &AccountMap, elsewhere: &Elsewhere) -> Message {
    let here = o.here();
    let sight = Sight { map, now: &here, settings: &o.bot.mapping };
    let may_decide = o.actor.may(Right::Triage, None);
    view::card(&sight, elsewhere, Reader::One { user: &o.actor.user, may_decide })
}

/// A map with everybody's name, and what later areas know of the account.
async fn found(o: &Occasion<'_>, id: &AccountId) -> Result<(AccountMap, Elsewhere)> {
    let map = loaded(o, id).await?;
    let mut tx = o.read().await?;
    let elsewhere = elsewhere(o.bot, &mut tx, &map, &o.here()).await?;
    tx.rollback().await?;
    Ok((map, elsewhere))
}

/// A map with everybody's name.
pub(super) async fn loaded(o: &Occasion<'_>, id: &AccountId) -> Result<AccountMap> {
    let mut tx = o.read().await?;
    let mut map = flow::find(&mut tx, id).await?;
    tx.rollback().await?;
    let users = map.users();
    if users.iter().any(|user| !map.names.knows(user)) {
        map.names = names(o, &users).await?;
    }
    Ok(map)
}

/// The names of these people; those that are not known yet are looked up.
pub(in super::super) async fn names(o: &Occasion<'_>, users: &[UserId]) -> Result<Names> {
    let mut tx = o.read().await?;
    let known = store::names(&mut tx, users).await?;
    tx.rollback().await?;
    let unknown: Vec<UserId> = users.iter().filter(|user| !known.knows(user)).take(NAMES).cloned().collect();
    if unknown.is_empty() {
        return Ok(known);
    }
    look_up(o.bot, &unknown).await;
    let mut tx = o.read().await?;
    let names = store::names(&mut tx, users).await?;
    tx.rollback().await?;
    Ok(names)
}

/// A map is shown with a name less rather than not at all.
async fn look_up(bot: &Bot, users: &[UserId]) {
    for user in users {
        if let Err(error) = identity::recently(bot, user).await {
            tracing::warn!(%error, "a name on a map could not be looked up");
            return;
        }
    }
}

/// What is known of an account beside its map.
pub(super) async fn elsewhere(bot: &Bot, tx: &mut Tx, map: &AccountMap, here: &Zoned) -> Result<Elsewhere> {
    let today = here.date();
    let id = &map.account.id;
    let room = store::room_of(tx, id).await?.and_then(|found| room::link(bot, &found));
    let found = plan::commitments_on(tx, id).await?;
    let request = plan::last_request_on(tx, id).await?;
    let asks = plan::asks_about(tx, id).await?;
    let introductions = plan::introductions_to(tx, id).await?;
    let mut users: Vec<UserId> = found.iter().map(|c| c.owner.clone()).collect();
    users.extend(request.iter().map(|r| r.requester.clone()));
    users.extend(
        asks.iter().flat_map(|q| q.answers.iter().map(|a| a.by.clone()).chain([q.requester.clone()])),
    );
    users.extend(introductions.iter().map(|i| i.ours.clone()));
    let names = store::names(tx, &users).await?;
    let commitments = found
        .iter()
        .map(|c| {
            let owner = names.of_user(&c.owner);
            let whom = match c.their_side() {
                Some(theirs) => format!("from {theirs}"),
                None => format!("for {}", c.partner),
            };
            format!("{}, {whom} · {} · {owner}", c.text.trim_end_matches('.'), c.due_words(today))
        })
        .collect();
    let session = request.map(|r| {
        let asker = names.of_user(&r.requester);
        let wanted = spoken(r.wanted_by, today);
        format!("With {}, asked for by {asker}, wanted by {wanted}: {}", r.partner, state(&r, today))
    });
    Ok(Elsewhere {
        answers: ask::earlier(&asks, &names, today),
        asks: ask::waiting(&asks, &names),
        introductions: introduction::told(&introductions, &names, here),
        commitments,
        session,
        room,
    })
}

fn state(request: &Request, today: jiff::civil::Date) -> String {
    match &request.stage {
        Stage::Asked(_) => "waits for an answer".to_owned(),
        Stage::Proposed { on, .. } => format!("{} is proposed instead", spoken(*on, today)),
        Stage::Accepted { on, .. } => format!("agreed by {}", spoken(*on, today)),
        Stage::Declined { because, .. } => format!("declined: {because}"),
        Stage::Withdrawn(_) => "withdrawn".to_owned(),
    }
}

/// Draws the card that was clicked anew, with what was changed in this transaction.
pub(super) async fn redraw(o: &Occasion<'_>, mut tx: Tx, id: &AccountId) -> Result<Handled> {
    let map = flow::find(&mut tx, id).await?;
    let elsewhere = elsewhere(o.bot, &mut tx, &map, &o.here()).await?;
    o.send(&mut tx, &o.in_place(private(o, &map, &elsewhere))).await?;
    o.finish(tx).await
}

pub(super) async fn history(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = loaded(o, id).await?;
    let here = o.here();
    o.answer(view::history(&Sight { map: &map, now: &here, settings: &o.bot.mapping })).await
}

/// Posts the map where the private one stands, if only people of ours read there.
pub(super) async fn share(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let refused = |why: String| Err(Error::refused(format!("{why} The map was not shared.")));
    let Some(channel) = o.place.channel.as_ref().filter(|c| !c.as_str().starts_with('D')) else {
        return refused("This is no channel. Look the account up in the channel where it should stand, and share it from there.".to_owned());
    };
    let mut tx = o.read().await?;
    let bound = map_store::partner_of_channel(&mut tx, channel).await?;
    tx.rollback().await?;
    if let Some(partner) = bound {
        return refused(format!(
            "{}'s people read this channel, and the map is internal: it names other partners and what is on hold. Share it in a channel of your own.",
            escape(&partner.name)
        ));
    }
    if let Some(objection) = channels::objection(o.bot, channel, Use::Internal).await? {
        return refused(escape(&objection));
    }
    let (map, elsewhere) = found(o, id).await?;
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    let shared = view::card(&sight, &elsewhere, Reader::Channel(&o.actor.name));
    let mut tx = o.begin().await?;
    o.send(&mut tx, &Outgoing::post(random(24), Destination::Channel(channel.clone()), shared)).await?;
    let subject = format!("account:{id}");
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "account.share", &subject, channel.as_str());
    o.finish(tx).await
}
