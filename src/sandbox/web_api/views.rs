//! `views.*`

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Args, Ctx, Refused};
use crate::sandbox::validate;

/// How long a trigger lives, in real time.
const TRIGGER_LIFE: Duration = Duration::from_secs(3);
/// Modals on top of one another.
const STACK: usize = 3;

pub fn open(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let view = given(args, "modal")?;
    let user = exchange(ctx, args)?;
    let now = ctx.now;
    ctx.state.modals.remove(&user);
    Ok(json!({"view": ctx.state.push_modal(now, &user, &view)}))
}

pub fn push(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let view = given(args, "modal")?;
    let user = exchange(ctx, args)?;
    match ctx.state.modals.get(&user).map_or(0, Vec::len) {
        0 => return Err("not_found".into()),
        n if n >= STACK => return Err("push_limit_reached".into()),
        _ => {}
    }
    let now = ctx.now;
    Ok(json!({"view": ctx.state.push_modal(now, &user, &view)}))
}

pub fn update(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let view = given(args, "modal")?;
    let key = if args.has("external_id") { "external_id" } else { "id" };
    let wanted = args.str("view_id").or(args.str("external_id")).unwrap_or_default();
    let found = ctx.state.modals.values().flatten().find(|m| m.view[key] == wanted).map(|m| m.view.clone());
    let Some(old) = found.filter(|_| !wanted.is_empty()) else { return Err("not_found".into()) };
    same_hash(args, &old)?;
    let now = ctx.now;
    match ctx.state.replace_modal(now, old["id"].as_str().unwrap_or_default(), &view) {
        Some(view) => Ok(json!({"view": view})),
        None => Err("not_found".into()),
    }
}

pub fn publish(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let view = given(args, "home")?;
    let user = args.str("user_id").unwrap_or_default().to_owned();
    if ctx.state.world.user(&user).is_none_or(|u| u.deleted) {
        return Err("user_not_found".into());
    }
    let old = ctx.state.homes.get(&user).cloned();
    if let Some(old) = &old {
        same_hash(args, old)?;
    }
    let now = ctx.now;
    let view = ctx.state.new_view(now, &view, old.as_ref());
    ctx.state.homes.insert(user, view.clone());
    Ok(json!({"view": view}))
}

fn given(args: &Args, kind: &str) -> Result<Value, Refused> {
    let view = args.json("view", "invalid_arguments")?;
    validate::view(&view)?;
    if view["type"] == kind { Ok(view) } else { Err("invalid_arguments".into()) }
}

fn same_hash(args: &Args, old: &Value) -> Result<(), Refused> {
    match args.str("hash") {
        Some(hash) if old["hash"] != hash => Err("hash_conflict".into()),
        _ => Ok(()),
    }
}

/// Uses up a trigger; returns whose screen it opens.
fn exchange(ctx: &mut Ctx<'_>, args: &Args) -> Result<String, Refused> {
    let id = args.need("trigger_id")?;
    let Some(trigger) = ctx.state.triggers.get_mut(id) else { return Err("invalid_trigger_id".into()) };
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if trigger.at.elapsed() > TRIGGER_LIFE {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    Ok(trigger.user.clone())
}
