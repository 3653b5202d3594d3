//! `reactions.*`

use serde_json::{Value, json};

use super::{Answer, Args, Ctx, Refused};

pub fn add(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let (channel, ts, name) = target(ctx, args)?;
    let user = ctx.state.world.app.bot_user.clone();
    let Some(post) = ctx.state.post_mut(&channel, &ts) else { return Err("message_not_found".into()) };
    if react(&mut post.value, &user, &name, true) { Ok(json!({})) } else { Err("already_reacted".into()) }
}

pub fn remove(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let (channel, ts, name) = target(ctx, args)?;
    let user = ctx.state.world.app.bot_user.clone();
    let Some(post) = ctx.state.post_mut(&channel, &ts) else { return Err("message_not_found".into()) };
    if react(&mut post.value, &user, &name, false) { Ok(json!({})) } else { Err("no_reaction".into()) }
}

pub fn get(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    let ts = args.str("timestamp").unwrap_or_default();
    let Some(post) = ctx.state.post(&channel.id, ts) else { return Err("message_not_found".into()) };
    Ok(json!({"type": "message", "channel": channel.id, "message": super::chat::shown(&post.value, false)}))
}

fn target(ctx: &mut Ctx<'_>, args: &Args) -> Result<(String, String, String), Refused> {
    let channel = ctx.own_channel(args, "channel")?;
    let Some(ts) = args.str("timestamp") else { return Err("no_item_specified".into()) };
    let name = args.str("name").unwrap_or_default();
    if name.is_empty()
        || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-+':".contains(c))
    {
        return Err("invalid_name".into());
    }
    if ctx.state.post(&channel.id, ts).is_none_or(|p| p.only_for.is_some()) {
        return Err("message_not_found".into());
    }
    Ok((channel.id, ts.to_owned(), name.to_owned()))
}

/// Adds or removes one person's reaction; false when that changes nothing.
pub fn react(message: &mut Value, user: &str, name: &str, add: bool) -> bool {
    let mut reactions = message["reactions"].as_array().cloned().unwrap_or_default();
    let at = reactions.iter().position(|r| r["name"] == name);
    let mut users = at.and_then(|i| reactions[i]["users"].as_array().cloned()).unwrap_or_default();
    let had = users.iter().any(|u| u == user);
    if had == add {
        return false;
    }
    if add {
        users.push(json!(user))
    } else {
        users.retain(|u| u != user)
    }
    let entry = json!({"name": name, "users": users, "count": users.len()});
    match at {
        Some(i) if users.is_empty() => {
            reactions.remove(i);
        }
        Some(i) => reactions[i] = entry,
        None => reactions.push(entry),
    }
    message["reactions"] = Value::Array(reactions);
    true
}
