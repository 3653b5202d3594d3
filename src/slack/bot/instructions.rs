//! The instruction sheet of a partner (A7): written by its manager or an admin in a form, read by everybody.

use super::super::payload::{State, ViewSubmission};
use super::seen::carried;
use super::{Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::{Right, Role};
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::money::Money;
use crate::map::account_map::involvement;
use crate::map::lists::kinds::POPULATIONS;
use crate::map::partner::Partner;
use crate::pull::flow::instructions as flow;
use crate::pull::instruction::{Cadence, Shape, Sheet, Way};
use crate::pull::store;
use crate::pull::view::instruction::{self as view, field, kind_value};
use crate::store::{Tx, people};

/// So many versions are looked at for the history.
const HISTORY: i64 = 6;
/// At most so many words that nothing may say.
const MOST_NEVER: usize = 50;
/// The longest of them, in characters.
const LONGEST_NEVER: usize = 100;

/// Opens the form; whoever may not change the sheet reads it.
pub(super) async fn open(o: &Occasion<'_>, partner: &Partner) -> Result<Handled> {
    let mut tx = o.read().await?;
    let history = store::instructions_of(&mut tx, &partner.id, HISTORY).await?;
    tx.rollback().await?;
    if !o.actor.may(Right::Approve, Some(&partner.id)) {
        return o.answer(view::sheet(partner, &history, &o.here())).await;
    }
    o.open(&view::form(partner, &history, o.place.channel.as_ref(), &o.here())).await
}

fn text(values: &State, id: &str) -> String {
    values.get_text(id, id).map(str::trim).unwrap_or_default().to_owned()
}

fn amount(values: &State, id: &str, problems: &mut Problems) -> Option<Money> {
    let written = text(values, id);
    if written.is_empty() {
        return None;
    }
    let read = Money::parse(&written).filter(|m| m.hundredths > 0);
    if read.is_none() {
        problems
            .push((id.to_owned(), format!("I can't read \"{written}\" as an amount. Try $50k or 250000.")));
    }
    read
}

/// What the form says, or what is wrong with which field.
fn read(values: &State) -> Result<Sheet, Problems> {
    let mut problems = Problems::new();
    let pairs = POPULATIONS.iter().flat_map(|a| POPULATIONS.iter().map(move |b| (*a, *b)));
    let chosen = values.options(field::KINDS, field::KINDS);
    let kinds = pairs.filter(|(a, b)| chosen.contains(&kind_value(*a, *b).as_str())).collect();
    let least = amount(values, field::LEAST, &mut problems);
    let bar = amount(values, field::BAR, &mut problems);
    if let (Some(least), Some(bar)) = (least, bar)
        && bar.hundredths < least.hundredths
    {
        let why = format!("This is below {least}, from which an overlap counts at all.");
        problems.push((field::BAR.to_owned(), why));
    }
    let regions = text(values, field::REGIONS);
    let regions = regions.split([',', '\n']).map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned);
    let never = text(values, field::NEVER);
    let never: Vec<String> =
        never.lines().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if never.len() > MOST_NEVER || never.iter().any(|word| word.chars().count() > LONGEST_NEVER) {
        let why = format!("At most {MOST_NEVER} lines of {LONGEST_NEVER} characters.");
        problems.push((field::NEVER.to_owned(), why));
    }
    if let Some(short) = never.iter().find(|word| word.chars().filter(|c| c.is_alphanumeric()).count() < 2) {
        let why = format!("\"{short}\" would be found in any note. Write a word or a name.");
        problems.push((field::NEVER.to_owned(), why));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let roles = values
        .options(field::ROLES, field::ROLES)
        .into_iter()
        .filter_map(involvement::Role::stored)
        .collect();
    let ways = values.options(field::WAYS, field::WAYS).into_iter().filter_map(Way::stored).collect();
    let minutes = values.option(field::MINUTES, field::MINUTES).and_then(|n| n.parse().ok());
    Ok(Sheet {
        kinds,
        least,
        bar,
        regions: regions.collect(),
        roles,
        segments: text(values, field::SEGMENTS),
        cadence: values.option(field::CADENCE, field::CADENCE).and_then(Cadence::stored),
        shape: values.option(field::SHAPE, field::SHAPE).and_then(Shape::stored).unwrap_or_default(),
        minutes: minutes.filter(|n| view::LENGTHS.contains(n)).unwrap_or(Sheet::default().minutes),
        tone: text(values, field::TONE),
        approvers: values.users(field::APPROVERS, field::APPROVERS).into_iter().map(UserId::from).collect(),
        ways,
        never,
    })
}

pub(super) async fn review(tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let sheet = match read(&s.values) {
        Ok(sheet) => sheet,
        Err(problems) => return Ok(problems),
    };
    let (partner, _) = carried::<PartnerId>(s)?;
    for user in &sheet.approvers {
        let roles = people::roles_of(tx, user).await?;
        let may = |(role, scope): &(Role, Option<PartnerId>)| {
            Right::Approve.held_by().contains(role) && scope.as_ref().is_none_or(|scope| *scope == partner)
        };
        if !roles.iter().any(may) {
            let known = people::find(tx, user).await?;
            let name = known.map_or_else(|| "One of them".to_owned(), |(person, _)| person.name);
            let why = format!("{name} is neither a partner manager nor an admin, so can't approve.");
            return Ok(vec![(field::APPROVERS.to_owned(), why)]);
        }
    }
    Ok(Problems::new())
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let (id, seen) = carried::<PartnerId>(s)?;
    let sheet = read(&s.values).map_err(|_| outdated())?;
    let mut tx = o.begin().await?;
    let (partner, version) = flow::instruct(&mut tx, o.now, &o.actor, (&id, seen), &sheet).await?;
    o.send(&mut tx, &o.privately(view::saved(&partner, version, &sheet))).await?;
    o.finish(tx).await
}
