//! What is known when a note is written: for the template, for the relevance check, and for the card.

mod shared;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::draft::{Check, Note, Route, as_checked};
pub use super::library::{Item, ItemKind};
use super::relevance::input::{self, Channel, DraftInput, GiftKind, Purpose, SenderRole};
use super::relevance::{Settings, check, names_other};
use super::{store, template};
use crate::kernel::actor::Role;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, ContactId, PartnerId, UserId};
use crate::map::account_map;
use crate::map::overlap::{Overlap, Population};
use crate::map::partner::{Contact, ContactRole, Partner};
use crate::map::sharing::{self, SharedOverlap};
use crate::map::store as map;
use crate::plan::check_in::CheckIn;
use crate::plan::store::season;
use crate::pull::store as pull;
use crate::store::{Tx, people, settings};

/// At most so many overlaps may be named in a note.
const NAMEABLE: i64 = 500;

/// Words of the relevance check as they are stored: their name in JSON without the quotes.
pub mod word {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use crate::kernel::error::Result;

    /// As stored.
    pub fn write<T: Serialize>(word: &T) -> Result<String> {
        Ok(serde_json::to_value(word)?.as_str().unwrap_or_default().to_owned())
    }

    /// From what was stored.
    pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
        Ok(serde_json::from_value(Value::String(text.to_owned()))?)
    }
}

/// What stands around a note, whatever it says.
#[derive(Clone, Debug)]
pub struct Ground {
    /// To whom it goes.
    pub partner: Partner,
    /// What it is about.
    pub overlap: Overlap,
    /// As much of it as the partner may see.
    pub shared: SharedOverlap,
    /// Who of the partner can be written to.
    pub contacts: Vec<Contact>,
    /// What can be given today.
    pub library: Vec<Item>,
    /// The texts that there are.
    pub texts: template::Texts,
    /// The other partners, of whom it says nothing.
    pub others: Vec<String>,
    /// What is on hold on the account; mrkdwn.
    pub holds: Vec<String>,
    /// What the partner focuses on this season, with who said so and when.
    pub season: Option<CheckIn>,
    /// How notes to this partner sound, by its instructions and their version.
    pub tone: Option<(i64, String)>,
    /// Who owns the account on our side, as it reads in a sentence.
    pub owner: Option<String>,
    /// The owner's Slack user, where that is how the owner is known.
    pub owner_user: Option<UserId>,
    /// The workspace's zone.
    pub zone: TimeZone,
    /// The day in it.
    pub today: Date,
}

impl Ground {
    /// Everything that is known around this overlap; `None` when it or its partner was removed.
    pub async fn load(
        tx: &mut Tx,
        now: Timestamp,
        folder: &template::Folder,
        overlap: Overlap,
    ) -> Result<Option<Self>> {
        let Some(partner) = map::partner(tx, &overlap.partner_id).await? else { return Ok(None) };
        let rule = map::sharing_rule(tx, &partner.id).await?;
        let seen = sharing::shared_overlap(&rule, &overlap).filter(|seen| seen.account.is_some());
        let seen = seen.ok_or_else(|| shared::not_shared(&overlap, &rule))?;
        let contacts = map::contacts(tx, &partner.id).await?;
        let others = others(tx, &partner).await?;
        let zone = settings::load(tx).await?.digest.time_zone();
        let today = now.to_zoned(zone.clone()).date();
        let mut library = library(tx, &partner, &others).await?;
        library.retain(|item| item.is_live(today));
        let owner_user = overlap.owner_user();
        let owner = match (&owner_user, overlap.owner.as_ref().or(overlap.account.owner.as_ref())) {
            (Some(user), _) => people::find(tx, user).await?.map(|(person, _)| person.name),
            (None, Some(name)) if !name.contains('@') => Some(name.clone()),
            _ => None,
        };
        let season =
            season(tx, &partner.id, today).await?.filter(|said| names_nobody_else(said, &partner, &others));
        let account = &overlap.account.id;
        let mut holds = account_map::flow::hold_lines(tx, now, std::slice::from_ref(account)).await?;
        let holds = holds.remove(account).unwrap_or_default();
        let owner = owner.filter(|_| rule.names_owner());
        let instruction = pull::instruction_of(tx, &partner.id).await?;
        let tone = instruction.filter(|i| !i.sheet.tone.is_empty()).map(|i| (i.version, i.sheet.tone));
        Ok(Some(Self {
            partner,
            overlap,
            shared: seen,
            contacts,
            library,
            texts: template::texts::now(tx, folder).await?,
            others,
            holds,
            season,
            tone,
            owner,
            owner_user,
            zone,
            today,
        }))
    }

    /// When the overlap was last seen: `2 March`.
    pub fn seen_on(&self) -> String {
        self.overlap.last_seen.to_zoned(self.zone.clone()).strftime("%-d %B").to_string()
    }

    /// The facts that a template may use, before anybody adds to them.
    pub fn facts(&self, contact: Option<&Contact>) -> template::Facts {
        let reader = contact.map(|c| c.role);
        // What is meant for this reader comes before what is newer.
        let newest = |kind: ItemKind| {
            let usable = |i: &&Item| i.kind == kind && i.is_usable();
            let all = || self.library.iter().filter(usable);
            all().find(|i| i.is_for(reader)).or_else(|| all().next())
        };
        template::Facts {
            recipient: contact.map(|c| c.first_name().to_owned()),
            partner: Some(self.partner.name.clone()),
            account: self.shared.account.clone(),
            our_population: self.shared.our_population.map(|p| p.words().to_owned()),
            their_population: self.shared.their_population.map(|p| p.words().to_owned()),
            owner: self.owner.clone(),
            asset: newest(ItemKind::Asset).and_then(document),
            our_launch: newest(ItemKind::OurLaunch).and_then(dated),
            their_launch: newest(ItemKind::TheirLaunch).and_then(dated),
            their_focus: self.season.as_ref().map(focused),
            ..template::Facts::default()
        }
    }

    /// What somebody on record is at the partner.
    pub fn role_of(&self, contact: Option<&ContactId>) -> Option<ContactRole> {
        self.contacts.iter().find(|c| Some(&c.id) == contact).map(|c| c.role)
    }

    /// What a note on this overlap is for, most likely.
    pub fn likely_purpose(&self, reader: ContactRole) -> Purpose {
        match (reader, self.overlap.our_population) {
            (ContactRole::PartnerExecutive, _) => Purpose::Executive,
            (ContactRole::PartnerPresales, _) => Purpose::Presales,
            (_, Some(Population::Customer)) => Purpose::Expansion,
            _ => Purpose::Prospecting,
        }
    }
}

impl Item {
    /// Whether a template can take it: a document has an address, and a launch a day.
    pub fn is_usable(&self) -> bool {
        match self.kind {
            ItemKind::Asset => document(self).is_some(),
            ItemKind::OurLaunch | ItemKind::TheirLaunch => dated(self).is_some(),
        }
    }
}

/// A document as a template takes it; one without an address cannot be given.
pub fn document(item: &Item) -> Option<template::Document> {
    Some(template::Document { title: item.title.clone(), url: item.url.clone()? })
}

/// A launch as a template takes it; one without a day cannot be told.
pub fn dated(item: &Item) -> Option<template::Dated> {
    let date = item.date?.strftime("%-d %B").to_string();
    Some(template::Dated { title: item.title.clone(), date })
}

/// What a partner focuses on as a template takes it.
fn focused(said: &CheckIn) -> template::Dated {
    template::Dated { title: said.focus.clone(), date: said.on.strftime("%-d %B").to_string() }
}

/// What has another partner's name is not theirs to read, whoever said it.
fn names_nobody_else(said: &CheckIn, partner: &Partner, others: &[String]) -> bool {
    !others.iter().any(|other| names_other(&said.focus, &partner.name, other))
}

/// The names of the other partners.
async fn others(tx: &mut Tx, partner: &Partner) -> Result<Vec<String>> {
    Ok(map::partners(tx).await?.into_iter().filter(|p| p.id != partner.id).map(|p| p.name).collect())
}

/// What a note to this partner may draw on; what has another partner's name is not theirs to read.
async fn library(tx: &mut Tx, partner: &Partner, others: &[String]) -> Result<Vec<Item>> {
    let mut items = store::library(tx, &partner.id).await?;
    items.retain(|i| !others.iter().any(|other| names_other(&i.title, &partner.name, other)));
    Ok(items)
}

/// To whom, from whom and about what: what the relevance check needs beside the words.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The reader's partner.
    pub partner: &'a PartnerId,
    /// The reader.
    pub contact: &'a ContactId,
    /// The account.
    pub account: Option<&'a AccountId>,
    /// The sender.
    pub sender: &'a UserId,
    /// What it is for.
    pub purpose: Purpose,
    /// How it goes.
    pub route: Route,
    /// Where its template is meant to go.
    pub by_hand: Channel,
    /// How hard the check is.
    pub settings: &'a Settings,
}

impl<'a> Frame<'a> {
    /// Of a note.
    pub fn of(note: &'a Note, settings: &'a Settings) -> Self {
        Self {
            partner: &note.partner_id,
            contact: &note.contact_id,
            account: note.account_id.as_ref(),
            sender: &note.sender,
            purpose: note.purpose,
            route: note.route,
            by_hand: note.channel,
            settings,
        }
    }

    /// Where it is read: what goes by hand goes where its template is meant to go.
    fn channel(&self) -> Channel {
        match self.route {
            Route::Channel | Route::Direct => Channel::Slack,
            Route::ByHand => self.by_hand,
        }
    }
}

/// Checks a text as it would go out now; ages are days of the workspace's calendar.
pub async fn weigh(tx: &mut Tx, now: Timestamp, frame: &Frame<'_>, text: &str) -> Result<Check> {
    let partner = map::partner(tx, frame.partner).await?.ok_or_else(|| gone("partner"))?;
    let contact = map::contact(tx, frame.contact).await?.ok_or_else(|| gone("contact"))?;
    let overlaps = nameable(tx, &partner.id, frame.account).await?;
    let owner = overlaps.iter().find(|o| Some(&o.account.id) == frame.account).and_then(Overlap::owner_user);
    let others = others(tx, &partner).await?;
    let library = library(tx, &partner, &others).await?;
    let rule = map::sharing_rule(tx, &partner.id).await?;
    let kept = shared::withheld(tx, &rule, frame, &overlaps).await?;
    let never = pull::instruction_of(tx, &partner.id).await?.map(|i| i.sheet.never).unwrap_or_default();
    let touches = store::touches(tx, &contact.id, now).await?;
    let zone = settings::load(tx).await?.digest.time_zone();
    let input = DraftInput {
        id: serde_json::Value::Null,
        today: now.to_zoned(zone.clone()).date(),
        recipient: input::Recipient {
            name: Some(contact.name.clone()),
            company: Some(partner.name.clone()),
            role: Some(contact.role),
            touches_last_30_days: Some(touches),
            said_no_to: contact.said_no_to.iter().filter_map(|g| word::read::<GiftKind>(g).ok()).collect(),
        },
        sender: input::Sender { role: sender_role(tx, frame.sender, owner.as_ref(), &partner.id).await? },
        channel: Some(frame.channel()),
        purpose: Some(frame.purpose),
        facts: input::Facts {
            withheld: kept,
            never,
            ..shared::shared_facts(&partner, &rule, &overlaps, &library, others, &zone)
        },
        text: as_checked(frame.channel(), text),
    };
    let settings = Settings { stale_after_days: partner.refresh_days, ..frame.settings.clone() };
    Ok(check(&input, &settings).into())
}

/// The current overlaps that a note may name. Its own account counts even where a partner has more than are read.
async fn nameable(tx: &mut Tx, partner: &PartnerId, account: Option<&AccountId>) -> Result<Vec<Overlap>> {
    let filter = map::Filter { partner: Some(partner.clone()), ..map::Filter::default() };
    let mut overlaps = map::overlaps(tx, &filter, NAMEABLE).await?;
    if let Some(account) = account {
        let own = map::overlaps_with(tx, partner, std::slice::from_ref(account)).await?;
        overlaps.retain(|o| o.account.id != *account);
        overlaps.extend(own);
    }
    overlaps.retain(|o| o.gone_at.is_none());
    Ok(overlaps)
}

/// What the sender is to the account (A13); `None` where nobody can tell.
async fn sender_role(
    tx: &mut Tx,
    sender: &UserId,
    owner: Option<&UserId>,
    partner: &PartnerId,
) -> Result<Option<SenderRole>> {
    if owner == Some(sender) {
        return Ok(Some(SenderRole::AccountOwner));
    }
    let roles = people::roles_of(tx, sender).await?;
    let has =
        |role: Role| roles.iter().any(|(r, scope)| *r == role && scope.as_ref().is_none_or(|s| s == partner));
    Ok(if has(Role::PartnerManager) || has(Role::Operations) || has(Role::Admin) {
        Some(SenderRole::PartnerManager)
    } else if has(Role::Executive) {
        Some(SenderRole::Executive)
    } else {
        None
    })
}

fn gone(what: &str) -> Error {
    Error::user(format!("That {what} was removed in the meantime. Nothing was sent."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_judged_by_where_it_is_read() {
        let (partner, contact, sender) = ("p1".into(), "c1".into(), "U0ALEX".into());
        let settings = Settings::default();
        let channel = |route, by_hand| {
            let frame = Frame {
                partner: &partner,
                contact: &contact,
                account: None,
                sender: &sender,
                purpose: Purpose::Executive,
                route,
                by_hand,
                settings: &settings,
            };
            frame.channel()
        };
        assert_eq!(channel(Route::ByHand, Channel::Email), Channel::Email);
        assert_eq!(channel(Route::ByHand, Channel::Slack), Channel::Slack);
        assert_eq!(channel(Route::Channel, Channel::Email), Channel::Slack);
    }
}
