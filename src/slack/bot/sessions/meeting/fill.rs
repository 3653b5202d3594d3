//! The forms of a session, filled with what is known.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::super::{Bot, Occasion, outdated};
use super::partner_of;
use crate::kernel::actor::Actor;
use crate::kernel::blocks::clip;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{RequestId, UserId};
use crate::map::find::find_account;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::request::{Request, Stage as Asked};
use crate::plan::session::{Named, Outline, Session, Stage, lines};
use crate::plan::view::session::{self as view, forms};
use crate::plan::{flow, store};
use crate::pull::instruction::Sheet;
use crate::pull::{store as pull, trigger};
use crate::store::Tx;

/// When a session begins where nobody says otherwise.
const USUAL_TIME: Time = Time::constant(10, 0, 0, 0);

/// What was typed behind the command.
pub(super) struct Typed {
    pub accounts: String,
    pub date: Option<Date>,
    pub goal: String,
}

impl Typed {
    pub fn metadata(&self, o: &Occasion<'_>) -> Value {
        // Slack takes 3,000 characters of it.
        let short = |text: &str| clip(text, 1000);
        let (accounts, goal) = (short(&self.accounts), short(&self.goal));
        json!({"channel": o.place.channel, "accounts": accounts, "date": self.date, "goal": goal})
    }

    pub fn read(metadata: &Value) -> Self {
        let text = |name: &str| metadata[name].as_str().unwrap_or_default().to_owned();
        Self { accounts: text("accounts"), date: text("date").parse().ok(), goal: text("goal") }
    }
}

/// The first day that leaves time to prepare, by the calendar of whoever sets the session up.
fn first_day(bot: &Bot, actor: &Actor, now: Timestamp) -> Date {
    let days = bot.calendars.of_person(&actor.user, &actor.zone);
    trigger::first_day(now.to_zoned(actor.zone.clone()).date(), &days, bot.agendas.ahead_days)
}

/// The form of a new session with a partner, filled with what is known.
pub(super) async fn form_for(
    bot: &Bot,
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    typed: &Typed,
    channel: Option<&str>,
) -> Result<Value> {
    let instruction = pull::instruction_of(tx, &partner.id).await?;
    let sheet = instruction.map(|i| i.sheet).unwrap_or_default();
    let mut outline = flow::usual_outline(tx, partner, &sheet).await?;
    add(&mut outline.ours, &actor.user);
    let mut notes = Vec::new();
    for line in lines::read(&typed.accounts, &[]) {
        match find_account(tx, &line.account).await {
            Ok(account) => {
                let motion = flow::motion_of(tx, partner, &account.id).await?;
                outline.accounts.push(Named { motion, goal: typed.goal.clone(), ..Named::of(&account) });
            }
            Err(Error::User(doubt)) => notes.push(doubt.text),
            Err(fault) => return Err(fault),
        }
    }
    if outline.accounts.is_empty() {
        outline.accounts = flow::waiting_accounts(tx, now, partner, &sheet, &actor.zone).await?;
    }
    let metadata = json!({"channel": channel, "partner": partner.id});
    let day = typed.date.unwrap_or_else(|| first_day(bot, actor, now));
    filled(tx, partner, &outline, &notes, &metadata, day.to_datetime(USUAL_TIME), &actor.zone).await
}

/// The form that gives a session its time, with all that it begins with; `at` is in `zone`.
async fn filled(
    tx: &mut Tx,
    partner: &Partner,
    outline: &Outline,
    notes: &[String],
    metadata: &Value,
    at: DateTime,
    zone: &TimeZone,
) -> Result<Value> {
    let contacts = map::contacts(tx, &partner.id).await?;
    let prefill = forms::Prefill { partner, contacts: &contacts, outline, notes, metadata };
    Ok(forms::schedule_form(&prefill, at.date(), at.time(), zone))
}

/// The form of the session that follows on this one: with the same people, on the day that was agreed.
pub(super) async fn next_form(
    o: &Occasion<'_>,
    tx: &mut Tx,
    last: &Session,
    day: Option<Date>,
) -> Result<Value> {
    let partner = partner_of(tx, &last.partner_id).await?;
    flow::require_plan(&o.actor, &partner)?;
    let instruction = pull::instruction_of(tx, &partner.id).await?;
    let sheet = instruction.map(|i| i.sheet).unwrap_or_default();
    let accounts = flow::accounts_after(tx, o.now, last, &partner, &sheet, &o.actor.zone).await?;
    let outline = Outline { accounts, ..last.outline.clone() };
    let metadata = json!({"channel": o.place.channel, "partner": partner.id});
    let day = day.unwrap_or_else(|| first_day(o.bot, &o.actor, o.now));
    let time = last.stage.slot().map_or(USUAL_TIME, |slot| slot.start.to_zoned(o.actor.zone.clone()).time());
    filled(tx, &partner, &outline, &[], &metadata, day.to_datetime(time), &o.actor.zone).await
}

fn add(users: &mut Vec<UserId>, user: &UserId) {
    if !users.contains(user) {
        users.push(user.clone());
    }
}

pub(super) async fn proposal_form(o: &Occasion<'_>, tx: &mut Tx, session: &Session) -> Result<Value> {
    let Stage::Proposed { day, .. } = &session.stage else {
        return Err(view::decided_already(session, o.now, &o.actor.zone));
    };
    let first = first_day(o.bot, &o.actor, o.now);
    let day = day.unwrap_or(first).max(first);
    let partner = partner_of(tx, &session.partner_id).await?;
    let mut outline = session.outline.clone();
    if outline.ours.is_empty() {
        add(&mut outline.ours, &o.actor.user);
    }
    let metadata = json!({"channel": o.place.channel, "id": session.id, "version": session.version, "partner": partner.id});
    filled(tx, &partner, &outline, &[], &metadata, day.to_datetime(USUAL_TIME), &o.actor.zone).await
}

pub(super) async fn request_form(o: &Occasion<'_>, tx: &mut Tx, seen: &(RequestId, i64)) -> Result<Value> {
    let request = store::request(tx, &seen.0).await?.ok_or_else(outdated)?;
    let partner = partner_of(tx, &request.partner_id).await?;
    flow::require_plan(&o.actor, &partner)?;
    if let Some(session) = store::session_for(tx, &request.id).await? {
        return Err(view::scheduled_already(&session, o.now, &o.actor.zone));
    }
    let Asked::Accepted { on, .. } = request.stage else { return Err(outdated()) };
    let outline = asked_outline(o, tx, &partner, &request).await?;
    let metadata = json!({"channel": o.place.channel, "request": request.id, "partner": partner.id});
    let at = on.max(o.today()).to_datetime(USUAL_TIME);
    filled(tx, &partner, &outline, &[], &metadata, at, &o.actor.zone).await
}

/// A session on what was asked for: whoever asked comes too.
async fn asked_outline(
    o: &Occasion<'_>,
    tx: &mut Tx,
    partner: &Partner,
    request: &Request,
) -> Result<Outline> {
    let sheet = pull::instruction_of(tx, &partner.id).await?.map(|i| i.sheet).unwrap_or_default();
    let mut outline = flow::usual_outline(tx, partner, &Sheet { minutes: 15, ..sheet }).await?;
    add(&mut outline.ours, &o.actor.user);
    add(&mut outline.ours, &request.requester);
    let account = map::account(tx, &request.account_id).await?.ok_or_else(outdated)?;
    let motion = flow::motion_of(tx, partner, &account.id).await?;
    outline.accounts.push(Named { motion, goal: request.goal.clone(), ..Named::of(&account) });
    Ok(outline)
}

/// The form behind a button of a session's card.
pub(super) async fn form(o: &Occasion<'_>, tx: &mut Tx, verb: &str, session: &Session) -> Result<Value> {
    let partner = partner_of(tx, &session.partner_id).await?;
    let metadata = json!({"channel": o.place.channel, "id": session.id, "version": session.version, "partner": partner.id});
    let slot = || session.stage.slot().ok_or_else(outdated);
    Ok(match verb {
        "change" => {
            let contacts = map::contacts(tx, &partner.id).await?;
            let outline = &session.outline;
            let prefill = forms::Prefill {
                partner: &partner,
                contacts: &contacts,
                outline,
                notes: &[],
                metadata: &metadata,
            };
            forms::change_form(&prefill)
        }
        "move" => forms::move_form(session, slot()?, &o.actor.zone, &metadata),
        _ => {
            let times = view::times(slot()?, session.outline.minutes, o.now, &o.actor.zone);
            let mut told = session.readers();
            told.retain(|user| *user != o.actor.user);
            forms::cancel_form(session, &times, &told, &metadata)
        }
    })
}
