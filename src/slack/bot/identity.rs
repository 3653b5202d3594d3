//! Who acts: looked up in Slack at the moment of the act. What the payload says of teams can only take a right away.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;

use super::super::client::CallError;
use super::super::payload::{ActingUser, ViewSubmission};
use super::occasion::Occasion;
use super::{Bot, Problems};
use crate::kernel::actor::{Actor, Outside, Standing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::store::people::{self, Person};
use crate::store::{Tx, millis};

/// So many people of a form are looked up before its review: a session has no more of ours.
const NAMED: usize = 16;
/// What was looked up counts so long where nothing is decided.
const RECENT_MS: i64 = 10 * 60_000;

/// The acting user with standing and roles. Who cannot be looked up now is refused for now, everybody else who is no
/// member for good.
pub(super) async fn actor(bot: &Bot, acting: &ActingUser) -> Result<Actor> {
    let id = UserId::from(acting.user_id.as_str());
    let user = match ask(bot, &id).await {
        Ok(user) => user,
        Err(error) => {
            tracing::warn!(%error, user = id.as_str(), "users.info; the act is refused");
            return unconfirmed(bot, id).await;
        }
    };
    let person = user.as_ref().map_or_else(|| missing(&id), |user| read(bot, &id, user));
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, bot.clock.now(), &person).await?;
    let mut actor = person.actor(&mut tx).await?;
    tx.commit().await?;
    let organisation = user.as_ref().map_or(&Value::Null, |user| &user["enterprise_user"]);
    if actor.standing == Standing::Member
        && let Some(why) = contradiction(bot, acting, organisation)
    {
        actor.standing = Standing::Outside(why);
    }
    Ok(actor)
}

/// Why the payload cannot come from a member of ours, whatever Slack says of the user. In an `organisation` (its part of
/// the user object, or null) a member may act from any of its workspaces.
fn contradiction(bot: &Bot, acting: &ActingUser, organisation: &Value) -> Option<Outside> {
    let identity = &bot.identity;
    let grid = organisation.is_object();
    let ours = |team: &str| {
        team == identity.team_id
            || identity.enterprise_id.as_deref().is_some_and(|e| e == team)
            || identity.org_wide && is_among(&organisation["teams"], team)
    };
    match (&acting.home_team_id, &acting.team_id) {
        // Sent for another installation than this one.
        (Some(installed), _) if !ours(installed) => Some(Outside::Nameless),
        (_, Some(team)) if !ours(team) && !grid => Some(Outside::Stranger),
        (_, None) if !acting.is_enterprise_install => Some(Outside::Nameless),
        _ => None,
    }
}

async fn unconfirmed(bot: &Bot, id: UserId) -> Result<Actor> {
    let mut tx = bot.db.read().await?;
    let known = people::find(&mut tx, &id).await?.map(|(person, _)| person);
    let actor = known.unwrap_or_else(|| missing(&id)).actor(&mut tx).await?;
    tx.rollback().await?;
    Ok(Actor { standing: Standing::Unconfirmed, ..actor })
}

/// `users.info`, judged by our home workspace.
pub(super) async fn look_up(bot: &Bot, id: &UserId) -> Result<Person> {
    match ask(bot, id).await {
        Ok(user) => Ok(user.map_or_else(|| missing(id), |user| read(bot, id, &user))),
        Err(error) => Err(error.during("users.info")),
    }
}

/// The same, as it was looked up a moment ago if it was: for what is told, not for what is decided.
pub(super) async fn recently(bot: &Bot, id: &UserId) -> Result<Person> {
    let now = bot.clock.now();
    let mut tx = bot.db.read().await?;
    let known = people::find(&mut tx, id).await?;
    tx.rollback().await?;
    // While Slack takes no token of ours, what was known last counts: nobody can be asked.
    if let Some((person, at)) = known
        && (millis(now) - at < RECENT_MS || !bot.client.is_authorised())
    {
        return Ok(person);
    }
    let person = look_up(bot, id).await?;
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, now, &person).await?;
    tx.commit().await?;
    Ok(person)
}

/// Looks up who submits a form and whom it names, where they are not known of late, so that its review only has to read.
/// Who cannot be looked up now is looked up when the form is carried out.
pub(super) async fn acquaint(bot: &Bot, s: &ViewSubmission) {
    let named = [s.actor.user_id.as_str()].into_iter().chain(s.values.people());
    let named: BTreeSet<UserId> = named.take(NAMED).map(UserId::from).collect();
    for looked in join_all(named.iter().map(|user| recently(bot, user))).await {
        if let Err(error) = looked {
            tracing::warn!(%error, "somebody in a form could not be looked up");
        }
    }
}

/// Who of ours was chosen: looked up, and remembered with their name.
pub(super) async fn colleague(o: &Occasion<'_>, id: &UserId) -> Result<Person> {
    let person = look_up(o.bot, id).await?;
    if let Some(why) = stranger(&person) {
        return Err(Error::user(format!("{} Nothing was saved.", escape(&why))));
    }
    let mut tx = o.begin().await?;
    people::save(&mut tx, o.now, &person).await?;
    tx.commit().await?;
    Ok(person)
}

/// Each of these fields in which somebody was chosen who is none of ours, as far as they are known.
pub(super) async fn strangers(tx: &mut Tx, s: &ViewSubmission, fields: &[&str]) -> Result<Problems> {
    let mut problems = Problems::new();
    for field in fields {
        let one = s.values.user(field, field).into_iter();
        for user in one.chain(s.values.users(field, field)) {
            let known = people::find(tx, &UserId::from(user)).await?;
            if let Some(why) = known.and_then(|(person, _)| stranger(&person)) {
                problems.push(((*field).to_owned(), why));
            }
        }
    }
    Ok(problems)
}

fn stranger(person: &Person) -> Option<String> {
    person.outside.map(|why| format!("{} is {why}. Choose a member of this workspace.", person.name))
}

/// Who submits a form, as they are known: for what is shown next, not for what is decided.
pub(super) async fn submitter(tx: &mut Tx, s: &ViewSubmission) -> Result<Actor> {
    let id = UserId::from(s.actor.user_id.as_str());
    let known = people::find(tx, &id).await?.map(|(person, _)| person);
    known.unwrap_or_else(|| missing(&id)).actor(tx).await
}

/// Slack's user object; `None` when there is no such user.
async fn ask(bot: &Bot, id: &UserId) -> Result<Option<Value>, CallError> {
    match bot.client.user_info(id.as_str()).await {
        Ok(user) => Ok(Some(user)),
        // Any other refusal, such as a scope that is missing, says nothing of the user.
        Err(CallError::Rejected { code, .. })
            if matches!(code.as_str(), "user_not_found" | "user_not_visible") =>
        {
            tracing::info!(code, user = id.as_str(), "a user cannot be looked up");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn missing(id: &UserId) -> Person {
    Person {
        id: id.clone(),
        team_id: None,
        name: "Somebody".to_owned(),
        email: None,
        zone: None,
        outside: Some(Outside::Missing),
    }
}

fn is_among(teams: &Value, team: &str) -> bool {
    teams.as_array().is_some_and(|all| all.iter().any(|t| t.as_str() == Some(team)))
}

fn read(bot: &Bot, id: &UserId, user: &Value) -> Person {
    let is = |name: &str| user[name].as_bool().unwrap_or(false);
    let home = bot.identity.team_id.as_str();
    let text = |v: &Value| v.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let organisation = &user["enterprise_user"];
    let team = text(&user["team_id"]).or_else(|| text(&organisation["enterprise_id"]));
    let teams = &organisation["teams"];
    let of_ours = bot.identity.org_wide && organisation["enterprise_id"].as_str() == Some(home);
    let member = team.as_deref() == Some(home) || is_among(teams, home) || of_ours;
    let outside = if team.is_none() && !teams.is_array() {
        Some(Outside::Nameless)
    } else if is("is_stranger") || !member {
        Some(Outside::Stranger)
    } else if is("is_restricted") || is("is_ultra_restricted") {
        Some(Outside::Guest)
    } else if is("is_bot") || is("is_workflow_bot") {
        Some(Outside::Bot)
    } else if is("deleted") {
        Some(Outside::Deactivated)
    } else {
        None
    };
    let name = text(&user["real_name"])
        .or_else(|| text(&user["profile"]["real_name"]))
        .or_else(|| text(&user["profile"]["display_name"]))
        .or_else(|| text(&user["name"]));
    Person {
        id: id.clone(),
        team_id: team,
        name: name.unwrap_or_else(|| id.to_string()),
        email: text(&user["profile"]["email"]),
        zone: text(&user["tz"]),
        outside,
    }
}
