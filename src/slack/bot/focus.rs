//! Focus lists: a partner's card with both sides, what is wished of single accounts, and the agreement.

use jiff::Zoned;

use super::super::payload::{Action, ViewSubmission};
use super::partners::{found, gone};
use super::{Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Actor, Right};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId};
use crate::kernel::text::unescaped;
use crate::map::account::Account;
use crate::map::fit_view;
use crate::map::focus::{LONGEST, SIZE, Side, Wish};
use crate::map::partner::Partner;
use crate::map::store;
use crate::pull::flow::focus::{self as flow, Outcome, Seen};
use crate::pull::focus as pure;
use crate::pull::store as pull;
use crate::pull::view::focus::{self as view, Rights, field};
use crate::store::Tx;

/// Both lists, in private.
pub(super) async fn show(o: &Occasion<'_>, partner: Partner) -> Result<Handled> {
    let mut tx = o.read().await?;
    if !fit_view::shows_names(store::prospect(&mut tx, &partner.id).await?.as_ref()) {
        return Err(Error::user(fit_view::counts_only(&partner)));
    }
    let card = card(o, &mut tx, &partner).await?;
    tx.rollback().await?;
    o.answer(card).await
}

async fn card(o: &Occasion<'_>, tx: &mut Tx, partner: &Partner) -> Result<Message> {
    let mut sides = Vec::new();
    for side in Side::ALL {
        let ground = flow::load(tx, o.now, &o.bot.mapping, partner.clone(), side).await?;
        let proposal = pure::propose(&ground);
        sides.push((ground, proposal));
    }
    let rights = Rights {
        may_mark: o.actor.may(Right::Triage, Some(&partner.id)),
        may_agree: o.actor.may(Right::Approve, Some(&partner.id)),
    };
    view::card(&sides, rights, &o.here())
}

/// How a partner's lists stand, in a few words.
pub(super) async fn summary(tx: &mut Tx, partner: &PartnerId, now: &Zoned) -> Result<String> {
    let mut lists = Vec::new();
    for side in Side::ALL {
        let list = store::focus_list(tx, partner, side).await?;
        let accounts = store::agreed_accounts(tx, partner, side).await?.len();
        lists.push((list, accounts));
    }
    Ok(view::summary(&lists, now))
}

/// The lists that this person may agree on and that are overdue, by partner.
pub(super) async fn overdue(
    tx: &mut Tx,
    actor: &Actor,
    now: &Zoned,
) -> Result<Vec<(Partner, Vec<(Side, String)>)>> {
    if !actor.may(Right::Approve, None) {
        return Ok(Vec::new());
    }
    let lists = store::focus_lists(tx).await?;
    let lapsed = store::lapsed_focus(tx).await?;
    let worth = pull::worth_a_place(tx).await?;
    let mut due = Vec::new();
    let counted = store::counted_only(tx).await?;
    for partner in store::partners(tx).await? {
        if !actor.may(Right::Approve, Some(&partner.id)) || counted.contains(&partner.id) {
            continue;
        }
        let why = |(side, worth): &(Side, std::collections::HashMap<PartnerId, i64>)| {
            let known = lists.iter().find(|l| l.partner == partner.id && l.side == *side);
            let list = known.cloned().unwrap_or_else(|| crate::map::focus::List::new(&partner.id, *side));
            let gone = lapsed.iter().find(|(p, s, _)| *p == partner.id && s == side).map_or(0, |(.., n)| *n);
            let worth = worth.get(&partner.id).copied().unwrap_or(0);
            pure::overdue(&list, worth, gone, now).map(|why| (*side, why))
        };
        let why: Vec<(Side, String)> = worth.iter().filter_map(why).collect();
        if !why.is_empty() {
            due.push((partner, why));
        }
    }
    Ok(due)
}

/// What a control carries: the list as it was seen, its partner, and what follows.
async fn seen_in<'v>(o: &Occasion<'_>, value: &'v str) -> Result<(Seen, Partner, Option<&'v str>)> {
    let (seen, rest) = Seen::read(value).ok_or_else(outdated)?;
    let partner = found(o, seen.partner.as_str()).await?;
    o.actor.require(Right::Triage, Some(&partner.id))?;
    Ok((seen, partner, rest))
}

fn may_agree(o: &Occasion<'_>, partner: &Partner) -> Result<()> {
    match o.actor.may(Right::Approve, Some(&partner.id)) {
        true => Ok(()),
        false => Err(Error::refused(view::refusal(partner))),
    }
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    match verb {
        "show" => show(o, found(o, &action.value).await?).await,
        "row" => {
            let (verb, value) = action.value.split_once(':').ok_or_else(outdated)?;
            let wish = match verb {
                "pin" => Some(Wish::Pinned),
                "drop" => Some(Wish::Dropped),
                "unpin" => None,
                _ => return Err(outdated()),
            };
            let (seen, partner, account) = seen_in(o, value).await?;
            let account = AccountId::from(account.ok_or_else(outdated)?);
            let mut tx = o.begin().await?;
            let account = store::account(&mut tx, &account).await?.ok_or_else(gone_account)?;
            let outcome = flow::mark(&mut tx, o.now, &o.actor.user, &seen, &account, wish).await?;
            redraw(o, tx, &partner, outcome).await
        }
        "agree" => {
            let (seen, partner, seal) = seen_in(o, &action.value).await?;
            may_agree(o, &partner)?;
            let seal = seal.ok_or_else(outdated)?;
            let mut tx = o.begin().await?;
            let by = &o.actor.user;
            let outcome =
                flow::agree(&mut tx, o.now, by, &o.bot.mapping, partner.clone(), &seen, seal).await?;
            redraw(o, tx, &partner, outcome).await
        }
        "add" => {
            let (seen, partner, _) = seen_in(o, &action.value).await?;
            let mut tx = o.read().await?;
            let ground = flow::load(&mut tx, o.now, &o.bot.mapping, partner.clone(), seen.side).await?;
            tx.rollback().await?;
            let others = pure::propose(&ground).others;
            o.open(&view::add_modal(&partner, &seen, &others, o.place.channel.as_ref())).await
        }
        "insist" => {
            let (seen, partner, _) = seen_in(o, &action.value).await?;
            may_agree(o, &partner)?;
            let mut tx = o.read().await?;
            let list = store::focus_list(&mut tx, &partner.id, seen.side).await?;
            tx.rollback().await?;
            o.open(&view::insist_modal(&partner, &list, o.place.channel.as_ref())).await
        }
        _ => Err(outdated()),
    }
}

fn gone_account() -> Error {
    Error::user("That account was removed in the meantime. Nothing was changed.")
}

/// Shows the card as it is now in the place of the one that was clicked; a click that came too late says so above it.
async fn redraw(o: &Occasion<'_>, mut tx: Tx, partner: &Partner, outcome: Outcome) -> Result<Handled> {
    let mut card = card(o, &mut tx, partner).await?;
    if outcome == Outcome::Second {
        let note = view::second(&partner.name);
        card.text = format!("{note}\n\n{}", card.text);
        card.blocks.insert(0, blocks::section(&note));
    }
    o.send(&mut tx, &o.in_place(card)).await?;
    o.finish(tx).await
}

/// What the form that adds says: an account that was offered, or another one's name.
fn chosen(s: &ViewSubmission) -> Result<Result<AccountId, String>, Problems> {
    let name = s.values.get_text(field::NAME, field::NAME).map(str::trim).filter(|n| !n.is_empty());
    match (s.values.option(field::ACCOUNT, field::ACCOUNT), name) {
        (Some(_), Some(_)) => {
            Err(vec![(field::NAME.to_owned(), "Choose one or write one, not both.".to_owned())])
        }
        (Some(id), None) => Ok(Ok(id.into())),
        (None, Some(name)) => Ok(Err(name.to_owned())),
        (None, None) => Err(vec![(field::NAME.to_owned(), "Write the account's name or domain.".to_owned())]),
    }
}

async fn account(tx: &mut Tx, partner: &Partner, s: &ViewSubmission) -> Result<Result<Account, Problems>> {
    let name = match chosen(s) {
        Err(problems) => return Ok(Err(problems)),
        Ok(Ok(id)) => return Ok(Ok(store::account(tx, &id).await?.ok_or_else(gone_account)?)),
        Ok(Err(name)) => name,
    };
    match flow::named(tx, partner, &name).await {
        Ok(account) => Ok(Ok(account)),
        Err(Error::User(error)) => Ok(Err(vec![(field::NAME.to_owned(), unescaped(&error.text))])),
        Err(fault) => Err(fault),
    }
}

/// How many somebody insists on, and why.
fn insisted(s: &ViewSubmission) -> Result<(usize, String), Problems> {
    let typed = s.values.get_text(field::SIZE, field::SIZE).unwrap_or_default();
    let size = typed.trim().parse().ok().filter(|n| (SIZE..=LONGEST).contains(n));
    let why = s.values.get_text(field::WHY, field::WHY).map(str::trim).filter(|w| !w.is_empty());
    match (size, why) {
        (None, _) => Err(vec![(field::SIZE.to_owned(), format!("Write a number from {SIZE} to {LONGEST}."))]),
        (_, None) => Err(vec![(field::WHY.to_owned(), "Say why in a few words.".to_owned())]),
        (Some(size), Some(why)) => Ok((size, why.to_owned())),
    }
}

fn about(s: &ViewSubmission) -> Result<Seen> {
    let value = s.metadata["id"].as_str().unwrap_or_default();
    Seen::read(value).map(|(seen, _)| seen).ok_or_else(outdated)
}

pub(super) async fn review(tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    match verb {
        "add" => {
            let partner = store::partner(tx, &about(s)?.partner).await?.ok_or_else(gone)?;
            Ok(account(tx, &partner, s).await?.err().unwrap_or_default())
        }
        "insist" => Ok(insisted(s).err().unwrap_or_default()),
        _ => Ok(Problems::new()),
    }
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let (seen, partner, _) = seen_in(o, s.metadata["id"].as_str().unwrap_or_default()).await?;
    let mut tx = o.begin().await?;
    let outcome = match verb {
        "add" => {
            let account = account(&mut tx, &partner, s).await?.map_err(|_| outdated())?;
            flow::mark(&mut tx, o.now, &o.actor.user, &seen, &account, Some(Wish::Pinned)).await?
        }
        "insist" => {
            may_agree(o, &partner)?;
            let (size, why) = insisted(s).map_err(|_| outdated())?;
            flow::insist(&mut tx, o.now, &o.actor.user, &seen, size, &why).await?
        }
        _ => return Err(outdated()),
    };
    redraw(o, tx, &partner, outcome).await
}
