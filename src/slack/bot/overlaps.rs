//! Overlaps: the command, the modal, the shortcut.

use super::super::grammar::OverlapsVerb;
use super::super::payload::{Action, BlockActions, Shortcut, ViewSubmission};
use super::{Bot, Occasion, Problems, events, outdated, pairs, triage};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{OverlapId, PartnerId};
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::find::{Named, find_partner, partner_or_account};
use crate::map::lists::{store as lists, view as lists_view};
use crate::map::overlap::{Overlap, Population, Sighting};
use crate::map::store::{self, Filter};
use crate::map::view::{self, Beside, Prefill, field};
use crate::map::{account_map, fit_view, flow, name};
use crate::plan::phrase::plain;
use crate::pull::flow::next_triage;
use crate::store::{Tx, settings};

/// How many a list shows.
const LISTED: i64 = 20;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<OverlapsVerb>) -> Result<Handled> {
    match verb.unwrap_or(OverlapsVerb::List { words: Vec::new() }) {
        OverlapsVerb::List { words } => list(o, &plain(&words.join(" "))).await,
        OverlapsVerb::Add { words } => {
            let text = words.join(" ");
            let reading = events::read_text(o.bot, &text).await?;
            open_add(o, reading.unwrap_or_default()).await
        }
        OverlapsVerb::Review => pairs::command(o).await,
        OverlapsVerb::Kinds => pairs::open_kinds(o).await,
        OverlapsVerb::Import => {
            let mut tx = o.read().await?;
            let channel = settings::load(&mut tx).await?.intake_channel;
            tx.rollback().await?;
            let place = channel.map_or_else(
                || "the intake channel, once `/partner setup` has chosen it".to_owned(),
                |c| c.mention(),
            );
            o.answer(Message::text(format!(
                "Drop a CSV, TSV or XLSX file into {place}: a list of overlaps, a partner's accounts, or our own (with \"ours\" in its name). A partner's accounts are matched against ours. I show what I can read and what would change before anything is imported."
            )))
            .await
        }
    }
}

async fn list(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (filter, narrowed) = filter(o, &mut tx, words).await?;
    if let Some(id) = &filter.partner
        && !fit_view::shows_names(store::prospect(&mut tx, id).await?.as_ref())
        && let Some(partner) = store::partner(&mut tx, id).await?
    {
        return Err(Error::user(fit_view::counts_only(&partner)));
    }
    let found = store::overlaps(&mut tx, &filter, LISTED + 1).await?;
    let mut partners = store::partners(&mut tx).await?;
    let accounts: Vec<_> = found.iter().map(|o| o.account.id.clone()).collect();
    let holds = account_map::flow::hold_lines(&mut tx, o.now, &accounts).await?;
    let ids: Vec<OverlapId> = found.iter().map(|o| o.id.clone()).collect();
    let kin = lists_view::kin_of(lists::kin_among(&mut tx, &ids).await?);
    let mut matched = lists::matched_among(&mut tx, &ids).await?;
    let ours = lists::our_list(&mut tx).await?;
    let focus = store::focus_accounts(&mut tx).await?;
    tx.rollback().await?;
    partners.retain(|p| filter.partner.as_ref().is_none_or(|id| *id == p.id));
    let may = |overlap: &&Overlap| o.actor.may(Right::Triage, Some(&overlap.partner_id));
    let mine: Vec<&OverlapId> = found.iter().filter(may).map(|overlap| &overlap.id).collect();
    matched.retain(|id| mine.contains(&id));
    let beside = Beside { partners: &partners, ours, kin, matched, holds };
    let shown = usize::try_from(LISTED).unwrap_or(20);
    o.answer(view::list(&narrowed, &found, &focus, shown, &beside, &o.here())?).await
}

/// What a list is narrowed to, and its name for the title.
async fn filter(o: &Occasion<'_>, tx: &mut Tx, words: &str) -> Result<(Filter, String)> {
    let mut filter = Filter { named: true, ..Filter::default() };
    let mut title = words.trim().to_lowercase();
    match title.as_str() {
        "" => filter.undecided_at = Some(o.now),
        "mine" => {
            title = "you".to_owned();
            filter.mine = Some(o.actor.user.clone());
        }
        "new" => {
            title = "the last seven days".to_owned();
            filter.new_since = Some(o.now - jiff::SignedDuration::from_hours(7 * 24));
        }
        _ => {
            let words = words.trim();
            let words =
                words.strip_prefix("account ").or_else(|| words.strip_prefix("partner ")).unwrap_or(words);
            match partner_or_account(tx, words).await? {
                Named::Partner(partner) => {
                    title = partner.name;
                    filter.partner = Some(partner.id);
                }
                Named::Account(account) => {
                    title = account.label();
                    filter.account = Some(account.id);
                }
            }
        }
    }
    Ok((filter, title))
}

async fn open_add(o: &Occasion<'_>, prefill: Prefill) -> Result<Handled> {
    let mut tx = o.read().await?;
    let partners = store::partners(&mut tx).await?;
    let named = match &prefill.partner {
        Some(words) => Some(find_partner(&mut tx, words).await?),
        None => None,
    };
    tx.rollback().await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and an overlap is with one. `/partner partner add` adds the first.",
        ));
    }
    let (partner, doubt) = match named {
        Some(Ok(partner)) => (Some(partner), None),
        Some(Err(doubt)) => (None, Some(doubt.to_string())),
        None => (None, None),
    };
    o.open(&view::add_modal(&prefill, partner.as_ref(), doubt.as_deref(), &partners)).await
}

pub(super) async fn click(
    o: &Occasion<'_>,
    verb: &str,
    click: &BlockActions,
    action: &Action,
) -> Result<Handled> {
    match verb {
        "add" => open_add(o, serde_json::from_str(&action.value).unwrap_or_default()).await,
        _ => triage::click(o, verb, click, action).await,
    }
}

pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    let mut prefill = match &shortcut.on {
        Some(on) => events::read_message(o.bot, &on.message).await?.unwrap_or_default(),
        None => Prefill::default(),
    };
    prefill.about = shortcut.on.as_ref().map(|on| (on.channel.clone(), on.ts.clone()));
    open_add(o, prefill).await
}

/// What the modal says, or what is wrong with which field.
fn read(s: &ViewSubmission) -> Result<(PartnerId, Sighting), Problems> {
    let text = |id| s.values.get_text(id, id).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let mut problems = Problems::new();
    let account = text(field::ACCOUNT).unwrap_or_default();
    if name::key(&account).is_empty() {
        problems.push((field::ACCOUNT.into(), "Write the account's name, such as Acme Corp.".to_owned()));
    }
    let domain = text(field::DOMAIN);
    let registrable = domain.as_deref().and_then(Domain::of_account);
    if let (Some(typed), None) = (&domain, &registrable) {
        problems.push((
            field::DOMAIN.into(),
            format!("\"{typed}\" is no company's domain. Write one such as acme.com, or leave it empty."),
        ));
    }
    let amount = text(field::AMOUNT);
    let money = amount.as_deref().and_then(Money::parse);
    if let (Some(typed), None) = (&amount, &money) {
        problems.push((
            field::AMOUNT.into(),
            format!("I can't read \"{typed}\" as an amount. Try $120k, €1.2M or 120,000 USD."),
        ));
    }
    let partner = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from);
    let Some(partner) = partner.filter(|_| problems.is_empty()) else { return Err(problems) };
    let population = |id| s.values.option(id, id).and_then(Population::stored);
    let seen = Sighting {
        account,
        domain: registrable.map(|d| d.as_str().to_owned()),
        our_population: population(field::OURS),
        their_population: population(field::THEIRS),
        owner: s.values.user(field::OWNER, field::OWNER).map(|u| format!("<@{u}>")),
        amount: money,
        stage: text(field::STAGE),
    };
    Ok((partner, seen))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    match verb {
        "add" => Ok(read(s).err().unwrap_or_default()),
        verb => triage::review(bot, tx, verb, s).await,
    }
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    if verb != "add" {
        return triage::submit(o, verb, s).await;
    }
    let Ok((partner, seen)) = read(s) else { return Err(outdated()) };
    let mut tx = o.begin().await?;
    let partner = store::partner(&mut tx, &partner)
        .await?
        .ok_or_else(|| Error::user("That partner was removed in the meantime. Nothing was added."))?;
    let (overlap, outcome) = flow::add(&mut tx, o.now, &o.actor.user, &partner, &seen).await?;
    let day = next_triage(&mut tx, o.now).await?;
    let said = view::added(&overlap, &outcome, &day)?;
    o.send(&mut tx, &o.privately(said)).await?;
    o.finish(tx).await
}
