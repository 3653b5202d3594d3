//! The digest: preview, settings, and its hour.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::grammar::DigestVerb;
use super::super::payload::{Action, BlockActions, ViewSubmission};
use super::rooms::{self, Use};
use super::{Bot, Occasion, channels, identity, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::ChannelId;
use crate::map::store as map;
use crate::plan::store as plan;
use crate::pull::digest::{Commitments, WEEKDAYS};
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
    }
}

/// The digest as it would be posted now: it shows partner data, so only members see it.
async fn preview(o: &Occasion<'_>) -> Result<Handled> {
    o.actor.require(Right::Contribute, None)?;
    let mut tx = o.read().await?;
    let workspace = settings::load(&mut tx).await?;
    let due = commitments(&mut tx, o.now).await?;
    let digest = flow::compose(&mut tx, o.now, None, due).await?;
    let next = workspace.digest_channel.as_ref().and_then(|_| flow::next_words(&workspace.digest, o.now));
    let channel = workspace.digest_channel.unwrap_or_else(|| ChannelId::from(""));
    let scene = flow::scene(&mut tx, o.now, &channel, &digest.overlaps()).await?;
    tx.rollback().await?;
    o.answer(view::preview(&digest, &scene, next)?).await
}

/// Where the digest stands decides who reads it, so only those who administer may move it.
async fn open_settings(o: &Occasion<'_>) -> Result<Handled> {
    o.actor.require(Right::Administer, None)?;
    let mut tx = o.read().await?;
    let workspace = settings::load(&mut tx).await?;
    tx.rollback().await?;
    let own = o.actor.zone.iana_name();
    let channel = workspace.digest_channel.as_ref();
    o.open(&forms::settings(&workspace.digest, channel, own, o.place.channel.as_ref())).await
}

pub(super) async fn click(
    o: &Occasion<'_>,
    verb: &str,
    _click: &BlockActions,
    _action: &Action,
) -> Result<Handled> {
    match verb {
        "settings" => open_settings(o).await,
        "preview" => preview(o).await,
        _ => Err(outdated()),
    }
}

/// What the settings say, or what is wrong with which field.
fn read(s: &ViewSubmission) -> Result<(DigestTime, ChannelId), Vec<(&'static str, String)>> {
    let weekday = s.values.option(field::WEEKDAY, field::WEEKDAY).unwrap_or("Mon");
    let Some(time) = s.values.time(field::TIME, field::TIME) else {
        return Err(vec![(field::TIME, "Choose a time, such as 09:00.".to_owned())]);
    };
    let typed = s.values.get_text(field::OTHER_ZONE, field::OTHER_ZONE);
    let (zone, of) = match (typed, s.values.option(field::ZONE, field::ZONE)) {
        (Some(typed), _) => (typed, field::OTHER_ZONE),
        (None, chosen) => (chosen.unwrap_or("UTC"), field::ZONE),
    };
    let day = WEEKDAYS.iter().position(|(short, _)| *short == weekday).unwrap_or(0);
    let day = jiff::civil::Weekday::from_monday_zero_offset(i8::try_from(day).unwrap_or(0));
    let day = day.unwrap_or(jiff::civil::Weekday::Monday);
    let zone = match crate::kernel::schedule::Schedule::weekly(day, time, zone) {
        Ok(schedule) => schedule.zone().to_owned(),
        Err(error) => return Err(vec![(of, error.to_string().replace('`', ""))]),
    };
    let Some(channel) = s.values.channel(field::CHANNEL, field::CHANNEL) else {
        return Err(vec![(
            field::CHANNEL,
            "Choose the channel in which the digest is decided on.".to_owned(),
        )]);
    };
    let time = DigestTime { weekday: weekday.to_owned(), time: time.strftime("%H:%M").to_string(), zone };
    Ok((time, channel.into()))
}

/// The partner whose people would read the digest there.
async fn partner_reads(tx: &mut Tx, channel: &ChannelId) -> Result<Option<String>> {
    Ok(map::partner_of_channel(tx, channel).await?.map(|partner| {
        format!("{}'s people read that channel. Choose one that only your own people read.", partner.name)
    }))
}

pub(super) async fn review(
    bot: &Bot,
    tx: &mut Tx,
    _verb: &str,
    s: &ViewSubmission,
) -> Result<Vec<(String, String)>> {
    let problems = match read(s) {
        Err(problems) => problems,
        Ok((_, channel)) => {
            let objection = match partner_reads(tx, &channel).await? {
                Some(text) => Some(text),
                None => rooms::objection(bot, &channel, Use::Internal).await?,
            };
            objection.map(|text| (field::CHANNEL, text)).into_iter().collect()
        }
    };
    Ok(problems.into_iter().map(|(field, text)| (field.to_owned(), text)).collect())
}

pub(super) async fn submit(o: &Occasion<'_>, _verb: &str, s: &ViewSubmission) -> Result<Handled> {
    o.actor.require(Right::Administer, None)?;
    let Ok((time, channel)) = read(s) else { return Err(outdated()) };
    let mut tx = o.begin().await?;
    if let Some(problem) = partner_reads(&mut tx, &channel).await? {
        return Err(Error::user(crate::kernel::text::escape(&problem)));
    }
    let before = settings::load(&mut tx).await?;
    let next = flow::next_words(&time, o.now).ok_or_else(outdated)?;
    let weekday = WEEKDAYS.iter().find(|(short, _)| *short == time.weekday).map_or("week", |(_, day)| day);
    flow::save_settings(&mut tx, o.now, &o.actor.user, time, channel.clone()).await?;
    let after = settings::load(&mut tx).await?;
    channels::rechosen(&mut tx, o.now, &before, &after).await?;
    o.send(&mut tx, &o.privately(view::saved(&next, weekday, &channel)?)).await?;
    o.finish(tx).await
}

/// How many commitments are due and late: the one place where the digest meets commitments.
async fn commitments(tx: &mut Tx, now: Timestamp) -> Result<Commitments> {
    let zone = TimeZone::get(&settings::load(tx).await?.digest.zone).unwrap_or(TimeZone::UTC);
    let counts = plan::counts(tx, now.to_zoned(zone).date()).await?;
    Ok(Commitments { due: counts.due_this_week + counts.late, late: counts.late })
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

pub(super) async fn round(tx: &mut Tx, now: Timestamp) -> Result<()> {
    let due = commitments(tx, now).await?;
    flow::post_due(tx, now, due).await?;
    Ok(())
}
