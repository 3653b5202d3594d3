//! Triggers (A5, A6): what is found from the state becomes a proposal that somebody decides on, and a partner that is worked
//! through is said to be.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::candidate::{score, standing};
use super::super::session::{Named, Session, Shape, Stage, Trigger};
use super::super::store::{self, Wanted};
use super::super::view::proposal as view;
use super::sessions::draw;
use super::{answerable, guests, line_under, propose, usual_outline};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::delivery::schedule;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::Result;
use crate::kernel::ids::{OverlapId, PartnerId, SessionId, UserId};
use crate::map::lists::kinds::{Kinds, POPULATIONS};
use crate::map::lists::store as lists;
use crate::map::overlap::{Overlap, Population};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::pull::instruction::{Instruction, Sheet};
use crate::pull::priority::{self, About};
use crate::pull::store as pulled;
use crate::pull::trigger::{self, Findings, Ground, Kind, Proposal, Turn, Worthy};
use crate::store::{Tx, audit, millis, people};

/// Triggers are looked for once in so many minutes.
const EVERY_MINUTES: i64 = 5;
/// So many overlaps of one partner are looked at.
const LOOKED_AT: i64 = 5000;
/// Under which the looking fires.
const SCHEDULE: &str = "session-triggers";

/// By what triggers are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Looking<'a> {
    /// Who works on which days.
    pub calendars: &'a Calendars,
    /// What is proposed leaves time for a pre-read that is out so many working days before.
    pub ahead_days: u16,
}

/// A partner that has a sheet and may be named.
struct Looked {
    partner: Partner,
    instruction: Instruction,
    /// Who answers for it.
    to: Vec<UserId>,
    was_saturated: bool,
}

/// The turn of the present five minutes.
fn slot(now: Timestamp) -> String {
    let minute = millis(now) / 60_000;
    // Numbers of one length sort as text.
    format!("{:015}", minute - minute.rem_euclid(EVERY_MINUTES))
}

/// The partners with which there is something to propose or to say, when it is time to look. That takes long, and only reads: so nobody
/// waits to write meanwhile, and [`carry_out_triggers`] looks at these only.
pub async fn triggered(tx: &mut Tx, now: Timestamp, looking: &Looking<'_>) -> Result<HashSet<PartnerId>> {
    let mut found = HashSet::new();
    if schedule::last(tx, SCHEDULE).await?.is_some_and(|last| last >= slot(now)) {
        return Ok(found);
    }
    let kinds = lists::map_settings(tx).await?.kinds;
    for looked in looked(tx).await? {
        let findings = trigger::find(&ground(tx, now, looking, &looked, &kinds).await?);
        if !findings.proposals.is_empty() || findings.turn.is_some() {
            found.insert(looked.partner.id);
        }
    }
    Ok(found)
}

/// Proposes what comes of the triggers with these partners, and reminds of what is proposed.
pub async fn carry_out_triggers(
    tx: &mut Tx,
    now: Timestamp,
    looking: &Looking<'_>,
    triggered: &HashSet<PartnerId>,
) -> Result<()> {
    if !schedule::fire(tx, SCHEDULE, &slot(now), millis(now)).await? {
        return Ok(());
    }
    let kinds = lists::map_settings(tx).await?.kinds;
    let mut proposed: HashMap<PartnerId, Vec<Session>> = HashMap::new();
    for session in store::proposed_sessions(tx, i64::MAX).await? {
        proposed.entry(session.partner_id.clone()).or_default().push(session);
    }
    for looked in looked(tx).await? {
        let open = proposed.remove(&looked.partner.id).unwrap_or_default();
        proposed_to(tx, now, looking.calendars, open, &looked.to).await?;
        if triggered.contains(&looked.partner.id) {
            let ground = ground(tx, now, looking, &looked, &kinds).await?;
            let found = trigger::find(&ground);
            carry_out(tx, now, &looked, &ground, found).await?;
        }
    }
    Ok(())
}

/// Those that are looked at.
async fn looked(tx: &mut Tx) -> Result<Vec<Looked>> {
    let mut instructions = pulled::instructions(tx).await?;
    if instructions.is_empty() {
        return Ok(Vec::new());
    }
    let counted = map::counted_only(tx).await?;
    let saturated = store::saturated(tx).await?;
    let mut all = Vec::new();
    for partner in map::partners(tx).await? {
        let Some(instruction) = instructions.remove(&partner.id) else { continue };
        if counted.contains(&partner.id) {
            continue;
        }
        let to = answerable(tx, &partner).await?;
        if !to.is_empty() {
            let was_saturated = saturated.contains_key(&partner.id);
            all.push(Looked { partner, instruction, to, was_saturated });
        }
    }
    Ok(all)
}

/// Proposals wait for those who answer for the partner by now, and are brought back to them while nobody decides.
async fn proposed_to(
    tx: &mut Tx,
    now: Timestamp,
    calendars: &Calendars,
    proposed: Vec<Session>,
    to: &[UserId],
) -> Result<()> {
    for mut session in proposed {
        let Stage::Proposed { to: asked, .. } = &mut session.stage else { continue };
        if asked != to {
            let before = Session {
                stage: Stage::Proposed { to: asked.clone(), day: None, moved: None },
                ..session.clone()
            };
            let Stage::Proposed { to: asked, .. } = &mut session.stage else { continue };
            *asked = to.to_vec();
            if store::save_proposed_to(tx, &session).await? {
                draw(tx, now, Some(&before), &session, &UserId::from(audit::TANDEM)).await?;
            }
            continue;
        }
        for user in to {
            let zone = people::zone_of(tx, user).await?;
            let Some(waited) = session.reminder(now, &zone, &calendars.of_person(user, &zone)) else {
                continue;
            };
            let turn = format!("session:{}:{user}", session.id);
            // The first, and then one a week; counted anew when somebody changed it.
            let period = format!("{:06}:{:04}", session.version, (waited - 3) / 5);
            if schedule::fire(tx, &turn, &period, millis(now)).await? {
                let subject = super::super::view::session::subject(&session, user);
                let line =
                    line_under(format!("{turn}:{period}"), subject, user, view::waits(&session, waited));
                outbox::enqueue(tx, millis(now), &line).await?;
            }
        }
    }
    Ok(())
}

/// Everything that the triggers of a partner are found from.
async fn ground(
    tx: &mut Tx,
    now: Timestamp,
    looking: &Looking<'_>,
    looked: &Looked,
    kinds: &Kinds,
) -> Result<Ground> {
    let Looked { partner, instruction, to, was_saturated } = looked;
    let zone = match to.first() {
        Some(first) => people::zone_of(tx, first).await?,
        None => TimeZone::UTC,
    };
    let days =
        to.first().map_or_else(|| looking.calendars.own(), |first| looking.calendars.of_person(first, &zone));
    let here = now.to_zoned(zone.clone());
    let first = trigger::first_day(here.date(), &days, looking.ahead_days);
    let worthy = worthy(tx, now, partner, &instruction.sheet, kinds).await?;
    let pace = store::pace(tx, &partner.id).await?;
    Ok(Ground {
        now,
        zone,
        first,
        instruction: instruction.clone(),
        worthy,
        proposed: pace.proposed,
        reactive: pace.reactive,
        last: pace.last,
        last_proposed: pace.last_proposed,
        set_aside: pace.set_aside,
        was_saturated: *was_saturated,
        at_work: trigger::at_work(&here, &days),
    })
}

/// The overlaps with a partner that meet a sheet and have a motion.
pub(super) async fn worthy(
    tx: &mut Tx,
    now: Timestamp,
    partner: &Partner,
    sheet: &Sheet,
    kinds: &Kinds,
) -> Result<Vec<Worthy>> {
    let wanted = Wanted {
        kinds: wanted_kinds(sheet, kinds),
        least: sheet.least,
        countries: !sheet.regions.is_empty(),
        roles: !sheet.roles.is_empty(),
        most: LOOKED_AT,
    };
    let candidates = store::candidates(tx, now, &partner.id, &wanted).await?;
    let deeds = store::deeds(tx, &partner.id).await?;
    let worthy = candidates.into_iter().filter(|c| sheet.met(&c.facts).is_some()).map(|c| Worthy {
        score: score(&c),
        standing: standing(deeds.get(&c.account).map_or(&[], Vec::as_slice), c.arrived, now),
        overlap: c.overlap,
        account: c.account,
        name: c.name,
        amount: c.facts.amount,
        planned: c.planned,
        arrived: c.arrived,
    });
    Ok(worthy.collect())
}

/// The kinds of overlaps that have a motion and that the sheet counts.
fn wanted_kinds(sheet: &Sheet, kinds: &Kinds) -> Vec<(Population, Population)> {
    let all = POPULATIONS.into_iter().flat_map(|ours| POPULATIONS.map(|theirs| (ours, theirs)));
    let counts = |kind: &(Population, Population)| sheet.kinds.is_empty() || sheet.kinds.contains(kind);
    all.filter(|kind| kinds.motion(Some(kind.0), Some(kind.1)).is_some() && counts(kind)).collect()
}

async fn carry_out(
    tx: &mut Tx,
    now: Timestamp,
    looked: &Looked,
    ground: &Ground,
    found: Findings,
) -> Result<()> {
    let Looked { partner, instruction, to, .. } = looked;
    for proposal in &found.proposals {
        let session = session(tx, now, partner, instruction, ground, proposal, to).await?;
        propose(tx, now, &session).await?;
    }
    let Some(turn) = found.turn else { return Ok(()) };
    let news = match &turn {
        Turn::Saturated { worked, worthy, .. } => {
            store::mark_saturated(tx, now, &partner.id, *worked, *worthy).await?
        }
        Turn::Fresh { .. } => store::clear_saturated(tx, &partner.id).await?,
    };
    if news {
        let subject = format!("partner:{}", partner.id);
        let text = view::turn_words(&partner.name, &turn);
        audit::done(tx, now, audit::TANDEM, "partner.saturation", &subject, &text);
        for user in to {
            let key = format!("saturation:{}:{}:{user}", partner.id, millis(now));
            let message = view::turn(partner, &turn);
            let out = Outgoing::post(key, Destination::Person(user.clone()), message);
            outbox::enqueue(tx, millis(now), &out).await?;
        }
    }
    Ok(())
}

fn trigger_of(kind: Kind) -> Trigger {
    match kind {
        Kind::Planned => Trigger::Planned,
        Kind::Reactive => Trigger::Reactive,
        Kind::Accumulated => Trigger::Accumulated,
    }
}

/// The session that a proposal stands for.
async fn session(
    tx: &mut Tx,
    now: Timestamp,
    partner: &Partner,
    instruction: &Instruction,
    ground: &Ground,
    proposal: &Proposal,
    to: &[UserId],
) -> Result<Session> {
    let sheet = &instruction.sheet;
    let mut outline = usual_outline(tx, partner, sheet).await?;
    outline.minutes = proposal.minutes;
    let overlaps = in_order(tx, &proposal.overlaps).await?;
    outline.accounts = named(tx, now, &ground.zone, &overlaps).await?;
    if outline.ours.is_empty() {
        outline.ours.extend(to.first().cloned());
    }
    // With one account its owner comes too.
    if proposal.kind == Kind::Reactive || sheet.shape == Shape::Owners {
        let owners = overlaps.iter().filter_map(Overlap::owner_user);
        let mut owners: Vec<UserId> = owners.filter(|owner| !outline.ours.contains(owner)).collect();
        owners.dedup();
        outline.ours.extend(owners);
    }
    if outline.theirs.is_empty() {
        let contacts = map::contacts(tx, &partner.id).await?;
        outline.theirs = guests(Shape::Managers, &contacts);
    }
    let mut criteria = format!("instruction v{}: {}", instruction.version, sheet.criteria_words());
    if !sheet.segments.is_empty() {
        criteria = format!("{criteria}; {}", sheet.segments);
    }
    Ok(Session {
        id: SessionId::random(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        trigger: trigger_of(proposal.kind),
        outline,
        because: vec![proposal.because.clone(), criteria],
        instruction: Some(instruction.version),
        organiser: None,
        stage: Stage::Proposed { to: to.to_vec(), day: Some(proposal.day), moved: None },
        sequence: 0,
        version: 1,
        created_at: now,
    })
}

pub(super) async fn in_order(tx: &mut Tx, ids: &[OverlapId]) -> Result<Vec<Overlap>> {
    let mut found: HashMap<OverlapId, Overlap> =
        map::overlaps_of_ids(tx, ids).await?.into_iter().map(|o| (o.id.clone(), o)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Overlaps as accounts of a session: with their motion, and why now.
pub(super) async fn named(
    tx: &mut Tx,
    now: Timestamp,
    zone: &TimeZone,
    overlaps: &[Overlap],
) -> Result<Vec<Named>> {
    let kinds = lists::map_settings(tx).await?.kinds;
    let planned = pulled::planned(tx, &kinds).await?;
    let sides = crate::pull::focus::sides(&map::focus_accounts(tx).await?, overlaps);
    let since = now.saturating_sub(jiff::SignedDuration::from_hours(7 * 24)).unwrap_or(now);
    let named = overlaps.iter().map(|o| {
        let about = About {
            now,
            zone,
            lasting: true,
            since,
            planned: planned.get(&o.partner_id).map_or(&[], Vec::as_slice),
            stale_days: None,
            new_is_news: true,
            largest: false,
            kinds: &kinds,
            focus: sides.get(&o.id).copied(),
        };
        let why = [o.kind_words(), priority::weigh(o, &about).phrase()];
        let why: Vec<String> = why.into_iter().filter(|part| !part.is_empty()).collect();
        Named { motion: o.motion(&kinds), why: why.join(" · "), ..Named::of(&o.account) }
    });
    Ok(named.collect())
}
