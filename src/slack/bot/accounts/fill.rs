//! The forms that fill a map: people, relationships, owners, roles, steps, touches, notes.

use jiff::Timestamp;

use super::super::super::payload::ViewSubmission;
use super::super::identity;
use super::super::sessions::review_account;
use super::super::{Bot, Occasion, Problems, outdated};
use super::{account_of, card, metadata, note};
use crate::delivery::intake::Handled;
use crate::kernel::blocks::clip;
use crate::kernel::calendar::add_days;
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId, StakeholderId};
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::involvement::{Involvement, Role};
use crate::map::account_map::record::{Entry, Kind};
use crate::map::account_map::relationship::{Knower, Known, Relationship};
use crate::map::account_map::sight::Sight;
use crate::map::account_map::stakeholder::{Part, Seniority, Stakeholder};
use crate::map::account_map::view::{self, action, field};
use crate::map::account_map::{AccountMap, Owners, flow};
use crate::store::{Tx, people};

/// A next step is proposed in so many days.
pub(super) const WEEK: i64 = 7;

async fn map_of(o: &Occasion<'_>, id: &AccountId) -> Result<AccountMap> {
    let mut tx = o.read().await?;
    let map = flow::find(&mut tx, id).await?;
    tx.rollback().await?;
    Ok(map)
}

pub(super) async fn open_person(
    o: &Occasion<'_>,
    id: &AccountId,
    person: Option<StakeholderId>,
) -> Result<Handled> {
    let map = map_of(o, id).await?;
    let known =
        match &person {
            None => None,
            Some(person) => Some(map.person(person).ok_or_else(|| {
                Error::user("That contact was removed in the meantime. Nothing was changed.")
            })?),
        };
    o.open(&view::person_form(&map, known, metadata(o, id.as_str()))).await
}

pub(super) async fn open_relationship(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = card::loaded(o, id).await?;
    if map.people.is_empty() && map.contacts.is_empty() {
        return Err(Error::user(format!(
            "Nobody at {} is on the map yet. Add a contact first, then who knows them.",
            escape(&map.account.name)
        )));
    }
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    // Whom nobody knows yet is asked about first.
    let unknown = map.people.iter().find(|p| sight.knowers(&p.id).is_empty());
    let whom = unknown.map(|p| Known::Person(p.id.clone()));
    o.open(&view::relationship_form(&sight, whom.as_ref(), &o.actor.user, metadata(o, id.as_str()))).await
}

pub(super) async fn open_owners(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = map_of(o, id).await?;
    o.open(&view::owners_form(&map, metadata(o, id.as_str()))).await
}

pub(super) async fn open_involvement(
    o: &Occasion<'_>,
    id: &AccountId,
    partner: &PartnerId,
) -> Result<Handled> {
    let map = map_of(o, id).await?;
    let partner = map.partner(partner).ok_or_else(|| {
        Error::user("That partner has nothing to do with the account any more. Nothing was changed.")
    })?;
    o.open(&view::involvement_form(&map, partner, metadata(o, id.as_str()))).await
}

pub(super) async fn open_step(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = map_of(o, id).await?;
    let owner = map.decisions.first().map(|d| d.reaches_out.clone()).or_else(|| map.deal_owner_user());
    let owner = owner.unwrap_or_else(|| o.actor.user.clone());
    let due = add_days(o.today(), WEEK);
    o.open(&view::step_form(&map, &owner, due, &metadata(o, id.as_str()))).await
}

pub(super) async fn open_touch(o: &Occasion<'_>, id: &AccountId) -> Result<Handled> {
    let map = map_of(o, id).await?;
    o.open(&view::touch_form(&map, o.today(), &metadata(o, id.as_str()))).await
}

pub(super) async fn submit(o: &Occasion<'_>, verb: &str, s: &ViewSubmission) -> Result<Handled> {
    match verb {
        "person" => save_person(o, s).await,
        "relate" => save_relationship(o, s).await,
        "owners" => save_owners(o, s).await,
        "involve" => save_involvement(o, s).await,
        "step" => save_step(o, s).await,
        "touch" => save_touch(o, s).await,
        "note" => note::save(o, s).await,
        _ => Err(outdated()),
    }
}

pub(super) fn text(s: &ViewSubmission, id: &str) -> Option<String> {
    s.values.get_text(id, id).map(str::to_owned)
}

/// Says what was saved, and offers what comes next.
pub(super) async fn say(
    o: &Occasion<'_>,
    mut tx: Tx,
    said: &str,
    account: &Account,
    next: Option<(&str, &str)>,
) -> Result<Handled> {
    let next = next.map(|(label, action)| (label, action, account.id.as_str()));
    o.send(&mut tx, &o.privately(view::saved(said, account, next))).await?;
    o.finish(tx).await
}

async fn save_person(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let id = s.metadata["person"].as_str().map(StakeholderId::from);
    let is_new = id.is_none();
    let person = Stakeholder {
        id: id.unwrap_or_else(StakeholderId::random),
        account: account_of(s)?,
        name: text(s, field::NAME).ok_or_else(outdated)?,
        title: text(s, field::TITLE),
        role: s.values.option(field::ROLE, field::ROLE).and_then(Part::stored),
        seniority: s.values.option(field::SENIORITY, field::SENIORITY).and_then(Seniority::stored),
        changed_by: o.actor.user.clone(),
        changed_at: o.now,
    };
    let mut tx = o.begin().await?;
    let account = flow::save_person(&mut tx, o.now, &person, &s.metadata["seen"]).await?;
    let role = person.role.map(|r| format!(", {}", r.words())).unwrap_or_default();
    let (done, name) = (if is_new { "Added" } else { "Saved" }, escape(&account.name));
    let said = format!("{done} {}{role}, at *{name}*.", escape(&person.label()));
    say(o, tx, &said, &account, is_new.then_some(("Who knows them?", action::RELATE))).await
}

/// Who knows whom, as the form says it.
fn related(s: &ViewSubmission) -> Result<(Knower, Known, i64), Problems> {
    let chosen = s.values.user(field::USER, field::USER).map(|user| Knower::Us(user.into()));
    let who = chosen.or_else(|| s.values.option(field::CONTACT, field::CONTACT).and_then(Knower::read));
    let whom = s.values.option(field::WHOM, field::WHOM).and_then(Known::read);
    let strength = s.values.option(field::STRENGTH, field::STRENGTH).and_then(|n| n.parse().ok());
    let mut problems = Problems::new();
    if who.is_none() {
        problems.push((field::CONTACT.into(), "Choose who knows them.".into()));
    }
    if let (Some(Knower::Contact(_)), Some(Known::Contact(_))) = (&who, &whom) {
        let text = "Choose somebody at the account, or one of ours as who knows them.";
        problems.push((field::WHOM.into(), text.into()));
    }
    if whom.is_none() {
        problems.push((field::WHOM.into(), "Choose whom they know.".into()));
    }
    if strength.is_none() {
        problems.push((field::STRENGTH.into(), "Choose how well, from 1 to 5.".into()));
    }
    match (who, whom, strength) {
        (Some(who), Some(whom), Some(strength)) if problems.is_empty() => Ok((who, whom, strength)),
        _ => Err(problems),
    }
}

async fn save_relationship(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let Ok((who, whom, strength)) = related(s) else { return Err(outdated()) };
    if let Knower::Us(user) = &who {
        identity::colleague(o, user).await?;
    }
    let opened = s.metadata["opened"].as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let (said_by, said_at) = (o.actor.user.clone(), o.now);
    let said = Relationship { who, whom, strength, said_by, said_at };
    let id = account_of(s)?;
    let mut tx = o.begin().await?;
    let account = flow::relate(&mut tx, o.now, &id, &said, opened.unwrap_or(o.now)).await?;
    let map = flow::find(&mut tx, &id).await?;
    let here = o.here();
    let sight = Sight { map: &map, now: &here, settings: &o.bot.mapping };
    let whom = match &said.whom {
        Known::Person(id) => map.person(id).map_or_else(|| "somebody".to_owned(), Stakeholder::label),
        Known::Contact(id) => sight.contact_name(id),
    };
    let mut words =
        format!("Saved: {} knows {}, {strength} of 5.", escape(&sight.knower_name(&said.who)), escape(&whom));
    if let Some(best) = sight.paths().first() {
        words.push_str(&format!("\nThe best way in: {}", escape(&clip(&sight.path_words(best), 400))));
    }
    say(o, tx, &words, &account, None).await
}

async fn save_owners(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let mut owners = Owners::default();
    if let Some(user) = s.values.user(field::DEAL, field::DEAL) {
        owners.deal = Some(identity::colleague(o, &user.into()).await?.id);
    }
    if let Some(user) = s.values.user(field::RELATIONSHIP, field::RELATIONSHIP) {
        owners.relationship = Some(identity::colleague(o, &user.into()).await?.id);
    }
    let id = account_of(s)?;
    let mut tx = o.begin().await?;
    let before = flow::find(&mut tx, &id).await?;
    // Whoever the lists name stays named by them, until somebody says otherwise.
    if before.owners.deal.is_none() && owners.deal == before.deal_owner_user() {
        owners.deal = None;
    }
    flow::set_owners(&mut tx, o.now, &o.actor.user, &id, &owners, &s.metadata["seen"]).await?;
    let after = flow::find(&mut tx, &id).await?;
    let deal = after.deal_owner().map_or_else(|| "nobody".to_owned(), |o| after.names.of_written(&o));
    let relationship = after.owners.relationship.as_ref().map_or("nobody", |u| after.names.of_user(u));
    let said = format!(
        "Saved the owners of *{}*: the deal is {}'s, the relationship {}'s.",
        escape(&after.account.name),
        escape(&deal),
        escape(relationship)
    );
    say(o, tx, &said, &after.account, None).await
}

async fn save_involvement(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let partner = s.metadata["partner"].as_str().map(PartnerId::from).ok_or_else(outdated)?;
    let new = Involvement {
        partner,
        role: s.values.option(field::ROLE, field::ROLE).and_then(Role::stored),
        words: text(s, field::INVOLVEMENT),
        changed_by: o.actor.user.clone(),
        changed_at: o.now,
    };
    let id = account_of(s)?;
    let mut tx = o.begin().await?;
    let account = flow::involve(&mut tx, o.now, &id, &new, &s.metadata["seen"]).await?;
    let partner = crate::map::store::partner(&mut tx, &new.partner).await?.ok_or_else(outdated)?;
    let role = new.role.map_or("no role", Role::as_str);
    let said = format!("Saved: {} at *{}*, {role}.", escape(&partner.name), escape(&account.name));
    say(o, tx, &said, &account, None).await
}

async fn save_step(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let owner = s.values.user(field::OWNER, field::OWNER).ok_or_else(outdated)?;
    let plan = flow::Plan {
        text: text(s, field::TEXT).ok_or_else(outdated)?,
        owner: identity::colleague(o, &owner.into()).await?.id,
        due: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        link: None,
    };
    let mut tx = o.begin().await?;
    let (account, step) = flow::add_step(&mut tx, o.now, &o.actor.user, &account_of(s)?, plan).await?;
    let owner = people::find(&mut tx, &step.owner).await?.map_or_else(String::new, |(p, _)| p.name);
    let said = format!(
        "Next on *{}*: {} · {} · by {}",
        escape(&account.name),
        escape(&step.text),
        escape(&owner),
        spoken(step.due, o.today())
    );
    say(o, tx, &said, &account, None).await
}

async fn save_touch(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let entry = Entry {
        kind: Kind::Touch,
        on: s.values.date(field::DATE, field::DATE).ok_or_else(outdated)?,
        text: text(s, field::TEXT).ok_or_else(outdated)?,
        said_by: None,
        link: None,
        by: o.actor.user.clone(),
        at: o.now,
    };
    let mut tx = o.begin().await?;
    let account = flow::log(&mut tx, o.now, &account_of(s)?, &entry).await?;
    let said = format!(
        "Logged on *{}*: {}, {}",
        escape(&account.name),
        escape(&entry.text),
        spoken(entry.on, o.today())
    );
    say(o, tx, &said, &account, None).await
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, verb: &str, s: &ViewSubmission) -> Result<Problems> {
    let mut problems = Problems::new();
    let mut needs = |id: &str, words: &str| {
        if s.values.get_text(id, id).is_none() {
            problems.push((id.to_owned(), words.to_owned()));
        }
    };
    match verb {
        "person" => needs(field::NAME, "Write a name, such as Dana Reyes."),
        "touch" => needs(field::TEXT, "Say what happened, such as: Sam called Dana."),
        "step" => needs(field::TEXT, "Write what is to be done."),
        "note" => {
            needs(field::TEXT, "Write what is kept.");
            // In a room it is known.
            if s.metadata["id"].as_str().is_none_or(str::is_empty) {
                needs(field::ACCOUNT, "Write the account's name, such as Acme Corp.");
            }
        }
        _ => {}
    }
    match verb {
        "relate" => problems.extend(related(s).err().unwrap_or_default()),
        "note" => review_account(tx, s, &mut problems).await?,
        _ => {}
    }
    let zone = people::zone_of(tx, &s.actor.user_id.as_str().into()).await?;
    let today = bot.clock.now().to_zoned(zone).date();
    let day = s.values.date(field::DATE, field::DATE);
    let is_step = verb == "step" || verb == "note" && note::is_step(s);
    let text = match (verb, day) {
        ("touch", None) => Some("Choose a day."),
        ("touch", Some(day)) if day > today => Some("That day is still to come. A touch is what happened."),
        (_, None) if is_step => Some("Choose a day."),
        (_, Some(day)) if is_step && day < today => Some("That day is over. Choose a later one."),
        _ => None,
    };
    problems.extend(text.map(|text| (field::DATE.to_owned(), text.to_owned())));
    let chosen = [field::OWNER, field::USER, field::DEAL, field::RELATIONSHIP];
    problems.extend(identity::strangers(tx, s, &chosen).await?);
    if is_step && s.values.user(field::OWNER, field::OWNER).is_none() {
        problems.push((field::OWNER.to_owned(), "Choose who does it.".to_owned()));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::slack::payload::State;

    fn form(values: &Value) -> ViewSubmission {
        ViewSubmission { values: State::new(Some(values)), ..ViewSubmission::default() }
    }

    #[test]
    fn a_colleague_counts_before_the_list_and_contacts_introduce_to_the_account() {
        let mut values = json!({
            "contact": {"contact": {"selected_option": {"value": "c:c1"}}},
            "whom": {"whom": {"selected_option": {"value": "p:p1"}}},
            "strength": {"strength": {"selected_option": {"value": "4"}}},
        });
        let (who, whom, strength) = related(&form(&values)).unwrap();
        assert_eq!((who.key(), whom.key(), strength), ("c:c1".to_owned(), "p:p1".to_owned(), 4));
        values["whom"]["whom"]["selected_option"]["value"] = json!("c:c2");
        assert_eq!(related(&form(&values)).unwrap_err()[0].0, field::WHOM);
        values["user"] = json!({"user": {"selected_user": "U0ALEX"}});
        assert_eq!(related(&form(&values)).unwrap().0, Knower::Us("U0ALEX".into()));
        values["strength"] = json!({"strength": {"selected_option": null}});
        assert_eq!(related(&form(&values)).unwrap_err()[0].0, field::STRENGTH);
    }
}
