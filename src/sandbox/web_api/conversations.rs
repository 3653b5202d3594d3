//! `conversations.*`

use serde_json::{Value, json};

use super::chat::shown;
use super::users::page;
use super::{Answer, Args, Ctx};
use crate::sandbox::state::Post;
use crate::sandbox::world::{Channel, Kind, World};

pub fn info(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.channel(args, "channel")?;
    let mut value = object(&ctx.state.world, &channel);
    if args.flag("include_num_members") {
        value["num_members"] = json!(channel.members.len());
    }
    Ok(json!({"channel": value}))
}

pub fn list(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let types = args.str("types").unwrap_or("public_channel");
    let hide_archived = args.flag("exclude_archived");
    let world = &ctx.state.world;
    let wanted = |c: &&Channel| {
        let name = match c.kind {
            Kind::Public => "public_channel",
            Kind::Private => "private_channel",
            Kind::Im => "im",
        };
        let seen = c.kind == Kind::Public || c.has(&world.app.bot_user);
        seen && types.split(',').any(|t| t.trim() == name) && !(hide_archived && c.archived)
    };
    let all: Vec<Value> = world.channels.iter().filter(wanted).map(|c| object(world, c)).collect();
    let (channels, next) = page(&all, args, 1000)?;
    Ok(json!({"channels": channels, "response_metadata": {"next_cursor": next}}))
}

pub fn open(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let id = match (args.str("channel"), args.list("users").as_slice()) {
        (Some(_), _) => ctx.channel(args, "channel")?.id,
        (None, [user]) => match ctx.state.world.user(user) {
            None => return Err("user_not_found".into()),
            Some(u) if u.deleted => return Err("user_disabled".into()),
            Some(u) if u.is_bot => return Err("cannot_dm_bot".into()),
            Some(_) => ctx.state.world.im_with(user),
        },
        (None, []) => return Err("users_list_not_supplied".into()),
        (None, _) => return Err("method_not_supported_for_channel_type".into()),
    };
    let Some(channel) = ctx.state.world.channel(&id) else { return Err("channel_not_found".into()) };
    let value = if args.flag("return_im") { object(&ctx.state.world, channel) } else { json!({"id": id}) };
    Ok(json!({"channel": value}))
}

pub fn join(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.channel(args, "channel")?;
    if channel.kind != Kind::Public {
        return Err("method_not_supported_for_channel_type".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    let bot = ctx.state.world.app.bot_user.clone();
    ctx.state.add_member(ctx.now, &channel.id, &bot, None);
    let world = &ctx.state.world;
    Ok(json!({"channel": world.channel(&channel.id).map(|c| object(world, c))}))
}

pub fn members(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.channel(args, "channel")?;
    let all: Vec<Value> = channel.members.iter().map(|m| json!(m)).collect();
    let (members, next) = page(&all, args, 1000)?;
    Ok(json!({"members": members, "response_metadata": {"next_cursor": next}}))
}

pub fn history(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    let top = |p: &&Post| p.reply_to().is_none() || p.value["subtype"] == "thread_broadcast";
    let mut rows = rows(ctx.state.posts(&channel.id).iter().filter(top), args);
    rows.reverse();
    let (messages, next) = page(&rows, args, 999)?;
    let more = !next.is_empty();
    Ok(
        json!({"messages": messages, "has_more": more, "pin_count": 0, "response_metadata": {"next_cursor": next}}),
    )
}

pub fn replies(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    let ts = args.str("ts").unwrap_or_default();
    let Some(post) = ctx.state.post(&channel.id, ts) else { return Err("thread_not_found".into()) };
    let parent = post.reply_to().unwrap_or(ts);
    let posts = ctx.state.posts(&channel.id);
    let begins = posts.iter().rposition(|p| p.ts() == parent).unwrap_or(0);
    let inside = |p: &&Post| p.ts() == parent || p.reply_to() == Some(parent);
    let rows = rows(posts[begins..].iter().filter(inside), args);
    let (messages, next) = page(&rows, args, 1000)?;
    let more = !next.is_empty();
    Ok(json!({"messages": messages, "has_more": more, "response_metadata": {"next_cursor": next}}))
}

/// What everybody sees within `oldest` and `latest`, oldest first.
fn rows<'p>(posts: impl Iterator<Item = &'p Post>, args: &Args) -> Vec<Value> {
    let inclusive = args.flag("inclusive");
    let metadata = args.flag("include_all_metadata");
    let micros = |ts: &str| -> Option<i64> {
        let (seconds, rest) = ts.split_once('.').unwrap_or((ts, ""));
        let rest: i64 = format!("{rest:0<6}").get(..6)?.parse().ok()?;
        seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(rest)
    };
    let bound = |key: &str| args.str(key).and_then(micros).filter(|us| *us > 0);
    let (oldest, latest) = (bound("oldest"), bound("latest"));
    let within = |ts: &str| {
        let Some(at) = micros(ts) else { return false };
        oldest.is_none_or(|o| at > o || (inclusive && at == o))
            && latest.is_none_or(|l| at < l || (inclusive && at == l))
    };
    posts.filter(|p| p.only_for.is_none() && within(p.ts())).map(|p| shown(&p.value, metadata)).collect()
}

/// Slack's conversation object.
pub fn object(world: &World, channel: &Channel) -> Value {
    let bot = &world.app.bot_user;
    if channel.kind == Kind::Im {
        let other = channel.members.iter().find(|m| *m != bot);
        return json!({"id": channel.id, "created": 0, "is_archived": false, "is_im": true, "is_org_shared": false,
            "context_team_id": world.home.id, "updated": 0, "user": other, "is_user_deleted": false, "priority": 0});
    }
    let shared = !channel.shared_with.is_empty();
    let text = |value: &str| json!({"value": value, "creator": "", "last_set": 0});
    let private = channel.kind == Kind::Private;
    let mut teams = vec![world.home.id.clone()];
    teams.extend(channel.shared_with.iter().cloned());
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name, "is_channel": !private,
        "is_group": private, "is_im": false, "is_mpim": false, "is_private": private, "created": 0,
        "is_archived": channel.archived, "is_general": channel.name == "general", "unlinked": 0,
        "is_shared": shared, "is_frozen": false, "is_org_shared": false, "is_pending_ext_shared": false,
        "pending_shared": [], "context_team_id": world.home.id, "updated": 0, "parent_conversation": null,
        "creator": "U0MAYA", "is_ext_shared": shared, "shared_team_ids": teams, "connected_team_ids": channel.shared_with,
        "internal_team_ids": [], "pending_connected_team_ids": [], "is_member": channel.has(bot),
        "topic": text(&channel.topic), "purpose": text(""), "previous_names": [],
    })
}
