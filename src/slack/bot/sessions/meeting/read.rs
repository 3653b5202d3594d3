//! What the forms of a session say, or what is wrong with which field.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::super::super::payload::ViewSubmission;
use super::super::super::partners::gone;
use super::super::super::{Problems, outdated};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ContactId, PartnerId, UserId};
use crate::kernel::text::unescaped;
use crate::map::find::find_account;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::session::{Guest, Named, Outline, Shape, Slot, lines};
use crate::plan::view::field;
use crate::plan::{flow, store};
use crate::pull::agenda::room;
use crate::store::Tx;

pub(super) fn about(s: &ViewSubmission) -> Result<PartnerId> {
    s.metadata["partner"].as_str().map(PartnerId::from).ok_or_else(outdated)
}

/// The time that the form says, or what is wrong with it.
pub(super) fn slot(s: &ViewSubmission, zone: &TimeZone, now: Timestamp) -> Result<Slot, Problems> {
    let date = s.values.date(field::DATE, field::DATE);
    let time = s.values.time(field::TIME, field::TIME);
    let (Some(date), Some(time)) = (date, time) else {
        let missing = if date.is_none() { field::DATE } else { field::TIME };
        return Err(vec![(missing.to_owned(), "Choose a day and a time.".to_owned())]);
    };
    let Ok(start) = date.to_datetime(time).to_zoned(zone.clone()) else {
        return Err(vec![(field::DATE.to_owned(), "That day is out of reach. Choose another.".to_owned())]);
    };
    let start = start.timestamp();
    if start <= now {
        let over = "That time is over. Choose a later one.".to_owned();
        return Err(vec![(field::TIME.to_owned(), over)]);
    }
    Ok(Slot { start, zone: zone.iana_name().unwrap_or("UTC").to_owned() })
}

/// The accounts of a session that the form changes; none for a new one.
async fn before(tx: &mut Tx, s: &ViewSubmission) -> Result<(Vec<Named>, i64)> {
    let Some(id) = s.metadata["id"].as_str() else { return Ok((Vec::new(), 0)) };
    let known = store::session(tx, &id.into()).await?.map(|s| (s.outline.accounts, s.outline.minutes));
    Ok(known.unwrap_or_default())
}

/// What the form says of everything but the time, or what is wrong with which field.
pub(super) async fn read(tx: &mut Tx, s: &ViewSubmission) -> Result<Result<Outline, Problems>> {
    let partner = map::partner(tx, &about(s)?).await?.ok_or_else(gone)?;
    let values = &s.values;
    let (known, long) = before(tx, s).await?;
    let minutes = values.option(field::MINUTES, field::MINUTES).and_then(|n| n.parse().ok()).unwrap_or(30);
    let written = values.get_text(field::ACCOUNTS, field::ACCOUNTS).unwrap_or_default();
    let accounts = match accounts(tx, &partner, written, &known).await? {
        Ok(accounts) => accounts,
        Err(why) => return Ok(Err(vec![(field::ACCOUNTS.to_owned(), why)])),
    };
    let room = room(minutes);
    // As many as stand on it already were put there by somebody who knew; a shorter session has to be thought about anew.
    let most = if minutes < long { room } else { room.max(known.len()) };
    if accounts.len() > most {
        let why = format!("{} into {minutes} minutes. Choose a longer time, or leave some out.", fits(room));
        return Ok(Err(vec![(field::ACCOUNTS.to_owned(), why)]));
    }
    let ours: Vec<UserId> = values.users(field::OURS, field::OURS).into_iter().map(UserId::from).collect();
    if ours.is_empty() {
        return Ok(Err(vec![(field::OURS.to_owned(), "Choose at least one of ours.".to_owned())]));
    }
    let mut theirs = Vec::new();
    for id in values.options(field::THEIRS, field::THEIRS) {
        let contact = map::contact(tx, &ContactId::from(id)).await?.filter(|c| c.partner == partner.id);
        theirs.extend(contact.map(|c| Guest { contact: c.id, name: c.name }));
    }
    Ok(Ok(Outline {
        shape: values.option(field::SHAPE, field::SHAPE).and_then(Shape::stored).unwrap_or_default(),
        minutes,
        ours,
        theirs,
        accounts,
        place: values.get_text(field::PLACE, field::PLACE).map(str::trim).unwrap_or_default().to_owned(),
    }))
}

fn fits(accounts: usize) -> String {
    match accounts {
        1 => "Only 1 account fits".to_owned(),
        n => format!("Only {n} accounts fit"),
    }
}

/// The accounts of these lines, or what is wrong with one of them.
async fn accounts(
    tx: &mut Tx,
    partner: &Partner,
    written: &str,
    known: &[Named],
) -> Result<Result<Vec<Named>, String>> {
    let mut all: Vec<Named> = Vec::new();
    for line in lines::read(written, known) {
        let before = known.iter().find(|n| n.name.eq_ignore_ascii_case(&line.account));
        let found = match before {
            Some(named) => Named { motion: None, ..named.clone() },
            None => match find_account(tx, &line.account).await {
                Ok(account) => Named::of(&account),
                Err(Error::User(error)) => return Ok(Err(unescaped(&error.text).replace('`', ""))),
                Err(fault) => return Err(fault),
            },
        };
        if all.iter().any(|other| other.account_id == found.account_id) {
            return Ok(Err(format!("{} stands there twice.", found.name)));
        }
        let motion = match line.motion {
            Some(motion) => Some(motion),
            None => flow::motion_of(tx, partner, &found.account_id).await?,
        };
        all.push(Named { motion, goal: line.goal, ..found });
    }
    Ok(Ok(all))
}
