//! `auth.test`, `team.info` and `users.*`

use serde_json::{Value, json};

use super::{Answer, Args, Ctx};
use crate::sandbox::world::{User, World};

pub fn auth_test(ctx: &mut Ctx<'_>, _: &Args) -> Answer {
    let world = &ctx.state.world;
    let bot = world.user(&world.app.bot_user).map_or("bot", |u| u.name.as_str());
    let mut value = json!({
        "url": format!("{}/", ctx.inner.base), "team": world.home.name, "user": bot, "team_id": world.installed(),
        "user_id": world.app.bot_user, "bot_id": world.app.bot_id, "is_enterprise_install": world.org_wide,
    });
    if let Some(id) = &world.enterprise_id {
        value["enterprise_id"] = json!(id);
    }
    Ok(value)
}

pub fn team_info(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let world = &ctx.state.world;
    let id = args.str("team").unwrap_or(&world.home.id);
    let Some(team) = world.team(id) else { return Err("team_not_found".into()) };
    Ok(
        json!({"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}}),
    )
}

pub fn info(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    match ctx.state.world.user(args.str("user").unwrap_or_default()) {
        Some(user) => {
            let mut value = object(&ctx.state.world, user);
            let traits = ctx.state.traits.get(&user.id).and_then(Value::as_object);
            for (name, given) in traits.into_iter().flatten() {
                value[name.as_str()] = given.clone();
            }
            Ok(json!({"user": value}))
        }
        None => Err("user_not_found".into()),
    }
}

pub fn lookup_by_email(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let email = args.str("email").unwrap_or_default().to_lowercase();
    let world = &ctx.state.world;
    match world.users.iter().find(|u| u.email == email && !u.deleted && !world.is_stranger(u)) {
        Some(user) => Ok(json!({"user": object(world, user)})),
        None => Err("users_not_found".into()),
    }
}

/// Members of the home team, a page at a time.
pub fn list(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let world = &ctx.state.world;
    let members: Vec<Value> =
        world.users.iter().filter(|u| !world.is_stranger(u)).map(|u| object(world, u)).collect();
    let (members, next) = page(&members, args, 1000)?;
    Ok(
        json!({"members": members, "cache_ts": ctx.now.as_second(), "response_metadata": {"next_cursor": next}}),
    )
}

/// One page of a list, by `limit` and `cursor`, and the cursor of the next.
pub fn page(all: &[Value], args: &Args, most: usize) -> Result<(Vec<Value>, String), &'static str> {
    let limit = args.number("limit").filter(|n| *n > 0).unwrap_or(most).min(most);
    let from = match args.str("cursor") {
        None => 0,
        Some(cursor) => {
            let at = cursor.strip_prefix("next:").and_then(|n| n.parse::<usize>().ok());
            at.filter(|n| *n <= all.len()).ok_or("invalid_cursor")?
        }
    };
    let to = (from + limit).min(all.len());
    let next = if to < all.len() { format!("next:{to}") } else { String::new() };
    Ok((all[from..to].to_vec(), next))
}

/// Slack's user object.
pub fn object(world: &World, user: &User) -> Value {
    let (first, last) = user.real_name.split_once(' ').unwrap_or((&user.real_name, ""));
    let mut value = json!({
        "id": user.id, "team_id": user.team_id, "name": user.name, "deleted": user.deleted, "color": "4bbe2e",
        "real_name": user.real_name, "tz": user.zone, "tz_label": user.zone, "tz_offset": 0,
        "profile": {
            "title": user.title, "phone": "", "skype": "", "real_name": user.real_name,
            "real_name_normalized": user.real_name, "display_name": user.real_name, "display_name_normalized": user.real_name,
            "first_name": first, "last_name": last, "status_text": "", "status_emoji": "", "status_expiration": 0,
            "avatar_hash": "g0", "email": user.email, "team": user.team_id,
        },
        "is_admin": user.is_admin, "is_owner": user.is_admin, "is_primary_owner": false,
        "is_restricted": user.is_guest, "is_ultra_restricted": false, "is_bot": user.is_bot, "is_app_user": false,
        "updated": 0, "is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE",
    });
    if world.is_stranger(user) {
        value["is_stranger"] = json!(true);
    } else if let Some(organisation) = &world.enterprise_id {
        value["enterprise_user"] = json!({"id": user.id, "enterprise_id": organisation,
            "enterprise_name": world.home.name, "is_admin": false, "is_owner": false, "teams": [world.home.id]});
    }
    if user.is_bot {
        value["profile"]["bot_id"] = json!(world.app.bot_id);
        value["profile"]["api_app_id"] = json!(world.app.id);
        if let Some(profile) = value["profile"].as_object_mut() {
            profile.shift_remove("email");
        }
    }
    value
}
