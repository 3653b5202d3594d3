//! The digest: preview, settings, and its hour.

mod weights;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::grammar::DigestVerb;
use super::super::payload::{Action, ViewSubmission};
use super::channels::{self, Use};
use super::{Bot, Occasion, Problem, Problems, identity, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::ChannelId;
use crate::map::store as map;
use crate::plan::store as plan;
use crate::pull::digest::{Commitments, Plans, weekday_words};
use crate::pull::forms::{self, field};
use crate::pull::{flow, store, view};
use crate::store::settings::{self, DigestTime};
use crate::store::{Tx, people};

/// As many names are looked up before a digest.
const NAMES: i64 = 30;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<DigestVerb>) -> Result<Handled> {
    match verb.unwrap_or(DigestVerb::Preview) {
        DigestVerb::Preview => preview(o).await,
        DigestVerb::Settings => open_settings(o).await,
        DigestVerb::Weights => weights::open(o, "").await,
    }
}

/// The digest as it would be posted now: it shows partner data, so only members see it.
async fn preview(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let workspace = settings::load(&mut tx).await?;
    let plans = plans(&mut tx, o.now).await?;
    let digest = flow::compose(&mut tx, o.now, None, plans, &o.bot.mapping).await?;
    let channel = workspace.digest_channel.as_ref();
    let next = channel.and_then(|_| flow::next_words(&workspace.digest, o.now));
    let scene = flow::scene(&mut tx, o.now, channel, &digest.overlaps()).await?;
    tx.rollback().await?;
    let mut message = view::preview(&digest, &scene, next)?;
    if weights::may_set(&o.actor) && !digest.top.is_empty() {
        message.blocks.push(weights::button());
    }
    o.answer(message).await
}

/// Where the digest stands decides who reads it, so only those who administer may move it.
async fn open_settings(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let workspace = settings::load(&mut tx).await?;
    tx.rollback().await?;
    let channel = workspace.digest_channel.as_ref();
    o.open(&forms::settings(&workspace.digest, channel, o.place.channel.as_ref())).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "settings" => open_settings(o).await,
        "preview" => preview(o).await,
        "weights" => weights::open(o, &action.value).await,
        "weigh" => weights::take(o, &action.value).await,
        _ => Err(outdated()),
    }
}

/// When the digest is to come, or what is wrong with which field.
pub(super) fn time(s: &ViewSubmission) -> Result<DigestTime, Problem> {
    let weekday = s.values.option(field::WEEKDAY, field::WEEKDAY).unwrap_or("Mon").to_owned();
    let Some(time) = s.values.time(field::TIME, field::TIME) else {
        return Err((field::TIME.to_owned(), "Choose a time, such as 09:00.".to_owned()));
    };
    let zone = s.values.get_text(field::ZONE, field::ZONE).unwrap_or_default();
    // The database of zones reads names whatever their case; its own spelling is kept.
    let Some(zone) = TimeZone::get(zone).ok().and_then(|z| z.iana_name().map(str::to_owned)) else {
        let text = format!("I don't know a time zone \"{zone}\". Try Europe/Stockholm.");
        return Err((field::ZONE.to_owned(), text));
    };
    Ok(DigestTime { weekday, time: time.strftime("%H:%M").to_string(), zone })
}

/// What the settings say, or what is wrong with which field.
fn read(s: &ViewSubmission) -> Result<(DigestTime, ChannelId), Problem> {
    let time = time(s)?;
    match s.values.channel(field::CHANNEL, field::CHANNEL) {
        Some(channel) => Ok((time, channel.into())),
        None => Err((
            field::CHANNEL.to_owned(),
            "Choose the channel in which the digest is decided on.".to_owned(),
        )),
    }
}

/// The partner whose people would read the digest there.
async fn partner_reads(tx: &mut Tx, channel: &ChannelId) -> Result<Option<String>> {
    Ok(map::partner_of_channel(tx, channel).await?.map(|partner| {
        format!("{}'s people read that channel. Choose one that only your own people read.", partner.name)
    }))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    if verb == "weights" {
        return Ok(Problems::new());
    }
    let channel = match read(s) {
        Err(problem) => return Ok(vec![problem]),
        Ok((_, channel)) => channel,
    };
    let objection = match partner_reads(tx, &channel).await? {
        Some(text) => Some(text),
        None => channels::objection(bot, &channel, Use::Internal).await?,
    };
    Ok(objection.map(|text| (field::CHANNEL.to_owned(), text)).into_iter().collect())
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    if verb == "weights" {
        return weights::try_out(o, s).await;
    }
    let Ok((time, channel)) = read(s) else { return Err(outdated()) };
    let mut tx = o.begin().await?;
    if let Some(problem) = partner_reads(&mut tx, &channel).await? {
        return Err(Error::user(crate::kernel::text::escape(&problem)));
    }
    let before = settings::load(&mut tx).await?;
    let next = flow::next_words(&time, o.now).ok_or_else(outdated)?;
    let weekday = weekday_words(&time.weekday);
    flow::save_settings(&mut tx, o.now, &o.actor.user, time, channel.clone()).await?;
    let after = settings::load(&mut tx).await?;
    channels::rechosen(&mut tx, o.now, &before, &after).await?;
    o.send(&mut tx, &o.privately(view::saved(&next, weekday, &channel)?)).await?;
    o.finish(tx).await
}

/// What is promised and planned: the one place where the digest meets plans.
async fn plans(tx: &mut Tx, now: Timestamp) -> Result<Plans> {
    let zone = settings::load(tx).await?.digest.time_zone();
    let here = now.to_zoned(zone);
    let counts = plan::counts(tx, here.date()).await?;
    let commitments = Commitments { due: counts.due_this_week + counts.late, late: counts.late };
    Ok(Plans {
        commitments,
        sessions: plan::sessions_in_figures(tx, &here).await?,
        on_agendas: plan::overlaps_ahead(tx, now).await?,
    })
}

/// Before a digest is composed: the names of the owners in it, so that nobody needs to be mentioned.
pub(super) async fn prepare(bot: &Bot, now: Timestamp) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let unknown = if flow::is_due(&mut tx, now).await? {
        store::nameless(&mut tx, now, NAMES).await?
    } else {
        Vec::new()
    };
    tx.rollback().await?;
    for user in unknown {
        match identity::look_up(bot, &user).await {
            Ok(person) => {
                let mut tx = bot.db.begin().await?;
                people::save(&mut tx, now, &person).await?;
                tx.commit().await?;
            }
            // The digest goes out on time, with one name less.
            Err(error) => {
                tracing::warn!(%error, "an owner's name could not be looked up");
                break;
            }
        }
    }
    Ok(())
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: Timestamp) -> Result<()> {
    if flow::is_due(tx, now).await? {
        let plans = plans(tx, now).await?;
        flow::post_due(tx, now, plans, &bot.mapping).await?;
    }
    Ok(())
}
