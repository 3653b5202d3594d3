//! Commitments: the command, the shortcut, the buttons, the forms (A17).

use serde_json::json;

use super::super::grammar::CommitVerb;
use super::super::payload::{Action, Shortcut, ViewSubmission};
use super::accounts::room;
use super::asks::{chosen_contact, contacts_of, strange_contact};
use super::seen::{carried, seen};
use super::sessions::{chosen_partner, known, meet, resolve, review_account, review_date, typed_wrong};
use super::{Bot, Occasion, Problems, identity, outdated, owed};
use crate::delivery::intake::Handled;
use crate::delivery::outbox;
use crate::kernel::blocks::Message;
use crate::kernel::calendar::add_days;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{CommitmentId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::find::find_account;
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::plan::commitment::{Commitment, Move};
use crate::plan::flow::{self, Promise};
use crate::plan::phrase::{self, Owner};
use crate::plan::store;
use crate::plan::view::commitment::{self as view, Prefill};
use crate::plan::view::commitments::{self, Which};
use crate::plan::view::field;
use crate::store::Tx;

/// At most so many open commitments are looked through for a list.
const LOADED: i64 = 500;

pub(super) async fn command(o: &Occasion<'_>, verb: Option<CommitVerb>) -> Result<Handled> {
    match verb.unwrap_or(CommitVerb::List { which: None }) {
        CommitVerb::Add { words } => add(o, &words).await,
        CommitVerb::Mine => list(o, Which::Mine).await,
        CommitVerb::Late => list(o, Which::Late).await,
        CommitVerb::Owed => owed::show(o).await,
        CommitVerb::List { which: None } => list(o, Which::All).await,
        CommitVerb::List { which: Some(word) } => match Which::read(&word) {
            Some(which) => list(o, which).await,
            None => Err(Error::user(format!(
                "I can list `mine` or `late`, not \"{}\". `/partner commit list` shows all open ones.",
                escape(&word)
            ))),
        },
    }
}

async fn list(o: &Occasion<'_>, which: Which) -> Result<Handled> {
    let mut tx = o.read().await?;
    let message = listed(o, &mut tx, which).await?;
    tx.rollback().await?;
    o.answer(message).await
}

async fn listed(o: &Occasion<'_>, tx: &mut Tx, which: Which) -> Result<Message> {
    let found = match which {
        Which::All => store::open_commitments(tx, LOADED).await?,
        Which::Mine => store::commitments_of(tx, &o.actor.user).await?,
        Which::Late => store::late_commitments(tx, o.today()).await?,
    };
    commitments::list(which, &found, o.today())
}

async fn add(o: &Occasion<'_>, words: &[String]) -> Result<Handled> {
    let mut tx = o.read().await?;
    let known = known(&mut tx).await?;
    tx.rollback().await?;
    let read = phrase::commitment(words, o.today(), &known);
    let (owner, owner_written) = match read.owner {
        Some(Owner::User(id)) => (Some(id), None),
        Some(Owner::Written(name)) => (None, Some(name)),
        None => (Some(o.actor.user.to_string()), None),
    };
    let mut prefill = Prefill {
        text: read.text.unwrap_or_default(),
        partner: read.partner.unwrap_or_default(),
        account: read.account.unwrap_or_default(),
        date: None,
        owner,
        owner_written,
        source: None,
    };
    match read.date {
        Some(Err(error)) => {
            let mut why = typed_wrong(o, &error, &prefill.partner, &prefill.account).await?;
            why.extend(stranger(&prefill));
            o.answer(view::typed_wrong(&why, &prefill)?).await
        }
        Some(Ok(date)) => {
            prefill.date = Some(date);
            open_form(o, &prefill).await
        }
        None => open_form(o, &prefill).await,
    }
}

async fn open_form(o: &Occasion<'_>, prefill: &Prefill) -> Result<Handled> {
    let mut tx = o.read().await?;
    let (found, partners, mut doubts) = resolve(&mut tx, &prefill.partner, &prefill.account).await?;
    let contacts = contacts_of(&mut tx, &partners, found.as_ref()).await?;
    tx.rollback().await?;
    if partners.is_empty() {
        return Err(Error::user(
            "There is no partner yet, and a commitment is to one. `/partner partner add` adds the first.",
        ));
    }
    doubts.extend(stranger(prefill));
    let (channel, ts) = prefill.source.clone().unzip();
    let metadata = json!({
        "channel": o.place.channel, "thread": o.place.thread, "source_channel": channel, "source_ts": ts,
    });
    o.open(&view::add_modal(prefill, found.as_ref(), &partners, &contacts, &doubts, &metadata)).await
}

/// A name with an `@` that nobody here goes by.
fn stranger(prefill: &Prefill) -> Option<String> {
    let written = prefill.owner_written.as_ref()?;
    Some(format!("I can't tell who @{} is. Choose the person in the form.", escape(written)))
}

pub(super) async fn shortcut(o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
    let mut prefill = Prefill { owner: Some(o.actor.user.to_string()), ..Prefill::default() };
    if let Some(on) = &shortcut.on {
        let text = phrase::plain(&on.text);
        let mut tx = o.read().await?;
        let known = known(&mut tx).await?;
        let its_room = room::account_at(&mut tx, &on.channel, &on.ts, on.thread_ts.as_deref()).await?;
        tx.rollback().await?;
        prefill.partner = phrase::named_in(&text, &known.partners).unwrap_or_default();
        let of_room = its_room.map(|account| account.domain.unwrap_or(account.name));
        prefill.account = of_room.or_else(|| phrase::named_in(&text, &known.accounts)).unwrap_or_default();
        prefill.date = phrase::date_in(&text, o.today());
        prefill.text = text;
        prefill.source = Some((on.channel.clone(), on.ts.clone()));
    }
    open_form(o, &prefill).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    if verb == "add" {
        let mut prefill: Prefill = serde_json::from_str(&action.value).unwrap_or_default();
        if prefill.owner.is_none() && prefill.owner_written.is_none() {
            prefill.owner = Some(o.actor.user.to_string());
        }
        return open_form(o, &prefill).await;
    }
    if verb == "owed" {
        return owed::show(o).await;
    }
    let (seen, from_list) = seen::<CommitmentId>(&action.value)?;
    match verb {
        "done" => {
            let mut tx = o.begin().await?;
            let after = flow::move_commitment(&mut tx, o.now, &o.actor, &seen, Move::Finish).await?;
            match from_list.and_then(Which::read) {
                Some(which) => {
                    let list = listed(o, &mut tx, which).await?;
                    o.send(&mut tx, &o.in_place(list)).await?;
                }
                None => confirm(o, &mut tx, &after).await?,
            }
            o.finish(tx).await
        }
        "snooze" | "drop" => {
            let mut tx = o.read().await?;
            let c = flow::commitment_for(&mut tx, o.now, &o.actor, &seen).await?;
            tx.rollback().await?;
            let metadata = json!({"channel": o.place.channel, "id": c.id, "version": c.version});
            let form = match verb {
                "snooze" => view::snooze_modal(&c, add_days(o.today(), 1), &metadata),
                _ => view::drop_modal(&c, &metadata),
            };
            o.open(&form).await
        }
        _ => Err(outdated()),
    }
}

/// Says what was done, unless the message that was clicked shows it by now, or Home does.
async fn confirm(o: &Occasion<'_>, tx: &mut Tx, after: &Commitment) -> Result<()> {
    let Some(channel) = &o.place.channel else { return Ok(()) };
    let shown = outbox::shown_at(tx, &view::subject(after, &o.actor.user)).await?;
    if shown.is_some_and(|(at, _)| at == channel.as_str()) {
        return Ok(());
    }
    let card = view::card(after, o.today(), false)?;
    o.send(tx, &o.privately(card)).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    let what = match verb {
        "add" => return save(o, s).await,
        "snooze" => Move::Snooze(s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?),
        "drop" => {
            let because = s.values.get_text(field::REASON, field::REASON).ok_or_else(outdated)?;
            Move::Drop(because.to_owned())
        }
        _ => return Err(outdated()),
    };
    let mut tx = o.begin().await?;
    let after = flow::move_commitment(&mut tx, o.now, &o.actor, &carried(s)?, what).await?;
    confirm(o, &mut tx, &after).await?;
    o.finish(tx).await
}

async fn save(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let text = |id| s.values.get_text(id, id).map(str::to_owned);
    let mut tx = o.read().await?;
    let partner = chosen_partner(&mut tx, s).await?;
    let theirs = promiser(&mut tx, s, &partner.id).await?;
    tx.rollback().await?;
    if theirs.is_some() {
        meet(o, &partner).await?;
    }
    // Of what the partner promised, whoever logs it asks where nobody answers for the partner.
    let owner = match &theirs {
        Some(_) => o.actor.user.clone(),
        None => UserId::from(s.values.user(field::OWNER, field::OWNER).ok_or_else(outdated)?),
    };
    let person = identity::colleague(o, &owner).await?;
    let source = |name: &str| s.metadata[name].as_str().map(str::to_owned);
    let promise = Promise {
        text: text(field::TEXT).ok_or_else(outdated)?,
        owner,
        theirs,
        zone: person.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        due: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        source: source("source_channel").zip(source("source_ts")),
    };
    let mut tx = o.begin().await?;
    let account = match text(field::ACCOUNT) {
        Some(written) => Some(find_account(&mut tx, &written).await?),
        None => None,
    };
    let saved = flow::commit(&mut tx, o.now, &o.actor.user, &partner, account.as_ref(), promise).await?;
    o.send(&mut tx, &o.privately(view::logged(&saved, o.today())?)).await?;
    o.finish(tx).await
}

/// Who at the partner promised it: as chosen among its contacts, or in the picker of people.
async fn promiser(tx: &mut Tx, s: &ViewSubmission, partner: &PartnerId) -> Result<Option<Contact>> {
    if let Some(contact) = chosen_contact(tx, s).await? {
        return Ok(Some(contact));
    }
    let Some(user) = s.values.user(field::OWNER, field::OWNER).map(UserId::from) else { return Ok(None) };
    let contacts = map::contacts(tx, partner).await?;
    Ok(contacts.into_iter().find(|c| c.slack_user.as_ref() == Some(&user)))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    match verb {
        "add" => {
            if s.values.get_text(field::TEXT, field::TEXT).is_none() {
                problems.push((field::TEXT.into(), "Write what is promised.".to_owned()));
            }
            review_account(tx, s, &mut problems).await?;
            review_date(bot, tx, s, &mut problems).await?;
            strange_contact(tx, s, &mut problems).await?;
            let partner = s.values.option(field::PARTNER, field::PARTNER).map(PartnerId::from);
            let theirs = match &partner {
                Some(partner) => promiser(tx, s, partner).await?,
                None => None,
            };
            match s.values.user(field::OWNER, field::OWNER) {
                _ if theirs.is_some() => {}
                None => problems.push((field::OWNER.into(), "Choose who does it.".to_owned())),
                Some(_) => problems.extend(identity::strangers(tx, s, &[field::OWNER]).await?),
            }
        }
        "snooze" => review_date(bot, tx, s, &mut problems).await?,
        "drop" if s.values.get_text(field::REASON, field::REASON).is_none() => {
            problems.push((field::REASON.into(), "Say why it is off.".to_owned()));
        }
        _ => {}
    }
    Ok(problems)
}

pub(super) async fn round(bot: &Bot, tx: &mut Tx, now: jiff::Timestamp) -> Result<()> {
    flow::remind_of_commitments(tx, now, &bot.calendars).await
}
