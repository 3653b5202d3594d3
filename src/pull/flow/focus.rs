//! A focus list is marked and agreed on, each by a click on what was seen.

use jiff::Timestamp;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map;
use crate::map::focus::{Agreed, LONGEST, List, SIZE, Side, Wish};
use crate::map::lists::store as lists;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::map::trust::Trust;
use crate::pull::focus::{Ground, is_full_of_pins, propose};
use crate::pull::store;
use crate::store::{Tx, audit, settings as workspace};

/// So many overlaps are weighed for a list, and offered to be added.
const WEIGHED: i64 = 100;

/// What became of a click on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Made,
    /// Somebody was faster, or the overlaps changed since: nothing was changed.
    Second,
}

/// Which list somebody saw, and in which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The partner.
    pub partner: PartnerId,
    /// Whose list.
    pub side: Side,
    /// The version.
    pub version: i64,
}

impl Seen {
    /// The list in the version that is shown.
    pub fn of(list: &List) -> Self {
        Self { partner: list.partner.clone(), side: list.side, version: list.version }
    }

    /// As a control carries it.
    pub fn value(&self) -> String {
        format!("{}:{}:{}", self.partner, self.side.as_str(), self.version)
    }

    /// Reads [`Seen::value`] and what follows it.
    pub fn read(value: &str) -> Option<(Self, Option<&str>)> {
        let mut parts = value.splitn(4, ':');
        let seen = Self {
            partner: parts.next()?.into(),
            side: Side::stored(parts.next()?)?,
            version: parts.next()?.parse().ok()?,
        };
        Some((seen, parts.next()))
    }
}

/// Everything that a proposal for this side is made of.
pub async fn load(
    tx: &mut Tx,
    now: Timestamp,
    settings: &account_map::Settings,
    partner: Partner,
    side: Side,
) -> Result<Ground> {
    let list = map::focus_list(tx, &partner.id, side).await?;
    let agreed: Vec<Account> =
        map::agreed_accounts(tx, &partner.id, side).await?.into_iter().map(|(a, _)| a).collect();
    let marks = map::focus_marks(tx, &partner.id, side).await?;
    let mut overlaps = store::worthiest(tx, &partner.id, side, WEIGHED).await?;
    let named: Vec<AccountId> =
        agreed.iter().map(|a| a.id.clone()).chain(marks.iter().map(|m| m.account.clone())).collect();
    let known = map::overlaps_with(tx, &partner.id, &named).await?;
    overlaps.retain(|o| !known.iter().any(|k| k.id == o.id));
    overlaps.extend(known);
    let kinds = lists::map_settings(tx).await?.kinds;
    let planned = store::planned(tx, &kinds).await?.remove(&partner.id).unwrap_or_default();
    let zone = workspace::load(tx).await?.digest.time_zone();
    let accounts: Vec<AccountId> = overlaps.iter().map(|o| o.account.id.clone()).collect();
    // Whoever is wanted in by the other side opens the door: their people on our list, ours on theirs.
    let knowers = (side == Side::Ours).then(|| partner.id.clone());
    let held = map::trust(tx, &accounts).await?.remove(&knowers).unwrap_or_default();
    let here = now.to_zoned(zone.clone());
    let trusted = |id: AccountId| Some((id.clone(), Trust::strongest(&held, &id, &here, settings)?));
    let trust = accounts.into_iter().filter_map(trusted).collect();
    Ok(Ground { now, zone, partner, list, agreed, marks, overlaps, planned, kinds, trust })
}

/// The list in the version that was seen; `None` when it has moved on.
async fn unchanged(tx: &mut Tx, seen: &Seen) -> Result<Option<List>> {
    let list = map::focus_list(tx, &seen.partner, seen.side).await?;
    Ok((list.version == seen.version).then_some(list))
}

/// Saves the list as the next version; `false` when somebody was faster.
async fn advance(tx: &mut Tx, list: &mut List) -> Result<bool> {
    let seen = list.version;
    list.version += 1;
    map::save_focus_list(tx, list, seen).await
}

/// Pins an account, drops it, or leaves it to its score again.
pub async fn mark(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    account: &Account,
    wish: Option<Wish>,
) -> Result<Outcome> {
    let Some(mut list) = unchanged(tx, seen).await? else { return Ok(Outcome::Second) };
    let marks = map::focus_marks(tx, &seen.partner, seen.side).await?;
    if wish == Some(Wish::Pinned) && is_full_of_pins(&list, &marks, &account.id) {
        return Err(Error::user(format!(
            "{} accounts are pinned already. Unpin or drop one first, or a partner manager insists on more.",
            list.size
        )));
    }
    if !advance(tx, &mut list).await? {
        return Ok(Outcome::Second);
    }
    map::mark_focus(tx, now, &list, &account.id, wish, by).await?;
    let verb = match wish {
        Some(Wish::Pinned) => "focus.pin",
        Some(Wish::Dropped) => "focus.drop",
        None => "focus.unpin",
    };
    audit::done(tx, now, by.as_str(), verb, &list.subject(), &account.name);
    Ok(Outcome::Made)
}

/// Agrees on exactly what was seen: `seal` is of the proposal's accounts.
pub async fn agree(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    settings: &account_map::Settings,
    partner: Partner,
    seen: &Seen,
    seal: &str,
) -> Result<Outcome> {
    let ground = load(tx, now, settings, partner, seen.side).await?;
    let proposal = propose(&ground);
    if ground.list.version != seen.version || proposal.seal() != seal {
        return Ok(Outcome::Second);
    }
    let mut list = ground.list.clone();
    let number = list.agreed.as_ref().map_or(0, |a| a.number) + 1;
    let agreed = Agreed { number, by: by.clone(), at: now };
    list.agreed = Some(agreed.clone());
    if !advance(tx, &mut list).await? {
        return Ok(Outcome::Second);
    }
    let accounts = proposal.accounts();
    map::agree_focus(tx, &list, &agreed, &accounts).await?;
    let names: Vec<&str> = accounts.iter().map(|a| a.name.as_str()).collect();
    let detail = format!("version {number}: {}", names.join(", "));
    audit::done(tx, now, by.as_str(), "focus.agree", &list.subject(), &detail);
    Ok(Outcome::Made)
}

/// Lets the list hold more than ten, or as many as usual again.
pub async fn insist(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    seen: &Seen,
    size: usize,
    because: &str,
) -> Result<Outcome> {
    let Some(mut list) = unchanged(tx, seen).await? else { return Ok(Outcome::Second) };
    list.size = size.clamp(SIZE, LONGEST);
    list.insisted = (list.size > SIZE).then(|| (by.clone(), because.to_owned()));
    if !advance(tx, &mut list).await? {
        return Ok(Outcome::Second);
    }
    let detail = format!("{size} accounts: {because}");
    audit::done(tx, now, by.as_str(), "focus.insist", &list.subject(), &detail);
    Ok(Outcome::Made)
}

/// The overlap of an account with the list's partner, as somebody named it; or what to tell them.
pub async fn named(tx: &mut Tx, partner: &Partner, words: &str) -> Result<Account> {
    let account = crate::map::find::find_account(tx, words).await?;
    let found = map::overlaps_with(tx, &partner.id, std::slice::from_ref(&account.id)).await?;
    if found.iter().any(|o| o.gone_at.is_none()) {
        return Ok(account);
    }
    Err(Error::user(format!(
        "{account} is no overlap with {partner} on record. `/partner overlaps add {account} with {partner}` adds it.",
        account = escape(&account.name),
        partner = escape(&partner.name)
    )))
}
