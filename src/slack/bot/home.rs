//! Home: published when it is opened, and again after its reader acted. It is composed when it is sent.

use jiff::Timestamp;
use serde_json::Value;

use super::super::payload::AppHomeOpened;
use super::home_view::{self as view, Found};
use super::{Bot, Occasion, finish, focus, identity, partners};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Action as Call, Outgoing};
use crate::kernel::actor::{Actor, Right, Role, Standing};
use crate::kernel::calendar::add_days;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::map::account_map;
use crate::map::lists::review;
use crate::plan::flow as plan_flow;
use crate::plan::flow::owed;
use crate::plan::store as plan;
use crate::store::{Tx, millis, people, settings};
use crate::sustain::store as sustain;

/// Commitments that are due within so many days wait for their owner.
const AHEAD_DAYS: i64 = 7;

/// At most so many sessions and proposals are found.
const SESSIONS: i64 = 50;

/// After somebody acted, their Home shows it, if they ever opened it.
pub(super) async fn refresh(o: &Occasion<'_>, tx: &mut Tx) -> Result<()> {
    if people::was_welcomed(tx, &o.actor.user).await? {
        publish(tx, o.now, o.actor.user.clone(), false).await?;
    }
    Ok(())
}

pub(super) async fn opened(bot: &Bot, claimed: &Claimed) -> Result<Handled> {
    let event = AppHomeOpened::read(&claimed.envelope.payload);
    if event.tab != "home" {
        return Ok(Handled::Ignored);
    }
    let now = bot.clock.now();
    let person = identity::look_up(bot, &UserId::from(event.user.as_str())).await?;
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, now, &person).await?;
    let first = people::first_welcome(&mut tx, now, &person.id).await?;
    publish(&mut tx, now, person.id, first).await?;
    finish(bot, tx, claimed.claim).await
}

async fn publish(tx: &mut Tx, now: Timestamp, user: UserId, welcome: bool) -> Result<()> {
    outbox::enqueue(tx, millis(now), &Outgoing::internal(Call::PublishHome { user, welcome })).await
}

/// Home as this person is to see it now.
pub(super) async fn view(bot: &Bot, user: &UserId, welcome: bool) -> Result<Value> {
    let person = identity::recently(bot, user).await?;
    let mut tx = bot.db.read().await?;
    let actor = person.actor(&mut tx).await?;
    let view = if actor.standing == Standing::Member {
        view::tab(&found(bot, &mut tx, &actor, welcome).await?)?
    } else {
        view::outside(&bot.identity.team)
    };
    tx.rollback().await?;
    Ok(view)
}

/// What waits for this reader. To add a kind of work: find it here, show it in `home_view`.
async fn found(bot: &Bot, tx: &mut Tx, actor: &Actor, welcome: bool) -> Result<Found> {
    let now = bot.clock.now();
    let here = now.to_zoned(actor.zone.clone());
    let days = bot.calendars.of_person(&actor.user, here.time_zone());
    let soon = add_days(here.date(), AHEAD_DAYS);
    let partners = partners::counted(tx, now).await?;
    let to_decide = actor.may(Right::Triage, None).then(|| partners.iter().map(|(_, waiting)| waiting).sum());
    let to_review = review::waiting(tx, |partner| actor.may(Right::Triage, Some(partner))).await?;
    let admins = people::holders(tx, Role::Admin).await?;
    let mut plays = plan::plays_to_remind(tx).await?;
    plays.retain(|p| p.waits_for(&actor.user, now));
    plays.sort_by_key(|p| p.plan.ship);
    let mut approvals = sustain::waiting(tx).await?;
    approvals.retain(|d| d.waits_for(&actor.user, actor.may(Right::Approve, Some(&d.note.partner_id))));
    let mut to_log = plan_flow::to_log(tx, now, actor).await?;
    to_log.retain(|s| s.organiser.as_ref() == Some(&actor.user));
    Ok(Found {
        settings: settings::load(tx).await?,
        may_set_up: admins.is_empty() || actor.may(Right::Administer, None),
        to_decide,
        to_review,
        may_administer: actor.may(Right::Administer, None),
        may_draft: actor.may(Right::Triage, None),
        approvals,
        requests: plan::requests_for_manager(tx, &actor.user).await?,
        proposals: plan::proposed_to(tx, &actor.user, SESSIONS).await?,
        sessions: plan::sessions_of(tx, now, &actor.user, SESSIONS).await?,
        may_plan: actor.may(Right::Triage, None),
        agendas: plan_flow::agendas_for(tx, now, actor).await?,
        to_log,
        holds: account_map::store::asked_of(tx, &actor.user).await?,
        commitments: plan::commitments_due(tx, &actor.user, soon).await?,
        owed: owed(tx, &actor.user).await?,
        reader: actor.user.clone(),
        plays,
        check_ins: plan_flow::check_ins_due(tx, &actor.user, here.date(), &days).await?,
        partners,
        focus: focus::overdue(tx, actor, &here).await?,
        now: here,
        welcome,
    })
}
