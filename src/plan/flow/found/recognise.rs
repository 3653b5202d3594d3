//! What an event of a calendar is about.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use super::super::super::found::naming::{self, Known, Said};
use super::super::super::found::{Found, MOST_ACCOUNTS, State, span};
use super::Seen;
use crate::kernel::error::Result;
use crate::kernel::ics::Event;
use crate::kernel::ids::{AccountId, FoundId};
use crate::map::name;
use crate::map::store as map;
use crate::store::Tx;

/// The partners, as events name them.
pub(super) async fn known_partners(tx: &mut Tx) -> Result<Vec<Known>> {
    let mut all = Vec::new();
    for partner in map::partners(tx).await? {
        let contacts = map::contacts(tx, &partner.id).await?;
        let hosts = contacts.iter().filter_map(|contact| contact.email.as_deref()?.split_once('@'));
        let mut domains: HashSet<String> = hosts.map(|(_, host)| host.to_lowercase()).collect();
        domains.extend(partner.domain.clone());
        all.push(Known { id: partner.id, name: partner.name, domains });
    }
    Ok(all)
}

/// What an event is about; in words why that is not clear.
pub(super) async fn recognised(
    tx: &mut Tx,
    event: &Event,
    partners: &[Known],
    seen: Seen<'_>,
    zone: &TimeZone,
) -> Result<Result<Found, String>> {
    let said = naming::said(event);
    let partner = match naming::partner(event, &said, partners, seen.partner) {
        Ok(partner) => partner,
        Err(why) => return Ok(Err(why)),
    };
    let (accounts, unknown) = accounts(tx, &said, partner).await?;
    if accounts.is_empty() {
        let why = match unknown.as_slice() {
            [] => format!("it names no account that {} and you share", partner.name),
            unknown => format!("it names no account that I know: {}", unknown.join(", ")),
        };
        return Ok(Err(why));
    }
    let (start, end, whole_day) = span(event, zone);
    let mut people: Vec<String> =
        event.attendees.iter().chain(&event.organizer).map(|person| person.email.clone()).collect();
    people.retain(|email| !email.is_empty());
    people.sort();
    people.dedup();
    Ok(Ok(Found {
        id: FoundId::random(),
        uid: event.uid.clone(),
        occurrence: event.occurrence.clone(),
        calendar: seen.calendar.to_owned(),
        title: event.title.trim().to_owned(),
        place: event.place.trim().to_owned(),
        start,
        end,
        whole_day,
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        accounts,
        unknown,
        people,
        state: State::Ahead,
        version: 1,
    }))
}

/// The accounts that are named, in order, and the listed names that are none: whatever the title lists, and of all other
/// words those that are accounts which the partner has too.
async fn accounts(
    tx: &mut Tx,
    said: &Said,
    partner: &Known,
) -> Result<(Vec<(AccountId, String)>, Vec<String>)> {
    let listed: Vec<String> = said.listed.iter().map(|written| name::key(written)).collect();
    let own = name::key(&partner.name);
    let mut keys: Vec<String> = listed.iter().chain(&said.runs).filter(|key| **key != own).cloned().collect();
    keys.sort();
    keys.dedup();
    let found = map::accounts_like(tx, &said.domains, &keys).await?;
    let ids: Vec<AccountId> = found.iter().map(|(account, _)| account.id.clone()).collect();
    let shared: HashSet<AccountId> = map::overlaps_with(tx, &partner.id, &ids)
        .await?
        .into_iter()
        .map(|overlap| overlap.account.id)
        .collect();
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|(_, key)| *by_key.entry(key).or_default() += 1);
    let order = |key: &str| {
        let at = listed.iter().position(|listed| listed == key);
        at.or_else(|| said.runs.iter().position(|run| run == key).map(|at| at + listed.len()))
    };
    let mut named: Vec<(usize, AccountId, String)> = Vec::new();
    for (account, key) in &found {
        let written = account.domain.as_ref().is_some_and(|domain| said.domains.contains(domain));
        let alone = listed.contains(key) && by_key.get(key.as_str()) == Some(&1);
        if written || alone || shared.contains(&account.id) {
            named.push((order(key).unwrap_or(usize::MAX), account.id.clone(), account.label()));
        }
    }
    named.sort();
    named.dedup_by(|one, other| one.1 == other.1);
    let keys: HashSet<&str> = found
        .iter()
        .filter(|(account, _)| named.iter().any(|(_, id, _)| *id == account.id))
        .map(|(_, key)| key.as_str())
        .collect();
    let missing = said.listed.iter().zip(&listed).filter(|(_, key)| !keys.contains(key.as_str()));
    let unknown = missing.map(|(written, _)| written.clone()).collect();
    let accounts = named.into_iter().map(|(_, id, label)| (id, label)).take(MOST_ACCOUNTS).collect();
    Ok((accounts, unknown))
}
