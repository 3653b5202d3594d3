//! Partners and the people there: the list, a card each, and the forms.

use jiff::Timestamp;
use serde_json::Value;

use super::super::grammar::PartnerVerb;
use super::super::payload::{Action, State, ViewSubmission};
use super::channels::{self, Use};
use super::{
    Bot, Occasion, Problems, check_ins, fit, focus, identity, instructions, ledger, outdated, sharing,
    sources,
};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Right, Role};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ContactId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map::store::has_rooms;
use crate::map::domain::Domain;
use crate::map::find::find_partner;
use crate::map::name;
use crate::map::partner::{Contact, ContactRole, Partner};
use crate::map::partner_view::{self as view, Details, field};
use crate::map::store;
use crate::pull::store as pull;
use crate::pull::view::instruction::summary;
use crate::store::settings::{self, Workspace};
use crate::store::{Tx, audit, people};
use crate::sustain::form;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<PartnerVerb>) -> Result<Handled> {
    match verb.unwrap_or(PartnerVerb::List) {
        PartnerVerb::List => list(o).await,
        PartnerVerb::Add { words } => open_add(o, &words.join(" ")).await,
        PartnerVerb::Show { words } if words.is_empty() => list(o).await,
        PartnerVerb::Show { words } => show(o, &named(o, &words, "show").await?).await,
        PartnerVerb::Focus { words } => focus::show(o, named(o, &words, "focus").await?).await,
        PartnerVerb::Fit { words } => fit::show(o, &named(o, &words, "fit").await?).await,
        PartnerVerb::CheckIn { words } => check_ins::open(o, &named(o, &words, "check-in").await?).await,
        PartnerVerb::Ledger { words } => ledger::show(o, &named(o, &words, "ledger").await?).await,
        PartnerVerb::Sharing { words } => sharing::open(o, &named(o, &words, "sharing").await?).await,
        PartnerVerb::Instructions { words } => {
            instructions::open(o, &named(o, &words, "instructions").await?).await
        }
        PartnerVerb::Contact { words } => open_contact(o, &named(o, &words, "contact").await?, None).await,
    }
}

/// The partner that the words name; without any, an example of the verb.
async fn named(o: &Occasion<'_>, words: &[String], verb: &str) -> Result<Partner> {
    if words.is_empty() {
        return Err(Error::user(format!("Say which partner: `/partner partner {verb} northwind`.")));
    }
    let mut tx = o.read().await?;
    let found = find_partner(&mut tx, &words.join(" ")).await?;
    tx.rollback().await?;
    found
}

/// Every partner with its open overlaps.
pub(super) async fn counted(tx: &mut Tx, now: Timestamp) -> Result<Vec<(Partner, i64)>> {
    let waiting = store::waiting(tx, now).await?;
    let count = |p: &Partner| waiting.get(&p.id).copied().unwrap_or(0);
    Ok(store::partners(tx).await?.into_iter().map(|p| (p.clone(), count(&p))).collect())
}

async fn list(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let partners = counted(&mut tx, o.now).await?;
    tx.rollback().await?;
    o.answer(view::list(&partners, o.actor.may(Right::Administer, None), &o.here())).await
}

async fn show(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    let mut tx = o.read().await?;
    let contacts = store::contacts(&mut tx, &partner.id).await?;
    let waiting = store::waiting(&mut tx, o.now).await?;
    let (sources, fetched) = sources::of_partner(o.bot, &mut tx, partner, &o.here()).await?;
    let focus = focus::summary(&mut tx, &partner.id, &o.here()).await?;
    let check_ins = check_ins::summary(o, &mut tx, &partner.id).await?;
    let sharing = store::sharing_rule(&mut tx, &partner.id).await?.words();
    let given = ledger::summary(&mut tx, partner, o.now).await?;
    let instruction = pull::instruction_of(&mut tx, &partner.id).await?;
    tx.rollback().await?;
    let details = Details {
        contacts: &contacts,
        focus,
        check_ins,
        given,
        instructions: summary(instruction.as_ref()),
        sharing,
        may_share: o.actor.may(Right::Approve, Some(&partner.id)),
        open: waiting.get(&partner.id).copied().unwrap_or(0),
        sources: &sources,
        fetched: &fetched,
        may_edit: o.actor.may(Right::Administer, None),
        may_add_contact: o.actor.may(Right::Triage, Some(&partner.id)),
    };
    o.answer(view::card(partner, &details, &o.here())?).await
}

async fn open_add(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    let channel = o.place.channel.as_ref().map(ChannelId::as_str);
    o.open(&view::form(None, words, Some(o.actor.user.as_str()), channel)).await
}

async fn open_contact(o: &Occasion<'_>, partner: &Partner, contact: Option<&Contact>) -> Result<Handled> {
    o.actor.require(Right::Triage, Some(&partner.id))?;
    let channel = o.place.channel.as_ref().map(ChannelId::as_str);
    o.open(&view::contact_form(partner, contact, &form::gifts(), channel)).await
}

/// A partner by the id on a button.
pub(super) async fn found(o: &Occasion<'_>, id: &str) -> Result<Partner> {
    let mut tx = o.read().await?;
    let partner = store::partner(&mut tx, &PartnerId::from(id)).await?;
    tx.rollback().await?;
    partner.ok_or_else(gone)
}

pub(super) fn gone() -> Error {
    Error::user("That partner was removed in the meantime. Nothing was changed.")
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "add" => open_add(o, "").await,
        "show" => show(o, &found(o, &action.value).await?).await,
        "edit" => {
            let partner = found(o, &action.value).await?;
            let channel = o.place.channel.as_ref().map(ChannelId::as_str);
            o.open(&view::form(Some(&partner), "", None, channel)).await
        }
        "fit" | "prospect" | "agreed" | "names" => fit::click(o, verb, action).await,
        "ledger" => ledger::show(o, &found(o, &action.value).await?).await,
        "sharing" => sharing::open(o, &found(o, &action.value).await?).await,
        "instructions" => instructions::open(o, &found(o, &action.value).await?).await,
        "add_contact" => open_contact(o, &found(o, &action.value).await?, None).await,
        "edit_contact" => {
            let mut tx = o.read().await?;
            let contact = store::contact(&mut tx, &ContactId::from(action.value.as_str())).await?;
            tx.rollback().await?;
            let contact = contact.ok_or_else(|| {
                Error::user("That contact was removed in the meantime. Nothing was changed.")
            })?;
            open_contact(o, &found(o, contact.partner.as_str()).await?, Some(&contact)).await
        }
        _ => Err(outdated()),
    }
}

/// What a partner's fields say; `known` is the partner that is edited.
pub(super) fn read(values: &State, known: Option<&Partner>) -> Result<Partner, Problems> {
    let text = |id| values.get_text(id, id).map(str::to_owned);
    let mut problems = Problems::new();
    let written = text(field::NAME).unwrap_or_default();
    if name::key(&written).is_empty() {
        problems.push((field::NAME.into(), "Write the partner's name, such as Northwind.".into()));
    }
    let typed = text(field::DOMAIN);
    let domain = typed.as_deref().and_then(Domain::of_account).map(|d| d.as_str().to_owned());
    if let (Some(typed), None) = (&typed, &domain) {
        problems.push((
            field::DOMAIN.into(),
            format!(
                "\"{typed}\" is no company's domain. Write one such as northwind.com, or leave it empty."
            ),
        ));
    }
    let days = text(field::REFRESH).map_or(Some(45), |t| t.parse().ok()).filter(|d| (1..=365).contains(d));
    let Some(refresh_days) = days else {
        problems.push((field::REFRESH.into(), "Write a number of days from 1 to 365.".into()));
        return Err(problems);
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Partner {
        id: known.map_or_else(PartnerId::random, |p| p.id.clone()),
        name: written,
        domain,
        manager: values.user(field::MANAGER, field::MANAGER).map(UserId::from),
        channel: values.channel(field::CHANNEL, field::CHANNEL).map(ChannelId::from),
        refresh_days,
        list_seen_at: known.and_then(|p| p.list_seen_at),
        sample: known.is_some_and(|p| p.sample),
    })
}

/// What stands against a partner beside others and with these settings: in the database only.
pub(super) async fn clashes(tx: &mut Tx, partner: &Partner, settings: &Workspace) -> Result<Problems> {
    let mut problems = Problems::new();
    let key = name::key(&partner.name);
    for other in store::partners(tx).await?.iter().filter(|p| p.id != partner.id) {
        if name::key(&other.name) == key {
            problems.push((field::NAME.into(), format!("There is a partner {} already.", other.name)));
        }
        if partner.channel.is_some() && other.channel == partner.channel {
            problems.push((
                field::CHANNEL.into(),
                format!("That channel belongs to {}. Each partner has a channel of its own.", other.name),
            ));
        }
    }
    let own = [&settings.intake_channel, &settings.digest_channel, &settings.approvals_channel];
    let has_rooms = match &partner.channel {
        Some(channel) => has_rooms(tx, channel).await?,
        None => false,
    };
    if partner.channel.is_some() && (has_rooms || own.contains(&&partner.channel)) {
        problems.push((
            field::CHANNEL.into(),
            "That channel is one of your own: overlaps, digests, drafts or rooms of accounts appear there. Choose the one that you share with the partner."
                .into(),
        ));
    }
    Ok(problems)
}

/// Everything that is wrong with a partner's form, Slack's side included.
pub(super) async fn problems(
    bot: &Bot,
    tx: &mut Tx,
    values: &State,
    known: Option<&Partner>,
    settings: &Workspace,
) -> Result<Problems> {
    let partner = match read(values, known) {
        Ok(partner) => partner,
        Err(problems) => return Ok(problems),
    };
    let mut problems = clashes(tx, &partner, settings).await?;
    if let Some(manager) = &partner.manager {
        let person = identity::look_up(bot, manager).await?;
        let problem =
            person.outside.map(|why| format!("{} is {why}. Choose a member of this workspace.", person.name));
        problems.extend(problem.map(|text| (field::MANAGER.to_owned(), text)));
    }
    if let (Some(channel), true) = (&partner.channel, problems.is_empty())
        && let Some(objection) = channels::objection(bot, channel, Use::Partner).await?
    {
        problems.push((field::CHANNEL.into(), objection));
    }
    Ok(problems)
}

fn read_contact(
    s: &ViewSubmission,
    known: Option<&Contact>,
    partner: &PartnerId,
) -> Result<Contact, Problems> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned);
    let written = text(field::NAME).unwrap_or_default();
    let mut problems = Problems::new();
    if written.split_whitespace().next().is_none() {
        problems.push((field::NAME.into(), "Write a name, such as Sam Whitfield.".into()));
    }
    let email = text(field::EMAIL);
    let reads = |e: &str| e.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'));
    if let Some(email) = email.as_deref().filter(|e| !reads(e) || e.contains(char::is_whitespace)) {
        problems.push((field::EMAIL.into(), format!("\"{email}\" is no e-mail address.")));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Contact {
        id: known.map_or_else(ContactId::random, |c| c.id.clone()),
        partner: partner.clone(),
        name: written,
        role: s
            .values
            .option(field::ROLE, field::ROLE)
            .and_then(ContactRole::stored)
            .unwrap_or(ContactRole::PartnerRep),
        email,
        slack_user: s.values.user(field::PERSON, field::PERSON).map(UserId::from),
        said_no_to: s
            .values
            .options(field::SAID_NO_TO, field::SAID_NO_TO)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    })
}

/// What a form is about.
struct About {
    /// The partner's or the contact's id; empty for a new one.
    id: String,
    /// For a contact, the partner's id.
    partner: PartnerId,
    /// What the form showed when it was opened; null for a new one.
    seen: Value,
}

fn about(s: &ViewSubmission) -> About {
    let text = |name: &str| s.metadata[name].as_str().unwrap_or_default().to_owned();
    About { id: text("id"), partner: text("partner").into(), seen: s.metadata["seen"].clone() }
}

/// Somebody saved it while the form was open: theirs stays.
fn changed(name: &str, command: &str) -> Error {
    Error::user(format!(
        "Somebody else changed {name} while your form was open, so yours was not saved. `/partner partner show {command}` shows how it is now.",
        name = escape(name),
        command = escape(&command.to_lowercase())
    ))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let About { id, partner, .. } = about(s);
    match verb {
        "add" | "edit" => {
            let known = store::partner(tx, &PartnerId::from(id)).await?;
            let settings = settings::load(tx).await?;
            problems(bot, tx, &s.values, known.as_ref(), &settings).await
        }
        "add_contact" | "edit_contact" => match read_contact(s, None, &partner) {
            Ok(contact) => another_partners(bot, &contact).await,
            Err(problems) => Ok(problems),
        },
        "names" => Ok(fit::review(s)),
        "sharing" => sharing::review(tx, s).await,
        "instructions" => instructions::review(tx, s).await,
        _ => Ok(Problems::new()),
    }
}

/// Notes go to a contact: somebody of another partner's is none.
async fn another_partners(bot: &Bot, contact: &Contact) -> Result<Problems> {
    let Some(user) = &contact.slack_user else { return Ok(Problems::new()) };
    let other = elsewhere(bot, &contact.partner, user).await?;
    let why = other.map(|p| {
        let text =
            format!("They belong to {}. Choose somebody of this partner's, or leave it empty.", p.name);
        (field::PERSON.to_owned(), text)
    });
    Ok(why.into_iter().collect())
}

/// The other partner to which this person belongs: as a contact there, or by their team.
pub(super) async fn elsewhere(bot: &Bot, partner: &PartnerId, user: &UserId) -> Result<Option<Partner>> {
    let person = identity::recently(bot, user).await?;
    let mut tx = bot.db.read().await?;
    let mut found = Vec::new();
    for other in store::partners(&mut tx).await? {
        let contacts = store::contacts(&mut tx, &other.id).await?;
        if contacts.iter().any(|c| c.slack_user.as_ref() == Some(user)) {
            found.push(other);
        }
    }
    // Guests of ours are of our team, whoever sent them.
    if let Some(team) = person.team_id.filter(|team| *team != bot.identity.team_id) {
        found.extend(channels::owners(&mut tx, &team).await?);
    }
    tx.rollback().await?;
    Ok(found.into_iter().find(|p| p.id != *partner))
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "add" | "edit" => save(o, verb, s).await,
        "add_contact" | "edit_contact" => save_contact(o, verb, s).await,
        "names" => fit::submit(o, s).await,
        "sharing" => sharing::submit(o, s).await,
        "instructions" => instructions::submit(o, s).await,
        _ => Err(outdated()),
    }
}

async fn save(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let About { id, seen, .. } = about(s);
    let id = PartnerId::from(id);
    if verb == "edit" && !store::lock_partner(&mut tx, &id).await? {
        return Err(gone());
    }
    let known = store::partner(&mut tx, &id).await?;
    if let Some(now) = known.as_ref().filter(|p| p.stamp() != seen) {
        return Err(changed(&now.name, &now.name));
    }
    let Ok(partner) = read(&s.values, known.as_ref()) else { return Err(outdated()) };
    let settings = settings::load(&mut tx).await?;
    if let Some((_, text)) = clashes(&mut tx, &partner, &settings).await?.into_iter().next() {
        return Err(Error::user(format!("{} Nothing was saved.", escape(&text))));
    }
    store::save_partner(&mut tx, o.now, &partner).await?;
    manage(&mut tx, o, &partner).await?;
    channels::rebound(&mut tx, o.now, known.as_ref(), &partner).await?;
    let subject = format!("partner:{}", partner.id);
    let what = format!("partner.{verb}");
    audit::done(&mut tx, o.now, o.actor.user.as_str(), &what, &subject, &partner.name);
    let said = if verb == "add" {
        format!(
            "Added the partner {}. `/partner partner contact {}` adds a person there.",
            escape(&partner.name),
            escape(&partner.name.to_lowercase())
        )
    } else {
        format!("Saved the partner {}.", escape(&partner.name))
    };
    o.send(&mut tx, &o.privately(Message::text(said))).await?;
    o.finish(tx).await
}

/// Whoever manages a partnership decides on what goes to that partner.
pub(super) async fn manage(tx: &mut Tx, o: &Occasion<'_>, partner: &Partner) -> Result<()> {
    let (by, manager) = (&o.actor.user, partner.manager.as_ref());
    people::set_holder_for(tx, o.now, by, Role::PartnerManager, &partner.id, manager).await
}

async fn save_contact(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let About { id, partner, seen } = about(s);
    o.actor.require(Right::Triage, Some(&partner))?;
    let mut tx = o.begin().await?;
    store::lock_partner(&mut tx, &partner).await?;
    let partner = store::partner(&mut tx, &partner).await?.ok_or_else(gone)?;
    let known = match verb {
        "edit_contact" => store::contact(&mut tx, &ContactId::from(id)).await?,
        _ => None,
    };
    if let Some(now) = known.as_ref().filter(|c| c.stamp() != seen) {
        return Err(changed(&now.name, &partner.name));
    }
    let Ok(contact) = read_contact(s, known.as_ref(), &partner.id) else { return Err(outdated()) };
    store::save_contact(&mut tx, o.now, &contact).await?;
    let subject = format!("partner:{}", partner.id);
    let what = format!("partner.{verb}");
    audit::done(&mut tx, o.now, o.actor.user.as_str(), &what, &subject, &contact.name);
    let said = format!(
        "{} {} at {}, {}.",
        if known.is_some() { "Saved" } else { "Added" },
        escape(&contact.name),
        escape(&partner.name),
        contact.role.words()
    );
    o.send(&mut tx, &o.privately(Message::text(said))).await?;
    o.finish(tx).await
}
