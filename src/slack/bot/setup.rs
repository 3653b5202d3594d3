//! The set-up: channels and the digest's time, roles, the first partner; then sample data for who wants to try.

use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};

use super::super::payload::ViewSubmission;
use super::channels::{self, Use};
use super::setup_view::{self as view, Chosen, action, field};
use super::{Bot, Checked, Occasion, Problems, digest, identity, outdated, partners};
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{Destination, Outgoing};
use crate::kernel::actor::{Actor, Right, Role};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, UserId, random};
use crate::kernel::text::escape;
use crate::map::partner_view::field as partner_field;
use crate::map::store as map;
use crate::sample::{self, Cast};
use crate::store::settings::{self, DigestTime, Workspace};
use crate::store::{Tx, audit, millis, people};

/// Only an admin sets up; where there is none, whoever of the workspace comes first.
pub(super) async fn may_set_up(tx: &mut Tx, actor: &Actor) -> Result<()> {
    if people::holders(tx, Role::Admin).await?.is_empty() {
        return actor.require(Right::Contribute, None);
    }
    actor.require(Right::Administer, None)
}

pub(super) async fn command(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    may_set_up(&mut tx, &o.actor).await?;
    let saved = settings::load(&mut tx).await?;
    let first = saved.intake_channel.is_none();
    let mut admins = people::holders(&mut tx, Role::Admin).await?;
    let mut managers = people::holders(&mut tx, Role::PartnerManager).await?;
    for role in [&mut admins, &mut managers] {
        if role.is_empty() {
            role.push(o.actor.user.clone());
        }
    }
    let chosen = Chosen {
        channel: o.place.channel.clone(),
        intake: saved.intake_channel,
        digest: saved.digest_channel,
        approvals: saved.approvals_channel,
        time: if first { time_of(&o.actor) } else { saved.digest },
        admins,
        managers,
        operations: people::holders(&mut tx, Role::Operations).await?,
        executives: people::holders(&mut tx, Role::Executive).await?,
        first_partner: map::partners(&mut tx).await?.iter().all(|p| p.sample),
        seen: seal(&mut tx).await?,
    };
    tx.rollback().await?;
    o.open(&view::channels(&chosen)).await
}

/// What the forms would change, as it is saved now, in few characters.
async fn seal(tx: &mut Tx) -> Result<String> {
    let workspace = Workspace { digest_since: None, ..settings::load(tx).await? };
    let mut holders = Vec::new();
    for role in [Role::Admin, Role::PartnerManager, Role::Operations, Role::Executive] {
        holders.push(people::holders(tx, role).await?);
    }
    let saved = serde_json::to_string(&(workspace, holders))?;
    Ok(Sha256::digest(saved).iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Monday at nine where the person lives.
fn time_of(actor: &Actor) -> DigestTime {
    let zone = actor.zone.iana_name().unwrap_or("UTC").to_owned();
    DigestTime { zone, ..DigestTime::default() }
}

fn carried(s: &ViewSubmission) -> Result<Chosen> {
    serde_json::from_value(s.metadata.clone()).map_err(|_| outdated())
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Checked> {
    let chosen = carried(s)?;
    match verb {
        "channels" => match channels(bot, tx, s, chosen).await? {
            Ok(chosen) => Ok(Checked::Next(view::roles(&chosen))),
            Err(problems) => Ok(Checked::Wrong(problems)),
        },
        "roles" => {
            let chosen = roles(s, chosen);
            let problems = people_problems(bot, &chosen).await?;
            Ok(if !problems.is_empty() {
                Checked::Wrong(problems)
            } else if chosen.first_partner {
                Checked::Next(view::partner(&chosen))
            } else {
                Checked::Whole
            })
        }
        "partner" => {
            let problems = if names_partner(s) {
                partners::problems(bot, tx, &s.values, None, &chosen.workspace()).await?
            } else {
                unnamed(s)
            };
            Ok(if problems.is_empty() { Checked::Whole } else { Checked::Wrong(problems) })
        }
        _ => Ok(Checked::Whole),
    }
}

fn names_partner(s: &ViewSubmission) -> bool {
    s.values.get_text(partner_field::NAME, partner_field::NAME).is_some()
}

/// Something was said of a partner, but not its name.
fn unnamed(s: &ViewSubmission) -> Problems {
    let said = s.values.channel(partner_field::CHANNEL, partner_field::CHANNEL).is_some()
        || s.values.get_text(partner_field::DOMAIN, partner_field::DOMAIN).is_some();
    if said {
        vec![(
            partner_field::NAME.into(),
            "Write the partner's name, or empty its domain and channel.".into(),
        )]
    } else {
        Problems::new()
    }
}

/// The first step's choices, or what is wrong with them.
async fn channels(
    bot: &Bot,
    tx: &mut Tx,
    s: &ViewSubmission,
    mut chosen: Chosen,
) -> Result<Result<Chosen, Problems>> {
    let pick = |id| s.values.channel(id, id).map(ChannelId::from);
    chosen.intake = pick(field::INTAKE);
    chosen.digest = pick(field::DIGEST);
    chosen.approvals = pick(field::APPROVALS);
    let mut problems = Problems::new();
    match digest::time(s) {
        Ok(time) => chosen.time = time,
        Err(problem) => problems.push(problem),
    }
    let own = [
        (field::INTAKE, &chosen.intake),
        (field::DIGEST, &chosen.digest),
        (field::APPROVALS, &chosen.approvals),
    ];
    let bound = map::partners(tx).await?;
    let mut asked = Vec::new();
    for (id, channel) in own {
        let Some(channel) = channel else {
            problems.push((id.into(), "Choose a channel.".into()));
            continue;
        };
        match bound.iter().find(|p| p.channel.as_ref() == Some(channel)) {
            Some(p) => {
                problems.push((id.into(), format!("{} reads that channel. Choose one of your own.", p.name)))
            }
            None => asked.push((id, channel)),
        }
    }
    let objections =
        try_join_all(asked.iter().map(|(_, channel)| channels::objection(bot, channel, Use::Internal)))
            .await?;
    for ((id, _), objection) in asked.iter().zip(objections) {
        problems.extend(objection.map(|text| ((*id).to_owned(), text)));
    }
    Ok(if problems.is_empty() { Ok(chosen) } else { Err(problems) })
}

/// The second step's choices.
fn roles(s: &ViewSubmission, mut chosen: Chosen) -> Chosen {
    let pick = |id| s.values.users(id, id).into_iter().take(view::PEOPLE).map(UserId::from).collect();
    chosen.admins = pick(field::ADMINS);
    chosen.managers = pick(field::MANAGERS);
    chosen.operations = pick(field::OPERATIONS);
    chosen.executives = pick(field::EXECUTIVES);
    chosen
}

/// A role is only for full members of this workspace.
async fn people_problems(bot: &Bot, chosen: &Chosen) -> Result<Problems> {
    let mut problems = Problems::new();
    let roles = [
        (field::ADMINS, &chosen.admins),
        (field::MANAGERS, &chosen.managers),
        (field::OPERATIONS, &chosen.operations),
        (field::EXECUTIVES, &chosen.executives),
    ];
    for (id, users) in roles {
        let found = try_join_all(users.iter().map(|user| identity::look_up(bot, user))).await?;
        if let Some((person, why)) = found.iter().find_map(|p| p.outside.map(|why| (p, why))) {
            let text = format!("{} is {why}. Choose members of this workspace.", person.name);
            problems.push((id.into(), text));
        }
    }
    if chosen.admins.is_empty() {
        problems.push((field::ADMINS.into(), "Choose at least one admin.".into()));
    }
    Ok(problems)
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let mut chosen = carried(s)?;
    if verb == "roles" {
        chosen = roles(s, chosen);
    }
    // Every step before the last leads to the next one and saves nothing.
    if verb != if chosen.first_partner { "partner" } else { "roles" } {
        return Err(outdated());
    }
    let mut tx = o.begin().await?;
    may_set_up(&mut tx, &o.actor).await?;
    let before = settings::take(&mut tx, o.now).await?;
    if seal(&mut tx).await? != chosen.seen {
        return Err(Error::user(
            "Somebody else changed the set-up while your form was open, so yours was not saved. `/partner setup` shows how it is now.",
        ));
    }
    let mut workspace = chosen.workspace();
    let same_time = before.digest == workspace.digest && before.digest_channel == workspace.digest_channel;
    workspace.digest_since = before.digest_since.filter(|_| same_time).or(Some(millis(o.now)));
    settings::save(&mut tx, o.now, &workspace).await?;
    channels::rechosen(&mut tx, o.now, &before, &workspace).await?;
    let by = &o.actor.user;
    for (role, users) in [
        (Role::Admin, &chosen.admins),
        (Role::PartnerManager, &chosen.managers),
        (Role::Operations, &chosen.operations),
        (Role::Executive, &chosen.executives),
    ] {
        people::set_holders(&mut tx, o.now, by, role, users).await?;
    }
    audit::done(&mut tx, o.now, by.as_str(), "setup.save", "setup", &serde_json::to_string(&chosen)?);
    let mut added = None;
    if verb == "partner" && names_partner(s) {
        let Ok(partner) = partners::read(&s.values, None) else { return Err(outdated()) };
        if let Some((_, text)) = partners::clashes(&mut tx, &partner, &workspace).await?.into_iter().next() {
            return Err(Error::user(format!("{} Nothing was saved.", escape(&text))));
        }
        map::save_partner(&mut tx, o.now, &partner).await?;
        partners::manage(&mut tx, o, &partner).await?;
        channels::rebound(&mut tx, o.now, None, &partner).await?;
        let subject = format!("partner:{}", partner.id);
        audit::done(&mut tx, o.now, by.as_str(), "partner.add", &subject, &partner.name);
        added = Some(partner.name);
    }
    let samples = map::partners(&mut tx).await?.iter().any(|p| p.sample);
    let said = view::saved(&chosen, added.as_deref(), samples)?;
    o.send(&mut tx, &answer(o, &chosen, said)).await?;
    o.finish(tx).await
}

/// Where the command was typed if the bot is there for sure, else in the direct messages.
fn answer(o: &Occasion<'_>, chosen: &Chosen, said: Message) -> Outgoing {
    let here = chosen.channel.as_ref();
    if here.is_some_and(|c| [&chosen.intake, &chosen.digest, &chosen.approvals].contains(&&Some(c.clone()))) {
        return o.privately(said);
    }
    Outgoing::post(random(24), Destination::Person(o.actor.user.clone()), said)
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str) -> Result<Handled> {
    match format!("setup.{verb}").as_str() {
        action::OPEN => command(o).await,
        action::ADD_SAMPLES => add_samples(o).await,
        action::REMOVE_SAMPLES => remove_samples(o).await,
        _ => Err(outdated()),
    }
}

async fn add_samples(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.begin().await?;
    if map::partners(&mut tx).await?.iter().any(|p| p.sample) {
        return Err(Error::user(
            "The sample data is there already. Home and `/partner status` can remove it.",
        ));
    }
    let cast = Cast {
        manager: o.actor.user.clone(),
        owners: vec![o.actor.user.clone()],
        executive: None,
        requester: o.actor.user.clone(),
        places: Vec::new(),
        zone: o.actor.zone.clone(),
        marked: true,
    };
    let counts = sample::fill(&mut tx, o.now, &cast).await?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "setup.add_samples", "setup", "");
    let text = format!(
        "Added {} partners with {} overlaps, marked SAMPLE. `/partner digest preview` shows what the digest makes of them.",
        counts.partners, counts.overlaps
    );
    let shown = vec![blocks::section(&text), blocks::actions(vec![view::remove_samples()])];
    o.send(&mut tx, &o.privately(Message::new(text, shown))).await?;
    o.finish(tx).await
}

async fn remove_samples(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let gone = map::remove_samples(&mut tx).await?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "setup.remove_samples", "setup", "");
    let text = match gone {
        0 => "There is no sample data here.".to_owned(),
        n => format!("Removed {n} sample partners with everything that belonged to them."),
    };
    o.send(&mut tx, &o.privately(Message::text(text))).await?;
    o.finish(tx).await
}
