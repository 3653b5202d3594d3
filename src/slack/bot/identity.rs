//! Who acts: looked up in Slack at the moment of the act, never taken from the click.

use serde_json::Value;

use super::super::client::CallError;
use super::super::payload::ActingUser;
use super::Bot;
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::store::people::{self, OUTSIDE, Person};

/// The acting user with standing and roles. An account that cannot be looked up is outside.
pub(super) async fn actor(bot: &Bot, acting: &ActingUser) -> Result<Actor> {
    let id = UserId::from(acting.user_id.as_str());
    let person = look_up(bot, &id).await?;
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, bot.clock.now(), &person).await?;
    let actor = person.actor(&mut tx).await?;
    tx.commit().await?;
    Ok(actor)
}

/// `users.info`, judged by our home workspace.
pub(super) async fn look_up(bot: &Bot, id: &UserId) -> Result<Person> {
    match bot.client.user_info(id.as_str()).await {
        Ok(answer) => Ok(read(bot, id, answer.get("user").unwrap_or(&answer))),
        Err(CallError::Rejected { code, .. }) => {
            tracing::info!(code, user = id.as_str(), "a user cannot be looked up");
            Ok(Person {
                id: id.clone(),
                team_id: None,
                name: "Somebody".to_owned(),
                email: None,
                zone: None,
                outside: Some(OUTSIDE[4]),
            })
        }
        Err(error) => Err(Error::caused("users.info", error)),
    }
}

fn read(bot: &Bot, id: &UserId, user: &Value) -> Person {
    let is = |name: &str| user[name].as_bool().unwrap_or(false);
    let team = user["team_id"].as_str().or_else(|| user["enterprise_user"]["team_id"].as_str());
    let teams = user["enterprise_user"]["teams"].as_array();
    let home = team == Some(bot.identity.team_id.as_str())
        || teams.is_some_and(|all| all.iter().any(|t| t.as_str() == Some(&bot.identity.team_id)));
    let outside = if is("is_stranger") || !home {
        Some(OUTSIDE[0])
    } else if is("is_restricted") || is("is_ultra_restricted") {
        Some(OUTSIDE[1])
    } else if is("is_bot") || is("is_workflow_bot") {
        Some(OUTSIDE[2])
    } else if is("deleted") {
        Some(OUTSIDE[3])
    } else {
        None
    };
    let text = |v: &Value| v.as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let name = text(&user["real_name"])
        .or_else(|| text(&user["profile"]["real_name"]))
        .or_else(|| text(&user["profile"]["display_name"]))
        .or_else(|| text(&user["name"]));
    Person {
        id: id.clone(),
        team_id: team.map(str::to_owned),
        name: name.unwrap_or_else(|| id.to_string()),
        email: text(&user["profile"]["email"]),
        zone: text(&user["tz"]),
        outside,
    }
}
